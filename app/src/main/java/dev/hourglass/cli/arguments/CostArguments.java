package dev.hourglass.cli.arguments;

import dev.hourglass.detect.ThresholdRule;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A threshold by what misses and false alarms cost, from labelled data. */
public final class CostArguments {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--labelled",
            paramLabel = "FILE",
            description =
                    "Find the threshold of least cost from this table with known anomalies in --label-column. It must"
                            + " be other data than are scored.")
    private @Nullable Path labelled;

    @Option(
            names = "--cost-miss",
            paramLabel = "COST",
            description = "With --labelled: what an anomalous row costs that is not flagged (default: 1).")
    private @Nullable Double miss;

    @Option(
            names = "--cost-alarm",
            paramLabel = "COST",
            description = "With --labelled: what a normal row costs that is flagged (default: 1).")
    private @Nullable Double alarm;

    /** The table with known anomalies; null where no cost is meant. */
    public @Nullable Path labelled() {
        if (labelled == null && (miss != null || alarm != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--cost-miss and --cost-alarm need known anomalies to count. Give a table with --labelled FILE and"
                            + " the name of its labels with --label-column.");
        }
        return labelled;
    }

    /** What they cost. */
    public ThresholdRule.Cost cost() {
        try {
            return new ThresholdRule.Cost(miss == null ? 1 : miss, alarm == null ? 1 : alarm);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--cost-miss, --cost-alarm: " + e.getMessage(), e);
        }
    }
}

package dev.hourglass.cli.arguments;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.follow.FollowOptions;
import dev.hourglass.cli.follow.FollowedStream;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.detect.series.StreamingDetector;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Whether rows are scored as they come, and how. */
public final class FollowArguments {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--follow",
            description =
                    "Score rows of CSV as they come, from standard input or from the file of --data as it grows: a"
                            + " line to standard output for each, events to standard error.")
    private boolean follow;

    @Option(
            names = "--json",
            description =
                    "Print JSON: the threshold and the events of a series, or the samples above it, everything else to"
                            + " standard error; with --follow a line for each row instead of CSV.")
    private boolean json;

    @Option(
            names = "--bad-rows",
            paramLabel = "WHAT",
            converter = BadRows.class,
            description =
                    "With --follow, what becomes of a line that is no row: fail (default), or skip, which names it,"
                            + " leaves it out and begins a new window behind it.")
    private FollowOptions.@Nullable BadRows badRows;

    @Option(
            names = "--state",
            paramLabel = "FILE",
            description =
                    "With --follow, keep there where the stream was, at its end, when stopped and once a minute, and"
                            + " go on from it.")
    private @Nullable Path state;

    /** {@link FollowOptions.BadRows}. */
    static final class BadRows extends TableArguments.Constants<FollowOptions.BadRows> {
        BadRows() {
            super(FollowOptions.BadRows.class);
        }
    }

    /** Whether rows are scored as they come. */
    public boolean asked() {
        return follow;
    }

    /** Whether JSON is wanted, of a stream or of a whole. */
    public boolean json() {
        return json;
    }

    /** What is for streams alone is a mistake elsewhere. */
    public void requireAsked() {
        if (!follow && (badRows != null || state != null)) {
            throw new ParameterException(
                    spec.commandLine(), "--bad-rows and --state are for streams. Add --follow, or leave them out.");
        }
    }

    /**
     * Follows a stream to its end.
     *
     * @param file that grows; null for standard input
     */
    public void run(
            SavedModel model,
            SourceOptions.Tables tables,
            @Nullable Path file,
            InputStream in,
            int threads,
            Terminal terminal) {
        FollowOptions options = new FollowOptions(
                table(tables, model), json, badRows == null ? FollowOptions.BadRows.FAIL : badRows, state);
        List<String> channels = options.table().roles().columns();
        try (StreamingDetector detector = model.streaming(tables.steps().maxGap(), threads);
                FollowedStream stream = file == null
                        ? FollowedStream.ofInput(in, detector, channels, options, terminal)
                        : FollowedStream.ofFile(file, detector, channels, options, terminal)) {
            stream.run();
        } catch (UnsupportedModelException e) {
            throw new CommandException(e.getMessage() + " With --follow, --calibrate NORMAL.csv does so.", e);
        }
    }

    /** The columns are those of the model, where nobody names others. */
    private TableOptions table(SourceOptions.Tables tables, SavedModel model) {
        TableOptions table = tables.table();
        SeriesOptions.Missing missing = tables.steps().missing();
        boolean fills = missing != SeriesOptions.Missing.FAIL && missing != SeriesOptions.Missing.DROP_WINDOWS;
        if (fills
                || tables.steps().resample() != null
                || tables.fillUp()
                || table.times().sort()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--resample, --sort, --lengths and filling with --missing need rows that have not come yet. Leave"
                            + " them out with --follow; a row that lacks a number begins a new window.");
        }
        if (table.roles().id() != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--follow takes one series, and --id-column tells several apart. Give each a stream of its own.");
        }
        return table.roles().columns().isEmpty()
                ? table.withColumns(model.normalization().columns())
                : table;
    }
}

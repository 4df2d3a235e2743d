package dev.hourglass.cli.arguments;

import dev.hourglass.data.series.RowAnswers.Overlap;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.ThresholdRule;
import dev.hourglass.detect.series.EventOptions;
import dev.hourglass.lab.recipe.DetectionSettings;
import java.util.Map;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** How errors become scores, scores a threshold, and rows above it events. */
public final class DetectionArguments {
    /** Of all scores, those that are peaks, where a rule takes the largest alone. */
    private static final double PEAKS = 0.02;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--false-alarms",
            paramLabel = "RATE",
            converter = Rate.class,
            description = "The share of normal rows that may be above the threshold (default: 0.01).")
    private @Nullable Double falseAlarms;

    @Option(
            names = "--rule",
            paramLabel = "NAME:NUMBER",
            converter = Rule.class,
            description = "How the threshold is found from normal scores, in place of --false-alarms: quantile:0.99,"
                    + " deviations:3 above the mean, peaks:0.0001 (extreme values, for rarer alarms than can be"
                    + " counted) or conformal:0.01.")
    private ThresholdRule.@Nullable FromNormal rule;

    @Option(
            names = "--errors",
            paramLabel = "HOW",
            converter = Errors.class,
            description =
                    "What is scored. The errors of a row's channels: mahalanobis, whitened by those of normal data"
                            + " (default of series), squared (of anything else) or absolute. Or code, the distance of a"
                            + " window's or sample's code from those of normal data; or bound, the negative bound of a"
                            + " variational model.")
    private DetectionOptions.@Nullable Errors errors;

    @Option(
            names = "--blur-errors",
            paramLabel = "DEVIATION",
            converter = Blur.class,
            description = "Smooth errors within a picture or a window by a Gaussian of so many pixels or steps before"
                    + " they become scores (default: 0, not at all); 1 finds more where edges are rebuilt a little"
                    + " beside their places. Not for streams.")
    private @Nullable Double blurErrors;

    @Option(
            names = "--smooth",
            paramLabel = "ROWS",
            converter = WholeNumber.Count.class,
            description = "The moving average of the scores of so many rows of a series (default: 10); 1 for none.")
    private @Nullable Integer smooth;

    @Option(
            names = "--overlap",
            paramLabel = "HOW",
            converter = Windows.class,
            description =
                    "Which score a row gets that several windows have: mean (default), median, last, or causal, that"
                            + " of the window which ends with it, as for streams.")
    private @Nullable Overlap overlap;

    @Option(
            names = "--event-start",
            paramLabel = "SCORE",
            description = "An event starts above this, 1 being the threshold (default: 1).")
    private @Nullable Double start;

    @Option(
            names = "--event-end",
            paramLabel = "SCORE",
            description =
                    "It lasts while scores are above this, at most --event-start (default: found with the threshold;"
                            + " nine of ten normal rows have lower ones).")
    private @Nullable Double end;

    @Option(
            names = "--merge-gap",
            paramLabel = "ROWS",
            converter = Rows.class,
            description = "Events with at most so many rows between them are one (default: 10).")
    private @Nullable Integer mergeGap;

    @Option(
            names = "--least-rows",
            paramLabel = "ROWS",
            converter = WholeNumber.Count.class,
            description = "Shorter events are dropped (default: 1).")
    private @Nullable Integer leastRows;

    /** Whether scores would be other ones, or the threshold, than those of a model that is calibrated. */
    public boolean changesScores() {
        return falseAlarms != null
                || rule != null
                || errors != null
                || blurErrors != null
                || smooth != null
                || overlap != null;
    }

    /** Which score a row gets that several windows have. */
    public Overlap overlap(Overlap usual) {
        return overlap == null ? usual : overlap;
    }

    /** Defaults with what was said. */
    public DetectionOptions options(DetectionOptions defaults) {
        if (falseAlarms != null && rule != null) {
            throw new ParameterException(
                    spec.commandLine(), "expected --false-alarms or --rule, found both. Leave one out.");
        }
        ThresholdRule.FromNormal said = falseAlarms == null ? rule : new ThresholdRule.FalseAlarmRate(falseAlarms);
        try {
            return new DetectionSettings(said, errors, blurErrors, smooth, overlap, events()).over(defaults);
        } catch (IllegalArgumentException e) {
            throw wrongEvents(e);
        }
    }

    private DetectionSettings.Events events() {
        return new DetectionSettings.Events(start, end, mergeGap, leastRows);
    }

    /** Defaults with what was said. */
    public EventOptions events(EventOptions defaults) {
        try {
            return events().over(defaults);
        } catch (IllegalArgumentException e) {
            throw wrongEvents(e);
        }
    }

    private ParameterException wrongEvents(IllegalArgumentException e) {
        return new ParameterException(spec.commandLine(), "Settings of events: " + e.getMessage(), e);
    }

    /** A share above 0 and below 1. */
    static final class Rate implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            try {
                double rate = Double.parseDouble(text);
                if (rate > 0 && rate < 1) {
                    return rate;
                }
            } catch (NumberFormatException e) {
                // The same mistake as a number out of range.
            }
            throw new TypeConversionException(
                    "expected a share above 0 and below 1 such as 0.01, found '" + text + "'");
        }
    }

    /** A deviation from 0 to 100. */
    static final class Blur implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            try {
                double deviation = Double.parseDouble(text);
                if (deviation >= 0 && deviation <= 100) {
                    return deviation;
                }
            } catch (NumberFormatException e) {
                // The same mistake as a number out of range.
            }
            throw new TypeConversionException("expected 0 to 100 pixels or steps such as 1, found '" + text + "'");
        }
    }

    /** A rule and its number. */
    static final class Rule implements ITypeConverter<ThresholdRule.FromNormal> {
        private static final Map<String, DoubleFunction<ThresholdRule.FromNormal>> RULES = Map.of(
                "false-alarms", ThresholdRule.FalseAlarmRate::new,
                "quantile", ThresholdRule.Quantile::new,
                "deviations", ThresholdRule.MeanDeviations::new,
                "peaks", rate -> new ThresholdRule.PeaksOverThreshold(rate, PEAKS),
                "conformal", ThresholdRule.Conformal::new);

        @Override
        public ThresholdRule.FromNormal convert(String text) {
            int colon = text.indexOf(':');
            DoubleFunction<ThresholdRule.FromNormal> rule = colon < 0 ? null : RULES.get(text.substring(0, colon));
            if (rule != null) {
                try {
                    return rule.apply(Double.parseDouble(text.substring(colon + 1)));
                } catch (NumberFormatException e) {
                    // Told below.
                } catch (IllegalArgumentException e) {
                    throw new TypeConversionException(String.valueOf(e.getMessage()));
                }
            }
            throw new TypeConversionException("expected quantile:0.99, deviations:3, peaks:0.0001, conformal:0.01 or"
                    + " false-alarms:0.01, found '" + text + "'");
        }
    }

    /** {@link DetectionOptions.Errors}. */
    static final class Errors extends TableArguments.Constants<DetectionOptions.Errors> {
        Errors() {
            super(DetectionOptions.Errors.class);
        }
    }

    /** {@link Overlap}. */
    static final class Windows extends TableArguments.Constants<Overlap> {
        Windows() {
            super(Overlap.class);
        }
    }

    /** How many rows, or none. */
    static final class Rows extends WholeNumber<Integer> {
        Rows() {
            super(0, 1_000_000_000);
        }

        @Override
        public Integer convert(String text) {
            return (int) parse(text);
        }
    }
}

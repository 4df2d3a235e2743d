package dev.hourglass.detect;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.series.EventOptions;
import dev.hourglass.detect.series.SampleCodes;
import dev.hourglass.detect.series.Smoothing;
import dev.hourglass.detect.series.StepErrors;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.detect.series.StreamingOptions;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.tensor.RandomSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * All that makes a model a detector: how its errors become scores, and above which score something is an anomaly. It is
 * calibrated with {@link Detector#calibrate}, kept in the model's file, and used by a {@link Detector}.
 *
 * @param errors how the errors of a step, or of a pixel, become its score
 * @param errorBlur the deviation of the Gaussian that smooths errors before that ({@link SmoothedErrors}), 0 for none
 * @param overlap which score a row gets that several windows have
 * @param smoothing of the scores of a series before the threshold; that of samples which are no series has no effect
 * @param threshold found from scores that were made in this way
 * @param events when rows above the threshold make up an event, by scores over their threshold
 * @param edge events begin and end at rows whose {@linkplain StepScores#least lowest score}, as it is before the threshold, is above
 *     this; 0 where they go as far as scores are high
 * @param normal what the threshold was found from, for people, such as {@code pump.csv, the last 20 %}
 * @param windows how series are cut; null where samples are no windows
 */
public record Detection(
        StepErrors errors,
        double errorBlur,
        RowAnswers.Overlap overlap,
        Smoothing smoothing,
        CalibratedThreshold threshold,
        EventOptions events,
        double edge,
        String normal,
        @Nullable Windows windows) {
    /**
     * How a series is cut into samples.
     *
     * @param steps rows in each, &gt;= 1
     * @param stride rows from the start of one to that of the next, &gt;= 1
     * @param every time from one row to the next, &gt; 0; null where that is not known
     */
    public record Windows(int steps, int stride, @Nullable Duration every) {
        public Windows {
            if (steps < 1 || stride < 1) {
                throw new IllegalArgumentException(
                        "windows need at least 1 step and a stride of at least 1, got " + steps + " and " + stride);
            }
            if (every != null && !every.isPositive()) {
                throw new IllegalArgumentException("the time between rows must be > 0, got " + every);
            }
        }

        /** The same cut at other places. */
        public Windows withStride(int rows) {
            return new Windows(steps, rows, every);
        }
    }

    /** @throws IllegalArgumentException if the threshold is nothing to divide scores by */
    public Detection {
        Objects.requireNonNull(errors);
        SmoothedErrors.requireDeviation(errorBlur);
        Objects.requireNonNull(overlap);
        Objects.requireNonNull(smoothing);
        Objects.requireNonNull(events);
        if (!(edge >= 0 && Double.isFinite(edge))) {
            throw new IllegalArgumentException(
                    "the score at which events begin and end must be finite and >= 0, got " + edge);
        }
        double value = threshold.threshold();
        if (!(value > 0 && Double.isFinite(value))) {
            throw new IllegalArgumentException("a threshold must be finite and > 0, got " + value
                    + ". Calibrate it on other normal data; errors of 0 say that the model copies its input.");
        }
    }

    /**
     * Scores samples that are no series, over the threshold: all that scores such goes through here.
     *
     * @param model rebuilds them
     * @param samples under the model's normalization
     * @param progress is told how many samples are done
     * @return one a sample; NaN or infinite where the model rebuilds what is not finite
     */
    public double[] scoreSamples(Reconstruction model, Dataset samples, IntConsumer progress) {
        return scoreSamples(model, SampleCodes.none(), samples, progress);
    }

    /** @param codes what the score reads of the samples' codes */
    public double[] scoreSamples(Reconstruction model, SampleCodes codes, Dataset samples, IntConsumer progress) {
        Reconstruction judged = SmoothedErrors.of(model, samples, errorBlur);
        double[] scores = SampleScores.of(judged, codes, samples, errors, progress);
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= threshold.threshold();
        }
        return scores;
    }

    /**
     * What becomes of the scores of a series' rows: smoothed, over the threshold, and with what is known of rows that are odd by
     * themselves.
     */
    public StepScores finished(StepScores scores) {
        return scores.withEdge(edge).smoothed(smoothing).over(threshold.threshold());
    }

    public Detection withOverlap(RowAnswers.Overlap other) {
        return new Detection(errors, errorBlur, other, smoothing, threshold, events, edge, normal, windows);
    }

    /** With other events; those that end at another score go as far as that says. */
    public Detection withEvents(EventOptions other) {
        double kept = other.end() == events.end() ? edge : 0;
        return new Detection(errors, errorBlur, overlap, smoothing, threshold, other, kept, normal, windows);
    }

    /** The same with a threshold that was found from scores which were made as these are. */
    public Detection withThreshold(CalibratedThreshold other) {
        return new Detection(errors, errorBlur, overlap, smoothing, other, events, edge, normal, windows);
    }

    /** What it was calibrated with, for another detector of the same kind; a rule that needs labels becomes the default one. */
    public DetectionOptions options() {
        DetectionOptions.Errors kind = switch (errors) {
            case StepErrors.Squared ignored -> DetectionOptions.Errors.SQUARED;
            case StepErrors.Absolute ignored -> DetectionOptions.Errors.ABSOLUTE;
            case StepErrors.Mahalanobis ignored -> DetectionOptions.Errors.MAHALANOBIS;
            case StepErrors.Code ignored -> DetectionOptions.Errors.CODE;
            case StepErrors.Bound ignored -> DetectionOptions.Errors.BOUND;
        };
        ThresholdRule.FromNormal rule = threshold.rule() instanceof ThresholdRule.FromNormal normalRule
                ? normalRule
                : DetectionOptions.defaults().rule();
        DetectionOptions options =
                new DetectionOptions(kind, overlap, smoothing, rule, events).withErrorBlur(errorBlur);
        return edge > 0 ? options.withEventsEndingByNormal(events) : options;
    }

    /**
     * The same with the threshold of least cost for labelled scores, which were made by this very detector.
     *
     * @param scores over the present threshold, finite; those of other data than will be judged
     * @param anomalous as many
     * @param source what they are, for people
     * @param random draws the samples of a bootstrap
     * @throws IllegalArgumentException if not both normal and anomalous ones are there, or flagging everything costs least
     */
    public Detection withCost(
            ThresholdRule.Cost cost, double[] scores, boolean[] anomalous, String source, RandomSource random) {
        CalibratedThreshold found = Calibration.fit(cost, scores, anomalous, random);
        if (Arrays.stream(scores).allMatch(score -> score > found.threshold())) {
            throw new IllegalArgumentException("at these costs it is cheapest to flag everything in " + source
                    + ": scores tell nothing that is worth it. Choose other costs, or another model.");
        }
        double present = threshold.threshold();
        CalibratedThreshold scaled = new CalibratedThreshold(
                cost,
                found.threshold() * present,
                found.low() * present,
                found.high() * present,
                found.interval(),
                found.scores(),
                found.note());
        return new Detection(errors, errorBlur, overlap, smoothing, scaled, events, edge, source, windows);
    }

    /**
     * The same for a stream, whose rows are scored as they come.
     *
     * @param maxGap a row that comes later than that after the one before starts a new piece; null for no bound
     * @throws IllegalArgumentException if its scores need windows that end later than a row
     */
    public StreamingOptions streaming(@Nullable Duration maxGap) {
        boolean causal = overlap == RowAnswers.Overlap.CAUSAL || (windows != null && windows.steps() == 1);
        if (windows == null || !causal) {
            throw new IllegalArgumentException("it is calibrated for " + scoring()
                    + ", and a stream has no later rows to wait for. Calibrate it on normal data for the window that"
                    + " ends with a row (overlap causal, stride 1).");
        }
        if (errorBlur > 0) {
            throw new IllegalArgumentException("it is calibrated for " + scoring()
                    + ", which a stream doesn't smooth. Calibrate it for errors as they are.");
        }
        return new StreamingOptions(errors, smoothing, threshold.threshold(), events, maxGap);
    }

    /** How it scores, in words, such as {@code whitened errors of a row, the mean of its windows, moving average of 5 rows}. */
    public String scoring() {
        String each = windows == null ? "sample" : "row";
        String which = switch (errors) {
            case StepErrors.Squared ignored -> "squared errors of a " + each;
            case StepErrors.Absolute ignored -> "absolute errors of a " + each;
            case StepErrors.Mahalanobis ignored -> "whitened errors of a " + each;
            case StepErrors.Code ignored -> "the distance of the code of a " + (windows == null ? each : "window");
            case StepErrors.Bound ignored -> "the negative bound of a " + each;
        };
        String of =
                errorBlur == 0 ? which : which + " smoothed by " + errorBlur + (windows == null ? " pixels" : " steps");
        if (windows == null) {
            return of;
        }
        String over = windows.steps() == 1
                ? ""
                : switch (overlap) {
                    case MEAN -> ", the mean of its windows";
                    case MEDIAN -> ", the median of its windows";
                    case LAST -> ", of its last window";
                    case CAUSAL -> ", of the window that ends with it";
                };
        return of
                + over
                + switch (smoothing) {
                    case Smoothing.MovingAverage average ->
                        average.rows() == 1 ? "" : ", moving average of " + average.rows() + " rows";
                    case Smoothing.Exponential exponential -> ", smoothed by " + exponential.alpha();
                };
    }

    /** Where the threshold comes from, in words. */
    public String calibration() {
        String rule = switch (threshold.rule()) {
            case ThresholdRule.Quantile quantile -> "the quantile " + quantile.share();
            case ThresholdRule.FalseAlarmRate alarms -> "a false-alarm rate of " + alarms.rate();
            case ThresholdRule.MeanDeviations mean -> "mean and " + mean.deviations() + " deviations";
            case ThresholdRule.PeaksOverThreshold peaks ->
                "a false-alarm rate of " + peaks.rate() + " by peaks over threshold";
            case ThresholdRule.Conformal conformal -> "the conformal level " + conformal.level();
            case ThresholdRule.Cost cost ->
                "costs of " + cost.miss() + " for a miss and " + cost.alarm() + " for an alarm";
        };
        return String.format(
                Locale.ROOT,
                "threshold %.6g (%.4g to %.4g, %s): %s, from %,d scores of %s",
                threshold.threshold(),
                threshold.low(),
                threshold.high(),
                threshold.interval(),
                rule,
                threshold.scores(),
                normal);
    }
}

package dev.hourglass.detect;

import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.series.EventOptions;
import dev.hourglass.detect.series.Smoothing;

/**
 * How a model becomes a detector.
 *
 * @param errors how the errors of a step's channels become its score
 * @param overlap which score a row gets that several windows have
 * @param smoothing of the scores of a series
 * @param rule by which the threshold is found from scores of normal data
 * @param events when rows above it make up an event
 * @param endByNormal whether the score at which an event ends is found as well, in place of that of {@code events}: nine of ten
 *     normal rows have lower ones; and which rows are odd by themselves, at which it begins and ends
 * @param outliers the largest share of the normal samples that is left out where these are far worse rebuilt than the others, 0 to 0.5
 * @param errorBlur the deviation of the Gaussian that smooths errors within a picture or a window before they become scores
 *     ({@link SmoothedErrors}), in pixels or steps, 0 for none, at most 100
 */
public record DetectionOptions(
        Errors errors,
        RowAnswers.Overlap overlap,
        Smoothing smoothing,
        ThresholdRule.FromNormal rule,
        EventOptions events,
        boolean endByNormal,
        double outliers,
        double errorBlur) {
    public DetectionOptions {
        if (!(outliers >= 0 && outliers <= 0.5)) {
            throw new IllegalArgumentException(
                    "the share of outliers must be at least 0 and at most 0.5, got " + outliers);
        }
        SmoothedErrors.requireDeviation(errorBlur);
    }

    /** With events that end at the score that they say, no outliers, and errors as they are. */
    public DetectionOptions(
            Errors errors,
            RowAnswers.Overlap overlap,
            Smoothing smoothing,
            ThresholdRule.FromNormal rule,
            EventOptions events) {
        this(errors, overlap, smoothing, rule, events, false, 0, 0);
    }

    /** What becomes a step's score: the errors of its channels, or what its code says. */
    public enum Errors {
        /** Their mean square. */
        SQUARED,
        /** The mean of their sizes. */
        ABSOLUTE,
        /** Whitened by those of the normal data ({@link dev.hourglass.detect.series.StepErrors.Mahalanobis}). */
        MAHALANOBIS,
        /** How far the code lies from those of normal data ({@link dev.hourglass.detect.series.StepErrors.Code}). */
        CODE,
        /** The negative bound of a variational model ({@link dev.hourglass.detect.series.StepErrors.Bound}). */
        BOUND;

        /** Whether a score needs the code. */
        public boolean readsCode() {
            return this == CODE || this == BOUND;
        }
    }

    /**
     * Whitened errors, a short moving average, at most 1 % of normal rows above the threshold; events last until scores are such as
     * nine of ten normal rows have. In made-up plants (examples/plant) these found every fault, and each in one piece; without smoothing there are fewer false
     * events, and faults fall into several.
     */
    public static DetectionOptions defaults() {
        return new DetectionOptions(
                Errors.MAHALANOBIS,
                RowAnswers.Overlap.MEAN,
                new Smoothing.MovingAverage(10),
                new ThresholdRule.FalseAlarmRate(0.01),
                EventOptions.defaults().withMergeGap(10),
                true,
                0,
                0);
    }

    /** For samples that are no series, such as pictures: squared errors, nothing smoothed. */
    public static DetectionOptions ofSamples() {
        return defaults().withErrors(Errors.SQUARED).withSmoothing(new Smoothing.MovingAverage(1));
    }

    public DetectionOptions withErrors(Errors other) {
        return new DetectionOptions(other, overlap, smoothing, rule, events, endByNormal, outliers, errorBlur);
    }

    public DetectionOptions withOverlap(RowAnswers.Overlap other) {
        return new DetectionOptions(errors, other, smoothing, rule, events, endByNormal, outliers, errorBlur);
    }

    public DetectionOptions withSmoothing(Smoothing other) {
        return new DetectionOptions(errors, overlap, other, rule, events, endByNormal, outliers, errorBlur);
    }

    public DetectionOptions withRule(ThresholdRule.FromNormal other) {
        return new DetectionOptions(errors, overlap, smoothing, other, events, endByNormal, outliers, errorBlur);
    }

    /** With events that end at the score that they say. */
    public DetectionOptions withEvents(EventOptions other) {
        return new DetectionOptions(errors, overlap, smoothing, rule, other, false, outliers, errorBlur);
    }

    /** With these events, but for the score at which they end: that is found from normal scores. */
    public DetectionOptions withEventsEndingByNormal(EventOptions other) {
        return new DetectionOptions(errors, overlap, smoothing, rule, other, true, outliers, errorBlur);
    }

    /** For normal data of which some may be none. */
    public DetectionOptions withOutliers(double share) {
        return new DetectionOptions(errors, overlap, smoothing, rule, events, endByNormal, share, errorBlur);
    }

    /** With errors that are smoothed before they become scores. */
    public DetectionOptions withErrorBlur(double deviation) {
        return new DetectionOptions(errors, overlap, smoothing, rule, events, endByNormal, outliers, deviation);
    }
}

package dev.hourglass.detect.series;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a stream's rows are scored.
 *
 * @param errors how a row's errors become its score
 * @param smoothing over the scores so far
 * @param threshold of smoothed scores, by which they are divided, finite and &gt; 0
 * @param events when rows make up one
 * @param maxGap a row that comes later than that after the one before starts a new piece; null where rows have no times or any gap
 *     will do
 */
public record StreamingOptions(
        StepErrors errors,
        Smoothing smoothing,
        double threshold,
        EventOptions events,
        @Nullable Duration maxGap) {
    public StreamingOptions {
        if (!(threshold > 0 && Double.isFinite(threshold))) {
            throw new IllegalArgumentException("a threshold must be finite and > 0 to divide by, got " + threshold
                    + ". Calibrate it on other normal data.");
        }
        if (maxGap != null && (maxGap.isNegative() || maxGap.isZero())) {
            throw new IllegalArgumentException("the longest gap must be above 0, got " + maxGap);
        }
    }

    /** Squared errors as they are, without smoothing. */
    public static StreamingOptions defaults() {
        return new StreamingOptions(
                new StepErrors.Squared(), new Smoothing.MovingAverage(1), 1, EventOptions.defaults(), null);
    }

    public StreamingOptions withErrors(StepErrors how) {
        return new StreamingOptions(how, smoothing, threshold, events, maxGap);
    }

    public StreamingOptions withSmoothing(Smoothing how) {
        return new StreamingOptions(errors, how, threshold, events, maxGap);
    }

    public StreamingOptions withThreshold(double score) {
        return new StreamingOptions(errors, smoothing, score, events, maxGap);
    }

    public StreamingOptions withEvents(EventOptions options) {
        return new StreamingOptions(errors, smoothing, threshold, options, maxGap);
    }

    public StreamingOptions withMaxGap(@Nullable Duration longest) {
        return new StreamingOptions(errors, smoothing, threshold, events, longest);
    }
}

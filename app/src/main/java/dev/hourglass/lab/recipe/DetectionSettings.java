package dev.hourglass.lab.recipe;

import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.ThresholdRule;
import dev.hourglass.detect.series.EventOptions;
import dev.hourglass.detect.series.Smoothing;
import org.jspecify.annotations.Nullable;

/**
 * What is wanted of a detector; null is what suits the data.
 *
 * @param rule of the threshold
 * @param errors how those of a row's channels become its score
 * @param blurErrors by how many pixels or steps errors are smoothed before that, 0 for not at all
 * @param smooth the moving average of the scores of so many rows, &gt;= 1
 * @param overlap which score a row gets that several windows have
 * @param events when rows above the threshold make up one
 */
public record DetectionSettings(
        ThresholdRule.@Nullable FromNormal rule,
        DetectionOptions.@Nullable Errors errors,
        @Nullable Double blurErrors,
        @Nullable Integer smooth,
        RowAnswers.@Nullable Overlap overlap,
        Events events) {
    /** Nothing is said. */
    public static final DetectionSettings DEFAULT =
            new DetectionSettings(null, null, null, null, null, new Events(null, null, null, null));

    /**
     * As {@link EventOptions}; null is what suits the data.
     *
     * @param start an event starts above this score
     * @param end it lasts while scores are above this
     * @param mergeGap rows between events that are one
     * @param leastRows shorter events are dropped
     */
    public record Events(
            @Nullable Double start,
            @Nullable Double end,
            @Nullable Integer mergeGap,
            @Nullable Integer leastRows) {
        /**
         * Defaults with what was said.
         *
         * @throws IllegalArgumentException if an event would end above where it starts
         */
        public EventOptions over(EventOptions defaults) {
            double begins = start == null ? defaults.start() : start;
            double ends = end == null ? (start == null ? defaults.end() : Math.min(begins, defaults.end())) : end;
            return new EventOptions(
                    begins,
                    ends,
                    mergeGap == null ? defaults.mergeGap() : mergeGap,
                    leastRows == null ? defaults.leastRows() : leastRows);
        }
    }

    /** Defaults with what was said. */
    public DetectionOptions over(DetectionOptions defaults) {
        DetectionOptions changed = defaults;
        changed = rule == null ? changed : changed.withRule(rule);
        changed = errors == null ? changed : changed.withErrors(errors);
        changed = blurErrors == null ? changed : changed.withErrorBlur(blurErrors);
        changed = smooth == null ? changed : changed.withSmoothing(new Smoothing.MovingAverage(smooth));
        changed = overlap == null ? changed : changed.withOverlap(overlap);
        EventOptions made = events.over(changed.events());
        return changed.endByNormal() && events.end() == null
                ? changed.withEventsEndingByNormal(made)
                : changed.withEvents(made);
    }
}

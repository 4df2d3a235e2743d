package dev.hourglass.data.series;

import dev.hourglass.data.tables.Table;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How the times of a table's rows follow each other.
 *
 * @param usualNanos the median step
 * @param duplicates steps of no time
 * @param irregular steps that are neither that nor the usual one, within a hundredth
 * @param longestNanos the longest step
 * @param steps all
 */
record TimeSteps(long usualNanos, int duplicates, int irregular, long longestNanos, int steps) {
    static TimeSteps of(Table table) {
        long[] times = table.times();
        if (times == null) {
            return new TimeSteps(0, 0, 0, 0, 0);
        }
        int[] bounds = table.seriesBounds();
        long[] steps = new long[times.length - (bounds.length - 1)];
        int count = 0;
        for (int i = 0; i + 1 < bounds.length; i++) {
            for (int row = bounds[i] + 1; row < bounds[i + 1]; row++) {
                steps[count++] = times[row] - times[row - 1];
            }
        }
        Arrays.sort(steps);
        long usual = count == 0 ? 0 : steps[count / 2];
        int duplicates = 0;
        int irregular = 0;
        for (long step : steps) {
            duplicates += step == 0 ? 1 : 0;
            irregular += step != 0 && Math.abs(step - usual) > usual / 100 ? 1 : 0;
        }
        return new TimeSteps(usual, duplicates, irregular, count == 0 ? 0 : steps[count - 1], count);
    }

    List<String> describe(String part, SeriesOptions.Steps options) {
        if (duplicates == 0 && irregular == 0) {
            return List.of();
        }
        String advice = options.resample() != null || options.maxGap() != null
                ? ""
                : " 'resample' brings them to equal ones, 'max_gap' keeps windows from crossing long ones.";
        return List.of(String.format(
                Locale.ROOT,
                "The steps of the %s are %s mostly; of %,d, %,d repeat a time and %,d are longer or shorter, the longest %s.%s",
                part,
                text(usualNanos),
                steps,
                duplicates,
                irregular,
                text(longestNanos),
                advice));
    }

    /** Such as {@code 1 min} or {@code 0.25 s}. */
    static String text(long nanos) {
        Duration duration = Duration.ofNanos(nanos);
        long seconds = duration.toSeconds();
        if (duration.toNanosPart() > 0 || seconds == 0) {
            return String.format(Locale.ROOT, "%.6g s", nanos / 1e9)
                    .replaceFirst("0+ s$", " s")
                    .replace(". s", " s");
        }
        return seconds % 86_400 == 0
                ? seconds / 86_400 + " d"
                : seconds % 3600 == 0
                        ? seconds / 3600 + " h"
                        : seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }
}

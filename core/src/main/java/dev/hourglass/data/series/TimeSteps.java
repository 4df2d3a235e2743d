package dev.hourglass.data.series;

import dev.hourglass.data.tables.Table;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;

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
        if (table.times() == null) {
            return new TimeSteps(0, 0, 0, 0, 0);
        }
        int steps = table.rows() - (table.seriesBounds().length - 1);
        long usual = steps == 0 ? 0 : median(table, steps);
        int[] duplicatesAndIrregular = new int[2];
        long[] longest = {0};
        forEach(table, step -> {
            duplicatesAndIrregular[0] += step == 0 ? 1 : 0;
            duplicatesAndIrregular[1] += step != 0 && Math.abs(step - usual) > usual / 100 ? 1 : 0;
            longest[0] = Math.max(longest[0], step);
        });
        return new TimeSteps(usual, duplicatesAndIrregular[0], duplicatesAndIrregular[1], longest[0], steps);
    }

    private static void forEach(Table table, LongConsumer taker) {
        int[] bounds = table.seriesBounds();
        for (int i = 0; i + 1 < bounds.length; i++) {
            for (int row = bounds[i] + 1; row < bounds[i + 1]; row++) {
                taker.accept(table.time(row) - table.time(row - 1));
            }
        }
    }

    /**
     * The upper one of two in the middle, found digit by digit from the highest: however many steps there are, it takes
     * four passes and no memory.
     */
    private static long median(Table table, int steps) {
        int rank = steps / 2;
        long found = 0;
        for (int shift = 48; shift >= 0; shift -= 16) {
            int[] counts = new int[1 << 16];
            long higher = found;
            int digitAt = shift;
            forEach(table, step -> {
                if (digitAt == 48 || step >>> (digitAt + 16) == higher) {
                    counts[(int) (step >>> digitAt) & 0xFFFF]++;
                }
            });
            int digit = 0;
            while (digit < counts.length - 1 && rank >= counts[digit]) {
                rank -= counts[digit++];
            }
            found = found << 16 | digit;
        }
        return found;
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
                "The steps of the %s are %s mostly; of %,d, %,d repeat a time and %,d are longer or shorter, the"
                        + " longest %s.%s",
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

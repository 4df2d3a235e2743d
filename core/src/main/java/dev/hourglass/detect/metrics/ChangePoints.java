package dev.hourglass.detect.metrics;

import java.util.List;

/**
 * SKAB's score of change points (Katser and Kozitsin 2020), a NAB of its own: no probation, no search of a threshold, another
 * curve. The first prediction in the window of a change counts, the earlier the more; each outside costs; both limits of a
 * window belong to it, and one that begins before the one before ends begins there.
 */
public final class ChangePoints {
    private static final int POINTS = 1000;

    private ChangePoints() {}

    /** Where the window of a change lies. */
    public enum Side {
        /** It begins at the change: SKAB's own choice. */
        AFTER,
        /** It ends there: a change that is foreseen. */
        BEFORE,
        /** Half of it before, half after. */
        AROUND
    }

    /** Changes and predictions of one series, each at a time in the same unit, in order. */
    public record Series(List<Long> changes, List<Long> predictions) {
        public Series {
            changes = List.copyOf(changes);
            predictions = List.copyOf(predictions);
            requireOrder(changes);
            requireOrder(predictions);
        }

        private static void requireOrder(List<Long> times) {
            for (int i = 1; i < times.size(); i++) {
                if (times.get(i) < times.get(i - 1)) {
                    throw new IllegalArgumentException("times of change points must not fall, but " + times.get(i)
                            + " comes after " + times.get(i - 1) + ". Sort them.");
                }
            }
        }
    }

    /**
     * Over all series of a benchmark.
     *
     * @param window how long a prediction is right, &gt; 0, in the unit of the times; SKAB's is 60 s
     * @return 0 for a detector that predicts nothing, 100 for one that predicts each change at once; SKAB rounds it to two
     *     digits
     * @throws IllegalArgumentException if no series has a change
     */
    public static double score(List<Series> all, long window, Side side, NabProfile profile) {
        if (window <= 0) {
            throw new IllegalArgumentException("the window after a change must be > 0, got " + window);
        }
        int changes = all.stream().mapToInt(s -> s.changes.size()).sum();
        if (changes == 0) {
            throw new IllegalArgumentException(
                    "SKAB's score needs a change point, but no series has one. Take series with changes to judge by.");
        }
        double sum = 0;
        for (Series series : all) {
            sum += sum(series, window, side, profile);
        }
        double least = -profile.miss() * changes;
        return 100 * (sum - least) / (changes - least);
    }

    private static double sum(Series series, long window, Side side, NabProfile profile) {
        long lead = switch (side) {
            case AFTER -> 0;
            case BEFORE -> window;
            case AROUND -> window / 2;
        };
        double sum = 0;
        int next = 0;
        int outside = 0;
        long before = Long.MIN_VALUE;
        for (long change : series.changes) {
            long from = Math.max(change - lead, before);
            long to = change - lead + window;
            before = to;
            for (; next < series.predictions.size() && series.predictions.get(next) < from; next++) {
                outside++;
            }
            boolean found = next < series.predictions.size() && series.predictions.get(next) <= to;
            sum += found
                    ? value((double) (series.predictions.get(next) - from) / (to - from), profile)
                    : -profile.miss();
            while (next < series.predictions.size() && series.predictions.get(next) <= to) {
                next++;
            }
        }
        outside += series.predictions.size() - next;
        return sum - outside * profile.falseAlarm();
    }

    /** 1 at the start of a window, minus the cost of a false alarm at its end. */
    private static double value(double share, NabProfile profile) {
        int point = Math.min((int) (share * POINTS), POINTS - 1);
        double x = -Math.PI / 2 + Math.PI * point / (POINTS - 1);
        double half = (1 + profile.falseAlarm()) / 2;
        return half * -Math.tanh(x) / Math.tanh(Math.PI / 2) + half - profile.falseAlarm();
    }
}

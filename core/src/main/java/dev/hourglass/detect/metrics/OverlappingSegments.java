package dev.hourglass.detect.metrics;

import java.util.List;
import java.util.TreeSet;

/**
 * Orion's rules (Alnegheimish et al. 2022, Sintel; Hundman et al. 2018): what counts is whether detections and anomalies
 * overlap. Intervals include their ends, so that two share a stamp at least.
 */
public final class OverlappingSegments {
    private OverlappingSegments() {}

    /**
     * The leaderboard's: anomalies that any detection meets, detections that meet none, anomalies that none meets. One
     * detection may find several anomalies, and several on one anomaly cost nothing: a detection of the whole series has F1 1.
     */
    public static Confusion count(List<TimeInterval> anomalies, List<TimeInterval> detections) {
        long found = anomalies.stream().filter(a -> meetsAny(a, detections)).count();
        long falseAlarms =
                detections.stream().filter(d -> !meetsAny(d, anomalies)).count();
        return new Confusion(found, Double.NaN, falseAlarms, anomalies.size() - found);
    }

    private static boolean meetsAny(TimeInterval interval, List<TimeInterval> others) {
        return others.stream().anyMatch(other -> interval.start() <= other.end() && other.start() <= interval.end());
    }

    /**
     * By length of time: the data are cut at all limits, and each piece counts by its length.
     *
     * @param data where they start and end; Orion counts up to the last stamp, not beyond
     */
    public static Confusion weigh(List<TimeInterval> anomalies, List<TimeInterval> detections, TimeInterval data) {
        TreeSet<Long> cuts = new TreeSet<>(List.of(data.start(), data.end()));
        for (List<TimeInterval> all : List.of(anomalies, detections)) {
            for (TimeInterval interval : all) {
                cuts.add(interval.start());
                cuts.add(interval.end() + 1);
            }
        }
        Confusion sum = new Confusion(0, 0, 0, 0);
        Sweep truth = new Sweep(anomalies);
        Sweep flags = new Sweep(detections);
        Long from = null;
        for (long to : cuts) {
            if (from != null) {
                boolean anomalous = truth.covers(from);
                boolean flagged = flags.covers(from);
                double length = to - from;
                sum = sum.plus(new Confusion(
                        anomalous && flagged ? length : 0,
                        anomalous || flagged ? 0 : length,
                        !anomalous && flagged ? length : 0,
                        anomalous && !flagged ? length : 0));
            }
            from = to;
        }
        return sum;
    }

    /** Asked for rising times, whether an interval covers each. */
    private static final class Sweep {
        private final List<TimeInterval> byStart;
        private int next;
        private long coveredTo = Long.MIN_VALUE;

        Sweep(List<TimeInterval> intervals) {
            byStart = intervals.stream()
                    .sorted((a, b) -> Long.compare(a.start(), b.start()))
                    .toList();
        }

        boolean covers(long time) {
            for (; next < byStart.size() && byStart.get(next).start() <= time; next++) {
                coveredTo = Math.max(coveredTo, byStart.get(next).end());
            }
            return time <= coveredTo;
        }
    }
}

package dev.hourglass.detect.metrics;

import dev.hourglass.tensor.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The scores of one series judged by several schools.
 *
 * @param values in the order of the schools
 */
public record SeriesEvaluation(List<Value> values) {
    private static final long SEED = 42;

    public SeriesEvaluation {
        values = List.copyOf(values);
    }

    /** Whose rules to judge by. */
    public enum School {
        /** Row by row: ROC AUC, average precision, best F1. */
        POINTS("points"),
        POINT_ADJUSTED("point-adjusted"),
        EVENT("event"),
        RANGE("range"),
        VUS("vus"),
        AFFILIATION("affiliation"),
        NAB("nab"),
        ORION("orion"),
        /** Its F1, FAR and MAR, at a threshold. */
        SKAB("skab");

        private final String word;

        School(String word) {
            this.word = word;
        }

        /** As people type it. */
        public String word() {
            return word;
        }
    }

    /**
     * A metric of a school.
     *
     * @param name such as {@code VUS-PR}
     * @param value NaN where it is undefined
     * @param threshold at which it was measured; null where there is none or all count
     * @param note what a reader must know, or why there is no value, a sentence; empty for nothing
     */
    public record Value(
            School school,
            String name,
            double value,
            @Nullable Double threshold,
            String note) {}

    /**
     * How to judge.
     *
     * @param schools whose values are wanted
     * @param threshold rows above it are flagged, for what needs flags; null to take the best by F1, which was chosen on
     *     these labels
     * @param vusWindow VUS's widest buffer in rows
     */
    public record Options(Set<School> schools, @Nullable Double threshold, int vusWindow) {
        public Options {
            schools = Set.copyOf(schools);
        }
    }

    /**
     * Judges scores.
     *
     * @param windows in order and apart, that NAB and Orion count; other schools have the runs of anomalous rows in the labels
     * @throws IllegalArgumentException if no row is an anomaly, or all are
     */
    public static SeriesEvaluation of(LabelledScores scores, List<Segment> windows, Options options) {
        scores.labels().requireAnomalies("judging");
        if (scores.labels().count() == scores.rows()) {
            throw new IllegalArgumentException(
                    "judging needs a normal row, but all are labelled as anomalies. Take data with normal rows to judge by.");
        }
        Collector into = new Collector(scores, windows, options);
        for (School school : School.values()) {
            if (options.schools.contains(school)) {
                into.add(school);
            }
        }
        return new SeriesEvaluation(into.values);
    }

    private static final class Collector {
        private final List<Value> values = new ArrayList<>();
        private final LabelledScores scores;
        private final List<Segment> windows;
        private final Options options;
        private final Labels labels;
        private final double threshold;
        private final String chosen;

        Collector(LabelledScores scores, List<Segment> windows, Options options) {
            this.scores = scores;
            this.windows = windows;
            this.options = options;
            labels = scores.labels();
            threshold = options.threshold == null
                    ? Math.nextDown(PointMetrics.bestF1(scores).threshold())
                    : options.threshold;
            chosen = options.threshold == null ? "The threshold is the best by F1 on these very labels." : "";
        }

        void add(School school) {
            switch (school) {
                case POINTS -> {
                    add(school, "ROC AUC", PointMetrics.rocAuc(scores), null, "");
                    add(school, "average precision", PointMetrics.averagePrecision(scores), null, "");
                    add(school, "best F1", PointMetrics.bestF1(scores), "");
                }
                case POINT_ADJUSTED -> {
                    add(
                            school,
                            "point-adjusted F1",
                            PointAdjustedF1.best(scores),
                            "Misleads: one hit pays for a whole anomaly. Compare it with noise, below.");
                    add(
                            school,
                            "  of random scores",
                            PointAdjustedF1.ofRandomScores(labels, new RandomSource(SEED)),
                            null,
                            "The mean of ten draws.");
                }
                case EVENT -> add(school, "event F1", EventF1.best(scores), "");
                case RANGE -> add(school, "range F1", RangeF1.best(scores), "");
                case VUS -> addVolumes();
                case AFFILIATION ->
                    add(
                            school,
                            "affiliation F1",
                            Affiliation.best(scores),
                            "Lenient: flagging all rows has about two thirds.");
                case NAB -> addNab();
                case ORION -> {
                    Confusion found = OverlappingSegments.count(intervals(windows), intervals(flagged()));
                    Confusion weighed = OverlappingSegments.weigh(
                            intervals(windows), intervals(flagged()), new TimeInterval(0, scores.rows() - 1));
                    add(school, "overlapping segments F1", found.f1(), threshold, chosen);
                    add(school, "weighted segments F1", weighed.f1(), threshold, chosen);
                }
                case SKAB -> {
                    Confusion rows = Confusion.of(labels, scores.above(threshold));
                    add(school, "F1", rows.f1(), threshold, chosen);
                    add(school, "false alarm rate", rows.falseAlarmRate(), threshold, chosen);
                    add(school, "missed alarm rate", rows.missedAlarmRate(), threshold, chosen);
                }
            }
        }

        private void addVolumes() {
            String window = "Window of " + options.vusWindow + " rows.";
            VolumeUnderSurface volume = VolumeUnderSurface.of(scores, options.vusWindow);
            add(School.VUS, "VUS-ROC", volume.roc(), null, window);
            add(School.VUS, "VUS-PR", volume.pr(), null, window);
        }

        private void addNab() {
            for (NabProfile profile : NabProfile.values()) {
                String name = "NAB " + profile.words();
                try {
                    NabScore score = Nab.of(List.of(NabSeries.of(scores.scores(), windows)))
                            .best(profile);
                    add(School.NAB, name, score.normalised(), score.threshold(), "Up to 100.");
                } catch (IllegalArgumentException e) {
                    add(School.NAB, name, Double.NaN, null, String.valueOf(e.getMessage()));
                }
            }
        }

        private List<Segment> flagged() {
            return Segment.of(scores.above(threshold));
        }

        private static List<TimeInterval> intervals(List<Segment> segments) {
            return segments.stream()
                    .map(s -> new TimeInterval(s.first(), s.last()))
                    .toList();
        }

        private void add(School school, String name, BestThreshold best, String note) {
            add(school, name, best.value(), best.threshold(), note);
        }

        private void add(School school, String name, double value, @Nullable Double at, String note) {
            values.add(new Value(school, name, value, at, note));
        }
    }
}

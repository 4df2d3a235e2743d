package dev.hourglass.lab.detection;

import dev.hourglass.data.Dataset;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.Detector;
import dev.hourglass.detect.metrics.LabelledScores;
import dev.hourglass.detect.metrics.Labels;
import dev.hourglass.detect.metrics.SeriesEvaluation;
import dev.hourglass.detect.metrics.SeriesEvaluation.School;
import dev.hourglass.detect.metrics.VolumeUnderSurface;
import dev.hourglass.detect.series.AnomalyEvent;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.report.DetectionSection;
import dev.hourglass.report.results.DetectorComparison;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a calibrated model finds in data, beside its rivals and judged by known anomalies where there are any.
 *
 * @param detector the model
 * @param scored the data, under the model's normalization
 * @param normal the classes that are normal
 * @param rivals null where none are wanted
 */
public record DetectionStudy(
        SavedModel detector,
        Dataset scored,
        NormalClasses normal,
        @Nullable Rivals rivals) {
    private static final int ODDEST = 30;

    /**
     * What was found.
     *
     * @param series null where samples are no series
     * @param samples null where they are
     */
    public record Found(
            DetectionSection section,
            @Nullable ScoredSeries series,
            @Nullable ScoredSamples samples) {}

    /**
     * Scores and judges.
     *
     * @param watch is told what is done
     * @param progress how many samples are done, of twice as many
     * @throws IllegalArgumentException if a score is not finite
     */
    public Found find(int threads, Rivals.Watch watch, IntConsumer progress) {
        try (Detector opened = detector.detector(threads)) {
            return ScoredSeries.isSeries(scored)
                    ? series(ScoredSeries.of(opened, scored, progress), watch)
                    : samples(ScoredSamples.of(opened, scored, progress), watch);
        }
    }

    private Found series(ScoredSeries found, Rivals.Watch watch) {
        boolean[] anomalous = normal.anomalousRows(scored);
        DetectorComparison comparison = rivals == null ? null : rivals.compare(found, anomalous, watch, done -> {});
        List<String> facts = facts(String.format(
                Locale.ROOT,
                "%,d of %,d rows are above the threshold (%.2f %%), in %,d %s.",
                found.flagged(),
                found.scored(),
                100.0 * found.flagged() / Math.max(1, found.scored()),
                found.events().size(),
                found.events().size() == 1 ? "event" : "events"));
        List<DetectionSection.Event> events = IntStream.range(0, found.events().size())
                .mapToObj(i -> event(found, i))
                .toList();
        return new Found(
                new DetectionSection(
                        scored.name(),
                        facts,
                        events,
                        List.of(),
                        metrics(found.scores().scores(), anomalous, EnumSet.allOf(School.class)),
                        comparison,
                        Optional.of(found.figure(scored.name()))),
                found,
                null);
    }

    private static DetectionSection.Event event(ScoredSeries found, int index) {
        AnomalyEvent event = found.events().get(index);
        return new DetectionSection.Event(
                index + 1,
                found.time(event.first()),
                found.time(event.last()),
                event.rows(),
                event.score(),
                found.blame(event));
    }

    private Found samples(ScoredSamples found, Rivals.Watch watch) {
        boolean[] anomalous = normal.anomalousSamples(scored);
        DetectorComparison comparison = rivals == null ? null : rivals.compare(found, anomalous, watch, done -> {});
        List<String> facts = facts(String.format(
                Locale.ROOT,
                "%,d of %,d samples are above the threshold (%.2f %%).",
                found.flagged(),
                found.scores().length,
                100.0 * found.flagged() / found.scores().length));
        List<DetectionSection.Sample> oddest = found.oddest(ODDEST).stream()
                .map(i -> new DetectionSection.Sample(i, found.name(i), found.scores()[i]))
                .toList();
        return new Found(
                new DetectionSection(
                        scored.name(),
                        facts,
                        List.of(),
                        oddest,
                        metrics(found.scores(), anomalous, EnumSet.of(School.POINTS, School.SKAB)),
                        comparison,
                        found.figure(scored.name())),
                null,
                found);
    }

    private List<String> facts(String found) {
        Detection detection = Objects.requireNonNull(detector.detection());
        List<String> facts = new ArrayList<>(
                List.of("Calibrated: " + detection.calibration() + ".", "Scores: " + detection.scoring() + "."));
        if (!detection.threshold().note().isEmpty()) {
            facts.add(detection.threshold().note());
        }
        facts.add(found);
        return facts;
    }

    /** Of what has a score; empty where no anomaly is known, or nothing else is. */
    private static List<DetectionSection.Metric> metrics(
            double[] scores, boolean @Nullable [] anomalous, Set<School> schools) {
        if (anomalous == null) {
            return List.of();
        }
        int[] kept = IntStream.range(0, scores.length)
                .filter(i -> Double.isFinite(scores[i]))
                .toArray();
        boolean[] known = new boolean[kept.length];
        for (int i = 0; i < kept.length; i++) {
            known[i] = anomalous[kept[i]];
        }
        Labels labels = Labels.of(known);
        if (labels.count() == 0 || labels.count() == labels.rows()) {
            return List.of();
        }
        double[] some = Arrays.stream(kept).mapToDouble(i -> scores[i]).toArray();
        List<DetectionSection.Metric> metrics = new ArrayList<>();
        for (School school : schools) {
            // NAB refuses scores above 1; it counts their order alone.
            LabelledScores of = LabelledScores.of(
                    school == School.NAB
                            ? Arrays.stream(some)
                                    .map(score -> score / (1 + score))
                                    .toArray()
                            : some,
                    labels);
            int window = Math.min(VolumeUnderSurface.DEFAULT_WINDOW, some.length);
            SeriesEvaluation.of(of, labels.segments(), new SeriesEvaluation.Options(Set.of(school), 1.0, window))
                    .values()
                    .forEach(value ->
                            metrics.add(new DetectionSection.Metric(value.name(), value.value(), value.note())));
        }
        return metrics;
    }
}

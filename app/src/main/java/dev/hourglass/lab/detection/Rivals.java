package dev.hourglass.lab.detection;

import dev.hourglass.data.Dataset;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.ThresholdRule;
import dev.hourglass.detect.metrics.Labels;
import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.detect.rivals.RivalDetector;
import dev.hourglass.detect.rivals.RivalKind;
import dev.hourglass.detect.series.AnomalyEvent;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.report.results.DetectorComparison;
import dev.hourglass.tensor.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Simple detectors that were fitted and calibrated as a model was, to be held beside it. */
public final class Rivals {
    /** Of normal data on which nothing was trained, what calibrates rivals; they are fitted to the rest. */
    private static final double CALIBRATING = 0.2;

    private static final int LEAST_SAMPLES = 10;

    private final List<RivalDetector> detectors;
    private final List<String> notes;
    private final Detection like;
    private final long seed;

    private Rivals(List<RivalDetector> detectors, List<String> notes, Detection like, long seed) {
        this.detectors = List.copyOf(detectors);
        this.notes = List.copyOf(notes);
        this.like = like;
        this.seed = seed;
    }

    /** Told what is worked on, such as a rival's name. */
    @FunctionalInterface
    public interface Watch {
        void at(String task);
    }

    /**
     * Fits those that suit the data; one that can't be fitted is left out with its reason.
     *
     * @param training what the model was trained on
     * @param normal what it was calibrated by
     * @param like the model's calibration
     */
    public static Rivals fit(Dataset training, Dataset normal, Detection like, long seed, int threads, Watch watch) {
        List<RivalDetector> detectors = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        DetectionOptions options = like.options();
        if (!(like.threshold().rule() instanceof ThresholdRule.FromNormal)) {
            notes.add(
                    "The model's threshold comes from labels; those of rivals have a false-alarm rate of 0.01 on normal"
                            + " data. ROC AUC and average precision compare them without any.");
        }
        for (RivalKind kind : RivalKind.suiting(ScoredSeries.isSeries(normal))) {
            watch.at("Fitting " + kind.words());
            try {
                detectors.add(RivalDetector.fit(kind, training, normal, options, new RandomSource(seed), threads));
            } catch (IllegalArgumentException e) {
                notes.add("Not compared with " + kind.words() + ": " + e.getMessage());
            }
        }
        detectors.stream()
                .filter(rival -> rival.fitted() > 0 && rival.fitted() < training.size())
                .findFirst()
                .ifPresent(rival -> notes.add(String.format(
                        Locale.ROOT,
                        "Rivals were fitted to %,d of %,d training samples, at equal distances.",
                        rival.fitted(),
                        training.size())));
        return new Rivals(detectors, notes, like, seed);
    }

    /** The same where the model's training data are not at hand: fitted to the first four fifths of normal data, calibrated by the rest. */
    public static Rivals fit(Dataset normal, Detection like, long seed, int threads, Watch watch) {
        if (normal.size() < LEAST_SAMPLES) {
            return new Rivals(
                    List.of(),
                    List.of("Not compared with rivals: " + normal.size()
                            + " normal samples are too few to fit and to calibrate them."),
                    like,
                    seed);
        }
        HeldOut parts = HeldOut.of(normal, CALIBRATING);
        return fit(parts.rest(), parts.kept(), like, seed, threads, watch);
    }

    /**
     * Holds rivals beside the model on the same rows.
     *
     * @param anomalous which rows are known anomalies, in the order of the series; null where that is not known
     * @param watch is told whose scores are made
     * @param progress how many samples are done, for each rival anew
     */
    public DetectorComparison compare(
            ScoredSeries scored, boolean @Nullable [] anomalous, Watch watch, IntConsumer progress) {
        List<DetectorVerdict.Answer> answers = new ArrayList<>();
        int[] rows = finite(scored.scores().scores());
        answers.add(answer(
                "the model",
                scored.scores(),
                scored.events().stream()
                        .map(event -> new Segment(event.first(), event.last()))
                        .toList(),
                rows));
        for (RivalDetector rival : detectors) {
            watch.at("Scoring by " + rival.kind().words());
            StepScores scores = rival.score(scored.samples(), progress);
            answers.add(answer(rival.kind().words(), scores, AnomalyEvent.segments(scores, like.events()), rows));
        }
        return new DetectorVerdict(true, answers, labels(anomalous, rows), notes, seed).comparison();
    }

    /** The same of samples that are no series. */
    public DetectorComparison compare(
            ScoredSamples scored, boolean @Nullable [] anomalous, Watch watch, IntConsumer progress) {
        List<DetectorVerdict.Answer> answers = new ArrayList<>();
        answers.add(answer("the model", scored.scores()));
        for (RivalDetector rival : detectors) {
            watch.at("Scoring by " + rival.kind().words());
            answers.add(answer(rival.kind().words(), rival.scoreSamples(scored.samples(), progress)));
        }
        Labels labels = anomalous == null ? null : Labels.of(anomalous);
        return new DetectorVerdict(false, answers, labels, notes, seed).comparison();
    }

    private static DetectorVerdict.Answer answer(String name, double[] scores) {
        List<Segment> each = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] > 1) {
                each.add(new Segment(i, i));
            }
        }
        return new DetectorVerdict.Answer(name, scores, each);
    }

    /** Rows that the model did not score count for nobody; those left are numbered anew. */
    private static DetectorVerdict.Answer answer(String name, StepScores scores, List<Segment> events, int[] rows) {
        double[] some = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            double score = scores.score(rows[i]);
            some[i] = Double.isNaN(score) ? 0 : score;
        }
        List<Segment> moved = new ArrayList<>();
        for (Segment event : events) {
            int first = place(rows, event.first());
            int last = place(rows, event.last() + 1) - 1;
            if (first <= last) {
                moved.add(new Segment(first, last));
            }
        }
        return new DetectorVerdict.Answer(name, some, moved);
    }

    private static int place(int[] rows, int row) {
        int found = Arrays.binarySearch(rows, row);
        return found < 0 ? -found - 1 : found;
    }

    private static int[] finite(double[] scores) {
        int[] rows = new int[scores.length];
        int count = 0;
        for (int row = 0; row < scores.length; row++) {
            if (Double.isFinite(scores[row])) {
                rows[count++] = row;
            }
        }
        return Arrays.copyOf(rows, count);
    }

    private static @Nullable Labels labels(boolean @Nullable [] anomalous, int[] rows) {
        if (anomalous == null) {
            return null;
        }
        boolean[] some = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            some[i] = anomalous[rows[i]];
        }
        return Labels.of(some);
    }
}

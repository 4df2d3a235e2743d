package dev.hourglass.detect.rivals;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.Subset;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.CalibratedThreshold;
import dev.hourglass.detect.Calibration;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.Detector;
import dev.hourglass.detect.SampleScores;
import dev.hourglass.detect.SmoothedErrors;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.tensor.RandomSource;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.IntConsumer;

/**
 * A rival as a detector beside a model: fitted to the model's training samples, calibrated by the same normal samples with the
 * same rule, its scores of windows put back to rows, smoothed and made into events in the same way. The errors of PCA are
 * smoothed and weighed over channels as the model's are. Immutable.
 */
public final class RivalDetector {
    /** Of a rolling z-score: as many rows as so many windows have. */
    private static final int ROLLING_WINDOWS = 10;

    private static final double EXPLAINED = 0.9;
    private static final int MOST_FITTED = 4_000;
    private static final int MOST_FITTED_NUMBERS = 4_000_000;
    private static final int BATCH = 512;
    private static final int MOST_WHITENED = 64;

    /** Scores before smoothing, not yet over a threshold. */
    private sealed interface Scorer {
        /** As a linear autoencoder. */
        record Errors(KeptComponents kept, Detection detection) implements Scorer {}

        /** Each sample as a whole. */
        record Samples(SampleRival rival) implements Scorer {}

        /** Each row by those before it. */
        record Rows(RollingZScore rival) implements Scorer {}
    }

    private final RivalKind kind;
    private final Scorer scorer;
    private final DetectionOptions options;
    private final CalibratedThreshold threshold;
    /** Where rows are odd by themselves, as {@link Detection#edge}. */
    private final double edge;

    private final int fitted;

    private RivalDetector(
            RivalKind kind,
            Scorer scorer,
            DetectionOptions options,
            CalibratedThreshold threshold,
            double edge,
            int fitted) {
        this.kind = kind;
        this.scorer = scorer;
        this.options = options;
        this.threshold = threshold;
        this.edge = edge;
        this.fitted = fitted;
    }

    /**
     * Fits and calibrates.
     *
     * @param training what the model was trained on; of more than 4,000 samples, or 4 million numbers, as many at equal distances
     * @param normal samples without anomalies that are not among them
     * @param wanted those of the model; a rival has no code, so where they score that, it has the errors that suit the data
     * @param random draws the samples of a bootstrap
     * @param threads that compute, &gt;= 1; any number gives the same bits
     * @throws IllegalArgumentException if the samples are too few or all alike, or a threshold of 0 is found
     */
    public static RivalDetector fit(
            RivalKind kind,
            Dataset training,
            Dataset normal,
            DetectionOptions wanted,
            RandomSource random,
            int threads) {
        DetectionOptions options = wanted.errors().readsCode() ? wanted.withErrors(ofErrors(normal)) : wanted;
        int size = training.sampleShape().size();
        int most = Math.clamp(MOST_FITTED_NUMBERS / size, 2, MOST_FITTED);
        Function<Integer, Points> points = count -> Points.of(Subset.spread(training, count));
        int fitted = Math.min(most, training.size());
        Scorer scorer = switch (kind) {
            case ROLLING_Z_SCORE -> new Scorer.Rows(new RollingZScore(rollingRows(normal)));
            case PCA_ERROR -> {
                KeptComponents kept = KeptComponents.explaining(points.apply(most), EXPLAINED, threads);
                yield new Scorer.Errors(
                        kept,
                        Detector.calibrate(reconstruction(kept, normal), normal, options, "", random, done -> {}));
            }
            case PCA_MAHALANOBIS -> new Scorer.Samples(PcaMahalanobis.fit(points.apply(most), EXPLAINED, threads));
            case NEIGHBOURS ->
                new Scorer.Samples(
                        NeighbourDistance.fit(points.apply(most), NeighbourDistance.USUAL_NEIGHBOURS, threads));
        };
        CalibratedThreshold threshold;
        double edge = 0;
        if (scorer instanceof Scorer.Errors errors) {
            threshold = errors.detection().threshold();
            edge = errors.detection().edge();
        } else if (normal.places().isPresent()) {
            StepScores rows = steps(scorer, normal, options, done -> {});
            threshold = Calibration.fit(options.rule(), known(rows.smoothed(options.smoothing())), random);
            edge = Detector.edge(rows, normal.places().get(), options);
        } else {
            threshold = Calibration.fit(options.rule(), samples(scorer, normal, done -> {}), random);
        }
        if (!(threshold.threshold() > 0)) {
            throw new IllegalArgumentException("its threshold would be " + threshold.threshold()
                    + ": it can't tell normal samples apart. Take more normal data.");
        }
        return new RivalDetector(
                kind, scorer, options, threshold, edge, kind == RivalKind.ROLLING_Z_SCORE ? 0 : fitted);
    }

    private static int rollingRows(Dataset normal) {
        int steps = normal.sampleShape().size() / normal.sampleShape().dimension(-1);
        return Math.max(100, ROLLING_WINDOWS * steps);
    }

    private static DetectionOptions.Errors ofErrors(Dataset normal) {
        int channels = normal.sampleShape().dimension(-1);
        return normal.sampleShape().rank() <= 2 && channels > 1 && channels <= MOST_WHITENED
                ? DetectionOptions.Errors.MAHALANOBIS
                : DetectionOptions.Errors.SQUARED;
    }

    private static double[] known(StepScores rows) {
        return Arrays.stream(rows.scores())
                .filter(score -> !Double.isNaN(score))
                .toArray();
    }

    public RivalKind kind() {
        return kind;
    }

    public CalibratedThreshold threshold() {
        return threshold;
    }

    /** To how many samples it was fitted; 0 where it needs none. */
    public int fitted() {
        return fitted;
    }

    /**
     * Scores the rows of a series, smoothed, over the threshold. Parts by channel are those of PCA's errors alone; other rivals
     * have one part.
     *
     * @param samples windows, or rows, of the kind that it was fitted to
     * @param progress is told how many samples are done
     * @throws IllegalArgumentException if they are no rows, or not finite
     */
    public StepScores score(Dataset samples, IntConsumer progress) {
        return steps(scorer, samples, options, progress)
                .withEdge(edge)
                .smoothed(options.smoothing())
                .over(threshold.threshold());
    }

    /**
     * Scores samples that are no series over the threshold.
     *
     * @param progress is told how many samples are done
     * @throws IllegalArgumentException if they are not finite
     */
    public double[] scoreSamples(Dataset samples, IntConsumer progress) {
        return Arrays.stream(samples(scorer, samples, progress))
                .map(score -> score / threshold.threshold())
                .toArray();
    }

    private static StepScores steps(Scorer scorer, Dataset samples, DetectionOptions options, IntConsumer progress) {
        return switch (scorer) {
            case Scorer.Errors errors ->
                StepScores.of(
                        watched(judged(errors, samples), progress),
                        samples,
                        errors.detection().errors(),
                        options.overlap());
            case Scorer.Samples ignored -> ofWindows(samples(scorer, samples, progress), samples, options.overlap());
            case Scorer.Rows rows -> ofRows(rows.rival(), samples, progress);
        };
    }

    private static double[] samples(Scorer scorer, Dataset samples, IntConsumer progress) {
        return switch (scorer) {
            case Scorer.Errors errors ->
                SampleScores.of(
                        judged(errors, samples), samples, errors.detection().errors(), progress);
            case Scorer.Samples each -> inBatches(each.rival(), samples, progress);
            case Scorer.Rows ignored ->
                throw new IllegalArgumentException("a rolling z-score needs rows of a series, but " + samples.name()
                        + " has none. Take another rival.");
        };
    }

    private static Reconstruction judged(Scorer.Errors errors, Dataset samples) {
        return SmoothedErrors.of(
                reconstruction(errors.kept(), samples),
                samples,
                errors.detection().errorBlur());
    }

    private static Reconstruction reconstruction(KeptComponents kept, Dataset samples) {
        return kept.axes().reconstruction(samples, kept.count());
    }

    private static Reconstruction watched(Reconstruction model, IntConsumer progress) {
        return (from, count, into) -> {
            model.rebuild(from, count, into);
            progress.accept(from + count);
        };
    }

    private static double[] inBatches(SampleRival rival, Dataset samples, IntConsumer progress) {
        int size = samples.sampleShape().size();
        double[] scores = new double[samples.size()];
        for (int from = 0; from < scores.length; from += BATCH) {
            int count = Math.min(BATCH, scores.length - from);
            float[] values = new float[count * size];
            for (int i = 0; i < count; i++) {
                samples.copySample(from + i, values, i * size);
            }
            System.arraycopy(rival.score(Points.of(values, size)), 0, scores, from, count);
            progress.accept(from + count);
        }
        return scores;
    }

    /** A window's score is that of each of its rows; a row gets its own from all windows that hold it. */
    private static StepScores ofWindows(double[] scores, Dataset samples, RowAnswers.Overlap overlap) {
        SamplePlaces places = places(samples);
        RowAnswers answers = new RowAnswers(places, 1, overlap);
        float[] each =
                new float[samples.sampleShape().size() / samples.sampleShape().dimension(-1)];
        float[] least = new float[places.rows().count()];
        Arrays.fill(least, Float.POSITIVE_INFINITY);
        for (int sample = 0; sample < scores.length; sample++) {
            float score = (float) scores[sample];
            Arrays.fill(each, score);
            answers.add(sample, each, 0);
            for (int row = places.start(sample); row < places.start(sample) + places.length(sample); row++) {
                least[row] = Math.min(least[row], score);
            }
        }
        double[] ofRows = new double[places.rows().count()];
        answers.forEach((row, answer) -> ofRows[row] = answer[0]);
        return alone(places, ofRows, least);
    }

    private static StepScores alone(SamplePlaces places, double[] scores, float[] least) {
        float[] parts = new float[scores.length];
        for (int row = 0; row < parts.length; row++) {
            parts[row] = (float) scores[row];
        }
        return StepScores.of(places.rows(), scores, parts, least);
    }

    private static SamplePlaces places(Dataset samples) {
        return samples.places()
                .orElseThrow(() -> new IllegalArgumentException("scores by row need a series, but " + samples.name()
                        + " has samples without rows. Score its samples instead."));
    }

    /** Rows without a window have no score and begin the past anew. */
    private static StepScores ofRows(RollingZScore rival, Dataset samples, IntConsumer progress) {
        SamplePlaces places = places(samples);
        double[][] rows = rows(samples, places);
        double[] scores = new double[rows.length];
        Arrays.fill(scores, Double.NaN);
        for (int[] piece : places.rows().pieces()) {
            int first = piece[0];
            while (first < piece[1]) {
                int end = first;
                while (end < piece[1] && rows[end].length > 0) {
                    end++;
                }
                double[] some = rival.score(Arrays.copyOfRange(rows, first, end));
                System.arraycopy(some, 0, scores, first, some.length);
                first = end + 1;
            }
        }
        progress.accept(samples.size());
        return alone(places, scores, new float[0]);
    }

    /** The numbers of each row; none where no window holds it. */
    private static double[][] rows(Dataset samples, SamplePlaces places) {
        int channels = samples.sampleShape().dimension(-1);
        double[][] rows = new double[places.rows().count()][0];
        float[] sample = new float[samples.sampleShape().size()];
        for (int i = 0; i < samples.size(); i++) {
            samples.copySample(i, sample, 0);
            for (int step = 0; step < places.length(i); step++) {
                double[] row = new double[channels];
                for (int channel = 0; channel < channels; channel++) {
                    row[channel] = sample[step * channels + channel];
                }
                rows[places.start(i) + step] = row;
            }
        }
        return rows;
    }
}

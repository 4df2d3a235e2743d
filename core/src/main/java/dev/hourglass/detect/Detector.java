package dev.hourglass.detect;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.SampleTimes;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.series.AnomalyEvent;
import dev.hourglass.detect.series.EventOptions;
import dev.hourglass.detect.series.SampleCodes;
import dev.hourglass.detect.series.Smoothing;
import dev.hourglass.detect.series.StepErrors;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.model.Graph;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Outliers;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A model that scores data: 1 is the threshold, what is above it is an anomaly. Scores have the same bits from a {@code .keras}
 * and an {@code .h5} file and on any number of threads; what ONNX has as other operators may round elsewhere. Any number of threads may call it at once.
 */
public final class Detector implements AutoCloseable {
    /** Of a matrix that is kept in the model's file. */
    private static final int MOST_WHITENED = 256;
    /** Of normal rows, those with scores that are nothing special. */
    private static final double USUAL = 0.9;
    /** Of normal rows, those that are not odd by themselves. */
    private static final double NOT_ODD = 0.99;

    private final ChainInference inference;
    /** Null where errors alone are scored. */
    private final @Nullable ChainInference code;

    private final Detection detection;

    private Detector(ChainInference inference, @Nullable ChainInference code, Detection detection) {
        this.inference = inference;
        this.code = code;
        this.detection = detection;
    }

    /**
     * @param graph rebuilds its only input
     * @param parameters of its layers
     * @param threads that share out the samples, &gt;= 1
     */
    public static Detector of(Graph graph, Parameters parameters, Detection detection, int threads) {
        return of(graph, null, parameters, detection, threads);
    }

    /**
     * @param code gives the numbers of a sample's code that its score reads, from the same input; null where errors alone are scored
     * @throws IllegalArgumentException if it gives others than the score reads
     */
    public static Detector of(
            Graph graph, @Nullable Graph code, Parameters parameters, Detection detection, int threads) {
        StepErrors.requireNumbers(code, detection.errors());
        return new Detector(
                ChainInference.of(graph, parameters, threads),
                code == null ? null : ChainInference.of(code, parameters, threads),
                detection);
    }

    /**
     * Finds the threshold of a model from normal data on which it was not trained; errors are whitened by the same data.
     *
     * @param rebuilding the samples
     * @param normal samples without anomalies, under the model's normalization; outliers among them are left out where the
     *     options say so
     * @param source what they are, for people, such as {@code pump.csv, the last 20 %}
     * @param random draws the samples of a bootstrap
     * @param progress is told how many samples are done
     * @throws IllegalArgumentException if the samples are too few for the rule, or the model rebuilds what is not finite
     */
    public static Detection calibrate(
            Reconstruction rebuilding,
            Dataset normal,
            DetectionOptions options,
            String source,
            RandomSource random,
            IntConsumer progress) {
        return calibrate(rebuilding, SampleCodes.none(), normal, options, source, random, progress);
    }

    /**
     * The same where scores may read codes.
     *
     * @param codes what they read of the samples'
     */
    public static Detection calibrate(
            Reconstruction rebuilding,
            SampleCodes codes,
            Dataset normal,
            DetectionOptions options,
            String source,
            RandomSource random,
            IntConsumer progress) {
        requireNeighbours(options.errorBlur(), normal);
        Reconstruction model = SmoothedErrors.of(rebuilding, normal, options.errorBlur());
        Outliers left = outliers(rebuilding, normal, options.outliers());
        boolean[] kept = left.kept();
        IntPredicate counts = sample -> left.samples().isEmpty() || kept[sample];
        StepErrors errors = errors(model, codes, normal, options.errors(), counts);
        Optional<SamplePlaces> places = normal.places();
        double[] scores;
        double edge = 0;
        if (places.isPresent()) {
            Reconstruction watched = (from, count, into) -> {
                model.rebuild(from, count, into);
                progress.accept(from + count);
            };
            requireEachRow(options.overlap(), normal, places.get());
            StepScores steps = StepScores.of(watched, codes, normal, errors, options.overlap(), counts);
            requireFinite(steps, places.get(), options.overlap(), normal.name(), counts);
            scores = Arrays.stream(steps.smoothed(options.smoothing()).scores())
                    .filter(score -> !Double.isNaN(score))
                    .toArray();
            edge = edge(steps, places.get(), options);
        } else {
            double[] all = SampleScores.of(model, codes, normal, errors, progress);
            requireFinite(all, normal.name());
            scores = IntStream.range(0, all.length)
                    .filter(counts)
                    .mapToDouble(sample -> all[sample])
                    .toArray();
        }
        CalibratedThreshold threshold = places.isPresent()
                ? Calibration.fit(options.rule(), scores, apart(normal, options.smoothing()), random)
                : Calibration.fit(options.rule(), scores, random);
        return new Detection(
                errors,
                options.errorBlur(),
                options.overlap(),
                options.smoothing(),
                threshold,
                options.endByNormal()
                        ? endingByNormal(options.events(), scores, threshold.threshold())
                        : options.events(),
                edge,
                left.samples().isEmpty()
                        ? source
                        : String.format(
                                Locale.ROOT,
                                "%s, without %,d %s",
                                source,
                                left.samples().size(),
                                left.samples().size() == 1 ? "outlier" : "outliers"),
                places.map(found -> windows(normal, found)).orElse(null));
    }

    /**
     * Samples that a model rebuilds much worse than the others.
     *
     * @param share of them that may be such at most, 0 to 0.5; with 0 nothing is looked for
     */
    public static Outliers outliers(Reconstruction model, Dataset samples, double share) {
        return share > 0
                ? Outliers.of(SampleScores.of(model, samples, new StepErrors.Squared(), done -> {}), share)
                : Outliers.NONE;
    }

    private static void requireNeighbours(double errorBlur, Dataset samples) {
        if (errorBlur > 0 && samples.sampleShape().rank() == 1) {
            throw new IllegalArgumentException(
                    "errors can be smoothed within pictures, or windows of several steps, but " + samples.name()
                            + " has samples " + samples.sampleShape() + ". Leave smoothing errors out.");
        }
    }

    /** What scores are made from. */
    private Reconstruction judged(Dataset samples) {
        return SmoothedErrors.of(reconstruction(samples), samples, detection.errorBlur());
    }

    /** An event ends where scores are such as normal rows usually have, but never above where it starts. */
    private static EventOptions endingByNormal(EventOptions events, double[] normal, double threshold) {
        double usual = Calibration.quantile(Calibration.sorted(normal), USUAL) / threshold;
        return Double.isFinite(usual) ? events.withEnd(Math.min(events.start(), usual)) : events;
    }

    /**
     * The lowest score of a row above which it is odd by itself, as hardly any normal row is: events begin and end at such rows.
     *
     * @param normal scores before smoothing
     * @param places of their samples
     * @return 0 where events go as far as scores are high: where that was asked for, and where a stream must find the same
     */
    public static double edge(StepScores normal, SamplePlaces places, DetectionOptions options) {
        if (!options.endByNormal() || !places.windows() || options.overlap() == RowAnswers.Overlap.CAUSAL) {
            return 0;
        }
        float[] least = normal.least();
        double[] known = IntStream.range(0, least.length)
                .mapToDouble(row -> least[row])
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        return known.length == 0 ? 0 : Math.max(0, Calibration.quantile(known, NOT_ODD));
    }

    private static StepErrors errors(
            Reconstruction model,
            SampleCodes codes,
            Dataset normal,
            DetectionOptions.Errors errors,
            IntPredicate counts) {
        int channels = normal.sampleShape().dimension(-1);
        if (errors == DetectionOptions.Errors.MAHALANOBIS && channels > MOST_WHITENED) {
            throw new IllegalArgumentException("errors of at most " + MOST_WHITENED + " channels can be whitened, got "
                    + channels + ". Take squared errors.");
        }
        return switch (errors) {
            case SQUARED -> new StepErrors.Squared();
            case ABSOLUTE -> new StepErrors.Absolute();
            case MAHALANOBIS -> StepErrors.Mahalanobis.fit(model, normal, counts);
            case CODE -> {
                if (codes.size() > MOST_WHITENED) {
                    throw new IllegalArgumentException("distances of codes of at most " + MOST_WHITENED
                            + " numbers can be measured, got " + codes.size() + ". Score errors.");
                }
                yield StepErrors.Code.fit(codes, normal.size(), counts);
            }
            case BOUND -> StepErrors.Bound.fit(model, codes, normal, counts);
        };
    }

    /** From how many rows on scores share neither a window nor a moving average. */
    private static int apart(Dataset samples, Smoothing smoothing) {
        boolean windows = samples.places().filter(SamplePlaces::windows).isPresent();
        int steps =
                windows ? samples.sampleShape().size() / samples.sampleShape().dimension(-1) : 1;
        return 2 * steps
                - 1
                + switch (smoothing) {
                    case Smoothing.MovingAverage average -> average.rows() - 1;
                    case Smoothing.Exponential exponential -> (int) (2 / exponential.alpha()) - 2;
                };
    }

    private static Detection.Windows windows(Dataset samples, SamplePlaces places) {
        Shape shape = samples.sampleShape();
        int steps = places.windows() ? shape.size() / shape.dimension(-1) : 1;
        return new Detection.Windows(steps, stride(places), every(places.rows()).orElse(null));
    }

    /** The last window of a piece may begin sooner, so that it ends where the piece does. */
    private static int stride(SamplePlaces places) {
        int stride = 1;
        int piece = 0;
        List<int[]> pieces = places.rows().pieces();
        for (int sample = 1; sample < places.size(); sample++) {
            int before = places.start(sample - 1);
            while (before >= pieces.get(piece)[1]) {
                piece++;
            }
            int start = places.start(sample);
            if (start < pieces.get(piece)[1]) {
                stride = Math.max(stride, start - before);
            }
        }
        return stride;
    }

    /**
     * The usual time from one row to the next: the median within pieces.
     *
     * @return empty where times are not known, or rows have none between them
     */
    public static Optional<Duration> every(SourceRows rows) {
        SampleTimes times = rows.times();
        if (times == null) {
            return Optional.empty();
        }
        long[] apart = new long[rows.count()];
        int count = 0;
        for (int[] piece : rows.pieces()) {
            for (int row = piece[0] + 1; row < piece[1]; row++) {
                apart[count++] = times.nanos(row) - times.nanos(row - 1);
            }
        }
        Arrays.sort(apart, 0, count);
        return count == 0 || apart[count / 2] <= 0 ? Optional.empty() : Optional.of(Duration.ofNanos(apart[count / 2]));
    }

    public Detection detection() {
        return detection;
    }

    /** What the model makes of samples, under the normalization of the data set. */
    public Reconstruction reconstruction(Dataset samples) {
        return (from, count, into) -> inference.run(samples::copySample, from, count, into);
    }

    private SampleCodes codes(Dataset samples) {
        return code == null ? SampleCodes.none() : SampleCodes.of(code, samples);
    }

    /**
     * Scores the rows of a series, smoothed, over the threshold.
     *
     * @param samples windows, or rows, under the model's normalization
     * @throws IllegalArgumentException if they are no rows, or the model rebuilds what is not finite
     */
    public StepScores score(Dataset samples) {
        return score(samples, done -> {});
    }

    /** @param progress is told how many samples are done */
    public StepScores score(Dataset samples, IntConsumer progress) {
        Reconstruction model = judged(samples);
        Reconstruction watched = (from, count, into) -> {
            model.rebuild(from, count, into);
            progress.accept(from + count);
        };
        samples.places().ifPresent(places -> requireEachRow(detection.overlap(), samples, places));
        StepScores scores = StepScores.of(
                watched, codes(samples), samples, detection.errors(), detection.overlap(), sample -> true);
        requireFinite(scores, samples.places().orElseThrow(), detection.overlap(), samples.name(), sample -> true);
        return detection.finished(scores);
    }

    /** The events of {@linkplain #score scores}. */
    public List<AnomalyEvent> events(StepScores scores) {
        return AnomalyEvent.find(scores, detection.events());
    }

    /**
     * Scores samples that are no series, such as pictures, over the threshold.
     *
     * @param samples under the model's normalization
     * @param progress is told how many samples are done
     * @return one a sample
     * @throws IllegalArgumentException if the model rebuilds what is not finite
     */
    public double[] scoreSamples(Dataset samples, IntConsumer progress) {
        double[] scores = detection.scoreSamples(reconstruction(samples), codes(samples), samples, progress);
        requireFinite(scores, samples.name());
        return scores;
    }

    /**
     * The part of each of a sample's numbers in its score, such as a map of a picture.
     *
     * @return as many as the sample has, which add up to its score
     */
    public float[] parts(Dataset samples, int sample) {
        float[] parts = SampleScores.parts(judged(samples), codes(samples), samples, sample, detection.errors());
        for (int i = 0; i < parts.length; i++) {
            parts[i] = (float) (parts[i] / detection.threshold().threshold());
        }
        return parts;
    }

    /** A causal score is that of the window which ends with a row; smoothing would begin anew where none does. */
    private static void requireEachRow(RowAnswers.Overlap overlap, Dataset samples, SamplePlaces places) {
        if (overlap == RowAnswers.Overlap.CAUSAL && places.windows() && stride(places) > 1) {
            throw new IllegalArgumentException("causal scores need a window that ends with each row, but those of "
                    + samples.name() + " begin " + stride(places) + " rows apart. Take a stride of 1.");
        }
    }

    private static void requireFinite(
            StepScores scores, SamplePlaces places, RowAnswers.Overlap overlap, String name, IntPredicate counts) {
        for (int sample = 0; sample < places.size(); sample++) {
            if (!counts.test(sample)) {
                continue;
            }
            int end = places.start(sample) + places.length(sample);
            // The first rows of a piece have no causal score.
            int first = overlap == RowAnswers.Overlap.CAUSAL ? end - 1 : places.start(sample);
            for (int row = first; row < end; row++) {
                if (!Double.isFinite(scores.score(row))) {
                    throw notFinite("row " + row, scores.score(row), name, time(places.rows(), row));
                }
            }
        }
    }

    private static void requireFinite(double[] scores, String name) {
        for (int sample = 0; sample < scores.length; sample++) {
            if (!Double.isFinite(scores[sample])) {
                throw notFinite("sample " + sample, scores[sample], name, null);
            }
        }
    }

    private static @Nullable String time(SourceRows rows, int row) {
        SampleTimes times = rows.times();
        return times == null ? null : times.begin(row);
    }

    private static IllegalArgumentException notFinite(String where, double score, String name, @Nullable String time) {
        return new IllegalArgumentException("the score of " + where + (time == null ? "" : " (" + time + ")") + " of "
                + name + " is " + score
                + ". Take a model whose training did not diverge, and data whose numbers are of its kind.");
    }

    @Override
    public void close() {
        inference.close();
        if (code != null) {
            code.close();
        }
    }
}

package dev.hourglass.lab.board;

import dev.hourglass.data.Dataset;
import dev.hourglass.detect.ScoreEvaluation;
import dev.hourglass.detect.rivals.NeighbourDistance;
import dev.hourglass.detect.rivals.PcaReconstruction;
import dev.hourglass.detect.rivals.ZeroReconstruction;
import dev.hourglass.evaluate.Points;
import dev.hourglass.lab.board.BoardResult.Column;
import dev.hourglass.lab.board.BoardResult.Row;
import dev.hourglass.lab.board.files.Fingerprint;
import dev.hourglass.lab.board.files.ScoreSet;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.train.InputNoise;
import dev.hourglass.train.TrainOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Images of one class as the normal ones (Ruff et al. 2018, Deep one-class classification, section 4): detectors learn from the training images of a
 * class and score all test images, of which those of the other classes are anomalies; each class once. No threshold is needed, and labels
 * of test images are not used for anything but the areas under the curves.
 */
final class OneClassBoard implements Benchmark {
    private static final String NOISE = "uniform noise";
    private static final String ZERO = Detectors.ZERO;
    private static final String PCA = "PCA error";
    private static final String AUTOENCODER = "autoencoder";
    private static final String WITH_CODE = "autoencoder with code";
    private static final List<String> RIVALS = List.of(ZERO, PCA, Detectors.NEIGHBOURS);
    private static final List<String> OURS = List.of(AUTOENCODER, WITH_CODE);
    /** Before the name of a detector: its scores of training images that are not learned from. */
    private static final String TUNING = "tuning ";

    /** One of so many training images of a class is not learned from. */
    private static final int HELD = 10;

    /** By how many pixels errors are smoothed; which of them counts is chosen by training images. */
    private static final List<Double> DEVIATIONS = List.of(0.0, 1.0, 2.0);

    private static final int HIDDEN = 256;
    private static final int CODE = 32;
    private static final float INPUT_NOISE = 0.3f;
    private static final int EPOCHS = 20;
    private static final int BATCH = 64;
    private static final int LEAST_IMAGES = 10;

    private final String title;
    private final Dataset training;
    private final Dataset test;
    private final int[] classes;
    private final List<Long> seeds;

    private OneClassBoard(String title, Dataset training, Dataset test, int[] classes, List<Long> seeds) {
        this.title = title;
        this.training = training;
        this.test = test;
        this.classes = classes;
        this.seeds = seeds;
    }

    /** @param name of a data set of the catalog, labelled, split for training and test */
    static OneClassBoard open(String name, String title, BoardOptions options) {
        return of(
                title,
                options.catalog().apply(name + ":train"),
                options.catalog().apply(name + ":test"),
                options.seeds());
    }

    static OneClassBoard of(String title, Dataset training, Dataset test, List<Long> seeds) {
        int[] classes = IntStream.range(0, test.size())
                .map(test::label)
                .distinct()
                .sorted()
                .toArray();
        for (int each : classes) {
            int images = samplesOf(training, each).length;
            if (images < LEAST_IMAGES) {
                throw new BoardException(training.name() + ": expected " + LEAST_IMAGES + " images or more of class "
                        + each + ", found " + images + ". Take the whole data set.");
            }
        }
        if (classes.length < 2) {
            throw new BoardException(test.name() + ": expected images of two classes or more, found " + classes.length
                    + ". Take the whole data set.");
        }
        return new OneClassBoard(title, training, test, classes, seeds);
    }

    private static int[] samplesOf(Dataset data, int label) {
        return IntStream.range(0, data.size())
                .filter(sample -> data.label(sample) == label)
                .toArray();
    }

    private AutoencoderSpec model() {
        return WindowAutoencoder.dense(training.sampleShape().size(), HIDDEN, CODE);
    }

    private static TrainOptions options() {
        return TrainOptions.defaults()
                .withEpochs(EPOCHS)
                .withBatchSize(BATCH)
                .withThreads(1)
                .withNoise(InputNoise.Gaussian.of(INPUT_NOISE));
    }

    @Override
    public List<Item> items() {
        String fingerprint = new Fingerprint("one class 3 " + DEVIATIONS + " " + model() + options() + seeds
                        + training.sha256() + test.sha256())
                .toString();
        return Arrays.stream(classes)
                .mapToObj(each -> new Item(item(each), fingerprint, () -> scores(each)))
                .toList();
    }

    private static String item(int label) {
        return "class " + label;
    }

    private ScoreSet scores(int label) {
        int[] own = samplesOf(training, label);
        Points normal = points(training, Arrays.copyOf(own, own.length - held(own.length)));
        Points tuning = points(training, tuning(label));
        Points all = join(tuning, points(test, IntStream.range(0, test.size()).toArray()));
        ErrorSmoothing smoothing = new ErrorSmoothing(training.sampleShape(), DEVIATIONS);
        Map<String, double[]> scores = new LinkedHashMap<>();
        put(
                scores,
                NOISE,
                tuning.count(),
                new RandomSource(seeds.getFirst())
                        .stream("noise", label).doubles(all.count()).toArray());
        PcaReconstruction pca = PcaReconstruction.ofComponents(normal, CODE, 1);
        for (double deviation : DEVIATIONS) {
            Points smooth = smoothing.smoothed(all, deviation);
            put(
                    scores,
                    ErrorSmoothing.name(ZERO, deviation),
                    tuning.count(),
                    ZeroReconstruction.fit(normal).score(smooth));
            put(
                    scores,
                    ErrorSmoothing.name(PCA, deviation),
                    tuning.count(),
                    smoothing.errors(all, pca.reconstruction(all.asDataset()), deviation));
            put(
                    scores,
                    ErrorSmoothing.name(Detectors.NEIGHBOURS, deviation),
                    tuning.count(),
                    NeighbourDistance.fit(smoothing.smoothed(normal, deviation), NeighbourDistance.USUAL_NEIGHBOURS, 1)
                            .score(smooth));
        }
        for (long seed : seeds) {
            Autoencoder trained =
                    WindowAutoencoder.train(model(), normal, options().withSeed(seed));
            Detectors.ofAutoencoder(trained, seed, normal, all, smoothing)
                    .forEach((name, errors) -> put(scores, name, tuning.count(), errors.samples()));
        }
        return new ScoreSet(scores);
    }

    /** @param each scores of the samples to tune with, then those of the test images */
    private static void put(Map<String, double[]> scores, String name, int tuning, double[] each) {
        scores.put(TUNING + name, Arrays.copyOf(each, tuning));
        scores.put(name, Arrays.copyOfRange(each, tuning, each.length));
    }

    /** How many of a class's training images are not learned from. */
    private static int held(int images) {
        return Math.max(1, images / HELD);
    }

    /** Training images that are not learned from: the class's last ones, then some of each other class. */
    private int[] tuning(int label) {
        int[] own = samplesOf(training, label);
        IntStream odd = Arrays.stream(classes).filter(other -> other != label).flatMap(other -> {
            int[] theirs = samplesOf(training, other);
            int some = Math.max(1, held(theirs.length) / 4);
            return Arrays.stream(theirs, theirs.length - some, theirs.length);
        });
        return IntStream.concat(Arrays.stream(own, own.length - held(own.length), own.length), odd)
                .toArray();
    }

    private static Points join(Points first, Points second) {
        float[] values = Arrays.copyOf(first.toArray(), (first.count() + second.count()) * first.dimensions());
        float[] more = second.toArray();
        System.arraycopy(more, 0, values, values.length - more.length, more.length);
        return Points.of(values, first.dimensions());
    }

    private static Points points(Dataset data, int[] samples) {
        int size = data.sampleShape().size();
        float[] values = new float[Math.multiplyExact(samples.length, size)];
        for (int i = 0; i < samples.length; i++) {
            data.copySample(samples[i], values, i * size);
        }
        return Points.of(values, size);
    }

    @Override
    public BoardResult judge(Map<String, ScoreSet> scores) {
        List<Row> rows = new ArrayList<>();
        rows.add(row(NOISE, areas(scores, NOISE)));
        for (String name : RIVALS) {
            rows.add(row(name, areas(scores, List.of(name))));
        }
        for (String name : OURS) {
            rows.add(row(name, areas(scores, bySeed(name))));
        }
        String ours = ours(scores);
        rows.add(row(ours + ", errors as they are", mean(scores, bySeed(ours), 0)));
        double[] best = areas(scores, bySeed(ours));
        if (seeds.size() > 1) {
            double deviation = deviation(scores, bySeed(ours));
            for (String seed : bySeed(ours)) {
                rows.add(row(seed, areas(scores, ErrorSmoothing.name(seed, deviation))));
            }
        }
        List<Column> columns = new ArrayList<>(List.of(new Column("mean AUROC", 4), new Column("worst class", 4)));
        for (int label : classes) {
            columns.add(new Column(name(label), 3));
        }
        String heading =
                String.format(Locale.ROOT, "%s, one class of %d, %,d test images", title, classes.length, test.size());
        return new BoardResult(heading, columns, rows, notes(scores, best));
    }

    private String name(int label) {
        return label < test.classNames().size() ? test.classNames().get(label) : String.valueOf(label);
    }

    private static Row row(String name, double[] areas) {
        double[] values = new double[areas.length + 2];
        values[0] = Arrays.stream(areas).average().orElseThrow();
        values[1] = Arrays.stream(areas).min().orElseThrow();
        System.arraycopy(areas, 0, values, 2, areas.length);
        return new Row(name, values);
    }

    /** A detector's scores, one for each seed. */
    private List<String> bySeed(String name) {
        return seeds.stream()
                .map(name.equals(WITH_CODE) ? Detectors::withCode : Detectors::autoencoder)
                .toList();
    }

    /** Of the autoencoder's scores the one that tells the training images better. */
    private String ours(Map<String, ScoreSet> scores) {
        return OURS.stream()
                .max(Comparator.comparingDouble(name -> tuned(scores, bySeed(name), deviation(scores, bySeed(name)))))
                .orElseThrow();
    }

    /** By how much errors are smoothed, for all classes alike: so that they tell the training images best; the least of equals. */
    private double deviation(Map<String, ScoreSet> scores, List<String> names) {
        double best = 0;
        for (double deviation : DEVIATIONS) {
            best = tuned(scores, names, deviation) > tuned(scores, names, best) ? deviation : best;
        }
        return best;
    }

    /** The mean area under the ROC curve over classes and names, on training images that were not learned from. */
    private double tuned(Map<String, ScoreSet> scores, List<String> names, double deviation) {
        return names.stream()
                .mapToDouble(name -> average(areas(scores, TUNING + ErrorSmoothing.name(name, deviation))))
                .average()
                .orElseThrow();
    }

    /** The area under the ROC curve for each class, the mean over names, smoothed as was chosen for them. */
    private double[] areas(Map<String, ScoreSet> scores, List<String> names) {
        return mean(scores, names, deviation(scores, names));
    }

    private double[] mean(Map<String, ScoreSet> scores, List<String> names, double deviation) {
        List<double[]> each = names.stream()
                .map(name -> areas(scores, ErrorSmoothing.name(name, deviation)))
                .toList();
        double[] mean = new double[classes.length];
        Arrays.setAll(
                mean,
                i -> each.stream().mapToDouble(values -> values[i]).average().orElseThrow());
        return mean;
    }

    /** The area under the ROC curve for each class. */
    private double[] areas(Map<String, ScoreSet> scores, String name) {
        boolean tuning = name.startsWith(TUNING);
        return Arrays.stream(classes)
                .mapToDouble(label -> {
                    Dataset judged = tuning ? training : test;
                    int[] samples = tuning
                            ? tuning(label)
                            : IntStream.range(0, test.size()).toArray();
                    boolean[] abnormal = new boolean[samples.length];
                    for (int i = 0; i < abnormal.length; i++) {
                        abnormal[i] = judged.label(samples[i]) != label;
                    }
                    double[] ofClass =
                            Objects.requireNonNull(scores.get(item(label))).get(name);
                    return ScoreEvaluation.of(ofClass, abnormal).rocAuc().orElseThrow();
                })
                .toArray();
    }

    private List<String> notes(Map<String, ScoreSet> scores, double[] ours) {
        List<String> notes = new ArrayList<>();
        notes.add(
                "Each class once as the normal one: fitted to its training images alone, judged on all test images, those"
                        + " of other classes being anomalies. The autoencoder is of dense layers with a code of " + CODE
                        + " numbers and learns to take noise of deviation " + INPUT_NOISE
                        + " off; PCA keeps as many components."
                        + " Its error is the mean squared one of the pixels, without noise; with code adds "
                        + Detectors.CODE_WEIGHT
                        + " times the code's squared Mahalanobis distance, each divided by its mean in training. Neighbours: the mean distance to the "
                        + NeighbourDistance.USUAL_NEIGHBOURS
                        + " nearest training images. Errors of neighbouring pixels are smoothed by a Gaussian before they are squared: of"
                        + " deviations of " + ErrorSmoothing.words(DEVIATIONS)
                        + " pixels each detector has the one, the same for all classes, with the highest mean AUROC on"
                        + " training images that it did not learn from, a class's last tenth and some of the other classes ("
                        + chosen(scores)
                        + "); so was chosen which of the two scores counts as the autoencoder's. For neighbours the images are"
                        + " smoothed, which is the same. No test image was used for that. Means over " + seeds.size()
                        + (seeds.size() == 1 ? " seed." : " seeds."));
        String best = RIVALS.stream()
                .max(Comparator.comparingDouble(rival -> average(areas(scores, List.of(rival)))))
                .orElseThrow();
        double[] theirs = areas(scores, List.of(best));
        Bootstrap.Interval interval = Bootstrap.of(
                classes.length,
                new RandomSource(seeds.getFirst()),
                drawn -> Arrays.stream(drawn)
                        .mapToDouble(i -> ours[i] - theirs[i])
                        .average()
                        .orElseThrow());
        notes.add(new Verdict("mean AUROC", average(ours), best, average(theirs), interval, "classes", 4).sentence());
        return notes;
    }

    private String chosen(Map<String, ScoreSet> scores) {
        return Stream.concat(RIVALS.stream(), OURS.stream())
                .map(name -> name + " "
                        + ErrorSmoothing.words(deviation(scores, RIVALS.contains(name) ? List.of(name) : bySeed(name))))
                .collect(Collectors.joining("; "));
    }

    private static double average(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}

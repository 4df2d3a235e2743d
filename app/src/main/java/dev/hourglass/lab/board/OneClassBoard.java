package dev.hourglass.lab.board;

import dev.hourglass.data.Dataset;
import dev.hourglass.detect.ScoreEvaluation;
import dev.hourglass.detect.rivals.NeighbourDistance;
import dev.hourglass.detect.rivals.PcaReconstruction;
import dev.hourglass.detect.rivals.SampleRival;
import dev.hourglass.detect.rivals.ZeroReconstruction;
import dev.hourglass.evaluate.Points;
import dev.hourglass.lab.board.BoardResult.Column;
import dev.hourglass.lab.board.BoardResult.Row;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.train.InputNoise;
import dev.hourglass.train.TrainOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

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
        String fingerprint = new Fingerprint(
                        "one class 2 " + model() + options() + seeds + training.sha256() + test.sha256())
                .toString();
        return Arrays.stream(classes)
                .mapToObj(each -> new Item(item(each), fingerprint, () -> scores(each)))
                .toList();
    }

    private static String item(int label) {
        return "class " + label;
    }

    private ScoreSet scores(int label) {
        Points normal = points(training, samplesOf(training, label));
        Points all = points(test, IntStream.range(0, test.size()).toArray());
        Map<String, double[]> scores = new LinkedHashMap<>();
        scores.put(
                NOISE,
                new RandomSource(seeds.getFirst())
                        .stream("noise", label).doubles(test.size()).toArray());
        Map<String, SampleRival> rivals = new LinkedHashMap<>();
        rivals.put(ZERO, ZeroReconstruction.fit(normal));
        rivals.put(PCA, PcaReconstruction.ofComponents(normal, CODE, 1));
        rivals.put(Detectors.NEIGHBOURS, NeighbourDistance.fit(normal, NeighbourDistance.USUAL_NEIGHBOURS, 1));
        rivals.forEach((name, rival) -> scores.put(name, rival.score(all)));
        for (long seed : seeds) {
            Autoencoder trained =
                    WindowAutoencoder.train(model(), normal, options().withSeed(seed));
            Detectors.Errors errors = new Detectors.Errors(
                    WindowAutoencoder.errors(trained, normal), WindowAutoencoder.errors(trained, all));
            scores.put(Detectors.autoencoder(seed), errors.samples());
            scores.put(
                    Detectors.withCode(seed),
                    Detectors.withCode(trained, normal, all, errors).samples());
        }
        return new ScoreSet(scores);
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
        for (String name : List.of(NOISE, ZERO, PCA, Detectors.NEIGHBOURS)) {
            rows.add(row(name, areas(scores, name)));
        }
        rows.add(row(
                AUTOENCODER,
                mean(seeds.stream()
                        .map(seed -> areas(scores, Detectors.autoencoder(seed)))
                        .toList())));
        List<double[]> each = seeds.stream()
                .map(seed -> areas(scores, Detectors.withCode(seed)))
                .toList();
        if (seeds.size() > 1) {
            for (int i = 0; i < each.size(); i++) {
                rows.add(row(Detectors.withCode(seeds.get(i)), each.get(i)));
            }
        }
        double[] ours = mean(each);
        rows.add(row(WITH_CODE, ours));
        List<Column> columns = new ArrayList<>(List.of(new Column("mean AUROC", 4), new Column("worst class", 4)));
        for (int label : classes) {
            columns.add(new Column(name(label), 3));
        }
        String heading =
                String.format(Locale.ROOT, "%s, one class of %d, %,d test images", title, classes.length, test.size());
        return new BoardResult(heading, columns, rows, notes(scores, ours));
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

    /** The area under the ROC curve for each class. */
    private double[] areas(Map<String, ScoreSet> scores, String name) {
        return Arrays.stream(classes)
                .mapToDouble(label -> {
                    boolean[] abnormal = new boolean[test.size()];
                    for (int i = 0; i < abnormal.length; i++) {
                        abnormal[i] = test.label(i) != label;
                    }
                    double[] ofClass =
                            Objects.requireNonNull(scores.get(item(label))).get(name);
                    return ScoreEvaluation.of(ofClass, abnormal).rocAuc().orElseThrow();
                })
                .toArray();
    }

    private static double[] mean(List<double[]> each) {
        double[] mean = new double[each.getFirst().length];
        Arrays.setAll(
                mean,
                i -> each.stream().mapToDouble(values -> values[i]).average().orElseThrow());
        return mean;
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
                        + NeighbourDistance.USUAL_NEIGHBOURS + " nearest training images. Means over " + seeds.size()
                        + (seeds.size() == 1 ? " seed." : " seeds."));
        Map<String, double[]> rivals = new LinkedHashMap<>();
        List.of(ZERO, PCA, Detectors.NEIGHBOURS).forEach(name -> rivals.put(name, areas(scores, name)));
        String best = rivals.keySet().stream()
                .max((a, b) -> Double.compare(average(areasOf(rivals, a)), average(areasOf(rivals, b))))
                .orElseThrow();
        double[] theirs = areasOf(rivals, best);
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

    private static double[] areasOf(Map<String, double[]> rivals, String name) {
        return Objects.requireNonNull(rivals.get(name));
    }

    private static double average(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }
}

package dev.hourglass.lab.board;

import dev.hourglass.detect.ScoreEvaluation;
import dev.hourglass.detect.series.ErrorScale;
import dev.hourglass.evaluate.Points;
import dev.hourglass.lab.board.BoardResult.Column;
import dev.hourglass.lab.board.BoardResult.Row;
import dev.hourglass.lab.board.files.Fingerprint;
import dev.hourglass.lab.board.files.PlainTable;
import dev.hourglass.lab.board.files.ScoreSet;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.InputNoise;
import dev.hourglass.train.TrainOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * ECG5000: detectors learn from the normal beats of the training file alone, and tell abnormal ones among those of the test file.
 * Each is fitted several times, every time without a fold of the normal beats; a test beat's score is the mean over the fits, a
 * normal training beat's that of the fits that did not see it (as in cross-conformal prediction, Vovk 2015). There are two thresholds: a quantile
 * of the normal training beats' scores, and the one of a logistic regression that tells the abnormal beats of the training file from them. No test label is looked at.
 */
final class Ecg5000Board implements Benchmark {
    private static final String NORMAL = "normal ";
    private static final String ODD = "abnormal ";
    private static final float INPUT_NOISE = 0.3f;
    private static final String NOISE = "uniform noise";
    private static final String AUTOENCODER = "autoencoder";
    private static final String WITH_CODE = "autoencoder with code";
    private static final List<String> OURS = List.of(AUTOENCODER, WITH_CODE);
    private static final int FOLDS = 5;
    private static final int REPEATS = 3;
    private static final double QUANTILE = 0.99;
    private static final int HIDDEN = 64;
    private static final int CODE = 8;
    private static final int EPOCHS = 300;
    private static final int BATCH = 32;
    /** By how many steps errors are smoothed; which of them counts is chosen by the training file. */
    private static final List<Double> DEVIATIONS = List.of(0.0, 1.0, 2.0, 4.0);

    private static final int NORMAL_CLASS = 1;
    private static final int LEAST_NORMAL = 50;
    private static final String SETTINGS = "ecg5000 3 " + DEVIATIONS + " " + FOLDS + " " + REPEATS + " ";

    private final double[][] normal;
    /** Of the training file. */
    private final double[][] odd;

    private final double[][] test;
    private final boolean[] abnormal;
    private final List<Long> seeds;
    private final Detectors detectors;

    private Ecg5000Board(double[][] normal, double[][] odd, double[][] test, boolean[] abnormal, List<Long> seeds) {
        this.normal = normal;
        this.odd = odd;
        this.test = test;
        this.abnormal = abnormal;
        this.seeds = seeds;
        detectors = new Detectors(
                WindowAutoencoder.dense(normal[0].length, HIDDEN, CODE),
                TrainOptions.defaults()
                        .withEpochs(EPOCHS)
                        .withBatchSize(BATCH)
                        .withNoise(InputNoise.Gaussian.of(INPUT_NOISE)),
                seeds);
    }

    static Ecg5000Board open(BoardOptions options) {
        double[][] training = read(options.folder(), "ECG5000_TRAIN");
        double[][] test = read(options.folder(), "ECG5000_TEST");
        if (training[0].length != test[0].length) {
            throw new BoardException("Beats must be equally long, but those of ECG5000_TRAIN have "
                    + (training[0].length - 1) + " steps and those of ECG5000_TEST " + (test[0].length - 1)
                    + ". Take both of one copy of the archive.");
        }
        double[][] normal = beats(Arrays.stream(training).filter(Ecg5000Board::isNormal));
        double[][] odd = beats(Arrays.stream(training).filter(row -> !isNormal(row)));
        boolean[] abnormal = new boolean[test.length];
        IntStream.range(0, test.length).forEach(beat -> abnormal[beat] = !isNormal(test[beat]));
        long found =
                IntStream.range(0, test.length).filter(beat -> abnormal[beat]).count();
        if (normal.length < LEAST_NORMAL || odd.length == 0 || found == 0 || found == test.length) {
            throw new BoardException(options.folder() + " is not ECG5000: expected " + LEAST_NORMAL
                    + " training beats of class 1 or more, and others in both files, found " + normal.length
                    + " and "
                    + found + " of " + test.length + " test beats abnormal. The first column must be the class.");
        }
        return new Ecg5000Board(normal, odd, beats(Arrays.stream(test)), abnormal, options.seeds());
    }

    private static boolean isNormal(double[] row) {
        return row[0] == NORMAL_CLASS;
    }

    private static double[][] beats(Stream<double[]> rows) {
        return rows.map(row -> Arrays.copyOfRange(row, 1, row.length)).toArray(double[][]::new);
    }

    /** The class, then the beat, in whatever the archive's copies use between numbers. */
    private static double[][] read(Path folder, String name) {
        for (String ending : List.of(".txt", ".csv", ".tsv", ".txt.gz", ".csv.gz", ".tsv.gz")) {
            Path file = folder.resolve(name + ending);
            if (Files.isRegularFile(file)) {
                PlainTable table = PlainTable.read(file, "\\s*,\\s*|\\s+", false);
                int width = table.rows().getFirst().length;
                if (width < 3) {
                    throw new BoardException(
                            file + ": expected a class and a beat in each line, found " + width + " numbers.");
                }
                return table.numbersFrom(0, width);
            }
        }
        throw new BoardException(folder + " is not ECG5000: expected " + name
                + ".txt, .csv or .tsv, perhaps with .gz. Give the folder of the UCR archive's data set.");
    }

    @Override
    public List<Item> items() {
        String fingerprint = new Fingerprint(SETTINGS + detectors.settings())
                .of(normal)
                .of(test)
                .toString();
        return seeds.stream()
                .map(seed -> new Item("seed " + seed, fingerprint, () -> scores(seed)))
                .toList();
    }

    private ScoreSet scores(long seed) {
        Map<String, double[]> scores = new LinkedHashMap<>();
        for (int fit = 0; fit < REPEATS * FOLDS; fit++) {
            int held = fit % FOLDS;
            int[] fold = folds(seed, fit / FOLDS);
            int[] unseen = beatsOf(fold, f -> f == held);
            int[] seen = beatsOf(fold, f -> f != held);
            long modelSeed = seed * REPEATS * FOLDS + fit;
            Points samples = points(Stream.of(beats(unseen), Arrays.stream(odd), Arrays.stream(test))
                    .flatMap(s -> s));
            new Detectors(detectors.model(), detectors.training(), List.of(modelSeed))
                    .score(points(beats(seen)), samples, new ErrorSmoothing(Shape.of(samples.dimensions()), DEVIATIONS))
                    .forEach((name, errors) -> {
                        add(scores, name.replace(" seed " + modelSeed, ""), errors.samples(), unseen);
                    });
        }
        scores.put(NOISE, noise(seed, "test", test.length));
        scores.put(NORMAL + NOISE, noise(seed, "normal", normal.length));
        scores.put(ODD + NOISE, noise(seed, "abnormal", odd.length));
        return new ScoreSet(scores);
    }

    private static int[] beatsOf(int[] fold, IntPredicate which) {
        return IntStream.range(0, fold.length)
                .filter(beat -> which.test(fold[beat]))
                .toArray();
    }

    private Stream<double[]> beats(int[] chosen) {
        return Arrays.stream(chosen).mapToObj(beat -> normal[beat]);
    }

    /** @param errors of the beats that were not seen, the abnormal ones of the training file and the test file's */
    private void add(Map<String, double[]> scores, String detector, double[] errors, int[] unseen) {
        double[] ofNormal = scores.computeIfAbsent(NORMAL + detector, n -> new double[normal.length]);
        double[] ofOdd = scores.computeIfAbsent(ODD + detector, n -> new double[odd.length]);
        double[] ofTest = scores.computeIfAbsent(detector, n -> new double[test.length]);
        for (int i = 0; i < unseen.length; i++) {
            ofNormal[unseen[i]] += errors[i] / REPEATS;
        }
        for (int i = 0; i < ofOdd.length; i++) {
            ofOdd[i] += errors[unseen.length + i] / (REPEATS * FOLDS);
        }
        for (int i = 0; i < ofTest.length; i++) {
            ofTest[i] += errors[unseen.length + ofOdd.length + i] / (REPEATS * FOLDS);
        }
    }

    private static double[] noise(long seed, String purpose, int count) {
        return new RandomSource(seed)
                .stream("noise " + purpose, 0).doubles(count).toArray();
    }

    private int[] folds(long seed, int repeat) {
        RandomGenerator random = new RandomSource(seed).stream("folds", repeat);
        int[] fold = IntStream.range(0, normal.length).map(beat -> beat % FOLDS).toArray();
        for (int i = fold.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int moved = fold[i];
            fold[i] = fold[j];
            fold[j] = moved;
        }
        return fold;
    }

    private static Points points(Stream<double[]> beats) {
        double[][] rows = beats.toArray(double[][]::new);
        int width = rows[0].length;
        float[] values = new float[rows.length * width];
        for (int row = 0; row < rows.length; row++) {
            for (int i = 0; i < width; i++) {
                values[row * width + i] = (float) rows[row][i];
            }
        }
        return Points.of(values, width);
    }

    @Override
    public BoardResult judge(Map<String, ScoreSet> scores) {
        List<String> names = new ArrayList<>(List.of(NOISE));
        names.addAll(Detectors.RIVALS);
        names.addAll(OURS);
        List<Row> rows = new ArrayList<>();
        for (String name : names) {
            String chosen = ErrorSmoothing.name(name, deviation(scores, name));
            rows.add(new Row(name, mean(scores, set -> values(set, chosen))));
        }
        String ours = ours(scores);
        rows.add(new Row(ours + ", errors as they are", mean(scores, set -> values(set, ours))));
        if (scores.size() > 1) {
            String chosen = ErrorSmoothing.name(ours, deviation(scores, ours));
            scores.forEach((item, set) -> rows.add(new Row(ours + ", " + item, values(set, chosen))));
        }
        List<Column> columns = List.of(
                new Column("AUROC", 4),
                new Column("AP", 4),
                new Column("accuracy", 4),
                new Column("recall", 4),
                new Column("false alarms", 4),
                new Column("accuracy by normal beats", 4),
                new Column("best accuracy", 4));
        return new BoardResult(
                String.format(Locale.ROOT, "ECG5000, %,d normal beats, %,d test beats", normal.length, test.length),
                columns,
                rows,
                notes(scores));
    }

    private static double[] mean(Map<String, ScoreSet> scores, Function<ScoreSet, double[]> values) {
        double[] mean = new double[0];
        for (ScoreSet set : scores.values()) {
            double[] each = values.apply(set);
            mean = mean.length == 0 ? new double[each.length] : mean;
            for (int i = 0; i < each.length; i++) {
                mean[i] += each[i] / scores.size();
            }
        }
        return mean;
    }

    private double[] values(ScoreSet set, String name) {
        double[] ofTest = set.get(name);
        double threshold = threshold(set, name);
        double quantile = ErrorScale.fit(set.get(NORMAL + name), QUANTILE).usual();
        ScoreEvaluation evaluation = ScoreEvaluation.of(ofTest, abnormal);
        int bad = evaluation.anomalies();
        return new double[] {
            evaluation.rocAuc().orElseThrow(),
            evaluation.averagePrecision().orElseThrow(),
            accuracy(ofTest, threshold),
            (double) flagged(ofTest, threshold, true) / bad,
            (double) flagged(ofTest, threshold, false) / (ofTest.length - bad),
            accuracy(ofTest, quantile),
            accuracy(ofTest, bestThreshold(ofTest, abnormal))
        };
    }

    private int flagged(double[] scores, double threshold, boolean which) {
        return (int) IntStream.range(0, scores.length)
                .filter(beat -> scores[beat] > threshold && abnormal[beat] == which)
                .count();
    }

    private double accuracy(double[] scores, double threshold) {
        return (double) IntStream.range(0, scores.length)
                        .filter(beat -> scores[beat] > threshold == abnormal[beat])
                        .count()
                / scores.length;
    }

    /** Of the autoencoder's scores the one that tells the training file's beats better. */
    private static String ours(Map<String, ScoreSet> scores) {
        ToDoubleFunction<String> loss =
                name -> trainingLoss(scores, ErrorSmoothing.name(name, deviation(scores, name)));
        return loss.applyAsDouble(WITH_CODE) < loss.applyAsDouble(AUTOENCODER) ? WITH_CODE : AUTOENCODER;
    }

    /** By how much a detector's errors are smoothed: so that they tell the training file's beats best; the least of equals. */
    private static double deviation(Map<String, ScoreSet> scores, String name) {
        if (name.equals(NOISE) || name.equals(Detectors.MAHALANOBIS)) {
            return 0;
        }
        return DEVIATIONS.stream()
                .min(Comparator.comparingDouble(
                        deviation -> trainingLoss(scores, ErrorSmoothing.name(name, deviation))))
                .orElseThrow();
    }

    /** Of the logistic regression that finds the threshold, on the training file's beats. */
    private static double trainingLoss(Map<String, ScoreSet> scores, String name) {
        return scores.values().stream()
                .mapToDouble(set -> LogisticThreshold.loss(set.get(NORMAL + name), set.get(ODD + name)))
                .average()
                .orElseThrow();
    }

    private static double threshold(ScoreSet set, String name) {
        return LogisticThreshold.of(set.get(NORMAL + name), set.get(ODD + name));
    }

    /** Above which to flag, for the highest accuracy: in the middle between two scores, the lowest of equals. */
    private static double bestThreshold(double[] scores, boolean[] abnormal) {
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted((a, b) -> Double.compare(scores[a], scores[b]))
                .mapToInt(Integer::intValue)
                .toArray();
        int right = (int)
                IntStream.range(0, scores.length).filter(beat -> abnormal[beat]).count();
        int most = right;
        double best = scores[order[0]] - 1;
        for (int i = 0; i < order.length; i++) {
            right += abnormal[order[i]] ? -1 : 1;
            double next = i + 1 < order.length ? scores[order[i + 1]] : scores[order[i]] + 1;
            if (right > most && next > scores[order[i]]) {
                most = right;
                best = (scores[order[i]] + next) / 2;
            }
        }
        return best;
    }

    private List<String> notes(Map<String, ScoreSet> scores) {
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT,
                "Fitted to normal training beats alone, %d times %d folds. Accuracy, recall and false alarms have the"
                        + " threshold at which a logistic regression on the scores of the training file's beats gives half,"
                        + " normal ones scored by fits that did not see them; it replaced the one with the highest accuracy there,"
                        + " after both had been tried on the test file. By normal beats is the %.2f quantile of those alone;"
                        + " best accuracy has the threshold that is best on the test labels. Noise on the inputs and size of the code were chosen by the"
                        + " training file, from a few that had been tried on both. Errors of neighbouring steps are smoothed by a Gaussian before"
                        + " they are squared: of deviations of %s steps each detector has the one with the least loss of that regression on the"
                        + " training file (%s); so was chosen which of the two scores counts as the autoencoder's. That smoothing helps had been"
                        + " seen on both files, with one seed. With code: the error and %.1f times the code's squared Mahalanobis distance, each"
                        + " divided by its mean in training; the weight was found with PCA in the autoencoder's place. Means over"
                        + " %d %s.",
                REPEATS,
                FOLDS,
                QUANTILE,
                ErrorSmoothing.words(DEVIATIONS),
                chosen(scores),
                Detectors.CODE_WEIGHT,
                seeds.size(),
                seeds.size() == 1 ? "seed" : "seeds"));
        ToDoubleFunction<String> accuracy = name -> {
            String chosen = ErrorSmoothing.name(name, deviation(scores, name));
            return mean(scores, set -> values(set, chosen))[2];
        };
        String best = Detectors.RIVALS.stream()
                .max((a, b) -> Double.compare(accuracy.applyAsDouble(a), accuracy.applyAsDouble(b)))
                .orElseThrow();
        String ours = ours(scores);
        double[] gains = gains(
                scores,
                ErrorSmoothing.name(ours, deviation(scores, ours)),
                ErrorSmoothing.name(best, deviation(scores, best)));
        Bootstrap.Interval interval = Bootstrap.of(
                gains.length,
                new RandomSource(seeds.getFirst()),
                drawn -> Arrays.stream(drawn)
                        .mapToDouble(beat -> gains[beat])
                        .average()
                        .orElseThrow());
        notes.add(new Verdict(
                        "accuracy",
                        accuracy.applyAsDouble(ours),
                        best,
                        accuracy.applyAsDouble(best),
                        interval,
                        "beats",
                        4)
                .sentence());
        return notes;
    }

    private static String chosen(Map<String, ScoreSet> scores) {
        return Stream.concat(Detectors.RIVALS.stream(), OURS.stream())
                .filter(name -> !name.equals(Detectors.MAHALANOBIS))
                .map(name -> name + " " + ErrorSmoothing.words(deviation(scores, name)))
                .collect(Collectors.joining("; "));
    }

    /** By beat, how much more often the autoencoder is right. */
    private double[] gains(Map<String, ScoreSet> scores, String own, String rival) {
        double[] gains = new double[test.length];
        for (ScoreSet set : scores.values()) {
            double ours = threshold(set, own);
            double theirs = threshold(set, rival);
            for (int i = 0; i < gains.length; i++) {
                int right = set.get(own)[i] > ours == abnormal[i] ? 1 : 0;
                int other = set.get(rival)[i] > theirs == abnormal[i] ? 1 : 0;
                gains[i] += (double) (right - other) / scores.size();
            }
        }
        return gains;
    }
}

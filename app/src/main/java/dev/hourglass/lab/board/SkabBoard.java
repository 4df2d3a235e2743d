package dev.hourglass.lab.board;

import dev.hourglass.detect.metrics.ChangePoints;
import dev.hourglass.detect.metrics.Confusion;
import dev.hourglass.detect.metrics.NabProfile;
import dev.hourglass.detect.rivals.NeighbourDistance;
import dev.hourglass.detect.rivals.PcaMahalanobis;
import dev.hourglass.detect.rivals.PcaReconstruction;
import dev.hourglass.detect.rivals.SampleRival;
import dev.hourglass.detect.series.ErrorScale;
import dev.hourglass.detect.series.Standardization;
import dev.hourglass.detect.series.TrailingWindows;
import dev.hourglass.evaluate.Points;
import dev.hourglass.lab.board.BoardResult.Column;
import dev.hourglass.lab.board.BoardResult.Row;
import dev.hourglass.lab.board.files.Fingerprint;
import dev.hourglass.lab.board.files.PlainTable;
import dev.hourglass.lab.board.files.ScoreSet;
import dev.hourglass.lab.board.files.TextLines;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec.Conv1d;
import dev.hourglass.model.LayerSpec.Conv1dTranspose;
import dev.hourglass.model.LayerSpec.Dropout;
import dev.hourglass.model.Padding;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.Callbacks;
import dev.hourglass.train.EarlyStopping;
import dev.hourglass.train.Monitor;
import dev.hourglass.train.TrainOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * SKAB: of each experiment the first 400 rows are learned from and the rest is judged. A row is an outlier where all windows around it have
 * residuals above the limit, 4/3 of the 0.999 quantile in training: the rule, the length of windows and the limit's factor are the
 * benchmark's own, and they look ahead by the length of a window.
 */
final class SkabBoard implements Benchmark {
    private static final List<String> GROUPS = List.of("valve1", "valve2", "other");
    private static final int TRAINING_ROWS = 400;
    private static final int STEPS = 60;
    private static final int CHANNELS = 8;
    private static final double QUANTILE = 0.999;
    private static final double FACTOR = 4.0 / 3;
    private static final long CHANGE_SECONDS = 60;
    private static final int FILTERS = 32;
    private static final int KERNEL = 7;
    private static final float DROPOUT = 0.2f;
    private static final int EPOCHS = 100;
    private static final int BATCH = 32;
    private static final int PATIENCE = 5;
    private static final double VALIDATION = 0.1;
    private static final double EXPLAINED = 0.9;
    private static final String NOISE = "uniform noise";
    private static final String ZERO = "zero reconstruction";
    private static final List<String> RIVALS =
            List.of(ZERO, Detectors.PCA, Detectors.MAHALANOBIS, Detectors.NEIGHBOURS);
    private static final String AUTOENCODER = "convolutional autoencoder";
    private static final String TRAINING = "training ";
    private static final String SETTINGS = "skab 2 " + STEPS + " " + EXPLAINED + " ";

    /** One experiment. Times in seconds. */
    private record Experiment(String name, long[] times, double[][] rows, boolean[] outliers, boolean[] changes) {}

    private final List<Experiment> experiments;
    private final List<Long> seeds;

    private SkabBoard(List<Experiment> experiments, List<Long> seeds) {
        this.experiments = experiments;
        this.seeds = seeds;
    }

    static SkabBoard open(BoardOptions options) {
        Path data = Files.isDirectory(options.folder().resolve("data"))
                ? options.folder().resolve("data")
                : options.folder();
        List<Experiment> experiments = new ArrayList<>();
        for (String group : GROUPS) {
            for (int number = 0; number < 100; number++) {
                Path plain = data.resolve(group).resolve(number + ".csv");
                Path packed = data.resolve(group).resolve(number + ".csv.gz");
                if (Files.isRegularFile(plain) || Files.isRegularFile(packed)) {
                    experiments.add(
                            experiment(group + "/" + number + ".csv", Files.isRegularFile(plain) ? plain : packed));
                }
            }
        }
        if (experiments.isEmpty()) {
            throw new BoardException(options.folder() + " is not SKAB: expected 0.csv, 1.csv and so on in "
                    + String.join(", ", GROUPS) + ". Give its folder 'data', or a copy of the repository waico/SKAB.");
        }
        return new SkabBoard(experiments, options.seeds());
    }

    private static Experiment experiment(String name, Path file) {
        PlainTable table = PlainTable.read(file, ";", true);
        int rows = table.rows().size();
        if (rows < TRAINING_ROWS + 2 * STEPS) {
            throw new BoardException(file + ": expected " + (TRAINING_ROWS + 2 * STEPS) + " rows or more, found " + rows
                    + ". Take the benchmark's own file.");
        }
        int outlier = table.column("anomaly");
        if (outlier != CHANNELS + 1) {
            throw new BoardException(
                    file + ": expected a time and " + CHANNELS + " channels before the column 'anomaly', found "
                            + outlier + " columns. Take the benchmark's own file.");
        }
        return new Experiment(
                name,
                Arrays.stream(table.texts(table.column("datetime")))
                        .mapToLong(time -> seconds(file, time))
                        .toArray(),
                table.numbersFrom(1, CHANNELS),
                flags(table.numbers(outlier)),
                flags(table.numbers(table.column("changepoint"))));
    }

    private static long seconds(Path file, String time) {
        try {
            return LocalDateTime.parse(time.strip().replace(' ', 'T')).toEpochSecond(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            throw new BoardException(
                    file + ": expected times such as 2020-03-09 10:14:33, found '" + TextLines.shown(time) + "'.", e);
        }
    }

    private static boolean[] flags(double[] numbers) {
        boolean[] flags = new boolean[numbers.length];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = numbers[i] != 0;
        }
        return flags;
    }

    /** As SKAB's, but with as many channels in the output as in the input: its own has one, which is compared with all eight. */
    private static AutoencoderSpec model() {
        return new AutoencoderSpec(
                "conv",
                Shape.of(STEPS, CHANNELS),
                List.of(
                        new Conv1d("enc1", FILTERS, KERNEL, 2, Padding.SAME, Activation.RELU),
                        new Dropout("enc_drop", DROPOUT),
                        new Conv1d("enc2", FILTERS / 2, KERNEL, 2, Padding.SAME, Activation.RELU)),
                List.of(
                        new Conv1dTranspose("dec1", FILTERS / 2, KERNEL, 2, Padding.SAME, Activation.RELU),
                        new Dropout("dec_drop", DROPOUT),
                        new Conv1dTranspose("dec2", FILTERS, KERNEL, 2, Padding.SAME, Activation.RELU),
                        new Conv1dTranspose("out", CHANNELS, KERNEL, 1, Padding.SAME, Activation.LINEAR)));
    }

    private static TrainOptions training() {
        return TrainOptions.defaults()
                .withEpochs(EPOCHS)
                .withBatchSize(BATCH)
                .withThreads(1)
                .withCallbacks(Callbacks.NONE.withEarlyStopping(
                        EarlyStopping.defaults().withMonitor(Monitor.VAL_LOSS).withPatience(PATIENCE)));
    }

    @Override
    public List<Item> items() {
        String settings = SETTINGS + model() + training() + seeds;
        return experiments.stream()
                .map(each -> new Item(
                        each.name(), new Fingerprint(settings).of(each.rows()).toString(), () -> scores(each)))
                .toList();
    }

    private ScoreSet scores(Experiment experiment) {
        double[][] standard =
                Standardization.fit(experiment.rows(), 0, TRAINING_ROWS).apply(experiment.rows());
        TrailingWindows windows = new TrailingWindows(STEPS);
        Points training = windows.cut(standard, 0, TRAINING_ROWS);
        Points all = windows.cut(standard, TRAINING_ROWS, standard.length);
        Map<String, double[]> scores = new LinkedHashMap<>();
        double[] noise = new RandomSource(seeds.getFirst())
                .stream("noise " + experiment.name(), 0)
                        .doubles(training.count() + all.count())
                        .toArray();
        scores.put(TRAINING + NOISE, Arrays.copyOf(noise, training.count()));
        scores.put(NOISE, Arrays.copyOfRange(noise, training.count(), noise.length));
        scores.put(TRAINING + ZERO, residuals(training, new float[training.toArray().length]));
        scores.put(ZERO, residuals(all, new float[all.toArray().length]));
        put(scores, Detectors.PCA, PcaReconstruction.fit(training, EXPLAINED, 1), all);
        put(scores, Detectors.MAHALANOBIS, PcaMahalanobis.fit(training, EXPLAINED, 1), all);
        put(scores, Detectors.NEIGHBOURS, NeighbourDistance.fit(training, NeighbourDistance.USUAL_NEIGHBOURS, 1), all);
        for (long seed : seeds) {
            Autoencoder trained = WindowAutoencoder.train(
                    model(), training, VALIDATION, training().withSeed(seed));
            scores.put(TRAINING + autoencoder(seed), residuals(training, WindowAutoencoder.rebuilt(trained, training)));
            scores.put(autoencoder(seed), residuals(all, WindowAutoencoder.rebuilt(trained, all)));
        }
        return new ScoreSet(scores);
    }

    private static String autoencoder(long seed) {
        return AUTOENCODER + " seed " + seed;
    }

    /** Squared distances become distances, so that the limit's factor means the same for all; those of neighbours are. */
    private static void put(Map<String, double[]> scores, String name, SampleRival rival, Points all) {
        boolean distance = rival instanceof NeighbourDistance;
        Function<double[], double[]> linear = squares ->
                distance ? squares : Arrays.stream(squares).map(Math::sqrt).toArray();
        scores.put(TRAINING + name, linear.apply(rival.trainingScores()));
        scores.put(name, linear.apply(rival.score(all)));
    }

    /** SKAB's residual: the mean over the steps of a window, the sum over channels, of absolute differences. */
    private static double[] residuals(Points windows, float[] rebuilt) {
        float[] values = windows.toArray();
        int size = windows.dimensions();
        double[] residuals = new double[windows.count()];
        for (int i = 0; i < values.length; i++) {
            residuals[i / size] += Math.abs((double) values[i] - rebuilt[i]) / STEPS;
        }
        return residuals;
    }

    /** Which rows are outliers: those around which all windows are above the limit. */
    static boolean[] outliers(double[] training, double[] windows, int rows) {
        double limit = ErrorScale.fit(training, QUANTILE).usual() * FACTOR;
        boolean[] outliers = new boolean[rows];
        int run = 0;
        for (int row = 0; row < windows.length - STEPS + 1; row++) {
            // The windows that start at row - STEPS + 1 to row - 1.
            if (row >= STEPS - 1) {
                outliers[row] = run >= STEPS - 1;
            }
            run = windows[row] > limit ? run + 1 : 0;
        }
        return outliers;
    }

    @Override
    public BoardResult judge(Map<String, ScoreSet> scores) {
        List<String> names = new ArrayList<>(List.of(NOISE));
        names.addAll(RIVALS);
        List<Row> rows = new ArrayList<>();
        names.forEach(name -> rows.add(new Row(name, values(scores, name))));
        List<double[]> each =
                seeds.stream().map(seed -> values(scores, autoencoder(seed))).toList();
        if (seeds.size() > 1) {
            for (int i = 0; i < each.size(); i++) {
                rows.add(new Row(autoencoder(seeds.get(i)), each.get(i)));
            }
        }
        double[] mean = IntStream.range(0, each.getFirst().length)
                .mapToDouble(i ->
                        each.stream().mapToDouble(values -> values[i]).average().orElseThrow())
                .toArray();
        rows.add(new Row(AUTOENCODER, mean));
        List<Column> columns = List.of(
                new Column("F1", 2),
                new Column("FAR %", 2),
                new Column("MAR %", 2),
                new Column("change points standard", 2),
                new Column("low FP", 2),
                new Column("low FN", 2));
        return new BoardResult("SKAB, " + experiments.size() + " experiments", columns, rows, notes(scores));
    }

    private double[] values(Map<String, ScoreSet> scores, String name) {
        Confusion sum = new Confusion(0, 0, 0, 0);
        List<ChangePoints.Series> changes = new ArrayList<>();
        for (Experiment each : experiments) {
            boolean[] found = found(scores, name, each);
            sum = sum.plus(confusion(each, found));
            changes.add(changes(each, found));
        }
        double[] values = new double[6];
        values[0] = sum.f1();
        values[1] = 100 * sum.falseAlarmRate();
        values[2] = 100 * sum.missedAlarmRate();
        NabProfile[] profiles = NabProfile.values();
        for (int p = 0; p < profiles.length; p++) {
            values[3 + p] = ChangePoints.score(changes, CHANGE_SECONDS, ChangePoints.Side.AFTER, profiles[p]);
        }
        return values;
    }

    /** By row after the training rows; windows are of those rows alone. */
    private static boolean[] found(Map<String, ScoreSet> scores, String name, Experiment each) {
        ScoreSet set = Objects.requireNonNull(scores.get(each.name()));
        return outliers(set.get(TRAINING + name), set.get(name), each.rows().length - TRAINING_ROWS);
    }

    private static Confusion confusion(Experiment each, boolean[] found) {
        int hits = 0;
        int alarms = 0;
        int bad = 0;
        for (int row = 0; row < found.length; row++) {
            boolean outlier = each.outliers()[TRAINING_ROWS + row];
            bad += outlier ? 1 : 0;
            hits += found[row] && outlier ? 1 : 0;
            alarms += found[row] && !outlier ? 1 : 0;
        }
        return new Confusion(hits, found.length - bad - alarms, alarms, bad - hits);
    }

    private static ChangePoints.Series changes(Experiment each, boolean[] found) {
        List<Long> changes = new ArrayList<>();
        List<Long> predictions = new ArrayList<>();
        for (int row = 0; row < found.length; row++) {
            long time = each.times()[TRAINING_ROWS + row];
            if (each.changes()[TRAINING_ROWS + row]) {
                changes.add(time);
            }
            if (row > 0 && found[row] != found[row - 1]) {
                predictions.add(time);
            }
        }
        return new ChangePoints.Series(changes, predictions);
    }

    private List<String> notes(Map<String, ScoreSet> scores) {
        List<String> notes = new ArrayList<>();
        notes.add("Fitted to the first " + TRAINING_ROWS
                + " rows of each experiment, some of them labelled as outliers; windows of " + STEPS
                + " rows, limit " + QUANTILE
                + " quantile of the training residuals times 4/3, as in SKAB's own notebook, for all detectors. These"
                + " constants were found by SKAB's authors on the files that are judged. The model is theirs with as"
                + " many channels in the output as in the input.");
        String best = RIVALS.stream()
                .max((a, b) -> Double.compare(values(scores, a)[0], values(scores, b)[0]))
                .orElseThrow();
        Confusion[] theirs = confusions(scores, best);
        List<Confusion[]> ours = seeds.stream()
                .map(seed -> confusions(scores, autoencoder(seed)))
                .toList();
        int[] all = IntStream.range(0, experiments.size()).toArray();
        Bootstrap.Interval interval = Bootstrap.of(
                experiments.size(),
                new RandomSource(seeds.getFirst()),
                drawn -> meanF1(ours, drawn) - f1(theirs, drawn));
        notes.add(new Verdict("F1", meanF1(ours, all), best, f1(theirs, all), interval, "experiments", 3).sentence());
        return notes;
    }

    private Confusion[] confusions(Map<String, ScoreSet> scores, String name) {
        return experiments.stream()
                .map(each -> confusion(each, found(scores, name, each)))
                .toArray(Confusion[]::new);
    }

    private static double meanF1(List<Confusion[]> seeds, int[] drawn) {
        return seeds.stream().mapToDouble(each -> f1(each, drawn)).average().orElseThrow();
    }

    private static double f1(Confusion[] each, int[] drawn) {
        Confusion sum = new Confusion(0, 0, 0, 0);
        for (int experiment : drawn) {
            sum = sum.plus(each[experiment]);
        }
        return sum.f1();
    }
}

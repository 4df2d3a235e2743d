package dev.hourglass.lab.board;

import dev.hourglass.detect.metrics.LabelledScores;
import dev.hourglass.detect.metrics.Labels;
import dev.hourglass.detect.metrics.PeriodEstimate;
import dev.hourglass.detect.metrics.PointMetrics;
import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.detect.metrics.VolumeUnderSurface;
import dev.hourglass.detect.series.ErrorScale;
import dev.hourglass.detect.series.Standardization;
import dev.hourglass.detect.series.TrailingWindows;
import dev.hourglass.evaluate.Points;
import dev.hourglass.lab.board.BoardResult.Column;
import dev.hourglass.lab.board.BoardResult.Row;
import dev.hourglass.lab.board.files.Fingerprint;
import dev.hourglass.lab.board.files.ScoreSet;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.train.TrainOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * The series of TSB-AD-U's evaluation list (Liu and Paparrizos 2024) that are NAB's: detectors learn from the first rows, as many as the list says, and
 * score each row of the whole series by the window around it, for covering anomalies rather than noticing them early. Judged by
 * VUS-PR. How much scores are smoothed is the one setting; it is chosen on NAB's other files.
 */
final class TsbBoard implements Benchmark {
    /** By NAB's file, how many rows TSB-AD gives to learn from; its series lack NAB's first row. */
    private static final Map<String, Integer> JUDGED = Map.ofEntries(
            Map.entry("realKnownCause/ec2_request_latency_system_failure.csv", 1007),
            Map.entry("realTraffic/occupancy_6005.csv", 594),
            Map.entry("realKnownCause/nyc_taxi.csv", 2579),
            Map.entry("artificialWithAnomaly/art_load_balancer_spikes.csv", 1007),
            Map.entry("realTraffic/TravelTime_451.csv", 500),
            Map.entry("realTraffic/speed_t4013.csv", 623),
            Map.entry("realAdExchange/exchange-3_cpm_results.csv", 500),
            Map.entry("realKnownCause/ambient_temperature_system_failure.csv", 1816),
            Map.entry("artificialWithAnomaly/art_increase_spike_density.csv", 1007),
            Map.entry("realKnownCause/rogue_agent_key_hold.csv", 500),
            Map.entry("realAWSCloudwatch/ec2_cpu_utilization_5f5533.csv", 1007),
            Map.entry("realKnownCause/cpu_utilization_asg_misconfiguration.csv", 4512),
            Map.entry("realTweets/Twitter_volume_FB.csv", 3958),
            Map.entry("realTraffic/speed_6005.csv", 624));

    private static final String NOISE = "uniform noise";
    private static final String AUTOENCODER = "autoencoder";
    private static final String WITH_CODE = "autoencoder with code";
    private static final int STEPS = 32;
    private static final double USUAL = 0.99;
    private static final int HIDDEN = 64;
    private static final int CODE = 8;
    private static final int EPOCHS = 40;
    private static final int BATCH = 32;
    /** What TSB-AD gives to learn from: a quarter of a series, but not fewer rows. */
    private static final int LEAST_TRAINING = 500;
    /** Over how many rows scores are averaged. */
    private static final int[] SMOOTHINGS = {1, 8, 16, 32, 64, 128, 256};

    private static final String SETTINGS = "tsb 2 " + STEPS + " " + USUAL + " ";

    /** A series as TSB-AD has it. */
    private record Series(String name, double[] values, int training, Labels labels, boolean judged) {}

    private final List<Series> series;
    private final Detectors detectors;

    private TsbBoard(List<Series> series, Detectors detectors) {
        this.series = series;
        this.detectors = detectors;
    }

    static TsbBoard open(BoardOptions options) {
        List<Series> series = NabCorpus.read(options.folder()).files().stream()
                .filter(file -> !file.windows().isEmpty() && file.values().length > 2 * LEAST_TRAINING)
                .map(TsbBoard::series)
                .toList();
        long judged = series.stream().filter(Series::judged).count();
        if (judged != JUDGED.size() || judged == series.size()) {
            throw new BoardException(options.folder() + ": expected the " + JUDGED.size()
                    + " files of NAB that TSB-AD has in its list, and others to choose a setting on, found " + judged
                    + " and " + (series.size() - judged) + ". Give a copy of the repository numenta/NAB.");
        }
        Detectors detectors = new Detectors(
                WindowAutoencoder.dense(STEPS, HIDDEN, CODE),
                TrainOptions.defaults().withEpochs(EPOCHS).withBatchSize(BATCH),
                options.seeds());
        return new TsbBoard(series, detectors);
    }

    /** TSB-AD lost NAB's first row to a header, and its labels lack each window's first row. */
    private static Series series(NabCorpus.File file) {
        double[] values = Arrays.copyOfRange(file.values(), 1, file.values().length);
        boolean[] anomalous = new boolean[values.length];
        for (Segment window : file.windows()) {
            Arrays.fill(anomalous, window.first(), window.last(), true);
        }
        int training = JUDGED.getOrDefault(file.name(), Math.max(LEAST_TRAINING, values.length / 4));
        return new Series(file.name(), values, training, Labels.of(anomalous), JUDGED.containsKey(file.name()));
    }

    @Override
    public List<Item> items() {
        return series.stream()
                .map(each -> new Item(
                        each.name(),
                        new Fingerprint(SETTINGS + detectors.settings() + " " + each.training())
                                .of(each.values())
                                .toString(),
                        () -> scores(each)))
                .toList();
    }

    private ScoreSet scores(Series each) {
        double[][] rows = TrailingWindows.ofOneChannel(each.values());
        double[][] standard = Standardization.fit(rows, 0, each.training()).apply(rows);
        TrailingWindows windows = new TrailingWindows(STEPS);
        Points normal = windows.cut(standard, 0, each.training());
        Points all = windows.cut(standard, 0, rows.length);
        Map<String, double[]> scores = new LinkedHashMap<>();
        scores.put(
                NOISE,
                new RandomSource(detectors.seeds().getFirst())
                        .stream("noise " + each.name(), 0).doubles(rows.length).toArray());
        detectors
                .score(normal, all)
                .forEach((name, errors) -> scores.put(
                        name,
                        windows.atMiddleRows(
                                ErrorScale.fit(errors.training(), USUAL).apply(errors.samples()))));
        return new ScoreSet(scores);
    }

    /** The mean over the rows around each, of fewer at the ends. */
    static double[] smoothed(double[] scores, int rows) {
        double[] sums = new double[scores.length + 1];
        for (int i = 0; i < scores.length; i++) {
            sums[i + 1] = sums[i] + scores[i];
        }
        double[] smooth = new double[scores.length];
        for (int i = 0; i < scores.length; i++) {
            int from = Math.max(0, i - rows / 2);
            int to = Math.min(scores.length, i - rows / 2 + rows);
            smooth[i] = rows == 1 ? scores[i] : (sums[to] - sums[from]) / (to - from);
        }
        return smooth;
    }

    /**
     * Of one detector on the series that are judged.
     *
     * @param tuned mean VUS-PR of the series that the smoothing was chosen on
     * @param smoothed VUS-PR of each
     * @param plain the same without smoothing
     * @param rows over how many scores are averaged
     */
    private record Judged(double tuned, double[] smoothed, double[] plain, double auc, double precision, double rows) {}

    @Override
    public BoardResult judge(Map<String, ScoreSet> scores) {
        Map<String, Judged> all = new LinkedHashMap<>();
        all.put(NOISE, judged(scores, NOISE));
        Detectors.RIVALS.forEach(name -> all.put(name, judged(scores, name)));
        putSeeds(all, scores, AUTOENCODER, Detectors::autoencoder);
        putSeeds(all, scores, WITH_CODE, Detectors::withCode);
        List<Column> columns = List.of(
                new Column("VUS-PR", 3),
                new Column("VUS-PR without smoothing", 3),
                new Column("AUROC", 3),
                new Column("AP", 3),
                new Column("rows averaged", 0));
        List<Row> rows = new ArrayList<>();
        all.forEach((name, judged) -> rows.add(new Row(name, new double[] {
            average(judged.smoothed), average(judged.plain), judged.auc, judged.precision, judged.rows
        })));
        return new BoardResult(
                "TSB-AD-U, the " + JUDGED.size() + " series of its evaluation list that are NAB's",
                columns,
                rows,
                notes(all));
    }

    private void putSeeds(
            Map<String, Judged> all, Map<String, ScoreSet> scores, String name, LongFunction<String> ofSeed) {
        List<Judged> seeds = new ArrayList<>();
        for (long seed : detectors.seeds()) {
            Judged each = judged(scores, ofSeed.apply(seed));
            seeds.add(each);
            if (detectors.seeds().size() > 1) {
                all.put(ofSeed.apply(seed), each);
            }
        }
        all.put(name, mean(seeds));
    }

    private Judged judged(Map<String, ScoreSet> scores, String name) {
        List<Series> tuning = series.stream().filter(each -> !each.judged()).toList();
        List<Series> judged = series.stream().filter(Series::judged).toList();
        int[] others = IntStream.range(0, tuning.size()).toArray();
        Folds.Worth worth = (rows, items) -> Arrays.stream(items)
                .mapToDouble(item -> vus(scores, tuning.get(item), name, SMOOTHINGS[rows]))
                .average()
                .orElseThrow();
        int setting = Folds.best(SMOOTHINGS.length, others, worth);
        int best = SMOOTHINGS[setting];
        double auc = 0;
        double precision = 0;
        for (Series each : judged) {
            LabelledScores smooth = LabelledScores.of(smoothed(scores(scores, each, name), best), each.labels());
            auc += PointMetrics.rocAuc(smooth) / judged.size();
            precision += PointMetrics.averagePrecision(smooth) / judged.size();
        }
        return new Judged(
                worth.of(setting, others),
                judged.stream()
                        .mapToDouble(each -> vus(scores, each, name, best))
                        .toArray(),
                judged.stream().mapToDouble(each -> vus(scores, each, name, 1)).toArray(),
                auc,
                precision,
                best);
    }

    private static double[] scores(Map<String, ScoreSet> scores, Series each, String name) {
        return Objects.requireNonNull(scores.get(each.name())).get(name);
    }

    private static double vus(Map<String, ScoreSet> scores, Series each, String name, int smoothing) {
        double[] smooth = smoothed(scores(scores, each, name), smoothing);
        return VolumeUnderSurface.of(LabelledScores.of(smooth, each.labels()), PeriodEstimate.of(each.values()))
                .pr();
    }

    private static Judged mean(List<Judged> seeds) {
        int count = seeds.getFirst().smoothed.length;
        double[] smoothed = new double[count];
        double[] plain = new double[count];
        double tuned = 0;
        double auc = 0;
        double precision = 0;
        double rows = 0;
        for (Judged seed : seeds) {
            for (int i = 0; i < count; i++) {
                smoothed[i] += seed.smoothed[i] / seeds.size();
                plain[i] += seed.plain[i] / seeds.size();
            }
            tuned += seed.tuned / seeds.size();
            auc += seed.auc / seeds.size();
            precision += seed.precision / seeds.size();
            rows += seed.rows / seeds.size();
        }
        return new Judged(tuned, smoothed, plain, auc, precision, rows);
    }

    private static double average(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    private List<String> notes(Map<String, Judged> all) {
        List<String> notes = new ArrayList<>();
        notes.add("Fitted to the first rows of each series, as many as TSB-AD's list says; windows of " + STEPS
                + " rows, a row scored by the window around it. VUS's window is the estimated period of the series, as on"
                + " TSB-AD's board. Over how many rows scores are averaged was chosen for each detector on the "
                + series.stream().filter(each -> !each.judged()).count()
                + " other files of NAB. Which of the two scores counts as the"
                + " autoencoder's was chosen there as well. With code: the error and " + Detectors.CODE_WEIGHT
                + " times the code's squared Mahalanobis distance, each divided by its mean in training. Means over the"
                + " series.");
        notes.add("Published on the same series, without knowing these settings: POLY 0.376, KShapeAD 0.350, MOMENT-FT"
                + " 0.341, AutoEncoder 0.337, Sub-PCA 0.331, USAD 0.257.");
        Judged error = Objects.requireNonNull(all.get(AUTOENCODER));
        Judged withCode = Objects.requireNonNull(all.get(WITH_CODE));
        Judged ours = withCode.tuned > error.tuned ? withCode : error;
        String best = Detectors.RIVALS.stream()
                .max((a, b) -> Double.compare(
                        average(Objects.requireNonNull(all.get(a)).smoothed),
                        average(Objects.requireNonNull(all.get(b)).smoothed)))
                .orElseThrow();
        double[] theirs = Objects.requireNonNull(all.get(best)).smoothed;
        Bootstrap.Interval interval = Bootstrap.of(
                theirs.length,
                new RandomSource(detectors.seeds().getFirst()),
                drawn -> Arrays.stream(drawn)
                        .mapToDouble(i -> ours.smoothed[i] - theirs[i])
                        .average()
                        .orElseThrow());
        notes.add(
                new Verdict("VUS-PR", average(ours.smoothed), best, average(theirs), interval, "series", 3).sentence());
        return notes;
    }
}

package dev.hourglass.lab.board;

import dev.hourglass.detect.metrics.Confusion;
import dev.hourglass.detect.metrics.LabelledScores;
import dev.hourglass.detect.metrics.Labels;
import dev.hourglass.detect.metrics.OverlappingSegments;
import dev.hourglass.detect.metrics.PointMetrics;
import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.detect.metrics.TimeInterval;
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
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * NASA's telemetry of SMAP and MSL (Hundman et al. 2018): detectors learn from each signal's training file and are judged on its test file by
 * overlapping segments, as Orion's leaderboard counts them. The limit is a multiple of the 0.99 quantile of the training errors, the same
 * for all signals, chosen on other signals.
 */
final class SmapBoard implements Benchmark {
    private static final String NOISE = "uniform noise";
    private static final String EVERYTHING = "one detection of everything";
    private static final String AUTOENCODER = "autoencoder";
    private static final int STEPS = 64;
    private static final double USUAL = 0.99;
    private static final int HIDDEN = 64;
    private static final int CODE = 8;
    private static final int EPOCHS = 40;
    private static final int BATCH = 32;
    private static final int LEAST_ROWS = 2 * STEPS;
    /** Of the usual error. */
    private static final double[] LIMITS = {1, 1.5, 2, 3, 5, 8, 13, 20, 30, 50, 100, 200, 500};

    private static final String SETTINGS = "smap 1 " + STEPS + " " + USUAL + " ";

    private final List<SmapSignal> signals;
    private final Detectors detectors;

    private SmapBoard(List<SmapSignal> signals, Detectors detectors) {
        this.signals = signals;
        this.detectors = detectors;
    }

    static SmapBoard open(BoardOptions options) {
        Detectors detectors = new Detectors(
                WindowAutoencoder.dense(STEPS, HIDDEN, CODE),
                TrainOptions.defaults().withEpochs(EPOCHS).withBatchSize(BATCH),
                options.seeds());
        return new SmapBoard(SmapSignal.read(options.folder(), LEAST_ROWS), detectors);
    }

    @Override
    public List<Item> items() {
        return signals.stream()
                .map(signal -> new Item(
                        signal.name(),
                        new Fingerprint(SETTINGS + detectors.settings())
                                .of(signal.training())
                                .of(signal.test())
                                .toString(),
                        () -> scores(signal)))
                .toList();
    }

    private ScoreSet scores(SmapSignal signal) {
        double[][] training = TrailingWindows.ofOneChannel(signal.training());
        Standardization standard = Standardization.fit(training, 0, training.length);
        TrailingWindows windows = new TrailingWindows(STEPS);
        Points normal = windows.cut(standard.apply(training), 0, training.length);
        Points all = windows.cut(standard.apply(TrailingWindows.ofOneChannel(signal.test())), 0, signal.test().length);
        Map<String, double[]> scores = new LinkedHashMap<>();
        double[] noise = new RandomSource(detectors.seeds().getFirst())
                .stream("noise " + signal.name(), 0)
                        .doubles(signal.test().length)
                        .toArray();
        scores.put(NOISE, new ErrorScale(USUAL).apply(noise));
        detectors
                .score(normal, all)
                .forEach((name, errors) -> scores.put(
                        name,
                        windows.atMiddleRows(
                                ErrorScale.fit(errors.training(), USUAL).apply(errors.samples()))));
        return new ScoreSet(scores);
    }

    /**
     * Of one detector, or of several seeds of one on average.
     *
     * @param heldOut [shuffle of a seed][signal], with limits chosen without the signal
     * @param flagged the share of rows that are flagged there
     * @param optimum F1 with the limit that is best on all signals
     */
    private record Judged(List<Confusion[]> heldOut, double flagged, double optimum, double auc) {}

    @Override
    public BoardResult judge(Map<String, ScoreSet> scores) {
        Map<String, Judged> all = new LinkedHashMap<>();
        all.put(NOISE, judged(scores, List.of(NOISE)));
        all.put(EVERYTHING, everything());
        Detectors.RIVALS.forEach(name -> all.put(name, judged(scores, List.of(name))));
        if (detectors.seeds().size() > 1) {
            for (long seed : detectors.seeds()) {
                String name = Detectors.autoencoder(seed);
                all.put(name, judged(scores, List.of(name)));
            }
        }
        all.put(
                AUTOENCODER,
                judged(
                        scores,
                        detectors.seeds().stream().map(Detectors::autoencoder).toList()));
        List<Column> columns = List.of(
                new Column("F1", 3),
                new Column("precision", 3),
                new Column("recall", 3),
                new Column("SMAP F1", 3),
                new Column("MSL F1", 3),
                new Column("rows flagged %", 1),
                new Column("F1, optimum", 3),
                new Column("mean AUROC of rows", 3));
        List<Row> rows = new ArrayList<>();
        all.forEach((name, judged) -> rows.add(new Row(name, values(judged))));
        int anomalies =
                signals.stream().mapToInt(signal -> signal.anomalies().size()).sum();
        return new BoardResult(
                "SMAP and MSL, " + signals.size() + " signals, " + anomalies + " anomalies", columns, rows, notes(all));
    }

    private Judged everything() {
        Confusion[] each = signals.stream()
                .map(signal -> count(signal, new boolean[signal.test().length]))
                .map(missed -> new Confusion(missed.falseNegatives(), Double.NaN, 0, 0))
                .toArray(Confusion[]::new);
        return new Judged(List.<Confusion[]>of(each), 1, 1, 0.5);
    }

    private Judged judged(Map<String, ScoreSet> scores, List<String> seeds) {
        List<Confusion[]> heldOut = new ArrayList<>();
        double flagged = 0;
        double optimum = 0;
        double auc = 0;
        for (String name : seeds) {
            Confusion[][] counts = new Confusion[LIMITS.length][signals.size()];
            double[][] shares = new double[LIMITS.length][signals.size()];
            for (int s = 0; s < signals.size(); s++) {
                SmapSignal signal = signals.get(s);
                double[] ofSignal =
                        Objects.requireNonNull(scores.get(signal.name())).get(name);
                for (int limit = 0; limit < LIMITS.length; limit++) {
                    boolean[] found = found(ofSignal, LIMITS[limit]);
                    counts[limit][s] = count(signal, found);
                    shares[limit][s] = share(found);
                }
                auc += auc(signal, ofSignal) / signals.size() / seeds.size();
            }
            Folds.Worth f1 = (limit, others) -> f1(counts[limit], others);
            for (int[] chosen : Folds.chosen(signals.size(), LIMITS.length, f1)) {
                Confusion[] each = new Confusion[signals.size()];
                for (int s = 0; s < each.length; s++) {
                    each[s] = counts[chosen[s]][s];
                    flagged += shares[chosen[s]][s] / signals.size() / Folds.SHUFFLES / seeds.size();
                }
                heldOut.add(each);
            }
            int[] every = IntStream.range(0, signals.size()).toArray();
            optimum += f1(counts[Folds.best(LIMITS.length, every, f1)], every) / seeds.size();
        }
        return new Judged(heldOut, flagged, optimum, auc);
    }

    private static double auc(SmapSignal signal, double[] scores) {
        return PointMetrics.rocAuc(LabelledScores.of(scores, Labels.of(signal.anomalies(), scores.length)));
    }

    /** Rows above the limit, and those between two of them that are less than a window apart. */
    static boolean[] found(double[] scores, double limit) {
        boolean[] found = new boolean[scores.length];
        int last = -1;
        for (int row = 0; row < scores.length; row++) {
            if (scores[row] > limit / (limit + 1)) {
                boolean near = last >= 0 && row - last <= STEPS;
                Arrays.fill(found, near ? last : row, row + 1, true);
                last = row;
            }
        }
        return found;
    }

    private static Confusion count(SmapSignal signal, boolean[] found) {
        return OverlappingSegments.count(intervals(signal.anomalies()), intervals(Segment.of(found)));
    }

    private static List<TimeInterval> intervals(List<Segment> segments) {
        return segments.stream()
                .map(segment -> new TimeInterval(segment.first(), segment.last()))
                .toList();
    }

    private static double share(boolean[] found) {
        int rows = 0;
        for (boolean each : found) {
            rows += each ? 1 : 0;
        }
        return (double) rows / found.length;
    }

    private static Confusion sum(Confusion[] each, int[] chosen) {
        Confusion sum = new Confusion(0, Double.NaN, 0, 0);
        for (int signal : chosen) {
            sum = sum.plus(each[signal]);
        }
        return sum;
    }

    private static double f1(Confusion[] each, int[] chosen) {
        double f1 = sum(each, chosen).f1();
        return Double.isNaN(f1) ? 0 : f1;
    }

    private static double meanF1(Judged judged, int[] chosen) {
        return judged.heldOut.stream()
                .mapToDouble(each -> f1(each, chosen))
                .average()
                .orElseThrow();
    }

    private int[] which(Predicate<SmapSignal> which) {
        return IntStream.range(0, signals.size())
                .filter(s -> which.test(signals.get(s)))
                .toArray();
    }

    private double[] values(Judged judged) {
        int[] every = which(signal -> true);
        return new double[] {
            meanF1(judged, every),
            judged.heldOut.stream()
                    .mapToDouble(each -> sum(each, every).precision())
                    .average()
                    .orElseThrow(),
            judged.heldOut.stream()
                    .mapToDouble(each -> sum(each, every).recall())
                    .average()
                    .orElseThrow(),
            meanF1(judged, which(signal -> signal.spacecraft().equals("SMAP"))),
            meanF1(judged, which(signal -> signal.spacecraft().equals("MSL"))),
            100 * judged.flagged,
            judged.optimum,
            judged.auc
        };
    }

    private List<String> notes(Map<String, Judged> all) {
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT,
                "Fitted to each signal's training file, its value without the commands; windows of %d rows, a row scored by"
                        + " the window around it. The limit is a multiple of the %.2f quantile of the training errors, the"
                        + " same for all signals, chosen from %d on the other four fifths of the signals, the mean of %d"
                        + " divisions; optimum has the one that is best on the signals that are judged. Flagged rows less"
                        + " than a window apart are one detection. An anomaly is found if a detection meets it, and a"
                        + " detection that meets none is a false alarm: the rule asks for no precision in time, so that one"
                        + " detection of everything has F1 1. Read F1 beside the rows flagged. The published values are"
                        + " scaled by the test files' extremes.",
                STEPS,
                USUAL,
                LIMITS.length,
                Folds.SHUFFLES));
        int[] every = which(signal -> true);
        Judged ours = Objects.requireNonNull(all.get(AUTOENCODER));
        String best = Detectors.RIVALS.stream()
                .max((a, b) -> Double.compare(
                        meanF1(Objects.requireNonNull(all.get(a)), every),
                        meanF1(Objects.requireNonNull(all.get(b)), every)))
                .orElseThrow();
        Judged theirs = Objects.requireNonNull(all.get(best));
        Bootstrap.Interval interval = Bootstrap.of(
                signals.size(),
                new RandomSource(detectors.seeds().getFirst()),
                drawn -> meanF1(ours, drawn) - meanF1(theirs, drawn));
        notes.add(
                new Verdict("F1", meanF1(ours, every), best, meanF1(theirs, every), interval, "signals", 3).sentence());
        return notes;
    }
}

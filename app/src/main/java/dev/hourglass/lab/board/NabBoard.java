package dev.hourglass.lab.board;

import dev.hourglass.detect.metrics.NabSeries;
import dev.hourglass.detect.rivals.RollingZScore;
import dev.hourglass.detect.series.AnomalyLikelihood;
import dev.hourglass.detect.series.ErrorScale;
import dev.hourglass.detect.series.Standardization;
import dev.hourglass.detect.series.TrailingWindows;
import dev.hourglass.evaluate.Points;
import dev.hourglass.files.AtomicFile;
import dev.hourglass.lab.board.files.Fingerprint;
import dev.hourglass.lab.board.files.ScoreSet;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.train.TrainOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * NAB: detectors learn from the probationary rows of each file, score each row without those that follow, and know no file's smallest
 * and largest value beforehand. All go through the same steps: errors to scores by a quantile of those in training, anomaly
 * likelihood, range rule, mute.
 */
final class NabBoard implements Benchmark {
    static final String NOISE = "uniform noise";
    static final String RANGE = "range rule alone";
    static final String Z = "rolling z-score";
    /** Of errors before the likelihood. */
    static final String RAW = "raw ";

    private static final int STEPS = 32;
    private static final int Z_STEPS = 6400;
    private static final double USUAL = 0.99;
    private static final int HIDDEN = 64;
    private static final int CODE = 8;
    private static final int EPOCHS = 40;
    private static final int BATCH = 32;
    /** Fewer windows than this are nothing to learn from. */
    private static final int LEAST_PROBATION = 2 * STEPS;

    private static final String SETTINGS = "nab 1 " + STEPS + " " + Z_STEPS + " " + USUAL + " ";

    private final List<NabCorpus.File> files;
    private final List<String> leftOut;
    private final Map<String, List<double[]>> published;
    private final Detectors detectors;

    private NabBoard(
            List<NabCorpus.File> files,
            List<String> leftOut,
            Map<String, List<double[]>> published,
            Detectors detectors) {
        this.files = files;
        this.leftOut = leftOut;
        this.published = published;
        this.detectors = detectors;
    }

    static NabBoard open(BoardOptions options) {
        NabCorpus corpus = NabCorpus.read(options.folder());
        List<NabCorpus.File> files = new ArrayList<>();
        List<String> leftOut = new ArrayList<>();
        for (NabCorpus.File file : corpus.files()) {
            if (probation(file) < LEAST_PROBATION) {
                leftOut.add(
                        file.name() + " (" + probation(file) + " probationary rows, " + LEAST_PROBATION + " needed)");
            } else {
                files.add(file);
            }
        }
        if (files.stream().allMatch(file -> file.windows().isEmpty())) {
            throw new BoardException(options.folder() + ": no file with windows has " + LEAST_PROBATION
                    + " probationary rows (15 % of its rows). Give the whole benchmark.");
        }
        Detectors detectors = new Detectors(
                WindowAutoencoder.dense(STEPS, HIDDEN, CODE),
                TrainOptions.defaults().withEpochs(EPOCHS).withBatchSize(BATCH),
                options.seeds());
        Map<String, List<double[]>> published =
                leftOut.isEmpty() ? NabPublished.read(options.folder(), corpus) : Map.of();
        return new NabBoard(files, leftOut, published, detectors);
    }

    static int probation(NabCorpus.File file) {
        return NabSeries.of(new double[file.values().length], List.of()).probation();
    }

    @Override
    public List<Item> items() {
        return files.stream()
                .map(file -> new Item(
                        file.name(),
                        new Fingerprint(SETTINGS + detectors.settings())
                                .of(file.values())
                                .toString(),
                        () -> scores(file)))
                .toList();
    }

    private ScoreSet scores(NabCorpus.File file) {
        double[][] rows = rows(file);
        int probation = probation(file);
        double[][] standard = Standardization.fit(rows, 0, probation).apply(rows);
        TrailingWindows windows = new TrailingWindows(STEPS);
        Points normal = windows.cut(standard, 0, probation);
        Points all = windows.cut(standard, 0, rows.length);
        Map<String, double[]> raw = new LinkedHashMap<>();
        raw.put(NOISE, noise(file, rows.length));
        double[] deviations = new RollingZScore(Z_STEPS).score(rows);
        raw.put(Z, ErrorScale.fit(Arrays.copyOf(deviations, probation), USUAL).apply(deviations));
        detectors
                .score(normal, all)
                .forEach((name, errors) -> raw.put(
                        name,
                        windows.atLastRows(
                                ErrorScale.fit(errors.training(), USUAL).apply(errors.samples()))));
        Map<String, double[]> scores = new LinkedHashMap<>();
        AnomalyLikelihood likelihood = AnomalyLikelihood.after(probation / 2);
        raw.forEach((name, each) -> {
            scores.put(RAW + name, each);
            scores.put(name, likelihood.apply(each));
        });
        return new ScoreSet(scores);
    }

    private double[] noise(NabCorpus.File file, int rows) {
        return new RandomSource(detectors.seeds().getFirst())
                .stream("noise " + file.name(), 0).doubles(rows).toArray();
    }

    static double[][] rows(NabCorpus.File file) {
        return TrailingWindows.ofOneChannel(file.values());
    }

    @Override
    public BoardResult judge(Map<String, ScoreSet> scores) {
        return new NabJudge(files, scores, detectors.seeds(), leftOut, published).result();
    }

    @Override
    public void export(Path folder, Map<String, ScoreSet> scores) throws IOException {
        for (long seed : detectors.seeds()) {
            String detector = "hourglass_seed" + seed;
            for (NabCorpus.File file : files) {
                ScoreSet set = Objects.requireNonNull(scores.get(file.name()));
                double[] likelihoods = ErrorScale.larger(set.get(Z), set.get(Detectors.autoencoder(seed)));
                double[] onsets = NabSettings.FIXED.onsets(likelihoods, rows(file), probation(file) / 5);
                int slash = file.name().lastIndexOf('/');
                AtomicFile.write(
                        folder.resolve("results")
                                .resolve(detector)
                                .resolve(file.name().substring(0, slash + 1))
                                .resolve(detector + "_" + file.name().substring(slash + 1)),
                        table(file, onsets));
            }
        }
    }

    private static String table(NabCorpus.File file, double[] scores) {
        StringBuilder text = new StringBuilder("timestamp,value,anomaly_score,label\n");
        for (int row = 0; row < scores.length; row++) {
            int at = row;
            boolean inside = file.windows().stream().anyMatch(w -> w.first() <= at && at <= w.last());
            text.append(file.times()[row])
                    .append(',')
                    .append(file.values()[row])
                    .append(',');
            text.append(scores[row]).append(',').append(inside ? 1 : 0).append('\n');
        }
        return text.toString();
    }
}

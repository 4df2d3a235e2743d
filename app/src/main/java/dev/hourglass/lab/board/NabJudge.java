package dev.hourglass.lab.board;

import dev.hourglass.detect.metrics.Nab;
import dev.hourglass.detect.metrics.NabProfile;
import dev.hourglass.detect.metrics.NabSeries;
import dev.hourglass.detect.series.ErrorScale;
import dev.hourglass.lab.board.BoardResult.Column;
import dev.hourglass.lab.board.BoardResult.Row;
import dev.hourglass.lab.board.files.ScoreSet;
import dev.hourglass.tensor.RandomSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * What NAB's scores are worth, three times: with settings chosen on other files (five folds), with fixed ones, and with the best
 * threshold on the very files that are judged, as NAB's scoreboard has it.
 */
final class NabJudge {
    private static final long SEED = 18;
    private static final NabProfile[] PROFILES = NabProfile.values();

    private final List<NabCorpus.File> files;
    private final Map<String, ScoreSet> scores;
    private final List<Long> seeds;
    private final List<String> leftOut;
    private final Map<String, List<double[]>> published;
    private final List<NabSeries> blank;
    private final int windows;
    private final List<NabSettings> grid = NabSettings.grid();

    NabJudge(
            List<NabCorpus.File> files,
            Map<String, ScoreSet> scores,
            List<Long> seeds,
            List<String> leftOut,
            Map<String, List<double[]>> published) {
        this.files = files;
        this.scores = scores;
        this.seeds = seeds;
        this.leftOut = leftOut;
        this.published = published;
        blank = files.stream()
                .map(file -> NabSeries.of(new double[file.values().length], file.windows()))
                .toList();
        windows = files.stream().mapToInt(file -> file.windows().size()).sum();
    }

    /**
     * Of one detector, or of several seeds of one on average.
     *
     * @param heldOut [profile][file], sums with settings chosen without the file
     * @param fixed [profile], on NAB's scale, like the others
     */
    private record Judged(double[][] heldOut, double[] fixed, double[] optimum, double raw) {}

    BoardResult result() {
        Map<String, Judged> all = new LinkedHashMap<>();
        all.put(NabBoard.NOISE, judged(List.of(NabBoard.NOISE)));
        all.put(NabBoard.RANGE, judged(List.of()));
        all.put(NabBoard.Z, judged(List.of(NabBoard.Z)));
        Detectors.RIVALS.forEach(name -> all.put(name, judged(List.of(name))));
        List<String> rivals = new ArrayList<>(all.keySet());
        for (String name : Detectors.RIVALS) {
            all.put(with(name), judged(List.of(NabBoard.Z, name)));
            rivals.add(with(name));
        }
        all.put("autoencoder", ofSeeds(seed -> List.of(Detectors.autoencoder(seed))));
        all.put(
                "z-score, neighbours or autoencoder",
                ofSeeds(seed -> List.of(NabBoard.Z, Detectors.NEIGHBOURS, Detectors.autoencoder(seed))));
        String ours = with("autoencoder");
        List<Judged> each = new ArrayList<>();
        for (long seed : seeds) {
            Judged judged = judged(List.of(NabBoard.Z, Detectors.autoencoder(seed)));
            each.add(judged);
            if (seeds.size() > 1) {
                all.put(with(Detectors.autoencoder(seed)), judged);
            }
        }
        all.put(ours, mean(each));
        List<Row> rows = new ArrayList<>();
        all.forEach((name, judged) -> rows.add(row(name, judged)));
        published.forEach((name, theirs) -> rows.add(published(name, theirs)));
        return new BoardResult(
                "NAB, " + files.size() + " files, " + windows + " windows", columns(), rows, notes(all, rivals, ours));
    }

    private Judged ofSeeds(LongFunction<List<String>> names) {
        return mean(seeds.stream().map(seed -> judged(names.apply(seed))).toList());
    }

    private static String with(String name) {
        return "z-score or " + name;
    }

    private static List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        for (String how : List.of("held out", "fixed", "optimum")) {
            for (String profile : List.of("standard", "low FP", "low FN")) {
                columns.add(new Column(how + " " + profile, 2));
            }
        }
        columns.add(new Column("errors alone, optimum", 2));
        return columns;
    }

    private Row row(String name, Judged judged) {
        double[] values = new double[10];
        for (int p = 0; p < PROFILES.length; p++) {
            values[p] = Nab.normalised(Arrays.stream(judged.heldOut[p]).sum(), windows, PROFILES[p]);
            values[3 + p] = judged.fixed[p];
            values[6 + p] = judged.optimum[p];
        }
        values[9] = judged.raw;
        return new Row(name, values);
    }

    /** Others chose their settings on this corpus; only the threshold is known to be the best of it. */
    private Row published(String name, List<double[]> each) {
        Nab nab = Nab.of(IntStream.range(0, files.size())
                .mapToObj(file -> blank.get(file).withScores(each.get(file)))
                .toList());
        double[] values = new double[10];
        Arrays.fill(values, Double.NaN);
        for (int p = 0; p < PROFILES.length; p++) {
            values[6 + p] = nab.best(PROFILES[p]).normalised();
        }
        return new Row("published: " + name, values);
    }

    /** @param names of detectors whose largest likelihood counts; none for the range rule alone */
    private Judged judged(List<String> names) {
        double[][][] sums = new double[PROFILES.length][grid.size()][files.size()];
        List<NabSeries> fixed = new ArrayList<>();
        List<NabSeries> raw = new ArrayList<>();
        for (int file = 0; file < files.size(); file++) {
            double[][] rows = NabBoard.rows(files.get(file));
            int muted = blank.get(file).probation() / 5;
            double[] likelihoods = largest(names, "", file);
            raw.add(blank.get(file).withScores(largest(names, NabBoard.RAW, file)));
            fixed.add(blank.get(file).withScores(NabSettings.FIXED.onsets(likelihoods, rows, muted)));
            for (int setting = 0; setting < grid.size(); setting++) {
                NabSeries scored = blank.get(file).withScores(grid.get(setting).onsets(likelihoods, rows, muted));
                for (int p = 0; p < PROFILES.length; p++) {
                    sums[p][setting][file] =
                            Nab.sum(scored, PROFILES[p], grid.get(setting).level());
                }
            }
        }
        Nab onsets = Nab.of(fixed);
        double[] atLevel = new double[PROFILES.length];
        double[] optimum = new double[PROFILES.length];
        double[][] heldOut = new double[PROFILES.length][];
        for (int p = 0; p < PROFILES.length; p++) {
            atLevel[p] = onsets.at(PROFILES[p], NabSettings.FIXED.level()).normalised();
            optimum[p] = onsets.best(PROFILES[p]).normalised();
            heldOut[p] = heldOut(sums[p]);
        }
        return new Judged(
                heldOut, atLevel, optimum, Nab.of(raw).best(NabProfile.STANDARD).normalised());
    }

    private double[] largest(List<String> names, String prefix, int file) {
        ScoreSet set = Objects.requireNonNull(scores.get(files.get(file).name()));
        double[] largest = new double[files.get(file).values().length];
        for (String name : names) {
            largest = ErrorScale.larger(largest, set.get(prefix + name));
        }
        return largest;
    }

    /**
     * The sum of each file with the setting that is best on the other folds, the mean over shuffles of the files.
     *
     * @param sums [setting][file]
     */
    private double[] heldOut(double[][] sums) {
        double[] heldOut = new double[files.size()];
        int[][] chosen = Folds.chosen(
                files.size(),
                sums.length,
                (setting, others) -> Arrays.stream(others)
                        .mapToDouble(file -> sums[setting][file])
                        .sum());
        for (int[] shuffle : chosen) {
            for (int file = 0; file < heldOut.length; file++) {
                heldOut[file] += sums[shuffle[file]][file] / chosen.length;
            }
        }
        return heldOut;
    }

    private static Judged mean(List<Judged> seeds) {
        int files = seeds.getFirst().heldOut[0].length;
        double[][] heldOut = new double[PROFILES.length][files];
        double[] fixed = new double[PROFILES.length];
        double[] optimum = new double[PROFILES.length];
        double raw = 0;
        for (Judged seed : seeds) {
            for (int p = 0; p < PROFILES.length; p++) {
                for (int file = 0; file < files; file++) {
                    heldOut[p][file] += seed.heldOut[p][file] / seeds.size();
                }
                fixed[p] += seed.fixed[p] / seeds.size();
                optimum[p] += seed.optimum[p] / seeds.size();
            }
            raw += seed.raw / seeds.size();
        }
        return new Judged(heldOut, fixed, optimum, raw);
    }

    private List<String> notes(Map<String, Judged> all, List<String> rivals, String ours) {
        List<String> notes = new ArrayList<>();
        notes.add("Held out: margin of the range rule and level of the mute, which is the threshold, chosen from "
                + grid.size()
                + " pairs on the other four fifths of the files, the mean of " + Folds.SHUFFLES
                + " divisions. Fixed: margin "
                + NabSettings.FIXED.margin() + ", level " + NabSettings.FIXED.level()
                + "; they come from earlier trials on this corpus, so only held out is without its labels. Optimum:"
                + " fixed, with the best threshold on the files that are judged, as NAB's scoreboard has it. Errors"
                + " alone: without likelihood, range rule and mute, at the best threshold for the standard profile.");
        String best = Collections.max(
                rivals, Comparator.comparingDouble(name -> heldOut(Objects.requireNonNull(all.get(name)))));
        Judged rival = Objects.requireNonNull(all.get(best));
        Judged mine = Objects.requireNonNull(all.get(ours));
        Bootstrap.Interval interval = difference(mine, rival);
        double difference = heldOut(mine) - heldOut(rival);
        notes.add(String.format(
                Locale.ROOT,
                "%s wins, held out, standard: '%s' %.2f, the best without an autoencoder, '%s', %.2f; difference"
                        + " %+.2f, 95 %% %s by bootstrap over files%s.",
                difference > 0 ? "The autoencoder" : "A rival",
                ours,
                heldOut(mine),
                best,
                heldOut(rival),
                difference,
                interval.words(2),
                interval.isClear() ? "" : ", so it could be chance"));
        if (!leftOut.isEmpty()) {
            notes.add("Left out, with their windows: " + String.join(", ", leftOut) + ".");
        }
        return notes;
    }

    private double heldOut(Judged judged) {
        return Nab.normalised(Arrays.stream(judged.heldOut[0]).sum(), windows, NabProfile.STANDARD);
    }

    private Bootstrap.Interval difference(Judged one, Judged other) {
        return Bootstrap.of(files.size(), new RandomSource(SEED), drawn -> {
            double difference = 0;
            int drawnWindows = 0;
            for (int file : drawn) {
                difference += one.heldOut[0][file] - other.heldOut[0][file];
                drawnWindows += files.get(file).windows().size();
            }
            return drawnWindows == 0
                    ? 0
                    : Nab.normalised(difference, drawnWindows, NabProfile.STANDARD)
                            - Nab.normalised(0, drawnWindows, NabProfile.STANDARD);
        });
    }
}

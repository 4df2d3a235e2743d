package dev.hourglass.detect.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The score of the Numenta Anomaly Benchmark (Lavin and Ahmad 2015) over files: early detections in a window are paid, each
 * row flagged outside costs, of a window only the earliest detection counts. Rows at the threshold or above are flagged; the
 * first 15 % of a file, at most 750 rows, are not judged.
 */
public final class Nab {
    /** Above all scores: nothing is flagged. */
    static final double NOTHING = 1.1;

    private final double[] scores;
    private final double[] values;
    /** The window that each row lies in, over all files; -1 outside. */
    private final int[] windowOf;
    /** Judged rows by falling score. */
    private final int[] order;

    private final int windows;
    private final int judgedWindows;
    private final int anomalousRows;

    private Nab(List<NabSeries> files) {
        int rows = files.stream().mapToInt(f -> f.rows() - f.probation()).sum();
        scores = new double[rows];
        values = new double[rows];
        windowOf = new int[rows];
        Arrays.fill(windowOf, -1);
        int at = 0;
        int window = 0;
        int judged = 0;
        int anomalous = 0;
        for (NabSeries file : files) {
            int probation = file.probation();
            for (int i = probation; i < file.rows(); i++) {
                scores[at + i - probation] = file.score(i);
                values[at + i - probation] = file.value(i);
            }
            for (Segment segment : file.windows()) {
                int first = Math.max(segment.first(), probation);
                if (first <= segment.last()) {
                    Arrays.fill(windowOf, at + first - probation, at + segment.last() - probation + 1, window);
                    judged++;
                    anomalous += segment.last() - first + 1;
                }
                window++;
            }
            at += file.rows() - probation;
        }
        windows = window;
        judgedWindows = judged;
        anomalousRows = anomalous;
        order = IntStream.range(0, rows)
                .boxed()
                .sorted((a, b) -> Double.compare(scores[b], scores[a]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /**
     * Over all files of a benchmark.
     *
     * @throws IllegalArgumentException if there is no window in any
     */
    public static Nab of(List<NabSeries> files) {
        Nab nab = new Nab(files);
        if (nab.windows == 0) {
            throw new IllegalArgumentException(
                    "NAB needs a window, but no file has one. Take files with anomalies to judge by.");
        }
        return nab;
    }

    /**
     * The corpus optimum: the threshold, one for all files, with the largest sum, the highest of equals. NAB's own scoreboard
     * chooses it so, on the data that it judges.
     */
    public NabScore best(NabProfile profile) {
        return sweep(profile, Double.NEGATIVE_INFINITY, false);
    }

    /** At a threshold that was chosen beforehand. */
    public NabScore at(NabProfile profile, double threshold) {
        return sweep(profile, threshold, true);
    }

    /**
     * What one file adds to the sum over all at a threshold: its windows and false alarms, without the others. Rows at the threshold or above are
     * flagged. Sums of files add up, so that files can be left out or drawn again.
     */
    public static double sum(NabSeries file, NabProfile profile, double threshold) {
        int probation = file.probation();
        double sum = 0;
        int row = probation;
        for (Segment window : file.windows()) {
            for (; row < window.first(); row++) {
                sum += file.score(row) >= threshold ? profile.falseAlarm() * file.value(row) : 0;
            }
            double paid = -profile.miss();
            for (; row <= window.last(); row++) {
                paid = file.score(row) >= threshold ? Math.max(paid, profile.hit() * file.value(row)) : paid;
            }
            sum += window.last() >= probation ? paid : 0;
        }
        for (; row < file.rows(); row++) {
            sum += file.score(row) >= threshold ? profile.falseAlarm() * file.value(row) : 0;
        }
        return sum;
    }

    /**
     * A sum over files on NAB's scale: 0 for a detector that flags nothing, 100 for one that flags the first row of each window alone.
     *
     * @param windows of all these files, &gt;= 1
     */
    public static double normalised(double sum, int windows, NabProfile profile) {
        double least = -profile.miss() * windows;
        return 100 * (sum - least) / (profile.hit() * windows - least);
    }

    /**
     * Lowers the threshold score by score, and gives the best, or the last one. In a window a value falls with time, so a row changes the sum only where it comes
     * before those that were flagged already.
     */
    private NabScore sweep(NabProfile profile, double lowest, boolean last) {
        double[] paid = new double[windows];
        Arrays.fill(paid, -profile.miss());
        double sum = -profile.miss() * judgedWindows;
        int hits = 0;
        NabScore best = score(profile, last ? lowest : NOTHING, sum, 0, 0);
        for (int k = 0; k < order.length && scores[order[k]] >= lowest; k++) {
            int row = order[k];
            int window = windowOf[row];
            if (window < 0) {
                sum += profile.falseAlarm() * values[row];
            } else {
                double value = profile.hit() * values[row];
                hits++;
                if (value > paid[window]) {
                    sum += value - paid[window];
                    paid[window] = value;
                }
            }
            boolean more = k + 1 < order.length && scores[order[k + 1]] == scores[row];
            if (!more && (last || sum > best.sum())) {
                best = score(profile, last ? lowest : scores[row], sum, hits, k + 1);
            }
        }
        return best;
    }

    private NabScore score(NabProfile profile, double threshold, double sum, int hits, int flagged) {
        int falseAlarms = flagged - hits;
        Confusion rows =
                new Confusion(hits, order.length - anomalousRows - falseAlarms, falseAlarms, anomalousRows - hits);
        return new NabScore(threshold, sum, normalised(sum, windows, profile), rows);
    }
}

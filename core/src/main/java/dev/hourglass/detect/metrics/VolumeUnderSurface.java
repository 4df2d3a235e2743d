package dev.hourglass.detect.metrics;

import java.util.Arrays;
import java.util.List;

/**
 * VUS-ROC and VUS-PR (Paparrizos et al. 2022, Volume under the surface): areas under curves whose labels fade out over a
 * buffer at both sides of each anomaly, meant over all buffers up to a window, so that a score is not punished for being a
 * little early or late. With 250 thresholds, as TSB-AD computes it ("opt"); equal to the original but for rounding.
 *
 * @param roc 0 to 1
 * @param pr 0 to 1
 */
public record VolumeUnderSurface(double roc, double pr) {
    private static final int THRESHOLDS = 250;

    /** The window where the series' period is unknown: the default of TSB-AD's own call. */
    public static final int DEFAULT_WINDOW = 100;

    /**
     * Of one series. Takes time in proportion to the rows, and to the window times the rows near anomalies.
     *
     * @param window the widest buffer in rows, &gt;= 0; TSB-AD's boards take {@link PeriodEstimate}
     * @throws IllegalArgumentException unless there are anomalous and normal rows, and the window is from 0 to the rows
     */
    public static VolumeUnderSurface of(LabelledScores scores, int window) {
        Labels labels = scores.labels();
        labels.requireAnomalies("VUS");
        if (labels.count() == labels.rows()) {
            throw new IllegalArgumentException(
                    "VUS needs a normal row, but all are labelled as anomalies. Take data with normal rows to judge by.");
        }
        if (window < 0 || window > scores.rows()) {
            throw new IllegalArgumentException("VUS's window must be from 0 to the number of rows, " + scores.rows()
                    + ", got " + window + ". Take about the period of the series.");
        }
        Surface surface = new Surface(scores);
        double roc = 0;
        double pr = 0;
        for (int buffer = 0; buffer <= window; buffer++) {
            surface.label(buffer);
            roc += surface.roc();
            pr += surface.pr();
        }
        return new VolumeUnderSurface(roc / (window + 1), pr / (window + 1));
    }

    /** One slice after another. Only rows near anomalies differ from slice to slice, so only these are visited. */
    private static final class Surface {
        private final Labels labels;
        /** The first of the falling thresholds that flags each row. */
        private final int[] firstFlag;
        /** How many rows each threshold flags. */
        private final int[] flagged = new int[THRESHOLDS];
        /** The fading labels; 0 where nothing is touched. */
        private final double[] soft;

        private final double[] truePositives = new double[THRESHOLDS];
        private final double[] falsePositives = new double[THRESHOLDS];
        private final double[] recall = new double[THRESHOLDS];

        Surface(LabelledScores scores) {
            labels = scores.labels();
            int rows = scores.rows();
            double[] sorted = scores.scores();
            Arrays.sort(sorted);
            double[] rising = new double[THRESHOLDS];
            for (int k = 0; k < THRESHOLDS; k++) {
                int place = (int) ((double) k * (rows - 1) / (THRESHOLDS - 1));
                rising[THRESHOLDS - 1 - k] = sorted[rows - 1 - place];
            }
            firstFlag = new int[rows];
            for (int i = 0; i < rows; i++) {
                firstFlag[i] = THRESHOLDS - countUpTo(rising, scores.score(i));
                flagged[firstFlag[i]]++;
            }
            for (int k = 1; k < THRESHOLDS; k++) {
                flagged[k] += flagged[k - 1];
            }
            soft = new double[rows];
        }

        /** How many are not above the value, of which the least is not. */
        private static int countUpTo(double[] rising, double value) {
            int low = 0;
            int high = rising.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (rising[middle] <= value) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        /** Lays a buffer around the anomalies and counts what each threshold finds. */
        void label(int buffer) {
            int half = buffer / 2;
            List<Segment> segments = labels.segments();
            fade(segments, buffer);
            double[] hits = new double[THRESHOLDS];
            double[] nearHits = new double[THRESHOLDS];
            int[] zonesFound = new int[THRESHOLDS];
            int zones = 0;
            for (int s = 0; s < segments.size(); ) {
                int from = Math.max(0, segments.get(s).first() - half);
                int last = segments.get(s).last();
                for (s++; s < segments.size() && last + half >= segments.get(s).first() - half; s++) {
                    last = segments.get(s).last();
                }
                int to = Math.min(labels.rows() - 1, last + half);
                int found = THRESHOLDS;
                for (int i = from; i <= to; i++) {
                    double label = Math.min(1, soft[i]);
                    int k = firstFlag[i];
                    hits[k] += label;
                    nearHits[k] += labels.isAnomalous(i) ? 0 : label;
                    found = Math.min(found, k);
                    soft[i] = 0;
                }
                zones++;
                zonesFound[found]++;
            }
            measure(hits, nearHits, zonesFound, zones);
        }

        private void fade(List<Segment> segments, int buffer) {
            for (Segment segment : segments) {
                for (int i = segment.first(); i <= segment.last(); i++) {
                    soft[i] += 1;
                }
                for (int d = 1; d <= buffer / 2; d++) {
                    double share = Math.sqrt(1 - (double) d / buffer);
                    if (segment.last() + d < soft.length) {
                        soft[segment.last() + d] += share;
                    }
                    if (segment.first() - d >= 0) {
                        soft[segment.first() - d] += share;
                    }
                }
            }
        }

        private void measure(double[] hits, double[] nearHits, int[] zonesFound, int zones) {
            double hit = 0;
            double near = 0;
            double found = 0;
            for (int k = 0; k < THRESHOLDS; k++) {
                hit += hits[k];
                near += nearHits[k];
                found += zonesFound[k];
                double positives = labels.count() + near / 2;
                truePositives[k] = hit;
                recall[k] = Math.min(1, hit / positives) * found / zones;
                falsePositives[k] = (flagged[k] - hit) / (labels.rows() - positives);
            }
        }

        double roc() {
            double area = 0;
            double beforeX = 0;
            double beforeY = 0;
            for (int k = 0; k < THRESHOLDS; k++) {
                area += (falsePositives[k] - beforeX) * (recall[k] + beforeY) / 2;
                beforeX = falsePositives[k];
                beforeY = recall[k];
            }
            return area + (1 - beforeX) * (1 + beforeY) / 2;
        }

        double pr() {
            double area = 0;
            double before = 0;
            for (int k = 0; k < THRESHOLDS; k++) {
                area += (recall[k] - before) * truePositives[k] / flagged[k];
                before = recall[k];
            }
            return area;
        }
    }
}

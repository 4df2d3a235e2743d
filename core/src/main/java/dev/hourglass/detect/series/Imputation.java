package dev.hourglass.detect.series;

import dev.hourglass.evaluate.SeriesReconstruction;
import dev.hourglass.tensor.RandomSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntConsumer;

/**
 * Gaps of a series filled by a model: they start from linear interpolation, the model rebuilds the rows, what it rebuilt goes
 * into the gaps and nowhere else, and so on {@value #PASSES} times. Rows are [rows, channels], normalized.
 */
public final class Imputation {
    public static final int PASSES = 5;

    /** Of all numbers, that {@link #ownGaps} takes at most: a series of holes would be another task. */
    private static final double MOST_SHARE = 0.1;

    private static final int LEAST_GAPS = 40;
    private static final int TRIES = 200;

    private final SeriesReconstruction series;
    private final List<int[]> pieces;

    /** @param pieces from each first row to the one behind the last, between which nothing is interpolated */
    public Imputation(SeriesReconstruction series, List<int[]> pieces) {
        this.series = series;
        this.pieces = List.copyOf(pieces);
    }

    /**
     * By the model.
     *
     * @param gaps which numbers are missing
     * @param progress told how many windows of one pass are done
     */
    public float[] filled(float[] rows, boolean[] gaps, IntConsumer progress) {
        float[] filled = interpolated(rows, gaps);
        for (int pass = 0; pass < PASSES; pass++) {
            float[] rebuilt = series.rebuilt(filled, progress);
            for (int i = 0; i < filled.length; i++) {
                if (gaps[i] && !Float.isNaN(rebuilt[i])) {
                    filled[i] = rebuilt[i];
                }
            }
        }
        return filled;
    }

    /** By a line from the number before a gap to the one behind it, or the nearest where there is only one. */
    public float[] interpolated(float[] rows, boolean[] gaps) {
        int channels = series.channels();
        float[] filled = rows.clone();
        for (int[] piece : pieces) {
            for (int channel = 0; channel < channels; channel++) {
                int before = -1;
                for (int row = piece[0]; row <= piece[1]; row++) {
                    boolean known = row < piece[1] && !gaps[row * channels + channel];
                    if (known || row == piece[1]) {
                        line(filled, before, known ? row : -1, piece[0], row, channel);
                        before = row;
                    }
                }
            }
        }
        return filled;
    }

    /** Fills the rows between two known ones, of which either may be -1. */
    private void line(float[] rows, int before, int after, int first, int end, int channel) {
        int channels = series.channels();
        for (int row = before < 0 ? first : before + 1; row < end; row++) {
            int at = row * channels + channel;
            if (before >= 0 && after >= 0) {
                double share = (double) (row - before) / (after - before);
                rows[at] = (float)
                        ((1 - share) * rows[before * channels + channel] + share * rows[after * channels + channel]);
            } else if (before >= 0 || after >= 0) {
                rows[at] = rows[Math.max(before, after) * channels + channel];
            }
        }
    }

    /**
     * Gaps where the numbers are known, to be judged by: as long as the real ones and in the same channels, with a known number
     * before and behind.
     *
     * @param real which numbers are missing
     * @return which are taken away; none where there is no room
     */
    public boolean[] ownGaps(boolean[] real, long seed) {
        Random random = new Random(RandomSource.bits(RandomSource.key(seed, "imputation", 0), 0));
        boolean[] own = new boolean[real.length];
        List<int[]> lengths = lengths(real);
        if (lengths.isEmpty()) {
            return own;
        }
        Collections.shuffle(lengths, random);
        long left = (long) (MOST_SHARE * real.length);
        int wanted = Math.max(LEAST_GAPS, lengths.size());
        for (int i = 0; i < wanted; i++) {
            int[] gap = lengths.get(i % lengths.size());
            if (gap[1] <= left && placed(gap[0], gap[1], real, own, random)) {
                left -= gap[1];
            }
        }
        return own;
    }

    /** Channel and length of each gap. */
    public List<int[]> lengths(boolean[] gaps) {
        int channels = series.channels();
        List<int[]> lengths = new ArrayList<>();
        for (int channel = 0; channel < channels; channel++) {
            int length = 0;
            for (int row = 0; row <= series.rows(); row++) {
                if (row < series.rows() && gaps[row * channels + channel]) {
                    length++;
                } else if (length > 0) {
                    lengths.add(new int[] {channel, length});
                    length = 0;
                }
            }
        }
        return lengths;
    }

    private boolean placed(int channel, int length, boolean[] real, boolean[] own, Random random) {
        int channels = series.channels();
        for (int attempt = 0; attempt < TRIES; attempt++) {
            int[] piece = pieces.get(random.nextInt(pieces.size()));
            int room = piece[1] - piece[0] - length - 1;
            if (room < 1) {
                continue;
            }
            int start = piece[0] + 1 + random.nextInt(room);
            boolean free = true;
            for (int row = start - 1; row <= start + length; row++) {
                free &= !real[row * channels + channel] && !own[row * channels + channel];
            }
            if (free) {
                for (int row = start; row < start + length; row++) {
                    own[row * channels + channel] = true;
                }
                return true;
            }
        }
        return false;
    }
}

package dev.hourglass.data;

import java.util.Arrays;
import java.util.List;

/**
 * Where the samples of a series lie in it: windows of equal length in each of its pieces. Takes memory by the pieces and
 * not by the windows, of which there may be as many as rows.
 */
public final class Cuts {
    private final int[] begins;
    private final int[] rows;
    /** The number of each piece's first window, and of all at the end. */
    private final int[] firsts;

    private final int steps;
    private final int stride;
    private final float filling;

    private Cuts(int[] begins, int[] rows, int[] firsts, int steps, int stride, float filling) {
        this.begins = begins;
        this.rows = rows;
        this.firsts = firsts;
        this.steps = steps;
        this.stride = stride;
        this.filling = filling;
    }

    /**
     * Whole windows; none in a piece that is shorter than one.
     *
     * @param pieces each from its first row to the one behind its last, in order
     * @param stride from one beginning to the next, >= 1
     * @param toTheEnd whether one more ends at a piece's last row where that is in none, so that every row is in a window
     */
    public static Cuts windows(List<int[]> pieces, int steps, int stride, boolean toTheEnd) {
        if (steps < 1 || stride < 1) {
            throw new IllegalArgumentException("steps and stride must be >= 1, got " + steps + " and " + stride);
        }
        List<int[]> whole =
                pieces.stream().filter(piece -> piece[1] - piece[0] >= steps).toList();
        int[] firsts = new int[whole.size() + 1];
        for (int piece = 0; piece < whole.size(); piece++) {
            int last = whole.get(piece)[1] - whole.get(piece)[0] - steps;
            firsts[piece + 1] = firsts[piece] + last / stride + 1 + (toTheEnd && last % stride != 0 ? 1 : 0);
        }
        return of(whole, firsts, steps, stride, 0);
    }

    /**
     * One sample of each piece, cut after so many steps.
     *
     * @param filling what the model reads for steps that a shorter piece does not have
     */
    public static Cuts onePiece(List<int[]> pieces, int steps, float filling) {
        int[] firsts = new int[pieces.size() + 1];
        Arrays.setAll(firsts, piece -> piece);
        return of(pieces, firsts, steps, steps, filling);
    }

    private static Cuts of(List<int[]> pieces, int[] firsts, int steps, int stride, float filling) {
        return new Cuts(
                pieces.stream().mapToInt(piece -> piece[0]).toArray(),
                pieces.stream().mapToInt(piece -> piece[1] - piece[0]).toArray(),
                firsts,
                steps,
                stride,
                filling);
    }

    /** How many samples there are; may be 0. */
    public int count() {
        return firsts[begins.length];
    }

    /** Of each sample. */
    public int steps() {
        return steps;
    }

    /** What stands for steps that are not there. */
    public float filling() {
        return filling;
    }

    /** A sample's first row. */
    public int start(int sample) {
        int piece = piece(sample);
        int furthest = Math.max(0, rows[piece] - steps);
        return begins[piece] + (int) Math.min(furthest, (long) (sample - firsts[piece]) * stride);
    }

    /** How many rows of the series it has, at most {@link #steps}. */
    public int length(int sample) {
        return Math.min(steps, rows[piece(sample)]);
    }

    private int piece(int sample) {
        int found = begins.length == 1 ? 0 : Arrays.binarySearch(firsts, sample);
        return found < 0 ? -found - 2 : found;
    }
}

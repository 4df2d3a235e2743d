package dev.hourglass.data;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Where the samples of a series lie in it.
 *
 * @param starts each sample's first row
 * @param lengths how many rows of the series each has, at most {@code steps}
 * @param steps of a sample; what a shorter one lacks is filled
 * @param filling what the model reads for steps that are not there
 */
public record Cuts(int[] starts, int[] lengths, int steps, float filling) {
    public Cuts {
        if (starts.length == 0 || starts.length != lengths.length || steps < 1) {
            throw new IllegalArgumentException(
                    "cuts need as many starts as lengths and at least one, and steps >= 1, got " + starts.length + ", "
                            + lengths.length + " and " + steps);
        }
    }

    /**
     * Where windows of a series begin, counted from its first row; none where it is shorter than one.
     *
     * @param stride from one beginning to the next, >= 1
     * @param toTheEnd whether one more ends at the last row where that is in none, so that every row is in a window
     */
    public static IntStream starts(int rows, int steps, int stride, boolean toTheEnd) {
        int last = rows - steps;
        if (last < 0) {
            return IntStream.empty();
        }
        IntStream regular = IntStream.rangeClosed(0, last / stride).map(i -> i * stride);
        return toTheEnd && last % stride != 0 ? IntStream.concat(regular, IntStream.of(last)) : regular;
    }

    /** Whole windows. */
    public static Cuts windows(int[] starts, int steps) {
        int[] lengths = new int[starts.length];
        Arrays.fill(lengths, steps);
        return new Cuts(starts, lengths, steps, 0);
    }
}

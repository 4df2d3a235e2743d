package dev.hourglass.data;

import java.util.Arrays;

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

    /** Whole windows. */
    public static Cuts windows(int[] starts, int steps) {
        int[] lengths = new int[starts.length];
        Arrays.fill(lengths, steps);
        return new Cuts(starts, lengths, steps, 0);
    }
}

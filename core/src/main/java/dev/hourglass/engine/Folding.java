package dev.hourglass.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One axis of a convolution with padding 'same' that reads an image whose rows (or columns) were each repeated twice.
 * Output pixels of even and of odd place form two phases; in each, some taps of the kernel meet the same small pixel, so
 * their weights can be added first and the kernel slides over the small image: (k + 1) / 2 taps instead of k, and the
 * large image is never made.
 *
 * @param kernel taps, odd
 * @param flipped whether tap t has the weights at {@code kernel - 1 - t}, as in a transposed convolution
 */
record Folding(int kernel, boolean flipped) {
    static final int SCALE = 2;

    private int before() {
        return (kernel - 1) / 2;
    }

    /** Taps of a phase. */
    int taps() {
        return (kernel + 1) / 2;
    }

    /** The small pixel that the first tap of a phase meets, seen from the small pixel of the output. */
    private int first(int phase) {
        return Math.floorDiv(phase - before(), SCALE);
    }

    /** Zeros that the small image needs before it. */
    int gridBefore() {
        return -first(0);
    }

    /** How much later the windows of the odd phase begin. */
    int shift() {
        return first(1) - first(0);
    }

    /** For each tap of a phase on the small image, which weights of the kernel are added. */
    List<int[]> sources(int phase) {
        List<int[]> sources = new ArrayList<>();
        for (int tap = 0; tap < taps(); tap++) {
            int small = first(phase) + tap;
            sources.add(IntStream.range(0, kernel)
                    .filter(t -> Math.floorDiv(phase + t - before(), SCALE) == small)
                    .map(this::weight)
                    .toArray());
        }
        return sources;
    }

    /** Taps of the way back: a window of output pixels, two pixels from one to the next. */
    int backTaps() {
        return kernel + 1;
    }

    /** For each tap of the way back, which weights of the kernel are added. */
    List<int[]> backSources() {
        List<int[]> sources = new ArrayList<>();
        for (int tap = 0; tap < backTaps(); tap++) {
            int last = 2 * before() - tap; // the kernel's tap that meets the first of two repeated pixels
            sources.add(IntStream.rangeClosed(last, last + 1)
                    .filter(t -> t >= 0 && t < kernel)
                    .map(this::weight)
                    .toArray());
        }
        return sources;
    }

    /** Zeros that the output's gradient needs before it for the way back. */
    int backBefore() {
        return before();
    }

    private int weight(int tap) {
        return flipped ? kernel - 1 - tap : tap;
    }
}

package dev.hourglass.engine;

import java.util.ArrayList;
import java.util.List;

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
    int first(int phase) {
        return Math.floorDiv(phase - before(), SCALE);
    }

    /** Zeros that the small image needs before it. */
    int gridBefore() {
        return -first(0);
    }

    /** Pixels of the small image's grid. */
    int gridSize(int size) {
        return gridBefore() + size + first(1) + taps() - 1;
    }

    /** How much later the windows of the odd phase begin. */
    int shift() {
        return first(1) - first(0);
    }

    /** For each phase, and in it for each tap on the small image, which weights of the kernel are added. */
    List<int[]> sources() {
        List<int[]> sources = new ArrayList<>();
        for (int phase = 0; phase < SCALE; phase++) {
            for (int tap = 0; tap < taps(); tap++) {
                int small = first(phase) + tap;
                List<Integer> met = new ArrayList<>();
                for (int t = 0; t < kernel; t++) {
                    if (Math.floorDiv(phase + t - before(), SCALE) == small) {
                        met.add(weight(t));
                    }
                }
                sources.add(met.stream().mapToInt(Integer::intValue).toArray());
            }
        }
        return sources;
    }

    /** The way back: a window of {@code kernel + 1} output pixels, two apart, reads for each of its places these weights. */
    List<int[]> backSources() {
        List<int[]> sources = new ArrayList<>();
        for (int place = 0; place <= kernel; place++) {
            List<Integer> met = new ArrayList<>();
            for (int repeat = 0; repeat < SCALE; repeat++) {
                int t = 2 * before() + repeat - place;
                if (t >= 0 && t < kernel) {
                    met.add(weight(t));
                }
            }
            sources.add(met.stream().mapToInt(Integer::intValue).toArray());
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

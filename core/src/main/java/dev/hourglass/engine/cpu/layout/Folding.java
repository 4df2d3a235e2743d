package dev.hourglass.engine.cpu.layout;

import dev.hourglass.engine.cpu.layout.WindowAxis.Phase;
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
public record Folding(int kernel, boolean flipped) {
    public static final int SCALE = 2;

    /** Two phases on the small image. */
    public KernelAxis forward() {
        return new KernelAxis(
                new WindowAxis(1, List.of(new Phase(first(0), taps()), new Phase(first(1), taps()))),
                List.of(sources(0), sources(1)));
    }

    /** The way back: a window of output pixels for each small one, two from one to the next. */
    KernelAxis back() {
        return new KernelAxis(WindowAxis.sliding(kernel + 1, SCALE, before()), List.of(backSources()));
    }

    private int before() {
        return (kernel - 1) / 2;
    }

    /** Taps of a phase. */
    private int taps() {
        return (kernel + 1) / 2;
    }

    /** The small pixel that the first tap of a phase meets, seen from the small pixel of the output. */
    private int first(int phase) {
        return Math.floorDiv(phase - before(), SCALE);
    }

    /** For each tap of a phase on the small image, which weights of the kernel are added. */
    private List<int[]> sources(int phase) {
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

    /** For each tap of the way back, which weights of the kernel are added. */
    private List<int[]> backSources() {
        List<int[]> sources = new ArrayList<>();
        for (int tap = 0; tap < kernel + 1; tap++) {
            int last = 2 * before() - tap; // the kernel's tap that meets the first of two repeated pixels
            sources.add(IntStream.rangeClosed(last, last + 1)
                    .filter(t -> t >= 0 && t < kernel)
                    .map(this::weight)
                    .toArray());
        }
        return sources;
    }

    private int weight(int tap) {
        return flipped ? kernel - 1 - tap : tap;
    }
}

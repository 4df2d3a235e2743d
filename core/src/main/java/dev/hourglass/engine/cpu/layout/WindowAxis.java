package dev.hourglass.engine.cpu.layout;

import java.util.List;

/**
 * One axis of a convolution, as its output sees it: which input pixels the window of each output pixel covers. Output
 * pixels fall into interleaved phases whose windows differ in place and length: one phase as a rule, two where the
 * repeated image of an upsampling is folded into the kernel ({@link Folding}), as many as the stride where a strided
 * convolution is turned round.
 *
 * @param stride input pixels between the windows of neighbours in a phase
 * @param phases of the first output pixel, of the second, and so on
 */
public record WindowAxis(int stride, List<Phase> phases) {
    /**
     * @param first where the window of the phase's first pixel begins: an input pixel, negative in the zeros before the
     *     image
     * @param taps pixels of a window, 0 where the kernel is smaller than the stride
     */
    public record Phase(int first, int taps) {}

    /** Each output pixel sees the one input pixel in its place. */
    public static final WindowAxis POINT = sliding(1, 1, 0);

    public WindowAxis {
        phases = List.copyOf(phases);
    }

    /** A single phase: a kernel that slides over the image from {@code before} pixels before it. */
    public static WindowAxis sliding(int kernel, int stride, int before) {
        return new WindowAxis(stride, List.of(new Phase(-before, kernel)));
    }

    /** How many phases there are. */
    public int scale() {
        return phases.size();
    }

    /** How many of so many output pixels belong to a phase. */
    public int count(int outputs, int phase) {
        return Math.ceilDiv(outputs - phase, scale());
    }

    /** Zeros that the windows need before the image. */
    int before() {
        return phases.stream()
                .filter(phase -> phase.taps() > 0)
                .mapToInt(phase -> -phase.first())
                .reduce(0, Math::max);
    }

    /** One past the last pixel that a window of so many output pixels covers. */
    int end(int outputs) {
        int end = 0;
        for (int i = 0; i < scale(); i++) {
            Phase phase = phases.get(i);
            int count = count(outputs, i);
            if (count > 0 && phase.taps() > 0) {
                end = Math.max(end, (count - 1) * stride + phase.first() + phase.taps());
            }
        }
        return end;
    }

    /** Pixels in the windows of so many output pixels, all together. */
    public long taps(int outputs) {
        long taps = 0;
        for (int i = 0; i < scale(); i++) {
            taps += (long) count(outputs, i) * phases.get(i).taps();
        }
        return taps;
    }
}

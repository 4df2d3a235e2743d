package dev.hourglass.engine.cpu.layout;

import dev.hourglass.engine.cpu.layout.WindowAxis.Phase;
import java.util.ArrayList;
import java.util.List;

/**
 * One axis of a convolution with its weights.
 *
 * @param windows where the windows lie
 * @param sources for each phase and each tap of its windows, the taps of the kernel whose weights are added
 */
public record KernelAxis(WindowAxis windows, List<List<int[]>> sources) {
    /**
     * A kernel that slides over the image.
     *
     * @param before zeros before the image
     * @param flipped whether the windows' first tap has the kernel's last weight
     */
    static KernelAxis sliding(int kernel, int stride, int before, boolean flipped) {
        return new KernelAxis(
                WindowAxis.sliding(kernel, stride, before), List.of(everyOther(kernel, 0, /* step= */ 1, flipped)));
    }

    /**
     * A kernel of stride 1 that leaves out pixels between those it covers: taps of the windows that no weight belongs to,
     * and which are multiplied by 0. Dilated kernels are rare, so they have no walk of their own.
     */
    static KernelAxis dilated(int kernel, int dilation, int before, boolean flipped) {
        List<int[]> taps = new ArrayList<>();
        for (int[] tap : everyOther(kernel, 0, /* step= */ 1, flipped)) {
            if (!taps.isEmpty()) {
                for (int gap = 1; gap < dilation; gap++) {
                    taps.add(new int[0]);
                }
            }
            taps.add(tap);
        }
        return new KernelAxis(WindowAxis.sliding(taps.size(), 1, before), List.of(taps));
    }

    /**
     * A kernel that slides, pixel by pixel, over an image whose pixels were moved {@code step} apart, with zeros between
     * them: what a strided convolution is the other way round. Each output pixel meets only every so many of the
     * kernel's taps, so the zeros need not be there.
     *
     * @param before zeros before the image when it is spread out
     */
    static KernelAxis overSpread(int kernel, int step, int before, boolean flipped) {
        List<Phase> phases = new ArrayList<>();
        List<List<int[]>> sources = new ArrayList<>();
        for (int phase = 0; phase < step; phase++) {
            List<int[]> taps = everyOther(kernel, Math.floorMod(before - phase, step), step, flipped);
            phases.add(new Phase(Math.ceilDiv(phase - before, step), taps.size()));
            sources.add(taps);
        }
        return new KernelAxis(new WindowAxis(1, phases), sources);
    }

    private static List<int[]> everyOther(int kernel, int first, int step, boolean flipped) {
        List<int[]> taps = new ArrayList<>();
        for (int tap = first; tap < kernel; tap += step) {
            taps.add(new int[] {flipped ? kernel - 1 - tap : tap});
        }
        return taps;
    }
}

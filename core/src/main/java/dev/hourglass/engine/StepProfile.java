package dev.hourglass.engine;

import java.util.List;

/**
 * Where a training step's time goes: one stage of it, measured. All figures are of one training step, on average over
 * those since the last look; seconds are of one thread, summed over the threads. Reading the clock adds some 50 ns a
 * call, and the time that a thread waits for another is in no stage.
 *
 * @param phase counted from 0 in the order of computation, or {@link #WHOLE_STEP}
 * @param kind what is done, such as {@code Convolve}
 * @param writes names of the values and weight gradients that are written, such as {@code enc_conv1/output}
 * @param calls for one sample each, or for a chunk of samples
 * @param flops floating point operations; a multiply-add is two
 * @param bytes read and written if each value moves once
 */
public record StepProfile(
        int phase, String kind, List<String> writes, double calls, double seconds, double flops, double bytes) {
    /** The phase of what comes after all phases, such as the update of the parameters. */
    public static final int WHOLE_STEP = -1;

    public StepProfile {
        writes = List.copyOf(writes);
    }
}

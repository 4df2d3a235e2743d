package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.RandomSource;

/**
 * What disturbs training. The random number for each place depends on the training step and the place in the batch alone:
 * it is the same on the way back, at any thread count and after a resumed run.
 */
public record NoiseOperations(Resources resources) {
    public Operation noise(Step.Noise step) {
        return switch (step.noise()) {
            case LayerSpec.Dropout dropout -> drop(step, dropout);
            case LayerSpec.GaussianNoise gaussian -> add(step, gaussian);
        };
    }

    /** Zeroes some numbers and scales the others. */
    private Operation drop(Step.Noise step, LayerSpec.Dropout dropout) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        float keep = 1 / (1 - dropout.rate());
        long threshold = (long) (dropout.rate() * (double) (1L << 53));
        int stride = from.stride();
        String purpose = "dropout/" + dropout.name();
        return at -> {
            float[] source = from.array(at);
            float[] target = to.array(at);
            long key = key(at, purpose);
            for (int i = 0; i < at.samples; i++) {
                int offset = from.offset(at) + i * stride;
                int result = to.offset(at) + i * stride;
                long place = (long) (at.first() + i) * stride;
                for (int j = 0; j < stride; j++) {
                    boolean dropped = RandomSource.bits(key, place + j) >>> 11 < threshold;
                    target[result + j] = dropped ? 0 : source[offset + j] * keep;
                }
            }
        };
    }

    /** Adds normal numbers (Marsaglia and Bray 1964); the channels that only pad stay as they are. */
    private Operation add(Step.Noise step, LayerSpec.GaussianNoise noise) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image image = step.from().image();
        int channels = image.channels();
        int channelStride = image.channelStride();
        int pixels = image.pixels();
        String purpose = "gaussian_noise/" + noise.name();
        return at -> {
            float[] source = from.array(at);
            float[] target = to.array(at);
            long key = key(at, purpose);
            for (int i = 0; i < at.samples; i++) {
                int offset = from.offset(at) + i * from.stride();
                int result = to.offset(at) + i * to.stride();
                System.arraycopy(source, offset, target, result, pixels * channelStride);
                long place = (long) (at.first() + i) * pixels * channels;
                for (int pixel = 0; pixel < pixels; pixel++) {
                    for (int channel = 0; channel < channels; channel++) {
                        target[result + pixel * channelStride + channel] +=
                                noise.stddev() * RandomSource.normal(key, place++);
                    }
                }
            }
        };
    }

    private static long key(Cursor at, String purpose) {
        return RandomSource.key(at.batch.seed(), purpose, at.batch.number());
    }
}

package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.RandomSource;
import java.util.Arrays;

/**
 * What disturbs training. The random number for each place depends on the training step and the place in the batch alone:
 * it is the same on the way back, at any thread count and after a resumed run.
 */
public record NoiseOperations(Resources resources) {
    public Operation noise(Step.Noise step) {
        return switch (step.noise()) {
            case LayerSpec.Dropout dropout -> drop(step, dropout);
            case LayerSpec.SpatialDropout dropout -> dropChannels(step, dropout);
            case LayerSpec.GaussianDropout dropout -> multiply(step, dropout);
            case LayerSpec.AlphaDropout dropout -> dropToLeast(step, dropout);
            case LayerSpec.GaussianNoise gaussian -> add(step, gaussian);
        };
    }

    /** Zeroes some numbers and scales the others. */
    private Operation drop(Step.Noise step, LayerSpec.Dropout dropout) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        float keep = 1 / (1 - dropout.rate());
        long threshold = threshold(dropout.rate());
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
                    boolean dropped = drops(key, place + j, threshold);
                    target[result + j] = dropped ? 0 : source[offset + j] * keep;
                }
            }
        };
    }

    /** Zeroes channels of a sample whole, and scales the others. */
    private Operation dropChannels(Step.Noise step, LayerSpec.SpatialDropout dropout) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image image = step.from().image();
        float keep = 1 / (1 - dropout.rate());
        long threshold = threshold(dropout.rate());
        int channels = image.channels();
        String purpose = "spatial_dropout/" + dropout.name();
        float[][] factors = new float[resources.workers()][image.channelStride()];
        return at -> {
            float[] source = from.array(at);
            float[] target = to.array(at);
            float[] factor = factors[at.worker];
            long key = key(at, purpose);
            for (int i = 0; i < at.samples; i++) {
                long place = (long) (at.first() + i) * channels;
                for (int channel = 0; channel < channels; channel++) {
                    factor[channel] = drops(key, place + channel, threshold) ? 0 : keep;
                }
                for (int pixel = 0; pixel < image.pixels(); pixel++) {
                    int offset = from.offset(at) + i * from.stride() + image.pixel(pixel);
                    int result = to.offset(at) + i * to.stride() + image.pixel(pixel);
                    for (int channel = 0; channel < factor.length; channel++) {
                        target[result + channel] = source[offset + channel] * factor[channel];
                    }
                }
            }
        };
    }

    /** Multiplies by normal numbers around 1. */
    private Operation multiply(Step.Noise step, LayerSpec.GaussianDropout dropout) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image image = step.from().image();
        int channels = image.channels();
        float deviation = dropout.deviation();
        String purpose = "gaussian_dropout/" + dropout.name();
        return at -> {
            float[] source = from.array(at);
            float[] target = to.array(at);
            long key = key(at, purpose);
            for (int i = 0; i < at.samples; i++) {
                long place = (long) (at.first() + i) * image.pixels() * channels;
                for (int pixel = 0; pixel < image.pixels(); pixel++) {
                    int offset = from.offset(at) + i * from.stride() + image.pixel(pixel);
                    int result = to.offset(at) + i * to.stride() + image.pixel(pixel);
                    for (int channel = 0; channel < channels; channel++) {
                        float factor = Math.fma(deviation, RandomSource.normal(key, place++), 1);
                        target[result + channel] = source[offset + channel] * factor;
                    }
                    Arrays.fill(target, result + channels, result + image.channelStride(), 0);
                }
            }
        };
    }

    /** Drops the numbers that Dropout of the same name would, to another one than 0; channels that only pad are 0. */
    private Operation dropToLeast(Step.Noise step, LayerSpec.AlphaDropout dropout) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image image = step.from().image();
        int channels = image.channels();
        float scale = dropout.scale();
        float shift = dropout.shift();
        float dropped = dropout.dropped();
        long threshold = threshold(dropout.rate());
        String purpose = "dropout/" + dropout.name();
        return at -> {
            float[] source = from.array(at);
            float[] target = to.array(at);
            long key = key(at, purpose);
            for (int i = 0; i < at.samples; i++) {
                long place = (long) (at.first() + i) * from.stride();
                for (int pixel = 0; pixel < image.pixels(); pixel++) {
                    int inSample = image.pixel(pixel);
                    int offset = from.offset(at) + i * from.stride() + inSample;
                    int result = to.offset(at) + i * to.stride() + inSample;
                    for (int channel = 0; channel < channels; channel++) {
                        boolean isDropped = drops(key, place + inSample + channel, threshold);
                        target[result + channel] =
                                isDropped ? dropped : Math.fma(source[offset + channel], scale, shift);
                    }
                    Arrays.fill(target, result + channels, result + image.channelStride(), 0);
                }
            }
        };
    }

    /** Of 53 random bits, how many numbers lie below a rate. */
    public static long threshold(float rate) {
        return (long) (rate * (double) (1L << 53));
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

    /** Whether what has this place is dropped. */
    public static boolean drops(long key, long place, long threshold) {
        return RandomSource.bits(key, place) >>> 11 < threshold;
    }

    /** Of the training step at the cursor. */
    public static long key(Cursor at, String purpose) {
        return RandomSource.key(at.batch.seed(), purpose, at.batch.number());
    }
}

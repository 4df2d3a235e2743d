package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import java.util.Optional;

/**
 * An image each of whose channels is repeated, one copy beside the other, as often as a convolution of each channel by
 * itself makes new ones of it.
 *
 * @param image as it is
 * @param repeated as wide as what the convolution gives
 */
record RepeatedChannels(Layout.Image image, Layout.Image repeated) {
    /**
     * @param transposed whether {@code from} is the small one
     * @return nothing unless each channel of the large image is a group and becomes several
     */
    static Optional<RepeatedChannels> of(Layout.Image from, Layout.Image to, int groups, boolean transposed) {
        Layout.Image large = transposed ? to : from;
        Layout.Image small = transposed ? from : to;
        return groups == large.channels() && small.channels() > groups && groups > 1
                ? Optional.of(new RepeatedChannels(
                        large, Layout.Image.natural(large.height(), large.width(), small.channels())))
                : Optional.empty();
    }

    /** Room for one sample of each worker. */
    float[][] scratch(int workers) {
        return new float[workers][repeated.floatsPerSample()];
    }

    private int times() {
        return repeated.channels() / image.channels();
    }

    void repeat(float[] values, int offset, float[] wide) {
        int times = times();
        for (int pixel = 0; pixel < image.pixels(); pixel++) {
            int source = offset + image.pixel(pixel);
            int target = repeated.pixel(pixel);
            for (int channel = 0; channel < image.channels(); channel++) {
                float value = values[source + channel];
                for (int copy = 0; copy < times; copy++) {
                    wide[target + channel * times + copy] = value;
                }
            }
        }
    }

    /** Adds to each channel what its copies hold, in their order. */
    void sum(float[] wide, float[] values, int offset) {
        int times = times();
        for (int pixel = 0; pixel < image.pixels(); pixel++) {
            int source = repeated.pixel(pixel);
            int target = offset + image.pixel(pixel);
            for (int channel = 0; channel < image.channels(); channel++) {
                float sum = 0;
                for (int copy = 0; copy < times; copy++) {
                    sum += wide[source + channel * times + copy];
                }
                values[target + channel] += sum;
            }
        }
    }
}

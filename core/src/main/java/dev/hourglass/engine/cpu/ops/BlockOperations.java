package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Op;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Normalisations of a sample's blocks, each by its own mean and variance or length, which are summed in double in an order
 * that is written here and told again on the way back.
 */
public final class BlockOperations {
    /** Keras divides by no less than this (keras.ops.normalize). */
    private static final double LEAST_LENGTH = 1e-12;

    private final Resources resources;
    private final PackedWeights weights;
    private final ChunkResults results;

    public BlockOperations(Resources resources) {
        this.resources = resources;
        weights = resources.weights();
        results = resources.results();
    }

    /**
     * Where the blocks of a sample lie.
     *
     * @param pixels of a block
     * @param channels of a block, adjacent within each pixel
     * @param stride from pixel to pixel
     * @param ofPixel from the gamma of a pixel to that of the next, 0 where all have the same
     */
    private record BlockShape(Op.BlockNorm norm, int pixels, int channels, int stride, int ofPixel) {
        static BlockShape of(Step.Blocks blocks, Layout.Image image) {
            Op.BlockNorm norm = blocks.norm();
            return new BlockShape(
                    norm,
                    blocks.pixels(),
                    image.channels() / norm.groups(),
                    image.channelStride(),
                    norm.byPlace() ? image.channels() : 0);
        }

        int size() {
            return pixels * channels;
        }

        /** What is subtracted before the squares are summed. */
        float mean(float[] x, int place) {
            return switch (norm.kind()) {
                case STANDARD, DEVIATION -> (float) (sum(x, place) / size());
                case LENGTH, ROOT_MEAN_SQUARE -> 0;
            };
        }

        /** What is subtracted from each number. */
        float shift(float mean) {
            return norm.kind() == Op.BlockNorm.Kind.STANDARD ? mean : 0;
        }

        /** One over the standard deviation or the length. */
        float inverse(float[] x, int place, float mean) {
            double squares = squares(x, place, mean);
            return (float)
                    switch (norm.kind()) {
                        case STANDARD, DEVIATION, ROOT_MEAN_SQUARE -> 1 / Math.sqrt(squares / size() + norm.epsilon());
                        case LENGTH -> 1 / Math.max(Math.sqrt(squares), LEAST_LENGTH);
                    };
        }

        private double sum(float[] x, int place) {
            double even = 0;
            double odd = 0;
            for (int p = 0; p < pixels; p++) {
                int first = place + p * stride;
                int c = first;
                for (; c < first + channels - 1; c += 2) {
                    even += x[c];
                    odd += x[c + 1];
                }
                if (c < first + channels) {
                    even += x[c];
                }
            }
            return even + odd;
        }

        private double squares(float[] x, int place, float mean) {
            double even = 0;
            double odd = 0;
            for (int p = 0; p < pixels; p++) {
                int first = place + p * stride;
                int c = first;
                for (; c < first + channels - 1; c += 2) {
                    double one = (double) x[c] - mean;
                    double other = (double) x[c + 1] - mean;
                    even += one * one;
                    odd += other * other;
                }
                if (c < first + channels) {
                    double one = (double) x[c] - mean;
                    even += one * one;
                }
            }
            return even + odd;
        }

        void addGammas(
                float[] x, int place, float shift, float inverse, float[] d, int gradient, float[] sums, int sum) {
            for (int p = 0; p < pixels; p++) {
                for (int c = 0; c < channels; c++) {
                    float normal = (x[place + p * stride + c] - shift) * inverse;
                    sums[sum + p * ofPixel + c] =
                            Math.fma(d[gradient + p * stride + c], normal, sums[sum + p * ofPixel + c]);
                }
            }
        }

        void addBetas(float[] d, int gradient, float[] sums, int sum) {
            for (int p = 0; p < pixels; p++) {
                for (int c = 0; c < channels; c++) {
                    sums[sum + p * ofPixel + c] += d[gradient + p * stride + c];
                }
            }
        }

        /** @param factor where the block's gammas begin */
        void goBack(
                float[] x, int place, float mean, float inverse, float[] d, int gradient, float[] gamma, int factor) {
            float shift = shift(mean);
            double sum = 0;
            double product = 0;
            for (int p = 0; p < pixels; p++) {
                for (int c = 0; c < channels; c++) {
                    float e = d[gradient + p * stride + c] * gamma[factor + p * ofPixel + c];
                    d[gradient + p * stride + c] = e;
                    sum += e;
                    product += (double) e * ((x[place + p * stride + c] - shift) * inverse);
                }
            }
            float less = norm.kind() == Op.BlockNorm.Kind.STANDARD ? (float) (sum / size()) : 0;
            float along = (float)
                    switch (norm.kind()) {
                        case STANDARD, DEVIATION, ROOT_MEAN_SQUARE -> product / size();
                        // What is too short to be divided by its length is only scaled.
                        case LENGTH -> inverse < 1 / LEAST_LENGTH ? product : 0;
                    };
            for (int p = 0; p < pixels; p++) {
                for (int c = 0; c < channels; c++) {
                    float z = (x[place + p * stride + c] - mean) * inverse;
                    d[gradient + p * stride + c] = inverse * (d[gradient + p * stride + c] - less - z * along);
                }
            }
        }
    }

    /** Factors or summands of a block's numbers: learned, or always the same. */
    private record Places(float[] values, int offset) {}

    private Places places(@Nullable PackedMatrix learned, float otherwise, Layout.Image image, BlockShape shape) {
        if (learned != null) {
            return new Places(weights.array(), weights.offset(learned));
        }
        float[] values = new float[shape.ofPixel() == 0 ? image.channels() : shape.pixels() * image.channels()];
        Arrays.fill(values, otherwise);
        return new Places(values, 0);
    }

    public Operation normalize(Step.NormalizeSample step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        BlockShape shape = BlockShape.of(step.blocks(), in);
        Places gamma = places(step.blocks().gamma(), 1, in, shape);
        Places beta = places(step.blocks().beta(), 0, in, shape);
        return at -> {
            float[] x = from.array(at);
            float[] y = to.array(at);
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = to.offset(at) + i * to.stride();
                for (int first = 0; first < in.pixels(); first += shape.pixels()) {
                    for (int channel = 0; channel < in.channels(); channel += shape.channels()) {
                        int place = source + in.pixel(first) + channel;
                        float mean = shape.mean(x, place);
                        float inverse = shape.inverse(x, place, mean);
                        float shift = shape.shift(mean);
                        for (int p = 0; p < shape.pixels(); p++) {
                            int read = place + p * shape.stride();
                            int written = target + out.pixel(first + p) + channel;
                            int factor = gamma.offset() + p * shape.ofPixel() + channel;
                            int summand = beta.offset() + p * shape.ofPixel() + channel;
                            for (int c = 0; c < shape.channels(); c++) {
                                float normal = (x[read + c] - shift) * inverse;
                                y[written + c] =
                                        Math.fma(normal, gamma.values()[factor + c], beta.values()[summand + c]);
                            }
                        }
                    }
                }
            }
        };
    }

    /**
     * With {@code e = d gamma}, the gradient of {@code v = (x - shift) / s} is
     * {@code (e - mean(e) - (x - mean) / s * mean(e v)) / s}; without the mean of e where the mean is not subtracted, and
     * with sums instead of means for a length.
     */
    public Operation gradient(Step.NormalizeSampleGradient step) {
        Buffer from = resources.buffer(step.from());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image image = step.from().image();
        BlockShape shape = BlockShape.of(step.blocks(), image);
        Places gamma = places(step.blocks().gamma(), 1, image, shape);
        int ofGamma = step.blocks().gamma() == null
                ? -1
                : results.offset(step.blocks().gamma());
        int ofBeta =
                step.blocks().beta() == null ? -1 : results.offset(step.blocks().beta());
        return at -> {
            float[] x = from.array(at);
            float[] d = gradient.array(at);
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = gradient.offset(at) + i * gradient.stride();
                for (int first = 0; first < image.pixels(); first += shape.pixels()) {
                    for (int channel = 0; channel < image.channels(); channel += shape.channels()) {
                        int offset = image.pixel(first) + channel;
                        int place = source + offset;
                        float mean = shape.mean(x, place);
                        float inverse = shape.inverse(x, place, mean);
                        float[] sums = results.gradients[at.chunk];
                        if (ofGamma >= 0) {
                            shape.addGammas(
                                    x, place, shape.shift(mean), inverse, d, target + offset, sums, ofGamma + channel);
                        }
                        if (ofBeta >= 0) {
                            shape.addBetas(d, target + offset, sums, ofBeta + channel);
                        }
                        shape.goBack(
                                x, place, mean, inverse, d, target + offset, gamma.values(), gamma.offset() + channel);
                    }
                }
            }
        };
    }
}

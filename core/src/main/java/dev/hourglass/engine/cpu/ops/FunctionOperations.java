package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.PointFunction;
import java.util.List;

/** Activations whose slope needs what went in, and a ReLU with learned slopes; forward and back. */
public final class FunctionOperations {
    private final Resources resources;
    private final PointFunctions functions;
    private final PackedWeights weights;
    private final ChunkResults results;

    public FunctionOperations(Resources resources) {
        this.resources = resources;
        functions = new PointFunctions(resources.kernels());
        weights = resources.weights();
        results = resources.results();
    }

    public Operation apply(Step.Apply step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        if (step.function() instanceof PointFunction.Normalize normalize) {
            return normalized(normalize, step.from(), step.to());
        }
        int count = in.width() * in.channelStride();
        float[][] scratch = new float[resources.workers()][PointFunctions.BLOCK];
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                for (int y = 0; y < in.height(); y++) {
                    functions.apply(
                            step.function(),
                            from.array(at),
                            from.offset(at) + i * from.stride() + in.row(y),
                            to.array(at),
                            to.offset(at) + i * to.stride() + out.row(y),
                            count,
                            scratch[at.worker]);
                }
            }
        };
    }

    private Operation normalized(PointFunction.Normalize function, Value read, Value written) {
        Buffer from = resources.buffer(read);
        Buffer to = resources.buffer(written);
        Layout.Image in = read.image();
        Layout.Image out = written.image();
        float[] means = array(function.means());
        float[] deviations = array(function.deviations());
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                for (int pixel = 0; pixel < in.pixels(); pixel++) {
                    int x = from.offset(at) + i * from.stride() + in.pixel(pixel);
                    int y = to.offset(at) + i * to.stride() + out.pixel(pixel);
                    int place = pixel * in.channels() % means.length;
                    for (int channel = 0; channel < in.channels(); channel++) {
                        float number = from.array(at)[x + channel];
                        // Not fused, as Keras computes it.
                        to.array(at)[y + channel] = function.invert()
                                ? means[place] + number * deviations[place]
                                : (number - means[place]) / deviations[place];
                        place = place + 1 == means.length ? 0 : place + 1;
                    }
                }
            }
        };
    }

    /** In place. */
    private Operation normalizedGradient(PointFunction.Normalize function, Value of) {
        Buffer gradient = resources.buffer(of);
        Layout.Image image = of.image();
        float[] deviations = array(function.deviations());
        return at -> {
            float[] d = gradient.array(at);
            for (int i = 0; i < at.samples; i++) {
                for (int pixel = 0; pixel < image.pixels(); pixel++) {
                    int first = gradient.offset(at) + i * gradient.stride() + image.pixel(pixel);
                    int place = pixel * image.channels() % deviations.length;
                    for (int channel = 0; channel < image.channels(); channel++) {
                        d[first + channel] = function.invert()
                                ? d[first + channel] * deviations[place]
                                : d[first + channel] / deviations[place];
                        place = place + 1 == deviations.length ? 0 : place + 1;
                    }
                }
            }
        };
    }

    private static float[] array(List<Float> numbers) {
        float[] array = new float[numbers.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = numbers.get(i);
        }
        return array;
    }

    public Operation gradient(Step.ApplyGradient step) {
        if (step.function() instanceof PointFunction.Normalize normalize) {
            return normalizedGradient(normalize, step.gradient());
        }
        Buffer from = resources.buffer(step.from());
        Buffer gradient = resources.buffer(step.gradient());
        float[][] scratch = new float[resources.workers()][PointFunctions.BLOCK];
        return at -> functions.gradient(
                step.function(),
                from.array(at),
                from.offset(at),
                gradient.array(at),
                gradient.offset(at),
                at.samples * gradient.stride(),
                scratch[at.worker]);
    }

    public Operation prelu(Step.PRelu step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        Step.PlaceWeights slopes = step.slopes();
        int offset = weights.offset(slopes.packed());
        return at -> {
            float[] packed = weights.array();
            float[] source = from.array(at);
            float[] target = to.array(at);
            for (int i = 0; i < at.samples; i++) {
                for (int pixel = 0; pixel < in.pixels(); pixel++) {
                    int place = from.offset(at) + i * from.stride() + in.pixel(pixel);
                    int result = to.offset(at) + i * to.stride() + out.pixel(pixel);
                    int slope = offset + slope(slopes, pixel, in);
                    for (int channel = 0; channel < in.channels(); channel++) {
                        float x = source[place + channel];
                        target[result + channel] = x > 0 ? x : packed[slope + channel * slopes.channelStride()] * x;
                    }
                }
            }
        };
    }

    public Operation preluGradient(Step.PReluGradient step) {
        Buffer from = resources.buffer(step.from());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image in = step.from().image();
        Layout.Image image = step.gradient().image();
        Step.PlaceWeights slopes = step.slopes();
        int offset = weights.offset(slopes.packed());
        int sumOffset = results.offset(slopes.packed());
        return at -> {
            float[] packed = weights.array();
            float[] source = from.array(at);
            float[] d = gradient.array(at);
            float[] sums = results.gradients[at.chunk];
            for (int i = 0; i < at.samples; i++) {
                for (int pixel = 0; pixel < in.pixels(); pixel++) {
                    int place = from.offset(at) + i * from.stride() + in.pixel(pixel);
                    int result = gradient.offset(at) + i * gradient.stride() + image.pixel(pixel);
                    int slope = slope(slopes, pixel, in);
                    for (int channel = 0; channel < in.channels(); channel++) {
                        float x = source[place + channel];
                        int j = slope + channel * slopes.channelStride();
                        sums[sumOffset + j] += x > 0 ? 0 : d[result + channel] * x;
                        d[result + channel] *= x > 0 ? 1 : packed[offset + j];
                    }
                }
            }
        };
    }

    private static int slope(Step.PlaceWeights slopes, int pixel, Layout.Image image) {
        return pixel / image.width() * slopes.rowStride() + pixel % image.width() * slopes.pixelStride();
    }
}

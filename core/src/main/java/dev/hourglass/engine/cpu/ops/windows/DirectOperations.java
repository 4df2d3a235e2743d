package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;

/**
 * Convolutions over volumes, in groups and of each channel by itself, run after run of places that have the same tap of
 * the kernel ({@link WindowRuns}). A run is a product where there is one group, and a product number by number where
 * each channel is a group, repeated where it becomes several ({@link RepeatedChannels}); other groups are plain loops whose
 * innermost goes over adjacent numbers.
 */
public final class DirectOperations {
    private final Resources resources;
    private final Kernels kernels;
    private final PackedWeights weights;
    private final ChunkResults results;

    public DirectOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        weights = resources.weights();
        results = resources.results();
    }

    /** What one run does, from where its numbers lie; {@code tap} is the offset of the kernel's part. */
    @FunctionalInterface
    private interface Run {
        void apply(float[] kernel, int tap, float[] from, int source, float[] to, int target, int length);
    }

    public Operation convolve(Step.DirectConvolve step) {
        return RepeatedChannels.of(
                        step.from().image(), step.to().image(), step.weights().groups(), step.transposed())
                .map(channels -> convolveRepeated(step, channels))
                .orElseGet(() -> convolveGrouped(step));
    }

    /** Of each channel by itself to several: each is repeated, so that it meets the kernels of all of them side by side. */
    private Operation convolveRepeated(Step.DirectConvolve step, RepeatedChannels channels) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image out = step.to().image();
        boolean toLarge = step.transposed();
        Layout.Image small = toLarge ? step.from().image() : out;
        WindowRuns runs = WindowRuns.of(step.windows(), small, channels.repeated());
        Step.DirectWeights of = step.weights();
        int kernel = weights.offset(of.kernel());
        int width = small.channelStride();
        float[][] scratch = channels.scratch(resources.workers());
        return at -> {
            float[] wide = scratch[at.worker];
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = to.offset(at) + i * to.stride();
                startAtBias(of, out, to.array(at), target);
                if (toLarge) {
                    Arrays.fill(wide, 0);
                } else {
                    channels.repeat(from.array(at), source, wide);
                }
                for (int r = 0; r < runs.count(); r++) {
                    int tap = kernel + runs.taps()[r] * width;
                    int large = runs.large()[r];
                    int count = runs.lengths()[r];
                    if (toLarge) {
                        kernels.addProductOfEach(
                                from.array(at),
                                source + runs.small()[r],
                                runs.smallStep(),
                                weights.array(),
                                tap,
                                wide,
                                large,
                                runs.largeStep(),
                                count,
                                width);
                    } else {
                        kernels.addProductOfEach(
                                wide,
                                large,
                                runs.largeStep(),
                                weights.array(),
                                tap,
                                to.array(at),
                                target + runs.small()[r],
                                runs.smallStep(),
                                count,
                                width);
                    }
                }
                if (toLarge) {
                    channels.sum(wide, to.array(at), target);
                }
            }
        };
    }

    private Operation convolveGrouped(Step.DirectConvolve step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        boolean toLarge = step.transposed();
        WindowRuns runs = WindowRuns.of(step.windows(), toLarge ? in : out, toLarge ? out : in);
        int[] sources = toLarge ? runs.small() : runs.large();
        int[] targets = toLarge ? runs.large() : runs.small();
        int sourceStep = toLarge ? runs.smallStep() : runs.largeStep();
        int targetStep = toLarge ? runs.largeStep() : runs.smallStep();
        Step.DirectWeights of = step.weights();
        int kernel = weights.offset(of.kernel());
        int perTap = of.kernel().columns().packed() / step.windows().taps();
        Run run = run(of.groups(), in, out, sourceStep, targetStep, toLarge);
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = to.offset(at) + i * to.stride();
                startAtBias(of, out, to.array(at), target);
                for (int r = 0; r < runs.count(); r++) {
                    int tap = kernel + runs.taps()[r] * perTap;
                    run.apply(
                            weights.array(),
                            tap,
                            from.array(at),
                            source + sources[r],
                            to.array(at),
                            target + targets[r],
                            runs.lengths()[r]);
                }
            }
        };
    }

    private Run run(int groups, Layout.Image in, Layout.Image out, int sourceStep, int targetStep, boolean toLarge) {
        if (groups == 1) {
            int columns = out.channelStride();
            Kernels.Product product = kernels.product(columns, sourceStep, columns, targetStep);
            int length = in.channels();
            return (k, tap, x, source, y, target, count) ->
                    product.run(count, x, source, 0, 1, length, k, tap, y, target, targetStep, y, target);
        }
        if (groups == in.channels() && groups == out.channels()) {
            int channels = in.channelStride();
            return (k, tap, x, source, y, target, count) ->
                    kernels.addProductOfEach(x, source, sourceStep, k, tap, y, target, targetStep, count, channels);
        }
        return toLarge
                ? toLargeInGroups(new Groups(groups, out, in), sourceStep, targetStep)
                : toSmallInGroups(new Groups(groups, in, out), sourceStep, targetStep);
    }

    /** A kernel's part for one tap has a row for each channel of a group, and in it the filters of all groups. */
    private record Groups(int count, int channels, int filters, int row) {
        Groups(int count, Layout.Image large, Layout.Image small) {
            this(count, large.channels() / count, small.channels() / count, small.channelStride());
        }
    }

    private static Run toSmallInGroups(Groups groups, int sourceStep, int targetStep) {
        int channels = groups.channels();
        int filters = groups.filters();
        return (k, tap, x, source, y, target, count) -> {
            for (int j = 0; j < count; j++) {
                for (int group = 0; group < groups.count(); group++) {
                    int place = target + j * targetStep + group * filters;
                    for (int channel = 0; channel < channels; channel++) {
                        float factor = x[source + j * sourceStep + group * channels + channel];
                        int row = tap + channel * groups.row() + group * filters;
                        for (int f = 0; f < filters; f++) {
                            y[place + f] = Math.fma(factor, k[row + f], y[place + f]);
                        }
                    }
                }
            }
        };
    }

    private static Run toLargeInGroups(Groups groups, int sourceStep, int targetStep) {
        int channels = groups.channels();
        int filters = groups.filters();
        return (k, tap, d, source, x, target, count) -> {
            for (int j = 0; j < count; j++) {
                for (int group = 0; group < groups.count(); group++) {
                    int place = source + j * sourceStep + group * filters;
                    for (int channel = 0; channel < channels; channel++) {
                        int row = tap + channel * groups.row() + group * filters;
                        float sum = 0;
                        for (int f = 0; f < filters; f++) {
                            sum = Math.fma(d[place + f], k[row + f], sum);
                        }
                        x[target + j * targetStep + group * channels + channel] += sum;
                    }
                }
            }
        };
    }

    private void startAtBias(Step.DirectWeights of, Layout.Image image, float[] values, int offset) {
        Arrays.fill(values, offset, offset + image.floatsPerSample(), 0);
        if (of.bias() == null) {
            return;
        }
        int bias = weights.offset(of.bias());
        for (int pixel = 0; pixel < image.pixels(); pixel++) {
            System.arraycopy(weights.array(), bias, values, offset + image.pixel(pixel), image.channels());
        }
    }

    public Operation gradient(Step.DirectConvolveGradient step) {
        return RepeatedChannels.of(
                        step.large().image(),
                        step.small().image(),
                        step.weights().groups(),
                        false)
                .map(channels -> gradientOfRepeated(step, channels))
                .orElseGet(() -> gradientGrouped(step));
    }

    private Operation gradientOfRepeated(Step.DirectConvolveGradient step, RepeatedChannels channels) {
        Buffer fromLarge = resources.buffer(step.large());
        Buffer fromSmall = resources.buffer(step.small());
        Layout.Image small = step.small().image();
        WindowRuns runs = WindowRuns.of(step.windows(), small, channels.repeated());
        int kernel = results.offset(step.weights().kernel());
        int width = small.channelStride();
        float[][] scratch = channels.scratch(resources.workers());
        return at -> {
            float[] wide = scratch[at.worker];
            float[] sums = results.gradients[at.chunk];
            for (int i = 0; i < at.samples; i++) {
                channels.repeat(fromLarge.array(at), fromLarge.offset(at) + i * fromLarge.stride(), wide);
                int ofSmall = fromSmall.offset(at) + i * fromSmall.stride();
                for (int r = 0; r < runs.count(); r++) {
                    kernels.sumProducts(
                            wide,
                            runs.large()[r],
                            runs.largeStep(),
                            fromSmall.array(at),
                            ofSmall + runs.small()[r],
                            runs.smallStep(),
                            sums,
                            kernel + runs.taps()[r] * width,
                            runs.lengths()[r],
                            width);
                }
            }
        };
    }

    private Operation gradientGrouped(Step.DirectConvolveGradient step) {
        Buffer fromLarge = resources.buffer(step.large());
        Buffer fromSmall = resources.buffer(step.small());
        Layout.Image large = step.large().image();
        Layout.Image small = step.small().image();
        WindowRuns runs = WindowRuns.of(step.windows(), small, large);
        int kernel = results.offset(step.weights().kernel());
        int perTap = step.weights().kernel().columns().packed() / step.windows().taps();
        Run run = gradientRun(step.weights().groups(), large, small, runs);
        return at -> {
            float[] sums = results.gradients[at.chunk];
            for (int i = 0; i < at.samples; i++) {
                int ofLarge = fromLarge.offset(at) + i * fromLarge.stride();
                int ofSmall = fromSmall.offset(at) + i * fromSmall.stride();
                for (int r = 0; r < runs.count(); r++) {
                    int tap = kernel + runs.taps()[r] * perTap;
                    run.apply(
                            sums,
                            tap,
                            fromLarge.array(at),
                            ofLarge + runs.large()[r],
                            fromSmall.array(at),
                            ofSmall + runs.small()[r],
                            runs.lengths()[r]);
                }
            }
        };
    }

    /** Adds to the sums at {@code tap}. */
    private Run gradientRun(int groups, Layout.Image large, Layout.Image small, WindowRuns runs) {
        int largeStep = runs.largeStep();
        int smallStep = runs.smallStep();
        if (groups == 1) {
            int columns = small.channelStride();
            int rows = large.channels();
            Kernels.TransposedProduct product = kernels.transposedProduct(columns, largeStep, smallStep, columns);
            return (sums, tap, x, pixel, d, place, count) ->
                    product.run(rows, x, pixel, 0, 1, count, d, place, 0, sums, tap);
        }
        if (groups == large.channels() && groups == small.channels()) {
            int channels = small.channelStride();
            return (sums, tap, x, pixel, d, place, count) ->
                    kernels.sumProducts(x, pixel, largeStep, d, place, smallStep, sums, tap, count, channels);
        }
        return gradientInGroups(new Groups(groups, large, small), largeStep, smallStep);
    }

    private static Run gradientInGroups(Groups groups, int largeStep, int smallStep) {
        int channels = groups.channels();
        int filters = groups.filters();
        return (sums, tap, x, pixel, d, place, count) -> {
            for (int j = 0; j < count; j++) {
                for (int group = 0; group < groups.count(); group++) {
                    int first = place + j * smallStep + group * filters;
                    for (int channel = 0; channel < channels; channel++) {
                        float factor = x[pixel + j * largeStep + group * channels + channel];
                        int row = tap + channel * groups.row() + group * filters;
                        for (int f = 0; f < filters; f++) {
                            sums[row + f] = Math.fma(factor, d[first + f], sums[row + f]);
                        }
                    }
                }
            }
        };
    }
}

package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Windowing;
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

    /** What all runs of one sample do, from where its numbers begin. */
    @FunctionalInterface
    private interface Sample {
        void apply(Cursor at, float[] from, int source, float[] to, int target);
    }

    public Operation convolve(Step.DirectConvolve step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Step.DirectWeights of = step.weights();
        Sample sample = RepeatedChannels.of(step.from().image(), step.to().image(), of.groups(), step.transposed())
                .map(channels -> convolveRepeated(step, channels))
                .orElseGet(() -> convolveRuns(
                        step, of.groups(), step.from().image(), step.to().image()));
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                int target = to.offset(at) + i * to.stride();
                startAtBias(of, step.to().image(), to.array(at), target);
                sample.apply(at, from.array(at), from.offset(at) + i * from.stride(), to.array(at), target);
            }
        };
    }

    /** Of each channel by itself to several: each is repeated, so that it meets the kernels of all of them side by side. */
    private Sample convolveRepeated(Step.DirectConvolve step, RepeatedChannels channels) {
        Layout.Image wide = channels.repeated();
        return step.transposed()
                ? summing(
                        channels,
                        convolveRuns(step, wide.channels(), step.from().image(), wide))
                : repeating(
                        channels,
                        convolveRuns(step, wide.channels(), wide, step.to().image()));
    }

    /** Repeats the image that is read. */
    private Sample repeating(RepeatedChannels channels, Sample runs) {
        float[][] scratch = channels.scratch(resources.workers());
        return (at, from, source, to, target) -> {
            float[] wide = scratch[at.worker];
            channels.repeat(from, source, wide);
            runs.apply(at, wide, 0, to, target);
        };
    }

    /** Adds what is written to the repeated image to the one that it stands for. */
    private Sample summing(RepeatedChannels channels, Sample runs) {
        float[][] scratch = channels.scratch(resources.workers());
        return (at, from, source, to, target) -> {
            float[] wide = scratch[at.worker];
            Arrays.fill(wide, 0);
            runs.apply(at, from, source, wide, 0);
            channels.sum(wide, to, target);
        };
    }

    private Sample convolveRuns(Step.DirectConvolve step, int groups, Layout.Image in, Layout.Image out) {
        boolean toLarge = step.transposed();
        WindowRuns runs = WindowRuns.of(step.windows(), toLarge ? in : out, toLarge ? out : in);
        int[] sources = toLarge ? runs.small() : runs.large();
        int[] targets = toLarge ? runs.large() : runs.small();
        int sourceStep = toLarge ? runs.smallStep() : runs.largeStep();
        int targetStep = toLarge ? runs.largeStep() : runs.smallStep();
        int kernel = weights.offset(step.weights().kernel());
        int perTap = perTap(step.weights(), step.windows());
        Run run = run(groups, in, out, sourceStep, targetStep, toLarge);
        return (at, from, source, to, target) -> {
            for (int r = 0; r < runs.count(); r++) {
                int tap = kernel + runs.taps()[r] * perTap;
                run.apply(weights.array(), tap, from, source + sources[r], to, target + targets[r], runs.lengths()[r]);
            }
        };
    }

    private static int perTap(Step.DirectWeights weights, Windowing windows) {
        return weights.kernel().columns().packed() / windows.taps();
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
        Buffer large = resources.buffer(step.large());
        Buffer small = resources.buffer(step.small());
        int groups = step.weights().groups();
        Sample sample = RepeatedChannels.of(step.large().image(), step.small().image(), groups, false)
                .map(channels -> repeating(
                        channels, gradientRuns(step, channels.repeated().channels(), channels.repeated())))
                .orElseGet(() -> gradientRuns(step, groups, step.large().image()));
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                int ofLarge = large.offset(at) + i * large.stride();
                int ofSmall = small.offset(at) + i * small.stride();
                sample.apply(at, large.array(at), ofLarge, small.array(at), ofSmall);
            }
        };
    }

    /** From the large image and the gradient of the small one to the kernel's. */
    private Sample gradientRuns(Step.DirectConvolveGradient step, int groups, Layout.Image large) {
        Layout.Image small = step.small().image();
        WindowRuns runs = WindowRuns.of(step.windows(), small, large);
        int kernel = results.offset(step.weights().kernel());
        int perTap = perTap(step.weights(), step.windows());
        Run run = gradientRun(groups, large, small, runs);
        return (at, x, pixel, d, place) -> {
            float[] sums = results.gradients[at.chunk];
            for (int r = 0; r < runs.count(); r++) {
                int tap = kernel + runs.taps()[r] * perTap;
                run.apply(sums, tap, x, pixel + runs.large()[r], d, place + runs.small()[r], runs.lengths()[r]);
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

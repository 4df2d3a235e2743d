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
 * each channel is a group, repeated where it becomes several ({@link RepeatedChannels}); other groups are products of
 * blocks ({@link GroupedProducts}).
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

    /** What lays the weights out anew before the first of a worker's samples. */
    private interface Prepared extends Sample {
        void begin(Cursor at);
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
            if (sample instanceof Prepared prepared) {
                prepared.begin(at);
            }
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
        if (isOfBlocks(groups, in, out)) {
            GroupedProducts products = GroupedProducts.of(
                    step.windows().taps(), groups, in.channels() / groups, out.channels() / groups, toLarge);
            return new Prepared() {
                private final float[][] matrices = new float[resources.workers()][products.size()];
                private final int row = (toLarge ? in : out).channelStride();
                private final Kernels.Product product =
                        kernels.product(products.columns(), sourceStep, products.columns(), targetStep);

                @Override
                public void begin(Cursor at) {
                    products.spread(weights.array(), kernel, row, matrices[at.worker]);
                }

                @Override
                public void apply(Cursor at, float[] from, int source, float[] to, int target) {
                    float[] matrix = matrices[at.worker];
                    for (int r = 0; r < runs.count(); r++) {
                        for (int block = 0; block < products.blocks(); block++) {
                            int read = source + sources[r] + block * products.rows();
                            int written = target + targets[r] + block * products.columns();
                            int of = products.matrix(runs.taps()[r], block);
                            product.run(
                                    runs.lengths()[r],
                                    from,
                                    read,
                                    0,
                                    1,
                                    products.rows(),
                                    matrix,
                                    of,
                                    to,
                                    written,
                                    targetStep,
                                    to,
                                    written);
                        }
                    }
                }
            };
        }
        Run run = run(groups, in, out, sourceStep, targetStep);
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

    /** Whether there are groups of several channels, or of one that becomes several, that share no numbers. */
    private static boolean isOfBlocks(int groups, Layout.Image in, Layout.Image out) {
        return groups > 1 && !(groups == in.channels() && groups == out.channels());
    }

    /** Of one group, or of a group for each channel. */
    private Run run(int groups, Layout.Image in, Layout.Image out, int sourceStep, int targetStep) {
        if (groups == 1) {
            int columns = out.channelStride();
            Kernels.Product product = kernels.product(columns, sourceStep, columns, targetStep);
            int length = in.channels();
            return (k, tap, x, source, y, target, count) ->
                    product.run(count, x, source, 0, 1, length, k, tap, y, target, targetStep, y, target);
        }
        int channels = in.channelStride();
        return (k, tap, x, source, y, target, count) ->
                kernels.addProductOfEach(x, source, sourceStep, k, tap, y, target, targetStep, count, channels);
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
        if (isOfBlocks(groups, large, small)) {
            return blockGradients(
                    GroupedProducts.of(
                            step.windows().taps(),
                            groups,
                            large.channels() / groups,
                            small.channels() / groups,
                            /* fromFilters= */ false),
                    runs,
                    kernel,
                    small.channelStride());
        }
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
        int channels = small.channelStride();
        return (sums, tap, x, pixel, d, place, count) ->
                kernels.sumProducts(x, pixel, largeStep, d, place, smallStep, sums, tap, count, channels);
    }

    /** Of one sample by itself, so that it does not matter how many a worker has at once. */
    private Sample blockGradients(GroupedProducts products, WindowRuns runs, int kernel, int row) {
        float[][] scratch = new float[resources.workers()][products.size()];
        int columns = products.columns();
        Kernels.TransposedProduct product =
                kernels.transposedProduct(columns, runs.largeStep(), runs.smallStep(), columns);
        return (at, x, pixel, d, place) -> {
            float[] matrices = scratch[at.worker];
            Arrays.fill(matrices, 0);
            for (int r = 0; r < runs.count(); r++) {
                for (int block = 0; block < products.blocks(); block++) {
                    product.run(
                            products.rows(),
                            x,
                            pixel + runs.large()[r] + block * products.rows(),
                            0,
                            1,
                            runs.lengths()[r],
                            d,
                            place + runs.small()[r] + block * columns,
                            0,
                            matrices,
                            products.matrix(runs.taps()[r], block));
                }
            }
            products.gather(matrices, results.gradients[at.chunk], kernel, row);
        };
    }
}

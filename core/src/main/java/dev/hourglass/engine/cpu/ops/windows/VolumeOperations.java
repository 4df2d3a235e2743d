package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.Windows;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Windowing;
import dev.hourglass.model.Size3;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Windows over volumes, and convolutions in groups, in plain loops whose innermost goes over adjacent numbers: the JIT
 * makes vectors of it, and the order of each sum is the one that is written here.
 */
public final class VolumeOperations {
    private final Resources resources;
    private final PackedWeights weights;
    private final ChunkResults results;

    public VolumeOperations(Resources resources) {
        this.resources = resources;
        weights = resources.weights();
        results = resources.results();
    }

    /**
     * Which places of the large volume the windows cover, as runs: {@code lengths[i]} places from {@code small[i]} on,
     * {@code smallStep} apart, each have {@code large[i]} and on, {@code largeStep} apart, at place {@code taps[i]} of
     * their window. What is padding is in no run. Taps of a window come in order.
     */
    private record Runs(int[] small, int[] large, int[] taps, int[] lengths, int smallStep, int largeStep) {
        static Runs of(Windowing w, Layout.Image small, Layout.Image large) {
            List<int[]> runs = new ArrayList<>();
            Size3 places = w.small();
            for (int z = 0; z < places.depth(); z++) {
                for (int y = 0; y < places.height(); y++) {
                    for (int tap = 0; tap < w.taps(); tap++) {
                        addRun(w, z, y, tap, small, large, runs);
                    }
                }
            }
            return new Runs(
                    column(runs, 0),
                    column(runs, 1),
                    column(runs, 2),
                    column(runs, 3),
                    small.channelStride(),
                    w.stride().width() * large.channelStride());
        }

        private static void addRun(
                Windowing w, int z, int y, int tap, Layout.Image small, Layout.Image large, List<int[]> runs) {
            int area = w.size().height() * w.size().width();
            int dz = tap / area * w.dilation().depth() - w.before().depth();
            int dy = tap % area / w.size().width() * w.dilation().height()
                    - w.before().height();
            int dx = tap % w.size().width() * w.dilation().width() - w.before().width();
            int inZ = z * w.stride().depth() + dz;
            int inY = y * w.stride().height() + dy;
            int stride = w.stride().width();
            int first = Windows.firstInside(dx, stride);
            int end = Windows.endInside(dx, stride, w.large().width(), w.small().width());
            if (inZ >= 0
                    && inZ < w.large().depth()
                    && inY >= 0
                    && inY < w.large().height()
                    && end > first) {
                runs.add(new int[] {
                    small.row(z * w.small().height() + y) + first * small.channelStride(),
                    large.row(inZ * w.large().height() + inY) + (first * stride + dx) * large.channelStride(),
                    tap,
                    end - first
                });
            }
        }

        private static int[] column(List<int[]> runs, int which) {
            return runs.stream().mapToInt(run -> run[which]).toArray();
        }

        int count() {
            return small.length;
        }
    }

    public Operation convolve(Step.DirectConvolve step) {
        return step.transposed() ? scatter(step) : gather(step);
    }

    /** From the large volume to the small one. */
    private Operation gather(Step.DirectConvolve step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        Runs runs = Runs.of(step.windows(), out, in);
        int kernel = weights.offset(step.weights().kernel());
        int groups = step.weights().groups();
        int channels = in.channels() / groups;
        int filters = out.channels();
        int perGroup = filters / groups;
        return at -> {
            float[] k = weights.array();
            float[] x = from.array(at);
            float[] y = to.array(at);
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = to.offset(at) + i * to.stride();
                startAtBias(step.weights(), out, y, target);
                for (int run = 0; run < runs.count(); run++) {
                    int tap = kernel + runs.taps()[run] * channels * filters;
                    for (int j = 0; j < runs.lengths()[run]; j++) {
                        int pixel = source + runs.large()[run] + j * runs.largeStep();
                        int place = target + runs.small()[run] + j * runs.smallStep();
                        for (int group = 0; group < groups; group++) {
                            int first = group * perGroup;
                            for (int channel = 0; channel < channels; channel++) {
                                float factor = x[pixel + group * channels + channel];
                                int row = tap + channel * filters + first;
                                for (int f = 0; f < perGroup; f++) {
                                    y[place + first + f] = Math.fma(factor, k[row + f], y[place + first + f]);
                                }
                            }
                        }
                    }
                }
            }
        };
    }

    /** From the small volume to the large one. */
    private Operation scatter(Step.DirectConvolve step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image small = step.from().image();
        Layout.Image large = step.to().image();
        Runs runs = Runs.of(step.windows(), small, large);
        int kernel = weights.offset(step.weights().kernel());
        int groups = step.weights().groups();
        int channels = large.channels() / groups;
        int filters = small.channels();
        int perGroup = filters / groups;
        return at -> {
            float[] k = weights.array();
            float[] d = from.array(at);
            float[] x = to.array(at);
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = to.offset(at) + i * to.stride();
                startAtBias(step.weights(), large, x, target);
                for (int run = 0; run < runs.count(); run++) {
                    int tap = kernel + runs.taps()[run] * channels * filters;
                    for (int j = 0; j < runs.lengths()[run]; j++) {
                        int pixel = target + runs.large()[run] + j * runs.largeStep();
                        int place = source + runs.small()[run] + j * runs.smallStep();
                        for (int group = 0; group < groups; group++) {
                            int first = group * perGroup;
                            for (int channel = 0; channel < channels; channel++) {
                                int row = tap + channel * filters + first;
                                float sum = 0;
                                for (int f = 0; f < perGroup; f++) {
                                    sum = Math.fma(d[place + first + f], k[row + f], sum);
                                }
                                x[pixel + group * channels + channel] += sum;
                            }
                        }
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
        Buffer fromLarge = resources.buffer(step.large());
        Buffer fromSmall = resources.buffer(step.small());
        Layout.Image large = step.large().image();
        Layout.Image small = step.small().image();
        Runs runs = Runs.of(step.windows(), small, large);
        int kernel = results.offset(step.weights().kernel());
        int groups = step.weights().groups();
        int channels = large.channels() / groups;
        int filters = small.channels();
        int perGroup = filters / groups;
        return at -> {
            float[] sums = results.gradients[at.chunk];
            float[] x = fromLarge.array(at);
            float[] d = fromSmall.array(at);
            for (int i = 0; i < at.samples; i++) {
                int ofLarge = fromLarge.offset(at) + i * fromLarge.stride();
                int ofSmall = fromSmall.offset(at) + i * fromSmall.stride();
                for (int run = 0; run < runs.count(); run++) {
                    int tap = kernel + runs.taps()[run] * channels * filters;
                    for (int j = 0; j < runs.lengths()[run]; j++) {
                        int pixel = ofLarge + runs.large()[run] + j * runs.largeStep();
                        int place = ofSmall + runs.small()[run] + j * runs.smallStep();
                        for (int group = 0; group < groups; group++) {
                            int first = group * perGroup;
                            for (int channel = 0; channel < channels; channel++) {
                                float factor = x[pixel + group * channels + channel];
                                int row = tap + channel * filters + first;
                                for (int f = 0; f < perGroup; f++) {
                                    sums[row + f] = Math.fma(factor, d[place + first + f], sums[row + f]);
                                }
                            }
                        }
                    }
                }
            }
        };
    }

    public Operation pool(Step.Pool step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image out = step.to().image();
        Runs runs = Runs.of(step.windows(), out, step.from().image());
        float[] shares = shares(runs, out);
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                pool(
                        runs,
                        step.average(),
                        from.array(at),
                        from.offset(at) + i * from.stride(),
                        to.array(at),
                        to.offset(at) + i * to.stride(),
                        out);
                if (step.average()) {
                    multiply(to.array(at), to.offset(at) + i * to.stride(), shares, out);
                }
            }
        };
    }

    /** The largest of each window, or the sum. */
    private static void pool(Runs runs, boolean sums, float[] x, int source, float[] y, int target, Layout.Image out) {
        Arrays.fill(y, target, target + out.floatsPerSample(), sums ? 0 : Float.NEGATIVE_INFINITY);
        int channels = out.channelStride();
        for (int run = 0; run < runs.count(); run++) {
            for (int j = 0; j < runs.lengths()[run]; j++) {
                int pixel = source + runs.large()[run] + j * runs.largeStep();
                int place = target + runs.small()[run] + j * runs.smallStep();
                if (sums) {
                    for (int c = 0; c < channels; c++) {
                        y[place + c] += x[pixel + c];
                    }
                } else {
                    for (int c = 0; c < channels; c++) {
                        y[place + c] = Math.max(y[place + c], x[pixel + c]);
                    }
                }
            }
        }
    }

    public Operation poolGradient(Step.PoolGradient step) {
        Buffer from = resources.buffer(step.from());
        Buffer ofPooled = resources.buffer(step.pooledGradient());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image out = step.pooledGradient().image();
        Runs runs = Runs.of(step.windows(), out, step.from().image());
        float[] shares = shares(runs, out);
        float[][] left = new float[resources.workers()][out.floatsPerSample()];
        float[][] largest = new float[resources.workers()][step.average() ? 0 : out.floatsPerSample()];
        return at -> {
            float[] give = left[at.worker]; // what each window still has to give away
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = gradient.offset(at) + i * gradient.stride();
                Arrays.fill(gradient.array(at), target, target + gradient.stride(), 0);
                System.arraycopy(ofPooled.array(at), ofPooled.offset(at) + i * ofPooled.stride(), give, 0, give.length);
                if (step.average()) {
                    multiply(give, 0, shares, out);
                    spread(runs, give, gradient.array(at), target, out.channelStride());
                } else {
                    pool(runs, false, from.array(at), source, largest[at.worker], 0, out);
                    route(runs, from.array(at), source, largest[at.worker], give, gradient.array(at), target);
                }
            }
        };
    }

    private static void spread(Runs runs, float[] give, float[] d, int target, int channels) {
        for (int run = 0; run < runs.count(); run++) {
            for (int j = 0; j < runs.lengths()[run]; j++) {
                int pixel = target + runs.large()[run] + j * runs.largeStep();
                int place = runs.small()[run] + j * runs.smallStep();
                for (int c = 0; c < channels; c++) {
                    d[pixel + c] += give[place + c];
                }
            }
        }
    }

    /** To the first of the largest. */
    private static void route(Runs runs, float[] x, int source, float[] largest, float[] give, float[] d, int target) {
        for (int run = 0; run < runs.count(); run++) {
            for (int j = 0; j < runs.lengths()[run]; j++) {
                int pixel = runs.large()[run] + j * runs.largeStep();
                int place = runs.small()[run] + j * runs.smallStep();
                for (int c = 0; c < runs.smallStep(); c++) {
                    boolean wins = x[source + pixel + c] == largest[place + c];
                    d[target + pixel + c] += wins ? give[place + c] : 0;
                    give[place + c] = wins ? 0 : give[place + c];
                }
            }
        }
    }

    /** For each place one over the number of places that its window covers. */
    private static float[] shares(Runs runs, Layout.Image out) {
        int[] covered = new int[out.pixels()];
        for (int run = 0; run < runs.count(); run++) {
            for (int j = 0; j < runs.lengths()[run]; j++) {
                covered[runs.small()[run] / out.channelStride() + j]++;
            }
        }
        float[] shares = new float[covered.length];
        for (int pixel = 0; pixel < shares.length; pixel++) {
            shares[pixel] = 1f / covered[pixel];
        }
        return shares;
    }

    private static void multiply(float[] values, int offset, float[] factors, Layout.Image image) {
        for (int pixel = 0; pixel < factors.length; pixel++) {
            int place = offset + image.pixel(pixel);
            for (int c = 0; c < image.channelStride(); c++) {
                values[place + c] *= factors[pixel];
            }
        }
    }

    public Operation repeat(Step.RepeatAxes step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        int[] sources = sources(step.size(), step.extent());
        int channels = in.channelStride();
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                for (int pixel = 0; pixel < sources.length; pixel++) {
                    System.arraycopy(
                            from.array(at),
                            from.offset(at) + i * from.stride() + in.pixel(sources[pixel]),
                            to.array(at),
                            to.offset(at) + i * to.stride() + out.pixel(pixel),
                            channels);
                }
            }
        };
    }

    public Operation repeatGradient(Step.RepeatAxesGradient step) {
        Buffer gradient = resources.buffer(step.gradient());
        Buffer to = resources.buffer(step.to());
        Layout.Image large = step.gradient().image();
        Layout.Image small = step.to().image();
        int[] sources = sources(step.size(), step.extent());
        int channels = small.channelStride();
        return at -> {
            float[] d = gradient.array(at);
            float[] sums = to.array(at);
            for (int i = 0; i < at.samples; i++) {
                int target = to.offset(at) + i * to.stride();
                Arrays.fill(sums, target, target + to.stride(), 0);
                for (int pixel = 0; pixel < sources.length; pixel++) {
                    int place = gradient.offset(at) + i * gradient.stride() + large.pixel(pixel);
                    int sum = target + small.pixel(sources[pixel]);
                    for (int c = 0; c < channels; c++) {
                        sums[sum + c] += d[place + c];
                    }
                }
            }
        };
    }

    /** For each place of the repeated volume the place that it repeats. */
    private static int[] sources(Size3 size, Size3 extent) {
        int height = extent.height() * size.height();
        int width = extent.width() * size.width();
        int[] sources = new int[extent.depth() * size.depth() * height * width];
        for (int i = 0; i < sources.length; i++) {
            int z = i / (height * width) / size.depth();
            int y = i / width % height / size.height();
            int x = i % width / size.width();
            sources[i] = (z * extent.height() + y) * extent.width() + x;
        }
        return sources;
    }
}

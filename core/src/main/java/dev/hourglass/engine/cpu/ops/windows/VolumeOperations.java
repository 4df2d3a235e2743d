package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.model.Size3;
import java.util.Arrays;

/**
 * Pooling and repetition over volumes in plain loops whose innermost goes over adjacent numbers: the JIT makes vectors
 * of it, and the order of each sum is the one that is written here.
 */
public final class VolumeOperations {
    private final Resources resources;

    public VolumeOperations(Resources resources) {
        this.resources = resources;
    }

    public Operation pool(Step.Pool step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image out = step.to().image();
        WindowRuns runs = WindowRuns.of(step.windows(), out, step.from().image());
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
    private static void pool(
            WindowRuns runs, boolean sums, float[] x, int source, float[] y, int target, Layout.Image out) {
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
        WindowRuns runs = WindowRuns.of(step.windows(), out, step.from().image());
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

    private static void spread(WindowRuns runs, float[] give, float[] d, int target, int channels) {
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
    private static void route(
            WindowRuns runs, float[] x, int source, float[] largest, float[] give, float[] d, int target) {
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
    private static float[] shares(WindowRuns runs, Layout.Image out) {
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

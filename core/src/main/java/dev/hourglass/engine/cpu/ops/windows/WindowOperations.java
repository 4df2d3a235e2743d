package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.Windows;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.NormState;
import dev.hourglass.engine.cpu.ops.NormOperations;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import java.util.List;

/** Operations that make images smaller or larger: pooling, upsampling, averaging, repeating; forward and back. */
public final class WindowOperations {
    private final Resources resources;
    private final Kernels kernels;
    private final List<NormState> norms;
    private final NormOperations normOperations;
    private final int workers;

    public WindowOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        norms = resources.norms();
        normOperations = new NormOperations(resources);
        workers = resources.workers();
    }

    private float[] scale(int norm, int channels) {
        return norm < 0 ? filled(channels, 1) : norms.get(norm).scale;
    }

    private float[] shift(int norm, int channels) {
        return norm < 0 ? filled(channels, 0) : norms.get(norm).shift;
    }

    private static float[] filled(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    private float[] sign(int norm, int channels) {
        return norm < 0 ? filled(channels, 1) : norms.get(norm).sign;
    }

    public Operation maxOfFour(Step.MaxOfFour step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        int channels = in.channelStride();
        float[] sign = sign(step.norm(), channels);
        return at -> {
            for (int y = 0; y < out.height(); y++) {
                kernels.winnerOfFour(
                        from.array(at),
                        from.offset(at) + in.row(2 * y),
                        in.gridRowStride(),
                        to.array(at),
                        to.offset(at) + out.row(y),
                        out.width(),
                        channels,
                        sign);
            }
        };
    }

    public Operation maxOfFourGradient(Step.MaxOfFourGradient step) {
        Buffer from = resources.buffer(step.from());
        Buffer pooledGradient = resources.buffer(step.pooledGradient());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image in = step.from().image();
        Layout.Image out = step.pooledGradient().image();
        int channels = in.channelStride();
        float[] sign = sign(step.norm(), channels);
        return at -> {
            for (int y = 0; y < out.height(); y++) {
                int row = in.row(2 * y);
                kernels.routeToWinnerOfFour(
                        from.array(at),
                        from.offset(at) + row,
                        in.gridRowStride(),
                        pooledGradient.array(at),
                        pooledGradient.offset(at) + out.row(y),
                        gradient.array(at),
                        gradient.offset(at) + row,
                        out.width(),
                        channels,
                        sign);
                if (step.then() != null) {
                    normOperations.normalizeGradient(
                            at,
                            step.then(),
                            from.array(at),
                            from.offset(at) + row,
                            gradient.array(at),
                            gradient.offset(at) + row,
                            2 * in.width(),
                            channels);
                }
            }
        };
    }

    public Operation maxPool(Step.MaxPool step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        int channels = in.channelStride();
        float[] scale = scale(step.norm(), channels);
        float[] shift = shift(step.norm(), channels);
        int strideY = step.stride().height();
        int strideX = step.stride().width();
        return at -> {
            float[] source = from.array(at);
            float[] target = to.array(at);
            for (int y = 0; y < out.height(); y++) {
                int row = to.offset(at) + out.row(y);
                Arrays.fill(target, row, row + out.width() * channels, Float.NEGATIVE_INFINITY);
                for (int ky = 0; ky < step.pool().height(); ky++) {
                    int inY = y * strideY + ky - step.top();
                    if (inY < 0 || inY >= in.height()) {
                        continue;
                    }
                    for (int kx = 0; kx < step.pool().width(); kx++) {
                        int offset = kx - step.left();
                        int first = Windows.firstInside(offset, strideX);
                        int count = Windows.endInside(offset, strideX, in.width(), out.width()) - first;
                        int x = from.offset(at) + in.row(inY) + (first * strideX + offset) * channels;
                        kernels.affineMax(
                                source,
                                x,
                                strideX * channels,
                                target,
                                row + first * channels,
                                count,
                                channels,
                                scale,
                                shift);
                    }
                }
            }
        };
    }

    public Operation maxPoolGradient(Step.MaxPoolGradient step) {
        Buffer from = resources.buffer(step.from());
        Buffer pooled = resources.buffer(step.pooled());
        Buffer pooledGradient = resources.buffer(step.pooledGradient());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image in = step.from().image();
        Layout.Image out = step.pooled().image();
        Layout.Image outGradient = step.pooledGradient().image();
        int channels = in.channelStride();
        float[] scale = scale(step.norm(), channels);
        float[] shift = shift(step.norm(), channels);
        int strideY = step.stride().height();
        int strideX = step.stride().width();
        int rowFloats = out.width() * channels;
        float[][] rows = new float[workers][rowFloats];
        return at -> {
            float[] source = from.array(at);
            float[] target = gradient.array(at);
            float[] left = rows[at.worker]; // what the windows of this row still have to give away
            int result = gradient.offset(at);
            Arrays.fill(target, result, result + gradient.stride(), 0);
            for (int y = 0; y < out.height(); y++) {
                System.arraycopy(
                        pooledGradient.array(at), pooledGradient.offset(at) + outGradient.row(y), left, 0, rowFloats);
                int row = pooled.offset(at) + out.row(y);
                for (int ky = 0; ky < step.pool().height(); ky++) {
                    int inY = y * strideY + ky - step.top();
                    if (inY < 0 || inY >= in.height()) {
                        continue;
                    }
                    for (int kx = 0; kx < step.pool().width(); kx++) {
                        int offset = kx - step.left();
                        int first = Windows.firstInside(offset, strideX);
                        int count = Windows.endInside(offset, strideX, in.width(), out.width()) - first;
                        int x = in.row(inY) + (first * strideX + offset) * channels;
                        kernels.routeMaximum(
                                source,
                                from.offset(at) + x,
                                target,
                                result + x,
                                strideX * channels,
                                pooled.array(at),
                                row + first * channels,
                                left,
                                first * channels,
                                count,
                                channels,
                                scale,
                                shift);
                    }
                }
            }
        };
    }

    public Operation upSample(Step.UpSample step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        int channels = in.channelStride();
        int height = step.size().height();
        int width = step.size().width();
        return at -> {
            float[] source = from.array(at);
            float[] target = to.array(at);
            for (int y = 0; y < in.height(); y++) {
                int pixel = from.offset(at) + in.row(y);
                int firstRow = to.offset(at) + out.row(y * height);
                int place = firstRow;
                for (int x = 0; x < in.width(); x++) {
                    for (int copy = 0; copy < width; copy++) {
                        System.arraycopy(source, pixel, target, place, channels);
                        place += channels;
                    }
                    pixel += channels;
                }
                for (int copy = 1; copy < height; copy++) {
                    int row = to.offset(at) + out.row(y * height + copy);
                    System.arraycopy(target, firstRow, target, row, out.width() * channels);
                }
            }
        };
    }

    public Operation upSampleGradient(Step.UpSampleGradient step) {
        Buffer gradient = resources.buffer(step.gradient());
        Buffer to = resources.buffer(step.to());
        Layout.Image large = step.gradient().image();
        Layout.Image small = step.to().image();
        int channels = small.channelStride();
        int width = step.size().width();
        int height = step.size().height();
        return at -> {
            int result = to.offset(at);
            Arrays.fill(to.array(at), result, result + to.stride(), 0);
            for (int y = 0; y < large.height(); y++) {
                for (int copy = 0; copy < width; copy++) {
                    kernels.addStrided(
                            gradient.array(at),
                            gradient.offset(at) + large.row(y) + copy * channels,
                            width * channels,
                            to.array(at),
                            result + small.row(y / height),
                            small.width(),
                            channels);
                }
            }
        };
    }

    public Operation average(Step.Average step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        float share = 1f / in.pixels();
        int channels = in.channelStride();
        return at -> {
            float[] target = to.array(at);
            int result = to.offset(at);
            Arrays.fill(target, result, result + channels, 0);
            kernels.addPixels(from.array(at), from.offset(at), in.pixels(), channels, target, result);
            for (int j = result; j < result + channels; j++) {
                target[j] *= share;
            }
        };
    }

    public Operation averageGradient(Step.AverageGradient step) {
        Buffer gradient = resources.buffer(step.gradient());
        Buffer to = resources.buffer(step.to());
        Layout.Image image = step.to().image();
        float share = 1f / image.pixels();
        int channels = image.channelStride();
        return at -> {
            float[] target = to.array(at);
            int result = to.offset(at);
            for (int j = 0; j < channels; j++) {
                target[result + j] = gradient.array(at)[gradient.offset(at) + j] * share;
            }
            for (int pixel = 1; pixel < image.pixels(); pixel++) {
                System.arraycopy(target, result, target, result + pixel * channels, channels);
            }
        };
    }

    public Operation repeat(Step.Repeat step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image image = step.to().image();
        int channels = image.channelStride();
        return at -> {
            for (int pixel = 0; pixel < image.pixels(); pixel++) {
                System.arraycopy(
                        from.array(at), from.offset(at), to.array(at), to.offset(at) + pixel * channels, channels);
            }
        };
    }

    public Operation repeatGradient(Step.RepeatGradient step) {
        Buffer gradient = resources.buffer(step.gradient());
        Buffer to = resources.buffer(step.to());
        Layout.Image image = step.gradient().image();
        int channels = image.channelStride();
        return at -> {
            int result = to.offset(at);
            Arrays.fill(to.array(at), result, result + channels, 0);
            kernels.addPixels(gradient.array(at), gradient.offset(at), image.pixels(), channels, to.array(at), result);
        };
    }
}

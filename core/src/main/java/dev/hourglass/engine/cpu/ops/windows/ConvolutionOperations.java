package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PhaseWalk;
import dev.hourglass.engine.cpu.layout.WindowAxis;
import dev.hourglass.engine.cpu.layout.Windows;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.ops.Epilogue;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import java.util.ArrayList;
import java.util.List;

/** Convolutions and dense layers: forward, back to the weights, and turned inside out where there are few channels. */
public final class ConvolutionOperations {
    private final Resources resources;
    private final Kernels kernels;
    private final PackedWeights weights;
    private final ChunkResults results;
    private final Epilogue epilogue;

    public ConvolutionOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        weights = resources.weights();
        results = resources.results();
        epilogue = new Epilogue(resources);
    }

    public Operation convolve(Step.Convolve step) {
        if (step.from().isVector() && step.to().isVector()) {
            return denseProduct(step);
        }
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        PackedMatrix matrix = step.weights();
        PhaseWalk walk = new PhaseWalk(step.rows(), step.columns(), matrix, in, out);
        Kernels.Product product = product(walk, matrix);
        int panel = matrix.panel();
        float[] packed = weights.array();
        int matrixOffset = weights.offset(matrix);
        Resources.Start start = resources.start(step.bias(), matrix);
        float[] biasArray = start.array();
        int biasOffset = start.offset();
        return at -> {
            float[] target = to.array(at);
            for (int y = at.from(out.height()); y < at.to(out.height()); y++) {
                int row = to.offset(at) + out.row(y);
                int rowPhase = y % walk.rowPhases();
                for (int phase = 0; phase < walk.columnPhases(); phase++) {
                    int window = from.offset(at) + walk.window(y, phase);
                    int place = to.offset(at) + walk.pixel(y, phase);
                    int phaseWeights = matrixOffset + walk.firstRow(rowPhase, phase) * panel;
                    for (int p = 0; p < matrix.panels(); p++) {
                        product.run(
                                walk.width(phase),
                                from.array(at),
                                window,
                                in.gridRowStride(),
                                walk.segments(rowPhase),
                                walk.segmentLength(phase),
                                packed,
                                phaseWeights + p * matrix.panelSize(),
                                biasArray,
                                biasOffset + p * panel,
                                0,
                                target,
                                place + p * panel);
                    }
                }
                epilogue.finishRow(at, step.after(), step.momentsOf(), target, out, y, row);
            }
        };
    }

    private Kernels.Product product(PhaseWalk walk, PackedMatrix matrix) {
        int panel = matrix.panel();
        boolean isShort =
                walk.rowPhases() * walk.columnPhases() == 1 && matrix.rows().packed() <= Kernels.SHORT_SUM;
        return isShort
                ? kernels.shortProduct(
                        panel, walk.windowStride(), panel, walk.pixelStride(), walk.segments(0), walk.segmentLength(0))
                : kernels.product(panel, walk.windowStride(), panel, walk.pixelStride());
    }

    /** A 1x1 convolution of single pixels: one product with a row for each sample. */
    private Operation denseProduct(Step.Convolve step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        PackedMatrix matrix = step.weights();
        int panel = matrix.panel();
        Kernels.Product product = kernels.product(panel, from.stride(), panel, to.stride());
        int length = matrix.rows().packed();
        float[] packed = weights.array();
        int matrixOffset = weights.offset(matrix);
        Resources.Start start = resources.start(step.bias(), matrix);
        float[] biasArray = start.array();
        int biasOffset = start.offset();
        return at -> {
            float[] target = to.array(at);
            int result = to.offset(at);
            int first = at.from(matrix.panels());
            int end = at.to(matrix.panels());
            for (int p = first; p < end; p++) {
                product.run(
                        at.samples,
                        from.array(at),
                        from.offset(at),
                        0,
                        1,
                        length,
                        packed,
                        matrixOffset + p * matrix.panelSize(),
                        biasArray,
                        biasOffset + p * panel,
                        0,
                        target,
                        result + p * panel);
            }
            for (int i = 0; i < at.samples; i++) {
                epilogue.apply(step.after(), target, result + i * to.stride() + first * panel, (end - first) * panel);
            }
        };
    }

    public Operation gradient(Step.ConvolveGradient step) {
        if (step.from().isVector() && step.gradient().isVector()) {
            return denseGradient(step);
        }
        return step.isExchanged() ? gradientExchanged(step) : gradientByFilter(step);
    }

    /** Columns are filters. */
    private Operation gradientByFilter(Step.ConvolveGradient step) {
        Buffer from = resources.buffer(step.from());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image in = step.from().image();
        PackedMatrix matrix = step.weights();
        PhaseWalk walk = new PhaseWalk(
                step.rows(), step.columns(), step.weights(), in, step.gradient().image());
        int panel = matrix.panel();
        int offset = results.offset(matrix);
        Kernels.TransposedProduct product =
                kernels.transposedProduct(panel, walk.windowStride(), walk.pixelStride(), panel);
        return at -> {
            float[] sum = results.gradients[at.chunk];
            for (int rowPhase = 0; rowPhase < walk.rowPhases(); rowPhase++) {
                for (int phase = 0; phase < walk.columnPhases(); phase++) {
                    int window = from.offset(at) + walk.window(rowPhase, phase);
                    int place = gradient.offset(at) + walk.pixel(rowPhase, phase);
                    int phaseSum = offset + walk.firstRow(rowPhase, phase) * panel;
                    int rows = walk.segmentLength(phase);
                    for (int p = 0; p < matrix.panels(); p++) {
                        for (int tap = 0; tap < walk.segments(rowPhase); tap++) {
                            for (int i = 0; i < at.samples; i++) {
                                product.run(
                                        rows,
                                        from.array(at),
                                        window + i * from.stride() + tap * in.gridRowStride(),
                                        walk.windowRowStride(),
                                        walk.height(rowPhase),
                                        walk.width(phase),
                                        gradient.array(at),
                                        place + i * gradient.stride() + p * panel,
                                        walk.pixelRowStride(),
                                        sum,
                                        phaseSum + p * matrix.panelSize() + tap * rows * panel);
                            }
                        }
                    }
                }
            }
        };
    }

    /** Rows are filters, columns the floats of a window. */
    private Operation gradientExchanged(Step.ConvolveGradient step) {
        Buffer from = resources.buffer(step.from());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image in = step.from().image();
        PhaseWalk walk = new PhaseWalk(
                step.rows(), step.columns(), step.weights(), in, step.gradient().image());
        PackedMatrix matrix = step.sum();
        int panel = matrix.panel();
        int offset = results.offset(matrix);
        Kernels.TransposedProduct product =
                kernels.transposedProduct(panel, walk.pixelStride(), walk.windowStride(), panel);
        int rows = matrix.rows().packed();
        return at -> {
            float[] sum = results.gradients[at.chunk];
            for (int rowPhase = 0; rowPhase < walk.rowPhases(); rowPhase++) {
                for (int phase = 0; phase < walk.columnPhases(); phase++) {
                    int window = from.offset(at) + walk.window(rowPhase, phase);
                    int place = gradient.offset(at) + walk.pixel(rowPhase, phase);
                    int firstPanel = walk.firstRow(rowPhase, phase) / panel;
                    int panelsPerTapRow = walk.segmentLength(phase) / panel;
                    for (int tap = 0; tap < walk.segments(rowPhase); tap++) {
                        for (int p = 0; p < panelsPerTapRow; p++) {
                            int to = offset + (firstPanel + tap * panelsPerTapRow + p) * matrix.panelSize();
                            for (int i = 0; i < at.samples; i++) {
                                product.run(
                                        rows,
                                        gradient.array(at),
                                        place + i * gradient.stride(),
                                        walk.pixelRowStride(),
                                        walk.height(rowPhase),
                                        walk.width(phase),
                                        from.array(at),
                                        window + i * from.stride() + tap * in.gridRowStride() + p * panel,
                                        walk.windowRowStride(),
                                        sum,
                                        to);
                            }
                        }
                    }
                }
            }
        };
    }

    /** Single pixels: one product over the samples. */
    private Operation denseGradient(Step.ConvolveGradient step) {
        Buffer from = resources.buffer(step.from());
        Buffer gradient = resources.buffer(step.gradient());
        PackedMatrix matrix = step.weights();
        int panel = matrix.panel();
        int matrixOffset = results.offset(matrix);
        Kernels.TransposedProduct product = kernels.transposedProduct(panel, from.stride(), gradient.stride(), panel);
        return at -> {
            for (int p = 0; p < matrix.panels(); p++) {
                product.run(
                        matrix.rows().packed(),
                        from.array(at),
                        from.offset(at),
                        0,
                        1,
                        at.samples,
                        gradient.array(at),
                        gradient.offset(at) + p * panel,
                        0,
                        results.gradients[at.chunk],
                        matrixOffset + p * matrix.panelSize());
            }
        };
    }

    public Operation projectAndGather(Step.ProjectAndGather step) {
        Buffer from = resources.buffer(step.from());
        Buffer taps = resources.buffer(step.taps());
        Buffer to = resources.buffer(step.to());
        PackedMatrix matrix = step.weights();
        int panel = matrix.panel();
        int tapStride = step.taps().image().channelStride();
        Kernels.Product product = kernels.product(panel, step.from().image().channelStride(), panel, tapStride);
        int matrixOffset = weights.offset(matrix);
        int biasOffset = weights.offset(step.bias());
        float[] zeros = new float[matrix.packedColumns()];
        Layout.Image out = step.to().image();
        TapRuns runs = TapRuns.of(step.rows(), step.columns(), step.from().image(), out, tapStride);
        int pixels = step.from().image().pixels();
        int size = out.pixels() * out.channels();
        return at -> {
            float[] packed = weights.array();
            float[] projected = taps.array(at);
            for (int p = 0; p < matrix.panels(); p++) {
                product.run(
                        pixels,
                        from.array(at),
                        from.offset(at),
                        0,
                        1,
                        matrix.rows().packed(),
                        packed,
                        matrixOffset + p * matrix.panelSize(),
                        zeros,
                        0,
                        0,
                        projected,
                        taps.offset(at) + p * panel);
            }
            float[] target = to.array(at);
            int result = to.offset(at);
            for (int i = 0; i < size; i++) {
                target[result + i] = packed[biasOffset + i % out.channels()];
            }
            runs.gather(projected, taps.offset(at), target, result);
            epilogue.apply(step.after(), target, result, size);
        };
    }

    public Operation spreadToTaps(Step.SpreadToTaps step) {
        Buffer gradient = resources.buffer(step.gradient());
        Buffer taps = resources.buffer(step.taps());
        int tapStride = step.taps().image().channelStride();
        TapRuns runs = TapRuns.of(
                step.rows(),
                step.columns(),
                step.taps().image(),
                step.gradient().image(),
                tapStride);
        return at -> runs.spread(gradient.array(at), gradient.offset(at), taps.array(at), taps.offset(at));
    }

    /**
     * Which projected taps make up which output pixels, as runs: {@code lengths[i]} output pixels from
     * {@code pixels[i]} on, {@code pixelStride} apart, each take the tap at {@code taps[i]} and on, {@code tapStride}
     * apart. Taps whose small pixel lies outside the image are in no run.
     */
    private record TapRuns(int[] taps, int tapStride, int[] pixels, int pixelStride, int[] lengths, int channels) {
        static TapRuns of(WindowAxis rows, WindowAxis columns, Layout.Image small, Layout.Image out, int tapStride) {
            List<int[]> runs = new ArrayList<>();
            int channels = out.channels();
            int tap = 0;
            for (int rowPhase = 0; rowPhase < rows.scale(); rowPhase++) {
                WindowAxis.Phase down = rows.phases().get(rowPhase);
                int height = rows.count(out.height(), rowPhase);
                for (int columnPhase = 0; columnPhase < columns.scale(); columnPhase++) {
                    WindowAxis.Phase across = columns.phases().get(columnPhase);
                    int width = columns.count(out.width(), columnPhase);
                    for (int k = 0; k < down.taps() * across.taps(); k++) {
                        int dy = down.first() + k / across.taps();
                        int dx = across.first() + k % across.taps();
                        int x = Windows.firstInside(dx, 1);
                        int length = Windows.endInside(dx, 1, small.width(), width) - x;
                        int endRow = Windows.endInside(dy, 1, small.height(), height);
                        for (int y = Windows.firstInside(dy, 1); y < endRow; y++) {
                            int outY = y * rows.scale() + rowPhase;
                            int outX = x * columns.scale() + columnPhase;
                            int tapPixel = (y + dy) * small.width() + x + dx;
                            int place = (outY * out.width() + outX) * channels;
                            runs.add(new int[] {tapPixel * tapStride + tap, place, Math.max(0, length)});
                        }
                        tap += channels;
                    }
                }
            }
            return new TapRuns(
                    runs.stream().mapToInt(run -> run[0]).toArray(),
                    tapStride,
                    runs.stream().mapToInt(run -> run[1]).toArray(),
                    columns.scale() * channels,
                    runs.stream().mapToInt(run -> run[2]).toArray(),
                    channels);
        }

        void gather(float[] projected, int projectedAt, float[] image, int imageAt) {
            for (int i = 0; i < lengths.length; i++) {
                for (int channel = 0; channel < channels; channel++) {
                    int from = projectedAt + taps[i] + channel;
                    int to = imageAt + pixels[i] + channel;
                    for (int x = 0; x < lengths[i]; x++) {
                        image[to + x * pixelStride] += projected[from + x * tapStride];
                    }
                }
            }
        }

        void spread(float[] image, int imageAt, float[] projected, int projectedAt) {
            for (int i = 0; i < lengths.length; i++) {
                for (int channel = 0; channel < channels; channel++) {
                    int from = imageAt + pixels[i] + channel;
                    int to = projectedAt + taps[i] + channel;
                    for (int x = 0; x < lengths[i]; x++) {
                        projected[to + x * tapStride] = image[from + x * pixelStride];
                    }
                }
            }
        }
    }
}

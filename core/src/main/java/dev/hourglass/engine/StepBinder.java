package dev.hourglass.engine;

import dev.hourglass.engine.Memory.Buffer;
import dev.hourglass.engine.Step.Nonlinearity;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.RandomSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Binds steps to memory and kernels: each kind of step becomes an operation that the processor runs. */
final class StepBinder {
    /** Rows of a weight gradient that are summed over all samples before the next: a few kilobytes. */
    private static final int GRADIENT_ROWS = 32;

    private final Kernels kernels;
    private final Memory memory;
    private final PackedWeights weights;
    private final ChunkResults results;
    private final NormState[] norms;
    private final SequenceOperations sequences;
    private final WindowOperations windows;

    StepBinder(
            Kernels kernels,
            Memory memory,
            PackedWeights weights,
            ChunkResults results,
            NormState[] norms,
            int workers) {
        this.kernels = kernels;
        this.memory = memory;
        this.weights = weights;
        this.results = results;
        this.norms = norms.clone();
        sequences = new SequenceOperations(kernels, memory, weights, results, this);
        windows = new WindowOperations(kernels, memory, results, norms, workers);
    }

    Operation bind(Step step) {
        return switch (step) {
            case Step.Load s -> s.to().layout() instanceof Layout.Steps ? sequences.load(s) : load(s);
            case Step.Copy s -> copy(s.from(), s.to());
            case Step.Transpose s -> sequences.transpose(s);
            case Step.Convolve s -> convolve(s);
            case Step.ConvolveGradient s -> convolveGradient(s);
            case Step.ProjectAndGather s -> projectAndGather(s);
            case Step.SpreadToTaps s -> spreadToTaps(s);
            case Step.BiasGradient s -> biasGradient(s);
            case Step.Activate s -> activate(s);
            case Step.ActivateGradient s -> activateGradient(s);
            case Step.Moments s -> moments(s.norm(), s.value(), s.value());
            case Step.Normalize s -> normalize(s);
            case Step.MomentsGradient s -> moments(s.norm(), s.gradient(), s.value());
            case Step.NormalizeGradient s -> normalizeGradient(s);
            case Step.MaxPool s -> windows.maxPool(s);
            case Step.MaxPoolGradient s -> windows.maxPoolGradient(s);
            case Step.UpSample s -> windows.upSample(s);
            case Step.UpSampleGradient s -> windows.upSampleGradient(s);
            case Step.Average s -> windows.average(s);
            case Step.AverageGradient s -> windows.averageGradient(s);
            case Step.Repeat s -> windows.repeat(s);
            case Step.RepeatGradient s -> windows.repeatGradient(s);
            case Step.Drop s -> drop(s);
            case Step.StepsProduct s -> sequences.product(s);
            case Step.StepsProductGradient s -> sequences.productGradient(s);
            case Step.StepsBiasGradient s -> sequences.biasGradient(s);
            case Step.Lstm s -> sequences.lstm(s);
            case Step.LstmGradient s -> sequences.lstmGradient(s);
            case Step.Store s -> s.from().layout() instanceof Layout.Steps ? sequences.store(s) : store(s);
            case Step.SquaredError s ->
                s.prediction().layout() instanceof Layout.Steps ? sequences.squaredError(s) : squaredError(s);
        };
    }

    static void copySample(Cursor at, Step.Source source, int local, float[] into, int offset) {
        Samples samples = source == Step.Source.INPUT ? at.batch.inputs() : at.batch.targets();
        int place = at.batch.from() + at.chunkStart + local;
        samples.copySample(at.batch.order()[place], into, offset);
    }

    private Operation load(Step.Load step) {
        Buffer to = memory.buffer(step.to());
        Layout.Image image = step.to().image();
        Runs runs = Runs.between(Layout.Image.compact(image.height(), image.width(), image.channels()), image);
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                copySample(at, step.source(), at.local + i, at.sample, 0);
                runs.copy(at.sample, 0, to.array(at), to.offset(at) + i * to.stride());
            }
        };
    }

    private Operation store(Step.Store step) {
        Buffer from = memory.buffer(step.from());
        Layout.Image image = step.from().image();
        int size = image.pixels() * image.channels();
        Runs runs = Runs.between(image, Layout.Image.compact(image.height(), image.width(), image.channels()));
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                int place = at.batch.outputFrom() + (at.first() + i) * size;
                runs.copy(from.array(at), from.offset(at) + i * from.stride(), at.batch.output(), place);
            }
        };
    }

    private Operation copy(Value source, Value destination) {
        Buffer from = memory.buffer(source);
        Buffer to = memory.buffer(destination);
        Runs runs = Runs.between(source.image(), destination.image());
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                runs.copy(
                        from.array(at),
                        from.offset(at) + i * from.stride(),
                        to.array(at),
                        to.offset(at) + i * to.stride());
            }
        };
    }

    /** Where runs of numbers that are adjacent in both of two layouts begin, in order. */
    private record Runs(int[] from, int[] to, int length) {
        private Runs {
            from = from.clone();
            to = to.clone();
        }

        static Runs between(Layout.Image from, Layout.Image to) {
            int length = greatestCommonDivisor(adjacent(from), adjacent(to));
            int count = from.pixels() * from.channels() / length;
            int[] fromOffsets = new int[count];
            int[] toOffsets = new int[count];
            for (int i = 0; i < count; i++) {
                fromOffsets[i] = offset(from, i * length);
                toOffsets[i] = offset(to, i * length);
            }
            return new Runs(fromOffsets, toOffsets, length);
        }

        private static int adjacent(Layout.Image image) {
            if (image.channelStride() != image.channels() || image.columnStep() != 1) {
                return image.channels();
            }
            boolean rowsTouch = image.columns() == image.width() && image.rowStep() == 1;
            return image.channels() * image.width() * (rowsTouch ? image.height() : 1);
        }

        private static int offset(Layout.Image image, int index) {
            int pixel = index / image.channels();
            return image.row(pixel / image.width())
                    + pixel % image.width() * image.columnStep() * image.channelStride()
                    + index % image.channels();
        }

        private static int greatestCommonDivisor(int a, int b) {
            return b == 0 ? a : greatestCommonDivisor(b, a % b);
        }

        void copy(float[] source, int sourceOffset, float[] destination, int destinationOffset) {
            for (int i = 0; i < from.length; i++) {
                System.arraycopy(source, sourceOffset + from[i], destination, destinationOffset + to[i], length);
            }
        }
    }

    // --- convolutions ---

    private Operation convolve(Step.Convolve step) {
        if (CpuPlan.isVector(step.from()) && CpuPlan.isVector(step.to())) {
            return denseProduct(step);
        }
        Buffer from = memory.buffer(step.from());
        Buffer to = memory.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        PackedMatrix matrix = step.weights();
        PhaseWalk walk = new PhaseWalk(step.phases(), step.kernel(), step.stride(), matrix, in);
        int panel = matrix.panel();
        int cStride = walk.scaleColumns() * out.channelStride();
        Kernels.Product product = walk.segments() * walk.segmentLength() <= Kernels.SHORT_SUM
                ? kernels.shortProduct(panel, walk.pixelStride(), panel, cStride, walk.segments(), walk.segmentLength())
                : kernels.product(panel, walk.pixelStride(), panel, cStride);
        float[] packed = weights.array();
        int matrixOffset = weights.offset(matrix);
        float[] biasArray = biasOrZeros(step.bias(), matrix.packedColumns());
        int biasOffset = step.bias() == null ? 0 : weights.offset(step.bias());
        int outRow = out.width() * out.channelStride();
        int columns = out.width() / walk.scaleColumns();
        return at -> {
            float[] target = to.array(at);
            for (int y = 0; y < out.height(); y++) {
                int row = to.offset(at) + out.row(y);
                for (int phase = 0; phase < walk.scaleColumns(); phase++) {
                    int window = from.offset(at) + walk.window(y, phase);
                    int place = row + phase * out.channelStride();
                    int phaseWeights = matrixOffset + walk.firstRow(y, phase) * panel;
                    for (int p = 0; p < matrix.panels(); p++) {
                        product.run(
                                columns,
                                from.array(at),
                                window,
                                in.gridRowStride(),
                                walk.segments(),
                                walk.segmentLength(),
                                packed,
                                phaseWeights + p * matrix.panelSize(),
                                biasArray,
                                biasOffset + p * panel,
                                0,
                                target,
                                place + p * panel);
                    }
                }
                apply(step.after(), target, row, outRow); // while the row is in cache
                if (step.momentsOf() >= 0) {
                    kernels.addMoments(
                            target,
                            row,
                            target,
                            row,
                            out.width(),
                            out.channelStride(),
                            results.moments(at, step.momentsOf(), y == 0));
                }
            }
        };
    }

    /**
     * Where the windows and the weights of a convolution's output pixels lie. Output rows alternate between the row
     * phases; within a row, the pixels of each column phase are computed together.
     */
    private record PhaseWalk(Step.Phases phases, Size2 kernel, Size2 stride, PackedMatrix matrix, Layout.Image in) {
        int scaleColumns() {
            return phases.scale().width();
        }

        /** Floats between the windows of neighbours in a phase. */
        int pixelStride() {
            return stride.width() * in.channelStride();
        }

        /** Floats between the windows of one row and the next in a phase. */
        int rowStride() {
            return stride.height() * in.gridRowStride();
        }

        int segments() {
            return kernel.height();
        }

        /** Floats of a window's row. */
        int segmentLength() {
            return matrix.rows().packed() / phases.count() / kernel.height();
        }

        /** Offset of the first window of an output row and column phase. */
        int window(int y, int columnPhase) {
            int scale = phases.scale().height();
            int rows = y % scale == 0 ? 0 : phases.shiftRows();
            int columns = columnPhase == 0 ? 0 : phases.shiftColumns();
            return y / scale * rowStride() + rows * in.gridRowStride() + columns * in.channelStride();
        }

        /** The first of a phase's weights: a row of the packed matrix. */
        int firstRow(int y, int columnPhase) {
            int phase = y % phases.scale().height() * scaleColumns() + columnPhase;
            return phase * segments() * segmentLength();
        }
    }

    /** A 1x1 convolution of single pixels: one product with a row for each sample. */
    private Operation denseProduct(Step.Convolve step) {
        Buffer from = memory.buffer(step.from());
        Buffer to = memory.buffer(step.to());
        PackedMatrix matrix = step.weights();
        int panel = matrix.panel();
        Kernels.Product product = kernels.product(panel, from.stride(), panel, to.stride());
        int length = matrix.rows().packed();
        float[] packed = weights.array();
        int matrixOffset = weights.offset(matrix);
        float[] biasArray = biasOrZeros(step.bias(), matrix.packedColumns());
        int biasOffset = step.bias() == null ? 0 : weights.offset(step.bias());
        return at -> {
            float[] target = to.array(at);
            int result = to.offset(at);
            for (int p = 0; p < matrix.panels(); p++) {
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
            apply(step.after(), target, result, at.samples * to.stride());
        };
    }

    private Operation convolveGradient(Step.ConvolveGradient step) {
        if (CpuPlan.isVector(step.from()) && CpuPlan.isVector(step.gradient())) {
            return denseGradient(step);
        }
        return step.isExchanged() ? convolveGradientExchanged(step) : convolveGradientByFilter(step);
    }

    /** A phase's output pixels, whose windows and gradients a weight gradient sums over. */
    private record PhasePixels(PhaseWalk walk, Layout.Image out) {
        int height() {
            return out.height() / walk.phases().scale().height();
        }

        int width() {
            return out.width() / walk.scaleColumns();
        }

        /** Floats between neighbours of a phase. */
        int pixelStride() {
            return walk.scaleColumns() * out.channelStride();
        }

        int rowStride() {
            return walk.phases().scale().height() * out.gridRowStride();
        }

        int first(int rowPhase, int columnPhase) {
            return out.row(rowPhase) + columnPhase * out.channelStride();
        }
    }

    /** Columns are filters. Some rows at a time, so that their sums stay in cache while the samples go by. */
    private Operation convolveGradientByFilter(Step.ConvolveGradient step) {
        Buffer from = memory.buffer(step.from());
        Buffer gradient = memory.buffer(step.gradient());
        Layout.Image in = step.from().image();
        PackedMatrix matrix = step.weights();
        PhaseWalk walk = new PhaseWalk(step.phases(), step.kernel(), step.stride(), matrix, in);
        PhasePixels pixels = new PhasePixels(walk, step.gradient().image());
        int panel = matrix.panel();
        int offset = results.offset(matrix);
        Kernels.TransposedProduct product =
                kernels.transposedProduct(panel, walk.pixelStride(), pixels.pixelStride(), panel);
        int rows = walk.segmentLength();
        return at -> {
            float[] sum = results.gradients[at.chunk];
            for (int rowPhase = 0; rowPhase < step.phases().scale().height(); rowPhase++) {
                for (int phase = 0; phase < walk.scaleColumns(); phase++) {
                    int window = from.offset(at) + walk.window(rowPhase, phase);
                    int place = gradient.offset(at) + pixels.first(rowPhase, phase);
                    int phaseSum = offset + walk.firstRow(rowPhase, phase) * panel;
                    for (int p = 0; p < matrix.panels(); p++) {
                        for (int tap = 0; tap < walk.segments(); tap++) {
                            for (int row = 0; row < rows; row += GRADIENT_ROWS) {
                                for (int i = 0; i < at.samples; i++) {
                                    product.run(
                                            Math.min(GRADIENT_ROWS, rows - row),
                                            from.array(at),
                                            window + i * from.stride() + tap * in.gridRowStride() + row,
                                            walk.rowStride(),
                                            pixels.height(),
                                            pixels.width(),
                                            gradient.array(at),
                                            place + i * gradient.stride() + p * panel,
                                            pixels.rowStride(),
                                            sum,
                                            phaseSum + p * matrix.panelSize() + (tap * rows + row) * panel);
                                }
                            }
                        }
                    }
                }
            }
        };
    }

    /** Rows are filters, columns the floats of a window. */
    private Operation convolveGradientExchanged(Step.ConvolveGradient step) {
        Buffer from = memory.buffer(step.from());
        Buffer gradient = memory.buffer(step.gradient());
        Layout.Image in = step.from().image();
        PhaseWalk walk = new PhaseWalk(step.phases(), step.kernel(), step.stride(), step.weights(), in);
        PhasePixels pixels = new PhasePixels(walk, step.gradient().image());
        PackedMatrix matrix = step.sum();
        int panel = matrix.panel();
        int offset = results.offset(matrix);
        Kernels.TransposedProduct product =
                kernels.transposedProduct(panel, pixels.pixelStride(), walk.pixelStride(), panel);
        int rows = matrix.rows().packed();
        int panelsPerTapRow = walk.segmentLength() / panel;
        return at -> {
            float[] sum = results.gradients[at.chunk];
            for (int rowPhase = 0; rowPhase < step.phases().scale().height(); rowPhase++) {
                for (int phase = 0; phase < walk.scaleColumns(); phase++) {
                    int window = from.offset(at) + walk.window(rowPhase, phase);
                    int place = gradient.offset(at) + pixels.first(rowPhase, phase);
                    int firstPanel = walk.firstRow(rowPhase, phase) / panel;
                    for (int tap = 0; tap < walk.segments(); tap++) {
                        for (int p = 0; p < panelsPerTapRow; p++) {
                            int to = offset + (firstPanel + tap * panelsPerTapRow + p) * matrix.panelSize();
                            for (int i = 0; i < at.samples; i++) {
                                product.run(
                                        rows,
                                        gradient.array(at),
                                        place + i * gradient.stride(),
                                        pixels.rowStride(),
                                        pixels.height(),
                                        pixels.width(),
                                        from.array(at),
                                        window + i * from.stride() + tap * in.gridRowStride() + p * panel,
                                        walk.rowStride(),
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
        Buffer from = memory.buffer(step.from());
        Buffer gradient = memory.buffer(step.gradient());
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

    private Operation projectAndGather(Step.ProjectAndGather step) {
        Buffer from = memory.buffer(step.from());
        Buffer taps = memory.buffer(step.taps());
        Buffer to = memory.buffer(step.to());
        PackedMatrix matrix = step.weights();
        int panel = matrix.panel();
        int tapStride = step.taps().image().channelStride();
        Kernels.Product product = kernels.product(panel, step.from().image().channelStride(), panel, tapStride);
        int matrixOffset = weights.offset(matrix);
        int biasOffset = weights.offset(step.bias());
        float[] zeros = new float[matrix.packedColumns()];
        Layout.Image out = step.to().image();
        TapRuns runs = TapRuns.of(step.gathering(), step.from().image(), out, tapStride);
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
            apply(step.after(), target, result, size);
        };
    }

    private Operation spreadToTaps(Step.SpreadToTaps step) {
        Buffer gradient = memory.buffer(step.gradient());
        Buffer taps = memory.buffer(step.taps());
        int tapStride = step.taps().image().channelStride();
        TapRuns runs = TapRuns.of(
                step.gathering(), step.taps().image(), step.gradient().image(), tapStride);
        return at -> runs.spread(gradient.array(at), gradient.offset(at), taps.array(at), taps.offset(at));
    }

    /**
     * Which projected taps make up which output pixels, as runs: {@code lengths[i]} output pixels from
     * {@code pixels[i]} on, {@code pixelStride} apart, each take the tap at {@code taps[i]} and on, {@code tapStride}
     * apart. Taps whose small pixel lies outside the image are in no run.
     */
    private record TapRuns(int[] taps, int tapStride, int[] pixels, int pixelStride, int[] lengths, int channels) {
        static TapRuns of(Step.Gathering gathering, Layout.Image small, Layout.Image out, int tapStride) {
            List<int[]> runs = new ArrayList<>();
            int rowScale = gathering.firstRow().length;
            int columnScale = gathering.firstColumn().length;
            int channels = out.channels();
            int tap = 0;
            for (int phase = 0; phase < rowScale * columnScale; phase++) {
                for (int k = 0; k < gathering.rowTaps() * gathering.columnTaps(); k++) {
                    int dy = gathering.firstRow()[phase / columnScale] + k / gathering.columnTaps();
                    int dx = gathering.firstColumn()[phase % columnScale] + k % gathering.columnTaps();
                    int x = Windows.firstInside(dx, 1);
                    int length = Windows.endInside(dx, 1, small.width(), small.width()) - x;
                    int endRow = Windows.endInside(dy, 1, small.height(), small.height());
                    for (int y = Windows.firstInside(dy, 1); y < endRow; y++) {
                        int outY = y * rowScale + phase / columnScale;
                        int outX = x * columnScale + phase % columnScale;
                        int tapPixel = (y + dy) * small.width() + x + dx;
                        runs.add(
                                new int[] {tapPixel * tapStride + tap, (outY * out.width() + outX) * channels, length});
                    }
                    tap += channels;
                }
            }
            return new TapRuns(
                    runs.stream().mapToInt(run -> run[0]).toArray(),
                    tapStride,
                    runs.stream().mapToInt(run -> run[1]).toArray(),
                    columnScale * channels,
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

    private Operation biasGradient(Step.BiasGradient step) {
        Buffer gradient = memory.buffer(step.gradient());
        Layout.Image image = step.gradient().image();
        int bias = results.offset(step.bias());
        int channelStride = image.channelStride();
        if (channelStride % Kernels.LANES == 0) {
            return at -> kernels.addPixels(
                    gradient.array(at),
                    gradient.offset(at),
                    at.samples * image.pixels(),
                    channelStride,
                    results.gradients[at.chunk],
                    bias);
        }
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                int offset = gradient.offset(at) + i * gradient.stride();
                for (int channel = 0; channel < image.channels(); channel++) {
                    double sum = 0;
                    for (int pixel = 0; pixel < image.pixels(); pixel++) {
                        sum += gradient.array(at)[offset + pixel * channelStride + channel];
                    }
                    results.gradients[at.chunk][bias + channel] += (float) sum;
                }
            }
        };
    }

    // --- elementwise ---

    void apply(Nonlinearity function, float[] values, int offset, int count) {
        switch (function.kind()) {
            case LINEAR -> {}
            case LEAKY_RELU -> kernels.leakyRelu(values, offset, count, function.slope());
            case SIGMOID -> kernels.sigmoid(values, offset, count);
            case TANH -> kernels.tanh(values, offset, count);
        }
    }

    private Operation activate(Step.Activate step) {
        Buffer value = memory.buffer(step.value());
        return at -> apply(step.function(), value.array(at), value.offset(at), at.samples * value.stride());
    }

    private Operation activateGradient(Step.ActivateGradient step) {
        Buffer output = memory.buffer(step.output());
        Buffer gradient = memory.buffer(step.gradient());
        Nonlinearity function = step.function();
        return at -> {
            float[] y = output.array(at);
            float[] d = gradient.array(at);
            int count = at.samples * gradient.stride();
            switch (function.kind()) {
                case LINEAR -> {}
                case LEAKY_RELU ->
                    kernels.leakyReluGradient(y, output.offset(at), d, gradient.offset(at), count, function.slope());
                case SIGMOID -> kernels.sigmoidGradient(y, output.offset(at), d, gradient.offset(at), count);
                case TANH -> kernels.tanhGradient(y, output.offset(at), d, gradient.offset(at), count);
            }
        };
    }

    /**
     * Zeroes by a number drawn for each place: the same on the way back, at any thread count and after a resumed run,
     * since it depends on the training step and the place in the batch alone.
     */
    private Operation drop(Step.Drop step) {
        Buffer from = memory.buffer(step.from());
        Buffer to = memory.buffer(step.to());
        float keep = 1 / (1 - step.rate());
        long threshold = (long) (step.rate() * (double) (1L << 53));
        int stride = from.stride();
        String purpose = "dropout/" + step.layer();
        return at -> {
            float[] source = from.array(at);
            float[] target = to.array(at);
            long key = RandomSource.key(at.batch.seed(), purpose, at.batch.number());
            for (int i = 0; i < at.samples; i++) {
                int offset = from.offset(at) + i * stride;
                int result = to.offset(at) + i * stride;
                long place = (long) (at.first() + i) * stride;
                for (int j = 0; j < stride; j++) {
                    boolean dropped = RandomSource.bits(key, place + j) >>> 11 < threshold;
                    target[result + j] = dropped ? 0 : source[offset + j] * keep;
                }
            }
        };
    }

    // --- batch normalisation ---

    private Operation moments(int norm, Value first, Value second) {
        Buffer x = memory.buffer(first);
        Buffer y = memory.buffer(second);
        Layout.Image image = first.image();
        return at -> kernels.addMoments(
                x.array(at),
                x.offset(at),
                y.array(at),
                y.offset(at),
                image.pixels(),
                image.channelStride(),
                results.moments(at, norm, true));
    }

    private Operation normalize(Step.Normalize step) {
        Buffer from = memory.buffer(step.from());
        Buffer to = memory.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        NormState norm = norms[step.norm()];
        return at -> {
            for (int y = 0; y < in.height(); y++) {
                kernels.affine(
                        from.array(at),
                        from.offset(at) + in.row(y),
                        to.array(at),
                        to.offset(at) + out.row(y),
                        in.width(),
                        in.channelStride(),
                        norm.scale,
                        norm.shift);
            }
        };
    }

    private Operation normalizeGradient(Step.NormalizeGradient step) {
        Buffer value = memory.buffer(step.value());
        Buffer gradient = memory.buffer(step.gradient());
        Layout.Image image = step.value().image();
        return at -> windows.normalizeGradient(
                at,
                step,
                value.array(at),
                value.offset(at),
                gradient.array(at),
                gradient.offset(at),
                image.pixels(),
                image.channelStride());
    }

    // --- loss ---

    private Operation squaredError(Step.SquaredError step) {
        Buffer prediction = memory.buffer(step.prediction());
        Buffer target = memory.buffer(step.target());
        Buffer gradient = memory.buffer(step.gradient());
        Layout.Image image = step.prediction().image();
        int channels = image.channels();
        boolean adjacent = channels == image.channelStride();
        int runs = adjacent ? 1 : image.pixels();
        int length = adjacent ? channels * image.pixels() : channels;
        double size = (double) channels * image.pixels();
        return at -> {
            float factor = (float) (2 / (at.batch.size() * size));
            double loss = 0;
            for (int run = 0; run < runs; run++) {
                int skip = run * image.channelStride();
                loss += squaredError(
                        prediction.array(at),
                        prediction.offset(at) + skip,
                        target.array(at),
                        target.offset(at) + skip,
                        gradient.array(at),
                        gradient.offset(at) + skip,
                        length,
                        factor);
            }
            results.losses[at.chunk] += loss / size;
        };
    }

    /** The sum of squared differences; their gradients times a factor go to D. */
    static double squaredError(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            float difference = Y[y + j] - T[t + j];
            sum += (double) difference * difference;
            D[d + j] = difference * factor;
        }
        return sum;
    }

    /** The weights' panel offset of an optional bias, with zeros standing in for a missing one. */
    float[] biasOrZeros(@Nullable PackedMatrix bias, int columns) {
        return bias == null ? new float[columns] : weights.array();
    }
}

package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.Samples;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.NormState;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.RandomSource;
import org.jspecify.annotations.Nullable;

/** Binds steps to memory and kernels: each kind of step becomes an operation that the processor runs. */
public final class StepBinder {
    private final Kernels kernels;
    private final Memory memory;
    private final PackedWeights weights;
    private final ChunkResults results;
    private final NormState[] norms;
    private final SequenceOperations sequences;
    private final ConvolutionOperations convolutions;
    private final TileOperations tiles;
    private final WindowOperations windows;
    private final LossOperations losses;

    public StepBinder(
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
        convolutions = new ConvolutionOperations(kernels, memory, weights, results, this);
        tiles = new TileOperations(kernels, memory, weights, results, this, workers);
        windows = new WindowOperations(kernels, memory, results, norms, workers);
        losses = new LossOperations(kernels, memory, results);
    }

    public Operation bind(Step step) {
        return switch (step) {
            case Step.Load s -> s.to().layout() instanceof Layout.Steps ? sequences.load(s) : load(s);
            case Step.Copy s -> copy(s.from(), s.to());
            case Step.Transpose s -> sequences.transpose(s);
            case Step.Convolve s -> convolutions.convolve(s);
            case Step.ToTiles s -> tiles.toTiles(s);
            case Step.TileProduct s -> tiles.product(s);
            case Step.FromTiles s -> tiles.fromTiles(s);
            case Step.ToTilesGradient s -> tiles.toTilesGradient(s);
            case Step.TileProductGradient s -> tiles.productGradient(s);
            case Step.ConvolveGradient s -> convolutions.gradient(s);
            case Step.ProjectAndGather s -> convolutions.projectAndGather(s);
            case Step.SpreadToTaps s -> convolutions.spreadToTaps(s);
            case Step.BiasGradient s -> biasGradient(s);
            case Step.Activate s -> activate(s);
            case Step.ActivateGradient s -> activateGradient(s);
            case Step.Moments s -> moments(s.norm(), s.value(), s.value());
            case Step.Normalize s -> normalize(s);
            case Step.MomentsGradient s -> moments(s.norm(), s.gradient(), s.value());
            case Step.NormalizeGradient s -> normalizeGradient(s);
            case Step.MaxPool s -> windows.maxPool(s);
            case Step.MaxPoolGradient s -> windows.maxPoolGradient(s);
            case Step.MaxOfFour s -> windows.maxOfFour(s);
            case Step.MaxOfFourGradient s -> windows.maxOfFourGradient(s);
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
            case Step.Add s -> add(s);
            case Step.Barrier s -> throw new IllegalArgumentException("A barrier is no work for a thread: " + s);
            case Step.Store s -> s.from().layout() instanceof Layout.Steps ? sequences.store(s) : store(s);
            case Step.LossGradient s -> losses.gradient(s);
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
        if (source.layout() instanceof Layout.Steps) {
            return at -> System.arraycopy(
                    from.array(at), from.offset(at), to.array(at), to.offset(at), at.samples * from.stride());
        }
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

    private Operation add(Step.Add step) {
        Buffer from = memory.buffer(step.from());
        Buffer to = memory.buffer(step.to());
        return at ->
                kernels.add(from.array(at), from.offset(at), to.array(at), to.offset(at), at.samples * from.stride());
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
            if (image.channelStride() != image.channels()) {
                return image.channels();
            }
            boolean rowsTouch = image.columns() == image.width();
            return image.channels() * image.width() * (rowsTouch ? image.height() : 1);
        }

        private static int offset(Layout.Image image, int index) {
            int pixel = index / image.channels();
            return image.row(pixel / image.width())
                    + pixel % image.width() * image.channelStride()
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

    // --- elementwise, and sums over pixels ---

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

    void apply(Nonlinearity function, float[] values, int offset, int count) {
        switch (function.kind()) {
            case LINEAR -> {}
            case LEAKY_RELU -> kernels.leakyRelu(values, offset, count, function.slope());
            case SIGMOID -> kernels.sigmoid(values, offset, count);
            case TANH -> kernels.tanh(values, offset, count);
        }
    }

    /** What follows a row of a convolution's output while it is in cache: its nonlinearity and a normalisation's sums. */
    void finishRow(
            Cursor at, Nonlinearity function, int momentsOf, float[] values, Layout.Image image, int y, int row) {
        apply(function, values, row, image.width() * image.channelStride());
        if (momentsOf >= 0) {
            double[] sums = results.moments(at, momentsOf, y == 0);
            kernels.addMoments(values, row, values, row, image.width(), image.channelStride(), sums);
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

    /** The weights' panel offset of an optional bias, with zeros standing in for a missing one. */
    float[] biasOrZeros(@Nullable PackedMatrix bias, int columns) {
        return bias == null ? new float[columns] : weights.array();
    }
}

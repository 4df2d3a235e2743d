package dev.hourglass.engine.cpu.step;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.WindowAxis;
import dev.hourglass.engine.cpu.layout.Windows;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Windowing;
import dev.hourglass.model.LayerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a step has to do at least, for a roofline (Williams, Waterman and Patterson 2009).
 *
 * <p>Operations are those of the mathematics: a multiply-add is two, a comparison is one, and channels that only pad do
 * not count, so padding shows as a lower rate. The zero frame of a convolution does count, because its sums are the same
 * loop. Bytes are compulsory traffic: each value that the step touches moves once, as it lies in memory with its padding
 * (one read, one write; in place is both). Weights move once a call, however many samples the call computes; an LSTM's
 * recurrent weights move once for each of its steps. What a step reads twice because it did not fit a cache shows as
 * time.
 *
 * @param flops floating point operations for one sample
 * @param bytes of activations and gradients that one sample reads and writes
 * @param callBytes of weights, and of weight gradients read and written, in one call
 * @param writes names of the values and weight gradients that are written
 */
public record StepCost(long flops, long bytes, long callBytes, List<String> writes) {
    /** {@link dev.hourglass.tensor.Kernels#tanh}: two comparisons, a square, nine multiply-adds, a product, a quotient. */
    static final int TANH_FLOPS = 23;
    /** Half the argument, tanh, and a multiply-add. */
    static final int SIGMOID_FLOPS = TANH_FLOPS + 3;
    /** {@link dev.hourglass.tensor.Kernels#exp}: two comparisons, eight multiply-adds, two sums, a square and a product. */
    static final int EXP_FLOPS = 22;
    /** {@code f * c + i * g} and {@code o * tanh(c)}, with three sigmoids and two tanh. */
    static final int CELL_FLOPS = 4 + 3 * SIGMOID_FLOPS + 2 * TANH_FLOPS;
    /** Counted in {@link dev.hourglass.tensor.Kernels#lstmCellGradient}'s plain twin. */
    static final int CELL_GRADIENT_FLOPS = 21;
    /** A sum, and a sum of products. */
    static final int MOMENTS_FLOPS = 3;
    /** Of Adam: two moving averages, then rate * m / (sqrt(v) + epsilon) taken off. The other optimizers are not far off. */
    public static final int UPDATE_FLOPS = 12;

    public StepCost {
        writes = List.copyOf(writes);
    }

    /** Of an update: an optimizer reads parameter, gradient and slots, and writes all but the gradient. */
    public static int updateBytes(int slots) {
        return (3 + 2 * slots) * Float.BYTES;
    }

    public static StepCost of(Step step) {
        return switch (step) {
            case Step.Load s -> of(s, 0, Matrices.NONE);
            case Step.Copy s -> of(s, 0, Matrices.NONE);
            case Step.Transpose s -> of(s, 0, Matrices.NONE);
            case Step.Convolve s ->
                of(
                        s,
                        convolution(s.rows(), s.columns(), s.weights(), s.to())
                                + activation(s.after(), s.to())
                                + (s.momentsOf() < 0 ? 0 : MOMENTS_FLOPS * numbers(s.to())),
                        Matrices.read(s.weights()));
            // One addition for each number and axis.
            case Step.ToTiles s -> of(s, 2 * numbers(s.tiles()), Matrices.NONE);
            case Step.TileProduct s ->
                of(s, 2 * numbers(s.products()) * s.weights().rows().perGroup(), Matrices.read(s.weights()));
            // Four additions for each row of each component, then for each pixel.
            case Step.ToTilesGradient s ->
                of(s, 4 * (numbers(s.tiles()) / s.tiling().perAxis + numbers(s.to())), Matrices.NONE);
            case Step.TileProductGradient s ->
                of(s, 2 * numbers(s.gradient()) * s.sum().rows().perGroup(), Matrices.gradient(s.sum()));
            case Step.FromTiles s ->
                of(
                        s,
                        2 * numbers(s.products())
                                + activation(s.after(), s.to())
                                + (s.momentsOf() < 0 ? 0 : MOMENTS_FLOPS * numbers(s.to())),
                        Matrices.NONE);
            case Step.ConvolveGradient s ->
                of(s, convolution(s.rows(), s.columns(), s.weights(), s.gradient()), Matrices.gradient(s.weights()));
            // A product for all taps, then an addition for each.
            case Step.ProjectAndGather s ->
                of(
                        s,
                        pixels(s.from()) * columns(s.weights()) * (2 * rows(s.weights()) + 1)
                                + activation(s.after(), s.to()),
                        Matrices.read(s.weights()));
            case Step.SpreadToTaps s -> of(s, 0, Matrices.NONE);
            case Step.BiasGradient s -> of(s, numbers(s.gradient()), Matrices.gradient(s.bias()));
            case Step.Activate s -> of(s, activation(s.function(), s.value()), Matrices.NONE);
            case Step.ActivateGradient s ->
                of(s, numbers(s.gradient()) * gradientFlops(s.function().kind()), Matrices.NONE);
            case Step.Apply s -> of(s, EXP_FLOPS * numbers(s.to()), Matrices.NONE);
            case Step.ApplyGradient s -> of(s, EXP_FLOPS * numbers(s.gradient()), Matrices.NONE);
            case Step.MatrixProduct s ->
                of(s, 2 * numbers(s.left()) * s.right().image().channels(), Matrices.NONE);
            case Step.TurnedProduct s ->
                of(s, 2 * numbers(s.left()) * s.right().image().channels(), Matrices.NONE);
            case Step.Softmax s -> of(s, EXP_FLOPS * numbers(s.to()), Matrices.NONE);
            // A multiply-add for the sum, a difference and a product.
            case Step.SoftmaxGradient s -> of(s, 4 * numbers(s.gradient()), Matrices.NONE);
            case Step.LogSoftmax s -> of(s, EXP_FLOPS * numbers(s.to()), Matrices.NONE);
            case Step.LogSoftmaxGradient s -> of(s, EXP_FLOPS * numbers(s.gradient()), Matrices.NONE);
            case Step.Embed s -> of(s, 0, Matrices.read(s.table()));
            // A difference and a multiply-add for each number of each row.
            case Step.Nearest s -> of(s, 3 * pixels(s.from()) * columns(s.table()), Matrices.read(s.table()));
            case Step.EmbedGradient s -> of(s, numbers(s.gradient()), Matrices.gradient(s.table()));
            case Step.PRelu s ->
                of(s, 2 * numbers(s.to()), Matrices.read(s.slopes().packed()));
            case Step.PReluGradient s ->
                of(s, 4 * numbers(s.gradient()), Matrices.gradient(s.slopes().packed()));
            // A sum, a difference and its square, and the multiply-add.
            case Step.NormalizeSample s -> of(s, 6 * numbers(s.from()), Matrices.NONE);
            // The same, two sums and what they are subtracted from.
            case Step.NormalizeSampleGradient s -> of(s, 12 * numbers(s.from()), Matrices.NONE);
            case Step.Moments s -> of(s, MOMENTS_FLOPS * numbers(s.value()), Matrices.NONE);
            case Step.MomentsGradient s -> of(s, MOMENTS_FLOPS * numbers(s.value()), Matrices.NONE);
            case Step.Normalize s -> of(s, 2 * numbers(s.from()), Matrices.NONE);
            case Step.NormalizeGradient s -> of(s, normalizeGradientFlops(s), biasGradient(s));
            // A comparison for each place of each window, after the normalisation's multiply-add.
            case Step.MaxPool s ->
                of(s, numbers(s.to()) * Windows.area(s.pool()) * (s.norm() < 0 ? 1 : 3), Matrices.NONE);
            case Step.MaxPoolGradient s ->
                of(s, numbers(s.pooled()) * Windows.area(s.pool()) * (s.norm() < 0 ? 1 : 3), Matrices.NONE);
            case Step.MaxOfFour s -> of(s, 4 * numbers(s.to()), Matrices.NONE);
            case Step.MaxOfFourGradient s ->
                of(s, 4 * numbers(s.pooledGradient()) + normalizeGradientFlops(s.then()), biasGradient(s.then()));
            case Step.DirectConvolve s ->
                of(
                        s,
                        direct(s.windows(), s.weights()),
                        Matrices.read(s.weights().kernel()));
            case Step.DirectConvolveGradient s ->
                of(
                        s,
                        direct(s.windows(), s.weights()),
                        Matrices.gradient(s.weights().kernel()));
            case Step.ConvolutionalStates s ->
                of(
                        s,
                        ofStates(s)
                                + 2
                                        * (numbers(s.kept().gates())
                                                + numbers(s.kept().hidden())),
                        new Matrices(List.of(), List.of(s.weights().recurrent()), s.steps() - 1L, List.of()));
            case Step.ConvolutionalStatesGradient s ->
                of(
                        s,
                        2 * ofStates(s.forward())
                                + 4 * numbers(s.forward().kept().gates()),
                        new Matrices(
                                List.of(),
                                List.of(s.forward().weights().exchanged()),
                                s.forward().steps() - 1L,
                                present(
                                        s.forward().weights().recurrent(),
                                        s.forward().weights().bias())));
            case Step.Pool s -> of(s, numbers(s.to()) * s.windows().taps(), Matrices.NONE);
            case Step.PoolGradient s ->
                of(s, numbers(s.pooledGradient()) * s.windows().taps(), Matrices.NONE);
            case Step.RepeatAxes s -> of(s, 0, Matrices.NONE);
            case Step.RepeatAxesGradient s -> of(s, numbers(s.gradient()), Matrices.NONE);
            case Step.Shift s -> of(s, 0, Matrices.NONE);
            case Step.Permute s -> of(s, 0, Matrices.NONE);
            case Step.UpSample s -> of(s, 0, Matrices.NONE);
            case Step.UpSampleGradient s -> of(s, numbers(s.gradient()), Matrices.NONE);
            case Step.Interpolate s -> of(s, 9 * numbers(s.to()), Matrices.NONE);
            case Step.InterpolateGradient s -> of(s, 8 * numbers(s.gradient()), Matrices.NONE);
            case Step.Average s -> of(s, numbers(s.from()), Matrices.NONE);
            case Step.AverageGradient s -> of(s, numbers(s.gradient()), Matrices.NONE);
            case Step.Repeat s -> of(s, 0, Matrices.NONE);
            case Step.RepeatGradient s -> of(s, numbers(s.gradient()), Matrices.NONE);
            case Step.Noise s -> of(s, numbers(s.from()), Matrices.NONE);
            case Step.StepsProduct s ->
                of(
                        s,
                        numbers(s.to()) * 2 * rows(s.weights()) + activation(s.after(), s.to()),
                        Matrices.read(s.weights()));
            case Step.StepsProductGradient s ->
                of(s, numbers(s.gradient()) * 2 * rows(s.weights()), Matrices.gradient(s.weights()));
            case Step.StepsBiasGradient s -> of(s, numbers(s.gradient()), Matrices.gradient(s.bias()));
            case Step.Lstm s -> lstm(s);
            case Step.LstmGradient s -> lstmGradient(s);
            case Step.Recurrence s -> recurrence(s);
            case Step.RecurrenceGradient s -> recurrenceGradient(s);
            case Step.Merge s -> of(s, s.mode() == LayerSpec.MergeMode.CONCAT ? 0 : numbers(s.to()), Matrices.NONE);
            case Step.MergeGradient s ->
                of(s, s.forward().mode() == LayerSpec.MergeMode.CONCAT ? 0 : 2 * numbers(s.gradient()), Matrices.NONE);
            case Step.Masking s -> of(s, numbers(s.from()), Matrices.NONE);
            case Step.ZeroSkipped s -> of(s, 0, Matrices.NONE);
            case Step.ReverseSteps s -> of(s, 0, Matrices.NONE);
            case Step.MoveSteps s -> of(s, 0, Matrices.NONE);
            case Step.Zeros s -> of(s, 0, Matrices.NONE);
            case Step.Add s -> of(s, numbers(s.from()), Matrices.NONE);
            case Step.Combine s -> of(s, numbers(s.from()), Matrices.NONE);
            case Step.Scale s -> of(s, numbers(s.value()), Matrices.NONE);
            case Step.TakeWhereEqual s -> of(s, numbers(s.taken()), Matrices.NONE);
            case Step.Place s -> of(s, 0, Matrices.NONE);
            case Step.Cut s -> of(s, 0, Matrices.NONE);
            case Step.Barrier s -> new StepCost(0, 0, 0, List.of("batch normalisation " + s.norm()));
            case Step.ActivityBarrier s -> new StepCost(0, 0, 0, List.of("sparsity " + s.number()));
            case Step.Store s -> of(s, 0, Matrices.NONE);
            case Step.ActivityPenalty s -> of(s, 4 * numbers(s.activity()), Matrices.NONE);
            case Step.AddActivities s -> of(s, numbers(s.activity()), Matrices.NONE);
            case Step.SparsitySlopes s -> of(s, 0, Matrices.NONE);
            // Slope and its change, a square added up, and three products.
            case Step.Contraction s -> of(s, 9 * numbers(s.activity()), Matrices.NONE);
            // A half, an exponential, a product and a sum; what the noise takes is no floating point.
            case Step.Sample s -> of(s, (3 + EXP_FLOPS) * numbers(s.to()), Matrices.NONE);
            case Step.SampleGradient s -> of(s, 2 * numbers(s.ofLogVariance()), Matrices.NONE);
            case Step.Divergence s -> of(s, (8 + EXP_FLOPS) * numbers(s.mean()), Matrices.NONE);
            // A difference, its square added up, and two products.
            case Step.Quantization s -> of(s, 5 * numbers(s.from()), Matrices.NONE);
            // A difference, its square added up, and the gradient.
            case Step.LossGradient s -> of(s, 4 * numbers(s.prediction()), Matrices.NONE);
        };
    }

    /** Two multiply-adds, and what follows on the same numbers: back through the activation, and the bias's sum. */
    private static long normalizeGradientFlops(Step.@Nullable NormalizeGradient s) {
        if (s == null) {
            return 0;
        }
        int each = 4 + gradientFlops(s.function().kind()) + (s.bias() == null ? 0 : 1);
        return each * numbers(s.value());
    }

    private static Matrices biasGradient(Step.@Nullable NormalizeGradient s) {
        return s == null || s.bias() == null ? Matrices.NONE : Matrices.gradient(s.bias());
    }

    private static StepCost lstm(Step.Lstm s) {
        Step.RecurrentWeights weights = s.weights();
        long steps = pixels(s.hidden());
        long flops = pixels(s.from()) * product(weights.kernel())
                + (steps - 1) * product(weights.recurrent())
                + numbers(s.hidden()) * CELL_FLOPS;
        return of(
                s, flops, new Matrices(List.of(weights.kernel()), List.of(weights.recurrent()), steps - 1, List.of()));
    }

    /** Each product comes back twice: for the weights, and for what it read. */
    private static StepCost lstmGradient(Step.LstmGradient s) {
        Step.Lstm forward = s.forward();
        Step.RecurrentWeights weights = forward.weights();
        boolean carriesOn = s.fromGradient() != null;
        long steps = pixels(forward.hidden());
        long inputSteps = pixels(forward.from());
        long gates = steps * columns(weights.kernel());
        long flops = inputSteps * product(weights.kernel()) * (carriesOn ? 2 : 1)
                + (steps - 1) * product(weights.recurrent()) * 2
                + numbers(forward.hidden()) * CELL_GRADIENT_FLOPS
                + (weights.bias() == null ? 0 : gates)
                + (inputSteps < steps ? gates : 0); // summed where every step read the same vector
        return of(
                s,
                flops,
                new Matrices(
                        carriesOn ? List.of(weights.kernelTransposed()) : List.of(),
                        List.of(weights.recurrentTransposed()),
                        steps - 1,
                        present(weights.kernel(), weights.recurrent(), weights.bias())));
    }

    /** The cell is counted without its functions' polynomials: a multiply-add for each number that it keeps or makes. */
    private static StepCost recurrence(Step.Recurrence s) {
        Step.RecurrentWeights weights = s.weights();
        Step.RecurrentStates states = s.states();
        long steps = pixels(states.hidden());
        long flops = pixels(s.from()) * product(weights.kernel())
                + (steps - 1) * ofState(s)
                + 2 * (numbers(states.gates()) + numbers(states.hidden()));
        return of(s, flops, new Matrices(List.of(weights.kernel()), recurrent(s, false), steps - 1, List.of()));
    }

    private static StepCost recurrenceGradient(Step.RecurrenceGradient s) {
        Step.Recurrence forward = s.forward();
        Step.RecurrentWeights weights = forward.weights();
        boolean carriesOn = s.fromGradient() != null;
        long steps = pixels(forward.states().hidden());
        long inputSteps = pixels(forward.from());
        long gates = steps * columns(weights.kernel());
        long flops = inputSteps * product(weights.kernel()) * (carriesOn ? 2 : 1)
                + (steps - 1) * ofState(forward) * 2
                + 4 * numbers(forward.states().gates())
                + (weights.bias() == null ? 0 : gates)
                + (inputSteps < steps ? gates : 0); // summed where every step read the same vector
        List<PackedMatrix> gradients = new ArrayList<>(present(weights.kernel(), weights.bias(), forward.stateBias()));
        gradients.addAll(recurrent(forward, false));
        return of(
                s,
                flops,
                new Matrices(
                        carriesOn ? List.of(weights.kernelTransposed()) : List.of(),
                        recurrent(forward, true),
                        steps - 1,
                        gradients));
    }

    private static long ofState(Step.Recurrence s) {
        return recurrent(s, false).stream().mapToLong(StepCost::product).sum();
    }

    private static List<PackedMatrix> recurrent(Step.Recurrence s, boolean transposed) {
        Step.RecurrentWeights weights = s.weights();
        Step.CandidateWeights candidate = s.candidate();
        return transposed
                ? present(weights.recurrentTransposed(), candidate == null ? null : candidate.recurrentTransposed())
                : present(weights.recurrent(), candidate == null ? null : candidate.recurrent());
    }

    private static List<PackedMatrix> present(@Nullable PackedMatrix... matrices) {
        List<PackedMatrix> present = new ArrayList<>();
        for (PackedMatrix matrix : matrices) {
            if (matrix != null) {
                present.add(matrix);
            }
        }
        return present;
    }

    /**
     * Which weights a call reads.
     *
     * @param read once
     * @param repeated read {@code times} times
     * @param gradients added to: read and written
     */
    private record Matrices(
            List<PackedMatrix> read, List<PackedMatrix> repeated, long times, List<PackedMatrix> gradients) {
        static final Matrices NONE = new Matrices(List.of(), List.of(), 0, List.of());

        static Matrices read(PackedMatrix matrix) {
            return new Matrices(List.of(matrix), List.of(), 0, List.of());
        }

        static Matrices gradient(PackedMatrix matrix) {
            return new Matrices(List.of(), List.of(), 0, List.of(matrix));
        }

        long bytes() {
            return Float.BYTES * (size(read) + times * size(repeated) + 2 * size(gradients));
        }

        private static long size(List<PackedMatrix> matrices) {
            return matrices.stream().mapToLong(PackedMatrix::size).sum();
        }
    }

    private static StepCost of(Step step, long flops, Matrices matrices) {
        List<Value> written = StepAccess.of(step).writes();
        long floats = Stream.concat(StepAccess.of(step).reads().stream(), written.stream())
                .mapToLong(value -> value.layout().floatsPerSample())
                .sum();
        Stream<String> gradients = matrices.gradients().stream().map(matrix -> matrix.name() + " gradient");
        return new StepCost(
                flops,
                floats * Float.BYTES,
                matrices.bytes(),
                Stream.concat(written.stream().map(Value::name), gradients).toList());
    }

    private static long activation(Nonlinearity function, Value value) {
        return numbers(value)
                * switch (function.kind()) {
                    case LINEAR -> 0;
                    case LEAKY_RELU -> 1;
                    case SIGMOID -> SIGMOID_FLOPS;
                    case TANH -> TANH_FLOPS;
                };
    }

    private static int gradientFlops(Nonlinearity.Kind kind) {
        return switch (kind) {
            case LINEAR -> 0;
            case LEAKY_RELU -> 1;
            case SIGMOID, TANH -> 3;
        };
    }

    /** Each output pixel belongs to one phase, and meets that phase's weights alone. */
    private static long convolution(WindowAxis rows, WindowAxis columns, PackedMatrix weights, Value output) {
        Layout.Image image = output.image();
        long taps = rows.taps(image.height()) * columns.taps(image.width());
        return 2 * taps * weights.rows().perGroup() * columns(weights);
    }

    /** Padding counted. */
    private static long direct(Windowing windows, Step.DirectWeights weights) {
        long places = (long) windows.small().depth()
                * windows.small().height()
                * windows.small().width();
        return 2 * places * columns(weights.kernel());
    }

    /** The convolutions of all states but the last, padding counted. */
    private static long ofStates(Step.ConvolutionalStates s) {
        Windowing windows = s.windows();
        return 2L
                * (s.steps() - 1)
                * windows.small().height()
                * windows.small().width()
                * columns(s.weights().recurrent());
    }

    /** Multiplications and additions of one row with a matrix. */
    private static long product(PackedMatrix matrix) {
        return 2 * rows(matrix) * columns(matrix);
    }

    private static long rows(PackedMatrix matrix) {
        return (long) matrix.rows().groups() * matrix.rows().perGroup();
    }

    private static long columns(PackedMatrix matrix) {
        return (long) matrix.columns().groups() * matrix.columns().perGroup();
    }

    private static long pixels(Value value) {
        return switch (value.layout()) {
            case Layout.Image image -> image.pixels();
            case Layout.Steps steps -> steps.steps();
        };
    }

    /** Of one sample, without padding. */
    private static long numbers(Value value) {
        return pixels(value)
                * switch (value.layout()) {
                    case Layout.Image image -> image.channels();
                    case Layout.Steps steps -> steps.features();
                };
    }
}

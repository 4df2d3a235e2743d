package dev.hourglass.engine.cpu.step;

import dev.hourglass.engine.Penalty;
import dev.hourglass.engine.cpu.layout.Corner;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.Tiling;
import dev.hourglass.engine.cpu.layout.WindowAxis;
import dev.hourglass.engine.plan.Cell;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.OutputLoss;
import dev.hourglass.engine.plan.PointFunction;
import dev.hourglass.engine.plan.Windowing;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.model.variables.Regularizer;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.TileTransform;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One step of a plan, as data: what is read, what is written and how. Weights are named by their packed matrices, batch normalisations by their number.
 */
public sealed interface Step {
    /** Which of a batch's two sides is read. */
    enum Source {
        INPUT,
        TARGET
    }

    /**
     * Samples from the data set into a value's layout.
     *
     * @param place of the input or output among the model's, from 0
     */
    record Load(Source source, int place, Value to) implements Step {}

    /** The same numbers in the same order under another image layout; padding is left alone. */
    record Copy(Value from, Value to) implements Step {}

    /** Between an image whose pixels are steps and the step-by-step layout; one of the two is {@code Steps}. */
    record Transpose(Value from, Value to) implements Step {}

    /**
     * A convolution of a grid with a packed kernel. A dense layer is a 1x1 convolution. Backward, this is how a gradient
     * goes to a layer's input.
     *
     * @param rows which rows of the grid an output pixel's window covers
     * @param columns likewise
     * @param bias packed like the matrix's columns, or null
     * @param momentsOf the batch normalisation to whose sums the output is added on the way, as {@link Moments} does, or -1
     */
    record Convolve(
            Value from,
            WindowAxis rows,
            WindowAxis columns,
            PackedMatrix weights,
            @Nullable PackedMatrix bias,
            Nonlinearity after,
            int momentsOf,
            Value to)
            implements Step {
        public Convolve withMomentsOf(int norm) {
            return new Convolve(from, rows, columns, weights, bias, after, norm, to);
        }

        /** Whether the sum behind an output number is so short that to compute it again is cheaper than to keep it. */
        public boolean isCheap() {
            return weights.rows().packed() <= Kernels.SHORT_SUM;
        }

        /** The same output once more. */
        public Convolve again(Value value) {
            return new Convolve(from, rows, columns, weights, bias, after, -1, value);
        }
    }

    /**
     * The first of three steps of a convolution by tiles: the components of each tile.
     *
     * @param transform to {@code tiling.perAxis} components along each axis
     * @param step pixels from one tile to the next
     */
    record ToTiles(Tiling tiling, TileTransform.Kind transform, int step, Value from, Value tiles) implements Step {}

    /**
     * The second: each component times that of the kernel.
     *
     * @param weights with a group of rows for each component where {@code REPEATED}; of the kernel's taps, to be
     *     transformed when they are packed, where {@code PIXELS}
     */
    record TileProduct(
            Tiling tiling,
            Value tiles,
            PackedMatrix weights,
            @Nullable PackedMatrix bias,
            Value products) implements Step {}

    /** The third: products to output pixels; the rest is as in {@link Convolve}. */
    record FromTiles(Tiling tiling, Value products, Nonlinearity after, int momentsOf, Value to) implements Step {
        public FromTiles withMomentsOf(int norm) {
            return new FromTiles(tiling, products, after, norm, to);
        }
    }

    /**
     * Back through {@link ToTiles} of an image that was to be repeated.
     *
     * @param tiles gradients of the components
     */
    record ToTilesGradient(Tiling tiling, Value tiles, Value to) implements Step {}

    /** Adds to the gradient of weights: what they were multiplied with times the gradient of what came out. */
    sealed interface WeightGradient extends Step {
        Value from();

        Value gradient();

        PackedMatrix weights();

        /** The form in which it is summed. */
        PackedMatrix sum();
    }

    /**
     * Adds the weight gradient of a convolution by tiles: components of the input times components of the output's
     * gradient, summed over tiles.
     *
     * @param from components of the input's tiles
     * @param gradient components of the tiles of the output's gradient
     * @param sum as {@link Tiling#sum} says
     */
    record TileProductGradient(Value from, Value gradient, PackedMatrix weights, PackedMatrix sum)
            implements WeightGradient {
        /** Whether what is summed has to be turned into the weights' taps. */
        public boolean isOfComponents() {
            return !sum.equals(weights);
        }
    }

    /**
     * Adds a convolution's weight gradient: grid times output gradient, summed over output pixels.
     *
     * @param sum as the weights, or with rows and columns exchanged
     */
    record ConvolveGradient(
            Value from, WindowAxis rows, WindowAxis columns, Value gradient, PackedMatrix weights, PackedMatrix sum)
            implements WeightGradient {
        public ConvolveGradient summedIn(PackedMatrix form) {
            return new ConvolveGradient(from, rows, columns, gradient, weights, form);
        }

        public boolean isExchanged() {
            return !sum.equals(weights);
        }
    }

    /**
     * A convolution to few channels, turned inside out: each pixel is projected to all taps of all phases at once, and
     * the taps are gathered. Stride 1, from a dense image.
     *
     * @param rows which of the projected pixels' rows an output pixel gathers from
     * @param columns likewise
     */
    record ProjectAndGather(
            Value from,
            WindowAxis rows,
            WindowAxis columns,
            PackedMatrix weights,
            PackedMatrix bias,
            Nonlinearity after,
            Value taps,
            Value to)
            implements Step {}

    /** Spreads an output gradient over the taps that read it: the reverse of the gathering. */
    record SpreadToTaps(Value gradient, WindowAxis rows, WindowAxis columns, Value taps) implements Step {}

    /** Adds each channel's sum to a bias gradient. */
    record BiasGradient(Value gradient, PackedMatrix bias) implements Step {}

    /** A nonlinearity alone, in place. */
    record Activate(Nonlinearity function, Value value) implements Step {}

    /** {@code gradient *= function'(...)}, computed from the function's output. */
    record ActivateGradient(Nonlinearity function, Value output, Value gradient) implements Step {}

    /** An elementwise function whose slope needs what went in. */
    record Apply(PointFunction function, Value from, Value to) implements Step {}

    /** {@code gradient *= function'(from)}. */
    record ApplyGradient(PointFunction function, Value from, Value gradient) implements Step {}

    /** {@code exp(x_i) / sum_j exp(x_j)} over the channels of each pixel. */
    record Softmax(Value from, Value to, boolean causal, Hidden hidden) implements Step {}

    /** {@code x_i - log(sum_j exp(x_j))} over the channels of each pixel. */
    record LogSoftmax(Value from, Value to) implements Step {}

    /** Back through it, in place, told from its output. */
    record LogSoftmaxGradient(Value output, Value gradient) implements Step {}

    /** As {@link Op.Hidden}, with masks step by step. */
    record Hidden(@Nullable Value query, List<Value> keys, Op.Hidden.Alone alone) {
        public Hidden {
            keys = List.copyOf(keys);
        }
    }

    /** Back through a softmax, in place, told from its output. */
    record SoftmaxGradient(Value output, Value gradient, boolean causal, Hidden hidden) implements Step {}

    /**
     * A row of a table for each number, in order.
     *
     * @param layer that is named where a number has no row
     * @param table as one row, each of its own padded
     */
    record Embed(String layer, Value from, PackedMatrix table, Value to) implements Step {}

    /**
     * The number of the nearest row of a table for each vector, in order.
     *
     * @param table as one row, each of its own padded
     */
    record Nearest(Value from, PackedMatrix table, Value to) implements Step {}

    /** Adds each place's gradient to that of its row. */
    record EmbedGradient(Value from, Value gradient, PackedMatrix table) implements Step {}

    /**
     * A ReLU with learned slopes.
     *
     * @param slopes one for each place of the image, row by row, or for several
     */
    record PRelu(Value from, PlaceWeights slopes, Value to) implements Step {}

    /** Back through it, in place; adds to the gradient of the slopes. */
    record PReluGradient(Value from, PlaceWeights slopes, Value gradient) implements Step {}

    /**
     * Weights that belong to places of an image.
     *
     * @param packed as one row, in the parameter's own order
     * @param rowStride from a place to the one below, 0 where all rows share
     * @param pixelStride likewise along a row
     * @param channelStride likewise along the channels
     */
    record PlaceWeights(PackedMatrix packed, int rowStride, int pixelStride, int channelStride) {}

    /** Normalises each block of a sample. */
    record NormalizeSample(Value from, Blocks blocks, Value to) implements Step {}

    /** Back through it, in place; adds to the gradients of gamma and beta. */
    record NormalizeSampleGradient(Value from, Blocks blocks, Value gradient) implements Step {}

    /**
     * The blocks of a sample that are normalised by themselves.
     *
     * @param pixels of a block, one after the other
     * @param gamma as one row, or null if there is none
     * @param beta likewise
     */
    record Blocks(
            Op.BlockNorm norm,
            int pixels,
            @Nullable PackedMatrix gamma,
            @Nullable PackedMatrix beta) {}

    /** Adds to the sums from which a batch normalisation's mean and variance will be told. */
    record Moments(int norm, Value value) implements Step {}

    /** {@code to = from * scale + shift} by channel, as the batch normalisation says. */
    record Normalize(int norm, Value from, Value to) implements Step {}

    /** Adds to the sums of the gradient and of gradient times value that going back through the mean and variance needs. */
    record MomentsGradient(int norm, Value value, Value gradient) implements Step {}

    /**
     * Turns the gradient of a batch normalisation's output into that of its input, in place; and, where the input is the
     * output of a (leaky) ReLU, goes back through that as well and adds to the bias gradient.
     *
     * @param function LINEAR, or the leaky ReLU that made the value
     * @param bias whose gradient is added, or null with a LINEAR function
     */
    record NormalizeGradient(
            int norm,
            Value value,
            Value gradient,
            Nonlinearity function,
            @Nullable PackedMatrix bias) implements Step {
        public boolean isOf(Value output, Value outputGradient) {
            return value.equals(output) && gradient.equals(outputGradient) && bias == null;
        }

        public NormalizeGradient of(Value other) {
            return new NormalizeGradient(norm, other, gradient, function, bias);
        }

        public NormalizeGradient through(Nonlinearity activation, PackedMatrix activationBias) {
            return new NormalizeGradient(norm, value, gradient, activation, activationBias);
        }
    }

    /**
     * A convolution over a volume or in groups, or its transpose: the way forward of the one is the way back of the
     * other.
     *
     * @param from the large volume, or the small one of a transposed convolution
     */
    record DirectConvolve(Value from, Windowing windows, boolean transposed, DirectWeights weights, Value to)
            implements Step {}

    /** Adds the kernel's gradient: each window of the large volume times the small volume's gradient, or the reverse. */
    record DirectConvolveGradient(Value large, Windowing windows, DirectWeights weights, Value small) implements Step {}

    /**
     * @param kernel as one row {@code [taps, channels of the large volume / groups, channels of the small one]}, the last
     *     padded; with the last two exchanged for a step that goes to the large volume in one group
     * @param bias or null
     * @param groups of the channels
     */
    record DirectWeights(PackedMatrix kernel, @Nullable PackedMatrix bias, int groups) {
        public DirectWeights withoutBias() {
            return new DirectWeights(kernel, null, groups);
        }
    }

    /** The largest value of each window over a volume, or the mean of those that are no padding. */
    record Pool(Value from, Windowing windows, boolean average, Value to) implements Step {}

    /** Gives each window's gradient to its first largest value, or a share to each. */
    record PoolGradient(Value from, Windowing windows, boolean average, Value pooledGradient, Value gradient)
            implements Step {}

    /** @param extent of the volume that is repeated */
    record RepeatAxes(Value from, Size3 size, Size3 extent, Value to) implements Step {}

    /** Sums over what was one. */
    record RepeatAxesGradient(Value gradient, Size3 size, Size3 extent, Value to) implements Step {}

    /** Each pixel of {@code to} is the one so far above and to the left in {@code from}, or zeros. */
    record Shift(Value from, int down, int right, Value to) implements Step {}

    /** @param axes of the shape, counted from 1, in the order in which they come */
    record Permute(Value from, Shape shape, List<Integer> axes, Value to) implements Step {}

    /** The largest value of each window, of what a batch normalisation (or none: -1) makes of the values. */
    record MaxPool(Value from, Size2 pool, Size2 stride, int top, int left, int norm, Value to) implements Step {
        /** The same on what is to be normalised. */
        public MaxPool normalizing(Normalize normalize) {
            return new MaxPool(normalize.from(), pool, stride, top, left, normalize.norm(), to);
        }
    }

    /** Gives each window's gradient to its first largest value. */
    record MaxPoolGradient(
            Value from,
            Size2 pool,
            Size2 stride,
            int top,
            int left,
            int norm,
            Value pooled,
            Value pooledGradient,
            Value gradient)
            implements Step {
        /** The same on what is to be normalised. */
        public MaxPoolGradient normalizing(Normalize normalize) {
            return new MaxPoolGradient(
                    normalize.from(), pool, stride, top, left, normalize.norm(), pooled, pooledGradient, gradient);
        }
    }

    /**
     * The usual pooling: windows of 2x2 that fill an image without overlapping. Takes of each window the value that will
     * be largest after a batch normalisation (or none: -1), as it is before: only the sign of gamma must be known for
     * that, so it need not wait for the batch.
     */
    record MaxOfFour(Value from, int norm, Value to) implements Step {}

    /**
     * Gives each window's gradient to the first of its values that {@link MaxOfFour} would take.
     *
     * @param then follows on the same rows while they are in cache, or null
     */
    record MaxOfFourGradient(
            Value from,
            int norm,
            Value pooledGradient,
            Value gradient,
            @Nullable NormalizeGradient then) implements Step {
        public MaxOfFourGradient then(NormalizeGradient next) {
            return new MaxOfFourGradient(from, norm, pooledGradient, gradient, next);
        }

        /** The same on other values that are equal. */
        public MaxOfFourGradient of(Value value) {
            return new MaxOfFourGradient(value, norm, pooledGradient, gradient, then == null ? null : then.of(value));
        }

        /** The same on what is to be normalised. */
        public MaxOfFourGradient before(Normalize normalize) {
            return new MaxOfFourGradient(normalize.from(), normalize.norm(), pooledGradient, gradient, then);
        }
    }

    /** Repeats pixels. */
    record UpSample(Value from, Size2 size, Value to) implements Step {}

    /** Sums over the pixels that were one. */
    record UpSampleGradient(Value gradient, Size2 size, Value to) implements Step {}

    /** Pixels between pixels. */
    record Interpolate(Value from, Size2 size, Value to) implements Step {}

    /** Sums over the pixels that one had a share in. */
    record InterpolateGradient(Value gradient, Size2 size, Value to) implements Step {}

    /** The mean over all pixels. */
    record Average(Value from, Value to) implements Step {}

    record AverageGradient(Value gradient, Value to) implements Step {}

    /** Each pixel of {@code to} is the one pixel of {@code from}. */
    record Repeat(Value from, Value to) implements Step {}

    record RepeatGradient(Value gradient, Value to) implements Step {}

    /** Disturbs each number by what depends on step, sample and place alone: the same when called on the gradient. */
    record Noise(LayerSpec.TrainingNoise noise, Value from, Value to) implements Step {}

    /** A dense layer on each step of a sequence, in the step-by-step layout. */
    record StepsProduct(
            Value from, PackedMatrix weights, @Nullable PackedMatrix bias, Nonlinearity after, Value to)
            implements Step {}

    record StepsProductGradient(Value from, Value gradient, PackedMatrix weights) implements Step {}

    record StepsBiasGradient(Value gradient, PackedMatrix bias) implements Step {}

    /**
     * An LSTM over a whole sequence. Where {@code from} has one step, every step reads it, and its projection is
     * computed once.
     *
     * @param gates [steps, 4 * units], each gate padded to a panel
     * @param last the last state alone, or null
     * @param begun whether hidden and cell come with the states to begin with at step 0, which is none of the sequence
     */
    record Lstm(
            Value from,
            RecurrentWeights weights,
            Value gates,
            Value projected,
            Value cell,
            Value tanhCell,
            Value hidden,
            @Nullable Value last,
            boolean begun)
            implements Step {}

    /**
     * Back through an LSTM. The gates are overwritten by the gradients of their pre-activations.
     *
     * @param lastGradient of the last state alone, or null where {@code hiddenGradient} comes filled for all steps
     * @param cellGradient of the last cell where it is read, and afterwards of that before the first step
     * @param readsCell whether cellGradient comes filled
     * @param fromGradient of the input, or null if nobody needs it
     */
    record LstmGradient(
            Lstm forward,
            Value hiddenGradient,
            @Nullable Value lastGradient,
            Value cellGradient,
            boolean readsCell,
            @Nullable Value fromGradient)
            implements Step {}

    /** The packed forms of a recurrent layer's parameters: to go forward, and transposed to go back; bias is null if it has none. */
    record RecurrentWeights(
            PackedMatrix kernel,
            PackedMatrix kernelTransposed,
            PackedMatrix recurrent,
            PackedMatrix recurrentTransposed,
            @Nullable PackedMatrix bias) {}

    /**
     * A recurrent layer over a whole sequence, whatever its cell and functions. Where {@code from} has one step, every
     * step reads it, and its projection is computed once.
     *
     * @param weights of the gates; where the candidate has its own, the recurrent ones are those of the other gates
     * @param candidate of a GRU whose reset gate comes before the product, else null
     * @param stateBias of a GRU whose reset gate comes after the product, or null
     * @param mask {@code [steps, 1]}: where it is 0, the state before stays; null where no step is skipped
     * @param ofInput what the input is multiplied with, or null
     * @param ofState what the state before is multiplied with where a gate reads it, or null
     */
    record Recurrence(
            Cell cell,
            Value from,
            @Nullable Value mask,
            RecurrentWeights weights,
            @Nullable CandidateWeights candidate,
            @Nullable PackedMatrix stateBias,
            RecurrentStates states,
            @Nullable DropoutFactors ofInput,
            @Nullable DropoutFactors ofState)
            implements Step {}

    /**
     * What training multiplies an operand with: of each sample the same at every step, 0 or {@code 1 / (1 - rate)}.
     *
     * @param purpose what the random numbers are drawn for
     * @param sets 1 for all gates, or one for each
     * @param factors of one step, set after set, each padded to panels
     * @param product laid out as the operand: room for it behind one set
     */
    record DropoutFactors(String purpose, float rate, int sets, Value factors, Value product) {}

    /** The product of a GRU's candidate with what the reset gate lets pass: forward, and transposed. */
    record CandidateWeights(PackedMatrix recurrent, PackedMatrix recurrentTransposed) {}

    /**
     * What a recurrent layer leaves behind at each step.
     *
     * @param gates each padded to panels; going back, the gradients of their pre-activations take their place
     * @param inputs of the gates' functions, or null where going back does not need them
     * @param projected of the one step, where each step reads the same
     * @param inner an LSTM's cell; a GRU's product with the state (reset after it) or reset state (reset before it);
     *     null of a simple cell
     * @param activated an LSTM's cell behind its activation, else null
     * @param last the last state alone, or null
     * @param begun whether hidden and an LSTM's inner come with the states to begin with at step 0, which is none of the
     *     sequence
     */
    record RecurrentStates(
            Value gates,
            @Nullable Value inputs,
            Value projected,
            @Nullable Value inner,
            @Nullable Value activated,
            Value hidden,
            @Nullable Value last,
            boolean begun) {}

    /**
     * Back through a recurrent layer.
     *
     * @param lastGradient of the last state alone, or null where {@code hiddenGradient} comes filled for all steps
     * @param fromGradient of the input, or null if nobody needs it
     */
    record RecurrenceGradient(
            Recurrence forward,
            Value hiddenGradient,
            @Nullable Value lastGradient,
            RecurrenceScratch scratch,
            @Nullable Value fromGradient)
            implements Step {}

    /**
     * What going back needs for a while.
     *
     * @param ofState an LSTM's cell's gradient, afterwards that before the first step, or that of a GRU's reset state
     * @param readsCell whether ofState comes filled with what those give who read the last cell
     * @param panels one panel for each gate, and one for what goes past skipped steps
     */
    record RecurrenceScratch(Value ofState, boolean readsCell, Value panels) {}

    /**
     * The states of a convolutional LSTM over all steps.
     *
     * @param from what goes into the gates of each step but for states and bias
     * @param first hidden state and cell to begin with, or none; then those that are kept have one step more, the first
     * @param windows of the convolution over a state
     * @param ofState what training multiplies the state before with, or null
     * @param lastCell the cell behind the step that is read last, or null
     */
    record ConvolutionalStates(
            Cell.Lstm cell,
            boolean backwards,
            int steps,
            Value from,
            List<Value> first,
            Windowing windows,
            ConvolutionalWeights weights,
            ConvolutionalStatesKept kept,
            @Nullable ConvolutionalFactors ofState,
            Value to,
            @Nullable Value lastCell)
            implements Step {}

    /**
     * @param recurrent as one row {@code [taps, filters, gates, filters]}, the last padded
     * @param exchanged as one row {@code [taps, gates * filters, filters]}, the last padded: to go back
     * @param bias as one row {@code [gates, filters]}, the last padded, or null
     */
    record ConvolutionalWeights(
            PackedMatrix recurrent,
            PackedMatrix exchanged,
            @Nullable PackedMatrix bias) {}

    /**
     * What is kept of each step, pixel by pixel, to go back.
     *
     * @param gates one after the other, behind their functions
     * @param inputs of these, or null where going back does not need them
     * @param cell the inner state
     * @param activated the same behind its function
     * @param hidden what leaves the step
     */
    record ConvolutionalStatesKept(Value gates, @Nullable Value inputs, Value cell, Value activated, Value hidden) {}

    /**
     * What training multiplies the state of the step before with: of each sample the same at every step, 0 or
     * {@code 1 / (1 - rate)}.
     *
     * @param purpose what the random numbers are drawn for
     * @param factors of the size of a state, one set for each gate after the other
     * @param product room for a state behind one set
     */
    record ConvolutionalFactors(String purpose, float rate, Value factors, Value product) {}

    /**
     * Back through it.
     *
     * @param ofLastCell what those give who read the last cell, or null
     * @param scratch of one step: gradients of the four gates, of the cell and of the state
     * @param ofFirst of the states to begin with; as many as these are
     */
    record ConvolutionalStatesGradient(
            ConvolutionalStates forward,
            Value outputGradient,
            @Nullable Value ofLastCell,
            Value scratch,
            Value fromGradient,
            List<Value> ofFirst)
            implements Step {}

    /** Puts together what a recurrent layer gives both ways, step by step. */
    record Merge(LayerSpec.MergeMode mode, Value one, Value other, Value to) implements Step {}

    record MergeGradient(Merge forward, Value gradient, Value ofOne, Value ofOther) implements Step {}

    /**
     * Steps whose numbers all have one value become zeros.
     *
     * @param mask gets 1 for a step that counts and 0 for one that doesn't
     */
    record Masking(float maskValue, Value from, Value to, Value mask) implements Step {}

    /** The numbers of steps that don't count become zeros, in place. */
    record ZeroSkipped(Value mask, Value value) implements Step {}

    /** The same steps, the last one first. */
    record ReverseSteps(Value from, Value to) implements Step {}

    /**
     * Some steps of one sequence become steps of another; its others become zeros.
     *
     * @param first the first that is copied
     * @param count how many
     * @param place of the first in {@code to}
     */
    record MoveSteps(Value from, int first, int count, Value to, int place) implements Step {}

    /** All numbers of a sequence become zeros. */
    record Zeros(Value to) implements Step {}

    /** Adds the numbers of one value to those of another of the same layout. */
    record Add(Value from, Value to) implements Step {}

    /** {@code to = to how from}, number by number, of values of the same layout; any but an average. */
    record Combine(Op.Combine.How how, Value from, Value to) implements Step {}

    /** Multiplies all numbers by one factor, in place. */
    record Scale(float factor, Value value) implements Step {}

    /**
     * Back through a maximum or minimum for one of its terms: where that is what was chosen, takes the gradient away
     * from those after it.
     *
     * @param remaining what no term before has taken, changed in place
     * @param taken the term's gradient
     */
    record TakeWhereEqual(Value term, Value chosen, Value remaining, Value taken) implements Step {}

    /** Writes an image as a part of a larger one. */
    record Place(Value part, Value whole, Corner at) implements Step {}

    /** The opposite: reads a part of an image. */
    record Cut(Value whole, Corner at, Value part) implements Step {}

    /**
     * {@code to = left x right}, row by row of the images: the pixels of a row are the rows of a matrix, their channels its
     * columns.
     */
    record MatrixProduct(Value left, Value right, Value to) implements Step {}

    /** The same with the left matrix turned: its rows are its columns. */
    record TurnedProduct(Value left, Value right, Value to) implements Step {}

    /** Between two phases: each chunk has come so far before any goes on. */
    sealed interface PhaseEnd extends Step {}

    /** Settles a batch normalisation's sums over the chunks. */
    record Barrier(int norm, boolean backward) implements PhaseEnd {}

    /** Settles the sums of the penalty of that number. */
    record ActivityBarrier(int number) implements PhaseEnd {}

    /**
     * Hands a result to the caller, compact.
     *
     * @param offset of this output in what leaves the model for a sample
     * @param numbers that leave the model for a sample, in all outputs
     */
    record Store(Value from, int offset, int numbers) implements Step {
        /** Where a sample's output begins. */
        public int place(int firstOfBatch, int sample) {
            return firstOfBatch + sample * numbers + offset;
        }
    }

    /**
     * Adds what a value's numbers cost, and writes the slope by each.
     *
     * @param sample the shape of one sample of it
     */
    record ActivityPenalty(Regularizer regularizer, Shape sample, Value activity, Value gradient) implements Step {}

    /** Adds to the sums that the penalty of a number, counted over the plan, is told from. */
    sealed interface Summing extends Step {
        int number();

        /** How many sums. */
        int width();
    }

    /**
     * Adds up each of a sample's numbers, from whose means over the batch a sparsity will be told.
     *
     * @param sample the shape of one sample of the value
     */
    record AddActivities(int number, Penalty.Sparsity penalty, Shape sample, Value activity) implements Summing {
        @Override
        public int width() {
            return sample.size();
        }
    }

    /** Writes the slopes of a sparsity that is settled. */
    record SparsitySlopes(int number, Value gradient) implements Step {}

    /**
     * Adds up the squared slopes of a dense layer's units, and writes the slope of its squared Jacobian by what it gave.
     *
     * @param function that the layer ends in
     * @param kernel which of the parameters its kernel is
     * @param sample the shape of one sample of the value; units are its last axis
     */
    record Contraction(
            int number,
            Penalty.Contraction penalty,
            Nonlinearity function,
            int kernel,
            Shape sample,
            Value activity,
            Value gradient)
            implements Summing {
        @Override
        public int width() {
            return sample.dimension(-1);
        }
    }

    /**
     * Draws from normal distributions, by what depends on step, sample and place alone.
     *
     * @param layer its name
     * @param sample the shape of one sample of each value
     * @param deviation receives how far what is drawn lies from the mean
     */
    record Sample(String layer, Shape sample, Value mean, Value logVariance, Value deviation, Value to)
            implements Step {}

    /** Back through it to the logarithm of the variance: half the deviation times the gradient. */
    record SampleGradient(Shape sample, Value deviation, Value gradient, Value ofLogVariance) implements Step {}

    /**
     * Adds how far normal distributions are from the standard one, and writes the slopes.
     *
     * @param sample the shape of one sample of each value
     */
    record Divergence(
            Penalty.Divergence penalty, Shape sample, Value mean, Value logVariance, Value ofMean, Value ofLogVariance)
            implements Step {}

    /**
     * Adds how far vectors are from those of a codebook that stand for them, and writes the slopes.
     *
     * @param sample the shape of one sample of each value
     */
    record Quantization(
            Penalty.Quantization penalty, Shape sample, Value from, Value nearest, Value ofFrom, Value ofNearest)
            implements Step {}

    /**
     * Adds to the loss and to the squared and absolute errors, and writes the gradient of the loss.
     *
     * @param sample the shape of a target
     * @param mask {@code [steps, 1]}: 0 where the loss leaves a step out; null where all count
     */
    record LossGradient(
            OutputLoss loss,
            Shape sample,
            Value prediction,
            Value target,
            @Nullable Value mask,
            Value gradient) implements Step {}
}

package dev.hourglass.engine.plan;

import dev.hourglass.engine.Penalty;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.model.variables.Regularizer;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One operation of a {@link LogicalPlan}: which tensors it reads and writes, and what it computes. The shapes are the
 * tensors'; settings and conventions are those of the layers in {@link LayerSpec}.
 */
public sealed interface Op {
    /** In the order in which they mean something to the operation; one that is read twice is named twice. */
    List<Tensor> reads();

    List<Tensor> writes();

    /**
     * The batch's samples.
     *
     * @param place of the input among the model's, from 0
     */
    record Input(int place, Tensor to) implements Op {
        /** The only input. */
        public Input(Tensor to) {
            this(0, to);
        }

        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public List<Tensor> writes() {
            return List.of(to);
        }
    }

    /**
     * What the samples are to be turned into.
     *
     * @param place of the output that is to become this, from 0
     */
    record Target(int place, Tensor to) implements Op {
        @Override
        public List<Tensor> reads() {
            return List.of();
        }

        @Override
        public List<Tensor> writes() {
            return List.of(to);
        }
    }

    /**
     * Adds to the loss and to the squared and absolute errors, and writes the loss's gradient by the prediction.
     *
     * @param mask which steps the loss leaves out, or null where all count
     */
    record LossGradient(
            OutputLoss loss,
            Tensor prediction,
            Tensor target,
            @Nullable Tensor mask,
            Tensor gradient) implements Op {
        /** Where all steps count. */
        public LossGradient(OutputLoss loss, Tensor prediction, Tensor target, Tensor gradient) {
            this(loss, prediction, target, null, gradient);
        }

        @Override
        public List<Tensor> reads() {
            return mask == null ? List.of(prediction, target) : List.of(prediction, target, mask);
        }

        @Override
        public List<Tensor> writes() {
            return List.of(gradient);
        }
    }

    /** Adds to the penalties what leaves a layer costs, and writes the slopes: one more share of its gradient. */
    sealed interface OutputPenalty extends Op {
        /** What left the layer. */
        Tensor activity();

        Tensor gradient();

        @Override
        default List<Tensor> reads() {
            return List.of(activity());
        }

        @Override
        default List<Tensor> writes() {
            return List.of(gradient());
        }
    }

    /** What each of a tensor's numbers costs. */
    record ActivityPenalty(Regularizer regularizer, Tensor activity, Tensor gradient) implements OutputPenalty {}

    /** How far a tensor's numbers, as means over the batch, are from what they should be. */
    record Sparsity(Penalty.Sparsity penalty, Tensor activity, Tensor gradient) implements OutputPenalty {}

    /** The squared Jacobian of a product; the slopes are those by what it gave, those by its kernel follow. */
    record Contraction(Penalty.Contraction penalty, Dense of, Tensor gradient) implements OutputPenalty {
        @Override
        public Tensor activity() {
            return of.to();
        }
    }

    /**
     * Adds to the loss how far a sample's normal distribution is from the standard one, and writes the slopes by its mean and
     * the logarithm of its variance.
     */
    record Divergence(Penalty.Divergence penalty, Tensor mean, Tensor logVariance, Tensor ofMean, Tensor ofLogVariance)
            implements Op {
        @Override
        public List<Tensor> reads() {
            return List.of(mean, logVariance);
        }

        @Override
        public List<Tensor> writes() {
            return List.of(ofMean, ofLogVariance);
        }
    }

    /**
     * Adds to the loss how far vectors are from those of the codebook that stand for them, and writes the slopes by both.
     *
     * @param from what the encoder gives
     * @param nearest what stands for it
     */
    record Quantization(Penalty.Quantization penalty, Tensor from, Tensor nearest, Tensor ofFrom, Tensor ofNearest)
            implements Op {
        @Override
        public List<Tensor> reads() {
            return List.of(from, nearest);
        }

        @Override
        public List<Tensor> writes() {
            return List.of(ofFrom, ofNearest);
        }
    }

    /**
     * Back through a layer: from the gradient of its output to those of its parameters, and of its inputs as far as
     * somebody needs them.
     *
     * @param of the layer's operation, whose inputs and output may be read again
     * @param outputGradients of each of the layer's {@linkplain Layer#results results}, the sum over all who read it
     * @param shares of the inputs; empty where nothing before the layer can learn
     */
    record Gradient(Layer of, List<Tensor> outputGradients, List<Share> shares) implements Op {
        public Gradient {
            outputGradients = List.copyOf(outputGradients);
            shares = List.copyOf(shares);
        }

        @Override
        public List<Tensor> reads() {
            return outputGradients;
        }

        @Override
        public List<Tensor> writes() {
            return shares.stream().map(Share::gradient).toList();
        }
    }

    /**
     * What one layer gives to the gradient of one of its inputs.
     *
     * @param input which of the layer's inputs, counted from 0
     */
    record Share(int input, Tensor gradient) {}

    /** What a layer computes on the way forward: an output, and perhaps a second result, of one or more inputs. */
    sealed interface Layer extends Op {
        /** The layer's name. */
        String layer();

        Tensor to();

        /** What it computes that has a gradient, the output first. */
        default List<Tensor> results() {
            return List.of(to());
        }

        /** Whether it gives to the gradient of an input that somebody can learn by; counted from 0. */
        default boolean passesBackTo(int input) {
            return true;
        }

        /** Whether it has parameters that training changes. */
        default boolean learns() {
            return false;
        }

        @Override
        default List<Tensor> writes() {
            return List.of(to());
        }
    }

    /** A layer with a single input. */
    sealed interface Unary extends Layer {
        Tensor from();

        @Override
        default List<Tensor> reads() {
            return List.of(from());
        }
    }

    /**
     * A convolution of an image, {@code [h, w, in] -> [h', w', filters]}, a bias and a function.
     *
     * @param parameters index of the kernel in the model's parameters; the bias follows it
     * @param bias whether there is one
     */
    record Convolution(
            String layer, int parameters, Tensor from, Kernel kernel, Nonlinearity after, Tensor to, boolean bias)
            implements Unary {
        /** With a bias. */
        public Convolution(String layer, int parameters, Tensor from, Kernel kernel, Nonlinearity after, Tensor to) {
            this(layer, parameters, from, kernel, after, to, true);
        }

        @Override
        public boolean learns() {
            return true;
        }
    }

    /**
     * How a convolution's kernel goes over an image.
     *
     * @param transposed whether it is the transpose of the convolution that leads from output to input
     * @param upSampling how often each row and column of the input is repeated first; 1 leaves it as it is
     * @param dilation pixels from one of a window to the next
     */
    record Kernel(Size2 size, Size2 stride, Padding padding, boolean transposed, int upSampling, Size2 dilation) {
        /** Without dilation. */
        public Kernel(Size2 size, Size2 stride, Padding padding, boolean transposed, int upSampling) {
            this(size, stride, padding, transposed, upSampling, Size2.square(1));
        }

        /** The same over an image whose pixels are repeated first. */
        public Kernel overRepeated(int times) {
            return new Kernel(size, stride, padding, transposed, times, dilation);
        }
    }

    /**
     * {@code after(x W + b)} over the last axis.
     *
     * @param parameters index of the kernel in the model's parameters; the bias follows it
     */
    record Dense(String layer, int parameters, Tensor from, Nonlinearity after, Tensor to, boolean bias)
            implements Unary {
        /** With a bias. */
        public Dense(String layer, int parameters, Tensor from, Nonlinearity after, Tensor to) {
            this(layer, parameters, from, after, to, true);
        }

        @Override
        public boolean learns() {
            return true;
        }
    }

    /** @param parameters index of the first: gamma and beta, if it has them, then moving mean and moving variance */
    record BatchNormalization(
            String layer, LayerSpec.BatchNormalization settings, int parameters, Tensor from, Tensor to)
            implements Unary {
        @Override
        public boolean learns() {
            return true;
        }
    }

    /**
     * Normalises blocks of a sample's numbers, each by itself: in the last axes, or in a group of channels over all places.
     *
     * @param parameters index of the first: gamma and beta, if it has them
     */
    record NormalizeSample(String layer, BlockNorm norm, int parameters, Tensor from, Tensor to) implements Unary {
        @Override
        public boolean learns() {
            return norm.scale() || norm.center();
        }
    }

    /**
     * How a block is normalised.
     *
     * @param lastAxes how many axes a block extends over
     * @param groups of adjacent channels, each a block of its own
     * @param byPlace whether gamma and beta have a number for each place of a block, or one for each channel
     * @param epsilon added to a variance
     * @param scale whether there is a gamma
     * @param center whether there is a beta
     */
    record BlockNorm(
            Kind kind, int lastAxes, int groups, boolean byPlace, float epsilon, boolean scale, boolean center) {
        /** What is done to a block. */
        public enum Kind {
            /** Less its mean, over its standard deviation. */
            STANDARD,
            /** Over its standard deviation. */
            DEVIATION,
            /** Over the root of the sum of its squares. */
            LENGTH,
            /** Over the root of the mean of its squares. */
            ROOT_MEAN_SQUARE
        }
    }

    /**
     * A convolution over a volume, or in groups, or its transpose, with a bias and a function.
     *
     * @param parameters index of the kernel in the model's parameters; the bias follows it
     * @param windows over the input, or over the output of a transposed one
     * @param bias whether there is one
     */
    record DirectConvolution(
            String layer,
            int parameters,
            Tensor from,
            Windowing windows,
            boolean transposed,
            int groups,
            Nonlinearity after,
            Tensor to,
            boolean bias)
            implements Unary {
        /** Without a function. */
        public DirectConvolution(
                String layer,
                int parameters,
                Tensor from,
                Windowing windows,
                boolean transposed,
                int groups,
                Tensor to,
                boolean bias) {
            this(layer, parameters, from, windows, transposed, groups, Nonlinearity.LINEAR, to, bias);
        }

        /** The same with a function. */
        DirectConvolution ending(Nonlinearity function, Tensor result) {
            return new DirectConvolution(layer, parameters, from, windows, transposed, groups, function, result, bias);
        }

        @Override
        public boolean learns() {
            return true;
        }
    }

    /** The largest value of each window, or the mean of those that are no padding. */
    record Pool(String layer, boolean average, Windowing windows, Tensor from, Tensor to) implements Unary {}

    /** Repeats what lies along each axis of a volume. */
    record RepeatAxes(String layer, Size3 size, Tensor from, Tensor to) implements Unary {}

    /** The image moved down and to the right (or up and to the left), zeros where nothing comes from. */
    record Shift(String layer, int down, int right, Tensor from, Tensor to) implements Unary {}

    /** The axes, counted from 1, in another order. */
    record Permute(String layer, List<Integer> axes, Tensor from, Tensor to) implements Unary {
        public Permute {
            axes = List.copyOf(axes);
        }
    }

    /** The largest value of each window. */
    record MaxPool(String layer, Size2 pool, Size2 stride, Padding padding, Tensor from, Tensor to) implements Unary {}

    /** Repeats rows and columns. */
    record UpSample(String layer, Size2 size, Tensor from, Tensor to) implements Unary {}

    /** More rows and columns, whose pixels lie between those that are there (bilinear). */
    record Interpolate(String layer, Size2 size, Tensor from, Tensor to) implements Unary {}

    /** The mean of each channel. */
    record Average(String layer, Tensor from, Tensor to) implements Unary {}

    /** The same numbers in the same order under another shape. */
    record Reshape(String layer, Tensor from, Tensor to) implements Unary {}

    /** Disturbs each number, as dropout does; only plans that train have it. */
    record Noise(String layer, LayerSpec.TrainingNoise noise, Tensor from, Tensor to) implements Unary {}

    /** An elementwise function by itself. */
    record Activate(String layer, Nonlinearity function, Tensor from, Tensor to) implements Unary {}

    /** An elementwise function whose slope needs the input. */
    record Apply(String layer, PointFunction function, Tensor from, Tensor to) implements Unary {}

    /**
     * {@code exp(x_i) / sum_j exp(x_j)} over the last axis.
     *
     * @param causal whether place t of the axis before takes only the first t + 1 numbers, and the others become 0
     * @param hidden what else becomes 0
     */
    record Softmax(String layer, Tensor from, Tensor to, boolean causal, Hidden hidden) implements Unary {
        /** Of all numbers. */
        public Softmax(String layer, Tensor from, Tensor to) {
            this(layer, from, to, false, Hidden.NOTHING);
        }

        @Override
        public List<Tensor> reads() {
            List<Tensor> reads = new ArrayList<>();
            reads.add(from);
            reads.addAll(hidden.masks());
            return List.copyOf(reads);
        }
    }

    /** {@code x_i - log(sum_j exp(x_j))} over the last axis. */
    record LogSoftmax(String layer, Tensor from, Tensor to) implements Unary {}

    /**
     * Which scores of an attention have no say: those of steps that don't count.
     *
     * @param query {@code [queries, 1]}: 0 for a query that has no score; null where each has some
     * @param keys each {@code [keys, 1]}: 0 for a key that has none
     * @param alone what a query gets that no key is left for
     */
    record Hidden(@Nullable Tensor query, List<Tensor> keys, Alone alone) {
        public static final Hidden NOTHING = new Hidden(null, List.of(), Alone.ALL_ALIKE);

        public Hidden {
            keys = List.copyOf(keys);
        }

        public List<Tensor> masks() {
            return query == null ? keys : with(query, keys);
        }

        /** What a query gets that no key is left for, as Keras computes it. */
        public enum Alone {
            /** Of all keys the same share, whatever the scores are. */
            ALL_ALIKE,
            /** Nothing. */
            NOTHING,
            /** What it would get of all keys if each score were less by 1e9, which in single precision leaves little of it. */
            AS_SCORED
        }
    }

    /**
     * A ReLU with learned slopes.
     *
     * @param parameters index of alpha, whose dimensions are the input's or 1
     */
    record PRelu(String layer, int parameters, Shape alpha, Tensor from, Tensor to) implements Unary {
        @Override
        public boolean learns() {
            return true;
        }
    }

    /**
     * Steps whose numbers all have one value become zeros.
     *
     * @param mask {@code [steps, 1]}: 1 where a step counts, 0 where not
     */
    record Masking(String layer, float maskValue, Tensor from, Tensor to, Tensor mask) implements Unary {
        @Override
        public List<Tensor> writes() {
            return List.of(to, mask);
        }
    }

    /**
     * Steps that don't count become zeros.
     *
     * @param mask {@code [steps, 1]}: 1 where a step counts, 0 where not
     */
    record HideSteps(String layer, Tensor from, Tensor mask, Tensor to) implements Unary {
        @Override
        public List<Tensor> reads() {
            return List.of(from, mask);
        }
    }

    /**
     * A row of a table for each number.
     *
     * @param owner the layer that is named where a number has no row
     * @param parameters index of the table
     */
    record Embed(String layer, String owner, int parameters, int rows, Tensor from, Tensor to) implements Unary {
        @Override
        public boolean learns() {
            return true;
        }
    }

    /**
     * The number of the nearest row of a table, for each vector along the last axis: the least squared distance, of several
     * the first. It has no slope, so that the table learns elsewhere.
     *
     * @param table index of the table in the model's parameters
     * @param to {@code from}'s shape without its last axis, or one number for a single vector
     */
    record Nearest(String layer, int table, int rows, Tensor from, Tensor to) implements Unary {
        @Override
        public List<Tensor> results() {
            return List.of();
        }
    }

    /** The same vector at each step, {@code [features] -> [steps, features]}. */
    record Repeat(String layer, Tensor from, Tensor to) implements Unary {}

    /**
     * A layer that walks through a sequence and carries a state.
     *
     * @param parameters index of the kernel; recurrent kernel and bias follow it
     * @param backwards whether the last step is read first
     * @param from {@code [steps, features]}, or {@code [features]}, which each step reads
     * @param steps how many
     * @param to {@code [steps, units]} in the order in which they are computed, or {@code [units]} of the last one
     * @param mask which steps are skipped, in the order in which they lie in {@code from}; null where none is
     * @param states what it begins and ends with
     * @param dropout what is dropped; nothing where nobody trains
     */
    record Recurrent(
            String layer,
            int parameters,
            Cell cell,
            boolean backwards,
            Tensor from,
            int steps,
            Tensor to,
            @Nullable Tensor mask,
            States states,
            RecurrentDropout dropout)
            implements Unary {
        /** Skips no step, begins with zeros, gives no cell and drops nothing. */
        public Recurrent(
                String layer, int parameters, Cell cell, boolean backwards, Tensor from, int steps, Tensor to) {
            this(layer, parameters, cell, backwards, from, steps, to, null, States.NONE, RecurrentDropout.NONE);
        }

        /** The states to begin with follow what is read at the steps. */
        @Override
        public List<Tensor> reads() {
            List<Tensor> reads = new ArrayList<>();
            reads.add(from);
            reads.addAll(states.first());
            if (mask != null) {
                reads.add(mask);
            }
            return List.copyOf(reads);
        }

        @Override
        public List<Tensor> writes() {
            return results();
        }

        @Override
        public List<Tensor> results() {
            return with(to, states.last());
        }

        @Override
        public boolean learns() {
            return true;
        }

        public int units() {
            return to.channels();
        }

        /** Whether every step reads the same vector. */
        public boolean readsOneVector() {
            return from.shape().rank() == 1;
        }

        public boolean returnsSequences() {
            return to.shape().rank() > 1;
        }

        /** The same, each step of which reads one vector: then it does not matter in which order. */
        public Recurrent reading(Tensor vector) {
            return new Recurrent(layer, parameters, cell, false, vector, steps, to, mask, states, dropout);
        }
    }

    /**
     * What a recurrent layer drops of what its gates read: of each sample the same at every step.
     *
     * @param ofInput share of the input's features
     * @param ofState share of the units of the state before
     */
    record RecurrentDropout(float ofInput, float ofState) {
        public static final RecurrentDropout NONE = new RecurrentDropout(0, 0);

        /** How many times features are drawn: once for each gate where states are dropped too, as Keras does. */
        public int timesOfInput(Cell cell) {
            return ofState > 0 ? cell.gates() : 1;
        }
    }

    /**
     * What a recurrent layer begins and ends with.
     *
     * @param first the hidden state and, of an LSTM, the cell; none where it begins with zeros
     * @param lastHidden of a layer both ways, the hidden state of one behind the step that is read last, or null where nobody
     *     needs it; of others that is told from what leaves them
     * @param lastCell an LSTM's cell behind that step, or null where nobody needs it
     */
    record States(
            List<Tensor> first,
            @Nullable Tensor lastHidden,
            @Nullable Tensor lastCell) {
        public static final States NONE = new States(List.of(), null, null);

        public States {
            first = List.copyOf(first);
        }

        /** Those that are needed. */
        List<Tensor> last() {
            return Stream.of(lastHidden, lastCell).filter(Objects::nonNull).toList();
        }
    }

    /** The last step of a sequence, {@code [steps, features] -> [features]}. */
    record LastStep(String layer, Tensor from, Tensor to) implements Unary {}

    /**
     * The states of a convolutional LSTM, from what its input was convolved to.
     *
     * @param parameters index of the kernel; recurrent kernel and bias follow it
     * @param kernel of the convolution of the states: stride 1, padding 'same'
     * @param backwards whether the last step is read first
     * @param from {@code [steps, ..., 4 * filters]}: of each step what goes into its gates but for states and bias
     * @param to {@code [steps, ..., filters]} in the order in which they are computed, or {@code [..., filters]} of the last
     * @param states what it begins and ends with, {@code [..., filters]} each
     * @param dropout share of the state before that each gate does not read, others for each; 0 where nobody trains
     */
    record ConvolutionalStates(
            String layer,
            int parameters,
            Cell.Lstm cell,
            Size2 kernel,
            boolean backwards,
            Tensor from,
            Tensor to,
            States states,
            float dropout)
            implements Unary {
        /** The states to begin with follow what came of the input. */
        @Override
        public List<Tensor> reads() {
            return with(from, states.first());
        }

        @Override
        public List<Tensor> writes() {
            return results();
        }

        @Override
        public List<Tensor> results() {
            return with(to, states.last());
        }

        @Override
        public boolean learns() {
            return true;
        }

        public int steps() {
            return from.shape().dimension(0);
        }
    }

    /**
     * A recurrent layer both ways.
     *
     * @param forward reads {@code from}; what it and backward give is merged before anybody else reads it
     * @param to {@code [steps, out]}, or {@code [out]} of the states computed last
     */
    record Bidirectional(
            String layer, Recurrent forward, Recurrent backward, LayerSpec.MergeMode mergeMode, Tensor from, Tensor to)
            implements Unary {
        /** The states with which the way forward begins follow what is read at the steps, then those of the way back. */
        @Override
        public List<Tensor> reads() {
            List<Tensor> reads = new ArrayList<>();
            reads.add(from);
            reads.addAll(forward.states().first());
            reads.addAll(backward.states().first());
            if (forward.mask() != null) {
                reads.add(forward.mask());
            }
            return List.copyOf(reads);
        }

        @Override
        public List<Tensor> writes() {
            return results();
        }

        @Override
        public List<Tensor> results() {
            return with(
                    to,
                    Stream.concat(forward.states().last().stream(), backward.states().last().stream())
                            .toList());
        }

        @Override
        public boolean learns() {
            return true;
        }
    }

    private static List<Tensor> with(Tensor first, List<Tensor> others) {
        return Stream.concat(Stream.of(first), others.stream()).toList();
    }

    /** Adds tensors of the same shape, number by number: gradients where a value has several readers. */
    record Sum(String layer, List<Tensor> terms, Tensor to) implements Layer {
        public Sum {
            terms = List.copyOf(terms);
        }

        @Override
        public List<Tensor> reads() {
            return terms;
        }
    }

    /**
     * Makes one tensor of several of the same shape, number by number.
     *
     * @param how what is done to the first by each of the others
     */
    record Combine(String layer, How how, List<Tensor> terms, Tensor to) implements Layer {
        /** What is computed of a number and the next one. */
        public enum How {
            SUBTRACT,
            MULTIPLY,
            /** The sum, divided by the number of terms at the end. */
            AVERAGE,
            MAXIMUM,
            MINIMUM
        }

        public Combine {
            terms = List.copyOf(terms);
        }

        @Override
        public List<Tensor> reads() {
            return terms;
        }
    }

    /**
     * Lays tensors side by side.
     *
     * @param axis along which they follow each other, counted from 0; the others are the same for all
     */
    record Concatenate(String layer, int axis, List<Tensor> parts, Tensor to) implements Layer {
        public Concatenate {
            parts = List.copyOf(parts);
        }

        @Override
        public List<Tensor> reads() {
            return parts;
        }
    }

    /**
     * A matrix product of what two layers gave: {@code [..., m, k] x [..., k, n] -> [..., m, n]}, block by block where there is
     * an axis before.
     */
    record Product(String layer, Tensor left, Tensor right, Tensor to) implements Layer {
        @Override
        public List<Tensor> reads() {
            return List.of(left, right);
        }
    }

    /** {@code mean + exp(logVariance / 2) * e}, number by number, with e from the standard normal distribution. */
    record Sample(String layer, Tensor mean, Tensor logVariance, Tensor to) implements Layer {
        @Override
        public List<Tensor> reads() {
            return List.of(mean, logVariance);
        }
    }

    /**
     * {@code nearest}, whose gradient is given to {@code from} as if that had passed (van den Oord, Vinyals and Kavukcuoglu
     * 2017, equation 1 and figure 1).
     */
    record StraightThrough(String layer, Tensor from, Tensor nearest, Tensor to) implements Layer {
        @Override
        public List<Tensor> reads() {
            return List.of(from, nearest);
        }

        @Override
        public boolean passesBackTo(int input) {
            return input == 0;
        }
    }
}

package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The description of one layer: a name and settings, no state. Shapes below leave the batch out; images are
 * {@code [height, width, channels]}, sequences {@code [steps, features]}. Settings and weight layouts are Keras's.
 *
 * <p>Layers that share rules form a group, a sealed interface of its own, so that a {@code switch} without
 * {@code default} need only name the group. What else is known of a layer is in {@link LayerFacts}.
 */
public sealed interface LayerSpec {
    /** A stride or dilation of nothing. */
    Size2 ONE = Size2.square(1);

    /** Unique within its model; letters, digits and underscores. */
    String name();

    /** Layers that normalise the numbers of a sample by others of the same sample, alike in training and in use. */
    sealed interface SampleNormalization extends LayerSpec {}

    /** Convolutions over an image, in either direction. */
    sealed interface Convolution extends LayerSpec {
        int filters();

        Size2 kernel();

        Size2 stride();

        Padding padding();

        Activation activation();

        /** Whether a bias is added before the activation. */
        boolean useBias();
    }

    /**
     * Convolutions of each channel by itself, with several kernels for each: channel {@code c} becomes those from
     * {@code c * depthMultiplier} on.
     */
    sealed interface ChannelwiseConvolution extends LayerSpec {
        Size2 kernel();

        Size2 stride();

        Padding padding();

        /** How many each channel becomes. */
        int depthMultiplier();

        Activation activation();

        /** Pixels from one of a window to the next. */
        Size2 dilation();

        /** Whether a bias is added before the activation. */
        boolean useBias();
    }

    /** Layers over a sequence that compute what another does over an image of one row. */
    sealed interface OneDimensional extends LayerSpec {
        /** The other layer, under the same name: {@code [steps, features]} is {@code [1, steps, features]} for it. */
        LayerSpec overRow();
    }

    /** Convolutions over a volume, in either direction. */
    sealed interface VolumeConvolution extends LayerSpec {
        int filters();

        Size3 kernel();

        Size3 stride();

        Padding padding();

        Activation activation();

        boolean useBias();
    }

    /**
     * Layers that walk through a sequence and carry states from step to step. A node of a graph may give such a layer the
     * states with which it begins instead of zeros: after the sequence it reads them in the order of {@link #states}.
     */
    sealed interface Walk extends LayerSpec {
        /** What it carries, in the order in which Keras gives the states behind what leaves the layer. */
        List<State.Which> states();

        /** Whether the state of every step leaves the layer, or that of the last one alone. */
        boolean returnSequences();
    }

    /**
     * Layers that walk through a sequence step by step and carry a state, {@code [steps, in] -> [steps, units]}, or
     * {@code [units]} (of the last step) without {@code returnSequences}. Its states are {@code [units]} each.
     */
    sealed interface Recurrent extends Walk {
        int units();

        Recurrence recurrence();

        /** The same, reading from the other end. */
        default Recurrent reversed(String otherName) {
            Recurrence other = recurrence().withGoBackwards(!recurrence().goBackwards());
            return switch (this) {
                case Lstm l -> new Lstm(otherName, l.units(), l.returnSequences(), other);
                case Gru l -> new Gru(otherName, l.units(), l.returnSequences(), other, l.resetAfter());
                case SimpleRnn l -> new SimpleRnn(otherName, l.units(), l.returnSequences(), other);
            };
        }

        /** An LSTM has a cell beside its state. */
        @Override
        default List<State.Which> states() {
            return this instanceof Lstm ? State.OF_LSTM : List.of(State.Which.HIDDEN);
        }
    }

    /**
     * An LSTM whose products are convolutions (Shi et al. 2015, without peepholes), over a sequence of images or of rows; the
     * states are as large as what the convolution of the input gives. Its gates are those of {@link Lstm}. Variables: kernel
     * {@code [..., in, 4 * filters]}, recurrent_kernel {@code [..., filters, 4 * filters]}, which goes over the states with
     * stride 1, padding 'same' and no dilation, and bias {@code [4 * filters]}.
     */
    sealed interface ConvolutionalLstm extends Walk {
        int filters();

        Recurrence recurrence();

        /** The layer, or the one over images of one row that computes the same. */
        ConvLstm2d overImages();

        @Override
        default List<State.Which> states() {
            return State.OF_LSTM;
        }
    }

    /** Layers that change how many pixels an image has, each channel by itself, and learn nothing. */
    sealed interface Resampling extends LayerSpec {}

    /** Layers that give the same numbers in another shape, perhaps several times. */
    sealed interface Rearrangement extends LayerSpec {}

    /** Layers without variables that change each number by itself; the shape stays. */
    sealed interface Elementwise extends LayerSpec {}

    /**
     * Layers that make one value of several. All inputs have the same shape; but one that has 1 along an axis, or lacks the
     * first axes, stands there for as many as the others have. Those of {@link Concatenate} may differ along its axis, those
     * of {@link Dot} but along its axes, those of {@link Attending} in their steps. None but the last learns.
     */
    sealed interface Merge extends LayerSpec {}

    /**
     * Layers that give for each step of a query a mean of the steps of a value, weighted by how well the step's query fits the
     * key of each. They read {@code [steps, features]} each: query, value and key, or the query and a value that is its own key,
     * or one value that is all three.
     */
    sealed interface Attending extends Merge {
        /** Which share of the weights training drops: at least 0, less than 1. */
        float dropout();

        /** Whether a step of the query attends to no later step of the value; Keras's use_causal_mask. */
        boolean causal();

        /** The same, whose steps attend to no later ones, or to all. */
        default Attending withCausal(boolean only) {
            return switch (this) {
                case MultiHeadAttention l ->
                    new MultiHeadAttention(
                            l.name, l.heads, l.keySize, l.valueSize, l.outputSize, l.dropout, l.useBias, only);
                case DotAttention l -> new DotAttention(l.name, l.useScale, l.concat, l.dropout, only);
                case AdditiveAttention l -> new AdditiveAttention(l.name, l.useScale, l.dropout, only);
            };
        }
    }

    /** Layers that disturb what passes while training, and in use let it pass unchanged. */
    sealed interface TrainingNoise extends Elementwise {
        /** Whether training differs from use at all. */
        boolean disturbs();
    }

    /**
     * Two-dimensional convolution, {@code [h, w, in] -> [h', w', filters]}. Variables: kernel
     * {@code [kernel.height, kernel.width, in / groups, filters]}, bias {@code [filters]}.
     *
     * @param dilation pixels from one of a window to the next
     * @param groups of the channels, each of which is read by as many of the filters; divides both
     */
    record Conv2d(
            String name,
            int filters,
            Size2 kernel,
            Size2 stride,
            Padding padding,
            Activation activation,
            Size2 dilation,
            int groups,
            boolean useBias)
            implements Convolution {
        public Conv2d {
            requireName(name);
            requirePositive(name, "filters", filters);
            requireGroups(name, filters, groups);
            requireOneOf(name, stride, dilation);
        }

        /** With every pixel of a window side by side, one group, and a bias. */
        public Conv2d(String name, int filters, Size2 kernel, Size2 stride, Padding padding, Activation activation) {
            this(name, filters, kernel, stride, padding, activation, ONE, 1, true);
        }

        /** @param rate pixels from one of a window to the next */
        public Conv2d withDilation(Size2 rate) {
            return new Conv2d(name, filters, kernel, stride, padding, activation, rate, groups, useBias);
        }

        /** @param count of the channels, each group of which is read by as many of the filters */
        public Conv2d withGroups(int count) {
            return new Conv2d(name, filters, kernel, stride, padding, activation, dilation, count, useBias);
        }

        public Conv2d withBias(boolean bias) {
            return new Conv2d(name, filters, kernel, stride, padding, activation, dilation, groups, bias);
        }

        public Conv2d withActivation(Activation other) {
            return new Conv2d(name, filters, kernel, stride, padding, other, dilation, groups, useBias);
        }
    }

    /** {@link Conv2d} over the steps of a sequence, {@code [steps, in] -> [steps', filters]}; 'causal' as well. */
    record Conv1d(
            String name,
            int filters,
            int kernel,
            int stride,
            Padding padding,
            Activation activation,
            int dilation,
            int groups,
            boolean useBias)
            implements OneDimensional {
        public Conv1d {
            requirePositive(name, "kernel", kernel);
            requirePositive(name, "stride", stride);
            requirePositive(name, "dilation", dilation);
            var ignored = row(name, filters, kernel, stride, padding, activation, dilation, groups, useBias);
        }

        public Conv1d(String name, int filters, int kernel, int stride, Padding padding, Activation activation) {
            this(name, filters, kernel, stride, padding, activation, 1, 1, true);
        }

        public Conv1d withDilation(int rate) {
            return new Conv1d(name, filters, kernel, stride, padding, activation, rate, groups, useBias);
        }

        public Conv1d withGroups(int count) {
            return new Conv1d(name, filters, kernel, stride, padding, activation, dilation, count, useBias);
        }

        public Conv1d withBias(boolean bias) {
            return new Conv1d(name, filters, kernel, stride, padding, activation, dilation, groups, bias);
        }

        public Conv1d withActivation(Activation other) {
            return new Conv1d(name, filters, kernel, stride, padding, other, dilation, groups, useBias);
        }

        private static Conv2d row(
                String name,
                int filters,
                int kernel,
                int stride,
                Padding padding,
                Activation activation,
                int dilation,
                int groups,
                boolean useBias) {
            return new Conv2d(
                    name,
                    filters,
                    new Size2(1, kernel),
                    new Size2(1, stride),
                    padding,
                    activation,
                    new Size2(1, dilation),
                    groups,
                    useBias);
        }

        @Override
        public Conv2d overRow() {
            return row(name, filters, kernel, stride, padding, activation, dilation, groups, useBias);
        }
    }

    /** {@link Conv2dTranspose} over the steps of a sequence. */
    record Conv1dTranspose(
            String name, int filters, int kernel, int stride, Padding padding, Activation activation, boolean useBias)
            implements OneDimensional {
        public Conv1dTranspose {
            requireName(name);
            requirePositive(name, "filters", filters);
            requirePositive(name, "kernel", kernel);
            requirePositive(name, "stride", stride);
            requireNoCause(name, padding);
        }

        public Conv1dTranspose(
                String name, int filters, int kernel, int stride, Padding padding, Activation activation) {
            this(name, filters, kernel, stride, padding, activation, true);
        }

        public Conv1dTranspose withActivation(Activation other) {
            return new Conv1dTranspose(name, filters, kernel, stride, padding, other, useBias);
        }

        @Override
        public Conv2dTranspose overRow() {
            return new Conv2dTranspose(
                    name, filters, new Size2(1, kernel), new Size2(1, stride), padding, activation, useBias);
        }
    }

    /**
     * Convolution of each channel by itself, {@code [h, w, in] -> [h', w', in * depthMultiplier]}. Variables: kernel
     * {@code [kernel.height, kernel.width, in, depthMultiplier]}, bias {@code [in * depthMultiplier]}.
     */
    record DepthwiseConv2d(
            String name,
            Size2 kernel,
            Size2 stride,
            Padding padding,
            int depthMultiplier,
            Activation activation,
            Size2 dilation,
            boolean useBias)
            implements ChannelwiseConvolution {
        public DepthwiseConv2d {
            requireName(name);
            requirePositive(name, "depthMultiplier", depthMultiplier);
            requireNoCause(name, padding);
            requireOneOf(name, stride, dilation);
        }

        /** One kernel a channel, every pixel of a window side by side, and a bias. */
        public DepthwiseConv2d(String name, Size2 kernel, Size2 stride, Padding padding, Activation activation) {
            this(name, kernel, stride, padding, 1, activation, ONE, true);
        }

        /** @param count how many each channel becomes */
        public DepthwiseConv2d withDepthMultiplier(int count) {
            return new DepthwiseConv2d(name, kernel, stride, padding, count, activation, dilation, useBias);
        }

        /** @param rate pixels from one of a window to the next */
        public DepthwiseConv2d withDilation(Size2 rate) {
            return new DepthwiseConv2d(name, kernel, stride, padding, depthMultiplier, activation, rate, useBias);
        }

        public DepthwiseConv2d withBias(boolean bias) {
            return new DepthwiseConv2d(name, kernel, stride, padding, depthMultiplier, activation, dilation, bias);
        }

        public DepthwiseConv2d withActivation(Activation other) {
            return new DepthwiseConv2d(name, kernel, stride, padding, depthMultiplier, other, dilation, useBias);
        }
    }

    /**
     * A {@link DepthwiseConv2d} without bias, and a convolution of single pixels that mixes what it gives (Chollet
     * 2017), {@code [h, w, in] -> [h', w', filters]}. Variables: depthwise_kernel
     * {@code [kernel.height, kernel.width, in, depthMultiplier]}, pointwise_kernel
     * {@code [1, 1, in * depthMultiplier, filters]}, bias {@code [filters]}.
     */
    record SeparableConv2d(
            String name,
            int filters,
            Size2 kernel,
            Size2 stride,
            Padding padding,
            int depthMultiplier,
            Activation activation,
            Size2 dilation,
            boolean useBias)
            implements ChannelwiseConvolution {
        public SeparableConv2d {
            requireName(name);
            requirePositive(name, "filters", filters);
            requirePositive(name, "depthMultiplier", depthMultiplier);
            requireOneOf(name, stride, dilation);
        }

        /** One kernel a channel, every pixel of a window side by side, and a bias. */
        public SeparableConv2d(
                String name, int filters, Size2 kernel, Size2 stride, Padding padding, Activation activation) {
            this(name, filters, kernel, stride, padding, 1, activation, ONE, true);
        }

        /** @param count how many each channel becomes before they are mixed */
        public SeparableConv2d withDepthMultiplier(int count) {
            return new SeparableConv2d(name, filters, kernel, stride, padding, count, activation, dilation, useBias);
        }

        /** @param rate pixels from one of a window to the next */
        public SeparableConv2d withDilation(Size2 rate) {
            return new SeparableConv2d(
                    name, filters, kernel, stride, padding, depthMultiplier, activation, rate, useBias);
        }

        public SeparableConv2d withBias(boolean bias) {
            return new SeparableConv2d(
                    name, filters, kernel, stride, padding, depthMultiplier, activation, dilation, bias);
        }

        public SeparableConv2d withActivation(Activation other) {
            return new SeparableConv2d(
                    name, filters, kernel, stride, padding, depthMultiplier, other, dilation, useBias);
        }
    }

    /** {@link DepthwiseConv2d} over the steps of a sequence. Variables: kernel {@code [kernel, in, depthMultiplier]}. */
    record DepthwiseConv1d(
            String name,
            int kernel,
            int stride,
            Padding padding,
            int depthMultiplier,
            Activation activation,
            int dilation,
            boolean useBias)
            implements OneDimensional {
        public DepthwiseConv1d {
            requirePositive(name, "kernel", kernel);
            requirePositive(name, "stride", stride);
            requirePositive(name, "dilation", dilation);
            var ignored = row(name, kernel, stride, padding, depthMultiplier, activation, dilation, useBias);
        }

        /** One kernel a channel, every step of a window side by side, and a bias. */
        public DepthwiseConv1d(String name, int kernel, int stride, Padding padding, Activation activation) {
            this(name, kernel, stride, padding, 1, activation, 1, true);
        }

        public DepthwiseConv1d withActivation(Activation other) {
            return new DepthwiseConv1d(name, kernel, stride, padding, depthMultiplier, other, dilation, useBias);
        }

        private static DepthwiseConv2d row(
                String name,
                int kernel,
                int stride,
                Padding padding,
                int depthMultiplier,
                Activation activation,
                int dilation,
                boolean useBias) {
            return new DepthwiseConv2d(
                    name,
                    new Size2(1, kernel),
                    new Size2(1, stride),
                    padding,
                    depthMultiplier,
                    activation,
                    new Size2(1, dilation),
                    useBias);
        }

        @Override
        public DepthwiseConv2d overRow() {
            return row(name, kernel, stride, padding, depthMultiplier, activation, dilation, useBias);
        }
    }

    /**
     * {@link SeparableConv2d} over the steps of a sequence; 'causal' as well. Variables: depthwise_kernel
     * {@code [kernel, in, depthMultiplier]}, pointwise_kernel {@code [1, in * depthMultiplier, filters]}, bias.
     */
    record SeparableConv1d(
            String name,
            int filters,
            int kernel,
            int stride,
            Padding padding,
            int depthMultiplier,
            Activation activation,
            int dilation,
            boolean useBias)
            implements OneDimensional {
        public SeparableConv1d {
            requirePositive(name, "kernel", kernel);
            requirePositive(name, "stride", stride);
            requirePositive(name, "dilation", dilation);
            var ignored = row(name, filters, kernel, stride, padding, depthMultiplier, activation, dilation, useBias);
        }

        /** One kernel a channel, every step of a window side by side, and a bias. */
        public SeparableConv1d(
                String name, int filters, int kernel, int stride, Padding padding, Activation activation) {
            this(name, filters, kernel, stride, padding, 1, activation, 1, true);
        }

        public SeparableConv1d withActivation(Activation other) {
            return new SeparableConv1d(
                    name, filters, kernel, stride, padding, depthMultiplier, other, dilation, useBias);
        }

        private static SeparableConv2d row(
                String name,
                int filters,
                int kernel,
                int stride,
                Padding padding,
                int depthMultiplier,
                Activation activation,
                int dilation,
                boolean useBias) {
            return new SeparableConv2d(
                    name,
                    filters,
                    new Size2(1, kernel),
                    new Size2(1, stride),
                    padding,
                    depthMultiplier,
                    activation,
                    new Size2(1, dilation),
                    useBias);
        }

        @Override
        public SeparableConv2d overRow() {
            return row(name, filters, kernel, stride, padding, depthMultiplier, activation, dilation, useBias);
        }
    }

    /**
     * Three-dimensional convolution, {@code [d, h, w, in] -> [d', h', w', filters]}. Variables: kernel
     * {@code [kernel.depth, kernel.height, kernel.width, in / groups, filters]}, bias {@code [filters]}.
     */
    record Conv3d(
            String name,
            int filters,
            Size3 kernel,
            Size3 stride,
            Padding padding,
            Activation activation,
            int groups,
            boolean useBias)
            implements VolumeConvolution {
        public Conv3d {
            requireName(name);
            requirePositive(name, "filters", filters);
            requireGroups(name, filters, groups);
            requireNoCause(name, padding);
        }

        public Conv3d withActivation(Activation other) {
            return new Conv3d(name, filters, kernel, stride, padding, other, groups, useBias);
        }
    }

    /** The transpose of a {@link Conv3d}. Variables: kernel {@code [depth, height, width, filters, in]}, bias. */
    record Conv3dTranspose(
            String name,
            int filters,
            Size3 kernel,
            Size3 stride,
            Padding padding,
            Activation activation,
            boolean useBias)
            implements VolumeConvolution {
        public Conv3dTranspose {
            requireName(name);
            requirePositive(name, "filters", filters);
            requireNoCause(name, padding);
        }

        public Conv3dTranspose withActivation(Activation other) {
            return new Conv3dTranspose(name, filters, kernel, stride, padding, other, useBias);
        }
    }

    /**
     * A layer whose images, sequences or volumes come and go channels first, {@code [c, h, w]}: Keras's
     * {@code data_format='channels_first'}. Its variables are those of the layer.
     */
    record ChannelsFirst(LayerSpec layer) implements LayerSpec {
        @Override
        public String name() {
            return layer.name();
        }
    }

    /**
     * {@code [steps, h, w, in] -> [steps, h', w', filters]}, or {@code [h', w', filters]} (of the last step) without {@code
     * returnSequences}.
     *
     * @param dilation pixels from one of a window to the next; 1 unless the stride is
     */
    record ConvLstm2d(
            String name,
            int filters,
            Size2 kernel,
            Size2 stride,
            Padding padding,
            Size2 dilation,
            boolean returnSequences,
            Recurrence recurrence)
            implements ConvolutionalLstm {
        public ConvLstm2d {
            requireName(name);
            requirePositive(name, "filters", filters);
            requireNoCause(name, padding);
            requireOneOf(name, stride, dilation);
        }

        /** With Keras's defaults. */
        public ConvLstm2d(String name, int filters, Size2 kernel, Padding padding, boolean returnSequences) {
            this(name, filters, kernel, ONE, padding, ONE, returnSequences, Recurrence.DEFAULT);
        }

        @Override
        public ConvLstm2d overImages() {
            return this;
        }
    }

    /** {@code [steps, length, in] -> [steps, length', filters]}, or {@code [length', filters]}. */
    record ConvLstm1d(
            String name,
            int filters,
            int kernel,
            int stride,
            Padding padding,
            int dilation,
            boolean returnSequences,
            Recurrence recurrence)
            implements ConvolutionalLstm {
        public ConvLstm1d {
            requirePositive(name, "kernel", kernel);
            requirePositive(name, "stride", stride);
            requirePositive(name, "dilation", dilation);
            var ignored = row(name, filters, kernel, stride, padding, dilation, returnSequences, recurrence);
        }

        private static ConvLstm2d row(
                String name,
                int filters,
                int kernel,
                int stride,
                Padding padding,
                int dilation,
                boolean returnSequences,
                Recurrence recurrence) {
            Size2 over = new Size2(1, kernel);
            Size2 by = new Size2(1, stride);
            return new ConvLstm2d(
                    name, filters, over, by, padding, new Size2(1, dilation), returnSequences, recurrence);
        }

        @Override
        public ConvLstm2d overImages() {
            return row(name, filters, kernel, stride, padding, dilation, returnSequences, recurrence);
        }
    }

    /**
     * The transpose of a convolution, {@code [h, w, in] -> [h * stride, w * stride, filters]} with padding 'same'.
     * Variables: kernel {@code [kernel.height, kernel.width, filters, in]}, bias {@code [filters]}.
     */
    record Conv2dTranspose(
            String name,
            int filters,
            Size2 kernel,
            Size2 stride,
            Padding padding,
            Activation activation,
            boolean useBias)
            implements Convolution {
        public Conv2dTranspose {
            requireName(name);
            requirePositive(name, "filters", filters);
            requireNoCause(name, padding);
        }

        public Conv2dTranspose(
                String name, int filters, Size2 kernel, Size2 stride, Padding padding, Activation activation) {
            this(name, filters, kernel, stride, padding, activation, true);
        }

        public Conv2dTranspose withActivation(Activation other) {
            return new Conv2dTranspose(name, filters, kernel, stride, padding, other, useBias);
        }
    }

    /**
     * Normalises each channel over the batch and learns a scale and a shift (Ioffe and Szegedy 2015, algorithm 1).
     * Variables: gamma, beta, moving_mean, moving_variance, each {@code [channels]}.
     *
     * @param momentum how much of the moving statistics a step keeps, in [0, 1)
     * @param epsilon added to the variance, > 0
     * @param axis of the channels, -1 for the last, or counted from 1 as Keras does; the batch is 0
     * @param scale whether there is a gamma
     * @param center whether there is a beta
     */
    record BatchNormalization(String name, float momentum, float epsilon, int axis, boolean scale, boolean center)
            implements LayerSpec {
        public static final float DEFAULT_MOMENTUM = 0.99f;
        public static final float DEFAULT_EPSILON = 1e-3f;

        public BatchNormalization {
            requireName(name);
            if (!(momentum >= 0 && momentum < 1)) {
                throw new IllegalArgumentException(
                        "Layer '" + name + "': momentum must be >= 0 and < 1, got " + momentum);
            }
            if (!(epsilon > 0)) {
                throw new IllegalArgumentException("Layer '" + name + "': epsilon must be > 0, got " + epsilon);
            }
            if (axis != -1 && axis < 1) {
                throw new IllegalArgumentException("Layer '" + name + "': axis must be -1 or >= 1, got " + axis);
            }
        }

        /** Over the last axis, with both gamma and beta. */
        public BatchNormalization(String name, float momentum, float epsilon) {
            this(name, momentum, epsilon, -1, true, true);
        }

        public BatchNormalization onAxis(int other) {
            return new BatchNormalization(name, momentum, epsilon, other, scale, center);
        }
    }

    /**
     * Normalises the numbers along some axes by their mean and variance, for each place of the others by itself (Ba et al.
     * 2016). Variables: gamma and beta, each of the size of those axes.
     *
     * @param axes -1 alone for the last, or counted from 1 as Keras does
     * @param epsilon added to the variance, > 0
     * @param scale whether there is a gamma
     * @param center whether there is a beta
     * @param rmsScaling whether the mean stays: then there is a gamma and no beta, whatever is said of them. Keras has it
     *     so, and no longer recommends it.
     */
    record LayerNormalization(
            String name, List<Integer> axes, float epsilon, boolean scale, boolean center, boolean rmsScaling)
            implements SampleNormalization {
        public static final float DEFAULT_EPSILON = 1e-3f;

        public LayerNormalization {
            requireName(name);
            axes = requireAxes(name, axes);
            requireEpsilon(name, epsilon);
        }

        /** With Keras's defaults. */
        public LayerNormalization(String name) {
            this(name, List.of(-1), DEFAULT_EPSILON, true, true, false);
        }

        public boolean hasGamma() {
            return scale || rmsScaling;
        }

        public boolean hasBeta() {
            return center && !rmsScaling;
        }
    }

    /**
     * Normalises each group of channels over all places of a sample (Wu and He 2018). Variables: gamma and beta, each
     * {@code [channels]}.
     *
     * @param groups of adjacent channels; -1 for each channel by itself (instance normalisation)
     * @param axis of the channels, -1 for the last, or counted from 1 as Keras does
     * @param epsilon added to the variance, > 0
     * @param scale whether there is a gamma
     * @param center whether there is a beta
     */
    record GroupNormalization(String name, int groups, int axis, float epsilon, boolean scale, boolean center)
            implements SampleNormalization {
        public static final int DEFAULT_GROUPS = 32;
        public static final float DEFAULT_EPSILON = 1e-3f;

        public GroupNormalization {
            requireName(name);
            if (groups != -1) {
                requirePositive(name, "groups", groups);
            }
            requireAxes(name, List.of(axis));
            requireEpsilon(name, epsilon);
        }

        /** Over the last axis, with Keras's other defaults. */
        public GroupNormalization(String name, int groups) {
            this(name, groups, -1, DEFAULT_EPSILON, true, true);
        }

        /** How many, of so many channels. */
        public int groupsOf(int channels) {
            return groups == -1 ? channels : groups;
        }
    }

    /**
     * Makes the numbers along some axes have length 1: divides them by the root of the sum of their squares.
     *
     * @param axes -1 alone for the last, or counted from 1 as Keras does
     */
    record UnitNormalization(String name, List<Integer> axes) implements SampleNormalization {
        public UnitNormalization {
            requireName(name);
            axes = requireAxes(name, axes);
        }

        /** Along the last axis. */
        public UnitNormalization(String name) {
            this(name, List.of(-1));
        }
    }

    /**
     * Divides the numbers along some axes by the root of the mean of their squares, for each place of the others by itself
     * (Zhang and Sennrich 2019). Variables: scale, of the size of those axes.
     *
     * @param axes the last ones, since Keras multiplies others with a wrong scale: -1 alone, or counted from 1 as Keras does
     * @param epsilon added to the mean of squares, > 0
     */
    record RmsNormalization(String name, List<Integer> axes, float epsilon) implements SampleNormalization {
        public static final float DEFAULT_EPSILON = 1e-6f;

        public RmsNormalization {
            requireName(name);
            axes = requireAxes(name, axes);
            requireEpsilon(name, epsilon);
        }

        /** With Keras's defaults. */
        public RmsNormalization(String name) {
            this(name, List.of(-1), DEFAULT_EPSILON);
        }
    }

    /** The mean of each window, channel by channel; padding does not count. */
    record AveragePooling2d(String name, Size2 pool, Size2 stride, Padding padding) implements Resampling {
        public AveragePooling2d {
            requireName(name);
            requireNoCause(name, padding);
        }
    }

    /** The largest value of each channel, {@code [h, w, c] -> [c]}. */
    record GlobalMaxPooling2d(String name) implements Resampling {
        public GlobalMaxPooling2d {
            requireName(name);
        }
    }

    /** Over the steps of a sequence. */
    record MaxPooling1d(String name, int pool, int stride, Padding padding) implements OneDimensional {
        public MaxPooling1d {
            requirePositive(name, "pool", pool);
            requirePositive(name, "stride", stride);
            requireNoCause(name, padding);
        }

        @Override
        public MaxPooling2d overRow() {
            return new MaxPooling2d(name, new Size2(1, pool), new Size2(1, stride), padding);
        }
    }

    /** Over the steps of a sequence. */
    record AveragePooling1d(String name, int pool, int stride, Padding padding) implements OneDimensional {
        public AveragePooling1d {
            requirePositive(name, "pool", pool);
            requirePositive(name, "stride", stride);
            requireNoCause(name, padding);
        }

        @Override
        public AveragePooling2d overRow() {
            return new AveragePooling2d(name, new Size2(1, pool), new Size2(1, stride), padding);
        }
    }

    /** {@code [steps, features] -> [features]}. */
    record GlobalMaxPooling1d(String name) implements OneDimensional {
        @Override
        public GlobalMaxPooling2d overRow() {
            return new GlobalMaxPooling2d(name);
        }
    }

    /** {@code [steps, features] -> [features]}. */
    record GlobalAveragePooling1d(String name) implements OneDimensional {
        @Override
        public GlobalAveragePooling2d overRow() {
            return new GlobalAveragePooling2d(name);
        }
    }

    /** Repeats steps. */
    record UpSampling1d(String name, int size) implements OneDimensional {
        public UpSampling1d {
            requirePositive(name, "size", size);
        }

        @Override
        public UpSampling2d overRow() {
            return new UpSampling2d(name, new Size2(1, size));
        }
    }

    /** Zeros around an image. Each side >= 0. */
    record ZeroPadding2d(String name, int top, int bottom, int left, int right) implements Resampling {
        public ZeroPadding2d {
            requireName(name);
            requireSides(name, top, bottom, left, right);
        }
    }

    /** Zeros before and after a sequence. */
    record ZeroPadding1d(String name, int before, int after) implements OneDimensional {
        public ZeroPadding1d {
            requireSides(name, before, after);
        }

        @Override
        public ZeroPadding2d overRow() {
            return new ZeroPadding2d(name, 0, 0, before, after);
        }
    }

    /** An image without some of its rows and columns. Each side >= 0. */
    record Cropping2d(String name, int top, int bottom, int left, int right) implements Resampling {
        public Cropping2d {
            requireName(name);
            requireSides(name, top, bottom, left, right);
        }
    }

    /** A sequence without its first and last steps. */
    record Cropping1d(String name, int before, int after) implements OneDimensional {
        public Cropping1d {
            requireSides(name, before, after);
        }

        @Override
        public Cropping2d overRow() {
            return new Cropping2d(name, 0, 0, before, after);
        }
    }

    /** The largest value, or the mean, of each window over a volume {@code [d, h, w, c]}. */
    record Pooling3d(String name, boolean average, Size3 pool, Size3 stride, Padding padding) implements Resampling {
        public Pooling3d {
            requireName(name);
            requireNoCause(name, padding);
        }
    }

    /** The largest value of each channel of a volume, or the mean, {@code [d, h, w, c] -> [c]}. */
    record GlobalPooling3d(String name, boolean average) implements Resampling {
        public GlobalPooling3d {
            requireName(name);
        }
    }

    /** Zeros around a volume. Each side >= 0. */
    record ZeroPadding3d(String name, int front, int back, int top, int bottom, int left, int right)
            implements Resampling {
        public ZeroPadding3d {
            requireName(name);
            requireSides(name, front, back, top, bottom, left, right);
        }
    }

    /** A volume without some of its outermost layers. Each side >= 0. */
    record Cropping3d(String name, int front, int back, int top, int bottom, int left, int right)
            implements Resampling {
        public Cropping3d {
            requireName(name);
            requireSides(name, front, back, top, bottom, left, right);
        }
    }

    /** Repeats what lies along each axis of a volume {@code [d, h, w, c]}. */
    record UpSampling3d(String name, Size3 size) implements Resampling {
        public UpSampling3d {
            requireName(name);
        }
    }

    /**
     * The axes in another order.
     *
     * @param axes the input's, counted from 1, in the order in which they shall lie; the batch stays first
     */
    record Permute(String name, List<Integer> axes) implements Rearrangement {
        public Permute {
            requireName(name);
            axes = List.copyOf(axes);
            for (int axis = 1; axis <= axes.size(); axis++) {
                if (!axes.contains(axis)) {
                    throw new IllegalArgumentException(
                            "Layer '" + name + "': dims must name each of 1 to " + axes.size() + " once, got " + axes);
                }
            }
        }
    }

    /** The largest value of each window, channel by channel. */
    record MaxPooling2d(String name, Size2 pool, Size2 stride, Padding padding) implements Resampling {
        public MaxPooling2d {
            requireName(name);
        }
    }

    /**
     * More rows and columns, {@code [h, w, c] -> [h * size.height, w * size.width, c]}.
     *
     * @param interpolation what the new pixels are made of
     */
    record UpSampling2d(String name, Size2 size, Interpolation interpolation) implements Resampling {
        public UpSampling2d {
            requireName(name);
        }

        /** Each pixel repeated. */
        public UpSampling2d(String name, Size2 size) {
            this(name, size, Interpolation.NEAREST);
        }
    }

    /** How pixels between others are made. */
    enum Interpolation {
        /** The nearest one is repeated. */
        NEAREST,
        /** The four around it, weighted by their distance; pixels are squares, and the outermost go on beyond the edge. */
        BILINEAR
    }

    /** The mean of each channel, {@code [h, w, c] -> [c]}. */
    record GlobalAveragePooling2d(String name) implements Resampling {
        public GlobalAveragePooling2d {
            requireName(name);
        }
    }

    /** Everything in one row, {@code [...] -> [size]}. */
    record Flatten(String name) implements Rearrangement {
        public Flatten {
            requireName(name);
        }
    }

    /** The same numbers in the same order under another shape. */
    record Reshape(String name, Shape target) implements Rearrangement {
        public Reshape {
            requireName(name);
        }
    }

    /**
     * {@code activation(x W + b)} over the last axis. Variables: kernel {@code [in, units]}, bias {@code [units]}.
     */
    record Dense(String name, int units, Activation activation, boolean useBias) implements LayerSpec {
        public Dense {
            requireName(name);
            requirePositive(name, "units", units);
        }

        /** With a bias. */
        public Dense(String name, int units, Activation activation) {
            this(name, units, activation, true);
        }

        public Dense withUnits(int other) {
            return new Dense(name, other, activation, useBias);
        }

        public Dense withActivation(Activation other) {
            return new Dense(name, units, other, useBias);
        }
    }

    /**
     * Another layer on each step of a sequence by itself, {@code [steps, ...] -> [steps, ...]}: a dense one on vectors, a
     * convolution on the images of a video. Variables: those of the inner layer, which all steps share. While it trains, a
     * batch normalization takes the moments of each step by itself, as in Keras 3.
     *
     * @param layer reads one value and makes no mask
     */
    record TimeDistributed(String name, LayerSpec layer) implements LayerSpec {
        public TimeDistributed {
            requireName(name);
            if (layer instanceof Merge
                    || layer instanceof Masking
                    || layer instanceof VectorQuantizer
                    || (layer instanceof Embedding table && table.maskZero)) {
                throw new IllegalArgumentException(
                        "Layer '" + name + "': " + KerasClass.of(layer).kerasName()
                                + " can't be distributed over steps; put it there by itself");
            }
        }
    }

    /**
     * While training, sets each value to 0 with probability {@code rate} and divides the others by {@code 1 - rate}.
     *
     * @param rate in [0, 1)
     */
    record Dropout(String name, float rate) implements TrainingNoise {
        public Dropout {
            requireName(name);
            requireRate(name, rate);
        }

        @Override
        public boolean disturbs() {
            return rate > 0;
        }
    }

    /**
     * While training, sets each channel of a sample to 0 with probability {@code rate}, all its places at once, and divides
     * the others by {@code 1 - rate} (Tompson et al. 2015).
     *
     * @param dimensions 1 for a sequence, 2 for an image, 3 for a volume
     * @param rate in [0, 1)
     */
    record SpatialDropout(String name, int dimensions, float rate) implements TrainingNoise {
        public SpatialDropout {
            requireName(name);
            if (dimensions < 1 || dimensions > 3) {
                throw new IllegalArgumentException(
                        "Layer '" + name + "': dimensions must be >= 1 and <= 3, got " + dimensions);
            }
            requireRate(name, rate);
        }

        @Override
        public boolean disturbs() {
            return rate > 0;
        }
    }

    /**
     * While training, multiplies each value by a number drawn from a normal distribution around 1 with the standard
     * deviation {@code sqrt(rate / (1 - rate))} (Srivastava et al. 2014, section 10).
     *
     * @param rate in [0, 1)
     */
    record GaussianDropout(String name, float rate) implements TrainingNoise {
        public GaussianDropout {
            requireName(name);
            requireRate(name, rate);
        }

        @Override
        public boolean disturbs() {
            return rate > 0;
        }

        /** Of the factors. */
        public float deviation() {
            return (float) Math.sqrt(rate / (1.0 - rate));
        }
    }

    /**
     * While training, sets each value with probability {@code rate} to what a SELU gives at its least, and scales and shifts
     * all, so that mean 0 and variance 1 stay what they are (Klambauer et al. 2017).
     *
     * @param rate in [0, 1)
     */
    record AlphaDropout(String name, float rate) implements TrainingNoise {
        /** What a SELU comes down to: minus its scale times its alpha. */
        private static final double LEAST = -1.0507009873554805 * 1.6732632423543772;

        public AlphaDropout {
            requireName(name);
            requireRate(name, rate);
        }

        @Override
        public boolean disturbs() {
            return rate > 0;
        }

        /** Of all values. */
        public float scale() {
            return (float) scaleOf();
        }

        /** To which the others are added after they are scaled. */
        public float shift() {
            return (float) (-scaleOf() * LEAST * rate);
        }

        /** What is dropped becomes this. */
        public float dropped() {
            return (float) (scaleOf() * LEAST * (1 - rate));
        }

        private double scaleOf() {
            return 1 / Math.sqrt((1.0 - rate) * (1 + rate * LEAST * LEAST));
        }
    }

    /**
     * While training, adds to each value a number drawn from a normal distribution around 0.
     *
     * @param stddev standard deviation of the noise, in [0, 1] as Keras takes it
     */
    record GaussianNoise(String name, float stddev) implements TrainingNoise {
        public GaussianNoise {
            requireName(name);
            if (!(stddev >= 0 && stddev <= 1)) {
                throw new IllegalArgumentException("Layer '" + name + "': stddev must be >= 0 and <= 1, got " + stddev);
            }
        }

        @Override
        public boolean disturbs() {
            return stddev > 0;
        }
    }

    /** A function as a layer of its own. */
    record ActivationLayer(String name, Activation activation) implements Elementwise {
        public ActivationLayer {
            requireName(name);
        }
    }

    /**
     * {@code x} where {@code x > 0}, else {@code negativeSlope * x}.
     *
     * @param negativeSlope >= 0; Keras's default is 0.3
     */
    record LeakyRelu(String name, float negativeSlope) implements Elementwise {
        public LeakyRelu {
            requireName(name);
            requireAtLeastZero(name, "negativeSlope", negativeSlope);
        }
    }

    /**
     * {@code maxValue} where {@code x >= maxValue}, {@code x} where it is above the threshold, else
     * {@code negativeSlope * (x - threshold)}.
     *
     * @param negativeSlope >= 0; Keras's default is 0
     * @param threshold >= 0; Keras's default is 0
     * @param maxValue >= 0; infinite where there is none
     */
    record Relu(String name, float negativeSlope, float threshold, float maxValue) implements Elementwise {
        public Relu {
            requireName(name);
            requireAtLeastZero(name, "negativeSlope", negativeSlope);
            requireAtLeastZero(name, "threshold", threshold);
            if (!(maxValue >= 0)) {
                throw new IllegalArgumentException("Layer '" + name + "': maxValue must be >= 0, got " + maxValue);
            }
        }

        /** With Keras's defaults. */
        public Relu(String name) {
            this(name, 0, 0, Float.POSITIVE_INFINITY);
        }
    }

    /**
     * {@code x * scale + offset}, such as pixels to 255 times 1/255.
     *
     * @param scale finite
     * @param offset finite; Keras's default is 0
     */
    record Rescaling(String name, float scale, float offset) implements Elementwise {
        public Rescaling {
            requireName(name);
            if (!Float.isFinite(scale) || !Float.isFinite(offset)) {
                throw new IllegalArgumentException(
                        "Layer '" + name + "': scale and offset must be finite, got " + scale + " and " + offset);
            }
        }
    }

    /**
     * Numbers less their mean, by their standard deviation, as both were over the data that Keras's layer was adapted to:
     * {@code (x - mean) / max(sqrt(variance), 1e-7)}. Nothing of it is trained.
     *
     * @param axes along which numbers have a mean of their own, counted from 1 and ascending; empty where one is of all
     * @param means row-major over these axes, finite; empty where a file is still to say them
     * @param variances as many, finite and >= 0
     * @param invert back again: {@code mean + x * max(sqrt(variance), 1e-7)}
     */
    record Normalization(String name, List<Integer> axes, List<Float> means, List<Float> variances, boolean invert)
            implements Elementwise {
        private static final float EPSILON = 1e-7f;

        public Normalization {
            requireName(name);
            axes = List.copyOf(axes);
            means = List.copyOf(means);
            variances = List.copyOf(variances);
            for (int i = 0; i < axes.size(); i++) {
                if (axes.get(i) < (i == 0 ? 1 : axes.get(i - 1) + 1)) {
                    throw new IllegalArgumentException(
                            "Layer '" + name + "': axes must be counted from 1 and ascend, got " + axes);
                }
            }
            if (means.size() != variances.size()) {
                throw new IllegalArgumentException("Layer '" + name + "' needs as many means as variances, got "
                        + means.size() + " and " + variances.size());
            }
            if (!means.stream().allMatch(Float::isFinite)) {
                throw new IllegalArgumentException("Layer '" + name + "': means must be finite");
            }
            if (!variances.stream().allMatch(variance -> variance >= 0 && Float.isFinite(variance))) {
                throw new IllegalArgumentException("Layer '" + name + "': variances must be finite and >= 0");
            }
        }

        /** The same with other numbers. */
        public Normalization with(List<Float> otherMeans, List<Float> otherVariances) {
            return new Normalization(name, axes, otherMeans, otherVariances, invert);
        }

        /** Whether its numbers are known. */
        public boolean isAdapted() {
            return !means.isEmpty();
        }

        /** By what numbers are divided, beside the means. */
        public List<Float> deviations() {
            return variances.stream()
                    .map(variance -> Math.max((float) Math.sqrt(variance), EPSILON))
                    .toList();
        }

        /** The dimensions of means and variances: those of the axes. */
        public int[] dimensions(Shape sample) {
            return axes.stream().mapToInt(axis -> sample.dimension(axis - 1)).toArray();
        }

        /** Which of the means is that of a sample's number, row-major. */
        public int place(Shape sample, int number) {
            int place = 0;
            int[] at = new int[sample.rank()];
            for (int axis = sample.rank() - 1, rest = number; axis >= 0; axis--) {
                at[axis] = rest % sample.dimension(axis);
                rest /= sample.dimension(axis);
            }
            for (int axis : axes) {
                place = place * sample.dimension(axis - 1) + at[axis - 1];
            }
            return place;
        }
    }

    /**
     * {@code x} where {@code x > 0}, else {@code alpha * (exp(x) - 1)} (Clevert et al. 2016).
     *
     * @param alpha >= 0; Keras's default is 1
     */
    record Elu(String name, float alpha) implements Elementwise {
        public Elu {
            requireName(name);
            requireAtLeastZero(name, "alpha", alpha);
        }
    }

    /**
     * {@code x} where {@code x > 0}, else {@code alpha * x} with an alpha that is learned (He et al. 2015). Variables:
     * alpha in the shape of the input, 1 along the shared axes.
     *
     * @param sharedAxes along which all numbers have the same alpha, counted from 1 as Keras does; the batch is 0
     */
    record PRelu(String name, List<Integer> sharedAxes) implements LayerSpec {
        public PRelu {
            requireName(name);
            sharedAxes = List.copyOf(sharedAxes);
            for (int axis : sharedAxes) {
                requirePositive(name, "each of sharedAxes", axis);
            }
        }
    }

    /**
     * Says which steps of a sequence don't count: those whose numbers all have one value, such as what fills up short
     * sequences. They become zeros, recurrent layers behind skip them (the state stays, and is put out again), and where
     * every layer up to the output passes the mask on, the loss leaves them out. {@link Masks} says how far it goes.
     *
     * @param maskValue as the layer reads it, so after any scaling of the data
     */
    record Masking(String name, float maskValue) implements LayerSpec {
        public Masking {
            requireName(name);
            if (!Float.isFinite(maskValue)) {
                throw new IllegalArgumentException("Layer '" + name + "': maskValue must be finite, got " + maskValue);
            }
        }
    }

    /**
     * A row of a table that is learned, for each whole number, {@code [...] -> [..., outputs]}: words, or places of a series.
     * Variables: embeddings {@code [rows, outputs]}. What gives the numbers learns nothing by it.
     *
     * @param rows numbers from 0 to less than this are known; any other one is an error where it is met
     * @param outputs of each row
     * @param maskZero whether steps of 0 don't count for the layers behind it; it then reads a row of numbers. {@link Masks}
     *     says how far that goes
     */
    record Embedding(String name, int rows, int outputs, boolean maskZero) implements LayerSpec {
        public Embedding {
            requireName(name);
            requirePositive(name, "rows", rows);
            requirePositive(name, "outputs", outputs);
        }

        /** Of which every step counts. */
        public Embedding(String name, int rows, int outputs) {
            this(name, rows, outputs, false);
        }
    }

    /**
     * The waist of a vector-quantised autoencoder (van den Oord, Vinyals and Kavukcuoglu 2017, section 3.1): in place of each
     * vector along the last axis, {@code [..., size] -> [..., size]}, the nearest one of a codebook, by squared distance; of
     * several as near, the first. Going back, what reads the one is taken to have read the other (equation 1, the
     * straight-through gradient), and the codebook learns by its part of the loss alone. Variables: embeddings
     * {@code [vectors, size]}.
     *
     * @param vectors in the codebook
     */
    record VectorQuantizer(String name, int vectors) implements LayerSpec {
        public VectorQuantizer {
            requireName(name);
            requirePositive(name, "vectors", vectors);
        }
    }

    /** The same vector at each of {@code steps} steps, {@code [features] -> [steps, features]}. */
    record RepeatVector(String name, int steps) implements Rearrangement {
        public RepeatVector {
            requireName(name);
            requirePositive(name, "steps", steps);
        }
    }

    /**
     * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). With {@code s}
     * for the recurrent activation and {@code a} for the activation: {@code i, f, o = s(x W + h U + b)},
     * {@code g = a(x W + h U + b)}, {@code c = f * c + i * g}, {@code h = o * a(c)}; gates in Keras's order i, f, g, o.
     * Variables: kernel {@code [in, 4 * units]}, recurrent_kernel {@code [units, 4 * units]}, bias {@code [4 * units]}.
     */
    record Lstm(String name, int units, boolean returnSequences, Recurrence recurrence) implements Recurrent {
        public Lstm {
            requireName(name);
            requirePositive(name, "units", units);
        }

        /** With Keras's defaults. */
        public Lstm(String name, int units, boolean returnSequences) {
            this(name, units, returnSequences, Recurrence.DEFAULT);
        }
    }

    /**
     * Gated recurrent unit (Cho et al. 2014). With {@code s} for the recurrent activation and {@code a} for the
     * activation: {@code z, r = s(x W + h U + b)}, {@code g = a(x W + b + r * (h U + b'))}, or
     * {@code g = a(x W + b + (r * h) U)} where the reset gate is applied before the product, and
     * {@code h = z * h + (1 - z) * g}; gates in Keras's order z, r, g. Variables: kernel {@code [in, 3 * units]},
     * recurrent_kernel {@code [units, 3 * units]}, bias {@code [2, 3 * units]} (of the input, then of the state), or
     * {@code [3 * units]} without {@code resetAfter}.
     *
     * @param resetAfter whether the reset gate is applied after the product with the state; Keras's default
     */
    record Gru(String name, int units, boolean returnSequences, Recurrence recurrence, boolean resetAfter)
            implements Recurrent {
        public Gru {
            requireName(name);
            requirePositive(name, "units", units);
            recurrence = recurrence.withUnitForgetBias(true); // it has no forget gate
        }
    }

    /**
     * The simplest recurrent layer (Elman 1990): {@code h = a(x W + h U + b)}. It has no gates, so its recurrent
     * activation has no say. Variables: kernel {@code [in, units]}, recurrent_kernel {@code [units, units]}, bias
     * {@code [units]}.
     */
    record SimpleRnn(String name, int units, boolean returnSequences, Recurrence recurrence) implements Recurrent {
        public SimpleRnn {
            requireName(name);
            requirePositive(name, "units", units);
            recurrence = recurrence
                    .withUnitForgetBias(true)
                    .withRecurrentActivation(Recurrence.DEFAULT.recurrentActivation()); // it has no gates
        }
    }

    /**
     * A recurrent layer and a second one that reads the sequence from its end, put together (Schuster and Paliwal 1997):
     * {@code [steps, in] -> [steps, out]}, each step of the second where it was read, or {@code [out]} of the states that
     * each computes last. Variables: those of the first, called {@code forward_...}, then {@code backward_...}.
     *
     * @param backward goes backwards, and returns sequences if forward does
     */
    record Bidirectional(String name, Recurrent forward, Recurrent backward, MergeMode mergeMode) implements Walk {
        public Bidirectional {
            requireName(name);
            if (forward.recurrence().goBackwards() || !backward.recurrence().goBackwards()) {
                throw new IllegalArgumentException("Layer '" + name
                        + "': forward must have go_backwards false and backward true, got "
                        + forward.recurrence().goBackwards() + " and "
                        + backward.recurrence().goBackwards());
            }
            if (forward.returnSequences() != backward.returnSequences()) {
                throw new IllegalArgumentException("Layer '" + name
                        + "': both ways must agree on return_sequences, got " + forward.returnSequences() + " and "
                        + backward.returnSequences());
            }
            if (mergeMode != MergeMode.CONCAT && forward.units() != backward.units()) {
                throw new IllegalArgumentException("Layer '" + name + "': merge_mode "
                        + mergeMode.name().toLowerCase(Locale.ROOT) + " needs as many units both ways, got "
                        + forward.units() + " and " + backward.units());
            }
        }

        /** Those of the way forward, then those of the way back. */
        @Override
        public List<State.Which> states() {
            return Stream.concat(
                            forward.states().stream(),
                            backward.states().stream().map(State.Which::ofWayBack))
                    .toList();
        }

        @Override
        public boolean returnSequences() {
            return forward.returnSequences();
        }

        /** The way that carries a state. */
        public Recurrent wayOf(State.Which state) {
            return state.isOfWayBack() ? backward : forward;
        }
    }

    /**
     * A state that a layer has behind the step that it reads last: {@code [units]}, or as large as a step of what leaves a
     * {@link ConvolutionalLstm}. It stands behind that layer and reads it, whatever of its states leave it; with it another
     * layer may begin. Keras has no such layer; there a layer with {@code return_state} gives several values.
     */
    record State(String name, Which which) implements LayerSpec {
        private static final List<Which> OF_LSTM = List.of(Which.HIDDEN, Which.CELL);

        /** One of the states. */
        public enum Which {
            /** What leaves the layer, or the way forward of one that goes both ways, at its last step. */
            HIDDEN,
            /** The cell, which an LSTM alone has; of a layer that goes both ways, that of the way forward. */
            CELL,
            /** The hidden state of the way back. */
            BACKWARD_HIDDEN,
            /** The cell of the way back. */
            BACKWARD_CELL;

            /** Whether it is a cell. */
            public boolean isCell() {
                return this == CELL || this == BACKWARD_CELL;
            }

            /** Whether it is one of the way back, of a layer that goes both ways. */
            public boolean isOfWayBack() {
                return this == BACKWARD_HIDDEN || this == BACKWARD_CELL;
            }

            private Which ofWayBack() {
                return isCell() ? BACKWARD_CELL : BACKWARD_HIDDEN;
            }
        }

        public State {
            requireName(name);
        }
    }

    /** How the states of both ways are put together. */
    enum MergeMode {
        CONCAT,
        SUM,
        MUL,
        /** The mean of both. */
        AVE
    }

    /** The sum of two or more inputs, number by number. */
    record Add(String name) implements Merge {
        public Add {
            requireName(name);
        }
    }

    /** The first of two inputs less the second. */
    record Subtract(String name) implements Merge {
        public Subtract {
            requireName(name);
        }
    }

    /** The product of two or more inputs, number by number. */
    record Multiply(String name) implements Merge {
        public Multiply {
            requireName(name);
        }
    }

    /** The mean of two or more inputs, number by number. */
    record Average(String name) implements Merge {
        public Average {
            requireName(name);
        }
    }

    /** The largest of two or more inputs, number by number; among equals the gradient goes to the first. */
    record Maximum(String name) implements Merge {
        public Maximum {
            requireName(name);
        }
    }

    /** The smallest of two or more inputs, number by number; among equals the gradient goes to the first. */
    record Minimum(String name) implements Merge {
        public Minimum {
            requireName(name);
        }
    }

    /**
     * The waist of a variational autoencoder (Kingma and Welling 2013, section 2.4): of a mean and the logarithm of a
     * variance, number by number, a sample {@code mean + exp(logVariance / 2) * e} in training, with e drawn from the
     * standard normal distribution; in use the mean. Reads exactly two inputs, in this order. What keeps the
     * distribution near the prior is part of the loss. Keras has no such layer; there it is a small nested model.
     */
    record Sampling(String name) implements Merge {
        public Sampling {
            requireName(name);
        }
    }

    /**
     * Two or more inputs side by side, {@code [h, w, a] and [h, w, b] -> [h, w, a + b]} along the last axis.
     *
     * @param axis as Keras counts: -1 is the last, and 1 the first after the batch; 0 would be the batch itself
     */
    record Concatenate(String name, int axis) implements Merge {
        public static final int LAST_AXIS = -1;

        public Concatenate {
            requireName(name);
            if (axis == 0) {
                throw new IllegalArgumentException("Layer '" + name
                        + "': axis must not be 0, which is the batch; 1 is the first axis of a sample");
            }
        }

        /**
         * Which of a sample's axes it is along, counted from 0.
         *
         * @param input the shape of one input
         * @throws ShapeException if it has no such axis
         */
        public int axisOf(Shape input) {
            int rank = input.rank();
            int fromStart = axis < 0 ? rank + axis : axis - 1;
            if (fromStart < 0 || fromStart >= rank) {
                throw new ShapeException(LayerFacts.describe(this) + " needs inputs with its axis, one of -" + rank
                        + " to -1 or 1 to " + rank + ", got " + input
                        + ". Use axis -1 for channels or features.");
            }
            return fromStart;
        }
    }

    /**
     * Products of two inputs, summed along an axis of each: {@code [a, k] and [b, k] -> [a, b]}, {@code [k] and [k] -> [1]}. The
     * axes of the first are followed by those of the second.
     *
     * @param first axis of the first input, as Keras counts: -1 is the last, and 1 the first after the batch
     * @param second likewise of the second
     * @param normalize whether both are brought to length 1 along these axes first, which gives cosines
     */
    record Dot(String name, int first, int second, boolean normalize) implements Merge {
        public Dot {
            requireName(name);
            if (first == 0 || second == 0) {
                throw new IllegalArgumentException("Layer '" + name
                        + "': axes must not be 0, which is the batch; 1 is the first axis of a sample");
            }
        }

        /** Which of a sample's axes an axis is, counted from 0; negative or too large where it has none such. */
        static int place(int axis, Shape input) {
            return axis < 0 ? input.rank() + axis : axis - 1;
        }

        /** Which axis of the first input it is along, counted from 0. */
        public int firstOf(Shape input) {
            return place(first, input);
        }

        /** Which axis of the second input it is along, counted from 0. */
        public int secondOf(Shape input) {
            return place(second, input);
        }
    }

    /**
     * Several attentions beside each other, each to what a projection of its own makes of query, key and value (Vaswani et al.
     * 2017, section 3.2.2): {@code softmax(Q K' / sqrt(keySize)) V} by head, all heads side by side and projected.
     * {@code [queries, in] -> [queries, outputSize]}. Variables: query_kernel {@code [in, heads, keySize]}, query_bias
     * {@code [heads, keySize]}; key_... likewise; value_... with valueSize; output_kernel
     * {@code [heads, valueSize, outputSize]}, output_bias {@code [outputSize]}.
     *
     * @param heads Keras's num_heads
     * @param keySize of each head; Keras's key_dim
     * @param valueSize of each head; Keras's value_dim
     * @param outputSize features that come out, or 0 for as many as the query has
     */
    record MultiHeadAttention(
            String name,
            int heads,
            int keySize,
            int valueSize,
            int outputSize,
            float dropout,
            boolean useBias,
            boolean causal)
            implements Attending {
        public MultiHeadAttention {
            requireName(name);
            requirePositive(name, "heads", heads);
            requirePositive(name, "keySize", keySize);
            requirePositive(name, "valueSize", valueSize);
            if (outputSize < 0) {
                throw new IllegalArgumentException("Layer '" + name + "': outputSize must be >= 0, got " + outputSize);
            }
            requireRate(name, dropout);
        }

        /** To all steps. */
        public MultiHeadAttention(
                String name, int heads, int keySize, int valueSize, int outputSize, float dropout, boolean useBias) {
            this(name, heads, keySize, valueSize, outputSize, dropout, useBias, false);
        }

        /** With Keras's defaults. */
        public MultiHeadAttention(String name, int heads, int keySize) {
            this(name, heads, keySize, keySize, 0, 0, true);
        }
    }

    /**
     * Attention by products (Luong et al. 2015): {@code softmax(Q K') V}, or with sums (Keras's score_mode 'concat'):
     * {@code softmax(w * sum(tanh(q + k))) V}. What comes out is {@code [queries, features of the value]}. Variables: scale
     * {@code []}, by which the products, or {@code q + k}, are multiplied, and concat_score_weight {@code []}, if it has them.
     *
     * @param concat whether the score of a query and a key is told from their sum; else it is their product
     */
    record DotAttention(String name, boolean useScale, boolean concat, float dropout, boolean causal)
            implements Attending {
        public DotAttention {
            requireName(name);
            requireRate(name, dropout);
        }

        /** To all steps. */
        public DotAttention(String name, boolean useScale, boolean concat, float dropout) {
            this(name, useScale, concat, dropout, false);
        }

        /** With Keras's defaults. */
        public DotAttention(String name) {
            this(name, false, false, 0);
        }
    }

    /**
     * Attention by sums (Bahdanau et al. 2015): {@code softmax(sum(scale * tanh(q + k))) V}. What comes out is
     * {@code [queries, features of the value]}. Variables: scale {@code [features of the query]}, if it has one.
     */
    record AdditiveAttention(String name, boolean useScale, float dropout, boolean causal) implements Attending {
        public AdditiveAttention {
            requireName(name);
            requireRate(name, dropout);
        }

        /** To all steps. */
        public AdditiveAttention(String name, boolean useScale, float dropout) {
            this(name, useScale, dropout, false);
        }

        /** With Keras's defaults. */
        public AdditiveAttention(String name) {
            this(name, true, 0);
        }
    }

    private static void requireGroups(String layer, int filters, int groups) {
        requirePositive(layer, "groups", groups);
        if (filters % groups != 0) {
            throw new IllegalArgumentException(
                    "Layer '" + layer + "': groups must divide the " + filters + " filters, got " + groups);
        }
    }

    /** -1 alone, or each >= 1 and there once; in their order. */
    private static List<Integer> requireAxes(String layer, List<Integer> axes) {
        List<Integer> sorted = axes.stream().distinct().sorted().toList();
        boolean last = sorted.equals(List.of(-1));
        if (sorted.isEmpty() || sorted.size() < axes.size() || (!last && sorted.getFirst() < 1)) {
            throw new IllegalArgumentException(
                    "Layer '" + layer + "': axes must be -1, or different ones >= 1, got " + axes);
        }
        return sorted;
    }

    private static void requireRate(String layer, float rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("Layer '" + layer + "': rate must be >= 0 and < 1, got " + rate);
        }
    }

    private static void requireEpsilon(String layer, float epsilon) {
        if (!(epsilon > 0)) {
            throw new IllegalArgumentException("Layer '" + layer + "': epsilon must be > 0, got " + epsilon);
        }
    }

    private static void requireOneOf(String layer, Size2 stride, Size2 dilation) {
        if (!stride.equals(ONE) && !dilation.equals(ONE)) {
            throw new IllegalArgumentException(
                    "Layer '" + layer + "': strides and dilation above 1 don't go together, got strides " + stride
                            + " and dilation " + dilation);
        }
    }

    private static void requireNoCause(String layer, Padding padding) {
        if (padding == Padding.CAUSAL) {
            throw new IllegalArgumentException("Layer '" + layer + "': only Conv1D has padding 'causal'");
        }
    }

    private static void requireSides(String layer, int... sides) {
        requireName(layer);
        for (int side : sides) {
            if (side < 0) {
                throw new IllegalArgumentException("Layer '" + layer + "': each side must be >= 0, got " + side);
            }
        }
    }

    private static void requireAtLeastZero(String layer, String setting, float value) {
        if (!(value >= 0 && value < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "Layer '" + layer + "': " + setting + " must be >= 0 and finite, got " + value);
        }
    }

    private static void requireName(String name) {
        if (!name.matches("[A-Za-z0-9_]+")) {
            throw new IllegalArgumentException(
                    "A layer's name takes letters, digits and underscores, got '" + name + "'");
        }
    }

    private static void requirePositive(String layer, String setting, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("Layer '" + layer + "': " + setting + " must be >= 1, got " + value);
        }
    }
}

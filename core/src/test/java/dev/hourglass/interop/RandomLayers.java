package dev.hourglass.interop;

import dev.hourglass.model.Activation;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Draws a layer of a given class with settings of any kind, odd ones among them. */
final class RandomLayers {
    private static final List<KerasClass> EACH_STEP = List.of(
            KerasClass.DENSE,
            KerasClass.CONV1D,
            KerasClass.CONV2D,
            KerasClass.MAX_POOLING1D,
            KerasClass.GRU,
            KerasClass.FLATTEN,
            KerasClass.REPEAT_VECTOR,
            KerasClass.GLOBAL_AVERAGE_POOLING1D,
            KerasClass.LAYER_NORMALIZATION);

    private static final List<Activation> ACTIVATIONS = RandomModels.ACTIVATIONS;
    private static final int LARGEST_OUTPUT = 1500;
    private static final int MOST_TRIES = 6;

    private final RandomGenerator random;

    RandomLayers(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param in the shape that all values have which it reads
     * @param count how many values it reads
     * @return nothing where no settings fit the shape
     */
    Optional<LayerSpec> draw(KerasClass kind, String name, Shape in, int count) {
        for (int i = 0; i < MOST_TRIES; i++) {
            LayerSpec layer = draw(kind, name, in);
            try {
                LayerFacts.Source source = new LayerFacts.Source("it", in);
                Shape out = LayerFacts.ofSources(
                                layer,
                                IntStream.range(0, count)
                                        .mapToObj(ignored -> source)
                                        .toList())
                        .output();
                if (out.size() <= LARGEST_OUTPUT) {
                    return Optional.of(layer);
                }
            } catch (ShapeException e) {
                // Drawn anew.
            }
        }
        return Optional.empty();
    }

    private LayerSpec normalization(String name, Shape in) {
        List<Integer> axes = random.nextBoolean() ? List.of() : List.of(1 + random.nextInt(in.rank()));
        int count = axes.isEmpty() ? 1 : in.dimension(axes.getFirst() - 1);
        List<Float> means = new ArrayList<>();
        List<Float> variances = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            means.add(random.nextFloat() - 0.5f);
            variances.add(0.25f + random.nextFloat());
        }
        return new LayerSpec.Normalization(name, axes, means, variances, random.nextBoolean());
    }

    private LayerSpec draw(KerasClass kind, String name, Shape in) {
        return switch (kind) {
            case CONV2D ->
                new LayerSpec.Conv2d(name, filters(), size2(4), LayerSpec.ONE, padding(), activation())
                        .withDilation(size2(2))
                        .withGroups(groups(in))
                        .withBias(random.nextBoolean());
            case CONV2D_TRANSPOSE ->
                new LayerSpec.Conv2dTranspose(
                        name, filters(), size2(4), size2(3), padding(), activation(), random.nextBoolean());
            case BATCH_NORMALIZATION ->
                new LayerSpec.BatchNormalization(
                        name, 0.9f, 0.01f, axis(in), random.nextBoolean(), random.nextBoolean());
            case LAYER_NORMALIZATION ->
                new LayerSpec.LayerNormalization(
                        name, List.of(axis(in)), 0.01f, random.nextBoolean(), random.nextBoolean(), false);
            case GROUP_NORMALIZATION ->
                new LayerSpec.GroupNormalization(name, in.dimension(-1) % 2 == 0 ? 2 : -1, -1, 0.01f, true, true);
            case RMS_NORMALIZATION -> new LayerSpec.RmsNormalization(name, List.of(in.rank()), 0.01f);
            case UNIT_NORMALIZATION -> new LayerSpec.UnitNormalization(name, List.of(axis(in)));
            case MAX_POOLING2D -> new LayerSpec.MaxPooling2d(name, size2(3), size2(3), padding());
            case AVERAGE_POOLING2D -> new LayerSpec.AveragePooling2d(name, size2(3), size2(2), padding());
            case UP_SAMPLING2D ->
                new LayerSpec.UpSampling2d(
                        name,
                        size2(3),
                        random.nextBoolean() ? LayerSpec.Interpolation.NEAREST : LayerSpec.Interpolation.BILINEAR);
            case GLOBAL_AVERAGE_POOLING2D -> new LayerSpec.GlobalAveragePooling2d(name);
            case GLOBAL_MAX_POOLING2D -> new LayerSpec.GlobalMaxPooling2d(name);
            case ZERO_PADDING2D ->
                new LayerSpec.ZeroPadding2d(name, upTo(2) - 1, upTo(2) - 1, upTo(3) - 1, upTo(2) - 1);
            case CROPPING2D -> new LayerSpec.Cropping2d(name, upTo(2) - 1, upTo(2) - 1, upTo(2) - 1, upTo(3) - 1);
            case DEPTHWISE_CONV2D, SEPARABLE_CONV2D -> drawByChannels2d(kind, name);
            case CONV1D, CONV1D_TRANSPOSE, DEPTHWISE_CONV1D, SEPARABLE_CONV1D -> drawConvolution1d(kind, name, in);
            case MAX_POOLING1D -> new LayerSpec.MaxPooling1d(name, upTo(3), upTo(2), padding());
            case AVERAGE_POOLING1D -> new LayerSpec.AveragePooling1d(name, upTo(3), upTo(2), padding());
            case GLOBAL_MAX_POOLING1D -> new LayerSpec.GlobalMaxPooling1d(name);
            case GLOBAL_AVERAGE_POOLING1D -> new LayerSpec.GlobalAveragePooling1d(name);
            case UP_SAMPLING1D -> new LayerSpec.UpSampling1d(name, upTo(3));
            case ZERO_PADDING1D -> new LayerSpec.ZeroPadding1d(name, upTo(3) - 1, upTo(2) - 1);
            case CROPPING1D -> new LayerSpec.Cropping1d(name, upTo(2) - 1, upTo(3) - 1);
            case CONV3D ->
                new LayerSpec.Conv3d(
                        name, filters(), size3(3), size3(2), padding(), activation(), 1, random.nextBoolean());
            case CONV3D_TRANSPOSE ->
                new LayerSpec.Conv3dTranspose(
                        name, filters(), size3(3), size3(2), padding(), activation(), random.nextBoolean());
            case MAX_POOLING3D -> new LayerSpec.Pooling3d(name, false, size3(3), size3(2), padding());
            case AVERAGE_POOLING3D -> new LayerSpec.Pooling3d(name, true, size3(3), size3(2), padding());
            case GLOBAL_MAX_POOLING3D -> new LayerSpec.GlobalPooling3d(name, false);
            case GLOBAL_AVERAGE_POOLING3D -> new LayerSpec.GlobalPooling3d(name, true);
            case ZERO_PADDING3D -> new LayerSpec.ZeroPadding3d(name, upTo(2) - 1, 1, upTo(2), 0, upTo(2) - 1, 0);
            case CROPPING3D -> new LayerSpec.Cropping3d(name, upTo(2) - 1, 0, 0, upTo(2) - 1, upTo(2) - 1, 0);
            case UP_SAMPLING3D -> new LayerSpec.UpSampling3d(name, size3(2));
            case PERMUTE -> drawPermutation(name, in);
            case FLATTEN -> new LayerSpec.Flatten(name);
            case RESHAPE -> new LayerSpec.Reshape(name, Shape.of(in.size(), 1));
            case DENSE -> new LayerSpec.Dense(name, upTo(6), activation(), random.nextBoolean());
            case TIME_DISTRIBUTED -> drawEachStep(name, in);
            case DROPOUT -> new LayerSpec.Dropout(name, rate());
            case SPATIAL_DROPOUT1D -> new LayerSpec.SpatialDropout(name, 1, rate());
            case SPATIAL_DROPOUT2D -> new LayerSpec.SpatialDropout(name, 2, rate());
            case SPATIAL_DROPOUT3D -> new LayerSpec.SpatialDropout(name, 3, rate());
            case GAUSSIAN_DROPOUT -> new LayerSpec.GaussianDropout(name, rate());
            case ALPHA_DROPOUT -> new LayerSpec.AlphaDropout(name, rate());
            case GAUSSIAN_NOISE -> new LayerSpec.GaussianNoise(name, rate());
            case ACTIVATION -> new LayerSpec.ActivationLayer(name, activation());
            case LEAKY_RELU -> new LayerSpec.LeakyRelu(name, random.nextFloat());
            case RELU -> new LayerSpec.Relu(name, random.nextFloat(), 0, 1 + random.nextFloat());
            case RESCALING -> new LayerSpec.Rescaling(name, 1 + random.nextFloat(), random.nextFloat());
            case NORMALIZATION -> normalization(name, in);
            case ELU -> new LayerSpec.Elu(name, 0.5f + random.nextFloat());
            case PRELU -> new LayerSpec.PRelu(name, in.rank() > 1 && random.nextBoolean() ? List.of(1) : List.of());
            case MASKING -> new LayerSpec.Masking(name, random.nextBoolean() ? 0 : -0.5f);
            case VECTOR_QUANTIZER -> new LayerSpec.VectorQuantizer(name, upTo(6));
            case REPEAT_VECTOR -> new LayerSpec.RepeatVector(name, upTo(5));
            case LSTM, GRU, SIMPLE_RNN, BIDIRECTIONAL -> drawRecurrent(kind, name);
            case CONV_LSTM1D, CONV_LSTM2D -> drawConvolutionalLstm(kind, name);
            case ADD -> new LayerSpec.Add(name);
            case SUBTRACT -> new LayerSpec.Subtract(name);
            case MULTIPLY -> new LayerSpec.Multiply(name);
            case AVERAGE -> new LayerSpec.Average(name);
            case MAXIMUM -> new LayerSpec.Maximum(name);
            case MINIMUM -> new LayerSpec.Minimum(name);
            case SAMPLING -> new LayerSpec.Sampling(name);
            case STATE ->
                new LayerSpec.State(
                        name, random.nextBoolean() ? LayerSpec.State.Which.HIDDEN : LayerSpec.State.Which.CELL);
            case CONCATENATE -> new LayerSpec.Concatenate(name, axis(in));
            case EMBEDDING -> new LayerSpec.Embedding(name, 2, upTo(4), in.rank() == 1 && random.nextBoolean());
            case DOT -> new LayerSpec.Dot(name, axis(in), axis(in), random.nextBoolean());
            case MULTI_HEAD_ATTENTION ->
                new LayerSpec.MultiHeadAttention(
                        name, upTo(3), upTo(4), upTo(4), upTo(4) - 1, 0, random.nextBoolean(), random.nextBoolean());
            case ATTENTION ->
                new LayerSpec.DotAttention(name, random.nextBoolean(), random.nextBoolean(), 0, random.nextBoolean());
            case ADDITIVE_ATTENTION ->
                new LayerSpec.AdditiveAttention(name, random.nextBoolean(), 0, random.nextBoolean());
        };
    }

    /** Of an image, each row is a sequence. */
    private LayerSpec drawEachStep(String name, Shape in) {
        KerasClass kind = in.rank() < 2 ? KerasClass.DENSE : EACH_STEP.get(random.nextInt(EACH_STEP.size()));
        int[] step = in.rank() < 2 ? in.toArray() : Arrays.copyOfRange(in.toArray(), 1, in.rank());
        return new LayerSpec.TimeDistributed(name, draw(kind, name + "_each", Shape.of(step)));
    }

    private LayerSpec drawByChannels2d(KerasClass kind, String name) {
        int multiplier = upTo(2);
        boolean bias = random.nextBoolean();
        Size2 stride = Size2.square(upTo(2));
        Size2 dilation = stride.equals(LayerSpec.ONE) ? size2(2) : LayerSpec.ONE;
        return kind == KerasClass.DEPTHWISE_CONV2D
                ? new LayerSpec.DepthwiseConv2d(
                        name, size2(3), stride, padding(), multiplier, activation(), dilation, bias)
                : new LayerSpec.SeparableConv2d(
                        name, filters(), size2(3), stride, padding(), multiplier, activation(), dilation, bias);
    }

    private LayerSpec drawConvolution1d(KerasClass kind, String name, Shape in) {
        int kernel = upTo(4);
        int stride = upTo(2);
        int dilation = stride == 1 ? upTo(2) : 1;
        boolean bias = random.nextBoolean();
        Padding padding = padding();
        if (kind == KerasClass.CONV1D) {
            Padding any = random.nextInt(3) == 0 ? Padding.CAUSAL : padding;
            return new LayerSpec.Conv1d(name, filters(), kernel, stride, any, activation(), dilation, groups(in), bias);
        }
        if (kind == KerasClass.CONV1D_TRANSPOSE) {
            return new LayerSpec.Conv1dTranspose(name, filters(), kernel, stride, padding, activation(), bias);
        }
        return kind == KerasClass.DEPTHWISE_CONV1D
                ? new LayerSpec.DepthwiseConv1d(name, kernel, stride, padding, upTo(2), activation(), dilation, bias)
                : new LayerSpec.SeparableConv1d(
                        name, filters(), kernel, stride, padding, upTo(2), activation(), dilation, bias);
    }

    private LayerSpec drawPermutation(String name, Shape in) {
        List<List<Integer>> permutations =
                in.rank() == 3 ? List.of(List.of(3, 1, 2), List.of(2, 3, 1), List.of(2, 1, 3)) : List.of(List.of(2, 1));
        return new LayerSpec.Permute(name, permutations.get(random.nextInt(permutations.size())));
    }

    private LayerSpec drawRecurrent(KerasClass kind, String name) {
        int units = upTo(6);
        boolean sequences = random.nextBoolean();
        Recurrence recurrence = new Recurrence(
                        cellActivation(),
                        cellActivation(),
                        random.nextBoolean(),
                        true,
                        kind != KerasClass.BIDIRECTIONAL && random.nextBoolean())
                .withDropout(rate(), rate());
        if (kind == KerasClass.BIDIRECTIONAL) {
            LayerSpec.MergeMode[] modes = LayerSpec.MergeMode.values();
            LayerSpec.Gru forward =
                    new LayerSpec.Gru(name + "_forward", units, sequences, recurrence, random.nextBoolean());
            return new LayerSpec.Bidirectional(
                    name, forward, forward.reversed(name + "_backward"), modes[random.nextInt(modes.length)]);
        }
        return switch (kind) {
            case LSTM -> new LayerSpec.Lstm(name, units, sequences, recurrence);
            case GRU -> new LayerSpec.Gru(name, units, sequences, recurrence, random.nextBoolean());
            default -> new LayerSpec.SimpleRnn(name, units, sequences, recurrence);
        };
    }

    private LayerSpec drawConvolutionalLstm(KerasClass kind, String name) {
        boolean sequences = random.nextBoolean();
        Recurrence recurrence =
                new Recurrence(cellActivation(), cellActivation(), random.nextBoolean(), true, random.nextBoolean());
        return kind == KerasClass.CONV_LSTM1D
                ? new LayerSpec.ConvLstm1d(name, upTo(3), upTo(3), upTo(2), padding(), 1, sequences, recurrence)
                : new LayerSpec.ConvLstm2d(
                        name, upTo(3), size2(3), LayerSpec.ONE, padding(), size2(2), sequences, recurrence);
    }

    /** Mostly none, since models that are disturbed are not trained. */
    private float rate() {
        return random.nextInt(4) == 0 ? 0.25f : 0;
    }

    private int groups(Shape in) {
        return in.dimension(-1) % 2 == 0 ? 2 : 1;
    }

    private int filters() {
        return 2 * upTo(3);
    }

    /** One of a value's, as Keras counts them, or the last as -1. */
    private int axis(Shape in) {
        return random.nextBoolean() ? -1 : upTo(in.rank());
    }

    private Padding padding() {
        return random.nextBoolean() ? Padding.SAME : Padding.VALID;
    }

    private Activation cellActivation() {
        return RandomModels.OF_CELLS.get(random.nextInt(RandomModels.OF_CELLS.size()));
    }

    private Activation activation() {
        return ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size()));
    }

    private Size2 size2(int most) {
        return new Size2(upTo(most), upTo(most));
    }

    private Size3 size3(int most) {
        return new Size3(upTo(most), upTo(most), upTo(most));
    }

    private int upTo(int most) {
        return 1 + random.nextInt(most);
    }
}

package dev.hourglass.engine;

import static dev.hourglass.model.Activation.LINEAR;
import static dev.hourglass.model.Activation.RELU;
import static dev.hourglass.model.Activation.SIGMOID;
import static dev.hourglass.model.Activation.TANH;
import static dev.hourglass.model.Padding.SAME;
import static dev.hourglass.model.Padding.VALID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.LayerSpec.ActivationLayer;
import dev.hourglass.model.LayerSpec.BatchNormalization;
import dev.hourglass.model.LayerSpec.Conv2d;
import dev.hourglass.model.LayerSpec.Conv2dTranspose;
import dev.hourglass.model.LayerSpec.Dense;
import dev.hourglass.model.LayerSpec.Dropout;
import dev.hourglass.model.LayerSpec.Flatten;
import dev.hourglass.model.LayerSpec.GlobalAveragePooling2d;
import dev.hourglass.model.LayerSpec.LeakyRelu;
import dev.hourglass.model.LayerSpec.Lstm;
import dev.hourglass.model.LayerSpec.MaxPooling2d;
import dev.hourglass.model.LayerSpec.RepeatVector;
import dev.hourglass.model.LayerSpec.Reshape;
import dev.hourglass.model.LayerSpec.TimeDistributed;
import dev.hourglass.model.LayerSpec.UpSampling2d;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The engine against the {@link ReferenceNetwork}: losses, gradients by central differences, moving statistics and
 * inference, for every kind of layer under several settings, odd ones first. A layer under test mostly stands between
 * one that wants its input's gradient and a dense one that gives every output another gradient.
 */
class GradientIT {
    /** Of a variable's largest gradient; float32 through a normalisation is off by up to 5e-5. */
    private static final double GRADIENT_TOLERANCE = 1e-4;
    /** Of the largest gradient of all, for variables whose gradient vanishes, such as a bias before a normalisation. */
    private static final double VANISHING_TOLERANCE = 2e-6;

    /** Of the largest output: the rounding of float32 sums over up to 3267 numbers. */
    private static final double OUTPUT_TOLERANCE = 5e-6;

    private static final double LOSS_TOLERANCE = 2e-6;
    private static final double STATISTICS_TOLERANCE = 1e-6;
    private static final int INDICES_PER_VARIABLE = 6;

    record Case(String name, Shape input, int samples, List<LayerSpec> layers) {
        static Case of(String name, Shape input, int samples, LayerSpec... layers) {
            return new Case(name + ", batch " + samples, input, samples, List.of(layers));
        }

        /** A layer that reads images of so many channels, and gives anything. */
        static Case between(String name, int samples, int channels, LayerSpec... layers) {
            Shape image = Shape.of(5, 7, 1);
            List<LayerSpec> all = new ArrayList<>();
            all.add(conv("before", channels, 1, 1, SAME, TANH));
            all.addAll(Arrays.asList(layers));
            all.add(new Flatten("flat"));
            all.add(new Dense("after", image.size(), LINEAR));
            all.add(new Reshape("image", image));
            return new Case(name + ", " + channels + " channels, batch " + samples, image, samples, all);
        }

        AutoencoderSpec spec() {
            return new AutoencoderSpec("test", input, layers.subList(0, 1), layers.subList(1, layers.size()));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Every cell with functions that are not the usual ones, forward and backwards, narrow and over several panels. */
    static Stream<Case> cells() {
        List<Case> cases = new ArrayList<>();
        List<Recurrence> settings = List.of(
                Recurrence.DEFAULT.withActivation(RELU),
                Recurrence.DEFAULT.withActivation(LINEAR).withUseBias(false),
                Recurrence.DEFAULT.withActivation(SIGMOID).withGoBackwards(true),
                Recurrence.DEFAULT.withRecurrentActivation(RELU),
                Recurrence.DEFAULT.withActivation(Activation.SELU).withRecurrentActivation(Activation.HARD_SIGMOID),
                Recurrence.DEFAULT.withActivation(Activation.SILU).withRecurrentActivation(Activation.SOFTSIGN),
                Recurrence.DEFAULT.withUseBias(false).withGoBackwards(true));
        for (Recurrence recurrence : settings) {
            for (int units : new int[] {1, 5, 33}) {
                addRecurrent(cases, units, recurrence);
            }
        }
        addBidirectional(cases);
        return cases.stream();
    }

    private static void addBidirectional(List<Case> cases) {
        Recurrence relu = Recurrence.DEFAULT.withActivation(RELU);
        for (LayerSpec.MergeMode mode : LayerSpec.MergeMode.values()) {
            for (int units : new int[] {3, 37}) {
                int other = mode == LayerSpec.MergeMode.CONCAT ? units + 2 : units;
                for (boolean sequences : new boolean[] {true, false}) {
                    LayerSpec layer = new LayerSpec.Bidirectional(
                            "tested",
                            new LayerSpec.Gru("f", units, sequences, relu, true),
                            new Lstm("b", other, sequences, Recurrence.DEFAULT.withGoBackwards(true)),
                            mode);
                    List<LayerSpec> chain = new ArrayList<>(List.of(dense("before", 4, TANH), layer));
                    if (!sequences) {
                        chain.add(new RepeatVector("repeat", 4));
                    }
                    Lstm up = new Lstm("f", 2, true, relu);
                    chain.add(new LayerSpec.Bidirectional("up", up, up.reversed("b"), LayerSpec.MergeMode.CONCAT));
                    chain.add(dense("after", 3, LINEAR));
                    cases.add(new Case(layer + ", batch 18", Shape.of(4, 3), 18, chain));
                }
            }
        }
    }

    private static void addRecurrent(List<Case> cases, int units, Recurrence recurrence) {
        for (boolean sequences : new boolean[] {true, false}) {
            List<LayerSpec> layers = List.of(
                    new Lstm("tested", units, sequences, recurrence),
                    new LayerSpec.Gru("tested", units, sequences, recurrence, true),
                    new LayerSpec.Gru("tested", units, sequences, recurrence, false),
                    new LayerSpec.SimpleRnn("tested", units, sequences, recurrence));
            for (LayerSpec layer : layers) {
                List<LayerSpec> chain = new ArrayList<>(List.of(dense("before", 4, TANH), layer));
                if (!sequences) {
                    chain.add(new RepeatVector("repeat", 4));
                    chain.add(new LayerSpec.Gru("up", 3, true, recurrence.withGoBackwards(true), true));
                }
                chain.add(dense("after", 3, LINEAR));
                cases.add(new Case(layer + ", batch 18", Shape.of(4, 3), 18, chain));
            }
        }
    }

    static Stream<Case> convolutions() {
        List<Case> cases = new ArrayList<>();
        int[] channels = {1, 3, 8, 16, 17, 33};
        Size2[] kernels = {Size2.square(1), Size2.square(2), Size2.square(3), Size2.square(5), new Size2(4, 3)};
        int turn = 0;
        for (Size2 kernel : kernels) {
            for (int stride = 1; stride <= 3; stride++) {
                for (Padding padding : List.of(Padding.SAME, Padding.VALID)) {
                    // Each pair of widths, activation and batch comes by in turn rather than all with all.
                    int in = channels[turn % 6];
                    int out = channels[(turn / 2 + 2) % 6];
                    Activation activation = List.of(Activation.values()).get(turn % 4);
                    int samples = List.of(3, 1, 2, 17, 9).get(turn % 5);
                    String settings = kernel + " stride " + stride + " " + padding + " " + activation + " to " + out;
                    Size2 step = Size2.square(stride);
                    cases.add(Case.between(
                            "Conv2d " + settings,
                            samples,
                            in,
                            new Conv2d("tested", out, kernel, step, padding, activation)));
                    cases.add(Case.between(
                            "Conv2dTranspose " + settings,
                            Math.min(samples, stride == 1 ? 9 : 2), // its outputs are large, and the reference is slow
                            in,
                            new Conv2dTranspose("tested", out, kernel, step, padding, activation)));
                    turn++;
                }
            }
        }
        cases.add(Case.between(
                "Conv2d uneven stride", 3, 5, new Conv2d("t", 6, Size2.square(3), new Size2(1, 2), SAME, TANH)));
        cases.add(Case.between(
                "Conv2dTranspose uneven stride",
                3,
                5,
                new Conv2dTranspose("t", 6, Size2.square(3), new Size2(2, 1), VALID, TANH)));
        return cases.stream();
    }

    /** Volumes, groups, and each channel by itself: narrower and wider than a vector, and with several kernels each. */
    static Stream<Case> directConvolutions() {
        List<Case> cases = new ArrayList<>();
        Size2 three = Size2.square(3);
        for (int channels : new int[] {1, 3, 8, 16, 17, 33}) {
            cases.add(Case.between(
                    "DepthwiseConv2D",
                    3,
                    channels,
                    new LayerSpec.DepthwiseConv2d("tested", three, LayerSpec.ONE, SAME, TANH)));
            cases.add(Case.between(
                    "DepthwiseConv2D strided, 3 kernels each",
                    2,
                    channels,
                    new LayerSpec.DepthwiseConv2d("tested", new Size2(2, 3), new Size2(2, 1), VALID, TANH)
                            .withDepthMultiplier(3)
                            .withBias(false)));
            cases.add(Case.between(
                    "SeparableConv2D strided",
                    17,
                    channels,
                    new LayerSpec.SeparableConv2d("tested", 5, three, Size2.square(2), SAME, TANH)));
            cases.add(Case.between(
                    "SeparableConv2D dilated, 2 kernels each",
                    3,
                    channels,
                    new LayerSpec.SeparableConv2d("tested", 7, three, LayerSpec.ONE, SAME, LINEAR)
                            .withDilation(new Size2(1, 2))
                            .withDepthMultiplier(2)));
            Shape sequence = Shape.of(9, channels);
            cases.add(Case.of(
                    "Depthwise and separable over " + sequence,
                    sequence,
                    3,
                    new LayerSpec.DepthwiseConv1d("first", 4, 1, SAME, TANH),
                    new LayerSpec.SeparableConv1d("second", 6, 3, 1, Padding.CAUSAL, 1, TANH, 2, true),
                    distributed("out", channels, LINEAR)));
            Shape volume = Shape.of(3, 4, 2, channels);
            Size3 two = Size3.cube(2);
            cases.add(Case.of(
                    "Conv3D and back over " + volume,
                    volume,
                    2,
                    new LayerSpec.Conv3d("first", 17, new Size3(2, 3, 2), new Size3(1, 2, 2), SAME, TANH, 1, true),
                    new LayerSpec.Conv3dTranspose("second", channels, two, new Size3(1, 2, 2), SAME, LINEAR, true)));
        }
        convolutionalLstms().forEach(cases::add);
        Shape block = Shape.of(3, 4, 2, 3);
        for (boolean average : new boolean[] {false, true}) {
            cases.add(Case.of(
                    "Volumes padded, cropped and pooled whole, average " + average,
                    block,
                    3,
                    new Dense("before", 3, TANH),
                    new LayerSpec.ZeroPadding3d("tested", 1, 0, 2, 1, 0, 3),
                    new Dense("between", 5, TANH),
                    new LayerSpec.Cropping3d("cropped", 0, 2, 1, 1, 2, 0),
                    new LayerSpec.GlobalPooling3d("pooled", average),
                    new Dense("after", block.size(), LINEAR),
                    new Reshape("volume", block)));
        }
        cases.add(Case.between(
                "Conv2d in groups", 3, 6, new Conv2d("tested", 9, three, LayerSpec.ONE, SAME, TANH).withGroups(3)));
        cases.add(Case.between(
                "Conv2d of two groups, wide",
                3,
                32,
                new Conv2d("tested", 34, three, LayerSpec.ONE, SAME, TANH).withGroups(2)));
        // Filters of a block, and channels, that fill lanes in ones, twos and fours of groups, and in none.
        for (int[] of : new int[][] {{6, 32, 2}, {32, 48, 2}, {16, 32, 4}, {32, 64, 8}, {64, 8, 4}, {6, 4, 2}}) {
            Size2 stride = of[2] == 4 ? Size2.square(2) : LayerSpec.ONE;
            cases.add(Case.between(
                    "Conv2d of " + of[2] + " groups, " + of[0] + " to " + of[1],
                    3,
                    of[0],
                    new Conv2d("tested", of[1], three, stride, SAME, TANH).withGroups(of[2])));
        }
        return cases.stream();
    }

    private static List<Case> convolutionalLstms() {
        Size2 three = Size2.square(3);
        Recurrence usual = Recurrence.DEFAULT;
        List<Case> cases = new ArrayList<>();
        for (int channels : new int[] {1, 3, 17}) {
            Shape film = Shape.of(4, 5, 3, channels);
            cases.add(Case.of(
                    "ConvLSTM2D over " + film,
                    film,
                    2,
                    new LayerSpec.ConvLstm2d("first", 3, three, SAME, true),
                    new LayerSpec.ConvLstm2d("second", channels, new Size2(2, 3), SAME, true)));
        }
        Shape film = Shape.of(3, 7, 6, 2);
        cases.add(Case.of(
                "ConvLSTM2D with strides, the last state",
                film,
                3,
                new LayerSpec.ConvLstm2d(
                        "tested", 17, three, Size2.square(2), VALID, LayerSpec.ONE, false, usual.withUseBias(false)),
                new Flatten("flat"),
                new Dense("after", film.size(), LINEAR),
                new Reshape("image", film)));
        cases.add(Case.of(
                "ConvLSTM2D backwards, dilated, of other functions",
                film,
                2,
                new LayerSpec.ConvLstm2d(
                        "tested",
                        5,
                        new Size2(3, 2),
                        LayerSpec.ONE,
                        SAME,
                        new Size2(2, 1),
                        true,
                        new Recurrence(Activation.ELU, Activation.HARD_SIGMOID, true, true, true)),
                new Dense("after", 2, LINEAR)));
        Shape rows = Shape.of(4, 9, 2);
        cases.add(Case.of(
                "ConvLSTM1D over " + rows,
                rows,
                3,
                new LayerSpec.ConvLstm1d("first", 5, 4, 1, SAME, 1, true, usual.withRecurrentActivation(RELU)),
                new LayerSpec.ConvLstm1d("second", 3, 3, 2, VALID, 1, false, usual.withGoBackwards(true)),
                new Flatten("flat"),
                new Dense("after", rows.size(), LINEAR),
                new Reshape("rows", rows)));
        return cases;
    }

    /** First and last layers, where an engine may take short cuts. */
    static Stream<Case> endsOfTheChain() {
        List<Case> cases = new ArrayList<>();
        for (int channels : new int[] {1, 3, 8, 17}) {
            Shape image = Shape.of(5, 7, channels);
            for (Size2 kernel : List.of(Size2.square(3), Size2.square(2), new Size2(1, 4), Size2.square(5))) {
                Size2 one = Size2.square(1);
                cases.add(Case.of(
                        "Conv2d first and last " + kernel + " on " + image,
                        image,
                        3,
                        new Conv2d("first", 9, kernel, one, SAME, RELU),
                        new Conv2d("last", channels, kernel, one, SAME, SIGMOID)));
                cases.add(Case.of(
                        "Conv2dTranspose first and last " + kernel + " on " + image,
                        image,
                        2,
                        new Conv2dTranspose("first", 9, kernel, one, SAME, RELU),
                        new Conv2dTranspose("last", channels, kernel, one, SAME, SIGMOID)));
            }
        }
        Shape image = Shape.of(6, 4, 2);
        cases.add(Case.of(
                "Conv2dTranspose last with stride",
                image,
                3,
                conv("a", 5, 3, 2, SAME, TANH),
                transposed("b", 2, 3, 2, SAME, LINEAR)));
        cases.add(Case.of("BatchNormalization first", image, 5, norm("a"), conv("b", 2, 3, 1, SAME, LINEAR)));
        cases.add(Case.of("BatchNormalization last", image, 5, conv("a", 2, 3, 1, SAME, TANH), norm("b")));
        cases.add(Case.of(
                "MaxPooling2d first, UpSampling2d last",
                image,
                3,
                pool("a", 2, 2, SAME),
                dense("b", 2, TANH),
                up("c", 2)));
        cases.add(Case.of(
                "Flatten first, Reshape last",
                image,
                3,
                new Flatten("a"),
                dense("b", 48, TANH),
                new Reshape("c", image)));
        cases.add(Case.of("Dense first and last on pixels", image, 3, dense("a", 7, RELU), dense("b", 2, SIGMOID)));
        cases.add(Case.of("Dense on vectors", Shape.of(7), 17, dense("a", 3, TANH), dense("b", 7, LINEAR)));
        cases.add(Case.of("Dense of one unit", Shape.of(1), 1, dense("a", 1, SIGMOID), dense("b", 1, LINEAR)));
        cases.add(Case.of("Wide dense", Shape.of(33), 3, dense("a", 65, RELU), dense("b", 33, SIGMOID)));
        cases.add(Case.of(
                "LeakyReLU first, activation last",
                image,
                3,
                new LeakyRelu("a", 0.3f),
                dense("b", 2, LINEAR),
                new ActivationLayer("c", SIGMOID)));
        return cases.stream();
    }

    static Stream<Case> imageLayers() {
        List<Case> cases = new ArrayList<>();
        for (int channels : new int[] {1, 3, 8, 17, 33}) {
            for (int samples : new int[] {2, 17}) {
                cases.add(Case.between("BatchNormalization", samples, channels, norm("tested")));
            }
            cases.add(Case.between("UpSampling2d 2x2", 3, channels, up("tested", 2)));
            cases.add(Case.between("UpSampling2d 1x3", 3, channels, new UpSampling2d("tested", new Size2(1, 3))));
            cases.add(Case.between("GlobalAveragePooling2d", 3, channels, new GlobalAveragePooling2d("tested")));
            cases.add(Case.between("Rescaling", 3, channels, new LayerSpec.Rescaling("tested", -0.7f, 0.2f)));
            cases.add(Case.between(
                    "Normalization",
                    3,
                    channels,
                    new LayerSpec.Normalization(
                            "tested",
                            List.of(3),
                            Collections.nCopies(channels, 0.3f),
                            Collections.nCopies(channels, 0.5f),
                            false)));
            cases.add(Case.between("LeakyReLU", 3, channels, new LeakyRelu("tested", 0.2f)));
            cases.add(Case.between("Dense on pixels", 3, channels, dense("tested", 6, TANH)));
            for (Activation activation : Activation.values()) {
                cases.add(Case.between(
                        "Activation " + activation, 3, channels, new ActivationLayer("tested", activation)));
            }
        }
        for (int size = 2; size <= 3; size++) {
            for (int stride = 1; stride <= 3; stride++) {
                for (Padding padding : List.of(Padding.SAME, Padding.VALID)) {
                    String name = "MaxPooling2d " + size + " stride " + stride + " " + padding;
                    cases.add(Case.between(name, 3, 3, pool("tested", size, stride, padding)));
                    cases.add(Case.between(name, 2, 17, pool("tested", size, stride, padding)));
                    cases.add(Case.between(
                            name + " after normalisation", 3, 5, norm("norm"), pool("tested", size, stride, padding)));
                }
            }
        }
        cases.add(Case.between(
                "MaxPooling2d uneven", 3, 4, new MaxPooling2d("tested", new Size2(1, 3), new Size2(2, 1), SAME)));
        return cases.stream();
    }

    static Stream<Case> interpolations() {
        List<Case> cases = new ArrayList<>();
        for (int channels : new int[] {1, 3, 17, 33}) {
            for (Size2 size : List.of(Size2.square(2), new Size2(1, 3), new Size2(4, 1))) {
                cases.add(Case.between(
                        "UpSampling2d bilinear " + size,
                        3,
                        channels,
                        new UpSampling2d("tested", size, LayerSpec.Interpolation.BILINEAR)));
            }
        }
        Shape image = Shape.of(4, 3, 2);
        cases.add(Case.of(
                "Bilinear before a convolution",
                image,
                2,
                conv("a", 5, 3, 2, SAME, TANH),
                new UpSampling2d("b", new Size2(2, 2), LayerSpec.Interpolation.BILINEAR),
                conv("c", 2, 3, 1, SAME, LINEAR),
                new LayerSpec.Cropping2d("d", 0, 0, 0, 1)));
        return cases.stream();
    }

    /** Normalisations within a sample, along any axes. */
    static Stream<Case> sampleNormalizations() {
        List<Case> cases = new ArrayList<>();
        for (int channels : new int[] {2, 3, 8, 17, 33}) {
            List<LayerSpec> layers = List.of(
                    new LayerSpec.LayerNormalization("tested"),
                    new LayerSpec.LayerNormalization("tested", List.of(1), 0.01f, true, true, false),
                    new LayerSpec.LayerNormalization("tested", List.of(2, 3), 0.01f, false, true, false),
                    new LayerSpec.LayerNormalization("tested", List.of(1, 2, 3), 0.01f, true, false, false),
                    new LayerSpec.LayerNormalization("tested", List.of(-1), 0.01f, true, true, true),
                    new LayerSpec.GroupNormalization("tested", 1),
                    new LayerSpec.GroupNormalization("tested", -1),
                    new LayerSpec.GroupNormalization("tested", -1, 2, 0.01f, true, false),
                    new LayerSpec.UnitNormalization("tested"),
                    new LayerSpec.UnitNormalization("tested", List.of(1, 3)),
                    new LayerSpec.RmsNormalization("tested"),
                    new LayerSpec.RmsNormalization("tested", List.of(2, 3), 0.01f));
            layers.forEach(
                    layer -> cases.add(Case.between(LayerFacts.settings(layer) + " " + layer, 3, channels, layer)));
        }
        cases.add(Case.between(
                "Three groups", 17, 18, new LayerSpec.GroupNormalization("tested", 3, -1, 0.01f, false, true)));
        cases.add(Case.of(
                "Over a sequence and a vector",
                Shape.of(5, 4),
                17,
                distributed("a", 18, TANH),
                new LayerSpec.LayerNormalization("b"),
                new Lstm("c", 7, false),
                new LayerSpec.LayerNormalization("d"),
                new RepeatVector("e", 5),
                new LayerSpec.GroupNormalization("f", 7),
                distributed("g", 4, LINEAR)));
        return cases.stream();
    }

    /** Every kind of layer on each step of a sequence, between layers that want its input's gradient. */
    static Stream<Case> layersAtEachStep() {
        Size2 three = Size2.square(3);
        Size2 two = Size2.square(2);
        List<LayerSpec> onImages = List.of(
                conv("in", 17, 3, 1, SAME, RELU),
                new Conv2d("in", 4, three, LayerSpec.ONE, SAME, TANH).withGroups(2),
                conv("in", 5, 2, 2, VALID, Activation.SILU),
                transposed("in", 3, 3, 2, SAME, TANH),
                new LayerSpec.DepthwiseConv2d("in", three, LayerSpec.ONE, SAME, TANH).withDepthMultiplier(2),
                new LayerSpec.SeparableConv2d("in", 5, two, LayerSpec.ONE, SAME, TANH),
                pool("in", 2, 2, SAME),
                new LayerSpec.AveragePooling2d("in", two, two, SAME),
                new GlobalAveragePooling2d("in"),
                new LayerSpec.GlobalMaxPooling2d("in"),
                up("in", 2),
                new UpSampling2d("in", two, LayerSpec.Interpolation.BILINEAR),
                new LayerSpec.ZeroPadding2d("in", 1, 0, 2, 1),
                new LayerSpec.Cropping2d("in", 1, 0, 0, 1),
                new LayerSpec.Permute("in", List.of(3, 1, 2)),
                new Flatten("in"),
                norm("in"),
                new LayerSpec.LayerNormalization("in"),
                new LayerSpec.GroupNormalization("in", 2),
                new LayerSpec.PRelu("in", List.of(1, 2)),
                new LayerSpec.ChannelsFirst(new Conv2d("in", 3, two, LayerSpec.ONE, SAME, TANH)),
                new TimeDistributed("in", new LayerSpec.Conv1d("inner", 3, 2, 1, SAME, TANH)),
                dense("in", 3, TANH));
        List<LayerSpec> onSequences = List.of(
                new LayerSpec.Conv1d("in", 5, 3, 2, SAME, RELU),
                new LayerSpec.Conv1dTranspose("in", 3, 3, 2, SAME, TANH),
                new LayerSpec.MaxPooling1d("in", 2, 2, VALID),
                new LayerSpec.GlobalAveragePooling1d("in"),
                new Lstm("in", 3, false),
                new LayerSpec.Gru("in", 17, true, Recurrence.DEFAULT, true),
                new LayerSpec.Bidirectional(
                        "in",
                        new Lstm("f", 3, true),
                        new Lstm("b", 3, true, Recurrence.DEFAULT.withGoBackwards(true)),
                        LayerSpec.MergeMode.CONCAT),
                new LayerSpec.Reshape("in", Shape.of(8)));
        List<LayerSpec> onVectors = List.of(
                new RepeatVector("in", 2),
                norm("in"),
                new ActivationLayer("in", Activation.SOFTMAX),
                dense("in", 3, TANH));
        List<Case> cases = new ArrayList<>();
        onImages.forEach(layer -> cases.add(eachStep(layer, Shape.of(3, 4, 3, 4))));
        onSequences.forEach(layer -> cases.add(eachStep(layer, Shape.of(3, 4, 2))));
        onVectors.forEach(layer -> cases.add(eachStep(layer, Shape.of(3, 5))));
        return cases.stream();
    }

    private static Case eachStep(LayerSpec layer, Shape input) {
        return Case.of(
                "At each step " + KerasClass.of(layer) + " " + LayerFacts.settings(layer),
                input,
                5,
                dense("before", input.dimension(-1), TANH),
                new TimeDistributed("tested", layer),
                new Flatten("flat"),
                dense("after", input.size(), LINEAR),
                new Reshape("back", input));
    }

    static Stream<Case> recurrentLayers() {
        List<Case> cases = new ArrayList<>();
        int[] batches = {1, 3, 17};
        int turn = 0;
        for (int units : new int[] {3, 8, 20, 32, 33}) {
            for (int steps : new int[] {1, 2, 5}) {
                int samples = batches[turn % 3];
                int features = List.of(1, 4, 33).get(turn / 2 % 3);
                Shape sequence = Shape.of(steps, features);
                cases.add(Case.of(
                        "Lstm " + units + " on " + sequence,
                        sequence,
                        samples,
                        new Lstm("tested", units, true),
                        distributed("out", features, LINEAR)));
                cases.add(Case.of(
                        "Lstm " + units + " on " + sequence + " to a vector and back",
                        sequence,
                        samples,
                        new Lstm("down", 5, true),
                        new Lstm("tested", units, false),
                        new RepeatVector("repeat", steps),
                        new Lstm("up", 4, true),
                        distributed("out", features, SIGMOID)));
                turn++;
            }
        }
        for (int samples : new int[] {1, 8, 33, 70}) {
            Shape sequence = Shape.of(3, 2);
            cases.add(Case.of(
                    "Lstm over several chunks",
                    sequence,
                    samples,
                    new Lstm("a", 6, true),
                    new Lstm("b", 3, false),
                    dense("code", 2, TANH),
                    new RepeatVector("repeat", 3),
                    new Lstm("c", 5, true),
                    distributed("out", 2, LINEAR)));
        }
        return cases.stream();
    }

    static Stream<Case> chains() {
        Shape image = Shape.of(6, 10, 1);
        Shape sequence = Shape.of(4, 6);
        List<Case> cases = new ArrayList<>();
        for (int samples : new int[] {1, 3, 17}) {
            cases.add(Case.of(
                    "The MNIST lab's CNN, small",
                    Shape.of(8, 12, 1),
                    samples,
                    conv("enc_conv1", 5, 3, 1, SAME, RELU),
                    norm("enc_bn1"),
                    pool("enc_pool1", 2, 2, SAME),
                    conv("enc_conv2", 4, 3, 1, SAME, RELU),
                    norm("enc_bn2"),
                    pool("enc_pool2", 2, 2, SAME),
                    conv("latent", 3, 3, 1, SAME, RELU),
                    conv("dec_conv1", 4, 3, 1, SAME, RELU),
                    norm("dec_bn1"),
                    up("dec_up1", 2),
                    conv("dec_conv2", 5, 3, 1, SAME, RELU),
                    norm("dec_bn2"),
                    up("dec_up2", 2),
                    conv("output", 1, 3, 1, SAME, SIGMOID)));
        }
        cases.add(Case.of(
                "conv, norm, pool, conv, up, conv",
                image,
                3,
                conv("a", 17, 3, 1, SAME, TANH),
                norm("b"),
                pool("c", 2, 2, SAME),
                conv("d", 3, 3, 1, SAME, TANH),
                up("e", 2),
                conv("f", 1, 3, 1, SAME, SIGMOID)));
        // What is written row by row must not go into a grid whose pixels lie apart.
        cases.add(Case.between("norm, strided transposed conv", 3, 2, norm("b"), transposed("t", 2, 3, 2, SAME, TANH)));
        cases.add(Case.between("pool, strided transposed conv", 3, 2, pool("b", 2, 2, SAME), wideStride("t")));
        cases.add(Case.between("wide pool, strided transposed conv", 3, 2, pool("b", 3, 1, SAME), wideStride("t")));
        cases.add(Case.between("up, strided transposed conv", 3, 2, up("b", 2), wideStride("t")));
        cases.add(Case.of(
                "up, conv of many channels",
                image,
                3,
                pool("a", 2, 2, VALID),
                dense("b", 3, TANH),
                up("c", 2),
                conv("d", 33, 3, 1, SAME, TANH),
                conv("e", 1, 1, 1, SAME, LINEAR)));
        cases.add(Case.of(
                "up by 3 and 2x1, conv 5x5",
                Shape.of(6, 6, 2),
                3,
                pool("a", 3, 3, SAME),
                norm("b"),
                up("c", 3),
                conv("d", 4, 5, 1, SAME, TANH),
                new UpSampling2d("e", new Size2(2, 1)),
                conv("f", 2, 3, 1, SAME, TANH),
                new MaxPooling2d("g", new Size2(2, 1), new Size2(2, 1), VALID)));
        cases.add(Case.of(
                "conv, norm, leaky ReLU, twice",
                image,
                3,
                conv("a", 8, 3, 2, SAME, LINEAR),
                norm("b"),
                new LeakyRelu("c", 0.3f),
                transposed("d", 5, 3, 2, SAME, LINEAR),
                norm("e"),
                new LeakyRelu("f", 0.1f),
                conv("g", 1, 3, 1, SAME, LINEAR)));
        cases.add(Case.of(
                "two norms, activations and poolings in a row",
                Shape.of(8, 8, 3),
                3,
                norm("a"),
                norm("b"),
                new ActivationLayer("c", TANH),
                new ActivationLayer("d", SIGMOID),
                pool("e", 2, 2, SAME),
                pool("f", 2, 2, SAME),
                up("g", 2),
                up("h", 2),
                norm("i")));
        cases.add(Case.of(
                "flatten, dense, reshape, transposed",
                image,
                3,
                conv("a", 4, 3, 2, SAME, RELU),
                new Flatten("b"),
                dense("c", 5, LINEAR),
                dense("d", 45, RELU),
                new Reshape("e", Shape.of(3, 5, 3)),
                transposed("f", 6, 3, 2, SAME, RELU),
                transposed("g", 1, 3, 1, SAME, SIGMOID)));
        cases.add(Case.of(
                "flatten, norm of a vector",
                image,
                9,
                new Flatten("a"),
                dense("b", 7, LINEAR),
                norm("c"),
                new ActivationLayer("d", RELU),
                dense("e", 60, LINEAR),
                new Reshape("f", image)));
        cases.add(Case.of(
                "average, dense, reshape, up, transposed, as CIFAR's CNN",
                Shape.of(8, 8, 3),
                3,
                conv("a", 6, 3, 1, SAME, RELU),
                pool("b", 2, 2, SAME),
                conv("c", 9, 3, 1, SAME, RELU),
                pool("d", 2, 2, SAME),
                conv("e", 17, 3, 1, SAME, RELU),
                new GlobalAveragePooling2d("f"),
                dense("g", 4, LINEAR),
                dense("h", 68, RELU),
                new Reshape("i", Shape.of(2, 2, 17)),
                transposed("j", 17, 3, 1, SAME, RELU),
                up("k", 2),
                transposed("l", 9, 3, 1, SAME, RELU),
                up("m", 2),
                transposed("n", 3, 3, 1, SAME, SIGMOID)));
        cases.add(Case.of(
                "image as sequence and back",
                Shape.of(4, 3, 2),
                3,
                conv("a", 2, 3, 1, SAME, TANH),
                new Reshape("b", sequence),
                new Lstm("c", 6, true),
                new Reshape("d", Shape.of(4, 3, 2)),
                conv("e", 2, 3, 1, SAME, LINEAR)));
        cases.add(Case.of(
                "dense, norm, leaky ReLU and activation on a sequence",
                sequence,
                5,
                new Lstm("a", 5, true),
                norm("b"),
                dense("c", 4, LINEAR),
                new LeakyRelu("d", 0.3f),
                new Lstm("e", 3, true),
                new ActivationLayer("f", RELU),
                distributed("g", 6, TANH)));
        cases.add(Case.of(
                "dense before an LSTM, flatten after it",
                sequence,
                3,
                dense("a", 5, TANH),
                new Lstm("b", 4, true),
                new Flatten("c"),
                dense("d", 24, LINEAR),
                new Reshape("e", sequence)));
        cases.add(Case.of(
                "repeated vector without an LSTM",
                sequence,
                3,
                new Flatten("a"),
                dense("b", 3, TANH),
                new RepeatVector("c", 4),
                distributed("d", 5, TANH),
                dense("e", 6, LINEAR)));
        cases.add(Case.of(
                "TimeDistributed first",
                sequence,
                3,
                distributed("a", 3, RELU),
                new Lstm("b", 2, false),
                new RepeatVector("c", 4),
                distributed("d", 6, SIGMOID)));
        cases.add(Case.of("LSTM last", sequence, 3, new Lstm("a", 3, true), new Lstm("b", 6, true)));
        cases.add(Case.of("LSTM state last", Shape.of(6), 3, new RepeatVector("a", 3), new Lstm("b", 6, false)));
        return cases.stream();
    }

    /** From 5x7 pixels to 4x6, which tiles of two by two cover. */
    private static LayerSpec toEven(String name) {
        return conv(name, 18, 2, 1, VALID, TANH);
    }

    /** So many weights or channels that their gradients are summed in other ways. */
    static Stream<Case> wideLayers() {
        Size2 three = Size2.square(3);
        Size2 one = Size2.square(1);
        return Stream.of(
                Case.between("to few filters", 5, 32, conv("a", 16, 3, 1, SAME, TANH), conv("b", 8, 3, 2, VALID, RELU)),
                Case.between("to few filters, on rows of a tap", 3, 32, conv("a", 16, 1, 2, SAME, TANH)),
                Case.between("by tiles", 4, 32, toEven("z"), conv("a", 48, 3, 1, SAME, TANH)),
                Case.between("by tiles, transposed", 6, 33, toEven("z"), transposed("a", 17, 3, 1, SAME, RELU)),
                Case.between("by tiles, normalized", 4, 16, toEven("z"), conv("a", 16, 3, 1, SAME, RELU), norm("b")),
                Case.between("with the windows of tiles, repeated", 4, 18, transposed("a", 35, 4, 2, SAME, TANH)),
                Case.between("by tiles, repeated", 5, 18, up("a", 2), conv("b", 35, 3, 1, SAME, TANH)),
                Case.between("by tiles, repeated, many", 5, 33, up("a", 2), conv("b", 64, 3, 1, SAME, TANH)),
                Case.of(
                        "by tiles, summed by chunk",
                        Shape.of(16, 16, 16),
                        2,
                        conv("a", 18, 3, 1, SAME, TANH),
                        conv("b", 16, 3, 1, SAME, LINEAR)),
                Case.of(
                        "by tiles, repeated, summed by chunk",
                        Shape.of(16, 16, 16),
                        2,
                        conv("a", 17, 3, 2, SAME, TANH),
                        up("b", 2),
                        transposed("c", 16, 3, 1, SAME, LINEAR)),
                Case.between("transposed", 3, 32, transposed("a", 32, 3, 1, SAME, TANH)),
                Case.between("transposed with stride", 2, 64, transposed("a", 32, 3, 2, SAME, TANH)),
                Case.between("folded to few filters", 3, 32, up("a", 2), conv("b", 16, 3, 1, SAME, TANH)),
                Case.between("folded, transposed", 2, 32, up("a", 2), transposed("b", 32, 3, 1, SAME, RELU)),
                Case.between(
                        "many filters",
                        9,
                        48,
                        new Conv2d("a", 64, three, one, SAME, RELU),
                        norm("b"),
                        pool("c", 2, 2, VALID)),
                Case.of(
                        "large dense",
                        Shape.of(40),
                        21,
                        dense("a", 3, TANH),
                        norm("b"),
                        dense("c", 700, RELU),
                        dense("d", 33, TANH),
                        new Dropout("none", 0),
                        new LayerSpec.GaussianNoise("silent", 0),
                        dense("e", 40, LINEAR)),
                Case.of(
                        "a dropout of nothing between normalisation and pooling",
                        Shape.of(6, 4, 2),
                        5,
                        conv("a", 5, 3, 1, SAME, RELU),
                        norm("b"),
                        new Dropout("none", 0),
                        pool("c", 2, 2, VALID),
                        up("d", 2),
                        conv("e", 2, 3, 1, SAME, LINEAR)),
                Case.of(
                        "large dense between images",
                        Shape.of(6, 6, 2),
                        7,
                        conv("a", 16, 3, 1, SAME, RELU),
                        new Flatten("b"),
                        dense("c", 40, LINEAR),
                        dense("d", 6 * 6 * 16, RELU),
                        new Reshape("e", Shape.of(6, 6, 16)),
                        transposed("f", 2, 3, 1, SAME, SIGMOID)));
    }

    @ParameterizedTest
    @MethodSource({
        "convolutions",
        "directConvolutions",
        "sampleNormalizations",
        "interpolations",
        "endsOfTheChain",
        "imageLayers",
        "recurrentLayers",
        "layersAtEachStep",
        "cells",
        "wideLayers",
        "chains"
    })
    void lossGradientsAndMovingStatisticsAreThoseOfTheReference(Case tested) {
        int samples = tested.samples();
        Parameters parameters = scattered(tested);
        ReferenceNetwork reference = new ReferenceNetwork(tested.input(), tested.layers(), parameters);
        Batch inputs = Batch.random("inputs", samples, tested.input());
        Batch targets = Batch.random("targets", samples, tested.input());

        try (TrainingSession session = TrainingSession.of(
                tested.input(),
                tested.layers(),
                parameters,
                TrainingSettings.of(Optimizer.Adam.DEFAULT, samples, 1),
                2)) {
            double loss = session.computeGradients(inputs, targets, inOrder(samples), 0, samples);

            assertThat(loss)
                    .as("loss")
                    .isEqualTo(
                            reference.meanSquaredError(inputs.doubles(), targets.doubles(), samples, true),
                            within(LOSS_TOLERANCE * loss));
            assertThat(session.meanAbsoluteError())
                    .as("mean absolute error")
                    .isEqualTo(
                            meanAbsoluteError(reference.forward(inputs.doubles(), samples, true), targets.doubles()),
                            within(LOSS_TOLERANCE * session.meanAbsoluteError()));
            List<double[]> moved = reference.parametersWithMovedStatistics(inputs.doubles(), samples);
            checkVariables("after the step, ", parameters.list(), moved);
            checkGradients(parameters.list(), session, reference, inputs.doubles(), targets.doubles(), samples);
        }
    }

    private static double meanAbsoluteError(double[] predictions, double[] targets) {
        double sum = 0;
        for (int i = 0; i < predictions.length; i++) {
            sum += Math.abs(predictions[i] - targets[i]);
        }
        return sum / predictions.length;
    }

    @ParameterizedTest
    @MethodSource({
        "convolutions",
        "directConvolutions",
        "sampleNormalizations",
        "interpolations",
        "endsOfTheChain",
        "imageLayers",
        "recurrentLayers",
        "layersAtEachStep",
        "cells",
        "wideLayers",
        "chains"
    })
    void inferenceIsThatOfTheReference(Case tested) {
        int samples = tested.samples();
        Parameters parameters = scattered(tested);
        ReferenceNetwork reference = new ReferenceNetwork(tested.input(), tested.layers(), parameters);
        Batch inputs = Batch.random("inputs", samples, tested.input());
        double[] expected = reference.forward(inputs.doubles(), samples, false);
        Autoencoder model = new Autoencoder(tested.spec(), parameters, Normalization.NONE);

        try (Inference inference = Inference.of(model, 2)) {
            float[] rebuilt = new float[expected.length];
            inference.reconstruct(inputs, 0, samples, rebuilt);
            checkClose("reconstruction", rebuilt, expected, OUTPUT_TOLERANCE);

            float[] codes = new float[samples * tested.spec().latentSize()];
            float[] decoded = new float[expected.length];
            inference.encode(inputs, 0, samples, codes);
            inference.decode(codes, samples, decoded);
            checkClose("decoded code", decoded, expected, OUTPUT_TOLERANCE);
        }
    }

    /** A batch may be smaller than the session's, start anywhere in an order and name samples in any order. */
    @Test
    void partialBatchesInAnyOrderHaveTheGradientsOfTheirSamples() {
        List<Case> cases = List.of(
                chains().findFirst().orElseThrow(), recurrentLayers().toList().getLast());
        for (Case tested : cases) {
            Parameters parameters = scattered(tested);
            Batch all = Batch.random("inputs", 20, tested.input());
            int[] order = {3, 7, 19, 0, 11, 5, 12, 1};
            ReferenceNetwork reference = new ReferenceNetwork(tested.input(), tested.layers(), parameters);
            double[] batch = all.select(order, 2, 5);
            try (TrainingSession session = TrainingSession.of(
                    tested.input(),
                    tested.layers(),
                    parameters,
                    TrainingSettings.of(Optimizer.Adam.DEFAULT, 64, 1),
                    2)) {
                session.computeGradients(all, all, inOrder(20), 0, 20); // leaves its traces in every buffer
                session.computeGradients(all, all, order, 2, 5);

                checkGradients(parameters.list(), session, reference, batch, batch, 5);
            }
        }
    }

    /** With one sample, the gradient of the kernel after a dropout is 0 exactly where a value was dropped. */
    @Test
    void gradientsGoThroughWhatDropoutKeepsAlone() {
        Shape input = Shape.of(3);
        Dropout dropout = new Dropout("drop", 0.4f);
        int width = 50;
        List<LayerSpec> layers = List.of(dense("a", width, TANH), dropout, dense("b", 3, LINEAR));
        Parameters parameters = scattered(new Case("dropout", input, 1, layers));
        Batch inputs = Batch.random("inputs", 1, input);
        Batch targets = Batch.random("targets", 1, input);

        try (TrainingSession session =
                TrainingSession.of(input, layers, parameters, TrainingSettings.of(Optimizer.Adam.DEFAULT, 1, 1), 1)) {
            List<boolean[]> masks = new ArrayList<>();
            for (int step = 0; step < 3; step++) {
                session.computeGradients(inputs, targets, inOrder(1), 0, 1);
                float[] kernelGradient = session.gradient(2);
                boolean[] kept = new boolean[width];
                for (int i = 0; i < width; i++) {
                    kept[i] = kernelGradient[3 * i] != 0;
                }
                ReferenceNetwork.DropoutMask mask = (layer, index) -> kept[index];
                ReferenceNetwork reference = new ReferenceNetwork(input, layers, parameters, mask);
                checkGradients(parameters.list(), session, reference, inputs.doubles(), targets.doubles(), 1);
                masks.add(kept);
            }

            for (boolean[] drawn : masks) {
                long count = IntStream.range(0, width).filter(i -> drawn[i]).count();
                assertThat(count).as("kept of 50 at rate 0.4").isBetween(17L, 43L); // 30, give or take 3.75 deviations
            }
            assertThat(masks.get(1)).as("the second step's mask").isNotEqualTo(masks.get(0));
        }
    }

    /** With one sample, what the noise let through is the gradient of the kernel after it over that of the bias. */
    @Test
    void gradientsGoThroughGaussianNoiseUnchanged() {
        Shape input = Shape.of(3);
        int width = 400;
        LayerSpec first = dense("a", width, TANH);
        List<LayerSpec> layers = List.of(first, new LayerSpec.GaussianNoise("noise", 0.4f), dense("b", 3, LINEAR));
        Parameters parameters = scattered(new Case("gaussian noise", input, 1, layers));
        Batch inputs = Batch.random("inputs", 1, input);
        Batch targets = Batch.random("targets", 1, input);
        double[] quiet = new ReferenceNetwork(
                        input, List.of(first), Parameters.of(parameters.list().subList(0, 2)))
                .forward(inputs.doubles(), 1, false);

        try (TrainingSession session =
                TrainingSession.of(input, layers, parameters, TrainingSettings.of(Optimizer.Adam.DEFAULT, 1, 1), 1)) {
            List<double[]> drawn = new ArrayList<>();
            for (int step = 0; step < 3; step++) {
                session.computeGradients(inputs, targets, inOrder(1), 0, 1);
                double[] noise = new double[width];
                for (int i = 0; i < width; i++) {
                    noise[i] = (double) session.gradient(2)[3 * i] / session.gradient(3)[0] - quiet[i];
                }
                ReferenceNetwork.AddedNoise added = (layer, index) -> noise[index];
                ReferenceNetwork reference = new ReferenceNetwork(input, layers, parameters, added);
                checkGradients(parameters.list(), session, reference, inputs.doubles(), targets.doubles(), 1);
                drawn.add(noise);
            }

            for (double[] noise : drawn) {
                double mean = Arrays.stream(noise).average().orElseThrow();
                double squares = Arrays.stream(noise).map(x -> x * x).average().orElseThrow();
                long beyond =
                        Arrays.stream(noise).filter(x -> Math.abs(x) > 0.8).count();
                // Each within four of its own standard deviations.
                assertThat(mean).isEqualTo(0, within(0.08));
                assertThat(Math.sqrt(squares)).isEqualTo(0.4, within(0.057));
                assertThat(beyond).as("beyond two deviations, of 400").isBetween(2L, 35L);
            }
            assertThat(drawn.get(1)).as("the second step's noise").isNotEqualTo(drawn.get(0));
        }
    }

    @Test
    void spatialDropoutDropsWholeChannelsOnBothWays() {
        Shape input = Shape.of(2, 3, 3);
        int width = 60;
        List<LayerSpec> layers = List.of(
                conv("a", width, 1, 1, SAME, TANH),
                new LayerSpec.SpatialDropout("drop", 2, 0.4f),
                dense("b", 3, LINEAR));
        // Where a channel is dropped, nothing of it reaches the kernel after it.
        double[] kept = new double[width];
        checkNoise(
                layers,
                input,
                (session, quiet) -> {
                    for (int c = 0; c < width; c++) {
                        kept[c] = session.gradient(2)[3 * c] == 0 ? 0 : 1 / (1 - 0.4);
                    }
                },
                index -> kept[index % width],
                index -> 0);
        long count = Arrays.stream(kept).filter(each -> each > 0).count();
        assertThat(count).as("kept of 60 at rate 0.4").isBetween(21L, 51L); // 36, give or take 3.8 deviations
    }

    /** What is dropped adds nothing to the rows of the kernels that it would have been multiplied with. */
    @Test
    void recurrentLayersDropTheirShareAnewInEachTrainingStep() {
        int width = 60;
        Shape input = Shape.of(2, width);
        List<LayerSpec> layers = List.of(
                new LayerSpec.SimpleRnn("a", width, true, Recurrence.DEFAULT.withDropout(0.4f, 0.2f)),
                dense("b", width, LINEAR));
        Parameters parameters = scattered(new Case("recurrent dropout", input, 1, layers));
        Batch inputs = Batch.random("inputs", 1, input);
        Batch targets = Batch.random("targets", 1, input);
        Set<List<Boolean>> drawn = new HashSet<>();

        try (TrainingSession session =
                TrainingSession.of(input, layers, parameters, TrainingSettings.of(Optimizer.Adam.DEFAULT, 1, 1), 1)) {
            for (int step = 0; step < 3; step++) {
                session.computeGradients(inputs, targets, inOrder(1), 0, 1);
                List<Boolean> ofInput = rowsThatLearn(session.gradient(0), width);
                List<Boolean> ofState = rowsThatLearn(session.gradient(1), width);
                assertThat(ofInput.stream().filter(kept -> kept).count())
                        .as("kept of 60 at rate 0.4")
                        .isBetween(21L, 51L); // 36, give or take 3.8 deviations
                assertThat(ofState.stream().filter(kept -> kept).count())
                        .as("kept of 60 at rate 0.2")
                        .isBetween(36L, 59L); // 48, give or take 3.1
                drawn.add(ofInput);
                drawn.add(ofState);
            }
        }
        assertThat(drawn).hasSize(6);
    }

    private static List<Boolean> rowsThatLearn(float[] gradient, int columns) {
        return IntStream.range(0, gradient.length / columns)
                .mapToObj(row -> IntStream.range(0, columns).anyMatch(i -> gradient[row * columns + i] != 0))
                .toList();
    }

    @Test
    void gaussianDropoutMultipliesAlikeOnBothWays() {
        Shape input = Shape.of(3);
        int width = 400;
        List<LayerSpec> layers =
                List.of(dense("a", width, TANH), new LayerSpec.GaussianDropout("drop", 0.2f), dense("b", 3, LINEAR));
        double[] factors = new double[width];
        checkNoise(
                layers,
                input,
                (session, quiet) -> {
                    for (int i = 0; i < width; i++) {
                        factors[i] = (double) session.gradient(2)[3 * i] / session.gradient(3)[0] / quiet[i];
                    }
                },
                index -> factors[index],
                index -> 0);
        double mean = Arrays.stream(factors).average().orElseThrow();
        double squares =
                Arrays.stream(factors).map(x -> (x - 1) * (x - 1)).average().orElseThrow();
        assertThat(mean).isEqualTo(1, within(0.1)); // the deviation is sqrt(0.2 / 0.8) = 0.5
        assertThat(Math.sqrt(squares)).isEqualTo(0.5, within(0.071));
    }

    /** By Keras's formula, written out for rate 0.3. */
    @Test
    void alphaDropoutScalesAndShiftsWhatItKeeps() {
        Shape input = Shape.of(3);
        int width = 60;
        List<LayerSpec> layers =
                List.of(dense("a", width, TANH), new LayerSpec.AlphaDropout("drop", 0.3f), dense("b", 3, LINEAR));
        double least = -1.7580993408473766;
        double scale = 1 / Math.sqrt(0.7 * (1 + 0.3 * least * least));
        double shift = -scale * least * 0.3;
        boolean[] kept = new boolean[width];
        checkNoise(
                layers,
                input,
                (session, quiet) -> {
                    for (int i = 0; i < width; i++) {
                        double seen = (double) session.gradient(2)[3 * i] / session.gradient(3)[0];
                        kept[i] = Math.abs(seen - (scale * least + shift)) > 1e-4;
                    }
                },
                index -> kept[index] ? scale : 0,
                index -> kept[index] ? shift : scale * least + shift);
        long count = IntStream.range(0, width).filter(i -> kept[i]).count();
        assertThat(count).as("kept of 60 at rate 0.3").isBetween(28L, 56L); // 42, give or take 3.5 deviations
    }

    /**
     * Trains one sample through noise, once it is read from the gradients what the noise did.
     *
     * @param draw given the session and what the layer before the noise gives
     */
    private static void checkNoise(
            List<LayerSpec> layers,
            Shape input,
            BiConsumer<TrainingSession, double[]> draw,
            IntToDoubleFunction factor,
            IntToDoubleFunction summand) {
        Parameters parameters = scattered(new Case("noise", input, 1, layers));
        Batch inputs = Batch.random("inputs", 1, input);
        Batch targets = Batch.random("targets", 1, input);
        double[] quiet = new ReferenceNetwork(
                        input,
                        layers.subList(0, 1),
                        Parameters.of(parameters.list().subList(0, 2)))
                .forward(inputs.doubles(), 1, false);
        try (TrainingSession session =
                TrainingSession.of(input, layers, parameters, TrainingSettings.of(Optimizer.Adam.DEFAULT, 1, 1), 1)) {
            session.computeGradients(inputs, targets, inOrder(1), 0, 1);
            draw.accept(session, quiet);
            ReferenceNetwork.Disturbance disturbance = new ReferenceNetwork.Disturbance() {
                @Override
                public double factor(LayerSpec.TrainingNoise layer, int index) {
                    return factor.applyAsDouble(index);
                }

                @Override
                public double summand(LayerSpec.TrainingNoise layer, int index) {
                    return summand.applyAsDouble(index);
                }
            };
            ReferenceNetwork reference = new ReferenceNetwork(input, layers, parameters, disturbance);
            checkGradients(parameters.list(), session, reference, inputs.doubles(), targets.doubles(), 1);
            float[] first = session.gradient(2).clone();
            session.computeGradients(inputs, targets, inOrder(1), 0, 1);
            assertThat(session.gradient(2)).as("the second step's noise").isNotEqualTo(first);
        }
    }

    private static void checkGradients(
            List<Parameter> parameters,
            TrainingSession session,
            ReferenceNetwork reference,
            double[] inputs,
            double[] targets,
            int samples) {
        double largestOfAll = IntStream.range(0, parameters.size())
                .mapToDouble(p -> largest(session.gradient(p)))
                .max()
                .orElse(0);
        for (int p = 0; p < parameters.size(); p++) {
            Parameter parameter = parameters.get(p);
            float[] actual = session.gradient(p);
            if (!parameter.trainable()) {
                assertThat(actual).as("gradient of " + parameter.path()).isEmpty();
                continue;
            }
            assertThat(actual)
                    .as("gradient of " + parameter.path())
                    .hasSize(parameter.shape().size());
            int[] indices = someOf(actual);
            double[] expected = reference.gradient(p, indices, inputs, targets, samples);
            double scale = Math.max(
                    largest(actual),
                    Arrays.stream(expected)
                            .filter(Double::isFinite)
                            .map(Math::abs)
                            .max()
                            .orElse(0));
            int compared = 0;
            for (int i = 0; i < indices.length; i++) {
                if (!Double.isNaN(expected[i])) {
                    assertThat((double) actual[indices[i]])
                            .as("gradient of %s[%d], largest %.3g", parameter.path(), indices[i], scale)
                            .isEqualTo(
                                    expected[i],
                                    within(GRADIENT_TOLERANCE * scale + VANISHING_TOLERANCE * largestOfAll));
                    compared++;
                }
            }
            assertThat(compared)
                    .as("gradients of %s that no kink forbids to compare", parameter.path())
                    .isGreaterThanOrEqualTo((indices.length + 1) / 2);
        }
    }

    private static void checkVariables(String when, List<Parameter> parameters, List<double[]> expected) {
        for (int p = 0; p < parameters.size(); p++) {
            checkClose(
                    when + parameters.get(p).path(), parameters.get(p).values(), expected.get(p), STATISTICS_TOLERANCE);
        }
    }

    private static void checkClose(String what, float[] actual, double[] expected, double tolerance) {
        double scale = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertThat(actual).as(what).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i])
                    .as("%s[%d], largest %.3g", what, i, scale)
                    .isEqualTo(expected[i], within(tolerance * scale + 1e-30));
        }
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /** The first, the last, the one with the largest gradient and some between. */
    private static int[] someOf(float[] gradient) {
        int largest = 0;
        for (int i = 0; i < gradient.length; i++) {
            if (Math.abs(gradient[i]) > Math.abs(gradient[largest])) {
                largest = i;
            }
        }
        RandomGenerator random = new RandomSource(gradient.length).stream("indices", 0);
        IntStream chosen = gradient.length <= INDICES_PER_VARIABLE
                ? IntStream.range(0, gradient.length)
                : IntStream.concat(
                        IntStream.of(0, gradient.length - 1, largest),
                        random.ints(INDICES_PER_VARIABLE - 3, 0, gradient.length));
        return chosen.distinct().toArray();
    }

    private static int[] inOrder(int count) {
        return IntStream.range(0, count).toArray();
    }

    /**
     * Initial parameters moved off the values that hide mistakes: biases off 0, scales off 1 and some below 0, moving
     * statistics off 0 and 1.
     */
    private static Parameters scattered(Case tested) {
        RandomSource source = new RandomSource(11);
        Parameters parameters = Parameters.initialize(tested.input(), tested.layers(), source);
        for (Parameter parameter : parameters.list()) {
            RandomGenerator random = source.stream("scatter/" + parameter.path(), 0);
            float[] values = parameter.values();
            for (int i = 0; i < values.length; i++) {
                float number = 2 * random.nextFloat() - 1;
                switch (parameter.name()) {
                    case "bias", "forward_bias", "backward_bias", "beta", "moving_mean" -> values[i] += 0.4f * number;
                    case "gamma" -> values[i] = number < -0.4f ? number : 1 + 0.5f * number;
                    case "moving_variance" -> values[i] += 0.5f * number;
                    default -> {}
                }
            }
        }
        return parameters;
    }

    /** Random samples, the same ones as floats for the engine and as doubles for the reference. */
    private static final class Batch implements Samples {
        private final int size;
        private final float[] numbers;

        private Batch(int size, float[] numbers) {
            this.size = size;
            this.numbers = numbers;
        }

        static Batch random(String purpose, int samples, Shape shape) {
            RandomGenerator random = new RandomSource(3).stream(purpose, shape.size());
            float[] numbers = new float[samples * shape.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = (float) random.nextGaussian();
            }
            return new Batch(shape.size(), numbers);
        }

        double[] doubles() {
            return ReferenceNetwork.toDoubles(numbers);
        }

        double[] select(int[] order, int from, int count) {
            float[] selected = new float[count * size];
            for (int i = 0; i < count; i++) {
                copySample(order[from + i], selected, i * size);
            }
            return ReferenceNetwork.toDoubles(selected);
        }

        @Override
        public void copySample(int index, float[] into, int offset) {
            System.arraycopy(numbers, index * size, into, offset, size);
        }
    }

    private static Conv2d conv(
            String name, int filters, int kernel, int stride, Padding padding, Activation activation) {
        return new Conv2d(name, filters, Size2.square(kernel), Size2.square(stride), padding, activation);
    }

    private static Conv2dTranspose transposed(
            String name, int filters, int kernel, int stride, Padding padding, Activation activation) {
        return new Conv2dTranspose(name, filters, Size2.square(kernel), Size2.square(stride), padding, activation);
    }

    private static Conv2dTranspose wideStride(String name) {
        return new Conv2dTranspose(name, 2, new Size2(2, 3), new Size2(1, 3), SAME, TANH);
    }

    private static BatchNormalization norm(String name) {
        return new BatchNormalization(name, 0.9f, 1e-3f);
    }

    private static MaxPooling2d pool(String name, int size, int stride, Padding padding) {
        return new MaxPooling2d(name, Size2.square(size), Size2.square(stride), padding);
    }

    private static UpSampling2d up(String name, int size) {
        return new UpSampling2d(name, Size2.square(size));
    }

    private static Dense dense(String name, int units, Activation activation) {
        return new Dense(name, units, activation);
    }

    private static TimeDistributed distributed(String name, int units, Activation activation) {
        return new TimeDistributed(name, new Dense(name + "_dense", units, activation));
    }
}

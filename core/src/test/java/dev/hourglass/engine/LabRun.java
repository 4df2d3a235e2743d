package dev.hourglass.engine;

import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Presets;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Trains the lab's models for a few steps on made-up images and tells the digest of all weights with the errors of the
 * last step. Run as a program it does so in a JVM of its own, whose flags choose the vector width; it prints the kernels
 * in use and a digest a line.
 */
final class LabRun {
    static final int BATCH = 48;
    /** The last batch is smaller, and its last chunk smaller still. */
    private static final int SAMPLES = 2 * BATCH + 13;

    /**
     * The labs' models, one with a dense layer so large that its gradient is summed over the batch at once, one of every
     * recurrent layer, and two that sample.
     */
    static final List<AutoencoderSpec> MODELS = List.of(
            Presets.mnistCnn("cnn"),
            Presets.mnistLstm("lstm"),
            wide(),
            recurrent(),
            masked(),
            statesOfOthers(),
            statesOfMore(),
            convolutionalLstm(),
            attention(),
            eachStep(),
            further(),
            Presets.mnistVae("vae"),
            variational(),
            Presets.mnistVq("vq"),
            quantized());

    private LabRun() {}

    private static AutoencoderSpec wide() {
        Size2 three = Size2.square(3);
        Size2 one = Size2.square(1);
        return new AutoencoderSpec(
                "wide",
                Shape.of(12, 12, 1),
                List.of(
                        new LayerSpec.Conv2d("a", 32, three, one, Padding.SAME, Activation.RELU),
                        new LayerSpec.MaxPooling2d("b", Size2.square(2), Size2.square(2), Padding.VALID),
                        new LayerSpec.GlobalAveragePooling2d("c"),
                        new LayerSpec.Dense("d", 20, Activation.TANH)),
                List.of(
                        new LayerSpec.Dense("e", 6 * 6 * 32, Activation.RELU),
                        new LayerSpec.Reshape("f", Shape.of(6, 6, 32)),
                        new LayerSpec.UpSampling2d("g", Size2.square(2)),
                        new LayerSpec.Conv2dTranspose("h", 32, three, one, Padding.SAME, Activation.RELU),
                        new LayerSpec.Dropout("i", 0.2f),
                        new LayerSpec.GaussianNoise("k", 0.1f),
                        new LayerSpec.Conv2dTranspose("j", 1, three, one, Padding.SAME, Activation.SIGMOID)));
    }

    private static AutoencoderSpec recurrent() {
        Recurrence usual = Recurrence.DEFAULT;
        Recurrence relu = usual.withActivation(Activation.RELU);
        Recurrence backwards = usual.withGoBackwards(true).withUseBias(false);
        return new AutoencoderSpec(
                "recurrent",
                Shape.of(7, 5),
                List.of(
                        new LayerSpec.Bidirectional(
                                "a",
                                new LayerSpec.Gru("forward", 37, true, relu.withDropout(0.2f, 0), true),
                                new LayerSpec.Lstm("backward", 37, true, backwards),
                                LayerSpec.MergeMode.MUL),
                        new LayerSpec.Lstm("b", 20, true, backwards.withActivation(Activation.LINEAR)),
                        new LayerSpec.SimpleRnn("c", 9, false, relu)),
                List.of(
                        new LayerSpec.RepeatVector("d", 7),
                        new LayerSpec.Gru("e", 33, true, usual.withDropout(0.1f, 0.2f), false),
                        new LayerSpec.Lstm("f", 33, true, relu),
                        new LayerSpec.Dense("g", 5, Activation.SIGMOID)));
    }

    /** An image at the waist, each of whose pixels is drawn. */
    private static AutoencoderSpec variational() {
        Size2 three = Size2.square(3);
        Size2 two = Size2.square(2);
        Graph graph = Graph.of(
                List.of(new Graph.Input("x", Shape.of(8, 8, 1))),
                List.of(
                        node(new LayerSpec.Conv2d("a", 9, three, two, Padding.SAME, Activation.RELU), "x"),
                        node(
                                new LayerSpec.Conv2d("m", 3, three, Size2.square(1), Padding.SAME, Activation.LINEAR),
                                "a"),
                        node(
                                new LayerSpec.Conv2d("v", 3, three, Size2.square(1), Padding.SAME, Activation.LINEAR),
                                "a"),
                        node(new LayerSpec.Sampling("z"), "m", "v"),
                        node(new LayerSpec.Conv2dTranspose("y", 1, three, two, Padding.SAME, Activation.SIGMOID), "z")),
                List.of("y"));
        return new AutoencoderSpec("variational", graph, "z");
    }

    private static Graph.Node node(LayerSpec layer, String... inputs) {
        return new Graph.Node(layer, List.of(inputs));
    }

    /** What is computed beside convolutions and recurrent layers. */
    private static AutoencoderSpec further() {
        Size2 three = Size2.square(3);
        return new AutoencoderSpec(
                "further",
                Shape.of(9, 7, 3),
                List.of(
                        new LayerSpec.SeparableConv2d("a", 20, three, Size2.square(2), Padding.SAME, Activation.TANH),
                        new LayerSpec.DepthwiseConv2d("b", three, LayerSpec.ONE, Padding.SAME, Activation.RELU)
                                .withDepthMultiplier(2),
                        new LayerSpec.GroupNormalization("i", 5),
                        new LayerSpec.LayerNormalization("j"),
                        new LayerSpec.UnitNormalization("k", List.of(1, 2)),
                        new LayerSpec.RmsNormalization("ka"),
                        new LayerSpec.ActivationLayer("kb", Activation.LOG_SOFTMAX),
                        new LayerSpec.ActivationLayer("kc", Activation.HARD_SILU),
                        new LayerSpec.Flatten("c"),
                        new LayerSpec.Dense("d", 9, Activation.TANH)),
                List.of(
                        new LayerSpec.Dense("e", 9 * 7 * 3, Activation.SIGMOID),
                        new LayerSpec.Reshape("f", Shape.of(9, 7, 3)),
                        new LayerSpec.Cropping2d("o", 2, 0, 1, 0),
                        new LayerSpec.UpSampling2d("p", Size2.square(2), LayerSpec.Interpolation.BILINEAR),
                        new LayerSpec.Cropping2d("q", 3, 2, 5, 0),
                        new LayerSpec.Conv2d("g", 6, three, LayerSpec.ONE, Padding.SAME, Activation.RELU).withGroups(3),
                        new LayerSpec.Conv2d("r", 48, three, LayerSpec.ONE, Padding.SAME, Activation.RELU)
                                .withGroups(6),
                        new LayerSpec.Conv2d("s", 16, three, LayerSpec.ONE, Padding.SAME, Activation.RELU)
                                .withGroups(2),
                        new LayerSpec.SpatialDropout("l", 2, 0.2f),
                        new LayerSpec.GaussianDropout("m", 0.2f),
                        new LayerSpec.AlphaDropout("n", 0.2f),
                        new LayerSpec.Dense("h", 3, Activation.SIGMOID)));
    }

    private static AutoencoderSpec convolutionalLstm() {
        Size2 three = Size2.square(3);
        Recurrence other = new Recurrence(Activation.SILU, Activation.HARD_SIGMOID, false, true, true);
        return new AutoencoderSpec(
                "convolutional_lstm",
                Shape.of(4, 6, 5, 2),
                List.of(
                        new LayerSpec.ConvLstm2d("a", 19, three, Padding.SAME, true),
                        new LayerSpec.ConvLstm2d(
                                "b", 3, three, Size2.square(2), Padding.SAME, LayerSpec.ONE, false, other)),
                List.of(
                        new LayerSpec.Flatten("c"),
                        new LayerSpec.Dense("d", 4 * 6 * 5 * 2, Activation.SIGMOID),
                        new LayerSpec.Reshape("e", Shape.of(4, 6, 5, 2))));
    }

    private static AutoencoderSpec attention() {
        Shape input = Shape.of(7, 5);
        Graph graph = Graph.of(
                List.of(new Graph.Input("x", input)),
                List.of(
                        new Graph.Node(new LayerSpec.Rescaling("far", 1e12f, -4.7e11f), List.of("x")),
                        new Graph.Node(new LayerSpec.ActivationLayer("whole", Activation.HARD_SIGMOID), List.of("far")),
                        new Graph.Node(new LayerSpec.Embedding("table", 2, 4), List.of("whole")),
                        new Graph.Node(new LayerSpec.Reshape("rows", Shape.of(7, 20)), List.of("table")),
                        new Graph.Node(new LayerSpec.Dense("a", 19, Activation.TANH), List.of("rows")),
                        new Graph.Node(new LayerSpec.MultiHeadAttention("b", 3, 6, 5, 0, 0.2f, true), List.of("a")),
                        new Graph.Node(new LayerSpec.Add("c"), List.of("a", "b")),
                        new Graph.Node(new LayerSpec.Flatten("d"), List.of("c")),
                        new Graph.Node(new LayerSpec.Dense("code", 6, Activation.TANH), List.of("d")),
                        new Graph.Node(new LayerSpec.RepeatVector("e", 4), List.of("code")),
                        new Graph.Node(new LayerSpec.Lstm("f", 9, true), List.of("e")),
                        new Graph.Node(new LayerSpec.DotAttention("g", true, true, 0.1f, true), List.of("f")),
                        new Graph.Node(new LayerSpec.AdditiveAttention("h", true, 0.1f), List.of("g", "f")),
                        new Graph.Node(new LayerSpec.Flatten("i"), List.of("h")),
                        new Graph.Node(new LayerSpec.Dense("j", input.size(), Activation.SIGMOID), List.of("i")),
                        new Graph.Node(new LayerSpec.Reshape("k", input), List.of("j"))),
                List.of("k"));
        return new AutoencoderSpec("attention", graph, "code");
    }

    /** Layers at each step: over all steps at once, and step after step with moments and noise of each step's own. */
    private static AutoencoderSpec eachStep() {
        Size2 three = Size2.square(3);
        Size2 two = Size2.square(2);
        LayerSpec conv = new LayerSpec.Conv2d("in", 9, three, two, Padding.SAME, Activation.RELU);
        LayerSpec larger = new LayerSpec.Conv2dTranspose("in", 2, three, two, Padding.SAME, Activation.SIGMOID);
        return new AutoencoderSpec(
                "each_step",
                Shape.of(3, 6, 4, 2),
                List.of(
                        new LayerSpec.TimeDistributed("a", conv),
                        new LayerSpec.TimeDistributed("b", new LayerSpec.BatchNormalization("in", 0.9f, 1e-3f)),
                        new LayerSpec.TimeDistributed("c", new LayerSpec.SpatialDropout("in", 2, 0.2f)),
                        new LayerSpec.TimeDistributed("d", new LayerSpec.Flatten("in")),
                        new LayerSpec.Lstm("e", 7, false)),
                List.of(
                        new LayerSpec.RepeatVector("f", 3),
                        new LayerSpec.Gru("g", 3 * 2 * 3, true, Recurrence.DEFAULT, true),
                        new LayerSpec.TimeDistributed("h", new LayerSpec.Reshape("in", Shape.of(3, 2, 3))),
                        new LayerSpec.TimeDistributed("i", larger)));
    }

    /** Its inputs are mostly zeros. */
    private static AutoencoderSpec masked() {
        LayerSpec.Lstm lstm = new LayerSpec.Lstm("b", 33, true);
        return new AutoencoderSpec(
                "masked",
                Shape.of(14, 2),
                List.of(
                        new LayerSpec.Masking("a", 0),
                        new LayerSpec.Bidirectional("b", lstm, lstm.reversed("back"), LayerSpec.MergeMode.CONCAT),
                        new LayerSpec.MultiHeadAttention("heads", 3, 6, 5, 7, 0, true),
                        new LayerSpec.LayerNormalization("norm"),
                        new LayerSpec.DotAttention("dot", true, false, 0.2f, true),
                        new LayerSpec.Gru("c", 5, true, Recurrence.DEFAULT, true)),
                List.of(
                        new LayerSpec.SimpleRnn("d", 9, true, Recurrence.DEFAULT),
                        new LayerSpec.Dense("e", 2, Activation.SIGMOID)));
    }

    /** The decoder begins with the encoder's states; other functions than the usual, and steps that are skipped. */
    private static AutoencoderSpec statesOfOthers() {
        Recurrence relu = Recurrence.DEFAULT.withActivation(Activation.RELU).withGoBackwards(true);
        Graph graph = Graph.of(
                List.of(new Graph.Input("x", Shape.of(9, 2))),
                List.of(
                        node(new LayerSpec.Masking("m", 0), "x"),
                        node(new LayerSpec.Lstm("a", 33, true), "m"),
                        node(new LayerSpec.State("h", LayerSpec.State.Which.HIDDEN), "a"),
                        node(new LayerSpec.State("c", LayerSpec.State.Which.CELL), "a"),
                        node(new LayerSpec.RepeatVector("r", 9), "h"),
                        node(new LayerSpec.Lstm("d", 33, true), "r", "h", "c"),
                        node(new LayerSpec.Gru("e", 33, true, relu, false), "d", "c"),
                        node(new LayerSpec.Dense("y", 2, Activation.SIGMOID), "e")),
                List.of("y"));
        return new AutoencoderSpec("states", graph, "h");
    }

    /** Both ways, and convolutions: what begins as another ended; all of it drops some of what it reads. */
    private static AutoencoderSpec statesOfMore() {
        Recurrence dropping = Recurrence.DEFAULT.withDropout(0.2f, 0.3f);
        LayerSpec.Lstm lstm = new LayerSpec.Lstm("f", 17, true, dropping);
        Size2 three = Size2.square(3);
        Graph graph = Graph.of(
                List.of(new Graph.Input("x", Shape.of(6, 4))),
                List.of(
                        node(new LayerSpec.Bidirectional("a", lstm, lstm.reversed("k"), LayerSpec.MergeMode.SUM), "x"),
                        node(new LayerSpec.State("h", LayerSpec.State.Which.HIDDEN), "a"),
                        node(new LayerSpec.State("c", LayerSpec.State.Which.BACKWARD_CELL), "a"),
                        node(
                                new LayerSpec.Bidirectional("b", lstm, lstm.reversed("k"), LayerSpec.MergeMode.AVE),
                                "a",
                                "h",
                                "c",
                                "c",
                                "h"),
                        node(new LayerSpec.Dense("n", 4, Activation.TANH), "b"),
                        node(new LayerSpec.Reshape("p", Shape.of(6, 2, 2, 1)), "n"),
                        node(
                                new LayerSpec.ConvLstm2d(
                                        "d", 5, three, LayerSpec.ONE, Padding.SAME, LayerSpec.ONE, true, dropping),
                                "p"),
                        node(new LayerSpec.State("dh", LayerSpec.State.Which.HIDDEN), "d"),
                        node(new LayerSpec.State("dc", LayerSpec.State.Which.CELL), "d"),
                        node(
                                new LayerSpec.ConvLstm2d(
                                        "e",
                                        5,
                                        three,
                                        LayerSpec.ONE,
                                        Padding.SAME,
                                        LayerSpec.ONE,
                                        true,
                                        dropping.withGoBackwards(true)),
                                "p",
                                "dc",
                                "dh"),
                        node(new LayerSpec.Reshape("q", Shape.of(6, 20)), "e"),
                        node(new LayerSpec.Dense("y", 4, Activation.SIGMOID), "q")),
                List.of("y"));
        return new AutoencoderSpec("states_of_more", graph, "n");
    }

    /** Sizes that no vector has; the encoder reads what the quantizer reads, and the codebook stands at two places. */
    private static AutoencoderSpec quantized() {
        LayerSpec.VectorQuantizer codebook = new LayerSpec.VectorQuantizer("z", 37);
        Graph graph = new Graph(
                List.of(new Graph.Input("x", Shape.of(9, 3))),
                List.of(
                        node(new LayerSpec.Gru("a", 5, true, Recurrence.DEFAULT, true), "x"),
                        node(codebook, "a"),
                        node(new LayerSpec.Dense("b", 5, Activation.TANH), "z"),
                        new Graph.Node("z_again", codebook, List.of("b")),
                        node(new LayerSpec.Add("both"), "z_again", "b"),
                        node(new LayerSpec.Lstm("y", 3, true), "both")),
                List.of("y"));
        return new AutoencoderSpec("quantized", graph, "z");
    }

    public static void main(String[] args) {
        System.out.println(Kernels.best().description());
        for (AutoencoderSpec model : MODELS) {
            System.out.println(digestAfterSteps(model, Kernels.best(), 2));
        }
    }

    static String digestAfterSteps(AutoencoderSpec spec, Kernels kernels, int threads) {
        Parameters parameters = Parameters.initialize(spec.graph(), new RandomSource(5));
        try (TrainingSession session = session(spec, parameters, kernels, threads)) {
            int[] order = IntStream.range(0, SAMPLES).toArray();
            double loss = Double.NaN;
            for (int from = 0; from < SAMPLES; from += BATCH) {
                loss = session.step(images(spec.input().size()), order, from, Math.min(BATCH, SAMPLES - from));
            }
            return parameters.sha256() + " loss " + loss + " mae " + session.meanAbsoluteError();
        }
    }

    static TrainingSession session(AutoencoderSpec spec, Parameters parameters, Kernels kernels, int threads) {
        return TrainingSession.of(
                spec.graph(),
                parameters,
                TrainingSettings.of(Optimizer.Adam.DEFAULT, BATCH, 5)
                        .withLoss(new Loss.MeanSquaredError().withDivergences(spec.graph())),
                threads,
                kernels);
    }

    /** Like digits: mostly exact zeros, some greys. */
    static Samples images(int size) {
        float[][] images = new float[SAMPLES][size];
        for (int i = 0; i < SAMPLES; i++) {
            RandomGenerator random = new RandomSource(11).stream("image", i);
            for (int j = 0; j < size; j++) {
                images[i][j] = random.nextInt(5) == 0 ? random.nextFloat() : 0;
            }
        }
        return (index, into, offset) -> System.arraycopy(images[index], 0, into, offset, size);
    }
}

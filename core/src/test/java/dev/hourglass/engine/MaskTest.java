package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.BypassException;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Masks;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Recurrence;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps that don't count, held against plain loops over doubles, and what is refused behind a mask. */
final class MaskTest {
    private static final float VALUE = -0.5f;
    private static final int STEPS = 5;
    private static final Shape SEQUENCE = Shape.of(STEPS, 3);
    private static final int SAMPLES = 19;
    private static final double GRADIENT_TOLERANCE = 3e-4;
    private static final int CHECKED = 6;
    private static final LayerSpec MASKING = new LayerSpec.Masking("masking", VALUE);

    /** Each cell behind a mask, narrow and over several panels, forward and backwards, and both ways. */
    static Stream<Graph> graphs() {
        List<LayerSpec> layers = new ArrayList<>();
        for (int units : new int[] {1, 5, 33}) {
            for (boolean sequences : new boolean[] {true, false}) {
                layers.add(new LayerSpec.Lstm("tested", units, sequences));
                layers.add(new LayerSpec.Lstm("tested", units, sequences, cell(Activation.SILU, true)));
                layers.add(new LayerSpec.Gru("tested", units, sequences, cell(Activation.TANH, true), true));
                layers.add(new LayerSpec.Gru("tested", units, sequences, cell(Activation.SELU, false), false));
                layers.add(new LayerSpec.SimpleRnn("tested", units, sequences, cell(Activation.TANH, true)));
                LayerSpec.Lstm way = new LayerSpec.Lstm("way", units, sequences);
                layers.add(
                        new LayerSpec.Bidirectional("tested", way, way.reversed("back"), LayerSpec.MergeMode.CONCAT));
            }
        }
        return layers.stream().map(MaskTest::around);
    }

    private static Recurrence cell(Activation activation, boolean backwards) {
        return Recurrence.DEFAULT.withActivation(activation).withGoBackwards(backwards);
    }

    /** What learns lies before the layer as well; the mask goes on to the loss where the layer gives every step. */
    private static Graph around(LayerSpec tested) {
        List<LayerSpec> layers = new ArrayList<>();
        layers.add(MASKING);
        layers.add(dense("before", 4));
        layers.add(tested);
        layers.add(dense("after", 3));
        return Graph.chain(SEQUENCE, layers);
    }

    private static LayerSpec dense(String name, int units) {
        return new LayerSpec.Dense(name, units, Activation.TANH);
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void outputsLossAndGradientsAreThoseOfTheReference(Graph graph) {
        Parameters parameters = Parameters.initialize(graph, new RandomSource(3));
        ReferenceNetwork reference = new ReferenceNetwork(graph, parameters);
        float[] inputs = padded(numbers("inputs", SAMPLES * SEQUENCE.size()));
        int outputSize = dev.hourglass.model.ModelFacts.of(graph).output().size();
        float[] targets = numbers("targets", SAMPLES * outputSize);
        double[] exactly = ReferenceNetwork.toDoubles(inputs);
        double[] targetsExactly = ReferenceNetwork.toDoubles(targets);

        try (ChainInference inference = ChainInference.of(graph, parameters, 2)) {
            float[] outputs = new float[targets.length];
            inference.run(samples(inputs), 0, SAMPLES, outputs);
            double[] expected = reference.forward(exactly, SAMPLES, false);
            for (int i = 0; i < outputs.length; i++) {
                assertThat((double) outputs[i]).isCloseTo(expected[i], within(2e-5));
            }
        }
        TrainingSettings settings = TrainingSettings.of(Optimizer.Adam.DEFAULT, SAMPLES, 1);
        try (TrainingSession session = TrainingSession.of(graph, parameters, settings, 2)) {
            for (int twice = 0; twice < 2; twice++) { // the second finds what the first has left in the buffers
                double loss = session.computeGradients(samples(inputs), samples(targets), inOrder(), 0, SAMPLES);
                assertThat(loss)
                        .isCloseTo(
                                reference.meanSquaredError(exactly, targetsExactly, SAMPLES, true),
                                within(2e-5 * loss));
            }
            checkGradients(parameters, session, reference, exactly, targetsExactly);
        }
    }

    private static void checkGradients(
            Parameters parameters,
            TrainingSession session,
            ReferenceNetwork reference,
            double[] inputs,
            double[] targets) {
        for (int p = 0; p < parameters.list().size(); p++) {
            Parameter parameter = parameters.list().get(p);
            float[] actual = session.gradient(p);
            double largest = 0;
            for (float slope : actual) {
                largest = Math.max(largest, Math.abs(slope));
            }
            int stride = Math.max(1, actual.length / CHECKED);
            int[] indices = IntStream.range(0, Math.min(CHECKED, actual.length))
                    .map(i -> i * stride)
                    .toArray();
            double[] expected = reference.gradient(p, indices, inputs, targets, SAMPLES);
            for (int i = 0; i < indices.length; i++) {
                if (!Double.isNaN(expected[i])) {
                    assertThat((double) actual[indices[i]])
                            .as(parameter.path() + " at " + indices[i])
                            .isCloseTo(expected[i], within(GRADIENT_TOLERANCE * largest + 1e-7));
                }
            }
        }
    }

    /** What follows an earlier step of a padded sequence is what a sequence that ends there gives. */
    @Test
    void aPaddedSequenceGivesTheStateOfTheShortOne() {
        LayerSpec.Gru gru = new LayerSpec.Gru("gru", 7, false, Recurrence.DEFAULT, true);
        Parameters parameters = Parameters.initialize(SEQUENCE, List.of(gru), new RandomSource(4));
        float[] inputs = numbers("short", SEQUENCE.size());
        Arrays.fill(inputs, 3 * 3, inputs.length, VALUE);

        float[] padded = run(Graph.chain(SEQUENCE, List.of(MASKING, gru)), parameters, inputs);
        float[] alone = run(Graph.chain(Shape.of(3, 3), List.of(gru)), parameters, Arrays.copyOf(inputs, 9));

        assertThat(padded).isEqualTo(alone);
    }

    private static float[] run(Graph graph, Parameters parameters, float[] inputs) {
        try (ChainInference inference = ChainInference.of(graph, parameters, 1)) {
            float[] output = new float[inference.outputSize()];
            inference.run((index, to, at) -> System.arraycopy(inputs, 0, to, at, inputs.length), 0, 1, output);
            return output;
        }
    }

    @Test
    void theMeterLeavesOutWhatTheLossOfTrainingLeavesOut() {
        AutoencoderSpec spec = manyToMany(new LayerSpec.Lstm("lstm", 4, true));
        Parameters parameters = Parameters.initialize(spec.graph(), new RandomSource(5));
        float[] inputs = padded(numbers("inputs", SAMPLES * SEQUENCE.size()));
        Loss huber = Loss.parse("huber");

        for (Loss loss : List.of(new Loss.MeanSquaredError(), huber)) {
            TrainingSettings settings =
                    TrainingSettings.of(Optimizer.Adam.DEFAULT, SAMPLES, 1).withLoss(loss);
            try (TrainingSession session = TrainingSession.of(spec.graph(), parameters, settings, 2);
                    LossMeter meter = LossMeter.of(new Autoencoder(spec, parameters, Normalization.NONE), loss, 2)) {
                double trained = session.computeGradients(samples(inputs), samples(inputs), inOrder(), 0, SAMPLES);

                Measured measured = meter.measure(samples(inputs), 0, SAMPLES);

                assertThat(measured.loss()).isCloseTo(trained, within(1e-6 * trained));
                assertThat(measured.mse())
                        .isCloseTo(session.meanSquaredError(), within(1e-6 * trained))
                        .isNotCloseTo(trained, within(1e-2 * trained));
            }
        }
    }

    @Test
    void aMaskGoesThroughWhatKerasLetsItThroughAndEndsWhereItEnds() {
        Masks masks = Masks.of(Graph.chain(
                SEQUENCE,
                List.of(
                        MASKING,
                        dense("dense", 4),
                        new LayerSpec.Dropout("dropout", 0.1f),
                        new LayerSpec.Lstm("states", 4, true),
                        new LayerSpec.Lstm("last", 4, false),
                        new LayerSpec.RepeatVector("repeat", 5),
                        new LayerSpec.Lstm("again", 4, true))));

        assertThat(Stream.of("masking", "dense", "dropout", "states"))
                .allSatisfy(value -> assertThat(masks.of(value)).as(value).contains(new Masks.Mask("masking", VALUE)));
        assertThat(Stream.of("last", "repeat", "again"))
                .allSatisfy(value -> assertThat(masks.of(value)).as(value).isEmpty());
    }

    @Test
    void whatWouldHaveToDoMoreWithAMaskIsRefused() {
        assertThatThrownBy(() -> manyToMany(new LayerSpec.BatchNormalization("norm", 0.9f, 1e-3f)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Layer 'norm' (BatchNormalization) stands behind the mask of 'masking'; in Keras it then takes"
                                + " the moments of unmasked steps alone, which is not computed here. Put it in front of"
                                + " that layer");
    }

    /** Keras takes the mask off what a MultiHeadAttention has read, but a recurrent layer was told of it before. */
    @Test
    void aMaskEndsWhereAnAttentionHasReadTheValueButForRecurrentLayers() {
        LayerSpec heads = new LayerSpec.MultiHeadAttention("heads", 1, 2);
        LayerSpec dot = new LayerSpec.DotAttention("dot");
        List<Graph.Node> after = List.of(
                node(MASKING, "x"),
                node(heads, "masking"),
                node(new LayerSpec.Add("sum"), "masking", "heads"),
                node(dot, "sum"),
                node(new LayerSpec.Lstm("lstm", 3, true), "sum"),
                node(new LayerSpec.Add("last"), "dot", "lstm"));
        List<Graph.Node> before = new ArrayList<>(after);
        before.add(1, node(new LayerSpec.LayerNormalization("norm"), "masking"));
        before.set(2, node(heads, "norm"));
        Masks.Mask mask = new Masks.Mask("masking", VALUE);

        Masks masks = Masks.of(graph(after));
        assertThat(masks.of("sum")).contains(mask);
        assertThat(masks.attended(after.get(1))).isEqualTo(new Masks.Attended(mask, mask, mask));
        assertThat(masks.attended(after.get(3))).isEqualTo(new Masks.Attended(null, null, null));
        assertThat(masks.ofOutput()).isEmpty();

        masks = Masks.of(graph(before));
        assertThat(masks.attended(after.get(3))).isEqualTo(new Masks.Attended(mask, mask, null));
        assertThat(masks.ofOutput()).contains(mask);
    }

    @Test
    void whatReadsAMaskedValueBesideAnAttentionIsRefused() {
        List<Graph.Node> nodes = List.of(
                node(MASKING, "x"),
                node(new LayerSpec.MultiHeadAttention("heads", 1, 2), "masking"),
                node(new LayerSpec.DotAttention("dot"), "masking"),
                node(new LayerSpec.Add("sum"), "heads", "dot"));

        assertThatThrownBy(() -> Masks.of(graph(nodes)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Layer 'dot' (Attention) reads 'masking' beside the attention 'heads', which in Keras takes the"
                                + " mask of 'masking' off it, so which of the two runs first would matter. Put a"
                                + " LayerNormalization in front of the attention");
    }

    private static Graph graph(List<Graph.Node> nodes) {
        return new Graph(
                List.of(new Graph.Input("x", SEQUENCE)),
                nodes,
                List.of(nodes.getLast().name()));
    }

    private static Graph.Node node(LayerSpec layer, String... inputs) {
        return new Graph.Node(layer, List.of(inputs));
    }

    @Test
    void stepsOfZeroBeforeATableAreMaskedForAttentionAndLoss() {
        LayerSpec table = new LayerSpec.Embedding("table", 4, 5, true);
        LayerSpec heads = new LayerSpec.MultiHeadAttention("heads", 2, 3);
        Graph graph = Graph.chain(Shape.of(6), List.of(table, heads, dense("last", 2)));
        Parameters parameters = Parameters.initialize(graph, new RandomSource(6));
        float[] inputs = new float[SAMPLES * 6];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = i % 4 * (i / 6 % 5 == 0 ? 0 : 1);
        }
        float[] targets = numbers("targets", SAMPLES * 12);
        ReferenceNetwork reference = new ReferenceNetwork(graph, parameters);
        double[] exactly = ReferenceNetwork.toDoubles(inputs);
        double[] targetsExactly = ReferenceNetwork.toDoubles(targets);

        TrainingSettings settings = TrainingSettings.of(Optimizer.Adam.DEFAULT, SAMPLES, 1);
        try (TrainingSession session = TrainingSession.of(graph, parameters, settings, 2)) {
            double loss = session.computeGradients(samples(inputs), samples(targets), inOrder(), 0, SAMPLES);

            double expected = reference.meanSquaredError(exactly, targetsExactly, SAMPLES, true);
            assertThat(loss).isCloseTo(expected, within(2e-5 * loss));
            checkGradients(parameters, session, reference, exactly, targetsExactly);
        }
    }

    /** The mask tells the decoder which steps there are, so it is no decoder of codes alone. */
    @Test
    void aMaskThatTheDecoderNeedsGoesAroundTheWaist() {
        AutoencoderSpec spec = new AutoencoderSpec(
                "masked",
                SEQUENCE,
                List.of(MASKING, new LayerSpec.Lstm("code", 2, true)),
                List.of(new LayerSpec.Lstm("lstm", 4, true), dense("out", 3)));

        assertThat(spec.bypass()).containsExactly("masking");
        assertThat(spec.bypassSize()).isEqualTo(STEPS);
        assertThatThrownBy(() -> spec.requireCodeAlone("decoding"))
                .isInstanceOf(BypassException.class)
                .hasMessageContaining("from 10 numbers at the waist 'code' and 5 that go around it (masking)");
    }

    private static AutoencoderSpec manyToMany(LayerSpec layer) {
        return new AutoencoderSpec("masked", SEQUENCE, List.of(MASKING, layer), List.of(dense("out", 3)));
    }

    /** Each sample has other steps that don't count, and every seventh has none that does. */
    private static float[] padded(float[] inputs) {
        for (int sample = 0; sample < SAMPLES; sample++) {
            for (int step = 0; step < STEPS; step++) {
                boolean counts = sample % 7 != 0 && (sample >> step & 1) == 0;
                int first = (sample * STEPS + step) * 3;
                Arrays.fill(inputs, first, counts ? first : first + 3, VALUE);
            }
        }
        return inputs;
    }

    private static int[] inOrder() {
        return IntStream.range(0, SAMPLES).toArray();
    }

    private static Samples samples(float[] numbers) {
        int size = numbers.length / SAMPLES;
        return (index, to, at) -> System.arraycopy(numbers, index * size, to, at, size);
    }

    private static float[] numbers(String name, int count) {
        RandomGenerator random = new RandomSource(9).stream(name, 0);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = 2 * random.nextFloat() - 1;
        }
        return numbers;
    }
}

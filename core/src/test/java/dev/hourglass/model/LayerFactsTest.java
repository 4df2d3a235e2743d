package dev.hourglass.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.interop.ModelCase;
import dev.hourglass.interop.ModelCases;
import dev.hourglass.model.variables.Initializers;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerFactsTest {
    private static final Shape IMAGE = Shape.of(7, 5, 3);
    private static final Shape SEQUENCE = Shape.of(5, 3);

    @Test
    void eachLayerHasAClassOfItsOwn() {
        List<Class<?>> records = records(LayerSpec.class).toList();

        // ChannelsFirst is around another layer; Pooling3d and GlobalPooling3d have two names, SpatialDropout three.
        assertThat(records).hasSize(KerasClass.values().length + 1 - 2 - 2);
        assertThat(KerasClass.names()).doesNotHaveDuplicates();
    }

    private static Stream<Class<?>> records(Class<?> type) {
        return type.isRecord()
                ? Stream.of(type)
                : Arrays.stream(type.getPermittedSubclasses()).flatMap(LayerFactsTest::records);
    }

    /** Who adds a layer must add it to the models that are exchanged with Keras and ONNX Runtime. */
    @Test
    void eachClassIsAmongTheModelCases() {
        Stream<KerasClass> tried = Stream.of(ModelCases.layers(), ModelCases.volumes(), ModelCases.masks())
                .flatMap(List::stream)
                .map(ModelCase::spec)
                .flatMap(spec -> spec.layers().stream())
                .map(KerasClass::of);

        assertThat(tried).contains(KerasClass.values());
    }

    @Test
    void aClassIsFoundByTheNameThatKerasGivesIt() {
        for (KerasClass each : KerasClass.values()) {
            assertThat(KerasClass.find(each.kerasName())).contains(each);
        }
        assertThat(KerasClass.find("conv2d")).isEmpty();
        assertThat(KerasClass.find("Lambda")).isEmpty();
    }

    /** What {@code keras.src.utils.naming.to_snake_case} gives. */
    @ParameterizedTest
    @CsvSource({
        "Conv2D, conv2d",
        "Conv2DTranspose, conv2d_transpose",
        "BatchNormalization, batch_normalization",
        "MaxPooling2D, max_pooling2d",
        "UpSampling2D, up_sampling2d",
        "GlobalAveragePooling2D, global_average_pooling2d",
        "Flatten, flatten",
        "Reshape, reshape",
        "Dense, dense",
        "TimeDistributed, time_distributed",
        "Dropout, dropout",
        "GaussianNoise, gaussian_noise",
        "Activation, activation",
        "LeakyReLU, leaky_re_lu",
        "RepeatVector, repeat_vector",
        "LSTM, lstm"
    })
    void snakeCaseIsKeras(String kerasName, String snakeCase) {
        assertThat(KerasClass.find(kerasName).orElseThrow().snakeCase()).isEqualTo(snakeCase);
    }

    @Test
    void aStridedConvolutionIsCountedWhereItComputes() {
        LayerFacts facts = LayerFacts.of(conv(4, Size2.square(3), Size2.square(2), Padding.SAME), IMAGE);

        assertThat(facts.output()).isEqualTo(Shape.of(4, 3, 4));
        assertThat(facts.variables())
                .containsExactly(
                        new Variable("kernel", Shape.of(3, 3, 3, 4), true, Initializers.GLOROT_UNIFORM),
                        new Variable("bias", Shape.of(4), true, Initializers.ZEROS));
        assertThat(facts.operations()).isEqualTo(new Operations(2 * 48 * 9 * 3, 0, 48));
    }

    @Test
    void aTransposedConvolutionIsCountedWhereItReads() {
        LayerFacts facts = LayerFacts.of(
                new LayerSpec.Conv2dTranspose(
                        "up", 4, Size2.square(3), Size2.square(2), Padding.SAME, Activation.LINEAR),
                IMAGE);

        assertThat(facts.output()).isEqualTo(Shape.of(14, 10, 4));
        assertThat(facts.variables().getFirst().shape()).isEqualTo(Shape.of(3, 3, 4, 3));
        assertThat(facts.operations()).isEqualTo(new Operations(2 * 105 * 9 * 4, 0, 0));
    }

    @Test
    void aConvolutionalLstmHasStatesAsLargeAsWhatItsInputIsConvolvedTo() {
        LayerSpec.ConvLstm2d layer = new LayerSpec.ConvLstm2d(
                "lstm", 2, new Size2(3, 2), new Size2(2, 1), Padding.VALID, LayerSpec.ONE, true, Recurrence.DEFAULT);
        LayerFacts facts = LayerFacts.of(layer, Shape.of(4, 7, 5, 3));
        assertThat(facts.output()).isEqualTo(Shape.of(4, 3, 4, 2));
        assertThat(facts.variables())
                .containsExactly(
                        new Variable("kernel", Shape.of(3, 2, 3, 8), true, Initializers.GLOROT_UNIFORM),
                        new Variable("recurrent_kernel", Shape.of(3, 2, 2, 8), true, Initializers.ORTHOGONAL),
                        new Variable("bias", Shape.of(8), true, Initializers.FORGET_GATE_ONES));
        // 12 pixels, 8 gates' channels, 6 taps.
        assertThat(facts.operations())
                .isEqualTo(new Operations(4 * 2 * 12 * 8 * 6 * 3, 3 * 2 * 12 * 8 * 6 * 2, 9 * 4 * 24));
        assertThat(LayerFacts.settings(layer)).isEqualTo("3×2, stride 2×1, 2 filters, padding valid, every step");
        assertThatThrownBy(() -> LayerFacts.of(layer, Shape.of(7, 5, 3)))
                .hasMessage("Layer 'lstm' (ConvLSTM2D 3x2, valid) needs images over time [steps, height, width,"
                        + " channels], got [7, 5, 3] from the input. Put Reshape before it.");
    }

    @Test
    void aConvolutionalLstmOverRowsGivesRows() {
        LayerSpec.ConvLstm1d layer =
                new LayerSpec.ConvLstm1d("lstm", 2, 3, 1, Padding.SAME, 2, false, Recurrence.DEFAULT);
        LayerFacts facts = LayerFacts.of(layer, Shape.of(4, 7, 3));
        assertThat(facts.output()).isEqualTo(Shape.of(7, 2));
        assertThat(facts.variables().stream().map(Variable::shape))
                .containsExactly(Shape.of(3, 3, 8), Shape.of(3, 2, 8), Shape.of(8));
        assertThat(LayerFacts.settings(layer)).isEqualTo("3, 2 filters, padding same, dilation 2, the last step");
    }

    @Test
    void anAttentionGivesAsManyStepsAsItsQueryHas() {
        LayerSpec layer = new LayerSpec.MultiHeadAttention("attend", 2, 3, 5, 0, 0.1f, true);
        LayerFacts facts = LayerFacts.ofSources(
                layer,
                List.of(
                        new LayerFacts.Source("q", Shape.of(4, 6)),
                        new LayerFacts.Source("v", Shape.of(7, 9)),
                        new LayerFacts.Source("k", Shape.of(7, 8))));
        assertThat(facts.output()).isEqualTo(Shape.of(4, 6));
        assertThat(facts.variables().stream().map(variable -> variable.name() + variable.shape()))
                .containsExactly(
                        "query_kernel[6, 2, 3]",
                        "query_bias[2, 3]",
                        "key_kernel[8, 2, 3]",
                        "key_bias[2, 3]",
                        "value_kernel[9, 2, 5]",
                        "value_bias[2, 5]",
                        "output_kernel[2, 5, 6]",
                        "output_bias[6]");
        assertThat(LayerFacts.settings(layer)).isEqualTo("2 heads of 3, values of 5, dropout 0.1");
    }

    @Test
    void whatAnAttentionReadsMustFit() {
        LayerFacts.Source query = new LayerFacts.Source("'q'", Shape.of(4, 6));
        assertThatThrownBy(() -> LayerFacts.ofSources(
                        new LayerSpec.DotAttention("attend"),
                        List.of(query, new LayerFacts.Source("'v'", Shape.of(7, 5)))))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Layer 'attend' (Attention) needs as many features of the key as of the query, got"
                        + " [4, 6] from 'q' and [7, 5] from 'v' (query, value, key). Bring them to fitting shapes.");
        assertThatThrownBy(() -> LayerFacts.ofSources(
                        new LayerSpec.MultiHeadAttention("attend", 1, 2),
                        List.of(
                                query,
                                new LayerFacts.Source("'v'", Shape.of(7, 5)),
                                new LayerFacts.Source("'k'", Shape.of(8, 5)))))
                .hasMessageContaining("needs as many steps of the key as of the value");
    }

    @Test
    void anLstmMultipliesItsStateInAllStepsButTheFirst() {
        LayerFacts facts = LayerFacts.of(new LayerSpec.Lstm("lstm", 2, true), SEQUENCE);

        assertThat(facts.variables())
                .containsExactly(
                        new Variable("kernel", Shape.of(3, 8), true, Initializers.GLOROT_UNIFORM),
                        new Variable("recurrent_kernel", Shape.of(2, 8), true, Initializers.ORTHOGONAL),
                        new Variable("bias", Shape.of(8), true, Initializers.FORGET_GATE_ONES));
        assertThat(facts.operations()).isEqualTo(new Operations(2 * 5 * 3 * 8, 2 * 4 * 2 * 8, 5 * 9 * 2));
    }

    @Test
    void aRepeatedVectorIsMultipliedOnce() {
        ModelFacts facts = ModelFacts.of(
                Shape.of(3), List.of(new LayerSpec.RepeatVector("repeat", 5), new LayerSpec.Lstm("lstm", 2, true)));

        assertThat(facts.layers().getLast().operations())
                .isEqualTo(new Operations(2 * 3 * 8, 2 * 4 * 2 * 8, 5 * 9 * 2));
    }

    @Test
    void whatIsNoProductIsCountedToo() {
        Map<LayerSpec, Long> expected = Map.of(
                new LayerSpec.BatchNormalization("norm", 0.9f, 1e-3f), 210L,
                new LayerSpec.MaxPooling2d("pool", Size2.square(2), Size2.square(2), Padding.VALID), 18L * 4,
                new LayerSpec.GlobalAveragePooling2d("mean"), 105L,
                new LayerSpec.ActivationLayer("relu", Activation.RELU), 105L,
                new LayerSpec.ActivationLayer("linear", Activation.LINEAR), 0L,
                new LayerSpec.LeakyRelu("leaky", 0.3f), 105L,
                new LayerSpec.Dropout("drop", 0.5f), 0L,
                new LayerSpec.UpSampling2d("up", Size2.square(2)), 0L,
                new LayerSpec.Flatten("flatten"), 0L);

        expected.forEach(
                (layer, operations) -> assertThat(LayerFacts.of(layer, IMAGE).operations())
                        .as(layer.name())
                        .isEqualTo(new Operations(0, 0, operations)));
    }

    /** {@code model.count_params()} of Keras, and the products that bench/README.md explains. */
    @ParameterizedTest
    @CsvSource({
        "mnist-cnn, 12585, 12393, 13773312",
        "mnist-lstm, 269468, 269468, 41848832",
        "cifar10-cnn, 590819, 590819, 242245632",
        "sequence-lstm, 64542, 64542, 17680640",
        "sequence-reversed-lstm, 64542, 64542, 17680640"
    })
    void countsThePresetsAsKerasDoes(String preset, long parameters, long trainable, long products) {
        ModelFacts facts = Presets.find(preset, "model").orElseThrow().facts();

        assertThat(facts.parameters()).isEqualTo(parameters);
        assertThat(facts.trainableParameters()).isEqualTo(trainable);
        assertThat(facts.trainingProducts()).isEqualTo(products);
    }

    /** {@code model.count_params()} of Keras. */
    @ParameterizedTest
    @CsvSource({"sequence-conv1d, 22094", "sequence-cnn-lstm, 60126", "sequence-teacher-forced, 54814"})
    void convolutionsOverStepsHaveAsManyParametersAsInKeras(String preset, long parameters) {
        AutoencoderSpec spec = Presets.find(preset, "model").orElseThrow();

        assertThat(spec.facts().parameters()).isEqualTo(parameters);
        assertThat(spec.latent()).isEqualTo(Shape.of(20));
    }

    @Test
    void aRecurrentLayerSaysWhatItDrops() {
        Recurrence drops = Recurrence.DEFAULT.withDropout(0.25f, 0.5f);

        assertThat(LayerFacts.settings(new LayerSpec.Lstm("a", 2, true, drops)))
                .isEqualTo("2 units, dropout 0.25, recurrent dropout 0.5, every step");
    }

    @Test
    void whatIsCutOffStepsOrPutToThemIsBeforeOrAfter() {
        assertThat(LayerFacts.settings(new LayerSpec.Cropping1d("a", 0, 1))).isEqualTo("before 0, after 1");
        assertThat(LayerFacts.settings(new LayerSpec.ZeroPadding1d("a", 2, 0))).isEqualTo("before 2, after 0");
    }

    @Test
    void theTeacherForcedDecoderIsToldTheWholeSeriesAroundTheWaist() {
        Graph graph = Presets.sequenceTeacherForced("model").graph();

        assertThat(Bypass.of(graph, "latent")).isEqualTo(new Bypass(List.of("input"), 500));
    }

    @Test
    void aVectorOfUnitsCanHaveAnotherSize() {
        LayerSpec dense = new LayerSpec.Dense("code", 8, Activation.TANH);
        LayerSpec last = new LayerSpec.Lstm("code", 8, false);

        assertThat(LayerFacts.of(dense, Shape.of(6)).resized(3))
                .contains(new LayerSpec.Dense("code", 3, Activation.TANH));
        assertThat(LayerFacts.of(last, SEQUENCE).resized(3)).contains(new LayerSpec.Lstm("code", 3, false));
    }

    @Test
    void whatFollowsFromTheInputOrIsNoVectorKeepsItsSize() {
        assertThat(LayerFacts.of(new LayerSpec.Dense("code", 8, Activation.TANH), SEQUENCE)
                        .resized(3))
                .isEmpty();
        assertThat(LayerFacts.of(new LayerSpec.Lstm("code", 8, true), SEQUENCE).resized(3))
                .isEmpty();
        assertThat(LayerFacts.of(new LayerSpec.Flatten("code"), SEQUENCE).resized(3))
                .isEmpty();
        assertThat(LayerFacts.of(new LayerSpec.GlobalAveragePooling2d("code"), IMAGE)
                        .resized(3))
                .isEmpty();
        assertThat(LayerFacts.of(new LayerSpec.BatchNormalization("code", 0.9f, 1e-3f), Shape.of(6))
                        .resized(3))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mnist-cnn | enc_conv1 | 3×3, 32 filters, relu, padding same",
                "mnist-lstm | output | 28 units, linear, at each step",
            })
    void saysTheSettingsForPeople(String preset, String layer, String settings) {
        LayerSpec spec = Presets.find(preset, "model").orElseThrow().layers().stream()
                .filter(each -> each.name().equals(layer))
                .findFirst()
                .orElseThrow();

        assertThat(LayerFacts.settings(spec)).isEqualTo(settings);
    }

    @Test
    void aMisfitIsNamedWithItsPlaceItsNeedAndAWayOut() {
        List<LayerSpec> layers = List.of(
                new LayerSpec.MaxPooling2d("pool", Size2.square(4), Size2.square(4), Padding.VALID),
                conv(4, Size2.square(3), Size2.square(1), Padding.VALID));

        assertThatThrownBy(() -> ModelFacts.of(IMAGE, layers))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Layer 'conv' (Conv2D 3x3, valid) with padding 'valid' needs height >= 3, got [1, 1, 3]"
                        + " from 'pool'. Use padding 'same' or drop a pooling layer.");
    }

    @Test
    void moreWeightsThanAnArrayHoldsAreRefused() {
        assertThatThrownBy(() -> LayerFacts.of(new LayerSpec.Lstm("lstm", 40_000, false), SEQUENCE))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Layer 'lstm' (LSTM 40000) on [5, 3] from the input needs 6,400,000,000 weights, at most"
                        + " 2,147,483,583 fit. Use fewer units or filters.");
    }

    private static LayerSpec conv(int filters, Size2 kernel, Size2 stride, Padding padding) {
        return new LayerSpec.Conv2d("conv", filters, kernel, stride, padding, Activation.RELU);
    }

    /** Else a layer that was written and read back would be another one. */
    @Test
    void whatHasNoSayInARecurrentLayerHasItsDefault() {
        Recurrence other = new Recurrence(Activation.RELU, Activation.TANH, true, false, false);
        assertThat(new LayerSpec.SimpleRnn("a", 2, true, other).recurrence())
                .isEqualTo(Recurrence.DEFAULT.withActivation(Activation.RELU));
        assertThat(new LayerSpec.Gru("a", 2, true, other, true).recurrence()).isEqualTo(other.withUnitForgetBias(true));
        assertThat(new LayerSpec.Lstm("a", 2, true, other).recurrence()).isEqualTo(other);
    }
}

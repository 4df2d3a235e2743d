package dev.hourglass.lab.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.engine.Penalty;
import dev.hourglass.lab.run.JsonWriting;
import dev.hourglass.model.Activation;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.model.variables.Regularizer;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LayerSyntaxTest {
    /** One of each class, with settings that are no defaults. */
    static List<LayerSpec> layers() {
        return List.of(
                new LayerSpec.Conv2d("a", 4, new Size2(3, 2), new Size2(2, 1), Padding.SAME, Activation.RELU)
                        .withGroups(2)
                        .withBias(false),
                new LayerSpec.Conv2dTranspose("a", 3, new Size2(3, 2), new Size2(2, 1), Padding.SAME, Activation.TANH),
                new LayerSpec.BatchNormalization("a", 0.5f, 1e-4f, 2, false, false),
                new LayerSpec.LayerNormalization("a", List.of(1, 3), 0.25f, false, false, true),
                new LayerSpec.GroupNormalization("a", 4, 2, 0.25f, false, false),
                new LayerSpec.UnitNormalization("a", List.of(2)),
                new LayerSpec.RmsNormalization("a", List.of(1, 2), 0.25f),
                new LayerSpec.MaxPooling2d("a", new Size2(3, 2), new Size2(1, 2), Padding.SAME),
                new LayerSpec.UpSampling2d("a", new Size2(3, 2), LayerSpec.Interpolation.BILINEAR),
                new LayerSpec.GlobalAveragePooling2d("a"),
                new LayerSpec.Flatten("a"),
                new LayerSpec.Reshape("a", Shape.of(3, 4)),
                new LayerSpec.Dense("a", 3, Activation.SIGMOID, false),
                new LayerSpec.TimeDistributed("a", new LayerSpec.Dense("b", 3, Activation.SIGMOID)),
                new LayerSpec.Dropout("a", 0.25f),
                new LayerSpec.SpatialDropout("a", 1, 0.25f),
                new LayerSpec.SpatialDropout("a", 2, 0.25f),
                new LayerSpec.SpatialDropout("a", 3, 0.25f),
                new LayerSpec.GaussianDropout("a", 0.25f),
                new LayerSpec.AlphaDropout("a", 0.25f),
                new LayerSpec.GaussianNoise("a", 0.125f),
                new LayerSpec.ActivationLayer("a", Activation.TANH),
                new LayerSpec.LeakyRelu("a", 0.125f),
                new LayerSpec.RepeatVector("a", 3),
                new LayerSpec.Masking("a", -1.5f),
                new LayerSpec.Add("a"),
                new LayerSpec.Subtract("a"),
                new LayerSpec.Multiply("a"),
                new LayerSpec.Average("a"),
                new LayerSpec.Maximum("a"),
                new LayerSpec.Minimum("a"),
                new LayerSpec.Sampling("a"),
                new LayerSpec.VectorQuantizer("a", 33),
                new LayerSpec.State("a", LayerSpec.State.Which.BACKWARD_CELL),
                new LayerSpec.Concatenate("a", 2),
                new LayerSpec.Relu("a", 0.25f, 0.5f, 6),
                new LayerSpec.Rescaling("a", 0.25f, -1),
                new LayerSpec.Normalization("a", List.of(1, 2), List.of(0.5f, 1f), List.of(2f, 0.25f), true),
                new LayerSpec.Elu("a", 0.5f),
                new LayerSpec.PRelu("a", List.of(1, 2)),
                new LayerSpec.Conv1d("a", 4, 3, 1, Padding.CAUSAL, Activation.ELU, 2, 2, false),
                new LayerSpec.Conv1dTranspose("a", 4, 3, 2, Padding.SAME, Activation.SELU, false),
                new LayerSpec.DepthwiseConv1d("a", 3, 1, Padding.SAME, 2, Activation.ELU, 3, false),
                new LayerSpec.DepthwiseConv2d("a", new Size2(3, 2), new Size2(2, 2), Padding.SAME, Activation.ELU)
                        .withDepthMultiplier(2),
                new LayerSpec.SeparableConv1d("a", 4, 3, 1, Padding.CAUSAL, 2, Activation.ELU, 3, false),
                new LayerSpec.SeparableConv2d("a", 4, new Size2(3, 2), LayerSpec.ONE, Padding.SAME, Activation.ELU)
                        .withDilation(new Size2(1, 2))
                        .withBias(false),
                new LayerSpec.Conv3d(
                        "a", 4, new Size3(1, 2, 3), Size3.cube(2), Padding.SAME, Activation.GELU, 2, false),
                new LayerSpec.Conv3dTranspose(
                        "a", 4, Size3.cube(3), new Size3(2, 1, 2), Padding.SAME, Activation.MISH, false),
                new LayerSpec.MaxPooling1d("a", 3, 2, Padding.SAME),
                new LayerSpec.AveragePooling1d("a", 3, 2, Padding.SAME),
                new LayerSpec.AveragePooling2d("a", new Size2(3, 2), new Size2(1, 2), Padding.SAME),
                new LayerSpec.Pooling3d("a", false, new Size3(1, 2, 3), Size3.cube(1), Padding.SAME),
                new LayerSpec.Pooling3d("a", true, new Size3(1, 2, 3), Size3.cube(1), Padding.SAME),
                new LayerSpec.GlobalMaxPooling1d("a"),
                new LayerSpec.GlobalAveragePooling1d("a"),
                new LayerSpec.GlobalMaxPooling2d("a"),
                new LayerSpec.UpSampling1d("a", 3),
                new LayerSpec.UpSampling3d("a", new Size3(1, 2, 3)),
                new LayerSpec.ZeroPadding1d("a", 1, 2),
                new LayerSpec.ZeroPadding2d("a", 1, 2, 3, 4),
                new LayerSpec.Cropping1d("a", 1, 2),
                new LayerSpec.Cropping2d("a", 1, 2, 3, 4),
                new LayerSpec.Permute("a", List.of(3, 1, 2)),
                new LayerSpec.Lstm("a", 3, true, new Recurrence(Activation.RELU, Activation.TANH, false, false, true)),
                new LayerSpec.GlobalPooling3d("a", false),
                new LayerSpec.GlobalPooling3d("a", true),
                new LayerSpec.ZeroPadding3d("a", 1, 2, 3, 4, 5, 0),
                new LayerSpec.Cropping3d("a", 1, 2, 3, 4, 5, 0),
                new LayerSpec.ConvLstm1d(
                        "a",
                        3,
                        5,
                        1,
                        Padding.SAME,
                        2,
                        true,
                        new Recurrence(Activation.RELU, Activation.TANH, false, false, true)),
                new LayerSpec.ConvLstm2d(
                        "a",
                        3,
                        new Size2(3, 2),
                        new Size2(1, 2),
                        Padding.VALID,
                        LayerSpec.ONE,
                        false,
                        Recurrence.DEFAULT.withDropout(0.25f, 0.5f)),
                new LayerSpec.Gru(
                        "a",
                        3,
                        true,
                        new Recurrence(Activation.RELU, Activation.LINEAR, false, true, true, 0.25f, 0.5f),
                        false),
                new LayerSpec.SimpleRnn(
                        "a",
                        3,
                        true,
                        new Recurrence(Activation.SIGMOID, Activation.SIGMOID, false, true, true, 0, 0.5f)),
                new LayerSpec.Bidirectional(
                        "a",
                        new LayerSpec.Lstm("f", 3, true),
                        new LayerSpec.Lstm("b", 4, true, Recurrence.DEFAULT.withGoBackwards(true)),
                        LayerSpec.MergeMode.CONCAT),
                new LayerSpec.Embedding("a", 70_000, 7, true),
                new LayerSpec.Dot("a", 2, -1, true),
                new LayerSpec.MultiHeadAttention("a", 3, 4, 5, 7, 0.25f, false, true),
                new LayerSpec.DotAttention("a", true, true, 0.5f, true),
                new LayerSpec.AdditiveAttention("a", false, 0.125f, true));
    }

    @Test
    void eachClassIsTried() {
        assertThat(layers().stream().map(KerasClass::of)).containsExactlyInAnyOrder(KerasClass.values());
    }

    @ParameterizedTest
    @MethodSource("layers")
    void whatIsWrittenIsReadBack(LayerSpec layer) {
        Node written = YamlTree.parse(JsonWriting.text(LayerSyntax.write(layer)), "recipe.yaml");

        assertThat(new LayerSyntax(new ArrayList<>()).read(written)).isEqualTo(layer);
    }

    @Test
    void channelsMayComeFirstWhereALayerHasAnOrder() {
        whatIsWrittenIsReadBack(
                new LayerSpec.ChannelsFirst(new LayerSpec.Conv1d("a", 4, 3, 1, Padding.SAME, Activation.ELU)));
        whatIsWrittenIsReadBack(new LayerSpec.ChannelsFirst(new LayerSpec.Cropping2d("a", 1, 2, 3, 4)));
        assertThat(read("Conv1D: {name: a, filters: 4, kernel_size: 3, data_format: channels_last}"))
                .isInstanceOf(LayerSpec.Conv1d.class);
        assertThatThrownBy(() -> read("Conv1D: {name: a, filters: 4, kernel_size: 3, data_format: first}"))
                .isInstanceOf(RecipeException.class)
                .hasMessageEndingWith("expected channels_last or channels_first, found 'first'.");
        assertThatThrownBy(() -> read("Dense: {name: a, units: 4, data_format: channels_first}"))
                .isInstanceOf(RecipeException.class)
                .hasMessageEndingWith(
                        "expected no data_format, found one: Dense has no order of channels. Leave it out.");
    }

    @Test
    void otherNamesOfKerasAreTheLayersThatTheyMean() {
        assertThat(read("Softmax: {name: a}")).isEqualTo(new LayerSpec.ActivationLayer("a", Activation.SOFTMAX));
        assertThat(read("Identity: {name: a}")).isEqualTo(new LayerSpec.ActivationLayer("a", Activation.LINEAR));
        for (String[] names : new String[][] {
            {"MaxPool2D", "MaxPooling2D"},
            {"AvgPool1D", "AveragePooling1D"},
            {"GlobalMaxPool1D", "GlobalMaxPooling1D"},
            {"GlobalAvgPool2D", "GlobalAveragePooling2D"},
            {"Convolution2D", "Conv2D"},
            {"Convolution2DTranspose", "Conv2DTranspose"},
            {"SeparableConvolution2D", "SeparableConv2D"}
        }) {
            String settings = names[0].contains("Conv") ? ": {name: a, filters: 2, kernel_size: 3}" : ": {name: a}";
            assertThat(read(names[0] + settings)).isEqualTo(read(names[1] + settings));
        }
        assertThatThrownBy(() -> read("Softmax: {axis: 1}"))
                .isInstanceOf(RecipeException.class)
                .hasMessageEndingWith("expected -1, the last axis, found 1. Permute the axes before it.");
        assertThatThrownBy(() -> read("Sofmax"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("Did you mean 'Softmax'?");
    }

    @Test
    void anActivityRegularizationCostsWhatItsLayerGives() {
        List<Penalty> penalties = new ArrayList<>();
        LayerSpec layer = new LayerSyntax(penalties)
                .read(YamlTree.parse("ActivityRegularization: {name: a, l1: 0.5}", "recipe.yaml"));
        assertThat(layer).isEqualTo(new LayerSpec.ActivationLayer("a", Activation.LINEAR));
        assertThat(penalties).containsExactly(new Penalty.OfActivity("a", new Regularizer(0.5f, 0)));
    }

    private static LayerSpec read(String yaml) {
        return new LayerSyntax(new ArrayList<>()).read(YamlTree.parse(yaml, "recipe.yaml"));
    }
}

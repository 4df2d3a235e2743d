package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.formats.OpenSizesException;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {
    private static final Json.Document DOCUMENT = new Json.Document(Path.of("m.keras"), "config.json");
    private final List<String> warnings = new ArrayList<>();

    @Test
    void readsKeras2sFirstLayerWithTheInputShape() {
        ModelNode.Model model = read("""
            {"class_name": "Sequential", "config": {"name": "old", "layers": [
             {"class_name": "Conv2D", "config": {"name": "c", "batch_input_shape": [null, 8, 6, 1], "dtype": "float32",
              "filters": 4, "kernel_size": [3, 2], "strides": [2, 1], "padding": "same", "data_format": "channels_last",
              "dilation_rate": [1, 1], "groups": 1, "activation": "relu", "use_bias": true,
              "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": null}},
              "kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.01}}, "bias_constraint": null}}]}}
            """);
        assertThat(model.input().shape()).isEqualTo(Shape.of(8, 6, 1));
        assertThat(model.layers().getFirst().spec())
                .isEqualTo(
                        new LayerSpec.Conv2d("c", 4, new Size2(3, 2), new Size2(2, 1), Padding.SAME, Activation.RELU));
        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Conv2D | `\"filters\": 2, \"kernel_size\": 3, \"activation\": \"glu\"` | has activation 'glu';"
                        + " Hourglass supports linear, relu, sigmoid, tanh, softmax, elu, selu, softplus, softsign, silu,"
                        + " gelu, exponential, hard_sigmoid, hard_sigmoid_keras2, relu6, mish, leaky_relu, hard_tanh, hard_silu, log_sigmoid, squareplus, log_softmax",
                "Conv2D | `\"filters\": 2, \"kernel_size\": 3, \"dtype\": \"mixed_float16\"` | has dtype"
                        + " 'mixed_float16'; Hourglass supports 'float32'",
                "Conv2D | `\"filters\": 2, \"kernel_size\": 3, \"dtype\": \"int8\"` | has dtype 'int8'; Hourglass"
                        + " supports 'float32'",
                "Conv2D | `\"filters\": 2, \"kernel_size\": 3, \"new_setting\": 3` | has new_setting 3; Hourglass"
                        + " supports layers without it",
                "Conv2DTranspose | `\"filters\": 2, \"kernel_size\": 3, \"output_padding\": 1` | has output_padding 1;"
                        + " Hourglass supports null",
                "UpSampling2D | `\"size\": 2, \"interpolation\": \"bicubic\"` | has interpolation 'bicubic'; Hourglass"
                        + " supports 'nearest' and 'bilinear'",
                "BatchNormalization | `\"renorm\": true` | has renorm true; Hourglass supports false",
                "GlobalAveragePooling2D | `\"keepdims\": true` | has keepdims true; Hourglass supports false",
            })
    void refusesASettingThatItLacksByName(String kerasClass, String settings, String message) {
        String layer = "{\"class_name\": \"" + kerasClass + "\", \"config\": {\"name\": \"x\", " + settings + "}}";
        assertThatThrownBy(() -> read(sequential("[null, 8, 8, 2]", layer)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage("m.keras: layer 'x' (" + kerasClass + ") " + message
                        + ". Change the layer in Keras, train and save again.");
    }

    @Test
    void readsAStatefulLstmAndSaysThatEachBatchBeginsAnew() {
        ModelNode.Model model = read(sequential("[4, 5, 2]", """
            {"class_name": "LSTM", "config": {"name": "x", "units": 2, "stateful": true}}\
            """));
        assertThat(model.layers()).extracting(ModelNode.Layer::spec).containsExactly(new LayerSpec.Lstm("x", 2, false));
        assertThat(warnings)
                .containsExactly(
                        "Layer 'x' is stateful: in Keras it begins each batch with the states that the one before"
                                + " left. Hourglass begins with zeros, as Keras does with the first batch and after a"
                                + " reset.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"units\": 2, \"time_major\": true` | has time_major true; Hourglass supports false",
                "`\"units\": 2, \"return_state\": true` | has return_state true; Hourglass supports false in a"
                        + " Sequential",
            })
    void refusesAnLstmThatItLacksByName(String settings, String message) {
        String layer = "{\"class_name\": \"LSTM\", \"config\": {\"name\": \"x\", " + settings + "}}";
        assertThatThrownBy(() -> read(sequential("[null, 5, 2]", layer)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(
                        "m.keras: layer 'x' (LSTM) " + message + ". Change the layer in Keras, train and save again.");
    }

    @Test
    void readsAnLstmOfKeras2WithWhatItDrops() {
        ModelNode.Model model = read(sequential("[null, 5, 2]", """
            {"class_name": "LSTM", "config": {"name": "x", "units": 2, "activation": "relu", "time_major": false,
              "use_bias": false, "go_backwards": true, "dropout": 0.0, "recurrent_dropout": 0.2}}\
            """));
        Recurrence recurrence = Recurrence.DEFAULT
                .withActivation(Activation.RELU)
                .withUseBias(false)
                .withGoBackwards(true)
                .withDropout(0, 0.2f);
        assertThat(model.layers())
                .extracting(ModelNode.Layer::spec)
                .containsExactly(new LayerSpec.Lstm("x", 2, false, recurrence));
        assertThat(warnings).isEmpty();
    }

    @Test
    void readsCellsAsTheLayersThatWalkWithThem() {
        String cells = """
            {"class_name": "StackedRNNCells", "config": {"name": "s", "cells": [
              {"class_name": "GRUCell", "config": {"name": "a", "units": 3, "reset_after": true, "recurrent_dropout": 0.5}},
              {"class_name": "LSTMCell", "config": {"name": "b", "units": 4, "activation": "relu"}}]}}\
            """;
        ModelNode.Model model = read(sequential("[null, 5, 2]", rnn(cells, "")));
        assertThat(model.layers())
                .extracting(ModelNode.Layer::spec)
                .containsExactly(
                        new LayerSpec.Gru("x_a", 3, true, Recurrence.DEFAULT.withDropout(0, 0.5f), true),
                        new LayerSpec.Lstm("x_b", 4, false, Recurrence.DEFAULT.withActivation(Activation.RELU)));
        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{\"class_name\": \"Mine\", \"module\": \"mine\", \"config\": {\"units\": 2}}` | `` | the cell of layer"
                        + " 'x' is a Mine of 'mine'; Hourglass reads Keras's own classes only and runs no code of a"
                        + " file. Build the model without it and save it again.",
                "`{\"class_name\": \"GRUCell\", \"registered_name\": \"mine>GRUCell\", \"config\": {\"units\": 2}}` | `` |"
                        + " the cell of layer 'x' is a GRUCell of no module, registered as 'mine>GRUCell'; Hourglass"
                        + " reads Keras's own classes only and runs no code of a file. Build the model without it and"
                        + " save it again.",
                "`{\"class_name\": \"ConvLSTMCell\", \"config\": {\"units\": 2}}` | `` | layer 'x' (RNN) walks with a"
                        + " ConvLSTMCell; Hourglass has LSTMCell, GRUCell, SimpleRNNCell and StackedRNNCells of these."
                        + " Build the model without it and save it again.",
                "`{\"class_name\": \"StackedRNNCells\", \"config\": {\"cells\": []}}` | `, \"go_backwards\": true` | layer"
                        + " 'x' (RNN) has go_backwards true; Hourglass supports false where cells are stacked. Change the"
                        + " layer in Keras, train and save again.",
            })
    void refusesCellsThatItLacksByName(String cell, String settings, String message) {
        assertThatThrownBy(() -> read(sequential("[null, 5, 2]", rnn(cell, settings))))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage("m.keras: " + message);
    }

    private static String rnn(String cell, String settings) {
        return "{\"class_name\": \"RNN\", \"config\": {\"name\": \"x\", \"cell\": " + cell + settings + "}}";
    }

    @Test
    void saysThatARateOfOneIsLeftOutOfTraining() {
        ModelNode.Model model = read(sequential("[null, 5, 2]", """
            {"class_name": "GRU", "config": {"name": "x", "units": 2, "reset_after": true, "dropout": 1.0}}\
            """));
        assertThat(model.layers())
                .extracting(ModelNode.Layer::spec)
                .containsExactly(new LayerSpec.Gru("x", 2, false, Recurrence.DEFAULT, true));
        assertThat(warnings)
                .containsExactly("Layer 'x' has dropout 1, which Hourglass leaves out when it continues training.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"class_name\": \"Wavelet\"` | layer 'x' is a Wavelet; Hourglass has Conv2D, Conv2DTranspose",
                "`\"class_name\": \"Lambda\"` | layer 'x' is a Lambda, which is code, and Hourglass runs no code of a"
                        + " file",
                "`\"class_name\": \"Dense\", \"module\": \"os\"` | layer 'x' is a Dense of 'os'; Hourglass reads"
                        + " Keras's own classes only",
                "`\"class_name\": \"Dense\", \"registered_name\": \"mine>Dense\"` | layer 'x' is a Dense of no module,"
                        + " registered as 'mine>Dense'",
                "`\"class_name\": \"Sequential\", \"module\": \"keras.layers\"` | layer 'x' is a Sequential of"
                        + " 'keras.layers'",
            })
    void refusesClassesAndModulesOffItsLists(String node, String message) {
        String layer = "{" + node + ", \"config\": {\"name\": \"x\", \"units\": 2}}";
        assertThatThrownBy(() -> read(sequential("[null, 5]", layer)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("m.keras: " + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"layer", "backward_layer"})
    void refusesALayerWithinALayerThatIsNotKerass(String place) {
        String lstm = "{\"class_name\": \"LSTM\", \"config\": {\"name\": \"l\", \"units\": 2}}";
        String back = lstm.replace("\"units\"", "\"go_backwards\": true, \"units\"");
        String both =
                "{\"class_name\": \"Bidirectional\", \"config\": {\"name\": \"x\", \"merge_mode\": \"sum\", \"layer\": "
                        + lstm + ", \"backward_layer\": " + back + "}}";
        assertThat(read(sequential("[null, 5, 2]", both)).layers()).hasSize(1);
        String foreign = both.replace("\"" + place + "\": {", "\"" + place + "\": {\"module\": \"my\", ");
        assertThatThrownBy(() -> read(sequential("[null, 5, 2]", foreign)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("m.keras: the layer within 'x' is a LSTM of 'my'");
    }

    @Test
    void asksForSizesThatAreOpenAndTakesThoseOfTheSample() {
        String open = sequential("[null, null, 2]", dense("x"));
        assertThatThrownBy(() -> read(open))
                .isInstanceOf(OpenSizesException.class)
                .hasMessage("m.keras: the model reads samples [any, 2] and leaves open what it is read with. Give the"
                        + " shape of a sample with --input, such as --input 64x2.");
        Json json = JsonText.parse(open, DOCUMENT);
        InputSizes sample = new InputSizes(Shape.of(7, 2), kerasClass -> List.of());
        assertThat(ConfigReader.read(json, sample, warnings::add).input().shape())
                .isEqualTo(Shape.of(7, 2));
        InputSizes flat = new InputSizes(Shape.of(7), kerasClass -> List.of());
        assertThatThrownBy(() -> ConfigReader.read(json, flat, warnings::add))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageEndingWith("the data has samples [7]. Give data with as many dimensions.");
    }

    @Test
    void greyPicturesWithoutAChannelOpenAModelOfOne() {
        String convolution = "{\"class_name\": \"Conv2D\", \"config\": {\"name\": \"c\", \"filters\": 1,"
                + " \"kernel_size\": [3, 3], \"padding\": \"same\"}}";
        InputSizes grey = new InputSizes(Shape.of(28, 20), kerasClass -> List.of());

        Json one = JsonText.parse(sequential("[null, null, null, 1]", convolution), DOCUMENT);
        assertThat(ConfigReader.read(one, grey, warnings::add).input().shape()).isEqualTo(Shape.of(28, 20, 1));
        Json three = JsonText.parse(sequential("[null, null, null, 3]", convolution), DOCUMENT);
        assertThatThrownBy(() -> ConfigReader.read(three, grey, warnings::add))
                .hasMessageEndingWith("the data has samples [28, 20]. Give data with as many dimensions.");
    }

    /** Keras 2.2.2 and before. */
    @Test
    void readsASequentialThatIsAListOfLayers() {
        ModelNode.Model model = read("""
            {"class_name": "Sequential", "config": [
             {"class_name": "Dense", "config": {"name": "a", "batch_input_shape": [null, 3], "units": 2}},
             {"class_name": "Dense", "config": {"name": "b", "units": 3}}]}
            """);
        assertThat(model.input().shape()).isEqualTo(Shape.of(3));
        assertThat(model.layers()).extracting(layer -> layer.spec().name()).containsExactly("a", "b");
    }

    /** A Sequential without an Input, which Keras builds when data comes. */
    @Test
    void asksTheWeightsWhereNothingElseSaysWhatASampleIs() {
        Json dense = JsonText.parse("""
            {"class_name": "Sequential", "config": {"name": "m", "layers": [
             {"class_name": "Dropout", "config": {"name": "d", "rate": 0.1}},
             {"class_name": "Dense", "config": {"name": "a", "units": 2}}]}}
            """, DOCUMENT);
        InputSizes kernel = new InputSizes(null, kerasClass -> kerasClass.equals("Dense") ? List.of(21, 2) : List.of());
        assertThat(ConfigReader.read(dense, kernel, warnings::add).input().shape())
                .isEqualTo(Shape.of(21));
        assertThatThrownBy(() -> ConfigReader.read(dense, warnings::add))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("the model was built by its data");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "keras.layers",
                "keras.src.layers.core.dense",
                "keras.src.layers",
                "tf_keras.src.layers.core.dense"
            })
    void readsTheModulesThatEachKerasNames(String module) {
        String layer = "{\"class_name\": \"Dense\", \"module\": \"" + module
                + "\", \"registered_name\": null, \"config\": {\"name\": \"x\", \"units\": 2}}";
        assertThat(read(sequential("[null, 3]", layer)).layers()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[null, 3] | `{\"class_name\": \"Dense\", \"config\": {\"name\": \"x\"}}` | a member 'units'",
                "[null, 3] | `{\"class_name\": \"Dense\", \"config\": {\"name\": \"x\", \"units\": \"2\"}}` | a number",
                "[null, 3] | `{\"class_name\": \"Dense\", \"config\": {\"name\": \"x\", \"units\": 2.5}}` | a whole"
                        + " number",
                "[null, 3] | `{\"class_name\": \"Dense\", \"config\": {\"name\": \"x\", \"units\": 1e99}}` | a whole"
                        + " number",
                "[null, 3] | `{\"class_name\": \"Dense\", \"config\": {\"name\": \"x\", \"units\": -2}}` | settings"
                        + " that Keras takes",
                "[null, 3] | `{\"class_name\": \"LSTM\", \"config\": {\"name\": \"x\", \"units\": 2}}` | layers that"
                        + " fit together",
                "[null, 3] | `{\"class_name\": \"Dense\", \"config\": {\"name\": \"x\", \"units\": 2147483647}}` |"
                        + " layers that fit together",
                "[null, 3] | `{\"class_name\": \"RepeatVector\", \"config\": {\"name\": \"x\", \"n\": 2147483647}}` |"
                        + " layers that fit together",
                "[null, 9, 9, 9] | `{\"class_name\": \"UpSampling2D\", \"config\": {\"name\": \"x\", \"size\":"
                        + " 2147483647}}` | sizes that fit an array",
                "[null, 3] | `{\"class_name\": \"Reshape\", \"config\": {\"name\": \"x\", \"target_shape\": [-1, 0]}}`"
                        + " | settings that Keras takes",
                "[null, 99999, 99999, 99999] | `{\"class_name\": \"Flatten\", \"config\": {\"name\": \"x\"}}` | a"
                        + " shape",
                "[null] | `{\"class_name\": \"Flatten\", \"config\": {\"name\": \"x\"}}` | a batch size and at least"
                        + " one dimension",
            })
    void refusesWhatNoKerasWrites(String shape, String layer, String expected) {
        assertThatThrownBy(() -> read(sequential(shape, layer)))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("m.keras: expected " + expected)
                .hasMessageContaining(" at config.json: .config.layers[")
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`{\"a\": 1, \"a\": 2}` | each member once",
                "`{\"a\": 1}}` | JSON",
                "`{\"a\": 01}` | JSON",
                "`` | JSON",
                "`[1] [2]` | one JSON value",
            })
    void refusesWhatIsNotOneJsonDocument(String text, String expected) {
        assertThatThrownBy(() -> JsonText.parse(text, DOCUMENT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("m.keras: expected " + expected);
    }

    @Test
    void refusesJsonThatIsDeepOrLong() {
        for (String text : List.of(
                "[".repeat(1_000_000),
                "{\"a\":".repeat(100_000),
                "[" + "1,".repeat(600_000) + "1]",
                "\"" + "a".repeat(3 << 20) + "\"",
                "1".repeat(1_000),
                " ".repeat(9 << 20) + "1")) {
            assertThatThrownBy(() -> JsonText.parse(text, DOCUMENT)).isInstanceOf(CorruptFileException.class);
        }
    }

    @Test
    void readsAFunctionalModelInTheOrderOfItsNodes() {
        ModelNode.Model model = read(functional(
                "[\"in\",0,0]",
                "[[\"b\",0,0]]",
                node("b", "[[[\"a\",0,0,{}]]]"),
                node("a", "[{\"args\":[" + tensor("in") + "],\"kwargs\":{\"mask\":null}}]")));
        assertThat(model.layers()).extracting(layer -> layer.spec().name()).containsExactly("a", "b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`[[[\"b\",0,0,{}]]]` | `[[[\"a\",0,0,{}]]]` | layers that do not wait for each other",
                "`[[[\"a\",0,0,{}]]]` | `[[[\"a\",0,0,{}]]]` | layers that do not wait for each other",
                "`[[[\"in\",0,0,{}],[\"in\",0,0,{}]]]` | `[[[\"a\",0,0,{}]]]` | a layer that reads one value",
                "`[[[\"nowhere\",0,0,{}]]]` | `[[[\"a\",0,0,{}]]]` | a layer 'nowhere'",
                "`[]` | `[[[\"a\",0,0,{}]]]` | layer 'a' (Dense) to read from another",
                "`[[[\"in\",0,7,{}]]]` | `[[[\"a\",0,0,{}]]]` | output 0 of an InputLayer",
                "`[[[\"in\",0,0,{}]],[[\"in\",0,0,{}]]]` | `[[[\"a\",2,0,{}]],[[\"a\",0,0,{}]]]` | one of the 2 calls"
                        + " of layer 'a'",
                "`[[[\"in\",-1,0,{}]]]` | `[[[\"a\",0,0,{}]]]` | [layer, call, output]",
            })
    void refusesAGraphThatKerasCannotHaveWritten(String nodesOfA, String nodesOfB, String expected) {
        assertThatThrownBy(
                        () -> read(functional("[\"in\",0,0]", "[\"b\",0,0]", node("a", nodesOfA), node("b", nodesOfB))))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected " + expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`[[[\"in\",0,0,{}]]]` | `[[[\"a\",0,0,{}]],[[\"in\",0,0,{}]]]` | layer 'b' is not on the way from"
                        + " input to output of model 'm'",
                "`[[[\"in\",0,0,{}]]]` | `[[[\"in\",0,0,{}]]]` | layer 'a' is not on the way from input to output",
                "`[[[\"in\",0,0,{\"training\":true}]]]` | `[[[\"a\",0,0,{}]]]` | layer 'a' (Dense) is called with"
                        + " training=true",
            })
    void refusesAGraphWhoseLayersAreUnreadOrToldMore(String nodesOfA, String nodesOfB, String message) {
        assertThatThrownBy(
                        () -> read(functional("[\"in\",0,0]", "[\"b\",0,0]", node("a", nodesOfA), node("b", nodesOfB))))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("m.keras: " + message);
    }

    /** A model used twice in one that is used twice and so on: a few bytes for very many layers. */
    @Test
    void refusesModelsWithinModelsThatDoubleUntilNoMemoryHoldsThem() {
        String inner = node("l", "[[[\"in\",0,0,{}]]]");
        String ends = "[\"l\",0,0]";
        for (int depth = 0; depth < 24; depth++) {
            String model = functional("[\"in\",0,0]", ends, inner);
            inner = "{\"name\": \"m\", \"inbound_nodes\": [[[\"in\",0,0,{}]], [[\"m\",1,0,{}]]], " + model.substring(1);
            ends = "[\"m\",2,0]";
        }
        String doubled = functional("[\"in\",0,0]", ends, inner);
        assertThatThrownBy(() -> read(doubled))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("more than 20,000 layers, counted at every use");
    }

    @Test
    void readsALayerAtSeveralPlacesAndAModelWithSeveralOutputs() {
        ModelNode.Model model = read(functional(
                "[\"in\",0,0]",
                "[[\"b\",0,0],[\"a\",1,0]]",
                node("a", "[[[\"in\",0,0,{}]],[[\"b\",0,0,{}]]]"),
                node("b", "[[[\"a\",0,0,{}]]]")));
        assertThat(model.graph().nodes()).extracting(Graph.Node::name).containsExactly("a", "b", "a_use2");
        assertThat(model.graph().outputs()).containsExactly("b", "a_use2");
        assertThat(model.layers()).extracting(ModelNode.Layer::isFurtherUse).containsExactly(false, false, true);
    }

    private ModelNode.Model read(String json) {
        return ConfigReader.read(JsonText.parse(json, DOCUMENT), warnings::add);
    }

    private static String sequential(String shape, String layer) {
        return "{\"class_name\": \"Sequential\", \"config\": {\"name\": \"m\", \"layers\": [{\"class_name\":"
                + " \"InputLayer\", \"config\": {\"name\": \"in\", \"batch_shape\": " + shape + "}}, " + layer + "]}}";
    }

    private static String functional(String inputs, String outputs, String... nodes) {
        return "{\"class_name\": \"Functional\", \"config\": {\"name\": \"m\", \"layers\": [{\"class_name\":"
                + " \"InputLayer\", \"name\": \"in\", \"inbound_nodes\": [], \"config\": {\"name\": \"in\","
                + " \"batch_shape\": [null, 3]}}, "
                + String.join(", ", nodes) + "], \"input_layers\": " + inputs + ", \"output_layers\": " + outputs
                + "}}";
    }

    private static String node(String name, String inbound) {
        String dense = dense(name);
        return dense.substring(0, dense.length() - 1) + ", \"name\": \"" + name + "\", \"inbound_nodes\": " + inbound
                + "}";
    }

    private static String dense(String name) {
        return "{\"class_name\": \"Dense\", \"config\": {\"name\": \"" + name + "\", \"units\": 3}}";
    }

    private static String tensor(String source) {
        return "{\"class_name\": \"__keras_tensor__\", \"config\": {\"shape\": [null, 3], \"dtype\": \"float32\","
                + " \"keras_history\": [\"" + source + "\", 0, 0]}}";
    }
}

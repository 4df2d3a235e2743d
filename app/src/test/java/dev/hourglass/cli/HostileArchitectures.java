package dev.hourglass.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Architectures in JSON and YAML that somebody made to do harm, and graphs that are none. The weights beside them are good,
 * so that each must be refused for itself.
 */
final class HostileArchitectures {
    private static final Path KERAS = Path.of("../core/src/test/resources/keras");

    private final Path folder;

    private HostileArchitectures(Path folder) {
        this.folder = folder;
    }

    /** @param weights where the weights go that all are read with */
    static void write(Path folder, Path weights) throws IOException {
        Files.copy(KERAS.resolve("other/keras2_weights.h5"), weights);
        HostileArchitectures architectures = new HostileArchitectures(folder);
        architectures.writeJson();
        architectures.writeGraphs();
        architectures.writeYaml();
    }

    private void writeJson() throws IOException {
        String good = Files.readString(KERAS.resolve("other/architecture.json"));
        json("deep", "{\"config\":" + "[".repeat(1 << 20));
        json("cut", good.substring(0, good.length() / 2));
        json("long-name", "{\"" + "x".repeat(5 << 20) + "\":1}");
        json("long-number", "{\"a\":" + "9".repeat(1 << 20) + "}");
        json("wide", "{\"config\":[" + "0,".repeat(4 << 20) + "0]}");
        json("text", "{\"import\": \"os\"}");
        json("lambda", good.replace("\"MaxPooling2D\"", "\"Lambda\""));
        json("module", good.replace("\"keras.layers\"", "\"os\""));
        json("filters-2^31", good.replace("\"filters\": 6", "\"filters\": 2147483647"));
        json("input-2^62", good.replace("[null, 8, 8, 1]", "[null, 2147483647, 2147483647, 1]"));
    }

    private void writeGraphs() throws IOException {
        String relu = "\"activation\":\"relu\"";
        graph("circle", layer("Add", "a", "", "i", "b"), layer("Activation", "b", relu, "a"), output("a"));
        graph("itself", layer("Add", "a", "", "i", "a"), output("a"));
        graph("reads-nobody", output("nobody"));
        graph("no-output", layer("Activation", "a", relu, "i"));
        graph("twice", layer("Activation", "a", relu, "i"), layer("Activation", "a", relu, "i"), output("a"));
        graph("leads-nowhere", layer("Activation", "a", relu, "i"), output("i"));
        graph("sizes", layer("Dense", "a", "\"units\":3", "i"), layer("Add", "b", "", "i", "a"), output("b"));
        graph("axis-9", layer("Concatenate", "a", "\"axis\":9", "i", "i"), output("a"));
        graph("axis-2^40", layer("Concatenate", "a", "\"axis\":1099511627776", "i", "i"), output("a"));
        graph("dot-9", layer("Dot", "a", "\"axes\":[1,9],\"normalize\":false", "i", "i"), output("a"));
        graph("doubling", doubling("Concatenate", "\"axis\":-1", 60));
        graph("one-summand", layer("Add", "a", "", "i"), output("a"));
        graph(
                "mask-of-another",
                layer("Embedding", "a", "\"input_dim\":9,\"output_dim\":3", "i"),
                maskedBy("LSTM", "b", "\"units\":3", "a", "i"),
                output("b"));
        json("doubling-models", nested(20));
        json(
                "many-layers",
                functional(IntStream.range(0, 60_000)
                        .mapToObj(i -> layer("Activation", "a" + i, relu, i == 0 ? "i" : "a" + (i - 1)))
                        .toList()));
    }

    /** Each layer reads the one before it twice. */
    private static String[] doubling(String kerasClass, String settings, int times) {
        List<String> layers = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            String before = i == 0 ? "i" : "a" + (i - 1);
            layers.add(layer(kerasClass, "a" + i, settings, before, before));
        }
        layers.add(output("a" + (times - 1)));
        return layers.toArray(String[]::new);
    }

    /** A model that uses a model twice that uses a model twice, and so on. */
    private static String nested(int depth) {
        String model = functional(List.of(output("i")));
        for (int i = 0; i < depth; i++) {
            String calls = "\"inbound_nodes\":[[[\"i\",0,0,{}]],[[\"n\",0,0,{}]]]";
            String inner = model.substring(0, model.length() - 1) + ",\"name\":\"n\"," + calls + "}";
            String last = output("n").replace("[\"n\",0,0,{}]", "[\"n\",1,0,{}]");
            model = functional(List.of(inner, last));
        }
        return model;
    }

    private void writeYaml() throws IOException {
        String good = Files.readString(KERAS.resolve("early/merged.yaml"));
        yaml("calls", good.replaceFirst("name: merged", "name: !!python/object/apply:os.system ['true']"));
        yaml("function", good.replaceFirst("activation: tanh", "activation: !!python/name:os.system ''"));
        yaml("deep", "config:" + " [".repeat(200_000));
        yaml("laughs", laughs());
        yaml("itself", good.replaceFirst("layers:", "layers: &a [*a]\n  more:"));
        yaml("cut", good.substring(0, good.length() / 2));
        yaml("long-number", good.replaceFirst("nb_filter: 4", "nb_filter: " + "9".repeat(1 << 20)));
        yaml("filters-2^31", good.replaceFirst("nb_filter: 4", "nb_filter: 2147483647"));
        yaml("second-document", good + "---\na: 1\n");
        yaml("circle", good.replaceFirst("inbound_nodes:\n    - - - x", "inbound_nodes:\n    - - - b"));
    }

    /** Nine lists of nine times the one before: 3 billion values in a few lines. */
    private static String laughs() {
        StringBuilder yaml = new StringBuilder("config:\n  a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 10; i++) {
            String before = "*a" + (i - 1);
            yaml.append("  a" + i + ": &a" + i + " [" + String.join(", ", Collections.nCopies(9, before)) + "]\n");
        }
        return yaml.toString();
    }

    // --- Keras's JSON ---

    private void graph(String name, String... layers) throws IOException {
        json("graph-" + name, functional(List.of(layers)));
    }

    /** From an input {@code i} of 4 numbers to the layer {@code o}. */
    private static String functional(List<String> layers) {
        String input = "{\"module\":\"keras.layers\",\"class_name\":\"InputLayer\",\"name\":\"i\","
                + "\"config\":{\"name\":\"i\",\"batch_shape\":[null,4]},\"inbound_nodes\":[]}";
        return "{\"module\":\"keras\",\"class_name\":\"Functional\",\"config\":{\"name\":\"m\",\"layers\":[" + input
                + ","
                + String.join(",", layers)
                + "],\"input_layers\":[[\"i\",0,0]],\"output_layers\":[[\"o\",0,0]]}}";
    }

    private static String output(String reads) {
        return layer("Activation", "o", "\"activation\":\"relu\"", reads);
    }

    private static String layer(String kerasClass, String name, String settings, String... reads) {
        List<String> inputs = new ArrayList<>();
        for (String read : reads) {
            inputs.add("[\"" + read + "\",0,0,{}]");
        }
        return layerOf(kerasClass, name, settings, "[" + String.join(",", inputs) + "]");
    }

    private static String maskedBy(String kerasClass, String name, String settings, String reads, String mask) {
        String tensor = "{\"class_name\":\"__keras_tensor__\",\"config\":{\"keras_history\":[\"%s\",0,0]}}";
        return layerOf(
                kerasClass,
                name,
                settings,
                "{\"args\":[" + String.format(tensor, reads) + "],\"kwargs\":{\"mask\":" + String.format(tensor, mask)
                        + "}}");
    }

    private static String layerOf(String kerasClass, String name, String settings, String call) {
        return "{\"module\":\"keras.layers\",\"class_name\":\"" + kerasClass + "\",\"name\":\"" + name
                + "\",\"config\":{\"name\":\"" + name + "\"" + (settings.isEmpty() ? "" : "," + settings)
                + "},\"inbound_nodes\":[" + call + "]}";
    }

    private void json(String name, String text) throws IOException {
        Files.writeString(folder.resolve("hostile-" + name + ".json"), text, StandardCharsets.UTF_8);
    }

    private void yaml(String name, String text) throws IOException {
        Files.writeString(folder.resolve("hostile-" + name + ".yaml"), text, StandardCharsets.UTF_8);
    }
}

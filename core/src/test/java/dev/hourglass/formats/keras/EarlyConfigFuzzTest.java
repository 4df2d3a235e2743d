package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.YamlText;
import dev.hourglass.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The YAML of an architecture, in the words of any Keras, and the tree of layers made from it. */
class EarlyConfigFuzzTest extends FuzzTarget {
    static {
        // Else the first input pays for loading the classes.
        parse(
                "{class_name: Sequential, config: [{class_name: Dense, config: {output_dim: 2, batch_input_shape: [~, 3]}}]}");
    }

    @Override
    protected void read(byte[] bytes) {
        parse(new String(bytes, StandardCharsets.UTF_8));
    }

    private static void parse(String text) {
        Json.Document document = new Json.Document(Path.of("fuzzed.yaml"), "the architecture");
        try {
            Json yaml = YamlText.parse(text, document);
            Json today = EarlyConfig.inWordsOfKeras3(yaml, new KerasOrigin(1, true), warning -> {});
            ConfigReader.read(today, warning -> {});
        } catch (UnsupportedModelException refused) {
            // As good an answer as a CorruptFileException.
        }
    }
}

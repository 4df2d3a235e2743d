package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.fuzz.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The JSON of a model, and the tree of layers made from it. */
class KerasConfigFuzzTest extends FuzzTarget {
    @Override
    protected void read(byte[] bytes) {
        Json.Document document = new Json.Document(Path.of("fuzzed.keras"), "config.json");
        try {
            Json json = JsonText.parse(new String(bytes, StandardCharsets.UTF_8), document);
            new WaistRule(ConfigReader.read(json, warning -> {})).byRule();
        } catch (UnsupportedModelException refused) {
            // As good an answer as a CorruptFileException.
        }
    }
}

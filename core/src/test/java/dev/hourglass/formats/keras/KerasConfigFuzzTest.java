package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** The JSON of a model, and the tree of layers made from it. */
class KerasConfigFuzzTest extends FuzzTarget {
    @BeforeAll
    static void loadClasses() throws IOException {
        // Else the first input pays for it.
        parse(Files.readString(Path.of("src/test/resources/fuzz/KerasConfigFuzzTest/sequential.json")));
    }

    @Override
    protected void read(byte[] bytes) {
        parse(new String(bytes, StandardCharsets.UTF_8));
    }

    private static void parse(String text) {
        Json.Document document = new Json.Document(Path.of("fuzzed.keras"), "config.json");
        try {
            Json json = JsonText.parse(text, document);
            new WaistRule(ConfigReader.read(json, warning -> {})).byRule();
        } catch (UnsupportedModelException refused) {
            // As good an answer as a CorruptFileException.
        }
    }
}

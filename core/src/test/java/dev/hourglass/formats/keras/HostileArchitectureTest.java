package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ReadOptions;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Architectures and weights that somebody made to do harm, or that broke on the way: one line each, and soon. */
@Timeout(60)
class HostileArchitectureTest {
    @TempDir
    private Path folder;

    @Test
    void everyHostileHdf5IsRefusedAsWeights() throws IOException {
        Path architecture = KerasFilesTest.resource("other/architecture.json");
        List<Path> hostile = new ArrayList<>();
        Path resources = KerasFilesTest.resource("other").resolve("../../hdf5").normalize();
        try (Stream<Path> files = Files.list(resources.resolve("hostile"))) {
            files.forEach(hostile::add);
        }
        byte[] good = Files.readAllBytes(KerasFilesTest.resource("other/keras2_weights.h5"));
        hostile.add(Files.write(folder.resolve("cut.h5"), Arrays.copyOf(good, good.length / 2)));
        hostile.add(Files.write(folder.resolve("nothing.h5"), new byte[0]));
        hostile.add(Files.writeString(folder.resolve("text.h5"), "weights"));
        assertThat(hostile).hasSizeGreaterThan(15);
        for (Path weights : hostile) {
            requireRefusal(architecture, weights);
        }
    }

    @Test
    void everyHostileJsonIsRefusedAsAnArchitecture() throws IOException {
        String good = Files.readString(KerasFilesTest.resource("other/architecture.json"));
        Map<String, String> hostile = new LinkedHashMap<>();
        hostile.put("deep", "{\"a\":".repeat(200_000));
        hostile.put("deep-lists", "{\"config\":" + "[".repeat(1 << 20));
        hostile.put("cut", good.substring(0, good.length() / 2));
        hostile.put("long-number", "{\"a\":" + "9".repeat(1 << 20) + "}");
        hostile.put("long-name", "{\"" + "x".repeat(5 << 20) + "\":1}");
        hostile.put("too-long", "{\"a\":\"" + "x".repeat(40 << 20) + "\"}");
        hostile.put("twice", good.replaceFirst("\\{", "{\"class_name\":\"Sequential\","));
        hostile.put("lambda", good.replace("\"MaxPooling2D\"", "\"Lambda\""));
        hostile.put("module", good.replace("\"keras.layers\"", "\"os\""));
        hostile.put("evil-module", good.replace("\"keras.layers\"", "\"keras.layers.evil\""));
        hostile.put("large", good.replace("\"filters\": 6", "\"filters\": 2147483647"));
        hostile.put("negative", good.replace("\"filters\": 6", "\"filters\": -1"));
        hostile.put("list", "{\"class_name\":\"Sequential\",\"config\":[]}");
        hostile.put("empty", "{}");
        Path weights = KerasFilesTest.resource("other/keras3.weights.h5");
        for (Map.Entry<String, String> json : hostile.entrySet()) {
            assertThat(json.getValue()).isNotEqualTo(good);
            requireRefusal(Files.writeString(folder.resolve(json.getKey() + ".json"), json.getValue()), weights);
        }
    }

    @Test
    void everyHostileYamlIsRefusedAsAnArchitecture() throws IOException {
        String good = Files.readString(KerasFilesTest.resource("early/merged.yaml"));
        Map<String, String> hostile = new LinkedHashMap<>();
        hostile.put("calls", good.replaceFirst("name: merged", "name: !!python/object/apply:os.system ['true']"));
        hostile.put("function", good.replaceFirst("activation: tanh", "activation: !!python/name:os.system ''"));
        hostile.put("object", good.replaceFirst("config:\n", "config: !!python/object:os.X\n"));
        hostile.put("own-tag", good.replaceFirst("name: merged", "name: !mine merged"));
        hostile.put("deep", "config:" + " [".repeat(200_000));
        hostile.put("deep-blocks", "config:\n" + " - -".repeat(150) + " a");
        hostile.put("laughs", laughs());
        hostile.put("itself", good.replaceFirst("layers:", "layers: &a [*a]\n  more:"));
        hostile.put("nobody", good.replaceFirst("name: merged", "name: *nobody"));
        hostile.put("cut", good.substring(0, good.length() / 2));
        hostile.put("twice", good + "class_name: Model\n");
        hostile.put("second-document", good + "---\na: 1\n");
        hostile.put("tabs", good.replace("  ", "\t"));
        hostile.put("too-long", "config: " + "x".repeat(40 << 20));
        hostile.put("list-as-name", "config: {[a, b]: c}");
        hostile.put("large", good.replaceFirst("nb_filter: 4", "nb_filter: 2147483647"));
        hostile.put("long-number", good.replaceFirst("nb_filter: 4", "nb_filter: " + "9".repeat(1 << 20)));
        hostile.put("nothing", "---\n");
        Path weights = KerasFilesTest.resource("early/merged_weights.h5");
        for (Map.Entry<String, String> yaml : hostile.entrySet()) {
            assertThat(yaml.getValue()).as(yaml.getKey()).isNotEqualTo(good);
            requireRefusal(Files.writeString(folder.resolve(yaml.getKey() + ".yaml"), yaml.getValue()), weights);
        }
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

    private static void requireRefusal(Path architecture, Path weights) throws IOException {
        String what = architecture.getFileName() + " with " + weights.getFileName();
        try {
            ModelFile.read(architecture, ReadOptions.defaults().withWeights(weights));
        } catch (CorruptFileException | UnsupportedModelException e) {
            assertThat(e.getMessage()).as(what).hasSizeLessThan(1000).doesNotContain("\n");
            return;
        }
        throw new AssertionError(what + " was read");
    }
}

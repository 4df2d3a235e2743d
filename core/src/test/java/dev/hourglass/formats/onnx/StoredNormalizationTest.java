package dev.hourglass.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How stored numbers become inputs, through files of each format. */
class StoredNormalizationTest {
    /** A header may have its names in quotes, and in these what it likes. */
    private static final List<String> NAMES = List.of("temp, \u00b0C", "two\nlines \\n \"quoted\"", "[speed]");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5", "onnx"})
    void curveBoundsAndNamesOfColumnsAreReadAsTheyWereWritten(String extension) throws IOException {
        Normalization each = new Normalization(
                List.of(0.5, -2.0, 1e-300),
                List.of(0.0, 0.1, -3.0),
                Normalization.Curve.LOG1P,
                new Normalization.Clip(-1.5, 4),
                NAMES);
        Normalization together = new Normalization(
                List.of(0.1), List.of(0.0), Normalization.Curve.LINEAR, null, List.of("a", "", "a", "\n", "b", "c"));
        for (Normalization normalization : List.of(each, together)) {
            Path file = folder.resolve("model." + extension);
            ModelFile.write(model(normalization), file);
            assertThat(ModelFile.read(file).normalization()).isEqualTo(normalization);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "curve | sqrt | linear or log1p as normalization.curve in the metadata, found 'sqrt'",
                "curve | LOG1P | linear or log1p as normalization.curve in the metadata, found 'LOG1P'",
                "clip | 1 | the least and the most, two numbers, as normalization.clip in the metadata, found '1'",
                "clip | `1,2,3` | the least and the most, two numbers, as normalization.clip in the metadata, found"
                        + " '1,2,3'",
                "clip | `2,1` | the least and the most, two numbers, as normalization.clip in the metadata, found"
                        + " '2,1'",
                "clip | `1,NaN` | the least and the most, two numbers, as normalization.clip in the metadata, found"
                        + " '1,NaN'",
                "scale | `1,0,1` | 1 or 3 finite scales other than 0 and as many finite offsets in the metadata, found"
                        + " 3 and 1",
                "scale | `NaN` | 1 or 3 finite scales other than 0 and as many finite offsets in the metadata, found 1"
                        + " and 1",
                "columns | `[\"a\"]` | the names of 3 columns at the metadata's normalization.columns, found ['a']",
                "columns | `[1, 2, 3]` | a text at the metadata's normalization.columns: [0], found 1",
                "columns | `a` | JSON at the metadata's normalization.columns",
            })
    void metadataThatOurWriterDoesNotWriteIsRefusedByItsName(String key, String value, String message)
            throws IOException {
        Path file = onnx(Normalization.NONE, key, value);
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected " + message)
                .message()
                .doesNotContain("\n");
    }

    /** As many names as a sample has numbers, though each column has a scale of its own. */
    @Test
    void namesForMoreThanTheScaledColumnsAreRefusedByTheirPlace() throws IOException {
        Normalization scaled = new Normalization(List.of(1.0, 2.0, 3.0), List.of(0.0, 0.0, 0.0));
        String six = "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]";
        Path h5 = folder.resolve("model.h5");
        ModelFile.write(model(scaled.withColumns(List.of("abcdefg", "hijklmn", "opqrstu"))), h5);
        String written = "[\"abcdefg\",\"hijklmn\",\"opqrstu\"]";
        byte[] bytes = Files.readAllBytes(h5);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(text).containsOnlyOnce(written);
        String other = text.replace(written, six + " ".repeat(written.length() - six.length()));
        Files.write(h5, other.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ModelFile.read(h5))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected the names of 3 columns at")
                .hasMessageContaining(".normalization.columns, found ['a','b','c','d','e','f']");

        Path file = onnx(scaled, "columns", six);
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected the names of 3 columns at the metadata's normalization.columns");
    }

    /** A file of ours, but for what it says of one part of the normalization. */
    private Path onnx(Normalization normalization, String part, String value) throws IOException {
        OnnxModel model = ModelWriter.translate(model(normalization));
        Map<String, String> metadata = new HashMap<>(model.metadata());
        metadata.put("normalization." + part, value);
        OnnxModel other =
                new OnnxModel(model.name(), model.inputs(), model.outputs(), model.nodes(), model.weights(), metadata);
        return Files.write(folder.resolve("model.onnx"), OnnxFile.write(other));
    }

    /** Of two steps of three columns. */
    private static SavedModel model(Normalization normalization) {
        Shape input = Shape.of(2, 3);
        AutoencoderSpec spec = new AutoencoderSpec(
                "m",
                input,
                List.of(new LayerSpec.Dense("code", 2, Activation.TANH)),
                List.of(new LayerSpec.Dense("last", 3, Activation.LINEAR)));
        Parameters parameters = Parameters.initialize(spec.graph(), new RandomSource(3));
        return SavedModel.of(new Autoencoder(spec, parameters, normalization), null, Map.of());
    }
}

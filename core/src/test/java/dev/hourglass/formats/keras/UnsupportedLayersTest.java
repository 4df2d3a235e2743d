package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models of the real Keras that Hourglass doesn't compute; {@code interop/make_unsupported.py} makes them. */
class UnsupportedLayersTest {
    private static final Path FOLDER = Path.of("src/test/resources/keras/unsupported");
    private static final String SUPPORTED = "; Hourglass has Conv2D, Conv2DTranspose, BatchNormalization,"
            + " LayerNormalization, GroupNormalization, UnitNormalization, RMSNormalization, MaxPooling2D, UpSampling2D, ";

    @ParameterizedTest
    @CsvSource("conv_lstm3d, ConvLSTM3D")
    void aLayerThatWeLackIsNamedWithItsClassAndWhatThereIs(String model, String kerasClass) {
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageMatching("(?s)" + model + "\\.keras: layer 'it' is an? " + kerasClass + ";.*")
                .hasMessageContaining(SUPPORTED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bicubic | layer 'it' (UpSampling2D) has interpolation 'bicubic'; Hourglass supports 'nearest' and"
                        + " 'bilinear'"
            })
    void aSettingThatWeLackIsNamedWithItsValueAndWhatThereIs(String model, String reason) {
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith(model + ".keras: " + reason);
    }

    @Test
    void everyFileIsUsed() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files).hasSize(2);
        }
    }

    private static ModelNode.Model read(String model) throws IOException {
        Path file = Path.of(model + ".keras");
        String json = Files.readString(FOLDER.resolve(model + ".json"));
        return ConfigReader.read(JsonText.parse(json, new Json.Document(file, "config.json")), warning -> {});
    }
}

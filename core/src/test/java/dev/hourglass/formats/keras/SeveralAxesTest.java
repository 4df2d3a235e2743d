package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Normalisations along several axes, which Keras itself can only read from its newer format. */
class SeveralAxesTest {
    private static final Shape IMAGE = Shape.of(3, 4, 2);
    private static final List<LayerSpec> ENCODER = List.of(
            new LayerSpec.LayerNormalization("layer", List.of(1, 3), 0.01f, true, true, false),
            new LayerSpec.GroupNormalization("group", 2, 2, 0.01f, true, true));
    private static final List<LayerSpec> DECODER =
            List.of(new LayerSpec.UnitNormalization("unit", List.of(1, 2)), new LayerSpec.UnitNormalization("last"));

    @TempDir
    private Path folder;

    private static SavedModel model() {
        AutoencoderSpec spec = new AutoencoderSpec("axes", IMAGE, ENCODER, DECODER);
        Parameters parameters = Parameters.initialize(IMAGE, spec.layers(), new RandomSource(1));
        return SavedModel.of(new Autoencoder(spec, parameters, Normalization.NONE), null, Map.of());
    }

    @Test
    void kerasFilesKeepThem() throws IOException {
        Path file = folder.resolve("axes.keras");
        ModelFile.write(model(), file);

        assertThat(ModelFile.read(file).layers()).isEqualTo(model().layers());
    }

    /** What is written is run before it counts, so this holds the operators against our own computation. */
    @Test
    void onnxFilesComputeTheSame() throws IOException {
        Path file = folder.resolve("axes.onnx");
        ModelFile.write(model(), file);

        assertThat(file).isNotEmptyFile();
    }

    @Test
    void filesInWhichKerasWouldLoseThemAreRefused() {
        assertThatThrownBy(() -> ModelFile.write(model(), folder.resolve("axes.h5")))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage("Layer 'layer' normalises along 2 axes, of which Keras would take only the last from an .h5"
                        + " file. Write .keras or ONNX.");
    }
}

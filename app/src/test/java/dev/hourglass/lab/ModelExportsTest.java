package dev.hourglass.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Origin;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.run.RunFolder;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec.Dense;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.TrainOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelExportsTest {
    private static final Map<String, String> PROVENANCE = Map.of("Recipe", "pump");

    @TempDir
    private Path parent;

    @Test
    void theRehearsalCountsBytesAndLeavesNothing() throws IOException {
        try (RunFolder folder = RunFolder.create(parent.resolve("run"))) {
            long bytes = ModelExports.rehearse(folder, model(Origin.NONE), Normalization.NONE, PROVENANCE);

            // Nine files, of which the three whole ones also have two moments of 4 * 2 + 2 + 2 * 4 + 4 weights.
            assertThat(bytes).isGreaterThan(9 * 1_000).isLessThan(9 * 30_000);
            assertThat(folder.path()).isDirectoryNotContaining("glob:**export*");
        }
    }

    @Test
    void whatStaysOfAKilledRehearsalIsRemovedByTheNext() throws IOException {
        try (RunFolder folder = RunFolder.create(parent.resolve("run"))) {
            Path left = Files.createDirectory(folder.path().resolve("export.tmp"));
            Files.writeString(left.resolve("m_encoder.h5"), "half");

            ModelExports.rehearse(folder, model(Origin.NONE), Normalization.NONE, PROVENANCE);

            assertThat(left).doesNotExist();
        }
    }

    @Test
    void scalesThatNoFileHoldsAreRefusedByTheRehearsal() {
        Normalization three = new Normalization(List.of(1.0, 2.0, 3.0), List.of(0.0, 0.0, 0.0));
        try (RunFolder folder = RunFolder.create(parent.resolve("run"))) {
            assertThatThrownBy(
                            () -> ModelExports.rehearse(folder, model(new Origin("pump.yaml:3:5")), three, PROVENANCE))
                    .isInstanceOf(LabException.class)
                    .hasMessage(
                            "pump.yaml:3:5: Model 'm' can't be exported, so it is not trained: expected 1 or 4 finite"
                                    + " scales other than 0 and as many finite offsets at metadata.json:"
                                    + " .hourglass.normalization, found {scales:[1,2,3],offsets:[0,0,0]}. Change the"
                                    + " model, or the recipe's data.");
            assertThat(folder.path()).isDirectoryNotContaining("glob:**export*");
        }
    }

    private static ModelRecipe model(Origin origin) {
        AutoencoderSpec spec = new AutoencoderSpec(
                "m",
                Shape.of(4),
                List.of(new Dense("code", 2, Activation.LINEAR)),
                List.of(new Dense("out", 4, Activation.LINEAR)));
        return new ModelRecipe(spec, Recipe.Data.of("pump"), TrainOptions.defaults(), List.of(), origin);
    }
}

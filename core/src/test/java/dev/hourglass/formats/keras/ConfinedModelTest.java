package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.FileChangedException;
import dev.hourglass.files.RefusedFileException;
import dev.hourglass.formats.ModelFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in a run folder that a stranger keeps at hand: none is read that lies outside. */
class ConfinedModelTest {
    @TempDir
    private Path temporary;

    private Path run;
    private ConfinedFolder folder;

    @BeforeEach
    void makeFolder() throws IOException {
        run = Files.createDirectory(temporary.resolve("run"));
        folder = ConfinedFolder.open(run);
    }

    private static Path own(String extension) {
        return KerasFilesTest.resource("functional." + extension);
    }

    /** A model that is another's. */
    private static Path foreign(String extension) {
        return KerasFilesTest.resource("nested_sequential." + extension);
    }

    private static String nameOf(Path model) throws IOException {
        return ModelFile.read(model).name();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void aModelIsReadByItsNameInTheFolder(String extension) throws IOException {
        Files.copy(own(extension), run.resolve("model." + extension));

        assertThat(ModelFile.read(folder, "model." + extension).name()).isEqualTo(nameOf(own(extension)));
        assertThat(nameOf(own(extension))).isNotEqualTo(nameOf(foreign(extension)));
    }

    @Test
    void aLinkIsRefused() throws IOException {
        Files.createSymbolicLink(run.resolve("model.keras"), foreign("keras"));

        assertThatThrownBy(() -> ModelFile.read(folder, "model.keras"))
                .isInstanceOf(RefusedFileException.class)
                .hasMessageEndingWith("is a symbolic link, expected a file");
    }

    /** The instant between opening and reading, held still. */
    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void aLinkThatTakesThePlaceOfAnOpenFileIsNotFollowed(String extension) throws IOException {
        Path file = Files.copy(own(extension), run.resolve("model"));
        try (FileChannel open = folder.open("model", Long.MAX_VALUE)) {
            Files.delete(file);
            Files.createSymbolicLink(file, foreign(extension));

            LoadedModel read =
                    extension.equals("keras") ? KerasFile.read(open, file, null) : LegacyFile.read(open, file, null);

            assertThat(read.settle(null).name()).isEqualTo(nameOf(own(extension)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void somebodyWhoKeepsExchangingAModelForALinkGetsNothingRead(String extension) throws Exception {
        Path file = Files.copy(own(extension), run.resolve("model"));
        AtomicBoolean over = new AtomicBoolean();
        Thread attacker = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                try {
                    Files.createSymbolicLink(run.resolve("next"), foreign(extension));
                    Files.move(run.resolve("next"), file, StandardCopyOption.ATOMIC_MOVE);
                    Files.copy(own(extension), run.resolve("next"));
                    Files.move(run.resolve("next"), file, StandardCopyOption.ATOMIC_MOVE);
                } catch (IOException e) {
                    throw new AssertionError("the attack itself failed", e);
                }
            }
        });
        String expected = nameOf(own(extension));
        int refused = 0;
        long end = System.nanoTime() + 400_000_000;
        try {
            while (System.nanoTime() < end) {
                try {
                    assertThat(ModelFile.read(folder, "model").name()).isEqualTo(expected);
                } catch (RefusedFileException | NoSuchFileException | FileChangedException e) {
                    refused++;
                }
            }
        } finally {
            over.set(true);
            attacker.join();
        }
        assertThat(refused).isPositive();
    }
}

package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.tensor.CorruptFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Zips and HDF5 files that somebody made to do harm, or that broke on the way. */
class HostileKerasFileTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"nested_sequential.keras", "nested_sequential.h5"})
    void aFileThatIsCutShortAnywhereIsRefused(String name) throws IOException {
        byte[] whole = Files.readAllBytes(KerasFilesTest.resource(name));
        Path file = folder.resolve(name);
        for (int length = 0; length < whole.length; length += 499) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> ModelFile.read(file))
                    .as("of %d bytes %d", whole.length, length)
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageStartingWith(folder.toString())
                    .message()
                    .doesNotContain("\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nested_sequential.keras", "nested_sequential.h5"})
    void aByteThatChangedIsRefusedOrReadButNeverWorse(String name) throws IOException {
        byte[] whole = Files.readAllBytes(KerasFilesTest.resource(name));
        long seed = 11;
        Random random = new Random(seed);
        Path file = folder.resolve(name);
        for (int i = 0; i < 150; i++) {
            byte[] changed = whole.clone();
            int at = random.nextInt(whole.length);
            changed[at] = (byte) random.nextInt();
            Files.write(file, changed);
            try {
                ModelFile.read(file);
            } catch (CorruptFileException | UnsupportedModelException e) {
                assertThat(e).as("seed %d, byte %d", seed, at).hasMessageContaining(name);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../config.json", "/etc/passwd", "a\\b", "C:x"})
    void aNameThatLeavesTheZipIsRefused(String name) throws IOException {
        Path file = zip(out -> {
            out.putNextEntry(new ZipEntry(name));
            out.closeEntry();
        });
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected plain names in the zip, found '" + name + "'");
    }

    @Test
    void aMemberThatComesTwiceIsRefused() throws IOException {
        Path file = zip(out -> {
            out.putNextEntry(new ZipEntry("config.json"));
            out.putNextEntry(new ZipEntry("config.jsom"));
            out.closeEntry();
        });
        byte[] bytes = Files.readAllBytes(file);
        String latin = new String(bytes, StandardCharsets.ISO_8859_1).replace("config.jsom", "config.json");
        Files.write(file, latin.getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected each member of the zip once, found 'config.json' twice");
    }

    @Test
    void aBombIsRefusedWithoutUnpackingIt() throws IOException {
        Path file = zip(out -> {
            out.putNextEntry(new ZipEntry("config.json"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 100; i++) {
                out.write(zeros);
            }
            out.closeEntry();
        });
        assertThat(file).satisfies(bomb -> assertThat(Files.size(bomb)).isLessThan(200_000));
        long start = System.nanoTime();
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected members at most 20 times as large");
        assertThat((System.nanoTime() - start) / 1e9).isLessThan(1);
    }

    @Test
    void aZipWithoutAConfigurationIsRefused() throws IOException {
        Path file = zip(out -> {
            out.putNextEntry(new ZipEntry("other.txt"));
            out.closeEntry();
        });
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected a member config.json in the zip, found none");
    }

    @Test
    void weightsOfAnotherModelAreRefused() throws IOException {
        Path file = folder.resolve("mixed.keras");
        try (ZipFile one = new ZipFile(
                        KerasFilesTest.resource("nested_sequential.keras").toFile());
                ZipFile other =
                        new ZipFile(KerasFilesTest.resource("functional.keras").toFile());
                ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new ZipEntry("config.json"));
            one.getInputStream(one.getEntry("config.json")).transferTo(out);
            out.putNextEntry(new ZipEntry("model.weights.h5"));
            other.getInputStream(other.getEntry("model.weights.h5")).transferTo(out);
            out.closeEntry();
        }
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("arrays at layers/sequential/layers/sequential/layers/dense/vars, found 0");
    }

    @Test
    void aFileThatIsNoModelIsRefusedByItsFirstBytes() throws IOException {
        Path file = Files.writeString(folder.resolve("model.keras"), "import os; os.system('x')");
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(
                        "expected a model file of Keras (.keras or .h5) or ONNX, found bytes 696d706f7274206f");
    }

    private interface Members {
        void writeTo(ZipOutputStream out) throws IOException;
    }

    private Path zip(Members members) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            members.writeTo(out);
        }
        return Files.write(folder.resolve("hostile.keras"), bytes.toByteArray());
    }
}

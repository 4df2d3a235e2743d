package dev.hourglass.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With files of the real SciPy, see interop/make_data_goldens.py. */
class MatFileTest {
    private static final Path GOLDENS = Path.of("src/test/resources/data/mat");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"plain.mat", "packed.mat"})
    void samplesAreGatheredInTheOrderOfTheirAxesAndFindTheirLabels(String name) {
        Dataset data = DataSources.openFile(GOLDENS.resolve(name), SourceOptions.defaults());

        assertThat(data.size()).isEqualTo(4);
        assertThat(data.sampleShape()).isEqualTo(Shape.of(3, 2));
        assertThat(sample(data, 0)).containsExactly(-2, -1.5f, -1, -0.5f, 0, 0.5f);
        assertThat(sample(data, 3)).containsExactly(7, 7.5f, 8, 8.5f, 9, 9.5f);
        assertThat(List.of(data.label(0), data.label(1), data.label(2), data.label(3)))
                .containsExactly(0, 1, 0, 2);
    }

    @Test
    void textsCellsAndComplexNumbersAreLeftOut() {
        assertThat(MatFile.open(GOLDENS.resolve("plain.mat")).entries())
                .extracting(ArrayFile.Entry::name)
                .containsExactly("x", "y");
        List<String> notes = new ArrayList<>();
        DataSources.openFile(GOLDENS.resolve("plain.mat"), SourceOptions.defaults(), notes::add);
        assertThat(notes).first().asString().contains("; left out, as it can't be read: '");
        Path file = GOLDENS.resolve("text.mat");
        assertThatThrownBy(() -> MatFile.open(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(
                        file + ": expected an array of numbers that are not complex, sparse or in a cell, found none."
                                + " Save it again with save -v7.");
    }

    @Test
    void numbersOfAllKinds() {
        MatFile mat = MatFile.open(GOLDENS.resolve("kinds.mat"));

        assertThat(mat.entries()).hasSize(10);
        for (ArrayFile.Entry entry : mat.entries()) {
            FloatDataset data = mat.samples(entry);
            boolean bytes = entry.name().equals("u1");
            assertThat(data.normalization()).isEqualTo(bytes ? Normalization.PIXELS : Normalization.NONE);
            float[] sample = new float[2];
            data.copyStored(2, sample, 0);
            assertThat(sample).as(entry.name()).containsExactly(4, 5);
        }
    }

    @Test
    void bytesThatAreTrueOrFalseAreNoPixels() throws IOException {
        byte[] bytes = Files.readAllBytes(GOLDENS.resolve("kinds.mat"));
        int name = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\u0001\0\u0002\0u1");
        bytes[name - 23] |= 2; // in the marks of 'u1', before its dimensions
        Path file = Files.write(folder.resolve("logical.mat"), bytes);

        MatFile mat = MatFile.open(file);

        for (ArrayFile.Entry entry : mat.entries()) {
            assertThat(mat.samples(entry).normalization()).as(entry.name()).isEqualTo(Normalization.NONE);
        }
    }

    @Test
    void fractionsKeepTheirDigits() {
        MatFile mat = MatFile.open(GOLDENS.resolve("plain.mat"));
        FloatDataset data = mat.samples(mat.entries().getFirst());

        double[] sample = new double[6];
        data.copyStored(1, sample, 0);

        assertThat(sample).containsExactly(1, 1.5, 2, 2.5, 3, 3.5);
        float[] scaled = new float[6];
        data.withNormalization(new Normalization(2, 1)).copySample(1, scaled, 0);
        assertThat(scaled).containsExactly(3, 4, 5, 6, 7, 8);
    }

    @Test
    void countsThatAreNotThereAreRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(GOLDENS.resolve("plain.mat"));
        ByteBuffer mat = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        mat.putInt(128 + 8 + 16 + 8, Integer.MAX_VALUE); // the first dimension of 'x'
        Path file = Files.write(folder.resolve("lying.mat"), bytes);

        assertThatThrownBy(() -> MatFile.open(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(
                        file + ": expected numbers for all dimensions of 'x', found 192 bytes. Save it again with save"
                                + " -v7.");
        mat.putInt(128 + 4, -1);
        Files.write(file, bytes);
        assertThatThrownBy(() -> MatFile.open(file))
                .hasMessageContaining("expected 4,294,967,295 bytes of an array at byte 128, found ");
    }

    @Test
    void levelSevenPointThreeIsCalledByItsName() throws IOException {
        byte[] header = new byte[512];
        System.arraycopy("MATLAB 7.3 MAT-file".getBytes(StandardCharsets.US_ASCII), 0, header, 0, 19);
        header[125] = 2;
        header[126] = 'I';
        header[127] = 'M';
        Path file = Files.write(folder.resolve("new.mat"), header);

        assertThatThrownBy(() -> DataSources.openFile(file, SourceOptions.defaults()))
                .hasMessage(
                        file + ": expected a MAT file of level 5, found one of level 7.3, which is HDF5. Save it again"
                                + " with save -v7.");
    }

    /** Whatever is written over, a file is read or refused. */
    @Test
    void damagedFilesAreReadOrRefused() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (String name : List.of("plain.mat", "packed.mat", "kinds.mat")) {
            byte[] good = Files.readAllBytes(GOLDENS.resolve(name));
            for (int round = 0; round < 100; round++) {
                byte[] bytes = good.clone();
                for (int i = 0; i < 1 + round % 3; i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                Path file = Files.write(folder.resolve("damaged.mat"), bytes);
                try {
                    MatFile mat = MatFile.open(file);
                    for (ArrayFile.Entry entry : mat.entries()) {
                        sample(mat.samples(entry), 0);
                    }
                } catch (CorruptFileException e) {
                    assertThat(e.getMessage()).as("seed %d", seed).startsWith(file.toString());
                }
            }
        }
    }

    private static float[] sample(Dataset data, int index) {
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(index, sample, 0);
        return sample;
    }
}

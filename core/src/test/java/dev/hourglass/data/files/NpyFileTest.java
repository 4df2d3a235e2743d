package dev.hourglass.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With files of the real NumPy, see interop/make_npy_goldens.py. */
class NpyFileTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "little-f2",
                "big-f2",
                "little-f4",
                "big-f4",
                "little-f8",
                "big-f8",
                "version-1",
                "version-2",
                "version-3"
            })
    void readsFractionsOfAnyWidthAndByteOrder(String name) throws IOException {
        FloatDataset data = NpyFile.open(golden(name));

        assertThat(data.size()).isEqualTo(3);
        assertThat(data.sampleShape()).isEqualTo(Shape.of(2, 2));
        assertThat(data.normalization()).isEqualTo(Normalization.NONE);
        float[] sample = new float[6];
        data.copySample(2, sample, 1);
        assertThat(sample).containsExactly(0, 2, 2.5f, 3, 3.5f, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"i1", "little-i2", "big-i2", "little-i4", "big-i4", "little-i8", "big-i8"})
    void readsWholeNumbersAsTheyAre(String name) throws IOException {
        float[] sample = new float[4];
        NpyFile.open(golden(name)).copySample(0, sample, 0);

        assertThat(sample).containsExactly(-3, -2, -1, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"little-f4", "big-f8", "version-3"})
    void anArrayInMemoryGivesAllItsNumbers(String name) throws IOException {
        byte[] file = Files.readAllBytes(golden(name));

        assertThat(NpyFile.numbers(file, "here")).containsExactly(-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5);
        assertThatThrownBy(() -> NpyFile.numbers(Arrays.copyOf(file, file.length - 1), "here"))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("here: ");
    }

    /** 32 bits would leave nothing of a change by 0.001 on top of 20,000,000. */
    @ParameterizedTest
    @CsvSource({"<f8, 0.001", ">f8, 0.001", "<i4, 1", ">i8, 1", "<u8, 1"})
    void numbersKeepTheirDigitsUntilTheyAreScaled(String type, double step) throws IOException {
        double least = 20_000_000;
        Path file = folder.resolve("precise.npy");
        boolean big = type.startsWith(">");
        ByteBuffer numbers =
                ByteBuffer.allocate(6 * Long.BYTES).order(big ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 6; i++) {
            switch (type.substring(1)) {
                case "f8" -> numbers.putDouble(least + i * step);
                case "i4" -> numbers.putInt((int) (least + i));
                default -> numbers.putLong((long) (least + i));
            }
        }
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (3, 2), }";
        ByteBuffer whole = ByteBuffer.allocate(128 + numbers.position()).order(ByteOrder.LITTLE_ENDIAN);
        whole.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) 118);
        whole.put((header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
        Files.write(file, whole.put(numbers.array(), 0, numbers.position()).array());

        FloatDataset data =
                NpyFile.open(file).withNormalization(new Normalization(1 / (5 * step), -least / (5 * step)));

        float[] sample = new float[2];
        for (int i = 0; i < 3; i++) {
            data.copySample(i, sample, 0);
            assertThat(sample[0]).isCloseTo(2 * i / 5f, within(1e-6f));
            assertThat(sample[1]).isCloseTo((2 * i + 1) / 5f, within(1e-6f));
        }
    }

    @Test
    void bytesAreNormalizedAsPixels() throws IOException {
        FloatDataset data = NpyFile.open(golden("u1"));

        float[] sample = new float[4];
        data.copySample(2, sample, 0);

        assertThat(data.normalization()).isEqualTo(Normalization.PIXELS);
        assertThat(sample).containsExactly(160 / 255f, 180 / 255f, 200 / 255f, 220 / 255f);
    }

    @Test
    void truthIsOneAndIsNoPixel() throws IOException {
        FloatDataset data = NpyFile.open(golden("b1"));

        float[] sample = new float[4];
        data.copySample(0, sample, 0);

        assertThat(data.normalization()).isEqualTo(Normalization.NONE);
        assertThat(sample).containsExactly(1, 0, 0, 1);
    }

    @Test
    void readsLabelsOfWholeNumbers() throws IOException {
        assertThat(NpyFile.readLabels(golden("labels"))).containsExactly(7, 2, 1);
        Path negative = golden("negative-labels");
        assertThatThrownBy(() -> NpyFile.readLabels(negative))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(negative + ": expected labels of 0 to 2,147,483,647, found -2 for sample 1."
                        + " Number the classes from 0.");
        Path fractions = golden("little-f4");
        assertThatThrownBy(() -> NpyFile.readLabels(fractions))
                .hasMessageContaining("expected labels as whole numbers [samples], found f4 [3, 2, 2].");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        fortran | an array in C order, found 'fortran_order': True. Save it as numpy.save(file, numpy.ascontiguousarray(array)).
        records | an array of plain numbers, found records with fields. Save each field as an array of its own.
        scalar  | 1 to 32 dimensions, the samples first, found 0 of them. Save the array again with numpy.save.
        empty   | dimensions of 1 to 2,147,483,647, found (0 x 4). Save the array again with numpy.save.
        complex | numbers of one of the types b1, u1, i1, u2, i2, u4, i4, u8, i8, f2, f4, f8 with their byte order, < or >, found type '<c8'. Save the array as float32: numpy.save(file, array.astype('float32')).
        """)
    void arraysOfOtherKindsAreRefusedWithTheWayOut(String name, String message) throws IOException {
        Path file = golden(name);

        assertThatThrownBy(() -> NpyFile.open(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(file + ": expected " + message);
    }

    @Test
    @Timeout(20)
    void aFileCutAnywhereIsRefused() throws IOException {
        byte[] whole = bytes("little-f4");
        for (int length = 0; length < whole.length; length++) {
            Path cut = write(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> NpyFile.open(cut))
                    .as("cut after %d bytes", length)
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageStartingWith(cut + ": expected ");
        }
    }

    @Test
    @Timeout(20)
    void aFileWithFlippedBytesIsRefusedOrReadWithinItsBounds() throws IOException {
        byte[] whole = bytes("big-i2");
        long seed = 20261122;
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            byte[] damaged = whole.clone();
            for (int flip = random.nextInt(4); flip >= 0; flip--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            Path file = write(damaged);
            try {
                FloatDataset data = NpyFile.open(file);
                float[] sample = new float[data.sampleShape().size()];
                data.copySample(data.size() - 1, sample, 0);
            } catch (CorruptFileException e) {
                assertThat(e)
                        .as("seed %d, round %d", seed, round)
                        .hasMessageStartingWith(file + ": expected ")
                        .message()
                        .hasLineCount(1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        {'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), } | dimensions of 1 to 2,147,483,647, found (4294967296 x 4294967296)
        {'descr': '<f8', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647), } | 2147483647 x 2147483647 x 2147483647 numbers of 8 bytes, found 0 bytes after the header
        {'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), } | a dimension of 1 to 18 digits at character 52 of the header, found '99999999999999999999,), }'
        {'descr': '<f4', 'fortran_order': False, 'shape': (-1,), } | a dimension of 1 to 18 digits at character 52 of the header, found '-1,), }'
        {'descr': '<f4', 'fortran_order': False} | descr, fortran_order and shape at character 41 of the header, found only [descr, fortran_order]
        {'descr': '<f4', 'descr': '<f4'} | each key once at character 32 of the header, found 'descr' again
        {'descr': __import__('os').system('id')} | a string at character 11 of the header, found '__import__('os').system('id')}'
        {'code': 'x'} | descr, fortran_order or shape at character 9 of the header, found 'code'
        {'descr': '<f4', 'fortran_order': False, 'shape': (1,)} () | the end of the header at character 57 of the header, found '()'
        [1] | '{' at character 1 of the header, found '[1]'
        """)
    void headersThatSayAnythingElseAreRefused(String header, String message) throws IOException {
        Path file = write(npy(header));

        assertThatThrownBy(() -> NpyFile.open(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(file + ": expected " + message);
    }

    @Test
    void pickledObjectsAreRefused() throws IOException {
        Path file = write(npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}"));

        assertThatThrownBy(() -> NpyFile.open(file)).hasMessageContaining("found type '|O'.");
    }

    @Test
    void aHeaderLongerThanTheFileIsRefusedBeforeItIsRead() throws IOException {
        byte[] lying = bytes("version-2");
        ByteBuffer.wrap(lying).order(ByteOrder.LITTLE_ENDIAN).putInt(8, -1);
        Path file = write(lying);

        assertThatThrownBy(() -> NpyFile.open(file))
                .hasMessage(file + ": expected a header within the first 176 bytes, found an announced 4,294,967,295"
                        + " bytes of header. Save the array again with numpy.save.");
    }

    @Test
    void samplesBeyondAnArrayAreRefusedEvenWithTheirBytes() throws IOException {
        Path file = folder.resolve("sparse.npy");
        byte[] header = npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 3, 1000000000)}");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(header));
            channel.write(ByteBuffer.allocate(1), header.length + 3_000_000_000L - 1);
        }

        assertThatThrownBy(() -> NpyFile.open(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected samples that fit an array");
    }

    @Test
    void aMissingFileOrAFolderIsNoCorruptFile() {
        Path missing = folder.resolve("missing.npy");

        assertThatThrownBy(() -> NpyFile.open(missing))
                .isInstanceOf(DatasetException.class)
                .hasMessage(
                        "Can't read " + missing + ": no such file or folder. Check that it exists and is readable.");
        assertThatThrownBy(() -> NpyFile.open(folder))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't read " + folder + ": expected a file. Give the path of an NPY file.");
    }

    @Test
    void limitAndReshapeShareTheFile() throws IOException {
        FloatDataset data = NpyFile.open(golden("little-f4")).limit(2).reshaped(Shape.of(4));

        assertThat(data.size()).isEqualTo(2);
        assertThat(data.sampleShape()).isEqualTo(Shape.of(4));
        assertThat(data.sha256())
                .isEqualTo(NpyFile.open(golden("big-f4")).limit(2).sha256());
    }

    private Path golden(String name) throws IOException {
        return Files.write(folder.resolve(name + ".npy"), bytes(name));
    }

    private static byte[] bytes(String name) throws IOException {
        try (InputStream in = NpyFileTest.class.getResourceAsStream("/npy/" + name + ".npy")) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    /** Version 1 with this text and nothing after it. */
    private static byte[] npy(String header) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(NpyHeader.MAGIC);
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(new byte[] {1, 0, (byte) text.length, (byte) (text.length >> 8)});
        out.writeBytes(text);
        return out.toByteArray();
    }

    private Path write(byte[] content) throws IOException {
        return Files.write(folder.resolve("array.npy"), content);
    }
}

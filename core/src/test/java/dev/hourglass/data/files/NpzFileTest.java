package dev.hourglass.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.Split;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.series.SeriesSplit;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With files of the real NumPy, see interop/make_data_goldens.py. */
class NpzFileTest {
    private static final Path GOLDENS = Path.of("src/test/resources/data/npz");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"split.npz", "split-deflated.npz"})
    void bothPartsAreFoundByTheirNamesWithTheirLabels(String name) {
        SeriesSplit split =
                SeriesSplit.open(GOLDENS.resolve(name), SeriesOptions.defaults().withScaling(null));

        FloatDataset training = split.training();
        assertThat(training.size()).isEqualTo(4);
        assertThat(training.sampleShape()).isEqualTo(Shape.of(3, 2));
        assertThat(sample(training, 3)).containsExactly(7, 7.5f, 8, 8.5f, 9, 9.5f);
        assertThat(List.of(training.label(0), training.label(1))).containsExactly(0, 1);
        FloatDataset test = split.test();
        assertThat(test.size()).isEqualTo(2);
        assertThat(sample(test, 1)).containsExactly(1, 1.5f, 2, 2.5f, 3, 3.5f);
        assertThat(List.of(test.label(0), test.label(1))).containsExactly(1, 0);
        assertThat(split.notes())
                .containsExactly(
                        name + ": samples from 'x_train' [4, 3, 2], labels from 'y_train' [4].",
                        name + ": samples from 'x_test' [2, 3, 2], labels from 'y_test' [2, 1].");
    }

    @Test
    void aCommandTakesWhatIsToBeTestedByUnlessAnArrayIsNamed() {
        Path file = GOLDENS.resolve("split.npz");

        assertThat(DataSources.openFile(file, SourceOptions.defaults()).size()).isEqualTo(2);
        Dataset named = DataSources.openFile(
                GOLDENS.resolve("several.npz"), SourceOptions.defaults().withArray("first"));
        assertThat(named.size()).isEqualTo(3);
        assertThat(named.hasLabels()).isFalse();
    }

    @Test
    void theOnlyArrayNeedsNoName() {
        Dataset data = DataSources.openFile(GOLDENS.resolve("alone.npz"), SourceOptions.defaults());

        assertThat(data.size()).isEqualTo(3);
        assertThat(data.name()).isEqualTo("alone.npz");
    }

    @Test
    void bytesAreNormalizedAsPixels() {
        Dataset data = DataSources.openFile(GOLDENS.resolve("bytes.npz"), SourceOptions.defaults());

        assertThat(data.normalization()).isEqualTo(Normalization.PIXELS);
        assertThat(sample((FloatDataset) data, 2)).containsExactly(8 / 255f, 9 / 255f, 10 / 255f, 11 / 255f);
    }

    @Test
    void whichOfSeveralIsAsked() {
        Path file = GOLDENS.resolve("several.npz");

        assertThatThrownBy(() -> DataSources.openFile(file, SourceOptions.defaults()))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't tell which array of " + file + " has the samples: 'first' [3, 2], 'second' [2, 2]."
                        + " Choose one with 'array: NAME' in a recipe, or --array NAME.");
        assertThatThrownBy(() ->
                        DataSources.openFile(file, SourceOptions.defaults().withArray("secnd")))
                .hasMessage("Can't take the array 'secnd' from " + file
                        + ": it has 'first' [3, 2], 'second' [2, 2]. Did you mean 'second'?");
    }

    @Test
    void labelsThatAreNoNumbersAreLeftOutWithAWord() {
        List<String> notes = new ArrayList<>();
        Path file = GOLDENS.resolve("words.npz");

        FloatDataset data = ArrayChoice.open(file, NpzFile.open(file), null, Split.TEST, notes);

        assertThat(data.size()).isEqualTo(2);
        assertThat(data.hasLabels()).isFalse();
        assertThat(notes)
                .containsExactly("words.npz: samples from 'data' [2, 2]; left out, as it can't be read: 'labels'.");
    }

    @Test
    void labelsAreNoSamplesWhereTheSamplesCannotBeRead() throws IOException {
        Path file = folder.resolve("mask.npz");
        try (ZipOutputStream zip = zip(file)) {
            zip.putNextEntry(new ZipEntry("x.npy"));
            zip.write(npyHeader("'<c8'", "(2, 2)"));
            zip.write(new byte[32]);
            zip.putNextEntry(new ZipEntry("y.npy"));
            zip.write(npyHeader("'|u1'", "(2,)"));
            zip.write(new byte[2]);
        }

        assertThatThrownBy(() -> DataSources.openFile(file, SourceOptions.defaults()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(file + ", array 'x': expected numbers of one of the types ")
                .hasMessageContaining(", found type '<c8'.");
        assertThatThrownBy(() ->
                        DataSources.openFile(file, SourceOptions.defaults().withArray("x")))
                .hasMessageContaining(", array 'x': expected numbers of one of the types ");
    }

    @Test
    void labelsOfAnotherFileAreItsLabels() {
        assertThat(DataSources.readLabels(GOLDENS.resolve("split.npz"), 4).classes())
                .containsExactly(0, 1, 0, 1);
    }

    @Test
    void aBombIsRefusedByItsSizes() throws IOException {
        Path file = folder.resolve("bomb.npz");
        try (ZipOutputStream zip = zip(file)) {
            zip.putNextEntry(new ZipEntry("x.npy"));
            zip.write(npyHeader("'<f4'", "(10000000, 1)"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 40_000_000 >> 20; i++) {
                zip.write(zeros);
            }
            zip.write(zeros, 0, 40_000_000 & ((1 << 20) - 1));
        }

        assertThatThrownBy(() -> NpzFile.open(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(": expected arrays at most 200 times as large as the file, found 38.1 MB in ");
    }

    @Test
    void aMemberThatIsThereTwiceIsRefused() throws IOException {
        Path file = folder.resolve("twice.npz");
        try (ZipOutputStream zip = zip(file)) {
            for (String name : List.of("a.npy", "b.npy")) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(npyHeader("'<f4'", "(1,)"));
                zip.write(new byte[4]);
            }
        }
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        Files.writeString(file, text.replace("b.npy", "a.npy"), StandardCharsets.ISO_8859_1);

        assertThatThrownBy(() -> NpzFile.open(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageEndingWith("found 'a.npy' twice. Get the file again or save it again.");
    }

    @Test
    void anArrayWhoseBytesAreOthersThanWereWrittenIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(GOLDENS.resolve("bytes.npz"));
        ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int end = bytes.length - 22;
        int directory = zip.getInt(end + 16);
        zip.putInt(directory + 16, zip.getInt(directory + 16) + 1);
        Path file = Files.write(folder.resolve("other.npz"), bytes);

        assertThatThrownBy(() -> DataSources.openFile(file, SourceOptions.defaults()))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(", array 'images': expected 140 bytes with their checksum, found others.");
    }

    /** Whatever is written over, a file is read or refused. */
    @Test
    void damagedFilesAreReadOrRefused() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (String name : List.of("split.npz", "split-deflated.npz")) {
            byte[] good = Files.readAllBytes(GOLDENS.resolve(name));
            for (int round = 0; round < 100; round++) {
                byte[] bytes = good.clone();
                for (int i = 0; i < 1 + round % 3; i++) {
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                }
                Path file = Files.write(folder.resolve("damaged.npz"), bytes);
                try {
                    NpzFile npz = NpzFile.open(file);
                    for (ArrayFile.Entry entry : npz.entries()) {
                        sample(npz.samples(entry), 0);
                    }
                } catch (CorruptFileException e) {
                    assertThat(e.getMessage()).as("seed %d", seed).startsWith(file.toString());
                }
            }
        }
    }

    private static ZipOutputStream zip(Path file) throws IOException {
        OutputStream out = Files.newOutputStream(file);
        return new ZipOutputStream(out);
    }

    private static byte[] npyHeader(String type, String shape) {
        String text = "{'descr': " + type + ", 'fortran_order': False, 'shape': " + shape + ", }\n";
        byte[] bytes = new byte[10 + text.length()];
        System.arraycopy(
                new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length(), 0}, 0, bytes, 0, 10);
        System.arraycopy(text.getBytes(StandardCharsets.US_ASCII), 0, bytes, 10, text.length());
        return bytes;
    }

    private static float[] sample(FloatDataset data, int index) {
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(index, sample, 0);
        return sample;
    }
}

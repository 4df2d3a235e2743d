package dev.hourglass.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
    private static final byte[] IMAGES = Idx.images(4, 2, 3, new Random(1));
    private static final byte[] LABELS = Idx.labels(3, 1, 4, 1);

    @TempDir
    private Path folder;

    @Test
    void readsImagesAndLabelsAsPixels() throws IOException {
        ByteDataset data = IdxFile.readDataset("tiny:train", write("images", IMAGES), write("labels", LABELS));

        assertThat(data.name()).isEqualTo("tiny:train");
        assertThat(data.size()).isEqualTo(4);
        assertThat(data.sampleShape()).isEqualTo(Shape.of(2, 3, 1));
        assertThat(data.normalization()).isEqualTo(Normalization.PIXELS);
        float[] last = new float[6];
        data.copySample(3, last, 0);
        for (int i = 0; i < 6; i++) {
            assertThat(last[i]).isEqualTo(Byte.toUnsignedInt(IMAGES[16 + 18 + i]) / 255f);
        }
        assertThat(data.label(2)).isEqualTo(4);
    }

    @Test
    void compressionIsToldByContentAndNotByName() throws IOException {
        Path gzippedWithoutSuffix = write("images", Idx.gzip(IMAGES));
        Path plainWithSuffix = write("labels.gz", LABELS);

        IdxFile images = IdxFile.readImages(gzippedWithoutSuffix);
        IdxFile labels = IdxFile.readLabels(plainWithSuffix);

        assertThat(images.dimensions()).containsExactly(4, 2, 3);
        assertThat(images.values()).isEqualTo(Arrays.copyOfRange(IMAGES, 16, IMAGES.length));
        assertThat(labels.dimensions()).containsExactly(4);
        assertThat(labels.values()).containsExactly(3, 1, 4, 1);
    }

    @Test
    void aPlainFileCutAnywhereIsRefused() throws IOException {
        for (int length = 0; length < IMAGES.length; length++) {
            Path cut = write("cut", Arrays.copyOf(IMAGES, length));
            assertThatThrownBy(() -> IdxFile.readImages(cut))
                    .as("cut after %d bytes", length)
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageStartingWith(cut + ": expected ");
        }
    }

    @Test
    void aGzippedFileCutAnywhereIsRefused() throws IOException {
        byte[] whole = Idx.gzip(IMAGES);
        for (int length = 0; length < whole.length; length++) {
            Path cut = write("cut.gz", Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> IdxFile.readImages(cut))
                    .as("cut after %d bytes", length)
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageStartingWith(cut + ": expected ");
        }
    }

    @Test
    void aGzippedFileWithADamagedByteIsRefused() throws IOException {
        byte[] damaged = Idx.gzip(IMAGES);
        damaged[damaged.length - 6] ^= 1; // in the checksum
        Path file = write("images.gz", damaged);

        assertThatThrownBy(() -> IdxFile.readImages(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(file + ": expected a whole gzip file, found 'Corrupt GZIP trailer'.");
    }

    @Test
    void aLengthThatDoesNotFitTheCountsIsReportedWithBothNumbers() throws IOException {
        Path file = write("images", Arrays.copyOf(IMAGES, IMAGES.length + 1));

        assertThatThrownBy(() -> IdxFile.readImages(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(file + ": expected 40 bytes (a header of 16 and 4 x 2 x 3 values), found 41 bytes."
                        + " The file is damaged or another one; fetch it again.");
    }

    @Test
    void aGzipBombIsRefusedAfterTheAnnouncedBytes() throws IOException {
        byte[] bomb = Idx.gzip(Arrays.copyOf(IMAGES, 8 << 20));
        Path file = write("images.gz", bomb);

        assertThatThrownBy(() -> IdxFile.readImages(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(file + ": expected 24 values (4 x 2 x 3), found more.");
    }

    @Test
    void countsThatAGzippedFileCannotHoldAreRefusedBeforeAnyAllocation() throws IOException {
        byte[] header = Idx.file(Idx.UNSIGNED_BYTE, new byte[0], 50_000, 200, 200);
        Path file = write("images.gz", Idx.gzip(header));

        assertThatThrownBy(() -> IdxFile.readImages(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(
                        file + ": expected at least 1,937,985 bytes of gzip for 50,000 x 200 x 200 values,");
    }

    @Test
    void countsBeyondAnArrayAreRefused() throws IOException {
        Path file = write("images", Idx.file(Idx.UNSIGNED_BYTE, new byte[0], -1, -1, -1));

        assertThatThrownBy(() -> IdxFile.readImages(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(file + ": expected at most 2,147,483,639 values,"
                        + " found 4,294,967,295 x 4,294,967,295 x 4,294,967,295.");
    }

    @Test
    void aCountOfZeroIsRefused() throws IOException {
        Path file = write("images", Idx.file(Idx.UNSIGNED_BYTE, new byte[0], 0, 28, 28));

        assertThatThrownBy(() -> IdxFile.readImages(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(file + ": expected dimensions of at least 1, found 0 x 28 x 28.");
    }

    @Test
    void swappedImagesAndLabelsAreRecognized() throws IOException {
        Path images = write("images", IMAGES);
        Path labels = write("labels", LABELS);

        assertThatThrownBy(() -> IdxFile.readDataset("swapped", labels, images))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(labels + ": expected IDX images (00 00 08 03), found labels (00 00 08 01)."
                        + " Are the files of images and labels swapped?");
        assertThatThrownBy(() -> IdxFile.readLabels(images))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(images + ": expected IDX labels (00 00 08 01), found images (00 00 08 03)."
                        + " Are the files of images and labels swapped?");
    }

    @Test
    void labelsOfAnotherCountAreRefused() throws IOException {
        Path images = write("images", IMAGES);
        Path labels = write("labels", Idx.labels(1, 2, 3, 4, 5));

        assertThatThrownBy(() -> IdxFile.readDataset("mixed", images, labels))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(labels + ": expected 4 labels, one for each image of images, found 5."
                        + " Images and labels are of different sets; take both from the same one.");
    }

    @Test
    void otherFormatsAreRefusedWithWhatTheyStartWith() throws IOException {
        Path page = write("images", "<!DOCTYPE html>".getBytes(StandardCharsets.US_ASCII));
        Path floats = write("floats", Idx.file(0x0d, new byte[96], 4, 2, 3));

        assertThatThrownBy(() -> IdxFile.readImages(page))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(
                        page + ": expected IDX images (00 00 08 03) or gzip (1f 8b), found 3c 21 44 4f.");
        assertThatThrownBy(() -> IdxFile.readImages(floats))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(
                        floats + ": expected IDX images (00 00 08 03), found values of type 0x0d (00 00 0d 03).");
    }

    @Test
    void aMissingFileAndAFolderAreNoCorruptFiles() {
        Path missing = folder.resolve("missing");

        assertThatThrownBy(() -> IdxFile.readImages(missing))
                .isInstanceOf(DatasetException.class)
                .hasMessage(
                        "Can't read " + missing + ": no such file or folder. Check that it exists and is readable.");
        assertThatThrownBy(() -> IdxFile.readImages(folder))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't read " + folder + ": expected a file. Give the path of an IDX file.");
    }

    @Test
    void noDamagedFileGetsAnythingButAnswerOrCorruptFileException() throws IOException {
        long seed = System.nanoTime();
        System.out.println("IdxFileTest: seed " + seed);
        Random random = new Random(seed);
        byte[] gzipped = Idx.gzip(IMAGES);
        for (int round = 0; round < 300; round++) {
            byte[] damaged = (round % 2 == 0 ? IMAGES : gzipped).clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(Math.min(damaged.length, 40))] ^= (byte) (1 << random.nextInt(8));
            }
            Path file = write("damaged", damaged);
            assertThatCode(() -> {
                        try {
                            assertThat(IdxFile.readImages(file).values()).hasSize(24);
                        } catch (CorruptFileException refused) {
                            assertThat(refused).hasMessageStartingWith(file + ": expected ");
                        }
                    })
                    .as("seed %d, round %d", seed, round)
                    .doesNotThrowAnyException();
        }
    }

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }
}

package dev.hourglass.data.catalog;

import static dev.hourglass.data.catalog.DigitsCatalog.TEST_IMAGES;
import static dev.hourglass.data.catalog.DigitsCatalog.TEST_LABELS;
import static dev.hourglass.data.catalog.DigitsCatalog.TRAIN_IMAGES;
import static dev.hourglass.data.catalog.DigitsCatalog.TRAIN_LABELS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.Split;
import dev.hourglass.data.files.Idx;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetCatalogTest {
    @TempDir
    private Path folder;

    private DatasetCatalog catalog;

    @BeforeEach
    void emptyCache() {
        catalog = DigitsCatalog.of(DigitsCatalog.settings(folder.resolve("home")));
    }

    @Test
    void mnistIsKnownWithItsCountsAndDigests() {
        DatasetSpec mnist = DatasetCatalog.standard().spec("mnist");

        assertThat(mnist.sampleShape()).isEqualTo(Shape.of(28, 28, 1));
        assertThat(mnist.samples(Split.TRAINING)).isEqualTo(60_000);
        assertThat(mnist.samples(Split.TEST)).isEqualTo(10_000);
        for (DataFile file : mnist.files()) {
            int perSample = file.content() == DataFile.Content.IMAGES ? 28 * 28 : 1;
            int header = file.content() == DataFile.Content.IMAGES ? 16 : 8;
            assertThat(file.bytes()).isEqualTo(header + (long) perSample * mnist.samples(file.split()));
        }
        assertThat(mnist.file(Split.TRAINING, DataFile.Content.IMAGES).sha256()).startsWith("ba891046");
        assertThat(mnist.file(Split.TRAINING, DataFile.Content.LABELS).sha256()).startsWith("65a50cbb");
        assertThat(mnist.file(Split.TEST, DataFile.Content.IMAGES).sha256()).startsWith("0fa7898d");
        assertThat(mnist.file(Split.TEST, DataFile.Content.LABELS).sha256()).startsWith("ff7bcfd4");
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnesAndTheNearest() {
        assertThatThrownBy(() -> catalog.open("digist", Split.TEST, FetchListener.SILENT))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Unknown data set 'digist'; known are: digits. Did you mean 'digits'?");
        assertThatThrownBy(() -> catalog.spec("imagenet"))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Unknown data set 'imagenet'; known are: digits.");
    }

    @Test
    void cachedTellsMissingDamagedAndVerifiedFiles() throws IOException {
        Path cache = Files.createDirectories(catalog.folder("digits"));
        Files.write(cache.resolve(TRAIN_IMAGES), DigitsCatalog.bytes(TRAIN_IMAGES));
        Files.write(cache.resolve(TRAIN_LABELS), new byte[3]);
        Files.write(cache.resolve(TEST_LABELS), Idx.labels(7, 2, 2));

        assertThat(catalog.cached("digits").stream().map(CachedFile::state))
                .containsExactly(
                        CachedFile.State.VERIFIED,
                        CachedFile.State.DAMAGED,
                        CachedFile.State.MISSING,
                        CachedFile.State.DAMAGED);
        assertThat(catalog.cached("digits").get(1).found()).isEqualTo("3 bytes");
    }

    @Test
    void ownCopiesMayBeGzippedAndGoByEitherName() throws IOException {
        put(TEST_IMAGES + ".gz", Idx.gzip(DigitsCatalog.bytes(TEST_IMAGES)));
        put("t10k-labels.idx1-ubyte", DigitsCatalog.bytes(TEST_LABELS));

        Dataset test = catalog.openFolder("digits", folder, Split.TEST);

        assertThat(test.name()).isEqualTo("digits:test");
        assertThat(test.size()).isEqualTo(3);
        assertThat(test.sampleShape()).isEqualTo(Shape.of(20, 30, 1));
        assertThat(test.label(0)).isEqualTo(7);
    }

    @Test
    void ownCopiesMayHaveOtherBytesAndFewerSamples() throws IOException {
        put(TRAIN_IMAGES, Idx.images(2, 20, 30, new Random(9)));
        put(TRAIN_LABELS, Idx.labels(0, 9));

        assertThat(catalog.openFolder("digits", folder, Split.TRAINING).size()).isEqualTo(2);
    }

    @Test
    void aMissingOwnCopyIsAnsweredWithTheNamesLookedFor() throws IOException {
        put(TEST_IMAGES, DigitsCatalog.bytes(TEST_IMAGES));

        assertThatThrownBy(() -> catalog.openFolder("digits", folder, Split.TEST))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't find the labels of digits:test in " + folder
                        + "; looked for t10k-labels-idx1-ubyte, t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte,"
                        + " t10k-labels.idx1-ubyte.gz. Put one of them there or give another folder.");
    }

    @Test
    void aMissingFolderIsNamed() {
        Path missing = folder.resolve("missing");

        assertThatThrownBy(() -> catalog.openFolder("digits", missing, Split.TEST))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't find data set 'digits': " + missing
                        + " is not a folder. Give the folder that holds its files.");
    }

    @Test
    void swappedTrainingAndTestFilesAreToldByTheirCounts() throws IOException {
        put(TRAIN_IMAGES, DigitsCatalog.bytes(TEST_IMAGES));
        put(TRAIN_LABELS, DigitsCatalog.bytes(TEST_LABELS));

        assertThatThrownBy(() -> catalog.openFolder("digits", folder, Split.TRAINING))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(folder.resolve(TRAIN_IMAGES)
                        + ": expected the 5 images of digits:train, found 3 as digits:test has."
                        + " Are the files of training and test set swapped?");
    }

    @Test
    void imagesOfAnotherSizeAreRefused() throws IOException {
        put(TEST_IMAGES, Idx.images(3, 32, 32, new Random(1)));
        put(TEST_LABELS, DigitsCatalog.bytes(TEST_LABELS));

        assertThatThrownBy(() -> catalog.openFolder("digits", folder, Split.TEST))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(
                        folder.resolve(TEST_IMAGES)
                                + ": expected images of [20, 30, 1], found [32, 32, 1]. These are of another data set than digits.");
    }

    @Test
    void labelsOutsideTheClassesAreRefused() throws IOException {
        put(TEST_IMAGES, DigitsCatalog.bytes(TEST_IMAGES));
        put(TEST_LABELS, Idx.labels(1, 10, 2));

        assertThatThrownBy(() -> catalog.openFolder("digits", folder, Split.TEST))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(
                        folder.resolve(TEST_LABELS)
                                + ": expected labels of 0 to 9, found 10 for sample 1. These are of another data set than digits.");
    }

    private void put(String name, byte[] content) throws IOException {
        Files.write(folder.resolve(name), content);
    }
}

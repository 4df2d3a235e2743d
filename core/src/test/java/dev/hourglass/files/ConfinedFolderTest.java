package dev.hourglass.files;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** On descriptors of folders, and by paths as on a platform that has none. A stranger made what lies in {@code run}. */
@ParameterizedClass
@EnumSource
@Timeout(value = 20, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConfinedFolderTest {
    enum Way {
        BY_DESCRIPTOR,
        BY_PATH;

        FolderHandle open(Path folder) throws IOException {
            return switch (this) {
                case BY_DESCRIPTOR -> FolderHandle.open(folder);
                case BY_PATH -> FolderHandle.checked(folder);
            };
        }
    }

    private final Way way;

    ConfinedFolderTest(Way way) {
        this.way = way;
    }

    @TempDir
    Path temporary;

    private Path outside;
    private Path run;
    private ConfinedFolder folder;

    @BeforeEach
    void makeFolders() throws IOException {
        outside = Files.createDirectory(temporary.resolve("outside"));
        Files.writeString(outside.resolve("secret.txt"), "secret");
        run = Files.createDirectory(temporary.resolve("run"));
        folder = ConfinedFolder.open(run, way::open);
    }

    @Test
    void whatIsWrittenIsReadBackAndListed() throws IOException {
        folder.write("results/deep/metrics.json", "{\"ü\": 1}");
        folder.write("run.json", new byte[] {1, 2, 3});
        folder.write("run.json", "{}");
        folder.createFolder("empty/inside");

        assertThat(folder.readText("results/deep/metrics.json", 100)).isEqualTo("{\"ü\": 1}");
        assertThat(folder.read("run.json", 2)).containsExactly('{', '}');
        assertThat(folder.files())
                .extracting(ConfinedFolder.Entry::name, ConfinedFolder.Entry::bytes)
                .containsExactly(tuple("results/deep/metrics.json", 9L), tuple("run.json", 2L));
        assertThat(folder.list())
                .extracting(ConfinedFolder.Entry::name, ConfinedFolder.Entry::kind)
                .containsExactly(
                        tuple("empty", FileKind.FOLDER),
                        tuple("results", FileKind.FOLDER),
                        tuple("run.json", FileKind.FILE));
        assertThat(folder.list("results/deep"))
                .extracting(ConfinedFolder.Entry::name)
                .containsExactly("results/deep/metrics.json");
        assertThat(folder.list("nothing/here")).isEmpty();
        assertThat(folder.names()).containsExactlyInAnyOrder("empty", "results", "run.json");
        assertThat(folder.names("results/deep")).containsExactly("results/deep/metrics.json");
        assertThat(folder.names("nothing/here")).isEmpty();
        assertThat(folder.folder("results").readText("deep/metrics.json", 100)).startsWith("{");
    }

    @Test
    void filesLargerThanWhatIsReadAtOnceAreReadWhole() throws IOException {
        for (int size : new int[] {0, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000}) {
            byte[] bytes = new byte[size];
            for (int i = 0; i < size; i++) {
                bytes[i] = (byte) (i * 31 + (i >>> 8));
            }
            folder.write("large", bytes);
            assertThat(folder.read("large", size)).isEqualTo(bytes);
        }
    }

    @Test
    void whatIsNotThereIsSaidToBeMissing() throws IOException {
        assertThat(folder.find("no/such")).isEmpty();
        assertThat(folder.hasFile("no")).isFalse();
        assertThat(folder.delete("no/such")).isFalse();
        assertThat(folder.deleteEmptyFolder("no/such")).isTrue();
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> folder.read("no/such", 1));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> folder.update("no"));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> folder.folder("no"));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> ConfinedFolder.open(run.resolve("no")));
        Files.createFile(run.resolve("file"));
        assertThatExceptionOfType(NotDirectoryException.class)
                .isThrownBy(() -> ConfinedFolder.open(run.resolve("file")));
    }

    @Test
    void theUsersOwnPathMayLeadThroughLinks() throws IOException {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), run);
        ConfinedFolder.open(link, way::open).write("file", "text");
        assertThat(run.resolve("file")).hasContent("text");
        assertThat(ConfinedFolder.create(link).path()).isEqualTo(run.toRealPath());
    }

    @Test
    void filesAreCreatedUpdatedAppendedToMovedAndDeleted() throws IOException {
        try (FileChannel created = folder.create("sub/log")) {
            AtomicFile.writeAll(created, text("one"));
            assertThat(created.tryLock()).isNotNull();
        }
        assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(() -> folder.create("sub/log"));
        try (FileChannel log = folder.append("sub/log");
                FileChannel other = folder.append("sub/new")) {
            AtomicFile.writeAll(log, text(" two"));
            AtomicFile.writeAll(other, text("new"));
        }
        try (FileChannel update = folder.update("sub/log")) {
            AtomicFile.writeAll(update, text("ONE"));
        }
        assertThat(run.resolve("sub/log")).hasContent("ONE two");
        folder.move("sub/log", "other/new");
        folder.move("sub/new", "other/new");
        assertThat(folder.readText("other/new", 3)).isEqualTo("new");
        assertThat(folder.deleteEmptyFolder("other")).isFalse();
        assertThat(folder.delete("other/new")).isTrue();
        assertThat(folder.deleteEmptyFolder("other")).isTrue();
        assertThat(run.resolve("other")).doesNotExist();
    }

    @Test
    void aContentThatFailsLeavesTheEarlierFileAndNothingElse() throws IOException {
        folder.write("file", "earlier");
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> folder.write("file", channel -> {
                    AtomicFile.writeAll(channel, text("half"));
                    throw new IOException("the source broke off");
                }));
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> folder.<IOException>write("file", channel -> {}, written -> {
                    assertThat(written.size()).isZero();
                    throw new IOException("not what was to be written");
                }));
        assertThat(folder.list()).extracting(ConfinedFolder.Entry::name).containsExactly("file");
        assertThat(run.resolve("file")).hasContent("earlier");
    }

    /** The instant between writing and checking, held still. */
    @Test
    void whatIsCheckedIsWhatWasWrittenWhateverTakesItsPlace() throws IOException {
        List<String> checked = new ArrayList<>();
        folder.<IOException>write(
                "file",
                channel -> {
                    AtomicFile.writeAll(channel, text("own"));
                    Path temporary = run.resolve(folder.list().getFirst().name());
                    Files.delete(temporary);
                    Files.createSymbolicLink(temporary, outside.resolve("secret.txt"));
                },
                written ->
                        checked.add(new String(Channels.newInputStream(written).readAllBytes(), UTF_8)));
        assertThat(checked).containsExactly("own");
        assertRefused(() -> folder.read("file", 100), "is a symbolic link, expected a file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "/",
                "../secret.txt",
                "a/../b",
                "a/..",
                "./a",
                "a/./b",
                "a//b",
                "a/",
                "/etc/passwd",
                "..\\..\\x",
                "a\\b",
                "a\0b",
                "a\nb",
                "\u001b[2J",
                "a\u0085b"
            })
    void aNameThatIsNoneIsRefused(String name) {
        assertRefused(() -> folder.read(name, 100), "is not the name of a file in a folder");
        assertRefused(() -> folder.find(name), "is not the name of a file in a folder");
        assertRefused(() -> folder.write(name, "text"), "is not the name of a file in a folder");
        assertRefused(() -> folder.create(name), "is not the name of a file in a folder");
        assertRefused(() -> folder.append(name), "is not the name of a file in a folder");
        assertRefused(() -> folder.delete(name), "is not the name of a file in a folder");
        assertRefused(() -> folder.move(name, "x"), "is not the name of a file in a folder");
        assertRefused(() -> folder.createFolder(name), "is not the name of a file in a folder");
        assertRefused(() -> folder.list(name), "is not the name of a file in a folder");
        assertRefused(() -> folder.folder(name), "is not the name of a file in a folder");
    }

    @Test
    void whatHasANameThatCannotBeOpenedIsNotListed() throws IOException {
        Files.createFile(run.resolve("..\\..\\x"));
        Files.createFile(run.resolve("line\nend"));
        Files.createFile(run.resolve("two words, ü"));
        assertThat(folder.files()).extracting(ConfinedFolder.Entry::name).containsExactly("two words, ü");
        assertThat(folder.list()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "results/file", "results/deep/file", "dangling", "results/dangling", "here"})
    void noLinkIsFollowedAtAnyLevel(String name) throws IOException {
        Path secret = outside.resolve("secret.txt");
        Files.createDirectories(run.resolve("results"));
        Files.createSymbolicLink(run.resolve("file"), secret);
        Files.createSymbolicLink(run.resolve("results/file"), Path.of("../../outside/secret.txt"));
        Files.createDirectory(outside.resolve("deep"));
        Files.writeString(outside.resolve("deep/file"), "secret");
        Files.createSymbolicLink(run.resolve("results/deep"), outside.resolve("deep"));
        Files.createSymbolicLink(run.resolve("dangling"), outside.resolve("made"));
        Files.createSymbolicLink(run.resolve("results/dangling"), outside.resolve("made"));
        Files.writeString(run.resolve("inside"), "inside");
        Files.createSymbolicLink(run.resolve("here"), Path.of("inside"));

        assertRefused(() -> folder.read(name, 100), "is a symbolic link, expected a f");
        assertRefused(() -> folder.open(name, 100), "is a symbolic link");
        assertRefused(() -> folder.update(name), "is a symbolic link");
        assertRefused(() -> folder.append(name), "is a symbolic link");
        assertRefused(() -> folder.write(name, "text"), "is a symbolic link");
        assertRefused(() -> folder.move(name, "x"), "is a symbolic link");
        assertRefused(() -> folder.createFolder(name + "/in"), "is a symbolic link, expected a folder");
        assertRefused(() -> folder.folder(name), name.contains("deep") ? "is a symbolic" : "expected a folder");
        assertRefused(() -> folder.list(name), "is a symbolic link, expected a folder");
        assertRefused(() -> folder.deleteEmptyFolder(name), "is a symbolic link, expected a folder");
        assertThat(folder.files()).extracting(ConfinedFolder.Entry::name).containsExactly("inside");

        assertThat(secret).hasContent("secret");
        assertThat(outside.resolve("deep/file")).hasContent("secret");
        assertThat(run.resolve("inside")).hasContent("inside");
        assertThat(outside.resolve("made")).doesNotExist();
        try (Stream<Path> all = Files.walk(outside)) {
            assertThat(all).hasSize(4);
        }
    }

    @Test
    void aLinkIsDeletedItselfAndNeverWhatItLeadsTo() throws IOException {
        Files.createSymbolicLink(run.resolve("file"), outside.resolve("secret.txt"));
        Files.createSymbolicLink(run.resolve("folder"), outside);
        assertThat(folder.find("file").orElseThrow().kind()).isEqualTo(FileKind.LINK);
        assertThat(folder.hasFile("file")).isFalse();
        assertThat(folder.delete("file")).isTrue();
        assertRefused(() -> folder.delete("folder/secret.txt"), "is a symbolic link, expected a folder");
        assertThat(folder.delete("folder")).isTrue();
        assertThat(run).isEmptyDirectory();
        assertThat(outside.resolve("secret.txt")).hasContent("secret");
    }

    @Test
    void aPipeOrSocketOrFolderInAFilesPlaceIsRefusedAtOnce() throws Exception {
        makePipe(run.resolve("pipe"));
        Files.createDirectory(run.resolve("folder"));
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            socket.bind(UnixDomainSocketAddress.of(run.resolve("socket")));
            assertNotOpened("pipe", "is a named pipe, expected a file");
            assertNotOpened("socket", "is a socket, expected a file");
            assertNotOpened("folder", "is a folder, expected a file");
        }
        assertRefused(() -> folder.list("pipe"), "is a named pipe, expected a folder");
        assertRefused(() -> folder.read("pipe/in", 100), "is a named pipe, expected a folder");
        assertThat(folder.files()).isEmpty();
        assertThat(folder.find("pipe").orElseThrow().kind()).isEqualTo(FileKind.PIPE);
        assertRefused(() -> folder.delete("folder"), "is a folder, expected a file");
    }

    private void assertNotOpened(String name, String found) {
        assertRefused(() -> folder.read(name, 100), found);
        assertRefused(() -> folder.open(name, 100), found);
        assertRefused(() -> folder.update(name), found);
        assertRefused(() -> folder.append(name), found);
        assertRefused(() -> folder.write(name, "text"), found);
        assertRefused(() -> folder.move(name, "x"), found);
        assertThatExceptionOfType(FileAlreadyExistsException.class).isThrownBy(() -> folder.create(name));
    }

    @Test
    void aDeviceIsTold() throws IOException {
        Path device = Path.of("/dev/zero");
        assumeThat(device).exists();
        assertRefused(
                () -> ConfinedFolder.open(Path.of("/dev"), way::open).read("zero", 100),
                "is a device, expected a file");
    }

    @Test
    void theSizeIsLookedAtBeforeAnythingIsRead() throws IOException {
        try (RandomAccessFile sparse =
                new RandomAccessFile(run.resolve("run.json").toFile(), "rw")) {
            sparse.setLength((3L << 30) + (1 << 29));
        }
        assertRefused(() -> folder.read("run.json", 8 << 20), "has 3.5 GB, at most 8 MB are read");
        assertRefused(() -> folder.open("run.json", 1500), "has 3.5 GB, at most 1.5 KB are read");
        try (FileChannel all = folder.open("run.json", Long.MAX_VALUE)) {
            assertThat(all.size()).isEqualTo((3L << 30) + (1 << 29));
        }
    }

    @Test
    void aFileThatMemoryDoesNotHoldIsSaidToBeOne() throws IOException {
        Path file = run.resolve("step.checkpoint");
        ConfinedFolder.requireMemory(file, 1000, () -> 1000);
        assertRefused(
                () -> ConfinedFolder.requireMemory(file, 3L << 30, () -> 100 << 20),
                "has 3 GB, and of Java's memory 100 MB are free; it can be given more with HOURGLASS_JAVA_OPTS=-Xmx");
    }

    @Test
    void whatIsNoTextIsRefused() throws IOException {
        folder.write("text", new byte[] {'a', (byte) 0xff});
        assertRefused(() -> folder.readText("text", 10), "is not UTF-8 text");
    }

    @Test
    void aFileThatHasOtherNamesIsReadAndReplacedButNotWrittenInto() throws IOException {
        Files.createLink(run.resolve("INCOMPLETE"), outside.resolve("secret.txt"));
        assertThat(folder.readText("INCOMPLETE", 10)).isEqualTo("secret");
        assertRefused(() -> folder.update("INCOMPLETE"), "has other names as well (hard links)");
        assertRefused(() -> folder.append("INCOMPLETE"), "has other names as well (hard links)");
        folder.write("INCOMPLETE", "new");
        assertThat(outside.resolve("secret.txt")).hasContent("secret");
        assertThat(folder.readText("INCOMPLETE", 10)).isEqualTo("new");
    }

    @Test
    void aFolderThatIsGoneIsNotMadeAnew() throws IOException {
        folder.write("checkpoints/one", "1");
        Path moved = Files.move(run, temporary.resolve("moved"));
        assertGone("is no longer there; it was deleted or moved away");
        assertThat(run).doesNotExist();

        Files.createDirectories(run.resolve("checkpoints"));
        assertGone("is no longer the same folder; it was replaced");
        assertThat(run.resolve("checkpoints")).isEmptyDirectory();

        Files.delete(run.resolve("checkpoints"));
        Files.delete(run);
        Files.createSymbolicLink(run, moved);
        assertGone("is a symbolic link, expected a folder");
        assertThat(moved.resolve("checkpoints/one")).hasContent("1");
    }

    private void assertGone(String found) {
        assertRefused(() -> folder.write("checkpoints/two", "2"), found);
        assertRefused(() -> folder.write("three", "3"), found);
        assertRefused(() -> folder.create("four"), found);
        assertRefused(() -> folder.read("checkpoints/one", 10), found);
        assertRefused(() -> folder.delete("checkpoints/one"), found);
        assertRefused(() -> folder.deleteEmptyFolder("checkpoints"), found);
        assertRefused(() -> folder.find("checkpoints"), found);
        assertRefused(() -> folder.list(), found);
        assertRefused(() -> folder.list("checkpoints"), found);
        assertRefused(() -> folder.names(), found);
        assertRefused(() -> folder.names("checkpoints"), found);
        assertRefused(() -> folder.files(), found);
        assertRefused(() -> folder.requireThere(), found);
    }

    /** The instant between look and use, held still. */
    @Test
    void aFolderThatBecomesALinkAfterTheLookLeadsNowhere() throws IOException {
        Files.createDirectory(run.resolve("results"));
        Files.writeString(run.resolve("results/secret.txt"), "own");
        try (FolderHandle above = way.open(run);
                FolderHandle results = above.folder("results")) {
            Files.move(run.resolve("results"), run.resolve("aside"));
            Files.createSymbolicLink(run.resolve("results"), outside);
            attempt(() -> results.delete("secret.txt"));
            attempt(() -> results.open("made", Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))
                    .close());
            attempt(() -> assertThat(results.names(10)).doesNotContain("deep"));
            Files.writeString(run.resolve("aside/secret.txt"), "own");
            attempt(() -> results.move("secret.txt", results, "other"));
            attempt(() -> {
                try (FileChannel own = results.open("secret.txt", Set.of(StandardOpenOption.READ))) {
                    assertThat(own.size()).isEqualTo(3);
                }
            });
        }
        assertThat(outside.resolve("secret.txt")).hasContent("secret");
        assertThat(outside.resolve("other")).doesNotExist();
        if (way == Way.BY_DESCRIPTOR) {
            assertThat(outside.resolve("made")).doesNotExist();
            assertThat(run.resolve("aside/made")).isEmptyFile();
            assertThat(run.resolve("aside/other")).hasContent("own");
        }
    }

    @Test
    void somebodyWhoKeepsExchangingAFolderForALinkGetsNothing() throws Exception {
        assumeThat(way).isEqualTo(Way.BY_DESCRIPTOR);
        Path results = Files.createDirectory(run.resolve("results"));
        AtomicBoolean over = new AtomicBoolean();
        Thread attacker = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                attempt(() -> {
                    Files.move(results, run.resolve("aside"), StandardCopyOption.ATOMIC_MOVE);
                    Files.createSymbolicLink(results, outside);
                    Files.delete(results);
                    Files.move(run.resolve("aside"), results, StandardCopyOption.ATOMIC_MOVE);
                });
            }
        });
        int done = 0;
        long end = System.nanoTime() + 300_000_000;
        try {
            while (System.nanoTime() < end) {
                done += attempt(() -> folder.write("results/written", "text"));
                attempt(() -> folder.delete("results/secret.txt"));
                attempt(() ->
                        assertThat(folder.readText("results/secret.txt", 100)).isNotEqualTo("secret"));
            }
        } finally {
            over.set(true);
            attacker.join();
        }
        assertThat(done).isPositive();
        try (Stream<Path> all = Files.list(outside)) {
            assertThat(all).containsExactly(outside.resolve("secret.txt"));
        }
        assertThat(outside.resolve("secret.txt")).hasContent("secret");
    }

    private interface Attempt {
        void run() throws IOException;
    }

    /** @return 1 if it succeeded */
    private static int attempt(Attempt attempt) {
        try {
            attempt.run();
            return 1;
        } catch (IOException e) {
            return 0;
        }
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static void makePipe(Path pipe) throws IOException, InterruptedException {
        Process made = new ProcessBuilder("mkfifo", pipe.toString()).start();
        assumeThat(made.waitFor()).isZero();
    }

    private static void assertRefused(ThrowingCallable call, String found) {
        assertThatExceptionOfType(RefusedFileException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(Failures.reason(e)).contains(found));
    }
}

package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.lab.Lab;
import dev.hourglass.lab.LabEvent;
import dev.hourglass.lab.LabException;
import dev.hourglass.lab.LabOptions;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.lab.run.Fork;
import dev.hourglass.lab.run.RunStoppedException;
import dev.hourglass.train.RunControl;
import dev.hourglass.train.TrainEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Run folders that a stranger made, and ones that are taken away while they are trained in. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StrangersRunIT {
    private static final DatasetCatalog CATALOG = DatasetCatalog.standard();

    @TempDir
    private static Path shared;

    /** Stopped after its second epoch. */
    private static Path stopped;

    private static Path finished;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path temporary;

    private Path run;
    private Path outside;

    @BeforeAll
    static void makeRuns() throws IOException {
        TinyMnist.write(shared.resolve("data"));
        stopped = shared.resolve("stopped");
        RunControl control = new RunControl();
        LabOptions options = options(stopped).withControl(control);
        assertThatThrownBy(() -> Lab.run(recipe(3), options, afterEpoch(2, control::stop)))
                .isInstanceOf(RunStoppedException.class);
        finished = shared.resolve("finished");
        Lab.run(recipe(2), options(finished), event -> {});
    }

    @BeforeEach
    void makeFolders() throws IOException {
        run = temporary.resolve("run");
        outside = Files.createDirectory(temporary.resolve("outside"));
        Files.writeString(outside.resolve("diary.txt"), "dear diary");
    }

    private static Recipe recipe(int epochs) throws IOException {
        return new RecipeReader(CATALOG.names())
                .read(Files.writeString(shared.resolve("small.yaml"), """
                    data: {name: mnist, folder: data}
                    models:
                      - name: small
                        input: [784]
                        encoder: [Dense: {units: 2}]
                        decoder: [Dense: {units: 784}]
                    training: {epochs: %d, batch_size: 16, threads: 1}
                    outputs: {plots: false, examples: 1, epochs: true}
                    """.formatted(epochs)));
    }

    private static LabOptions options(Path out) {
        return new LabOptions(out, CATALOG, InstantSource.system());
    }

    private interface Deed {
        void run() throws IOException;
    }

    /** On the thread that trains. */
    private static Consumer<LabEvent> afterEpoch(int epoch, Deed deed) {
        return event -> {
            if (event instanceof LabEvent.Training training
                    && training.event() instanceof TrainEvent.EpochFinished end
                    && end.epoch().number() == epoch) {
                try {
                    deed.run();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INCOMPLETE",
                "checkpoints",
                "checkpoints/run.json",
                "checkpoints/small",
                "checkpoints/small/step-000000006.checkpoint"
            })
    void whatResumeReadsIsNotReadThroughALink(String name) throws IOException {
        copy(stopped, run);
        Path moved = Files.move(run.resolve(name), outside.resolve("moved"));
        Files.createSymbolicLink(run.resolve(name), moved);
        assertRefusedWithNothingDoneOutside("resume", name + " is a symbolic link, expected a f");
    }

    @ParameterizedTest
    @ValueSource(strings = {"results", "models", "plots", "run.json", "report.html"})
    void whatResumeWritesIsNotWrittenThroughALink(String name) throws IOException {
        copy(stopped, run);
        Files.createSymbolicLink(run.resolve(name), outside);
        assertRefusedWithNothingDoneOutside("resume", name + " is a symbolic link, expected a f");
    }

    @ParameterizedTest
    @ValueSource(strings = {"results/metrics.json", "models/small_autoencoder.keras", "plots/model_comparison.png"})
    void noFileThatResumeWritesIsALink(String name) throws IOException {
        copy(stopped, run);
        Path folder = Files.createDirectories(run.resolve(name).getParent());
        Files.createSymbolicLink(folder.resolve(run.resolve(name).getFileName()), outside.resolve("diary.txt"));
        assertRefusedWithNothingDoneOutside("resume", name + " is a symbolic link, expected a file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"INCOMPLETE", "checkpoints/run.json", "checkpoints/small/step-000000006.checkpoint", "run.json"})
    void aPipeMakesResumeWaitForNobody(String name) throws Exception {
        copy(stopped, run);
        Files.deleteIfExists(run.resolve(name));
        makePipe(run.resolve(name));
        assertRefusedWithNothingDoneOutside("resume", name + " is a named pipe, expected a file");
    }

    @Test
    void aHardLinkToAnotherFileIsNotWrittenInto() throws IOException {
        copy(stopped, run);
        Files.delete(run.resolve("INCOMPLETE"));
        Files.createLink(run.resolve("INCOMPLETE"), outside.resolve("diary.txt"));
        assertRefusedWithNothingDoneOutside("resume", "INCOMPLETE has other names as well (hard links)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"checkpoints/run.json", "checkpoints/small/step-000000006.checkpoint"})
    void aFileThatIsMuchTooLargeIsRefusedByItsSize(String name) throws IOException {
        copy(stopped, run);
        try (RandomAccessFile sparse = new RandomAccessFile(run.resolve(name).toFile(), "rw")) {
            sparse.setLength(1900L << 20);
        }
        assertRefusedWithNothingDoneOutside("resume", name + " has 1.9 GB, at most ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run.json", "results", "results/metrics.json"})
    void compareAndReplayReadNothingThroughLinks(String name) throws Exception {
        copy(finished, run);
        Path moved = Files.move(run.resolve(name), outside.resolve("moved"));
        Files.createSymbolicLink(run.resolve(name), moved);
        assertRefusedWithNothingDoneOutside("compare", name + " is a symbolic link, expected a f");
        if (name.equals("run.json")) {
            assertRefusedWithNothingDoneOutside("replay", name + " is a symbolic link, expected a file");
            Files.delete(run.resolve(name));
            makePipe(run.resolve(name));
            assertRefusedWithNothingDoneOutside("compare", name + " is a named pipe, expected a file");
            assertRefusedWithNothingDoneOutside("replay", name + " is a named pipe, expected a file");
        }
    }

    @Test
    void aForkTakesNoCheckpointThroughALink() throws IOException {
        copy(finished, run);
        Path moved = Files.move(run.resolve("checkpoints/small"), outside.resolve("moved"));
        Files.createSymbolicLink(run.resolve("checkpoints/small"), moved);
        Path forked = temporary.resolve("forked");
        assertThatThrownBy(() -> Lab.fork(new Fork(run, "small", 1), recipe(3), options(forked), event -> {}))
                .isInstanceOf(LabException.class)
                .hasMessageContaining("small is a symbolic link, expected a folder");
        assertThat(forked).doesNotExist();
    }

    @Test
    void aTemporaryFileThatIsALinkIsRemovedItself() throws IOException {
        copy(stopped, run);
        Path link = Files.createSymbolicLink(run.resolve("checkpoints/small/.x.tmp"), outside.resolve("diary.txt"));
        Path folder = Files.createSymbolicLink(run.resolve("elsewhere"), outside);
        Files.writeString(outside.resolve("mine.tmp"), "mine");
        Map<String, String> before = content(outside);
        assertThat(runMain("resume", run.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(content(outside)).isEqualTo(before);
        assertThat(Files.isSymbolicLink(link)).isFalse();
        assertThat(folder).isSymbolicLink();
    }

    @Test
    void theUsersOwnPathMayBeALink() throws IOException {
        Path link = Files.createSymbolicLink(run, outside);
        Files.delete(outside.resolve("diary.txt"));
        Lab.run(recipe(1), options(link), event -> {});
        assertThat(outside.resolve("results/metrics.json")).exists();
        assertThat(outside.resolve("INCOMPLETE")).doesNotExist();
    }

    @Test
    void aRunWhoseFolderIsDeletedFailsSoonAndSaysWhy() throws IOException {
        assertThatThrownBy(() -> Lab.run(recipe(1_000_000), options(run), afterEpoch(2, () -> delete(run))))
                .isInstanceOf(LabException.class)
                .hasMessageStartingWith(
                        "Run folder " + run + " was deleted, moved away or replaced while the run was in progress.");
        assertThat(run).doesNotExist();
    }

    @Test
    void aRunWhoseFolderIsMovedFailsSoonAndCanGoOnWhereItIs() throws IOException {
        Path moved = temporary.resolve("moved");
        assertThatThrownBy(() -> Lab.run(recipe(1_000_000), options(run), afterEpoch(2, () -> Files.move(run, moved))))
                .isInstanceOf(LabException.class)
                .hasMessageEndingWith("If the folder was moved, continue with: hourglass resume NEW-PATH");
        assertThat(run).doesNotExist();
        assertThat(moved.resolve("INCOMPLETE")).exists();
        assertThat(Lab.unfinished(moved, CATALOG).models()).hasSize(1);
    }

    @Test
    void aRunWhoseFolderIsReplacedLeavesTheNewOneAlone() throws IOException {
        assertThatThrownBy(() -> Lab.run(recipe(1_000_000), options(run), afterEpoch(2, () -> {
                    delete(run);
                    Files.createDirectory(run);
                    Files.writeString(run.resolve("INCOMPLETE"), "another's");
                })))
                .isInstanceOf(LabException.class)
                .hasMessageContaining("while the run was in progress");
        assertThat(content(run)).isEmpty();
        assertThat(run.resolve("INCOMPLETE")).hasContent("another's");
    }

    @Test
    void checkpointsThatAreDeletedAreMadeAnewSoThatTheRunCanGoOn() throws IOException {
        RunControl control = new RunControl();
        Path journal = run.resolve("checkpoints/run.json");
        assertThatThrownBy(() -> Lab.run(recipe(1_000_000), options(run).withControl(control), event -> {
                    afterEpoch(2, () -> delete(run.resolve("checkpoints"))).accept(event);
                    boolean later = event instanceof LabEvent.Training training
                            && training.event() instanceof TrainEvent.EpochFinished end
                            && end.epoch().number() > 2;
                    if (later && Files.exists(journal)) {
                        control.stop();
                    }
                }))
                .isInstanceOf(RunStoppedException.class);
        assertThat(Lab.unfinished(run, CATALOG).models()).hasSize(1);
    }

    private void assertRefusedWithNothingDoneOutside(String command, String found) throws IOException {
        Map<String, String> before = content(outside);
        Set<String> inside = content(run).keySet();
        err.reset();
        assertThat(runMain(command, run.toString())).isEqualTo(Main.FAILED);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains(found);
        assertThat(content(outside)).isEqualTo(before);
        assertThat(content(run)).containsOnlyKeys(inside);
    }

    private int runMain(String... arguments) {
        Terminal terminal = Terminal.plain(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Main(terminal, CATALOG, Interruption.none()).run(arguments);
    }

    /** What lies in a folder, links as such; of a large file its size. */
    private static Map<String, String> content(Path folder) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.skip(1).toList()) {
                boolean small = Files.isRegularFile(path) && !Files.isSymbolicLink(path) && Files.size(path) < 1 << 20;
                content.put(
                        folder.relativize(path).toString(),
                        small ? HexFormat.of().formatHex(Files.readAllBytes(path)) : "");
            }
        }
        // Who works on it is written into it when nothing is amiss so far.
        content.remove("INCOMPLETE");
        return content;
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void makePipe(Path pipe) throws IOException, InterruptedException {
        assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
    }
}

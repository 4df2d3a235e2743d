package dev.hourglass.cli.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.follow.FollowOptions.BadRows;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.detect.series.EventOptions;
import dev.hourglass.detect.series.StreamingDetector;
import dev.hourglass.detect.series.StreamingOptions;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowedStreamIT {
    private static final int STEPS = 3;
    private static final List<String> CHANNELS = List.of("flow", "pressure");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Terminal terminal = Terminal.plain(
            new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));

    @TempDir
    Path folder = Path.of("");

    private static StreamingDetector detector() {
        Graph graph = Graph.chain(Shape.of(STEPS, 2), List.of(new LayerSpec.Dense("a", 2, Activation.TANH)));
        return StreamingDetector.of(
                graph,
                Parameters.initialize(graph, new RandomSource(4)),
                Normalization.NONE,
                StreamingOptions.defaults().withEvents(new EventOptions(20, 20, 0, 2)),
                1);
    }

    private static FollowOptions options(boolean json, BadRows badRows, @Nullable Path state) {
        return new FollowOptions(TableOptions.DEFAULT, json, badRows, state);
    }

    private void follow(String text, FollowOptions options) {
        ByteArrayInputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
        try (StreamingDetector detector = detector();
                FollowedStream stream = FollowedStream.ofInput(in, detector, CHANNELS, options, terminal)) {
            stream.run();
        }
    }

    private List<String> scored() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private List<String> told() {
        return err.toString(StandardCharsets.UTF_8).lines().toList();
    }

    private static String row(int i) {
        double value = i >= 10 && i < 14 ? 9 : Math.sin(i);
        return String.format(Locale.ROOT, "2024-01-01 00:00:%02d,%.3f,%.3f%n", i, value, -value / 2);
    }

    private static String rows(int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(row(i));
        }
        return text.toString();
    }

    @Test
    void eachRowIsALineAndEachEventIsTold() {
        follow("time,flow,pressure\n" + rows(0, 20), options(false, BadRows.FAIL, null));

        assertThat(scored()).hasSize(21).first().isEqualTo("time,score,flag,event,score_flow,score_pressure");
        assertThat(scored().get(2)).isEqualTo("2024-01-01T00:00:01,NaN,0,,NaN,NaN");
        assertThat(scored().get(3))
                .startsWith("2024-01-01T00:00:02,")
                .contains(",1,,")
                .doesNotContain("NaN");
        assertThat(scored().get(13)).contains(",1,1,");
        assertThat(told())
                .anySatisfy(line -> assertThat(line)
                        .startsWith("Anomaly since 2024-01-01T00:00:10: score ")
                        .contains("flow ", " %"));
        assertThat(told())
                .anySatisfy(line -> assertThat(line)
                        .startsWith(
                                "Anomaly over: 2024-01-01T00:00:10 to 2024-01-01T00:00:13, 4 rows, highest score "));
    }

    @Test
    void linesOfJsonHaveTheSameScores() {
        follow("flow,pressure\n1,2\n3,4\n5,6\n", options(true, BadRows.FAIL, null));

        assertThat(scored().getFirst()).isEqualTo("{\"row\":0,\"score\":null}");
        assertThat(scored().getLast()).startsWith("{\"row\":2,\"score\":").contains("\"parts\":{\"flow\":");
    }

    @Test
    void badRowsEndItOrAreLeftOut() {
        String text = "time,flow,pressure\n" + rows(0, 5) + "2024-01-01 00:00:05,x,1\n" + rows(6, 9)
                + "2024-01-01 00:00:02,1,1\n" + rows(9, 11);

        assertThatThrownBy(() -> follow(text, options(false, BadRows.FAIL, null)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("standard input: expected a number at line 7, column 2 ('flow'), found 'x'")
                .hasMessageEndingWith("--bad-rows skip leaves such lines out.");
        assertThat(scored()).hasSize(6);
        out.reset();
        follow(text, options(false, BadRows.SKIP, null));
        assertThat(scored()).hasSize(11);
        assertThat(scored().get(6)).as("the window begins anew").contains("T00:00:06,NaN");
        assertThat(scored().get(8)).as("it is full").doesNotContain("NaN");
        assertThat(scored().get(10))
                .as("a row that comes late starts nothing anew")
                .doesNotContain("NaN");
        assertThat(told())
                .anySatisfy(line -> assertThat(line)
                        .startsWith("Left out: standard input at line 11: expected a time that is not before that"
                                + " of the last"));
    }

    @Test
    void itGoesOnToTheBitFromItsState() {
        follow("time,flow,pressure\n" + rows(0, 30), options(false, BadRows.FAIL, null));
        List<String> whole = scored();
        out.reset();
        Path state = folder.resolve("pump.state");

        follow("time,flow,pressure\n" + rows(0, 12), options(false, BadRows.FAIL, state));
        follow(rows(12, 13), options(false, BadRows.FAIL, state));
        follow("time,flow,pressure\n" + rows(13, 30), options(false, BadRows.FAIL, state));

        assertThat(scored()).isEqualTo(whole);
        assertThat(told()).contains("Going on after 12 rows.", "Going on after 13 rows.");
    }

    @Test
    void aDamagedStateIsRefusedByName() throws IOException {
        Path state = folder.resolve("pump.state");
        follow("time,flow,pressure\n" + rows(0, 12), options(false, BadRows.FAIL, state));
        byte[] bytes = Files.readAllBytes(state);
        for (int i = 0; i < bytes.length; i += 5) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= 1;
            Files.write(state, damaged);
            assertThatThrownBy(() -> follow(rows(12, 13), options(false, BadRows.FAIL, state)))
                    .as("byte %d", i)
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageStartingWith(state.toString())
                    .hasMessageEndingWith("Remove it to start the stream anew.");
        }
        Files.write(state, new byte[3]);
        assertThatThrownBy(() -> follow(rows(12, 13), options(false, BadRows.FAIL, state)))
                .hasMessageContaining("found something else");
        Files.write(state, Arrays.copyOf(bytes, 20));
        assertThatThrownBy(() -> follow(rows(12, 13), options(false, BadRows.FAIL, state)))
                .hasMessageContaining("found 20 bytes of something else");
    }

    @Test
    void otherColumnsThanTheModelReadsAreRefused() {
        assertThatThrownBy(() -> follow("a,b,c\n1,2,3\n", options(false, BadRows.SKIP, null)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("standard input has 3 columns of numbers, but the model reads 2.");
    }

    @Test
    void itEndsWhereNobodyReadsTheScores() {
        PrintStream gone = new PrintStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        });
        Terminal closed = Terminal.plain(gone, terminal.err());
        ByteArrayInputStream in =
                new ByteArrayInputStream(("time,flow,pressure\n" + rows(0, 9)).getBytes(StandardCharsets.UTF_8));
        try (StreamingDetector detector = detector();
                FollowedStream stream =
                        FollowedStream.ofInput(in, detector, CHANNELS, options(false, BadRows.FAIL, null), closed)) {
            assertThatThrownBy(stream::run).hasMessageContaining("nobody reads them any more");
        }
    }

    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    /** Follows a file on another thread until the work is done. */
    private void following(Path file, @Nullable Path state, Work work) throws IOException, InterruptedException {
        List<Throwable> failures = new ArrayList<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try (StreamingDetector detector = detector();
                    FollowedStream stream = FollowedStream.ofFile(
                            file, detector, CHANNELS, options(false, BadRows.FAIL, state), terminal)) {
                stream.run();
            } catch (RuntimeException e) {
                failures.add(e);
            }
        });
        try {
            work.run();
        } finally {
            thread.interrupt();
            thread.join(10_000);
        }
        assertThat(thread.isAlive()).isFalse();
        assertThat(failures).isEmpty();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean() && System.nanoTime() - start < 10_000_000_000L) {
            Thread.sleep(20);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void aFileIsFollowedWhileItGrowsIsRotatedAndEmptied() throws Exception {
        follow("time,flow,pressure\n" + rows(0, 24), options(false, BadRows.FAIL, null));
        List<String> whole = scored();
        out.reset();
        Path file = folder.resolve("pump.csv");
        append(file, "time,flow,pressure\n" + rows(0, 5));

        following(file, null, () -> {
            await(() -> scored().size() == 6);
            String half = row(5);
            append(file, half.substring(0, 9));
            Thread.sleep(300);
            assertThat(scored()).hasSize(6);
            append(file, half.substring(9));
            await(() -> scored().size() == 7);
            append(file, rows(6, 8));
            Files.move(file, folder.resolve("pump.1.csv"), StandardCopyOption.REPLACE_EXISTING);
            append(folder.resolve("pump.1.csv"), rows(8, 10)); // by whoever has it open still
            append(file, "time,flow,pressure\n" + rows(10, 15));
            await(() -> scored().size() == 16);
            Files.writeString(file, "time,flow,pressure\n" + row(15));
            await(() -> scored().size() == 17);
            append(file, rows(16, 24));
            await(() -> scored().size() == 25);
        });

        assertThat(scored()).isEqualTo(whole);
    }

    @Test
    void afterAStopAFileIsReadOnWhereItWas() throws Exception {
        follow("time,flow,pressure\n" + rows(0, 30), options(false, BadRows.FAIL, null));
        List<String> whole = scored();
        out.reset();
        Path file = folder.resolve("pump.csv");
        Path state = folder.resolve("pump.state");
        append(file, "time,flow,pressure\n" + rows(0, 12) + row(12).substring(0, 7));

        following(file, state, () -> {
            await(() -> scored().size() == 13);
        });
        append(file, row(12).substring(7) + rows(13, 20));
        following(file, state, () -> {
            await(() -> scored().size() == 21);
        });
        Files.writeString(file, "time,flow,pressure\n" + rows(20, 30));
        following(file, state, () -> {
            await(() -> scored().size() == 31);
        });

        assertThat(scored()).isEqualTo(whole);
        assertThat(told()).contains("Going on after 12 rows.");
        assertThat(told())
                .anySatisfy(line -> assertThat(line)
                        .startsWith("Going on after 20 rows; ")
                        .endsWith("is read from its first line."));
    }

    @Test
    void whatIsNoFileIsRefused() {
        try (StreamingDetector detector = detector()) {
            assertThatThrownBy(() -> FollowedStream.ofFile(
                            folder, detector, CHANNELS, options(false, BadRows.FAIL, null), terminal))
                    .isInstanceOf(CommandException.class)
                    .hasMessageContaining("Can't follow " + folder);
        }
    }
}

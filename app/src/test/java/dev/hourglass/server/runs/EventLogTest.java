package dev.hourglass.server.runs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.files.ConfinedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EventLogTest {
    @TempDir
    private Path folder;

    private ConfinedFolder run;
    private Path file;

    @BeforeEach
    void open() throws IOException {
        run = ConfinedFolder.open(folder);
        file = folder.resolve(EventLog.FILE);
    }

    private EventLog kept() throws IOException {
        EventLog log = EventLog.open(run, () -> Instant.EPOCH);
        log.keepIn(run);
        return log;
    }

    private static void enter(EventLog log, String... states) {
        for (String state : states) {
            log.add("state", Map.of("state", state));
        }
    }

    private List<EventLog.Event> events() throws IOException {
        List<EventLog.Event> events = new ArrayList<>();
        try (EventLines lines = EventLines.open(run, 0, 0)) {
            for (EventLog.Event event = lines.next(); event != null; event = lines.next()) {
                events.add(event);
            }
        }
        return events;
    }

    private static String last(EventDigest digest) {
        List<JsonNode> states = digest.states();
        return states.isEmpty() ? "" : states.getLast().path("state").asString("");
    }

    private static String line(int id, String state) {
        return "{\"id\":" + id + ",\"time\":\"1970-01-01T00:00:00Z\",\"type\":\"state\",\"state\":\"" + state + "\"}\n";
    }

    @Test
    void aTornLineCostsNoOther() throws IOException {
        Files.writeString(
                file, line(1, "queued") + "{\"id\":2,\"ti\n\n" + line(3, "running") + "{\"id\":4,\"time\":\"19");
        assertThat(events()).extracting(EventLog.Event::id).containsExactly(1, 3);
        assertThat(last(new EventFile().look(run))).isEqualTo("running");
    }

    @Test
    void aLineThatWasTornIsEndedBeforeAnotherIsWritten() throws IOException {
        Files.writeString(file, line(1, "queued") + "{\"id\":2,\"time\":\"19");
        try (EventLog log = kept()) {
            enter(log, "running");
            assertThat(log.lastId()).isEqualTo(2);
        }
        assertThat(Files.readString(file))
                .isEqualTo(line(1, "queued") + "{\"id\":2,\"time\":\"19\n" + line(2, "running"));
        assertThat(last(new EventFile().look(run))).isEqualTo("running");
    }

    @Test
    void numbersGoOnWhereTheFileEnded() throws IOException {
        try (EventLog log = kept()) {
            enter(log, "queued", "running", "stopped");
        }
        try (EventLog log = kept()) {
            enter(log, "queued");
        }
        assertThat(events()).extracting(EventLog.Event::id).containsExactly(1, 2, 3, 4);
    }

    @Test
    void whatComesFromElsewhereAndIsNoEventIsPassedOver() throws IOException {
        String[] none = {
            "[]",
            "null",
            "{}",
            "{\"id\":5}",
            "{\"id\":\"6\",\"type\":\"state\"}",
            "{\"id\":99999999999,\"type\":\"state\"}",
            "{\"id\":2147483647,\"type\":\"state\"}",
            "{\"id\":-1,\"type\":\"state\"}",
            "{\"id\":7,\"type\":\"state\\nid: 9\"}",
            "{\"id\":8,\"type\":\"state\"} {}",
            "\u0000\u0000",
            "{\"id\":9,\"type\":\"state\",\"x\":\"" + "y".repeat(2 << 20) + "\"}"
        };
        Files.writeString(
                file, line(1, "queued") + String.join("\n", none) + "\n" + line(10, "running") + line(3, "failed"));
        assertThat(events()).extracting(EventLog.Event::id).containsExactly(1, 10);
    }

    /** What was read is not read again: it could be anything by now. */
    @Test
    void aFileThatGrewIsReadOnFromWhereItEnded() throws IOException {
        Files.writeString(file, line(1, "queued") + line(2, "running") + line(3, "paused"));
        EventFile known = new EventFile();
        assertThat(known.look(run).states()).hasSize(3);
        Files.writeString(
                file, line(1, "QUEUED") + line(2, "running") + line(3, "paused") + line(4, "running") + "{\"id");
        EventDigest digest = known.look(run);
        assertThat(digest.states().getFirst().path("state").asString()).isEqualTo("queued");
        assertThat(digest.lastId()).isEqualTo(4);
        Files.writeString(file, "\":5,\n" + line(6, "stopped"), StandardOpenOption.APPEND);
        assertThat(last(known.look(run))).isEqualTo("stopped");
    }

    @Test
    void anotherFileInItsPlaceIsReadFromItsBeginning() throws IOException {
        Files.writeString(file, line(1, "queued") + line(2, "running"));
        EventFile known = new EventFile();
        assertThat(last(known.look(run))).isEqualTo("running");
        Files.writeString(file, line(1, "queued") + line(2, "stopped") + line(3, "failed"));
        assertThat(known.look(run).lastId()).isEqualTo(3);
        assertThat(known.look(run).states()).hasSize(3);
        Files.writeString(file, line(1, "finished"));
        assertThat(last(known.look(run))).isEqualTo("finished");
        assertThat(known.look(run).states()).hasSize(1);
        Files.delete(file);
        assertThat(known.look(run).states()).isEmpty();
    }

    @Test
    void aFileThatHasNotChangedIsNotReadAgain() throws IOException {
        FileTime then = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
        Files.writeString(file, line(1, "queued"));
        Files.setLastModifiedTime(file, then);
        EventFile known = new EventFile();
        assertThat(last(known.look(run))).isEqualTo("queued");
        Files.writeString(file, line(1, "paused"));
        Files.setLastModifiedTime(file, then);
        assertThat(last(known.look(run))).isEqualTo("queued");
    }

    @Test
    void anEpochThatWasTrainedAgainCountsAsItWasLast() {
        EventDigest digest = new EventDigest();
        int id = 0;
        for (int epoch : new int[] {1, 2, 3, 2}) {
            id++;
            digest.add(new EventLog.Event(
                    id,
                    "epoch",
                    "{\"model\":\"cnn\",\"epoch\":" + epoch + ",\"validationLoss\":" + (epoch + id / 10.0) + "}"));
        }
        assertThat(digest.epochs("cnn")).extracting(RunHistory.Epoch::epoch).containsExactly(1, 2);
        assertThat(digest.epochs("cnn").getLast().validationLoss()).isEqualTo(2.4);
        assertThat(digest.epochs("lstm")).isEmpty();
    }

    @Test
    void oldEventsLieInTheFileAndNoneIsLostBetweenItAndMemory() throws IOException, InterruptedException {
        int count = 20_000;
        try (EventLog log = kept()) {
            for (int i = 0; i < count; i++) {
                log.add("notice", Map.of("message", "one of many"));
            }
            assertThat(log.remembersAfter(0)).isFalse();
            List<EventLog.Event> late = log.after(0, 0);
            assertThat(log.remembersAfter(late.getFirst().id() - 1)).isTrue();
            assertThat(late.size()).isBetween(5_000, 11_000);
            List<EventLog.Event> early = events().subList(0, count - late.size());
            assertThat(early.getLast().id()).isEqualTo(late.getFirst().id() - 1);
            assertThat(late.getLast().id()).isEqualTo(count);
        }
    }

    @Test
    void anInterruptedThreadWritesItsLastEventToo() throws IOException {
        try (EventLog log = kept()) {
            Thread.currentThread().interrupt();
            enter(log, "interrupted");
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(Files.readString(file)).isEqualTo(line(1, "interrupted"));
    }

    @Test
    void whatIsNoFileIsNeitherFollowedNorWaitedFor() throws IOException, InterruptedException {
        Path elsewhere = Files.writeString(folder.resolve("elsewhere"), line(1, "running"));
        Files.createSymbolicLink(file, elsewhere);
        assertThat(new EventFile().look(run).states()).isEmpty();
        Files.delete(file);
        Files.createDirectory(file);
        assertThat(new EventFile().look(run).states()).isEmpty();
        Files.delete(file);
        StrangeFiles.pipe(file);
        assertThat(new EventFile().look(run).states()).isEmpty();
    }
}

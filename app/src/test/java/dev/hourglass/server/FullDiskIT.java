package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.server.runs.EventDigest;
import dev.hourglass.server.runs.EventFile;
import dev.hourglass.server.runs.EventLines;
import dev.hourglass.server.runs.EventLog;
import dev.hourglass.server.runs.StrangeFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** On a small disk of its own, which only root can mount; left out where that is not possible. */
class FullDiskIT {
    private static final Map<String, Object> ENDLESS =
            Map.of("text", TestServer.TINY, "name", "run", "overrides", Map.of("epochs", 50_000));

    @TempDir
    private Path folder;

    private Path disk;
    private Path filling;

    @BeforeEach
    void mount() throws IOException, InterruptedException {
        disk = Files.createDirectory(folder.resolve("disk"));
        filling = disk.resolve("filling");
        assumeThat(StrangeFiles.succeeds("mount", "-t", "tmpfs", "-o", "size=160m", "hourglass-test", disk.toString()))
                .isTrue();
    }

    @AfterEach
    void unmount() throws InterruptedException {
        StrangeFiles.succeeds("umount", "-l", disk.toString());
    }

    /** Leaves no byte that a new file could have. */
    private void fill() throws IOException {
        try (OutputStream out = Files.newOutputStream(filling, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int block = 1 << 20; block > 0; block >>= 1) {
                byte[] bytes = new byte[block];
                try {
                    while (true) {
                        out.write(bytes);
                    }
                } catch (IOException e) {
                    // Smaller ones may fit.
                }
            }
        }
    }

    private static List<String> listed(TestServer server) throws IOException, InterruptedException {
        JsonNode list = server.json("/api/runs").path("runs");
        return StreamSupport.stream(list.spliterator(), false)
                .map(run -> run.path("run").asString())
                .toList();
    }

    private static HttpResponse<byte[]> post(TestServer server) throws IOException, InterruptedException {
        return server.post("/api/runs", "application/json", JsonMapper.shared().writeValueAsBytes(ENDLESS));
    }

    private static HttpResponse<byte[]> wish(TestServer server, String run, String state)
            throws IOException, InterruptedException {
        return server.send(server.request("/api/runs/" + run + "/state")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"state\": \"" + state + "\"}")));
    }

    @Test
    void aRunThatCannotBeKeptIsRefusedInWordsAndIsNowhere() throws IOException, InterruptedException {
        try (TestServer server = new TestServer(disk.resolve("runs"))) {
            String run = TestServer.json(post(server)).path("run").asString();
            awaitEpoch(server, run, 1);
            fill();
            HttpResponse<byte[]> refused = post(server);
            assertThat(refused.statusCode()).isEqualTo(507);
            JsonNode error = TestServer.json(refused).path("error");
            assertThat(error.path("message").asString()).isEqualTo("The run cannot be kept: No space left on device.");
            assertThat(error.path("fix").asString()).isEqualTo("Make room on the server's disk.");
            assertThat(listed(server)).containsExactly(run);
            assertThat(server.json("/api/status").path("queued").size()).isZero();
            assertThat(StrangeFiles.names(disk.resolve("runs/.queue"))).containsExactly("");
            byte[] csv = "0,1,2,3,4,5,6,7,8,9\n".repeat(50).getBytes(StandardCharsets.UTF_8);
            String uploads = "/api/runs/" + run + "/models/dense/uploads";
            HttpResponse<byte[]> upload = server.post(uploads, "text/csv", csv);
            assertThat(upload.statusCode()).isEqualTo(507);
            assertThat(TestServer.json(upload).path("error").path("message").asString())
                    .isEqualTo("The upload cannot be kept: No space left on device.");
            assertThat(StrangeFiles.names(disk.resolve("runs"))).noneMatch(name -> name.contains("upload-"));

            Files.delete(filling);
            assertThat(post(server).statusCode()).isEqualTo(201);
            assertThat(listed(server)).hasSize(2);
            assertThat(wish(server, run, "stopped").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aStateIsInMemoryAsItIsOnTheDisk() throws IOException, InterruptedException {
        Path runs = disk.resolve("runs");
        try (TestServer server = new TestServer(runs)) {
            String run = TestServer.json(post(server)).path("run").asString();
            awaitEpoch(server, run, 2);
            fill();
            int refused = 0;
            for (int i = 0; i < 100; i++) { // the last block of a file may have room for some lines
                String state = i % 2 == 0 ? "paused" : "running";
                int status = wish(server, run, state).statusCode();
                assertThat(status).isIn(200, 409, 507);
                refused += status == 507 ? 1 : 0;
                String inMemory = server.json("/api/runs/" + run).path("state").asString();
                EventDigest onDisk = new EventFile().look(ConfinedFolder.open(runs.resolve(run)));
                assertThat(onDisk.states().getLast().path("state").asString()).isEqualTo(inMemory);
            }
            assertThat(refused).isPositive();
            Files.delete(filling);
            wish(server, run, "running");
            int epochs = server.awaitState(run, List.of("running"))
                    .path("models")
                    .path(0)
                    .path("epochsDone")
                    .asInt();
            awaitEpoch(server, run, epochs + 2);
            server.restart();
            assertThat(server.awaitState(run, List.of("running"))
                            .path("models")
                            .path(0)
                            .path("epochsDone")
                            .asInt())
                    .isGreaterThanOrEqualTo(epochs + 2);
            assertThat(wish(server, run, "stopped").statusCode()).isEqualTo(200);
            server.awaitState(run, List.of("stopped"));
            assertThat(wish(server, run, "paused").statusCode()).isEqualTo(409);
            assertThat(ids(runs.resolve(run)))
                    .isEqualTo(IntStream.rangeClosed(1, ids(runs.resolve(run)).getLast())
                            .boxed()
                            .toList());
        }
    }

    @Test
    void aStoppedRunDoesNotGoOnWhereThatCannotBeKept() throws IOException, InterruptedException {
        try (TestServer server = new TestServer(disk.resolve("runs"))) {
            String run = TestServer.json(post(server)).path("run").asString();
            awaitEpoch(server, run, 1);
            fill();
            int status = 200;
            for (int i = 0;
                    i < 200 && status == 200;
                    i++) { // until the last block of the file of events is full as well
                status = wish(server, run, "stopped").statusCode();
                if (status == 200) {
                    server.awaitState(run, List.of("stopped"));
                    status = wish(server, run, "running").statusCode();
                }
            }
            assertThat(status).isEqualTo(507);
            String state = server.json("/api/runs/" + run).path("state").asString();
            EventDigest onDisk = new EventFile()
                    .look(ConfinedFolder.open(disk.resolve("runs").resolve(run)));
            // What runs may be queued on the disk: the next server takes it up all the same.
            List<String> alike = state.equals("stopped") ? List.of("stopped") : List.of("running", "queued");
            JsonNode last = onDisk.states().getLast();
            // The wish to stop is on the disk before it is answered, and what was asked for counts as reached.
            String kept = last.path("asked").asString(last.path("state").asString());
            assertThat(kept).isIn(alike);
            assertThat(server.json("/api/status").path("training").isNull()).isEqualTo(state.equals("stopped"));

            Files.delete(filling);
            assertThat(wish(server, run, "running").statusCode()).isEqualTo(state.equals("stopped") ? 200 : 409);
            server.awaitState(run, List.of("running"));
            assertThat(wish(server, run, "stopped").statusCode()).isEqualTo(200);
            server.awaitState(run, List.of("stopped"));
            List<Integer> ids = ids(disk.resolve("runs").resolve(run));
            assertThat(ids)
                    .isEqualTo(IntStream.rangeClosed(1, ids.getLast()).boxed().toList());
        }
    }

    @Test
    void runsOfADiskThatMayNotBeWrittenToAreShown() throws IOException, InterruptedException {
        Path runs = disk.resolve("runs");
        String run;
        try (TestServer server = new TestServer(runs)) {
            run = TestServer.json(post(server)).path("run").asString();
            awaitEpoch(server, run, 1);
        }
        assumeThat(StrangeFiles.succeeds("mount", "-o", "remount,ro", disk.toString()))
                .isTrue();
        try (TestServer server = new TestServer(runs)) {
            assertThat(listed(server)).containsExactly(run);
            assertThat(server.json("/api/runs/" + run).path("state").asString()).isEqualTo("interrupted");
            HttpResponse<byte[]> refused = post(server);
            assertThat(refused.statusCode()).isEqualTo(500);
            assertThat(TestServer.json(refused).path("error").path("message").asString())
                    .isEqualTo("The run cannot be kept: Read-only file system.");
            assertThat(wish(server, run, "running").statusCode()).isEqualTo(500);
            assertThat(listed(server)).containsExactly(run);
        }
    }

    private static List<Integer> ids(Path run) throws IOException {
        List<Integer> ids = new ArrayList<>();
        try (EventLines lines = EventLines.open(ConfinedFolder.open(run), 0, 0)) {
            for (EventLog.Event event = lines.next(); event != null; event = lines.next()) {
                ids.add(event.id());
            }
        }
        return ids;
    }

    private static void awaitEpoch(TestServer server, String run, int epoch) throws IOException, InterruptedException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (server.json("/api/runs/" + run)
                        .path("models")
                        .path(0)
                        .path("epochsDone")
                        .asInt()
                < epoch) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(20);
        }
    }
}

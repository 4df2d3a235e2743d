package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A clock that somebody sets back and forth by a year while a run trains. */
class ClockIT {
    private static final Duration YEAR = Duration.ofDays(365);

    @TempDir
    private Path runs;

    private final AtomicReference<Duration> shift = new AtomicReference<>(Duration.ZERO);

    @Test
    void noDurationIsAYearAndNoUploadIsForgotten() throws IOException, InterruptedException {
        try (TestServer server = new TestServer(runs, () -> Instant.now().plus(shift.get()))) {
            String first = start(server, 3, 32);
            assertThat(server.awaitState(first, List.of("finished", "failed"))
                            .path("state")
                            .asString())
                    .isEqualTo("finished");
            String upload = upload(server, first);

            String run = start(server, 50_000, 32);
            awaitEpoch(server, run);
            for (Duration set : List.of(YEAR, YEAR.negated(), Duration.ZERO)) {
                shift.set(set);
                assertThat(server.json("/api/runs/" + run).path("seconds").asDouble())
                        .isBetween(0.0, 600.0);
                assertThat(server.get("/api/runs/" + first + "/models/dense/samples/0?data=" + upload)
                                .statusCode())
                        .isEqualTo(200);
            }
            stop(server, run);
        }
    }

    @Test
    void aRunTookAsLongAsItTookWhateverTheClockSaidAtItsEnd() throws IOException, InterruptedException {
        try (TestServer server = new TestServer(runs, () -> Instant.now().plus(shift.get()))) {
            for (Duration set : List.of(YEAR.negated(), YEAR)) {
                // Enough for the clock to be set before the end; each epoch waits for the disk.
                String run = start(server, 60, 4);
                awaitEpoch(server, run);
                shift.set(set);
                JsonNode finished = server.awaitState(run, List.of("finished", "failed"));
                assertThat(finished.path("state").asString()).isEqualTo("finished");
                assertThat(finished.path("seconds").asDouble()).isBetween(0.001, 600.0);
                shift.set(Duration.ZERO);
            }
        }
    }

    private static String start(TestServer server, int epochs, int batchSize) throws IOException, InterruptedException {
        Map<String, Object> overrides = Map.of("epochs", epochs, "batchSize", batchSize);
        return server.postJson("/api/runs", Map.of("text", TestServer.TINY, "overrides", overrides))
                .path("run")
                .asString();
    }

    private static String upload(TestServer server, String run) throws IOException, InterruptedException {
        String row = IntStream.range(0, 10).mapToObj(i -> "0." + i).collect(Collectors.joining(","));
        String csv = (row + "\n").repeat(50);
        JsonNode answer = TestServer.json(server.post(
                "/api/runs/" + run + "/models/dense/uploads", "text/csv", csv.getBytes(StandardCharsets.UTF_8)));
        assertThat(answer.path("samples").asInt()).isEqualTo(1);
        return answer.path("data").asString();
    }

    private static void awaitEpoch(TestServer server, String run) throws IOException, InterruptedException {
        long end = System.nanoTime() + 60_000_000_000L;
        while (server.json("/api/runs/" + run)
                        .path("models")
                        .path(0)
                        .path("epochsDone")
                        .asInt()
                < 1) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(20);
        }
    }

    private static void stop(TestServer server, String run) throws IOException, InterruptedException {
        server.send(server.request("/api/runs/" + run + "/state")
                .header("Content-Type", "application/json")
                .PUT(java.net.http.HttpRequest.BodyPublishers.ofString("{\"state\": \"stopped\"}")));
        server.awaitState(run, List.of("stopped"));
    }
}

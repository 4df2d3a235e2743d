package dev.hourglass.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunLifecycleIT {
    @TempDir
    private Path runs;

    private TestServer server;

    @BeforeEach
    void start() {
        server = new TestServer(runs);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String begin(Map<String, Object> overrides) throws IOException, InterruptedException {
        JsonNode run = server.postJson("/api/runs", Map.of("text", TestServer.TINY, "overrides", overrides));
        return run.path("run").asString();
    }

    /** A line of a stream with its number. */
    private record Event(int id, String name, JsonNode data) {}

    /** Reads a stream to its end. */
    private List<Event> follow(String run, int after) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + server.server().port() + "/api/runs/" + run + "/events")
                        .toURL()
                        .openConnection();
        connection.setRequestProperty("Accept", "text/event-stream");
        connection.setRequestProperty("Last-Event-ID", Integer.toString(after));
        connection.setReadTimeout(120_000);
        List<Event> events = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8))) {
            int id = 0;
            String name = "";
            boolean ended = false;
            for (String line = in.readLine(); line != null && !ended; line = in.readLine()) {
                if (line.startsWith("id:")) {
                    id = Integer.parseInt(line.substring(3).strip());
                } else if (line.startsWith("event:")) {
                    name = line.substring(6).strip();
                } else if (line.startsWith("data:")) {
                    events.add(new Event(id, name, JsonMapper.shared().readTree(line.substring(5))));
                    ended = name.equals("end");
                }
            }
        }
        return events;
    }

    @Test
    void aRunIsFollowedFromItsStartToItsEnd() throws IOException, InterruptedException {
        String run = begin(Map.of());
        List<Event> events = follow(run, 0);
        assertThat(events).extracting(Event::id).startsWith(1, 2, 3);
        assertThat(events.stream().filter(event -> event.name().equals("epoch")))
                .extracting(event -> event.data().path("epoch").asInt())
                .containsExactly(1, 2, 3);
        assertThat(events.stream().filter(event -> event.name().equals("state")))
                .extracting(event -> event.data().path("state").asString())
                .containsExactly("queued", "running", "finished");
        assertThat(events.getLast().name()).isEqualTo("end");

        List<Event> again = follow(run, 5);
        assertThat(again.getFirst().id()).isEqualTo(6);
        assertThat(again.size()).isEqualTo(events.size() - 5);

        JsonNode history =
                server.json("/api/runs/" + run + "/history").path("models").path(0);
        assertThat(history.path("epochs").size()).isEqualTo(3);
        assertThat(history.path("bestEpoch").asInt()).isBetween(1, 3);
    }

    @Test
    void whatHappenedOutlivesTheServer() throws IOException, InterruptedException {
        String run = begin(Map.of());
        List<Event> before = follow(run, 0);
        server.restart();
        assertThat(follow(run, 0)).isEqualTo(before);
        assertThat(server.json("/api/runs/" + run).path("state").asString()).isEqualTo("finished");
    }

    @Test
    void oneRunTrainsAndTheOthersWait() throws IOException, InterruptedException {
        String first = begin(Map.of("epochs", 2_000));
        String second = begin(Map.of("epochs", 1));
        server.awaitState(first, List.of("running"));
        JsonNode waiting = server.json("/api/runs/" + second);
        assertThat(waiting.path("state").asString()).isEqualTo("queued");
        assertThat(waiting.path("queuePosition").asInt()).isEqualTo(1);
        assertThat(Files.exists(runs.resolve(".queue").resolve(second + ".json")))
                .isTrue();
        stopRun(first);
        server.awaitState(second, List.of("finished"));
        assertThat(Files.exists(runs.resolve(".queue").resolve(second + ".json")))
                .isFalse();
    }

    private void stopRun(String run) throws IOException, InterruptedException {
        server.send(server.request("/api/runs/" + run + "/state")
                .header("Content-Type", "application/json")
                .PUT(java.net.http.HttpRequest.BodyPublishers.ofString("{\"state\": \"stopped\"}")));
    }

    @Test
    void aRecipeWithAMistakeNamesItsLine() throws IOException, InterruptedException {
        String wrong = TestServer.TINY.replace("epochs: 3", "epochs: zero");
        JsonNode check = server.postJson("/api/recipe-checks", Map.of("text", wrong));
        assertThat(check.path("valid").asBoolean()).isFalse();
        assertThat(check.path("problem").path("line").asInt()).isEqualTo(12);
        assertThat(check.path("problem").path("message").asString()).contains("epochs");
    }

    @Test
    void anEstimateCountsEveryEpoch() throws IOException, InterruptedException {
        JsonNode three = server.postJson("/api/recipe-estimates", Map.of("text", TestServer.TINY));
        JsonNode model = three.path("models").path(0);
        assertThat(model.path("seconds").asDouble())
                .isCloseTo(
                        3 * model.path("secondsPerEpoch").asDouble(),
                        org.assertj.core.data.Percentage.withPercentage(1));
        assertThat(three.path("fits").asBoolean()).isTrue();
    }
}

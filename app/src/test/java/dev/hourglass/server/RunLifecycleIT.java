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
    /** So many epochs that nobody waits for their end. */
    private static final Map<String, Object> LONG = Map.of("epochs", 50_000);

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
        String first = begin(LONG);
        String second = begin(Map.of("epochs", 1));
        server.awaitState(first, List.of("running"));
        JsonNode waiting = server.json("/api/runs/" + second);
        assertThat(waiting.path("state").asString()).isEqualTo("queued");
        assertThat(waiting.path("queuePosition").asInt()).isEqualTo(1);
        assertThat(Files.exists(runs.resolve(".queue").resolve(second + ".json")))
                .isTrue();
        awaitEpochs(first, 1);
        wish(first, "stopped");
        server.awaitState(first, List.of("stopped"));
        server.awaitState(second, List.of("finished"));
        assertThat(Files.exists(runs.resolve(".queue").resolve(second + ".json")))
                .isFalse();
    }

    @Test
    void aPausedRunStandsStillUntilItGoesOn() throws IOException, InterruptedException {
        String run = begin(LONG);
        awaitEpochs(run, 2);
        wish(run, "paused");
        Thread.sleep(500);
        JsonNode before = server.json("/api/runs/" + run);
        Thread.sleep(500);
        JsonNode after = server.json("/api/runs/" + run);
        assertThat(after.path("state").asString()).isEqualTo("paused");
        assertThat(epochsDone(after)).isEqualTo(epochsDone(before));
        wish(run, "running");
        awaitEpochs(run, epochsDone(after) + 2);
        wish(run, "stopped");
        server.awaitState(run, List.of("stopped"));
    }

    @Test
    void aRestartOfTheServerLosesNothingOfTheRunThatTrains() throws IOException, InterruptedException {
        String run = begin(LONG);
        String waiting = begin(Map.of("epochs", 1));
        awaitEpochs(run, 3);
        server.restart();
        JsonNode found = server.awaitState(run, List.of("running"));
        assertThat(epochsDone(found)).isGreaterThanOrEqualTo(3);
        awaitEpochs(run, epochsDone(found) + 2);
        assertThat(server.json("/api/runs/" + waiting).path("state").asString()).isEqualTo("queued");
        wish(run, "stopped");
        server.awaitState(waiting, List.of("finished"));
        JsonNode epochs = server.json("/api/runs/" + run + "/history")
                .path("models")
                .path(0)
                .path("epochs");
        for (int i = 0; i < epochs.size(); i++) {
            assertThat(epochs.path(i).path("epoch").asInt()).isEqualTo(i + 1);
        }
    }

    @Test
    void aPausedRunIsStillPausedAfterARestart() throws IOException, InterruptedException {
        String run = begin(LONG);
        awaitEpochs(run, 2);
        wish(run, "paused");
        server.awaitState(run, List.of("paused"));
        server.restart();
        JsonNode found = server.awaitState(run, List.of("paused"));
        Thread.sleep(1_000);
        assertThat(server.json("/api/runs/" + run).path("state").asString()).isEqualTo("paused");
        server.restart();
        server.awaitState(run, List.of("paused"));
        wish(run, "running");
        awaitEpochs(run, epochsDone(found) + 2);
        wish(run, "stopped");
        server.awaitState(run, List.of("stopped"));
    }

    @Test
    void aStoppedRunThatWaitsToGoOnStillWaitsAfterARestart() throws IOException, InterruptedException {
        String stopped = begin(LONG);
        awaitEpochs(stopped, 2);
        wish(stopped, "stopped");
        server.awaitState(stopped, List.of("stopped"));
        String training = begin(LONG);
        awaitEpochs(training, 1);
        wish(stopped, "running");
        server.restart();
        server.awaitState(training, List.of("running"));
        assertThat(server.json("/api/runs/" + stopped).path("state").asString()).isEqualTo("queued");
        wish(training, "stopped");
        server.awaitState(stopped, List.of("running"));
        wish(stopped, "stopped");
        server.awaitState(stopped, List.of("stopped"));
    }

    @Test
    void aStepSaysTheLearningRateAsItWasSetAndTheTimeLeftOfAllModels() throws IOException, InterruptedException {
        String two = TestServer.TINY.replace("training: {epochs: 3", """
              - name: second
                input: [50, 10]
                encoder: [Flatten, Dense: {name: code, units: 4}]
                decoder: [Dense: {name: back, units: 500}, Reshape: {target_shape: [50, 10]}]
            training: {learning_rate: 0.001, epochs: 3""");
        String run =
                server.postJson("/api/runs", Map.of("text", two)).path("run").asString();
        server.awaitState(run, List.of("finished"));
        JsonNode step = follow(run, 0).stream()
                .filter(event -> event.name().equals("step"))
                .map(Event::data)
                .filter(data -> data.path("model").asString().equals("dense"))
                .toList()
                .getLast();

        assertThat(step.path("learningRate").toString()).isEqualTo("0.001");
        // The first model is done, and the second has all its three epochs to come.
        assertThat(step.path("epoch").asInt()).isEqualTo(3);
        assertThat(step.path("step").asInt()).isEqualTo(step.path("steps").asInt());
        assertThat(step.path("secondsLeft").asDouble()).isPositive();
    }

    @Test
    void aStoppedRunGoesOnToTheWeightsOfAnUninterruptedOne() throws IOException, InterruptedException {
        // Small batches let an epoch last; at the end of each two files are forced to the disk, which may be slow.
        Map<String, Object> enough = Map.of("epochs", 100, "batchSize", 2);
        String straight = begin(enough);
        server.awaitState(straight, List.of("finished"));
        String run = begin(enough);
        awaitEpochs(run, 2);
        wish(run, "stopped");
        server.awaitState(run, List.of("stopped", "finished"));
        if (server.json("/api/runs/" + run).path("resumable").asBoolean()) {
            wish(run, "running");
        }
        JsonNode resumed = server.awaitState(run, List.of("finished", "failed"));
        assertThat(resumed.path("metrics").path("dense").path("weightsSha256").asString())
                .hasSize(64)
                .isEqualTo(server.json("/api/runs/" + straight)
                        .path("metrics")
                        .path("dense")
                        .path("weightsSha256")
                        .asString());
    }

    @Test
    void aForkGoesOnFromTheEpochWithOtherOptions() throws IOException, InterruptedException {
        String run = begin(Map.of());
        server.awaitState(run, List.of("finished"));
        JsonNode model = server.json("/api/runs/" + run + "/models/dense");
        assertThat(model.path("epochs").size()).isEqualTo(3);
        JsonNode fork = server.postJson(
                "/api/runs/" + run + "/forks",
                Map.of("model", "dense", "epoch", 2, "overrides", Map.of("epochs", 5, "learningRate", 0.01)));
        assertThat(fork.path("forkOf").asString()).isEqualTo(run);
        String name = fork.path("run").asString();
        JsonNode finished = server.awaitState(name, List.of("finished", "failed"));
        assertThat(finished.path("state").asString()).isEqualTo("finished");
        JsonNode epochs = server.json("/api/runs/" + name + "/history")
                .path("models")
                .path(0)
                .path("epochs");
        JsonNode before = server.json("/api/runs/" + run + "/history")
                .path("models")
                .path(0)
                .path("epochs");
        assertThat(epochs.path(epochs.size() - 1).path("epoch").asInt()).isEqualTo(5);
        assertThat(epochs.path(epochs.size() - 1).path("learningRate").asDouble())
                .isCloseTo(0.01, org.assertj.core.data.Offset.offset(1e-6));
        assertThat(before.size()).isEqualTo(3);
        JsonNode snapshot = server.json("/api/runs/" + run + "/models/dense/snapshots/2");
        JsonNode last = server.json("/api/runs/" + run + "/models/dense/snapshots/3");
        assertThat(snapshot.path("mse").size())
                .isPositive()
                .isEqualTo(last.path("mse").size());
        assertThat(snapshot.path("mse")).isNotEqualTo(last.path("mse"));
    }

    private void wish(String run, String state) throws IOException, InterruptedException {
        server.send(server.request("/api/runs/" + run + "/state")
                .header("Content-Type", "application/json")
                .PUT(java.net.http.HttpRequest.BodyPublishers.ofString("{\"state\": \"" + state + "\"}")));
    }

    private static int epochsDone(JsonNode run) {
        return run.path("models").path(0).path("epochsDone").asInt();
    }

    private void awaitEpochs(String run, int epochs) throws IOException, InterruptedException {
        long end = System.nanoTime() + 120_000_000_000L;
        while (epochsDone(server.json("/api/runs/" + run)) < epochs) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(20);
        }
    }

    @Test
    void lossAndOptimizerAreChosenAndCheckedOnOneLine() throws Exception {
        JsonNode model = checked(Map.of("loss", "huber:delta=0.5", "optimizer", "sgd:learning_rate=0.5,momentum=0.9"))
                .path("recipe")
                .path("models")
                .path(0);
        assertThat(model.path("loss").asString()).isEqualTo("huber:delta=0.5");
        assertThat(model.path("optimizer").asString()).isEqualTo("sgd:momentum=0.9");
        assertThat(model.path("learningRate").asDouble()).isEqualTo(0.5);

        JsonNode problem = checked(Map.of("optimizer", "sgd:momentun=0.9")).path("problem");
        assertThat(problem.path("field").asString()).isEqualTo("overrides.optimizer");
        assertThat(problem.path("message").asString())
                .contains("momentun: expected a setting of SGD, found 'momentun'. Did you mean 'momentum'?");
        JsonNode linear = checked(Map.of("loss", "bce")).path("problem");
        assertThat(linear.path("field").asString()).isEqualTo("overrides.loss");
        assertThat(linear.path("message").asString())
                .contains("needs outputs in [0, 1], but model 'lstm' ends in layer 'output' (TimeDistributed)");
    }

    private JsonNode checked(Map<String, Object> overrides) throws Exception {
        return server.postJson("/api/recipe-checks", Map.of("recipe", "mnist", "overrides", overrides));
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

package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The server as a process of its own, which is told to stop. */
class ServeIT {
    private static final int SIGTERM = 15;
    private static final String ADDRESS = "Hourglass is at ";
    private static final String RECIPE = """
            title: "Tiny"
            data: {name: sequences, limit: 96}
            models:
              - name: dense
                input: [50, 10]
                encoder: [Flatten, Dense: {name: code, units: 4, activation: linear}]
                decoder: [Dense: {name: back, units: 500}, Reshape: {target_shape: [50, 10]}]
            training: {epochs: 50000, batch_size: 32, threads: 1}
            outputs: {examples: 2, plots: false, report: false}
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private URI address = URI.create("http://127.0.0.1/");

    @TempDir
    private Path runs;

    @Test
    void whatIsInProgressIsAnsweredAndWhatTrainsIsSavedBeforeItStops() throws Exception {
        Process first = start();
        String run = post("api/runs", Map.of("text", RECIPE)).join().path("run").asString();
        awaitEpochs(run, 3);
        CompletableFuture<JsonNode> estimate = post("api/recipe-estimates", Map.of("text", RECIPE)); // takes a second
        Thread.sleep(300);
        first.toHandle().destroy();
        awaitClosedDoor();
        assertThat(first.isAlive()).isTrue();
        assertThat(estimate.join().path("models").path(0).path("seconds").asDouble())
                .isPositive();
        assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(first.exitValue()).isEqualTo(128 + SIGTERM);

        Path folder = runs.resolve(run);
        assertThat(folder.resolve("INCOMPLETE")).exists();
        assertThat(Files.readAllLines(folder.resolve("events.jsonl")).getLast()).contains("\"state\":\"interrupted\"");
        Process second = start();
        try {
            JsonNode taken = get("api/runs/" + run);
            assertThat(taken.path("state").asString()).isIn("queued", "running");
            int done = epochsDone(taken);
            assertThat(done).isGreaterThanOrEqualTo(3);
            awaitEpochs(run, done + 2);
        } finally {
            second.toHandle().destroy();
            assertThat(second.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aSecondServerOnAFolderSaysWhoHasItAndTheNextOneStartsWhenThatIsKilled() throws Exception {
        Process first = start();
        Process second = command().start();
        try {
            assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(second.exitValue()).isNotZero();
            assertThat(second.errorReader(StandardCharsets.UTF_8).lines())
                    .singleElement()
                    .asString()
                    .contains("is in use: process " + first.pid() + " at "
                            + address.toString().replaceFirst("/$", "") + " serves it.");
        } finally {
            first.destroyForcibly();
        }
        assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
        Process third = start();
        third.destroy();
        assertThat(third.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    /** Returns when it can be asked; {@link #address} is where. */
    private Process start() throws Exception {
        Process process =
                command().redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        assertThat(line).startsWith(ADDRESS);
        address = URI.create(line.substring(ADDRESS.length()).split(" ", 2)[0]);
        return process;
    }

    private ProcessBuilder command() {
        return new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dhourglass.plainKernels=true",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                "--port",
                "0",
                "--runs",
                runs.toString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.resolve(path)).timeout(Duration.ofMinutes(1));
    }

    private CompletableFuture<JsonNode> post(String path, Object body) {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(JsonMapper.shared().writeValueAsBytes(body)))
                .build();
        return client.sendAsync(request, BodyHandlers.ofString())
                .thenApply(HttpResponse::body)
                .thenApply(JsonMapper.shared()::readTree);
    }

    private JsonNode get(String path) throws Exception {
        return JsonMapper.shared()
                .readTree(client.send(request(path).build(), BodyHandlers.ofString())
                        .body());
    }

    private static int epochsDone(JsonNode run) {
        return run.path("models").path(0).path("epochsDone").asInt();
    }

    private void awaitEpochs(String run, int epochs) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (epochsDone(get("api/runs/" + run)) < epochs) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(50);
        }
    }

    /** Nobody new comes in. */
    private void awaitClosedDoor() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() < end) {
            try (Socket socket = new Socket(address.getHost(), address.getPort())) {
                assertThat(socket.isConnected()).isTrue();
                Thread.sleep(10);
            } catch (ConnectException e) {
                return;
            }
        }
        assertThatThrownBy(() -> new Socket(address.getHost(), address.getPort()).close())
                .isInstanceOf(ConnectException.class);
    }
}

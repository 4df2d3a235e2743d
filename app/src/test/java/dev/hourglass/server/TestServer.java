package dev.hourglass.server;

import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.server.http.Intake;
import dev.hourglass.server.http.ServerOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A server on a free port and a client that talks to it, without a browser. */
public final class TestServer implements AutoCloseable {
    /** Two small dense models on data that is made in a moment. */
    public static final String TINY = """
        title: "Tiny"
        data: {name: sequences, limit: 96}
        models:
          - name: dense
            input: [50, 10]
            encoder:
              - Flatten
              - Dense: {name: code, units: 4, activation: linear}
            decoder:
              - Dense: {name: back, units: 500}
              - Reshape: {target_shape: [50, 10]}
        training: {epochs: 3, batch_size: 32, threads: 2}
        outputs: {examples: 2, plots: false, report: false}
        """;

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Path runs;
    private final InstantSource clock;
    private final long dataQuotaBytes;
    private HttpClient client = HttpClient.newHttpClient();
    private WorkbenchServer server;

    TestServer(Path runs) {
        this(runs, InstantSource.system());
    }

    TestServer(Path runs, Intake.Pace pace) {
        this(runs, InstantSource.system(), pace);
    }

    TestServer(Path runs, InstantSource clock) {
        this(runs, clock, Intake.Pace.STANDARD);
    }

    TestServer(Path runs, long dataQuotaBytes) {
        this(runs, InstantSource.system(), Intake.Pace.STANDARD, dataQuotaBytes);
    }

    private TestServer(Path runs, InstantSource clock, Intake.Pace pace) {
        this(runs, clock, pace, ServerOptions.DEFAULT_DATA_QUOTA_BYTES);
    }

    private TestServer(Path runs, InstantSource clock, Intake.Pace pace, long dataQuotaBytes) {
        this.runs = runs;
        this.clock = clock;
        this.dataQuotaBytes = dataQuotaBytes;
        server = WorkbenchServer.start(options(0), pace);
    }

    /** Trains the models of {@link #TINY}; returns the run's name. */
    String trainTiny() throws IOException, InterruptedException {
        String run = postJson("/api/runs", Map.of("text", TINY, "name", "tiny"))
                .path("run")
                .asString();
        JsonNode end = awaitState(run, List.of("finished", "failed"));
        if (!end.path("state").asString().equals("finished")) {
            throw new AssertionError("Run " + run + " failed: " + end);
        }
        return run;
    }

    private ServerOptions options(int port) {
        return new ServerOptions(ServerOptions.LOCAL_HOST, port, runs, null, DatasetCatalog.standard(), clock)
                .withDataQuotaBytes(dataQuotaBytes);
    }

    /** Stops the server and starts another at the same address. */
    void restart() {
        int port = server.port();
        close();
        client = HttpClient.newHttpClient();
        server = WorkbenchServer.start(options(port));
    }

    WorkbenchServer server() {
        return server;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(PATIENCE);
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    CompletableFuture<HttpResponse<byte[]>> sendAsync(HttpRequest request) {
        return client.sendAsync(request, BodyHandlers.ofByteArray());
    }

    HttpResponse<byte[]> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    HttpResponse<byte[]> post(String path, String mediaType, byte[] body) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", mediaType).POST(BodyPublishers.ofByteArray(body)));
    }

    static JsonNode json(HttpResponse<byte[]> response) {
        return JsonMapper.shared().readTree(response.body());
    }

    JsonNode json(String path) throws IOException, InterruptedException {
        return json(get(path));
    }

    JsonNode postJson(String path, Object body) throws IOException, InterruptedException {
        return json(post(path, "application/json", JsonMapper.shared().writeValueAsBytes(body)));
    }

    /** Asks again while the answer is a job. */
    HttpResponse<byte[]> await(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = send(request);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (response.statusCode() == 202 && System.nanoTime() < end) {
            Thread.sleep(100);
            response = send(request);
        }
        return response;
    }

    /** What is there at last, where a job may have to compute it. */
    JsonNode awaitJson(String path) throws IOException, InterruptedException {
        return json(await(request(path)));
    }

    /** Waits until a run is in one of these states; returns it. */
    JsonNode awaitState(String run, List<String> states) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        JsonNode found = json("/api/runs/" + run);
        while (!states.contains(found.path("state").asString(""))) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Run " + run + " is not " + states + ": " + found);
            }
            Thread.sleep(100);
            found = json("/api/runs/" + run);
        }
        return found;
    }

    /** The client leaves first: for connections that might be used again a server waits a second. */
    @Override
    public void close() {
        client.shutdownNow();
        server.close();
    }
}

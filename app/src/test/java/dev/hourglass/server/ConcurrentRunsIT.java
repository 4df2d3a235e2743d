package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Many requests that want the same at the same time: there are as many runs as were promised. */
class ConcurrentRunsIT {
    private static final Map<String, Object> ENDLESS =
            Map.of("text", TestServer.TINY, "name", "same", "overrides", Map.of("epochs", 50_000));

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

    private HttpRequest request(String method, String path, Object body) {
        return server.request(path)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofByteArray(JsonMapper.shared().writeValueAsBytes(body)))
                .build();
    }

    /** Sends a request so many times at once; the answers. */
    private List<HttpResponse<byte[]>> atOnce(int times, HttpRequest request) {
        List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            answers.add(server.sendAsync(request));
        }
        return answers.stream().map(CompletableFuture::join).toList();
    }

    private static List<String> names(List<HttpResponse<byte[]>> answers, int status) {
        return answers.stream()
                .filter(answer -> answer.statusCode() == status)
                .map(answer -> TestServer.json(answer).path("run").asString())
                .toList();
    }

    private List<String> listed() throws IOException, InterruptedException {
        JsonNode list = server.json("/api/runs").path("runs");
        return StreamSupport.stream(list.spliterator(), false)
                .map(run -> run.path("run").asString())
                .toList();
    }

    @Test
    void thereAreAsManyRunsAsWerePromisedUnderOneName() throws IOException, InterruptedException {
        List<String> promised = new ArrayList<>();
        for (int round = 0; round < 3; round++) {
            promised.addAll(names(atOnce(30, request("POST", "/api/runs", ENDLESS)), 201));
        }
        assertThat(promised).hasSize(90).doesNotHaveDuplicates();
        assertThat(listed()).containsExactlyInAnyOrderElementsOf(promised);
        server.restart();
        assertThat(listed()).containsExactlyInAnyOrderElementsOf(promised);
    }

    @Test
    void eachForkBecomesARunOfItsOwn() throws IOException, InterruptedException {
        String source = server.postJson("/api/runs", Map.of("text", TestServer.TINY, "name", "source"))
                .path("run")
                .asString();
        server.awaitState(source, List.of("finished"));
        Map<String, Object> fork = Map.of("model", "dense", "epoch", 2, "overrides", Map.of("epochs", 3));
        List<String> forks = names(atOnce(15, request("POST", "/api/runs/" + source + "/forks", fork)), 201);
        assertThat(forks).hasSize(15).doesNotHaveDuplicates();
        assertThat(listed()).containsAll(forks).hasSize(16);
        for (String run : forks) {
            assertThat(server.json("/api/runs/" + run).path("state").asString()).isIn("queued", "running", "finished");
        }
    }

    @Test
    void oneOfManyWhoWantARunToGoOnIsRightAndNothingTrainsUnseen() throws IOException, InterruptedException {
        String run = server.postJson("/api/runs", ENDLESS).path("run").asString();
        server.awaitState(run, List.of("running"));
        awaitEpoch(run);
        send("PUT", run, "stopped");
        server.awaitState(run, List.of("stopped"));

        List<HttpResponse<byte[]>> answers =
                atOnce(20, request("PUT", "/api/runs/" + run + "/state", Map.of("state", "running")));
        assertThat(answers.stream().map(HttpResponse::statusCode).filter(status -> status == 200))
                .hasSize(1);
        assertThat(answers.stream().map(HttpResponse::statusCode).filter(status -> status == 409))
                .hasSize(19);
        server.awaitState(run, List.of("running"));

        String next = server.postJson("/api/runs", Map.of("text", TestServer.TINY, "name", "next"))
                .path("run")
                .asString();
        send("PUT", run, "stopped");
        server.awaitState(run, List.of("stopped"));
        server.awaitState(next, List.of("finished")); // the line moves on: no ghost holds it
        assertThat(server.json("/api/status").path("training").isNull()).isTrue();
    }

    private void send(String method, String run, String state) {
        assertThat(atOnce(1, request(method, "/api/runs/" + run + "/state", Map.of("state", state)))
                        .getFirst()
                        .statusCode())
                .isEqualTo(200);
    }

    private void awaitEpoch(String run) throws IOException, InterruptedException {
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
}

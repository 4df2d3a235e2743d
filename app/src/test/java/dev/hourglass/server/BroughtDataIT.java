package dev.hourglass.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Data are brought in pieces, previewed, trained on and removed, and nothing lies outside or is there by half. */
class BroughtDataIT {
    private static final String KEY = "0123456789abcdef";

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

    private HttpResponse<byte[]> piece(String upload, String path, long offset, byte[] bytes)
            throws IOException, InterruptedException {
        return server.send(server.request("/api/uploads/" + upload + "/files/" + path + "?offset=" + offset)
                .header("Content-Type", "application/octet-stream")
                .method("PATCH", BodyPublishers.ofByteArray(bytes)));
    }

    private HttpResponse<byte[]> finish(String upload, String name, boolean folder, int files, long bytes)
            throws IOException, InterruptedException {
        return server.post(
                "/api/data",
                "application/json",
                tools.jackson.databind.json.JsonMapper.shared()
                        .writeValueAsBytes(Map.of(
                                "upload", upload, "name", name, "folder", folder, "files", files, "bytes", bytes)));
    }

    private HttpResponse<byte[]> delete(String path) throws IOException, InterruptedException {
        return server.send(server.request(path).DELETE());
    }

    private static String error(HttpResponse<byte[]> response) {
        return TestServer.json(response).path("error").path("message").asString("");
    }

    private static byte[] pump(int rows) {
        StringBuilder text = new StringBuilder("time,flow,pressure,status\n");
        for (int row = 0; row < rows; row++) {
            text.append("2026-01-02T03:%02d:%02d,".formatted(row / 60 % 60, row % 60))
                    .append(Math.sin(row / 5.0))
                    .append(',')
                    .append(row % 7)
                    .append(row % 50 == 3 ? ",bad\n" : ",good\n");
        }
        return text.toString().getBytes(UTF_8);
    }

    private void bring(String name, byte[] bytes) throws IOException, InterruptedException {
        assertThat(piece(KEY, name, 0, bytes).statusCode()).isEqualTo(200);
        assertThat(finish(KEY, name, false, 1, bytes.length).statusCode()).isEqualTo(201);
    }

    @Test
    void whatWasCutOffGoesOnWhereItEndedAlsoAfterARestart() throws IOException, InterruptedException {
        byte[] pump = pump(300);
        assertThat(server.json("/api/uploads/" + KEY).path("files").size()).isZero();
        HttpResponse<byte[]> first = piece(KEY, "pump.csv", 0, Arrays.copyOf(pump, 1000));
        assertThat(first.headers().firstValue("Upload-Offset")).contains("1000");

        HttpResponse<byte[]> again = piece(KEY, "pump.csv", 0, Arrays.copyOf(pump, 1000));
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(error(again)).isEqualTo("Of this file 1000 bytes are there, and the piece begins at byte 0.");
        assertThat(finish(KEY, "pump.csv", false, 1, pump.length).statusCode()).isEqualTo(409);

        server.restart();

        assertThat(server.json("/api/uploads/" + KEY).at("/files/0/bytes").asInt())
                .isEqualTo(1000);
        assertThat(server.json("/api/data").path("data").size()).isZero();
        assertThat(server.json("/api/data").at("/uploads/0/first").asString()).isEqualTo("pump.csv");
        piece(KEY, "pump.csv", 1000, Arrays.copyOfRange(pump, 1000, pump.length));
        assertThat(finish(KEY, "pump.csv", false, 1, pump.length).statusCode()).isEqualTo(201);

        JsonNode list = server.json("/api/data");
        assertThat(list.at("/data/0/name").asString()).isEqualTo("pump.csv");
        assertThat(list.path("usedBytes").asInt()).isEqualTo(pump.length);
        assertThat(list.path("uploads").size()).isZero();
        assertThat(Files.readAllBytes(runs.resolve(".data/pump.csv"))).isEqualTo(pump);
    }

    @Test
    void aTableIsPreviewedDraftedAsWishedTrainedOnAndRemoved() throws IOException, InterruptedException {
        bring("pump.csv", pump(600));

        JsonNode preview = server.awaitJson("/api/data/pump.csv/preview");
        assertThat(preview.at("/found/rows").asInt()).isEqualTo(600);
        assertThat(preview.at("/found/times/column").asString()).isEqualTo("time");
        assertThat(preview.path("found").toString()).doesNotContain(runs.toString());
        assertThat(preview.path("recipe").asString()).contains("label_column: \"status\"", "name: conv1d");
        assertThat(server.get("/api/data/pump.csv/preview.png").statusCode()).isEqualTo(200);

        JsonNode wished = server.awaitJson(
                "/api/data/pump.csv/preview?steps=10&stride=5&model=lstm&exclude=pressure&exclude=status");
        assertThat(wished.at("/found/channels").size()).isEqualTo(1);
        assertThat(wished.at("/found/samples/count").asInt()).isEqualTo(119);
        String recipe = wished.path("recipe").asString();
        assertThat(recipe)
                .contains("input: [10, 1]", "name: lstm", "exclude: [\"pressure\", \"status\"]")
                .doesNotContain("label_column");
        JsonNode refused = server.awaitJson("/api/data/pump.csv/preview?steps=10&model=conv1d");
        assertThat(refused.at("/error/message").asString()).contains("expected a multiple of 4, got 10. Use 8 or 12");

        Map<String, Object> plan = Map.of("text", recipe, "name", "pump", "overrides", Map.of("epochs", 1));
        JsonNode estimate = server.postJson("/api/recipe-estimates", plan);
        assertThat(estimate.path("seconds").asDouble()).as(estimate.toString()).isPositive();
        String run = server.postJson("/api/runs", plan).path("run").asString();
        JsonNode end = server.awaitState(run, List.of("finished", "failed"));
        assertThat(end.path("state").asString()).as(end.toString()).isEqualTo("finished");
        assertThat(server.json("/api/runs/" + run).path("recipeText").asString())
                .contains("source: \"pump.csv\"")
                .doesNotContain(runs.toString());

        assertThat(delete("/api/data/pump.csv").statusCode()).isEqualTo(204);
        assertThat(server.json("/api/data").path("usedBytes").asInt()).isZero();
        assertThat(Files.exists(runs.resolve(".data/pump.csv"))).isFalse();
        assertThat(server.postJson("/api/recipe-checks", plan)
                        .at("/problem/message")
                        .asString())
                .contains("expected data that were brought to this server, found none of this name");
    }

    @Test
    void dataOfARunThatIsNotOverAreKept() throws IOException, InterruptedException {
        bring("pump.csv", pump(600));
        String recipe =
                server.awaitJson("/api/data/pump.csv/preview").path("recipe").asString();
        String run = server.postJson("/api/runs", Map.of("text", recipe, "overrides", Map.of("epochs", 100_000)))
                .path("run")
                .asString();

        HttpResponse<byte[]> kept = delete("/api/data/pump.csv");

        assertThat(kept.statusCode()).isEqualTo(409);
        assertThat(error(kept)).contains(run + " uses these data");
        server.send(server.request("/api/runs/" + run + "/state")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"state\": \"stopped\"}")));
        server.awaitState(run, List.of("stopped"));
        assertThat(delete("/api/data/pump.csv").statusCode()).isEqualTo(204);
    }

    @Test
    void aFolderComesFileByFileAndIsThereAsAWhole() throws IOException, InterruptedException {
        byte[] pump = pump(80);
        piece(KEY, "a.csv", 0, pump);
        piece(KEY, "inner%20one/b.csv", 0, pump);
        assertThat(finish(KEY, "pumps", true, 3, 2L * pump.length).statusCode()).isEqualTo(409);
        assertThat(finish(KEY, "pumps", false, 2, 2L * pump.length).statusCode())
                .isEqualTo(409);

        assertThat(finish(KEY, "pumps", true, 2, 2L * pump.length).statusCode()).isEqualTo(201);

        assertThat(runs.resolve(".data/pumps/inner one/b.csv")).exists();
        JsonNode preview = server.awaitJson("/api/data/pumps/preview");
        assertThat(preview.at("/found/series").asInt()).isEqualTo(2);
        assertThat(preview.path("recipe").asString()).contains("source: \"pumps\"");
        piece("ffffffffffffffff", "a.csv", 0, pump);
        HttpResponse<byte[]> taken = finish("ffffffffffffffff", "pumps", true, 1, pump.length);
        assertThat(taken.statusCode()).isEqualTo(409);
        assertThat(error(taken)).isEqualTo("There are data 'pumps' already.");
        assertThat(delete("/api/uploads/ffffffffffffffff").statusCode()).isEqualTo(204);
        assertThat(delete("/api/data/pumps").statusCode()).isEqualTo(204);
        assertThat(server.json("/api/data").path("usedBytes").asInt()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..%2F..%2Fout.csv",
                "%2e%2e/out.csv",
                "a/../../out.csv",
                ".hidden",
                "a%00.csv",
                "a%5Cb.csv",
                "a/b%0A.csv",
                "-rf",
                "a//b.csv",
                "c:.csv",
                "1/2/3/4/5/6/7/8/9.csv",
                "end%20",
                "con%3f"
            })
    void namesThatLeadElsewhereAreRefused(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = piece(KEY, path, 0, new byte[] {1});

        assertThat(answer.statusCode()).as(path).isIn(400, 404);
        try (var all = Files.walk(runs)) {
            assertThat(all.filter(file -> file.toString().contains("out.csv"))).isEmpty();
        }
        assertThat(server.json("/api/data").path("usedBytes").asInt()).isZero();
    }

    @Test
    void hugeNamesStrangeKeysAndMissingOffsetsAreRefused() throws IOException, InterruptedException {
        assertThat(piece(KEY, "x".repeat(201), 0, new byte[] {1}).statusCode()).isEqualTo(400);
        assertThat(piece(KEY, "x".repeat(15_000), 0, new byte[] {1}).statusCode())
                .isIn(400, 414, 431);
        assertThat(piece("..", "a.csv", 0, new byte[] {1}).statusCode()).isIn(400, 404);
        assertThat(piece("0123", "a.csv", 0, new byte[] {1}).statusCode()).isEqualTo(400);
        assertThat(piece(KEY, "a.csv", -1, new byte[] {1}).statusCode()).isEqualTo(400);
        assertThat(piece(KEY, "a.csv", 5, new byte[] {1}).statusCode()).isEqualTo(409);
        assertThat(finish(KEY, "../a.csv", false, 1, 1).statusCode()).isEqualTo(400);
        assertThat(server.get("/api/data/..%2f..%2fetc/preview").statusCode()).isIn(400, 404);
        assertThat(delete("/api/data/%2e%2e").statusCode()).isIn(400, 404);
        assertThat(delete("/api/data/none").statusCode()).isEqualTo(404);
    }

    @Test
    void linksAreNeitherFollowedNorListed() throws IOException, InterruptedException {
        Path secret = Files.writeString(runs.resolve("secret.csv"), "a,b\n1,2\n3,4\n");
        bring("pump.csv", pump(80));
        Files.createSymbolicLink(runs.resolve(".data/link.csv"), secret);
        Files.createDirectories(runs.resolve(".data-parts/" + KEY));
        Files.createSymbolicLink(runs.resolve(".data-parts/" + KEY + "/link.csv"), secret);

        assertThat(server.get("/api/data/link.csv/preview").statusCode()).isEqualTo(404);
        assertThat(server.json("/api/data").path("data").size()).isEqualTo(1);
        assertThat(piece(KEY, "link.csv", 0, new byte[] {1}).statusCode()).isIn(409, 500);
        String recipe =
                server.awaitJson("/api/data/pump.csv/preview").path("recipe").asString();
        for (String source : List.of("link.csv", "../secret.csv", secret.toString(), "/etc/passwd", "/etc", ".")) {
            Map<String, Object> plan = Map.of("text", recipe.replace("pump.csv", source));
            JsonNode check = server.postJson("/api/recipe-checks", plan);
            assertThat(check.path("valid").asBoolean()).as(source).isFalse();
            assertThat(check.at("/problem/message").asString()).as(source).contains("brought to this server");
        }
        assertThat(secret).hasContent("a,b\n1,2\n3,4\n");
    }

    @Test
    void beyondTheQuotaNothingIsTaken() throws IOException, InterruptedException {
        server.close();
        server = new TestServer(runs, 1_000);
        assertThat(piece(KEY, "a.csv", 0, new byte[800]).statusCode()).isEqualTo(200);

        HttpResponse<byte[]> answer = piece(KEY, "a.csv", 800, new byte[300]);

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(error(answer)).contains("may take", "are taken");
        assertThat(server.json("/api/uploads/" + KEY).at("/files/0/bytes").asInt())
                .isEqualTo(800);
        assertThat(delete("/api/uploads/" + KEY).statusCode()).isEqualTo(204);
        assertThat(piece(KEY, "b.csv", 0, new byte[1_000]).statusCode()).isEqualTo(200);
    }

    @Test
    void pagesOfOtherSitesBringAndRemoveNothing() throws IOException, InterruptedException {
        bring("pump.csv", pump(80));
        HttpResponse<byte[]> foreign = server.send(server.request("/api/data/pump.csv")
                .header("Origin", "http://evil.example")
                .DELETE());
        assertThat(foreign.statusCode()).isEqualTo(403);
        HttpResponse<byte[]> sent = server.send(server.request("/api/uploads/" + KEY + "/files/a.csv?offset=0")
                .header("Origin", "http://evil.example")
                .header("Content-Type", "application/octet-stream")
                .method("PATCH", BodyPublishers.ofByteArray(new byte[] {1})));
        assertThat(sent.statusCode()).isEqualTo(403);
        HttpResponse<byte[]> plain = server.send(server.request("/api/uploads/" + KEY + "/files/a.csv?offset=0")
                .header("Content-Type", "text/plain")
                .method("PATCH", BodyPublishers.ofByteArray(new byte[] {1})));
        assertThat(plain.statusCode()).isEqualTo(415);
        assertThat(server.json("/api/data").path("data").size()).isEqualTo(1);
    }

    @Test
    void whatIsNoDataIsToldInOneSentence() throws IOException, InterruptedException {
        bring("nothing.csv", new byte[0]);
        JsonNode answer = server.awaitJson("/api/data/nothing.csv/preview");
        assertThat(answer.at("/error/message").asString()).isNotBlank().doesNotContain(runs.toString());
    }
}

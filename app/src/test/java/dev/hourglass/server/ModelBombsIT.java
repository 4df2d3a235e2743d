package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Models in run folders that ask in a few bytes for more than any machine has. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class ModelBombsIT {
    private static final String BOMB = """
        - UpSampling2D: {name: bomb, size: [2, 2]}
              - MaxPooling2D: {pool_size: [2, 2]}
              - Flatten""";

    private static final String RECIPE =
            TestServer.TINY.replace("[50, 10]", "[50, 10, 1]").replace("- Flatten", BOMB);

    private static final String SAMPLE = "{\"samples\": [[" + "0.5,".repeat(499) + "0.5]]}";

    private static final String CODE = "{\"samples\": [[0.5, 0.5, 0.5, 0.5]]}";

    private static final String MAP = "{\"method\": \"pca\"}";

    /** Every route that names a model and opens it. */
    private static final String[] ROUTES = {
        "GET ",
        "GET /layers/back/filters",
        "GET /layers/code/activations?index=0",
        "GET /layers/bomb/activations?index=0",
        "GET /samples",
        "GET /samples/0",
        "GET /samples/0/input.png",
        "GET /sheets/0.png",
        "GET /errors",
        "GET /anomalies",
        "GET /denoising?index=0&noise=0.1",
        "GET /denoising-gain",
        "GET /maps",
        "GET /directions",
        "POST /encode",
        "POST /decode",
        "POST /reconstruct",
        "POST /score",
        "POST /maps",
        "POST /uploads"
    };

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static Path file;
    private static byte[] whole;
    private static String model;

    @BeforeAll
    static void train() throws IOException, InterruptedException {
        server = new TestServer(folder);
        JsonNode begun = server.postJson("/api/runs", Map.of("text", RECIPE, "name", "bomb"));
        String run = begun.path("run").asString(begun.toString());
        assertThat(server.awaitState(run, List.of("finished", "failed"))
                        .path("state")
                        .asString())
                .isEqualTo("finished");
        model = "/api/runs/" + run + "/models/dense";
        file = folder.resolve(run).resolve("models/dense_autoencoder.keras");
        whole = Files.readAllBytes(file);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void restore() throws IOException {
        Files.write(file, whole);
    }

    private static String answer(String route) throws IOException, InterruptedException {
        String[] words = route.split(" ", -1);
        HttpRequest.Builder request = server.request(model + words[1]);
        if (words[0].equals("POST")) {
            boolean table = words[1].equals("/uploads");
            String body = switch (words[1]) {
                case "/uploads" -> "0.5,".repeat(499) + "0.5\n";
                case "/maps" -> MAP;
                case "/decode" -> CODE;
                default -> SAMPLE;
            };
            request.header("Content-Type", table ? "text/csv" : "application/json")
                    .POST(BodyPublishers.ofString(body));
        }
        HttpResponse<byte[]> response = server.send(request);
        return response.statusCode() + " " + new String(response.body(), StandardCharsets.UTF_8);
    }

    /** Writes the model's file with another configuration. */
    private static void replaceInConfiguration(String what, String by) throws IOException {
        ByteArrayOutputStream changed = new ByteArrayOutputStream();
        boolean found = false;
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(whole));
                ZipOutputStream out = new ZipOutputStream(changed)) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                byte[] bytes = in.readAllBytes();
                if (entry.getName().equals("config.json")) {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    String other = text.replaceAll(what, by);
                    found = !other.equals(text);
                    bytes = other.getBytes(StandardCharsets.UTF_8);
                }
                ZipEntry stored = new ZipEntry(entry.getName());
                stored.setMethod(ZipEntry.STORED);
                stored.setSize(bytes.length);
                CRC32 crc = new CRC32();
                crc.update(bytes);
                stored.setCrc(crc.getValue());
                out.putNextEntry(stored);
                out.write(bytes);
            }
        }
        assertThat(found).as("config.json has " + what).isTrue();
        Files.write(file, changed.toByteArray());
    }

    @Test
    void theModelAsTrainedAnswersAtEveryRoute() throws IOException, InterruptedException {
        for (String route : ROUTES) {
            assertThat(answer(route)).as(route).doesNotStartWith("5").doesNotStartWith("422");
        }
    }

    @ParameterizedTest
    @CsvSource({"1000", "3000", "6000", "60000", "1000000000", "2147483647"})
    void anUpsamplingByThousandsIsRefusedWithItsSizeAtOnce(int times) throws IOException, InterruptedException {
        replaceInConfiguration("\\[\\s*2\\s*,\\s*2\\s*]", "[" + times + "," + times + "]");
        for (String route : ROUTES) {
            long start = System.nanoTime();
            String answer = answer(route);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertThat(answer).as(route).startsWith("422").containsAnyOf(" bytes", " GB", " TB", "[", "" + times);
            assertThat(millis).as(route).isLessThan(10_000);
        }
        assertThat(server.get("/api/models").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"units\": 4;\"units\": 2147483647",
                "\"units\": 4;\"units\": 1000000000",
                "\"units\": 4;\"units\": -4",
                "\"units\": 4;\"units\": 1e30",
                "\"target_shape\": \\[[^]]*];\"target_shape\": [1000000, 1000000]",
                "\"target_shape\": \\[[^]]*];\"target_shape\": []"
            })
    void absurdShapesAreRefused(String what, String by) throws IOException, InterruptedException {
        replaceInConfiguration(what.replace(": ", ":\\s*"), by);
        for (String route : ROUTES) {
            String answer = answer(route);
            assertThat(answer).as(route).doesNotStartWith("5").doesNotStartWith("2");
        }
    }
}

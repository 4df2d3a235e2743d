package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.files.NpyFile;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.http.NpyArray;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ModelApiIT {
    @TempDir
    private static Path folder;

    private static TestServer server;
    private static String model;

    @BeforeAll
    static void trainATinyModel() throws IOException, InterruptedException {
        server = new TestServer(folder.resolve("runs"));
        String run = server.postJson("/api/runs", Map.of("text", TestServer.TINY))
                .path("run")
                .asString();
        server.awaitState(run, List.of("finished"));
        model = "/api/runs/" + run + "/models/dense";
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static JsonNode awaited(String path) throws IOException, InterruptedException {
        return TestServer.json(server.await(server.request(model + path)));
    }

    @Test
    void layersHaveShapesParametersAndCost() throws IOException, InterruptedException {
        JsonNode found = server.json(model);
        JsonNode code = found.path("layers").path(1);
        assertThat(code.path("name").asString()).isEqualTo("code");
        assertThat(code.path("part").asString()).isEqualTo("waist");
        assertThat(code.path("parameters").asInt()).isEqualTo(500 * 4 + 4);
        assertThat(code.path("operations").asLong()).isEqualTo(2 * 500 * 4);
        assertThat(found.path("parameters").asInt()).isEqualTo(500 * 4 + 4 + 4 * 500 + 500);
        assertThat(found.path("testSamples").asInt()).isEqualTo(96);
    }

    @Test
    void worstComesFirstAndBestIsItsReverse() throws IOException, InterruptedException {
        JsonNode worst = awaited("/samples?order=worst&limit=96").path("samples");
        JsonNode best = awaited("/samples?order=best&limit=96").path("samples");
        assertThat(worst.size()).isEqualTo(96);
        double before = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 96; i++) {
            double mse = worst.path(i).path("mse").asDouble();
            assertThat(mse).isLessThanOrEqualTo(before);
            assertThat(best.path(95 - i).path("index").asInt())
                    .isEqualTo(worst.path(i).path("index").asInt());
            before = mse;
        }
    }

    @Test
    void decodingTheCodeIsTheReconstruction() throws IOException, InterruptedException {
        JsonNode sample = server.json(model + "/samples/7");
        JsonNode input = sample.path("input");
        JsonNode codes = server.postJson(model + "/encode", Map.of("samples", List.of(input)));
        JsonNode decoded = server.postJson(model + "/decode", Map.of("samples", codes.path("values")));
        JsonNode rebuilt = server.postJson(model + "/reconstruct", Map.of("samples", List.of(input)));
        JsonNode score = server.postJson(model + "/score", Map.of("samples", List.of(input)));
        assertThat(codes.path("values").path(0)).isEqualTo(sample.path("code"));
        assertThat(decoded.path("values").path(0)).isEqualTo(sample.path("reconstruction"));
        assertThat(rebuilt.path("values").path(0)).isEqualTo(sample.path("reconstruction"));
        assertThat(score.path("mse").path(0).asDouble())
                .isCloseTo(sample.path("mse").asDouble(), within(1e-6));
    }

    @Test
    void npyGoesInAndComesOut() throws IOException, InterruptedException {
        JsonNode input = server.json(model + "/samples/3").path("input");
        float[] values = new float[500];
        for (int i = 0; i < values.length; i++) {
            values[i] = input.path(i).floatValue();
        }
        HttpResponse<byte[]> answer = server.send(server.request(model + "/reconstruct")
                .header("Content-Type", "application/x-npy")
                .header("Accept", "application/x-npy")
                .POST(BodyPublishers.ofByteArray(NpyArray.of(values, 1, 50, 10).toBytes())));
        assertThat(answer.statusCode()).isEqualTo(200);
        Path file = folder.resolve("rebuilt.npy");
        Files.write(file, answer.body());
        FloatDataset rebuilt = NpyFile.open(file);
        assertThat(rebuilt.size()).isEqualTo(1);
        assertThat(rebuilt.sampleShape().toArray()).containsExactly(50, 10);
        float[] numbers = new float[500];
        rebuilt.copySample(0, numbers, 0);
        JsonNode expected = server.json(model + "/samples/3").path("reconstruction");
        for (int i = 0; i < numbers.length; i++) {
            assertThat(numbers[i]).isEqualTo(expected.path(i).floatValue());
        }
    }

    @Test
    void aPlaceOnAPcaMapIsTheExactInverse() throws IOException, InterruptedException {
        JsonNode map = TestServer.json(server.await(server.request(model + "/maps")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"method\": \"pca\"}"))));
        assertThat(map.path("samples").asInt()).isEqualTo(96);
        String path = model + "/maps/" + map.path("map").asString();
        JsonNode origin = server.json(path + "/place?x=0&y=0");
        JsonNode right = server.json(path + "/place?x=1&y=0");
        JsonNode up = server.json(path + "/place?x=0&y=1");
        JsonNode both = server.json(path + "/place?x=2&y=-3");
        assertThat(both.path("exact").asBoolean()).isTrue();
        for (int i = 0; i < 4; i++) {
            double mean = origin.path("code").path(i).asDouble();
            double expected = mean
                    + 2 * (right.path("code").path(i).asDouble() - mean)
                    - 3 * (up.path("code").path(i).asDouble() - mean);
            assertThat(both.path("code").path(i).asDouble()).isCloseTo(expected, within(1e-4));
        }
        HttpResponse<byte[]> points = server.get(path + "/points");
        assertThat(points.body().length % 64).isEqualTo(96 * 8 % 64);
        assertThat(map.path("columns").findValuesAsString("name")).contains("mse", "mae", "code_0", "code_3");
        JsonNode walk = server.json(path + "/walk?from=1&to=2&steps=3").path("steps");
        JsonNode first = server.json(model + "/samples/1").path("code");
        assertThat(walk.size()).isEqualTo(3);
        assertThat(walk.path(0).path("code").path(0).asDouble())
                .isCloseTo(first.path(0).asDouble(), within(1e-6));
    }

    /** A list that names one sample half a million times would ask for a gigabyte. */
    @Test
    void aSelectionHoldsEachOfItsSamplesOnce() throws IOException, InterruptedException {
        JsonNode map = TestServer.json(server.await(server.request(model + "/maps")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"method\": \"pca\"}"))));
        String selections = model + "/maps/" + map.path("map").asString() + "/selections";

        HttpResponse<byte[]> numbers = server.send(server.request(selections)
                .header("Content-Type", "application/json")
                .header("Accept", Answers.NPY)
                .POST(BodyPublishers.ofString("{\"indices\": [7, 3]}")));
        FloatDataset chosen = NpyFile.open(Files.write(folder.resolve("chosen.npy"), numbers.body()));
        assertThat(chosen.size()).isEqualTo(2);
        float[] sample = new float[500];
        chosen.copySample(1, sample, 0);
        JsonNode expected = server.json(model + "/samples/3").path("input");
        for (int i = 0; i < sample.length; i++) {
            assertThat(sample[i]).isEqualTo(expected.path(i).floatValue());
        }

        HttpResponse<byte[]> twice = server.send(server.request(selections)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"indices\": [7, 3, 7]}")));
        assertThat(twice.statusCode()).isEqualTo(422);
        assertThat(new String(twice.body(), StandardCharsets.UTF_8)).contains("indices[2] is 7 again.");
    }

    @Test
    void aTSneMapIsKeptOverARestartAndCountsOnlyForItsCodes() throws IOException, InterruptedException {
        JsonNode before = tsne();
        String points = model + "/maps/" + before.path("map").asString() + "/points";
        byte[] places = server.get(points).body();
        server.restart();
        assertThat(server.get(points).statusCode()).isEqualTo(404);
        assertThat(tsne()).isEqualTo(before); // with the seconds that it took then
        assertThat(server.get(points).body()).isEqualTo(places);

        Path maps = folder.resolve("runs")
                .resolve(Path.of(model).getName(2).toString())
                .resolve("maps");
        Path file;
        try (Stream<Path> files = Files.list(maps)) {
            file = files.toList().getFirst();
        }
        String text = Files.readString(file);
        String sha256 = JsonMapper.shared().readTree(text).path("codesSha256").asString();
        Files.writeString(file, text.replace(sha256, "0".repeat(64)));
        server.restart();
        JsonNode anew = tsne();
        assertThat(anew.path("seconds")).isNotEqualTo(before.path("seconds"));
        assertThat(anew.path("klDivergence")).isEqualTo(before.path("klDivergence"));
    }

    private static JsonNode tsne() throws IOException, InterruptedException {
        return TestServer.json(server.await(server.request(model + "/maps")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"method\": \"tsne\", \"perplexity\": 10, \"iterations\": 250}"))));
    }

    @Test
    void tSneOfMoreSamplesThanItsPerplexityAllowsIsRefused() throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = server.await(server.request(model + "/maps")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"method\": \"tsne\", \"perplexity\": 500}")));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(TestServer.json(answer).path("error").path("message").asString())
                .contains("perplexity");
    }

    @Test
    void seriesHaveNoSimilarityButASignalToNoiseRatio() throws IOException, InterruptedException {
        JsonNode view = server.json(model + "/denoising?index=2&noise=0.2");
        assertThat(view.path("noisySsim").isNull()).isTrue();
        assertThat(view.path("noisyPsnrDecibels").asDouble()).isCloseTo(14, within(1.5));
        JsonNode again = server.json(model + "/denoising?index=2&noise=0.2");
        assertThat(again).isEqualTo(view);
    }

    @Test
    void anUploadedTableIsSeenThroughTheModel() throws IOException, InterruptedException {
        StringBuilder csv = new StringBuilder("a,b,c,d,e,f,g,h,i,j\n");
        for (int step = 0; step < 100; step++) {
            for (int feature = 0; feature < 10; feature++) {
                csv.append(Math.sin(step / 5.0 + feature)).append(feature < 9 ? ',' : '\n');
            }
        }
        HttpResponse<byte[]> answer = server.post(
                model + "/uploads", "text/csv", csv.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).isEqualTo(201);
        JsonNode upload = TestServer.json(answer);
        assertThat(upload.path("samples").asInt()).isEqualTo(2);
        JsonNode listed =
                awaited("/samples?order=worst&data=" + upload.path("data").asString());
        assertThat(listed.path("total").asInt()).isEqualTo(2);
    }

    @Test
    void downloadsAreTheFilesOfTheRun() throws IOException, InterruptedException {
        String run = model.substring(0, model.indexOf("/models/"));
        JsonNode files = server.json(run + "/files").path("files");
        assertThat(files.findValuesAsString("path")).contains("run.json", "results/metrics.json");
        HttpResponse<byte[]> zip = server.get(run + "/archive.zip");
        assertThat(zip.statusCode()).isEqualTo(200);
        assertThat(zip.body()).startsWith('P', 'K');
        JsonNode comparison = server.json("/api/comparisons?run=" + run.substring(run.lastIndexOf('/') + 1));
        assertThat(comparison
                        .path("rows")
                        .path(0)
                        .path("metrics")
                        .path("testMse")
                        .asDouble())
                .isPositive();
        assertThat(JsonMapper.shared().writeValueAsString(comparison)).doesNotContain("NaN");
    }
}

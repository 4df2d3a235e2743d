package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.LabelRule;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.series.SeriesSplit;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.Detector;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.tensor.RandomSource;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A series with a fault by the API: curves, scores, events, marks, and data that are brought. */
class SeriesApiIT {
    private static final String MODEL = "/api/runs/%s/models/dense";

    @TempDir
    private static Path runs;

    private static TestServer server;

    private static String run;
    private static String model;

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        Files.writeString(Files.createDirectories(runs.resolve(".data")).resolve("pump.csv"), pump(800, 700));
        server = new TestServer(runs);
        run = train(recipe("pump.csv", "state", "good"));
        model = MODEL.formatted(run);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** Two waves; from the fault on, heat stands still for 20 rows. */
    static String pump(int rows, int fault) {
        StringBuilder text = new StringBuilder("time,flow,heat,state\n");
        for (int row = 0; row < rows; row++) {
            boolean bad = row >= fault && row < fault + 20;
            text.append("2026-01-02T%02d:%02d:00,".formatted(row / 60, row % 60))
                    .append((float) Math.sin(row / 4.0))
                    .append(',')
                    .append(bad ? 25f : (float) (20 + Math.cos(row / 4.0)))
                    .append(bad ? ",bad\n" : ",good\n");
        }
        return text.toString();
    }

    static String recipe(String file, String label, String normal) {
        return """
            title: "Pump"
            data: {source: %s, label_column: %s, train_on: {%s: [%s]}, test_share: 0.25, window: {steps: 8, stride: 2}}
            models:
              - name: dense
                input: [8, 2]
                encoder:
                  - Flatten
                  - Dense: {name: code, units: 2, activation: linear}
                decoder:
                  - Dense: {name: back, units: 16}
                  - Reshape: {target_shape: [8, 2]}
            training: {epochs: 12, batch_size: 16, learning_rate: 0.01, threads: 2}
            outputs: {examples: 2, plots: false, report: false}
            """.formatted(file, label, label, normal);
    }

    private static String train(String recipe) throws IOException, InterruptedException {
        String run =
                server.postJson("/api/runs", Map.of("text", recipe)).path("run").asString();
        JsonNode end = server.awaitState(run, List.of("finished", "failed"));
        assertThat(end.path("state").asString()).as(end.toString()).isEqualTo("finished");
        return run;
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = server.await(server.request(path));
        assertThat(answer.statusCode())
                .as(new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        return TestServer.json(answer);
    }

    private String text(String path) throws IOException, InterruptedException {
        return new String(server.await(server.request(path)).body(), StandardCharsets.UTF_8);
    }

    private JsonNode refusal(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = server.await(server.request(path));
        assertThat(answer.statusCode()).isBetween(400, 499);
        return TestServer.json(answer).path("error");
    }

    @Test
    void aFaultIsFoundWithItsChannelAndItsTime() throws IOException, InterruptedException {

        JsonNode series = get(model + "/series");
        assertThat(series.path("rows").asInt()).isEqualTo(200);
        assertThat(series.path("channels").toString()).isEqualTo("[\"flow\",\"heat\"]");
        assertThat(series.path("begin").asString()).isEqualTo("2026-01-02T10:00");
        assertThat(series.path("anomalous").toString()).isEqualTo("[0]");
        assertThat(series.path("anomalousNote").asString()).contains("train_on");

        List<double[]> scores = scores(text(model + "/series/scores?parts=true"));
        assertThat(scores)
                .hasSize(200)
                .allSatisfy(row -> assertThat(row[1] + row[2]).isCloseTo(row[0], within(1e-5)));
        double threshold = 0.05;
        long above = scores.stream().filter(row -> row[0] > threshold).count();
        JsonNode found = get(model + "/series/events?gap=2&least=3&threshold=" + threshold);

        assertThat(found.path("above").asLong()).isEqualTo(above);
        assertThat(found.path("events").asInt()).isEqualTo(1);
        JsonNode event = found.path("listed").path(0);
        assertThat(event.path("first").asInt()).isBetween(93, 101);
        assertThat(event.path("last").asInt()).isBetween(118, 126);
        assertThat(event.path("begin").asString()).startsWith("2026-01-02T11:3");
        assertThat(event.path("channels").path(0).path("channel").asInt()).isEqualTo(1);
        assertThat(event.path("channels").path(0).path("share").asDouble()).isGreaterThan(0.5);
        JsonNode truth = found.path("truth");
        int rows = found.path("rowsInEvents").asInt();
        int hits = Math.min(event.path("last").asInt(), 119)
                - Math.max(event.path("first").asInt(), 100)
                + 1;
        assertThat(truth.path("precision").asDouble()).isCloseTo(hits / (double) rows, within(1e-12));
        assertThat(truth.path("recall").asDouble()).isCloseTo(hits / 20.0, within(1e-12));
        assertThat(truth.path("found").asInt()).isEqualTo(1);
        assertThat(get(model + "/series/events?anomalous=none&threshold=1")
                        .path("truth")
                        .isNull())
                .isTrue();
    }

    private static List<double[]> scores(String csv) {
        List<String> lines = csv.lines().toList();
        assertThat(lines.getFirst()).isEqualTo("time,score,part_flow,part_heat");
        List<double[]> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] cells = line.split(",", -1);
            rows.add(new double[] {
                Double.parseDouble(cells[1]), Double.parseDouble(cells[2]), Double.parseDouble(cells[3])
            });
        }
        return rows;
    }

    @Test
    void curvesHaveTheNumbersOfTheFile() throws IOException, InterruptedException {
        double[] heat = pump(800, 700)
                .lines()
                .skip(601)
                .mapToDouble(line -> Double.parseDouble(line.split(",", -1)[2]))
                .toArray();

        JsonNode curves = get(model + "/series/curves?from=90&to=130&width=4&channels=1");

        JsonNode original = curves.path("channels").path(0).path("original");
        for (int part = 0; part < 4; part++) {
            double least = Double.POSITIVE_INFINITY;
            double most = Double.NEGATIVE_INFINITY;
            for (int row = 90 + 10 * part; row < 100 + 10 * part; row++) {
                least = Math.min(least, heat[row]);
                most = Math.max(most, heat[row]);
            }
            assertThat(original.path("low").path(part).asDouble()).isCloseTo(least, within(1e-4));
            assertThat(original.path("high").path(part).asDouble()).isCloseTo(most, within(1e-4));
        }
        assertThat(curves.path("ticks").path(0).path("time").asString()).isEqualTo("2026-01-02T11:30");
        JsonNode all = get(model + "/series/curves?width=4000");
        assertThat(all.path("parts").asInt()).isEqualTo(200);
        assertThat(all.path("score").path("low")).isEqualTo(all.path("score").path("high"));
        assertThat(all.path("channels")).isEmpty();
        assertThat(refusal(model + "/series/curves?from=200").path("message").asString())
                .contains("no rows from 200");
        assertThat(refusal(model + "/series/curves?channels=2").path("message").asString())
                .isEqualTo("There is no channel 2.");
    }

    @Test
    void whatIsSaidOfRowsIsKeptGivenAwayAndTrainedOn() throws IOException, InterruptedException {
        String marks = model + "/marks";
        String all = "?data=data:pump.csv";
        server.postJson(marks + all, Map.of("first", 10, "last", 19, "kind", "anomaly"));
        server.postJson(marks + all, Map.of("first", 700, "last", 709, "kind", "normal"));
        server.postJson(marks + all, Map.of("first", 15, "last", 19, "kind", "none"));
        assertThat(runs.resolve(run).resolve("marks")).isDirectoryContaining("glob:**/data-pump.csv@*.json");

        server.restart();

        JsonNode said = get(marks + all);
        assertThat(said.path("marks")).hasSize(2);
        assertThat(said.path("marks").path(0).path("last").asInt()).isEqualTo(14);
        assertThat(text(marks + "/windows.json" + all))
                .isEqualTo("[[\"2026-01-02T00:10\",\"2026-01-02T00:14\"],[\"2026-01-02T11:50\",\"2026-01-02T11:59\"]]");
        assertThat(text(marks + "/windows.csv" + all)).isEqualTo("start,end\n10,14\n710,719\n");
        assertThat(text(marks + "/windows.csv" + all + "&anomalous=none")).isEqualTo("start,end\n10,14\n");
        String labelled = text(marks + "/labelled.csv" + all);
        assertThat(labelled.lines().limit(2)).first().isEqualTo("time,flow,heat,label");
        assertThat(labelled.lines().filter(line -> line.endsWith(",anomaly"))).hasSize(15);
        Files.writeString(runs.resolve(".data/again.csv"), labelled);
        String again = train(recipe("again.csv", "label", "normal"));
        assertThat(get(MODEL.formatted(again) + "/series").path("rows").asInt()).isEqualTo(200);
        JsonNode wrong = server.postJson(marks + all, Map.of("first", 10, "last", 800, "kind", "anomaly"));
        assertThat(wrong.path("error").path("message").asString()).contains("from 0 to 799");
    }

    @Test
    void aFileThatIsBroughtIsScoredByAModelOfARun() throws IOException, InterruptedException {
        String other = pump(300, 150).replace("time,flow,heat,state", "time,flow,heat,what");
        Files.writeString(runs.resolve(".data/other one.csv"), other);
        String data = "data=" + URLEncoder.encode("data:other one.csv", StandardCharsets.UTF_8);

        JsonNode series = get(model + "/series?" + data);
        JsonNode found = get(model + "/series/events?threshold=0.05&gap=3&" + data);

        assertThat(series.path("rows").asInt()).isEqualTo(300);
        assertThat(series.path("classNames")).isEmpty();
        assertThat(found.path("truth").isNull()).isTrue();
        assertThat(found.path("listed").path(0).path("peak").asInt()).isBetween(143, 177);
        JsonNode labelled = get(model + "/series/events?threshold=0.05&labelColumn=what&anomalous=0&" + data);
        assertThat(labelled.path("truth").path("anomalies").asInt()).isEqualTo(1);
        server.postJson(model + "/marks?" + data, Map.of("first", 0, "last", 3, "kind", "normal"));
        assertThat(get(model + "/marks?" + data).path("marks")).hasSize(1);
        assertThat(get(model + "/marks").path("marks")).isEmpty();

        server.send(server.request("/api/data/other%20one.csv").DELETE());

        assertThat(refusal(model + "/series?" + data).path("message").asString())
                .contains("no data 'other one.csv'");

        Files.writeString(runs.resolve(".data/other one.csv"), pump(280, 100));

        // They were said of other rows.
        assertThat(get(model + "/marks?" + data).path("marks")).isEmpty();
    }

    private static SeriesSplit split() {
        return SeriesSplit.open(
                runs.resolve(".data/pump.csv"),
                SeriesOptions.defaults()
                        .withLabelColumn("state")
                        .withTestShare(0.25)
                        .withWindow(8, 2)
                        .withClasses(new SeriesOptions.Classes(List.of("good"), LabelRule.MAJORITY)));
    }

    private static SavedModel detector(SeriesSplit split) throws IOException {
        return ModelFile.read(runs.resolve(run).resolve("models/dense_autoencoder.keras"))
                .calibrated(
                        split.training(), DetectionOptions.defaults(), "pump.csv", new RandomSource(42), 1, done -> {});
    }

    @ParameterizedTest
    @ValueSource(strings = {"detector.keras", "detector.h5", "detector.onnx"})
    void aModelFileThatWasBroughtScoresAFileThatWasBrought(String name) throws IOException, InterruptedException {
        SavedModel detector = detector(split());
        ModelFile.write(detector, runs.resolve(".data").resolve(name));
        String brought = "/api/runs/_files/models/" + name;
        String from = "?data=data:pump.csv&labelColumn=state";

        JsonNode found = get(brought + from);
        JsonNode series = get(brought + "/series" + from);
        JsonNode events = get(brought + "/series/events" + from + "&threshold=1&gap=3&anomalous=0");
        List<String> scores =
                text(brought + "/series/scores" + from + "&measure=mse").lines().toList();
        List<String> same =
                text(model + "/series/scores" + from + "&measure=mse").lines().toList();

        assertThat(found.path("isSeries").asBoolean()).isTrue();
        assertThat(found.path("dataset").asString()).contains("pump.csv");
        assertThat(series.path("measure").asString()).isEqualTo("detector");
        assertThat(series.path("rows").asInt()).isEqualTo(800);
        assertThat(events.path("truth").path("found").asInt()).isEqualTo(1);
        assertThat(scores).hasSize(801);
        for (int row = 1; row < scores.size(); row++) {
            assertThat(score(scores.get(row))).isCloseTo(score(same.get(row)), within(1e-5));
        }
        assertThat(get(brought + "/samples" + from + "&order=worst&limit=3").path("samples"))
                .hasSize(3);
        JsonNode marks = TestServer.json(server.send(server.request(brought + "/marks" + from)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"first\": 3, \"last\": 5, \"kind\": \"normal\"}"))));
        assertThat(marks.path("marks").path(0).path("last").asInt()).isEqualTo(5);
        assertThat(runs.resolve(".marks")).isDirectoryContaining("glob:**/data-pump.csv@*.json");

        assertThat(server.send(server.request("/api/data/" + name).DELETE()).statusCode())
                .isEqualTo(204);
        assertThat(refusal(brought).path("message").asString()).contains("no data '" + name + "'");
    }

    private static double score(String line) {
        return Double.parseDouble(line.substring(line.lastIndexOf(',') + 1));
    }

    @Test
    void aModelFileWithoutSenseOrDataIsRefusedInASentence() throws IOException, InterruptedException {
        Path data = runs.resolve(".data");
        Files.writeString(data.resolve("words.keras"), "no model");
        byte[] whole = Files.readAllBytes(runs.resolve(run).resolve("models/dense_autoencoder.keras"));
        Files.write(data.resolve("whole.keras"), whole);
        Files.write(data.resolve("cut.keras"), Arrays.copyOf(whole, whole.length / 2));
        byte[] lie = {0x08, 0x07, 0x3a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07};
        Files.write(data.resolve("lie.onnx"), lie);
        Files.createDirectories(data.resolve("folder.keras"));
        for (String name : List.of("words.keras", "cut.keras", "lie.onnx", "folder.keras", "pump.csv")) {
            JsonNode refusal = refusal("/api/runs/_files/models/" + name);
            assertThat(refusal.path("message").asString())
                    .as(name)
                    .doesNotContain("\n", runs.toString())
                    .hasSizeBetween(20, 400);
        }
        String brought = "/api/runs/_files/models/whole.keras";
        assertThat(refusal(brought + "/samples").path("message").asString()).contains("no data of its own");
        assertThat(refusal(brought + "?epoch=1").path("message").asString()).contains("no epochs");
        assertThat(get(brought).path("isSeries").asBoolean(true)).isFalse();
        assertThat(refusal("/api/runs/_files").path("message").asString()).contains("no run");
    }

    @Test
    void aModelThatWasCalibratedScoresAsItsDetector() throws IOException, InterruptedException {
        Path copy = runs.resolve("calibrated");
        try (Stream<Path> files = Files.walk(runs.resolve(run))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(runs.resolve(run).relativize(file).toString()));
            }
        }
        SeriesSplit split = split();
        Path file = copy.resolve("models/dense_autoencoder.keras");
        SavedModel detector = detector(split);
        ModelFile.write(detector, file);
        StepScores expected;
        try (Detector found = detector.detector(1)) {
            expected = found.score(split.test());
        }
        String calibrated = MODEL.formatted("calibrated") + "/series";

        JsonNode series = get(calibrated);
        List<String> lines = text(calibrated + "/scores").lines().skip(1).toList();

        assertThat(series.path("measure").asString()).isEqualTo("detector");
        assertThat(series.path("measures")).hasSize(3);
        assertThat(series.path("threshold").path("value").asDouble()).isEqualTo(1);
        assertThat(series.path("threshold").path("note").asString()).contains("scores of pump.csv");
        assertThat(lines).hasSize(200);
        for (int row = 0; row < 200; row++) {
            assertThat(lines.get(row)).endsWith("," + (float) expected.score(row));
        }
    }

    @Test
    void whatIsNoSeriesAndMarksThatAreNoneAreRefusedInASentence() throws IOException, InterruptedException {
        String tiny = "/api/runs/" + server.trainTiny() + "/models/dense";
        assertThat(refusal(tiny + "/series").path("message").asString()).contains("no series that lie in time");
        assertThat(get(tiny).path("isSeries").asBoolean(true)).isFalse();
        assertThat(get(model).path("isSeries").asBoolean()).isTrue();
        assertThat(refusal(model + "/series/events").path("field").asString()).isEqualTo("threshold");
        HttpResponse<byte[]> kind = server.send(server.request(model + "/marks")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"first\": 1, \"last\": 2, \"kind\": \"odd\"}")));
        assertThat(TestServer.json(kind).path("error").path("field").asString()).isEqualTo("kind");
        Files.writeString(
                Files.createDirectories(runs.resolve(run).resolve("marks")).resolve("train.json"), "[oops");
        assertThat(refusal(model + "/marks?data=train").path("message").asString())
                .isEqualTo("The run's file marks/train.json holds no marks as this server writes them.");
        assertThat(JsonMapper.shared()
                        .readTree(server.get("/api/runs/" + run).body())
                        .path("state")
                        .asString())
                .isEqualTo("finished");
    }
}

package dev.hourglass.server;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.server.http.Answers;
import dev.hourglass.server.runs.StrangeFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Run folders that strangers made: nothing in them is read, written or waited for but themselves. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class StrangeRunsIT {
    private static final String SECRET = "the secret of another folder";

    /** A finished run of the tiny model. */
    @TempDir
    private static Path model;

    @TempDir
    private Path folder;

    private Path runs;
    private Path outside;
    /** A copy of {@link #model}, to be tampered with. */
    private Path strange;

    private @Nullable TestServer served;

    @BeforeAll
    static void train() throws IOException, InterruptedException {
        try (TestServer server = new TestServer(model)) {
            String run = server.postJson("/api/runs", Map.of("text", TestServer.TINY, "name", "tiny"))
                    .path("run")
                    .asString();
            assertThat(server.awaitState(run, List.of("finished", "failed"))
                            .path("state")
                            .asString())
                    .isEqualTo("finished");
            Files.move(model.resolve(run), model.resolve("tiny"));
        }
    }

    @BeforeEach
    void makeFolders() throws IOException {
        outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret.txt"), SECRET);
        Files.writeString(outside.resolve("secret.json"), "{\"dense\":{\"testMse\":\"" + SECRET + "\"}}");
        runs = Files.createDirectory(folder.resolve("runs"));
        StrangeFiles.copy(model.resolve("tiny"), runs.resolve("honest"));
        strange = runs.resolve("strange");
        StrangeFiles.copy(model.resolve("tiny"), strange);
    }

    @AfterEach
    void stop() {
        if (served != null) {
            served.close();
        }
    }

    private void serve() {
        served = new TestServer(runs);
    }

    private TestServer server() {
        return Objects.requireNonNull(served);
    }

    private List<String> listed() throws IOException, InterruptedException {
        JsonNode list = server().json("/api/runs").path("runs");
        return StreamSupport.stream(list.spliterator(), false)
                .map(run -> run.path("run").asString())
                .toList();
    }

    private String text(String path) throws IOException, InterruptedException {
        return new String(server().get(path).body(), StandardCharsets.UTF_8);
    }

    @Test
    void linksInARunLeadNowhere() throws IOException, InterruptedException {
        for (String file : List.of("results/findings_and_insights.txt", "results/history.csv", "request.json")) {
            link(strange.resolve(file), outside.resolve("secret.txt"));
        }
        link(strange.resolve("results/metrics.json"), outside.resolve("secret.json"));
        link(strange.resolve("results/other.json"), outside.resolve("secret.json"));
        link(strange.resolve("events.jsonl"), outside.resolve("secret.json"));
        link(strange.resolve("extra"), outside);
        serve();
        assertThat(text("/api/runs/strange")).contains("\"run\":\"strange\"").doesNotContain(SECRET);
        assertThat(text("/api/runs")).contains("\"run\":\"strange\"").doesNotContain(SECRET);
        assertThat(text("/api/comparisons?run=strange&run=honest")).doesNotContain(SECRET);
        for (String file : List.of("results/metrics.json", "results/findings_and_insights.txt", "extra/secret.txt")) {
            assertThat(server().get("/api/runs/strange/files/" + file).statusCode())
                    .isEqualTo(404);
        }
        assertThat(text("/api/runs/strange/files")).doesNotContain("secret").doesNotContain("metrics.json");
        assertThat(archive("strange")).doesNotContain(SECRET).contains("strange/run.json");
    }

    private static void link(Path at, Path to) throws IOException {
        Files.deleteIfExists(at);
        Files.createSymbolicLink(at, to);
    }

    /** Names and contents. */
    private String archive(String run) throws IOException, InterruptedException {
        StringBuilder all = new StringBuilder();
        byte[] zip = server().get("/api/runs/" + run + "/archive.zip").body();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                all.append(entry.getName()).append('\n');
                all.append(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    /** As {@code cp -al} and {@code rsync --link-dest} make them. */
    @Test
    void aRunThatSharesItsFilesWithABackupIsReadLikeAnyOtherAndLeavesThoseAlone()
            throws IOException, InterruptedException {
        Path backup = folder.resolve("backup");
        for (String name : StrangeFiles.names(strange)) {
            Path file = strange.resolve(name);
            if (Files.isDirectory(file)) {
                Files.createDirectories(backup.resolve(name));
            } else {
                Files.createLink(backup.resolve(name), file);
            }
        }
        byte[] events = Files.readAllBytes(backup.resolve("events.jsonl"));
        serve();
        assertThat(listed()).contains("strange");
        assertThat(server().json("/api/runs").path("leftOut")).isEmpty();
        assertThat(archive("strange")).isEqualTo(archive("honest").replace("honest/", "strange/"));
        assertThat(server().json("/api/runs/strange/models/dense/samples/0"))
                .isEqualTo(server().json("/api/runs/honest/models/dense/samples/0"));
        assertThat(Files.readAllBytes(backup.resolve("events.jsonl"))).isEqualTo(events);
    }

    /** The model outside has the same shapes and no weight but zero, so its codes would tell. */
    @Test
    void aModelThatIsExchangedForALinkAgainAndAgainIsReadFromTheRunAlone() throws Exception {
        Path file = strange.resolve("models/dense_autoencoder.keras");
        SavedModel zeros = ModelFile.read(file);
        zeros.parameters().list().forEach(parameter -> Arrays.fill(parameter.values(), 0));
        ModelFile.write(zeros, outside.resolve("zeros.keras"));
        serve();
        String sample = "/models/dense/samples/0";
        JsonNode expected = server().json("/api/runs/honest" + sample).path("code");
        AtomicBoolean over = new AtomicBoolean();
        Thread attacker = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                try {
                    Path next = strange.resolve("models/next");
                    Files.createSymbolicLink(next, outside.resolve("zeros.keras"));
                    Files.move(next, file, ATOMIC_MOVE);
                    Files.copy(runs.resolve("honest/models/dense_autoencoder.keras"), next);
                    Files.move(next, file, ATOMIC_MOVE);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
        List<Integer> statuses = new ArrayList<>();
        long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
        try {
            while (System.nanoTime() < end) {
                HttpResponse<byte[]> answer = server().get("/api/runs/strange" + sample);
                statuses.add(answer.statusCode());
                if (answer.statusCode() == 200) {
                    assertThat(TestServer.json(answer).path("code")).isEqualTo(expected);
                }
            }
        } finally {
            over.set(true);
            attacker.join();
        }
        assertThat(statuses).contains(200).isSubsetOf(200, 404, 422);
    }

    @Test
    void aFolderThatIsLeftOutIsNamedWithTheReason() throws IOException, InterruptedException {
        Files.writeString(strange.resolve("run.json"), "{not JSON");
        Files.deleteIfExists(strange.resolve("checkpoints/run.json"));
        Files.deleteIfExists(strange.resolve("request.json"));
        link(runs.resolve("linked"), outside);
        serve();
        JsonNode found = server().json("/api/runs");
        assertThat(listed()).containsExactly("honest");
        assertThat(found.path("leftOut").toString())
                .contains("{\"run\":\"strange\",\"reason\":\"run.json: no JSON: ")
                .doesNotContain(folder.toString());
        StrangeFiles.copy(model.resolve("tiny").resolve("run.json"), strange.resolve("run.json.new"));
        Files.move(strange.resolve("run.json.new"), strange.resolve("run.json"), REPLACE_EXISTING);
        assertThat(server().json("/api/runs").path("leftOut")).isEmpty();
        assertThat(listed()).contains("strange");
    }

    /** Holds the lock of a run as another process that trains it does, until its input ends. */
    static final class Holder {
        public static void main(String[] arguments) throws IOException {
            try (FileChannel marker = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.WRITE);
                    FileLock lock = marker.tryLock()) {
                System.out.println(lock.isValid());
                System.in.read();
            }
        }
    }

    @Test
    void aRunThatAnotherProgramTrainsIsShownAsRunningAndLeftAlone() throws IOException, InterruptedException {
        Path marker = strange.resolve("INCOMPLETE");
        Files.writeString(marker, "This run is not finished. Process 4711 works on it, or did last.\n");
        Files.move(strange.resolve("run.json"), strange.resolve("checkpoints/run.json"), REPLACE_EXISTING);
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        marker.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(holder.getInputStream().read()).isEqualTo('t');
            serve();
            JsonNode run = server().json("/api/runs/strange");
            assertThat(run.path("state").asString()).isEqualTo("running");
            assertThat(run.path("doing").asString()).isEqualTo("Trained by process 4711, not by this server");
            HttpResponse<byte[]> answer = server().send(server().request("/api/runs/strange/state")
                    .header("Content-Type", "application/json")
                    .PUT(BodyPublishers.ofString("{\"state\": \"running\"}")));
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("process 4711");
        } finally {
            holder.destroy();
            holder.waitFor();
        }
        assertThat(server().json("/api/runs/strange").path("state").asString()).isEqualTo("interrupted");
    }

    @Test
    void aRunWhoseFolderComesAndGoesIsThereOrNot() throws IOException, InterruptedException {
        serve();
        Path away = runs.resolve("away");
        Thread mover = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; i < 2_000; i++) {
                    Files.move(strange, away);
                    Files.move(away, strange);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        while (mover.isAlive()) {
            for (String path : List.of("", "/files", "/history", "/models/dense", "/files/run.json", "/archive.zip")) {
                assertThat(server().get("/api/runs/strange" + path).statusCode())
                        .as(path)
                        .isIn(200, 404, 422);
            }
            assertThat(listed()).contains("honest");
        }
        mover.join();
    }

    @Test
    void namesWithBackslashesAreNoFilesOfARun() throws IOException, InterruptedException {
        Files.writeString(strange.resolve("..\\..\\outside\\secret.txt"), "in the run");
        Files.writeString(strange.resolve("results\\..\\..\\x"), "in the run");
        serve();
        assertThat(text("/api/runs/strange/files")).doesNotContain("..").doesNotContain("\\\\");
        assertThat(archive("strange"))
                .contains("strange/run.json")
                .doesNotContain("..")
                .doesNotContain("in the run");
        for (String name :
                List.of("..%5C..%5Coutside%5Csecret.txt", "results%5C..%5C..%5Cx", "..%2F..%2Foutside%2Fsecret.txt")) {
            HttpResponse<byte[]> answer = server().get("/api/runs/strange/files/" + name);
            assertThat(answer.statusCode()).isBetween(400, 404);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).doesNotContain(SECRET);
        }
    }

    @Test
    void aPipeInAFilesPlaceHoldsNoThread() throws IOException, InterruptedException {
        for (String file : List.of(
                "results/metrics.json",
                "results/findings_and_insights.txt",
                "results/history.csv",
                "report.html",
                "events.jsonl",
                "request.json",
                "plots.png",
                "models/dense_autoencoder.keras",
                "maps",
                "INCOMPLETE")) {
            StrangeFiles.pipe(strange.resolve(file));
        }
        serve();
        List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            for (String path : List.of(
                    "",
                    "/files",
                    "/history",
                    "/files/results/metrics.json",
                    "/files/report.html",
                    "/models/dense",
                    "/archive.zip")) {
                HttpRequest request =
                        server().request("/api/runs/strange" + path).build();
                answers.add(server().sendAsync(request));
            }
        }
        answers.forEach(answer -> assertThat(answer.join().statusCode()).isIn(200, 404, 422));
        assertThat(listed()).contains("strange", "honest");
    }

    @Test
    void pipesAndFoldersAsRunJsonCostOnlyTheirOwnRun() throws IOException, InterruptedException {
        StrangeFiles.copy(model.resolve("tiny"), runs.resolve("piped"));
        StrangeFiles.pipe(runs.resolve("piped/run.json"));
        StrangeFiles.pipe(runs.resolve("piped/checkpoints/run.json"));
        Files.delete(strange.resolve("run.json"));
        Files.createDirectory(strange.resolve("run.json"));
        serve();
        assertThat(listed()).contains("honest");
    }

    @Test
    void aRunThatIsTooLargeOrBrokenCostsNoOther() throws IOException, InterruptedException {
        StrangeFiles.large(strange.resolve("run.json"), 3L << 30);
        StrangeFiles.large(strange.resolve("checkpoints/run.json"), 3L << 30);
        StrangeFiles.large(strange.resolve("request.json"), 3L << 30);
        String[] broken = {
            "",
            "[]",
            "{",
            "{\"recipe\": 3, \"name\": []}",
            "{\"recipe\": {\"models\": [{}]}}",
            "[".repeat(100_000),
            "\u0000"
        };
        for (int i = 0; i < broken.length; i++) {
            Path run = Files.createDirectories(runs.resolve("broken-" + i));
            Files.writeString(run.resolve("run.json"), broken[i]);
            Files.writeString(run.resolve("request.json"), broken[i]);
        }
        StrangeFiles.copy(model.resolve("tiny"), runs.resolve("odd"));
        StrangeFiles.large(runs.resolve("odd/results/metrics.json"), 3L << 30);
        Files.writeString(runs.resolve("odd/events.jsonl"), """
            {"id":1,"type":"epoch","epoch":[],"model":{}}
            {"id":2,"type":"state","state":[1],"time":{},"message":{}}
            """);
        serve();
        assertThat(listed()).containsExactlyInAnyOrder("honest", "odd");
        assertThat(server().get("/api/models").statusCode()).isEqualTo(200);
        assertThat(server().get("/api/runs/odd").statusCode()).isEqualTo(200);
        assertThat(server().get("/api/runs/strange").statusCode()).isEqualTo(404);
    }

    @Test
    void aForkIsNamedByThePatternWhateverRunJsonSays() throws IOException, InterruptedException {
        for (String file : List.of("run.json", "checkpoints/run.json")) {
            ObjectNode record = (ObjectNode) Answers.JSON.readTree(Files.readAllBytes(strange.resolve(file)));
            record.put("name", "../../outside/x");
            Files.write(strange.resolve(file), Answers.JSON.writeValueAsBytes(record));
        }
        serve();
        List<String> before = StrangeFiles.names(outside);
        JsonNode fork = server().postJson(
                        "/api/runs/strange/forks",
                        Map.of("model", "dense", "epoch", 2, "overrides", Map.of("epochs", 3)));
        String name = fork.path("run").asString();
        assertThat(name).matches("outside-x-fork-[0-9-]+");
        assertThat(server().awaitState(name, List.of("finished", "failed"))
                        .path("state")
                        .asString())
                .isEqualTo("finished");
        assertThat(runs.resolve(name).resolve("run.json")).isRegularFile();
        assertThat(listed()).containsExactlyInAnyOrder("honest", "strange", name);
        assertThat(StrangeFiles.names(outside)).isEqualTo(before);
        assertThat(StrangeFiles.names(folder).stream()
                        .filter(file -> !file.startsWith("runs") && !file.startsWith("outside")))
                .containsExactly("");
    }

    @Test
    void entriesOfTheQueueThatAreNoneOfOursArePassedOver() throws IOException, InterruptedException {
        Path queue = Files.createDirectory(runs.resolve(".queue"));
        ObjectNode good = Answers.JSON.createObjectNode();
        good.put("run", "good")
                .put("created", "2026-01-01T00:00:00Z")
                .put("recipe", "tiny")
                .put("text", TestServer.TINY);
        put(queue, "good.json", good);
        put(queue, "other.json", good);
        put(queue, "escape.json", good.deepCopy().put("run", "../outside/escape"));
        put(
                queue,
                "absolute.json",
                good.deepCopy().put("run", outside.resolve("escape").toString()));
        put(queue, "noname.json", good.deepCopy().put("run", (String) null));
        put(queue, "number.json", good.deepCopy().put("run", 7));
        put(queue, "notime.json", good.deepCopy().put("run", "notime").put("created", "yesterday"));
        put(queue, "norecipe.json", good.deepCopy().put("run", "norecipe").put("text", "nothing"));
        ObjectNode fork = good.deepCopy().put("run", "fork");
        fork.putObject("fork").put("run", "../outside").put("model", "../x").put("epoch", 1);
        put(queue, "fork.json", fork);
        Files.writeString(queue.resolve("broken.json"), "{\"run\": ");
        Files.createDirectory(queue.resolve("folder.json"));
        link(queue.resolve("link.json"), outside.resolve("secret.json"));
        StrangeFiles.large(queue.resolve("large.json"), 3L << 30);
        StrangeFiles.pipe(queue.resolve("pipe.json"));
        serve();
        assertThat(server().awaitState("good", List.of("finished", "failed"))
                        .path("state")
                        .asString())
                .isEqualTo("finished");
        assertThat(listed()).containsExactlyInAnyOrder("good", "honest", "strange");
        assertThat(StrangeFiles.names(outside)).containsExactly("", "secret.json", "secret.txt");
    }

    private static void put(Path queue, String name, JsonNode entry) throws IOException {
        Files.write(queue.resolve(name), Answers.JSON.writeValueAsBytes(entry));
    }

    @Test
    void aQueueThatLiesElsewhereIsNotUsed() throws IOException, InterruptedException {
        link(runs.resolve(".queue"), outside);
        serve();
        HttpResponse<byte[]> answer = server().post(
                        "/api/runs",
                        "application/json",
                        Answers.JSON.writeValueAsBytes(Map.of("text", TestServer.TINY)));
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(TestServer.json(answer).path("error").path("message").asString())
                .contains("symbolic link");
        assertThat(StrangeFiles.names(outside)).containsExactly("", "secret.json", "secret.txt");
        assertThat(listed()).containsExactlyInAnyOrder("honest", "strange");
    }

    @Test
    void mapsAndModelsAndCheckpointsThatAreLinksAreNotFollowed() throws IOException, InterruptedException {
        Files.move(strange.resolve("models"), outside.resolve("models"));
        link(strange.resolve("models"), outside.resolve("models"));
        link(strange.resolve("maps"), Files.createDirectory(outside.resolve("maps")));
        serve();
        byte[] map = Answers.JSON.writeValueAsBytes(
                Map.of("method", "tsne", "samples", 40, "iterations", 250, "perplexity", 5));
        HttpResponse<byte[]> made = server().await(server().request("/api/runs/strange/models/dense/maps")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(map)));
        assertThat(made.statusCode()).isEqualTo(200); // it is only not kept
        assertThat(StrangeFiles.names(outside.resolve("maps"))).containsExactly("");
        assertThat(text("/api/runs/strange/models/dense")).contains("\"files\":[]");

        Files.move(strange.resolve("checkpoints"), outside.resolve("checkpoints"));
        link(strange.resolve("checkpoints"), outside.resolve("checkpoints"));
        assertThat(server().get("/api/runs/strange/models/dense").statusCode()).isEqualTo(404);
        assertThat(server().get("/api/runs/strange/models/dense/snapshots/2").statusCode())
                .isEqualTo(404);
    }

    @Test
    void anEpochThatIsALinkOrAPipeIsNotReadAndCannotBeForked() throws IOException, InterruptedException {
        Path epochs = strange.resolve("checkpoints/dense");
        Files.move(epochs.resolve("epoch-0001.checkpoint"), outside.resolve("epoch"));
        link(epochs.resolve("epoch-0001.checkpoint"), outside.resolve("epoch"));
        StrangeFiles.pipe(epochs.resolve("epoch-0002.checkpoint"));
        serve();
        for (int epoch = 1; epoch <= 2; epoch++) {
            HttpResponse<byte[]> snapshot = server().get("/api/runs/strange/models/dense/snapshots/" + epoch);
            assertThat(snapshot.statusCode()).isEqualTo(404);
            String fork = server().postJson("/api/runs/strange/forks", Map.of("model", "dense", "epoch", epoch))
                    .path("run")
                    .asString("");
            if (!fork.isEmpty()) {
                assertThat(server().awaitState(fork, List.of("finished", "failed"))
                                .path("state")
                                .asString())
                        .isEqualTo("failed");
            }
        }
        assertThat(server().get("/api/runs/strange/models/dense/snapshots/3").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aRunThatWasCutOffBeforeItHadAJournalBeginsAnew() throws IOException, InterruptedException {
        Path queue = Files.createDirectory(runs.resolve(".queue"));
        ObjectNode request = Answers.JSON.createObjectNode();
        request.put("run", "cut")
                .put("created", "2026-01-01T00:00:00Z")
                .put("recipe", "tiny")
                .put("text", TestServer.TINY);
        put(queue, "cut.json", request);
        Path cut = Files.createDirectory(runs.resolve("cut"));
        put(cut, "request.json", request);
        Files.writeString(cut.resolve("events.jsonl"), "{\"id\":1,\"type\":\"state\",\"state\":\"running\"}\n");
        Files.writeString(cut.resolve("INCOMPLETE"), "Process 1 works on it\n");
        serve();
        assertThat(server().awaitState("cut", List.of("finished", "failed"))
                        .path("state")
                        .asString())
                .isEqualTo("finished");
        assertThat(queue.resolve("cut.json")).doesNotExist();
    }

    @Test
    void aRunWhoseNameSomebodyTookWhileItWaitedGetsAnother() throws IOException, InterruptedException {
        Path queue = Files.createDirectory(runs.resolve(".queue"));
        ObjectNode request = Answers.JSON.createObjectNode();
        request.put("run", "strange")
                .put("created", "2026-01-01T00:00:00Z")
                .put("recipe", "tiny")
                .put("text", TestServer.TINY);
        put(queue, "strange.json", request);
        List<String> before = StrangeFiles.names(strange);
        serve();
        assertThat(server().awaitState("strange-2", List.of("finished", "failed"))
                        .path("state")
                        .asString())
                .isEqualTo("finished");
        assertThat(StrangeFiles.names(strange)).isEqualTo(before);
        assertThat(queue).isEmptyDirectory();
        assertThat(listed()).containsExactlyInAnyOrder("honest", "strange", "strange-2");
    }

    /** As after a full disk: the entry could not be removed, and the run was not taken up. */
    @Test
    void anEntryOfTheQueueNeverCostsWhatItsRunHas() throws IOException, InterruptedException {
        Path queue = Files.createDirectory(runs.resolve(".queue"));
        JsonNode request = Answers.JSON.readTree(Files.readAllBytes(strange.resolve("request.json")));
        ((ObjectNode) request).put("run", "strange");
        put(queue, "strange.json", request);
        put(strange, "request.json", request);
        Files.writeString(strange.resolve("INCOMPLETE"), "");
        Files.writeString(strange.resolve("events.jsonl"), "{\"id\":1,\"type\":\"state\",\"state\":\"stopped\"}\n");
        serve();
        assertThat(listed()).containsExactlyInAnyOrder("honest", "strange");
        assertThat(server().json("/api/runs/strange").path("resumable").asBoolean())
                .isTrue();
        assertThat(strange.resolve("INCOMPLETE")).exists();
        assertThat(queue).isEmptyDirectory();
    }

    @Test
    void anotherRunUnderTheSameNameIsSeenAsItself() throws IOException, InterruptedException {
        serve();
        assertThat(listed()).contains("strange");
        StrangeFiles.succeeds("rm", "-r", strange.toString());
        assertThat(listed()).containsExactly("honest");
        StrangeFiles.copy(model.resolve("tiny"), strange);
        String text = Files.readString(strange.resolve("run.json")).replace("\"Tiny\"", "\"Another\"");
        Files.writeString(strange.resolve("run.json"), text);
        assertThat(text("/api/runs")).contains("\"title\":\"Another\"");
    }
}

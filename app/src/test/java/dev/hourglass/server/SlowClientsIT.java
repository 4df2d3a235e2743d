package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.server.http.Intake;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that promise a body and send it slowly, never, or longer than they said. */
class SlowClientsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static String model;

    @BeforeAll
    static void trainATinyModel() throws IOException, InterruptedException {
        server = new TestServer(folder, new Intake.Pace(PATIENCE, 16 << 10, Duration.ofSeconds(6), 80, 512));
        model = "/api/runs/" + server.trainTiny() + "/models/dense";
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static int port() {
        return server.server().port();
    }

    private static RawConnection begin(String request, String... headers) throws IOException {
        return new RawConnection(port()).send(RawConnection.head(request, port(), headers));
    }

    private static long millisSince(long start) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 1",
                "Content-Length: 65536",
                "Content-Length: 900000",
                "Transfer-Encoding: chunked"
            })
    void aBodyThatNeverComesIsEndedByTheDeadline(String length) throws IOException {
        long start = System.nanoTime();
        try (RawConnection client = begin("POST /api/runs", "Content-Type: application/json", length)) {
            String answer = client.rest();
            assertThat(answer).startsWith("HTTP/1.1 408").contains("\"message\":\"The request's body did not come");
        }
        assertThat(millisSince(start)).isBetween(PATIENCE.toMillis() / 2, 4 * PATIENCE.toMillis());
    }

    @Test
    void aBodyThatComesInDropsIsEndedThoughItNeverRests() throws Exception {
        long start = System.nanoTime();
        try (RawConnection client = begin("POST /api/runs", "Content-Type: application/json", "Content-Length: 60000");
                Dripping drops = new Dripping(List.of(client), 200)) {
            drops.begin();
            assertThat(client.answer()).startsWith("HTTP/1.1 408");
        }
        assertThat(millisSince(start)).isLessThan(4 * PATIENCE.toMillis());
    }

    @Test
    void aBodyThatBeganFastAndStallsIsEnded() throws IOException {
        long start = System.nanoTime();
        try (RawConnection client =
                begin("POST " + model + "/uploads", "Content-Type: application/x-npy", "Content-Length: 20000001")) {
            client.send(new byte[20_000_000]);
            assertThat(client.rest()).startsWith("HTTP/1.1 408");
        }
        assertThat(millisSince(start)).isLessThan(4 * PATIENCE.toMillis());
    }

    /** Sends a byte to each of some connections, again and again. */
    private static final class Dripping implements AutoCloseable {
        private final Thread thread;

        Dripping(List<RawConnection> into, long everyMillis) {
            thread = Thread.ofVirtual().unstarted(() -> {
                try {
                    while (true) {
                        into.forEach(Dripping::drip);
                        Thread.sleep(everyMillis);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        void begin() {
            thread.start();
        }

        private static void drip(RawConnection client) {
            try {
                client.send(" ");
            } catch (IOException e) {
                // It was answered and closed.
            }
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    @Test
    void sixtyUploadsAndServicesThatTrickleDelayNobody() throws Exception {
        List<RawConnection> slow = new CopyOnWriteArrayList<>();
        try (Dripping drops = new Dripping(slow, 500)) {
            drops.begin();
            for (int i = 0; i < 60; i++) {
                slow.add(begin(
                        "POST " + model + "/uploads",
                        "Content-Type: image/png",
                        "Content-Length: " + (60_000_000 + i)));
            }
            for (String operation : List.of("/encode", "/encode", "/encode", "/encode", "/score", "/decode")) {
                slow.add(begin("POST " + model + operation, "Content-Type: application/json", "Content-Length: 90000"));
            }
            byte[] sample = ("{\"samples\": [[" + "0.5,".repeat(499) + "0.5]]}").getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 5; i++) {
                long start = System.nanoTime();
                assertThat(server.get("/api/runs").statusCode()).isEqualTo(200);
                assertThat(server.post(model + "/encode", "application/json", sample)
                                .statusCode())
                        .isEqualTo(200);
                assertThat(server.post(model + "/uploads", "text/csv", csv(300)).statusCode())
                        .isEqualTo(201);
                assertThat(millisSince(start)).isLessThan(3_000);
            }
            for (RawConnection client : slow) {
                assertThat(RawConnection.status(client.answer())).isIn(408, 503);
            }
        } finally {
            for (RawConnection client : slow) {
                client.close();
            }
        }
    }

    private static byte[] csv(int rows) {
        return ("0.25,".repeat(9) + "0.25\n").repeat(rows).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void oneAddressHoldsSoManyBodiesAndItsSlowestMakesRoom(@TempDir Path runs)
            throws IOException, InterruptedException {
        Intake.Pace pace = new Intake.Pace(Duration.ofMinutes(1), 16 << 10, Duration.ofMinutes(5), 8, 512);
        List<RawConnection> slow = new ArrayList<>();
        try (TestServer other = new TestServer(runs, pace)) {
            int port = other.server().port();
            String head = RawConnection.head(
                    "POST /api/runs", port, "Content-Type: application/json", "Content-Length: 90000");
            for (int i = 0; i <= 8; i++) {
                slow.add(new RawConnection(port).send(head + "{"));
            }
            RawConnection slowest = answeredFirst(slow); // which of them came first, the server alone knows
            String answer = slowest.answer();
            assertThat(answer).startsWith("HTTP/1.1 503").contains("Too many bodies");
            slow.remove(slowest);
            slowest.close();
            assertThat(RawConnection.header(answer, "Retry-After")).isEqualTo("1");
            assertThat(other.post("/api/recipe-checks", "application/json", "{}".getBytes(StandardCharsets.UTF_8))
                            .statusCode())
                    .isEqualTo(200);
            other.server().close();
            List<String> last = new ArrayList<>();
            for (RawConnection client : slow) {
                last.add(client.answer());
            }
            assertThat(last).allMatch(each -> each.startsWith("HTTP/1.1 503"));
            // The check just made may have cost one more its place.
            assertThat(last.stream().filter(each -> each.contains("\"message\":\"The server is stopping.\"")))
                    .hasSizeGreaterThanOrEqualTo(7);
        } finally {
            for (RawConnection client : slow) {
                client.close();
            }
        }
    }

    private static RawConnection answeredFirst(List<RawConnection> clients) throws IOException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < end) {
            for (RawConnection client : clients) {
                if (client.hasAnswer()) {
                    return client;
                }
            }
            Thread.sleep(20);
        }
        throw new AssertionError("none of " + clients.size() + " was answered");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "403 POST /api/runs Host: evil.example",
                "403 POST /api/runs Origin: http://evil.example",
                "403 POST /api/runs Sec-Fetch-Site: cross-site",
                "405 POST /api/nothing X-Nothing: 1",
                "405 POST /api/status X-Nothing: 1",
                "405 PUT /api/runs X-Nothing: 1",
                "413 POST /api/runs Content-Length: 1048577",
                "413 POST /api/runs Content-Length: 99999999999",
                "413 PUT /api/runs/a/state Content-Length: 9999999999999999",
                "413 POST MODEL/encode Content-Length: 16777217",
                "413 POST MODEL/encode/ Content-Length: 16777217",
                "413 POST MODEL/uploads Content-Length: 67108865",
                "413 POST MODEL/uploads Content-Length: 99999999999"
            })
    void headersDecideBeforeAByteOfTheBodyHasCome(String attack) throws IOException {
        String[] words = attack.split(" ", 4); // status, method, path, header
        String length = words[3].startsWith("Content-Length") ? words[3] : "Content-Length: 1000";
        String request = words[1] + " " + words[2].replace("MODEL", model);
        String head = RawConnection.head(request, port(), "Content-Type: application/json", length, words[3]);
        if (words[3].startsWith("Host")) {
            head = head.replaceFirst("Host: 127[^\r]*\r\n", "");
        } else if (words[3].startsWith("Content-Length")) {
            head = head.replaceFirst("(Content-Length[^\r]*\r\n)\\1", "$1");
        }
        long start = System.nanoTime();
        try (RawConnection client = new RawConnection(port()).send(head)) {
            String answer = client.answer();
            assertThat(answer).startsWith("HTTP/1.1 " + words[0]).contains("\"error\":{\"message\":\"");
            assertThat(RawConnection.header(answer, "Connection")).isEqualTo("close");
        }
        assertThat(millisSince(start)).isLessThan(PATIENCE.toMillis() / 2);
    }

    @Test
    void whoSendsTooMuchReadsWhyThoughAllIsSentFirst() throws IOException, InterruptedException {
        byte[] megabyte = new byte[1 << 20];
        try (RawConnection client = begin(
                "POST " + model + "/uploads", "Content-Type: image/png", "Content-Length: " + (65 * megabyte.length))) {
            for (int i = 0; i < 65; i++) {
                client.send(megabyte);
            }
            assertThat(client.rest()).startsWith("HTTP/1.1 413").contains("at most 67108864 bytes");
        }
        HttpResponse<byte[]> answer = server.send(server.request(model + "/uploads")
                .header("Content-Type", "image/png")
                .POST(BodyPublishers.ofByteArray(new byte[65 << 20])));
        assertThat(answer.statusCode()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 64})
    void aBodyWithoutALengthIsRefusedWhereItGrowsTooLarge(int times) throws IOException {
        String chunk = "4000\r\n" + " ".repeat(0x4000) + "\r\n";
        try (RawConnection client =
                begin("POST /api/runs", "Content-Type: application/json", "Transfer-Encoding: chunked")) {
            for (int i = 0; i < 64 + times; i++) {
                client.send(chunk);
            }
            assertThat(client.rest()).startsWith("HTTP/1.1 413").contains("at most 1048576 bytes");
        }
    }

    @Test
    void whoAsksBeforeSendingIsToldToGoOnOrWhyNot() throws IOException {
        String[] headers = {"Content-Type: application/json", "Expect: 100-continue"};
        try (RawConnection client = begin("POST /api/recipe-checks", headers[0], headers[1], "Content-Length: 2")) {
            assertThat(client.answer()).startsWith("HTTP/1.1 100");
            assertThat(client.send("{}").answer()).startsWith("HTTP/1.1 200");
        }
        try (RawConnection client = begin("POST /api/runs", headers[0], headers[1], "Content-Length: 2000000")) {
            assertThat(client.rest()).startsWith("HTTP/1.1 413").doesNotContain("HTTP/1.1 100");
        }
    }

    @Test
    void aConnectionServesOnAfterARefusalWhoseBodyCameWhole() throws IOException {
        try (RawConnection client = new RawConnection(port())) {
            for (int i = 0; i < 3; i++) {
                client.send(RawConnection.head("POST /api/nothing", port(), "Content-Length: 5") + "hello");
                assertThat(client.answer()).startsWith("HTTP/1.1 405");
            }
            client.send(RawConnection.head("GET /api/status", port()));
            assertThat(client.answer()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void honestBodiesThatComeInPiecesAreTaken() throws Exception {
        byte[] body = "{\"recipe\": \"mnist\"}".getBytes(StandardCharsets.UTF_8);
        try (RawConnection client =
                begin("POST /api/recipe-checks", "Content-Type: application/json", "Content-Length: " + body.length)) {
            for (byte one : body) {
                client.send(new byte[] {one});
                Thread.sleep(20);
            }
            assertThat(client.answer()).startsWith("HTTP/1.1 200").contains("\"valid\":true");
        }
        HttpRequest.Builder large = server.request(model + "/uploads")
                .header("Content-Type", "text/csv")
                .POST(BodyPublishers.ofByteArray(csv(300_000)));
        assertThat(server.send(large).statusCode()).isEqualTo(201);
    }
}

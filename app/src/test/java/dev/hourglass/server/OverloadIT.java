package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More than the server can do at once, and a server that stops meanwhile. */
class OverloadIT {
    private static final byte[] SAMPLE =
            ("{\"samples\": [[" + "0.5,".repeat(499) + "0.5]]}").getBytes(StandardCharsets.UTF_8);

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static String model;

    @BeforeAll
    static void trainATinyModel() throws IOException, InterruptedException {
        server = new TestServer(folder);
        String image = TestServer.TINY.replace("[50, 10]", "[50, 10, 1]");
        String run = server.postJson("/api/runs", Map.of("text", image, "name", "image"))
                .path("run")
                .asString();
        assertThat(server.awaitState(run, List.of("finished", "failed"))
                        .path("state")
                        .asString())
                .isEqualTo("finished");
        model = "/api/runs/" + run + "/models/dense";
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static byte[] blackPng(int width, int height) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY), "png", bytes);
        return bytes.toByteArray();
    }

    @Test
    void fiftyPicturesThatUnpackToMuchLeaveRoomForOthers() throws Exception {
        byte[] bomb = blackPng(4_000, 4_000);
        Queue<HttpResponse<byte[]>> answers = new ConcurrentLinkedQueue<>();
        List<Thread> senders = IntStream.range(0, 50)
                .mapToObj(i -> Thread.ofVirtual().start(() -> send(bomb, answers)))
                .toList();
        while (answers.size() < 10) {
            long start = System.nanoTime();
            assertThat(server.get("/api/status").statusCode()).isEqualTo(200);
            assertThat(server.post(model + "/encode", "application/json", SAMPLE)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start))
                    .isLessThan(5);
            Thread.sleep(20);
        }
        for (Thread sender : senders) {
            sender.join();
        }
        assertThat(answers).anySatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(201));
        assertThat(answers).hasSize(50).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isIn(201, 503);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).doesNotContain("damaged");
        });
    }

    @Test
    void aPictureThatIsCutShortIsRefused() throws Exception {
        byte[] whole = blackPng(50, 10);
        assertThat(server.post(model + "/uploads", "image/png", whole).statusCode())
                .isEqualTo(201);
        for (int length : new int[] {whole.length - 1, whole.length - 13, whole.length / 2}) {
            HttpResponse<byte[]> answer = server.post(model + "/uploads", "image/png", Arrays.copyOf(whole, length));
            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8)).contains("cut short");
        }
    }

    private static void send(byte[] picture, Queue<HttpResponse<byte[]>> answers) {
        try {
            answers.add(server.post(model + "/uploads", "image/png", picture));
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aStoppingServerAnswersOrSaysThatItStops(@TempDir Path runs) throws Exception {
        TestServer stopping = new TestServer(runs);
        String reconstruct = "/api/runs/" + stopping.trainTiny() + "/models/dense/reconstruct";
        int port = stopping.server().port();
        String head = RawConnection.head(
                "POST " + reconstruct, port, "Content-Type: application/json", "Content-Length: " + SAMPLE.length);
        Queue<String> answers = new ConcurrentLinkedQueue<>();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            clients.add(Thread.ofVirtual().start(() -> askUntilClosed(port, head, answers)));
        }
        while (answers.size() < 100) {
            Thread.sleep(10);
        }
        stopping.close();
        for (Thread client : clients) {
            client.join();
        }
        assertThat(answers).allSatisfy(answer -> {
            assertThat(RawConnection.status(answer)).isIn(200, 503);
            if (RawConnection.status(answer) == 503) {
                assertThat(RawConnection.header(answer, "Retry-After")).isEqualTo("1");
            }
        });
    }

    /** Sends one request after the other, each on the connection before if that is still open. */
    private static void askUntilClosed(int port, String head, Queue<String> answers) {
        byte[] request = Arrays.copyOf(head.getBytes(StandardCharsets.ISO_8859_1), head.length() + SAMPLE.length);
        System.arraycopy(SAMPLE, 0, request, head.length(), SAMPLE.length);
        try {
            while (true) {
                try (RawConnection client = new RawConnection(port)) {
                    String answer;
                    do {
                        answer = client.send(request).answer();
                        if (!answer.isEmpty()) {
                            answers.add(answer);
                        }
                    } while (answer.startsWith("HTTP/1.1 200"));
                }
            }
        } catch (IOException e) {
            // The door is closed.
        }
    }
}

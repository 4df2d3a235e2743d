package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.server.http.Intake;
import dev.hourglass.server.runs.StrangeFiles;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that ask for much and read it slowly, or not at all. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class SlowReadersIT {
    private static final long LARGE = 64L << 20;

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static String run;

    @BeforeAll
    static void trainATinyModel() throws IOException, InterruptedException {
        server = new TestServer(
                folder, new Intake.Pace(Duration.ofSeconds(3), 256 << 10, Duration.ofMinutes(1), 80, 512));
        run = server.trainTiny();
        StrangeFiles.large(folder.resolve(run).resolve("results/large.csv"), LARGE);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RawConnection ask() throws IOException {
        int port = server.server().port();
        return new RawConnection(port)
                .send(RawConnection.head(
                        "GET /api/runs/" + run + "/files/results/large.csv", port, "Connection: close"));
    }

    /** There are 48 threads for pages. */
    @Test
    void aHundredWhoReadNothingHoldNobodyUpAndAreGivenUp() throws Exception {
        List<RawConnection> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                silent.add(ask());
            }
            for (int i = 0; i < 3; i++) {
                long start = System.nanoTime();
                HttpResponse<byte[]> page = server.get("/api/status");
                assertThat(page.statusCode()).isEqualTo(200);
                assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start))
                        .isLessThan(12);
                Thread.sleep(500);
            }
            Thread.sleep(15_000);
            List<Long> lengths = new ArrayList<>();
            for (RawConnection client : silent) {
                lengths.add(client.restLength());
            }
            // Who came last is answered last, and may be read by now.
            assertThat(lengths).filteredOn(length -> length < LARGE).hasSizeGreaterThan(70);
        } finally {
            for (RawConnection client : silent) {
                client.close();
            }
        }
    }

    @Test
    void whoReadsAtTheLeastRateGetsAll() throws Exception {
        try (RawConnection client = ask()) {
            long read = 0;
            for (int i = 0; i < 24; i++) { // six seconds at a megabyte a second, then all the rest
                read += client.read(256 << 10);
                Thread.sleep(250);
            }
            assertThat(read + client.restLength()).isGreaterThanOrEqualTo(LARGE);
        }
    }

    @Test
    void whoReadsSlowerThanThatIsGivenUp() throws Exception {
        try (RawConnection client = ask()) {
            long read = 0;
            for (int i = 0; i < 40; i++) {
                read += client.read(8 << 10);
                Thread.sleep(250);
            }
            assertThat(read + client.restLength()).isLessThan(LARGE);
        }
    }
}

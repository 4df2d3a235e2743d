package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventStreamsIT {
    private static final int MOST_OF_CLIENT = 200;

    @TempDir
    private static Path folder;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer(folder);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static RawConnection follow(String path) throws IOException {
        int port = server.server().port();
        return new RawConnection(port).send(RawConnection.head("GET " + path, port, "Accept: text/event-stream"));
    }

    @Test
    void whoFollowsTooMuchGetsAnErrorThatBrowsersDontRepeat() throws IOException, InterruptedException {
        List<RawConnection> open = new ArrayList<>();
        try {
            for (int i = 0; i < MOST_OF_CLIENT; i++) {
                open.add(follow("/api/runs/events"));
                assertThat(open.getLast().answer())
                        .startsWith("HTTP/1.1 200")
                        .containsIgnoringCase("Content-Type: text/event-stream");
            }
            for (int i = 0; i < 3; i++) {
                open.add(follow("/api/runs/events"));
                String answer = open.getLast().answer();
                assertThat(answer).startsWith("HTTP/1.1 503").contains("\"message\":\"Too many pages follow events.\"");
                assertThat(RawConnection.header(answer, "Content-Type")).isEqualTo("application/json");
                assertThat(RawConnection.header(answer, "Retry-After")).isEqualTo("1");
            }
            assertThat(server.get("/api/status").statusCode()).isEqualTo(200);
        } finally {
            for (RawConnection one : open) {
                one.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/runs/nothing/events", "/api/jobs/nothing/events"})
    void whatIsNotThereCannotBeFollowed(String path) throws IOException {
        try (RawConnection client = follow(path)) {
            String answer = client.answer();
            assertThat(answer).startsWith("HTTP/1.1 404").contains("\"error\":");
            assertThat(RawConnection.header(answer, "Content-Type")).isEqualTo("application/json");
        }
    }

    @Test
    void whoWantsNoEventsIsToldWhatThereIs() throws IOException, InterruptedException {
        assertThat(server.get("/api/runs/events").statusCode()).isEqualTo(406);
    }
}

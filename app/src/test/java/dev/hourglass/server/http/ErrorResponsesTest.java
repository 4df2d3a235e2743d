package dev.hourglass.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.server.jobs.Job;
import io.javalin.Javalin;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ErrorResponsesTest {
    private static final Logger LOGGER = Logger.getLogger(ErrorResponses.class.getName());

    private final List<LogRecord> logged = new ArrayList<>();
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord logRecord) {
            logged.add(logRecord);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(listener);
    }

    @AfterEach
    void listenNoMore() {
        LOGGER.removeHandler(listener);
        LOGGER.setUseParentHandlers(true);
    }

    private static HttpResponse<String> ask(io.javalin.http.Handler route) throws Exception {
        Javalin javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.router.javaLangErrorHandler(ErrorResponses::ofJvm);
            config.routes.get("/", route);
            ErrorResponses.addTo(config.routes);
        });
        javalin.start("127.0.0.1", 0);
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + javalin.port()))
                            .build(),
                    BodyHandlers.ofString());
        } finally {
            javalin.stop();
        }
    }

    private void requireLogged(String id, Throwable failure) {
        assertThat(id).matches("[0-9a-f]{8}");
        assertThat(logged).singleElement().satisfies(one -> {
            assertThat(one.getMessage()).startsWith(id + ": ");
            assertThat(one.getThrown()).isSameAs(failure);
        });
    }

    @Test
    void aMistakeIsLoggedWholeUnderTheNameThatTheAnswerHas() throws Exception {
        IllegalStateException mistake = new IllegalStateException("/home/someone/secret");
        HttpResponse<String> answer = ask(context -> {
            throw mistake;
        });
        assertThat(answer.statusCode()).isEqualTo(500);
        JsonNode error = JsonMapper.shared().readTree(answer.body()).path("error");
        String id = error.path("id").asString();
        requireLogged(id, mistake);
        assertThat(error.path("message").asString())
                .isEqualTo("The server made a mistake; its log has it as " + id + ".");
        assertThat(answer.body()).doesNotContain("secret");
    }

    @Test
    void anErrorOfTheJvmIsLoggedAndAnsweredToo() throws Exception {
        StackOverflowError overflow = new StackOverflowError();
        HttpResponse<String> answer = ask(context -> {
            throw overflow;
        });
        assertThat(answer.statusCode()).isEqualTo(500);
        requireLogged(
                JsonMapper.shared()
                        .readTree(answer.body())
                        .path("error")
                        .path("id")
                        .asString(),
                overflow);
    }

    @Test
    void aShortageOfMemoryIsCalledThatAndPasses() throws Exception {
        HttpResponse<String> answer = ask(context -> {
            throw new OutOfMemoryError("Java heap space");
        });
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(answer.body()).contains("\"message\":\"There is not enough memory for this now.\"");
    }

    @Test
    void aJobThatMakesAMistakeSaysUnderWhichName() {
        IllegalMonitorStateException mistake = new IllegalMonitorStateException();
        Job<String> job = new Job<>("1", "Nothing", progress -> {
            throw mistake;
        });
        job.run();
        String message = String.valueOf(job.view().message());
        assertThat(message).startsWith("The server made a mistake; its log has it as ");
        requireLogged(message.substring(message.length() - 9, message.length() - 1), mistake);
    }
}

package dev.hourglass.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private final CountDownLatch answering = new CountDownLatch(1);
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void start() throws Exception {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        Admission admission = new Admission();
        admission.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                if (request.getMethod().equals("POST")) {
                    answering.await();
                }
                callback.succeeded();
                return true;
            }
        });
        server.setHandler(admission);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        answering.countDown();
        server.stop();
        client.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + connector.getLocalPort() + path))
                .timeout(Duration.ofMinutes(1));
    }

    private CompletableFuture<HttpResponse<String>> reconstruct() {
        return client.sendAsync(
                request("/api/runs/r/models/m/reconstruct")
                        .POST(BodyPublishers.ofString("{\"samples\": []}"))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void whoFindsTheLineFullIsTurnedAwayAtOnceAndTheOthersAreAnswered() throws Exception {
        CountDownLatch turnedAway = new CountDownLatch(20);
        List<CompletableFuture<HttpResponse<String>>> asked = IntStream.range(0, Admission.MOST_AT_ONCE + 20)
                .mapToObj(i -> reconstruct().whenComplete((answer, failure) -> turnedAway.countDown()))
                .toList();
        assertThat(turnedAway.await(1, TimeUnit.MINUTES)).isTrue(); // while nobody else is answered
        HttpResponse<String> page = client.send(request("/").build(), BodyHandlers.ofString());
        answering.countDown();

        assertThat(page.statusCode()).isEqualTo(200);
        List<HttpResponse<String>> answers =
                asked.stream().map(CompletableFuture::join).toList();
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 200).hasSize(Admission.MOST_AT_ONCE);
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() == 503)
                .hasSize(20)
                .allSatisfy(answer -> {
                    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
                    assertThat(answer.body()).contains("\"message\":\"The model has too much to do.\"");
                });
        assertThat(reconstruct().join().statusCode()).isEqualTo(200);
    }
}

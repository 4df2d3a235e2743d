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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final Admission.Waiting WAITING =
            new Admission.Waiting(64, Duration.ofSeconds(5), Duration.ofSeconds(10));

    private final CountDownLatch answering = new CountDownLatch(1);
    private final AtomicInteger entered = new AtomicInteger();
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private void start(Admission.Waiting waiting) throws Exception {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        Admission admission = new Admission(waiting);
        admission.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                if (request.getMethod().equals("POST")) {
                    entered.incrementAndGet();
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
    void whoFindsTheLineFullIsTurnedAwayAndTheOthersAreAnswered() throws Exception {
        start(WAITING);
        int most = Admission.mostAtOnce(WAITING);
        CountDownLatch turnedAway = new CountDownLatch(20);
        List<CompletableFuture<HttpResponse<String>>> asked = IntStream.range(0, most + 20)
                .mapToObj(i -> reconstruct().whenComplete((answer, failure) -> turnedAway.countDown()))
                .toList();
        assertThat(turnedAway.await(1, TimeUnit.MINUTES)).isTrue(); // while nobody else is answered
        HttpResponse<String> page = client.send(request("/").build(), BodyHandlers.ofString());
        answering.countDown();

        assertThat(page.statusCode()).isEqualTo(200);
        List<HttpResponse<String>> answers =
                asked.stream().map(CompletableFuture::join).toList();
        assertThat(answers).filteredOn(answer -> answer.statusCode() == 200).hasSize(most);
        assertThat(answers)
                .filteredOn(answer -> answer.statusCode() == 503)
                .hasSize(20)
                .allSatisfy(answer -> {
                    assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
                    assertThat(answer.body()).contains("\"message\":\"The model has too much to do.\"");
                });
        assertThat(reconstruct().join().statusCode()).isEqualTo(200);
    }

    @Test
    void nobodyJoinsALineWhoseFirstHasWaitedTooLongAndWhoWaitedLongestIsTurnedAway() throws Exception {
        start(new Admission.Waiting(64, Duration.ofMillis(300), Duration.ofMillis(900)));
        int busy = Admission.mostAtOnce(new Admission.Waiting(0, Duration.ZERO, Duration.ZERO));
        List<CompletableFuture<HttpResponse<String>>> asked =
                IntStream.range(0, busy).mapToObj(i -> reconstruct()).toList();
        while (entered.get() < busy) {
            Thread.sleep(10);
        }
        CompletableFuture<HttpResponse<String>> waiting = reconstruct();
        Thread.sleep(600);
        assertThat(reconstruct().get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(503); // while nobody is answered
        assertThat(waiting).isNotDone();
        Thread.sleep(400);
        answering.countDown();
        assertThat(waiting.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
        assertThat(asked)
                .allSatisfy(each -> assertThat(each.join().statusCode()).isEqualTo(200));
        assertThat(reconstruct().join().statusCode()).isEqualTo(200);
    }

    @Test
    void theMoreAreTurnedAwayTheLongerItTakesSoThatNoMoreThanTwoHundredAreInASecond() {
        assertThat(Admission.millisBeforeTurnedAway(1)).isEqualTo(1_000);
        assertThat(Admission.millisBeforeTurnedAway(200)).isEqualTo(1_000);
        assertThat(Admission.millisBeforeTurnedAway(600)).isEqualTo(3_000);
        assertThat(Admission.millisBeforeTurnedAway(4_000)).isEqualTo(5_000);
    }
}

package dev.hourglass.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IntakeTest {
    private static final int IDLE_MILLIS = 300;

    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);

    /** With more patience than the connection has. */
    @BeforeEach
    void start() throws Exception {
        connector.setHost("127.0.0.1");
        connector.setIdleTimeout(IDLE_MILLIS);
        server.addConnector(connector);
        RouteTable routes = new RouteTable();
        routes.add("POST", "/api/runs");
        Intake intake = new Intake(Intake.Pace.STANDARD, routes, new Admission(), new MemoryBudget(1 << 20));
        intake.getTail().setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) {
                response.setStatus(204);
                callback.succeeded();
                return true;
            }
        });
        server.setHandler(intake);
        server.setErrorHandler(new UnroutedErrors());
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        server.stop();
    }

    private Socket send(String request) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort());
        client.setSoTimeout(20_000);
        client.getOutputStream().write(request.getBytes(UTF_8));
        return client;
    }

    private static String rest(Socket client) throws IOException {
        return new String(client.getInputStream().readAllBytes(), UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\n\r\n",
                "Content-Length: 5\r\n\r\nhal",
                "Transfer-Encoding: chunked\r\n\r\n3\r\nhal"
            })
    void aBodyWhoseConnectionIsSilentForTooLongIsLate(String rest) throws IOException {
        try (Socket client = send("POST /api/runs HTTP/1.1\r\nHost: h\r\n" + rest)) {
            assertThat(rest(client))
                    .startsWith("HTTP/1.1 408")
                    .contains("Connection: close")
                    .contains("\"message\":\"The request's body did not come in time.\"");
        }
    }

    @Test
    void aBodyThatComesIsPassedOn() throws IOException {
        try (Socket client = send("POST /api/runs HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nha")) {
            client.getOutputStream().write("llo".getBytes(UTF_8));
            assertThat(new String(client.getInputStream().readNBytes(12), UTF_8))
                    .isEqualTo("HTTP/1.1 204");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\r\n", "-1\r\n", "5\r\nhello!", "fffffffffffffffff\r\n"})
    void aBodyWhoseChunksMakeNoSenseIsMalformed(String chunk) throws IOException {
        // On a machine that is busy elsewhere the answer may take longer than the connection stays without a byte.
        connector.setIdleTimeout(20_000);
        try (Socket client = send("POST /api/runs HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk)) {
            assertThat(rest(client)).startsWith("HTTP/1.1 400").contains("malformed");
        }
    }
}

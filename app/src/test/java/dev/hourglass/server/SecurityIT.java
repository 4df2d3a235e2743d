package dev.hourglass.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.server.http.ServerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecurityIT {
    private static final String TOKEN = "0123456789abcdef";

    @TempDir
    private static Path folder;

    private static TestServer server;
    private static String run;

    @BeforeAll
    static void trainATinyModel() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("secret.txt"), "secret");
        server = new TestServer(folder.resolve("runs"));
        run = server.postJson("/api/runs", java.util.Map.of("text", TestServer.TINY, "name", "tiny"))
                .path("run")
                .asString();
        assertThat(server.awaitState(run, java.util.List.of("finished", "failed"))
                        .path("state")
                        .asString())
                .isEqualTo("finished");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /** What the server answers to bytes that no client library would send. */
    private static String raw(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            socket.getOutputStream().flush();
            try (InputStream in = socket.getInputStream()) {
                return new String(in.readAllBytes(), UTF_8);
            }
        }
    }

    private static String get(String path, String headers) throws IOException {
        int port = server.server().port();
        return raw(
                port,
                "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n" + headers
                        + "Connection: close\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:8501", "127.0.0.1.evil.example", "localhost:1", "127.0.0.1"})
    void anotherHostIsRefused(String host) throws IOException {
        String answer = raw(
                server.server().port(), "GET /api/status HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 403").contains("\"field\":\"Host\"");
    }

    @Test
    void theOwnHostNamesAreTaken() throws IOException {
        for (String host : new String[] {"127.0.0.1", "localhost"}) {
            int port = server.server().port();
            assertThat(raw(
                            port,
                            "GET /api/status HTTP/1.1\r\nHost: " + host + ":" + port + "\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://evil.example\r\n",
                "Origin: null\r\n",
                "Origin: https://127.0.0.1\r\n",
                "Origin: http://127.0.0.1\r\n"
            })
    void anotherOriginIsRefused(String header) throws IOException {
        assertThat(get("/api/status", header)).startsWith("HTTP/1.1 403");
    }

    @Test
    void aCrossSiteFormCannotStartARun() throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = server.send(server.request("/api/runs")
                .header("Sec-Fetch-Site", "cross-site")
                .header("Content-Type", "application/json")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"recipe\":\"mnist\"}")));
        assertThat(answer.statusCode()).isEqualTo(403);
        HttpResponse<byte[]> form = server.post("/api/runs", "text/plain", "{\"recipe\":\"mnist\"}".getBytes(UTF_8));
        assertThat(form.statusCode()).isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/runs/../secret.txt",
                "/api/runs/..",
                "/api/runs/%2e%2e",
                "/api/runs/%2E%2E/files/secret.txt",
                "/api/runs/..%2f..%2fetc/files",
                "/api/runs/%252e%252e/files",
                "/api/runs/RUN/files/../../../secret.txt",
                "/api/runs/RUN/files/..%2F..%2F..%2Fsecret.txt",
                "/api/runs/RUN/files/%2e%2e/%2e%2e/secret.txt",
                "/api/runs/RUN/files/..\\..\\secret.txt",
                "/api/runs/RUN/files//etc/passwd",
                "/api/runs/RUN/files/results/%00metrics.json",
                "/api/runs/RUN/models/..%2F..%2Fx",
                "/api/runs/RUN/models/%2e%2e",
                "/api/runs/.queue",
                "/../secret.txt",
                "/vendor/../web/index.html",
                "/vendor/lit/%2e%2e/%2e%2e/x.js",
                "/..%5c..%5csecret.txt"
            })
    void noPathLeavesTheFolderHoweverItIsWritten(String path) throws IOException {
        String answer = get(path.replace("RUN", run), "");
        assertThat(answer).startsWith("HTTP/1.1 4").doesNotContain("secret\n").doesNotContain("root:");
        assertThat(answer)
                .doesNotContain("Exception")
                .doesNotContain("at dev.hourglass")
                .doesNotContain(folder.toString());
    }

    @Test
    void everyAnswerCarriesTheHeadersThatKeepBrowsersSafe() throws IOException, InterruptedException {
        for (String path : new String[] {"/", "/api", "/api/status", "/nothing.js"}) {
            HttpResponse<byte[]> answer = server.get(path);
            assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
            assertThat(answer.headers().firstValue("Content-Security-Policy"))
                    .hasValueSatisfying(policy ->
                            assertThat(policy).contains("default-src 'none'").contains("script-src 'self';"));
            assertThat(answer.headers().firstValue("Server")).isEmpty();
        }
    }

    @Test
    void filesOfARunOpenInASandbox() throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = server.get("/api/runs/" + run + "/files/run.json");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).startsWith("sandbox;"));
    }

    @Test
    void tooLargeBodiesAreRefused() throws IOException, InterruptedException {
        byte[] large = new byte[(1 << 20) + 1];
        assertThat(server.post("/api/runs", "application/json", large).statusCode())
                .isEqualTo(413);
        byte[] larger = new byte[(16 << 20) + 1];
        assertThat(server.post(model("/reconstruct"), "application/json", larger)
                        .statusCode())
                .isEqualTo(413);
    }

    private static String model(String rest) {
        return "/api/runs/" + run + "/models/dense" + rest;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "nothing",
                "{\"samples\": 3}",
                "{\"samples\": []}",
                "{\"samples\": [[1, 2]]}",
                "{\"samples\": [[\"a\"]]}",
                "{\"samples\": [null]}",
                "{\"samples\": [1, 2]}",
                "{\"samples\": [[1e999]]}",
                "{\"samples\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]",
                "{\"samples\": [[",
                "{\"units\": \"stored\"}"
            })
    void badBodiesGetOneSentence(String body) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = server.post(model("/reconstruct"), "application/json", body.getBytes(UTF_8));
        assertThat(answer.statusCode()).isIn(400, 422);
        String message = TestServer.json(answer).path("error").path("message").asString();
        assertThat(message).isNotBlank().doesNotContain("Exception").doesNotContain("tools.jackson");
    }

    @ParameterizedTest
    @ValueSource(strings = {"image/png", "image/jpeg", "text/csv", "application/x-npy"})
    void hostileUploadsAreRefusedInOneSentenceWithoutPaths(String mediaType) throws IOException, InterruptedException {
        byte[][] bodies = {
            {},
            "no such thing".getBytes(UTF_8),
            {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 127, -1, -1, -1, 127},
            "\u0093NUMPY\u0001\u0000v\u0000{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000, 64), }"
                    .getBytes(ISO_8859_1),
            "a,b\n1,\"2".getBytes(UTF_8)
        };
        for (byte[] body : bodies) {
            HttpResponse<byte[]> answer = server.post(model("/uploads"), mediaType, body);
            assertThat(answer.statusCode()).isIn(400, 422);
            String message =
                    TestServer.json(answer).path("error").path("message").asString();
            assertThat(message).isNotBlank().doesNotContain("/tmp").doesNotContain("hourglass-upload");
        }
    }

    /** JSON is UTF-8, whatever somebody calls it. */
    @ParameterizedTest
    @ValueSource(strings = {"utf-7", "x-none", "\0", "../x", "\"utf-8\""})
    void aCharsetThatNobodyKnowsIsNoMistakeOfTheServer(String charset) throws IOException {
        int port = server.server().port();
        String answer = raw(
                port,
                "POST /api/recipe-checks HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nContent-Type: application/json; charset=" + charset
                        + "\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
        assertThat(answer).containsPattern("^HTTP/1.1 (200|400)");
    }

    @Test
    void aRecipeCannotNameFoldersOfTheServer() throws IOException, InterruptedException {
        for (String data :
                List.of("{name: mnist, folder: /etc}", "{source: /etc/series.csv, window: {steps: 50, stride: 10}}")) {
            String recipe = TestServer.TINY.replace("{name: sequences, limit: 96}", data);
            HttpResponse<byte[]> answer = server.post(
                    "/api/runs",
                    "application/json",
                    tools.jackson.databind.json.JsonMapper.shared()
                            .writeValueAsBytes(java.util.Map.of("text", recipe)));
            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                    .containsPattern(
                            "Leave 'folder' out of 'data'|found something else. Bring the file or folder first");
        }
    }

    /** Name and value of the cookie that an answer sets. */
    private static String cookie(String answer) {
        String header = String.valueOf(RawConnection.header(answer, "Set-Cookie"));
        return header.substring(0, header.indexOf(';'));
    }

    @Test
    void noServerAtAnotherPortCanUseTheCookieOfThisOne() throws IOException {
        ServerOptions options = new ServerOptions(
                "0.0.0.0", 0, folder.resolve("one"), TOKEN, DatasetCatalog.standard(), InstantSource.system());
        ServerOptions same = new ServerOptions(
                "0.0.0.0", 0, folder.resolve("two"), TOKEN, DatasetCatalog.standard(), InstantSource.system());
        try (WorkbenchServer one = WorkbenchServer.start(options);
                WorkbenchServer two = WorkbenchServer.start(same)) {
            String opened = raw(
                    one.port(),
                    "GET /?token=" + TOKEN + " HTTP/1.1\r\nHost: 127.0.0.1:" + one.port()
                            + "\r\nConnection: close\r\n\r\n");
            String value = cookie(opened).substring(cookie(opened).indexOf('=') + 1);
            for (int port : new int[] {one.port(), two.port()}) {
                String cookies = "hourglass-token=" + value + "; hourglass-token-" + one.port() + "=" + value
                        + "; hourglass-token-" + two.port() + "=" + value;
                assertThat(raw(
                                port,
                                "GET /api/runs HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nCookie: " + cookies
                                        + "\r\nConnection: close\r\n\r\n"))
                        .startsWith(port == one.port() ? "HTTP/1.1 200" : "HTTP/1.1 401");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-HTTP-Method-Override", "x-http-method-override", "X-HTTP-Method", "X-Method-Override"})
    void aGetStaysAGetWhateverItsHeadersAndParametersSay(String header) throws IOException {
        String answer = get(model("/encode?_method=POST"), header + ": POST\r\n");
        assertThat(answer).startsWith("HTTP/1.1 404");
        assertThat(get("/api/status?_method=DELETE", header + ": DELETE\r\n")).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void anotherSiteCannotMakeTheServerCompute(String site) throws IOException {
        String header = "Sec-Fetch-Site: " + site + "\r\n";
        for (String path :
                new String[] {"/samples", "/directions", "/sheets/0.png", "/denoising?index=0&noise=1", ""}) {
            assertThat(get(model(path), header)).startsWith("HTTP/1.1 403");
        }
        assertThat(get("/api/runs", header)).startsWith("HTTP/1.1 403");
        assertThat(get("/", header)).startsWith("HTTP/1.1 200");
        assertThat(get("/api", header)).startsWith("HTTP/1.1 200");
        assertThat(get(model(""), "Sec-Fetch-Site: same-origin\r\n")).startsWith("HTTP/1.1 200");
        assertThat(get(model(""), "Sec-Fetch-Site: none\r\n")).startsWith("HTTP/1.1 200");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/runs/%uff0e",
                "/%uff0e",
                "/api/runs/%u002e%u002e/files",
                "/api/runs/%",
                "/api/runs/%2",
                "/api/runs/%zz",
                "/api/runs/%c0%ae",
                "/api/runs/%ff/files",
                "/api/runs/RUN/models/%uff0e",
                "/api/runs/RUN/files/%ufffe",
                "/api/runs?x=%uff0e",
                "/api/runs/RUN/models/dense/samples?data=%ff",
                "/api/runs/RUN/models/dense/samples?data=%",
                "/?token=%ff"
            })
    void addressesThatCannotBeReadAreTheSendersFault(String path) throws IOException {
        assertThat(get(path.replace("RUN", run), "")).containsPattern("^HTTP/1.1 (4|200)");
        assertThat(get(path.replace("RUN", run), "")).doesNotContain("HTTP/1.1 5");
    }

    @Test
    void aHeadIsAnsweredAsItsGetWouldBeWithoutTheBody() throws IOException {
        for (String path : new String[] {
            "/api/runs/nothing",
            "/api/runs/" + run,
            "/api/runs/nothing/events",
            "/api/runs/" + run + "/events",
            "/api/status",
            "/",
            "/nothing.js",
            "/api/jobs/nothing/events",
            model(""),
            model("x"),
            "/api/runs/" + run + "/files/run.json",
            "/api/runs/" + run + "/files/nothing.json"
        }) {
            int port = server.server().port();
            String answer = raw(
                    port, RawConnection.head("HEAD " + path, port, "Connection: close", "Accept: text/event-stream"));
            int expected = path.contains("nothing") || path.endsWith("x") ? 404 : 200;
            assertThat(RawConnection.status(answer)).as(path).isEqualTo(expected);
            assertThat(answer).as(path).endsWith("\r\n\r\n");
        }
    }

    @Test
    void anAddressForOthersNeedsItsToken() throws IOException {
        ServerOptions options = new ServerOptions(
                "0.0.0.0", 0, folder.resolve("others"), TOKEN, DatasetCatalog.standard(), InstantSource.system());
        try (WorkbenchServer others = WorkbenchServer.start(options)) {
            String host = "Host: 127.0.0.1:" + others.port() + "\r\n";
            String end = "Connection: close\r\n\r\n";
            assertThat(raw(others.port(), "GET /api/runs HTTP/1.1\r\n" + host + end))
                    .startsWith("HTTP/1.1 401");
            assertThat(raw(others.port(), "GET / HTTP/1.1\r\n" + host + end)).startsWith("HTTP/1.1 401");
            assertThat(raw(
                            others.port(),
                            "GET /api/runs HTTP/1.1\r\n" + host + "Authorization: Bearer " + TOKEN + "x\r\n" + end))
                    .startsWith("HTTP/1.1 401");
            assertThat(raw(
                            others.port(),
                            "GET /api/runs HTTP/1.1\r\n" + host + "Authorization: Bearer " + TOKEN + "\r\n" + end))
                    .startsWith("HTTP/1.1 200");
            String opened = raw(others.port(), "GET /?token=" + TOKEN + " HTTP/1.1\r\n" + host + end);
            assertThat(opened).startsWith("HTTP/1.1 303").contains("HttpOnly").contains("SameSite=Strict");
            String cookie = cookie(opened);
            assertThat(cookie)
                    .startsWith("hourglass-token-" + others.port() + "=")
                    .doesNotContain(TOKEN);
            assertThat(raw(others.port(), "GET /api/runs HTTP/1.1\r\n" + host + "Cookie: " + cookie + "\r\n" + end))
                    .startsWith("HTTP/1.1 200");
            assertThat(raw(others.port(), "GET /api/runs HTTP/1.1\r\nHost: evil.example\r\n" + end))
                    .startsWith("HTTP/1.1 403");
        }
    }
}

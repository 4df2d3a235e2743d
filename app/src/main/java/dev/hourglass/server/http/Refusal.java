package dev.hourglass.server.http;

import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Errors that are answered before a route is looked for, in the one shape of errors, without a thread that waits. */
final class Refusal {
    /** What is told to whoever comes while the server stops. */
    static final Refusal STOPPING =
            of(ApiException.of(503, null, "The server is stopping.", "Ask again when it has restarted."));

    private final int status;
    private final byte[] body;

    private Refusal(int status, byte[] body) {
        this.status = status;
        this.body = body;
    }

    /** The same answer, any number of times. */
    static Refusal of(ApiException why) {
        return new Refusal(
                why.status(),
                Answers.JSON.writeValueAsBytes(
                        Map.of("error", ErrorResponses.error(why.field(), why.getMessage(), why.fix()))));
    }

    /**
     * Writes the answer.
     *
     * @param last whether the connection ends with it, since the request's body is not read to its end
     */
    void write(Response response, boolean last, Callback callback) {
        response.setStatus(status);
        response.getHeaders()
                .put(HttpHeader.CONTENT_TYPE, Body.JSON)
                .put(HttpHeader.CONTENT_LENGTH, body.length)
                .put(HttpHeader.CACHE_CONTROL, "no-store")
                .put("X-Content-Type-Options", "nosniff");
        if (status == 429 || status == 503) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
        }
        if (last) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        response.write(true, ByteBuffer.wrap(body), callback);
    }
}

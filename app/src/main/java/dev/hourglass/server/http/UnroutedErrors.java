package dev.hourglass.server.http;

import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Errors that Jetty finds before a route is looked for, such as an ambiguous path, in the same words as all others. */
public final class UnroutedErrors extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (response.getStatus() == 503) {
            Incoming.refuse(request, response, callback, Refusal.STOPPING);
            return true;
        }
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Body.JSON).put("X-Content-Type-Options", "nosniff");
        byte[] answer = Answers.JSON.writeValueAsBytes(Map.of("error", error(request, response.getStatus())));
        response.write(true, ByteBuffer.wrap(answer), callback);
        return true;
    }

    private static Map<String, @Nullable Object> error(Request request, int status) {
        return switch (status) {
            case 414, 431 ->
                ErrorResponses.error(null, "The address and the headers of the request are too long.", "Send less.");
            case 500 ->
                ErrorResponses.mistake(
                        "A request failed before it was routed",
                        request.getAttribute(ERROR_EXCEPTION) instanceof Throwable failure ? failure : null);
            default -> ErrorResponses.error(null, "The request is malformed.", "See /api for what is expected.");
        };
    }
}

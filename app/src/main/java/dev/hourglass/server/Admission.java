package dev.hourglass.server;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Lets in as many requests for a model's numbers as will soon be answered, and turns the others away before anything is
 * done for them. It decides on the thread that reads from the network, at a small part of what an answer costs, so an
 * overload neither delays those who are let in nor hides behind them. They have threads of their own: pages stay quick
 * while models are busy.
 */
final class Admission extends Handler.Wrapper {
    private static final Set<String> OPERATIONS = Set.of("encode", "decode", "reconstruct", "score");
    /** One waits for its turn while the others compute. More would only take time from the thread that lets in. */
    private static final int THREADS = Runtime.getRuntime().availableProcessors() + 1;
    /** At 2,000 answers a second, less than a tenth of a second. */
    private static final int MOST_WAITING = 128;

    /** More requests than these are turned away. */
    static final int MOST_AT_ONCE = THREADS + MOST_WAITING;

    private static final byte[] BUSY = Answers.JSON.writeValueAsBytes(Map.of(
            "error",
            Failing.error(
                    null,
                    InferencePool.busy().getMessage(),
                    InferencePool.busy().fix())));

    private final Executor others;
    private final ThreadPoolExecutor service = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().name("hourglass-service-", 0).factory());

    /** @param others runs every other request */
    Admission(Executor others) {
        this.others = others;
    }

    /** It never waits, so Jetty need not hand it to another thread. */
    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Executor executor = isService(request) ? service : others;
        try {
            executor.execute(() -> pass(request, response, callback));
        } catch (RejectedExecutionException e) {
            turnAway(request, response, callback);
        }
        return true;
    }

    private static boolean isService(Request request) {
        String path = request.getHttpURI().getPath();
        return request.getMethod().equals("POST")
                && path != null
                && path.startsWith("/api/runs/")
                && OPERATIONS.contains(path.substring(path.lastIndexOf('/') + 1));
    }

    private void pass(Request request, Response response, Callback callback) {
        try {
            if (!super.handle(request, response, callback)) {
                Response.writeError(request, response, callback, 404);
            }
        } catch (Exception e) {
            Response.writeError(request, response, callback, e);
        }
    }

    private static void turnAway(Request request, Response response, Callback callback) {
        if (!request.consumeAvailable()) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        response.setStatus(503);
        response.getHeaders()
                .put(HttpHeader.RETRY_AFTER, "1")
                .put(HttpHeader.CONTENT_TYPE, "application/json")
                .put(HttpHeader.CACHE_CONTROL, "no-store");
        response.write(true, ByteBuffer.wrap(BUSY), callback);
    }

    @Override
    protected void doStop() throws Exception {
        super.doStop();
        service.shutdown();
    }
}

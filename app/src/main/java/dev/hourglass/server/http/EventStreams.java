package dev.hourglass.server.http;

import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;
import io.javalin.http.sse.SseHandler;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The open streams of server-sent events: each is written by a virtual thread of its own, so a slow reader delays nobody. */
public final class EventStreams implements AutoCloseable {
    private static final int MOST_OPEN = 1_000;
    private static final int MOST_OF_CLIENT = 200;
    private static final String MEDIA_TYPE = "text/event-stream";

    private final Set<Thread> writers = ConcurrentHashMap.newKeySet();
    /** How many each address has open. */
    private final Map<String, Integer> open = new HashMap<>();

    /** Writes events until it returns or is interrupted. */
    @FunctionalInterface
    public interface Writer {
        void write(Stream stream) throws InterruptedException;
    }

    /** Where a writer's events go. */
    public static final class Stream {
        private final SseClient client;

        Stream(SseClient client) {
            this.client = client;
        }

        /** @throws InterruptedException if nobody reads any more */
        public void send(String event, String data, @Nullable String id) throws InterruptedException {
            requireReader();
            client.sendEvent(event, data, id);
            requireReader();
        }

        /** Tells the network in between that the stream is alive. */
        public void comment() throws InterruptedException {
            requireReader();
            client.sendComment("still here");
            requireReader();
        }

        private void requireReader() throws InterruptedException {
            if (client.terminated() || Thread.interrupted()) {
                throw new InterruptedException("nobody reads");
            }
        }
    }

    /**
     * Answers with a stream.
     *
     * @throws ApiException 503 if too many are open; the answer is then an error like any other, and browsers, which
     *     would ask again and again after an answer that began well, give up
     */
    public void open(Context context, Writer writer) {
        if (!Answers.wants(context, MEDIA_TYPE)) {
            throw ApiException.of(
                    406, "Accept", "Events are sent as " + MEDIA_TYPE + " alone.", "Send Accept: " + MEDIA_TYPE + ".");
        }
        if (Gatekeeper.wantsNoBody(context)) {
            context.contentType(MEDIA_TYPE);
            return;
        }
        String address = context.ip();
        enter(address);
        boolean begun = false;
        try {
            new SseHandler(0, client -> follow(client, writer, address)).handle(context);
            begun = true;
        } finally {
            if (!begun) {
                leave(address);
            }
        }
    }

    private void enter(String address) {
        synchronized (open) {
            int own = open.getOrDefault(address, 0);
            if (own >= MOST_OF_CLIENT
                    || open.values().stream().mapToInt(Integer::intValue).sum() >= MOST_OPEN) {
                throw ApiException.of(503, null, "Too many pages follow events.", "Close some.");
            }
            open.put(address, own + 1);
        }
    }

    private void leave(String address) {
        synchronized (open) {
            open.computeIfPresent(address, (same, own) -> own == 1 ? null : own - 1);
        }
    }

    private void follow(SseClient client, Writer writer, String address) {
        client.keepAlive();
        Thread thread = Thread.ofVirtual().name("hourglass-events").unstarted(() -> {
            try {
                writer.write(new Stream(client));
            } catch (InterruptedException e) {
                // The page was closed, or the server stops.
            } finally {
                writers.remove(Thread.currentThread());
                leave(address);
                client.close();
            }
        });
        writers.add(thread);
        client.onClose(thread::interrupt);
        thread.start();
    }

    /** Ends every stream, so that the server can stop; pages connect again to the next one. */
    @Override
    public void close() {
        writers.forEach(Thread::interrupt);
    }
}

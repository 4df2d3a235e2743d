package dev.hourglass.server;

import io.javalin.http.sse.SseClient;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The open streams of server-sent events: each is written by a virtual thread of its own, so a slow reader delays nobody. */
final class EventStreams implements AutoCloseable {
    private static final int MOST_OPEN = 200;

    private final Set<Thread> writers = ConcurrentHashMap.newKeySet();
    private final AtomicInteger open = new AtomicInteger();

    /** Writes events until it returns or is interrupted. */
    @FunctionalInterface
    interface Writer {
        void write(Stream stream) throws InterruptedException;
    }

    /** Where a writer's events go. */
    static final class Stream {
        private final SseClient client;

        Stream(SseClient client) {
            this.client = client;
        }

        /** @throws InterruptedException if nobody reads any more */
        void send(String event, String data, @Nullable String id) throws InterruptedException {
            requireReader();
            client.sendEvent(event, data, id);
            requireReader();
        }

        /** Tells the network in between that the stream is alive. */
        void comment() throws InterruptedException {
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

    void open(SseClient client, Writer writer) {
        if (open.incrementAndGet() > MOST_OPEN) {
            open.decrementAndGet();
            throw ApiException.of(503, null, "Too many pages follow events.", "Close some.");
        }
        client.keepAlive();
        client.ctx().header("X-Accel-Buffering", "no");
        Thread thread = Thread.ofVirtual().name("hourglass-events").unstarted(() -> {
            try {
                writer.write(new Stream(client));
            } catch (InterruptedException e) {
                // The page was closed, or the server stops.
            } finally {
                writers.remove(Thread.currentThread());
                open.decrementAndGet();
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

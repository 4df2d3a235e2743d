package dev.hourglass.server.http;

import java.util.concurrent.atomic.AtomicLong;

/** Memory that requests may hold together. It is asked for before it is allocated. Thread-safe. */
public final class MemoryBudget {
    /** What a request is told that finds nothing left. */
    static final Refusal SHORTAGE = Refusal.of(shortage());

    /** For whoever needs nothing. */
    static final Share NONE = new MemoryBudget(0).share();

    private final AtomicLong left;

    public MemoryBudget(long bytes) {
        left = new AtomicLong(bytes);
    }

    static ApiException shortage() {
        return ApiException.of(
                503,
                null,
                "There is not enough memory for this now.",
                "Ask again later, send less at once, or start the server with more memory.");
    }

    /** A request's part, empty yet. */
    Share share() {
        return new Share();
    }

    /** What one request holds, given back when it is closed. */
    final class Share implements AutoCloseable {
        private long taken;
        private boolean closed;

        /** @return whether there was as much left */
        synchronized boolean take(long bytes) {
            if (closed) {
                return false;
            }
            if (left.addAndGet(-bytes) < 0) {
                left.addAndGet(bytes);
                return false;
            }
            taken += bytes;
            return true;
        }

        @Override
        public synchronized void close() {
            closed = true;
            left.addAndGet(taken);
            taken = 0;
        }
    }
}

package dev.hourglass.train.distributed;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Bounds how long a session waits for others: whoever is late finds the connections closed, which wakes all that hang on them.
 * Reading alone has time-outs in Java; who sends to a machine that was switched off would wait for a quarter of an hour.
 */
final class Watchdog implements AutoCloseable {
    private final long timeoutNanos;
    private final Runnable close;
    private final Thread thread;
    /** Until when the present exchange has time; 0 where there is none. */
    private volatile long deadline;

    private volatile boolean barked;
    private volatile boolean closed;

    /** @param close wakes whoever hangs */
    Watchdog(Duration timeout, Runnable close) {
        timeoutNanos = timeout.toNanos();
        this.close = close;
        thread = Thread.ofVirtual().name("hourglass-exchange-watchdog").start(this::watch);
    }

    private void watch() {
        while (!closed && !barked) {
            LockSupport.parkNanos(Math.min(timeoutNanos / 4 + 1, 1_000_000_000L));
            long until = deadline;
            if (until != 0 && System.nanoTime() - until > 0) {
                barked = true;
                close.run();
            }
        }
    }

    /** Something has arrived, or is about to be waited for. */
    void progress() {
        long until = System.nanoTime() + timeoutNanos;
        deadline = until == 0 ? 1 : until;
    }

    /** Nobody is waited for. */
    void rest() {
        deadline = 0;
    }

    boolean hasBarked() {
        return barked;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}

package dev.hourglass.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in order when the process is told to stop (Ctrl-C, SIGTERM): the working thread is interrupted and
 * the process waits for it to clean up. The JVM then exits with 128 + the signal's number, 130 after Ctrl-C.
 */
final class Interruption {
    private static final int PATIENCE_SECONDS = 15;

    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean requested;

    /** Watches over the calling thread until {@link #finished}. */
    static Interruption ofThisThread() {
        Interruption interruption = new Interruption();
        Thread worker = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> interruption.stop(worker), "interruption"));
        return interruption;
    }

    /** For a process that nobody stops. */
    static Interruption none() {
        return new Interruption();
    }

    /** Whether the process was told to stop. */
    boolean requested() {
        return requested;
    }

    /** The command is done and has cleaned up. */
    void finished() {
        finished.countDown();
    }

    private void stop(Thread worker) {
        if (finished.getCount() == 0) {
            return;
        }
        requested = true;
        worker.interrupt();
        try {
            if (!finished.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                // A run folder that is left now still holds its file INCOMPLETE.
                System.err.println(
                        "Stopped without cleaning up: the work did not pause within " + PATIENCE_SECONDS + " s.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

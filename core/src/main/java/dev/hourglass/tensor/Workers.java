package dev.hourglass.tensor;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed set of threads that share out numbered tasks, built for many short runs a second: a thread that finds no
 * work spins for some microseconds before it parks. Which thread takes which task is left to chance, so a task's
 * result must depend on its number alone.
 */
public final class Workers implements AutoCloseable {
    /** About 50 microseconds: longer than the gap between two phases of a training step, far shorter than a pause. */
    private static final int SPINS_BEFORE_PARKING = 2_000;

    private static final long CALLER_NAP_NANOS = 10_000;

    /** One piece of a run. */
    @FunctionalInterface
    public interface Task {
        /**
         * @param worker which thread runs this, 0 to {@code threads - 1}: picks scratch memory, nothing else
         * @param task which piece to do
         */
        void run(int worker, int task);
    }

    private final Thread[] helpers;
    private final AtomicInteger nextTask = new AtomicInteger();
    private final AtomicInteger busyHelpers = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private @Nullable Task task;
    private int tasks;
    // Written last and read first: publishes the two fields above.
    private volatile int round;
    private volatile boolean closed;

    private Workers(int threads) {
        helpers = new Thread[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            int worker = i + 1;
            helpers[i] = Thread.ofPlatform()
                    .name("hourglass-worker-" + worker)
                    .daemon()
                    .unstarted(() -> serve(worker));
        }
    }

    /** @param threads in all, the calling one included, >= 1 */
    public static Workers of(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be >= 1, got " + threads);
        }
        Workers workers = new Workers(threads);
        for (Thread helper : workers.helpers) {
            helper.start();
        }
        return workers;
    }

    public int threads() {
        return helpers.length + 1;
    }

    /**
     * Runs tasks 0 to {@code tasks - 1} and returns when all are done. The calling thread works too. One run at a
     * time: a second caller waits. What a task throws, this throws, after every thread has stopped.
     */
    public synchronized void run(int tasks, Task task) {
        if (helpers.length == 0 || tasks <= 1) {
            for (int i = 0; i < tasks; i++) {
                task.run(0, i);
            }
            return;
        }
        this.task = task;
        this.tasks = tasks;
        failure.set(null);
        nextTask.set(0);
        busyHelpers.set(helpers.length);
        round++; // only this thread writes it, under the monitor
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
        takeTasks(0, task, tasks);
        for (int spins = 0; busyHelpers.get() > 0; spins++) {
            if (spins < SPINS_BEFORE_PARKING) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(CALLER_NAP_NANOS); // more threads than processors: let them run
            }
        }
        Throwable thrown = failure.get();
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
    }

    private void serve(int worker) {
        int seen = 0;
        while (true) {
            int spins = 0;
            while (round == seen) {
                if (closed) {
                    return;
                }
                if (spins++ < SPINS_BEFORE_PARKING) {
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            seen = round;
            Task current = task;
            if (current != null) {
                takeTasks(worker, current, tasks);
            }
            busyHelpers.decrementAndGet();
        }
    }

    private void takeTasks(int worker, Task task, int tasks) {
        try {
            int next = nextTask.getAndIncrement();
            while (next < tasks) {
                task.run(worker, next);
                next = nextTask.getAndIncrement();
            }
        } catch (Throwable thrown) {
            failure.compareAndSet(null, thrown);
            nextTask.set(tasks); // the others finish what they hold and stop
        }
    }

    /** Ends the threads. No run may be under way. */
    @Override
    public void close() {
        closed = true;
        for (Thread helper : helpers) {
            LockSupport.unpark(helper);
        }
    }
}

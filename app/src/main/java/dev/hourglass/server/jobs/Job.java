package dev.hourglass.server.jobs;

import dev.hourglass.server.http.ErrorResponses;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Work that takes longer than a request should, and its outcome. Thread-safe. */
public final class Job<T> {
    /** Computes, reporter how far it is; stops when its thread is interrupted. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Progress progress);
    }

    /** Told how far a job is. */
    @FunctionalInterface
    public interface Progress {
        /** @param share 0 to 1 */
        void at(double share);

        /** For what counts the things it has done, of so many. */
        default IntConsumer of(int all) {
            return done -> at(done / (double) all);
        }
    }

    /** How a job stands. */
    enum State {
        QUEUED,
        RUNNING,
        DONE,
        FAILED,
        CANCELLED;

        boolean over() {
            return this == DONE || this == FAILED || this == CANCELLED;
        }
    }

    /** A job as it is shown. */
    public record View(
            String job,
            String task,
            String state,
            double progress,
            @Nullable Double secondsLeft,
            @Nullable String message) {}

    private final String id;
    private final String task;
    private final Work<T> work;
    private State state = State.QUEUED;
    private double progress;
    private long startNanos;
    private @Nullable T result;
    private @Nullable String message;
    private @Nullable Thread thread;

    public Job(String id, String task, Work<T> work) {
        this.id = id;
        this.task = task;
        this.work = work;
    }

    String id() {
        return id;
    }

    /** On a thread of the board. */
    public void run() {
        synchronized (this) {
            if (state.over()) {
                return;
            }
            state = State.RUNNING;
            startNanos = System.nanoTime();
            thread = Thread.currentThread();
            notifyAll();
        }
        try {
            T value = work.run(this::progressed);
            end(State.DONE, value, null);
        } catch (RuntimeException e) {
            end(State.FAILED, null, ErrorResponses.told(e));
        } catch (OutOfMemoryError e) {
            end(State.FAILED, null, "There is not enough memory for this. Take fewer samples or give Java more.");
        }
        Thread.interrupted(); // what cancelled this job is no concern of the next
    }

    private synchronized void progressed(double share) {
        progress = Math.max(0, Math.min(1, share));
        notifyAll();
    }

    private synchronized void end(State how, @Nullable T value, @Nullable String why) {
        if (state != State.CANCELLED) {
            state = how;
            result = value;
            message = why;
            progress = how == State.DONE ? 1 : progress;
        }
        thread = null;
        notifyAll();
    }

    synchronized void cancel() {
        if (!state.over()) {
            state = State.CANCELLED;
            message = "Cancelled.";
            if (thread != null) {
                thread.interrupt();
            }
            notifyAll();
        }
    }

    synchronized State state() {
        return state;
    }

    synchronized Optional<T> result() {
        return Optional.ofNullable(result);
    }

    /** Waits until the job is over or the time is. */
    synchronized void await(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; !state.over() && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    public synchronized View view() {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        Double left = state == State.RUNNING && progress > 0.02 ? seconds * (1 - progress) / progress : null;
        return new View(id, task, state.name().toLowerCase(java.util.Locale.ROOT), progress, left, message);
    }
}

package dev.hourglass.train;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Pauses, resumes and stops what runs in another thread. The one that runs asks between two steps, so a request is met
 * after the step under way. Any thread may call any method; stopping is final.
 */
public final class RunControl {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean paused;
    private boolean stopped;

    /** From the next look on the run waits, until it is resumed or stopped. */
    public void pause() {
        set(true, false);
    }

    /** A run that waits goes on. */
    public void resume() {
        set(false, false);
    }

    /** The run keeps its state and ends, also while it waits. */
    public void stop() {
        set(false, true);
    }

    public boolean isPaused() {
        lock.lock();
        try {
            return paused;
        } finally {
            lock.unlock();
        }
    }

    public boolean isStopped() {
        lock.lock();
        try {
            return stopped;
        } finally {
            lock.unlock();
        }
    }

    /**
     * For the one that runs: waits while this is paused.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void awaitResumed() throws InterruptedException {
        lock.lock();
        try {
            while (paused) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * For the one that runs: waits until this is stopped, but not longer than that.
     *
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    public void awaitStopped(Duration longest) throws InterruptedException {
        lock.lock();
        try {
            long nanos = longest.toNanos();
            while (!stopped && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    private void set(boolean pause, boolean stop) {
        lock.lock();
        try {
            stopped |= stop;
            paused = pause && !stopped;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}

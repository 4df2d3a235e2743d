package dev.hourglass.train.checkpoints;

import dev.hourglass.files.Failures;
import dev.hourglass.files.RefusedFileException;
import dev.hourglass.train.EpochPlace;
import dev.hourglass.train.RunControl;
import dev.hourglass.train.TrainEvent;
import dev.hourglass.train.TrainingInterruptedException;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import java.io.IOException;
import java.time.Duration;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps training from being lost: saves its state at each epoch's end and now and then in between, before it waits and
 * before it ends. Where a state can't be saved, as on a full disk, training waits until it can; where waiting is of no
 * use, since the folder is gone or something else stands in a checkpoint's place, it ends.
 */
public final class Checkpointer implements TrainingWatch {
    /**
     * When to save, and what.
     *
     * @param every time from one checkpoint to the next within an epoch, > 0
     * @param retry time after which one that could not be written is tried again, > 0
     * @param keepEpochs whether the state at the end of each epoch is kept for good
     */
    public record Schedule(Duration every, Duration retry, boolean keepEpochs) {
        /** Every minute, again after 5 seconds, epochs not kept. */
        public static final Schedule DEFAULT = new Schedule(Duration.ofSeconds(60), Duration.ofSeconds(5), false);

        public Schedule {
            if (!every.isPositive() || !retry.isPositive()) {
                throw new IllegalArgumentException("every and retry must be > 0, got " + every + " and " + retry);
            }
        }

        public Schedule withEvery(Duration value) {
            return new Schedule(value, retry, keepEpochs);
        }

        public Schedule withRetry(Duration value) {
            return new Schedule(every, value, keepEpochs);
        }

        public Schedule withKeepEpochs(boolean value) {
            return new Schedule(every, retry, value);
        }
    }

    private final Checkpoints checkpoints;
    private final SortedMap<String, String> origin;
    private final Schedule schedule;
    private final RunControl control;
    private final Consumer<TrainEvent> listener;
    private long lastNanos = System.nanoTime();

    /**
     * @param origin what a later process must have in common to go on; see {@link Checkpoint#origin}
     * @param control what stops it and makes it wait; an interrupt of the thread stops it as well
     * @param listener told of checkpoints and waits, on the thread that trains
     */
    public Checkpointer(
            Checkpoints checkpoints,
            SortedMap<String, String> origin,
            Schedule schedule,
            RunControl control,
            Consumer<TrainEvent> listener) {
        this.checkpoints = checkpoints;
        this.origin = origin;
        this.schedule = schedule;
        this.control = control;
        this.listener = listener;
    }

    /** @throws CheckpointsLostException if its state can't be saved, now or later */
    @Override
    public void look(Moment moment, EpochPlace place, Supplier<TrainingState> state) {
        if (isStopped()) {
            save(moment, place, state);
            throw new TrainingInterruptedException(place.epoch(), place.steps());
        }
        boolean due = System.nanoTime() - lastNanos >= schedule.every().toNanos();
        if (moment == Moment.EPOCH || due || control.isPaused()) {
            save(moment, place, state);
        }
        if (control.isPaused()) {
            await(place);
        }
    }

    private void save(Moment moment, EpochPlace place, Supplier<TrainingState> state) {
        Checkpoint checkpoint = new Checkpoint(origin, state.get());
        boolean delayed = false;
        while (true) {
            // A file can't be written by a thread that is interrupted.
            boolean interrupted = Thread.interrupted();
            try {
                checkpoints.save(checkpoint);
                if (moment == Moment.EPOCH && schedule.keepEpochs()) {
                    checkpoints.keepEpoch(checkpoint);
                }
                lastNanos = System.nanoTime();
                if (delayed) {
                    listener.accept(new TrainEvent.Resumed());
                }
                return;
            } catch (RefusedFileException e) {
                throw new CheckpointsLostException(e);
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    interrupted = true; // which closed the file: once more
                } else if (interrupted || control.isStopped()) {
                    throw new TrainingInterruptedException(place.epoch(), place.steps(), Failures.reason(e), e);
                } else {
                    if (!delayed) {
                        listener.accept(
                                new TrainEvent.Waiting("The checkpoint cannot be saved in " + checkpoints.folder()
                                        + ": " + Failures.reason(e) + ". Training waits; make room and it goes on."));
                    }
                    delayed = true;
                    interrupted = !sleep();
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /** @return false if the thread was interrupted */
    private boolean sleep() {
        try {
            control.awaitStopped(schedule.retry());
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void await(EpochPlace place) {
        listener.accept(new TrainEvent.Waiting("Training is paused; its state is saved."));
        try {
            control.awaitResumed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (isStopped()) {
            throw new TrainingInterruptedException(place.epoch(), place.steps());
        }
        listener.accept(new TrainEvent.Resumed());
    }

    private boolean isStopped() {
        return control.isStopped() || Thread.currentThread().isInterrupted();
    }
}

package dev.hourglass.train;

import java.util.function.Supplier;

/** Looks at training between two steps, on the thread that trains: keeps its state, makes it wait or ends it. */
@FunctionalInterface
public interface TrainingWatch {
    /** Ends training when the thread is interrupted. */
    TrainingWatch INTERRUPTS = (moment, place, state) -> {
        if (Thread.currentThread().isInterrupted()) {
            throw new TrainingInterruptedException(place.epoch(), place.steps());
        }
    };

    /** When a watch looks. */
    enum Moment {
        /** A batch was learned from. */
        STEP,
        /** An epoch is over and validated; the place is the start of the next one. */
        EPOCH
    }

    /**
     * @param state copies all that is needed to go on from here; only during this call
     * @throws TrainingInterruptedException to end training here
     */
    void look(Moment moment, EpochPlace place, Supplier<TrainingState> state);
}

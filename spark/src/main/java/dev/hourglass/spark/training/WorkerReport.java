package dev.hourglass.spark.training;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What one worker did in the attempt that came to an end.
 *
 * @param rank of the worker, from 0
 * @param firstStep steps that had been taken before, in earlier attempts
 * @param steps that it took
 * @param seconds that training took, validation and checkpoints included
 * @param exchangeSeconds of these, those on the network or waiting for another worker's sums
 * @param bytesSent to its neighbours
 * @param weightsSha256 of all weights in the end
 * @param diverged where training broke down for numbers that are not finite, else null
 */
public record WorkerReport(
        int rank,
        int firstStep,
        int steps,
        double seconds,
        double exchangeSeconds,
        long bytesSent,
        String weightsSha256,
        @Nullable String diverged)
        implements Serializable {
    /** 0 to 1: what a faster network, or more equal workers, could save at most. */
    public double exchangeShare() {
        return seconds == 0 ? 0 : exchangeSeconds / seconds;
    }
}

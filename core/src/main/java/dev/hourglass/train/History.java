package dev.hourglass.train;

import java.util.Comparator;
import java.util.List;

/**
 * What each epoch ended with, in order.
 *
 * @param epochs one entry an epoch
 */
public record History(List<Epoch> epochs) {
    /**
     * @param number from 1
     * @param loss mean squared error over the epoch's training samples, measured while the weights changed
     * @param mae mean absolute error, likewise
     * @param validationLoss mean squared error over the validation set after the epoch
     * @param validationMae mean absolute error, likewise
     * @param learningRate of the epoch's last step
     * @param trainSeconds spent on training steps alone
     * @param seconds with validation
     */
    public record Epoch(
            int number,
            double loss,
            double mae,
            double validationLoss,
            double validationMae,
            double learningRate,
            double trainSeconds,
            double seconds) {}

    public History {
        epochs = List.copyOf(epochs);
    }

    public Epoch last() {
        return epochs.getLast();
    }

    /** The epoch with the smallest validation loss. */
    public Epoch best() {
        return epochs.stream()
                .min(Comparator.comparingDouble(Epoch::validationLoss))
                .orElseThrow();
    }

    public double totalSeconds() {
        return epochs.stream().mapToDouble(Epoch::seconds).sum();
    }
}

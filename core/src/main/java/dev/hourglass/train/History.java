package dev.hourglass.train;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Measured;
import java.util.Comparator;
import java.util.List;

/**
 * What each epoch ended with, in order.
 *
 * @param loss what was minimised
 * @param epochs one entry per epoch
 */
public record History(Loss loss, List<Epoch> epochs) {
    /**
     * @param number from 1
     * @param training over the epoch's training samples, measured while the weights changed
     * @param validation over the validation set, after the epoch
     * @param learningRate of the epoch's last step
     * @param trainSeconds spent on training steps alone
     * @param seconds with validation
     */
    public record Epoch(
            int number,
            Measured training,
            Measured validation,
            double learningRate,
            double trainSeconds,
            double seconds) {
        public double loss() {
            return training.loss();
        }

        public double mse() {
            return training.mse();
        }

        public double mae() {
            return training.mae();
        }

        /** What outputs and targets alone made of the loss. */
        public double reconstruction() {
            return training.reconstruction();
        }

        /** The Kullback-Leibler divergence of codes from the prior, in nats a sample; 0 where nothing is sampled. */
        public double divergence() {
            return training.divergence();
        }

        public double validationReconstruction() {
            return validation.reconstruction();
        }

        public double validationDivergence() {
            return validation.divergence();
        }

        public double validationLoss() {
            return validation.loss();
        }

        public double validationMse() {
            return validation.mse();
        }

        public double validationMae() {
            return validation.mae();
        }
    }

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

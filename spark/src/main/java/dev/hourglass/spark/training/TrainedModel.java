package dev.hourglass.spark.training;

import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.train.TrainingState;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What came of a training on Spark.
 *
 * @param state after the last epoch: the model, what the optimizer remembers and the history
 * @param workers how the last attempt went, by rank
 */
public record TrainedModel(TrainingState state, List<WorkerReport> workers) {
    public TrainedModel {
        workers = List.copyOf(workers);
    }

    public Autoencoder model() {
        return state.model();
    }

    /** To be written as a file, with the optimizer, so that training can go on anywhere. */
    public SavedModel saved() {
        return SavedModel.of(model(), state.history().loss(), state.optimizer(), Map.of());
    }

    /** One line: {@code 2 workers took 94 steps in 12.3 s; 8 % of their time went into the exchange, 11.4 MB were sent}. */
    public String summary() {
        double seconds = workers.stream().mapToDouble(WorkerReport::seconds).sum();
        double exchange =
                workers.stream().mapToDouble(WorkerReport::exchangeSeconds).sum();
        long bytes = workers.stream().mapToLong(WorkerReport::bytesSent).sum();
        return String.format(
                Locale.ROOT,
                "%,d workers took %,d steps in %.1f s; %.0f %% of their time went into the exchange, %.1f MB were sent",
                workers.size(),
                workers.getFirst().steps(),
                seconds / workers.size(),
                seconds == 0 ? 0 : 100 * exchange / seconds,
                bytes / 1e6);
    }
}

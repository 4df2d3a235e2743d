package dev.hourglass.report.tables;

import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.train.History;

/** The training history of all models of a run as CSV, one line per epoch. */
public final class HistoryCsv {
    private HistoryCsv() {}

    /**
     * Columns as the first line names them, in Keras's words; {@code loss_name} says what {@code loss} is, such as
     * {@code huber:delta=0.5}. {@code reconstruction} is what outputs alone made of it, {@code kl_divergence} that of a
     * variational model's codes in nats. What is not finite is an empty field.
     */
    public static String of(RunResult run) {
        StringBuilder csv = new StringBuilder(Csv.line(
                "model",
                "epoch",
                "loss",
                "mae",
                "val_loss",
                "val_mae",
                "learning_rate",
                "train_seconds",
                "seconds",
                "mse",
                "val_mse",
                "loss_name",
                "reconstruction",
                "val_reconstruction",
                "kl_divergence",
                "val_kl_divergence"));
        for (ModelResult model : run.models()) {
            for (History.Epoch epoch : model.history().epochs()) {
                csv.append(Csv.line(
                        model.spec().name(),
                        epoch.number(),
                        epoch.loss(),
                        epoch.mae(),
                        epoch.validationLoss(),
                        epoch.validationMae(),
                        (float) epoch.learningRate(),
                        epoch.trainSeconds(),
                        epoch.seconds(),
                        epoch.mse(),
                        epoch.validationMse(),
                        model.history().loss().text(),
                        epoch.reconstruction(),
                        epoch.validationReconstruction(),
                        epoch.divergence(),
                        epoch.validationDivergence()));
            }
        }
        return csv.toString();
    }
}

package dev.hourglass.report;

import dev.hourglass.train.History;

/** The training history of all models of a run as CSV, one line an epoch. */
public final class HistoryCsv {
    private HistoryCsv() {}

    /** Columns {@code model,epoch,loss,val_loss,train_seconds,seconds}; a loss that is not finite is an empty field. */
    public static String of(RunResult run) {
        StringBuilder csv =
                new StringBuilder(Csv.line("model", "epoch", "loss", "val_loss", "train_seconds", "seconds"));
        for (ModelResult model : run.models()) {
            for (History.Epoch epoch : model.history().epochs()) {
                csv.append(Csv.line(
                        model.spec().name(),
                        epoch.number(),
                        epoch.loss(),
                        epoch.validationLoss(),
                        epoch.trainSeconds(),
                        epoch.seconds()));
            }
        }
        return csv.toString();
    }
}

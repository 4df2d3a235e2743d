package dev.hourglass.report.tables;

import dev.hourglass.engine.Measured;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.train.History;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The training history of all models of a run as CSV, one line per epoch. */
public final class HistoryCsv {
    private HistoryCsv() {}

    /**
     * Columns as the first line names them, in Keras's words; {@code loss_name} says what {@code loss} is, such as
     * {@code huber:delta=0.5}. {@code reconstruction} is what outputs alone made of it, {@code kl_divergence} that of a
     * variational model's codes in nats. Each of several outputs has columns of its own, such as {@code predicted_mse} and
     * {@code val_predicted_mse}. What is not finite is an empty field.
     */
    public static String of(RunResult run) {
        List<String> outputs = outputs(run);
        List<Object> header = new ArrayList<>(List.of(
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
        for (String output : outputs) {
            for (String error : List.of("loss", "mse", "mae")) {
                header.add(output + "_" + error);
                header.add("val_" + output + "_" + error);
            }
        }
        StringBuilder csv = new StringBuilder(Csv.line(header.toArray()));
        for (ModelResult model : run.models()) {
            for (History.Epoch epoch : model.history().epochs()) {
                List<Object> line = new ArrayList<>(List.of(
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
                outputs.forEach(output -> addOutput(line, epoch, output));
                csv.append(Csv.line(line.toArray()));
            }
        }
        return csv.toString();
    }

    /** Of all models that have several outputs, each name once. */
    private static List<String> outputs(RunResult run) {
        return run.models().stream()
                .flatMap(model -> model.history().loss().outputTerms().stream())
                .map(OutputTerm::output)
                .distinct()
                .toList();
    }

    private static void addOutput(List<Object> line, History.Epoch epoch, String output) {
        Optional<Measured.OfOutput> training = of(epoch.training(), output);
        Optional<Measured.OfOutput> validation = of(epoch.validation(), output);
        for (ToDoubleFunction<Measured.OfOutput> error : List.<ToDoubleFunction<Measured.OfOutput>>of(
                Measured.OfOutput::loss, Measured.OfOutput::mse, Measured.OfOutput::mae)) {
            line.add(number(training, error));
            line.add(number(validation, error));
        }
    }

    private static Optional<Measured.OfOutput> of(Measured measured, String output) {
        return measured.outputs().stream()
                .filter(each -> each.output().equals(output))
                .findFirst();
    }

    /** Nothing where a model has no such output. */
    private static Object number(Optional<Measured.OfOutput> output, ToDoubleFunction<Measured.OfOutput> error) {
        return output.<Object>map(of -> error.applyAsDouble(of)).orElse("");
    }
}

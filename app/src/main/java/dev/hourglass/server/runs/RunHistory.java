package dev.hourglass.server.runs;

import dev.hourglass.engine.Loss;
import dev.hourglass.lab.recipe.Recipe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Every epoch of every model of a run, from its events if the server ran it, else from results/history.csv.
 *
 * @param models in the recipe's order
 */
public record RunHistory(List<OfModel> models) {
    /**
     * The epochs of one model.
     *
     * @param lossName what the loss is, in words
     */
    record OfModel(String model, String lossName, @Nullable Integer bestEpoch, List<Epoch> epochs) {
        static OfModel of(String model, Loss made, List<Epoch> found) {
            List<Epoch> epochs = made.isVariational()
                    ? found
                    : found.stream().map(Epoch::undivided).toList();
            Epoch best = null;
            for (Epoch epoch : epochs) {
                Double loss = epoch.validationLoss();
                if (loss != null && (best == null || loss < best(best))) {
                    best = epoch;
                }
            }
            return new OfModel(model, made.inWords(), best == null ? null : best.epoch(), epochs);
        }

        private static double best(Epoch epoch) {
            Double loss = epoch.validationLoss();
            return loss == null ? Double.POSITIVE_INFINITY : loss;
        }

        @Nullable
        Double bestValidationLoss() {
            Integer number = bestEpoch;
            return number == null
                    ? null
                    : epochs.stream()
                            .filter(epoch -> epoch.epoch() == number)
                            .findFirst()
                            .map(Epoch::validationLoss)
                            .orElse(null);
        }
    }

    /**
     * One epoch; what was not measured or is not finite is null.
     *
     * @param reconstruction of a variational model what outputs alone made of the loss, null of others
     * @param divergence of a variational model that of its codes from the prior in nats, null of others
     */
    record Epoch(
            int epoch,
            @Nullable Double loss,
            @Nullable Double mse,
            @Nullable Double mae,
            @Nullable Double validationLoss,
            @Nullable Double validationMse,
            @Nullable Double validationMae,
            @Nullable Double learningRate,
            @Nullable Double trainSeconds,
            @Nullable Double seconds,
            @Nullable Double reconstruction,
            @Nullable Double validationReconstruction,
            @Nullable Double divergence,
            @Nullable Double validationDivergence) {
        /** @param event of this type */
        static Epoch of(JsonNode event) {
            return new Epoch(
                    event.path("epoch").asInt(0),
                    number(event, "loss"),
                    number(event, "mse"),
                    number(event, "mae"),
                    number(event, "validationLoss"),
                    number(event, "validationMse"),
                    number(event, "validationMae"),
                    number(event, "learningRate"),
                    number(event, "trainSeconds"),
                    number(event, "seconds"),
                    number(event, "reconstruction"),
                    number(event, "validationReconstruction"),
                    number(event, "divergence"),
                    number(event, "validationDivergence"));
        }

        /** Of a loss that has no parts. */
        private Epoch undivided() {
            return new Epoch(
                    epoch,
                    loss,
                    mse,
                    mae,
                    validationLoss,
                    validationMse,
                    validationMae,
                    learningRate,
                    trainSeconds,
                    seconds,
                    null,
                    null,
                    null,
                    null);
        }

        private static @Nullable Double number(JsonNode event, String field) {
            JsonNode value = event.path(field);
            return value.isNumber() ? value.asDouble(Double.NaN) : null;
        }
    }

    public static RunHistory of(StoredRun run) {
        RunHistory ofEvents = of(run.recipe(), run.events());
        return ofEvents.models().stream().allMatch(model -> model.epochs().isEmpty()) ? ofCsv(run) : ofEvents;
    }

    static RunHistory of(Recipe recipe, EventDigest events) {
        return of(recipe, events::epochs);
    }

    private static RunHistory of(Recipe recipe, Function<String, List<Epoch>> epochs) {
        return new RunHistory(recipe.models().stream()
                .map(model -> OfModel.of(model.name(), model.training().loss(), epochs.apply(model.name())))
                .toList());
    }

    /** Columns by their names, since earlier versions wrote fewer. */
    private static RunHistory ofCsv(StoredRun run) {
        List<String> lines = run.lines("results/history.csv");
        List<String> columns =
                lines.isEmpty() ? List.of() : List.of(lines.getFirst().split(",", -1));
        Map<String, List<Epoch>> byModel = new HashMap<>();
        for (String line : lines.stream().skip(1).toList()) {
            String[] fields = line.split(",", -1);
            Double number = field(columns, fields, "epoch");
            if (number != null) {
                byModel.computeIfAbsent(fields[0], model -> new ArrayList<>())
                        .add(new Epoch(
                                number.intValue(),
                                field(columns, fields, "loss"),
                                field(columns, fields, "mse"),
                                field(columns, fields, "mae"),
                                field(columns, fields, "val_loss"),
                                field(columns, fields, "val_mse"),
                                field(columns, fields, "val_mae"),
                                field(columns, fields, "learning_rate"),
                                field(columns, fields, "train_seconds"),
                                field(columns, fields, "seconds"),
                                field(columns, fields, "reconstruction"),
                                field(columns, fields, "val_reconstruction"),
                                field(columns, fields, "kl_divergence"),
                                field(columns, fields, "val_kl_divergence")));
            }
        }
        return of(run.recipe(), model -> byModel.getOrDefault(model, List.of()));
    }

    private static @Nullable Double field(List<String> columns, String[] fields, String name) {
        int at = columns.indexOf(name);
        try {
            return at < 0 || at >= fields.length || fields[at].isEmpty() ? null : Double.valueOf(fields[at]);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    public @Nullable Integer bestEpoch(String model) {
        return of(model).bestEpoch();
    }

    /** One that knows nothing where there is no such model. */
    public OfModel of(String model) {
        return models.stream()
                .filter(history -> history.model().equals(model))
                .findFirst()
                .orElseGet(() -> new OfModel(model, "", null, List.of()));
    }
}

package dev.hourglass.server;

import dev.hourglass.lab.ModelRecipe;
import dev.hourglass.lab.Recipe;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Every epoch of every model of a run, from its events if the server ran it, else from results/history.csv.
 *
 * @param models in the recipe's order
 */
record RunHistory(List<OfModel> models) {
    /** The epochs of one model. */
    record OfModel(String model, @Nullable Integer bestEpoch, List<Epoch> epochs) {
        static OfModel of(String model, List<Epoch> epochs) {
            Epoch best = null;
            for (Epoch epoch : epochs) {
                Double loss = epoch.validationLoss();
                if (loss != null && (best == null || loss < best(best))) {
                    best = epoch;
                }
            }
            return new OfModel(model, best == null ? null : best.epoch(), epochs);
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

    /** One epoch; what was not measured or is not finite is null. */
    record Epoch(
            int epoch,
            @Nullable Double loss,
            @Nullable Double mae,
            @Nullable Double validationLoss,
            @Nullable Double validationMae,
            @Nullable Double learningRate,
            @Nullable Double trainSeconds,
            @Nullable Double seconds) {}

    static RunHistory of(StoredRun run) {
        Map<String, Map<Integer, Epoch>> byModel = ofEvents(run.recipe(), EventLog.read(run.folder(), "epoch"));
        if (byModel.values().stream().allMatch(Map::isEmpty)) {
            addCsv(run, byModel);
        }
        return of(run.recipe(), byModel);
    }

    /** @param epochs events of this type */
    static RunHistory of(Recipe recipe, List<JsonNode> epochs) {
        return of(recipe, ofEvents(recipe, epochs));
    }

    private static Map<String, Map<Integer, Epoch>> ofEvents(Recipe recipe, List<JsonNode> events) {
        Map<String, Map<Integer, Epoch>> byModel = new LinkedHashMap<>();
        recipe.models().forEach(model -> byModel.put(model.name(), new LinkedHashMap<>()));
        for (JsonNode event : events) {
            Map<Integer, Epoch> epochs = byModel.get(event.path("model").asString(""));
            if (epochs != null) {
                Epoch epoch = ofEvent(event);
                // An epoch that was trained again after an interruption counts as it was trained last.
                epochs.keySet().removeIf(number -> number >= epoch.epoch());
                epochs.put(epoch.epoch(), epoch);
            }
        }
        return byModel;
    }

    private static RunHistory of(Recipe recipe, Map<String, Map<Integer, Epoch>> byModel) {
        List<OfModel> models = new ArrayList<>();
        for (ModelRecipe model : recipe.models()) {
            models.add(OfModel.of(
                    model.name(),
                    List.copyOf(byModel.getOrDefault(model.name(), Map.of()).values())));
        }
        return new RunHistory(models);
    }

    private static Epoch ofEvent(JsonNode event) {
        return new Epoch(
                event.path("epoch").asInt(),
                number(event, "loss"),
                number(event, "mae"),
                number(event, "validationLoss"),
                number(event, "validationMae"),
                number(event, "learningRate"),
                number(event, "trainSeconds"),
                number(event, "seconds"));
    }

    private static @Nullable Double number(JsonNode event, String field) {
        JsonNode value = event.path(field);
        return value.isNumber() ? value.asDouble() : null;
    }

    /** Columns by their names, since earlier versions wrote fewer. */
    private static void addCsv(StoredRun run, Map<String, Map<Integer, Epoch>> byModel) {
        List<String> lines = run.lines("results/history.csv");
        if (lines.isEmpty()) {
            return;
        }
        List<String> columns = List.of(lines.getFirst().split(",", -1));
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split(",", -1);
            Map<Integer, Epoch> epochs = byModel.get(fields[0]);
            Double number = field(columns, fields, "epoch");
            if (epochs != null && number != null) {
                epochs.put(
                        number.intValue(),
                        new Epoch(
                                number.intValue(),
                                field(columns, fields, "loss"),
                                field(columns, fields, "mae"),
                                field(columns, fields, "val_loss"),
                                field(columns, fields, "val_mae"),
                                field(columns, fields, "learning_rate"),
                                field(columns, fields, "train_seconds"),
                                field(columns, fields, "seconds")));
            }
        }
    }

    private static @Nullable Double field(List<String> columns, String[] fields, String name) {
        int at = columns.indexOf(name);
        try {
            return at < 0 || at >= fields.length || fields[at].isEmpty() ? null : Double.valueOf(fields[at]);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    @Nullable
    Integer bestEpoch(String model) {
        return of(model).bestEpoch();
    }

    /** One that knows nothing where there is no such model. */
    OfModel of(String model) {
        return models.stream()
                .filter(history -> history.model().equals(model))
                .findFirst()
                .orElseGet(() -> new OfModel(model, null, List.of()));
    }
}

package dev.hourglass.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What a model of a run is the best of: clearly ahead of every other model that it can be compared with. */
final class BestFor {
    /** Nearer than this, relative to the other, is no lead. */
    private static final double LEAD = 0.05;

    private BestFor() {}

    /** Such as {@code images of cifar10; compression}; empty if it leads in nothing. */
    static String of(ModelResult model, RunResult run) {
        List<String> titles = new ArrayList<>();
        RunData data = model.data();
        List<ModelResult> sameData = others(model, run.modelsOf(data));
        List<ModelResult> all = others(model, run.models());
        if (leads(model, sameData, of -> of.test().mse())) {
            titles.add(data.noun().equals(data.name()) ? data.noun() : data.noun() + " of " + data.name());
        }
        if (!all.isEmpty()) {
            addIf(leads(model, all, of -> of.test().mse() / of.pcaMse()), "error beside PCA's", titles);
            addIf(leads(model, all, of -> 1 / of.spec().compressionRatio()), "compression", titles);
            addIf(leads(model, all, ModelResult::parameters), "few parameters", titles);
            addIf(leads(model, all, of -> of.history().totalSeconds()), "short training", titles);
        }
        if (!sameData.isEmpty()) {
            addIf(leads(model, sameData, of -> 1 / of.test().samplesPerSecond()), "throughput", titles);
        }
        return String.join("; ", titles);
    }

    private static List<ModelResult> others(ModelResult model, List<ModelResult> models) {
        return models.stream().filter(other -> !other.equals(model)).toList();
    }

    private static void addIf(boolean leads, String title, List<String> titles) {
        if (leads) {
            titles.add(title);
        }
    }

    private static boolean leads(ModelResult model, List<ModelResult> others, ToDoubleFunction<ModelResult> cost) {
        double own = cost.applyAsDouble(model);
        return Double.isFinite(own)
                && others.stream().mapToDouble(cost).allMatch(other -> own < (1 - LEAD) * other || Double.isNaN(other));
    }
}

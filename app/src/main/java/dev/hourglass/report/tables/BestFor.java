package dev.hourglass.report.tables;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** In what one of several models is best: clearly ahead of every other that it can be compared with. */
final class BestFor {
    /** Nearer than this, relative to the other, is no lead. */
    private static final double LEAD = 0.05;

    /**
     * A model's measures; NaN where there is none.
     *
     * @param samples what it was judged on: the same for models whose errors compare
     * @param title of the samples, such as {@code images of cifar10}; empty where to lead on them is not worth saying
     */
    record Contender(
            Object samples,
            String title,
            double mse,
            double pcaMse,
            double compressionRatio,
            double parameters,
            double trainingSeconds,
            double samplesPerSecond) {}

    private BestFor() {}

    /**
     * Such as {@code images of cifar10; compression}; empty if it leads in nothing, or is the only one.
     *
     * @param place of the model in {@code all}
     */
    static String of(int place, List<Contender> all) {
        List<String> titles = new ArrayList<>();
        Contender model = all.get(place);
        List<Contender> others = new ArrayList<>(all);
        others.remove(place);
        List<Contender> sameSamples = others.stream()
                .filter(other -> other.samples().equals(model.samples()))
                .toList();
        if (others.isEmpty()) {
            return "";
        }
        addIf(!model.title().isEmpty() && leads(model, sameSamples, Contender::mse), model.title(), titles);
        addIf(leads(model, others, of -> of.mse() / of.pcaMse()), "error beside PCA's", titles);
        addIf(leads(model, others, of -> 1 / of.compressionRatio()), "compression", titles);
        addIf(leads(model, others, Contender::parameters), "few parameters", titles);
        addIf(leads(model, others, Contender::trainingSeconds), "short training", titles);
        if (!sameSamples.isEmpty()) {
            addIf(leads(model, sameSamples, of -> 1 / of.samplesPerSecond()), "throughput", titles);
        }
        return String.join("; ", titles);
    }

    private static void addIf(boolean leads, String title, List<String> titles) {
        if (leads) {
            titles.add(title);
        }
    }

    private static boolean leads(Contender model, List<Contender> others, ToDoubleFunction<Contender> cost) {
        double own = cost.applyAsDouble(model);
        return Double.isFinite(own)
                && others.stream().mapToDouble(cost).allMatch(other -> own < (1 - LEAD) * other || Double.isNaN(other));
    }
}

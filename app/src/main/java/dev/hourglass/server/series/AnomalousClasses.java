package dev.hourglass.server.series;

import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.models.EvaluationTarget;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which classes of rows are anomalies.
 *
 * @param note how that is known, a sentence; empty where no class is one
 */
record AnomalousClasses(Set<Integer> classes, String note) {
    private static final Set<String> USUAL_NAMES =
            Set.of("1", "1.0", "true", "anomaly", "anomalous", "abnormal", "outlier", "yes");

    AnomalousClasses {
        classes = Set.copyOf(classes);
    }

    /** By what the model was trained on, or by the names that anomalies usually have. */
    static AnomalousClasses guess(EvaluationTarget target, ScoredSeries series) {
        if (!series.places().hasLabels()) {
            return new AnomalousClasses(Set.of(), "");
        }
        List<String> names = series.classNames();
        Recipe.Series own = target.model().series();
        List<String> trainedOn =
                own == null ? List.of() : own.options().classes().trainOn();
        Set<Integer> classes = new HashSet<>();
        for (int i = 0; i < names.size(); i++) {
            boolean anomalous = trainedOn.isEmpty()
                    ? USUAL_NAMES.contains(names.get(i).toLowerCase(Locale.ROOT))
                    : !trainedOn.contains(names.get(i));
            if (anomalous) {
                classes.add(i);
            }
        }
        if (classes.isEmpty()) {
            return new AnomalousClasses(Set.of(), "");
        }
        return new AnomalousClasses(
                classes,
                trainedOn.isEmpty()
                        ? "Guessed by the name of the class."
                        : "The model was not trained on it: its recipe has train_on.");
    }

    /** Those of the parameter {@code anomalous}; guessed where it is missing. */
    static Set<Integer> chosen(Query query, EvaluationTarget target, ScoredSeries series) {
        String text = query.text("anomalous", "");
        if (text.isEmpty()) {
            return guess(target, series).classes();
        }
        if (text.equals("none")) {
            return Set.of();
        }
        if (!series.places().hasLabels()) {
            throw ApiException.impossible(
                    "anomalous",
                    "The rows of these data have no labels.",
                    "Leave 'anomalous' out, or name their column with 'labelColumn'.");
        }
        return new TreeSet<>(query.integers("anomalous"));
    }
}

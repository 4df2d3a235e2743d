package dev.hourglass.server.runs;

import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How long a run's training will still take: the model that trains by its own pace, those after it by how many
 * operations they have for each of its.
 */
final class TimeLeft {
    private final List<ModelRecipe> models;
    private final Map<Recipe.Data, Integer> samples = new HashMap<>();

    TimeLeft(Recipe recipe) {
        models = recipe.models();
    }

    void opened(Recipe.Data data, int trainingSamples) {
        samples.put(data, trainingSamples);
    }

    /**
     * Seconds until all models are trained.
     *
     * @param number of the model that trains, from 1
     * @param epochsLeft of it, with the part of the one it is in
     * @param secondsPerEpoch of it
     */
    double seconds(int number, double epochsLeft, double secondsPerEpoch) {
        double seconds = epochsLeft * secondsPerEpoch;
        ModelRecipe now = models.get(number - 1);
        for (ModelRecipe later : models.subList(number, models.size())) {
            seconds += later.training().epochs() * secondsPerEpoch * operations(later) / operations(now);
        }
        return seconds;
    }

    /** Of an epoch, up to a factor that all models share. */
    private double operations(ModelRecipe model) {
        // A model that only rearranges numbers has none.
        double ofSample = Math.max(1, model.spec().facts().operations());
        return ofSample * samples.getOrDefault(model.data(), 1);
    }
}

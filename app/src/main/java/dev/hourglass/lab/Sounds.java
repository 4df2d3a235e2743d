package dev.hourglass.lab;

import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import java.util.LinkedHashMap;
import java.util.Map;

/** What sound becomes before a model sees it, for the model's file: whoever uses it later takes sound likewise. */
final class Sounds {
    private Sounds() {}

    static Map<String, String> facts(ModelRecipe model) {
        Recipe.Series series = model.data().series();
        LogMelSpectrogram spectrogram = series == null ? null : series.options().spectrogram();
        return spectrogram == null ? Map.of() : Map.of(SavedModel.SPECTROGRAM, spectrogram.toString());
    }

    static Map<String, String> with(Map<String, String> provenance, ModelRecipe model) {
        Map<String, String> all = new LinkedHashMap<>(provenance);
        all.putAll(facts(model));
        return all;
    }
}

package dev.hourglass.lab;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.report.results.Reference;
import dev.hourglass.train.TrainOptions;
import java.util.List;

/**
 * One model of a recipe, with the data it learns and how it is trained.
 *
 * @param references what others report of it, to be said beside its results
 */
public record ModelRecipe(AutoencoderSpec spec, Recipe.Data data, TrainOptions training, List<Reference> references) {
    public ModelRecipe {
        references = List.copyOf(references);
    }

    /** A model that nobody else reports of. */
    public ModelRecipe(AutoencoderSpec spec, Recipe.Data data, TrainOptions training) {
        this(spec, data, training, List.of());
    }

    public ModelRecipe withData(Recipe.Data value) {
        return new ModelRecipe(spec, value, training, references);
    }

    public ModelRecipe withTraining(TrainOptions value) {
        return new ModelRecipe(spec, data, value, references);
    }

    /** The model's name, which no other model of the recipe has. */
    public String name() {
        return spec.name();
    }
}

package dev.hourglass.lab.recipe;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.report.results.Reference;
import dev.hourglass.train.TrainOptions;
import java.util.List;

/**
 * One model of a recipe, with the data it learns and how it is trained.
 *
 * @param references what others report of it, to be said beside its results
 * @param origin where it is written
 */
public record ModelRecipe(
        AutoencoderSpec spec, Recipe.Data data, TrainOptions training, List<Reference> references, Origin origin) {
    public ModelRecipe {
        references = List.copyOf(references);
    }

    /** A model that no file describes. */
    public ModelRecipe(AutoencoderSpec spec, Recipe.Data data, TrainOptions training, List<Reference> references) {
        this(spec, data, training, references, Origin.NONE);
    }

    /** A model that no file describes and nobody else reports of. */
    public ModelRecipe(AutoencoderSpec spec, Recipe.Data data, TrainOptions training) {
        this(spec, data, training, List.of());
    }

    public ModelRecipe withSpec(AutoencoderSpec value) {
        return new ModelRecipe(value, data, training, references, origin);
    }

    public ModelRecipe withData(Recipe.Data value) {
        return new ModelRecipe(spec, value, training, references, origin);
    }

    public ModelRecipe withTraining(TrainOptions value) {
        return new ModelRecipe(spec, data, value, references, origin);
    }

    /** The model's name, which no other model of the recipe has. */
    public String name() {
        return spec.name();
    }
}

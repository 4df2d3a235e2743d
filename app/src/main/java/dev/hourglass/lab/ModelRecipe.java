package dev.hourglass.lab;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.train.TrainOptions;

/** One model of a recipe, with the data it learns and how it is trained. */
public record ModelRecipe(AutoencoderSpec spec, Recipe.Data data, TrainOptions training) {
    public ModelRecipe withData(Recipe.Data value) {
        return new ModelRecipe(spec, value, training);
    }

    public ModelRecipe withTraining(TrainOptions value) {
        return new ModelRecipe(spec, data, value);
    }

    /** The model's name, which no other model of the recipe has. */
    public String name() {
        return spec.name();
    }
}

package dev.hourglass.lab.study;

import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.report.results.PeakMemory;
import dev.hourglass.train.TrainResult;

/**
 * A model of a recipe, trained.
 *
 * @param memory at its largest while it was trained
 */
public record TrainedModel(ModelRecipe recipe, TrainResult result, PeakMemory memory) {}

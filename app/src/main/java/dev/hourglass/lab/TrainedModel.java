package dev.hourglass.lab;

import dev.hourglass.report.results.PeakMemory;
import dev.hourglass.train.TrainResult;

/**
 * A model of a recipe, trained.
 *
 * @param memory at its largest while it was trained
 */
record TrainedModel(ModelRecipe recipe, TrainResult result, PeakMemory memory) {}

package dev.hourglass.lab.run;

import dev.hourglass.lab.recipe.Recipe;
import java.nio.file.Path;

/**
 * Where a new run takes up another's training: at the end of an epoch that was kept, see {@link Recipe.Outputs#epochs},
 * or of the last one.
 *
 * @param run the other run's folder
 * @param model its name in both recipes; its layers must be the same
 * @param epoch from 1
 */
public record Fork(Path run, String model, int epoch) {}

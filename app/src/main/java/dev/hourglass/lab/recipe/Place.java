package dev.hourglass.lab.recipe;

import dev.hourglass.tensor.ShapeException;

/**
 * Where something stands in a recipe.
 *
 * @param file as the user named it
 * @param line from 1
 * @param column from 1
 * @param path such as {@code models[0].encoder[3].Conv2D.filters}; empty for the whole document
 */
record Place(String file, int line, int column, String path) {
    /** @param problem expected, found and the way out */
    RecipeException error(String problem) {
        return new RecipeException(prefix() + problem);
    }

    RecipeException error(String problem, Exception cause) {
        return new RecipeException(prefix() + problem, cause);
    }

    /** A cause whose message says all that is needed. */
    RecipeException error(ShapeException cause) {
        return new RecipeException(prefix() + cause.getMessage(), cause);
    }

    private String prefix() {
        return file + ":" + line + ":" + column + ": " + (path.isEmpty() ? "" : path + ": ");
    }
}

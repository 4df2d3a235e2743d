package dev.hourglass.lab.recipe;

/** A mistake in a recipe; the message is one line: file, line, column, place in the recipe, expected, found, way out. */
public final class RecipeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RecipeException(String message) {
        super(message);
    }

    RecipeException(String message, Throwable cause) {
        super(message, cause);
    }
}

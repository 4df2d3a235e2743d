package dev.hourglass.lab;

import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.tensor.Shape;

/** Whether a model reads pictures as they lie in their samples: as many numbers in another order would be noise. */
final class PictureInputs {
    private PictureInputs() {}

    /**
     * @param pictures [height, width, channels]
     * @throws LabException if the model takes others, with the sizes that would do
     */
    static void require(ModelRecipe model, Shape pictures) {
        Recipe.Pictures own = model.data().pictures();
        boolean patches = own != null && own.options().pictures().patches() != null;
        Shape input = model.spec().input();
        int height = pictures.dimension(0);
        int rowNumbers = pictures.dimension(1) * pictures.dimension(2);
        boolean fits = input.equals(pictures)
                || input.equals(Shape.of(height, rowNumbers))
                || input.equals(Shape.of(height * rowNumbers));
        if (fits) {
            return;
        }
        boolean takesPictures = input.rank() == 3 && (input.dimension(2) == 1 || input.dimension(2) == 3);
        throw new LabException(model.origin().prefix() + "Model '" + model.name() + "' takes inputs " + input
                + ", but the pictures of " + model.data().name() + " are " + pictures + " (height, width, channels). "
                + (takesPictures && patches
                        ? "Cut patches of its size with 'patches: {size: [" + input.dimension(0) + ", "
                                + input.dimension(1) + "]}' and 'colour: " + (input.dimension(2) == 1 ? "grey" : "rgb")
                                + "' under data, or let"
                        : takesPictures
                                ? "Bring them to its size with 'size: [" + input.dimension(0) + ", "
                                        + input.dimension(1) + "]', 'fit: crop' (or pad, stretch) and 'colour: "
                                        + (input.dimension(2) == 1 ? "grey" : "rgb") + "' under data, or let"
                                : "Let")
                + " the model's input be " + pictures + ", or " + Shape.of(height, rowNumbers) + " to read them row by"
                + " row.");
    }
}

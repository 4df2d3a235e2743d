package dev.hourglass.evaluate;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.tensor.GaussianSmoothing;
import dev.hourglass.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * What a model makes of pictures of any size: at once where they have the size of its input, else patch by patch, without
 * seams. One that is smaller than a patch is mirrored at its edges until it is as large.
 *
 * @param model what rebuilds pictures or patches of the input's size
 * @param input of the model, [height, width, channels] where pictures are cut into patches
 * @param overlap of neighbouring patches in pixels; null takes a quarter of a patch
 */
public record PictureRebuild(
        PatchReconstruction.Model model,
        Shape input,
        @Nullable Integer overlap) {
    /**
     * @param picture [height, width, channels], normalized
     * @return a new array of the same shape
     */
    public float[] rebuilt(float[] picture, Shape shape) {
        if (shape.size() == input.size() && (input.rank() != 3 || shape.equals(input))) {
            float[] rebuilt = new float[picture.length];
            model.rebuild(
                    (index, into, offset) -> System.arraycopy(picture, 0, into, offset, picture.length), 0, 1, rebuilt);
            return rebuilt;
        }
        Shape large = Shape.of(
                Math.max(shape.dimension(0), input.dimension(0)),
                Math.max(shape.dimension(1), input.dimension(1)),
                shape.dimension(2));
        float[] mirrored = large.equals(shape) ? picture : mirrored(picture, shape, large);
        int quarter = Math.min(input.dimension(0), input.dimension(1)) / 4;
        float[] rebuilt = new float[mirrored.length];
        PatchReconstruction.of(
                        model, FloatDataset.of("picture", large, mirrored), input, overlap == null ? quarter : overlap)
                .rebuild(0, 1, rebuilt);
        return large.equals(shape) ? rebuilt : cropped(rebuilt, large, shape);
    }

    private static float[] mirrored(float[] picture, Shape shape, Shape large) {
        int channels = shape.dimension(2);
        float[] mirrored = new float[large.size()];
        for (int y = 0; y < large.dimension(0); y++) {
            int row = GaussianSmoothing.mirrored(y, shape.dimension(0)) * shape.dimension(1);
            for (int x = 0; x < large.dimension(1); x++) {
                int from = (row + GaussianSmoothing.mirrored(x, shape.dimension(1))) * channels;
                System.arraycopy(picture, from, mirrored, (y * large.dimension(1) + x) * channels, channels);
            }
        }
        return mirrored;
    }

    private static float[] cropped(float[] large, Shape of, Shape shape) {
        float[] cropped = new float[shape.size()];
        int row = shape.dimension(1) * shape.dimension(2);
        for (int y = 0; y < shape.dimension(0); y++) {
            System.arraycopy(large, y * of.dimension(1) * of.dimension(2), cropped, y * row, row);
        }
        return cropped;
    }
}

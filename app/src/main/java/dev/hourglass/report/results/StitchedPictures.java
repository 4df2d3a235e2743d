package dev.hourglass.report.results;

import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Whole test pictures, rebuilt by a model that reads patches of them, and stitched.
 *
 * @param patch of the model, [height, width, channels]
 * @param overlap of neighbouring patches in pixels
 * @param pairs whether the model read noisy pictures
 * @param each in the order of the names, at least one
 * @param shown some of them
 */
public record StitchedPictures(Shape patch, int overlap, boolean pairs, List<Each> each, List<Shown> shown) {
    /**
     * A picture.
     *
     * @param mse over all its numbers, after normalization
     * @param psnr in decibels
     * @param ssim NaN below 11 x 11 pixels
     * @param noisyPsnr of what the model read, where that is no clean picture; else NaN
     */
    public record Each(String name, int height, int width, double mse, double psnr, double ssim, double noisyPsnr) {}

    /**
     * A picture in a size that can be shown, 0 to 1.
     *
     * @param input what the model read where that is no clean picture; null else
     */
    public record Shown(String name, Shape shape, float @Nullable [] input, float[] original, float[] rebuilt) {}

    public StitchedPictures {
        each = List.copyOf(each);
        shown = List.copyOf(shown);
    }

    /** Over all numbers of all pictures. */
    public double mse() {
        double sum = 0;
        double count = 0;
        for (Each picture : each) {
            double pixels = (double) picture.height * picture.width;
            sum += picture.mse * pixels;
            count += pixels;
        }
        return sum / count;
    }

    /** The mean over the pictures, in decibels. */
    public double psnr() {
        return mean(Each::psnr);
    }

    /** The mean over the pictures; NaN if one is too small. */
    public double ssim() {
        return mean(Each::ssim);
    }

    /** The mean over the pictures, in decibels; NaN without pairs. */
    public double noisyPsnr() {
        return mean(Each::noisyPsnr);
    }

    private double mean(ToDoubleFunction<Each> of) {
        return each.stream().mapToDouble(of).average().orElse(Double.NaN);
    }
}

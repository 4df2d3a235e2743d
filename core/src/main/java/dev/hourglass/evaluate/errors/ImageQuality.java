package dev.hourglass.evaluate.errors;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.tensor.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * How alike images and their reconstructions look, image by image.
 *
 * @param psnr the mean over the images, in decibels; infinite if an image is rebuilt exactly
 * @param ssim the mean over the images, at most 1
 * @param each every image, in the order of the data
 */
public record ImageQuality(double psnr, double ssim, List<OfImage> each) {
    private static final int IMAGES_PER_TASK = 4;

    /**
     * @param index from 0, in the order of the data
     * @param psnr peak signal-to-noise ratio, {@code 10 log10(range^2 / mse)} in decibels
     * @param ssim structural similarity; see {@link StructuralSimilarity}
     */
    public record OfImage(int index, double psnr, double ssim) {}

    public ImageQuality {
        each = List.copyOf(each);
    }

    /**
     * @param images [height, width, channels] or [height, width], height and width >= 11
     * @param reconstruction of these images
     * @param range from the smallest number that a pixel can be to the largest: 1 for pixels in 0..1
     * @param threads that compute, >= 1; any number gives the same bits
     * @param progress told how many images are done
     * @throws ShapeException if the samples are no images, or too small
     * @throws IllegalArgumentException if the range is not positive and finite
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static ImageQuality of(
            Reconstruction reconstruction, Dataset images, double range, int threads, IntConsumer progress) {
        StructuralSimilarity similarity = new StructuralSimilarity(images.sampleShape(), range);
        int numbers = images.sampleShape().size();
        OfImage[] each = new OfImage[images.size()];
        try (Workers workers = Workers.of(threads)) {
            new ReconstructedSamples(reconstruction, images, "Judging the images")
                    .forEachBlock(progress, (from, count, rebuilt) -> {
                        workers.run(Math.ceilDiv(count, IMAGES_PER_TASK), (worker, task) -> {
                            int end = Math.min((task + 1) * IMAGES_PER_TASK, count);
                            for (int i = task * IMAGES_PER_TASK; i < end; i++) {
                                float[] original = new float[numbers];
                                images.copySample(from + i, original, 0);
                                float[] image = Arrays.copyOfRange(rebuilt, i * numbers, (i + 1) * numbers);
                                double mse = SampleError.of(original, image, 0).mse();
                                double psnr = 10 * StrictMath.log10(range * range / mse);
                                each[from + i] = new OfImage(from + i, psnr, similarity.of(original, image));
                            }
                        });
                    });
        }
        return new ImageQuality(
                Arrays.stream(each).mapToDouble(OfImage::psnr).average().orElseThrow(),
                Arrays.stream(each).mapToDouble(OfImage::ssim).average().orElseThrow(),
                List.of(each));
    }
}

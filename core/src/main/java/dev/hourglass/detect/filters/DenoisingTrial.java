package dev.hourglass.detect.filters;

import dev.hourglass.evaluate.errors.SampleError;
import dev.hourglass.evaluate.errors.SampleSimilarity;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * How well a model and classical filters remove one kind of noise: the mean PSNR and SSIM over samples whose clean form is
 * known. Of each kind of filter the strength counts that has the highest mean PSNR over these very samples; no model is
 * chosen so, and whoever doesn't know the clean samples can't choose so well, so this favours the filters.
 */
public final class DenoisingTrial {
    /** That of a sample without any error, in decibels. */
    public static final double MOST_DECIBELS = 100;

    /**
     * Means over the samples.
     *
     * @param psnrDecibels at most {@link #MOST_DECIBELS} for each sample
     * @param ssim null where the samples are no images, or smaller than 11 x 11 pixels
     */
    public record Quality(double psnrDecibels, @Nullable Double ssim) {}

    /** A filter of the strength that is best for it. */
    public record Filtered(NoiseFilter filter, Quality quality) {}

    /**
     * @param samples that the means are over
     * @param filters one of each kind, the best by PSNR first
     */
    public record Outcome(int samples, Quality noisy, Quality model, List<Filtered> filters) {
        public Outcome {
            filters = List.copyOf(filters);
        }
    }

    private final List<NoiseFilter> filters;
    private final Sums noisySums = new Sums();
    private final Sums modelSums = new Sums();
    private final List<Sums> filterSums = new ArrayList<>();

    public DenoisingTrial(List<NoiseFilter> filters) {
        this.filters = List.copyOf(filters);
        filters.forEach(filter -> filterSums.add(new Sums()));
    }

    private static final class Sums {
        private double psnr;
        private double ssim;
        private int samples;
        private int withSsim;

        void add(float[] clean, float[] other, SampleSimilarity similarity) {
            double mse = SampleError.of(clean, other, 0).mse();
            psnr += Math.min(MOST_DECIBELS, similarity.psnrDecibels(mse).orElse(MOST_DECIBELS));
            samples++;
            OptionalDouble of = similarity.ssim(clean, other);
            if (of.isPresent()) {
                ssim += of.getAsDouble();
                withSsim++;
            }
        }

        Quality mean() {
            return new Quality(psnr / samples, withSsim == 0 ? null : ssim / withSsim);
        }
    }

    /**
     * Takes one sample.
     *
     * @param shape [height, width, channels] or [steps, features]; samples may differ in it
     * @param similarity of samples of this shape
     */
    public void add(float[] clean, float[] noisy, float[] denoised, Shape shape, SampleSimilarity similarity) {
        noisySums.add(clean, noisy, similarity);
        modelSums.add(clean, denoised, similarity);
        for (int i = 0; i < filters.size(); i++) {
            filterSums.get(i).add(clean, filters.get(i).apply(noisy, shape, similarity.range()), similarity);
        }
    }

    /** @throws IllegalStateException if no sample was added */
    public Outcome outcome() {
        if (noisySums.samples == 0) {
            throw new IllegalStateException("no sample was added");
        }
        Map<String, Filtered> best = new LinkedHashMap<>();
        for (int i = 0; i < filters.size(); i++) {
            Filtered filtered = new Filtered(filters.get(i), filterSums.get(i).mean());
            best.merge(
                    filtered.filter.kind(),
                    filtered,
                    (a, b) -> b.quality.psnrDecibels > a.quality.psnrDecibels ? b : a);
        }
        return new Outcome(
                noisySums.samples,
                noisySums.mean(),
                modelSums.mean(),
                best.values().stream()
                        .sorted(Comparator.comparingDouble(filtered -> -filtered.quality.psnrDecibels))
                        .toList());
    }
}

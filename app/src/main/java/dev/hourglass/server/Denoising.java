package dev.hourglass.server;

import dev.hourglass.tensor.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a model makes of noise: Gaussian noise is added to samples, the model rebuilds them, and both are held against
 * the clean ones.
 *
 * @param seed of the noise; each sample has a stream of its own
 */
record Denoising(Subject subject, Likeness likeness, long seed) {
    private static final int LEVELS = 10;

    static Denoising of(Subject subject, long seed) {
        return new Denoising(subject, Likeness.of(subject), seed);
    }

    /** How much nearer to the clean sample the rebuilt one is than the noisy one; null where that isn't defined. */
    record Gain(
            double noise,
            @Nullable Double noisyPsnrDecibels,
            @Nullable Double denoisedPsnrDecibels,
            @Nullable Double psnrGainDecibels,
            @Nullable Double noisySsim,
            @Nullable Double denoisedSsim,
            @Nullable Double ssimGain) {}

    /** One sample, clean, noisy and rebuilt. */
    record View(
            int index,
            int[] shape,
            float[] clean,
            float[] noisy,
            float[] denoised,
            double noise,
            @Nullable Double noisyPsnrDecibels,
            @Nullable Double denoisedPsnrDecibels,
            @Nullable Double psnrGainDecibels,
            @Nullable Double noisySsim,
            @Nullable Double denoisedSsim,
            @Nullable Double ssimGain) {}

    /** @param noise standard deviation, as a share of the data's range */
    View view(int index, double noise) {
        subject.requireIndex(index);
        float[] clean = subject.sample(index);
        float[] noisy = noisy(clean, index, noise);
        float[] denoised = subject.model().reconstruct(noisy, 1);
        Gain gain = gain(noise, clean, noisy, denoised);
        return new View(
                index,
                subject.model().input().toArray(),
                clean,
                noisy,
                denoised,
                noise,
                gain.noisyPsnrDecibels(),
                gain.denoisedPsnrDecibels(),
                gain.psnrGainDecibels(),
                gain.noisySsim(),
                gain.denoisedSsim(),
                gain.ssimGain());
    }

    private float[] noisy(float[] clean, int index, double noise) {
        RandomGenerator random = new RandomSource(seed).stream("workbench/noise", index);
        float[] noisy = clean.clone();
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] += (float) (noise * likeness.range() * random.nextGaussian());
        }
        return noisy;
    }

    private Gain gain(double noise, float[] clean, float[] noisy, float[] denoised) {
        Double before = likeness.psnrDecibels(SampleError.of(clean, noisy, 0).mse());
        Double after = likeness.psnrDecibels(SampleError.of(clean, denoised, 0).mse());
        Double ssimBefore = likeness.ssim(clean, noisy);
        Double ssimAfter = likeness.ssim(clean, denoised);
        return new Gain(
                noise,
                before,
                after,
                difference(after, before),
                ssimBefore,
                ssimAfter,
                difference(ssimAfter, ssimBefore));
    }

    private static @Nullable Double difference(@Nullable Double a, @Nullable Double b) {
        return a == null || b == null ? null : a - b;
    }

    /** The means over the first samples at levels of 0.05 to 0.5. */
    List<Gain> levels(int samples, Job.Progress progress) {
        List<Gain> levels = new ArrayList<>();
        for (int level = 1; level <= LEVELS; level++) {
            double noise = 0.05 * level;
            List<Gain> gains = new ArrayList<>();
            for (int index = 0; index < samples; index++) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new StoppedException("Measuring the gain was stopped.");
                }
                float[] clean = subject.sample(index);
                float[] noisy = noisy(clean, index, noise);
                gains.add(gain(noise, clean, noisy, subject.model().reconstruct(noisy, 1)));
            }
            levels.add(mean(noise, gains));
            progress.at(level / (double) LEVELS);
        }
        return levels;
    }

    private static Gain mean(double noise, List<Gain> gains) {
        return new Gain(
                noise,
                mean(gains.stream().map(Gain::noisyPsnrDecibels).toList()),
                mean(gains.stream().map(Gain::denoisedPsnrDecibels).toList()),
                mean(gains.stream().map(Gain::psnrGainDecibels).toList()),
                mean(gains.stream().map(Gain::noisySsim).toList()),
                mean(gains.stream().map(Gain::denoisedSsim).toList()),
                mean(gains.stream().map(Gain::ssimGain).toList()));
    }

    /** Of the values that there are; null where there are none. */
    private static @Nullable Double mean(List<@Nullable Double> values) {
        double sum = 0;
        int count = 0;
        for (Double value : values) {
            if (value != null) {
                sum += value;
                count++;
            }
        }
        return count == 0 ? null : sum / count;
    }
}

package dev.hourglass.detect;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.errors.SampleSimilarity;
import dev.hourglass.tensor.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Denoising: Gaussian noise is added to samples, the model reconstructs them, and both are held against the
 * clean ones.
 *
 * @param data the clean samples
 * @param denoiser gives a new array for a noisy sample, and leaves that as it is; a model's reconstruction
 * @param similarity of such samples
 * @param seed of the noise; each sample has a stream of its own, so the same seed gives the same noise
 */
public record Denoising(Dataset data, UnaryOperator<float[]> denoiser, SampleSimilarity similarity, long seed) {
    private static final int LEVELS = 10;
    private static final double STEP = 0.05;

    /** One sample, clean, noisy and denoised, and what was gained. */
    public record DenoisedSample(float[] clean, float[] noisy, float[] denoised, DenoisingGain gain) {}

    /**
     * @param index of the sample
     * @param noise standard deviation, as a share of the range of the data, >= 0
     */
    public DenoisedSample sample(int index, double noise) {
        float[] clean = new float[data.sampleShape().size()];
        data.copySample(index, clean, 0);
        float[] noisy = noisy(clean, index, noise);
        float[] denoised = denoiser.apply(noisy);
        return new DenoisedSample(clean, noisy, denoised, DenoisingGain.of(noise, clean, noisy, denoised, similarity));
    }

    private float[] noisy(float[] clean, int index, double noise) {
        RandomGenerator random = new RandomSource(seed).stream("workbench/noise", index);
        float[] noisy = clean.clone();
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] += (float) (noise * similarity.range() * random.nextGaussian());
        }
        return noisy;
    }

    /**
     * The mean gains over the first samples at ten levels of noise, 0.05 to 0.5.
     *
     * @param samples how many, 1 to all
     * @param progress told how many samples are done, of ten times as many
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public List<DenoisingGain> levels(int samples, IntConsumer progress) {
        List<DenoisingGain> levels = new ArrayList<>();
        for (int level = 1; level <= LEVELS; level++) {
            double noise = STEP * level;
            List<DenoisingGain> gains = new ArrayList<>();
            for (int index = 0; index < samples; index++) {
                InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "Denoising");
                gains.add(sample(index, noise).gain());
                progress.accept((level - 1) * samples + index + 1);
            }
            levels.add(DenoisingGain.mean(noise, gains));
        }
        return levels;
    }

    /** How many levels there are. */
    public static int levelCount() {
        return LEVELS;
    }
}

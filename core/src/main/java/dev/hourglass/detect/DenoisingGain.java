package dev.hourglass.detect;

import dev.hourglass.evaluate.errors.SampleError;
import dev.hourglass.evaluate.errors.SampleSimilarity;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How much nearer to the clean sample the denoised one is than the noisy one. What is not defined is null: the PSNR where
 * there is no error, the SSIM for anything but images of at least 11 x 11 pixels.
 *
 * @param noise standard deviation of the noise, as a share of the range of the data
 * @param psnrGainDecibels PSNR of the denoised sample less that of the noisy one; negative where the model does harm
 * @param ssimGain likewise
 */
public record DenoisingGain(
        double noise,
        @Nullable Double noisyPsnrDecibels,
        @Nullable Double denoisedPsnrDecibels,
        @Nullable Double psnrGainDecibels,
        @Nullable Double noisySsim,
        @Nullable Double denoisedSsim,
        @Nullable Double ssimGain) {

    static DenoisingGain of(double noise, float[] clean, float[] noisy, float[] denoised, SampleSimilarity similarity) {
        Double psnrBefore = psnr(clean, noisy, similarity);
        Double psnrAfter = psnr(clean, denoised, similarity);
        Double ssimBefore = orNull(similarity.ssim(clean, noisy));
        Double ssimAfter = orNull(similarity.ssim(clean, denoised));
        return new DenoisingGain(
                noise,
                psnrBefore,
                psnrAfter,
                difference(psnrAfter, psnrBefore),
                ssimBefore,
                ssimAfter,
                difference(ssimAfter, ssimBefore));
    }

    /** The means of what is defined; null where nothing is. */
    static DenoisingGain mean(double noise, List<DenoisingGain> gains) {
        return new DenoisingGain(
                noise,
                mean(gains, DenoisingGain::noisyPsnrDecibels),
                mean(gains, DenoisingGain::denoisedPsnrDecibels),
                mean(gains, DenoisingGain::psnrGainDecibels),
                mean(gains, DenoisingGain::noisySsim),
                mean(gains, DenoisingGain::denoisedSsim),
                mean(gains, DenoisingGain::ssimGain));
    }

    private static @Nullable Double mean(List<DenoisingGain> gains, Function<DenoisingGain, @Nullable Double> measure) {
        return orNull(gains.stream()
                .map(measure)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .average());
    }

    private static @Nullable Double psnr(float[] clean, float[] other, SampleSimilarity similarity) {
        return orNull(similarity.psnrDecibels(SampleError.of(clean, other, 0).mse()));
    }

    private static @Nullable Double difference(@Nullable Double a, @Nullable Double b) {
        return a == null || b == null ? null : a - b;
    }

    private static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }
}

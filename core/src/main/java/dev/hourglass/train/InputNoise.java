package dev.hourglass.train;

import dev.hourglass.engine.Samples;
import dev.hourglass.tensor.GaussianSmoothing;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;

/**
 * What spoils inputs while targets stay clean: a denoising autoencoder learns to undo it (Vincent et al. 2010). Numbers are
 * those that the model sees. What happens to a sample depends on the seed, the epoch and the sample alone. Each number is
 * spoiled by itself, but for blur, in which nothing is random.
 */
public sealed interface InputNoise {
    /** Inputs as they are. */
    record None() implements InputNoise {}

    /**
     * Adds normal numbers around 0.
     *
     * @param stddev their standard deviation, > 0
     * @param low what is below becomes this; minus infinity leaves all
     * @param high what is above becomes this, > low; infinity leaves all
     */
    record Gaussian(float stddev, float low, float high) implements InputNoise {
        public Gaussian {
            require(stddev > 0 && stddev < Float.POSITIVE_INFINITY, "stddev must be > 0, got " + stddev);
            requireOrder(low, high);
        }

        /** Without bounds. */
        public static Gaussian of(float stddev) {
            return new Gaussian(stddev, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
        }
    }

    /**
     * Sets numbers to the lowest or the highest value, one as likely as the other.
     *
     * @param rate how likely a number is hit, above 0 and at most 1
     */
    record SaltAndPepper(float rate, float low, float high) implements InputNoise {
        public SaltAndPepper {
            requireRate(rate);
            requireOrder(low, high);
        }
    }

    /**
     * Sets numbers to a value of nothing.
     *
     * @param rate how likely a number is hit, above 0 and at most 1
     */
    record Masking(float rate, float value) implements InputNoise {
        public Masking {
            requireRate(rate);
            require(Float.isFinite(value), "value must be finite, got " + value);
        }
    }

    /**
     * Smooths images along rows and columns and series along their steps; see {@link GaussianSmoothing}.
     *
     * @param sigma deviation of the Gaussian in pixels or steps, above 0 and at most 100
     */
    record Blur(float sigma) implements InputNoise {
        public Blur {
            require(sigma > 0 && sigma <= 100, "sigma must be > 0 and <= 100, got " + sigma);
        }
    }

    /** Leaves inputs as they are. */
    static InputNoise none() {
        return new None();
    }

    /** For a sentence, such as {@code Gaussian noise (standard deviation 0.3)}. */
    default String inWords() {
        return switch (this) {
            case None ignored -> "no noise";
            case Gaussian noise -> "Gaussian noise (standard deviation " + noise.stddev() + ")";
            case SaltAndPepper noise -> "salt-and-pepper noise (rate " + noise.rate() + ")";
            case Masking noise -> "masking noise (rate " + noise.rate() + ")";
            case Blur noise -> "blur (sigma " + noise.sigma() + ")";
        };
    }

    /**
     * Spoiled samples.
     *
     * @param shape of each sample
     * @param purpose whose noise it is, such as {@code training}
     * @param index of it, such as the epoch
     */
    default Samples over(Samples clean, Shape shape, long seed, String purpose, long index) {
        if (this instanceof None) {
            return clean;
        }
        long key = RandomSource.key(seed, "input_noise/" + purpose, index);
        int size = shape.size();
        if (this instanceof Blur blur) {
            GaussianSmoothing smoothing = new GaussianSmoothing(blur.sigma());
            return (sample, into, offset) -> {
                clean.copySample(sample, into, offset);
                smoothing.smooth(into, offset, shape);
            };
        }
        return (sample, into, offset) -> {
            clean.copySample(sample, into, offset);
            spoil(into, offset, size, key, (long) sample * size);
        };
    }

    /** @param place of the first number among those that the key has numbers for */
    private void spoil(float[] sample, int offset, int size, long key, long place) {
        switch (this) {
            case None ignored -> {}
            case Blur ignored -> {}
            case Gaussian noise -> {
                for (int j = 0; j < size; j++) {
                    float value = sample[offset + j] + noise.stddev() * RandomSource.normal(key, place + j);
                    sample[offset + j] = Math.max(noise.low(), Math.min(noise.high(), value));
                }
            }
            case SaltAndPepper noise -> {
                for (int j = 0; j < size; j++) {
                    double drawn = uniform(key, place + j);
                    if (drawn < noise.rate()) {
                        sample[offset + j] = drawn < 0.5 * noise.rate() ? noise.low() : noise.high();
                    }
                }
            }
            case Masking noise -> {
                for (int j = 0; j < size; j++) {
                    if (uniform(key, place + j) < noise.rate()) {
                        sample[offset + j] = noise.value();
                    }
                }
            }
        }
    }

    private static double uniform(long key, long place) {
        return (RandomSource.bits(key, place) >>> 11) * 0x1p-53;
    }

    private static void requireRate(float rate) {
        require(rate > 0 && rate <= 1, "rate must be > 0 and <= 1, got " + rate);
    }

    private static void requireOrder(float low, float high) {
        require(low < high, "low must be below high, got " + low + " and " + high);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}

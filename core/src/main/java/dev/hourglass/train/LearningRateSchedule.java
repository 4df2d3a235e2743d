package dev.hourglass.train;

import org.jspecify.annotations.Nullable;

/**
 * How the learning rate changes while a model trains: a function of the step alone, so that a run that was stopped goes
 * on as it would have. Names, settings and formulas are those of {@code keras.optimizers.schedules}; what Keras calls
 * the initial learning rate is {@link TrainOptions#learningRate}.
 */
public sealed interface LearningRateSchedule {
    LearningRateSchedule CONSTANT = new Constant();

    /**
     * The rate of one step.
     *
     * @param initialRate where the schedule starts, > 0
     * @param step from 0, over all epochs
     * @param steps that the whole training takes, > step
     * @return >= 0
     */
    float rate(float initialRate, long step, long steps);

    /** The initial rate throughout. */
    record Constant() implements LearningRateSchedule {
        @Override
        public float rate(float initialRate, long step, long steps) {
            return initialRate;
        }
    }

    /**
     * Keras's {@code CosineDecay}: half a wave of the cosine from the initial rate down to {@code alpha} times it (I.
     * Loshchilov and F. Hutter, SGDR, ICLR 2017, eq. 5), after a climb in equal steps to a warm-up target where there is
     * one; the wave then starts from that.
     *
     * @param decaySteps how long the wave is, >= 1, after which the rate stays; null is up to the end of the training
     * @param alpha what is left at the end, as a part of the rate at which the wave starts, 0 to 1
     * @param warmupTarget the rate after the climb, > 0; null without warm-up
     * @param warmupSteps how long the climb is, >= 0; 0 without a target
     */
    record CosineDecay(
            @Nullable Integer decaySteps,
            float alpha,
            @Nullable Float warmupTarget,
            int warmupSteps) implements LearningRateSchedule {
        /** Down to nothing at the end of the training, without warm-up. */
        public static final CosineDecay WHOLE_TRAINING = new CosineDecay(null, 0, null, 0);

        public CosineDecay {
            require(decaySteps == null || decaySteps >= 1, "decaySteps must be >= 1, got " + decaySteps);
            require(alpha >= 0 && alpha <= 1, "alpha must be 0 to 1, got " + alpha);
            require(
                    warmupTarget == null || (warmupTarget > 0 && warmupTarget < Float.POSITIVE_INFINITY),
                    "warmupTarget must be > 0, got " + warmupTarget);
            require(warmupSteps >= 0, "warmupSteps must be >= 0, got " + warmupSteps);
            require(
                    (warmupTarget == null) == (warmupSteps == 0),
                    "a warm-up needs a target and at least one step, got target " + warmupTarget + " and " + warmupSteps
                            + " steps");
        }

        @Override
        public float rate(float initialRate, long step, long steps) {
            if (warmupTarget != null && step < warmupSteps) {
                return (float) (initialRate + ((double) warmupTarget - initialRate) * step / warmupSteps);
            }
            double top = warmupTarget == null ? initialRate : warmupTarget;
            long length = decaySteps == null ? steps - warmupSteps : decaySteps;
            double done = Math.min(1, (double) (step - warmupSteps) / length);
            double wave = 0.5 * (1 + StrictMath.cos(Math.PI * done));
            return (float) (top * (alpha + (1 - alpha) * wave));
        }
    }

    /**
     * Keras's {@code ExponentialDecay}: the initial rate times {@code decayRate} for each {@code decaySteps} steps, bit
     * by bit, or all at once at their end if it is a staircase.
     *
     * @param decaySteps >= 1
     * @param decayRate > 0, at most 1
     */
    record ExponentialDecay(int decaySteps, float decayRate, boolean staircase) implements LearningRateSchedule {
        public ExponentialDecay {
            require(decaySteps >= 1, "decaySteps must be >= 1, got " + decaySteps);
            require(decayRate > 0 && decayRate <= 1, "decayRate must be > 0 and <= 1, got " + decayRate);
        }

        @Override
        public float rate(float initialRate, long step, long steps) {
            double times = (double) step / decaySteps;
            return (float) (initialRate * StrictMath.pow(decayRate, staircase ? Math.floor(times) : times));
        }
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}

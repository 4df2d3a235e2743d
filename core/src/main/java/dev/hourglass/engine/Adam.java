package dev.hourglass.engine;

/**
 * Adam's settings (Kingma and Ba 2015), with Keras's defaults.
 *
 * @param learningRate >= 0; at 0 a step leaves the weights as they are
 * @param beta1 decay of the gradient's mean, in [0, 1)
 * @param beta2 decay of its square's mean, in [0, 1)
 * @param epsilon > 0, added to the root
 */
public record Adam(float learningRate, float beta1, float beta2, float epsilon) {
    public Adam {
        require(
                learningRate >= 0 && learningRate < Float.POSITIVE_INFINITY,
                "learningRate must be >= 0, got " + learningRate);
        require(beta1 >= 0 && beta1 < 1, "beta1 must be >= 0 and < 1, got " + beta1);
        require(beta2 >= 0 && beta2 < 1, "beta2 must be >= 0 and < 1, got " + beta2);
        require(epsilon > 0, "epsilon must be > 0, got " + epsilon);
    }

    /** Betas 0.9 and 0.999, epsilon 1e-7. */
    public static Adam withLearningRate(float learningRate) {
        return new Adam(learningRate, 0.9f, 0.999f, 1e-7f);
    }

    /** The learning rate with both bias corrections, at a step counted from 1. */
    float correctedRate(double step) {
        return (float) (learningRate * Math.sqrt(1 - Math.pow(beta2, step)) / (1 - Math.pow(beta1, step)));
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}

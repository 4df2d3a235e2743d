package dev.hourglass.engine.cpu.ops.losses;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.TermWeights;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A loss over a sample whose terms count differently, term by term. */
final class WeightedLoss implements LossFunction {
    private final LossFunction of;
    /** Numbers of a term. */
    private final int length;
    /** By term. */
    private final float[] weights;

    private final @Nullable Float maskValue;
    private int masked;

    WeightedLoss(Loss.Weighted loss, Shape sample, Kernels kernels) {
        of = LossFunction.of(loss.of(), sample, kernels);
        int terms = loss.of().terms(sample);
        length = sample.size() / terms;
        maskValue = loss.maskValue();
        weights = new float[terms];
        TermWeights given = loss.weights();
        int step = sample.size() / sample.dimension(0);
        for (int term = 0; term < terms; term++) {
            int first = term * length;
            float ofStep = given.ofSteps().isEmpty() ? 1 : given.ofSteps().get(first / step);
            float ofChannel =
                    given.ofChannels().isEmpty() ? 1 : given.ofChannels().get(first % sample.dimension(-1));
            weights[term] = ofStep * ofChannel;
        }
    }

    @Override
    public double add(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor) {
        double sum = 0;
        masked = 0;
        for (int term = 0; term < weights.length; term++) {
            int skip = term * length;
            if (isMasked(T, t + skip)) {
                masked++;
                Arrays.fill(D, d + skip, d + skip + length, 0);
            } else {
                double loss = of.add(Y, y + skip, T, t + skip, D, d + skip, length, factor * weights[term]);
                sum += loss * weights[term];
            }
        }
        return sum;
    }

    private boolean isMasked(float[] T, int t) {
        if (maskValue == null) {
            return false;
        }
        float value = maskValue;
        for (int j = 0; j < length; j++) {
            if (T[t + j] != value) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int masked() {
        return masked;
    }
}

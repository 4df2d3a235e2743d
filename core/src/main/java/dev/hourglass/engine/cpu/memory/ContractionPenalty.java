package dev.hourglass.engine.cpu.memory;

import dev.hourglass.engine.Penalty;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.model.Parameter;
import java.util.Arrays;

/**
 * A {@link Penalty.Contraction}: a unit's squared slopes are summed over the batch, and its weights' squares once a batch.
 * Their products are the norm; each of the two is the factor of the other in the slopes.
 */
public final class ContractionPenalty implements BatchPenalty {
    /** By unit: the sum of its weights' squares. */
    public final double[] squares;

    private final Penalty.Contraction penalty;
    private final int index;
    /** {@code [inputs, units]}. */
    private final float[] kernel;

    private final double[][] sums;
    /** By unit: what its weights are multiplied with to be their slopes. */
    private final float[] twice;

    ContractionPenalty(Step.Contraction step, int chunks, Parameter kernel) {
        penalty = step.penalty();
        index = step.kernel();
        this.kernel = kernel.values();
        squares = new double[step.width()];
        sums = new double[chunks][step.width()];
        twice = new float[step.width()];
    }

    @Override
    public void begin() {
        sumSquares(kernel, squares);
    }

    /**
     * By unit the sum of its weights' squares.
     *
     * @param kernel {@code [inputs, units]}
     * @param squares one for each unit, written anew
     */
    public static void sumSquares(float[] kernel, double[] squares) {
        Arrays.fill(squares, 0);
        for (int row = 0; row < kernel.length; row += squares.length) {
            for (int unit = 0; unit < squares.length; unit++) {
                squares[unit] += (double) kernel[row + unit] * kernel[row + unit];
            }
        }
    }

    @Override
    public double[] sums(int chunk) {
        return sums[chunk];
    }

    @Override
    public double finish(int chunks, int samples, float[][] gradients) {
        int units = squares.length;
        double cost = 0;
        for (int unit = 0; unit < units; unit++) {
            double slopes = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                slopes += sums[chunk][unit];
            }
            double factor = penalty.lambda() * slopes / samples;
            cost += factor * squares[unit];
            twice[unit] = (float) (2 * factor);
        }
        float[] gradient = gradients[index];
        for (int row = 0; row < kernel.length; row += units) {
            for (int unit = 0; unit < units; unit++) {
                gradient[row + unit] += twice[unit] * kernel[row + unit];
            }
        }
        return cost;
    }
}

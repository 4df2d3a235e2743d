package dev.hourglass.engine.cpu.memory;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import java.util.Arrays;
import java.util.List;

/** A batch normalisation at work: the factors it applies now, and the gradients of gamma and beta. */
public final class NormState {
    public final float[] scale;
    public final float[] shift;
    /** 1 where a larger input gives a larger output, -1 where a smaller one does, 0 where all are equal. */
    public final float[] sign;

    /** The three factors of the way back: {@code dx = a * dy + c * x + b}. */
    public final float[] a;

    public final float[] b;
    public final float[] c;
    public final float[] gammaGradient;
    public final float[] betaGradient;
    /** Which of the parameters gamma is, or -1 where there is none. */
    public final int gammaIndex;

    /** Likewise. */
    public final int betaIndex;

    private final Plan.Norm norm;
    private final double[] mean;
    private final double[] inverse;
    private final float[] gamma;
    private final float[] beta;
    private final float[] movingMean;
    private final float[] movingVariance;

    public NormState(Plan.Norm norm, Parameters parameters, boolean training) {
        this.norm = norm;
        List<Parameter> all = parameters.list();
        int next = norm.first();
        gammaIndex = norm.layer().scale() ? next++ : -1;
        betaIndex = norm.layer().center() ? next++ : -1;
        gamma = gammaIndex < 0 ? ones(norm.channels()) : all.get(gammaIndex).values();
        beta = betaIndex < 0 ? new float[norm.channels()] : all.get(betaIndex).values();
        movingMean = all.get(next).values();
        movingVariance = all.get(next + 1).values();
        int stride = norm.channelStride();
        scale = new float[stride];
        shift = new float[stride];
        sign = new float[stride];
        a = new float[stride];
        b = new float[stride];
        c = new float[stride];
        mean = new double[norm.channels()];
        inverse = new double[norm.channels()];
        gammaGradient = new float[norm.channels()];
        betaGradient = new float[norm.channels()];
        begin();
        if (!training) {
            for (int j = 0; j < norm.channels(); j++) {
                setFactors(j, movingMean[j], movingVariance[j]);
            }
        }
    }

    private static float[] ones(int count) {
        float[] ones = new float[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    /** Before anything of a batch is computed: gamma may have changed since the last one. */
    public void begin() {
        for (int j = 0; j < norm.channels(); j++) {
            sign[j] = Math.signum(gamma[j]);
        }
    }

    private void setFactors(int channel, double mean, double variance) {
        double inverse = 1 / Math.sqrt(variance + norm.layer().epsilon());
        this.mean[channel] = mean;
        this.inverse[channel] = inverse;
        scale[channel] = (float) (gamma[channel] * inverse);
        shift[channel] = (float) (beta[channel] - mean * gamma[channel] * inverse);
    }

    /** Mean and variance of the batch (biased, as Keras has it), and the moving ones one step on. */
    public void settle(ChunkResults results, int index, int chunks, int samples) {
        double count = (double) samples * norm.pixels();
        float momentum = norm.layer().momentum();
        for (int j = 0; j < norm.channels(); j++) {
            double sum = 0;
            double squares = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                sum += results.moments[chunk][index][j];
                squares += results.moments[chunk][index][norm.channelStride() + j];
            }
            double batchMean = sum / count;
            double variance = Math.max(0, squares / count - batchMean * batchMean);
            setFactors(j, batchMean, variance);
            movingMean[j] = (float) (movingMean[j] * momentum + batchMean * (1 - momentum));
            movingVariance[j] = (float) (movingVariance[j] * momentum + variance * (1 - momentum));
        }
    }

    /** Ioffe and Szegedy 2015, the gradients in section 3, gathered into factors of gradient and input. */
    public void settleGradient(ChunkResults results, int index, int chunks, int samples) {
        double count = (double) samples * norm.pixels();
        for (int j = 0; j < norm.channels(); j++) {
            double sum = 0;
            double products = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                sum += results.moments[chunk][index][j];
                products += results.moments[chunk][index][norm.channelStride() + j];
            }
            double dGamma = (products - mean[j] * sum) * inverse[j];
            double factor = gamma[j] * inverse[j];
            double ofInput = -factor * inverse[j] * dGamma / count;
            gammaGradient[j] = (float) dGamma;
            betaGradient[j] = (float) sum;
            a[j] = (float) factor;
            c[j] = (float) ofInput;
            b[j] = (float) (-factor * sum / count - ofInput * mean[j]);
        }
    }
}

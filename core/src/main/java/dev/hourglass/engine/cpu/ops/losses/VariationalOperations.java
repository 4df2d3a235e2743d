package dev.hourglass.engine.cpu.ops.losses;

import dev.hourglass.engine.Penalty;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.RandomSource;

/** What a variational autoencoder does at its waist (Kingma and Welling 2013, section 2.4 and appendix B). */
public final class VariationalOperations {
    private final Resources resources;
    private final Kernels kernels;
    private final ChunkResults results;

    public VariationalOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        results = resources.results();
    }

    /** {@code z = m + exp(v / 2) e}; e depends on the seed, the batch's number and the place in the batch alone. */
    public Operation sample(Step.Sample step) {
        SampleCopy mean = SampleCopy.of(step.mean(), resources);
        SampleCopy logVariance = SampleCopy.of(step.logVariance(), resources);
        SampleCopy deviation = SampleCopy.of(step.deviation(), resources);
        SampleCopy to = SampleCopy.of(step.to(), resources);
        int size = step.sample().size();
        float[][] codes = new float[resources.workers()][size];
        float[][] deviations = new float[resources.workers()][size];
        String purpose = "sampling/" + step.layer();
        return at -> {
            float[] z = codes[at.worker];
            float[] d = deviations[at.worker];
            long key = RandomSource.key(at.batch.seed(), purpose, at.batch.number());
            for (int sample = 0; sample < at.samples; sample++) {
                mean.gather(at, sample, z);
                logVariance.gather(at, sample, d);
                kernels.scale(0.5f, d, 0, size);
                kernels.exp(d, 0, d, 0, size);
                long place = (long) (at.first() + sample) * size;
                for (int j = 0; j < size; j++) {
                    d[j] *= RandomSource.normal(key, place + j);
                    z[j] += d[j];
                }
                deviation.spread(d, at, sample);
                to.spread(z, at, sample);
            }
        };
    }

    /** {@code dz/dv = exp(v / 2) e / 2}. */
    public Operation sampleGradient(Step.SampleGradient step) {
        SampleCopy deviation = SampleCopy.of(step.deviation(), resources);
        SampleCopy gradient = SampleCopy.of(step.gradient(), resources);
        SampleCopy ofLogVariance = SampleCopy.of(step.ofLogVariance(), resources);
        int size = step.sample().size();
        float[][] deviations = new float[resources.workers()][size];
        float[][] gradients = new float[resources.workers()][size];
        return at -> {
            float[] d = deviations[at.worker];
            float[] g = gradients[at.worker];
            for (int sample = 0; sample < at.samples; sample++) {
                deviation.gather(at, sample, d);
                gradient.gather(at, sample, g);
                kernels.multiply(d, 0, g, 0, size);
                kernels.scale(0.5f, g, 0, size);
                ofLogVariance.spread(g, at, sample);
            }
        };
    }

    /** {@code -(1 + v - m^2 - exp(v)) / 2}, summed over a sample's numbers; its slopes are m and {@code (exp(v) - 1) / 2}. */
    public Operation divergence(Step.Divergence step) {
        SampleCopy mean = SampleCopy.of(step.mean(), resources);
        SampleCopy logVariance = SampleCopy.of(step.logVariance(), resources);
        SampleCopy ofMean = SampleCopy.of(step.ofMean(), resources);
        SampleCopy ofLogVariance = SampleCopy.of(step.ofLogVariance(), resources);
        int size = step.sample().size();
        float[][] means = new float[resources.workers()][size];
        float[][] logarithms = new float[resources.workers()][size];
        float[][] variances = new float[resources.workers()][size];
        Penalty.Divergence penalty = step.penalty();
        return at -> {
            float[] m = means[at.worker];
            float[] v = logarithms[at.worker];
            float[] variance = variances[at.worker];
            double weight = penalty.weight(at.batch.epochs());
            float factor = (float) (weight / at.batch.size());
            for (int sample = 0; sample < at.samples; sample++) {
                mean.gather(at, sample, m);
                logVariance.gather(at, sample, v);
                kernels.exp(v, 0, variance, 0, size);
                double sum = 0;
                for (int j = 0; j < size; j++) {
                    sum += (double) m[j] * m[j] + variance[j] - 1 - v[j];
                    m[j] *= factor;
                    variance[j] = (variance[j] - 1) * 0.5f * factor;
                }
                results.divergences[at.chunk] += 0.5 * sum;
                results.divergenceCosts[at.chunk] += 0.5 * sum * weight;
                ofMean.spread(m, at, sample);
                ofLogVariance.spread(variance, at, sample);
            }
        };
    }
}

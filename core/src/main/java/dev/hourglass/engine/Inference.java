package dev.hourglass.engine;

import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Workers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model compiled for use: encode, decode, reconstruct. Holds the parameters as they were when it was made. Any number
 * of threads may call it at once.
 */
public final class Inference implements AutoCloseable {
    private static final int BATCH = 256;

    private final Workers workers;
    private final ChainInference whole;
    private final ChainInference encoder;
    /** By output. */
    private final Map<String, ChainInference> outputs = new HashMap<>();

    /** Null where a code alone is not enough. */
    private final @Nullable ChainInference decoder;

    private final AutoencoderSpec spec;

    private Inference(Autoencoder model, Kernels kernels, Workers workers) {
        this.workers = workers;
        spec = model.spec();
        Parameters parameters = model.parameters();
        whole = new ChainInference(spec.reconstructing(), parameters, kernels, workers);
        spec.graph()
                .outputs()
                .forEach(output -> outputs.put(
                        output,
                        output.equals(spec.reconstruction())
                                ? whole
                                : new ChainInference(
                                        spec.graph().upTo(List.of(output)), parameters, kernels, workers)));
        encoder = new ChainInference(spec.encoderGraph(), parameters, kernels, workers);
        decoder =
                spec.bypass().isEmpty() ? new ChainInference(spec.decoderGraph(), parameters, kernels, workers) : null;
    }

    /** @param threads that share out one call's samples, >= 1 */
    public static Inference of(Autoencoder model, int threads) {
        return of(model, threads, Kernels.best());
    }

    static Inference of(Autoencoder model, int threads, Kernels kernels) {
        return new Inference(model, kernels, Workers.of(threads));
    }

    /**
     * Rebuilds samples; of a composite model, its first output.
     *
     * @param from index of the first sample
     * @param into receives {@code count} samples, row-major, one after the other
     */
    public void reconstruct(Samples samples, int from, int count, float[] into) {
        whole.run(samples, from, count, into);
    }

    /**
     * Computes one output of a composite model, such as what comes next.
     *
     * @param output its name
     * @param into receives {@code count} of it, row-major, one after the other
     * @throws IllegalArgumentException if the model has no output of that name
     */
    public void compute(String output, Samples samples, int from, int count, float[] into) {
        ChainInference chain = outputs.get(output);
        if (chain == null) {
            throw new IllegalArgumentException("Model '" + spec.name() + "' has no output '" + output + "'; it has "
                    + spec.graph().outputs());
        }
        chain.run(samples, from, count, into);
    }

    /** @param into receives {@code count} codes, row-major, one after the other */
    public void encode(Samples samples, int from, int count, float[] into) {
        encoder.run(samples, from, count, into);
    }

    /**
     * @param codes {@code count} codes, row-major, one after the other
     * @param into receives as many samples
     * @throws dev.hourglass.model.BypassException if a code alone does not say what the model rebuilds
     */
    public void decode(float[] codes, int count, float[] into) {
        if (decoder == null) {
            throw spec.bypassed("decoding");
        }
        int size = decoder.inputSize();
        decoder.run(
                (index, target, offset) -> System.arraycopy(codes, index * size, target, offset, size), 0, count, into);
    }

    /**
     * How far reconstructions are from their originals, over all numbers of all samples.
     *
     * @param meanSquared mean of the squared differences
     * @param meanAbsolute mean of the absolute differences
     */
    public record Distance(double meanSquared, double meanAbsolute) {}

    /** Rebuilds samples and compares; the same bits at any number of threads. */
    public Distance distance(Samples samples, int from, int count) {
        int size = whole.outputSize();
        float[] original = new float[size];
        float[] rebuilt = new float[Math.min(count, BATCH) * size];
        double squared = 0;
        double absolute = 0;
        for (int done = 0; done < count; done += BATCH) {
            int batch = Math.min(BATCH, count - done);
            reconstruct(samples, from + done, batch, rebuilt);
            for (int i = 0; i < batch; i++) {
                samples.copySample(from + done + i, original, 0);
                for (int j = 0; j < size; j++) {
                    double difference = rebuilt[i * size + j] - original[j];
                    squared += difference * difference;
                    absolute += Math.abs(difference);
                }
            }
        }
        double numbers = (double) count * size;
        return new Distance(squared / numbers, absolute / numbers);
    }

    @Override
    public void close() {
        workers.close();
    }
}

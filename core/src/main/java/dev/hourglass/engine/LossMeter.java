package dev.hourglass.engine;

import dev.hourglass.engine.cpu.ops.losses.LossFunction;
import dev.hourglass.engine.cpu.ops.losses.StepwiseLoss;
import dev.hourglass.engine.plan.OutputLoss;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Masks;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.Workers;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Measures how well a model reconstructs samples: by the loss that it is trained with, and by the squared and absolute
 * errors that all models are compared by. Holds the parameters as they were when it was made.
 *
 * <p>The loss of a variational model is the expectation of one over its codes. It is estimated with one code drawn for each
 * sample, the same whenever that sample is measured; errors are those of what the model rebuilds in use, from the mean.
 */
public final class LossMeter implements AutoCloseable {
    private static final int BATCH = 256;

    private final OutputLoss output;
    private final LossFunction function;
    private final @Nullable MaskedLoss masked;
    private final int terms;
    /** Gives what the loss is told from. */
    private final ChainInference chain;
    /** Gives what the errors are told from: the same, but in a variational model. */
    private final ChainInference inUse;

    private final Kernels kernels = Kernels.best();

    private final Loss loss;
    private final Autoencoder model;
    private final int threads;

    private LossMeter(Autoencoder model, Loss loss, int threads) {
        this.loss = loss;
        this.model = model;
        this.threads = threads;
        output = OutputLoss.of(model.spec().graph(), loss);
        function = LossFunction.of(output.loss(), model.spec().input());
        masked = MaskedLoss.of(output, model.spec().input());
        terms = loss.terms(model.spec().input());
        Workers workers = Workers.of(threads);
        inUse = new ChainInference(output.graph(), model.parameters(), kernels, workers);
        chain = loss.isVariational()
                ? ChainInference.sampling(output.graph(), model.parameters(), loss.penalties(), kernels, workers)
                : inUse;
    }

    /** @param threads that share out one call's samples, >= 1 */
    public static LossMeter of(Autoencoder model, Loss loss, int threads) {
        return new LossMeter(model, loss, threads);
    }

    /** Rebuilds samples and compares; the same bits at any number of threads. */
    public Measured measure(Samples samples, int from, int count) {
        return measure(samples, samples, from, count);
    }

    /** As the other one, but the model is to turn inputs into targets of the same index, such as noisy into clean. */
    public Measured measure(Samples inputs, Samples targets, int from, int count) {
        Sums sums = new Sums(Math.min(count, BATCH));
        for (int done = 0; done < count; done += BATCH) {
            sums.add(inputs, targets, from + done, Math.min(BATCH, count - done));
        }
        double numbers = (double) count * chain.outputSize();
        boolean isSquared = output.loss() instanceof Loss.MeanSquaredError && !output.summed() && masked == null;
        // Summed in another order, the loss would differ from the error that it is in its last bits.
        double reconstruction = isSquared ? sums.squared / numbers : sums.loss / Math.max(1, sums.counted);
        return new Measured(
                reconstruction + sums.divergence.cost() / count + penalties(inputs, from, count),
                reconstruction,
                sums.divergence.nats() / count,
                sums.squared / numbers,
                sums.absolute / numbers);
    }

    /** Over samples, batch by batch. */
    private final class Sums {
        private final int size = chain.outputSize();
        private final float[] original = new float[size];
        private final float[] gradient = new float[size];
        private final float[] input = new float[model.spec().input().size()];
        private final float[] outputs;
        private double loss;
        private long counted;
        private double squared;
        private double absolute;
        private ChainInference.Divergence divergence = new ChainInference.Divergence(0, 0);

        Sums(int batch) {
            outputs = new float[batch * size];
        }

        void add(Samples inputs, Samples targets, int from, int batch) {
            divergence = divergence.plus(chain.measure(inputs, from, batch, outputs));
            for (int i = 0; i < batch; i++) {
                targets.copySample(from + i, original, 0);
                if (masked == null) {
                    loss += function.add(outputs, i * size, original, 0, gradient, 0, size, 1);
                    counted += terms - function.masked();
                } else {
                    inputs.copySample(from + i, input, 0);
                    loss += masked.add(input, outputs, i * size, original);
                    counted += terms - masked.loss().masked();
                }
                if (chain == inUse) {
                    addErrors(i);
                }
            }
            if (chain != inUse) {
                inUse.run(inputs, from, batch, outputs);
                for (int i = 0; i < batch; i++) {
                    targets.copySample(from + i, original, 0);
                    addErrors(i);
                }
            }
        }

        private void addErrors(int sample) {
            int at = sample * size;
            if (output.sigmoid()) {
                kernels.relativeSigmoid(outputs, at, size);
            }
            for (int j = 0; j < size; j++) {
                double difference = outputs[at + j] - original[j];
                squared += difference * difference;
                absolute += Math.abs(difference);
            }
        }
    }

    /** The loss of a model whose output is masked, and how its mask is told from a sample. */
    private record MaskedLoss(StepwiseLoss loss, float maskValue, float[] counts, float[] gradient) {
        static @Nullable MaskedLoss of(OutputLoss output, Shape sample) {
            Optional<LayerSpec.Masking> masking = Masks.of(output.graph()).ofOutput();
            if (masking.isEmpty()) {
                return null;
            }
            StepwiseLoss loss = new StepwiseLoss(output.loss(), sample);
            float[] counts = new float[sample.dimension(0)];
            return new MaskedLoss(loss, masking.get().maskValue(), counts, new float[sample.size()]);
        }

        double add(float[] input, float[] outputs, int from, float[] target) {
            int features = input.length / counts.length;
            for (int step = 0; step < counts.length; step++) {
                counts[step] = 0;
                for (int j = step * features; j < (step + 1) * features; j++) {
                    counts[step] = input[j] == maskValue ? counts[step] : 1;
                }
            }
            return loss.add(counts, outputs, from, target, gradient, 1);
        }
    }

    private double penalties(Samples inputs, int from, int count) {
        double sum = 0;
        for (Penalty penalty : Penalty.atUses(loss.penalties(), model.spec().graph())) {
            sum += switch (penalty) {
                case Penalty.OfOutput output -> ofOutput(output, inputs, from, count);
                case Penalty.OfVariable variable ->
                    VariablePenalty.of(variable, model.parameters()).cost();
                // The samples' codes have told it already.
                case Penalty.Divergence ignored -> 0;
            };
        }
        return sum;
    }

    private double ofOutput(Penalty.OfOutput penalty, Samples inputs, int from, int count) {
        Graph before = model.spec().graph().upTo(List.of(penalty.layer()));
        try (ChainInference chain = ChainInference.of(before, model.parameters(), threads)) {
            OutputPenalty measured = OutputPenalty.of(penalty, before, model.parameters());
            float[] outputs = new float[Math.min(count, BATCH) * chain.outputSize()];
            for (int done = 0; done < count; done += BATCH) {
                int batch = Math.min(BATCH, count - done);
                chain.run(inputs, from + done, batch, outputs);
                measured.add(outputs, batch * chain.outputSize());
            }
            return measured.cost(count);
        }
    }

    @Override
    public void close() {
        chain.close();
    }
}

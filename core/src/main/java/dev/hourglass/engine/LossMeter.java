package dev.hourglass.engine;

import dev.hourglass.engine.cpu.ops.losses.LossFunction;
import dev.hourglass.engine.cpu.ops.losses.StepwiseLoss;
import dev.hourglass.engine.plan.Objective;
import dev.hourglass.engine.plan.OutputLoss;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.Graph;
import dev.hourglass.model.Masks;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.Workers;
import java.util.ArrayList;
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

    private final Graph graph;
    private final Objective objective;
    /** Gives what the loss is told from. */
    private final ChainInference chain;
    /** Gives what the errors are told from: the same, but in a variational model. */
    private final ChainInference inUse;

    private final Kernels kernels = Kernels.best();

    private final Loss loss;
    private final Parameters parameters;
    private final int threads;

    private LossMeter(Graph graph, Parameters parameters, Loss loss, int threads) {
        this.graph = graph;
        this.parameters = parameters;
        this.loss = loss;
        this.threads = threads;
        objective = Objective.of(graph, loss);
        Workers workers = Workers.of(threads);
        inUse = new ChainInference(objective.graph(), parameters, kernels, workers);
        chain = loss.isVariational()
                ? ChainInference.sampling(objective.graph(), parameters, loss.penalties(), kernels, workers)
                : inUse;
    }

    /** @param threads that share out one call's samples, >= 1 */
    public static LossMeter of(Autoencoder model, Loss loss, int threads) {
        return of(model.spec().graph(), model.parameters(), loss, threads);
    }

    /**
     * @param parameters of the graph's layers, at least
     * @param threads that share out one call's samples, >= 1
     */
    public static LossMeter of(Graph graph, Parameters parameters, Loss loss, int threads) {
        return new LossMeter(graph, parameters, loss, threads);
    }

    /** Rebuilds samples and compares; the same bits at any number of threads. */
    public Measured measure(Samples samples, int from, int count) {
        return measure(samples, samples, from, count);
    }

    /** As the other one, but the model is to turn inputs into targets of the same index, such as noisy into clean. */
    public Measured measure(Samples inputs, Samples targets, int from, int count) {
        return measure(List.of(inputs), List.of(targets), from, count);
    }

    /**
     * As the others, of a model with several inputs or outputs.
     *
     * @param inputs one for each of the graph's inputs, in their order
     * @param targets one for each of its outputs, in their order
     */
    public Measured measure(List<Samples> inputs, List<Samples> targets, int from, int count) {
        Sums sums = new Sums(Math.min(count, BATCH));
        for (int done = 0; done < count; done += BATCH) {
            sums.add(inputs, targets, from + done, Math.min(BATCH, count - done));
        }
        double reconstruction = sums.outputs.stream()
                .mapToDouble(output -> output.weighed(count))
                .sum();
        Output first = sums.outputs.getFirst();
        return new Measured(
                reconstruction + sums.divergence.cost() / count + penalties(inputs, from, count),
                reconstruction,
                sums.divergence.nats() / count,
                first.meanSquared(count),
                first.meanAbsolute(count),
                sums.outputs.size() == 1
                        ? List.of()
                        : sums.outputs.stream()
                                .map(output -> output.measured(count))
                                .toList());
    }

    /** Over samples, batch by batch. */
    private final class Sums {
        private final List<Output> outputs = new ArrayList<>();
        private final float[] all;
        private ChainInference.Divergence divergence = new ChainInference.Divergence(0, 0);

        Sums(int batch) {
            ModelFacts facts = ModelFacts.of(graph);
            int offset = 0;
            for (OutputLoss output : objective.outputs()) {
                String name = graph.outputs().get(output.place());
                outputs.add(new Output(name, output, facts.shapeOf(name), offset));
                offset += facts.shapeOf(name).size();
            }
            all = new float[batch * chain.outputSize()];
        }

        void add(List<Samples> inputs, List<Samples> targets, int from, int batch) {
            divergence = divergence.plus(chain.measure(inputs, from, batch, all));
            int size = chain.outputSize();
            for (int i = 0; i < batch; i++) {
                for (Output output : outputs) {
                    output.take(targets, from + i);
                    output.addLoss(inputs, from + i, all, i * size);
                    if (chain == inUse) {
                        output.addErrors(all, i * size);
                    }
                }
            }
            if (chain != inUse) {
                inUse.run(inputs, from, batch, all);
                for (int i = 0; i < batch; i++) {
                    for (Output output : outputs) {
                        output.take(targets, from + i);
                        output.addErrors(all, i * size);
                    }
                }
            }
        }
    }

    /** What one output misses its targets by. */
    private final class Output {
        private final String name;
        private final OutputLoss of;
        private final LossFunction function;
        private final @Nullable MaskedLoss masked;
        private final int terms;
        private final int size;
        private final int offset;
        private final float[] target;
        private final float[] gradient;
        private double loss;
        private long counted;
        private double squared;
        private double absolute;

        /** @param offset of this output in what leaves the model for a sample */
        Output(String name, OutputLoss of, Shape shape, int offset) {
            this.name = name;
            this.of = of;
            this.offset = offset;
            function = LossFunction.of(of.loss(), shape);
            masked = objective.outputs().size() == 1 ? MaskedLoss.of(objective.graph(), of, shape) : null;
            terms = of.terms(shape);
            size = shape.size();
            target = new float[size];
            gradient = new float[size];
        }

        void take(List<Samples> targets, int index) {
            targets.get(of.place()).copySample(index, target, 0);
        }

        /** @param from where the sample's outputs begin */
        void addLoss(List<Samples> inputs, int index, float[] outputs, int from) {
            if (masked == null) {
                loss += function.add(outputs, from + offset, target, 0, gradient, 0, size, 1);
                counted += terms - function.masked();
            } else {
                inputs.getFirst().copySample(index, masked.input(), 0);
                loss += masked.add(outputs, from + offset, target);
                counted += terms - masked.loss().masked();
            }
        }

        void addErrors(float[] outputs, int from) {
            int at = from + offset;
            if (of.sigmoid()) {
                kernels.relativeSigmoid(outputs, at, size);
            }
            for (int j = 0; j < size; j++) {
                double difference = outputs[at + j] - target[j];
                squared += difference * difference;
                absolute += Math.abs(difference);
            }
        }

        double meanSquared(int count) {
            return squared / ((double) count * size);
        }

        double meanAbsolute(int count) {
            return absolute / ((double) count * size);
        }

        double mean(int count) {
            boolean isSquared = of.loss() instanceof Loss.MeanSquaredError && !of.summed() && masked == null;
            // Summed in another order, the loss would differ from the error that it is in its last bits.
            return isSquared ? meanSquared(count) : loss / Math.max(1, counted);
        }

        double weighed(int count) {
            return of.weight() * mean(count);
        }

        Measured.OfOutput measured(int count) {
            return new Measured.OfOutput(name, mean(count), meanSquared(count), meanAbsolute(count));
        }
    }

    /** The loss of a model whose output is masked, and how its mask is told from a sample. */
    private record MaskedLoss(StepwiseLoss loss, float maskValue, float[] counts, float[] gradient, float[] input) {
        static @Nullable MaskedLoss of(Graph graph, OutputLoss output, Shape sample) {
            Optional<Masks.Mask> masking = Masks.of(graph).ofOutput();
            if (masking.isEmpty()) {
                return null;
            }
            StepwiseLoss loss = new StepwiseLoss(output.loss(), sample);
            float[] counts = new float[sample.dimension(0)];
            float[] input = new float[graph.inputs().getFirst().shape().size()];
            return new MaskedLoss(loss, masking.get().value(), counts, new float[sample.size()], input);
        }

        double add(float[] outputs, int from, float[] target) {
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

    private double penalties(List<Samples> inputs, int from, int count) {
        double sum = 0;
        for (Penalty penalty : Penalty.atUses(loss.penalties(), graph)) {
            sum += switch (penalty) {
                case Penalty.OfOutput output -> ofOutput(output, inputs, from, count);
                case Penalty.OfVariable variable ->
                    VariablePenalty.of(variable, parameters).cost();
                case Penalty.Quantization quantization -> ofQuantization(quantization, inputs, from, count);
                // The samples' codes have told it already.
                case Penalty.Divergence ignored -> 0;
            };
        }
        return sum;
    }

    private double ofOutput(Penalty.OfOutput penalty, List<Samples> inputs, int from, int count) {
        Graph before = graph.upTo(List.of(penalty.layer()));
        List<Samples> read = ChainInference.inputsOf(before, graph, inputs);
        try (ChainInference part = ChainInference.of(before, parameters, threads)) {
            OutputPenalty measured = OutputPenalty.of(penalty, before, parameters);
            float[] outputs = new float[Math.min(count, BATCH) * part.outputSize()];
            for (int done = 0; done < count; done += BATCH) {
                int batch = Math.min(BATCH, count - done);
                part.run(read, from + done, batch, outputs);
                measured.add(outputs, batch * part.outputSize());
            }
            return measured.cost(count);
        }
    }

    private double ofQuantization(Penalty.Quantization penalty, List<Samples> inputs, int from, int count) {
        Graph.Node node = graph.nodes().stream()
                .filter(each -> each.name().equals(penalty.layer()))
                .findFirst()
                .orElseThrow();
        Graph before = graph.upTo(List.of(node.inputs().getFirst(), node.name()));
        List<Samples> read = ChainInference.inputsOf(before, graph, inputs);
        try (ChainInference part = ChainInference.of(before, parameters, threads)) {
            int size = part.outputSize() / 2;
            float[] outputs = new float[Math.min(count, BATCH) * 2 * size];
            double squares = 0;
            for (int done = 0; done < count; done += BATCH) {
                int batch = Math.min(BATCH, count - done);
                part.run(read, from + done, batch, outputs);
                for (int i = 0; i < batch; i++) {
                    for (int j = 2 * i * size; j < (2 * i + 1) * size; j++) {
                        double difference = outputs[j] - outputs[j + size];
                        squares += difference * difference;
                    }
                }
            }
            return penalty.cost(squares, size) / count;
        }
    }

    @Override
    public void close() {
        chain.close();
    }
}

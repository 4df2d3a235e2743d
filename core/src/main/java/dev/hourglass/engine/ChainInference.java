package dev.hourglass.engine;

import dev.hourglass.engine.cpu.BatchSize;
import dev.hourglass.engine.cpu.CpuCompiler;
import dev.hourglass.engine.cpu.CpuPlan;
import dev.hourglass.engine.cpu.Processor;
import dev.hourglass.engine.cpu.Stopwatch;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.plan.LayerOps;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.IntStream;

/**
 * Layers compiled for use, a chain or a graph, whatever they compute: an encoder or a decoder by itself, or a whole autoencoder
 * ({@link Inference} has both halves of one at hand). Holds the parameters as they were when it was made. Any number of
 * threads may call it at once.
 */
public final class ChainInference implements AutoCloseable {
    private static final int BATCH = 256;
    /** Few, so that threads end a call of 32 at about the same time; images go sample by sample anyway. */
    private static final int CHUNK_SAMPLES = 4;

    private static final int[] IN_ORDER = IntStream.range(0, BATCH).toArray();

    private final Kernels kernels;
    private final Workers workers;
    private final Plan plan;
    private final PackedWeights weights;
    private final List<Graph.Input> inputs;
    private final int inputSize;
    private final int outputSize;
    /** Executors for as many callers as there have been at once. */
    private final ConcurrentLinkedDeque<CpuPlan> idle = new ConcurrentLinkedDeque<>();

    /** @param parameters of the graph's layers, at least */
    ChainInference(Graph graph, Parameters parameters, Kernels kernels, Workers workers) {
        this(graph, CpuCompiler.forInference(LayerOps.forInference(graph, parameters)), parameters, kernels, workers);
    }

    private ChainInference(Graph graph, Plan plan, Parameters parameters, Kernels kernels, Workers workers) {
        this.kernels = kernels;
        this.workers = workers;
        this.plan = plan;
        inputs = graph.inputs();
        inputSize = inputs.stream().mapToInt(input -> input.shape().size()).sum();
        ModelFacts facts = ModelFacts.of(graph);
        outputSize = graph.outputs().stream()
                .mapToInt(output -> facts.shapeOf(output).size())
                .sum();
        weights = new PackedWeights(plan, parameters, kernels);
    }

    /**
     * As training sees a graph that samples its codes: with what is drawn depending on a sample's index alone.
     *
     * @param penalties whose divergences {@link #measure} gives
     */
    static ChainInference sampling(
            Graph graph, Parameters parameters, List<Penalty> penalties, Kernels kernels, Workers workers) {
        Plan plan = CpuCompiler.forMeasuring(LayerOps.forMeasuring(graph, parameters), penalties);
        return new ChainInference(graph, plan, parameters, kernels, workers);
    }

    /**
     * @param input the shape of one sample
     * @param layers at least one
     * @param parameters of the layers
     * @param threads that share out one call's samples, >= 1
     */
    public static ChainInference of(Shape input, List<LayerSpec> layers, Parameters parameters, int threads) {
        return of(Graph.chain(input, layers), parameters, threads);
    }

    /**
     * @param graph with any number of inputs and outputs
     * @param parameters of its layers
     * @param threads that share out one call's samples, >= 1
     */
    public static ChainInference of(Graph graph, Parameters parameters, int threads) {
        return new ChainInference(graph, parameters, Kernels.best(), Workers.of(threads));
    }

    /** How many numbers a sample has, in all inputs. */
    public int inputSize() {
        return inputSize;
    }

    /** How many numbers come out for a sample, in all outputs. */
    public int outputSize() {
        return outputSize;
    }

    /**
     * Sends samples through the layers.
     *
     * @param samples where there are several inputs, with the numbers of all of them side by side in the graph's order
     * @param from index of the first sample
     * @param into receives {@code count} outputs, row-major, one after the other; of several outputs, those of a sample stand
     *     side by side in the graph's order
     */
    public void run(Samples samples, int from, int count, float[] into) {
        if (inputs.size() == 1) {
            run(List.of(samples), from, count, into);
            return;
        }
        float[] together = new float[Math.min(BATCH, count) * inputSize];
        float[] outputs = new float[Math.min(BATCH, count) * outputSize];
        for (int done = 0; done < count; done += BATCH) {
            int size = Math.min(BATCH, count - done);
            for (int i = 0; i < size; i++) {
                samples.copySample(from + done + i, together, i * inputSize);
            }
            run(partsOf(together), 0, size, outputs);
            System.arraycopy(outputs, 0, into, done * outputSize, size * outputSize);
        }
    }

    /** Each input's part of samples that stand one after the other. */
    private List<Samples> partsOf(float[] together) {
        List<Samples> parts = new ArrayList<>();
        int before = 0;
        for (Graph.Input input : inputs) {
            int start = before;
            int length = input.shape().size();
            parts.add((index, target, offset) ->
                    System.arraycopy(together, index * inputSize + start, target, offset, length));
            before += length;
        }
        return parts;
    }

    /**
     * As the other one, where there are several inputs.
     *
     * @param samples one for each of the graph's inputs, in their order; those of the same index belong together
     */
    public void run(List<Samples> samples, int from, int count, float[] into) {
        measure(samples, from, count, into);
    }

    /**
     * The same for one sample over and over, such as the last window of a stream: gives the bits of {@link #run} and
     * allocates nothing once it is compiled.
     *
     * @param sample whose sample 0 is read at each run
     * @param into receives its outputs at each run
     * @return for one caller at a time, until this is closed
     * @throws IllegalArgumentException if there are several inputs, or {@code into} is too short
     */
    public Runnable repeated(Samples sample, float[] into) {
        if (inputs.size() != 1 || into.length < outputSize) {
            throw new IllegalArgumentException("a sample that is run over and over needs one input and room for "
                    + outputSize + " numbers, got " + inputs.size() + " inputs and room for " + into.length);
        }
        CpuPlan executor = new CpuPlan(
                plan, weights, new BatchSize(inputSize, 1, 1), new Processor(kernels, workers, Stopwatch.OFF));
        Cursor.Batch batch =
                new Cursor.Batch(List.of(sample), List.of(), IN_ORDER, 0, 1, 0, 0, Double.POSITIVE_INFINITY, into, 0);
        return () -> executor.run(batch);
    }

    /**
     * What codes miss the prior by, summed over samples.
     *
     * @param nats the Kullback-Leibler divergence
     * @param cost the same, as it counts in the loss
     */
    record Divergence(double nats, double cost) {
        private static final Divergence NONE = new Divergence(0, 0);

        Divergence plus(Divergence other) {
            return new Divergence(nats + other.nats, cost + other.cost);
        }
    }

    /** As {@link #run}. */
    Divergence measure(List<Samples> samples, int from, int count, float[] into) {
        if (samples.size() != inputs.size()) {
            throw new IllegalArgumentException("The layers have the inputs "
                    + inputs.stream().map(Graph.Input::name).toList() + ", got samples for " + samples.size());
        }
        if ((long) count * outputSize > into.length) {
            throw new IllegalArgumentException("into must hold " + count + " x " + outputSize + " = "
                    + (long) count * outputSize + " numbers, got " + into.length);
        }
        CpuPlan executor = idle.poll();
        if (executor == null) {
            int chunk = plan.recurrent() ? Memory.MOST_CHUNK_SAMPLES : CHUNK_SAMPLES;
            BatchSize size = new BatchSize(largestInput(), BATCH, chunk);
            executor = new CpuPlan(plan, weights, size, new Processor(kernels, workers, Stopwatch.OFF));
        }
        Divergence divergence = Divergence.NONE;
        for (int done = 0; done < count; done += BATCH) {
            int first = from + done;
            int size = Math.min(BATCH, count - done);
            int outputFrom = done * outputSize;
            executor.run(new Cursor.Batch(
                    from(first, samples),
                    List.of(),
                    IN_ORDER,
                    0,
                    size,
                    0,
                    first,
                    Double.POSITIVE_INFINITY,
                    into,
                    outputFrom));
            divergence = divergence.plus(new Divergence(
                    executor.results().divergences(), executor.results().divergenceCosts()));
        }
        idle.push(executor); // not after a failure: its state is unknown then
        return divergence;
    }

    /**
     * What a part of a graph reads.
     *
     * @param part whose inputs are some of the whole's
     * @param inputs one for each of the whole's inputs, in their order
     */
    static List<Samples> inputsOf(Graph part, Graph whole, List<Samples> inputs) {
        return part.inputs().stream()
                .map(input -> inputs.get(whole.inputs().indexOf(input)))
                .toList();
    }

    private int largestInput() {
        return inputs.stream().mapToInt(input -> input.shape().size()).max().orElseThrow();
    }

    /** The same samples, counted from another one on. */
    private static List<Samples> from(int first, List<Samples> samples) {
        return samples.stream()
                .map(each -> (Samples) (index, target, offset) -> each.copySample(first + index, target, offset))
                .toList();
    }

    @Override
    public void close() {
        workers.close();
    }
}

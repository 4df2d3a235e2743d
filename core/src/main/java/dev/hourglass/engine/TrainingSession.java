package dev.hourglass.engine;

import dev.hourglass.engine.cpu.CpuPlan;
import dev.hourglass.engine.cpu.PlanCompiler;
import dev.hourglass.engine.cpu.StageClock;
import dev.hourglass.engine.cpu.Stopwatch;
import dev.hourglass.engine.cpu.layout.Placement;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.NormState;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.ops.BatchGradients;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.StepCost;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Training, step by step: forward, mean squared error, backward and Adam's update of the parameters it was given.
 * The same parameters, samples and seed give the same bits at any number of threads and vector width. After the first
 * steps a step allocates nothing. One thread at a time.
 */
public final class TrainingSession implements AutoCloseable {
    /** A piece of a parameter that one task updates. */
    private record Range(int parameter, int from, int to) {}

    private static final int RANGE_FLOATS = 1 << 14;

    private final List<Parameter> parameters;
    private final int batchSize;
    private final long seed;
    private final Kernels kernels;
    private final Workers workers;
    private final PackedWeights weights;
    private final CpuPlan plan;
    private final float[][] gradients;
    private final float[][] firstMoments;
    private final float[][] secondMoments;
    private final List<Range> ranges = new ArrayList<>();
    private final Stopwatch stopwatch;
    private final Workers.Task sumSlice;
    private final Workers.Task sumOverBatch;
    private final Workers.Task unpackOverBatch;
    private final Workers.Task checkRange;
    private final Workers.Task updateRange;
    private final Workers.Task packSlice;
    private final int outputSize;
    private final DivergenceSearch search;
    /** Whether every gradient of the step is; threads only ever set it to false. */
    private volatile boolean finite;

    private Adam adam;
    private int step;
    private int batchSamples;
    private int profiledSteps;
    private float rate;

    private TrainingSession(
            Shape input,
            List<LayerSpec> layers,
            Parameters parameters,
            Adam adam,
            int batchSize,
            long seed,
            Kernels kernels,
            Workers workers,
            Stopwatch stopwatch) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize must be >= 1, got " + batchSize);
        }
        this.parameters = parameters.list();
        this.adam = adam;
        this.batchSize = batchSize;
        this.seed = seed;
        this.kernels = kernels;
        this.workers = workers;
        this.stopwatch = stopwatch;
        search = new DivergenceSearch(input, List.copyOf(layers), parameters, kernels, workers);
        Plan compiled = PlanCompiler.forTraining(input, layers, parameters);
        weights = new PackedWeights(compiled, parameters, kernels);
        outputSize = ShapeInference.outputs(input, layers).getLast().size();
        plan = new CpuPlan(
                compiled,
                parameters,
                weights,
                // Inputs and targets go through the same buffer.
                Math.max(input.size(), outputSize),
                batchSize,
                CpuPlan.chunkSamples(compiled, batchSize),
                true,
                kernels,
                workers,
                stopwatch);
        int count = this.parameters.size();
        gradients = new float[count][];
        firstMoments = new float[count][];
        secondMoments = new float[count][];
        for (int i = 0; i < count; i++) {
            Parameter parameter = this.parameters.get(i);
            int size = parameter.trainable() ? parameter.shape().size() : 0;
            gradients[i] = new float[size];
            firstMoments[i] = new float[size];
            secondMoments[i] = new float[size];
            for (int from = 0; from < size; from += RANGE_FLOATS) {
                ranges.add(new Range(i, from, Math.min(size, from + RANGE_FLOATS)));
            }
        }
        Placement gradientForms = plan.results().placement;
        int chunks = Math.ceilDiv(batchSize, CpuPlan.chunkSamples(compiled, batchSize));
        sumSlice = stopwatch.time(
                afterPhases(
                        "SumGradients",
                        gradientForms.slices().size(),
                        (long) chunks * gradientForms.size(),
                        (chunks + 1L) * gradientForms.size() * Float.BYTES),
                this::sumSlice);
        BatchGradients ofBatch = plan.batchGradients();
        sumOverBatch = stopwatch.time(
                Stopwatch.Stage.of(
                        StepProfile.WHOLE_STEP,
                        "BatchGradients",
                        "parameters",
                        ofBatch.flops(batchSize),
                        ofBatch.bytes(batchSize)),
                this::sumOverBatch);
        long ofBatchBytes = 3L * ofBatch.size() * Float.BYTES; // a sum is read, a gradient read and written
        unpackOverBatch = stopwatch.time(
                afterPhases("UnpackGradients", ofBatch.unpackTasks(), 0, ofBatchBytes), this::unpackOverBatch);
        long learned =
                ranges.stream().mapToLong(range -> range.to() - range.from()).sum();
        checkRange =
                stopwatch.time(afterPhases("CheckFinite", ranges.size(), 0, learned * Float.BYTES), this::checkRange);
        updateRange = stopwatch.time(
                afterPhases("Adam", ranges.size(), learned * StepCost.ADAM_FLOPS, learned * StepCost.ADAM_BYTES),
                this::updateRange);
        packSlice = stopwatch.time(
                afterPhases("Pack", weights.packTasks(), 0, 2L * weights.size() * Float.BYTES), weights::pack);
    }

    /** A stage over all parameters, of equal tasks as far as the profile goes. */
    private static Stopwatch.Stage afterPhases(String kind, int tasks, long flops, long bytes) {
        return Stopwatch.Stage.of(
                StepProfile.WHOLE_STEP, kind, "parameters", flops / Math.max(1, tasks), bytes / Math.max(1, tasks));
    }

    /**
     * @param input the shape of one sample; the layers must end in it
     * @param parameters of the layers, changed by each step
     * @param batchSize most samples a step takes
     * @param seed of dropout
     * @param threads that compute; any number gives the same bits
     */
    public static TrainingSession of(
            Shape input,
            List<LayerSpec> layers,
            Parameters parameters,
            Adam adam,
            int batchSize,
            long seed,
            int threads) {
        return of(input, layers, parameters, adam, batchSize, seed, threads, Kernels.best());
    }

    static TrainingSession of(
            Shape input,
            List<LayerSpec> layers,
            Parameters parameters,
            Adam adam,
            int batchSize,
            long seed,
            int threads,
            Kernels kernels) {
        Workers workers = Workers.of(threads);
        return new TrainingSession(input, layers, parameters, adam, batchSize, seed, kernels, workers, Stopwatch.OFF);
    }

    /**
     * As {@link #of}, but each stage of a step is timed; see {@link #takeProfile}. Computes the same bits, some percent
     * slower.
     */
    public static TrainingSession profiled(
            Shape input,
            List<LayerSpec> layers,
            Parameters parameters,
            Adam adam,
            int batchSize,
            long seed,
            int threads) {
        return new TrainingSession(
                input,
                layers,
                parameters,
                adam,
                batchSize,
                seed,
                Kernels.best(),
                Workers.of(threads),
                new StageClock(threads));
    }

    /**
     * One step that teaches the model to rebuild its samples.
     *
     * @param order indices of samples; those at {@code from} to {@code from + count - 1} are the batch
     * @param count 1 to the batch size
     * @return the mean squared error before the step
     * @throws DivergenceException if that or a gradient is NaN or infinite; the step is not taken
     */
    public double step(Samples samples, int[] order, int from, int count) {
        return step(samples, samples, order, from, count);
    }

    /** As the other one, but the model is to turn inputs into targets of the same index, such as noisy into clean. */
    public double step(Samples inputs, Samples targets, int[] order, int from, int count) {
        double loss = computeGradients(inputs, targets, order, from, count);
        requireFinite(loss, inputs, order, from, count);
        rate = adam.correctedRate(step);
        workers.run(ranges.size(), updateRange);
        workers.run(weights.packTasks(), packSlice);
        return loss;
    }

    /**
     * Where the numbers of a sample stop being finite on its way through the layers, such as {@code layer 'enc_conv1' is
     * the first whose output is not finite}. Takes its time.
     *
     * @return empty if they stay finite
     */
    public Optional<String> whereNotFinite(Samples samples, int index) {
        return search.inOutputs(samples, new int[] {index}, 0, 1);
    }

    /** The mean absolute error before the last step, of its batch; 0 before the first. */
    public double meanAbsoluteError() {
        return batchSamples == 0 ? 0 : plan.results().absoluteError() / numbers();
    }

    /** In the batch's targets. */
    private double numbers() {
        return (double) batchSamples * outputSize;
    }

    /**
     * The steps from now on take this rate; Adam's other settings stay.
     *
     * @param learningRate >= 0
     */
    public void setLearningRate(float learningRate) {
        if (learningRate != adam.learningRate()) {
            adam = new Adam(learningRate, adam.beta1(), adam.beta2(), adam.epsilon());
        }
    }

    /**
     * Where the time of the steps since the last call went, a line for each stage in the order of computation; empty if
     * there were none, or if this session is not {@linkplain #profiled profiled}.
     */
    public List<StepProfile> takeProfile() {
        int steps = step - profiledSteps;
        profiledSteps = step;
        return steps == 0 ? List.of() : stopwatch.take(steps);
    }

    private void requireFinite(double loss, Samples inputs, int[] order, int from, int count) {
        finite = true;
        workers.run(ranges.size(), checkRange);
        if (finite && Double.isFinite(loss)) {
            return;
        }
        step--; // was not taken
        String what = Double.isFinite(loss) ? "a gradient is not finite" : "the loss is " + loss;
        String where = search.inOutputs(inputs, order, from, count)
                .or(() -> search.inGradients(gradients))
                .orElse("the layers' outputs are finite for each sample by itself");
        throw new DivergenceException(what + "; " + where);
    }

    private void checkRange(int worker, int task) {
        Range range = ranges.get(task);
        float[] gradient = gradients[range.parameter()];
        for (int j = range.from(); j < range.to(); j++) {
            if (!Float.isFinite(gradient[j])) {
                finite = false;
                return;
            }
        }
    }

    /** A copy of what the optimizer remembers. */
    public OptimizerState optimizerState() {
        return new OptimizerState(adam, step, moments(firstMoments), moments(secondMoments));
    }

    private Parameters moments(float[][] moments) {
        List<Parameter> copies = new ArrayList<>();
        for (int i = 0; i < moments.length; i++) {
            Parameter parameter = parameters.get(i);
            if (parameter.trainable()) {
                copies.add(new Parameter(
                        parameter.layer(), parameter.name(), parameter.shape(), true, moments[i].clone()));
            }
        }
        return Parameters.of(copies);
    }

    /**
     * Goes on from a state that was taken between two steps; the settings stay those of this session.
     *
     * @throws IllegalArgumentException if the moments are not those of these parameters
     */
    public void restore(OptimizerState state) {
        state.requireFits(Parameters.of(parameters));
        int next = 0;
        for (int i = 0; i < firstMoments.length; i++) {
            if (parameters.get(i).trainable()) {
                float[] first = state.firstMoments().list().get(next).values();
                float[] second = state.secondMoments().list().get(next).values();
                System.arraycopy(first, 0, firstMoments[i], 0, first.length);
                System.arraycopy(second, 0, secondMoments[i], 0, second.length);
                next++;
            }
        }
        step = state.steps();
        profiledSteps = step;
    }

    /** Everything of a step but the update: leaves the gradients to be looked at. */
    double computeGradients(Samples inputs, Samples targets, int[] order, int from, int count) {
        if (count < 1 || count > batchSize) {
            throw new IllegalArgumentException("count must be 1 to the batch size " + batchSize + ", got " + count);
        }
        step++;
        batchSamples = count;
        plan.run(new Cursor.Batch(inputs, targets, order, from, count, seed, step, NOTHING, 0));
        for (float[] gradient : gradients) {
            Arrays.fill(gradient, 0);
        }
        workers.run(plan.results().placement.slices().size(), sumSlice);
        workers.run(plan.batchGradients().sumTasks(), sumOverBatch);
        workers.run(plan.batchGradients().unpackTasks(), unpackOverBatch);
        for (NormState norm : plan.norms()) {
            System.arraycopy(norm.gammaGradient, 0, gradients[norm.gammaIndex], 0, norm.gammaGradient.length);
            System.arraycopy(norm.betaGradient, 0, gradients[norm.gammaIndex + 1], 0, norm.betaGradient.length);
        }
        return plan.results().squaredError() / numbers();
    }

    private static final float[] NOTHING = new float[0];

    /** The gradient of a parameter after the last step, in its own layout; empty if it is not trainable. */
    float[] gradient(int parameter) {
        return gradients[parameter];
    }

    private void sumSlice(int worker, int task) {
        plan.results().sum(task, gradients);
    }

    private void sumOverBatch(int worker, int task) {
        plan.batchGradients().sum(task, batchSamples);
    }

    private void unpackOverBatch(int worker, int task) {
        plan.batchGradients().unpack(task, gradients);
    }

    private void updateRange(int worker, int task) {
        Range range = ranges.get(task);
        int i = range.parameter();
        kernels.adam(
                parameters.get(i).values(),
                range.from(),
                gradients[i],
                range.from(),
                firstMoments[i],
                secondMoments[i],
                range.from(),
                range.to() - range.from(),
                rate,
                adam.beta1(),
                adam.beta2(),
                adam.epsilon());
    }

    @Override
    public void close() {
        workers.close();
    }
}

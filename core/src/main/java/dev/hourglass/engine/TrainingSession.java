package dev.hourglass.engine;

import dev.hourglass.engine.cpu.BatchSize;
import dev.hourglass.engine.cpu.CpuCompiler;
import dev.hourglass.engine.cpu.CpuPlan;
import dev.hourglass.engine.cpu.Processor;
import dev.hourglass.engine.cpu.StageClock;
import dev.hourglass.engine.cpu.Stopwatch;
import dev.hourglass.engine.cpu.layout.Placement;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.NormState;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.ops.windows.BatchGradients;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.StepCost;
import dev.hourglass.engine.plan.LayerOps;
import dev.hourglass.engine.plan.Objective;
import dev.hourglass.engine.plan.OutputLoss;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Training, step by step: forward, loss, backward and the optimizer's update of the parameters it was given.
 * The same parameters, samples and seed give the same bits at any number of threads and vector width. After the first
 * steps a step allocates nothing. One thread at a time.
 */
public final class TrainingSession implements AutoCloseable {
    private final List<Parameter> parameters;
    private final TrainingSettings settings;
    private final Kernels kernels;
    private final Workers workers;
    private final PackedWeights weights;
    private final CpuPlan plan;
    private final float[][] gradients;
    private final OptimizerUpdate update;
    private final Stopwatch stopwatch;
    private final Workers.Task sumSlice;
    private final Workers.Task sumOverBatch;
    private final Workers.Task unpackOverBatch;
    private final Workers.Task checkRange;
    private final Workers.Task sumSquares;
    /** First those whose weights are packed at once. */
    private final List<OptimizerUpdate.Range> pieces;

    private final Workers.Task updatePiece;
    private final Workers.Task constrain;
    private final Workers.Task pack;
    private final Workers.Task updateAndPack;
    private final Workers.Task packRest;
    /** How many pack tasks follow upon the update of their rows. */
    private final int packedAtOnce;

    private final int inputCount;
    private final List<Compared> compared;
    private final List<VariablePenalty> ofVariables;
    private final List<VariableConstraint> constraints;
    private final DivergenceSearch search;
    /** Whether every gradient of the step is; threads only ever set it to false. */
    private volatile boolean finite;

    /** The slices whose gradients are gathered now. */
    private List<Placement.Slice> round = List.of();

    private float learningRate;
    private double epochs = Double.POSITIVE_INFINITY;
    private double reconstructionLoss;
    private int step;
    private int batchSamples;
    private int profiledSteps;

    private TrainingSession(
            Graph graph, Parameters parameters, TrainingSettings settings, Processor processor, AllReduce sessions) {
        kernels = processor.kernels();
        this.parameters = parameters.list();
        this.settings = settings;
        learningRate = settings.optimizer().learningRate();
        int batchSize = settings.batchSize();
        workers = processor.workers();
        stopwatch = processor.stopwatch();
        search = new DivergenceSearch(graph, parameters, kernels, workers);
        Objective objective = Objective.of(graph, settings.loss());
        List<Penalty> penalties = Penalty.atUses(settings.loss().penalties(), graph);
        ofVariables = penalties.stream()
                .filter(Penalty.OfVariable.class::isInstance)
                .map(penalty -> VariablePenalty.of((Penalty.OfVariable) penalty, parameters))
                .toList();
        constraints = VariableConstraint.of(graph.variables(), parameters);
        Plan compiled = CpuCompiler.forTraining(
                LayerOps.forTraining(objective.graph(), parameters), objective.outputs(), penalties);
        weights = new PackedWeights(compiled, parameters, kernels);
        ModelFacts facts = ModelFacts.of(graph);
        inputCount = graph.inputs().size();
        compared = objective.outputs().stream()
                .map(loss -> Compared.of(graph.outputs().get(loss.place()), loss, facts))
                .toList();
        // Inputs and targets go through the same buffer.
        int largest = Stream.concat(
                        graph.inputs().stream().map(Graph.Input::shape),
                        graph.outputs().stream().map(facts::shapeOf))
                .mapToInt(Shape::size)
                .max()
                .orElseThrow();
        BatchSize size = BatchSize.forTraining(compiled, largest, batchSize);
        plan = new CpuPlan(compiled, weights, size, processor, sessions);
        gradients = new float[this.parameters.size()][];
        for (int i = 0; i < gradients.length; i++) {
            Parameter parameter = this.parameters.get(i);
            gradients[i] = new float[parameter.trainable() ? parameter.shape().size() : 0];
        }
        update = new OptimizerUpdate(settings.optimizer(), this.parameters, gradients, kernels);
        Placement gradientForms = plan.results().placement;
        int chunks = Math.ceilDiv(batchSize, size.chunkSamples());
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
        long ofBatchBytes = 2L * ofBatch.unpacked() * Float.BYTES; // a sum is read, a gradient written
        unpackOverBatch = stopwatch.time(
                afterPhases("UnpackGradients", ofBatch.unpackTasks(), 0, ofBatchBytes), this::unpackOverBatch);
        int ranges = update.ranges().size();
        long learned =
                update.ranges().stream().mapToLong(OptimizerUpdate.Range::size).sum();
        checkRange = stopwatch.time(afterPhases("CheckFinite", ranges, 0, learned * Float.BYTES), this::checkRange);
        sumSquares = (worker, task) -> update.sumSquares(task);
        int slots = settings.optimizer().slots().size();
        // What a constraint changes after the update can't be packed before.
        packedAtOnce = constraints.isEmpty() ? weights.rowTasks() : 0;
        pieces = pieces();
        updatePiece = stopwatch.time(
                afterPhases(
                        settings.optimizer().kerasClass(),
                        pieces.size(),
                        learned * StepCost.UPDATE_FLOPS,
                        learned * StepCost.updateBytes(slots)),
                (worker, task) -> update.update(pieces.get(task)));
        constrain = (worker, task) -> constraints.get(task).apply();
        pack = stopwatch.time(
                afterPhases("Pack", weights.packTasks(), 0, 2L * weights.size() * Float.BYTES), weights::pack);
        updateAndPack = this::updateAndPack;
        packRest = (worker, task) -> pack.run(worker, packedAtOnce + task);
    }

    private List<OptimizerUpdate.Range> pieces() {
        List<OptimizerUpdate.Range> all = new ArrayList<>();
        Set<Integer> taken = new HashSet<>();
        for (int task = 0; task < packedAtOnce; task++) {
            int parameter = weights.parameterOf(task);
            all.add(new OptimizerUpdate.Range(parameter, weights.from(task), weights.to(task)));
            taken.add(parameter);
        }
        update.ranges().stream()
                .filter(range -> !taken.contains(range.parameter()))
                .forEach(all::add);
        return List.copyOf(all);
    }

    /**
     * An output that is compared with a target.
     *
     * @param numbers of a sample
     * @param terms of a sample that the loss is the mean of
     */
    private record Compared(String output, double weight, int numbers, int terms) {
        static Compared of(String output, OutputLoss loss, ModelFacts facts) {
            Shape shape = facts.shapeOf(output);
            return new Compared(output, loss.weight(), shape.size(), loss.terms(shape));
        }
    }

    /** A stage over all parameters, of equal tasks as far as the profile goes. */
    private static Stopwatch.Stage afterPhases(String kind, int tasks, long flops, long bytes) {
        return Stopwatch.Stage.of(
                StepProfile.WHOLE_STEP, kind, "parameters", flops / Math.max(1, tasks), bytes / Math.max(1, tasks));
    }

    /**
     * @param input the shape of one sample; the layers must end in it
     * @param parameters of the layers, changed by each step
     * @param threads that compute; any number gives the same bits
     */
    public static TrainingSession of(
            Shape input, List<LayerSpec> layers, Parameters parameters, TrainingSettings settings, int threads) {
        return of(input, layers, parameters, settings, threads, Kernels.best());
    }

    static TrainingSession of(
            Shape input,
            List<LayerSpec> layers,
            Parameters parameters,
            TrainingSettings settings,
            int threads,
            Kernels kernels) {
        return of(Graph.chain(input, layers), parameters, settings, threads, kernels);
    }

    /**
     * @param graph whose outputs have the shapes of their targets
     * @param parameters of its layers, changed by each step
     * @param threads that compute; any number gives the same bits
     */
    public static TrainingSession of(Graph graph, Parameters parameters, TrainingSettings settings, int threads) {
        return of(graph, parameters, settings, threads, Kernels.best());
    }

    static TrainingSession of(
            Graph graph, Parameters parameters, TrainingSettings settings, int threads, Kernels kernels) {
        return new TrainingSession(
                graph,
                parameters,
                settings,
                new Processor(kernels, Workers.of(threads), Stopwatch.OFF),
                AllReduce.NONE);
    }

    /**
     * One of several sessions that train the same model together, each in a process or on a machine of its own: of every batch
     * it computes some chunks only, and takes the step that a single session would take, to the same bits. All must begin with
     * the same parameters, settings and optimizer's state, and take the same steps; samples are read for the own chunks alone,
     * unless training diverges.
     *
     * @param parameters of the graph's layers, changed by each step
     * @param threads that compute in this session; any number gives the same bits
     * @param sessions the others; the caller closes it, after this
     */
    public static TrainingSession joined(
            Graph graph, Parameters parameters, TrainingSettings settings, int threads, AllReduce sessions) {
        Processor processor = new Processor(Kernels.best(), Workers.of(threads), Stopwatch.OFF);
        return new TrainingSession(graph, parameters, settings, processor, sessions);
    }

    /**
     * As the others, but each stage of a step is timed; see {@link #takeProfile}. Computes the same bits, some percent
     * slower.
     */
    public static TrainingSession profiled(Graph graph, Parameters parameters, TrainingSettings settings, int threads) {
        return new TrainingSession(
                graph,
                parameters,
                settings,
                new Processor(Kernels.best(), Workers.of(threads), new StageClock(threads)),
                AllReduce.NONE);
    }

    /**
     * One step that trains the model to reconstruct its samples.
     *
     * @param order indices of samples; those at {@code from} to {@code from + count - 1} are the batch
     * @param count 1 to the batch size
     * @return the loss before the step
     * @throws DivergenceException if that or a gradient is NaN or infinite; the step is not taken
     */
    public double step(Samples samples, int[] order, int from, int count) {
        return step(samples, samples, order, from, count);
    }

    /** As the other one, but the model is to turn inputs into targets of the same index, such as noisy into clean. */
    public double step(Samples inputs, Samples targets, int[] order, int from, int count) {
        return step(List.of(inputs), List.of(targets), order, from, count);
    }

    /**
     * As the others, of a model with several inputs or outputs.
     *
     * @param inputs one for each of the graph's inputs, in their order
     * @param targets one for each of its outputs, in their order
     */
    public double step(List<Samples> inputs, List<Samples> targets, int[] order, int from, int count) {
        double loss = computeGradients(inputs, targets, order, from, count);
        requireFinite(loss, inputs, order, from, count);
        update.begin(step, learningRate);
        if (update.needsNorms()) {
            workers.run(update.ranges().size(), sumSquares);
            update.settleNorms();
        }
        workers.run(pieces.size(), updateAndPack);
        if (!constraints.isEmpty()) {
            workers.run(constraints.size(), constrain);
        }
        workers.run(weights.packTasks() - packedAtOnce, packRest);
        return loss;
    }

    private void updateAndPack(int worker, int task) {
        updatePiece.run(worker, task);
        if (task < packedAtOnce) {
            pack.run(worker, task);
        }
    }

    /**
     * Where the numbers of a sample stop being finite on its way through the layers, such as {@code layer 'enc_conv1' is
     * the first whose output is not finite}. Takes its time.
     *
     * @return empty if they stay finite
     */
    public Optional<String> whereNotFinite(Samples samples, int index) {
        return search.inOutputs(List.of(samples), new int[] {index}, 0, 1);
    }

    /** The mean squared error before the last step, of its batch; 0 before the first. Of several outputs that of the first. */
    public double meanSquaredError() {
        return batchSamples == 0 ? 0 : plan.results().squaredError(0) / numbers(0);
    }

    /** The mean absolute error before the last step, likewise. */
    public double meanAbsoluteError() {
        return batchSamples == 0 ? 0 : plan.results().absoluteError(0) / numbers(0);
    }

    /**
     * Each of several outputs by itself before the last step, in the graph's order; empty where there is one, and before the
     * first step.
     */
    public List<Measured.OfOutput> ofOutputs() {
        if (compared.size() == 1 || batchSamples == 0) {
            return List.of();
        }
        List<Measured.OfOutput> all = new ArrayList<>(compared.size());
        for (int i = 0; i < compared.size(); i++) {
            all.add(new Measured.OfOutput(
                    compared.get(i).output(),
                    plan.results().loss(i) / terms(i),
                    plan.results().squaredError(i) / numbers(i),
                    plan.results().absoluteError(i) / numbers(i)));
        }
        return all;
    }

    /** What outputs and targets alone made of the last step's loss; 0 before the first. */
    public double reconstructionLoss() {
        return reconstructionLoss;
    }

    /**
     * The Kullback-Leibler divergence of the last step's codes from the prior, in nats, as the mean over samples, whatever
     * it counts for in the loss; 0 where nothing is sampled.
     */
    public double divergence() {
        return batchSamples == 0 ? 0 : plan.results().divergences() / batchSamples;
    }

    /** In the batch's targets of an output. */
    private double numbers(int output) {
        return (double) batchSamples * compared.get(output).numbers();
    }

    /** Of the loss of an output over the batch. */
    private double terms(int output) {
        return (double) batchSamples * compared.get(output).terms();
    }

    /**
     * The steps from now on take this rate; the optimizer's other settings stay.
     *
     * @param learningRate >= 0
     */
    public void setLearningRate(float learningRate) {
        if (!(learningRate >= 0 && learningRate < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("learningRate must be >= 0, got " + learningRate);
        }
        this.learningRate = learningRate;
    }

    /**
     * How far training has got, for what warms up over the first epochs; without it, that counts in full.
     *
     * @param epochs that training has gone on for, with fractions, >= 0
     */
    public void setEpochs(double epochs) {
        this.epochs = epochs;
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

    private void requireFinite(double loss, List<Samples> inputs, int[] order, int from, int count) {
        finite = true;
        workers.run(update.ranges().size(), checkRange);
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
        OptimizerUpdate.Range range = update.ranges().get(task);
        if (!kernels.areFinite(gradients[range.parameter()], range.from(), range.size())) {
            finite = false;
        }
    }

    /** A copy of what the optimizer remembers. */
    public OptimizerState optimizerState() {
        return update.state(step, learningRate);
    }

    /**
     * Goes on from a state that was taken between two steps; the settings stay those of this session.
     *
     * @throws IllegalArgumentException if it is of an optimizer that remembers something else, or of other parameters
     */
    public void restore(OptimizerState state) {
        update.restore(state);
        step = state.steps();
        profiledSteps = step;
    }

    /** Everything of a step but the update: leaves the gradients to be looked at. */
    double computeGradients(Samples inputs, Samples targets, int[] order, int from, int count) {
        return computeGradients(List.of(inputs), List.of(targets), order, from, count);
    }

    /** Of several inputs or outputs. */
    double computeGradients(List<Samples> inputs, List<Samples> targets, int[] order, int from, int count) {
        if (inputs.size() != inputCount || targets.size() != compared.size()) {
            throw new IllegalArgumentException("The model has " + inputCount + " inputs and " + compared.size()
                    + " outputs, got samples for " + inputs.size() + " and targets for " + targets.size());
        }
        if (count < 1 || count > settings.batchSize()) {
            throw new IllegalArgumentException(
                    "count must be 1 to the batch size " + settings.batchSize() + ", got " + count);
        }
        step++;
        batchSamples = count;
        plan.run(new Cursor.Batch(inputs, targets, order, from, count, settings.seed(), step, epochs, NOTHING, 0));
        for (int i = 0; i < gradients.length; i++) {
            if (!plan.batchGradients().replaces(i)) {
                Arrays.fill(gradients[i], 0);
            }
        }
        inRounds(plan.results().placement.rounds(), sumSlice);
        if (!plan.isShared()) {
            plan.batchGradients().begin(0, count, true);
            workers.run(plan.batchGradients().sumTasks(), sumOverBatch);
        }
        inRounds(plan.batchGradients().unpackRounds(), unpackOverBatch);
        for (int i = 0; i < plan.norms().size(); i++) {
            addGradients(plan.norms().get(i));
        }
        reconstructionLoss = meanLoss();
        double loss = reconstructionLoss
                + (plan.results().penalties() + plan.results().divergenceCosts()) / count
                + plan.results().finishPenalties(count, gradients);
        for (int i = 0; i < ofVariables.size(); i++) {
            loss += ofVariables.get(i).add(gradients);
        }
        return loss;
    }

    /** What different rounds add to the same gradient, they add one after the other. */
    private void inRounds(List<List<Placement.Slice>> rounds, Workers.Task task) {
        for (int i = 0; i < rounds.size(); i++) {
            round = rounds.get(i);
            workers.run(round.size(), task);
        }
    }

    private void addGradients(NormState norm) {
        if (norm.gammaIndex >= 0) {
            add(norm.gammaGradient, gradients[norm.gammaIndex]);
        }
        if (norm.betaIndex >= 0) {
            add(norm.betaGradient, gradients[norm.betaIndex]);
        }
    }

    private static void add(float[] share, float[] gradient) {
        for (int i = 0; i < share.length; i++) {
            gradient[i] += share[i];
        }
    }

    /**
     * The loss as the mean over its terms, of several outputs the weighed sum of theirs; gradients that were told of all of them become those of the
     * ones that count.
     */
    private double meanLoss() {
        if (compared.size() > 1) {
            double sum = 0;
            for (int i = 0; i < compared.size(); i++) {
                sum += compared.get(i).weight() * (plan.results().loss(i) / terms(i));
            }
            return sum;
        }
        double weight = compared.getFirst().weight();
        double terms = terms(0);
        double counted = terms - plan.results().maskedTerms(0);
        if (counted == terms) {
            return weight * (plan.results().loss(0) / terms);
        }
        float factor = counted == 0 ? 0 : (float) (terms / counted);
        for (float[] gradient : gradients) {
            for (int j = 0; j < gradient.length; j++) {
                gradient[j] *= factor;
            }
        }
        return weight * (plan.results().loss(0) / Math.max(1, counted));
    }

    private static final float[] NOTHING = new float[0];

    /** The gradient of a parameter after the last step, in its own layout; empty if it is not trainable. */
    float[] gradient(int parameter) {
        return gradients[parameter];
    }

    private void sumSlice(int worker, int task) {
        plan.results().sum(round.get(task), gradients);
    }

    private void sumOverBatch(int worker, int task) {
        plan.batchGradients().sum(worker, task, gradients);
    }

    private void unpackOverBatch(int worker, int task) {
        plan.batchGradients().unpack(round.get(task), gradients);
    }

    @Override
    public void close() {
        workers.close();
    }
}

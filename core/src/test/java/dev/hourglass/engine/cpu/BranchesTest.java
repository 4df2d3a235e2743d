package dev.hourglass.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Samples;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.NormState;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.plan.Cell;
import dev.hourglass.engine.plan.CellFunction;
import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.OutputLoss;
import dev.hourglass.engine.plan.Tensor;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Plans in which values have several readers, which no chain of layers has: gradients against central differences of the
 * loss.
 */
final class BranchesTest {
    private static final int SAMPLES = 5;
    /** So small that hardly a pooling changes its mind. */
    private static final float STEP = 2e-4f;

    private static final int CHECKED = 6;
    private static final Nonlinearity TANH = Nonlinearity.of(Activation.TANH).orElseThrow();
    private static final Cell USUAL =
            new Cell.Lstm(CellFunction.of(Activation.TANH), CellFunction.of(Activation.SIGMOID), true);
    private static final Size2 TWO = Size2.square(2);

    private final List<Parameter> parameters = new ArrayList<>();
    private final List<Op> ops = new ArrayList<>();
    private final RandomGenerator random = new RandomSource(11).stream("branches", 0);

    @Test
    void aSkipConnectionAroundANormalizationAPoolingAndAnUpsampling() {
        Tensor input = input(Shape.of(6, 6, 2));
        Tensor first = convolution("first", input, 16);
        Tensor norm = normalization("norm", first);
        Tensor pooled = add(new Op.MaxPool("pool", TWO, TWO, Padding.VALID, norm, image("pool", 3, 16)));
        Tensor large = add(new Op.UpSample("up", TWO, pooled, image("up", 6, 16)));
        Tensor beside = convolution("beside", norm, 16);
        Tensor folded = convolution("folded", large, 16);
        Tensor sum = add(new Op.Sum("sum", List.of(beside, folded, large, first), image("sum", 6, 16)));
        checkGradients(convolution("last", sum, 2));
    }

    @Test
    void aVectorThatADenseLayerAnLstmAndASumRead() {
        Tensor input = input(Shape.of(4));
        Tensor code = dense("code", input, 3);
        Tensor repeated = add(new Op.Repeat("repeat", code, new Tensor("repeat/output", Shape.of(5, 3))));
        Tensor states = lstm("states", repeated, 3, true);
        Tensor last = lstm("last", states, 3, false);
        Tensor other = dense("other", code, 3);
        Tensor sum = add(new Op.Sum("sum", List.of(code, last, other), new Tensor("sum/output", Shape.of(3))));
        checkGradients(dense("prediction", sum, 4));
    }

    @Test
    void aSequenceThatTwoLstmsRead() {
        Tensor input = input(Shape.of(4, 2));
        Tensor states = lstm("states", input, 3, true);
        Tensor left = lstm("left", states, 2, true);
        Tensor right = lstm("right", states, 2, true);
        checkGradients(sum(left, right));
    }

    @Test
    void aSumOfSequencesAndOfWhatLiesAsAnImage() {
        Tensor input = input(Shape.of(4, 2));
        Tensor left = lstm("left", input, 2, true);
        Tensor right = lstm("right", input, 2, true);
        Tensor bent = add(new Op.Activate("bent", TANH, left, new Tensor("bent/output", Shape.of(4, 2))));
        checkGradients(sum(left, bent, right));
    }

    private Tensor sum(Tensor... terms) {
        return add(new Op.Sum("sum", List.of(terms), new Tensor("sum/output", terms[0].shape())));
    }

    // --- a plan, operation by operation ---

    private Tensor input(Shape shape) {
        Tensor input = new Tensor("input", shape);
        ops.add(new Op.Input(input));
        return input;
    }

    private Tensor add(Op.Layer op) {
        ops.add(op);
        return op.to();
    }

    private static Tensor image(String layer, int side, int channels) {
        return new Tensor(layer + "/output", Shape.of(side, side, channels));
    }

    private Tensor convolution(String name, Tensor from, int filters) {
        int index = variable(name, "kernel", Shape.of(3, 3, from.channels(), filters), true);
        variable(name, "bias", Shape.of(filters), true);
        Op.Kernel kernel = new Op.Kernel(Size2.square(3), Size2.square(1), Padding.SAME, false, 1);
        return add(new Op.Convolution(name, index, from, kernel, TANH, image(name, 6, filters)));
    }

    private Tensor dense(String name, Tensor from, int units) {
        int index = variable(name, "kernel", Shape.of(from.channels(), units), true);
        variable(name, "bias", Shape.of(units), true);
        return add(new Op.Dense(name, index, from, TANH, new Tensor(name + "/output", Shape.of(units))));
    }

    private Tensor normalization(String name, Tensor from) {
        Shape channels = Shape.of(from.channels());
        int index = variable(name, "gamma", channels, true);
        variable(name, "beta", channels, true);
        variable(name, "moving_mean", channels, false);
        variable(name, "moving_variance", channels, false);
        LayerSpec.BatchNormalization settings = new LayerSpec.BatchNormalization(name, 0.9f, 0.01f);
        return add(new Op.BatchNormalization(name, settings, index, from, new Tensor(name + "/output", from.shape())));
    }

    private Tensor lstm(String name, Tensor from, int units, boolean sequences) {
        int steps = from.shape().dimension(0);
        int index = variable(name, "kernel", Shape.of(from.channels(), 4 * units), true);
        variable(name, "recurrent_kernel", Shape.of(units, 4 * units), true);
        variable(name, "bias", Shape.of(4 * units), true);
        Shape output = sequences ? Shape.of(steps, units) : Shape.of(units);
        return add(new Op.Recurrent(name, index, USUAL, false, from, steps, new Tensor(name + "/output", output)));
    }

    private int variable(String layer, String name, Shape shape, boolean trainable) {
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat(-0.4f, 0.4f) + (name.equals("gamma") ? 1 : 0);
        }
        parameters.add(new Parameter(layer, name, shape, trainable, values));
        return parameters.size() - 1;
    }

    // --- gradients ---

    private void checkGradients(Tensor prediction) {
        LogicalPlan forward = new LogicalPlan(ops, prediction);
        Shape input = forward.ops().getFirst().writes().getFirst().shape();
        float[] inputs = numbers(SAMPLES * input.size());
        float[] targets = numbers(SAMPLES * prediction.shape().size());
        Plan plan = CpuCompiler.forTraining(forward, List.of(OutputLoss.ofOnly(new Loss.MeanSquaredError())));
        PackedWeights weights = new PackedWeights(plan, Parameters.of(parameters), Kernels.best());
        BatchSize size = BatchSize.forTraining(plan, Math.max(inputs.length, targets.length) / SAMPLES, SAMPLES);
        try (Workers workers = Workers.of(2)) {
            CpuPlan executor = new CpuPlan(plan, weights, size, new Processor(Kernels.best(), workers, Stopwatch.OFF));
            Run run = new Run(
                    executor,
                    weights,
                    samples(inputs),
                    samples(targets),
                    prediction.shape().size());
            float[][] gradients = run.gradients(parameters);
            for (int i = 0; i < parameters.size(); i++) {
                if (parameters.get(i).trainable()) {
                    check(parameters.get(i), gradients[i], run);
                }
            }
        }
    }

    private void check(Parameter parameter, float[] gradient, Run run) {
        float[] values = parameter.values();
        for (int n = 0; n < CHECKED; n++) {
            int i = random.nextInt(values.length);
            float value = values[i];
            values[i] = value + STEP;
            double above = run.loss();
            values[i] = value - STEP;
            double below = run.loss();
            values[i] = value;
            double expected = (above - below) / ((double) (value + STEP) - (value - STEP));
            assertThat((double) gradient[i])
                    .as("%s[%d]", parameter.path(), i)
                    .isEqualTo(expected, within(2e-4 + 0.01 * Math.abs(expected)));
        }
        assertThat(gradient).as(parameter.path()).isNotEqualTo(new float[gradient.length]);
    }

    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat(-1, 1);
        }
        return numbers;
    }

    private static Samples samples(float[] numbers) {
        int size = numbers.length / SAMPLES;
        return (index, into, offset) -> System.arraycopy(numbers, index * size, into, offset, size);
    }

    private record Run(CpuPlan plan, PackedWeights weights, Samples inputs, Samples targets, int outputs) {
        double loss() {
            for (int task = 0; task < weights.packTasks(); task++) {
                weights.pack(0, task);
            }
            int[] order = IntStream.range(0, SAMPLES).toArray();
            plan.run(new Cursor.Batch(List.of(inputs), List.of(targets), order, 0, SAMPLES, 1, 1, 0, new float[0], 0));
            return plan.results().loss(0) / (SAMPLES * (double) outputs);
        }

        float[][] gradients(List<Parameter> parameters) {
            loss();
            float[][] gradients = parameters.stream()
                    .map(parameter -> new float[parameter.values().length])
                    .toArray(float[][]::new);
            plan.results().placement.slices().forEach(slice -> plan.results().sum(slice, gradients));
            for (NormState norm : plan.norms()) {
                gradients[norm.gammaIndex] = norm.gammaGradient.clone();
                gradients[norm.gammaIndex + 1] = norm.betaGradient.clone();
            }
            return gradients;
        }
    }
}

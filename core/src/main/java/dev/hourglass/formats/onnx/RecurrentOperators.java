package dev.hourglass.formats.onnx;

import dev.hourglass.formats.onnx.OnnxModel.Node;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The operators of an {@link Interpreter} that go through sequences, {@code [steps, batch, features]}: the equations of
 * their specification, one direction.
 */
final class RecurrentOperators {
    private final Node node;
    private final Tensor x;
    private final Tensor kernel;
    private final Tensor recurrent;
    private final @Nullable Tensor bias;
    private final int samples;
    private final int units;
    /** How many functions have been taken from the node's lists, and how many of their parameters. */
    private int functions;

    private int alphas;
    private int betas;
    /** The state before the first step, and an LSTM's cell: that of the step before, in place. */
    private double[] first;

    private double[] cell;

    /** @param bias of the input's gates, then of the state's; or null */
    RecurrentOperators(Node node, Tensor x, Tensor kernel, Tensor recurrent, @Nullable Tensor bias) {
        this.node = node;
        this.x = x;
        this.kernel = kernel;
        this.recurrent = recurrent;
        this.bias = bias;
        samples = x.dimension(1);
        units = (int) node.whole("hidden_size");
        first = new double[samples * units];
        cell = new double[samples * units];
    }

    /** @param state {@code [1, batch, units]}, or null for zeros; and so the cell */
    RecurrentOperators beginningWith(@Nullable Tensor state, @Nullable Tensor ofCell) {
        first = state == null ? first : state.values().clone();
        cell = ofCell == null ? cell : ofCell.values().clone();
        return this;
    }

    /** From the state before to the state of a step; both {@code [batch, units]}. */
    @FunctionalInterface
    private interface StepFunction {
        double[] next(int step, double[] state);
    }

    /** Gates lie in the order i o f c. */
    List<Tensor> lstm() {
        List<String> usual = List.of("Sigmoid", "Tanh", "Tanh");
        DoubleUnaryOperator ofGates = function(usual);
        DoubleUnaryOperator ofCandidate = function(usual);
        DoubleUnaryOperator ofCell = function(usual);
        return walk((step, state) -> {
            double[] next = new double[samples * units];
            for (int i = 0; i < next.length; i++) {
                double input = ofGates.applyAsDouble(ofInput(0, step, i) + ofState(0, state, i));
                double output = ofGates.applyAsDouble(ofInput(1, step, i) + ofState(1, state, i));
                double forget = ofGates.applyAsDouble(ofInput(2, step, i) + ofState(2, state, i));
                double candidate = ofCandidate.applyAsDouble(ofInput(3, step, i) + ofState(3, state, i));
                cell[i] = forget * cell[i] + input * candidate;
                next[i] = output * ofCell.applyAsDouble(cell[i]);
            }
            return next;
        });
    }

    /** Gates lie in the order z r h. */
    List<Tensor> gru() {
        List<String> usual = List.of("Sigmoid", "Tanh");
        DoubleUnaryOperator ofGates = function(usual);
        DoubleUnaryOperator ofCandidate = function(usual);
        boolean linearBeforeReset = node.attributes().containsKey("linear_before_reset");
        return walk((step, state) -> {
            double[] update = new double[state.length];
            double[] reset = new double[state.length];
            double[] resetState = new double[state.length];
            for (int i = 0; i < state.length; i++) {
                update[i] = ofGates.applyAsDouble(ofInput(0, step, i) + ofState(0, state, i));
                reset[i] = ofGates.applyAsDouble(ofInput(1, step, i) + ofState(1, state, i));
                resetState[i] = reset[i] * state[i];
            }
            double[] next = new double[state.length];
            for (int i = 0; i < state.length; i++) {
                double inner = linearBeforeReset ? reset[i] * ofState(2, state, i) : ofState(2, resetState, i);
                double candidate = ofCandidate.applyAsDouble(ofInput(2, step, i) + inner);
                next[i] = (1 - update[i]) * candidate + update[i] * state[i];
            }
            return next;
        });
    }

    List<Tensor> rnn() {
        DoubleUnaryOperator function = function(List.of("Tanh"));
        return walk((step, state) -> {
            double[] next = new double[state.length];
            for (int i = 0; i < next.length; i++) {
                next[i] = function.applyAsDouble(ofInput(0, step, i) + ofState(0, state, i));
            }
            return next;
        });
    }

    /** All states, each at the step that was read; the last to be computed; and the cell there, where there is one. */
    private List<Tensor> walk(StepFunction function) {
        boolean backwards = node.attributes().containsKey("direction");
        int steps = x.dimension(0);
        Tensor y = Tensor.zeros(steps, 1, samples, units);
        double[] state = first;
        for (int i = 0; i < steps; i++) {
            int step = backwards ? steps - 1 - i : i;
            state = function.next(step, state);
            System.arraycopy(state, 0, y.values(), step * state.length, state.length);
        }
        int[] ofLast = {1, samples, units};
        return List.of(y, new Tensor(ofLast, state), new Tensor(ofLast, cell));
    }

    /** A gate's product with the input and its bias, for one unit of one sample. */
    private double ofInput(int gate, int step, int place) {
        int features = x.dimension(2);
        int row = gate * units + place % units;
        int from = (step * samples + place / units) * features;
        double sum = bias == null ? 0 : bias.values()[row];
        for (int k = 0; k < features; k++) {
            sum += x.values()[from + k] * kernel.values()[row * features + k];
        }
        return sum;
    }

    /** Likewise with a state. */
    private double ofState(int gate, double[] state, int place) {
        int row = gate * units + place % units;
        int from = place / units * units;
        double sum = bias == null ? 0 : bias.values()[bias.values().length / 2 + row];
        for (int k = 0; k < units; k++) {
            sum += state[from + k] * recurrent.values()[row * units + k];
        }
        return sum;
    }

    /** The next function of the node's list, which consumes the parameters that it has. */
    private DoubleUnaryOperator function(List<String> usual) {
        String name = node.texts("activations", usual).get(functions++);
        return switch (name) {
            case "Affine" -> {
                double alpha = node.reals("activation_alpha").get(alphas++);
                double beta = node.reals("activation_beta").get(betas++);
                yield v -> alpha * v + beta;
            }
            case "Relu" -> v -> v > 0 || Double.isNaN(v) ? v : 0;
            case "Sigmoid" -> v -> 1 / (1 + Math.exp(-v));
            case "Tanh" -> Math::tanh;
            case "LeakyRelu" -> {
                double alpha = node.reals("activation_alpha").get(alphas++);
                yield v -> v < 0 ? alpha * v : v;
            }
            case "Elu" -> {
                double alpha = node.reals("activation_alpha").get(alphas++);
                yield v -> v < 0 ? alpha * Math.expm1(v) : v;
            }
            case "HardSigmoid" -> {
                double alpha = node.reals("activation_alpha").get(alphas++);
                double beta = node.reals("activation_beta").get(betas++);
                yield v -> Math.min(Math.max(alpha * v + beta, 0), 1);
            }
            case "Softplus" -> v -> Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
            case "Softsign" -> v -> v / (1 + Math.abs(v));
            default -> throw node.wrong("activation '" + name + "'");
        };
    }
}

package dev.hourglass.formats.onnx;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.onnx.OnnxModel.Attribute;
import dev.hourglass.formats.onnx.OperatorWeights.GateOrder;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Recurrence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What recurrent layers are in ONNX: which operator, with which attributes. */
final class RecurrentNodes {
    private RecurrentNodes() {}

    static String operator(LayerSpec.Recurrent layer) {
        return switch (layer) {
            case LayerSpec.Lstm ignored -> "LSTM";
            case LayerSpec.Gru ignored -> "GRU";
            case LayerSpec.SimpleRnn ignored -> "RNN";
        };
    }

    static GateOrder order(LayerSpec.Recurrent layer) {
        return switch (layer) {
            case LayerSpec.Lstm ignored -> GateOrder.LSTM;
            case LayerSpec.Gru ignored -> GateOrder.GRU;
            case LayerSpec.SimpleRnn ignored -> GateOrder.SIMPLE_RNN;
        };
    }

    /** Those that differ from the operator's defaults. */
    static Map<String, Attribute> attributes(LayerSpec.Recurrent layer) {
        Map<String, Attribute> attributes = new TreeMap<>();
        attributes.put("hidden_size", new Attribute.Whole(layer.units()));
        if (layer.recurrence().goBackwards()) {
            attributes.put("direction", new Attribute.Text("reverse"));
        }
        if (layer instanceof LayerSpec.Gru gru && gru.resetAfter()) {
            attributes.put("linear_before_reset", new Attribute.Whole(1));
        }
        if (functions(layer).stream().anyMatch(function -> !function.isUsual())) {
            addFunctions(functions(layer), attributes);
        }
        return attributes;
    }

    /** In the operator's order: of the gates, of what is to become the state, of an LSTM's cell. */
    private static List<Function> functions(LayerSpec.Recurrent layer) {
        Recurrence recurrence = layer.recurrence();
        Function activation = Function.of(recurrence.activation(), Activation.TANH);
        Function gate = Function.of(recurrence.recurrentActivation(), Activation.SIGMOID);
        return switch (layer) {
            case LayerSpec.Lstm ignored -> List.of(gate, activation, activation);
            case LayerSpec.Gru ignored -> List.of(gate, activation);
            case LayerSpec.SimpleRnn ignored -> List.of(activation);
        };
    }

    private static void addFunctions(List<Function> functions, Map<String, Attribute> attributes) {
        List<Float> alpha = new ArrayList<>();
        List<Float> beta = new ArrayList<>();
        for (Function function : functions) {
            alpha.addAll(function.alpha());
            beta.addAll(function.beta());
        }
        List<String> names = functions.stream().map(Function::operator).toList();
        attributes.put("activations", new Attribute.Texts(names));
        if (!alpha.isEmpty()) {
            attributes.put("activation_alpha", new Attribute.Reals(alpha));
        }
        if (!beta.isEmpty()) {
            attributes.put("activation_beta", new Attribute.Reals(beta));
        }
    }

    /**
     * A function as the recurrent operators name it.
     *
     * @param alpha one number if it has this parameter, else none
     * @param beta likewise
     * @param isUsual whether it is what the operator has without saying so
     */
    private record Function(String operator, List<Float> alpha, List<Float> beta, boolean isUsual) {
        static Function of(Activation activation, Activation usual) {
            boolean isUsual = activation == usual;
            return switch (activation) {
                case LINEAR -> new Function("Affine", List.of(1f), List.of(0f), isUsual);
                case RELU -> new Function("Relu", List.of(), List.of(), isUsual);
                case SIGMOID -> new Function("Sigmoid", List.of(), List.of(), isUsual);
                case TANH -> new Function("Tanh", List.of(), List.of(), isUsual);
                case LEAKY_RELU -> new Function("LeakyRelu", List.of(0.2f), List.of(), isUsual);
                case ELU -> new Function("Elu", List.of(1f), List.of(), isUsual);
                case SOFTPLUS -> new Function("Softplus", List.of(), List.of(), isUsual);
                case SOFTSIGN -> new Function("Softsign", List.of(), List.of(), isUsual);
                case HARD_SIGMOID -> new Function("HardSigmoid", List.of(1f / 6), List.of(0.5f), isUsual);
                case HARD_SIGMOID_KERAS2 -> new Function("HardSigmoid", List.of(0.2f), List.of(0.5f), isUsual);
                case SELU,
                        SILU,
                        GELU,
                        EXPONENTIAL,
                        RELU6,
                        MISH,
                        HARD_TANH,
                        HARD_SILU,
                        LOG_SIGMOID,
                        SQUAREPLUS,
                        SOFTMAX,
                        LOG_SOFTMAX ->
                    throw new UnsupportedModelException("ONNX's recurrent operators have no " + activation.kerasName()
                            + ". Write a .keras file, or give the layer another activation.");
            };
        }
    }
}

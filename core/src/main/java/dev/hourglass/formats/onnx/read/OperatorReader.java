package dev.hourglass.formats.onnx.read;

import dev.hourglass.files.Excerpt;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.model.Activation;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Turns one node after the other into layers, or into what is known of its values. */
final class OperatorReader {
    private static final Set<String> CONTROL_FLOW = Set.of("If", "Loop", "Scan", "SequenceMap");
    private static final Set<String> QUANTIZED = Set.of(
            "QuantizeLinear",
            "DequantizeLinear",
            "DynamicQuantizeLinear",
            "QLinearConv",
            "QLinearMatMul",
            "ConvInteger",
            "MatMulInteger");

    /** The types of numbers with fractions, as ONNX counts them: float, float16, double, bfloat16. */
    private static final Set<Long> FLOATS = Set.of(1L, 10L, 11L, 16L);

    private final Reading reading;
    private final ConstantFolding folding;
    private final WindowReader windows;
    private final PointwiseReader pointwise;
    private final ResizeReader resize;
    private final AffineReader affine;
    private final DenseReader dense;
    private final AxisReader axes;
    private final MergeReader merges;
    private final RecurrentReader recurrent;
    private final AttentionReader attention;
    private final CodebookReader codebooks;

    OperatorReader(Reading reading) {
        this.reading = reading;
        this.folding = new ConstantFolding(reading);
        this.windows = new WindowReader(reading);
        this.pointwise = new PointwiseReader(reading);
        this.resize = new ResizeReader(reading);
        this.affine = new AffineReader(reading);
        this.dense = new DenseReader(reading);
        this.axes = new AxisReader(reading);
        this.merges = new MergeReader(reading);
        this.recurrent = new RecurrentReader(reading);
        this.attention = new AttentionReader(reading);
        this.codebooks = new CodebookReader(reading);
    }

    /**
     * Reads all nodes that lead to outputs, each after those whose values it reads.
     *
     * @throws UnsupportedModelException naming the node, where Hourglass has no layer for it
     * @throws dev.hourglass.tensor.CorruptFileException where it is not what ONNX says of its operator
     */
    void readAll(List<OnnxNode> nodes, Set<String> outputs) {
        new WrittenNormalizations(reading, folding, nodes)
                .joined(nodes, outputs)
                .forEach(this::read);
    }

    private void read(OnnxNode node) {
        try {
            if (!node.domain().isEmpty()) {
                throw reading.unsupported(
                        node,
                        "an operator of ONNX itself",
                        "one of '" + Excerpt.of(node.domain()) + "'",
                        "Build the model of ONNX's own operators, and inline functions.");
            }
            if (codebooks.looksUp(node)) {
                reading.give(node, codebooks.lookUp(node));
            } else if (folding.folds(node)) {
                reading.give(node, folding.fold(node));
            } else {
                compute(node);
            }
        } catch (ArithmeticException e) {
            throw reading.unsupported(node, "sizes that fit an array", "larger ones", "Export a smaller model.");
        } catch (IllegalArgumentException e) {
            throw new UnsupportedModelException(reading.bounds().file() + ", " + node.describe() + ": " + e.getMessage()
                    + (String.valueOf(e.getMessage()).endsWith(".") ? "" : "."));
        }
    }

    private void compute(OnnxNode node) {
        switch (node.operator()) {
            case "Constant" -> reading.give(node, folding.constant(node));
            case "Shape" -> reading.give(node, folding.shape(node));
            case "LSTM", "GRU", "RNN" -> recurrent.read(node);
            case "Split" -> axes.split(node);
            case "ArgMax" -> codebooks.largest(node);
            case "Identity" -> reading.give(node, reading.operand(node, 0));
            case "Cast", "CastLike" -> reading.give(node, cast(node));
            case "ReduceL2" -> reading.give(node, axes.norm(node));
            case "Where" -> reading.give(node, where(node));
            case "Expand" -> {
                Operand value = reading.operand(node, 0);
                reading.give(node, PointwiseReader.isNorm(value) ? value : axes.expand(node));
            }
            case "Abs" -> reading.give(node, pointwise.magnitude(node));
            case "Erf" -> reading.give(node, pointwise.errorFunction(node));
            case "Clip" -> reading.give(node, pointwise.clip(node));
            case "Add", "Sub", "Mul", "Div" -> reading.give(node, arithmetic(node));
            case "MatMul" ->
                reading.give(node, attention.isProduct(node) ? attention.multiply(node) : dense.multiply(node));
            case "Softmax" ->
                reading.give(
                        node,
                        reading.operand(node, 0) instanceof Scores scores
                                ? attention.softmax(node, scores)
                                : pointwise.softmax(node, Activation.SOFTMAX));
            case "Dropout" -> {
                // What a dropout leaves out of the weights of an attention is training's alone.
                Operand value = reading.operand(node, 0);
                reading.give(node, value instanceof Scores ? value : pointwise.dropout(node));
            }
            default -> reading.give(node, view(node));
        }
    }

    private View view(OnnxNode node) {
        return switch (node.operator()) {
            case "Conv" -> windows.convolve(node);
            case "ConvTranspose" -> windows.convolveTransposed(node);
            case "MaxPool" -> windows.pool(node, false);
            case "AveragePool" -> windows.pool(node, true);
            case "GlobalMaxPool" -> windows.poolAll(node, false);
            case "GlobalAveragePool" -> windows.poolAll(node, true);
            case "Resize", "Upsample" -> resize.resize(node);
            case "Pad" -> windows.pad(node);
            case "Gemm" -> dense.gemm(node);
            case "BatchNormalization" -> pointwise.normalize(node);
            case "LayerNormalization" -> pointwise.normalizeLayer(node);
            case "InstanceNormalization" -> pointwise.normalizeGroups(node, -1);
            case "GroupNormalization" -> pointwise.normalizeGroups(node, node.whole("num_groups", 0));
            case "Relu" -> pointwise.activation(node, Activation.RELU);
            case "Sigmoid" -> pointwise.activation(node, Activation.SIGMOID);
            case "Tanh" -> pointwise.activation(node, Activation.TANH);
            case "Softplus" -> pointwise.activation(node, Activation.SOFTPLUS);
            case "Softsign" -> pointwise.activation(node, Activation.SOFTSIGN);
            case "Exp" -> pointwise.activation(node, Activation.EXPONENTIAL);
            case WrittenNormalizations.SQUAREPLUS -> pointwise.activation(node, Activation.SQUAREPLUS);
            case "Mish" -> pointwise.activation(node, Activation.MISH);
            case "LeakyRelu" -> pointwise.leakyRelu(node);
            case "ThresholdedRelu" -> pointwise.thresholdedRelu(node);
            case "Elu" -> pointwise.elu(node);
            case "Selu" -> pointwise.selu(node);
            case "HardSigmoid" -> pointwise.hardSigmoid(node);
            case "HardSwish" -> pointwise.activation(node, Activation.HARD_SILU);
            case "LogSoftmax" -> pointwise.softmax(node, Activation.LOG_SOFTMAX);
            case "Gelu" -> pointwise.gelu(node);
            case "PRelu" -> pointwise.prelu(node);
            case "Transpose" -> axes.transpose(node);
            case "Reshape" -> axes.reshape(node);
            case "Flatten" -> axes.flatten(node);
            case "Squeeze" -> axes.squeeze(node);
            case "Unsqueeze" -> axes.unsqueeze(node);
            case "Slice" -> axes.slice(node);
            case "Gather" -> axes.gather(node);
            case "Tile" -> axes.tile(node);
            case "ReduceMean" -> axes.reduce(node, true);
            case "ReduceMax" -> axes.reduce(node, false);
            case "Concat" -> merges.concatenate(node);
            case "Min" -> isWithConstant(node) ? pointwise.atMost(node) : merges.merge(node);
            case "Max" -> isWithConstant(node) ? pointwise.atLeast(node) : merges.merge(node);
            case "Sum", "Mean" -> merges.merge(node);
            default -> throw unknown(node);
        };
    }

    /** Numbers stay what they are; fractions are cut off nowhere but before a look at a table, which takes whole numbers. */
    private Operand cast(OnnxNode node) {
        Operand value = reading.operand(node, 0);
        boolean toFractions = node.operator().equals("CastLike") || FLOATS.contains(node.whole("to", 1));
        reading.require(
                value instanceof Constant || toFractions || reading.isIndex(node),
                node,
                "numbers that keep their fractions, or tell a row of a table",
                "a cast to type " + node.whole("to", 1));
        return value;
    }

    private Operand where(OnnxNode node) {
        if (!attention.masks(node)) {
            throw unknown(node);
        }
        return attention.masked(node);
    }

    private boolean isWithConstant(OnnxNode node) {
        return node.inputs().size() == 2 && affine.isWithConstant(node);
    }

    private Operand arithmetic(OnnxNode node) {
        if (attention.isOfScores(node)) {
            return attention.arithmetic(node);
        }
        if (affine.isWithConstant(node)) {
            return affine.withConstant(node);
        }
        Optional<Operand> function = pointwise.function(node, reading.operand(node, 0), reading.operand(node, 1));
        return function.isPresent() ? function.get() : merges.merge(node);
    }

    private UnsupportedModelException unknown(OnnxNode node) {
        String operator = node.operator();
        if (CONTROL_FLOW.contains(operator)) {
            return reading.unsupported(
                    node,
                    "layers one after the other",
                    "control flow",
                    "Export the model with a fixed number of steps.");
        }
        if (QUANTIZED.contains(operator)) {
            return reading.unsupported(
                    node,
                    "weights in floating point",
                    "a quantized operator",
                    "Export the model before it is quantized.");
        }
        return reading.unsupported(
                node,
                "an operator that layers of Hourglass compute",
                "'" + Excerpt.of(operator) + "'",
                "docs/onnx.md lists them.");
    }
}

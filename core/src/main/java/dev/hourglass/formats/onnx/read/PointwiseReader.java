package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.Scaled.Function;
import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Operators that change each number by itself, or those of two values one by one with a constant. */
final class PointwiseReader {
    /** What a length is bounded by so that nothing is divided by 0, at most; Keras has 1e-6. */
    private static final double SHORTEST = 1e-6;

    private final Reading reading;

    PointwiseReader(Reading reading) {
        this.reading = reading;
    }

    // --- activations ---

    View activation(OnnxNode node, Activation activation) {
        return activated(node, reading.view(node, 0), activation);
    }

    /** As the activation of the layer that gives the value, where nothing else reads that. */
    private View activated(OnnxNode node, View from, Activation activation) {
        if (reading.isOnlyReader(node.inputs().getFirst()) && reading.layers().activate(from.layer(), activation)) {
            reading.changed(from.layer());
            return from;
        }
        return reading.pointwise(node, new LayerSpec.ActivationLayer(reading.name(node), activation), from);
    }

    View leakyRelu(OnnxNode node) {
        float slope = node.real("alpha", 0.01f);
        return reading.pointwise(node, new LayerSpec.LeakyRelu(reading.name(node), slope), reading.view(node, 0));
    }

    View elu(OnnxNode node) {
        float alpha = node.real("alpha", 1);
        return alpha == 1
                ? activation(node, Activation.ELU)
                : reading.pointwise(node, new LayerSpec.Elu(reading.name(node), alpha), reading.view(node, 0));
    }

    View selu(OnnxNode node) {
        boolean usual = Math.abs(node.real("alpha", 1.6732632f) - 1.6732632f) < 1e-6
                && Math.abs(node.real("gamma", 1.050701f) - 1.050701f) < 1e-6;
        reading.require(usual, node, "alpha and gamma of Klambauer et al.", "others");
        return activation(node, Activation.SELU);
    }

    View hardSigmoid(OnnxNode node) {
        float alpha = node.real("alpha", 0.2f);
        float beta = node.real("beta", 0.5f);
        boolean sixth = Math.abs(alpha - 1f / 6) < 1e-6;
        reading.require(
                beta == 0.5f && (sixth || Math.abs(alpha - 0.2f) < 1e-6),
                node,
                "alpha 1/6 or 0.2 and beta 0.5",
                alpha + " and " + beta);
        return activation(node, sixth ? Activation.HARD_SIGMOID : Activation.HARD_SIGMOID_KERAS2);
    }

    View gelu(OnnxNode node) {
        String approximate = node.text("approximate", "none");
        reading.require(approximate.equals("none"), node, "approximate none", approximate);
        return activation(node, Activation.GELU);
    }

    Operand clip(OnnxNode node) {
        double least = bound(node, 1, "min", Double.NEGATIVE_INFINITY);
        double most = bound(node, 2, "max", Double.POSITIVE_INFINITY);
        if (isNorm(reading.operand(node, 0)) && least <= SHORTEST && most >= Float.MAX_VALUE) {
            return reading.operand(node, 0);
        }
        if (most == 0 && least <= -Float.MAX_VALUE) {
            return below(node);
        }
        reading.require(least < most, node, "a max above min", least + " and " + most);
        if (least != 0) {
            return between(node, least, most);
        }
        if (most == 6) {
            return activation(node, Activation.RELU6);
        }
        if (most >= Float.MAX_VALUE) {
            return activation(node, Activation.RELU);
        }
        return reading.pointwise(
                node, new LayerSpec.Relu(reading.name(node), 0, 0, (float) most), reading.view(node, 0));
    }

    /** By the ReLU of what is shifted, which is shifted back; from above where there is nothing below. */
    private Operand between(OnnxNode node, double least, double most) {
        boolean fromAbove = least <= -Float.MAX_VALUE;
        boolean open = fromAbove || most >= Float.MAX_VALUE;
        if (fromAbove && most >= Float.MAX_VALUE) {
            return reading.view(node, 0);
        }
        double origin = fromAbove ? most : least;
        int sign = fromAbove ? -1 : 1;
        String name = reading.name(node);
        View shifted = reading.pointwise(
                node,
                new LayerSpec.Rescaling(reading.layers().name(name + "_shift"), sign, (float) (-sign * origin)),
                reading.view(node, 0));
        LayerSpec relu = open
                ? new LayerSpec.ActivationLayer(name, Activation.RELU)
                : new LayerSpec.Relu(name, 0, 0, (float) (most - least));
        return new Scaled(reading.pointwise(node, relu, shifted), sign, origin, Function.IDENTITY);
    }

    /** The smaller of values that are not below 0 and a number. */
    View atMost(OnnxNode node) {
        int index = reading.operand(node, 0) instanceof Constant ? 1 : 0;
        double most = reading.constant(node, 1 - index, "one of both").uniform();
        View from = reading.view(node, index);
        if (most == Double.POSITIVE_INFINITY) {
            return from;
        }
        reading.require(
                most > 0 && reading.isAtLeastZero(from.layer()), node, "values >= 0 and a number above 0", "others");
        return reading.pointwise(node, new LayerSpec.Relu(reading.name(node), 0, 0, (float) most), from);
    }

    /** The larger of values and 0. */
    View atLeast(OnnxNode node) {
        int index = reading.operand(node, 0) instanceof Constant ? 1 : 0;
        double least = reading.constant(node, 1 - index, "one of both").uniform();
        reading.require(least == 0, node, "the larger of values and 0", "and " + least);
        return reading.pointwise(
                node, new LayerSpec.ActivationLayer(reading.name(node), Activation.RELU), reading.view(node, index));
    }

    private double bound(OnnxNode node, int input, String attribute, double otherwise) {
        return node.hasInput(input)
                ? reading.constant(node, input, attribute).uniform()
                : node.real(attribute, (float) otherwise);
    }

    View thresholdedRelu(OnnxNode node) {
        float threshold = node.real("alpha", 1);
        return reading.pointwise(
                node,
                new LayerSpec.Relu(reading.name(node), 0, threshold, Float.POSITIVE_INFINITY),
                reading.view(node, 0));
    }

    /** @param function a softmax, or its logarithm */
    View softmax(OnnxNode node, Activation function) {
        View from = reading.view(node, 0);
        boolean old = reading.operatorSet() < 13;
        int axis = reading.axis(node, node.whole("axis", old ? 1 : -1), from.rank());
        reading.require(!old || axis == from.rank() - 1, node, "the last axis, or operators of set 13", "axis " + axis);
        if (from.hasBatch(axis)) {
            throw reading.unsupported(node, "another axis than the batch", "axis " + axis, "");
        }
        List<Atom> along = from.axes().get(axis);
        List<Atom> others = new ArrayList<>(from.order());
        others.removeAll(along);
        List<Atom> now = new ArrayList<>(others);
        now.addAll(along);
        if (now.equals(from.order()) && from.stored().dimension(-1) == View.product(along)) {
            return activated(node, from, function);
        }
        String name = reading.name(node);
        List<List<Atom>> wanted = new ArrayList<>();
        if (!others.isEmpty()) {
            wanted.add(others);
        }
        wanted.add(along);
        View last = reading.layers().arrange(from, wanted, name);
        return reading.pointwise(node, new LayerSpec.ActivationLayer(name, function), last);
    }

    View dropout(OnnxNode node) {
        View from = reading.view(node, 0);
        double rate = node.hasInput(1) ? reading.constant(node, 1, "the ratio").uniform() : node.real("ratio", 0.5f);
        if (!(rate > 0 && rate < 1)) {
            return from;
        }
        return reading.pointwise(node, new LayerSpec.Dropout(reading.name(node), (float) rate), from);
    }

    /** With slopes that are the same along the axes where the file has one for all. */
    View prelu(OnnxNode node) {
        View from = reading.view(node, 0);
        Constant slope = reading.constant(node, 1, "the slopes");
        boolean batchFirst = from.rank() > 1 && from.isBatch(0);
        reading.require(batchFirst && slope.rank() <= from.rank(), node, "an input whose batch comes first", "another");
        String name = reading.name(node);
        List<Integer> axes = from.rank() > 2 ? Reading.channelsLast(from) : List.of(1);
        View image = reading.inOrder(node, from, axes, name);
        int[] dimensions = new int[from.rank()];
        Arrays.fill(dimensions, 1);
        System.arraycopy(slope.dimensions(), 0, dimensions, from.rank() - slope.rank(), slope.rank());
        List<Integer> shared = new ArrayList<>();
        int[] order = new int[from.rank()];
        for (int i = 0; i < axes.size(); i++) {
            int axis = axes.get(i);
            order[i + 1] = axis;
            if (dimensions[axis] == 1) {
                shared.add(i + 1);
            } else if (dimensions[axis] != from.size(axis)) {
                throw reading.corrupt(
                        node, "slopes for " + Arrays.toString(from.dimensions()), Arrays.toString(slope.dimensions()));
            }
        }
        float[] alpha = slope.reshaped(dimensions).transposed(order).floats();
        return reading.pointwise(node, new LayerSpec.PRelu(name, shared), image, Map.of("alpha", alpha));
    }

    View normalize(OnnxNode node) {
        View from = reading.view(node, 0);
        reading.require(node.whole("training_mode", 0) == 0, node, "a model exported for use", "training_mode 1");
        reading.require(
                from.rank() >= 2 && from.isBatch(0), node, "an input [batch, channels, ...]", from.rank() + " axes");
        String name = reading.name(node);
        View image = reading.inOrder(node, from, from.rank() > 2 ? Reading.channelsLast(from) : List.of(1), name);
        float momentum = node.real("momentum", 0.9f);
        float epsilon = node.real("epsilon", 1e-5f);
        LayerSpec layer = new LayerSpec.BatchNormalization(name, momentum < 1 ? momentum : 0.99f, epsilon);
        return reading.pointwise(
                node,
                layer,
                image,
                Map.of(
                        "gamma", reading.constant(node, 1, "the scale").floats(),
                        "beta", reading.constant(node, 2, "the shift").floats(),
                        "moving_mean", reading.constant(node, 3, "the mean").floats(),
                        "moving_variance",
                                reading.constant(node, 4, "the variance").floats()));
    }

    /** Over the last axes, from one on. */
    View normalizeLayer(OnnxNode node) {
        View from = reading.view(node, 0);
        int first = reading.axis(node, node.whole("axis", -1), from.rank());
        reading.require(from.isBatch(0) && first > 0, node, "an input whose batch comes first", "another");
        String name = reading.name(node);
        View lying = reading.inOrder(node, from, Reading.natural(from), name);
        List<Integer> axes = first == from.rank() - 1
                ? List.of(-1)
                : IntStream.range(first, from.rank()).boxed().toList();
        boolean scale = node.hasInput(1);
        boolean center = node.hasInput(2);
        Map<String, float[]> weights = new HashMap<>();
        if (scale) {
            weights.put("gamma", reading.constant(node, 1, "the scale").floats());
        }
        if (center) {
            weights.put("beta", reading.constant(node, 2, "the shift").floats());
        }
        LayerSpec layer =
                new LayerSpec.LayerNormalization(name, axes, node.real("epsilon", 1e-5f), scale, center, false);
        return reading.pointwise(node, layer, lying, weights);
    }

    /** Each channel by itself, or in groups. */
    View normalizeGroups(OnnxNode node, long groups) {
        View from = reading.view(node, 0);
        Constant scale = reading.constant(node, 1, "the scale");
        reading.require(
                from.rank() > 2 && scale.size() == from.size(1),
                node,
                "an input [batch, channels, ...] and a scale for each channel",
                from.rank() + " axes and " + scale.size() + " scales");
        if (groups != -1 && (groups < 1 || from.size(1) % groups != 0)) {
            throw reading.corrupt(
                    node, "a number of groups that divides " + from.size(1) + " channels", Long.toString(groups));
        }
        String name = reading.name(node);
        View image = reading.channelsLast(node, from, name);
        LayerSpec layer =
                new LayerSpec.GroupNormalization(name, (int) groups, -1, node.real("epsilon", 1e-5f), true, true);
        return reading.pointwise(
                node,
                layer,
                image,
                Map.of(
                        "gamma",
                        scale.floats(),
                        "beta",
                        reading.constant(node, 2, "the shift").floats()));
    }

    /** {@code erf(x / sqrt(2))}, which becomes a GELU with what follows. */
    Operand errorFunction(OnnxNode node) {
        boolean fits = reading.operand(node, 0) instanceof Scaled inner
                && inner.isPlain()
                && inner.shift() == 0
                && Math.abs(inner.scale() - Math.sqrt(0.5)) < 1e-5;
        reading.require(fits, node, "the error function within GELU, x * 0.5 * (1 + erf(x / sqrt(2)))", "another");
        return new Scaled(((Scaled) reading.operand(node, 0)).view(), 1, 0, new Function.ErrorFunction());
    }

    // --- functions that are written as several operators ---

    private Scaled below(OnnxNode node) {
        Operand operand = reading.operand(node, 0);
        if (operand instanceof Scaled scaled && scaled.isPlain() && scaled.scale() == 1) {
            return new Scaled(scaled.view(), 1, 0, new Function.Below(-scaled.shift()));
        }
        return new Scaled(reading.view(node, 0), 1, 0, new Function.Below(0));
    }

    /** What two values make together where they are parts of one function. */
    Optional<Operand> function(OnnxNode node, Operand one, Operand other) {
        return switch (node.operator()) {
            case "Mul" -> gelu(node, one, other);
            case "Add" -> one instanceof Scaled ? sloped(node, other, one) : sloped(node, one, other);
            case "Div" -> softsign(node, one, other).or(() -> unit(node, one, other));
            default -> Optional.empty();
        };
    }

    /** A ReLU plus a slope times what lies below its threshold. */
    private Optional<Operand> sloped(OnnxNode node, Operand above, Operand sloped) {
        boolean fits = above instanceof View
                && sloped instanceof Scaled part
                && part.function() instanceof Function.Below
                && part.shift() == 0
                && part.scale() >= 0;
        if (!fits) {
            return Optional.empty();
        }
        Scaled below = (Scaled) sloped;
        double threshold = ((Function.Below) below.function()).threshold();
        LayerSpec.Relu relu = new LayerSpec.Relu("none");
        String layer = ((View) above).layer();
        for (Optional<LayerSpec.Relu> next = relu(layer); next.isPresent(); next = relu(layer)) {
            relu = new LayerSpec.Relu(
                    "all",
                    0,
                    Math.max(relu.threshold(), next.get().threshold()),
                    Math.min(relu.maxValue(), next.get().maxValue()));
            layer = reading.layers().inputs(layer).getFirst();
        }
        if (relu.name().equals("none")
                || !layer.equals(below.view().layer())
                || relu.threshold() != (float) threshold
                || !((View) above).axes().equals(below.view().axes())) {
            return Optional.empty();
        }
        LayerSpec whole =
                new LayerSpec.Relu(reading.name(node), (float) below.scale(), relu.threshold(), relu.maxValue());
        return Optional.of(reading.pointwise(node, whole, below.view()));
    }

    /** A layer that is a ReLU without a slope, as one. */
    private Optional<LayerSpec.Relu> relu(String name) {
        return reading.layers().layer(name).flatMap(layer -> switch (layer) {
            case LayerSpec.Relu l -> l.negativeSlope() == 0 ? Optional.of(l) : Optional.empty();
            case LayerSpec.ActivationLayer l ->
                l.activation() == Activation.RELU ? Optional.of(new LayerSpec.Relu(name)) : Optional.empty();
            default -> Optional.empty();
        });
    }

    static boolean isNorm(Operand value) {
        return value instanceof Scaled scaled && scaled.function() instanceof Function.Norm && scaled.scale() == 1;
    }

    /** {@code x / norm(x)}; the norm may have a small bound, or a small number added. */
    private Optional<Operand> unit(OnnxNode node, Operand value, Operand divisor) {
        boolean fits = value instanceof View view
                && isNorm(divisor)
                && divisor instanceof Scaled length
                && Math.abs(length.shift()) <= SHORTEST
                && length.view().layer().equals(view.layer())
                && length.view().axes().equals(view.axes());
        if (!fits) {
            return Optional.empty();
        }
        View view = (View) value;
        List<Integer> along = ((Function.Norm) ((Scaled) divisor).function()).axes();
        String name = reading.name(node);
        boolean image = view.rank() > 2 && view.isBatch(0) && along.equals(List.of(1));
        View from = image
                ? reading.channelsLast(node, view, name)
                : reading.inOrder(node, view, Reading.natural(view), name);
        List<Integer> axes = along.stream()
                .map(axis -> image ? view.rank() - 1 : Reading.natural(view).indexOf(axis) + 1)
                .toList();
        return Optional.of(reading.pointwise(node, new LayerSpec.UnitNormalization(name, axes), from));
    }

    Scaled magnitude(OnnxNode node) {
        return new Scaled(reading.view(node, 0), 1, 0, new Function.Magnitude());
    }

    /** {@code x / (1 + |x|)}. */
    private Optional<Operand> softsign(OnnxNode node, Operand value, Operand divisor) {
        boolean fits = value instanceof View view
                && divisor instanceof Scaled part
                && part.function() instanceof Function.Magnitude
                && part.scale() == 1
                && part.shift() == 1
                && part.view().layer().equals(view.layer())
                && part.view().axes().equals(view.axes());
        return fits
                ? Optional.of(reading.pointwise(
                        node, new LayerSpec.ActivationLayer(reading.name(node), Activation.SOFTSIGN), (View) value))
                : Optional.empty();
    }

    /** Of {@code x} and {@code 1 + erf(x / sqrt(2))}, times any number: a GELU. */
    private Optional<Operand> gelu(OnnxNode node, Operand one, Operand other) {
        if (one instanceof Scaled error && error.function() instanceof Function.ErrorFunction) {
            return gelu(node, other, error);
        }
        if (other instanceof Scaled error && error.function() instanceof Function.ErrorFunction) {
            return gelu(node, one, error);
        }
        return Optional.empty();
    }

    private Optional<Operand> gelu(OnnxNode node, Operand factor, Scaled error) {
        View view = error.view();
        double scale = 1;
        if (factor instanceof Scaled scaled && scaled.isPlain() && scaled.shift() == 0) {
            scale = scaled.scale();
        }
        View multiplied = switch (factor) {
            case View same -> same;
            case Scaled scaled -> scaled.view();
            case Constant ignored -> view;
            case Scores scores -> scores.query();
        };
        boolean fits = !(factor instanceof Scores)
                && error.scale() == error.shift()
                && multiplied.layer().equals(view.layer())
                && multiplied.axes().equals(view.axes());
        if (!fits) {
            return Optional.empty();
        }
        View result = reading.pointwise(node, new LayerSpec.ActivationLayer(reading.name(node), Activation.GELU), view);
        double rest = 2 * scale * error.scale();
        return Optional.of(rest == 1 ? result : new Scaled(result, rest, 0, Function.IDENTITY));
    }
}

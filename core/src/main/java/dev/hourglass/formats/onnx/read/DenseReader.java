package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Gemm and MatMul: dense layers. */
final class DenseReader {
    private final Reading reading;

    DenseReader(Reading reading) {
        this.reading = reading;
    }

    View gemm(OnnxNode node) {
        reading.require(node.whole("transA", 0) == 0, node, "transA 0", "1");
        Constant matrix = reading.constant(node, 1, "the second matrix");
        requireMatrix(node, matrix);
        Constant kernel = node.whole("transB", 0) == 0 ? matrix : matrix.transposed(1, 0);
        double alpha = node.real("alpha", 1);
        double beta = node.real("beta", 1);
        float[] bias = new float[kernel.dimensions()[1]];
        boolean hasBias = node.hasInput(2);
        if (hasBias) {
            Constant stored = reading.constant(node, 2, "the bias");
            int last = stored.rank() == 0 ? 1 : stored.dimensions()[stored.rank() - 1];
            if (stored.size() != last || (last != 1 && last != bias.length)) {
                throw reading.corrupt(node, "a bias of " + bias.length + " numbers", Integer.toString(stored.size()));
            }
            for (int i = 0; i < bias.length; i++) {
                bias[i] = (float) (beta * stored.numbers()[i % last]);
            }
        }
        return dense(node, scaled(kernel, alpha), bias, hasBias);
    }

    View multiply(OnnxNode node) {
        Constant kernel = reading.constant(node, 1, "the second matrix");
        requireMatrix(node, kernel);
        return dense(node, kernel, new float[kernel.dimensions()[1]], false);
    }

    private void requireMatrix(OnnxNode node, Constant matrix) {
        if (matrix.rank() != 2 || matrix.size() == 0) {
            throw reading.unsupported(
                    node, "a matrix as the second input", matrix.rank() + " axes", "Multiply by a matrix of weights.");
        }
    }

    private static Constant scaled(Constant kernel, double factor) {
        if (factor == 1) {
            return kernel;
        }
        double[] numbers = kernel.numbers().clone();
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] *= factor;
        }
        return new Constant(kernel.dimensions(), numbers, false);
    }

    /** Over the last axis; what lies before it stays as it is stored. */
    private View dense(OnnxNode node, Constant kernel, float[] bias, boolean hasBias) {
        Operand operand = reading.operand(node, 0);
        boolean scales = operand instanceof Scaled scaled && scaled.isPlain();
        View from = scales ? ((Scaled) operand).view() : reading.view(node, 0);
        int in = kernel.dimensions()[0];
        int units = kernel.dimensions()[1];
        int last = from.rank() - 1;
        if (last < 0 || (from.hasBatch(last) && from.batch().size() != 1) || from.size(last) != in) {
            throw reading.unsupported(
                    node,
                    "an input whose last axis has " + in + " numbers",
                    from.rank() == 0 ? "a single number" : Integer.toString(from.size(last)),
                    "");
        }
        Constant weights = kernel;
        boolean biased = hasBias;
        if (scales) {
            Scaled scaled = (Scaled) operand;
            weights = scaled(kernel, scaled.scale());
            biased |= scaled.shift() != 0;
            for (int i = 0; i < kernel.size(); i++) {
                bias[i % units] += (float) (scaled.shift() * kernel.numbers()[i]);
            }
        }
        String name = reading.name(node);
        View rows = reading.layers().arrange(from, rows(from), name);
        Map<String, float[]> variables = new HashMap<>(Map.of("kernel", weights.floats()));
        if (biased) {
            variables.put("bias", bias);
        }
        var stored = reading.layers()
                .add(new LayerSpec.Dense(name, units, Activation.LINEAR, biased), List.of(rows), variables);
        List<Atom> features = rows.axes().get(last);
        List<Atom> order = new ArrayList<>(rows.order());
        order.removeAll(features);
        List<List<Atom>> axes = new ArrayList<>(rows.axes());
        List<Atom> given = units == 1 ? new ArrayList<>() : new ArrayList<>(List.of(Atom.of(units)));
        order.addAll(given);
        features.stream().filter(Atom::isBatch).forEach(given::addFirst);
        axes.set(last, given);
        return new View(name, stored, order, axes);
    }

    /** The features as the last dimension, and the others as they are, where that can be. */
    private static List<List<Atom>> rows(View view) {
        List<Atom> features =
                view.axes().getLast().stream().filter(atom -> !atom.isBatch()).toList();
        List<Atom> others = new ArrayList<>(view.order());
        others.removeAll(features);
        List<Atom> wanted = new ArrayList<>(others);
        wanted.addAll(features);
        List<List<Atom>> dimensions = new ArrayList<>();
        if (wanted.equals(view.order()) && view.stored().dimension(-1) == View.product(features)) {
            // As it is stored: a dimension of 1 before the features has no atoms.
            int place = 0;
            for (int i = 0; i < view.stored().rank() - 1; i++) {
                List<Atom> dimension = new ArrayList<>();
                int open = view.stored().dimension(i);
                while (open > 1) {
                    Atom atom = others.get(place++);
                    dimension.add(atom);
                    open /= atom.size();
                }
                dimensions.add(dimension);
            }
        } else {
            others.forEach(atom -> dimensions.add(List.of(atom)));
        }
        dimensions.add(features);
        return dimensions;
    }
}

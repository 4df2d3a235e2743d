package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Codebook;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * ArgMax and Gather of a codebook, as we write a {@link LayerSpec.VectorQuantizer}: a dense layer scores the vectors by how near
 * they are ({@link Codebook#scoreKernel}), and the one with the largest score is looked up.
 */
final class CodebookReader {
    private final Reading reading;
    /** Of the numbers that ArgMax gives, by their names, the dense layer's scores. */
    private final Map<String, View> scores = new HashMap<>();

    CodebookReader(Reading reading) {
        this.reading = reading;
    }

    /** Notes which scores the numbers of vectors are of; what looks them up becomes the layer. */
    void largest(OnnxNode node) {
        View view = reading.view(node, 0);
        boolean isOfAll = areScores(view)
                && reading.axis(node, node.whole("axis", 0), view.rank()) == view.rank() - 1
                && node.whole("keepdims", 1) == 0
                && node.whole("select_last_index", 0) == 0;
        if (!isOfAll || !reading.isIndex(node)) {
            throw reading.unsupported(
                    node,
                    "which of all that a dense layer without activation gives is the largest, to look up its row in a"
                            + " table",
                    "another use",
                    "docs/onnx.md says what is read.");
        }
        scores.put(node.outputs().getFirst(), view);
    }

    /** Whether along the last axis lies all that a dense layer computes and nothing else, in its order. */
    private boolean areScores(View view) {
        boolean isLinear = reading.layers()
                .layer(view.layer())
                .filter(layer -> layer instanceof LayerSpec.Dense dense && dense.activation() == Activation.LINEAR)
                .isPresent();
        if (!isLinear || view.rank() == 0) {
            return false;
        }
        List<Atom> along = view.axes().getLast();
        int units = view.stored().dimension(-1);
        return units == 1
                ? along.isEmpty()
                : along.size() == 1
                        && along.getFirst().size() == units
                        && !along.getFirst().isReversed()
                        && along.getFirst() == view.order().getLast();
    }

    /** Whether the rows that a Gather takes are those of {@link #largest}. */
    boolean looksUp(OnnxNode node) {
        return node.hasInput(1) && scores.containsKey(node.inputs().get(1));
    }

    /** In place of the scores and the look at a table, one layer that reads what the scores are of. */
    View lookUp(OnnxNode node) {
        View of = Objects.requireNonNull(scores.get(node.inputs().get(1)));
        Constant table = reading.constant(node, 0, "the table");
        reading.require(
                table.rank() == 2 && table.size() > 0 && node.whole("axis", 0) == 0,
                node,
                "rows of a table",
                "parts of another one");
        Shape shape = Shape.of(table.dimensions());
        Codebook codebook = Codebook.of(new Parameter(of.layer(), "embeddings", shape, true, table.floats()));
        float[] bias = reading.layers().weights(of.layer(), "bias");
        float[] kernel = reading.layers().weights(of.layer(), "kernel");
        reading.require(
                bias != null && kernel != null && codebook.isScoredBy(kernel, bias),
                node,
                "the nearest vector, scored by twice the vectors and minus their squared lengths",
                "other scores");
        String read = reading.layers().inputs(of.layer()).getFirst();
        String name = reading.name(node);
        Shape stored = reading.layers()
                .addReading(
                        new LayerSpec.VectorQuantizer(name, codebook.count()),
                        List.of(read),
                        Map.of("embeddings", codebook.values()));
        return inPlaceOf(of, name, stored, codebook.size());
    }

    /** What lay along the scores lies along a vector. */
    private static View inPlaceOf(View scores, String name, Shape stored, int size) {
        List<Atom> vector = size == 1 ? List.of() : List.of(Atom.of(size));
        List<Atom> others = new ArrayList<>(scores.order());
        others.removeAll(scores.axes().getLast());
        List<List<Atom>> axes = new ArrayList<>(scores.axes());
        axes.set(axes.size() - 1, vector);
        return new View(
                name, stored, Stream.concat(others.stream(), vector.stream()).toList(), axes);
    }
}

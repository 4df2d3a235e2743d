package dev.hourglass.formats;

import dev.hourglass.engine.OptimizerState;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.onnx.ModelWriter;
import dev.hourglass.formats.onnx.OnnxModel;
import dev.hourglass.formats.onnx.OnnxModel.Weights;
import dev.hourglass.model.Graph;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.CorruptFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Holds what is read back from a written file against the model: its layers, each of its numbers bit for bit, and what
 * it computes. Outputs alone don't prove the numbers: where an LSTM is saturated, a weight changes nothing.
 *
 * @param file as it will be called
 * @param model that was written
 * @param golden what the model computes
 */
record ExportProof(Path file, SavedModel model, GoldenBatch golden) {
    /** How far what is read back may compute from the model in memory. */
    private static final double MOST_DIFFERENCE = 1e-5;

    /** @throws CorruptFileException if a Keras file holds anything else than the model */
    void requireHeldBy(SavedModel read) {
        requireSame(model.graph(), read.graph());
        requireEqual("the normalization", model.normalization(), read.normalization());
        requireEqual(
                "layers before the waist",
                model.waist().encoderLayers(),
                read.waist().encoderLayers());
        requireEqual("the provenance", model.provenance(), read.provenance());
        requireEqual("the detection", Optional.ofNullable(model.detection()), Optional.ofNullable(read.detection()));
        requireSame("", model.parameters(), read.parameters().ofLayers(model.layers()));
        if (model.optimizer() != null) {
            requireEqual("the loss", model.trainedLoss(), read.trainedLoss());
        }
        OptimizerState optimizer = read.optimizer();
        requireSame(model.optimizer(), optimizer == null ? null : optimizer.ofLayers(model.layers()));
        requireNear(golden.difference(read));
    }

    /** @throws CorruptFileException if an ONNX file holds anything else than the model */
    void requireHeldBy(OnnxModel read) {
        OnnxModel expected = ModelWriter.translate(model);
        requireEqual("nodes", expected.nodes(), read.nodes());
        requireEqual("metadata", expected.metadata(), read.metadata());
        requireEqual("as many arrays", expected.weights().size(), read.weights().size());
        for (int i = 0; i < expected.weights().size(); i++) {
            Weights wanted = expected.weights().get(i);
            Weights found = read.weights().get(i);
            requireEqual("the array", wanted.name(), found.name());
            requireEqual(wanted.name() + " of shape", wanted.dimensions(), found.dimensions());
            requireSame(wanted, found);
        }
        requireNear(ModelWriter.difference(read, golden));
    }

    /** Layers that don't wait for each other may come in another order. */
    private void requireSame(Graph wanted, Graph found) {
        if (wanted.isChain()) {
            requireEqual("layers", wanted.layers(), found.layers());
        } else {
            requireEqual("layers", sorted(wanted), sorted(found));
        }
        requireEqual("the outputs", wanted.outputs(), found.outputs());
    }

    private static List<Graph.Node> sorted(Graph graph) {
        return graph.nodes().stream()
                .sorted(Comparator.comparing(Graph.Node::name))
                .toList();
    }

    private void requireSame(Weights wanted, Weights found) {
        if (wanted instanceof Weights.Floats floats && found instanceof Weights.Floats others) {
            requireSame(wanted.name(), floats.values(), others.values());
        } else if (wanted instanceof Weights.Longs longs && found instanceof Weights.Longs others) {
            requireEqual(wanted.name(), Arrays.toString(longs.values()), Arrays.toString(others.values()));
        } else {
            throw wrong(wanted.name() + " of the same type", "another");
        }
    }

    private void requireSame(@Nullable OptimizerState wanted, @Nullable OptimizerState found) {
        requireEqual("an optimizer:", wanted != null, found != null);
        if (wanted == null || found == null) {
            return;
        }
        requireEqual("the optimizer", wanted.optimizer(), found.optimizer());
        requireEqual("the optimizer's steps", wanted.steps(), found.steps());
        requireEqual("the optimizer's numbers", wanted.scalars(), found.scalars());
        wanted.slots().forEach((name, slot) -> requireSame("the optimizer's " + name + " of ", slot, found.slot(name)));
    }

    private void requireSame(String what, Parameters wanted, Parameters found) {
        requireEqual(what + "the variables", paths(wanted), paths(found));
        for (int i = 0; i < wanted.list().size(); i++) {
            Parameter one = wanted.list().get(i);
            requireSame(what + one.path(), one.values(), found.list().get(i).values());
        }
    }

    private static List<String> paths(Parameters parameters) {
        return parameters.list().stream()
                .map(parameter -> parameter.path() + parameter.shape())
                .toList();
    }

    /** Any NaN is as good as another, but 0 is not -0. */
    private void requireSame(String what, float[] wanted, float[] found) {
        int at = Arrays.mismatch(wanted, found);
        if (at >= 0) {
            throw wrong(what + " with " + wanted[at] + " at " + at, String.valueOf(found[at]));
        }
    }

    private void requireEqual(String what, Object wanted, Object found) {
        if (!wanted.equals(found)) {
            throw wrong(what + " " + Json.printable(wanted.toString()), Json.printable(found.toString()));
        }
    }

    private void requireNear(double difference) {
        if (difference > MOST_DIFFERENCE) {
            throw wrong("outputs within " + MOST_DIFFERENCE + " of the model's", "a difference of " + difference);
        }
    }

    private CorruptFileException wrong(String expected, String found) {
        return new CorruptFileException(
                file,
                expected + " when the file is read back",
                found,
                "This is a fault of Hourglass or of the disk; please report it. No file was written.");
    }
}

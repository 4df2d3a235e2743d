package dev.hourglass.interop;

import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.keras.KerasOrder;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A model after one more step of training on given samples, which are their own targets. From Adam's moments the
 * step's gradients can be told.
 *
 * @param model with the parameters and the optimizer's state after the step
 */
record TrainedStep(SavedModel model) {
    /** Keras's default. */
    private static final Optimizer ADAM = Optimizer.Adam.DEFAULT;

    /** @param model left as it is; training goes on from its optimizer's state where it has one */
    static TrainedStep of(SavedModel model, float[] inputs) {
        Parameters parameters = model.parameters().copy();
        OptimizerState before = model.optimizer();
        int size = model.input().size();
        int count = inputs.length / size;
        TrainingSettings settings =
                new TrainingSettings(model.trainedLoss(), before == null ? ADAM : before.optimizer(), count, 0);
        try (TrainingSession session = TrainingSession.of(model.graph(), parameters, settings, 1)) {
            if (before != null) {
                session.restore(before);
            }
            session.step(
                    (index, into, offset) -> System.arraycopy(inputs, index * size, into, offset, size),
                    IntStream.range(0, count).toArray(),
                    0,
                    count);
            return new TrainedStep(new SavedModel(
                    model.name(),
                    model.graph(),
                    parameters,
                    model.normalization(),
                    model.waist(),
                    model.loss(),
                    session.optimizerState(),
                    model.provenance(),
                    model.warnings()));
        }
    }

    /** Adam's first moments of all trainable variables in order, then its second moments. */
    float[] moments() {
        OptimizerState state = Objects.requireNonNull(model.optimizer()).ofLayers(inKerasOrder());
        return joined(Stream.concat(state.slot("momentum").list().stream(), state.slot("velocity").list().stream())
                .toList());
    }

    /** All trainable variables in order. */
    float[] weights() {
        return joined(model.parameters().ofLayers(inKerasOrder()).list().stream()
                .filter(Parameter::trainable)
                .toList());
    }

    private List<LayerSpec> inKerasOrder() {
        return KerasOrder.of(model.graph()).stream()
                .map(Graph.Node::layer)
                .distinct()
                .toList();
    }

    private static float[] joined(List<Parameter> parameters) {
        float[] joined =
                new float[parameters.stream().mapToInt(p -> p.values().length).sum()];
        int offset = 0;
        for (Parameter parameter : parameters) {
            System.arraycopy(parameter.values(), 0, joined, offset, parameter.values().length);
            offset += parameter.values().length;
        }
        return joined;
    }
}

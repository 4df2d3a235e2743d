package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Tensor;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Kernels;

/** Layers that compute each number by itself, or none at all. */
final class ElementwiseLowering {
    private final Draft draft;

    ElementwiseLowering(Draft draft) {
        this.draft = draft;
    }

    Value reshape(Op.Reshape op) {
        Value from = draft.readImage(op);
        Value output = new Value(op.to().name(), draft.layouts().written(op.to(), false));
        draft.add(new Step.Copy(from, output));
        return output;
    }

    void reshapeGradient(Op.Reshape op, Op.Gradient gradient, Value ofOutput) {
        Value result = Draft.gradientOfInput(op, draft.readBy(op));
        draft.add(new Step.Copy(ofOutput, result));
        draft.give(gradient, result);
    }

    Value noise(Op.Noise op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), from.layout());
        draft.add(new Step.Noise(op.noise(), from, output));
        return output;
    }

    /** In place. */
    void noiseGradient(Op.Noise op, Op.Gradient gradient, Value ofOutput) {
        switch (op.noise()) {
            // The same numbers are dropped, the others scaled alike.
            case LayerSpec.Dropout ignored -> draft.add(new Step.Noise(op.noise(), ofOutput, ofOutput));
            case LayerSpec.SpatialDropout ignored -> draft.add(new Step.Noise(op.noise(), ofOutput, ofOutput));
            // The same factors again.
            case LayerSpec.GaussianDropout ignored -> draft.add(new Step.Noise(op.noise(), ofOutput, ofOutput));
            // It drops what Dropout would, and scales the others otherwise.
            case LayerSpec.AlphaDropout alpha -> {
                draft.add(new Step.Noise(new LayerSpec.Dropout(alpha.name(), alpha.rate()), ofOutput, ofOutput));
                draft.add(new Step.Scale(alpha.scale() * (1 - alpha.rate()), ofOutput));
            }
            // What was added has no slope.
            case LayerSpec.GaussianNoise ignored -> {}
        }
        draft.give(gradient, ofOutput);
    }

    Value activate(Op.Activate op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), from.layout());
        draft.add(new Step.Copy(from, output));
        draft.add(new Step.Activate(op.function(), output));
        return output;
    }

    /** In place. */
    void activateGradient(Op.Activate op, Op.Gradient gradient, Value ofOutput) {
        draft.addActivationGradient(op.function(), draft.valueOf(op.to()), ofOutput);
        draft.give(gradient, ofOutput);
    }

    Value apply(Op.Apply op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), draft.layouts().written(op.to(), true));
        draft.add(new Step.Apply(op.function(), from, output));
        return output;
    }

    /** In place. */
    void applyGradient(Op.Apply op, Op.Gradient gradient, Value ofOutput) {
        draft.add(new Step.ApplyGradient(op.function(), draft.readBy(op), ofOutput));
        draft.give(gradient, ofOutput);
    }

    Value softmax(Op.Softmax op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), draft.layouts().written(op.to(), true));
        draft.add(new Step.Softmax(from, output, op.causal(), hidden(op)));
        return output;
    }

    private Step.Hidden hidden(Op.Softmax op) {
        Op.Hidden hidden = op.hidden();
        return new Step.Hidden(
                hidden.query() == null ? null : draft.valueOf(hidden.query()),
                hidden.keys().stream().map(draft::valueOf).toList(),
                hidden.alone());
    }

    /** In place. */
    void softmaxGradient(Op.Softmax op, Op.Gradient gradient, Value ofOutput) {
        draft.add(new Step.SoftmaxGradient(draft.valueOf(op.to()), ofOutput, op.causal(), hidden(op)));
        draft.give(gradient, ofOutput);
    }

    Value logSoftmax(Op.LogSoftmax op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), draft.layouts().written(op.to(), true));
        draft.add(new Step.LogSoftmax(from, output));
        return output;
    }

    /** In place. */
    void logSoftmaxGradient(Op.LogSoftmax op, Op.Gradient gradient, Value ofOutput) {
        draft.add(new Step.LogSoftmaxGradient(draft.valueOf(op.to()), ofOutput));
        draft.give(gradient, ofOutput);
    }

    Value prelu(Op.PRelu op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), draft.layouts().written(op.to(), true));
        draft.add(new Step.PRelu(from, slopes(op), output));
        return output;
    }

    /** In place. */
    void preluGradient(Op.PRelu op, Op.Gradient gradient, Value ofOutput) {
        draft.add(new Step.PReluGradient(draft.readBy(op), slopes(op), ofOutput));
        draft.give(gradient, ofOutput);
    }

    Value embed(Op.Embed op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), Layouts.natural(op.to()));
        PackedMatrix table = table(op.layer(), op.parameters(), op.rows(), op.to());
        draft.add(new Step.Embed(op.owner(), from, table, output));
        return output;
    }

    /** What gives the numbers has no slope. */
    void embedGradient(Op.Embed op, Op.Gradient gradient, Value ofOutput) {
        Value from = draft.readBy(op);
        draft.add(new Step.EmbedGradient(from, ofOutput, table(op.layer(), op.parameters(), op.rows(), op.to())));
        if (!gradient.shares().isEmpty()) {
            Value none = Draft.gradientOfInput(op, from);
            draft.add(new Step.Copy(from, none));
            draft.add(new Step.Scale(0, none));
            draft.give(gradient, none);
        }
    }

    Value nearest(Op.Nearest op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), Layouts.natural(op.to()));
        draft.add(new Step.Nearest(from, table(op.layer(), op.table(), op.rows(), op.from()), output));
        return output;
    }

    /** @param vectors the last axis of this is as long as a row */
    private static PackedMatrix table(String layer, int parameters, int count, Tensor vectors) {
        int outputs = vectors.channels();
        Axis rows = new Axis(Axis.inOrder(count), outputs, Kernels.padded(outputs), outputs, 1);
        return new PackedMatrix(layer + "/embeddings", parameters, Axis.of(1, 0), rows);
    }

    private static Step.PlaceWeights slopes(Op.PRelu op) {
        Layout.Image image = Layout.Image.of(op.alpha());
        int channels = image.channels();
        int row = image.width() * channels;
        return new Step.PlaceWeights(
                new PackedMatrix(
                        op.layer() + "/alpha",
                        op.parameters(),
                        Axis.of(1, 0),
                        Axis.of(op.alpha().size(), 1)),
                image.height() > 1 ? row : 0,
                image.width() > 1 ? channels : 0,
                channels > 1 ? 1 : 0);
    }
}

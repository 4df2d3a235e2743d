package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Op;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Layers on sequences that lie step by step: LSTMs, and the dense layers that read what an LSTM wrote. */
final class SequenceLowering {
    private static final int PANEL = Layout.Steps.PANEL;

    private final Draft draft;
    private final Map<Op.Lstm, Step.Lstm> forwards = new HashMap<>();

    SequenceLowering(Draft draft) {
        this.draft = draft;
    }

    /** Whether a dense layer finds its input step by step. */
    boolean isSequence(Op.Dense op) {
        return draft.valueOf(op.from()).layout() instanceof Layout.Steps;
    }

    Value dense(Op.Dense op) {
        Value from = draft.readSteps(op);
        Value output = new Value(
                op.to().name(), new Layout.Steps(from.steps().steps(), op.to().channels()));
        draft.add(new Step.StepsProduct(from, weights(op, from), bias(op), op.after(), output));
        return output;
    }

    void denseGradient(Op.Dense op, Op.Gradient gradient, Value ofOutput) {
        Value from = draft.readBy(op);
        PackedMatrix weights = weights(op, from);
        draft.addActivationGradient(op.after(), draft.valueOf(op.to()), ofOutput);
        draft.add(new Step.StepsBiasGradient(ofOutput, bias(op)));
        draft.add(new Step.StepsProductGradient(from, ofOutput, weights));
        if (gradient.shares().isEmpty()) {
            return;
        }
        PackedMatrix back =
                new PackedMatrix(op.layer() + "/kernel/transposed", op.parameters(), units(op), weights.rows());
        Value result = Draft.gradientOfInput(op, from);
        draft.add(new Step.StepsProduct(ofOutput, back, null, Nonlinearity.LINEAR, result));
        draft.give(gradient, result);
    }

    private static PackedMatrix weights(Op.Dense op, Value from) {
        Axis inputs = Axis.of(from.steps().features(), op.to().channels()).paddedTo(PANEL);
        return new PackedMatrix(op.layer() + "/kernel", op.parameters(), inputs, units(op));
    }

    private static PackedMatrix bias(Op.Dense op) {
        return new PackedMatrix(op.layer() + "/bias", op.parameters() + 1, Axis.of(1, 0), units(op));
    }

    private static Axis units(Op.Dense op) {
        return Axis.of(op.to().channels(), 1).paddedTo(PANEL);
    }

    Value lstm(Op.Lstm op) {
        Value from = draft.readSteps(op);
        int units = op.units();
        int gates = 4 * new Layout.Steps(1, units).panels() * PANEL;
        Layout.Steps states = new Layout.Steps(op.steps(), units);
        Value hidden = new Value(op.layer() + "/hidden", states);
        Value last = op.returnsSequences() ? null : new Value(op.layer() + "/last", new Layout.Steps(1, units));
        Step.Lstm step = new Step.Lstm(
                from,
                weights(op, from.steps().features()),
                new Value(op.layer() + "/gates", new Layout.Steps(op.steps(), gates)),
                new Value(op.layer() + "/projected", new Layout.Steps(1, gates)),
                new Value(op.layer() + "/cell", states),
                new Value(op.layer() + "/tanh_cell", states),
                hidden,
                last);
        draft.add(step);
        forwards.put(op, step);
        return last == null ? hidden : last;
    }

    private static Step.LstmWeights weights(Op.Lstm op, int features) {
        int units = op.units();
        int unitStride = new Layout.Steps(1, units).panels() * PANEL;
        int kernel = op.parameters();
        Axis gates = new Axis(Axis.inOrder(4), units, unitStride, units, 1);
        Axis inRows = Axis.of(features, 4 * units).paddedTo(PANEL);
        Axis unitRows = Axis.of(units, 4 * units).paddedTo(PANEL);
        String layer = op.layer();
        return new Step.LstmWeights(
                new PackedMatrix(layer + "/kernel", kernel, inRows, gates),
                new PackedMatrix(layer + "/kernel/transposed", kernel, gates, inRows),
                new PackedMatrix(layer + "/recurrent_kernel", kernel + 1, unitRows, gates),
                new PackedMatrix(layer + "/recurrent_kernel/transposed", kernel + 1, gates, unitRows),
                new PackedMatrix(layer + "/bias", kernel + 2, Axis.of(1, 0), gates));
    }

    void lstmGradient(Op.Lstm op, Op.Gradient gradient, Value ofOutput) {
        Step.Lstm forward = forwards.get(op);
        if (forward == null) {
            throw new IllegalArgumentException("Layer '" + op.layer() + "' has not been computed yet");
        }
        Value ofHidden = op.returnsSequences()
                ? ofOutput
                : new Value(op.layer() + "/hidden/gradient", forward.hidden().layout());
        @Nullable Value ofLast = op.returnsSequences() ? null : ofOutput;
        @Nullable Value ofFrom = gradient.shares().isEmpty() ? null : Draft.gradientOfInput(op, forward.from());
        Value ofCell = new Value(op.layer() + "/cell/gradient", new Layout.Steps(1, op.units()));
        draft.add(new Step.LstmGradient(forward, ofHidden, ofLast, ofCell, ofFrom));
        if (ofFrom != null) {
            draft.give(gradient, ofFrom);
        }
    }
}

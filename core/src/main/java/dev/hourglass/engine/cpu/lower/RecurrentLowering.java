package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Cell;
import dev.hourglass.engine.plan.Op;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Recurrent layers, on sequences that lie step by step. The usual LSTM has steps of its own; every other cell shares
 * one pair. A layer that goes backwards reads a reversed copy of its input.
 */
final class RecurrentLowering {
    private static final int PANEL = Layout.Steps.PANEL;

    private final Draft draft;
    private final Map<Op.Recurrent, Step.Lstm> usual = new HashMap<>();
    private final Map<Op.Recurrent, Step.Recurrence> others = new HashMap<>();

    RecurrentLowering(Draft draft) {
        this.draft = draft;
    }

    Value forward(Op.Recurrent op) {
        Value from = draft.readSteps(op);
        if (op.backwards()) {
            Value reversed = new Value(op.layer() + "/input/reversed", from.layout());
            draft.add(new Step.ReverseSteps(from, reversed));
            from = reversed;
        }
        Value last = op.returnsSequences() ? null : new Value(op.layer() + "/last", new Layout.Steps(1, op.units()));
        if (op.cell() instanceof Cell.Lstm lstm && lstm.isUsual()) {
            Step.Lstm step = lstm(op, from, last);
            draft.add(step);
            usual.put(op, step);
            return last == null ? step.hidden() : last;
        }
        Step.Recurrence step = recurrence(op, from, last);
        draft.add(step);
        others.put(op, step);
        return last == null ? step.states().hidden() : last;
    }

    void gradient(Op.Recurrent op, Op.Gradient gradient, Value ofOutput) {
        Value ofHidden = op.returnsSequences()
                ? ofOutput
                : new Value(op.layer() + "/hidden/gradient", new Layout.Steps(op.steps(), op.units()));
        @Nullable Value ofLast = op.returnsSequences() ? null : ofOutput;
        @Nullable Value ofFrom = gradient.shares().isEmpty() ? null : Draft.gradientOfInput(op, draft.readBy(op));
        Value ofState = new Value(op.layer() + "/state/gradient", new Layout.Steps(1, op.units()));
        Step.Lstm lstm = usual.get(op);
        Step.Recurrence other = others.get(op);
        if (lstm != null) {
            draft.add(new Step.LstmGradient(lstm, ofHidden, ofLast, ofState, ofFrom));
        } else if (other != null) {
            Value scratch = new Value(op.layer() + "/scratch", new Layout.Steps(1, 4 * PANEL));
            draft.add(new Step.RecurrenceGradient(
                    other, ofHidden, ofLast, new Step.RecurrenceScratch(ofState, scratch), ofFrom));
        } else {
            throw new IllegalArgumentException("Layer '" + op.layer() + "' has not been computed yet");
        }
        if (ofFrom != null) {
            draft.give(gradient, op.backwards() ? reversed(op, ofFrom) : ofFrom);
        }
    }

    private Value reversed(Op.Recurrent op, Value ofReversed) {
        Value result = new Value(op.layer() + "/input/reversed/gradient", ofReversed.layout());
        draft.add(new Step.ReverseSteps(ofReversed, result));
        return result;
    }

    private static Step.Lstm lstm(Op.Recurrent op, Value from, @Nullable Value last) {
        Layout.Steps states = new Layout.Steps(op.steps(), op.units());
        int gates = 4 * states.panels() * PANEL;
        return new Step.Lstm(
                from,
                weights(op, from.steps().features(), 4),
                new Value(op.layer() + "/gates", new Layout.Steps(op.steps(), gates)),
                new Value(op.layer() + "/projected", new Layout.Steps(1, gates)),
                new Value(op.layer() + "/cell", states),
                new Value(op.layer() + "/tanh_cell", states),
                new Value(op.layer() + "/hidden", states),
                last);
    }

    private static Step.Recurrence recurrence(Op.Recurrent op, Value from, @Nullable Value last) {
        String layer = op.layer();
        Layout.Steps states = new Layout.Steps(op.steps(), op.units());
        int width = states.panels() * PANEL;
        int gates = op.cell().gates();
        // Where the reset gate comes first, the candidate's product with the state is one by itself.
        boolean resetsBefore = op.cell() instanceof Cell.Gru gru && !gru.resetAfter();
        Step.RecurrentWeights weights = weights(op, from.steps().features(), resetsBefore ? 2 : gates);
        int innerWidth = op.cell() instanceof Cell.Gru gru && gru.resetAfter() ? 3 * width : op.units();
        boolean isSimple = op.cell() instanceof Cell.Simple;
        return new Step.Recurrence(
                op.cell(),
                from,
                weights,
                resetsBefore ? candidate(op) : null,
                stateBias(op),
                new Step.RecurrentStates(
                        new Value(layer + "/gates", new Layout.Steps(op.steps(), gates * width)),
                        new Value(layer + "/projected", new Layout.Steps(1, gates * width)),
                        isSimple ? null : new Value(layer + "/inner", new Layout.Steps(op.steps(), innerWidth)),
                        op.cell() instanceof Cell.Lstm ? new Value(layer + "/activated", states) : null,
                        new Value(layer + "/hidden", states),
                        last));
    }

    /** @param recurrentGates how many gates, from the first on, are multiplied with the state as it is */
    private static Step.RecurrentWeights weights(Op.Recurrent op, int features, int recurrentGates) {
        int kernel = op.parameters();
        int stride = op.cell().gates() * op.units();
        Axis gates = gates(op, Axis.inOrder(op.cell().gates()));
        Axis ofState = gates(op, Axis.inOrder(recurrentGates));
        Axis inRows = Axis.of(features, stride).paddedTo(PANEL);
        Axis unitRows = Axis.of(op.units(), stride).paddedTo(PANEL);
        String layer = op.layer();
        return new Step.RecurrentWeights(
                new PackedMatrix(layer + "/kernel", kernel, inRows, gates),
                new PackedMatrix(layer + "/kernel/transposed", kernel, gates, inRows),
                new PackedMatrix(layer + "/recurrent_kernel", kernel + 1, unitRows, ofState),
                new PackedMatrix(layer + "/recurrent_kernel/transposed", kernel + 1, ofState, unitRows),
                op.cell().bias() ? new PackedMatrix(layer + "/bias", kernel + 2, Axis.of(1, 0), gates) : null);
    }

    /** A GRU's third gate by itself. */
    private static Step.CandidateWeights candidate(Op.Recurrent op) {
        Axis columns = gates(op, List.of(new int[] {2}));
        Axis rows = Axis.of(op.units(), 3 * op.units()).paddedTo(PANEL);
        String name = op.layer() + "/recurrent_kernel/candidate";
        return new Step.CandidateWeights(
                new PackedMatrix(name, op.parameters() + 1, rows, columns),
                new PackedMatrix(name + "/transposed", op.parameters() + 1, columns, rows));
    }

    /** The second row of a GRU's bias, or null where there is none. */
    private static @Nullable PackedMatrix stateBias(Op.Recurrent op) {
        if (!(op.cell() instanceof Cell.Gru gru && gru.resetAfter() && gru.bias())) {
            return null;
        }
        Axis secondRow = new Axis(List.of(new int[] {1}), 1, 1, 3 * op.units(), 0);
        return new PackedMatrix(op.layer() + "/bias/state", op.parameters() + 2, secondRow, gates(op, Axis.inOrder(3)));
    }

    /** Units of some gates, each gate padded to panels. */
    private static Axis gates(Op.Recurrent op, List<int[]> which) {
        int padded = new Layout.Steps(1, op.units()).panels() * PANEL;
        return new Axis(which, op.units(), padded, op.units(), 1);
    }
}

package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Cell;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Recurrent layers, on sequences that lie step by step. The usual LSTM has steps of its own, unless it skips some or drops
 * what it reads; every
 * other cell shares one pair. A layer that goes backwards reads a reversed copy of its input.
 */
final class RecurrentLowering {
    private static final int PANEL = Layout.Steps.PANEL;

    private final Draft draft;
    private final Map<Op.Recurrent, Step.Lstm> usual = new HashMap<>();
    private final Map<Op.Recurrent, Step.Recurrence> others = new HashMap<>();
    private final Map<Op.Bidirectional, Step.Merge> merges = new HashMap<>();

    RecurrentLowering(Draft draft) {
        this.draft = draft;
    }

    Value forward(Op.Recurrent op) {
        return walk(op, draft.readSteps(op), states(op, op, 1));
    }

    /** The states to begin with, of which the first is so many values behind what the operation reads first. */
    private List<Value> states(Op.Recurrent way, Op.Layer op, int first) {
        List<Value> states = new ArrayList<>();
        for (int i = 0; i < way.states().first().size(); i++) {
            states.add(draft.readTermSteps(op, first + i));
        }
        return states;
    }

    void gradient(Op.Recurrent op, Op.Gradient gradient, Value ofOutput) {
        boolean isFromLearned = gradient.shares().stream().anyMatch(share -> share.input() == 0);
        @Nullable
        Value ofCell = op.states().lastCell() == null
                ? null
                : draft.valueOf(gradient.outputGradients().getLast());
        OfStates ofStates = walkBack(op, ofOutput, ofCell, isFromLearned ? draft.readBy(op) : null);
        for (Op.Share share : gradient.shares()) {
            draft.give(
                    op,
                    share,
                    switch (share.input()) {
                        case 0 -> Objects.requireNonNull(ofStates.from());
                        case 1 -> firstStep(op.layer() + "/state/first/gradient", ofStates.hidden());
                        default -> ofStates.cell();
                    });
        }
    }

    /**
     * What going back gives.
     *
     * @param from of what was read, or null where nobody needs it
     * @param hidden of the states, that before the first step among them where there is one
     * @param cell of an LSTM's, before the first step
     */
    private record OfStates(@Nullable Value from, Value hidden, Value cell) {}

    private Value firstStep(String name, Value steps) {
        Value first = new Value(name, new Layout.Steps(1, steps.steps().features()));
        draft.add(new Step.MoveSteps(steps, 0, 1, first, 0));
        return first;
    }

    Value forward(Op.Bidirectional op) {
        Value from = draft.readSteps(op);
        Value one = walk(op.forward(), from, states(op.forward(), op, 1));
        Value other = walk(op.backward(), from, states(op.backward(), op, firstOfWayBack(op)));
        defineHidden(op.forward(), one);
        defineHidden(op.backward(), other);
        if (op.backward().returnsSequences()) {
            other = reversed(op.layer() + "/backward/in_order", other);
        }
        Layout.Steps layout = new Layout.Steps(one.steps().steps(), op.to().channels());
        Step.Merge merge =
                new Step.Merge(op.mergeMode(), one, other, new Value(op.to().name(), layout));
        draft.add(merge);
        zeroSkipped(op, merge.to());
        merges.put(op, merge);
        return merge.to();
    }

    /** Which of the values that both ways read is the first state of the way back. */
    private static int firstOfWayBack(Op.Bidirectional op) {
        return 1 + op.forward().states().first().size();
    }

    /** @param states in the order in which they were computed */
    private void defineHidden(Op.Recurrent way, Value states) {
        if (way.states().lastHidden() != null) {
            Value last = new Value(way.states().lastHidden().name(), new Layout.Steps(1, way.units()));
            draft.add(new Step.MoveSteps(states, states.steps().steps() - 1, 1, last, 0));
            draft.define(way.states().lastHidden(), last);
        }
    }

    void gradient(Op.Bidirectional op, Op.Gradient gradient, Value ofOutput) {
        Step.Merge merge = merges.get(op);
        if (merge == null) {
            throw new IllegalArgumentException("Layer '" + op.layer() + "' has not been computed yet");
        }
        zeroSkipped(op, ofOutput);
        Value ofOne = new Value(op.layer() + "/forward/gradient", merge.one().layout());
        Value ofOther =
                new Value(op.layer() + "/backward/gradient", merge.other().layout());
        draft.add(new Step.MergeGradient(merge, ofOutput, ofOne, ofOther));
        if (op.backward().returnsSequences()) {
            ofOther = reversed(op.layer() + "/backward/reversed/gradient", ofOther);
        }
        addHidden(op.forward(), op, gradient, ofOne);
        addHidden(op.backward(), op, gradient, ofOther);
        boolean isFromLearned = gradient.shares().stream().anyMatch(share -> share.input() == 0);
        @Nullable Value from = isFromLearned ? draft.readBy(op) : null;
        OfStates one = walkBack(op.forward(), ofOne, ofLastCell(op.forward(), op, gradient), from);
        OfStates other = walkBack(op.backward(), ofOther, ofLastCell(op.backward(), op, gradient), from);
        int wayBack = firstOfWayBack(op);
        for (Op.Share share : gradient.shares()) {
            int input = share.input();
            if (input == 0) {
                Value sum = Objects.requireNonNull(one.from());
                draft.add(new Step.Add(Objects.requireNonNull(other.from()), sum));
                draft.give(op, share, sum);
            } else {
                boolean isOfWayBack = input >= wayBack;
                OfStates way = isOfWayBack ? other : one;
                Op.Recurrent of = isOfWayBack ? op.backward() : op.forward();
                boolean isHidden = input == 1 || input == wayBack;
                draft.give(
                        op,
                        share,
                        isHidden ? firstStep(of.layer() + "/state/first/gradient", way.hidden()) : way.cell());
            }
        }
    }

    /** Adds what those give who read the last hidden state of a way by itself. */
    private void addHidden(Op.Recurrent way, Op.Bidirectional op, Op.Gradient gradient, Value ofStates) {
        if (way.states().lastHidden() != null) {
            Value ofHidden = ofResult(op, gradient, way.states().lastHidden());
            Value laidOut = new Value(way.layer() + "/last/gradient", ofStates.layout());
            draft.add(
                    new Step.MoveSteps(ofHidden, 0, 1, laidOut, ofStates.steps().steps() - 1));
            draft.add(new Step.Add(laidOut, ofStates));
        }
    }

    private @Nullable Value ofLastCell(Op.Recurrent way, Op.Bidirectional op, Op.Gradient gradient) {
        return way.states().lastCell() == null
                ? null
                : ofResult(op, gradient, way.states().lastCell());
    }

    private Value ofResult(Op.Bidirectional op, Op.Gradient gradient, Tensor result) {
        return draft.valueOf(gradient.outputGradients().get(op.results().indexOf(result)));
    }

    /** Unlike a layer one way, which puts out the state before, both together put out zeros at steps that they skip. */
    private void zeroSkipped(Op.Bidirectional op, Value value) {
        if (op.forward().mask() != null && op.forward().returnsSequences()) {
            draft.add(new Step.ZeroSkipped(draft.valueOf(op.forward().mask()), value));
        }
    }

    private Value walk(Op.Recurrent op, Value input, List<Value> first) {
        Value inOrder = op.backwards() ? reversed(op.layer() + "/input/reversed", input) : input;
        // The states to begin with lie where those of a step before the first would: every step finds the one before
        // it.
        Value from = begins(op) && !op.readsOneVector() ? oneLater(op.layer() + "/input/later", inOrder) : inOrder;
        Value last = op.returnsSequences() ? null : new Value(op.layer() + "/last", new Layout.Steps(1, op.units()));
        if (op.cell() instanceof Cell.Lstm lstm && lstm.isUsual() && op.mask() == null && !drops(op)) {
            Step.Lstm step = lstm(op, from, last);
            begin(first, List.of(step.hidden(), step.cell()));
            draft.add(step);
            usual.put(op, step);
            defineCell(op, step.cell());
            return last == null ? ofSequence(op, step.hidden()) : last;
        }
        Step.Recurrence step = recurrence(op, from, mask(op), last);
        Step.RecurrentStates states = step.states();
        begin(first, states.inner() == null ? List.of(states.hidden()) : List.of(states.hidden(), states.inner()));
        draft.add(step);
        others.put(op, step);
        defineCell(op, states.inner());
        return last == null ? ofSequence(op, states.hidden()) : last;
    }

    private static boolean begins(Op.Recurrent op) {
        return !op.states().first().isEmpty();
    }

    private static boolean drops(Op.Recurrent op) {
        return !op.dropout().equals(Op.RecurrentDropout.NONE);
    }

    /** How many steps the states have. */
    private static int statesOf(Op.Recurrent op) {
        return op.steps() + (begins(op) ? 1 : 0);
    }

    private Value oneLater(String name, Value steps) {
        Layout.Steps layout = steps.steps();
        Value later = new Value(name, new Layout.Steps(layout.steps() + 1, layout.features()));
        draft.add(new Step.MoveSteps(steps, 0, layout.steps(), later, 1));
        return later;
    }

    private Value oneEarlier(String name, Value steps) {
        Layout.Steps layout = steps.steps();
        Value earlier = new Value(name, new Layout.Steps(layout.steps() - 1, layout.features()));
        draft.add(new Step.MoveSteps(steps, 1, layout.steps() - 1, earlier, 0));
        return earlier;
    }

    /**
     * @param first the states to begin with
     * @param states where those of all steps will lie, in the same order
     */
    private void begin(List<Value> first, List<Value> states) {
        for (int i = 0; i < first.size(); i++) {
            draft.add(new Step.MoveSteps(first.get(i), 0, 1, states.get(i), 0));
        }
    }

    private void defineCell(Op.Recurrent op, @Nullable Value cells) {
        if (op.states().lastCell() != null && cells != null) {
            Value last = new Value(op.states().lastCell().name(), new Layout.Steps(1, op.units()));
            draft.add(new Step.MoveSteps(cells, cells.steps().steps() - 1, 1, last, 0));
            draft.define(op.states().lastCell(), last);
        }
    }

    /** Without the states to begin with. */
    private Value ofSequence(Op.Recurrent op, Value states) {
        return begins(op) ? oneEarlier(op.layer() + "/states", states) : states;
    }

    /**
     * @param ofCell of the cell behind the last step, or null where nobody reads it
     * @param input what was read, or null if nobody asks for its gradient
     */
    private OfStates walkBack(Op.Recurrent op, Value ofOutput, @Nullable Value ofCell, @Nullable Value input) {
        boolean later = begins(op) && !op.readsOneVector();
        Value ofHidden = new Value(op.layer() + "/hidden/gradient", new Layout.Steps(statesOf(op), op.units()));
        @Nullable Value ofLast = op.returnsSequences() ? null : ofOutput;
        if (op.returnsSequences()) {
            ofHidden = begins(op) ? oneLater(op.layer() + "/hidden/gradient", ofOutput) : ofOutput;
        }
        @Nullable Value ofFrom = input == null ? null : Draft.gradientOfInput(op, input);
        @Nullable
        Value ofSteps = ofFrom == null || !later
                ? ofFrom
                : new Value(
                        op.layer() + "/input/later/gradient",
                        new Layout.Steps(statesOf(op), ofFrom.steps().features()));
        Value ofState =
                ofCell != null ? ofCell : new Value(op.layer() + "/state/gradient", new Layout.Steps(1, op.units()));
        Step.Lstm lstm = usual.get(op);
        Step.Recurrence other = others.get(op);
        if (lstm != null) {
            draft.add(new Step.LstmGradient(lstm, ofHidden, ofLast, ofState, ofCell != null, ofSteps));
        } else if (other != null) {
            Value scratch = new Value(op.layer() + "/scratch", new Layout.Steps(1, 5 * PANEL));
            draft.add(new Step.RecurrenceGradient(
                    other, ofHidden, ofLast, new Step.RecurrenceScratch(ofState, ofCell != null, scratch), ofSteps));
        } else {
            throw new IllegalArgumentException("Layer '" + op.layer() + "' has not been computed yet");
        }
        if (ofFrom != null && ofSteps != null && later) {
            draft.add(new Step.MoveSteps(ofSteps, 1, op.steps(), ofFrom, 0));
        }
        @Nullable
        Value inOrder =
                ofFrom != null && op.backwards() ? reversed(op.layer() + "/input/reversed/gradient", ofFrom) : ofFrom;
        return new OfStates(inOrder, ofHidden, ofState);
    }

    /** In the order in which the steps are read. */
    private @Nullable Value mask(Op.Recurrent op) {
        if (op.mask() == null) {
            return null;
        }
        Value mask = draft.valueOf(op.mask());
        return op.backwards() ? reversed(op.layer() + "/mask/reversed", mask) : mask;
    }

    private Value reversed(String name, Value steps) {
        Value result = new Value(name, steps.layout());
        draft.add(new Step.ReverseSteps(steps, result));
        return result;
    }

    private static Step.Lstm lstm(Op.Recurrent op, Value from, @Nullable Value last) {
        Layout.Steps states = new Layout.Steps(statesOf(op), op.units());
        int gates = 4 * states.panels() * PANEL;
        return new Step.Lstm(
                from,
                weights(op, from.steps().features(), 4),
                new Value(op.layer() + "/gates", new Layout.Steps(states.steps(), gates)),
                new Value(op.layer() + "/projected", new Layout.Steps(1, gates)),
                new Value(op.layer() + "/cell", states),
                new Value(op.layer() + "/tanh_cell", states),
                new Value(op.layer() + "/hidden", states),
                last,
                begins(op));
    }

    private static Step.Recurrence recurrence(Op.Recurrent op, Value from, @Nullable Value mask, @Nullable Value last) {
        String layer = op.layer();
        int steps = statesOf(op);
        Layout.Steps states = new Layout.Steps(steps, op.units());
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
                mask,
                weights,
                resetsBefore ? candidate(op) : null,
                stateBias(op),
                new Step.RecurrentStates(
                        new Value(layer + "/gates", new Layout.Steps(steps, gates * width)),
                        op.cell().keepsInputs()
                                ? new Value(layer + "/gates/inputs", new Layout.Steps(steps, gates * width))
                                : null,
                        new Value(layer + "/projected", new Layout.Steps(1, gates * width)),
                        isSimple ? null : new Value(layer + "/inner", new Layout.Steps(steps, innerWidth)),
                        op.cell() instanceof Cell.Lstm ? new Value(layer + "/activated", states) : null,
                        new Value(layer + "/hidden", states),
                        last,
                        begins(op)),
                dropout(layer + "/dropout", op.dropout().ofInput(), op.dropout().timesOfInput(op.cell()), from.steps()),
                dropout(layer + "/recurrent_dropout", op.dropout().ofState(), gates, states));
    }

    private static Step.@Nullable DropoutFactors dropout(String name, float rate, int sets, Layout.Steps operand) {
        return rate == 0
                ? null
                : new Step.DropoutFactors(
                        name,
                        rate,
                        sets,
                        new Value(name + "/factors", new Layout.Steps(1, sets * operand.panels() * PANEL)),
                        new Value(name + "/product", operand));
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

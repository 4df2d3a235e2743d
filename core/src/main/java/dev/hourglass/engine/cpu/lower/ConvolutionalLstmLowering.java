package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Tensor;
import dev.hourglass.engine.plan.Windowing;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The states of convolutional LSTMs; their inputs are ordinary convolutions over volumes. */
final class ConvolutionalLstmLowering {
    private static final int GATES = 4;

    private final Draft draft;
    private final Map<Op.ConvolutionalStates, Step.ConvolutionalStates> steps = new HashMap<>();

    ConvolutionalLstmLowering(Draft draft) {
        this.draft = draft;
    }

    Value forward(Op.ConvolutionalStates op) {
        draft.readNatural(op);
        List<Value> first = new ArrayList<>();
        for (int i = 0; i < op.states().first().size(); i++) {
            first.add(draft.readTerm(
                    op, 1 + i, Layouts.natural(op.states().first().get(i))));
        }
        Tensor cell = op.states().lastCell();
        Value lastCell = cell == null ? null : new Value(cell.name(), Layouts.natural(cell));
        Step.ConvolutionalStates step = step(op, first, lastCell);
        draft.add(step);
        if (cell != null && lastCell != null) {
            draft.define(cell, lastCell);
        }
        steps.put(op, step);
        return step.to();
    }

    void gradient(Op.ConvolutionalStates op, Op.Gradient gradient, Value ofOutput) {
        Step.ConvolutionalStates step = Objects.requireNonNull(steps.get(op));
        Value result = Draft.gradientOfInput(op, draft.readBy(op));
        Layout.Image state = state(op);
        Value scratch = new Value(
                op.layer() + "/states/gradient",
                Layout.Image.natural((GATES + 2) * state.height(), state.width(), state.channels()));
        List<Value> ofFirst = new ArrayList<>();
        for (int i = 0; i < step.first().size(); i++) {
            ofFirst.add(new Value(op.layer() + "/state" + (i + 1) + "/first/gradient", state));
        }
        Value ofLastCell = step.lastCell() == null
                ? null
                : asImage(op, draft.valueOf(gradient.outputGradients().getLast()));
        draft.add(new Step.ConvolutionalStatesGradient(
                step, draft.gradientAsImage(op, ofOutput), ofLastCell, scratch, result, ofFirst));
        for (Op.Share share : gradient.shares()) {
            draft.give(op, share, share.input() == 0 ? result : ofFirst.get(share.input() - 1));
        }
    }

    private Value asImage(Op.ConvolutionalStates op, Value ofCell) {
        if (ofCell.layout() instanceof Layout.Image) {
            return ofCell;
        }
        Value image = new Value(op.layer() + "/cell/gradient/image", state(op));
        draft.add(new Step.Transpose(ofCell, image));
        return image;
    }

    private Step.ConvolutionalStates step(Op.ConvolutionalStates op, List<Value> first, @Nullable Value lastCell) {
        Layout.Image state = state(op);
        Shape image = Shape.of(state.height(), state.width(), state.channels());
        Windowing.Kernel kernel = Windowing.Kernel.of(op.kernel(), LayerSpec.ONE, LayerSpec.ONE);
        return new Step.ConvolutionalStates(
                op.cell(),
                op.backwards(),
                op.steps(),
                draft.readBy(op),
                first,
                Windowing.of(image, image, kernel, Padding.SAME),
                weights(op, state.channels()),
                new Step.ConvolutionalStatesKept(
                        kept(op, "gates", GATES),
                        op.cell().keepsInputs() ? kept(op, "gates/inputs", GATES) : null,
                        kept(op, "cell", 1),
                        kept(op, "activated", 1),
                        kept(op, "hidden", 1)),
                op.dropout() == 0 ? null : factors(op),
                new Value(op.to().name(), Layouts.natural(op.to())),
                lastCell);
    }

    private static Step.ConvolutionalFactors factors(Op.ConvolutionalStates op) {
        Layout.Image state = state(op);
        String name = op.layer() + "/recurrent_dropout";
        Layout.Image all = Layout.Image.natural(GATES * state.height(), state.width(), state.channels());
        return new Step.ConvolutionalFactors(
                name, op.dropout(), new Value(name + "/factors", all), new Value(name + "/product", state));
    }

    /** One step's. */
    private static Layout.Image state(Op.ConvolutionalStates op) {
        Shape from = op.from().shape();
        int height = from.rank() == 4 ? from.dimension(1) : 1;
        return Layout.Image.natural(height, from.dimension(-2), op.to().channels());
    }

    private static Value kept(Op.ConvolutionalStates op, String what, int perStep) {
        Layout.Image state = state(op);
        int states = op.steps() + (op.states().first().isEmpty() ? 0 : 1);
        int rows = Math.multiplyExact(states * perStep, state.height());
        return new Value(op.layer() + "/" + what, Layout.Image.natural(rows, state.width(), state.channels()));
    }

    private static Step.ConvolutionalWeights weights(Op.ConvolutionalStates op, int filters) {
        int taps = op.kernel().height() * op.kernel().width();
        int padded = Kernels.padded(filters);
        Axis oneRow = Axis.of(1, 0);
        String name = op.layer() + "/recurrent_kernel";
        List<int[]> filtersOfTaps = new ArrayList<>();
        for (int tap = 0; tap < taps; tap++) {
            for (int filter = 0; filter < GATES * filters; filter++) {
                filtersOfTaps.add(new int[] {tap * filters * GATES * filters + filter});
            }
        }
        return new Step.ConvolutionalWeights(
                new PackedMatrix(name, op.parameters() + 1, oneRow, gates(taps * filters * GATES, filters, padded)),
                new PackedMatrix(
                        name + "/exchanged",
                        op.parameters() + 1,
                        oneRow,
                        new Axis(filtersOfTaps, filters, padded, 1, GATES * filters)),
                op.cell().bias()
                        ? new PackedMatrix(
                                op.layer() + "/bias", op.parameters() + 2, oneRow, gates(GATES, filters, padded))
                        : null);
    }

    /** Gates side by side, each padded. */
    private static Axis gates(int count, int filters, int padded) {
        return new Axis(Axis.inOrder(count), filters, padded, filters, 1);
    }
}

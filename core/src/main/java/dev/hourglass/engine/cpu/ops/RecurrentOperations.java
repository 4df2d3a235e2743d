package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Cell;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Recurrent layers of any cell over the whole sequence of a chunk, in panels ({@code [panel][step][sample][32]}): the
 * input's projection for all steps at once, then step after step what the cell makes of it ({@link CellWalk}).
 */
final class RecurrentOperations {
    private static final int PANEL = Layout.Steps.PANEL;

    private final Resources resources;
    private final Kernels kernels;
    private final PanelProducts products;

    RecurrentOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        products = new PanelProducts(resources);
    }

    Operation forward(Step.Recurrence step) {
        return new Forward(step);
    }

    Operation gradient(Step.RecurrenceGradient step) {
        return new Gradient(step);
    }

    private CellWalk walk(Step.Recurrence step, @Nullable CellGradients gradients) {
        return switch (step.cell()) {
            case Cell.Lstm cell -> new LstmWalk(resources, step, cell, gradients);
            case Cell.Gru cell ->
                cell.resetAfter()
                        ? new GruWalk(resources, step, cell, gradients)
                        : new ResetBeforeGruWalk(resources, step, cell, gradients);
            case Cell.Simple cell -> new SimpleWalk(resources, step, cell, gradients);
        };
    }

    private final class Forward implements Operation {
        private final Step.RecurrentWeights matrices;
        private final CellWalk cell;
        private final Buffer from;
        private final Buffer gates;
        private final Buffer projected;
        private final Buffer hidden;
        private final @Nullable Buffer last;
        private final Resources.Start bias;
        private final boolean constantInput;

        Forward(Step.Recurrence step) {
            Step.RecurrentStates states = step.states();
            matrices = step.weights();
            cell = walk(step, null);
            from = resources.buffer(step.from());
            gates = resources.buffer(states.gates());
            projected = resources.buffer(states.projected());
            hidden = resources.buffer(states.hidden());
            last = states.last() == null ? null : resources.buffer(states.last());
            bias = resources.start(matrices.bias(), matrices.kernel());
            constantInput = step.from().steps().steps() == 1;
        }

        @Override
        public void run(Cursor at) {
            Buffer start = constantInput ? projected : gates;
            int rows = (constantInput ? 1 : cell.stepCount) * at.samples;
            products.allRows(
                    from.array(at), from.offset(at), rows, matrices.kernel(), bias, start.array(at), start.offset(at));
            for (int t = 0; t < cell.stepCount; t++) {
                if (constantInput) {
                    copyProjection(at, t);
                }
                cell.goForward(at, t);
            }
            if (last != null) {
                copyLast(at, last);
            }
        }

        private void copyProjection(Cursor at, int t) {
            int floats = at.samples * PANEL;
            for (int panel = 0; panel < matrices.kernel().panels(); panel++) {
                int source = projected.offset(at) + panel * floats;
                System.arraycopy(projected.array(at), source, gates.array(at), cell.place(gates, at, panel, t), floats);
            }
        }

        private void copyLast(Cursor at, Buffer to) {
            int floats = at.samples * PANEL;
            for (int panel = 0; panel < cell.unitPanels; panel++) {
                int source = cell.place(hidden, at, panel, cell.stepCount - 1);
                System.arraycopy(hidden.array(at), source, to.array(at), to.offset(at) + panel * floats, floats);
            }
        }
    }

    /** Gradients of the gates take the gates' place; from them follow those of the weights and of the input. */
    private final class Gradient implements Operation {
        private final Step.RecurrentWeights matrices;
        private final CellWalk cell;
        private final Buffer from;
        private final Buffer gates;
        private final Buffer projected;
        private final Buffer ofHidden;
        private final @Nullable Buffer ofLast;
        private final @Nullable Buffer ofFrom;
        private final Resources.Start noBias;
        private final boolean constantInput;

        Gradient(Step.RecurrenceGradient step) {
            Step.Recurrence forward = step.forward();
            matrices = forward.weights();
            cell = walk(forward, CellGradients.of(resources, step));
            from = resources.buffer(forward.from());
            gates = resources.buffer(forward.states().gates());
            projected = resources.buffer(forward.states().projected());
            ofHidden = resources.buffer(step.hiddenGradient());
            ofLast = step.lastGradient() == null ? null : resources.buffer(step.lastGradient());
            ofFrom = step.fromGradient() == null ? null : resources.buffer(step.fromGradient());
            noBias = resources.start(null, matrices.kernelTransposed());
            constantInput = forward.from().steps().steps() == 1;
        }

        @Override
        public void run(Cursor at) {
            if (ofLast != null) {
                spreadLast(at, ofLast);
            }
            cell.beginBack(at);
            for (int t = cell.stepCount - 1; t >= 0; t--) {
                cell.goBack(at, t);
            }
            cell.addStateGradients(at);
            if (matrices.bias() != null) {
                int rows = cell.stepCount * at.samples;
                products.addBiasGradient(gates.array(at), gates.offset(at), rows, matrices.bias(), cell.sums(at));
            }
            addInputGradients(at);
        }

        /** Where only the last state was read, nothing comes from the others. */
        private void spreadLast(Cursor at, Buffer last) {
            int floats = at.samples * PANEL;
            int all = ofHidden.offset(at);
            Arrays.fill(ofHidden.array(at), all, all + cell.unitPanels * cell.stepCount * floats, 0);
            for (int panel = 0; panel < cell.unitPanels; panel++) {
                int target = cell.place(ofHidden, at, panel, cell.stepCount - 1);
                System.arraycopy(last.array(at), last.offset(at) + panel * floats, ofHidden.array(at), target, floats);
            }
        }

        /** Of the input's weights and, if somebody needs it, of the input. */
        private void addInputGradients(Cursor at) {
            if (constantInput) { // each step read the same vector: its gradient is the sum over the steps
                sumSteps(at);
            }
            Buffer ofProjection = constantInput ? projected : gates;
            int rows = (constantInput ? 1 : cell.stepCount) * at.samples;
            products.addWeightGradient(
                    from.array(at),
                    from.offset(at),
                    rows * PANEL,
                    ofProjection.array(at),
                    ofProjection.offset(at),
                    rows * PANEL,
                    rows,
                    matrices.kernel(),
                    cell.sums(at));
            if (ofFrom != null) {
                products.allRows(
                        ofProjection.array(at),
                        ofProjection.offset(at),
                        rows,
                        matrices.kernelTransposed(),
                        noBias,
                        ofFrom.array(at),
                        ofFrom.offset(at));
            }
        }

        private void sumSteps(Cursor at) {
            int floats = at.samples * PANEL;
            for (int panel = 0; panel < matrices.kernel().panels(); panel++) {
                int result = projected.offset(at) + panel * floats;
                System.arraycopy(gates.array(at), cell.place(gates, at, panel, 0), projected.array(at), result, floats);
                for (int t = 1; t < cell.stepCount; t++) {
                    kernels.add(gates.array(at), cell.place(gates, at, panel, t), projected.array(at), result, floats);
                }
            }
        }
    }
}

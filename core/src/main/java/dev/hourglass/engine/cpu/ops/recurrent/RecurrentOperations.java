package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Cell;
import org.jspecify.annotations.Nullable;

/**
 * Recurrent layers of any cell over the whole sequence of a chunk, in panels ({@code [panel][step][sample][32]}): the
 * input's projection for all steps at once, then step after step what the cell makes of it ({@link CellWalk}).
 */
public final class RecurrentOperations {
    private static final int PANEL = Layout.Steps.PANEL;

    private final Resources resources;
    private final PanelProducts products;

    public RecurrentOperations(Resources resources) {
        this.resources = resources;
        products = new PanelProducts(resources);
    }

    public Operation forward(Step.Recurrence step) {
        return new Forward(step);
    }

    public Operation gradient(Step.RecurrenceGradient step) {
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
        private final @Nullable LastStep last;
        private final Resources.Start bias;
        private final boolean constantInput;
        private final @Nullable Factors factors;

        Forward(Step.Recurrence step) {
            Step.RecurrentStates states = step.states();
            matrices = step.weights();
            cell = walk(step, null);
            from = resources.buffer(step.from());
            gates = resources.buffer(states.gates());
            projected = resources.buffer(states.projected());
            last = states.last() == null ? null : new LastStep(resources, states.hidden(), states.last());
            bias = resources.start(matrices.bias(), matrices.kernel());
            constantInput = step.from().steps().steps() == 1;
            factors = Factors.of(resources, step.ofInput());
        }

        @Override
        public void run(Cursor at) {
            Buffer start = constantInput ? projected : gates;
            int steps = constantInput ? 1 : cell.stepCount;
            if (factors == null) {
                products.allRows(
                        from.array(at),
                        from.offset(at),
                        steps * at.samples,
                        matrices.kernel(),
                        bias,
                        start.array(at),
                        start.offset(at));
            } else {
                project(at, factors, steps, start);
            }
            cell.begin(at);
            for (int t = cell.firstStep; t < cell.stepCount; t++) {
                if (constantInput) {
                    copyProjection(at, t);
                }
                cell.forward(at, t);
            }
            if (last != null) {
                last.take(at);
            }
        }

        /** Each gate, or all together, reads what its set of factors lets through. */
        private void project(Cursor at, Factors factors, int steps, Buffer start) {
            factors.draw(at);
            int rows = steps * at.samples;
            int panels = matrices.kernel().panels() / factors.sets();
            Buffer product = factors.product;
            for (int set = 0; set < factors.sets(); set++) {
                factors.multiply(
                        at,
                        set,
                        steps,
                        from.array(at),
                        from.offset(at),
                        rows * PANEL,
                        product.array(at),
                        product.offset(at),
                        rows * PANEL);
                products.columns(
                        product.array(at),
                        product.offset(at),
                        rows,
                        matrices.kernel(),
                        set * panels,
                        panels,
                        bias,
                        start.array(at),
                        start.offset(at));
            }
        }

        private void copyProjection(Cursor at, int t) {
            int floats = at.samples * PANEL;
            for (int panel = 0; panel < matrices.kernel().panels(); panel++) {
                int source = projected.offset(at) + panel * floats;
                System.arraycopy(projected.array(at), source, gates.array(at), cell.place(gates, at, panel, t), floats);
            }
        }
    }

    /** Gradients of the gates take the gates' place; from them follow those of the weights and of the input. */
    private final class Gradient implements Operation {
        private final Step.RecurrentWeights matrices;
        private final CellWalk cell;
        private final Buffer gates;
        private final @Nullable LastStep ofLast;
        private final InputGradients input;

        Gradient(Step.RecurrenceGradient step) {
            Step.Recurrence forward = step.forward();
            matrices = forward.weights();
            cell = walk(forward, CellGradients.of(resources, step));
            gates = resources.buffer(forward.states().gates());
            ofLast = step.lastGradient() == null
                    ? null
                    : new LastStep(resources, step.hiddenGradient(), step.lastGradient());
            input = new InputGradients(
                    resources,
                    new InputGradients.Projection(
                            forward.from(),
                            forward.states().gates(),
                            forward.states().projected(),
                            matrices,
                            forward.ofInput()),
                    cell.stepCount,
                    step.fromGradient());
        }

        @Override
        public void run(Cursor at) {
            if (ofLast != null) {
                ofLast.spread(at);
            }
            cell.beginBack(at);
            for (int t = cell.stepCount - 1; t >= cell.firstStep; t--) {
                cell.back(at, t);
            }
            cell.clearBefore(at);
            cell.addStateGradients(at);
            if (matrices.bias() != null) {
                int rows = cell.stepCount * at.samples;
                products.addBiasGradient(gates.array(at), gates.offset(at), rows, matrices.bias(), cell.sums(at));
            }
            input.add(at);
        }
    }
}

package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Cell;
import dev.hourglass.engine.plan.CellFunction;
import org.jspecify.annotations.Nullable;

/** {@code h = a(x W + h U + b)}. */
final class SimpleWalk extends CellWalk {
    private final CellFunction activation;

    SimpleWalk(Resources resources, Step.Recurrence step, Cell.Simple cell, @Nullable CellGradients gradients) {
        super(resources, step, gradients);
        activation = cell.activation();
    }

    @Override
    void goForward(Cursor at, int t) {
        addStateBefore(at, gates, t);
        for (int panel = 0; panel < unitPanels; panel++) {
            int h = place(hidden, at, panel, t);
            System.arraycopy(gates.array(at), gate(at, 0, panel, t), hidden.array(at), h, floats(at));
            apply(activation, at, hidden.array(at), h);
        }
    }

    @Override
    void goBack(Cursor at, int t) {
        float[] dh = gradients().ofHidden().array(at);
        for (int panel = 0; panel < unitPanels; panel++) {
            int z = gate(at, 0, panel, t);
            float[] d = gradients().scratch().array(at);
            int dAt = gradients().scratch().offset(at);
            System.arraycopy(dh, place(gradients().ofHidden(), at, panel, t), d, dAt, floats(at));
            int h = place(hidden, at, panel, t);
            applySlope(activation, at, gates.array(at), z, hidden.array(at), h, d, dAt);
            System.arraycopy(d, dAt, gates.array(at), z, floats(at));
        }
        passToStateBefore(at, gates, t);
    }

    @Override
    void addStateGradients(Cursor at) {
        addStateGradient(at, gates);
    }
}

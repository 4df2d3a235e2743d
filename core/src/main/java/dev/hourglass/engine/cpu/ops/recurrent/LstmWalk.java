package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Cell;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code i, f, o = s(x W + h U + b)}, {@code g = a(x W + h U + b)}, {@code c = f * c + i * g}, {@code h = o * a(c)}, with
 * any functions s and a.
 */
final class LstmWalk extends CellWalk {
    private final Cell.Lstm functionsOf;
    private final Buffer cell;
    private final Buffer activated;

    LstmWalk(Resources resources, Step.Recurrence step, Cell.Lstm cell, @Nullable CellGradients gradients) {
        super(resources, step, gradients);
        functionsOf = cell;
        this.cell = resources.buffer(Objects.requireNonNull(step.states().inner()));
        activated = resources.buffer(Objects.requireNonNull(step.states().activated()));
    }

    @Override
    void goForward(Cursor at, int t) {
        addStateBefore(at, gates, t);
        int count = floats(at);
        float[] z = gates.array(at);
        float[] c = cell.array(at);
        for (int panel = 0; panel < unitPanels; panel++) {
            int i = gate(at, 0, panel, t);
            int f = gate(at, 1, panel, t);
            int g = gate(at, 2, panel, t);
            int o = gate(at, 3, panel, t);
            applyToGate(functionsOf.gate(), at, i);
            applyToGate(functionsOf.gate(), at, f);
            applyToGate(functionsOf.activation(), at, g);
            applyToGate(functionsOf.gate(), at, o);
            int now = place(cell, at, panel, t);
            kernels.multiply(z, i, z, g, c, now, count);
            if (t > 0) {
                kernels.addProduct(z, f, c, now - count, c, now, count);
            }
            int a = place(activated, at, panel, t);
            System.arraycopy(c, now, activated.array(at), a, count);
            apply(functionsOf.activation(), at, activated.array(at), a);
            kernels.multiply(z, o, activated.array(at), a, hidden.array(at), place(hidden, at, panel, t), count);
        }
    }

    @Override
    void keepInner(Cursor at, int t, int sample) {
        keep(cell, at, t, sample);
    }

    /** Nothing comes from behind the last step, unless the cell there is read. */
    @Override
    void beginBack(Cursor at) {
        if (gradients().readsCell()) {
            return;
        }
        Buffer ofCell = gradients().ofState();
        int first = ofCell.offset(at);
        Arrays.fill(ofCell.array(at), first, first + unitPanels * floats(at), 0);
    }

    @Override
    void goBack(Cursor at, int t) {
        for (int panel = 0; panel < unitPanels; panel++) {
            goBack(at, panel, t);
        }
        passToStateBefore(at, gates, t);
    }

    private void goBack(Cursor at, int panel, int t) {
        int count = floats(at);
        float[] z = gates.array(at);
        int i = gate(at, 0, panel, t);
        int f = gate(at, 1, panel, t);
        int g = gate(at, 2, panel, t);
        int o = gate(at, 3, panel, t);
        float[] a = activated.array(at);
        int aAt = place(activated, at, panel, t);
        float[] dh = gradients().ofHidden().array(at);
        int dhAt = place(gradients().ofHidden(), at, panel, t);
        float[] dc = gradients().ofState().array(at);
        int dcAt = gradients().ofState().offset(at) + panel * count;
        float[] d = gradients().scratch().array(at);
        int d0 = gradients().scratch().offset(at);

        int past = d0 + 4 * count;
        moveSkipped(at, t, dc, dcAt, d, past);

        kernels.multiply(dh, dhAt, z, o, d, d0, count);
        applySlope(functionsOf.activation(), at, cell.array(at), place(cell, at, panel, t), a, aAt, d, d0);
        kernels.add(d, d0, dc, dcAt, count);

        kernels.multiply(dc, dcAt, z, g, d, d0, count);
        applySlopeOfGate(functionsOf.gate(), at, i, d, d0);
        if (t > 0) {
            int before = place(cell, at, panel, t - 1);
            kernels.multiply(dc, dcAt, cell.array(at), before, d, d0 + count, count);
        } else {
            Arrays.fill(d, d0 + count, d0 + 2 * count, 0);
        }
        applySlopeOfGate(functionsOf.gate(), at, f, d, d0 + count);
        kernels.multiply(dc, dcAt, z, i, d, d0 + 2 * count, count);
        applySlopeOfGate(functionsOf.activation(), at, g, d, d0 + 2 * count);
        kernels.multiply(dh, dhAt, a, aAt, d, d0 + 3 * count, count);
        applySlopeOfGate(functionsOf.gate(), at, o, d, d0 + 3 * count);

        kernels.multiply(dc, dcAt, z, f, dc, dcAt, count);
        System.arraycopy(d, d0, z, i, count);
        System.arraycopy(d, d0 + count, z, f, count);
        System.arraycopy(d, d0 + 2 * count, z, g, count);
        System.arraycopy(d, d0 + 3 * count, z, o, count);
        copySkipped(at, t, d, past, dc, dcAt);
    }

    @Override
    void addStateGradients(Cursor at) {
        addStateGradient(at, gates);
    }
}

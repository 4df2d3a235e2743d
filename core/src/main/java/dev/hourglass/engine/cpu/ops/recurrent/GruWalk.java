package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Cell;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code z, r = s(x W + h U + b)}, {@code g = a(x W + b + r * (h U + b'))}, {@code h = z * h + (1 - z) * g}. The products
 * with the state are kept by themselves, since the candidate's is gated; going back, their gradients take their place.
 */
final class GruWalk extends CellWalk {
    private final Cell.Gru cell;
    private final Buffer inner;
    private final @Nullable PackedMatrix stateBias;
    private final Resources.Start start;

    GruWalk(Resources resources, Step.Recurrence step, Cell.Gru cell, @Nullable CellGradients gradients) {
        super(resources, step, gradients);
        this.cell = cell;
        inner = resources.buffer(Objects.requireNonNull(step.states().inner()));
        stateBias = step.stateBias();
        start = resources.start(stateBias, matrices.recurrent());
    }

    @Override
    void goForward(Cursor at, int t) {
        multiplyState(at, t);
        int count = floats(at);
        float[] gate = gates.array(at);
        float[] product = inner.array(at);
        for (int panel = 0; panel < unitPanels; panel++) {
            int z = gate(at, 0, panel, t);
            int r = gate(at, 1, panel, t);
            int g = gate(at, 2, panel, t);
            kernels.add(product, place(inner, at, panel, t), gate, z, count);
            kernels.add(product, place(inner, at, unitPanels + panel, t), gate, r, count);
            applyToGate(cell.gate(), at, z);
            applyToGate(cell.gate(), at, r);
            kernels.addProduct(gate, r, product, place(inner, at, 2 * unitPanels + panel, t), gate, g, count);
            applyToGate(cell.activation(), at, g);
            float[] before = t > 0 ? hidden.array(at) : zeros;
            int h = place(hidden, at, panel, t);
            kernels.mix(gate, z, before, t > 0 ? h - count : 0, gate, g, hidden.array(at), h, count);
        }
    }

    /** {@code inner[t] = h[t - 1] * U + b'}. */
    private void multiplyState(Cursor at, int t) {
        PackedMatrix recurrent = matrices.recurrent();
        for (int panel = 0; panel < recurrent.panels(); panel++) {
            int to = place(inner, at, panel, t);
            for (int sample = 0; sample < at.samples; sample++) {
                System.arraycopy(
                        start.array(), start.offset() + panel * PANEL, inner.array(at), to + sample * PANEL, PANEL);
            }
        }
        addStateBefore(at, inner, t);
    }

    @Override
    void goBack(Cursor at, int t) {
        for (int panel = 0; panel < unitPanels; panel++) {
            goBack(at, panel, t);
        }
        passToStateBefore(at, inner, t);
    }

    private void goBack(Cursor at, int panel, int t) {
        int count = floats(at);
        float[] gate = gates.array(at);
        int z = gate(at, 0, panel, t);
        int r = gate(at, 1, panel, t);
        int g = gate(at, 2, panel, t);
        float[] d = gradients().scratch().array(at);
        int dz = gradients().scratch().offset(at);
        int dr = dz + count;
        int dg = dr + count;

        goBackThroughMix(cell, at, panel, t, dz, dg);
        int product = place(inner, at, 2 * unitPanels + panel, t);
        kernels.multiply(d, dg, inner.array(at), product, d, dr, count);
        applySlopeOfGate(cell.gate(), at, r, d, dr);

        kernels.multiply(d, dg, gate, r, inner.array(at), product, count);
        System.arraycopy(d, dz, inner.array(at), place(inner, at, panel, t), count);
        System.arraycopy(d, dr, inner.array(at), place(inner, at, unitPanels + panel, t), count);
        System.arraycopy(d, dz, gate, z, count);
        System.arraycopy(d, dr, gate, r, count);
        System.arraycopy(d, dg, gate, g, count);
    }

    @Override
    void clearGates(Cursor at) {
        super.clearGates(at);
        clear(inner, matrices.recurrent().panels(), at);
    }

    @Override
    void addStateGradients(Cursor at) {
        addStateGradient(at, inner);
        if (stateBias != null) {
            int rows = stepCount * at.samples;
            products.addBiasGradient(inner.array(at), inner.offset(at), rows, stateBias, sums(at));
        }
    }
}

package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Cell;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code z, r = s(x W + h U + b)}, {@code g = a(x W + b + (r * h) U)}, {@code h = z * h + (1 - z) * g}. */
final class ResetBeforeGruWalk extends CellWalk {
    private final Cell.Gru cell;
    private final Step.CandidateWeights candidate;
    /** {@code r * h}. */
    private final Buffer reset;

    ResetBeforeGruWalk(Resources resources, Step.Recurrence step, Cell.Gru cell, @Nullable CellGradients gradients) {
        super(resources, step, gradients);
        this.cell = cell;
        candidate = Objects.requireNonNull(step.candidate());
        reset = resources.buffer(Objects.requireNonNull(step.states().inner()));
    }

    @Override
    void goForward(Cursor at, int t) {
        int count = floats(at);
        float[] gate = gates.array(at);
        addStateBefore(at, gates, t);
        for (int panel = 0; panel < unitPanels; panel++) {
            int r = gate(at, 1, panel, t);
            applyToGate(cell.gate(), at, gate(at, 0, panel, t));
            applyToGate(cell.gate(), at, r);
            float[] before = t > 0 ? hidden.array(at) : zeros;
            int beforeAt = t > 0 ? place(hidden, at, panel, t - 1) : 0;
            kernels.multiply(gate, r, before, beforeAt, reset.array(at), place(reset, at, panel, t), count);
        }
        dropOfCandidate(at, reset.array(at), place(reset, at, 0, t), panelStride(at));
        if (t > 0) {
            addProduct(at, reset, 0, t, candidate.recurrent(), gates, 2 * unitPanels, t);
        }
        for (int panel = 0; panel < unitPanels; panel++) {
            int g = gate(at, 2, panel, t);
            applyToGate(cell.activation(), at, g);
            float[] before = t > 0 ? hidden.array(at) : zeros;
            int h = place(hidden, at, panel, t);
            int z = gate(at, 0, panel, t);
            kernels.mix(gate, z, before, t > 0 ? h - count : 0, gate, g, hidden.array(at), h, count);
        }
    }

    @Override
    void goBack(Cursor at, int t) {
        for (int panel = 0; panel < unitPanels; panel++) {
            goBackThroughMix(at, panel, t);
        }
        if (t == 0) { // no state was reset
            for (int panel = 0; panel < unitPanels; panel++) {
                int r = gate(at, 1, panel, 0);
                Arrays.fill(gates.array(at), r, r + floats(at), 0);
            }
            return;
        }
        multiplyByCandidate(at, t);
        for (int panel = 0; panel < unitPanels; panel++) {
            goBackThroughReset(at, panel, t);
        }
        passToStateBefore(at, gates, t);
    }

    private void goBackThroughMix(Cursor at, int panel, int t) {
        int count = floats(at);
        float[] d = gradients().scratch().array(at);
        int dz = gradients().scratch().offset(at);
        int dg = dz + count;
        goBackThroughMix(cell, at, panel, t, dz, dg);
        float[] gate = gates.array(at);
        System.arraycopy(d, dz, gate, gate(at, 0, panel, t), count);
        System.arraycopy(d, dg, gate, gate(at, 2, panel, t), count);
    }

    /** The gradient of the reset state, from that of the candidate. */
    private void multiplyByCandidate(Cursor at, int t) {
        Buffer ofReset = gradients().ofState();
        int first = ofReset.offset(at);
        Arrays.fill(ofReset.array(at), first, first + unitPanels * floats(at), 0);
        addProductToOne(at, gates, 2 * unitPanels, t, candidate.recurrentTransposed(), ofReset);
        dropOfCandidate(at, ofReset.array(at), first, floats(at));
    }

    /** What the candidate reads, or what comes back from it, at one step. */
    private void dropOfCandidate(Cursor at, float[] values, int offset, int stride) {
        if (ofState != null) {
            ofState.multiply(at, 2, 1, values, offset, stride, values, offset, stride);
        }
    }

    private void goBackThroughReset(Cursor at, int panel, int t) {
        int count = floats(at);
        float[] gate = gates.array(at);
        int r = gate(at, 1, panel, t);
        float[] dReset = gradients().ofState().array(at);
        int dResetAt = gradients().ofState().offset(at) + panel * count;
        float[] dh = gradients().ofHidden().array(at);
        int before = place(gradients().ofHidden(), at, panel, t - 1);
        kernels.addProduct(dReset, dResetAt, gate, r, dh, before, count);
        int h = place(hidden, at, panel, t - 1);
        kernels.multiply(dReset, dResetAt, hidden.array(at), h, dReset, dResetAt, count);
        applySlopeOfGate(cell.gate(), at, r, dReset, dResetAt);
        System.arraycopy(dReset, dResetAt, gate, r, count);
    }

    @Override
    void addStateGradients(Cursor at) {
        addStateGradient(at, gates);
        products.addWeightGradient(
                reset.array(at),
                place(reset, at, 0, 1),
                panelStride(at),
                gates.array(at),
                place(gates, at, 2 * unitPanels, 1),
                panelStride(at),
                (stepCount - 1) * at.samples,
                candidate.recurrent(),
                sums(at));
    }
}

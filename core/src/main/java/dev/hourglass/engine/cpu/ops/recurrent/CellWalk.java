package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.ops.Epilogue;
import dev.hourglass.engine.cpu.ops.PointFunctions;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Cell;
import dev.hourglass.engine.plan.CellFunction;
import dev.hourglass.engine.plan.PointFunction;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A cell's way from step to step, forward and back. Sequences lie in panels, {@code [panel][step][sample][32]}, and a
 * gate's panels follow those of the gate before.
 */
abstract class CellWalk {
    static final int PANEL = Layout.Steps.PANEL;

    /** Panels of a long sum that are done at a time, so that their weights stay in the first-level cache. */
    private static final int SUM_PANELS = 4;

    final Kernels kernels;
    private final Epilogue byOutput;
    private final PointFunctions byInput;
    private final float[][] exponentials;
    /** Of the gates' functions, laid out as the gates. */
    private final @Nullable Buffer inputs;

    final PanelProducts products;
    final Step.RecurrentWeights matrices;
    final Buffer gates;
    final Buffer hidden;
    /** Which steps are skipped, or null where none is. */
    private final @Nullable Buffer mask;

    final int stepCount;
    /** The first of the sequence: 1 where the states before it come at step 0. */
    final int firstStep;

    final int unitPanels;
    /** The state before the first step. */
    final float[] zeros = new float[Memory.MOST_CHUNK_SAMPLES * PANEL];

    private final PackedWeights weights;
    private final ChunkResults results;
    private final @Nullable CellGradients gradients;
    /** Of the state before, where gates read it; null where nothing is dropped. */
    final @Nullable Factors ofState;

    CellWalk(Resources resources, Step.Recurrence step, @Nullable CellGradients gradients) {
        kernels = resources.kernels();
        byOutput = new Epilogue(resources);
        byInput = new PointFunctions(kernels);
        exponentials = new float[resources.workers()][PointFunctions.BLOCK];
        inputs = step.states().inputs() == null
                ? null
                : resources.buffer(step.states().inputs());
        mask = step.mask() == null ? null : resources.buffer(step.mask());
        products = new PanelProducts(resources);
        matrices = step.weights();
        gates = resources.buffer(step.states().gates());
        hidden = resources.buffer(step.states().hidden());
        Layout.Steps states = step.states().hidden().steps();
        stepCount = states.steps();
        firstStep = step.states().begun() ? 1 : 0;
        unitPanels = states.panels();
        weights = resources.weights();
        results = resources.results();
        this.gradients = gradients;
        ofState = Factors.of(resources, step.ofState());
    }

    /** Before the first step. */
    final void begin(Cursor at) {
        if (ofState != null) {
            ofState.draw(at);
        }
    }

    /** From the input's projection in the gates of step t to the state behind it; where it is skipped, the one before. */
    final void forward(Cursor at, int t) {
        goForward(at, t);
        if (mask != null) {
            keepStates(mask, at, t);
        }
    }

    /**
     * Puts the gradients of the gates' pre-activations at step t in the gates' place, and adds to the gradient of the
     * state before: where the step is skipped, 0 and all that came.
     */
    final void back(Cursor at, int t) {
        if (mask != null) {
            passGradients(mask, at, t);
        }
        goBack(at, t);
    }

    private void keepStates(Buffer mask, Cursor at, int t) {
        for (int sample = 0; sample < at.samples; sample++) {
            if (isSkipped(mask, at, t, sample)) {
                keep(hidden, at, t, sample);
                keepInner(at, t, sample);
            }
        }
    }

    /** An LSTM has a cell beside its state. */
    void keepInner(Cursor at, int t, int sample) {}

    /** The sample's row at one step becomes that of the step before, or 0. */
    final void keep(Buffer states, Cursor at, int t, int sample) {
        for (int panel = 0; panel < unitPanels; panel++) {
            int now = place(states, at, panel, t) + sample * PANEL;
            if (t > 0) {
                System.arraycopy(states.array(at), now - floats(at), states.array(at), now, PANEL);
            } else {
                Arrays.fill(states.array(at), now, now + PANEL, 0);
            }
        }
    }

    private void passGradients(Buffer mask, Cursor at, int t) {
        Buffer ofHidden = gradients().ofHidden();
        float[] dh = ofHidden.array(at);
        for (int sample = 0; sample < at.samples; sample++) {
            if (isSkipped(mask, at, t, sample)) {
                for (int panel = 0; panel < unitPanels; panel++) {
                    int now = place(ofHidden, at, panel, t) + sample * PANEL;
                    if (t > 0) {
                        kernels.add(dh, now, dh, now - floats(at), PANEL);
                    }
                    Arrays.fill(dh, now, now + PANEL, 0);
                }
            }
        }
    }

    /** Of rows of one step, copies those of samples whose step is skipped, and no others. */
    final void copySkipped(Cursor at, int t, float[] from, int source, float[] to, int target) {
        for (int sample = 0; sample < at.samples; sample++) {
            if (mask != null && isSkipped(mask, at, t, sample)) {
                System.arraycopy(from, source + sample * PANEL, to, target + sample * PANEL, PANEL);
            }
        }
    }

    /** As {@link #copySkipped}, and leaves zeros behind. */
    final void moveSkipped(Cursor at, int t, float[] from, int source, float[] to, int target) {
        copySkipped(at, t, from, source, to, target);
        for (int sample = 0; sample < at.samples; sample++) {
            if (mask != null && isSkipped(mask, at, t, sample)) {
                Arrays.fill(from, source + sample * PANEL, source + (sample + 1) * PANEL, 0);
            }
        }
    }

    private boolean isSkipped(Buffer mask, Cursor at, int t, int sample) {
        return mask.array(at)[mask.offset(at) + t * floats(at) + sample * PANEL] == 0;
    }

    /** Forward where no step is skipped. */
    abstract void goForward(Cursor at, int t);

    /** Before the last step is gone back through. */
    void beginBack(Cursor at) {}

    /** Back where no step is skipped, or where nothing comes in. */
    abstract void goBack(Cursor at, int t);

    /** Where step 0 is none of the sequence, nothing went into its gates. */
    final void clearBefore(Cursor at) {
        if (firstStep > 0) {
            clearGates(at);
        }
    }

    /** Makes the gradients of step 0 zeros. */
    void clearGates(Cursor at) {
        clear(gates, matrices.kernel().panels(), at);
    }

    /** Makes zeros of some panels at step 0. */
    final void clear(Buffer buffer, int panels, Cursor at) {
        for (int panel = 0; panel < panels; panel++) {
            int first = place(buffer, at, panel, 0);
            Arrays.fill(buffer.array(at), first, first + floats(at), 0);
        }
    }

    /** Adds to the gradients of what the states were multiplied with. */
    abstract void addStateGradients(Cursor at);

    /** Of a walk that goes back. */
    final CellGradients gradients() {
        if (gradients == null) {
            throw new IllegalStateException("This walk goes forward only");
        }
        return gradients;
    }

    /** Where the chunk's weight gradients are added up. */
    final float[] sums(Cursor at) {
        return results.gradients[at.chunk];
    }

    /** Floats of one step in one panel. */
    static int floats(Cursor at) {
        return at.samples * PANEL;
    }

    /** Floats from one panel to the next. */
    final int panelStride(Cursor at) {
        return stepCount * floats(at);
    }

    /** Where a panel's rows of one step begin. */
    final int place(Buffer buffer, Cursor at, int panel, int t) {
        return buffer.offset(at) + panel * panelStride(at) + t * floats(at);
    }

    /** The panel of one gate. */
    final int gate(Cursor at, int gate, int panel, int t) {
        return place(gates, at, gate * unitPanels + panel, t);
    }

    /**
     * Back through {@code h = z * h[t - 1] + (1 - z) * g} of a GRU: what goes into the gates z and g, put into the scratch
     * memory, and the part of it that goes to the state before.
     *
     * @param dz where in the scratch memory that of z goes
     * @param dg where that of g goes; behind it there must be room for one more
     */
    final void goBackThroughMix(Cell.Gru cell, Cursor at, int panel, int t, int dz, int dg) {
        int count = floats(at);
        float[] gate = gates.array(at);
        int z = gate(at, 0, panel, t);
        int g = gate(at, 2, panel, t);
        float[] dh = gradients().ofHidden().array(at);
        int now = place(gradients().ofHidden(), at, panel, t);
        float[] d = gradients().scratch().array(at);
        float[] before = t > 0 ? hidden.array(at) : zeros;
        int beforeAt = t > 0 ? place(hidden, at, panel, t - 1) : 0;
        // Nobody asks what the state before the first step gets.
        float[] ofBefore = t > 0 ? dh : d;
        int ofBeforeAt = t > 0 ? now - count : dg + count;
        kernels.mixGradient(gate, z, before, beforeAt, gate, g, dh, now, ofBefore, ofBeforeAt, d, dz, dg, count);
        applySlopeOfGate(cell.gate(), at, z, d, dz);
        applySlopeOfGate(cell.activation(), at, g, d, dg);
    }

    /** A gate's function, in place; what goes in is kept if going back needs it. */
    final void applyToGate(CellFunction function, Cursor at, int place) {
        if (function.byInput() != null && inputs != null) {
            int kept = inputs.offset(at) + place - gates.offset(at);
            System.arraycopy(gates.array(at), place, inputs.array(at), kept, floats(at));
        }
        apply(function, at, gates.array(at), place);
    }

    /** {@code d *= function'} of a gate. */
    final void applySlopeOfGate(CellFunction function, Cursor at, int place, float[] gradients, int d) {
        Buffer from = inputs == null ? gates : inputs;
        int kept = from.offset(at) + place - gates.offset(at);
        if (function.byInput() == null) {
            byOutput.applySlope(function.byOutput(), gates.array(at), place, gradients, d, floats(at));
        } else {
            applySlopeByInput(function.byInput(), at, from.array(at), kept, gradients, d);
        }
    }

    /** {@code d *= function'}, told from what it gave or what went in, whichever it needs. */
    final void applySlope(
            CellFunction function, Cursor at, float[] X, int x, float[] Y, int y, float[] gradients, int d) {
        if (function.byInput() == null) {
            byOutput.applySlope(function.byOutput(), Y, y, gradients, d, floats(at));
        } else {
            applySlopeByInput(function.byInput(), at, X, x, gradients, d);
        }
    }

    private void applySlopeByInput(PointFunction function, Cursor at, float[] X, int x, float[] gradients, int d) {
        byInput.gradient(function, X, x, gradients, d, floats(at), exponentials[at.worker]);
    }

    /** In place, on a panel's rows of one step. */
    final void apply(CellFunction function, Cursor at, float[] values, int place) {
        if (function.byInput() == null) {
            byOutput.apply(function.byOutput(), values, place, floats(at));
        } else {
            byInput.apply(function.byInput(), values, place, values, place, floats(at), exponentials[at.worker]);
        }
    }

    /** {@code to[t] += h[t - 1] * recurrent}, each gate behind its own factors where there are some. */
    final void addStateBefore(Cursor at, Buffer to, int t) {
        if (t == 0) {
            return;
        }
        PackedMatrix matrix = matrices.recurrent();
        if (ofState == null) {
            addProduct(at, hidden, 0, t - 1, matrix, to, 0, t);
            return;
        }
        Buffer product = ofState.product;
        int stride = panelStride(at);
        for (int gate = 0; gate < matrix.panels() / unitPanels; gate++) {
            ofState.multiply(
                    at,
                    gate,
                    1,
                    hidden.array(at),
                    place(hidden, at, 0, t - 1),
                    stride,
                    product.array(at),
                    product.offset(at),
                    floats(at));
            addProduct(
                    at,
                    product.array(at),
                    product.offset(at),
                    floats(at),
                    matrix,
                    0,
                    unitPanels,
                    gate * unitPanels,
                    unitPanels,
                    to.array(at),
                    place(to, at, gate * unitPanels, t),
                    stride);
        }
    }

    /** {@code to[t] += from[s] * matrix}, for the panels of {@code to} from {@code toPanel} on. */
    final void addProduct(
            Cursor at, Buffer from, int fromPanel, int s, PackedMatrix matrix, Buffer to, int toPanel, int t) {
        int source = place(from, at, fromPanel, s);
        addProduct(at, from.array(at), source, matrix, to.array(at), place(to, at, toPanel, t), panelStride(at));
    }

    /** What the state of the step before gets through the products with it, from the gradients of these. */
    final void passToStateBefore(Cursor at, Buffer ofProducts, int t) {
        if (t > 0 && ofState != null) {
            passThroughFactors(at, ofState, ofProducts, t);
        } else if (t > 0) {
            addProduct(
                    at,
                    ofProducts,
                    0,
                    t,
                    matrices.recurrentTransposed(),
                    gradients().ofHidden(),
                    0,
                    t - 1);
        }
    }

    /** {@code to += from[s] * matrix}, where {@code to} has one step. */
    final void addProductToOne(Cursor at, Buffer from, int fromPanel, int s, PackedMatrix matrix, Buffer to) {
        int source = place(from, at, fromPanel, s);
        addProduct(at, from.array(at), source, matrix, to.array(at), to.offset(at), floats(at));
    }

    /** As {@link #passToStateBefore}, gate by gate. */
    private void passThroughFactors(Cursor at, Factors factors, Buffer ofProducts, int t) {
        Buffer product = factors.product;
        Buffer ofHidden = gradients().ofHidden();
        int count = floats(at);
        for (int gate = 0; gate < matrices.recurrent().panels() / unitPanels; gate++) {
            Arrays.fill(product.array(at), product.offset(at), product.offset(at) + unitPanels * count, 0);
            addProduct(
                    at,
                    ofProducts.array(at),
                    place(ofProducts, at, gate * unitPanels, t),
                    panelStride(at),
                    matrices.recurrentTransposed(),
                    gate * unitPanels,
                    unitPanels,
                    0,
                    unitPanels,
                    product.array(at),
                    product.offset(at),
                    count);
            factors.addProduct(at, gate, 1, ofHidden.array(at), place(ofHidden, at, 0, t - 1), panelStride(at));
        }
    }

    private void addProduct(
            Cursor at, float[] from, int source, PackedMatrix matrix, float[] to, int target, int toStride) {
        addProduct(
                at,
                from,
                source,
                panelStride(at),
                matrix,
                0,
                matrix.rows().packed() / PANEL,
                0,
                matrix.panels(),
                to,
                target,
                toStride);
    }

    /** Of some of a matrix's rows and columns, counted in panels; source and target are where the first of these lie. */
    private void addProduct(
            Cursor at,
            float[] from,
            int source,
            int fromStride,
            PackedMatrix matrix,
            int firstRow,
            int rows,
            int firstColumn,
            int columns,
            float[] to,
            int target,
            int toStride) {
        // The units of a narrow layer fill a part of one panel.
        int length = matrix.rows().packed() == PANEL ? matrix.rows().perGroup() : PANEL;
        for (int panel = 0; panel < columns; panel++) {
            int result = target + panel * toStride;
            int packed = weights.offset(matrix) + (firstColumn + panel) * matrix.panelSize();
            for (int first = 0; first < rows; first += SUM_PANELS) {
                products.product()
                        .run(
                                at.samples,
                                from,
                                source + first * fromStride,
                                fromStride,
                                Math.min(SUM_PANELS, rows - first),
                                length,
                                weights.array(),
                                packed + (firstRow + first) * PANEL * PANEL,
                                to,
                                result,
                                PANEL,
                                to,
                                result);
            }
        }
    }

    /** Of the recurrent weights, from the gradients of the products with the state before. */
    final void addStateGradient(Cursor at, Buffer ofProducts) {
        PackedMatrix matrix = matrices.recurrent();
        int stride = panelStride(at);
        int rows = (stepCount - 1) * at.samples;
        int later = place(ofProducts, at, 0, 1);
        if (ofState == null) {
            products.addWeightGradient(
                    hidden.array(at),
                    hidden.offset(at),
                    stride,
                    ofProducts.array(at),
                    later,
                    stride,
                    rows,
                    matrix,
                    sums(at));
            return;
        }
        Buffer product = ofState.product;
        for (int gate = 0; gate < matrix.panels() / unitPanels; gate++) {
            ofState.multiply(
                    at,
                    gate,
                    stepCount - 1,
                    hidden.array(at),
                    hidden.offset(at),
                    stride,
                    product.array(at),
                    product.offset(at),
                    stride);
            products.addWeightGradient(
                    product.array(at),
                    product.offset(at),
                    stride,
                    ofProducts.array(at),
                    later,
                    stride,
                    rows,
                    matrix,
                    gate * unitPanels,
                    unitPanels,
                    sums(at));
        }
    }
}

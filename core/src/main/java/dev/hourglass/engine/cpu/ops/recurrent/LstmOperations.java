package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The usual LSTM, with tanh and sigmoid, over the whole sequence of a chunk, in panels ({@code [panel][step][sample][32]}). The gates' panels follow each
 * other: all of the input gate, of the forget gate, of the cell's candidate, of the output gate.
 */
public final class LstmOperations {
    private static final int PANEL = Layout.Steps.PANEL;

    /** Panels of a long sum that are done at a time, so that their weights stay in the first-level cache. */
    private static final int SUM_PANELS = 4;

    private final Resources resources;
    private final Kernels kernels;
    private final PackedWeights weights;
    private final ChunkResults results;
    private final PanelProducts products;
    /** The state before the first step. */
    private final float[] zeros = new float[Memory.MOST_CHUNK_SAMPLES * PANEL];

    public LstmOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        weights = resources.weights();
        results = resources.results();
        products = new PanelProducts(resources);
    }

    public Operation forward(Step.Lstm step) {
        return new Forward(step);
    }

    public Operation gradient(Step.LstmGradient step) {
        return new Gradient(step);
    }

    /** What both ways have in common. */
    private abstract class Way implements Operation {
        final Buffer from;
        final Buffer gates;
        final Buffer projected;
        final Buffer cell;
        final Buffer tanhCell;
        final Buffer hidden;
        final int stepCount;
        /** The first of the sequence: 1 where the states before it come at step 0. */
        final int firstStep;

        final int unitPanels;
        /** Whether every step reads the same vector, which is projected once. */
        final boolean constantInput;

        final Step.RecurrentWeights matrices;

        Way(Step.Lstm step) {
            from = resources.buffer(step.from());
            gates = resources.buffer(step.gates());
            projected = resources.buffer(step.projected());
            cell = resources.buffer(step.cell());
            tanhCell = resources.buffer(step.tanhCell());
            hidden = resources.buffer(step.hidden());
            Layout.Steps states = step.hidden().steps();
            stepCount = states.steps();
            firstStep = step.begun() ? 1 : 0;
            unitPanels = states.panels();
            constantInput = step.from().steps().steps() == 1;
            matrices = step.weights();
        }

        /** Floats of one step in one panel. */
        final int stepFloats(Cursor at) {
            return at.samples * PANEL;
        }

        /** Floats from one panel to the next. */
        final int panelStride(Cursor at) {
            return stepCount * stepFloats(at);
        }

        /** Rows of the input: a step's samples, for each step that differs from the others. */
        final int inputRows(Cursor at) {
            return constantInput ? at.samples : stepCount * at.samples;
        }
    }

    private final class Forward extends Way {
        private final @Nullable LastStep last;
        private final Resources.Start bias;

        Forward(Step.Lstm step) {
            super(step);
            last = step.last() == null ? null : new LastStep(resources, step.hidden(), step.last());
            bias = resources.start(matrices.bias(), matrices.kernel());
        }

        @Override
        public void run(Cursor at) {
            Buffer start = constantInput ? projected : gates;
            products.allRows(
                    from.array(at),
                    from.offset(at),
                    inputRows(at),
                    matrices.kernel(),
                    bias,
                    start.array(at),
                    start.offset(at));
            for (int t = firstStep; t < stepCount; t++) {
                addStateBefore(at, t);
                computeCells(at, t);
            }
            if (last != null) {
                last.take(at);
            }
        }

        /** {@code z[t] = projection of x[t] + h[t - 1] * recurrent}, gate by gate. */
        private void addStateBefore(Cursor at, int t) {
            PackedMatrix recurrent = matrices.recurrent();
            Buffer start = constantInput ? projected : gates;
            int floats = stepFloats(at);
            int panelStride = panelStride(at);
            int now = t * floats;
            for (int gate = 0; gate < 4 * unitPanels; gate++) {
                int result = gates.offset(at) + gate * panelStride + now;
                int begin = constantInput ? start.offset(at) + gate * floats : result;
                if (t > 0) {
                    products.product()
                            .run(
                                    at.samples,
                                    hidden.array(at),
                                    hidden.offset(at) + now - floats,
                                    panelStride,
                                    unitPanels,
                                    PANEL,
                                    weights.array(),
                                    weights.offset(recurrent) + gate * recurrent.panelSize(),
                                    start.array(at),
                                    begin,
                                    PANEL,
                                    gates.array(at),
                                    result);
                } else if (constantInput) {
                    System.arraycopy(start.array(at), begin, gates.array(at), result, floats);
                }
            }
        }

        private void computeCells(Cursor at, int t) {
            float[] z = gates.array(at);
            float[] c = cell.array(at);
            int floats = stepFloats(at);
            int gateStride = unitPanels * panelStride(at);
            for (int panel = 0; panel < unitPanels; panel++) {
                int place = panel * panelStride(at) + t * floats;
                int i = gates.offset(at) + place;
                int f = i + gateStride;
                int g = f + gateStride;
                int o = g + gateStride;
                kernels.sigmoid(z, i, floats);
                kernels.sigmoid(z, f, floats);
                kernels.tanh(z, g, floats);
                kernels.sigmoid(z, o, floats);
                float[] before = t > 0 ? c : zeros;
                int beforeAt = t > 0 ? cell.offset(at) + place - floats : 0;
                int h = hidden.offset(at) + place;
                kernels.lstmCell(z, i, f, g, o, before, beforeAt, c, tanhCell.array(at), hidden.array(at), h, floats);
            }
        }
    }

    /** Gradients of the gates take the gates' place; from them follow those of the weights and of the input. */
    private final class Gradient extends Way {
        private final Buffer ofHidden;
        private final Buffer ofCell;
        private final boolean readsCell;
        private final @Nullable LastStep ofLast;
        private final InputGradients input;

        Gradient(Step.LstmGradient step) {
            super(step.forward());
            ofHidden = resources.buffer(step.hiddenGradient());
            ofCell = resources.buffer(step.cellGradient());
            readsCell = step.readsCell();
            ofLast = step.lastGradient() == null
                    ? null
                    : new LastStep(resources, step.hiddenGradient(), step.lastGradient());
            Step.Lstm forward = step.forward();
            input = new InputGradients(
                    resources,
                    new InputGradients.Projection(
                            forward.from(), forward.gates(), forward.projected(), forward.weights(), null),
                    stepCount,
                    step.fromGradient());
        }

        @Override
        public void run(Cursor at) {
            begin(at);
            for (int t = stepCount - 1; t >= firstStep; t--) {
                goBackThroughCells(at, t);
                if (t > 0) {
                    addToStepBefore(at, t);
                }
            }
            if (firstStep > 0) {
                clearGates(at);
            }
            addRecurrentGradients(at);
            input.add(at);
        }

        /** Step 0 is none of the sequence: nothing went into its gates. */
        private void clearGates(Cursor at) {
            for (int gate = 0; gate < 4 * unitPanels; gate++) {
                int first = gates.offset(at) + gate * panelStride(at);
                Arrays.fill(gates.array(at), first, first + stepFloats(at), 0);
            }
        }

        /** Nothing comes from behind the last step but the gradients of its states, where these are read by themselves. */
        private void begin(Cursor at) {
            int floats = stepFloats(at);
            int cells = ofCell.offset(at);
            if (!readsCell) {
                Arrays.fill(ofCell.array(at), cells, cells + unitPanels * floats, 0);
            }
            if (ofLast != null) {
                ofLast.spread(at);
            }
        }

        private void goBackThroughCells(Cursor at, int t) {
            int floats = stepFloats(at);
            int gateStride = unitPanels * panelStride(at);
            for (int panel = 0; panel < unitPanels; panel++) {
                int place = panel * panelStride(at) + t * floats;
                int i = gates.offset(at) + place;
                int f = i + gateStride;
                int g = f + gateStride;
                int o = g + gateStride;
                kernels.lstmCellGradient(
                        gates.array(at),
                        i,
                        f,
                        g,
                        o,
                        t > 0 ? cell.array(at) : zeros,
                        t > 0 ? cell.offset(at) + place - floats : 0,
                        tanhCell.array(at),
                        ofHidden.array(at),
                        ofHidden.offset(at) + place,
                        ofCell.array(at),
                        ofCell.offset(at) + panel * floats,
                        floats);
            }
        }

        /** {@code dh[t - 1] += dz[t] * recurrent transposed}, a few panels of the sum at a time. */
        private void addToStepBefore(Cursor at, int t) {
            PackedMatrix matrix = matrices.recurrentTransposed();
            int gatePanels = matrix.rows().packed() / PANEL;
            int floats = stepFloats(at);
            int panelStride = panelStride(at);
            for (int panel = 0; panel < matrix.panels(); panel++) {
                int result = ofHidden.offset(at) + panel * panelStride + (t - 1) * floats;
                for (int gate = 0; gate < gatePanels; gate += SUM_PANELS) {
                    products.product()
                            .run(
                                    at.samples,
                                    gates.array(at),
                                    gates.offset(at) + gate * panelStride + t * floats,
                                    panelStride,
                                    Math.min(SUM_PANELS, gatePanels - gate),
                                    PANEL,
                                    weights.array(),
                                    weights.offset(matrix) + panel * matrix.panelSize() + gate * PANEL * PANEL,
                                    ofHidden.array(at),
                                    result,
                                    PANEL,
                                    ofHidden.array(at),
                                    result);
                }
            }
        }

        /** Of the recurrent weights, each step's state times the next one's gates, and of the bias. */
        private void addRecurrentGradients(Cursor at) {
            float[] sum = results.gradients[at.chunk];
            products.addWeightGradient(
                    hidden.array(at),
                    hidden.offset(at),
                    panelStride(at),
                    gates.array(at),
                    gates.offset(at) + stepFloats(at),
                    panelStride(at),
                    (stepCount - 1) * at.samples,
                    matrices.recurrent(),
                    sum);
            PackedMatrix bias = matrices.bias();
            if (bias != null) {
                products.addBiasGradient(gates.array(at), gates.offset(at), stepCount * at.samples, bias, sum);
            }
        }
    }
}

package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Operations on sequences in the step-by-step layout {@code [panel][step][sample][32]}, a whole chunk at a time. In
 * it the rows of one step lie together and in the order in which the next product reads them.
 */
final class SequenceOperations {
    private static final int PANEL = Layout.Steps.PANEL;

    /** Rows that a weight gradient takes at a time: two panels of so many rows stay in the first-level cache. */
    private static final int GRADIENT_ROWS = 128;

    /** Panels of a long sum that are done at a time, so that their weights stay in the first-level cache. */
    private static final int SUM_PANELS = 4;

    private final Kernels kernels;
    private final Memory memory;
    private final PackedWeights weights;
    private final ChunkResults results;
    private final StepBinder binder;
    private final Kernels.Product product;
    private final Kernels.TransposedProduct transposedProduct;

    SequenceOperations(Kernels kernels, Memory memory, PackedWeights weights, ChunkResults results, StepBinder binder) {
        this.kernels = kernels;
        this.memory = memory;
        this.weights = weights;
        this.results = results;
        this.binder = binder;
        product = kernels.product(PANEL, PANEL, PANEL, PANEL);
        transposedProduct = kernels.transposedProduct(PANEL, PANEL, PANEL, PANEL);
    }

    // --- in and out ---

    Operation load(Step.Load step) {
        Buffer to = memory.buffer(step.to());
        Layout.Steps layout = step.to().steps();
        return at -> {
            for (int sample = 0; sample < at.samples; sample++) {
                StepBinder.copySample(at, step.source(), at.local + sample, at.sample, 0);
                for (int t = 0; t < layout.steps(); t++) {
                    put(at.sample, t * layout.features(), to.array(at), to.offset(at), layout, t, sample, at.samples);
                }
            }
        };
    }

    Operation store(Step.Store step) {
        Buffer from = memory.buffer(step.from());
        Layout.Steps layout = step.from().steps();
        int size = layout.steps() * layout.features();
        return at -> {
            for (int sample = 0; sample < at.samples; sample++) {
                int place = at.batch.outputFrom() + (at.first() + sample) * size;
                for (int t = 0; t < layout.steps(); t++) {
                    get(
                            from.array(at),
                            from.offset(at),
                            layout,
                            t,
                            sample,
                            at.samples,
                            at.batch.output(),
                            place + t * layout.features());
                }
            }
        };
    }

    Operation transpose(Step.Transpose step) {
        Buffer from = memory.buffer(step.from());
        Buffer to = memory.buffer(step.to());
        if (step.to().layout() instanceof Layout.Steps layout) {
            Layout.Image image = step.from().image();
            return at -> {
                for (int sample = 0; sample < at.samples; sample++) {
                    for (int t = 0; t < layout.steps(); t++) {
                        int pixel = from.offset(at)
                                + sample * from.stride()
                                + image.row(t / image.width())
                                + t % image.width() * image.channelStride();
                        put(from.array(at), pixel, to.array(at), to.offset(at), layout, t, sample, at.samples);
                    }
                }
            };
        }
        Layout.Steps layout = step.from().steps();
        Layout.Image image = step.to().image();
        return at -> {
            for (int sample = 0; sample < at.samples; sample++) {
                for (int t = 0; t < layout.steps(); t++) {
                    int pixel = to.offset(at)
                            + sample * to.stride()
                            + image.row(t / image.width())
                            + t % image.width() * image.channelStride();
                    get(from.array(at), from.offset(at), layout, t, sample, at.samples, to.array(at), pixel);
                }
            }
        };
    }

    /** One sample's features of one step into the panels; the rest of the last panel becomes 0. */
    private static void put(
            float[] from, int source, float[] to, int offset, Layout.Steps layout, int t, int sample, int samples) {
        int row = offset + (t * samples + sample) * PANEL;
        for (int panel = 0; panel < layout.panels(); panel++) {
            int count = Math.min(PANEL, layout.features() - panel * PANEL);
            int place = row + panel * layout.panelStride(samples);
            System.arraycopy(from, source + panel * PANEL, to, place, count);
            Arrays.fill(to, place + count, place + PANEL, 0);
        }
    }

    private static void get(
            float[] from, int offset, Layout.Steps layout, int t, int sample, int samples, float[] to, int target) {
        int row = offset + (t * samples + sample) * PANEL;
        for (int panel = 0; panel < layout.panels(); panel++) {
            int count = Math.min(PANEL, layout.features() - panel * PANEL);
            System.arraycopy(from, row + panel * layout.panelStride(samples), to, target + panel * PANEL, count);
        }
    }

    // --- dense layers on each step ---

    Operation product(Step.StepsProduct step) {
        Buffer from = memory.buffer(step.from());
        Buffer to = memory.buffer(step.to());
        Layout.Steps in = step.from().steps();
        Layout.Steps out = step.to().steps();
        Bias bias = new Bias(step.bias(), step.weights());
        return at -> {
            int rows = in.steps() * at.samples;
            allRows(from.array(at), from.offset(at), rows, step.weights(), bias, to.array(at), to.offset(at));
            binder.apply(step.after(), to.array(at), to.offset(at), out.panels() * rows * PANEL);
        };
    }

    /** Where the sum of a product starts: at a bias, or at zeros. */
    private final class Bias {
        final float[] array;
        final int offset;

        Bias(@Nullable PackedMatrix bias, PackedMatrix matrix) {
            array = binder.biasOrZeros(bias, matrix.packedColumns());
            offset = bias == null ? 0 : weights.offset(bias);
        }
    }

    /** Every row of a sequence times a matrix, plus the bias. The last panel may be mostly padding, which is left out. */
    private void allRows(float[] from, int offset, int rows, PackedMatrix matrix, Bias bias, float[] to, int result) {
        int inPanels = matrix.rows().packed() / PANEL;
        int rest = inputsInLastPanel(matrix);
        int whole = rest == PANEL ? inPanels : inPanels - 1;
        for (int panel = 0; panel < matrix.panels(); panel++) {
            int place = weights.offset(matrix) + panel * matrix.panelSize();
            int at = result + panel * rows * PANEL;
            if (whole > 0) {
                product.run(
                        rows,
                        from,
                        offset,
                        rows * PANEL,
                        whole,
                        PANEL,
                        weights.array(),
                        place,
                        bias.array,
                        bias.offset + panel * PANEL,
                        0,
                        to,
                        at);
            }
            if (whole < inPanels) {
                boolean first = whole == 0;
                product.run(
                        rows,
                        from,
                        offset + whole * rows * PANEL,
                        0,
                        1,
                        rest,
                        weights.array(),
                        place + whole * PANEL * PANEL,
                        first ? bias.array : to,
                        first ? bias.offset + panel * PANEL : at,
                        first ? 0 : PANEL,
                        to,
                        at);
            }
        }
    }

    private static int inputsInLastPanel(PackedMatrix matrix) {
        int rest = matrix.rows().groups() == 1 ? matrix.rows().perGroup() % PANEL : 0;
        return rest == 0 ? PANEL : rest;
    }

    Operation productGradient(Step.StepsProductGradient step) {
        Buffer from = memory.buffer(step.from());
        Buffer gradient = memory.buffer(step.gradient());
        Layout.Steps in = step.from().steps();
        return at -> {
            int rows = in.steps() * at.samples;
            addWeightGradient(
                    from.array(at),
                    from.offset(at),
                    rows * PANEL,
                    gradient.array(at),
                    gradient.offset(at),
                    rows * PANEL,
                    rows,
                    step.weights(),
                    results.gradients[at.chunk]);
        };
    }

    /** {@code W += sum over rows of from[row] x gradient[row]}, some rows at a time so that both stay in cache. */
    private void addWeightGradient(
            float[] from,
            int offset,
            int fromStride,
            float[] gradient,
            int gradientOffset,
            int gradientStride,
            int rows,
            PackedMatrix matrix,
            float[] sum) {
        int inPanels = matrix.rows().packed() / PANEL;
        for (int row = 0; row < rows; row += GRADIENT_ROWS) {
            int count = Math.min(GRADIENT_ROWS, rows - row);
            for (int panel = 0; panel < matrix.panels(); panel++) {
                int place = results.offset(matrix) + panel * matrix.panelSize();
                for (int inPanel = 0; inPanel < inPanels; inPanel++) {
                    transposedProduct.run(
                            inPanel == inPanels - 1 ? inputsInLastPanel(matrix) : PANEL,
                            from,
                            offset + inPanel * fromStride + row * PANEL,
                            0,
                            1,
                            count,
                            gradient,
                            gradientOffset + panel * gradientStride + row * PANEL,
                            0,
                            sum,
                            place + inPanel * PANEL * PANEL);
                }
            }
        }
    }

    Operation biasGradient(Step.StepsBiasGradient step) {
        Buffer gradient = memory.buffer(step.gradient());
        Layout.Steps layout = step.gradient().steps();
        return at -> addBiasGradient(
                gradient.array(at),
                gradient.offset(at),
                layout.steps() * at.samples,
                step.bias(),
                results.gradients[at.chunk]);
    }

    private void addBiasGradient(float[] gradient, int offset, int rows, PackedMatrix bias, float[] sum) {
        for (int panel = 0; panel < bias.panels(); panel++) {
            kernels.addPixels(
                    gradient, offset + panel * rows * PANEL, rows, PANEL, sum, results.offset(bias) + panel * PANEL);
        }
    }

    // --- LSTM ---

    Operation lstm(Step.Lstm step) {
        Buffer from = memory.buffer(step.from());
        Buffer gates = memory.buffer(step.gates());
        Buffer projected = memory.buffer(step.projected());
        Buffer cell = memory.buffer(step.cell());
        Buffer tanhCell = memory.buffer(step.tanhCell());
        Buffer hidden = memory.buffer(step.hidden());
        Buffer last = step.last() == null ? null : memory.buffer(step.last());
        Layout.Steps states = step.hidden().steps();
        int stepCount = states.steps();
        int unitPanels = states.panels();
        boolean constantInput = step.from().steps().steps() == 1;
        PackedMatrix recurrent = step.weights().recurrent();
        Bias bias = new Bias(step.weights().bias(), step.weights().kernel());
        float[] zeros = new float[Memory.MOST_CHUNK_SAMPLES * PANEL];
        return at -> {
            int n = at.samples;
            int rows = n * PANEL; // floats of one step in one panel
            int panelStride = stepCount * rows;
            float[] z = gates.array(at);
            float[] c = cell.array(at);
            float[] h = hidden.array(at);
            int zAt = gates.offset(at);
            int hAt = hidden.offset(at);
            float[] start = constantInput ? projected.array(at) : z;
            int startAt = constantInput ? projected.offset(at) : zAt;
            int startPanelStride = constantInput ? rows : panelStride;
            int inputSteps = constantInput ? 1 : stepCount;
            allRows(
                    from.array(at),
                    from.offset(at),
                    inputSteps * n,
                    step.weights().kernel(),
                    bias,
                    start,
                    startAt);
            for (int t = 0; t < stepCount; t++) {
                int now = t * rows;
                for (int gate = 0; gate < 4 * unitPanels; gate++) {
                    int result = zAt + gate * panelStride + now;
                    int begin = startAt + gate * startPanelStride + (constantInput ? 0 : now);
                    if (t > 0) {
                        product.run(
                                n,
                                h,
                                hAt + now - rows,
                                panelStride,
                                unitPanels,
                                PANEL,
                                weights.array(),
                                weights.offset(recurrent) + gate * recurrent.panelSize(),
                                start,
                                begin,
                                PANEL,
                                z,
                                result);
                    } else if (constantInput) {
                        System.arraycopy(start, begin, z, result, rows);
                    }
                }
                for (int panel = 0; panel < unitPanels; panel++) {
                    int place = panel * panelStride + now;
                    int i = zAt + place;
                    int f = i + unitPanels * panelStride;
                    int g = f + unitPanels * panelStride;
                    int o = g + unitPanels * panelStride;
                    kernels.sigmoid(z, i, rows);
                    kernels.sigmoid(z, f, rows);
                    kernels.tanh(z, g, rows);
                    kernels.sigmoid(z, o, rows);
                    float[] before = t > 0 ? c : zeros;
                    int beforeAt = t > 0 ? cell.offset(at) + place - rows : 0;
                    kernels.lstmCell(z, i, f, g, o, before, beforeAt, c, tanhCell.array(at), h, hAt + place, rows);
                }
            }
            if (last != null) {
                for (int panel = 0; panel < unitPanels; panel++) {
                    System.arraycopy(
                            h,
                            hAt + (panel + 1) * panelStride - rows,
                            last.array(at),
                            last.offset(at) + panel * rows,
                            rows);
                }
            }
        };
    }

    Operation lstmGradient(Step.LstmGradient step) {
        Step.Lstm forward = step.forward();
        Step.LstmWeights matrices = forward.weights();
        Buffer from = memory.buffer(forward.from());
        Buffer gates = memory.buffer(forward.gates());
        Buffer projected = memory.buffer(forward.projected());
        Buffer cell = memory.buffer(forward.cell());
        Buffer tanhCell = memory.buffer(forward.tanhCell());
        Buffer hidden = memory.buffer(forward.hidden());
        Buffer hiddenGradient = memory.buffer(step.hiddenGradient());
        Buffer cellGradient = memory.buffer(step.cellGradient());
        Buffer lastGradient = step.lastGradient() == null ? null : memory.buffer(step.lastGradient());
        Buffer fromGradient = step.fromGradient() == null ? null : memory.buffer(step.fromGradient());
        Layout.Steps states = forward.hidden().steps();
        int stepCount = states.steps();
        int unitPanels = states.panels();
        boolean constantInput = forward.from().steps().steps() == 1;
        Bias noBias = new Bias(null, matrices.kernelTransposed());
        float[] zeros = new float[Memory.MOST_CHUNK_SAMPLES * PANEL];
        return at -> {
            int n = at.samples;
            int rows = n * PANEL;
            int panelStride = stepCount * rows;
            float[] z = gates.array(at);
            float[] c = cell.array(at);
            float[] dh = hiddenGradient.array(at);
            float[] dc = cellGradient.array(at);
            int zAt = gates.offset(at);
            int dhAt = hiddenGradient.offset(at);
            int dcAt = cellGradient.offset(at);
            Arrays.fill(dc, dcAt, dcAt + unitPanels * rows, 0);
            if (lastGradient != null) {
                Arrays.fill(dh, dhAt, dhAt + unitPanels * panelStride, 0);
                for (int panel = 0; panel < unitPanels; panel++) {
                    System.arraycopy(
                            lastGradient.array(at),
                            lastGradient.offset(at) + panel * rows,
                            dh,
                            dhAt + (panel + 1) * panelStride - rows,
                            rows);
                }
            }
            for (int t = stepCount - 1; t >= 0; t--) {
                int now = t * rows;
                for (int panel = 0; panel < unitPanels; panel++) {
                    int place = panel * panelStride + now;
                    int i = zAt + place;
                    int f = i + unitPanels * panelStride;
                    int g = f + unitPanels * panelStride;
                    int o = g + unitPanels * panelStride;
                    float[] before = t > 0 ? c : zeros;
                    int beforeAt = t > 0 ? cell.offset(at) + place - rows : 0;
                    kernels.lstmCellGradient(
                            z,
                            i,
                            f,
                            g,
                            o,
                            before,
                            beforeAt,
                            tanhCell.array(at),
                            dh,
                            dhAt + place,
                            dc,
                            dcAt + panel * rows,
                            rows);
                }
                if (t > 0) {
                    addToStepBefore(
                            z, zAt + now, panelStride, n, matrices.recurrentTransposed(), dh, dhAt + now - rows);
                }
            }
            float[] sum = results.gradients[at.chunk];
            addWeightGradient(
                    hidden.array(at),
                    hidden.offset(at),
                    panelStride,
                    z,
                    zAt + rows,
                    panelStride,
                    (stepCount - 1) * n,
                    matrices.recurrent(),
                    sum);
            addBiasGradient(z, zAt, stepCount * n, matrices.bias(), sum);
            float[] dInput = z;
            int dInputAt = zAt;
            int inputRows = stepCount * n;
            if (constantInput) { // each step read the same vector: its gradient is the sum over the steps
                dInput = projected.array(at);
                dInputAt = projected.offset(at);
                inputRows = n;
                sumSteps(z, zAt, stepCount, rows, 4 * unitPanels, dInput, dInputAt);
            }
            addWeightGradient(
                    from.array(at),
                    from.offset(at),
                    inputRows * PANEL,
                    dInput,
                    dInputAt,
                    inputRows * PANEL,
                    inputRows,
                    matrices.kernel(),
                    sum);
            if (fromGradient != null) {
                allRows(
                        dInput,
                        dInputAt,
                        inputRows,
                        matrices.kernelTransposed(),
                        noBias,
                        fromGradient.array(at),
                        fromGradient.offset(at));
            }
        };
    }

    /** {@code dh[t - 1] += dz[t] * recurrent transposed}, a few panels of the sum at a time. */
    private void addToStepBefore(
            float[] z, int zAt, int panelStride, int n, PackedMatrix matrix, float[] dh, int dhAt) {
        int gatePanels = matrix.rows().packed() / PANEL;
        for (int panel = 0; panel < matrix.panels(); panel++) {
            int result = dhAt + panel * panelStride;
            for (int gate = 0; gate < gatePanels; gate += SUM_PANELS) {
                int count = Math.min(SUM_PANELS, gatePanels - gate);
                product.run(
                        n,
                        z,
                        zAt + gate * panelStride,
                        panelStride,
                        count,
                        PANEL,
                        weights.array(),
                        weights.offset(matrix) + panel * matrix.panelSize() + gate * PANEL * PANEL,
                        dh,
                        result,
                        PANEL,
                        dh,
                        result);
            }
        }
    }

    private void sumSteps(float[] z, int zAt, int stepCount, int rows, int panels, float[] sum, int sumAt) {
        for (int panel = 0; panel < panels; panel++) {
            int first = zAt + panel * stepCount * rows;
            System.arraycopy(z, first, sum, sumAt + panel * rows, rows);
            for (int t = 1; t < stepCount; t++) {
                kernels.add(z, first + t * rows, sum, sumAt + panel * rows, rows);
            }
        }
    }
}

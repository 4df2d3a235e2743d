package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The last part of the way back through a recurrent layer: from the gates' gradients to those of what it read. */
final class InputGradients {
    private static final int PANEL = Layout.Steps.PANEL;

    /**
     * What the gates read.
     *
     * @param projected where the gates' gradients are added up if every step read the same vector
     * @param dropout what they read was multiplied with, or null
     */
    record Projection(
            Value from,
            Value gates,
            Value projected,
            Step.RecurrentWeights weights,
            Step.@Nullable DropoutFactors dropout) {}

    private final Kernels kernels;
    private final PanelProducts products;
    private final ChunkResults results;
    private final PackedMatrix kernel;
    private final PackedMatrix kernelTransposed;
    private final Resources.Start noBias;
    private final Buffer from;
    private final Buffer gates;
    private final Buffer projected;
    private final @Nullable Buffer ofFrom;
    private final @Nullable Factors factors;
    private final int stepCount;
    private final boolean constantInput;

    /** @param fromGradient of the input; null if nobody needs it */
    InputGradients(Resources resources, Projection projection, int stepCount, @Nullable Value fromGradient) {
        kernels = resources.kernels();
        products = new PanelProducts(resources);
        results = resources.results();
        kernel = projection.weights().kernel();
        kernelTransposed = projection.weights().kernelTransposed();
        noBias = resources.start(null, kernelTransposed);
        from = resources.buffer(projection.from());
        gates = resources.buffer(projection.gates());
        projected = resources.buffer(projection.projected());
        factors = Factors.of(resources, projection.dropout());
        ofFrom = fromGradient == null ? null : resources.buffer(fromGradient);
        this.stepCount = stepCount;
        constantInput = projection.from().steps().steps() == 1;
    }

    /** Of the input's weights and, if somebody needs it, of the input. */
    void add(Cursor at) {
        if (constantInput) { // each step read the same vector: its gradient is the sum over the steps
            sumSteps(at);
        }
        Buffer ofProjection = constantInput ? projected : gates;
        int steps = constantInput ? 1 : stepCount;
        if (factors != null) {
            add(at, factors, ofProjection, steps);
            return;
        }
        int rows = steps * at.samples;
        products.addWeightGradient(
                from.array(at),
                from.offset(at),
                rows * PANEL,
                ofProjection.array(at),
                ofProjection.offset(at),
                rows * PANEL,
                rows,
                kernel,
                results.gradients[at.chunk]);
        if (ofFrom != null) {
            products.allRows(
                    ofProjection.array(at),
                    ofProjection.offset(at),
                    rows,
                    kernelTransposed,
                    noBias,
                    ofFrom.array(at),
                    ofFrom.offset(at));
        }
    }

    /** Each set of factors with the gates whose input it was. */
    private void add(Cursor at, Factors factors, Buffer ofProjection, int steps) {
        int rows = steps * at.samples;
        int stride = rows * PANEL;
        int panels = kernel.panels() / factors.sets();
        Buffer product = factors.product;
        if (ofFrom != null) {
            int floats = from.stride() * at.samples;
            Arrays.fill(ofFrom.array(at), ofFrom.offset(at), ofFrom.offset(at) + floats, 0);
        }
        for (int set = 0; set < factors.sets(); set++) {
            factors.multiply(
                    at,
                    set,
                    steps,
                    from.array(at),
                    from.offset(at),
                    stride,
                    product.array(at),
                    product.offset(at),
                    stride);
            products.addWeightGradient(
                    product.array(at),
                    product.offset(at),
                    stride,
                    ofProjection.array(at),
                    ofProjection.offset(at),
                    stride,
                    rows,
                    kernel,
                    set * panels,
                    panels,
                    results.gradients[at.chunk]);
            if (ofFrom != null) {
                products.rows(
                        ofProjection.array(at),
                        ofProjection.offset(at),
                        rows,
                        kernelTransposed,
                        set * panels,
                        panels,
                        noBias,
                        product.array(at),
                        product.offset(at));
                factors.addProduct(at, set, steps, ofFrom.array(at), ofFrom.offset(at), stride);
            }
        }
    }

    private void sumSteps(Cursor at) {
        float[] z = gates.array(at);
        float[] sum = projected.array(at);
        int floats = at.samples * PANEL;
        for (int panel = 0; panel < kernel.panels(); panel++) {
            int first = gates.offset(at) + panel * stepCount * floats;
            int result = projected.offset(at) + panel * floats;
            System.arraycopy(z, first, sum, result, floats);
            for (int t = 1; t < stepCount; t++) {
                kernels.add(z, first + t * floats, sum, result, floats);
            }
        }
    }
}

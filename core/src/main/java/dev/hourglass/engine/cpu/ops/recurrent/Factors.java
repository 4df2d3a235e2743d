package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.NoiseOperations;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import org.jspecify.annotations.Nullable;

/** What dropout multiplies the operands of a recurrent layer's products with; panels as in {@link CellWalk}. */
final class Factors {
    private static final int PANEL = Layout.Steps.PANEL;

    private final Kernels kernels;
    private final Step.DropoutFactors step;
    private final Buffer factors;
    /** Room for an operand behind its factors, or for what comes back to it. */
    final Buffer product;

    private final int panels;

    private Factors(Resources resources, Step.DropoutFactors step) {
        kernels = resources.kernels();
        this.step = step;
        factors = resources.buffer(step.factors());
        product = resources.buffer(step.product());
        panels = step.product().steps().panels();
    }

    static @Nullable Factors of(Resources resources, Step.@Nullable DropoutFactors step) {
        return step == null ? null : new Factors(resources, step);
    }

    /** How many sets there are: one for all gates, or one for each. */
    int sets() {
        return step.sets();
    }

    /** Draws those of the samples at the cursor; each depends on the training step, the sample, the set and the feature. */
    void draw(Cursor at) {
        float[] to = factors.array(at);
        int features = step.product().steps().features();
        float keep = 1 / (1 - step.rate());
        long threshold = NoiseOperations.threshold(step.rate());
        long key = NoiseOperations.key(at, step.purpose());
        for (int sample = 0; sample < at.samples; sample++) {
            for (int set = 0; set < sets(); set++) {
                long place = ((long) (at.first() + sample) * sets() + set) * features;
                for (int feature = 0; feature < features; feature++) {
                    int panel = set * panels + feature / PANEL;
                    to[factors.offset(at) + (panel * at.samples + sample) * PANEL + feature % PANEL] =
                            NoiseOperations.drops(key, place + feature, threshold) ? 0 : keep;
                }
            }
        }
    }

    /** {@code to = from * factors} for some steps that follow each other. */
    void multiply(
            Cursor at,
            int set,
            int steps,
            float[] from,
            int offset,
            int fromStride,
            float[] to,
            int result,
            int toStride) {
        int floats = at.samples * PANEL;
        for (int panel = 0; panel < panels; panel++) {
            for (int t = 0; t < steps; t++) {
                kernels.multiply(
                        from,
                        offset + panel * fromStride + t * floats,
                        factors.array(at),
                        factors.offset(at) + (set * panels + panel) * floats,
                        to,
                        result + panel * toStride + t * floats,
                        floats);
            }
        }
    }

    /** {@code to += product * factors}, where the product has so many steps. */
    void addProduct(Cursor at, int set, int steps, float[] to, int result, int toStride) {
        int floats = at.samples * PANEL;
        for (int panel = 0; panel < panels; panel++) {
            for (int t = 0; t < steps; t++) {
                kernels.addProduct(
                        product.array(at),
                        product.offset(at) + (panel * steps + t) * floats,
                        factors.array(at),
                        factors.offset(at) + (set * panels + panel) * floats,
                        to,
                        result + panel * toStride + t * floats,
                        floats);
            }
        }
    }
}

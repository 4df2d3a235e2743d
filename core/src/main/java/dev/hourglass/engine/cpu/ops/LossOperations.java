package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;

/**
 * The loss: computed from a sample's predictions and targets, with its gradient and the errors that are always
 * measured.
 */
final class LossOperations {
    private static final int PANEL = Layout.Steps.PANEL;

    private final Resources resources;
    private final Kernels kernels;
    private final ChunkResults results;

    LossOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        results = resources.results();
    }

    Operation gradient(Step.LossGradient step) {
        Run run = run(step);
        return step.prediction().layout() instanceof Layout.Steps layout
                ? ofSteps(step, layout, run)
                : ofImage(step, step.prediction().image(), run);
    }

    /** Numbers that lie side by side: their loss and errors are added to the chunk's, and their gradients go to D. */
    @FunctionalInterface
    private interface Run {
        /** @param factor one by the numbers of the batch's targets */
        void add(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor, int chunk);
    }

    private Run run(Step.LossGradient step) {
        if (step.loss() instanceof Loss.MeanSquaredError) {
            return this::addSquaredErrors;
        }
        LossFunction loss = LossFunction.of(step.loss());
        boolean sigmoid = step.sigmoid();
        return (Y, y, T, t, D, d, count, factor, chunk) -> {
            if (sigmoid) {
                // The outputs stand where their gradients will.
                System.arraycopy(Y, y, D, d, count);
                kernels.sigmoid(D, d, count);
                addErrors(D, d, T, t, count, chunk);
            } else {
                addErrors(Y, y, T, t, count, chunk);
            }
            results.losses[chunk] += loss.add(Y, y, T, t, D, d, count, factor);
        };
    }

    /** The loss that is itself one of the errors, in one pass. */
    private void addSquaredErrors(
            float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor, int chunk) {
        float twice = 2 * factor;
        double squared = 0;
        double absolute = 0;
        for (int j = 0; j < count; j++) {
            float difference = Y[y + j] - T[t + j];
            squared += (double) difference * difference;
            absolute += Math.abs(difference);
            D[d + j] = difference * twice;
        }
        results.losses[chunk] += squared;
        results.squaredErrors[chunk] += squared;
        results.absoluteErrors[chunk] += absolute;
    }

    private void addErrors(float[] Y, int y, float[] T, int t, int count, int chunk) {
        double squared = 0;
        double absolute = 0;
        for (int j = 0; j < count; j++) {
            float difference = Y[y + j] - T[t + j];
            squared += (double) difference * difference;
            absolute += Math.abs(difference);
        }
        results.squaredErrors[chunk] += squared;
        results.absoluteErrors[chunk] += absolute;
    }

    private Operation ofImage(Step.LossGradient step, Layout.Image image, Run loss) {
        Buffer prediction = resources.buffer(step.prediction());
        Buffer target = resources.buffer(step.target());
        Buffer gradient = resources.buffer(step.gradient());
        int channels = image.channels();
        boolean adjacent = channels == image.channelStride();
        int runs = adjacent ? 1 : image.pixels();
        int length = adjacent ? channels * image.pixels() : channels;
        double size = (double) channels * image.pixels();
        return at -> {
            float factor = factor(at, size);
            for (int run = 0; run < runs; run++) {
                int skip = run * image.channelStride();
                loss.add(
                        prediction.array(at),
                        prediction.offset(at) + skip,
                        target.array(at),
                        target.offset(at) + skip,
                        gradient.array(at),
                        gradient.offset(at) + skip,
                        length,
                        factor,
                        at.chunk);
            }
        };
    }

    private Operation ofSteps(Step.LossGradient step, Layout.Steps layout, Run loss) {
        Buffer prediction = resources.buffer(step.prediction());
        Buffer target = resources.buffer(step.target());
        Buffer gradient = resources.buffer(step.gradient());
        double size = (double) layout.steps() * layout.features();
        return at -> {
            float factor = factor(at, size);
            float[] d = gradient.array(at);
            for (int panel = 0; panel < layout.panels(); panel++) {
                int count = Math.min(PANEL, layout.features() - panel * PANEL);
                for (int row = 0; row < layout.steps() * at.samples; row++) {
                    int place = panel * layout.panelStride(at.samples) + row * PANEL;
                    int result = gradient.offset(at) + place;
                    loss.add(
                            prediction.array(at),
                            prediction.offset(at) + place,
                            target.array(at),
                            target.offset(at) + place,
                            d,
                            result,
                            count,
                            factor,
                            at.chunk);
                    Arrays.fill(d, result + count, result + PANEL, 0);
                }
            }
        };
    }

    /** One by the numbers of the batch's targets: the loss is their mean. */
    private static float factor(Cursor at, double size) {
        return (float) (1 / (at.batch.size() * size));
    }
}

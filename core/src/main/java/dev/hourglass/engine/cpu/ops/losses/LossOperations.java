package dev.hourglass.engine.cpu.ops.losses;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.OutputSums;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.OutputLoss;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;

/**
 * The loss: computed from a sample's predictions and targets, with its gradient and the errors that are always
 * measured.
 */
public final class LossOperations {
    private static final int PANEL = Layout.Steps.PANEL;

    private final Resources resources;
    private final Kernels kernels;
    private final ChunkResults results;

    public LossOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        results = resources.results();
    }

    public Operation gradient(Step.LossGradient step) {
        if (step.mask() != null) {
            return ofMaskedSamples(step, step.mask());
        }
        if (step.loss().loss().scope() != Loss.Scope.NUMBER || isSpread(step)) {
            return ofSamples(step);
        }
        Run[] ofWorkers = new Run[resources.workers()];
        Arrays.setAll(ofWorkers, worker -> run(step));
        return step.prediction().layout() instanceof Layout.Steps layout
                ? ofSteps(step, layout, ofWorkers)
                : ofImage(step, step.prediction().image(), ofWorkers);
    }

    /** Whether few numbers lie side by side, of which a loss with calls of its own is better taken over many at once. */
    private static boolean isSpread(Step.LossGradient step) {
        return !(step.loss().loss() instanceof Loss.MeanSquaredError)
                && step.prediction().layout() instanceof Layout.Image image
                && image.channels() < image.channelStride()
                && image.pixels() > 1;
    }

    /** Numbers that lie side by side: their loss and errors are added to the chunk's, and their gradients go to D. One worker's. */
    @FunctionalInterface
    private interface Run {
        /** @param factor one by the numbers of the batch's targets, or by its samples where their terms are summed */
        void add(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor, int chunk);
    }

    private Run run(Step.LossGradient step) {
        OutputSums sums = results.ofOutput(step.loss().place());
        if (step.loss().loss() instanceof Loss.MeanSquaredError) {
            return (Y, y, T, t, D, d, count, factor, chunk) ->
                    addSquaredErrors(sums, Y, y, T, t, D, d, count, factor, chunk);
        }
        LossFunction loss = LossFunction.of(step.loss().loss(), step.sample(), kernels);
        boolean sigmoid = step.loss().sigmoid();
        return (Y, y, T, t, D, d, count, factor, chunk) -> {
            if (sigmoid) {
                // The outputs stand where their gradients will.
                System.arraycopy(Y, y, D, d, count);
                kernels.sigmoid(D, d, count);
                addErrors(sums, D, d, T, t, count, chunk);
            } else {
                addErrors(sums, Y, y, T, t, count, chunk);
            }
            sums.losses[chunk] += loss.add(Y, y, T, t, D, d, count, factor);
        };
    }

    /** The loss that is itself one of the errors, in one pass. */
    private static void addSquaredErrors(
            OutputSums sums, float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor, int chunk) {
        float twice = 2 * factor;
        double squared = 0;
        double absolute = 0;
        for (int j = 0; j < count; j++) {
            float difference = Y[y + j] - T[t + j];
            squared += (double) difference * difference;
            absolute += Math.abs(difference);
            D[d + j] = difference * twice;
        }
        sums.losses[chunk] += squared;
        sums.squaredErrors[chunk] += squared;
        sums.absoluteErrors[chunk] += absolute;
    }

    private static void addErrors(OutputSums sums, float[] Y, int y, float[] T, int t, int count, int chunk) {
        double squared = 0;
        double absolute = 0;
        for (int j = 0; j < count; j++) {
            float difference = Y[y + j] - T[t + j];
            squared += (double) difference * difference;
            absolute += Math.abs(difference);
        }
        sums.squaredErrors[chunk] += squared;
        sums.absoluteErrors[chunk] += absolute;
    }

    private Operation ofImage(Step.LossGradient step, Layout.Image image, Run[] ofWorkers) {
        Buffer prediction = resources.buffer(step.prediction());
        Buffer target = resources.buffer(step.target());
        Buffer gradient = resources.buffer(step.gradient());
        int channels = image.channels();
        boolean adjacent = channels == image.channelStride();
        int runs = adjacent ? 1 : image.pixels();
        int length = adjacent ? channels * image.pixels() : channels;
        double size = step.loss().summed() ? 1 : (double) channels * image.pixels();
        double weight = step.loss().weight();
        return at -> {
            Run loss = ofWorkers[at.worker];
            float factor = factor(at, size, weight);
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

    private Operation ofSteps(Step.LossGradient step, Layout.Steps layout, Run[] ofWorkers) {
        Buffer prediction = resources.buffer(step.prediction());
        Buffer target = resources.buffer(step.target());
        Buffer gradient = resources.buffer(step.gradient());
        double size = step.loss().summed() ? 1 : (double) layout.steps() * layout.features();
        double weight = step.loss().weight();
        return at -> {
            Run loss = ofWorkers[at.worker];
            float factor = factor(at, size, weight);
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

    /** Where each of a loss's terms needs a row of numbers or a whole sample: samples are gathered, compared and spread. */
    private Operation ofSamples(Step.LossGradient step) {
        SampleComparison[] ofWorkers = new SampleComparison[resources.workers()];
        Arrays.setAll(ofWorkers, worker -> new SampleComparison(step));
        return at -> {
            SampleComparison comparison = ofWorkers[at.worker];
            for (int sample = 0; sample < at.samples; sample++) {
                comparison.run(at, sample);
            }
        };
    }

    /** Where steps may not count: samples are taken out as well. */
    private Operation ofMaskedSamples(Step.LossGradient step, Value mask) {
        MaskedComparison[] ofWorkers = new MaskedComparison[resources.workers()];
        Arrays.setAll(ofWorkers, worker -> new MaskedComparison(step, mask));
        return at -> {
            MaskedComparison comparison = ofWorkers[at.worker];
            for (int sample = 0; sample < at.samples; sample++) {
                comparison.run(at, sample);
            }
        };
    }

    /** The mean over samples of what their numbers cost, as Keras has it. */
    public Operation penalty(Step.ActivityPenalty step) {
        SampleCopy activity = SampleCopy.of(step.activity(), resources);
        SampleCopy gradient = SampleCopy.of(step.gradient(), resources);
        int size = step.sample().size();
        float[][] numbers = new float[resources.workers()][size];
        float[][] slopes = new float[resources.workers()][size];
        return at -> {
            float[] values = numbers[at.worker];
            float[] by = slopes[at.worker];
            for (int sample = 0; sample < at.samples; sample++) {
                activity.gather(at, sample, values);
                Arrays.fill(by, 0);
                results.penalties[at.chunk] += step.regularizer().add(values, 0, by, 0, size, factor(at, 1, 1));
                gradient.spread(by, at, sample);
            }
        };
    }

    public Operation quantization(Step.Quantization step) {
        SampleCopy from = SampleCopy.of(step.from(), resources);
        SampleCopy nearest = SampleCopy.of(step.nearest(), resources);
        SampleCopy ofFrom = SampleCopy.of(step.ofFrom(), resources);
        SampleCopy ofNearest = SampleCopy.of(step.ofNearest(), resources);
        int size = step.sample().size();
        float[][] encoded = new float[resources.workers()][size];
        float[][] chosen = new float[resources.workers()][size];
        return at -> {
            float[] z = encoded[at.worker];
            float[] q = chosen[at.worker];
            float factor = factor(at, size, 2);
            float committed = factor * step.penalty().beta();
            for (int sample = 0; sample < at.samples; sample++) {
                from.gather(at, sample, z);
                nearest.gather(at, sample, q);
                double squares = 0;
                for (int j = 0; j < size; j++) {
                    float difference = z[j] - q[j];
                    squares += (double) difference * difference;
                    z[j] = committed * difference;
                    q[j] = -factor * difference;
                }
                results.penalties[at.chunk] += step.penalty().cost(squares, size);
                ofFrom.spread(z, at, sample);
                ofNearest.spread(q, at, sample);
            }
        };
    }

    /** A sample of a prediction and of its target, row-major, and the gradient that is to be spread. */
    private final class Compared {
        private final OutputLoss loss;
        private final int terms;
        private final OutputSums sums;
        private final SampleCopy prediction;
        private final SampleCopy target;
        private final SampleCopy gradient;
        private final float[] outputs;
        private final float[] targets;
        private final float[] gradients;

        Compared(Step.LossGradient step) {
            loss = step.loss();
            terms = loss.terms(step.sample());
            sums = results.ofOutput(loss.place());
            prediction = SampleCopy.of(step.prediction(), resources);
            target = SampleCopy.of(step.target(), resources);
            gradient = SampleCopy.of(step.gradient(), resources);
            int size = step.sample().size();
            outputs = new float[size];
            targets = new float[size];
            gradients = new float[size];
        }

        void gather(Cursor at, int sample) {
            prediction.gather(at, sample, outputs);
            target.gather(at, sample, targets);
        }

        float factor(Cursor at) {
            return LossOperations.factor(at, terms, loss.weight());
        }

        /** The errors are those of all numbers. */
        void spread(Cursor at, int sample) {
            if (loss.sigmoid()) {
                kernels.sigmoid(outputs, 0, outputs.length);
            }
            addErrors(sums, outputs, 0, targets, 0, outputs.length, at.chunk);
            gradient.spread(gradients, at, sample);
        }
    }

    /** What one worker compares a sample with. */
    private final class SampleComparison {
        private final LossFunction loss;
        private final Compared compared;

        SampleComparison(Step.LossGradient step) {
            loss = LossFunction.of(step.loss().loss(), step.sample(), kernels);
            compared = new Compared(step);
        }

        void run(Cursor at, int sample) {
            compared.gather(at, sample);
            int size = compared.outputs.length;
            compared.sums.losses[at.chunk] += loss.add(
                    compared.outputs, 0, compared.targets, 0, compared.gradients, 0, size, compared.factor(at));
            compared.sums.maskedTerms[at.chunk] += loss.masked();
            compared.spread(at, sample);
        }
    }

    /** The same where steps may not count. */
    private final class MaskedComparison {
        private final StepwiseLoss loss;
        private final Compared compared;
        private final SampleCopy mask;
        private final float[] counts;

        MaskedComparison(Step.LossGradient step, Value mask) {
            loss = new StepwiseLoss(step.loss().loss(), step.sample(), kernels);
            compared = new Compared(step);
            this.mask = SampleCopy.of(mask, resources);
            counts = new float[mask.steps().steps()];
        }

        void run(Cursor at, int sample) {
            compared.gather(at, sample);
            mask.gather(at, sample, counts);
            compared.sums.losses[at.chunk] +=
                    loss.add(counts, compared.outputs, 0, compared.targets, compared.gradients, compared.factor(at));
            compared.sums.maskedTerms[at.chunk] += loss.masked();
            compared.spread(at, sample);
        }
    }

    /** The weight by the terms of the batch: the loss is their mean. */
    private static float factor(Cursor at, double terms, double weight) {
        return (float) (weight / (at.batch.size() * terms));
    }
}

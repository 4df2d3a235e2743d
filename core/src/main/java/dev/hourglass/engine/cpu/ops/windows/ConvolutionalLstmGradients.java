package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.CellFunction;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;

/** Back through the states of a convolutional LSTM, from the last step to the first. */
final class ConvolutionalLstmGradients extends ConvolutionalLstmWalk {
    private final ChunkResults results;
    private final Buffer ofOutput;
    private final Buffer ofInput;
    /** Of one step: gradients of the four gates, of the cell and of the state. */
    private final Buffer scratch;

    /** Where the weights' gradients begin in a chunk's. */
    private final int ofRecurrent;
    /** Likewise; -1 where there is no bias. */
    private final int ofBias;
    /** Where the recurrent kernel with its axes exchanged begins among the packed weights. */
    private final int exchanged;

    private final Kernels.Product product;
    private final Kernels.TransposedProduct weightProduct;

    ConvolutionalLstmGradients(Resources resources, Step.ConvolutionalStatesGradient step) {
        super(resources, step.forward());
        results = resources.results();
        ofOutput = resources.buffer(step.outputGradient());
        ofInput = resources.buffer(step.fromGradient());
        scratch = resources.buffer(step.scratch());
        Step.ConvolutionalWeights weights = step.forward().weights();
        ofRecurrent = results.offset(weights.recurrent());
        ofBias = weights.bias() == null ? -1 : results.offset(weights.bias());
        exchanged = packed.offset(weights.exchanged());
        int columns = state.channelStride();
        product = kernels.product(columns, columns, columns, columns);
        weightProduct = kernels.transposedProduct(columns, columns, columns, GATES * columns);
    }

    void back(Cursor at, int sample) {
        float[] d = scratch.array(at);
        int first = place(scratch, at, sample, 0, 0);
        Arrays.fill(d, first + GATES * count, first + (GATES + 2) * count, 0);
        for (int t = step.steps() - 1; t >= 0; t--) {
            if (leaves(t)) {
                takeIn(at, sample, t, d, first + (GATES + 1) * count);
            }
            toGates(at, sample, t, d, first);
            giveInput(at, sample, t, d, first);
            addBias(at, d, first);
            if (t > 0) {
                addWeights(at, sample, t, d, first);
                passToStateBefore(d, first);
            }
        }
    }

    /** What readers of the output want of a step's state. */
    private void takeIn(Cursor at, int sample, int t, float[] d, int dh) {
        int firstPixel = firstOfOutput(t);
        for (int pixel = 0; pixel < state.pixels(); pixel++) {
            int source = ofOutput.offset(at) + sample * ofOutput.stride() + output.pixel(firstPixel + pixel);
            kernels.add(ofOutput.array(at), source, d, dh + pixel * state.channelStride(), state.channels());
        }
    }

    /** The gradients of what went into the gates' functions, and of the cell before. */
    private void toGates(Cursor at, int sample, int t, float[] d, int first) {
        float[] z = gates.array(at);
        int zAt = place(gates, at, sample, t, GATES * count);
        float[] c = cell.array(at);
        int cAt = place(cell, at, sample, t, count);
        float[] a = activated.array(at);
        int aAt = place(activated, at, sample, t, count);
        int dc = first + GATES * count;
        int dh = dc + count;
        CellFunction function = step.cell().activation();

        int di = first + INPUT * count; // for a while the share of the cell
        kernels.multiply(d, dh, z, zAt + OUTPUT * count, d, di, count);
        applySlope(function, at, c, cAt, a, aAt, d, di);
        kernels.add(d, di, d, dc, count);

        kernels.multiply(d, dh, a, aAt, d, first + OUTPUT * count, count);
        kernels.multiply(d, dc, z, zAt + CANDIDATE * count, d, di, count);
        kernels.multiply(d, dc, z, zAt + INPUT * count, d, first + CANDIDATE * count, count);
        if (t > 0) {
            kernels.multiply(d, dc, c, cAt - count, d, first + FORGET * count, count);
        } else {
            Arrays.fill(d, first + FORGET * count, first + (FORGET + 1) * count, 0);
        }
        for (int gate = 0; gate < GATES; gate++) {
            applySlopeOfGate(gate, at, sample, t, d, first);
        }
        kernels.multiply(d, dc, z, zAt + FORGET * count, d, dc, count);
    }

    private void applySlopeOfGate(int gate, Cursor at, int sample, int t, float[] d, int first) {
        CellFunction function =
                gate == CANDIDATE ? step.cell().activation() : step.cell().gate();
        Buffer wentIn = inputs == null ? gates : inputs;
        applySlope(
                function,
                at,
                wentIn.array(at),
                place(wentIn, at, sample, t, GATES * count) + gate * count,
                gates.array(at),
                place(gates, at, sample, t, GATES * count) + gate * count,
                d,
                first + gate * count);
    }

    private void giveInput(Cursor at, int sample, int t, float[] d, int first) {
        int channels = state.channels();
        int firstPixel = read(t) * state.pixels();
        for (int pixel = 0; pixel < state.pixels(); pixel++) {
            int target = ofInput.offset(at) + sample * ofInput.stride() + projected.pixel(firstPixel + pixel);
            for (int gate = 0; gate < GATES; gate++) {
                int source = first + gate * count + pixel * state.channelStride();
                System.arraycopy(d, source, ofInput.array(at), target + gate * channels, channels);
            }
        }
    }

    private void addBias(Cursor at, float[] d, int first) {
        if (ofBias < 0) {
            return;
        }
        int columns = state.channelStride();
        for (int gate = 0; gate < GATES; gate++) {
            float[] sums = results.gradients[at.chunk];
            kernels.addPixels(d, first + gate * count, state.pixels(), columns, sums, ofBias + gate * columns);
        }
    }

    private void addWeights(Cursor at, int sample, int t, float[] d, int first) {
        int columns = state.channelStride();
        int channels = state.channels();
        int before = place(hidden, at, sample, t - 1, count);
        float[] sums = results.gradients[at.chunk];
        for (int run = 0; run < runs.count(); run++) {
            int tap = ofRecurrent + runs.taps()[run] * channels * GATES * columns;
            int source = before + runs.large()[run];
            for (int gate = 0; gate < GATES; gate++) {
                int of = first + gate * count + runs.small()[run];
                int length = runs.lengths()[run];
                weightProduct.run(
                        channels, hidden.array(at), source, 0, 1, length, d, of, 0, sums, tap + gate * columns);
            }
        }
    }

    /** Replaces the state's gradient by that of the state before. */
    private void passToStateBefore(float[] d, int first) {
        int columns = state.channelStride();
        int channels = state.channels();
        int dh = first + (GATES + 1) * count;
        Arrays.fill(d, dh, dh + count, 0);
        for (int run = 0; run < runs.count(); run++) {
            int tap = exchanged + runs.taps()[run] * GATES * channels * columns;
            int target = dh + runs.large()[run];
            for (int gate = 0; gate < GATES; gate++) {
                int source = first + gate * count + runs.small()[run];
                int weights = tap + gate * channels * columns;
                int length = runs.lengths()[run];
                product.run(length, d, source, 0, 1, channels, packed.array(), weights, d, target, columns, d, target);
            }
        }
    }
}

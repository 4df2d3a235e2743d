package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.CellFunction;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Back through the states of a convolutional LSTM, from the last step to the first. */
final class ConvolutionalLstmGradients extends ConvolutionalLstmWalk {
    private final ChunkResults results;
    private final Buffer ofOutput;
    private final Buffer ofInput;
    private final @Nullable Buffer ofLastCell;
    /** Of the states to begin with. */
    private final List<Buffer> ofFirst;
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
        ofLastCell = step.ofLastCell() == null ? null : resources.buffer(step.ofLastCell());
        ofFirst = step.ofFirst().stream().map(resources::buffer).toList();
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
        if (ofLastCell != null) {
            takeIn(at, sample, ofLastCell, state, 0, d, first + GATES * count);
        }
        for (int t = stepCount - 1; t >= firstStep; t--) {
            if (leaves(t)) {
                takeIn(at, sample, ofOutput, output, firstOfOutput(t), d, first + (GATES + 1) * count);
            }
            toGates(at, sample, t, d, first);
            giveInput(at, sample, t, d, first);
            addBias(at, d, first);
            if (t > 0) {
                addWeights(at, sample, t, d, first);
                passToStateBefore(at, sample, d, first);
            }
        }
        for (int i = 0; i < ofFirst.size(); i++) {
            // The state's gradient lies behind the cell's.
            giveFirst(at, sample, d, first + (GATES + (i == 0 ? 1 : 0)) * count, ofFirst.get(i));
        }
    }

    /** What readers of a step's state, or of the last cell, want of it. */
    private void takeIn(
            Cursor at, int sample, Buffer gradient, Layout.Image image, int firstPixel, float[] d, int target) {
        for (int pixel = 0; pixel < state.pixels(); pixel++) {
            int source = gradient.offset(at) + sample * gradient.stride() + image.pixel(firstPixel + pixel);
            kernels.add(gradient.array(at), source, d, target + pixel * state.channelStride(), state.channels());
        }
    }

    private void giveFirst(Cursor at, int sample, float[] d, int source, Buffer result) {
        for (int pixel = 0; pixel < state.pixels(); pixel++) {
            int target = result.offset(at) + sample * result.stride() + state.pixel(pixel);
            System.arraycopy(d, source + pixel * state.channelStride(), result.array(at), target, state.channels());
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
        int before = place(hidden, at, sample, t - 1, count);
        if (ofState == null) {
            addWeights(at, hidden.array(at), before, 0, GATES, d, first);
            return;
        }
        for (int gate = 0; gate < GATES; gate++) {
            int dropped = ofState.multiply(at, sample, gate, hidden.array(at), before);
            addWeights(at, ofState.product.array(at), dropped, gate, gate + 1, d, first);
        }
    }

    private void addWeights(Cursor at, float[] read, int before, int fromGate, int toGate, float[] d, int first) {
        int columns = state.channelStride();
        int channels = state.channels();
        float[] sums = results.gradients[at.chunk];
        for (int run = 0; run < runs.count(); run++) {
            int tap = ofRecurrent + runs.taps()[run] * channels * GATES * columns;
            int source = before + runs.large()[run];
            for (int gate = fromGate; gate < toGate; gate++) {
                int of = first + gate * count + runs.small()[run];
                int length = runs.lengths()[run];
                weightProduct.run(channels, read, source, 0, 1, length, d, of, 0, sums, tap + gate * columns);
            }
        }
    }

    /** Replaces the state's gradient by that of the state before. */
    private void passToStateBefore(Cursor at, int sample, float[] d, int first) {
        int dh = first + (GATES + 1) * count;
        Arrays.fill(d, dh, dh + count, 0);
        if (ofState == null) {
            addProducts(d, first, 0, GATES, d, dh);
            return;
        }
        for (int gate = 0; gate < GATES; gate++) {
            int dropped = ofState.clear(at, sample);
            addProducts(d, first, gate, gate + 1, ofState.product.array(at), dropped);
            ofState.addProduct(at, sample, gate, d, dh);
        }
    }

    /** What some of the gates want of the state that they read. */
    private void addProducts(float[] d, int first, int fromGate, int toGate, float[] of, int place) {
        int columns = state.channelStride();
        int channels = state.channels();
        for (int run = 0; run < runs.count(); run++) {
            int tap = exchanged + runs.taps()[run] * GATES * channels * columns;
            int target = place + runs.large()[run];
            for (int gate = fromGate; gate < toGate; gate++) {
                int source = first + gate * count + runs.small()[run];
                int weights = tap + gate * channels * columns;
                int length = runs.lengths()[run];
                product.run(
                        length, d, source, 0, 1, channels, packed.array(), weights, of, target, columns, of, target);
            }
        }
    }
}

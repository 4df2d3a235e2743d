package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.ops.Epilogue;
import dev.hourglass.engine.cpu.ops.PointFunctions;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.CellFunction;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code i, f, o = s(z + h * U + b)}, {@code g = a(z + h * U + b)}, {@code c = f c + i g}, {@code h = o a(c)}, with a
 * convolution {@code *}, from step to step. What is kept of a step are images of as many pixels as a state has, channels
 * padded, a gate's after those of the gate before: so each function and product goes over a gate at once.
 */
class ConvolutionalLstmWalk {
    static final int GATES = 4;
    /** Keras's order. */
    static final int INPUT = 0;

    static final int FORGET = 1;
    static final int CANDIDATE = 2;
    static final int OUTPUT = 3;

    final Kernels kernels;
    final PackedWeights packed;
    final Step.ConvolutionalStates step;
    final WindowRuns runs;
    final Layout.Image state;
    /** Of all gates as they come in, and of what leaves. */
    final Layout.Image projected;

    final Layout.Image output;
    final Buffer from;
    final Buffer gates;
    final @Nullable Buffer inputs;
    final Buffer cell;
    final Buffer activated;
    final Buffer hidden;
    /** The states to begin with; none where they are zeros. */
    private final List<Buffer> begin;

    private final @Nullable Buffer lastCell;
    /** Of the state before, where gates read it; null where nothing is dropped. */
    final @Nullable ConvolutionalFactors ofState;
    /** The first step of the sequence: 1 where the states before it come at step 0. */
    final int firstStep;
    /** How many steps are kept. */
    final int stepCount;
    /** Floats of one state, and of one gate. */
    final int count;
    /** Whether the state of every step leaves, or that of the last one alone. */
    private final boolean everyStep;

    private final Buffer to;
    /** Where the weights begin among the packed ones. */
    private final int recurrent;
    /** Likewise; -1 where there is none. */
    private final int bias;

    private final Kernels.Product product;
    private final Epilogue byOutput;
    private final PointFunctions byInput;
    private final float[][] exponentials;

    ConvolutionalLstmWalk(Resources resources, Step.ConvolutionalStates step) {
        this.step = step;
        kernels = resources.kernels();
        packed = resources.weights();
        projected = step.from().image();
        output = step.to().image();
        state = Layout.Image.natural(
                step.windows().small().height(), step.windows().small().width(), output.channels());
        runs = WindowRuns.of(step.windows(), state, state);
        count = state.pixels() * state.channelStride();
        everyStep = output.pixels() > state.pixels();
        Step.ConvolutionalWeights weights = step.weights();
        recurrent = packed.offset(weights.recurrent());
        bias = weights.bias() == null ? -1 : packed.offset(weights.bias());
        Step.ConvolutionalStatesKept kept = step.kept();
        from = resources.buffer(step.from());
        gates = resources.buffer(kept.gates());
        inputs = kept.inputs() == null ? null : resources.buffer(kept.inputs());
        cell = resources.buffer(kept.cell());
        activated = resources.buffer(kept.activated());
        hidden = resources.buffer(kept.hidden());
        to = resources.buffer(step.to());
        begin = step.first().stream().map(resources::buffer).toList();
        lastCell = step.lastCell() == null ? null : resources.buffer(step.lastCell());
        ofState = ConvolutionalFactors.of(resources, step.ofState());
        firstStep = begin.isEmpty() ? 0 : 1;
        stepCount = step.steps() + firstStep;
        int columns = state.channelStride();
        product = kernels.product(columns, columns, GATES * columns, columns);
        byOutput = new Epilogue(resources);
        byInput = new PointFunctions(kernels);
        exponentials = new float[resources.workers()][PointFunctions.BLOCK];
    }

    /** Where a sample's numbers of one step begin. */
    static int place(Buffer buffer, Cursor at, int sample, int t, int floatsPerStep) {
        return buffer.offset(at) + sample * buffer.stride() + t * floatsPerStep;
    }

    /** The step whose input is read at step t. */
    final int read(int t) {
        int place = t - firstStep;
        return step.backwards() ? step.steps() - 1 - place : place;
    }

    final void forward(Cursor at, int sample) {
        if (ofState != null) {
            ofState.draw(at, sample);
        }
        if (!begin.isEmpty()) {
            begin(at, sample, begin.getFirst(), hidden);
            begin(at, sample, begin.getLast(), cell);
        }
        for (int t = firstStep; t < stepCount; t++) {
            takeUp(at, sample, t);
            if (t > 0) {
                addStateBefore(at, sample, t);
            }
            toState(at, sample, t);
            if (leaves(t)) {
                putOut(at, sample, t);
            }
        }
        if (lastCell != null) {
            copyOut(at, sample, cell, place(cell, at, sample, stepCount - 1, count), lastCell, state, 0);
        }
    }

    private void begin(Cursor at, int sample, Buffer given, Buffer states) {
        float[] kept = states.array(at);
        int first = place(states, at, sample, 0, count);
        Arrays.fill(kept, first, first + count, 0);
        for (int pixel = 0; pixel < state.pixels(); pixel++) {
            int source = given.offset(at) + sample * given.stride() + state.pixel(pixel);
            System.arraycopy(given.array(at), source, kept, first + pixel * state.channelStride(), state.channels());
        }
    }

    /** The bias, where there is one, and what came of the input. */
    private void takeUp(Cursor at, int sample, int t) {
        float[] z = gates.array(at);
        int first = place(gates, at, sample, t, GATES * count);
        Arrays.fill(z, first, first + GATES * count, 0);
        int channels = state.channels();
        int firstPixel = read(t) * state.pixels();
        for (int pixel = 0; pixel < state.pixels(); pixel++) {
            int source = from.offset(at) + sample * from.stride() + projected.pixel(firstPixel + pixel);
            for (int gate = 0; gate < GATES; gate++) {
                int target = first + gate * count + pixel * state.channelStride();
                System.arraycopy(from.array(at), source + gate * channels, z, target, channels);
            }
        }
        if (bias >= 0) {
            for (int gate = 0; gate < GATES; gate++) {
                for (int pixel = 0; pixel < state.pixels(); pixel++) {
                    int target = first + gate * count + pixel * state.channelStride();
                    kernels.add(packed.array(), bias + gate * state.channelStride(), z, target, channels);
                }
            }
        }
    }

    private void addStateBefore(Cursor at, int sample, int t) {
        float[] z = gates.array(at);
        int first = place(gates, at, sample, t, GATES * count);
        int before = place(hidden, at, sample, t - 1, count);
        if (ofState == null) {
            addStateBefore(hidden.array(at), before, 0, GATES, z, first);
            return;
        }
        for (int gate = 0; gate < GATES; gate++) {
            int dropped = ofState.multiply(at, sample, gate, hidden.array(at), before);
            addStateBefore(ofState.product.array(at), dropped, gate, gate + 1, z, first);
        }
    }

    private void addStateBefore(float[] read, int before, int fromGate, int toGate, float[] z, int first) {
        int columns = state.channelStride();
        int channels = state.channels();
        for (int run = 0; run < runs.count(); run++) {
            int tap = recurrent + runs.taps()[run] * channels * GATES * columns;
            int source = before + runs.large()[run];
            for (int gate = fromGate; gate < toGate; gate++) {
                int target = first + gate * count + runs.small()[run];
                int weights = tap + gate * columns;
                product.run(
                        runs.lengths()[run],
                        read,
                        source,
                        0,
                        1,
                        channels,
                        packed.array(),
                        weights,
                        z,
                        target,
                        columns,
                        z,
                        target);
            }
        }
    }

    private void toState(Cursor at, int sample, int t) {
        float[] z = gates.array(at);
        int first = place(gates, at, sample, t, GATES * count);
        if (inputs != null) {
            int kept = place(inputs, at, sample, t, GATES * count);
            System.arraycopy(z, first, inputs.array(at), kept, GATES * count);
        }
        apply(step.cell().gate(), at, z, first, 2 * count);
        apply(step.cell().activation(), at, z, first + CANDIDATE * count, count);
        apply(step.cell().gate(), at, z, first + OUTPUT * count, count);
        float[] c = cell.array(at);
        int now = place(cell, at, sample, t, count);
        kernels.multiply(z, first + INPUT * count, z, first + CANDIDATE * count, c, now, count);
        if (t > 0) {
            kernels.addProduct(z, first + FORGET * count, c, now - count, c, now, count);
        }
        float[] a = activated.array(at);
        int aAt = place(activated, at, sample, t, count);
        System.arraycopy(c, now, a, aAt, count);
        apply(step.cell().activation(), at, a, aAt, count);
        int h = place(hidden, at, sample, t, count);
        kernels.multiply(z, first + OUTPUT * count, a, aAt, hidden.array(at), h, count);
    }

    /** Without what functions make of padding. */
    private void putOut(Cursor at, int sample, int t) {
        copyOut(at, sample, hidden, place(hidden, at, sample, t, count), to, output, firstOfOutput(t));
    }

    private void copyOut(
            Cursor at, int sample, Buffer states, int first, Buffer result, Layout.Image image, int firstPixel) {
        for (int pixel = 0; pixel < state.pixels(); pixel++) {
            int target = result.offset(at) + sample * result.stride() + image.pixel(firstPixel + pixel);
            int source = first + pixel * state.channelStride();
            System.arraycopy(states.array(at), source, result.array(at), target, state.channels());
        }
    }

    /** Whether the state of a step leaves. */
    final boolean leaves(int t) {
        return everyStep || t == stepCount - 1;
    }

    /** Which pixel of the output is the first of a step's state. */
    final int firstOfOutput(int t) {
        return everyStep ? (t - firstStep) * state.pixels() : 0;
    }

    /** In place. */
    private void apply(CellFunction function, Cursor at, float[] values, int place, int numbers) {
        if (function.byInput() == null) {
            byOutput.apply(function.byOutput(), values, place, numbers);
        } else {
            byInput.apply(function.byInput(), values, place, values, place, numbers, exponentials[at.worker]);
        }
    }

    /** {@code d *= function'}, told from what it gave, Y, or from what went in, X, where it needs that. */
    final void applySlope(CellFunction function, Cursor at, float[] X, int x, float[] Y, int y, float[] d, int dAt) {
        if (function.byInput() == null) {
            byOutput.applySlope(function.byOutput(), Y, y, d, dAt, count);
        } else {
            byInput.gradient(function.byInput(), X, x, d, dAt, count, exponentials[at.worker]);
        }
    }
}

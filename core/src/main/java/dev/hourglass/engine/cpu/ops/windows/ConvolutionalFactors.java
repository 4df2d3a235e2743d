package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.NoiseOperations;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What dropout multiplies the state before with, where the gates of a convolutional LSTM read it. */
final class ConvolutionalFactors {
    private final Kernels kernels;
    private final Step.ConvolutionalFactors step;
    private final Layout.Image state;
    private final Buffer factors;
    /** Room for a state behind its factors, or for what comes back to it. */
    final Buffer product;

    /** Floats of one state. */
    private final int count;

    private ConvolutionalFactors(Resources resources, Step.ConvolutionalFactors step) {
        kernels = resources.kernels();
        this.step = step;
        state = step.product().image();
        factors = resources.buffer(step.factors());
        product = resources.buffer(step.product());
        count = state.pixels() * state.channelStride();
    }

    static @Nullable ConvolutionalFactors of(Resources resources, Step.@Nullable ConvolutionalFactors step) {
        return step == null ? null : new ConvolutionalFactors(resources, step);
    }

    /** Draws those of a sample; each depends on the training step, the sample, the gate and the number's place. */
    void draw(Cursor at, int sample) {
        float[] to = factors.array(at);
        float keep = 1 / (1 - step.rate());
        long threshold = NoiseOperations.threshold(step.rate());
        long key = NoiseOperations.key(at, step.purpose());
        int numbers = state.pixels() * state.channels();
        for (int gate = 0; gate < ConvolutionalLstmWalk.GATES; gate++) {
            long place = ((long) (at.first() + sample) * ConvolutionalLstmWalk.GATES + gate) * numbers;
            int first = factorsOf(at, sample, gate);
            Arrays.fill(to, first, first + count, 0);
            for (int number = 0; number < numbers; number++) {
                int pixel = number / state.channels();
                int where = first + pixel * state.channelStride() + number % state.channels();
                to[where] = NoiseOperations.drops(key, place + number, threshold) ? 0 : keep;
            }
        }
    }

    private int factorsOf(Cursor at, int sample, int gate) {
        return factors.offset(at) + sample * factors.stride() + gate * count;
    }

    private int productOf(Cursor at, int sample) {
        return product.offset(at) + sample * product.stride();
    }

    /** Makes the product that of a state; gives where it lies. */
    int multiply(Cursor at, int sample, int gate, float[] states, int place) {
        int to = productOf(at, sample);
        kernels.multiply(states, place, factors.array(at), factorsOf(at, sample, gate), product.array(at), to, count);
        return to;
    }

    /** Makes the product zeros; gives where it lies. */
    int clear(Cursor at, int sample) {
        int to = productOf(at, sample);
        Arrays.fill(product.array(at), to, to + count, 0);
        return to;
    }

    /** {@code to += product * factors}. */
    void addProduct(Cursor at, int sample, int gate, float[] to, int place) {
        kernels.addProduct(
                product.array(at),
                productOf(at, sample),
                factors.array(at),
                factorsOf(at, sample, gate),
                to,
                place,
                count);
    }
}

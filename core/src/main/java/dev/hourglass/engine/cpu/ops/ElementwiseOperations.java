package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.tensor.Kernels;

/** Functions of each number by itself, forward and back, and the sums over pixels that biases need. */
public final class ElementwiseOperations {
    private final Resources resources;
    private final Kernels kernels;
    private final ChunkResults results;
    private final Epilogue epilogue;

    public ElementwiseOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        results = resources.results();
        epilogue = new Epilogue(resources);
    }

    public Operation biasGradient(Step.BiasGradient step) {
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image image = step.gradient().image();
        int bias = results.offset(step.bias());
        int channelStride = image.channelStride();
        if (channelStride % Kernels.LANES == 0) {
            return at -> kernels.addPixels(
                    gradient.array(at),
                    gradient.offset(at),
                    at.samples * image.pixels(),
                    channelStride,
                    results.gradients[at.chunk],
                    bias);
        }
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                int offset = gradient.offset(at) + i * gradient.stride();
                for (int channel = 0; channel < image.channels(); channel++) {
                    double sum = 0;
                    for (int pixel = 0; pixel < image.pixels(); pixel++) {
                        sum += gradient.array(at)[offset + pixel * channelStride + channel];
                    }
                    results.gradients[at.chunk][bias + channel] += (float) sum;
                }
            }
        };
    }

    public Operation activate(Step.Activate step) {
        Buffer value = resources.buffer(step.value());
        return at -> epilogue.apply(step.function(), value.array(at), value.offset(at), at.samples * value.stride());
    }

    public Operation activateGradient(Step.ActivateGradient step) {
        Buffer output = resources.buffer(step.output());
        Buffer gradient = resources.buffer(step.gradient());
        Nonlinearity function = step.function();
        return at -> epilogue.applySlope(
                function,
                output.array(at),
                output.offset(at),
                gradient.array(at),
                gradient.offset(at),
                at.samples * gradient.stride());
    }
}

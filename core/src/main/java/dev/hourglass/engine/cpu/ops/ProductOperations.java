package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;

/**
 * Matrix products of two values of a sample. Rows of a natural image are padded to what the kernels want, so either factor
 * is taken as it lies; what stands in the padding of one only reaches the padding of the result.
 */
public final class ProductOperations {
    private final Resources resources;
    private final Kernels kernels;

    public ProductOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
    }

    public Operation product(Step.MatrixProduct step) {
        Buffer left = resources.buffer(step.left());
        Buffer right = resources.buffer(step.right());
        Buffer to = resources.buffer(step.to());
        Layout.Image a = step.left().image();
        Layout.Image w = step.right().image();
        Layout.Image c = step.to().image();
        Kernels.Product product =
                kernels.product(c.channelStride(), a.channelStride(), w.channelStride(), c.channelStride());
        float[] zeros = new float[c.channelStride()];
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                int ofLeft = left.offset(at) + i * left.stride();
                int ofRight = right.offset(at) + i * right.stride();
                int result = to.offset(at) + i * to.stride();
                for (int block = 0; block < c.height(); block++) {
                    product.run(
                            a.width(),
                            left.array(at),
                            ofLeft + a.row(block),
                            0,
                            1,
                            a.channels(),
                            right.array(at),
                            ofRight + w.row(block),
                            zeros,
                            0,
                            0,
                            to.array(at),
                            result + c.row(block));
                }
            }
        };
    }

    public Operation turned(Step.TurnedProduct step) {
        Buffer left = resources.buffer(step.left());
        Buffer right = resources.buffer(step.right());
        Buffer to = resources.buffer(step.to());
        Layout.Image a = step.left().image();
        Layout.Image w = step.right().image();
        Layout.Image c = step.to().image();
        Kernels.TransposedProduct product =
                kernels.transposedProduct(c.channelStride(), a.channelStride(), w.channelStride(), c.channelStride());
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                int ofLeft = left.offset(at) + i * left.stride();
                int ofRight = right.offset(at) + i * right.stride();
                int result = to.offset(at) + i * to.stride();
                Arrays.fill(to.array(at), result, result + to.stride(), 0);
                for (int block = 0; block < c.height(); block++) {
                    product.run(
                            a.channels(),
                            left.array(at),
                            ofLeft + a.row(block),
                            0,
                            1,
                            a.width(),
                            right.array(at),
                            ofRight + w.row(block),
                            0,
                            to.array(at),
                            result + c.row(block));
                }
            }
        };
    }
}

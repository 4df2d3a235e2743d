package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.UnknownNumberException;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;

/** Rows of a table that numbers choose. */
public final class TableOperations {
    private final Resources resources;
    private final Kernels kernels;
    private final PackedWeights weights;
    private final ChunkResults results;

    public TableOperations(Resources resources) {
        this.resources = resources;
        kernels = resources.kernels();
        weights = resources.weights();
        results = resources.results();
    }

    public Operation embed(Step.Embed step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        int stride = Kernels.padded(out.channels());
        int rows = step.table().packedColumns() / stride;
        int table = weights.offset(step.table());
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = to.offset(at) + i * to.stride();
                for (int place = 0; place < out.pixels(); place++) {
                    float number = from.array(at)[source + number(in, place)];
                    int row = (int) number;
                    if (row != number || row < 0 || row >= rows) {
                        throw new UnknownNumberException(step.layer(), rows, number);
                    }
                    System.arraycopy(
                            weights.array(),
                            table + row * stride,
                            to.array(at),
                            target + out.pixel(place),
                            out.channels());
                }
            }
        };
    }

    /** The way forward has seen that each number has its row. */
    public Operation gradient(Step.EmbedGradient step) {
        Buffer from = resources.buffer(step.from());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image in = step.from().image();
        Layout.Image image = step.gradient().image();
        int stride = Kernels.padded(image.channels());
        int table = results.offset(step.table());
        return at -> {
            float[] sums = results.gradients[at.chunk];
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = gradient.offset(at) + i * gradient.stride();
                for (int place = 0; place < image.pixels(); place++) {
                    int row = (int) from.array(at)[source + number(in, place)];
                    kernels.add(
                            gradient.array(at),
                            target + image.pixel(place),
                            sums,
                            table + row * stride,
                            image.channels());
                }
            }
        };
    }

    /** Where the number of a place lies. */
    private static int number(Layout.Image in, int place) {
        return in.pixel(place / in.channels()) + place % in.channels();
    }
}

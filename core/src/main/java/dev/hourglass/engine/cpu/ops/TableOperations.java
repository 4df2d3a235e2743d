package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.UnknownNumberException;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;

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

    /** A row's distance is a lane's own sum, in the order of the numbers, so vectors of any width give the same bits. */
    public Operation nearest(Step.Nearest step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        int size = in.channels();
        int stride = Kernels.padded(size);
        int rows = step.table().packedColumns() / stride;
        int table = weights.offset(step.table());
        float[][] turned = new float[resources.workers()][size * rows];
        float[][] distances = new float[resources.workers()][rows];
        return at -> {
            float[] columns = turned[at.worker];
            turn(weights.array(), table, stride, rows, columns);
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = to.offset(at) + i * to.stride();
                for (int place = 0; place < in.pixels(); place++) {
                    int nearest =
                            nearest(from.array(at), source + in.pixel(place), size, columns, distances[at.worker]);
                    to.array(at)[target + number(out, place)] = nearest;
                }
            }
        };
    }

    /** Rows, each {@code stride} behind the one before, to columns that lie side by side. */
    private static void turn(float[] from, int offset, int stride, int rows, float[] columns) {
        for (int row = 0; row < rows; row++) {
            for (int at = row, j = offset + row * stride; at < columns.length; at += rows, j++) {
                columns[at] = from[j];
            }
        }
    }

    /** Of the rows whose numbers are columns here, the one with the least squared distance, the first of several. */
    private static int nearest(float[] vectors, int from, int size, float[] columns, float[] distances) {
        Arrays.fill(distances, 0);
        for (int j = 0; j < size; j++) {
            addSquares(vectors[from + j], columns, j * distances.length, distances);
        }
        int nearest = 0;
        for (int row = 1; row < distances.length; row++) {
            nearest = distances[row] < distances[nearest] ? row : nearest;
        }
        return nearest;
    }

    private static void addSquares(float number, float[] column, int from, float[] sums) {
        for (int row = 0; row < sums.length; row++) {
            float difference = number - column[from + row];
            sums[row] += difference * difference;
        }
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

package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import java.util.Arrays;

/**
 * Images whose new pixels lie between the old ones, bilinear: each is a mean of four, weighted by how near they are. Pixels
 * are squares, so the centre of new pixel {@code i} is at {@code (i + 1/2) / size - 1/2}; beyond the old centres the
 * outermost pixels go on (tf.image.resize, and ONNX's Resize with half_pixel).
 */
public record InterpolationOperations(Resources resources) {
    /**
     * Along one axis, for each new pixel the two old ones that it lies between.
     *
     * @param share of the second
     */
    private record Axis(int[] first, int[] second, float[] share) {
        static Axis of(int pixels, int size) {
            Axis axis = new Axis(new int[pixels * size], new int[pixels * size], new float[pixels * size]);
            for (int i = 0; i < pixels * size; i++) {
                double place = (i + 0.5) / size - 0.5;
                int below = (int) Math.floor(place);
                axis.first[i] = Math.max(below, 0);
                axis.second[i] = Math.min(below + 1, pixels - 1);
                axis.share[i] = (float) (place - below);
            }
            return axis;
        }

        int count() {
            return share.length;
        }
    }

    public Operation interpolate(Step.Interpolate step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        Axis rows = Axis.of(in.height(), step.size().height());
        Axis columns = Axis.of(in.width(), step.size().width());
        int channels = in.channelStride();
        return at -> {
            float[] x = from.array(at);
            float[] y = to.array(at);
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = to.offset(at) + i * to.stride();
                for (int row = 0; row < rows.count(); row++) {
                    int above = source + in.row(rows.first()[row]);
                    int below = source + in.row(rows.second()[row]);
                    float down = rows.share()[row];
                    for (int column = 0; column < columns.count(); column++) {
                        int left = columns.first()[column] * channels;
                        int right = columns.second()[column] * channels;
                        float along = columns.share()[column];
                        int place = target + out.row(row) + column * channels;
                        for (int c = 0; c < channels; c++) {
                            float top =
                                    Math.fma(x[above + right + c] - x[above + left + c], along, x[above + left + c]);
                            float bottom =
                                    Math.fma(x[below + right + c] - x[below + left + c], along, x[below + left + c]);
                            y[place + c] = Math.fma(bottom - top, down, top);
                        }
                    }
                }
            }
        };
    }

    /** Each new pixel's gradient goes to the four in the shares in which they made it. */
    public Operation gradient(Step.InterpolateGradient step) {
        Buffer gradient = resources.buffer(step.gradient());
        Buffer to = resources.buffer(step.to());
        Layout.Image large = step.gradient().image();
        Layout.Image small = step.to().image();
        Axis rows = Axis.of(small.height(), step.size().height());
        Axis columns = Axis.of(small.width(), step.size().width());
        int channels = small.channelStride();
        return at -> {
            float[] d = gradient.array(at);
            float[] sums = to.array(at);
            for (int i = 0; i < at.samples; i++) {
                int source = gradient.offset(at) + i * gradient.stride();
                int target = to.offset(at) + i * to.stride();
                Arrays.fill(sums, target, target + to.stride(), 0);
                for (int row = 0; row < rows.count(); row++) {
                    int above = target + small.row(rows.first()[row]);
                    int below = target + small.row(rows.second()[row]);
                    float down = rows.share()[row];
                    for (int column = 0; column < columns.count(); column++) {
                        int left = columns.first()[column] * channels;
                        int right = columns.second()[column] * channels;
                        float along = columns.share()[column];
                        int place = source + large.row(row) + column * channels;
                        add(d, place, (1 - down) * (1 - along), sums, above + left, channels);
                        add(d, place, (1 - down) * along, sums, above + right, channels);
                        add(d, place, down * (1 - along), sums, below + left, channels);
                        add(d, place, down * along, sums, below + right, channels);
                    }
                }
            }
        };
    }

    private void add(float[] d, int place, float share, float[] sums, int sum, int channels) {
        resources.kernels().addScaled(d, place, share, sums, sum, channels);
    }
}

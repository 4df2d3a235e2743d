package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.Samples;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** Samples in and predictions out, and images from one layout to another. */
public final class CopyOperations {
    private final Resources resources;

    public CopyOperations(Resources resources) {
        this.resources = resources;
    }

    /** @param local the sample's place in the cursor's chunk */
    public static void copySample(Cursor at, Step.Load step, int local, float[] into, int offset) {
        List<Samples> all = step.source() == Step.Source.INPUT ? at.batch.inputs() : at.batch.targets();
        int place = at.batch.from() + at.chunkStart + local;
        all.get(step.place()).copySample(at.batch.order()[place], into, offset);
    }

    public Operation load(Step.Load step) {
        Buffer to = resources.buffer(step.to());
        Layout.Image image = step.to().image();
        Runs runs = Runs.between(Layout.Image.compact(image.height(), image.width(), image.channels()), image);
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                copySample(at, step, at.local + i, at.sample, 0);
                runs.copy(at.sample, 0, to.array(at), to.offset(at) + i * to.stride());
            }
        };
    }

    public Operation store(Step.Store step) {
        Buffer from = resources.buffer(step.from());
        Layout.Image image = step.from().image();
        Runs runs = Runs.between(image, Layout.Image.compact(image.height(), image.width(), image.channels()));
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                int place = step.place(at.batch.outputFrom(), at.first() + i);
                runs.copy(from.array(at), from.offset(at) + i * from.stride(), at.batch.output(), place);
            }
        };
    }

    public Operation copy(Step.Copy step) {
        Value source = step.from();
        Value destination = step.to();
        Buffer from = resources.buffer(source);
        Buffer to = resources.buffer(destination);
        if (source.layout() instanceof Layout.Steps) {
            return at -> System.arraycopy(
                    from.array(at), from.offset(at), to.array(at), to.offset(at), at.samples * from.stride());
        }
        Runs runs = Runs.between(source.image(), destination.image());
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                runs.copy(
                        from.array(at),
                        from.offset(at) + i * from.stride(),
                        to.array(at),
                        to.offset(at) + i * to.stride());
            }
        };
    }

    public Operation shift(Step.Shift step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        int channels = out.channelStride();
        int first = Math.max(0, step.right());
        int count = Math.max(0, Math.min(out.width(), in.width() + step.right()) - first);
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                int source = from.offset(at) + i * from.stride();
                int target = to.offset(at) + i * to.stride();
                Arrays.fill(to.array(at), target, target + to.stride(), 0);
                for (int y = 0; y < out.height(); y++) {
                    int above = y - step.down();
                    if (above >= 0 && above < in.height()) {
                        System.arraycopy(
                                from.array(at),
                                source + in.row(above) + (first - step.right()) * channels,
                                to.array(at),
                                target + out.row(y) + first * channels,
                                count * channels);
                    }
                }
            }
        };
    }

    /** Number by number, in the order of the result. */
    public Operation permute(Step.Permute step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        int rank = step.axes().size();
        int[] counts = new int[rank];
        int[] steps = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            int source = step.axes().get(axis) - 1;
            counts[axis] = step.shape().dimension(source);
            steps[axis] = step(in, step.shape(), source);
        }
        int channels = counts[rank - 1];
        int channelStep = steps[rank - 1];
        int pixels = out.pixels();
        return at -> {
            float[] source = from.array(at);
            float[] target = to.array(at);
            for (int i = 0; i < at.samples; i++) {
                for (int pixel = 0; pixel < pixels; pixel++) {
                    int place = from.offset(at) + i * from.stride();
                    int left = pixel;
                    for (int axis = rank - 2; axis >= 0; axis--) {
                        place += left % counts[axis] * steps[axis];
                        left /= counts[axis];
                    }
                    int result = to.offset(at) + i * to.stride() + out.pixel(pixel);
                    for (int channel = 0; channel < channels; channel++) {
                        target[result + channel] = source[place + channel * channelStep];
                    }
                }
            }
        };
    }

    /** Floats from one place of an axis to the next. */
    private static int step(Layout.Image image, Shape shape, int axis) {
        int fromEnd = shape.rank() - 1 - axis;
        return switch (fromEnd) {
            case 0 -> 1;
            case 1 -> image.channelStride();
            case 2 -> image.gridRowStride();
            default -> {
                int rows = 1;
                for (int i = axis + 1; i < shape.rank() - 2; i++) {
                    rows *= shape.dimension(i);
                }
                yield rows * image.gridRowStride();
            }
        };
    }

    public Operation place(Step.Place step) {
        Buffer part = resources.buffer(step.part());
        Buffer whole = resources.buffer(step.whole());
        Layout.Image image = step.part().image();
        int channel = step.at().channel();
        Runs runs = Runs.between(image, step.at().of(step.whole().image(), image));
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                runs.copy(
                        part.array(at),
                        part.offset(at) + i * part.stride(),
                        whole.array(at),
                        whole.offset(at) + i * whole.stride() + channel);
            }
        };
    }

    public Operation cut(Step.Cut step) {
        Buffer whole = resources.buffer(step.whole());
        Buffer part = resources.buffer(step.part());
        Layout.Image image = step.part().image();
        int channel = step.at().channel();
        Runs runs = Runs.between(step.at().of(step.whole().image(), image), image);
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                runs.copy(
                        whole.array(at),
                        whole.offset(at) + i * whole.stride() + channel,
                        part.array(at),
                        part.offset(at) + i * part.stride());
            }
        };
    }

    /** Where runs of numbers that are adjacent in both of two layouts begin, in order. */
    public record Runs(int[] from, int[] to, int length) {
        public Runs {
            from = from.clone();
            to = to.clone();
        }

        public static Runs between(Layout.Image from, Layout.Image to) {
            int length = greatestCommonDivisor(adjacent(from), adjacent(to));
            int count = from.pixels() * from.channels() / length;
            int[] fromOffsets = new int[count];
            int[] toOffsets = new int[count];
            for (int i = 0; i < count; i++) {
                fromOffsets[i] = offset(from, i * length);
                toOffsets[i] = offset(to, i * length);
            }
            return new Runs(fromOffsets, toOffsets, length);
        }

        private static int adjacent(Layout.Image image) {
            if (image.channelStride() != image.channels()) {
                return image.channels();
            }
            boolean rowsTouch = image.columns() == image.width();
            return image.channels() * image.width() * (rowsTouch ? image.height() : 1);
        }

        private static int offset(Layout.Image image, int index) {
            int pixel = index / image.channels();
            return image.row(pixel / image.width())
                    + pixel % image.width() * image.channelStride()
                    + index % image.channels();
        }

        private static int greatestCommonDivisor(int a, int b) {
            return b == 0 ? a : greatestCommonDivisor(b, a % b);
        }

        public void copy(float[] source, int sourceOffset, float[] destination, int destinationOffset) {
            if (length == 1) { // the one channel of many pixels
                for (int i = 0; i < from.length; i++) {
                    destination[destinationOffset + to[i]] = source[sourceOffset + from[i]];
                }
                return;
            }
            for (int i = 0; i < from.length; i++) {
                System.arraycopy(source, sourceOffset + from[i], destination, destinationOffset + to[i], length);
            }
        }
    }
}

package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.Cursor;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Op;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Softmax over channels, forward and back; of scores of an attention, some of which may be hidden. */
public final class SoftmaxOperations {
    private static final int PANEL = Layout.Steps.PANEL;
    /** What Keras takes off the scores of steps that don't count. */
    private static final float HIDDEN = 1e9f;

    private final Resources resources;
    private final PointFunctions functions;

    public SoftmaxOperations(Resources resources) {
        this.resources = resources;
        functions = new PointFunctions(resources.kernels());
    }

    public Operation softmax(Step.Softmax step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        Counting counting = counting(step.hidden(), step.causal(), in);
        Op.Hidden.Alone alone = step.hidden().alone();
        float[][] scratch = new float[resources.workers()][in.channels()];
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                for (int pixel = 0; pixel < in.pixels(); pixel++) {
                    float[] x = from.array(at);
                    float[] y = to.array(at);
                    int source = from.offset(at) + i * from.stride() + in.pixel(pixel);
                    int result = to.offset(at) + i * to.stride() + out.pixel(pixel);
                    int keys = counting.reached(pixel);
                    if (counting.all()) {
                        functions.softmax(x, source, y, result, keys);
                        Arrays.fill(y, result + keys, result + in.channels(), 0);
                    } else if (!ofCounting(counting, at, i, pixel, x, source, y, result, scratch[at.worker])) {
                        ofNone(alone, x, source, y, result, scratch[at.worker]);
                    }
                }
            }
        };
    }

    /** @return false if none counts, and nothing is written */
    private boolean ofCounting(
            Counting counting,
            Cursor at,
            int sample,
            int pixel,
            float[] x,
            int source,
            float[] y,
            int result,
            float[] scratch) {
        int keys = counting.reached(pixel);
        int count = 0;
        for (int key = 0; key < keys; key++) {
            if (counting.counts(at, sample, pixel, key)) {
                scratch[count++] = x[source + key];
            }
        }
        if (count == 0) {
            return false;
        }
        functions.softmax(scratch, 0, scratch, 0, count);
        count = 0;
        for (int key = 0; key < scratch.length; key++) {
            y[result + key] = key < keys && counting.counts(at, sample, pixel, key) ? scratch[count++] : 0;
        }
        return true;
    }

    private void ofNone(Op.Hidden.Alone alone, float[] x, int source, float[] y, int result, float[] scratch) {
        int keys = scratch.length;
        switch (alone) {
            case ALL_ALIKE -> Arrays.fill(y, result, result + keys, 1f / keys);
            case NOTHING -> Arrays.fill(y, result, result + keys, 0);
            case AS_SCORED -> {
                for (int key = 0; key < keys; key++) {
                    scratch[key] = x[source + key] - HIDDEN;
                }
                functions.softmax(scratch, 0, y, result, keys);
            }
        }
    }

    public Operation softmaxGradient(Step.SoftmaxGradient step) {
        Buffer output = resources.buffer(step.output());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image out = step.output().image();
        Layout.Image image = step.gradient().image();
        Counting counting = counting(step.hidden(), step.causal(), image);
        boolean mayBeConstant = !counting.all() && step.hidden().alone() == Op.Hidden.Alone.ALL_ALIKE;
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                for (int pixel = 0; pixel < image.pixels(); pixel++) {
                    int place = gradient.offset(at) + i * gradient.stride() + image.pixel(pixel);
                    if (mayBeConstant && counting.none(at, i, pixel)) {
                        Arrays.fill(gradient.array(at), place, place + image.channels(), 0);
                        continue;
                    }
                    PointFunctions.softmaxGradient(
                            output.array(at),
                            output.offset(at) + i * output.stride() + out.pixel(pixel),
                            gradient.array(at),
                            place,
                            image.channels());
                }
            }
        };
    }

    public Operation logSoftmax(Step.LogSoftmax step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Image in = step.from().image();
        Layout.Image out = step.to().image();
        float[][] scratch = new float[resources.workers()][in.channels()];
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                for (int pixel = 0; pixel < in.pixels(); pixel++) {
                    functions.logSoftmax(
                            from.array(at),
                            from.offset(at) + i * from.stride() + in.pixel(pixel),
                            to.array(at),
                            to.offset(at) + i * to.stride() + out.pixel(pixel),
                            in.channels(),
                            scratch[at.worker]);
                }
            }
        };
    }

    public Operation logSoftmaxGradient(Step.LogSoftmaxGradient step) {
        Buffer output = resources.buffer(step.output());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Image out = step.output().image();
        Layout.Image image = step.gradient().image();
        float[][] scratch = new float[resources.workers()][image.channels()];
        return at -> {
            for (int i = 0; i < at.samples; i++) {
                for (int pixel = 0; pixel < image.pixels(); pixel++) {
                    functions.logSoftmaxGradient(
                            output.array(at),
                            output.offset(at) + i * output.stride() + out.pixel(pixel),
                            gradient.array(at),
                            gradient.offset(at) + i * gradient.stride() + image.pixel(pixel),
                            image.channels(),
                            scratch[at.worker]);
                }
            }
        };
    }

    private Counting counting(Step.Hidden hidden, boolean causal, Layout.Image scores) {
        return new Counting(
                hidden.query() == null ? null : resources.buffer(hidden.query()),
                hidden.keys().stream().map(resources::buffer).toList(),
                causal,
                scores.width(),
                scores.channels());
    }

    /** Which keys have a say for the query that a pixel is the row of; the pixels of a head are its queries. */
    private record Counting(@Nullable Buffer query, List<Buffer> masks, boolean causal, int queries, int keys) {
        /** Whether no step is hidden for its own sake. */
        boolean all() {
            return query == null && masks.isEmpty();
        }

        /** How many keys a query may attend to, from the first. */
        int reached(int pixel) {
            return causal ? Math.min(keys, pixel % queries + 1) : keys;
        }

        boolean counts(Cursor at, int sample, int pixel, int key) {
            if (query != null && !counts(query, at, sample, pixel % queries)) {
                return false;
            }
            for (Buffer mask : masks) {
                if (!counts(mask, at, sample, key)) {
                    return false;
                }
            }
            return true;
        }

        boolean none(Cursor at, int sample, int pixel) {
            for (int key = 0; key < reached(pixel); key++) {
                if (counts(at, sample, pixel, key)) {
                    return false;
                }
            }
            return true;
        }

        private static boolean counts(Buffer mask, Cursor at, int sample, int step) {
            return mask.array(at)[mask.offset(at) + (step * at.samples + sample) * PANEL] != 0;
        }
    }
}

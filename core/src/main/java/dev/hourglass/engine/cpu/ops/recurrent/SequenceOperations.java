package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.ops.CopyOperations;
import dev.hourglass.engine.cpu.ops.Epilogue;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import java.util.Arrays;

/**
 * Operations on sequences in the step-by-step layout {@code [panel][step][sample][32]}, a whole chunk at a time. In
 * it the rows of one step lie together and in the order in which the next product reads them.
 */
public final class SequenceOperations {
    private static final int PANEL = Layout.Steps.PANEL;

    private final Resources resources;
    private final ChunkResults results;
    private final PanelProducts products;
    private final Epilogue epilogue;

    public SequenceOperations(Resources resources) {
        this.resources = resources;
        results = resources.results();
        products = new PanelProducts(resources);
        epilogue = new Epilogue(resources);
    }

    // --- in and out ---

    public Operation load(Step.Load step) {
        Buffer to = resources.buffer(step.to());
        Layout.Steps layout = step.to().steps();
        return at -> {
            for (int sample = 0; sample < at.samples; sample++) {
                CopyOperations.copySample(at, step, at.local + sample, at.sample, 0);
                for (int t = 0; t < layout.steps(); t++) {
                    put(at.sample, t * layout.features(), to.array(at), to.offset(at), layout, t, sample, at.samples);
                }
            }
        };
    }

    public Operation store(Step.Store step) {
        Buffer from = resources.buffer(step.from());
        Layout.Steps layout = step.from().steps();
        return at -> {
            for (int sample = 0; sample < at.samples; sample++) {
                int place = step.place(at.batch.outputFrom(), at.first() + sample);
                for (int t = 0; t < layout.steps(); t++) {
                    get(
                            from.array(at),
                            from.offset(at),
                            layout,
                            t,
                            sample,
                            at.samples,
                            at.batch.output(),
                            place + t * layout.features());
                }
            }
        };
    }

    public Operation transpose(Step.Transpose step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        if (step.to().layout() instanceof Layout.Steps layout) {
            Layout.Image image = step.from().image();
            return at -> {
                for (int sample = 0; sample < at.samples; sample++) {
                    for (int t = 0; t < layout.steps(); t++) {
                        int pixel = from.offset(at)
                                + sample * from.stride()
                                + image.row(t / image.width())
                                + t % image.width() * image.channelStride();
                        put(from.array(at), pixel, to.array(at), to.offset(at), layout, t, sample, at.samples);
                    }
                }
            };
        }
        Layout.Steps layout = step.from().steps();
        Layout.Image image = step.to().image();
        return at -> {
            for (int sample = 0; sample < at.samples; sample++) {
                for (int t = 0; t < layout.steps(); t++) {
                    int pixel = to.offset(at)
                            + sample * to.stride()
                            + image.row(t / image.width())
                            + t % image.width() * image.channelStride();
                    get(from.array(at), from.offset(at), layout, t, sample, at.samples, to.array(at), pixel);
                }
            }
        };
    }

    /** One sample's features of one step into the panels; the rest of the last panel becomes 0. */
    public static void put(
            float[] from, int source, float[] to, int offset, Layout.Steps layout, int t, int sample, int samples) {
        int row = offset + (t * samples + sample) * PANEL;
        for (int panel = 0; panel < layout.panels(); panel++) {
            int count = Math.min(PANEL, layout.features() - panel * PANEL);
            int place = row + panel * layout.panelStride(samples);
            System.arraycopy(from, source + panel * PANEL, to, place, count);
            Arrays.fill(to, place + count, place + PANEL, 0);
        }
    }

    public static void get(
            float[] from, int offset, Layout.Steps layout, int t, int sample, int samples, float[] to, int target) {
        int row = offset + (t * samples + sample) * PANEL;
        for (int panel = 0; panel < layout.panels(); panel++) {
            int count = Math.min(PANEL, layout.features() - panel * PANEL);
            System.arraycopy(from, row + panel * layout.panelStride(samples), to, target + panel * PANEL, count);
        }
    }

    /** Each lane of a step's mask would say the same: the first does. */
    public Operation mask(Step.Masking step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Buffer mask = resources.buffer(step.mask());
        Layout.Steps layout = step.from().steps();
        return at -> {
            int panelStride = layout.panelStride(at.samples);
            for (int row = 0; row < layout.steps() * at.samples; row++) {
                int place = row * PANEL;
                boolean counts = counts(from.array(at), from.offset(at) + place, layout, panelStride, step.maskValue());
                int flag = mask.offset(at) + place;
                Arrays.fill(mask.array(at), flag, flag + PANEL, 0);
                mask.array(at)[flag] = counts ? 1 : 0;
                for (int panel = 0; panel < layout.panels(); panel++) {
                    int source = from.offset(at) + place + panel * panelStride;
                    int target = to.offset(at) + place + panel * panelStride;
                    if (counts) {
                        System.arraycopy(from.array(at), source, to.array(at), target, PANEL);
                    } else {
                        Arrays.fill(to.array(at), target, target + PANEL, 0);
                    }
                }
            }
        };
    }

    /** Whether any feature of a step has another value. */
    private static boolean counts(float[] from, int row, Layout.Steps layout, int panelStride, float maskValue) {
        for (int feature = 0; feature < layout.features(); feature++) {
            if (from[row + feature / PANEL * panelStride + feature % PANEL] != maskValue) {
                return true;
            }
        }
        return false;
    }

    public Operation zeroSkipped(Step.ZeroSkipped step) {
        Buffer mask = resources.buffer(step.mask());
        Buffer value = resources.buffer(step.value());
        Layout.Steps layout = step.value().steps();
        return at -> {
            for (int row = 0; row < layout.steps() * at.samples; row++) {
                if (mask.array(at)[mask.offset(at) + row * PANEL] == 0) {
                    for (int panel = 0; panel < layout.panels(); panel++) {
                        int place = value.offset(at) + row * PANEL + panel * layout.panelStride(at.samples);
                        Arrays.fill(value.array(at), place, place + PANEL, 0);
                    }
                }
            }
        };
    }

    public Operation reverse(Step.ReverseSteps step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Steps layout = step.from().steps();
        return at -> {
            int floats = at.samples * PANEL;
            for (int panel = 0; panel < layout.panels(); panel++) {
                int first = panel * layout.panelStride(at.samples);
                for (int t = 0; t < layout.steps(); t++) {
                    int source = from.offset(at) + first + t * floats;
                    int target = to.offset(at) + first + (layout.steps() - 1 - t) * floats;
                    System.arraycopy(from.array(at), source, to.array(at), target, floats);
                }
            }
        };
    }

    public Operation move(Step.MoveSteps step) {
        Buffer from = resources.buffer(step.from());
        Operation zeros = zeros(new Step.Zeros(step.to()));
        Buffer to = resources.buffer(step.to());
        Layout.Steps read = step.from().steps();
        Layout.Steps written = step.to().steps();
        return at -> {
            zeros.run(at);
            int floats = at.samples * PANEL;
            for (int panel = 0; panel < written.panels(); panel++) {
                int source = from.offset(at) + panel * read.panelStride(at.samples) + step.first() * floats;
                int target = to.offset(at) + panel * written.panelStride(at.samples) + step.place() * floats;
                System.arraycopy(from.array(at), source, to.array(at), target, step.count() * floats);
            }
        };
    }

    public Operation zeros(Step.Zeros step) {
        Buffer to = resources.buffer(step.to());
        return at -> {
            int first = to.offset(at);
            int floats = step.to().layout() instanceof Layout.Steps layout
                    ? layout.panels() * layout.panelStride(at.samples)
                    : at.samples * to.stride();
            Arrays.fill(to.array(at), first, first + floats, 0);
        };
    }

    // --- dense layers on each step ---

    public Operation product(Step.StepsProduct step) {
        Buffer from = resources.buffer(step.from());
        Buffer to = resources.buffer(step.to());
        Layout.Steps in = step.from().steps();
        Layout.Steps out = step.to().steps();
        Resources.Start start = resources.start(step.bias(), step.weights());
        return at -> {
            int rows = in.steps() * at.samples;
            products.allRows(from.array(at), from.offset(at), rows, step.weights(), start, to.array(at), to.offset(at));
            epilogue.apply(step.after(), to.array(at), to.offset(at), out.panels() * rows * PANEL);
        };
    }

    public Operation productGradient(Step.StepsProductGradient step) {
        Buffer from = resources.buffer(step.from());
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Steps in = step.from().steps();
        return at -> {
            int rows = in.steps() * at.samples;
            products.addWeightGradient(
                    from.array(at),
                    from.offset(at),
                    rows * PANEL,
                    gradient.array(at),
                    gradient.offset(at),
                    rows * PANEL,
                    rows,
                    step.weights(),
                    results.gradients[at.chunk]);
        };
    }

    public Operation biasGradient(Step.StepsBiasGradient step) {
        Buffer gradient = resources.buffer(step.gradient());
        Layout.Steps layout = step.gradient().steps();
        return at -> products.addBiasGradient(
                gradient.array(at),
                gradient.offset(at),
                layout.steps() * at.samples,
                step.bias(),
                results.gradients[at.chunk]);
    }
}

package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.engine.cpu.layout.GradientForms;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.Placement;
import dev.hourglass.engine.cpu.memory.Memory;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.StepCost;
import dev.hourglass.model.Parameter;
import dev.hourglass.tensor.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The gradients of weights that outnumber what a chunk computes, such as those of large dense layers, each summed over
 * the whole batch once all chunks are done: a sum for each chunk would cost more to clear, write and add up than the
 * products themselves. The tasks are parts of the weights, so threads have work, and each weight's sum goes over the
 * samples in order. Two runs of tasks: sums, then their way to the parameters' layouts.
 *
 * <p>A part that is the whole gradient of its weights, and one sum for each, goes there at once: between the two runs, the
 * sums of a large layer would leave the cache.
 */
public final class BatchGradients {
    /** A product for each row of pixels, of which a dense layer has one and a convolution by tiles one a component. */
    private record Product(
            Layout.Image in,
            Layout.Image out,
            Memory.Buffer from,
            Memory.Buffer gradient,
            Kernels.TransposedProduct kernel) {
        static Product of(Step.WeightGradient step, Memory memory, Kernels kernels) {
            Layout.Image in = step.from().image();
            Layout.Image out = step.gradient().image();
            Memory.Buffer from = memory.buffer(step.from());
            Memory.Buffer gradient = memory.buffer(step.gradient());
            boolean vectors = in.width() == 1;
            Kernels.TransposedProduct kernel = kernels.transposedProduct(
                    step.sum().panel(),
                    vectors ? from.stride() : in.channelStride(),
                    vectors ? gradient.stride() : out.channelStride(),
                    step.sum().panel());
            return new Product(in, out, from, gradient, kernel);
        }

        /** Adds the sum over the pixels of one row of all samples, for channels from two places on. */
        void run(int row, int inChannel, int channels, int outChannel, Run of, float[] sums, int to) {
            boolean vectors = in.width() == 1; // one sum over the samples
            kernel.run(
                    channels,
                    from.ofBatch(),
                    of.first() * from.stride() + in.row(row) + inChannel,
                    from.stride(),
                    vectors ? 1 : of.count(),
                    vectors ? of.count() : in.width(),
                    gradient.ofBatch(),
                    of.first() * gradient.stride() + out.row(row) + outChannel,
                    gradient.stride(),
                    sums,
                    to);
        }
    }

    /** Adjacent samples of the batch. Set anew for each batch, never replaced: a step allocates nothing. */
    private static final class Run {
        private int first;
        private int count;

        int first() {
            return first;
        }

        int count() {
            return count;
        }
    }

    /** Adjacent sums, up to an end, and the tasks that make them. */
    private record Segment(int end, List<Task> tasks) {
        private Segment {
            tasks = List.copyOf(tasks);
        }
    }

    /** What is worth a message to another session: 256 KB. */
    private static final int SEGMENT_FLOATS = 1 << 16;

    /**
     * A group of rows within a slice.
     *
     * @param atOnce whether the sum goes to the gradient at once; the slice then begins at 0 of a worker's own array
     */
    private record Task(Product product, Placement.Slice slice, int group, boolean atOnce) {}

    private final List<Step.WeightGradient> steps;
    private final List<Task> tasks = new ArrayList<>();
    private final Placement placement;
    private final GradientForms forms;
    private final float[] sums;
    /** By worker: a slice that goes to its gradient at once. */
    private final float[][] slices;
    /** Floats of all sums together. */
    private final int size;
    /** By parameter: whether its whole gradient is one of the sums. */
    private final boolean[] isOneSum;
    /** Empty where no other session adds to the sums. */
    private final List<Segment> segments;

    private final Run run = new Run();
    private boolean goesOn;

    /**
     * @param workers threads that may take a gradient to its parameter at once; 0 where none may, since other sessions add to
     *     the sums
     */
    public BatchGradients(
            Plan plan, List<Parameter> parameters, Memory memory, GradientForms forms, Kernels kernels, int workers) {
        this.steps = plan.overBatch();
        this.forms = forms;
        List<PackedMatrix> matrices =
                steps.stream().map(Step.WeightGradient::sum).toList();
        isOneSum = new boolean[parameters.size()];
        int[] parts = new int[parameters.size()];
        Stream.concat(matrices.stream(), plan.gradients().stream()).forEach(matrix -> parts[matrix.parameter()]++);
        for (PackedMatrix matrix : matrices) {
            int size = parameters.get(matrix.parameter()).shape().size();
            isOneSum[matrix.parameter()] = parts[matrix.parameter()] == 1 && forms.holdsEachOnce(matrix, size);
        }
        placement = new Placement(matrices.stream()
                .filter(matrix -> workers == 0 || !goesAtOnce(matrix))
                .toList());
        sums = new float[placement.size()];
        for (Step.WeightGradient step : steps) {
            addTasks(step.sum(), Product.of(step, memory, kernels), workers);
        }
        size = matrices.stream().mapToInt(PackedMatrix::size).sum();
        segments = workers == 0 ? segments() : List.of();
        slices = new float[workers]
                [tasks.stream().mapToInt(BatchGradients::ofOwn).max().orElse(0)];
    }

    /** Whether each slice is one sum for each of some weights, in one panel. */
    private boolean goesAtOnce(PackedMatrix matrix) {
        return replaces(matrix.parameter())
                && matrix.rows().groups() == 1
                && matrix.columns().groups() == 1;
    }

    /** Floats of a slice that has an array of its own. */
    private static int ofOwn(Task task) {
        Placement.Slice slice = task.slice();
        return task.atOnce()
                ? (slice.part().toRow() - slice.part().fromRow())
                        * slice.matrix().panel()
                : 0;
    }

    /**
     * Many rows of pixels are a task each, so that a task finds what it reads in its cache; of one row, which dense layers
     * have, each slice is.
     */
    private void addTasks(PackedMatrix matrix, Product product, int workers) {
        int groups = matrix.rows().groups();
        if (workers > 0 && goesAtOnce(matrix)) {
            for (Placement.Slice slice : new Placement(List.of(matrix)).slices()) {
                PackedMatrix.Part part = slice.part();
                int first = part.fromPanel() * matrix.panelSize() + part.fromRow() * matrix.panel();
                tasks.add(new Task(product, new Placement.Slice(matrix, -first, part), 0, true));
            }
        } else if (groups > 1) {
            PackedMatrix.Part all = new PackedMatrix.Part(0, matrix.rows().perGroup(), 0, matrix.panels());
            Placement.Slice whole = new Placement.Slice(matrix, placement.offset(matrix), all);
            for (int group = 0; group < groups; group++) {
                tasks.add(new Task(product, whole, group, false));
            }
        } else {
            placement.slices().stream()
                    .filter(slice -> slice.matrix().equals(matrix))
                    .forEach(slice -> tasks.add(new Task(product, slice, 0, false)));
        }
    }

    /** Tasks whose sums lie together go to the other sessions together. */
    private List<Segment> segments() {
        List<Segment> all = new ArrayList<>();
        List<Task> taken = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < tasks.size(); i++) {
            taken.add(tasks.get(i));
            PackedMatrix matrix = tasks.get(i).slice().matrix();
            boolean isLast = i + 1 == tasks.size();
            boolean endsMatrix = isLast || !tasks.get(i + 1).slice().matrix().equals(matrix);
            int end = endsMatrix ? placement.offset(matrix) + matrix.size() : end(tasks.get(i));
            boolean mayEnd = endsMatrix || isInOrder(matrix);
            if (isLast || (mayEnd && end - start >= SEGMENT_FLOATS)) {
                all.add(new Segment(end, taken));
                taken.clear();
                start = end;
            }
        }
        return List.copyOf(all);
    }

    /** Whether its slices lie one after the other. */
    private static boolean isInOrder(PackedMatrix matrix) {
        return matrix.rows().groups() == 1 && matrix.columns().groups() == 1;
    }

    /** Of a task's sums, where slices lie one after the other. */
    private static int end(Task task) {
        PackedMatrix.Part part = task.slice().part();
        PackedMatrix matrix = task.slice().matrix();
        return task.slice().offset() + (part.toPanel() - 1) * matrix.panelSize() + part.toRow() * matrix.panel();
    }

    /** The sums that other sessions add to, before they are unpacked. */
    public float[] sums() {
        return sums;
    }

    /** Where the segments end in which the sums go from session to session. */
    public int[] ends() {
        return segments.stream().mapToInt(Segment::end).toArray();
    }

    /**
     * Before the segments of a batch are summed.
     *
     * @param first of this session's samples in the batch
     * @param count how many they are, >= 0
     * @param isFirst whether no other session has added to the sums
     */
    public void begin(int first, int count, boolean isFirst) {
        run.first = first;
        run.count = count;
        goesOn = !isFirst;
    }

    public int tasks(int segment) {
        return segments.get(segment).tasks().size();
    }

    /** As {@link #sum}, for one task of a segment, upon what the sessions before have summed. */
    public void sumSegment(int segment, int task) {
        sum(segments.get(segment).tasks().get(task), sums);
    }

    /** Floats of the sums that are unpacked. */
    public int unpacked() {
        return placement.size();
    }

    public int sumTasks() {
        return tasks.size();
    }

    /**
     * Sums one part of a weight gradient, over the samples that it {@linkplain #begin began} with.
     *
     * @param ofParameters the gradients in the parameters' layouts, to which it goes if nothing is added to it
     */
    public void sum(int worker, int task, float[][] ofParameters) {
        Task t = tasks.get(task);
        float[] into = t.atOnce() ? slices[worker] : sums;
        sum(t, into);
        if (t.atOnce()) {
            forms.unpack(t.slice(), into, ofParameters[t.slice().matrix().parameter()]);
        }
    }

    private void sum(Task t, float[] into) {
        PackedMatrix matrix = t.slice().matrix();
        PackedMatrix.Part part = t.slice().part();
        int rows = part.toRow() - part.fromRow();
        int row = t.group() * matrix.rows().groupStride() + part.fromRow();
        for (int panel = part.fromPanel(); panel < part.toPanel(); panel++) {
            int to = t.slice().offset() + panel * matrix.panelSize() + row * matrix.panel();
            if (!goesOn) {
                Arrays.fill(into, to, to + rows * matrix.panel(), 0);
            }
            t.product().run(t.group(), part.fromRow(), rows, panel * matrix.panel(), run, into, to);
        }
    }

    /** The tasks that unpack, in rounds that go one after the other. */
    public List<List<Placement.Slice>> unpackRounds() {
        return placement.rounds();
    }

    public int unpackTasks() {
        return placement.slices().size();
    }

    /** Whether the whole gradient of a parameter is one of the sums, which then replaces what was there. */
    public boolean replaces(int parameter) {
        return isOneSum[parameter];
    }

    /**
     * Adds one part of what was summed to the gradient in its parameter's layout, or {@linkplain #replaces replaces} it with
     * that.
     */
    public void unpack(Placement.Slice slice, float[][] ofParameters) {
        int parameter = slice.matrix().parameter();
        if (replaces(parameter)) {
            forms.unpack(slice, sums, ofParameters[parameter]);
        } else {
            forms.addUnpacked(slice, sums, ofParameters[parameter]);
        }
    }

    /** Bytes that one of the sums touches, on average: weights written, and the samples' numbers on both sides read. */
    public long bytes(int samples) {
        long ofSample = steps.stream()
                .mapToLong(step -> step.from().layout().floatsPerSample()
                        + step.gradient().layout().floatsPerSample())
                .sum();
        return Float.BYTES * (size + samples * ofSample) / Math.max(1, tasks.size());
    }

    /** Floating point operations of one of the sums, on average. */
    public long flops(int samples) {
        long ofSample =
                steps.stream().mapToLong(step -> StepCost.of(step).flops()).sum();
        return samples * ofSample / Math.max(1, tasks.size());
    }
}

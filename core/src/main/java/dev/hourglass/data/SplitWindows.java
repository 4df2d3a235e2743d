package dev.hourglass.data;

import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Windows of a series cut in two: a sample is a window's first steps, and the {@linkplain #next next} ones are what a
 * composite model learns to predict.
 */
public final class SplitWindows implements Dataset {
    private final Dataset windows;
    private final Shape sample;
    private final Shape next;
    private final ThreadLocal<float[]> windowOfThread;

    private SplitWindows(Dataset windows, Shape sample, Shape next) {
        this.windows = windows;
        this.sample = sample;
        this.next = next;
        windowOfThread =
                ThreadLocal.withInitial(() -> new float[windows.sampleShape().size()]);
    }

    /**
     * @param windows of samples {@code [steps, ...]}
     * @param nextSteps how many of a window's last steps are told apart, 1 to {@code steps - 1}
     * @throws IllegalArgumentException if the samples have no steps, or too few
     */
    public static SplitWindows of(Dataset windows, int nextSteps) {
        Shape whole = windows.sampleShape();
        if (whole.rank() < 2 || nextSteps < 1 || nextSteps >= whole.dimension(0)) {
            throw new IllegalArgumentException("The samples of " + windows.name() + " are " + whole
                    + (whole.rank() < 2
                            ? ", without steps of which the last could be predicted"
                            : ", so the steps to be predicted must be 1 to " + (whole.dimension(0) - 1) + ", got "
                                    + nextSteps));
        }
        return new SplitWindows(windows, withSteps(whole, whole.dimension(0) - nextSteps), withSteps(whole, nextSteps));
    }

    private static Shape withSteps(Shape shape, int steps) {
        int[] dimensions = shape.toArray();
        dimensions[0] = steps;
        return Shape.of(dimensions);
    }

    @Override
    public String name() {
        return windows.name();
    }

    @Override
    public int size() {
        return windows.size();
    }

    @Override
    public Shape sampleShape() {
        return sample;
    }

    @Override
    public Normalization normalization() {
        return windows.normalization();
    }

    @Override
    public void copySample(int index, float[] into, int offset) {
        copy(index, 0, sample.size(), into, offset);
    }

    private void copy(int index, int from, int count, float[] into, int offset) {
        float[] window = windowOfThread.get();
        windows.copySample(index, window, 0);
        System.arraycopy(window, from, into, offset, count);
    }

    @Override
    public Optional<Next> next() {
        return Optional.of(new Next() {
            @Override
            public Shape shape() {
                return next;
            }

            @Override
            public void copy(int index, float[] into, int offset) {
                SplitWindows.this.copy(index, sample.size(), next.size(), into, offset);
            }
        });
    }

    @Override
    public void requireUnchanged() {
        windows.requireUnchanged();
    }

    @Override
    public long storedBytes() {
        return windows.storedBytes();
    }

    @Override
    public boolean hasLabels() {
        return windows.hasLabels();
    }

    @Override
    public int label(int index) {
        return windows.label(index);
    }

    @Override
    public List<String> classNames() {
        return windows.classNames();
    }

    @Override
    public String sampleName(int index) {
        return windows.sampleName(index);
    }

    /** Those of the whole windows: a sample's end is that of the last step that is to be predicted. */
    @Override
    public Optional<SampleTimes> times() {
        return windows.times();
    }

    /** Those of the whole windows. */
    @Override
    public Optional<SamplePlaces> places() {
        return windows.places();
    }

    /** That of the whole windows: their first steps alone would not tell what is learned. */
    @Override
    public String sha256() {
        return windows.sha256();
    }

    @Override
    public Dataset limit(int count) {
        return new SplitWindows(windows.limit(count), sample, next);
    }

    @Override
    public Dataset reshaped(Shape shape) {
        if (shape.equals(sample)) {
            return this;
        }
        throw new IllegalArgumentException("The samples of " + name() + " are the first " + sample.dimension(0)
                + " steps of windows, " + sample + ", and can't be given the shape "
                + Arrays.toString(shape.toArray()));
    }
}

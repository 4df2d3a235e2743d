package dev.hourglass.data;

import dev.hourglass.files.Sha256;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Samples of any numbers, from memory or from a file that is mapped into it, read as 32-bit floats and normalized on
 * the way out. Immutable; what is derived from one shares its numbers.
 */
public final class FloatDataset implements Dataset {
    private final String name;
    private final Shape sampleShape;
    private final Normalization normalization;
    private final SampleStore store;
    private final int @Nullable [] labels;
    private final List<String> classNames;
    private final @Nullable SampleTimes times;
    private final @Nullable SamplePlaces places;

    private FloatDataset(
            String name,
            Shape sampleShape,
            Normalization normalization,
            SampleStore store,
            int @Nullable [] labels,
            List<String> classNames,
            @Nullable SampleTimes times,
            @Nullable SamplePlaces places) {
        this.name = name;
        this.sampleShape = sampleShape;
        this.normalization = normalization;
        this.store = store;
        this.labels = labels;
        this.classNames = List.copyOf(classNames);
        this.times = times;
        this.places = places;
    }

    /**
     * Samples without labels, not normalized.
     *
     * @param samples [samples, sampleShape], at least one sample; owned by the data set from now on
     * @throws ShapeException if the numbers are no whole number of samples
     */
    public static FloatDataset of(String name, Shape sampleShape, float[] samples) {
        if (samples.length == 0 || samples.length % sampleShape.size() != 0) {
            throw new ShapeException(String.format(
                    "Data set '%s' of samples %s needs a multiple of %,d numbers, got %,d. Check the shape.",
                    name, sampleShape, sampleShape.size(), samples.length));
        }
        return of(name, sampleShape, new SampleStore.Array(samples, sampleShape.size()));
    }

    public static FloatDataset of(String name, Shape sampleShape, SampleStore store) {
        return new FloatDataset(name, sampleShape, Normalization.NONE, store, null, List.of(), null, null);
    }

    /**
     * The same samples, normalized like this.
     *
     * @throws ShapeException if it has a scale for each channel and the samples have another number of channels
     */
    public FloatDataset withNormalization(Normalization other) {
        if (other.channels() > 1 && sampleShape.dimension(-1) != other.channels()) {
            throw new ShapeException(String.format(
                    "Samples %s of data set '%s' have %,d channels and can't be normalized with scales for %,d."
                            + " Take the data that the scales were fitted to.",
                    sampleShape, name, sampleShape.dimension(-1), other.channels()));
        }
        return new FloatDataset(name, sampleShape, other, store, labels, classNames, times, places);
    }

    /**
     * The same samples with these labels.
     *
     * @param classes the class of each sample, >= 0; owned by the data set from now on
     * @param names of the classes 0, 1, …; empty if they have none
     * @throws ShapeException if there are not as many labels as samples
     */
    public FloatDataset withLabels(int[] classes, List<String> names) {
        if (classes.length != size()) {
            throw new ShapeException(String.format(
                    "Data set '%s' has %,d samples and needs as many labels, got %,d. Check that they belong together.",
                    name, size(), classes.length));
        }
        return new FloatDataset(name, sampleShape, normalization, store, classes, names, times, places);
    }

    /**
     * Samples {@code from} to {@code to - 1}, such as the first years of a series, which a model learns from.
     *
     * @throws IndexOutOfBoundsException if there are no such samples or none at all between the two
     */
    public FloatDataset range(int from, int to) {
        Objects.checkFromToIndex(from, to, size());
        Objects.checkIndex(from, to);
        return new FloatDataset(
                name,
                sampleShape,
                normalization,
                new SampleStore.Range(store, from, to - from),
                labels == null ? null : Arrays.copyOfRange(labels, from, to),
                classNames,
                times == null ? null : times.range(from, to),
                places == null ? null : places.range(from, to));
    }

    /** Some of the samples, in this order; their times and places are left out. */
    public FloatDataset select(int[] indices) {
        int[] chosen = indices.clone();
        int[] all = labels;
        return new FloatDataset(
                name,
                sampleShape,
                normalization,
                new SampleStore.Selection(store, chosen),
                all == null
                        ? null
                        : Arrays.stream(chosen).map(index -> all[index]).toArray(),
                classNames,
                null,
                null);
    }

    /**
     * A series, whose steps are the samples [features] of this data set, cut into windows [steps, features]. Steps at
     * the end that fill no window are left out. A window's label is the commonest of its steps, the smallest of equally
     * common ones.
     *
     * @param steps the length of a window, >= 1
     * @param stride from the beginning of one window to that of the next, >= 1; below {@code steps} they overlap
     * @throws ShapeException if the samples aren't [features] or there are not as many as one window needs
     */
    public FloatDataset windows(int steps, int stride) {
        if (steps < 1 || stride < 1) {
            throw new ShapeException("Windows need steps and stride >= 1, got " + steps + " and " + stride + ".");
        }
        if (sampleShape.rank() != 1 || size() < steps) {
            throw new ShapeException(String.format(
                    "A window of %,d steps needs a series of at least as many steps, each [features]; '%s' has %,d of"
                            + " %s. Choose shorter windows or a longer series.",
                    steps, name, size(), sampleShape));
        }
        List<int[]> whole = List.of(new int[] {0, size()});
        return cut(Cuts.windows(whole, steps, stride, false), LabelRule.MAJORITY, 0);
    }

    /**
     * A series, whose steps are the samples [features] of this data set, cut into samples [steps, features].
     *
     * @param rule which label a sample gets
     * @param usual the class that counts as none for {@link LabelRule#ANY}
     * @throws ShapeException if the samples aren't [features]
     */
    public FloatDataset cut(Cuts cuts, LabelRule rule, int usual) {
        if (sampleShape.rank() != 1) {
            throw new ShapeException("Only a series of steps [features] can be cut, and the samples of '" + name
                    + "' are " + sampleShape + ". Leave the window out.");
        }
        int[] each = labels == null
                ? null
                : IntStream.range(0, cuts.count())
                        .map(i -> label(rule, usual, labels, cuts.start(i), cuts.start(i) + cuts.length(i)))
                        .toArray();
        return new FloatDataset(
                name,
                Shape.of(cuts.steps(), sampleShape.size()),
                normalization,
                new SampleStore.Windows(store, cuts),
                each,
                classNames,
                times == null ? null : times.windows(cuts),
                places(cuts));
    }

    /** Samples of this that were cut or left out before are rows of their own kind. */
    private SamplePlaces places(Cuts cuts) {
        SamplePlaces known = places;
        boolean whole = known != null && known.size() == known.rows().count();
        SamplePlaces cut = SamplePlaces.of(known != null && whole ? known.rows() : SourceRows.plain(size()), cuts);
        return labels == null ? cut : cut.withLabels(labels);
    }

    private static int label(LabelRule rule, int usual, int[] labels, int from, int to) {
        return switch (rule) {
            case MAJORITY -> commonest(labels, from, to);
            case LAST -> labels[to - 1];
            case ANY -> {
                int[] others = Arrays.stream(labels, from, to)
                        .filter(label -> label != usual)
                        .toArray();
                yield others.length == 0 ? usual : commonest(others, 0, others.length);
            }
        };
    }

    private static int commonest(int[] labels, int from, int to) {
        Map<Integer, Integer> counts = new TreeMap<>();
        for (int i = from; i < to; i++) {
            counts.merge(labels[i], 1, Integer::sum);
        }
        int best = labels[from];
        int most = 0;
        for (Map.Entry<Integer, Integer> entry : counts.entrySet()) {
            if (entry.getValue() > most) {
                best = entry.getKey();
                most = entry.getValue();
            }
        }
        return best;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return store.size();
    }

    @Override
    public Shape sampleShape() {
        return sampleShape;
    }

    @Override
    public Normalization normalization() {
        return normalization;
    }

    @Override
    public void copySample(int index, float[] into, int offset) {
        Objects.checkIndex(index, store.size());
        Objects.checkFromIndexSize(offset, store.sampleSize(), into.length);
        store.copy(index, into, offset, normalization);
    }

    /** As {@link #copySample}, not normalized. */
    public void copyStored(int index, float[] into, int offset) {
        Objects.checkIndex(index, store.size());
        Objects.checkFromIndexSize(offset, store.sampleSize(), into.length);
        store.copy(index, into, offset);
    }

    /** As {@link #copyStored(int, float[], int)}, in double precision. */
    public void copyStored(int index, double[] into, int offset) {
        Objects.checkIndex(index, store.size());
        Objects.checkFromIndexSize(offset, store.sampleSize(), into.length);
        store.copy(index, into, offset);
    }

    /** The same samples with the times at which they were measured. */
    public FloatDataset withTimes(SampleTimes measured) {
        if (measured.size() != size()) {
            throw new ShapeException("Data set '" + name + "' has " + size() + " samples and needs as many times, got "
                    + measured.size() + ".");
        }
        return new FloatDataset(name, sampleShape, normalization, store, labels, classNames, measured, places);
    }

    @Override
    public Optional<SampleTimes> times() {
        return Optional.ofNullable(times);
    }

    /**
     * The same samples, each a row of a series.
     *
     * @param rows as many as there are samples
     */
    public FloatDataset withRows(SourceRows rows) {
        if (rows.count() != size()) {
            throw new ShapeException("Data set '" + name + "' has " + size() + " samples and needs as many rows, got "
                    + rows.count() + ".");
        }
        return new FloatDataset(
                name, sampleShape, normalization, store, labels, classNames, times, SamplePlaces.each(rows));
    }

    @Override
    public Optional<SamplePlaces> places() {
        return Optional.ofNullable(places);
    }

    @Override
    public void requireUnchanged() {
        store.requireUnchanged();
    }

    @Override
    public long storedBytes() {
        return store.storedBytes();
    }

    @Override
    public boolean hasLabels() {
        return labels != null;
    }

    /** @throws IllegalStateException if the data set has no labels */
    @Override
    public int label(int index) {
        Objects.checkIndex(index, size());
        if (labels == null) {
            throw new IllegalStateException("Data set '" + name + "' has no labels. Ask hasLabels() first.");
        }
        return labels[index];
    }

    /** The class that most samples have, the smallest of equally common ones. Only if {@link #hasLabels}. */
    int commonestLabel() {
        if (labels == null) {
            throw new IllegalStateException("Data set '" + name + "' has no labels. Ask hasLabels() first.");
        }
        return commonest(labels, 0, labels.length);
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public String sampleName(int index) {
        Objects.checkIndex(index, size());
        return store.name(index);
    }

    /**
     * Over the samples as 32-bit floats, or as doubles where they have more digits, then the labels as 32-bit integers,
     * little-endian; computed at each call.
     */
    @Override
    public String sha256() {
        Sha256 digest = new Sha256();
        int each = store.sampleSize();
        float[] floats = new float[store.isDouble() ? 0 : each];
        double[] doubles = new double[store.isDouble() ? each : 0];
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * floats.length + Double.BYTES * doubles.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size(); i++) {
            if (store.isDouble()) {
                store.copy(i, doubles, 0);
                bytes.asDoubleBuffer().put(doubles);
            } else {
                store.copy(i, floats, 0);
                bytes.asFloatBuffer().put(floats);
            }
            digest.update(bytes.array(), 0, bytes.capacity());
        }
        requireUnchanged();
        if (labels != null) {
            ByteBuffer classes = ByteBuffer.allocate(Integer.BYTES * size()).order(ByteOrder.LITTLE_ENDIAN);
            classes.asIntBuffer().put(labels, 0, size());
            digest.update(classes.array(), 0, classes.capacity());
        }
        return digest.toHex();
    }

    /** @throws IllegalArgumentException if the count is below 1 */
    @Override
    public FloatDataset limit(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a data set is limited to >= 1 samples, got " + count);
        }
        return count >= size() ? this : range(0, count);
    }

    /** @throws ShapeException if the shape is of another size */
    @Override
    public FloatDataset reshaped(Shape shape) {
        if (shape.size() != sampleShape.size()) {
            throw new ShapeException(String.format(
                    "Samples of data set '%s' are %s = %,d numbers and can't become %s = %,d. Choose a shape of the"
                            + " same size.",
                    name, sampleShape, sampleShape.size(), shape, shape.size()));
        }
        return new FloatDataset(name, shape, normalization, store, labels, classNames, times, places);
    }
}

package dev.hourglass.data;

import dev.hourglass.files.Sha256;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Samples kept as bytes 0..255, such as the pixels of images, and normalized on the way out by a table of the 256
 * values that {@link Normalization} gives them. Immutable; what {@link #limit} and {@link #reshaped} return shares
 * the arrays.
 */
public final class ByteDataset implements Dataset {
    private static final int BYTES = 256;

    private final String name;
    private final Shape sampleShape;
    private final Normalization normalization;
    private final float[] normalized;
    private final Content content;
    private final List<String> classNames;

    private ByteDataset(
            String name,
            Shape sampleShape,
            Normalization normalization,
            float[] normalized,
            Content content,
            List<String> classNames) {
        this.name = name;
        this.sampleShape = sampleShape;
        this.normalization = normalization;
        this.normalized = normalized;
        this.content = content;
        this.classNames = List.copyOf(classNames);
    }

    /**
     * Samples without labels.
     *
     * @param name such as {@code mnist:train}
     * @param samples [samples, sampleShape], unsigned, at least one sample; owned by the data set from now on
     * @throws ShapeException if the bytes are no whole number of samples
     */
    public static ByteDataset of(String name, Shape sampleShape, Normalization normalization, byte[] samples) {
        if (samples.length == 0 || samples.length % sampleShape.size() != 0) {
            throw new ShapeException(String.format(
                    "Data set '%s' of samples %s needs a multiple of %,d bytes, got %,d. Check the shape.",
                    name, sampleShape, sampleShape.size(), samples.length));
        }
        Content content =
                new Content(samples, null, List.of(), samples.length / sampleShape.size(), sampleShape.size());
        return new ByteDataset(
                name, sampleShape, normalization, table(name, sampleShape, normalization), content, List.of());
    }

    /** [value, channel], so that neighbours in a sample are neighbours here. */
    private static float[] table(String name, Shape sampleShape, Normalization normalization) {
        int channels = normalization.channels();
        if (channels > 1 && sampleShape.dimension(-1) != channels) {
            throw new ShapeException(String.format(
                    "Samples %s of data set '%s' have %,d channels and can't be normalized with scales for %,d."
                            + " Take the data that the scales were fitted to.",
                    sampleShape, name, sampleShape.dimension(-1), channels));
        }
        float[] normalized = new float[BYTES * channels];
        for (int value = 0; value < BYTES; value++) {
            Arrays.fill(normalized, value * channels, (value + 1) * channels, value);
        }
        normalization.apply(normalized, 0, normalized.length);
        return normalized;
    }

    /**
     * The same samples, normalized like this.
     *
     * @throws ShapeException if it has a scale for each channel and the samples have another number of channels
     */
    public ByteDataset withNormalization(Normalization other) {
        return new ByteDataset(name, sampleShape, other, table(name, sampleShape, other), content, classNames);
    }

    /**
     * The same samples with these labels.
     *
     * @param labels the class of each sample, unsigned; owned by the data set from now on
     * @throws ShapeException if there are not as many labels as samples
     */
    public ByteDataset withLabels(byte[] labels) {
        if (labels.length != size()) {
            throw new ShapeException(String.format(
                    "Data set '%s' has %,d samples and needs as many labels, got %,d. Check that they belong together.",
                    name, size(), labels.length));
        }
        return with(sampleShape, new Content(content.samples, labels, content.names, content.size, content.sampleSize));
    }

    /**
     * The same samples with these names; see {@link #sampleName}.
     *
     * @throws ShapeException if there are not as many names as samples
     */
    public ByteDataset withSampleNames(List<String> names) {
        if (names.size() != size()) {
            throw new ShapeException(String.format(
                    "Data set '%s' has %,d samples and needs as many names, got %,d. Check that they belong together.",
                    name, size(), names.size()));
        }
        return with(
                sampleShape,
                new Content(content.samples, content.labels, List.copyOf(names), content.size, content.sampleSize));
    }

    /** The same samples with these names of the classes 0, 1, …; empty if they have none. */
    public ByteDataset withClassNames(List<String> names) {
        return new ByteDataset(name, sampleShape, normalization, normalized, content, names);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int size() {
        return content.size;
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
        Objects.checkIndex(index, content.size);
        Objects.checkFromIndexSize(offset, content.sampleSize, into.length);
        int from = index * content.sampleSize;
        int channels = normalization.channels();
        if (channels == 1) {
            for (int i = 0; i < content.sampleSize; i++) {
                into[offset + i] = normalized[Byte.toUnsignedInt(content.samples[from + i])];
            }
            return;
        }
        for (int i = 0; i < content.sampleSize; i++) {
            int value = Byte.toUnsignedInt(content.samples[from + i]);
            into[offset + i] = normalized[value * channels + i % channels];
        }
    }

    @Override
    public long storedBytes() {
        return (long) content.size * content.sampleSize;
    }

    @Override
    public boolean hasLabels() {
        return content.labels != null;
    }

    /** @throws IllegalStateException if the data set has no labels */
    @Override
    public int label(int index) {
        Objects.checkIndex(index, content.size);
        if (content.labels == null) {
            throw new IllegalStateException("Data set '" + name + "' has no labels. Ask hasLabels() first.");
        }
        return Byte.toUnsignedInt(content.labels[index]);
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public String sampleName(int index) {
        Objects.checkIndex(index, content.size);
        return content.names.isEmpty() ? "" : content.names.get(index);
    }

    /**
     * Over the bytes of the samples, then those of the labels, without any header: for whole IDX files what
     * {@code (tail -c +17 IMAGES; tail -c +9 LABELS) | sha256sum} prints. Computed at the first call.
     */
    @Override
    public String sha256() {
        return content.sha256();
    }

    /**
     * @param count >= 1
     * @throws IllegalArgumentException if the count is below 1
     */
    @Override
    public ByteDataset limit(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("a data set is limited to >= 1 samples, got " + count);
        }
        return count >= size()
                ? this
                : with(
                        sampleShape,
                        new Content(content.samples, content.labels, content.names, count, content.sampleSize));
    }

    /** Some of the samples, in this order; copied. */
    public ByteDataset select(int[] indices) {
        byte[] samples = new byte[Math.multiplyExact(indices.length, content.sampleSize)];
        byte[] labels = content.labels == null ? null : new byte[indices.length];
        for (int i = 0; i < indices.length; i++) {
            int index = Objects.checkIndex(indices[i], content.size);
            System.arraycopy(
                    content.samples, index * content.sampleSize, samples, i * content.sampleSize, content.sampleSize);
            if (labels != null && content.labels != null) {
                labels[i] = content.labels[index];
            }
        }
        List<String> names = content.names.isEmpty()
                ? List.of()
                : Arrays.stream(indices).mapToObj(content.names::get).toList();
        return with(sampleShape, new Content(samples, labels, names, indices.length, content.sampleSize));
    }

    /** @throws ShapeException if the shape is of another size */
    @Override
    public ByteDataset reshaped(Shape shape) {
        if (shape.size() != sampleShape.size()) {
            throw new ShapeException(String.format(
                    "Samples of data set '%s' are %s = %,d numbers and can't become %s = %,d. Choose a shape of the"
                            + " same size.",
                    name, sampleShape, sampleShape.size(), shape, shape.size()));
        }
        return with(shape, content);
    }

    private ByteDataset with(Shape shape, Content other) {
        return new ByteDataset(name, shape, normalization, normalized, other, classNames);
    }

    /** The first {@code size} samples of an array, with their digest once somebody asked for it. */
    private static final class Content {
        private final byte[] samples;
        private final byte @Nullable [] labels;
        private final List<String> names;
        private final int size;
        private final int sampleSize;
        private @Nullable String sha256;

        Content(byte[] samples, byte @Nullable [] labels, List<String> names, int size, int sampleSize) {
            this.samples = samples;
            this.labels = labels;
            this.names = names;
            this.size = size;
            this.sampleSize = sampleSize;
        }

        synchronized String sha256() {
            if (sha256 == null) {
                Sha256 digest = new Sha256();
                digest.update(samples, 0, size * sampleSize);
                if (labels != null) {
                    digest.update(labels, 0, size);
                }
                sha256 = digest.toHex();
            }
            return sha256;
        }
    }
}

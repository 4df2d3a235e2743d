package dev.hourglass.data;

import dev.hourglass.tensor.Normalization;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;

/** Samples of equal size as they are stored, not normalized. Read from any thread. */
public interface SampleStore {
    int size();

    /** How many numbers a sample has. */
    int sampleSize();

    /** Writes one sample from {@code offset} on; index and room were checked. */
    void copy(int index, float[] into, int offset);

    /** As {@link Dataset#sampleName}. */
    default String name(int index) {
        return "";
    }

    /** The same in double precision, where the numbers have it. */
    default void copy(int index, double[] into, int offset) {
        float[] sample = new float[sampleSize()];
        copy(index, sample, 0);
        for (int i = 0; i < sample.length; i++) {
            into[offset + i] = sample[i];
        }
    }

    /** The same, normalized. */
    default void copy(int index, float[] into, int offset, Normalization normalization) {
        copy(index, into, offset);
        normalization.apply(into, offset, sampleSize());
    }

    /** Whether numbers have more digits than those of 32 bits. */
    default boolean isDouble() {
        return false;
    }

    /** As {@link Dataset#storedBytes}. */
    default long storedBytes() {
        return (long) size() * sampleSize() * Float.BYTES;
    }

    /** As {@link Dataset#requireUnchanged}. */
    void requireUnchanged();

    /** Samples one after the other in an array. */
    record Array(float[] values, int sampleSize) implements SampleStore {
        @Override
        public int size() {
            return values.length / sampleSize;
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            System.arraycopy(values, index * sampleSize, into, offset, sampleSize);
        }

        @Override
        public void requireUnchanged() {
            // Nobody else has the array.
        }
    }

    /**
     * The same in double precision, in memory or in a file that nobody else has: of what a large offset leaves of a small
     * change, 32 bits would lose all.
     */
    record Doubles(MemorySegment values, int sampleSize) implements SampleStore {
        @Override
        public int size() {
            return (int) (values.byteSize() / Double.BYTES / sampleSize);
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            long at = (long) index * sampleSize;
            for (int i = 0; i < sampleSize; i++) {
                into[offset + i] = (float) values.getAtIndex(ValueLayout.JAVA_DOUBLE, at + i);
            }
        }

        @Override
        public void copy(int index, double[] into, int offset) {
            long at = (long) index * sampleSize * Double.BYTES;
            MemorySegment.copy(values, ValueLayout.JAVA_DOUBLE, at, into, offset, sampleSize);
        }

        @Override
        public void copy(int index, float[] into, int offset, Normalization normalization) {
            normalization.apply(values, (long) index * sampleSize, into, offset, sampleSize);
        }

        @Override
        public long storedBytes() {
            return values.byteSize();
        }

        @Override
        public boolean isDouble() {
            return true;
        }

        @Override
        public void requireUnchanged() {
            // Nobody else has the array.
        }
    }

    /** Samples {@code from} to {@code from + size - 1} of another store. */
    record Range(SampleStore store, int from, int size) implements SampleStore {
        public Range {
            Objects.checkFromIndexSize(from, size, store.size());
        }

        @Override
        public int sampleSize() {
            return store.sampleSize();
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            store.copy(from + index, into, offset);
        }

        @Override
        public String name(int index) {
            return store.name(from + index);
        }

        @Override
        public void copy(int index, double[] into, int offset) {
            store.copy(from + index, into, offset);
        }

        @Override
        public void copy(int index, float[] into, int offset, Normalization normalization) {
            store.copy(from + index, into, offset, normalization);
        }

        @Override
        public long storedBytes() {
            return (long) ((double) store.storedBytes() / store.size() * size);
        }

        @Override
        public boolean isDouble() {
            return store.isDouble();
        }

        @Override
        public void requireUnchanged() {
            store.requireUnchanged();
        }
    }

    /** Some samples of another store, in the order of their indices; owned. */
    record Selection(SampleStore store, int[] indices) implements SampleStore {
        public Selection {
            for (int index : indices) {
                Objects.checkIndex(index, store.size());
            }
        }

        @Override
        public int size() {
            return indices.length;
        }

        @Override
        public int sampleSize() {
            return store.sampleSize();
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            store.copy(indices[index], into, offset);
        }

        @Override
        public String name(int index) {
            return store.name(indices[index]);
        }

        @Override
        public void copy(int index, double[] into, int offset) {
            store.copy(indices[index], into, offset);
        }

        @Override
        public void copy(int index, float[] into, int offset, Normalization normalization) {
            store.copy(indices[index], into, offset, normalization);
        }

        @Override
        public boolean isDouble() {
            return store.isDouble();
        }

        @Override
        public void requireUnchanged() {
            store.requireUnchanged();
        }
    }

    /** Each sample is some neighbours of another store. */
    record Windows(SampleStore series, Cuts cuts) implements SampleStore {
        @Override
        public int size() {
            return cuts.count();
        }

        @Override
        public int sampleSize() {
            return cuts.steps() * series.sampleSize();
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            int each = series.sampleSize();
            int start = cuts.start(index);
            int length = cuts.length(index);
            for (int step = 0; step < length; step++) {
                series.copy(start + step, into, offset + step * each);
            }
            Arrays.fill(into, offset + length * each, offset + sampleSize(), cuts.filling());
        }

        @Override
        public void copy(int index, double[] into, int offset) {
            int each = series.sampleSize();
            int start = cuts.start(index);
            int length = cuts.length(index);
            for (int step = 0; step < length; step++) {
                series.copy(start + step, into, offset + step * each);
            }
            Arrays.fill(into, offset + length * each, offset + sampleSize(), cuts.filling());
        }

        @Override
        public void copy(int index, float[] into, int offset, Normalization normalization) {
            int each = series.sampleSize();
            int start = cuts.start(index);
            int length = cuts.length(index);
            for (int step = 0; step < length; step++) {
                series.copy(start + step, into, offset + step * each, normalization);
            }
            Arrays.fill(into, offset + length * each, offset + sampleSize(), cuts.filling());
        }

        @Override
        public long storedBytes() {
            return series.storedBytes();
        }

        @Override
        public boolean isDouble() {
            return series.isDouble();
        }

        @Override
        public void requireUnchanged() {
            series.requireUnchanged();
        }
    }
}

package dev.hourglass.data;

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
        public void requireUnchanged() {
            store.requireUnchanged();
        }
    }

    /** Each sample is {@code steps} neighbours of another store, and the next one begins {@code stride} further. */
    record Windows(SampleStore series, int steps, int stride) implements SampleStore {
        @Override
        public int size() {
            return (series.size() - steps) / stride + 1;
        }

        @Override
        public int sampleSize() {
            return steps * series.sampleSize();
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            for (int step = 0; step < steps; step++) {
                series.copy(index * stride + step, into, offset + step * series.sampleSize());
            }
        }

        @Override
        public void requireUnchanged() {
            series.requireUnchanged();
        }
    }
}

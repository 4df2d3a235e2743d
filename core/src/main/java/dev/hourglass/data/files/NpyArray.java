package dev.hourglass.data.files;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SampleStore;
import dev.hourglass.files.FileStamp;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;

/**
 * An NPY array: its header and its numbers, in memory or in a file that is mapped into memory.
 *
 * @param place for messages: the file, and which of its arrays
 * @param bytes from the beginning of the header on
 */
record NpyArray(String place, NpyHeader header, MemorySegment bytes, FileStamp stamp) {
    /** As {@link NpyFile#open}. */
    FloatDataset samples(String name) {
        List<Integer> shape = header.shape();
        int[] sample = shape.size() == 1
                ? new int[] {1}
                : shape.subList(1, shape.size()).stream().mapToInt(i -> i).toArray();
        Shape sampleShape = shapeOf(sample);
        FloatDataset data = FloatDataset.of(name, sampleShape, new Store(this, sampleShape.size()));
        return header.type() == NpyType.U1 ? data.withNormalization(Normalization.PIXELS) : data;
    }

    private Shape shapeOf(int[] dimensions) {
        try {
            return Shape.of(dimensions);
        } catch (ShapeException e) {
            throw new CorruptFileException(
                    place,
                    "samples that fit an array",
                    String.valueOf(e.getMessage()),
                    "Split them into smaller ones.");
        }
    }

    /** As {@link NpyFile#readLabels}. */
    int[] labels() {
        boolean column = header.shape().size() == 2 && header.shape().get(1) == 1;
        if (!header.type().isWhole() || !(column || header.shape().size() == 1)) {
            throw new CorruptFileException(
                    place,
                    "labels as whole numbers [samples]",
                    header.type().code() + " " + header.shape(),
                    "Save the classes, such as labels.astype('uint8').");
        }
        try {
            int[] labels = readLabels();
            FileStamp.awaitFault();
            stamp.requireUnchanged();
            return labels;
        } catch (InternalError e) {
            throw stamp.cutShort(e);
        }
    }

    private int[] readLabels() {
        int[] labels = new int[header.shape().getFirst()];
        for (int i = 0; i < labels.length; i++) {
            long at = header.bytes() + (long) i * header.type().bytes();
            long label = header.type().bits(bytes, at, header.order());
            if (label < 0 || label > Integer.MAX_VALUE) {
                throw new CorruptFileException(
                        place,
                        "labels of 0 to 2,147,483,647",
                        String.format(Locale.ROOT, "%,d for sample %,d", label, i),
                        "Number the classes from 0.");
            }
            labels[i] = (int) label;
        }
        return labels;
    }

    private static final class Store implements SampleStore {
        private static final long LOOK_EVERY_NANOS = 100_000_000;
        /** Asking the clock at each of a window's steps would take longer than to copy it. */
        private static final int COPIES_BEFORE_A_LOOK = 64;

        private final NpyArray array;
        private final int sampleSize;
        private volatile long lookedNanos = System.nanoTime();
        /** Of all threads, about: none waits for another to count. */
        private int copies;

        Store(NpyArray array, int sampleSize) {
            this.array = array;
            this.sampleSize = sampleSize;
        }

        @Override
        public int size() {
            return array.header.shape().getFirst();
        }

        @Override
        public int sampleSize() {
            return sampleSize;
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            NpyHeader header = array.header;
            reading(() -> header.type().copy(array.bytes, at(index), header.order(), into, offset, sampleSize));
        }

        @Override
        public void copy(int index, double[] into, int offset) {
            NpyHeader header = array.header;
            reading(() -> header.type().copy(array.bytes, at(index), header.order(), into, offset, sampleSize));
        }

        @Override
        public void copy(int index, float[] into, int offset, Normalization normalization) {
            if (!isDouble() || normalization.isNone() || normalization.isPixels()) {
                copy(index, into, offset);
                normalization.apply(into, offset, sampleSize);
            } else if (isInPlace()) {
                reading(() -> normalization.apply(array.bytes, at(index) / Double.BYTES, into, offset, sampleSize));
            } else {
                double[] exact = new double[sampleSize];
                copy(index, exact, 0);
                normalization.apply(MemorySegment.ofArray(exact), 0, into, offset, sampleSize);
            }
        }

        @Override
        public boolean isDouble() {
            return array.header.type().isDouble();
        }

        /** Whether the file has doubles as the processor reads them. */
        private boolean isInPlace() {
            NpyHeader header = array.header;
            return header.type() == NpyType.F8
                    && header.order() == ByteOrder.nativeOrder()
                    && array.bytes.isNative()
                    && array.bytes.address() % Double.BYTES == 0
                    && header.bytes() % Double.BYTES == 0;
        }

        private long at(int index) {
            NpyHeader header = array.header;
            return header.bytes() + (long) index * sampleSize * header.type().bytes();
        }

        private void reading(Runnable copying) {
            try {
                copying.run();
                FileStamp.awaitFault();
            } catch (InternalError e) {
                throw array.stamp.cutShort(e); // the JVM's answer to a page that the file no longer has
            }
            if (++copies % COPIES_BEFORE_A_LOOK == 0 && System.nanoTime() - lookedNanos > LOOK_EVERY_NANOS) {
                lookedNanos = System.nanoTime();
                requireUnchanged();
            }
        }

        @Override
        public long storedBytes() {
            return (long) size() * sampleSize * array.header.type().bytes();
        }

        @Override
        public void requireUnchanged() {
            array.stamp.requireUnchanged();
        }
    }
}

package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SampleStore;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileStamp;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Reader of NumPy's NPY format, versions 1 to 3: arrays of whole numbers or fractions, little- or big-endian, in C
 * order. The file is mapped into memory and not read before its samples are, so it may be larger than the memory. Whether
 * it still is the file that was opened is looked at ten times a second while samples are read, and whenever
 * {@link FloatDataset#requireUnchanged} asks. Nothing in it is evaluated, and its header is held against the length of the
 * file before anything is allocated.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">numpy.lib.format</a>
 */
public final class NpyFile {
    private NpyFile() {}

    /**
     * The first dimension counts the samples; those of a plain row of numbers are [1]. Bytes (uint8) are normalized as
     * pixels, all other numbers are taken as they are.
     *
     * @return named as the file, without labels
     * @throws CorruptFileException if the file is not what it has to be
     * @throws DatasetException if it can't be read
     */
    public static FloatDataset open(Path file) {
        Mapped mapped = map(file);
        List<Integer> shape = mapped.header.shape();
        int[] sample = shape.size() == 1
                ? new int[] {1}
                : shape.subList(1, shape.size()).stream().mapToInt(i -> i).toArray();
        Shape sampleShape = shapeOf(file, sample);
        FloatDataset data =
                FloatDataset.of(String.valueOf(file.getFileName()), sampleShape, new Store(mapped, sampleShape.size()));
        return mapped.header.type() == NpyType.U1 ? data.withNormalization(Normalization.PIXELS) : data;
    }

    /**
     * Classes of samples: whole numbers [samples] or [samples, 1].
     *
     * @throws CorruptFileException if the file is not what it has to be or a label is below 0 or above 2,147,483,647
     * @throws DatasetException if it can't be read
     */
    public static int[] readLabels(Path file) {
        Mapped mapped = map(file);
        NpyHeader header = mapped.header;
        boolean column = header.shape().size() == 2 && header.shape().get(1) == 1;
        if (!header.type().isWhole() || !(column || header.shape().size() == 1)) {
            throw new CorruptFileException(
                    file,
                    "labels as whole numbers [samples]",
                    header.type().code() + " " + header.shape(),
                    "Save the classes, such as labels.astype('uint8').");
        }
        try {
            int[] labels = labels(file, mapped);
            FileStamp.awaitFault();
            mapped.stamp.requireUnchanged();
            return labels;
        } catch (InternalError e) {
            throw mapped.stamp.cutShort(e);
        }
    }

    private static int[] labels(Path file, Mapped mapped) {
        NpyHeader header = mapped.header;
        int[] labels = new int[header.shape().getFirst()];
        for (int i = 0; i < labels.length; i++) {
            long at = header.bytes() + (long) i * header.type().bytes();
            long label = header.type().bits(mapped.bytes, at, header.order());
            if (label < 0 || label > Integer.MAX_VALUE) {
                throw new CorruptFileException(
                        file,
                        "labels of 0 to 2,147,483,647",
                        String.format(Locale.ROOT, "%,d for sample %,d", label, i),
                        "Number the classes from 0.");
            }
            labels[i] = (int) label;
        }
        return labels;
    }

    /** @param bytes the whole file; unmapped when nobody holds it any more */
    private record Mapped(NpyHeader header, MemorySegment bytes, FileStamp stamp) {}

    private static Mapped map(Path file) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new DatasetException("Can't read " + file + ": expected a file. Give the path of an NPY file.");
        }
        try (FileChannel channel = FileChannel.open(file)) {
            FileStamp stamp = FileStamp.of(file);
            long length = channel.size();
            ByteBuffer beginning = ByteBuffer.allocate((int) Math.min(length, NpyHeader.MAX_BYTES));
            while (beginning.hasRemaining() && channel.read(beginning, beginning.position()) >= 0) {
                // One call may read less.
            }
            NpyHeader header = NpyHeader.read(file, beginning.array(), length);
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, length, Arena.ofAuto());
            stamp.requireUnchanged();
            return new Mapped(header, bytes, stamp);
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't read " + file + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
        }
    }

    private static Shape shapeOf(Path file, int[] dimensions) {
        try {
            return Shape.of(dimensions);
        } catch (ShapeException e) {
            throw new CorruptFileException(
                    file, "samples that fit an array", String.valueOf(e.getMessage()), "Split them into smaller ones.");
        }
    }

    private static final class Store implements SampleStore {
        private static final long LOOK_EVERY_NANOS = 100_000_000;
        /** Asking the clock at each of a window's steps would take longer than to copy it. */
        private static final int COPIES_BEFORE_A_LOOK = 64;

        private final Mapped file;
        private final int sampleSize;
        private volatile long lookedNanos = System.nanoTime();
        /** Of all threads, about: none waits for another to count. */
        private int copies;

        Store(Mapped file, int sampleSize) {
            this.file = file;
            this.sampleSize = sampleSize;
        }

        @Override
        public int size() {
            return file.header.shape().getFirst();
        }

        @Override
        public int sampleSize() {
            return sampleSize;
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            NpyHeader header = file.header;
            long at = header.bytes() + (long) index * sampleSize * header.type().bytes();
            try {
                header.type().copy(file.bytes, at, header.order(), into, offset, sampleSize);
                FileStamp.awaitFault();
            } catch (InternalError e) {
                throw file.stamp.cutShort(e); // the JVM's answer to a page that the file no longer has
            }
            if (++copies % COPIES_BEFORE_A_LOOK == 0 && System.nanoTime() - lookedNanos > LOOK_EVERY_NANOS) {
                lookedNanos = System.nanoTime();
                requireUnchanged();
            }
        }

        @Override
        public void requireUnchanged() {
            file.stamp.requireUnchanged();
        }
    }
}

package dev.hourglass.data.images;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SampleStore;
import dev.hourglass.data.ScratchFile;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pictures as samples, a byte or two each number: in memory while they are few, else in a file for the time being that is
 * mapped into memory, so that there may be more than memory holds.
 *
 * <p>Numbers are given as those of 8 bits, 0 to 255, in 257 steps each where they have 16, so that a model takes either.
 */
final class PixelStore implements SampleStore {
    /** Until all are written; null where they are in memory. */
    private ScratchFile.@Nullable Writer writer;

    private MemorySegment pixels;
    private final byte[] inMemory;
    private final boolean deep;
    private final int sampleSize;
    private List<String> names = List.of();

    private PixelStore(ScratchFile.@Nullable Writer writer, byte[] inMemory, boolean deep, int sampleSize) {
        this.writer = writer;
        this.inMemory = inMemory;
        pixels = MemorySegment.ofArray(inMemory);
        this.deep = deep;
        this.sampleSize = sampleSize;
    }

    /**
     * Room for samples.
     *
     * @param deep whether they have 16 bits
     * @throws DatasetException if the disk has no room for them
     */
    static PixelStore of(int samples, int sampleSize, boolean deep) {
        long bytes = (long) samples * sampleSize * (deep ? Short.BYTES : 1);
        if (bytes <= ScratchFile.MOST_BYTES_IN_MEMORY) {
            return new PixelStore(null, new byte[(int) bytes], deep, sampleSize);
        }
        return new PixelStore(ScratchFile.writer(bytes, "pictures"), new byte[0], deep, sampleSize);
    }

    /** Whether samples have 8 bits. */
    boolean isBytes() {
        return !deep;
    }

    /** Whether all samples have 8 bits and lie in memory. */
    boolean isBytesInMemory() {
        return inMemory.length > 0 && !deep;
    }

    /** From any thread, each sample by one of them, before any is moved. */
    void put(int index, Picture picture) {
        if (deep) {
            byte[] bytes = new byte[sampleSize * Short.BYTES];
            char[] numbers = picture.deep().numbers();
            MemorySegment.copy(
                    numbers, 0, MemorySegment.ofArray(bytes), ValueLayout.JAVA_CHAR_UNALIGNED, 0, sampleSize);
            put(index, bytes);
        } else {
            put(index, picture.pixels());
        }
    }

    /** The same of a picture's bytes as they are kept; see {@link #isBytes}. */
    void put(int index, byte[] picture) {
        long at = (long) index * picture.length;
        if (writer != null) {
            // Pages that are written whole need not be read or zeroed first, as those of a mapping are.
            writer.write(picture, at);
        } else {
            MemorySegment.copy(picture, 0, pixels, ValueLayout.JAVA_BYTE, at, picture.length);
        }
    }

    /** Where all pixels lie, once they are written. */
    private MemorySegment written() {
        if (writer != null) {
            pixels = writer.finish();
            writer = null;
        }
        return pixels;
    }

    /** Puts a sample into another place, to close a gap. */
    void move(int from, int to) {
        long bytes = (long) sampleSize * (deep ? Short.BYTES : 1);
        if (from != to) {
            MemorySegment.copy(written(), from * bytes, written(), to * bytes, bytes);
        }
    }

    /** @param samples that there are, with their names */
    PixelStore finished(List<String> samples) {
        names = List.copyOf(samples);
        written();
        return this;
    }

    /** As a data set, once {@link #finished}: bytes where they fit into memory. */
    Dataset asDataset(String name, Shape shape) {
        if (isBytesInMemory()) {
            int used = size() * sampleSize;
            byte[] samples = used == inMemory.length ? inMemory : Arrays.copyOf(inMemory, used);
            return ByteDataset.of(name, shape, Normalization.PIXELS, samples).withSampleNames(names);
        }
        return FloatDataset.of(name, shape, this).withNormalization(Normalization.PIXELS);
    }

    @Override
    public int size() {
        return names.size();
    }

    @Override
    public int sampleSize() {
        return sampleSize;
    }

    @Override
    public String name(int index) {
        return names.get(index);
    }

    @Override
    public void copy(int index, float[] into, int offset) {
        long at = (long) index * sampleSize;
        for (int i = 0; i < sampleSize; i++) {
            into[offset + i] = deep
                    ? pixels.get(ValueLayout.JAVA_CHAR_UNALIGNED, (at + i) * Short.BYTES)
                            / (float) Picture.SHORTS_PER_BYTE
                    : Byte.toUnsignedInt(pixels.get(ValueLayout.JAVA_BYTE, at + i));
        }
    }

    @Override
    public long storedBytes() {
        return pixels.byteSize();
    }

    @Override
    public void requireUnchanged() {
        // Nobody else has the pixels.
    }
}

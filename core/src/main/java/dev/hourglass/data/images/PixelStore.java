package dev.hourglass.data.images;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.SampleStore;
import dev.hourglass.data.ScratchFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Pictures as samples, a byte or two each number: in memory while they are few, else in a file for the time being that is
 * mapped into memory, so that there may be more than memory holds.
 *
 * <p>Numbers are given as those of 8 bits, 0 to 255, in 257 steps each where they have 16, so that a model takes either.
 */
final class PixelStore implements SampleStore {
    private final MemorySegment pixels;
    private final byte[] inMemory;
    private final boolean deep;
    private final int sampleSize;
    private List<String> names = List.of();

    private PixelStore(MemorySegment pixels, byte[] inMemory, boolean deep, int sampleSize) {
        this.pixels = pixels;
        this.inMemory = inMemory;
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
            byte[] array = new byte[(int) bytes];
            return new PixelStore(MemorySegment.ofArray(array), array, deep, sampleSize);
        }
        MemorySegment file = ScratchFile.mapped(bytes, "pictures");
        return new PixelStore(file, new byte[0], deep, sampleSize);
    }

    /** Whether samples have 8 bits. */
    boolean isBytes() {
        return !deep;
    }

    /** Whether {@link #bytes} has all of them. */
    boolean isBytesInMemory() {
        return inMemory.length > 0 && !deep;
    }

    byte[] bytes() {
        return inMemory;
    }

    List<String> names() {
        return names;
    }

    /** From any thread, each sample by one of them. */
    void put(int index, Picture picture) {
        long at = (long) index * sampleSize;
        if (deep) {
            char[] numbers = picture.deep().numbers();
            MemorySegment.copy(numbers, 0, pixels, ValueLayout.JAVA_CHAR_UNALIGNED, at * Short.BYTES, sampleSize);
        } else {
            put(index, picture.pixels());
        }
    }

    /** The same of a picture of bytes, where {@link #isBytes}. */
    void put(int index, byte[] picture) {
        MemorySegment.copy(picture, 0, pixels, ValueLayout.JAVA_BYTE, (long) index * sampleSize, sampleSize);
    }

    /** Puts a sample into another place, to close a gap. */
    void move(int from, int to) {
        long bytes = (long) sampleSize * (deep ? Short.BYTES : 1);
        if (from != to) {
            MemorySegment.copy(pixels, from * bytes, pixels, to * bytes, bytes);
        }
    }

    /** @param samples that there are, with their names */
    PixelStore finished(List<String> samples) {
        names = List.copyOf(samples);
        return this;
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

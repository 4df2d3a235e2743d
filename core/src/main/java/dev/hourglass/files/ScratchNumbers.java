package dev.hourglass.files;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of 64 bits that are written from the first to the last and then read in any order: in memory while they are few,
 * else in a file for the time being that is mapped into it, so that there may be more than memory holds. The file is gone
 * when nobody reads it any more, however the process ends where the system allows that.
 */
public final class ScratchNumbers implements AutoCloseable {
    private static final int FIRST_NUMBERS = 1 << 10;
    private static final int BUFFER_BYTES = 1 << 18;
    private static final int SHARE_OF_MEMORY = 8;
    private static final int MOST_IN_ARRAY = Integer.MAX_VALUE - 64;

    private final Path folder;
    private final long mostBytesInMemory;
    private long[] inMemory = new long[FIRST_NUMBERS];
    private @Nullable FileChannel channel;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long bytes;

    /**
     * @param folder of the file, if there is to be one
     * @param mostBytesInMemory beyond, numbers go into the file
     */
    public ScratchNumbers(Path folder, long mostBytesInMemory) {
        this.folder = folder;
        this.mostBytesInMemory = Math.min(mostBytesInMemory, (long) MOST_IN_ARRAY * Long.BYTES);
    }

    /** In Java's folder for such files, beyond an eighth of the memory that it may use. */
    public static ScratchNumbers ofThisProcess() {
        return new ScratchNumbers(
                Path.of(System.getProperty("java.io.tmpdir")),
                Runtime.getRuntime().maxMemory() / SHARE_OF_MEMORY);
    }

    /** Appends the first {@code count} numbers of an array. */
    public void append(double[] numbers, int count) throws IOException {
        append(MemorySegment.ofArray(numbers).asSlice(0, (long) count * Double.BYTES));
    }

    /** Appends the first {@code count} numbers of an array. */
    public void append(long[] numbers, int count) throws IOException {
        append(MemorySegment.ofArray(numbers).asSlice(0, (long) count * Long.BYTES));
    }

    private void append(MemorySegment numbers) throws IOException {
        long all = bytes + numbers.byteSize();
        if (channel == null && all > mostBytesInMemory) {
            channel = open();
            buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
            write(channel, MemorySegment.ofArray(inMemory).asSlice(0, bytes));
            inMemory = new long[0];
        }
        if (channel != null) {
            write(channel, numbers);
        } else {
            if (all > (long) inMemory.length * Long.BYTES) {
                long grown = Math.max(all, Math.min(mostBytesInMemory, 2 * bytes)) / Long.BYTES;
                inMemory = Arrays.copyOf(inMemory, (int) grown);
            }
            MemorySegment.ofArray(inMemory).asSlice(bytes).copyFrom(numbers);
        }
        bytes = all;
    }

    private FileChannel open() throws IOException {
        Path file = Files.createTempFile(folder, "hourglass-", ".numbers");
        try {
            return FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    /** By way of a buffer outside of the heap, where channels want it. */
    private void write(FileChannel file, MemorySegment numbers) throws IOException {
        long at = 0;
        while (at < numbers.byteSize()) {
            long count = Math.min(buffer.remaining(), numbers.byteSize() - at);
            MemorySegment.ofBuffer(buffer).asSlice(0, count).copyFrom(numbers.asSlice(at, count));
            buffer.position(buffer.position() + (int) count);
            at += count;
            if (!buffer.hasRemaining()) {
                flush(file);
            }
        }
    }

    private void flush(FileChannel file) throws IOException {
        AtomicFile.writeAll(file, buffer.flip());
        buffer.clear();
    }

    /** Of all numbers so far. */
    public long bytes() {
        return bytes;
    }

    /** Whether they are in a file. */
    public boolean isInFile() {
        return channel != null;
    }

    /** Where the file is or would be. */
    public Path folder() {
        return folder;
    }

    /**
     * Looks whether the disk has room, so that what takes long need not fail at its end.
     *
     * @throws IOException if it has less than so many bytes
     */
    public void requireRoom(long more) throws IOException {
        long room = Files.getFileStore(folder).getUsableSpace();
        if (room < more) {
            throw new IOException(String.format(
                    Locale.ROOT, "about %,d MB more are needed and the disk has %,d", more >> 20, room >> 20));
        }
    }

    /** All numbers, in the machine's byte order; may be written to. Nothing can be appended any more. */
    public MemorySegment finish() throws IOException {
        if (channel == null) {
            return MemorySegment.ofArray(inMemory).asSlice(0, bytes);
        }
        flush(channel);
        return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
    }

    /** What {@link #finish} gave stays readable. */
    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}

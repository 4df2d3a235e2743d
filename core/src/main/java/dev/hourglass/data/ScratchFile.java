package dev.hourglass.data;

import dev.hourglass.files.Failures;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Room for numbers, of which there may be more than memory holds: a file for the time being that is mapped into memory. */
public final class ScratchFile {
    /** A constant, so that data and what they are called do not depend on the machine. */
    public static final long MOST_BYTES_IN_MEMORY = 64L << 20;

    private ScratchFile() {}

    /** How many bytes the disk of a folder has left. */
    @FunctionalInterface
    public interface Room {
        long bytesIn(Path folder) throws IOException;
    }

    /**
     * Zeros to be written over.
     *
     * @param what the bytes are, for the message
     * @throws DatasetException if the disk has no room for them
     */
    public static MemorySegment mapped(long bytes, String what) {
        return writer(bytes, what).finish();
    }

    /** The same, to be filled before it is mapped. */
    public static Writer writer(long bytes, String what) {
        Path folder = Path.of(System.getProperty("java.io.tmpdir"));
        return new Writer(bytes, what, folder, disk -> Files.getFileStore(disk).getUsableSpace());
    }

    /** A file that is gone when nobody reads it any more, however the process ends where the system allows that. */
    public static final class Writer {
        private final long bytes;
        private final String what;
        private final Path folder;
        private final FileChannel channel;

        Writer(long bytes, String what, Path folder, Room room) {
            this.bytes = bytes;
            this.what = what;
            this.folder = folder;
            try {
                // A mapping grows the file without taking room; who then writes to it would end the process.
                if (room.bytesIn(folder) < bytes) {
                    throw new IOException("the disk has no room");
                }
                channel = open(Files.createTempFile(folder, "hourglass-", ".numbers"));
            } catch (IOException e) {
                throw noRoom(e);
            }
        }

        private static FileChannel open(Path file) throws IOException {
            try {
                return FileChannel.open(
                        file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
            } catch (IOException e) {
                Files.deleteIfExists(file);
                throw e;
            }
        }

        /**
         * Writes bytes to a place, from any thread.
         *
         * @throws DatasetException if the disk can't take them
         */
        public void write(byte[] from, long at) {
            ByteBuffer left = ByteBuffer.wrap(from);
            try {
                while (left.hasRemaining()) {
                    channel.write(left, at + left.position());
                }
            } catch (IOException e) {
                throw noRoom(e);
            }
        }

        /** All bytes, zeros where none were written; nothing can be written here any more. */
        public MemorySegment finish() {
            try (channel) {
                return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes, Arena.ofAuto());
            } catch (IOException e) {
                throw noRoom(e);
            }
        }

        private DatasetException noRoom(IOException e) {
            return new DatasetException(
                    "Can't keep " + (bytes >> 20) + " MB of " + what + " in a file in " + folder + ": "
                            + Failures.reason(e) + ". Choose another folder with"
                            + " HOURGLASS_JAVA_OPTS=-Djava.io.tmpdir=DIR, or a smaller size.",
                    e);
        }
    }
}

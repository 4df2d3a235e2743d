package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileStamp;
import dev.hourglass.files.RegularFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * A file of arrays, mapped into memory for as long as somebody holds its bytes.
 *
 * @param stamp what it was when it was opened
 */
record MappedFile(Path file, MemorySegment bytes, FileStamp stamp) {
    /**
     * Opens a file and reads what says where its arrays are.
     *
     * @throws DatasetException if it can't be read
     * @throws dev.hourglass.files.FileChangedException if somebody wrote to it meanwhile
     */
    static <T> T open(Path file, Function<MappedFile, T> reader) {
        try (FileChannel channel = RegularFile.openChannel(file)) {
            FileStamp stamp = FileStamp.of(file);
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            T read = read(new MappedFile(file, bytes, stamp), reader);
            stamp.requireUnchanged();
            return read;
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't read " + file + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
        }
    }

    private static <T> T read(MappedFile mapped, Function<MappedFile, T> reader) {
        try {
            return reader.apply(mapped);
        } catch (InternalError e) {
            throw mapped.stamp.cutShort(e); // the JVM's answer to a page that the file no longer has
        }
    }
}

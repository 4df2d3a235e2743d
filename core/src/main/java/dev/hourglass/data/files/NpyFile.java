package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileStamp;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

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
        return map(file).samples(String.valueOf(file.getFileName()));
    }

    /**
     * Classes of samples: whole numbers [samples] or [samples, 1].
     *
     * @throws CorruptFileException if the file is not what it has to be or a label is below 0 or above 2,147,483,647
     * @throws DatasetException if it can't be read
     */
    public static int[] readLabels(Path file) {
        return map(file).labels();
    }

    /**
     * All numbers of an array in memory, as they are stored.
     *
     * @param npy the bytes of a whole NPY file
     * @param place for messages
     * @throws CorruptFileException if they are not what they have to be
     */
    public static double[] numbers(byte[] npy, String place) {
        byte[] beginning = npy.length > NpyHeader.MAX_BYTES ? Arrays.copyOf(npy, NpyHeader.MAX_BYTES) : npy;
        NpyHeader header = NpyHeader.read(place, beginning, npy.length);
        double[] numbers =
                new double[(npy.length - header.bytes()) / header.type().bytes()];
        header.type().copy(MemorySegment.ofArray(npy), header.bytes(), header.order(), numbers, 0, numbers.length);
        return numbers;
    }

    private static NpyArray map(Path file) {
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
            NpyHeader header = NpyHeader.read(file.toString(), beginning.array(), length);
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, length, Arena.ofAuto());
            stamp.requireUnchanged();
            return new NpyArray(file.toString(), header, bytes, stamp);
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't read " + file + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
        }
    }
}

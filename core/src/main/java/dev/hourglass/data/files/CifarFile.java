package dev.hourglass.data.files;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileStamp;
import dev.hourglass.files.StoredFile;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.zip.ZipException;

/**
 * Reader of the binary version of CIFAR-10, plain or gzipped. A file is nothing but records of 3,073 bytes:
 *
 * <pre>
 * 1 byte       label, 0 to 9
 * 1,024 bytes  red, row by row
 * 1,024 bytes  green
 * 1,024 bytes  blue
 * </pre>
 *
 * @see <a href="https://www.cs.toronto.edu/~kriz/cifar.html">The CIFAR-10 data set, "binary version"</a>
 */
public final class CifarFile {
    static final int SIDE = 32;
    public static final int PIXELS = SIDE * SIDE;
    public static final int CHANNELS = 3;
    public static final int RECORD_BYTES = 1 + CHANNELS * PIXELS;
    private static final int MAX_RECORDS = 100_000;
    private static final String FETCH_AGAIN = "The file is damaged or another one; fetch it again.";

    private CifarFile() {}

    /**
     * Files one after the other as one data set of samples [32, 32, 3], labelled and normalized as pixels.
     *
     * @throws CorruptFileException if a file is no whole number of records or a label is none of the classes
     * @throws DatasetException if a file can't be read
     */
    public static ByteDataset readDataset(String name, List<Path> files, List<String> classNames) {
        // Each is read twice, so it has to be the same both times.
        List<FileStamp> stamps = files.stream().map(CifarFile::stamp).toList();
        int count = files.stream().mapToInt(CifarFile::records).sum();
        byte[] samples = new byte[count * PIXELS * CHANNELS];
        byte[] labels = new byte[count];
        int at = 0;
        for (Path file : files) {
            at = read(file, samples, labels, at, classNames.size());
        }
        stamps.forEach(FileStamp::requireUnchanged);
        return ByteDataset.of(name, Shape.of(SIDE, SIDE, CHANNELS), Normalization.PIXELS, samples)
                .withLabels(labels)
                .withClassNames(classNames);
    }

    private static FileStamp stamp(Path file) {
        try {
            return FileStamp.of(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Counts, because what a gzipped file inflates to is not known beforehand. */
    private static int records(Path file) {
        long bytes = 0;
        byte[] buffer = new byte[1 << 16];
        try (StoredFile stored = StoredFile.open(file)) {
            for (int read = 0; read >= 0 && bytes <= (long) MAX_RECORDS * RECORD_BYTES; ) {
                read = stored.content().read(buffer);
                bytes += Math.max(read, 0);
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        if (bytes == 0 || bytes % RECORD_BYTES != 0 || bytes > (long) MAX_RECORDS * RECORD_BYTES) {
            throw new CorruptFileException(
                    file,
                    String.format(Locale.ROOT, "1 to %,d records of %,d bytes", MAX_RECORDS, RECORD_BYTES),
                    String.format(Locale.ROOT, "%,d bytes", bytes),
                    FETCH_AGAIN);
        }
        return (int) (bytes / RECORD_BYTES);
    }

    /** @return the place behind the last record */
    private static int read(Path file, byte[] samples, byte[] labels, int first, int classes) {
        byte[] record = new byte[RECORD_BYTES];
        int at = first;
        try (StoredFile stored = StoredFile.open(file)) {
            while (at < labels.length && stored.content().readNBytes(record, 0, RECORD_BYTES) == RECORD_BYTES) {
                int label = Byte.toUnsignedInt(record[0]);
                if (label >= classes) {
                    throw new CorruptFileException(
                            file,
                            "labels of 0 to " + (classes - 1),
                            label + " for sample " + (at - first),
                            FETCH_AGAIN);
                }
                labels[at] = record[0];
                for (int channel = 0; channel < CHANNELS; channel++) {
                    for (int pixel = 0; pixel < PIXELS; pixel++) {
                        samples[(at * PIXELS + pixel) * CHANNELS + channel] = record[1 + channel * PIXELS + pixel];
                    }
                }
                at++;
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return at;
    }

    private static RuntimeException unreadable(Path file, IOException e) {
        if (e instanceof EOFException || e instanceof ZipException) {
            return new CorruptFileException(file, "a whole gzip file", "'" + e.getMessage() + "'", FETCH_AGAIN);
        }
        String hint = Files.isDirectory(file) ? "it is a folder" : Failures.reason(e);
        return new DatasetException("Can't read " + file + ": " + hint + ". Check that it exists and is readable.", e);
    }
}

package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** A file of rows of numbers, in the format that the end of its name says: {@code .npy} or {@code .csv}. */
public final class RowFile {
    private static final List<String> FORMATS = List.of(".npy", ".csv");

    private RowFile() {}

    /** Gives rows to a sink until there are no more. */
    @FunctionalInterface
    public interface Rows {
        /** @throws IOException if they can't be written */
        void writeTo(RowSink sink) throws IOException;
    }

    /**
     * Writes rows as they come, without keeping them; the file appears when it is whole, or not at all.
     *
     * @param file ends with .npy, see {@link NpyWriter}, or .csv, see {@link CsvWriter}, with the columns v1, v2, …
     * @param rowShape of each row, such as [32] for codes
     * @throws DatasetException if the name ends with neither; nothing was asked for yet
     * @throws IOException if the file can't be written
     */
    public static void write(Path file, Shape rowShape, Rows rows) throws IOException {
        write(file, rowShape, CsvWriter.Lead.NONE, rows);
    }

    /** The same with text before the numbers; an NPY file, which has no text, leaves it out. */
    public static void write(Path file, Shape rowShape, CsvWriter.Lead lead, Rows rows) throws IOException {
        requireKnown(file);
        if (isCsv(file)) {
            List<String> columns = IntStream.rangeClosed(1, rowShape.size())
                    .mapToObj(column -> "v" + column)
                    .toList();
            CsvWriter.write(file, lead, columns, rows);
        } else {
            NpyWriter.write(file, rowShape, rows);
        }
    }

    /** Whether a file's name ends with .csv. */
    public static boolean isCsv(Path file) {
        return endsWith(file, ".csv");
    }

    /**
     * For who wants to know before hours of work.
     *
     * @throws DatasetException if the end of the name is that of no format
     */
    public static void requireKnown(Path file) {
        if (FORMATS.stream().noneMatch(format -> endsWith(file, format))) {
            throw new DatasetException("Can't write " + file + ": expected a name that ends with "
                    + String.join(" or ", FORMATS) + ". Rename it.");
        }
    }

    private static boolean endsWith(Path file, String format) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(format);
    }
}

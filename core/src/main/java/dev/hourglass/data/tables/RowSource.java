package dev.hourglass.data.tables;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table in another format than text, row by row. {@link TableReader} reads its rows as those of a CSV file, so that times,
 * gaps, labels and series are found, counted and refused alike, whatever they come from.
 */
public interface RowSource extends Closeable {
    /** Such as {@code ARFF}. */
    String format();

    /** The names of the columns, at least one. */
    List<String> columns();

    /** The column with the classes of the rows, where the format knows one; null where not. */
    @Nullable
    String label();

    /** The column that tells series apart, where the format knows one; null where not. */
    @Nullable
    String id();

    /**
     * The next row, a field a column: numbers with a decimal point, times as text or numbers, nothing for a gap.
     *
     * @return null at the end
     * @throws dev.hourglass.tensor.CorruptFileException if it is damaged
     */
    @Nullable
    List<String> next() throws IOException;
}

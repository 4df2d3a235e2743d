package dev.hourglass.data.tables;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A format of tables whose reader needs a library that is too large for everybody; found by {@link java.util.ServiceLoader},
 * so that whoever embeds this library without it does without the format.
 */
public interface RowFormat {
    /** Ending of the names of such files, such as {@code .parquet}. */
    String ending();

    /**
     * Opens a file.
     *
     * @param options which columns are left out and need not be read
     * @throws dev.hourglass.tensor.CorruptFileException if it is damaged or no such file
     * @throws dev.hourglass.data.DatasetException if it has columns that are no table's
     */
    RowSource open(Path file, TableOptions options) throws IOException;
}

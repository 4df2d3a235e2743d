package dev.hourglass.data.parquet;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.TableReader;
import dev.hourglass.fuzz.FuzzTarget;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files called {@code .parquet}, read to their end. */
class ParquetFuzzTest extends FuzzTarget {
    @Override
    protected void read(byte[] bytes) {
        try {
            Path file = Files.createTempFile("fuzzed", ".parquet");
            try {
                TableReader.readAll(Files.write(file, bytes), TableOptions.DEFAULT);
            } catch (DatasetException e) {
                throw new CorruptFileException(file, "a table", String.valueOf(e.getMessage()), "None.");
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file can't be written", e);
        }
    }
}

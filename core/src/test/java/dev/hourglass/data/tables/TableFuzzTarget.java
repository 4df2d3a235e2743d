package dev.hourglass.data.tables;

import dev.hourglass.data.DatasetException;
import dev.hourglass.fuzz.FuzzTarget;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A table in some format, read to its end. */
abstract class TableFuzzTarget extends FuzzTarget {
    private final String ending;

    TableFuzzTarget(String ending) {
        this.ending = ending;
    }

    @Override
    protected void read(byte[] bytes) {
        try {
            Path file = Files.createTempFile("fuzzed", ending);
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

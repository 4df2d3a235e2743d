package dev.hourglass.data.files;

import dev.hourglass.files.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Writes tables of numbers as CSV: UTF-8, commas, decimal points, a line of column names, and for each number the
 * fewest digits that give the same 32-bit float when they are read.
 */
public final class CsvWriter {
    private static final int BUFFER = 1 << 16;
    /** From here on {@link Float#toString} has an exponent, which is shorter. */
    private static final float LEAST_WITH_EXPONENT = 1e7f;

    private CsvWriter() {}

    /**
     * Writes rows as they come; the file appears when it is whole, or not at all.
     *
     * @param columns their names, as many as a row has numbers; without comma, quote and line end
     * @throws IOException if the file can't be written
     */
    public static void write(Path file, List<String> columns, RowFile.Rows rows) throws IOException {
        for (String column : columns) {
            if (column.matches("(?s).*[\",\\r\\n].*")) {
                throw new IllegalArgumentException("a column's name has no comma, quote or line end, got " + column);
            }
        }
        AtomicFile.write(file, channel -> {
            Sink sink = new Sink(channel, columns);
            rows.writeTo(sink);
            sink.flush();
        });
    }

    private static final class Sink implements RowSink {
        private final FileChannel channel;
        private final int columns;
        private final StringBuilder text = new StringBuilder(BUFFER + 64);

        Sink(FileChannel channel, List<String> columns) {
            this.channel = channel;
            this.columns = columns.size();
            text.append(String.join(",", columns)).append('\n');
        }

        @Override
        public void write(float[] values, int from, int rows) throws IOException {
            Objects.checkFromIndexSize(from, Math.multiplyExact(rows, columns), values.length);
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    append(values[from + row * columns + column]);
                    text.append(column + 1 < columns ? ',' : '\n');
                    if (text.length() >= BUFFER) {
                        flush();
                    }
                }
            }
        }

        private void append(float value) {
            int whole = (int) value;
            if (Math.abs(value) < LEAST_WITH_EXPONENT && Float.compare(whole, value) == 0) {
                text.append(whole);
            } else {
                text.append(value);
            }
        }

        void flush() throws IOException {
            AtomicFile.writeAll(channel, ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8)));
            text.setLength(0);
        }
    }
}

package dev.hourglass.data.files;

import dev.hourglass.files.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
     * Text before the numbers of each row, such as its time.
     *
     * @param columns their names
     * @param cells those of a row, counted from 0, as many as columns
     */
    public record Lead(List<String> columns, IntFunction<List<String>> cells) {
        public static final Lead NONE = new Lead(List.of(), row -> List.of());

        public Lead {
            columns = List.copyOf(columns);
        }
    }

    /**
     * Writes rows as they come; the file appears when it is whole, or not at all.
     *
     * @param columns their names, as many as a row has numbers
     * @throws IOException if the file can't be written
     */
    public static void write(Path file, List<String> columns, RowFile.Rows rows) throws IOException {
        write(file, Lead.NONE, columns, rows);
    }

    /** The same with text before the numbers; one of both may have no columns. */
    public static void write(Path file, Lead lead, List<String> columns, RowFile.Rows rows) throws IOException {
        AtomicFile.write(file, channel -> {
            Sink sink = new Sink(
                    text -> AtomicFile.writeAll(channel, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))),
                    lead,
                    columns);
            rows.writeTo(sink);
            sink.flush();
        });
    }

    /** The same text where somebody else makes the file. */
    public static void write(Appendable text, Lead lead, List<String> columns, RowFile.Rows rows) throws IOException {
        Sink sink = new Sink(text::append, lead, columns);
        rows.writeTo(sink);
        sink.flush();
    }

    /** Takes the text piece by piece. */
    @FunctionalInterface
    private interface Target {
        void take(String text) throws IOException;
    }

    /** Cells with commas between them, in quotes where they need them. */
    public static String line(List<String> cells) {
        return cells.stream().map(CsvWriter::quoted).collect(Collectors.joining(","));
    }

    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')
                && !cell.startsWith("#")
                && cell.strip().length() == cell.length();
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    private static final class Sink implements RowSink {
        private final Target target;
        private final Lead lead;
        private final int columns;
        private final StringBuilder text = new StringBuilder(BUFFER + 64);
        private int written;

        Sink(Target target, Lead lead, List<String> columns) {
            this.target = target;
            this.lead = lead;
            this.columns = columns.size();
            text.append(line(Stream.concat(lead.columns().stream(), columns.stream())
                            .toList()))
                    .append('\n');
        }

        @Override
        public void write(float[] values, int from, int rows) throws IOException {
            Objects.checkFromIndexSize(from, Math.multiplyExact(rows, columns), values.length);
            for (int row = 0; row < rows; row++) {
                appendLead();
                for (int column = 0; column < columns; column++) {
                    append(values[from + row * columns + column]);
                    text.append(column + 1 < columns ? ',' : '\n');
                    if (text.length() >= BUFFER) {
                        flush();
                    }
                }
            }
        }

        private void appendLead() throws IOException {
            List<String> cells = lead.cells().apply(written++);
            for (int i = 0; i < cells.size(); i++) {
                text.append(quoted(cells.get(i))).append(i + 1 < cells.size() || columns > 0 ? ',' : '\n');
            }
            if (text.length() >= BUFFER) {
                flush();
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
            target.take(text.toString());
            text.setLength(0);
        }
    }
}

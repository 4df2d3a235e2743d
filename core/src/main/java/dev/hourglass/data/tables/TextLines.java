package dev.hourglass.data.tables;

import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The lines of a file of text, of bounded length. */
public final class TextLines implements AutoCloseable {
    private static final int MOST_BYTES = 1 << 23;
    private static final int MOST_VALUES = 1 << 20;

    private final Path file;
    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;
    private long line;

    public TextLines(Path file) throws IOException {
        this.file = file;
        in = TextFile.open(file).content();
    }

    /** The next line without its end, its blanks stripped; null behind the last. */
    @Nullable
    public String next() throws IOException {
        byte[] bytes = new byte[256];
        int count = 0;
        while (true) {
            if (at == end) {
                end = in.read(buffer, 0, buffer.length);
                at = 0;
                if (end <= 0) {
                    end = 0;
                    if (count == 0) {
                        return null;
                    }
                    break;
                }
            }
            int from = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            if (count + at - from > bytes.length) {
                if (count + at - from > MOST_BYTES) {
                    throw corrupt(
                            String.format(Locale.ROOT, "lines of at most %,d bytes", MOST_BYTES), "a longer one", "");
                }
                bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, count + at - from));
            }
            System.arraycopy(buffer, from, bytes, count, at - from);
            count += at - from;
            if (at < end) {
                at++;
                break;
            }
        }
        line++;
        int values = 1;
        for (int i = 0; i < count; i++) {
            values += bytes[i] == ',' || bytes[i] == ':' || bytes[i] == ' ' || bytes[i] == '\t' ? 1 : 0;
        }
        if (values > MOST_VALUES) {
            throw corrupt(String.format(Locale.ROOT, "at most %,d values", MOST_VALUES), "more", "Save them as NPY.");
        }
        return new String(bytes, 0, count, StandardCharsets.UTF_8).strip();
    }

    /** The number of the line that was read last, from 1. */
    long line() {
        return line;
    }

    public CorruptFileException corrupt(String expected, String found, String wayOut) {
        return new CorruptFileException(
                file,
                String.format(Locale.ROOT, "%s at line %,d", expected, Math.max(1, line)),
                found,
                wayOut.isEmpty() ? "Get the file again." : wayOut);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}

package dev.hourglass.lab.board.files;

import dev.hourglass.lab.board.BoardException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a benchmark's file, perhaps packed with gzip, within what such files ever have. For one thread. */
public final class TextLines implements AutoCloseable {
    private static final int MOST_OF_LINE = 1 << 20;
    private static final int MOST_CHARACTERS = 64 << 20;
    private static final int SHOWN = 60;

    private final Path file;
    private final BufferedReader reader;
    private final StringBuilder line = new StringBuilder();
    private long characters;

    public TextLines(Path file) throws IOException {
        this.file = file;
        InputStream bytes = Files.newInputStream(file);
        try {
            InputStream plain = file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
            reader = new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8));
        } catch (IOException e) {
            bytes.close();
            throw e;
        }
    }

    /**
     * The next line; null after the last one.
     *
     * @throws BoardException if it, or all together, are longer than in any benchmark
     */
    @Nullable
    public String next() throws IOException {
        line.setLength(0);
        int next = reader.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            if (next != '\r') {
                line.append((char) next);
            }
            if (line.length() > MOST_OF_LINE || ++characters > MOST_CHARACTERS) {
                throw new BoardException(
                        file + " is too long: expected lines of at most a million characters and 64 million"
                                + " together. Take the benchmark's own file.");
            }
            next = reader.read();
        }
        return line.toString();
    }

    /** As much of a text from a file as a message has room for. */
    public static String shown(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}

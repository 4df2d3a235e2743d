package dev.hourglass.data.tables;

import dev.hourglass.tensor.Workers;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table of numbers alone, read by several threads: text is cut into chunks at line ends, each chunk is read by
 * itself, and rows come in the order of the file with the same numbers and messages as one after the other. From the first
 * chunk on that has a quote, which may have line ends in it, or a lone carriage return, the rest is left to one thread.
 */
final class RowChunks implements AutoCloseable {
    static final int CHUNK_BYTES = 1 << 20;
    private static final int CHUNKS_PER_THREAD = 2;

    /** Reads the rows of a part of the file. */
    @FunctionalInterface
    interface Reading {
        /** @param line the number of the first line, from 1 */
        TableReader of(InputStream text, long line);
    }

    private final InputStream in;
    private final Reading reading;
    private final int chunkBytes;
    private final Workers workers;
    private final Deque<RowBlock> ready = new ArrayDeque<>();
    private long line;
    private long bytesRead;
    private byte[] begun = {};
    private boolean over;
    private @Nullable RuntimeException failure;
    private @Nullable TableReader rest;

    /** @param line the number of the next line */
    RowChunks(InputStream in, long line, int threads, int chunkBytes, Reading reading) {
        this.in = in;
        this.line = line;
        this.chunkBytes = chunkBytes;
        this.reading = reading;
        workers = Workers.of(threads);
    }

    private record Chunk(byte[] text, int length, long line, long lines) {}

    /** The next rows; null if there are no more. */
    @Nullable
    RowBlock next() throws IOException {
        while (ready.isEmpty() && failure == null && rest == null && !over) {
            readChunks();
        }
        if (!ready.isEmpty()) {
            return ready.remove();
        }
        if (failure != null) {
            throw failure;
        }
        if (rest != null) {
            RowBlock block = rest.newBlock();
            return rest.read(block) ? block : null;
        }
        return null;
    }

    /** How much of the text was read so far. */
    long bytesRead() {
        return bytesRead;
    }

    private void readChunks() throws IOException {
        List<Chunk> chunks = new ArrayList<>();
        while (chunks.size() < CHUNKS_PER_THREAD * workers.threads() && !over && rest == null) {
            Chunk chunk = readChunk();
            if (chunk != null) {
                chunks.add(chunk);
            }
        }
        List<List<RowBlock>> blocks = new ArrayList<>();
        @Nullable RuntimeException[] failures = new RuntimeException[chunks.size()];
        chunks.forEach(chunk -> blocks.add(new ArrayList<>()));
        workers.run(chunks.size(), (worker, i) -> {
            try {
                readRows(chunks.get(i), blocks.get(i));
            } catch (RuntimeException e) {
                failures[i] = e;
            }
        });
        for (int i = 0; i < chunks.size() && failure == null; i++) {
            ready.addAll(blocks.get(i));
            failure = failures[i];
        }
    }

    private void readRows(Chunk chunk, List<RowBlock> into) {
        TableReader reader = reading.of(new ByteArrayInputStream(chunk.text, 0, chunk.length), chunk.line);
        long left = chunk.lines + 1; // the last line may lack its end
        RowBlock block = reader.newBlock(left);
        while (reader.read(block)) {
            into.add(block);
            left -= block.rows;
            block = reader.newBlock(left);
        }
    }

    /** @return null where it is left to one thread, or at the end */
    private @Nullable Chunk readChunk() throws IOException {
        byte[] text = Arrays.copyOf(begun, begun.length + chunkBytes);
        int read = in.readNBytes(text, begun.length, chunkBytes);
        int end = begun.length + read;
        bytesRead += read;
        over = read < chunkBytes;
        int cut = over ? end : lastLineEnd(text, end);
        long lines = cut > 0 ? lines(text, cut) : -1;
        if (lines < 0) {
            InputStream all = new SequenceInputStream(new ByteArrayInputStream(text, 0, end), in);
            rest = reading.of(all, line);
            return null;
        }
        begun = Arrays.copyOfRange(text, cut, end);
        Chunk chunk = new Chunk(text, cut, line, lines);
        line += lines;
        return cut == 0 ? null : chunk;
    }

    private static int lastLineEnd(byte[] text, int end) {
        int at = end;
        while (at > 0 && text[at - 1] != '\n') {
            at--;
        }
        return at;
    }

    /** How many lines end in a text; -1 where it has to be read from its beginning to know. */
    private static long lines(byte[] text, int end) {
        long lines = 0;
        for (int i = 0; i < end; i++) {
            byte b = text[i];
            if (b <= '"') {
                if (b == '"' || (b == '\r' && (i + 1 == end || text[i + 1] != '\n'))) {
                    return -1;
                }
                lines += b == '\n' ? 1 : 0;
            }
        }
        return lines;
    }

    @Override
    public void close() {
        workers.close();
    }
}

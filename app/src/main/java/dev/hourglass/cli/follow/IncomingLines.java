package dev.hourglass.cli.follow;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** Whole lines out of bytes as they come. What of a longer line is beyond the most that is kept is passed over. */
final class IncomingLines {
    static final int MOST_BYTES = 1 << 20;

    /**
     * A line.
     *
     * @param bytes without its end; none where it is too long
     * @param number from 1, in its file
     * @param tooLong whether it has more than {@link #MOST_BYTES}
     */
    record Line(byte[] bytes, long number, boolean tooLong) {}

    private final IncomingBytes source;
    private byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;
    /** Up to where no line ends. */
    private int searched;

    private boolean passingOver;
    private boolean over;
    private long number;
    /** Bytes of a line that never got its end, where a file was begun anew. */
    private int lost;

    /** @param number of the line before the first */
    IncomingLines(IncomingBytes source, long number) {
        this.source = source;
        this.number = number;
    }

    /**
     * Waits for the next line. The last one of a stream that ends may lack its end; that of a file that was begun anew is
     * half a line and given up.
     *
     * @return empty at the end
     */
    Optional<Line> next() throws IOException, InterruptedException {
        while (true) {
            Optional<Line> line = buffered();
            if (line.isPresent() || over) {
                return line;
            }
            makeRoom();
            int count = source.read(buffer, end, buffer.length - end);
            switch (count) {
                case IncomingBytes.END -> over = true;
                case IncomingBytes.ANEW -> beginAnew();
                default -> end += count;
            }
        }
    }

    private Optional<Line> buffered() {
        while (true) {
            while (searched < end && buffer[searched] != '\n') {
                searched++;
            }
            boolean whole = searched < end;
            int from = at;
            int length = searched - from;
            boolean tooLong = length > MOST_BYTES;
            if (!passingOver && !whole && !tooLong && !(over && length > 0)) {
                return Optional.empty();
            }
            at = whole ? searched + 1 : end;
            searched = at;
            if (!passingOver) {
                passingOver = !whole && !over;
                number++;
                return Optional.of(new Line(tooLong ? new byte[0] : copy(from, length), number, tooLong));
            }
            if (!whole) {
                return Optional.empty();
            }
            passingOver = false;
        }
    }

    /** Without the carriage return that may belong to the end. */
    private byte[] copy(int from, int length) {
        boolean returned = length > 0 && buffer[from + length - 1] == '\r';
        return Arrays.copyOfRange(buffer, from, from + length - (returned ? 1 : 0));
    }

    private void makeRoom() {
        System.arraycopy(buffer, at, buffer, 0, end - at);
        end -= at;
        searched -= at;
        at = 0;
        if (end == buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
    }

    private void beginAnew() {
        lost = end - at;
        at = 0;
        end = 0;
        searched = 0;
        passingOver = false;
        number = 0;
    }

    /** How many bytes of a line were given up since this was asked last. */
    int takeLost() {
        int bytes = lost;
        lost = 0;
        return bytes;
    }

    /** Whether the next line is there already, so that nobody waits. */
    boolean hasMore() {
        for (int i = searched; i < end; i++) {
            if (buffer[i] == '\n') {
                return true;
            }
        }
        return false;
    }

    /** How many bytes were read beyond the last line. */
    int ahead() {
        return end - at;
    }

    /** Of the last line. */
    long number() {
        return number;
    }
}

package dev.hourglass.data.tables;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Splits text in UTF-8 into records and fields, as RFC 4180 says, over one buffer: fields are places in it and become
 * strings only where somebody asks for them. Lines may end as on any system. Where blanks separate, any number of them
 * counts as one. Lines that begin with {@code #} are comments, but for those whose first field stands for a gap or is an
 * error of a spreadsheet, such as {@code #N/A} and {@code #DIV/0!}.
 */
final class RecordReader {
    /** A record that is no record; the message has line and reason. */
    static final class BrokenRecordException extends IOException {
        private static final long serialVersionUID = 1L;

        private final String wayOut;

        BrokenRecordException(String message) {
            this(message, "Check its quotes and line ends.");
        }

        BrokenRecordException(String message, String wayOut) {
            super(message);
            this.wayOut = wayOut;
        }

        String wayOut() {
            return wayOut;
        }
    }

    /** What is known of a column takes more room than a number of it. */
    private static final int MAX_FIELDS = 100_000;

    private static final int MAX_RECORD_BYTES = 1 << 24;
    private static final int MAX_MARK_BYTES = 64;
    private static final Set<String> SPREADSHEET_ERRORS =
            Set.of("#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!");
    private static final byte ORDINARY = 0;
    private static final byte SEPARATOR = 1;
    private static final byte LINE_END = 2;

    private final InputStream in;
    private final Gaps gaps;
    private final boolean blanks;
    private final byte[] kinds = new byte[256];
    private byte[] buffer;
    /** The next record's first byte. */
    private int at;

    private int end;
    private boolean over;
    private long bytesRead;
    private int[] from = new int[16];
    private int[] to = new int[16];
    private int fields;
    private long line;
    private long nextLine;
    private String comment = "";

    /** Reads from the first line on. */
    RecordReader(InputStream in, char separator, int bufferBytes, Gaps gaps) {
        this(in, separator, bufferBytes, gaps, 1);
    }

    /**
     * @param separator of fields; a blank stands for any number of blanks and tabs
     * @param gaps those that begin with {@code #} are fields
     * @param firstLine the number of the first line, from 1
     */
    RecordReader(InputStream in, char separator, int bufferBytes, Gaps gaps, long firstLine) {
        nextLine = firstLine;
        this.in = in;
        this.gaps = gaps;
        blanks = separator == ' ';
        kinds[separator] = SEPARATOR;
        if (blanks) {
            kinds['\t'] = SEPARATOR;
        }
        kinds['\n'] = LINE_END;
        kinds['\r'] = LINE_END;
        buffer = new byte[bufferBytes];
    }

    /** Goes on to the next record that is no comment; an empty line is a record of one empty field. */
    boolean next() throws IOException {
        while (at == end || (buffer[at] == '#' && !isField())) {
            if (at < end) {
                skipComment();
            } else if (!refill()) {
                return false;
            }
        }
        int after = scan();
        while (after < 0) {
            if (!refill()) {
                throw new BrokenRecordException(
                        String.format(Locale.ROOT, "a quote that opens at line %,d and is not closed", nextLine));
            }
            after = scan();
        }
        at = after;
        return true;
    }

    /** Whether a line that begins with {@code #} begins with a field, nevertheless. */
    private boolean isField() throws IOException {
        int p = at;
        while (kinds[buffer[p] & 0xFF] == ORDINARY) {
            if (++p - at > MAX_MARK_BYTES) {
                return false;
            }
            if (p == end) {
                int scanned = p - at;
                if (!refill()) {
                    return false;
                }
                p = at + scanned;
            }
        }
        String field = new String(buffer, at, p - at, StandardCharsets.UTF_8).strip();
        return gaps.isGap(field) || SPREADSHEET_ERRORS.contains(field.toUpperCase(Locale.ROOT));
    }

    private void skipComment() throws IOException {
        int p = at;
        while (buffer[p] != '\n' && buffer[p] != '\r') {
            if (++p == end) {
                int scanned = p - at;
                if (!refill()) {
                    throw new BrokenRecordException("a line end");
                }
                p = at + scanned;
            }
        }
        comment = new String(buffer, at, p - at, StandardCharsets.UTF_8).strip();
        at = p + 1;
        if (buffer[p] == '\r') {
            if (at == end) {
                refill();
            }
            at += at < end && buffer[at] == '\n' ? 1 : 0;
        }
        nextLine++;
    }

    /** In the file, from 1, where the record begins. */
    long line() {
        return line;
    }

    /** Of the next record. */
    long nextLine() {
        return nextLine;
    }

    /** What comes behind the last record; no other may be asked for any more. */
    InputStream rest() {
        return new SequenceInputStream(new ByteArrayInputStream(buffer, at, end - at), in);
    }

    int fields() {
        return fields;
    }

    /** Where the fields lie; valid until the next record. */
    byte[] bytes() {
        return buffer;
    }

    int from(int field) {
        return from[field];
    }

    int to(int field) {
        return to[field];
    }

    /** How much of the text went into records so far, and into the buffer. */
    long bytesRead() {
        return bytesRead;
    }

    /** The last comment so far, with its sign; empty if there is none. */
    String comment() {
        return comment;
    }

    /** A record of one empty field. */
    boolean isEmptyLine() {
        return fields == 1 && from[0] == to[0];
    }

    String text(int field) {
        String text = new String(buffer, from[field], to[field] - from[field], StandardCharsets.UTF_8);
        return text.indexOf('"') >= 0 ? text.replace("\"\"", "\"") : text;
    }

    List<String> texts() {
        List<String> texts = new ArrayList<>(fields);
        for (int field = 0; field < fields; field++) {
            texts.add(text(field));
        }
        return texts;
    }

    /** @return where the next record begins; -1 if the buffer ends before */
    private int scan() throws BrokenRecordException {
        byte[] b = buffer;
        int stop = end;
        int p = at;
        long lines = 0;
        fields = 0;
        line = nextLine;
        while (true) {
            while (p < stop && (b[p] == ' ' || (b[p] == '\t' && kinds['\t'] == (blanks ? SEPARATOR : ORDINARY)))) {
                p++;
            }
            if (p == stop) {
                return -1;
            }
            int begin = p;
            int finish;
            if (b[p] == '"') {
                begin++;
                int closing = closingQuote(begin);
                if (closing < 0) {
                    return -1;
                }
                for (int i = begin; i < closing; i++) {
                    lines += b[i] == '\n' ? 1 : 0;
                }
                finish = closing;
                p = closing + 1;
                while (p < stop && b[p] == ' ' && !blanks) {
                    p++;
                }
                if (p < stop && kinds[b[p] & 0xFF] == ORDINARY) {
                    throw new BrokenRecordException(
                            String.format(Locale.ROOT, "text behind a closing quote at line %,d", nextLine + lines));
                }
            } else {
                while (p < stop && kinds[b[p] & 0xFF] == ORDINARY) {
                    p++;
                }
                finish = p;
                while (finish > begin && (b[finish - 1] == ' ' || b[finish - 1] == '\t')) {
                    finish--;
                }
            }
            if (p == stop) {
                return -1;
            }
            byte mark = kinds[b[p] & 0xFF];
            boolean trailingBlank = blanks && mark == LINE_END && begin == finish && fields > 0 && b[begin - 1] != '"';
            if (!trailingBlank) {
                add(begin, finish);
            }
            if (mark == LINE_END) {
                if (b[p] == '\r') {
                    if (p + 1 == stop) {
                        return -1; // A line feed may follow.
                    }
                    p += b[p + 1] == '\n' ? 1 : 0;
                }
                nextLine += lines + 1;
                return p + 1;
            }
            p++;
        }
    }

    private int closingQuote(int begin) {
        int p = begin;
        while (p < end) {
            if (buffer[p] == '"') {
                if (p + 1 < end && buffer[p + 1] == '"') {
                    p++;
                } else {
                    return p + 1 == end ? -1 : p;
                }
            }
            p++;
        }
        return -1;
    }

    private void add(int begin, int finish) throws BrokenRecordException {
        if (fields == from.length) {
            if (fields == MAX_FIELDS) {
                throw new BrokenRecordException(
                        String.format(Locale.ROOT, "more than %,d fields at line %,d", MAX_FIELDS, nextLine),
                        "Check its quotes and line ends, or save such a table as NPY.");
            }
            from = Arrays.copyOf(from, Math.min(2 * fields, MAX_FIELDS));
            to = Arrays.copyOf(to, from.length);
        }
        from[fields] = begin;
        to[fields++] = finish;
    }

    /** Moves the record that was begun to the front and reads on; the last line gets the end that it may lack. */
    private boolean refill() throws IOException {
        if (over) {
            return false;
        }
        System.arraycopy(buffer, at, buffer, 0, end - at);
        end -= at;
        at = 0;
        if (end > buffer.length / 2) {
            if (buffer.length >= MAX_RECORD_BYTES) {
                throw new BrokenRecordException(String.format(
                        Locale.ROOT, "a row of more than %,d bytes at line %,d", MAX_RECORD_BYTES / 2, nextLine));
            }
            buffer = Arrays.copyOf(buffer, 2 * buffer.length);
        }
        int read = in.readNBytes(buffer, end, buffer.length - end - 2);
        end += read;
        bytesRead += read;
        if (end < buffer.length - 2) {
            over = true;
            if (end > 0 && buffer[end - 1] != '\n') {
                buffer[end++] = '\n'; // Behind a carriage return it belongs to it.
            }
        }
        return end > 0;
    }
}

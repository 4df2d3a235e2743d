package dev.hourglass.data.tables;

import dev.hourglass.files.StoredFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipInputStream;

/**
 * A file of text opened for reading, whatever it is packed in and encoded with: gzip or a zip of one file; UTF-8, UTF-16
 * with or without a byte-order mark, else Windows-1252. It comes out as UTF-8 without a mark.
 *
 * @param charset what it was encoded with
 * @param packed {@code gzip}, {@code zip} or nothing
 * @param beginning at most {@link #SAMPLE_BYTES} bytes as they come out; where lines are long, more, so that it has some
 * @param whole whether that is all
 * @param content all, the beginning included
 * @param ofRows whether it was made of the rows of another format, which {@code packed} names
 */
public record TextFile(
        Charset charset, String packed, byte[] beginning, boolean whole, InputStream content, boolean ofRows)
        implements AutoCloseable {
    static final int SAMPLE_BYTES = 1 << 16;
    private static final int MAX_SAMPLE_BYTES = 1 << 23;
    private static final int SAMPLE_LINES = 8;

    private static final byte[] ZIP_MAGIC = {'P', 'K', 3, 4};
    private static final byte[] UTF_8_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final Charset WINDOWS = Charset.forName("windows-1252");

    public static TextFile open(Path file) throws IOException {
        StoredFile stored = StoredFile.open(file);
        try {
            BufferedInputStream raw = new BufferedInputStream(stored.content(), SAMPLE_BYTES);
            boolean zipped = startsWith(peek(raw, ZIP_MAGIC.length), ZIP_MAGIC);
            BufferedInputStream bytes = zipped ? onlyEntry(raw) : raw;
            Charset charset = charset(peek(bytes, SAMPLE_BYTES));
            if (startsWith(peek(bytes, UTF_8_MARK.length), UTF_8_MARK)) {
                bytes.skipNBytes(UTF_8_MARK.length);
            }
            InputStream text = charset.equals(StandardCharsets.UTF_8) ? bytes : new Recoded(bytes, charset);
            return of(charset, zipped ? "zip" : stored.gzipped() ? "gzip" : "", text, false);
        } catch (IOException e) {
            stored.close();
            throw e;
        }
    }

    /** The rows of another format, as CSV. */
    public static TextFile of(RowSource rows) throws IOException {
        return of(StandardCharsets.UTF_8, rows.format(), new RowText(rows), true);
    }

    private static TextFile of(Charset charset, String packed, InputStream text, boolean ofRows) throws IOException {
        int most = SAMPLE_BYTES;
        byte[] beginning = text.readNBytes(most);
        while (beginning.length == most && most < MAX_SAMPLE_BYTES && lineEnds(beginning) < SAMPLE_LINES) {
            byte[] more = text.readNBytes(most);
            most *= 2;
            int known = beginning.length;
            beginning = Arrays.copyOf(beginning, known + more.length);
            System.arraycopy(more, 0, beginning, known, more.length);
        }
        return new TextFile(
                charset,
                packed,
                beginning,
                beginning.length < most,
                new SequenceInputStream(new ByteArrayInputStream(beginning), text),
                ofRows);
    }

    /** Whether {@link #beginning} ends within the first line, so that this is longer than any that is read. */
    boolean hasNoLine() {
        return !whole && lineEnds(beginning) == 0;
    }

    private static int lineEnds(byte[] text) {
        int ends = 0;
        for (int i = 0; i < text.length; i++) {
            ends += text[i] == '\n' || (text[i] == '\r' && i + 1 < text.length && text[i + 1] != '\n') ? 1 : 0;
        }
        return ends;
    }

    private static BufferedInputStream onlyEntry(InputStream raw) throws IOException {
        ZipInputStream zip = new ZipInputStream(raw);
        if (zip.getNextEntry() == null) {
            throw new IOException("the zip has no file");
        }
        return new BufferedInputStream(new OnlyEntry(zip), SAMPLE_BYTES);
    }

    private static byte[] peek(BufferedInputStream in, int most) throws IOException {
        in.mark(most);
        byte[] bytes = in.readNBytes(most);
        in.reset();
        return bytes;
    }

    private static boolean startsWith(byte[] bytes, byte[] beginning) {
        return bytes.length >= beginning.length
                && Arrays.equals(bytes, 0, beginning.length, beginning, 0, beginning.length);
    }

    private static Charset charset(byte[] beginning) {
        int first = beginning.length < 2 ? 0 : (beginning[0] & 0xFF) << 8 | (beginning[1] & 0xFF);
        if (first == 0xFFFE || first == 0xFEFF) {
            return StandardCharsets.UTF_16;
        }
        if (first != 0 && (first & 0xFF00) == 0) {
            return StandardCharsets.UTF_16BE;
        }
        if (first != 0 && (first & 0xFF) == 0) {
            return StandardCharsets.UTF_16LE;
        }
        return isUtf8(beginning) ? StandardCharsets.UTF_8 : WINDOWS;
    }

    private static boolean isUtf8(byte[] beginning) {
        int length = beginning.length;
        for (int cut = 0; cut < 4 && cut <= length; cut++) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(beginning, 0, length - cut));
                return true;
            } catch (CharacterCodingException e) {
                if (length < SAMPLE_BYTES) {
                    return false;
                }
                // The sample may end within a character.
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        content.close();
    }

    /** The bytes of a zip's entry, and a refusal where another follows. */
    private static final class OnlyEntry extends InputStream {
        private final ZipInputStream zip;

        OnlyEntry(ZipInputStream zip) {
            this.zip = zip;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int from, int most) throws IOException {
            int count = zip.read(into, from, most);
            if (count < 0 && zip.getNextEntry() != null) {
                throw new IOException("the zip has several files, and a table is one");
            }
            return count;
        }

        @Override
        public void close() throws IOException {
            zip.close();
        }
    }

    /** Text in another encoding as UTF-8. */
    private static final class Recoded extends InputStream {
        private final Reader reader;
        private final char[] characters = new char[1 << 13];
        private ByteBuffer bytes = ByteBuffer.allocate(0);

        Recoded(InputStream in, Charset charset) {
            reader = new InputStreamReader(in, charset);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int from, int most) throws IOException {
            if (!bytes.hasRemaining()) {
                int count = reader.read(characters, 0, characters.length - 1);
                if (count < 0) {
                    return -1;
                }
                if (Character.isHighSurrogate(characters[count - 1])) {
                    int other = reader.read();
                    characters[count] = other < 0 ? '\uFFFD' : (char) other;
                    count++;
                }
                bytes = StandardCharsets.UTF_8.encode(java.nio.CharBuffer.wrap(characters, 0, count));
            }
            int count = Math.min(most, bytes.remaining());
            bytes.get(into, from, count);
            return count;
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}

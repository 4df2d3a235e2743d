package dev.hourglass.data.parquet;

import dev.hourglass.files.RegularFile;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds what a Parquet file promises against its length, before Hardwood takes it at its word: of the footer every length,
 * of each page its size, its number of values and its place. Pages are where their chunk says, end within it, and have
 * together as many values as the chunk promises.
 *
 * @see <a href="https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift">the format</a>
 */
final class ParquetCheck {
    static final String WAY_OUT = "Write the file again, such as with pandas' to_parquet.";
    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
    private static final int TAIL_BYTES = Integer.BYTES + MAGIC.length;
    private static final int MOST_FOOTER_BYTES = 1 << 26;
    private static final int MOST_HEADER_BYTES = 1 << 24;
    private static final int MOST_PAGE_BYTES = 1 << 25;
    private static final int MOST_PAGE_VALUES = 1 << 22;
    private static final long ROWS_A_BYTE = 1_000;
    private static final long UNCOMPRESSED = 0;

    private final Path file;
    private final MemorySegment bytes;
    private long footerAt;

    private ParquetCheck(Path file, MemorySegment bytes) {
        this.file = file;
        this.bytes = bytes;
    }

    /** @throws CorruptFileException if something can't be so */
    static void require(Path file) throws IOException {
        try (FileChannel channel = RegularFile.openChannel(file);
                Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            new ParquetCheck(file, bytes).requireAll();
        }
    }

    private void requireAll() {
        long end = bytes.byteSize() - TAIL_BYTES;
        if (end < MAGIC.length || !isMagic(0) || !isMagic(bytes.byteSize() - MAGIC.length)) {
            throw corrupt("a Parquet file, 'PAR1' at its beginning and its end", "another one, or one cut short");
        }
        long footerBytes = Integer.toUnsignedLong(
                bytes.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), end));
        if (footerBytes > Math.min(end - MAGIC.length, MOST_FOOTER_BYTES)) {
            throw corrupt(
                    String.format(Locale.ROOT, "a footer of less than the file's %,d bytes", bytes.byteSize()),
                    String.format(Locale.ROOT, "%,d", footerBytes));
        }
        footerAt = end - footerBytes;
        ThriftStruct footer = read(footerAt, footerBytes, "the footer");
        List<ThriftStruct> groups = footer.structs(4);
        long rows = 0;
        for (ThriftStruct group : groups) {
            long ofGroup = number(group.number(3), "a number of rows");
            rows = ofGroup < 0 || rows + ofGroup < 0 ? -1 : rows + ofGroup;
            if (rows < 0 || (rows > MOST_PAGE_VALUES && rows > ROWS_A_BYTE * bytes.byteSize())) {
                throw corrupt("rows that fit the file, at most 1,000 a byte", "more of them");
            }
            for (ThriftStruct chunk : group.structs(1)) {
                requireChunk(chunk, chunk.struct(3));
            }
        }
        if (number(footer.number(3), "a number of rows") != rows) {
            throw corrupt(
                    String.format(Locale.ROOT, "the %,d rows of its groups", rows),
                    String.format(Locale.ROOT, "%,d", footer.number(3)));
        }
    }

    private boolean isMagic(long at) {
        return bytes.asSlice(at, MAGIC.length).mismatch(MemorySegment.ofArray(MAGIC)) < 0;
    }

    private void requireChunk(ThriftStruct chunk, ThriftStruct of) {
        long promised = number(of.number(5), "a number of values");
        long size = number(of.number(7), "a chunk's size");
        long at = number(of.number(9), "a chunk's place");
        Long dictionary = of.number(11);
        at = dictionary != null && dictionary > 0 ? Math.min(at, dictionary) : at;
        if (at < MAGIC.length || size < 0 || at > footerAt - size) {
            throw corrupt(
                    String.format(Locale.ROOT, "a column's chunk before the footer at byte %,d", footerAt),
                    String.format(Locale.ROOT, "one of %,d bytes from byte %,d on", size, at));
        }
        long end = at + size;
        long values = 0;
        Set<Long> places = new HashSet<>();
        while (values < promised && at < end) {
            places.add(at);
            ThriftStruct header = read(at, Math.min(end - at, MOST_HEADER_BYTES), "a page's header");
            values += requirePage(header, end - at - header.bytes(), of);
            at += header.bytes() + number(header.number(3), "a page's size");
        }
        if (values != promised) {
            throw corrupt(
                    String.format(Locale.ROOT, "the %,d values of a column's chunk in its pages", promised),
                    String.format(Locale.ROOT, "%,d", values));
        }
        requireIndex(chunk, places);
        within(chunk.number(6), chunk.number(7));
    }

    /** @return how many of the chunk's values it has */
    private long requirePage(ThriftStruct header, long room, ThriftStruct chunk) {
        long packed = number(header.number(3), "a page's size");
        long plain = number(header.number(2), "a page's size");
        if (packed < 0 || packed > room || plain < 0 || plain > MOST_PAGE_BYTES) {
            throw corrupt(
                    String.format(Locale.ROOT, "pages within their chunk, at most %,d bytes each", MOST_PAGE_BYTES),
                    String.format(Locale.ROOT, "one of %,d bytes, packed %,d", plain, packed));
        }
        if (number(chunk.number(4), "a codec") == UNCOMPRESSED && plain != packed) {
            throw corrupt("pages that are not packed", "one of two sizes");
        }
        ThriftStruct dictionary = header.struct(7);
        ThriftStruct first = header.struct(5);
        ThriftStruct second = header.struct(8);
        boolean isDictionary = number(header.number(1), "a page's kind") == 2;
        ThriftStruct data = isDictionary ? dictionary : first.bytes() > 0 ? first : second;
        Long values = data.number(1);
        if (values == null || values < 0 || values > MOST_PAGE_VALUES) {
            throw corrupt(
                    String.format(Locale.ROOT, "0 to %,d values in a page", MOST_PAGE_VALUES),
                    values == null ? "none" : String.format(Locale.ROOT, "%,d", values));
        }
        return isDictionary ? 0 : values;
    }

    /** The index of pages must lead to the pages. */
    private void requireIndex(ThriftStruct chunk, Set<Long> places) {
        Long at = chunk.number(4);
        Long size = chunk.number(5);
        within(at, size);
        if (at == null || size == null) {
            return;
        }
        for (ThriftStruct page : read(at, size, "the index of pages").structs(1)) {
            if (!places.contains(number(page.number(1), "a page's place"))) {
                throw corrupt("an index of the pages that there are", "a page elsewhere");
            }
        }
    }

    /** What an index says of its own place. */
    private void within(@Nullable Long at, @Nullable Long size) {
        if (at == null && size == null) {
            return;
        }
        if (at == null || size == null || at < MAGIC.length || size < 0 || at > footerAt - size) {
            throw corrupt("an index before the footer", "one from byte " + at + " on, of " + size + " bytes");
        }
        read(at, size, "an index of pages");
    }

    private ThriftStruct read(long at, long size, String what) {
        ByteBuffer in = bytes.asSlice(at, Math.min(size, MOST_FOOTER_BYTES)).asByteBuffer();
        try {
            return ThriftStruct.read(in);
        } catch (IOException e) {
            throw corrupt(what + " at byte " + String.format(Locale.ROOT, "%,d", at), String.valueOf(e.getMessage()));
        }
    }

    private long number(@Nullable Long number, String what) {
        if (number == null) {
            throw corrupt(what, "none");
        }
        return number;
    }

    private CorruptFileException corrupt(String expected, String found) {
        return new CorruptFileException(file, expected, found, WAY_OUT);
    }
}

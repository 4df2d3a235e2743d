package dev.hourglass.data.files;

import dev.hourglass.files.Excerpt;
import dev.hourglass.tensor.CorruptFileException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A member of a zip, as its directory has it and its own header doesn't contradict. Where it lies is what Java's {@code
 * ZipFile} doesn't tell, and what mapping an array of gigabytes takes.
 *
 * @param deflated else it is stored as it is
 * @param checksum CRC-32 of its bytes
 * @param at where its bytes begin in the file
 * @param stored how many bytes it takes there; they are there
 * @param size how many bytes it has; not checked where it is deflated
 */
record ZipMember(String name, boolean deflated, long checksum, long at, long stored, long size) {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int END_BYTES = 22;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int MOST_COMMENT_BYTES = 0xFFFF;
    private static final int LARGE_LOCATOR_BYTES = 20;
    private static final int LARGE_LOCATOR_SIGNATURE = 0x07064b50;
    private static final int LARGE_END_BYTES = 56;
    private static final int LARGE_END_SIGNATURE = 0x06064b50;
    private static final int ENTRY_BYTES = 46;
    private static final int ENTRY_SIGNATURE = 0x02014b50;
    private static final int HEADER_BYTES = 30;
    private static final int HEADER_SIGNATURE = 0x04034b50;
    private static final int LARGE_FIELD = 1;
    private static final int ENCRYPTED = 1;
    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final int MOST_MEMBERS = 10_000;
    private static final long IN_LARGE_FIELD = 0xFFFF_FFFFL;

    /**
     * @param zip the whole file
     * @throws CorruptFileException if it is no whole zip, a member is there twice, or a member can't be read here
     */
    static List<ZipMember> all(Path file, MemorySegment zip) {
        return new Reader(file, zip).members();
    }

    private record Reader(Path file, MemorySegment zip) {
        List<ZipMember> members() {
            long end = end();
            long count = u2(end + 10);
            long length = u4(end + 12);
            long at = u4(end + 16);
            long locator = end - LARGE_LOCATOR_BYTES;
            if (locator >= 0 && u4(locator) == LARGE_LOCATOR_SIGNATURE) {
                long large = zip.get(LONG, locator + 8);
                if (large < 0 || large > locator - LARGE_END_BYTES || u4(large) != LARGE_END_SIGNATURE) {
                    throw damaged("a damaged end");
                }
                count = zip.get(LONG, large + 32);
                length = zip.get(LONG, large + 40);
                at = zip.get(LONG, large + 48);
            }
            if (count < 0 || count > MOST_MEMBERS) {
                throw damaged(String.format(Locale.ROOT, "%,d members; at most %,d are read", count, MOST_MEMBERS));
            }
            if (at < 0 || length < 0 || at > end || length > end - at) {
                throw damaged("a directory beyond its end");
            }
            List<ZipMember> members = new ArrayList<>();
            Set<String> names = new HashSet<>();
            long stop = at + length;
            for (int i = 0; i < count; i++) {
                at = member(at, stop, members);
                if (!names.add(members.getLast().name)) {
                    throw damaged("'" + Excerpt.of(members.getLast().name) + "' twice");
                }
            }
            return members;
        }

        private long end() {
            long size = zip.byteSize();
            for (long at = size - END_BYTES; at >= Math.max(0, size - END_BYTES - MOST_COMMENT_BYTES); at--) {
                if (u4(at) == END_SIGNATURE) {
                    return at;
                }
            }
            throw damaged("no end of one");
        }

        /** @return where the next one begins */
        private long member(long at, long stop, List<ZipMember> members) {
            if (at > stop - ENTRY_BYTES || u4(at) != ENTRY_SIGNATURE) {
                throw damaged("a damaged directory");
            }
            int nameBytes = u2(at + 28);
            int extraBytes = u2(at + 30);
            long next = at + ENTRY_BYTES + nameBytes + extraBytes + u2(at + 32);
            if (next > stop) {
                throw damaged("a damaged directory");
            }
            String name = new String(
                    zip.asSlice(at + ENTRY_BYTES, nameBytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            int flags = u2(at + 8);
            int method = u2(at + 10);
            if ((flags & ENCRYPTED) != 0 || (method != STORED && method != DEFLATED)) {
                throw damaged("'" + Excerpt.of(name) + "', which is "
                        + ((flags & ENCRYPTED) != 0 ? "encrypted" : "packed by method " + method));
            }
            long stored = u4(at + 20);
            long size = u4(at + 24);
            long header = u4(at + 42);
            long field = largeField(at + ENTRY_BYTES + nameBytes, extraBytes);
            long fieldEnd = at + ENTRY_BYTES + nameBytes + extraBytes;
            if (size == IN_LARGE_FIELD) {
                size = large(field, fieldEnd);
                field += 8;
            }
            if (stored == IN_LARGE_FIELD) {
                stored = large(field, fieldEnd);
                field += 8;
            }
            if (header == IN_LARGE_FIELD) {
                header = large(field, fieldEnd);
            }
            if (header < 0 || header > zip.byteSize() - HEADER_BYTES || u4(header) != HEADER_SIGNATURE) {
                throw damaged("no header of '" + Excerpt.of(name) + "'");
            }
            long begin = header + HEADER_BYTES + u2(header + 26) + u2(header + 28);
            if (stored < 0
                    || size < 0
                    || begin > zip.byteSize()
                    || stored > zip.byteSize() - begin
                    || (method == STORED && stored != size)) {
                throw damaged("other sizes of '" + Excerpt.of(name) + "' than it can have");
            }
            members.add(new ZipMember(name, method == DEFLATED, u4(at + 16), begin, stored, size));
            return next;
        }

        /** Where the field with numbers of 64 bits begins among the extra ones; the end if there is none. */
        private long largeField(long at, int extraBytes) {
            long field = at;
            long end = at + extraBytes;
            while (field <= end - 4) {
                if (u2(field) == LARGE_FIELD) {
                    return field + 4;
                }
                field += 4 + u2(field + 2);
            }
            return end;
        }

        private long large(long at, long end) {
            if (at > end - 8) {
                throw damaged("a damaged directory");
            }
            return zip.get(LONG, at);
        }

        private int u2(long at) {
            return Short.toUnsignedInt(zip.get(SHORT, at));
        }

        private long u4(long at) {
            return Integer.toUnsignedLong(zip.get(INT, at));
        }

        private CorruptFileException damaged(String found) {
            return new CorruptFileException(
                    file, "a whole zip of stored or deflated members", found, "Get the file again or save it again.");
        }
    }
}

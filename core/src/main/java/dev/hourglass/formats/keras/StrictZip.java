package dev.hourglass.formats.keras;

import dev.hourglass.files.FreeHeap;
import dev.hourglass.formats.json.Json;
import dev.hourglass.hdf5.BoundedInput;
import dev.hourglass.tensor.CorruptFileException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;

/**
 * The zip around a {@code .keras} file, read strictly: a member once, under a plain name, and no larger than what is
 * stored of it can honestly be. It is read from a file that is open already, so nobody can put another in its place meanwhile,
 * which Java's own {@code ZipFile} can't do: it takes a path. Nothing Keras writes needs the format's extension to 4 GB and
 * more.
 */
final class StrictZip {
    /** Weights hardly shrink, JSON to a tenth. */
    private static final long MOST_EXPANSION = 20;

    private static final long ALWAYS_ALLOWED_BYTES = 1 << 20;
    private static final int MOST_DIRECTORY_BYTES = 1 << 20;
    private static final int END_BYTES = 22;
    private static final int MOST_COMMENT_BYTES = 0xFFFF;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int ENTRY_BYTES = 46;
    private static final int ENTRY_SIGNATURE = 0x02014b50;
    private static final int HEADER_BYTES = 30;
    private static final int HEADER_SIGNATURE = 0x04034b50;
    private static final int ENCRYPTED = 1;
    /** Not the zip format's own first moment, which Java takes for no moment at all. */
    private static final LocalDateTime TIMESTAMP = LocalDateTime.of(1980, 2, 1, 0, 0);

    private final FileChannel channel;
    private final Path file;
    private final Map<String, Entry> members;

    /**
     * A member as the directory has it.
     *
     * @param stored how many bytes it takes in the zip
     * @param size how many bytes it has
     * @param header where its own header begins
     */
    private record Entry(byte[] name, int flags, int method, int crc, long stored, long size, long header) {
        String shownName() {
            return new String(name, StandardCharsets.UTF_8);
        }
    }

    private StrictZip(FileChannel channel, Path file, Map<String, Entry> members) {
        this.channel = channel;
        this.file = file;
        this.members = members;
    }

    /**
     * @param channel stays the caller's, who closes it when nothing is read any more
     * @param file for errors
     * @throws CorruptFileException if it is no zip, or one that Keras doesn't write
     * @throws IOException if it can't be read
     */
    static StrictZip open(FileChannel channel, Path file) throws IOException {
        StrictZip zip = new StrictZip(channel, file, new HashMap<>());
        zip.addMembers();
        return zip;
    }

    private void addMembers() throws IOException {
        long storedTotal = 0;
        long total = 0;
        for (Entry entry : entries()) {
            String name = entry.shownName();
            if (name.startsWith("/") || name.contains("..") || name.contains("\\") || name.contains(":")) {
                throw corrupt("plain names in the zip", "'" + Json.printable(name) + "'");
            }
            if (members.put(name, entry) != null) {
                throw corrupt("each member of the zip once", "'" + Json.printable(name) + "' twice");
            }
            total += entry.size;
            storedTotal += entry.stored;
        }
        long length = channel.size();
        if (storedTotal > length) {
            throw corrupt("members that lie in the zip's " + length + " bytes", storedTotal + " bytes");
        }
        if (total > ALWAYS_ALLOWED_BYTES + MOST_EXPANSION * storedTotal) {
            throw corrupt(
                    "members at most " + MOST_EXPANSION + " times as large as their " + storedTotal
                            + " bytes in the zip",
                    total + " bytes");
        }
    }

    /** The directory lies right before the end of the zip, after which nothing comes but a comment. */
    private List<Entry> entries() throws IOException {
        int tail = (int) Math.min(channel.size(), END_BYTES + MOST_COMMENT_BYTES);
        long tailAt = channel.size() - tail;
        ByteBuffer end = bytes(tailAt, tail, "its end");
        int at = tail - END_BYTES;
        while (at >= 0 && end.getInt(at) != END_SIGNATURE) {
            at--;
        }
        if (at < 0) {
            throw corrupt("a whole zip", "no end of one");
        }
        int count = Short.toUnsignedInt(end.getShort(at + 10));
        long length = Integer.toUnsignedLong(end.getInt(at + 12));
        long start = Integer.toUnsignedLong(end.getInt(at + 16));
        if (length > MOST_DIRECTORY_BYTES) {
            throw corrupt("a directory of at most " + MOST_DIRECTORY_BYTES + " bytes in the zip", length + " bytes");
        }
        if (start + length != tailAt + at) {
            throw corrupt(
                    "the zip's directory right before its end at byte " + (tailAt + at),
                    length + " bytes from byte " + start);
        }
        List<Entry> entries = entries(bytes(start, (int) length, "its directory"));
        if (entries.size() != count) {
            throw corrupt(count + " members, as the zip's end says", entries.size() + " in its directory");
        }
        return entries;
    }

    private List<Entry> entries(ByteBuffer directory) {
        List<Entry> entries = new ArrayList<>();
        int at = 0;
        while (at < directory.limit()) {
            int left = directory.limit() - at;
            int nameBytes = left < ENTRY_BYTES ? 0 : Short.toUnsignedInt(directory.getShort(at + 28));
            int entryBytes = left < ENTRY_BYTES
                    ? ENTRY_BYTES
                    : ENTRY_BYTES
                            + nameBytes
                            + Short.toUnsignedInt(directory.getShort(at + 30))
                            + Short.toUnsignedInt(directory.getShort(at + 32));
            if (left < entryBytes || directory.getInt(at) != ENTRY_SIGNATURE) {
                throw corrupt("a whole zip", "a damaged directory");
            }
            byte[] name = new byte[nameBytes];
            directory.get(at + ENTRY_BYTES, name);
            entries.add(new Entry(
                    name,
                    Short.toUnsignedInt(directory.getShort(at + 8)),
                    Short.toUnsignedInt(directory.getShort(at + 10)),
                    directory.getInt(at + 16),
                    Integer.toUnsignedLong(directory.getInt(at + 20)),
                    Integer.toUnsignedLong(directory.getInt(at + 24)),
                    Integer.toUnsignedLong(directory.getInt(at + 42))));
            at += entryBytes;
        }
        return entries;
    }

    /** @param what they are, for the error of a file that does not have them */
    private ByteBuffer bytes(long at, int count, String what) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                throw corrupt("a whole zip", "one that is cut short in " + what);
            }
        }
        return bytes.flip();
    }

    boolean has(String name) {
        return members.containsKey(name);
    }

    /** @throws CorruptFileException if there is no such member, or it is damaged or larger than {@code most} bytes */
    byte[] read(String name, long most) throws IOException {
        Entry entry = members.get(name);
        if (entry == null) {
            throw corrupt("a member " + name + " in the zip", "none");
        }
        if (entry.size > most) {
            throw corrupt(name + " of at most " + most + " bytes", entry.size + " bytes");
        }
        if (!FreeHeap.holds(entry.size, FreeHeap::freeBytes)) {
            throw new CorruptFileException(
                    file,
                    name + " that fits into memory (" + BoundedInput.count(FreeHeap.freeBytes()) + " bytes are free)",
                    BoundedInput.count(entry.size) + " bytes",
                    "Give the JVM more memory with -Xmx, or a smaller model.");
        }
        Inflater inflater = new Inflater(true);
        try {
            InputStream stored = new Piece(channel, start(entry), entry.stored);
            InputStream in = isStored(entry, name) ? stored : new InflaterInputStream(stored, inflater, 1 << 16);
            byte[] bytes = new byte[(int) entry.size];
            int count = in.readNBytes(bytes, 0, bytes.length);
            CRC32 checksum = new CRC32();
            checksum.update(bytes);
            if (count != bytes.length || in.read() >= 0 || (int) checksum.getValue() != entry.crc) {
                throw corrupt(name + " of " + entry.size + " bytes with its checksum", "other bytes");
            }
            return bytes;
        } catch (ZipException | EOFException e) {
            throw corrupt("a whole zip", Json.printable(String.valueOf(e.getMessage())));
        } finally {
            inflater.end();
        }
    }

    private boolean isStored(Entry entry, String name) {
        if ((entry.flags & ENCRYPTED) != 0) {
            throw corrupt(name + " as it is", "an encrypted one");
        }
        if (entry.method != ZipEntry.STORED && entry.method != ZipEntry.DEFLATED) {
            throw corrupt(name + " stored or deflated", "method " + entry.method);
        }
        return entry.method == ZipEntry.STORED;
    }

    /** Where a member's bytes begin, after its own header, whose name must be the directory's. */
    private long start(Entry entry) throws IOException {
        ByteBuffer header = bytes(entry.header, HEADER_BYTES, "a member's header");
        int nameBytes = Short.toUnsignedInt(header.getShort(26));
        int extraBytes = Short.toUnsignedInt(header.getShort(28));
        long afterHeader = entry.header + HEADER_BYTES;
        if (header.getInt(0) != HEADER_SIGNATURE
                || nameBytes != entry.name.length
                || !bytes(afterHeader, nameBytes, "a member's name").equals(ByteBuffer.wrap(entry.name))) {
            throw corrupt(
                    "the header of '" + Json.printable(entry.shownName()) + "' at byte " + entry.header + " of the zip",
                    "another");
        }
        return afterHeader + nameBytes + extraBytes;
    }

    /** A piece of a file; reading it leaves the channel's position alone. */
    private static final class Piece extends InputStream {
        /** The channel keeps as much memory outside the heap as it ever reads at once, for each thread. */
        private static final int MOST_AT_ONCE = 1 << 20;

        private final FileChannel channel;
        private long at;
        private long left;

        Piece(FileChannel channel, long at, long bytes) {
            this.channel = channel;
            this.at = at;
            this.left = bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int most = (int) Math.min(Math.min(length, MOST_AT_ONCE), left);
            int count = channel.read(ByteBuffer.wrap(into, offset, most), at);
            at += Math.max(0, count);
            left = count < 0 ? 0 : left - count;
            return count;
        }
    }

    /** A member to be written. */
    record Member(String name, byte[] bytes) {}

    /** Writes a zip of stored members; the same members give the same bytes. */
    static void write(List<Member> members, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        for (Member member : members) {
            ZipEntry entry = new ZipEntry(member.name);
            entry.setMethod(ZipEntry.STORED);
            entry.setTimeLocal(TIMESTAMP);
            entry.setSize(member.bytes.length);
            CRC32 checksum = new CRC32();
            checksum.update(member.bytes);
            entry.setCrc(checksum.getValue());
            zip.putNextEntry(entry);
            zip.write(member.bytes);
            zip.closeEntry();
        }
        zip.finish();
        zip.flush();
    }

    private CorruptFileException corrupt(String expected, String found) {
        return new CorruptFileException(file, expected, found, "Get the file again or save the model again.");
    }
}

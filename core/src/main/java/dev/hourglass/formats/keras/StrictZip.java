package dev.hourglass.formats.keras;

import dev.hourglass.files.FreeHeap;
import dev.hourglass.formats.hdf5.BoundedInput;
import dev.hourglass.formats.json.Json;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The zip around a {@code .keras} file, read strictly: a member once, under a plain name, and no larger than what is
 * stored of it can honestly be.
 */
final class StrictZip implements AutoCloseable {
    /** Weights hardly shrink, JSON to a tenth. */
    private static final long MOST_EXPANSION = 20;

    private static final long ALWAYS_ALLOWED_BYTES = 1 << 20;
    private static final int MOST_DIRECTORY_BYTES = 1 << 20;
    private static final int END_BYTES = 22;
    private static final int END_SIGNATURE = 0x06054b50;
    /** Not the zip format's own first moment, which Java takes for no moment at all. */
    private static final LocalDateTime TIMESTAMP = LocalDateTime.of(1980, 2, 1, 0, 0);

    private final Path file;
    private final ZipFile zip;
    private final Map<String, ZipEntry> members = new HashMap<>();

    private StrictZip(Path file, ZipFile zip) {
        this.file = file;
        this.zip = zip;
    }

    /**
     * @throws CorruptFileException if it is no zip, or one that Keras doesn't write
     * @throws IOException if it can't be read
     */
    static StrictZip open(Path file) throws IOException {
        requireSmallDirectory(file);
        try {
            StrictZip zip = new StrictZip(file, new ZipFile(file.toFile()));
            try {
                zip.addMembers();
                return zip;
            } catch (IOException | RuntimeException e) {
                zip.close();
                throw e;
            }
        } catch (ZipException | IllegalArgumentException e) {
            throw damaged(file, e);
        }
    }

    /** The platform reads the whole directory into memory before anybody can look at it. */
    private static void requireSmallDirectory(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            int length = (int) Math.min(channel.size(), END_BYTES + 0xFFFF);
            ByteBuffer end = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
            while (end.hasRemaining() && channel.read(end, channel.size() - length + end.position()) >= 0) {
                // until the buffer is full
            }
            for (int at = length - END_BYTES; at >= 0; at--) {
                if (end.getInt(at) == END_SIGNATURE) {
                    long directory = Integer.toUnsignedLong(end.getInt(at + 12));
                    if (directory > MOST_DIRECTORY_BYTES) {
                        throw corrupt(
                                file,
                                "a directory of at most " + MOST_DIRECTORY_BYTES + " bytes in the zip",
                                directory + " bytes");
                    }
                    return;
                }
            }
        }
        throw corrupt(file, "a whole zip", "no end of one");
    }

    private void addMembers() throws IOException {
        long storedTotal = 0;
        long total = 0;
        for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
            String name = entry.getName();
            if (name.startsWith("/") || name.contains("..") || name.contains("\\") || name.contains(":")) {
                throw corrupt(file, "plain names in the zip", "'" + Json.printable(name) + "'");
            }
            if (members.put(name, entry) != null) {
                throw corrupt(file, "each member of the zip once", "'" + Json.printable(name) + "' twice");
            }
            total += Math.max(0, entry.getSize());
            storedTotal += Math.max(0, entry.getCompressedSize());
        }
        long length = Files.size(file);
        if (storedTotal > length) {
            throw corrupt(file, "members that lie in the zip's " + length + " bytes", storedTotal + " bytes");
        }
        if (total > ALWAYS_ALLOWED_BYTES + MOST_EXPANSION * storedTotal) {
            throw corrupt(
                    file,
                    "members at most " + MOST_EXPANSION + " times as large as their " + storedTotal
                            + " bytes in the zip",
                    total + " bytes");
        }
    }

    boolean has(String name) {
        return members.containsKey(name);
    }

    /** @throws CorruptFileException if there is no such member, or it is damaged or larger than {@code most} bytes */
    byte[] read(String name, long most) throws IOException {
        ZipEntry entry = members.get(name);
        if (entry == null) {
            throw corrupt(file, "a member " + name + " in the zip", "none");
        }
        if (entry.getSize() > most) {
            throw corrupt(file, name + " of at most " + most + " bytes", entry.getSize() + " bytes");
        }
        if (!FreeHeap.holds(entry.getSize(), FreeHeap::freeBytes)) {
            throw new CorruptFileException(
                    file,
                    name + " that fits into memory (" + BoundedInput.count(FreeHeap.freeBytes()) + " bytes are free)",
                    BoundedInput.count(entry.getSize()) + " bytes",
                    "Give the JVM more memory with -Xmx, or a smaller model.");
        }
        try (InputStream in = zip.getInputStream(entry)) {
            byte[] bytes = new byte[(int) entry.getSize()];
            int count = in.readNBytes(bytes, 0, bytes.length);
            CRC32 checksum = new CRC32();
            checksum.update(bytes);
            if (count != bytes.length || in.read() >= 0 || checksum.getValue() != entry.getCrc()) {
                throw corrupt(file, name + " of " + entry.getSize() + " bytes with its checksum", "other bytes");
            }
            return bytes;
        } catch (ZipException | java.io.EOFException e) {
            throw damaged(file, e);
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

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private static CorruptFileException damaged(Path file, Exception e) {
        return corrupt(file, "a whole zip", Json.printable(String.valueOf(e.getMessage())));
    }

    private static CorruptFileException corrupt(Path file, String expected, String found) {
        return new CorruptFileException(file, expected, found, "Get the file again or save the model again.");
    }
}

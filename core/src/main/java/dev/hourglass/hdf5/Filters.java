package dev.hourglass.hdf5;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * What was done to a chunk before it was stored: shuffled (all first bytes of its elements, then all second bytes, ...),
 * deflated, both or nothing.
 *
 * @param ids in the order of writing, each at most once
 */
record Filters(BoundedInput input, List<Integer> ids) {
    private static final int DEFLATE = 1;
    private static final int SHUFFLE = 2;
    private static final int MAX_DEFLATE_RATIO = 1032;

    static Filters none(BoundedInput input) {
        return new Filters(input, List.of());
    }

    /**
     * Reads a filter message: version, number of filters, in version 1 six zeros; then for each its id (2), the length
     * of its name (2, not in version 2 for those of HDF5 itself), flags (2), number of values (2), name and values.
     */
    static Filters read(BoundedInput input, Cursor in) {
        long at = in.address();
        int version = in.unsignedByte();
        if (version != 1 && version != 2) {
            throw input.refuse(at, "filters of version 1 or 2", String.valueOf(version));
        }
        int count = in.unsignedByte();
        in.skip(version == 1 ? 6 : 0);
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int id = in.unsignedShort();
            if ((id != DEFLATE && id != SHUFFLE) || ids.contains(id)) {
                throw input.refuse(
                        at,
                        "the filters deflate (1) and shuffle (2), each once",
                        "filter " + id,
                        "Save the data set without it.");
            }
            int nameBytes = version == 1 ? in.unsignedShort() : 0;
            in.skip(2);
            int values = in.unsignedShort();
            in.skip(nameBytes + 4L * values + (version == 1 && values % 2 == 1 ? 4 : 0));
            ids.add(id);
        }
        return new Filters(input, List.copyOf(ids));
    }

    /** How many bytes a stored chunk can be unpacked to at most. */
    long mostUnpacked(long storedBytes, long mask) {
        int deflate = ids.indexOf(DEFLATE);
        return deflate >= 0 && applied(deflate, mask) ? storedBytes * MAX_DEFLATE_RATIO : storedBytes;
    }

    /** Whether a chunk has as many bytes in the file as in memory. */
    boolean keepsSize(long mask) {
        int deflate = ids.indexOf(DEFLATE);
        return deflate < 0 || !applied(deflate, mask);
    }

    /**
     * Undoes the filters.
     *
     * @param mask a bit for each filter that this chunk was spared
     * @param chunkBytes what must come out
     */
    MemorySegment unpack(MemorySegment stored, long address, long mask, int chunkBytes, int elementBytes) {
        MemorySegment unpacked = stored;
        for (int i = ids.size() - 1; i >= 0; i--) {
            if (applied(i, mask)) {
                byte[] undone = ids.get(i) == DEFLATE
                        ? inflate(unpacked, address, chunkBytes)
                        : unshuffle(unpacked, elementBytes);
                unpacked = MemorySegment.ofArray(undone);
            }
        }
        return unpacked;
    }

    private static boolean applied(int filter, long mask) {
        return (mask >> filter & 1) == 0;
    }

    private byte[] inflate(MemorySegment stored, long address, int chunkBytes) {
        byte[] inflated = new byte[chunkBytes];
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(stored.asByteBuffer());
            int count = 0;
            while (count < chunkBytes) {
                int more = inflater.inflate(inflated, count, chunkBytes - count);
                if (more == 0) {
                    break;
                }
                count += more;
            }
            boolean atEnd = count == chunkBytes && inflater.inflate(new byte[1]) == 0 && inflater.finished();
            if (!atEnd) {
                throw input.refuse(
                        address,
                        BoundedInput.count(chunkBytes) + " bytes of a deflated chunk",
                        count < chunkBytes ? BoundedInput.count(count) : "more or no end");
            }
            return inflated;
        } catch (DataFormatException e) {
            throw input.refuse(address, "a deflated chunk", "other bytes");
        }
    }

    private static byte[] unshuffle(MemorySegment shuffled, int elementBytes) {
        byte[] from = BoundedInput.copy(shuffled);
        byte[] to = new byte[from.length];
        int elements = from.length / elementBytes;
        for (int b = 0; b < elementBytes; b++) {
            for (int i = 0; i < elements; i++) {
                to[i * elementBytes + b] = from[b * elements + i];
            }
        }
        return to;
    }
}

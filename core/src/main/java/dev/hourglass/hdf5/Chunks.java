package dev.hourglass.hdf5;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Reads a data set that lies in chunks: boxes of equal size that cover it, those at its far ends beyond it. First all
 * are found and held against what is expected; then one after the other is unpacked and its rows are copied.
 */
final class Chunks {
    private static final int MAX_CHUNKS = 100_000;
    private static final int MAX_CHUNK_BYTES = Integer.MAX_VALUE - 8;
    private static final int MAX_LEVELS = 16;
    private static final int UNFILTERED_ENTRY = 8;
    private static final int MASK_BYTES = 4;

    /** @param number of the chunk, row-major */
    private record Chunk(int number, long address, long storedBytes, long mask) {}

    private final BoundedInput input;
    private final ObjectHeader header;
    private final Filters filters;
    private final int[] dimensions;
    private final int[] box;
    /** How many boxes cover each dimension. */
    private final int[] boxes;

    private final int expected;
    private final int chunkBytes;
    private final int elementBytes;
    private final List<Chunk> chunks = new ArrayList<>();

    Chunks(BoundedInput input, ObjectHeader header, Dataspace space, Datatype type, List<Integer> box) {
        this.input = input;
        this.header = header;
        this.filters = header.first(ObjectHeader.FILTERS)
                .map(message -> Filters.read(input, message))
                .orElse(Filters.none(input));
        this.dimensions = ints(space.dimensions());
        this.box = ints(box);
        if (this.box.length != dimensions.length) {
            throw refuse("chunks of " + dimensions.length + " dimensions", String.valueOf(this.box.length));
        }
        this.boxes = new int[dimensions.length];
        this.elementBytes = (int) type.size();
        long count = 1;
        long bytes = elementBytes;
        for (int axis = 0; axis < dimensions.length; axis++) {
            boxes[axis] = Math.ceilDiv(dimensions[axis], this.box[axis]);
            count = Math.min(count * boxes[axis], MAX_CHUNKS + 1L);
            bytes = Math.min(bytes * this.box[axis], MAX_CHUNK_BYTES + 1L);
        }
        if (count > MAX_CHUNKS) {
            throw refuse("at most " + BoundedInput.count(MAX_CHUNKS) + " chunks", "more");
        }
        if (bytes > MAX_CHUNK_BYTES) {
            throw refuse("chunks of at most " + BoundedInput.count(MAX_CHUNK_BYTES) + " bytes", "larger ones");
        }
        this.expected = (int) count;
        this.chunkBytes = (int) bytes;
    }

    /** Finds all chunks and checks that the file can hold what they promise. */
    void find(DataLayout.Index index) {
        switch (index) {
            case DataLayout.Index.Tree tree -> findInTree(tree.address());
            case DataLayout.Index.FixedArray array -> findInFixedArray(array.address());
            case DataLayout.Index.Single single ->
                chunks.add(new Chunk(0, single.address(), single.storedBytes(), single.mask()));
            case DataLayout.Index.SingleUnfiltered single -> chunks.add(new Chunk(0, single.address(), chunkBytes, 0));
            case DataLayout.Index.Implicit implicit -> findInRow(implicit.address());
        }
        BitSet found = new BitSet(expected);
        for (Chunk chunk : chunks) {
            check(chunk);
            found.set(chunk.number);
        }
        if (found.cardinality() != expected || chunks.size() != expected) {
            throw refuse(
                    BoundedInput.count(expected) + " chunks, all of them written",
                    BoundedInput.count(found.cardinality()));
        }
    }

    private void check(Chunk chunk) {
        boolean possible = filters.keepsSize(chunk.mask)
                ? chunk.storedBytes == chunkBytes
                : chunk.storedBytes <= input.length()
                        && filters.mostUnpacked(chunk.storedBytes, chunk.mask) >= chunkBytes;
        if (!possible || chunk.number < 0 || chunk.number >= expected) {
            throw input.refuse(
                    chunk.address,
                    BoundedInput.count(chunkBytes) + " bytes in each chunk",
                    BoundedInput.count(chunk.storedBytes) + " stored bytes");
        }
    }

    /** Unpacks the chunks that {@link #find} has found. */
    void readInto(Numbers numbers) {
        if (!filters.ids().isEmpty()) {
            input.reserve(3L * chunkBytes, "unpacked chunks");
        }
        for (Chunk chunk : chunks) {
            MemorySegment stored = input.stored(chunk.address, chunk.storedBytes, "a chunk");
            MemorySegment plain = filters.unpack(stored, chunk.address, chunk.mask, chunkBytes, elementBytes);
            copyRows(chunk.number, plain, numbers);
        }
    }

    private void copyRows(int number, MemorySegment plain, Numbers numbers) {
        int rank = dimensions.length;
        int[] start = new int[rank];
        int rest = number;
        for (int axis = rank - 1; axis >= 0; axis--) {
            start[axis] = rest % boxes[axis] * box[axis];
            rest /= boxes[axis];
        }
        int last = rank - 1;
        int rowLength = Math.min(box[last], dimensions[last] - start[last]);
        int[] within = new int[rank];
        while (true) {
            long from = 0;
            int into = 0;
            for (int axis = 0; axis < rank; axis++) {
                from = from * box[axis] + within[axis];
                into = into * dimensions[axis] + start[axis] + within[axis];
            }
            numbers.put(plain, from, into, rowLength);
            int axis = last - 1;
            while (axis >= 0 && ++within[axis] == Math.min(box[axis], dimensions[axis] - start[axis])) {
                within[axis] = 0;
                axis--;
            }
            if (axis < 0) {
                return;
            }
        }
    }

    /** A key has the stored bytes (4), the mask (4), the first element's place (8 each) and a zero (8). */
    private void findInTree(long address) {
        long keyBytes = 8 + 8L * (dimensions.length + 1);
        new BTree(input, 1, "a B-tree node of chunks", MAX_LEVELS).visitLeaves(address, keyBytes, (key, child) -> {
            long storedBytes = key.unsignedInt();
            long mask = key.unsignedInt();
            add(new Chunk(number(key), child, storedBytes, mask));
        });
    }

    private int number(Cursor key) {
        int number = 0;
        for (int axis = 0; axis < dimensions.length; axis++) {
            long at = key.address();
            long place = key.length();
            if (place >= dimensions[axis] || place % box[axis] != 0) {
                throw input.refuse(
                        at,
                        "a chunk's place, a multiple of " + box[axis] + " below " + dimensions[axis],
                        BoundedInput.count(place));
            }
            number = number * boxes[axis] + (int) (place / box[axis]);
        }
        return number;
    }

    /**
     * <pre>
     * header  "FAHD", 0, filtered (1), bytes of an entry (1), bits of a page (1), entries (8), block (8), checksum
     * block   "FADB", 0, filtered (1), header (8), entries, checksum
     * entry   address (8), and if filtered stored bytes and mask (4)
     * </pre>
     */
    private void findInFixedArray(long address) {
        input.visit(address, "a fixed array");
        Cursor in = input.at(address, 28, "a fixed array");
        in.signature("FAHD");
        in.expect(0, "fixed array version");
        int filtered = in.unsignedByte();
        int entryBytes = in.unsignedByte();
        int pageBits = in.unsignedByte();
        long entries = in.length();
        long block = in.pointer();
        in.checksum();
        boolean sizesFit = filtered == 0
                ? entryBytes == UNFILTERED_ENTRY
                : filtered == 1 && entryBytes > UNFILTERED_ENTRY + MASK_BYTES && entryBytes <= 20;
        if (!sizesFit || entries != expected || pageBits > 62 || entries > 1L << pageBits) {
            throw input.refuse(
                    address,
                    BoundedInput.count(expected) + " chunks in a fixed array of one page",
                    BoundedInput.count(entries) + " entries of " + entryBytes + " bytes",
                    BoundedInput.SAVE_PLAINLY);
        }
        input.visit(block, "a fixed array's block");
        Cursor values = input.at(block, 14 + entries * entryBytes + 4, "a fixed array's block");
        values.signature("FADB");
        values.expect(0, "fixed array version");
        values.expect(filtered, "entries of kind");
        values.skip(8);
        for (int i = 0; i < expected; i++) {
            long chunk = values.pointer();
            long storedBytes = filtered == 0 ? chunkBytes : values.unsigned(entryBytes - UNFILTERED_ENTRY - MASK_BYTES);
            add(new Chunk(i, chunk, storedBytes, filtered == 0 ? 0 : values.unsignedInt()));
        }
        values.checksum();
    }

    private void findInRow(long address) {
        for (int i = 0; i < expected; i++) {
            add(new Chunk(i, address + (long) i * chunkBytes, chunkBytes, 0));
        }
    }

    private void add(Chunk chunk) {
        if (chunks.size() == expected) {
            throw refuse(BoundedInput.count(expected) + " chunks", "more");
        }
        chunks.add(chunk);
    }

    private RuntimeException refuse(String expectation, String found) {
        return input.refuse(header.address(), expectation, found);
    }

    private static int[] ints(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }
}

package dev.hourglass.hdf5;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Where the values of a data set lie. */
sealed interface DataLayout {
    /** In the header itself. */
    record Compact(MemorySegment values) implements DataLayout {}

    /**
     * In one piece.
     *
     * @param address undefined if nothing was ever written
     */
    record Contiguous(long address, long length) implements DataLayout {}

    /**
     * In boxes.
     *
     * @param dimensions of a box, outermost first
     */
    record Chunked(List<Integer> dimensions, Index index) implements DataLayout {}

    /** How chunks are found; the addresses are of the index or, for the last two, of the values. */
    sealed interface Index {
        record Tree(long address) implements Index {}

        record FixedArray(long address) implements Index {}

        record Single(long address, long storedBytes, long mask) implements Index {}

        record SingleUnfiltered(long address) implements Index {}

        record Implicit(long address) implements Index {}
    }

    /** Reads a layout message of version 3 (HDF5 1.6 and newer) or 4 (with libver='latest'). */
    static DataLayout read(BoundedInput input, Cursor in) {
        long at = in.address();
        int version = in.unsignedByte();
        if (version != 3 && version != 4) {
            throw input.refuse(at, "a layout of version 3 or 4", String.valueOf(version), BoundedInput.SAVE_PLAINLY);
        }
        int kind = in.unsignedByte();
        return switch (kind) {
            case 0 -> new Compact(in.takeBytes(in.unsignedShort()));
            case 1 -> new Contiguous(in.pointer(), in.length());
            case 2 -> version == 3 ? readTree(input, in) : readIndexed(input, in);
            case 3 ->
                throw input.refuse(
                        at,
                        "values in this file",
                        "a virtual data set, whose values are in others",
                        "Copy the values into the file.");
            default -> throw input.refuse(at, "a layout that is compact, contiguous or chunked", "layout " + kind);
        };
    }

    private static Chunked readTree(BoundedInput input, Cursor in) {
        int rank = in.unsignedByte() - 1;
        long tree = in.pointer();
        return new Chunked(dimensions(input, in, rank, 4), new Index.Tree(tree));
    }

    private static Chunked readIndexed(BoundedInput input, Cursor in) {
        int flags = in.unsignedByte();
        int rank = in.unsignedByte() - 1;
        int width = in.unsignedByte();
        if (width < 1 || width > 8) {
            throw input.refuse(in.address(), "dimensions of 1 to 8 bytes", String.valueOf(width));
        }
        List<Integer> dimensions = dimensions(input, in, rank, width);
        long at = in.address();
        int type = in.unsignedByte();
        Index index = switch (type) {
            case 1 -> {
                if ((flags & 2) == 0) {
                    yield new Index.SingleUnfiltered(in.pointer());
                }
                long storedBytes = in.length();
                long mask = in.unsignedInt();
                yield new Index.Single(in.pointer(), storedBytes, mask);
            }
            case 2 -> new Index.Implicit(in.pointer());
            case 3 -> {
                in.skip(1);
                yield new Index.FixedArray(in.pointer());
            }
            default ->
                throw input.refuse(
                        at,
                        "chunks in a B-tree of version 1, a fixed array or by themselves",
                        "index type " + type + ", as libver='latest' writes it for data sets that may grow",
                        BoundedInput.SAVE_PLAINLY);
        };
        return new Chunked(dimensions, index);
    }

    /** The size of an element comes last and is not one of the dimensions. */
    private static List<Integer> dimensions(BoundedInput input, Cursor in, int rank, int width) {
        long at = in.address();
        List<Integer> dimensions = new ArrayList<>();
        for (int i = 0; i < rank; i++) {
            long dimension = in.unsigned(width);
            if (dimension < 1 || dimension > Integer.MAX_VALUE) {
                throw input.refuse(at, "chunks of 1 to 2^31 - 1 elements per side", BoundedInput.count(dimension));
            }
            dimensions.add((int) dimension);
        }
        in.unsigned(width);
        return List.copyOf(dimensions);
    }
}

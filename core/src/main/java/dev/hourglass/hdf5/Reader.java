package dev.hourglass.hdf5;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Reads an HDF5 file whole: what h5py and Keras write with their defaults (superblock 0, symbol tables), what they write
 * with {@code libver='latest'} as long as it fits into object headers, and what {@link Writer} writes. Values may
 * be contiguous, compact or chunked, deflated and shuffled.
 *
 * <p>Whatever else the format knows is refused, never guessed and never followed: soft and external links, external
 * and virtual storage, shared types, two links to one object, other filters, values that were never written. {@link
 * BoundedInput} says how hostile files are kept from costing time and memory.
 *
 * @see <a href="https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html">HDF5 File Format Specification
 *     Version 3.0</a>
 */
final class Reader {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    private static final int MAX_DEPTH = 64;
    private static final int MAX_PATH = 4_096;
    private static final int MAX_OBJECTS = 20_000;
    private static final int OPEN_FOR_WRITING = 5;

    private final BoundedInput input;
    private final GlobalHeap heap;
    private int objects;
    /** On the heap, of all data sets found so far; none is read before all are found. */
    private long valueBytes;

    private final boolean exact;

    private Reader(BoundedInput input, boolean exact) {
        this.input = input;
        this.exact = exact;
        this.heap = new GlobalHeap(input);
    }

    /**
     * @param name of the file, for errors
     * @param freeHeap how many bytes may still be allocated
     * @param exact whether numbers keep their digits, as {@link Hdf5File#readExactly} says
     */
    static Group read(MemorySegment bytes, String name, LongSupplier freeHeap, boolean exact) {
        return new Reader(new BoundedInput(name, bytes, freeHeap), exact).readFile();
    }

    private Group readFile() {
        long root = readSuperblock();
        if (readNode(root, "/", 0).get() instanceof Group group) {
            return group;
        }
        throw input.refuse(root, "a group at the root", "a data set");
    }

    /**
     * The address of the root's header.
     *
     * <pre>
     * version 0, 1  signature, versions, sizes of addresses and lengths at byte 13, B-trees' sizes, base, 0, end, 0,
     *               the root's symbol table entry (name, header, ...)
     * version 2, 3  signature, version, sizes (2), flags (1), base, extension, end, root's header, checksum
     * </pre>
     */
    private long readSuperblock() {
        long readable = Math.min(96, input.length());
        Cursor in = input.at(0, readable, "the superblock");
        if (readable < 9 || in.takeBytes(8).mismatch(MemorySegment.ofArray(SIGNATURE)) >= 0) {
            throw input.refuse(0, "an HDF5 file", "one without its signature", "Check that the path is the right one.");
        }
        int version = in.unsignedByte();
        if (version > 3) {
            throw input.refuse(8, "a superblock of version 0 to 3", String.valueOf(version), BoundedInput.SAVE_PLAINLY);
        }
        boolean old = version < 2;
        in.skip(old ? 4 : 0);
        in.expect(8, "bytes of an address");
        in.expect(8, "bytes of a length");
        if (old) {
            in.skip(version == 0 ? 9 : 13);
        } else if ((in.unsignedByte() & OPEN_FOR_WRITING) != 0) {
            throw input.refuse(11, "a file that its writer closed", "one that is still open for writing");
        }
        demand(in, 0, "a file that starts with itself (base 0)");
        demand(in, BoundedInput.UNDEFINED, old ? "no free space of its own" : "no superblock extension");
        long endAt = in.address();
        long end = in.length();
        if (end > input.length()) {
            throw input.refuse(
                    endAt, "a file of " + BoundedInput.count(end) + " bytes", BoundedInput.count(input.length()));
        }
        if (old) {
            demand(in, BoundedInput.UNDEFINED, "no driver information");
            in.skip(8);
        }
        long root = in.pointer();
        if (!old) {
            in.checksum();
        }
        return root;
    }

    private void demand(Cursor in, long value, String what) {
        long at = in.address();
        long found = in.pointer();
        if (found != value) {
            throw input.refuse(at, what, BoundedInput.count(found), BoundedInput.SAVE_PLAINLY);
        }
    }

    /** A node without its values, which are read once all of them are known to fit into memory. */
    private Supplier<? extends Node> readNode(long address, String path, int depth) {
        input.enter(path);
        if (depth > MAX_DEPTH || path.length() > MAX_PATH) {
            throw input.refuse(
                    address,
                    "at most " + MAX_DEPTH + " groups in each other and paths of " + MAX_PATH + " letters",
                    "more");
        }
        if (++objects > MAX_OBJECTS) {
            throw input.refuse(address, "at most " + BoundedInput.count(MAX_OBJECTS) + " objects", "more");
        }
        ObjectHeader header = ObjectHeader.read(input, address);
        if (header.has(ObjectHeader.LAYOUT)) {
            return readDataset(header, path);
        }
        if (!header.has(ObjectHeader.SYMBOL_TABLE) && !header.has(ObjectHeader.LINK_INFO)) {
            throw input.refuse(address, "a group or a data set", "neither", BoundedInput.SAVE_PLAINLY);
        }
        return readGroup(new Attributes(input, heap).of(header), Links.of(input, header), path, depth);
    }

    private Supplier<Group> readGroup(
            Map<String, Attribute> attributes, Map<String, Long> links, String path, int depth) {
        String prefix = depth == 0 ? "/" : path + "/";
        Map<String, Supplier<? extends Node>> children = new LinkedHashMap<>();
        links.forEach((name, child) -> children.put(name, readNode(child, prefix + name, depth + 1)));
        return () -> {
            Map<String, Node> nodes = new LinkedHashMap<>();
            children.forEach((name, child) -> nodes.put(name, child.get()));
            return new Group(attributes, nodes);
        };
    }

    private Supplier<Dataset> readDataset(ObjectHeader header, String path) {
        if (header.has(ObjectHeader.EXTERNAL_FILES)) {
            throw input.refuse(
                    header.address(),
                    "values in this file",
                    "a list of external files",
                    "Copy the values into the file.");
        }
        Dataspace space = Dataspace.read(input, demand(header, ObjectHeader.DATASPACE, "dimensions"));
        Datatype type = Datatype.read(input, demand(header, ObjectHeader.DATATYPE, "a type"));
        DataLayout layout = DataLayout.read(input, demand(header, ObjectHeader.LAYOUT, "a layout"));
        StoredValues values = new StoredValues(input, header.only(ObjectHeader.FILTERS), space, type, layout, exact);
        Supplier<Dataset.Values> found = values.find();
        valueBytes += values.heapBytes();
        input.reserve(valueBytes, "values");
        return () -> {
            input.enter(path);
            return new Dataset(space.dimensions(), found.get());
        };
    }

    private Cursor demand(ObjectHeader header, int type, String what) {
        return header.first(type).orElseThrow(() -> input.refuse(header.address(), what + " of the data set", "none"));
    }
}

package dev.hourglass.hdf5;

import dev.hourglass.files.FreeHeap;
import dev.hourglass.tensor.CorruptFileException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The bytes of an HDF5 file while it is read, and what reading them may cost. An HDF5 file is a graph of addresses that
 * an attacker can bend at will, so there are four bounds that no single structure can know of:
 *
 * <ul>
 *   <li>nothing is read from outside the file;
 *   <li>nothing is visited twice, so there are no cycles;
 *   <li>all in all, no more bytes are read than twice the file's length, so overlapping structures end soon;
 *   <li>what is kept on the heap is reserved before it is allocated: names and text within a fixed sum, numbers within
 *       what the JVM has left.
 * </ul>
 *
 * Not thread-safe; serves one reading.
 */
public final class BoundedInput {
    static final String SAVE_AGAIN = "The file is damaged or cut short; take it from its source again.";
    static final String SAVE_PLAINLY = "Save it again with the defaults of Keras or h5py.";

    /** Of an address that points to nothing. */
    static final long UNDEFINED = -1L;

    /** Of names and texts. Keras's largest, a model's configuration, is below 1 MB. */
    private static final long MAX_TEXT_BYTES = 32L << 20;

    /** What a string or a map's entry takes on the heap beside its letters, roughly. */
    private static final int ENTRY_BYTES = 128;

    private final Set<Long> visited = new HashSet<>();
    private final String name;
    private final MemorySegment bytes;
    private final LongSupplier freeHeap;
    /** Objects, nodes of indexes and heaps; far more than models have. */
    private static final int MAX_VISITS = 500_000;

    private long readBudget;
    private long textBudget = MAX_TEXT_BYTES;
    private String object = "/";

    /** @param freeHeap how many bytes may still be allocated, asked before each large array */
    BoundedInput(String name, MemorySegment bytes, LongSupplier freeHeap) {
        this.name = name;
        this.bytes = bytes;
        this.freeHeap = freeHeap;
        this.readBudget = 2 * bytes.byteSize();
    }

    long length() {
        return bytes.byteSize();
    }

    /** Names what is read from here on, for errors. */
    void enter(String path) {
        object = path;
    }

    /** The path that {@link #enter} was last given. */
    String object() {
        return object;
    }

    /**
     * A stretch of the file.
     *
     * @param what such as {@code a B-tree node}, for errors
     */
    Cursor at(long address, long length, String what) {
        return new Cursor(this, stored(address, length, what), address);
    }

    /** As {@link #at}, for bytes that are copied rather than parsed. */
    MemorySegment stored(long address, long length, String what) {
        if (address < 0 || length < 0 || address > length() || length > length() - address) {
            throw refuse(
                    address,
                    count(length) + " bytes of " + what + " within the file's " + count(length()) + " bytes",
                    address == UNDEFINED ? "no address" : "them at byte " + count(address));
        }
        readBudget -= length;
        if (readBudget < 0) {
            throw refuse(address, "structures that share no bytes", "the same bytes in use many times");
        }
        return bytes.asSlice(address, length);
    }

    /** Refuses a second visit to the same address. */
    void visit(long address, String what) {
        if (visited.size() == MAX_VISITS) {
            throw refuse(address, "at most " + count(MAX_VISITS) + " structures", "more");
        }
        if (!visited.add(address)) {
            throw refuse(address, "a single way to " + what, "a second one, a cycle or a hard link", SAVE_PLAINLY);
        }
    }

    /** Counts a name or a text before it is kept. */
    void keepText(long letters) {
        textBudget -= letters + ENTRY_BYTES;
        if (textBudget < 0) {
            throw refuse(
                    "names and texts of at most " + count(MAX_TEXT_BYTES) + " bytes in all",
                    "more",
                    "No model that Keras saves and no data need so many; give another file.");
        }
    }

    /**
     * Refuses what the JVM can't hold, before it is allocated.
     *
     * @param needed bytes
     */
    void reserve(long needed, String what) {
        if (!FreeHeap.holds(needed, freeHeap)) {
            throw refuse(
                    what + " that fit into memory (" + count(freeHeap.getAsLong()) + " bytes are free)",
                    count(needed) + " bytes",
                    "Give the JVM more memory with -Xmx, or a smaller file.");
        }
    }

    CorruptFileException refuse(String expected, String found, String wayOut) {
        return new CorruptFileException(name + ", " + Name.shown(object), expected, found, wayOut);
    }

    CorruptFileException refuse(long address, String expected, String found) {
        return refuse(address, expected, found, SAVE_AGAIN);
    }

    CorruptFileException refuse(long address, String expected, String found, String wayOut) {
        String place = name + ", " + Name.shown(object) + (address < 0 ? "" : " at byte " + count(address));
        return new CorruptFileException(place, expected, found, wayOut);
    }

    public static String count(long value) {
        return value < 0 ? Long.toUnsignedString(value) : String.format(Locale.ROOT, "%,d", value);
    }

    /** Copies bytes out of the file; bounded by whoever made the stretch. */
    static byte[] copy(MemorySegment stretch) {
        return stretch.toArray(ValueLayout.JAVA_BYTE);
    }
}

package dev.hourglass.formats;

import dev.hourglass.formats.Hdf5Dataset.Values;
import dev.hourglass.formats.Hdf5Dataset.WholeType;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * The values of a data set, read in two steps: first what the header says is held against the file, then memory is
 * taken. Between them, whoever reads several makes sure that there is enough for all.
 */
record Hdf5Values(Hdf5Input input, Hdf5Header header, Hdf5Space space, Hdf5Type type, Hdf5Layout layout) {
    /** Values that are known to be in the file. */
    @FunctionalInterface
    private interface Stored {
        void readInto(Hdf5Numbers numbers);
    }

    /** How much memory the values will take. */
    long heapBytes() {
        return switch (type) {
            case Hdf5Type.Floating ignored -> (long) Float.BYTES * space.count();
            case Hdf5Type.Whole ignored -> (long) Long.BYTES * space.count();
            case Hdf5Type.FixedText ignored -> 0;
            case Hdf5Type.VariableText ignored -> 0;
            case Hdf5Type.Unread ignored -> 0;
        };
    }

    /** Holds what the header says against the file; what it gives reads the values. */
    Supplier<Values> find() {
        return switch (type) {
            case Hdf5Type.Floating floating -> {
                Stored stored = findStored();
                yield () -> {
                    float[] values = new float[space.count()];
                    stored.readInto(new Hdf5Numbers.Floats(floating, values));
                    return new Values.Floats(values);
                };
            }
            case Hdf5Type.Whole whole -> {
                Stored stored = findStored();
                yield () -> {
                    long[] values = new long[space.count()];
                    stored.readInto(new Hdf5Numbers.Wholes(whole, values));
                    return new Values.Wholes(values, smallest(whole));
                };
            }
            case Hdf5Type.FixedText ignored -> () -> new Values.Other("text");
            case Hdf5Type.VariableText ignored -> () -> new Values.Other("text");
            case Hdf5Type.Unread unread -> () -> new Values.Other(unread.name());
        };
    }

    private static WholeType smallest(Hdf5Type.Whole type) {
        boolean fits = type.size() < 4 || (type.size() == 4 && type.signed());
        return fits ? WholeType.INT32 : WholeType.INT64;
    }

    private Stored findStored() {
        long bytes = space.count() * type.size();
        return switch (layout) {
            case Hdf5Layout.Compact compact -> inOnePiece(compact.values(), bytes);
            case Hdf5Layout.Contiguous contiguous -> {
                // Data sets without elements have no address.
                long address = bytes == 0 ? 0 : contiguous.address();
                if (contiguous.length() != bytes) {
                    throw refuseLength(bytes, contiguous.length());
                }
                yield inOnePiece(input.stored(address, bytes, "values"), bytes);
            }
            case Hdf5Layout.Chunked chunked -> {
                Hdf5Chunks chunks = new Hdf5Chunks(input, header, space, type, chunked.dimensions());
                if (bytes > 0) {
                    chunks.find(chunked.index());
                }
                yield chunks::readInto;
            }
        };
    }

    private Stored inOnePiece(MemorySegment stored, long bytes) {
        if (stored.byteSize() != bytes) {
            throw refuseLength(bytes, stored.byteSize());
        }
        return numbers -> numbers.put(stored, 0, 0, space.count());
    }

    private RuntimeException refuseLength(long needed, long found) {
        return input.refuse(
                header.address(),
                Hdf5Input.count(needed) + " bytes for values of " + space.dimensions(),
                Hdf5Input.count(found));
    }
}

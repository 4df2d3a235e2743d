package dev.hourglass.hdf5;

import dev.hourglass.hdf5.Dataset.Values;
import dev.hourglass.hdf5.Dataset.WholeType;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * The values of a data set, read in two steps: first what the header says is held against the file, then memory is
 * taken. Between them, whoever reads several makes sure that there is enough for all.
 *
 * @param exact whether numbers keep their digits, as {@link Hdf5File#readExactly} says
 */
record StoredValues(
        BoundedInput input, ObjectHeader header, Dataspace space, Datatype type, DataLayout layout, boolean exact) {
    /** Values that are known to be in the file. */
    @FunctionalInterface
    private interface Stored {
        void readInto(Numbers numbers);
    }

    /** How much memory the values will take. */
    long heapBytes() {
        return switch (type) {
            case Datatype.Floating floating ->
                (exact && floating.size() == Double.BYTES ? Double.BYTES : (long) Float.BYTES) * space.count();
            case Datatype.Whole whole -> (exact && isPixel(whole) ? 1L : Long.BYTES) * space.count();
            case Datatype.FixedText ignored -> 0;
            case Datatype.VariableText ignored -> 0;
            case Datatype.Unread ignored -> 0;
        };
    }

    /** Holds what the header says against the file; what it gives reads the values. */
    Supplier<Values> find() {
        return switch (type) {
            case Datatype.Floating floating ->
                exact && floating.size() == Double.BYTES ? findDoubles() : findFloats(floating);
            case Datatype.Whole whole -> exact ? findExactly(whole) : findWholes(whole);
            case Datatype.FixedText ignored -> () -> new Values.Other("text");
            case Datatype.VariableText ignored -> () -> new Values.Other("text");
            case Datatype.Unread unread -> () -> new Values.Other(unread.name());
        };
    }

    private Supplier<Values> findFloats(Datatype.Floating floating) {
        Stored stored = findStored();
        return () -> {
            float[] values = new float[space.count()];
            stored.readInto(new Numbers.Floats(floating, values));
            return new Values.Floats(values);
        };
    }

    private Supplier<Values> findWholes(Datatype.Whole whole) {
        Stored stored = findStored();
        return () -> {
            long[] values = new long[space.count()];
            stored.readInto(new Numbers.Wholes(whole, values));
            return new Values.Wholes(values, smallest(whole));
        };
    }

    private Supplier<Values> findExactly(Datatype.Whole whole) {
        return isPixel(whole) ? findPixels() : findDoubles();
    }

    private Supplier<Values> findDoubles() {
        Stored stored = findStored();
        return () -> {
            double[] values = new double[space.count()];
            stored.readInto(new Numbers.Doubles(type, values));
            return new Values.Doubles(values);
        };
    }

    private Supplier<Values> findPixels() {
        Stored stored = findStored();
        return () -> {
            byte[] values = new byte[space.count()];
            stored.readInto(new Numbers.Pixels(values));
            return new Values.Pixels(values);
        };
    }

    private static boolean isPixel(Datatype.Whole type) {
        return type.size() == 1 && !type.signed();
    }

    private static WholeType smallest(Datatype.Whole type) {
        boolean fits = type.size() < 4 || (type.size() == 4 && type.signed());
        return fits ? WholeType.INT32 : WholeType.INT64;
    }

    private Stored findStored() {
        long bytes = space.count() * type.size();
        return switch (layout) {
            case DataLayout.Compact compact -> inOnePiece(compact.values(), bytes);
            case DataLayout.Contiguous contiguous -> {
                // Data sets without elements have no address.
                long address = bytes == 0 ? 0 : contiguous.address();
                if (contiguous.length() != bytes) {
                    throw refuseLength(bytes, contiguous.length());
                }
                yield inOnePiece(input.stored(address, bytes, "values"), bytes);
            }
            case DataLayout.Chunked chunked -> {
                Chunks chunks = new Chunks(input, header, space, type, chunked.dimensions());
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
                BoundedInput.count(needed) + " bytes for values of " + space.dimensions(),
                BoundedInput.count(found));
    }
}

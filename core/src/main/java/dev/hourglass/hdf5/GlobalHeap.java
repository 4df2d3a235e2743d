package dev.hourglass.hdf5;

import java.util.HashMap;
import java.util.Map;

/**
 * The global heap, where text of variable length lies:
 *
 * <pre>
 * collection  "GCOL", 1, 0 (3), length (8), objects
 * object      number (2), references (2), 0 (4), length (8), bytes up to a multiple of 8; number 0 is what is free
 * </pre>
 */
final class GlobalHeap {
    private static final int HEADER = 16;

    private record Place(long address, long length) {}

    private final BoundedInput input;
    private final Map<Long, Map<Integer, Place>> collections = new HashMap<>();

    GlobalHeap(BoundedInput input) {
        this.input = input;
    }

    /** Reads an element of type {@link Datatype.VariableText}. */
    String text(Cursor element) {
        long at = element.address();
        long length = element.unsignedInt();
        long collection = element.pointer();
        int number = (int) element.unsignedInt();
        if (length == 0) {
            input.keepText(0);
            return "";
        }
        Map<Integer, Place> objects = collections.get(collection);
        if (objects == null) {
            objects = read(collection);
            collections.put(collection, objects);
        }
        Place place = objects.get(number);
        if (place == null || place.length < length) {
            throw input.refuse(
                    at,
                    BoundedInput.count(length) + " bytes of text in object " + number + " of the heap at byte "
                            + BoundedInput.count(collection),
                    place == null ? "no such object" : BoundedInput.count(place.length));
        }
        // C's strings are stored with or without the zero at their end.
        return input.at(place.address, length, "text").textUpToZero(length);
    }

    private Map<Integer, Place> read(long address) {
        Cursor header = input.at(address, HEADER, "a global heap");
        header.signature("GCOL");
        header.expect(1, "global heap version");
        header.skip(3);
        long length = header.length();
        if (length < HEADER || length > input.length() - address) {
            throw input.refuse(
                    address,
                    "a global heap within the file's " + BoundedInput.count(input.length()) + " bytes",
                    BoundedInput.count(length) + " bytes");
        }
        Map<Integer, Place> objects = new HashMap<>();
        long end = address + length;
        long at = address + HEADER;
        while (end - at >= HEADER) {
            Cursor object = input.at(at, HEADER, "an object of a global heap");
            int number = object.unsignedShort();
            object.skip(6);
            long size = object.length();
            if (number == 0) {
                break;
            }
            if (size > end - at - HEADER) {
                throw input.refuse(
                        at,
                        "an object within its heap's " + BoundedInput.count(length) + " bytes",
                        BoundedInput.count(size) + " bytes");
            }
            input.keepText(0);
            if (objects.put(number, new Place(at + HEADER, size)) != null) {
                throw input.refuse(at, "a single object " + number + " in a heap", "two");
            }
            // The last object may end with the heap, its filling left out.
            at += HEADER + Math.min((size + 7) & ~7L, end - at - HEADER);
        }
        return objects;
    }
}

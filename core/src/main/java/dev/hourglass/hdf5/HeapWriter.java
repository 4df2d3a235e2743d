package dev.hourglass.hdf5;

import java.nio.charset.StandardCharsets;

/** Puts text into a global heap; {@link GlobalHeap} says what one looks like. */
final class HeapWriter {
    /** The least that HDF5 accepts; a text that needs more gets a collection of its own size. */
    private static final int COLLECTION = 4_096;

    private static final int HEADER = 16;
    private static final byte[] SIGNATURE = {'G', 'C', 'O', 'L', 1, 0, 0, 0};

    private final FilePlan plan;
    private Bytes collection = new Bytes();
    private long address;
    private int capacity;
    private int objects;

    HeapWriter(FilePlan plan) {
        this.plan = plan;
    }

    /** Stores a text and gives the element that points to it: length (4), collection (8), number (4). */
    Bytes add(String text) {
        byte[] letters = text.getBytes(StandardCharsets.UTF_8);
        if (letters.length == 0) {
            return new Bytes().zeros(16);
        }
        int needed = Math.addExact(HEADER, Math.addExact(letters.length, 7) & ~7);
        if (needed > capacity - collection.size()) {
            close();
            open(Math.max(COLLECTION, Math.addExact(HEADER, needed)));
        }
        objects++;
        collection.put2(objects).put2(1).put4(0).put8(letters.length).put(letters);
        collection.zeros(-letters.length & 7);
        return new Bytes().put4(letters.length).put8(address).put4(objects);
    }

    /** Finishes what is open; to be called once all text is in. */
    void close() {
        int free = capacity - collection.size();
        if (free >= HEADER) {
            collection.put2(0).put2(0).put4(0).put8(free);
        }
        collection.zeros(capacity - collection.size());
    }

    private void open(int bytes) {
        collection = new Bytes().put(SIGNATURE).put8(bytes);
        capacity = bytes;
        objects = 0;
        address = plan.add(bytes, collection);
    }
}

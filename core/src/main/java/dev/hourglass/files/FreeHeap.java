package dev.hourglass.files;

import java.util.function.LongSupplier;

/** The memory that the JVM has left, asked before anything is allocated whose size a file tells. */
public final class FreeHeap {
    private FreeHeap() {}

    /** What can be allocated, less some room for everything else. */
    public static long freeBytes() {
        Runtime jvm = Runtime.getRuntime();
        return (jvm.maxMemory() - jvm.totalMemory() + jvm.freeMemory()) / 8 * 7;
    }

    /** @param freeBytes how many bytes may be allocated, such as {@link #freeBytes} */
    public static boolean holds(long bytes, LongSupplier freeBytes) {
        if (bytes > freeBytes.getAsLong()) {
            // What looks full may be garbage. Rare: most files are small against the heap.
            System.gc();
        }
        return bytes <= freeBytes.getAsLong();
    }
}

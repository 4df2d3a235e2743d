package dev.hourglass.data.files;

import java.io.IOException;

/** Where rows of numbers go, such as the codes of one batch after the other. */
@FunctionalInterface
public interface RowSink {
    /**
     * @param values rows one after the other, row-major, from {@code from} on
     * @param rows how many, >= 0
     * @throws IOException if they can't be written
     */
    void write(float[] values, int from, int rows) throws IOException;
}

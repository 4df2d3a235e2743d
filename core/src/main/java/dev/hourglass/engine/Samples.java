package dev.hourglass.engine;

/** Where a step reads its samples; a data set's {@code copySample} is one. Called from several threads at once. */
@FunctionalInterface
public interface Samples {
    /**
     * Writes one sample, row-major.
     *
     * @param index of the sample, >= 0
     * @param into receives the sample from {@code offset} on
     */
    void copySample(int index, float[] into, int offset);
}

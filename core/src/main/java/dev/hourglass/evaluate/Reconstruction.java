package dev.hourglass.evaluate;

/** What a model, or a rival of it, makes of the samples of a data set. */
@FunctionalInterface
public interface Reconstruction {
    /**
     * Rebuilds samples {@code from} to {@code from + count - 1}.
     *
     * @param into receives [count, sample], row-major, under the normalization of the data set
     */
    void rebuild(int from, int count, float[] into);
}

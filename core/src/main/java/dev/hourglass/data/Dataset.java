package dev.hourglass.data;

import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.Optional;

/**
 * Samples of one shape that can be read in any order and from any thread. Implementations keep what they hold as
 * stored (pixels as bytes) and normalize on the way out.
 */
public interface Dataset {
    /** Such as {@code mnist:train}. */
    String name();

    /** How many samples there are, >= 1. */
    int size();

    Shape sampleShape();

    /** What {@link #copySample} applies to the stored numbers. */
    Normalization normalization();

    /**
     * Writes one sample, normalized, row-major.
     *
     * @param index 0 to {@code size() - 1}
     * @param into receives {@code sampleShape().size()} numbers from {@code offset} on
     */
    void copySample(int index, float[] into, int offset);

    /**
     * Whoever has read samples asks before what it made of them counts. Does nothing where samples lie in memory.
     *
     * @throws dev.hourglass.files.FileChangedException if somebody wrote to the file that they are read from, or put
     *     another in its place, since it was opened: what was read may be of both
     */
    default void requireUnchanged() {}

    /** How many bytes the samples take where they lie, in memory or in a file; 0 where that is not known. */
    default long storedBytes() {
        return 0;
    }

    /** What follows each sample: known where samples are the first steps of longer windows. */
    default Optional<Next> next() {
        return Optional.empty();
    }

    /** The steps that follow each sample. */
    interface Next {
        /** Of those of one sample. */
        Shape shape();

        /**
         * Writes what follows one sample, normalized as the sample is.
         *
         * @param index of the sample
         * @param into receives {@code shape().size()} numbers from {@code offset} on
         */
        void copy(int index, float[] into, int offset);
    }

    /**
     * What a model reads instead of each sample while it learns to give the sample, where there are pairs: the spoiled ones,
     * as many and of the same shape.
     */
    default Optional<Dataset> noisy() {
        return Optional.empty();
    }

    boolean hasLabels();

    /** The class of a sample, >= 0. Only if {@link #hasLabels}. */
    int label(int index);

    /** What the classes 0, 1, … are called; empty if they have no names. */
    default List<String> classNames() {
        return List.of();
    }

    /** What a sample is called where it comes from, such as {@code cats/07.jpg}; empty if it has no name. */
    default String sampleName(int index) {
        return "";
    }

    /** When the samples were measured; empty where that is not known. */
    default Optional<SampleTimes> times() {
        return Optional.empty();
    }

    /** Where the samples lie in the series that they were cut from; empty where they are of none. */
    default Optional<SamplePlaces> places() {
        return Optional.empty();
    }

    /** SHA-256 in hex of the stored samples and labels: two data sets with the same digest train the same model. */
    String sha256();

    /** The first {@code count} samples, or all if there are fewer. */
    Dataset limit(int count);

    /** The same samples under another shape of the same size, such as images as sequences of rows. */
    Dataset reshaped(Shape shape);
}

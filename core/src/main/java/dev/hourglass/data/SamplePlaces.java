package dev.hourglass.data;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Where samples lie in the series that they were cut from. */
public final class SamplePlaces {
    private final SourceRows rows;
    private final @Nullable Cuts cuts;
    /** The class of each row; null where that is not known. */
    private final int @Nullable [] labels;

    private final int from;
    private final int size;

    private SamplePlaces(SourceRows rows, @Nullable Cuts cuts, int @Nullable [] labels, int from, int size) {
        this.rows = rows;
        this.cuts = cuts;
        this.labels = labels;
        this.from = from;
        this.size = size;
    }

    /** Each row is a sample. */
    public static SamplePlaces each(SourceRows rows) {
        return new SamplePlaces(rows, null, null, 0, rows.count());
    }

    /** Samples that are cut from rows. */
    public static SamplePlaces of(SourceRows rows, Cuts cuts) {
        return new SamplePlaces(rows, cuts, null, 0, cuts.count());
    }

    /** The same places of rows that have classes. */
    SamplePlaces withLabels(int[] classes) {
        return new SamplePlaces(rows, cuts, classes, from, size);
    }

    /** All rows of the series, also those that no sample has. */
    public SourceRows rows() {
        return rows;
    }

    /** Whether the rows that samples were cut from have classes. */
    public boolean hasLabels() {
        return labels != null;
    }

    /** The class of a row of the series, &gt;= 0. Only if {@link #hasLabels}. */
    public int label(int row) {
        return Objects.requireNonNull(labels, "the rows have no labels")[row];
    }

    /** How many samples there are. */
    public int size() {
        return size;
    }

    /** A sample's first row. */
    public int start(int sample) {
        int index = from + Objects.checkIndex(sample, size);
        return cuts == null ? index : cuts.start(index);
    }

    /** How many rows it has; what it has beyond them was filled. */
    public int length(int sample) {
        return cuts == null ? 1 : cuts.length(from + Objects.checkIndex(sample, size));
    }

    /** Whether samples have several rows. */
    public boolean windows() {
        return cuts != null && cuts.steps() > 1;
    }

    /** Of samples {@code first} to {@code end - 1}. */
    SamplePlaces range(int first, int end) {
        return new SamplePlaces(rows, cuts, labels, from + first, end - first);
    }
}

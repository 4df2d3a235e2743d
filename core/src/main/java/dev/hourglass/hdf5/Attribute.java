package dev.hourglass.hdf5;

import java.util.List;

/** A small named value of a group: what Keras keeps its names and its JSON in. */
public sealed interface Attribute {
    /** One string; of fixed or variable length when read, of variable length and in UTF-8 when written. */
    record Text(String value) implements Attribute {}

    /**
     * A list of strings. An array without elements is read as an empty list whatever its type, because Keras writes an
     * empty list of names as an array of float64.
     */
    record Texts(List<String> values) implements Attribute {
        public Texts {
            values = List.copyOf(values);
        }
    }

    /** One integer of any width; written as int64. */
    record Whole(long value) implements Attribute {}

    /**
     * Another type, whose value is not read and which can't be written.
     *
     * @param type such as {@code array of float}
     */
    record Other(String type) implements Attribute {}
}

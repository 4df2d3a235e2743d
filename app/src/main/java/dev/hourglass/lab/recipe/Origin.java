package dev.hourglass.lab.recipe;

import org.jspecify.annotations.Nullable;

/**
 * Where a person wrote something, for messages about it. It is no part of what is said: two recipes that differ in it
 * alone are equal.
 *
 * @param text such as {@code pump.yaml:3:5}; empty for what no file says
 */
public record Origin(String text) {
    /** Of what no file says. */
    public static final Origin NONE = new Origin("");

    static Origin of(Place place) {
        return new Origin(place.file() + ":" + place.line() + ":" + place.column());
    }

    /** What a message about it begins with. */
    public String prefix() {
        return text.isEmpty() ? "" : text + ": ";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Origin;
    }

    @Override
    public int hashCode() {
        return 1;
    }
}

/** Tables that are written in other ways than rows of separated fields, given as such rows, for {@code data.tables} alone. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.data.tables.formats;

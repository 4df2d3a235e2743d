/** Numbers and times as text: the many ways to write them, and what they are. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.data.tables.values;

/**
 * How files are written, whole or not at all; how those of a stranger are opened, with nothing outside their folder at
 * stake; and what is said where that fails.
 */
@org.jspecify.annotations.NullMarked
package dev.hourglass.files;

/** Fuzzing of everything that reads files. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.fuzz;

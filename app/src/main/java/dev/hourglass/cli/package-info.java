/** The commands. Only this package writes to the terminal. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.cli;

/** The commands of the terminal. The only package that writes to it. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.cli;

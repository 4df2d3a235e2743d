/** What is shown on a terminal: progress while something runs, and text that is safe to print. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.cli.terminal;

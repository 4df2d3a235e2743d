/** Rows that are scored as they come, from standard input or a file that grows. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.cli.follow;

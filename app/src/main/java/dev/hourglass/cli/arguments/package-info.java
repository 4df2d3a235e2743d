/** Arguments and options that several commands share. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.cli.arguments;

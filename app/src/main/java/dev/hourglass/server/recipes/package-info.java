/** What can be run, and what it would cost. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.recipes;

/** Recipes that can be run, and what they would cost. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.server.recipes;

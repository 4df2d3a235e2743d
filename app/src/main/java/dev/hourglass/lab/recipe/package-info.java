/** Recipes: read with the place of every mistake, and written out in full. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.lab.recipe;

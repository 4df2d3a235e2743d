/** Recipes written for somebody's data, with the reasons as comments. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.lab.recipe.draft;

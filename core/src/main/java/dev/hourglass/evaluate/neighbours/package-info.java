/** Distances between points, and who lies nearest to whom. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.evaluate.neighbours;

/** Scores of the steps of a series, from the windows that hold them, and the events that they make up. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.detect.series;

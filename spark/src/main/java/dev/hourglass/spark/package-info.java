/**
 * Models on the rows of Apache Spark's data frames. {@link HourglassModel} is where to begin. Rows get the very bits that the
 * same model gives them on one machine, in whatever partitions, on whatever executors and however often they are computed.
 */
@org.jspecify.annotations.NullMarked
package dev.hourglass.spark;

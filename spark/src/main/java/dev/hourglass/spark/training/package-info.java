/** One model trained by all executors together: {@link HourglassTraining} is where to begin. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.spark.training;

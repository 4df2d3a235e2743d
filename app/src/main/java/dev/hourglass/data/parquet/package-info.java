/** Tables in Parquet files, read by Hardwood. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.data.parquet;

package dev.hourglass.report.results;

/**
 * The most memory that was in use at once.
 *
 * @param bytes at the peak
 * @param of what was measured, such as {@code process} or {@code Java heap}
 */
public record PeakMemory(long bytes, String of) {}

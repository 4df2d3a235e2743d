package dev.hourglass.detect;

import org.jspecify.annotations.Nullable;

/**
 * How many scores are where.
 *
 * @param edges of the bins, one more than there are bins, rising
 * @param counts of the samples in each bin
 * @param anomalousCounts of the anomalies among them; null where nobody knows them
 */
public record ScoreHistogram(double[] edges, int[] counts, int @Nullable [] anomalousCounts) {}

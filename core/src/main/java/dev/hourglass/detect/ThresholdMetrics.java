package dev.hourglass.detect;

import org.jspecify.annotations.Nullable;

/**
 * What a threshold makes of scored samples: those with a larger score are flagged.
 *
 * @param threshold a score
 * @param flagged how many samples have a larger one
 * @param truePositives how many of the flagged are anomalies; null where nobody knows the anomalies, like the rest
 * @param precision {@code truePositives / flagged}; null where nothing is flagged
 * @param recall {@code truePositives / anomalies}; null where there is no anomaly
 * @param f1 {@code 2 truePositives / (flagged + anomalies)}, the harmonic mean of precision and recall (van Rijsbergen
 *     1979); null where nothing is flagged and there is no anomaly
 */
public record ThresholdMetrics(
        double threshold,
        int flagged,
        @Nullable Integer truePositives,
        @Nullable Double precision,
        @Nullable Double recall,
        @Nullable Double f1) {}

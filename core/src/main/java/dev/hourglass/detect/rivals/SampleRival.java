package dev.hourglass.detect.rivals;

import dev.hourglass.evaluate.Points;

/**
 * A simple detector of unusual samples, such as windows of a series or images whose pixels are laid out in a row. Fitted to
 * training samples; the larger a score, the more a sample looks like an anomaly. Immutable and safe for use by several threads.
 */
public sealed interface SampleRival permits NeighbourDistance, PcaMahalanobis, PcaReconstruction, ZeroReconstruction {
    /**
     * Scores samples, each by itself.
     *
     * @param samples as many dimensions as the training samples
     * @return one a sample, finite, &gt;= 0
     */
    double[] score(Points samples);

    /** The scores of the samples that it was fitted to, in their order, each measured as if it were a new one where that matters. */
    double[] trainingScores();
}

package dev.hourglass.detect.metrics;

/**
 * What NAB gives for a threshold.
 *
 * @param threshold rows at it or above are flagged; 1.1 where none is
 * @param sum over windows and false alarms
 * @param normalised 0 for a detector that flags nothing, 100 for one that flags the first row of each window alone
 * @param rows judged rows, in windows and outside
 */
public record NabScore(double threshold, double sum, double normalised, Confusion rows) {}

package dev.hourglass.detect;

/**
 * A threshold with where it comes from.
 *
 * @param rule by which it was found
 * @param threshold what is above is flagged
 * @param low what the threshold would be at least with other data of the kind, 95 % of the time
 * @param high at most; infinite where the data are too few to say
 * @param interval how low and high were found, in words
 * @param scores how many it was found from
 * @param note what a reader must know, a sentence; empty for nothing
 */
public record CalibratedThreshold(
        ThresholdRule rule, double threshold, double low, double high, String interval, int scores, String note) {
    /** Whether there were too few scores to count so rare false alarms: it is the largest of them then. */
    public boolean isLargestScore() {
        return rule instanceof ThresholdRule.FalseAlarmRate alarms && alarms.rate() * scores < 1 - 1e-9;
    }
}

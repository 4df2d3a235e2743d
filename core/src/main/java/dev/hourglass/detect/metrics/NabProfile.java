package dev.hourglass.detect.metrics;

/** What NAB pays for a detection, and takes for a miss and a false alarm. */
public enum NabProfile {
    STANDARD(1, 1, 0.11),
    REWARD_LOW_FP_RATE(1, 1, 0.22),
    REWARD_LOW_FN_RATE(1, 2, 0.11);

    private final double hit;
    private final double miss;
    private final double falseAlarm;

    NabProfile(double hit, double miss, double falseAlarm) {
        this.hit = hit;
        this.miss = miss;
        this.falseAlarm = falseAlarm;
    }

    double hit() {
        return hit;
    }

    double miss() {
        return miss;
    }

    double falseAlarm() {
        return falseAlarm;
    }
}

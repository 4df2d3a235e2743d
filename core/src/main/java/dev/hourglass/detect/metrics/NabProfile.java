package dev.hourglass.detect.metrics;

/** What NAB pays for a detection, and takes for a miss and a false alarm. */
public enum NabProfile {
    STANDARD("standard", 1, 1, 0.11),
    REWARD_LOW_FP_RATE("reward low FP rate", 1, 1, 0.22),
    REWARD_LOW_FN_RATE("reward low FN rate", 1, 2, 0.11);

    private final String words;
    private final double hit;
    private final double miss;
    private final double falseAlarm;

    NabProfile(String words, double hit, double miss, double falseAlarm) {
        this.words = words;
        this.hit = hit;
        this.miss = miss;
        this.falseAlarm = falseAlarm;
    }

    /** As NAB calls it. */
    public String words() {
        return words;
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

package dev.hourglass.data;

/** The parts of a data set: what a model is trained on and what it is tested on. */
public enum Split {
    TRAINING("train"),
    TEST("test");

    private final String key;

    Split(String key) {
        this.key = key;
    }

    /** As it stands behind the colon in {@code mnist:train} and {@code mnist:test}. */
    public String key() {
        return key;
    }
}

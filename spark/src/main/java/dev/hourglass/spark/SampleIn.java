package dev.hourglass.spark;

import org.jspecify.annotations.Nullable;

/**
 * What Spark hands over of a row's sample, one of these. Public because code that Spark generates fills it; nothing for users.
 */
public final class SampleIn {
    private float @Nullable [] floats;
    private double @Nullable [] doubles;
    private byte @Nullable [] bytes;
    private @Nullable String flaw;

    public float @Nullable [] getFloats() {
        return floats;
    }

    public void setFloats(float @Nullable [] values) {
        floats = values;
    }

    public double @Nullable [] getDoubles() {
        return doubles;
    }

    public void setDoubles(double @Nullable [] values) {
        doubles = values;
    }

    public byte @Nullable [] getBytes() {
        return bytes;
    }

    public void setBytes(byte @Nullable [] values) {
        bytes = values;
    }

    /** A constant of {@link BadRow}; null where nothing is known to be wrong. */
    public @Nullable String getFlaw() {
        return flaw;
    }

    public void setFlaw(@Nullable String kind) {
        flaw = kind;
    }
}

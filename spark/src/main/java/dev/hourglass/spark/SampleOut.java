package dev.hourglass.spark;

import org.jspecify.annotations.Nullable;

/** What a model makes of a row, and its sample as it came. Public because code that Spark generates reads it; nothing for users. */
public final class SampleOut {
    private float @Nullable [] code;
    private float @Nullable [] reconstruction;
    private @Nullable Double score;
    private @Nullable Boolean anomaly;
    private @Nullable String reason;
    private float @Nullable [] floats;
    private double @Nullable [] doubles;
    private byte @Nullable [] bytes;

    public float @Nullable [] getCode() {
        return code;
    }

    public void setCode(float @Nullable [] values) {
        code = values;
    }

    public float @Nullable [] getReconstruction() {
        return reconstruction;
    }

    public void setReconstruction(float @Nullable [] values) {
        reconstruction = values;
    }

    public @Nullable Double getScore() {
        return score;
    }

    public void setScore(@Nullable Double value) {
        score = value;
    }

    public @Nullable Boolean getAnomaly() {
        return anomaly;
    }

    public void setAnomaly(@Nullable Boolean value) {
        anomaly = value;
    }

    public @Nullable String getReason() {
        return reason;
    }

    public void setReason(@Nullable String text) {
        reason = text;
    }

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
}

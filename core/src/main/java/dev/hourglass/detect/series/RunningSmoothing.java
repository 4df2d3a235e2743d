package dev.hourglass.detect.series;

import java.nio.ByteBuffer;

/** {@link Smoothing} one score at a time, to the same bits. Allocates nothing. */
final class RunningSmoothing {
    private static final int MOST_ROWS = 1 << 24;

    private final Smoothing smoothing;
    /** The last scores, around a circle; one number for an exponential mean. */
    private final double[] last;

    private int count;
    private int next;

    RunningSmoothing(Smoothing smoothing) {
        this.smoothing = smoothing;
        last = switch (smoothing) {
            case Smoothing.Exponential ignored -> new double[1];
            case Smoothing.MovingAverage average -> {
                if (average.rows() > MOST_ROWS) {
                    throw new IllegalArgumentException("a stream can be smoothed over " + MOST_ROWS
                            + " rows at most, got " + average.rows() + ". Take an exponential mean.");
                }
                yield new double[average.rows()];
            }
        };
    }

    /** Forgets all scores, as at a gap. */
    void reset() {
        count = 0;
        next = 0;
    }

    /** @return the smoothed score; NaN where the score is, which also makes it start anew */
    double next(double score) {
        if (Double.isNaN(score)) {
            reset();
            return Double.NaN;
        }
        return switch (smoothing) {
            case Smoothing.Exponential mean -> {
                last[0] = count == 0 ? score : mean.alpha() * score + (1 - mean.alpha()) * last[0];
                count = 1;
                yield last[0];
            }
            case Smoothing.MovingAverage ignored -> {
                last[next] = score;
                next = next + 1 == last.length ? 0 : next + 1;
                count = Math.min(count + 1, last.length);
                yield mean();
            }
        };
    }

    /** Added from the oldest on, as {@link Smoothing.MovingAverage} does. */
    private double mean() {
        double sum = 0;
        int at = oldest();
        for (int i = 0; i < count; i++) {
            sum += last[at];
            at = at + 1 == last.length ? 0 : at + 1;
        }
        return sum / count;
    }

    private int oldest() {
        return (next - count + last.length) % last.length;
    }

    int stateBytes() {
        return Integer.BYTES + count * Double.BYTES;
    }

    void write(ByteBuffer into) {
        into.putInt(count);
        for (int i = 0; i < count; i++) {
            into.putDouble(last[(oldest() + i) % last.length]);
        }
    }

    void read(StreamState.Reader from) {
        count = from.count("smoothed scores", last.length, Double.BYTES);
        next = count % last.length;
        for (int i = 0; i < count; i++) {
            last[i] = from.score();
        }
    }
}

package dev.hourglass.detect.series;

import dev.hourglass.detect.series.AnomalyEvent.Blame;
import dev.hourglass.detect.series.StreamedEvent.Span;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Finds events as {@link AnomalyEvent#find} does, knowing only the rows so far. Allocates nothing but what it is asked for.
 */
final class EventTracker {
    /** What is known of an event's place; rows, and times where there are some. */
    private static final class Place {
        private long row;
        private long time;

        void set(long row, long time) {
            this.row = row;
            this.time = time;
        }

        void write(ByteBuffer into) {
            into.putLong(row).putLong(time);
        }

        void read(StreamState.Reader from) {
            set(from.row(), from.number());
        }
    }

    private final EventOptions options;
    private final Place first = new Place();
    private final Place last = new Place();
    private final Place peak = new Place();
    /** What each channel is blamed by, from the first row to the last. */
    private final double[] sums;
    /** The same to the row just taken, which counts if the event goes on after it. */
    private final double[] sumsBeyond;

    private double peakScore;
    /** Whether there is an event, or what may become one. */
    private boolean open;
    /** Whether scores have not fallen to the end's since {@link #last}. */
    private boolean high;
    /** Whether it is long enough, which was told. */
    private boolean told;
    /** How many were told so far. */
    private long count;

    EventTracker(EventOptions options, int channels) {
        this.options = options;
        sums = new double[channels];
        sumsBeyond = new double[channels];
    }

    /** What a row did. */
    enum Change {
        NONE,
        STARTED,
        ENDED
    }

    /** Whether an event that is long enough goes on, or may still go on. */
    boolean ongoing() {
        return open && told;
    }

    /** How many have started. */
    long count() {
        return count;
    }

    /**
     * Takes the next row.
     *
     * @param score over the threshold; NaN ends an event
     */
    Change take(long row, long time, double score, float[] parts) {
        if (Double.isNaN(score)) {
            return end();
        }
        boolean starts = score > options.start();
        boolean lasts = open && high && score > options.end();
        boolean tooLate = open && !starts && !lasts && row - last.row > options.mergeGap();
        if (!open && !starts) {
            return Change.NONE;
        }
        if (tooLate) {
            return end();
        }
        if (!open) {
            begin(row, time, score);
        }
        AnomalyEvent.addBlame(parts, sumsBeyond);
        high = starts || lasts;
        if (high) {
            reach(row, time, score);
        }
        return announce();
    }

    private void begin(long row, long time, double score) {
        open = true;
        first.set(row, time);
        peak.set(row, time);
        peakScore = score;
        Arrays.fill(sumsBeyond, 0);
    }

    private void reach(long row, long time, double score) {
        last.set(row, time);
        System.arraycopy(sumsBeyond, 0, sums, 0, sums.length);
        if (score > peakScore) {
            peak.set(row, time);
            peakScore = score;
        }
    }

    private Change announce() {
        if (told || last.row - first.row + 1 < options.leastRows()) {
            return Change.NONE;
        }
        told = true;
        count++;
        return Change.STARTED;
    }

    /** No row follows, or none that belongs to the same piece. What is known of the event stays until the next one. */
    Change end() {
        boolean event = open && told;
        open = false;
        told = false;
        high = false;
        return event ? Change.ENDED : Change.NONE;
    }

    /** Forgets all. */
    void reset() {
        end();
        first.set(0, 0);
        last.set(0, 0);
        peak.set(0, 0);
        peakScore = 0;
        count = 0;
        Arrays.fill(sums, 0);
        Arrays.fill(sumsBeyond, 0);
    }

    /** The event that goes on or has just ended. */
    StreamedEvent event(boolean timed) {
        double[] positive = new double[sums.length];
        double sum = 0;
        for (int i = 0; i < sums.length; i++) {
            positive[i] = Math.max(0, sums[i]);
            sum += positive[i];
        }
        List<Blame> blame = new ArrayList<>();
        for (int i = 0; i < sums.length; i++) {
            blame.add(new Blame(i, sum > 0 ? positive[i] / sum : 0));
        }
        blame.sort(Comparator.comparingDouble(Blame::share).reversed());
        return new StreamedEvent(
                new Span(first.row, last.row, peak.row),
                timed ? new Span(first.time, last.time, peak.time) : null,
                peakScore,
                blame);
    }

    int stateBytes() {
        return 3 + 7 * Long.BYTES + Double.BYTES + 2 * sums.length * Double.BYTES;
    }

    void write(ByteBuffer into) {
        into.put((byte) (open ? 1 : 0)).put((byte) (high ? 1 : 0)).put((byte) (told ? 1 : 0));
        first.write(into);
        last.write(into);
        peak.write(into);
        into.putLong(count).putDouble(peakScore);
        for (int i = 0; i < sums.length; i++) {
            into.putDouble(sums[i]).putDouble(sumsBeyond[i]);
        }
    }

    /** @param rows that there were before */
    void read(StreamState.Reader from, long rows) {
        open = from.flag();
        high = from.flag();
        told = from.flag();
        first.read(from);
        last.read(from);
        peak.read(from);
        from.require(
                first.row <= peak.row && peak.row <= last.row && (!open || last.row < rows),
                "an event whose peak lies in it");
        from.require(open || !(high || told), "an event");
        count = from.row();
        peakScore = from.score();
        for (int i = 0; i < sums.length; i++) {
            sums[i] = from.any();
            sumsBeyond[i] = from.any();
        }
    }
}

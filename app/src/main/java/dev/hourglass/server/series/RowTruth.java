package dev.hourglass.server.series;

import dev.hourglass.data.SamplePlaces;
import dev.hourglass.detect.metrics.Segment;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What is known of each row: by its class, and by what a person says, who is right where the two differ. */
final class RowTruth {
    private static final byte UNKNOWN = 0;
    private static final byte NORMAL = 1;
    private static final byte ANOMALY = 2;

    private final byte[] rows;
    private final List<Segment> anomalies;

    private RowTruth(byte[] rows) {
        this.rows = rows;
        boolean[] anomalous = new boolean[rows.length];
        for (int row = 0; row < rows.length; row++) {
            anomalous[row] = rows[row] == ANOMALY;
        }
        anomalies = Segment.of(anomalous);
    }

    /**
     * Of rows with classes or without.
     *
     * @param anomalous the classes that are anomalies; empty where classes say nothing
     */
    static RowTruth of(SamplePlaces places, Set<Integer> anomalous, List<Mark> marks) {
        byte[] rows = new byte[places.rows().count()];
        if (places.hasLabels() && !anomalous.isEmpty()) {
            for (int row = 0; row < rows.length; row++) {
                rows[row] = anomalous.contains(places.label(row)) ? ANOMALY : NORMAL;
            }
        }
        for (Mark mark : marks) {
            Arrays.fill(
                    rows,
                    mark.first(),
                    mark.last() + 1,
                    switch (mark.kind()) {
                        case ANOMALY -> ANOMALY;
                        case NORMAL -> NORMAL;
                    });
        }
        return new RowTruth(rows);
    }

    /** Whether anything is known. */
    boolean isKnown() {
        for (byte row : rows) {
            if (row != UNKNOWN) {
                return true;
            }
        }
        return false;
    }

    boolean isAnomaly(int row) {
        return rows[row] == ANOMALY;
    }

    /** The longest runs of anomalous rows, in order. */
    List<Segment> anomalies() {
        return anomalies;
    }

    /** {@code anomaly} where any row of an event is one, {@code normal} where all that are known are, else {@code unknown}. */
    String of(Segment event) {
        boolean known = false;
        for (int row = event.first(); row <= event.last(); row++) {
            if (rows[row] == ANOMALY) {
                return Mark.Kind.ANOMALY.word();
            }
            known |= rows[row] == NORMAL;
        }
        return known ? Mark.Kind.NORMAL.word() : "unknown";
    }

    /**
     * How well events agree with it. Rows of which nothing is known count for nothing.
     *
     * @param knownRows of which something is known
     * @param anomalies runs of anomalous rows
     * @param found those that an event touches
     * @param falseEvents events with normal rows and no anomalous one
     * @param precision of the known rows in events, the share that is anomalous; NaN where there is none
     * @param recall of anomalous rows, the share in events; NaN where there is none
     * @param f1 {@code 2 P R / (P + R)}; NaN where either is
     */
    record Agreement(
            int knownRows, int anomalies, int found, int falseEvents, double precision, double recall, double f1) {}

    Agreement with(List<Segment> events) {
        boolean[] inside = new boolean[rows.length];
        int falseEvents = 0;
        for (Segment event : events) {
            Arrays.fill(inside, event.first(), event.last() + 1, true);
            falseEvents += of(event).equals(Mark.Kind.NORMAL.word()) ? 1 : 0;
        }
        int known = 0;
        int hits = 0;
        int wrong = 0;
        int anomalous = 0;
        for (int row = 0; row < rows.length; row++) {
            known += rows[row] == UNKNOWN ? 0 : 1;
            anomalous += rows[row] == ANOMALY ? 1 : 0;
            hits += inside[row] && rows[row] == ANOMALY ? 1 : 0;
            wrong += inside[row] && rows[row] == NORMAL ? 1 : 0;
        }
        int found = 0;
        for (Segment anomaly : anomalies) {
            found += touches(inside, anomaly) ? 1 : 0;
        }
        double precision = hits / (double) (hits + wrong);
        double recall = hits / (double) anomalous;
        double f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
        return new Agreement(known, anomalies.size(), found, falseEvents, precision, recall, f1);
    }

    private static boolean touches(boolean[] inside, Segment anomaly) {
        for (int row = anomaly.first(); row <= anomaly.last(); row++) {
            if (inside[row]) {
                return true;
            }
        }
        return false;
    }
}

package dev.hourglass.detect.series;

import dev.hourglass.detect.metrics.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows that are anomalous together.
 *
 * @param first row
 * @param last row, included
 * @param peak the first row with the highest score
 * @param score there
 * @param blame all channels, the most to blame first
 */
public record AnomalyEvent(int first, int last, int peak, double score, List<Blame> blame) {
    public AnomalyEvent {
        blame = List.copyOf(blame);
    }

    /**
     * How much a channel has to do with an event.
     *
     * @param channel from 0
     * @param share of the sum of all channels' parts over the event's rows, 0 to 1, each row weighed by the square of its own
     *     score before smoothing; negative parts count as 0
     */
    public record Blame(int channel, double share) {}

    /** How many rows, &gt;= 1. */
    public int rows() {
        return last - first + 1;
    }

    /**
     * The events of scores, in order. None goes from one piece of the series into another or over a row without a score. Where it is
     * known which rows are odd by themselves ({@link StepScores#withEdge}), an event begins and ends at one of them, if it has any:
     * scores are high as well beside what is odd, since windows that hold it are rebuilt badly, and after it, by smoothing.
     *
     * @param scores over their threshold, for options that start at 1
     */
    public static List<AnomalyEvent> find(StepScores scores, EventOptions options) {
        return segments(scores, options).stream()
                .map(segment -> of(scores, segment))
                .toList();
    }

    /** The rows of the same events alone, which takes little memory even where there are hundreds of thousands. */
    public static List<Segment> segments(StepScores scores, EventOptions options) {
        List<Segment> events = new ArrayList<>();
        for (int[] piece : scores.rows().pieces()) {
            int earliest = piece[0];
            for (int[] run : merged(runs(scores, piece, options), scores, options.mergeGap())) {
                Segment rows =
                        scores.knowsOdd() ? between(scores, run, earliest, options) : new Segment(run[0], run[1]);
                earliest = run[1] + 1;
                if (rows.length() >= options.leastRows()) {
                    events.add(rows);
                }
            }
        }
        return events;
    }

    private static List<int[]> runs(StepScores scores, int[] piece, EventOptions options) {
        List<int[]> runs = new ArrayList<>();
        int first = -1;
        for (int row = piece[0]; row < piece[1]; row++) {
            // NaN is above nothing, so a row without a score ends an event.
            if (first < 0 && scores.score(row) > options.start()) {
                first = row;
            } else if (first >= 0 && !(scores.score(row) > options.end())) {
                runs.add(new int[] {first, row - 1});
                first = -1;
            }
        }
        if (first >= 0) {
            runs.add(new int[] {first, piece[1] - 1});
        }
        return runs;
    }

    /**
     * From the first row that is odd by itself to the last, if there are any and an event starts at one of these; smoothing may have
     * let it start late, so odd rows right before it belong to it.
     *
     * @param earliest row that may
     */
    private static Segment between(StepScores scores, int[] run, int earliest, EventOptions options) {
        int first = run[0];
        int last = run[1];
        while (last >= first && !scores.isOdd(last)) {
            last--;
        }
        while (first <= last && !scores.isOdd(first)) {
            first++;
        }
        if (IntStream.rangeClosed(first, last).noneMatch(row -> scores.score(row) > options.start())) {
            return new Segment(run[0], run[1]);
        }
        while (first > earliest && !Double.isNaN(scores.score(first - 1)) && scores.isOdd(first - 1)) {
            first--;
        }
        return new Segment(first, last);
    }

    private static List<int[]> merged(List<int[]> runs, StepScores scores, int gap) {
        List<int[]> merged = new ArrayList<>();
        for (int[] run : runs) {
            int[] before = merged.isEmpty() ? null : merged.getLast();
            if (before != null && run[0] - before[1] - 1 <= gap && allScored(scores, before[1] + 1, run[0])) {
                before[1] = run[1];
            } else {
                merged.add(run);
            }
        }
        return merged;
    }

    private static boolean allScored(StepScores scores, int from, int to) {
        for (int row = from; row < to; row++) {
            if (Double.isNaN(scores.score(row))) {
                return false;
            }
        }
        return true;
    }

    /** The event of these rows, all of which have a score. */
    public static AnomalyEvent of(StepScores scores, Segment segment) {
        int first = segment.first();
        int last = segment.last();
        int peak = first;
        double[] sums = new double[scores.channels()];
        float[] parts = new float[sums.length];
        double sum = 0;
        for (int row = first; row <= last; row++) {
            if (scores.score(row) > scores.score(peak)) {
                peak = row;
            }
            for (int i = 0; i < sums.length; i++) {
                parts[i] = (float) scores.part(row, i);
            }
            addBlame(parts, sums);
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] = Math.max(0, sums[i]);
            sum += sums[i];
        }
        List<Blame> blame = new ArrayList<>();
        for (int i = 0; i < sums.length; i++) {
            blame.add(new Blame(i, sum > 0 ? sums[i] / sum : 0));
        }
        blame.sort(Comparator.comparingDouble(Blame::share).reversed());
        return new AnomalyEvent(first, last, peak, scores.score(peak), blame);
    }

    /**
     * Adds a row to what channels are blamed by. What is wrong in a few rows spoils the windows that hold them, so that other
     * channels of the rows around seem wrong as well: those have lower scores, whose squares hardly count.
     *
     * @param parts of the row's score, a channel each
     * @param sums receives them
     */
    static void addBlame(float[] parts, double[] sums) {
        double score = 0;
        for (float part : parts) {
            score += part;
        }
        for (int i = 0; i < sums.length; i++) {
            sums[i] += score * score * parts[i];
        }
    }
}

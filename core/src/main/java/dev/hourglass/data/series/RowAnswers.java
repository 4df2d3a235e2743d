package dev.hourglass.data.series;

import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.SourceRows;
import java.util.Arrays;
import java.util.Objects;

/**
 * What a model says of windows, put back to the rows of their series: a row that is in several windows gets one answer.
 * Holds a double for each number of the series; for {@link Overlap#MEDIAN} a float for each number of each window.
 */
public final class RowAnswers {
    /** Which answer a row gets that several windows have. */
    public enum Overlap {
        MEAN,
        MEDIAN,
        /** That of the window that begins last. */
        LAST,
        /** That of the window that ends with it, which knows nothing of what came later; none where no window ends. */
        CAUSAL
    }

    /** Shown a row. */
    @FunctionalInterface
    public interface Visitor<E extends Exception> {
        /**
         * @param row of the series
         * @param answer its numbers, NaN where it has none; overwritten by the next one
         */
        void visit(int row, float[] answer) throws E;
    }

    private final SamplePlaces places;
    private final SourceRows rows;
    private final int numbers;
    private final Overlap overlap;
    private final int[] counts;
    private final double[] sums;
    /** Where the answers to a row begin, for the median. */
    private final int[] begins;

    private final float[] all;

    /**
     * @param numbers of the answer to a row, such as its channels
     * @throws ArithmeticException if the median would need more than 2^31 numbers
     */
    public RowAnswers(SamplePlaces places, int numbers, Overlap overlap) {
        this.places = places;
        this.numbers = numbers;
        this.overlap = overlap;
        rows = places.rows();
        counts = new int[rows.count()];
        boolean each = overlap == Overlap.MEDIAN;
        sums = new double[each ? 0 : Math.multiplyExact(rows.count(), numbers)];
        begins = new int[each ? rows.count() + 1 : 0];
        if (each) {
            int[] windows = new int[rows.count()];
            for (int sample = 0; sample < places.size(); sample++) {
                for (int step = 0; step < places.length(sample); step++) {
                    windows[places.start(sample) + step]++;
                }
            }
            for (int row = 0; row < windows.length; row++) {
                begins[row + 1] = Math.addExact(begins[row], Math.multiplyExact(windows[row], numbers));
            }
        }
        all = new float[each ? begins[rows.count()] : 0];
    }

    /**
     * Takes what a model says of a sample; in the order of the samples.
     *
     * @param answers [steps, numbers] from {@code offset} on; those to steps that were filled are left out
     */
    public void add(int sample, float[] answers, int offset) {
        int length = places.length(sample);
        Objects.checkFromIndexSize(offset, length * numbers, answers.length);
        int first = overlap == Overlap.CAUSAL ? length - 1 : 0;
        for (int step = first; step < length; step++) {
            int row = places.start(sample) + step;
            for (int i = 0; i < numbers; i++) {
                float answer = answers[offset + step * numbers + i];
                switch (overlap) {
                    case MEAN -> sums[row * numbers + i] += answer;
                    case LAST, CAUSAL -> sums[row * numbers + i] = answer;
                    case MEDIAN -> all[begins[row] + counts[row] * numbers + i] = answer;
                }
            }
            counts[row]++;
        }
    }

    /** How many rows have no answer. */
    public int unanswered() {
        return (int) Arrays.stream(counts).filter(count -> count == 0).count();
    }

    /** Shows all rows in the order of their file. */
    public <E extends Exception> void forEach(Visitor<E> visitor) throws E {
        int[] inFile = order();
        float[] answer = new float[numbers];
        for (int row : inFile) {
            for (int i = 0; i < numbers; i++) {
                answer[i] = counts[row] == 0 ? Float.NaN : answer(row, i);
            }
            visitor.visit(row, answer);
        }
    }

    private float answer(int row, int number) {
        return switch (overlap) {
            case MEAN -> (float) (sums[row * numbers + number] / counts[row]);
            case LAST, CAUSAL -> (float) sums[row * numbers + number];
            case MEDIAN -> {
                float[] each = new float[counts[row]];
                for (int i = 0; i < each.length; i++) {
                    each[i] = all[begins[row] + i * numbers + number];
                }
                Arrays.sort(each);
                int half = each.length / 2;
                yield each.length % 2 == 1 ? each[half] : (each[half - 1] + each[half]) / 2;
            }
        };
    }

    /** The rows as they lie in the file. */
    private int[] order() {
        int[] inFile = rows.order();
        int[] order = new int[rows.count()];
        for (int row = 0; row < order.length; row++) {
            order[inFile == null ? row : inFile[row]] = row;
        }
        return order;
    }
}

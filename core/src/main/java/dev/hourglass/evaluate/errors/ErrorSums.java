package dev.hourglass.evaluate.errors;

import java.util.Arrays;

/** Adds up the differences between reconstructions and their originals. */
final class ErrorSums {
    private long count;
    private double squares;
    private double distances;

    static ErrorSums[] create(int count) {
        ErrorSums[] sums = new ErrorSums[count];
        Arrays.setAll(sums, i -> new ErrorSums());
        return sums;
    }

    void add(double difference) {
        count++;
        squares += difference * difference;
        distances += Math.abs(difference);
    }

    void add(ErrorSums other) {
        count += other.count;
        squares += other.squares;
        distances += other.distances;
    }

    /** How many numbers were compared. */
    long count() {
        return count;
    }

    double mse() {
        return squares / count;
    }

    double mae() {
        return distances / count;
    }
}

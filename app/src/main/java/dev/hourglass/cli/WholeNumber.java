package dev.hourglass.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a whole number of an option and tells its range where the text is something else. */
abstract class WholeNumber<T> implements ITypeConverter<T> {
    private final long min;
    private final long max;

    WholeNumber(long min, long max) {
        this.min = min;
        this.max = max;
    }

    long parse(String text) {
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // No number, or more digits than a long has: the same mistake as a number out of range.
        }
        throw new TypeConversionException(
                "expected a whole number from " + min + " to " + max + ", found '" + text + "'");
    }

    /** At most a million: a count of epochs, of samples a batch. */
    static final class Count extends WholeNumber<Integer> {
        Count() {
            super(1, 1_000_000);
        }

        @Override
        public Integer convert(String text) {
            return (int) parse(text);
        }
    }

    /** How many samples. */
    static final class Samples extends WholeNumber<Integer> {
        Samples() {
            super(1, Integer.MAX_VALUE);
        }

        @Override
        public Integer convert(String text) {
            return (int) parse(text);
        }
    }

    /** How many threads. */
    static final class Threads extends WholeNumber<Integer> {
        Threads() {
            super(1, 1024);
        }

        @Override
        public Integer convert(String text) {
            return (int) parse(text);
        }
    }

    /** Any number of 64 bits. */
    static final class Seed extends WholeNumber<Long> {
        Seed() {
            super(Long.MIN_VALUE, Long.MAX_VALUE);
        }

        @Override
        public Long convert(String text) {
            return parse(text);
        }
    }
}

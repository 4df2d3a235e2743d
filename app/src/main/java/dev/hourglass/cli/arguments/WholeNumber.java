package dev.hourglass.cli.arguments;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses an integer option; the error for any other text states the range. */
public abstract class WholeNumber<T> implements ITypeConverter<T> {
    private final long min;
    private final long max;

    WholeNumber(long min, long max) {
        this.min = min;
        this.max = max;
    }

    final long parse(String text) {
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

    /** From 1 to what an int can hold at most. */
    abstract static class OfInt extends WholeNumber<Integer> {
        OfInt(int max) {
            super(1, max);
        }

        @Override
        public Integer convert(String text) {
            return (int) parse(text);
        }
    }

    /** At most a million: a count of epochs, of samples a batch. */
    public static final class Count extends OfInt {
        Count() {
            super(1_000_000);
        }
    }

    /** How many samples. */
    public static final class Samples extends OfInt {
        Samples() {
            super(Integer.MAX_VALUE);
        }
    }

    /** How many threads. */
    public static final class Threads extends OfInt {
        Threads() {
            super(1024);
        }
    }

    /** Any number of 64 bits. */
    public static final class Seed extends WholeNumber<Long> {
        Seed() {
            super(Long.MIN_VALUE, Long.MAX_VALUE);
        }

        @Override
        public Long convert(String text) {
            return parse(text);
        }
    }
}

package dev.hourglass.data;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;

/**
 * When samples of a series begin and end.
 *
 * @param first of each sample's first step, in nanoseconds since 1970
 * @param last of its last step
 * @param zoned whether these are moments; else they are readings of some clock
 */
public record SampleTimes(long[] first, long[] last, boolean zoned) {
    private static final long SECOND = 1_000_000_000;

    /** The time of a sample's first step as ISO 8601, in UTC or without a zone where the data named none. */
    public String begin(int sample) {
        return text(first[sample]);
    }

    /** The same of its last step. */
    public String end(int sample) {
        return text(last[sample]);
    }

    private String text(long nanos) {
        Instant instant = Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
        return zoned
                ? instant.toString()
                : LocalDateTime.ofInstant(instant, ZoneOffset.UTC).toString();
    }

    /** Of samples {@code from} to {@code to - 1}. */
    SampleTimes range(int from, int to) {
        return new SampleTimes(Arrays.copyOfRange(first, from, to), Arrays.copyOfRange(last, from, to), zoned);
    }

    /** Of windows that begin at these samples and have so many. */
    SampleTimes windows(int[] starts, int[] lengths) {
        long[] begins = new long[starts.length];
        long[] ends = new long[starts.length];
        for (int i = 0; i < starts.length; i++) {
            begins[i] = first[starts[i]];
            ends[i] = last[starts[i] + lengths[i] - 1];
        }
        return new SampleTimes(begins, ends, zoned);
    }
}

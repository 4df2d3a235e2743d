package dev.hourglass.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** When samples of a series begin and end. */
public final class SampleTimes {
    private static final long SECOND = 1_000_000_000;

    private final MemorySegment times;
    private final @Nullable Cuts cuts;
    private final int from;
    private final int size;
    private final boolean zoned;

    private SampleTimes(MemorySegment times, @Nullable Cuts cuts, int from, int size, boolean zoned) {
        this.times = times;
        this.cuts = cuts;
        this.from = from;
        this.size = size;
        this.zoned = zoned;
    }

    /**
     * Of samples of one step.
     *
     * @param times of each as longs, nanoseconds since 1970
     * @param zoned whether these are moments; else they are readings of some clock
     */
    public static SampleTimes of(MemorySegment times, boolean zoned) {
        return new SampleTimes(times, null, 0, (int) (times.byteSize() / Long.BYTES), zoned);
    }

    /** Of how many samples. */
    public int size() {
        return size;
    }

    /** The time of a sample's first step as ISO 8601, in UTC or without a zone where the data named none. */
    public String begin(int sample) {
        int index = from + Objects.checkIndex(sample, size);
        return text(cuts == null ? index : cuts.start(index));
    }

    /** The same of its last step. */
    public String end(int sample) {
        int index = from + Objects.checkIndex(sample, size);
        return text(cuts == null ? index : cuts.start(index) + cuts.length(index) - 1);
    }

    /** The time of a sample's first step, in nanoseconds since 1970. */
    public long nanos(int sample) {
        int index = from + Objects.checkIndex(sample, size);
        return times.getAtIndex(ValueLayout.JAVA_LONG, cuts == null ? index : cuts.start(index));
    }

    private String text(int row) {
        return text(times.getAtIndex(ValueLayout.JAVA_LONG, row), zoned);
    }

    /**
     * A time as ISO 8601.
     *
     * @param nanos since 1970
     * @param zoned whether it is a moment, which is told in UTC; else it is the reading of some clock
     */
    public static String text(long nanos, boolean zoned) {
        Instant instant = Instant.ofEpochSecond(Math.floorDiv(nanos, SECOND), Math.floorMod(nanos, SECOND));
        return zoned
                ? instant.toString()
                : LocalDateTime.ofInstant(instant, ZoneOffset.UTC).toString();
    }

    /** Of samples {@code first} to {@code end - 1}. */
    SampleTimes range(int first, int end) {
        return new SampleTimes(times, cuts, from + first, end - first, zoned);
    }

    /** Of windows of these samples, which are single steps. */
    SampleTimes windows(Cuts windows) {
        return new SampleTimes(
                times.asSlice((long) from * Long.BYTES, (long) size * Long.BYTES), windows, 0, windows.count(), zoned);
    }
}

package dev.hourglass.data.tables.formats;

import dev.hourglass.data.tables.Gaps;
import dev.hourglass.data.tables.RowSource;
import dev.hourglass.data.tables.TextLines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files of many series, one case after the other, as rows: the case's number, its class, and a number a channel. */
public abstract class CaseRows implements RowSource {
    static final String SERIES = "series";
    public static final String CLASS = "class";

    private final TextLines lines;
    private final String unit;
    private @Nullable Case first;
    private int channels;
    private @Nullable Case current;
    private int step;
    private int steps;
    private int number;

    /**
     * One series.
     *
     * @param channels of each the numbers in order, as text; one that is shorter than others ends in gaps
     * @param label its class; null where the file has none
     */
    record Case(List<String[]> channels, @Nullable String label) {
        /** Without the gaps at the end, which pad a series to the length of others. */
        int steps() {
            int steps =
                    channels.stream().mapToInt(channel -> channel.length).max().orElse(0);
            while (steps > 1 && isGap(steps - 1)) {
                steps--;
            }
            return steps;
        }

        private boolean isGap(int at) {
            return channels.stream().allMatch(channel -> at >= channel.length || Gaps.USUAL.isGap(channel[at].strip()));
        }
    }

    /** @param unit what the format calls a case */
    CaseRows(TextLines lines, String unit) {
        this.lines = lines;
        this.unit = unit;
    }

    /** Reads the first case, whose channels all others must have. */
    final void begin() throws IOException {
        first = read();
        if (first == null) {
            throw lines.corrupt("a first " + unit, "the end of the file", "");
        }
        channels = first.channels().size();
    }

    /** @return null at the end */
    abstract @Nullable Case read() throws IOException;

    abstract boolean hasLabels();

    private @Nullable Case nextCase() throws IOException {
        Case next = first != null ? first : read();
        first = null;
        if (next != null && next.channels().size() != channels) {
            throw lines.corrupt(
                    channels + " channels, as in the first " + unit,
                    next.channels().size() + " of them",
                    "");
        }
        return next;
    }

    @Override
    public final List<String> columns() {
        List<String> names = new ArrayList<>();
        names.add(SERIES);
        if (hasLabels()) {
            names.add(CLASS);
        }
        for (int channel = 1; channel <= channels; channel++) {
            names.add("channel_" + channel);
        }
        return names;
    }

    @Override
    public final @Nullable String label() {
        return hasLabels() ? CLASS : null;
    }

    @Override
    public final String id() {
        return SERIES;
    }

    @Override
    public final @Nullable List<String> next() throws IOException {
        Case now = current;
        while (now == null || step == steps) {
            now = nextCase();
            if (now == null) {
                return null;
            }
            current = now;
            step = 0;
            steps = now.steps();
            number++;
        }
        List<String> row = new ArrayList<>();
        row.add(Integer.toString(number));
        if (hasLabels()) {
            row.add(now.label == null ? "" : now.label);
        }
        for (String[] channel : now.channels) {
            row.add(step < channel.length ? channel[step].strip() : "");
        }
        step++;
        return row;
    }

    @Override
    public final void close() throws IOException {
        lines.close();
    }
}

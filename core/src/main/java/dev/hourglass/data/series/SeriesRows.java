package dev.hourglass.data.series;

import dev.hourglass.data.Cuts;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.SampleTimes;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.tables.Table;
import dev.hourglass.files.Excerpt;
import dev.hourglass.tensor.CorruptFileException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one part, on their way from a table to samples.
 *
 * @param table with each series in one piece
 * @param used which rows may be part of a sample; null for all
 * @param part what it is called in messages
 */
record SeriesRows(Table table, boolean @Nullable [] used, String part) {
    private static final int NAMED = 8;

    /** The mean of each channel over the rows that are used; 0 where all are missing. */
    double[] means() {
        double[] sums = new double[table.channels()];
        int[] counts = new int[table.channels()];
        forEachUsed(row -> {
            for (int channel = 0; channel < row.length; channel++) {
                if (!Double.isNaN(row[channel])) {
                    sums[channel] += row[channel];
                    counts[channel]++;
                }
            }
        });
        for (int channel = 0; channel < sums.length; channel++) {
            sums[channel] = counts[channel] == 0 ? 0 : sums[channel] / counts[channel];
        }
        return sums;
    }

    /** Gives all rows that are used, one after the other in one array. */
    void forEachUsed(Consumer<double[]> taker) {
        double[] row = new double[table.channels()];
        for (int i = 0; i < table.rows(); i++) {
            if (used == null || used[i]) {
                table.copyRow(i, row);
                taker.accept(row);
            }
        }
    }

    /** How many numbers a channel lacks, and the longest run of them. */
    record Gap(int channel, int missing, int longest) {}

    /** Of the channels that have some. */
    List<Gap> gaps() {
        int channels = table.channels();
        int[] missing = new int[channels];
        int[] run = new int[channels];
        int[] longest = new int[channels];
        for (int row = 0; row < table.rows(); row++) {
            for (int channel = 0; channel < channels; channel++) {
                if (Double.isNaN(table.value(row, channel))) {
                    missing[channel]++;
                    run[channel]++;
                    longest[channel] = Math.max(longest[channel], run[channel]);
                } else {
                    run[channel] = 0;
                }
            }
        }
        return IntStream.range(0, channels)
                .filter(channel -> missing[channel] > 0)
                .mapToObj(channel -> new Gap(channel, missing[channel], longest[channel]))
                .toList();
    }

    List<String> describe(List<Gap> gaps) {
        return gaps.isEmpty() ? List.of() : List.of("The " + part + " lacks " + told(gaps) + ".");
    }

    private String told(List<Gap> gaps) {
        String text = gaps.stream()
                .limit(NAMED)
                .map(gap -> String.format(
                        Locale.ROOT,
                        "%,d number%s of %s (longest run %,d)",
                        gap.missing(),
                        gap.missing() == 1 ? "" : "s",
                        quoted(gap.channel()),
                        gap.longest()))
                .collect(Collectors.joining(", "));
        return gaps.size() > NAMED ? text + " and of " + (gaps.size() - NAMED) + " more channels" : text;
    }

    /** Channels of which a model can learn nothing, and such as lose what they have in 32 bits. */
    List<String> describeChannels(boolean scaled) {
        double[] leastOf = new double[table.channels()];
        double[] mostOf = new double[table.channels()];
        Arrays.fill(leastOf, Double.POSITIVE_INFINITY);
        Arrays.fill(mostOf, Double.NEGATIVE_INFINITY);
        forEachUsed(row -> {
            for (int channel = 0; channel < row.length; channel++) {
                if (!Double.isNaN(row[channel])) {
                    leastOf[channel] = Math.min(leastOf[channel], row[channel]);
                    mostOf[channel] = Math.max(mostOf[channel], row[channel]);
                }
            }
        });
        List<String> flat = new ArrayList<>();
        List<String> lost = new ArrayList<>();
        for (int channel = 0; channel < table.channels(); channel++) {
            double least = leastOf[channel];
            double most = mostOf[channel];
            String name = quoted(channel);
            if (least > most) {
                flat.add(name + " (empty)");
            } else if (least == most) {
                flat.add(name + " (always " + least + ")");
            } else if (!scaled && (most - least) < 1000 * Math.ulp((float) Math.max(Math.abs(least), Math.abs(most)))) {
                lost.add(name);
            }
        }
        List<String> notes = new ArrayList<>();
        if (!flat.isEmpty()) {
            notes.add("In the " + part + " there is nothing to learn in " + some(flat)
                    + "; 'exclude' leaves a channel out.");
        }
        if (!lost.isEmpty()) {
            notes.add("Of the range of " + some(lost)
                    + " little is left in 32 bits; 'scaling: min_max' or 'standardize' keeps it.");
        }
        return notes;
    }

    private String quoted(int channel) {
        return "'" + Excerpt.of(table.channelName(channel)) + "'";
    }

    private static String some(List<String> names) {
        return names.stream().limit(NAMED).collect(Collectors.joining(", "))
                + (names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "");
    }

    /**
     * The same without gaps, or with gaps that no window will have.
     *
     * @param gaps all that there are
     * @param means what {@link SeriesOptions.Missing#MEAN} fills in
     * @throws CorruptFileException if there are gaps and nothing was said of them
     */
    SeriesRows filled(List<Gap> gaps, SeriesOptions.Missing missing, double[] means) {
        if (gaps.isEmpty()) {
            return this;
        }
        return switch (missing) {
            case FAIL ->
                throw new CorruptFileException(
                        table.file(),
                        "no gaps",
                        told(gaps),
                        "Say what becomes of them by --missing, in a recipe by 'missing': interpolate, hold, mean or"
                                + " drop_windows.");
            case DROP_WINDOWS -> new SeriesRows(table, whole(), part);
            case MEAN ->
                filledBy(gaps, (bounds, channel) -> {
                    for (int row = bounds[0]; row < bounds[1]; row++) {
                        if (Double.isNaN(table.value(row, channel))) {
                            table.setValue(row, channel, means[channel]);
                        }
                    }
                });
            case HOLD -> filledBy(gaps, (bounds, channel) -> fill(bounds, channel, false, means));
            case INTERPOLATE -> filledBy(gaps, (bounds, channel) -> fill(bounds, channel, true, means));
        };
    }

    private interface Filling {
        /** Fills one channel of the rows from {@code bounds[0]} to {@code bounds[1] - 1}. */
        void fill(int[] bounds, int channel);
    }

    private SeriesRows filledBy(List<Gap> gaps, Filling filling) {
        int[] bounds = table.seriesBounds();
        for (int i = 0; i + 1 < bounds.length; i++) {
            for (Gap gap : gaps) {
                filling.fill(new int[] {bounds[i], bounds[i + 1]}, gap.channel());
            }
        }
        return this;
    }

    /** By the numbers around a gap; by the channel's mean where a series has none. */
    private void fill(int[] bounds, int channel, boolean onLine, double[] means) {
        int known = -1;
        for (int row = bounds[0]; row < bounds[1]; row++) {
            if (Double.isNaN(table.value(row, channel))) {
                continue;
            }
            for (int gap = known < 0 ? bounds[0] : known + 1; gap < row; gap++) {
                double after = table.value(row, channel);
                double before = known < 0 ? after : table.value(known, channel);
                double share = known < 0 || !onLine ? 0 : place(known, gap, row);
                table.setValue(gap, channel, before + share * (after - before));
            }
            known = row;
        }
        for (int gap = known < 0 ? bounds[0] : known + 1; gap < bounds[1]; gap++) {
            table.setValue(gap, channel, known < 0 ? means[channel] : table.value(known, channel));
        }
    }

    /** Where a row lies between two others, from 0 to 1: by time where there are times. */
    private double place(int before, int row, int after) {
        return table.times() == null || table.time(after) == table.time(before)
                ? (double) (row - before) / (after - before)
                : (double) (table.time(row) - table.time(before)) / (table.time(after) - table.time(before));
    }

    private boolean[] whole() {
        boolean[] whole = used == null ? new boolean[table.rows()] : used.clone();
        if (used == null) {
            Arrays.fill(whole, true);
        }
        for (int row = 0; row < whole.length; row++) {
            for (int channel = 0; channel < table.channels(); channel++) {
                whole[row] &= !Double.isNaN(table.value(row, channel));
            }
        }
        return whole;
    }

    /** Runs of rows of one series that are used and have no gap in time: first row, and the one behind the last. */
    private List<int[]> pieces(@Nullable Duration maxGap) {
        long most = maxGap == null ? Long.MAX_VALUE : maxGap.toNanos();
        boolean timed = table.times() != null;
        int[] ids = table.ids();
        List<int[]> pieces = new ArrayList<>();
        int begin = -1;
        for (int row = 0; row <= table.rows(); row++) {
            boolean in = row < table.rows() && (used == null || used[row]);
            boolean joined = in
                    && begin >= 0
                    && (ids == null || ids[row] == ids[row - 1])
                    && (!timed || table.time(row) - table.time(row - 1) <= most);
            if (begin >= 0 && !joined) {
                pieces.add(new int[] {begin, row});
                begin = -1;
            }
            begin = in && begin < 0 ? row : begin;
        }
        return pieces;
    }

    /** These rows as samples know them. */
    SourceRows source(@Nullable Duration maxGap) {
        MemorySegment times = table.times();
        return new SourceRows(
                table.rows(),
                table.columns(),
                times == null ? null : SampleTimes.of(times, table.zoned()),
                table.ids(),
                table.series(),
                table.keys(),
                table.order(),
                pieces(maxGap));
    }

    /**
     * Where the samples lie.
     *
     * @param toTheEnd whether a piece's last window ends at its last row, so that every row is in one
     * @throws DatasetException if no piece is long enough
     */
    Cuts cuts(SeriesOptions options, boolean toTheEnd) {
        List<int[]> pieces = pieces(options.steps().maxGap());
        SeriesOptions.Window window = options.window();
        if (window == null && table.ids() != null) {
            return wholeSeries(pieces, options.steps().lengths());
        }
        SeriesOptions.Window cut = window == null ? new SeriesOptions.Window(1, 1) : window;
        int steps = cut.steps();
        Cuts cuts = Cuts.windows(pieces, steps, cut.stride(), toTheEnd);
        if (cuts.count() == 0) {
            int longest =
                    pieces.stream().mapToInt(piece -> piece[1] - piece[0]).max().orElse(0);
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "The %s of %s has no %,d rows in one piece, as a window needs; the longest piece has %,d. Choose"
                            + " shorter windows, or fill gaps by --missing, in a recipe by 'missing'.",
                    part,
                    table.file(),
                    steps,
                    longest));
        }
        return cuts;
    }

    private Cuts wholeSeries(List<int[]> pieces, SeriesOptions.Lengths lengths) {
        if (pieces.isEmpty()) {
            throw new DatasetException("The " + part + " of " + table.file() + " has no rows without gaps.");
        }
        IntStream each = pieces.stream().mapToInt(piece -> piece[1] - piece[0]);
        int steps = lengths.cut() ? each.min().orElse(0) : each.max().orElse(0);
        return Cuts.onePiece(pieces, steps, lengths.filling());
    }

    /** Says how many rows no sample has. */
    List<String> describeCuts(Cuts cuts, SeriesOptions options) {
        boolean[] answered = new boolean[table.rows()];
        for (int i = 0; i < cuts.count(); i++) {
            Arrays.fill(answered, cuts.start(i), cuts.start(i) + cuts.length(i), true);
        }
        int left = 0;
        for (int row = 0; row < answered.length; row++) {
            left += answered[row] || (used != null && !used[row]) ? 0 : 1;
        }
        SeriesOptions.Window window = options.window();
        boolean bySkipping = window != null && window.stride() > window.steps();
        return left == 0 || bySkipping
                ? List.of()
                : List.of(String.format(
                        Locale.ROOT, "%,d of the %,d rows of the %s are in no sample.", left, answered.length, part));
    }
}

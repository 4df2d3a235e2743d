package dev.hourglass.lab.detection;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.SampleTimes;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.files.CsvWriter;
import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.tensor.Outliers;
import java.io.IOException;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of the normal data did not look normal and was left out, for somebody to look at.
 *
 * @param parts of the data, such as those trained on and those that calibrate
 */
public record LeftOut(List<Part> parts) {
    /** Everything was used. */
    public static final LeftOut NONE = new LeftOut(List.of());

    private static final int MOST_TOLD = 3;

    /**
     * A part of the data.
     *
     * @param name {@code training} or {@code held out}
     * @param outliers of its samples
     */
    public record Part(String name, Dataset data, Outliers outliers) {
        /** Rows that no sample holds which was used, though others do; in order. Empty for what is no series. */
        public List<Segment> rows() {
            return stretches().stream()
                    .map(stretch -> new Segment(stretch.first, stretch.last))
                    .toList();
        }

        /** @param error the largest of the samples that hold it */
        private record Stretch(int first, int last, double error) {}

        private List<Stretch> stretches() {
            if (!ScoredSeries.isSeries(data)) {
                return List.of();
            }
            SamplePlaces places = data.places().orElseThrow();
            double[] errors = new double[places.rows().count()];
            outliers.samples().forEach(odd -> {
                for (int step = 0; step < places.length(odd.index()); step++) {
                    int row = places.start(odd.index()) + step;
                    errors[row] = Math.max(errors[row], odd.error());
                }
            });
            boolean[] kept = outliers.kept();
            for (int sample = 0; sample < kept.length; sample++) {
                if (kept[sample]) {
                    Arrays.fill(errors, places.start(sample), places.start(sample) + places.length(sample), 0);
                }
            }
            List<Stretch> stretches = new ArrayList<>();
            for (int[] piece : places.rows().pieces()) {
                for (int row = piece[0]; row < piece[1]; row++) {
                    if (errors[row] > 0) {
                        int first = row;
                        double worst = errors[row];
                        while (row + 1 < piece[1] && errors[row + 1] > 0) {
                            worst = Math.max(worst, errors[++row]);
                        }
                        stretches.add(new Stretch(first, row, worst));
                    }
                }
            }
            return stretches;
        }

        private Stream<List<String>> lines() {
            if (!ScoredSeries.isSeries(data)) {
                return outliers.samples().stream()
                        .map(odd -> List.of(
                                name,
                                Integer.toString(odd.index()),
                                data.sampleName(odd.index()),
                                Double.toString(odd.error())));
            }
            SourceRows rows = data.places().orElseThrow().rows();
            return stretches().stream()
                    .sorted(Comparator.comparingDouble(Stretch::error).reversed())
                    .map(stretch -> List.of(
                            name,
                            rows.seriesOf(stretch.first),
                            Integer.toString(stretch.first),
                            Integer.toString(stretch.last),
                            time(rows, stretch.first),
                            time(rows, stretch.last),
                            Double.toString(stretch.error)));
        }

        private String sentence() {
            boolean series = ScoredSeries.isSeries(data);
            String samples = series && data.places().orElseThrow().windows() ? "windows" : "samples";
            int count = outliers.samples().size();
            String found = String.format(
                    Locale.ROOT,
                    "Left out of the %s data: %,d of %,d %s that are rebuilt much worse than the others (%.2g %%, at most %s %%)",
                    name.equals("training") ? name : "calibrating",
                    count,
                    outliers.of(),
                    samples,
                    100.0 * count / outliers.of(),
                    new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT))
                            .format(100 * outliers.share()));
            String spared = outliers.spared() == 0
                    ? ""
                    : String.format(
                            Locale.ROOT,
                            " %,d more are as odd, and were used: look at the data, or allow a larger share.",
                            outliers.spared());
            return found + (count == 0 ? "" : ": " + worst()) + "." + spared;
        }

        private String worst() {
            if (!ScoredSeries.isSeries(data)) {
                return "worst "
                        + outliers.samples().stream()
                                .limit(MOST_TOLD)
                                .map(odd -> data.sampleName(odd.index()).isEmpty()
                                        ? "sample " + odd.index()
                                        : data.sampleName(odd.index()))
                                .collect(Collectors.joining(", "));
            }
            SourceRows rows = data.places().orElseThrow().rows();
            List<Stretch> all = stretches();
            if (all.isEmpty()) {
                return "all their rows are in other windows too";
            }
            int count =
                    all.stream().mapToInt(each -> each.last - each.first + 1).sum();
            return String.format(
                            Locale.ROOT,
                            "%,d rows in %,d %s are in no other window",
                            count,
                            all.size(),
                            all.size() == 1 ? "stretch" : "stretches")
                    + ", the worst "
                    + all.stream()
                            .sorted(Comparator.comparingDouble(Stretch::error).reversed())
                            .limit(MOST_TOLD)
                            .map(stretch -> where(rows, stretch))
                            .collect(Collectors.joining("; "));
        }

        private static String where(SourceRows rows, Stretch stretch) {
            String words = rows.times() == null ? "rows %s to %s" : "%s to %s";
            return String.format(Locale.ROOT, words, told(rows, stretch.first), told(rows, stretch.last));
        }

        private static String told(SourceRows rows, int row) {
            return rows.times() == null ? Integer.toString(row) : time(rows, row);
        }

        private static String time(SourceRows rows, int row) {
            SampleTimes times = rows.times();
            return times == null ? "" : times.begin(row);
        }
    }

    public LeftOut {
        parts = List.copyOf(parts);
    }

    /** Whether nothing was looked for. */
    public boolean isNone() {
        return parts.isEmpty();
    }

    /** What was left out, a sentence for each part. */
    public List<String> sentences() {
        return parts.stream().map(Part::sentence).toList();
    }

    /** Writes a line for each sample, or each stretch of a series' rows, the worst of each part first. */
    public void write(Path file) throws IOException {
        List<List<String>> lines = lines();
        CsvWriter.write(file, lead(lines), List.of(), sink -> sink.write(new float[0], 0, lines.size()));
    }

    /** The same text where somebody else makes the file. */
    public void write(Appendable text) throws IOException {
        List<List<String>> lines = lines();
        CsvWriter.write(text, lead(lines), List.of(), sink -> sink.write(new float[0], 0, lines.size()));
    }

    private List<List<String>> lines() {
        return parts.stream().flatMap(Part::lines).toList();
    }

    private CsvWriter.Lead lead(List<List<String>> lines) {
        boolean series =
                !parts.isEmpty() && ScoredSeries.isSeries(parts.getFirst().data());
        return new CsvWriter.Lead(
                series
                        ? List.of("part", "series", "first_row", "last_row", "start", "end", "error")
                        : List.of("part", "sample", "name", "error"),
                lines::get);
    }
}

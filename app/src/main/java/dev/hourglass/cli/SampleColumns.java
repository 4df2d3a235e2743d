package dev.hourglass.cli;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.SampleTimes;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.files.CsvWriter;
import dev.hourglass.data.files.CsvWriter.Lead;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.tensor.Normalization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The columns of a table that say which sample, or which row of a series, its numbers are of. */
public final class SampleColumns {
    private SampleColumns() {}

    /** The series of each sample, and its time, or when it begins and ends; no columns where none of that is known. */
    static Lead of(Dataset samples) {
        Optional<SampleTimes> times = samples.times();
        Optional<SamplePlaces> places = samples.places();
        boolean ids = places.isPresent() && places.get().rows().ids() != null;
        boolean windows = places.isPresent() && places.get().windows();
        List<String> columns = new ArrayList<>();
        if (ids) {
            columns.add(places.get().rows().keys().id());
        }
        if (times.isPresent()) {
            SourceRows.Keys keys = places.map(each -> each.rows().keys()).orElse(SourceRows.Keys.USUAL);
            columns.addAll(windows ? List.of("begin", "end") : List.of(keys.time()));
        }
        return new Lead(columns, sample -> {
            List<String> cells = new ArrayList<>();
            if (ids) {
                cells.add(places.get().rows().seriesOf(places.get().start(sample)));
            }
            if (times.isPresent()) {
                cells.add(times.get().begin(sample));
                if (windows) {
                    cells.add(times.get().end(sample));
                }
            }
            return cells;
        });
    }

    /**
     * The same in a table of its own, for a file that has no room for text.
     *
     * @return its path; empty where nothing is known of the samples
     */
    static Optional<Path> writeBeside(Path file, Dataset samples) throws IOException {
        Lead lead = of(samples);
        if (lead.columns().isEmpty()) {
            return Optional.empty();
        }
        String name = String.valueOf(file.getFileName());
        Path beside = file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + "_times.csv");
        List<String> columns = new ArrayList<>(List.of("index"));
        columns.addAll(lead.columns());
        Lead indexed = new Lead(columns, sample -> {
            List<String> cells = new ArrayList<>(List.of(Integer.toString(sample)));
            cells.addAll(lead.cells().apply(sample));
            return cells;
        });
        CsvWriter.write(beside, indexed, List.of(), sink -> sink.write(new float[0], 0, samples.size()));
        return Optional.of(beside);
    }

    /** The rows of a series as their file has them, under their names and with their times, in their own units. */
    public static void writeRows(Path file, Dataset samples, RowAnswers answers) throws IOException {
        SourceRows rows = samples.places().orElseThrow().rows();
        int channels = samples.sampleShape().dimension(-1);
        List<String> names = rows.columns().isEmpty()
                ? IntStream.rangeClosed(1, channels).mapToObj(i -> "v" + i).toList()
                : rows.columns();
        Normalization normalization = samples.normalization();
        writeRows(file, rows, names, answers, row -> normalization.restore(row, 0, row.length));
    }

    /** Changes the numbers of a row in place. */
    @FunctionalInterface
    interface Change {
        void apply(float[] row);
    }

    /**
     * Answers of any kind, a line for each row of the series, in the order of its file.
     *
     * @param names of an answer's numbers
     */
    static void writeRows(Path file, SourceRows rows, List<String> names, RowAnswers answers, Change change)
            throws IOException {
        SampleTimes times = rows.times();
        List<String> columns = new ArrayList<>();
        if (rows.ids() != null) {
            columns.add(rows.keys().id());
        }
        if (times != null) {
            columns.add(rows.keys().time());
        }
        int[] current = {0};
        Lead lead = new Lead(columns, line -> {
            List<String> cells = new ArrayList<>();
            if (rows.ids() != null) {
                cells.add(rows.seriesOf(current[0]));
            }
            if (times != null) {
                cells.add(times.begin(current[0]));
            }
            return cells;
        });
        CsvWriter.write(
                file,
                lead,
                names,
                sink -> answers.forEach((row, answer) -> {
                    current[0] = row;
                    change.apply(answer);
                    sink.write(answer, 0, 1);
                }));
    }
}

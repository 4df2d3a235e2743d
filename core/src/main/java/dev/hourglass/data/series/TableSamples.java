package dev.hourglass.data.series;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SampleStore;
import dev.hourglass.data.SampleTimes;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.tables.Table;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.TableReader;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table as samples [channels], not scaled.
 *
 * @param data named as the file, with the labels and times that the table has
 * @param notes how the table was read, sentences
 */
public record TableSamples(FloatDataset data, List<String> notes) {
    public TableSamples {
        notes = List.copyOf(notes);
    }

    /**
     * Reads a table in one go.
     *
     * @param steps what happens to its rows; a mean that fills gaps is that of the table itself
     * @throws CorruptFileException if the file is damaged, or has gaps that are refused
     * @throws dev.hourglass.data.DatasetException if it can't be read or has not the columns that it must have
     */
    public static TableSamples read(Path file, TableOptions options, SeriesOptions.Steps steps) {
        return of(TableReader.readAll(file, options), steps);
    }

    /** Reads a folder of sounds in one go, a file after the other, as frames or as spectra. */
    public static TableSamples readSounds(
            Path folder, @Nullable LogMelSpectrogram spectrogram, SeriesOptions.Steps steps) {
        return of(SoundFolder.read(folder, spectrogram), steps);
    }

    private static TableSamples of(Table read, SeriesOptions.Steps steps) {
        Table table = read.bySeries();
        SeriesRows measured = new SeriesRows(table, null, "table");
        List<String> notes = new ArrayList<>(table.notes());
        notes.addAll(TimeSteps.of(table).describe("table", steps));
        SeriesOptions.Resample resample = steps.resample();
        SeriesRows rows = resample == null ? measured : Resampling.apply(measured, resample);
        List<SeriesRows.Gap> gaps = rows.gaps();
        SeriesRows filled = rows.filled(gaps, steps.missing(), rows.means());
        notes.addAll(rows.describe(gaps));
        return new TableSamples(of(filled, ClassNumbers.of(table), steps), notes);
    }

    static FloatDataset of(SeriesRows rows, ClassNumbers classes, SeriesOptions.Steps steps) {
        Table table = rows.table();
        FloatDataset data = FloatDataset.of(
                        String.valueOf(table.file().getFileName()),
                        Shape.of(table.channels()),
                        new SampleStore.Doubles(table.values(), table.channels()))
                .withRows(rows.source(steps.maxGap()));
        int[] labels = table.labels();
        if (labels != null) {
            data = data.withLabels(classes.of(table, labels), classes.names());
        }
        MemorySegment times = table.times();
        return times == null ? data : data.withTimes(SampleTimes.of(times, table.zoned()));
    }
}

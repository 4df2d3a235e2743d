package dev.hourglass.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.LabelRule;
import dev.hourglass.data.SampleTimes;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.catalog.FetchListener;
import dev.hourglass.data.series.RowAnswers.Overlap;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.Detector;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Series scored by all windows that hold a row. */
class WindowedSeriesIT {
    @TempDir
    static Path folder;

    private static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = Fixtures.session("local[2]", folder).getOrCreate();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @ParameterizedTest
    @CsvSource({"MEAN, 2", "MEAN, 1", "MEDIAN, 1", "MEDIAN, 3", "LAST, 2", "CAUSAL, 1"})
    void rowsGetTheScoresThatOneMachineGivesThemInATable(Overlap overlap, int stride) throws Exception {
        SavedModel model = PumpSeries.model(overlap, stride);
        HourglassModel pump = Fixtures.shipped(model, folder.resolve(overlap + "-" + stride));
        List<Row> shuffled = new ArrayList<>(PumpSeries.rows());
        Collections.shuffle(shuffled, new Random(3));

        List<Row> scored = pump.scoreSeries(
                        spark.createDataFrame(shuffled, PumpSeries.SCHEMA).repartition(5),
                        "pump",
                        "at",
                        PumpSeries.MAX_GAP)
                .collectAsList();

        Map<List<Object>, @Nullable Double> expected = onOneMachine(model);
        assertThat(expected.values())
                .contains((Double) null)
                .filteredOn(Objects::nonNull)
                .hasSizeGreaterThan(300);
        Map<List<Object>, @Nullable Double> found = new HashMap<>();
        for (Row row : scored) {
            Double score = row.isNullAt(3) ? null : row.getDouble(3);
            found.put(List.of(row.getString(0), row.getTimestamp(1)), score);
            assertThat(row.isNullAt(4) ? null : row.getBoolean(4)).isEqualTo(score == null ? null : score > 1);
        }
        assertThat(scored).hasSize(expected.size());
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void badRowsPassWithAReasonAndTheirNeighboursAreScoredWithoutThem() {
        HourglassModel pump = Fixtures.shipped(PumpSeries.model(Overlap.MEAN, 1), folder.resolve("bad"))
                .onBadRow(OnBadRow.PASS);
        List<Row> good = PumpSeries.rows().subList(0, 20);
        List<Row> withBad = new ArrayList<>(good);
        withBad.add(7, between(good.get(6), Arrays.asList(1.0, 2.0)));
        withBad.add(9, between(good.get(7), Arrays.asList(1.0, Double.POSITIVE_INFINITY, 3.0)));
        withBad.add(RowFactory.create("a", null, Arrays.asList(1.0, 2.0, 3.0)));

        List<Row> expected = pump.scoreSeries(spark.createDataFrame(good, PumpSeries.SCHEMA), "pump", "at", null)
                .collectAsList();
        List<Row> found = pump.scoreSeries(spark.createDataFrame(withBad, PumpSeries.SCHEMA), "pump", "at", null)
                .collectAsList();

        assertThat(found).hasSize(23);
        assertThat(found.stream().filter(row -> row.isNullAt(5)).toList()).isEqualTo(expected);
        assertThat(found.stream().filter(row -> !row.isNullAt(5)).map(row -> row.getString(5)))
                .satisfiesExactly(
                        reason ->
                                assertThat(reason).isEqualTo("expected a time and an array of numbers, found no time."),
                        reason -> assertThat(reason).isEqualTo("expected 3 channels, found 2."),
                        reason -> assertThat(reason).startsWith("expected numbers that are finite after scaling"));
        assertThatThrownBy(() -> pump.onBadRow(OnBadRow.FAIL)
                        .scoreSeries(spark.createDataFrame(withBad, PumpSeries.SCHEMA), "pump", "at", null)
                        .collectAsList())
                .rootCause()
                .isInstanceOf(BadRowException.class)
                .hasMessageStartingWith("a row of series a: expected a time and an array of numbers, found no time.");
    }

    @Test
    void whatCanNotBeScoredSoIsSaidBeforeAnythingRuns() {
        HourglassModel pump = Fixtures.shipped(PumpSeries.model(Overlap.MEAN, 1), folder.resolve("stream"));
        HourglassModel sensors = Fixtures.shipped(Fixtures.sensors(), folder.resolve("sensors"));
        var rows = spark.createDataFrame(PumpSeries.rows(), PumpSeries.SCHEMA);

        assertThatThrownBy(() -> sensors.scoreSeries(rows, "pump", "at", null))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("Call transform");
        assertThatThrownBy(() -> pump.scoreSeries(rows, "pump", "time", null)).hasMessageContaining("no column 'time'");
        assertThatThrownBy(() -> pump.scoreSeries(
                        spark.readStream().schema(PumpSeries.SCHEMA).parquet(folder.toString()), "pump", "at", null))
                .hasMessageContaining("overlap causal, and call follow");
    }

    private static Row between(Row before, List<Double> numbers) {
        return RowFactory.create("a", new Timestamp(before.getTimestamp(1).getTime() + 1), numbers);
    }

    /** By series and time, read from a table and scored as the program does. */
    private static Map<List<Object>, @Nullable Double> onOneMachine(SavedModel model) throws Exception {
        List<String> lines = new ArrayList<>(List.of("pump,at,x,y,z"));
        for (Row row : PumpSeries.rows()) {
            StringBuilder line = new StringBuilder(
                    row.getString(0) + "," + row.getTimestamp(1).toInstant());
            row.<List<@Nullable Double>>getAs(2)
                    .forEach(number -> line.append(',').append(number == null ? "" : number));
            lines.add(line.toString());
        }
        Path table = Files.write(folder.resolve("table.csv"), lines);
        TableOptions.Roles roles =
                new TableOptions.Roles(List.of("at"), List.of("x", "y", "z"), List.of(), null, false, "pump");
        SeriesOptions.Steps steps = new SeriesOptions.Steps(
                SeriesOptions.Missing.DROP_WINDOWS, PumpSeries.MAX_GAP, null, SeriesOptions.Steps.PLAIN.lengths());
        Detection.Windows windows =
                Objects.requireNonNull(Objects.requireNonNull(model.detection()).windows());
        Dataset samples = new DataSources(DatasetCatalog.standard())
                .open(
                        table.toString(),
                        SourceOptions.defaults()
                                .withSampleShape(model.input())
                                .withNormalization(model.normalization())
                                .withStride(windows.stride())
                                .withTables(new SourceOptions.Tables(
                                        TableOptions.DEFAULT.withRoles(roles), steps, false, LabelRule.MAJORITY)),
                        FetchListener.SILENT);
        Map<List<Object>, @Nullable Double> scores = new HashMap<>();
        try (Detector detector = model.detector(2)) {
            StepScores found = detector.score(samples);
            SampleTimes times = Objects.requireNonNull(found.rows().times());
            for (int row = 0; row < found.rows().count(); row++) {
                double score = found.score(row);
                scores.put(
                        List.of(found.rows().seriesOf(row), new Timestamp(times.nanos(row) / 1_000_000)),
                        Double.isNaN(score) ? null : score);
            }
        }
        return scores;
    }
}

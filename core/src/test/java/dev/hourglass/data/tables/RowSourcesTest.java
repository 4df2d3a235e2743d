package dev.hourglass.data.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.series.SeriesSplit;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With files of interop/make_data_goldens.py. */
class RowSourcesTest {
    private static final Path GOLDENS = Path.of("src/test/resources/data/tables");
    private static final double GAP = Double.NaN;

    @TempDir
    private Path folder;

    @Test
    void casesOfSeveralChannelsAreSeriesWithTheirClass() {
        Table table = read("multivariate.ts");

        assertThat(table.columns()).containsExactly("channel_1", "channel_2");
        assertThat(values(table)).containsExactly(1, 0.5, 2, 0.25, 3, GAP, 4, -1, 5, -0.2, 6, GAP);
        assertThat(table.series()).containsExactly("1", "2");
        assertThat(table.ids()).containsExactly(0, 0, 0, 1, 1, 1);
        assertThat(table.classes()).containsExactly("up", "down");
        assertThat(table.labels()).containsExactly(0, 0, 0, 1, 1, 1);
        assertThat(table.notes())
                .first()
                .isEqualTo("multivariate.ts: UCR .ts, series told apart by 'series', labels in"
                        + " 'class', channels 'channel_1' and 'channel_2'.");
    }

    @ParameterizedTest
    @CsvSource({"export.zip, sensors.csv", "2024.01.zip, Sensors.CSV", "sensors.csv.zip, anything"})
    void aZipIsWhatTheFileInItIs(String zip, String inside) throws IOException {
        Path file = folder.resolve(zip);
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(file))) {
            out.putNextEntry(new ZipEntry(inside));
            out.write("a,b\n1,2\n3,4\n".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(DataSources.openFile(file, SourceOptions.defaults()).size()).isEqualTo(2);
    }

    @Test
    void aLineWithoutAnEndIsRefusedBeforeItIsTakenApart() throws IOException {
        Path file = folder.resolve("a.csv");
        Files.writeString(file, "1,".repeat(5_000_000));

        assertThatThrownBy(() -> TableReader.readAll(file, TableOptions.DEFAULT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessage(file + ": expected a table of numbers, found a row of more than 8,388,608 bytes at line 1."
                        + " Check its quotes and line ends.");
    }

    @Test
    void aTableOfMoreColumnsThanThereIsRoomForIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("a.csv"), ("1,".repeat(100_000) + "1\n").repeat(2));

        assertThatThrownBy(() -> TableReader.readAll(file, TableOptions.DEFAULT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(
                        "more than 100,000 fields at line 1. Check its quotes and line ends, or save such");
    }

    @Test
    void sparseInstancesOfNextToNothingButZerosAreRefused() throws IOException {
        String attributes = "@attribute a numeric\n".repeat(100_000);
        Path file = Files.writeString(
                folder.resolve("a.arff"), "@relation r\n" + attributes + "@data\n" + "{0 1}\n".repeat(1_000));

        assertThatThrownBy(() -> TableReader.readAll(file, TableOptions.DEFAULT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("at most 1,000 numbers for each byte");
    }

    @Test
    void casesOfOtherLengthsAreFilledUp() {
        SeriesSplit split = SeriesSplit.open(
                GOLDENS.resolve("unequal.ts"), SeriesOptions.defaults().withScaling(null));

        assertThat(split.training().size()).isEqualTo(2);
        assertThat(split.training().sampleShape()).isEqualTo(Shape.of(3, 1));
        assertThat(sample(split.training(), 1)).containsExactly(4, 5, -1);
        assertThat(split.training().hasLabels()).isFalse();
        assertThat(split.test().size()).isEqualTo(1);
    }

    @Test
    void aSeriesALineBehindItsClass() {
        Table table = read("Gun_TRAIN.tsv");

        assertThat(values(table)).containsExactly(0.5, -1.5, 2, 1, 2, 3, 4, 5);
        assertThat(table.ids()).containsExactly(0, 0, 0, 1, 1, 2, 2, 2);
        assertThat(table.classes()).containsExactly("1", "2");
        Table old = read("Old_TEST.txt");
        assertThat(values(old)).containsExactly(0.5, -1.5, 2, 1, 2, 3);
        assertThat(old.classes()).containsExactly("1", "-1");
    }

    @Test
    void whatIsSaidOfTheFirstLineMakesItAPlainTable() {
        TableOptions plain = TableOptions.DEFAULT.withSyntax(new TableOptions.Syntax(null, null, 0, List.of()));

        assertThat(TableReader.readAll(GOLDENS.resolve("Gun_TRAIN.tsv"), plain).channels())
                .isEqualTo(4);
    }

    @Test
    void denseArff() {
        Table table = read("dense.arff");

        assertThat(table.columns()).containsExactly("flow rate", "pressure");
        assertThat(values(table)).containsExactly(1.5, GAP, 2, -300);
        assertThat(table.classes()).containsExactly("ok", "bad");
        assertThat(table.ids()).isNull();
    }

    @Test
    void sparseArffHasZerosAndTheFirstClassWhereNothingIsSaid() {
        Table table = read("sparse.arff");

        assertThat(values(table)).containsExactly(0, 2.5, -1, 0, 0, 0);
        assertThat(table.classes()).containsExactly("y", "x");
        assertThat(table.labels()).containsExactly(0, 1, 1);
    }

    @Test
    void quotesEscapesAndWeightsOfArff() throws IOException {
        Path file = Files.writeString(folder.resolve("a.arff"), """
            @relation r
            @attribute 'it\\'s' numeric
            @attribute "b c" {'x, y',z}
            @data
            1,'x, y'
            2 , z, {5}
            """);

        Table table = TableReader.readAll(file, TableOptions.DEFAULT);

        assertThat(table.columns()).containsExactly("it's");
        assertThat(table.classes()).containsExactly("x, y", "z");
        assertThat(values(table)).containsExactly(1, 2);
    }

    @Test
    void relationalArffIsASeriesAnInstance() {
        Table table = read("relational.arff");

        assertThat(values(table)).containsExactly(1, 3, 2, 4, 5, 7, 6, 8);
        assertThat(table.ids()).containsExactly(0, 0, 1, 1);
        assertThat(table.classes()).containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"records.jsonl", "records.json"})
    void objectsAreRowsOfNamedColumns(String name) {
        Table table = TableReader.readAll(GOLDENS.resolve(name), TableOptions.DEFAULT.withLabel("state"));

        assertThat(table.columns()).containsExactly("flow", "level");
        assertThat(values(table)).containsExactly(0.1, 1, GAP, 2, 1e-7, 3);
        assertThat(IntStream.range(0, 3).mapToObj(row -> Instant.ofEpochSecond(0, table.time(row))))
                .containsExactly(
                        Instant.parse("2024-01-01T00:00:00Z"),
                        Instant.parse("2024-01-01T00:01:00Z"),
                        Instant.parse("2024-01-01T00:02:00Z"));
        assertThat(table.classes()).containsExactly("ok", "a, \"b\"");
    }

    @Test
    void arraysWithinObjectsAndArraysOfArraysAreSeries() {
        Table series = TableReader.readAll(GOLDENS.resolve("series.jsonl"), TableOptions.DEFAULT.withLabel("kind"));

        assertThat(series.columns()).containsExactly("x", "y");
        assertThat(values(series)).containsExactly(1, 4, 2, 5, 3, 6, 7, 9, 8, 10);
        assertThat(series.ids()).containsExactly(0, 0, 0, 1, 1);
        assertThat(series.labels()).containsExactly(0, 0, 0, 1, 1);
        assertThat(values(read("steps.jsonl"))).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(read("steps.jsonl").ids()).containsExactly(0, 0, 1, 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a.ts|@data|a first case at line 1, found the end of the file",
                "a.ts|1,2:a|'@data' at line 1, found the end of the file",
                "a.ts|@classLabel true a¶@data¶1,2:a¶1,2:3:a|1 channels, as in the first case at line 4, found 2 of"
                        + " them",
                "a.ts|@timeStamps true¶@data¶(0,1)|'@timeStamps false' at line 1, found series with times of their own",
                "a.ts|@data¶1,b:2,3|a number in row 2 ('channel_1'), found 'b'",
                "a.arff|@attribute a numeric|'@data' at line 1, found none",
                "a.arff|@attribute a blob¶@data¶1|numeric, real, integer, string, date, relational or {values} at line"
                        + " 1",
                "a.arff|@attribute a numeric¶@data¶1,2|1 values, one an attribute at line 3, found 2",
                "a.arff|@attribute a numeric¶@data¶{7 1}|places below 1 with their values at line 3, found '7 1'",
                "a.arff|@attribute a numeric¶@data¶'1|a closing ' at line 3, found the end of the line",
                "a.jsonl|{\"a\": {\"b\": 1}}|a number, a text, true, false or null in value 1, found an object within",
                "a.jsonl|{\"a\": 1|JSON in value 1",
                "a.jsonl|7|an object or an array in value 1, found a VALUE_NUMBER_INT",
                "a.json|[]|objects or arrays with numbers in value 1, found none",
                "a.jsonl|{\"a\": 1}¶{\"a\": \"x\"}|a number in row 2 ('a'), found 'x'"
            })
    void whatIsNoTableIsRefusedWithItsPlace(String name, String text, String message) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text.replace("¶", "\n"));

        assertThatThrownBy(() -> TableReader.readAll(file, TableOptions.DEFAULT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(file + ": expected " + message);
    }

    @Test
    void deepJsonIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("deep.json"), "[".repeat(5_000_000));

        assertThatThrownBy(() -> TableReader.readAll(file, TableOptions.DEFAULT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("found an array within an array");
    }

    @Test
    void aMillionAttributesAreRefused() throws IOException {
        Path file =
                Files.writeString(folder.resolve("wide.arff"), "@attribute a numeric\n".repeat(1_000_000) + "@data\n");

        assertThatThrownBy(() -> TableReader.readAll(file, TableOptions.DEFAULT))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected at most 100,000 attributes at line 100,001, found more");
    }

    @Test
    void theyAreNoFilesOfLabels() {
        Path file = GOLDENS.resolve("dense.arff");

        assertThatThrownBy(() -> DataSources.readLabels(file, 2))
                .hasMessage("Can't read " + file
                        + " as labels: expected an IDX, NPY, NPZ or CSV file. Save one label a line as CSV.");
    }

    @Test
    void namesTellTables() {
        for (String name : List.of("a.ts", "a.ARFF", "a.jsonl.gz", "a.ndjson", "a.json")) {
            assertThat(DataSources.isTable(Path.of(name))).as(name).isTrue();
        }
        assertThat(DataSources.isTable(Path.of("a.npz"))).isFalse();
    }

    /** Whatever is written over, a file is read or refused. */
    @Test
    void damagedFilesAreReadOrRefused() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (String name : List.of("multivariate.ts", "dense.arff", "sparse.arff", "relational.arff", "series.jsonl")) {
            byte[] good = Files.readAllBytes(GOLDENS.resolve(name));
            for (int round = 0; round < 100; round++) {
                byte[] bytes = good.clone();
                for (int i = 0; i < 1 + round % 3; i++) {
                    bytes[random.nextInt(bytes.length)] = good[random.nextInt(bytes.length)];
                }
                Path file = Files.write(folder.resolve(name), bytes);
                try {
                    TableReader.readAll(file, TableOptions.DEFAULT);
                } catch (CorruptFileException | DatasetException e) {
                    assertThat(e.getMessage()).as("seed %d", seed).contains(file.toString());
                }
            }
        }
    }

    private static Table read(String name) {
        return TableReader.readAll(GOLDENS.resolve(name), TableOptions.DEFAULT);
    }

    private static double[] values(Table table) {
        return table.values().toArray(ValueLayout.JAVA_DOUBLE);
    }

    private static float[] sample(FloatDataset data, int index) {
        float[] sample = new float[data.sampleShape().size()];
        data.copySample(index, sample, 0);
        return sample;
    }
}

package dev.hourglass.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.series.StreamingDetector;
import dev.hourglass.formats.SavedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Series by key and time, in one go and as streams that are stopped. */
class FollowedSeriesIT {
    private static final SavedModel MODEL = PumpSeries.model(RowAnswers.Overlap.CAUSAL, 1);

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static HourglassModel follower;
    private static List<Row> rows;
    private static Map<List<Object>, @Nullable Double> expected;

    @BeforeAll
    static void start() {
        spark = Fixtures.session("local[2]", folder).getOrCreate();
        follower = Fixtures.shipped(MODEL, folder);
        rows = PumpSeries.rows();
        expected = expected(rows);
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void rowsGetTheScoresOfOneMachineInWhateverOrderTheyLie() {
        List<Row> shuffled = new ArrayList<>(rows);
        Collections.shuffle(shuffled, new Random(3));

        List<Row> scored = follower.follow(
                        spark.createDataFrame(shuffled, PumpSeries.SCHEMA).repartition(5),
                        "pump",
                        "at",
                        PumpSeries.MAX_GAP)
                .collectAsList();

        assertScoredOnce(scored);
    }

    @Test
    @Timeout(value = 8, unit = TimeUnit.MINUTES)
    void aStreamThatIsStoppedAndStartedAgainScoresEachTimeOnce() throws Exception {
        Path in = Files.createDirectories(folder.resolve("in"));
        Path out = folder.resolve("out");
        int files = 4;
        for (int i = 0; i < files; i++) {
            // In each file some rows of each series, later ones in later files.
            int part = i;
            List<Row> some = rows.stream()
                    .filter(row -> (row.getTimestamp(1).getTime() - PumpSeries.START_MILLIS)
                                    / 1000
                                    * files
                                    / (PumpSeries.ROWS * 10)
                            == part)
                    .toList();
            assertThat(some).isNotEmpty();
            write(some, in.resolve("part-" + i + ".parquet"), i);
        }

        StreamingQuery first = query(in, out, Trigger.ProcessingTime(0));
        while (first.lastProgress() == null || first.lastProgress().batchId() < 1) {
            assertThat(first.exception().isEmpty()).isTrue();
            Thread.sleep(20);
        }
        first.stop();
        StreamingQuery second = query(in, out, Trigger.AvailableNow());
        second.awaitTermination();

        assertScoredOnce(spark.read().parquet(out.toString()).collectAsList());
    }

    @Test
    void rowsThatComeLateOrTwiceFailOrPassWithAReason() {
        Row row = rows.getFirst();
        Dataset<Row> twice = spark.createDataFrame(List.of(row, row), PumpSeries.SCHEMA);

        List<Row> passed = follower.onBadRow(OnBadRow.PASS)
                .follow(twice, "pump", "at", null)
                .collectAsList();

        assertThat(passed.stream().filter(found -> !found.isNullAt(5))).hasSize(1);
        assertThat(passed.get(1).getString(5)).startsWith("expected a time after that of the row before it");
        assertThatThrownBy(() -> follower.follow(twice, "pump", "at", null).collectAsList())
                .rootCause()
                .isInstanceOf(BadRowException.class)
                .hasMessageStartingWith("a row of series a: expected a time after");
        assertThatThrownBy(() -> follower.follow(twice, "engine", "at", null))
                .hasMessageContaining("no column 'engine' of series");
    }

    private static StreamingQuery query(Path in, Path out, Trigger trigger) throws Exception {
        Dataset<Row> stream = spark.readStream()
                .schema(PumpSeries.SCHEMA)
                .option("maxFilesPerTrigger", "1")
                .parquet(in.toString());
        return follower.follow(stream, "pump", "at", PumpSeries.MAX_GAP)
                .writeStream()
                .format("parquet")
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .option("path", out.toString())
                .trigger(trigger)
                .start();
    }

    /** One file, whose age tells the stream its turn. */
    private static void write(List<Row> some, Path file, int turn) throws Exception {
        Path made = folder.resolve("made" + turn);
        spark.createDataFrame(some, PumpSeries.SCHEMA).coalesce(1).write().parquet(made.toString());
        try (var parts = Files.list(made)) {
            Path part = parts.filter(path -> path.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
            Files.move(part, file);
        }
        assertThat(file.toFile().setLastModified(PumpSeries.START_MILLIS + turn * 10_000L))
                .isTrue();
    }

    private static void assertScoredOnce(List<Row> scored) {
        Map<List<Object>, @Nullable Double> found = new HashMap<>();
        for (Row row : scored) {
            Double score = row.isNullAt(3) ? null : row.getDouble(3);
            found.put(List.of(row.getString(0), row.getTimestamp(1)), score);
            assertThat(row.isNullAt(4) ? null : row.getBoolean(4)).isEqualTo(score == null ? null : score > 1);
        }
        assertThat(scored).hasSize(expected.size());
        assertThat(found).isEqualTo(expected);
    }

    /** By series and time, from the detector that 'score --follow' runs. */
    private static Map<List<Object>, @Nullable Double> expected(List<Row> rows) {
        Map<List<Object>, @Nullable Double> scores = new HashMap<>();
        for (String series : PumpSeries.SERIES) {
            try (StreamingDetector detector = MODEL.streaming(PumpSeries.MAX_GAP, 2)) {
                for (Row row : rows) {
                    if (!row.getString(0).equals(series)) {
                        continue;
                    }
                    double[] numbers = new double[PumpSeries.CHANNELS];
                    for (int i = 0; i < PumpSeries.CHANNELS; i++) {
                        Double number = row.<List<Double>>getAs(2).get(i);
                        numbers[i] = number == null ? Double.NaN : number;
                    }
                    detector.accept(row.getTimestamp(1).getTime() * 1_000_000, numbers);
                    scores.put(
                            List.of(series, row.getTimestamp(1)),
                            Double.isNaN(detector.score()) ? null : detector.score());
                }
            }
        }
        assertThat(scores.values()).contains((Double) null).anyMatch(score -> score != null);
        return scores;
    }
}

package dev.hourglass.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.formats.SavedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows through models, within one process. */
class HourglassModelIT {
    private static final SavedModel SENSORS = Fixtures.sensors();
    private static final SavedModel DIGITS = Fixtures.digits();
    private static final double[][] ROWS = Fixtures.sensorRows(700);
    private static final Fixtures.Expected EXPECTED = Fixtures.Expected.of(SENSORS, Fixtures.data(SENSORS, ROWS));

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static HourglassModel sensors;
    private static HourglassModel digits;

    @BeforeAll
    static void start() throws Exception {
        spark = Fixtures.session("local[2]", folder).getOrCreate();
        sensors =
                HourglassModel.load(Fixtures.write(SENSORS, folder).toString()).key("id");
        digits = HourglassModel.load(Fixtures.write(DIGITS, folder).toString()).key("id");
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 40})
    void eachRowHasTheBitsOfOneMachineInAnyNumberOfPartitions(int partitions) {
        Dataset<Row> rows = frame(ROWS, DataTypes.FloatType).repartition(partitions);

        Dataset<Row> scored = sensors.transform(rows);

        assertThat(scored.columns()).containsExactly("id", "features", "code", "reconstruction", "score", "anomaly");
        List<Row> found = scored.orderBy("id").collectAsList();
        assertThat(found).hasSize(ROWS.length);
        found.forEach(row -> assertSameBits(row, EXPECTED, SENSORS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"double", "float", "decimal(38,30)"})
    void numbersOfAnyTypeGiveTheSame(String type) {
        Dataset<Row> rows =
                frame(ROWS, DataTypes.DoubleType).selectExpr("id", "cast(features as array<" + type + ">) as features");

        List<Row> found = sensors.transform(rows).orderBy("id").collectAsList();

        found.forEach(row ->
                assertThat(row.getDouble(row.fieldIndex("score"))).isEqualTo(EXPECTED.scores()[(int) row.getLong(0)]));
        assertThat(found).hasSize(ROWS.length);
    }

    @Test
    void vectorsOfSparkMlAreSamples() {
        List<Row> made = new ArrayList<>();
        for (int i = 0; i < ROWS.length; i++) {
            made.add(RowFactory.create((long) i, Vectors.dense(ROWS[i])));
        }
        StructType schema = new StructType()
                .add("id", DataTypes.LongType)
                .add("features", org.apache.spark.ml.linalg.SQLDataTypes.VectorType());
        Dataset<Row> rows = spark.createDataFrame(made, schema);

        List<Row> found = sensors.transform(rows).orderBy("id").collectAsList();

        found.forEach(row -> assertSameBits(row, EXPECTED, SENSORS));
        assertThat(found.get(5).getAs("features").toString())
                .isEqualTo(Vectors.dense(ROWS[5]).toString());
    }

    @Test
    void pixelsAreWholeNumbersUnlessTheySayThatTheyWereDivided() {
        double[][] pixels = Fixtures.pixels(40, 28 * 28);
        Fixtures.Expected expected = Fixtures.Expected.of(DIGITS, Fixtures.data(DIGITS, pixels));
        Dataset<Row> rows = frame(pixels, DataTypes.FloatType);
        Dataset<Row> divided = rows.selectExpr("id", "transform(features, x -> cast(x / 255 as float)) as features");
        Dataset<Row> nested = frame(pixels, DataTypes.IntegerType)
                .selectExpr(
                        "id",
                        "transform(sequence(0, 27), y -> transform("
                                + "slice(features, y * 28 + 1, 28), x -> array(x))) as features");

        digits.transform(rows).collectAsList().forEach(row -> assertSameBits(row, expected, DIGITS));
        digits.transform(nested).collectAsList().forEach(row -> assertSameBits(row, expected, DIGITS));
        digits.divided(true).transform(divided).collectAsList().forEach(row -> assertSameBits(row, expected, DIGITS));
        assertThatThrownBy(() -> digits.transform(divided).collectAsList())
                .rootCause()
                .isInstanceOf(BadRowException.class)
                .hasMessageContaining("expected pixels, whole numbers of 0 to 255, found 0.")
                .hasMessageContaining("divided(true)");
    }

    @Test
    void errorsThatAreSmoothedBeforeTheyAreScoredGiveTheScoresOfOneMachine() {
        double[][] pixels = Fixtures.pixels(70, 28 * 28);
        FloatDataset data = Fixtures.data(DIGITS, pixels);
        SavedModel blurred = DIGITS.calibrated(
                data, DetectionOptions.ofSamples().withErrorBlur(1.5), "test", Fixtures.RANDOM, 1, done -> {});
        Fixtures.Expected expected = Fixtures.Expected.of(blurred, data);
        assertThat(expected.scores())
                .isNotEqualTo(Fixtures.Expected.of(DIGITS, data).scores());

        List<Row> found = Fixtures.shipped(blurred, folder.resolve("blurred"))
                .transform(frame(pixels, DataTypes.FloatType))
                .collectAsList();

        assertThat(found).hasSize(pixels.length);
        found.forEach(row -> assertSameBits(row, expected, blurred));
    }

    @Test
    void picturesAndNpyArraysAreReadFromTheirBytes() throws Exception {
        double[][] pixels = Fixtures.pixels(5, 28 * 28);
        Fixtures.Expected expected = Fixtures.Expected.of(DIGITS, Fixtures.data(DIGITS, pixels));
        List<Row> made = new ArrayList<>();
        for (int i = 0; i < pixels.length; i++) {
            made.add(RowFactory.create(
                    (long) i, i % 2 == 0 ? Fixtures.png(pixels[i], 28) : Fixtures.npy(pixels[i], 28)));
        }
        byte[] cut = Arrays.copyOf(Fixtures.png(pixels[0], 28), 200);
        made.add(RowFactory.create(5L, cut));
        made.add(RowFactory.create(6L, new byte[] {1, 2, 3}));
        made.add(RowFactory.create(7L, Fixtures.png(new double[9], 3)));
        StructType schema = new StructType().add("id", DataTypes.LongType).add("content", DataTypes.BinaryType);

        List<Row> found = new ArrayList<>(digits.input("content")
                .onBadRow(OnBadRow.PASS)
                .transform(spark.createDataFrame(made, schema))
                .collectAsList());
        found.sort(Comparator.comparingLong(row -> row.getLong(0)));

        found.subList(0, 5).forEach(row -> assertSameBits(row, expected, DIGITS));
        for (int i = 0; i < found.size(); i++) {
            assertThat(found.get(i).<byte[]>getAs("content"))
                    .isEqualTo(made.get(i).getAs(1));
        }
        assertThat(found.get(5).<String>getAs("reason")).startsWith("can't be read as a picture or an NPY array: ");
        assertThat(found.get(6).<String>getAs("reason")).startsWith("can't be read as a picture or an NPY array: ");
        assertThat(found.get(7).<String>getAs("reason")).contains("expected 28 x 28 pixels, found 3 x 3");
    }

    @Test
    void badRowsPassWithNullsAReasonAndACount() {
        List<Row> made = new ArrayList<>();
        made.add(RowFactory.create(0L, boxed(ROWS[0])));
        made.add(RowFactory.create(1L, null));
        made.add(RowFactory.create(2L, Arrays.asList(1f, 2f)));
        made.add(RowFactory.create(3L, Arrays.asList(1f, null, 3f, 4f, 5f, 6f)));
        made.add(RowFactory.create(4L, Arrays.asList(1f, null, 3f, 4f, Float.NaN, 6f)));
        made.add(RowFactory.create(5L, Arrays.asList(1f, 2f, 3f, 4f, 5f, Float.POSITIVE_INFINITY)));
        made.add(RowFactory.create(6L, boxed(ROWS[6])));
        Dataset<Row> rows = spark.createDataFrame(made, schema(DataTypes.FloatType));
        BadRowCounts counts = new BadRowCounts(spark);

        // Not ordered by Spark, which would compute rows twice and count twice.
        List<Row> found = new ArrayList<>(
                sensors.onBadRow(OnBadRow.PASS, counts).transform(rows).collectAsList());
        found.sort(Comparator.comparingLong(row -> row.getLong(0)));

        assertThat(found.stream().map(row -> row.isNullAt(row.fieldIndex("reason")) ? "" : row.<String>getAs("reason")))
                .containsExactly(
                        "",
                        "expected 6 numbers of a sample [6], found null.",
                        "expected 6 numbers of a sample [6], found 2.",
                        "expected 6 numbers of a sample [6], found a null among them.",
                        "expected 6 numbers of a sample [6], found NaN among them.",
                        "expected numbers that are finite, also when normalized, found Infinity as number 5.",
                        "");
        for (int i = 0; i < made.size(); i++) {
            Row row = found.get(i);
            assertThat(row.get(1) == null ? null : row.getList(1))
                    .isEqualTo(made.get(i).get(1));
            boolean bad = !row.isNullAt(row.fieldIndex("reason"));
            for (String column : List.of("code", "reconstruction", "score", "anomaly")) {
                assertThat(row.isNullAt(row.fieldIndex(column))).isEqualTo(bad);
            }
        }
        assertSameBits(found.get(6), EXPECTED, SENSORS);
        assertThat(counts.count(BadRow.NULL)).isEqualTo(1);
        assertThat(counts.count(BadRow.LENGTH)).isEqualTo(1);
        assertThat(counts.count(BadRow.NULL_NUMBER)).isEqualTo(1);
        assertThat(counts.count(BadRow.NOT_FINITE)).isEqualTo(2);
        assertThat(counts.total()).isEqualTo(5);
    }

    @Test
    void aBadRowFailsTheJobWithItsKeyAndTheReason() {
        List<Row> made = List.of(RowFactory.create(0L, boxed(ROWS[0])), RowFactory.create(77L, Arrays.asList(1f, 2f)));
        Dataset<Row> rows = spark.createDataFrame(made, schema(DataTypes.FloatType));

        assertThatThrownBy(() -> sensors.transform(rows).collectAsList())
                .rootCause()
                .isInstanceOf(BadRowException.class)
                .hasMessageStartingWith("row with id 77: expected 6 numbers of a sample [6], found 2.")
                .hasMessageContaining("OnBadRow.PASS");
    }

    @Test
    void oneCallRegistersAFunctionOfSql() {
        frame(ROWS, DataTypes.DoubleType).createOrReplaceTempView("measured");
        HourglassFunctions.register(spark, Map.of("sensors", sensors));

        List<Row> found = spark.sql("SELECT id, hourglass_score('sensors', features) FROM measured ORDER BY id")
                .collectAsList();

        assertThat(found).hasSize(ROWS.length);
        found.forEach(row -> assertThat(row.getDouble(1)).isEqualTo(EXPECTED.scores()[(int) row.getLong(0)]));
        assertThatThrownBy(() -> spark.sql("SELECT hourglass_score('sensor', features) FROM measured")
                        .collectAsList())
                .rootCause()
                .hasMessageContaining("Did you mean 'sensors'?");
    }

    /** One file a batch; what a query that is started again finds, it does not compute again. */
    @Test
    @Timeout(value = 8, unit = TimeUnit.MINUTES)
    void aStreamGetsTheSameBitsAndEachRowOnce() throws Exception {
        Path in = folder.resolve("stream-in");
        Path out = folder.resolve("stream-out");
        Dataset<Row> rows = frame(ROWS, DataTypes.FloatType);
        rows.filter("id < 300").coalesce(1).write().parquet(in.toString());
        query(rows.schema(), in, out);
        rows.filter("id >= 300").repartition(3).write().mode(SaveMode.Append).parquet(in.toString());
        query(rows.schema(), in, out);

        List<Row> found = spark.read().parquet(out.toString()).orderBy("id").collectAsList();

        assertThat(found.stream().map(row -> row.<Long>getAs("id")))
                .containsExactlyElementsOf(
                        LongStream.range(0, ROWS.length).boxed().toList());
        found.forEach(row -> assertSameBits(row, EXPECTED, SENSORS));
    }

    private static void query(StructType schema, Path in, Path out) throws Exception {
        sensors.transform(spark.readStream()
                        .schema(schema)
                        .option("maxFilesPerTrigger", "1")
                        .parquet(in.toString()))
                .writeStream()
                .option(
                        "checkpointLocation",
                        folder.resolve("stream-checkpoint").toString())
                .option("path", out.toString())
                .trigger(Trigger.AvailableNow())
                .start()
                .awaitTermination();
    }

    @Test
    void whatTheFrameOrTheModelLacksIsSaidBeforeAnythingRuns() {
        Dataset<Row> rows = frame(ROWS, DataTypes.FloatType);
        HourglassModel uncalibrated = Fixtures.shipped(SENSORS.withDetection(null), folder.resolve("plain"));

        assertThatThrownBy(() -> sensors.input("pixels").transform(rows))
                .hasMessageContaining("no column 'pixels' of samples; it has [id, features]");
        assertThatThrownBy(() -> sensors.input("id").transform(rows)).hasMessageContaining("is of type bigint");
        assertThatThrownBy(() -> sensors.key("name").transform(rows)).hasMessageContaining("no column 'name'");
        assertThatThrownBy(() -> sensors.transform(rows.selectExpr("*", "1 as Score")))
                .hasMessageContaining("'Score' already");
        assertThatThrownBy(() -> uncalibrated.outputs(Output.SCORE).transform(rows))
                .hasMessageContaining("no threshold is stored with it");
        assertThat(uncalibrated.prefix("s_").transform(rows).columns())
                .containsExactly("id", "features", "s_code", "s_reconstruction");
    }

    @Test
    void columnsThatAreNotSamplesStayAsTheyAre() {
        Dataset<Row> rows = frame(ROWS, DataTypes.FloatType)
                .selectExpr(
                        "id",
                        "cast(id as string) as `a.b`",
                        "timestamp_seconds(id * 100000000) as at",
                        "struct(id, array(id)) as deep",
                        "features",
                        "cast(null as decimal(20,3)) as nothing");

        Dataset<Row> scored = sensors.outputs(Output.SCORE).transform(rows).drop("score");

        assertThat(scored.schema().simpleString()).isEqualTo(rows.schema().simpleString());
        assertThat(scored.orderBy("id").collectAsList())
                .isEqualTo(rows.orderBy("id").collectAsList());
    }

    private static void assertSameBits(Row row, Fixtures.Expected expected, SavedModel model) {
        int id = (int) row.getLong(row.fieldIndex("id"));
        assertThat(floats(row, "code")).isEqualTo(expected.code(id));
        assertThat(floats(row, "reconstruction")).isEqualTo(expected.rebuilt(id));
        double score = row.getDouble(row.fieldIndex("score"));
        assertThat(score).isEqualTo(expected.scores()[id]);
        assertThat(row.getBoolean(row.fieldIndex("anomaly"))).isEqualTo(score > 1);
        assertThat(model.input().size()).isEqualTo(expected.rebuilt(id).length);
    }

    private static float[] floats(Row row, String column) {
        List<Float> list = row.getList(row.fieldIndex(column));
        float[] floats = new float[list.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = list.get(i);
        }
        return floats;
    }

    private static List<@Nullable Float> boxed(double[] row) {
        List<@Nullable Float> boxed = new ArrayList<>();
        for (double number : row) {
            boxed.add((float) number);
        }
        return boxed;
    }

    private static StructType schema(DataType numbers) {
        return new StructType()
                .add("id", DataTypes.LongType, false)
                .add("features", DataTypes.createArrayType(numbers, true), true);
    }

    private static Dataset<Row> frame(double[][] rows, DataType numbers) {
        List<Row> made = new ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            made.add(RowFactory.create((long) i, rows[i]));
        }
        return spark.createDataFrame(made, schema(DataTypes.DoubleType))
                .selectExpr("id", "cast(features as array<" + numbers.simpleString() + ">) as features");
    }
}

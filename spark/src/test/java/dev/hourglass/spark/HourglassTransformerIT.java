package dev.hourglass.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.formats.SavedModel;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model in a pipeline of spark.ml, and without that library. */
class HourglassTransformerIT {
    private static final SavedModel SENSORS = Fixtures.sensors();
    private static final double[][] ROWS = Fixtures.sensorRows(60);
    private static final String[] COLUMNS =
            IntStream.range(0, Fixtures.SENSORS).mapToObj(i -> "s" + i).toArray(String[]::new);

    @TempDir
    static Path folder;

    private static SparkSession spark;
    private static HourglassModel sensors;

    @BeforeAll
    static void start() {
        spark = Fixtures.session("local[2]", folder).getOrCreate();
        sensors = Fixtures.shipped(SENSORS, folder).key("id");
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void aStageOfAPipelineGivesTheBitsOfOneMachine() {
        Fixtures.Expected expected = Fixtures.Expected.of(SENSORS, Fixtures.data(SENSORS, ROWS));
        VectorAssembler assembler = new VectorAssembler().setInputCols(COLUMNS).setOutputCol("features");
        SQLTransformer alarms = new SQLTransformer().setStatement("SELECT id, score, anomaly AS alarm FROM __THIS__");
        Pipeline pipeline =
                new Pipeline().setStages(new PipelineStage[] {assembler, HourglassTransformer.of(sensors), alarms});

        PipelineModel fitted = pipeline.fit(rows());
        List<Row> found = fitted.transform(rows()).orderBy("id").collectAsList();

        assertThat(found).hasSize(ROWS.length);
        for (Row row : found) {
            double score = expected.scores()[(int) row.getLong(0)];
            assertThat(row.getDouble(1)).isEqualTo(score);
            assertThat(row.getBoolean(2)).isEqualTo(score > 1);
        }
    }

    @Test
    void theSchemaIsKnownBeforeAnythingRuns() {
        HourglassTransformer stage =
                HourglassTransformer.of(sensors.prefix("s_").onBadRow(OnBadRow.PASS));
        Dataset<Row> arrays = rows().selectExpr("id", "array(" + String.join(", ", COLUMNS) + ") as features");

        assertThat(stage.transformSchema(arrays.schema()).simpleString())
                .isEqualTo(stage.transform(arrays).schema().simpleString());
        assertThat(stage.copy(new ParamMap()).transformSchema(arrays.schema()))
                .isEqualTo(stage.transformSchema(arrays.schema()));
        assertThatThrownBy(() -> stage.transformSchema(rows().schema()))
                .hasMessageContaining("no column 'features' of samples");
    }

    @Test
    void modelsWorkWhereSparkMlIsAbsent() throws Exception {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-javaagent") && !flag.startsWith("-Xmx"))
                .forEach(command::add);
        String withoutMl = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("spark-mllib"))
                .collect(Collectors.joining(File.pathSeparator));
        command.addAll(List.of("-Xmx512m", "-cp", withoutMl, WithoutSparkMl.class.getName()));
        command.addAll(List.of(
                Fixtures.write(SENSORS, folder.resolve("without")).toString(),
                folder.resolve("session").toString()));

        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(printed).isZero();
        assertThat(printed).contains("no spark.ml, 60 scores");
    }

    private static Dataset<Row> rows() {
        StructType schema = new StructType().add("id", DataTypes.LongType);
        for (String column : COLUMNS) {
            schema = schema.add(column, DataTypes.DoubleType);
        }
        List<Row> made = new ArrayList<>();
        for (int i = 0; i < ROWS.length; i++) {
            Object[] cells = new Object[1 + Fixtures.SENSORS];
            cells[0] = (long) i;
            for (int channel = 0; channel < Fixtures.SENSORS; channel++) {
                cells[1 + channel] = ROWS[i][channel];
            }
            made.add(RowFactory.create(cells));
        }
        return spark.createDataFrame(made, schema);
    }

    /** What {@link #modelsWorkWhereSparkMlIsAbsent} starts. */
    static final class WithoutSparkMl {
        private WithoutSparkMl() {}

        public static void main(String[] arguments) throws Exception {
            try {
                Class.forName("org.apache.spark.ml.Transformer");
                throw new IllegalStateException("spark.ml is there");
            } catch (ClassNotFoundException e) {
                // As it should be.
            }
            SparkSession session =
                    Fixtures.session("local[1]", Path.of(arguments[1])).getOrCreate();
            List<Row> made = new ArrayList<>();
            for (double[] row : Fixtures.sensorRows(60)) {
                made.add(RowFactory.create((Object) row));
            }
            StructType schema = new StructType().add("features", DataTypes.createArrayType(DataTypes.DoubleType));
            long scored = HourglassModel.load(arguments[0])
                    .transform(session.createDataFrame(made, schema))
                    .filter("score > 0")
                    .count();
            System.out.println("no spark.ml, " + scored + " scores");
            session.stop();
        }
    }
}

package dev.hourglass.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.formats.SavedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rows on a cluster of executors that are processes of their own, started from the jars of this test. */
class LocalClusterIT {
    private static final int ROWS = 1_500;
    private static final int SLEEP_MILLIS = 4;

    @TempDir
    private Path folder;

    private SparkSession spark;

    /** As Spark's own tests: executors get the class path of this process, and need no distribution. */
    @BeforeEach
    void start() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.createDirectories(home.resolve("jars"));
        System.setProperty("spark.testing", "true");
        System.setProperty("spark.test.home", home.toString());
        spark = Fixtures.session("local-cluster[2,1,512]", folder)
                .config("spark.executor.memory", "512m")
                .config("spark.executorEnv.SPARK_SCALA_VERSION", "2.13")
                .config("spark.executorEnv.JAVA_HOME", System.getProperty("java.home"))
                .config("spark.speculation", "true")
                .config("spark.speculation.quantile", "0.2")
                .config("spark.speculation.multiplier", "1.1")
                .config("spark.speculation.interval", "100ms")
                .getOrCreate();
    }

    @AfterEach
    void stop() {
        spark.stop();
        System.clearProperty("spark.testing");
        System.clearProperty("spark.test.home");
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void eachRowHasTheBitsOfOneMachineThoughAnExecutorIsKilled() throws Exception {
        SavedModel model = Fixtures.sensors();
        double[][] samples = Fixtures.sensorRows(ROWS);
        Fixtures.Expected expected = Fixtures.Expected.of(model, Fixtures.data(model, samples));
        Path file = Fixtures.write(model, folder);
        HourglassModel shipped = HourglassModel.load(file.toString()).key("id");
        // Executors have no file to read.
        Files.delete(file);
        Watch watch = new Watch();
        spark.sparkContext().addSparkListener(watch);

        CompletableFuture<List<Row>> found = CompletableFuture.supplyAsync(
                () -> shipped.transform(slowly(samples)).collectAsList(), task -> new Thread(task).start());
        ProcessHandle executor = watch.executorInTheMiddle(found);
        executor.destroyForcibly();

        List<Row> rows = found.get(8, TimeUnit.MINUTES);
        assertThat(watch.removed.get()).isPositive();
        assertThat(rows.stream().map(row -> row.getLong(0)).distinct()).hasSize(ROWS);
        assertThat(rows).hasSize(ROWS);
        for (Row row : rows) {
            int id = (int) row.getLong(0);
            assertThat(row.getDouble(row.fieldIndex("score"))).isEqualTo(expected.scores()[id]);
            assertThat(row.<Float>getList(row.fieldIndex("code"))).containsExactly(boxed(expected.code(id)));
            assertThat(row.<Float>getList(row.fieldIndex("reconstruction")))
                    .containsExactly(boxed(expected.rebuilt(id)));
        }
    }

    /** Rows that take their time, so that a job has a middle. */
    private Dataset<Row> slowly(double[][] samples) {
        List<Row> made = new ArrayList<>();
        for (int i = 0; i < samples.length; i++) {
            made.add(RowFactory.create((long) i, samples[i]));
        }
        StructType schema = new StructType()
                .add("id", DataTypes.LongType)
                .add("features", DataTypes.createArrayType(DataTypes.DoubleType));
        return spark.createDataFrame(made, schema)
                .repartition(12)
                .map(
                        (MapFunction<Row, Row>) row -> {
                            Thread.sleep(SLEEP_MILLIS);
                            return row;
                        },
                        Encoders.row(schema));
    }

    private static Float[] boxed(float[] numbers) {
        Float[] boxed = new Float[numbers.length];
        for (int i = 0; i < boxed.length; i++) {
            boxed[i] = numbers[i];
        }
        return boxed;
    }

    private static final class Watch extends SparkListener {
        private final AtomicInteger ended = new AtomicInteger();
        private final AtomicInteger removed = new AtomicInteger();

        @Override
        public void onTaskEnd(SparkListenerTaskEnd task) {
            ended.incrementAndGet();
        }

        @Override
        public void onExecutorRemoved(SparkListenerExecutorRemoved executor) {
            removed.incrementAndGet();
        }

        /** Waits for some tasks to end, and finds an executor that has more to do. */
        ProcessHandle executorInTheMiddle(CompletableFuture<?> job) throws InterruptedException {
            while (ended.get() < 4) {
                assertThat(job).isNotDone();
                Thread.sleep(20);
            }
            return ProcessHandle.current()
                    .children()
                    .filter(process -> process.info().command().orElse("").endsWith("java"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}

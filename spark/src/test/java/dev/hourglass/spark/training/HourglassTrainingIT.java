package dev.hourglass.spark.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.LearningRateSchedule;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One model trained by the tasks of a barrier stage. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HourglassTrainingIT {
    private static final int ROWS = 61;
    private static final int HELD = 9;
    private static final AutoencoderSpec MODEL = Presets.mnistCnn("digits");
    private static final int SIZE = MODEL.input().size();
    private static final TrainOptions OPTIONS = TrainOptions.defaults()
            .withEpochs(3)
            .withBatchSize(24)
            .withOptimizer(Optimizer.parse("adam:learning_rate=0.002"))
            .withSeed(3);

    @TempDir
    private static Path folder;

    private static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = SparkSession.builder()
                .master("local[4]")
                .appName("hourglass-tests")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "3")
                .config("spark.local.dir", folder.resolve("local").toString())
                .getOrCreate();
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static float[] pixels(String purpose, int rows) {
        RandomGenerator random = new RandomSource(7).stream(purpose, 0);
        float[] pixels = new float[rows * SIZE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextInt(256);
        }
        return pixels;
    }

    /** In no order, and in several partitions. */
    private static Dataset<Row> frame(float[] pixels) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < pixels.length / SIZE; i++) {
            Integer[] numbers = new Integer[SIZE];
            for (int j = 0; j < SIZE; j++) {
                numbers[j] = (int) pixels[i * SIZE + j];
            }
            rows.add(RowFactory.create((long) i, numbers));
        }
        Collections.shuffle(rows, new Random(1));
        StructType schema = new StructType()
                .add("id", DataTypes.LongType)
                .add("features", DataTypes.createArrayType(DataTypes.IntegerType));
        return spark.createDataFrame(rows, schema).repartition(3);
    }

    private static FloatDataset data(float[] pixels) {
        return FloatDataset.of("test", Shape.of(28, 28, 1), pixels).withNormalization(Normalization.PIXELS);
    }

    private static String onOneMachine() {
        TrainResult alone = Trainer.train(
                MODEL, data(pixels("rows", ROWS)), data(pixels("held", HELD)), OPTIONS.withThreads(2), event -> {});
        return alone.model().parameters().sha256();
    }

    private static HourglassTraining training(int workers, String checkpoints) {
        return HourglassTraining.of(MODEL, Normalization.PIXELS, OPTIONS)
                .workers(workers)
                .checkpoints(folder.resolve(checkpoints).toString());
    }

    private static TrainedModel train(HourglassTraining training) throws IOException {
        return training.train(frame(pixels("rows", ROWS)), frame(pixels("held", HELD)));
    }

    @Test
    void oneTwoAndFourWorkersGiveTheBitsOfOneMachine() throws IOException {
        String expected = onOneMachine();
        for (int workers : new int[] {1, 2, 4}) {
            TrainedModel trained = train(training(workers, "bits-" + workers));
            assertThat(trained.model().parameters().sha256())
                    .as("%d workers", workers)
                    .isEqualTo(expected);
            assertThat(trained.workers()).hasSize(workers).allSatisfy(worker -> {
                assertThat(worker.steps()).isEqualTo(9);
                assertThat(worker.weightsSha256()).isEqualTo(expected);
                assertThat(worker.exchangeShare()).isBetween(0.0, 1.0);
            });
            assertThat(trained.state().history().epochs()).hasSize(3);
            assertThat(trained.summary()).contains("9 steps");
        }
    }

    @Test
    void aWorkerThatDiesIsStartedAgainAndAllGoOnFromTheLastEpochToTheSameBits() throws IOException {
        TrainedModel trained = train(training(2, "killed").probe((rank, attempt, step) -> {
            if (attempt == 0 && rank == 1 && step == 5) {
                throw new IllegalStateException("killed by the test");
            }
        }));

        assertThat(trained.model().parameters().sha256()).isEqualTo(onOneMachine());
        // Of epochs of three steps, the first was saved.
        assertThat(trained.workers()).allSatisfy(worker -> {
            assertThat(worker.firstStep()).isEqualTo(3);
            assertThat(worker.steps()).isEqualTo(6);
        });
    }

    @Test
    void aTrainingThatEndedGoesOnWhereItsCheckpointsEndAndNotWithOtherData() throws IOException {
        HourglassTraining more = training(2, "resumed");
        HourglassTraining.of(MODEL, Normalization.PIXELS, OPTIONS.withEpochs(1))
                .workers(1)
                .checkpoints(folder.resolve("resumed").toString())
                .train(frame(pixels("rows", ROWS)), frame(pixels("held", HELD)));

        TrainedModel trained = train(more);

        assertThat(trained.workers().getFirst().firstStep()).isEqualTo(3);
        assertThat(trained.model().parameters().sha256()).isEqualTo(onOneMachine());
        try (Stream<Path> files = Files.list(folder.resolve("resumed"))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !name.startsWith(".")))
                    .containsExactlyInAnyOrder("step-000000006.checkpoint", "step-000000009.checkpoint");
        }
        assertThatThrownBy(() -> more.train(frame(pixels("others", ROWS)), frame(pixels("held", HELD))))
                .hasStackTraceContaining("checkpoints of another training: data: was ");
    }

    @Test
    void whatIsMissingOrCanNotBeReadIsToldBeforeAnythingIsTrained() {
        Dataset<Row> held = frame(pixels("held", HELD));
        assertThatThrownBy(() -> HourglassTraining.of(MODEL, Normalization.PIXELS, OPTIONS)
                        .train(held, held))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("checkpoints(...)");
        assertThatThrownBy(() -> training(1, "none").input("pixels").train(held, held))
                .hasMessageContaining("no column 'pixels'; it has [id, features]");
        assertThatThrownBy(() -> training(1, "none").train(held.union(held), held))
                .hasMessageContaining("got '0' twice");
        Dataset<Row> shorter = held.selectExpr("id", "slice(features, 1, 783) as features");
        assertThatThrownBy(() -> training(1, "none").train(shorter, held))
                .hasMessage("Row '0': expected 784 numbers of a sample, found 783.");
        Dataset<Row> holes = held.selectExpr("id", "transform(features, x -> if(x > 3, x, null)) as features");
        assertThatThrownBy(() -> training(1, "none").train(holes, held)).hasMessageContaining("found null");
        assertThatThrownBy(() -> training(1, "none").train(held.filter("id < 0"), held))
                .hasMessageContaining("rows of 784 numbers to train on, got 0");
        assertThatThrownBy(() -> HourglassTraining.of(
                        MODEL,
                        Normalization.PIXELS,
                        OPTIONS.withSchedule(LearningRateSchedule.CosineDecay.WHOLE_TRAINING)))
                .hasMessageContaining("schedules");
    }
}

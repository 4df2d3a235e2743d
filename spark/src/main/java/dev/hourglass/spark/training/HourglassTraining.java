package dev.hourglass.spark.training;

import dev.hourglass.files.Sha256;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.TrainingDivergedException;
import dev.hourglass.train.TrainingState;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.IntStream;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.util.SerializableConfiguration;
import scala.Function1;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * Trains one model on several executors at once, in step: each computes a part of every batch, and their sums are added in the order
 * in which one machine adds them. So the weights are <b>those of one machine to the bit</b>, for any number of workers.
 *
 * {@snippet :
 * TrainedModel trained = HourglassTraining.of(spec, Normalization.PIXELS, TrainOptions.defaults())
 *         .key("id")
 *         .input("pixels")
 *         .workers(4)
 *         .checkpoints("hdfs:///models/digits")
 *         .train(rows, heldOut);
 * }
 *
 * <p>It pays where a batch takes long to compute and the gradients are few: each worker sends the gradients on to the next and back
 * for every batch. {@link TrainedModel#summary} says what that took. Each worker holds all rows in memory, and measures all rows that
 * were held out. A worker that dies fails the stage; Spark runs it again, and all go on from the end of the last epoch.
 *
 * <p>Immutable: each setting gives a new one.
 */
public final class HourglassTraining {
    private static final int SECRET_BYTES = 32;
    /** Where nothing is said: time for the longest batch, and for a checkpoint to be written. */
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    /**
     * What can be set.
     *
     * @param checkpoints empty where nothing is said yet
     */
    private record Settings(
            String key, String input, int workers, String checkpoints, Duration timeout, Worker.StepProbe probe) {}

    private final AutoencoderSpec spec;
    private final Normalization normalization;
    private final TrainOptions options;
    private final TrainingPlan plan;
    private final Settings settings;

    private HourglassTraining(
            AutoencoderSpec spec, Normalization normalization, TrainOptions options, Settings settings) {
        this.spec = spec;
        this.normalization = normalization;
        this.options = options;
        this.settings = settings;
        plan = TrainingPlan.of(options);
    }

    /**
     * A training of a fresh model, which begins with the weights that it begins with on one machine.
     *
     * @param normalization of what rows store, such as {@link Normalization#PIXELS} for 0 to 255
     * @param options epochs, batch size, loss, optimizer and seed; each worker has as many threads as {@code spark.task.cpus}
     * @throws IllegalArgumentException if other options are not at their defaults
     */
    public static HourglassTraining of(AutoencoderSpec spec, Normalization normalization, TrainOptions options) {
        Settings settings = new Settings("id", "features", 1, "", TIMEOUT, (rank, attempt, step) -> {});
        return new HourglassTraining(spec, normalization, options, settings);
    }

    private HourglassTraining with(Settings other) {
        return new HourglassTraining(spec, normalization, options, other);
    }

    /** The column that tells rows apart and in whose order samples are numbered; {@code id} where nothing is said. */
    public HourglassTraining key(String column) {
        Settings s = settings;
        return with(new Settings(column, s.input, s.workers, s.checkpoints, s.timeout, s.probe));
    }

    /** The column of samples, flat arrays of numbers, row-major; {@code features} where nothing is said. */
    public HourglassTraining input(String column) {
        Settings s = settings;
        return with(new Settings(s.key, column, s.workers, s.checkpoints, s.timeout, s.probe));
    }

    /**
     * How many train together; the cluster must have as many free slots at once.
     *
     * @param count >= 1; more than the chunks of a batch, about eight or one for 16 samples, leave some idle
     */
    public HourglassTraining workers(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("workers must be >= 1, got " + count);
        }
        Settings s = settings;
        return with(new Settings(s.key, s.input, count, s.checkpoints, s.timeout, s.probe));
    }

    /**
     * Where the state is kept at each epoch's end, and found again by whoever trains on: a folder that the driver and all executors
     * see, in any file system that Hadoop knows. Must be given.
     */
    public HourglassTraining checkpoints(String folder) {
        Settings s = settings;
        return with(new Settings(s.key, s.input, s.workers, folder, s.timeout, s.probe));
    }

    /** How long a worker waits for another before it gives up, > 0; 5 minutes where nothing is said. */
    public HourglassTraining timeout(Duration value) {
        Settings s = settings;
        return with(new Settings(s.key, s.input, s.workers, s.checkpoints, value, s.probe));
    }

    HourglassTraining probe(Worker.StepProbe value) {
        Settings s = settings;
        return with(new Settings(s.key, s.input, s.workers, s.checkpoints, s.timeout, value));
    }

    /**
     * Trains, or goes on from the last checkpoint in the folder.
     *
     * @param validation held out; its loss is measured after each epoch
     * @throws IllegalArgumentException if a row can't be read, or no folder of checkpoints was given
     * @throws TrainingDivergedException if the loss or a gradient becomes NaN or infinite
     * @throws IOException if the checkpoints can't be read
     */
    public TrainedModel train(Dataset<?> training, Dataset<?> validation) throws IOException {
        if (settings.checkpoints().isEmpty()) {
            throw new IllegalArgumentException("Name a folder that all workers see with checkpoints(...), such as"
                    + " hdfs:///models/" + spec.name() + ": what a worker that died has learned is found there.");
        }
        Autoencoder fresh = TrainingState.fresh(spec, normalization, options).model();
        JavaSparkContext spark =
                JavaSparkContext.fromSparkContext(training.toDF().sparkSession().sparkContext());
        int size = spec.input().size();
        float[] samples = TrainingRows.of(training, settings.key(), settings.input(), size);
        float[] held = TrainingRows.of(validation, settings.key(), settings.input(), size);
        byte[] file = Worker.write(SavedModel.of(fresh, null, Map.of()));
        String layers = Sha256.of(spec.graph().toString().getBytes(StandardCharsets.UTF_8));
        SortedMap<String, String> origin =
                plan.origin(fresh.parameters().sha256(), layers, TrainingRows.sha256(samples, held));
        Worker worker = new Worker(
                spark.broadcast(file),
                spark.broadcast(samples),
                spark.broadcast(held),
                plan,
                origin,
                secret(),
                settings.checkpoints(),
                new SerializableConfiguration(spark.hadoopConfiguration()),
                settings.timeout().toMillis(),
                settings.probe());
        try {
            List<WorkerReport> reports = run(spark, worker, settings.workers());
            HadoopCheckpoints saved = new HadoopCheckpoints(settings.checkpoints(), spark.hadoopConfiguration());
            TrainingState state =
                    saved.read(saved.newest(fresh).orElseThrow(), fresh).state();
            requireSame(reports, state);
            return new TrainedModel(state, reports);
        } finally {
            worker.model().destroy();
            worker.training().destroy();
            worker.validation().destroy();
        }
    }

    private static byte[] secret() {
        byte[] secret = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        return secret;
    }

    /** A function of Scala's that travels. */
    private interface Task extends Function1<Iterator<Integer>, Iterator<WorkerReport>>, Serializable {}

    /** One task a worker, all at once. */
    private static List<WorkerReport> run(JavaSparkContext spark, Worker worker, int workers) {
        JavaRDD<Integer> ranks =
                spark.parallelize(IntStream.range(0, workers).boxed().toList(), workers);
        ClassTag<WorkerReport> tag = ClassTag$.MODULE$.apply(WorkerReport.class);
        Task task = ignored -> CollectionConverters.asScala(
                List.of(worker.run(BarrierTaskContext.get())).iterator());
        RDD<WorkerReport> reports = ranks.rdd().barrier().mapPartitions(task, false, tag);
        // Spark runs a barrier stage again only if a shuffle comes after it.
        return new JavaRDD<>(reports, tag)
                .repartition(1).collect().stream()
                        .sorted(Comparator.comparingInt(WorkerReport::rank))
                        .toList();
    }

    /** All have trained the same model, and it is the one that was saved. */
    private void requireSame(List<WorkerReport> reports, TrainingState saved) {
        for (WorkerReport report : reports) {
            String diverged = report.diverged();
            if (diverged != null) {
                throw new TrainingDivergedException(diverged);
            }
            String expected = saved.model().parameters().sha256();
            if (!report.weightsSha256().equals(expected)) {
                throw new IllegalStateException("Worker " + report.rank() + " ended with weights of SHA-256 "
                        + report.weightsSha256() + ", the checkpoint in " + settings.checkpoints() + " with "
                        + expected + ". Does another training write there?");
            }
        }
    }
}

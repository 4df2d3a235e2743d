package dev.hourglass.spark.training;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.train.TrainEvent;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingDivergedException;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import dev.hourglass.train.checkpoints.Checkpoint;
import dev.hourglass.train.distributed.ExchangeTimes;
import dev.hourglass.train.distributed.Membership;
import dev.hourglass.train.distributed.SessionChain;
import dev.hourglass.train.distributed.SessionListener;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import org.apache.spark.BarrierTaskContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What each task of the barrier stage does: meets the others, takes up the last checkpoint and trains to the end. The first one
 * writes checkpoints. If any task fails, Spark runs all of them again.
 *
 * @param model the file of the model as training begins with it
 * @param training stored numbers, [samples, sample]
 * @param secret of this training, which workers prove to each other that they know
 * @param checkpoints folder that all workers see
 * @param timeoutMillis how long a worker waits for another
 */
record Worker(
        Broadcast<byte[]> model,
        Broadcast<float[]> training,
        Broadcast<float[]> validation,
        TrainingPlan plan,
        SortedMap<String, String> origin,
        byte[] secret,
        String checkpoints,
        SerializableConfiguration hadoop,
        long timeoutMillis,
        StepProbe probe)
        implements Serializable {
    /** Looks on while a worker trains; the tests' way to make one fail. */
    @FunctionalInterface
    interface StepProbe extends Serializable {
        /**
         * @param rank of the worker
         * @param attempt of the stage, from 0
         * @param step that was taken
         */
        void took(int rank, int attempt, int step);
    }

    private static final String NONE = "";

    WorkerReport run(BarrierTaskContext context) {
        int rank = context.partitionId();
        try (SessionListener listener = SessionListener.open(own(context))) {
            InetSocketAddress address = listener.address();
            String[] all = context.allGather(address.getAddress().getHostAddress() + " " + address.getPort());
            Membership members = new Membership(
                    rank,
                    Arrays.stream(all).map(Worker::address).toList(),
                    new Membership.Secret(secret),
                    context.stageAttemptNumber(),
                    Duration.ofMillis(timeoutMillis));
            try (SessionChain chain = listener.join(members)) {
                return train(context, chain);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Worker " + rank + " was stopped while it waited for the others", e);
        }
    }

    /** Where Spark itself reaches this executor. */
    private static InetAddress own(BarrierTaskContext context) throws IOException {
        String host = context.getTaskInfos()[context.partitionId()].address();
        return InetAddress.getByName(host.replaceFirst(":\\d+$", ""));
    }

    private static InetSocketAddress address(String gathered) {
        int space = gathered.lastIndexOf(' ');
        return new InetSocketAddress(gathered.substring(0, space), Integer.parseInt(gathered.substring(space + 1)));
    }

    private WorkerReport train(BarrierTaskContext context, SessionChain chain) throws IOException {
        HadoopCheckpoints saved = new HadoopCheckpoints(checkpoints, hadoop.value());
        Autoencoder fresh = read(model.value());
        TrainOptions options = plan.options(context.cpus());
        FloatDataset data = TrainingRows.dataset("training rows", fresh, training.value());
        FloatDataset held = TrainingRows.dataset("validation rows", fresh, validation.value());
        // The first looks, all read what it has found: a folder may look different to another at another time.
        String newest =
                context.allGather(chain.rank() == 0 ? saved.newest(fresh).orElse(NONE) : NONE)[0];
        TrainingState from = newest.equals(NONE)
                ? TrainingState.fresh(fresh.spec(), fresh.normalization(), options)
                : state(saved.read(newest, fresh));
        int first = from.optimizer().steps();
        int attempt = context.stageAttemptNumber();
        int[] steps = {first};
        TrainingWatch watch = (moment, place, state) -> {
            TrainingWatch.INTERRUPTS.look(moment, place, state);
            if (moment == TrainingWatch.Moment.STEP) {
                steps[0]++;
                probe.took(chain.rank(), attempt, steps[0]);
            } else if (chain.rank() == 0) {
                save(saved, new Checkpoint(origin, state.get()), attempt);
            }
        };
        long start = System.nanoTime();
        String diverged = null;
        String weights = "";
        try {
            TrainResult result = Trainer.train(from, data, held, options, watch, (TrainEvent event) -> {}, chain);
            weights = result.model().parameters().sha256();
        } catch (TrainingDivergedException e) {
            diverged = e.getMessage(); // to try again would be of no use
        }
        long nanos = System.nanoTime() - start;
        ExchangeTimes times = chain.times();
        return new WorkerReport(
                chain.rank(),
                first,
                steps[0] - first,
                nanos / 1e9,
                times.nanos() / 1e9,
                times.bytesSent(),
                weights,
                diverged);
    }

    private TrainingState state(Checkpoint checkpoint) {
        List<String> differences = checkpoint.differences(origin);
        if (!differences.isEmpty()) {
            throw new IllegalStateException("Folder " + checkpoints + " has checkpoints of another training: "
                    + String.join("; ", differences) + ". Take another folder, or empty it.");
        }
        return checkpoint.state();
    }

    private static void save(HadoopCheckpoints saved, Checkpoint checkpoint, int attempt) {
        try {
            saved.save(checkpoint, attempt);
        } catch (IOException e) {
            throw new UncheckedIOException("Can't save a checkpoint: " + e.getMessage(), e);
        }
    }

    /** Readers of models want a file, so it lies in one for a moment. */
    static Autoencoder read(byte[] bytes) throws IOException {
        Path file = Files.createTempFile("hourglass", ".keras");
        try {
            Files.write(file, bytes);
            return ModelFile.read(file).autoencoder();
        } finally {
            Files.delete(file);
        }
    }

    static byte[] write(SavedModel model) throws IOException {
        Path folder = Files.createTempDirectory("hourglass");
        Path file = folder.resolve("model.keras");
        try {
            ModelFile.write(model, file);
            return Files.readAllBytes(file);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(folder);
        }
    }
}

package dev.hourglass.bench;

import dev.hourglass.data.Dataset;
import dev.hourglass.train.RunControl;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import dev.hourglass.train.checkpoints.Checkpointer;
import dev.hourglass.train.checkpoints.Checkpoints;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.TreeMap;

/**
 * What checkpoints cost: training with the labs' checkpoints and without any, in turns that end with a checkpoint. A turn
 * is a part of an epoch, so that many fit into a minute; the cost of the checkpoint itself is set against a whole one.
 */
public final class CheckpointCost {
    private static final int SAMPLES = 15_000;

    /** @param saving of these seconds, what looking for a checkpoint and writing it took */
    private record Turn(double seconds, double saving) {
        double learning() {
            return seconds - saving;
        }
    }

    private final Workload workload;
    private final Dataset samples;
    private final Checkpoints checkpoints;
    private final TrainOptions options;

    private CheckpointCost(Workload workload, Checkpoints checkpoints) {
        this.workload = workload;
        this.checkpoints = checkpoints;
        samples = workload.samples().limit(SAMPLES);
        options = TrainOptions.defaults().withEpochs(1).withBatchSize(workload.batch());
    }

    /**
     * Arguments: a model of {@link Workload#MODELS}, how many pairs, the folder with MNIST's files, and one for the
     * checkpoints, on the disk that is to be measured.
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4) {
            throw new IllegalArgumentException(
                    "Expected MODEL PAIRS MNIST CHECKPOINTS, got " + Arrays.toString(arguments));
        }
        Workload workload = Workload.of(arguments[0], Path.of(arguments[2]));
        Checkpoints checkpoints = new Checkpoints(Path.of(arguments[3]));
        new CheckpointCost(workload, checkpoints).compare(Integer.parseInt(arguments[1]));
        checkpoints.remove();
    }

    private void compare(int pairs) {
        turn(false); // warms up
        turn(true);
        double[] slower = new double[pairs];
        double[] saving = new double[pairs];
        double[] learning = new double[pairs];
        for (int pair = 0; pair < pairs; pair++) {
            // The one that goes first changes, so that a machine that gets slower favours neither.
            boolean savedFirst = pair % 2 == 1;
            Turn first = turn(savedFirst);
            Turn second = turn(!savedFirst);
            Turn plain = savedFirst ? second : first;
            Turn saved = savedFirst ? first : second;
            slower[pair] = 100 * (saved.learning() / plain.learning() - 1);
            saving[pair] = saved.saving();
            learning[pair] = plain.learning();
        }
        double epoch = Medians.of(learning) * workload.samples().size() / samples.size();
        double share = 100 * Medians.of(saving) / epoch;
        Arrays.sort(slower);
        System.out.printf(
                Locale.ROOT,
                "%s: a checkpoint takes %.1f ms of an epoch of %.2f s, %.2f %%; steps are slower by %.2f %% (median of %d"
                        + " pairs, %.2f to %.2f)%n",
                workload.spec().name(),
                1000 * Medians.of(saving),
                epoch,
                share,
                Medians.of(slower),
                pairs,
                slower[0],
                slower[pairs - 1]);
    }

    /** From the same beginning; validated on a batch, so that its time is that of training. */
    private Turn turn(boolean isSaved) {
        TrainingWatch watch = isSaved
                ? new Checkpointer(
                        checkpoints, new TreeMap<>(), Checkpointer.Schedule.DEFAULT, new RunControl(), event -> {})
                : TrainingWatch.INTERRUPTS;
        TrainingState fresh = TrainingState.fresh(workload.spec(), samples.normalization(), options);
        long[] saving = new long[1];
        TrainingWatch timed = (moment, place, state) -> {
            long start = System.nanoTime();
            watch.look(moment, place, state);
            saving[0] += System.nanoTime() - start;
        };
        long start = System.nanoTime();
        Trainer.train(fresh, samples, samples.limit(workload.batch()), options, timed, event -> {});
        return new Turn((System.nanoTime() - start) / 1e9, saving[0] / 1e9);
    }
}

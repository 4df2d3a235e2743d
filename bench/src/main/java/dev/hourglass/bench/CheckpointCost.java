package dev.hourglass.bench;

import dev.hourglass.data.Dataset;
import dev.hourglass.train.Checkpointer;
import dev.hourglass.train.Checkpoints;
import dev.hourglass.train.RunControl;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.TreeMap;

/**
 * What checkpoints cost: epochs with the labs' checkpoints and epochs without any, in turns. An epoch that is as long as
 * the MNIST lab's is saved as often as there.
 */
public final class CheckpointCost {
    /** The JIT compiles what they need; a whole epoch would take too long of a burst. */
    private static final int WARM_UP_SAMPLES = 10_000;

    /** @param saving of these seconds, what looking for a checkpoint and writing it took */
    private record Turn(double seconds, double saving) {}

    private final Workload workload;
    private final Checkpoints checkpoints;
    private final TrainOptions options;

    private CheckpointCost(Workload workload, Checkpoints checkpoints) {
        this.workload = workload;
        this.checkpoints = checkpoints;
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
        train(workload.samples().limit(WARM_UP_SAMPLES), checkpointer());
        double[] slower = new double[pairs];
        double[] saving = new double[pairs];
        for (int pair = 0; pair < pairs; pair++) {
            // The one that goes first changes, so that a machine that gets slower favours neither.
            boolean savedFirst = pair % 2 == 1;
            Turn first = epoch(savedFirst);
            Turn second = epoch(!savedFirst);
            Turn plain = savedFirst ? second : first;
            Turn saved = savedFirst ? first : second;
            slower[pair] = 100 * (saved.seconds() / plain.seconds() - 1);
            saving[pair] = 100 * saved.saving() / saved.seconds();
            System.out.printf(
                    Locale.ROOT,
                    "%s  without %.3f s, with %.3f s: %+.2f %%; in checkpoints %.1f ms, %.2f %%%n",
                    workload.spec().name(),
                    plain.seconds(),
                    saved.seconds(),
                    slower[pair],
                    1000 * saved.saving(),
                    saving[pair]);
        }
        System.out.printf(
                Locale.ROOT,
                "%s  medians of %d pairs: slower by %+.2f %%, in checkpoints %.2f %%%n",
                workload.spec().name(),
                pairs,
                Medians.of(slower),
                Medians.of(saving));
    }

    private Turn epoch(boolean saved) {
        return train(workload.samples(), saved ? checkpointer() : TrainingWatch.INTERRUPTS);
    }

    private TrainingWatch checkpointer() {
        return new Checkpointer(
                checkpoints, new TreeMap<>(), Checkpointer.Schedule.DEFAULT, new RunControl(), event -> {});
    }

    /** One epoch from the same beginning; validated on a batch, so that its time is that of training. */
    private Turn train(Dataset samples, TrainingWatch watch) {
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

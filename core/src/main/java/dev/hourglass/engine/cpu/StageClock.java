package dev.hourglass.engine.cpu;

import dev.hourglass.engine.StepProfile;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.step.StepCost;
import dev.hourglass.tensor.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A stopwatch that runs: adds up {@link System#nanoTime} by stage and worker, so that timing allocates and shares nothing. */
public final class StageClock implements Stopwatch {
    private final int workers;
    private final List<Tally> tallies = new ArrayList<>();

    public StageClock(int workers) {
        this.workers = workers;
    }

    @Override
    public Operation time(Stage stage, Operation operation) {
        Tally tally = add(stage);
        return at -> {
            long start = System.nanoTime();
            operation.run(at);
            tally.add(at.worker, System.nanoTime() - start, at.samples);
        };
    }

    @Override
    public Workers.Task time(Stage stage, Workers.Task task) {
        Tally tally = add(stage);
        return (worker, number) -> {
            long start = System.nanoTime();
            task.run(worker, number);
            tally.add(worker, System.nanoTime() - start, 1);
        };
    }

    private Tally add(Stage stage) {
        Tally tally = new Tally(stage, workers);
        tallies.add(tally);
        return tally;
    }

    @Override
    public List<StepProfile> take(int trainingSteps) {
        return tallies.stream().map(tally -> tally.take(trainingSteps)).toList();
    }

    private static final class Tally {
        private static final int NANOS = 0;
        private static final int CALLS = 1;
        private static final int SAMPLES = 2;
        /** Two cache lines a worker, so that no two write to one. */
        private static final int STRIDE = 16;

        private final Stage stage;
        private final long[] sums;

        Tally(Stage stage, int workers) {
            this.stage = stage;
            sums = new long[workers * STRIDE];
        }

        void add(int worker, long nanos, int samples) {
            int at = worker * STRIDE;
            sums[at + NANOS] += nanos;
            sums[at + CALLS]++;
            sums[at + SAMPLES] += samples;
        }

        StepProfile take(double trainingSteps) {
            StepCost cost = stage.cost();
            double calls = total(CALLS) / trainingSteps;
            double samples = total(SAMPLES) / trainingSteps;
            StepProfile profile = new StepProfile(
                    stage.phase(),
                    stage.kind(),
                    cost.writes(),
                    calls,
                    total(NANOS) * 1e-9 / trainingSteps,
                    samples * cost.flops(),
                    samples * cost.bytes() + calls * cost.callBytes());
            Arrays.fill(sums, 0);
            return profile;
        }

        private long total(int kind) {
            long total = 0;
            for (int at = kind; at < sums.length; at += STRIDE) {
                total += sums[at];
            }
            return total;
        }
    }
}

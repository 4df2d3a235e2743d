package dev.hourglass.engine.cpu;

import dev.hourglass.engine.StepProfile;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.StepCost;
import dev.hourglass.tensor.Workers;
import java.util.List;

/** Times the stages of a training step by wrapping what a plan runs when it is bound; {@link #OFF} wraps nothing. */
public interface Stopwatch {
    /** Leaves everything as it is. */
    Stopwatch OFF = new Stopwatch() {
        @Override
        public Operation time(Stage stage, Operation operation) {
            return operation;
        }

        @Override
        public Workers.Task time(Stage stage, Workers.Task task) {
            return task;
        }

        @Override
        public List<StepProfile> take(int trainingSteps) {
            return List.of();
        }
    };

    /** One line of the profile. */
    record Stage(int phase, String kind, StepCost cost) {
        public static Stage of(int phase, Step step) {
            return new Stage(phase, step.getClass().getSimpleName(), StepCost.of(step));
        }

        /** A stage that computes no samples. */
        public static Stage of(int phase, String kind, String writes, long flops, long bytes) {
            return new Stage(phase, kind, new StepCost(flops, 0, bytes, List.of(writes)));
        }
    }

    Operation time(Stage stage, Operation operation);

    Workers.Task time(Stage stage, Workers.Task task);

    /** What was measured since the last call, in the order of binding, divided by the steps. */
    List<StepProfile> take(int trainingSteps);
}

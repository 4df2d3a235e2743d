package dev.hourglass.train.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.tensor.Normalization;
import dev.hourglass.train.RunControl;
import dev.hourglass.train.TinyTraining;
import dev.hourglass.train.TrainEvent;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints on a disk on which each write, force and move fails in turn. */
class FaultyDiskIT {
    private static final TreeMap<String, String> ORIGIN = new TreeMap<>(Map.of("model", "small"));

    @TempDir
    private Path parent;

    private int folders;

    @Test
    void wheneverThePowerFailsTrainingGoesOnFromTheLastCheckpointToTheSameBits() throws IOException {
        TrainResult whole = TinyTraining.train(fresh(), TrainingWatch.INTERRUPTS);
        int operations = operations();
        for (int at = 1; at <= operations; at++) {
            for (FaultyDisk.Names names : FaultyDisk.Names.values()) {
                Path folder = newFolder();
                FaultyDisk disk = new FaultyDisk(folder);
                disk.losePowerAt(at);
                assertThatThrownBy(() -> train(disk, new ArrayList<>())).isInstanceOf(FaultyDisk.PowerLoss.class);
                long saved = disk.log().stream().filter("force folder"::equals).count() - lastIsFolderForce(disk);
                disk.restart(names);

                String when = disk.log().getLast() + ", operation " + at + ", names " + names;
                TrainingState left = new Checkpoints(folder)
                        .newest(TinyTraining.SPEC, Normalization.NONE)
                        .map(found -> found.checkpoint().state())
                        .orElseGet(FaultyDiskIT::fresh);
                // Every save that returned is there; one at each step, one more at the end of an epoch of four.
                assertThat(left.optimizer().steps()).as(when).isGreaterThanOrEqualTo((int) (saved - saved / 5));
                assertThat(TinyTraining.train(left, TrainingWatch.INTERRUPTS)
                                .model()
                                .parameters()
                                .sha256())
                        .as(when)
                        .isEqualTo(whole.model().parameters().sha256());
            }
        }
    }

    private static int lastIsFolderForce(FaultyDisk disk) {
        return disk.log().getLast().equals("force folder") ? 1 : 0;
    }

    @Test
    void whateverFailsOnceTheOldCheckpointStaysWholeAndTrainingWaitsAndGoesOn() throws IOException {
        TrainResult whole = TinyTraining.train(fresh(), TrainingWatch.INTERRUPTS);
        int operations = operations();
        for (String reason : List.of("No space left on device", "Input/output error")) {
            for (int at = 1; at <= operations; at++) {
                Path folder = newFolder();
                FaultyDisk disk = new FaultyDisk(folder);
                disk.failAt(at, reason);
                List<TrainEvent> events = new ArrayList<>();
                TrainResult result = train(disk, events);

                String failed = disk.log().get(at - 1);
                assertThat(result.model().parameters().sha256())
                        .as("%s, operation %d", failed, at)
                        .isEqualTo(whole.model().parameters().sha256());
                // The name of a file that is in place may reach the disk later; the two before it are there.
                if (!failed.equals("force folder")) {
                    assertThat(events.stream().filter(TrainEvent.Waiting.class::isInstance))
                            .as("%s, operation %d", failed, at)
                            .singleElement()
                            .asString()
                            .contains(reason);
                    assertThat(events).hasAtLeastOneElementOfType(TrainEvent.Resumed.class);
                }
                try (Stream<Path> left = Files.list(folder)) {
                    assertThat(left.map(file -> file.getFileName().toString()))
                            .containsExactlyInAnyOrder("step-000000011.checkpoint", "step-000000012.checkpoint");
                }
            }
        }
    }

    /** How many a whole training makes. */
    private int operations() throws IOException {
        FaultyDisk disk = new FaultyDisk(newFolder());
        train(disk, new ArrayList<>());
        assertThat(disk.log()).contains("write", "force", "move", "force folder", "delete");
        return disk.log().size();
    }

    private Path newFolder() throws IOException {
        return Files.createDirectory(parent.resolve("disk" + folders++));
    }

    private static TrainingState fresh() {
        return TrainingState.fresh(TinyTraining.SPEC, Normalization.NONE, TinyTraining.OPTIONS);
    }

    /** Saves after each step. While it waits, what was saved before must be whole. */
    private static TrainResult train(FaultyDisk disk, List<TrainEvent> events) {
        Checkpoints checkpoints = new Checkpoints(disk.root());
        Checkpointer checkpointer = new Checkpointer(
                checkpoints,
                ORIGIN,
                Checkpointer.Schedule.DEFAULT.withEvery(Duration.ofNanos(1)).withRetry(Duration.ofMillis(1)),
                new RunControl(),
                event -> {
                    events.add(event);
                    requireWhole(checkpoints);
                });
        return TinyTraining.train(fresh(), checkpointer);
    }

    private static void requireWhole(Checkpoints checkpoints) {
        try {
            checkpoints
                    .newest(TinyTraining.SPEC, Normalization.NONE)
                    .ifPresent(found -> assertThat(found.warnings()).isEmpty());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

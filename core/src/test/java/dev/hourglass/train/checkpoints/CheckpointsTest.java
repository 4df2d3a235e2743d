package dev.hourglass.train.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.train.BestWeights;
import dev.hourglass.train.Callbacks;
import dev.hourglass.train.EarlyStopping;
import dev.hourglass.train.LearningRateSchedule;
import dev.hourglass.train.ReduceLrOnPlateau;
import dev.hourglass.train.TinyTraining;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
    static final TrainOptions OPTIONS = TinyTraining.OPTIONS
            .withSchedule(LearningRateSchedule.CONSTANT)
            .withCallbacks(new Callbacks(
                    EarlyStopping.defaults().withPatience(5).withRestoreBestWeights(true),
                    ReduceLrOnPlateau.defaults().withPatience(1),
                    true));
    static final TreeMap<String, String> ORIGIN =
            new TreeMap<>(Map.of("training.epochs", "3", "data.sha256", "äöü", "hourglass", "0.1.0"));

    @TempDir
    private Path folder;

    private ConfinedFolder confined() throws IOException {
        return ConfinedFolder.open(folder);
    }

    @Test
    void aCheckpointIsReadBackAsItWasWritten() throws IOException {
        for (TrainingState state : states()) {
            CheckpointFile.write(confined(), "a.checkpoint", new Checkpoint(ORIGIN, state));
            Checkpoint read = CheckpointFile.read(confined(), "a.checkpoint", TinyTraining.SPEC, Normalization.NONE);

            assertThat(read.origin()).isEqualTo(ORIGIN);
            TrainingState back = read.state();
            assertThat(back.place()).isEqualTo(state.place());
            assertThat(back.history()).isEqualTo(state.history());
            assertThat(back.weightDigests()).isEqualTo(state.weightDigests());
            assertThat(back.callbacks().earlyStopping())
                    .isEqualTo(state.callbacks().earlyStopping());
            assertThat(back.callbacks().plateau()).isEqualTo(state.callbacks().plateau());
            assertThat(digest(back.callbacks().toRestore()))
                    .isEqualTo(digest(state.callbacks().toRestore()));
            assertThat(digest(back.callbacks().kept()))
                    .isEqualTo(digest(state.callbacks().kept()));
            assertThat(back.model().parameters().sha256())
                    .isEqualTo(state.model().parameters().sha256());
            assertThat(back.optimizer().optimizer()).isEqualTo(state.optimizer().optimizer());
            assertThat(back.optimizer().steps()).isEqualTo(state.optimizer().steps());
            state.optimizer()
                    .slots()
                    .forEach((name, slot) -> assertThat(
                                    back.optimizer().slot(name).sha256())
                            .as(name)
                            .isEqualTo(slot.sha256()));
        }
    }

    private static String digest(@Nullable BestWeights best) {
        return best == null
                ? "none"
                : best.epoch() + " " + best.value() + best.weights().sha256();
    }

    @Test
    void twoGenerationsAreLeftAndNothingElse() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder.resolve("cnn"));
        List<TrainingState> states = states();
        for (TrainingState state : states) {
            checkpoints.save(new Checkpoint(ORIGIN, state));
        }
        try (Stream<Path> files = Files.list(folder.resolve("cnn"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("step-000000011.checkpoint", "step-000000012.checkpoint");
        }
    }

    @Test
    void whatAKilledProcessLeftHalfWrittenIsRemovedWithTheNextSave() throws IOException {
        Path leftover = Files.writeString(folder.resolve(".step-000000001.checkpoint-1234.tmp"), "half");

        new Checkpoints(folder).save(new Checkpoint(ORIGIN, states().getFirst()));

        assertThat(leftover).doesNotExist();
    }

    @Test
    void aDamagedNewestFallsBackToTheOneBeforeAndSaysWhatThatCosts() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder);
        for (TrainingState state : states()) {
            checkpoints.save(new Checkpoint(ORIGIN, state));
        }
        Path newest = folder.resolve("step-000000012.checkpoint");
        byte[] bytes = Files.readAllBytes(newest);
        bytes[bytes.length / 2] ^= 4;
        Files.write(newest, bytes);

        Checkpoints.Found found =
                checkpoints.newest(TinyTraining.SPEC, Normalization.NONE).orElseThrow();

        assertThat(found.checkpoint().state().optimizer().steps()).isEqualTo(11);
        assertThat(found.warnings())
                .singleElement()
                .asString()
                .contains("step-000000012.checkpoint: expected the SHA-256 stored at its end, found another one")
                .endsWith("continuing from the one before it, 1 steps earlier, about 1 s of work.");
        assertThat(newest).doesNotExist();
        assertThat(folder.resolve("step-000000012.checkpoint.damaged")).exists();
    }

    @Test
    void readingTheStateAfterAnEpochChangesNothing() throws IOException {
        Checkpoints checkpoints = new Checkpoints(folder);
        for (TrainingState state : states()) {
            checkpoints.save(new Checkpoint(ORIGIN, state));
        }
        Path newest = folder.resolve("step-000000012.checkpoint");
        Files.writeString(newest, "torn");
        List<Path> before = files();

        for (int epoch = 1; epoch <= 4; epoch++) {
            checkpoints.atEndOf(epoch, TinyTraining.SPEC, Normalization.NONE);
        }
        assertThat(files()).isEqualTo(before).contains(newest);

        Path absent = folder.resolve("absent");
        assertThat(new Checkpoints(absent).atEndOf(1, TinyTraining.SPEC, Normalization.NONE))
                .isEmpty();
        assertThat(absent).doesNotExist();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void whereAllAreDamagedThereIsNothingToGoOnFrom() throws IOException {
        Files.writeString(folder.resolve("step-000000012.checkpoint"), "not at all a checkpoint, whatever its name is");

        assertThatThrownBy(() -> new Checkpoints(folder).newest(TinyTraining.SPEC, Normalization.NONE))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageEndingWith("Continue from an earlier checkpoint, or start the run again.");
    }

    @Test
    void everyTruncationAndAnyChangedByteIsRefused() throws IOException {
        Path file = folder.resolve("a.checkpoint");
        CheckpointFile.write(confined(), "a.checkpoint", new Checkpoint(ORIGIN, states().getLast()));
        byte[] bytes = Files.readAllBytes(file);
        Random random = new Random(7);
        for (int i = 0; i < bytes.length; i++) {
            byte[] changed = i % 2 == 0 ? Arrays.copyOf(bytes, i) : bytes.clone();
            if (i % 2 == 1) {
                changed[i] ^= (byte) (1 << random.nextInt(8));
            }
            Files.delete(file); // a file system waits for the disk where one is written over
            Files.write(file, changed);
            assertThatThrownBy(() ->
                            CheckpointFile.read(confined(), "a.checkpoint", TinyTraining.SPEC, Normalization.NONE))
                    .as("byte %d", i)
                    .isInstanceOf(CorruptFileException.class);
        }
    }

    /** Whoever forges a file can forge its digest too. */
    @Test
    void aForgedFileIsRefusedWithoutAllocatingWhatItClaims() throws Exception {
        Path file = folder.resolve("a.checkpoint");
        CheckpointFile.write(confined(), "a.checkpoint", new Checkpoint(ORIGIN, states().getLast()));
        byte[] bytes = Files.readAllBytes(file);
        int end = bytes.length - CheckpointFile.DIGEST_BYTES;
        Random random = new Random(8);
        int refused = 0;
        for (int i = 0; i < 4000; i++) {
            byte[] forged = Arrays.copyOf(bytes, end);
            int at = random.nextInt(end - 4);
            ByteBuffer.wrap(forged).putInt(at, random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt());
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            whole.write(forged);
            whole.write(MessageDigest.getInstance("SHA-256").digest(forged));
            Files.delete(file); // as above
            Files.write(file, whole.toByteArray());
            try {
                CheckpointFile.read(confined(), "a.checkpoint", TinyTraining.SPEC, Normalization.NONE);
            } catch (CorruptFileException e) {
                refused++; // any other exception fails the test
            }
        }
        assertThat(refused).isBetween(400, 3999);
    }

    @Test
    void differencesNameEachSettingThatIsNotAsItWas() throws IOException {
        Checkpoint checkpoint = new Checkpoint(ORIGIN, states().getFirst());

        assertThat(checkpoint.differences(ORIGIN)).isEmpty();
        assertThat(checkpoint.differences(Map.of("training.epochs", "4", "data.sha256", "äöü", "training.seed", "1")))
                .containsExactly(
                        "hourglass: was 0.1.0, is not set",
                        "training.epochs: was 3, is 4",
                        "training.seed: was not set, is 1");
    }

    static List<TrainingState> states() {
        List<TrainingState> states = new ArrayList<>();
        TrainingState fresh = TrainingState.fresh(TinyTraining.SPEC, Normalization.NONE, OPTIONS);
        Trainer.train(
                fresh,
                TinyTraining.TRAINING,
                TinyTraining.VALIDATION,
                OPTIONS,
                (moment, place, state) -> states.add(state.get()),
                event -> {});
        return states;
    }
}

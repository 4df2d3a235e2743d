package dev.hourglass.train.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Training processes killed with SIGKILL at random instants, as often as the system property {@code hourglass.kills} says
 * (200), and gone on with each time.
 */
class KillIT {
    private static final int KILLS = Integer.getInteger("hourglass.kills", 200);
    private static final int LONGEST_MILLIS = 400;

    private static final long TO_THE_END = Long.MAX_VALUE;

    @TempDir
    private Path folder;

    private String classPath = "";

    /** All models at a time: a process that syncs its checkpoints to the disk leaves the processor to the others. */
    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void trainingThatIsKilledAgainAndAgainEndsInTheBitsOfOneThatWasNot() throws Exception {
        classPath = PackedClassPath.into(folder);
        long seed = Long.getLong("hourglass.seed", System.nanoTime());
        Random seeds = new Random(seed);
        List<Callable<Integer>> tortures = new ArrayList<>();
        for (String model : List.of("cnn", "lstm", "vae")) {
            Random random = new Random(seeds.nextLong());
            tortures.add(() -> killAgainAndAgain(model, random, seed));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(tortures.size())) {
            for (Future<Integer> kills : threads.invokeAll(tortures)) {
                assertThat(kills.get()).isGreaterThanOrEqualTo(KILLS / 3);
            }
        }
    }

    /** @return how often it was killed */
    private int killAgainAndAgain(String model, Random random, long seed) throws Exception {
        AutoencoderSpec spec = Objects.requireNonNull(KilledTraining.MODELS.get(model));
        TrainingState fresh = TrainingState.fresh(spec, Normalization.NONE, KilledTraining.OPTIONS);
        String expected = KilledTraining.digest(KilledTraining.train(fresh, TrainingWatch.INTERRUPTS));
        Path archive = folder.resolve(model + ".jsa");
        assertThat(trainAndKill("-XX:ArchiveClassesAtExit=" + archive, model, folder.resolve(model), TO_THE_END))
                .isEqualTo(expected);
        String quickly = "-XX:SharedArchiveFile=" + archive;
        int kills = 0;
        for (int run = 0; kills < KILLS / 3; run++) {
            Path checkpoints = folder.resolve(model + run);
            String digest = trainAndKill(quickly, model, checkpoints, random.nextInt(LONGEST_MILLIS));
            while (digest == null) {
                kills++;
                digest = trainAndKill(
                        quickly, model, checkpoints, kills < KILLS / 3 ? random.nextInt(LONGEST_MILLIS) : TO_THE_END);
            }
            assertThat(digest)
                    .as("%s, run %d, after %d kills, -Dhourglass.seed=%d", model, run, kills, seed)
                    .isEqualTo(expected);
            assertThat(KilledTraining.isTidy(checkpoints)).isTrue();
        }
        return kills;
    }

    /** @return the digest that the process ended with, or null if it was killed before */
    private @Nullable String trainAndKill(String sharing, String model, Path checkpoints, long patienceMillis)
            throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        sharing,
                        "-Xlog:disable", // what it says of the archive would come between the lines that are read
                        "-Dhourglass.plainKernels=true",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classPath,
                        KilledTraining.class.getName(),
                        model,
                        checkpoints.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).isEqualTo("training");
            if (patienceMillis == TO_THE_END) {
                return output.readLine();
            }
            if (!process.waitFor(patienceMillis, TimeUnit.MILLISECONDS)) {
                process.toHandle().destroyForcibly(); // Process's own method would close the stream that is read below
                process.waitFor();
            }
            return output.readLine(); // null at the end of what a killed process wrote
        } finally {
            process.destroyForcibly();
        }
    }
}

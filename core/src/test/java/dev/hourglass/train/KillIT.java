package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.Normalization;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
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

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void trainingThatIsKilledAgainAndAgainEndsInTheBitsOfOneThatWasNot() throws Exception {
        long seed = Long.getLong("hourglass.seed", System.nanoTime());
        Random random = new Random(seed);
        int kills = 0;
        int finished = 0;
        for (int run = 0; kills < KILLS; run++) {
            String model = run % 2 == 0 ? "cnn" : "lstm";
            AutoencoderSpec spec = Objects.requireNonNull(KilledTraining.MODELS.get(model));
            TrainingState fresh = TrainingState.fresh(spec, Normalization.NONE, KilledTraining.OPTIONS);
            String expected = KilledTraining.digest(KilledTraining.train(fresh, TrainingWatch.INTERRUPTS));
            Path checkpoints = folder.resolve("run" + run);
            String digest = trainAndKill(model, checkpoints, random.nextInt(LONGEST_MILLIS));
            while (digest == null) {
                kills++;
                digest = trainAndKill(
                        model, checkpoints, kills < KILLS ? random.nextInt(LONGEST_MILLIS) : Long.MAX_VALUE);
            }
            finished++;
            assertThat(digest)
                    .as("run %d, %s, after %d kills, -Dhourglass.seed=%d", run, model, kills, seed)
                    .isEqualTo(expected);
        }
        assertThat(KilledTraining.isTidy(folder.resolve("run0"))).isTrue();
        System.out.printf("%d processes killed, %d runs finished with the same bits%n", kills, finished);
    }

    /** @return the digest that the process ended with, or null if it was killed before */
    private static @Nullable String trainAndKill(String model, Path checkpoints, long patienceMillis) throws Exception {
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dhourglass.plainKernels=true",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledTraining.class.getName(),
                        model,
                        checkpoints.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).isEqualTo("training");
            if (patienceMillis == Long.MAX_VALUE) {
                return output.readLine();
            }
            if (!process.waitFor(patienceMillis, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
            return output.readLine(); // null at the end of what a killed process wrote
        } catch (IOException e) {
            process.destroyForcibly();
            throw e;
        }
    }
}

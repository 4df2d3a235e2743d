package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process of its own, because it is the process that is told to stop. */
class InterruptionIT {
    private static final int SIGTERM = 15;

    /** SIGTERM goes the way of Ctrl-C, but is not ignored in a process that was started in the background. */
    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES)
    void aRunThatIsStoppedInAnEpochSaysSoInOneLineAndLeavesNothing(@TempDir Path folder) throws Exception {
        Path data = TinyMnist.write(folder.resolve("data"));
        Path errors = folder.resolve("errors.txt");
        Process lab = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dhourglass.plainKernels=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "lab",
                        "mnist",
                        "--data",
                        data.toString(),
                        "--out",
                        folder.resolve("runs/one").toString(),
                        "--epochs",
                        "100000")
                .redirectError(errors.toFile())
                .start();
        try (BufferedReader output = lab.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(output, "Epoch 1/100000");
            assertThat(folder.resolve("runs/one/INCOMPLETE")).exists();

            // Not Process.destroy: it closes the pipe as well, and output that cannot be written is another story.
            lab.toHandle().destroy();

            assertThat(lab.waitFor()).isEqualTo(128 + SIGTERM);
        } finally {
            lab.destroyForcibly();
        }
        assertThat(errors).hasContent("Interrupted: nothing unfinished was left behind.");
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    private static void awaitLine(BufferedReader output, String start) throws IOException {
        String line = output.readLine();
        while (line != null && !line.startsWith(start)) {
            line = output.readLine();
        }
        assertThat(line).as("a line that starts with " + start).isNotNull();
    }
}

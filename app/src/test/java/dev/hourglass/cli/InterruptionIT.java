package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Processes of their own, because it is the process that is told to stop. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class InterruptionIT {
    private static final int SIGTERM = 15;

    @TempDir
    private Path folder;

    private String recipe = "";
    private Path errors;

    @BeforeEach
    void makeRecipe() throws IOException {
        TinyMnist.write(folder.resolve("data"));
        recipe = Files.writeString(folder.resolve("small.yaml"), """
            data: {name: mnist, folder: data}
            models:
              - name: cnn
                input: [28, 28, 1]
                encoder:
                  - Conv2D: {filters: 2, kernel_size: 3, strides: 4, padding: same, activation: relu}
                  - BatchNormalization
                  - Dropout: {rate: 0.1}
                decoder:
                  - UpSampling2D: {size: 4}
                  - Conv2D: {filters: 1, kernel_size: 3, padding: same, activation: sigmoid}
              - name: lstm
                input: [28, 28]
                encoder: [LSTM: {units: 3}]
                decoder: [RepeatVector: {n: 28}, LSTM: {units: 28, return_sequences: true}]
            training: {epochs: 40, batch_size: 16, threads: 1}
            outputs: {plots: false, examples: 1}
            """).toString();
        errors = folder.resolve("errors.txt");
    }

    /** SIGTERM goes the way of Ctrl-C, but is not ignored in a process that was started in the background. */
    @Test
    void aRunThatIsStoppedSaysHowToGoOnAndEndsInTheSameWeights() throws Exception {
        Path stopped = folder.resolve("runs/stopped");
        Process lab = start("lab", recipe, "--out", stopped.toString(), "--epochs", "20");
        try (BufferedReader output = lab.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(output, "Epoch 2/20");
            // Not Process.destroy: it closes the pipe as well, and output that cannot be written is another story.
            lab.toHandle().destroy();
            assertThat(lab.waitFor()).isEqualTo(128 + SIGTERM);
        } finally {
            lab.destroyForcibly();
        }
        assertThat(errors)
                .content()
                .matches(
                        "Training was interrupted in epoch \\d+ after step \\d+; what was done is saved. Continue with:"
                                + " hourglass resume .*stopped\\R");
        assertThat(stopped.resolve("INCOMPLETE")).exists();
        assertThat(stopped.resolve("run.json")).doesNotExist();

        run("resume", stopped.toString());
        Path whole = folder.resolve("runs/whole");
        run("lab", recipe, "--out", whole.toString(), "--epochs", "20");

        assertThat(weights(stopped)).isEqualTo(weights(whole));
        assertThat(stopped.resolve("INCOMPLETE")).doesNotExist();
        JsonNode record = JsonMapper.shared().readTree(stopped.resolve("run.json"));
        assertThat(record.get("sessions").size()).isEqualTo(2);
        assertThat(record.get("weightsSha256ByEpoch"))
                .isEqualTo(
                        JsonMapper.shared().readTree(whole.resolve("run.json")).get("weightsSha256ByEpoch"));
    }

    @Test
    void aRunThatIsStoppedBeforeItTrainsLeavesNothing() throws Exception {
        Path missing = folder.resolve("runs/one");
        Process lab = start("lab", recipe, "--data", folder.resolve("none").toString(), "--out", missing.toString());
        assertThat(lab.waitFor()).isEqualTo(1);
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    @Test
    void oneProcessWorksOnARunAndTheLockOfAKilledOneIsTakenOver() throws Exception {
        Path path = folder.resolve("run");
        Process lab = start("lab", recipe, "--out", path.toString(), "--epochs", "2000");
        try (BufferedReader output = lab.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(output, "Epoch 2/2000");

            Process second = start("resume", path.toString());
            assertThat(second.waitFor()).isEqualTo(1);
            assertThat(errors)
                    .hasContent("Run folder " + path + " is in use by process " + lab.pid()
                            + ". Wait until it is done, or stop it first.");

            lab.destroyForcibly().waitFor(); // SIGKILL
        }
        // What was killed is gone on with; fewer epochs, which is a change, make it short.
        run("lab", recipe, "--resume", path.toString(), "--epochs", "2", "--force-resume");
        assertThat(path.resolve("run.json")).exists();
        assertThat(path.resolve("INCOMPLETE")).doesNotExist();
    }

    @Test
    void aChangedRecipeIsRefusedAndShownAndForcedIntoTheRecord() throws Exception {
        Path path = folder.resolve("run");
        Process lab = start("lab", recipe, "--out", path.toString(), "--epochs", "3000");
        try (BufferedReader output = lab.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(output, "Epoch 2/3000");
            lab.destroyForcibly().waitFor();
        }
        List<String> changed = List.of("lab", recipe, "--epochs", "5", "--limit", "30", "--resume", path.toString());

        Process refused = start(changed.toArray(String[]::new));
        assertThat(refused.waitFor()).isEqualTo(1);
        assertThat(errors)
                .content()
                .contains(
                        "can't continue to the same weights: data.limit.test: was not set, is 30; ",
                        "training.epochs: was 3000, is 5")
                .endsWith("Undo the change, or accept it with --force-resume. What was trained is kept; continue with:"
                        + " hourglass resume " + path + System.lineSeparator());

        List<String> forced = new ArrayList<>(changed);
        forced.add("--force-resume");
        run(forced.toArray(String[]::new));
        JsonNode record = JsonMapper.shared().readTree(path.resolve("run.json"));
        assertThat(record.get("sessions").get(1).get("forced").toString()).contains("training.epochs: was 3000, is 5");
        assertThat(path.resolve("report.html")).content().contains("training.epochs: was 3000, is 5");
    }

    @Test
    void aRunThatIsKilledInItsSweepTrainsNoLatentSizeTwice() throws Exception {
        String sweeping = Files.writeString(
                        folder.resolve("sweep.yaml"),
                        Files.readString(folder.resolve("small.yaml"))
                                .replace("epochs: 40", "epochs: 2")
                                .replace("outputs: {", "outputs: {sweep: {latent_sizes: [2, 3, 4], epochs: 20}, "))
                .toString();
        Path killed = folder.resolve("runs/killed");
        Process lab = start("lab", sweeping, "--out", killed.toString());
        try (BufferedReader output = lab.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(output, "Sweep: lstm with latent size 4");
            lab.toHandle().destroyForcibly();
            lab.waitFor();
        } finally {
            lab.destroyForcibly();
        }

        String resumed = run("resume", killed.toString());
        Path whole = folder.resolve("runs/whole");
        run("lab", sweeping, "--out", whole.toString());

        assertThat(resumed)
                .contains(
                        "lstm is trained already.",
                        "Sweep: lstm with latent size 2 is trained already.",
                        "Sweep: lstm with latent size 3 is trained already.")
                .doesNotContain("Epoch 1/2 ");
        assertThat(errorsBySize(killed)).hasSize(3).isEqualTo(errorsBySize(whole));
        assertThat(killed.resolve("checkpoints/lstm")).isDirectoryNotContaining("glob:**latent*");
    }

    private static List<String> errorsBySize(Path run) {
        List<String> points = new ArrayList<>();
        for (JsonNode point :
                JsonMapper.shared().readTree(run.resolve("results/sweep.json")).at("/lstm/points")) {
            points.add(point.get("latentSize") + " " + point.get("mse") + " " + point.get("mae"));
        }
        return points;
    }

    @Test
    void aRunThatDivergesSaysInWhichStepAndLayerAndHowToGoOnWithASmallerRate() throws Exception {
        Path path = folder.resolve("run");
        String text =
                Files.readString(folder.resolve("small.yaml")).replace("activation: sigmoid", "activation: linear");
        String linear = Files.writeString(folder.resolve("linear.yaml"), text).toString();

        // Half of the steps, to have a checkpoint; then on at a rate at which nothing can hold.
        Process lab = start("lab", linear, "--out", path.toString(), "--epochs", "5000");
        try (BufferedReader output = lab.inputReader(StandardCharsets.UTF_8)) {
            awaitLine(output, "Epoch 2/5000");
            lab.destroyForcibly().waitFor();
        }
        Process diverging = start("lab", "--resume", path.toString(), "--learning-rate", "1e38", "--force-resume");
        diverging.getInputStream().readAllBytes();
        assertThat(diverging.waitFor()).isEqualTo(1);
        assertThat(errors)
                .content()
                .matches(
                        "Training of 'cnn' diverged in epoch \\d+ (at|after) step \\d+: .*layer '\\w+' .* The last good"
                                + " checkpoint is \\S+/step-\\d+\\.checkpoint\\. What was trained is kept; continue"
                                + " with: hourglass lab"
                                + " --resume .*run --force-resume --learning-rate RATE, a smaller one\\R");

        run("lab", "--resume", path.toString(), "--learning-rate", "0.001", "--epochs", "3", "--force-resume");
        assertThat(path.resolve("run.json")).exists();
    }

    private Map<String, String> weights(Path run) {
        JsonNode metrics = JsonMapper.shared().readTree(run.resolve("results/metrics.json"));
        return Map.of(
                "cnn", metrics.get("cnn").get("weightsSha256").asString(),
                "lstm", metrics.get("lstm").get("weightsSha256").asString());
    }

    /** @return what it printed */
    private String run(String... arguments) throws Exception {
        Process process = start(arguments);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
        return output;
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dhourglass.plainKernels=true",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        return process;
    }

    private static void awaitLine(BufferedReader output, String start) throws IOException {
        String line = output.readLine();
        while (line != null && !line.startsWith(start)) {
            line = output.readLine();
        }
        assertThat(line).as("a line that starts with " + start).isNotNull();
    }
}

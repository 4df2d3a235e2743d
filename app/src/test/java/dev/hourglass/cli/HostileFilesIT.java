package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every hostile file through the library and each command, in a Java machine of 256 MB. */
class HostileFilesIT {
    /** Of the processor, so that a busy machine fails no test; a refusal takes some milliseconds. */
    private static final long MOST_MILLIS = 1000;

    /** Of what is said, however long the names and words in a file are. */
    private static final int MOST_CHARACTERS = 1500;

    /** What {@link HostileRun} prints. */
    private record Outcome(
            String command,
            String file,
            int status,
            long processorMillis,
            long wallMillis,
            int filesLeft,
            String said) {
        static Outcome of(String line) {
            List<String> fields = List.of(line.split("\t", -1));
            return new Outcome(
                    fields.get(0),
                    fields.get(1),
                    Integer.parseInt(fields.get(2)),
                    Long.parseLong(fields.get(3)),
                    Long.parseLong(fields.get(4)),
                    Integer.parseInt(fields.get(5)),
                    fields.get(6));
        }
    }

    @TempDir
    private Path folder;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void eachIsRefusedSoonByOneLineThatNamesItAndLeavesNothing() throws Exception {
        makeFiles();
        List<Outcome> outcomes = runInSmallMachine();

        assertThat(outcomes.getFirst().status).as(outcomes.getFirst().said).isZero();
        List<Outcome> hostile = outcomes.subList(1, outcomes.size());
        assertThat(hostile).hasSizeGreaterThan(1000);
        SoftAssertions softly = new SoftAssertions();
        for (Outcome outcome : hostile) {
            softly.assertThat(outcome.status).as("%s", outcome).isEqualTo(Main.FAILED);
            softly.assertThat(outcome.said)
                    .contains(outcome.file)
                    .doesNotContain("\\n", "Internal error", "Out of memory")
                    .matches(".*[.?]")
                    .hasSizeLessThan(MOST_CHARACTERS);
            softly.assertThat(outcome.processorMillis).as("%s", outcome).isLessThan(MOST_MILLIS);
            softly.assertThat(outcome.filesLeft).as("%s", outcome).isZero();
        }
        softly.assertAll();
    }

    private void makeFiles() throws IOException {
        Autoencoder model = Autoencoder.initialize(Presets.mnistCnn("cnn"), Normalization.PIXELS, new RandomSource(3));
        SavedModel saved = SavedModel.of(model, null, Map.of());
        Path keras = folder.resolve("good.keras");
        Path legacy = folder.resolve("good.h5");
        ModelFile.write(saved, keras);
        ModelFile.write(saved, legacy);
        Path data = TinyMnist.write(folder.resolve("mnist"));
        Files.copy(data.resolve("train-images-idx3-ubyte"), folder.resolve("good-idx3-ubyte"));
        detectorOfStreams();
        HostileModels.write(folder.resolve("models"), keras, legacy);
        HostileData.write(folder.resolve("data"));
    }

    private void detectorOfStreams() throws IOException {
        AutoencoderSpec spec = new AutoencoderSpec(
                "stream",
                Shape.of(4, 2),
                List.of(new LayerSpec.Dense("code", 1, Activation.TANH)),
                List.of(new LayerSpec.Dense("last", 2, Activation.LINEAR)));
        RandomSource random = new RandomSource(3);
        RandomGenerator noise = random.stream("rows", 0);
        float[] rows = new float[400];
        StringBuilder text = new StringBuilder("a,b\n");
        for (int i = 0; i < rows.length; i += 2) {
            rows[i] = (float) noise.nextGaussian();
            rows[i + 1] = (float) noise.nextGaussian();
            text.append(rows[i]).append(',').append(rows[i + 1]).append('\n');
        }
        Files.writeString(folder.resolve(HostileRun.ROWS), text);
        FloatDataset normal = FloatDataset.of("rows", Shape.of(2), rows)
                .withRows(SourceRows.plain(rows.length / 2))
                .windows(4, 1);
        SavedModel detector = SavedModel.of(Autoencoder.initialize(spec, Normalization.NONE, random), null, Map.of())
                .calibrated(
                        normal,
                        DetectionOptions.defaults().withOverlap(RowAnswers.Overlap.CAUSAL),
                        "rows",
                        random,
                        1,
                        done -> {});
        ModelFile.write(detector, folder.resolve(HostileRun.DETECTOR));
    }

    private List<Outcome> runInSmallMachine() throws IOException, InterruptedException {
        Path errors = folder.resolve("errors.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms256m",
                        "-Xmx256m",
                        "-XX:+AlwaysPreTouch", // so that no file pays for the first use of memory
                        "-Xmn48m", // so that 180 MB of weights, which 256 MB have room for, fit among the old
                        "-XX:+UseSerialGC", // G1's threads would take a good part of all time
                        "-Dhourglass.plainKernels=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileRun.class.getName(),
                        folder.toString())
                .redirectError(errors.toFile())
                .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            List<Outcome> outcomes = lines.lines().map(Outcome::of).toList();
            assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
            return outcomes;
        } finally {
            process.destroyForcibly();
        }
    }
}

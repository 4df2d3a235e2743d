package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.files.NpyFile;
import dev.hourglass.formats.ModelFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Labs on folders of WAV files. */
class SoundLabIT {
    private static final String RECIPE = """
        data: {source: sounds, spectrogram: {mels: 8, window: 64, hop: 32}, window: {steps: 4, stride: 4}}
        models:
          - name: lstm
            input: [4, 8]
            encoder: [LSTM: {units: 2}]
            decoder: [RepeatVector: {n: 4}, LSTM: {units: 8, return_sequences: true}]
        training: {epochs: 1, batch_size: 8}
        """;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @Test
    void theModelsFileKeepsTheSpectrogramForAllThatRead() throws IOException {
        for (int i = 0; i < 5; i++) {
            wav("sounds/hum/" + i + ".wav", i);
            wav("sounds/click/" + i + ".wav", 7 * i);
        }
        Path recipe = Files.writeString(folder.resolve("r.yaml"), RECIPE);
        Path run = folder.resolve("run");
        assertThat(hourglass("lab", recipe.toString(), "--out", run.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        String sounds = folder.resolve("sounds").toString();
        String model = run.resolve("models/lstm_autoencoder.keras").toString();
        assertThat(ModelFile.read(Path.of(model)).spectrogram()).contains(new LogMelSpectrogram(8, 64, 32));

        String said = evaluated(model, "--data", sounds, "--spectrogram", "8,64,32");
        assertThat(said).contains("\"samples\" : 50");
        for (String extension : new String[] {".keras", ".h5", ".onnx"}) {
            Path file = run.resolve("models/lstm_autoencoder" + extension);
            assertThat(evaluated(file.toString(), "--data", sounds)).contains("\"samples\" : 50");
        }
        assertThat(evaluated(model, "--data", sounds)).isEqualTo(said);
        Path codes = folder.resolve("codes.npy");
        assertThat(hourglass("encode", model, "--data", sounds + "/hum/1.wav", "--out", codes.toString()))
                .isZero();
        assertThat(NpyFile.open(codes).size()).isEqualTo(5);
        Path detector = folder.resolve("detector.keras");
        assertThat(hourglass(
                        "score",
                        model,
                        "--calibrate",
                        sounds + "/hum",
                        "--save",
                        detector.toString(),
                        "--data",
                        sounds,
                        "--out",
                        folder.resolve("scores.csv").toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(ModelFile.read(detector).spectrogram()).contains(new LogMelSpectrogram(8, 64, 32));
        // Not of numbers that were spectra before.
        assertThat(hourglass(
                        "decode",
                        model,
                        "--data",
                        codes.toString(),
                        "--out",
                        folder.resolve("d.npy").toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
    }

    @Test
    void aFolderOfSoundsIsToldDrawnDraftedAndTrainedOn() throws IOException {
        for (int i = 0; i < 5; i++) {
            wav("sounds/hum/" + i + ".wav", i);
            wav("sounds/click/" + i + ".wav", 7 * i);
        }
        Path sounds = folder.resolve("sounds");
        Path plot = folder.resolve("sounds.png");
        assertThat(hourglass("data", "info", sounds.toString(), "--plot", plot.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "10 sounds, 0.8000 s in all",
                        "Length   0.08000 s to 0.08000 s",
                        "Rate     8,000 Hz",
                        "Channels 1",
                        "Class    click, 5 sounds");
        assertThat(ImageIO.read(plot.toFile()).getWidth()).isGreaterThan(1000);
        out.reset();
        assertThat(hourglass("data", "info", sounds.toString(), "--json")).isZero();
        JsonNode told = JsonMapper.shared().readTree(out.toString(StandardCharsets.UTF_8));
        assertThat(told.get("kind").asString()).isEqualTo("sounds");
        assertThat(told.at("/seconds/all").asDouble()).isCloseTo(0.8, within(1e-9));
        assertThat(told.at("/rates/0/hertz").asInt()).isEqualTo(8_000);

        Path recipe = folder.resolve("sounds.yaml");
        assertThat(hourglass("lab", "--from", sounds.toString(), recipe.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(hourglass(
                        "lab",
                        recipe.toString(),
                        "--epochs",
                        "1",
                        "--out",
                        folder.resolve("run").toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(folder.resolve("run/report.html")).exists();
    }

    @Test
    void soundsAreDetectedByThoseThatAreNormal() throws IOException {
        for (int i = 0; i < 8; i++) {
            wav("normal/" + i + ".wav", i % 3);
        }
        wav("new/0.wav", 1);
        wav("new/1.wav", 40);

        Path found = folder.resolve("found");
        assertThat(hourglass(
                        "detect",
                        folder.resolve("normal").toString(),
                        folder.resolve("new").toString(),
                        "--epochs",
                        "20",
                        "--out",
                        found.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        assertThat(Files.readString(found.resolve("recipe.yaml"))).contains("spectrogram: {mels:");
        List<String> scores = Files.readAllLines(found.resolve("scores.csv"));
        assertThat(scores.getFirst()).contains("file");
        assertThat(mean(scores, "1.wav")).isGreaterThan(2 * mean(scores, "0.wav"));
    }

    /** The mean score of a file's rows. */
    private static double mean(List<String> scores, String file) {
        List<String> columns = List.of(scores.getFirst().split(","));
        int score = columns.indexOf("score");
        return scores.stream()
                .skip(1)
                .map(line -> line.split(",", -1))
                .filter(row -> Arrays.asList(row).contains(file))
                .mapToDouble(row -> Double.parseDouble(row[score]))
                .average()
                .orElseThrow();
    }

    private String evaluated(String model, String... more) {
        out.reset();
        String[] all = new String[more.length + 3];
        all[0] = "evaluate";
        all[1] = model;
        all[2] = "--json";
        System.arraycopy(more, 0, all, 3, more.length);
        assertThat(hourglass(all)).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private void wav(String name, int tone) throws IOException {
        byte[] frames = new byte[2 * 640];
        for (int i = 0; i < frames.length; i += 2) {
            int value = (int) (10_000 * Math.sin(i * (0.05 + 0.01 * tone)));
            frames[i] = (byte) value;
            frames[i + 1] = (byte) (value >> 8);
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        AudioFormat format = new AudioFormat(8_000, 16, 1, true, false);
        AudioSystem.write(
                new AudioInputStream(new ByteArrayInputStream(frames), format, 640),
                AudioFileFormat.Type.WAVE,
                file.toFile());
    }

    private int hourglass(String... arguments) {
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(arguments);
    }
}

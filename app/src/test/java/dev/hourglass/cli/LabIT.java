package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.tensor.Normalization;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole way from the command line to the run folder, on a few images made up here. */
class LabIT {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private Path data;
    private Path run;

    @BeforeEach
    void makeData() throws IOException {
        data = TinyMnist.write(folder.resolve("data"));
        run = folder.resolve("run");
    }

    @Test
    void theMnistLabLeavesAWholeRunFolder() throws IOException {
        assertThat(lab("mnist", "--epochs", "2", "--batch-size", "16", "--seed", "7", "--threads", "2"))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        assertThat(files())
                .containsExactlyInAnyOrder(
                        "plots/cnn_training_history.png",
                        "plots/cnn_training_history.svg",
                        "plots/cnn_reconstructed_images.png",
                        "plots/cnn_reconstructed_images.svg",
                        "plots/lstm_training_history.png",
                        "plots/lstm_training_history.svg",
                        "plots/lstm_reconstructed_images.png",
                        "plots/lstm_reconstructed_images.svg",
                        "plots/cnn_best_and_worst_images.png",
                        "plots/cnn_best_and_worst_images.svg",
                        "plots/lstm_best_and_worst_images.png",
                        "plots/lstm_best_and_worst_images.svg",
                        "plots/cnn_latent_space.png",
                        "plots/cnn_latent_space.svg",
                        "plots/lstm_latent_space.png",
                        "plots/lstm_latent_space.svg",
                        "plots/side_by_side.png",
                        "plots/side_by_side.svg",
                        "plots/model_comparison.png",
                        "plots/model_comparison.svg",
                        "results/comparison.csv",
                        "results/metrics.json",
                        "results/history.csv",
                        "results/findings_and_insights.txt",
                        "results/key_questions_answers.txt",
                        "results/classes.json",
                        "results/examples.json",
                        "results/probes.json",
                        "results/cnn_errors.csv",
                        "results/cnn_latent.csv",
                        "results/lstm_errors.csv",
                        "results/lstm_latent.csv",
                        "models/cnn_autoencoder.keras",
                        "models/cnn_autoencoder.h5",
                        "models/cnn_autoencoder.onnx",
                        "models/cnn_encoder.keras",
                        "models/cnn_encoder.h5",
                        "models/cnn_encoder.onnx",
                        "models/cnn_decoder.keras",
                        "models/cnn_decoder.h5",
                        "models/cnn_decoder.onnx",
                        "models/lstm_autoencoder.keras",
                        "models/lstm_autoencoder.h5",
                        "models/lstm_autoencoder.onnx",
                        "models/lstm_encoder.keras",
                        "models/lstm_encoder.h5",
                        "models/lstm_encoder.onnx",
                        "models/lstm_decoder.keras",
                        "models/lstm_decoder.h5",
                        "models/lstm_decoder.onnx",
                        "report.html",
                        "checkpoints/run.json",
                        "checkpoints/cnn/step-000000006.checkpoint",
                        "checkpoints/lstm/step-000000006.checkpoint",
                        "run.json");
        JsonNode metrics = json("results/metrics.json");
        assertThat(metrics.propertyNames()).containsExactly("cnn", "lstm");
        assertThat(metrics.get("cnn").propertyNames())
                .contains(
                        "testMse",
                        "testMae",
                        "psnr",
                        "ssim",
                        "parameters",
                        "latentSize",
                        "compressionRatio",
                        "secondsPerEpoch",
                        "peakMemoryBytes",
                        "pcaMse",
                        "pcaMae",
                        "weightsSha256");
        assertThat(metrics.get("cnn").get("parameters").asInt()).isEqualTo(12_585);
        assertThat(metrics.get("lstm").get("parameters").asInt()).isEqualTo(269_468);
        assertThat(metrics.get("lstm").get("compressionRatio").asDouble()).isEqualTo(24.5);
        JsonNode record = json("run.json");
        assertThat(record.get("recipe").get("training").get("seed").asLong()).isEqualTo(7);
        assertThat(record.get("recipe").get("training").get("threads").asInt()).isEqualTo(2);
        assertThat(record.get("recipe").get("training").get("batch_size").asInt())
                .isEqualTo(16);
        assertThat(record.get("recipe").get("data").get("folder").asString()).isEqualTo(data.toString());
        assertThat(record.get("data").get(0).get("trainingSha256").asString()).matches("[0-9a-f]{64}");
        assertThat(run.resolve("report.html")).content().contains("the user&#39;s own, in " + data);
        assertThat(Files.readAllLines(run.resolve("results/history.csv"))).hasSize(1 + 2 * 2);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(
                        "Data: mnist from " + data + ", 40 training and 12 test samples",
                        "Total params: 12,585",
                        "Total params: 269,468",
                        "Epoch 2/2 - 3/3 - ",
                        "Findings",
                        "Everything is in " + run);
    }

    @Test
    void theSavedModelsAreTheTrainedOnes() throws IOException {
        lab("mnist", "--epochs", "2", "--batch-size", "16");

        for (String name : List.of("cnn", "lstm")) {
            String sha256 =
                    json("results/metrics.json").get(name).get("weightsSha256").asString();
            for (String extension : List.of(".keras", ".h5")) {
                SavedModel whole = ModelFile.read(run.resolve("models/" + name + "_autoencoder" + extension));
                assertThat(whole.parameters().sha256()).isEqualTo(sha256);
                assertThat(whole.normalization()).isEqualTo(Normalization.PIXELS);
                assertThat(Objects.requireNonNull(whole.optimizer()).steps()).isEqualTo(2 * 3);
                assertThat(whole.provenance()).containsEntry("Recipe", "mnist").containsEntry("Epochs", "2");
                SavedModel encoder = ModelFile.read(run.resolve("models/" + name + "_encoder" + extension));
                assertThat(encoder.output()).isEqualTo(whole.code());
                assertThat(encoder.parameters().sha256())
                        .isEqualTo(whole.encoder().parameters().sha256());
            }
        }
    }

    @Test
    void theSameSeedGivesTheSameWeightsOnAnyNumberOfThreads() throws IOException {
        lab("mnist", "--epochs", "1", "--batch-size", "16", "--threads", "1");
        JsonNode one = json("results/metrics.json");
        run = folder.resolve("again");
        lab("mnist", "--epochs", "1", "--batch-size", "16", "--threads", "3");

        for (String model : List.of("cnn", "lstm")) {
            assertThat(json("results/metrics.json").get(model).get("weightsSha256"))
                    .isEqualTo(one.get(model).get("weightsSha256"));
        }
    }

    /** At this rate two steps still end in numbers, more of them don't. */
    @Test
    void aSweepThatDivergesLeavesOutItsPointAndTheRunGoesOn() throws IOException {
        Path recipe = Files.writeString(folder.resolve("steep.yaml"), """
                data: {name: mnist, folder: data, limit: 32}
                models:
                  - name: linear
                    input: [784]
                    encoder: [Dense: {units: 2}]
                    decoder: [Dense: {units: 784}]
                training: {epochs: 1, batch_size: 16, learning_rate: 1e8}
                outputs: {plots: false, sweep: {latent_sizes: [2, 4], epochs: 9}}
                """);

        assertThat(lab(recipe.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsPattern(
                        "Sweep: no point for linear with latent size 2\\. Training of 'linear' diverged in epoch \\d")
                .containsPattern("Sweep: no point for linear with latent size 4\\. ");
        assertThat(json("results/sweep.json").at("/linear/points/0/mse").isNull())
                .isTrue();
    }

    @Test
    void aRecipeOfOneModelWithoutPlotsAndReportLeavesResults() throws IOException {
        Path recipe = Files.writeString(folder.resolve("small.yaml"), """
                data: {name: mnist, folder: data, limit: 20}
                models:
                  - name: dense
                    input: [784]
                    encoder: [Dense: {units: 16, activation: relu}]
                    decoder: [Dense: {units: 784, activation: sigmoid}]
                training: {epochs: 1, batch_size: 8}
                outputs: {plots: false, report: false}
                """);

        assertThat(lab(recipe.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        assertThat(files())
                .containsExactlyInAnyOrder(
                        "results/comparison.csv",
                        "results/metrics.json",
                        "results/history.csv",
                        "results/findings_and_insights.txt",
                        "results/key_questions_answers.txt",
                        "results/classes.json",
                        "results/examples.json",
                        "results/probes.json",
                        "results/dense_errors.csv",
                        "results/dense_latent.csv",
                        "models/dense_autoencoder.keras",
                        "models/dense_autoencoder.h5",
                        "models/dense_autoencoder.onnx",
                        "models/dense_encoder.keras",
                        "models/dense_encoder.h5",
                        "models/dense_encoder.onnx",
                        "models/dense_decoder.keras",
                        "models/dense_decoder.h5",
                        "models/dense_decoder.onnx",
                        "checkpoints/run.json",
                        "checkpoints/dense/step-000000003.checkpoint",
                        "run.json");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("20 training and 12 test samples");
    }

    @Test
    void modelsMayLearnDifferentData() throws IOException {
        Path recipe = Files.writeString(folder.resolve("two.yaml"), """
                training: {epochs: 1, batch_size: 8}
                models:
                  - name: dense
                    data: {name: mnist, folder: data, limit: {training: 20, test: 5}}
                    input: [784]
                    encoder: [Dense: {units: 16, activation: relu}]
                    decoder: [Dense: {units: 784, activation: sigmoid}]
                  - name: series
                    data: {name: sequences, limit: 8}
                    training: {epochs: 2}
                    input: [500]
                    encoder: [Dense: {units: 2}]
                    decoder: [Dense: {units: 500}]
                """);

        assertThat(lab(recipe.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("20 training and 5 test samples", "Data: sequences, 8 training and 8 test samples");
        JsonNode record = json("run.json");
        assertThat(record.get("data").findValuesAsString("name")).containsExactly("mnist", "sequences");
        JsonNode models = record.get("recipe").get("models");
        assertThat(models.get(0).get("training").get("epochs").asInt()).isEqualTo(1);
        assertThat(models.get(1).get("training").get("epochs").asInt()).isEqualTo(2);
        assertThat(Files.readAllLines(run.resolve("results/history.csv"))).hasSize(1 + 1 + 2);
        assertThat(run.resolve("report.html"))
                .content()
                .contains("dense trained on 20 samples of mnist", "Epochs</th><td>dense 1, series 2");
    }

    @Test
    void aModelThatTakesOtherSamplesIsRefusedBeforeTraining() throws IOException {
        Path recipe = Files.writeString(
                folder.resolve("colour.yaml"), "data: {name: mnist}\nmodels: [{name: cnn, preset: cifar10-cnn}]\n");

        assertThat(lab(recipe.toString(), "--data", data.toString())).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo(recipe
                        + ":2:10: Model 'cnn' takes inputs [32, 32, 3] = 3072 numbers, but the samples of mnist:train are"
                        + " [28, 28, 1] = 784. Change the model's input, or the recipe's data."
                        + System.lineSeparator());
        assertThat(run).doesNotExist();
    }

    /** As in the tables of the UCR archive: a row is a sample, its columns are the steps of one channel. */
    @Test
    void scalesOfColumnsThatAModelReadsAsStepsAreRefusedBeforeTraining() throws IOException {
        Path recipe = rowsAsSamples("");

        assertThat(lab(recipe.toString())).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo(recipe
                        + ":3:5: Model 'lstm' takes inputs [4, 1], whose last dimension has 1 channel, but the"
                        + " samples of beats.csv are [4] with one scale for each of 4 channels. Let the model's input"
                        + " end in"
                        + " 4, write 'scaling: {method: min_max, channels: all}' for one scale of all numbers, or"
                        + " 'scaling: none' and scale them yourself." + System.lineSeparator());
        assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("Epoch");
        assertThat(run).doesNotExist();
    }

    @Test
    void columnsThatAModelReadsAsStepsTrainWithoutScales() throws IOException {
        assertThat(lab(rowsAsSamples(", scaling: none").toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        assertThat(files()).contains("models/lstm_autoencoder.keras", "models/lstm_decoder.onnx", "run.json");
        assertThat(files()).noneMatch(file -> file.startsWith("export"));
    }

    private Path rowsAsSamples(String scaling) throws IOException {
        StringBuilder rows = new StringBuilder("t0,t1,t2,t3\n");
        for (int i = 0; i < 20; i++) {
            rows.append("0.%d,0.%d,0.%d,0.%d\n".formatted(i + 1, i + 3, 2 * i + 1, 50 - i));
        }
        Files.writeString(folder.resolve("beats.csv"), rows);
        return Files.writeString(folder.resolve("beats.yaml"), """
                data: {source: beats.csv%s}
                models:
                  - name: lstm
                    input: [4, 1]
                    encoder: [LSTM: {units: 2}]
                    decoder: [RepeatVector: {n: 4}, LSTM: {units: 1, return_sequences: true}]
                training: {epochs: 1, batch_size: 4}
                outputs: {plots: false, report: false}
                """.formatted(scaling));
    }

    private int lab(String recipe, String... options) {
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        List<String> arguments = Stream.concat(
                        Stream.of("lab", recipe, "--out", run.toString()),
                        recipe.equals("mnist")
                                ? Stream.concat(Stream.of("--data", data.toString()), Stream.of(options))
                                : Stream.of(options))
                .toList();
        return new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(arguments.toArray(String[]::new));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.walk(run)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> run.relativize(file).toString())
                    .toList();
        }
    }

    private JsonNode json(String file) {
        return JsonMapper.shared().readTree(run.resolve(file));
    }
}

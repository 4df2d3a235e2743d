package dev.hourglass.lab.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.hourglass.data.LabelRule;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.images.Background;
import dev.hourglass.data.images.Fit;
import dev.hourglass.data.images.Patches;
import dev.hourglass.data.images.Picture;
import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.data.images.PictureSplitOptions;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.data.series.Scaling;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.values.DateOrder;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.ThresholdRule;
import dev.hourglass.detect.series.EventOptions;
import dev.hourglass.detect.series.Smoothing;
import dev.hourglass.engine.Clipping;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.lab.run.JsonWriting;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Presets;
import dev.hourglass.model.Size2;
import dev.hourglass.model.variables.Constraint;
import dev.hourglass.model.variables.Initializer;
import dev.hourglass.model.variables.VariableSettings;
import dev.hourglass.report.results.Reference;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.Augmentation;
import dev.hourglass.train.Callbacks;
import dev.hourglass.train.EarlyStopping;
import dev.hourglass.train.InputNoise;
import dev.hourglass.train.LearningRateSchedule;
import dev.hourglass.train.LearningRateSchedule.CosineDecay;
import dev.hourglass.train.LearningRateSchedule.ExponentialDecay;
import dev.hourglass.train.Monitor;
import dev.hourglass.train.ReduceLrOnPlateau;
import dev.hourglass.train.Shuffle;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.Trimming;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class RecipeReaderTest {
    private static final String DATA = "data: {name: mnist}\n";
    private static final String MODELS = "models: [{name: cnn, preset: mnist-cnn}]\n";

    private final RecipeReader reader = new RecipeReader(List.of("mnist", "cifar10", "sequences"));

    @TempDir
    private Path folder;

    @Test
    void mnistIsTheLabOfThePresets() {
        Recipe recipe = reader.find("mnist");

        assertThat(recipe.models())
                .containsExactly(
                        mnist(Presets.mnistCnn("cnn"), TrainOptions.defaults()),
                        mnist(Presets.mnistLstm("lstm"), TrainOptions.defaults()));
        assertThat(recipe.outputs()).isEqualTo(Recipe.Outputs.DEFAULT);
        assertThat(recipe.name()).isEqualTo("mnist");
        assertThat(recipe.title()).isEqualTo("MNIST: a CNN and an LSTM autoencoder");
    }

    @Test
    void cifar10IsTheLabOfThePresetsWithDataAndTrainingForEach() {
        Recipe recipe = reader.find("cifar10");

        TrainOptions training = TrainOptions.defaults().withBatchSize(32);
        assertThat(recipe.models())
                .containsExactly(
                        new ModelRecipe(
                                Presets.cifar10Cnn("cnn"),
                                new Recipe.Data("cifar10", null, 8_000, 2_000),
                                training.withEpochs(25),
                                List.of(
                                        new Reference(
                                                "the original lab's page (8,000 and 2,000 images, 25 epochs)",
                                                0.010411,
                                                0.073483,
                                                null),
                                        new Reference(
                                                "a PyTorch run of the same model (8,000 and 2,000 images, 25 epochs)",
                                                0.01364,
                                                0.0841,
                                                null))),
                        new ModelRecipe(
                                Presets.sequenceLstm("lstm"),
                                Recipe.Data.of("sequences"),
                                training.withEpochs(30)
                                        .withBatchSize(16)
                                        .withLearningRate(3e-4f)
                                        .withSchedule(new CosineDecay(null, 0, 3e-3f, 300)),
                                List.of(new Reference("the original lab's page", null, null, 12.5))));
        assertThat(recipe.outputs().sweep()).isEqualTo(new Recipe.Sweep(List.of(4, 8, 16, 20, 32, 64), 10));
    }

    @Test
    void theStrongLabsHaveAWaistOf32AndAScheduleThatFallsToNothing() {
        TrainOptions training = TrainOptions.defaults()
                .withBatchSize(64)
                .withLearningRate(2e-4f)
                .withSchedule(new CosineDecay(null, 0, 2e-3f, 500));

        assertThat(reader.find("mnist-strong").models())
                .containsExactly(mnist(Presets.mnistStrong("strong"), training.withEpochs(10)));
        assertThat(reader.find("cifar10-strong").models())
                .containsExactly(new ModelRecipe(
                        Presets.cifar10Strong("strong"),
                        Recipe.Data.of("cifar10"),
                        training.withEpochs(24)
                                .withAugmentation(new Augmentation(true, 2, 2, Augmentation.FillMode.NEAREST))));
    }

    @Test
    void theLabsOfSequencesAreTheirPresetsAndLearnAsTheLstmDoes() {
        TrainOptions training = only(reader.find("sequences")).training();
        Map.of(
                        "sequences", Presets.sequenceLstm("lstm"),
                        "sequences-reversed", Presets.sequenceReversedLstm("reversed"),
                        "sequences-conv1d", Presets.sequenceConv1d("conv1d"),
                        "sequences-cnn-lstm", Presets.sequenceCnnLstm("cnn-lstm"),
                        "sequences-transformer", Presets.sequenceTransformer("transformer"),
                        "sequences-teacher-forced", Presets.sequenceTeacherForced("teacher-forced"))
                .forEach((lab, spec) -> assertThat(reader.find(lab).models())
                        .as(lab)
                        .containsExactly(new ModelRecipe(spec, Recipe.Data.of("sequences"), training)));
    }

    /** Written out as a model of one input, whose parts are cut by layers, it is read as the same. */
    @Test
    void aModelMayReadSeveralInputs() throws IOException {
        String model = """
            models:
              - name: two
                inputs: {series: [8, 2], facts: [4]}
                encoder:
                  - Flatten: {name: seen}
                  - Concatenate: {name: both, inputs: [seen, facts]}
                  - Dense: {name: code, units: 3}
                decoder:
                  - Dense: {name: numbers, units: 4}
                  - RepeatVector: {name: repeat, n: 8, inputs: code}
                  - Dense: {name: drawn, units: 2}
            """;
        String outputs =
                "    outputs: [{layer: drawn, target: series}, {layer: numbers, loss: mae, loss_weight: 0.5}]\n";
        Recipe recipe = read("title: t\ndata: {source: rows.csv}\n" + model + outputs);
        ModelRecipe two = only(recipe);
        assertThat(two.spec().input()).isEqualTo(Shape.of(20));
        assertThat(two.spec().latentSize()).isEqualTo(3);
        assertThat(two.training().loss().text())
                .isEqualTo("per_output:outputs=joined input 0.0 mean_squared_error;drawn part 1.0 mean_squared_error;"
                        + "numbers part 0.5 mean_absolute_error");
        assertThat(read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(recipe))))
                .isEqualTo(recipe);
        String start = "title: t\ndata: {source: rows.csv}\n" + model;
        assertThatThrownBy(() -> read(start + outputs.replace("series", "sries")))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("expected series, facts, input, reversed, next, part, found 'sries'."
                        + " Did you mean 'series'?");
        assertThatThrownBy(() -> read(start + "    outputs: [{layer: drawn}]\n"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("leads to no output");
        assertThatThrownBy(() -> read((start + outputs).replace("facts: [4]", "facts: [5]")))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(
                        "expected an output for each input, found none that rebuilds 'facts' [5]. Name it,"
                                + " such as 'outputs: [{layer: LAYER, target: facts}]'.");
        assertThatThrownBy(() -> read((start + outputs).replace("{series: [8, 2], facts: [4]}", "{series: [8, 2]}")))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("expected at least two inputs by name");
    }

    @Test
    void theCompositeLabIsItsPresetWithALossForEachOutput() {
        ModelRecipe composite = only(reader.find("sequences-composite"));

        assertThat(composite.spec()).isEqualTo(Presets.sequenceComposite("composite"));
        assertThat(composite.data()).isEqualTo(Recipe.Data.of("sequences").withNextSteps(10));
        assertThat(composite.training().loss())
                .isEqualTo(Loss.parse("per_output:outputs=rebuilt input 1 mean_squared_error;"
                        + "predicted next 0.25 mean_squared_error"));
    }

    @Test
    void anOutputThatSaysNothingTakesTheTrainingsLossAndALikelyTarget() throws IOException {
        Recipe recipe = read("""
            data: {name: sequences, next_steps: 10}
            models: [{name: both, preset: sequence-composite, outputs: [{layer: predicted, loss_weight: 0.5}]}]
            training: {loss: mae}
            """);

        assertThat(only(recipe).training().loss())
                .isEqualTo(Loss.parse("per_output:outputs=rebuilt input 1 mean_absolute_error;"
                        + "predicted next 0.5 mean_absolute_error"));
    }

    @Test
    void outputsThatAreNoneAndTargetsThatThereAreNotAreNamed() {
        String data = "data: {name: sequences}\n";
        assertThatThrownBy(() -> read(
                        data + "models: [{name: a, preset: sequence-composite," + " outputs: [{layer: predictd}]}]"))
                .hasMessageContaining(
                        "expected one of the preset's outputs, found 'predictd'." + " Did you mean 'predicted'?");
        assertThatThrownBy(() -> read(data + "models: [{name: a, preset: sequence-composite,"
                        + " outputs: [{layer: predicted, target: nxt}]}]"))
                .hasMessageContaining("expected input, reversed, next, part, found 'nxt'. Did you mean 'next'?");
    }

    private static ModelRecipe mnist(AutoencoderSpec spec, TrainOptions training) {
        return new ModelRecipe(spec, Recipe.Data.of("mnist"), training);
    }

    private static ModelRecipe only(Recipe recipe) {
        assertThat(recipe.models()).hasSize(1);
        return recipe.models().getFirst();
    }

    @Test
    void everyRecipeOfTheLabsFolderIsBuiltIn() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("..", "labs"))) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".yaml", "")))
                    .containsExactlyInAnyOrderElementsOf(RecipeReader.BUILT_IN);
        }
    }

    @Test
    void aRecipeOfDataAndOnePresetTakesDefaultsForTheRest() throws IOException {
        Recipe recipe = read(DATA + MODELS);

        assertThat(recipe.name()).isEqualTo("bad");
        assertThat(recipe.title()).isEqualTo("bad");
        assertThat(recipe.models()).containsExactly(mnist(Presets.mnistCnn("cnn"), TrainOptions.defaults()));
        assertThat(recipe.outputs()).isEqualTo(Recipe.Outputs.DEFAULT);
    }

    @Test
    void settingsAreTakenAsWritten() throws IOException {
        Recipe recipe = read("title: My lab\ndata: {name: mnist, limit: 100}\n" + MODELS
                + "training: {epochs: 2, batch_size: 64, learning_rate: 5e-4, seed: -7, threads: 3}\n"
                + "outputs: {examples: 5, plots: false, report: true}\n");

        assertThat(recipe.title()).isEqualTo("My lab");
        assertThat(only(recipe).data()).isEqualTo(new Recipe.Data("mnist", null, 100, 100));
        assertThat(only(recipe).training())
                .isEqualTo(TrainOptions.defaults()
                        .withEpochs(2)
                        .withBatchSize(64)
                        .withLearningRate(5e-4f)
                        .withSeed(-7)
                        .withThreads(3));
        assertThat(recipe.outputs()).isEqualTo(new Recipe.Outputs(5, false, true, false, null));
    }

    @Test
    void theDataFolderIsRelativeToTheRecipe() throws IOException {
        assertThat(only(read("data: {name: mnist, folder: mine}\n" + MODELS))
                        .data()
                        .folder())
                .isEqualTo(folder.resolve("mine"));
    }

    @Test
    void layersWithoutNamesAreNamedAsKerasNamesThem() throws IOException {
        Recipe recipe = read(DATA + """
            models:
              - name: a
                input: [28, 28, 1]
                encoder:
                  - Conv2D: {filters: 4, kernel_size: [3, 5], padding: same}
                  - Conv2D: {filters: 4, kernel_size: 3, strides: 2, padding: same, activation: tanh}
                  - LeakyReLU
                  - MaxPooling2D:
                  - Flatten
                  - Dense: {units: 8}
                decoder:
                  - Dense: {units: 784}
                  - Activation: {activation: sigmoid}
                  - Reshape: {target_shape: [28, 28, 1]}
            """);

        Size2 one = Size2.square(1);
        Size2 two = Size2.square(2);
        assertThat(only(recipe).spec().layers())
                .containsExactly(
                        new LayerSpec.Conv2d("conv2d", 4, new Size2(3, 5), one, Padding.SAME, Activation.LINEAR),
                        new LayerSpec.Conv2d("conv2d_1", 4, Size2.square(3), two, Padding.SAME, Activation.TANH),
                        new LayerSpec.LeakyRelu("leaky_re_lu", 0.3f),
                        new LayerSpec.MaxPooling2d("max_pooling2d", two, two, Padding.VALID),
                        new LayerSpec.Flatten("flatten"),
                        new LayerSpec.Dense("dense", 8, Activation.LINEAR),
                        new LayerSpec.Dense("dense_1", 784, Activation.LINEAR),
                        new LayerSpec.ActivationLayer("activation", Activation.SIGMOID),
                        new LayerSpec.Reshape("reshape", Shape.of(28, 28, 1)));
    }

    @Test
    void aReshapeMayLeaveOneSizeOpen() throws IOException {
        String models =
                "models: [{name: m, input: [28, 28, 1], encoder: [Reshape: {name: rows, target_shape: [-1, 28]}, LSTM:"
                        + " {units: 8}], decoder: [Dense: {units: 784}, Reshape: {name: image, target_shape: [28, -1,"
                        + " 1]}]}]\n";
        assertThat(only(read(DATA + models)).spec().layers())
                .contains(
                        new LayerSpec.Reshape("rows", Shape.of(28, 28)),
                        new LayerSpec.Reshape("image", Shape.of(28, 28, 1)));
        assertThatThrownBy(() -> read(DATA + models.replace("[-1, 28]", "[-1, 27]")))
                .hasMessageContaining("expected sizes that divide the 784 numbers of [28, 28, 1], found ");
        assertThatThrownBy(() -> read(DATA + models.replace("[-1, 28]", "[-1, -1]")))
                .hasMessageContaining("expected at most one -1 in target_shape, found two.");
        assertThatThrownBy(() -> read(DATA
                        + models.replace(
                                "{name: rows, target_shape: [-1, 28]}",
                                "{target_shape: [28, 28]}, TimeDistributed: {layer:"
                                        + " {Reshape: {target_shape: [-1]}}}")))
                .hasMessageContaining("expected sizes alone in a Reshape that is within another layer");
    }

    @Test
    void whatAModelSaysOfItselfGoesBeforeWhatIsSaidForAll() throws IOException {
        Recipe recipe = read("""
            data: {name: mnist, limit: {training: 100}}
            training: {epochs: 2, batch_size: 64}
            models:
              - {name: a, preset: mnist-cnn}
              - {name: b, preset: mnist-cnn, data: {limit: {test: 7}}, training: {epochs: 9}}
              - {name: c, preset: cifar10-cnn, data: {name: cifar10}}
            """);

        TrainOptions shared = TrainOptions.defaults().withEpochs(2).withBatchSize(64);
        assertThat(recipe.models().stream().map(ModelRecipe::data))
                .containsExactly(
                        new Recipe.Data("mnist", null, 100, null),
                        new Recipe.Data("mnist", null, null, 7),
                        new Recipe.Data("cifar10", null, 100, null));
        assertThat(recipe.models().stream().map(ModelRecipe::training))
                .containsExactly(shared, shared.withEpochs(9), shared);
        assertThat(read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(recipe))))
                .isEqualTo(recipe);
    }

    @Test
    void aSpectrogramHasDefaultsAndIsWrittenBack() throws IOException {
        Recipe recipe = read("data: {source: a.wav, spectrogram: {mels: 20}}\n" + MODELS);

        assertThat(only(recipe).data().series())
                .isEqualTo(series(
                        "a.wav", SeriesOptions.defaults().withSpectrogram(new LogMelSpectrogram(20, 1024, 512))));
        assertThat(read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(recipe))))
                .isEqualTo(recipe);
        assertThatThrownBy(() -> read("data: {source: a.wav, spectrogram: {window: 1000}}\n" + MODELS))
                .hasMessageContaining("window must be a power of two, such as 512, got 1000.");
    }

    @Test
    void seriesOfTheUsersOwnHaveTheirSettings() throws IOException {
        Recipe plain = read("data: {source: pump.csv}\n" + MODELS);
        Recipe full = read("data: {source: pump.npy, test_share: 0.3, window: {steps: 50, stride: 10}, "
                + "scaling: standardize, labels: kinds.csv, limit: {test: 7}}\n" + MODELS);
        Recipe two = read("data: {source: a/pump.csv, test: /b/later.csv, window: {steps: 50}, scaling: none, "
                + "label_column: state}\n" + MODELS);

        assertThat(only(plain).data())
                .isEqualTo(new Recipe.Data(
                        "pump.csv", null, null, null, series("pump.csv", SeriesOptions.defaults()), null, null));
        assertThat(only(full).data())
                .isEqualTo(new Recipe.Data(
                        "pump.npy",
                        null,
                        null,
                        7,
                        series(
                                "pump.npy",
                                SeriesOptions.defaults()
                                        .withTestShare(0.3)
                                        .withWindow(50, 10)
                                        .withScaling(Scaling.STANDARDIZE)
                                        .withLabels(folder.resolve("kinds.csv"))),
                        null,
                        null));
        assertThat(only(two).data().series())
                .isEqualTo(series(
                        "a/pump.csv",
                        SeriesOptions.defaults()
                                .withTest(Path.of("/b/later.csv"))
                                .withWindow(50, 50)
                                .withScaling(null)
                                .withLabelColumn("state")));
        for (Recipe recipe : List.of(plain, full, two)) {
            assertThat(read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(recipe))))
                    .isEqualTo(recipe);
        }
    }

    private Recipe.Series series(String file, SeriesOptions options) {
        return new Recipe.Series(folder.resolve(file), options);
    }

    @Test
    void whatIsWantedOfDetectorsIsReadAndWrittenAgain() throws IOException {
        Recipe recipe = read(DATA + MODELS + """
            detect:
              hold_out: 0.3
              normal: ["0"]
              new: other
              threshold: {peaks: 0.001}
              errors: absolute
              blur_errors: 1.5
              smooth: 4
              overlap: median
              events: {end: 0.7, merge_gap: 0, least_rows: 3}
              rivals: false
            """);
        Recipe.Detect detect = Objects.requireNonNull(recipe.detect());

        assertThat(detect.holdOut()).isEqualTo(0.3);
        assertThat(detect.normal()).containsExactly("0");
        assertThat(String.valueOf(detect.scored())).endsWith("other");
        assertThat(detect.rivals()).isFalse();
        assertThat(detect.settings().over(DetectionOptions.defaults()))
                .isEqualTo(new DetectionOptions(
                                DetectionOptions.Errors.ABSOLUTE,
                                RowAnswers.Overlap.MEDIAN,
                                new Smoothing.MovingAverage(4),
                                new ThresholdRule.PeaksOverThreshold(0.001, 0.02),
                                new EventOptions(1, 0.7, 0, 3))
                        .withErrorBlur(1.5));
        assertThat(Objects.requireNonNull(read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(recipe)))
                        .detect()))
                .isEqualTo(detect);

        Recipe.Detect plain =
                Objects.requireNonNull(read(DATA + MODELS + "detect: {}\n").detect());
        assertThat(plain.settings()).isEqualTo(DetectionSettings.DEFAULT);
        assertThat(plain.holdOut()).isEqualTo(0.2);
        assertThat(read(DATA + MODELS).detect()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        detect: {threshold: {peaks: 2}} | rate must be above 0 and
        detect: {threshold: {false_alarms: 0.1, peaks: 0.1}} | expected one of false_alarms, quantile, deviations, peaks, conformal, found 2
        detect: {events: {start: 1, end: 2}} | an event must end at a score that is not above the one it starts at
        detect: {hold_out: 1} | expected a share above 0 and below 1
        detect: {thresold: 1} | thresold
        """)
    void mistakesInWhatIsWantedOfDetectorsAreShownWhereTheyStand(String detect, String message) {
        assertThatThrownBy(() -> read(DATA + MODELS + detect + "\n"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(message)
                .message()
                .hasLineCount(1);
    }

    @Test
    void theExampleForSeriesOfOnesOwnIsARecipe() {
        Recipe recipe = reader.read(Path.of("..", "docs", "my-series.yaml"));

        assertThat(only(recipe).spec().input()).isEqualTo(Shape.of(50, 3));
        assertThat(only(recipe).data().name()).isEqualTo("my-series.csv");
    }

    @Test
    void whereEveryModelNamesItsDataTheRecipeNeedsNone() throws IOException {
        Recipe recipe = read("models: [{name: cnn, preset: mnist-cnn, data: {name: mnist}}]\n");

        assertThat(only(recipe).data()).isEqualTo(Recipe.Data.of("mnist"));
    }

    @Test
    void aScheduleIsWrittenAsInKeras() throws IOException {
        assertThat(schedule("CosineDecay")).isEqualTo(CosineDecay.WHOLE_TRAINING);
        assertThat(schedule("{CosineDecay: {alpha: 0.1, warmup_target: 0.002, warmup_steps: 50}}"))
                .isEqualTo(new CosineDecay(null, 0.1f, 0.002f, 50));
        assertThat(schedule("{CosineDecay: {decay_steps: 70}}")).isEqualTo(new CosineDecay(70, 0, null, 0));
        assertThat(schedule("{ExponentialDecay: {decay_steps: 100, decay_rate: 0.5, staircase: true}}"))
                .isEqualTo(new ExponentialDecay(100, 0.5f, true));
        Recipe decaying =
                read(DATA + MODELS + "training: {schedule: {ExponentialDecay: {decay_steps: 100, decay_rate: 0.5}}}\n");
        assertThat(read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(decaying))))
                .isEqualTo(decaying);
    }

    @Test
    void callbacksHaveKerasNamesAndDefaults() throws IOException {
        Recipe recipe = read(DATA
                + "models:\n"
                + "  - {name: a, preset: mnist-cnn}\n"
                + "  - {name: b, preset: mnist-cnn, training: {early_stopping: false, keep_best: false}}\n"
                + "training:\n"
                + "  early_stopping: {patience: 3, min_delta: 0.001, restore_best_weights: true}\n"
                + "  reduce_lr_on_plateau: {monitor: val_mae, factor: 0.3, cooldown: 2}\n"
                + "  keep_best: true\n");

        Callbacks expected = new Callbacks(
                new EarlyStopping(Monitor.VAL_LOSS, 0.001, 3, true, 0),
                new ReduceLrOnPlateau(Monitor.VAL_MAE, 0.3, 10, 1e-4, 2, 0),
                true);
        assertThat(recipe.models().getFirst().training().callbacks()).isEqualTo(expected);
        assertThat(recipe.models().getLast().training().callbacks())
                .isEqualTo(expected.withEarlyStopping(null).withKeepBest(false));
    }

    @Test
    void aScheduleAndAPlateauAreRefusedTogether() {
        assertThatThrownBy(() -> read(DATA + MODELS + "training: {schedule: CosineDecay, reduce_lr_on_plateau: {}}\n"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("expected one that sets the learning rate, found a schedule too. Remove one.");
    }

    @Test
    void aSweepTakesNoMoreEpochsThanTheModels() throws IOException {
        Recipe.Outputs outputs = read(DATA + MODELS + "outputs: {sweep: {latent_sizes: [2, 4], epochs: 10}}\n")
                .outputs();

        assertThat(outputs.withSweepEpochsAtMost(3).sweep()).isEqualTo(new Recipe.Sweep(List.of(2, 4), 3));
        assertThat(outputs.withSweepEpochsAtMost(30)).isEqualTo(outputs);
        assertThat(Recipe.Outputs.DEFAULT.withSweepEpochsAtMost(3)).isEqualTo(Recipe.Outputs.DEFAULT);
    }

    private LearningRateSchedule schedule(String yaml) throws IOException {
        return only(read(DATA + MODELS + "training: {schedule: " + yaml + "}\n"))
                .training()
                .schedule();
    }

    @ParameterizedTest
    @MethodSource
    void lossesAndOptimizersAreWrittenInManyWays(String yaml, Loss loss, Optimizer optimizer) throws IOException {
        Recipe recipe = read(DATA + MODELS + "training: {" + yaml + "}\n");

        assertThat(only(recipe).training().loss()).isEqualTo(loss);
        assertThat(only(recipe).training().optimizer()).isEqualTo(optimizer);
        assertThat(read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(recipe))))
                .isEqualTo(recipe);
    }

    static Stream<Arguments> lossesAndOptimizersAreWrittenInManyWays() {
        Loss squared = new Loss.MeanSquaredError();
        Optimizer adam = Optimizer.Adam.DEFAULT;
        Optimizer momentum = Optimizer.Sgd.DEFAULT.withMomentum(0.9f);
        return Stream.of(
                Arguments.of("epochs: 1", squared, adam),
                Arguments.of("loss: mse", squared, adam),
                Arguments.of("loss: BinaryCrossentropy", Loss.BinaryCrossentropy.DEFAULT, adam),
                Arguments.of("loss: mean_absolute_error", new Loss.MeanAbsoluteError(), adam),
                Arguments.of("loss: log_cosh", new Loss.LogCosh(), adam),
                Arguments.of(
                        "loss: {name: binary_crossentropy, from_logits: true, label_smoothing: 0.1}",
                        new Loss.BinaryCrossentropy(true, 0.1f),
                        adam),
                Arguments.of("loss: {huber: {delta: 0.5}}", new Loss.Huber(0.5f), adam),
                Arguments.of(
                        "loss: {name: mse, channel_weights: [1, 0.5], mask_value: -1}",
                        Loss.parse("mse:channel_weights=1 0.5,mask_value=-1"),
                        adam),
                Arguments.of("loss: kl_divergence", new Loss.KlDivergence(), adam),
                Arguments.of("loss: {ssim: {data_range: 2}}", new Loss.Ssim(2f), adam),
                Arguments.of("loss: 'huber:delta=0.5'", new Loss.Huber(0.5f), adam),
                Arguments.of("optimizer: sgd", squared, Optimizer.Sgd.DEFAULT),
                Arguments.of("optimizer: SGD, learning_rate: 1", squared, Optimizer.Sgd.DEFAULT.withLearningRate(1)),
                Arguments.of("optimizer: {name: sgd, momentum: 0.9}", squared, momentum),
                Arguments.of("optimizer: {SGD: {momentum: 0.9}}", squared, momentum),
                Arguments.of(
                        "optimizer: {name: sgd, learning_rate: 0.5, momentum: 0.9, clipnorm: null}",
                        squared,
                        momentum.withLearningRate(0.5f)),
                Arguments.of(
                        "optimizer: {name: rmsprop, global_clipnorm: 2, weight_decay: 1e-2}",
                        squared,
                        Optimizer.RmsProp.DEFAULT.withWeightDecay(0.01f).withClipping(new Clipping.ByGlobalNorm(2))),
                Arguments.of("optimizer: adamw", squared, Optimizer.AdamW.DEFAULT),
                Arguments.of(
                        "optimizer: {name: adam, amsgrad: true}", squared, Optimizer.Adam.DEFAULT.withAmsgrad(true)));
    }

    @Test
    void aModelsOwnLearningRateIsTakenWhetherItStandsInTheOptimizerOrBesideIt() throws IOException {
        List<ModelRecipe> models = read(DATA + """
            training: {learning_rate: 0.5, optimizer: {name: sgd, momentum: 0.9}}
            models:
              - {name: a, preset: mnist-cnn}
              - {name: b, preset: mnist-cnn, training: {learning_rate: 0.25}}
              - {name: c, preset: mnist-cnn, training: {optimizer: {name: adam, learning_rate: 0.125}}}
              - {name: d, preset: mnist-cnn, training: {optimizer: rmsprop}}
            """).models();

        Optimizer momentum = Optimizer.Sgd.DEFAULT.withMomentum(0.9f);
        assertThat(models.stream().map(model -> model.training().optimizer()))
                .containsExactly(
                        momentum.withLearningRate(0.5f),
                        momentum.withLearningRate(0.25f),
                        Optimizer.Adam.DEFAULT.withLearningRate(0.125f),
                        Optimizer.RmsProp.DEFAULT.withLearningRate(0.5f));
    }

    @Test
    void noiseIsReadAndWrittenAgain() throws IOException {
        Map<String, InputNoise> kinds = Map.of(
                "gaussian: {stddev: 0.3, low: 0, high: 1}", new InputNoise.Gaussian(0.3f, 0, 1),
                "gaussian: {stddev: 0.5}", InputNoise.Gaussian.of(0.5f),
                "salt_and_pepper: {rate: 0.1}", new InputNoise.SaltAndPepper(0.1f, 0, 1),
                "masking: {rate: 0.3, value: -1}", new InputNoise.Masking(0.3f, -1),
                "gaussian: 0.25", InputNoise.Gaussian.of(0.25f),
                "salt_and_pepper: 0.2", new InputNoise.SaltAndPepper(0.2f, 0, 1),
                "masking: 1", new InputNoise.Masking(1, 0),
                "blur: {sigma: 1.5}", new InputNoise.Blur(1.5f),
                "blur: 2", new InputNoise.Blur(2));
        for (Map.Entry<String, InputNoise> kind : kinds.entrySet()) {
            Recipe recipe = read(DATA + MODELS + "training: {noise: {" + kind.getKey() + "}}\n");
            assertThat(only(recipe).training().noise()).isEqualTo(kind.getValue());
            assertThat(NoiseSyntax.write(kind.getValue()).keySet())
                    .containsExactly(kind.getKey().substring(0, kind.getKey().indexOf(':')));
        }
        assertThatThrownBy(() -> read(DATA + MODELS + "training: {noise: {masking: {rate: 2}}}\n"))
                .hasMessageContaining("expected a number > 0 and <= 1, found 2");
        assertThatThrownBy(() -> read(DATA + MODELS + "training: {noise: {fog: {rate: 2}}}\n"))
                .hasMessageContaining("found 'fog'");
    }

    @Test
    void regularizersOfLayersBecomePenaltiesOfTheLoss() throws IOException {
        String models = "models: [{name: m, input: [28, 28, 1], encoder: [Flatten, Dense: {name: code, units: 8,"
                + " activity_regularizer: {L1: 0.001}, kernel_regularizer: {L1L2: {l1: 0.5, l2: 0.25}}}],"
                + " decoder: [Dense: {units: 784, bias_regularizer: l2}, Reshape: {target_shape: [28, 28, 1]}]}]\n";
        Recipe recipe = read(DATA + models);
        assertThat(only(recipe).training().loss())
                .isEqualTo(Loss.parse(
                        "mse:penalties=code/kernel l1 0.5 l2 0.25;code/activity l1 0.001;dense/bias l2 0.01"));
        assertThatThrownBy(() -> read(DATA + models.replace("{L1: 0.001}", "{L3: 0.001}")))
                .hasMessageContaining("expected a regularizer such as")
                .hasMessageContaining("'L3'");
    }

    @Test
    void sparsityAndContractionOfLayersBecomePenaltiesOfTheLoss() throws IOException {
        String models = "models: [{name: m, input: [28, 28, 1], encoder: [Flatten, Dense: {name: a, units: 8,"
                + " activation: tanh, contraction: 0.5}, Dense: {name: code, units: 8, activation: sigmoid, sparsity:"
                + " {rho: 0.1, beta: 2}, contraction: 0.25}], decoder: [Dense: {units: 784, activation: sigmoid, sparsity:"
                + " {}}, Reshape: {target_shape: [28, 28, 1]}]}]\n";
        Recipe recipe = read(DATA + models);
        assertThat(only(recipe).training().loss())
                .isEqualTo(Loss.parse("mse:penalties=a/contraction lambda 0.5;code/sparsity rho 0.1 beta 2;"
                        + "code/contraction lambda 0.25;dense/sparsity rho 0.05 beta 1"));
        assertThat(read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(recipe))))
                .isEqualTo(recipe);
        assertThatThrownBy(() -> read(DATA + models.replace("rho: 0.1", "rho: 1")))
                .hasMessageContaining("expected a number above 0 and below 1, found 1");
        assertThatThrownBy(() -> read(DATA + models.replace("beta: 2", "gamma: 2")))
                .hasMessageContaining("'gamma'");
        assertThatThrownBy(() -> read(DATA + models.replace("contraction: 0.5", "contraction: -1")))
                .hasMessageContaining("expected a number >= 0, found -1");
        assertThatThrownBy(() -> read(DATA + models.replace("sparsity: {}", "sparsity: 0.1")))
                .hasMessageContaining("expected a sparsity such as '{rho: 0.05, beta: 0.1}'");
    }

    @Test
    void layersSayWhatTheirVariablesStartFromAndWhatHoldsOfThem() throws IOException {
        String models =
                "models: [{name: m, input: [4, 3], encoder: [Bidirectional: {name: both, layer: {GRU: {units: 2,"
                        + " recurrent_initializer: {Orthogonal: {gain: 0.5}}, bias_constraint: NonNeg}}}, Dense: {name:"
                        + " code, units: 2, kernel_initializer: he_normal, kernel_constraint: {MaxNorm: {max_value: 3,"
                        + " axis: [0, 1]}}}], decoder: [RepeatVector: {n: 4}, TimeDistributed: {name: each, layer: {Dense:"
                        + " {units: 3, kernel_initializer: {Constant: {value: 0.25}}}}}, Reshape: {target_shape: [4, 3,"
                        + " 1]}, TimeDistributed: {name: deep, layer: {Bidirectional: {merge_mode: sum, layer: {GRU:"
                        + " {units: 1, return_sequences: true, kernel_constraint: NonNeg}}}}}, Reshape: {target_shape: [4,"
                        + " 3]}]}]\n";
        VariableSettings said = VariableSettings.NONE
                .withInitializer("both", "forward_recurrent_kernel", new Initializer.Orthogonal(0.5f))
                .withInitializer("both", "backward_recurrent_kernel", new Initializer.Orthogonal(0.5f))
                .withInitializer("code", "kernel", Initializer.of("HeNormal", Map.of()))
                .withInitializer("each", "kernel", new Initializer.Constant(0.25f))
                .withConstraint("both", "forward_bias", new Constraint.NonNeg())
                .withConstraint("both", "backward_bias", new Constraint.NonNeg())
                .withConstraint("code", "kernel", new Constraint.MaxNorm(3, List.of(0, 1)))
                .withConstraint("deep", "forward_kernel", new Constraint.NonNeg())
                .withConstraint("deep", "backward_kernel", new Constraint.NonNeg());
        Recipe recipe = read(DATA + models);
        assertThat(only(recipe).spec().graph().variables()).isEqualTo(said);
        Recipe again = read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(recipe)));
        assertThat(only(again).spec()).isEqualTo(only(recipe).spec());
    }

    @Test
    void whatIsWrongAboutVariablesIsShownWhereItStands() {
        String model = "models: [{name: m, input: [6], encoder: [Dense: {name: code, units: 2, SAID}],"
                + " decoder: [Dense: {units: 6}]}]\n";
        Map<String, String> mistakes = Map.of(
                "gamma_initializer: Ones",
                        "expected a setting of Dense, found 'gamma_initializer'. Here its variables are"
                                + " kernel, bias.",
                "kernel_initializer: HeNrmal", "an initializer must be one of GlorotUniform, ",
                "kernel_initializer: {HeNormal: {gain: 2}}", "HeNormal has no setting 'gain'",
                "bias_initializer: Orthogonal", "Orthogonal needs a variable with at least 2 dimensions, got bias [2]",
                "kernel_constraint: {MaxNorm: 3}", "expected settings of MaxNorm such as {axis: 0}, found 3",
                "kernel_constraint: {UnitNorm: {axis: 2}}", "UnitNorm of kernel needs axes of [6, 2], -2 to 1, got [2]",
                "kernel_constraint: []", "expected a constraint such as 'NonNeg'");
        mistakes.forEach((said, message) -> assertThatThrownBy(() -> read(DATA + model.replace("SAID", said)))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining(message)
                .hasMessageContaining(":2:"));
    }

    @Test
    void augmentationLeavesOutWhatIsNotWritten() throws IOException {
        Recipe recipe =
                read(DATA + MODELS + "training: {augmentation: {horizontal_flip: true, width_shift_range: 2}}\n");

        assertThat(only(recipe).training().augmentation())
                .isEqualTo(new Augmentation(true, 2, 0, Augmentation.FillMode.NEAREST));
    }

    @Test
    void theOrderOfSamplesIsWrittenWhereItWasChosen() throws IOException {
        Recipe blocks = read(DATA + MODELS + "training: {shuffle: blocks}\n");
        Recipe bySize = read(DATA + MODELS);

        assertThat(only(blocks).training().shuffle()).isEqualTo(Shuffle.BLOCKS);
        assertThat(RecipeWriter.write(blocks).toString()).contains("shuffle=blocks");
        assertThat(only(bySize).training().shuffle()).isEqualTo(Shuffle.BY_SIZE);
        assertThat(RecipeWriter.write(bySize).toString()).doesNotContain("shuffle");
    }

    @Test
    void robustIsTrueOrTheLargestShareToLeaveOut() throws IOException {
        Recipe tenth = read(DATA + MODELS + "training: {robust: true}\n");
        Recipe less = read(DATA + MODELS + "training: {robust: 0.05}\n");
        Recipe none = read(DATA + MODELS + "training: {robust: false}\n");

        assertThat(only(tenth).training().trimming()).isEqualTo(new Trimming(0.1));
        assertThat(only(less).training().trimming()).isEqualTo(new Trimming(0.05));
        assertThat(RecipeWriter.write(less).toString()).contains("robust=0.05");
        assertThat(only(none).training().trimming()).isEqualTo(Trimming.NONE);
        assertThat(RecipeWriter.write(none).toString()).doesNotContain("robust");
        assertThatThrownBy(() -> read(DATA + MODELS + "training: {robust: 0.7}\n"))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("true, or the largest share of samples to leave out, above 0 and at most 0.5")
                .hasMessageContaining("0.7");
    }

    /** All layers there are: both labs, the presets of the labs to come, and one of each other layer. */
    @Test
    void aWrittenRecipeReadsBackEqual() throws IOException {
        String others = """
              - name: others
                input: [4, 4, 2]
                encoder:
                  - Dropout: {rate: 0.25}
                  - LeakyReLU: {negative_slope: 0.1}
                  - Conv2DTranspose: {filters: 2, kernel_size: 3, strides: [2, 1], padding: same}
                  - Activation: {activation: tanh}
                  - Flatten
                  - Dense: {units: 3}
                decoder:
                  - BatchNormalization: {momentum: 0.9, epsilon: 0.01}
                  - Dense: {units: 32, activation: sigmoid}
                  - Reshape: {target_shape: [4, 4, 2]}
            """;
        Recipe recipe = read("title: 'All: layers'\ndata: {name: mnist, limit: 7}\nmodels:\n"
                + Presets.names().stream()
                        .map(preset -> "  - {name: " + preset + ", preset: " + preset + "}\n")
                        .reduce("", String::concat)
                + others
                + "training: {learning_rate: 0.0001, seed: 9223372036854775807, threads: 2, "
                + "schedule: {CosineDecay: {decay_steps: 9, alpha: 0.5, warmup_target: 0.01, warmup_steps: 3}}, "
                + "augmentation: {height_shift_range: 2, fill_mode: constant}}\n");

        Recipe again = read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(recipe)));

        assertThat(again).isEqualTo(recipe);
    }

    static Stream<Arguments> mistakes() {
        String start = DATA + "models:\n  - name: a\n    input: [28, 28, 1]\n";
        String end = "    decoder: [Flatten]\n";
        return Stream.of(
                argumentSet(
                        "series and data set",
                        "data: {source: a.csv, name: mnist}\n" + MODELS,
                        "bad.yaml:1:23: data.name: expected a source alone, found 'name' beside it. Remove one of the"
                                + " two."),
                argumentSet(
                        "window without a series",
                        "data: {name: mnist, window: {steps: 2}}\n" + MODELS,
                        "bad.yaml:1:21: data.window: expected 'window' beside a 'source', found none. Add 'source:"
                                + " FILE.csv', or remove 'window'."),
                argumentSet(
                        "two ways to test",
                        "data: {source: a.csv, test: b.csv, test_share: 0.1}\n" + MODELS,
                        "bad.yaml:1:48: data.test_share: expected a share of the series to test on or 'test', found"
                                + " both. Remove one of the two."),
                argumentSet(
                        "share of everything",
                        "data: {source: a.csv, test_share: 1}\n" + MODELS,
                        "bad.yaml:1:35: data.test_share: expected a number above 0 and below 1, found 1."),
                argumentSet(
                        "bounds further apart than any number",
                        "data: {source: a.csv, clip: [-1e308, 1e308]}\n" + MODELS,
                        "bad.yaml:1:29: data.clip: expected two numbers such as [-3, 3], the smaller first and less"
                                + " than 1.8e308 apart, found others."),
                argumentSet(
                        "a waist wider than a sample",
                        start + "    encoder: [Flatten, Dense: {units: 800}]\n" + end,
                        "bad.yaml:5:24: models[0].encoder[1]: expected a waist of at most 784 numbers, as many as a"
                                + " sample has, found 800: it would compress nothing. Make it narrower."),
                argumentSet(
                        "a sweep over waists wider than a sample",
                        DATA + MODELS + "outputs: {sweep: {latent_sizes: [8, 785], epochs: 1}}\n",
                        "bad.yaml:3:37: outputs.sweep.latent_sizes[1]: expected a waist of at most 784 numbers, as"
                                + " many as a sample has, found 785: it would compress nothing. Make it narrower."),
                argumentSet(
                        "empty file",
                        "",
                        "bad.yaml:1:1: expected a recipe, found an empty file. Copy labs/mnist.yaml and change it."),
                argumentSet(
                        "comments only",
                        "# nothing\n",
                        "bad.yaml:1:1: expected a recipe, found an empty file. Copy labs/mnist.yaml and change it."),
                argumentSet(
                        "plain text",
                        "hello\n",
                        "bad.yaml:1:1: expected a recipe with the keys data and models, found 'hello'."),
                argumentSet(
                        "a list",
                        "- a\n- b\n",
                        "bad.yaml:1:1: expected a recipe with the keys data and models, found a list."),
                argumentSet(
                        "a tab",
                        "data:\n\tname: mnist\n",
                        "bad.yaml:2:1: expected spaces, found a tab. YAML is indented with spaces only."),
                argumentSet(
                        "an open bracket",
                        DATA + "models: [{name: cnn\n",
                        "bad.yaml:3:1: expected YAML, found a mistake: expected ',' or '}', but got <stream end>."
                                + " Check indentation, brackets, quotes and the space after a colon."),
                argumentSet(
                        "a colon too many",
                        "title: a: b\n",
                        "bad.yaml:1:9: expected YAML, found a mistake: mapping values are not allowed here."
                                + " Check indentation, brackets, quotes and the space after a colon."),
                argumentSet(
                        "a control character",
                        "title: a\0b\n",
                        "bad.yaml:1:1: expected YAML, found a mistake: special characters are not allowed."
                                + " Check indentation, brackets, quotes and the space after a colon."),
                argumentSet(
                        "two documents",
                        DATA + MODELS + "---\n" + DATA,
                        "bad.yaml:4:1: expected one YAML document, found a second one."
                                + " Put each recipe into its own file."),
                argumentSet(
                        "a key twice",
                        DATA + DATA,
                        "bad.yaml:2:1: data: expected each key once, found 'data' again (first on line 1). Remove"
                                + " one."),
                argumentSet(
                        "an unknown schedule",
                        DATA + MODELS + "training: {schedule: CosineDecays}\n",
                        "bad.yaml:3:22: training.schedule: expected a schedule, found 'CosineDecays'."
                                + " Did you mean 'CosineDecay'?"),
                argumentSet(
                        "an unknown loss",
                        DATA + MODELS + "training: {loss: huberr}\n",
                        "bad.yaml:3:18: training.loss: expected a loss, found 'huberr'. Did you mean 'huber'?"),
                argumentSet(
                        "a negative delta",
                        DATA + MODELS + "training:\n  loss: {name: huber, delta: -1}\n",
                        "bad.yaml:4:30: training.loss.delta: expected a number > 0, found -1.0."),
                argumentSet(
                        "a delta in words",
                        DATA + MODELS + "training: {loss: {huber: {delta: wide}}}\n",
                        "bad.yaml:3:34: training.loss.huber.delta: expected a number, found 'wide'."),
                argumentSet(
                        "a setting that a loss lacks",
                        DATA + MODELS + "training: {loss: {name: mse, delta: 1}}\n",
                        "bad.yaml:3:30: training.loss.delta: expected mean_squared_error to have no settings, found"
                                + " 'delta'."),
                argumentSet(
                        "a misspelt setting of a loss",
                        DATA + MODELS + "training: {loss: {name: binary_crossentropy, label_smothing: 0.1}}\n",
                        "bad.yaml:3:46: training.loss.label_smothing: expected a setting of binary_crossentropy, found"
                                + " 'label_smothing'. Did you mean 'label_smoothing'?"),
                argumentSet(
                        "a loss without a name",
                        DATA + MODELS + "training: {loss: {}}\n",
                        "bad.yaml:3:18: training.loss: expected the key 'name', found none. Write a loss such as"
                                + " 'binary_crossentropy' or '{name: huber, delta: 0.5}'."),
                argumentSet(
                        "an unknown optimizer",
                        DATA + MODELS + "training: {optimizer: {name: adan}}\n",
                        "bad.yaml:3:30: training.optimizer.name: expected an optimizer, found 'adan'. Did you mean"
                                + " 'adam'?"),
                argumentSet(
                        "a setting that an optimizer lacks",
                        DATA + MODELS + "training: {optimizer: {name: sgd, beta_1: 0.9}}\n",
                        "bad.yaml:3:35: training.optimizer.beta_1: expected a setting of SGD, found 'beta_1'. Known:"
                                + " momentum, nesterov, learning_rate, weight_decay, clipnorm, global_clipnorm,"
                                + " clipvalue."),
                argumentSet(
                        "two ways of clipping",
                        DATA + MODELS + "training: {optimizer: {name: sgd, clipnorm: 1, clipvalue: 2}}\n",
                        "bad.yaml:3:59: training.optimizer.clipvalue: expected at most one of clipnorm,"
                                + " global_clipnorm, clipvalue, found 'clipnorm and clipvalue'."),
                argumentSet(
                        "an optimizer on one line with a mistake",
                        DATA + MODELS + "training: {optimizer: 'sgd:momentum=2'}\n",
                        "bad.yaml:3:23: training.optimizer: momentum: expected a number from 0 to 1, found 2.0."),
                argumentSet(
                        "an optimizer that stands still",
                        DATA + MODELS + "training: {optimizer: {name: sgd, learning_rate: 0}}\n",
                        "bad.yaml:3:50: training.optimizer.learning_rate: expected a number > 0, found 0.0."),
                argumentSet(
                        "a learning rate that is not a number",
                        DATA + MODELS + "training: {optimizer: {name: sgd, learning_rate: .nan}}\n",
                        "bad.yaml:3:50: training.optimizer.learning_rate: expected a number, found '.nan'."),
                argumentSet(
                        "two learning rates",
                        DATA + MODELS + "training: {learning_rate: 0.1, optimizer: {name: sgd, learning_rate: 0.2}}\n",
                        "bad.yaml:3:27: training.learning_rate: expected the learning rate once, found it beside the"
                                + " optimizer and in it. Remove one."),
                argumentSet(
                        "a warm-up without an end",
                        DATA + MODELS + "training: {schedule: {CosineDecay: {warmup_target: 0.01}}}\n",
                        "bad.yaml:3:23: training.schedule.CosineDecay: expected both warmup_target and warmup_steps or"
                                + " none, found one. Add the other, such as '{warmup_target: 0.001, warmup_steps: 500}'."),
                argumentSet(
                        "a schedule without settings that it needs",
                        DATA + MODELS + "training: {schedule: ExponentialDecay}\n",
                        "bad.yaml:3:22: training.schedule: expected the key 'decay_steps', found none."
                                + " Add it, such as 'decay_steps: 1000'."),
                argumentSet(
                        "an unknown augmentation",
                        DATA + MODELS + "training: {augmentation: {horizontalflip: true}}\n",
                        "bad.yaml:3:27: training.augmentation.horizontalflip: expected a known key, found"
                                + " 'horizontalflip'. Did you mean 'horizontal_flip'?"),
                argumentSet(
                        "an alias",
                        "title: &t x\ndata: {name: *t}\n",
                        "bad.yaml:2:14: data.name: expected a value, found the alias '*t'."
                                + " Recipes take no YAML aliases; write the value out."),
                argumentSet(
                        "deep nesting",
                        "data: " + "[".repeat(200) + "]".repeat(200) + "\n",
                        "bad.yaml:1:39: data" + "[0]".repeat(32) + ": expected at most 32 levels, found more."
                                + " Recipes are flat; see labs/mnist.yaml."),
                argumentSet(
                        "no data",
                        MODELS,
                        "bad.yaml:1:1: expected the key 'data', found none. Add it, such as 'data: {name: mnist}'."),
                argumentSet(
                        "an unknown key",
                        DATA + MODELS + "trainig: {epochs: 1}\n",
                        "bad.yaml:3:1: trainig: expected a known key, found 'trainig'. Did you mean 'training'?"),
                argumentSet(
                        "an unknown key that resembles none",
                        "data: {name: mnist, flavour: 1}\n" + MODELS,
                        "bad.yaml:1:21: data.flavour: expected a known key, found 'flavour'. This part takes name,"
                                + " folder, limit, next_steps, source, test, test_share, array, spectrogram, window, scaling, clip,"
                                + " labels, label_column, label_rule, train_on, delimiter, decimal, header,"
                                + " missing_values, time_column, time_zone, date_order, sort, columns, exclude, id_column,"
                                + " missing, max_gap, resample, lengths, images, pairs, size, fit, patches, colour,"
                                + " background, split_seed, test_labels, scale."),
                argumentSet(
                        "an unknown data set",
                        "data: {name: mnits}\n" + MODELS,
                        "bad.yaml:1:14: data.name: expected a data set, found 'mnits'. Did you mean 'mnist'?"),
                argumentSet(
                        "a limit of 0",
                        "data: {name: mnist, limit: 0}\n" + MODELS,
                        "bad.yaml:1:28: data.limit: expected a whole number from 1 to 2147483647, found 0."),
                argumentSet(
                        "a limit of a split that there is not",
                        "data: {name: mnist, limit: {train: 5}}\n" + MODELS,
                        "bad.yaml:1:29: data.limit.train: expected a known key, found 'train'."
                                + " This part takes training, test."),
                argumentSet(
                        "a limit of nothing",
                        "data: {name: mnist, limit: {}}\n" + MODELS,
                        "bad.yaml:1:28: data.limit: expected a number or {training: 8000, test: 2000}, found an empty"
                                + " mapping."),
                argumentSet(
                        "a mistake in a model's own training",
                        DATA + "models: [{name: cnn, preset: mnist-cnn, training: {epochs: 0}}]\n",
                        "bad.yaml:2:60: models[0].training.epochs: expected a whole number from 1 to 1000000, found"
                                + " 0."),
                argumentSet(
                        "a folder that can have no such name",
                        "data: {name: mnist, folder: \"a\\0b\"}\n" + MODELS,
                        "bad.yaml:1:29: data.folder: expected a folder, found 'a b'."),
                argumentSet(
                        "no models",
                        DATA + "models: []\n",
                        "bad.yaml:2:9: models: expected a list of models, found an empty list."),
                argumentSet(
                        "an unknown preset",
                        DATA + "models: [{name: cnn, preset: mnist-cn}]\n",
                        "bad.yaml:2:30: models[0].preset: expected a preset, found 'mnist-cn'."
                                + " Did you mean 'mnist-cnn'?"),
                argumentSet(
                        "layers beside a preset",
                        DATA + "models: [{name: cnn, preset: mnist-cnn, encoder: [Flatten]}]\n",
                        "bad.yaml:2:41: models[0].encoder: expected a preset alone, found 'encoder' beside it."
                                + " Remove it, or remove 'preset' and write all layers."),
                argumentSet(
                        "two models of one name",
                        DATA + "models: [{name: a, preset: mnist-cnn}, {name: a, preset: mnist-lstm}]\n",
                        "bad.yaml:2:47: models[1].name: expected a name that no other model has, found 'a' again."
                                + " Rename one."),
                argumentSet(
                        "a model's name that is no file name",
                        DATA + "models: [{name: ../up, preset: mnist-cnn}]\n",
                        "bad.yaml:2:17: models[0].name: expected a name of lower-case letters, digits, '-' and '_',"
                                + " at most 40, found '../up'."),
                argumentSet(
                        "an unknown layer",
                        start + "    encoder:\n      - Conv2d: {filters: 3}\n" + end,
                        "bad.yaml:6:9: models[0].encoder[0].Conv2d: expected a layer, found 'Conv2d'."
                                + " Did you mean 'Conv2D'?"),
                argumentSet(
                        "a layer's setting of the wrong type",
                        start + "    encoder:\n      - Conv2D: {filters: many, kernel_size: 3}\n" + end,
                        "bad.yaml:6:27: models[0].encoder[0].Conv2D.filters: expected a whole number from 1 to 65536,"
                                + " found 'many'."),
                argumentSet(
                        "a layer's setting that is missing",
                        start + "    encoder:\n      - Conv2D: {filters: 3}\n" + end,
                        "bad.yaml:6:17: models[0].encoder[0].Conv2D: expected the key 'kernel_size', found none."
                                + " Add it, such as 'kernel_size: 3'."),
                argumentSet(
                        "a layer's setting misspelt",
                        start + "    encoder:\n      - Conv2D: {filters: 3, kernelsize: 3}\n" + end,
                        "bad.yaml:6:30: models[0].encoder[0].Conv2D.kernelsize: expected a known key, found"
                                + " 'kernelsize'. Did you mean 'kernel_size'?"),
                argumentSet(
                        "settings that lost their indentation",
                        start + "    encoder:\n      - Conv2D:\n        filters: 3\n" + end,
                        "bad.yaml:6:9: models[0].encoder[0]: expected one layer, found 2 keys (Conv2D, filters)."
                                + " Start each layer with '- ' and put its settings in {braces}."),
                argumentSet(
                        "an unknown activation",
                        start + "    encoder:\n      - Dense: {units: 3, activation: rellu}\n" + end,
                        "bad.yaml:6:39: models[0].encoder[0].Dense.activation: expected an activation, found"
                                + " 'rellu'. Did you mean 'relu'?"),
                argumentSet(
                        "a kernel of three sides",
                        start + "    encoder:\n      - Conv2D: {filters: 3, kernel_size: [3, 3, 3]}\n" + end,
                        "bad.yaml:6:43: models[0].encoder[0].Conv2D.kernel_size: expected one number or"
                                + " [height, width], found a list of 3."),
                argumentSet(
                        "a rate of 1",
                        start + "    encoder:\n      - Dropout: {rate: 1}\n" + end,
                        "bad.yaml:6:25: models[0].encoder[0].Dropout.rate: expected a number >= 0 and < 1, found 1."),
                argumentSet(
                        "a rate that is no number",
                        start + "    encoder:\n      - Dropout: {rate: .nan}\n" + end,
                        "bad.yaml:6:25: models[0].encoder[0].Dropout.rate: expected a number >= 0 and < 1, found"
                                + " .nan."),
                argumentSet(
                        "two layers of one name",
                        start + "    encoder: [Flatten: {name: x}, Dense: {name: x, units: 3}]\n" + end,
                        "bad.yaml:5:49: models[0].encoder[1].Dense.name: expected a name that no other layer of the"
                                + " model has, found 'x' again. Rename one."),
                argumentSet(
                        "a layer distributed that cannot be",
                        start + "    encoder:\n      - TimeDistributed: {layer: Add}\n" + end,
                        "bad.yaml:6:34: models[0].encoder[0].TimeDistributed.layer: Layer 'time_distributed': Add"
                                + " can't be distributed over steps; put it there by itself."),
                argumentSet(
                        "a pooling layer on a sequence",
                        DATA + "models:\n  - name: a\n    input: [28, 28]\n    encoder:\n"
                                + "      - LSTM: {units: 8, return_sequences: true}\n      - MaxPooling2D\n" + end,
                        "bad.yaml:7:9: models[0].encoder[1]: Layer 'max_pooling2d' (MaxPooling2D 2x2, valid) needs an"
                                + " image [height, width, channels], got [28, 8] from 'lstm'. Put Reshape before it, or"
                                + " use layers for sequences (LSTM, TimeDistributed)."),
                argumentSet(
                        "a decoder that ends in another shape",
                        start + "    encoder: [Flatten]\n    decoder: [Dense: {units: 783}]\n",
                        "bad.yaml:6:15: models[0].decoder[0]: Model 'a' must end in the shape of its input [28, 28, 1],"
                                + " but 'dense' gives [783]. Change the decoder's last layers."),
                argumentSet(
                        "a shape too large",
                        DATA + "models:\n  - name: a\n    input: [65536, 65536, 3]\n    encoder: [Flatten]\n" + end,
                        "bad.yaml:4:12: models[0].input: A sample may hold at most 2,147,483,583 numbers,"
                                + " got [65536, 65536, 3]"),
                argumentSet(
                        "weights too many",
                        start + "    encoder:\n      - Flatten\n      - Dense: {units: 65536}\n"
                                + "      - Dense: {units: 65536}\n" + end,
                        "bad.yaml:8:9: models[0].encoder[2]: Layer 'dense_1' (Dense 65536) on [65536] from 'dense'"
                                + " needs 4,294,967,296 weights, at most 2,147,483,583 fit. Use fewer units or filters."),
                argumentSet(
                        "epochs of 0",
                        DATA + MODELS + "training:\n  epochs: 0\n",
                        "bad.yaml:4:11: training.epochs: expected a whole number from 1 to 1000000, found 0."),
                argumentSet(
                        "a batch size with a fraction",
                        DATA + MODELS + "training: {batch_size: 2.5}\n",
                        "bad.yaml:3:24: training.batch_size: expected a whole number from 1 to 1000000, found 2.5."),
                argumentSet(
                        "a seed of more than 64 bits",
                        DATA + MODELS + "training: {seed: 99999999999999999999}\n",
                        "bad.yaml:3:18: training.seed: expected a whole number of at most 64 bits,"
                                + " found 99999999999999999999."),
                argumentSet(
                        "a learning rate that is 0 in single precision",
                        DATA + MODELS + "training: {learning_rate: 1e-60}\n",
                        "bad.yaml:3:27: training.learning_rate: expected a number > 0, found 1e-60."),
                argumentSet(
                        "plots that are neither true nor false",
                        DATA + MODELS + "outputs: {plots: maybe}\n",
                        "bad.yaml:3:18: outputs.plots: expected true or false, found 'maybe'."));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsShownWhereItWasMadeInOneLine(String yaml, String message) {
        assertThatThrownBy(() -> read(yaml)).isInstanceOf(RecipeException.class).hasMessage(folder + "/" + message);
    }

    @Test
    void aFileOfMoreThanOneMegabyteIsNotRead() {
        assertThatThrownBy(() -> read("# " + "x".repeat(1 << 20)))
                .hasMessage(folder
                        + "/bad.yaml:1:1: expected a recipe of at most 1 MB, found a larger file. Is it a recipe?");
    }

    @Test
    void aFileThatIsNoTextIsNotRead() throws IOException {
        Path file = Files.write(folder.resolve("bad.yaml"), new byte[] {(byte) 0xFF, (byte) 0xD8, 0});

        assertThatThrownBy(() -> reader.read(file))
                .hasMessage(file + ":1:1: expected UTF-8 text, found other bytes. Save the recipe as UTF-8.");
    }

    @Test
    void anUnknownLabIsToldFromTheKnownOnes() {
        assertThatThrownBy(() -> reader.find("mnits"))
                .hasMessage("expected the name of a lab or a recipe file ending in .yaml, found 'mnits'."
                        + " Did you mean 'mnist'?");
    }

    @Test
    void everySettingOfATableIsWrittenAsItIsRead() throws IOException {
        Recipe recipe =
                read("data: {source: a.csv, test: b.csv, window: {steps: 50}, scaling: {method: robust, channels:"
                        + " all}, clip: [-3, 3], label_column: state, label_rule: any, train_on: {state: [ok, idle]},"
                        + " delimiter: tab, decimal: ',', header: 2, missing_values: [-999, gone], time_column: [date,"
                        + " clock], time_zone: Europe/Berlin, date_order: day_first, sort: true, columns: [p, T], exclude:"
                        + " note, id_column: unit, missing: interpolate, max_gap: 5min, resample: {every: 0.5s, how:"
                        + " median}, lengths: cut}\n" + MODELS);

        SeriesOptions options =
                Objects.requireNonNull(only(recipe).data().series()).options();
        assertThat(options.scaling())
                .isEqualTo(new SeriesOptions.Scale(Scaling.ROBUST, true, new Normalization.Clip(-3, 3)));
        assertThat(options.classes()).isEqualTo(new SeriesOptions.Classes(List.of("ok", "idle"), LabelRule.ANY));
        assertThat(options.table().syntax()).isEqualTo(new TableOptions.Syntax('\t', ',', 2, List.of("-999", "gone")));
        assertThat(options.table().roles())
                .isEqualTo(new TableOptions.Roles(
                        List.of("date", "clock"), List.of("p", "T"), List.of("note"), "state", false, "unit"));
        assertThat(options.table().times())
                .isEqualTo(new TableOptions.Times(DateOrder.DAY_FIRST, ZoneId.of("Europe/Berlin"), true));
        assertThat(options.steps())
                .isEqualTo(new SeriesOptions.Steps(
                        SeriesOptions.Missing.INTERPOLATE,
                        Duration.ofMinutes(5),
                        new SeriesOptions.Resample(Duration.ofMillis(500), SeriesOptions.Resample.How.MEDIAN),
                        new SeriesOptions.Lengths(true, 0)));
        assertThat(read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(recipe))))
                .isEqualTo(recipe);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> reader.find("no/such.yaml"))
                .hasMessage("no/such.yaml: expected a recipe file, found none. Check the path, or run one of the labs:"
                        + " mnist, cifar10, mnist-strong, cifar10-strong, sequences, sequences-reversed,"
                        + " sequences-conv1d, sequences-cnn-lstm, sequences-transformer,"
                        + " sequences-teacher-forced, sequences-composite, mnist-denoising, mnist-sparse,"
                        + " mnist-sparse-kl, mnist-contractive, mnist-vae, mnist-vae-conv, mnist-vae-plane,"
                        + " mnist-vq, mnist-unet, cifar10-unet, cifar10-residual.");
    }

    @Test
    void picturesOfAFolderAreReadWithEverySetting() throws IOException {
        String data = "data: {images: photos, size: [96, 64], fit: pad, colour: grey, background: '#ff8000', "
                + "test_share: 0.3, split_seed: 7, limit: 9}\n";
        Recipe full = read(data + MODELS);
        Recipe table = read("data: {images: a.csv, size: [2, 3], test: b.csv, labels: l.npy, test_labels: m.npy, "
                + "label_column: kind, array: x, scale: 100}\n" + MODELS);

        PictureOptions pictures = PictureOptions.defaults()
                .withSize(new Picture.Size(64, 96))
                .withFit(Fit.PAD)
                .withColour(PictureOptions.Colour.GREY)
                .withBackground(new Background(255, 128, 0));
        assertThat(only(full).data())
                .isEqualTo(new Recipe.Data(
                        "photos",
                        null,
                        9,
                        9,
                        null,
                        new Recipe.Pictures(
                                folder.resolve("photos"),
                                PictureSplitOptions.defaults()
                                        .withPictures(pictures)
                                        .withTestShare(0.3)
                                        .withSeed(7)),
                        null));
        assertThat(only(table).data().pictures())
                .isEqualTo(new Recipe.Pictures(
                        folder.resolve("a.csv"),
                        PictureSplitOptions.defaults()
                                .withTest(folder.resolve("b.csv"))
                                .withPictures(PictureOptions.defaults().withSize(new Picture.Size(3, 2)))
                                .withNumbers(new PictureSplitOptions.Numbers(
                                        folder.resolve("l.npy"), folder.resolve("m.npy"), "kind", "x", 100f))));
        for (Recipe recipe : List.of(full, table)) {
            String written = JsonWriting.text(RecipeWriter.write(recipe));
            assertThat(reader.parse(written, "bad").data()).isEqualTo(recipe.data());
        }
    }

    @Test
    void theExampleOfPicturesIsARecipe() {
        Recipe recipe = reader.read(Path.of("..", "docs", "my-pictures.yaml"));

        assertThat(only(recipe).data().name()).isEqualTo("photos");
        assertThat(only(recipe).spec().input()).isEqualTo(Shape.of(96, 64, 3));
    }

    @Test
    void aSourceThatIsAFolderWithoutTablesIsOneOfPictures() throws IOException {
        Files.createDirectories(folder.resolve("photos"));
        Files.createDirectories(folder.resolve("tables"));
        Files.writeString(folder.resolve("photos/annotations.json"), "{}"); // beside pictures, and no table of theirs
        Files.writeString(folder.resolve("tables/a.csv"), "1");

        assertThat(only(read("data: {source: photos, test_share: 0.5}\n" + MODELS))
                        .data()
                        .pictures())
                .isEqualTo(new Recipe.Pictures(
                        folder.resolve("photos"), PictureSplitOptions.defaults().withTestShare(0.5)));
        assertThat(only(read("data: {source: tables}\n" + MODELS)).data().series())
                .isNotNull();
    }

    @Test
    void patchesAndPairsAreReadAndWrittenAgain() throws IOException {
        Recipe recipe =
                read("data: {pairs: {noisy: scans, clean: originals}, patches: {size: 32, overlap: 8}}\n" + MODELS);
        Recipe.Pictures expected = new Recipe.Pictures(
                folder.resolve("originals"),
                PictureSplitOptions.defaults()
                        .withNoisy(folder.resolve("scans"))
                        .withPictures(PictureOptions.defaults().withPatches(new Patches(new Picture.Size(32, 32), 8))));
        assertThat(only(recipe).data().pictures()).isEqualTo(expected);
        assertThat(only(read(JsonMapper.shared().writeValueAsString(RecipeWriter.write(recipe))))
                        .data()
                        .pictures())
                .isEqualTo(expected);
        assertThat(Objects.requireNonNull(only(read("data: {images: p, patches: {size: [32, 16]}}\n" + MODELS))
                                .data()
                                .pictures())
                        .options()
                        .pictures()
                        .patches())
                .isEqualTo(new Patches(new Picture.Size(16, 32), 0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "images: p, fit: crop | expected 'size' beside 'fit', found none.",
                "images: p, size: [96] | expected height and width such as [96, 64], found a list of 1.",
                "images: p, size: [0, 3] | expected a whole number from 1 to 16384, found 0.",
                "images: p, fit: croop, size: [1, 1] | expected one of crop, pad, stretch, found 'croop'.",
                "images: p, patches: {size: 64, overlap: 64} | patches of 64 x 64 pixels can overlap by 0 to 63, got"
                        + " 64.",
                "images: p, patches: {size: 64}, size: [1, 1] | as large as they are or 'size', found both.",
                "images: p, pairs: {noisy: a, clean: b} | expected 'pairs' of folders or 'images', found both.",
                "pairs: {noisy: a} | expected the key 'clean', found none.",
                "images: p, colour: blue | expected one of rgb, grey, found 'blue'.",
                "images: p, background: pink | expected black, white or a colour such as '#ff8000', found 'pink'.",
                "images: p, window: {steps: 3} | expected what pictures take beside 'images', found 'window'.",
                "images: p, name: mnist | expected what pictures take beside 'images', found 'name'.",
                "images: p, source: q | expected what pictures take beside 'images', found 'source'.",
                "source: p.csv, size: [3, 3] | Write 'images: ' in place of 'source: ' for pictures",
                "name: mnist, fit: crop | expected 'fit' beside 'images', found none. Add 'images: FOLDER'",
                "images: p, test: q, test_share: 0.1 | found both. Remove one of the two.",
                "images: p, test_labels: q | expected 'test' beside 'test_labels', found none.",
                "images: p, scale: 0 | expected a number other than 0, found 0.",
            })
    void mistakesInPicturesAreShownWhereTheyStand(String data, String message) {
        assertThatThrownBy(() -> read("data: {" + data + "}\n" + MODELS))
                .isInstanceOf(RecipeException.class)
                .hasMessageStartingWith(folder.resolve("bad.yaml") + ":1:")
                .hasMessageContaining(message);
    }

    private Recipe read(String yaml) throws IOException {
        return reader.read(Files.writeString(folder.resolve("bad.yaml"), yaml));
    }
}

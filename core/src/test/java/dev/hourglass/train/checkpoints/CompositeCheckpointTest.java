package dev.hourglass.train.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SplitWindows;
import dev.hourglass.engine.Inference;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Measured;
import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.History;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import dev.hourglass.train.UnsuitableTrainingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that rebuilds windows, forwards and backwards, and predicts what follows them. */
class CompositeCheckpointTest {
    private static final Loss LOSS =
            Loss.parse("per_output:outputs=rebuilt input 1 mse;turned reversed 0.5 mae;predicted next 0.25 huber");
    private static final TrainOptions OPTIONS = TrainOptions.defaults()
            .withEpochs(3)
            .withBatchSize(6)
            .withThreads(2)
            .withLoss(LOSS);
    private static final Dataset TRAINING = windows("training", 20);
    private static final Dataset VALIDATION = windows("validation", 7);

    @TempDir
    private Path folder;

    @Test
    void aResumedCompositeTrainingEndsInTheSameBitsAndHistory() throws IOException {
        AutoencoderSpec spec = spec();
        List<TrainingState> states = new ArrayList<>();
        TrainResult whole = Trainer.train(
                TrainingState.fresh(spec, TRAINING.normalization(), OPTIONS),
                TRAINING,
                VALIDATION,
                OPTIONS,
                (moment, place, state) -> states.add(state.get()),
                event -> {});
        TrainingState inTheMidst = states.get(states.size() / 2);
        assertThat(inTheMidst.place().outputs())
                .extracting(Measured.OfOutput::output)
                .containsExactly("rebuilt", "turned", "predicted");

        ConfinedFolder files = ConfinedFolder.create(folder.resolve("checkpoints"));
        SortedMap<String, String> origin = new TreeMap<>();
        CheckpointFile.write(files, "state", new Checkpoint(origin, inTheMidst));
        TrainingState read = CheckpointFile.read(files, "state", spec, TRAINING.normalization())
                .state();
        assertThat(read.place()).isEqualTo(inTheMidst.place());
        assertThat(read.history()).isEqualTo(inTheMidst.history());
        TrainResult resumed = Trainer.train(read, TRAINING, VALIDATION, OPTIONS, TrainingWatch.INTERRUPTS, event -> {});
        assertThat(resumed.weightDigests()).isEqualTo(whole.weightDigests());
    }

    @Test
    void historyHasEachOutputAndTheirWeighedSum() {
        TrainResult result = Trainer.train(spec(), TRAINING, VALIDATION, OPTIONS, event -> {});

        for (History.Epoch epoch : result.history().epochs()) {
            for (Measured measured : List.of(epoch.training(), epoch.validation())) {
                List<Measured.OfOutput> each = measured.outputs();
                assertThat(each)
                        .extracting(Measured.OfOutput::output)
                        .containsExactly("rebuilt", "turned", "predicted");
                double sum = each.get(0).loss()
                        + 0.5 * each.get(1).loss()
                        + 0.25 * each.get(2).loss();
                assertThat(measured.loss()).isEqualTo(sum, within(1e-6));
                assertThat(each.get(0).loss()).isEqualTo(each.get(0).mse(), within(1e-6));
                assertThat(each.get(1).loss()).isEqualTo(each.get(1).mae(), within(1e-6));
                assertThat(measured.mse()).isEqualTo(each.getFirst().mse(), within(1e-12));
            }
        }
        assertThat(result.history().last().loss())
                .isLessThan(result.history().epochs().getFirst().loss());
        Measured.OfOutput predicted =
                result.history().last().validation().outputs().getLast();
        try (Inference inference = Inference.of(result.model(), 1)) {
            float[] outputs = new float[VALIDATION.size() * 4];
            inference.compute("predicted", VALIDATION::copySample, 0, VALIDATION.size(), outputs);
            double squares = 0;
            float[] next = new float[4];
            for (int i = 0; i < VALIDATION.size(); i++) {
                VALIDATION.next().orElseThrow().copy(i, next, 0);
                for (int j = 0; j < 4; j++) {
                    squares += (outputs[i * 4 + j] - next[j]) * (double) (outputs[i * 4 + j] - next[j]);
                }
            }
            assertThat(squares / outputs.length).isEqualTo(predicted.mse(), within(1e-6));
        }
    }

    @Test
    void whatDoesNotSuitIsRefusedBeforeTraining() {
        AutoencoderSpec spec = spec();
        assertRefused(
                new Loss.MeanSquaredError(),
                TRAINING,
                "Model 'composite' has the outputs rebuilt and turned and predicted, but the loss mean_squared_error is"
                        + " of one. Give each output a loss, such as '{layer: predicted, target: next, loss:"
                        + " mean_squared_error}'.");
        assertRefused(
                Loss.parse("per_output:outputs=rebuilt reversed 1 mse;turned input 0.5 mae;predicted next 0.25 huber"),
                TRAINING,
                "Output 'rebuilt' of model 'composite', whose target is the input reversed, rebuilds what the model is"
                        + " compared by, so its target must be input, found reversed; put another output first.");
        assertRefused(
                Loss.parse("per_output:outputs=rebuilt input 1 mse;turned input 0.5 mae;predicted reversed 0.25 huber"),
                TRAINING,
                "Output 'predicted' of model 'composite', whose target is the input reversed, must give the input's"
                        + " shape [6, 2], found [2, 2].");
        assertRefused(
                LOSS,
                FloatDataset.of("whole", spec.input(), new float[24]),
                "Output 'predicted' of model 'composite' is to predict what comes next, but of the training samples of"
                        + " whole that is not known. Cut their windows in two with 'next_steps: 2' under data.");
        assertRefused(
                LOSS,
                SplitWindows.of(FloatDataset.of("longer", Shape.of(9, 2), new float[36]), 3),
                "Output 'predicted' of model 'composite' predicts steps [2, 2], but what follows the training samples"
                        + " of longer are [3, 2]. Let 'next_steps' under data be 2, or change the decoder.");
    }

    private static void assertRefused(Loss loss, Dataset training, String message) {
        assertThatThrownBy(() -> Trainer.train(spec(), training, training, OPTIONS.withLoss(loss), event -> {}))
                .isInstanceOf(UnsuitableTrainingException.class)
                .hasMessage(message);
    }

    private static AutoencoderSpec spec() {
        Graph graph = new Graph(
                List.of(new Graph.Input("window", Shape.of(6, 2))),
                List.of(
                        node(new LayerSpec.Lstm("code", 5, false), "window"),
                        node(new LayerSpec.RepeatVector("repeat", 6), "code"),
                        node(new LayerSpec.Lstm("decode", 4, true), "repeat"),
                        node(new LayerSpec.Dense("rebuilt", 2, Activation.LINEAR), "decode"),
                        node(new LayerSpec.Dense("turned", 2, Activation.LINEAR), "decode"),
                        node(new LayerSpec.RepeatVector("ahead", 2), "code"),
                        node(new LayerSpec.Lstm("predict", 3, true), "ahead"),
                        node(new LayerSpec.Dense("predicted", 2, Activation.LINEAR), "predict")),
                List.of("rebuilt", "turned", "predicted"));
        return new AutoencoderSpec("composite", graph, "code");
    }

    private static Graph.Node node(LayerSpec layer, String input) {
        return new Graph.Node(layer, List.of(input));
    }

    private static Dataset windows(String name, int count) {
        RandomGenerator random = new RandomSource(5).stream(name, 0);
        float[] numbers = new float[count * 16];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextFloat();
        }
        return SplitWindows.of(FloatDataset.of(name, Shape.of(8, 2), numbers), 2);
    }
}

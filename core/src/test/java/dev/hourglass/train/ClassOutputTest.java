package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.LossMeter;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.Samples;
import dev.hourglass.engine.Target;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** An output that tells which class each of the input's numbers is, trained by the numbers of the classes. */
class ClassOutputTest {
    private static final int CLASSES = 3;
    private static final int SIZE = 4;
    private static final Loss LOSS =
            Loss.parse("per_output:outputs=values input 0.1 mean_squared_error;classes input 1.0"
                    + " sparse_categorical_crossentropy");

    @Test
    void anOutputLearnsTheClassesOfTheInputsNumbers() {
        TrainOptions options = TinyTraining.OPTIONS
                .withLoss(LOSS)
                .withOptimizer(Optimizer.parse("adam:learning_rate=0.02"))
                .withEpochs(40);
        TrainResult result = Trainer.train(spec(), data(96, CLASSES), data(24, CLASSES), options, event -> {});
        List<History.Epoch> epochs = result.history().epochs();
        double first = epochs.getFirst().validation().outputs().getLast().loss();
        double last = epochs.getLast().validation().outputs().getLast().loss();
        assertThat(first).isBetween(0.5, 1.5); // three classes by chance are 1.1
        assertThat(last).isLessThan(0.3);
    }

    @Test
    void theLossIsThatOfRowsWithASingleOne() {
        AutoencoderSpec spec = spec();
        Autoencoder model =
                new Autoencoder(spec, Parameters.initialize(spec.graph(), new RandomSource(3)), Normalization.NONE);
        FloatDataset data = data(7, CLASSES);
        Samples rows = Target.ofClasses(data::copySample, SIZE, CLASSES, null);
        Loss ofRows = Loss.parse("per_output:outputs=values input 0.1 mean_squared_error;classes input 1.0"
                + " categorical_crossentropy");
        List<Samples> inputs = List.of(data::copySample);
        List<Samples> targets = List.of(data::copySample, rows);
        try (LossMeter one = LossMeter.of(model, LOSS, 1);
                LossMeter other = LossMeter.of(model, ofRows, 2)) {
            assertThat(one.measure(inputs, targets, 0, 7).loss())
                    .isCloseTo(other.measure(inputs, targets, 0, 7).loss(), within(1e-6));
        }
    }

    @Test
    void numbersBecomeRowsAndTheIgnoredBecomeZeros() {
        Samples samples = (index, into, offset) -> System.arraycopy(new float[] {2, -1, 0}, 0, into, offset, 3);
        float[] rows = new float[10];
        Target.ofClasses(samples, 3, 3, -1).copySample(0, rows, 1);
        assertThat(rows).containsExactly(0, 0, 0, 1, 0, 0, 0, 1, 0, 0);
        assertThatThrownBy(() -> Target.ofClasses(samples, 3, 3, null).copySample(5, rows, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Sample 5 has the number -1.0 where that of a class from 0 to 2 is needed");
    }

    @Test
    void whatCanNotTellClassesIsRefusedBeforeTraining() {
        AutoencoderSpec spec = spec();
        FloatDataset data = data(5, CLASSES);
        assertThatThrownBy(() -> LossRequirements.require(spec, LOSS, data, data(5, CLASSES + 1)))
                .isInstanceOf(UnsuitableTrainingException.class)
                .hasMessageContaining("needs whole numbers >= 0 and < 3, but the validation samples of numbers have"
                        + " numbers from 0.0 to 3.0");
        assertThatThrownBy(() -> LossRequirements.requireOutputs(
                        spec,
                        Loss.parse(
                                "per_output:outputs=values input 1.0 sparse_categorical_crossentropy;classes input 1.0"
                                        + " sparse_categorical_crossentropy")))
                .isInstanceOf(UnsuitableTrainingException.class)
                .hasMessage("Output 'values' of model 'classes', whose target is the input, has the loss"
                        + " sparse_categorical_crossentropy and must give a number for each class along one axis more than"
                        + " the input [4] has, or instead of a single one, found [4].");
        assertThatThrownBy(() -> LossRequirements.requireOutputs(
                        spec,
                        Loss.parse("per_output:outputs=values input 1.0 mean_squared_error;classes next 1.0"
                                + " sparse_categorical_crossentropy")))
                .hasMessageContaining("tells the classes of the input's own numbers");
    }

    @Test
    void aMaskAndAnIgnoredClassGoOneWay() {
        assertThat(Loss.parse("sparse_categorical_crossentropy:ignore_class=-1").text())
                .isEqualTo("sparse_categorical_crossentropy:ignore_class=-1");
        assertThatThrownBy(() -> Loss.parse("sparse_categorical_crossentropy:mask_value=0"))
                .hasMessageContaining("ignore_class");
        assertThatThrownBy(() -> Loss.parse("sparse_categorical_crossentropy:ignore_class=0.5"))
                .hasMessageContaining("a whole number");
    }

    /** Dense layers down to 6 numbers; from these the numbers themselves and, for each, three shares. */
    private static AutoencoderSpec spec() {
        Graph graph = new Graph(
                List.of(new Graph.Input("input", Shape.of(SIZE))),
                List.of(
                        node(new LayerSpec.Dense("hidden", 24, Activation.TANH), "input"),
                        node(new LayerSpec.Dense("code", 6, Activation.TANH), "hidden"),
                        node(new LayerSpec.Dense("values", SIZE, Activation.LINEAR), "code"),
                        node(new LayerSpec.Dense("shares", SIZE * CLASSES, Activation.LINEAR), "code"),
                        node(new LayerSpec.Reshape("apart", Shape.of(SIZE, CLASSES)), "shares"),
                        node(new LayerSpec.ActivationLayer("classes", Activation.SOFTMAX), "apart")),
                List.of("values", "classes"));
        return new AutoencoderSpec("classes", graph, "code");
    }

    private static Graph.Node node(LayerSpec layer, String input) {
        return new Graph.Node(layer, List.of(input));
    }

    private static FloatDataset data(int count, int classes) {
        RandomGenerator random = new RandomSource(11).stream("classes", count);
        float[] numbers = new float[count * SIZE];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextInt(classes);
        }
        numbers[0] = 0;
        numbers[1] = classes - 1;
        return FloatDataset.of("numbers", Shape.of(SIZE), numbers);
    }
}

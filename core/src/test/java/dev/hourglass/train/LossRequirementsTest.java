package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LossRequirementsTest {
    private static final Loss PROBABILITIES = Loss.BinaryCrossentropy.DEFAULT;
    private static final Loss LOGITS = new Loss.BinaryCrossentropy(true, 0);
    private static final FloatDataset INSIDE = data("inside", 0, 1);

    @Test
    void crossEntropyOnDataOutsideIsRefusedBeforeTrainingWithSmallestAndLargestNumber() {
        FloatDataset outside = data("measured", -0.25f, 3.5f);
        List<TrainEvent> events = new ArrayList<>();
        for (Loss loss : List.of(PROBABILITIES, LOGITS)) {
            TrainOptions options = TinyTraining.OPTIONS.withLoss(loss);
            assertThatThrownBy(() -> Trainer.train(ending(Activation.SIGMOID), outside, INSIDE, options, events::add))
                    .isInstanceOf(UnsuitableTrainingException.class)
                    .hasMessage(
                            "The loss " + loss.text() + " needs data in [0, 1], but the training samples of measured"
                                    + " have numbers from -0.25 to 3.5 as the model sees them. Bring the data to that range, or"
                                    + " choose another loss, such as mean_squared_error.");
            assertThatThrownBy(() -> Trainer.train(ending(Activation.SIGMOID), INSIDE, outside, options, events::add))
                    .hasMessageContaining("the validation samples of measured have numbers from -0.25 to 3.5");
        }
        assertThat(events).isEmpty();
    }

    @Test
    void dataThatALossIsNotDefinedForAreRefusedWithSmallestAndLargestNumber() {
        FloatDataset outside = data("measured", -0.25f, 3.5f);
        for (String text : List.of("poisson", "mean_squared_logarithmic_error")) {
            Loss loss = Loss.parse(text);
            assertThatThrownBy(() -> LossRequirements.require(ending(Activation.SIGMOID), loss, outside, INSIDE))
                    .isInstanceOf(UnsuitableTrainingException.class)
                    .hasMessageStartingWith("The loss " + text + " needs numbers >= 0, but the training samples of"
                            + " measured have numbers from -0.25 to 3.5 as the model sees them.");
        }
        for (String text : List.of("kl_divergence", "categorical_crossentropy")) {
            Loss loss = Loss.parse(text);
            assertThatThrownBy(() -> LossRequirements.require(ending(Activation.SIGMOID), loss, INSIDE, outside))
                    .hasMessageContaining("needs data in [0, 1], but the validation samples of measured");
        }
        assertThatThrownBy(
                        () -> LossRequirements.require(ending(Activation.LINEAR), Loss.parse("mape"), INSIDE, INSIDE))
                .hasMessageContaining("needs numbers other than 0, but the training samples of inside");
        assertThatThrownBy(
                        () -> LossRequirements.require(ending(Activation.TANH), Loss.parse("poisson"), INSIDE, INSIDE))
                .hasMessageContaining("needs outputs >= 0");
        // What is masked is not looked at.
        assertThatCode(() -> LossRequirements.require(
                        ending(Activation.SIGMOID), Loss.parse("poisson:mask_value=-0.25"), outside, INSIDE))
                .doesNotThrowAnyException();
    }

    @Test
    void whatALossNeedsOfTheModelIsSaid() {
        AutoencoderSpec model = ending(Activation.SIGMOID);
        assertThatThrownBy(() -> LossRequirements.requireOutputs(model, Loss.parse("ssim")))
                .hasMessageContaining("needs images [height, width, channels] of at least 11x11 pixels");
        assertThatThrownBy(() -> LossRequirements.requireOutputs(model, Loss.parse("mse:channel_weights=1 2")))
                .hasMessageContaining("channel_weights must be 4 numbers, found 2");
        assertThatThrownBy(() -> LossRequirements.requireOutputs(model, Loss.parse("mse:penalties=sqeeze/kernel l2 1")))
                .hasMessage(
                        "Model 'small' has no layer 'sqeeze' whose kernel could be kept small; it has squeeze, rebuild.");
        assertThatThrownBy(() -> LossRequirements.requireOutputs(model, Loss.parse("mse:penalties=squeeze/gamma l2 1")))
                .hasMessageContaining("has no gamma that is trained and could be kept small; it has kernel, bias.");
    }

    @Test
    void aLossThatAMaskCannotReachIsRefused() {
        LayerSpec masking = new LayerSpec.Masking("masking", 0);
        LayerSpec first = new LayerSpec.Dense("first", 3, Activation.TANH);
        LayerSpec last = new LayerSpec.Dense("last", 3, Activation.LINEAR);
        Shape sequence = Shape.of(5, 3);
        AutoencoderSpec masked = new AutoencoderSpec("masked", sequence, List.of(masking, first), List.of(last));
        assertThatThrownBy(() -> LossRequirements.requireOutputs(masked, Loss.parse("mse:mask_value=0")))
                .isInstanceOf(UnsuitableTrainingException.class)
                .hasMessage(
                        "The output of model 'masked' is masked by layer 'masking', so the loss can't have weights or a"
                                + " mask_value of its own, or compare whole samples, and mean_squared_error:mask_value=0.0 does."
                                + " Choose one without, or end the mask with a RepeatVector.");
        assertThatThrownBy(() ->
                        LossRequirements.requireOutputs(masked, Loss.parse("mse:penalties=first/activity l1 0.1")))
                .hasMessageContaining("so activities can't be penalized. Penalize variables instead");
        AutoencoderSpec late = new AutoencoderSpec("late", sequence, List.of(first, masking), List.of(last));
        assertThatThrownBy(() -> LossRequirements.requireOutputs(late, new Loss.MeanSquaredError()))
                .hasMessageContaining("the mask must be the input's, but 'masking' reads another layer. Put it first");
    }

    @Test
    void aNumberThatIsNoneIsOutsideToo() {
        assertThatThrownBy(() -> LossRequirements.require(
                        ending(Activation.SIGMOID), PROBABILITIES, data("holes", 0.5f, Float.NaN), INSIDE))
                .hasMessageContaining("have numbers from NaN to NaN");
    }

    @Test
    void otherLossesTakeAnyData() {
        FloatDataset outside = data("measured", -0.25f, 3.5f);
        for (Loss loss : List.of(new Loss.MeanSquaredError(), Loss.Huber.DEFAULT, new Loss.LogCosh())) {
            assertThatCode(() -> LossRequirements.require(ending(Activation.LINEAR), loss, outside, outside))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void crossEntropyOfProbabilitiesNeedsOutputsThatAreSome() {
        assertThatThrownBy(() -> LossRequirements.require(ending(Activation.LINEAR), PROBABILITIES, INSIDE, INSIDE))
                .isInstanceOf(UnsuitableTrainingException.class)
                .hasMessage("The loss binary_crossentropy needs outputs in [0, 1], but model 'small' ends in layer"
                        + " 'rebuild' (Dense), whose outputs lie in (-infinity, infinity). Give it the activation"
                        + " sigmoid, or the loss from_logits: true.");
        assertThatThrownBy(() -> LossRequirements.require(ending(Activation.TANH), PROBABILITIES, INSIDE, INSIDE))
                .hasMessageContaining("whose outputs lie in [-1, 1].");
        assertThatThrownBy(() -> LossRequirements.require(ending(Activation.RELU), PROBABILITIES, INSIDE, INSIDE))
                .hasMessageContaining("whose outputs lie in [0, infinity).");
        AutoencoderSpec reshaped = new AutoencoderSpec(
                "reshaped",
                Shape.of(2, 2),
                List.of(new LayerSpec.Flatten("flat"), new LayerSpec.Dense("squeeze", 1, Activation.RELU)),
                List.of(
                        new LayerSpec.Dense("rebuild", 4, Activation.SIGMOID),
                        new LayerSpec.Reshape("reshape", Shape.of(2, 2))));
        assertThatCode(() -> LossRequirements.require(
                        reshaped, PROBABILITIES, INSIDE.reshaped(Shape.of(2, 2)), INSIDE.reshaped(Shape.of(2, 2))))
                .doesNotThrowAnyException();
        assertThatCode(() -> LossRequirements.require(ending(Activation.LINEAR), LOGITS, INSIDE, INSIDE))
                .doesNotThrowAnyException();
    }

    @Test
    void logitsFromASigmoidAreWarnedOfBeforeTrainingBegins() {
        List<TrainEvent> events = new ArrayList<>();
        TrainOptions options = TinyTraining.OPTIONS.withLoss(LOGITS).withEpochs(1);

        Trainer.train(ending(Activation.SIGMOID), INSIDE, INSIDE, options, events::add);

        assertThat(events.getFirst())
                .isEqualTo(new TrainEvent.Warned("The loss of model 'small' is computed from logits, but its last layer"
                        + " 'rebuild' gives numbers in [0, 1], which are not logits. Leave from_logits out."));
        assertThat(events.get(1)).isEqualTo(new TrainEvent.Started("small", LOGITS, 1, 1));
        assertThat(LossRequirements.warnings(ending(Activation.LINEAR), LOGITS))
                .singleElement()
                .asString()
                .startsWith(
                        "Model 'small' gives logits: its MSE, MAE and reconstructions compare these with the data.");
        assertThat(LossRequirements.warnings(ending(Activation.SIGMOID), PROBABILITIES))
                .isEmpty();
    }

    @Test
    void aSparsityNeedsActivitiesThatAreSharesAndAContractionAJacobianThatIsKnown() {
        AutoencoderSpec sigmoid = ending(Activation.SIGMOID);
        LossRequirements.requireOutputs(
                sigmoid,
                Loss.parse("mse:penalties=rebuild/sparsity rho 0.1;squeeze/contraction lambda 1;"
                        + "rebuild/contraction lambda 1"));
        assertThatThrownBy(() ->
                        LossRequirements.requireOutputs(sigmoid, Loss.parse("mse:penalties=squeeze/sparsity rho 0.1")))
                .isInstanceOf(UnsuitableTrainingException.class)
                .hasMessage("The sparsity of layer 'squeeze' of model 'small' needs outputs in [0, 1], but they lie in"
                        + " [-1, 1]. Give the layer the activation sigmoid, or an activity_regularizer L1 instead.");
        assertThatThrownBy(() -> LossRequirements.requireOutputs(
                        ending(Activation.SOFTPLUS), Loss.parse("mse:penalties=rebuild/contraction lambda 1")))
                .isInstanceOf(UnsuitableTrainingException.class)
                .hasMessage(
                        "The contraction of layer 'rebuild' of model 'small' needs a Dense layer with the activation"
                                + " sigmoid, tanh, relu, leaky_relu or linear, but it is Dense with softplus. Change it, or let"
                                + " another layer contract.");
        assertThatThrownBy(() ->
                        LossRequirements.requireOutputs(sigmoid, Loss.parse("mse:penalties=code/contraction lambda 1")))
                .hasMessageContaining("has no layer 'code' whose Jacobian could be kept small");
    }

    @Test
    void crossEntropyIsOptimisedAndSquaredErrorsAreMeasuredBesideIt() {
        TrainOptions options = TinyTraining.OPTIONS
                .withSchedule(LearningRateSchedule.CONSTANT)
                .withEpochs(200)
                .withLoss(PROBABILITIES)
                .withOptimizer(Optimizer.Adam.DEFAULT.withLearningRate(0.05f));

        History history = Trainer.train(ending(Activation.SIGMOID), INSIDE, INSIDE, options, event -> {})
                .history();

        assertThat(history.loss()).isEqualTo(PROBABILITIES);
        History.Epoch first = history.epochs().getFirst();
        assertThat(first.loss()).isBetween(0.5, 1.5).isNotEqualTo(first.mse());
        assertThat(history.last().validationLoss()).isLessThan(first.validationLoss());
        assertThat(history.last().validationMse()).isLessThan(first.validationMse() / 2);
    }

    @Test
    void anotherLossOrOptimizerCanNotGoOnFromAState() {
        TrainOptions options = TinyTraining.OPTIONS;
        TrainingState fresh = TrainingState.fresh(TinyTraining.SPEC, Normalization.NONE, options);
        List<TrainingState> states = new ArrayList<>();
        Trainer.train(
                fresh,
                TinyTraining.TRAINING,
                TinyTraining.VALIDATION,
                options,
                (moment, place, begun) -> states.add(begun.get()),
                event -> {});
        TrainingState state = states.getLast();
        TrainOptions other = options.withLoss(new Loss.LogCosh());
        assertThatThrownBy(() -> Trainer.train(
                        state,
                        TinyTraining.TRAINING,
                        TinyTraining.VALIDATION,
                        other,
                        TrainingWatch.INTERRUPTS,
                        event -> {}))
                .isInstanceOf(UnsuitableTrainingException.class)
                .hasMessageContaining("began with the loss mean_squared_error and can't go on with log_cosh");
        TrainOptions sgd = options.withOptimizer(Optimizer.Sgd.DEFAULT);
        assertThatThrownBy(() -> Trainer.train(
                        state,
                        TinyTraining.TRAINING,
                        TinyTraining.VALIDATION,
                        sgd,
                        TrainingWatch.INTERRUPTS,
                        event -> {}))
                .isInstanceOf(UnsuitableTrainingException.class)
                .hasMessageContaining("began with the optimizer adam");
        assertThat(state.forOther(sgd).optimizer().slots()).isEmpty();
        assertThat(state.forOther(options).optimizer()).isSameAs(state.optimizer());
    }

    private static AutoencoderSpec ending(Activation activation) {
        return new AutoencoderSpec(
                "small",
                Shape.of(4),
                List.of(new LayerSpec.Dense("squeeze", 2, Activation.TANH)),
                List.of(new LayerSpec.Dense("rebuild", 4, activation)));
    }

    private static FloatDataset data(String name, float least, float most) {
        float[] values = {0.5f, 0.25f, least, 0.5f, 1, most, 0, 0.75f};
        return FloatDataset.of(name, Shape.of(4), values);
    }
}

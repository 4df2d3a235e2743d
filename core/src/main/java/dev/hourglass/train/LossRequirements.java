package dev.hourglass.train;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Penalty;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Masks;
import dev.hourglass.model.OutputRange;
import dev.hourglass.model.Variable;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a loss needs of a model and its data, looked at before anything is trained. */
public final class LossRequirements {
    private LossRequirements() {}

    /**
     * A loss may need targets or outputs that are probabilities, or not negative. What augmentation makes of samples has no
     * other numbers than the samples and 0.
     *
     * @param training as the model will see it, normalized; all of it is read where the loss needs a range
     * @param validation likewise
     * @throws UnsuitableTrainingException if the loss does not suit the model's last layer or the data
     */
    public static void require(AutoencoderSpec spec, Loss loss, Dataset training, Dataset validation) {
        requireOutputs(spec, loss);
        if (loss.targets() != Loss.Domain.ANY) {
            requireTargets(loss, training, "training");
            requireTargets(loss, validation, "validation");
        }
    }

    /**
     * What {@link #require} needs of the model alone.
     *
     * @throws UnsuitableTrainingException if the loss does not suit the model's last layer
     */
    public static void requireOutputs(AutoencoderSpec spec, Loss loss) {
        OutputRange range = OutputRange.of(spec.graph());
        switch (loss.outputs()) {
            case UNIT ->
                requireRange(
                        spec,
                        loss,
                        range.isWithinUnit(),
                        "in [0, 1]",
                        "Give it the activation sigmoid"
                                + (loss instanceof Loss.KlDivergence ? "." : ", or the loss from_logits: true."));
            case AT_LEAST_ZERO ->
                requireRange(spec, loss, range.least() >= 0, ">= 0", "Give it the activation relu or sigmoid.");
            case ANY, NOT_ZERO -> {}
        }
        loss.penalties().forEach(penalty -> requirePlace(spec, penalty));
        requireDivergences(spec, loss);
        Masks masks = Masks.of(spec.graph());
        masks.ofOutput().ifPresent(masking -> requireMaskable(spec, loss, masks, masking));
        if (loss.ofOutputs() instanceof Loss.Ssim ssim) {
            requireImages(spec, ssim, range);
        }
        String misfit = loss.ofOutputs() instanceof Loss.Weighted weighted
                ? weighted.weights().misfit(spec.input())
                : null;
        if (misfit != null) {
            throw new UnsuitableTrainingException("The loss " + loss.text() + " does not fit model '" + spec.name()
                    + "' of samples " + spec.input() + ": " + misfit + ".");
        }
    }

    /** A mask that reaches the output leaves steps out of the loss. */
    private static void requireMaskable(AutoencoderSpec spec, Loss loss, Masks masks, LayerSpec.Masking masking) {
        String what = null;
        if (!masks.isOfInput(masking)) {
            what = "the mask must be the input's, but '" + masking.name() + "' reads another layer. Put it first";
        } else if (loss.ofOutputs() instanceof Loss.Weighted || loss.ofOutputs() instanceof Loss.Ssim) {
            what = "the loss can't have weights or a mask_value of its own, or compare whole samples, and "
                    + loss.text() + " does. Choose one without";
        } else if (loss.isVariational()) {
            what = "the loss must be a mean, and that of a variational model is a sum. Choose another model";
        } else if (loss.penalties().stream().anyMatch(Penalty.OfOutput.class::isInstance)) {
            what = "activities can't be penalized. Penalize variables instead";
        }
        if (what != null) {
            throw new UnsuitableTrainingException("The output of model '" + spec.name() + "' is masked by layer '"
                    + masking.name() + "', so " + what + ", or end the mask with a RepeatVector.");
        }
    }

    private static void requireRange(AutoencoderSpec spec, Loss loss, boolean holds, String needed, String wayOut) {
        if (!holds) {
            LayerSpec last = spec.outputLayer();
            throw new UnsuitableTrainingException("The loss " + loss.text() + " needs outputs " + needed
                    + ", but model '" + spec.name() + "' ends in layer '" + last.name() + "' ("
                    + KerasClass.of(last).kerasName() + "), whose outputs lie in " + OutputRange.of(spec.graph())
                    + ". " + wayOut);
        }
    }

    private static void requirePlace(AutoencoderSpec spec, Penalty penalty) {
        String what = switch (penalty) {
            case Penalty.OfVariable variable -> variable.variable();
            case Penalty.OfActivity ignored -> Penalty.ACTIVITY;
            case Penalty.Sparsity ignored -> Penalty.ACTIVITY;
            case Penalty.Contraction ignored -> "Jacobian";
            case Penalty.Divergence ignored -> Penalty.DIVERGENCE;
        };
        Optional<LayerFacts> layer = spec.facts().layers().stream()
                .filter(facts -> facts.layer().name().equals(penalty.layer()))
                .findFirst();
        if (layer.isEmpty()) {
            throw new UnsuitableTrainingException("Model '" + spec.name() + "' has no layer '" + penalty.layer()
                    + "' whose " + what + " could be kept small; it has "
                    + String.join(
                            ", ", spec.layers().stream().map(LayerSpec::name).toList()) + ".");
        }
        List<String> variables = layer.get().variables().stream()
                .filter(Variable::trainable)
                .map(Variable::name)
                .toList();
        if (penalty instanceof Penalty.OfVariable && !variables.contains(what)) {
            throw new UnsuitableTrainingException("Layer '" + penalty.layer() + "' of model '" + spec.name()
                    + "' has no " + what + " that is trained and could be kept small; it has "
                    + (variables.isEmpty() ? "none at all" : String.join(", ", variables)) + ".");
        }
        if (penalty instanceof Penalty.Sparsity sparsity) {
            requireUnitRange(spec, sparsity);
        }
        if (penalty instanceof Penalty.Contraction) {
            requireSlopes(spec, layer.get().layer());
        }
    }

    /** Means are compared with the heads of coins. */
    private static void requireUnitRange(AutoencoderSpec spec, Penalty.Sparsity sparsity) {
        for (String use : spec.graph().uses(sparsity.layer())) {
            OutputRange range = OutputRange.of(spec.graph().upTo(List.of(use)));
            if (!range.isWithinUnit()) {
                throw new UnsuitableTrainingException("The sparsity of layer '" + use + "' of model '" + spec.name()
                        + "' needs outputs in [0, 1], but they lie in " + range
                        + ". Give the layer the activation sigmoid, or an activity_regularizer L1 instead.");
            }
        }
    }

    /** What is known of a Jacobian is that of a product whose slopes are told from its values. */
    private static void requireSlopes(AutoencoderSpec spec, LayerSpec layer) {
        if (!Penalty.Contraction.suits(layer)) {
            String found = KerasClass.of(layer).kerasName()
                    + (layer instanceof LayerSpec.Dense dense
                            ? " with " + dense.activation().kerasName()
                            : "");
            throw new UnsuitableTrainingException("The contraction of layer '" + layer.name() + "' of model '"
                    + spec.name()
                    + "' needs a Dense layer with the activation sigmoid, tanh, relu, leaky_relu or linear,"
                    + " but it is " + found + ". Change it, or let another layer contract.");
        }
    }

    /** Without its divergence, nothing keeps a variance from becoming 0; one of another layer means nothing. */
    private static void requireDivergences(AutoencoderSpec spec, Loss loss) {
        List<String> sampling = spec.layers().stream()
                .filter(LayerSpec.Sampling.class::isInstance)
                .map(LayerSpec::name)
                .toList();
        List<String> measured = loss.penalties().stream()
                .filter(Penalty.Divergence.class::isInstance)
                .map(Penalty::layer)
                .toList();
        for (String layer : sampling) {
            if (!measured.contains(layer)) {
                throw new UnsuitableTrainingException("Layer '" + layer + "' of model '" + spec.name()
                        + "' samples its output, but the loss " + loss.text() + " does not say what keeps that near the"
                        + " prior. Add its divergence, such as penalties=" + layer + "/divergence beta 1.");
            }
        }
        for (String layer : measured) {
            if (!sampling.contains(layer)) {
                throw new UnsuitableTrainingException("The loss " + loss.text() + " has a divergence of layer '" + layer
                        + "' of model '" + spec.name() + "', which is no Sampling layer; "
                        + (sampling.isEmpty()
                                ? "the model has none."
                                : "those are " + String.join(", ", sampling) + "."));
            }
        }
    }

    private static void requireImages(AutoencoderSpec spec, Loss.Ssim loss, OutputRange range) {
        Shape shape = spec.input();
        int least = Loss.Ssim.WINDOW;
        if (shape.rank() != 3 || shape.dimension(0) < least || shape.dimension(1) < least) {
            throw new UnsuitableTrainingException("The loss ssim needs images [height, width, channels] of at least "
                    + least + "x" + least + " pixels, but model '" + spec.name() + "' reads samples " + shape
                    + ". Choose another loss, such as mean_squared_error.");
        }
        if (loss.dataRange() == null && !range.isBounded()) {
            throw new UnsuitableTrainingException("The loss ssim needs the range of the model's outputs, but those of"
                    + " model '" + spec.name() + "' lie in " + range + ". Say it, such as ssim:data_range=1, or end the"
                    + " model in a sigmoid.");
        }
    }

    private static void requireTargets(Loss loss, Dataset data, String part) {
        Float mask = loss.ofOutputs() instanceof Loss.Weighted weighted ? weighted.maskValue() : null;
        float[] sample = new float[data.sampleShape().size()];
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        boolean suits = true;
        for (int i = 0; i < data.size(); i++) {
            data.copySample(i, sample, 0);
            for (float number : sample) {
                if (mask != null && number == mask) {
                    continue;
                }
                // Math.min and max keep NaN.
                least = Math.min(least, number);
                most = Math.max(most, number);
                suits &= loss.targets().contains(number);
            }
        }
        if (!suits) {
            throw new UnsuitableTrainingException("The loss " + loss.text() + " needs "
                    + loss.targets().inWords() + ", but the " + part + " samples of " + data.name()
                    + " have numbers from " + least + " to " + most
                    + " as the model sees them. Bring the data to that range, or choose another loss, such as"
                    + " mean_squared_error.");
        }
    }

    /** What is allowed and still likely to be a mistake: a sentence each. */
    public static List<String> warnings(AutoencoderSpec spec, Loss loss) {
        List<String> warnings = new ArrayList<>();
        Loss own = loss.ofOutputs() instanceof Loss.Weighted weighted ? weighted.of() : loss.ofOutputs();
        boolean fromLogits = (own instanceof Loss.BinaryCrossentropy binary && binary.fromLogits())
                || (own instanceof Loss.CategoricalCrossentropy categorical && categorical.fromLogits());
        if (fromLogits) {
            LayerSpec last = spec.outputLayer();
            boolean probabilities = OutputRange.of(spec.graph()).isWithinUnit();
            warnings.add(
                    probabilities
                            ? "The loss of model '" + spec.name() + "' is computed from logits, but its last layer '"
                                    + last.name() + "' gives numbers in [0, 1], which are not logits. Leave from_logits"
                                    + " out."
                            : "Model '" + spec.name() + "' gives logits: its MSE, MAE and reconstructions compare these"
                                    + " with the data. To see probabilities, end it in a sigmoid and leave from_logits"
                                    + " out; the loss is still computed from the logits.");
        }
        return warnings;
    }
}

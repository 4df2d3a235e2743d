package dev.hourglass.train;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.engine.Penalty;
import dev.hourglass.engine.Samples;
import dev.hourglass.engine.Target;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.InputParts;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Masks;
import dev.hourglass.model.OutputRange;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
        for (Output output : Output.all(spec, loss)) {
            requireTargets(output, training, "training");
            requireTargets(output, validation, "validation");
        }
    }

    /**
     * An output and what it is compared by.
     *
     * @param loss its own, without penalties
     * @param words for a sentence that names the model
     */
    private record Output(AutoencoderSpec spec, String name, Target target, Loss loss, String words) {
        /** The only one, or each of several. */
        static List<Output> all(AutoencoderSpec spec, Loss loss) {
            String model = "model '" + spec.name() + "'";
            return loss.outputTerms().isEmpty()
                    ? List.of(new Output(spec, spec.reconstruction(), Target.INPUT, loss.ofOutputs(), model))
                    : loss.outputTerms().stream()
                            .map(term -> new Output(
                                    spec,
                                    term.output(),
                                    term.target(),
                                    term.loss(),
                                    "output '" + term.output() + "' of " + model))
                            .toList();
        }

        Shape shape() {
            return spec.facts().shapeOf(name);
        }

        OutputRange range() {
            return OutputRange.of(spec.graph(), name);
        }
    }

    /**
     * What {@link #require} needs of the model alone.
     *
     * @throws UnsuitableTrainingException if the loss does not suit the model's last layer
     */
    public static void requireOutputs(AutoencoderSpec spec, Loss loss) {
        requireTerms(spec, loss);
        for (Output output : Output.all(spec, loss)) {
            requireRange(output);
            if (output.loss() instanceof Loss.Ssim ssim) {
                requireImages(output, ssim);
            }
            String misfit = output.loss() instanceof Loss.Weighted weighted
                    ? weighted.weights().misfit(output.shape())
                    : null;
            if (misfit != null) {
                throw new UnsuitableTrainingException(
                        "The loss " + output.loss().text() + " does not fit " + output.words() + " of samples "
                                + output.shape() + ": " + misfit + ".");
            }
        }
        loss.penalties().forEach(penalty -> requirePlace(spec, penalty));
        requireDivergences(spec, loss);
        requireQuantizations(spec, loss);
        requireMasks(spec, loss);
    }

    /** Each of several outputs needs a loss, and what it is to become must have its shape. */
    private static void requireTerms(AutoencoderSpec spec, Loss loss) {
        List<String> outputs = spec.graph().outputs();
        List<String> named = loss.outputTerms().stream().map(OutputTerm::output).toList();
        if (named.isEmpty() ? spec.isComposite() : !Set.copyOf(named).equals(Set.copyOf(outputs))) {
            throw new UnsuitableTrainingException("Model '" + spec.name() + "' has the outputs "
                    + String.join(" and ", outputs) + ", but the loss "
                    + (named.isEmpty() ? loss.text() + " is of one" : "is of " + String.join(" and ", named))
                    + ". Give each output a loss, such as '{layer: " + outputs.getLast()
                    + ", target: next, loss: mean_squared_error}'.");
        }
        if (loss.ofClasses() != null) {
            throw new UnsuitableTrainingException("The loss " + loss.text()
                    + " tells the classes of the input's numbers,"
                    + " but model '" + spec.name() + "' rebuilds the numbers themselves. Give the classes an output of"
                    + " their own, such as '{layer: classes, target: input, loss: " + loss.kerasName() + "}'.");
        }
        for (OutputTerm term : loss.outputTerms()) {
            boolean isFirst = term.output().equals(spec.reconstruction());
            String misfit = isFirst && term.target() != Target.INPUT
                    ? "rebuilds what the model is compared by, so its target must be input, found "
                            + term.target().text() + "; put another output first"
                    : misfit(spec, term);
            if (misfit != null) {
                throw new UnsuitableTrainingException("Output '" + term.output() + "' of model '" + spec.name()
                        + "', whose target is " + term.target().inWords() + ", " + misfit + ".");
            }
        }
    }

    private static @Nullable String misfit(AutoencoderSpec spec, OutputTerm term) {
        if (term.loss().ofClasses() != null) {
            return classesMisfit(spec, term);
        }
        String misfit = term.target().misfit(spec.facts().shapeOf(term.output()), spec.input());
        boolean isElsewhere = misfit == null
                && term.target() == Target.PART
                && InputParts.offset(spec, term.output()).isEmpty();
        return isElsewhere
                ? "must be one of those that the first output '" + spec.reconstruction()
                        + "' lays in a row by Concatenate, after Flatten or as they are, and is none"
                : misfit;
    }

    private static @Nullable String classesMisfit(AutoencoderSpec spec, OutputTerm term) {
        Shape output = spec.facts().shapeOf(term.output());
        if (term.target() != Target.INPUT && term.target() != Target.REVERSED) {
            return "can't have the loss " + term.loss().text() + ", which tells the classes of the input's own numbers";
        }
        return Target.tellsClasses(output, spec.input())
                ? null
                : "has the loss " + term.loss().text()
                        + " and must give a number for each class along one axis more than" + " the input "
                        + spec.input() + " has, or instead of a single one, found " + output;
    }

    private static void requireRange(Output output) {
        OutputRange range = output.range();
        switch (output.loss().outputs()) {
            case UNIT ->
                requireRange(
                        output,
                        range.isWithinUnit(),
                        "in [0, 1]",
                        "Give it the activation sigmoid"
                                + (output.loss() instanceof Loss.KlDivergence
                                        ? "."
                                        : ", or the loss from_logits: true."));
            case AT_LEAST_ZERO ->
                requireRange(output, range.least() >= 0, ">= 0", "Give it the activation relu or sigmoid.");
            case ANY, NOT_ZERO, WHOLE -> {}
        }
    }

    private static void requireMasks(AutoencoderSpec spec, Loss loss) {
        Masks masks = Masks.of(spec.graph());
        if (!spec.isComposite()) {
            masks.ofOutput().ifPresent(masking -> requireMaskable(spec, loss, masks, masking));
            return;
        }
        for (String output : spec.graph().outputs()) {
            masks.ofOutput(output).ifPresent(masking -> {
                throw new UnsuitableTrainingException("Output '" + output + "' of model '" + spec.name()
                        + "' is masked by layer '" + masking.layer()
                        + "', which is not computed where there are several outputs. End the mask with a"
                        + " RepeatVector.");
            });
        }
    }

    /** A mask that reaches the output leaves steps out of the loss. */
    private static void requireMaskable(AutoencoderSpec spec, Loss loss, Masks masks, Masks.Mask masking) {
        String what = null;
        if (!masks.isOfInput(masking)) {
            what = "the mask must be the input's, but '" + masking.layer() + "' reads another layer. Put it first";
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
                    + masking.layer() + "', so " + what + ", or end the mask with a RepeatVector.");
        }
    }

    private static void requireRange(Output output, boolean holds, String needed, String wayOut) {
        if (!holds) {
            LayerSpec last = output.spec().layerOf(output.name());
            throw new UnsuitableTrainingException("The loss " + output.loss().text() + " needs outputs " + needed
                    + ", but " + output.words() + " ends in layer '" + last.name() + "' ("
                    + KerasClass.of(last).kerasName() + "), whose outputs lie in " + output.range() + ". " + wayOut);
        }
    }

    private static void requirePlace(AutoencoderSpec spec, Penalty penalty) {
        String what = switch (penalty) {
            case Penalty.OfVariable variable -> variable.variable();
            case Penalty.OfActivity ignored -> Penalty.ACTIVITY;
            case Penalty.Sparsity ignored -> Penalty.ACTIVITY;
            case Penalty.Contraction ignored -> "Jacobian";
            case Penalty.Divergence ignored -> Penalty.DIVERGENCE;
            case Penalty.Quantization ignored -> Penalty.QUANTIZATION;
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
            OutputRange range = OutputRange.of(spec.graph(), use);
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

    /** By nothing else a codebook learns; one of another layer means nothing. */
    private static void requireQuantizations(AutoencoderSpec spec, Loss loss) {
        List<String> quantizing = spec.layers().stream()
                .filter(LayerSpec.VectorQuantizer.class::isInstance)
                .map(LayerSpec::name)
                .toList();
        List<String> measured = loss.penalties().stream()
                .filter(Penalty.Quantization.class::isInstance)
                .map(Penalty::layer)
                .toList();
        for (String layer : quantizing) {
            if (!measured.contains(layer)) {
                throw new UnsuitableTrainingException("Layer '" + layer + "' of model '" + spec.name()
                        + "' has a codebook, but the loss " + loss.text() + " does not say what it learns by. Add its"
                        + " quantization, such as penalties=" + layer + "/quantization beta 0.25.");
            }
        }
        for (Graph.Node node : spec.graph().nodes()) {
            if (node.layer() instanceof LayerSpec.VectorQuantizer
                    && spec.graph().inputs().stream()
                            .anyMatch(input -> input.name().equals(node.inputs().getFirst()))) {
                throw new UnsuitableTrainingException("Layer '" + node.name() + "' of model '" + spec.name()
                        + "' quantizes the samples themselves. Put a layer before it.");
            }
        }
        for (String layer : measured) {
            if (!quantizing.contains(layer)) {
                throw new UnsuitableTrainingException("The loss " + loss.text() + " has a quantization of layer '"
                        + layer + "' of model '" + spec.name() + "', which is no VectorQuantizer layer; "
                        + (quantizing.isEmpty()
                                ? "the model has none."
                                : "those are " + String.join(", ", quantizing) + "."));
            }
        }
    }

    private static void requireImages(Output output, Loss.Ssim loss) {
        OutputRange range = output.range();
        Shape shape = output.shape();
        int least = Loss.Ssim.WINDOW;
        if (shape.rank() != 3 || shape.dimension(0) < least || shape.dimension(1) < least) {
            throw new UnsuitableTrainingException("The loss ssim needs images [height, width, channels] of at least "
                    + least + "x" + least + " pixels, but " + output.words() + " reads samples " + shape
                    + ". Choose another loss, such as mean_squared_error.");
        }
        if (loss.dataRange() == null && !range.isBounded()) {
            throw new UnsuitableTrainingException("The loss ssim needs the range of the model's outputs, but those of "
                    + output.words() + " lie in " + range + ". Say it, such as ssim:data_range=1, or end the"
                    + " model in a sigmoid.");
        }
    }

    private static void requireTargets(Output output, Dataset data, String part) {
        Samples targets = data::copySample;
        Shape shape = data.sampleShape();
        if (output.target() == Target.NEXT) {
            Dataset.Next next = data.next()
                    .orElseThrow(() -> new UnsuitableTrainingException("Output '" + output.name() + "' of model '"
                            + output.spec().name() + "' is to predict what comes next, but of the " + part
                            + " samples of " + data.name() + " that is not known. Cut their windows in two with"
                            + " 'next_steps: " + output.shape().dimension(0) + "' under data."));
            if (!next.shape().equals(output.shape())) {
                throw new UnsuitableTrainingException("Output '" + output.name() + "' of model '"
                        + output.spec().name() + "' predicts steps " + output.shape() + ", but what follows the "
                        + part + " samples of " + data.name() + " are " + next.shape()
                        + ". Let 'next_steps' under data be " + output.shape().dimension(0)
                        + ", or change the decoder.");
            }
            targets = next::copy;
            shape = next.shape();
        }
        if (output.target() == Target.PART) {
            shape = output.shape();
            targets = Target.part(
                    targets,
                    data.sampleShape().size(),
                    InputParts.offset(output.spec(), output.name()).orElseThrow(),
                    shape.size());
        }
        if (output.loss().targets() != Loss.Domain.ANY) {
            requireNumbers(output, data, targets, shape, part);
        }
    }

    private static void requireNumbers(Output output, Dataset data, Samples targets, Shape shape, String part) {
        Loss loss = output.loss();
        // The last axis of an output that tells classes has one number for each.
        int classes = loss.ofClasses() == null ? 0 : output.shape().dimension(-1);
        Float mask = loss instanceof Loss.Weighted weighted ? weighted.maskValue() : null;
        float[] sample = new float[shape.size()];
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        boolean suits = true;
        for (int i = 0; i < data.size(); i++) {
            targets.copySample(i, sample, 0);
            for (float number : sample) {
                if (mask != null && number == mask) {
                    continue;
                }
                // Math.min and max keep NaN.
                least = Math.min(least, number);
                most = Math.max(most, number);
                suits &= classes == 0 ? loss.targets().contains(number) : Target.isClass(number, classes);
            }
        }
        if (!suits) {
            throw new UnsuitableTrainingException("The loss " + loss.text() + " needs "
                    + loss.targets().inWords() + (classes == 0 ? "" : " and < " + classes) + ", but the " + part
                    + " samples of " + data.name()
                    + " have numbers from " + least + " to " + most
                    + " as the model sees them. Bring the data to that range, or choose another loss, such as"
                    + " mean_squared_error.");
        }
    }

    /** What is allowed and still likely to be a mistake: a sentence each. */
    public static List<String> warnings(AutoencoderSpec spec, Loss loss) {
        List<String> warnings = new ArrayList<>();
        for (Output output : Output.all(spec, loss)) {
            Loss own = output.loss() instanceof Loss.Weighted weighted ? weighted.of() : output.loss();
            boolean fromLogits = (own instanceof Loss.BinaryCrossentropy binary && binary.fromLogits())
                    || (own instanceof Loss.CategoricalCrossentropy categorical && categorical.fromLogits())
                    || (own instanceof Loss.SparseCategoricalCrossentropy sparse && sparse.fromLogits());
            if (fromLogits) {
                warnings.add(ofLogits(output));
            }
        }
        return warnings;
    }

    private static String ofLogits(Output output) {
        String last = output.spec().layerOf(output.name()).name();
        String words = output.words();
        return output.range().isWithinUnit()
                ? "The loss of " + words + " is computed from logits, but its last layer '" + last
                        + "' gives numbers in [0, 1], which are not logits. Leave from_logits out."
                : Character.toUpperCase(words.charAt(0)) + words.substring(1)
                        + " gives logits: its MSE, MAE and reconstructions compare these"
                        + " with the data. To see probabilities, end it in a sigmoid and leave from_logits"
                        + " out; the loss is still computed from the logits.";
    }
}

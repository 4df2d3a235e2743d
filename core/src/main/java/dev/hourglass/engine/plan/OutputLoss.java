package dev.hourglass.engine.plan;

import dev.hourglass.engine.Loss;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.OutputRange;
import java.util.ArrayList;
import java.util.List;

/**
 * What a loss is computed from: the output of layers, and what still has to be done to it to get the model's output. The
 * two differ where binary cross-entropy is to be told from the probabilities that a sigmoid makes of logits: it is told
 * from the logits, which is exact where the sigmoid rounds to 0 or 1 (so does Keras, which finds them at the tensor).
 *
 * @param layers the model's, but that the last one may lack its sigmoid
 * @param loss of what comes out of these layers
 * @param sigmoid whether the model's output is the sigmoid of that
 */
public record OutputLoss(List<LayerSpec> layers, Loss loss, boolean sigmoid) {
    public OutputLoss {
        layers = List.copyOf(layers);
    }

    /** @param penalized what is made small; penalties are of other tensors than the output */
    public static OutputLoss of(List<LayerSpec> layers, Loss penalized) {
        Loss loss = penalized.ofOutputs();
        boolean ofLast = penalized.penalties().stream()
                .anyMatch(penalty -> penalty.isOfActivity()
                        && penalty.layer().equals(layers.getLast().name()));
        if (ofLast) {
            return new OutputLoss(layers, resolved(layers, loss), false);
        }
        Loss own = loss instanceof Loss.Weighted weighted ? weighted.of() : loss;
        if (own instanceof Loss.BinaryCrossentropy binary && endsInSigmoid(layers)) {
            List<LayerSpec> logits = new ArrayList<>(layers);
            logits.set(layers.size() - 1, linear(layers.getLast()));
            Loss ofLogits = new Loss.BinaryCrossentropy(true, binary.labelSmoothing());
            return new OutputLoss(
                    logits,
                    loss instanceof Loss.Weighted weighted
                            ? new Loss.Weighted(ofLogits, weighted.weights(), weighted.maskValue())
                            : ofLogits,
                    true);
        }
        return new OutputLoss(layers, resolved(layers, loss), false);
    }

    /** With the model's range where the loss takes that. */
    private static Loss resolved(List<LayerSpec> layers, Loss loss) {
        return loss instanceof Loss.Ssim ssim && ssim.dataRange() == null
                ? new Loss.Ssim((float) OutputRange.of(layers).width())
                : loss;
    }

    /** Whether the last layer's activation is a sigmoid. A layer after it, such as a reshaping, hides that from Keras too. */
    public static boolean endsInSigmoid(List<LayerSpec> layers) {
        return !layers.getLast().equals(linear(layers.getLast()));
    }

    /** The layer without its sigmoid; others as they are. */
    private static LayerSpec linear(LayerSpec layer) {
        Activation linear = Activation.LINEAR;
        return switch (layer) {
            case LayerSpec.Conv2d l when l.activation() == Activation.SIGMOID -> l.withActivation(linear);
            case LayerSpec.Conv2dTranspose l when l.activation() == Activation.SIGMOID -> l.withActivation(linear);
            case LayerSpec.Conv1d l when l.activation() == Activation.SIGMOID -> l.withActivation(linear);
            case LayerSpec.Conv1dTranspose l when l.activation() == Activation.SIGMOID -> l.withActivation(linear);
            case LayerSpec.Conv3d l when l.activation() == Activation.SIGMOID -> l.withActivation(linear);
            case LayerSpec.Conv3dTranspose l when l.activation() == Activation.SIGMOID -> l.withActivation(linear);
            case LayerSpec.Dense l when l.activation() == Activation.SIGMOID -> l.withActivation(linear);
            case LayerSpec.ActivationLayer l
            when l.activation() == Activation.SIGMOID -> new LayerSpec.ActivationLayer(l.name(), linear);
            case LayerSpec.Convolution l -> l;
            case LayerSpec.VolumeConvolution l -> l;
            case LayerSpec.OneDimensional l -> l;
            case LayerSpec.ChannelsFirst l -> l;
            case LayerSpec.Dense l -> l;
            case LayerSpec.TimeDistributed l -> l;
            case LayerSpec.Recurrent l -> l;
            case LayerSpec.Bidirectional l -> l;
            case LayerSpec.BatchNormalization l -> l;
            case LayerSpec.Resampling l -> l;
            case LayerSpec.Rearrangement l -> l;
            case LayerSpec.Elementwise l -> l;
            case LayerSpec.PRelu l -> l;
        };
    }
}

package dev.hourglass.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Between what bounds the numbers that leave layers lie, whatever goes in and whatever the weights are.
 *
 * @param least may be infinite
 * @param most likewise
 */
public record OutputRange(double least, double most) {
    /** Any number. */
    public static final OutputRange ALL = new OutputRange(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

    private static final OutputRange UNIT = new OutputRange(0, 1);

    /** What the functions go below 0 by, rounded up. */
    private static final double SELU_LEAST = 1.7582;

    private static final double SILU_LEAST = 0.2785;
    private static final double GELU_LEAST = 0.17;
    private static final double MISH_LEAST = 0.3089;
    private static final double HARD_SILU_LEAST = 0.3751;

    /** Of what leaves the last of some layers while they are trained. */
    public static OutputRange of(List<LayerSpec> layers) {
        OutputRange range = ALL;
        for (LayerSpec layer : layers) {
            range = range.through(layer);
        }
        return range;
    }

    /** Of what leaves a graph while its layers are trained. */
    public static OutputRange of(Graph graph) {
        return of(graph, graph.onlyOutput());
    }

    /** Of one of several values that leave a graph. */
    public static OutputRange of(Graph graph, String output) {
        Map<String, OutputRange> ranges = new HashMap<>();
        Set<String> bothWays = new HashSet<>();
        graph.inputs().forEach(input -> ranges.put(input.name(), ALL));
        for (Graph.Node node : graph.nodes()) {
            List<OutputRange> inputs = node.inputs().stream()
                    .map(name -> Objects.requireNonNull(ranges.get(name)))
                    .toList();
            if (node.layer() instanceof LayerSpec.Bidirectional) {
                bothWays.add(node.name());
            }
            // What both ways make together says nothing of the states of one.
            boolean isOfOneWay = node.layer() instanceof LayerSpec.State
                    && bothWays.contains(node.inputs().getFirst());
            ranges.put(node.name(), isOfOneWay ? ALL : after(node.layer(), inputs));
        }
        return Objects.requireNonNull(ranges.get(output));
    }

    private static OutputRange after(LayerSpec layer, List<OutputRange> inputs) {
        if (layer instanceof LayerSpec.Merge merge) {
            return merged(merge, inputs);
        }
        // A state that is given may be put out again, where a step is skipped or a gate lets it pass.
        return inputs.size() > 1 ? ALL : inputs.getFirst().through(layer);
    }

    private static OutputRange merged(LayerSpec.Merge merge, List<OutputRange> all) {
        double leastOfAll = all.stream().mapToDouble(OutputRange::least).min().orElseThrow();
        double mostOfAll = all.stream().mapToDouble(OutputRange::most).max().orElseThrow();
        double leastSum = all.stream().mapToDouble(OutputRange::least).sum();
        double mostSum = all.stream().mapToDouble(OutputRange::most).sum();
        return switch (merge) {
            case LayerSpec.Add ignored -> new OutputRange(leastSum, mostSum);
            case LayerSpec.Subtract ignored ->
                new OutputRange(all.getFirst().least - all.getLast().most, all.getFirst().most - all.getLast().least);
            // The sign of a product follows from those of all its factors; of what is known within [0, 1] it stays
            // there.
            case LayerSpec.Multiply ignored -> all.stream().allMatch(OutputRange::isWithinUnit) ? UNIT : ALL;
            case LayerSpec.Average ignored -> new OutputRange(leastSum / all.size(), mostSum / all.size());
            case LayerSpec.Maximum ignored ->
                new OutputRange(
                        all.stream().mapToDouble(OutputRange::least).max().orElseThrow(), mostOfAll);
            case LayerSpec.Minimum ignored ->
                new OutputRange(
                        leastOfAll,
                        all.stream().mapToDouble(OutputRange::most).min().orElseThrow());
            case LayerSpec.Concatenate ignored -> new OutputRange(leastOfAll, mostOfAll);
            case LayerSpec.Attending ignored -> ALL;
            case LayerSpec.Dot ignored -> ALL;
            // While training, the noise has no bounds.
            case LayerSpec.Sampling ignored -> ALL;
        };
    }

    /** Whether all numbers are probabilities. */
    public boolean isWithinUnit() {
        return least >= 0 && most <= 1;
    }

    public boolean isBounded() {
        return Double.isFinite(least) && Double.isFinite(most);
    }

    /** From the least to the most. */
    public double width() {
        return most - least;
    }

    /** Such as {@code [0, 1]}, or {@code (-infinity, infinity)}. */
    @Override
    public String toString() {
        return (Double.isInfinite(least) ? "(-infinity" : "[" + Math.round(least)) + ", "
                + (Double.isInfinite(most) ? "infinity)" : Math.round(most) + "]");
    }

    private OutputRange through(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Convolution convolution -> ALL.through(convolution.activation());
            case LayerSpec.ChannelwiseConvolution convolution -> ALL.through(convolution.activation());
            case LayerSpec.VolumeConvolution convolution -> ALL.through(convolution.activation());
            case LayerSpec.ZeroPadding2d padding -> withZero();
            case LayerSpec.ZeroPadding3d padding -> withZero();
            case LayerSpec.OneDimensional one -> through(one.overRow());
            case LayerSpec.ChannelsFirst first -> through(first.layer());
            case LayerSpec.Dense dense -> ALL.through(dense.activation());
            case LayerSpec.TimeDistributed each -> through(each.layer());
            case LayerSpec.Lstm lstm -> ofGated(lstm.recurrence());
            case LayerSpec.ConvolutionalLstm lstm -> ofGated(lstm.recurrence());
            case LayerSpec.Gru gru -> {
                // A mean of states, weighted by a gate, lies between them and the 0 of the first; if the gate is a
                // weight.
                boolean isMean =
                        ALL.through(gru.recurrence().recurrentActivation()).isWithinUnit();
                yield isMean ? ALL.through(gru.recurrence().activation()).withZero() : ALL;
            }
            case LayerSpec.Bidirectional both -> {
                OutputRange one = through(both.forward());
                OutputRange other = through(both.backward());
                yield switch (both.mergeMode()) {
                    case CONCAT, AVE ->
                        new OutputRange(Math.min(one.least, other.least), Math.max(one.most, other.most));
                    case SUM -> new OutputRange(one.least + other.least, one.most + other.most);
                    case MUL -> one.times(other);
                };
            }
            case LayerSpec.State state -> state.which() == LayerSpec.State.Which.HIDDEN ? this : ALL;
            case LayerSpec.SimpleRnn rnn -> ALL.through(rnn.recurrence().activation());
            case LayerSpec.BatchNormalization norm -> ALL;
            case LayerSpec.LayerNormalization norm -> ALL;
            case LayerSpec.GroupNormalization norm -> ALL;
            case LayerSpec.RmsNormalization norm -> ALL;
            case LayerSpec.UnitNormalization norm -> new OutputRange(least >= 0 ? 0 : -1, most <= 0 ? 0 : 1);
            case LayerSpec.Resampling resampling -> this;
            case LayerSpec.Rearrangement rearrangement -> this;
            case LayerSpec.ActivationLayer activation -> through(activation.activation());
            case LayerSpec.LeakyRelu leaky -> {
                float slope = leaky.negativeSlope();
                yield new OutputRange(leakyRelu(least, slope), leakyRelu(most, slope));
            }
            case LayerSpec.Relu relu -> {
                boolean isPlain = relu.negativeSlope() == 0 && least >= 0;
                yield new OutputRange(
                        relu.negativeSlope() == 0 ? 0 : Double.NEGATIVE_INFINITY,
                        isPlain ? Math.min(most, relu.maxValue()) : relu.maxValue());
            }
            case LayerSpec.Rescaling rescaling -> {
                double one = product(least, rescaling.scale()) + rescaling.offset();
                double other = product(most, rescaling.scale()) + rescaling.offset();
                yield new OutputRange(Math.min(one, other), Math.max(one, other));
            }
            case LayerSpec.Normalization scaling -> ALL;
            case LayerSpec.Elu elu -> new OutputRange(least > 0 ? 0 : -elu.alpha(), Math.max(0, most));
            case LayerSpec.PRelu prelu -> ALL;
            case LayerSpec.Embedding table -> ALL;
            case LayerSpec.Masking masking -> withZero();
            case LayerSpec.VectorQuantizer codebook -> ALL;
            case LayerSpec.TrainingNoise noise -> ALL;
            case LayerSpec.Merge merge -> ALL;
        };
    }

    /** Of what a function gives, times a gate. */
    private static OutputRange ofGated(Recurrence recurrence) {
        return ALL.through(recurrence.recurrentActivation()).times(ALL.through(recurrence.activation()));
    }

    /** Of the products of numbers from both; 0 times infinity is 0, as both are bounds of finite numbers. */
    private OutputRange times(OutputRange other) {
        double[] products = {
            product(least, other.least), product(least, other.most),
            product(most, other.least), product(most, other.most)
        };
        return new OutputRange(
                Arrays.stream(products).min().orElseThrow(),
                Arrays.stream(products).max().orElseThrow());
    }

    private static double product(double a, double b) {
        return a == 0 || b == 0 ? 0 : a * b;
    }

    private OutputRange withZero() {
        return new OutputRange(Math.min(0, least), Math.max(0, most));
    }

    private static double leakyRelu(double bound, float slope) {
        boolean isFlat = slope == 0; // and infinity times 0 is not a number
        return bound > 0 ? bound : isFlat ? 0 : bound * slope;
    }

    private OutputRange through(Activation activation) {
        return switch (activation) {
            case LINEAR -> this;
            case RELU -> new OutputRange(Math.max(0, least), Math.max(0, most));
            case SIGMOID -> new OutputRange(0, 1);
            case TANH -> new OutputRange(Math.max(-1, least), Math.min(1, most));
            case SQUAREPLUS -> new OutputRange(0, Double.POSITIVE_INFINITY);
            case HARD_TANH -> new OutputRange(Math.clamp(least, -1, 1), Math.clamp(most, -1, 1));
            case HARD_SILU -> new OutputRange(-HARD_SILU_LEAST, Double.POSITIVE_INFINITY);
            case LOG_SIGMOID, LOG_SOFTMAX -> new OutputRange(Double.NEGATIVE_INFINITY, 0);
            case SOFTMAX, HARD_SIGMOID, HARD_SIGMOID_KERAS2 -> new OutputRange(0, 1);
            case ELU -> new OutputRange(-1, Math.max(0, most));
            case SELU -> new OutputRange(-SELU_LEAST, Double.POSITIVE_INFINITY);
            case SOFTPLUS, EXPONENTIAL -> new OutputRange(0, Double.POSITIVE_INFINITY);
            case SOFTSIGN -> new OutputRange(-1, 1);
            case SILU -> new OutputRange(-SILU_LEAST, Double.POSITIVE_INFINITY);
            case GELU -> new OutputRange(-GELU_LEAST, Double.POSITIVE_INFINITY);
            case RELU6 -> new OutputRange(0, 6);
            case MISH -> new OutputRange(-MISH_LEAST, Double.POSITIVE_INFINITY);
            case LEAKY_RELU -> new OutputRange(leakyRelu(least, 0.2f), leakyRelu(most, 0.2f));
        };
    }
}

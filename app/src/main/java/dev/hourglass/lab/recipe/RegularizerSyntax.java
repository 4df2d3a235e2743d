package dev.hourglass.lab.recipe;

import dev.hourglass.engine.Penalty;
import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.variables.Regularizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How a layer of a recipe says what keeps its numbers small: {@code kernel_regularizer}, {@code recurrent_regularizer},
 * {@code bias_regularizer} and {@code activity_regularizer}, each {@code {L1: 0.01}}, {@code {L2: 0.01}} or {@code {L1L2: {l1:
 * 0.01, l2: 0.01}}}; {@code l1} and {@code l2} alone have Keras's factor 0.01. A layer that samples has {@code beta} and
 * {@code warm_up} of its divergence, a vector quantizer {@code beta} of its commitment. Any layer takes {@code sparsity: {rho: 0.05, beta: 0.1}}, and a dense one
 * {@code contraction: 0.1}; whether it suits the layer is looked at with the loss.
 */
final class RegularizerSyntax {
    private static final List<String> SETTINGS =
            List.of("kernel_regularizer", "recurrent_regularizer", "bias_regularizer", "activity_regularizer");
    private static final String EXAMPLE = "a regularizer such as '{L2: 0.01}' or '{L1L2: {l1: 0.01, l2: 0.01}}'";
    private static final float DEFAULT = 0.01f;
    private static final String SPARSITY_EXAMPLE = "a sparsity such as '{rho: 0.05, beta: 0.1}'";
    private static final String BETA = "beta";
    private static final String RHO = "rho";
    private static final String WARM_UP = "warm_up";

    private RegularizerSyntax() {}

    /** A layer's other settings. */
    static Mapping without(KerasClass kerasClass, Mapping settings) {
        Mapping others = settings;
        for (String setting : SETTINGS) {
            others = others.without(setting);
        }
        if (kerasClass == KerasClass.SAMPLING) {
            others = others.without(BETA).without(WARM_UP);
        }
        if (kerasClass == KerasClass.VECTOR_QUANTIZER) {
            others = others.without(BETA);
        }
        return others.without(Penalty.SPARSITY).without(Penalty.CONTRACTION);
    }

    static List<Penalty> read(LayerSpec of, Mapping settings) {
        String layer = of.name();
        List<Penalty> penalties = new ArrayList<>();
        if (of instanceof LayerSpec.Sampling
                && settings.find(BETA).or(() -> settings.find(WARM_UP)).isPresent()) {
            penalties.add(
                    new Penalty.Divergence(layer, atLeastZero(settings, BETA, 1), atLeastZero(settings, WARM_UP, 0)));
        }
        if (of instanceof LayerSpec.VectorQuantizer && settings.find(BETA).isPresent()) {
            penalties.add(new Penalty.Quantization(layer, atLeastZero(settings, BETA, 0)));
        }
        for (String setting : SETTINGS) {
            settings.find(setting)
                    .ifPresent(node -> places(of, setting)
                            .forEach(place -> penalties.add(Penalty.of(layer, place, regularizer(node)))));
        }
        settings.find(Penalty.SPARSITY).ifPresent(node -> penalties.add(sparsity(layer, node)));
        settings.find(Penalty.CONTRACTION)
                .map(node -> node.asFloat("a number >= 0", lambda -> lambda >= 0))
                .ifPresent(lambda -> penalties.add(new Penalty.Contraction(layer, lambda)));
        return penalties;
    }

    private static Penalty sparsity(String layer, Node node) {
        Mapping settings = node.asMapping(SPARSITY_EXAMPLE);
        settings.allowing(RHO, BETA);
        float rho = settings.find(RHO)
                .map(value -> value.asFloat("a number above 0 and below 1", number -> number > 0 && number < 1))
                .orElse(Penalty.Sparsity.DEFAULT_RHO);
        return new Penalty.Sparsity(layer, rho, atLeastZero(settings, BETA, 1));
    }

    private static float atLeastZero(Mapping settings, String key, float otherwise) {
        return settings.find(key)
                .map(value -> value.asFloat("a number >= 0", number -> number >= 0))
                .orElse(otherwise);
    }

    private static List<String> places(LayerSpec layer, String setting) {
        String of = setting.substring(0, setting.indexOf('_'));
        boolean isOfEach = layer instanceof LayerSpec.MultiHeadAttention && !of.equals(Penalty.ACTIVITY);
        if (isOfEach) {
            return Stream.of("query", "key", "value", "output")
                    .map(each -> each + "_" + of)
                    .toList();
        }
        return List.of(of.equals("recurrent") ? "recurrent_kernel" : of);
    }

    private static Regularizer regularizer(Node node) {
        try {
            if (node instanceof Node.Scalar) {
                return byName(node, node.asText(EXAMPLE), DEFAULT);
            }
            Mapping mapping = node.asMapping(EXAMPLE);
            if (mapping.entries().size() != 1) {
                throw mapping.place().error("expected " + EXAMPLE + ", found " + mapping.found() + ".");
            }
            String name = mapping.entries().keySet().iterator().next();
            Node value = mapping.require(name, EXAMPLE);
            if (value instanceof Mapping factors) {
                factors.allowing("l1", "l2");
                return new Regularizer(factor(factors, "l1"), factor(factors, "l2"));
            }
            return byName(value, name, value.asFloat("a number > 0", factor -> factor > 0));
        } catch (IllegalArgumentException e) {
            throw node.place().error(e.getMessage() + ".", e);
        }
    }

    private static float factor(Mapping factors, String key) {
        return factors.find(key)
                .map(value -> value.asFloat("a number >= 0", factor -> factor >= 0))
                .orElse(0f);
    }

    private static Regularizer byName(Node node, String name, float factor) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "l1" -> new Regularizer(factor, 0);
            case "l2" -> new Regularizer(0, factor);
            case "l1l2", "l1_l2" -> new Regularizer(factor, factor);
            default -> throw node.place().error("expected " + EXAMPLE + ", found '" + name + "'.");
        };
    }
}

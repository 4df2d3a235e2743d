package dev.hourglass.formats.keras;

import dev.hourglass.engine.Penalty;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.variables.Regularizer;
import dev.hourglass.model.variables.Variable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What keeps weights and activities small: Keras says it of the layers ({@code kernel_regularizer}), here it is a part of
 * the loss ({@link Penalty}).
 */
final class LayerPenalties {
    private static final String SUFFIX = "_regularizer";
    /** Of Keras's L1 and L2 without a factor. */
    private static final float DEFAULT = 0.01f;

    private LayerPenalties() {}

    /**
     * @param config the node that the model was read from
     * @param warnings told of regularizers that are left out
     */
    static List<Penalty> read(Json config, ModelNode.Model model, Consumer<String> warnings) {
        List<Penalty> penalties = new ArrayList<>();
        for (VariableConfig said : VariableConfig.of(SUFFIX, config, model)) {
            boolean ofActivity = said.of().equals(Penalty.ACTIVITY);
            if (ofActivity && said.withinSteps()) {
                warnings.accept("Layer '" + Json.printable(said.layer().kerasName()) + "' has " + said.setting()
                        + " of the layer within a TimeDistributed, which Keras 3 leaves out of the loss, and so does"
                        + " Hourglass. Give it to the TimeDistributed itself to have it count.");
                continue;
            }
            if (ofActivity && said.isOfOneWay()) {
                leaveOut(said, warnings);
                continue;
            }
            List<String> places = ofActivity
                    ? List.of(said.of())
                    : said.variables().stream().map(Variable::name).toList();
            places.forEach(variable -> regularizer(said, warnings)
                    .ifPresent(found ->
                            penalties.add(Penalty.of(said.layer().spec().name(), variable, found))));
        }
        return List.copyOf(penalties);
    }

    /** {@code 'l2'}, {@code {class_name: 'L2', config: {l2: 0.1}}}; empty for none, or one that Hourglass lacks. */
    private static Optional<Regularizer> regularizer(VariableConfig said, Consumer<String> warnings) {
        String kerasClass = said.kerasClass().replace("_", "");
        Json value = said.value();
        Json config = value instanceof Json.Mapping object ? object.find("config") : null;
        boolean both = kerasClass.equalsIgnoreCase("L1L2");
        boolean asText = value instanceof Json.Text;
        float otherwise = both && !asText ? 0 : DEFAULT;
        float l1 = both || kerasClass.equalsIgnoreCase("L1") ? factor(config, "l1", otherwise) : 0;
        float l2 = both || kerasClass.equalsIgnoreCase("L2") ? factor(config, "l2", otherwise) : 0;
        boolean known = both || kerasClass.equalsIgnoreCase("L1") || kerasClass.equalsIgnoreCase("L2");
        if (known && l1 == 0 && l2 == 0) {
            return Optional.empty();
        }
        try {
            if (known) {
                return Optional.of(new Regularizer(l1, l2));
            }
        } catch (IllegalArgumentException e) {
            // Left out as one that is not known.
        }
        leaveOut(said, warnings);
        return Optional.empty();
    }

    private static void leaveOut(VariableConfig said, Consumer<String> warnings) {
        warnings.accept("Layer '" + Json.printable(said.layer().kerasName()) + "' has " + said.setting() + " "
                + said.value().excerpt()
                + ", which Hourglass leaves out when it continues training; it has L1, L2 and L1L2"
                + " of whole layers.");
    }

    /** NaN for what is no number. */
    private static float factor(@Nullable Json config, String name, float otherwise) {
        Json value = config instanceof Json.Mapping settings ? settings.find(name) : null;
        return value == null ? otherwise : value instanceof Json.Numeral ? (float) value.asNumber() : Float.NaN;
    }

    /**
     * Adds them to what the model is written as.
     *
     * @param node of the model, as {@link ConfigWriter} made it
     * @param withModule whether objects name their module, as in {@code .keras}
     */
    static void write(List<Penalty> penalties, Map<String, Object> node, boolean withModule) {
        for (Penalty penalty : penalties) {
            switch (penalty) {
                case Penalty.OfActivity of ->
                    VariableConfig.put(written(of, Penalty.ACTIVITY, of.regularizer()), node, withModule);
                case Penalty.OfVariable of ->
                    VariableConfig.put(written(of, of.variable(), of.regularizer()), node, withModule);
                // Keras's own layers have none; whoever samples is written in two halves.
                case Penalty.Divergence ignored -> {}
                case Penalty.Quantization ignored -> {}
                // Nor these.
                case Penalty.Sparsity ignored -> {}
                case Penalty.Contraction ignored -> {}
            }
        }
    }

    private static VariableConfig.Written written(Penalty penalty, String of, Regularizer regularizer) {
        Map<String, Object> factors = new LinkedHashMap<>();
        if (regularizer.l1() > 0) {
            factors.put("l1", regularizer.l1());
        }
        if (regularizer.l2() > 0) {
            factors.put("l2", regularizer.l2());
        }
        return new VariableConfig.Written(
                penalty.layer(),
                of,
                SUFFIX,
                new VariableConfig.KerasObject("keras.regularizers", regularizer.kerasClass(), factors));
    }
}

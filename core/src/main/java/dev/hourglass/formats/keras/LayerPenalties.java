package dev.hourglass.formats.keras;

import dev.hourglass.engine.Penalty;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Regularizer;
import dev.hourglass.model.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What keeps weights and activities small: Keras says it of the layers ({@code kernel_regularizer}), here it is a part of
 * the loss ({@link Penalty}). Of a layer within a layer Keras says it of the inner one.
 */
final class LayerPenalties {
    private static final String REGULARIZER = "_regularizer";
    private static final String KERNEL = "_kernel";
    /** Of Keras's L1 and L2 without a factor. */
    private static final float DEFAULT = 0.01f;

    /** Where Keras keeps the layers within a layer, and how their variables' names begin here. */
    private static final Map<String, List<String>> INNER =
            Map.of("layer", List.of("", "forward_"), "backward_layer", List.of("backward_"));

    private static final List<String> WHOLE = List.of("");

    private final Consumer<String> warnings;
    private final List<Penalty> penalties = new ArrayList<>();

    private LayerPenalties(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    /**
     * @param config the node that the model was read from
     * @param warnings told of regularizers that are left out
     */
    static List<Penalty> read(Json config, ModelNode.Model model, Consumer<String> warnings) {
        LayerPenalties found = new LayerPenalties(warnings);
        found.addModel(config, model);
        return List.copyOf(found.penalties);
    }

    private void addModel(Json node, ModelNode.Model model) {
        Map<String, Json.Mapping> byName = new HashMap<>();
        for (Json layer : layers(node)) {
            if (layer instanceof Json.Mapping mapping) {
                byName.putIfAbsent(name(mapping), mapping);
            }
        }
        for (ModelNode inner : model.nodes()) {
            Json.Mapping found = byName.get(inner.kerasName());
            if (found == null) {
                continue;
            }
            switch (inner) {
                case ModelNode.Model nested -> addModel(found, nested);
                case ModelNode.Layer layer -> {
                    if (found.find("config") instanceof Json.Mapping settings) {
                        addLayer(settings, layer, WHOLE);
                    }
                }
            }
        }
    }

    private static List<Json> layers(Json node) {
        Json config = node instanceof Json.Mapping mapping ? mapping.find("config") : null;
        Json layers = config instanceof Json.Mapping settings ? settings.find("layers") : config;
        return layers instanceof Json.Sequence all ? all.items() : List.of();
    }

    /** As {@link ConfigReader} calls a layer. */
    private static String name(Json.Mapping node) {
        Json given = node.find("config") instanceof Json.Mapping config ? config.find("name") : null;
        Json name = given == null ? node.find("class_name") : given;
        return name instanceof Json.Text text ? text.value() : "";
    }

    /** @param prefixes with which the layer's variables may begin */
    private void addLayer(Json.Mapping settings, ModelNode.Layer layer, List<String> prefixes) {
        settings.members().forEach((setting, value) -> {
            if (setting.endsWith(REGULARIZER) && !(value instanceof Json.Nothing)) {
                String of = setting.substring(0, setting.length() - REGULARIZER.length());
                boolean ofOneWay = layer.spec() instanceof LayerSpec.Bidirectional && !prefixes.equals(WHOLE);
                if (of.equals(Penalty.ACTIVITY) && ofOneWay) {
                    leaveOut(setting, value, layer);
                    return;
                }
                Optional<String> place = of.equals(Penalty.ACTIVITY)
                        ? Optional.of(of)
                        : layer.variables().stream()
                                .map(Variable::name)
                                .filter(name -> isCalled(name, of, prefixes))
                                .findFirst();
                place.ifPresent(variable -> regularizer(setting, value, layer)
                        .ifPresent(
                                found -> penalties.add(Penalty.of(layer.spec().name(), variable, found))));
            }
            if (INNER.containsKey(setting)
                    && value instanceof Json.Mapping inner
                    && inner.find("config") instanceof Json.Mapping within) {
                addLayer(within, layer, INNER.get(setting));
            }
        });
    }

    private static boolean isCalled(String variable, String of, List<String> prefixes) {
        return prefixes.stream()
                .map(prefix -> prefix + of)
                .anyMatch(name -> variable.equals(name) || variable.equals(name + KERNEL));
    }

    /** {@code 'l2'}, {@code {class_name: 'L2', config: {l2: 0.1}}}; empty for none, or one that Hourglass lacks. */
    private Optional<Regularizer> regularizer(String setting, Json value, ModelNode.Layer layer) {
        Json named = value instanceof Json.Mapping object ? object.find("class_name") : value;
        String kerasClass = named instanceof Json.Text text ? text.value().replace("_", "") : "";
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
        leaveOut(setting, value, layer);
        return Optional.empty();
    }

    private void leaveOut(String setting, Json value, ModelNode.Layer layer) {
        warnings.accept("Layer '" + Json.printable(layer.kerasName()) + "' has " + setting + " " + value.excerpt()
                + ", which Hourglass leaves out when it continues training; it has L1, L2 and L1L2 of whole layers.");
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
        if (penalties.isEmpty() || !(node.get("config") instanceof Map<?, ?> config)) {
            return;
        }
        if (config.get("layers") instanceof List<?> layers) {
            layers.forEach(layer -> write(penalties, settings(layer), withModule));
            return;
        }
        Map<String, Object> settings = settings(config);
        for (Penalty penalty : penalties) {
            if (penalty.layer().equals(settings.get("name"))) {
                switch (penalty) {
                    case Penalty.OfActivity of -> put(settings, Penalty.ACTIVITY, of.regularizer(), withModule);
                    case Penalty.OfVariable of -> putOfVariable(settings, of, withModule);
                    // Keras's own layers have none; whoever samples is written in two halves.
                    case Penalty.Divergence of -> {}
                    // Nor these.
                    case Penalty.Sparsity of -> {}
                    case Penalty.Contraction of -> {}
                }
            }
        }
    }

    private static void putOfVariable(Map<String, Object> settings, Penalty.OfVariable of, boolean withModule) {
        String variable = of.variable();
        for (Map.Entry<String, List<String>> inner : INNER.entrySet()) {
            if (!(settings.get(inner.getKey()) instanceof Map<?, ?> layer)) {
                continue;
            }
            boolean isBoth = settings.containsKey("backward_layer");
            String prefix = isBoth ? inner.getValue().getLast() : "";
            if (variable.startsWith(prefix) && (isBoth || inner.getKey().equals("layer"))) {
                // The layers within a layer are whole nodes in either format.
                put(settings(layer.get("config")), variable.substring(prefix.length()), of.regularizer(), true);
                return;
            }
        }
        put(settings, variable, of.regularizer(), withModule);
    }

    private static void put(Map<String, Object> settings, String of, Regularizer regularizer, boolean withModule) {
        Map<String, Object> factors = new LinkedHashMap<>();
        if (regularizer.l1() > 0) {
            factors.put("l1", regularizer.l1());
        }
        if (regularizer.l2() > 0) {
            factors.put("l2", regularizer.l2());
        }
        Map<String, Object> object = new LinkedHashMap<>();
        if (withModule) {
            object.put("module", "keras.regularizers");
        }
        object.put("class_name", regularizer.kerasClass());
        object.put("config", factors);
        String place = of.endsWith(KERNEL) ? of.substring(0, of.length() - KERNEL.length()) : of;
        settings.put(place + REGULARIZER, object);
    }

    /** A map that {@link ConfigWriter} made, which are all by text. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> settings(@Nullable Object written) {
        return written instanceof Map<?, ?> ? (Map<String, Object>) written : Map.of();
    }
}

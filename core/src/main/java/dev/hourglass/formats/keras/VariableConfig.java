package dev.hourglass.formats.keras;

import dev.hourglass.engine.Penalty;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.variables.Variable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A setting by which Keras says of a layer what holds for one of its variables, such as {@code kernel_regularizer} or {@code
 * recurrent_initializer}. Of a layer within a layer it stands with the inner one.
 *
 * @param setting its name
 * @param value anything but {@code null}
 * @param layer whose variable it is
 * @param prefixes with which the variable's name may begin here
 * @param withinSteps whether it is said of the layer within a TimeDistributed, not of the TimeDistributed itself
 */
record VariableConfig(String setting, Json value, ModelNode.Layer layer, List<String> prefixes, boolean withinSteps) {
    private static final List<String> WHOLE = List.of("");

    /** Where Keras keeps the layers within a layer, and how their variables' names begin here. */
    private static final Map<String, List<String>> INNER =
            Map.of("layer", List.of("", "forward_"), "backward_layer", List.of("backward_"));

    /**
     * What a configuration says of all variables, in its order.
     *
     * @param suffix of the settings, such as {@code _regularizer}
     * @param config the node that the model was read from
     */
    static List<VariableConfig> of(String suffix, Json config, ModelNode.Model model) {
        List<VariableConfig> all = new ArrayList<>();
        addModel(config, model, said -> {
            if (said.setting().endsWith(suffix)) {
                all.add(said);
            }
        });
        return all;
    }

    private static void addModel(Json node, ModelNode.Model model, Consumer<VariableConfig> found) {
        Map<String, Json.Mapping> byName = new HashMap<>();
        for (Json layer : layers(node)) {
            if (layer instanceof Json.Mapping mapping) {
                byName.putIfAbsent(name(mapping), mapping);
            }
        }
        for (ModelNode inner : model.nodes()) {
            Json.Mapping config = byName.get(inner.kerasName());
            if (config == null) {
                continue;
            }
            switch (inner) {
                case ModelNode.Model nested -> addModel(config, nested, found);
                case ModelNode.Layer layer -> {
                    if (config.find("config") instanceof Json.Mapping settings) {
                        addLayer(settings, layer, WHOLE, /* withinSteps= */ false, found);
                    }
                }
            }
        }
    }

    private static void addLayer(
            Json.Mapping settings,
            ModelNode.Layer layer,
            List<String> prefixes,
            boolean withinSteps,
            Consumer<VariableConfig> found) {
        settings.members().forEach((setting, value) -> {
            if (!(value instanceof Json.Nothing)) {
                found.accept(new VariableConfig(setting, value, layer, prefixes, withinSteps));
            }
            if (INNER.containsKey(setting)
                    && value instanceof Json.Mapping inner
                    && inner.find("config") instanceof Json.Mapping within) {
                boolean steps = withinSteps || layer.spec() instanceof LayerSpec.TimeDistributed;
                addLayer(within, layer, INNER.get(setting), steps, found);
            }
        });
    }

    private static List<Json> layers(Json node) {
        Json config = node instanceof Json.Mapping mapping ? mapping.find("config") : null;
        Json layers = config instanceof Json.Mapping settings ? settings.find("layers") : config;
        if (layers == null
                && config instanceof Json.Mapping settings
                && settings.find("layer") instanceof Json.Mapping model) {
            return List.of(model); // of a TimeDistributed
        }
        if (layers == null
                && config instanceof Json.Mapping settings
                && settings.find("cell") instanceof Json.Mapping cell) {
            Json cells = cell.find("config") instanceof Json.Mapping stacked ? stacked.find("cells") : null;
            return cells instanceof Json.Sequence all ? all.items() : List.of(cell); // of an RNN
        }
        return layers instanceof Json.Sequence all ? all.items() : List.of();
    }

    /** As {@link ConfigReader} calls a layer. */
    private static String name(Json.Mapping node) {
        Json given = node.find("config") instanceof Json.Mapping config ? config.find("name") : null;
        Json name = given == null ? node.find("class_name") : given;
        return name instanceof Json.Text text ? text.value() : "";
    }

    /** The setting without what all such settings end in: {@code kernel}, {@code recurrent}, {@code activity}. */
    String of() {
        return setting.substring(0, setting.lastIndexOf('_'));
    }

    /** Whether it is said of one way of a layer both ways. */
    boolean isOfOneWay() {
        return layer.spec() instanceof LayerSpec.Bidirectional && !prefixes.equals(WHOLE);
    }

    /** The variables of which it is said: one, but of a layer with several of a kind; none if the layer has none such. */
    List<Variable> variables() {
        LayerSpec spec = layer.spec();
        while (spec instanceof LayerSpec.TimeDistributed each) {
            spec = each.layer();
        }
        KerasClass kerasClass = KerasClass.of(spec);
        return layer.variables().stream()
                .filter(variable -> prefixes.stream()
                        .anyMatch(prefix -> variable.name().startsWith(prefix)
                                && kerasClass
                                        .settingOf(variable.name().substring(prefix.length()))
                                        .equals(of())))
                .limit(spec instanceof LayerSpec.MultiHeadAttention ? Long.MAX_VALUE : 1)
                .toList();
    }

    /** {@code 'l2'} or {@code {class_name: 'L2', …}} by its name; empty for anything else. */
    String kerasClass() {
        Json named = value instanceof Json.Mapping object ? object.find("class_name") : value;
        return named instanceof Json.Text text ? text.value() : "";
    }

    /** The object's own settings, as plain numbers, texts and lists; {@code null} where it is anything else. */
    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        if (value instanceof Json.Mapping object && object.find("config") instanceof Json.Mapping config) {
            config.members().forEach((name, each) -> {
                if (!(each instanceof Json.Nothing)) {
                    settings.put(name, plain(each));
                }
            });
        }
        return settings;
    }

    private static Object plain(Json json) {
        return switch (json) {
            case Json.Numeral number -> number.asNumber();
            case Json.Text text -> text.value();
            case Json.Sequence list ->
                list.items().stream().map(VariableConfig::plain).toList();
            case Json.Mapping ignored -> json.excerpt();
            case Json.Flag ignored -> json.excerpt();
            case Json.Nothing ignored -> json.excerpt();
        };
    }

    // --- writing ---

    /** An object of Keras's that a setting has as its value. */
    record KerasObject(String module, String kerasClass, Map<String, Object> settings) {
        Map<String, Object> node(boolean withModule) {
            Map<String, Object> node = new LinkedHashMap<>();
            if (withModule) {
                node.put("module", module);
            }
            node.put("class_name", kerasClass);
            node.put("config", settings);
            return node;
        }
    }

    /**
     * What is to be written of a variable.
     *
     * @param layer its name
     * @param variable as it is called here, or what else of the layer the setting is of
     * @param suffix of the setting, such as {@code _regularizer}
     */
    record Written(String layer, String variable, String suffix, KerasObject value) {
        Written of(String otherVariable) {
            return new Written(layer, otherVariable, suffix, value);
        }
    }

    /**
     * Adds a setting to what a model is written as, wherever in it the layer stands.
     *
     * @param node of the model, as {@link ConfigWriter} made it
     * @param withModule whether objects name their module, as in {@code .keras}
     */
    static void put(Written written, Map<String, Object> node, boolean withModule) {
        if (!(node.get("config") instanceof Map<?, ?> config)) {
            return;
        }
        if (config.get("layers") instanceof List<?> layers) {
            layers.forEach(inner -> put(written, map(inner), withModule));
            return;
        }
        if (!written.layer().equals(config.get("name"))) {
            return;
        }
        putInto(node, written, withModule);
    }

    /** Into a layer's settings, or those of the layer within it whose variable it is. */
    private static void putInto(Map<String, Object> layer, Written written, boolean withModule) {
        String variable = written.variable();
        Map<String, Object> config = map(layer.get("config"));
        for (Map.Entry<String, List<String>> inner : INNER.entrySet()) {
            if (!(config.get(inner.getKey()) instanceof Map<?, ?> within) || variable.equals(Penalty.ACTIVITY)) {
                continue;
            }
            boolean isBoth = config.containsKey("backward_layer");
            String prefix = isBoth ? inner.getValue().getLast() : "";
            if (variable.startsWith(prefix) && (isBoth || inner.getKey().equals("layer"))) {
                // The layers within a layer are whole nodes in either format.
                putInto(map(within), written.of(variable.substring(prefix.length())), true);
                return;
            }
        }
        String of = KerasClass.find(String.valueOf(layer.get("class_name")))
                .map(kerasClass -> kerasClass.settingOf(written.variable()))
                .orElse(written.variable());
        config.put(of + written.suffix(), written.value().node(withModule));
    }

    /** A map that {@link ConfigWriter} made, which are all by text. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object written) {
        return written instanceof Map<?, ?> ? (Map<String, Object>) written : Map.of();
    }
}

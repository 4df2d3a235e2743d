package dev.hourglass.formats.keras;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Gives each layer a name that Hourglass takes: letters, digits and underscores, once in the whole model. Keras and ONNX
 * take more, and Keras the same name again in a nested model.
 */
public final class LayerNames {
    /** By name that was given, the number that its next double tries. */
    private final Map<String, Integer> given = new HashMap<>();

    /** The names of values. */
    private final Set<String> values = new HashSet<>();
    /** By layer, the number of a use that was tried last. */
    private final Map<String, Integer> nextUse = new HashMap<>();

    /** The name with an underscore for whatever is no letter or digit; never empty. */
    public static String plain(String kerasName) {
        String plain = kerasName.replaceAll("[^A-Za-z0-9_]", "_");
        return plain.isEmpty() ? "_" : plain;
    }

    /**
     * @param model whose layer it is; put in front where the name is taken
     * @return a name that was not given before
     */
    public String unique(String kerasName, String model) {
        String name = plain(kerasName);
        if (given.putIfAbsent(name, 1) == null) {
            return name;
        }
        String qualified = plain(model + "_" + kerasName);
        String free = qualified;
        while (given.putIfAbsent(free, 1) != null) {
            free = qualified + "_" + given.merge(qualified, 1, Integer::sum);
        }
        return free;
    }

    /**
     * What a layer gives at one of its places: its own name at the first, {@code NAME_use2} at the second.
     *
     * @param layer a name that was given
     * @param use which place it is, from 0
     */
    String value(String layer, int use) {
        if (use == 0 && values.add(layer)) {
            return layer;
        }
        String value = layer + "_use" + (use + 1);
        while (given.containsKey(value) || !values.add(value)) {
            value = layer + "_use" + nextUse.merge(layer, use + 2, (next, ignored) -> next + 1);
        }
        given.put(value, 1);
        return value;
    }
}

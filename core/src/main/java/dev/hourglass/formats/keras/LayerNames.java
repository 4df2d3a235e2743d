package dev.hourglass.formats.keras;

import java.util.HashMap;
import java.util.Map;

/**
 * Gives each layer a name that Hourglass takes: letters, digits and underscores, once in the whole model. Keras and ONNX
 * take more, and Keras the same name again in a nested model.
 */
public final class LayerNames {
    /** By name that was given, the number that its next double tries. */
    private final Map<String, Integer> given = new HashMap<>();

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
}

package dev.hourglass.lab.run;

import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeWriter;
import java.lang.reflect.Array;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Everything that a run's weights depend on, one setting per entry, such as {@code training.learning_rate} and {@code
 * 0.001}.
 */
public final class RunSettings {
    /** Any number of threads gives the same weights, and data is identified by its digest, wherever it lies. */
    private static final Pattern WITHOUT_EFFECT = Pattern.compile("(.*\\.)?(training\\.threads|data\\.folder)");

    private RunSettings() {}

    /** @param digests of the data that is used */
    public static SortedMap<String, String> of(Recipe recipe, List<RunRecord.Digests> digests) {
        SortedMap<String, String> settings = new TreeMap<>();
        flatten("", RecipeWriter.write(recipe), settings);
        settings.keySet().removeIf(key -> WITHOUT_EFFECT.matcher(key).matches());
        for (int i = 0; i < digests.size(); i++) {
            String data = "data" + (digests.size() == 1 ? "" : "[" + i + "]");
            settings.put(data + ".trainingSha256", digests.get(i).trainingSha256());
            settings.put(data + ".testSha256", digests.get(i).testSha256());
        }
        settings.put("hourglass", Provenance.version());
        return settings;
    }

    private static void flatten(String path, Object value, Map<String, String> into) {
        switch (value) {
            case Map<?, ?> map ->
                map.forEach((key, entry) -> flatten(path.isEmpty() ? "" + key : path + "." + key, entry, into));
            case Collection<?> list -> {
                int index = 0;
                for (Object item : list) {
                    flatten(path + "[" + index++ + "]", item, into);
                }
            }
            default -> {
                if (value.getClass().isArray()) {
                    for (int i = 0; i < Array.getLength(value); i++) {
                        flatten(path + "[" + i + "]", Array.get(value, i), into);
                    }
                } else {
                    into.put(path, value.toString());
                }
            }
        }
    }
}

package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one layer, read with nothing overlooked: each is used, or must have the only value that Hourglass
 * computes, or is known to have no say in what comes out. {@link #requireNoMore} refuses the rest, so that a setting
 * never heard of is not silently computed wrong.
 */
final class LayerSettings {
    /** What a layer of any class may have. */
    private static final List<String> OF_NO_SAY =
            List.of("name", "trainable", "dtype", "batch_input_shape", "batch_shape");

    private final String kerasClass;
    private final String layer;
    private final Json.Mapping config;
    private final Consumer<String> warnings;
    private final Set<String> seen = new HashSet<>();

    /** @param warnings told of what is left out without changing the model's output */
    LayerSettings(String kerasClass, String layer, Json.Mapping config, Consumer<String> warnings) {
        this.kerasClass = kerasClass;
        this.layer = layer;
        this.config = config;
        this.warnings = warnings;
        requireFloat32();
    }

    Json.Mapping config() {
        return config;
    }

    /** The settings of a layer within this one. */
    LayerSettings within(String innerClass, String innerLayer, Json.Mapping innerConfig) {
        return new LayerSettings(innerClass, innerLayer, innerConfig, warnings);
    }

    /** The setting, or null where it is absent or {@code null}. */
    @Nullable
    Json find(String setting) {
        seen.add(setting);
        return config.find(setting);
    }

    Json get(String setting) {
        seen.add(setting);
        return config.get(setting);
    }

    int whole(String setting) {
        return get(setting).asWhole();
    }

    boolean flag(String setting, boolean otherwise) {
        Json value = find(setting);
        return value == null ? otherwise : value.asFlag();
    }

    float number(String setting, float otherwise) {
        Json value = find(setting);
        return value == null ? otherwise : (float) value.asNumber();
    }

    /** One number for both, or a list of two; null where it is absent. */
    @Nullable
    Size2 size(String setting) {
        Json value = find(setting);
        if (value == null) {
            return null;
        }
        if (value instanceof Json.Numeral) {
            return Size2.square(value.asWhole());
        }
        List<Json> both = value.asSequence().items();
        if (both.size() != 2) {
            throw value.place().corrupt("a height and a width", value.excerpt());
        }
        return new Size2(both.get(0).asWhole(), both.get(1).asWhole());
    }

    Size2 size(String setting, Size2 otherwise) {
        Size2 size = size(setting);
        return size == null ? otherwise : size;
    }

    Size2 requiredSize(String setting) {
        Size2 size = size(setting);
        if (size == null) {
            throw config.place().corrupt("a setting '" + setting + "'", "none");
        }
        return size;
    }

    Padding padding() {
        Json value = find("padding");
        return switch (value == null ? "valid" : value.asText()) {
            case "valid" -> Padding.VALID;
            case "same" -> Padding.SAME;
            default -> throw lacks("padding", "'valid' and 'same'");
        };
    }

    /** @param otherwise where it is absent; {@code null} is Keras's linear */
    Activation activation(Activation otherwise) {
        return activation("activation", otherwise);
    }

    Activation activation(String setting, Activation otherwise) {
        seen.add(setting);
        Json value = config.members().get(setting);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Json.Nothing) {
            return Activation.LINEAR;
        }
        if (value instanceof Json.Text name) {
            for (Activation activation : Activation.values()) {
                if (activation.name().toLowerCase(Locale.ROOT).equals(name.value())) {
                    return activation;
                }
            }
        }
        throw lacks(setting, "'linear', 'relu', 'sigmoid' and 'tanh'");
    }

    /** The setting must have this value, or be absent or {@code null}. */
    void only(String setting, String supported) {
        Json value = find(setting);
        if (value != null && !value.excerpt().equals(supported)) {
            throw lacks(setting, supported);
        }
    }

    /** One number or a list of two, all 1. */
    void onlyOne(String setting) {
        Json value = find(setting);
        if (value != null && !Size2.square(1).equals(size(setting))) {
            throw lacks(setting, "1");
        }
    }

    /** Whatever these are, the output is the same. */
    void ignore(String... settings) {
        seen.addAll(List.of(settings));
    }

    /** Of each variable: how it started doesn't matter any more; what holds it back would, but only in training. */
    void ignoreTrainingOf(String... variables) {
        for (String variable : variables) {
            ignore(variable + "_initializer");
            warnOf(variable + "_regularizer");
            warnOf(variable + "_constraint");
        }
        warnOf("activity_regularizer");
    }

    /** Changes nothing but training, which goes without it; said if it has another value. */
    void leaveOutOfTraining(String setting, String none) {
        Json value = find(setting);
        if (value != null && !value.excerpt().equals(none) && !value.excerpt().equals(none + ".0")) {
            warnOf(setting);
        }
    }

    private void warnOf(String setting) {
        Json value = find(setting);
        if (value != null) {
            warnings.accept("Layer '" + layer + "' has " + setting + " " + value.excerpt()
                    + ", which Hourglass leaves out when it continues training.");
        }
    }

    /**
     * @throws UnsupportedModelException if there is a setting that nobody asked for, and it is more than absent,
     *     {@code null} or {@code false}
     */
    void requireNoMore() {
        config.members().forEach((setting, value) -> {
            boolean off = value instanceof Json.Nothing || value.excerpt().equals("false");
            if (!off && !seen.contains(setting) && !OF_NO_SAY.contains(setting)) {
                throw lacks(setting, "layers without it");
            }
        });
    }

    UnsupportedModelException lacks(String setting, String supported) {
        Json value = config.find(setting);
        return new UnsupportedModelException(config.place().document().file() + ": layer '" + layer + "' (" + kerasClass
                + ") has " + Json.printable(setting) + " " + (value == null ? "null" : value.excerpt())
                + "; Hourglass supports " + supported + ". Change the layer in Keras, train and save again.");
    }

    private void requireFloat32() {
        Json dtype = config.find("dtype");
        if (dtype instanceof Json.Mapping policy) {
            dtype = policy.get("config").asMapping().get("name");
        }
        if (dtype != null && !dtype.asText().equals("float32")) {
            throw lacks("dtype", "'float32'");
        }
    }
}

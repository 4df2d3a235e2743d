package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings of one layer, read with nothing overlooked: each is used, or must have the only value that Hourglass
 * computes, or is known to have no say in what comes out. {@link #requireNoMore} refuses the rest, so that a setting
 * never heard of is not silently computed wrong.
 */
final class LayerSettings {
    /** What a layer of any class may have; what keeps activities small is read by {@link LayerPenalties}. */
    private static final List<String> OF_NO_SAY = List.of(
            "name",
            "trainable",
            "dtype",
            "batch_input_shape",
            "batch_shape",
            "input_dim",
            "input_length",
            "activity_regularizer");

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

    /** Whether it is there and {@code null}. */
    boolean isNull(String setting) {
        seen.add(setting);
        return config.members().get(setting) instanceof Json.Nothing;
    }

    int whole(String setting) {
        return get(setting).asWhole();
    }

    int whole(String setting, int otherwise) {
        Json value = find(setting);
        return value == null ? otherwise : value.asWhole();
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

    /** A whole number, or a list of one. */
    int length(String setting, int otherwise) {
        Json value = find(setting);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Json.Sequence list && list.items().size() == 1) {
            return list.items().getFirst().asWhole();
        }
        return value.asWhole();
    }

    int requiredLength(String setting) {
        get(setting);
        return length(setting, 0);
    }

    /** One number for all, or a list of three. */
    Size3 volume(String setting, @Nullable Size3 otherwise) {
        Json value = otherwise == null ? get(setting) : find(setting);
        if (value == null && otherwise != null) {
            return otherwise;
        }
        if (value instanceof Json.Numeral) {
            return Size3.cube(value.asWhole());
        }
        List<Json> all = get(setting).asSequence().items();
        if (all.size() != 3) {
            throw get(setting)
                    .place()
                    .corrupt("a depth, a height and a width", get(setting).excerpt());
        }
        return new Size3(all.get(0).asWhole(), all.get(1).asWhole(), all.get(2).asWhole());
    }

    /** One number for all sides, or one for each axis, or a list of two for each axis: {@code [[top, bottom], …]}. */
    int[] sides(String setting, int axes, int otherwise) {
        Json value = find(setting);
        int[] sides = new int[2 * axes];
        if (value == null || value instanceof Json.Numeral) {
            Arrays.fill(sides, value == null ? otherwise : value.asWhole());
            return sides;
        }
        List<Json> items = value.asSequence().items();
        boolean flat = axes == 1 && items.size() == 2 && items.getFirst() instanceof Json.Numeral;
        if (!flat && items.size() != axes) {
            throw value.place().corrupt("a number or a list for each axis", value.excerpt());
        }
        for (int i = 0; i < sides.length; i++) {
            Json item = flat ? items.get(i) : items.get(i / 2);
            sides[i] = item instanceof Json.Sequence both && both.items().size() == 2
                    ? both.items().get(i % 2).asWhole()
                    : item.asWhole();
        }
        return sides;
    }

    /** Whether {@code data_format} says that channels come first. */
    boolean channelsFirst() {
        Json value = find("data_format");
        if (value == null) {
            return false;
        }
        return switch (value.asText()) {
            case "channels_last" -> false;
            case "channels_first" -> true;
            default -> throw lacks("data_format", "'channels_last' and 'channels_first'");
        };
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
            case "causal" -> Padding.CAUSAL;
            default -> throw lacks("padding", "'valid', 'same' and, for Conv1D, 'causal'");
        };
    }

    /** @param otherwise where it is absent; {@code null} is Keras's linear */
    Activation activation(Activation otherwise) {
        return activation("activation", otherwise);
    }

    /** One that recurrent layers compute. */
    Activation recurrentActivation(String setting, Activation otherwise) {
        Activation activation = activation(setting, otherwise);
        if (!Recurrence.ACTIVATIONS.contains(activation)) {
            throw lacks(
                    setting,
                    String.join(
                            ", ",
                            Recurrence.ACTIVATIONS.stream()
                                    .map(Activation::kerasName)
                                    .toList()));
        }
        return activation;
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
            Optional<Activation> activation = Activation.find(name.value());
            if (activation.isPresent()) {
                return activation.get();
            }
        }
        throw lacks(setting, String.join(", ", Activation.names()));
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

    /**
     * Of each variable: what it started from and what holds of it is read by {@link LayerVariables}, what keeps it small by
     * {@link LayerPenalties}.
     */
    void ignoreTrainingOf(String... variables) {
        for (String variable : variables) {
            ignore(variable + "_initializer");
            ignore(variable + "_regularizer");
            ignore(variable + "_constraint");
        }
        ignore("activity_regularizer");
    }

    /** Changes nothing but training, which goes without it; said if it has another value. */
    void leaveOutOfTraining(String setting, String none) {
        Json value = find(setting);
        if (value != null && !value.excerpt().equals(none) && !value.excerpt().equals(none + ".0")) {
            warnOf(setting);
        }
    }

    /** Of a stateful layer, each batch goes on where the one before ended; here as after a reset. */
    void warnOfStates() {
        if (flag("stateful", false)) {
            warnings.accept(
                    "Layer '" + layer + "' is stateful: in Keras it begins each batch with the states that the one"
                            + " before left. Hourglass begins with zeros, as Keras does with the first batch and after a reset.");
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

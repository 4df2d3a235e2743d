package dev.hourglass.lab.recipe;

import dev.hourglass.data.DatasetException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants of a drafted recipe in place of what the data suggest; null leaves it to them.
 *
 * @param steps rows of a window; 1 makes each row a sample
 * @param stride rows from one window to the next
 * @param model which kind of model
 * @param height of pictures
 * @param width of pictures
 * @param fit how pictures come to that size: crop, pad or stretch
 * @param colour rgb or grey
 */
public record DraftChoices(
        @Nullable Integer steps,
        @Nullable Integer stride,
        @Nullable Model model,
        @Nullable Integer height,
        @Nullable Integer width,
        @Nullable String fit,
        @Nullable String colour) {
    /** All as the data suggest. */
    public static final DraftChoices NONE = new DraftChoices(null, null, null, null, null, null, null);

    private static final List<String> FITS = List.of("crop", "pad", "stretch");
    private static final List<String> COLOURS = List.of("rgb", "grey");
    private static final int MOST_STEPS = 100_000;
    private static final int MOST_SIDE = 4_096;

    /** A kind of model. */
    public enum Model {
        CNN,
        CONV1D,
        LSTM,
        DENSE;

        /** As recipes call a model of this kind. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public DraftChoices {
        requireRange("steps", steps, MOST_STEPS);
        requireRange("stride", stride, MOST_STEPS);
        requireRange("height", height, MOST_SIDE);
        requireRange("width", width, MOST_SIDE);
        requireOneOf("fit", fit, FITS);
        requireOneOf("colour", colour, COLOURS);
        if ((height == null) != (width == null)) {
            throw new IllegalArgumentException("height and width must be given together, got only one");
        }
    }

    private static void requireRange(String name, @Nullable Integer value, int most) {
        if (value != null && (value < 1 || value > most)) {
            throw new IllegalArgumentException(name + " must be from 1 to " + most + ", got " + value);
        }
    }

    private static void requireOneOf(String name, @Nullable String value, List<String> words) {
        if (value != null && !words.contains(value)) {
            throw new IllegalArgumentException(
                    name + " must be one of " + String.join(", ", words) + ", got '" + value + "'");
        }
    }

    /** Windows of so many steps, everything else as the data suggest. */
    public static DraftChoices windows(@Nullable Integer steps, @Nullable Integer stride) {
        return new DraftChoices(steps, stride, null, null, null, null, null);
    }

    /** @throws DatasetException if the chosen model is not one of these */
    void requireModel(String what, Model... fitting) {
        if (model != null && !List.of(fitting).contains(model)) {
            throw new DatasetException("No model '" + model.word() + "' is drafted for " + what + ": there is "
                    + String.join(
                            ", ", List.of(fitting).stream().map(Model::word).toList()) + ".");
        }
    }
}

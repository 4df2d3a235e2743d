package dev.hourglass.lab.recipe.draft;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.images.Patches;
import dev.hourglass.data.images.Picture;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants of a drafted recipe in place of what the data suggest; null leaves it to them.
 *
 * @param steps rows of a window; 1 makes each row a sample
 * @param stride rows from one window to the next
 * @param model which kind of model
 */
public record DraftChoices(
        @Nullable Integer steps,
        @Nullable Integer stride,
        @Nullable Model model,
        Pictures pictures) {
    /** All as the data suggest. */
    public static final DraftChoices NONE = new DraftChoices(null, null, null, Pictures.NONE);

    private static final List<String> FITS = List.of("crop", "pad", "stretch");
    private static final List<String> COLOURS = List.of("rgb", "grey");
    private static final int MOST_STEPS = 100_000;
    private static final int MOST_SIDE = 4_096;

    /**
     * Of pictures.
     *
     * @param height with width, or neither
     * @param fit how pictures come to that size: crop, pad or stretch
     * @param colour rgb or grey
     * @param patch height and width of the patches that pictures are cut into, in place of a size
     * @param overlap of neighbouring patches in pixels, less than {@code patch}
     * @param noisy as the recipe names the folder of spoiled pictures of the same names; null where there are no pairs
     */
    public record Pictures(
            @Nullable Integer height,
            @Nullable Integer width,
            @Nullable String fit,
            @Nullable String colour,
            @Nullable Integer patch,
            @Nullable Integer overlap,
            @Nullable String noisy) {
        /** All as they suggest. */
        public static final Pictures NONE = new Pictures(null, null, null, null, null, null, null);

        public Pictures {
            requireRange("height", height, 1, MOST_SIDE);
            requireRange("width", width, 1, MOST_SIDE);
            requireRange("patch", patch, 2, MOST_SIDE);
            requireRange("overlap", overlap, 0, patch == null ? MOST_SIDE : patch - 1);
            requireOneOf("fit", fit, FITS);
            requireOneOf("colour", colour, COLOURS);
            if ((height == null) != (width == null)) {
                throw new IllegalArgumentException("height and width must be given together, got only one");
            }
            if (patch == null && overlap != null) {
                throw new IllegalArgumentException("overlap is of patches: give patch as well");
            }
            if (patch != null && (height != null || fit != null)) {
                throw new IllegalArgumentException(
                        "patches are cut from pictures as large as they are: give patch, or height, width and fit");
            }
        }

        public Pictures withNoisy(String folder) {
            return new Pictures(height, width, fit, colour, patch, overlap, folder);
        }

        /** What pictures are cut into. */
        Optional<Patches> patches() {
            return patch == null
                    ? Optional.empty()
                    : Optional.of(new Patches(
                            new Picture.Size(patch, patch), Objects.requireNonNullElse(overlap, patch / 4)));
        }
    }

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
        requireRange("steps", steps, 1, MOST_STEPS);
        requireRange("stride", stride, 1, MOST_STEPS);
    }

    private static void requireRange(String name, @Nullable Integer value, int least, int most) {
        if (value != null && (value < least || value > most)) {
            throw new IllegalArgumentException(name + " must be from " + least + " to " + most + ", got " + value);
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
        return new DraftChoices(steps, stride, null, Pictures.NONE);
    }

    public DraftChoices withPictures(Pictures other) {
        return new DraftChoices(steps, stride, model, other);
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

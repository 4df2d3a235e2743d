package dev.hourglass.lab.recipe.draft;

import dev.hourglass.data.images.Patches;
import dev.hourglass.data.images.Picture;
import dev.hourglass.data.images.PictureProfile;
import dev.hourglass.files.Folders;
import dev.hourglass.tensor.Shape;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** A first recipe for a folder of pictures: a CNN whose depth fits their size. */
public final class PictureDraft {
    private static final int MOST_SIDE = 128;
    /** What a side becomes a multiple of, so that it can be halved three times. */
    private static final int UNIT = 8;

    private static final int FEW = 1_000;
    private static final int MOST_SIZES = 4;
    private static final int MOST_CLASSES = 8;

    private PictureDraft() {}

    /**
     * What the pictures are brought to.
     *
     * @param fitted whether any has another size
     */
    public record Size(int height, int width, boolean fitted) {
        /** That of all pictures where it can be halved as often as it needs; else a near one, of at most 128 a side. */
        public static Size of(PictureProfile profile, DraftChoices choices) {
            DraftChoices.Pictures wanted = choices.pictures();
            if (wanted.patch() != null) {
                return new Size(wanted.patch(), wanted.patch(), false);
            }
            if (wanted.height() != null && wanted.width() != null) {
                Picture.Size only = profile.middleSize();
                boolean same = profile.sizes().size() == 1
                        && only.height() == wanted.height()
                        && only.width() == wanted.width();
                return new Size(wanted.height(), wanted.width(), !same);
            }
            Picture.Size middle = profile.middleSize();
            int longer = Math.max(middle.width(), middle.height());
            boolean one = profile.sizes().size() == 1;
            if (one && longer <= MOST_SIDE && halves(middle.height(), middle.width())) {
                return new Size(middle.height(), middle.width(), false);
            }
            double scale = Math.min(1, (double) MOST_SIDE / longer);
            int height = rounded(middle.height() * scale);
            int width = rounded(middle.width() * scale);
            return new Size(height, width, !one || height != middle.height() || width != middle.width());
        }

        private static boolean halves(int height, int width) {
            int unit = 1 << DraftText.halvings(height, width);
            return height % unit == 0 && width % unit == 0;
        }

        private static int rounded(double side) {
            int unit = side < 2 * UNIT ? 2 : UNIT;
            return (int) Math.max(unit, Math.round(side / unit) * unit);
        }
    }

    /**
     * How many samples there are: pictures, or patches of them.
     *
     * @throws dev.hourglass.data.DatasetException if a picture is smaller than a patch
     */
    public static long samples(PictureProfile profile, DraftChoices choices) {
        return choices.pictures().patches().map(profile::patches).orElse((long)
                profile.files().size());
    }

    /**
     * @param source as the recipe names the folder of pictures, or of the clean ones of pairs: from its own folder
     * @return YAML
     */
    public static String of(PictureProfile profile, String source, DraftChoices choices) {
        DraftText text = new DraftText();
        String name = Folders.name(profile.folder());
        int pictures = profile.files().size();
        Size size = Size.of(profile, choices);
        String wanted = choices.pictures().colour();
        boolean colour = wanted == null ? profile.colour() > 0 : wanted.equals("rgb");
        choices.requireModel("pictures", DraftChoices.Model.CNN, DraftChoices.Model.DENSE);
        text.add(
                "# Written from what is in %s: %,d pictures. Change what you know better;",
                DraftText.printable(name), pictures);
        text.add("# docs/my-pictures.yaml has all settings.");
        text.add("title: %s", DraftText.quoted(name));
        text.add("");
        text.add("data:");
        String noisy = choices.pictures().noisy();
        if (noisy == null) {
            text.add("  images: %s", DraftText.quoted(source));
        } else {
            text.add("  # The model reads the noisy picture of a pair and learns the clean one of the same name.");
            text.add("  pairs: {noisy: %s, clean: %s}", DraftText.quoted(noisy), DraftText.quoted(source));
        }
        text.add("  # Sizes, width x height: %s", sizes(profile));
        size(text, profile, size, choices.pictures());
        text.add(
                "  colour: %s              # %,d of them %s; or %s",
                colour ? "rgb" : "grey",
                colour ? profile.colour() : pictures - profile.colour(),
                (colour ? profile.colour() : pictures - profile.colour()) == 1 ? "is" : "are",
                colour ? "grey" : "rgb");
        if (profile.testing() > 0) {
            text.add("  # %,d lie in a folder of their own: they are tested by.", profile.testing());
        } else {
            text.add(
                    "  test_share: 0.2          # a fifth %sis tested by",
                    profile.classes().isEmpty() ? "" : "of each class ");
        }
        if (!profile.classes().isEmpty()) {
            text.add("  # Classes, a folder each: %s", classes(profile));
        }
        if (!profile.skipped().isEmpty()) {
            text.add(
                    "  # %,d can't be read and are left out; 'hourglass data info' lists them.",
                    profile.skipped().size());
        }
        text.add("");
        text.add("models:");
        int channels = colour ? Picture.RGB : 1;
        if (choices.model() == DraftChoices.Model.DENSE) {
            text.flat(Shape.of(size.height, size.width, channels));
        } else {
            text.pictures(size.height, size.width, channels, "sigmoid");
        }
        text.training(pictures < FEW ? 16 : 32);
        return text.toString();
    }

    private static void size(DraftText text, PictureProfile profile, Size size, DraftChoices.Pictures choices) {
        Optional<Patches> patches = choices.patches();
        if (patches.isPresent()) {
            text.add(
                    "  patches: {size: %d, overlap: %d}   # %,d samples; whole pictures are put together again",
                    size.height, patches.get().overlap(), profile.patches(patches.get()));
            return;
        }
        text.add("  size: [%d, %d]          # height, width", size.height, size.width);
        if (size.fitted) {
            text.add(
                    "  fit: %-8s            # crop cuts off what is beyond that shape; or pad, stretch",
                    Objects.requireNonNullElse(choices.fit(), "crop"));
        }
    }

    private static String sizes(PictureProfile profile) {
        String some = profile.sizes().stream()
                .limit(MOST_SIZES)
                .map(count -> String.format(Locale.ROOT, "%s (%,d)", count.of(), count.pictures()))
                .collect(Collectors.joining(", "));
        int more = profile.sizes().size() - MOST_SIZES;
        return more > 0 ? String.format(Locale.ROOT, "%s and %,d others", some, more) : some;
    }

    private static String classes(PictureProfile profile) {
        String some = profile.classes().stream()
                .limit(MOST_CLASSES)
                .map(count -> String.format(Locale.ROOT, "%s (%,d)", DraftText.printable(count.of()), count.pictures()))
                .collect(Collectors.joining(", "));
        int more = profile.classes().size() - MOST_CLASSES;
        return more > 0 ? String.format(Locale.ROOT, "%s and %,d more", some, more) : some;
    }
}

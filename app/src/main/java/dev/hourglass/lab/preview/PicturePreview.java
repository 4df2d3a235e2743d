package dev.hourglass.lab.preview;

import dev.hourglass.data.images.ImageFolder;
import dev.hourglass.data.images.Picture;
import dev.hourglass.data.images.PictureProfile;
import dev.hourglass.lab.recipe.draft.DraftChoices;
import dev.hourglass.lab.recipe.draft.PictureDraft;
import dev.hourglass.report.figures.ContactSheet;
import dev.hourglass.report.figures.Figure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What {@code data info} says of a folder of pictures: all by their headers, some decoded. */
final class PicturePreview implements DataPreview {
    private static final String NOISY = "noisy";
    private static final String CLEAN = "clean";
    private static final int SHOWN = 24;
    private static final int MOST_LISTED = 10;

    private final PictureProfile profile;
    private final DraftChoices choices;
    private final PictureProfile.Look look;
    private final PictureDraft.Size size;
    private final int least;
    private final int most;

    private final long samples;
    private final @Nullable String noisyInside;

    /**
     * @param look at some of them
     * @param noisyInside the folder of noisy pictures beside that of the clean ones, which the profile is of
     */
    private PicturePreview(
            PictureProfile profile, PictureProfile.Look look, DraftChoices choices, @Nullable String noisyInside) {
        this.profile = profile;
        this.look = look;
        this.choices = choices;
        this.noisyInside = noisyInside;
        samples = PictureDraft.samples(profile, choices);
        size = PictureDraft.Size.of(profile, choices);
        int darkest = 255;
        int brightest = 0;
        for (PictureProfile.Shown shown : look.shown()) {
            for (byte pixel : shown.picture().pixels()) {
                darkest = Math.min(darkest, Byte.toUnsignedInt(pixel));
                brightest = Math.max(brightest, Byte.toUnsignedInt(pixel));
            }
        }
        least = darkest;
        most = brightest;
    }

    @Override
    public DataPreview with(DraftChoices other) {
        return new PicturePreview(profile, look, other, noisyInside);
    }

    /** Of a folder of pictures, or of one with the folders noisy and clean: pairs. */
    static PicturePreview of(Path folder, DraftChoices choices) {
        Path clean = folder.resolve(CLEAN);
        boolean pairs = Files.isDirectory(clean) && Files.isDirectory(folder.resolve(NOISY));
        PictureProfile profile = PictureProfile.of(pairs ? clean : folder);
        return new PicturePreview(profile, profile.some(SHOWN, ContactSheet.SIDE), choices, pairs ? NOISY : null);
    }

    @Override
    public String recipe(String source) {
        if (noisyInside == null || choices.pictures().noisy() != null) {
            return PictureDraft.of(profile, source, choices);
        }
        DraftChoices paired = choices.withPictures(choices.pictures().withNoisy(source + "/" + noisyInside));
        return PictureDraft.of(profile, source + "/" + CLEAN, paired);
    }

    @Override
    public List<String> notes() {
        return noisyInside == null
                ? List.of()
                : List.of("Pairs: the folders " + NOISY + " and " + CLEAN
                        + " in it have the same pictures with and without" + " noise; these are the clean ones.");
    }

    @Override
    public Figure figure() {
        List<ContactSheet.Tile> tiles = new ArrayList<>();
        for (PictureProfile.Shown shown : look.shown()) {
            byte[] pixels = shown.picture().pixels();
            float[] sample = new float[pixels.length];
            for (int i = 0; i < sample.length; i++) {
                sample[i] = Byte.toUnsignedInt(pixels[i]) / 255f;
            }
            Picture.Size shape = shown.picture().size();
            tiles.add(new ContactSheet.Tile(shown.name(), shape.width(), shape.height(), sample));
        }
        return ContactSheet.draw(
                name(),
                String.format(
                        Locale.ROOT,
                        "%,d of %,d pictures",
                        tiles.size(),
                        profile.files().size()),
                tiles);
    }

    private String name() {
        return String.valueOf(profile.folder().toAbsolutePath().normalize().getFileName());
    }

    @Override
    public TrainingCost cost() {
        long pixels = (long) size.height() * size.width() * (profile.colour() > 0 ? Picture.RGB : 1);
        return TrainingCost.measure(recipe(name()), input -> samples, samples * pixels * (profile.deep() > 0 ? 2 : 1));
    }

    private List<ImageFolder.Skipped> unread() {
        List<ImageFolder.Skipped> all = new ArrayList<>(profile.skipped());
        all.addAll(look.damaged());
        return all;
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>(notes());
        int pictures = profile.files().size();
        line(lines, "%,d pictures: %s", pictures, counts(profile.kinds()));
        line(lines, "Sizes    %s, width x height", counts(profile.sizes()));
        line(
                lines,
                "Colours  %,d in colour, %,d grey; %,d have 16 bits",
                profile.colour(),
                pictures - profile.colour(),
                profile.deep());
        if (!look.shown().isEmpty()) {
            line(
                    lines,
                    "Range    from %d to %d of 255, in the %,d that were decoded",
                    least,
                    most,
                    look.shown().size());
        }
        if (profile.testing() > 0) {
            line(lines, "Parts    %,d to train on, %,d to test by", pictures - profile.testing(), profile.testing());
        }
        profile.classes().forEach(each -> line(lines, "Class    %s, %,d pictures", each.of(), each.pictures()));
        List<ImageFolder.Skipped> unread = unread();
        unread.stream().limit(MOST_LISTED).forEach(each -> line(lines, "Unread   %s: %s", each.file(), each.reason()));
        if (unread.size() > MOST_LISTED) {
            line(lines, "Unread   %,d more; --json lists all", unread.size() - MOST_LISTED);
        }
        line(
                lines,
                "Samples  %,d of %d x %d%s",
                samples,
                size.width(),
                size.height(),
                size.fitted() ? ", cut to that" : "");
        lines.add(cost().toString());
        return lines;
    }

    private static <T> String counts(List<PictureProfile.Count<T>> counts) {
        String some = counts.stream()
                .limit(MOST_LISTED)
                .map(count -> String.format(Locale.ROOT, "%s (%,d)", count.of(), count.pictures()))
                .collect(Collectors.joining(", "));
        int more = counts.size() - MOST_LISTED;
        return more > 0 ? String.format(Locale.ROOT, "%s and %,d others", some, more) : some;
    }

    @SuppressWarnings("AnnotateFormatMethod") // Error Prone's annotations are no dependency.
    private static void line(List<String> lines, String format, Object... values) {
        lines.add(String.format(Locale.ROOT, format, values));
    }

    @Override
    public ObjectNode tree() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("kind", "pictures");
        root.put("folder", profile.folder().toString());
        ArrayNode notes = root.putArray("notes");
        notes().forEach(notes::add);
        root.put("pairs", noisyInside != null || choices.pictures().noisy() != null);
        root.put("pictures", profile.files().size());
        root.put("testing", profile.testing());
        ArrayNode kinds = root.putArray("kinds");
        profile.kinds().forEach(each -> kinds.addObject().put("name", each.of()).put("pictures", each.pictures()));
        ArrayNode sizes = root.putArray("sizes");
        profile.sizes()
                .forEach(each -> sizes.addObject()
                        .put("width", each.of().width())
                        .put("height", each.of().height())
                        .put("pictures", each.pictures()));
        root.put("colour", profile.colour());
        root.put("grey", profile.files().size() - profile.colour());
        root.put("deep", profile.deep());
        if (!look.shown().isEmpty()) {
            root.putObject("range")
                    .put("decoded", look.shown().size())
                    .put("least", least)
                    .put("most", most);
        }
        ArrayNode classes = root.putArray("classes");
        profile.classes()
                .forEach(each -> classes.addObject().put("name", each.of()).put("pictures", each.pictures()));
        ArrayNode unread = root.putArray("unread");
        unread().forEach(each ->
                unread.addObject().put("file", each.file().toString()).put("reason", each.reason()));
        ObjectNode each = root.putObject("samples");
        each.put("count", samples);
        each.put("height", size.height());
        each.put("width", size.width());
        each.put("fitted", size.fitted());
        return root;
    }
}

package dev.hourglass.lab.recipe.draft;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.tables.TableFolder;
import dev.hourglass.data.tables.TableProfile;
import dev.hourglass.tensor.Shape;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A first recipe for a table, its model chosen by what was found; it runs as it is, and says why it is so. */
public final class RecipeDraft {
    private static final int MOST_STEPS = 48;
    private static final int LEAST_STEPS = 4;
    /** Shorter ones are read step by step by an LSTM; a convolution has little to go over. */
    private static final int CONVOLVED_STEPS = 16;

    /** Longer ones are taken whole by dense layers where they can't be convolved. */
    private static final int MOST_RECURRENT_STEPS = 100;

    private static final int SAMPLES = 8_000;
    private static final double FOLLOWS = 0.5;
    /** Neighbours in a row that differ by less than this share of the variance make a curve. */
    private static final double CURVE = 0.5;

    private static final int LEAST_CURVE = 16;

    /** What a sample is. */
    private enum Kind {
        /** Some rows that follow each other. */
        WINDOWS,
        /** A row, whose numbers follow each other. */
        CURVES,
        /** A row, whose numbers have no order. */
        ROWS,
        /** A row, whose numbers are pixels. */
        PICTURES
    }

    private final TableProfile profile;
    private final String source;
    private final DraftChoices choices;
    private final Kind kind;
    private final int channels;
    private final int steps;
    private final int stride;
    private final DraftChoices.@Nullable Model model;
    private final DraftText text = new DraftText();

    private RecipeDraft(TableProfile profile, String source, DraftChoices choices) {
        this.profile = profile;
        this.source = source;
        this.choices = choices;
        channels = profile.channels().size();
        boolean curve = profile.times() == null
                && channels >= LEAST_CURVE
                && profile.smoothAcross() < CURVE
                && profile.smoothAcross() < 1 - profile.follows();
        boolean series = profile.times() != null || profile.series() > 1 || profile.follows() > FOLLOWS;
        long each = profile.rows() / profile.series();
        long training = each * 4 / 5;
        int most = (int) Math.min(MOST_STEPS, Math.min(training / 8, (each - training) / 2)) / 4 * 4;
        Integer wanted = choices.steps();
        Kind suggested = curve ? Kind.CURVES : series && most >= LEAST_STEPS ? Kind.WINDOWS : Kind.ROWS;
        boolean pictures = profile.pictureSide() > 0;
        Kind row = pictures ? Kind.PICTURES : curve ? Kind.CURVES : Kind.ROWS;
        kind = wanted == null ? pictures ? row : suggested : wanted > 1 ? Kind.WINDOWS : row;
        steps = kind == Kind.WINDOWS ? Objects.requireNonNullElse(wanted, most) : kind == Kind.CURVES ? channels : 1;
        int usual = wanted == null ? Math.clamp(profile.rows() / SAMPLES, 1, Math.max(1, steps / 2)) : steps;
        stride = kind == Kind.WINDOWS ? Objects.requireNonNullElse(choices.stride(), usual) : 1;
        model = choices.model();
        if (profile.samples(kind == Kind.WINDOWS ? steps : 1, stride) == 0) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't cut windows of %,d rows from %s: a series has %,d. Use fewer.",
                    steps,
                    profile.file(),
                    each));
        }
    }

    /**
     * @param source as the recipe names the file: from its own folder
     * @return YAML
     */
    public static String of(TableProfile profile, String source, DraftChoices choices) {
        return new RecipeDraft(profile, source, choices).text();
    }

    /** The steps of a window; 1 where a sample is a row. */
    public static int steps(TableProfile profile, DraftChoices choices) {
        RecipeDraft draft = new RecipeDraft(profile, "", choices);
        return draft.kind == Kind.WINDOWS ? draft.steps : 1;
    }

    /** Whether each row is taken for a picture, of {@link TableProfile#pictureSide} pixels a side. */
    public static boolean isPictures(TableProfile profile, DraftChoices choices) {
        return new RecipeDraft(profile, "", choices).kind == Kind.PICTURES;
    }

    /** From the beginning of one window to that of the next. */
    public static int stride(TableProfile profile, DraftChoices choices) {
        RecipeDraft draft = new RecipeDraft(profile, "", choices);
        return draft.stride;
    }

    private String text() {
        if (model != null && kind == Kind.PICTURES) {
            choices.requireModel("pictures", DraftChoices.Model.CNN, DraftChoices.Model.DENSE);
        } else if (model != null && kind == Kind.ROWS) {
            choices.requireModel("rows without windows", DraftChoices.Model.DENSE);
        } else if (model != null) {
            choices.requireModel(
                    "a series", DraftChoices.Model.CONV1D, DraftChoices.Model.LSTM, DraftChoices.Model.DENSE);
        }
        String name = String.valueOf(profile.file().getFileName());
        text.add(
                "# Written from what is in %s: %,d rows of %s. Change what you know better;",
                DraftText.printable(name), profile.rows(), channels == 1 ? "one channel" : channels + " channels");
        text.add("# docs/%s.yaml has all settings.", kind == Kind.PICTURES ? "my-pictures" : "my-series");
        text.add("title: %s", DraftText.quoted(name));
        text.add("");
        if (kind == Kind.PICTURES) {
            pictureData();
        } else {
            data();
        }
        text.add("");
        text.add("models:");
        switch (kind) {
            case WINDOWS -> windows();
            case CURVES -> curves();
            case ROWS -> rows();
            case PICTURES -> pictures();
        }
        text.training(32);
        return text.toString();
    }

    private void data() {
        text.add("data:");
        text.add("  source: %s", DraftText.quoted(source));
        boolean folder = Files.isDirectory(profile.file());
        if (folder && TableFolder.parts(profile.file()).isPresent()) {
            text.add("  # It has a part to train on and one to test by.");
        } else {
            text.add("  test_share: 0.2          # the last fifth %sis tested by", folder ? "of the files " : "");
        }
        if (kind == Kind.WINDOWS) {
            text.add(
                    "  window: {steps: %d, stride: %d}   # samples of %d rows, one every %d",
                    steps, stride, steps, stride);
        }
        TableProfile.Times times = profile.times();
        if (times != null && profile.named()) {
            text.add(
                    "  time_column: %s   # from %s to %s",
                    DraftText.quoted(times.column()), times.first(), times.last());
        }
        if (times != null && profile.options().times().order() != null) {
            text.add("  date_order: %s", lower(profile.options().times().order()));
        }
        if (times != null
                && kind == Kind.WINDOWS
                && times.longestNanos() > 10 * times.usualNanos()
                && times.usualNanos() >= 1_000_000) {
            text.add(
                    "  max_gap: %s   # no window crosses a longer time; the usual step is %s, the longest %s",
                    time(10 * times.usualNanos()), time(times.usualNanos()), time(times.longestNanos()));
        }
        String id = profile.options().roles().id();
        if (id != null) {
            text.add("  id_column: %s", DraftText.quoted(id));
        }
        List<String> exclude = profile.options().roles().exclude();
        if (!exclude.isEmpty()) {
            text.add(
                    "  exclude: [%s]",
                    String.join(", ", exclude.stream().map(DraftText::quoted).toList()));
        }
        String label = profile.options().roles().label();
        // A column that may be missing is not there where there are no classes.
        if (label != null && !profile.classes().isEmpty()) {
            text.add("  label_column: %s   # classes %s", DraftText.quoted(label), classes());
            profile.classes().stream()
                    .map(TableProfile.ClassCount::name)
                    .filter(name -> profile.classes().size() > 1 && name.equalsIgnoreCase("normal"))
                    .findFirst()
                    .ifPresent(normal -> text.add(
                            "  train_on: {%s: [%s]}   # rows of other classes are left out of the training",
                            DraftText.quoted(label), DraftText.quoted(normal)));
            if (kind == Kind.WINDOWS) {
                text.add("  label_rule: any          # one unusual step makes an unusual window");
            }
        }
        List<String> gaps = profile.options().syntax().missing();
        if (!gaps.isEmpty()) {
            text.add(
                    "  missing_values: [%s]   # stand for gaps",
                    String.join(", ", gaps.stream().map(DraftText::quoted).toList()));
        }
        long missing = profile.channels().stream()
                .mapToLong(TableProfile.Channel::missing)
                .sum();
        if (missing > 0) {
            text.add("  missing: interpolate     # %,d numbers are; or hold, mean, drop_windows", missing);
        }
        if (kind == Kind.WINDOWS || kind == Kind.ROWS) {
            text.add(
                    "  scaling: standardize     # each channel to mean 0, deviation 1; or min_max, robust, log1p, none");
        } else {
            text.add(
                    "  scaling: {method: standardize, channels: all}   # the numbers of a row are steps of one channel");
        }
        List<String> dull = profile.channels().stream()
                .filter(channel -> channel.isEmpty() || channel.isConstant())
                .map(channel -> DraftText.printable(channel.name()))
                .limit(8)
                .toList();
        if (!dull.isEmpty()) {
            text.add("  # Nothing is to be learned from %s: 'exclude' leaves columns out.", String.join(", ", dull));
        }
        profile.related().stream()
                .limit(3)
                .forEach(pair -> text.add(
                        "  # %s and %s tell the same (correlation %.3f).",
                        DraftText.printable(pair.first()), DraftText.printable(pair.second()), pair.correlation()));
    }

    private void pictureData() {
        int side = profile.pictureSide();
        text.add("data:");
        text.add(
                "  images: %s   # rows of %d x %d pixels; write 'source' for rows of numbers",
                DraftText.quoted(source), side, side);
        text.add("  size: [%d, %d]", side, side);
        String label = profile.options().roles().label();
        if (label != null) {
            text.add("  label_column: %s   # classes %s", DraftText.quoted(label), classes());
        }
        text.add("  test_share: 0.2          # a fifth is tested by");
    }

    private String classes() {
        return String.join(
                ", ",
                profile.classes().stream()
                        .limit(5)
                        .map(each -> String.format(
                                Locale.ROOT, "%s (%,d rows)", DraftText.printable(each.name()), each.rows()))
                        .toList());
    }

    private void windows() {
        if (model != null) {
            text.series(model, steps, channels);
        } else if (steps >= CONVOLVED_STEPS && steps % 4 == 0) {
            text.add("  # Convolutions over the steps of a window: fast, and they find shapes wherever they are.");
            text.convolutions(steps, channels);
        } else if (steps > MOST_RECURRENT_STEPS) {
            text.add("  # Dense layers over a whole window; a multiple of 4 steps would do for convolutions.");
            text.flat(Shape.of(steps, channels));
        } else {
            text.add("  # An LSTM goes step by step through a short window.");
            text.recurrent(steps, channels);
        }
    }

    private void curves() {
        text.add(
                "  # The numbers of a row follow each other like those of a curve: each row is a series of one channel.");
        if (model != null) {
            text.series(model, channels, 1);
        } else if (channels % 4 == 0) {
            text.convolutions(channels, 1);
        } else {
            text.dense(channels);
        }
    }

    private void rows() {
        text.add("  # Rows that tell little of each other: each is a sample for dense layers.");
        text.dense(channels);
    }

    private void pictures() {
        int side = profile.pictureSide();
        if (model == DraftChoices.Model.DENSE) {
            text.flat(Shape.of(side, side, 1));
        } else {
            text.pictures(side, side, 1, "sigmoid");
        }
    }

    /** As a recipe has it, in milliseconds where it is no whole number of minutes or seconds. */
    private static String time(long nanos) {
        long millis = nanos / 1_000_000;
        return millis % 60_000 == 0
                ? millis / 60_000 + "min"
                : millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

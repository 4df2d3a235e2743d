package dev.hourglass.lab.preview;

import dev.hourglass.data.tables.TableProfile;
import dev.hourglass.files.Excerpt;
import dev.hourglass.lab.recipe.draft.DraftChoices;
import dev.hourglass.lab.recipe.draft.RecipeDraft;
import dev.hourglass.report.figures.ContactSheet;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.figures.TableFigure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What {@code data info} says of a table: what was found, what windows make of it, and what training would take. */
final class TablePreview implements DataPreview {
    /** That are listed for people; JSON has all. */
    private static final int MOST_CHANNELS = 200;
    /** Rows that are drawn as pictures. */
    private static final int SHOWN = 24;

    private final TableProfile profile;
    private final DraftChoices choices;
    private final int steps;
    private final int stride;
    /** Of the pictures that rows are taken for; 0 if they are not. */
    private final int side;

    TablePreview(TableProfile profile, DraftChoices choices) {
        this.profile = profile;
        this.choices = choices;
        steps = RecipeDraft.steps(profile, choices);
        stride = RecipeDraft.stride(profile, choices);
        side = RecipeDraft.isPictures(profile, choices) ? profile.pictureSide() : 0;
    }

    @Override
    public DataPreview with(DraftChoices other) {
        return new TablePreview(profile, other);
    }

    @Override
    public String recipe(String source) {
        return RecipeDraft.of(profile, source, choices);
    }

    @Override
    public List<String> notes() {
        if (side == 0) {
            return profile.notes();
        }
        List<String> notes = new ArrayList<>(profile.notes());
        String label = profile.options().roles().label();
        notes.add(String.format(
                Locale.ROOT,
                "The rows are taken for grey pictures of %d x %d pixels%s: in a recipe 'images', 'size: [%d, %d]'%s.",
                side,
                side,
                label == null ? "" : ", column '" + label + "' for their class",
                side,
                side,
                label == null ? "" : " and 'label_column: " + label + "'"));
        return notes;
    }

    @Override
    public Figure figure() {
        String name = String.valueOf(profile.file().getFileName());
        if (side > 0) {
            return pictures(name);
        }
        TableProfile.Times times = profile.times();
        String note = String.format(
                        Locale.ROOT,
                        "%,d rows of %d channels",
                        profile.rows(),
                        profile.channels().size())
                + (times == null ? "" : ", from " + times.first() + " to " + times.last());
        return TableFigure.draw(
                name,
                note,
                profile.channels().stream()
                        .map(channel -> new TableFigure.Track(
                                channel.name(), channel.least(), channel.most(), channel.missing(), channel.course()))
                        .toList());
    }

    /** The first rows, one picture each. */
    private Figure pictures(String name) {
        List<ContactSheet.Tile> tiles = new ArrayList<>();
        for (float[] row : profile.firstRows(SHOWN)) {
            float[] colours = new float[row.length * 3];
            for (int i = 0; i < colours.length; i++) {
                colours[i] = row[i / 3] / 255;
            }
            tiles.add(new ContactSheet.Tile("row " + (tiles.size() + 1), side, side, colours));
        }
        return ContactSheet.draw(
                name, String.format(Locale.ROOT, "The first %,d of %,d rows", tiles.size(), profile.rows()), tiles);
    }

    @Override
    public TrainingCost cost() {
        return TrainingCost.measure(
                recipe(String.valueOf(profile.file().getFileName())),
                input -> profile.samples(input.rank() == 2 ? steps : 1, stride),
                8L * profile.rows() * profile.channels().size());
    }

    @Override
    public List<String> lines() {
        List<String> lines = new ArrayList<>(notes());
        lines.add(String.format(
                Locale.ROOT,
                "%,d rows, %,d channels%s",
                profile.rows(),
                profile.channels().size(),
                profile.series() > 1 ? String.format(Locale.ROOT, ", %,d series", profile.series()) : ""));
        TableProfile.Times times = profile.times();
        if (times != null) {
            lines.add(String.format(
                    Locale.ROOT,
                    "Times    %s to %s, mostly every %s; %,d repeated, %,d other steps, the longest %s",
                    times.first(),
                    times.last(),
                    time(times.usualNanos()),
                    times.repeated(),
                    times.irregular(),
                    time(times.longestNanos())));
        }
        if (side == 0) {
            addChannels(lines);
        }
        profile.related()
                .forEach(pair -> lines.add(String.format(
                        Locale.ROOT,
                        "Alike    '%s' and '%s', correlation %.4f",
                        Excerpt.of(pair.first()),
                        Excerpt.of(pair.second()),
                        pair.correlation())));
        profile.words()
                .forEach(words -> lines.add("Words    column '" + Excerpt.of(words.column()) + "' has "
                        + String.join(", ", words.texts())
                        + (words.label() ? ": taken for labels" : ": left out")));
        profile.classes()
                .forEach(each ->
                        lines.add(String.format(Locale.ROOT, "Class    %s, %,d rows", each.name(), each.rows())));
        TrainingCost cost = cost();
        lines.add(String.format(
                Locale.ROOT,
                "Samples  %,d of %s",
                profile.samples(steps, stride),
                steps == 1 ? "one row" : steps + " rows, one every " + stride));
        lines.add(cost.toString());
        return lines;
    }

    private void addChannels(List<String> lines) {
        lines.add("");
        lines.add(String.format(
                Locale.ROOT,
                "  %-24s %12s %12s %12s %12s %10s %10s",
                "Channel",
                "Least",
                "Most",
                "Mean",
                "Deviation",
                "Missing",
                "Longest"));
        int shown = Math.min(profile.channels().size(), MOST_CHANNELS);
        for (TableProfile.Channel channel : profile.channels().subList(0, shown)) {
            String note = channel.isEmpty() ? "  empty" : channel.isConstant() ? "  constant" : "";
            lines.add(String.format(
                            Locale.ROOT,
                            "  %-24s %12.6g %12.6g %12.6g %12.6g %,10d %,10d",
                            Excerpt.of(channel.name()),
                            channel.least(),
                            channel.most(),
                            channel.mean(),
                            channel.deviation(),
                            channel.missing(),
                            channel.longestRun())
                    + note);
        }
        if (shown < profile.channels().size()) {
            lines.add(String.format(
                    Locale.ROOT, "  and %,d more", profile.channels().size() - shown));
        }
        lines.add("");
    }

    private static String time(long nanos) {
        Duration duration = Duration.ofNanos(nanos);
        return duration.compareTo(Duration.ofDays(1)) >= 0 && duration.toSeconds() % 86_400 == 0
                ? duration.toDays() + " d"
                : duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    @Override
    public ObjectNode tree() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("kind", "table");
        root.put("file", profile.file().toString());
        root.put("rows", profile.rows());
        root.put("series", profile.series());
        ArrayNode notes = root.putArray("notes");
        notes().forEach(notes::add);
        root.put("pictures", side > 0);
        TableProfile.Times times = profile.times();
        if (times != null) {
            ObjectNode node = root.putObject("times");
            node.put("column", times.column());
            node.put("first", times.first());
            node.put("last", times.last());
            node.put("usualSeconds", times.usualNanos() / 1e9);
            node.put("longestSeconds", times.longestNanos() / 1e9);
            node.put("repeated", times.repeated());
            node.put("irregular", times.irregular());
        }
        ArrayNode channels = root.putArray("channels");
        for (TableProfile.Channel channel : profile.channels()) {
            ObjectNode node = channels.addObject();
            node.put("name", channel.name());
            node.put("type", channel.isEmpty() ? "empty" : channel.whole() ? "whole" : "number");
            node.put("constant", channel.isConstant());
            node.put("missing", channel.missing());
            node.put("longestGap", channel.longestRun());
            number(node, "least", channel.least());
            number(node, "most", channel.most());
            number(node, "mean", channel.mean());
            number(node, "deviation", channel.deviation());
        }
        ArrayNode words = root.putArray("words");
        for (TableProfile.Words column : profile.words()) {
            ObjectNode node = words.addObject();
            node.put("column", column.column());
            node.put("label", column.label());
            ArrayNode texts = node.putArray("some");
            column.texts().forEach(texts::add);
        }
        ArrayNode classes = root.putArray("classes");
        for (TableProfile.ClassCount each : profile.classes()) {
            classes.addObject().put("name", each.name()).put("rows", each.rows());
        }
        ArrayNode related = root.putArray("correlated");
        for (TableProfile.Related pair : profile.related()) {
            related.addObject()
                    .put("first", pair.first())
                    .put("second", pair.second())
                    .put("correlation", pair.correlation());
        }
        ObjectNode samples = root.putObject("samples");
        samples.put("count", profile.samples(steps, stride));
        samples.put("steps", steps);
        samples.put("stride", stride);
        return root;
    }

    static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}

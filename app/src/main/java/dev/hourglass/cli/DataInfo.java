package dev.hourglass.cli;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.tables.TableProfile;
import dev.hourglass.lab.recipe.RecipeDraft;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.figures.TableFigure;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code data info} says of a table: what was found, what windows make of it, and what training would take. */
final class DataInfo {
    private final TableProfile profile;
    private final int steps;
    private final int stride;

    DataInfo(TableProfile profile, @Nullable Integer steps, @Nullable Integer stride) {
        this.profile = profile;
        this.steps = steps == null ? RecipeDraft.steps(profile) : steps;
        this.stride = stride != null ? stride : steps == null ? RecipeDraft.stride(profile) : steps;
    }

    Figure figure() {
        String name = String.valueOf(profile.file().getFileName());
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

    private TrainingCost cost() {
        return TrainingCost.measure(
                RecipeDraft.of(profile, String.valueOf(profile.file().getFileName())),
                input -> profile.samples(input.rank() == 2 ? steps : 1, stride),
                8L * profile.rows() * profile.channels().size());
    }

    void print(Terminal terminal) {
        profile.notes().forEach(terminal::println);
        terminal.println(String.format(
                Locale.ROOT,
                "%,d rows, %,d channels%s",
                profile.rows(),
                profile.channels().size(),
                profile.series() > 1 ? String.format(Locale.ROOT, ", %,d series", profile.series()) : ""));
        TableProfile.Times times = profile.times();
        if (times != null) {
            terminal.println(String.format(
                    Locale.ROOT,
                    "Times    %s to %s, mostly every %s; %,d repeated, %,d other steps, the longest %s",
                    times.first(),
                    times.last(),
                    time(times.usualNanos()),
                    times.repeated(),
                    times.irregular(),
                    time(times.longestNanos())));
        }
        terminal.println("");
        terminal.println(String.format(
                Locale.ROOT,
                "  %-24s %12s %12s %12s %12s %10s %10s",
                "Channel",
                "Least",
                "Most",
                "Mean",
                "Deviation",
                "Missing",
                "Longest"));
        for (TableProfile.Channel channel : profile.channels()) {
            String note = channel.isEmpty() ? "  empty" : channel.isConstant() ? "  constant" : "";
            terminal.println(String.format(
                            Locale.ROOT,
                            "  %-24s %12.6g %12.6g %12.6g %12.6g %,10d %,10d",
                            channel.name(),
                            channel.least(),
                            channel.most(),
                            channel.mean(),
                            channel.deviation(),
                            channel.missing(),
                            channel.longestRun())
                    + note);
        }
        terminal.println("");
        profile.related()
                .forEach(pair -> terminal.println(String.format(
                        Locale.ROOT,
                        "Alike    '%s' and '%s', correlation %.4f",
                        pair.first(),
                        pair.second(),
                        pair.correlation())));
        profile.words()
                .forEach(words -> terminal.println("Words    column '" + words.column() + "' has "
                        + String.join(", ", words.texts())
                        + (words.label() ? ": taken for labels" : ": left out")));
        profile.classes()
                .forEach(each -> terminal.println(
                        String.format(Locale.ROOT, "Class    %s, %,d rows", each.name(), each.rows())));
        TrainingCost cost = cost();
        terminal.println(String.format(
                Locale.ROOT,
                "Samples  %,d of %s",
                profile.samples(steps, stride),
                steps == 1 ? "one row" : steps + " rows, one every " + stride));
        terminal.println(cost.toString());
    }

    private static String time(long nanos) {
        Duration duration = Duration.ofNanos(nanos);
        return duration.compareTo(Duration.ofDays(1)) >= 0 && duration.toSeconds() % 86_400 == 0
                ? duration.toDays() + " d"
                : duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    String json() {
        JsonMapper mapper = JsonMapper.shared();
        ObjectNode root = mapper.createObjectNode();
        root.put("file", profile.file().toString());
        root.put("rows", profile.rows());
        root.put("series", profile.series());
        ArrayNode notes = root.putArray("notes");
        profile.notes().forEach(notes::add);
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
        TrainingCost cost = cost();
        ObjectNode samples = root.putObject("samples");
        samples.put("count", profile.samples(steps, stride));
        samples.put("steps", steps);
        samples.put("stride", stride);
        cost.putInto(root);
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }

    private static void number(ObjectNode node, String name, double value) {
        if (Double.isFinite(value)) {
            node.put(name, value);
        } else {
            node.putNull(name);
        }
    }
}

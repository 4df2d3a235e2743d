package dev.hourglass.cli;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.tables.TableProfile;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.RecipeDraft;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.model.Parameters;
import dev.hourglass.report.figures.Figure;
import dev.hourglass.report.figures.TableFigure;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.TrainEvent;
import dev.hourglass.train.Trainer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code data info} says of a table: what was found, what windows make of it, and what training would take. */
final class DataInfo {
    private static final int TRIED_BATCHES = 4;
    /** Weights, their gradients and the two means of Adam. */
    private static final int COPIES = 4;

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

    /** What a run of the model that {@code lab --from} would choose takes on this machine. */
    private record Cost(String model, long parameters, long megabytes, double secondsPerEpoch) {}

    private Cost cost() {
        ModelRecipe model = new RecipeReader(List.of())
                .parse(RecipeDraft.of(profile, String.valueOf(profile.file().getFileName())), "draft")
                .models()
                .getFirst();
        Shape input = model.spec().input();
        int batch = model.training().batchSize();
        float[] numbers = new float[Math.multiplyExact(TRIED_BATCHES * batch, input.size())];
        Random random = new Random(1);
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = random.nextFloat();
        }
        FloatDataset data = FloatDataset.of("tried", input, numbers);
        long[] before = {System.nanoTime()};
        double[] fastest = {Double.POSITIVE_INFINITY};
        Trainer.train(model.spec(), data, data, model.training().withEpochs(3), event -> {
            if (event instanceof TrainEvent.EpochFinished) {
                fastest[0] = Math.min(fastest[0], (System.nanoTime() - before[0]) / 1e9);
                before[0] = System.nanoTime();
            }
        });
        long parameters =
                Parameters.initialize(model.spec().graph(), new RandomSource(1)).count();
        long samples = profile.samples(model.spec().input().rank() == 2 ? steps : 1, stride);
        long bytes = 8L * profile.rows() * profile.channels().size()
                + (long) COPIES * Float.BYTES * parameters
                + 8L * batch * input.size() * Float.BYTES;
        return new Cost(
                model.name(),
                parameters,
                Math.max(1, bytes >> 20),
                fastest[0] * samples / ((double) TRIED_BATCHES * batch));
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
        Cost cost = cost();
        terminal.println(String.format(
                Locale.ROOT,
                "Samples  %,d of %s",
                profile.samples(steps, stride),
                steps == 1 ? "one row" : steps + " rows, one every " + stride));
        terminal.println(String.format(
                Locale.ROOT,
                "Training about %s an epoch and %,d MB with the model of 'lab --from' (%s, %,d parameters), measured"
                        + " on a few batches",
                seconds(cost.secondsPerEpoch()),
                cost.megabytes(),
                cost.model(),
                cost.parameters()));
    }

    private static String seconds(double seconds) {
        return seconds < 1
                ? "1 s"
                : seconds < 120
                        ? String.format(Locale.ROOT, "%.0f s", seconds)
                        : String.format(Locale.ROOT, "%.0f min", seconds / 60);
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
        Cost cost = cost();
        ObjectNode samples = root.putObject("samples");
        samples.put("count", profile.samples(steps, stride));
        samples.put("steps", steps);
        samples.put("stride", stride);
        ObjectNode training = root.putObject("training");
        training.put("model", cost.model());
        training.put("parameters", cost.parameters());
        training.put("megabytes", cost.megabytes());
        number(training, "secondsPerEpoch", cost.secondsPerEpoch());
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

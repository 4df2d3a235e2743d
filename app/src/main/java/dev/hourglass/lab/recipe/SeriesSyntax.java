package dev.hourglass.lab.recipe;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.LabelRule;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.series.Scaling;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.values.DateOrder;
import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.tensor.Normalization;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a recipe writes series of the user's own: {@code data: {source: pump.csv, window: {steps: 50, stride: 10}}}. The
 * settings are those of {@link SeriesOptions}; paths go from the recipe's folder.
 */
final class SeriesSyntax {
    static final List<String> KEYS = List.of(
            "source",
            "test",
            "test_share",
            "array",
            "spectrogram",
            "window",
            "scaling",
            "clip",
            "labels",
            "label_column",
            "label_rule",
            "train_on",
            "delimiter",
            "decimal",
            "header",
            "missing_values",
            "time_column",
            "time_zone",
            "date_order",
            "sort",
            "columns",
            "exclude",
            "id_column",
            "missing",
            "max_gap",
            "resample",
            "lengths");
    private static final String FILE = DataSources.FILES + ", or a folder of tables";

    /** {@link Scaling}, and none. */
    private enum ScalingName {
        MIN_MAX,
        STANDARDIZE,
        ROBUST,
        LOG1P,
        NONE
    }

    private enum Channels {
        EACH,
        ALL
    }

    private enum LengthsName {
        PAD,
        CUT
    }

    private SeriesSyntax() {}

    /** Refuses what only a series or pictures have where there are none. */
    static void requireSource(Mapping data) {
        for (String key : data.entries().keySet()) {
            boolean ofSeries = KEYS.contains(key);
            if (ofSeries || PictureSyntax.KEYS.contains(key)) {
                throw data.entries()
                        .get(key)
                        .key()
                        .error("expected '" + key + "' beside "
                                + (ofSeries
                                        ? "a 'source', found none. Add 'source: FILE.csv'"
                                        : "'images', found none. Add 'images: FOLDER'")
                                + ", or remove '" + key + "'.");
            }
        }
    }

    static Recipe.Series read(Mapping data, RecipeFolder recipeFolder) {
        for (String key : List.of("name", "folder")) {
            Node.Entry entry = data.entries().get(key);
            if (entry != null) {
                throw entry.key()
                        .error("expected a source alone, found '" + key + "' beside it. Remove one of the two.");
            }
        }
        for (String key : PictureSyntax.KEYS) {
            Node.Entry entry = data.entries().get(key);
            if (entry != null && !KEYS.contains(key)) {
                throw entry.key()
                        .error("expected '" + key
                                + "' beside 'images', found it beside a 'source'. Write 'images: ' in place of"
                                + " 'source: ' for pictures, or remove '" + key + "'.");
            }
        }
        Path file = data.require("source", "source: pump.csv").asPath(FILE, recipeFolder);
        SeriesOptions options = SeriesOptions.defaults();
        options = data.find("test")
                .map(node -> node.asPath(FILE, recipeFolder))
                .map(options::withTest)
                .orElse(options);
        return new Recipe.Series(file, rest(data, recipeFolder, options));
    }

    private static SeriesOptions rest(Mapping data, RecipeFolder recipeFolder, SeriesOptions given) {
        SeriesOptions options = given;
        Optional<Node> share = data.find("test_share");
        if (share.isPresent()) {
            requireNone(data, "test", share.get(), "a share of the series to test on");
            options = options.withTestShare(
                    share.get().asDouble("a number above 0 and below 1", value -> value > 0 && value < 1));
        }
        Optional<Node> window = data.find("window");
        if (window.isPresent()) {
            Mapping of = window.get()
                    .asMapping("a mapping such as {steps: 50, stride: 10}")
                    .allowing("steps", "stride");
            int steps = of.require("steps", "steps: 50").asInt(1, Integer.MAX_VALUE);
            options = options.withWindow(
                    steps,
                    of.find("stride")
                            .map(node -> node.asInt(1, Integer.MAX_VALUE))
                            .orElse(steps));
        }
        options = options.withScale(scale(data));
        options = options.withTable(table(data)).withSteps(steps(data)).withClasses(classes(data));
        options = options.withArrays(names(data, "array"));
        options = data.find("spectrogram")
                .map(SeriesSyntax::spectrogram)
                .map(options::withSpectrogram)
                .orElse(options);
        Optional<Node> labels = data.find("labels");
        if (labels.isPresent()) {
            requireNone(data, "test", labels.get(), "a file of labels");
            requireNone(data, "label_column", labels.get(), "a file of labels");
            options = options.withLabels(labels.get().asPath("a file of labels", recipeFolder));
        }
        return options;
    }

    /** {@code {mels: 64, window: 1024, hop: 512}}; windows overlap by half where nobody says otherwise. */
    private static LogMelSpectrogram spectrogram(Node node) {
        Mapping of = node.asMapping("a mapping such as {mels: 64, window: 1024, hop: 512}")
                .allowing("mels", "window", "hop");
        int mels = of.find("mels").map(each -> each.asInt(1, Integer.MAX_VALUE)).orElse(64);
        int window =
                of.find("window").map(each -> each.asInt(1, Integer.MAX_VALUE)).orElse(1024);
        int hop = of.find("hop").map(each -> each.asInt(1, Integer.MAX_VALUE)).orElse(Math.max(1, window / 2));
        try {
            return new LogMelSpectrogram(mels, window, hop);
        } catch (IllegalArgumentException e) {
            throw node.place().error(e.getMessage() + ".", e);
        }
    }

    /** A name, or {@code {method: robust, channels: all}}. */
    private static SeriesOptions.@Nullable Scale scale(Mapping data) {
        Normalization.Clip clip = data.find("clip").map(SeriesSyntax::clip).orElse(null);
        Optional<Node> scaling = data.find("scaling");
        ScalingName name = ScalingName.MIN_MAX;
        boolean together = false;
        if (scaling.isPresent() && scaling.get() instanceof Mapping of) {
            of.allowing("method", "channels");
            name = of.require("method", "method: robust").asOneOf(ScalingName.class);
            together = of.find("channels")
                            .map(node -> node.asOneOf(Channels.class))
                            .orElse(Channels.EACH)
                    == Channels.ALL;
        } else if (scaling.isPresent()) {
            name = scaling.get().asOneOf(ScalingName.class);
        }
        Scaling chosen = switch (name) {
            case MIN_MAX -> Scaling.MIN_MAX;
            case STANDARDIZE -> Scaling.STANDARDIZE;
            case ROBUST -> Scaling.ROBUST;
            case LOG1P -> Scaling.LOG1P;
            case NONE -> null;
        };
        if (chosen == null && clip != null) {
            throw data.require("clip", "")
                    .place()
                    .error("expected a scaling beside 'clip', found none. Choose a scaling, or remove 'clip'.");
        }
        return chosen == null ? null : new SeriesOptions.Scale(chosen, together, clip);
    }

    private static Normalization.Clip clip(Node node) {
        List<Node> both = node.asItems("two numbers such as [-3, 3]");
        if (both.size() == 2) {
            double least = both.getFirst().asDouble("a number", value -> true);
            double most = both.getLast().asDouble("a number", value -> true);
            if (least < most && Double.isFinite(most - least)) {
                return new Normalization.Clip(least, most);
            }
        }
        throw node.place()
                .error("expected two numbers such as [-3, 3], the smaller first and less than 1.8e308 apart, found"
                        + " others.");
    }

    private static TableOptions table(Mapping data) {
        TableOptions.Syntax syntax = new TableOptions.Syntax(
                data.find("delimiter").map(SeriesSyntax::delimiter).orElse(null),
                data.find("decimal").map(SeriesSyntax::decimal).orElse(null),
                data.find("header").map(node -> node.asInt(0, 100)).orElse(null),
                names(data, "missing_values"));
        if (syntax.decimal() != null && syntax.decimal().equals(syntax.delimiter())) {
            throw data.require("decimal", "")
                    .place()
                    .error("expected another character than the delimiter, found the same. Change one of the two.");
        }
        List<String> time = names(data, "time_column");
        if (time.size() > 2) {
            throw data.require("time_column", "")
                    .place()
                    .error("expected one column, or two with date and time of day, found " + time.size() + ".");
        }
        TableOptions.Roles roles = new TableOptions.Roles(
                time,
                names(data, "columns"),
                names(data, "exclude"),
                column(data, "label_column"),
                false,
                column(data, "id_column"));
        TableOptions.Times times = new TableOptions.Times(
                data.find("date_order")
                        .map(node -> node.asOneOf(DateOrder.class))
                        .orElse(null),
                data.find("time_zone").map(SeriesSyntax::zone).orElse(ZoneOffset.UTC),
                data.find("sort").map(Node::asBoolean).orElse(false));
        return new TableOptions(syntax, roles, times);
    }

    private static char delimiter(Node node) {
        String text = node instanceof Node.Scalar scalar ? scalar.text() : "";
        return SeriesWords.delimiter(text).orElseThrow(() -> unexpected(node, SeriesWords.DELIMITER));
    }

    private static char decimal(Node node) {
        return SeriesWords.decimal(node.asText(SeriesWords.DECIMAL))
                .orElseThrow(() -> unexpected(node, SeriesWords.DECIMAL));
    }

    private static ZoneId zone(Node node) {
        return SeriesWords.zone(node.asText(SeriesWords.ZONE)).orElseThrow(() -> unexpected(node, SeriesWords.ZONE));
    }

    private static RecipeException unexpected(Node node, String expected) {
        return node.place().error("expected " + expected + ", found " + node.found() + ".");
    }

    private static @Nullable String column(Mapping data, String key) {
        return data.find(key).map(node -> node.asText("the name of a column")).orElse(null);
    }

    /** One name or a list of them. */
    private static List<String> names(Mapping data, String key) {
        Optional<Node> node = data.find(key);
        if (node.isEmpty()) {
            return List.of();
        }
        return node.get() instanceof Node.Sequence
                ? node.get().asItems("a list of names").stream()
                        .map(item -> name(item, "a name"))
                        .toList()
                : List.of(name(node.get(), "a name or a list of names"));
    }

    /** pandas writes an index, which may be times, into a column whose name is empty. */
    private static String name(Node node, String expected) {
        boolean empty = node instanceof Node.Scalar scalar
                && scalar.kind() == Node.Kind.TEXT
                && scalar.text().isEmpty();
        return empty ? "" : node.asText(expected);
    }

    private static SeriesOptions.Steps steps(Mapping data) {
        SeriesOptions.Steps plain = SeriesOptions.Steps.PLAIN;
        return new SeriesOptions.Steps(
                data.find("missing")
                        .map(node -> node.asOneOf(SeriesOptions.Missing.class))
                        .orElse(plain.missing()),
                data.find("max_gap").map(SeriesSyntax::duration).orElse(null),
                data.find("resample").map(SeriesSyntax::resample).orElse(null),
                data.find("lengths").map(SeriesSyntax::lengths).orElse(plain.lengths()));
    }

    private static SeriesOptions.Resample resample(Node node) {
        Mapping of =
                node.asMapping("a mapping such as {every: 1min, how: mean}").allowing("every", "how");
        Node every = of.require("every", "every: 1min");
        Duration step = duration(every);
        if (step.compareTo(Duration.ofMillis(1)) < 0) {
            throw every.place().error("expected at least 1ms, found " + every.found() + ".");
        }
        return new SeriesOptions.Resample(
                step,
                of.find("how")
                        .map(how -> how.asOneOf(SeriesOptions.Resample.How.class))
                        .orElse(SeriesOptions.Resample.How.MEAN));
    }

    private static Duration duration(Node node) {
        return SeriesWords.duration(node.asText(SeriesWords.DURATION))
                .orElseThrow(() -> unexpected(node, SeriesWords.DURATION));
    }

    /** {@code cut}, {@code pad}, or {@code {pad: -1}}. */
    private static SeriesOptions.Lengths lengths(Node node) {
        if (node instanceof Mapping of) {
            of.allowing("pad");
            return new SeriesOptions.Lengths(false, of.require("pad", "pad: -1").asFloat("a number", value -> true));
        }
        return switch (node.asOneOf(LengthsName.class)) {
            case PAD -> SeriesOptions.Steps.PLAIN.lengths();
            case CUT -> new SeriesOptions.Lengths(true, 0);
        };
    }

    private static SeriesOptions.Classes classes(Mapping data) {
        SeriesOptions.Classes all = SeriesOptions.Classes.ALL;
        LabelRule rule = data.find("label_rule")
                .map(node -> node.asOneOf(LabelRule.class))
                .orElse(all.rule());
        Optional<Node> trainOn = data.find("train_on");
        if (trainOn.isEmpty()) {
            return new SeriesOptions.Classes(all.trainOn(), rule);
        }
        String example = "a mapping such as {status: NORMAL}";
        Mapping of = trainOn.get().asMapping(example);
        String column = column(data, "label_column");
        if (of.entries().size() != 1 || (column != null && !of.entries().containsKey(column))) {
            throw trainOn.get()
                    .place()
                    .error("expected the column of labels alone, such as {"
                            + (column == null ? "status" : column) + ": NORMAL}, found "
                            + String.join(", ", of.entries().keySet()) + ".");
        }
        if (column == null) {
            throw trainOn.get()
                    .place()
                    .error("expected 'label_column' beside 'train_on', found none. Add 'label_column: "
                            + of.entries().keySet().iterator().next() + "'.");
        }
        return new SeriesOptions.Classes(names(of, column), rule);
    }

    private static void requireNone(Mapping data, String key, Node beside, String what) {
        if (data.find(key).isPresent()) {
            throw beside.place().error("expected " + what + " or '" + key + "', found both. Remove one of the two.");
        }
    }

    static Map<String, Object> write(Recipe.Series series) {
        SeriesOptions options = series.options();
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("source", series.file().toString());
        if (options.test() == null) {
            tree.put("test_share", options.testShare());
        } else {
            tree.put("test", options.test().toString());
        }
        SeriesOptions.Window window = options.window();
        if (window != null) {
            Map<String, Object> of = new LinkedHashMap<>();
            of.put("steps", window.steps());
            of.put("stride", window.stride());
            tree.put("window", of);
        }
        if (!options.arrays().isEmpty()) {
            tree.put("array", options.arrays().size() == 1 ? options.arrays().getFirst() : options.arrays());
        }
        LogMelSpectrogram spectrogram = options.spectrogram();
        if (spectrogram != null) {
            Map<String, Object> of = new LinkedHashMap<>();
            of.put("mels", spectrogram.mels());
            of.put("window", spectrogram.window());
            of.put("hop", spectrogram.hop());
            tree.put("spectrogram", of);
        }
        writeScale(options.scaling(), tree);
        if (options.labels() != null) {
            tree.put("labels", options.labels().toString());
        }
        writeTable(options.table(), tree);
        writeSteps(options.steps(), tree);
        SeriesOptions.Classes classes = options.classes();
        if (classes.rule() != SeriesOptions.Classes.ALL.rule()) {
            tree.put("label_rule", lower(classes.rule()));
        }
        String label = options.table().roles().label();
        if (!classes.trainOn().isEmpty() && label != null) {
            tree.put("train_on", Map.of(label, classes.trainOn()));
        }
        return tree;
    }

    private static void writeScale(SeriesOptions.@Nullable Scale scale, Map<String, Object> tree) {
        if (scale == null) {
            tree.put("scaling", "none");
            return;
        }
        String method = lower(scale.scaling());
        if (scale.together()) {
            Map<String, Object> of = new LinkedHashMap<>();
            of.put("method", method);
            of.put("channels", "all");
            tree.put("scaling", of);
        } else {
            tree.put("scaling", method);
        }
        Normalization.Clip clip = scale.clip();
        if (clip != null) {
            tree.put("clip", List.of(clip.least(), clip.most()));
        }
    }

    private static void writeTable(TableOptions table, Map<String, Object> tree) {
        TableOptions.Syntax syntax = table.syntax();
        if (syntax.delimiter() != null) {
            char delimiter = syntax.delimiter();
            tree.put("delimiter", delimiter == '\t' ? "tab" : delimiter == ' ' ? "space" : String.valueOf(delimiter));
        }
        if (syntax.decimal() != null) {
            tree.put("decimal", String.valueOf(syntax.decimal()));
        }
        if (syntax.headerLines() != null) {
            tree.put("header", syntax.headerLines());
        }
        TableOptions.Roles roles = table.roles();
        writeNames("missing_values", syntax.missing(), tree);
        writeNames("time_column", roles.time(), tree);
        if (!table.times().zone().equals(ZoneOffset.UTC)) {
            tree.put("time_zone", table.times().zone().getId());
        }
        DateOrder order = table.times().order();
        if (order != null) {
            tree.put("date_order", lower(order));
        }
        if (table.times().sort()) {
            tree.put("sort", true);
        }
        writeNames("columns", roles.columns(), tree);
        writeNames("exclude", roles.exclude(), tree);
        if (roles.id() != null) {
            tree.put("id_column", roles.id());
        }
        if (roles.label() != null) {
            tree.put("label_column", roles.label());
        }
    }

    private static void writeNames(String key, List<String> names, Map<String, Object> tree) {
        if (!names.isEmpty()) {
            tree.put(key, names);
        }
    }

    private static void writeSteps(SeriesOptions.Steps steps, Map<String, Object> tree) {
        if (steps.missing() != SeriesOptions.Steps.PLAIN.missing()) {
            tree.put("missing", lower(steps.missing()));
        }
        if (steps.maxGap() != null) {
            tree.put("max_gap", text(steps.maxGap()));
        }
        SeriesOptions.Resample resample = steps.resample();
        if (resample != null) {
            Map<String, Object> of = new LinkedHashMap<>();
            of.put("every", text(resample.every()));
            of.put("how", lower(resample.how()));
            tree.put("resample", of);
        }
        if (steps.lengths().cut()) {
            tree.put("lengths", "cut");
        } else if (!steps.lengths().equals(SeriesOptions.Steps.PLAIN.lengths())) {
            tree.put("lengths", Map.of("pad", steps.lengths().filling()));
        }
    }

    private static String text(Duration duration) {
        return new BigDecimal(duration.toNanos())
                        .movePointLeft(9)
                        .stripTrailingZeros()
                        .toPlainString() + "s";
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

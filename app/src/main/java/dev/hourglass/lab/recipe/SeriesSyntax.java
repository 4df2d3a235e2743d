package dev.hourglass.lab.recipe;

import dev.hourglass.data.series.Scaling;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.lab.recipe.Node.Mapping;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a recipe writes series of the user's own: {@code data: {source: pump.csv, window: {steps: 50, stride: 10}}}. The
 * settings are those of {@link SeriesOptions}; paths go from the recipe's folder.
 */
final class SeriesSyntax {
    private static final List<String> KEYS =
            List.of("source", "test", "test_share", "window", "scaling", "labels", "label_column");
    private static final String FILE = "a CSV or NPY file";

    /** {@link Scaling}, and none. */
    private enum ScalingName {
        MIN_MAX,
        STANDARDIZE,
        NONE
    }

    private SeriesSyntax() {}

    /** All keys of {@code data}. */
    static String[] keysBeside(String... others) {
        return Stream.concat(Stream.of(others), KEYS.stream()).toArray(String[]::new);
    }

    /** Refuses what only a series has where there is none. */
    static void requireSource(Mapping data) {
        for (String key : KEYS) {
            Node.Entry entry = data.entries().get(key);
            if (entry != null) {
                throw entry.key()
                        .error("expected '" + key
                                + "' beside a 'source', found none. Add 'source: FILE.csv', or remove '" + key + "'.");
            }
        }
    }

    static Recipe.Series read(Mapping data, Optional<Path> recipeFolder) {
        for (String key : List.of("name", "folder")) {
            Node.Entry entry = data.entries().get(key);
            if (entry != null) {
                throw entry.key()
                        .error("expected a source alone, found '" + key + "' beside it. Remove one of the two.");
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

    private static SeriesOptions rest(Mapping data, Optional<Path> recipeFolder, SeriesOptions given) {
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
        Optional<Node> scaling = data.find("scaling");
        if (scaling.isPresent()) {
            options = options.withScaling(
                    switch (scaling.get().asOneOf(ScalingName.class)) {
                        case MIN_MAX -> Scaling.MIN_MAX;
                        case STANDARDIZE -> Scaling.STANDARDIZE;
                        case NONE -> null;
                    });
        }
        Optional<Node> column = data.find("label_column");
        if (column.isPresent()) {
            options = options.withLabelColumn(column.get().asText("the name of a column"));
        }
        Optional<Node> labels = data.find("labels");
        if (labels.isPresent()) {
            requireNone(data, "test", labels.get(), "a file of labels");
            requireNone(data, "label_column", labels.get(), "a file of labels");
            options = options.withLabels(labels.get().asPath("a file of labels", recipeFolder));
        }
        return options;
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
        Scaling scaling = options.scaling();
        tree.put("scaling", scaling == null ? "none" : scaling.name().toLowerCase(Locale.ROOT));
        if (options.labels() != null) {
            tree.put("labels", options.labels().toString());
        }
        if (options.labelColumn() != null) {
            tree.put("label_column", options.labelColumn());
        }
        return tree;
    }
}

package dev.hourglass.lab.recipe;

import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.ThresholdRule;
import dev.hourglass.lab.recipe.Node.Mapping;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a recipe says that its models become detectors: {@code detect: {threshold: {false_alarms: 0.001}, new: new.csv}}. */
final class DetectSyntax {
    private static final double PEAKS = 0.02;
    private static final double HOLD_OUT = 0.2;
    private static final List<String> RULES = List.of("false_alarms", "quantile", "deviations", "peaks", "conformal");

    private DetectSyntax() {}

    static Recipe.Detect read(Node node, RecipeFolder folder) {
        Mapping detect = node.asMapping("a mapping such as {threshold: {false_alarms: 0.01}}, or {}")
                .allowing(
                        "hold_out",
                        "normal",
                        "new",
                        "rivals",
                        "threshold",
                        "errors",
                        "blur_errors",
                        "smooth",
                        "overlap",
                        "events");
        return new Recipe.Detect(
                detect.find("hold_out")
                        .map(value -> value.asDouble("a share above 0 and below 1", share -> share > 0 && share < 1))
                        .orElse(HOLD_OUT),
                detect.find("normal")
                        .map(value -> value.asItems("a list of classes that are normal").stream()
                                .map(item -> item.asText("the name of a class"))
                                .toList())
                        .orElse(List.of()),
                detect.find("new")
                        .map(value -> value.asPath("a file or folder to score", folder))
                        .orElse(null),
                detect.find("rivals").map(Node::asBoolean).orElse(true),
                new DetectionSettings(
                        detect.find("threshold").map(DetectSyntax::rule).orElse(null),
                        detect.find("errors")
                                .map(value -> value.asOneOf(DetectionOptions.Errors.class))
                                .orElse(null),
                        detect.find("blur_errors")
                                .map(value ->
                                        value.asDouble("0 to 100 pixels or steps", blur -> blur >= 0 && blur <= 100))
                                .orElse(null),
                        detect.find("smooth")
                                .map(value -> value.asInt(1, 1_000_000))
                                .orElse(null),
                        detect.find("overlap")
                                .map(value -> value.asOneOf(RowAnswers.Overlap.class))
                                .orElse(null),
                        detect.find("events").map(DetectSyntax::events).orElse(DetectionSettings.DEFAULT.events())));
    }

    private static ThresholdRule.FromNormal rule(Node node) {
        Mapping mapping =
                node.asMapping("a mapping such as {false_alarms: 0.01}").allowing(RULES.toArray(new String[0]));
        if (mapping.entries().size() != 1) {
            throw node.place()
                    .error("expected one of " + String.join(", ", RULES) + ", found "
                            + mapping.entries().size() + ".");
        }
        String name = mapping.entries().keySet().iterator().next();
        Node value = mapping.require(name, "false_alarms: 0.01");
        double number = value.asDouble("a number > 0", any -> any > 0);
        try {
            return switch (name) {
                case "false_alarms" -> new ThresholdRule.FalseAlarmRate(number);
                case "quantile" -> new ThresholdRule.Quantile(number);
                case "deviations" -> new ThresholdRule.MeanDeviations(number);
                case "peaks" -> new ThresholdRule.PeaksOverThreshold(number, PEAKS);
                case "conformal" -> new ThresholdRule.Conformal(number);
                default -> throw new IllegalStateException(name);
            };
        } catch (IllegalArgumentException e) {
            throw value.place().error(String.valueOf(e.getMessage()) + ".");
        }
    }

    private static DetectionSettings.Events events(Node node) {
        Mapping events = node.asMapping("a mapping such as {end: 0.8, merge_gap: 5}")
                .allowing("start", "end", "merge_gap", "least_rows");
        DetectionSettings.Events read = new DetectionSettings.Events(
                events.find("start").map(DetectSyntax::score).orElse(null),
                events.find("end").map(DetectSyntax::score).orElse(null),
                events.find("merge_gap")
                        .map(value -> value.asInt(0, 1_000_000_000))
                        .orElse(null),
                events.find("least_rows")
                        .map(value -> value.asInt(1, 1_000_000_000))
                        .orElse(null));
        try {
            read.over(DetectionOptions.defaults().events());
            return read;
        } catch (IllegalArgumentException e) {
            throw node.place().error(String.valueOf(e.getMessage()) + ".");
        }
    }

    private static double score(Node node) {
        return node.asDouble("a score, 1 being the threshold", score -> score >= 0);
    }

    static Map<String, Object> write(Recipe.Detect detect) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("hold_out", detect.holdOut());
        if (!detect.normal().isEmpty()) {
            tree.put("normal", detect.normal());
        }
        put(tree, "new", detect.scored() == null ? null : detect.scored().toString());
        tree.put("rivals", detect.rivals());
        DetectionSettings settings = detect.settings();
        put(tree, "threshold", settings.rule() == null ? null : rule(settings.rule()));
        put(tree, "errors", word(settings.errors()));
        put(tree, "blur_errors", settings.blurErrors());
        put(tree, "smooth", settings.smooth());
        put(tree, "overlap", word(settings.overlap()));
        Map<String, Object> events = new LinkedHashMap<>();
        put(events, "start", settings.events().start());
        put(events, "end", settings.events().end());
        put(events, "merge_gap", settings.events().mergeGap());
        put(events, "least_rows", settings.events().leastRows());
        put(tree, "events", events.isEmpty() ? null : events);
        return tree;
    }

    private static void put(Map<String, Object> tree, String key, @Nullable Object value) {
        if (value != null) {
            tree.put(key, value);
        }
    }

    private static @Nullable String word(@Nullable Enum<?> constant) {
        return constant == null ? null : constant.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> rule(ThresholdRule.FromNormal rule) {
        return switch (rule) {
            case ThresholdRule.FalseAlarmRate alarms -> Map.of("false_alarms", alarms.rate());
            case ThresholdRule.Quantile quantile -> Map.of("quantile", quantile.share());
            case ThresholdRule.MeanDeviations mean -> Map.of("deviations", mean.deviations());
            case ThresholdRule.PeaksOverThreshold peaks -> Map.of("peaks", peaks.rate());
            case ThresholdRule.Conformal conformal -> Map.of("conformal", conformal.level());
        };
    }
}

package dev.hourglass.formats.keras;

import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.CalibratedThreshold;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.ThresholdRule;
import dev.hourglass.detect.series.EventOptions;
import dev.hourglass.detect.series.Smoothing;
import dev.hourglass.detect.series.StepErrors;
import dev.hourglass.formats.json.Json;
import dev.hourglass.tensor.Shape;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What makes a model a detector, as JSON: a member of our note in Keras's files, an entry of ONNX's metadata. */
public final class DetectionNote {
    public static final String NAME = "detection";

    private DetectionNote() {}

    public static Map<String, Object> toTree(Detection detection) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("errors", errors(detection.errors()));
        if (detection.errorBlur() > 0) {
            tree.put("error_blur", detection.errorBlur());
        }
        tree.put("overlap", word(detection.overlap()));
        tree.put("smoothing", smoothing(detection.smoothing()));
        tree.put("threshold", threshold(detection.threshold()));
        tree.put("events", events(detection.events()));
        if (detection.edge() > 0) {
            tree.put("edge", detection.edge());
        }
        tree.put("normal", detection.normal());
        Detection.Windows windows = detection.windows();
        if (windows != null) {
            Map<String, Object> cut = new LinkedHashMap<>();
            cut.put("steps", windows.steps());
            cut.put("stride", windows.stride());
            Duration every = windows.every();
            if (every != null) {
                cut.put("every", every.toString());
            }
            tree.put("windows", cut);
        }
        return tree;
    }

    private static Map<String, Object> errors(StepErrors errors) {
        return switch (errors) {
            case StepErrors.Squared ignored -> Map.of("kind", "squared");
            case StepErrors.Absolute ignored -> Map.of("kind", "absolute");
            case StepErrors.Mahalanobis whitened -> whitening("mahalanobis", whitened);
            case StepErrors.Code code -> whitening("code", code.codes());
            case StepErrors.Bound bound -> {
                Map<String, Object> tree = new LinkedHashMap<>();
                tree.put("kind", "bound");
                tree.put("variance", bound.variance());
                tree.put("code", bound.codeSize());
                yield tree;
            }
        };
    }

    private static Map<String, Object> whitening(String kind, StepErrors.Mahalanobis whitened) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("kind", kind);
        tree.put("mean", list(whitened.mean()));
        tree.put("inverse", list(whitened.inverse()));
        return tree;
    }

    private static Map<String, Object> events(EventOptions events) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("start", events.start());
        tree.put("end", events.end());
        tree.put("merge_gap", events.mergeGap());
        tree.put("least_rows", events.leastRows());
        return tree;
    }

    private static Map<String, Object> smoothing(Smoothing smoothing) {
        return switch (smoothing) {
            case Smoothing.MovingAverage average -> Map.of("moving_average", average.rows());
            case Smoothing.Exponential exponential -> Map.of("exponential", exponential.alpha());
        };
    }

    private static Map<String, Object> threshold(CalibratedThreshold threshold) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("rule", rule(threshold.rule()));
        tree.put("value", threshold.threshold());
        // JSON has no infinity: a bound that the data are too few for is absent.
        if (Double.isFinite(threshold.low())) {
            tree.put("low", threshold.low());
        }
        if (Double.isFinite(threshold.high())) {
            tree.put("high", threshold.high());
        }
        tree.put("interval", threshold.interval());
        tree.put("scores", threshold.scores());
        tree.put("note", threshold.note());
        return tree;
    }

    private static Map<String, Object> rule(ThresholdRule rule) {
        return switch (rule) {
            case ThresholdRule.Quantile quantile -> Map.of("quantile", quantile.share());
            case ThresholdRule.FalseAlarmRate alarms -> Map.of("false_alarm_rate", alarms.rate());
            case ThresholdRule.MeanDeviations mean -> Map.of("mean_deviations", mean.deviations());
            case ThresholdRule.PeaksOverThreshold peaks ->
                Map.of("peaks_over_threshold", List.of(peaks.rate(), peaks.peaks()));
            case ThresholdRule.Conformal conformal -> Map.of("conformal", conformal.level());
            case ThresholdRule.Cost cost -> Map.of("cost", List.of(cost.miss(), cost.alarm()));
        };
    }

    /**
     * @param json null where there is none
     * @param input of the model
     * @throws dev.hourglass.tensor.CorruptFileException if it is none, or none of this model
     */
    public static @Nullable Detection read(@Nullable Json json, Shape input) {
        if (json == null) {
            return null;
        }
        Json.Mapping tree = json.asMapping();
        Json.Mapping events = tree.get("events").asMapping();
        Json blur = tree.find("error_blur");
        Json edge = tree.find("edge");
        try {
            return new Detection(
                    errors(tree.get("errors").asMapping(), input),
                    blur == null ? 0 : blur.asNumber(),
                    overlap(tree.get("overlap")),
                    smoothing(tree.get("smoothing").asMapping()),
                    threshold(tree.get("threshold").asMapping()),
                    new EventOptions(
                            events.get("start").asNumber(),
                            events.get("end").asNumber(),
                            events.get("merge_gap").asWhole(),
                            events.get("least_rows").asWhole()),
                    edge == null ? 0 : edge.asNumber(),
                    tree.get("normal").asText(),
                    windows(tree.find("windows"), input));
        } catch (IllegalArgumentException e) {
            throw json.place()
                    .corrupt("what makes this model a detector", Json.printable(String.valueOf(e.getMessage())));
        }
    }

    private static StepErrors errors(Json.Mapping tree, Shape input) {
        Json kind = tree.get("kind");
        return switch (kind.asText()) {
            case "squared" -> new StepErrors.Squared();
            case "absolute" -> new StepErrors.Absolute();
            case "mahalanobis" -> {
                int channels = input.dimension(-1);
                Json mean = tree.get("mean");
                if (mean.asSequence().items().size() != channels) {
                    throw mean.place().corrupt("the mean errors of " + channels + " channels", mean.excerpt());
                }
                yield StepErrors.Mahalanobis.of(numbers(mean), numbers(tree.get("inverse")));
            }
            case "code" -> // held against the model's code where the model is known
                new StepErrors.Code(StepErrors.Mahalanobis.of(numbers(tree.get("mean")), numbers(tree.get("inverse"))));
            case "bound" ->
                new StepErrors.Bound(
                        tree.get("variance").asNumber(), tree.get("code").asWhole(), input.size());
            default -> throw kind.place().corrupt("squared, absolute, mahalanobis, code or bound", kind.excerpt());
        };
    }

    private static RowAnswers.Overlap overlap(Json word) {
        return Arrays.stream(RowAnswers.Overlap.values())
                .filter(overlap -> word(overlap).equals(word.asText()))
                .findFirst()
                .orElseThrow(() -> word.place().corrupt("mean, median, last or causal", word.excerpt()));
    }

    private static String word(RowAnswers.Overlap overlap) {
        return overlap.name().toLowerCase(Locale.ROOT);
    }

    private static Smoothing smoothing(Json.Mapping tree) {
        Json average = tree.find("moving_average");
        return average == null
                ? new Smoothing.Exponential(tree.get("exponential").asNumber())
                : new Smoothing.MovingAverage(average.asWhole());
    }

    private static CalibratedThreshold threshold(Json.Mapping tree) {
        Json low = tree.find("low");
        Json high = tree.find("high");
        Json scores = tree.get("scores");
        if (scores.asWhole() < 1) {
            throw scores.place().corrupt("1 score or more", scores.excerpt());
        }
        return new CalibratedThreshold(
                rule(tree.get("rule").asMapping()),
                tree.get("value").asNumber(),
                low == null ? Double.NEGATIVE_INFINITY : low.asNumber(),
                high == null ? Double.POSITIVE_INFINITY : high.asNumber(),
                tree.get("interval").asText(),
                scores.asWhole(),
                tree.get("note").asText());
    }

    private static ThresholdRule rule(Json.Mapping tree) {
        String name =
                tree.members().size() == 1 ? tree.members().keySet().iterator().next() : "";
        return switch (name) {
            case "quantile" -> new ThresholdRule.Quantile(tree.get(name).asNumber());
            case "false_alarm_rate" ->
                new ThresholdRule.FalseAlarmRate(tree.get(name).asNumber());
            case "mean_deviations" ->
                new ThresholdRule.MeanDeviations(tree.get(name).asNumber());
            case "peaks_over_threshold" -> {
                double[] both = two(tree.get(name));
                yield new ThresholdRule.PeaksOverThreshold(both[0], both[1]);
            }
            case "conformal" -> new ThresholdRule.Conformal(tree.get(name).asNumber());
            case "cost" -> {
                double[] both = two(tree.get(name));
                yield new ThresholdRule.Cost(both[0], both[1]);
            }
            default -> throw tree.place().corrupt("a rule for thresholds", tree.excerpt());
        };
    }

    private static Detection.@Nullable Windows windows(@Nullable Json json, Shape input) {
        if (json == null) {
            return null;
        }
        Json.Mapping tree = json.asMapping();
        int steps = tree.get("steps").asWhole();
        if (steps != input.size() / input.dimension(-1)) {
            throw json.place().corrupt("windows of the model's input " + input, json.excerpt());
        }
        Json every = tree.find("every");
        return new Detection.Windows(steps, tree.get("stride").asWhole(), every == null ? null : duration(every));
    }

    private static Duration duration(Json text) {
        try {
            return Duration.parse(text.asText());
        } catch (DateTimeException e) {
            throw text.place().corrupt("a duration such as PT10S", text.excerpt());
        }
    }

    private static double[] two(Json json) {
        double[] both = numbers(json);
        if (both.length != 2) {
            throw json.place().corrupt("two numbers", json.excerpt());
        }
        return both;
    }

    private static double[] numbers(Json list) {
        return list.asSequence().items().stream().mapToDouble(Json::asNumber).toArray();
    }

    private static List<Double> list(double[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }
}

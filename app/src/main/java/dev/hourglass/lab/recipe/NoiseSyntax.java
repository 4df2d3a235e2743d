package dev.hourglass.lab.recipe;

import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.train.InputNoise;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a recipe writes what spoils inputs: {@code noise: {gaussian: {stddev: 0.3, low: 0, high: 1}}},
 * {@code {salt_and_pepper: {rate: 0.1}}}, {@code {masking: {rate: 0.3}}} or {@code {blur: {sigma: 1}}}, in the numbers that the
 * model sees. A number alone is the setting that has to be there: {@code noise: {gaussian: 0.3}}.
 */
final class NoiseSyntax {
    private static final String EXAMPLE = "noise such as '{gaussian: {stddev: 0.3}}' or '{masking: {rate: 0.3}}'";

    private NoiseSyntax() {}

    static InputNoise read(Node node) {
        Mapping mapping = node.asMapping(EXAMPLE).allowing("gaussian", "salt_and_pepper", "masking", "blur");
        if (mapping.entries().size() != 1) {
            throw mapping.place()
                    .error("expected one kind of noise, found "
                            + mapping.entries().size() + ".");
        }
        String kind = mapping.entries().keySet().iterator().next();
        Mapping settings = settings(mapping, kind);
        try {
            return switch (kind) {
                case "gaussian" -> {
                    settings.allowing("stddev", "low", "high");
                    yield new InputNoise.Gaussian(
                            settings.require("stddev", "stddev: 0.3").asFloat("a number > 0", value -> value > 0),
                            bound(settings, "low", Float.NEGATIVE_INFINITY),
                            bound(settings, "high", Float.POSITIVE_INFINITY));
                }
                case "salt_and_pepper" -> {
                    settings.allowing("rate", "low", "high");
                    yield new InputNoise.SaltAndPepper(
                            rate(settings), bound(settings, "low", 0), bound(settings, "high", 1));
                }
                case "blur" -> {
                    settings.allowing("sigma");
                    yield new InputNoise.Blur(settings.require("sigma", "sigma: 1")
                            .asFloat("a number > 0 and <= 100", value -> value > 0 && value <= 100));
                }
                default -> {
                    settings.allowing("rate", "value");
                    yield new InputNoise.Masking(rate(settings), bound(settings, "value", 0));
                }
            };
        } catch (IllegalArgumentException e) {
            throw settings.place().error(e.getMessage() + ".", e);
        }
    }

    /** A number alone is the kind's first setting. */
    private static Mapping settings(Mapping noise, String kind) {
        Node given = noise.require(kind, EXAMPLE);
        Node.Entry entry = noise.entries().get(kind);
        if (!(given instanceof Node.Scalar) || entry == null) {
            return given.asMapping("the settings of " + kind);
        }
        String only = switch (kind) {
            case "gaussian" -> "stddev";
            case "blur" -> "sigma";
            default -> "rate";
        };
        return new Mapping(given.place(), Map.of(only, entry));
    }

    private static float rate(Mapping settings) {
        return settings.require("rate", "rate: 0.3").asFloat("a number > 0 and <= 1", value -> value > 0 && value <= 1);
    }

    private static float bound(Mapping settings, String key, float otherwise) {
        return settings.find(key)
                .map(value -> value.asFloat("a number", number -> true))
                .orElse(otherwise);
    }

    /** What {@link #read} reads. */
    static Map<String, Object> write(InputNoise noise) {
        Map<String, Object> settings = new LinkedHashMap<>();
        return switch (noise) {
            case InputNoise.None ignored -> Map.of();
            case InputNoise.Gaussian gaussian -> {
                settings.put("stddev", gaussian.stddev());
                if (Float.isFinite(gaussian.low())) {
                    settings.put("low", gaussian.low());
                }
                if (Float.isFinite(gaussian.high())) {
                    settings.put("high", gaussian.high());
                }
                yield Map.of("gaussian", settings);
            }
            case InputNoise.SaltAndPepper pepper -> {
                settings.put("rate", pepper.rate());
                settings.put("low", pepper.low());
                settings.put("high", pepper.high());
                yield Map.of("salt_and_pepper", settings);
            }
            case InputNoise.Blur blur -> Map.of("blur", Map.of("sigma", blur.sigma()));
            case InputNoise.Masking masking -> {
                settings.put("rate", masking.rate());
                settings.put("value", masking.value());
                yield Map.of("masking", settings);
            }
        };
    }
}

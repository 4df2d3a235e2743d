package dev.hourglass.lab.recipe;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.SettingException;
import dev.hourglass.files.Failures;
import dev.hourglass.files.Spelling;
import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.lab.recipe.Node.Scalar;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a recipe writes what Keras's {@code compile} is given: {@code loss: binary_crossentropy} and {@code optimizer:
 * {name: sgd, momentum: 0.9}}, with Keras's names and settings. On one line, {@code sgd:momentum=0.9} says the same, and
 * so does {@code {sgd: {momentum: 0.9}}}.
 */
public final class CompileSyntax {
    private static final String LOSS_EXAMPLE = "a loss such as 'binary_crossentropy' or '{name: huber, delta: 0.5}'";
    private static final String OPTIMIZER_EXAMPLE =
            "an optimizer such as 'adam' or '{name: sgd, learning_rate: 0.01, momentum: 0.9}'";

    private CompileSyntax() {}

    /**
     * A loss as a user types it, such as {@code huber:delta=0.5}.
     *
     * @throws RecipeException if there is none like that: expected, found and what may have been meant
     */
    public static Loss loss(String text) {
        try {
            return Loss.parse(text);
        } catch (SettingException e) {
            throw new RecipeException(sentence(e), e);
        }
    }

    /**
     * An optimizer as a user types it, such as {@code sgd:learning_rate=0.01,momentum=0.9}; its learning rate is above 0.
     *
     * @throws RecipeException as {@link #loss(String)} does
     */
    public static Optimizer optimizer(String text) {
        try {
            Optimizer optimizer = Optimizer.parse(text);
            if (!(optimizer.learningRate() > 0)) {
                throw new RecipeException("learning_rate: " + notPositive(optimizer));
            }
            return optimizer;
        } catch (SettingException e) {
            throw new RecipeException(sentence(e), e);
        }
    }

    private static String notPositive(Optimizer optimizer) {
        return "expected a number > 0, found " + optimizer.learningRate() + ".";
    }

    static Loss loss(Node node) {
        return node instanceof Scalar
                ? typed(node, LOSS_EXAMPLE, CompileSyntax::loss)
                : Named.of(node, LOSS_EXAMPLE).made(Loss::of);
    }

    static Optimizer optimizer(Node node) {
        if (node instanceof Scalar) {
            return typed(node, OPTIMIZER_EXAMPLE, CompileSyntax::optimizer);
        }
        Named named = Named.of(node, OPTIMIZER_EXAMPLE);
        Optimizer optimizer = named.made(Optimizer::of);
        if (!(optimizer.learningRate() > 0)) {
            throw named.valuePlace("learning_rate").error(notPositive(optimizer));
        }
        return optimizer;
    }

    private static <T> T typed(Node node, String example, Function<String, T> read) {
        String text = node.asText(example);
        try {
            return read.apply(text);
        } catch (RecipeException e) {
            throw node.place().error(Failures.reason(e), e);
        }
    }

    /** Whether an optimizer says its learning rate itself. */
    static boolean hasLearningRate(Node optimizer) {
        return optimizer instanceof Scalar scalar
                ? scalar.text().contains("learning_rate")
                : Named.of(optimizer, OPTIMIZER_EXAMPLE).settings().containsKey("learning_rate");
    }

    /** The keys of a recipe's training; those that are as by default are left out, and the learning rate stands by itself. */
    static Map<String, Object> write(Loss loss, Optimizer optimizer) {
        Map<String, Object> tree = new LinkedHashMap<>();
        // Those of several outputs stand with the outputs.
        Loss written =
                loss.outputTerms().isEmpty() ? loss : new Loss.MeanSquaredError().withPenalties(loss.penalties());
        if (!written.equals(new Loss.MeanSquaredError())) {
            tree.put("loss", tree(written.kerasName(), written.settings()));
        }
        Map<String, Object> settings = new LinkedHashMap<>(optimizer.changedSettings());
        settings.remove("learning_rate");
        if (!(optimizer instanceof Optimizer.Adam) || !settings.isEmpty()) {
            tree.put("optimizer", tree(optimizer.kerasName(), settings));
        }
        return tree;
    }

    private static Object tree(String name, Map<String, Object> settings) {
        if (settings.isEmpty()) {
            return name;
        }
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("name", name);
        tree.putAll(settings);
        return tree;
    }

    /** A name with settings, and where each stands. */
    private record Named(Place place, String name, Map<String, Node.Entry> settings) {
        static Named of(Node node, String example) {
            Mapping mapping = node.asMapping(example);
            Node.Entry name = mapping.entries().get("name");
            if (name != null) {
                Map<String, Node.Entry> settings = new LinkedHashMap<>(mapping.entries());
                settings.remove("name");
                return new Named(name.value().place(), name.value().asText(example), settings);
            }
            if (mapping.entries().size() != 1) {
                throw mapping.place().error("expected the key 'name', found none. Write " + example + ".");
            }
            Map.Entry<String, Node.Entry> only =
                    mapping.entries().entrySet().iterator().next();
            Node settings = only.getValue().value();
            return new Named(
                    only.getValue().key(),
                    only.getKey(),
                    settings.asMapping("the settings of " + only.getKey()).entries());
        }

        <T> T made(BiFunction<String, Map<String, ?>, T> maker) {
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            settings.forEach((setting, entry) -> values.put(setting, value(entry.value())));
            try {
                return maker.apply(name, values);
            } catch (SettingException e) {
                Node.Entry entry = settings.get(e.setting());
                Place at = entry == null
                        ? place
                        : e.isUnknown() ? entry.key() : entry.value().place();
                throw at.error(entry == null ? sentence(e) : withoutSetting(e), e);
            }
        }

        Place valuePlace(String setting) {
            Node.Entry entry = settings.get(setting);
            return entry == null ? place : entry.value().place();
        }

        private static @Nullable Object value(Node node) {
            if (node instanceof Node.Sequence list) {
                return list.items().stream().map(Named::value).toList();
            }
            if (!(node instanceof Scalar scalar)) {
                return node.found();
            }
            return switch (scalar.kind()) {
                case INTEGER, DECIMAL -> decimal(scalar);
                case BOOLEAN -> scalar.asBoolean();
                case TEXT -> scalar.text();
                case NOTHING -> null;
            };
        }

        /** What YAML takes for a number and is none, such as .nan, stays text. */
        private static Object decimal(Scalar scalar) {
            try {
                return new BigDecimal(scalar.text());
            } catch (NumberFormatException e) {
                return scalar.text();
            }
        }
    }

    /** Which setting, expected, found and what may have been meant. */
    private static String sentence(SettingException e) {
        return (e.setting().isEmpty() ? "" : e.setting() + ": ") + withoutSetting(e);
    }

    private static String withoutSetting(SettingException e) {
        String hint = e.known().isEmpty() ? "" : Spelling.hint(e.found().replace("'", ""), e.known());
        return "expected " + e.expected() + ", found " + e.found() + "." + hint;
    }
}

package dev.hourglass.lab.recipe;

import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.train.Callbacks;
import dev.hourglass.train.EarlyStopping;
import dev.hourglass.train.Monitor;
import dev.hourglass.train.ReduceLrOnPlateau;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a recipe writes callbacks: {@code early_stopping: {patience: 5}}, {@code reduce_lr_on_plateau:
 * {factor: 0.5}} and {@code keep_best: true}, with the settings and defaults of Keras's callbacks. What
 * the recipe's top says, a model can undo with {@code false}.
 */
final class CallbackSyntax {
    private static final int MAX_EPOCHS = 1_000_000;

    private CallbackSyntax() {}

    static Callbacks read(Mapping training) {
        training.find("reduce_lr_on_plateau")
                .filter(node -> training.find("schedule").isPresent() && !isFalse(node))
                .ifPresent(node -> {
                    throw node.place()
                            .error("expected one that sets the learning rate, found a schedule too. Remove one.");
                });
        return new Callbacks(
                training.find("early_stopping")
                        .map(CallbackSyntax::earlyStopping)
                        .orElse(null),
                training.find("reduce_lr_on_plateau")
                        .map(CallbackSyntax::reduceLrOnPlateau)
                        .orElse(null),
                training.find("keep_best").map(Node::asBoolean).orElse(false));
    }

    private static @Nullable EarlyStopping earlyStopping(Node node) {
        if (isFalse(node)) {
            return null;
        }
        Mapping settings = node.asMapping("a mapping such as {patience: 5}, or false")
                .allowing("monitor", "min_delta", "patience", "restore_best_weights", "start_from_epoch");
        EarlyStopping defaults = EarlyStopping.defaults();
        return new EarlyStopping(
                monitor(settings, defaults.monitor()),
                settings.find("min_delta").map(CallbackSyntax::notNegative).orElse(defaults.minDelta()),
                epochs(settings, "patience", defaults.patience()),
                settings.find("restore_best_weights").map(Node::asBoolean).orElse(defaults.restoreBestWeights()),
                epochs(settings, "start_from_epoch", defaults.startFromEpoch()));
    }

    private static @Nullable ReduceLrOnPlateau reduceLrOnPlateau(Node node) {
        if (isFalse(node)) {
            return null;
        }
        Mapping settings = node.asMapping("a mapping such as {factor: 0.5, patience: 3}, or false")
                .allowing("monitor", "factor", "patience", "min_delta", "cooldown", "min_lr");
        ReduceLrOnPlateau defaults = ReduceLrOnPlateau.defaults();
        return new ReduceLrOnPlateau(
                monitor(settings, defaults.monitor()),
                settings.find("factor")
                        .map(value -> value.asDouble("a number > 0 and < 1", factor -> factor > 0 && factor < 1))
                        .orElse(defaults.factor()),
                epochs(settings, "patience", defaults.patience()),
                settings.find("min_delta").map(CallbackSyntax::notNegative).orElse(defaults.minDelta()),
                epochs(settings, "cooldown", defaults.cooldown()),
                settings.find("min_lr").map(CallbackSyntax::notNegative).orElse(defaults.minLr()));
    }

    private static boolean isFalse(Node node) {
        return node instanceof Node.Scalar scalar && scalar.kind() == Node.Kind.BOOLEAN && !node.asBoolean();
    }

    private static Monitor monitor(Mapping settings, Monitor otherwise) {
        return settings.find("monitor").map(node -> node.asOneOf(Monitor.class)).orElse(otherwise);
    }

    private static int epochs(Mapping settings, String key, int otherwise) {
        return settings.find(key).map(node -> node.asInt(0, MAX_EPOCHS)).orElse(otherwise);
    }

    private static double notNegative(Node node) {
        return node.asDouble("a number >= 0", value -> value >= 0);
    }

    /** The keys of a recipe's training; those that are not set are left out. */
    static Map<String, Object> write(Callbacks callbacks) {
        Map<String, Object> tree = new LinkedHashMap<>();
        EarlyStopping stopping = callbacks.earlyStopping();
        if (stopping != null) {
            Map<String, Object> settings = new LinkedHashMap<>();
            settings.put("monitor", name(stopping.monitor()));
            settings.put("min_delta", stopping.minDelta());
            settings.put("patience", stopping.patience());
            settings.put("restore_best_weights", stopping.restoreBestWeights());
            settings.put("start_from_epoch", stopping.startFromEpoch());
            tree.put("early_stopping", settings);
        }
        ReduceLrOnPlateau plateau = callbacks.reduceLrOnPlateau();
        if (plateau != null) {
            Map<String, Object> settings = new LinkedHashMap<>();
            settings.put("monitor", name(plateau.monitor()));
            settings.put("factor", plateau.factor());
            settings.put("patience", plateau.patience());
            settings.put("min_delta", plateau.minDelta());
            settings.put("cooldown", plateau.cooldown());
            settings.put("min_lr", plateau.minLr());
            tree.put("reduce_lr_on_plateau", settings);
        }
        if (callbacks.keepBest()) {
            tree.put("keep_best", true);
        }
        return tree;
    }

    private static String name(Monitor monitor) {
        return monitor.name().toLowerCase(Locale.ROOT);
    }
}

package dev.hourglass.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * How a step changes the weights, by the gradient and by what earlier steps left in slots. Names, settings, defaults and
 * formulas are those of {@code keras.optimizers}. In the formulas p is a weight, g its gradient (clipped), lr the
 * learning rate and t the step from 1; sums, products and roots are of each number by itself.
 */
public sealed interface Optimizer {
    /** Keras's names in recipes and model files. */
    List<String> NAMES = List.of("adam", "adamw", "sgd", "rmsprop", "nadam", "adadelta", "adagrad", "adamax");

    /** The settings that every one of them has. */
    List<String> COMMON = List.of("learning_rate", "weight_decay", "clipnorm", "global_clipnorm", "clipvalue");

    /**
     * What every optimizer has, as Keras's base class does.
     *
     * @param learningRate >= 0; at 0 a step leaves the weights as they are
     * @param weightDecay >= 0: before the rest of a step, {@code p -= p * weightDecay * lr}, whatever kind of variable
     * @param clipping of gradients, before they are used
     */
    record Base(float learningRate, float weightDecay, Clipping clipping) {
        public Base {
            GivenSettings.requireAtLeastZero("learning_rate", learningRate);
            GivenSettings.requireAtLeastZero("weight_decay", weightDecay);
        }

        /** Without weight decay and clipping. */
        public static Base of(float learningRate) {
            return new Base(learningRate, 0, new Clipping.None());
        }

        public Base withLearningRate(float value) {
            return new Base(value, weightDecay, clipping);
        }

        public Base withWeightDecay(float value) {
            return new Base(learningRate, value, clipping);
        }

        public Base withClipping(Clipping value) {
            return new Base(learningRate, weightDecay, value);
        }

        static Base of(GivenSettings settings, Base defaults) {
            return new Base(
                    settings.number("learning_rate", defaults.learningRate()),
                    settings.number("weight_decay", defaults.weightDecay()),
                    settings.clipping());
        }
    }

    /**
     * What an optimizer remembers of each trainable variable, in an array like it.
     *
     * @param name Keras's
     * @param initial what all numbers are before the first step
     */
    record Slot(String name, float initial) {}

    /**
     * Adam (Kingma and Ba 2015, the form before section 2.1):
     * {@code m += (g - m)(1 - beta1); v += (g^2 - v)(1 - beta2); p -= alpha m / (sqrt(v) + epsilon)}, where
     * {@code alpha = lr sqrt(1 - beta2^t) / (1 - beta1^t)}.
     *
     * @param beta1 decay of the gradient's mean, in [0, 1)
     * @param beta2 decay of its square's mean, in [0, 1)
     * @param epsilon > 0, added to the root
     * @param amsgrad whether the largest v so far takes the place of v (Reddi et al. 2018)
     */
    record Adam(Base base, float beta1, float beta2, float epsilon, boolean amsgrad) implements Optimizer {
        /** Learning rate 0.001, betas 0.9 and 0.999, epsilon 1e-7. */
        public static final Adam DEFAULT = new Adam(Base.of(1e-3f), 0.9f, 0.999f, 1e-7f, false);

        public Adam {
            requireMoments(beta1, beta2, epsilon);
        }

        @Override
        public Adam withBase(Base value) {
            return new Adam(value, beta1, beta2, epsilon, amsgrad);
        }

        public Adam withAmsgrad(boolean value) {
            return new Adam(base, beta1, beta2, epsilon, value);
        }
    }

    /**
     * Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019), which in Keras any optimizer can have:
     * it differs from {@link Adam} in its default alone, 0.004.
     */
    record AdamW(Base base, float beta1, float beta2, float epsilon, boolean amsgrad) implements Optimizer {
        /** As {@link Adam#DEFAULT}, with weight decay 0.004. */
        public static final AdamW DEFAULT =
                new AdamW(Base.of(1e-3f).withWeightDecay(0.004f), 0.9f, 0.999f, 1e-7f, false);

        public AdamW {
            requireMoments(beta1, beta2, epsilon);
        }

        @Override
        public AdamW withBase(Base value) {
            return new AdamW(value, beta1, beta2, epsilon, amsgrad);
        }

        public AdamW withAmsgrad(boolean value) {
            return new AdamW(base, beta1, beta2, epsilon, value);
        }
    }

    /**
     * Stochastic gradient descent: {@code p -= lr g}; or, with momentum, {@code m = momentum m - lr g; p += m}, and with
     * Nesterov's look ahead {@code p += momentum m - lr g} (Sutskever et al. 2013).
     *
     * @param momentum 0 to 1
     */
    record Sgd(Base base, float momentum, boolean nesterov) implements Optimizer {
        /** Learning rate 0.01, no momentum. */
        public static final Sgd DEFAULT = new Sgd(Base.of(1e-2f), 0, false);

        public Sgd {
            GivenSettings.requirePart("momentum", momentum);
        }

        @Override
        public Sgd withBase(Base value) {
            return new Sgd(value, momentum, nesterov);
        }

        public Sgd withMomentum(float value) {
            return new Sgd(base, value, nesterov);
        }

        public Sgd withNesterov(boolean value) {
            return new Sgd(base, momentum, value);
        }
    }

    /**
     * RMSprop (Tieleman and Hinton 2012): {@code v = rho v + (1 - rho) g^2}, and the increment
     * {@code lr g / sqrt(v + epsilon)} is taken from p; or, with momentum, {@code m = momentum m + increment; p -= m}.
     *
     * @param rho decay of the square's mean, in [0, 1)
     * @param momentum 0 to 1
     * @param epsilon > 0, added under the root
     * @param centered whether v - a^2 takes the place of v under the root, where {@code a = rho a + (1 - rho) g}
     */
    record RmsProp(Base base, float rho, float momentum, float epsilon, boolean centered) implements Optimizer {
        /** Learning rate 0.001, rho 0.9, no momentum, epsilon 1e-7, not centered. */
        public static final RmsProp DEFAULT = new RmsProp(Base.of(1e-3f), 0.9f, 0, 1e-7f, false);

        public RmsProp {
            GivenSettings.requireDecay("rho", rho);
            GivenSettings.requirePart("momentum", momentum);
            GivenSettings.requirePositive("epsilon", epsilon);
        }

        @Override
        public RmsProp withBase(Base value) {
            return new RmsProp(value, rho, momentum, epsilon, centered);
        }

        public RmsProp withMomentum(float value) {
            return new RmsProp(base, rho, value, epsilon, centered);
        }

        public RmsProp withCentered(boolean value) {
            return new RmsProp(base, rho, momentum, epsilon, value);
        }
    }

    /**
     * Adam with Nesterov's look ahead (Dozat 2016): m and v as in {@link Adam}; with
     * {@code u(t) = beta1 (1 - 0.96^t / 2)} and U(t) = u(1) ... u(t), {@code p -= lr m' / (sqrt(v / (1 - beta2^t)) + epsilon)},
     * where {@code m' = u(t+1) m / (1 - U(t+1)) + (1 - u(t)) g / (1 - U(t))}.
     *
     * @param beta1 decay of the gradient's mean, in [0, 1)
     * @param beta2 decay of its square's mean, in [0, 1)
     * @param epsilon > 0, added to the root
     */
    record Nadam(Base base, float beta1, float beta2, float epsilon) implements Optimizer {
        /** Learning rate 0.001, betas 0.9 and 0.999, epsilon 1e-7. */
        public static final Nadam DEFAULT = new Nadam(Base.of(1e-3f), 0.9f, 0.999f, 1e-7f);

        public Nadam {
            requireMoments(beta1, beta2, epsilon);
        }

        @Override
        public Nadam withBase(Base value) {
            return new Nadam(value, beta1, beta2, epsilon);
        }
    }

    /**
     * Adadelta (Zeiler 2012): {@code a = rho a + (1 - rho) g^2; d = g sqrt(b + epsilon) / sqrt(a + epsilon);
     * b = rho b + (1 - rho) d^2; p -= lr d}. Keras's learning rate of 0.001 is slow; the paper has 1.
     *
     * @param rho decay of both means, in [0, 1)
     * @param epsilon > 0, added under the roots
     */
    record Adadelta(Base base, float rho, float epsilon) implements Optimizer {
        /** Learning rate 0.001, rho 0.95, epsilon 1e-7. */
        public static final Adadelta DEFAULT = new Adadelta(Base.of(1e-3f), 0.95f, 1e-7f);

        public Adadelta {
            GivenSettings.requireDecay("rho", rho);
            GivenSettings.requirePositive("epsilon", epsilon);
        }

        @Override
        public Adadelta withBase(Base value) {
            return new Adadelta(value, rho, epsilon);
        }
    }

    /**
     * Adagrad (Duchi et al. 2011): {@code a += g^2; p -= lr g / sqrt(a + epsilon)}.
     *
     * @param initialAccumulatorValue what a begins with, >= 0
     * @param epsilon > 0, added under the root
     */
    record Adagrad(Base base, float initialAccumulatorValue, float epsilon) implements Optimizer {
        /** Learning rate 0.001, initial accumulator 0.1, epsilon 1e-7. */
        public static final Adagrad DEFAULT = new Adagrad(Base.of(1e-3f), 0.1f, 1e-7f);

        public Adagrad {
            GivenSettings.requireAtLeastZero("initial_accumulator_value", initialAccumulatorValue);
            GivenSettings.requirePositive("epsilon", epsilon);
        }

        @Override
        public Adagrad withBase(Base value) {
            return new Adagrad(value, initialAccumulatorValue, epsilon);
        }
    }

    /**
     * Adam by the largest gradient (Kingma and Ba 2015, section 7.1): m as in {@link Adam};
     * {@code u = max(beta2 u, |g|); p -= lr m / ((1 - beta1^t)(u + epsilon))}.
     *
     * @param beta1 decay of the gradient's mean, in [0, 1)
     * @param beta2 decay of its largest size, in [0, 1)
     * @param epsilon > 0
     */
    record Adamax(Base base, float beta1, float beta2, float epsilon) implements Optimizer {
        /** Learning rate 0.001, betas 0.9 and 0.999, epsilon 1e-7. */
        public static final Adamax DEFAULT = new Adamax(Base.of(1e-3f), 0.9f, 0.999f, 1e-7f);

        public Adamax {
            requireMoments(beta1, beta2, epsilon);
        }

        @Override
        public Adamax withBase(Base value) {
            return new Adamax(value, beta1, beta2, epsilon);
        }
    }

    Base base();

    Optimizer withBase(Base value);

    default float learningRate() {
        return base().learningRate();
    }

    default Optimizer withLearningRate(float value) {
        return withBase(base().withLearningRate(value));
    }

    default Optimizer withWeightDecay(float value) {
        return withBase(base().withWeightDecay(value));
    }

    default Optimizer withClipping(Clipping value) {
        return withBase(base().withClipping(value));
    }

    /** The name of Keras's class, such as {@code RMSprop}. */
    default String kerasClass() {
        return switch (this) {
            case Adam optimizer -> "Adam";
            case AdamW optimizer -> "AdamW";
            case Sgd optimizer -> "SGD";
            case RmsProp optimizer -> "RMSprop";
            case Nadam optimizer -> "Nadam";
            case Adadelta optimizer -> "Adadelta";
            case Adagrad optimizer -> "Adagrad";
            case Adamax optimizer -> "Adamax";
        };
    }

    /** What Keras calls it in recipes and model files, such as {@code rmsprop}. */
    default String kerasName() {
        return kerasClass().toLowerCase(Locale.ROOT);
    }

    /** What it remembers of each trainable variable, in Keras's order; Keras's names. */
    default List<Slot> slots() {
        List<String> names = switch (this) {
            case Adam adam -> momentSlots(adam.amsgrad());
            case AdamW adam -> momentSlots(adam.amsgrad());
            case Sgd sgd -> sgd.momentum() > 0 ? List.of("momentum") : List.of();
            case RmsProp rmsProp -> {
                List<String> slots = new ArrayList<>(List.of("velocity"));
                if (rmsProp.momentum() > 0) {
                    slots.add("momentum");
                }
                if (rmsProp.centered()) {
                    slots.add("average_gradient");
                }
                yield slots;
            }
            case Nadam nadam -> momentSlots(false);
            case Adadelta adadelta -> List.of("accumulated_grad", "accumulated_delta_var");
            case Adagrad adagrad -> List.of("accumulator");
            case Adamax adamax -> List.of("momentum", "norm");
        };
        float initial = this instanceof Adagrad adagrad ? adagrad.initialAccumulatorValue() : 0;
        return names.stream().map(name -> new Slot(name, initial)).toList();
    }

    /** Numbers that it remembers beside the slots, with what they are before the first step; Keras's names. */
    default Map<String, Float> scalars() {
        return this instanceof Nadam ? Map.of("u_product", 1f) : Map.of();
    }

    /** All settings by Keras's names; a way of clipping that is off, and a weight decay of 0, are left out. */
    default SequencedMap<String, Object> settings() {
        SequencedMap<String, Object> settings = new LinkedHashMap<>();
        settings.put("learning_rate", learningRate());
        switch (this) {
            case Adam adam -> {
                putMoments(settings, adam.beta1(), adam.beta2(), adam.epsilon());
                settings.put("amsgrad", adam.amsgrad());
            }
            case AdamW adam -> {
                putMoments(settings, adam.beta1(), adam.beta2(), adam.epsilon());
                settings.put("amsgrad", adam.amsgrad());
            }
            case Sgd sgd -> {
                settings.put("momentum", sgd.momentum());
                settings.put("nesterov", sgd.nesterov());
            }
            case RmsProp rmsProp -> {
                settings.put("rho", rmsProp.rho());
                settings.put("momentum", rmsProp.momentum());
                settings.put("epsilon", rmsProp.epsilon());
                settings.put("centered", rmsProp.centered());
            }
            case Nadam nadam -> putMoments(settings, nadam.beta1(), nadam.beta2(), nadam.epsilon());
            case Adadelta adadelta -> {
                settings.put("rho", adadelta.rho());
                settings.put("epsilon", adadelta.epsilon());
            }
            case Adagrad adagrad -> {
                settings.put("initial_accumulator_value", adagrad.initialAccumulatorValue());
                settings.put("epsilon", adagrad.epsilon());
            }
            case Adamax adamax -> putMoments(settings, adamax.beta1(), adamax.beta2(), adamax.epsilon());
        }
        if (base().weightDecay() > 0 || this instanceof AdamW) {
            settings.put("weight_decay", base().weightDecay());
        }
        settings.putAll(base().clipping().settings());
        return settings;
    }

    /** Those of {@link #settings} that are not as by default. */
    default SequencedMap<String, Object> changedSettings() {
        SequencedMap<String, Object> changed = settings();
        changed.entrySet().removeAll(of(kerasName(), Map.of()).settings().entrySet());
        return changed;
    }

    /** For a sentence, such as {@code SGD (learning_rate 0.1, momentum 0.9)}: with what is not as by default. */
    default String inWords() {
        List<String> words = changedSettings().entrySet().stream()
                .map(setting -> setting.getKey() + " " + setting.getValue())
                .toList();
        return kerasClass() + (words.isEmpty() ? "" : " (" + String.join(", ", words) + ")");
    }

    /** On one line, as {@link #parse} reads it, such as {@code sgd:momentum=0.9}. */
    default String text() {
        return GivenSettings.Named.text(kerasName(), changedSettings());
    }

    /**
     * An optimizer as a user types it: its name, and after a colon its settings, such as
     * {@code sgd:momentum=0.9,nesterov=true}.
     *
     * @throws SettingException as {@link #of} does, and if the text has another form
     */
    static Optimizer parse(String text) {
        GivenSettings.Named named = GivenSettings.Named.parse(text);
        return of(named.name(), named.settings());
    }

    /**
     * An optimizer by its name in Keras, in upper or lower case.
     *
     * @param settings by Keras's names; those that are missing or null are as by default
     * @throws SettingException if there is no such optimizer, it lacks a setting or a value is out of its range
     */
    static Optimizer of(String name, Map<String, ?> settings) {
        Optimizer defaults = switch (name.toLowerCase(Locale.ROOT)) {
            case "adam" -> Adam.DEFAULT;
            case "adamw" -> AdamW.DEFAULT;
            case "sgd" -> Sgd.DEFAULT;
            case "rmsprop" -> RmsProp.DEFAULT;
            case "nadam" -> Nadam.DEFAULT;
            case "adadelta" -> Adadelta.DEFAULT;
            case "adagrad" -> Adagrad.DEFAULT;
            case "adamax" -> Adamax.DEFAULT;
            default -> throw SettingException.unknownName("an optimizer", name, NAMES);
        };
        List<String> known = new ArrayList<>(defaults.settings().sequencedKeySet());
        known.removeAll(COMMON);
        known.addAll(COMMON);
        GivenSettings given = new GivenSettings(defaults.kerasClass(), settings, known);
        Base base = Base.of(given, defaults.base());
        return switch (defaults) {
            case Adam adam ->
                new Adam(
                        base,
                        given.number("beta_1", adam.beta1()),
                        given.number("beta_2", adam.beta2()),
                        given.number("epsilon", adam.epsilon()),
                        given.flag("amsgrad", adam.amsgrad()));
            case AdamW adam ->
                new AdamW(
                        base,
                        given.number("beta_1", adam.beta1()),
                        given.number("beta_2", adam.beta2()),
                        given.number("epsilon", adam.epsilon()),
                        given.flag("amsgrad", adam.amsgrad()));
            case Sgd sgd ->
                new Sgd(base, given.number("momentum", sgd.momentum()), given.flag("nesterov", sgd.nesterov()));
            case RmsProp rmsProp ->
                new RmsProp(
                        base,
                        given.number("rho", rmsProp.rho()),
                        given.number("momentum", rmsProp.momentum()),
                        given.number("epsilon", rmsProp.epsilon()),
                        given.flag("centered", rmsProp.centered()));
            case Nadam nadam ->
                new Nadam(
                        base,
                        given.number("beta_1", nadam.beta1()),
                        given.number("beta_2", nadam.beta2()),
                        given.number("epsilon", nadam.epsilon()));
            case Adadelta adadelta ->
                new Adadelta(base, given.number("rho", adadelta.rho()), given.number("epsilon", adadelta.epsilon()));
            case Adagrad adagrad ->
                new Adagrad(
                        base,
                        given.number("initial_accumulator_value", adagrad.initialAccumulatorValue()),
                        given.number("epsilon", adagrad.epsilon()));
            case Adamax adamax ->
                new Adamax(
                        base,
                        given.number("beta_1", adamax.beta1()),
                        given.number("beta_2", adamax.beta2()),
                        given.number("epsilon", adamax.epsilon()));
        };
    }

    private static void requireMoments(float beta1, float beta2, float epsilon) {
        GivenSettings.requireDecay("beta_1", beta1);
        GivenSettings.requireDecay("beta_2", beta2);
        GivenSettings.requirePositive("epsilon", epsilon);
    }

    private static List<String> momentSlots(boolean amsgrad) {
        return amsgrad ? List.of("momentum", "velocity", "velocity_hat") : List.of("momentum", "velocity");
    }

    private static void putMoments(Map<String, Object> settings, float beta1, float beta2, float epsilon) {
        settings.put("beta_1", beta1);
        settings.put("beta_2", beta2);
        settings.put("epsilon", epsilon);
    }
}

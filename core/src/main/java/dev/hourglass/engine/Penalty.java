package dev.hourglass.engine;

import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.variables.Regularizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A term of what training makes small that is told from something else than outputs and targets. */
public sealed interface Penalty {
    /** What {@link #of} and the text call the place of a layer's activity. */
    String ACTIVITY = "activity";

    String SETTING = "penalties";

    /** What the text calls the place of a divergence. */
    String DIVERGENCE = "divergence";

    /** What the text calls the place of a sparsity. */
    String SPARSITY = "sparsity";

    /** What the text calls the place of a contraction. */
    String CONTRACTION = "contraction";

    /** What the text calls the place of a quantization. */
    String QUANTIZATION = "quantization";

    /** The layer's name. */
    String layer();

    /**
     * Of a variable.
     *
     * @param variable of the layer, such as {@code kernel}
     */
    record OfVariable(String layer, String variable, Regularizer regularizer) implements Penalty {}

    /** Told from what leaves a layer, at each place where the layer is used. */
    sealed interface OfOutput extends Penalty permits OfActivity, Sparsity, Contraction {
        /** The same of another place. */
        OfOutput at(String use);
    }

    /** Of what leaves a layer: the mean over samples of the sum over a sample's numbers, as in Keras. */
    record OfActivity(String layer, Regularizer regularizer) implements OfOutput {
        @Override
        public OfActivity at(String use) {
            return new OfActivity(use, regularizer);
        }
    }

    /**
     * Of how far the units of a layer are from being active as rarely as they should: {@code beta} times the sum over units of
     * the Kullback-Leibler divergence {@code rho log(rho / m) + (1 - rho) log((1 - rho) / (1 - m))} of two coins, where m is the
     * unit's mean over the batch (Ng, CS294A lecture notes 2011, section 3). After an epoch, when the model is measured, m is
     * the mean over all samples that it is measured by.
     *
     * @param layer whose outputs lie in [0, 1]; each of a sample's numbers is a unit
     * @param rho the mean that a unit should have, above 0 and below 1
     * @param beta what the divergence counts for, >= 0
     */
    record Sparsity(String layer, float rho, float beta) implements OfOutput {
        /** Of a recipe that says nothing else. */
        public static final float DEFAULT_RHO = 0.05f;

        /** How near a mean comes to 0 or 1 in the formulas, so that they stay finite: as in Keras's losses. */
        private static final double NEAREST = 1e-7;

        public Sparsity {
            if (!(rho > 0 && rho < 1)) {
                throw SettingException.value("rho", "a number above 0 and below 1", rho);
            }
            GivenSettings.requireAtLeastZero("beta", beta);
        }

        @Override
        public Sparsity at(String use) {
            return new Sparsity(use, rho, beta);
        }

        /** What a unit of this mean costs. */
        public double cost(double mean) {
            double m = Math.clamp(mean, NEAREST, 1 - NEAREST);
            return beta * (rho * Math.log(rho / m) + (1 - rho) * Math.log((1 - rho) / (1 - m)));
        }

        /** The slope of the cost by the mean. */
        public double slope(double mean) {
            double m = Math.clamp(mean, NEAREST, 1 - NEAREST);
            return beta * ((1 - rho) / (1 - m) - rho / m);
        }
    }

    /**
     * Of how much a dense layer's outputs change with what it reads: {@code lambda} times the squared Frobenius norm of its
     * Jacobian, {@code sum_j f'(a_j)^2 sum_i W_ij^2}, as the mean over samples (Rifai et al. 2011, equations 2 and 7). This is
     * exact, and it is the Jacobian of this layer: of the whole encoder where the layer reads the samples. With one on each of
     * several layers, their product bounds the encoder's.
     *
     * @param layer a {@link LayerSpec.Dense} whose activation is linear, relu, leaky_relu, sigmoid or tanh
     * @param lambda what the norm counts for, >= 0
     */
    record Contraction(String layer, float lambda) implements OfOutput {
        public Contraction {
            GivenSettings.requireAtLeastZero("lambda", lambda);
        }

        @Override
        public Contraction at(String use) {
            return new Contraction(use, lambda);
        }

        /** Whether the Jacobian of a layer is known. */
        public static boolean suits(LayerSpec layer) {
            return layer instanceof LayerSpec.Dense dense
                    && Nonlinearity.of(dense.activation()).isPresent();
        }
    }

    /**
     * Of the distributions that a variational autoencoder draws its codes from: how far they are from the standard normal
     * one, {@code beta} times the Kullback-Leibler divergence {@code sum(m^2 + exp(v) - 1 - v) / 2} over a sample's means m
     * and logarithms of variances v, as the mean over samples (Kingma and Welling 2013, appendix B). Beside one, the loss of
     * outputs is the sum over a sample's terms instead of their mean: together they are the negative evidence lower bound.
     *
     * @param layer a {@link LayerSpec.Sampling}
     * @param beta >= 0; 1 is the bound itself, more makes codes more independent (Higgins et al. 2017)
     * @param warmUp over so many epochs beta grows in a straight line from 0 (Sonderby et al. 2016), >= 0
     */
    record Divergence(String layer, float beta, float warmUp) implements Penalty {
        public Divergence {
            GivenSettings.requireAtLeastZero("beta", beta);
            if (!(warmUp >= 0 && warmUp < Float.POSITIVE_INFINITY)) {
                throw SettingException.value("warm_up", "epochs >= 0", warmUp);
            }
        }

        /** The evidence lower bound from the start. */
        public static Divergence of(String layer) {
            return new Divergence(layer, 1, 0);
        }

        /** @param epochs that training has gone on for */
        public double weight(double epochs) {
            return epochs < warmUp ? beta * (epochs / warmUp) : beta;
        }
    }

    /**
     * Of how far the vectors that a quantizer reads lie from those of its codebook that stand for them: {@code (1 + beta)} times
     * the mean squared difference over a code's numbers, as the mean over samples. The codebook learns by the one, the encoder
     * by {@code beta}, its commitment (van den Oord, Vinyals and Kavukcuoglu 2017, equation 3, with means in place of sums, as
     * is usual).
     *
     * @param layer a {@link LayerSpec.VectorQuantizer}
     * @param beta >= 0
     */
    record Quantization(String layer, float beta) implements Penalty {
        /** Of the paper. */
        public static final float DEFAULT_BETA = 0.25f;

        public Quantization {
            GivenSettings.requireAtLeastZero("beta", beta);
        }

        /** As the paper weighs it. */
        public static Quantization of(String layer) {
            return new Quantization(layer, DEFAULT_BETA);
        }

        /** Of one sample: what a sum of squared differences over a code of that many numbers costs. */
        public double cost(double squares, int size) {
            return (1 + (double) beta) * squares / size;
        }
    }

    /** @param of a variable of the layer, or {@link #ACTIVITY} */
    static Penalty of(String layer, String of, Regularizer regularizer) {
        return of.equals(ACTIVITY) ? new OfActivity(layer, regularizer) : new OfVariable(layer, of, regularizer);
    }

    /** Such as {@code latent/activity l1 1.0E-5}, as {@link #parse} reads it. */
    private String text() {
        return switch (this) {
            case OfVariable penalty -> layer() + "/" + penalty.variable() + text(penalty.regularizer());
            case OfActivity penalty -> layer() + "/" + ACTIVITY + text(penalty.regularizer());
            case Divergence penalty ->
                layer() + "/" + DIVERGENCE + " beta " + penalty.beta()
                        + (penalty.warmUp() == 0 ? "" : " warm_up " + penalty.warmUp());
            case Quantization penalty -> layer() + "/" + QUANTIZATION + " beta " + penalty.beta();
            case Sparsity penalty -> layer() + "/" + SPARSITY + " rho " + penalty.rho() + " beta " + penalty.beta();
            case Contraction penalty -> layer() + "/" + CONTRACTION + " lambda " + penalty.lambda();
        };
    }

    private static String text(Regularizer regularizer) {
        return (regularizer.l1() > 0 ? " l1 " + regularizer.l1() : "")
                + (regularizer.l2() > 0 ? " l2 " + regularizer.l2() : "");
    }

    /** Those of outputs at each place where their layer is used, under the names that these have. */
    static List<Penalty> atUses(List<Penalty> penalties, Graph graph) {
        return penalties.stream()
                .<Penalty>flatMap(penalty -> switch (penalty) {
                    case OfOutput of -> graph.uses(of.layer()).stream().map(of::at);
                    case Quantization of ->
                        graph.uses(of.layer()).stream().map(use -> new Quantization(use, of.beta()));
                    case OfVariable of -> Stream.of(of);
                    case Divergence of -> Stream.of(of);
                })
                .toList();
    }

    static String text(List<Penalty> penalties) {
        return penalties.stream().map(Penalty::text).collect(Collectors.joining(";"));
    }

    static String inWords(List<Penalty> penalties) {
        return penalties.stream().map(Penalty::inWords).collect(Collectors.joining(" + "));
    }

    private String inWords() {
        return switch (this) {
            case OfVariable penalty ->
                penalty.regularizer().kerasClass() + " penalty of " + layer() + "'s "
                        + penalty.variable().replace('_', ' ');
            case OfActivity penalty -> penalty.regularizer().kerasClass() + " penalty of " + layer() + "'s activity";
            case Divergence penalty ->
                (penalty.beta() == 1 ? "" : penalty.beta() + " x ") + "Kullback-Leibler divergence of " + layer()
                        + (penalty.warmUp() == 0 ? "" : " (warm-up of " + penalty.warmUp() + " epochs)");
            case Quantization penalty -> "quantization of " + layer() + " (commitment " + penalty.beta() + ")";
            case Sparsity penalty ->
                penalty.beta() + " x Kullback-Leibler divergence of " + layer() + "'s mean activities from "
                        + penalty.rho();
            case Contraction penalty -> penalty.lambda() + " x squared Jacobian of " + layer();
        };
    }

    /** @throws SettingException if the text has another form */
    static List<Penalty> parse(String text) {
        List<Penalty> penalties = new ArrayList<>();
        for (String part : text.split(";", -1)) {
            String[] words = part.strip().split("\\s+", -1);
            String[] place = words[0].split("/", -1);
            if (place.length != 2 || words.length < 3 || words.length % 2 == 0) {
                throw SettingException.value(
                        SETTING,
                        "penalties such as 'latent/activity l1 0.00001;dec_dense/kernel l2 0.01'",
                        part.strip());
            }
            penalties.add(
                    switch (place[1]) {
                        case DIVERGENCE -> divergence(place[0], words);
                        case QUANTIZATION -> quantization(place[0], words);
                        case SPARSITY -> sparsity(place[0], words);
                        case CONTRACTION -> contraction(place[0], words);
                        default -> regularized(place[0], place[1], words);
                    });
        }
        return penalties;
    }

    private static Penalty divergence(String layer, String[] words) {
        float beta = 1;
        float warmUp = 0;
        for (int i = 1; i < words.length; i += 2) {
            float number = number(words[i + 1]);
            switch (words[i].toLowerCase(Locale.ROOT)) {
                case "beta" -> beta = number;
                case "warm_up" -> warmUp = number;
                default -> throw SettingException.value(SETTING, "beta or warm_up with a number", words[i]);
            }
        }
        return new Divergence(layer, beta, warmUp);
    }

    private static Penalty quantization(String layer, String[] words) {
        if (words.length != 3 || !words[1].toLowerCase(Locale.ROOT).equals("beta")) {
            throw SettingException.value(SETTING, "beta with a number", words[1]);
        }
        return new Quantization(layer, number(words[2]));
    }

    private static Penalty sparsity(String layer, String[] words) {
        float rho = Sparsity.DEFAULT_RHO;
        float beta = 1;
        for (int i = 1; i < words.length; i += 2) {
            float number = number(words[i + 1]);
            switch (words[i].toLowerCase(Locale.ROOT)) {
                case "rho" -> rho = number;
                case "beta" -> beta = number;
                default -> throw SettingException.value(SETTING, "rho or beta with a number", words[i]);
            }
        }
        return new Sparsity(layer, rho, beta);
    }

    private static Penalty contraction(String layer, String[] words) {
        if (words.length != 3 || !words[1].toLowerCase(Locale.ROOT).equals("lambda")) {
            throw SettingException.value(SETTING, "lambda with a number", words[1]);
        }
        return new Contraction(layer, number(words[2]));
    }

    private static Penalty regularized(String layer, String of, String[] words) {
        float l1 = 0;
        float l2 = 0;
        for (int i = 1; i < words.length; i += 2) {
            float factor = number(words[i + 1]);
            switch (words[i].toLowerCase(Locale.ROOT)) {
                case "l1" -> l1 = factor;
                case "l2" -> l2 = factor;
                default -> throw SettingException.value(SETTING, "l1 or l2 with a factor", words[i]);
            }
        }
        try {
            return of(layer, of, new Regularizer(l1, l2));
        } catch (IllegalArgumentException e) {
            throw SettingException.value(SETTING, "l1 or l2 above 0", l1 + " and " + l2);
        }
    }

    private static float number(String text) {
        try {
            return Float.parseFloat(text);
        } catch (NumberFormatException e) {
            throw SettingException.value(SETTING, "a number", text);
        }
    }
}

package dev.hourglass.model.variables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Distributions are told from the formulas in Keras's documentation, written down here a second time. */
class InitializerTest {
    private static final Shape KERNEL = Shape.of(3, 5, 40, 60);
    /** Of a sample as large as the kernel, far beyond chance: exp(-2 n d^2) is 1e-12 at this distance. */
    private static final double DISTANCE = 0.02;

    /** Of 600 numbers in and 900 out. */
    @ParameterizedTest
    @CsvSource({"GlorotUniform, 6, 1500", "HeUniform, 6, 600", "LecunUniform, 3, 600"})
    void uniformScalingsAreUniformWithinKerassLimit(String name, double of, double numbers) {
        double limit = Math.sqrt(of / numbers);
        requireDistribution(drawn(Initializer.of(name, Map.of())), x -> (x + limit) / (2 * limit));
    }

    @ParameterizedTest
    @CsvSource({"GlorotNormal, 0.00133333333", "HeNormal, 0.00333333333", "LecunNormal, 0.00166666667"})
    void normalScalingsHaveKerassVarianceBehindTheCut(String name, double variance) {
        double deviation = Math.sqrt(variance) / 0.8796256610342398;
        float[] values = drawn(Initializer.of(name, Map.of()));
        requireDistribution(values, x -> truncatedNormal(x / deviation));
        assertThat(mean(values, x -> x * x)).isCloseTo(variance, within(0.02 * variance));
    }

    @Test
    void namelessScalingsAreThoseOfTheirSettings() {
        float[] wide = drawn(
                Initializer.of("VarianceScaling", Map.of("scale", 3, "mode", "fan_out", "distribution", "uniform")));
        requireDistribution(wide, x -> (x + 0.1) / 0.2); // sqrt(3 * 3 / 900)
        float[] open = drawn(
                Initializer.of("variance_scaling", Map.of("mode", "fan_avg", "distribution", "untruncated_normal")));
        requireDistribution(open, x -> normal(x * Math.sqrt(750)));
        assertThat(Initializer.of("VarianceScaling", Map.of("scale", 2.0, "distribution", "normal")))
                .isEqualTo(Initializer.of("he_normal", Map.of()));
    }

    @Test
    void plainDistributionsHaveKerassDefaultsAndSettings() {
        requireDistribution(drawn(Initializer.of("uniform", Map.of())), x -> (x + 0.05) / 0.1);
        requireDistribution(drawn(Initializer.of("RandomUniform", Map.of("minval", 1, "maxval", 3))), x -> (x - 1) / 2);
        requireDistribution(drawn(Initializer.of("normal", Map.of())), x -> normal(x / 0.05));
        requireDistribution(
                drawn(Initializer.of("RandomNormal", Map.of("mean", 2, "stddev", 0.5))), x -> normal((x - 2) / 0.5));
        float[] truncated = drawn(Initializer.of("TruncatedNormal", Map.of("mean", -1, "stddev", 0.5)));
        requireDistribution(truncated, x -> truncatedNormal((x + 1) / 0.5));
    }

    /** Kolmogorov and Smirnov. */
    private static void requireDistribution(float[] values, DoubleUnaryOperator distribution) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        double worst = 0;
        for (int i = 0; i < sorted.length; i++) {
            double expected = Math.clamp(distribution.applyAsDouble(sorted[i]), 0, 1);
            worst = Math.max(worst, Math.abs((i + 0.5) / sorted.length - expected));
        }
        assertThat(worst).isLessThan(DISTANCE);
        assertThat(distribution.applyAsDouble(sorted[0])).isBetween(-1e-6, 0.01);
        assertThat(distribution.applyAsDouble(sorted[sorted.length - 1])).isBetween(0.99, 1 + 1e-6);
    }

    private static double truncatedNormal(double x) {
        return (normal(x) - normal(-2)) / (normal(2) - normal(-2));
    }

    /** By Simpson's rule from the mean. */
    private static double normal(double x) {
        int steps = 200;
        double width = x / steps;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double at = i * width;
            sum += (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.exp(-at * at / 2);
        }
        return 0.5 + sum * width / 3 / Math.sqrt(2 * Math.PI);
    }

    private static double mean(float[] values, DoubleUnaryOperator of) {
        double sum = 0;
        for (float value : values) {
            sum += of.applyAsDouble(value);
        }
        return sum / values.length;
    }

    @ParameterizedTest
    @ValueSource(strings = {"4, 7", "7, 4", "2, 3, 5", "5, 3, 2, 2", "1, 6"})
    void orthogonalRowsOrColumnsHaveTheGainAsLength(String dimensions) {
        Shape shape = Shape.of(Arrays.stream(dimensions.split(", ", -1))
                .mapToInt(Integer::parseInt)
                .toArray());
        float[] values = drawn(Initializer.of("Orthogonal", Map.of("gain", 1.5)), shape);
        int columns = shape.dimension(-1);
        int rows = shape.size() / columns;
        int fewer = Math.min(rows, columns);
        for (int a = 0; a < fewer; a++) {
            for (int b = 0; b < fewer; b++) {
                double dot = 0;
                for (int k = 0; k < Math.max(rows, columns); k++) {
                    dot += rows > columns
                            ? (double) values[k * columns + a] * values[k * columns + b]
                            : (double) values[a * columns + k] * values[b * columns + k];
                }
                assertThat(dot).isCloseTo(a == b ? 2.25 : 0, within(1e-6));
            }
        }
    }

    @Test
    void identityHasTheGainOnItsDiagonal() {
        assertThat(drawn(Initializer.of("identity", Map.of("gain", 2)), Shape.of(2, 3)))
                .containsExactly(2, 0, 0, 0, 2, 0);
        assertThat(drawn(Initializer.of("IdentityInitializer", Map.of()), Shape.of(3, 2)))
                .containsExactly(1, 0, 0, 1, 0, 0);
    }

    @Test
    void constantsAreEverywhere() {
        assertThat(drawn(Initializer.of("ones", Map.of()), Shape.of(2))).containsExactly(1, 1);
        assertThat(drawn(Initializer.of("zero", Map.of()), Shape.of(2))).containsExactly(0, 0);
        assertThat(drawn(Initializer.of("Constant", Map.of("value", 0.5)), Shape.of(2)))
                .containsExactly(0.5f, 0.5f);
    }

    @Test
    void anLstmsForgetGateStartsAtOneBesideWhatTheOthersStartFrom() {
        Graph graph = Graph.chain(Shape.of(3, 2), List.of(new LayerSpec.Lstm("states", 2, true)))
                .with(VariableSettings.NONE.withInitializer("states", "bias", new Initializer.Constant(0.25f)));
        assertThat(Parameters.initialize(graph, new RandomSource(1))
                        .get("states", "bias")
                        .values())
                .containsExactly(0.25f, 0.25f, 1, 1, 0.25f, 0.25f, 0.25f, 0.25f);
    }

    @Test
    void aSeedAloneDecidesWhatIsDrawnAndEachVariableDrawsForItself() {
        Graph graph = Graph.chain(
                        Shape.of(4),
                        List.of(
                                new LayerSpec.Dense("one", 4, Activation.LINEAR),
                                new LayerSpec.Dense("two", 4, Activation.LINEAR)))
                .with(VariableSettings.NONE
                        .withInitializer("one", "kernel", Initializer.of("HeNormal", Map.of()))
                        .withInitializer("two", "kernel", Initializer.of("HeNormal", Map.of("seed", 3))));
        Parameters first = Parameters.initialize(graph, new RandomSource(7));
        assertThat(Parameters.initialize(graph, new RandomSource(7)).sha256()).isEqualTo(first.sha256());
        assertThat(Parameters.initialize(graph, new RandomSource(8)).sha256()).isNotEqualTo(first.sha256());
        assertThat(first.get("one", "kernel").values())
                .isNotEqualTo(first.get("two", "kernel").values());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GlorotUniform",
                "GlorotNormal",
                "HeUniform",
                "HeNormal",
                "LecunUniform",
                "LecunNormal",
                "RandomUniform",
                "RandomNormal",
                "TruncatedNormal",
                "Orthogonal",
                "Identity",
                "Zeros",
                "Ones"
            })
    void nameAndSettingsSayItAll(String name) {
        Initializer initializer = Initializer.of(name, Map.of());
        assertThat(initializer.kerasClass()).isEqualTo(name);
        assertThat(Initializer.of(name, initializer.settings())).isEqualTo(initializer);
        assertThat(Initializer.NAMES).contains(name);
    }

    @Test
    void namesOfThoseWithSettingsOfTheirOwnAreReadBack() {
        for (Initializer initializer : List.of(
                new Initializer.Constant(0.5f),
                new Initializer.VarianceScaling(
                        0.3f,
                        Initializer.VarianceScaling.Mode.FAN_OUT,
                        Initializer.VarianceScaling.Distribution.UNTRUNCATED_NORMAL))) {
            assertThat(Initializer.of(initializer.kerasClass(), initializer.settings()))
                    .isEqualTo(initializer);
        }
    }

    @Test
    void whatIsWrongIsSaidInOneLine() {
        assertThatThrownBy(() -> Initializer.of("HeNrmal", Map.of()))
                .hasMessageStartingWith("an initializer must be one of GlorotUniform, ")
                .hasMessageEndingWith(", got 'HeNrmal'");
        assertThatThrownBy(() -> Initializer.of("RandomNormal", Map.of("std", 1)))
                .hasMessage("RandomNormal has no setting 'std'; it has mean, stddev");
        assertThatThrownBy(() -> Initializer.of("Zeros", Map.of("value", 1)))
                .hasMessage("Zeros has no setting 'value'");
        assertThatThrownBy(() -> Initializer.of("RandomNormal", Map.of("stddev", -1)))
                .hasMessage("stddev must be >= 0, got -1.0");
        assertThatThrownBy(() -> Initializer.of("RandomUniform", Map.of("minval", 1)))
                .hasMessage("maxval must be >= minval, got 0.05 and 1.0");
        assertThatThrownBy(() -> Initializer.of("Constant", Map.of("value", "much")))
                .hasMessage("value must be a number, got much");
        assertThatThrownBy(() -> Initializer.of("VarianceScaling", Map.of("scale", 0)))
                .hasMessage("scale must be > 0, got 0.0");
        assertThatThrownBy(() -> Initializer.of("VarianceScaling", Map.of("mode", "fan")))
                .hasMessage("mode must be one of fan_in, fan_out, fan_avg, got fan");
    }

    @Test
    void aVariableOfAnotherShapeIsRefused() {
        Graph graph = Graph.chain(Shape.of(4), List.of(new LayerSpec.Dense("a", 3, Activation.LINEAR)));
        assertThatThrownBy(() -> graph.with(
                        VariableSettings.NONE.withInitializer("a", "bias", Initializer.of("orthogonal", Map.of()))))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Layer 'a' (Dense 3): Orthogonal needs a variable with at least 2 dimensions, got bias [3]."
                        + " Use another initializer.");
        assertThatThrownBy(() -> graph.with(VariableSettings.NONE.withInitializer("a", "gamma", Initializers.ONES)))
                .hasMessage("Layer 'a' (Dense 3) has no variable 'gamma'; it has kernel, bias");
        assertThatThrownBy(() -> graph.with(VariableSettings.NONE.withConstraint(
                        "a", "kernel", Constraint.of("UnitNorm", Map.of("axis", List.of(0, 2))))))
                .hasMessage("Layer 'a' (Dense 3): UnitNorm of kernel needs axes of [4, 3], -2 to 1, got [0, 2]. Take"
                        + " others.");
    }

    private static float[] drawn(Initializer initializer) {
        return drawn(initializer, KERNEL);
    }

    private static float[] drawn(Initializer initializer, Shape shape) {
        return InitialValues.of(initializer, shape, new RandomSource(11).stream("test", 0));
    }
}

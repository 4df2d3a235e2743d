package dev.hourglass.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Initial values against Keras's formulas, and who owns the arrays. */
class ParametersTest {
    private static final RandomSource RANDOM = new RandomSource(5);

    private static Parameters of(Shape input, LayerSpec... layers) {
        return Parameters.initialize(input, List.of(layers), RANDOM);
    }

    private static LayerSpec dense(String name, int units) {
        return new LayerSpec.Dense(name, units, Activation.RELU);
    }

    private static LayerSpec conv(int filters, int kernel) {
        return new LayerSpec.Conv2d(
                "conv", filters, Size2.square(kernel), Size2.square(1), Padding.SAME, Activation.RELU);
    }

    private static LayerSpec transposed(int filters, int kernel) {
        return new LayerSpec.Conv2dTranspose(
                "conv", filters, Size2.square(kernel), Size2.square(2), Padding.SAME, Activation.RELU);
    }

    /**
     * Glorot and Bengio 2010, equation 16, as Keras computes it: uniform within sqrt(6 / (fan_in + fan_out)), where a
     * convolution's fans are its channels times the area of its window. The spread is that of a uniform distribution,
     * limit^2 / 3; its mean is within five of its standard errors.
     */
    private static void requireGlorot(Parameter kernel, int fanIn, int fanOut) {
        double limit = Math.sqrt(6.0 / (fanIn + fanOut));
        float[] values = kernel.values();
        double sum = 0;
        double squares = 0;
        double largest = 0;
        for (float value : values) {
            sum += value;
            squares += (double) value * value;
            largest = Math.max(largest, Math.abs(value));
        }
        assertThat(largest).isBetween(0.99 * limit, limit);
        assertThat(sum / values.length).isCloseTo(0, within(5 * limit / Math.sqrt(3.0 * values.length)));
        assertThat(squares / values.length).isCloseTo(limit * limit / 3, within(0.05 * limit * limit / 3));
    }

    @Test
    void denseAndLstmKernelsAreGlorotUniform() {
        requireGlorot(of(Shape.of(100), dense("dense", 60)).get("dense", "kernel"), 100, 60);
        requireGlorot(of(Shape.of(7, 50), new LayerSpec.Lstm("lstm", 30, false)).get("lstm", "kernel"), 50, 120);
    }

    @Test
    void convolutionKernelsCountTheirWindowBothWays() {
        requireGlorot(of(Shape.of(8, 8, 12), conv(24, 5)).get("conv", "kernel"), 12 * 25, 24 * 25);
        requireGlorot(of(Shape.of(8, 8, 12), transposed(24, 5)).get("conv", "kernel"), 12 * 25, 24 * 25);
    }

    @Test
    void biasesAreZeroButForTheForgetGateOfAnLstm() {
        assertThat(of(Shape.of(4), dense("dense", 3)).get("dense", "bias").values())
                .containsExactly(0, 0, 0);
        assertThat(of(Shape.of(2, 4), new LayerSpec.Lstm("lstm", 2, false))
                        .get("lstm", "bias")
                        .values())
                .containsExactly(0, 0, 1, 1, 0, 0, 0, 0); // input, forget, cell, output
    }

    @Test
    void batchNormalizationStartsAsTheIdentity() {
        Parameters norm = of(Shape.of(3), new LayerSpec.BatchNormalization("norm", 0.99f, 1e-3f));

        assertThat(norm.list().stream().map(each -> each.name() + " " + each.trainable() + " " + each.values()[2]))
                .containsExactly(
                        "gamma true 1.0", "beta true 0.0", "moving_mean false 0.0", "moving_variance false 1.0");
    }

    /** Keras's Orthogonal: rows of length 1, each at right angles to all others (Saxe et al. 2013). */
    @ParameterizedTest
    @CsvSource({"1", "5", "16"})
    void recurrentKernelsHaveOrthonormalRows(int units) {
        float[] values = of(Shape.of(3, 2), new LayerSpec.Lstm("lstm", units, false))
                .get("lstm", "recurrent_kernel")
                .values();
        int columns = 4 * units;
        for (int row = 0; row < units; row++) {
            for (int other = 0; other < units; other++) {
                double product = 0;
                for (int column = 0; column < columns; column++) {
                    product += (double) values[row * columns + column] * values[other * columns + column];
                }
                assertThat(product).isCloseTo(row == other ? 1 : 0, within(1e-6));
            }
        }
    }

    @Test
    void theOrderTheShapesAndTheCountsAreKeras() {
        Parameters all = of(Shape.of(4, 4, 2), conv(3, 3), new LayerSpec.BatchNormalization("norm", 0.99f, 1e-3f));

        assertThat(all.list().stream().map(each -> each.path() + each.shape()))
                .containsExactly(
                        "conv/kernel[3, 3, 2, 3]",
                        "conv/bias[3]",
                        "norm/gamma[3]",
                        "norm/beta[3]",
                        "norm/moving_mean[3]",
                        "norm/moving_variance[3]");
        assertThat(all.count()).isEqualTo(54 + 3 + 4 * 3);
        assertThat(all.trainableCount()).isEqualTo(54 + 3 + 2 * 3);
        assertThat(of(Shape.of(4, 4, 2), transposed(3, 5)).get("conv", "kernel").shape())
                .isEqualTo(Shape.of(5, 5, 3, 2)); // filters before channels
    }

    @Test
    void aLayersValuesDependOnSeedAndNameAlone() {
        float[] alone = of(Shape.of(4), dense("b", 3)).get("b", "kernel").values();
        Parameters behind = of(Shape.of(9), dense("a", 4), dense("b", 3));
        float[] otherSeed = Parameters.initialize(Shape.of(4), List.of(dense("b", 3)), new RandomSource(6))
                .get("b", "kernel")
                .values();

        assertThat(behind.get("b", "kernel").values()).isEqualTo(alone);
        assertThat(otherSeed).isNotEqualTo(alone);
        assertThat(of(Shape.of(4), dense("c", 3)).get("c", "kernel").values()).isNotEqualTo(alone);
    }

    @Test
    void aCopySharesNothing() {
        Parameters original = of(Shape.of(4), dense("dense", 3));
        Parameters copy = original.copy();
        assertThat(copy.sha256()).isEqualTo(original.sha256());

        original.get("dense", "kernel").values()[0] += 1;

        assertThat(copy.get("dense", "kernel").values()[0])
                .isEqualTo(original.get("dense", "kernel").values()[0] - 1, within(1e-6f));
        assertThat(copy.sha256()).isNotEqualTo(original.sha256());
    }

    /** Of the bytes 00 00 80 3f, 00 00 00 c0: 1 and -2 as little-endian floats. */
    @Test
    void theDigestIsThatOfLittleEndianFloats() {
        Parameters two =
                Parameters.of(List.of(new Parameter("layer", "kernel", Shape.of(2), true, new float[] {1, -2})));

        assertThat(two.sha256()).isEqualTo("ee4ac73c2bd27756ab82780f27c73a7bc4d3f0bb6acb37e008bc27eccd7e588b");
    }

    @Test
    void aVariableThatIsNotThereIsNamed() {
        Parameters parameters = of(Shape.of(4), dense("dense", 3));

        assertThatThrownBy(() -> parameters.get("dense", "gamma"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("No parameter dense/gamma");
    }
}

package dev.hourglass.engine;

import static dev.hourglass.model.Activation.LINEAR;
import static dev.hourglass.model.Activation.RELU;
import static dev.hourglass.model.Activation.SIGMOID;
import static dev.hourglass.model.Activation.TANH;
import static dev.hourglass.model.Padding.SAME;
import static dev.hourglass.model.Padding.VALID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.LayerSpec.ActivationLayer;
import dev.hourglass.model.LayerSpec.BatchNormalization;
import dev.hourglass.model.LayerSpec.Conv2d;
import dev.hourglass.model.LayerSpec.Conv2dTranspose;
import dev.hourglass.model.LayerSpec.Dense;
import dev.hourglass.model.LayerSpec.Dropout;
import dev.hourglass.model.LayerSpec.Lstm;
import dev.hourglass.model.LayerSpec.MaxPooling2d;
import dev.hourglass.model.LayerSpec.RepeatVector;
import dev.hourglass.model.LayerSpec.TimeDistributed;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The oracle itself against values worked out by hand. */
class ReferenceNetworkTest {
    private static final Offset<Double> TINY = within(1e-12);

    @Test
    void samePaddingWithStrideTwoOnFourPlacesPadsOnlyAfter() {
        // One row of four: total padding (2 - 1) * 2 + 3 - 4 = 1, none before. Windows 1 2 3 and 3 4 0.
        ReferenceNetwork network = network(Shape.of(1, 4, 1), conv(1, new Size2(1, 3), new Size2(1, 2), true));
        set(network, 0, 1, 10, 100);
        set(network, 1, 0.5);

        assertThat(network.forward(new double[] {1, 2, 3, 4}, 1, false)).containsExactly(321.5, 43.5);
    }

    @Test
    void samePaddingWithStrideTwoOnFivePlacesPadsBothSides() {
        // Total padding (3 - 1) * 2 + 3 - 5 = 2, one before. Windows 0 1 2, 2 3 4 and 4 5 0.
        ReferenceNetwork network = network(Shape.of(1, 5, 1), conv(1, new Size2(1, 3), new Size2(1, 2), true));
        set(network, 0, 1, 10, 100);

        assertThat(network.forward(new double[] {1, 2, 3, 4, 5}, 1, false)).containsExactly(210, 432, 54);
    }

    @Test
    void validConvolutionReadsKernelAsRowColumnChannelFilter() {
        // Two samples of 2x2 pixels with two channels under a 2x1 kernel with two filters.
        ReferenceNetwork network = network(Shape.of(2, 2, 2), conv(2, new Size2(2, 1), new Size2(1, 1), false));
        set(network, 0, 1, 2, 10, 20, 100, 200, 1000, 2000);
        double[] images = {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 1};

        assertThat(network.forward(images, 2, false)).containsExactly(6521, 13042, 8743, 17486, 0, 0, 1000, 2000);
    }

    @Test
    void transposedConvolutionWithSamePaddingCutsTheEnd() {
        // 1x2 -> 1x4: padding of the convolution back from four is 1, after. Each pixel adds its window at 0 and 2.
        ReferenceNetwork network = network(Shape.of(1, 2, 1), transposed(1, new Size2(1, 3), new Size2(1, 2), true));
        set(network, 0, 1, 10, 100);
        set(network, 1, 0.5);

        assertThat(network.forward(new double[] {1, 2}, 1, false)).containsExactly(1.5, 10.5, 102.5, 20.5);
    }

    @Test
    void transposedConvolutionWithSamePaddingAndStrideOneTurnsTheKernel() {
        ReferenceNetwork network = network(Shape.of(1, 3, 1), transposed(1, new Size2(1, 3), new Size2(1, 1), true));
        set(network, 0, 1, 10, 100);

        assertThat(network.forward(new double[] {1, 2, 3}, 1, false)).containsExactly(12, 123, 230);
    }

    @Test
    void transposedConvolutionWithValidPaddingKeepsTheWholeWindow() {
        ReferenceNetwork network = network(Shape.of(1, 2, 1), transposed(1, new Size2(1, 3), new Size2(1, 2), false));
        set(network, 0, 1, 10, 100);

        assertThat(network.forward(new double[] {1, 2}, 1, false)).containsExactly(1, 10, 102, 20, 200);
    }

    @Test
    void transposedConvolutionWithStrideAboveTheKernelLeavesGapsAtTheBias() {
        ReferenceNetwork network = network(Shape.of(1, 2, 1), transposed(1, new Size2(1, 1), new Size2(1, 3), false));
        set(network, 0, 2);
        set(network, 1, 0.5);

        assertThat(network.forward(new double[] {1, 2}, 1, false)).containsExactly(2.5, 0.5, 0.5, 4.5, 0.5, 0.5);
    }

    @Test
    void transposedConvolutionReadsKernelAsRowColumnFilterChannel() {
        ReferenceNetwork network = network(Shape.of(1, 1, 3), transposed(2, new Size2(1, 1), new Size2(1, 1), true));
        set(network, 0, 1, 2, 3, 10, 20, 30);

        assertThat(network.forward(new double[] {1, 1, 2}, 1, false)).containsExactly(9, 90);
    }

    @Test
    void batchNormalizationUsesTheBatchWhileTrainingAndTheMovingStatisticsAfter() {
        ReferenceNetwork network = network(Shape.of(2), new BatchNormalization("bn", 0.75f, 0.0625f));
        set(network, 0, 2, 1);
        set(network, 1, 1, 0);
        set(network, 2, 1, 0);
        set(network, 3, 3.9375, 1);
        double[] batch = {1, 5, 3, 5};

        // Channel 0: mean 2, variance 1; channel 1: mean 5, variance 0.
        double deviation = Math.sqrt(1.0625);
        assertThat(network.forward(batch, 2, true)).containsExactly(1 - 2 / deviation, 0, 1 + 2 / deviation, 0);
        // Channel 0 by its moving deviation of 2; channel 1 by the square root of 1.0625.
        assertThat(network.forward(batch, 2, false)).containsExactly(1, 5 / deviation, 3, 5 / deviation);
        List<double[]> moved = network.parametersWithMovedStatistics(batch, 2);
        assertThat(moved.get(2)).containsExactly(1.25, 1.25);
        assertThat(moved.get(3)).containsExactly(0.75 * 3.9375 + 0.25, 0.75);
        assertThat(network.parameters().get(2)).as("the network's own").containsExactly(1, 0);
    }

    @Test
    void maxPoolingNeverTakesThePadding() {
        MaxPooling2d pooling = new MaxPooling2d("pool", Size2.square(2), Size2.square(2), SAME);
        double[] image = {-1, -2, -3, -4, -5, -6, -7, -8, -9};

        assertThat(network(Shape.of(3, 3, 1), pooling).forward(image, 1, false)).containsExactly(-1, -3, -7, -9);
    }

    @Test
    void validMaxPoolingWithStrideOneOverlaps() {
        MaxPooling2d pooling = new MaxPooling2d("pool", new Size2(1, 2), Size2.square(1), VALID);
        double[] image = {1, 9, 3, 2, 2, 7};

        assertThat(network(Shape.of(1, 3, 2), pooling).forward(image, 1, false)).containsExactly(3, 9, 3, 7);
    }

    @Test
    void upSamplingRepeatsRowsAndColumns() {
        LayerSpec up = new LayerSpec.UpSampling2d("up", new Size2(2, 3));

        assertThat(network(Shape.of(1, 2, 1), up).forward(new double[] {1, 2}, 1, false))
                .containsExactly(1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2);
    }

    @Test
    void globalAverageIsTakenPerSampleAndChannel() {
        LayerSpec average = new LayerSpec.GlobalAveragePooling2d("gap");

        assertThat(network(Shape.of(1, 2, 2), average).forward(new double[] {1, 2, 3, 4, 5, 5, 6, 6}, 2, false))
                .containsExactly(2, 3, 5.5, 5.5);
    }

    @Test
    void denseWorksOnTheLastAxisOfAnyRankAsTimeDistributedDoes() {
        Dense dense = new Dense("dense", 2, LINEAR);
        for (LayerSpec layer : List.of(dense, new TimeDistributed("steps", dense))) {
            ReferenceNetwork network = network(Shape.of(2, 2), layer);
            set(network, 0, 1, 2, 10, 20);
            set(network, 1, 0.5, 0);

            assertThat(network.forward(new double[] {1, 2, 3, 4}, 1, false))
                    .as(layer.name())
                    .containsExactly(21.5, 42, 43.5, 86);
        }
    }

    @Test
    void activationsMatchTheirFormulas() {
        double[] x = {-1, 2};
        Shape shape = Shape.of(2);

        assertThat(network(shape, new ActivationLayer("a", RELU)).forward(x, 1, false))
                .containsExactly(0, 2);
        assertThat(network(shape, new ActivationLayer("a", LINEAR)).forward(x, 1, false))
                .containsExactly(-1, 2);
        assertThat(network(shape, new ActivationLayer("a", SIGMOID)).forward(x, 1, false))
                .containsExactly(new double[] {0.2689414213699951, 0.8807970779778823}, TINY);
        assertThat(network(shape, new ActivationLayer("a", TANH)).forward(x, 1, false))
                .containsExactly(new double[] {-0.7615941559557649, 0.9640275800758169}, TINY);
        assertThat(network(shape, new LayerSpec.LeakyRelu("a", 0.25f)).forward(x, 1, false))
                .containsExactly(-0.25, 2);
    }

    @Test
    void flattenAndReshapeKeepTheOrder() {
        double[] x = {1, 2, 3, 4, 5, 6};

        assertThat(network(Shape.of(1, 3, 2), new LayerSpec.Flatten("f"), new LayerSpec.Reshape("r", Shape.of(3, 2)))
                        .forward(x, 1, false))
                .containsExactly(x);
    }

    @Test
    void repeatVectorRepeatsEachSample() {
        assertThat(network(Shape.of(2), new RepeatVector("repeat", 2)).forward(new double[] {1, 2, 3, 4}, 2, false))
                .containsExactly(1, 2, 1, 2, 3, 4, 3, 4);
    }

    @Test
    void dropoutIsIdentityInInferenceAndRescalesWhatTheMaskKeepsWhileTraining() {
        Dropout dropout = new Dropout("drop", 0.75f);
        Parameters none = Parameters.initialize(Shape.of(2), List.of(dropout), new RandomSource(1));
        double[] x = {1, 2, 3, 4};
        ReferenceNetwork.DropoutMask mask = (layer, index) -> index % 2 == 1;
        ReferenceNetwork masked = new ReferenceNetwork(Shape.of(2), List.of(dropout), none, mask);

        assertThat(masked.forward(x, 2, false)).containsExactly(x);
        assertThat(masked.forward(x, 2, true)).containsExactly(0, 8, 0, 16);
        assertThatThrownBy(() -> network(Shape.of(2), dropout).forward(x, 2, true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'drop'");
        assertThat(network(Shape.of(2), new Dropout("off", 0)).forward(x, 2, true))
                .containsExactly(x);
    }

    @Test
    void lstmUsesGatesInOrderInputForgetCellOutput() {
        ReferenceNetwork network = network(Shape.of(2, 1), new Lstm("lstm", 1, true));
        set(network, 0, 0.1, 0.2, 0.3, 0.4);
        set(network, 1, 0.5, 0.6, 0.7, 0.8);
        set(network, 2, 0.01, 1.02, 0.03, 0.04);

        // Step 1 with x = 1, h = c = 0: z = 0.11, 1.22, 0.33, 0.44.
        double c1 = logistic(0.11) * Math.tanh(0.33);
        double h1 = logistic(0.44) * Math.tanh(c1);
        // Step 2 with x = -2.
        double c2 = logistic(1.02 - 0.4 + 0.6 * h1) * c1
                + logistic(0.01 - 0.2 + 0.5 * h1) * Math.tanh(0.03 - 0.6 + 0.7 * h1);
        double h2 = logistic(0.04 - 0.8 + 0.8 * h1) * Math.tanh(c2);
        assertThat(network.forward(new double[] {1, -2}, 1, false)).containsExactly(new double[] {h1, h2}, TINY);
        assertThat(h1).isEqualTo(0.10124, within(1e-5));

        ReferenceNetwork last = network(Shape.of(2, 1), new Lstm("lstm", 1, false));
        for (int i = 0; i < 3; i++) {
            set(last, i, network.parameters().get(i));
        }
        assertThat(last.forward(new double[] {1, -2}, 1, false)).containsExactly(new double[] {h2}, TINY);
    }

    @Test
    void meanSquaredErrorIsTheMeanOverAllNumbers() {
        ReferenceNetwork identity = network(Shape.of(2), new ActivationLayer("a", LINEAR));

        assertThat(identity.meanSquaredError(new double[] {1, 2, 3, 4}, new double[] {1, 4, 3, 0}, 2, true))
                .isEqualTo(5);
    }

    @Test
    void gradientsOfALinearLayerAreThoseOfTheFormula() {
        // loss = (w x + b - t)^2 with w = 2, x = 3, b = 1, t = 5: residual 2.
        ReferenceNetwork network = network(Shape.of(1), new Dense("dense", 1, LINEAR));
        set(network, 0, 2);
        set(network, 1, 1);
        double[] x = {3};
        double[] target = {5};

        assertThat(network.gradient(0, new int[] {0}, x, target, 1)).containsExactly(new double[] {12}, within(1e-8));
        assertThat(network.gradient(1, new int[] {0}, x, target, 1)).containsExactly(new double[] {4}, within(1e-8));
        assertThat(network.inputGradient(new int[] {0}, x, target, 1)).containsExactly(new double[] {8}, within(1e-8));
        assertThat(x).as("the caller's inputs").containsExactly(3);
        assertThat(network.parameters().get(0)).as("the weights").containsExactly(2);
    }

    @Test
    void aKinkWithinTheStepGivesNoGradient() {
        ReferenceNetwork network = network(Shape.of(2), new ActivationLayer("relu", RELU));

        double[] slopes = network.inputGradient(new int[] {0, 1}, new double[] {1e-6, 1}, new double[] {1, 0}, 1);

        assertThat(slopes[0]).isNaN();
        assertThat(slopes[1]).isEqualTo(1, within(1e-8));
    }

    private static ReferenceNetwork network(Shape input, LayerSpec... layers) {
        List<LayerSpec> list = Arrays.asList(layers);
        return new ReferenceNetwork(input, list, Parameters.initialize(input, list, new RandomSource(1)));
    }

    private static Conv2d conv(int filters, Size2 kernel, Size2 stride, boolean same) {
        return new Conv2d("conv", filters, kernel, stride, same ? SAME : VALID, LINEAR);
    }

    private static Conv2dTranspose transposed(int filters, Size2 kernel, Size2 stride, boolean same) {
        return new Conv2dTranspose("conv", filters, kernel, stride, same ? SAME : VALID, LINEAR);
    }

    private static void set(ReferenceNetwork network, int parameter, double... values) {
        double[] target = network.parameters().get(parameter);
        assertThat(values).hasSameSizeAs(target);
        System.arraycopy(values, 0, target, 0, values.length);
    }

    private static double logistic(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}

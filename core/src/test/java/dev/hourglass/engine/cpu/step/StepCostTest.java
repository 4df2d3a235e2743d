package dev.hourglass.engine.cpu.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.layout.Folding;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.layout.WindowAxis;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.model.Size2;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The stages of the MNIST lab's models, counted by hand. */
final class StepCostTest {
    private static final Nonlinearity RELU = new Nonlinearity(Nonlinearity.Kind.LEAKY_RELU, 0);
    private static final Size2 TWO = Size2.square(2);
    private static final WindowAxis SLIDING = WindowAxis.sliding(3, 1, 1);
    private static final WindowAxis FOLDED = new Folding(3, false).forward().windows();

    /** 28x28x1 in a frame of zeros. */
    private static final Value DIGIT = new Value("input", new Layout.Image(28, 28, 1, 1, 1, 1, 30, 30));

    private static final Value FEATURES = image("enc_conv1/output", 28, 32);

    @Test
    void aConvolutionDoesTwoOperationsForEachTapAndOneForItsRelu() {
        PackedMatrix kernel = kernel("enc_conv1/kernel", 9, 1, 32);
        PackedMatrix bias = kernel("enc_conv1/bias", 1, 1, 32);
        Step step = new Step.Convolve(DIGIT, SLIDING, SLIDING, kernel, bias, RELU, -1, FEATURES);
        assertThat(StepCost.of(step))
                .isEqualTo(new StepCost(
                        28 * 28 * 32 * (2 * 9 + 1),
                        4 * (912 + 28 * 28 * 32), // 30 x 30 rounded up to lanes
                        4 * 9 * 32,
                        List.of("enc_conv1/output")));
    }

    @Test
    void whatIsDoneOnTheWayCountsAsThoughDoneApart() {
        PackedMatrix kernel = kernel("enc_conv1/kernel", 9, 1, 32);
        PackedMatrix bias = kernel("enc_conv1/bias", 1, 1, 32);
        Step.Convolve convolve = new Step.Convolve(DIGIT, SLIDING, SLIDING, kernel, bias, RELU, -1, FEATURES);
        long moments = StepCost.of(new Step.Moments(0, FEATURES)).flops();
        assertThat(moments).isEqualTo(28 * 28 * 32 * 3);
        assertThat(StepCost.of(convolve.withMomentsOf(0)).flops())
                .isEqualTo(StepCost.of(convolve).flops() + moments);

        Value gradient = image("enc_conv1/output/gradient", 28, 32);
        Step.NormalizeGradient plain = new Step.NormalizeGradient(0, FEATURES, gradient, Nonlinearity.LINEAR, null);
        assertThat(StepCost.of(plain).flops()).isEqualTo(28 * 28 * 32 * 4);
        assertThat(StepCost.of(plain.through(RELU, bias)).flops()).isEqualTo(28 * 28 * 32 * (4 + 1 + 1));
    }

    @Test
    void aFoldedConvolutionMeetsTwoByTwoTapsOfItsOwnPhase() {
        Value small = new Value("dec_bn1/output", new Layout.Image(7, 7, 16, 16, 1, 1, 9, 9));
        Value large = image("dec_conv2/output", 14, 32);
        PackedMatrix kernel = kernel("dec_conv2/kernel", 4 * 4, 16, 32);
        Step step = new Step.Convolve(small, FOLDED, FOLDED, kernel, null, Nonlinearity.LINEAR, -1, large);
        StepCost cost = StepCost.of(step);
        assertThat(cost.flops()).isEqualTo(14 * 14 * 32 * 2 * 4 * 16);
        assertThat(cost.callBytes()).isEqualTo(4 * 16 * 16 * 32);
    }

    @Test
    void aWeightGradientReadsBothSidesAndAddsToTheWeights() {
        PackedMatrix kernel = kernel("enc_conv1/kernel", 9, 1, 32);
        Step step = new Step.ConvolveGradient(DIGIT, SLIDING, SLIDING, FEATURES, kernel, kernel);
        assertThat(StepCost.of(step))
                .isEqualTo(new StepCost(
                        28 * 28 * 32 * 2 * 9,
                        4 * (912 + 28 * 28 * 32),
                        2 * 4 * 9 * 32,
                        List.of("enc_conv1/kernel gradient")));
    }

    @Test
    void channelsThatOnlyPadAreMovedButNotCountedAsOperations() {
        Value latent = new Value("latent/output", Layout.Image.natural(7, 7, 8));
        StepCost cost = StepCost.of(new Step.Activate(RELU, latent));
        assertThat(cost.flops()).isEqualTo(7 * 7 * 8);
        assertThat(cost.bytes()).isEqualTo(2 * 4 * 7 * 7 * 16);
    }

    @Test
    void aPoolingThatNormalizesDoesThreeOperationsForEachOfAWindowsPixels() {
        Value pooled = image("enc_pool1/output", 14, 32);
        StepCost cost = StepCost.of(new Step.MaxPool(FEATURES, TWO, TWO, 0, 0, 0, pooled));
        assertThat(cost.flops()).isEqualTo(28 * 28 * 32 * 3);
        assertThat(cost.bytes()).isEqualTo(4 * (28 * 28 + 14 * 14) * 32);
    }

    @Test
    void theLastLayerProjectsEachSmallPixelToSixteenTapsAndAddsThem() {
        Value small = image("dec_bn2/output", 14, 32);
        Value taps = image("output/taps", 14, 16);
        Value to = new Value("output/output", Layout.Image.compact(28, 28, 1));
        PackedMatrix kernel =
                new PackedMatrix("output/kernel", 0, Axis.of(32, 1), new Axis(Axis.inOrder(16), 1, 1, 1, 1));
        PackedMatrix bias = kernel("output/bias", 1, 1, 1);
        Nonlinearity sigmoid = new Nonlinearity(Nonlinearity.Kind.SIGMOID, 1);
        StepCost cost = StepCost.of(new Step.ProjectAndGather(small, FOLDED, FOLDED, kernel, bias, sigmoid, taps, to));
        assertThat(cost.flops()).isEqualTo(14 * 14 * 16 * (2 * 32 + 1) + 28 * 28 * 26);
        assertThat(cost.writes()).containsExactly("output/taps", "output/output");
    }

    @Test
    void anLstmReadsItsRecurrentWeightsInEachStepButTheFirst() {
        StepCost cost = StepCost.of(firstLstm());
        long gates = 4 * 128;
        long cell = 4 + 3 * 26 + 2 * 23;
        assertThat(cost.flops()).isEqualTo(28 * 2 * 28 * gates + 27 * 2 * 128 * gates + 28 * 128 * cell);
        assertThat(cost.callBytes()).isEqualTo(4 * (32 * gates + 27 * 128 * gates));
    }

    @Test
    void theWayBackThroughTheFirstLstmNeedsNoGradientOfItsInput() {
        Value hidden = sequence("dh", 128);
        Step step = new Step.LstmGradient(firstLstm(), hidden, null, sequence("dc", 128), false, null);
        long gates = 4 * 128;
        assertThat(StepCost.of(step).flops())
                .isEqualTo(28 * 2 * 28 * gates + 2 * 27 * 2 * 128 * gates + 28 * 128 * 21 + 28 * gates);
        Step.Lstm forward = firstLstm();
        Step withInput = new Step.LstmGradient(forward, hidden, null, sequence("dc", 128), false, sequence("dx", 28));
        assertThat(StepCost.of(withInput).flops() - StepCost.of(step).flops()).isEqualTo(28 * 2 * 28 * gates);
    }

    /** Of the MNIST LSTM: 28 steps of 28 numbers to 128 units. */
    private static Step.Lstm firstLstm() {
        Axis gates = new Axis(Axis.inOrder(4), 128, 128, 128, 1);
        Axis in = Axis.of(28, 512).paddedTo(32);
        Axis units = Axis.of(128, 512);
        Step.RecurrentWeights weights = new Step.RecurrentWeights(
                new PackedMatrix("kernel", 0, in, gates),
                new PackedMatrix("kernel/transposed", 0, gates, in),
                new PackedMatrix("recurrent_kernel", 1, units, gates),
                new PackedMatrix("recurrent_kernel/transposed", 1, gates, units),
                new PackedMatrix("bias", 2, Axis.of(1, 0), gates));
        return new Step.Lstm(
                sequence("input", 28),
                weights,
                sequence("gates", 512),
                new Value("projected", new Layout.Steps(1, 512)),
                sequence("cell", 128),
                sequence("tanhCell", 128),
                sequence("hidden", 128),
                null,
                false);
    }

    private static Value image(String name, int size, int channels) {
        return new Value(name, Layout.Image.natural(size, size, channels));
    }

    private static Value sequence(String name, int features) {
        return new Value(name, new Layout.Steps(28, features));
    }

    private static PackedMatrix kernel(String name, int taps, int channels, int filters) {
        Axis rows = new Axis(Axis.inOrder(taps), channels, channels, channels * filters, filters);
        return new PackedMatrix(name, 0, rows, Axis.of(filters, 1));
    }
}

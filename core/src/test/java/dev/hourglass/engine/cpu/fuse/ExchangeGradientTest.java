package dev.hourglass.engine.cpu.fuse;

import static dev.hourglass.engine.cpu.fuse.Steps.SAME;
import static dev.hourglass.engine.cpu.fuse.Steps.framed;
import static dev.hourglass.engine.cpu.fuse.Steps.image;
import static dev.hourglass.engine.cpu.fuse.Steps.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import org.junit.jupiter.api.Test;

final class ExchangeGradientTest {
    @Test
    void sixteenFiltersBecomeRowsWhereTheWindowsFillPanels() {
        PackedMatrix weights = Steps.kernel("conv/kernel", 9, 32, 16);
        Step.ConvolveGradient step = gradient(framed("input", 8, 32), 16, weights);
        assertThat(new ExchangeGradient().apply(plan(step))).isEqualTo(plan(step.summedIn(weights.exchanged())));
    }

    @Test
    void thirtyTwoFiltersFillTheColumnsThemselves() {
        Step.ConvolveGradient step = gradient(framed("input", 8, 32), 32, Steps.kernel("conv/kernel", 9, 32, 32));
        assertThat(new ExchangeGradient().apply(plan(step))).isEqualTo(plan(step));
    }

    @Test
    void butOfATransposedKernelTheFloatsOfAWindowLieSideBySide() {
        Axis rows = new Axis(Axis.inOrder(9), 32, 32, 32 * 32, 1);
        PackedMatrix weights = new PackedMatrix("conv/kernel", 0, rows, Axis.of(32, 32));
        Step.ConvolveGradient step = gradient(framed("input", 8, 32), 32, weights);
        assertThat(new ExchangeGradient().apply(plan(step))).isEqualTo(plan(step.summedIn(weights.exchanged())));
    }

    @Test
    void windowsThatDoNotFillPanelsStayRows() {
        Step.ConvolveGradient step = gradient(framed("input", 8, 3), 16, Steps.kernel("conv/kernel", 9, 3, 16));
        assertThat(new ExchangeGradient().apply(plan(step))).isEqualTo(plan(step));
    }

    @Test
    void soDoVectors() {
        Step.ConvolveGradient step = gradient(image("input", 1, 32), 16, Steps.kernel("dense/kernel", 1, 32, 16));
        assertThat(new ExchangeGradient().apply(plan(step))).isEqualTo(plan(step));
    }

    private static Step.ConvolveGradient gradient(Value from, int filters, PackedMatrix weights) {
        Value gradient = image("conv/output/gradient", from.image().height(), filters);
        return new Step.ConvolveGradient(from, SAME, SAME, gradient, weights, weights);
    }
}

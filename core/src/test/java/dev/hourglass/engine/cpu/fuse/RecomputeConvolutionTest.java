package dev.hourglass.engine.cpu.fuse;

import static dev.hourglass.engine.cpu.fuse.Steps.convolve;
import static dev.hourglass.engine.cpu.fuse.Steps.framed;
import static dev.hourglass.engine.cpu.fuse.Steps.image;
import static dev.hourglass.engine.cpu.fuse.Steps.normalizeGradient;
import static dev.hourglass.engine.cpu.fuse.Steps.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import org.junit.jupiter.api.Test;

final class RecomputeConvolutionTest {
    private static final Value CONV = image("conv/output", 8, 16);
    private static final Value AGAIN = image("conv/output/again", 8, 16);
    private static final Value OF_POOLED = image("pooled/gradient", 4, 16);
    private static final Value GRADIENT = image("pool/input/gradient", 8, 16);

    @Test
    void aCheapConvolutionIsComputedAgainForAllThatFollows() {
        Step.Convolve cheap = convolve(framed("input", 8, 1), CONV).withMomentsOf(0);
        Plan plan = plan(cheap, route(CONV), new Step.ActivateGradient(Steps.RELU, CONV, GRADIENT));
        assertThat(new RecomputeConvolution().apply(plan))
                .isEqualTo(plan(
                        cheap,
                        cheap.again(AGAIN),
                        route(AGAIN),
                        new Step.ActivateGradient(Steps.RELU, AGAIN, GRADIENT)));
        assertThat(cheap.again(AGAIN).momentsOf()).as("they are known by then").isEqualTo(-1);
    }

    @Test
    void aDearConvolutionIsKept() {
        Plan plan = plan(convolve(framed("input", 8, 16), CONV), route(CONV));
        assertThat(new RecomputeConvolution().apply(plan)).isEqualTo(plan);
    }

    @Test
    void soIsOneWhoseGradientDoesNotGoOnThroughANormalization() {
        Plan plan = plan(
                convolve(framed("input", 8, 1), CONV), new Step.MaxOfFourGradient(CONV, -1, OF_POOLED, GRADIENT, null));
        assertThat(new RecomputeConvolution().apply(plan)).isEqualTo(plan);
    }

    private static Step route(Value value) {
        return new Step.MaxOfFourGradient(value, 0, OF_POOLED, GRADIENT, normalizeGradient(value, GRADIENT));
    }
}

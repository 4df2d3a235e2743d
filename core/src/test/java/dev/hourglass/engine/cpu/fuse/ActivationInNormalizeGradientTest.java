package dev.hourglass.engine.cpu.fuse;

import static dev.hourglass.engine.cpu.fuse.Steps.RELU;
import static dev.hourglass.engine.cpu.fuse.Steps.convolve;
import static dev.hourglass.engine.cpu.fuse.Steps.framed;
import static dev.hourglass.engine.cpu.fuse.Steps.image;
import static dev.hourglass.engine.cpu.fuse.Steps.normalizeGradient;
import static dev.hourglass.engine.cpu.fuse.Steps.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.model.Activation;
import org.junit.jupiter.api.Test;

final class ActivationInNormalizeGradientTest {
    private static final Value CONV = image("conv/output", 8, 16);
    private static final Value GRADIENT = image("norm/input/gradient", 8, 16);
    private static final PackedMatrix BIAS = Steps.bias(16);
    private static final Step CONVOLVE = convolve(framed("input", 8, 3), CONV);
    private static final Step.NormalizeGradient NORMALIZE = normalizeGradient(CONV, GRADIENT);
    private static final Step ACTIVATE = new Step.ActivateGradient(RELU, CONV, GRADIENT);
    private static final Step OF_BIAS = new Step.BiasGradient(GRADIENT, BIAS);

    @Test
    void oneStepGoesThroughNormalizationReluAndBias() {
        assertThat(new ActivationInNormalizeGradient().apply(plan(CONVOLVE, NORMALIZE, ACTIVATE, OF_BIAS)))
                .isEqualTo(plan(CONVOLVE, NORMALIZE.through(RELU, BIAS)));
    }

    @Test
    void evenAtTheEndOfAPoolingsGradient() {
        Step.MaxOfFourGradient route =
                new Step.MaxOfFourGradient(CONV, 0, image("pooled/gradient", 4, 16), GRADIENT, NORMALIZE);
        assertThat(new ActivationInNormalizeGradient().apply(plan(CONVOLVE, route, ACTIVATE, OF_BIAS)))
                .isEqualTo(plan(CONVOLVE, route.then(NORMALIZE.through(RELU, BIAS))));
    }

    @Test
    void aFunctionThatNeedsMoreThanASignGoesByItself() {
        Nonlinearity tanh = Nonlinearity.of(Activation.TANH).orElseThrow();
        Plan plan = plan(CONVOLVE, NORMALIZE, new Step.ActivateGradient(tanh, CONV, GRADIENT), OF_BIAS);
        assertThat(new ActivationInNormalizeGradient().apply(plan)).isEqualTo(plan);
    }

    @Test
    void soDoesALayerOfItsOwnWhoseBiasIsAnothers() {
        Plan plan = plan(NORMALIZE, ACTIVATE, OF_BIAS);
        assertThat(new ActivationInNormalizeGradient().apply(plan)).isEqualTo(plan);
    }
}

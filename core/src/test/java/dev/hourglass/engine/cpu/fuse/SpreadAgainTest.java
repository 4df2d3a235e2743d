package dev.hourglass.engine.cpu.fuse;

import static dev.hourglass.engine.cpu.fuse.Steps.image;
import static dev.hourglass.engine.cpu.fuse.Steps.normalizeGradient;
import static dev.hourglass.engine.cpu.fuse.Steps.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.model.Size2;
import org.junit.jupiter.api.Test;

final class SpreadAgainTest {
    private static final Value CONV = image("conv/output", 4, 16);
    private static final Value LARGE = image("large/gradient", 8, 16);
    private static final Value GRADIENT = image("up/input/gradient", 4, 16);
    private static final Step UP = new Step.UpSampleGradient(LARGE, Size2.square(2), GRADIENT);
    private static final Step MOMENTS = new Step.MomentsGradient(0, CONV, GRADIENT);
    private static final Step BARRIER = new Step.Barrier(0, true);

    @Test
    void aSpreadGradientIsMadeOnceMoreBehindTheBarrier() {
        assertThat(new SpreadAgain().apply(plan(UP, MOMENTS, BARRIER, normalizeGradient(CONV, GRADIENT))))
                .isEqualTo(plan(UP, MOMENTS, BARRIER, UP, normalizeGradient(CONV, GRADIENT)));
    }

    @Test
    void aGradientFromElsewhereIsKept() {
        Plan elsewhere = plan(UP, new Step.MomentsGradient(0, CONV, image("other", 4, 16)), BARRIER);
        assertThat(new SpreadAgain().apply(elsewhere)).isEqualTo(elsewhere);
        Plan copied = plan(new Step.Copy(LARGE, GRADIENT), MOMENTS, BARRIER);
        assertThat(new SpreadAgain().apply(copied)).isEqualTo(copied);
    }
}

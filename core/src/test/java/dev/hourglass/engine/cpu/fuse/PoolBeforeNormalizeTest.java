package dev.hourglass.engine.cpu.fuse;

import static dev.hourglass.engine.cpu.fuse.Steps.framed;
import static dev.hourglass.engine.cpu.fuse.Steps.image;
import static dev.hourglass.engine.cpu.fuse.Steps.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import org.junit.jupiter.api.Test;

final class PoolBeforeNormalizeTest {
    private static final Value CONV = image("conv/output", 8, 16);
    private static final Value NORM = image("norm/output", 8, 16);
    private static final Value POOLED = framed("pool/output", 4, 16);
    private static final Value WINNERS = image("pool/winners", 4, 16);
    private static final Value OF_POOLED = image("pooled/gradient", 4, 16);
    private static final Value GRADIENT = image("pool/input/gradient", 8, 16);
    private static final Step.Barrier BARRIER = new Step.Barrier(0, false);
    private static final Step.Normalize NORMALIZE = new Step.Normalize(0, CONV, NORM);
    private static final Step.MaxOfFour POOL = new Step.MaxOfFour(NORM, -1, POOLED);

    @Test
    void inTrainingTheWinnersArePickedBeforeTheBarrier() {
        Plan plan = plan(
                new Step.Moments(0, CONV),
                BARRIER,
                NORMALIZE,
                POOL,
                new Step.MaxOfFourGradient(NORM, -1, OF_POOLED, GRADIENT, null));
        assertThat(new PoolBeforeNormalize().apply(plan))
                .isEqualTo(plan(
                        new Step.Moments(0, CONV),
                        new Step.MaxOfFour(CONV, 0, WINNERS),
                        BARRIER,
                        new Step.Normalize(0, WINNERS, POOLED),
                        new Step.MaxOfFourGradient(CONV, 0, OF_POOLED, GRADIENT, null)));
    }

    @Test
    void inUseTheyArePickedAndThenNormalized() {
        assertThat(new PoolBeforeNormalize().apply(plan(NORMALIZE, POOL)))
                .isEqualTo(plan(new Step.MaxOfFour(CONV, 0, WINNERS), new Step.Normalize(0, WINNERS, POOLED)));
    }

    @Test
    void whatAnotherReadsAsWellIsNormalizedFirst() {
        Plan plan = plan(BARRIER, NORMALIZE, POOL, new Step.Average(NORM, image("average/output", 1, 16)));
        assertThat(new PoolBeforeNormalize().apply(plan)).isEqualTo(plan);
        Plan two = plan(BARRIER, NORMALIZE, POOL, new Step.MaxOfFour(NORM, -1, image("second/output", 4, 16)));
        assertThat(new PoolBeforeNormalize().apply(two)).isEqualTo(two);
    }
}

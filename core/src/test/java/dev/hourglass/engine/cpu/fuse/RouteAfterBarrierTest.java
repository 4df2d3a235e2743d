package dev.hourglass.engine.cpu.fuse;

import static dev.hourglass.engine.cpu.fuse.Steps.image;
import static dev.hourglass.engine.cpu.fuse.Steps.normalizeGradient;
import static dev.hourglass.engine.cpu.fuse.Steps.plan;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.model.LayerSpec;
import org.junit.jupiter.api.Test;

final class RouteAfterBarrierTest {
    private static final Value CONV = image("conv/output", 8, 16);
    private static final Value WINNERS = image("pool/winners", 4, 16);
    private static final Value OF_POOLED = image("pooled/gradient", 4, 16);
    private static final Value GRADIENT = image("pool/input/gradient", 8, 16);
    private static final Step.MaxOfFour POOL = new Step.MaxOfFour(CONV, 0, WINNERS);
    private static final Step.MaxOfFourGradient ROUTE = new Step.MaxOfFourGradient(CONV, 0, OF_POOLED, GRADIENT, null);
    private static final Step.Barrier BARRIER = new Step.Barrier(0, true);
    private static final Step.NormalizeGradient NORMALIZE = normalizeGradient(CONV, GRADIENT);

    @Test
    void theBarrierWaitsForTheWinnersAlone() {
        Plan plan = plan(POOL, ROUTE, new Step.MomentsGradient(0, CONV, GRADIENT), BARRIER, NORMALIZE);
        assertThat(new RouteAfterBarrier().apply(plan))
                .isEqualTo(plan(POOL, new Step.MomentsGradient(0, WINNERS, OF_POOLED), BARRIER, ROUTE.then(NORMALIZE)));
    }

    @Test
    void aGradientThatIsChangedBeforeTheBarrierStaysWhereItIs() {
        Plan plan = plan(
                POOL,
                ROUTE,
                new Step.Noise(new LayerSpec.Dropout("drop", 0.5f), GRADIENT, GRADIENT),
                new Step.MomentsGradient(0, CONV, GRADIENT),
                BARRIER,
                NORMALIZE);
        assertThat(new RouteAfterBarrier().apply(plan)).isEqualTo(plan);
    }

    @Test
    void aPoolingThatComesAfterItsOwnNormalizationIsLeftAlone() {
        Step.MaxOfFour after = new Step.MaxOfFour(CONV, -1, WINNERS);
        Step.MaxOfFourGradient route = new Step.MaxOfFourGradient(CONV, -1, OF_POOLED, GRADIENT, null);
        Plan plan = plan(after, route, new Step.MomentsGradient(0, CONV, GRADIENT), BARRIER, NORMALIZE);
        assertThat(new RouteAfterBarrier().apply(plan)).isEqualTo(plan);
    }
}

package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.plan.LogicalPlan;
import java.util.List;

/** The rules, in the order in which they are applied: a later one finds what an earlier one has left. */
public final class Rules {
    static final List<Rule<LogicalPlan>> BEFORE_LOWERING = List.of(new FoldUpSampling(), new RepeatInRecurrent());

    static final List<Rule<Plan>> AFTER_LOWERING = List.of(
            new ConvolveByTiles(),
            new MomentsOnTheWay(),
            new NormalizeInMaxPool(),
            new PoolBeforeNormalize(),
            new RouteAfterBarrier(),
            new SpreadAgain(),
            new RecomputeConvolution(),
            new ActivationInNormalizeGradient(),
            new ExchangeGradient(),
            new GradientsOverBatch());

    private Rules() {}

    /** @param forward a plan without gradients yet, so that what is fused is differentiated as one */
    public static LogicalPlan beforeLowering(LogicalPlan forward) {
        return apply(BEFORE_LOWERING, forward);
    }

    public static Plan afterLowering(Plan plan) {
        return apply(AFTER_LOWERING, plan);
    }

    private static <P> P apply(List<Rule<P>> rules, P plan) {
        P result = plan;
        for (Rule<P> rule : rules) {
            result = rule.apply(result);
        }
        return result;
    }
}

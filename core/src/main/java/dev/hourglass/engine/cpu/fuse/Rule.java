package dev.hourglass.engine.cpu.fuse;

/**
 * Rewrites a plan into one that computes the same.
 *
 * @param <P> a {@link dev.hourglass.engine.plan.LogicalPlan}, or a {@link dev.hourglass.engine.cpu.step.Plan} of steps
 */
@FunctionalInterface
interface Rule<P> {
    /** The plan itself where the rule's precondition holds nowhere. */
    P apply(P plan);
}

package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.StepAccess;
import java.util.ArrayList;
import java.util.List;

/**
 * A gradient that was spread from a smaller one is spread once more after a normalisation's barrier: that is cheaper
 * than to keep the large one of the whole batch until the barrier has passed.
 *
 * <p>Precondition: a pooling's or upsampling's gradient, the moments of what it writes and the barrier follow each other.
 */
final class SpreadAgain implements Rule<Plan> {
    @Override
    public Plan apply(Plan plan) {
        List<Step> steps = new ArrayList<>();
        List<Step> all = plan.steps();
        for (int i = 0; i < all.size(); i++) {
            steps.add(all.get(i));
            if (i >= 2
                    && all.get(i) instanceof Step.Barrier
                    && all.get(i - 1) instanceof Step.MomentsGradient moments
                    && spreads(all.get(i - 2))
                    && StepAccess.of(all.get(i - 2)).writes().contains(moments.gradient())) {
                steps.add(all.get(i - 2));
            }
        }
        return plan.withSteps(steps);
    }

    private static boolean spreads(Step step) {
        return step instanceof Step.MaxPoolGradient || step instanceof Step.UpSampleGradient;
    }
}

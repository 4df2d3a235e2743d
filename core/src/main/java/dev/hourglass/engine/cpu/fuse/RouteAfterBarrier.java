package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The gradient of a pooling that comes before a normalisation goes to its winners only after the barrier, and row by row
 * on through the normalisation: what the barrier waits for can be summed over winners alone, since all other places have
 * no gradient.
 *
 * <p>Precondition: the pooling's gradient, the moments of that gradient, the barrier and the normalisation's gradient
 * follow each other, and the pooling's winners are there.
 */
final class RouteAfterBarrier implements Rule<Plan> {
    @Override
    public Plan apply(Plan plan) {
        Map<Value, Step.MaxOfFour> pools = new HashMap<>();
        List<Step> steps = new ArrayList<>();
        List<Step> all = plan.steps();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i) instanceof Step.MaxOfFour pool && pool.norm() >= 0) {
                pools.put(pool.from(), pool);
            }
            if (i + 3 < all.size()
                    && all.get(i) instanceof Step.MaxOfFourGradient route
                    && all.get(i + 1) instanceof Step.MomentsGradient moments
                    && all.get(i + 2) instanceof Step.Barrier barrier
                    && all.get(i + 3) instanceof Step.NormalizeGradient normalize
                    && route.norm() == moments.norm()
                    && route.gradient().equals(moments.gradient())
                    && normalize.isOf(route.from(), route.gradient())
                    && pools.containsKey(route.from())
                    && pools.get(route.from()).norm() == route.norm()) {
                Value winners = pools.get(route.from()).to();
                steps.add(new Step.MomentsGradient(moments.norm(), winners, route.pooledGradient()));
                steps.add(barrier);
                steps.add(route.then(normalize));
                i += 3;
            } else {
                steps.add(all.get(i));
            }
        }
        return plan.withSteps(steps);
    }
}

package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.StepAccess;
import dev.hourglass.engine.cpu.step.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pooling of windows of 2x2 picks its winners before the normalisation that it follows, in training even before the
 * barrier, while the image is in cache; only the winners are normalised. For that but the sign of gamma must be known.
 *
 * <p>Precondition: the normalised image is read by one such pooling ({@link Step.MaxOfFour}) and at most its gradient.
 */
final class PoolBeforeNormalize implements Rule<Plan> {
    @Override
    public Plan apply(Plan plan) {
        List<Step> steps = plan.steps();
        for (Step step : plan.steps()) {
            if (step instanceof Step.Normalize normalize) {
                Step.MaxOfFour pool = onlyPool(steps, normalize.to());
                if (pool != null) {
                    steps = poolFirst(steps, normalize, pool);
                }
            }
        }
        return plan.withSteps(steps);
    }

    private static Step.@Nullable MaxOfFour onlyPool(List<Step> steps, Value value) {
        List<Step> readers = steps.stream()
                .filter(step -> StepAccess.of(step).reads().contains(value))
                .toList();
        boolean pooled =
                readers.stream().filter(Step.MaxOfFour.class::isInstance).count() == 1
                        && readers.stream()
                                .allMatch(step ->
                                        step instanceof Step.MaxOfFour || step instanceof Step.MaxOfFourGradient);
        return pooled ? (Step.MaxOfFour) readers.getFirst() : null;
    }

    private static List<Step> poolFirst(List<Step> steps, Step.Normalize normalize, Step.MaxOfFour pool) {
        Layout.Image out = pool.to().image();
        Value winners =
                new Value(pool.to().beside("winners"), Layout.Image.natural(out.height(), out.width(), out.channels()));
        Step pick = new Step.MaxOfFour(normalize.from(), normalize.norm(), winners);
        Step.Barrier barrier = new Step.Barrier(normalize.norm(), false);
        boolean hasBarrier = steps.contains(barrier);
        List<Step> rewritten = new ArrayList<>();
        for (Step step : steps) {
            if (step.equals(barrier)) {
                rewritten.add(pick);
                rewritten.add(step);
            } else if (step.equals(normalize)) {
                if (!hasBarrier) {
                    rewritten.add(pick);
                }
            } else if (step.equals(pool)) {
                rewritten.add(new Step.Normalize(normalize.norm(), winners, pool.to()));
            } else if (step instanceof Step.MaxOfFourGradient gradient
                    && gradient.from().equals(normalize.to())) {
                rewritten.add(gradient.before(normalize));
            } else {
                rewritten.add(step);
            }
        }
        return rewritten;
    }
}

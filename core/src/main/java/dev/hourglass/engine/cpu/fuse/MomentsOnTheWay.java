package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a normalisation needs to know of a convolution's output is summed row by row while the row is in cache.
 *
 * <p>Precondition: the step before the moments writes the value that they are of, by a convolution or from tiles, and
 * the value is more than one pixel.
 */
final class MomentsOnTheWay implements Rule<Plan> {
    @Override
    public Plan apply(Plan plan) {
        List<Step> steps = new ArrayList<>();
        for (Step step : plan.steps()) {
            Step producer = step instanceof Step.Moments moments && !steps.isEmpty()
                    ? withMoments(steps.getLast(), moments.norm(), moments.value())
                    : null;
            if (producer == null) {
                steps.add(step);
            } else {
                steps.set(steps.size() - 1, producer);
            }
        }
        return plan.withSteps(steps);
    }

    private static @Nullable Step withMoments(Step producer, int norm, Value value) {
        if (producer instanceof Step.Convolve convolve && convolve.to().equals(value) && !value.isVector()) {
            return convolve.withMomentsOf(norm);
        }
        return producer instanceof Step.FromTiles tiles && tiles.to().equals(value) ? tiles.withMomentsOf(norm) : null;
    }
}

package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.StepAccess;
import dev.hourglass.engine.cpu.step.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A max pooling normalises what it reads on the way, and so does its gradient: the normalised image is not written.
 *
 * <p>Precondition: all that read the normalised image are a pooling of any windows ({@link Step.MaxPool}) and its
 * gradient.
 */
final class NormalizeInMaxPool implements Rule<Plan> {
    @Override
    public Plan apply(Plan plan) {
        Map<Value, Step.Normalize> normalizes = new HashMap<>();
        for (Step step : plan.steps()) {
            if (step instanceof Step.Normalize normalize && onlyPooled(plan, normalize.to())) {
                normalizes.put(normalize.to(), normalize);
            }
        }
        List<Step> steps = plan.steps().stream()
                .filter(step -> !normalizes.containsValue(step))
                .map(step -> normalizing(step, normalizes))
                .toList();
        return plan.withSteps(steps);
    }

    private static Step normalizing(Step step, Map<Value, Step.Normalize> normalizes) {
        if (step instanceof Step.MaxPool pool) {
            Step.Normalize normalize = normalizes.get(pool.from());
            return normalize == null ? pool : pool.normalizing(normalize);
        }
        if (step instanceof Step.MaxPoolGradient gradient) {
            Step.Normalize normalize = normalizes.get(gradient.from());
            return normalize == null ? gradient : gradient.normalizing(normalize);
        }
        return step;
    }

    private static boolean onlyPooled(Plan plan, Value value) {
        List<Step> readers = plan.steps().stream()
                .filter(step -> StepAccess.of(step).reads().contains(value))
                .toList();
        return !readers.isEmpty()
                && readers.stream()
                        .allMatch(step -> step instanceof Step.MaxPool || step instanceof Step.MaxPoolGradient);
    }
}

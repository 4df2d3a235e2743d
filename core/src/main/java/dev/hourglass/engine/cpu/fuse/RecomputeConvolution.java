package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The output of a cheap convolution, such as a first one over one channel, is computed once more on the way back instead
 * of being kept for the whole batch until then.
 *
 * <p>Precondition: a pooling's gradient that goes on through a normalisation reads the output of a convolution whose sums
 * are short ({@link Step.Convolve#isCheap}). What follows it and reads the same output reads it again as well.
 */
final class RecomputeConvolution implements Rule<Plan> {
    @Override
    public Plan apply(Plan plan) {
        Map<Value, Step.Convolve> cheap = new HashMap<>();
        Map<Value, Value> again = new HashMap<>();
        List<Step> steps = new ArrayList<>();
        for (Step step : plan.steps()) {
            if (step instanceof Step.Convolve convolve && convolve.isCheap()) {
                cheap.put(convolve.to(), convolve);
            }
            if (step instanceof Step.MaxOfFourGradient route
                    && route.then() != null
                    && cheap.containsKey(route.from())) {
                Step.Convolve convolve = cheap.get(route.from());
                Value value =
                        new Value(convolve.to().name() + "/again", convolve.to().layout());
                again.put(convolve.to(), value);
                steps.add(convolve.again(value));
                steps.add(route.of(value));
            } else if (step instanceof Step.ActivateGradient activate && again.containsKey(activate.output())) {
                steps.add(new Step.ActivateGradient(
                        activate.function(), again.get(activate.output()), activate.gradient()));
            } else {
                steps.add(step);
            }
        }
        return plan.withSteps(steps);
    }
}

package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Nonlinearity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gradient goes back through a normalisation, the (leaky) ReLU before it and the bias before that in one pass.
 *
 * <p>Precondition: the normalisation's gradient (by itself or at the end of a pooling's), that of the leaky ReLU of a
 * convolution whose output was normalised, and the bias's follow each other. Other functions need more than the sign of
 * their output.
 */
final class ActivationInNormalizeGradient implements Rule<Plan> {
    @Override
    public Plan apply(Plan plan) {
        List<Step> steps = new ArrayList<>();
        List<Step> all = plan.steps();
        for (int i = 0; i < all.size(); i++) {
            Step fused = i + 2 < all.size() ? fused(all.get(i), all.get(i + 1), all.get(i + 2)) : null;
            if (fused == null || !isOfConvolution(((Step.ActivateGradient) all.get(i + 1)).output(), all)) {
                steps.add(all.get(i));
            } else {
                steps.add(fused);
                i += 2;
            }
        }
        return plan.withSteps(steps);
    }

    private static boolean isOfConvolution(Value output, List<Step> steps) {
        return steps.stream().anyMatch(step -> switch (step) {
            case Step.Convolve convolve -> convolve.to().equals(output);
            case Step.FromTiles tiles -> tiles.to().equals(output);
            default -> false;
        });
    }

    private static @Nullable Step fused(Step first, Step second, Step third) {
        if (!(second instanceof Step.ActivateGradient activate)
                || !(third instanceof Step.BiasGradient bias)
                || activate.function().kind() != Nonlinearity.Kind.LEAKY_RELU
                || !bias.gradient().equals(activate.gradient())) {
            return null;
        }
        if (first instanceof Step.NormalizeGradient normalize
                && normalize.isOf(activate.output(), activate.gradient())) {
            return normalize.through(activate.function(), bias.bias());
        }
        if (first instanceof Step.MaxOfFourGradient route
                && route.then() != null
                && route.then().isOf(activate.output(), activate.gradient())) {
            return route.then(route.then().through(activate.function(), bias.bias()));
        }
        return null;
    }
}

package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradient of weights that outnumber what a chunk computes is summed over the whole batch at once, after all phases:
 * a sum for each chunk would cost more to clear, write and add up than its products.
 *
 * <p>Precondition: the gradient has {@value #MANY_WEIGHTS} floats, and a sample adds a short sum to it: one pixel to a
 * dense layer's, fewer than {@value #LEAST_TILES_BY_CHUNK} tiles to a convolution's by tiles.
 */
final class GradientsOverBatch implements Rule<Plan> {
    /** 64 KB. */
    static final int MANY_WEIGHTS = 1 << 14;

    static final int LEAST_TILES_BY_CHUNK = 64;

    @Override
    public Plan apply(Plan plan) {
        List<Step> steps = new ArrayList<>();
        List<Step.WeightGradient> overBatch = new ArrayList<>(plan.overBatch());
        for (Step step : plan.steps()) {
            if (step instanceof Step.WeightGradient gradient
                    && gradient.sum().size() >= MANY_WEIGHTS
                    && isShort(gradient)) {
                overBatch.add(gradient);
            } else {
                steps.add(step);
            }
        }
        return new Plan(steps, overBatch, plan.norms(), plan.training());
    }

    private static boolean isShort(Step.WeightGradient step) {
        return switch (step) {
            case Step.ConvolveGradient s -> s.from().isVector() && s.gradient().isVector();
            case Step.TileProductGradient s -> s.from().image().width() < LEAST_TILES_BY_CHUNK;
        };
    }
}

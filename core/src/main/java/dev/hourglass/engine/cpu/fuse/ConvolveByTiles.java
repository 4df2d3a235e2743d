package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.Tiling;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A 3x3 convolution is computed by tiles, with fewer products ({@link Tiling}); so is its weights' gradient, for which
 * the input's tiles are made once more, and its way back, which on a repeated image starts from the tiles that the
 * weights' gradient has made.
 *
 * <p>Precondition: {@link Tiling#of}, which looks at windows, sides and channels.
 */
final class ConvolveByTiles implements Rule<Plan> {
    @Override
    public Plan apply(Plan plan) {
        return plan.withSteps(new Rewriting(plan.steps()).run());
    }

    private static final class Rewriting {
        private final List<Step> before;
        private final List<Step> after = new ArrayList<>();
        private int next;

        Rewriting(List<Step> steps) {
            before = steps;
        }

        List<Step> run() {
            while (next < before.size()) {
                Step step = before.get(next++);
                switch (step) {
                    case Step.Convolve convolve -> add(convolve);
                    case Step.ConvolveGradient gradient -> add(gradient);
                    default -> after.add(step);
                }
            }
            return after;
        }

        private void add(Step.Convolve step) {
            Layout.Image out = step.to().image();
            Tiling tiling = Tiling.of(
                    step.rows(), step.columns(), step.weights(), step.from().image(), out);
            if (tiling == null) {
                after.add(step);
                return;
            }
            PackedMatrix weights = tiling.weights(step.weights());
            Value tiles = new Value(
                    step.to().name() + "/tiles",
                    tiling.components(out, step.from().image()));
            Value products = new Value(step.to().name() + "/products", tiling.components(out, out));
            after.add(new Step.ToTiles(tiling, tiling.toTiles, tiling.step, step.from(), tiles));
            after.add(new Step.TileProduct(tiling, tiles, weights, step.bias(), products));
            after.add(new Step.FromTiles(tiling, products, step.after(), step.momentsOf(), step.to()));
        }

        private void add(Step.ConvolveGradient step) {
            Value from = step.from();
            Value gradient = step.gradient();
            Layout.Image out = gradient.image();
            Tiling tiling = Tiling.of(step.rows(), step.columns(), step.weights(), from.image(), out);
            if (tiling == null) {
                after.add(step);
                return;
            }
            PackedMatrix weights = tiling.weights(step.weights());
            Value tiles = new Value(gradient.name() + "/input/tiles", tiling.components(out, from.image()));
            Value gradients = new Value(gradient.name() + "/tiles", tiling.components(out, out));
            after.add(new Step.ToTiles(tiling, tiling.toTiles, tiling.step, from, tiles));
            after.add(new Step.ToTiles(tiling, tiling.gradientToTiles, Tiling.SIDE, gradient, gradients));
            after.add(new Step.TileProductGradient(tiles, gradients, weights, tiling.sum(weights)));
            if (tiling == Tiling.REPEATED) {
                addBack(gradient, gradients);
            }
        }

        /** The way back to an image that was to be repeated, if it follows: from the tiles of the output's gradient. */
        private void addBack(Value gradient, Value gradients) {
            Step.Convolve back = takeBack(gradient);
            if (back == null) {
                return;
            }
            Tiling tiling = Tiling.REPEATED;
            Value result = back.to();
            Layout.Image small = result.image();
            Value products = new Value(
                    result.name() + "/products",
                    Layout.Image.dense(tiling.components(), small.pixels(), small.channels(), small.channelStride()));
            after.add(new Step.TileProduct(tiling, gradients, tiling.weightsBack(back.weights()), null, products));
            after.add(new Step.ToTilesGradient(tiling, products, result));
        }

        /** Takes the convolution that leads a gradient back, and the copy that puts zeros around it. */
        private Step.@Nullable Convolve takeBack(Value gradient) {
            boolean copied = next + 1 < before.size()
                    && before.get(next) instanceof Step.Copy copy
                    && copy.from().equals(gradient)
                    && before.get(next + 1) instanceof Step.Convolve convolve
                    && convolve.from().equals(copy.to());
            if (!copied) {
                return null;
            }
            next += 2;
            return (Step.Convolve) before.get(next - 1);
        }
    }
}

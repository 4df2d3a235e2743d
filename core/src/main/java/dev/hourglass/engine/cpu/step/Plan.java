package dev.hourglass.engine.cpu.step;

import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.Tiling;
import dev.hourglass.model.LayerSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the processor computes for one batch, as data: steps over values that have a layout. Barriers part them into
 * phases, because a batch normalisation, or a sparsity, must have seen the whole batch before anything goes on; within a
 * phase every chunk of samples goes through all steps on its own.
 *
 * @param steps with the barriers between them
 * @param overBatch weight gradients that are summed over the batch once all steps are done
 * @param norms the batch normalisations, which steps name by their number
 * @param training whether steps go back from a loss
 */
public record Plan(List<Step> steps, List<Step.WeightGradient> overBatch, List<Norm> norms, boolean training) {
    public Plan {
        steps = List.copyOf(steps);
        overBatch = List.copyOf(overBatch);
        norms = List.copyOf(norms);
    }

    /** @param after what is settled once all chunks are done, or null */
    public record Phase(List<Step> steps, Step.@Nullable PhaseEnd after) {}

    /**
     * A batch normalisation.
     *
     * @param first index of its first parameter: gamma and beta, if it has them, then moving mean and moving variance
     * @param channelStride channels with padding
     * @param pixels that one sample contributes
     */
    public record Norm(LayerSpec.BatchNormalization layer, int first, int channels, int channelStride, int pixels) {}

    /** The same with other steps. */
    public Plan withSteps(List<Step> others) {
        return new Plan(others, overBatch, norms, training);
    }

    /** The steps between barriers. */
    public List<Phase> phases() {
        List<Phase> phases = new ArrayList<>();
        List<Step> run = new ArrayList<>();
        for (Step step : steps) {
            if (step instanceof Step.PhaseEnd end) {
                phases.add(new Phase(List.copyOf(run), end));
                run.clear();
            } else {
                run.add(step);
            }
        }
        phases.add(new Phase(List.copyOf(run), null));
        return phases;
    }

    /** The steps that sum for a penalty, by its number. */
    public List<Step.Summing> summing() {
        return steps.stream()
                .filter(Step.Summing.class::isInstance)
                .map(Step.Summing.class::cast)
                .sorted(Comparator.comparingInt(Step.Summing::number))
                .toList();
    }

    /** The packed weights that steps read, each once. */
    public List<PackedMatrix> weights() {
        return steps.stream()
                .flatMap(step -> StepAccess.of(step).weights().stream())
                .distinct()
                .toList();
    }

    /** Those of the {@link #weights} whose taps are transformed for a convolution by tiles. */
    public List<PackedMatrix> tiled() {
        return steps.stream()
                .filter(step -> step instanceof Step.TileProduct product && product.tiling() == Tiling.PIXELS)
                .map(step -> ((Step.TileProduct) step).weights())
                .distinct()
                .toList();
    }

    /** The forms in which a chunk's gradients are summed; none in a plan that does not train. */
    public List<PackedMatrix> gradients() {
        return steps.stream()
                .flatMap(step -> StepAccess.of(step).gradients().stream())
                .distinct()
                .toList();
    }

    /** The forms of gradients that are components of tiles, with the matrix whose taps they are to become. */
    public Map<PackedMatrix, PackedMatrix> components() {
        Map<PackedMatrix, PackedMatrix> components = new HashMap<>();
        Stream.concat(steps.stream(), overBatch.stream())
                .filter(step -> step instanceof Step.TileProductGradient gradient && gradient.isOfComponents())
                .map(Step.TileProductGradient.class::cast)
                .forEach(gradient -> components.put(gradient.sum(), gradient.weights()));
        return components;
    }

    /** How many outputs are compared with targets; none in a plan that does not train. */
    public int losses() {
        return (int) steps.stream().filter(Step.LossGradient.class::isInstance).count();
    }

    /** Whether there are dense layers whose weights are too many for the nearest caches, and read anew by each chunk. */
    public boolean largeProducts() {
        return overBatch.stream().anyMatch(Step.ConvolveGradient.class::isInstance);
    }

    /** Whether steps work on many samples at once to be fast. */
    public boolean recurrent() {
        return steps.stream().anyMatch(Step.Lstm.class::isInstance);
    }
}

package dev.hourglass.engine.cpu.step;

import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.model.LayerSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be computed for one batch, as data. Phases follow each other with a barrier between them, because a batch
 * normalisation must have seen the whole batch before anything goes on; within a phase every chunk of samples goes
 * through all steps on its own.
 *
 * @param matrices packed forms that carry values forward
 * @param transposed packed forms that carry gradients back
 * @param tiled those of either whose taps are transformed for a convolution by tiles
 * @param gradients forms in which a chunk's gradients are summed; empty in a plan that does not train
 * @param components those of them that are components of tiles, with the matrix whose taps they are to become
 * @param overBatch weight gradients that are summed over the batch once all phases are done
 * @param prediction where the output lies after the last forward step
 * @param recurrent whether steps work on many samples at once to be fast
 */
public record Plan(
        List<Phase> phases,
        List<PackedMatrix> matrices,
        List<PackedMatrix> transposed,
        List<PackedMatrix> tiled,
        List<PackedMatrix> gradients,
        Map<PackedMatrix, PackedMatrix> components,
        List<Step.WeightGradient> overBatch,
        List<Norm> norms,
        Value prediction,
        boolean recurrent) {
    /** @param after what is settled once all chunks are done, or null */
    public record Phase(List<Step> steps, @Nullable Barrier after) {}

    /** Settles a batch normalisation's sums over the chunks. */
    public record Barrier(int norm, boolean backward) {}

    /**
     * A batch normalisation.
     *
     * @param gamma index of its parameter gamma; beta, moving mean and moving variance follow it
     * @param channelStride channels with padding
     * @param pixels that one sample contributes
     */
    public record Norm(LayerSpec.BatchNormalization layer, int gamma, int channels, int channelStride, int pixels) {}
}

package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.Memory;
import dev.hourglass.engine.cpu.memory.Memory.Buffer;
import dev.hourglass.engine.cpu.memory.NormState;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.tensor.Kernels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What steps are bound to.
 *
 * @param norms the batch normalisations at work, by number
 * @param workers threads that may run an operation at once
 * @param training whether gradients follow; else outputs are computed for their own sake
 */
public record Resources(
        Kernels kernels,
        Memory memory,
        PackedWeights weights,
        ChunkResults results,
        List<NormState> norms,
        int workers,
        boolean training) {
    public Resources {
        norms = List.copyOf(norms);
    }

    public Buffer buffer(Value value) {
        return memory.buffer(value);
    }

    /**
     * Where the sums of a product start.
     *
     * @param array the packed weights with a bias, or zeros
     */
    public record Start(float[] array, int offset) {}

    /** At a bias, or at zeros for all columns of a matrix if there is none. */
    public Start start(@Nullable PackedMatrix bias, PackedMatrix matrix) {
        return bias == null
                ? new Start(new float[matrix.packedColumns()], 0)
                : new Start(weights.array(), weights.offset(bias));
    }
}

package dev.hourglass.engine;

import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import java.util.List;
import java.util.stream.Stream;

/**
 * The packed forms of a model's weights in one array: forward matrices and transposed ones. Shared by all that compute
 * with the same parameters.
 */
final class PackedWeights {
    private final Placement placement;
    private final List<float[]> values;
    private final float[] packed;

    PackedWeights(Plan plan, Parameters parameters) {
        values = parameters.list().stream().map(Parameter::values).toList();
        placement = new Placement(Stream.concat(plan.matrices().stream(), plan.transposed().stream())
                .toList());
        packed = new float[placement.size()];
        placement.slices().forEach(this::pack);
    }

    float[] array() {
        return packed;
    }

    int offset(PackedMatrix matrix) {
        return placement.offset(matrix);
    }

    /** How many tasks pack everything anew after the parameters have changed. */
    int packTasks() {
        return placement.slices().size();
    }

    /** One of them. */
    void pack(int worker, int task) {
        pack(placement.slices().get(task));
    }

    /** Floats of all matrices together. */
    int size() {
        return packed.length;
    }

    private void pack(Placement.Slice slice) {
        slice.matrix().pack(values.get(slice.matrix().parameter()), packed, slice.offset(), slice.part());
    }
}

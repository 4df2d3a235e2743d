package dev.hourglass.formats.keras.weights;

import dev.hourglass.formats.keras.ModelNode;
import dev.hourglass.hdf5.Dataset;
import dev.hourglass.hdf5.Group;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The variables in a {@code model.weights.h5}: data sets 0, 1, … in a group for each layer. */
public final class WeightsFile {
    private WeightsFile() {}

    /** @throws dev.hourglass.tensor.CorruptFileException if the arrays are not those of the model */
    public static Parameters read(ModelNode.Model model, StoredArrays arrays) {
        List<Parameter> parameters = new ArrayList<>();
        List<WeightPaths.Holder> holders = WeightPaths.of(model);
        if (holders.stream().anyMatch(holder -> arrays.count(holder.path()) == 0)) {
            holders = EarlyWeightPaths.of(model, arrays.root());
        }
        for (WeightPaths.Holder holder : holders) {
            List<Variable> variables = holder.variables();
            int found = arrays.count(holder.path());
            if (found != variables.size()) {
                throw arrays.wrongCount(holder.path(), variables.size(), found);
            }
            for (int i = 0; i < variables.size(); i++) {
                Variable variable = variables.get(i);
                float[] values = arrays.floats(holder.path() + "/" + i, variable.shape());
                parameters.add(new Parameter(
                        holder.layer().spec().name(), variable.name(), variable.shape(), variable.trainable(), values));
            }
        }
        return Parameters.of(parameters);
    }

    /** Adds the variables to a tree. */
    public static void write(ModelNode.Model model, Parameters parameters, Group.Builder root) {
        for (WeightPaths.Holder holder : WeightPaths.of(model)) {
            int next = 0;
            for (Variable variable : holder.variables()) {
                Parameter of = parameters.get(holder.layer().spec().name(), variable.name());
                root.dataset(holder.path() + "/" + next++, dataset(of));
            }
        }
    }

    static Dataset dataset(Parameter parameter) {
        return Dataset.floats(dimensions(parameter.shape()), parameter.values());
    }

    private static List<Integer> dimensions(Shape shape) {
        return Arrays.stream(shape.toArray()).boxed().toList();
    }
}

package dev.hourglass.engine;

import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.variables.Constraint;
import dev.hourglass.model.variables.VariableSettings;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** A {@link Constraint} of a variable at work. Allocates nothing in a step. */
sealed interface VariableConstraint {
    /** Makes it hold. */
    void apply();

    /** Those of a graph's trained variables, each by itself. */
    static List<VariableConstraint> of(VariableSettings settings, Parameters parameters) {
        return settings.constraints().entrySet().stream()
                .map(each -> of(
                        each.getValue(),
                        parameters.get(each.getKey().layer(), each.getKey().variable())))
                .toList();
    }

    private static VariableConstraint of(Constraint constraint, Parameter parameter) {
        return switch (constraint) {
            case Constraint.NonNeg ignored -> new OfSigns(parameter.values());
            case Constraint.OfNorm norm -> OfNorms.of(norm, parameter);
        };
    }

    /** Numbers below 0 become 0; NaN stays. */
    record OfSigns(float[] values) implements VariableConstraint {
        @Override
        public void apply() {
            for (int j = 0; j < values.length; j++) {
                values[j] = values[j] < 0 ? 0 : values[j];
            }
        }
    }

    /**
     * Norms, which are summed in double in the order of the numbers.
     *
     * @param run how many adjacent numbers have norms side by side, or all the same
     * @param step from the norm of a number to that of the next in its run, 1 or 0
     * @param normOf by run: where its first number's norm is
     * @param norms room for them; then for what the numbers are multiplied with
     */
    record OfNorms(Constraint.OfNorm constraint, float[] values, int run, int step, int[] normOf, double[] norms)
            implements VariableConstraint {
        static OfNorms of(Constraint.OfNorm constraint, Parameter parameter) {
            Shape shape = parameter.shape();
            int rank = shape.rank();
            boolean[] summed = new boolean[rank];
            constraint.axes().forEach(axis -> summed[axis < 0 ? axis + rank : axis] = true);
            int[] strides = new int[rank];
            int count = 1;
            for (int axis = rank - 1; axis >= 0; axis--) {
                strides[axis] = summed[axis] ? 0 : count;
                count *= summed[axis] ? 1 : shape.dimension(axis);
            }
            int run = shape.dimension(rank - 1);
            int[] normOf = new int[shape.size() / run];
            for (int i = 0; i < normOf.length; i++) {
                int rest = i;
                for (int axis = rank - 2; axis >= 0; axis--) {
                    normOf[i] += rest % shape.dimension(axis) * strides[axis];
                    rest /= shape.dimension(axis);
                }
            }
            return new OfNorms(constraint, parameter.values(), run, strides[rank - 1], normOf, new double[count]);
        }

        @Override
        public void apply() {
            Arrays.fill(norms, 0);
            for (int i = 0; i < normOf.length; i++) {
                for (int j = 0; j < run; j++) {
                    double value = values[i * run + j];
                    norms[normOf[i] + j * step] += value * value;
                }
            }
            for (int i = 0; i < norms.length; i++) {
                double norm = Math.sqrt(norms[i]);
                norms[i] = constraint.desired(norm) / (Constraint.EPSILON + norm);
            }
            for (int i = 0; i < normOf.length; i++) {
                for (int j = 0; j < run; j++) {
                    values[i * run + j] *= (float) norms[normOf[i] + j * step];
                }
            }
        }
    }
}

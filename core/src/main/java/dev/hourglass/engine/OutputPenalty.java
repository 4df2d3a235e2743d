package dev.hourglass.engine;

import dev.hourglass.engine.cpu.memory.ContractionPenalty;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.variables.Regularizer;

/** A {@link Penalty.OfOutput}, measured over samples that come in one batch after the other. */
sealed interface OutputPenalty {
    /** @param count numbers of whole samples, row-major */
    void add(float[] outputs, int count);

    /** @param samples that have been added, >= 1 */
    double cost(int samples);

    /**
     * @param before what leaves the penalized layer is its output
     * @param parameters of the whole model
     */
    static OutputPenalty of(Penalty.OfOutput penalty, Graph before, Parameters parameters) {
        return switch (penalty) {
            case Penalty.OfActivity of -> new Activity(of.regularizer());
            case Penalty.Sparsity of ->
                new Sparsity(of, new double[ModelFacts.of(before).output().size()]);
            case Penalty.Contraction of ->
                contraction(of, before.nodes().getLast().layer(), parameters);
        };
    }

    private static OutputPenalty contraction(Penalty.Contraction penalty, LayerSpec of, Parameters parameters) {
        if (!(of instanceof LayerSpec.Dense layer)) {
            throw new IllegalArgumentException("Layer '" + of.name() + "' is no dense layer");
        }
        double[] squares = new double[layer.units()];
        ContractionPenalty.sumSquares(parameters.get(layer.name(), "kernel").values(), squares);
        return new Contraction(penalty, Nonlinearity.of(layer.activation()).orElseThrow(), squares);
    }

    /** The mean over samples of what their numbers cost. */
    final class Activity implements OutputPenalty {
        private final Regularizer regularizer;
        private double sum;

        Activity(Regularizer regularizer) {
            this.regularizer = regularizer;
        }

        @Override
        public void add(float[] outputs, int count) {
            sum += regularizer.of(outputs, 0, count);
        }

        @Override
        public double cost(int samples) {
            return sum / samples;
        }
    }

    /** Of means over all samples. */
    final class Sparsity implements OutputPenalty {
        private final Penalty.Sparsity penalty;
        private final double[] sums;

        Sparsity(Penalty.Sparsity penalty, double[] sums) {
            this.penalty = penalty;
            this.sums = sums;
        }

        @Override
        public void add(float[] outputs, int count) {
            for (int i = 0; i < count; i++) {
                sums[i % sums.length] += outputs[i];
            }
        }

        @Override
        public double cost(int samples) {
            double cost = 0;
            for (double sum : sums) {
                cost += penalty.cost(sum / samples);
            }
            return cost;
        }
    }

    /** The mean over samples of squared Jacobians. */
    final class Contraction implements OutputPenalty {
        private final Penalty.Contraction penalty;
        private final Nonlinearity function;
        /** By unit: the sum of its weights' squares. */
        private final double[] squares;

        private double sum;

        Contraction(Penalty.Contraction penalty, Nonlinearity function, double[] squares) {
            this.penalty = penalty;
            this.function = function;
            this.squares = squares;
        }

        @Override
        public void add(float[] outputs, int count) {
            for (int i = 0; i < count; i++) {
                double slope = function.slopeAt(outputs[i]);
                sum += slope * slope * squares[i % squares.length];
            }
        }

        @Override
        public double cost(int samples) {
            return penalty.lambda() * sum / samples;
        }
    }
}

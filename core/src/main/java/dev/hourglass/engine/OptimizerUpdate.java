package dev.hourglass.engine;

import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An optimizer at work: its slots, and how a step changes weights. All of it is of each number by itself, but for the
 * norms of clipping, whose pieces are added in a fixed order; so any number of threads gives the same bits. The loops are
 * plain, the JIT computes several numbers at once; Adam's, which is the default, is a kernel. Allocates nothing in a step.
 */
final class OptimizerUpdate {
    /** A piece of a parameter. */
    record Range(int parameter, int from, int to) {
        int size() {
            return to - from;
        }
    }

    private static final int RANGE_FLOATS = 1 << 14;

    private final Optimizer optimizer;
    private final List<Parameter> parameters;
    private final float[][] gradients;
    private final Kernels kernels;
    private final List<Range> ranges;
    /** By slot and parameter. */
    private final float[][][] slots;

    /** By range: the sum of its squares. */
    private final double[] squares;
    /** By parameter: the norm of its gradient; or in each the norm of all, where that counts. */
    private final double[] norms;

    private float uProduct = 1;
    private float learningRate;
    /** The learning rate with whatever corrections depend on the step alone. */
    private float rate;
    /** What Nadam multiplies the mean and the gradient with. */
    private float ofMean;

    private float ofGradient;
    /** Nadam's correction of the second moment. */
    private float ofSquare;

    /** @param gradients by parameter, empty where it is not trainable; may be changed by a step */
    OptimizerUpdate(Optimizer optimizer, List<Parameter> parameters, float[][] gradients, Kernels kernels) {
        this.optimizer = optimizer;
        this.parameters = parameters;
        this.gradients = gradients;
        this.kernels = kernels;
        ranges = ranges(gradients);
        squares = new double[ranges.size()];
        norms = new double[parameters.size()];
        slots = new float[optimizer.slots().size()][parameters.size()][];
        for (int slot = 0; slot < slots.length; slot++) {
            for (int i = 0; i < gradients.length; i++) {
                slots[slot][i] = new float[gradients[i].length];
                Arrays.fill(slots[slot][i], optimizer.slots().get(slot).initial());
            }
        }
    }

    private static List<Range> ranges(float[][] gradients) {
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < gradients.length; i++) {
            int size = gradients[i].length;
            for (int from = 0; from < size; from += RANGE_FLOATS) {
                ranges.add(new Range(i, from, Math.min(size, from + RANGE_FLOATS)));
            }
        }
        return List.copyOf(ranges);
    }

    /** All that is updated, in pieces for a task each. */
    List<Range> ranges() {
        return ranges;
    }

    // --- what is remembered ---

    /** A copy. */
    OptimizerState state(int steps, float currentRate) {
        Map<String, Parameters> copies = new LinkedHashMap<>();
        for (int slot = 0; slot < slots.length; slot++) {
            List<Parameter> arrays = new ArrayList<>();
            for (int i = 0; i < parameters.size(); i++) {
                Parameter like = parameters.get(i);
                if (like.trainable()) {
                    arrays.add(new Parameter(like.layer(), like.name(), like.shape(), true, slots[slot][i].clone()));
                }
            }
            copies.put(optimizer.slots().get(slot).name(), Parameters.of(arrays));
        }
        Map<String, Float> scalars = optimizer instanceof Optimizer.Nadam ? Map.of("u_product", uProduct) : Map.of();
        return new OptimizerState(optimizer.withLearningRate(currentRate), steps, copies, scalars);
    }

    /** @throws IllegalArgumentException if it is of another optimizer or other parameters */
    void restore(OptimizerState state) {
        if (!state.suits(optimizer)) {
            throw new IllegalArgumentException(
                    "A state of " + state.optimizer().inWords() + " is of no use to " + optimizer.inWords());
        }
        state.requireFits(Parameters.of(parameters));
        for (int slot = 0; slot < slots.length; slot++) {
            int next = 0;
            List<Parameter> from =
                    state.slot(optimizer.slots().get(slot).name()).list();
            for (int i = 0; i < parameters.size(); i++) {
                if (parameters.get(i).trainable()) {
                    float[] values = from.get(next++).values();
                    System.arraycopy(values, 0, slots[slot][i], 0, values.length);
                }
            }
        }
        uProduct = state.scalars().getOrDefault("u_product", 1f);
    }

    // --- a step ---

    /**
     * What a step does before its tasks: all that depends on the step alone.
     *
     * @param step from 1
     */
    void begin(int step, float currentRate) {
        learningRate = currentRate;
        rate = switch (optimizer) {
            case Optimizer.Adam adam -> adamRate(adam.beta1(), adam.beta2(), step);
            case Optimizer.AdamW adam -> adamRate(adam.beta1(), adam.beta2(), step);
            case Optimizer.Adamax adamax -> (float) (learningRate / (1 - StrictMath.pow(adamax.beta1(), step)));
            case Optimizer.Nadam nadam -> {
                beginNadam(nadam, step);
                yield learningRate;
            }
            case Optimizer.Sgd sgd -> learningRate;
            case Optimizer.RmsProp rmsProp -> learningRate;
            case Optimizer.Adadelta adadelta -> learningRate;
            case Optimizer.Adagrad adagrad -> learningRate;
        };
    }

    /** With both bias corrections. */
    private float adamRate(float beta1, float beta2, double step) {
        return (float) (learningRate * Math.sqrt(1 - Math.pow(beta2, step)) / (1 - Math.pow(beta1, step)));
    }

    private void beginNadam(Optimizer.Nadam nadam, int step) {
        double u = nadam.beta1() * (1 - 0.5 * StrictMath.pow(0.96, step));
        double next = nadam.beta1() * (1 - 0.5 * StrictMath.pow(0.96, step + 1.0));
        uProduct *= (float) u;
        ofMean = (float) (next / (1 - uProduct * next));
        ofGradient = (float) ((1 - u) / (1 - (double) uProduct));
        ofSquare = (float) (1 / (1 - StrictMath.pow(nadam.beta2(), step)));
    }

    /** Whether the norms of gradients must be known before they can be used. */
    boolean needsNorms() {
        return switch (optimizer.base().clipping()) {
            case Clipping.ByNorm by -> true;
            case Clipping.ByGlobalNorm by -> true;
            case Clipping.ByValue by -> false;
            case Clipping.None none -> false;
        };
    }

    /** A task of what comes before {@link #settleNorms}. */
    void sumSquares(int task) {
        Range range = ranges.get(task);
        float[] gradient = gradients[range.parameter()];
        double sum = 0;
        for (int j = range.from(); j < range.to(); j++) {
            sum += (double) gradient[j] * gradient[j];
        }
        squares[task] = sum;
    }

    /** Adds up what the tasks have summed, in their order. */
    void settleNorms() {
        Arrays.fill(norms, 0);
        double all = 0;
        for (int task = 0; task < squares.length; task++) {
            norms[ranges.get(task).parameter()] += squares[task];
            all += squares[task];
        }
        boolean together = optimizer.base().clipping() instanceof Clipping.ByGlobalNorm;
        for (int i = 0; i < norms.length; i++) {
            norms[i] = Math.sqrt(together ? all : norms[i]);
        }
    }

    /** A part of the step: clips, decays, updates. */
    void update(Range range) {
        int i = range.parameter();
        float[] p = parameters.get(i).values();
        float[] g = gradients[i];
        int from = range.from();
        int to = range.to();
        clip(g, norms[i], from, to);
        float decay = optimizer.base().weightDecay();
        if (decay > 0) {
            decay(p, decay, learningRate, from, to);
        }
        switch (optimizer) {
            case Optimizer.Adam adam -> adam(i, range, adam.beta1(), adam.beta2(), adam.epsilon(), adam.amsgrad());
            case Optimizer.AdamW adam -> adam(i, range, adam.beta1(), adam.beta2(), adam.epsilon(), adam.amsgrad());
            case Optimizer.Sgd sgd -> {
                if (sgd.momentum() == 0) {
                    descend(p, g, rate, from, to);
                } else {
                    momentum(p, g, slots[0][i], sgd, rate, from, to);
                }
            }
            case Optimizer.RmsProp rmsProp -> rmsProp(i, range, rmsProp);
            case Optimizer.Nadam nadam -> nadam(p, g, slots[0][i], slots[1][i], nadam, from, to);
            case Optimizer.Adadelta adadelta -> adadelta(p, g, slots[0][i], slots[1][i], adadelta, rate, from, to);
            case Optimizer.Adagrad adagrad -> adagrad(p, g, slots[0][i], adagrad.epsilon(), rate, from, to);
            case Optimizer.Adamax adamax -> adamax(p, g, slots[0][i], slots[1][i], adamax, rate, from, to);
        }
    }

    private void clip(float[] g, double norm, int from, int to) {
        switch (optimizer.base().clipping()) {
            case Clipping.None none -> {}
            case Clipping.ByNorm by -> scale(g, (float) (by.norm() / Math.max(norm, by.norm())), from, to);
            case Clipping.ByGlobalNorm by -> scale(g, (float) (by.norm() / Math.max(norm, by.norm())), from, to);
            case Clipping.ByValue by -> {
                float limit = by.value();
                for (int j = from; j < to; j++) {
                    g[j] = Math.max(-limit, Math.min(limit, g[j]));
                }
            }
        }
    }

    private static void scale(float[] g, float factor, int from, int to) {
        for (int j = from; j < to; j++) {
            g[j] *= factor;
        }
    }

    private static void decay(float[] p, float decay, float rate, int from, int to) {
        for (int j = from; j < to; j++) {
            p[j] -= p[j] * decay * rate;
        }
    }

    private void adam(int i, Range range, float beta1, float beta2, float epsilon, boolean amsgrad) {
        float[] p = parameters.get(i).values();
        int from = range.from();
        if (amsgrad) {
            amsgrad(p, i, beta1, beta2, epsilon, range);
        } else {
            kernels.adam(
                    p,
                    from,
                    gradients[i],
                    from,
                    slots[0][i],
                    slots[1][i],
                    from,
                    range.size(),
                    rate,
                    beta1,
                    beta2,
                    epsilon);
        }
    }

    private void amsgrad(float[] p, int i, float beta1, float beta2, float epsilon, Range range) {
        float[] g = gradients[i];
        float[] m = slots[0][i];
        float[] v = slots[1][i];
        float[] most = slots[2][i];
        float step = rate;
        for (int j = range.from(); j < range.to(); j++) {
            m[j] += (g[j] - m[j]) * (1 - beta1);
            v[j] += (g[j] * g[j] - v[j]) * (1 - beta2);
            most[j] = Math.max(most[j], v[j]);
            p[j] -= step * m[j] / ((float) Math.sqrt(most[j]) + epsilon);
        }
    }

    private static void descend(float[] p, float[] g, float rate, int from, int to) {
        for (int j = from; j < to; j++) {
            p[j] -= g[j] * rate;
        }
    }

    private static void momentum(float[] p, float[] g, float[] m, Optimizer.Sgd sgd, float rate, int from, int to) {
        float momentum = sgd.momentum();
        if (sgd.nesterov()) {
            for (int j = from; j < to; j++) {
                float step = g[j] * rate;
                m[j] = m[j] * momentum - step;
                p[j] += m[j] * momentum - step;
            }
        } else {
            for (int j = from; j < to; j++) {
                m[j] = m[j] * momentum - g[j] * rate;
                p[j] += m[j];
            }
        }
    }

    private void rmsProp(int i, Range range, Optimizer.RmsProp settings) {
        float[] p = parameters.get(i).values();
        float[] g = gradients[i];
        float[] v = slots[0][i];
        int next = 1;
        float[] m = settings.momentum() > 0 ? slots[next++][i] : null;
        float[] a = settings.centered() ? slots[next][i] : null;
        float rho = settings.rho();
        float epsilon = settings.epsilon();
        float momentum = settings.momentum();
        float step = rate;
        for (int j = range.from(); j < range.to(); j++) {
            v[j] = rho * v[j] + (1 - rho) * (g[j] * g[j]);
            float square = v[j];
            if (a != null) {
                a[j] = rho * a[j] + (1 - rho) * g[j];
                square -= a[j] * a[j];
            }
            float increment = step * g[j] / (float) Math.sqrt(square + epsilon);
            if (m != null) {
                m[j] = momentum * m[j] + increment;
                increment = m[j];
            }
            p[j] -= increment;
        }
    }

    private void nadam(float[] p, float[] g, float[] m, float[] v, Optimizer.Nadam nadam, int from, int to) {
        float keep1 = 1 - nadam.beta1();
        float keep2 = 1 - nadam.beta2();
        float epsilon = nadam.epsilon();
        float step = rate;
        float meanFactor = ofMean;
        float gradientFactor = ofGradient;
        float squareFactor = ofSquare;
        for (int j = from; j < to; j++) {
            m[j] += (g[j] - m[j]) * keep1;
            v[j] += (g[j] * g[j] - v[j]) * keep2;
            float mean = meanFactor * m[j] + gradientFactor * g[j];
            p[j] -= mean * step / ((float) Math.sqrt(v[j] * squareFactor) + epsilon);
        }
    }

    private static void adadelta(
            float[] p, float[] g, float[] a, float[] b, Optimizer.Adadelta adadelta, float rate, int from, int to) {
        float rho = adadelta.rho();
        float epsilon = adadelta.epsilon();
        for (int j = from; j < to; j++) {
            a[j] = rho * a[j] + (1 - rho) * (g[j] * g[j]);
            float delta = (float) Math.sqrt(b[j] + epsilon) * g[j] / (float) Math.sqrt(a[j] + epsilon);
            b[j] = rho * b[j] + (1 - rho) * (delta * delta);
            p[j] -= rate * delta;
        }
    }

    private static void adagrad(float[] p, float[] g, float[] a, float epsilon, float rate, int from, int to) {
        for (int j = from; j < to; j++) {
            a[j] += g[j] * g[j];
            p[j] -= rate * g[j] / (float) Math.sqrt(a[j] + epsilon);
        }
    }

    private static void adamax(
            float[] p, float[] g, float[] m, float[] u, Optimizer.Adamax adamax, float rate, int from, int to) {
        float keep = 1 - adamax.beta1();
        float beta2 = adamax.beta2();
        float epsilon = adamax.epsilon();
        for (int j = from; j < to; j++) {
            m[j] += (g[j] - m[j]) * keep;
            u[j] = Math.max(beta2 * u[j], Math.abs(g[j]));
            p[j] -= rate * m[j] / (u[j] + epsilon);
        }
    }
}

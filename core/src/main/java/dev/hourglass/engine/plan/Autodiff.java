package dev.hourglass.engine.plan;

import dev.hourglass.engine.Penalty;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reverse-mode differentiation (Griewank and Walther 2008, chapter 3): appends to a plan its loss and the gradients by
 * all parameters. The layers are gone through in reverse order; each gives a share to the gradient of each of its
 * inputs, and a value's gradient is the sum over its readers.
 */
public final class Autodiff {
    private final LogicalPlan forward;
    private final Set<Tensor> learned;
    private final List<Op> ops;
    /** What the readers of each tensor have given to its gradient so far. */
    private final Map<Tensor, List<Tensor>> shares = new HashMap<>();
    /** How many penalties of outputs there have been so far. */
    private int penalized;

    private Autodiff(LogicalPlan forward) {
        this.forward = forward;
        learned = forward.learned();
        ops = new ArrayList<>(forward.ops());
    }

    /**
     * @param forward a plan without gradients
     * @param losses of its predictions
     */
    public static LogicalPlan withLoss(LogicalPlan forward, List<OutputLoss> losses) {
        return withLoss(forward, losses, List.of());
    }

    /** @param penalties those told from samples are added; a layer's activity is what its last operation writes */
    public static LogicalPlan withLoss(LogicalPlan forward, List<OutputLoss> losses, List<Penalty> penalties) {
        return new Autodiff(forward).run(losses, penalties);
    }

    /**
     * @param forward a plan that samples
     * @param penalties those of divergences are measured; their slopes are nobody's
     */
    public static LogicalPlan withDivergences(LogicalPlan forward, List<Penalty> penalties) {
        List<Op> ops = new ArrayList<>(forward.ops());
        penalties.stream()
                .filter(Penalty.Divergence.class::isInstance)
                .map(penalty -> divergence(forward, (Penalty.Divergence) penalty))
                .forEach(ops::add);
        return new LogicalPlan(ops, forward.predictions(), null);
    }

    private LogicalPlan run(List<OutputLoss> losses, List<Penalty> penalties) {
        losses.forEach(this::compare);
        penalties.forEach(this::penalize);
        for (Op.Layer layer : forward.layers().toList().reversed()) {
            // Nobody asks for the gradient of what does not lead to the prediction, or of what depends on no parameter.
            if (layer.results().stream().anyMatch(shares::containsKey) && learned.contains(layer.to())) {
                goBack(layer);
            }
        }
        return new LogicalPlan(ops, forward.predictions(), forward.mask());
    }

    private void compare(OutputLoss loss) {
        Tensor prediction = forward.predictions().get(loss.place());
        String number = forward.predictions().size() == 1 ? "" : Integer.toString(loss.place() + 1);
        Tensor target = new Tensor("target" + number, prediction.shape());
        Tensor gradient = new Tensor("loss" + number + "/gradient", prediction.shape());
        ops.add(new Op.Target(loss.place(), target));
        ops.add(new Op.LossGradient(loss, prediction, target, forward.mask(), gradient));
        give(prediction, gradient);
    }

    private void penalize(Penalty penalty) {
        switch (penalty) {
            case Penalty.OfOutput of -> {
                Op.OutputPenalty op = ofOutput(of, outputOf(of));
                ops.add(op);
                give(op.activity(), op.gradient());
            }
            case Penalty.Divergence divergence -> {
                Op.Divergence op = divergence(forward, divergence);
                ops.add(op);
                give(op.mean(), op.ofMean());
                give(op.logVariance(), op.ofLogVariance());
            }
            case Penalty.Quantization quantization -> {
                Op.Quantization op = quantization(quantization);
                ops.add(op);
                give(op.from(), op.ofFrom());
                give(op.nearest(), op.ofNearest());
            }
            // Its slope does not depend on the samples.
            case Penalty.OfVariable ignored -> {}
        }
    }

    private Op.OutputPenalty ofOutput(Penalty.OfOutput penalty, Op.Layer layer) {
        Tensor activity = layer.to();
        Tensor gradient = penaltyGradient(activity);
        return switch (penalty) {
            case Penalty.OfActivity of -> new Op.ActivityPenalty(of.regularizer(), activity, gradient);
            case Penalty.Sparsity of -> new Op.Sparsity(of, activity, gradient);
            case Penalty.Contraction of -> {
                if (!(layer instanceof Op.Dense product)) {
                    throw new IllegalArgumentException("Layer '" + of.layer()
                            + "' is no dense layer whose slope is told from its value, so its Jacobian isn't known");
                }
                yield new Op.Contraction(of, product, gradient);
            }
        };
    }

    private static Op.Divergence divergence(LogicalPlan forward, Penalty.Divergence penalty) {
        Op.Sample sampled = forward.layers()
                .filter(op -> op.layer().equals(penalty.layer()))
                .filter(Op.Sample.class::isInstance)
                .map(Op.Sample.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "No layer '" + penalty.layer() + "' samples a distribution that could be kept near the prior"));
        String name = penalty.layer() + "/divergence";
        return new Op.Divergence(
                penalty,
                sampled.mean(),
                sampled.logVariance(),
                new Tensor(name + "/mean/gradient", sampled.mean().shape()),
                new Tensor(name + "/log_variance/gradient", sampled.mean().shape()));
    }

    private Op.Quantization quantization(Penalty.Quantization penalty) {
        Op.StraightThrough op = forward.layers()
                .filter(layer -> layer.layer().equals(penalty.layer()))
                .filter(Op.StraightThrough.class::isInstance)
                .map(Op.StraightThrough.class::cast)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "No layer '" + penalty.layer() + "' has a codebook that its input could be kept near"));
        String name = penalty.layer() + "/quantization";
        return new Op.Quantization(
                penalty,
                op.from(),
                op.nearest(),
                new Tensor(name + "/input/gradient", op.from().shape()),
                new Tensor(name + "/vectors/gradient", op.from().shape()));
    }

    /** The last operation of a layer, which gives what leaves it. */
    private Op.Layer outputOf(Penalty.OfOutput penalty) {
        return forward.layers()
                .filter(op -> op.layer().equals(penalty.layer()))
                .reduce((before, last) -> last)
                .orElseThrow(() -> new IllegalArgumentException(
                        "No layer '" + penalty.layer() + "' computes anything that could be penalized"));
    }

    /** Several penalties of one tensor have one each. */
    private Tensor penaltyGradient(Tensor activity) {
        String name = activity.name() + "/penalty" + (penalized++ == 0 ? "" : penalized) + "/gradient";
        return new Tensor(name, activity.shape());
    }

    private void goBack(Op.Layer layer) {
        List<Op.Share> ofInputs = new ArrayList<>();
        List<Tensor> inputs = layer.reads();
        for (int i = 0; i < inputs.size(); i++) {
            if (learned.contains(inputs.get(i)) && layer.passesBackTo(i)) {
                String name = layer.layer() + "/input" + (inputs.size() > 1 ? i + 1 : "") + "/gradient";
                ofInputs.add(new Op.Share(i, new Tensor(name, inputs.get(i).shape())));
            }
        }
        List<Tensor> ofResults = layer.results().stream().map(this::total).toList();
        ops.add(new Op.Gradient(layer, ofResults, ofInputs));
        ofInputs.forEach(share -> give(inputs.get(share.input()), share.gradient()));
    }

    private void give(Tensor tensor, Tensor share) {
        shares.computeIfAbsent(tensor, ignored -> new ArrayList<>()).add(share);
    }

    /** All readers have given theirs: they stand behind. Of one of several results that nobody reads it is the sum of none. */
    private Tensor total(Tensor tensor) {
        List<Tensor> terms = shares.getOrDefault(tensor, List.of());
        if (terms.size() == 1) {
            return terms.getFirst();
        }
        Tensor total = new Tensor(tensor.name() + "/gradient", tensor.shape());
        ops.add(new Op.Sum(tensor.name() + "/gradient", terms, total));
        return total;
    }
}

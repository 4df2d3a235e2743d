package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Tensor;
import dev.hourglass.tensor.Shape;

/**
 * Turns a logical plan into steps, each operation by itself: what could be done together is left to the rules in
 * {@code fuse}.
 */
public final class Lowering {
    private final LogicalPlan logical;
    private final Draft draft;
    private final KernelLowering kernels;
    private final SequenceLowering sequences;
    private final RecurrentLowering recurrence;
    private final ConvolutionalLstmLowering convolutionalLstms;
    private final NormLowering norms;
    private final WindowLowering windows;
    private final ElementwiseLowering elementwise;
    private final MergeLowering merges;
    private final ProductLowering products;
    private final PenaltyLowering penalties;
    private boolean training;

    private Lowering(LogicalPlan logical) {
        this.logical = logical;
        draft = new Draft(logical);
        kernels = new KernelLowering(draft);
        sequences = new SequenceLowering(draft);
        recurrence = new RecurrentLowering(draft);
        convolutionalLstms = new ConvolutionalLstmLowering(draft);
        norms = new NormLowering(draft);
        windows = new WindowLowering(draft);
        elementwise = new ElementwiseLowering(draft);
        merges = new MergeLowering(draft);
        products = new ProductLowering(draft);
        penalties = new PenaltyLowering(draft);
    }

    public static Plan lower(LogicalPlan logical) {
        return new Lowering(logical).run();
    }

    private Plan run() {
        boolean trains = logical.ops().stream().anyMatch(Op.LossGradient.class::isInstance);
        training = trains;
        logical.ops().forEach(this::add);
        if (!trains) {
            store();
        }
        return draft.plan(trains);
    }

    /** All outputs of a sample lie side by side. */
    private void store() {
        int numbers = logical.predictions().stream()
                .mapToInt(prediction -> prediction.shape().size())
                .sum();
        int from = 0;
        for (Tensor prediction : logical.predictions()) {
            draft.add(new Step.Store(draft.valueOf(prediction), from, numbers));
            from += prediction.shape().size();
        }
    }

    private void add(Op op) {
        switch (op) {
            case Op.Input o -> {
                Value value = new Value(o.to().name(), draft.layouts().loaded(o.to()));
                draft.add(new Step.Load(Step.Source.INPUT, o.place(), value));
                draft.define(o.to(), value);
            }
            case Op.Target o -> {
                Value compared = draft.valueOf(logical.predictions().get(o.place()));
                Value value = new Value(o.to().name(), compared.layout());
                draft.add(new Step.Load(Step.Source.TARGET, o.place(), value));
                draft.define(o.to(), value);
            }
            case Op.LossGradient o -> {
                Value prediction = draft.valueOf(o.prediction());
                Value gradient = new Value(o.gradient().name(), prediction.layout());
                Value target = draft.valueOf(o.target());
                Shape sample = o.target().shape();
                Value mask = o.mask() == null ? null : draft.valueOf(o.mask());
                draft.add(new Step.LossGradient(o.loss(), sample, prediction, target, mask, gradient));
                draft.define(o.gradient(), gradient);
            }
            case Op.ActivityPenalty o -> penalties.activity(o);
            case Op.Sparsity o -> penalties.sparsity(o);
            case Op.Contraction o -> penalties.contraction(o);
            case Op.Divergence o -> merges.divergence(o);
            case Op.Quantization o -> penalties.quantization(o);
            case Op.Layer o -> addForward(o);
            case Op.Gradient o ->
                addGradient(o, draft.valueOf(o.outputGradients().getFirst()));
        }
    }

    private void addForward(Op.Layer layer) {
        Value output = switch (layer) {
            case Op.Convolution op -> kernels.convolution(op);
            case Op.Dense op -> sequences.isSequence(op) ? sequences.dense(op) : kernels.dense(op);
            case Op.BatchNormalization op -> norms.forward(op, training);
            case Op.NormalizeSample op -> norms.forward(op);
            case Op.MaxPool op -> windows.maxPool(op);
            case Op.DirectConvolution op -> kernels.direct(op);
            case Op.Pool op -> windows.pool(op);
            case Op.RepeatAxes op -> windows.repeatAxes(op);
            case Op.Shift op -> windows.shift(op);
            case Op.Permute op -> windows.permute(op);
            case Op.UpSample op -> windows.upSample(op);
            case Op.Interpolate op -> windows.interpolate(op);
            case Op.Average op -> windows.average(op);
            case Op.Repeat op -> windows.repeat(op);
            case Op.Reshape op -> elementwise.reshape(op);
            case Op.Noise op -> elementwise.noise(op);
            case Op.Activate op -> elementwise.activate(op);
            case Op.Masking op -> sequences.mask(op);
            case Op.HideSteps op -> sequences.hide(op);
            case Op.Recurrent op -> recurrence.forward(op);
            case Op.LastStep op -> sequences.lastStep(op);
            case Op.Bidirectional op -> recurrence.forward(op);
            case Op.ConvolutionalStates op -> convolutionalLstms.forward(op);
            case Op.Apply op -> elementwise.apply(op);
            case Op.Softmax op -> elementwise.softmax(op);
            case Op.LogSoftmax op -> elementwise.logSoftmax(op);
            case Op.PRelu op -> elementwise.prelu(op);
            case Op.Embed op -> elementwise.embed(op);
            case Op.Nearest op -> elementwise.nearest(op);
            case Op.StraightThrough op -> merges.straightThrough(op);
            case Op.Sum op -> op.terms().isEmpty() ? sequences.zeros(op) : merges.sum(op);
            case Op.Combine op -> merges.combine(op);
            case Op.Concatenate op -> merges.concatenate(op);
            case Op.Sample op -> merges.sample(op);
            case Op.Product op -> products.forward(op);
        };
        draft.define(layer.to(), output);
    }

    private void addGradient(Op.Gradient gradient, Value ofOutput) {
        switch (gradient.of()) {
            case Op.Convolution op -> kernels.convolutionGradient(op, gradient, ofOutput);
            case Op.Dense op -> {
                if (sequences.isSequence(op)) {
                    sequences.denseGradient(op, gradient, ofOutput);
                } else {
                    kernels.denseGradient(op, gradient, ofOutput);
                }
            }
            case Op.BatchNormalization op -> norms.gradient(op, gradient, ofOutput);
            case Op.NormalizeSample op -> norms.gradient(op, gradient, ofOutput);
            case Op.DirectConvolution op -> kernels.directGradient(op, gradient, ofOutput);
            case Op.Pool op -> windows.poolGradient(op, gradient, ofOutput);
            case Op.RepeatAxes op -> windows.repeatAxesGradient(op, gradient, ofOutput);
            case Op.Shift op -> windows.shiftGradient(op, gradient, ofOutput);
            case Op.Permute op -> windows.permuteGradient(op, gradient, ofOutput);
            case Op.MaxPool op -> windows.maxPoolGradient(op, gradient, ofOutput);
            case Op.UpSample op -> windows.upSampleGradient(op, gradient, ofOutput);
            case Op.Interpolate op -> windows.interpolateGradient(op, gradient, ofOutput);
            case Op.Average op -> windows.averageGradient(op, gradient, ofOutput);
            case Op.Repeat op -> windows.repeatGradient(op, gradient, ofOutput);
            case Op.Reshape op -> elementwise.reshapeGradient(op, gradient, ofOutput);
            case Op.Noise op -> elementwise.noiseGradient(op, gradient, ofOutput);
            case Op.Activate op -> elementwise.activateGradient(op, gradient, ofOutput);
            case Op.Masking op -> sequences.maskGradient(op, gradient, ofOutput);
            case Op.HideSteps op -> sequences.hideGradient(op, gradient, ofOutput);
            case Op.Recurrent op -> recurrence.gradient(op, gradient, ofOutput);
            case Op.LastStep op -> sequences.lastStepGradient(op, gradient, ofOutput);
            case Op.Bidirectional op -> recurrence.gradient(op, gradient, ofOutput);
            case Op.ConvolutionalStates op -> convolutionalLstms.gradient(op, gradient, ofOutput);
            case Op.Apply op -> elementwise.applyGradient(op, gradient, ofOutput);
            case Op.Softmax op -> elementwise.softmaxGradient(op, gradient, ofOutput);
            case Op.LogSoftmax op -> elementwise.logSoftmaxGradient(op, gradient, ofOutput);
            case Op.PRelu op -> elementwise.preluGradient(op, gradient, ofOutput);
            case Op.Embed op -> elementwise.embedGradient(op, gradient, ofOutput);
            case Op.Nearest op -> throw new IllegalArgumentException("What chooses a row has no slope: " + op);
            case Op.StraightThrough op -> merges.straightThroughGradient(op, gradient, ofOutput);
            case Op.Sum op -> merges.sumGradient(op, gradient, ofOutput);
            case Op.Combine op -> merges.combineGradient(op, gradient, ofOutput);
            case Op.Concatenate op -> merges.concatenateGradient(op, gradient, ofOutput);
            case Op.Sample op -> merges.sampleGradient(op, gradient, ofOutput);
            case Op.Product op -> products.gradient(op, gradient, ofOutput);
        }
    }
}

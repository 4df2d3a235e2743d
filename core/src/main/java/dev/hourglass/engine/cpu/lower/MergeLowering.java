package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Corner;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Op;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Operations that make one tensor of several. Each input gets a gradient of its own, since who receives one may change it. */
final class MergeLowering {
    private final Draft draft;
    /** What an operation has read, for the way back. */
    private final Map<Op.Layer, List<Value>> terms = new HashMap<>();

    MergeLowering(Draft draft) {
        this.draft = draft;
    }

    Value sum(Op.Sum op) {
        List<Value> read = readAlike(op);
        Value output = copyOfFirst(op, read);
        read.subList(1, read.size()).forEach(term -> draft.add(new Step.Add(term, output)));
        return output;
    }

    void sumGradient(Op.Sum op, Op.Gradient gradient, Value ofOutput) {
        for (Op.Share share : gradient.shares()) {
            draft.give(op, share, copy(share, ofOutput));
        }
    }

    Value combine(Op.Combine op) {
        List<Value> read = readAlike(op);
        terms.put(op, read);
        Value output = copyOfFirst(op, read);
        for (Value term : read.subList(1, read.size())) {
            draft.add(
                    op.how() == Op.Combine.How.AVERAGE
                            ? new Step.Add(term, output)
                            : new Step.Combine(op.how(), term, output));
        }
        if (op.how() == Op.Combine.How.AVERAGE) {
            draft.add(new Step.Scale(1f / read.size(), output));
        }
        return output;
    }

    void combineGradient(Op.Combine op, Op.Gradient gradient, Value ofOutput) {
        switch (op.how()) {
            case SUBTRACT -> scaledGradient(op, gradient, ofOutput, List.of(1f, -1f));
            case AVERAGE -> {
                int count = op.terms().size();
                scaledGradient(op, gradient, ofOutput, java.util.Collections.nCopies(count, 1f / count));
            }
            case MULTIPLY -> productGradient(op, gradient, ofOutput);
            case MAXIMUM, MINIMUM -> extremeGradient(op, gradient, ofOutput);
        }
    }

    /** @param factors by which each input counts in the output */
    private void scaledGradient(Op.Combine op, Op.Gradient gradient, Value ofOutput, List<Float> factors) {
        for (Op.Share share : gradient.shares()) {
            Value result = copy(share, ofOutput);
            if (factors.get(share.input()) != 1) {
                draft.add(new Step.Scale(factors.get(share.input()), result));
            }
            draft.give(op, share, result);
        }
    }

    /** By one factor: the gradient times all others. */
    private void productGradient(Op.Combine op, Op.Gradient gradient, Value ofOutput) {
        List<Value> factors = termsOf(op);
        for (Op.Share share : gradient.shares()) {
            Value result = copy(share, ofOutput);
            for (int i = 0; i < factors.size(); i++) {
                if (i != share.input()) {
                    draft.add(new Step.Combine(op.how(), factors.get(i), result));
                }
            }
            draft.give(op, share, result);
        }
    }

    /** To the first that is the largest or smallest: each takes its part, and leaves the rest to those after it. */
    private void extremeGradient(Op.Combine op, Op.Gradient gradient, Value ofOutput) {
        List<Value> read = termsOf(op);
        Value output = draft.valueOf(op.to());
        Map<Integer, Op.Share> shares = new HashMap<>();
        gradient.shares().forEach(share -> shares.put(share.input(), share));
        for (int i = 0; i < read.size(); i++) {
            Op.Share share = shares.get(i);
            String name = share == null
                    ? op.layer() + "/input" + (i + 1) + "/unneeded"
                    : share.gradient().name();
            Value result = new Value(name, ofOutput.layout());
            draft.add(new Step.TakeWhereEqual(read.get(i), output, ofOutput, result));
            if (share != null) {
                draft.give(op, share, result);
            }
        }
    }

    Value concatenate(Op.Concatenate op) {
        Value output = new Value(op.to().name(), draft.layouts().written(op.to(), false));
        int along = 0;
        for (int i = 0; i < op.parts().size(); i++) {
            Value part = draft.readTermImage(op, i);
            draft.add(new Step.Place(
                    part, output, Corner.along(op.axis(), op.to().shape().rank(), along)));
            along += op.parts().get(i).shape().dimension(op.axis());
        }
        return output;
    }

    void concatenateGradient(Op.Concatenate op, Op.Gradient gradient, Value ofOutput) {
        Value image = draft.gradientAsImage(op, ofOutput);
        for (Op.Share share : gradient.shares()) {
            int along = 0;
            for (int i = 0; i < share.input(); i++) {
                along += op.parts().get(i).shape().dimension(op.axis());
            }
            Value part = new Value(
                    share.gradient().name(), Layouts.natural(op.parts().get(share.input())));
            draft.add(
                    new Step.Cut(image, Corner.along(op.axis(), op.to().shape().rank(), along), part));
            draft.give(op, share, part);
        }
    }

    Value sample(Op.Sample op) {
        Value output = new Value(op.to().name(), draft.layouts().written(op.to(), false));
        draft.add(new Step.Sample(
                op.layer(),
                op.to().shape(),
                draft.valueOf(op.mean()),
                draft.valueOf(op.logVariance()),
                deviation(op),
                output));
        return output;
    }

    private static Value deviation(Op.Sample op) {
        return new Value(op.layer() + "/deviation", Layouts.natural(op.to()));
    }

    /** The mean's is the output's. */
    void sampleGradient(Op.Sample op, Op.Gradient gradient, Value ofOutput) {
        for (Op.Share share : gradient.shares()) {
            if (share.input() == 0) {
                draft.give(op, share, copy(share, ofOutput));
            } else {
                Value result = new Value(share.gradient().name(), Layouts.natural(op.to()));
                draft.add(new Step.SampleGradient(op.to().shape(), deviation(op), ofOutput, result));
                draft.give(op, share, result);
            }
        }
    }

    Value straightThrough(Op.StraightThrough op) {
        Value output = new Value(op.to().name(), draft.layouts().written(op.to(), false));
        draft.add(new Step.Copy(draft.valueOf(op.nearest()), output));
        return output;
    }

    void straightThroughGradient(Op.StraightThrough op, Op.Gradient gradient, Value ofOutput) {
        for (Op.Share share : gradient.shares()) {
            draft.give(op, share, copy(share, ofOutput));
        }
    }

    void divergence(Op.Divergence op) {
        Value mean = draft.valueOf(op.mean());
        Value logVariance = draft.valueOf(op.logVariance());
        Value ofMean = new Value(op.ofMean().name(), Layouts.gradient(mean.layout()));
        Value ofLogVariance = new Value(op.ofLogVariance().name(), Layouts.gradient(logVariance.layout()));
        draft.add(new Step.Divergence(op.penalty(), op.mean().shape(), mean, logVariance, ofMean, ofLogVariance));
        draft.define(op.ofMean(), ofMean);
        draft.define(op.ofLogVariance(), ofLogVariance);
    }

    /** All inputs in one layout: step by step where all are, else as images. */
    private List<Value> readAlike(Op.Layer op) {
        boolean stepByStep =
                op.reads().stream().allMatch(term -> draft.valueOf(term).layout() instanceof Layout.Steps);
        Layout layout = stepByStep ? draft.valueOf(op.reads().getFirst()).layout() : Layouts.natural(op.to());
        List<Value> read = new ArrayList<>();
        for (int i = 0; i < op.reads().size(); i++) {
            read.add(draft.readTerm(op, i, layout));
        }
        return read;
    }

    private List<Value> termsOf(Op.Combine op) {
        return Objects.requireNonNull(terms.get(op), "An operation goes forward before it goes back");
    }

    private Value copyOfFirst(Op.Layer op, List<Value> read) {
        Value output = new Value(op.to().name(), read.getFirst().layout());
        draft.add(new Step.Copy(read.getFirst(), output));
        return output;
    }

    private Value copy(Op.Share share, Value gradient) {
        Value copy = new Value(share.gradient().name(), gradient.layout());
        draft.add(new Step.Copy(gradient, copy));
        return copy;
    }
}

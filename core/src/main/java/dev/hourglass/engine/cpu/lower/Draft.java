package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The plan that is being written: its steps so far, and in which value each tensor lies. A gradient belongs to the
 * operation that reads it, which may change it in place.
 */
final class Draft {
    private final Layouts layouts;
    private final List<Step> steps = new ArrayList<>();
    private final List<Plan.Norm> norms = new ArrayList<>();
    private final Map<Tensor, Value> values = new HashMap<>();
    /** What each layer read: the value of its input, or a copy in the layout that it wants. */
    private final Map<Op.Layer, Value> read = new HashMap<>();

    Draft(LogicalPlan plan) {
        layouts = new Layouts(plan);
    }

    Layouts layouts() {
        return layouts;
    }

    void add(Step step) {
        steps.add(step);
    }

    /** @return the normalisation's number */
    int add(Plan.Norm norm) {
        norms.add(norm);
        return norms.size() - 1;
    }

    void define(Tensor tensor, Value value) {
        values.put(tensor, value);
    }

    /** Where a tensor lies. */
    Value valueOf(Tensor tensor) {
        Value value = values.get(tensor);
        if (value == null) {
            throw new IllegalArgumentException("Nothing has written tensor '" + tensor.name() + "'");
        }
        return value;
    }

    /** What a layer read on the way forward. */
    Value readBy(Op.Layer op) {
        Value value = read.get(op);
        if (value == null) {
            throw new IllegalArgumentException("Layer '" + op.layer() + "' has read nothing yet");
        }
        return value;
    }

    // --- reading: a copy where the layout is another ---

    /** A layer's input in the natural layout. */
    Value readNatural(Op.Unary op) {
        return readAs(op, Layouts.natural(op.from()));
    }

    /** A layer's input in the layout in which kernels go over it. */
    Value readByKernel(Op.Unary op) {
        return readAs(op, layouts.readable(op, valueOf(op.from()).layout()));
    }

    private Value readAs(Op.Unary op, Layout.Image wanted) {
        Value value = inImageLayout(readImage(op), wanted, op.layer() + "/input");
        read.put(op, value);
        return value;
    }

    /** A layer's input in whatever image layout it has. */
    Value readImage(Op.Unary op) {
        Value value = asImage(op.from(), op.layer() + "/input");
        read.put(op, value);
        return value;
    }

    /** One of several inputs, in a layout that is natural for it. */
    Value readTerm(Op.Layer op, int input, Layout layout) {
        Tensor tensor = op.reads().get(input);
        String name = op.layer() + "/input" + (input + 1);
        return layout instanceof Layout.Image wanted
                ? inImageLayout(asImage(tensor, name), wanted, name)
                : valueOf(tensor);
    }

    /** One of several inputs, in whatever image layout it has. */
    Value readTermImage(Op.Layer op, int input) {
        return asImage(op.reads().get(input), op.layer() + "/input" + (input + 1));
    }

    /** The gradient of an output as an image. */
    Value gradientAsImage(Op.Layer op, Value gradient) {
        if (gradient.layout() instanceof Layout.Image) {
            return gradient;
        }
        Value image = new Value(op.to().name() + "/gradient/image", Layouts.natural(op.to()));
        add(new Step.Transpose(gradient, image));
        return image;
    }

    private Value asImage(Tensor tensor, String name) {
        Value value = valueOf(tensor);
        if (value.layout() instanceof Layout.Image) {
            return value;
        }
        Value image = new Value(name + "/image", Layouts.natural(tensor));
        add(new Step.Transpose(value, image));
        return image;
    }

    private Value inImageLayout(Value value, Layout.Image wanted, String name) {
        if (value.layout().equals(wanted)) {
            return value;
        }
        Value copy = new Value(name, wanted);
        add(new Step.Copy(value, copy));
        return copy;
    }

    /** A layer's input step by step. */
    Value readSteps(Op.Unary op) {
        Value value = valueOf(op.from());
        if (value.layout() instanceof Layout.Image image) {
            Value sequence = new Value(op.layer() + "/input/steps", new Layout.Steps(image.pixels(), image.channels()));
            add(new Step.Transpose(value, sequence));
            value = sequence;
        }
        read.put(op, value);
        return value;
    }

    /** One of several inputs, step by step. */
    Value readTermSteps(Op.Layer op, int input) {
        Value value = valueOf(op.reads().get(input));
        if (!(value.layout() instanceof Layout.Image image)) {
            return value;
        }
        String name = op.layer() + "/input" + (input + 1) + "/steps";
        Value sequence = new Value(name, new Layout.Steps(image.pixels(), image.channels()));
        add(new Step.Transpose(value, sequence));
        return sequence;
    }

    // --- gradients ---

    /** A value for the gradient of what a layer read. */
    static Value gradientOfInput(Op.Layer op, Value read) {
        return new Value(op.layer() + "/input/gradient", Layouts.gradient(read.layout()));
    }

    /** The gradient of a layer's only input is there, if somebody needs it, laid out as the layer read it. */
    void give(Op.Gradient op, Value gradient) {
        op.shares().forEach(share -> give(op.of(), share, gradient));
    }

    /** An input's gradient goes on step by step if that is how the input itself lies, else as an image. */
    void give(Op.Layer op, Op.Share share, Value gradient) {
        Tensor input = op.reads().get(share.input());
        Layout own = Layouts.gradient(valueOf(input).layout());
        boolean isSequence = gradient.layout() instanceof Layout.Steps;
        if (isSequence == own instanceof Layout.Steps) {
            define(share.gradient(), gradient);
            return;
        }
        String ofInput = share.gradient().name();
        String name = ofInput.substring(0, ofInput.lastIndexOf('/')) + (isSequence ? "/steps" : "/image") + "/gradient";
        Value transposed = new Value(name, own);
        add(new Step.Transpose(gradient, transposed));
        define(share.gradient(), transposed);
    }

    void addActivation(Nonlinearity function, Value output) {
        if (function.kind() != Nonlinearity.Kind.LINEAR) {
            add(new Step.Activate(function, output));
        }
    }

    void addActivationGradient(Nonlinearity function, Value output, Value gradient) {
        if (function.kind() != Nonlinearity.Kind.LINEAR) {
            add(new Step.ActivateGradient(function, output, gradient));
        }
    }

    Plan plan(boolean training) {
        return new Plan(steps, List.of(), norms, training);
    }
}

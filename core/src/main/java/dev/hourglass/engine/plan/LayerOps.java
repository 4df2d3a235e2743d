package dev.hourglass.engine.plan;

import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.LayerSpec.Conv2d;
import dev.hourglass.model.LayerSpec.Conv2dTranspose;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From layers to the operations of a logical plan. What a layer does only in training is left out of a plan for use. */
public final class LayerOps {
    private final List<Parameter> parameters;
    private final boolean training;

    private LayerOps(Parameters parameters, boolean training) {
        this.parameters = parameters.list();
        this.training = training;
    }

    /** The way forward of a chain of layers that are to be trained; {@link Autodiff} adds the way back. */
    public static LogicalPlan forTraining(Shape input, List<LayerSpec> layers, Parameters parameters) {
        return new LayerOps(parameters, true).chain(input, layers);
    }

    /** The way forward of a chain of layers in use. */
    public static LogicalPlan forInference(Shape input, List<LayerSpec> layers, Parameters parameters) {
        return new LayerOps(parameters, false).chain(input, layers);
    }

    private LogicalPlan chain(Shape input, List<LayerSpec> layers) {
        List<Shape> outputs = ShapeInference.outputs(input, layers);
        List<Op> ops = new ArrayList<>();
        Tensor current = new Tensor("input", input);
        ops.add(new Op.Input(current));
        for (int i = 0; i < layers.size(); i++) {
            LayerSpec layer = layers.get(i);
            Op.Layer op = op(layer, current, new Tensor(layer.name() + "/output", outputs.get(i)));
            if (op != null) {
                ops.add(op);
                current = op.to();
            }
        }
        return new LogicalPlan(ops, current);
    }

    /** @return null where a layer leaves everything as it is */
    private Op.@Nullable Layer op(LayerSpec layer, Tensor from, Tensor to) {
        String name = layer.name();
        return switch (layer) {
            case Conv2d l -> convolution(name, from, kernel(l), Nonlinearity.of(l.activation()), to);
            case Conv2dTranspose l -> convolution(name, from, kernel(l), Nonlinearity.of(l.activation()), to);
            case LayerSpec.Dense l -> dense(name, l, from, to);
            case LayerSpec.TimeDistributed l -> dense(name, l.layer(), from, to);
            case LayerSpec.BatchNormalization l -> new Op.BatchNormalization(l, parametersOf(name), from, to);
            case LayerSpec.MaxPooling2d l -> new Op.MaxPool(name, l.pool(), l.stride(), l.padding(), from, to);
            case LayerSpec.UpSampling2d l -> new Op.UpSample(name, l.size(), from, to);
            case LayerSpec.GlobalAveragePooling2d l -> new Op.Average(l.name(), from, to);
            case LayerSpec.Flatten l -> new Op.Reshape(l.name(), from, to);
            case LayerSpec.Reshape l -> new Op.Reshape(l.name(), from, to);
            case LayerSpec.TrainingNoise l -> training && l.disturbs() ? new Op.Noise(name, l, from, to) : null;
            case LayerSpec.ActivationLayer l -> new Op.Activate(name, Nonlinearity.of(l.activation()), from, to);
            case LayerSpec.LeakyRelu l -> new Op.Activate(name, Nonlinearity.leakyRelu(l.negativeSlope()), from, to);
            case LayerSpec.RepeatVector l -> new Op.Repeat(l.name(), from, to);
            case LayerSpec.Recurrent l -> recurrent(l, name, parametersOf(name), from, to);
            case LayerSpec.Bidirectional l -> bidirectional(l, from, to);
        };
    }

    private Op.Convolution convolution(String name, Tensor from, Op.Kernel kernel, Nonlinearity after, Tensor to) {
        return new Op.Convolution(name, parametersOf(name), from, kernel, after, to);
    }

    private static Op.Kernel kernel(Conv2d layer) {
        return new Op.Kernel(layer.kernel(), layer.stride(), layer.padding(), false, 1);
    }

    private static Op.Kernel kernel(Conv2dTranspose layer) {
        return new Op.Kernel(layer.kernel(), layer.stride(), layer.padding(), true, 1);
    }

    private Op.Dense dense(String name, LayerSpec.Dense layer, Tensor from, Tensor to) {
        return new Op.Dense(name, parametersOf(name), from, Nonlinearity.of(layer.activation()), to);
    }

    private static Op.Recurrent recurrent(
            LayerSpec.Recurrent layer, String name, int parameters, Tensor from, Tensor to) {
        boolean backwards = layer.recurrence().goBackwards();
        return new Op.Recurrent(
                name, parameters, Cell.of(layer), backwards, from, from.shape().dimension(0), to);
    }

    private Op.Bidirectional bidirectional(LayerSpec.Bidirectional layer, Tensor from, Tensor to) {
        String name = layer.name();
        int first = parametersOf(name);
        int second = first + (layer.forward().recurrence().useBias() ? 3 : 2);
        Op.Recurrent forward =
                recurrent(layer.forward(), name + "/forward", first, from, way(name + "/forward", layer.forward(), to));
        Op.Recurrent backward = recurrent(
                layer.backward(), name + "/backward", second, from, way(name + "/backward", layer.backward(), to));
        return new Op.Bidirectional(name, forward, backward, layer.mergeMode(), from, to);
    }

    /** What one of both ways gives. */
    private static Tensor way(String name, LayerSpec.Recurrent layer, Tensor merged) {
        int[] shape = merged.shape().toArray();
        shape[shape.length - 1] = layer.units();
        return new Tensor(name + "/output", Shape.of(shape));
    }

    /** Where a layer's parameters begin. */
    private int parametersOf(String layer) {
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).layer().equals(layer)) {
                return i;
            }
        }
        throw new IllegalArgumentException("There are no parameters of layer '" + layer + "'");
    }
}

package dev.hourglass.model;

import dev.hourglass.model.variables.Initializers;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.model.variables.VariableSettings;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is known of a layer at its place in a model, without computing anything. Whoever needs to know something of
 * layers asks here, so that a new layer is described once.
 *
 * @param layer what it is
 * @param input the shape that it reads; of a layer that merges several, that of the first
 * @param output the shape that it gives
 * @param variables in Keras's order, the trainable ones first; empty for a layer that learns nothing
 * @param operations for one sample forward
 */
public record LayerFacts(LayerSpec layer, Shape input, Shape output, List<Variable> variables, Operations operations) {
    public LayerFacts {
        variables = List.copyOf(variables);
    }

    /**
     * Of a layer that stands by itself.
     *
     * @throws ShapeException if the layer cannot read that shape
     */
    public static LayerFacts of(LayerSpec layer, Shape input) {
        return of(new LayerInput(layer, input, "the input", false));
    }

    /**
     * The same with what a model says of the layer's variables.
     *
     * @throws ShapeException if the layer has no such variable, or one of another shape
     */
    public LayerFacts with(VariableSettings settings) {
        return settings.applied(this);
    }

    /**
     * A value that a layer reads.
     *
     * @param name in errors, such as {@code 'enc_pool2'} or {@code the input}
     */
    public record Source(String name, Shape shape) {}

    /**
     * Of a layer that may read several values.
     *
     * @param inputs at least one
     * @throws ShapeException if the layer cannot read such shapes together
     */
    public static LayerFacts ofSources(LayerSpec layer, List<Source> inputs) {
        List<LayerInput> all = inputs.stream()
                .map(input -> new LayerInput(layer, input.shape(), input.name(), false))
                .toList();
        return ofInputs(layer, all);
    }

    static LayerFacts ofInputs(LayerSpec layer, List<LayerInput> inputs) {
        if (layer instanceof LayerSpec.Merge merge) {
            return MergeFacts.of(merge, inputs);
        }
        LayerFacts facts = of(inputs.getFirst());
        return layer instanceof LayerSpec.Walk walk && inputs.size() > 1 ? facts.beginningWith(walk, inputs) : facts;
    }

    /** A layer that does not begin with zeros multiplies the states at its first step as well. */
    private LayerFacts beginningWith(LayerSpec.Walk walk, List<LayerInput> inputs) {
        for (int i = 1; i < inputs.size(); i++) {
            LayerInput given = inputs.get(i);
            Shape state = stateOf(walk, walk.states().get(i - 1));
            if (!given.shape().equals(state)) {
                String wayOut = state.rank() == 1
                        ? ". Give it as many numbers as it has units."
                        : ". Give it states as large as what leaves it at a step.";
                throw new ShapeException(describe(layer) + " begins with states " + state + ", got " + given.shape()
                        + " from " + given.source() + wayOut);
            }
        }
        Operations with = new Operations(
                operations.input(), operations.state() + productsOfState(walk), operations.elementwise());
        return new LayerFacts(layer, input, output, variables, with);
    }

    /** For one step. */
    private long productsOfState(LayerSpec.Walk walk) {
        return switch (walk) {
            case LayerSpec.Recurrent l -> productsOfState(l);
            case LayerSpec.Bidirectional both -> productsOfState(both.forward()) + productsOfState(both.backward());
            case LayerSpec.ConvolutionalLstm l -> {
                LayerSpec.ConvLstm2d lstm = l.overImages();
                int places = stateOf(l, LayerSpec.State.Which.HIDDEN).size();
                yield 2L * places * 4 * area(lstm.kernel()) * lstm.filters();
            }
        };
    }

    private static long productsOfState(LayerSpec.Recurrent layer) {
        return 2L * layer.units() * gates(layer) * layer.units();
    }

    /** The shape of a state that the layer of these facts carries. */
    private Shape stateOf(LayerSpec.Walk walk, LayerSpec.State.Which which) {
        return switch (walk) {
            case LayerSpec.Recurrent l -> Shape.of(l.units());
            case LayerSpec.Bidirectional both -> Shape.of(both.wayOf(which).units());
            case LayerSpec.ConvolutionalLstm l -> l.returnSequences() ? output.inner() : output;
        };
    }

    /**
     * Of a state.
     *
     * @param source of what leaves the layer that carries it, in errors
     * @param of the facts of that layer, which has such a state
     */
    public static LayerFacts ofState(LayerSpec.State state, String source, LayerFacts of) {
        if (!(of.layer() instanceof LayerSpec.Walk walk)) {
            throw new IllegalArgumentException(describe(of.layer()) + " has no states");
        }
        LayerInput in = new LayerInput(state, of.output(), source, false);
        return facts(in, of.stateOf(walk, state.which()), Operations.NONE);
    }

    /** @throws ShapeException naming the layer, what it needs, what it got and a way out */
    static LayerFacts of(LayerInput in) {
        return of(in.layer(), in);
    }

    /** @param layer that computes what the one of the input does, in the shape of the input */
    private static LayerFacts of(LayerSpec layer, LayerInput in) {
        int features = in.features();
        return switch (layer) {
            case LayerSpec.Conv2d conv -> {
                Shape out = in.windows(
                        dilated(conv.kernel(), conv.dilation()), conv.stride(), conv.padding(), conv.filters());
                in.requireGroups(features, conv.groups());
                yield facts(
                        in,
                        out,
                        in.kernelAndBias(
                                conv.useBias(),
                                conv.filters(),
                                conv.kernel().height(),
                                conv.kernel().width(),
                                features / conv.groups(),
                                conv.filters()),
                        Operations.products((long) out.size() * area(conv.kernel()) * (features / conv.groups()))
                                .then(conv.activation(), out.size()));
            }
            case LayerSpec.ChannelwiseConvolution conv -> channelwise(in, conv);
            case LayerSpec.OneDimensional one -> overRow(in, one);
            case LayerSpec.ChannelsFirst first -> channelsFirst(in, first);
            case LayerSpec.VolumeConvolution conv -> volume(in, conv);
            case LayerSpec.Conv2dTranspose conv -> {
                Shape out = in.unwindowed(conv.kernel(), conv.stride(), conv.padding(), conv.filters());
                yield facts(
                        in,
                        out,
                        in.kernelAndBias(
                                conv.useBias(),
                                conv.filters(),
                                conv.kernel().height(),
                                conv.kernel().width(),
                                conv.filters(),
                                features),
                        Operations.products((long) in.size() * area(conv.kernel()) * conv.filters())
                                .then(conv.activation(), out.size()));
            }
            case LayerSpec.Dense dense -> {
                int[] shape = in.shape().toArray();
                shape[shape.length - 1] = dense.units();
                yield dense(in, dense, Shape.of(shape));
            }
            case LayerSpec.TimeDistributed each -> eachStep(in, each);
            case LayerSpec.Recurrent recurrent -> recurrent(in, recurrent);
            // Of a layer one way; of others it is told from their facts.
            case LayerSpec.State ignored -> facts(in, Shape.of(features), Operations.NONE);
            case LayerSpec.ConvolutionalLstm lstm -> convolutionalLstm(in, lstm);
            case LayerSpec.Bidirectional both -> bidirectional(in, both);
            case LayerSpec.BatchNormalization norm -> normalization(in, norm);
            case LayerSpec.SampleNormalization norm -> sampleNormalization(in, norm);
            case LayerSpec.MaxPooling2d pooling -> {
                Shape out = in.windows(pooling.pool(), pooling.stride(), pooling.padding(), features);
                yield facts(in, out, Operations.elementwise((long) out.size() * area(pooling.pool())));
            }
            case LayerSpec.AveragePooling2d pooling -> {
                Shape out = in.windows(pooling.pool(), pooling.stride(), pooling.padding(), features);
                yield facts(in, out, Operations.elementwise((long) out.size() * area(pooling.pool())));
            }
            case LayerSpec.GlobalMaxPooling2d ignored -> {
                in.requireImage();
                yield facts(in, Shape.of(features), Operations.elementwise(in.size()));
            }
            case LayerSpec.ZeroPadding2d p ->
                facts(in, in.grown(p.top(), p.bottom(), p.left(), p.right()), Operations.NONE);
            case LayerSpec.Cropping2d c ->
                facts(in, in.grown(-c.top(), -c.bottom(), -c.left(), -c.right()), Operations.NONE);
            case LayerSpec.Pooling3d pooling -> {
                Shape out = in.windows(pooling.pool(), pooling.stride(), pooling.padding(), features);
                yield facts(in, out, Operations.elementwise((long) out.size() * volume(pooling.pool())));
            }
            case LayerSpec.GlobalPooling3d ignored -> {
                in.requireVolume();
                yield facts(in, Shape.of(features), Operations.elementwise(in.size()));
            }
            case LayerSpec.ZeroPadding3d p ->
                facts(in, in.grown(p.front(), p.back(), p.top(), p.bottom(), p.left(), p.right()), Operations.NONE);
            case LayerSpec.Cropping3d c ->
                facts(
                        in,
                        in.grown(-c.front(), -c.back(), -c.top(), -c.bottom(), -c.left(), -c.right()),
                        Operations.NONE);
            case LayerSpec.UpSampling3d up ->
                facts(in, in.unwindowed(up.size(), up.size(), Padding.SAME, features), Operations.NONE);
            case LayerSpec.Permute permute -> facts(in, in.permuted(permute.axes()), Operations.NONE);
            case LayerSpec.UpSampling2d up -> {
                Size2 size = up.size();
                Shape out = in.unwindowed(size, size, Padding.SAME, features);
                // Three differences and their multiply-adds.
                boolean copies = up.interpolation() == LayerSpec.Interpolation.NEAREST;
                yield facts(in, out, copies ? Operations.NONE : Operations.elementwise(9L * out.size()));
            }
            case LayerSpec.GlobalAveragePooling2d ignored -> {
                in.requireImage();
                yield facts(in, Shape.of(features), Operations.elementwise(in.size()));
            }
            case LayerSpec.Flatten ignored -> facts(in, Shape.of(in.size()), Operations.NONE);
            case LayerSpec.Reshape reshape -> facts(in, in.reshaped(reshape.target()), Operations.NONE);
            case LayerSpec.RepeatVector repeat -> {
                in.requireVector();
                yield facts(in, Shape.of(repeat.steps(), features), Operations.NONE);
            }
            case LayerSpec.Masking ignored -> {
                in.requireSequence();
                yield facts(in, in.shape(), Operations.elementwise(in.size()));
            }
            case LayerSpec.ActivationLayer function ->
                facts(in, in.shape(), Operations.NONE.then(function.activation(), in.size()));
            case LayerSpec.LeakyRelu ignored -> facts(in, in.shape(), Operations.elementwise(in.size()));
            case LayerSpec.Relu ignored -> facts(in, in.shape(), Operations.elementwise(in.size()));
            case LayerSpec.Rescaling ignored -> facts(in, in.shape(), Operations.elementwise(2L * in.size()));
            case LayerSpec.Normalization scaling -> normalization(scaling, in);
            case LayerSpec.Elu ignored -> facts(in, in.shape(), Operations.elementwise(in.size()));
            case LayerSpec.Embedding table -> {
                if (table.maskZero()) {
                    in.requireVector();
                }
                in.requireFit((double) table.rows() * table.outputs());
                int[] shape = Arrays.copyOf(in.shape().toArray(), in.shape().rank() + 1);
                shape[shape.length - 1] = table.outputs();
                Variable embeddings =
                        Variable.trained("embeddings", Initializers.EMBEDDINGS, table.rows(), table.outputs());
                yield facts(in, Shape.of(shape), List.of(embeddings), Operations.NONE);
            }
            case LayerSpec.VectorQuantizer codebook -> {
                in.requireFit((double) codebook.vectors() * features);
                Variable embeddings =
                        Variable.trained("embeddings", Initializers.CODEBOOK, codebook.vectors(), features);
                // A difference and a multiply-add for each number of each vector.
                yield facts(
                        in,
                        in.shape(),
                        List.of(embeddings),
                        Operations.elementwise(3L * in.size() * codebook.vectors()));
            }
            case LayerSpec.PRelu prelu ->
                facts(
                        in,
                        in.shape(),
                        List.of(Variable.trained("alpha", Initializers.ZEROS, in.shared(prelu.sharedAxes()))),
                        Operations.elementwise(in.size()));
            case LayerSpec.SpatialDropout dropout -> {
                switch (dropout.dimensions()) {
                    case 1 -> in.requireSequence();
                    case 2 -> in.requireImage();
                    default -> in.requireVolume();
                }
                yield facts(in, in.shape(), Operations.NONE);
            }
            case LayerSpec.TrainingNoise ignored -> facts(in, in.shape(), Operations.NONE);
            case LayerSpec.Merge merge -> MergeFacts.of(merge, List.of(in));
        };
    }

    /** How far a dilated window reaches. */
    private static Size2 dilated(Size2 kernel, Size2 dilation) {
        return new Size2(
                LayerInput.reach(kernel.height(), dilation.height()),
                LayerInput.reach(kernel.width(), dilation.width()));
    }

    private static LayerFacts channelwise(LayerInput in, LayerSpec.ChannelwiseConvolution conv) {
        int features = in.features();
        int channels = Math.multiplyExact(features, conv.depthMultiplier());
        Size2 kernel = conv.kernel();
        Shape apart = in.windows(dilated(kernel, conv.dilation()), conv.stride(), conv.padding(), channels);
        Operations products = Operations.products((long) apart.size() * area(kernel));
        int[] weights = {kernel.height(), kernel.width(), features, conv.depthMultiplier()};
        return switch (conv) {
            case LayerSpec.DepthwiseConv2d l ->
                facts(
                        in,
                        apart,
                        in.kernelAndBias(l.useBias(), channels, weights),
                        products.then(l.activation(), apart.size()));
            case LayerSpec.SeparableConv2d l -> {
                Shape out = Shape.of(apart.dimension(0), apart.dimension(1), l.filters());
                in.requireFit((double) channels * l.filters());
                List<Variable> variables = new ArrayList<>();
                variables.add(
                        in.kernelAndBias(false, channels, weights).getFirst().withPrefix("depthwise_"));
                in.kernelAndBias(l.useBias(), l.filters(), 1, 1, channels, l.filters())
                        .forEach(each ->
                                variables.add(each.name().equals("kernel") ? each.withPrefix("pointwise_") : each));
                Operations mixing = Operations.products((long) apart.size() * l.filters());
                yield facts(
                        in,
                        out,
                        variables,
                        new Operations(products.input() + mixing.input(), 0, 0).then(l.activation(), out.size()));
            }
        };
    }

    private static LayerFacts overRow(LayerInput in, LayerSpec.OneDimensional one) {
        in.requireSequence();
        Shape row = Shape.of(1, in.shape().dimension(0), in.features());
        LayerFacts facts = of(one.overRow(), new LayerInput(one, row, in.source(), false));
        Shape out = facts.output();
        return facts(
                in,
                out.rank() == 3 ? Shape.of(out.dimension(1), out.dimension(2)) : out,
                facts.variables().stream().map(Variable::overSteps).toList(),
                facts.operations());
    }

    private static LayerFacts eachStep(LayerInput in, LayerSpec.TimeDistributed each) {
        in.requireSteps();
        int steps = in.shape().dimension(0);
        LayerFacts facts =
                of(new LayerInput(each.layer(), in.step(), "each step of " + in.source(), /* repeated= */ false));
        Operations one = facts.operations();
        return facts(
                in,
                facts.output().times(steps),
                facts.variables(),
                new Operations(steps * one.input(), steps * one.state(), steps * one.elementwise()));
    }

    private static LayerFacts channelsFirst(LayerInput in, LayerSpec.ChannelsFirst first) {
        int rank = in.shape().rank();
        LayerInput last =
                new LayerInput(first.layer(), in.permuted(ChannelOrder.toLast(rank)), in.source(), in.repeated());
        LayerFacts facts = of(last);
        Shape out = facts.output();
        Shape back = out.rank() == rank && rank > 1
                ? new LayerInput(first, out, in.source(), false).permuted(ChannelOrder.toFirst(rank))
                : out;
        return facts(in, back, facts.variables(), facts.operations());
    }

    private static LayerFacts volume(LayerInput in, LayerSpec.VolumeConvolution conv) {
        Size3 kernel = conv.kernel();
        long taps = volume(kernel);
        int features = in.features();
        return switch (conv) {
            case LayerSpec.Conv3d l -> {
                Shape out = in.windows(kernel, l.stride(), l.padding(), l.filters());
                in.requireGroups(features, l.groups());
                int perGroup = features / l.groups();
                yield facts(
                        in,
                        out,
                        in.kernelAndBias(
                                l.useBias(),
                                l.filters(),
                                kernel.depth(),
                                kernel.height(),
                                kernel.width(),
                                perGroup,
                                l.filters()),
                        Operations.products(out.size() * taps * perGroup).then(l.activation(), out.size()));
            }
            case LayerSpec.Conv3dTranspose l -> {
                Shape out = in.unwindowed(kernel, l.stride(), l.padding(), l.filters());
                yield facts(
                        in,
                        out,
                        in.kernelAndBias(
                                l.useBias(),
                                l.filters(),
                                kernel.depth(),
                                kernel.height(),
                                kernel.width(),
                                l.filters(),
                                features),
                        Operations.products(in.size() * taps * l.filters()).then(l.activation(), out.size()));
            }
        };
    }

    private static LayerFacts normalization(LayerInput in, LayerSpec.BatchNormalization norm) {
        int channels = in.along(norm.axis());
        List<Variable> variables = new ArrayList<>();
        if (norm.scale()) {
            variables.add(Variable.trained("gamma", Initializers.ONES, channels));
        }
        if (norm.center()) {
            variables.add(Variable.trained("beta", Initializers.ZEROS, channels));
        }
        variables.add(Variable.statistic("moving_mean", Initializers.ZEROS, channels));
        variables.add(Variable.statistic("moving_variance", Initializers.ONES, channels));
        return facts(in, in.shape(), variables, Operations.elementwise(2L * in.size()));
    }

    private static LayerFacts sampleNormalization(LayerInput in, LayerSpec.SampleNormalization norm) {
        List<Variable> variables = new ArrayList<>();
        switch (norm) {
            case LayerSpec.LayerNormalization l -> {
                int[] shape = l.axes().stream().mapToInt(in::along).toArray();
                if (l.hasGamma()) {
                    variables.add(Variable.trained("gamma", Initializers.ONES, shape));
                }
                if (l.hasBeta()) {
                    variables.add(Variable.trained("beta", Initializers.ZEROS, shape));
                }
            }
            case LayerSpec.GroupNormalization l -> {
                int channels = in.along(l.axis());
                in.requireGroups(channels, l.groupsOf(channels));
                if (l.scale()) {
                    variables.add(Variable.trained("gamma", Initializers.ONES, channels));
                }
                if (l.center()) {
                    variables.add(Variable.trained("beta", Initializers.ZEROS, channels));
                }
            }
            case LayerSpec.RmsNormalization l -> {
                int[] shape = l.axes().stream().mapToInt(in::along).toArray();
                in.requireLast(l.axes());
                variables.add(Variable.trained("scale", Initializers.ONES, shape));
            }
            case LayerSpec.UnitNormalization l -> l.axes().forEach(in::along);
        }
        return facts(in, in.shape(), variables, Operations.elementwise(2L * in.size()));
    }

    private static LayerFacts dense(LayerInput in, LayerSpec.Dense dense, Shape out) {
        return facts(
                in,
                out,
                in.kernelAndBias(dense.useBias(), dense.units(), in.features(), dense.units()),
                Operations.products((long) in.size() * dense.units()).then(dense.activation(), out.size()));
    }

    private static LayerFacts recurrent(LayerInput in, LayerSpec.Recurrent layer) {
        in.requireSequence();
        int features = in.features();
        int units = layer.units();
        int gates = gates(layer);
        in.requireFit((double) gates * units * Math.max(features, units));
        long steps = in.shape().dimension(0);
        List<Variable> variables = new ArrayList<>();
        variables.add(Variable.trained("kernel", Initializers.GLOROT_UNIFORM, features, gates * units));
        variables.add(Variable.trained("recurrent_kernel", Initializers.ORTHOGONAL, units, gates * units));
        if (layer.recurrence().useBias()) {
            variables.add(recurrentBias(layer));
        }
        return facts(
                in,
                layer.returnSequences() ? Shape.of((int) steps, units) : Shape.of(units),
                variables,
                new Operations(
                        2 * (in.repeated() ? 1 : steps) * features * gates * units,
                        2 * (steps - 1) * units * gates * units,
                        elementwise(layer) * steps * units));
    }

    private static LayerFacts convolutionalLstm(LayerInput in, LayerSpec.ConvolutionalLstm layer) {
        boolean ofRows = layer instanceof LayerSpec.ConvLstm1d;
        if (ofRows) {
            in.requireRowsOverTime();
        } else {
            in.requireImagesOverTime();
        }
        LayerSpec.ConvLstm2d lstm = layer.overImages();
        int steps = in.shape().dimension(0);
        Shape step = in.step();
        Shape image = ofRows ? step.times(1) : step;
        LayerInput each = new LayerInput(layer, image, in.source(), false);
        int filters = lstm.filters();
        int gates = Math.multiplyExact(4, filters);
        Shape state = each.windows(dilated(lstm.kernel(), lstm.dilation()), lstm.stride(), lstm.padding(), filters);
        Shape last = ofRows ? state.inner() : state;
        Size2 kernel = lstm.kernel();
        List<Variable> variables = new ArrayList<>();
        variables.addAll(in.kernelAndBias(false, gates, kernel.height(), kernel.width(), in.features(), gates));
        in.requireFit((double) area(kernel) * filters * gates);
        int[] recurrent = {kernel.height(), kernel.width(), filters, gates};
        variables.add(Variable.trained("recurrent_kernel", Initializers.ORTHOGONAL, recurrent));
        if (lstm.recurrence().useBias()) {
            boolean ones = lstm.recurrence().unitForgetBias();
            variables.add(Variable.trained("bias", ones ? Initializers.FORGET_GATE_ONES : Initializers.ZEROS, gates));
        }
        long products = 2L * state.size() * 4 * area(kernel);
        return facts(
                in,
                lstm.returnSequences() ? last.times(steps) : last,
                ofRows ? variables.stream().map(Variable::overSteps).toList() : variables,
                new Operations(
                        steps * products * in.features(), (steps - 1) * products * filters, 9L * steps * state.size()));
    }

    private static LayerFacts bidirectional(LayerInput in, LayerSpec.Bidirectional both) {
        LayerFacts forward = recurrent(in, both.forward());
        LayerFacts backward = recurrent(in, both.backward());
        List<Variable> variables = new ArrayList<>();
        forward.variables().forEach(each -> variables.add(each.withPrefix("forward_")));
        backward.variables().forEach(each -> variables.add(each.withPrefix("backward_")));
        int[] shape = forward.output().toArray();
        if (both.mergeMode() == LayerSpec.MergeMode.CONCAT) {
            shape[shape.length - 1] += both.backward().units();
        }
        Shape out = Shape.of(shape);
        Operations one = forward.operations();
        Operations other = backward.operations();
        long merging = both.mergeMode() == LayerSpec.MergeMode.CONCAT ? 0 : out.size();
        return facts(
                in,
                out,
                variables,
                new Operations(
                        one.input() + other.input(),
                        one.state() + other.state(),
                        one.elementwise() + other.elementwise() + merging));
    }

    /** How many units wide the kernels are: gates and what is to become the state. */
    private static int gates(LayerSpec.Recurrent layer) {
        return switch (layer) {
            case LayerSpec.Lstm ignored -> 4;
            case LayerSpec.Gru ignored -> 3;
            case LayerSpec.SimpleRnn ignored -> 1;
        };
    }

    private static Variable recurrentBias(LayerSpec.Recurrent layer) {
        int units = layer.units();
        return switch (layer) {
            case LayerSpec.Lstm lstm ->
                Variable.trained(
                        "bias",
                        lstm.recurrence().unitForgetBias() ? Initializers.FORGET_GATE_ONES : Initializers.ZEROS,
                        4 * units);
            case LayerSpec.Gru gru ->
                gru.resetAfter()
                        ? Variable.trained("bias", Initializers.ZEROS, 2, 3 * units)
                        : Variable.trained("bias", Initializers.ZEROS, 3 * units);
            case LayerSpec.SimpleRnn ignored -> Variable.trained("bias", Initializers.ZEROS, units);
        };
    }

    /** Operations beside the products, for one unit at one step. */
    private static long elementwise(LayerSpec.Recurrent layer) {
        return switch (layer) {
            // Five activations and four operations.
            case LayerSpec.Lstm ignored -> 9;
            // Three activations, two operations at the reset gate and four at the update gate.
            case LayerSpec.Gru ignored -> 9;
            case LayerSpec.SimpleRnn ignored -> 1;
        };
    }

    private static LayerFacts facts(LayerInput in, Shape out, Operations operations) {
        return facts(in, out, List.of(), operations);
    }

    private static LayerFacts facts(LayerInput in, Shape out, List<Variable> variables, Operations operations) {
        return new LayerFacts(in.layer(), in.shape(), out, variables, operations);
    }

    /** How many numbers the variables hold, moving statistics included, as Keras counts. */
    public long parameters() {
        return variables.stream().mapToLong(each -> each.shape().size()).sum();
    }

    /** How many of them training changes by their gradient. */
    public long trainableParameters() {
        return variables.stream()
                .filter(Variable::trainable)
                .mapToLong(each -> each.shape().size())
                .sum();
    }

    /**
     * The layer with so many outputs instead of its own, where that is a free choice: a layer whose code can be made
     * wider or narrower.
     *
     * @param outputs >= 1
     * @return empty if its outputs are not a vector, or follow from its input
     */
    public Optional<LayerSpec> resized(int outputs) {
        if (output.rank() != 1) {
            return Optional.empty();
        }
        return switch (layer) {
            case LayerSpec.Dense dense -> Optional.of(dense.withUnits(outputs));
            case LayerSpec.Lstm l ->
                Optional.of(new LayerSpec.Lstm(l.name(), outputs, l.returnSequences(), l.recurrence()));
            case LayerSpec.Gru l ->
                Optional.of(new LayerSpec.Gru(l.name(), outputs, l.returnSequences(), l.recurrence(), l.resetAfter()));
            case LayerSpec.SimpleRnn l ->
                Optional.of(new LayerSpec.SimpleRnn(l.name(), outputs, l.returnSequences(), l.recurrence()));
            case LayerSpec.State ignored -> Optional.empty();
            case LayerSpec.TimeDistributed ignored -> Optional.empty();
            case LayerSpec.Bidirectional ignored -> Optional.empty();
            case LayerSpec.ConvolutionalLstm ignored -> Optional.empty();
            case LayerSpec.Convolution ignored -> Optional.empty();
            case LayerSpec.ChannelwiseConvolution ignored -> Optional.empty();
            case LayerSpec.OneDimensional ignored -> Optional.empty();
            case LayerSpec.VolumeConvolution ignored -> Optional.empty();
            case LayerSpec.ChannelsFirst ignored -> Optional.empty();
            case LayerSpec.BatchNormalization ignored -> Optional.empty();
            case LayerSpec.SampleNormalization ignored -> Optional.empty();
            case LayerSpec.Resampling ignored -> Optional.empty();
            case LayerSpec.Rearrangement ignored -> Optional.empty();
            case LayerSpec.Elementwise ignored -> Optional.empty();
            case LayerSpec.PRelu ignored -> Optional.empty();
            case LayerSpec.Embedding ignored -> Optional.empty();
            case LayerSpec.Masking ignored -> Optional.empty();
            case LayerSpec.VectorQuantizer ignored -> Optional.empty();
            case LayerSpec.Merge ignored -> Optional.empty();
        };
    }

    /** What a file is to say are variables to it; afterwards there are none. */
    private static LayerFacts normalization(LayerSpec.Normalization layer, LayerInput in) {
        int[] dimensions = in.along(layer.axes());
        List<Variable> variables = layer.isAdapted()
                ? List.of()
                : List.of(
                        Variable.statistic("mean", Initializers.ZEROS, dimensions),
                        Variable.statistic("variance", Initializers.ONES, dimensions),
                        Variable.statistic("count", Initializers.ZEROS));
        if (layer.isAdapted() && layer.means().size() != Shape.of(dimensions).size()) {
            throw in.misfitOfMeans(Shape.of(dimensions), layer.means().size());
        }
        return facts(in, in.shape(), variables, Operations.elementwise(2L * in.size()));
    }

    /** Whether the layer only changes values or lays them in a row: after the waist, it belongs to the code. */
    public boolean keepsNumbers() {
        return switch (layer) {
            case LayerSpec.Elementwise ignored -> true;
            case LayerSpec.PRelu ignored -> true;
            case LayerSpec.Embedding ignored -> false;
            case LayerSpec.Masking ignored -> false;
            case LayerSpec.VectorQuantizer ignored -> true;
            case LayerSpec.BatchNormalization ignored -> true;
            case LayerSpec.SampleNormalization ignored -> true;
            case LayerSpec.Flatten ignored -> true;
            case LayerSpec.Reshape ignored -> false;
            case LayerSpec.RepeatVector ignored -> false;
            case LayerSpec.Permute ignored -> false;
            case LayerSpec.Convolution ignored -> false;
            case LayerSpec.ChannelwiseConvolution ignored -> false;
            case LayerSpec.OneDimensional ignored -> false;
            case LayerSpec.VolumeConvolution ignored -> false;
            case LayerSpec.ChannelsFirst ignored -> false;
            case LayerSpec.Dense ignored -> false;
            case LayerSpec.TimeDistributed ignored -> false;
            case LayerSpec.Recurrent ignored -> false;
            case LayerSpec.State ignored -> false;
            case LayerSpec.Bidirectional ignored -> false;
            case LayerSpec.ConvolutionalLstm ignored -> false;
            case LayerSpec.Resampling ignored -> false;
            case LayerSpec.Merge ignored -> false;
        };
    }

    /** The settings for people, such as {@code 3×3, 32 filters, relu, padding same}; empty if there are none. */
    public static String settings(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Conv2d conv ->
                convolution(conv)
                        + (conv.dilation().equals(LayerSpec.ONE) ? "" : ", dilation " + times(conv.dilation()))
                        + (conv.groups() == 1 ? "" : ", " + count(conv.groups(), "group"));
            case LayerSpec.Conv2dTranspose conv -> convolution(conv);
            case LayerSpec.ChannelwiseConvolution conv -> channelwiseSettings(conv);
            case LayerSpec.ZeroPadding1d p -> "before " + p.before() + ", after " + p.after();
            case LayerSpec.Cropping1d c -> "before " + c.before() + ", after " + c.after();
            case LayerSpec.OneDimensional one -> settings(one.overRow()).replace("1×", "");
            case LayerSpec.ChannelsFirst first -> settings(first.layer()) + ", channels first";
            case LayerSpec.VolumeConvolution conv ->
                times(conv.kernel())
                        + (conv.stride().equals(Size3.cube(1)) ? "" : ", stride " + times(conv.stride()))
                        + ", " + count(conv.filters(), "filter") + ", " + lower(conv.activation()) + ", padding "
                        + lower(conv.padding()) + bias(conv.useBias());
            case LayerSpec.Pooling3d pooling ->
                times(pooling.pool())
                        + (pooling.stride().equals(Size3.cube(1)) ? "" : ", stride " + times(pooling.stride()))
                        + ", padding " + lower(pooling.padding());
            case LayerSpec.UpSampling3d up -> times(up.size());
            case LayerSpec.GlobalPooling3d pooling ->
                pooling.average() ? "the mean of each channel" : "the largest of each channel";
            case LayerSpec.ZeroPadding3d p ->
                "front " + p.front() + ", back " + p.back() + ", " + sides(p.top(), p.bottom(), p.left(), p.right());
            case LayerSpec.Cropping3d c ->
                "front " + c.front() + ", back " + c.back() + ", " + sides(c.top(), c.bottom(), c.left(), c.right());
            case LayerSpec.AveragePooling2d pooling ->
                times(pooling.pool()) + strided(pooling.stride()) + ", padding " + lower(pooling.padding());
            case LayerSpec.GlobalMaxPooling2d ignored -> "the largest of each channel";
            case LayerSpec.ZeroPadding2d p -> sides(p.top(), p.bottom(), p.left(), p.right());
            case LayerSpec.Cropping2d c -> sides(c.top(), c.bottom(), c.left(), c.right());
            case LayerSpec.Permute permute -> "axes " + permute.axes();
            case LayerSpec.Dense dense ->
                count(dense.units(), "unit") + ", " + lower(dense.activation()) + bias(dense.useBias());
            case LayerSpec.TimeDistributed each -> eachStepSettings(each.layer());
            case LayerSpec.Recurrent recurrent -> recurrentSettings(recurrent);
            case LayerSpec.State state ->
                switch (state.which()) {
                    case HIDDEN -> "the state after the last step";
                    case CELL -> "the cell after the last step";
                    case BACKWARD_HIDDEN -> "the state of the way back after its last step";
                    case BACKWARD_CELL -> "the cell of the way back after its last step";
                };
            case LayerSpec.ConvolutionalLstm lstm -> convolutionalSettings(lstm);
            case LayerSpec.Bidirectional both ->
                KerasClass.of(both.forward()).kerasName() + " of " + recurrentSettings(both.forward()) + ", both ways, "
                        + lower(both.mergeMode());
            case LayerSpec.BatchNormalization norm ->
                "momentum " + norm.momentum() + ", epsilon " + norm.epsilon() + along(List.of(norm.axis()))
                        + gammaAndBeta(norm.scale(), norm.center());
            case LayerSpec.LayerNormalization norm ->
                "epsilon " + norm.epsilon() + along(norm.axes()) + gammaAndBeta(norm.scale(), norm.center())
                        + (norm.rmsScaling() ? ", mean kept" : "");
            case LayerSpec.GroupNormalization norm ->
                (norm.groups() == -1 ? "each channel by itself" : count(norm.groups(), "group")) + ", epsilon "
                        + norm.epsilon() + along(List.of(norm.axis())) + gammaAndBeta(norm.scale(), norm.center());
            case LayerSpec.UnitNormalization norm -> "length 1" + along(norm.axes());
            case LayerSpec.RmsNormalization norm -> "epsilon " + norm.epsilon() + along(norm.axes());
            case LayerSpec.MaxPooling2d pooling ->
                times(pooling.pool()) + strided(pooling.stride()) + ", padding " + lower(pooling.padding());
            case LayerSpec.UpSampling2d up ->
                times(up.size())
                        + (up.interpolation() == LayerSpec.Interpolation.NEAREST
                                ? ""
                                : ", " + lower(up.interpolation()));
            case LayerSpec.GlobalAveragePooling2d ignored -> "the mean of each channel";
            case LayerSpec.Flatten ignored -> "";
            case LayerSpec.Reshape reshape -> "to " + reshape.target();
            case LayerSpec.RepeatVector repeat -> count(repeat.steps(), "step");
            case LayerSpec.Masking masking -> "skips steps of " + masking.maskValue();
            case LayerSpec.VectorQuantizer codebook -> "the nearest of " + count(codebook.vectors(), "vector");
            case LayerSpec.ActivationLayer function -> lower(function.activation());
            case LayerSpec.LeakyRelu leaky -> "slope " + leaky.negativeSlope();
            case LayerSpec.Relu relu ->
                "slope " + relu.negativeSlope() + ", threshold " + relu.threshold()
                        + (Float.isInfinite(relu.maxValue()) ? "" : ", at most " + relu.maxValue());
            case LayerSpec.Rescaling rescaling -> "scale " + rescaling.scale() + ", offset " + rescaling.offset();
            case LayerSpec.Normalization scaling ->
                (scaling.invert() ? "back " : "")
                        + (scaling.means().size() == 1
                                ? "by mean " + scaling.means().getFirst() + ", variance "
                                        + scaling.variances().getFirst()
                                : "by " + scaling.means().size() + " means and variances");
            case LayerSpec.Elu elu -> "alpha " + elu.alpha();
            case LayerSpec.Embedding table -> count(table.rows(), "row") + " of " + table.outputs();
            case LayerSpec.PRelu prelu ->
                "learned slopes" + (prelu.sharedAxes().isEmpty() ? "" : ", shared along axes " + prelu.sharedAxes());
            case LayerSpec.Dropout dropout -> "rate " + dropout.rate();
            case LayerSpec.SpatialDropout dropout -> "rate " + dropout.rate() + ", whole channels";
            case LayerSpec.GaussianDropout dropout -> "rate " + dropout.rate();
            case LayerSpec.AlphaDropout dropout -> "rate " + dropout.rate();
            case LayerSpec.GaussianNoise noise -> "standard deviation " + noise.stddev();
            case LayerSpec.Concatenate concatenate ->
                concatenate.axis() == LayerSpec.Concatenate.LAST_AXIS
                        ? "along the last axis"
                        : "along axis " + concatenate.axis();
            case LayerSpec.Dot dot ->
                "along axes " + dot.first() + " and " + dot.second() + (dot.normalize() ? ", of length 1" : "");
            case LayerSpec.MultiHeadAttention l ->
                count(l.heads(), "head") + " of " + l.keySize()
                        + (l.valueSize() == l.keySize() ? "" : ", values of " + l.valueSize())
                        + (l.outputSize() == 0 ? "" : ", " + count(l.outputSize(), "feature"))
                        + dropping(l)
                        + bias(l.useBias());
            case LayerSpec.DotAttention l ->
                (l.concat() ? "by sums" : "by products") + (l.useScale() ? ", scaled" : "") + dropping(l);
            case LayerSpec.AdditiveAttention l -> "by sums" + (l.useScale() ? ", scaled" : "") + dropping(l);
            case LayerSpec.Sampling ignored -> "from a mean and the logarithm of a variance; in use the mean";
            case LayerSpec.Merge ignored -> "number by number";
        };
    }

    /** What the layer's name does not say is which class it is, unless that is the usual one. */
    private static String eachStepSettings(LayerSpec layer) {
        String settings = settings(layer);
        String named = layer instanceof LayerSpec.Dense
                ? settings
                : KerasClass.of(layer).kerasName() + (settings.isEmpty() ? "" : " " + settings);
        return named + ", at each step";
    }

    private static String along(List<Integer> axes) {
        return axes.equals(List.of(-1)) ? "" : axes.size() == 1 ? ", axis " + axes.getFirst() : ", axes " + axes;
    }

    private static String gammaAndBeta(boolean scale, boolean center) {
        return (scale ? "" : ", no scale") + (center ? "" : ", no center");
    }

    private static String channelwiseSettings(LayerSpec.ChannelwiseConvolution conv) {
        String filters = switch (conv) {
            case LayerSpec.DepthwiseConv2d ignored -> "";
            case LayerSpec.SeparableConv2d l -> ", " + count(l.filters(), "filter");
        };
        return times(conv.kernel()) + strided(conv.stride()) + filters
                + (conv.depthMultiplier() == 1 ? "" : ", " + conv.depthMultiplier() + " kernels a channel")
                + ", " + lower(conv.activation()) + ", padding " + lower(conv.padding())
                + (conv.dilation().equals(LayerSpec.ONE) ? "" : ", dilation " + times(conv.dilation()))
                + bias(conv.useBias());
    }

    /** What differs from Keras's defaults is said. */
    private static String recurrentSettings(LayerSpec.Recurrent layer) {
        Recurrence recurrence = layer.recurrence();
        StringBuilder settings = new StringBuilder(count(layer.units(), "unit"));
        if (recurrence.activation() != Recurrence.DEFAULT.activation()) {
            settings.append(", ").append(lower(recurrence.activation()));
        }
        boolean gated = !(layer instanceof LayerSpec.SimpleRnn);
        if (gated && recurrence.recurrentActivation() != Recurrence.DEFAULT.recurrentActivation()) {
            settings.append(", gates ").append(lower(recurrence.recurrentActivation()));
        }
        if (layer instanceof LayerSpec.Gru gru && !gru.resetAfter()) {
            settings.append(", reset before the product");
        }
        if (!recurrence.useBias()) {
            settings.append(", no bias");
        }
        if (recurrence.goBackwards()) {
            settings.append(", backwards");
        }
        if (recurrence.dropout() > 0) {
            settings.append(", dropout ").append(recurrence.dropout());
        }
        if (recurrence.recurrentDropout() > 0) {
            settings.append(", recurrent dropout ").append(recurrence.recurrentDropout());
        }
        return settings.append(layer.returnSequences() ? ", every step" : ", the last step")
                .toString();
    }

    /** What differs from Keras's defaults is said. */
    private static String convolutionalSettings(LayerSpec.ConvolutionalLstm layer) {
        LayerSpec.ConvLstm2d lstm = layer.overImages();
        Recurrence recurrence = lstm.recurrence();
        String settings = times(lstm.kernel()) + strided(lstm.stride()) + ", " + count(lstm.filters(), "filter")
                + ", padding " + lower(lstm.padding())
                + (lstm.dilation().equals(LayerSpec.ONE) ? "" : ", dilation " + times(lstm.dilation()));
        return (layer instanceof LayerSpec.ConvLstm1d ? settings.replace("1×", "") : settings)
                + (recurrence.activation() == Activation.TANH ? "" : ", " + lower(recurrence.activation()))
                + (recurrence.recurrentActivation() == Activation.SIGMOID
                        ? ""
                        : ", gates " + lower(recurrence.recurrentActivation()))
                + bias(recurrence.useBias())
                + (recurrence.goBackwards() ? ", backwards" : "")
                + (lstm.returnSequences() ? ", every step" : ", the last step");
    }

    private static String convolution(LayerSpec.Convolution conv) {
        return times(conv.kernel()) + strided(conv.stride()) + ", " + count(conv.filters(), "filter") + ", "
                + lower(conv.activation()) + ", padding " + lower(conv.padding()) + bias(conv.useBias());
    }

    private static String dropping(LayerSpec.Attending layer) {
        return (layer.causal() ? ", to no later steps" : "")
                + (layer.dropout() == 0 ? "" : ", dropout " + layer.dropout());
    }

    private static String bias(boolean used) {
        return used ? "" : ", no bias";
    }

    private static String sides(int top, int bottom, int left, int right) {
        return "top " + top + ", bottom " + bottom + ", left " + left + ", right " + right;
    }

    /** The layer in an error: its name, its class and what decides about shapes. */
    public static String describe(LayerSpec layer) {
        String settings = switch (layer) {
            case LayerSpec.Convolution conv -> " " + conv.kernel() + ", " + lower(conv.padding());
            case LayerSpec.ChannelwiseConvolution conv -> " " + conv.kernel() + ", " + lower(conv.padding());
            case LayerSpec.VolumeConvolution conv -> " " + conv.kernel() + ", " + lower(conv.padding());
            case LayerSpec.OneDimensional ignored -> " " + settings(layer);
            case LayerSpec.ChannelsFirst ignored -> " channels first";
            case LayerSpec.AveragePooling2d pooling -> " " + pooling.pool() + ", " + lower(pooling.padding());
            case LayerSpec.Pooling3d pooling -> " " + pooling.pool() + ", " + lower(pooling.padding());
            case LayerSpec.UpSampling3d up -> " " + up.size();
            case LayerSpec.GlobalPooling3d ignored -> "";
            case LayerSpec.ZeroPadding3d ignored -> " " + settings(layer);
            case LayerSpec.Cropping3d ignored -> " " + settings(layer);
            case LayerSpec.ZeroPadding2d ignored -> " " + settings(layer);
            case LayerSpec.Cropping2d ignored -> " " + settings(layer);
            case LayerSpec.GlobalMaxPooling2d ignored -> "";
            case LayerSpec.Permute permute -> " " + permute.axes();
            case LayerSpec.MaxPooling2d pooling -> " " + pooling.pool() + ", " + lower(pooling.padding());
            case LayerSpec.UpSampling2d up -> " " + up.size();
            case LayerSpec.GlobalAveragePooling2d ignored -> "";
            case LayerSpec.Dense dense -> " " + dense.units();
            case LayerSpec.TimeDistributed each ->
                " " + KerasClass.of(each.layer()).kerasName()
                        + (each.layer() instanceof LayerSpec.Dense dense ? " " + dense.units() : "");
            case LayerSpec.Recurrent recurrent -> " " + recurrent.units();
            case LayerSpec.State state -> " " + lower(state.which());
            case LayerSpec.ConvolutionalLstm lstm ->
                " " + lstm.overImages().kernel() + ", "
                        + lower(lstm.overImages().padding());
            case LayerSpec.Bidirectional both -> " " + describeInner(both.forward());
            case LayerSpec.RepeatVector repeat -> " " + repeat.steps();
            case LayerSpec.Reshape reshape -> " " + reshape.target();
            case LayerSpec.Flatten ignored -> "";
            case LayerSpec.BatchNormalization ignored -> "";
            case LayerSpec.SampleNormalization ignored -> "";
            case LayerSpec.Elementwise ignored -> "";
            case LayerSpec.PRelu ignored -> "";
            case LayerSpec.Embedding table -> " " + table.rows() + "x" + table.outputs();
            case LayerSpec.Masking ignored -> "";
            case LayerSpec.VectorQuantizer codebook -> " " + codebook.vectors();
            case LayerSpec.Concatenate concatenate -> " axis " + concatenate.axis();
            case LayerSpec.Dot dot -> " axes " + dot.first() + " and " + dot.second();
            case LayerSpec.MultiHeadAttention l -> " " + l.heads() + "x" + l.keySize();
            case LayerSpec.Merge ignored -> "";
        };
        return "Layer '" + layer.name() + "' (" + KerasClass.of(layer).kerasName() + settings + ")";
    }

    private static String describeInner(LayerSpec.Recurrent layer) {
        return KerasClass.of(layer).kerasName() + " " + layer.units();
    }

    private static long area(Size2 size) {
        return (long) size.height() * size.width();
    }

    private static long volume(Size3 size) {
        return (long) size.depth() * size.height() * size.width();
    }

    private static String times(Size3 size) {
        return size.depth() + "×" + size.height() + "×" + size.width();
    }

    private static String count(int number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }

    private static String times(Size2 size) {
        return size.height() + "×" + size.width();
    }

    private static String strided(Size2 stride) {
        return stride.height() == 1 && stride.width() == 1 ? "" : ", stride " + times(stride);
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

package dev.hourglass.engine.cpu;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.cpu.layout.Convolution;
import dev.hourglass.engine.cpu.layout.Folding;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.layout.Tiling;
import dev.hourglass.engine.cpu.layout.WindowAxis;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.OutputLoss;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Compiles a chain of layers to a plan, layer by layer. Each layer adds its forward steps and leaves behind how the
 * gradient goes back through it; after the loss these are asked in reverse order.
 *
 * <p>Conventions: the gradient of an image has the natural layout whatever the layout of the image itself, and is owned
 * by whoever receives it, who may change it in place. A layer writes its output straight into the layout that the next
 * one reads (for a convolution, a grid with zeros around). A batch normalisation is <em>pending</em> until someone
 * reads its result: a max pooling applies it on the way, the others have it written out.
 */
public final class PlanCompiler {
    /** Adds the steps back through one layer. */
    private interface Backward {
        /**
         * @param gradient of the layer's output
         * @return the gradient of its input, or null if nothing before it can learn
         */
        @Nullable
        Value emit(Value gradient);
    }

    /** Below this many output channels a convolution is projected and gathered: 16 lanes would be mostly padding. */
    private static final int FEW_CHANNELS = 6;

    /** Floats of a gradient from which on it may pay not to sum it by chunk: 64 KB. */
    private static final int MANY_WEIGHTS = 1 << 14;

    /**
     * Tiles of a sample below which the gradient of many weights is not summed by chunk: so few make short sums.
     */
    private static final int LEAST_TILES_BY_CHUNK = 64;

    private final List<LayerSpec> layers;
    private final List<Shape> inputs = new ArrayList<>();
    private final Parameters parameters;
    private final @Nullable OutputLoss loss;
    private final boolean training;

    private final List<Step> done = new ArrayList<>();
    private List<Step> steps = new ArrayList<>();
    private final List<PackedMatrix> matrices = new ArrayList<>();
    private final List<PackedMatrix> transposed = new ArrayList<>();
    /** In which form the gradients of some matrices are summed, where it is not that of the matrix itself. */
    private final Map<PackedMatrix, PackedMatrix> gradientForms = new HashMap<>();
    /** Of those forms, which are components of tiles, and of which matrix. */
    private final Map<PackedMatrix, PackedMatrix> summedByComponents = new HashMap<>();
    /** Matrices whose taps are transformed for a convolution by tiles. */
    private final List<PackedMatrix> tiled = new ArrayList<>();

    private final List<Step.WeightGradient> overBatch = new ArrayList<>();
    /** Outputs that are computed once more on the way back, and under which name. */
    private final Map<Value, Value> again = new HashMap<>();

    private final List<Plan.Norm> norms = new ArrayList<>();
    private final Deque<Backward> tape = new ArrayDeque<>();

    private Value current;
    /** The batch normalisation that {@code current} still has to go through, or -1. */
    private int pendingNorm = -1;
    /** The winners of the max pooling that follows the pending normalisation, or null: it may come first. */
    private @Nullable Value pendingWinners;
    /** Whether a layer before the present one has parameters, so that gradients must go on. */
    private boolean learnsBefore;

    /** @param loss to train with, or null to use the layers */
    private PlanCompiler(Shape input, List<LayerSpec> layers, Parameters parameters, @Nullable OutputLoss loss) {
        this.layers = layers;
        this.parameters = parameters;
        this.loss = loss;
        training = loss != null;
        inputs.add(input);
        inputs.addAll(ShapeInference.outputs(input, layers));
        Layout layout = layers.getFirst() instanceof LayerSpec.Lstm
                ? new Layout.Steps(input.dimension(0), input.dimension(1))
                : gridFor(0, input, false);
        current = new Value("input", layout);
    }

    /** A plan for forward, loss and backward. */
    public static Plan forTraining(Shape input, List<LayerSpec> layers, Parameters parameters, Loss loss) {
        OutputLoss output = OutputLoss.of(layers, loss);
        return new PlanCompiler(input, output.layers(), parameters, output).compile();
    }

    /** A plan for forward alone, with the moving statistics. */
    public static Plan forInference(Shape input, List<LayerSpec> layers, Parameters parameters) {
        return new PlanCompiler(input, layers, parameters, null).compile();
    }

    private Plan compile() {
        steps.add(new Step.Load(Step.Source.INPUT, current));
        for (int i = 0; i < layers.size(); i++) {
            add(i);
            learnsBefore |= !parametersOf(layers.get(i)).isEmpty();
        }
        settleNorm(layers.size());
        if (loss != null) {
            Value target = new Value("target", current.layout());
            Value gradient = value("loss/gradient", gradientLayout(current.layout()));
            steps.add(new Step.Load(Step.Source.TARGET, target));
            steps.add(new Step.LossGradient(loss.loss(), loss.sigmoid(), current, target, gradient));
            goBack(gradient);
        } else {
            steps.add(new Step.Store(current));
        }
        done.addAll(steps);
        return new Plan(done, overBatch, norms, current, training);
    }

    private void goBack(Value lossGradient) {
        Value gradient = lossGradient;
        while (gradient != null && !tape.isEmpty()) {
            gradient = tape.removeLast().emit(gradient);
        }
    }

    private void add(int index) {
        LayerSpec layer = layers.get(index);
        switch (layer) {
            case LayerSpec.Conv2d conv -> addConvolution(index, conv.filters(), conv.activation(), false);
            case LayerSpec.Conv2dTranspose conv -> addConvolution(index, conv.filters(), conv.activation(), true);
            case LayerSpec.Dense dense -> addDense(index, dense);
            case LayerSpec.TimeDistributed distributed -> addDense(index, distributed.layer());
            case LayerSpec.BatchNormalization norm -> addNorm(index, norm);
            case LayerSpec.MaxPooling2d pooling -> addMaxPooling(index, pooling);
            case LayerSpec.UpSampling2d up -> addUpSampling(index, up);
            case LayerSpec.GlobalAveragePooling2d ignored -> addAverage(index);
            case LayerSpec.Flatten ignored -> addReshape(index);
            case LayerSpec.Reshape ignored -> addReshape(index);
            case LayerSpec.Dropout dropout -> addDropout(index, dropout);
            case LayerSpec.ActivationLayer activation -> addActivation(index, nonlinearity(activation.activation()));
            case LayerSpec.LeakyRelu leaky ->
                addActivation(index, new Nonlinearity(Nonlinearity.Kind.LEAKY_RELU, leaky.negativeSlope()));
            case LayerSpec.RepeatVector ignored -> addRepeat(index);
            case LayerSpec.Lstm lstm -> addLstm(index, lstm);
        }
    }

    // --- convolutions and dense layers ---

    private Convolution convolution(int index) {
        return Convolution.of(layers.get(index), readShape(index), inputs.get(index + 1), foldsUpSampling(index));
    }

    /**
     * The layout in which the layer at an index reads an image.
     *
     * @param padChannels whether the writer works on padded channels
     */
    private Layout.Image gridFor(int index, Shape shape, boolean padChannels) {
        Layout.Image natural = Layout.Image.of(shape);
        int channelStride = padChannels ? natural.channelStride() : natural.channels();
        LayerSpec reader = index < layers.size() ? layers.get(index) : null;
        if (reader instanceof LayerSpec.UpSampling2d && foldsUpSampling(index + 1)) {
            return gridFor(index + 1, shape, padChannels);
        }
        if (reader instanceof LayerSpec.Conv2d || reader instanceof LayerSpec.Conv2dTranspose) {
            if (isProjected(index)) {
                return natural;
            }
            return convolution(index).inputGrid(natural, Layout.Image.of(inputs.get(index + 1)), channelStride);
        }
        if (reader instanceof LayerSpec.Dense || reader instanceof LayerSpec.TimeDistributed) {
            return Layout.Image.dense(natural.height(), natural.width(), natural.channels(), channelStride);
        }
        return natural;
    }

    private void addConvolution(int index, int filters, Activation activation, boolean transpose) {
        if (isProjected(index)) {
            addProjection(index, filters, nonlinearity(activation), transpose);
            return;
        }
        LayerSpec layer = layers.get(index);
        Value from = readAsImage(index, readable(index));
        Layout.Image in = from.image();
        int channels = in.channels();
        int tapStride = channels * filters;
        Convolution convolution = convolution(index);
        // The kernel is [height, width, channels, filters], or [height, width, filters, channels] when transposed.
        int channelStep = transpose ? 1 : filters;
        int filterStep = transpose ? channels : 1;
        int kernelIndex = parametersOf(layer).getFirst();
        Tiling tiling = Tiling.of(convolution, in, Layout.Image.of(inputs.get(index + 1)));
        List<int[]> taps = convolution.forward().taps();
        List<int[]> backTaps = convolution.back().taps();
        if (tiling == Tiling.REPEATED) {
            taps = Tiling.sumsOfTaps(transpose);
            backTaps = taps;
        }
        Axis rows = new Axis(taps, channels, in.channelStride(), tapStride, channelStep);
        Axis backRows = new Axis(backTaps, filters, Kernels.padded(filters), tapStride, filterStep);
        PackedMatrix weights = matrix(layer, "kernel", kernelIndex, rows, Axis.of(filters, filterStep));
        PackedMatrix bias = bias(layer, kernelIndex + 1, Axis.of(filters, 1));
        convolve(
                index,
                from,
                convolution,
                tiling,
                weights,
                bias,
                nonlinearity(activation),
                () -> transposedMatrix(layer, kernelIndex, backRows, Axis.of(channels, channelStep)));
    }

    /** Whether a convolution has so few output channels that projecting and gathering pays. */
    private boolean isProjected(int index) {
        int filters = inputs.get(index + 1).dimension(-1);
        boolean last = index + 1 == layers.size();
        Convolution.Direction forward = convolution(index).forward();
        boolean fromEveryPixel =
                forward.rows().stride() == 1 && forward.columns().stride() == 1;
        return filters < FEW_CHANNELS
                && last
                && learnsBefore
                && fromEveryPixel
                && forward.taps().size() > 1;
    }

    /** Whether a layer is a convolution of stride 1 and padding 'same' with a kernel of odd sides. */
    private boolean isPlain(int index) {
        LayerSpec layer = layers.get(index);
        boolean plain = switch (layer) {
            case LayerSpec.Conv2d conv -> conv.stride().equals(Size2.square(1)) && conv.padding() == Padding.SAME;
            case LayerSpec.Conv2dTranspose conv ->
                conv.stride().equals(Size2.square(1)) && conv.padding() == Padding.SAME;
            default -> false;
        };
        return plain && kernel(index).height() % 2 == 1 && kernel(index).width() % 2 == 1;
    }

    /** Whether the layer at an index computes on the image before the upsampling before it. */
    private boolean foldsUpSampling(int index) {
        return index > 0
                && index < layers.size()
                && layers.get(index - 1) instanceof LayerSpec.UpSampling2d up
                && up.size().equals(Size2.square(Folding.SCALE))
                && isPlain(index);
    }

    /** The shape of what a layer computes on: its input, or what an upsampling folded into it was to repeat. */
    private Shape readShape(int index) {
        return inputs.get(foldsUpSampling(index) ? index - 1 : index);
    }

    private Size2 kernel(int index) {
        return switch (layers.get(index)) {
            case LayerSpec.Conv2d conv -> conv.kernel();
            case LayerSpec.Conv2dTranspose conv -> conv.kernel();
            default -> Size2.square(1);
        };
    }

    /** The layout in which a layer with a kernel reads what is there: as written if that will do, else without padding. */
    private Layout.Image readable(int index) {
        Shape shape = readShape(index);
        Layout.Image padded = gridFor(index, shape, true);
        boolean writtenPadded = pendingNorm >= 0 || current.layout().equals(padded);
        return writtenPadded ? padded : gridFor(index, shape, false);
    }

    private void addDense(int index, LayerSpec.Dense dense) {
        LayerSpec layer = layers.get(index);
        if (current.layout() instanceof Layout.Steps steps) {
            addStepsDense(index, dense, steps);
            return;
        }
        Layout.Image wanted = readable(index);
        Value from = readAsImage(index, wanted);
        int in = wanted.channels();
        int out = dense.units();
        int kernelIndex = parametersOf(layer).getFirst();
        Axis rows = new Axis(Axis.inOrder(1), in, wanted.channelStride(), 0, out);
        PackedMatrix weights = matrix(layer, "kernel", kernelIndex, rows, Axis.of(out, 1));
        PackedMatrix bias = bias(layer, kernelIndex + 1, Axis.of(out, 1));
        Axis backRows = new Axis(Axis.inOrder(1), out, Kernels.padded(out), 0, 1);
        convolve(
                index,
                from,
                Convolution.DENSE,
                null,
                weights,
                bias,
                nonlinearity(dense.activation()),
                () -> transposedMatrix(layer, kernelIndex, backRows, Axis.of(in, out)));
    }

    private void convolve(
            int index,
            Value from,
            Convolution convolution,
            @Nullable Tiling tiling,
            PackedMatrix weights,
            PackedMatrix bias,
            Nonlinearity function,
            Supplier<PackedMatrix> weightsBack) {
        Layout.Image in = from.image();
        Layout.Image out = Layout.Image.of(inputs.get(index + 1));
        Value output = value(layers.get(index).name() + "/output", out);
        WindowAxis rows = convolution.forward().rows();
        WindowAxis columns = convolution.forward().columns();
        if (tiling == null) {
            steps.add(new Step.Convolve(from, rows, columns, weights, bias, function, -1, output));
        } else {
            addTiles(tiling, from, weights, bias, function, output);
        }
        current = output;
        boolean passOn = learnsBefore;
        Value result = value(
                layers.get(index).name() + "/input/gradient",
                Layout.Image.natural(in.height(), in.width(), in.channels()));
        tape.addLast(gradient -> {
            addOutputGradient(function, again.getOrDefault(output, output), gradient, bias);
            if (tiling == null) {
                addWeightGradient(from, convolution, gradient, weights);
                if (passOn) {
                    Value grid = readBack(index, convolution.gradientGrid(in, out), gradient);
                    WindowAxis backRows = convolution.back().rows();
                    WindowAxis backColumns = convolution.back().columns();
                    steps.add(new Step.Convolve(
                            grid, backRows, backColumns, weightsBack.get(), null, Nonlinearity.LINEAR, -1, result));
                }
            } else {
                Value tiles = addTileGradient(tiling, from, gradient, weights);
                if (passOn && tiling == Tiling.REPEATED) {
                    addTilesBack(tiles, weightsBack.get(), result);
                } else if (passOn) {
                    Value grid = readBack(index, convolution.gradientGrid(in, out), gradient);
                    addTiles(tiling, grid, weightsBack.get(), null, Nonlinearity.LINEAR, result);
                }
            }
            return passOn ? result : null;
        });
    }

    /** An output's gradient with the zeros around that the way back reads. */
    private Value readBack(int index, Layout.Image grid, Value gradient) {
        if (grid.equals(gradient.image())) {
            return gradient;
        }
        Value padded = value(layers.get(index).name() + "/output/gradient/grid", grid);
        steps.add(new Step.Copy(gradient, padded));
        return padded;
    }

    private void addWeightGradient(Value from, Convolution convolution, Value gradient, PackedMatrix weights) {
        WindowAxis rows = convolution.forward().rows();
        WindowAxis columns = convolution.forward().columns();
        PackedMatrix form = gradientForm(weights, from, columns);
        gradientForms.put(weights, form);
        Step.ConvolveGradient step = new Step.ConvolveGradient(from, rows, columns, gradient, weights, form);
        if (from.isVector() && gradient.isVector() && weights.size() >= MANY_WEIGHTS) {
            overBatch.add(step);
        } else {
            steps.add(step);
        }
    }

    /**
     * The weight gradient of a convolution by tiles; the input's tiles are made once more.
     *
     * @return the tiles of the output's gradient
     */
    private Value addTileGradient(Tiling tiling, Value from, Value gradient, PackedMatrix weights) {
        PackedMatrix sum = tiling.sum(weights);
        gradientForms.put(weights, sum);
        if (tiling == Tiling.PIXELS) {
            summedByComponents.put(sum, weights);
        }
        Layout.Image out = gradient.image();
        Value tiles = value(gradient.name() + "/input/tiles", tiling.components(out, from.image()));
        Value gradients = value(gradient.name() + "/tiles", tiling.components(out, out));
        steps.add(new Step.ToTiles(tiling, tiling.toTiles, tiling.step, from, tiles));
        steps.add(new Step.ToTiles(tiling, tiling.gradientToTiles, Tiling.SIDE, gradient, gradients));
        Step.TileProductGradient step =
                new Step.TileProductGradient(tiles, gradients, tiling == Tiling.REPEATED ? sum : weights, sum);
        if (tiles.image().width() < LEAST_TILES_BY_CHUNK && sum.size() >= MANY_WEIGHTS) {
            overBatch.add(step);
        } else {
            steps.add(step);
        }
        return gradients;
    }

    /** The way back to an image that was to be repeated, from the tiles of the output's gradient. */
    private void addTilesBack(Value gradients, PackedMatrix weightsBack, Value result) {
        Tiling tiling = Tiling.REPEATED;
        Layout.Image small = result.image();
        Value products = value(
                result.name() + "/products",
                Layout.Image.dense(tiling.components(), small.pixels(), small.channels(), small.channelStride()));
        steps.add(new Step.TileProduct(tiling, gradients, weightsBack, null, products));
        steps.add(new Step.ToTilesGradient(tiling, products, result));
    }

    /** A convolution by tiles. */
    private void addTiles(
            Tiling tiling,
            Value from,
            PackedMatrix weights,
            @Nullable PackedMatrix bias,
            Nonlinearity function,
            Value output) {
        Layout.Image in = from.image();
        Layout.Image out = output.image();
        Value tiles = value(output.name() + "/tiles", tiling.components(out, in));
        Value products = value(output.name() + "/products", tiling.components(out, out));
        if (tiling == Tiling.PIXELS) {
            tiled.add(weights);
        }
        steps.add(new Step.ToTiles(tiling, tiling.toTiles, tiling.step, from, tiles));
        steps.add(new Step.TileProduct(tiling, tiles, weights, bias, products));
        steps.add(new Step.FromTiles(tiling, products, function, -1, output));
    }

    private void addProjection(int index, int filters, Nonlinearity function, boolean transpose) {
        LayerSpec layer = layers.get(index);
        Layout.Image small = Layout.Image.of(readShape(index));
        Value from = readAsImage(index, small);
        int channels = small.channels();
        Convolution convolution = convolution(index);
        WindowAxis rowWindows = convolution.forward().rows();
        WindowAxis columnWindows = convolution.forward().columns();
        List<int[]> taps = convolution.forward().taps();
        int channelStep = transpose ? 1 : filters;
        int filterStep = transpose ? channels : 1;
        Axis columns = new Axis(taps, filters, filters, channels * filters, filterStep);
        Axis rows = new Axis(Axis.inOrder(1), channels, small.channelStride(), 0, channelStep);
        int kernelIndex = parametersOf(layer).getFirst();
        PackedMatrix weights = matrix(layer, "kernel", kernelIndex, rows, columns);
        PackedMatrix bias = bias(layer, kernelIndex + 1, Axis.of(filters, 1));
        Layout.Image tapsLayout = Layout.Image.natural(small.height(), small.width(), taps.size() * filters);
        Value tapped = value(layer.name() + "/taps", tapsLayout);
        Shape out = inputs.get(index + 1);
        Value output =
                value(layer.name() + "/output", Layout.Image.compact(out.dimension(0), out.dimension(1), filters));
        steps.add(new Step.ProjectAndGather(from, rowWindows, columnWindows, weights, bias, function, tapped, output));
        current = output;
        tape.addLast(gradient -> {
            addActivationGradient(function, output, gradient);
            steps.add(new Step.BiasGradient(gradient, bias));
            Value spread = value(layer.name() + "/taps/gradient", tapsLayout);
            steps.add(new Step.SpreadToTaps(gradient, rowWindows, columnWindows, spread));
            WindowAxis point = WindowAxis.POINT;
            PackedMatrix form = gradientForm(weights, from, point);
            gradientForms.put(weights, form);
            steps.add(new Step.ConvolveGradient(from, point, point, spread, weights, form));
            Value result = value(layer.name() + "/input/gradient", small);
            PackedMatrix back = transposedMatrix(layer, kernelIndex, columns, Axis.of(channels, channelStep));
            steps.add(new Step.Convolve(spread, point, point, back, null, Nonlinearity.LINEAR, -1, result));
            return result;
        });
    }

    // --- sequences ---

    private void addStepsDense(int index, LayerSpec.Dense dense, Layout.Steps in) {
        LayerSpec layer = layers.get(index);
        int units = dense.units();
        int kernelIndex = parametersOf(layer).getFirst();
        Axis inputs32 = Axis.of(in.features(), units).paddedTo(Layout.Steps.PANEL);
        Axis units32 = Axis.of(units, 1).paddedTo(Layout.Steps.PANEL);
        PackedMatrix weights = matrix(layer, "kernel", kernelIndex, inputs32, units32);
        PackedMatrix bias = bias(layer, kernelIndex + 1, units32);
        Value from = current;
        Value output = value(layer.name() + "/output", new Layout.Steps(in.steps(), units));
        Nonlinearity function = nonlinearity(dense.activation());
        steps.add(new Step.StepsProduct(from, weights, bias, function, output));
        current = output;
        boolean passOn = learnsBefore;
        tape.addLast(gradient -> {
            addActivationGradient(function, output, gradient);
            steps.add(new Step.StepsBiasGradient(gradient, bias));
            steps.add(new Step.StepsProductGradient(from, gradient, weights));
            if (!passOn) {
                return null;
            }
            Value result = value(layer.name() + "/input/gradient", in);
            PackedMatrix back = transposedMatrix(layer, kernelIndex, units32, inputs32);
            steps.add(new Step.StepsProduct(gradient, back, null, Nonlinearity.LINEAR, result));
            return result;
        });
    }

    private void addLstm(int index, LayerSpec.Lstm lstm) {
        settleNorm(index);
        readAsSteps(index);
        Value from = current;
        int features = from.steps().features();
        int stepCount = inputs.get(index).dimension(0);
        int units = lstm.units();
        int unitStride = new Layout.Steps(1, units).panels() * Layout.Steps.PANEL;
        int kernelIndex = parametersOf(lstm).getFirst();
        Axis gates = new Axis(Axis.inOrder(4), units, unitStride, units, 1);
        Axis inRows = Axis.of(features, 4 * units).paddedTo(Layout.Steps.PANEL);
        Axis unitRows = Axis.of(units, 4 * units).paddedTo(Layout.Steps.PANEL);
        boolean passOn = learnsBefore;
        Step.LstmWeights weights = new Step.LstmWeights(
                matrix(lstm, "kernel", kernelIndex, inRows, gates),
                new PackedMatrix(lstm.name() + "/kernel/transposed", kernelIndex, gates, inRows),
                matrix(lstm, "recurrent_kernel", kernelIndex + 1, unitRows, gates),
                new PackedMatrix(lstm.name() + "/recurrent_kernel/transposed", kernelIndex + 1, gates, unitRows),
                bias(lstm, kernelIndex + 2, gates));
        if (training) {
            transposed.add(weights.recurrentTransposed());
            if (passOn) {
                transposed.add(weights.kernelTransposed());
            }
        }
        Layout.Steps states = new Layout.Steps(stepCount, units);
        Value hidden = value(lstm.name() + "/hidden", states);
        Value last = lstm.returnSequences() ? null : value(lstm.name() + "/last", new Layout.Steps(1, units));
        Step.Lstm forward = new Step.Lstm(
                from,
                weights,
                value(lstm.name() + "/gates", new Layout.Steps(stepCount, 4 * unitStride)),
                value(lstm.name() + "/projected", new Layout.Steps(1, 4 * unitStride)),
                value(lstm.name() + "/cell", states),
                value(lstm.name() + "/tanh_cell", states),
                hidden,
                last);
        steps.add(forward);
        current = last == null ? hidden : last;
        tape.addLast(gradient -> {
            Value hiddenGradient = last == null ? gradient : value(lstm.name() + "/hidden/gradient", states);
            Value fromGradient = passOn ? value(lstm.name() + "/input/gradient", from.layout()) : null;
            steps.add(new Step.LstmGradient(
                    forward,
                    hiddenGradient,
                    last == null ? null : gradient,
                    value(lstm.name() + "/cell/gradient", new Layout.Steps(1, units)),
                    fromGradient));
            return fromGradient;
        });
    }

    private void addRepeat(int index) {
        settleNorm(index);
        if (index + 1 < layers.size() && layers.get(index + 1) instanceof LayerSpec.Lstm) {
            return; // the LSTM reads the one vector at each of its steps
        }
        Value from = readAsImage(index, Layout.Image.of(inputs.get(index)));
        Value output = value(layers.get(index).name() + "/output", Layout.Image.of(inputs.get(index + 1)));
        steps.add(new Step.Repeat(from, output));
        current = output;
        pass(gradient -> {
            Value result = value(layers.get(index).name() + "/input/gradient", gradientLayout(from.layout()));
            steps.add(new Step.RepeatGradient(gradient, result));
            return result;
        });
    }

    // --- everything else ---

    private void addNorm(int index, LayerSpec.BatchNormalization layer) {
        Value from = readAsImage(index, Layout.Image.of(inputs.get(index)));
        Layout.Image image = from.image();
        int norm = norms.size();
        norms.add(new Plan.Norm(
                layer, parametersOf(layer).getFirst(), image.channels(), image.channelStride(), image.pixels()));
        pendingNorm = norm;
        Step producer = steps.getLast();
        if (training) {
            addMoments(norm, from);
        }
        if (index + 1 < layers.size()
                && layers.get(index + 1) instanceof LayerSpec.MaxPooling2d pooling
                && Step.MaxOfFour.suits(pooling, inputs.get(index + 1))) {
            pendingWinners = addWinners(index + 1, pooling, norm);
        }
        if (!training) {
            return;
        }
        barrier(norm, false);
        boolean passOn = learnsBefore;
        Value winners = pendingWinners;
        tape.addLast(gradient -> {
            Step last = steps.isEmpty() ? null : steps.getLast();
            Step.NormalizeGradient normalize =
                    new Step.NormalizeGradient(norm, from, gradient, Nonlinearity.LINEAR, null);
            if (winners != null && last instanceof Step.MaxOfFourGradient pool) {
                steps.removeLast();
                steps.add(new Step.MomentsGradient(norm, winners, pool.pooledGradient()));
                barrier(norm, true);
                addPooledGradient(producer, pool, normalize);
            } else {
                steps.add(new Step.MomentsGradient(norm, from, gradient));
                barrier(norm, true);
                // It is cheaper to spread a small gradient again than to keep the large one until the barrier has
                // passed.
                if (last instanceof Step.MaxPoolGradient || last instanceof Step.UpSampleGradient) {
                    steps.add(last);
                }
                steps.add(normalize);
            }
            return passOn ? gradient : null;
        });
    }

    /** Spreads a pooled gradient and goes back through a normalisation, over values that may be cheaper to compute again. */
    private void addPooledGradient(Step producer, Step.MaxOfFourGradient pool, Step.NormalizeGradient normalize) {
        if (producer instanceof Step.Convolve convolve && convolve.to().equals(pool.from()) && convolve.isCheap()) {
            Value value = value(convolve.to().name() + "/again", convolve.to().layout());
            again.put(convolve.to(), value);
            steps.add(convolve.again(value));
            steps.add(pool.of(value).then(normalize.of(value)));
        } else {
            steps.add(pool.then(normalize));
        }
    }

    /** Sums what a normalisation needs to know; a convolution does it on the way, row by row. */
    private void addMoments(int norm, Value value) {
        if (steps.getLast() instanceof Step.Convolve convolve && convolve.to().equals(value) && !value.isVector()) {
            steps.removeLast();
            steps.add(convolve.withMomentsOf(norm));
        } else if (steps.getLast() instanceof Step.FromTiles tiles && tiles.to().equals(value)) {
            steps.removeLast();
            steps.add(tiles.withMomentsOf(norm));
        } else {
            steps.add(new Step.Moments(norm, value));
        }
    }

    /**
     * From the gradient of a convolution's output to that before its nonlinearity and bias; in one pass with a batch
     * normalisation that has just been gone through.
     */
    private void addOutputGradient(Nonlinearity function, Value output, Value gradient, PackedMatrix bias) {
        Step last = steps.isEmpty() ? null : steps.getLast();
        if (function.kind() == Nonlinearity.Kind.LEAKY_RELU) {
            if (last instanceof Step.NormalizeGradient normalize && normalize.isOf(output, gradient)) {
                steps.removeLast();
                steps.add(normalize.through(function, bias));
                return;
            }
            if (last instanceof Step.MaxOfFourGradient pool) {
                Step.NormalizeGradient normalize = pool.then();
                if (normalize != null && normalize.isOf(output, gradient)) {
                    steps.removeLast();
                    steps.add(pool.then(normalize.through(function, bias)));
                    return;
                }
            }
        }
        addActivationGradient(function, output, gradient);
        steps.add(new Step.BiasGradient(gradient, bias));
    }

    /** Writes out a pending batch normalisation, in the layout in which the layer at an index reads. */
    private void settleNorm(int index) {
        if (pendingNorm >= 0) {
            Value output =
                    value(norms.get(pendingNorm).layer().name() + "/output", gridFor(index, readShape(index), true));
            steps.add(new Step.Normalize(pendingNorm, current, output));
            current = output;
            pendingNorm = -1;
        }
    }

    private void addMaxPooling(int index, LayerSpec.MaxPooling2d layer) {
        if (Step.MaxOfFour.suits(layer, inputs.get(index))) {
            addMaxOfFour(index, layer);
            return;
        }
        Value from = pendingNorm < 0 ? readAsImage(index, Layout.Image.of(inputs.get(index))) : current;
        int norm = pendingNorm;
        pendingNorm = -1;
        Shape in = inputs.get(index);
        Shape out = inputs.get(index + 1);
        int top = Convolution.before(
                in.dimension(0),
                out.dimension(0),
                layer.pool().height(),
                layer.stride().height(),
                layer.padding());
        int left = Convolution.before(
                in.dimension(1),
                out.dimension(1),
                layer.pool().width(),
                layer.stride().width(),
                layer.padding());
        Value output = value(layer.name() + "/output", gridFor(index + 1, out, true));
        steps.add(new Step.MaxPool(from, layer.pool(), layer.stride(), top, left, norm, output));
        current = output;
        pass(gradient -> {
            Value result = value(layer.name() + "/input/gradient", gradientLayout(from.layout()));
            steps.add(new Step.MaxPoolGradient(
                    from, layer.pool(), layer.stride(), top, left, norm, output, gradient, result));
            return result;
        });
    }

    /** What a pooling will take of the values that are there, before their normalisation. */
    private Value addWinners(int index, LayerSpec.MaxPooling2d layer, int norm) {
        Value winners = value(layer.name() + "/winners", Layout.Image.of(inputs.get(index + 1)));
        steps.add(new Step.MaxOfFour(current, norm, winners));
        return winners;
    }

    private void addMaxOfFour(int index, LayerSpec.MaxPooling2d layer) {
        int norm = pendingNorm;
        Value from = norm < 0 ? readAsImage(index, Layout.Image.of(inputs.get(index))) : current;
        Value output = value(layer.name() + "/output", gridFor(index + 1, inputs.get(index + 1), true));
        if (norm < 0) {
            steps.add(new Step.MaxOfFour(from, norm, output));
        } else {
            Value winners = pendingWinners == null ? addWinners(index, layer, norm) : pendingWinners;
            steps.add(new Step.Normalize(norm, winners, output));
        }
        pendingNorm = -1;
        pendingWinners = null;
        current = output;
        pass(gradient -> {
            Value result = value(layer.name() + "/input/gradient", gradientLayout(from.layout()));
            steps.add(new Step.MaxOfFourGradient(from, norm, gradient, result, null));
            return result;
        });
    }

    private void addUpSampling(int index, LayerSpec.UpSampling2d layer) {
        if (foldsUpSampling(index + 1)) {
            return; // the convolution computes on the small image
        }
        Value from = readAsImage(index, Layout.Image.of(inputs.get(index)));
        Value output = value(layer.name() + "/output", gridFor(index + 1, inputs.get(index + 1), true));
        steps.add(new Step.UpSample(from, layer.size(), output));
        current = output;
        pass(gradient -> {
            Value result = value(layer.name() + "/input/gradient", gradientLayout(from.layout()));
            steps.add(new Step.UpSampleGradient(gradient, layer.size(), result));
            return result;
        });
    }

    private void addAverage(int index) {
        Value from = readAsImage(index, Layout.Image.of(inputs.get(index)));
        Value output = value(layers.get(index).name() + "/output", Layout.Image.of(inputs.get(index + 1)));
        steps.add(new Step.Average(from, output));
        current = output;
        pass(gradient -> {
            Value result = value(layers.get(index).name() + "/input/gradient", gradientLayout(from.layout()));
            steps.add(new Step.AverageGradient(gradient, result));
            return result;
        });
    }

    private void addReshape(int index) {
        settleNorm(index);
        readAsAnyImage(index);
        Value from = current;
        Value output = value(layers.get(index).name() + "/output", gridFor(index + 1, inputs.get(index + 1), false));
        steps.add(new Step.Copy(from, output));
        current = output;
        pass(gradient -> {
            Value result = value(layers.get(index).name() + "/input/gradient", gradientLayout(from.layout()));
            steps.add(new Step.Copy(gradient, result));
            return result;
        });
    }

    private void addDropout(int index, LayerSpec.Dropout layer) {
        if (!training || layer.rate() == 0) {
            return;
        }
        Value from = readAsImage(index, Layout.Image.of(inputs.get(index)));
        Value output = value(layer.name() + "/output", from.layout());
        steps.add(new Step.Drop(layer.name(), layer.rate(), from, output));
        current = output;
        pass(gradient -> {
            steps.add(new Step.Drop(layer.name(), layer.rate(), gradient, gradient));
            return gradient;
        });
    }

    private void addActivation(int index, Nonlinearity function) {
        Value from = readAsImage(index, Layout.Image.of(inputs.get(index)));
        Value output = value(layers.get(index).name() + "/output", from.layout());
        steps.add(new Step.Copy(from, output));
        steps.add(new Step.Activate(function, output));
        current = output;
        pass(gradient -> {
            addActivationGradient(function, output, gradient);
            return gradient;
        });
    }

    // --- layouts ---

    /** The current value in a wanted image layout of its own shape. */
    private Value readAsImage(int index, Layout.Image wanted) {
        settleNorm(index);
        readAsAnyImage(index);
        if (!current.layout().equals(wanted)) {
            Value copy = value(layers.get(index).name() + "/input", wanted);
            steps.add(new Step.Copy(current, copy));
            current = copy; // the gradient's layout is the natural one for both
        }
        return current;
    }

    private void readAsAnyImage(int index) {
        if (current.layout() instanceof Layout.Steps layout) {
            Value from = current;
            Value image = value(layers.get(index).name() + "/input/image", Layout.Image.of(inputs.get(index)));
            steps.add(new Step.Transpose(from, image));
            current = image;
            pass(gradient -> {
                Value result = value(layers.get(index).name() + "/input/image/gradient", layout);
                steps.add(new Step.Transpose(gradient, result));
                return result;
            });
        }
    }

    private void readAsSteps(int index) {
        if (current.layout() instanceof Layout.Image image) {
            Value from = current;
            Layout.Image gradientLayout = Layout.Image.natural(image.height(), image.width(), image.channels());
            Value sequence = value(
                    layers.get(index).name() + "/input/steps", new Layout.Steps(image.pixels(), image.channels()));
            steps.add(new Step.Transpose(from, sequence));
            current = sequence;
            pass(gradient -> {
                Value result = value(layers.get(index).name() + "/input/steps/gradient", gradientLayout);
                steps.add(new Step.Transpose(gradient, result));
                return result;
            });
        }
    }

    private static Layout gradientLayout(Layout layout) {
        if (!(layout instanceof Layout.Image image)) {
            return layout;
        }
        boolean projected = image.channels() < FEW_CHANNELS
                && image.equals(Layout.Image.compact(image.height(), image.width(), image.channels()));
        return projected ? image : Layout.Image.natural(image.height(), image.width(), image.channels());
    }

    // --- names, parameters, phases ---

    private Value value(String name, Layout layout) {
        return new Value(name, layout);
    }

    private List<Integer> parametersOf(LayerSpec layer) {
        List<Integer> found = new ArrayList<>();
        List<Parameter> all = parameters.list();
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).layer().equals(layer.name())) {
                found.add(i);
            }
        }
        return found;
    }

    private PackedMatrix matrix(LayerSpec layer, String name, int parameter, Axis rows, Axis columns) {
        PackedMatrix matrix = new PackedMatrix(layer.name() + "/" + name, parameter, rows, columns);
        matrices.add(matrix);
        return matrix;
    }

    private PackedMatrix bias(LayerSpec layer, int parameter, Axis columns) {
        return matrix(layer, "bias", parameter, Axis.of(1, 0), columns);
    }

    /**
     * The form in which a gradient is summed. The kernel wants 32 columns, none of them padding: with only 16 filters,
     * the floats of a window make better columns. They do as well where they are what is adjacent in the parameter.
     */
    private PackedMatrix gradientForm(PackedMatrix weights, Value from, WindowAxis columns) {
        PackedMatrix form = weights.exchanged();
        int channelStride = from.image().channelStride();
        boolean fillsPanels =
                columns.phases().stream().allMatch(phase -> phase.taps() * channelStride % form.panel() == 0);
        boolean fewFilters = weights.panel() == Kernels.LANES
                && (form.panel() > Kernels.LANES || weights.columns().packed() < Kernels.LANES);
        boolean transposedKernel = weights.columns().sourceStride() > 1 && form.panel() > Kernels.LANES;
        if (from.isVector() || !fillsPanels || !(fewFilters || transposedKernel)) {
            return weights;
        }
        return form;
    }

    private PackedMatrix transposedMatrix(LayerSpec layer, int parameter, Axis rows, Axis columns) {
        PackedMatrix matrix = new PackedMatrix(layer.name() + "/kernel/transposed", parameter, rows, columns);
        transposed.add(matrix);
        return matrix;
    }

    /** Remembers how to go back through a layer without parameters, if anything before it learns. */
    private void pass(Backward backward) {
        if (learnsBefore) {
            tape.addLast(backward);
        }
    }

    private void addActivationGradient(Nonlinearity function, Value output, Value gradient) {
        if (function.kind() != Nonlinearity.Kind.LINEAR) {
            steps.add(new Step.ActivateGradient(function, output, gradient));
        }
    }

    private void barrier(int norm, boolean backward) {
        done.addAll(steps);
        done.add(new Step.Barrier(norm, backward));
        steps = new ArrayList<>();
    }

    private static Nonlinearity nonlinearity(Activation activation) {
        return switch (activation) {
            case LINEAR -> Nonlinearity.LINEAR;
            case RELU -> new Nonlinearity(Nonlinearity.Kind.LEAKY_RELU, 0);
            case SIGMOID -> new Nonlinearity(Nonlinearity.Kind.SIGMOID, 1);
            case TANH -> new Nonlinearity(Nonlinearity.Kind.TANH, 1);
        };
    }
}

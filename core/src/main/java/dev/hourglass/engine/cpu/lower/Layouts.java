package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Convolution;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which layout each tensor is written in and read in. What can write into any layout writes straight into the one that
 * the readers want (for a convolution, a grid with zeros around); where they want different ones, or where nobody reads,
 * the natural one is written. The gradient of an image has the natural layout whatever the layout of the image itself.
 */
final class Layouts {
    private final LogicalPlan plan;
    private final Map<Tensor, List<Op.Layer>> readers;
    private final Set<Tensor> learned;

    Layouts(LogicalPlan plan) {
        this.plan = plan;
        readers = plan.readers();
        learned = plan.learned();
    }

    static Layout.Image natural(Tensor tensor) {
        return Layout.Image.of(tensor.shape());
    }

    /** Of a gradient by a value of this layout. */
    static Layout gradient(Layout layout) {
        return layout instanceof Layout.Image image
                ? Layout.Image.natural(image.height(), image.width(), image.channels())
                : layout;
    }

    /** Of samples as they are loaded: a recurrent layer wants them step by step. */
    Layout loaded(Tensor input) {
        List<Op.Layer> all = readersOf(input);
        boolean stepByStep = !all.isEmpty() && all.stream().allMatch(op -> readsStepByStep(op, input));
        return stepByStep
                ? new Layout.Steps(input.shape().dimension(0), input.shape().dimension(1))
                : written(input, false);
    }

    /**
     * Of what is written by a step that can write into any layout.
     *
     * @param padChannels whether the writer works on padded channels
     */
    Layout.Image written(Tensor tensor, boolean padChannels) {
        List<Layout.Image> wanted = readersOf(tensor).stream()
                .map(reader -> wanted(reader, tensor, padChannels))
                .distinct()
                .toList();
        boolean agreed = wanted.size() == 1 && !plan.isPrediction(tensor);
        return agreed ? wanted.getFirst() : natural(tensor);
    }

    /** In which a layer with a kernel reads what is there: as written if that will do, else without padding. */
    Layout.Image readable(Op.Unary reader, Layout written) {
        Layout.Image padded = wanted(reader, reader.from(), true);
        return written.equals(padded) ? padded : wanted(reader, reader.from(), false);
    }

    private Layout.Image wanted(Op.Layer reader, Tensor tensor, boolean padChannels) {
        Layout.Image natural = natural(tensor);
        int channelStride = padChannels ? natural.channelStride() : natural.channels();
        return switch (reader) {
            case Op.Convolution op ->
                isProjected(op) ? natural : Convolution.of(op).inputGrid(natural, natural(op.to()), channelStride);
            case Op.Dense ignored ->
                Layout.Image.dense(natural.height(), natural.width(), natural.channels(), channelStride);
            case Op.BatchNormalization ignored -> natural;
            case Op.NormalizeSample ignored -> natural;
            case Op.MaxPool ignored -> natural;
            case Op.DirectConvolution ignored -> natural;
            case Op.Pool ignored -> natural;
            case Op.RepeatAxes ignored -> natural;
            case Op.Shift ignored -> natural;
            case Op.Permute ignored -> natural;
            case Op.UpSample ignored -> natural;
            case Op.Interpolate ignored -> natural;
            case Op.Average ignored -> natural;
            case Op.Reshape ignored -> natural;
            case Op.Noise ignored -> natural;
            case Op.Activate ignored -> natural;
            case Op.Apply ignored -> natural;
            case Op.Softmax ignored -> natural;
            case Op.LogSoftmax ignored -> natural;
            case Op.PRelu ignored -> natural;
            case Op.Embed ignored -> natural;
            case Op.Nearest ignored -> natural;
            case Op.StraightThrough ignored -> natural;
            case Op.Repeat ignored -> natural;
            case Op.Masking ignored -> natural;
            case Op.HideSteps ignored -> natural;
            case Op.Recurrent ignored -> natural;
            case Op.LastStep ignored -> natural;
            case Op.ConvolutionalStates ignored -> natural;
            case Op.Bidirectional ignored -> natural;
            case Op.Sum ignored -> natural;
            case Op.Combine ignored -> natural;
            case Op.Concatenate ignored -> natural;
            case Op.Sample ignored -> natural;
            case Op.Product ignored -> natural;
        };
    }

    /**
     * Whether a convolution is computed inside out ({@link ProjectionLowering}): it has few output channels, stands at
     * the end of what learns, and its windows begin at every pixel.
     */
    boolean isProjected(Op.Convolution op) {
        Convolution.Direction forward = Convolution.of(op).forward();
        return op.bias()
                && op.to().channels() < ProjectionLowering.FEW_CHANNELS
                && plan.isPrediction(op.to())
                && readersOf(op.to()).isEmpty()
                && learned.contains(op.from())
                && forward.rows().stride() == 1
                && forward.columns().stride() == 1
                && forward.taps().size() > 1;
    }

    private static boolean readsStepByStep(Op.Layer op, Tensor input) {
        return op instanceof Op.Bidirectional
                || op instanceof Op.Masking
                || (op instanceof Op.Recurrent recurrent
                        && recurrent.from().equals(input)
                        && !recurrent.readsOneVector());
    }

    private List<Op.Layer> readersOf(Tensor tensor) {
        return readers.getOrDefault(tensor, List.of());
    }
}

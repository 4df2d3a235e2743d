package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Operators that go over images, sequences or volumes: convolutions, poolings, padding and upsampling. */
final class WindowReader {
    private static final String WITH_ONE = "Build the model with values that Hourglass has layers for.";

    /** Of a transposed convolution, each a layer of its own. */
    private static final int MOST_GROUPS = 256;

    private final Reading reading;

    WindowReader(Reading reading) {
        this.reading = reading;
    }

    private static int[] spatial(View view) {
        return Arrays.copyOfRange(view.dimensions(), 2, view.rank());
    }

    private void requireRank(OnnxNode node, View view) {
        requireRank(reading, node, view);
    }

    static void requireRank(Reading reading, OnnxNode node, View view) {
        if (view.rank() < 3 || view.rank() > 5) {
            throw reading.unsupported(
                    node, "an input [batch, channels] and one to three more axes", view.rank() + " axes", "");
        }
    }

    // --- convolutions ---

    View convolve(OnnxNode node) {
        Operand operand = reading.operand(node, 0);
        Constant kernel = reading.constant(node, 1, "the kernel");
        Scaled scaled = operand instanceof Scaled s && s.isPlain() ? s : null;
        View input = scaled != null ? scaled.view() : reading.view(node, 0);
        requireRank(node, input);
        requireKernel(node, input, kernel);
        int rank = input.rank() - 2;
        Windows windows = Windows.of(reading, node, spatial(input), window(node, kernel));
        if (scaled != null) {
            reading.require(
                    scaled.shift() == 0 || windows.isUnpadded(),
                    node,
                    "an input that is scaled without an offset, since zeros are padded",
                    "an offset of " + (float) scaled.shift());
            kernel = times(kernel, scaled.scale());
        }
        int groups = Math.toIntExact(node.whole("group", 1));
        int filters = kernel.dimensions()[0];
        if (groups < 1 || filters % groups != 0 || kernel.dimensions()[1] * groups != input.size(1)) {
            throw reading.corrupt(
                    node,
                    input.size(1) + " channels in groups of " + kernel.dimensions()[1],
                    groups + " groups and " + filters + " filters");
        }
        String name = reading.name(node);
        View image = reading.channelsLast(node, input, name);
        boolean causal = rank == 1
                && windows.after()[0] == 0
                && windows.before()[0] == windows.reach(0) - 1
                && windows.reach(0) > 1;
        Padding padding = windows.isUnpadded()
                ? Padding.VALID
                : windows.isSame() ? Padding.SAME : causal ? Padding.CAUSAL : Padding.VALID;
        if (padding == Padding.VALID && !windows.isUnpadded()) {
            image = padded(node, image, windows.before(), windows.after(), name);
        }
        boolean useBias = node.hasInput(2) || (scaled != null && scaled.shift() != 0);
        Map<String, float[]> weights = new HashMap<>();
        weights.put("kernel", kernel.transposed(kernelAxes(rank)).floats());
        if (useBias) {
            weights.put("bias", bias(node, filters, scaled, kernel));
        }
        LayerSpec layer = convolution(name, new Conv(filters, windows, padding, groups, useBias));
        Shape stored = reading.layers().add(layer, List.of(image), weights);
        return Reading.ofChannelsLast(name, stored, image);
    }

    private record Conv(int filters, Windows windows, Padding padding, int groups, boolean useBias) {}

    private static LayerSpec convolution(String name, Conv conv) {
        int[] window = conv.windows().window();
        int[] stride = conv.windows().stride();
        int[] dilation = conv.windows().dilation();
        return switch (window.length) {
            case 1 ->
                new LayerSpec.Conv1d(name, conv.filters(), window[0], stride[0], conv.padding(), Activation.LINEAR)
                        .withDilation(dilation[0])
                        .withGroups(conv.groups())
                        .withBias(conv.useBias());
            case 2 ->
                new LayerSpec.Conv2d(
                        name,
                        conv.filters(),
                        size2(window),
                        size2(stride),
                        conv.padding(),
                        Activation.LINEAR,
                        size2(dilation),
                        conv.groups(),
                        conv.useBias());
            default -> {
                if (Arrays.stream(dilation).anyMatch(rate -> rate != 1)) {
                    throw new IllegalArgumentException(
                            "expected dilations of 1 over volumes, found " + Arrays.toString(dilation));
                }
                yield new LayerSpec.Conv3d(
                        name,
                        conv.filters(),
                        size3(window),
                        size3(stride),
                        conv.padding(),
                        Activation.LINEAR,
                        conv.groups(),
                        conv.useBias());
            }
        };
    }

    /** What a shift of the input adds is the same at each place where nothing is padded. */
    private float[] bias(OnnxNode node, int filters, @Nullable Scaled scaled, Constant scaledKernel) {
        float[] bias = node.hasInput(2) ? bias(node, filters) : new float[filters];
        if (scaled != null && scaled.shift() != 0) {
            int taps = scaledKernel.size() / filters;
            for (int i = 0; i < scaledKernel.size(); i++) {
                bias[i / taps] += (float) (scaledKernel.numbers()[i] / scaled.scale() * scaled.shift());
            }
        }
        return bias;
    }

    private float[] bias(OnnxNode node, int filters) {
        Constant bias = reading.constant(node, 2, "the bias");
        if (bias.size() != filters) {
            throw reading.corrupt(node, "a bias of " + filters + " numbers", Integer.toString(bias.size()));
        }
        return bias.floats();
    }

    private static Constant times(Constant kernel, double factor) {
        double[] numbers = kernel.numbers().clone();
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] *= factor;
        }
        return new Constant(kernel.dimensions(), numbers, false);
    }

    private void requireKernel(OnnxNode node, View input, Constant kernel) {
        if (kernel.rank() != input.rank() || kernel.size() == 0) {
            throw reading.corrupt(node, "a kernel of " + input.rank() + " axes", Arrays.toString(kernel.dimensions()));
        }
    }

    private int[] window(OnnxNode node, Constant kernel) {
        int[] window = Arrays.copyOfRange(kernel.dimensions(), 2, kernel.rank());
        long[] said =
                node.wholes("kernel_shape", Arrays.stream(window).asLongStream().toArray());
        if (!Arrays.equals(said, Arrays.stream(window).asLongStream().toArray())) {
            throw reading.corrupt(node, "kernel_shape " + Arrays.toString(window), Arrays.toString(said));
        }
        return window;
    }

    /** ONNX's {@code [out, in, ...]} becomes Keras's {@code [..., in, out]}, and a transposed one's likewise. */
    private static int[] kernelAxes(int rank) {
        int[] axes = new int[rank + 2];
        for (int i = 0; i < rank; i++) {
            axes[i] = i + 2;
        }
        axes[rank] = 1;
        axes[rank + 1] = 0;
        return axes;
    }

    View convolveTransposed(OnnxNode node) {
        View input = reading.view(node, 0);
        Constant kernel = reading.constant(node, 1, "the kernel");
        requireRank(node, input);
        requireKernel(node, input, kernel);
        if (kernel.dimensions()[0] != input.size(1)) {
            throw reading.corrupt(
                    node, "a kernel for " + input.size(1) + " channels", Arrays.toString(kernel.dimensions()));
        }
        long groups = node.whole("group", 1);
        float @Nullable [] bias =
                node.hasInput(2) ? bias(node, Math.toIntExact(kernel.dimensions()[1] * groups)) : null;
        return groups == 1 ? transposed(node, input, kernel, bias) : inGroups(node, input, kernel, bias);
    }

    /** Keras has one group: each becomes a layer of its own, side by side. */
    private View inGroups(OnnxNode node, View input, Constant kernel, float @Nullable [] bias) {
        int channels = input.size(1);
        long groups = node.whole("group", 1);
        if (groups < 1 || channels % groups != 0) {
            throw reading.corrupt(node, "groups that divide " + channels + " channels", Long.toString(groups));
        }
        reading.require(
                groups <= MOST_GROUPS,
                node,
                "at most " + MOST_GROUPS + " groups",
                groups + ", each a layer of its own");
        int each = channels / (int) groups;
        int filters = kernel.dimensions()[1];
        int part = kernel.size() / (int) groups;
        int[] dimensions = kernel.dimensions().clone();
        dimensions[0] = each;
        List<View> outputs = new ArrayList<>();
        for (int group = 0; group < groups; group++) {
            int first = group * each;
            View own = AxisReader.part(reading, node, input, 1, new int[] {first, first + each});
            Constant numbers = new Constant(
                    dimensions, Arrays.copyOfRange(kernel.numbers(), group * part, (group + 1) * part), false);
            float[] shift = bias == null ? null : Arrays.copyOfRange(bias, group * filters, (group + 1) * filters);
            outputs.add(transposed(node, own, numbers, shift));
        }
        String name = reading.name(node);
        List<View> images = outputs.stream()
                .map(view -> reading.channelsLast(node, view, name))
                .toList();
        Shape stored = reading.layers().add(new LayerSpec.Concatenate(name, -1), images, Map.of());
        return Reading.ofChannelsLast(name, stored, images.getFirst());
    }

    private View transposed(OnnxNode node, View input, Constant kernel, float @Nullable [] bias) {
        int rank = input.rank() - 2;
        int[] window = window(node, kernel);
        int[] sizes = spatial(input);
        Windows windows = Windows.of(reading, node, sizes, window);
        reading.require(
                Arrays.stream(windows.dilation()).allMatch(rate -> rate == 1),
                node,
                "dilations of 1, as Keras has them",
                Arrays.toString(windows.dilation()));
        int filters = kernel.dimensions()[1];
        Crop crop = crop(node, windows);
        String name = reading.name(node);
        View image = reading.channelsLast(node, input, name);
        boolean same = crop.isSame(windows);
        Map<String, float[]> weights = new HashMap<>();
        weights.put("kernel", kernel.transposed(kernelAxes(rank)).floats());
        if (bias != null) {
            weights.put("bias", bias);
        }
        LayerSpec layer =
                transposed(name, new Conv(filters, windows, same ? Padding.SAME : Padding.VALID, 1, bias != null));
        Shape stored = reading.layers().add(layer, List.of(image), weights);
        View full = Reading.ofChannelsLast(name, stored, image);
        return same || crop.isNone() ? full : cropped(node, full, crop.before(), crop.after(), name);
    }

    private static LayerSpec transposed(String name, Conv conv) {
        int[] window = conv.windows().window();
        int[] stride = conv.windows().stride();
        return switch (window.length) {
            case 1 ->
                new LayerSpec.Conv1dTranspose(
                        name, conv.filters(), window[0], stride[0], conv.padding(), Activation.LINEAR, conv.useBias());
            case 2 ->
                new LayerSpec.Conv2dTranspose(
                        name,
                        conv.filters(),
                        size2(window),
                        size2(stride),
                        conv.padding(),
                        Activation.LINEAR,
                        conv.useBias());
            default ->
                new LayerSpec.Conv3dTranspose(
                        name,
                        conv.filters(),
                        size3(window),
                        size3(stride),
                        conv.padding(),
                        Activation.LINEAR,
                        conv.useBias());
        };
    }

    /**
     * What is cut off from what Keras gives with padding 'valid', {@code stride * in + max(window - stride, 0)}.
     */
    private record Crop(int[] before, int[] after) {
        boolean isNone() {
            return Arrays.stream(before).allMatch(side -> side == 0)
                    && Arrays.stream(after).allMatch(side -> side == 0);
        }

        /** Whether it is what Keras cuts off with padding 'same'. */
        boolean isSame(Windows windows) {
            boolean same = !isNone();
            for (int i = 0; i < before.length; i++) {
                int total = Math.max(windows.window()[i] - windows.stride()[i], 0);
                same &= before[i] == total / 2 && after[i] == total - total / 2;
            }
            return same;
        }
    }

    private Crop crop(OnnxNode node, Windows windows) {
        int rank = windows.sizes().length;
        int[] more = Windows.numbers(reading, node, "output_padding", rank, 0);
        int[] first = windows.before().clone();
        int[] last = windows.after().clone();
        String automatic = node.text("auto_pad", "NOTSET");
        boolean isSame = automatic.startsWith("SAME");
        long[] wanted = node.wholes("output_shape");
        for (int i = 0; (isSame || wanted.length > 0) && i < rank; i++) {
            int stride = windows.stride()[i];
            int size = windows.sizes()[i];
            long target = wanted.length >= rank ? wanted[wanted.length - rank + i] : (long) size * stride;
            long total = (long) stride * (size - 1) + more[i] + windows.window()[i] - target;
            if (total < 0 || total > windows.window()[i]) {
                throw reading.unsupported(node, "an output that the windows reach", "one of " + target, WITH_ONE);
            }
            int half = (int) total / 2;
            first[i] = automatic.equals("SAME_UPPER") ? half : (int) total - half;
            last[i] = (int) total - first[i];
        }
        for (int i = 0; i < rank; i++) {
            last[i] += Math.max(windows.stride()[i] - windows.window()[i], 0) - more[i];
            reading.require(
                    last[i] >= 0,
                    node,
                    "an output_padding of at most what pads cut off at the end",
                    Arrays.toString(more));
        }
        return new Crop(first, last);
    }

    // --- padding ---

    View pad(OnnxNode node) {
        View input = reading.view(node, 0);
        long[] pads = node.hasInput(1) ? reading.constant(node, 1, "the pads").wholes() : node.wholes("pads");
        String mode = node.text("mode", "constant");
        boolean zeros = mode.equals("constant");
        double value =
                node.hasInput(2) ? reading.constant(node, 2, "the padded value").uniform() : node.real("value", 0);
        reading.require(!zeros || value == 0, node, "padding with zeros", "with " + value);
        int rank = input.rank();
        long[] axes = node.hasInput(3) ? reading.constant(node, 3, "the axes").wholes() : allAxes(rank);
        if (pads.length != 2 * axes.length) {
            throw reading.corrupt(node, 2 * axes.length + " pads", Integer.toString(pads.length));
        }
        long[] sides = new long[2 * rank];
        for (int i = 0; i < axes.length; i++) {
            int axis = reading.axis(node, axes[i], rank);
            sides[axis] = pads[i];
            sides[rank + axis] = pads[axes.length + i];
            if ((input.hasBatch(axis) && (pads[i] != 0 || pads[axes.length + i] != 0))
                    || !isOrdinary(pads[i])
                    || !isOrdinary(pads[axes.length + i])) {
                throw reading.unsupported(
                        node,
                        "padding of ordinary size along other axes than the batch",
                        pads[i] + " and " + pads[axes.length + i],
                        "");
            }
        }
        if (!zeros) {
            return continued(node, input, sides, mode);
        }
        return rank == 4 && input.isBatch(0) && sides[1] == 0 && sides[5] == 0
                ? padImage(node, input, sides)
                : padAxes(node, input, sides);
    }

    private View continued(OnnxNode node, View input, long[] sides, String mode) {
        View padded = input;
        int rank = input.rank();
        for (int axis = 0; axis < rank; axis++) {
            if (sides[axis] != 0 || sides[rank + axis] != 0) {
                List<int[]> parts = AxisReader.continued(
                        reading, node, mode, padded.size(axis), (int) sides[axis], (int) sides[rank + axis]);
                padded = AxisReader.pieced(reading, node, padded, axis, parts);
            }
        }
        return padded;
    }

    private static boolean isOrdinary(long pad) {
        return -(1 << 20) <= pad && pad <= 1 << 20;
    }

    private View padImage(OnnxNode node, View input, long[] sides) {
        int[] before = {(int) sides[2], (int) sides[3]};
        int[] after = {(int) sides[6], (int) sides[7]};
        String name = reading.name(node);
        View image = reading.channelsLast(node, input, name);
        if (Arrays.stream(sides).anyMatch(side -> side > 0)) {
            image = padded(node, image, bounded(before), bounded(after), name);
        }
        if (Arrays.stream(sides).anyMatch(side -> side < 0)) {
            image = cropped(node, image, bounded(negative(before)), bounded(negative(after)), name);
        }
        return image;
    }

    private static int[] bounded(int[] sides) {
        return Arrays.stream(sides).map(side -> Math.max(side, 0)).toArray();
    }

    private static int[] negative(int[] sides) {
        return Arrays.stream(sides).map(side -> -side).toArray();
    }

    private View padAxes(OnnxNode node, View input, long[] sides) {
        View padded = input;
        int rank = input.rank();
        for (int axis = 0; axis < rank; axis++) {
            padded = padAxis(node, padded, axis, new int[] {(int) sides[axis], (int) sides[rank + axis]});
        }
        return padded;
    }

    private static long[] allAxes(int rank) {
        long[] axes = new long[rank];
        for (int i = 0; i < rank; i++) {
            axes[i] = i;
        }
        return axes;
    }

    /** As steps of a sequence whose features are all the rest; negative sides are cut off. */
    private View padAxis(OnnxNode node, View input, int axis, int[] sides) {
        int before = sides[0];
        int after = sides[1];
        View result = input;
        if (before > 0 || after > 0) {
            String name = reading.layers().name(node.label() + "_pad");
            LayerSpec layer = new LayerSpec.ZeroPadding1d(name, Math.max(before, 0), Math.max(after, 0));
            result = AxisReader.alongAxis(reading, node, result, axis, layer);
        }
        if (before < 0 || after < 0) {
            String name = reading.layers().name(node.label() + "_crop");
            LayerSpec layer = new LayerSpec.Cropping1d(name, Math.max(-before, 0), Math.max(-after, 0));
            result = AxisReader.alongAxis(reading, node, result, axis, layer);
        }
        return result;
    }

    private View padded(OnnxNode node, View image, int[] before, int[] after, String reader) {
        String name = reading.layers().name(reader + "_pad");
        LayerSpec layer = switch (before.length) {
            case 1 -> new LayerSpec.ZeroPadding1d(name, before[0], after[0]);
            case 2 -> new LayerSpec.ZeroPadding2d(name, before[0], after[0], before[1], after[1]);
            default ->
                throw reading.unsupported(
                        node,
                        "pads over volumes that are none, or those of 'same'",
                        Arrays.toString(before) + " and " + Arrays.toString(after),
                        WITH_ONE);
        };
        return Reading.ofChannelsLast(name, reading.layers().add(layer, List.of(image), Map.of()), image);
    }

    private View cropped(OnnxNode node, View image, int[] before, int[] after, String reader) {
        String name = reading.layers().name(reader + "_crop");
        LayerSpec layer = switch (before.length) {
            case 1 -> new LayerSpec.Cropping1d(name, before[0], after[0]);
            case 2 -> new LayerSpec.Cropping2d(name, before[0], after[0], before[1], after[1]);
            default ->
                throw reading.unsupported(
                        node,
                        "pads over volumes that are none, or those of 'same'",
                        Arrays.toString(before) + " and " + Arrays.toString(after),
                        WITH_ONE);
        };
        return Reading.ofChannelsLast(name, reading.layers().add(layer, List.of(image), Map.of()), image);
    }

    // --- poolings ---

    View pool(OnnxNode node, boolean average) {
        View input = reading.view(node, 0);
        requireRank(node, input);
        reading.require(!reading.isRead(node, 1), node, "no indices of the largest values", "them read");
        int rank = input.rank() - 2;
        Windows windows =
                Windows.of(reading, node, spatial(input), Windows.numbers(reading, node, "kernel_shape", rank, 1));
        reading.require(
                Arrays.stream(windows.dilation()).allMatch(rate -> rate == 1),
                node,
                "dilations of 1",
                Arrays.toString(windows.dilation()));
        boolean ceiling = node.whole("ceil_mode", 0) == 1;
        boolean countsPadding = average && node.whole("count_include_pad", 0) == 1;
        if (ceiling) {
            Windows more = windows.withCeiling();
            reading.require(
                    !countsPadding || Arrays.equals(more.after(), windows.after()),
                    node,
                    "ceil_mode or count_include_pad",
                    "both");
            windows = more;
        }
        String name = reading.name(node);
        View image = reading.channelsLast(node, input, name);
        boolean same = !windows.isUnpadded() && windows.isSame() && !countsPadding;
        if (!same && !windows.isUnpadded()) {
            reading.require(
                    countsPadding || (!average && reading.isAtLeastZero(image.layer())),
                    node,
                    average
                            ? "pads that are none, those of 'same', or counted"
                            : "pads that are none, those of 'same', or around values >= 0",
                    Arrays.toString(windows.before()) + " and " + Arrays.toString(windows.after()));
            image = padded(node, image, windows.before(), windows.after(), name);
        }
        LayerSpec layer = pooling(name, average, windows, same ? Padding.SAME : Padding.VALID);
        return Reading.ofChannelsLast(name, reading.layers().add(layer, List.of(image), Map.of()), image);
    }

    private static LayerSpec pooling(String name, boolean average, Windows windows, Padding padding) {
        int[] pool = windows.window();
        int[] stride = windows.stride();
        return switch (pool.length) {
            case 1 ->
                average
                        ? new LayerSpec.AveragePooling1d(name, pool[0], stride[0], padding)
                        : new LayerSpec.MaxPooling1d(name, pool[0], stride[0], padding);
            case 2 ->
                average
                        ? new LayerSpec.AveragePooling2d(name, size2(pool), size2(stride), padding)
                        : new LayerSpec.MaxPooling2d(name, size2(pool), size2(stride), padding);
            default -> new LayerSpec.Pooling3d(name, average, size3(pool), size3(stride), padding);
        };
    }

    /** Over all axes behind the channels. */
    View poolAll(OnnxNode node, boolean average) {
        View input = reading.view(node, 0);
        requireRank(node, input);
        int[] axes = new int[input.rank() - 2];
        for (int i = 0; i < axes.length; i++) {
            axes[i] = i + 2;
        }
        return AxisReader.reduced(reading, node, input, axes, average);
    }

    static Size2 size2(int[] size) {
        return new Size2(size[0], size[1]);
    }

    static Size3 size3(int[] size) {
        return new Size3(size[0], size[1], size[2]);
    }
}

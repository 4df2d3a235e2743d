package dev.hourglass.formats.onnx.read;

import dev.hourglass.files.Excerpt;
import dev.hourglass.files.RegularFile;
import dev.hourglass.formats.OpenSizesException;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.keras.LoadedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads ONNX models as PyTorch, Keras and Hourglass export them: one input, operators that layers compute, weights in the
 * file or beside it.
 *
 * <p>Samples are as the file says, an image {@code [channels, height, width]} from PyTorch. Between, images lie channels
 * last, as everywhere here. Where the data is known to lie channels last as well, so that the file's order doesn't fit, the
 * model reads and gives it like that.
 */
public final class OnnxReader {
    /** By which the file's arithmetic of shapes counts samples, where it leaves their number open. */
    private static final int SAMPLES = 101;

    private OnnxReader() {}

    /**
     * @param sample the shape of the data's samples; null if it is not known
     * @throws IOException if the file can't be read
     * @throws CorruptFileException if it is damaged, or no ONNX model
     * @throws UnsupportedModelException if it holds what Hourglass doesn't compute
     */
    public static LoadedModel read(Path file, @Nullable Shape sample) throws IOException {
        long length = Files.size(file);
        Bounds bounds = new Bounds(file.toString(), length);
        if (length > Integer.MAX_VALUE - 64) {
            throw bounds.refuse("at most 2 GB, as Protocol Buffers have", length + " bytes");
        }
        bounds.reserve(length, "the file's bytes");
        byte[] bytes;
        try (InputStream in = RegularFile.open(file)) {
            bytes = in.readNBytes((int) length);
        }
        OnnxGraph graph = GraphFile.read(ByteBuffer.wrap(bytes), bounds);
        return new OnnxReader.Run(file, graph, bounds).read(sample);
    }

    /** One reading. */
    private record Run(Path file, OnnxGraph graph, Bounds bounds) {
        LoadedModel read(@Nullable Shape sample) {
            OnnxGraph.Port port = onlyInput();
            List<@Nullable Long> dimensions = port.dimensions();
            if (dimensions == null || dimensions.size() < 2) {
                throw unsupported(
                        "an input of a batch and at least one more axis",
                        dimensions == null ? "one of which nothing is said" : dimensions.size() + " axes");
            }
            int batchAxis = batchAxis(port.name(), dimensions);
            Layout layout = Layout.of(file, dimensions, batchAxis, sample);
            Graph.Input input = new Graph.Input(plain(port.name()), layout.stored());
            GraphBuilder layers = new GraphBuilder(input, bounds);
            Reading reading = new Reading(graph, layers, new ExternalData(file), bounds);
            Long samples = dimensions.get(batchAxis);
            Atom batch = Atom.ofBatch(samples == null || samples < 1 ? SAMPLES : (int) Math.min(samples, 1 << 20));
            reading.giveInput(
                    port.name(),
                    View.of(
                            input.name(),
                            layout.stored(),
                            layout.axisOf(),
                            new View.Batch(batch, batchAxis, dimensions.size())));
            OnnxGraph.Port output = output(layout);
            new OperatorReader(reading).readAll(needed(output.name()), output.name());
            View result = result(reading, output.name(), layout);
            reading.attentions().fold(result.layer());
            return new Assembly(file, graph, reading).of(result.layer());
        }

        private OnnxGraph.Port onlyInput() {
            if (graph.inputs().size() != 1) {
                throw new UnsupportedModelException(file + ": expected one input, found "
                        + graph.inputs().size()
                        + " of them. Models of several inputs are read from Keras's files, .keras and .h5.");
            }
            return graph.inputs().getFirst();
        }

        /** The first axis, but where that is fixed and the second is open, or a recurrent operator reads it so. */
        private int batchAxis(String input, List<@Nullable Long> dimensions) {
            boolean isSecond = dimensions.get(0) != null && dimensions.get(1) == null && dimensions.size() == 3;
            boolean allFixed = dimensions.stream().noneMatch(size -> size == null);
            boolean stepsFirst = allFixed
                    && dimensions.size() == 3
                    && graph.nodes().stream()
                            .filter(node -> node.inputs().contains(input))
                            .allMatch(node -> Set.of("LSTM", "GRU", "RNN").contains(node.operator())
                                    && node.whole("layout", 0) == 0);
            return isSecond || stepsFirst ? 1 : 0;
        }

        /** The only output, or of several the one that rebuilds the input. */
        private OnnxGraph.Port output(Layout layout) {
            List<OnnxGraph.Port> outputs = graph.outputs();
            if (outputs.size() > 1) {
                outputs = outputs.stream()
                        .filter(port -> {
                            List<@Nullable Long> dimensions = port.dimensions();
                            return dimensions != null && layout.isLike(dimensions);
                        })
                        .toList();
            }
            if (outputs.size() != 1) {
                throw unsupported(
                        "one output, or one that is of the input's shape",
                        graph.outputs().size() + " outputs, " + outputs.size() + " of that shape");
            }
            return outputs.getFirst();
        }

        /** The nodes that lead to the output, in their order. */
        private List<OnnxNode> needed(String output) {
            Set<String> wanted = new HashSet<>(Set.of(output));
            List<OnnxNode> nodes = new ArrayList<>();
            for (OnnxNode node : graph.nodes().reversed()) {
                if (node.outputs().stream().anyMatch(name -> !name.isEmpty() && wanted.contains(name))) {
                    wanted.addAll(node.inputs());
                    nodes.addFirst(node);
                }
            }
            return nodes;
        }

        /** The output in the order of its axes, or channels last where the input lies so. */
        private View result(Reading reading, String output, Layout layout) {
            OnnxNode last = new OnnxNode("output", "output", "", List.of(output), List.of(), Map.of());
            View view = reading.view(last, 0);
            if (reading.layers().layer(view.layer()).isEmpty()) {
                LayerSpec nothing =
                        new LayerSpec.ActivationLayer(reading.layers().name("output"), Activation.LINEAR);
                view = reading.pointwise(last, nothing, view);
            }
            List<Integer> axes = layout.channelsLast() && view.rank() > 2 && view.isBatch(0)
                    ? Reading.channelsLast(view)
                    : Reading.natural(view);
            try {
                return reading.inOrder(last, view, axes, "output");
            } catch (ShapeException e) {
                throw unsupported("an output in the order of its steps", String.valueOf(e.getMessage()));
            }
        }

        private UnsupportedModelException unsupported(String expected, String found) {
            return new UnsupportedModelException(file + ": expected " + expected + ", found " + found
                    + ". Export the autoencoder by itself, for use and not for training.");
        }

        private static String plain(String name) {
            return name.replaceAll("[^A-Za-z0-9_]", "_");
        }
    }

    /**
     * How the model's input lies here.
     *
     * @param stored the shape of a sample
     * @param axisOf which axis of the file each of its dimensions is
     * @param channelsLast whether that is another order than the file's
     */
    private record Layout(Shape stored, int[] axisOf, boolean channelsLast) {
        static Layout of(Path file, List<@Nullable Long> dimensions, int batchAxis, @Nullable Shape sample) {
            List<Integer> axes = new ArrayList<>();
            List<@Nullable Long> sizes = new ArrayList<>();
            for (int axis = 0; axis < dimensions.size(); axis++) {
                if (axis != batchAxis) {
                    axes.add(axis);
                    sizes.add(dimensions.get(axis));
                }
            }
            if (sample != null && fits(sizes, sample)) {
                return new Layout(sample, ints(axes), false);
            }
            if (sample != null && sizes.size() > 1 && batchAxis == 0) {
                axes.add(axes.removeFirst());
                sizes.add(sizes.removeFirst());
                if (fits(sizes, sample)) {
                    return new Layout(sample, ints(axes), true);
                }
                axes.addFirst(axes.removeLast());
                sizes.addFirst(sizes.removeLast());
            }
            int[] fixed = new int[sizes.size()];
            for (int i = 0; i < fixed.length; i++) {
                Long size = sizes.get(i);
                if (size == null) {
                    throw open(file, sizes, sample);
                }
                fixed[i] = Math.clamp(size, 0, Integer.MAX_VALUE);
            }
            try {
                return new Layout(Shape.of(fixed), ints(axes), false);
            } catch (ShapeException e) {
                throw new CorruptFileException(
                        file, "an input of ordinary size", Arrays.toString(fixed), Bounds.SAVE_AGAIN);
            }
        }

        private static UnsupportedModelException open(Path file, List<@Nullable Long> sizes, @Nullable Shape sample) {
            String input =
                    file + ": the model reads samples " + sizes.toString().replace("null", "any");
            if (sample != null) {
                return new UnsupportedModelException(
                        input + "; the data has samples " + sample + ". Give data with as many dimensions.");
            }
            return new OpenSizesException(
                    input + " and leaves open what it is read with. Give the shape of a sample with --input.",
                    sizes.stream()
                            .mapToInt(size -> size == null ? 0 : Math.clamp(size, 0, Integer.MAX_VALUE))
                            .toArray());
        }

        private static boolean fits(List<@Nullable Long> sizes, Shape sample) {
            boolean fits = sizes.size() == sample.rank();
            for (int i = 0; fits && i < sizes.size(); i++) {
                Long size = sizes.get(i);
                fits = size == null || size == sample.dimension(i);
            }
            return fits;
        }

        private static int[] ints(List<Integer> axes) {
            return axes.stream().mapToInt(Integer::intValue).toArray();
        }

        /** Whether an output has the sizes of the input. */
        boolean isLike(List<@Nullable Long> dimensions) {
            if (dimensions.size() != axisOf.length + 1) {
                return false;
            }
            for (int i = 0; i < axisOf.length; i++) {
                Long size = dimensions.get(axisOf[i]);
                if (size != null && size != stored.dimension(i)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** The text of a name, for errors. */
    static String shown(String name) {
        return "'" + Excerpt.of(name, 80) + "'";
    }
}

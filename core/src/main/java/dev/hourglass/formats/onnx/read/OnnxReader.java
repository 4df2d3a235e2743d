package dev.hourglass.formats.onnx.read;

import dev.hourglass.files.Excerpt;
import dev.hourglass.files.RegularFile;
import dev.hourglass.formats.OpenSizesException;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.keras.LayerNames;
import dev.hourglass.formats.keras.LoadedModel;
import dev.hourglass.formats.onnx.read.graph.Bounds;
import dev.hourglass.formats.onnx.read.graph.ExternalData;
import dev.hourglass.formats.onnx.read.graph.GraphFile;
import dev.hourglass.formats.onnx.read.graph.OnnxGraph;
import dev.hourglass.formats.onnx.read.graph.OnnxNode;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads ONNX models as PyTorch, Keras and Hourglass export them: inputs and outputs by their names, operators that layers
 * compute, weights in the file or beside it.
 *
 * <p>Samples are as the file says, an image {@code [channels, height, width]} from PyTorch. Between, images lie channels
 * last, as everywhere here. Where the data is known to lie channels last as well, so that the file's order doesn't fit, the
 * model reads and gives it like that.
 */
public final class OnnxReader {
    /** By which the file's arithmetic of shapes counts samples, where it leaves their number open. */
    private static final int SAMPLES = 101;

    private static final int MOST_INPUTS = 256;

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
        List<String> outputs =
                graph.outputs().stream().map(OnnxGraph.Port::name).distinct().toList();
        try {
            return new OnnxReader.Run(file, graph, bounds).read(sample, outputs);
        } catch (UnsupportedModelException e) {
            Run run = new OnnxReader.Run(file, graph, new Bounds(file.toString(), length));
            Optional<String> rebuilt = outputs.size() == 1 || e instanceof OpenSizesException
                    ? Optional.empty()
                    : run.reconstruction(sample);
            return rebuilt.map(output -> run.read(sample, List.of(output))
                            .warned("Output " + shown(output) + " alone is read, which rebuilds the input: "
                                    + e.getMessage()))
                    .orElseThrow(() -> e);
        }
    }

    /** One reading. */
    private record Run(Path file, OnnxGraph graph, Bounds bounds) {
        /** @param outputs the names of those that the model gives */
        LoadedModel read(@Nullable Shape sample, List<String> outputs) {
            List<OnnxNode> needed = needed(outputs);
            List<OnnxGraph.Port> ports = portsReadBy(needed, outputs);
            if (ports.size() > 1) {
                ports.forEach(this::requireSizes);
            }
            List<Layout> layouts = ports.stream()
                    .map(port -> layout(port, ports.size() == 1 ? sample : null))
                    .toList();
            List<Graph.Input> inputs = inputs(ports, layouts);
            GraphBuilder layers = new GraphBuilder(inputs, bounds);
            Map<String, String> names = outputs.size() > 1 ? outputNames(outputs, needed, layers) : Map.of();
            Reading reading = new Reading(graph, layers, new ExternalData(file), bounds);
            giveInputs(reading, inputs, ports, layouts);
            new OperatorReader(reading).readAll(needed, Set.copyOf(outputs));
            List<String> results = new ArrayList<>();
            boolean channelsLast = layouts.stream().anyMatch(Layout::channelsLast);
            for (String output : outputs) {
                results.add(result(reading, output, names.get(output), channelsLast, results));
            }
            reading.attentions().fold(Set.copyOf(results));
            return new Assembly(file, graph, reading).of(results);
        }

        /** Of several outputs the one that rebuilds the only input. */
        Optional<String> reconstruction(@Nullable Shape sample) {
            if (graph.inputs().size() != 1) {
                return Optional.empty();
            }
            Layout layout = layout(graph.inputs().getFirst(), sample);
            List<String> alike = graph.outputs().stream()
                    .filter(port -> {
                        List<@Nullable Long> dimensions = port.dimensions();
                        return dimensions != null && layout.isLike(dimensions);
                    })
                    .map(OnnxGraph.Port::name)
                    .toList();
            return alike.size() == 1 ? Optional.of(alike.getFirst()) : Optional.empty();
        }

        /** The inputs that lead to outputs. */
        private List<OnnxGraph.Port> portsReadBy(List<OnnxNode> nodes, List<String> outputs) {
            Set<String> read = new HashSet<>(outputs);
            nodes.forEach(node -> read.addAll(node.inputs()));
            List<OnnxGraph.Port> ports = graph.inputs().stream()
                    .filter(port -> graph.inputs().size() == 1 || read.contains(port.name()))
                    .toList();
            if (ports.isEmpty()) {
                throw unsupported(
                        "an input that leads to an output", graph.inputs().size() + " that lead to none");
            }
            if (ports.size() > MOST_INPUTS) {
                throw unsupported("at most " + MOST_INPUTS + " inputs", ports.size() + " of them");
            }
            return ports;
        }

        private Layout layout(OnnxGraph.Port port, @Nullable Shape sample) {
            List<@Nullable Long> dimensions = dimensions(port);
            return Layout.of(file, dimensions, batchAxis(port.name(), dimensions), sample);
        }

        private void requireSizes(OnnxGraph.Port port) {
            List<@Nullable Long> sizes = new ArrayList<>(dimensions(port));
            sizes.remove(batchAxis(port.name(), dimensions(port)));
            if (sizes.contains(null)) {
                throw unsupported(
                        "several inputs whose sizes are fixed, but for the batch",
                        shown(port.name()) + " " + sizes.toString().replace("null", "any"));
            }
        }

        private List<@Nullable Long> dimensions(OnnxGraph.Port port) {
            List<@Nullable Long> dimensions = port.dimensions();
            if (dimensions == null || dimensions.size() < 2) {
                throw unsupported(
                        "an input of a batch and at least one more axis",
                        dimensions == null ? "one of which nothing is said" : dimensions.size() + " axes");
            }
            return dimensions;
        }

        /** What the layers are called that give outputs: as these, and no other layer is, unless a node has the name already. */
        private static Map<String, String> outputNames(
                List<String> outputs, List<OnnxNode> nodes, GraphBuilder layers) {
            Map<String, String> names = new HashMap<>();
            for (String output : outputs) {
                String plain = LayerNames.plain(output);
                boolean isNode = nodes.stream()
                        .anyMatch(node -> node.outputs().contains(output)
                                && LayerNames.plain(Reading.plainName(node)).equals(plain));
                names.put(output, isNode ? plain : layers.name(output));
            }
            return names;
        }

        /** With names that tell them apart here. */
        private static List<Graph.Input> inputs(List<OnnxGraph.Port> ports, List<Layout> layouts) {
            LayerNames names = new LayerNames();
            List<Graph.Input> inputs = new ArrayList<>();
            for (int i = 0; i < ports.size(); i++) {
                String name = plain(ports.get(i).name());
                inputs.add(new Graph.Input(
                        ports.size() == 1 ? name : names.unique(name, ""),
                        layouts.get(i).stored()));
            }
            return inputs;
        }

        /** All of one batch: what is merged must have the samples of the same one. */
        private void giveInputs(
                Reading reading, List<Graph.Input> inputs, List<OnnxGraph.Port> ports, List<Layout> layouts) {
            List<@Nullable Long> first = dimensions(ports.getFirst());
            Long samples = first.get(batchAxis(ports.getFirst().name(), first));
            Atom batch = Atom.ofBatch(samples == null || samples < 1 ? SAMPLES : (int) Math.min(samples, 1 << 20));
            for (int i = 0; i < ports.size(); i++) {
                List<@Nullable Long> dimensions = dimensions(ports.get(i));
                int batchAxis = batchAxis(ports.get(i).name(), dimensions);
                reading.giveInput(
                        ports.get(i).name(),
                        View.of(
                                inputs.get(i).name(),
                                layouts.get(i).stored(),
                                layouts.get(i).axisOf(),
                                new View.Batch(batch, batchAxis, dimensions.size())));
            }
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

        /** The nodes that lead to outputs, in their order. */
        private List<OnnxNode> needed(List<String> outputs) {
            Set<String> wanted = new HashSet<>(outputs);
            List<OnnxNode> nodes = new ArrayList<>();
            for (OnnxNode node : graph.nodes().reversed()) {
                if (node.outputs().stream().anyMatch(name -> !name.isEmpty() && wanted.contains(name))) {
                    wanted.addAll(node.inputs());
                    nodes.addFirst(node);
                }
            }
            return nodes;
        }

        /**
         * The layer that gives an output in the order of its axes, or channels last where an input lies so.
         *
         * @param name what it is to be called; null where that doesn't matter
         * @param others the layers that give other outputs
         */
        private String result(
                Reading reading, String output, @Nullable String name, boolean channelsLast, List<String> others) {
            OnnxNode last = new OnnxNode("output", "output", "", List.of(output), List.of(), Map.of());
            View view = reading.view(last, 0);
            List<Integer> axes = channelsLast && view.rank() > 2 && view.isBatch(0)
                    ? Reading.channelsLast(view)
                    : Reading.natural(view);
            boolean isLayer = reading.layers().layer(view.layer()).isPresent();
            try {
                View from = isLayer
                        ? view
                        : passedOn(reading, last, reading.layers().name("output"), view);
                View given = reading.inOrder(last, from, axes, name == null ? "output" : name);
                if (!others.contains(given.layer())
                        && (name == null || given.layer().equals(name))) {
                    return given.layer();
                }
                boolean isFree = name != null && reading.layers().layer(name).isEmpty();
                String free = name != null && isFree ? name : reading.layers().name(output);
                return passedOn(reading, last, free, given).layer();
            } catch (ShapeException e) {
                throw unsupported("an output in the order of its steps", String.valueOf(e.getMessage()));
            }
        }

        /** The same numbers by another name. */
        private static View passedOn(Reading reading, OnnxNode last, String name, View from) {
            return reading.pointwise(last, new LayerSpec.ActivationLayer(name, Activation.LINEAR), from);
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
        static Layout of(Path file, List<@Nullable Long> dimensions, int batchAxis, @Nullable Shape data) {
            // Grey pictures [height, width] are read as [height, width, 1].
            boolean grey = data != null && data.rank() == 2 && dimensions.size() == 4;
            Shape sample = data != null && grey ? Shape.of(data.dimension(0), data.dimension(1), 1) : data;
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
                    throw open(file, sizes, data);
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

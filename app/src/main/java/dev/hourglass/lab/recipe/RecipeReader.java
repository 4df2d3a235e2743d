package dev.hourglass.lab.recipe;

import dev.hourglass.data.files.ArrayPath;
import dev.hourglass.engine.Penalty;
import dev.hourglass.files.Failures;
import dev.hourglass.files.RegularFile;
import dev.hourglass.files.Spelling;
import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.InputParts;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.report.results.Reference;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.train.TrainOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/**
 * Reads recipes: YAML of at most 1 MB with the keys {@code title}, {@code data}, {@code models}, {@code training},
 * {@code outputs} and {@code detect}, as labs/mnist.yaml shows and explains. A model may have {@code data} and {@code training} of its own,
 * whose keys go before those of the recipe, as in labs/cifar10.yaml. Every mistake is a {@link RecipeException} that says
 * where it stands.
 */
public final class RecipeReader {
    /** The recipes that are part of Hourglass: labs/NAME.yaml. */
    public static final List<String> BUILT_IN = List.of(
            "mnist",
            "cifar10",
            "mnist-strong",
            "cifar10-strong",
            "sequences",
            "sequences-reversed",
            "sequences-conv1d",
            "sequences-cnn-lstm",
            "sequences-transformer",
            "sequences-teacher-forced",
            "sequences-composite",
            "mnist-denoising",
            "mnist-sparse",
            "mnist-sparse-kl",
            "mnist-contractive",
            "mnist-vae",
            "mnist-vae-conv",
            "mnist-vae-plane",
            "mnist-vq",
            "mnist-unet",
            "cifar10-unet",
            "cifar10-residual");

    /** How a layer's {@code inputs} name what the model reads. */
    static final String INPUT = "input";

    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_LAYERS = 500;
    private static final int MAX_EPOCHS = 1_000_000;
    private static final int MAX_LATENT_SIZE = 65_536;

    private final List<String> datasets;

    /** @param datasets the names that a recipe's data may have */
    public RecipeReader(Collection<String> datasets) {
        this.datasets = List.copyOf(datasets);
    }

    /**
     * A recipe by what a user types: the name of one that is built in, or a file.
     *
     * @param nameOrFile such as {@code mnist} or {@code my/lab.yaml}; a file ends in .yaml or .yml or has a folder
     * @throws RecipeException if there is none, or it has a mistake
     */
    public Recipe find(String nameOrFile) {
        if (BUILT_IN.contains(nameOrFile)) {
            return builtIn(nameOrFile);
        }
        if (nameOrFile.matches("(?s).*(\\.ya?ml|[/\\\\].*)")) {
            return read(Path.of(nameOrFile));
        }
        throw new RecipeException("expected the name of a lab or a recipe file ending in .yaml, found '" + nameOrFile
                + "'." + Spelling.hint(nameOrFile, BUILT_IN));
    }

    /** @throws RecipeException if the file cannot be read or has a mistake */
    public Recipe read(Path file) {
        if (Files.isDirectory(file)) {
            throw new RecipeException(file + ": expected a recipe file, found a folder. Name a .yaml file in it.");
        }
        try (InputStream in = RegularFile.open(file)) {
            return parse(
                    in,
                    file.toString(),
                    stem(file),
                    RecipeFolder.of(file.toAbsolutePath().getParent()));
        } catch (NoSuchFileException e) {
            throw new RecipeException(
                    file + ": expected a recipe file, found none. Check the path, or run one of the labs: "
                            + String.join(", ", BUILT_IN) + ".",
                    e);
        } catch (IOException e) {
            throw new RecipeException(file + ": the recipe cannot be read: " + Failures.reason(e) + ".", e);
        }
    }

    /**
     * A recipe as text. Folders in it are relative to where the process runs.
     *
     * @param text YAML, or JSON, which is YAML
     * @param name the recipe's; also what its mistakes name as the file
     * @throws RecipeException if it has a mistake
     */
    public Recipe parse(String text, String name) {
        return parse(text, name, RecipeFolder.NONE);
    }

    /**
     * A stranger's recipe as text, whose files and folders must lie in a folder; no link in it is followed.
     *
     * @param data real path of that folder
     * @throws RecipeException if it has a mistake, or names what lies elsewhere
     */
    public Recipe parseWithin(String text, String name, Path data) {
        return parse(text, name, RecipeFolder.confinedTo(data));
    }

    private Recipe parse(String text, String name, RecipeFolder folder) {
        if (text.length() > MAX_BYTES) {
            throw new Place(name, 1, 1, "").error("expected a recipe of at most 1 MB, found a longer text.");
        }
        return recipe(YamlTree.parse(text, name), name, folder);
    }

    private Recipe builtIn(String name) {
        String file = "labs/" + name + ".yaml";
        try (InputStream in = RecipeReader.class.getResourceAsStream("/" + file)) {
            if (in == null) {
                throw new IllegalStateException("The jar lacks its resource " + file + "; build it again");
            }
            return parse(in, file, name, RecipeFolder.NONE);
        } catch (IOException e) {
            throw new RecipeException(file + ": the recipe cannot be read: " + Failures.reason(e) + ".", e);
        }
    }

    private Recipe parse(InputStream in, String file, String name, RecipeFolder folder) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        Place start = new Place(file, 1, 1, "");
        if (bytes.length > MAX_BYTES) {
            throw start.error("expected a recipe of at most 1 MB, found a larger file. Is it a recipe?");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw start.error("expected UTF-8 text, found other bytes. Save the recipe as UTF-8.");
        }
        return recipe(YamlTree.parse(text, file), name, folder);
    }

    private Recipe recipe(Node root, String name, RecipeFolder folder) {
        Mapping top = root.asMapping("a recipe with the keys data and models")
                .allowing("title", "data", "models", "training", "outputs", "detect");
        // Each is read here as well, so that a mistake is found even where every model overrides it.
        Optional<Mapping> data = top.find("data").map(RecipeReader::dataMapping);
        data.ifPresent(mapping -> data(mapping, folder));
        Optional<Mapping> training = top.find("training").map(TrainingSyntax::mapping);
        training.ifPresent(TrainingSyntax::read);
        List<ModelRecipe> models = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Node item : top.require("models", "models: [{name: cnn, preset: mnist-cnn}]")
                .asItems("a list of models")) {
            Mapping model = item.asMapping("a model such as {name: cnn, preset: mnist-cnn}");
            List<Penalty> penalties = new ArrayList<>();
            OutputSyntax outputs = OutputSyntax.read(model, inputs(model).keySet());
            AutoencoderSpec spec = spec(model, modelName(model, names), outputs, penalties);
            Mapping learned = merged(model.find("data").map(RecipeReader::dataMapping), data, Mapping::over)
                    .orElseThrow(() -> top.place()
                            .error("expected the key 'data', found none. Add it, such as 'data: {name: mnist}'."));
            Optional<Mapping> trained =
                    merged(model.find("training").map(TrainingSyntax::mapping), training, TrainingSyntax::over);
            Origin origin = folder.isOfFile() ? Origin.of(item.place()) : Origin.NONE;
            models.add(new ModelRecipe(
                    spec,
                    byInputs(data(learned, folder), inputs(model).keySet()),
                    with(
                            spec,
                            outputs,
                            penalties,
                            trained.map(TrainingSyntax::read).orElseGet(TrainOptions::defaults)),
                    model.find("references").map(RecipeReader::references).orElse(List.of()),
                    origin));
        }
        int largest = models.stream().mapToInt(RecipeReader::sampleSize).max().orElse(0);
        return new Recipe(
                name,
                top.find("title").map(node -> node.asText("a title")).orElse(name),
                models,
                top.find("outputs").map(node -> outputs(node, largest)).orElse(Recipe.Outputs.DEFAULT),
                top.find("detect").map(node -> DetectSyntax.read(node, folder)).orElse(null));
    }

    /** What layers say of their weights and activities is part of what is made small, and so is how far codes are from the prior. */
    private static TrainOptions with(
            AutoencoderSpec spec, OutputSyntax outputs, List<Penalty> ofLayers, TrainOptions options) {
        List<Penalty> all = new ArrayList<>(options.loss().penalties());
        all.addAll(ofLayers);
        return options.withLoss(
                outputs.loss(spec, options.loss()).withPenalties(all).withDivergences(spec.graph()));
    }

    private static int sampleSize(ModelRecipe model) {
        return model.spec().input().size();
    }

    /** What a model says of itself over what the recipe says for all. */
    private static Optional<Mapping> merged(
            Optional<Mapping> own, Optional<Mapping> shared, BinaryOperator<Mapping> over) {
        return own.isPresent() && shared.isPresent()
                ? Optional.of(over.apply(own.get(), shared.get()))
                : own.or(() -> shared);
    }

    private static Mapping dataMapping(Node node) {
        return node.asMapping("a mapping such as {name: mnist}")
                .allowing(Stream.of(
                                List.of("name", "folder", "limit", "next_steps"), SeriesSyntax.KEYS, PictureSyntax.KEYS)
                        .flatMap(List::stream)
                        .distinct()
                        .toArray(String[]::new));
    }

    /** Of a model that has several inputs, a file's arrays of their names are its samples. */
    private static Recipe.Data byInputs(Recipe.Data data, Set<String> inputs) {
        Recipe.Series series = data.series();
        if (series == null || inputs.isEmpty() || !series.options().arrays().isEmpty()) {
            return data;
        }
        return data.withSeries(new Recipe.Series(series.file(), series.options().withArrays(List.copyOf(inputs))));
    }

    private Recipe.Data data(Mapping given, RecipeFolder recipeFolder) {
        Mapping data = PictureSyntax.ofFolder(given, recipeFolder);
        Optional<Node> limit = data.find("limit");
        Integer trainingLimit = limit.flatMap(node -> limit(node, "training")).orElse(null);
        Integer testLimit = limit.flatMap(node -> limit(node, "test")).orElse(null);
        Integer nextSteps = data.find("next_steps")
                .map(node -> node.asInt(1, Integer.MAX_VALUE))
                .orElse(null);
        if (PictureSyntax.isIn(data)) {
            Recipe.Pictures pictures = PictureSyntax.read(data, recipeFolder);
            return new Recipe.Data(
                    fileName(pictures.source().toAbsolutePath().normalize()),
                    null,
                    trainingLimit,
                    testLimit,
                    null,
                    pictures,
                    nextSteps);
        }
        if (data.find("source").isPresent()) {
            Recipe.Series series = SeriesSyntax.read(data, recipeFolder);
            return new Recipe.Data(fileName(series.file()), null, trainingLimit, testLimit, series, null, nextSteps);
        }
        SeriesSyntax.requireSource(data);
        Node name = data.require("name", "name: mnist");
        String dataset = name.asText("the name of a data set");
        if (!datasets.contains(dataset)) {
            throw name.place()
                    .error("expected a data set, found '" + dataset + "'." + Spelling.hint(dataset, datasets));
        }
        return new Recipe.Data(
                dataset,
                data.find("folder")
                        .map(node -> node.asPath("a folder", recipeFolder))
                        .orElse(null),
                trainingLimit,
                testLimit,
                null,
                null,
                nextSteps);
    }

    /** One number for both splits, or {@code {training: 8000, test: 2000}} with at least one of the two. */
    private static Optional<Integer> limit(Node node, String split) {
        if (!(node instanceof Mapping splits)) {
            return Optional.of(node.asInt(1, Integer.MAX_VALUE));
        }
        if (splits.allowing("training", "test").entries().isEmpty()) {
            throw node.place().error("expected a number or {training: 8000, test: 2000}, found an empty mapping.");
        }
        return splits.find(split).map(count -> count.asInt(1, Integer.MAX_VALUE));
    }

    /** @param penalties receives what the layers say of their weights and activities */
    private static AutoencoderSpec spec(Mapping model, String name, OutputSyntax outputs, List<Penalty> penalties) {
        return model.find("preset").isPresent() ? preset(model, name) : writtenOut(model, name, outputs, penalties);
    }

    /** Lower case, because files are named after models and some disks do not tell cases apart. */
    private static String modelName(Mapping model, Set<String> names) {
        Node node = model.require("name", "name: cnn");
        String expected = "a name of lower-case letters, digits, '-' and '_', at most 40";
        String name = node.asText(expected);
        if (!name.matches("[a-z0-9][a-z0-9_-]{0,39}")) {
            throw node.place().error("expected " + expected + ", found " + node.found() + ".");
        }
        if (!names.add(name)) {
            throw node.place()
                    .error("expected a name that no other model has, found '" + name + "' again. Rename one.");
        }
        return name;
    }

    private static AutoencoderSpec preset(Mapping model, String name) {
        for (String key : List.of("input", "inputs", "encoder", "decoder")) {
            Node.Entry entry = model.entries().get(key);
            if (entry != null) {
                throw entry.key()
                        .error("expected a preset alone, found '" + key
                                + "' beside it. Remove it, or remove 'preset' and write all layers.");
            }
        }
        model.allowing("name", "preset", "outputs", "data", "training", "references");
        Node preset = model.require("preset", "preset: mnist-cnn");
        String presetName = preset.asText("the name of a preset");
        return Presets.find(presetName, name)
                .orElseThrow(() -> preset.place()
                        .error("expected a preset, found '" + presetName + "'."
                                + Spelling.hint(presetName, Presets.names())));
    }

    private static AutoencoderSpec writtenOut(
            Mapping model, String name, OutputSyntax outputs, List<Penalty> penalties) {
        model.allowing(
                "name", "preset", "input", "inputs", "encoder", "decoder", "outputs", "data", "training", "references");
        Map<String, Shape> parts = inputs(model);
        LayerSyntax syntax = new LayerSyntax(penalties);
        List<Node> encoderNodes = layerNodes(model.require("encoder", "encoder: [Flatten, Dense: {units: 32}]"));
        Shape input = parts.isEmpty()
                ? LayerSyntax.shape(model.require("input", "input: [28, 28, 1]"))
                : Shape.of(parts.values().stream().mapToInt(Shape::size).sum());
        List<Node> decoderNodes = layerNodes(model.require("decoder", "decoder: [Dense: {units: 784}]"));
        List<Node> nodes = new ArrayList<>(encoderNodes);
        nodes.addAll(decoderNodes);
        List<Graph.Node> wired = new ArrayList<>();
        ModelShapes shapes = new ModelShapes(parts.isEmpty() ? Map.of(INPUT, input) : parts);
        String first = parts.isEmpty() ? INPUT : parts.keySet().iterator().next();
        for (Node node : nodes) {
            String before = wired.isEmpty() ? first : wired.getLast().name();
            LayerSyntax.Placed placed = syntax.readPlaced(node, inputs -> shapes.ofOne(inputs, before));
            List<String> read = placed.inputs().isEmpty()
                    ? List.of(before)
                    : placed.inputs().stream().map(shapes::known).toList();
            wired.add(shapes.add(placed.layer(), read, node));
        }
        String waist = wired.get(encoderNodes.size() - 1).name();
        try {
            String inputName = inputName(wired);
            List<Graph.Input> inputs = parts.isEmpty()
                    ? List.of(new Graph.Input(inputName, input))
                    : parts.entrySet().stream()
                            .map(part -> new Graph.Input(part.getKey(), part.getValue()))
                            .toList();
            Graph graph = new Graph(
                    inputs,
                    wired.stream().map(node -> renamed(node, inputName)).toList(),
                    outputs.layers(wired.stream().map(Graph.Node::name).toList()));
            graph = VariableSyntax.applied(graph, syntax.ofVariables());
            if (graph.bypass(waist).isEmpty()) {
                requireNarrow(shapes.of(waist).size(), input.size(), encoderNodes.getLast());
            }
            AutoencoderSpec spec = parts.isEmpty()
                    ? new AutoencoderSpec(name, graph, waist)
                    : InputParts.joined(name, graph, rebuilding(model, graph, outputs, shapes), waist);
            requireEncoder(spec, wired, encoderNodes);
            return spec;
        } catch (ShapeException e) {
            throw nodes.getLast().place().error(e);
        } catch (IllegalArgumentException e) {
            throw nodes.getLast().place().error(String.valueOf(e.getMessage()) + ".");
        }
    }

    private static List<String> rebuilding(Mapping model, Graph graph, OutputSyntax outputs, ModelShapes shapes) {
        Map<String, Shape> given = new LinkedHashMap<>();
        graph.outputs().forEach(output -> given.put(output, shapes.of(output)));
        return outputs.rebuilding(
                graph.inputs(), given, model.require("inputs", "inputs").place());
    }

    /** The inputs of a model that has several, in the order in which a sample has their numbers; else none. */
    private static Map<String, Shape> inputs(Mapping model) {
        Node inputs = model.find("inputs").orElse(null);
        Map<String, Shape> shapes = new LinkedHashMap<>();
        if (inputs == null) {
            return shapes;
        }
        Mapping parts = inputs.asMapping("inputs by name, such as {picture: [28, 28, 1], row: [10]}");
        if (model.find("input").isPresent() || parts.entries().size() < 2) {
            throw inputs.place()
                    .error("expected at least two inputs by name, such as {picture: [28, 28, 1], row: [10]}, and no"
                            + " 'input' beside them. Write a single one as 'input: [28, 28, 1]'.");
        }
        parts.entries().forEach((name, entry) -> {
            if (!name.matches("[A-Za-z][A-Za-z0-9_]*") || name.equals(INPUT)) {
                throw entry.key()
                        .error("expected a name of letters, digits and '_' other than '" + INPUT + "', found '" + name
                                + "'.");
            }
            shapes.put(name, LayerSyntax.shape(entry.value()));
        });
        return shapes;
    }

    /** What layers call the model's input in a recipe; a model whose layer has that name calls it otherwise. */
    private static String inputName(List<Graph.Node> nodes) {
        String name = INPUT;
        for (boolean taken = true; taken; name = taken ? name + "_" : name) {
            String tried = name;
            taken = nodes.stream().anyMatch(node -> node.name().equals(tried));
        }
        return name;
    }

    private static Graph.Node renamed(Graph.Node node, String inputName) {
        return new Graph.Node(
                node.layer(),
                node.inputs().stream()
                        .map(read -> read.equals(INPUT) ? inputName : read)
                        .toList());
    }

    /** All that stands under 'encoder' must lead to the last layer there, which gives the code. */
    private static void requireEncoder(AutoencoderSpec spec, List<Graph.Node> wired, List<Node> encoderNodes) {
        Set<String> encoding = new HashSet<>();
        spec.encoder().forEach(layer -> encoding.add(layer.name()));
        for (int i = 0; i < encoderNodes.size(); i++) {
            if (!encoding.contains(wired.get(i).name())) {
                throw encoderNodes
                        .get(i)
                        .place()
                        .error("expected a layer that leads to the waist '" + spec.waist() + "', found '"
                                + wired.get(i).name() + "', which does not. Move it to the decoder.");
            }
        }
    }

    /** The shapes of a model's values, as far as it is read. */
    private static final class ModelShapes {
        private final Map<String, Shape> shapes = new LinkedHashMap<>();

        /** @param inputs by the names that layers have for them */
        ModelShapes(Map<String, Shape> inputs) {
            shapes.putAll(inputs);
        }

        Shape of(String value) {
            return Objects.requireNonNull(shapes.get(value));
        }

        /** What a layer reads, if that is one value. */
        Optional<Shape> ofOne(List<Node> inputs, String before) {
            return inputs.size() > 1
                    ? Optional.empty()
                    : Optional.of(of(inputs.isEmpty() ? before : known(inputs.getFirst())));
        }

        /** The name of a layer that stands before, or of the model's input. */
        String known(Node node) {
            String name = node.asText("the name of a layer before it");
            if (!shapes.containsKey(name)) {
                throw node.place()
                        .error("expected a layer that stands before this one, or '" + INPUT + "', found '" + name + "'."
                                + Spelling.hint(name, shapes.keySet()));
            }
            return name;
        }

        Graph.Node add(LayerSpec layer, List<String> read, Node node) {
            try {
                Graph.Node wired = new Graph.Node(layer, read);
                List<LayerFacts.Source> sources = read.stream()
                        .map(name ->
                                new LayerFacts.Source(name.equals(INPUT) ? "the input" : "'" + name + "'", of(name)))
                        .toList();
                shapes.put(layer.name(), LayerFacts.ofSources(layer, sources).output());
                return wired;
            } catch (ShapeException e) {
                throw node.place().error(e);
            } catch (ArithmeticException e) {
                throw node.place()
                        .error("expected an output of at most 2,147,483,583 numbers, found more. Choose smaller"
                                + " sizes.");
            } catch (IllegalArgumentException e) {
                throw node.place().error(String.valueOf(e.getMessage()) + ".");
            }
        }
    }

    private static void requireNarrow(int latentSize, int sampleSize, Node latent) {
        if (latentSize > sampleSize) {
            throw latent.place()
                    .error(String.format(
                            Locale.ROOT,
                            "expected a waist of at most %,d numbers, as many as a sample has, found %,d: it would"
                                    + " compress nothing. Make it narrower.",
                            sampleSize,
                            latentSize));
        }
    }

    private static List<Node> layerNodes(Node node) {
        List<Node> layers = node.asItems("a list of layers");
        if (layers.size() > MAX_LAYERS) {
            throw node.place().error("expected at most " + MAX_LAYERS + " layers, found " + layers.size() + ".");
        }
        return layers;
    }

    private static Recipe.Outputs outputs(Node node, int largestSample) {
        Mapping outputs = node.asMapping("a mapping such as {examples: 10}")
                .allowing("examples", "plots", "report", "epochs", "sweep");
        Recipe.Outputs defaults = Recipe.Outputs.DEFAULT;
        return new Recipe.Outputs(
                outputs.find("examples").map(value -> value.asInt(1, 100)).orElse(defaults.examples()),
                outputs.find("plots").map(Node::asBoolean).orElse(defaults.plots()),
                outputs.find("report").map(Node::asBoolean).orElse(defaults.report()),
                outputs.find("epochs").map(Node::asBoolean).orElse(defaults.epochs()),
                outputs.find("sweep").map(sweep -> sweep(sweep, largestSample)).orElse(null));
    }

    private static Recipe.Sweep sweep(Node node, int largestSample) {
        String example = "latent_sizes: [4, 8, 16], epochs: 10";
        Mapping sweep = node.asMapping("a mapping such as {" + example + "}").allowing("latent_sizes", "epochs");
        return new Recipe.Sweep(
                sweep.require("latent_sizes", "latent_sizes: [4, 8, 16]").asItems("a list of latent sizes").stream()
                        .map(size -> latentSize(size, largestSample))
                        .toList(),
                sweep.require("epochs", "epochs: 10").asInt(1, MAX_EPOCHS));
    }

    private static int latentSize(Node node, int largestSample) {
        int size = node.asInt(1, MAX_LATENT_SIZE);
        requireNarrow(size, largestSample, node);
        return size;
    }

    private static List<Reference> references(Node node) {
        return node.asItems("a list of what others report").stream()
                .map(item -> {
                    Mapping reference = item.asMapping("a mapping such as {source: PyTorch, mse: 0.0136}")
                            .allowing("source", "mse", "mae", "compression");
                    return new Reference(
                            reference.require("source", "source: PyTorch").asText("who reports it"),
                            reference.find("mse").map(RecipeReader::positive).orElse(null),
                            reference.find("mae").map(RecipeReader::positive).orElse(null),
                            reference
                                    .find("compression")
                                    .map(RecipeReader::positive)
                                    .orElse(null));
                })
                .toList();
    }

    private static double positive(Node node) {
        return node.asDouble("a number > 0", value -> value > 0);
    }

    private static String fileName(Path data) {
        Path file = ArrayPath.of(data).map(ArrayPath::file).orElse(data);
        return Optional.ofNullable(file.getFileName()).map(Path::toString).orElse("");
    }

    private static String stem(Path file) {
        String stem = fileName(file).replaceFirst("\\.ya?ml$", "");
        return stem.isEmpty() ? "lab" : stem;
    }
}

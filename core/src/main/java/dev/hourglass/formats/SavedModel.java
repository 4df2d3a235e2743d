package dev.hourglass.formats;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.series.SoundFolder;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.Detector;
import dev.hourglass.detect.series.SampleCodes;
import dev.hourglass.detect.series.StepErrors;
import dev.hourglass.detect.series.StreamingDetector;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.engine.OutputTerm;
import dev.hourglass.engine.Target;
import dev.hourglass.files.Spelling;
import dev.hourglass.formats.keras.KerasOrder;
import dev.hourglass.formats.keras.weights.StateNames;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Bypass;
import dev.hourglass.model.BypassException;
import dev.hourglass.model.Graph;
import dev.hourglass.model.InputParts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.VectorCodes;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a model file holds: layers with their parameters and all that is needed to use them as they were trained and to
 * train them on. They may be an autoencoder, or one half of one.
 *
 * @param name letters, digits and underscores
 * @param graph at least one layer, with one or several inputs and outputs; the layers before the waist come first
 * @param parameters of the layers, in their order
 * @param normalization what samples go through before the first layer
 * @param waist where the code lies
 * @param loss what it was trained to make small, or null if that is not known
 * @param optimizer what further training goes on from, or null
 * @param provenance how the model was made, for people: names and values in order
 * @param warnings what a reader should know of a file that was loaded all the same, such as weights that are NaN; a
 *     sentence each
 * @param detection what makes it a detector of anomalies, or null
 */
public record SavedModel(
        String name,
        Graph graph,
        Parameters parameters,
        Normalization normalization,
        Waist waist,
        @Nullable Loss loss,
        @Nullable OptimizerState optimizer,
        Map<String, String> provenance,
        List<String> warnings,
        @Nullable Detection detection) {
    private static final String NAME_OUTPUT = ". Name the one that is meant with --output NAME.";
    private static final String OTHER_FILE_OR_WAIST =
            " Use the file of the whole autoencoder, or name the layer that gives the code with --waist LAYER.";

    /** @throws dev.hourglass.tensor.ShapeException if the layers do not fit together */
    public SavedModel {
        List<Graph.Node> layers = graph.nodes();
        if (layers.isEmpty()) {
            throw new IllegalArgumentException("Model '" + name + "' needs at least one layer");
        }
        ModelFacts.of(graph);
        if (waist.encoderLayers() > layers.size()) {
            throw new IllegalArgumentException("The waist of model '" + name + "' must lie after at most "
                    + layers.size() + " layers, got " + waist.encoderLayers());
        }
        provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
        warnings = List.copyOf(warnings);
    }

    /** The key of {@link #provenance} under which stands what sound became before the model saw it. */
    public static final String SPECTROGRAM = "Spectrogram";

    /** What sound becomes for the model, as it was trained; empty where its file says nothing of that. */
    public Optional<LogMelSpectrogram> spectrogram() {
        try {
            return Optional.ofNullable(provenance.get(SPECTROGRAM)).flatMap(LogMelSpectrogram::parse);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // for people: whoever wrote it can't be held to it
        }
    }

    /** How a source is read for the model: sound as it was trained, where nothing else is said. */
    public SourceOptions reading(String source, SourceOptions options) {
        if (options.spectrogram() != null || spectrogram().isEmpty()) {
            return options;
        }
        try {
            return SoundFolder.isSound(Path.of(source))
                    ? options.withSpectrogram(spectrogram().get())
                    : options;
        } catch (InvalidPathException e) {
            return options; // the name of a data set
        }
    }

    /**
     * A model that is no detector.
     *
     * @throws dev.hourglass.tensor.ShapeException if the layers do not fit together
     */
    public SavedModel(
            String name,
            Graph graph,
            Parameters parameters,
            Normalization normalization,
            Waist waist,
            @Nullable Loss loss,
            @Nullable OptimizerState optimizer,
            Map<String, String> provenance,
            List<String> warnings) {
        this(name, graph, parameters, normalization, waist, loss, optimizer, provenance, warnings, null);
    }

    /**
     * A chain of layers.
     *
     * @param input the shape of one sample
     * @param layers at least one, with names of their own
     * @throws dev.hourglass.tensor.ShapeException if the layers do not fit together
     */
    public SavedModel(
            String name,
            Shape input,
            List<LayerSpec> layers,
            Parameters parameters,
            Normalization normalization,
            Waist waist,
            @Nullable Loss loss,
            @Nullable OptimizerState optimizer,
            Map<String, String> provenance,
            List<String> warnings) {
        this(name, Graph.chain(input, layers), parameters, normalization, waist, loss, optimizer, provenance, warnings);
    }

    /**
     * A model to be written.
     *
     * @param optimizer what further training shall go on from, with the mean squared error; or null
     */
    public static SavedModel of(Autoencoder model, @Nullable OptimizerState optimizer, Map<String, String> provenance) {
        return of(model, optimizer == null ? null : new Loss.MeanSquaredError(), optimizer, provenance);
    }

    /**
     * A model that was trained here, to be written.
     *
     * @param loss what it was trained to make small, or null
     * @param optimizer what further training shall go on from, or null
     */
    public static SavedModel of(
            Autoencoder model,
            @Nullable Loss loss,
            @Nullable OptimizerState optimizer,
            Map<String, String> provenance) {
        AutoencoderSpec spec = model.spec();
        return new SavedModel(
                spec.name(),
                spec.graph(),
                model.parameters(),
                model.normalization(),
                new Waist(spec.encoderLayers(), Waist.Source.STORED),
                loss,
                optimizer,
                provenance,
                List.of());
    }

    /**
     * The loss that further training minimises: the one so far, or the mean squared error where that is not known. Keras has
     * no place for the divergence of a layer that samples: where nothing says otherwise, it counts once.
     */
    public Loss trainedLoss() {
        return (loss == null ? new Loss.MeanSquaredError() : loss).withDivergences(graph);
    }

    /** The same model as a detector, or as none. */
    public SavedModel withDetection(@Nullable Detection other) {
        return new SavedModel(
                name, graph, parameters, normalization, waist, loss, optimizer, provenance, warnings, other);
    }

    /**
     * The model as a detector; to be closed.
     *
     * @param threads that share out the samples, &gt;= 1
     * @throws UnsupportedModelException if it was not calibrated, or rebuilds no samples
     */
    public Detector detector(int threads) {
        SavedModel rebuilding = rebuilding();
        if (detection == null) {
            throw notCalibrated();
        }
        Graph code = rebuilding.code(detection);
        return Detector.of(rebuilding.graph, code, rebuilding.parameters, detection, threads);
    }

    /**
     * From a sample to the numbers of its code that the scores of this detector read; to be closed.
     *
     * @param threads that share out the samples, &gt;= 1
     * @return empty where errors alone are scored, or this is no detector
     * @throws UnsupportedModelException if it is not known where the code is, or it is another one than the scores read
     */
    public Optional<ChainInference> scoredCode(int threads) {
        if (detection == null || !detection.options().errors().readsCode()) {
            return Optional.empty();
        }
        SavedModel rebuilding = rebuilding();
        return Optional.ofNullable(rebuilding.code(detection))
                .map(code -> ChainInference.of(code, rebuilding.parameters, threads));
    }

    private @Nullable Graph code(Detection scoring) {
        Graph code = code(scoring.options().errors());
        try {
            StepErrors.requireNumbers(code, scoring.errors());
        } catch (IllegalArgumentException e) {
            throw new UnsupportedModelException("Model '" + name + "' is no detector: " + e.getMessage());
        }
        return code;
    }

    /** What computes the numbers of a code that such scores read; null for none. */
    private @Nullable Graph code(DetectionOptions.Errors errors) {
        return switch (errors) {
            case SQUARED, ABSOLUTE, MAHALANOBIS -> null;
            case CODE -> autoencoder().spec().graph().upTo(List.of(codeName()));
            case BOUND -> graph.upTo(distribution());
        };
    }

    /** The mean and the logarithm of the variance of the distribution that codes are drawn from. */
    private List<String> distribution() {
        List<Graph.Node> sampling = graph.nodes().stream()
                .filter(node -> node.layer() instanceof LayerSpec.Sampling)
                .toList();
        if (sampling.size() != 1) {
            throw new UnsupportedModelException("Model '" + name + "' has "
                    + (sampling.isEmpty() ? "no layer that samples its codes" : sampling.size() + " layers that sample")
                    + "; the bound is that of a variational model with one. Score errors or the code.");
        }
        return sampling.getFirst().inputs();
    }

    /**
     * The model as a detector of a stream, at its beginning; to be closed.
     *
     * @param maxGap a row that comes later than that after the one before starts a new piece; null for no bound
     * @param threads that share out the work on a row, &gt;= 1
     * @throws UnsupportedModelException if it was not calibrated, not for streams, or rebuilds no windows
     */
    public StreamingDetector streaming(@Nullable Duration maxGap, int threads) {
        SavedModel rebuilding = rebuilding();
        if (detection == null) {
            throw notCalibrated();
        }
        try {
            return StreamingDetector.of(
                    rebuilding.graph,
                    rebuilding.code(detection),
                    rebuilding.parameters,
                    normalization,
                    detection.streaming(maxGap),
                    threads);
        } catch (IllegalArgumentException e) {
            throw new UnsupportedModelException("Model '" + name + "' can't score a stream: " + e.getMessage());
        }
    }

    private UnsupportedModelException notCalibrated() {
        return new UnsupportedModelException("Model '" + name + "' was not calibrated, so no threshold is known."
                + " Calibrate it on normal data that it was not trained on.");
    }

    /**
     * The same model as a detector, with a threshold found from normal data on which it was not trained.
     *
     * @param normal samples without anomalies, under the model's normalization
     * @param source what they are, for people, such as {@code pump.csv, the last 20 %}
     * @param random draws the samples of a bootstrap
     * @param threads that share out the samples, &gt;= 1
     * @param progress is told how many samples are done; from 0 again where errors are whitened
     * @throws UnsupportedModelException if it rebuilds no samples
     * @throws IllegalArgumentException if the samples are too few for the rule, or the model rebuilds what is not finite
     */
    public SavedModel calibrated(
            Dataset normal,
            DetectionOptions options,
            String source,
            RandomSource random,
            int threads,
            IntConsumer progress) {
        SavedModel rebuilding = rebuilding();
        Graph code = rebuilding.code(options.errors());
        try (ChainInference inference = ChainInference.of(rebuilding.graph, rebuilding.parameters, threads);
                ChainInference codes = code == null ? null : ChainInference.of(code, rebuilding.parameters, threads)) {
            return withDetection(Detector.calibrate(
                    (from, count, into) -> inference.run(normal::copySample, from, count, into),
                    codes == null ? SampleCodes.none() : SampleCodes.of(codes, normal),
                    normal,
                    options,
                    source,
                    random,
                    progress));
        }
    }

    private SavedModel rebuilding() {
        if (readsSeveral()) {
            throw noDetector(describeOutputs());
        }
        SavedModel whole = whole();
        if (!whole.output().equals(whole.input())) {
            throw noDetector(whole.output().toString());
        }
        return whole;
    }

    private UnsupportedModelException noDetector(String outputs) {
        return new UnsupportedModelException("Model '" + name + "' turns " + describeInputs() + " into " + outputs
                + "; a detector rebuilds the one input that it reads.");
    }

    /** The shape of one sample. Of several inputs it is their numbers in a row, in their order: {@code [n]}. */
    public Shape input() {
        return graph.input();
    }

    /** Whether a sample has several parts, each of which is an input of its own. */
    public boolean readsSeveral() {
        return graph.inputs().size() > 1;
    }

    /** The inputs with their shapes, such as {@code 'pixels' [28, 28, 1] and 'labels' [10]}; of only one, its shape. */
    public String describeInputs() {
        return readsSeveral()
                ? graph.inputs().stream()
                        .map(input -> "'" + input.name() + "' " + input.shape())
                        .collect(Collectors.joining(" and "))
                : input().toString();
    }

    /** The same model, with its values called as files do: the places of a layer that has several, and states. */
    SavedModel namedAsInFiles() {
        return withUsesNumbered().withStatesNamed();
    }

    private SavedModel withUsesNumbered() {
        return graph.sharesLayers() ? withValuesNamed(UseNumbers.of(graph, KerasOrder.of(graph)), waist) : this;
    }

    private SavedModel withStatesNamed() {
        Map<String, String> states = StateNames.inFile(graph);
        if (states.isEmpty()) {
            return this;
        }
        Graph named = StateNames.named(graph, states);
        if (!waist.isKnown() || isHalf()) {
            int encoderLayers = waist.encoderLayers() == 0 ? 0 : named.nodes().size();
            return withValuesNamed(named, waist.isKnown() ? new Waist(encoderLayers, waist.source()) : waist);
        }
        String code = states.getOrDefault(codeName(), codeName());
        int encoderLayers = named.upTo(List.of(code)).nodes().size();
        return withValuesNamed(named.encoderFirst(code), new Waist(encoderLayers, waist.source()));
    }

    /** @param named the same graph, with other names for values */
    private SavedModel withValuesNamed(Graph named, Waist at) {
        return new SavedModel(
                name,
                named,
                parameters,
                normalization,
                at,
                loss == null
                        ? null
                        : loss.withOutputNames(
                                output -> named.outputs().get(graph.outputs().indexOf(output))),
                optimizer,
                provenance,
                warnings,
                detection);
    }

    /** The layers, those before the waist first. */
    public List<LayerSpec> layers() {
        return graph.layers();
    }

    /**
     * The shape that leaves the model, or the {@linkplain #reconstruction reconstruction} where it has several outputs.
     *
     * @throws UnsupportedModelException if it is not known which of several outputs is meant
     */
    public Shape output() {
        return ModelFacts.of(graph).shapeOf(onlyOutput());
    }

    /**
     * The only output; or of several the one that has the shape of an input, if just one has. Where it is known what each was
     * trained to become, that is not one of other numbers in the same shape.
     */
    public Optional<String> reconstruction() {
        if (graph.outputs().size() == 1) {
            return Optional.of(graph.onlyOutput());
        }
        ModelFacts facts = ModelFacts.of(graph);
        List<String> alike = graph.outputs().stream()
                .distinct()
                .filter(output -> graph.inputs().stream()
                        .anyMatch(input -> facts.shapeOf(output).equals(input.shape())))
                .filter(this::mayRebuild)
                .toList();
        return alike.size() == 1 ? Optional.of(alike.getFirst()) : Optional.empty();
    }

    private boolean mayRebuild(String output) {
        return loss == null
                || loss.outputTerms().stream()
                        .noneMatch(term -> term.output().equals(output) && term.target() != Target.INPUT);
    }

    /** The outputs with their shapes, such as {@code 'rebuilt' [9, 4] and 'predicted' [3, 4]}. */
    public String describeOutputs() {
        ModelFacts facts = ModelFacts.of(graph);
        return graph.outputs().stream()
                .map(output -> "'" + output + "' " + facts.shapeOf(output))
                .collect(Collectors.joining(" and "));
    }

    private String onlyOutput() {
        return reconstruction()
                .orElseThrow(() -> new UnsupportedModelException(
                        "Model '" + name + "' turns " + describeInputs() + " into " + describeOutputs() + NAME_OUTPUT));
    }

    /**
     * What computes one of several outputs. It can't be trained on as the whole was.
     *
     * @throws UnsupportedModelException if there is no output of that name
     */
    public SavedModel withOutput(String output) {
        if (graph.outputs().equals(List.of(output))) {
            return this;
        }
        if (!graph.outputs().contains(output)) {
            throw new UnsupportedModelException("Model '" + name + "' has no output '" + output + "'; it gives "
                    + describeOutputs() + "."
                    + Spelling.nearest(output, graph.outputs())
                            .map(near -> " Did you mean '" + near + "'?")
                            .orElse(""));
        }
        Graph part = graph.upTo(List.of(output));
        boolean hasWaist = isHalf()
                || (waist.isKnown()
                        && part.nodes().stream().map(Graph.Node::name).anyMatch(codeName()::equals));
        Graph sorted = isHalf() || !hasWaist ? part : part.encoderFirst(codeName());
        int encoderLayers = !hasWaist || waist.encoderLayers() == 0
                ? 0
                : isHalf()
                        ? part.nodes().size()
                        : part.upTo(List.of(codeName())).nodes().size();
        return new SavedModel(
                name,
                sorted,
                parameters.ofLayers(sorted.layers()),
                normalization,
                hasWaist ? new Waist(encoderLayers, waist.source()) : Waist.UNKNOWN,
                null,
                null,
                provenance,
                warnings,
                reconstruction().filter(output::equals).isPresent() ? detection : null);
    }

    /**
     * The shape of the code, which lies at the waist; of a decoder it is the input.
     *
     * @throws UnsupportedModelException if it is not known where the waist is
     */
    public Shape code() {
        requireKnownWaist();
        return ModelFacts.of(graph).shapeOf(codeName());
    }

    /** The value that is the code: the last layer's before the waist, or the input. */
    private String codeName() {
        return waist.encoderLayers() == 0
                ? graph.onlyInput().name()
                : graph.nodes().get(waist.encoderLayers() - 1).name();
    }

    /** Whether what follows the waist is computed from the code alone; no layer before it is read behind it. */
    public boolean isCodeAlone() {
        return waist.encoderLayers() == 0
                || Bypass.of(graph, codeName()).values().isEmpty();
    }

    /** Whether there are layers on both sides of the waist and the output has the input's shape. */
    public boolean isAutoencoder() {
        return !readsSeveral()
                && waist.encoderLayers() > 0
                && waist.encoderLayers() < graph.nodes().size()
                && output().equals(input());
    }

    /**
     * The model to encode and decode with, or to train on.
     *
     * @return a model that shares this one's parameters
     * @throws UnsupportedModelException if this is no {@linkplain #isAutoencoder autoencoder}
     */
    public Autoencoder autoencoder() {
        if (readsSeveral()) {
            SavedModel one = joined();
            return new Autoencoder(new AutoencoderSpec(name, one.graph, one.codeName()), one.parameters, normalization);
        }
        if (graph.outputs().size() > 1) {
            return withOutput(onlyOutput()).autoencoder();
        }
        requireKnownWaist();
        if (!isAutoencoder()) {
            throw new UnsupportedModelException(
                    "Model '" + name + "' turns " + describeInputs() + " into " + output() + ", with "
                            + waist.encoderLayers() + " of its " + graph.nodes().size()
                            + " layers before the waist; an autoencoder ends in its input's shape and has layers on"
                            + " both sides."
                            + OTHER_FILE_OR_WAIST);
        }
        return new Autoencoder(new AutoencoderSpec(name, graph, codeName()), parameters, normalization);
    }

    /**
     * A model of several inputs as one of a single input, whose samples are the numbers of all in a row: with the same layers
     * and weights, to be trained on and compared. Of inputs of one shape the first output of that shape rebuilds the first, and
     * so on; each such output keeps its loss, with its own part of the sample as the target. A model of one input is as it was.
     *
     * @return a model that shares this one's parameters
     * @throws UnsupportedModelException if an input has no output that rebuilds it, or it is not known where the waist is
     */
    public SavedModel joined() {
        if (!readsSeveral()) {
            return this;
        }
        requireKnownWaist();
        List<String> rebuilding = rebuildingEach();
        AutoencoderSpec spec;
        try {
            spec = InputParts.joined(name, graph, rebuilding, codeName());
        } catch (IllegalArgumentException e) { // a ShapeException is one
            throw new UnsupportedModelException(
                    "Model '" + name + "' can't be trained on or compared: " + e.getMessage());
        }
        return new SavedModel(
                name,
                spec.graph(),
                parameters.ofLayers(spec.layers()),
                normalization,
                new Waist(spec.encoderLayers(), waist.source()),
                joinedLoss(spec, rebuilding),
                optimizer,
                provenance,
                warnings);
    }

    /**
     * What {@link #joined} makes a single input of, with its inputs by their names again; any other model is as it was. A sample
     * stays the numbers of all inputs in a row, and the normalization is that of the row.
     *
     * @return a model that shares this one's parameters
     */
    public SavedModel apart() {
        Optional<Graph> apart = readsSeveral()
                        || isHalf()
                        || !waist.isKnown()
                        || graph.outputs().size() == 1
                ? Optional.empty()
                : InputParts.apart(new AutoencoderSpec(name, graph, codeName()));
        return apart.map(parts -> {
                    int encoderLayers = parts.upTo(List.of(codeName())).nodes().size();
                    return new SavedModel(
                            name,
                            parts,
                            parameters.ofLayers(parts.layers()),
                            normalization,
                            new Waist(encoderLayers, waist.source()),
                            apartLoss(parts),
                            optimizer,
                            provenance,
                            warnings);
                })
                .orElse(this);
    }

    private @Nullable Loss apartLoss(Graph parts) {
        if (loss == null || loss.outputTerms().isEmpty()) {
            return loss;
        }
        List<OutputTerm> terms = parts.outputs().stream().map(loss::outputTerm).toList();
        return new Loss.PerOutput(terms).withPenalties(loss.penalties());
    }

    /** By input the output of its shape, of several such in their order; without those that have none. */
    public Map<String, String> outputOfEach() {
        ModelFacts facts = ModelFacts.of(graph);
        Map<Shape, Deque<String>> outputs = new HashMap<>();
        graph.outputs().stream()
                .distinct()
                .forEach(output -> outputs.computeIfAbsent(facts.shapeOf(output), shape -> new ArrayDeque<>())
                        .add(output));
        Map<String, String> rebuilding = new LinkedHashMap<>();
        for (Graph.Input input : graph.inputs()) {
            Deque<String> alike = outputs.getOrDefault(input.shape(), new ArrayDeque<>());
            if (!alike.isEmpty()) {
                rebuilding.put(input.name(), alike.remove());
            }
        }
        return rebuilding;
    }

    private List<String> rebuildingEach() {
        Map<String, String> rebuilding = outputOfEach();
        for (Graph.Input input : graph.inputs()) {
            if (!rebuilding.containsKey(input.name())) {
                throw new UnsupportedModelException("Model '" + name + "' turns " + describeInputs() + " into "
                        + describeOutputs() + "; to be trained on or compared, it needs an output for each input, and '"
                        + input.name() + "' " + input.shape()
                        + " has none of its shape. It can be run, encoded with and converted as it is.");
            }
        }
        return List.copyOf(rebuilding.values());
    }

    /** Whether it reads several inputs and gives for each an output that rebuilds it. */
    public boolean rebuildsEach() {
        return readsSeveral()
                && waist.isKnown()
                && outputOfEach().size() == graph.inputs().size();
    }

    /** The reconstruction is measured as a whole and made small by its parts. */
    private Loss joinedLoss(AutoencoderSpec spec, List<String> rebuilding) {
        Loss before = loss == null ? new Loss.MeanSquaredError() : loss;
        List<OutputTerm> terms = new ArrayList<>();
        for (String output : spec.graph().outputs()) {
            if (output.equals(spec.reconstruction())) {
                terms.add(new OutputTerm(output, Target.INPUT, new Loss.MeanSquaredError(), 0));
                continue;
            }
            OutputTerm own = before.outputTerms().isEmpty()
                    ? new OutputTerm(output, Target.PART, before.ofOutputs(), 1)
                    : before.outputTerm(output);
            Target target = rebuilding.contains(output) ? Target.PART : own.target();
            terms.add(new OutputTerm(output, target, own.loss(), own.weight()));
        }
        return new Loss.PerOutput(terms).withPenalties(before.penalties());
    }

    /** Whether this is an encoder or a decoder by itself, with nothing on the other side of the waist. */
    public boolean isHalf() {
        return waist.isKnown()
                && (waist.encoderLayers() == 0
                        || waist.encoderLayers() == graph.nodes().size());
    }

    /**
     * The whole model, to send samples through from end to end; that needs no waist. Of several outputs it is the way to the
     * {@linkplain #reconstruction reconstruction}.
     *
     * @throws UnsupportedModelException if this is {@linkplain #isHalf one half} of an autoencoder, or it is not known which
     *     of several outputs is meant
     */
    public SavedModel whole() {
        if (graph.outputs().size() > 1) {
            return withOutput(onlyOutput()).whole();
        }
        if (isHalf()) {
            boolean encodes = waist.encoderLayers() > 0;
            throw new UnsupportedModelException("Model '" + name + "' turns " + describeInputs() + " into " + output()
                    + ", so it is "
                    + (encodes ? "an encoder by itself, for 'encode'" : "a decoder by itself, for 'decode'")
                    + "." + OTHER_FILE_OR_WAIST);
        }
        return this;
    }

    /**
     * What decodes to the {@linkplain #reconstruction reconstruction}, if there are several outputs and it is known which of
     * them that is; else this model.
     */
    public SavedModel decoding() {
        return isHalf() || graph.outputs().size() == 1 || reconstruction().isEmpty() ? this : withOutput(onlyOutput());
    }

    /**
     * The half down to the waist, by itself; it can't be trained on. That of a variational model gives the means.
     *
     * @throws UnsupportedModelException if there is no layer before the waist, or it is not known where that is
     */
    public SavedModel encoder() {
        requireKnownWaist();
        requireLayers(waist.encoderLayers());
        return half("_encoder", graph.upTo(List.of(codeName())).inUse(), normalization);
    }

    /**
     * The half from the waist on, by itself; it reads codes, which need no normalization.
     *
     * @throws UnsupportedModelException if there is no layer after the waist, or it is not known where that is
     * @throws dev.hourglass.model.BypassException if the layers after it read others before it as well
     */
    public SavedModel decoder() {
        requireKnownWaist();
        requireLayers(graph.nodes().size() - waist.encoderLayers());
        if (waist.encoderLayers() == 0) {
            return half("_decoder", graph, Normalization.NONE);
        }
        if (!Bypass.of(graph, codeName()).values().isEmpty()) {
            throw BypassException.of(name, ModelFacts.of(graph), codeName(), "decoding");
        }
        return half("_decoder", graph.after(codeName(), code()), Normalization.NONE);
    }

    /**
     * The codes of a vector-quantised model, or of its encoder, as numbers of vectors.
     *
     * @throws UnsupportedModelException if it has no codebook, or it is not known where the waist is
     */
    public VectorCodes vectorCodes() {
        requireKnownWaist();
        return VectorCodes.of(graph, parameters, codeName())
                .orElseThrow(() -> new UnsupportedModelException("Model '" + name + "' has no codebook: "
                        + (waist.encoderLayers() == 0
                                ? "it is a decoder by itself. Use the file of the whole model."
                                : "its code is not what a layer VectorQuantizer gives. Leave --indices out, or train such a"
                                        + " model, 'hourglass lab mnist-vq'.")));
    }

    /**
     * The half from the waist on, by itself, which reads the numbers of vectors in place of the vectors: one number for each
     * place of a code.
     *
     * @throws UnsupportedModelException if the model has no codebook, or as {@link #decoder()} does
     */
    public SavedModel decoderOfNumbers() {
        VectorCodes codes = vectorCodes();
        SavedModel vectors = decoder();
        String code = vectors.graph().onlyInput().name();
        String read = code + "_numbers";
        String table = code + "_table";
        List<Graph.Node> nodes = new ArrayList<>();
        nodes.add(new Graph.Node(
                new LayerSpec.Embedding(
                        table, codes.codebook().count(), codes.codebook().size()),
                List.of(read)));
        nodes.add(new Graph.Node(new LayerSpec.Reshape(code, code()), List.of(table)));
        nodes.addAll(vectors.graph().nodes());
        List<Parameter> all = new ArrayList<>(vectors.parameters().list());
        Parameter embeddings = parameters.get(codes.layer(), "embeddings");
        all.add(new Parameter(table, "embeddings", embeddings.shape(), true, embeddings.values()));
        Graph half = new Graph(
                List.of(new Graph.Input(read, codes.places())),
                nodes,
                vectors.graph().outputs());
        return new SavedModel(
                vectors.name(),
                half,
                Parameters.of(all).ofLayers(half.layers()),
                Normalization.NONE,
                new Waist(0, waist.source()),
                null,
                null,
                provenance,
                warnings);
    }

    private void requireKnownWaist() {
        if (!waist.isKnown()) {
            throw new UnsupportedModelException("Model '" + name + "' turns " + describeInputs() + " into "
                    + (graph.outputs().size() == 1 ? output() : describeOutputs())
                    + " and is nowhere narrower in its middle, so it is not known what its code is. Name the layer that"
                    + " gives the code with --waist LAYER, such as '"
                    + layers().get((graph.nodes().size() - 1) / 2).name() + "' ('inspect' lists the layers).");
        }
    }

    private void requireLayers(int count) {
        if (count == 0) {
            throw new UnsupportedModelException(
                    "Model '" + name + "' has all of its " + graph.nodes().size()
                            + " layers on one side of the waist, so there is nothing on the other."
                            + OTHER_FILE_OR_WAIST);
        }
    }

    private SavedModel half(String suffix, Graph half, Normalization with) {
        boolean encodes = suffix.equals("_encoder");
        return new SavedModel(
                name + suffix,
                half,
                parameters.ofLayers(half.layers()),
                with,
                new Waist(encodes ? half.nodes().size() : 0, waist.source()),
                null,
                null,
                provenance,
                warnings);
    }
}

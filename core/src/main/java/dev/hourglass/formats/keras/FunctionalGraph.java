package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.keras.operations.MaskOperations;
import dev.hourglass.tensor.CorruptFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The graph of a functional model's configuration: which layer reads which. A layer that is called at several places has an
 * entry in {@code inbound_nodes} for each, and is referred to by its name, the number of the call and the number of what it
 * gives.
 */
public final class FunctionalGraph {
    private static final Set<String> MODELS = Set.of("Functional", "Model");
    /** The classes that may be called with states to begin with, which are read after the sequence. */
    private static final Set<String> RECURRENT =
            Set.of("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "ConvLSTM1D", "ConvLSTM2D");

    private static final String INITIAL_STATE = "initial_state";
    /** What a MultiHeadAttention is called with, in order. */
    private static final List<String> ATTENDED = List.of("query", "value", "key");

    private static final List<String> ATTENDED_MASKS = List.of("query_mask", "value_mask", "key_mask");
    /** With this said in a call, no step of a query attends to later steps. */
    private static final String CAUSAL = "use_causal_mask";

    private static final Set<String> ATTENDING = Set.of("MultiHeadAttention", "Attention", "AdditiveAttention");

    /** A layer at one of its places. */
    record Place(String layer, int use) {}

    /** One of the values that a place gives: the first, unless it is a model of several outputs or a layer that returns states. */
    record Source(Place place, int output) {}

    /**
     * A layer at a place and what it reads there.
     *
     * @param sources in the order in which the layer takes them; none for an InputLayer
     * @param masks by the number of a source: the layer with whose mask it was called; nothing where that is left to the sources
     * @param causal whether it was called with use_causal_mask
     */
    record Wired(Place place, Json.Mapping node, List<Source> sources, Map<Integer, String> masks, boolean causal) {}

    /** What a layer is called with: what it reads, masks of that which are named, and whether later steps are masked. */
    private record Call(List<Reference> read, Map<Integer, String> masks, boolean causal) {}

    /** A place in the file where a value is referred to: {@code [layer, number of the call, number of the output]}. */
    private record Reference(Json at, String layer, int call, int output) {}

    private final String model;
    private final Json.Mapping config;
    private final Map<String, Json.Mapping> nodes = new LinkedHashMap<>();
    /** By layer, its calls. */
    private final Map<String, List<Call>> calls = new HashMap<>();
    /** By layer, the number that its first call has in calls of other layers. */
    private final Map<String, Integer> firstInCalls = new HashMap<>();

    private final List<String> inputs;
    private final List<Source> outputs;
    private final Map<Place, List<Source>> sources = new HashMap<>();
    private final List<Wired> wired;

    /**
     * @param config of a functional model
     * @throws UnsupportedModelException if a layer is called in a way that Hourglass lacks, or leads to no output
     * @throws dev.hourglass.tensor.CorruptFileException if it refers to what isn't there, or runs in a circle
     */
    public FunctionalGraph(String model, Json.Mapping config) {
        this.model = Json.printable(model);
        this.config = config;
        for (Json layer : config.get("layers").asSequence().items()) {
            add(layer.asMapping());
        }
        MaskOperations operations = MaskOperations.takenFrom(nodes);
        inputs = ends(config, "input_layers").stream().map(Reference::layer).toList();
        inputs.forEach(this::requireInput);
        nodes.forEach((name, node) -> readCalls(name, node, operations));
        List<Reference> ends = ends(config, "output_layers");
        numberCalls();
        Map<String, Integer> firstInEnds = new HashMap<>();
        outputs = ends.stream()
                .map(end -> source(
                        end,
                        firstInEnds.computeIfAbsent(
                                end.layer(), layer -> first(layer, numbers(layer, ends), /* isEnd= */ true))))
                .toList();
        Set<Place> needed = connect();
        requireNoOthers(needed);
        wired = sorted();
    }

    /** The names of the InputLayers, in the order in which the model takes them. */
    List<String> inputs() {
        return inputs;
    }

    /** What the model gives, in order. */
    List<Source> outputs() {
        return outputs;
    }

    /**
     * All places in the order of the file, where that is one of computation, as Keras has it; else in one that is. The
     * InputLayers come first.
     */
    List<Wired> wired() {
        return wired;
    }

    private void add(Json.Mapping node) {
        Json name = node.find("name");
        if (name == null) {
            name = node.get("config").asMapping().get("name");
        }
        if (nodes.put(name.asText(), node) != null) {
            throw name.place().corrupt("names of their own for all layers", name.excerpt() + " twice");
        }
    }

    private void requireInput(String input) {
        Json.Mapping node = nodes.get(input);
        if (node == null) {
            throw missing(input);
        }
        if (!node.get("class_name").asText().equals("InputLayer")) {
            throw node.place().corrupt("an InputLayer", node.get("class_name").excerpt());
        }
    }

    private CorruptFileException missing(String name) {
        return config.place().corrupt("a layer '" + Json.printable(name) + "'", "none of that name");
    }

    // --- reading references ---

    /** How many InputLayers a functional model says that it has. */
    static int inputCount(Json.Mapping config) {
        return ends(config, "input_layers").size();
    }

    /** {@code ["x", 0, 0]}, or any number of such in lists, or by names. */
    private static List<Reference> ends(Json.Mapping config, String member) {
        List<Reference> ends = new ArrayList<>();
        Deque<Json> open = new ArrayDeque<>(List.of(config.get(member)));
        while (!open.isEmpty()) {
            Json end = open.pop();
            if (end instanceof Json.Mapping named) {
                List.copyOf(named.members().values()).reversed().forEach(open::push);
            } else if (!end.asSequence().items().isEmpty()
                    && !(end.asSequence().items().getFirst() instanceof Json.Text)) {
                end.asSequence().items().reversed().forEach(open::push);
            } else {
                ends.add(reference(end));
            }
        }
        if (ends.isEmpty()) {
            throw config.get(member).place().corrupt("at least one layer", "none");
        }
        return ends;
    }

    private static Reference reference(Json reference) {
        List<Json> parts = reference.asSequence().items();
        if (parts.size() < 3 || parts.size() > 4) {
            throw reference.place().corrupt("[layer, call, output]", reference.excerpt());
        }
        int call = parts.get(1).asWhole();
        int output = parts.get(2).asWhole();
        if (call < 0 || output < 0) {
            throw reference.place().corrupt("[layer, call, output]", reference.excerpt());
        }
        return new Reference(reference, parts.getFirst().asText(), call, output);
    }

    /** What a node reads in each of its calls. */
    private void readCalls(String name, Json.Mapping node, MaskOperations operations) {
        if (inputs.contains(name)) {
            calls.put(name, List.of(new Call(List.of(), Map.of(), false)));
        } else {
            ConfigReader.requireKnown(node);
            calls.put(name, calls(node, name, operations));
        }
    }

    /** The names of the layers that a node reads in its only call; none where it has several, or reads other outputs. */
    public static List<String> sources(Json.Mapping node, String name) {
        List<Call> calls = calls(node, name, MaskOperations.takenFrom(new HashMap<>()));
        boolean isPlain =
                calls.size() == 1 && calls.getFirst().read().stream().allMatch(reference -> reference.output() == 0);
        return isPlain ? calls.getFirst().read().stream().map(Reference::layer).toList() : List.of();
    }

    private static List<Call> calls(Json.Mapping node, String name, MaskOperations operations) {
        String layer = "layer '" + Json.printable(name) + "' ("
                + Json.printable(node.get("class_name").asText()) + ")";
        List<Call> calls = new ArrayList<>();
        for (Json call : node.get("inbound_nodes").asSequence().items()) {
            Call read = switch (call) {
                case Json.Mapping keras3 -> ofKeras3(node, keras3, layer, operations);
                case Json.Sequence keras2 -> new Call(ofKeras2(node, keras2, layer), Map.of(), isCausal(node, keras2));
                default -> throw call.place().corrupt("a call", call.excerpt());
            };
            if (read.read().isEmpty()) {
                throw node.place().corrupt(layer + " to read from another", "one that reads from none");
            }
            calls.add(read);
        }
        if (calls.isEmpty()) {
            throw node.place().corrupt(layer + " to read from another", "one that reads from none");
        }
        return calls;
    }

    private static Call ofKeras3(Json.Mapping node, Json.Mapping call, String layer, MaskOperations operations) {
        List<Json> arguments = call.get("args").asSequence().items();
        Json keywords = call.find("kwargs");
        if (isMultiHeadAttention(node)) {
            return ofAttention(node, arguments, keywords, layer, operations);
        }
        Map<Integer, String> masks = new HashMap<>();
        if (keywords != null) {
            boolean isKnown = putMasks(masks, keywords.asMapping().find("mask"), operations);
            keywords.asMapping().members().forEach((keyword, value) -> {
                if (!(isKnown && keyword.equals("mask")) && !isState(node, keyword, value)) {
                    requireOff(node, layer, keyword, value);
                }
            });
        }
        boolean begins = arguments.size() == 2 && isState(node, INITIAL_STATE, arguments.getLast());
        if (arguments.size() != 1 && !begins) {
            throw unsupported(node, layer + " is called with " + arguments.size() + " arguments");
        }
        List<Reference> references = new ArrayList<>(tensors(node, arguments.getFirst(), layer));
        if (begins) {
            references.addAll(tensors(node, arguments.getLast(), layer));
        }
        Json states = keywords == null ? null : keywords.asMapping().find(INITIAL_STATE);
        if (states != null && isState(node, INITIAL_STATE, states)) {
            references.addAll(tensors(node, states, layer));
        }
        return new Call(references, masks, isCausal(node, keywords));
    }

    /** @return whether what is given are masks that are known, one or several; where nothing is given there is nothing to know */
    private static boolean putMasks(Map<Integer, String> masks, @Nullable Json given, MaskOperations operations) {
        List<Json> all =
                given instanceof Json.Sequence several ? several.items() : given == null ? List.of() : List.of(given);
        for (int i = 0; i < all.size(); i++) {
            String mask = operations.masking(all.get(i));
            if (mask != null) {
                masks.put(i, mask);
            } else if (!(all.get(i) instanceof Json.Nothing)) {
                return false;
            }
        }
        return !masks.isEmpty();
    }

    /** Whether a recurrent layer is called with states to begin with. */
    private static boolean isState(Json.Mapping node, String keyword, Json value) {
        return keyword.equals(INITIAL_STATE)
                && RECURRENT.contains(node.get("class_name").asText())
                && !(value instanceof Json.Nothing);
    }

    /** Of one tensor, or of several in a list. */
    private static List<Reference> tensors(Json.Mapping node, Json argument, String layer) {
        List<Json> tensors = argument instanceof Json.Sequence several ? several.items() : List.of(argument);
        List<Reference> references = new ArrayList<>();
        for (Json each : tensors) {
            references.add(tensor(node, each, layer));
        }
        return references;
    }

    private static Reference tensor(Json.Mapping node, Json argument, String layer) {
        Json.Mapping tensor = argument.asMapping();
        if (!tensor.get("class_name").asText().equals("__keras_tensor__")) {
            throw unsupported(node, layer + " reads a constant");
        }
        return reference(tensor.get("config").asMapping().get("keras_history"));
    }

    private static boolean isMultiHeadAttention(Json.Mapping node) {
        return node.get("class_name") instanceof Json.Text kerasClass
                && kerasClass.value().equals("MultiHeadAttention");
    }

    /** {@code layer(query, value, key=None)}: three arguments, of which each may be named. */
    private static Call ofAttention(
            Json.Mapping node, List<Json> arguments, @Nullable Json keywords, String layer, MaskOperations operations) {
        Map<Integer, String> masks = new HashMap<>();
        Reference[] read = new Reference[ATTENDED.size()];
        for (int i = 0; i < arguments.size(); i++) {
            if (i < read.length && !(arguments.get(i) instanceof Json.Nothing)) {
                read[i] = tensor(node, arguments.get(i), layer);
            } else {
                requireOff(node, layer, "argument " + (i + 1), arguments.get(i));
            }
        }
        if (keywords != null) {
            keywords.asMapping().members().forEach((keyword, value) -> {
                int place = ATTENDED.indexOf(keyword);
                String mask = operations.masking(value);
                if (place >= 0 && !(value instanceof Json.Nothing)) {
                    read[place] = tensor(node, value, layer);
                } else if (mask != null && ATTENDED_MASKS.contains(keyword)) {
                    masks.put(ATTENDED_MASKS.indexOf(keyword), mask);
                } else {
                    requireOff(node, layer, keyword, value);
                }
            });
        }
        return new Call(attended(node, read, layer), masks, isCausal(node, keywords));
    }

    private static List<Reference> attended(Json.Mapping node, @Nullable Reference[] read, String layer) {
        if (read[0] == null || read[1] == null) {
            throw node.place().corrupt(layer + " to read a query and a value", "one that lacks one of them");
        }
        return Arrays.stream(read).filter(Objects::nonNull).toList();
    }

    /** {@code [["x", 0, 0, {}], ["y", 0, 0, {}]]}; states to begin with follow the sequence, or are named with it. */
    private static List<Reference> ofKeras2(Json.Mapping node, Json.Sequence call, String layer) {
        List<Reference> references = new ArrayList<>();
        List<Json> states = new ArrayList<>();
        if (isMultiHeadAttention(node)) {
            return ofAttention2(node, call, layer);
        }
        for (Json each : call.items()) {
            List<Json> tensor = each.asSequence().items();
            if (tensor.size() == 4) {
                tensor.get(3).asMapping().members().forEach((keyword, value) -> {
                    if (isState(node, keyword, value)) {
                        List<Json> given = value.asSequence().items();
                        boolean isOne = !given.isEmpty() && given.getFirst() instanceof Json.Text;
                        states.addAll(isOne ? List.of(value) : given);
                    } else {
                        requireOff(node, layer, keyword, value);
                    }
                });
            }
            references.add(reference(each));
        }
        states.forEach(state -> references.add(reference(state)));
        return references;
    }

    /** {@code [["query", 0, 0, {"value": ["value", 0, 0]}]]} */
    private static List<Reference> ofAttention2(Json.Mapping node, Json.Sequence call, String layer) {
        Reference[] read = new Reference[ATTENDED.size()];
        List<Json> tensors = call.items();
        for (int i = 0; i < tensors.size(); i++) {
            if (i == read.length) {
                throw call.place().corrupt(layer + " to read " + read.length + " values at most", call.excerpt());
            }
            read[i] = reference(tensors.get(i));
            List<Json> parts = tensors.get(i).asSequence().items();
            if (parts.size() == 4) {
                parts.get(3).asMapping().members().forEach((keyword, value) -> {
                    int place = ATTENDED.indexOf(keyword);
                    if (place >= 0 && value instanceof Json.Sequence) {
                        read[place] = reference(value);
                    } else {
                        requireOff(node, layer, keyword, value);
                    }
                });
            }
        }
        return attended(node, read, layer);
    }

    /**
     * A call with a mask of its own, or with {@code training=True}, would compute something else than the layer alone. Keras 3
     * writes {@code training=False} for each layer that asks for it, and overrides it when it trains; for a model of several
     * inputs it writes no mask for each.
     */
    private static void requireOff(Json.Mapping node, String layer, String keyword, Json value) {
        boolean isOff = value instanceof Json.Nothing
                || value.excerpt().equals("false")
                || isCausal(node, keyword, value)
                || (value instanceof Json.Sequence several
                        && several.items().stream().allMatch(Json.Nothing.class::isInstance));
        if (!isOff) {
            throw unsupported(node, layer + " is called with " + Json.printable(keyword) + "=" + value.excerpt());
        }
    }

    private static boolean isCausal(Json.Mapping node, String keyword, Json value) {
        return keyword.equals(CAUSAL)
                && value.excerpt().equals("true")
                && ATTENDING.contains(node.get("class_name").asText());
    }

    /** Of Keras 3. */
    private static boolean isCausal(Json.Mapping node, @Nullable Json keywords) {
        Json value = keywords == null ? null : keywords.asMapping().find(CAUSAL);
        return value != null && isCausal(node, CAUSAL, value);
    }

    /** Of Keras 2, where words are said with the tensors. */
    private static boolean isCausal(Json.Mapping node, Json.Sequence call) {
        return call.items().stream()
                .map(tensor -> tensor.asSequence().items())
                .anyMatch(parts -> parts.size() == 4 && isCausal(node, parts.get(3)));
    }

    // --- numbers of calls ---

    private void numberCalls() {
        List<Reference> all = calls.values().stream()
                .flatMap(List::stream)
                .flatMap(call -> call.read().stream())
                .toList();
        Map<String, NavigableSet<Integer>> numbers = new HashMap<>();
        all.forEach(reference -> numbers.computeIfAbsent(reference.layer(), ignored -> new TreeSet<>())
                .add(reference.call()));
        numbers.forEach((layer, used) -> firstInCalls.put(layer, first(layer, used, /* isEnd= */ false)));
    }

    private static NavigableSet<Integer> numbers(String layer, List<Reference> references) {
        NavigableSet<Integer> numbers = new TreeSet<>();
        references.stream()
                .filter(reference -> reference.layer().equals(layer))
                .forEach(reference -> numbers.add(reference.call()));
        return numbers;
    }

    /**
     * The number of a layer's first call. A functional model was called once already when it was made. Keras 2 counts that
     * wherever it refers to the model, Keras 3 only where it names the outputs; numbers that can't be so tell otherwise.
     */
    private int first(String layer, NavigableSet<Integer> used, boolean isEnd) {
        Json.Mapping node = nodes.get(layer);
        List<Call> of = calls.get(layer);
        if (node == null || of == null) {
            throw missing(layer);
        }
        if (used.first() == 0 || !ConfigReader.isModel(node)) {
            return 0;
        }
        if (used.last() >= of.size()) {
            return 1;
        }
        boolean isKeras2 = node.get("inbound_nodes").asSequence().items().getFirst() instanceof Json.Sequence;
        return isKeras2 || (isEnd && MODELS.contains(node.get("class_name").asText())) ? 1 : 0;
    }

    private Source source(Reference reference, int firstCall) {
        int count = Objects.requireNonNull(calls.get(reference.layer())).size();
        // Of a layer with a single call it doesn't matter how that is numbered.
        int use = count == 1 ? 0 : reference.call() - firstCall;
        if (use < 0 || use >= count) {
            throw reference
                    .at()
                    .place()
                    .corrupt(
                            "one of the " + count + " calls of layer '" + Json.printable(reference.layer()) + "'",
                            "call " + reference.call());
        }
        if (reference.output() > 0 && inputs.contains(reference.layer())) {
            throw reference.at().place().corrupt("output 0 of an InputLayer", "output " + reference.output());
        }
        return new Source(new Place(reference.layer(), use), reference.output());
    }

    // --- wiring ---

    /** Looks up what each place reads, from the outputs back. */
    private Set<Place> connect() {
        Set<Place> seen = new HashSet<>();
        Deque<Place> open = new ArrayDeque<>();
        outputs.forEach(output -> open.add(output.place()));
        inputs.forEach(input -> open.add(new Place(input, 0)));
        while (!open.isEmpty()) {
            Place place = open.pop();
            if (seen.add(place)) {
                List<Source> read = callsOf(place.layer()).get(place.use()).read().stream()
                        .map(reference ->
                                source(reference, Objects.requireNonNull(firstInCalls.get(reference.layer()))))
                        .toList();
                sources.put(place, read);
                read.forEach(source -> open.add(source.place()));
            }
        }
        return seen;
    }

    private List<Call> callsOf(String layer) {
        return Objects.requireNonNull(calls.get(layer));
    }

    private void requireNoOthers(Set<Place> needed) {
        for (String name : nodes.keySet()) {
            for (int use = 0; use < callsOf(name).size(); use++) {
                if (!needed.contains(new Place(name, use))) {
                    throw new UnsupportedModelException(
                            config.place().document().file() + ": layer '"
                                    + Json.printable(name) + "' is not on the way from input to output of model '"
                                    + model
                                    + "'. Build the model without it and save it again.");
                }
            }
        }
    }

    /** Each place after all that it reads, and else in the order of the file. */
    private List<Wired> sorted() {
        List<Wired> sorted = new ArrayList<>();
        Set<Place> done = new HashSet<>();
        for (String input : inputs) {
            done.add(new Place(input, 0));
            sorted.add(wired(new Place(input, 0)));
        }
        Map<Place, List<Place>> waiting = new HashMap<>();
        for (String name : nodes.keySet()) {
            Deque<Place> ready = new ArrayDeque<>();
            for (int use = 0; use < callsOf(name).size() && !inputs.contains(name); use++) {
                ready.add(new Place(name, use));
            }
            while (!ready.isEmpty()) {
                Place next = ready.pop();
                Place awaited = sourcesOf(next).stream()
                        .map(Source::place)
                        .filter(place -> !done.contains(place))
                        .findFirst()
                        .orElse(null);
                if (awaited == null) {
                    done.add(next);
                    sorted.add(wired(next));
                    Optional.ofNullable(waiting.remove(next)).ifPresent(ready::addAll);
                } else {
                    waiting.computeIfAbsent(awaited, ignored -> new ArrayList<>())
                            .add(next);
                }
            }
        }
        if (!waiting.isEmpty()) {
            throw config.place().corrupt("layers that do not wait for each other", "a circle");
        }
        return Collections.unmodifiableList(sorted);
    }

    private Wired wired(Place place) {
        return new Wired(
                place,
                Objects.requireNonNull(nodes.get(place.layer())),
                sourcesOf(place),
                callsOf(place.layer()).get(place.use()).masks(),
                callsOf(place.layer()).get(place.use()).causal());
    }

    private List<Source> sourcesOf(Place place) {
        return Objects.requireNonNull(sources.get(place));
    }

    private static UnsupportedModelException unsupported(Json.Mapping at, String what) {
        return new UnsupportedModelException(at.place().document().file() + ": " + what
                + "; Hourglass reads layers that are called with what other layers give and nothing else. Build the"
                + " model so and save it again.");
    }
}

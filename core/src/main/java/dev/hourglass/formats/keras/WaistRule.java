package dev.hourglass.formats.keras;

import dev.hourglass.files.Spelling;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.Waist;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Finds the waist of a model whose file doesn't say where it is. */
final class WaistRule {
    /** By places (pixels, steps), then by numbers: a code of few pixels may hold more numbers than the picture does. */
    private static final Comparator<Shape> BY_WIDTH =
            Comparator.comparingInt(WaistRule::places).thenComparingInt(Shape::size);

    private final ModelNode.Model model;
    private final Graph whole;
    /** What the reconstruction is computed by; the whole where it is not known which of several outputs that is. */
    private final Graph graph;

    private final List<LayerFacts> facts;
    private final Shape output;
    private final boolean isKnownOutput;

    WaistRule(ModelNode.Model model) {
        this.model = model;
        whole = model.graph();
        ModelFacts all = ModelFacts.of(whole);
        List<String> outputs = whole.outputs().stream()
                .filter(value -> whole.outputs().size() == 1
                        || all.shapeOf(value).equals(model.input().shape()))
                .toList();
        isKnownOutput = outputs.size() == 1;
        graph = isKnownOutput && whole.outputs().size() > 1 ? whole.upTo(outputs) : whole;
        facts = ModelFacts.of(graph).layers();
        output = all.shapeOf(
                whole.outputs().size() == 1
                        ? whole.onlyOutput()
                        : whole.outputs().getFirst());
    }

    /**
     * The narrowest value in the middle: of the fewest places (pixels, steps), of those of the fewest numbers, of equals
     * the first. There must be something wider before it and behind it, so it is never what the model reads or gives. What
     * follows it and only changes its values (an activation, a normalization) or lays them in a row belongs to the code.
     * Where models are nested, the code is what leaves one of them, of a variational one it is what is
     * sampled, and of a quantizer what it chose. Of several
     * outputs the one counts that has the input's shape, and of several inputs the largest.
     *
     * <p>Without such a value a model that gives less than it reads is an encoder by itself, and one that gives more a
     * decoder. Of one that keeps its places, or has several outputs, it is not known what the code is.
     */
    Waist byRule() {
        List<Integer> told = IntStream.range(0, whole.nodes().size())
                .filter(i -> whole.nodes().get(i).layer() instanceof LayerSpec.Sampling
                        || whole.nodes().get(i).layer() instanceof LayerSpec.VectorQuantizer)
                .boxed()
                .toList();
        if (told.size() == 1) {
            return new Waist(told.getFirst() + 1, Waist.Source.BY_RULE);
        }
        if (!isKnownOutput) {
            return Waist.UNKNOWN;
        }
        List<Integer> nested = nestedEnds();
        List<Integer> candidates = nested.isEmpty() ? middle() : nested;
        if (!candidates.isEmpty()) {
            int end = narrowest(candidates);
            while (nested.isEmpty()
                    && end < lastChange(facts)
                    && isNext(end)
                    && facts.get(end).keepsNumbers()) {
                end++;
            }
            return new Waist(1 + indexOf(graph.nodes().get(end - 1).name(), whole.nodes()), Waist.Source.BY_RULE);
        }
        boolean keepsPlaces =
                places(output) > 1 && places(output) == places(model.input().shape());
        boolean isHalf = whole.outputs().size() == 1;
        if (!isHalf
                || keepsPlaces
                || output.size() == model.input().shape().size()
                || model.given().size() > 1) {
            return Waist.UNKNOWN;
        }
        boolean narrows = BY_WIDTH.compare(output, model.input().shape()) < 0;
        return new Waist(narrows ? whole.nodes().size() : 0, Waist.Source.BY_RULE);
    }

    private static int indexOf(String value, List<Graph.Node> nodes) {
        return nodes.stream().map(Graph.Node::name).toList().indexOf(value);
    }

    /** Whether a layer reads the one before it alone. */
    private boolean isNext(int layer) {
        List<Graph.Node> nodes = graph.nodes();
        return nodes.get(layer).inputs().equals(List.of(nodes.get(layer - 1).name()));
    }

    /** How many layers lie before each value in the middle that has something wider before it and behind it. */
    private List<Integer> middle() {
        boolean rebuilds = model.input().shape().size() == output.size();
        List<Shape> widestFrom = new ArrayList<>(List.of(output));
        for (LayerFacts layer : facts.reversed()) {
            widestFrom.addFirst(wider(layer.output(), widestFrom.getFirst()));
        }
        List<Integer> ends = new ArrayList<>();
        Shape widestBefore = model.input().shape();
        for (int end = 1; end <= lastChange(facts); end++) {
            Shape here = facts.get(end - 1).output();
            boolean isWaist = isNarrower(here, widestBefore) && isNarrower(here, widestFrom.get(end));
            boolean isNarrowest = isNarrower(here, model.input().shape()) && isNarrower(here, output);
            if (end > firstChange(facts) && (rebuilds ? isWaist : isNarrowest) && !isLaidOutToBeScaled(end)) {
                ends.add(end);
            }
            widestBefore = wider(here, widestBefore);
        }
        return ends;
    }

    /**
     * Whether a value is one place only so that each of its numbers can be scaled and shifted by itself, as ONNX files add
     * positions, and has its places again behind that.
     */
    private boolean isLaidOutToBeScaled(int end) {
        Shape shape = facts.get(end - 1).output();
        boolean scaled = isScaling(facts.get(end - 1));
        for (int next = end; next < facts.size() && isNext(next); next++) {
            LayerFacts layer = facts.get(next);
            if (!keepsContent(layer) && !isScaling(layer)) {
                return false;
            }
            scaled |= isScaling(layer);
            if (places(layer.output()) > places(shape)) {
                return scaled;
            }
        }
        return false;
    }

    private static boolean isScaling(LayerFacts layer) {
        return layer.layer() instanceof LayerSpec.DepthwiseConv1d l
                && l.kernel() == 1
                && l.stride() == 1
                && l.depthMultiplier() == 1;
    }

    private int narrowest(List<Integer> ends) {
        int best = ends.getFirst();
        for (int end : ends) {
            if (isNarrower(facts.get(end - 1).output(), facts.get(best - 1).output())) {
                best = end;
            }
        }
        return best;
    }

    /** The index of the first layer that does more than lay the numbers out anew. */
    private static int firstChange(List<LayerFacts> facts) {
        return IntStream.range(0, facts.size())
                .filter(i -> !keepsContent(facts.get(i)))
                .findFirst()
                .orElse(0);
    }

    /** The index of the last such layer: what leaves it is the output, but for its form. */
    private static int lastChange(List<LayerFacts> facts) {
        return IntStream.iterate(facts.size() - 1, i -> i >= 0, i -> i - 1)
                .filter(i -> !keepsContent(facts.get(i)))
                .findFirst()
                .orElse(0);
    }

    private static boolean keepsContent(LayerFacts layer) {
        return layer.keepsNumbers() || layer.layer() instanceof LayerSpec.Reshape;
    }

    /** How many vectors a value consists of: the pixels of an image, the steps of a sequence. */
    private static int places(Shape shape) {
        return shape.size() / shape.dimension(-1);
    }

    private static boolean isNarrower(Shape shape, Shape than) {
        return BY_WIDTH.compare(shape, than) < 0;
    }

    private static Shape wider(Shape one, Shape other) {
        return isNarrower(one, other) ? other : one;
    }

    /**
     * How many layers lie before the end of each nested model but the last; empty if none is followed by anything. Of
     * several values that a nested model gives, the code is the only one that is read.
     */
    private List<Integer> nestedEnds() {
        List<Integer> ends = new ArrayList<>();
        for (ModelNode node : model.nodes().subList(0, model.nodes().size() - 1)) {
            if (node instanceof ModelNode.Model nested && !nested.isRnn()) {
                List<String> read =
                        node.outputs().stream().filter(this::isReadBehind).toList();
                int end = read.size() == 1 ? 1 + indexOf(read.getFirst(), graph.nodes()) : 0;
                if (end > 0) {
                    ends.add(end);
                }
            }
        }
        return ends;
    }

    private boolean isReadBehind(String value) {
        return graph.nodes().stream().anyMatch(node -> node.inputs().contains(value));
    }

    /**
     * After a layer, or after a nested model, by the name it has in Keras or here.
     *
     * @throws UnsupportedModelException if there is none of that name
     */
    Waist named(String name, Path file) {
        Map<String, Integer> ends = new LinkedHashMap<>();
        for (int i = 0; i < whole.nodes().size(); i++) {
            ends.put(whole.nodes().get(i).name(), i + 1);
        }
        addKerasNames(model, ends);
        Integer end = ends.get(name);
        if (end == null) {
            throw new UnsupportedModelException(file + ": there is no layer '" + Json.printable(name)
                    + "' whose output could be the code." + Spelling.hint(name, ends.keySet()));
        }
        return new Waist(end, Waist.Source.NAMED);
    }

    private void addKerasNames(ModelNode.Model of, Map<String, Integer> ends) {
        for (ModelNode node : of.nodes()) {
            if (node instanceof ModelNode.Model nested) {
                addKerasNames(nested, ends);
            }
            if (node.outputs().size() == 1) {
                ends.putIfAbsent(node.kerasName(), 1 + indexOf(node.outputs().getFirst(), whole.nodes()));
            }
        }
    }
}

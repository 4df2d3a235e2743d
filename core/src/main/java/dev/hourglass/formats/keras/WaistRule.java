package dev.hourglass.formats.keras;

import dev.hourglass.files.Spelling;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.Waist;
import dev.hourglass.formats.json.Json;
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
    private final List<LayerSpec> layers;

    WaistRule(ModelNode.Model model) {
        this.model = model;
        this.layers = model.layers().stream().map(ModelNode.Layer::spec).toList();
    }

    /**
     * The narrowest value in the middle: of the fewest places (pixels, steps), of those of the fewest numbers, of equals
     * the first. There must be something wider before it and behind it, so it is never what the model reads or gives. What
     * follows it and only changes its values (an activation, a normalization) or lays them in a row belongs to the code.
     * Where models are nested, the code is what leaves one of them, and of a variational one it is what is sampled.
     *
     * <p>Without such a value a model that gives less than it reads is an encoder by itself, and one that gives more a
     * decoder. Of one that keeps its places it is not known what the code is.
     */
    Waist byRule() {
        List<LayerFacts> facts = ModelFacts.of(model.graph()).layers();
        Shape output = facts.getLast().output();
        List<Integer> sampling = IntStream.range(0, layers.size())
                .filter(i -> layers.get(i) instanceof LayerSpec.Sampling)
                .boxed()
                .toList();
        if (sampling.size() == 1) {
            return new Waist(sampling.getFirst() + 1, Waist.Source.BY_RULE);
        }
        List<Integer> nested = nestedEnds();
        List<Integer> candidates = nested.isEmpty() ? middle(facts) : nested;
        if (!candidates.isEmpty()) {
            int end = narrowest(candidates, facts);
            while (nested.isEmpty()
                    && end < lastChange(facts)
                    && isNext(end)
                    && facts.get(end).keepsNumbers()) {
                end++;
            }
            return new Waist(end, Waist.Source.BY_RULE);
        }
        boolean keepsPlaces =
                places(output) > 1 && places(output) == places(model.input().shape());
        if (keepsPlaces || output.size() == model.input().shape().size()) {
            return Waist.UNKNOWN;
        }
        boolean narrows = BY_WIDTH.compare(output, model.input().shape()) < 0;
        return new Waist(narrows ? layers.size() : 0, Waist.Source.BY_RULE);
    }

    /** Whether a layer reads the one before it alone. */
    private boolean isNext(int layer) {
        return model.layers()
                .get(layer)
                .inputs()
                .equals(List.of(layers.get(layer - 1).name()));
    }

    /** How many layers lie before each value in the middle that has something wider before it and behind it. */
    private List<Integer> middle(List<LayerFacts> facts) {
        Shape output = facts.getLast().output();
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
            if (end > firstChange(facts) && (rebuilds ? isWaist : isNarrowest)) {
                ends.add(end);
            }
            widestBefore = wider(here, widestBefore);
        }
        return ends;
    }

    private static int narrowest(List<Integer> ends, List<LayerFacts> facts) {
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

    /** How many layers lie before the end of each nested model but the last; empty if none is followed by anything. */
    private List<Integer> nestedEnds() {
        List<Integer> ends = new ArrayList<>();
        int end = 0;
        for (ModelNode node : model.nodes().subList(0, model.nodes().size() - 1)) {
            end += node.layers().size();
            if (node instanceof ModelNode.Model) {
                ends.add(end);
            }
        }
        return ends;
    }

    /**
     * After a layer, or after a nested model, by the name it has in Keras or here.
     *
     * @throws UnsupportedModelException if there is none of that name
     */
    Waist named(String name, Path file) {
        Map<String, Integer> ends = new LinkedHashMap<>();
        for (int i = 0; i < layers.size(); i++) {
            ends.put(layers.get(i).name(), i + 1);
        }
        addKerasNames(model, 0, ends);
        Integer end = ends.get(name);
        if (end == null) {
            throw new UnsupportedModelException(file + ": there is no layer '" + Json.printable(name)
                    + "' whose output could be the code." + Spelling.hint(name, ends.keySet()));
        }
        return new Waist(end, Waist.Source.NAMED);
    }

    private static int addKerasNames(ModelNode.Model model, int before, Map<String, Integer> ends) {
        int end = before;
        for (ModelNode node : model.nodes()) {
            end = switch (node) {
                case ModelNode.Layer ignored -> end + 1;
                case ModelNode.Model nested -> addKerasNames(nested, end, ends);
            };
            ends.putIfAbsent(node.kerasName(), end);
        }
        return end;
    }
}

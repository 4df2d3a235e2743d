package dev.hourglass.model;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What goes around a waist: the layers behind it are told more of a sample than its code.
 *
 * @param values the input or layers before the waist, other than it, that a layer behind it reads, or whose mask makes
 *     one skip steps, and states of layers before it or of itself; none in a chain without masks
 * @param size how many numbers these are; a mask is one for each step
 */
public record Bypass(List<String> values, long size) {
    public Bypass {
        values = List.copyOf(values);
    }

    /** @param waist name of a layer */
    public static Bypass of(Graph graph, String waist) {
        ModelFacts facts = ModelFacts.of(graph);
        List<String> read = graph.bypass(waist);
        List<String> masks = Masks.of(graph).acrossWaist(graph.ancestors(List.of(waist)));
        long numbers =
                read.stream().mapToLong(value -> facts.shapeOf(value).size()).sum();
        long steps = masks.stream()
                .mapToLong(mask -> facts.shapeOf(mask).dimension(0))
                .sum();
        Set<String> values = new LinkedHashSet<>(read);
        values.addAll(masks);
        return new Bypass(List.copyOf(values), numbers + steps);
    }
}

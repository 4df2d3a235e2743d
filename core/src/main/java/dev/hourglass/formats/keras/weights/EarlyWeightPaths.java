package dev.hourglass.formats.keras.weights;

import dev.hourglass.formats.keras.ModelNode;
import dev.hourglass.hdf5.Dataset;
import dev.hourglass.hdf5.Group;
import dev.hourglass.hdf5.Node;
import dev.hourglass.model.KerasClass;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where Keras 2.12 to 2.15 kept the variables in {@code model.weights.h5}. A model's layers lie in
 * {@code _layer_checkpoint_dependencies} up to 2.14, where a layer that has variables counts twice ({@code conv2d},
 * {@code conv2d_2}); so here the groups of a class that hold something belong to its layers that have variables, in the order
 * of their numbers. Saved under Windows, names have backslashes for slashes.
 */
public final class EarlyWeightPaths {
    private static final List<String> CONTAINERS = List.of("layers", "_layer_checkpoint_dependencies");

    private final Group root;

    private EarlyWeightPaths(Group root) {
        this.root = root;
    }

    /** The layers that have variables, in the order of computation; those that the file lacks where Keras 3 has them. */
    static List<WeightPaths.Holder> of(ModelNode.Model model, Group root) {
        List<WeightPaths.Holder> holders = new ArrayList<>();
        new EarlyWeightPaths(root).add(model, "", /* eachStep= */ false, holders);
        return holders;
    }

    private void add(ModelNode.Model model, String above, boolean eachStep, List<WeightPaths.Holder> holders) {
        String container = above
                + CONTAINERS.stream()
                        .filter(name -> root.find(above + name).orElse(null) instanceof Group)
                        .findFirst()
                        .orElse(CONTAINERS.getFirst());
        Map<String, Integer> counts = new HashMap<>();
        for (ModelNode node : model.nodes()) {
            boolean hasVariables =
                    node.layers().stream().anyMatch(layer -> !layer.variables().isEmpty());
            if (!hasVariables) {
                continue;
            }
            String place = WeightPaths.place(node, eachStep);
            int earlier = counts.merge(place, 1, Integer::sum) - 1;
            List<String> groups = groups(container, place);
            String asKeras3 = place + (earlier == 0 ? "" : "_" + earlier);
            String path = container + "/" + (earlier < groups.size() ? groups.get(earlier) : asKeras3);
            switch (node) {
                case ModelNode.Layer layer -> WeightPaths.add(layer, path, eachStep, holders);
                case ModelNode.Model nested -> {
                    boolean steps = nested.kind() == ModelNode.Kind.EACH_STEP;
                    if (!WeightPaths.addCells(nested, path, eachStep, holders)) {
                        add(WeightPaths.within(nested), WeightPaths.inside(nested, path), eachStep || steps, holders);
                    }
                }
            }
        }
    }

    /** The names of a class's groups that hold an array, by their numbers. */
    private List<String> groups(String container, String place) {
        if (!(root.find(container).orElse(null) instanceof Group group)) {
            return List.of();
        }
        return group.children().entrySet().stream()
                .filter(child -> holdsArray(child.getValue()))
                .map(Map.Entry::getKey)
                .filter(name -> name.equals(place) || name.matches(place + "_[0-9]{1,9}"))
                .sorted(Comparator.comparingInt(
                        name -> name.equals(place) ? 0 : Integer.parseInt(name.substring(place.length() + 1))))
                .toList();
    }

    private static boolean holdsArray(Node node) {
        return switch (node) {
            case Dataset ignored -> true;
            case Group group -> group.children().values().stream().anyMatch(EarlyWeightPaths::holdsArray);
        };
    }

    /** The dimensions of the first array of a class's first layer; empty if there is none. */
    public static List<Integer> firstKernel(Group root, String kerasClass) {
        String place = KerasClass.find(kerasClass).map(KerasClass::snakeCase).orElse(kerasClass);
        return CONTAINERS.stream()
                .map(name -> root.find(name + "/" + place).orElse(null))
                .filter(Objects::nonNull)
                .findFirst()
                .map(EarlyWeightPaths::firstArray)
                .orElse(List.of());
    }

    private static List<Integer> firstArray(Node node) {
        return switch (node) {
            case Dataset dataset -> dataset.dimensions();
            case Group group ->
                group.children().values().stream()
                        .map(EarlyWeightPaths::firstArray)
                        .filter(dimensions -> !dimensions.isEmpty())
                        .findFirst()
                        .orElse(List.of());
        };
    }

    /** The same tree with a group for each part of a name that Windows joined by backslashes. */
    public static Group withSlashes(Group root) {
        boolean joined = root.children().keySet().stream().anyMatch(name -> name.contains("\\"));
        if (!joined) {
            return root;
        }
        Group.Builder copy = Group.builder();
        root.attributes().forEach(copy::attribute);
        copy(root, "", copy);
        return copy.build();
    }

    private static void copy(Group from, String above, Group.Builder to) {
        from.children().forEach((name, node) -> {
            String path = above + name.replace('\\', '/');
            switch (node) {
                case Dataset dataset -> to.dataset(path, dataset);
                case Group group -> copy(group, path + "/", to);
            }
        });
    }
}

package dev.hourglass.formats.onnx.read;

import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A layer's value as the graph sees it. Operators that only lay axes out anew (Transpose, Reshape, Squeeze and the like)
 * change the view; what is stored moves when a layer asks for it in another order. So an image that ONNX has channels
 * first lies channels last between two convolutions.
 *
 * @param layer whose value it is, or the model's input
 * @param stored the shape of one sample as the layer gives it
 * @param order the atoms in the order in which they are stored; dimensions of 1 have none
 * @param axes of the graph's tensor, each of any number of atoms; the batch is among them
 */
record View(String layer, Shape stored, List<Atom> order, List<List<Atom>> axes) implements Operand {
    View {
        order = List.copyOf(order);
        axes = axes.stream().map(List::copyOf).toList();
    }

    /**
     * A value whose dimensions are axes of the graph's tensor.
     *
     * @param axisOf for each stored dimension, which axis it is
     * @param batch which axis the batch is
     */
    static View of(String layer, Shape stored, int[] axisOf, Batch batch) {
        List<List<Atom>> axes = new ArrayList<>();
        for (int axis = 0; axis < batch.rank(); axis++) {
            axes.add(List.of());
        }
        axes.set(batch.axis(), List.of(batch.atom()));
        List<Atom> order = new ArrayList<>();
        for (int i = 0; i < stored.rank(); i++) {
            if (stored.dimension(i) > 1) {
                Atom atom = Atom.of(stored.dimension(i));
                order.add(atom);
                axes.set(axisOf[i], List.of(atom));
            }
        }
        return new View(layer, stored, order, axes);
    }

    /**
     * Where the batch lies.
     *
     * @param rank of the tensor, batch included
     */
    record Batch(Atom atom, int axis, int rank) {}

    int rank() {
        return axes.size();
    }

    /** Of an axis; the batch counts as many as the file's arithmetic of shapes has. */
    int size(int axis) {
        return product(axes.get(axis));
    }

    int[] dimensions() {
        int[] dimensions = new int[rank()];
        for (int axis = 0; axis < dimensions.length; axis++) {
            dimensions[axis] = size(axis);
        }
        return dimensions;
    }

    static int product(List<Atom> atoms) {
        return atoms.stream().mapToInt(Atom::size).reduce(1, Math::multiplyExact);
    }

    /** Whether an axis is the batch and nothing else. */
    boolean isBatch(int axis) {
        return axes.get(axis).size() == 1 && axes.get(axis).getFirst().isBatch();
    }

    boolean hasBatch(int axis) {
        return axes.get(axis).stream().anyMatch(Atom::isBatch);
    }

    Atom batch() {
        return axes.stream()
                .flatMap(List::stream)
                .filter(Atom::isBatch)
                .findFirst()
                .orElseThrow();
    }

    View withAxes(List<List<Atom>> others) {
        return new View(layer, stored, order, others);
    }

    View transposed(int[] permutation) {
        List<List<Atom>> moved = new ArrayList<>();
        for (int axis : permutation) {
            moved.add(axes.get(axis));
        }
        return withAxes(moved);
    }

    /** With an axis of size 1 more. */
    View unsqueezed(int axis) {
        List<List<Atom>> more = new ArrayList<>(axes);
        more.add(axis, List.of());
        return withAxes(more);
    }

    /** Without an axis, which must be of size 1 and not the batch. */
    View squeezed(int axis) {
        List<List<Atom>> fewer = new ArrayList<>(axes);
        fewer.remove(axis);
        return withAxes(fewer);
    }

    /** The same numbers with one axis seen from its end; empty if it is not one atom. */
    Optional<View> turned(int axis) {
        List<Atom> atoms = axes.get(axis);
        if (atoms.isEmpty()) {
            return Optional.of(this);
        }
        if (atoms.size() != 1 || atoms.getFirst().isBatch()) {
            return Optional.empty();
        }
        Atom old = atoms.getFirst();
        Atom turned = old.turned();
        List<List<Atom>> others = new ArrayList<>(axes);
        others.set(axis, List.of(turned));
        List<Atom> moved = new ArrayList<>(order);
        moved.replaceAll(atom -> atom == old ? turned : atom);
        return Optional.of(new View(layer, stored, moved, others));
    }

    /**
     * The same numbers under other dimensions; atoms are split where a dimension ends within them.
     *
     * @param target whose product is that of the dimensions
     * @return empty if a dimension would hold a part of an atom and more
     */
    Optional<View> reshaped(int[] target) {
        List<Atom> rest = new ArrayList<>();
        axes.forEach(rest::addAll);
        List<Atom> split = new ArrayList<>(order);
        List<List<Atom>> grouped = new ArrayList<>();
        for (int dimension : target) {
            List<Atom> group = new ArrayList<>();
            if (dimension == 1
                    && !rest.isEmpty()
                    && rest.getFirst().isBatch()
                    && rest.getFirst().size() == 1) {
                group.add(rest.removeFirst());
            }
            int open = dimension;
            while (open > 1) {
                if (rest.isEmpty()) {
                    return Optional.empty();
                }
                Atom next = rest.removeFirst();
                if (open % next.size() == 0) {
                    group.add(next);
                    open /= next.size();
                } else if (next.size() % open == 0 && !next.isBatch() && !next.isReversed()) {
                    Atom first = Atom.of(open);
                    Atom second = Atom.of(next.size() / open);
                    int place = split.indexOf(next);
                    split.set(place, first);
                    split.add(place + 1, second);
                    group.add(first);
                    rest.addFirst(second);
                    open = 1;
                } else {
                    return Optional.empty();
                }
            }
            grouped.add(group);
        }
        if (!rest.isEmpty() && grouped.isEmpty()) {
            return Optional.empty();
        }
        if (!rest.isEmpty()) {
            grouped.getLast().addAll(rest);
        }
        // What is left can only be a batch of one.
        return rest.stream().allMatch(atom -> atom.size() == 1)
                ? Optional.of(new View(layer, stored, split, grouped))
                : Optional.empty();
    }
}

package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Operators that lay axes out anew, take parts of them or repeat them. */
final class AxisReader {
    /** Each step that is repeated costs a layer. */
    private static final int MOST_CONTINUED = 64;

    private final Reading reading;

    AxisReader(Reading reading) {
        this.reading = reading;
    }

    View transpose(OnnxNode node) {
        View from = reading.view(node, 0);
        int rank = from.rank();
        long[] reversed = IntStream.range(0, rank).mapToLong(i -> rank - 1 - i).toArray();
        long[] permutation = node.wholes("perm", reversed);
        if (permutation.length != rank
                || Arrays.stream(permutation).distinct().count() != rank
                || Arrays.stream(permutation).anyMatch(axis -> axis < 0 || axis >= rank)) {
            throw reading.corrupt(node, "an order of " + rank + " axes", Arrays.toString(permutation));
        }
        return from.transposed(
                Arrays.stream(permutation).mapToInt(Math::toIntExact).toArray());
    }

    View reshape(OnnxNode node) {
        View from = reading.view(node, 0);
        long[] target = reading.constant(node, 1, "the shape").wholes();
        return reshaped(node, from, target, node.whole("allowzero", 0) == 0);
    }

    View flatten(OnnxNode node) {
        View from = reading.view(node, 0);
        long axis = node.whole("axis", 1);
        int place = axis == from.rank() ? from.rank() : reading.axis(node, axis, from.rank());
        int[] dimensions = from.dimensions();
        long rows = 1;
        for (int i = 0; i < place; i++) {
            rows *= dimensions[i];
        }
        return reshaped(node, from, new long[] {rows, -1}, false);
    }

    private View reshaped(OnnxNode node, View from, long[] target, boolean zeroCopies) {
        int[] dimensions = from.dimensions();
        long all = Arrays.stream(dimensions).asLongStream().reduce(1, (a, b) -> a * b);
        long known = 1;
        int[] wanted = new int[target.length];
        int open = -1;
        for (int i = 0; i < target.length; i++) {
            long size = target[i] == 0 && zeroCopies && i < dimensions.length ? dimensions[i] : target[i];
            if (size == -1 && open < 0) {
                open = i;
                continue;
            }
            if (size < 1 || size > all) {
                throw reading.corrupt(node, "sizes of " + all + " numbers", Arrays.toString(target));
            }
            wanted[i] = (int) size;
            known *= size;
        }
        if (open >= 0 && known > 0 && all % known == 0) {
            wanted[open] = (int) (all / known);
            known = all;
        }
        if (known != all) {
            throw reading.unsupported(
                    node,
                    "a shape of as many numbers as " + Arrays.toString(dimensions) + " (a sample more or less)",
                    Arrays.toString(target),
                    "Export the model with the batch as a free dimension, or reshape by -1.");
        }
        return from.reshaped(wanted).orElseGet(() -> relaid(node, from, wanted));
    }

    /** Where dimensions overlap, the numbers are laid in a row first. */
    private View relaid(OnnxNode node, View from, int[] wanted) {
        if (!from.isBatch(0) || wanted.length < 1 || wanted[0] != from.size(0)) {
            throw reading.unsupported(node, "a shape that keeps the batch first", Arrays.toString(wanted), "");
        }
        String name = reading.name(node);
        List<Atom> row = new ArrayList<>();
        Reading.natural(from).forEach(axis -> row.addAll(from.axes().get(axis)));
        View flat = reading.layers().arrange(from, List.of(row), name);
        int[] sizes = Arrays.copyOfRange(wanted, 1, wanted.length);
        Shape stored = reading.layers().add(new LayerSpec.Reshape(name, Shape.of(sizes)), List.of(flat), Map.of());
        int[] axisOf = IntStream.range(1, wanted.length).toArray();
        return View.of(name, stored, axisOf, new View.Batch(from.batch(), 0, wanted.length));
    }

    View squeeze(OnnxNode node) {
        View from = reading.view(node, 0);
        int[] all = IntStream.range(0, from.rank())
                .filter(axis -> from.size(axis) == 1 && !from.hasBatch(axis))
                .toArray();
        View squeezed = from;
        for (int axis : descending(axes(node, from.rank(), all))) {
            if (squeezed.size(axis) != 1 || squeezed.hasBatch(axis)) {
                throw reading.unsupported(
                        node,
                        "an axis of 1 that is not the batch",
                        "axis " + axis + " of " + Arrays.toString(from.dimensions()),
                        "");
            }
            squeezed = squeezed.squeezed(axis);
        }
        return squeezed;
    }

    View unsqueeze(OnnxNode node) {
        View from = reading.view(node, 0);
        long[] given = node.hasInput(1) ? reading.constant(node, 1, "the axes").wholes() : node.wholes("axes");
        int rank = from.rank() + given.length;
        View unsqueezed = from;
        for (int axis : Arrays.stream(given)
                .mapToInt(axis -> reading.axis(node, axis, rank))
                .sorted()
                .toArray()) {
            if (axis > unsqueezed.rank()) {
                throw reading.corrupt(node, "axes of " + rank, Arrays.toString(given));
            }
            unsqueezed = unsqueezed.unsqueezed(axis);
        }
        return unsqueezed;
    }

    private int[] axes(OnnxNode node, int rank, int... otherwise) {
        long[] given = node.hasInput(1) ? reading.constant(node, 1, "the axes").wholes() : node.wholes("axes");
        return given.length == 0
                ? otherwise
                : Arrays.stream(given)
                        .mapToInt(axis -> reading.axis(node, axis, rank))
                        .distinct()
                        .toArray();
    }

    private static int[] descending(int[] axes) {
        return Arrays.stream(axes)
                .sorted()
                .map(axis -> -axis)
                .sorted()
                .map(axis -> -axis)
                .toArray();
    }

    // --- parts ---

    View slice(OnnxNode node) {
        View from = reading.view(node, 0);
        boolean old = reading.operatorSet() < 10;
        long[] starts = old
                ? node.wholes("starts")
                : reading.constant(node, 1, "the starts").wholes();
        long[] ends = old
                ? node.wholes("ends")
                : reading.constant(node, 2, "the ends").wholes();
        long[] first = IntStream.range(0, starts.length).asLongStream().toArray();
        long[] axes = old
                ? node.wholes("axes", first)
                : node.hasInput(3) ? reading.constant(node, 3, "the axes").wholes() : first;
        long[] steps = new long[starts.length];
        Arrays.fill(steps, 1);
        if (!old && node.hasInput(4)) {
            steps = reading.constant(node, 4, "the steps").wholes();
        }
        if (ends.length != starts.length || axes.length != starts.length || steps.length != starts.length) {
            throw reading.corrupt(node, "as many starts as ends, axes and steps", starts.length + " starts");
        }
        View part = from;
        for (int i = 0; i < starts.length; i++) {
            int axis = reading.axis(node, axes[i], from.rank());
            int size = part.size(axis);
            long end = Math.clamp(ends[i] < 0 ? ends[i] + size : ends[i], -1, size);
            long start = Math.clamp(starts[i] < 0 ? starts[i] + size : starts[i], 0, size);
            if (steps[i] == -1 && start >= size - 1 && (end == -1 || ends[i] < -size)) {
                part = part.turned(axis)
                        .orElseThrow(() -> reading.unsupported(node, "one axis turned round", "several", ""));
            } else {
                reading.require(steps[i] == 1, node, "steps of 1", Long.toString(steps[i]));
                part = part(reading, node, part, axis, new int[] {(int) start, (int) Math.max(end, start)});
            }
        }
        return part;
    }

    View gather(OnnxNode node) {
        if (reading.operand(node, 0) instanceof Constant table && !(reading.operand(node, 1) instanceof Constant)) {
            return embed(node, table);
        }
        View from = reading.view(node, 0);
        int axis = reading.axis(node, node.whole("axis", 0), from.rank());
        Constant index = reading.constant(node, 1, "the indices");
        reading.require(index.size() == 1, node, "one index", index.size() + " of them");
        int size = from.size(axis);
        long place = index.wholes()[0] < 0 ? index.wholes()[0] + size : index.wholes()[0];
        if (place < 0 || place >= size) {
            throw reading.corrupt(node, "an index of at most " + (size - 1), Long.toString(place));
        }
        View part = part(reading, node, from, axis, new int[] {(int) place, (int) place + 1});
        return index.rank() == 0 ? part.squeezed(axis) : part;
    }

    /** A row of a table for each number. */
    private View embed(OnnxNode node, Constant table) {
        View numbers = reading.view(node, 1);
        reading.require(
                table.rank() == 2 && table.size() > 0 && node.whole("axis", 0) == 0,
                node,
                "rows of a table",
                "parts of " + Arrays.toString(table.dimensions()) + " along axis " + node.whole("axis", 0));
        String name = reading.name(node);
        int width = table.dimensions()[1];
        LayerSpec layer = new LayerSpec.Embedding(name, table.dimensions()[0], width);
        Shape stored = reading.layers().add(layer, List.of(numbers), Map.of("embeddings", table.floats()));
        List<Atom> row = width == 1 ? List.of() : List.of(Atom.of(width));
        List<List<Atom>> axes = new ArrayList<>(numbers.axes());
        axes.add(row);
        return new View(
                name,
                stored,
                Stream.concat(numbers.order().stream(), row.stream()).toList(),
                axes);
    }

    /** Each part as an output of its own. */
    void split(OnnxNode node) {
        View from = reading.view(node, 0);
        int axis = reading.axis(node, node.whole("axis", 0), from.rank());
        int count = node.outputs().size();
        int size = from.size(axis);
        long[] even = new long[count];
        Arrays.fill(even, Math.ceilDiv(size, count));
        even[count - 1] = size - even[0] * (count - 1);
        long[] sizes = node.hasInput(1) ? reading.constant(node, 1, "the sizes").wholes() : node.wholes("split", even);
        long start = 0;
        for (int i = 0; i < count; i++) {
            long end = start + (i < sizes.length ? sizes[i] : 0);
            if (end <= start || end > size) {
                throw reading.corrupt(node, "parts of " + size + " in all", Arrays.toString(sizes));
            }
            if (reading.isRead(node, i)) {
                reading.give(node, i, part(reading, node, from, axis, new int[] {(int) start, (int) end}));
            }
            start = end;
        }
    }

    /** @param range from the first to behind the last */
    static View part(Reading reading, OnnxNode node, View from, int axis, int[] range) {
        int size = from.size(axis);
        if (range[0] == 0 && range[1] == size) {
            return from;
        }
        reading.require(
                !from.hasBatch(axis) && range[1] > range[0],
                node,
                "a part of another axis than the batch",
                range[0] + " to " + range[1] + " of axis " + axis);
        LayerSpec layer = new LayerSpec.Cropping1d(reading.name(node), range[0], size - range[1]);
        return alongAxis(reading, node, from, axis, layer);
    }

    /**
     * What a layer over sequences gives where an axis is the steps, and all others together are the features.
     *
     * @param layer that keeps the features
     */
    static View alongAxis(Reading reading, OnnxNode node, View from, int axis, LayerSpec layer) {
        List<Atom> steps = from.axes().get(axis);
        List<Atom> others = new ArrayList<>(from.order());
        others.removeAll(steps);
        boolean turned = steps.size() == 1 && steps.getFirst().isReversed();
        reading.require(!turned, node, "steps in their order", "steps from the last to the first");
        View sequence = reading.layers().arrange(from, List.of(steps, others), layer.name());
        Shape stored = reading.layers().add(layer, List.of(sequence), Map.of());
        int left = stored.dimension(0);
        List<Atom> atoms = left == 1 ? List.of() : List.of(Atom.of(left));
        List<List<Atom>> axes = new ArrayList<>(from.axes());
        axes.set(axis, atoms);
        return new View(
                layer.name(),
                stored,
                Stream.concat(atoms.stream(), others.stream()).toList(),
                axes);
    }

    // --- padding that continues what is there ---

    /** Of which parts an axis consists that is padded by its own steps: from the first to behind the last of each. */
    static List<int[]> continued(Reading reading, OnnxNode node, String mode, int size, int before, int after) {
        int reach = mode.equals("reflect") ? size - 1 : mode.equals("wrap") ? size : MOST_CONTINUED;
        reading.require(
                Math.min(before, after) >= 0 && Math.max(before, after) <= Math.min(reach, MOST_CONTINUED),
                node,
                "padding by 0 to " + Math.min(reach, MOST_CONTINUED) + " steps of the same axis",
                before + " and " + after);
        List<int[]> parts = new ArrayList<>();
        switch (mode) {
            case "reflect" -> IntStream.range(0, before).forEach(i -> parts.add(step(before - i)));
            case "edge" -> IntStream.range(0, before).forEach(i -> parts.add(step(0)));
            case "wrap" -> {
                if (before > 0) {
                    parts.add(new int[] {size - before, size});
                }
            }
            default -> throw reading.unsupported(node, "mode constant, reflect, edge or wrap", mode, "");
        }
        parts.add(new int[] {0, size});
        switch (mode) {
            case "reflect" -> IntStream.range(0, after).forEach(i -> parts.add(step(size - 2 - i)));
            case "edge" -> IntStream.range(0, after).forEach(i -> parts.add(step(size - 1)));
            default -> {
                if (after > 0) {
                    parts.add(new int[] {0, after});
                }
            }
        }
        return parts;
    }

    private static int[] step(int place) {
        return new int[] {place, place + 1};
    }

    /** Parts of an axis, one behind the other. */
    static View pieced(Reading reading, OnnxNode node, View from, int axis, List<int[]> parts) {
        List<Atom> steps = from.axes().get(axis);
        List<Atom> others = new ArrayList<>(from.order());
        others.removeAll(steps);
        String name = reading.name(node);
        View sequence = reading.layers().arrange(from, List.of(steps, others), name);
        int size = from.size(axis);
        Map<Integer, View> single = new HashMap<>();
        List<View> pieces = new ArrayList<>();
        for (int[] part : parts) {
            boolean whole = part[0] == 0 && part[1] == size;
            pieces.add(
                    whole
                            ? sequence
                            : single.computeIfAbsent(part[0], place -> {
                                LayerSpec crop = new LayerSpec.Cropping1d(
                                        reading.layers().name(name + "_part"), part[0], size - part[1]);
                                Shape shape = reading.layers().add(crop, List.of(sequence), Map.of());
                                return new View(crop.name(), shape, others, from.axes());
                            }));
        }
        Shape stored = reading.layers().add(new LayerSpec.Concatenate(name, 1), pieces, Map.of());
        List<Atom> padded = List.of(Atom.of(stored.dimension(0)));
        List<List<Atom>> axes = new ArrayList<>(from.axes());
        axes.set(axis, padded);
        return new View(
                name, stored, Stream.concat(padded.stream(), others.stream()).toList(), axes);
    }

    // --- the mean and the largest ---

    View reduce(OnnxNode node, boolean average) {
        View from = reading.view(node, 0);
        int[] axes = axes(node, from.rank());
        reading.require(axes.length > 0, node, "axes named", "none");
        View reduced = reduced(reading, node, from, axes, average);
        if (node.whole("keepdims", 1) == 0) {
            for (int axis : descending(axes)) {
                reduced = reduced.squeezed(axis);
            }
        }
        return reduced;
    }

    /** The length of what lies along some axes, by which it will be divided. */
    Scaled norm(OnnxNode node) {
        View from = reading.view(node, 0);
        int[] axes = axes(node, from.rank());
        reading.require(
                axes.length > 0
                        && node.whole("keepdims", 1) == 1
                        && Arrays.stream(axes).noneMatch(from::hasBatch),
                node,
                "axes that are kept, other than the batch",
                Arrays.toString(axes) + (node.whole("keepdims", 1) == 1 ? "" : ", which go"));
        List<Integer> along = Arrays.stream(axes).boxed().toList();
        return new Scaled(from, 1, 0, new Scaled.Function.Norm(along));
    }

    /** The mean or the largest over some axes, which have size 1 then. */
    static View reduced(Reading reading, OnnxNode node, View from, int[] axes, boolean average) {
        List<Atom> gone = new ArrayList<>();
        for (int axis : axes) {
            reading.require(!from.hasBatch(axis), node, "other axes than the batch", "axis " + axis);
            gone.addAll(from.axes().get(axis));
        }
        List<Atom> kept = new ArrayList<>(from.order());
        kept.removeAll(gone);
        String name = reading.name(node);
        List<List<Atom>> wanted = new ArrayList<>();
        boolean image = axes.length == 2 && from.rank() == 4;
        if (image) {
            for (int axis : axes) {
                wanted.add(from.axes().get(axis));
            }
        } else {
            wanted.add(gone);
        }
        wanted.add(kept);
        View places = reading.layers().arrange(from, wanted, name);
        LayerSpec layer = image
                ? average ? new LayerSpec.GlobalAveragePooling2d(name) : new LayerSpec.GlobalMaxPooling2d(name)
                : average ? new LayerSpec.GlobalAveragePooling1d(name) : new LayerSpec.GlobalMaxPooling1d(name);
        Shape stored = reading.layers().add(layer, List.of(places), Map.of());
        List<List<Atom>> left = new ArrayList<>(from.axes());
        for (int axis : axes) {
            left.set(axis, List.of());
        }
        return new View(name, stored, kept, left);
    }

    // --- repetition ---

    View tile(OnnxNode node) {
        View from = reading.view(node, 0);
        long[] repeats = reading.constant(node, 1, "the repeats").wholes();
        if (repeats.length != from.rank()) {
            throw reading.corrupt(node, from.rank() + " repeats", Integer.toString(repeats.length));
        }
        View repeated = from;
        for (int axis = 0; axis < repeats.length; axis++) {
            repeated = repeated(node, repeated, axis, repeats[axis]);
        }
        return repeated;
    }

    View expand(OnnxNode node) {
        View from = reading.view(node, 0);
        long[] target = reading.constant(node, 1, "the shape").wholes();
        View expanded = from;
        while (expanded.rank() < target.length) {
            expanded = expanded.unsqueezed(0);
        }
        int before = expanded.rank() - target.length;
        for (int i = 0; i < target.length; i++) {
            int size = expanded.size(before + i);
            if (target[i] == 1 || target[i] == size || target[i] == -1 || expanded.hasBatch(before + i)) {
                continue;
            }
            reading.require(size == 1, node, "an axis of 1", Integer.toString(size));
            expanded = repeated(node, expanded, before + i, target[i]);
        }
        return expanded;
    }

    /** A vector that is the same at each step. */
    private View repeated(OnnxNode node, View from, int axis, long count) {
        if (count == 1) {
            return from;
        }
        reading.require(
                count >= 1 && count <= 1 << 24 && from.size(axis) == 1 && !from.hasBatch(axis),
                node,
                "an axis of 1 repeated",
                count + " times axis " + axis + " of " + Arrays.toString(from.dimensions()));
        String name = reading.name(node);
        View vector = reading.layers().arrange(from, List.of(from.order()), name);
        Shape stored = reading.layers().add(new LayerSpec.RepeatVector(name, (int) count), List.of(vector), Map.of());
        Atom steps = Atom.of((int) count);
        List<List<Atom>> axes = new ArrayList<>(from.axes());
        axes.set(axis, List.of(steps));
        return new View(
                name,
                stored,
                Stream.concat(Stream.of(steps), from.order().stream()).toList(),
                axes);
    }
}

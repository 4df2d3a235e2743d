package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.graph.Attribute;
import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.stream.IntStream;

/** Operators whose inputs are all known: exporters write the arithmetic of shapes as nodes. */
final class ConstantFolding {
    /** What is computed here where all inputs are constants. */
    private static final Set<String> OPERATORS = Set.of(
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Mod",
            "Min",
            "Max",
            "Pow",
            "Equal",
            "Less",
            "Greater",
            "Where",
            "Neg",
            "Sqrt",
            "Floor",
            "Ceil",
            "Abs",
            "Reciprocal",
            "Not",
            "Cast",
            "CastLike",
            "Identity",
            "Concat",
            "Gather",
            "Slice",
            "Squeeze",
            "Unsqueeze",
            "Reshape",
            "Flatten",
            "Transpose",
            "Expand",
            "Tile",
            "Trilu",
            "Range",
            "ReduceProd",
            "Size",
            "Shape",
            "ConstantOfShape");

    private final Reading reading;

    ConstantFolding(Reading reading) {
        this.reading = reading;
    }

    /** Whether a node gives a constant that is computed here. */
    boolean folds(OnnxNode node) {
        if (!OPERATORS.contains(node.operator()) || node.inputs().isEmpty()) {
            return false;
        }
        for (int i = 0; i < node.inputs().size(); i++) {
            if (node.hasInput(i) && !(reading.operand(node, i) instanceof Constant)) {
                return false;
            }
        }
        return true;
    }

    /** The value of a node {@code Constant}. */
    Constant constant(OnnxNode node) {
        for (Attribute attribute : node.attributes().values()) {
            switch (attribute) {
                case Attribute.Numbers tensor -> {
                    return reading.stored(tensor.value());
                }
                case Attribute.Whole whole -> {
                    return new Constant(new int[0], new double[] {whole.value()}, true);
                }
                case Attribute.Real real -> {
                    return new Constant(new int[0], new double[] {real.value()}, false);
                }
                case Attribute.Wholes wholes -> {
                    double[] values = wholes.values().stream()
                            .mapToDouble(Long::doubleValue)
                            .toArray();
                    return new Constant(new int[] {values.length}, values, true);
                }
                case Attribute.Reals reals -> {
                    double[] values = reals.values().stream()
                            .mapToDouble(Float::doubleValue)
                            .toArray();
                    return new Constant(new int[] {values.length}, values, false);
                }
                case Attribute.Text ignored -> {}
                case Attribute.Texts ignored -> {}
                case Attribute.Other ignored -> {}
            }
        }
        throw reading.unsupported(node, "a constant of numbers", "another", "");
    }

    /** The dimensions of a value, of which the batch is as large as the reading takes it to be. */
    Constant shape(OnnxNode node) {
        int[] dimensions = switch (reading.operand(node, 0)) {
            case Constant constant -> constant.dimensions();
            case View view -> view.dimensions();
            case Scaled scaled -> scaled.view().dimensions();
            case Scores scores -> scores.dimensions();
        };
        int rank = dimensions.length;
        int start = Math.clamp(fromFront(node.whole("start", 0), rank), 0, rank);
        int end = Math.clamp(fromFront(node.whole("end", rank), rank), start, rank);
        return vector(Arrays.stream(dimensions, start, end).asDoubleStream().toArray());
    }

    private static long fromFront(long index, int rank) {
        return index < 0 ? index + rank : index;
    }

    private static Constant vector(double... values) {
        return new Constant(new int[] {values.length}, values, true);
    }

    Constant fold(OnnxNode node) {
        Constant first = reading.constant(node, 0, "an input");
        return switch (node.operator()) {
            case "Shape" -> shape(node);
            case "Size" -> new Constant(new int[0], new double[] {first.size()}, true);
            case "Identity", "CastLike" -> first;
            case "Cast" -> cast(node, first);
            case "Neg" -> each(first, (x, y) -> -x);
            case "Sqrt" -> each(first, (x, y) -> Math.sqrt(x));
            case "Floor" -> each(first, (x, y) -> Math.floor(x));
            case "Ceil" -> each(first, (x, y) -> Math.ceil(x));
            case "Abs" -> each(first, (x, y) -> Math.abs(x));
            case "Not" -> each(first, (x, y) -> x == 0 ? 1 : 0);
            case "Reciprocal" -> each(first, (x, y) -> 1 / x);
            case "Concat" -> concatenate(node);
            case "Gather" -> gather(node, first);
            case "Slice" -> slice(node, first);
            case "Squeeze" -> squeeze(node, first);
            case "Unsqueeze" -> unsqueeze(node, first);
            case "Reshape" ->
                reshape(node, first, reading.constant(node, 1, "the shape").wholes());
            case "Flatten" -> flatten(node, first);
            case "Transpose" -> transpose(node, first);
            case "Expand" -> expand(node, first);
            case "Tile" -> tile(node, first);
            case "Trilu" -> triangle(node, first);
            case "Range" -> range(node, first);
            case "ReduceProd" -> product(node, first);
            case "ConstantOfShape" -> filled(node, first);
            case "Where" -> where(node, first);
            default -> combine(node, first, reading.constant(node, 1, "an input"), operator(node, first));
        };
    }

    private DoubleBinaryOperator operator(OnnxNode node, Constant first) {
        return switch (node.operator()) {
            case "Add" -> Double::sum;
            case "Sub" -> (x, y) -> x - y;
            case "Mul" -> (x, y) -> x * y;
            case "Div" -> first.whole() ? (x, y) -> quotient(node, x, y) : (x, y) -> x / y;
            case "Mod" -> (x, y) -> Math.floorMod((long) x, nonZero(node, y));
            case "Min" -> Math::min;
            case "Max" -> Math::max;
            case "Pow" -> Math::pow;
            case "Equal" -> (x, y) -> x == y ? 1 : 0;
            case "Less" -> (x, y) -> x < y ? 1 : 0;
            case "Greater" -> (x, y) -> x > y ? 1 : 0;
            default -> throw reading.unsupported(node, "an operator on constants", node.operator(), "");
        };
    }

    /** Of whole numbers, without what is behind the point. */
    private long quotient(OnnxNode node, double dividend, double divisor) {
        return (long) dividend / nonZero(node, divisor);
    }

    private long nonZero(OnnxNode node, double value) {
        if ((long) value == 0) {
            throw reading.corrupt(node, "a division by another number than 0", "0");
        }
        return (long) value;
    }

    private Constant each(Constant from, DoubleBinaryOperator function) {
        reading.bounds().countComputed(from.size());
        double[] values = Arrays.stream(from.numbers())
                .map(x -> function.applyAsDouble(x, 0))
                .toArray();
        return new Constant(from.dimensions(), values, from.whole());
    }

    /** To a type of whole numbers what is behind the point is cut off. */
    private Constant cast(OnnxNode node, Constant from) {
        long type = node.whole("to", 1);
        boolean real = type == 1 || type == 10 || type == 11 || type == 16;
        if (real || from.whole()) {
            return new Constant(from.dimensions(), from.numbers(), !real);
        }
        Constant cut = each(from, (x, y) -> x < 0 ? Math.ceil(x) : Math.floor(x));
        return new Constant(cut.dimensions(), cut.numbers(), true);
    }

    private Constant concatenate(OnnxNode node) {
        List<Constant> parts = IntStream.range(0, node.inputs().size())
                .mapToObj(i -> reading.constant(node, i, "an input"))
                .toList();
        int axis = reading.axis(node, node.whole("axis", 0), parts.getFirst().rank());
        int[] dimensions = parts.getFirst().dimensions().clone();
        dimensions[axis] = 0;
        for (Constant part : parts) {
            for (int i = 0; i < dimensions.length; i++) {
                if (part.rank() != dimensions.length || (i != axis && part.dimensions()[i] != dimensions[i])) {
                    throw reading.corrupt(node, "inputs that differ along one axis", "others");
                }
            }
            dimensions[axis] = Math.addExact(dimensions[axis], part.dimensions()[axis]);
        }
        Constant joined = zeros(dimensions, parts.getFirst().whole());
        int rows = rows(dimensions, axis);
        int to = 0;
        for (int row = 0; row < rows; row++) {
            for (Constant part : parts) {
                int length = part.size() / rows;
                System.arraycopy(part.numbers(), row * length, joined.numbers(), to, length);
                to += length;
            }
        }
        return joined;
    }

    private static int rows(int[] dimensions, int axis) {
        int rows = 1;
        for (int i = 0; i < axis; i++) {
            rows *= dimensions[i];
        }
        return Math.max(rows, 1);
    }

    private Constant zeros(int[] dimensions, boolean whole) {
        long count = 1;
        for (int dimension : dimensions) {
            if (dimension < 0 || (dimension > 0 && count > Integer.MAX_VALUE / dimension)) {
                throw reading.bounds().refuse("constants that an array holds", Arrays.toString(dimensions));
            }
            count *= dimension;
        }
        reading.bounds().countComputed(count);
        return new Constant(dimensions, new double[(int) count], whole);
    }

    private Constant gather(OnnxNode node, Constant from) {
        Constant index = reading.constant(node, 1, "the indices");
        int axis = reading.axis(node, node.whole("axis", 0), from.rank());
        int size = from.dimensions()[axis];
        int[] dimensions = IntStream.concat(
                        Arrays.stream(from.dimensions(), 0, axis),
                        IntStream.concat(
                                Arrays.stream(index.dimensions()),
                                Arrays.stream(from.dimensions(), axis + 1, from.rank())))
                .toArray();
        Constant taken = zeros(dimensions, from.whole());
        int rows = rows(from.dimensions(), axis);
        int behind = size == 0 ? 0 : from.size() / rows / size;
        int to = 0;
        for (int row = 0; row < rows; row++) {
            for (long place : index.wholes()) {
                long fromFront = place < 0 ? place + size : place;
                if (fromFront < 0 || fromFront >= size) {
                    throw reading.corrupt(node, "indices of at most " + (size - 1), Long.toString(place));
                }
                System.arraycopy(from.numbers(), (row * size + (int) fromFront) * behind, taken.numbers(), to, behind);
                to += behind;
            }
        }
        return taken;
    }

    /** Along one axis after another. */
    private Constant slice(OnnxNode node, Constant from) {
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
        long[] steps = !old && node.hasInput(4)
                ? reading.constant(node, 4, "the steps").wholes()
                : new long[0];
        if (ends.length != starts.length || axes.length != starts.length) {
            throw reading.corrupt(node, "as many starts as ends and axes", Integer.toString(starts.length));
        }
        Constant part = from;
        for (int i = 0; i < starts.length; i++) {
            int axis = reading.axis(node, axes[i], from.rank());
            int size = part.dimensions()[axis];
            long step = i < steps.length ? steps[i] : 1;
            boolean back = step < 0;
            long start = Math.clamp(fromFront(starts[i], size), 0, back ? size - 1 : size);
            long end = Math.clamp(fromFront(ends[i], size), back ? -1 : 0, size);
            if (step == 0) {
                throw reading.corrupt(node, "steps other than 0", "0");
            }
            int count = (int) Math.max(0, Math.ceilDiv(end - start, step));
            int[] places = new int[count];
            for (int k = 0; k < count; k++) {
                places[k] = (int) (start + k * step);
            }
            part = taken(part, axis, places);
        }
        return part;
    }

    private Constant taken(Constant from, int axis, int[] places) {
        int[] dimensions = from.dimensions().clone();
        int size = dimensions[axis];
        dimensions[axis] = places.length;
        Constant part = zeros(dimensions, from.whole());
        int rows = rows(from.dimensions(), axis);
        int behind = size == 0 ? 0 : from.size() / rows / size;
        int to = 0;
        for (int row = 0; row < rows; row++) {
            for (int place : places) {
                System.arraycopy(from.numbers(), (row * size + place) * behind, part.numbers(), to, behind);
                to += behind;
            }
        }
        return part;
    }

    private long[] axes(OnnxNode node) {
        return node.hasInput(1) ? reading.constant(node, 1, "the axes").wholes() : node.wholes("axes");
    }

    private Constant squeeze(OnnxNode node, Constant from) {
        long[] axes = axes(node);
        boolean[] gone = new boolean[from.rank()];
        for (long axis : axes) {
            gone[reading.axis(node, axis, from.rank())] = true;
        }
        int[] left = IntStream.range(0, from.rank())
                .filter(axis -> axes.length == 0 ? from.dimensions()[axis] != 1 : !gone[axis])
                .map(axis -> from.dimensions()[axis])
                .toArray();
        return sized(node, from, left);
    }

    private Constant unsqueeze(OnnxNode node, Constant from) {
        long[] axes = axes(node);
        int rank = from.rank() + axes.length;
        boolean[] added = new boolean[rank];
        for (long axis : axes) {
            added[reading.axis(node, axis, rank)] = true;
        }
        int[] dimensions = new int[rank];
        int next = 0;
        for (int i = 0; i < rank; i++) {
            dimensions[i] = added[i] || next == from.rank() ? 1 : from.dimensions()[next++];
        }
        return sized(node, from, dimensions);
    }

    private Constant sized(OnnxNode node, Constant from, int[] dimensions) {
        long count = Arrays.stream(dimensions).asLongStream().reduce(1, (a, b) -> a * b);
        if (count != from.size()) {
            throw reading.corrupt(node, "a shape of " + from.size() + " numbers", Arrays.toString(dimensions));
        }
        return from.reshaped(dimensions);
    }

    private Constant reshape(OnnxNode node, Constant from, long[] target) {
        int[] dimensions = new int[target.length];
        long known = 1;
        int open = -1;
        for (int i = 0; i < target.length; i++) {
            long size = target[i] == 0 && i < from.rank() ? from.dimensions()[i] : target[i];
            if (size == -1) {
                open = i;
            } else {
                dimensions[i] = Math.clamp(size, 0, Integer.MAX_VALUE);
                known = Math.multiplyExact(known, dimensions[i]);
            }
        }
        if (open >= 0 && known > 0) {
            dimensions[open] = (int) (from.size() / known);
        }
        return sized(node, from, dimensions);
    }

    private Constant flatten(OnnxNode node, Constant from) {
        long axis = node.whole("axis", 1);
        int place = axis == from.rank() ? from.rank() : reading.axis(node, axis, from.rank());
        int rows = rows(from.dimensions(), place);
        return sized(node, from, new int[] {rows, from.size() / rows});
    }

    private Constant transpose(OnnxNode node, Constant from) {
        int rank = from.rank();
        long[] otherwise = IntStream.range(0, rank).mapToLong(i -> rank - 1 - i).toArray();
        int[] permutation = Arrays.stream(node.wholes("perm", otherwise))
                .mapToInt(axis -> reading.axis(node, axis, rank))
                .distinct()
                .toArray();
        if (permutation.length != rank) {
            throw reading.corrupt(node, "an order of " + rank + " axes", Arrays.toString(permutation));
        }
        reading.bounds().countComputed(from.size());
        return from.transposed(permutation);
    }

    private Constant expand(OnnxNode node, Constant from) {
        int[] target = Arrays.stream(reading.constant(node, 1, "the shape").wholes())
                .mapToInt(size -> Math.clamp(size, 1, Integer.MAX_VALUE))
                .toArray();
        return combine(node, from, zeros(target, from.whole()), (x, y) -> x);
    }

    private Constant tile(OnnxNode node, Constant from) {
        long[] repeats = reading.constant(node, 1, "the repeats").wholes();
        if (repeats.length != from.rank()) {
            throw reading.corrupt(node, from.rank() + " repeats", Integer.toString(repeats.length));
        }
        Constant tiled = from;
        for (int axis = 0; axis < repeats.length; axis++) {
            int size = tiled.dimensions()[axis];
            long count = size * repeats[axis];
            reading.bounds().countComputed(count);
            int[] places =
                    IntStream.range(0, (int) count).map(place -> place % size).toArray();
            tiled = taken(tiled, axis, places);
        }
        return tiled;
    }

    /** What lies above or below a diagonal; the rest is 0. */
    private Constant triangle(OnnxNode node, Constant from) {
        int rank = from.rank();
        if (rank < 2) {
            throw reading.corrupt(node, "matrices", rank + " axes");
        }
        double diagonal =
                reading.optional(node, 1, "the diagonal").map(Constant::uniform).orElse(0.0);
        boolean upper = node.whole("upper", 1) != 0;
        int columns = from.dimensions()[rank - 1];
        int rows = from.dimensions()[rank - 2];
        reading.bounds().countComputed(from.size());
        double[] kept = from.numbers().clone();
        for (int i = 0; i < kept.length; i++) {
            double behind = i % columns - i / columns % rows - diagonal;
            if (upper ? behind < 0 : behind > 0) {
                kept[i] = 0;
            }
        }
        return new Constant(from.dimensions(), kept, from.whole());
    }

    private Constant range(OnnxNode node, Constant first) {
        double start = first.uniform();
        double limit = reading.constant(node, 1, "the limit").uniform();
        double step = reading.constant(node, 2, "the step").uniform();
        double count = Math.max(0, Math.ceil((limit - start) / step));
        if (!(count <= 1 << 20)) {
            throw reading.corrupt(node, "a range of ordinary length", Double.toString(count));
        }
        Constant range = zeros(new int[] {(int) count}, first.whole());
        for (int i = 0; i < count; i++) {
            range.numbers()[i] = start + i * step;
        }
        return range;
    }

    private Constant product(OnnxNode node, Constant from) {
        boolean over = from.rank() == 1 || (axes(node).length == 0 && from.rank() == 0);
        reading.require(over, node, "a list of numbers", from.rank() + " axes");
        double product = Arrays.stream(from.numbers()).reduce(1, (a, b) -> a * b);
        int[] dimensions = node.whole("keepdims", 1) == 1 ? new int[] {1} : new int[0];
        return new Constant(dimensions, new double[] {product}, from.whole());
    }

    private Constant filled(OnnxNode node, Constant shape) {
        double value = 0;
        boolean whole = false;
        if (node.attributes().get("value") instanceof Attribute.Numbers numbers) {
            Constant single = reading.stored(numbers.value());
            value = single.uniform();
            whole = single.whole();
        }
        int[] dimensions = Arrays.stream(shape.wholes())
                .mapToInt(size -> Math.clamp(size, -1, Integer.MAX_VALUE))
                .toArray();
        Constant filled = zeros(dimensions, whole);
        Arrays.fill(filled.numbers(), value);
        return filled;
    }

    private Constant where(OnnxNode node, Constant condition) {
        Constant yes = reading.constant(node, 1, "an input");
        Constant no = reading.constant(node, 2, "an input");
        // Twice, so that each has the dimensions of all three.
        Constant kept = combine(node, condition, yes, (c, x) -> c != 0 ? x : Double.NaN);
        return combine(node, kept, no, (x, y) -> Double.isNaN(x) ? y : x);
    }

    /** Number by number, where axes of 1 stand for as many as the other has. */
    private Constant combine(OnnxNode node, Constant one, Constant other, DoubleBinaryOperator function) {
        int rank = Math.max(one.rank(), other.rank());
        int[] dimensions = new int[rank];
        for (int i = 0; i < rank; i++) {
            int a = behind(one, rank, i);
            int b = behind(other, rank, i);
            if (a != b && a != 1 && b != 1) {
                throw reading.corrupt(
                        node,
                        "inputs that go together",
                        Arrays.toString(one.dimensions()) + " and " + Arrays.toString(other.dimensions()));
            }
            dimensions[i] = a == 1 ? b : a;
        }
        boolean compares = Set.of("Equal", "Less", "Greater").contains(node.operator());
        boolean whole = compares || (one.whole() && other.whole());
        Constant result = zeros(dimensions, whole);
        int[] place = new int[rank];
        for (int i = 0; i < result.size(); i++) {
            result.numbers()[i] = function.applyAsDouble(at(one, place), at(other, place));
            for (int axis = rank - 1; axis >= 0 && ++place[axis] == dimensions[axis]; axis--) {
                place[axis] = 0;
            }
        }
        return result;
    }

    private static int behind(Constant constant, int rank, int axis) {
        int own = axis - (rank - constant.rank());
        return own < 0 ? 1 : constant.dimensions()[own];
    }

    private static double at(Constant constant, int[] place) {
        int from = 0;
        int before = place.length - constant.rank();
        for (int axis = 0; axis < constant.rank(); axis++) {
            int dimension = constant.dimensions()[axis];
            from = from * dimension + (dimension == 1 ? 0 : place[before + axis]);
        }
        return constant.numbers()[from];
    }
}

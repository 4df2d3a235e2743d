package dev.hourglass.formats.keras.operations;

import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.keras.PlainLayers;
import dev.hourglass.formats.keras.operations.KerasCall.Value;
import dev.hourglass.model.Activation;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Operations of Keras 3 that stand in a functional model beside layers, such as {@code x[:, 1:]}, {@code ops.mean(x, axis=1)} and
 * {@code ops.gelu(x)}, in layers that compute the same. What goes along one axis goes along the columns of an image, as which any
 * value can be seen. What a layer of one's own would be needed for stays, and is refused by its name.
 */
public final class KerasOperations {
    /** By operation of one value without settings, the activation that it is. */
    private static final Map<String, Activation> FUNCTIONS = Map.ofEntries(
            Map.entry("Relu", Activation.RELU),
            Map.entry("Relu6", Activation.RELU6),
            Map.entry("Sigmoid", Activation.SIGMOID),
            Map.entry("Tanh", Activation.TANH),
            Map.entry("Softplus", Activation.SOFTPLUS),
            Map.entry("Softsign", Activation.SOFTSIGN),
            Map.entry("Silu", Activation.SILU),
            Map.entry("Selu", Activation.SELU),
            Map.entry("Exp", Activation.EXPONENTIAL),
            Map.entry("HardSigmoid", Activation.HARD_SIGMOID),
            Map.entry("HardSilu", Activation.HARD_SILU),
            Map.entry("HardTanh", Activation.HARD_TANH),
            Map.entry("LogSigmoid", Activation.LOG_SIGMOID),
            Map.entry("Mish", Activation.MISH));

    /** Those that nothing else in a file is called. */
    private static final Set<String> OTHERS = Set.of(
            "GetItem",
            "Mean",
            "Sum",
            "Max",
            "Min",
            "Stack",
            "ExpandDims",
            "Squeeze",
            "Transpose",
            "Swapaxes",
            "Moveaxis",
            "Pad",
            "Repeat",
            "Tile",
            "Matmul",
            "Power",
            "Square",
            "Negative",
            "Absolute",
            "Clip",
            "ZerosLike",
            "OnesLike",
            "Cast",
            "Gelu",
            "LeakyRelu",
            "Elu",
            "Celu",
            "LogSoftmax",
            "Squareplus",
            "Normalize",
            "TrueDivide",
            "Divide",
            "Split",
            "Abs");

    /** Copies of a value that are set side by side at most. */
    private static final int MOST_COPIES = 64;

    private final KerasCall call;

    private KerasOperations(KerasCall call) {
        this.call = call;
    }

    /** Whether an operation is meant where a file does not say of what module a class is, as an .h5 file does. */
    static boolean isName(String kerasClass) {
        return FUNCTIONS.containsKey(kerasClass) || OTHERS.contains(kerasClass);
    }

    /** Layers that compute the same, the last of which has the node's name; empty if there are none. */
    static List<Json.Mapping> asLayers(Json.Mapping node) {
        KerasCall call = KerasCall.of(node);
        if (call == null) {
            return List.of();
        }
        Value result = new KerasOperations(call).result(PlainLayers.text(node, "class_name", ""));
        return result == null ? List.of() : call.written(result);
    }

    private @Nullable Value result(String operation) {
        boolean isPadding = operation.equals("Pad");
        if (!call.keywords().isEmpty() && !(isPadding && isZero(call.keywords().get("constant_values")))) {
            return null;
        }
        return switch (operation) {
            case "Concatenate" -> concatenated(call.values());
            case "Stack" -> stacked(call.values());
            default -> {
                Value first = call.value(0);
                Value second = call.value(1);
                if (first != null && second != null) {
                    yield ofTwo(operation, first, second);
                }
                if (call.argumentCount() == 2 && !operation.equals("GetItem")) {
                    yield first == null
                            ? withConstant(operation, call.value(1), call.argument(0), false)
                            : withConstant(operation, first, call.argument(1), true);
                }
                yield first == null ? null : ofOne(operation, first);
            }
        };
    }

    private @Nullable Value ofOne(String operation, Value x) {
        Activation function = FUNCTIONS.get(operation);
        if (function != null) {
            return activated(x, function);
        }
        return switch (operation) {
            case "GetItem" -> item(x);
            case "Mean", "Average", "Sum", "Max", "Min" -> reduced(operation, x);
            case "Reshape" -> reshaped(x);
            case "ExpandDims" -> x.rank() == 0 ? null : withAxes(x);
            case "Squeeze" -> x.rank() == 0 ? null : withoutAxes(x);
            case "Transpose" -> permuted(x, axesOf(x));
            case "Swapaxes" -> permuted(x, swapped(x));
            case "Moveaxis" -> permuted(x, moved(x));
            case "Pad" -> padded(x);
            case "Repeat" -> repeated(x);
            case "Tile" -> tiled(x);
            case "Cast" -> PlainLayers.text(call.config(), "dtype", "float32").startsWith("float") ? x : null;
            case "Square" -> product(x, x);
            case "Negative" -> line(x, -1, 0);
            case "Absolute", "Abs" -> call.merge("Maximum", Map.of(), List.of(x, line(x, -1, 0)), x.shape());
            case "ZerosLike" -> line(x, 0, 0);
            case "OnesLike" -> line(x, 0, 1);
            case "Clip" -> clipped(x, number("x_min", Double.NaN), number("x_max", Double.NaN));
            case "Gelu" -> isOn("approximate", true) ? geluByTanh(x) : activated(x, Activation.GELU);
            case "LeakyRelu" -> same("LeakyReLU", "negative_slope", number("negative_slope", 0.2), x);
            case "Elu" -> same("ELU", "alpha", number("alpha", 1), x);
            case "Celu" -> number("alpha", 1) == 1 ? activated(x, Activation.ELU) : null;
            case "Squareplus" -> number("b", 4) == 4 ? activated(x, Activation.SQUAREPLUS) : null;
            case "Softmax" -> isLast(x) ? activated(x, Activation.SOFTMAX) : null;
            case "LogSoftmax" -> isLast(x) ? activated(x, Activation.LOG_SOFTMAX) : null;
            case "Normalize" ->
                number("order", 2) == 2 && isLast(x)
                        ? call.layer("UnitNormalization", Map.of("axis", -1), x, x.shape())
                        : null;
            default -> null;
        };
    }

    private @Nullable Value ofTwo(String operation, Value x, Value y) {
        if (operation.equals("Matmul")) {
            boolean fits = x.rank() == 2 && y.rank() == 2;
            return fits
                    ? call.merge(
                            "Dot",
                            Map.of("axes", List.of(2, 1), "normalize", false),
                            List.of(x, y),
                            List.of(x.shape().getFirst(), y.shape().getLast()))
                    : null;
        }
        // A layer sets the axes of values of different rank side by side from the first, an operation from the last.
        boolean isMerge =
                Set.of("Add", "Subtract", "Multiply", "Maximum", "Minimum").contains(operation);
        return isMerge && x.rank() == y.rank()
                ? call.merge(operation, Map.of(), List.of(x, y), broadcast(x.shape(), y.shape()))
                : null;
    }

    private static List<Integer> broadcast(List<Integer> one, List<Integer> other) {
        List<Integer> sizes = new ArrayList<>();
        for (int i = 0; i < one.size(); i++) {
            sizes.add(one.get(i) == 1 ? other.get(i) : one.get(i));
        }
        return sizes;
    }

    /** @param first whether the value comes first, and the number after it */
    private @Nullable Value withConstant(String operation, @Nullable Value x, @Nullable Json constant, boolean first) {
        if (x == null || !(constant instanceof Json.Numeral number)) {
            return null;
        }
        double value = number.asNumber();
        return switch (operation) {
            case "Add" -> line(x, 1, value);
            case "Subtract" -> first ? line(x, 1, -value) : line(x, -1, value);
            case "Multiply" -> line(x, value, 0);
            case "Divide", "TrueDivide" -> first && value != 0 ? line(x, 1 / value, 0) : null;
            case "Maximum" -> atLeast(x, value);
            case "Minimum" -> line(atLeast(line(x, -1, 0), -value), -1, 0);
            case "Power" -> first ? power(x, value) : null;
            default -> null;
        };
    }

    // --- number by number ---

    private Value line(Value x, double scale, double offset) {
        boolean isNothing = scale == 1 && offset == 0;
        return isNothing ? x : call.layer("Rescaling", Map.of("scale", scale, "offset", offset), x, x.shape());
    }

    private Value activated(Value x, Activation function) {
        return call.layer("Activation", Map.of("activation", function.kerasName()), x, x.shape());
    }

    private Value product(Value x, Value y) {
        return call.merge("Multiply", Map.of(), List.of(x, y), x.shape());
    }

    private Value same(String layer, String setting, double value, Value x) {
        return call.layer(layer, Map.of(setting, value), x, x.shape());
    }

    private Value atLeast(Value x, double least) {
        return line(call.layer("ReLU", Map.of(), line(x, 1, -least), x.shape()), 1, least);
    }

    private @Nullable Value clipped(Value x, double least, double most) {
        if (!(least < most)) {
            return null;
        }
        Value above = line(x, 1, -least);
        return line(call.layer("ReLU", Map.of("max_value", most - least), above, x.shape()), 1, least);
    }

    private @Nullable Value power(Value x, double exponent) {
        if (exponent == 1) {
            return x;
        }
        Value square = exponent == 2 || exponent == 3 || exponent == 4 ? product(x, x) : null;
        if (square == null || exponent == 2) {
            return square;
        }
        return product(square, exponent == 3 ? x : square);
    }

    /** {@code x / 2 * (1 + tanh(u)) = x * sigmoid(2 u)} with {@code u = sqrt(2 / pi) (x + 0.044715 x^3)} (Hendrycks and Gimpel 2016). */
    private Value geluByTanh(Value x) {
        double factor = 2 * Math.sqrt(2 / Math.PI);
        Value twiceU = product(line(product(x, x), factor * 0.044715, factor), x);
        return product(x, activated(twiceU, Activation.SIGMOID));
    }

    // --- axes ---

    private @Nullable Value concatenated(List<Value> values) {
        if (values.isEmpty()) {
            return null;
        }
        Value first = values.getFirst();
        int axis = axis(whole("axis", -1), first.rank());
        boolean alike = values.stream().allMatch(value -> value.rank() == first.rank());
        return axis < 0 || !alike ? null : sideBySide(values, axis);
    }

    private Value sideBySide(List<Value> values, int axis) {
        if (values.size() == 1) {
            return values.getFirst();
        }
        List<Integer> shape = new ArrayList<>(values.getFirst().shape());
        int sum = 0;
        for (Value value : values) {
            int size = value.shape().get(axis);
            sum = added(sum, size);
        }
        shape.set(axis, sum);
        return call.merge("Concatenate", Map.of("axis", axis + 1), values, shape);
    }

    /** Sizes added; open where one is, and where it fits no array. */
    private static int added(int... sizes) {
        long sum = 0;
        for (int size : sizes) {
            sum = size == KerasCall.OPEN || sum > Integer.MAX_VALUE ? Long.MAX_VALUE : sum + size;
        }
        return sum > Integer.MAX_VALUE ? KerasCall.OPEN : (int) sum;
    }

    private @Nullable Value stacked(List<Value> values) {
        if (values.isEmpty() || values.getFirst().rank() == 0) {
            return null;
        }
        int axis = axis(whole("axis", 0), values.getFirst().rank() + 1);
        List<Value> columns = new ArrayList<>();
        for (Value value : values) {
            Value column = axis < 0 ? null : shaped(value, inserted(value.shape(), axis));
            if (column == null) {
                return null;
            }
            columns.add(column);
        }
        return sideBySide(columns, axis);
    }

    private static List<Integer> inserted(List<Integer> shape, int axis) {
        List<Integer> sizes = new ArrayList<>(shape);
        sizes.add(axis, 1);
        return sizes;
    }

    /** The axis of a sample, counted from 0, that an axis with the batch is; negative where it is the batch or none. */
    private static int axis(int axis, int rank) {
        int place = axis < 0 ? rank + axis : axis - 1;
        return place < rank ? place : -1;
    }

    /** The same numbers in another shape, of which the file may leave one size open; null where it leaves more. */
    private @Nullable Value shaped(Value x, List<Integer> shape) {
        if (shape.equals(x.shape())) {
            return x;
        }
        long open = shape.stream().filter(size -> size == KerasCall.OPEN).count();
        if (open > 1 || shape.isEmpty()) {
            return null;
        }
        return call.layer("Reshape", Map.of("target_shape", shape), x, shape);
    }

    private @Nullable Value reshaped(Value x) {
        List<Integer> wanted = wholes(call.config().find("newshape"));
        if (wanted.size() < 2 || wanted.getFirst() != KerasCall.OPEN) {
            return null;
        }
        List<Integer> shape = wanted.subList(1, wanted.size());
        // A batch that takes what is left over is another batch where a sample's numbers don't add up.
        int given = x.size(0, x.rank());
        int size = new Value(x.tensor(), shape).size(0, shape.size());
        return given != KerasCall.OPEN && given == size ? shaped(x, shape) : null;
    }

    private @Nullable Value withAxes(Value x) {
        List<Integer> given = wholes(call.config().find("axis"));
        Set<Integer> axes = new TreeSet<>();
        given.forEach(each -> axes.add(axis(each, x.rank() + given.size())));
        List<Integer> shape = new ArrayList<>(x.shape());
        for (int each : axes) {
            if (each < 0) {
                return null;
            }
            shape.add(each, 1);
        }
        return shaped(x, shape);
    }

    private @Nullable Value withoutAxes(Value x) {
        Json given = call.config().find("axis");
        List<Integer> shape = new ArrayList<>(x.shape());
        if (given == null) {
            shape.removeIf(size -> size == 1);
            return shape.contains(KerasCall.OPEN) ? null : shaped(x, shape);
        }
        Set<Integer> axes = new TreeSet<>(Collections.reverseOrder());
        wholes(given).forEach(each -> axes.add(axis(each, x.rank())));
        for (int each : axes) {
            if (each < 0 || shape.get(each) != 1) {
                return null;
            }
            shape.remove(/* index */ each);
        }
        return shaped(x, shape);
    }

    /** @param axes where each axis is taken from, counted with the batch */
    private @Nullable Value permuted(Value x, List<Integer> axes) {
        if (axes.size() != x.rank() + 1 || axes.getFirst() != 0) {
            return null;
        }
        List<Integer> own = axes.subList(1, axes.size());
        if (!List.copyOf(new TreeSet<>(own)).equals(upTo(x.rank()))) {
            return null;
        }
        List<Integer> shape = own.stream().map(axis -> x.shape().get(axis - 1)).toList();
        return own.equals(upTo(x.rank())) ? x : call.layer("Permute", Map.of("dims", own), x, shape);
    }

    private static List<Integer> upTo(int rank) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = 1; axis <= rank; axis++) {
            axes.add(axis);
        }
        return axes;
    }

    private List<Integer> axesOf(Value x) {
        return wholes(call.config().find("axes")).stream()
                .map(axis -> axis < 0 ? axis + x.rank() + 1 : axis)
                .toList();
    }

    private List<Integer> swapped(Value x) {
        int one = axis(whole("axis1", 0), x.rank());
        int other = axis(whole("axis2", 0), x.rank());
        List<Integer> axes = new ArrayList<>(upTo(x.rank()));
        if (one < 0 || other < 0) {
            return List.of();
        }
        Collections.swap(axes, one, other);
        axes.addFirst(0);
        return axes;
    }

    private List<Integer> moved(Value x) {
        List<Integer> from = wholes(call.config().find("source"));
        List<Integer> to = wholes(call.config().find("destination"));
        if (from.size() != 1 || to.size() != 1) {
            return List.of();
        }
        int source = axis(from.getFirst(), x.rank());
        int target = axis(to.getFirst(), x.rank());
        if (source < 0 || target < 0) {
            return List.of();
        }
        List<Integer> axes = new ArrayList<>(upTo(x.rank()));
        axes.add(target, axes.remove(/* index */ source));
        axes.addFirst(0);
        return axes;
    }

    /**
     * A layer that does something along an axis: over steps or an image where the value is one, else over the columns of an
     * image as which the value is seen for that; null where the file does not say sizes that this needs.
     *
     * @param stem of the layer's name, before {@code 1D} and {@code 2D}
     * @param settings for each axis what is to be done, and what does nothing
     */
    private @Nullable Value along(Value x, int axis, String stem, List<Setting> settings, int size) {
        List<Integer> shape = new ArrayList<>(x.shape());
        shape.set(axis, size);
        if (x.rank() == 2 && axis == 0) {
            return call.layer(stem + "1D", Setting.overSteps(settings), x, shape);
        }
        if (x.rank() == 3 && axis < 2) {
            return call.layer(stem + "2D", Setting.over(settings, axis), x, shape);
        }
        int before = x.size(0, axis);
        int after = x.size(axis + 1, x.rank());
        int own = x.shape().get(axis);
        if (before == KerasCall.OPEN || after == KerasCall.OPEN || own == KerasCall.OPEN) {
            return null;
        }
        Value image = shaped(x, List.of(before, own, after));
        Value done = image == null
                ? null
                : call.layer(stem + "2D", Setting.over(settings, 1), image, List.of(before, size, after));
        return done == null ? null : shaped(done, shape);
    }

    /** A setting of a layer that has one value for each axis. */
    private record Setting(String name, Object value, Object none) {
        static Map<String, Object> overSteps(List<Setting> settings) {
            Map<String, Object> all = new HashMap<>();
            settings.forEach(setting -> all.put(setting.name, setting.value));
            return all;
        }

        static Map<String, Object> over(List<Setting> settings, int axis) {
            Map<String, Object> all = new HashMap<>();
            settings.forEach(setting -> all.put(
                    setting.name,
                    axis == 0 ? List.of(setting.value, setting.none) : List.of(setting.none, setting.value)));
            return all;
        }
    }

    // --- parts ---

    private @Nullable Value item(Value x) {
        Json key = call.argument(1);
        if (key == null) {
            return null;
        }
        List<Json> keys = key instanceof Json.Sequence several ? several.items() : List.of(key);
        List<Json> perAxis = spread(keys, x.rank() + 1);
        if (perAxis.isEmpty() || !isWhole(perAxis.getFirst())) {
            return null;
        }
        Value part = x;
        int axis = 0;
        List<Integer> shape = new ArrayList<>();
        for (Json each : perAxis.subList(1, perAxis.size())) {
            if (each instanceof Json.Nothing) {
                shape.add(1);
                continue;
            }
            part = each instanceof Json.Numeral place ? at(part, axis, place.asWhole()) : slice(part, axis, each);
            if (part == null) {
                return null;
            }
            if (!(each instanceof Json.Numeral)) {
                shape.add(part.shape().get(axis));
            }
            axis++;
        }
        return shape.isEmpty() ? null : shaped(part, shape);
    }

    /** A key for each axis, with those that an ellipsis or nothing stands for; empty where there are too many. */
    private static List<Json> spread(List<Json> keys, int rank) {
        long named = keys.stream()
                .filter(key -> !(key instanceof Json.Nothing) && !isOf(key, "__ellipsis__"))
                .count();
        if (named > rank || keys.isEmpty()) {
            return List.of();
        }
        Json whole = new Json.Mapping(
                keys.getFirst().place(),
                Map.of("class_name", new Json.Text(keys.getFirst().place(), "__slice__")));
        List<Json> rest = Collections.nCopies((int) (rank - named), whole);
        List<Json> all = new ArrayList<>();
        boolean isFilled = false;
        for (Json key : keys) {
            if (isOf(key, "__ellipsis__")) {
                if (isFilled) {
                    return List.of();
                }
                all.addAll(rest);
                isFilled = true;
            } else {
                all.add(key);
            }
        }
        if (!isFilled) {
            all.addAll(rest);
        }
        return all;
    }

    private static boolean isOf(Json key, String kerasClass) {
        return key instanceof Json.Mapping mapping
                && PlainLayers.text(mapping, "class_name", "").equals(kerasClass);
    }

    private static boolean isWhole(Json key) {
        return isOf(key, "__slice__")
                && (!(key.asMapping().find("config") instanceof Json.Mapping config)
                        || config.members().values().stream().allMatch(Json.Nothing.class::isInstance));
    }

    private @Nullable Value at(Value x, int axis, int place) {
        int size = x.shape().get(axis);
        int from = place < 0 ? size + place : place;
        return size == KerasCall.OPEN || from < 0 || from >= size ? null : cropped(x, axis, from, size - from - 1);
    }

    private @Nullable Value slice(Value x, int axis, Json key) {
        if (isWhole(key)) {
            return x;
        }
        if (!isOf(key, "__slice__") || !(key.asMapping().find("config") instanceof Json.Mapping config)) {
            return null;
        }
        int size = x.shape().get(axis);
        int step = config.find("step") instanceof Json.Numeral number ? number.asWhole() : 1;
        int start = config.find("start") instanceof Json.Numeral number ? number.asWhole() : 0;
        int stop = config.find("stop") instanceof Json.Numeral number ? number.asWhole() : Integer.MAX_VALUE;
        boolean fromEnd = stop < 0 || stop == Integer.MAX_VALUE;
        if (step < 1 || (size == KerasCall.OPEN && (start < 0 || !fromEnd))) {
            return null;
        }
        int before = start < 0 ? Math.max(0, size + start) : start;
        int after = stop == Integer.MAX_VALUE ? 0 : stop < 0 ? -stop : Math.max(0, size - stop);
        Value part = cropped(x, axis, before, after);
        return part == null || step == 1 ? part : everyOther(part, axis, step);
    }

    private @Nullable Value cropped(Value x, int axis, int before, int after) {
        if (before == 0 && after == 0) {
            return x;
        }
        int size = x.shape().get(axis);
        int left = size == KerasCall.OPEN ? KerasCall.OPEN : size - before - after;
        return size != KerasCall.OPEN && left < 1
                ? null
                : along(x, axis, "Cropping", sides("cropping", before, after), left);
    }

    private static List<Setting> sides(String name, int before, int after) {
        return List.of(new Setting(name, List.of(before, after), List.of(0, 0)));
    }

    /** The largest of one number, step after step. */
    private @Nullable Value everyOther(Value x, int axis, int step) {
        int size = x.shape().get(axis);
        int left = size == KerasCall.OPEN ? KerasCall.OPEN : (size - 1) / step + 1;
        return along(
                x, axis, "MaxPooling", List.of(new Setting("pool_size", 1, 1), new Setting("strides", step, 1)), left);
    }

    private @Nullable Value padded(Value x) {
        List<Json> sides = call.config().find("pad_width") instanceof Json.Sequence all ? all.items() : List.of();
        if (sides.size() != x.rank() + 1
                || !PlainLayers.text(call.config(), "mode", "constant").equals("constant")
                || !wholes(sides.getFirst()).equals(List.of(0, 0))) {
            return null;
        }
        Value padded = x;
        for (int axis = 0; axis < x.rank() && padded != null; axis++) {
            List<Integer> both = wholes(sides.get(axis + 1));
            if (both.size() != 2 || both.getFirst() < 0 || both.getLast() < 0) {
                return null;
            }
            int size = padded.shape().get(axis);
            int more = added(size, both.getFirst(), both.getLast());
            padded = both.equals(List.of(0, 0))
                    ? padded
                    : along(padded, axis, "ZeroPadding", sides("padding", both.getFirst(), both.getLast()), more);
        }
        return padded;
    }

    private @Nullable Value repeated(Value x) {
        int axis = call.config().find("axis") instanceof Json.Numeral given ? axis(given.asWhole(), x.rank()) : -1;
        return axis < 0 || !(call.config().find("repeats") instanceof Json.Numeral times)
                ? null
                : spreadOut(x, axis, times.asWhole());
    }

    private @Nullable Value spreadOut(Value x, int axis, int times) {
        int size = x.shape().get(axis);
        if (times < 1) {
            return null;
        }
        long product = (long) size * times;
        int more = size == KerasCall.OPEN || product > Integer.MAX_VALUE ? KerasCall.OPEN : (int) product;
        return times == 1 ? x : along(x, axis, "UpSampling", List.of(new Setting("size", times, 1)), more);
    }

    private @Nullable Value tiled(Value x) {
        List<Integer> repeats = new ArrayList<>(wholes(call.config().find("repeats")));
        while (repeats.size() < x.rank() + 1) {
            repeats.addFirst(1);
        }
        if (repeats.size() != x.rank() + 1 || repeats.getFirst() != 1) {
            return null;
        }
        Value tiled = x;
        for (int axis = 0; axis < x.rank() && tiled != null; axis++) {
            int times = repeats.get(axis + 1);
            if (times < 1 || (times > MOST_COPIES && tiled.shape().get(axis) != 1)) {
                return null;
            }
            tiled = tiled.shape().get(axis) == 1
                    ? spreadOut(tiled, axis, times)
                    : sideBySide(Collections.nCopies(times, tiled), axis);
        }
        return tiled;
    }

    // --- sums, means and extremes ---

    private @Nullable Value reduced(String operation, Value x) {
        Json given = call.config().find("axis");
        Set<Integer> axes = new TreeSet<>();
        wholes(given).forEach(each -> axes.add(axis(each, x.rank())));
        if (axes.isEmpty()
                || axes.stream().anyMatch(each -> each < 0)
                || call.config().find("initial") != null) {
            return null;
        }
        boolean largest = operation.equals("Max") || operation.equals("Min");
        Value from = operation.equals("Min") ? line(x, -1, 0) : x;
        Value result = isAllButLast(axes, x) ? global(from, largest) : one(from, List.copyOf(axes), largest);
        if (result == null) {
            return null;
        }
        if (operation.equals("Min")) {
            result = line(result, -1, 0);
        } else if (operation.equals("Sum")) {
            double count = 1;
            for (int each : axes) {
                count *= x.shape().get(each);
            }
            if (axes.stream().anyMatch(each -> x.shape().get(each) == KerasCall.OPEN)) {
                return null;
            }
            result = line(result, count, 0);
        }
        List<Integer> shape = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            if (!axes.contains(axis)) {
                shape.add(x.shape().get(axis));
            } else if (isOn("keepdims", false)) {
                shape.add(1);
            }
        }
        return shape.isEmpty() ? null : shaped(result, shape);
    }

    private static boolean isAllButLast(Set<Integer> axes, Value x) {
        return x.rank() >= 2 && x.rank() <= 4 && axes.size() == x.rank() - 1 && !axes.contains(x.rank() - 1);
    }

    private Value global(Value x, boolean largest) {
        String layer = "Global" + (largest ? "Max" : "Average") + "Pooling" + (x.rank() - 1) + "D";
        return call.layer(layer, Map.of(), x, List.of(x.shape().getLast()));
    }

    /** Each of some axes of size 1. */
    private @Nullable Value one(Value x, List<Integer> axes, boolean largest) {
        Value result = x;
        for (int axis : axes) {
            int size = x.shape().get(axis);
            if (size == KerasCall.OPEN || result == null) {
                return null;
            }
            List<Setting> whole = List.of(new Setting("pool_size", size, 1), new Setting("strides", size, 1));
            result = along(result, axis, largest ? "MaxPooling" : "AveragePooling", whole, 1);
        }
        return result;
    }

    // --- settings ---

    private boolean isLast(Value x) {
        Json given = call.config().find("axis");
        return given == null || (given instanceof Json.Numeral axis && axis(axis.asWhole(), x.rank()) == x.rank() - 1);
    }

    private int whole(String setting, int otherwise) {
        return call.config().find(setting) instanceof Json.Numeral number ? number.asWhole() : otherwise;
    }

    private double number(String setting, double otherwise) {
        return PlainLayers.number(call.config(), setting, otherwise);
    }

    private boolean isOn(String setting, boolean otherwise) {
        return call.config().find(setting) instanceof Json.Flag flag ? flag.value() : otherwise;
    }

    private static boolean isZero(@Nullable Json value) {
        return value instanceof Json.Numeral number && number.asNumber() == 0;
    }

    /** One whole number, or several; what is null is {@link KerasCall#OPEN}. Empty for anything else. */
    private static List<Integer> wholes(@Nullable Json value) {
        if (value instanceof Json.Numeral) {
            return List.of(value.asWhole());
        }
        List<Integer> all = new ArrayList<>();
        if (value instanceof Json.Sequence several) {
            for (Json each : several.items()) {
                if (each instanceof Json.Numeral) {
                    all.add(each.asWhole());
                } else if (each instanceof Json.Nothing) {
                    all.add(KerasCall.OPEN);
                } else {
                    return List.of();
                }
            }
        }
        return all;
    }
}

package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Resize and Upsample: layers that repeat or interpolate where Keras has such, else a product with a matrix along each axis
 * that changes, which is what an interpolation is.
 */
final class ResizeReader {
    private final Reading reading;

    ResizeReader(Reading reading) {
        this.reading = reading;
    }

    /**
     * How one axis changes.
     *
     * @param from how many places it has
     * @param to how many it will have
     * @param scale by which a place among the new ones is divided
     */
    private record Axis(int from, int to, double scale) {
        boolean isSame() {
            return from == to && scale == 1;
        }

        /** How often each place is there, or 0 where that differs. */
        int factor() {
            int whole = to / from;
            return whole * from == to && scale == whole ? whole : 0;
        }
    }

    View resize(OnnxNode node) {
        View input = reading.view(node, 0);
        WindowReader.requireRank(reading, node, input);
        String mode = node.text("mode", "nearest");
        reading.require(mode.equals("linear") || mode.equals("nearest"), node, "mode nearest or linear", mode);
        reading.require(node.whole("antialias", 0) == 0, node, "antialias 0", "1");
        List<Axis> axes = new ArrayList<>();
        for (int axis = 0; axis < input.rank(); axis++) {
            axes.add(axis(node, input, axis));
        }
        reading.require(
                axes.getFirst().isSame() && axes.get(1).isSame(),
                node,
                "batch and channels as they are",
                axes.getFirst() + " and " + axes.get(1));
        if (axes.stream().allMatch(Axis::isSame)) {
            return input;
        }
        List<Axis> spatial = axes.subList(2, axes.size());
        boolean repeats = spatial.stream().allMatch(axis -> axis.factor() > 0)
                && (mode.equals("linear")
                        ? spatial.size() == 2 && isOfHalfPixels(node)
                        : spatial.stream().allMatch(axis -> repeats(node, axis)));
        return repeats
                ? upsampled(node, input, spatial, mode.equals("linear"))
                : multiplied(node, input, spatial, mode);
    }

    private View upsampled(OnnxNode node, View input, List<Axis> spatial, boolean linear) {
        int[] size = spatial.stream().mapToInt(Axis::factor).toArray();
        String name = reading.name(node);
        View image = reading.channelsLast(node, input, name);
        LayerSpec layer = switch (size.length) {
            case 1 -> new LayerSpec.UpSampling1d(name, size[0]);
            case 2 ->
                new LayerSpec.UpSampling2d(
                        name,
                        WindowReader.size2(size),
                        linear ? LayerSpec.Interpolation.BILINEAR : LayerSpec.Interpolation.NEAREST);
            default -> new LayerSpec.UpSampling3d(name, WindowReader.size3(size));
        };
        return Reading.ofChannelsLast(name, reading.layers().add(layer, List.of(image), Map.of()), image);
    }

    /** Resize has a region, scales and sizes as inputs; Upsample, and Resize of set 10, have scales as the second. */
    private Axis axis(OnnxNode node, View input, int axis) {
        int size = input.size(axis);
        boolean old = node.operator().equals("Upsample") || node.inputs().size() == 2;
        double target;
        double scale;
        if (node.hasInput(3)) {
            Constant sizes = reading.constant(node, 3, "the sizes");
            requireEach(node, input, sizes);
            target = sizes.numbers()[axis];
            scale = target / size;
        } else {
            scale = scale(node, input, axis, old ? 1 : 2);
            target = Math.floor(size * scale);
        }
        boolean ordinary = target >= 1 && target <= 4096.0 * size && target <= 1 << 24;
        reading.require(ordinary, node, "sizes of 1 to 4096 times the input's", size + " to " + (float) target);
        return new Axis(size, (int) target, scale);
    }

    private double scale(OnnxNode node, View input, int axis, int place) {
        if (node.hasInput(place)) {
            Constant scales = reading.constant(node, place, "the scales");
            requireEach(node, input, scales);
            return scales.numbers()[axis];
        }
        List<Float> scales = node.reals("scales");
        if (scales.size() != input.rank()) {
            throw reading.corrupt(node, "scales of " + input.rank() + " axes", Integer.toString(scales.size()));
        }
        return scales.get(axis);
    }

    private void requireEach(OnnxNode node, View input, Constant numbers) {
        if (numbers.size() != input.rank() || node.attributes().containsKey("axes")) {
            throw reading.unsupported(
                    node, "a number for each of " + input.rank() + " axes", Integer.toString(numbers.size()), "");
        }
    }

    private boolean isOld(OnnxNode node) {
        return node.operator().equals("Upsample") || reading.operatorSet() < 11;
    }

    private String coordinates(OnnxNode node) {
        return isOld(node) ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel");
    }

    /** As Keras interpolates. */
    private boolean isOfHalfPixels(OnnxNode node) {
        String coordinates = coordinates(node);
        return coordinates.equals("half_pixel") || coordinates.equals("pytorch_half_pixel");
    }

    /** Whether each value is there as often as the others, side by side. */
    private boolean repeats(OnnxNode node, Axis axis) {
        int factor = axis.factor();
        for (int i = 0; i < Math.min((long) axis.to(), 4L * factor); i++) {
            if (nearest(node, axis, i) != i / factor) {
                return false;
            }
        }
        return true;
    }

    /** Where the value at a place lies in the input; between two of its places as a rule. */
    private double origin(OnnxNode node, Axis axis, int place) {
        double half = (place + 0.5) / axis.scale() - 0.5;
        return switch (coordinates(node)) {
            case "asymmetric" -> place / axis.scale();
            case "half_pixel" -> half;
            case "half_pixel_symmetric" -> half + axis.from() / 2.0 * (1 - axis.to() / (axis.scale() * axis.from()));
            case "pytorch_half_pixel" -> axis.to() > 1 ? half : 0;
            case "align_corners" -> axis.to() > 1 ? place * (axis.from() - 1.0) / (axis.to() - 1.0) : 0;
            default ->
                throw reading.unsupported(
                        node,
                        "coordinates asymmetric, align_corners or of half pixels",
                        OnnxReader.shown(coordinates(node)),
                        "");
        };
    }

    private int nearest(OnnxNode node, Axis axis, int place) {
        double origin = origin(node, axis, place);
        String rounding = isOld(node) ? "floor" : node.text("nearest_mode", "round_prefer_floor");
        double nearest = switch (rounding) {
            case "floor" -> Math.floor(origin);
            case "ceil" -> Math.ceil(origin);
            case "round_prefer_floor" -> Math.ceil(origin - 0.5);
            case "round_prefer_ceil" -> Math.floor(origin + 0.5);
            default -> throw reading.unsupported(node, "a nearest_mode of ONNX", OnnxReader.shown(rounding), "");
        };
        return (int) Math.clamp(nearest, 0, axis.from() - 1);
    }

    // --- by products ---

    private View multiplied(OnnxNode node, View input, List<Axis> spatial, String mode) {
        View resized = input;
        for (int i = 0; i < spatial.size(); i++) {
            Axis axis = spatial.get(i);
            if (!axis.isSame()) {
                float[] matrix = matrix(node, axis, mode.equals("linear"));
                resized = multiplied(node, resized, i + 2, axis.to(), matrix);
            }
        }
        return resized;
    }

    /** {@code [from, to]}: what of each place of the input makes each new one. */
    private float[] matrix(OnnxNode node, Axis axis, boolean linear) {
        reading.bounds().countComputed(Math.multiplyExact((long) axis.from(), axis.to()));
        float[] matrix = new float[Math.multiplyExact(axis.from(), axis.to())];
        for (int place = 0; place < axis.to(); place++) {
            if (linear) {
                double origin = Math.clamp(origin(node, axis, place), 0, axis.from() - 1);
                int first = Math.min((int) origin, Math.max(axis.from() - 2, 0));
                double rest = origin - first;
                matrix[first * axis.to() + place] = (float) (1 - rest);
                if (rest > 0) {
                    matrix[(first + 1) * axis.to() + place] = (float) rest;
                }
            } else {
                matrix[nearest(node, axis, place) * axis.to() + place] = 1;
            }
        }
        return matrix;
    }

    private View multiplied(OnnxNode node, View from, int axis, int size, float[] matrix) {
        List<Atom> along = from.axes().get(axis);
        List<Atom> others = new ArrayList<>(from.order());
        others.removeAll(along);
        String name = reading.name(node);
        View rows = reading.layers().arrange(from, List.of(others, along), name);
        LayerSpec layer = new LayerSpec.Dense(name, size, Activation.LINEAR, false);
        Shape stored = reading.layers().add(layer, List.of(rows), Map.of("kernel", matrix));
        List<Atom> places = size == 1 ? List.of() : List.of(Atom.of(size));
        others.addAll(places);
        List<List<Atom>> axes = new ArrayList<>(from.axes());
        axes.set(axis, places);
        return new View(name, stored, others, axes);
    }
}

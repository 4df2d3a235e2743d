package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import java.util.Arrays;

/**
 * How windows lie along each axis of a convolution or pooling.
 *
 * @param before zeros before the first place, an axis each
 * @param after zeros behind the last
 */
record Windows(int[] sizes, int[] window, int[] stride, int[] dilation, int[] before, int[] after) {
    /**
     * As a node says it.
     *
     * @param sizes of the input
     * @param window of the kernel
     */
    static Windows of(Reading reading, OnnxNode node, int[] sizes, int[] window) {
        int rank = sizes.length;
        Windows plain = new Windows(
                sizes,
                window,
                numbers(reading, node, "strides", rank, 1),
                numbers(reading, node, "dilations", rank, 1),
                new int[rank],
                new int[rank]);
        int[] pads = numbers(reading, node, "pads", 2 * rank, 0);
        return switch (node.text("auto_pad", "NOTSET")) {
            case "NOTSET" -> plain.padded(Arrays.copyOf(pads, rank), Arrays.copyOfRange(pads, rank, 2 * rank));
            case "VALID" -> plain;
            case "SAME_UPPER" -> plain.padded(plain.same(false), plain.same(true));
            case "SAME_LOWER" -> plain.padded(plain.same(true), plain.same(false));
            default -> throw reading.corrupt(node, "an auto_pad of ONNX", node.text("auto_pad", ""));
        };
    }

    /** A list of an attribute, or the same number for all where it is absent. */
    static int[] numbers(Reading reading, OnnxNode node, String attribute, int count, int otherwise) {
        long[] all = new long[count];
        Arrays.fill(all, otherwise);
        long[] given = node.wholes(attribute, all);
        if (given.length != count) {
            throw reading.corrupt(node, attribute + " of " + count + " numbers", Integer.toString(given.length));
        }
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) {
            if (given[i] < (attribute.equals("pads") || attribute.equals("output_padding") ? 0 : 1)
                    || given[i] > 1_000_000) {
                throw reading.corrupt(node, attribute + " of ordinary size", Long.toString(given[i]));
            }
            numbers[i] = (int) given[i];
        }
        return numbers;
    }

    Windows padded(int[] first, int[] last) {
        return new Windows(sizes, window, stride, dilation, first, last);
    }

    /** What Keras pads with 'same', an odd one at the end. */
    int[] same(boolean atEnd) {
        int[] pads = new int[sizes.length];
        for (int i = 0; i < pads.length; i++) {
            int total = Math.max((Math.ceilDiv(sizes[i], stride[i]) - 1) * stride[i] + reach(i) - sizes[i], 0);
            pads[i] = atEnd ? total - total / 2 : total / 2;
        }
        return pads;
    }

    /** How far a window reaches. */
    int reach(int axis) {
        return (window[axis] - 1) * dilation[axis] + 1;
    }

    boolean isUnpadded() {
        return Arrays.stream(before).allMatch(pad -> pad == 0)
                && Arrays.stream(after).allMatch(pad -> pad == 0);
    }

    boolean isSame() {
        return Arrays.equals(before, same(false)) && Arrays.equals(after, same(true));
    }

    /** As many places as windows start before the end, instead of those that lie inside. */
    Windows withCeiling() {
        int[] more = after.clone();
        for (int i = 0; i < more.length; i++) {
            int span = sizes[i] + before[i] + after[i] - reach(i);
            int count = Math.ceilDiv(span, stride[i]);
            // A window must begin before what is padded behind.
            if (count * stride[i] >= sizes[i] + before[i]) {
                count--;
            }
            more[i] += Math.max(0, count * stride[i] - span);
        }
        return padded(before, more);
    }
}

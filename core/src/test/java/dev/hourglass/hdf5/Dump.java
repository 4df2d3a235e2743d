package dev.hourglass.hdf5;

import dev.hourglass.hdf5.Dataset.Values;
import java.util.Arrays;

/** A tree as lines of text, all of it, so that two trees can be compared: arrays in records are not equal by themselves. */
final class Dump {
    private Dump() {}

    static String of(Group root) {
        StringBuilder lines = new StringBuilder();
        dump(root, "", lines);
        return lines.toString();
    }

    private static void dump(Node node, String path, StringBuilder lines) {
        switch (node) {
            case Group group -> {
                lines.append(path).append("/\n");
                group.attributes()
                        .forEach((name, value) -> lines.append(path)
                                .append("/@")
                                .append(name)
                                .append(' ')
                                .append(value)
                                .append('\n'));
                group.children().forEach((name, child) -> dump(child, path + "/" + name, lines));
            }
            case Dataset dataset ->
                lines.append(path)
                        .append(' ')
                        .append(dataset.dimensions())
                        .append(' ')
                        .append(text(dataset.values()))
                        .append('\n');
        }
    }

    private static String text(Values values) {
        return switch (values) {
            case Values.Floats floats -> "floats " + bits(floats.values());
            case Values.Wholes wholes -> wholes.type() + " " + Arrays.toString(wholes.values());
            case Values.Doubles doubles -> "doubles " + Arrays.toString(doubles.values());
            case Values.Pixels pixels -> "pixels " + Arrays.toString(pixels.values());
            case Values.Other other -> other.type();
        };
    }

    /** In hexadecimal: of float32 decimals take ten times as long to find, and one NaN looks like another. */
    private static String bits(float[] values) {
        StringBuilder text = new StringBuilder();
        for (float value : values) {
            text.append(Integer.toHexString(Float.floatToRawIntBits(value))).append(' ');
        }
        return text.toString();
    }
}

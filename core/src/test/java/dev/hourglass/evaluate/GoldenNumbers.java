package dev.hourglass.evaluate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/** Numbers of scikit-learn's, from a file that a script under interop/ writes: lines of name, [dimensions], numbers. */
public final class GoldenNumbers {
    private GoldenNumbers() {}

    public static double[] read(String file, String name) {
        try (InputStream stream = Objects.requireNonNull(GoldenNumbers.class.getResourceAsStream(file), file)) {
            String line = new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(l -> l.startsWith(name + " ["))
                    .findFirst()
                    .orElseThrow();
            String numbers = line.substring(line.indexOf(']') + 2);
            return Arrays.stream(numbers.split(" ", -1))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static float[] readFloats(String file, String name) {
        double[] numbers = read(file, name);
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        return floats;
    }
}

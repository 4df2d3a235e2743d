package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A case of a text file in {@code /golden}: a line {@code case WORD …}, then one for each array, {@code NAME NUMBER …}.
 *
 * @param words what was computed; each file has its own
 */
record TextGolden(List<String> words, Map<String, double[]> arrays) {
    /** @param name of the file, such as {@code penalties.txt} */
    static List<TextGolden> read(String name) throws IOException {
        List<TextGolden> cases = new ArrayList<>();
        try (InputStream in = TextGolden.class.getResourceAsStream("/golden/" + name)) {
            String text = new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
            for (String line : text.strip().split("\n", -1)) {
                List<String> words = List.of(line.split(" ", -1));
                if (words.getFirst().equals("case")) {
                    cases.add(new TextGolden(words.subList(1, words.size()), new LinkedHashMap<>()));
                } else {
                    double[] numbers = words.stream()
                            .skip(1)
                            .mapToDouble(Double::parseDouble)
                            .toArray();
                    cases.getLast().arrays().put(words.getFirst(), numbers);
                }
            }
        }
        return cases;
    }

    double[] array(String name) {
        return Objects.requireNonNull(arrays.get(name), name);
    }

    /** Fills {@code to} with an array of as many numbers. */
    void copy(String name, float[] to) {
        double[] from = array(name);
        assertThat(to).as(name).hasSameSizeAs(from);
        for (int i = 0; i < to.length; i++) {
            to[i] = (float) from[i];
        }
    }

    @Override
    public String toString() {
        return words.toString();
    }
}

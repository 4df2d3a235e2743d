package dev.hourglass.engine;

import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One case of golden/losses.txt or golden/training.txt: what the real Keras computed with a loss, or in ten steps with a
 * loss and an optimizer. Made by {@code interop/make_training_goldens.py}; {@code interop/README.md} describes the files.
 *
 * @param words of the case's line: loss, optimizer (in training.txt) and how the model ends
 * @param lines the numbers of its lines, by their first words; those of {@code after} have the step added
 */
record TrainingGolden(List<String> words, Map<String, float[]> lines) {
    static final int SIZE = 4;

    static List<TrainingGolden> losses() {
        return read("losses.txt");
    }

    static List<TrainingGolden> trainings() {
        return read("training.txt");
    }

    Loss loss() {
        return Loss.parse(words.getFirst().replace('~', ' '));
    }

    Optimizer optimizer() {
        return Optimizer.parse(words.get(1));
    }

    /** How the model ends: {@code output} or {@code linear}, {@code sigmoid}, or {@code reshaped} after one. */
    String end() {
        return words.getLast();
    }

    float[] line(String name) {
        float[] numbers = lines.get(name);
        if (numbers == null) {
            throw new AssertionError(this + " has no line " + name + "; it has " + lines.keySet());
        }
        return numbers;
    }

    /** The model that was trained. */
    List<LayerSpec> layers() {
        List<LayerSpec> layers = new ArrayList<>(List.of(
                new LayerSpec.Dense("squeeze", 2, Activation.TANH),
                new LayerSpec.Dense("rebuild", SIZE, end().equals("linear") ? Activation.LINEAR : Activation.SIGMOID)));
        if (end().equals("reshaped")) {
            layers.add(new LayerSpec.Reshape("reshape", Shape.of(2, 2)));
        }
        return layers;
    }

    /** Its weights before the first step. */
    Parameters initial() {
        Parameters parameters = Parameters.initialize(Shape.of(SIZE), layers(), new RandomSource(0));
        float[] weights = line("weights");
        int at = 0;
        for (Parameter parameter : parameters.list()) {
            System.arraycopy(weights, at, parameter.values(), 0, parameter.values().length);
            at += parameter.values().length;
        }
        return parameters;
    }

    static float[] joined(Parameters parameters) {
        float[] joined = new float[parameters.count()];
        int at = 0;
        for (Parameter parameter : parameters.list()) {
            System.arraycopy(parameter.values(), 0, joined, at, parameter.values().length);
            at += parameter.values().length;
        }
        return joined;
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }

    private static List<TrainingGolden> read(String file) {
        List<TrainingGolden> cases = new ArrayList<>();
        Map<String, float[]> shared = new LinkedHashMap<>();
        Map<String, float[]> lines = shared;
        int step = 0;
        for (String line : text(file).lines().filter(l -> !l.startsWith("#")).toList()) {
            List<String> words = List.of(line.split(" "));
            if (words.getFirst().equals("case")) {
                lines = new LinkedHashMap<>(shared);
                step = 0;
                cases.add(new TrainingGolden(words.subList(1, words.size()), lines));
                continue;
            }
            boolean named = List.of("slot", "scalar").contains(words.getFirst());
            String name = named ? words.get(0) + " " + words.get(1) : words.getFirst();
            if (name.equals("after")) {
                name += " " + ++step;
            }
            lines.put(name, numbers(words.subList(named ? 2 : 1, words.size())));
        }
        return cases;
    }

    private static float[] numbers(List<String> words) {
        double[] values = words.stream().mapToDouble(Double::parseDouble).toArray();
        float[] numbers = new float[values.length];
        Arrays.setAll(values, i -> numbers[i] = (float) values[i]);
        return numbers;
    }

    private static String text(String file) {
        try (InputStream in = TrainingGolden.class.getResourceAsStream("/golden/" + file)) {
            if (in == null) {
                throw new IllegalStateException(
                        "No resource /golden/" + file + "; run interop/make_training_goldens.py");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

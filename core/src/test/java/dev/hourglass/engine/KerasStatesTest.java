package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Bypass;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Parameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Recurrent layers that begin with states of others, as the real Keras saved them, held against what it computed in
 * float64; {@code interop/make_state_files.py} made the files.
 */
class KerasStatesTest {
    private static final int BATCH = 3;
    private static final double OUTPUT_TOLERANCE = 2e-6;
    private static final double GRADIENT_TOLERANCE = 1e-5;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "translator",
                "gates",
                "cells",
                "masked",
                "shared",
                "cell",
                "stack",
                "both_ways",
                "both_ways_masked",
                "film",
                "rows"
            })
    void outputsAndGradientsAreThoseOfKerasAndSoAreTheOutputsOfWhatIsWritten(String name) throws IOException {
        for (String extension : List.of("keras", "h5")) {
            SavedModel model = ModelFile.read(resource(name + "." + extension));
            requireOutputs(model, name);
            requireGradients(model, name);
            for (String other : List.of("keras", "h5")) {
                Path written = folder.resolve(extension + "_written." + other);
                ModelFile.write(model, written);
                SavedModel again = ModelFile.read(written);
                requireOutputs(again, name);
                assertThat(again.graph()).isEqualTo(model.graph());
            }
        }
    }

    private static void requireOutputs(SavedModel model, String name) throws IOException {
        float[] outputs = new float[numbers(name, "output").length];
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            inference.run(samples(numbers(name, "inputs")), 0, BATCH, outputs);
        }
        requireClose(outputs, perSample(model, numbers(name, "output")), OUTPUT_TOLERANCE, name);
    }

    /** Keras's outputs one after the other; ours are side by side for each sample. */
    private static float[] perSample(SavedModel model, float[] outputs) {
        List<Integer> sizes = model.graph().outputs().stream()
                .map(output -> ModelFacts.of(model.graph()).shapeOf(output).size())
                .toList();
        int all = sizes.stream().mapToInt(Integer::intValue).sum();
        float[] turned = new float[outputs.length];
        int from = 0;
        int before = 0;
        for (int size : sizes) {
            for (int sample = 0; sample < BATCH; sample++) {
                System.arraycopy(outputs, from, turned, sample * all + before, size);
                from += size;
            }
            before += size;
        }
        return turned;
    }

    private static void requireGradients(SavedModel model, String name) throws IOException {
        TrainingSettings settings = TrainingSettings.of(Optimizer.Adam.DEFAULT, BATCH, 1);
        Graph graph = model.graph();
        if (graph.outputs().size() > 1) {
            return; // the losses of several outputs are held against Keras elsewhere
        }
        try (TrainingSession session = TrainingSession.of(graph, model.parameters(), settings, 2)) {
            session.computeGradients(
                    samples(numbers(name, "inputs")),
                    (index, into, at) -> Arrays.fill(
                            into, at, at + ModelFacts.of(graph).output().size(), 0),
                    IntStream.range(0, BATCH).toArray(),
                    0,
                    BATCH);
            List<Parameter> parameters = model.parameters().list();
            for (int i = 0; i < parameters.size(); i++) {
                String path = parameters.get(i).path();
                requireClose(session.gradient(i), numbers(name, "gradient " + path), GRADIENT_TOLERANCE, path);
            }
        }
    }

    private static void requireClose(float[] actual, float[] expected, double tolerance, String of) {
        double scale = IntStream.range(0, expected.length)
                .mapToDouble(i -> Math.abs(expected[i]))
                .max()
                .orElse(0);
        assertThat(actual).as(of).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i])
                    .as("%s[%d]", of, i)
                    .isEqualTo(expected[i], within(tolerance * Math.max(scale, 0.05)));
        }
    }

    @Test
    void theLastStateIsTheOutputWhereThatAloneLeavesTheLayerAndTheCellIsAStateOfItsOwn() throws IOException {
        Graph graph = ModelFile.read(resource("translator.keras")).graph();

        Map<String, Graph.Node> nodes = new HashMap<>();
        graph.nodes().forEach(node -> nodes.put(node.name(), node));
        assertThat(Objects.requireNonNull(nodes.get("decoder")).inputs())
                .containsExactly("repeat", "encoder", "encoder_cell");
        assertThat(Objects.requireNonNull(nodes.get("encoder_cell")).layer())
                .isEqualTo(new LayerSpec.State("encoder_cell", LayerSpec.State.Which.CELL));
    }

    @Test
    void theCellGoesAroundTheWaistAndIsCounted() throws IOException {
        Graph graph = ModelFile.read(resource("translator.keras")).graph();

        assertThat(Bypass.of(graph, "encoder")).isEqualTo(new Bypass(List.of("encoder_cell"), 4));
    }

    private static Samples samples(float[] numbers) {
        int size = numbers.length / BATCH;
        return (index, into, at) -> System.arraycopy(numbers, index * size, into, at, size);
    }

    /** Of the lines that begin so, all numbers. */
    private static float[] numbers(String model, String begin) throws IOException {
        List<Float> numbers = new ArrayList<>();
        for (String line : Files.readAllLines(resource(model + ".txt"))) {
            if (line.startsWith(begin + " ")) {
                Arrays.stream(line.substring(begin.length() + 1).split(" ", -1))
                        .map(Float::parseFloat)
                        .forEach(numbers::add);
            }
        }
        float[] all = new float[numbers.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = numbers.get(i);
        }
        return all;
    }

    private static Path resource(String file) {
        return Path.of("src/test/resources/keras/states", file);
    }
}

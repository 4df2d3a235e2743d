package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.formats.keras.KerasConfigs;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Presets;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One case of the golden files: layers, and what the real Keras computed with them. The files are made by
 * {@code interop/make_goldens.py} and {@code make_recurrent_goldens.py}; {@code interop/README.md} describes their format and each array.
 *
 * @param input shape of one sample
 * @param initialSha256 of the initial weights, where they are made by a rule and not stored
 * @param arrays by name, in the file's order
 */
record Golden(
        String name, Shape input, List<LayerSpec> layers, Optional<String> initialSha256, Map<String, Array> arrays) {

    /**
     * What Keras computed.
     *
     * @param dimensions of the whole array, the batch first
     * @param stride of the stored elements: 0, stride, 2 * stride, …
     * @param largest absolute value of the whole array
     * @param stored elements
     */
    @SuppressWarnings("ArrayRecordComponent") // a test's data, never compared
    record Array(int[] dimensions, int stride, float largest, float[] stored) {
        int batch() {
            return dimensions[0];
        }

        /** The shape without the batch. */
        Shape sampleShape() {
            return Shape.of(Arrays.copyOfRange(dimensions, 1, dimensions.length));
        }

        Shape shape() {
            return Shape.of(dimensions);
        }

        /** The largest difference from the stored elements, over the largest value of the array. */
        double error(float[] actual) {
            assertThat(actual).hasSize(shape().size());
            double worst = 0;
            for (int i = 0; i < stored.length; i++) {
                double difference = Math.abs((double) actual[i * stride] - stored[i]);
                worst = difference <= worst ? worst : difference; // keeps a NaN
            }
            return worst / Math.max(largest, Float.MIN_NORMAL);
        }
    }

    Array array(String array) {
        Array found = arrays.get(array);
        if (found == null) {
            throw new AssertionError("Case " + name + " has no array " + array + "; it has " + arrays.keySet());
        }
        return found;
    }

    boolean has(String array) {
        return arrays.containsKey(array);
    }

    /** How many samples the case computes with. */
    int batch() {
        return array(has("inference") ? "inference" : "output").batch();
    }

    Shape output() {
        return ShapeInference.outputs(input, layers).getLast();
    }

    /** The case's name, as a parametrised test shows it. */
    @Override
    public String toString() {
        return name;
    }

    /** Each layer by itself, and short chains. */
    static List<Golden> layerCases() {
        return Stream.of(
                        "layers",
                        "recurrent",
                        "vocabulary",
                        "masks",
                        "convolutional_lstm",
                        "volumes",
                        "attention",
                        "masked_attention")
                .flatMap(file -> read(file).stream())
                .toList();
    }

    /** Layers that drop as they walk; Keras was given the masks of the first training step with seed 0. */
    static List<Golden> recurrentDropoutCases() {
        return Stream.of("recurrent_dropout", "convolutional_dropout")
                .flatMap(file -> read(file).stream())
                .toList();
    }

    /** The MNIST lab's two models. */
    static List<Golden> modelCases() {
        return read("models");
    }

    /** The batch of the models' cases: MNIST's first 16 test images, scaled to 0..1. */
    static float[] mnistImages() {
        byte[] pixels = resource("mnist-16.u8");
        float[] images = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            images[i] = Byte.toUnsignedInt(pixels[i]) * (1f / 255f);
        }
        return images;
    }

    private static List<Golden> read(String file) {
        FloatBuffer numbers = ByteBuffer.wrap(resource(file + ".bin"))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        List<Golden> cases = new ArrayList<>();
        List<String[]> lines = new ArrayList<>();
        for (String line : new String(resource(file + ".txt"), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            if (line.startsWith("case ") && !lines.isEmpty()) {
                cases.add(parse(lines, numbers));
                lines.clear();
            }
            if (!line.isEmpty() && !line.startsWith("#")) {
                lines.add(line.split(" "));
            }
        }
        cases.add(parse(lines, numbers));
        return cases;
    }

    private static Golden parse(List<String[]> lines, FloatBuffer numbers) {
        String name = "";
        Shape input = Shape.of(1);
        List<LayerSpec> layers = new ArrayList<>();
        Optional<String> initialSha256 = Optional.empty();
        Map<String, Array> arrays = new LinkedHashMap<>();
        for (String[] words : lines) {
            switch (words[0]) {
                case "case" -> name = words[1];
                case "input" -> input = Shape.of(dimensions(words[1]));
                case "preset" -> {
                    AutoencoderSpec spec = Presets.find(words[1], words[1]).orElseThrow();
                    input = spec.input();
                    layers.addAll(spec.layers());
                }
                case "layer" -> layers.add(layer(words));
                case "keras" ->
                    layers.addAll(KerasConfigs.layers(
                            String.join(" ", Arrays.asList(words).subList(1, words.length))));
                case "initial-sha256" -> initialSha256 = Optional.of(words[1]);
                case "array" -> arrays.put(words[1], array(words, numbers));
                default -> throw new IllegalStateException("Unknown line: " + String.join(" ", words));
            }
        }
        return new Golden(name, input, List.copyOf(layers), initialSha256, arrays);
    }

    private static Array array(String[] words, FloatBuffer numbers) {
        int[] dimensions = dimensions(words[2]);
        int stride = Integer.parseInt(words[4]);
        float[] stored = new float[Math.ceilDiv(Shape.of(dimensions).size(), stride)];
        numbers.get(Integer.parseInt(words[3]), stored);
        return new Array(dimensions, stride, Float.parseFloat(words[5]), stored);
    }

    private static LayerSpec layer(String[] words) {
        Map<String, String> settings = Arrays.stream(words)
                .skip(2)
                .map(word -> word.split("="))
                .collect(Collectors.toMap(word -> word[0], word -> word[1]));
        String name = settings.getOrDefault("name", "");
        return switch (words[1]) {
            case "Conv2d" ->
                new LayerSpec.Conv2d(
                        name,
                        number(settings, "filters"),
                        size(settings, "kernel"),
                        size(settings, "stride"),
                        padding(settings),
                        activation(settings));
            case "Conv2dTranspose" ->
                new LayerSpec.Conv2dTranspose(
                        name,
                        number(settings, "filters"),
                        size(settings, "kernel"),
                        size(settings, "stride"),
                        padding(settings),
                        activation(settings));
            case "BatchNormalization" ->
                new LayerSpec.BatchNormalization(
                        name,
                        Float.parseFloat(setting(settings, "momentum")),
                        Float.parseFloat(setting(settings, "epsilon")));
            case "MaxPooling2d" ->
                new LayerSpec.MaxPooling2d(name, size(settings, "pool"), size(settings, "stride"), padding(settings));
            case "UpSampling2d" -> new LayerSpec.UpSampling2d(name, size(settings, "size"));
            case "GlobalAveragePooling2d" -> new LayerSpec.GlobalAveragePooling2d(name);
            case "Flatten" -> new LayerSpec.Flatten(name);
            case "Reshape" -> new LayerSpec.Reshape(name, Shape.of(dimensions(setting(settings, "target"))));
            case "Dense" -> new LayerSpec.Dense(name, number(settings, "units"), activation(settings));
            case "TimeDistributed" ->
                new LayerSpec.TimeDistributed(
                        name, new LayerSpec.Dense(name + "_dense", number(settings, "units"), activation(settings)));
            case "Dropout" -> new LayerSpec.Dropout(name, Float.parseFloat(setting(settings, "rate")));
            case "ActivationLayer" -> new LayerSpec.ActivationLayer(name, activation(settings));
            case "LeakyRelu" -> new LayerSpec.LeakyRelu(name, Float.parseFloat(setting(settings, "negativeSlope")));
            case "RepeatVector" -> new LayerSpec.RepeatVector(name, number(settings, "steps"));
            case "Bidirectional" -> bidirectional(name, settings);
            case "Lstm", "LSTM" ->
                new LayerSpec.Lstm(
                        name, number(settings, "units"), flag(settings, "returnSequences"), recurrence(settings));
            case "GRU" ->
                new LayerSpec.Gru(
                        name,
                        number(settings, "units"),
                        flag(settings, "returnSequences"),
                        recurrence(settings),
                        flag(settings, "resetAfter"));
            case "SimpleRNN" ->
                new LayerSpec.SimpleRnn(
                        name, number(settings, "units"), flag(settings, "returnSequences"), recurrence(settings));
            default -> throw new IllegalStateException("Unknown layer: " + String.join(" ", words));
        };
    }

    private static LayerSpec bidirectional(String name, Map<String, String> settings) {
        LayerSpec.Recurrent forward = way(setting(settings, "forward"));
        String backward = settings.get("backward");
        String mode = setting(settings, "mergeMode").toUpperCase(Locale.ROOT);
        return new LayerSpec.Bidirectional(
                name,
                forward,
                backward == null ? forward.reversed("backward") : way(backward),
                LayerSpec.MergeMode.valueOf(mode));
    }

    /** A layer in one word: with commas for spaces and colons for signs of equality. */
    private static LayerSpec.Recurrent way(String word) {
        return (LayerSpec.Recurrent) layer(("layer," + word.replace(':', '=')).split(","));
    }

    /** Keras's defaults, but for the settings that are given. */
    private static Recurrence recurrence(Map<String, String> settings) {
        Recurrence usual = Recurrence.DEFAULT;
        return new Recurrence(
                activation(
                        settings.getOrDefault("activation", usual.activation().name())),
                activation(settings.getOrDefault(
                        "recurrentActivation", usual.recurrentActivation().name())),
                !settings.getOrDefault("useBias", "true").equals("false"),
                true,
                settings.getOrDefault("goBackwards", "false").equals("true"),
                Float.parseFloat(settings.getOrDefault("dropout", "0")),
                Float.parseFloat(settings.getOrDefault("recurrentDropout", "0")));
    }

    private static boolean flag(Map<String, String> settings, String name) {
        return setting(settings, name).equals("true");
    }

    private static String setting(Map<String, String> settings, String name) {
        String value = settings.get(name);
        if (value == null) {
            throw new IllegalStateException("Setting " + name + " is missing in " + settings);
        }
        return value;
    }

    private static int number(Map<String, String> settings, String name) {
        return Integer.parseInt(setting(settings, name));
    }

    private static Size2 size(Map<String, String> settings, String name) {
        int[] both = dimensions(setting(settings, name));
        return new Size2(both[0], both[1]);
    }

    private static Padding padding(Map<String, String> settings) {
        return Padding.valueOf(setting(settings, "padding").toUpperCase(Locale.ROOT));
    }

    private static Activation activation(Map<String, String> settings) {
        return activation(setting(settings, "activation"));
    }

    private static Activation activation(String name) {
        return Activation.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static int[] dimensions(String text) {
        return text.equals("scalar")
                ? new int[0]
                : Arrays.stream(text.split("x")).mapToInt(Integer::parseInt).toArray();
    }

    private static byte[] resource(String name) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
            if (in == null) {
                throw new IllegalStateException("No resource /golden/" + name + "; run interop/make_goldens.py");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

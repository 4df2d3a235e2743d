package dev.hourglass.interop;

import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Draws small autoencoders of usual layers one after the other; the same seed draws the same ones. */
public final class RandomModels {
    private static final int LARGEST_OUTPUT = 1500;
    /** Those that ONNX's recurrent operators have. */
    static final List<Activation> OF_CELLS = List.of(
            Activation.LINEAR,
            Activation.RELU,
            Activation.SIGMOID,
            Activation.TANH,
            Activation.ELU,
            Activation.SOFTPLUS,
            Activation.SOFTSIGN,
            Activation.HARD_SIGMOID);

    /** Of those up to here, since more to choose from would draw all models anew; each later one has cases of its own. */
    static final List<Activation> ACTIVATIONS = ModelCases.exchanged().stream()
            .filter(activation -> activation.compareTo(Activation.LEAKY_RELU) <= 0)
            .toList();

    private final RandomGenerator random;

    private RandomModels(RandomGenerator random) {
        this.random = random;
    }

    /** @param count how many, named {@code random_00} and so on */
    public static List<ModelCase> of(RandomSource source, int count) {
        List<ModelCase> cases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = i < 10 ? "random_0" + i : "random_" + i;
            cases.add(new RandomModels(source.stream("random-model", i)).draw(name));
        }
        return cases;
    }

    private ModelCase draw(String name) {
        Shape input = switch (random.nextInt(5)) {
            case 0, 1, 2 -> Shape.of(1 + random.nextInt(9), 1 + random.nextInt(9), 1 + random.nextInt(3));
            case 3 -> Shape.of(1 + random.nextInt(6), 1 + random.nextInt(5));
            default -> Shape.of(2 + random.nextInt(9));
        };
        List<LayerSpec> encoder = drawLayers("enc", input, 1 + random.nextInt(4));
        Shape code = ShapeInference.outputs(input, encoder).getLast();
        List<LayerSpec> decoder = drawLayers("dec", code, random.nextInt(4));
        return ModelCase.of("random", name, input, encoder, decoder);
    }

    private List<LayerSpec> drawLayers(String prefix, Shape input, int count) {
        List<LayerSpec> layers = new ArrayList<>();
        while (layers.size() < count) {
            layers.add(drawLayer(prefix + "_" + (layers.size() + 1), shapeAfter(input, layers)));
            if (!fits(input, layers)) {
                layers.removeLast();
            }
        }
        return layers;
    }

    private static Shape shapeAfter(Shape input, List<LayerSpec> layers) {
        return layers.isEmpty() ? input : ShapeInference.outputs(input, layers).getLast();
    }

    private static boolean fits(Shape input, List<LayerSpec> layers) {
        try {
            return shapeAfter(input, layers).size() <= LARGEST_OUTPUT;
        } catch (ShapeException e) {
            return false;
        }
    }

    private LayerSpec drawLayer(String name, Shape in) {
        return switch (random.nextInt(15)) {
            case 0, 1 ->
                new LayerSpec.Conv2d(
                        name, 1 + random.nextInt(6), drawSize(4), drawSize(3), drawPadding(), drawActivation());
            case 2, 3 ->
                new LayerSpec.Conv2dTranspose(
                        name, 1 + random.nextInt(6), drawSize(4), drawSize(3), drawPadding(), drawActivation());
            case 4 -> new LayerSpec.MaxPooling2d(name, drawSize(3), drawSize(3), drawPadding());
            case 5 -> new LayerSpec.UpSampling2d(name, drawSize(3));
            case 6 -> new LayerSpec.GlobalAveragePooling2d(name);
            case 7 ->
                new LayerSpec.BatchNormalization(name, random.nextFloat(0.5f, 0.99f), random.nextFloat(0.01f, 0.1f));
            case 8 -> new LayerSpec.Dense(name, 1 + random.nextInt(8), drawActivation());
            case 9 ->
                new LayerSpec.TimeDistributed(
                        name, new LayerSpec.Dense(name + "_dense", 1 + random.nextInt(8), drawActivation()));
            case 10 -> random.nextInt(3) == 0 ? drawBidirectional(name) : drawRecurrent(name);
            case 11 -> new LayerSpec.RepeatVector(name, 1 + random.nextInt(5));
            case 12 -> random.nextBoolean() ? drawFurther(name, in) : drawShape(name, in);
            case 13 ->
                switch (random.nextInt(5)) {
                    case 0 -> new LayerSpec.LeakyRelu(name, random.nextFloat());
                    case 1 -> new LayerSpec.Elu(name, random.nextFloat());
                    case 2 -> new LayerSpec.Relu(name, random.nextFloat(), 0, 1 + random.nextFloat());
                    case 3 -> new LayerSpec.PRelu(name, List.of(1));
                    default -> new LayerSpec.ActivationLayer(name, drawActivation());
                };
            default -> drawNoise(name);
        };
    }

    private LayerSpec drawShape(String name, Shape in) {
        return random.nextBoolean() ? new LayerSpec.Flatten(name) : drawReshape(name, in);
    }

    /** Over steps, or with settings that are rare. */
    private LayerSpec drawFurther(String name, Shape in) {
        int filters = 2 * (1 + random.nextInt(3));
        return switch (random.nextInt(7)) {
            case 0 ->
                new LayerSpec.Conv1d(
                        name, filters, 1 + random.nextInt(4), 1 + random.nextInt(2), drawPadding(), drawActivation());
            case 1 ->
                new LayerSpec.Conv1dTranspose(
                        name, filters, 1 + random.nextInt(4), 1 + random.nextInt(3), drawPadding(), drawActivation());
            case 2 ->
                new LayerSpec.Conv2d(name, filters, drawSize(3), LayerSpec.ONE, drawPadding(), drawActivation())
                        .withDilation(drawSize(2))
                        .withGroups(in.dimension(-1) % 2 == 0 ? 2 : 1)
                        .withBias(random.nextBoolean());
            case 3 -> new LayerSpec.AveragePooling2d(name, drawSize(3), drawSize(2), drawPadding());
            case 4 -> new LayerSpec.MaxPooling1d(name, 1 + random.nextInt(3), 1 + random.nextInt(2), drawPadding());
            case 5 -> new LayerSpec.ZeroPadding2d(name, random.nextInt(2), random.nextInt(2), 1, random.nextInt(3));
            default ->
                new LayerSpec.BatchNormalization(name, 0.9f, 0.01f, 1, random.nextBoolean(), random.nextBoolean());
        };
    }

    private LayerSpec drawBidirectional(String name) {
        Recurrence recurrence = new Recurrence(drawOfRecurrent(), drawOfRecurrent(), random.nextBoolean(), true, false);
        int units = 1 + random.nextInt(6);
        LayerSpec.Gru forward =
                new LayerSpec.Gru(name + "_forward", units, random.nextBoolean(), recurrence, random.nextBoolean());
        LayerSpec.MergeMode[] modes = LayerSpec.MergeMode.values();
        return new LayerSpec.Bidirectional(
                name, forward, forward.reversed(name + "_backward"), modes[random.nextInt(modes.length)]);
    }

    private LayerSpec drawRecurrent(String name) {
        int units = 1 + random.nextInt(8);
        boolean sequences = random.nextBoolean();
        Recurrence recurrence = new Recurrence(
                        drawOfRecurrent(), drawOfRecurrent(), random.nextBoolean(), true, random.nextBoolean())
                .withDropout(drawRate(), drawRate());
        return switch (random.nextInt(5)) {
            case 0 -> new LayerSpec.Lstm(name, units, sequences);
            case 1 -> new LayerSpec.Lstm(name, units, sequences, recurrence);
            case 2 -> new LayerSpec.SimpleRnn(name, units, sequences, recurrence);
            default -> new LayerSpec.Gru(name, units, sequences, recurrence, random.nextBoolean());
        };
    }

    /** Mostly 0, since models that are disturbed are not trained. */
    private float drawRate() {
        return random.nextInt(4) == 0 ? 0.25f : 0;
    }

    private LayerSpec drawNoise(String name) {
        float much = drawRate();
        return random.nextBoolean() ? new LayerSpec.Dropout(name, much) : new LayerSpec.GaussianNoise(name, much);
    }

    /** To a sequence, or to an image with one column. */
    private LayerSpec drawReshape(String name, Shape in) {
        int last = 1 + random.nextInt(4);
        int first = Math.max(1, in.size() / last);
        return new LayerSpec.Reshape(name, random.nextBoolean() ? Shape.of(first, last) : Shape.of(first, 1, last));
    }

    private Size2 drawSize(int most) {
        return new Size2(1 + random.nextInt(most), 1 + random.nextInt(most));
    }

    private Padding drawPadding() {
        return random.nextBoolean() ? Padding.SAME : Padding.VALID;
    }

    private Activation drawOfRecurrent() {
        return OF_CELLS.get(random.nextInt(OF_CELLS.size()));
    }

    private Activation drawActivation() {
        return ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size()));
    }
}

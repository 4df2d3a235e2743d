package dev.hourglass.train.checkpoints;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.engine.Loss;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.Augmentation;
import dev.hourglass.train.BestWeights;
import dev.hourglass.train.Callbacks;
import dev.hourglass.train.EarlyStopping;
import dev.hourglass.train.ReduceLrOnPlateau;
import dev.hourglass.train.RunControl;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.TrainResult;
import dev.hourglass.train.Trainer;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.TrainingWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A program that trains a small model into a folder of checkpoints, from where they end; it is made to be killed. It says
 * {@code training} when it begins and the digest of the weights when it is done.
 */
final class KilledTraining {
    private static final int SAMPLES = 53;
    private static final Shape INPUT = Shape.of(6, 6, 1);
    private static final Size2 THREE = Size2.square(3);
    private static final Size2 ONE = Size2.square(1);

    /**
     * Convolutions with moving statistics on images that are varied at random, and a sequence, both with dropout; and a
     * variational model whose divergence warms up for half of the training.
     */
    static final Map<String, AutoencoderSpec> MODELS = Map.of(
            "cnn",
            new AutoencoderSpec(
                    "cnn",
                    INPUT,
                    List.of(
                            new LayerSpec.Conv2d("a", 4, THREE, ONE, Padding.SAME, Activation.RELU),
                            new LayerSpec.BatchNormalization("b", 0.9f, 1e-3f),
                            new LayerSpec.Dropout("c", 0.2f)),
                    List.of(new LayerSpec.Conv2d("d", 1, THREE, ONE, Padding.SAME, Activation.SIGMOID))),
            "lstm",
            new AutoencoderSpec(
                    "lstm",
                    Shape.of(6, 6),
                    List.of(new LayerSpec.Lstm("a", 5, false), new LayerSpec.Dropout("b", 0.2f)),
                    List.of(new LayerSpec.RepeatVector("c", 6), new LayerSpec.Lstm("d", 6, true))),
            "vae",
            variational(INPUT.size()));

    /** With two numbers for a code. */
    static AutoencoderSpec variational(int size) {
        Graph graph = new Graph(
                List.of(new Graph.Input("x", Shape.of(size))),
                List.of(
                        new Graph.Node(new LayerSpec.Dense("a", 8, Activation.SIGMOID), List.of("x")),
                        new Graph.Node(new LayerSpec.Dense("m", 2, Activation.LINEAR), List.of("a")),
                        new Graph.Node(new LayerSpec.Dense("v", 2, Activation.LINEAR), List.of("a")),
                        new Graph.Node(new LayerSpec.Sampling("z"), List.of("m", "v")),
                        new Graph.Node(new LayerSpec.Dense("b", size, Activation.SIGMOID), List.of("z"))),
                List.of("b"));
        return new AutoencoderSpec("vae", graph, "z");
    }

    static final TrainOptions OPTIONS = TrainOptions.defaults()
            .withEpochs(150)
            .withBatchSize(8)
            .withThreads(1)
            .withCallbacks(new Callbacks(
                    EarlyStopping.defaults().withPatience(1000).withRestoreBestWeights(true),
                    ReduceLrOnPlateau.defaults().withPatience(3).withFactor(0.5),
                    true));

    /** Of the variational model. */
    private static final Loss EVIDENCE =
            Loss.parse("binary_crossentropy:penalties=z/divergence beta 0.5 warm_up 75;a/sparsity rho 0.1 beta 0.5");

    /** Images alone can be varied. */
    private static final Augmentation MOVED = new Augmentation(true, 1, 1, Augmentation.FillMode.NEAREST);

    private KilledTraining() {}

    public static void main(String... arguments) throws IOException {
        AutoencoderSpec spec = Objects.requireNonNull(MODELS.get(arguments[0]));
        Checkpoints checkpoints = new Checkpoints(Path.of(arguments[1]));
        System.out.println("training");
        System.out.println(train(spec, checkpoints));
    }

    /** Trains on from the newest checkpoint, with one after every few steps. */
    static String train(AutoencoderSpec spec, Checkpoints checkpoints) throws IOException {
        Optional<TrainingState> found = checkpoints
                .newest(spec, Normalization.NONE)
                .map(newest -> {
                    if (!newest.warnings().isEmpty()) {
                        throw new AssertionError("a killed process left a damaged checkpoint: " + newest.warnings());
                    }
                    return newest.checkpoint().state();
                });
        TrainingState start = found.orElseGet(() -> TrainingState.fresh(spec, Normalization.NONE, OPTIONS));
        SortedMap<String, String> origin = new TreeMap<>(Map.of("model", spec.name()));
        Checkpointer checkpointer = new Checkpointer(
                checkpoints,
                origin,
                Checkpointer.Schedule.DEFAULT.withEvery(Duration.ofMillis(2)),
                new RunControl(),
                event -> {});
        return digest(train(start, checkpointer));
    }

    static TrainResult train(TrainingState start, TrainingWatch watch) {
        FloatDataset data = samples().reshaped(start.model().spec().input());
        TrainOptions options = data.sampleShape().rank() == 3
                ? OPTIONS.withAugmentation(MOVED)
                : data.sampleShape().rank() == 1 ? OPTIONS.withLoss(EVIDENCE) : OPTIONS;
        return Trainer.train(start, data, data.limit(9), options, watch, event -> {});
    }

    /** Of all that a run ends with but its times. */
    static String digest(TrainResult result) {
        BestWeights best = result.best();
        return result.model().parameters().sha256()
                + result.optimizer().slot("momentum").sha256()
                + result.optimizer().slot("velocity").sha256()
                + (best == null ? "" : best.weights().sha256())
                + String.join("", result.weightDigests()).hashCode();
    }

    private static FloatDataset samples() {
        RandomGenerator random = new RandomSource(4).stream("samples", 0);
        float[] values = new float[SAMPLES * INPUT.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * random.nextInt(2);
        }
        return FloatDataset.of("made up", INPUT, values);
    }

    /** Whether a folder holds nothing but what may be there. */
    static boolean isTidy(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.allMatch(file -> file.getFileName().toString().matches("step-\\d{9}\\.checkpoint"));
        }
    }
}

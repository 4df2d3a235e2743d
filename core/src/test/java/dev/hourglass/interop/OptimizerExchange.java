package dev.hourglass.interop;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Our side of what {@code interop/run} does with each optimizer; {@code interop/README.md} lists the files. */
final class OptimizerExchange {
    private static final int SIZE = 6;
    private static final int SAMPLES = 5;
    private static final int STEPS = 3;
    private static final int MORE_STEPS = 2;
    private static final List<String> KERAS_FILES = List.of(".keras", ".h5");

    /** A loss and an optimizer each. */
    private static final List<List<String>> CASES = List.of(
            List.of("mean_squared_error", "adam"),
            List.of("mean_squared_error", "adam:amsgrad=true,clipnorm=0.1"),
            List.of("mean_squared_error", "adamw:weight_decay=0.1,global_clipnorm=0.2"),
            List.of("mean_squared_error", "sgd:learning_rate=0.5"),
            List.of("mean_squared_error", "sgd:learning_rate=0.5,momentum=0.9"),
            List.of("mean_squared_error", "sgd:learning_rate=0.5,momentum=0.9,nesterov=true,clipvalue=0.01"),
            List.of("mean_squared_error", "rmsprop"),
            List.of("mean_squared_error", "rmsprop:momentum=0.5,centered=true,weight_decay=0.1"),
            List.of("mean_squared_error", "nadam"),
            List.of("mean_squared_error", "adadelta:learning_rate=1.0"),
            List.of("mean_squared_error", "adagrad:learning_rate=0.1"),
            List.of("mean_squared_error", "adamax:learning_rate=0.01"),
            List.of("mean_absolute_error", "sgd:learning_rate=0.5"),
            List.of("binary_crossentropy", "sgd:learning_rate=0.5,momentum=0.5"),
            List.of("binary_crossentropy:label_smoothing=0.1", "adam"),
            List.of("huber", "sgd:learning_rate=0.5"),
            List.of("log_cosh", "sgd:learning_rate=0.5"),
            List.of("mean_squared_logarithmic_error", "sgd:learning_rate=0.5"),
            List.of("mean_absolute_percentage_error", "sgd:learning_rate=0.001"),
            List.of("poisson", "sgd:learning_rate=0.5"),
            List.of("kl_divergence", "sgd:learning_rate=0.5"),
            List.of("cosine_similarity", "sgd:learning_rate=0.5"));

    private OptimizerExchange() {}

    /** Trains a small model some steps by each optimizer, saves it in a folder and trains on. */
    static void write(Path folder) throws IOException {
        float[] inputs = inputs();
        Floats.write(folder.resolve("input.f32"), inputs);
        for (int i = 0; i < CASES.size(); i++) {
            Loss loss = Loss.parse(CASES.get(i).getFirst());
            Autoencoder model = Autoencoder.initialize(spec(), Normalization.NONE, new RandomSource(i));
            Optimizer optimizer = Optimizer.parse(CASES.get(i).getLast());
            OptimizerState state = train(model.parameters(), loss, optimizer, null, inputs, STEPS);
            for (String extension : KERAS_FILES) {
                ModelFile.write(SavedModel.of(model, loss, state, Map.of()), folder.resolve("ours-" + i + extension));
            }
            train(model.parameters(), loss, optimizer, state, inputs, MORE_STEPS);
            writeWeights(model.parameters(), folder.resolve("ours-" + i + ".after.f32"));
            Files.writeString(folder.resolve("case-" + i + ".txt"), String.join(" ", CASES.get(i)));
        }
    }

    /** Trains on from what Keras has saved in a folder. */
    static void read(Path folder) throws IOException {
        float[] inputs = inputs();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.getFileName().toString().matches("theirs-\\d+\\.(keras|h5)"))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            SavedModel model = ModelFile.read(file);
            OptimizerState state = Objects.requireNonNull(model.optimizer(), file + " has no optimizer");
            train(model.parameters(), model.trainedLoss(), state.optimizer(), state, inputs, MORE_STEPS);
            writeWeights(model.parameters(), file.resolveSibling(file.getFileName() + ".after.f32"));
            Files.writeString(
                    file.resolveSibling(file.getFileName() + ".txt"),
                    model.trainedLoss().text() + " " + state.optimizer().text() + " " + state.steps());
        }
    }

    private static OptimizerState train(
            Parameters parameters,
            Loss loss,
            Optimizer optimizer,
            @Nullable OptimizerState from,
            float[] inputs,
            int steps) {
        TrainingSettings settings = new TrainingSettings(loss, optimizer, SAMPLES, 0);
        try (TrainingSession session = TrainingSession.of(Shape.of(SIZE), spec().layers(), parameters, settings, 1)) {
            if (from != null) {
                session.restore(from);
            }
            int[] order = IntStream.range(0, SAMPLES).toArray();
            for (int step = 0; step < steps; step++) {
                session.step(
                        (index, into, offset) -> System.arraycopy(inputs, index * SIZE, into, offset, SIZE),
                        order,
                        0,
                        SAMPLES);
            }
            return session.optimizerState();
        }
    }

    private static AutoencoderSpec spec() {
        return new AutoencoderSpec(
                "exchanged",
                Shape.of(SIZE),
                List.of(new LayerSpec.Dense("squeeze", 3, Activation.TANH)),
                List.of(new LayerSpec.Dense("rebuild", SIZE, Activation.SIGMOID)));
    }

    private static float[] inputs() {
        RandomGenerator random = new RandomSource(17).stream("inputs", 0);
        float[] inputs = new float[SAMPLES * SIZE];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = random.nextFloat();
        }
        return inputs;
    }

    private static void writeWeights(Parameters parameters, Path file) throws IOException {
        float[] weights = new float[parameters.count()];
        int at = 0;
        for (Parameter parameter : parameters.list()) {
            System.arraycopy(parameter.values(), 0, weights, at, parameter.values().length);
            at += parameter.values().length;
        }
        Floats.write(file, weights);
    }
}

package dev.hourglass.report;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Measured;
import dev.hourglass.evaluate.errors.ReconstructionError;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.report.results.ModelEvaluation;
import dev.hourglass.report.results.ModelResult;
import dev.hourglass.report.results.PriorSamples;
import dev.hourglass.report.results.RunData;
import dev.hourglass.report.results.RunResult;
import dev.hourglass.report.tables.ModelSummary;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.History;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs with the numbers of a real one and ring-shaped samples, to build others from. */
public final class SampleRuns {
    public static final AutoencoderSpec CNN = Presets.mnistCnn("cnn");
    public static final AutoencoderSpec LSTM = Presets.mnistLstm("lstm");
    private static final int SIDE = 28;
    static final RunData DATA = data("mnist", 60_000, 10_000, examples());

    private SampleRuns() {}

    /** The MNIST lab as it may end: the CNN ahead, PCA far ahead of the CNN and a little ahead of the LSTM. */
    public static RunResult mnist() {
        return run(cnn(0.005641, 0.000304), lstm(0.017612, 0.016828));
    }

    public static RunResult run(ModelResult... models) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Seed", "42");
        facts.put("Threads", "2");
        return new RunResult("MNIST: a CNN and an LSTM autoencoder", List.of(models), facts);
    }

    public static ModelResult cnn(double mse, double pcaMse) {
        return model(
                CNN, mse, mse * 4, pcaMse, history(10, 0.0463, 0.0817, 0.0098, 0.0091, 0.0079, 0.0070, 0.0062, mse));
    }

    /** The CNN, trained with binary cross-entropy. */
    public static ModelResult crossentropy(double mse, double pcaMse) {
        List<History.Epoch> epochs = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            Measured measured = new Measured(0.1 + 0.3 / i, mse * 3 / i, mse * 12 / i);
            epochs.add(new History.Epoch(i, measured, measured, 1e-3f, 9, 10));
        }
        return model(CNN, mse, mse * 4, pcaMse, new History(Loss.BinaryCrossentropy.DEFAULT, epochs));
    }

    /** A variational model whose codes lie on a plane. */
    public static ModelResult variational(double mse, double pcaMse) {
        List<History.Epoch> epochs = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            Measured measured = new Measured(100 + 60.0 / i, 80 + 50.0 / i, 20 + 10.0 / i, mse * 3 / i, mse * 12 / i);
            epochs.add(new History.Epoch(i, measured, measured, 1e-3f, 9, 10));
        }
        Loss loss = Loss.parse("binary_crossentropy:penalties=latent/divergence beta 1");
        ModelResult model = model(Presets.mnistVae("vae"), mse, mse * 4, pcaMse, new History(loss, epochs));
        return model.withEvaluation(ModelEvaluation.NONE.withPrior(
                new PriorSamples(examples(), examples().subList(0, 9))));
    }

    public static ModelResult lstm(double mse, double pcaMse) {
        return model(
                LSTM, mse, mse * 4, pcaMse, history(20, 0.0581, 0.0412, 0.0364, 0.0301, 0.0252, 0.0238, 0.0182, mse));
    }

    public static ModelResult model(AutoencoderSpec spec, double mse, double mae, double pcaMse, History history) {
        int parameters = Math.toIntExact(ModelSummary.of(spec).total());
        double samplesPerSecond = 40_000_000.0 / parameters;
        ReconstructionError test = new ReconstructionError(mse, mae, 10_000, samplesPerSecond);
        List<float[]> reconstructions = DATA.samples().stream()
                .map(sample -> faded(sample, (float) (2 * Math.sqrt(mse))))
                .toList();
        return new ModelResult(
                spec, DATA, parameters, history, test, pcaMse, "0".repeat(64), reconstructions, ModelEvaluation.NONE);
    }

    /** Samples as MNIST's pictures, or vectors where they have another size. */
    public static RunData data(String name, int training, int test, List<float[]> samples) {
        int size = samples.isEmpty() ? SIDE * SIDE : samples.getFirst().length;
        Shape shape = switch (size) {
            case SIDE * SIDE -> Shape.of(SIDE, SIDE, 1);
            case 32 * 32 * 3 -> Shape.of(32, 32, 3);
            case 50 * 10 -> Shape.of(50, 10);
            default -> Shape.of(size);
        };
        return new RunData(
                name,
                shape,
                training,
                test,
                List.of(),
                samples.stream()
                        .map(sample -> new RunData.Example("", sample, new float[0]))
                        .toList());
    }

    /** @param losses loss and validation loss of the first epoch, of the second, and so on */
    public static History history(double secondsPerEpoch, double... losses) {
        List<History.Epoch> epochs = new ArrayList<>();
        for (int i = 0; i < losses.length; i += 2) {
            epochs.add(new History.Epoch(
                    i / 2 + 1,
                    new Measured(losses[i], losses[i], Math.sqrt(losses[i]) / 2),
                    new Measured(losses[i + 1], losses[i + 1], Math.sqrt(losses[i + 1]) / 2),
                    1e-3f,
                    0.9 * secondsPerEpoch,
                    secondsPerEpoch));
        }
        return new History(new Loss.MeanSquaredError(), epochs);
    }

    /** Ten rings, each larger than the one before. */
    public static List<float[]> examples() {
        List<float[]> samples = new ArrayList<>();
        for (int n = 0; n < 10; n++) {
            float[] sample = new float[SIDE * SIDE];
            for (int i = 0; i < sample.length; i++) {
                int row = i / SIDE;
                int column = i % SIDE;
                double radius = Math.hypot(row - 13.5, column - 13.5);
                sample[i] = (float) Math.max(0, 1 - Math.abs(radius - 3 - n) / 2);
            }
            samples.add(sample);
        }
        return samples;
    }

    private static float[] faded(float[] sample, float amount) {
        float[] result = sample.clone();
        for (int i = 0; i < result.length; i++) {
            result[i] *= 1 - amount;
        }
        return result;
    }
}

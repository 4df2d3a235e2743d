package dev.hourglass.bench;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.Split;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.engine.Loss;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Presets;
import dev.hourglass.model.Recurrence;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import java.util.List;

/**
 * A model and what it is timed on. The MNIST models get MNIST; the others get made-up samples, which cost the same
 * time: {@code bench/peers/runner.py} makes the same ones.
 *
 * @param batch samples in a training step
 */
record Workload(AutoencoderSpec spec, Dataset samples, int batch) {
    private static final int MADE_UP_SAMPLES = 10_000;
    /** Numbers from -1 to 1. */
    private static final Normalization SIGNAL = new Normalization(2f / 255f, -1);

    /** The presets that can be timed. */
    static final List<String> MODELS = List.of("mnist-cnn", "mnist-lstm", "cifar10-cnn", "sequence-lstm");

    /** Timed on the sequence LSTM's samples when they are asked for. */
    static final List<String> RECURRENT_MODELS = List.of("relu-lstm", "gru", "bidirectional-lstm");

    /** Timed when it is asked for. */
    static final String CONV1D = "conv1d";

    /** Timed on the CIFAR-10 CNN's samples when they are asked for. */
    static final List<String> GRAPHS = List.of("cifar10-unet", "cifar10-residual");

    /** Timed on MNIST when it is asked for. */
    static final String VAE = "mnist-vae";

    /**
     * @param preset one of {@link #MODELS} or {@link #RECURRENT_MODELS}, or of {@link #GRAPHS}, or {@link #CONV1D} or {@link #VAE}
     * @param mnist folder with MNIST's files
     */
    static Workload of(String preset, Path mnist) {
        AutoencoderSpec spec = spec(preset);
        return switch (preset) {
            case "mnist-cnn", "mnist-lstm" -> new Workload(spec, mnist(mnist).reshaped(spec.input()), 256);
            case VAE -> new Workload(spec, mnist(mnist).reshaped(spec.input()), 32);
            case "cifar10-cnn", "cifar10-unet", "cifar10-residual" ->
                new Workload(spec, madeUp(spec.input(), Normalization.PIXELS), 32);
            default -> new Workload(spec, madeUp(spec.input(), SIGNAL), 32);
        };
    }

    /** What a training step makes small. */
    Loss loss() {
        return loss(spec);
    }

    /** The negative evidence lower bound of a variational model, else the squared error. */
    static Loss loss(AutoencoderSpec spec) {
        Loss loss = spec.name().equals(VAE) ? Loss.BinaryCrossentropy.DEFAULT : new Loss.MeanSquaredError();
        return loss.withDivergences(spec.graph());
    }

    static AutoencoderSpec spec(String model) {
        if (model.equals(CONV1D)) {
            return conv1d();
        }
        return RECURRENT_MODELS.contains(model)
                ? recurrent(model)
                : Presets.find(model, model)
                        .orElseThrow(() ->
                                new IllegalArgumentException("Expected one of " + MODELS + " or " + RECURRENT_MODELS
                                        + " or " + GRAPHS + " or " + CONV1D + " or " + VAE + ", got " + model));
    }

    /** Windows of 288x1 to 72x16 and back, as in Keras's example of anomalies in a time series. */
    private static AutoencoderSpec conv1d() {
        return new AutoencoderSpec(
                CONV1D,
                Shape.of(288, 1),
                List.of(
                        new LayerSpec.Conv1d("enc1", 32, 7, 2, Padding.SAME, Activation.RELU),
                        new LayerSpec.Conv1d("latent", 16, 7, 2, Padding.SAME, Activation.RELU)),
                List.of(
                        new LayerSpec.Conv1dTranspose("dec1", 16, 7, 2, Padding.SAME, Activation.RELU),
                        new LayerSpec.Conv1dTranspose("dec2", 32, 7, 2, Padding.SAME, Activation.RELU),
                        new LayerSpec.Conv1dTranspose("output", 1, 7, 1, Padding.SAME, Activation.LINEAR)));
    }

    /** The sequence LSTM's sizes, 50x10 by 64 and 32 units to 20 numbers and back, with other recurrent layers. */
    private static AutoencoderSpec recurrent(String model) {
        Shape window = Shape.of(50, 10);
        List<LayerSpec> encoder =
                List.of(layer(model, "enc1", 64, true), layer(model, "enc2", 32, false), dense("latent", 20));
        List<LayerSpec> decoder = List.of(
                new LayerSpec.RepeatVector("repeat", 50),
                layer(model, "dec1", 32, true),
                layer(model, "dec2", 64, true),
                new LayerSpec.TimeDistributed("output", dense("output_dense", 10)));
        return new AutoencoderSpec(model, window, encoder, decoder);
    }

    private static LayerSpec.Dense dense(String name, int units) {
        return new LayerSpec.Dense(name, units, Activation.LINEAR);
    }

    private static LayerSpec layer(String model, String name, int units, boolean sequences) {
        LayerSpec.Lstm lstm = new LayerSpec.Lstm(name + "_lstm", units, sequences);
        return switch (model) {
            case "gru" -> new LayerSpec.Gru(name, units, sequences, Recurrence.DEFAULT, true);
            case "relu-lstm" ->
                new LayerSpec.Lstm(name, units, sequences, Recurrence.DEFAULT.withActivation(Activation.RELU));
            default ->
                new LayerSpec.Bidirectional(name, lstm, lstm.reversed(name + "_back"), LayerSpec.MergeMode.CONCAT);
        };
    }

    private static Dataset mnist(Path folder) {
        return DatasetCatalog.standard().openFolder("mnist", folder, Split.TRAINING);
    }

    /** Waves whose pitch and phase differ from sample to sample. */
    private static Dataset madeUp(Shape shape, Normalization normalization) {
        byte[] stored = new byte[MADE_UP_SAMPLES * shape.size()];
        for (int sample = 0; sample < MADE_UP_SAMPLES; sample++) {
            double pitch = 0.011 * (1 + sample % 7);
            for (int i = 0; i < shape.size(); i++) {
                double wave = Math.sin(0.37 * sample + pitch * i);
                stored[sample * shape.size() + i] = (byte) (int) (127.5 + 127.5 * wave);
            }
        }
        return ByteDataset.of("made-up", shape, normalization, stored);
    }
}

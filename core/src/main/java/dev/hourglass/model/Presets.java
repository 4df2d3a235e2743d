package dev.hourglass.model;

import static dev.hourglass.model.Activation.LINEAR;
import static dev.hourglass.model.Activation.RELU;
import static dev.hourglass.model.Activation.SIGMOID;
import static dev.hourglass.model.Padding.SAME;

import dev.hourglass.model.LayerSpec.BatchNormalization;
import dev.hourglass.model.LayerSpec.Conv2d;
import dev.hourglass.model.LayerSpec.Conv2dTranspose;
import dev.hourglass.model.LayerSpec.Dense;
import dev.hourglass.model.LayerSpec.GlobalAveragePooling2d;
import dev.hourglass.model.LayerSpec.Lstm;
import dev.hourglass.model.LayerSpec.MaxPooling2d;
import dev.hourglass.model.LayerSpec.RepeatVector;
import dev.hourglass.model.LayerSpec.TimeDistributed;
import dev.hourglass.model.LayerSpec.UpSampling2d;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** The models of the labs and some of our own, by name. */
public final class Presets {
    private static final Map<String, Function<String, AutoencoderSpec>> BY_NAME = new TreeMap<>(Map.of(
            "mnist-cnn", Presets::mnistCnn,
            "mnist-lstm", Presets::mnistLstm,
            "mnist-strong", Presets::mnistStrong,
            "cifar10-cnn", Presets::cifar10Cnn,
            "cifar10-strong", Presets::cifar10Strong,
            "sequence-lstm", Presets::sequenceLstm));

    private Presets() {}

    /** The names that {@link #find} knows, sorted. */
    public static List<String> names() {
        return List.copyOf(BY_NAME.keySet());
    }

    /**
     * @param preset such as {@code mnist-cnn}
     * @param model the name the model is to have
     */
    public static Optional<AutoencoderSpec> find(String preset, String model) {
        return Optional.ofNullable(BY_NAME.get(preset)).map(create -> create.apply(model));
    }

    /** 28x28x1 to a 7x7x8 waist and back, 12,585 parameters. */
    public static AutoencoderSpec mnistCnn(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(28, 28, 1),
                List.of(
                        conv("enc_conv1", 32, RELU),
                        norm("enc_bn1"),
                        pool("enc_pool1"),
                        conv("enc_conv2", 16, RELU),
                        norm("enc_bn2"),
                        pool("enc_pool2"),
                        conv("latent", 8, RELU)),
                List.of(
                        conv("dec_conv1", 16, RELU),
                        norm("dec_bn1"),
                        up("dec_up1"),
                        conv("dec_conv2", 32, RELU),
                        norm("dec_bn2"),
                        up("dec_up2"),
                        conv("output", 1, SIGMOID)));
    }

    /** 28 steps of 28 pixels to 32 numbers and back, 269,468 parameters. */
    public static AutoencoderSpec mnistLstm(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(28, 28),
                List.of(
                        new Lstm("enc_lstm1", 128, true),
                        new Lstm("enc_lstm2", 64, true),
                        new Lstm("latent", 32, false)),
                List.of(
                        new RepeatVector("dec_repeat", 28),
                        new Lstm("dec_lstm1", 64, true),
                        new Lstm("dec_lstm2", 128, true),
                        new TimeDistributed("output", new Dense("output_dense", 28, LINEAR))));
    }

    /** 28x28x1 to 32 numbers and back, 256,001 parameters; how it was found is in docs/strong-autoencoders.md. */
    public static AutoencoderSpec mnistStrong(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(28, 28, 1),
                List.of(
                        halving("enc_conv1", 32, 3),
                        halving("enc_conv2", 64, 3),
                        new LayerSpec.Flatten("enc_flatten"),
                        new Dense("latent", 32, LINEAR)),
                List.of(
                        new Dense("dec_dense", 3136, RELU),
                        new LayerSpec.Reshape("dec_reshape", Shape.of(7, 7, 64)),
                        doubling("dec_conv1", 32, RELU),
                        doubling("output", 1, SIGMOID)));
    }

    /** 32x32x3 to 32 numbers and back. */
    public static AutoencoderSpec cifar10Cnn(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(32, 32, 3),
                List.of(
                        conv("enc_conv1", 32, RELU),
                        pool("enc_pool1"),
                        conv("enc_conv2", 64, RELU),
                        pool("enc_pool2"),
                        conv("enc_conv3", 128, RELU),
                        new GlobalAveragePooling2d("enc_average"),
                        new Dense("latent", 32, LINEAR)),
                List.of(
                        new Dense("dec_dense", 8192, RELU),
                        new LayerSpec.Reshape("dec_reshape", Shape.of(8, 8, 128)),
                        transposed("dec_conv1", 128, RELU),
                        up("dec_up1"),
                        transposed("dec_conv2", 64, RELU),
                        up("dec_up2"),
                        transposed("output", 3, SIGMOID)));
    }

    /** 32x32x3 to 32 numbers and back, 1,263,411 parameters; how it was found is in docs/strong-autoencoders.md. */
    public static AutoencoderSpec cifar10Strong(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(32, 32, 3),
                List.of(
                        halving("enc_conv1", 48, 4),
                        halving("enc_conv2", 96, 4),
                        halving("enc_conv3", 192, 4),
                        new LayerSpec.Flatten("enc_flatten"),
                        new Dense("latent", 32, LINEAR)),
                List.of(
                        new Dense("dec_dense", 4096, RELU),
                        new LayerSpec.Reshape("dec_reshape", Shape.of(4, 4, 256)),
                        doubling("dec_conv1", 128, RELU),
                        doubling("dec_conv2", 64, RELU),
                        doubling("output", 3, SIGMOID)));
    }

    /** 50 steps of 10 features to 20 numbers and back. */
    public static AutoencoderSpec sequenceLstm(String name) {
        return new AutoencoderSpec(
                name,
                Shape.of(50, 10),
                List.of(
                        new Lstm("enc_lstm1", 64, true),
                        new Lstm("enc_lstm2", 32, false),
                        new Dense("latent", 20, LINEAR)),
                List.of(
                        new RepeatVector("dec_repeat", 50),
                        new Lstm("dec_lstm1", 32, true),
                        new Lstm("dec_lstm2", 64, true),
                        new TimeDistributed("output", new Dense("output_dense", 10, LINEAR))));
    }

    private static Conv2d conv(String name, int filters, Activation activation) {
        return new Conv2d(name, filters, Size2.square(3), Size2.square(1), SAME, activation);
    }

    private static Conv2dTranspose transposed(String name, int filters, Activation activation) {
        return new Conv2dTranspose(name, filters, Size2.square(3), Size2.square(1), SAME, activation);
    }

    private static Conv2d halving(String name, int filters, int kernel) {
        return new Conv2d(name, filters, Size2.square(kernel), Size2.square(2), SAME, RELU);
    }

    /** A kernel of 4 covers each pixel of the doubled image by the same number of weights; 3 would leave a grid. */
    private static Conv2dTranspose doubling(String name, int filters, Activation activation) {
        return new Conv2dTranspose(name, filters, Size2.square(4), Size2.square(2), SAME, activation);
    }

    private static BatchNormalization norm(String name) {
        return new BatchNormalization(name, BatchNormalization.DEFAULT_MOMENTUM, BatchNormalization.DEFAULT_EPSILON);
    }

    private static MaxPooling2d pool(String name) {
        return new MaxPooling2d(name, Size2.square(2), Size2.square(2), SAME);
    }

    private static UpSampling2d up(String name) {
        return new UpSampling2d(name, Size2.square(2));
    }
}

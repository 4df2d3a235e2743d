package dev.hourglass.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The name of a layer's class in Keras. Whoever reads a layer by its name switches over these constants without
 * {@code default}, so that a new one breaks the build wherever it must be handled.
 */
public enum KerasClass {
    CONV2D("Conv2D"),
    CONV2D_TRANSPOSE("Conv2DTranspose"),
    BATCH_NORMALIZATION("BatchNormalization"),
    MAX_POOLING2D("MaxPooling2D"),
    UP_SAMPLING2D("UpSampling2D"),
    GLOBAL_AVERAGE_POOLING2D("GlobalAveragePooling2D"),
    FLATTEN("Flatten"),
    RESHAPE("Reshape"),
    DENSE("Dense"),
    TIME_DISTRIBUTED("TimeDistributed"),
    DROPOUT("Dropout"),
    GAUSSIAN_NOISE("GaussianNoise"),
    ACTIVATION("Activation"),
    LEAKY_RELU("LeakyReLU"),
    REPEAT_VECTOR("RepeatVector"),
    LSTM("LSTM"),
    GRU("GRU"),
    SIMPLE_RNN("SimpleRNN"),
    BIDIRECTIONAL("Bidirectional");

    private final String kerasName;

    KerasClass(String kerasName) {
        this.kerasName = kerasName;
    }

    /** The class of a layer. */
    public static KerasClass of(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Conv2d ignored -> CONV2D;
            case LayerSpec.Conv2dTranspose ignored -> CONV2D_TRANSPOSE;
            case LayerSpec.BatchNormalization ignored -> BATCH_NORMALIZATION;
            case LayerSpec.MaxPooling2d ignored -> MAX_POOLING2D;
            case LayerSpec.UpSampling2d ignored -> UP_SAMPLING2D;
            case LayerSpec.GlobalAveragePooling2d ignored -> GLOBAL_AVERAGE_POOLING2D;
            case LayerSpec.Flatten ignored -> FLATTEN;
            case LayerSpec.Reshape ignored -> RESHAPE;
            case LayerSpec.Dense ignored -> DENSE;
            case LayerSpec.TimeDistributed ignored -> TIME_DISTRIBUTED;
            case LayerSpec.Dropout ignored -> DROPOUT;
            case LayerSpec.GaussianNoise ignored -> GAUSSIAN_NOISE;
            case LayerSpec.ActivationLayer ignored -> ACTIVATION;
            case LayerSpec.LeakyRelu ignored -> LEAKY_RELU;
            case LayerSpec.RepeatVector ignored -> REPEAT_VECTOR;
            case LayerSpec.Lstm ignored -> LSTM;
            case LayerSpec.Gru ignored -> GRU;
            case LayerSpec.SimpleRnn ignored -> SIMPLE_RNN;
            case LayerSpec.Bidirectional ignored -> BIDIRECTIONAL;
        };
    }

    /** The class of a name such as {@code Conv2D}; empty if Hourglass has no such layer. */
    public static Optional<KerasClass> find(String kerasName) {
        return Arrays.stream(values())
                .filter(each -> each.kerasName.equals(kerasName))
                .findFirst();
    }

    /** The names of all classes. */
    public static List<String> names() {
        return Arrays.stream(values()).map(KerasClass::kerasName).toList();
    }

    /** As Keras writes it, such as {@code Conv2D}. */
    public String kerasName() {
        return kerasName;
    }

    /**
     * What Keras calls nameless layers of this class, and the places of their weights: {@code MaxPooling2D} is
     * {@code max_pooling2d}, {@code LeakyReLU} is {@code leaky_re_lu} ({@code to_snake_case} in
     * keras/src/utils/naming.py).
     */
    public String snakeCase() {
        return kerasName
                .replaceAll("(.)([A-Z][a-z]+)", "$1_$2")
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .toLowerCase(Locale.ROOT);
    }
}

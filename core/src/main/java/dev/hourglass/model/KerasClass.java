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
    LAYER_NORMALIZATION("LayerNormalization"),
    GROUP_NORMALIZATION("GroupNormalization"),
    UNIT_NORMALIZATION("UnitNormalization"),
    RMS_NORMALIZATION("RMSNormalization"),
    MAX_POOLING2D("MaxPooling2D"),
    UP_SAMPLING2D("UpSampling2D"),
    GLOBAL_AVERAGE_POOLING2D("GlobalAveragePooling2D"),
    CONV1D("Conv1D"),
    CONV1D_TRANSPOSE("Conv1DTranspose"),
    DEPTHWISE_CONV1D("DepthwiseConv1D"),
    DEPTHWISE_CONV2D("DepthwiseConv2D"),
    SEPARABLE_CONV1D("SeparableConv1D"),
    SEPARABLE_CONV2D("SeparableConv2D"),
    CONV3D("Conv3D"),
    CONV3D_TRANSPOSE("Conv3DTranspose"),
    MAX_POOLING1D("MaxPooling1D"),
    AVERAGE_POOLING1D("AveragePooling1D"),
    AVERAGE_POOLING2D("AveragePooling2D"),
    MAX_POOLING3D("MaxPooling3D"),
    GLOBAL_MAX_POOLING3D("GlobalMaxPooling3D"),
    GLOBAL_AVERAGE_POOLING3D("GlobalAveragePooling3D"),
    ZERO_PADDING3D("ZeroPadding3D"),
    CROPPING3D("Cropping3D"),
    AVERAGE_POOLING3D("AveragePooling3D"),
    GLOBAL_MAX_POOLING1D("GlobalMaxPooling1D"),
    GLOBAL_AVERAGE_POOLING1D("GlobalAveragePooling1D"),
    GLOBAL_MAX_POOLING2D("GlobalMaxPooling2D"),
    UP_SAMPLING1D("UpSampling1D"),
    UP_SAMPLING3D("UpSampling3D"),
    ZERO_PADDING1D("ZeroPadding1D"),
    ZERO_PADDING2D("ZeroPadding2D"),
    CROPPING1D("Cropping1D"),
    CROPPING2D("Cropping2D"),
    PERMUTE("Permute"),
    FLATTEN("Flatten"),
    RESHAPE("Reshape"),
    DENSE("Dense"),
    TIME_DISTRIBUTED("TimeDistributed"),
    DROPOUT("Dropout"),
    SPATIAL_DROPOUT1D("SpatialDropout1D"),
    SPATIAL_DROPOUT2D("SpatialDropout2D"),
    SPATIAL_DROPOUT3D("SpatialDropout3D"),
    GAUSSIAN_DROPOUT("GaussianDropout"),
    ALPHA_DROPOUT("AlphaDropout"),
    GAUSSIAN_NOISE("GaussianNoise"),
    ACTIVATION("Activation"),
    LEAKY_RELU("LeakyReLU"),
    RELU("ReLU"),
    RESCALING("Rescaling"),
    NORMALIZATION("Normalization"),
    ELU("ELU"),
    PRELU("PReLU"),
    EMBEDDING("Embedding"),
    MASKING("Masking"),
    /** No class of Keras, but what its examples call the layer. */
    VECTOR_QUANTIZER("VectorQuantizer"),
    REPEAT_VECTOR("RepeatVector"),
    LSTM("LSTM"),
    GRU("GRU"),
    SIMPLE_RNN("SimpleRNN"),
    CONV_LSTM1D("ConvLSTM1D"),
    CONV_LSTM2D("ConvLSTM2D"),
    BIDIRECTIONAL("Bidirectional"),
    ADD("Add"),
    SUBTRACT("Subtract"),
    MULTIPLY("Multiply"),
    AVERAGE("Average"),
    MAXIMUM("Maximum"),
    MINIMUM("Minimum"),
    /** No class of Keras, but what its documentation calls the layer. */
    SAMPLING("Sampling"),
    /** No class of Keras, which has layers that give several values. */
    STATE("State"),
    CONCATENATE("Concatenate"),
    DOT("Dot"),
    MULTI_HEAD_ATTENTION("MultiHeadAttention"),
    ATTENTION("Attention"),
    ADDITIVE_ATTENTION("AdditiveAttention");

    private static final String KERNEL = "kernel";

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
            case LayerSpec.LayerNormalization ignored -> LAYER_NORMALIZATION;
            case LayerSpec.GroupNormalization ignored -> GROUP_NORMALIZATION;
            case LayerSpec.UnitNormalization ignored -> UNIT_NORMALIZATION;
            case LayerSpec.RmsNormalization ignored -> RMS_NORMALIZATION;
            case LayerSpec.MaxPooling2d ignored -> MAX_POOLING2D;
            case LayerSpec.UpSampling2d ignored -> UP_SAMPLING2D;
            case LayerSpec.GlobalAveragePooling2d ignored -> GLOBAL_AVERAGE_POOLING2D;
            case LayerSpec.Conv1d ignored -> CONV1D;
            case LayerSpec.Conv1dTranspose ignored -> CONV1D_TRANSPOSE;
            case LayerSpec.DepthwiseConv1d ignored -> DEPTHWISE_CONV1D;
            case LayerSpec.DepthwiseConv2d ignored -> DEPTHWISE_CONV2D;
            case LayerSpec.SeparableConv1d ignored -> SEPARABLE_CONV1D;
            case LayerSpec.SeparableConv2d ignored -> SEPARABLE_CONV2D;
            case LayerSpec.Conv3d ignored -> CONV3D;
            case LayerSpec.Conv3dTranspose ignored -> CONV3D_TRANSPOSE;
            case LayerSpec.MaxPooling1d ignored -> MAX_POOLING1D;
            case LayerSpec.AveragePooling1d ignored -> AVERAGE_POOLING1D;
            case LayerSpec.AveragePooling2d ignored -> AVERAGE_POOLING2D;
            case LayerSpec.GlobalMaxPooling1d ignored -> GLOBAL_MAX_POOLING1D;
            case LayerSpec.GlobalAveragePooling1d ignored -> GLOBAL_AVERAGE_POOLING1D;
            case LayerSpec.GlobalMaxPooling2d ignored -> GLOBAL_MAX_POOLING2D;
            case LayerSpec.UpSampling1d ignored -> UP_SAMPLING1D;
            case LayerSpec.UpSampling3d ignored -> UP_SAMPLING3D;
            case LayerSpec.ZeroPadding1d ignored -> ZERO_PADDING1D;
            case LayerSpec.ZeroPadding2d ignored -> ZERO_PADDING2D;
            case LayerSpec.Cropping1d ignored -> CROPPING1D;
            case LayerSpec.Cropping2d ignored -> CROPPING2D;
            case LayerSpec.Permute ignored -> PERMUTE;
            case LayerSpec.GlobalPooling3d l -> l.average() ? GLOBAL_AVERAGE_POOLING3D : GLOBAL_MAX_POOLING3D;
            case LayerSpec.ZeroPadding3d ignored -> ZERO_PADDING3D;
            case LayerSpec.Cropping3d ignored -> CROPPING3D;
            case LayerSpec.Pooling3d l -> l.average() ? AVERAGE_POOLING3D : MAX_POOLING3D;
            case LayerSpec.ChannelsFirst l -> of(l.layer());
            case LayerSpec.Flatten ignored -> FLATTEN;
            case LayerSpec.Reshape ignored -> RESHAPE;
            case LayerSpec.Dense ignored -> DENSE;
            case LayerSpec.TimeDistributed ignored -> TIME_DISTRIBUTED;
            case LayerSpec.Dropout ignored -> DROPOUT;
            case LayerSpec.SpatialDropout l ->
                switch (l.dimensions()) {
                    case 1 -> SPATIAL_DROPOUT1D;
                    case 2 -> SPATIAL_DROPOUT2D;
                    default -> SPATIAL_DROPOUT3D;
                };
            case LayerSpec.GaussianDropout ignored -> GAUSSIAN_DROPOUT;
            case LayerSpec.AlphaDropout ignored -> ALPHA_DROPOUT;
            case LayerSpec.GaussianNoise ignored -> GAUSSIAN_NOISE;
            case LayerSpec.ActivationLayer ignored -> ACTIVATION;
            case LayerSpec.LeakyRelu ignored -> LEAKY_RELU;
            case LayerSpec.Relu ignored -> RELU;
            case LayerSpec.Rescaling ignored -> RESCALING;
            case LayerSpec.Normalization ignored -> NORMALIZATION;
            case LayerSpec.Elu ignored -> ELU;
            case LayerSpec.PRelu ignored -> PRELU;
            case LayerSpec.Embedding ignored -> EMBEDDING;
            case LayerSpec.Masking ignored -> MASKING;
            case LayerSpec.VectorQuantizer ignored -> VECTOR_QUANTIZER;
            case LayerSpec.RepeatVector ignored -> REPEAT_VECTOR;
            case LayerSpec.Lstm ignored -> LSTM;
            case LayerSpec.Gru ignored -> GRU;
            case LayerSpec.SimpleRnn ignored -> SIMPLE_RNN;
            case LayerSpec.ConvLstm1d ignored -> CONV_LSTM1D;
            case LayerSpec.ConvLstm2d ignored -> CONV_LSTM2D;
            case LayerSpec.Bidirectional ignored -> BIDIRECTIONAL;
            case LayerSpec.Add ignored -> ADD;
            case LayerSpec.Subtract ignored -> SUBTRACT;
            case LayerSpec.Multiply ignored -> MULTIPLY;
            case LayerSpec.Average ignored -> AVERAGE;
            case LayerSpec.Maximum ignored -> MAXIMUM;
            case LayerSpec.Minimum ignored -> MINIMUM;
            case LayerSpec.Sampling ignored -> SAMPLING;
            case LayerSpec.State ignored -> STATE;
            case LayerSpec.Concatenate ignored -> CONCATENATE;
            case LayerSpec.Dot ignored -> DOT;
            case LayerSpec.MultiHeadAttention ignored -> MULTI_HEAD_ATTENTION;
            case LayerSpec.DotAttention ignored -> ATTENTION;
            case LayerSpec.AdditiveAttention ignored -> ADDITIVE_ATTENTION;
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
     * How Keras's settings of a variable begin: {@code recurrent} for {@code recurrent_kernel}, as in {@code
     * recurrent_initializer}.
     *
     * @param variable as in {@link LayerFacts#variables}
     */
    public String settingOf(String variable) {
        boolean isDepthwise = this == DEPTHWISE_CONV1D || this == DEPTHWISE_CONV2D;
        if (isDepthwise && variable.equals(KERNEL)) {
            return "depthwise";
        }
        if (this == MULTI_HEAD_ATTENTION) { // which says the same of all four
            return variable.substring(variable.indexOf('_') + 1);
        }
        String suffix = "_" + KERNEL;
        return variable.endsWith(suffix) ? variable.substring(0, variable.length() - suffix.length()) : variable;
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

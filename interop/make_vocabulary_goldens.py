"""Makes core/src/test/resources/golden/vocabulary.*, which KerasGoldenTest holds the engine against.

As make_goldens.py, float64 and all, but for the layers' text: a case has Keras's own configuration of the model, which
core's reader of model files turns into layers, so that the settings' names and defaults are checked as well.

    .venv/bin/python make_vocabulary_goldens.py
"""

import json

import make_goldens as goldens
from make_goldens import keras

layers = keras.layers
FUNCTIONS = ("softmax", "elu", "selu", "softplus", "softsign", "silu", "gelu", "exponential", "hard_sigmoid", "relu6",
             "mish", "leaky_relu", "celu", "hard_tanh", "hard_silu", "log_sigmoid", "squareplus", "log_softmax")


def activations():
    for function in FUNCTIONS:
        yield f"dense_{function}", 3, (3, 5), [layers.Dense(7, activation=function)]
        yield f"activation_{function}", 2, (3, 2, 17), [layers.Activation(function)]
    yield "conv2d_log_softmax", 2, (5, 4, 3), [layers.Conv2D(4, 3, padding="same", activation="log_softmax")]
    yield "conv2d_softmax", 2, (5, 4, 3), [layers.Conv2D(4, 3, padding="same", activation="softmax")]
    yield "relu_at_most", 3, (4, 5), [layers.ReLU(max_value=0.5)]
    yield "relu_sloped", 3, (3, 2, 4), [layers.ReLU(max_value=0.7, negative_slope=0.2, threshold=0.1)]
    yield "elu", 3, (4, 5), [layers.ELU(alpha=0.6)]
    yield "prelu", 3, (3, 4, 2), [layers.PReLU()]
    yield "prelu_shared", 2, (3, 4, 17), [layers.PReLU(shared_axes=[1, 2])]
    yield "prelu_shared_columns", 2, (3, 4, 2), [layers.PReLU(shared_axes=[2])]
    yield "prelu_sequence", 2, (4, 3), [layers.PReLU(shared_axes=[1])]
    yield "prelu_vector", 4, (6,), [layers.PReLU()]


def convolutions():
    yield "dense_without_bias", 3, (7,), [layers.Dense(5, use_bias=False)]
    yield "conv2d_without_bias", 2, (5, 4, 3), [layers.Conv2D(4, 3, padding="same", use_bias=False, activation="relu")]
    yield "conv2d_one_without_bias", 2, (5, 4, 3), [layers.Conv2D(1, 3, padding="same", use_bias=False)]
    yield "conv2d_dilated_same", 2, (7, 8, 3), [layers.Conv2D(4, 3, padding="same", dilation_rate=2)]
    yield "conv2d_dilated_valid", 2, (8, 7, 2), [layers.Conv2D(17, (2, 3), dilation_rate=(3, 2), activation="tanh")]
    yield "conv2d_dilated_one_way", 2, (7, 5, 2), [layers.Conv2D(3, 3, padding="same", dilation_rate=(1, 2))]
    yield "conv2d_groups", 2, (5, 6, 4), [layers.Conv2D(6, 3, padding="same", groups=2, activation="relu")]
    yield "conv2d_groups_strided", 2, (7, 6, 3), [layers.Conv2D(9, (2, 3), strides=2, groups=3)]
    yield "conv2d_groups_dilated", 2, (7, 6, 4), [
        layers.Conv2D(4, 3, padding="same", groups=4, dilation_rate=2, use_bias=False)]
    yield "transpose_without_bias", 2, (4, 3, 3), [layers.Conv2DTranspose(4, 3, strides=2, padding="same", use_bias=False)]

    yield "conv1d_same", 2, (9, 3), [layers.Conv1D(5, 3, padding="same", activation="relu")]
    yield "conv1d_valid_strided", 2, (10, 2), [layers.Conv1D(17, 4, strides=3)]
    yield "conv1d_same_strided", 2, (11, 3), [layers.Conv1D(4, 7, strides=2, padding="same", activation="tanh")]
    yield "conv1d_causal", 2, (7, 3), [layers.Conv1D(4, 3, padding="causal")]
    yield "conv1d_causal_dilated", 2, (9, 3), [layers.Conv1D(4, 3, padding="causal", dilation_rate=3, activation="elu")]
    yield "conv1d_causal_strided", 2, (9, 2), [layers.Conv1D(3, 4, padding="causal", strides=2)]
    yield "conv1d_groups", 2, (8, 4), [layers.Conv1D(6, 3, padding="same", groups=2, use_bias=False)]
    yield "conv1d_to_one", 2, (8, 4), [layers.Conv1D(1, 5, padding="same", activation="sigmoid")]
    yield "transpose1d_same", 2, (5, 3), [layers.Conv1DTranspose(4, 7, strides=2, padding="same", activation="relu")]
    yield "transpose1d_valid", 2, (5, 3), [layers.Conv1DTranspose(4, 3, strides=2)]
    yield "transpose1d_gaps", 2, (4, 3), [layers.Conv1DTranspose(2, 2, strides=3, use_bias=False)]

    yield "conv3d_same", 2, (4, 3, 5, 2), [layers.Conv3D(3, 3, padding="same", activation="elu")]
    yield "conv3d_valid_strided", 2, (5, 6, 4, 2), [layers.Conv3D(4, (2, 3, 1), strides=(2, 1, 3))]
    yield "conv3d_groups", 2, (3, 4, 3, 4), [layers.Conv3D(2, 2, padding="same", groups=2, use_bias=False)]
    yield "transpose3d_same", 2, (2, 3, 2, 3), [layers.Conv3DTranspose(2, 3, strides=2, padding="same", activation="elu")]
    yield "transpose3d_valid", 2, (2, 3, 2, 2), [layers.Conv3DTranspose(3, (3, 2, 2), strides=(1, 2, 3))]


def windows():
    yield "average_pooling2d_same_odd", 2, (5, 7, 3), [layers.AveragePooling2D(2, padding="same")]
    yield "average_pooling2d_overlapping", 2, (6, 5, 17), [layers.AveragePooling2D((3, 2), strides=(2, 1))]
    yield "average_pooling2d_same_overlapping", 2, (6, 5, 2), [layers.AveragePooling2D(3, strides=1, padding="same")]
    yield "max_pooling1d_same_odd", 2, (7, 3), [layers.MaxPooling1D(2, padding="same")]
    yield "max_pooling1d_overlapping", 2, (9, 2), [layers.MaxPooling1D(3, strides=2)]
    yield "average_pooling1d_same_odd", 2, (7, 3), [layers.AveragePooling1D(2, padding="same")]
    yield "max_pooling3d", 2, (4, 5, 3, 2), [layers.MaxPooling3D(2, padding="same")]
    yield "max_pooling3d_overlapping", 2, (4, 5, 3, 2), [layers.MaxPooling3D((2, 3, 1), strides=1)]
    yield "average_pooling3d", 2, (4, 5, 3, 2), [layers.AveragePooling3D(2, padding="same")]
    yield "global_max_pooling2d", 2, (3, 4, 5), [layers.GlobalMaxPooling2D()]
    yield "global_max_pooling1d", 2, (7, 3), [layers.GlobalMaxPooling1D()]
    yield "global_average_pooling1d", 2, (7, 3), [layers.GlobalAveragePooling1D()]
    yield "up_sampling1d", 2, (4, 3), [layers.UpSampling1D(3)]
    yield "up_sampling3d", 2, (2, 3, 2, 3), [layers.UpSampling3D((2, 1, 3))]
    yield "zero_padding1d", 2, (4, 3), [layers.ZeroPadding1D((1, 2))]
    yield "zero_padding2d", 2, (3, 4, 2), [layers.ZeroPadding2D(((1, 0), (2, 3)))]
    yield "cropping1d", 2, (6, 3), [layers.Cropping1D((1, 2))]
    yield "cropping2d", 2, (5, 6, 2), [layers.Cropping2D(((1, 0), (2, 3)))]
    yield "permute_image", 2, (3, 4, 2), [layers.Permute((3, 1, 2))]
    yield "permute_sequence", 2, (3, 4), [layers.Permute((2, 1))]
    yield "permute_volume", 2, (3, 2, 4, 5), [layers.Permute((4, 2, 1, 3))]


def normalizations():
    yield "norm_without_scale", 4, (3, 5, 3), [layers.BatchNormalization(scale=False)]
    yield "norm_without_center", 4, (4, 3), [layers.BatchNormalization(center=False, momentum=0.9)]
    yield "norm_without_both", 4, (5,), [layers.BatchNormalization(center=False, scale=False)]
    yield "norm_axis_1", 4, (3, 5, 2), [layers.BatchNormalization(axis=1)]
    yield "norm_axis_2", 4, (3, 5, 2), [layers.BatchNormalization(axis=2, scale=False)]
    yield "norm_sequence_axis_1", 4, (3, 5), [layers.BatchNormalization(axis=1)]
    yield "norm_volume", 3, (2, 3, 2, 3), [layers.BatchNormalization()]
    yield "norm_pooled_1d", 4, (8, 3), [
        layers.Conv1D(5, 3, padding="same", activation="relu", use_bias=False),
        layers.BatchNormalization(scale=False),
        layers.MaxPooling1D(2),
        layers.UpSampling1D(2),
        layers.Conv1D(1, 3, padding="same"),
    ]


def channel_by_channel():
    yield "depthwise2d_same", 2, (5, 6, 17), [layers.DepthwiseConv2D(3, padding="same", activation="relu")]
    yield "depthwise2d_several", 2, (5, 6, 3), [layers.DepthwiseConv2D((2, 3), depth_multiplier=3, activation="tanh")]
    yield "depthwise2d_strided", 2, (7, 6, 4), [
        layers.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2, use_bias=False)]
    yield "depthwise2d_dilated", 2, (7, 8, 3), [layers.DepthwiseConv2D((2, 3), padding="same", dilation_rate=(2, 2))]
    yield "separable2d_same", 2, (5, 6, 3), [layers.SeparableConv2D(5, 3, padding="same", activation="elu")]
    yield "separable2d_strided", 2, (7, 5, 17), [layers.SeparableConv2D(4, (3, 2), strides=2, use_bias=False)]
    yield "separable2d_dilated", 2, (7, 8, 3), [
        layers.SeparableConv2D(4, 3, padding="same", dilation_rate=2, depth_multiplier=2, activation="tanh")]
    yield "separable2d_softmax", 2, (4, 3, 3), [layers.SeparableConv2D(4, 2, padding="same", activation="softmax")]
    yield "depthwise1d_same", 2, (9, 3), [layers.DepthwiseConv1D(4, padding="same", depth_multiplier=2)]
    yield "depthwise1d_strided", 2, (11, 17), [layers.DepthwiseConv1D(3, strides=2, activation="tanh", use_bias=False)]
    yield "depthwise1d_dilated", 2, (9, 2), [layers.DepthwiseConv1D(3, padding="same", dilation_rate=2)]
    yield "separable1d_same", 2, (9, 3), [layers.SeparableConv1D(5, 7, padding="same", activation="relu")]
    yield "separable1d_strided", 2, (11, 4), [layers.SeparableConv1D(3, 3, strides=2, depth_multiplier=2)]
    yield "separable1d_dilated", 2, (9, 3), [layers.SeparableConv1D(2, 3, dilation_rate=3, use_bias=False)]


def sample_normalizations():
    yield "layer_norm_vector", 3, (17,), [layers.LayerNormalization()]
    yield "layer_norm_image", 2, (3, 5, 7), [layers.LayerNormalization(epsilon=0.01)]
    yield "layer_norm_axis_1", 2, (3, 5, 2), [layers.LayerNormalization(axis=1, scale=False)]
    yield "layer_norm_axes", 2, (3, 5, 2), [layers.LayerNormalization(axis=[1, 3], center=False)]
    yield "layer_norm_all", 2, (3, 5, 2), [layers.LayerNormalization(axis=[3, 1, 2])]
    yield "layer_norm_rms", 2, (4, 5), [layers.LayerNormalization(rms_scaling=True)]
    yield "layer_norm_sequence", 2, (4, 5), [layers.LayerNormalization(axis=-2)]
    yield "group_norm_image", 2, (3, 4, 6), [layers.GroupNormalization(groups=3)]
    yield "group_norm_each", 2, (3, 4, 17), [layers.GroupNormalization(groups=-1, scale=False)]
    yield "group_norm_axis_1", 2, (4, 3, 5), [layers.GroupNormalization(groups=2, axis=1, center=False)]
    yield "group_norm_vector", 3, (6,), [layers.GroupNormalization(groups=2, epsilon=0.01)]
    yield "rms_norm_vector", 3, (17,), [layers.RMSNormalization()]
    yield "rms_norm_image", 2, (3, 5, 7), [layers.RMSNormalization(epsilon=0.01)]
    yield "rms_norm_axes", 2, (3, 5, 2), [layers.RMSNormalization(axis=[2, 3], epsilon=0.1)]
    yield "rms_norm_sequence", 2, (4, 5), [layers.RMSNormalization(axis=[1, 2])]
    yield "unit_norm_image", 2, (3, 4, 5), [layers.UnitNormalization()]
    yield "unit_norm_axes", 2, (3, 4, 5), [layers.UnitNormalization(axis=[1, 2])]
    yield "unit_norm_sequence", 2, (7, 3), [layers.UnitNormalization(axis=1)]


def interpolations():
    yield "bilinear", 2, (3, 4, 3), [layers.UpSampling2D(2, interpolation="bilinear")]
    yield "bilinear_uneven", 2, (3, 5, 17), [layers.UpSampling2D((3, 1), interpolation="bilinear")]
    yield "bilinear_one_row", 2, (1, 4, 2), [layers.UpSampling2D((2, 5), interpolation="bilinear")]


def scalings():
    yield "rescaling", 3, (4, 5), [layers.Rescaling(0.25, offset=-1.5)]
    yield "rescaling_pixels", 2, (3, 2, 17), [layers.Rescaling(1 / 255)]
    yield "rescaling_last", 2, (5,), [layers.Dense(3, activation="sigmoid"), layers.Rescaling(-255, offset=3)]


def each_step():
    """TimeDistributed of all that a step can be."""
    def each(layer):
        return [layers.TimeDistributed(layer)]

    for name, shape, layer in (
            ("dense", (3, 2, 5), layers.Dense(4, activation="elu")),
            ("conv1d", (3, 7, 2), layers.Conv1D(5, 3, strides=2, padding="same", activation="relu")),
            ("conv1d_causal", (2, 5, 3), layers.Conv1D(2, 3, padding="causal", dilation_rate=2)),
            ("conv2d", (3, 5, 4, 2), layers.Conv2D(17, 3, padding="same", activation="relu")),
            ("conv2d_strided", (2, 7, 5, 3), layers.Conv2D(4, (2, 3), strides=2, activation="gelu")),
            ("conv2d_groups", (2, 4, 5, 4), layers.Conv2D(6, 3, padding="same", groups=2, dilation_rate=(1, 2))),
            ("transpose2d", (3, 3, 2, 3), layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="tanh")),
            ("transpose2d_valid", (2, 2, 3, 2), layers.Conv2DTranspose(3, (3, 2), strides=(1, 2), use_bias=False)),
            ("depthwise2d", (3, 4, 5, 3), layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2)),
            ("separable2d", (2, 4, 5, 3), layers.SeparableConv2D(4, 2, padding="same", activation="relu")),
            ("max_pooling2d", (3, 5, 4, 2), layers.MaxPooling2D(2, padding="same")),
            ("max_pooling1d", (3, 7, 2), layers.MaxPooling1D(3, strides=2)),
            ("average_pooling2d", (3, 5, 4, 2), layers.AveragePooling2D((2, 3), strides=1, padding="same")),
            ("global_average_pooling2d", (3, 2, 4, 5), layers.GlobalAveragePooling2D()),
            ("global_max_pooling1d", (3, 4, 5), layers.GlobalMaxPooling1D()),
            ("up_sampling2d", (3, 2, 3, 2), layers.UpSampling2D((2, 3))),
            ("up_sampling2d_bilinear", (2, 3, 2, 2), layers.UpSampling2D(2, interpolation="bilinear")),
            ("zero_padding2d", (3, 2, 3, 2), layers.ZeroPadding2D(((1, 0), (2, 1)))),
            ("cropping2d", (3, 4, 5, 2), layers.Cropping2D(((1, 0), (2, 1)))),
            ("flatten", (3, 2, 4, 2), layers.Flatten()),
            ("reshape", (3, 8), layers.Reshape((2, 4))),
            ("permute", (3, 2, 4, 3), layers.Permute((3, 1, 2))),
            ("repeat_vector", (3, 4), layers.RepeatVector(2)),
            ("batch_normalization", (3, 4, 2), layers.BatchNormalization(momentum=0.8)),
            ("batch_normalization_vector", (3, 17), layers.BatchNormalization(scale=False)),
            ("layer_normalization", (3, 4, 5), layers.LayerNormalization(axis=(1, 2))),
            ("group_normalization", (2, 3, 4), layers.GroupNormalization(groups=2)),
            ("activation", (3, 4, 5), layers.Activation("softmax")),
            ("leaky_relu", (3, 4, 5), layers.LeakyReLU(0.1)),
            ("prelu", (3, 4, 2), layers.PReLU(shared_axes=[1])),
            ("lstm", (2, 4, 3), layers.LSTM(3)),
            ("lstm_sequences", (3, 4, 2), layers.LSTM(17, return_sequences=True)),
            ("each_step", (2, 3, 4), layers.TimeDistributed(layers.Dense(3, activation="tanh"))),
    ):
        yield f"each_{name}", 2 if name != "batch_normalization" else 4, shape, each(layer)
    yield "dropout_each", 2, (3, 4, 2), each(layers.Dropout(0.3))
    yield "each_cnn_lstm", 3, (4, 6, 5, 2), [
        layers.TimeDistributed(layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")),
        layers.TimeDistributed(layers.BatchNormalization()),
        layers.TimeDistributed(layers.Flatten()),
        layers.LSTM(5),
        layers.RepeatVector(4),
        layers.LSTM(6, return_sequences=True),
        layers.TimeDistributed(layers.Dense(3 * 3 * 2, activation="tanh")),
        layers.TimeDistributed(layers.Reshape((3, 3, 2))),
        layers.TimeDistributed(layers.Conv2DTranspose(2, 3, strides=2, padding="same")),
    ]


def cases():
    """(name, batch, sample shape, layers)."""
    yield from activations()
    yield from convolutions()
    yield from windows()
    yield from normalizations()
    yield from channel_by_channel()
    yield from sample_normalizations()
    yield from interpolations()
    yield from scalings()
    yield from each_step()


def main():
    goldens.compute_in("float64")
    file = goldens.GoldenFile(goldens.RESOURCES, "vocabulary")
    for name, batch, shape, made in cases():
        if "pooling3d" in name:
            # TensorFlow has none in float64.
            goldens.compute_in("float32")
            made = [type(layer).from_config({**layer.get_config(), "dtype": "float32"}) for layer in made]
        model = goldens.build(shape, [("", lambda layer=layer: layer) for layer in made])
        config = json.dumps({"class_name": "Functional", "config": model.get_config()}).replace("float64", "float32")
        file.case(name, [f"input {goldens.dimensions(shape)}", "keras " + config])
        for array, values in goldens.run_layer_case(name, batch, shape, [("", lambda l=l: l) for l in made]).items():
            file.array(array, values)
        goldens.compute_in("float64")
    file.write()


if __name__ == "__main__":
    main()

"""The four models in Keras, on TensorFlow or JAX: training steps, and samples rebuilt by model.predict.

    keras_runner.py MODEL TASK SETTING THREADS DATA         with KERAS_BACKEND set to tensorflow or jax

MODEL is one of MODELS, TASK train or throughput. SETTING is words joined by '+':

    fit | batch | step      model.fit on the data in memory; model.train_on_batch; a train step of one's own
                            (tf.function with GradientTape, or jax.jit over Keras's stateless calls)
    predict | joined        model.predict; the same with 32 batches in each call of TensorFlow (steps_per_execution)
    xla | noxla             jit_compile, on TensorFlow (JAX is always XLA)
    unroll                  the LSTMs' loop over steps is unrolled
"""

import os
import sys
import time

import runner

channel = runner.claim_stdout()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402


def convolution(filters, activation="relu"):
    return layers.Conv2D(filters, 3, activation=activation, padding="same")


def transposed(filters, activation="relu"):
    return layers.Conv2DTranspose(filters, 3, activation=activation, padding="same")


def mnist_cnn(unroll):
    return [
        keras.Input((28, 28, 1)),
        convolution(32),
        layers.BatchNormalization(),
        layers.MaxPooling2D(2, padding="same"),
        convolution(16),
        layers.BatchNormalization(),
        layers.MaxPooling2D(2, padding="same"),
        convolution(8),
        convolution(16),
        layers.BatchNormalization(),
        layers.UpSampling2D(2),
        convolution(32),
        layers.BatchNormalization(),
        layers.UpSampling2D(2),
        convolution(1, "sigmoid"),
    ]


def cifar10_cnn(unroll):
    return [
        keras.Input((32, 32, 3)),
        convolution(32),
        layers.MaxPooling2D(2, padding="same"),
        convolution(64),
        layers.MaxPooling2D(2, padding="same"),
        convolution(128),
        layers.GlobalAveragePooling2D(),
        layers.Dense(32),
        layers.Dense(8192, activation="relu"),
        layers.Reshape((8, 8, 128)),
        transposed(128),
        layers.UpSampling2D(2),
        transposed(64),
        layers.UpSampling2D(2),
        transposed(3, "sigmoid"),
    ]


def mnist_lstm(unroll):
    return [
        keras.Input((28, 28)),
        layers.LSTM(128, return_sequences=True, unroll=unroll),
        layers.LSTM(64, return_sequences=True, unroll=unroll),
        layers.LSTM(32, unroll=unroll),
        layers.RepeatVector(28),
        layers.LSTM(64, return_sequences=True, unroll=unroll),
        layers.LSTM(128, return_sequences=True, unroll=unroll),
        layers.TimeDistributed(layers.Dense(28)),
    ]


def sequence_lstm(unroll):
    return [
        keras.Input((50, 10)),
        layers.LSTM(64, return_sequences=True, unroll=unroll),
        layers.LSTM(32, unroll=unroll),
        layers.Dense(20),
        layers.RepeatVector(50),
        layers.LSTM(32, return_sequences=True, unroll=unroll),
        layers.LSTM(64, return_sequences=True, unroll=unroll),
        layers.TimeDistributed(layers.Dense(10)),
    ]


def like_sequence_lstm(layer):
    """The sizes of the sequence LSTM with other layers: `layer` makes one of some units."""
    return [
        keras.Input((50, 10)),
        layer(64, return_sequences=True),
        layer(32),
        layers.Dense(20),
        layers.RepeatVector(50),
        layer(32, return_sequences=True),
        layer(64, return_sequences=True),
        layers.TimeDistributed(layers.Dense(10)),
    ]


def relu_lstm(unroll):
    return like_sequence_lstm(lambda units, **more: layers.LSTM(units, activation="relu", unroll=unroll, **more))


def gru(unroll):
    return like_sequence_lstm(lambda units, **more: layers.GRU(units, unroll=unroll, **more))


def bidirectional_lstm(unroll):
    return like_sequence_lstm(lambda units, **more: layers.Bidirectional(layers.LSTM(units, unroll=unroll, **more)))


def conv1d(unroll):
    shared = {"kernel_size": 7, "padding": "same"}
    return [
        keras.Input((288, 1)),
        layers.Conv1D(32, strides=2, activation="relu", **shared),
        layers.Conv1D(16, strides=2, activation="relu", **shared),
        layers.Conv1DTranspose(16, strides=2, activation="relu", **shared),
        layers.Conv1DTranspose(32, strides=2, activation="relu", **shared),
        layers.Conv1DTranspose(1, **shared),
    ]


def cifar10_unet(unroll):
    def convolved(filters, value):
        return layers.Conv2D(filters, 3, padding="same", activation="relu")(value)

    images = keras.Input((32, 32, 3))
    wide = convolved(16, layers.GaussianNoise(0.1)(images))
    middle = convolved(32, layers.MaxPooling2D()(wide))
    x = convolved(16, layers.MaxPooling2D()(middle))
    x = convolved(32, layers.Concatenate()([layers.UpSampling2D()(x), middle]))
    x = convolved(16, layers.Concatenate()([layers.UpSampling2D()(x), wide]))
    return keras.Model(images, layers.Conv2D(3, 3, padding="same", activation="sigmoid")(x))


def cifar10_residual(unroll):
    def block(filters, x):
        inner = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        inner = layers.Conv2D(filters, 3, padding="same")(inner)
        return layers.ReLU()(layers.Add()([x, inner]))

    strided = {"kernel_size": 4, "strides": 2, "padding": "same"}
    images = keras.Input((32, 32, 3))
    x = block(32, layers.Conv2D(32, activation="relu", **strided)(images))
    x = block(64, layers.Conv2D(64, activation="relu", **strided)(x))
    x = layers.Dense(4096, activation="relu")(layers.Dense(64)(layers.Flatten()(x)))
    x = block(64, layers.Reshape((8, 8, 64))(x))
    x = block(32, layers.Conv2DTranspose(32, activation="relu", **strided)(x))
    return keras.Model(images, layers.Conv2DTranspose(3, activation="sigmoid", **strided)(x))


class Sampling(layers.Layer):
    """As in Keras's example of a variational autoencoder."""

    def __init__(self):
        super().__init__()
        self.seeds = keras.random.SeedGenerator(42)

    def call(self, inputs):
        mean, log_variance = inputs
        return mean + keras.ops.exp(log_variance / 2) * keras.random.normal(keras.ops.shape(mean), seed=self.seeds)


def mnist_vae(unroll):
    """Gives logits, means and logarithms of variances, of which the loss is made."""
    images = keras.Input((28, 28, 1))
    hidden = layers.Dense(400, activation="relu")(layers.Flatten()(images))
    mean, log_variance = layers.Dense(20)(hidden), layers.Dense(20)(hidden)
    wide = layers.Dense(400, activation="relu")(Sampling()([mean, log_variance]))
    return keras.Model(images, [layers.Dense(784)(wide), mean, log_variance])


MODELS = {
    "mnist-cnn": mnist_cnn,
    "mnist-lstm": mnist_lstm,
    "cifar10-cnn": cifar10_cnn,
    "sequence-lstm": sequence_lstm,
    "relu-lstm": relu_lstm,
    "gru": gru,
    "bidirectional-lstm": bidirectional_lstm,
    "conv1d": conv1d,
    "mnist-vae": mnist_vae,
    "cifar10-unet": cifar10_unet,
    "cifar10-residual": cifar10_residual,
}


def fit(model, samples, batch, jit):
    """Times whole calls: fit does not show its steps. Data and epochs' starts are part of it, as they are for a user."""
    model.compile(optimizer=adam(), loss="mse", jit_compile=jit)
    generator = np.random.default_rng(42)

    def run(steps):
        start_sample = generator.integers(0, len(samples) - steps * batch + 1)
        part = samples[start_sample : start_sample + steps * batch]
        start = time.perf_counter()
        history = model.fit(part, part, batch_size=batch, epochs=1, verbose=0)
        elapsed = (time.perf_counter() - start) * 1e3
        return [elapsed / steps] * steps, history.history["loss"][-1]

    return run


def train_on_batch(model, samples, batch, jit):
    model.compile(optimizer=adam(), loss="mse", jit_compile=jit)
    batches = runner.Batches(len(samples), batch)

    def step():
        inputs = samples[batches.next()]
        return model.train_on_batch(inputs, inputs)

    return runner.time_runs(step)


def tensorflow_step(model, samples, batch, jit):
    import tensorflow as tf

    optimizer = adam()
    optimizer.build(model.trainable_variables)
    batches = runner.Batches(len(samples), batch)

    def loss_of(inputs):
        output = model(inputs, training=True)
        if not isinstance(output, (list, tuple)):
            return tf.reduce_mean(tf.square(output - inputs))
        logits, mean, log_variance = output
        pixels = tf.reshape(inputs, tf.shape(logits))
        wrong = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels=pixels, logits=logits), 1)
        divergence = -0.5 * tf.reduce_sum(1 + log_variance - tf.square(mean) - tf.exp(log_variance), 1)
        return tf.reduce_mean(wrong + divergence)

    @tf.function(jit_compile=jit, reduce_retracing=True)
    def train(inputs):
        with tf.GradientTape() as tape:
            loss = loss_of(inputs)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    return runner.time_runs(lambda: train(tf.constant(samples[batches.next()])))


def jax_step(model, samples, batch):
    import jax
    import jax.numpy as jnp

    optimizer = adam()
    optimizer.build(model.trainable_variables)
    batches = runner.Batches(len(samples), batch)

    def loss_of(trainable, moving, inputs):
        output, moving = model.stateless_call(trainable, moving, inputs, training=True)
        return jnp.mean(jnp.square(output - inputs)), moving

    def train(state, inputs):
        trainable, moving, optimizer_state = state
        (loss, moving), gradients = jax.value_and_grad(loss_of, has_aux=True)(trainable, moving, inputs)
        trainable, optimizer_state = optimizer.stateless_apply(optimizer_state, gradients, trainable)
        return loss, (trainable, moving, optimizer_state)

    train = jax.jit(train, donate_argnums=0)
    state = (
        [v.value for v in model.trainable_variables],
        [v.value for v in model.non_trainable_variables],
        [v.value for v in optimizer.variables],
    )

    def step():
        nonlocal state
        loss, state = train(state, samples[batches.next()])
        return loss

    return runner.time_runs(step)


def predict(model, samples, jit, joined):
    model.compile(jit_compile=jit, steps_per_execution=32 if joined else 1)
    many = samples[: runner.MANY]
    return runner.time_runs(lambda: model.predict(many, batch_size=runner.CALL, verbose=0).flat[-1])


def adam():
    return keras.optimizers.Adam(learning_rate=1e-3, epsilon=1e-7)


def versions():
    backend = keras.backend.backend()
    module = sys.modules["tensorflow" if backend == "tensorflow" else "jax"]
    return {"keras": keras.__version__, backend: module.__version__}


def main():
    model_name, task, setting, threads, data = sys.argv[1:]
    words = setting.split("+")
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(int(threads))
        tf.config.threading.set_inter_op_parallelism_threads(int(threads))
    else:
        import jax  # noqa: F401  takes as many threads as the process may use processors
    keras.utils.set_random_seed(42)
    samples = runner.load_samples(model_name, data)
    batch = runner.TRAINING_BATCH[model_name]
    built = MODELS[model_name]("unroll" in words)
    model = keras.Sequential(built) if isinstance(built, list) else built
    jit = "noxla" not in words
    if task == "throughput":
        run = predict(model, samples, jit, "joined" in words)
    elif "fit" in words:
        run = fit(model, samples, batch, jit)
    elif "batch" in words:
        run = train_on_batch(model, samples, batch, jit)
    elif backend == "tensorflow":
        run = tensorflow_step(model, samples, batch, jit)
    else:
        run = jax_step(model, samples, batch)
    name = "Keras on " + ("TensorFlow" if backend == "tensorflow" else "JAX")
    runner.serve(channel, run, {"name": name, "versions": versions(), "setting": setting})


main()

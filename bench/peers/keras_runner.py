"""Training steps of the MNIST lab's models in Keras, on TensorFlow or JAX.

    keras_runner.py MODEL SETTING THREADS DATA         with KERAS_BACKEND set to tensorflow or jax

MODEL is cnn or lstm. SETTING is words joined by '+':

    fit | batch | step      model.fit on the data in memory; model.train_on_batch; a train step of one's own
                            (tf.function with GradientTape, or jax.jit over Keras's stateless calls)
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


def cnn():
    def conv(filters, activation="relu"):
        return layers.Conv2D(filters, 3, activation=activation, padding="same")

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            conv(32),
            layers.BatchNormalization(),
            layers.MaxPooling2D(2, padding="same"),
            conv(16),
            layers.BatchNormalization(),
            layers.MaxPooling2D(2, padding="same"),
            conv(8),
            conv(16),
            layers.BatchNormalization(),
            layers.UpSampling2D(2),
            conv(32),
            layers.BatchNormalization(),
            layers.UpSampling2D(2),
            conv(1, "sigmoid"),
        ]
    )


def lstm(unroll):
    def recurrent(units, return_sequences=True):
        return layers.LSTM(units, return_sequences=return_sequences, unroll=unroll)

    return keras.Sequential(
        [
            keras.Input((28, 28)),
            recurrent(128),
            recurrent(64),
            recurrent(32, return_sequences=False),
            layers.RepeatVector(28),
            recurrent(64),
            recurrent(128),
            layers.TimeDistributed(layers.Dense(28)),
        ]
    )


def fit(model, samples, jit):
    """Times whole calls: fit does not show its steps. Data and epochs' starts are part of it, as they are for a user."""
    model.compile(optimizer=adam(), loss="mse", jit_compile=jit)
    generator = np.random.default_rng(42)

    def run(steps):
        start_sample = generator.integers(0, len(samples) - steps * runner.BATCH + 1)
        part = samples[start_sample : start_sample + steps * runner.BATCH]
        start = time.perf_counter()
        history = model.fit(part, part, batch_size=runner.BATCH, epochs=1, verbose=0)
        elapsed = (time.perf_counter() - start) * 1e3
        return [elapsed / steps] * steps, history.history["loss"][-1]

    return run


def train_on_batch(model, samples, jit):
    model.compile(optimizer=adam(), loss="mse", jit_compile=jit)
    batches = runner.Batches(len(samples))

    def step():
        batch = samples[batches.next()]
        return model.train_on_batch(batch, batch)

    return runner.time_steps(step)


def tensorflow_step(model, samples, jit):
    import tensorflow as tf

    optimizer = adam()
    optimizer.build(model.trainable_variables)
    batches = runner.Batches(len(samples))

    @tf.function(jit_compile=jit, reduce_retracing=True)
    def train(batch):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(batch, training=True) - batch))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    return runner.time_steps(lambda: train(tf.constant(samples[batches.next()])))


def jax_step(model, samples):
    import jax
    import jax.numpy as jnp

    optimizer = adam()
    optimizer.build(model.trainable_variables)
    batches = runner.Batches(len(samples))

    def loss_of(trainable, moving, batch):
        output, moving = model.stateless_call(trainable, moving, batch, training=True)
        return jnp.mean(jnp.square(output - batch)), moving

    def train(state, batch):
        trainable, moving, optimizer_state = state
        (loss, moving), gradients = jax.value_and_grad(loss_of, has_aux=True)(trainable, moving, batch)
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

    return runner.time_steps(step)


def adam():
    return keras.optimizers.Adam(learning_rate=1e-3, epsilon=1e-7)


def versions():
    backend = keras.backend.backend()
    module = sys.modules["tensorflow" if backend == "tensorflow" else "jax"]
    return {"keras": keras.__version__, backend: module.__version__}


def main():
    model_name, setting, threads, data = sys.argv[1:]
    words = setting.split("+")
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(int(threads))
        tf.config.threading.set_inter_op_parallelism_threads(int(threads))
    else:
        import jax  # noqa: F401  takes as many threads as the process may use processors
    keras.utils.set_random_seed(42)
    samples = runner.load_images(data)
    if model_name == "cnn":
        samples = samples[..., np.newaxis]
    model = cnn() if model_name == "cnn" else lstm("unroll" in words)
    jit = "noxla" not in words
    if "fit" in words:
        run = fit(model, samples, jit)
    elif "batch" in words:
        run = train_on_batch(model, samples, jit)
    elif backend == "tensorflow":
        run = tensorflow_step(model, samples, jit)
    else:
        run = jax_step(model, samples)
    name = "Keras on " + ("TensorFlow" if backend == "tensorflow" else "JAX")
    runner.serve(channel, run, {"name": name, "versions": versions(), "setting": setting})


main()

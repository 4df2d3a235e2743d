"""Makes the golden file of the recurrent layers: every cell with functions, biases and directions that are not Keras's
defaults. As in make_goldens.py, whose cases these are like, every number is computed by the real Keras in float64.

It needs no data: `python make_recurrent_goldens.py` writes core/src/test/resources/golden/recurrent.txt and .bin.
"""

import make_goldens
from make_goldens import GoldenFile, RESOURCES, dense, dimensions, keras, repeat_vector, time_distributed

SETTINGS = {
    "activation": "activation",
    "recurrent_activation": "recurrentActivation",
    "use_bias": "useBias",
    "go_backwards": "goBackwards",
    "reset_after": "resetAfter",
    "return_sequences": "returnSequences",
}


def recurrent(kind, name, units, return_sequences, **settings):
    """A layer of a class such as LSTM, in the words of the golden file and as Keras makes it."""
    settings = {"return_sequences": return_sequences, **settings}
    words = [f"{SETTINGS[key]}={str(value).lower()}" for key, value in settings.items()]
    text = f"{kind} name={name} units={units} " + " ".join(words)
    make = lambda: getattr(keras.layers, kind)(units, name=name, **settings)  # noqa: E731
    return text, make


def bidirectional(name, merge_mode, forward, backward=None):
    """A recurrent layer both ways; without `backward`, Keras turns the first one round."""
    texts = [text.replace(" ", ",").replace("=", ":") for text, _ in filter(None, (forward, backward))]
    text = f"Bidirectional name={name} mergeMode={merge_mode} forward={texts[0]}"
    if backward:
        text += f" backward={texts[1]}"
    make = lambda: keras.layers.Bidirectional(  # noqa: E731
        forward[1](), merge_mode=merge_mode, backward_layer=backward and backward[1](), name=name
    )
    return text, make


def variables_of(model):
    """As in make_goldens, but that variables of both ways have names of their own."""
    for layer in model.layers:
        if isinstance(layer, keras.layers.Bidirectional):
            for way, inner in (("forward", layer.forward_layer), ("backward", layer.backward_layer)):
                for variable in inner.trainable_weights:
                    yield f"{layer.name}/{way}_{variable.name}", variable
        else:
            for variable in layer.weights:
                if "seed" not in variable.name:
                    yield f"{layer.name}/{variable.name}", variable


def cases():
    """(name, batch, sample shape, layers), odd sizes first."""
    yield "lstm_relu", 3, (6, 5), [recurrent("LSTM", "lstm", 4, True, activation="relu")]
    yield "lstm_relu_last", 3, (7, 3), [recurrent("LSTM", "lstm", 5, False, activation="relu")]
    yield "lstm_linear_no_bias", 2, (5, 19), [recurrent("LSTM", "lstm", 17, True, activation="linear", use_bias=False)]
    yield "lstm_sigmoid_backwards", 3, (4, 5), [recurrent("LSTM", "lstm", 3, True, activation="sigmoid", go_backwards=True)]
    yield "lstm_usual_backwards_last", 3, (4, 5), [recurrent("LSTM", "lstm", 3, False, go_backwards=True)]
    yield "lstm_usual_no_bias", 3, (4, 5), [recurrent("LSTM", "lstm", 3, True, use_bias=False)]
    yield "lstm_wide_relu", 2, (3, 7), [recurrent("LSTM", "lstm", 37, True, activation="relu")]
    for after in (True, False):
        kind = "after" if after else "before"
        yield f"gru_reset_{kind}", 3, (6, 5), [recurrent("GRU", "gru", 4, True, reset_after=after)]
        yield f"gru_reset_{kind}_last_relu", 3, (5, 3), [
            recurrent("GRU", "gru", 7, False, reset_after=after, activation="relu")
        ]
        yield f"gru_reset_{kind}_no_bias_backwards", 2, (5, 4), [
            recurrent("GRU", "gru", 3, True, reset_after=after, use_bias=False, go_backwards=True)
        ]
        yield f"gru_reset_{kind}_wide", 2, (3, 9), [recurrent("GRU", "gru", 37, True, reset_after=after)]
        yield f"gru_reset_{kind}_one_step", 2, (1, 3), [recurrent("GRU", "gru", 2, True, reset_after=after)]
    yield "simple_rnn", 3, (6, 5), [recurrent("SimpleRNN", "rnn", 4, True)]
    yield "simple_rnn_relu_last", 3, (7, 3), [recurrent("SimpleRNN", "rnn", 5, False, activation="relu")]
    yield "simple_rnn_no_bias_backwards", 2, (5, 4), [
        recurrent("SimpleRNN", "rnn", 33, True, use_bias=False, go_backwards=True)
    ]
    for function, gate in (("selu", "hard_sigmoid"), ("gelu", "softsign"), ("softplus", "sigmoid"), ("tanh", "relu6")):
        words = {"activation": function, "recurrent_activation": gate}
        yield f"lstm_{function}_{gate}", 3, (5, 3), [recurrent("LSTM", "lstm", 4, True, **words)]
        yield f"gru_{function}_{gate}", 3, (5, 3), [recurrent("GRU", "gru", 4, True, reset_after=True, **words)]
        yield f"gru_before_{function}_{gate}", 3, (5, 3), [recurrent("GRU", "gru", 4, False, reset_after=False, **words)]
        yield f"simple_rnn_{function}", 3, (5, 3), [recurrent("SimpleRNN", "rnn", 4, True, activation=function)]
    for mode in ("concat", "sum", "mul", "ave"):
        yield f"bidirectional_{mode}", 3, (5, 3), [
            bidirectional("both", mode, recurrent("LSTM", "lstm", 4, True, activation="relu"))
        ]
        yield f"bidirectional_{mode}_last", 3, (4, 5), [
            bidirectional("both", mode, recurrent("GRU", "gru", 3, False, reset_after=True))
        ]
    yield "bidirectional_of_two_kinds", 2, (4, 5), [
        bidirectional(
            "both",
            "concat",
            recurrent("LSTM", "lstm", 5, True),
            recurrent("SimpleRNN", "rnn", 5, True, use_bias=False, go_backwards=True),
        )
    ]
    yield "chain_lstm_relu_autoencoder", 3, (5, 3), [
        recurrent("LSTM", "lstm1", 6, True, activation="relu"),
        recurrent("LSTM", "lstm2", 4, False, activation="relu"),
        dense("latent", 2),
        repeat_vector("repeat", 5),
        recurrent("LSTM", "lstm3", 4, True, activation="relu"),
        recurrent("LSTM", "lstm4", 6, True, activation="relu"),
        time_distributed("output", 3),
    ]
    yield "chain_bidirectional_autoencoder", 3, (5, 3), [
        bidirectional("both1", "concat", recurrent("LSTM", "lstm1", 4, False)),
        repeat_vector("repeat", 5),
        bidirectional("both2", "concat", recurrent("LSTM", "lstm2", 4, True)),
        time_distributed("output", 3),
    ]
    yield "chain_gru_autoencoder", 3, (5, 3), [
        recurrent("GRU", "gru1", 6, False, reset_after=True),
        repeat_vector("repeat", 5),
        recurrent("GRU", "gru2", 6, True, reset_after=False),
        time_distributed("output", 3),
    ]


def write_all():
    file = GoldenFile(RESOURCES, "recurrent")
    for name, batch, shape, layers in cases():
        file.case(name, [f"input {dimensions(shape)}"] + ["layer " + text for text, _ in layers])
        for array_name, values in make_goldens.run_layer_case(name, batch, shape, layers).items():
            file.array(array_name, values)
    file.write()


if __name__ == "__main__":
    make_goldens.compute_in("float64")
    make_goldens.variables_of = lambda model: list(variables_of(model))
    write_all()

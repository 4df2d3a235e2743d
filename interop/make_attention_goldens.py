"""Makes core/src/test/resources/golden/attention.*, which KerasGoldenTest holds the engine against: as
make_vocabulary_goldens.py, of attention to what a layer reads itself.

    .venv/bin/python make_attention_goldens.py
"""

import json

import make_goldens as goldens
from make_goldens import keras

layers = keras.layers

# Our names for the parts of a MultiHeadAttention, whose variables Keras all calls kernel and bias.
PARTS = {"query": "query", "key": "key", "value": "value", "attention_output": "output"}


def cases():
    """(name, batch, sample shape, layers)."""
    sequence = (5, 6)
    yield "heads", 3, sequence, [layers.MultiHeadAttention(2, 3)]
    yield "heads_values", 2, sequence, [layers.MultiHeadAttention(3, 2, value_dim=5, output_shape=4, use_bias=False)]
    yield "heads_odd", 2, (7, 19), [layers.MultiHeadAttention(5, 17, value_dim=3)]
    yield "heads_one_step", 2, (1, 4), [layers.MultiHeadAttention(1, 4)]
    yield "heads_stacked", 2, sequence, [
        layers.MultiHeadAttention(2, 4), layers.LayerNormalization(), layers.MultiHeadAttention(1, 3), layers.Dense(2)]
    yield "attention", 3, sequence, [layers.Dense(6), layers.Attention()]
    yield "attention_scaled", 2, (7, 3), [layers.Dense(5), layers.Attention(use_scale=True)]
    yield "attention_sums", 2, sequence, [layers.Dense(6), layers.Attention(use_scale=True, score_mode="concat")]
    yield "attention_sums_plain", 2, (3, 17), [layers.Dense(17), layers.Attention(score_mode="concat")]
    yield "additive", 2, sequence, [layers.Dense(6), layers.AdditiveAttention()]
    yield "additive_odd", 2, (9, 5), [layers.Dense(17), layers.AdditiveAttention()]
    causal = {"use_causal_mask": True}
    yield "heads_causal", 3, sequence, [(layers.MultiHeadAttention(2, 3), causal)]
    yield "heads_causal_odd", 2, (7, 19), [(layers.MultiHeadAttention(3, 17, value_dim=5), causal), layers.Dense(3)]
    yield "attention_causal", 2, (9, 3), [layers.Dense(5), (layers.Attention(use_scale=True), causal)]
    yield "attention_causal_sums", 2, sequence, [layers.Dense(6), (layers.Attention(score_mode="concat"), causal)]
    yield "additive_causal", 2, (1, 5), [layers.Dense(17), (layers.AdditiveAttention(), causal)]
    yield "additive_causal_steps", 2, sequence, [layers.Dense(6), (layers.AdditiveAttention(), causal)]
    yield "additive_plain", 2, sequence, [layers.Dense(6), layers.AdditiveAttention(use_scale=False)]


def build(shape, made):
    inputs = keras.Input(shape)
    value = inputs
    for _, make in made:
        made_layer = make()
        layer, called = made_layer if isinstance(made_layer, tuple) else (made_layer, {})
        if isinstance(layer, layers.MultiHeadAttention):
            value = layer(value, value, **called)
        elif isinstance(layer, (layers.Attention, layers.AdditiveAttention)):
            value = layer([value, value], **called)
        else:
            value = layer(value)
    return keras.Model(inputs, value)


def variables_of(model):
    for layer in model.layers:
        for variable in layer.weights:
            if "seed" in variable.name:
                continue
            part = ""
            if isinstance(layer, layers.MultiHeadAttention):
                part = PARTS[variable.path.split("/")[-2]] + "_"
            yield f"{layer.name}/{part}{variable.name}", variable


def main():
    goldens.compute_in("float64")
    goldens.build = build
    goldens.variables_of = lambda model: list(variables_of(model))
    file = goldens.GoldenFile(goldens.RESOURCES, "attention")
    for case, batch, shape, made in cases():
        made = [("", lambda layer=layer: layer) for layer in made]
        config = json.dumps({"class_name": "Functional", "config": build(shape, made).get_config()})
        file.case(case, [f"input {goldens.dimensions(shape)}", "keras " + config.replace("float64", "float32")])
        for array, values in goldens.run_layer_case(case, batch, shape, made).items():
            file.array(array, values)
    file.write()


if __name__ == "__main__":
    main()

"""Makes core/src/test/resources/golden/masked_attention.*, which KerasGoldenTest holds the engine against: attention to
sequences some of whose steps are masked, at the start, in the middle, at the end and all of them.

As make_mask_goldens.py, of what a layer reads itself.

    .venv/bin/python make_masked_attention_goldens.py
"""

import json

import make_attention_goldens as attention
import make_goldens as goldens
import make_mask_goldens as masks
from make_goldens import keras

layers = keras.layers


def cases():
    """(name, sample shape, layers behind the Masking)."""
    sequence = (5, 3)
    causal = {"use_causal_mask": True}
    yield "heads", sequence, [layers.MultiHeadAttention(2, 3)]
    yield "heads_odd", (7, 19), [layers.MultiHeadAttention(3, 17, value_dim=5, output_shape=4, use_bias=False)]
    yield "heads_causal", (7, 3), [(layers.MultiHeadAttention(2, 4), causal)]
    # The mask ends in front of the loss, so that steps that don't count have a gradient.
    yield "heads_flat", sequence, [layers.MultiHeadAttention(2, 3), layers.Flatten(), layers.Dense(2)]
    yield "heads_causal_flat", sequence, [
        layers.Dense(4), (layers.MultiHeadAttention(1, 3), causal), layers.Flatten(), layers.Dense(2)]
    yield "heads_stacked", sequence, [
        layers.Dense(4, activation="tanh"), layers.LayerNormalization(), layers.MultiHeadAttention(2, 4),
        layers.LayerNormalization(), layers.Dense(2)]
    yield "attention", sequence, [layers.Dense(6), layers.Attention()]
    yield "attention_odd", (7, 3), [layers.Dense(17), layers.Attention(use_scale=True), layers.Dense(2)]
    yield "attention_causal", (9, 3), [layers.Dense(5), (layers.Attention(use_scale=True), causal)]
    yield "attention_flat", sequence, [layers.Dense(6), layers.Attention(), layers.Flatten(), layers.Dense(2)]
    yield "attention_sums", sequence, [layers.Dense(6), layers.Attention(use_scale=True, score_mode="concat")]
    yield "additive", sequence, [layers.Dense(6), layers.AdditiveAttention(), layers.UnitNormalization()]
    yield "additive_causal", (9, 5), [layers.Dense(7), (layers.AdditiveAttention(), causal), layers.LeakyReLU()]


def main():
    goldens.compute_in("float64")
    goldens.build = attention.build
    masks.variables_of = lambda model: list(attention.variables_of(model))
    file = goldens.GoldenFile(goldens.RESOURCES, "masked_attention")
    for name, shape, made in cases():
        case = "masked_" + name
        model, arrays = masks.run(case, 6, shape, [layers.Masking(masks.MASK_VALUE), *made])
        config = json.dumps({"class_name": "Functional", "config": model.get_config()}).replace("float64", "float32")
        file.case(case, [f"input {goldens.dimensions(shape)}", "keras " + config])
        for array, values in arrays.items():
            file.array(array, values)
    file.write()


if __name__ == "__main__":
    main()

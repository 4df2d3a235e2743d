"""Rewrites a legacy .h5 of Keras 3 as Keras 2 wrote it: batch_input_shape, bare dtypes, inbound nodes as lists, variables
named kernel:0. Keras 2 itself does not run beside the versions that are pinned here."""

import json

import h5py
import numpy as np

VERSION = b"2.15.0"


def rewrite(source, target):
    with h5py.File(source) as old, h5py.File(target, "w") as new:
        new.attrs["keras_version"] = VERSION
        new.attrs["backend"] = b"tensorflow"
        new.attrs["model_config"] = json.dumps(node(json.loads(old.attrs["model_config"]))).encode()
        weights = new.create_group("model_weights")
        weights.attrs["backend"] = b"tensorflow"
        weights.attrs["keras_version"] = VERSION
        names = list(old["model_weights"].attrs["layer_names"])
        weights.attrs["layer_names"] = fixed_length(names)
        for name in names:
            group = old["model_weights"][name]
            variables = list(group.attrs["weight_names"])
            copy = weights.create_group(name)
            copy.attrs["weight_names"] = fixed_length([variable + ":0" for variable in variables])
            for variable in variables:
                copy.create_dataset(variable + ":0", data=group[variable][()])
        weights.create_group("top_level_model_weights").attrs["weight_names"] = fixed_length([])


def fixed_length(texts):
    """Keras 2 wrote arrays of byte strings."""
    return np.asarray([text.encode() if isinstance(text, str) else text for text in texts])


def node(value):
    """Of the model_config: a layer, a model, an initializer, or what lies within one."""
    if isinstance(value, list):
        return [node(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "DTypePolicy":
        return value["config"]["name"]
    if value.get("class_name") == "Bidirectional":  # Keras 3 needs the modules of the layers within to find them
        return {"class_name": "Bidirectional", **{key: value[key] for key in value if key in ("config", "name")}, **calls(value)}
    plain = {key: node(item) for key, item in value.items() if key not in ("module", "registered_name", "build_config")}
    if "batch_shape" in plain:
        plain["batch_input_shape"] = plain.pop("batch_shape")
    plain.update(calls(value))
    for ends in ("input_layers", "output_layers"):
        if ends in plain and not isinstance(plain[ends][0], list):
            plain[ends] = [plain[ends]]
    return plain


def calls(value):
    """What a layer's node says of its inputs, if anything."""
    if "inbound_nodes" not in value:
        return {}
    return {"inbound_nodes": [inbound(value["class_name"], call) for call in value["inbound_nodes"]]}


# What a layer calls its arguments, where Keras 2 keeps those behind the first by their names.
ARGUMENTS = {"MultiHeadAttention": ["query", "value", "key"]}


def inbound(keras_class, call):
    """What a layer reads; one that merges is called with a list, and so is one that begins with states."""
    first, *further = call["args"]
    read = first if isinstance(first, list) else [first]
    states = call["kwargs"].get("initial_state") or []
    read = read + (states if isinstance(states, list) else [states])
    named = dict(zip(ARGUMENTS.get(keras_class, [])[1:], further))
    named.update({name: call["kwargs"].get(name) for name in ARGUMENTS.get(keras_class, []) if call["kwargs"].get(name)})
    keywords = {name: history(tensor) for name, tensor in named.items() if tensor is not None}
    if call["kwargs"].get("use_causal_mask"):
        keywords["use_causal_mask"] = True
    if keras_class not in ARGUMENTS:
        read = read + [state for states in further for state in (states if isinstance(states, list) else [states])]
    return [[*history(tensor), keywords if place == 0 else {}] for place, tensor in enumerate(read)]


def history(tensor):
    return tensor["config"]["keras_history"]

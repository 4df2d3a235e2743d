"""Makes golden/quantizer.txt, which QuantizerGoldenTest reads: outputs, loss and all gradients of small vector-quantised
autoencoders in float64, as plain PyTorch computes them.

Run from the repository's root, in a virtual environment with torch 2.13.0:

    .venv/bin/python interop/make_quantizer_goldens.py

A case is a line 'case', the loss as Hourglass writes it, steps and features of a sample, vectors of the codebook and their
size, and samples; then a line for each array: its name and its numbers. Two steps of a sample that lie near a border between
two vectors would make a case that rounding decides; such a case is refused.
"""

from pathlib import Path

import numpy as np
import torch

FILE = Path(__file__).resolve().parent.parent / "core/src/test/resources/golden/quantizer.txt"
# Commitment, steps, features, vectors, size, samples, seed.
CASES = [
    (0.25, 3, 5, 4, 2, 5, 21),
    (1.5, 1, 7, 9, 3, 2, 22),
    (0.0, 6, 4, 33, 17, 19, 23),
]


def main():
    lines = []
    for beta, steps, features, count, size, samples, seed in CASES:
        generator = np.random.default_rng(seed)
        x = generator.uniform(-1, 1, (samples, steps, features)).astype(np.float32)
        arrays = {
            "a/kernel": generator.normal(0, 0.7, (features, size)),
            "a/bias": generator.normal(0, 0.2, size),
            "z/embeddings": generator.normal(0, 0.8, (count, size)),
            "last/kernel": generator.normal(0, 0.7, (size, features)),
            "last/bias": generator.normal(0, 0.2, features),
        }
        arrays = {name: values.astype(np.float32) for name, values in arrays.items()}
        of = {name: torch.tensor(v, dtype=torch.float64, requires_grad=True) for name, v in arrays.items()}
        target = torch.tensor(x, dtype=torch.float64)
        z = torch.tanh(target @ of["a/kernel"] + of["a/bias"])
        distances = torch.cdist(z, of["z/embeddings"].expand(samples, -1, -1)) ** 2
        nearest = torch.sort(distances.detach(), dim=-1).values
        assert (nearest[..., 1] - nearest[..., 0]).min() > 1e-4, "a step lies between two vectors"
        numbers = distances.argmin(-1)
        q = of["z/embeddings"][numbers]
        passed = z + (q - z).detach()  # straight through
        output = passed @ of["last/kernel"] + of["last/bias"]
        rebuilding = torch.nn.functional.mse_loss(output, target)
        codebook = torch.nn.functional.mse_loss(q, z.detach())
        commitment = torch.nn.functional.mse_loss(z, q.detach())
        total = rebuilding + codebook + beta * commitment
        total.backward()
        lines.append(
            f"case mean_squared_error:penalties=z/quantization~beta~{beta} {steps} {features} {count} {size} {samples}"
        )
        held = {"samples": x, **arrays, "parts": np.array([total.item(), rebuilding.item()])}
        held["outputs"] = output.detach().numpy()
        held["numbers"] = numbers.numpy()
        held.update({f"gradient/{name}": variable.grad.numpy() for name, variable in of.items()})
        for name, values in held.items():
            lines.append(name + " " + " ".join(f"{value:.9g}" for value in values.ravel()))
    FILE.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

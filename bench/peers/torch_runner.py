"""Training steps of the MNIST lab's models in PyTorch, computing what Keras computes.

    torch_runner.py MODEL SETTING THREADS DATA

MODEL is cnn or lstm. SETTING is one of SETTINGS: whether weights and batches lie channels last, and whether
torch.compile is used. Adam is the fused one in all of them.
"""

import sys

import runner

channel = runner.claim_stdout()

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402

SETTINGS = {
    "eager": dict(channels_last=False, compiled=False),
    "channels_last": dict(channels_last=True, compiled=False),
    "compile": dict(channels_last=False, compiled=True),
    "compile_channels_last": dict(channels_last=True, compiled=True),
}


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(inputs, filters, 3, padding=1)
            for inputs, filters in [(1, 32), (32, 16), (16, 8), (8, 16), (16, 32), (32, 1)]
        )
        # Keras's momentum of 0.99 is PyTorch's 0.01.
        self.norms = nn.ModuleList(nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01) for filters in (32, 16, 16, 32))
        for convolution in self.convolutions:
            nn.init.xavier_uniform_(convolution.weight)
            nn.init.zeros_(convolution.bias)

    def forward(self, images):
        conv, norm = self.convolutions, self.norms
        x = functional.max_pool2d(norm[0](functional.relu(conv[0](images))), 2)
        x = functional.max_pool2d(norm[1](functional.relu(conv[1](x))), 2)
        x = functional.relu(conv[2](x))
        x = functional.interpolate(norm[2](functional.relu(conv[3](x))), scale_factor=2)
        x = functional.interpolate(norm[3](functional.relu(conv[4](x))), scale_factor=2)
        return torch.sigmoid(conv[5](x))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.LSTM(inputs, units, batch_first=True)
            for inputs, units in [(28, 128), (128, 64), (64, 32), (32, 64), (64, 128)]
        )
        self.output = nn.Linear(128, 28)

    def forward(self, sequences):
        x = sequences
        for layer in self.layers[:3]:
            x, _ = layer(x)
        x = x[:, -1:].expand(-1, 28, -1)
        for layer in self.layers[3:]:
            x, _ = layer(x)
        return self.output(x)


def main():
    model_name, setting, threads, data = sys.argv[1:]
    settings = SETTINGS[setting]
    torch.set_num_threads(int(threads))
    torch.manual_seed(42)
    samples = torch.from_numpy(runner.load_images(data))
    if model_name == "cnn":
        samples = samples.unsqueeze(1)
    model = Cnn() if model_name == "cnn" else Lstm()
    if settings["channels_last"]:
        model = model.to(memory_format=torch.channels_last)
        samples = samples.to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
    forward = torch.compile(model) if settings["compiled"] else model
    batches = runner.Batches(len(samples))

    def step():
        batch = samples[torch.from_numpy(batches.next())]
        optimizer.zero_grad(set_to_none=True)
        loss = functional.mse_loss(forward(batch), batch)
        loss.backward()
        optimizer.step()
        return loss.item()

    about = {"name": "PyTorch", "versions": {"torch": torch.__version__}, "setting": setting}
    runner.serve(channel, runner.time_steps(step), about)


main()

"""The four models in PyTorch, computing what Keras computes: training steps, and single samples rebuilt.

    torch_runner.py MODEL TASK SETTING THREADS DATA

MODEL is one of MODELS, TASK train or latency. SETTING is words joined by '+':

    channels_last     weights and images lie channels last
    compile           torch.compile
    jit               torch.jit.trace and optimize_for_inference (latency)
    single            one thread, whatever THREADS says
    eager             none of these

Adam is the fused one; latency runs under torch.inference_mode.
"""

import sys

import runner

# Others may import the models.
channel = runner.claim_stdout() if __name__ == "__main__" else None

import torch  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402


class MnistCnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(inputs, filters, 3, padding=1)
            for inputs, filters in [(1, 32), (32, 16), (16, 8), (8, 16), (16, 32), (32, 1)]
        )
        # Keras's momentum of 0.99 is PyTorch's 0.01.
        self.norms = nn.ModuleList(nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01) for filters in (32, 16, 16, 32))

    def forward(self, images):
        conv, norm = self.convolutions, self.norms
        x = functional.max_pool2d(norm[0](functional.relu(conv[0](images))), 2)
        x = functional.max_pool2d(norm[1](functional.relu(conv[1](x))), 2)
        x = functional.relu(conv[2](x))
        x = functional.interpolate(norm[2](functional.relu(conv[3](x))), scale_factor=2)
        x = functional.interpolate(norm[3](functional.relu(conv[4](x))), scale_factor=2)
        return torch.sigmoid(conv[5](x))


class Cifar10Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(inputs, filters, 3, padding=1) for inputs, filters in [(3, 32), (32, 64), (64, 128)]
        )
        self.latent = nn.Linear(128, 32)
        self.dense = nn.Linear(32, 8192)
        self.transposed = nn.ModuleList(
            nn.ConvTranspose2d(inputs, filters, 3, padding=1) for inputs, filters in [(128, 128), (128, 64), (64, 3)]
        )

    def forward(self, images):
        x = functional.max_pool2d(functional.relu(self.convolutions[0](images)), 2)
        x = functional.max_pool2d(functional.relu(self.convolutions[1](x)), 2)
        x = functional.relu(self.convolutions[2](x)).mean((2, 3))
        # Keras's reshape gives channels last, which is also what the convolutions like best here.
        x = functional.relu(self.dense(self.latent(x))).view(-1, 8, 8, 128).permute(0, 3, 1, 2)
        x = functional.interpolate(functional.relu(self.transposed[0](x)), scale_factor=2)
        x = functional.interpolate(functional.relu(self.transposed[1](x)), scale_factor=2)
        return torch.sigmoid(self.transposed[2](x))


class MnistLstm(nn.Module):
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


class SequenceLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.LSTM(inputs, units, batch_first=True) for inputs, units in [(10, 64), (64, 32), (20, 32), (32, 64)]
        )
        self.latent = nn.Linear(32, 20)
        self.output = nn.Linear(64, 10)

    def forward(self, sequences):
        x = sequences
        for layer in self.layers[:2]:
            x, _ = layer(x)
        x = self.latent(x[:, -1:]).expand(-1, 50, -1)
        for layer in self.layers[2:]:
            x, _ = layer(x)
        return self.output(x)


class ReluLayer(nn.Module):
    """An LSTM with relu, which nn.LSTM has not: the input's projection at once, then step by step."""

    def __init__(self, inputs, units):
        super().__init__()
        self.units = units
        self.projection = nn.Linear(inputs, 4 * units)
        self.recurrent = nn.Linear(units, 4 * units, bias=False)

    def forward(self, sequences):
        projected = self.projection(sequences)
        state = sequences.new_zeros(len(sequences), self.units)
        cell = state
        states = []
        for step in projected.unbind(1):
            gates = step + self.recurrent(state)
            i, f, o = torch.sigmoid(gates[:, : 3 * self.units]).chunk(3, 1)
            cell = f * cell + i * torch.relu(gates[:, 3 * self.units :])
            state = o * torch.relu(cell)
            states.append(state)
        return torch.stack(states, 1), None


class LikeSequenceLstm(nn.Module):
    """The sizes of the sequence LSTM with other layers."""

    def __init__(self, layer, ways=1):
        super().__init__()
        self.layers = nn.ModuleList(
            layer(inputs, units) for inputs, units in [(10, 64), (64 * ways, 32), (20, 32), (32 * ways, 64)]
        )
        self.ways = ways
        self.latent = nn.Linear(32 * ways, 20)
        self.output = nn.Linear(64 * ways, 10)

    def forward(self, sequences):
        x, _ = self.layers[0](sequences)
        x, _ = self.layers[1](x)
        # Of the way back, the state computed last is at the first step.
        last = x[:, -1] if self.ways == 1 else torch.cat((x[:, -1, :32], x[:, 0, 32:]), 1)
        x = self.latent(last).unsqueeze(1).expand(-1, 50, -1)
        x, _ = self.layers[2](x)
        x, _ = self.layers[3](x)
        return self.output(x)


def gru():
    return LikeSequenceLstm(lambda inputs, units: nn.GRU(inputs, units, batch_first=True))


def bidirectional_lstm():
    return LikeSequenceLstm(lambda inputs, units: nn.LSTM(inputs, units, batch_first=True, bidirectional=True), ways=2)


class Conv1d(nn.Module):
    """Keras pads a stride of two by 2 and 3, and the transpose is the way back: 5 is both together."""

    def __init__(self):
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv1d(inputs, filters, 7, stride=2) for inputs, filters in [(1, 32), (32, 16)]
        )
        self.transposed = nn.ModuleList(
            nn.ConvTranspose1d(inputs, filters, 7, stride=2) for inputs, filters in [(16, 16), (16, 32)]
        )
        self.output = nn.Conv1d(32, 1, 7, padding=3)

    def forward(self, windows):
        x = windows.transpose(1, 2)
        for convolution in self.convolutions:
            x = functional.relu(convolution(functional.pad(x, (2, 3))))
        for transposed in self.transposed:
            x = functional.relu(transposed(x)[..., 2:-3])
        return self.output(x).transpose(1, 2)


class Unet(nn.Module):
    """Two levels with skips beside the waist, and noise on the images that it learns with."""

    def __init__(self):
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(inputs, filters, 3, padding=1)
            for inputs, filters in [(3, 16), (16, 32), (32, 16), (16 + 32, 32), (32 + 16, 16), (16, 3)]
        )

    def forward(self, images):
        conv = self.convolutions
        noisy = images + 0.1 * torch.randn_like(images) if self.training else images
        wide = functional.relu(conv[0](noisy))
        middle = functional.relu(conv[1](functional.max_pool2d(wide, 2)))
        x = functional.relu(conv[2](functional.max_pool2d(middle, 2)))
        x = functional.relu(conv[3](torch.cat((functional.interpolate(x, scale_factor=2), middle), 1)))
        x = functional.relu(conv[4](torch.cat((functional.interpolate(x, scale_factor=2), wide), 1)))
        return torch.sigmoid(conv[5](x))


class ResidualBlock(nn.Module):
    def __init__(self, filters):
        super().__init__()
        self.convolutions = nn.ModuleList(nn.Conv2d(filters, filters, 3, padding=1) for _ in range(2))

    def forward(self, x):
        return functional.relu(x + self.convolutions[1](functional.relu(self.convolutions[0](x))))


class Residual(nn.Module):
    """32x32x3 to 64 numbers and back."""

    def __init__(self):
        super().__init__()
        self.halving = nn.ModuleList(
            nn.Conv2d(inputs, filters, 4, stride=2, padding=1) for inputs, filters in [(3, 32), (32, 64)]
        )
        self.doubling = nn.ModuleList(
            nn.ConvTranspose2d(inputs, filters, 4, stride=2, padding=1) for inputs, filters in [(64, 32), (32, 3)]
        )
        self.blocks = nn.ModuleList(ResidualBlock(filters) for filters in (32, 64, 64, 32))
        self.latent = nn.Linear(4096, 64)
        self.dense = nn.Linear(64, 4096)

    def forward(self, images):
        x = self.blocks[0](functional.relu(self.halving[0](images)))
        x = self.blocks[1](functional.relu(self.halving[1](x)))
        x = functional.relu(self.dense(self.latent(x.flatten(1)))).view(-1, 8, 8, 64).permute(0, 3, 1, 2)
        x = functional.relu(self.doubling[0](self.blocks[2](x)))
        return torch.sigmoid(self.doubling[1](self.blocks[3](x)))


class MnistVae(nn.Module):
    """Gives its loss: the negative evidence lower bound, as its distributions are needed for that."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 400)
        self.mean = nn.Linear(400, 20)
        self.log_variance = nn.Linear(400, 20)
        self.wide = nn.Linear(20, 400)
        self.pixels = nn.Linear(400, 784)

    def forward(self, images):
        pixels = images.flatten(1)
        hidden = functional.relu(self.hidden(pixels))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        code = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        logits = self.pixels(functional.relu(self.wide(code)))
        wrong = functional.binary_cross_entropy_with_logits(logits, pixels, reduction="sum")
        return (wrong - 0.5 * torch.sum(1 + log_variance - mean**2 - log_variance.exp())) / len(images)


MODELS = {
    "mnist-cnn": MnistCnn,
    "mnist-lstm": MnistLstm,
    "cifar10-cnn": Cifar10Cnn,
    "sequence-lstm": SequenceLstm,
    "relu-lstm": lambda: LikeSequenceLstm(ReluLayer),
    "gru": gru,
    "bidirectional-lstm": bidirectional_lstm,
    "conv1d": Conv1d,
    "mnist-vae": MnistVae,
    "cifar10-unet": Unet,
    "cifar10-residual": Residual,
}


def initialize(module):
    """As Keras does, where it is not the same already."""
    if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.Linear)):
        nn.init.xavier_uniform_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def training(model, samples, batch, compiled):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=True)
    forward = torch.compile(model) if compiled else model
    batches = runner.Batches(len(samples), batch)

    def step():
        inputs = samples(batches.next())
        optimizer.zero_grad(set_to_none=True)
        output = forward(inputs)
        loss = output if isinstance(model, MnistVae) else functional.mse_loss(output, inputs)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def latency(model, samples, words):
    model.eval()
    forward = model
    if "compile" in words:
        forward = torch.compile(model)
    elif "jit" in words:
        with torch.no_grad():
            forward = torch.jit.optimize_for_inference(torch.jit.trace(model, samples([0])).eval())
    single = 0

    def rebuild():
        nonlocal single
        single = (single + 1) % len(samples)
        with torch.inference_mode():
            rebuilt = forward(samples.one(single))
        return rebuilt.flatten()[0]

    return rebuild


class Samples:
    """Samples by index, images as PyTorch wants them: [batch, channels, height, width] in the chosen memory format."""

    def __init__(self, values, channels_last):
        self.images = values.ndim == 4
        self.permuted = self.images and channels_last
        tensor = torch.from_numpy(values)
        self.tensor = tensor.permute(0, 3, 1, 2).contiguous() if self.images and not channels_last else tensor

    def __len__(self):
        return len(self.tensor)

    def __call__(self, indices):
        return self._formatted(self.tensor[torch.as_tensor(indices)])

    def one(self, index):
        return self._formatted(self.tensor[index : index + 1])

    def _formatted(self, batch):
        return batch.permute(0, 3, 1, 2) if self.permuted else batch


def main():
    model_name, task, setting, threads, data = sys.argv[1:]
    words = setting.split("+")
    torch.set_num_threads(1 if "single" in words else int(threads))
    torch.manual_seed(42)
    channels_last = "channels_last" in words
    samples = Samples(runner.load_samples(model_name, data), channels_last)
    model = MODELS[model_name]()
    model.apply(initialize)
    if channels_last:
        model = model.to(memory_format=torch.channels_last)
    if task == "train":
        work = training(model, samples, runner.TRAINING_BATCH[model_name], "compile" in words)
    else:
        work = latency(model, samples, words)
    about = {"name": "PyTorch", "versions": {"torch": torch.__version__}, "setting": setting}
    runner.serve(channel, runner.time_runs(work), about)


if __name__ == "__main__":
    main()

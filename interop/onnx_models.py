"""Makes small autoencoders of many kinds with PyTorch, exports them as ONNX and holds Hourglass against ONNX Runtime.

    interop/onnx_models.py FOLDER             exports all, by PyTorch's two exporters, with inputs and what ONNX Runtime
                                              makes of them
    interop/onnx_models.py --fixtures [NAME]  writes the few that core's tests read into core/src/test/resources/onnx, or
                                              those named alone

PyTorch is none of interop/requirements.txt: 250 MB for this alone. In any virtual environment:

    pip install torch==2.13.0 onnx==1.23.1 onnxruntime==1.30.0 onnxscript==0.7.2

core's OnnxReaderTest reads the fixtures, and the files of a folder as well that is named by HOURGLASS_ONNX_MODELS:
HOURGLASS_ONNX_MODELS=FOLDER mvn -pl core test -Dtest=OnnxReaderTest.
"""

import argparse
import contextlib
import io
import logging
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

FIXTURES = Path(__file__).resolve().parent.parent / "core/src/test/resources/onnx"
SAMPLES = 3
# Set 13 has no word for PyTorch's attention, where nobody asks for the weights; the newer exporter interpolates steps by looking
# places up.
WITHOUT = {"attention": ("early", "one"), "transformer": ("early", "one"), "attention_causal": ("early", "one"),
           "transformer_causal": ("early", "one"), "resize_steps": ("dynamo",)}
BATCH = {"x": {0: "batch"}, "y": {0: "batch"}}


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return torch.relu(x + self.second(torch.relu(self.first(x))))


class Recurrent(nn.Module):
    """The last state, repeated, and a decoder over steps."""

    def __init__(self, cell, both_ways=False, layers=1):
        super().__init__()
        self.encoder = cell(3, 4, layers, batch_first=True, bidirectional=both_ways)
        self.decoder = cell(8 if both_ways else 4, 4, batch_first=True)
        self.output = nn.Linear(4, 3)
        self.both_ways = both_ways

    def forward(self, x):
        states, last = self.encoder(x)
        last = last[0] if isinstance(last, tuple) else last
        code = torch.cat([last[-2], last[-1]], 1) if self.both_ways else states[:, -1]
        return self.output(self.decoder(code.unsqueeze(1).repeat(1, x.shape[1], 1))[0])


class HiddenState(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(3, 4, batch_first=True)
        self.decoder = nn.LSTM(4, 4, batch_first=True, bidirectional=True)
        self.output = nn.Linear(8, 3)

    def forward(self, x):
        _, (state, _) = self.encoder(x)
        return self.output(self.decoder(state[-1].unsqueeze(1).expand(-1, 6, -1))[0])


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(2, 3, 3, padding=1)
        self.second = nn.Conv2d(3, 4, 3, padding=1)
        self.up = nn.ConvTranspose2d(4, 3, 2, 2)
        self.third = nn.Conv2d(6, 3, 3, padding=1)
        self.output = nn.Conv2d(3, 2, 1)

    def forward(self, x):
        wide = torch.relu(self.first(x))
        code = torch.relu(self.second(nn.functional.max_pool2d(wide, 2)))
        both = torch.cat([self.up(code), wide], 1)
        return torch.sigmoid(self.output(torch.relu(self.third(both))))


class Reshaping(nn.Module):
    """Convolutions, a code of a dense layer, and back, by shapes that are computed."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 3, 3, 2, 1), nn.ReLU(), nn.Conv2d(3, 4, 3, 2, 1), nn.ReLU())
        self.bottleneck = nn.Linear(4 * 3 * 2, 5)
        self.wide = nn.Linear(5, 4 * 3 * 2)
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(4, 3, 3, 2, 1, 1), nn.ReLU(), nn.ConvTranspose2d(3, 1, 3, 2, 1, 1), nn.Sigmoid()
        )

    def forward(self, x):
        code = self.bottleneck(self.encoder(x).view(x.size(0), -1))
        return self.decoder(torch.relu(self.wide(code)).view(-1, 4, 3, 2))


class Stateful(nn.Module):
    """The decoder begins with the states that the encoder ends with, and reads what it has to rebuild a step late."""

    def __init__(self, cell, both_ways=False):
        super().__init__()
        self.encoder = cell(3, 4, batch_first=True, bidirectional=both_ways)
        self.decoder = cell(3, 4, batch_first=True, bidirectional=both_ways)
        self.output = nn.Linear(8 if both_ways else 4, 3)

    def forward(self, x):
        _, states = self.encoder(x)
        late = nn.functional.pad(x[:, :-1], (0, 0, 1, 0))
        return self.output(self.decoder(late, states)[0])


class Variational(nn.Module):
    """For use, the mean is the code; mean and variance leave the model as well."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(8, 6)
        self.mean = nn.Linear(6, 2)
        self.variance = nn.Linear(6, 2)
        self.decoder = nn.Sequential(nn.Linear(2, 6), nn.ReLU(), nn.Linear(6, 8))

    def forward(self, x):
        hidden = torch.relu(self.encoder(x))
        mean = self.mean(hidden)
        return self.decoder(mean), mean, self.variance(hidden)


class Attending(nn.Module):
    """Steps that look at each other, by PyTorch's own layer; where its weights are wanted, it is exported otherwise."""

    def __init__(self, need_weights, causal=False):
        super().__init__()
        self.first = nn.Linear(3, 8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.bottleneck = nn.Linear(8, 2)
        self.output = nn.Linear(2, 3)
        self.need_weights = need_weights
        self.mask = torch.triu(torch.ones(6, 6, dtype=torch.bool), 1) if causal else None

    def forward(self, x):
        x = self.first(x)
        x = x + self.attention(x, x, x, need_weights=self.need_weights, attn_mask=self.mask)[0]
        return self.output(torch.tanh(self.bottleneck(x)))


class Products(nn.Module):
    """Attention of one's own: heads side by side, one product for queries, keys and values, other steps that are looked at."""

    def __init__(self):
        super().__init__()
        self.all = nn.Linear(3, 24, bias=False)
        self.output = nn.Linear(8, 3)
        self.memory = nn.Conv1d(3, 5, 2, 2)

    def forward(self, x):
        query, key, value = self.all(x).reshape(-1, 6, 3, 2, 4).permute(2, 0, 3, 1, 4)
        weights = torch.softmax(query @ key.transpose(-2, -1) / 4**0.5, -1)
        steps = self.output((weights @ value).transpose(1, 2).reshape(-1, 6, 8))
        memory = self.memory(steps.transpose(1, 2)).transpose(1, 2)
        other = nn.functional.pad(steps, (0, 2))
        return torch.tanh(torch.softmax(other @ memory.transpose(1, 2), -1) @ memory)[:, :, :3]


class Transformer(nn.Module):
    """Positions that are learned, layers of PyTorch's own before and after a code for each step."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 8)
        self.positions = nn.Parameter(torch.randn(1, 6, 8))
        self.encoder = nn.TransformerEncoderLayer(8, 2, 12, 0.1, batch_first=True)
        self.bottleneck = nn.Linear(8, 2)
        self.wide = nn.Linear(2, 8)
        self.decoder = nn.TransformerEncoderLayer(8, 4, 12, 0.1, "gelu", batch_first=True, norm_first=True)
        self.output = nn.Linear(8, 3)

    def forward(self, x):
        x = self.encoder(self.first(x) + self.positions)
        return self.output(self.decoder(self.wide(self.bottleneck(x)) + self.positions))


class Causal(nn.Module):
    """Steps that look back alone: by a mask of PyTorch's own, and by what its attention is told."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 8)
        self.encoder = nn.TransformerEncoderLayer(8, 2, 12, 0.1, batch_first=True)
        self.bottleneck = nn.Linear(8, 2)
        self.all = nn.Linear(2, 24)
        self.output = nn.Linear(8, 3)

    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(6)
        code = self.bottleneck(self.encoder(self.first(x), src_mask=mask))
        query, key, value = self.all(code).reshape(-1, 6, 3, 2, 4).permute(2, 0, 3, 1, 4)
        steps = nn.functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.output(steps.transpose(1, 2).reshape(-1, 6, 8))


class Scaling(nn.Module):
    """Numbers of one's own for each channel, row or pixel, times and plus."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(2, 3, 3, 2, 1)
        self.last = nn.ConvTranspose2d(3, 2, 4, 2, 1)
        self.register_buffer("mean", torch.tensor([0.4, 0.6]).reshape(2, 1, 1))
        self.register_buffer("deviation", torch.tensor([0.2, 0.3]).reshape(2, 1, 1))
        self.scale = nn.Parameter(torch.rand(3, 1, 1) + 0.5)
        self.shift = nn.Parameter(torch.randn(3, 1, 1))
        self.rows = nn.Parameter(torch.rand(4, 1) + 0.5)
        self.pixels = nn.Parameter(torch.randn(1, 3, 4, 6))
        self.bottleneck = nn.Linear(72, 5)
        self.gain = nn.Parameter(torch.rand(5) + 0.5)
        self.offset = nn.Parameter(torch.randn(5))
        self.wide = nn.Linear(5, 72)

    def forward(self, x):
        x = torch.relu(self.first((x - self.mean) / self.deviation)) * self.scale + self.shift
        code = torch.tanh(self.bottleneck((x * self.rows + self.pixels).flatten(1))) * self.gain + self.offset
        image = torch.relu(self.wide(1 - code)).view(-1, 3, 4, 6)
        return self.last(image) * self.deviation + self.mean


class Calls(nn.Module):
    """Layers by name, and what is computed with them."""

    def __init__(self, compute, **layers):
        super().__init__()
        self.compute = compute
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x):
        return self.compute(self, x)


def models():
    """Name to model, the shape of a sample and, where its numbers are whole, how many there are."""
    conv, back, linear, relu = nn.Conv2d, nn.ConvTranspose2d, nn.Linear, nn.ReLU
    return {
        "dense_image": (
            nn.Sequential(
                nn.Flatten(), linear(20, 8), relu(), linear(8, 3), relu(), linear(3, 20), nn.Sigmoid(),
                nn.Unflatten(1, (1, 4, 5)),
            ),
            (1, 4, 5),
        ),
        "dense": (nn.Sequential(linear(8, 5), nn.Tanh(), linear(5, 2), linear(2, 5), nn.ELU(), linear(5, 8)), (8,)),
        "conv_reshape": (Reshaping(), (1, 12, 8)),
        "pool_upsample": (
            nn.Sequential(
                conv(3, 4, 3, padding=1), relu(), nn.MaxPool2d(2), conv(4, 2, 3, padding=1), relu(), nn.MaxPool2d(2),
                nn.Upsample(scale_factor=2), conv(2, 4, 3, padding=1), relu(), nn.Upsample(scale_factor=2),
                conv(4, 3, 3, padding=1),
            ),
            (3, 8, 12),
        ),
        "batch_norm": (
            nn.Sequential(
                conv(1, 3, 4, 2, 1, bias=False), nn.BatchNorm2d(3), nn.LeakyReLU(0.2), conv(3, 2, 4, 2, 1),
                back(2, 3, 4, 2, 1, bias=False), nn.BatchNorm2d(3), relu(), back(3, 1, 4, 2, 1), nn.Sigmoid(),
            ),
            (1, 8, 12),
        ),
        "batch_norm_dense": (
            nn.Sequential(linear(8, 6), nn.BatchNorm1d(6), nn.SiLU(), linear(6, 3), linear(3, 8)),
            (8,),
        ),
        "conv1d": (
            nn.Sequential(
                nn.Conv1d(2, 4, 7, 2, 3), relu(), nn.Conv1d(4, 3, 5, 2, 2), relu(),
                nn.ConvTranspose1d(3, 4, 5, 2, 2, 1), relu(), nn.ConvTranspose1d(4, 2, 7, 2, 3, 1),
            ),
            (2, 16),
        ),
        "lstm": (Recurrent(nn.LSTM), (6, 3)),
        "lstm_two_layers": (Recurrent(nn.LSTM, layers=2), (6, 3)),
        "lstm_hidden_state": (HiddenState(), (6, 3)),
        "lstm_both_ways": (Recurrent(nn.LSTM, True), (6, 3)),
        "gru": (Recurrent(nn.GRU), (6, 3)),
        "gru_both_ways": (Recurrent(nn.GRU, True), (6, 3)),
        "rnn": (Recurrent(nn.RNN), (6, 3)),
        "lstm_states": (Stateful(nn.LSTM), (6, 3)),
        "gru_states": (Stateful(nn.GRU), (6, 3)),
        "lstm_states_both_ways": (Stateful(nn.LSTM, True), (6, 3)),
        "gru_states_both_ways": (Stateful(nn.GRU, True), (6, 3)),
        "embedding": (
            nn.Sequential(
                Calls(lambda m, x: m.table(x.long()), table=nn.Embedding(9, 4)), nn.Flatten(), linear(24, 3), nn.Tanh(),
                linear(3, 6),
            ),
            (6,),
            9,
        ),
        "padding_modes": (
            nn.Sequential(
                nn.ReflectionPad2d((1, 2, 3, 1)), conv(2, 3, 3, 2), relu(), conv(3, 2, 3, padding=1, padding_mode="circular"),
                nn.Upsample(scale_factor=2), nn.ReplicationPad2d((0, 1, 2, 0)), conv(2, 2, 3),
            ),
            (2, 8, 12),
        ),
        "unit_length": (
            nn.Sequential(
                conv(2, 3, 3, 2, 1), Calls(lambda m, x: nn.functional.normalize(x, dim=1)), nn.Flatten(), linear(72, 4),
                Calls(lambda m, x: nn.functional.normalize(x, dim=-1)), linear(4, 192), nn.Unflatten(1, (2, 8, 12)),
            ),
            (2, 8, 12),
        ),
        "squeeze_excite": (
            Calls(
                lambda m, x: m.d(m.e(x) * torch.sigmoid(m.up(torch.relu(m.down(m.pool(m.e(x))))))),
                e=conv(2, 4, 3, 2, 1), pool=nn.AdaptiveAvgPool2d(1), down=conv(4, 2, 1), up=conv(2, 4, 1),
                d=back(4, 2, 4, 2, 1),
            ),
            (2, 8, 12),
        ),
        "unet": (UNet(), (2, 6, 8)),
        "residual": (
            nn.Sequential(
                conv(3, 4, 3, 2, 1), relu(), Residual(4), conv(4, 2, 3, 2, 1), back(2, 4, 4, 2, 1), relu(), Residual(4),
                back(4, 3, 4, 2, 1),
            ),
            (3, 8, 12),
        ),
        "dropout": (nn.Sequential(linear(8, 6), relu(), nn.Dropout(0.3), linear(6, 2), linear(2, 8)), (8,)),
        "groups_dilation": (
            nn.Sequential(
                conv(4, 6, 3, padding=2, dilation=2, groups=2), nn.PReLU(), nn.AvgPool2d(2),
                conv(6, 2, 3, padding=1, groups=2), nn.PReLU(2), nn.Upsample(scale_factor=2), conv(2, 4, 3, padding=1),
            ),
            (4, 6, 8),
        ),
        "asymmetric_padding": (
            nn.Sequential(
                nn.ZeroPad2d((1, 2, 0, 1)), conv(1, 3, 3), relu(), nn.MaxPool2d(3, 2, 1), nn.Upsample(scale_factor=2),
                back(3, 1, 3, 1, (1, 0)),
            ),
            (1, 12, 11),
        ),
        "gelu": (
            nn.Sequential(linear(8, 6), nn.GELU(), linear(6, 2), linear(2, 6), nn.GELU(), linear(6, 8)),
            (8,),
        ),
        "activations": (
            nn.Sequential(
                linear(8, 6), nn.SELU(), linear(6, 6), nn.Softsign(), linear(6, 6), nn.ReLU6(), linear(6, 3),
                nn.Hardsigmoid(), linear(3, 6), nn.Mish(), linear(6, 6), nn.Hardswish(), linear(6, 8), nn.Softmax(-1),
            ),
            (8,),
        ),
        "global_pooling": (
            nn.Sequential(
                conv(3, 6, 3, padding=1), relu(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear(6, 2), linear(2, 48),
                nn.Unflatten(1, (3, 4, 4)),
            ),
            (3, 4, 4),
        ),
        "conv3d": (
            nn.Sequential(
                nn.Conv3d(1, 3, 3, padding=1), relu(), nn.MaxPool3d(2), nn.Conv3d(3, 2, 3, padding=1),
                nn.ConvTranspose3d(2, 3, 2, 2), relu(), nn.Conv3d(3, 1, 3, padding=1),
            ),
            (1, 4, 6, 4),
        ),
        "normalizations": (
            nn.Sequential(
                conv(2, 4, 3, 2, 1), nn.InstanceNorm2d(4, affine=True), relu(), conv(4, 2, 3, 2, 1),
                nn.Upsample(scale_factor=(3, 2), mode="bilinear"), nn.Flatten(), linear(48, 6), nn.LayerNorm(6),
                linear(6, 96), nn.Unflatten(1, (2, 6, 8)),
            ),
            (2, 6, 8),
        ),
        "dense_steps": (nn.Sequential(linear(3, 6), relu(), linear(6, 2), linear(2, 3)), (6, 3)),
        "variational": (Variational(), (8,)),
        "clip": (
            nn.Sequential(
                linear(8, 5), nn.Hardtanh(-0.5, 0.7), linear(5, 3), Calls(lambda m, x: x.clamp(min=-0.1)), linear(3, 5),
                Calls(lambda m, x: x.clamp(max=0.3)), linear(5, 8), Calls(lambda m, x: x.clamp(0, 1)),
            ),
            (8,),
        ),
        "layer_norms": (
            nn.Sequential(
                conv(2, 3, 3, 2, 1), nn.LayerNorm([3, 4, 6]), relu(), nn.Flatten(), linear(72, 5), nn.LayerNorm(5),
                nn.GELU(), linear(5, 4), nn.LayerNorm(4, elementwise_affine=False), linear(4, 192),
                nn.Unflatten(1, (2, 8, 12)),
            ),
            (2, 8, 12),
        ),
        "group_norms": (
            nn.Sequential(
                nn.Conv1d(2, 4, 3, 2, 1), nn.GroupNorm(2, 4), relu(), nn.Conv1d(4, 2, 3, 2, 1), nn.InstanceNorm1d(2),
                nn.ConvTranspose1d(2, 4, 4, 2, 1), nn.GroupNorm(4, 4), relu(), nn.ConvTranspose1d(4, 2, 4, 2, 1),
            ),
            (2, 16),
        ),
        "gelu_tanh": (nn.Sequential(linear(8, 5), nn.GELU("tanh"), linear(5, 2), linear(2, 8)), (8,)),
        "resize_to_input": (
            Calls(
                lambda m, x: m.c(nn.functional.interpolate(torch.relu(m.b(torch.relu(m.a(x)))), size=x.shape[-2:])),
                a=conv(2, 4, 3, 2, 1), b=conv(4, 2, 3, 2, 1), c=conv(2, 2, 3, padding=1),
            ),
            (2, 8, 12),
        ),
        "flatten_dynamic": (
            Calls(
                lambda m, x: torch.sigmoid(
                    m.d(torch.relu(m.wide(m.code(torch.flatten(m.e(x), start_dim=1)))).reshape(x.shape[0], 4, 4, 6))
                ),
                e=conv(1, 4, 3, 2, 1), code=linear(96, 3), wide=linear(3, 96), d=back(4, 1, 4, 2, 1),
            ),
            (1, 8, 12),
        ),
        "scaled_in_front": (
            Calls(
                lambda m, x: m.d(torch.relu(m.e((x - 0.5) / 0.5))) * 0.5 + 0.5, e=linear(8, 3), d=linear(3, 8)
            ),
            (8,),
        ),
        "channels_last": (
            Calls(
                lambda m, x: m.d(torch.relu(m.e(x.permute(0, 3, 1, 2)))).permute(0, 2, 3, 1),
                e=conv(2, 3, 3, 2, 1), d=back(3, 2, 4, 2, 1),
            ),
            (8, 12, 2),
        ),
        "tied": (
            Calls(
                lambda m, x: nn.functional.linear(torch.sigmoid(m.e(x)), m.e.weight.t(), m.b),
                e=linear(8, 3), b=nn.Parameter(torch.randn(8)),
            ),
            (8,),
        ),
        "gated": (
            Calls(
                lambda m, x: m.d(torch.tanh(m.a(x)) * torch.sigmoid(m.b(x))), a=linear(8, 3), b=linear(8, 3),
                d=linear(3, 8),
            ),
            (8,),
        ),
        "separable": (
            nn.Sequential(
                conv(2, 2, 3, 2, 1, groups=2), conv(2, 4, 1), nn.Hardswish(), conv(4, 4, 3, 2, 1, groups=4),
                conv(4, 2, 1), nn.Upsample(scale_factor=2, mode="bilinear"), back(2, 2, 4, 2, 1),
            ),
            (2, 8, 12),
        ),
        "pool_ceil": (
            nn.Sequential(
                conv(2, 4, 3, padding=1), nn.MaxPool2d(2, 2, ceil_mode=True), relu(), conv(4, 2, 1),
                nn.Upsample(scale_factor=2), conv(2, 2, 2),
            ),
            (2, 7, 11),
        ),
        "steps_conv": (
            Calls(
                lambda m, x: m.d(torch.relu(m.e(x.transpose(1, 2)))).transpose(1, 2),
                e=nn.Conv1d(3, 4, 3, 2, 1), d=nn.ConvTranspose1d(4, 3, 4, 2, 1),
            ),
            (8, 3),
        ),
        "split": (
            Calls(
                lambda m, x: m.d(torch.cat([torch.tanh(m.e(x).chunk(2, 1)[0]), torch.relu(m.e(x).chunk(2, 1)[1])], 1)),
                e=linear(8, 6), d=linear(6, 8),
            ),
            (8,),
        ),
        "attention": (Attending(False), (6, 3)),
        "attention_weights": (Attending(True), (6, 3)),
        "attention_products": (Products(), (6, 3)),
        "attention_causal": (Attending(False, True), (6, 3)),
        "attention_causal_weights": (Attending(True, True), (6, 3)),
        "attention_masked": (
            Calls(
                lambda m, x: m.d(
                    torch.softmax(
                        (m.q(x) @ m.k(x).transpose(1, 2) * 0.5).masked_fill(m.mask == 0, float("-inf")), -1
                    ) @ m.v(x)
                ),
                q=linear(3, 4), k=linear(3, 4), v=linear(3, 2), d=linear(2, 3),
                mask=nn.Parameter(torch.tril(torch.ones(6, 6)), requires_grad=False),
            ),
            (6, 3),
        ),
        "transformer": (Transformer(), (6, 3)),
        "transformer_causal": (Causal(), (6, 3)),
        "scaling": (Scaling(), (2, 8, 12)),
        "groups_transposed": (
            nn.Sequential(
                conv(2, 4, 3, 2, 1), relu(), conv(4, 6, 3, 2, 1), relu(), back(6, 4, 3, 2, 1, 1, groups=2), relu(),
                back(4, 4, 4, 2, 1, groups=4, bias=False), conv(4, 2, 1),
            ),
            (2, 8, 12),
        ),
        "resize_corners": (
            nn.Sequential(
                conv(2, 4, 3, 2, 1), relu(), conv(4, 3, 3, 2, 1), nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True),
                conv(3, 4, 3, padding=1), relu(), nn.Upsample((8, 12), mode="bilinear", align_corners=True),
                conv(4, 2, 3, padding=1),
            ),
            (2, 8, 12),
        ),
        "resize_steps": (
            nn.Sequential(
                nn.Conv1d(2, 4, 3, 2, 1), relu(), nn.Upsample(10, mode="linear"), nn.Conv1d(4, 3, 3, padding=1), relu(),
                nn.Upsample(16, mode="nearest"), nn.Conv1d(3, 2, 3, padding=1),
            ),
            (2, 16),
        ),
    }


class TwoRebuilt(nn.Module):
    """A series and facts about it, through one code."""

    def __init__(self):
        super().__init__()
        self.steps, self.facts, self.code = nn.Linear(16, 5), nn.Linear(4, 5), nn.Linear(10, 3)
        self.series, self.other = nn.Linear(3, 16), nn.Linear(3, 4)

    def forward(self, series, facts):
        seen = torch.cat([torch.relu(self.steps(series.flatten(1))), torch.relu(self.facts(facts))], 1)
        code = self.code(seen)
        return self.series(code).reshape(-1, 8, 2), torch.sigmoid(self.other(code))


class Conditional(nn.Module):
    """A picture and its class, which the decoder is told again; the class is told from the code as well."""

    def __init__(self):
        super().__init__()
        self.convolution, self.code = nn.Conv2d(1, 4, 3, 2, 1), nn.Linear(67, 6)
        self.wide, self.picture, self.classes = nn.Linear(9, 64), nn.ConvTranspose2d(4, 1, 4, 2, 1), nn.Linear(6, 3)

    def forward(self, x, label):
        seen = torch.relu(self.convolution(x)).flatten(1)
        code = torch.relu(self.code(torch.cat([seen, label], 1)))
        wide = torch.relu(self.wide(torch.cat([code, label], 1))).reshape(-1, 4, 4, 4)
        return torch.sigmoid(self.picture(wide)), torch.softmax(self.classes(code), -1), code


class Composite(nn.Module):
    """Rebuilds steps and predicts two numbers."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.LSTM(3, 5, batch_first=True), nn.LSTM(5, 5, batch_first=True)
        self.steps, self.next = nn.Linear(5, 3), nn.Linear(5, 2)

    def forward(self, x):
        code = self.encoder(x)[1][0][-1]
        states, _ = self.decoder(code.unsqueeze(1).repeat(1, 7, 1))
        return self.steps(states), self.next(code)


class Taught(nn.Module):
    """A decoder that begins with the encoder's states and reads the steps before."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.LSTM(3, 5, batch_first=True), nn.LSTM(3, 5, batch_first=True)
        self.steps = nn.Linear(5, 3)

    def forward(self, x, before):
        states, _ = self.decoder(before, self.encoder(x)[1])
        return self.steps(states)


class Unread(nn.Module):
    """Beside the reconstruction, what no layer computes."""

    def __init__(self):
        super().__init__()
        self.code, self.rebuilt = nn.Linear(6, 3), nn.Linear(3, 6)

    def forward(self, x):
        code = self.code(x)
        return self.rebuilt(code), torch.logsumexp(code, 1)


def several():
    """By name: the model, the shapes of its inputs by their names, and the names of its outputs."""
    return {
        "two_rebuilt": (TwoRebuilt(), {"series": (8, 2), "facts": (4,)}, ["rebuilt", "facts_again"]),
        "conditional": (Conditional(), {"x": (1, 8, 8), "label": (3,)}, ["picture", "classes", "code"]),
        "composite": (Composite(), {"x": (7, 3)}, ["rebuilt", "predicted"]),
        "taught": (Taught(), {"x": (7, 3), "before": (7, 3)}, ["steps"]),
        "unread": (Unread(), {"x": (6,)}, ["y", "score"]),
    }


def write_several(folder):
    """FOLDER/several/NAME.onnx, and NAME.bin: the numbers of each input in turn, then those of each output."""
    folder = folder / "several"
    folder.mkdir(parents=True, exist_ok=True)
    for name, (model, shapes, outputs) in several().items():
        model.eval()
        inputs = {key: torch.rand(SAMPLES, *shape) for key, shape in shapes.items()}
        file = folder / f"{name}.onnx"
        torch.onnx.export(
            model, tuple(inputs.values()), file, dynamo=False, opset_version=17, input_names=list(inputs),
            output_names=outputs, dynamic_axes={key: {0: "batch"} for key in inputs},
        )
        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        found = session.run(outputs, {key: value.numpy() for key, value in inputs.items()})
        numbers = [value.numpy().ravel() for value in inputs.values()] + [value.ravel() for value in found]
        file.with_suffix(".bin").write_bytes(np.concatenate(numbers).astype("<f4").tobytes())


def prepare(model):
    """Statistics and slopes that are not the ones a model starts from."""
    model.eval()
    for module in model.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 2)
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
        kinds = (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.LayerNorm, nn.GroupNorm)
        if isinstance(module, kinds) and module.weight is not None:
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
        if isinstance(module, nn.PReLU):
            nn.init.uniform_(module.weight, 0.1, 0.5)


def export(model, inputs, file, exporter):
    outputs = ["y", "mean", "variance"] if isinstance(model, Variational) else ["y"]
    names = {"input_names": ["x"], "output_names": outputs}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        if exporter in ("legacy", "early"):
            operators = 17 if exporter == "legacy" else 13
            torch.onnx.export(
                model, (inputs,), file, dynamo=False, dynamic_axes=BATCH, opset_version=operators, **names
            )
        elif exporter == "one":  # a batch of one, as examples on the web have it
            torch.onnx.export(model, (inputs[:1],), file, dynamo=False, opset_version=13, **names)
        else:
            free = ({0: torch.export.Dim("batch")},)
            torch.onnx.export(model, (inputs,), file, dynamo=True, dynamic_shapes=free, external_data=False, **names)


def write(folder, wanted, exporters):
    folder.mkdir(parents=True, exist_ok=True)
    for name, (model, shape, *whole) in models().items():
        prepare(model)
        inputs = torch.randint(whole[0], (SAMPLES, *shape)).float() if whole else torch.rand(SAMPLES, *shape)
        for exporter in exporters:
            if wanted and (name, exporter) not in wanted:
                continue
            if exporter in WITHOUT.get(name, ()):
                continue
            file = folder / f"{name}.{exporter}.onnx"
            export(model, inputs, file, exporter)
            fed = inputs[:1] if exporter == "one" else inputs
            session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
            outputs = session.run(["y"], {"x": fed.numpy()})[0]
            both = np.concatenate([fed.numpy().ravel(), outputs.ravel()]).astype("<f4")
            file.with_suffix(".bin").write_bytes(both.tobytes())
            print(file.name, file.stat().st_size)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--fixtures", nargs="*")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    torch.manual_seed(7)
    if arguments.fixtures:
        write(FIXTURES, {(name, "legacy") for name in arguments.fixtures}, ["legacy"])
    elif arguments.fixtures is not None:
        early = {(name, "early") for name in ("layer_norms", "clip")}
        write(FIXTURES, {(name, "legacy") for name in models()} | early, ["legacy", "early"])
        write_several(FIXTURES)
        beside = FIXTURES / "external"
        beside.mkdir(exist_ok=True)
        model = onnx.load(FIXTURES / "dense.legacy.onnx")
        (beside / "weights.data").unlink(missing_ok=True)
        onnx.save_model(
            model, beside / "dense.onnx", save_as_external_data=True, location="weights.data", size_threshold=0
        )
    else:
        write(arguments.folder, None, ["legacy", "early", "one", "dynamo"])


main()

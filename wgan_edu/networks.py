r"""The two networks of a GAN: a generator $g_\theta(z)$ and a critic $f_w(x)$, perceptrons or convolutions.

Three hidden layers of 64 ReLU units and a noise of dimension 2 are enough for every toy distribution of
the course. Square pictures, as rows of pixels, have convolutions: the critic halves the side at each layer,
the generator doubles it. There are no stochastic layers and no batch normalization: a critic's answer at a
point must depend on that point alone, or a gradient penalty means something else.

Taught in: 09_wgan, 11_images_on_gpu (convolutions).
Source: Gulrajani et al. 2017, section 4 (no batch normalization in the critic); the toy networks of the
WGAN-GP repository, here with 64 units a layer in place of 512.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

import torch
from torch import nn

from wgan_edu.checking import checked, whole_number
from wgan_edu.seeding import hashed_seed

__all__ = [
    "NETWORKS",
    "Critic",
    "Generator",
    "conv_critic",
    "conv_generator",
    "mlp_critic",
    "mlp_generator",
]

Network = TypeVar("Network", "Generator", "Critic")


class Generator(nn.Sequential):
    r"""$g_\theta$: noise (B, z_dim) to points (B, d).

    With labels, $g_\theta(z, y)$: the last `n_labels` columns of the noise are a one-hot label, and those of
    the answer are that same label, so that a labeled sample is one point of d columns throughout.

    Taught in: 09_wgan, 12_conditional_and_controllable (labels).
    """

    def __init__(self, *layers: nn.Module, n_labels: int = 0) -> None:
        super().__init__(*layers)
        self.n_labels = n_labels

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """One point for each noise, shape (B, d)."""
        x = z
        for layer in self:
            x = layer(x)
        return torch.cat([x, z[:, -self.n_labels :]], dim=1) if self.n_labels else x


class Critic(nn.Sequential):
    r"""$f_w$: points (B, d) to one number each, shape (B,), high on real. Its last layer has one unit.

    With labels, $f_w(x, y)$: the last `n_labels` columns are a one-hot label. The critic shall have slope 1
    in x for each label, so its gradient with respect to the label is cut off: a gradient penalty sees the
    gradient in x alone.

    Taught in: 09_wgan, 12_conditional_and_controllable (labels).
    """

    def __init__(self, *layers: nn.Module, n_labels: int = 0) -> None:
        super().__init__(*layers)
        self.n_labels = n_labels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One number for each point, shape (B,)."""
        if self.n_labels:
            x = torch.cat([x[:, : -self.n_labels], x[:, -self.n_labels :].detach()], dim=1)
        for layer in self:
            x = layer(x)
        return x.squeeze(-1)  # from (B, 1)


@checked(z_dim=whole_number(1), data_dim=whole_number(1), n_labels=whole_number(0))
def mlp_generator(
    z_dim: int, data_dim: int, hidden: Sequence[int] = (64, 64, 64), seed: int = 0, n_labels: int = 0
) -> Generator:
    r"""A perceptron from noise to points, with torch's default initialization.

    Args:
        z_dim: dimension of the noise, at least 1.
        data_dim: dimension d of the points without their label, at least 1.
        hidden: units of each hidden layer. Default three of 64.
        seed: any integer; the global random streams are left as they are. Default 0.
        n_labels: columns of a one-hot label, after those of noise and points. Default 0.

    Returns:
        A `Generator`, (B, z_dim + n_labels) to (B, d + n_labels), float32.

    Raises:
        ValueError: if a dimension is not a whole number of at least 1.

    Taught in: 09_wgan.
    """
    return _build(Generator, [z_dim + n_labels, *hidden, data_dim], n_labels, seed)


@checked(data_dim=whole_number(1), n_labels=whole_number(0))
def mlp_critic(
    data_dim: int, hidden: Sequence[int] = (64, 64, 64), seed: int = 0, n_labels: int = 0
) -> Critic:
    r"""A perceptron from points to one number, with torch's default initialization.

    Args:
        data_dim: dimension d of the points without their label, at least 1.
        hidden: units of each hidden layer. Default three of 64.
        seed: any integer; the global random streams are left as they are. Default 0.
        n_labels: columns of a one-hot label, after those of the points. Default 0.

    Returns:
        A `Critic`, (B, d + n_labels) to (B,), float32.

    Raises:
        ValueError: if the dimension is not a whole number of at least 1.

    Taught in: 09_wgan.
    """
    return _build(Critic, [data_dim + n_labels, *hidden, 1], n_labels, seed)


@checked(z_dim=whole_number(1), data_dim=whole_number(1), n_labels=whole_number(0))
def conv_generator(
    z_dim: int, data_dim: int, hidden: Sequence[int] = (32, 64), seed: int = 0, n_labels: int = 0
) -> Generator:
    r"""Noise to square pictures, as rows of pixels from 0 to 1: a `conv_critic` run backward.

    The noise becomes a small picture of many channels; at each further layer the picture is enlarged, each
    pixel repeated, and convolved. A sigmoid ends it, as brightness is bounded: without it the critic would
    spend itself on numbers that no picture has.

    Args:
        z_dim: dimension of the noise, at least 1.
        data_dim: pixels of a picture without the label, a square such as 64 or 784.
        hidden: channels, from the large pictures to the small. Default 32 and 64.
        seed: any integer; the global random streams are left as they are. Default 0.
        n_labels: columns of a one-hot label, after those of noise and points. Default 0.

    Returns:
        A `Generator`, (B, z_dim + n_labels) to (B, data_dim + n_labels), float32.

    Raises:
        ValueError: if a dimension is not a whole number of at least 1, or data_dim is not a square.

    Source: Radford, Metz and Chintala 2016, without batch normalization; Odena, Dumoulin and Olah 2016
    (enlarge, then convolve). Taught in: 11_images_on_gpu.
    """
    sides = _sides(data_dim, hidden)

    def layers() -> list[nn.Module]:
        small, channels = sides[-1], hidden[-1]
        made: list[nn.Module] = [nn.Linear(z_dim + n_labels, channels * small**2), nn.ReLU()]
        made += [nn.Unflatten(1, (channels, small, small))]
        for side, (n_out, n_in) in zip(sides[-2::-1], reversed([*pairwise([1, *hidden])]), strict=True):
            made += [nn.Upsample(side), nn.Conv2d(n_in, n_out, 3, padding=1), nn.ReLU()]
        return [*made[:-1], nn.Sigmoid(), nn.Flatten()]

    return _seeded(Generator, layers, n_labels, seed)


@checked(data_dim=whole_number(1), n_labels=whole_number(0))
def conv_critic(data_dim: int, hidden: Sequence[int] = (32, 64), seed: int = 0, n_labels: int = 0) -> Critic:
    r"""Square pictures, as rows of pixels, to one number each; a label becomes planes beside the picture.

    Args:
        data_dim: pixels of a picture without the label, a square such as 64 or 784.
        hidden: channels of each convolution, each of which halves the side. Default 32 and 64.
        seed: any integer; the global random streams are left as they are. Default 0.
        n_labels: columns of a one-hot label, after those of the points. Default 0.

    Returns:
        A `Critic`, (B, data_dim + n_labels) to (B,), float32.

    Raises:
        ValueError: if data_dim is not the square of a whole number of at least 1.

    Source: Radford, Metz and Chintala 2016, without batch normalization, as Gulrajani et al. 2017, section 4,
    ask. Taught in: 11_images_on_gpu, 12_conditional_and_controllable (label planes).
    """
    sides = _sides(data_dim, hidden)

    def layers() -> list[nn.Module]:
        made: list[nn.Module] = [_Planes(sides[0])]
        for n_in, n_out in pairwise([1 + n_labels, *hidden]):
            made += [nn.Conv2d(n_in, n_out, 3, stride=2, padding=1), nn.LeakyReLU(0.2)]
        return [*made, nn.Flatten(), nn.Linear(hidden[-1] * sides[-1] ** 2, 1)]

    return _seeded(Critic, layers, n_labels, seed)


class _Planes(nn.Module):
    """Rows of side^2 pixels, then labels, to pictures (B, 1 + n_labels, side, side)."""

    def __init__(self, side: int) -> None:
        super().__init__()
        self.side = side

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pixels, labels = x[:, : self.side**2], x[:, self.side**2 :, None, None]
        picture = pixels.reshape(-1, 1, self.side, self.side)
        return torch.cat([picture, labels.expand(-1, -1, self.side, self.side)], dim=1)


def _sides(data_dim: int, hidden: Sequence[int]) -> list[int]:
    """The side of the picture, and of what each convolution of stride 2 leaves of it."""
    side = math.isqrt(data_dim)
    if side**2 != data_dim:
        raise ValueError(f"data_dim must be the square of a picture's side; got {data_dim}.")
    sides = [side]
    for _ in hidden:
        sides.append((sides[-1] + 1) // 2)
    return sides


def _mlp(
    z_dim: int, data_dim: int, hidden: Sequence[int], seed: int, n_labels: int
) -> tuple[Generator, Critic]:
    generator = mlp_generator(z_dim, data_dim, hidden, seed, n_labels)
    return generator, mlp_critic(data_dim, hidden, seed, n_labels)


def _conv(
    z_dim: int, data_dim: int, hidden: Sequence[int], seed: int, n_labels: int
) -> tuple[Generator, Critic]:
    generator = conv_generator(z_dim, data_dim, hidden, seed, n_labels)
    return generator, conv_critic(data_dim, hidden, seed, n_labels)


# What a configuration calls by name: a function of (z_dim, data_dim, hidden, seed, n_labels).
NETWORKS = {"mlp": _mlp, "conv": _conv}


def _build(kind: type[Network], sizes: Sequence[int], n_labels: int, seed: int) -> Network:
    """Linear layers of these sizes with ReLU between them."""

    def layers() -> list[nn.Module]:
        made: list[nn.Module] = []
        for n_in, n_out in pairwise(sizes):
            made += [nn.Linear(n_in, n_out), nn.ReLU()]
        return made[:-1]

    return _seeded(kind, layers, n_labels, seed)


def _seeded(kind: type[Network], layers: Callable[[], list[nn.Module]], n_labels: int, seed: int) -> Network:
    """A network of layers that are made, and so initialized, from a random stream of their own."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(hashed_seed(seed, 0, kind.__name__, 0))
        return kind(*layers(), n_labels=n_labels)

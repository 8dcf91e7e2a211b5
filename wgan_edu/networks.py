r"""The two networks of a GAN: a generator $g_\theta(z)$ and a critic $f_w(x)$, here plain perceptrons.

Three hidden layers of 64 ReLU units and a noise of dimension 2 are enough for every toy distribution of
the course. There are no stochastic layers and no batch normalization: a critic's answer at a point must
depend on that point alone, or a gradient penalty means something else.

Taught in: 09_wgan.
Source: Gulrajani et al. 2017, section 4 (no batch normalization in the critic); the toy networks of the
WGAN-GP repository, here with 64 units a layer in place of 512.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import torch
from torch import nn

from wgan_edu.checking import checked, whole_number
from wgan_edu.seeding import hashed_seed

__all__ = ["Critic", "Generator", "mlp_critic", "mlp_generator"]

Network = TypeVar("Network", bound=nn.Sequential)


class Generator(nn.Sequential):
    r"""$g_\theta$: noise (B, z_dim) to points (B, d).

    Taught in: 09_wgan.
    """


class Critic(nn.Sequential):
    r"""$f_w$: points (B, d) to one number each, shape (B,), high on real. Its last layer has one unit.

    Taught in: 09_wgan.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One number for each point, shape (B,)."""
        for layer in self:
            x = layer(x)
        return x.squeeze(-1)  # from (B, 1)


@checked(z_dim=whole_number(1), data_dim=whole_number(1))
def mlp_generator(
    z_dim: int, data_dim: int, hidden: Sequence[int] = (64, 64, 64), seed: int = 0
) -> Generator:
    r"""A perceptron from noise to points, with torch's default initialization.

    Args:
        z_dim: dimension of the noise, at least 1.
        data_dim: dimension d of the points, at least 1.
        hidden: units of each hidden layer. Default three of 64.
        seed: any integer; the global random streams are left as they are. Default 0.

    Returns:
        A `Generator`, (B, z_dim) to (B, d), float32.

    Raises:
        ValueError: if a dimension is not a whole number of at least 1.

    Taught in: 09_wgan.
    """
    return _build(Generator, [z_dim, *hidden, data_dim], seed)


@checked(data_dim=whole_number(1))
def mlp_critic(data_dim: int, hidden: Sequence[int] = (64, 64, 64), seed: int = 0) -> Critic:
    r"""A perceptron from points to one number, with torch's default initialization.

    Args:
        data_dim: dimension d of the points, at least 1.
        hidden: units of each hidden layer. Default three of 64.
        seed: any integer; the global random streams are left as they are. Default 0.

    Returns:
        A `Critic`, (B, d) to (B,), float32.

    Raises:
        ValueError: if the dimension is not a whole number of at least 1.

    Taught in: 09_wgan.
    """
    return _build(Critic, [data_dim, *hidden, 1], seed)


def _build(kind: type[Network], sizes: Sequence[int], seed: int) -> Network:
    """Linear layers of these sizes with ReLU between them, from a stream of their own."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(hashed_seed(seed, 0, kind.__name__, 0))
        layers: list[nn.Module] = []
        for n_in, n_out in pairwise(sizes):
            layers += [nn.Linear(n_in, n_out), nn.ReLU()]
        return kind(*layers[:-1])

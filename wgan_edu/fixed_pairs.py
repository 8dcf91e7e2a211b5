r"""One critic, two samples that stay: training without a generator, where exact W1 is known.

Four pairs, each harder than the one before: a Gaussian and its shifted copy, the grid of 25 against a
Gaussian, the grid against a grid shifted by half a cell, and real handwritten digits, 3 against 8. What a
critic reaches on them can be held against the exact W1 of the same two samples.

Taught in: 08_lipschitz_critics.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from wgan_edu.checking import Array, checked, one_of, whole_number
from wgan_edu.data import digits, grid_of_25
from wgan_edu.lipschitz import Constraint
from wgan_edu.looking import eval_mode, tensor_for
from wgan_edu.seeding import counter_generator
from wgan_edu.training import critic_gap, critic_loss
from wgan_edu.transport import certify, w1_exact

__all__ = ["PAIRS", "Pair", "Verdict", "fixed_pair", "judge", "train_critic"]

PAIRS = ("shift", "grid", "shifted grid", "digits")
HALF_CELL = 1 / 2.828  # the modes of the grid are 2 / 2.828 apart


@dataclass(frozen=True, eq=False)
class Pair:
    r"""Two samples, real and fake, and the exact distance between them.

    Attributes:
        x: (n, d) the real sample.
        y: (m, d) the fake one.
        w1: exact W1 of these two samples, of the linear program: not of the laws behind them.
    """

    x: Array
    y: Array
    w1: float


@checked(name=one_of(*PAIRS), n=whole_number(2))
def fixed_pair(name: str, seed: int = 0, n: int = 1000) -> Pair:
    r"""Draw one of the four pairs.

    Args:
        name: "shift": $N(0, I)$ against $N((2, 0), I)$ in the plane, W1 of the laws 2. "grid": `grid_of_25`
            against $N(0, I)$, which has the same mean and nearly the same covariance. "shifted grid": the
            grid against a new sample of it, shifted by half a cell along both axes. "digits": all the
            handwritten 3 against all 8, where the seed chooses nothing.
        seed: any integer of at least 0. Default 0.
        n: points a side, at least 2; the digits are as many as there are. Default 1,000.

    Returns:
        A `Pair` with fields x, y and w1.

    Raises:
        ValueError: if there is no pair of that name, or n is below 2.

    Taught in: 08_lipschitz_critics.
    """
    rng = np.random.default_rng([seed, PAIRS.index(name)])
    if name == "digits":
        x, y = digits().of_class(3), digits().of_class(8)
    elif name == "shift":
        x, y = rng.standard_normal((n, 2)), rng.standard_normal((n, 2)) + np.array([2, 0])
    else:
        x = grid_of_25().sample(n, rng)
        y = rng.standard_normal((n, 2)) if name == "grid" else grid_of_25().sample(n, rng) + HALF_CELL
    return Pair(x, y, w1_exact(x, y))


def train_critic(
    critic: nn.Module,
    constraint: Constraint,
    x: Array,
    y: Array,
    steps: int = 300,
    lr: float = 5e-3,
    batch_size: int = 256,
    betas: tuple[float, float] = (0.0, 0.9),
    decay_from: float = 0.5,
    seed: int = 0,
) -> Iterator[float]:
    r"""Train a critic on two fixed samples, batch by batch, and give the gap of each batch.

    Each step draws a batch from either sample with replacement, descends `critic_loss` with the constraint's
    penalty by Adam, and lets the constraint move the weights back.

    Args:
        critic: the network, already wrapped by the constraint; it is changed in place.
        constraint: whose penalty and projection to use.
        x: (n, d) real points.
        y: (m, d) fake points.
        steps: how many. Default 300.
        lr: Adam's learning rate. Default 5e-3.
        batch_size: points a side in each step; all of a sample that has no more. Default 256.
        betas: Adam's. Default (0.0, 0.9): Gulrajani 2017.
        decay_from: the share of the steps after which the learning rate falls linearly to 0. Default 0.5.
        seed: of the batches. Default 0.

    Yields:
        mean f(real) - mean f(fake) over the batch, before the step. Nothing runs until it is asked for.

    Source: Gulrajani et al. 2017, Algorithm 1, lines 3 to 9. Taught in: 08_lipschitz_critics.
    """
    optimizer = torch.optim.Adam(critic.parameters(), lr=lr, betas=betas)
    stream = counter_generator(seed, 0, "fixed pair", 0)
    all_real, all_fake = tensor_for(critic, x), tensor_for(critic, y)
    for step in range(steps):
        left = (1 - step / steps) / max(1 - decay_from, 1e-9)  # of the part in which the rate falls
        optimizer.param_groups[0]["lr"] = lr * min(1.0, left)
        real, fake = _batch(all_real, batch_size, stream), _batch(all_fake, batch_size, stream)
        mix = torch.rand(len(real), generator=stream)
        f_real, f_fake = critic(torch.cat([real, fake])).split([len(real), len(fake)])
        loss = critic_loss(f_real, f_fake, constraint.penalty(critic, real, fake, mix))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        constraint.project_(critic)
        yield critic_gap(f_real, f_fake).item()


def _batch(points: torch.Tensor, size: int, stream: torch.Generator) -> torch.Tensor:
    """Draw with replacement; a size of at least the sample's is the sample itself."""
    if size >= len(points):
        return points
    return points[torch.randint(len(points), (size,), generator=stream)]


@dataclass(frozen=True)
class Verdict:
    r"""What a critic says of two samples, and what it proves.

    Attributes:
        raw: mean f(x) - mean f(y), its own estimate; a lower bound of W1 only if its slope is at most 1.
        certified: the largest lower bound of the samples' W1 that it yields, whatever its slope.
        w1: exact W1 of the samples. The truth about them is in [certified, w1], and is its right end.
    """

    raw: float
    certified: float
    w1: float


def judge(critic: nn.Module, pair: Pair) -> Verdict:
    """Hold a critic against the exact W1 of a pair.

    Args:
        critic: a torch module, called in eval mode.
        pair: a `Pair`.

    Returns:
        A `Verdict` with fields raw, certified and w1.

    Taught in: 08_lipschitz_critics.
    """
    with eval_mode(critic), torch.no_grad():
        f_x, f_y = (critic(tensor_for(critic, points)).double() for points in (pair.x, pair.y))
    return Verdict(critic_gap(f_x, f_y).item(), certify(critic, pair.x, pair.y).value, pair.w1)

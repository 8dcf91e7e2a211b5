r"""What the critic lab shows: a critic that trains on two fixed samples, frame by frame. No widget is needed.

A `Frame` is one moment: the raw estimate and the certified lower bound beside the exact W1 of the very same
points, and how steep the critic is on a grid over the plane. Looking changes nothing.

Taught in: 08_lipschitz_critics.
"""

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from wgan_edu.checking import Array, one_of
from wgan_edu.fixed_pairs import fixed_pair, judge, train_critic
from wgan_edu.lipschitz import (
    Constraint,
    GradientPenalty,
    OrthonormalGroupSort,
    SpectralNormalization,
    WeightClipping,
    WeightNormalization,
    input_gradients,
)
from wgan_edu.networks import mlp_critic
from wgan_edu.normalization import Cones

__all__ = ["CHOICES", "Choice", "CriticFrame", "CriticRun"]

N_POINTS = 256  # a side
GRID = 36  # places along each side of the square
LAST_STEP = 600
MOST_FRAMES = 300


class Choice(NamedTuple):
    """A constraint, and the learning rate and hidden layers that go with it; no layers means cones."""

    constraint: Constraint
    lr: float = 5e-3
    hidden: tuple[int, ...] = (64, 64, 64)


CHOICES = {
    "none": Choice(Constraint()),
    "clipping at 0.01": Choice(WeightClipping(0.01)),
    "clipping at 0.1": Choice(WeightClipping(0.1)),
    "Frobenius norm 1": Choice(WeightNormalization("frobenius")),
    "row norm 1": Choice(WeightNormalization("row")),
    "spectral norm 1": Choice(SpectralNormalization()),
    "orthonormal, GroupSort": Choice(OrthonormalGroupSort(), 2e-2, (32, 32)),
    "penalty, two-sided": Choice(GradientPenalty(10.0)),
    "penalty, one-sided": Choice(GradientPenalty(10.0, one_sided=True)),
    "penalty at data": Choice(GradientPenalty(10.0, at="data")),
    "cones": Choice(Constraint(), 3e-2, ()),
}


@dataclass(frozen=True, eq=False)
class CriticFrame:
    r"""One moment of a run.

    Attributes:
        step: critic steps done so far.
        raw: mean f(x) - mean f(y) over all points.
        certified: the largest lower bound on W1 that the critic yields.
        norms: (k, k) $\|\nabla f\|_2$ on a grid over the square, rows from bottom to top.
        mean_norm: its mean over the points of both samples.
    """

    step: int
    raw: float
    certified: float
    norms: Array
    mean_norm: float


class CriticRun:
    r"""A critic on a fixed pair with its recorded frames: what the buttons of the lab call.

    Args:
        pair: "shift", "grid" or "shifted grid"; 256 points a side. Default "grid".
        choice: a name of `CHOICES`. Default "clipping at 0.01".
        seed: of the samples, the network and the batches. Default 0.

    Raises:
        ValueError: if there is no such pair in the plane, or no such choice.

    Attributes:
        pair: the `Pair`, with its exact w1.
        choice: the name of the constraint.
        critic: the network; yours to look at.
        frames: the recorded frames, oldest first; the last one is the latest.

    Taught in: 08_lipschitz_critics.
    """

    def __init__(self, pair: str = "grid", choice: str = "clipping at 0.01", seed: int = 0) -> None:
        one_of("shift", "grid", "shifted grid")("pair", pair, {})
        self.pair, self.seed = fixed_pair(pair, seed, N_POINTS), seed
        both = np.concatenate([self.pair.x, self.pair.y])
        low, high = both.min(axis=0), both.max(axis=0)
        self.center, self.half_width = (low + high) / 2, float(0.55 * (high - low).max())
        side = np.linspace(-self.half_width, self.half_width, GRID)
        self.grid = self.center + np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        self.choose(choice)

    def choose(self, choice: str) -> CriticFrame:
        """Begin again under another constraint: a fresh critic, the same points."""
        one_of(*CHOICES)("choice", choice, {})
        self.choice = choice
        constraint, lr, hidden = CHOICES[choice]
        self.critic = self._untrained(constraint, hidden)
        x, y, betas = self.pair.x, self.pair.y, (0.0, 0.9) if hidden == (64, 64, 64) else (0.9, 0.99)
        self._steps = train_critic(self.critic, constraint, x, y, LAST_STEP, lr, betas=betas, seed=self.seed)
        self.step = 0
        self.frames = [self._look()]
        return self.frames[-1]

    def advance(self, steps: int = 10, budget: float = float("inf")) -> CriticFrame:
        """Train for some steps or some seconds, whichever is over first; after the last step stand still."""
        end = time.perf_counter() + budget
        before = self.step
        for _ in range(steps):
            if next(self._steps, None) is None:
                break
            self.step += 1
            if time.perf_counter() >= end:
                break
        if self.step > before:
            self.frames = [*self.frames[: MOST_FRAMES - 1], self._look()]
        return self.frames[-1]

    @property
    def done(self) -> bool:
        """Whether the last step is taken."""
        return self.step >= LAST_STEP

    def trace(self) -> Array:
        """The numbers of the recorded frames as rows: step, raw, certified."""
        return np.array([[frame.step, frame.raw, frame.certified] for frame in self.frames]).T

    def _untrained(self, constraint: Constraint, hidden: tuple[int, ...]) -> nn.Module:
        if hidden:
            return constraint.wrap(mlp_critic(2, hidden, self.seed))
        every_other = np.concatenate([self.pair.x, self.pair.y])[::2]
        return Cones(torch.as_tensor(every_other, dtype=torch.float32))

    def _look(self) -> CriticFrame:
        verdict = judge(self.critic, self.pair)
        both = np.concatenate([self.grid, self.pair.x, self.pair.y])
        norms = np.linalg.norm(input_gradients(self.critic, both), axis=1)
        there, at_points = norms[: len(self.grid)], norms[len(self.grid) :]
        return CriticFrame(
            step=self.step,
            raw=verdict.raw,
            certified=verdict.certified,
            norms=there.reshape(GRID, GRID),
            mean_norm=float(at_points.mean()),
        )

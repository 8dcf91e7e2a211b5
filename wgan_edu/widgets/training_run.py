r"""What the training player shows: a run of two-dimensional data, frame by frame. No widget is needed for it.

A `Frame` is what a learner sees at one moment: generated points, the critic's values on a grid, where the
generator's loss pushes each point, and the critic gap beside the exact W1 of the very same points. Looking
changes nothing: the run of a player has the bits of a run that nobody watches.

Taught in: 00_start_here, 09_wgan, 10_wgan_gp (choices).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from wgan_edu.checking import Array, one_of, points
from wgan_edu.data import ring_of_8
from wgan_edu.looking import eval_mode, off_torch, tensor_for, values_at
from wgan_edu.metrics import mode_coverage
from wgan_edu.training import (
    LOSSES,
    PRESETS,
    TrainConfig,
    TrainState,
    critic_step,
    generator_step,
    train,
)
from wgan_edu.transport import certify, w1_exact

__all__ = ["Frame", "TrainingRun"]

N_POINTS = 256  # a side; exact W1 of 256 against 256 takes about 10 ms
N_ARROWS = 64
GRID = 40  # critic values along each side of the square
SOLVE_EVERY = 4  # recorded frames from one exact W1 to the next
MOST_FRAMES = 240  # then every second one is forgotten, and every second one to come is not recorded
REAL_SEED, OTHER_SEED, NOISE_SEED = 1, 2, 3  # of the fixed points that every frame looks at


@dataclass(frozen=True, eq=False)
class Frame:
    r"""One moment of a run.

    Attributes:
        generator_steps: done so far.
        critic_steps: done so far.
        seconds: spent in steps so far.
        fake: (n, 2) generated points, of the same noise in every frame.
        arrows: (m, 2) $-n \nabla_{\tilde x_i} L_G$ for the first m of them: the push that the generator's
            loss gives to each. For a WGAN it is $\nabla f(\tilde x_i)$, of length 1 for an ideal critic.
        surface: (k, k) the critic on a grid over the square, rows from bottom to top.
        gap: mean f(real) - mean f(fake) over the fixed real points and these fakes.
        w1: exact W1 of the same points; NaN where it was not solved.
        certified: the largest lower bound on it that the critic yields; NaN where it was not solved.
        push: mean length of the arrows.
        modes: modes with at least one of these points within three sigma; -1 where the data has no modes.
    """

    generator_steps: int
    critic_steps: int
    seconds: float
    fake: Array
    arrows: Array
    surface: Array
    gap: float
    w1: float
    certified: float
    push: float
    modes: int


class TrainingRun:
    r"""A run with its recorded frames: what the buttons of the player call.

    Args:
        config: a `TrainConfig`. Default the first of the choices, or `PRESETS["live"]`.
        data: two-dimensional data, as `TrainState.create` takes it. Default `ring_of_8()`.
        choices: configurations by name, such as one for each constraint, to choose from. Default none.

    Raises:
        ValueError: if the data is not two-dimensional, or is all one point.

    Attributes:
        state: the `TrainState`; yours to look at, and to go on with in a cell.
        choices: as given.
        choice: the name of the configuration, if it is one of the choices, else "".
        real: (n, 2) the fixed real points that exact W1 compares with.
        floor: exact W1 of two samples of the data, n a side: about what a perfect generator would get.
        center, half_width: the square that is shown.
        frames: the recorded frames, oldest first.
        current: the latest frame.

    Taught in: 09_wgan.
    """

    def __init__(
        self,
        config: TrainConfig | None = None,
        data: Any = None,
        choices: Mapping[str, TrainConfig] | None = None,
    ) -> None:
        self.choices = dict(choices or {})
        self.config = config or next(iter(self.choices.values()), PRESETS["live"])
        self.choice = next((name for name, one in self.choices.items() if one == self.config), "")
        self.data = ring_of_8() if data is None else data
        self.real = _plane(self.data.sample(N_POINTS, REAL_SEED))
        self.floor = w1_exact(self.real, _plane(self.data.sample(N_POINTS, OTHER_SEED)))
        low, high = self.real.min(axis=0), self.real.max(axis=0)
        self.center = (low + high) / 2
        self.half_width = float(0.7 * (high - low).max())
        if self.half_width == 0:
            raise ValueError("data must spread over the plane to be shown; got samples at a single point.")
        side = np.linspace(-self.half_width, self.half_width, GRID)
        self.grid = self.center + np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        self.reset()

    # What the buttons do.

    def reset(self) -> Frame:
        """Begin again: fresh networks with the same seed, no frames but the first."""
        self.state = TrainState.create(self.config, self.data)
        self.frames: list[Frame] = []
        self._seen, self._stride = 0, 1
        return self._look(solve=True)

    def choose(self, name: str) -> Frame:
        """Begin again with one of the choices.

        Raises:
            ValueError: if it is none of them.
        """
        self.choice = one_of(*self.choices)("choice", name, {})
        self.config = self.choices[name]
        return self.reset()

    def critic_step(self) -> Frame:
        """One step of the critic."""
        critic_step(self.state)
        return self._look(solve=True)

    def generator_step(self) -> Frame:
        """One step of the generator, by the critic as it is."""
        generator_step(self.state)
        return self._look(solve=True)

    def advance(self, steps: int = 10, budget: float = float("inf")) -> Frame:
        """Train as `train` does, for some generator steps or some seconds, whichever is over first.

        Args:
            steps: generator steps at most. Default 10.
            budget: seconds; at least one step is taken. Default no limit.

        Returns:
            The frame after them; nothing changes once the steps of the configuration are done.
        """
        if self.done:
            return self.current
        end = time.perf_counter() + budget
        for step in train(self.state):
            steps -= 1
            if steps <= 0 or time.perf_counter() >= end or step.step == self.config.generator_steps:
                break
        return self._look(solve=self.done)

    @property
    def done(self) -> bool:
        """Whether all generator steps of the configuration are taken."""
        return self.state.generator_steps >= self.config.generator_steps

    @property
    def mode_count(self) -> int:
        """How many modes the data has, 0 if it is not a mixture of Gaussians."""
        return len(getattr(self.data, "centers", ()))

    # Looking.

    def _look(self, solve: bool) -> Frame:
        """Make the frame of this moment, and record it."""
        on_stride = self._seen % self._stride == 0
        on_turn = self._seen % (SOLVE_EVERY * self._stride) == 0
        self.current = self._frame(solve or on_turn)
        self._seen += 1
        if solve or on_stride:
            self.frames.append(self.current)
        if len(self.frames) >= MOST_FRAMES:
            self.frames = self.frames[::2]
            self._stride *= 2
        return self.current

    def _frame(self, solve: bool) -> Frame:
        state = self.state
        with state.lock:
            fake = state.sample(N_POINTS, NOISE_SEED, averaged=False)
            shown = (self.real, fake, self.grid)
            f_real, f_fake, surface = (values_at(state.critic, x).reshape(-1) for x in shown)
            arrows = self._pushes(fake)[:N_ARROWS]
            w1, certified = float("nan"), float("nan")
            if solve:
                w1 = w1_exact(self.real, fake)
                certified = certify(state.critic, self.real, fake).value
            return Frame(
                generator_steps=state.generator_steps,
                critic_steps=state.critic_steps,
                seconds=state.seconds,
                fake=fake,
                arrows=arrows,
                surface=surface.reshape(GRID, GRID),
                gap=float(f_real.mean() - f_fake.mean()),
                w1=w1,
                certified=certified,
                push=float(np.linalg.norm(arrows, axis=1).mean()),
                modes=self._modes(fake),
            )

    def _pushes(self, points: Array) -> Array:
        critic = self.state.critic
        x = tensor_for(critic, points).requires_grad_()
        with eval_mode(critic), torch.enable_grad():
            loss = LOSSES[self.config.loss].generator(critic(x))
            [gradient] = torch.autograd.grad(loss, x)
        return np.asarray(-len(points) * off_torch(gradient))

    def _modes(self, fake: Array) -> int:
        if not self.mode_count:
            return -1
        return int(mode_coverage(fake, self.data.centers, self.data.sigma).modes)

    def trace(self) -> Array:
        """The numbers of all recorded frames and the latest, as rows: steps, gap, w1, certified, modes."""
        shown = self.frames if self.frames[-1] is self.current else [*self.frames, self.current]
        return np.array([[f.generator_steps, f.gap, f.w1, f.certified, f.modes] for f in shown]).T


def _plane(sample: Any) -> Array:
    plane = points("data.sample(n, seed)", off_torch(sample), {})
    if plane.shape[1] != 2:
        raise ValueError(f"data must be points of the plane, (n, 2), to be shown; got shape {plane.shape}.")
    return plane

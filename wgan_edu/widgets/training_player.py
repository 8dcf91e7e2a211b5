"""The training player: a WGAN that learns in front of you, step by step or at full speed.

The drawing is in `training_player.js`; what is drawn, and what the buttons do, in `training_run.py`.

Taught in: 00_start_here, 09_wgan, 10_wgan_gp (choices).
"""

import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wgan_edu import checkpoint
from wgan_edu.training import TrainConfig
from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.recorded import SURFACE, Film, Kept, Recording
from wgan_edu.widgets.training_run import Frame, TrainingRun

__all__ = ["TrainingPlayer"]

Answer = dict[str, Any]
# What a recording holds, all choices together: frames of a run, and steps of either network that it may cost.
FRAMES, WORK = 300, 8_000
IN_TURN = 6  # rounds at the beginning whose single steps are recorded
NO_CLOCK = {"seconds": None}  # two recordings are the same
BY_HAND = {
    0: (20, 20),
    200: (20, 60),
}  # after so many rounds: steps of the critic alone, of the generator alone


class TrainingPlayer(PulledWidget):
    """Play, pause, step the critic, step the generator, reset, choose constraint and speed, scrub the frames.

    The buttons call methods of `run`, and so can you: `player.run.critic_step()`, then press a button to
    see the new frame.

    Args:
        config: a `TrainConfig`. Default the first of the choices, or `PRESETS["live"]`.
        data: two-dimensional data with `sample(n, seed)`. Default `ring_of_8()`.
        choices: configurations by name, such as one for each constraint, to choose from. Default none.

    Raises:
        ValueError: if the data is not two-dimensional, or is all one point.

    Attributes:
        run: the `TrainingRun`, with its `state` and recorded `frames`.

    Taught in: 09_wgan.
    """

    _esm = joined("shared.js", "training_player.js")

    def __init__(
        self,
        config: TrainConfig | None = None,
        data: Any = None,
        choices: Mapping[str, TrainConfig] | None = None,
    ) -> None:
        self.run = TrainingRun(config, data, choices)
        super().__init__()

    @asked
    def now(self) -> Answer:
        """The latest frame, for a page that has just opened."""
        return self._answer(self.run.current)

    @asked
    def tick(self, steps: int, budget: float) -> Answer:
        """Train for some generator steps or some seconds, whichever is over first."""
        return self._answer(self.run.advance(int(steps), float(budget)))

    @asked
    def critic_step(self) -> Answer:
        """One step of the critic."""
        return self._answer(self.run.critic_step())

    @asked
    def generator_step(self) -> Answer:
        """One step of the generator."""
        return self._answer(self.run.generator_step())

    @asked
    def reset(self) -> Answer:
        """Begin again."""
        return self._answer(self.run.reset())

    @asked
    def choose(self, name: str) -> Answer:
        """Begin again with one of the choices."""
        return self._answer(self.run.choose(name))

    @asked
    def show(self, index: int) -> Answer:
        """A recorded frame; 0 is the first."""
        frames = self.run.frames
        return self._answer(frames[min(max(int(index), 0), len(frames) - 1)])

    def recorded(self) -> Recording:
        """Each choice from its first step on, with steps of one network alone at some places."""
        run = self.run
        film = Film("generator_steps", trace=("generator_steps", "gap", "w1", "certified", "modes"))
        self.run = TrainingRun(run.config, run.data, run.choices)
        try:
            names = [run.choice, *(name for name in run.choices if name != run.choice)]
            ends = [self._film(film, name, len(names)) for name in names]
        finally:
            self.run = run
        whole = min(ends) == run.config.generator_steps
        part = "whole" if whole else f"up to step {min(ends)} of {run.config.generator_steps}"
        return Recording(
            says=f"A recorded run, {part}. Open the notebook to train it yourself.",
            answers=film.answers,
            next=film.next(),
            kept={"fake": Kept(run.half_width / 1000), "arrows": Kept(1 / 64), "surface": SURFACE},
        )

    def _film(self, film: Film, name: str, count: int) -> int:
        """Record one of so many choices; gives the step at which the film ends."""
        first = self.choose(name) if name else self.reset()
        config = self.run.config
        last = min(config.generator_steps, WORK // count // (config.n_critic + 1))
        stride = math.ceil(last * count / FRAMES)
        film.reel(name, stride, first | NO_CLOCK, n_critic=config.n_critic)
        rounds = {*range(IN_TURN), *BY_HAND, *range(0, last, stride), last}
        for step in sorted(step for step in rounds if step <= last):
            if step:
                film.frame(self.tick(step - self.run.state.generator_steps, math.inf) | NO_CLOCK)
            shorter = 1 if count == 1 else 4
            alone = [steps // shorter for steps in BY_HAND.get(step, (0, 0))]
            if step < IN_TURN // shorter:
                alone[0] = max(alone[0], config.n_critic)
            for verb, steps in zip(("critic_step", "generator_step"), alone, strict=True):
                film.side(verb, [answer | NO_CLOCK for answer in self._alone(verb, steps)])
        return last

    def _alone(self, verb: str, steps: int) -> list[Answer]:
        """What so many steps of one network alone would answer now; then the run is as it was."""
        with tempfile.TemporaryDirectory() as folder:
            kept = checkpoint.save(self.run.state, Path(folder) / "run")
            answers = [getattr(self, verb)() for _ in range(steps)]
            self.run.state = checkpoint.load(kept, self.run.data)
        return answers

    def _answer(self, frame: Frame) -> Answer:
        run = self.run
        return {
            **{name: getattr(frame, name) for name in Frame.__dataclass_fields__},
            "trace": run.trace(),
            "frames": len(run.frames),
            "done": run.done,
            "last_step": run.config.generator_steps,
            "loss": run.config.loss,
            "choice": run.choice,
            "choices": list(run.choices),
            "real": run.real - run.center,
            "fake": frame.fake - run.center,
            "half_width": run.half_width,
            "center": run.center,
            "floor": run.floor,
            "mode_count": run.mode_count,
        }

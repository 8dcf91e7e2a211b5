"""The training player: a WGAN that learns in front of you, step by step or at full speed.

The drawing is in `training_player.js`; what is drawn, and what the buttons do, in `training_run.py`.

Taught in: 00_start_here, 09_wgan, 10_wgan_gp (choices).
"""

from collections.abc import Mapping
from typing import Any

from wgan_edu.training import TrainConfig
from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.training_run import Frame, TrainingRun

__all__ = ["TrainingPlayer"]

Answer = dict[str, Any]


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

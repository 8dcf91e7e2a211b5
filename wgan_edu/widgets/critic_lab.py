"""The critic lab: choose how a critic is held, and watch its estimate and its slopes as it trains.

The drawing is in `critic_lab.js`; what is drawn, and what the buttons do, in `critic_run.py`.

Taught in: 08_lipschitz_critics.
"""

from typing import Any

from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.critic_run import CHOICES, LAST_STEP, CriticFrame, CriticRun

__all__ = ["CriticLab"]

Answer = dict[str, Any]


class CriticLab(PulledWidget):
    """Choose a constraint, play, pause, step, begin again, on two samples with known exact W1.

    The buttons call methods of `run`, and so can you.

    Args:
        pair: "shift", "grid" or "shifted grid". Default "grid".
        choice: the constraint to begin with, a name of `critic_run.CHOICES`. Default "clipping at 0.01".
        seed: of everything random. Default 0.

    Raises:
        ValueError: if there is no such pair or constraint.

    Attributes:
        run: the `CriticRun`, with its `critic` and recorded `frames`.

    Taught in: 08_lipschitz_critics.
    """

    _esm = joined("shared.js", "critic_lab.js")

    def __init__(self, pair: str = "grid", choice: str = "clipping at 0.01", seed: int = 0) -> None:
        self.run = CriticRun(pair, choice, seed)
        super().__init__()

    @asked
    def now(self) -> Answer:
        """The latest frame, for a page that has just opened."""
        return self._answer(self.run.frames[-1])

    @asked
    def tick(self, steps: int, budget: float) -> Answer:
        """Train for some steps or some seconds, whichever is over first."""
        return self._answer(self.run.advance(int(steps), float(budget)))

    @asked
    def choose(self, name: str) -> Answer:
        """Begin again under a constraint."""
        return self._answer(self.run.choose(name))

    def _answer(self, frame: CriticFrame) -> Answer:
        run = self.run
        return {
            "step": frame.step,
            "raw": frame.raw,
            "certified": frame.certified,
            "norms": frame.norms,
            "mean_norm": frame.mean_norm,
            "w1": run.pair.w1,
            "trace": run.trace(),
            "done": run.done,
            "last_step": LAST_STEP,
            "choice": run.choice,
            "choices": list(CHOICES),
            "real": run.pair.x - run.center,
            "fake": run.pair.y - run.center,
            "half_width": run.half_width,
            "center": run.center,
        }

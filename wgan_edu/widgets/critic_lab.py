"""The critic lab: choose how a critic is held, and watch its estimate and its slopes as it trains.

The drawing is in `critic_lab.js`; what is drawn, and what the buttons do, in `critic_run.py`.

Taught in: 08_lipschitz_critics.
"""

from typing import Any

from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.critic_run import CHOICES, LAST_STEP, CriticFrame, CriticRun
from wgan_edu.widgets.recorded import Film, Kept, Recording

__all__ = ["CriticLab"]

Answer = dict[str, Any]
SINGLE, STRIDE = 5, 20  # steps from the first on that a recording has, and from frame to frame after them


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
        self._begun_with = pair, choice, seed
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

    def recorded(self) -> Recording:
        """Each constraint from the first step to the last."""
        film, run = Film("step", trace=("step", "raw", "certified")), self.run
        self.run = CriticRun(*self._begun_with)
        try:
            for name in sorted(CHOICES, key=lambda name: name != run.choice):
                film.reel(name, STRIDE, self.choose(name))
                for step in [*range(1, SINGLE), *range(STRIDE, LAST_STEP + 1, STRIDE)]:
                    film.frame(self.tick(step - self.run.step, float("inf")))
        finally:
            self.run = run
        return Recording(
            says=f"Recorded runs, every {STRIDE} steps. Open the notebook to train the critics yourself.",
            answers=film.answers,
            next=film.next(),
            kept={"norms": Kept(1 / 100, along=(2, 1, 0), most=2.5)},
        )

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

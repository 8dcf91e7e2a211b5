"""The dashboard of a run on pictures: what it makes, how its two gaps go, what it costs, how long it takes.

The drawing is in `dashboard.js`; what is drawn, and what the buttons do, in `image_run.py`.

Taught in: 11_images_on_gpu.
"""

import math
from pathlib import Path
from typing import Any

import torch

from wgan_edu.images import Images
from wgan_edu.training import TrainConfig
from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.image_run import ImageFrame, ImageRun
from wgan_edu.widgets.recorded import SHADES, Film, Recording

__all__ = ["Dashboard"]

Answer = dict[str, Any]
FRAMES, SINGLE = 120, 5  # of a recording: regular frames, and steps from the first on
NO_CLOCK = dict.fromkeys(("rate", "memory", "seconds_left"))  # of another machine, at another time


class Dashboard(PulledWidget):
    """Play, pause, take one step, begin again, on pictures; with a folder the run is saved and resumed.

    The buttons call methods of `run`, and so can you. An interrupt stops it after a whole step.

    Args:
        config: a `TrainConfig`. Default `PRESETS["digits_conv"]`.
        pictures: training pictures. Default `digits_8()`.
        held_out: pictures that the run is not trained on. Default `digits_8("test")`.
        device: where to train. Default the CPU.
        folder: where to save the run, and to resume it from. Default nowhere.

    Raises:
        ValueError: if the two sets of pictures differ in shape, or the folder holds another run.

    Attributes:
        run: the `ImageRun`, with its `state` and recorded `frames`.

    Taught in: 11_images_on_gpu.
    """

    _esm = joined("shared.js", "dashboard.js")

    def __init__(
        self,
        config: TrainConfig | None = None,
        pictures: Images | None = None,
        held_out: Images | None = None,
        device: str | torch.device = "cpu",
        folder: str | Path | None = None,
    ) -> None:
        self._begun_with = config, pictures, held_out, device
        self.run = ImageRun(config, pictures, held_out, device, folder)
        super().__init__()

    @asked
    def now(self) -> Answer:
        """The latest frame, for a page that has just opened."""
        return self._answer(self.run.frames[-1])

    @asked
    def tick(self, steps: int, budget: float) -> Answer:
        """Train for some generator steps or some seconds, whichever is over first."""
        return self._answer(self.run.advance(int(steps), float(budget)))

    @asked
    def reset(self) -> Answer:
        """Begin again; a run that is saved goes on instead."""
        return self._answer(self.run.reset())

    def recorded(self) -> Recording:
        """A run of the same configuration from its first step to its last; nothing is saved, or resumed."""
        rows = "step", "gap", "validation_gap", "critic_grad_norm", "generator_grad_norm"
        film, run = Film("step", trace=rows), self.run
        self.run = ImageRun(*self._begun_with)
        last = run.config.generator_steps
        stride = math.ceil(last / FRAMES)
        try:
            film.reel("", stride, self.now() | NO_CLOCK)
            for step in sorted({*range(1, SINGLE), *range(stride, last, stride), last}):
                film.frame(self.tick(step - self.run.state.generator_steps, math.inf) | NO_CLOCK)
        finally:
            self.run = run
        return Recording(
            says=f"A recorded run, every {stride} steps. Open the notebook to train it yourself.",
            answers=film.answers,
            next=film.next(),
            kept={"pictures": SHADES},
        )

    def _answer(self, frame: ImageFrame) -> Answer:
        run = self.run
        return {
            **{name: getattr(frame, name) for name in ImageFrame.__dataclass_fields__},
            "trace": run.trace(),
            "side": run.data.image_shape[0],
            "done": run.done,
            "last_step": run.config.generator_steps,
            "saved": run.folder is not None,
            "problem": run.problem,
            "device": str(run.device),
        }

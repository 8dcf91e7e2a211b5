r"""What the dashboard shows: a run on pictures, frame by frame. No widget is needed for it.

An `ImageFrame` is one moment: generated pictures from noise that stays the same, the critic gap on training
pictures beside the gap on held-out ones, gradient norms, and what the run costs. Looking changes nothing.

Taught in: 11_images_on_gpu.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from wgan_edu.checking import Array
from wgan_edu.checkpoint import SavedRun, resume
from wgan_edu.images import Images, digits_8
from wgan_edu.looking import values_at
from wgan_edu.training import PRESETS, Step, TrainConfig, TrainState, train

__all__ = ["ImageFrame", "ImageRun", "memory_used"]

N_SHOWN = 36  # pictures in the grid
N_POINTS = 256  # pictures a side in a gap
MOST_FRAMES = 300  # then every second one is forgotten
REAL_SEED, NOISE_SEED = 1, 3


@dataclass(frozen=True, eq=False)
class ImageFrame:
    r"""One moment of a run.

    Attributes:
        step: generator steps done so far.
        pictures: (m, d) generated pictures, of the same noise in every frame, from the moving average if any.
        gap: mean f(real) - mean f(fake) over fixed training pictures and as many generated ones.
        validation_gap: the same with pictures that are held out.
        critic_grad_norm: norm of the gradient of the critic's loss in its weights; NaN at first.
        generator_grad_norm: likewise for the generator.
        rate: real pictures a second that the critic has been shown since the last frame; NaN at first.
        memory: bytes in use on the device that trains, `memory_used`.
        seconds_left: until the last step, at the pace of the last frame; NaN at first.
    """

    step: int
    pictures: Array
    gap: float
    validation_gap: float
    critic_grad_norm: float
    generator_grad_norm: float
    rate: float
    memory: float
    seconds_left: float


class ImageRun:
    r"""A run on pictures with its recorded frames: what the buttons of the dashboard call.

    Args:
        config: a `TrainConfig`. Default `PRESETS["digits_conv"]`.
        pictures: training pictures. Default `digits_8()`.
        held_out: pictures of the same kind that the run is not trained on. Default `digits_8("test")`.
        device: where to train. Default the CPU.
        folder: where to save the run every minute and at every stop, and to resume it from. Default nowhere.

    Raises:
        ValueError: if the two sets of pictures differ in shape, or the folder holds another run.

    Attributes:
        state: the `TrainState`; yours to look at, and to go on with in a cell.
        frames: the recorded frames, oldest first; the last one is the latest.

    Taught in: 11_images_on_gpu.
    """

    def __init__(
        self,
        config: TrainConfig | None = None,
        pictures: Images | None = None,
        held_out: Images | None = None,
        device: str | torch.device = "cpu",
        folder: str | Path | None = None,
    ) -> None:
        self.config = PRESETS["digits_conv"] if config is None else config
        self.data = digits_8() if pictures is None else pictures
        held_out = digits_8("test") if held_out is None else held_out
        if held_out.image_shape != self.data.image_shape:
            shapes = f"{self.data.image_shape} and {held_out.image_shape}"
            raise ValueError(f"held_out must have the shape of pictures; got {shapes}.")
        self.device, self.folder = torch.device(device), folder
        self.real, self.other = self.data.sample(N_POINTS, REAL_SEED), held_out.sample(N_POINTS, REAL_SEED)
        self.reset()

    # What the buttons do.

    def reset(self) -> ImageFrame:
        """Begin again, or go on with what the folder holds; no frames but the first."""
        if self.folder is None:
            self.state = TrainState.create(self.config, self.data, self.device)
        else:
            self.state = resume(self.folder, self.config, self.data, self.device)
        self._steps = self._begin()
        self._latest: Step | None = None
        self.frames: list[ImageFrame] = []
        return self._look()

    def advance(self, steps: int = 1, budget: float = float("inf")) -> ImageFrame:
        """Train for some generator steps or some seconds, whichever is over first.

        After the last step it stands still. An interrupt or an error leaves the run as it was after its last
        whole step, and saved if it has a folder.
        """
        end, before = time.perf_counter() + budget, self._counted()
        try:
            for step in self._steps:
                self._latest = step
                steps -= 1
                if steps <= 0 or time.perf_counter() >= end:
                    break
        except BaseException:
            self._steps = self._begin()  # the loop that was left cannot go on
            raise
        passed = self._counted() - before
        return self._look(*passed) if passed[0] else self.frames[-1]

    @property
    def done(self) -> bool:
        """Whether all generator steps of the configuration are taken."""
        return self.state.generator_steps >= self.config.generator_steps

    @property
    def problem(self) -> str:
        """What keeps the run from being saved, a sentence; mostly empty."""
        return self._saved.problem if self._saved else ""

    def trace(self) -> Array:
        """The numbers of the recorded frames as rows: step, both gaps, both gradient norms."""
        names = "step", "gap", "validation_gap", "critic_grad_norm", "generator_grad_norm"
        return np.array([[getattr(frame, name) for name in names] for frame in self.frames], dtype=float).T

    # How it is done.

    def _begin(self) -> Iterator[Step]:
        """A loop over the steps that are left, which saves if there is a folder."""
        self._saved = SavedRun(self.state, self.folder) if self.folder else None
        return iter(self._saved or train(self.state))

    def _counted(self) -> Array:
        """Generator steps, critic steps and seconds so far."""
        state = self.state
        return np.array([state.generator_steps, state.critic_steps, state.seconds])

    def _look(self, steps: float = 0, critic_steps: float = 0, seconds: float = 0) -> ImageFrame:
        """Record the frame of this moment, so many steps and seconds after the last one."""
        state, config = self.state, self.config
        with state.lock:
            fake = state.sample(N_POINTS, NOISE_SEED, averaged=False)
            shown = (self.real, self.other, fake)
            f_real, f_other, f_fake = (values_at(state.critic, x).mean() for x in shown)
            pictures = state.sample(N_SHOWN, NOISE_SEED)
        pace = seconds / steps if steps else float("nan")
        frame = ImageFrame(
            step=state.generator_steps,
            pictures=pictures,
            gap=float(f_real - f_fake),
            validation_gap=float(f_other - f_fake),
            critic_grad_norm=getattr(self._latest, "critic_grad_norm", float("nan")),
            generator_grad_norm=getattr(self._latest, "generator_grad_norm", float("nan")),
            rate=critic_steps * config.batch_size / seconds if seconds else float("nan"),
            memory=memory_used(self.device),
            seconds_left=(config.generator_steps - state.generator_steps) * pace,
        )
        if len(self.frames) >= MOST_FRAMES:
            self.frames = self.frames[::2]
        self.frames.append(frame)
        return frame


def memory_used(device: str | torch.device = "cpu") -> float:
    """Bytes in use: of a GPU what torch holds there, of the CPU what this process holds of the memory.

    Args:
        device: as torch takes it. Default the CPU.

    Returns:
        Bytes; NaN where the system does not say.

    Taught in: 11_images_on_gpu.
    """
    kind = torch.device(device).type
    if kind == "cuda":
        return float(torch.cuda.memory_allocated(device))
    if kind == "mps":
        return float(torch.mps.current_allocated_memory())
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return float(pages * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError):  # macOS, Windows
        return float("nan")

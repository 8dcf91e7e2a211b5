"""Training without a notebook, `python -m wgan_edu train`: progress bar, pictures, metrics, checkpoints.

A folder is a run. It holds

    run.json         what was asked for: data, preset, configuration
    metrics.csv      one row a report: the numbers of its step; the exact W1 from 500 generated samples to 500
                     held-out real ones; and the floor, from 500 real training samples to the same
    samples/         a picture a report: generated digits or points, always from the same noise
    checkpoints/     the two newest; see `checkpoint`

Killed at any moment, it goes on with `--resume`, and no row comes twice. Used in chapter 11.
"""

import csv
import io
import json
import shlex
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from tqdm import tqdm

from wgan_edu import checkpoint, images, plots
from wgan_edu.checking import at_least, one_of, whole_number
from wgan_edu.data import grid_of_25, ring_of_8, swiss_roll
from wgan_edu.devices import choose_device, threads_for
from wgan_edu.files import write_whole
from wgan_edu.seeding import seed_everything
from wgan_edu.training import PRESETS, Step, TrainConfig, TrainState
from wgan_edu.transport import w1_exact

__all__ = ["DATA", "Request", "run"]

PICTURES: dict[str, Callable[..., images.Images]] = {
    "digits": images.digits_8,
    "mnist": images.mnist,
    "fashion": images.fashion_mnist,
}
POINTS: dict[str, Callable[[], Any]] = {"ring": ring_of_8, "grid": grid_of_25, "swiss_roll": swiss_roll}
DATA = (*POINTS, *PICTURES)
PRESET_FOR = {"swiss_roll": "grid", "mnist": "digits", "fashion": "digits"}  # where there is none of the name
N = 500  # samples a side in each exact W1
REPORTS = 20  # in a run, unless told
COLUMNS = (*Step.__dataclass_fields__, "w1", "w1_floor")


@dataclass(frozen=True)
class Request:
    """What the command line asks for; `None` and "" stand for the default, or for what the run has.

    Attributes:
        out: the folder of the run.
        data: one of `DATA`.
        preset: a name from `training.PRESETS`.
        steps: generator steps of the run.
        seed: of the run.
        device: "auto", "cuda", "mps" or "cpu".
        resume: go on with the run in the folder, if there is one.
        report: steps between two reports.
        every: seconds between two checkpoints.
    """

    out: str
    data: str = ""
    preset: str = ""
    steps: int | None = None
    seed: int | None = None
    device: str = "auto"
    resume: bool = False
    report: int | None = None
    every: float = 60.0


class _Plan(NamedTuple):
    """What a run is: the names of its data and preset, and its configuration."""

    data: str
    preset: str
    config: TrainConfig


def run(request: Request) -> None:
    """Train, to the end or until an interrupt.

    Args:
        request: what the command line asks for.

    Raises:
        ValueError: if the request makes no sense, or does not fit the run that is in the folder.
        SystemExit: with 130, after an interrupt; the run is saved then.
    """
    at_least(0)("every", request.every, {})
    if request.report is not None:
        whole_number(1)("report", request.report, {})
    seed_everything(0)
    with _spoken_warnings(), _stoppable():
        plan, device = _plan(request), choose_device(request.device)
        print(device)
        plan, data, held_out = _with_data(plan, device.name)
        _write_plan(Path(request.out), plan)
        run = _SavedRun(plan, data, held_out, device.name, request)
        try:
            run.train()
        except KeyboardInterrupt:
            command = f"python -m wgan_edu train --out {shlex.quote(request.out)} --resume"
            print(f"\nStopped at step {run.state.generator_steps:,}. To go on: {command}", file=sys.stderr)
            raise SystemExit(130) from None


# --- what is to be done -----------------------------------------------------------------------------


def _plan(request: Request) -> _Plan:
    """What was asked for, or what the folder says if the run in it is to go on."""
    file = Path(request.out) / "run.json"
    if file.exists() and not request.resume:
        raise ValueError(f"{request.out} holds a run: add --resume to go on with it, or use another folder.")
    if file.exists():
        plan = _read_plan(file)
        asked = {"data": request.data, "preset": request.preset, "seed": request.seed}
        found = {"data": plan.data, "preset": plan.preset, "seed": plan.config.seed}
        for word, value in asked.items():
            if value not in ("", None, found[word]):
                raise ValueError(
                    f"The run in {request.out} has --{word} {found[word]}, and not {value}: "
                    "leave the word out, or use another folder."
                )
    else:
        if not request.data:
            raise ValueError(f"There is no run in {request.out}: say with --data what a new one is to learn.")
        preset = request.preset or PRESET_FOR.get(request.data, request.data)
        plan = _Plan(request.data, preset, PRESETS[one_of(*PRESETS)("preset", preset, {})])
        if request.seed is not None:
            plan = plan._replace(config=replace(plan.config, seed=request.seed))
    if request.steps is not None:
        plan = plan._replace(config=replace(plan.config, generator_steps=request.steps))
    return plan


def _read_plan(file: Path) -> _Plan:
    try:
        saved = json.loads(file.read_text())
        return _Plan(saved["data"], saved["preset"], TrainConfig.from_json(json.dumps(saved["config"])))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{file} does not say what the run is ({error!r}).") from None


def _write_plan(folder: Path, plan: _Plan) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    saved = {"data": plan.data, "preset": plan.preset, "config": json.loads(plan.config.to_json())}
    write_whole(folder / "run.json", json.dumps(saved, indent=1).encode())


def _with_data(plan: _Plan, device: str) -> tuple[_Plan, Any, Any]:
    """The data, and data to judge by: held-out pictures, or more points.

    The data has another name if it could not be downloaded and the digits stand in for it.
    """
    if plan.data in POINTS:
        data = POINTS[plan.data]()
        return plan, data, data
    pictures = PICTURES[plan.data](device=device)
    return plan._replace(data=pictures.name), pictures, PICTURES[pictures.name]("test", device=device)


@contextmanager
def _spoken_warnings() -> Iterator[None]:
    """Print warnings as plain sentences that leave the progress bar whole."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = lambda message, *_, **__: tqdm.write(str(message), file=sys.stderr)
        yield


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let Ctrl-C interrupt, and let what a batch system or a container sends before it kills do the same."""
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


# --- the run ----------------------------------------------------------------------------------------


class _SavedRun:
    """A run with its folder and its reports."""

    def __init__(self, plan: _Plan, data: Any, held_out: Any, device: str, request: Request) -> None:
        self.folder, self.plan, self.data, self.held_out = Path(request.out), plan, data, held_out
        fresh = TrainState.create(plan.config, data, device)
        weights = max(
            sum(w.numel() for w in network.parameters()) for network in (fresh.generator, fresh.critic)
        )
        seed_everything(0, threads_for(weights))
        self.state = checkpoint.resume(self.folder / "checkpoints", plan.config, data, device)
        self.interval = request.report or max(1, plan.config.generator_steps // REPORTS)
        self.state.report_every = 1 if device == "cpu" else self.interval
        self.every, self.told = request.every, False
        done = self.state.generator_steps
        self.rows = [row for row in _rows(self.folder / "metrics.csv") if int(row["step"]) <= done]

    def train(self) -> None:
        """Iterate over the rest of the run, and report."""
        done, steps = self.state.generator_steps, self.plan.config.generator_steps
        if done >= steps:
            print(f"The run in {self.folder} is done, {done:,} steps; a larger --steps goes on.")
            return
        run = checkpoint.SavedRun(self.state, self.folder / "checkpoints", self.every)
        with tqdm(total=steps, initial=done, desc=self.plan.data, unit="step", mininterval=0.5) as bar:
            for step in run:
                bar.update(step.step - bar.n)  # backward, after a rollback
                if step.step % self.interval == 0 or step.step == steps:
                    bar.set_postfix_str(self.report(step))
        print(f"Done: {steps:,} steps in {self.state.seconds:.0f} s. See {self.folder / 'samples'}.")

    def report(self, step: Step) -> str:
        """Write a row and a picture; give what the bar shows."""
        fake, real, judge = self.state.sample(N, 1), self.data.sample(N, 2), self.held_out.sample(N, 3)
        numbers = vars(step) | {"w1": w1_exact(fake, judge), "w1_floor": w1_exact(real, judge)}
        self.rows = [row for row in self.rows if int(row["step"]) < step.step]
        self.rows.append({name: f"{numbers[name]:.6g}" for name in COLUMNS} | {"step": str(step.step)})
        try:
            self.write(step.step)
        except OSError as error:
            if not self.told:
                self.told = True
                warnings.warn(f"Metrics and samples cannot be written ({error.strerror}).", stacklevel=2)
        return f"gap {numbers['critic_gap']:.3f}, W1 {numbers['w1']:.3f}, floor {numbers['w1_floor']:.3f}"

    def write(self, step: int) -> None:
        """Put the rows and a picture into the folder."""
        text = io.StringIO()
        table = csv.DictWriter(text, COLUMNS)
        table.writeheader()
        table.writerows(self.rows)
        write_whole(self.folder / "metrics.csv", text.getvalue().encode())
        (self.folder / "samples").mkdir(exist_ok=True)
        write_whole(self.folder / "samples" / f"step-{step:06d}.png", _picture(self.state, self.data))


def _rows(file: Path) -> list[dict[str, str]]:
    """The rows of a table that was written before."""
    if not file.exists():
        return []
    with file.open(newline="") as stream:
        return list(csv.DictReader(stream))


def _picture(state: TrainState, data: Any) -> bytes:
    """What the generator makes of the same noise at every report, as a PNG: pictures in a grid, or points."""
    figure = Figure(figsize=(6, 6), layout="constrained")
    ax = figure.add_subplot()
    if isinstance(data, images.Images):
        plots.pixels(ax, state.sample(64).reshape(8, 8, -1))
        ax.set_axis_off()
        title = "generated"
    else:
        plots.points(ax, data.sample(N, 1), state.sample(N), size=8)
        title = "real (circles) and generated (triangles)"
    ax.set_title(f"{title}, step {state.generator_steps:,}")
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=100)
    return content.getvalue()

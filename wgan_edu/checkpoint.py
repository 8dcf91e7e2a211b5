r"""Coming back: a run saved to a file that is whole or not there, and a loop that saves, and survives.

    state = resume("runs/digits", config, data)     the newest run in the folder, or a fresh one
    for step in SavedRun(state, "runs/digits"):     train, and save every minute and at every stop
        ...

Randomness is counted (`seeding`), so a checkpoint holds no random streams: networks, optimizers, counters
and the configuration are all of a run. On the CPU, with the same number of threads, a resumed run has the
same bits as one that was never stopped.

A file is what `torch.save` writes, with a checksum after it. It is read with `weights_only=True`: a file from
a stranger may be wrong, and cannot run code.

Taught in: 11_images_on_gpu.
"""

import hashlib
import io
import math
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import torch

from wgan_edu.files import sweep, write_whole
from wgan_edu.training import Step, TrainConfig, TrainState, critic_step, generator_step, train

__all__ = [
    "BatchTooLarge",
    "Damaged",
    "Diverged",
    "SavedRun",
    "checkpoints",
    "load",
    "newest",
    "resume",
    "save",
]

# A run is these, its configuration and its engine. The first have a `state_dict`, the others are plain.
PARTS = ("generator", "critic", "average", "critic_optimizer", "generator_optimizer")
FIELDS = (
    "critic_steps", "generator_steps", "turn", "attempt", "critic_numbers", "latest",
    "report_every", "seconds",
)  # fmt: skip
MAY_CHANGE = {"generator_steps", "batch_size"}  # of a configuration, between a run and its resumption
ROLLBACKS = 3
MARK = b"\nsha256 "


class Damaged(ValueError):
    """A file that is not a whole checkpoint."""


class Diverged(ValueError):
    """A run whose numbers stay infinite or NaN after every rollback: its settings are wrong."""


class BatchTooLarge(ValueError):
    """A batch that does not fit into the memory of the device."""


# --- one file ---------------------------------------------------------------------------------------


def save(state: TrainState, path: str | Path) -> Path:
    """Write a run to a file, at once: killed at any moment, the file is the old one or the new one.

    Args:
        state: the run. It is not changed.
        path: where to write; folders are made as needed.

    Returns:
        The path.

    Raises:
        OSError: if it cannot be written.

    Taught in: 11_images_on_gpu.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, _packed(state))
    return path


def load(path: str | Path, data: Any, device: str | torch.device = "cpu") -> TrainState:
    """Read a run that `save` wrote. It goes on where it stopped: `train(load(path, data))`.

    Args:
        path: the file.
        data: what the run learns, as it was given to `TrainState.create`; data is not saved.
        device: where to go on; it need not be where the run was. Default the CPU.

    Returns:
        A `TrainState`.

    Raises:
        Damaged: if the file is not a whole checkpoint.
        ValueError: if the data has another shape than the run's.
        OSError: if the file cannot be read.

    Taught in: 11_images_on_gpu.
    """
    saved = _unpacked(Path(path).read_bytes(), path)
    return _rebuilt(saved, saved["config"], data, device, path)


def _packed(state: TrainState) -> bytes:
    """A run as the content of a file."""
    with state.lock:  # between two steps
        saved: dict[str, Any] = {part: getattr(state, part).state_dict() for part in PARTS}
        saved |= {name: getattr(state, name) for name in FIELDS}
        saved["config"] = state.config.to_json()
        saved["engine"] = state.engine
        saved["threads"] = torch.get_num_threads()
        buffer = io.BytesIO()
        torch.save(saved, buffer)
    content = buffer.getvalue()
    return content + MARK + hashlib.sha256(content).hexdigest().encode()


def _unpacked(content: bytes, path: str | Path) -> dict[str, Any]:
    """What `_packed` was given, if the checksum fits."""
    content, end = content[: -len(MARK) - 64], content[-len(MARK) - 64 :]
    if not end.startswith(MARK):
        raise Damaged(f"{path} is not a whole checkpoint of this course: there is no checksum at its end.")
    if end != MARK + hashlib.sha256(content).hexdigest().encode():
        raise Damaged(f"{path} is damaged: its content does not fit its checksum.")
    try:
        saved: dict[str, Any] = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        lacking = {*PARTS, *FIELDS, "config", "engine", "threads"} - {*saved}
    except Exception as error:  # many kinds: nothing in a foreign file can be relied on
        raise Damaged(f"{path} is not a checkpoint of this course ({type(error).__name__}).") from None
    if lacking:
        raise Damaged(f"{path} is not a checkpoint of this course: it lacks {', '.join(sorted(lacking))}.")
    try:
        saved["config"] = TrainConfig.from_json(saved["config"])
    except (TypeError, KeyError):
        raise Damaged(f"{path} was written by another version of this course.") from None
    return saved


def _rebuilt(
    saved: dict[str, Any], config: TrainConfig, data: Any, device: str | torch.device, path: str | Path
) -> TrainState:
    """A new run with what was saved in it; the constraint wraps the critic before its weights come in."""
    state = TrainState.create(config, data, device, saved["engine"])
    try:
        _restore(state, saved)
    except (RuntimeError, ValueError, KeyError):
        shape = f"the data here has d = {len(data.sample(1, 0)[0])}"
        raise ValueError(f"{path} does not fit: it was saved from data of another shape; {shape}.") from None
    threads = torch.get_num_threads()
    if state.device.type == "cpu" and saved["threads"] != threads:
        warnings.warn(
            f"The run was saved with {saved['threads']} threads and torch has {threads} now: it goes on to "
            f"within rounding, not to the bit. For the same bits: torch.set_num_threads({saved['threads']}).",
            stacklevel=4,
        )
    return state


def _restore(state: TrainState, saved: dict[str, Any]) -> None:
    """Put what was saved into a run, in place: whoever holds the run or its networks holds them still."""
    with state.lock:
        for part in PARTS:
            getattr(state, part).load_state_dict(saved[part])
        for name in FIELDS:
            setattr(state, name, saved[name])
        state.critic_numbers = state.critic_numbers.to(state.device)


# --- a folder of files ------------------------------------------------------------------------------


def checkpoints(folder: str | Path) -> list[Path]:
    """The checkpoints in a folder, oldest first. Their names begin with a number that only grows.

    Args:
        folder: it need not exist.

    Taught in: 11_images_on_gpu.
    """
    return sorted(Path(folder).glob("[0-9]*-step-*.pt"))


def newest(folder: str | Path, data: Any, device: str | torch.device = "cpu") -> TrainState | None:
    """The newest run in a folder that can be read; a damaged one is passed over, with a warning.

    Args:
        folder: where `SavedRun` saves.
        data: what the run learns.
        device: where to go on. Default the CPU.

    Returns:
        A `TrainState`, or `None` if the folder has no checkpoint.

    Raises:
        Damaged: if there are checkpoints and none can be read.
        ValueError: if the data has another shape than the run's.

    Taught in: 11_images_on_gpu.
    """
    return _newest(folder, None, data, device)


def resume(
    folder: str | Path, config: TrainConfig, data: Any, device: str | torch.device = "cpu"
) -> TrainState:
    """Go on with the newest run in a folder, or start one if there is none.

    Args:
        folder: where `SavedRun` saves.
        config: that of the run. It may ask for more or fewer `generator_steps`, or another `batch_size`, than
            the run was started with; anything else must be the same.
        data: what the run learns.
        device: where to go on. Default the CPU.

    Returns:
        A `TrainState`.

    Raises:
        Damaged: if there are checkpoints and none can be read.
        ValueError: if the run has another configuration, or data of another shape.

    Taught in: 11_images_on_gpu.
    """
    return _newest(folder, config, data, device) or TrainState.create(config, data, device)


def _newest(
    folder: str | Path, config: TrainConfig | None, data: Any, device: str | torch.device
) -> TrainState | None:
    found = checkpoints(folder)[::-1]
    for path in found:
        try:
            saved = _unpacked(path.read_bytes(), path)
        except (Damaged, OSError) as error:
            warnings.warn(f"{error} The checkpoint before it is used.", stacklevel=3)
            continue
        if config:
            _check_same(saved["config"], config, path)
        return _rebuilt(saved, config or saved["config"], data, device, path)
    if found:
        raise Damaged(f"No checkpoint in {folder} can be read. To start anew, use another folder.")
    return None


def _check_same(before: TrainConfig, now: TrainConfig, path: Path) -> None:
    for one in fields(TrainConfig):
        old, new = getattr(before, one.name), getattr(now, one.name)
        if old != new and one.name not in MAY_CHANGE:
            raise ValueError(
                f"The run in {path.parent} has {one.name} = {old}, and now it is {new}. Ask for the same, "
                "or use another folder."
            )


# --- a run that is saved ----------------------------------------------------------------------------


@dataclass
class SavedRun:
    """A run to iterate over in place of `train(state)`: the same steps, and the run is safe.

    It saves at its start, every minute, when the run is done, and when it is left, by an interrupt too.
    What it saves is sound: no infinite weights. Between steps nothing is open, so stop whenever you like.

    A disk that is full or cannot be written is told of once; training goes on, and saving is tried again.
    A loss that is not finite sends the run back to the last checkpoint, with fresh random numbers (it raises
    `state.attempt`): the numbers of the steps then fall. At most three times in a run.

    Attributes:
        state: the run.
        folder: where its checkpoints go; made as needed.
        every: seconds between two savings. Default 60.
        keep: how many checkpoints stay. Default 2.
        problem: what went wrong last, a sentence, for where the learner looks; empty if all is well.

    Taught in: 11_images_on_gpu.
    """

    state: TrainState
    folder: str | Path
    every: float = 60.0
    keep: int = 2
    problem: str = ""
    _sound: bytes = field(default=b"", repr=False)  # the last good state, whether or not the disk took it
    _saved: tuple[int, ...] = ()  # the counters of what is on the disk
    _due: float = 0.0
    _told: bool = False

    def __iter__(self) -> Iterator[Step]:
        """Train, and give each generator step's `Step`.

        Raises:
            Diverged: if the loss is not finite after three rollbacks. The run is back at its last checkpoint.
            BatchTooLarge: if the memory of the device does not suffice. The run is as before the step.
        """
        sweep(self.folder, "*.pt")
        if not _is_sound(self.state):
            raise Diverged("The run has weights that are not finite: load an earlier checkpoint.")
        try:
            self.save()
            yield from self._steps()
        finally:
            if self._saved != _counters(self.state) and _is_sound(self.state):
                self.save()

    def save(self) -> None:
        """Save now; if the disk does not take it, say so once and go on."""
        self._sound = _packed(self.state)
        self._due = time.monotonic() + self.every
        try:
            self._write(self._sound)
        except OSError as error:
            reason = error.strerror or str(error)
            self.problem = f"The run cannot be saved to {self.folder} ({reason}). It goes on, and is lost "
            self.problem += "if it is stopped before there is room; saving is tried again."
            if not self._told:
                self._told = True
                warnings.warn(self.problem, stacklevel=2)
        else:
            self.problem, self._saved = "", _counters(self.state)

    def _write(self, content: bytes) -> None:
        """One more checkpoint; then the oldest go, so that a damaged newest one leaves another."""
        Path(self.folder).mkdir(parents=True, exist_ok=True)
        before = checkpoints(self.folder)
        number = 1 + (int(before[-1].name.split("-")[0]) if before else 0)
        name = f"{number:06d}-step-{self.state.generator_steps}.pt"
        write_whole(Path(self.folder) / name, content)
        for old in before[: max(0, len(before) + 1 - self.keep)]:
            with suppress(OSError):
                old.unlink()

    def _steps(self) -> Iterator[Step]:
        try:
            for step in train(self.state):
                done = self.state.generator_steps >= self.state.config.generator_steps
                due = done or time.monotonic() >= self._due
                if not _is_finite(step) or (due and not _is_sound(self.state)):
                    self._go_back(step.step)
                    continue  # `train` keeps nothing between steps, so it goes on from there
                yield step
                if due:  # after whoever looks has written down the step
                    self.save()
            return
        except RuntimeError as error:
            if not _is_out_of_memory(error):
                raise
        # Here, and not in the `except`: the error has gone, and with it the tensors of the failed step.
        raise BatchTooLarge(_explained(self.state))

    def _go_back(self, step: int) -> None:
        """Back to the last sound state, which is random anew from here on."""
        _restore(self.state, _unpacked(self._sound, self.folder))
        trouble, back = f"The loss was not finite at step {step}", self.state.generator_steps
        if self.state.attempt >= ROLLBACKS:
            raise Diverged(
                f"{trouble}, and so it was after {ROLLBACKS} rollbacks. The run is back at step {back}. "
                "Start a new one with lower learning rates, or a constraint that holds the critic."
            )
        self.state.attempt += 1
        self.save()  # so that a run killed now does not repeat the attempt that failed
        rollback = f"rollback {self.state.attempt} of at most {ROLLBACKS}"
        self.problem = f"{trouble}: back to step {back}, with fresh random numbers ({rollback})."
        warnings.warn(self.problem, stacklevel=2)


def _counters(state: TrainState) -> tuple[int, ...]:
    return state.critic_steps, state.generator_steps, state.turn, state.attempt


def _is_finite(step: Step) -> bool:
    return all(map(math.isfinite, vars(step).values()))


def _is_sound(state: TrainState) -> bool:
    """Whether all weights are finite."""
    networks = state.generator, state.critic, state.average
    return all(bool(weight.isfinite().all()) for network in networks for weight in network.parameters())


# --- memory -----------------------------------------------------------------------------------------


def _is_out_of_memory(error: RuntimeError) -> bool:
    """CUDA has a class of its own for it; MPS and the CPU say so in words."""
    words = str(error).lower()
    named = isinstance(error, torch.cuda.OutOfMemoryError)
    return named or "out of memory" in words or "can't allocate memory" in words


def _explained(state: TrainState) -> str:
    """Free what the failed step held, and find a batch that fits."""
    _free(state)
    size, fits = state.config.batch_size, _fitting_batch(state)
    advice = f"batch_size={fits} fits, as a step of each kind showed: resume with it" if fits else ""
    advice = advice or "not even a single sample fits: take a smaller network"
    return f"The memory of the device ({state.device}) does not suffice for batch_size={size}; {advice}."


def _fitting_batch(state: TrainState) -> int:
    """Half the batch, or half of that, and so on: the first with which a step of each kind succeeds, or 0."""
    size = state.config.batch_size // 2
    while size:
        config = replace(state.config, batch_size=size)
        try:
            trial = TrainState.create(config, state.data, state.device, state.engine)
            critic_step(trial)
            generator_step(trial)
        except RuntimeError as error:
            if not _is_out_of_memory(error):
                raise
            size //= 2
        else:
            break
    _free(state)
    return size


def _free(state: TrainState) -> None:
    """Give back the memory of gradients, and what torch keeps for later."""
    if state.engine == "autograd":  # the other engine has one place for them, made at the start
        state.critic_optimizer.zero_grad()
        state.generator_optimizer.zero_grad()
    if state.device.type == "cuda":
        torch.cuda.empty_cache()

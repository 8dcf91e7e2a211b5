r"""Where to train, and with how many threads: chosen once, said in words, with what it costs.

CUDA if there is any, else MPS (Apple's GPU), else the CPU. A gradient penalty needs the derivative of a
derivative, which not every device has for every layer: before a GPU is chosen it takes one penalized step,
and its gradient must agree with the CPU's. The same step, timed, is the cost that is stated.

`memory_limit`, `usable_cores` and `threads_granted` ask the container: a quota is not seen by `os.cpu_count`.

Taught in: 00_start_here (limits), 11_images_on_gpu (the choice).
"""

import os
import re
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wgan_edu.checking import checked, one_of, whole_number

__all__ = ["Device", "choose_device", "memory_limit", "threads_for", "threads_granted", "usable_cores"]

BATCH = 64  # pictures in the step that is tried
SMALL = 200_000  # weights up to which one thread is fastest: every perceptron of this course
TOLERANCE = 0.02  # a GPU may round convolutions to 10 bits (TF32); a wrong derivative is off by far more
MEMORY_1 = "memory.limit_in_bytes"  # of control groups version 1


@dataclass(frozen=True)
class Device:
    """Where to train. `str` says it in words.

    Attributes:
        name: as torch takes it, "cuda", "mps" or "cpu".
        hardware: what it is, such as the name of the GPU.
        why: why this one, a sentence.
        pictures_per_second: measured when it was chosen, in a penalized critic step on 64 pictures of 28x28
            by a small convolutional critic.

    Taught in: 11_images_on_gpu.
    """

    name: str
    hardware: str
    why: str
    pictures_per_second: float

    def __str__(self) -> str:
        """What was chosen, why, and what it costs."""
        step = 1000 * BATCH / self.pictures_per_second
        cost = f"a penalized critic step on {BATCH} pictures of 28x28 took {step:.3g} ms"
        return f"{self.hardware}. {self.why} Cost: {cost}, {self.pictures_per_second:,.0f} pictures a second."


@checked(wish=one_of("auto", "cuda", "mps", "cpu"))
def choose_device(wish: str = "auto") -> Device:
    """Choose where to train, by trying it.

    Args:
        wish: "auto" takes the fastest kind that is there and differentiates twice; "cuda", "mps" or "cpu"
            takes that one. Default "auto".

    Returns:
        A `Device`; its `name` is what `TrainState.create(..., device=...)` takes.

    Raises:
        ValueError: if the device wished for is not there, or cannot differentiate twice.

    Taught in: 11_images_on_gpu.
    """
    reasons = []
    for name in ["cuda", "mps"] if wish == "auto" else [wish]:
        problem = "" if name == "cpu" else _problem_with(name)
        if not problem:
            why = "As you asked." if wish != "auto" else "It differentiates twice and agrees with the CPU."
            return Device(name, _hardware(name), why, BATCH / _penalized_step(name)[1])
        reasons.append(problem)
    if wish != "auto":
        raise ValueError(f"device {wish!r} cannot be used: {reasons[0]}.")
    why = f"No GPU: {'; '.join(reasons)}."
    return Device("cpu", _hardware("cpu"), why, BATCH / _penalized_step("cpu")[1])


@checked(weights=whole_number(0))
def threads_for(weights: int) -> int:
    """How many threads torch should use for a network of so many weights.

    One for a small network, as handing work out costs more than it saves; else as many whole cores as the
    container's quota and the process's affinity allow.

    Args:
        weights: how many the larger of the two networks has.

    Returns:
        At least 1, for `seed_everything(0, threads=...)`.

    Taught in: 11_images_on_gpu.
    """
    return 1 if weights <= SMALL else max(1, int(usable_cores()))


def memory_limit(root: str | Path = "/") -> float | None:
    """Bytes that this process may use: the least of its container's limits and the machine's memory.

    Args:
        root: where the files of the system are, for tests. Default "/".

    Returns:
        Bytes, or `None` where it cannot be found out.

    Taught in: 00_start_here.
    """
    files = [group / name for group in _groups(root, "memory") for name in ("memory.max", MEMORY_1)]
    limits = [limit for file in files if (limit := _first_number(file))]
    with suppress(OSError):
        meminfo = (Path(root) / "proc/meminfo").read_text()
        limits += [1024.0 * int(kilobytes) for kilobytes in re.findall(r"MemTotal:\s+(\d+)", meminfo)]
    with suppress(AttributeError, ValueError, OSError):  # macOS has no /proc, Windows neither
        limits += [float(os.sysconf("SC_PAGE_SIZE")) * os.sysconf("SC_PHYS_PAGES")] if not limits else []
    return min(limits, default=None)


def usable_cores(root: str | Path = "/") -> float:
    """How many cores this process may use at once: of its container's quota and its affinity the least.

    Args:
        root: where the files of the system are, for tests. Default "/".

    Returns:
        A number of cores, which a quota may make a fraction.

    Taught in: 00_start_here.
    """
    affinity = getattr(os, "sched_getaffinity", None)
    return min([float(len(affinity(0)) if affinity else os.cpu_count() or 1), *_quotas(root)])


def threads_granted(root: str | Path = "/") -> int:
    """With how many threads a server should start its kernels: the whole cores that a quota grants.

    Where there is no quota it is one. The cores that are then seen may be those of a large machine which
    many learners share, and threads for all of them stand in each other's way.

    Args:
        root: where the files of the system are, for tests. Default "/".

    Returns:
        At least 1, what `binder/start` sets.

    Used in: `binder/start`.
    """
    return max(1, int(usable_cores(root))) if _quotas(root) else 1


# --- trying a device --------------------------------------------------------------------------------


def _problem_with(name: str) -> str:
    """Why a GPU of this kind cannot be used; "" if it can."""
    import torch  # here, so that the package imports without it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an old driver
        there = (torch.cuda if name == "cuda" else torch.backends.mps).is_available()
    if not there:
        return f"there is no {name.upper()} here"
    try:
        gradient, _ = _penalized_step(name)
    except (RuntimeError, NotImplementedError, AssertionError) as error:
        return f"{name.upper()} cannot differentiate twice ({str(error).strip().splitlines()[0][:90]})"
    exact, _ = _penalized_step("cpu")
    off = float((gradient - exact).norm() / exact.norm())
    return "" if off < TOLERANCE else f"{name.upper()} gives second derivatives that are {off:.0%} off"


def _penalized_step(name: str) -> tuple[Any, float]:
    """The gradient of a gradient penalty on one device, on the CPU as float64, and the seconds it took."""
    import torch
    from torch import nn

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        layers = nn.Conv2d(1, 32, 5, 2), nn.ReLU(), nn.Conv2d(32, 64, 5, 2), nn.ReLU(), nn.Flatten()
        critic = nn.Sequential(*layers, nn.Linear(1024, 1)).to(name)
        x = torch.rand(BATCH, 1, 28, 28).to(name).requires_grad_()
    for _ in range(2):  # the first time loads libraries; the second is timed
        start = time.perf_counter()
        [slope] = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
        penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        gradients = torch.autograd.grad(penalty, [*critic.parameters()], allow_unused=True)
        parts = [part.detach().cpu().double().flatten() for part in gradients if part is not None]
        seconds = time.perf_counter() - start
    return torch.cat(parts), seconds


def _hardware(name: str) -> str:
    import torch

    if name == "cuda":
        return f"CUDA: {torch.cuda.get_device_name()}"
    if name == "mps":
        return "MPS, Apple's GPU"
    threads, cores = torch.get_num_threads(), usable_cores()
    return f"CPU, {threads} thread{'s' * (threads > 1)} on {cores:g} core{'s' * (cores != 1)}"


# --- what the container allows ----------------------------------------------------------------------


def _groups(root: str | Path, kind: str) -> list[Path]:
    """The folders of all control groups above this process, version 2 or 1, whether they exist or not.

    `/proc/self/cgroup` has lines such as `0::/a/b` (version 2) and `4:cpu,cpuacct:/a/b` (version 1). Inside
    a container the paths may be those of the host, so the top of each tree is always among the folders.
    """
    base, lines = Path(root) / "sys/fs/cgroup", ["0::/", f"0:{kind}:/"]
    with suppress(OSError):
        lines += (Path(root) / "proc/self/cgroup").read_text().splitlines()
    folders = []
    for line in filter(re.compile(r".*?:.*?:/").match, lines):
        _, controllers, path = line.split(":", 2)
        if not controllers or kind in controllers.split(","):
            inner = base / controllers / path.strip("/")
            folders += [above for above in (inner, *inner.parents) if above.is_relative_to(base)]
    return list(dict.fromkeys(folders))


def _quotas(root: str | Path) -> list[float]:
    """The cores that each control group above this process grants it; none without a quota."""
    quotas = []
    for group in _groups(root, "cpu"):
        for quota_file, period_file in (("cpu.max", "cpu.max"), ("cpu.cfs_quota_us", "cpu.cfs_period_us")):
            with suppress(OSError, ValueError):
                if quota := _first_number(group / quota_file):
                    *_, period = (group / period_file).read_text().split()
                    quotas.append(quota / float(period))
    return quotas


def _first_number(file: Path) -> float | None:
    """The number that a file begins with; none if there is no file, or "max", or a negative one."""
    try:
        number = float(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return number if number > 0 else None

"""What works here: versions, device, threads, memory, live views, the record of progress, disk.

`doctor()` looks and changes nothing (but for a file that it writes beside the record and removes at once). It
never raises: what cannot be found out is said to be unknown. Taught in: 00_start_here.
"""

import os
import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import wgan_edu
from wgan_edu.devices import choose_device, memory_limit, usable_cores
from wgan_edu.exercises.outcome import Table
from wgan_edu.exercises.records import progress_file

__all__ = ["FLOORS", "Finding", "Report", "doctor"]

# The least versions that the course is tested against; those of pyproject.toml.
FLOORS = {
    "python": "3.11", "numpy": "2.1", "scipy": "1.15", "torch": "2.10", "POT": "0.9.5",
    "matplotlib": "3.10", "scikit-learn": "1.6", "ipython": "7.34", "ipywidgets": "7.7.1",
    "anywidget": "0.9.13", "filelock": "3.13", "pooch": "1.8", "tqdm": "4.66",
}  # fmt: skip
ENOUGH_MEMORY = 1.5e9  # bytes; one chapter takes up to 1 GB, the server and the browser's page the rest
ENOUGH_DISK = 0.2e9  # bytes; image data and checkpoints


class Finding(NamedTuple):
    """One line of a report; the verdict is "fine", "look", "missing" or "unknown"."""

    what: str
    value: str
    verdict: str = "fine"
    advice: str = ""


class Report:
    """What `doctor` found, shown as a table."""

    def __init__(self, findings: list[Finding]) -> None:
        """Keep the findings, in order."""
        self.findings = findings
        self.table = Table(
            "What works here", ("Part", "Found", "Verdict", "What to do"), [*map(tuple, findings)]
        )

    @property
    def fine(self) -> bool:
        """Whether there is nothing to do."""
        return all(finding.verdict == "fine" for finding in self.findings)

    def __repr__(self) -> str:
        """The table as plain text."""
        return repr(self.table)

    def _repr_html_(self) -> str:
        return self.table._repr_html_()


def doctor() -> Report:
    """Look at this machine and say what works.

    Returns:
        A `Report` with one `Finding` a line: what, the value found, the verdict, what to do.

    Taught in: 00_start_here.
    """
    looks: list[tuple[str, Callable[[], Finding]]] = [
        ("course", lambda: Finding("course", f"wgan_edu {wgan_edu.__version__} on {_place()}")),
        *((name, lambda name=name, floor=floor: _package(name, floor)) for name, floor in FLOORS.items()),
        ("device", _device),
        ("threads", _threads),
        ("memory", _memory),
        ("live views", _views),
        ("progress", _progress),
        ("cache", _cache),
        ("disk", _disk),
    ]
    return Report([_safely(what, look) for what, look in looks])


# --- lines of the report ----------------------------------------------------------------------------


def _safely(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except Exception as error:
        reason = f"{type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else 'no message'}"
        return Finding(what, reason, "unknown", "It could not be found out. The rest may work all the same.")


def _place() -> str:
    if "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ:
        return "Google Colab"
    return "Binder" if "BINDER_LAUNCH_HOST" in os.environ else platform.system() or "this machine"


def _package(name: str, floor: str) -> Finding:
    advice = f'In a terminal: {Path(sys.executable).name} -m pip install "{name}>={floor}"'
    if name == "python":
        found, advice = platform.python_version(), f"Start the course with Python {floor} or newer."
    else:
        try:
            found = version(name)
        except PackageNotFoundError:
            return Finding(name, f"not installed; {floor} or newer is needed", "missing", advice)
    if _numbers(found) < _numbers(floor):
        return Finding(name, f"{found}, older than {floor}", "look", advice)
    return Finding(name, found)


def _numbers(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", re.split(r"[^\d.]", text)[0])]


def _device() -> Finding:
    device = choose_device()
    speed = f"{device.pictures_per_second:,.0f} pictures of 28x28 a second in a critic step"
    advice = "" if device.name != "cpu" else f"Enough for every chapter; 11 is faster on a GPU. {device.why}"
    return Finding("device", f"{device.hardware}; {speed}", "fine", advice)


def _threads() -> Finding:
    import torch

    threads, cores = torch.get_num_threads(), usable_cores()
    value = f"torch uses {threads}, this process may use {cores:g} {'core' if cores == 1 else 'cores'}"
    if threads > max(1.0, cores):
        advice = "Call seed_everything(0), as each chapter does: too many threads make small networks slow."
        return Finding("threads", value, "look", advice)
    return Finding("threads", value)


def _memory() -> Finding:
    limit = memory_limit()
    if limit is None:
        return Finding("memory", "limit not known here", "unknown", "A chapter takes up to 1 GB.")
    value = f"{limit / 1e9:.1f} GB at most"
    if limit < ENOUGH_MEMORY:
        return Finding("memory", value, "look", "Shut down other notebooks: a chapter takes up to 1 GB.")
    return Finding("memory", value)


def _views() -> Finding:
    if find_spec("ipywidgets") is None:
        advice = "pip install ipywidgets, then reload the page. Figures and `.check(...)` work without."
        return Finding("live views", "none: no ipywidgets", "missing", advice)
    core = f"core ipywidgets {version('ipywidgets')}: the training player alone, fewer frames a second"
    if find_spec("anywidget") is None:
        return Finding("live views", core, "look", "pip install anywidget, then reload the page.")
    if os.environ.get("WGAN_EDU_WIDGETS") == "core":
        return Finding("live views", core, "fine", "As WGAN_EDU_WIDGETS=core asks for.")
    return Finding("live views", f"anywidget {version('anywidget')} on ipywidgets {version('ipywidgets')}")


def _progress() -> Finding:
    file = progress_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix="doctor."):
            pass
    except OSError as error:
        advice = "Progress lasts until the kernel stops: download it from progress(), or set WGAN_EDU_HOME."
        return Finding("progress", f"{file} cannot be written ({error.strerror or error})", "look", advice)
    if _place() in {"Google Colab", "Binder"}:
        advice = "This place forgets: download your record from progress() before you leave."
        return Finding("progress", str(file), "look", advice)
    return Finding("progress", str(file))


def _cache() -> Finding:
    from wgan_edu.images import cache_folder

    folder = cache_folder()
    kept = {name: len([*(folder / name).glob("*.gz")]) for name in ("mnist", "fashion")}
    value = ", ".join(f"{name}: {count} of 4 files" for name, count in kept.items())
    advice = "" if all(kept.values()) else "Chapter 11 downloads it, or takes the bundled digits."
    return Finding("cache", f"{value} in {folder}", "fine", advice)


def _disk() -> Finding:
    folder = progress_file().parent
    while not folder.is_dir():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    value = f"{free / 1e9:.1f} GB free"
    if free < ENOUGH_DISK:
        return Finding("disk", value, "look", "Downloaded images and checkpoints need some: make room.")
    return Finding("disk", value)

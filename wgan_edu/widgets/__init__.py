"""Live views: a page that asks, a kernel that answers, no threads.

`TrainingPlayer` is an anywidget view where anywidget is installed, and otherwise one of core ipywidgets with
the same Python methods; set `WGAN_EDU_WIDGETS=core` to get that one in any case. `base` says how a view and
the kernel talk.

Used in 00_start_here and in every chapter that trains.
"""

import importlib
import os
from importlib.util import find_spec
from typing import Any

__all__ = ["TrainingPlayer", "TrainingRun"]


def _core_only() -> bool:
    """Whether views have to be made of core ipywidgets: anywidget is missing, or the user says so."""
    return os.environ.get("WGAN_EDU_WIDGETS") == "core" or find_spec("anywidget") is None


def __getattr__(name: str) -> Any:
    if name == "TrainingRun":
        return importlib.import_module("wgan_edu.widgets.training_run").TrainingRun
    if name == "TrainingPlayer":
        if _core_only():
            return importlib.import_module("wgan_edu.widgets.core_player").CorePlayer
        return importlib.import_module("wgan_edu.widgets.training_player").TrainingPlayer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

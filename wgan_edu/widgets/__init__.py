"""Live views: a page that asks, a kernel that answers, no threads.

Each name below is an anywidget view where anywidget is installed. Elsewhere, and where
`WGAN_EDU_WIDGETS=core` asks for it, `TrainingPlayer` is made of core ipywidgets, with the same Python side;
the other views then say in a sentence what is missing, as a static figure stands before each of them.
With `WGAN_EDU_WIDGETS=recorded` a view is shown as a page that needs no kernel (`recorded`).

`base` says how a view and the kernel talk. Used in every chapter with a widget.
"""

import importlib
from importlib.util import find_spec
from typing import Any

from wgan_edu.display_mode import display_mode

# View: its module, and the one that stands in for it without anywidget.
VIEWS = {
    "CriticLab": ("critic_lab", "missing"),
    "Dashboard": ("dashboard", "missing"),
    "DiracGan": ("dirac_gan", "missing"),
    "DivergenceSlider": ("divergence_slider", "missing"),
    "DragTheEarth": ("drag_the_earth", "missing"),
    "GapCloses": ("gap_closes", "missing"),
    "SheetAndThread": ("sheet_and_thread", "missing"),
    "Steering": ("steering", "missing"),
    "TrainingPlayer": ("training_player", "core_player"),
}

__all__ = ["VIEWS", *VIEWS]


def _core_only() -> bool:
    """Whether views have to be made of core ipywidgets: anywidget is missing, or the user says so."""
    return display_mode() == "core" or find_spec("anywidget") is None


def __getattr__(name: str) -> Any:
    if name not in VIEWS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    view, stand_in = VIEWS[name]
    module = importlib.import_module(f"{__name__}.{stand_in if _core_only() else view}")
    return getattr(module, name)

"""The package behind the course: exact optimal transport, divergences, data, training, metrics and figures.

Each module is taught in the chapter that its docstring names. Modules load on first use, so that
`import wgan_edu` stays light (neither torch nor POT) on a small machine.
"""

import importlib
from types import ModuleType

__version__ = "0.1.0"
__all__ = [
    "checking",
    "checkpoint",
    "classifier",
    "configuration",
    "data",
    "devices",
    "dirac",
    "display_mode",
    "divergences",
    "doctor",
    "exercises",
    "families",
    "fast_gradients",
    "files",
    "fixed_pairs",
    "geometry",
    "headless",
    "image_metrics",
    "images",
    "links",
    "lipschitz",
    "looking",
    "metrics",
    "networks",
    "normalization",
    "palette",
    "plots",
    "saturation",
    "seeding",
    "state",
    "steering",
    "style",
    "training",
    "transport",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

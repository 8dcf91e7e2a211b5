"""What stands in for a view that needs anywidget where there is none: one sentence, and no error.

Used in every chapter with a widget.
"""

from typing import Any

from ipywidgets import Label

__all__: list[str] = []


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)

    def view(*_: Any, **__: Any) -> Label:
        return Label(
            f"{name} needs the package anywidget, which is not used here: run %pip install anywidget, then "
            "restart the kernel. The figure above shows what it would show."
        )

    return view

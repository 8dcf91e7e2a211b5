"""How a view and the kernel talk: the page asks, the kernel answers, and there is nothing else.

The page sends `{ask: id, verb, values}`; the kernel calls the method of that name, if it is marked `@asked`,
and sends back `{answer: id, ...}` with the arrays of the answer as binary buffers. No thread runs, nothing
is pushed, and a page that stops asking stops the work: closing it, reloading it or running its cell again
leaves no loop behind. What goes wrong in a method is sent to the page, which shows it and can ask again.

Used in every chapter with a widget.
"""

import json
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import anywidget
import numpy as np
import traitlets
from IPython import get_ipython

from wgan_edu.display_mode import display_mode
from wgan_edu.palette import COLORS, TINTS
from wgan_edu.widgets.recorded import Recording, as_page

__all__ = ["PulledWidget", "asked", "joined", "packed", "styled"]

HERE = Path(__file__).parent
Method = TypeVar("Method", bound=Callable[..., dict[str, Any]])


def asked(method: Method) -> Method:
    """Mark a method as one that the page may ask for; it gives a dictionary of numbers, texts and arrays."""
    method.asked = True  # type: ignore[attr-defined]
    return method


def joined(*names: str) -> str:
    """One module from several `.js` files, as a module made from text cannot import its neighbors."""
    colors = f"const COLORS = {json.dumps(COLORS | TINTS)};"
    return "\n".join([colors, *((HERE / name).read_text() for name in names)])


def styled() -> str:
    """The style sheet of every view, with the palette as its variables."""
    palette = "; ".join(f"--{name}: {color}" for name, color in (COLORS | TINTS).items())
    return f".wgan-edu {{ {palette} }}\n{(HERE / 'widgets.css').read_text()}"


def packed(answer: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Take the arrays out of an answer: what goes as JSON, and one float32 buffer for each array."""
    content: dict[str, Any] = {}
    buffers: list[bytes] = []
    for name, value in answer.items():
        if isinstance(value, np.ndarray):
            content[name] = {"buffer": len(buffers), "shape": list(value.shape)}
            buffers.append(np.ascontiguousarray(value, dtype="<f4").tobytes())
        elif isinstance(value, float) and not np.isfinite(value):
            content[name] = None  # JSON has no NaN
        else:
            content[name] = value
    return content, buffers


class PulledWidget(anywidget.AnyWidget):
    """A view whose page asks and whose kernel answers. Subclasses set `_esm` and mark methods `@asked`.

    The answer to `now` travels with a view when it is shown: the kernel may be busy with the cells below.

    Running a cell again closes the views that its earlier run made, so that one live view a cell is left.
    """

    # As text: anywidget watches a path for changes, and the watch would keep every closed view alive.
    _css = styled()
    _of_cells: dict[str, tuple[int, list["PulledWidget"]]] = {}  # noqa: RUF012, shared by design

    first = traitlets.Any(None, allow_none=True).tag(sync=True)  # the answer to `now`, until the page asks

    def __init__(self) -> None:
        super().__init__()
        self._turn = threading.RLock()  # JupyterLab may deliver messages on a thread of their own
        self.on_msg(self._asked)
        self._replace_earlier()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Show the view, as it is now; or a recording of it, where there will be no kernel."""
        if display_mode() == "recorded":
            recording = self.recorded()
            page = as_page(type(self).__name__, self._esm, self._css, recording)
            return {"text/html": page, "text/plain": recording.says}
        if hasattr(self, "now"):  # the divergence slider's page holds all it shows, and asks nothing
            content, buffers = packed(self._called("now", {}))
            self.first = {"content": content, "buffers": buffers}
        return super()._repr_mimebundle_(**options)

    def recorded(self) -> Recording:
        """What this view would answer, from the beginning; the view itself stays as it is."""
        raise NotImplementedError

    def _asked(self, _: Any, question: Any, __: Any = None) -> None:
        """Answer one question of the page, whatever happens."""
        if not isinstance(question, dict) or "ask" not in question:
            return
        number = question["ask"]
        self.first = None  # from here on it is old
        content: dict[str, Any]
        buffers: list[bytes] = []
        try:
            with self._turn:
                content, buffers = packed(self._called(question.get("verb"), question.get("values") or {}))
        except KeyboardInterrupt:
            content = {"interrupted": True}
        except Exception as error:
            content = {"error": f"{type(error).__name__}: {error}", "traceback": traceback.format_exc()}
        self.send({"answer": number, **content}, buffers)

    def _called(self, verb: Any, values: dict[str, Any]) -> dict[str, Any]:
        method = getattr(self, verb, None) if isinstance(verb, str) else None
        if method is None or not getattr(method, "asked", False):
            raise ValueError(f"verb must be one that the page may ask for; got {verb!r}.")
        answer: dict[str, Any] = method(**values)
        return answer

    def _replace_earlier(self) -> None:
        """Close what an earlier run of this cell has made."""
        shell = get_ipython()
        parent: dict[str, Any] = getattr(shell, "get_parent", dict)()
        cell = parent.get("metadata", {}).get("cellId") or parent.get("content", {}).get("code")
        if not cell:
            return
        count, views = self._of_cells.get(cell, (-1, []))
        if count != shell.execution_count:
            for view in views:
                view.close()
            views = []
        self._of_cells[cell] = shell.execution_count, [*views, self]

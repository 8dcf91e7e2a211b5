"""A sheet of paper and a thread in a room: turn them, bend the sheet, and count what they share.

The page draws and turns; every number comes from `sheet_scene.py`.

Taught in: 01_manifold_hypothesis.
"""

from typing import Any

from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.sheet_scene import Scene, frame

__all__ = ["SheetAndThread"]


class SheetAndThread(PulledWidget):
    """Drag the room to turn it; sliders tilt and lift the thread, bend the sheet, and say how near is near.

    Args:
        scene: where to begin. Default `Scene()`.

    Attributes:
        scene: the `Scene` that the page shows.

    Taught in: 01_manifold_hypothesis.
    """

    _esm = joined("shared.js", "sheet_and_thread.js")

    def __init__(self, scene: Scene | None = None) -> None:
        self.scene = scene or Scene()
        super().__init__()

    @asked
    def now(self) -> dict[str, Any]:
        """The present scene, for a page that has just opened."""
        return frame(self.scene)

    @asked
    def move(self, **position: float) -> dict[str, Any]:
        """Another scene: `tilt`, `bend`, `shift`, `epsilon`, as `Scene` takes them."""
        self.scene = Scene(**{name: float(value) for name, value in position.items()})
        return frame(self.scene)

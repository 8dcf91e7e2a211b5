"""A sheet of paper and a thread in a room: turn them, bend the sheet, and count what they share.

The page draws and turns; every number comes from `sheet_scene.py`.

Taught in: 01_manifold_hypothesis.
"""

from typing import Any

from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.recorded import Kept, Recording, grid, nearest
from wgan_edu.widgets.sheet_scene import Scene, frame

__all__ = ["SheetAndThread"]

# What a recording holds: every combination of these, from the least to the largest in steps.
RECORDED = {
    "bend": (0.0, 1.2, 0.2),
    "tilt": (0.0, 90.0, 10.0),
    "shift": (-0.6, 0.6, 0.2),
    "epsilon": (0.05, 0.1, 0.05),
}


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

    def recorded(self) -> Recording:
        """The present scene, and a grid of others."""
        scene = self.scene
        answers = [self.now(), *(self.move(**place) for place in grid(RECORDED))]
        self.scene = scene
        return Recording(
            says="Recorded at some places of each slider. Open the notebook for all of them.",
            answers=answers,
            next=nearest(answers, list(RECORDED), move={}),
            kept={"sheet": Kept(1 / 500), "thread": Kept(1 / 500)},
            sliders=RECORDED,
        )

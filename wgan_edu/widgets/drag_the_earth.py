"""Drag the earth: move points and change masses, and the optimal plan follows.

The drawing is in `drag_the_earth.js`; what is drawn in `transport_scene.py`.

Taught in: 05_earth_movers_distance.
"""

from typing import Any

import numpy as np

from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.transport_scene import HALF_WIDTH, PRESETS, STEP, Scene

__all__ = ["DragTheEarth"]

Answer = dict[str, Any]


class DragTheEarth(PulledWidget):
    """Two sets of points with masses on a canvas, with everything that follows from them.

    Drag a point, turn the wheel over it, or use the keys that the view names. `view.scene` is the same
    `Scene` that the page shows: change it in a cell, then touch the view to see it.

    Args:
        scene: a `Scene`, or the name of a preset. Default "split mass".

    Raises:
        ValueError: if there is no preset of that name.

    Attributes:
        scene: the `Scene`.
        solution: the `Solution` of the last answer.

    Taught in: 05_earth_movers_distance.
    """

    _esm = joined("shared.js", "drag_the_earth.js")

    def __init__(self, scene: Scene | str = "split mass") -> None:
        self.scene = Scene.preset(scene) if isinstance(scene, str) else scene
        self.solution = self.scene.solve()
        super().__init__()

    @asked
    def now(self) -> Answer:
        """The scene as it is."""
        return self._answer()

    @asked
    def preset(self, name: str) -> Answer:
        """One of the presets."""
        self.scene = Scene.preset(name)
        return self._answer()

    @asked
    def move(self, side: str, index: int, x: float, y: float) -> Answer:
        """Put a point elsewhere."""
        self.scene.move(side, int(index), (float(x), float(y)))
        return self._answer()

    @asked
    def set_mass(self, side: str, index: int, share: float) -> Answer:
        """Give a point this share of its side."""
        self.scene.set_mass(side, int(index), float(share))
        return self._answer()

    @asked
    def add(self, side: str, x: float, y: float) -> Answer:
        """Add a point."""
        index = self.scene.add(side, (float(x), float(y)))
        return {**self._answer(), "side": side, "chosen": index}

    @asked
    def remove(self, side: str, index: int) -> Answer:
        """Take a point away."""
        self.scene.remove(side, int(index))
        return self._answer()

    def _answer(self) -> Answer:
        scene = self.scene
        self.solution = solution = scene.solve()
        result, other = solution.result, solution.other
        return {
            "x": scene.x, "y": scene.y, "a": scene.a, "b": scene.b,
            "rescaled": scene.rescaled,
            "cost": result.value,
            "moves": _moves(result.plan),
            "others": _moves(np.zeros((0, 0)) if other is None else np.where(result.plan > 0, 0, other)),
            "tied": other is not None,
            "prices_x": result.potential_a, "prices_y": result.potential_b,
            "surface": solution.surface,
            "kl": solution.kl, "reverse_kl": solution.reverse_kl, "js": solution.js, "tv": solution.tv,
            "half_width": HALF_WIDTH, "step": STEP, "presets": list(PRESETS),
        }  # fmt: skip


def _moves(plan: Any) -> Any:
    """The routes of a plan as rows (from, to, mass)."""
    i, j = np.nonzero(plan > 1e-12)
    return np.column_stack([i, j, plan[i, j]]) if len(i) else np.zeros((0, 3))

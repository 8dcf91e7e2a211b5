"""Drag the earth: move points and change masses, and the optimal plan follows.

The drawing is in `drag_the_earth.js`; what is drawn in `transport_scene.py`.

Taught in: 05_earth_movers_distance.
"""

from itertools import product
from typing import Any

import numpy as np

from wgan_edu.widgets.base import PulledWidget, asked, joined
from wgan_edu.widgets.recorded import SURFACE, Recording, nearest
from wgan_edu.widgets.transport_scene import HALF_WIDTH, PRESETS, STEP, Scene

__all__ = ["DragTheEarth"]

Answer = dict[str, Any]
# What a recording holds of a preset: a grid of so many steps of this length each way from the middle, and the
# points that go there, one at a time.
RECORDED = {
    "split mass": (0.25, 7, [("real", 0), ("fake", 0), ("fake", 1)]),
    "ties": (0.35, 5, [("real", 0), ("real", 1), ("fake", 0), ("fake", 1)]),
    "ring and heap": (0.3, 6, [("fake", 0), ("fake", 1), ("fake", 2)]),
}
CROSSING = [0.25, 0.0, -0.25, -0.5]  # and one point after another to the other of the parallel lines
MASSES = 0.7 * 1.15 ** np.arange(-12, 3)  # of the first generated point of "split mass"


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

    def recorded(self) -> Recording:
        """The presets, in each of them single points at other places; in two of them something more."""
        mine, answers, where, presets = self.scene, list[Answer](), list[Answer](), dict[str, int]()

        def keep(name: str, answer: Answer) -> None:
            step = RECORDED.get(name, (CROSSING[0],))[0]
            answers.append(answer | {"step": step})
            where.append(_where(name, self.scene))

        shown = next((name for name in PRESETS if _where(name, Scene.preset(name)) == _where(name, mine)), "")
        if not shown:
            keep("", self.now())
        for name in sorted(PRESETS, key=lambda name: name != shown):
            presets[name] = len(answers)
            keep(name, self.preset(name))
            step, count, moved = RECORDED.get(name, (0.0, 0, []))
            ticks = step * np.arange(-count, count + 1)
            for (side, index), x, y in product(moved, ticks, ticks):
                self.scene = Scene.preset(name)
                keep(name, self.move(side, index, x, y))
        self.scene = Scene.preset("parallel lines")
        for index, x in product(range(len(self.scene.y)), CROSSING):
            keep("parallel lines", self.move("fake", index, x, self.scene.y[index, 1]))
        for share in MASSES:
            self.scene = Scene.preset("split mass")
            keep("split mass", self.set_mass("fake", 0, share))
        self.scene = mine
        return Recording(
            says="Recorded with single points at some places. Open the notebook to move, add and change all.",
            answers=answers,
            next=nearest(
                where,
                jumps={"preset": presets},
                move={"x": "{side}{index}x", "y": "{side}{index}y", "side": "", "index": ""},
                set_mass={"share": "{side}{index}share", "side": "", "index": ""},
            ),
            kept={"surface": SURFACE},
            without=["Add real", "Add generated", "Remove"],
        )

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


def _where(name: str, scene: Scene) -> Answer:
    """A scene of a preset, number by number."""
    found: Answer = {"scene": name}
    for side, places, masses in (("real", scene.x, scene.a), ("fake", scene.y, scene.b)):
        for index, ((x, y), share) in enumerate(zip(places.tolist(), masses.tolist(), strict=True)):
            found |= {f"{side}{index}x": x, f"{side}{index}y": y, f"{side}{index}share": share}
    return found

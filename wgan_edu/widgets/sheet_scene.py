r"""A sheet of paper and a thread in a room, S2's two analogies: what they have in common, counted exactly.

The sheet is the square $[-1, 1]^2$, bent along its first side into an arc without stretching it. The thread
is a wave of length 2 that lies flat on the sheet at tilt 0, is turned about the sheet's other axis, and
lifted. No widget is needed for any of it.

Taught in: 01_manifold_hypothesis.
"""

from dataclasses import asdict, dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from wgan_edu.checking import Array
from wgan_edu.geometry import mle_dimension

__all__ = ["RANGES", "Scene", "frame"]

N_SHEET, N_THREAD, FINE = 900, 300, 4001  # points shown of each, and along the thread where it is measured
FLAT = 1e-6  # a bend that is no bend
SIDE = 150  # points along each side of the sheet where it is measured
RANGES = {"tilt": (0.0, 90.0), "bend": (0.0, 1.5), "shift": (-1.0, 1.0), "epsilon": (0.01, 0.5)}


@dataclass(frozen=True)
class Scene:
    """One position of the sheet and the thread.

    Attributes:
        tilt: angle between thread and flat sheet, in degrees, 0 to 90. Default 60.
        bend: angle by which the sheet turns in one unit of length, 0 (flat) to 1.5. Default 0.
        shift: height of the thread's middle over the sheet's, -1 to 1. Default 0.
        epsilon: how near is near, 0.01 to 0.5. Default 0.1.

    Raises:
        ValueError: if one of them is outside its range.

    Taught in: 01_manifold_hypothesis.
    """

    tilt: float = 60.0
    bend: float = 0.0
    shift: float = 0.0
    epsilon: float = 0.1

    def __post_init__(self) -> None:
        """Check the ranges."""
        for name, (low, high) in RANGES.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} must lie between {low:g} and {high:g}; got {value:g}.")

    def sheet(self) -> Array:
        """Points spread evenly over the sheet at random, (900, 3), the same ones in every position."""
        return self._bent(np.random.default_rng(1).uniform(-1, 1, (N_SHEET, 2)))

    def thread(self) -> Array:
        """Points along the thread at random, (300, 3), the same ones in every position."""
        return self._turned(np.random.default_rng(2).uniform(-1, 1, N_THREAD))

    def dimensions(self) -> tuple[float, float]:
        """What twenty neighbors say about the points of the sheet, and of the thread."""
        return _dimensions(self.bend)

    def to_sheet(self, x: Array) -> Array:
        """Distances (n,) from points (n, 3) to the nearest place of the sheet, exact."""
        if self.bend > FLAT:
            angle = np.arctan2(x[:, 0], 1 / self.bend - x[:, 2])  # seen from the axis of the arc
            u = np.clip(angle / self.bend, -1, 1)
        else:
            u = np.clip(x[:, 0], -1, 1)
        nearest = self._bent(np.column_stack([u, np.clip(x[:, 1], -1, 1)]))
        return np.asarray(np.linalg.norm(x - nearest, axis=1))

    def to_thread(self, x: Array, within: float = np.inf) -> Array:
        """Distances (n,) from points (n, 3) to the nearest place of the thread; inf from `within` on."""
        from scipy.spatial import KDTree

        places = KDTree(self._turned(np.linspace(-1, 1, FINE)))
        return np.asarray(places.query(x, distance_upper_bound=within)[0])

    def crossings(self) -> Array:
        """Where the thread goes through the sheet, (c, 3): isolated points, and none where it lies in it."""
        t = np.linspace(-1, 1, FINE)
        x = self._turned(t)
        height, inside = self._height(x)
        above = height > 0  # a thread that touches the bent sheet does so from below
        crosses = np.flatnonzero((above[:-1] != above[1:]) & inside[:-1] & inside[1:])
        ahead = height[crosses] / (height[crosses] - height[crosses + 1])  # linear between the two
        return self._turned(t[crosses] + ahead * (t[1] - t[0]))

    def shares(self, closer: float = 1.0) -> tuple[float, float]:
        """How much of the thread is within epsilon of the sheet, and how much of the sheet of the thread.

        With `closer` = 2 the same for half of epsilon, and so on.
        """
        near = self.epsilon / closer
        return float((self._thread_apart < near).mean()), float((self._sheet_apart < near).mean())

    def meeting(self) -> str:
        """What the two have in common, in words."""
        apart, times = self._thread_apart, len(self.crossings())
        if apart.max() < 1e-9:
            return "The thread lies in the sheet: perfectly aligned. It is shared, and no area is."
        if times:
            return f"The thread crosses the sheet in {'one point' if times == 1 else f'{times} points'}."
        if apart.min() < 1e-9:
            return "The thread touches the sheet in one point."
        return f"They are disjoint; the least distance is {apart.min():.2f}."

    @cached_property
    def _thread_apart(self) -> Array:
        """Distance to the sheet all along the thread."""
        return self.to_sheet(self._turned(np.linspace(-1, 1, FINE)))

    @cached_property
    def _sheet_apart(self) -> Array:
        """Distance to the thread all over the sheet, as far as it is less than epsilon."""
        side = np.linspace(-1, 1, 2 * SIDE + 1)[1::2]  # middles of small squares
        paper = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        return self.to_thread(self._bent(paper), within=self.epsilon)

    def _bent(self, paper: Array) -> Array:
        """From places (n, 2) on the paper to the room (n, 3)."""
        u, v = paper.T
        if self.bend <= FLAT:
            return np.column_stack([u, v, np.zeros_like(u)])
        return np.column_stack([np.sin(self.bend * u), self.bend * v, 1 - np.cos(self.bend * u)]) / self.bend

    def _turned(self, t: Array) -> Array:
        """From places (n,) along the thread to the room (n, 3)."""
        angle = np.deg2rad(self.tilt)
        return np.column_stack([t * np.cos(angle), 0.3 * np.sin(3 * t), self.shift + t * np.sin(angle)])

    def _height(self, x: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
        """How far points are above the sheet along the third axis, and whether they are over it at all."""
        edge, rise = 1.0, np.zeros(len(x))
        if self.bend > FLAT:
            edge = np.sin(self.bend) / self.bend
            rise = (1 - np.sqrt(1 - (self.bend * np.clip(x[:, 0], -edge, edge)) ** 2)) / self.bend
        return x[:, 2] - rise, (np.abs(x[:, 0]) <= edge) & (np.abs(x[:, 1]) <= 1)


def frame(scene: Scene) -> dict[str, Any]:
    """All that a view shows of a scene, as numbers, words and arrays.

    Taught in: 01_manifold_hypothesis.
    """
    sheet, thread = scene.sheet(), scene.thread()
    near_sheet = scene.to_thread(sheet, scene.epsilon) < scene.epsilon
    near_thread = scene.to_sheet(thread) < scene.epsilon
    share, half = scene.shares(), scene.shares(closer=2)
    return {
        **asdict(scene),
        "sheet": np.column_stack([sheet, near_sheet]),
        "thread": np.column_stack([thread, near_thread]),
        "crossings": scene.crossings(),
        "meeting": scene.meeting(),
        "dimensions": scene.dimensions(),
        "shares": share,
        "factors": [a / b if b else None for a, b in zip(share, half, strict=True)],
    }


@cache
def _dimensions(bend: float) -> tuple[float, float]:
    """Neither turning nor lifting changes a distance within the sheet or within the thread."""
    scene = Scene(bend=bend)
    return mle_dimension(scene.sheet()), mle_dimension(scene.thread())

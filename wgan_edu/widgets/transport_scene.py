r"""What "drag the earth" shows: two sets of points with masses, and everything that follows from them.

Each change solves the transport problem anew: the optimal plan and its cost, a second optimal plan where
there are ties, the 1-Lipschitz potential, and KL, JS and TV of the same masses, which see only whether two
points are at the very same place. Places are on a grid of step 0.05, so that a point can be put on another.

Taught in: 05_earth_movers_distance.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wgan_edu.checking import Array
from wgan_edu.divergences import js_divergence, kl_divergence, total_variation
from wgan_edu.transport import OTResult, cost_matrix, kantorovich_potential, solve_primal

__all__ = ["PRESETS", "Scene", "Solution", "second_plan"]

HALF_WIDTH = 2.0  # the square that points live in
STEP = 0.05  # of the grid that places are rounded to
LEAST, MOST = 0.001, 0.95  # the share of its side that one point may have
MOST_POINTS = 40  # a side
GRID = 32  # values of the potential along each side of the square
TIE = 1e-9  # a route whose slack is below this may carry mass in an optimal plan

Place = tuple[float, float]

_RING = [(1.5 * math.cos(k * math.pi / 4), 1.5 * math.sin(k * math.pi / 4)) for k in range(8)]
PRESETS: dict[str, tuple[list[Place], list[Place], list[float], list[float]]] = {
    # Name: real places, generated places, real masses, generated masses.
    "split mass": ([(-1.0, 0.0)], [(1.0, 0.8), (1.0, -0.8)], [1.0], [0.7, 0.3]),
    "parallel lines": (
        [(-0.5, 0.25 * k - 1) for k in range(9)],
        [(0.5, 0.25 * k - 1) for k in range(9)],
        [1.0] * 9,
        [1.0] * 9,
    ),
    "ties": ([(-0.7, -0.7), (0.7, 0.7)], [(0.7, -0.7), (-0.7, 0.7)], [0.5, 0.5], [0.5, 0.5]),
    "ring and heap": (_RING, [(0.2, 0.1), (-0.3, 0.2), (0.1, -0.3)], [1.0] * 8, [1.0] * 3),
}


@dataclass(frozen=True, eq=False)
class Solution:
    r"""What follows from a scene.

    Attributes:
        result: the `OTResult` of the network simplex: cost, plan, prices.
        other: (n, m) an optimal plan that moves other routes, or None if the first is the only one.
        surface: (k, k) the potential f on a grid over the square, rows from bottom to top: 1-Lipschitz, and
            mean f(real) - mean f(generated) is the cost.
        kl, reverse_kl, js, tv: of the two mass functions over all places.
    """

    result: OTResult
    other: Array | None
    surface: Array
    kl: float
    reverse_kl: float
    js: float
    tv: float


@dataclass
class Scene:
    r"""Two sets of points with masses, to move about.

    Attributes:
        x, y: (n, 2) and (m, 2) places of the real and of the generated points.
        a, b: (n,) and (m,) their masses, each side with sum 1.
        rescaled: by how much the masses of a side were multiplied in the last change, 1 if they were not.

    Taught in: 05_earth_movers_distance.
    """

    x: Array = field(default_factory=lambda: np.zeros((1, 2)))
    y: Array = field(default_factory=lambda: np.zeros((1, 2)))
    a: Array = field(default_factory=lambda: np.ones(1))
    b: Array = field(default_factory=lambda: np.ones(1))
    rescaled: float = 1.0

    @classmethod
    def preset(cls, name: str) -> "Scene":
        """One of `PRESETS`.

        Raises:
            ValueError: if there is none of that name.
        """
        if name not in PRESETS:
            raise ValueError(f"name must be one of {', '.join(PRESETS)}; got {name!r}.")
        x, y, a, b = (np.array(part, dtype=np.float64) for part in PRESETS[name])
        return cls(_on_grid(x), _on_grid(y), a / a.sum(), b / b.sum())

    @classmethod
    def random(cls, n: int, m: int, seed: int = 0) -> "Scene":
        """Points and masses at random, n real ones and m generated ones."""
        rng = np.random.default_rng(seed)
        x, y = (_on_grid(rng.uniform(-1.8, 1.8, (k, 2))) for k in (n, m))
        a, b = (rng.uniform(0.2, 1, k) for k in (n, m))
        return cls(x, y, a / a.sum(), b / b.sum())

    # Changes. A side is "real" or "fake"; an index counts its points from 0.

    def move(self, side: str, index: int, to: Place) -> None:
        """Put a point elsewhere: on the nearest place of the grid, within the square."""
        places, _ = self._side(side, index)
        places[index] = _on_grid(np.asarray(to, dtype=np.float64))

    def set_mass(self, side: str, index: int, share: float) -> None:
        """Give a point this share of its side; the others keep their proportions, and the sum stays 1."""
        _, masses = self._side(side, index)
        if len(masses) == 1:
            self.rescaled = 1.0
            return
        share = min(max(float(share), LEAST), MOST)
        rest = masses.sum() - masses[index]
        self.rescaled = float((1 - share) / rest)
        masses *= self.rescaled
        masses[index] = share

    def add(self, side: str, at: Place) -> int:
        """Add a point of average mass, and give its index; the others shrink to make room."""
        places, masses = self._side(side)
        if len(places) >= MOST_POINTS:
            raise ValueError(f"a side holds at most {MOST_POINTS} points; the {side} side is full.")
        n = len(places)
        self.rescaled = n / (n + 1)
        places = np.vstack([places, _on_grid(np.asarray(at, dtype=np.float64))])
        self._set(side, places, np.append(masses * self.rescaled, 1 / (n + 1)))
        return n

    def remove(self, side: str, index: int) -> None:
        """Take a point away; the others grow to fill its mass. The last one of a side stays."""
        places, masses = self._side(side, index)
        if len(places) == 1:
            raise ValueError(f"the last point of the {side} side cannot be removed.")
        self.rescaled = float(1 / (1 - masses[index]))
        kept = np.delete(masses, index)
        self._set(side, np.delete(places, index, axis=0), kept / kept.sum())

    # What follows.

    def solve(self) -> Solution:
        """Solve the transport problem of this moment."""
        cost = cost_matrix(self.x, self.y)
        result = solve_primal(self.a, self.b, cost)
        f = kantorovich_potential(self.x, self.y, self.a, self.b)
        side = np.linspace(-HALF_WIDTH, HALF_WIDTH, GRID)
        grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
        p, q = self.mass_functions()
        return Solution(
            result=result,
            other=second_plan(self.a, self.b, cost, result),
            surface=np.asarray(f(grid)).reshape(GRID, GRID),
            kl=kl_divergence(p, q),
            reverse_kl=kl_divergence(q, p),
            js=js_divergence(p, q),
            tv=total_variation(p, q),
        )

    def mass_functions(self) -> tuple[Array, Array]:
        """The masses of both sides over all places, (k,) and (k,): points at one place count together."""
        places, where = np.unique(np.vstack([self.x, self.y]), axis=0, return_inverse=True)
        where = where.reshape(-1)  # NumPy 2.0 gave it a second axis
        p = np.bincount(where[: len(self.x)], self.a, len(places))
        q = np.bincount(where[len(self.x) :], self.b, len(places))
        return p / p.sum(), q / q.sum()

    def _side(self, side: str, index: int = 0) -> tuple[Array, Array]:
        if side not in ("real", "fake"):
            raise ValueError(f"side must be 'real' or 'fake'; got {side!r}.")
        places, masses = (self.x, self.a) if side == "real" else (self.y, self.b)
        if not 0 <= index < len(places):
            raise ValueError(f"index must be from 0 to {len(places) - 1} on the {side} side; got {index}.")
        return places, masses

    def _set(self, side: str, places: Array, masses: Array) -> None:
        if side == "real":
            self.x, self.a = places, masses
        else:
            self.y, self.b = places, masses


def second_plan(a: Array, b: Array, cost: Array, result: OTResult) -> Array | None:
    r"""Another optimal plan, sharing as little mass as it can with the first; None if there is none.

    By complementary slackness every optimal plan keeps to routes without slack, $f_i + g_j = C_{ij}$. Among
    the plans on these routes we find the one with the least mass on the routes of the given plan: a transport
    problem again, whose cost is 0 or 1 there and more than that elsewhere.

    Args:
        a: (n,) masses.
        b: (m,) masses.
        cost: (n, m).
        result: an optimal plan and its potentials.

    Returns:
        (n, m) a plan of the same cost, up to round-off, or None.

    Taught in: 05_earth_movers_distance.
    """
    slack = cost - result.potential_a[:, None] - result.potential_b[None, :]
    open_routes = slack <= TIE * max(1.0, float(cost.max()))
    used = result.plan > 0
    other = solve_primal(a, b, np.where(open_routes | used, used * 1.0, 1e3)).plan
    moved = float(np.abs(other - result.plan).sum()) / 2
    same_cost = abs(float((other * cost).sum()) - result.value) <= TIE * max(1.0, result.value)
    return other if moved > 1e-6 and same_cost else None


def _on_grid(places: Any) -> Array:
    inside = np.clip(places, -HALF_WIDTH, HALF_WIDTH)
    return np.asarray(np.round(np.round(inside / STEP) * STEP, 10)) + 0.0  # no negative zero

r"""What "the gap closes" shows: a bound on W1 from below, one from above, and the number between them.

From above a plan in whole barrows, improved circle by circle; from below a function f of slope at most 1,
whose gap is at most the work of any plan. What is left between them is slack, route by route:

    work of the plan - gap of f = sum over routes of P_ij (|x_i - y_j| - (f(x_i) - f(y_j)))

so the bounds meet exactly when f falls by the full way along every route in use. `LineGame` is played on a
line, with a price for each place; `PlaneGame` in the plane, with the c-transform of a network as f. No widget
is needed for either.

Taught in: 06_kantorovich_duality.
Source: Villani 2009, definition 5.1 and theorem 5.10 (a plan is optimal when no circle lowers its cost).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn

from wgan_edu.checking import Array, finite, points, points_like, vector_like, whole_number
from wgan_edu.looking import off_torch, tensor_for, values_at
from wgan_edu.networks import mlp_critic
from wgan_edu.transport import KantorovichPotential, c_transform, certify, cost_matrix, w1_exact

__all__ = ["BarrowPlan", "Bounds", "LineGame", "PlaneGame"]

TIGHT = 1e-9  # a route with no more slack than this is lit
ROUND_OFF = 1e-12  # by this much a slope may be above 1, and a circle may seem to save work
PILES = {2.0: 2, 3.0: 3, 8.0: 2, 10.0: 3}  # the street: place, barrows
HOLES = {0.0: 1, 4.0: 3, 5.0: 1, 7.0: 3, 9.0: 2}
SCATTERED, N_SCATTERED = 13, 12  # the points in the plane: their seed, and how many a side
LEARNING_RATE = 2e-3
MOST_MOVES = 400  # of the history


class BarrowPlan:
    r"""A plan in whole barrows, and the circles that improve it.

    In a circle of r piles each hands one hole on to the next, which serves it from then on. If that saves
    work, as many barrows take part as can. A circle of two is a swap. When no circle helps, of any length,
    the plan is optimal. On a line swaps are enough: where none helps, no stretch of the street is crossed
    both ways, and then the work is $\int |F - G|$.

    Args:
        barrows: (n, m) whole numbers, what goes from each pile to each hole.
        cost: (n, m) cost of a route.

    Attributes:
        barrows: (n, m) the plan; each improvement replaces it.
        cost: (n, m).
    """

    def __init__(self, barrows: Any, cost: Array) -> None:
        self.barrows, self.cost = barrows, cost

    @property
    def work(self) -> float:
        """The cost of the plan, with all barrows together of mass 1."""
        return float((self.barrows * self.cost).sum() / self.barrows.sum())

    def improve(self) -> tuple[int, int]:
        """Carry out the best circle of the least number of piles that helps.

        Returns:
            The number of its piles, 0 if no circle helps, and the number of barrows that moved.
        """
        circle = self._circle()
        change = np.zeros_like(self.barrows)
        for pile, following, hole in circle:
            change[pile, hole] -= 1
            change[following, hole] += 1
        if not circle:
            return 0, 0
        given = change < 0
        taking_part = int((self.barrows[given] // -change[given]).min())
        self.barrows = self.barrows + taking_part * change
        return len(circle), taking_part

    def _circle(self) -> list[tuple[int, int, int]]:
        """Find (pile, the pile that takes over, hole) for each link of the best of the shortest circles."""
        n = len(self.cost)
        links = self.cost[None, :, :] - self.cost[:, None, :]  # (i, k, j): k takes hole j over from i
        links = np.where(self.barrows[:, None, :] > 0, links, np.inf)
        hole, link = links.argmin(axis=2), links.min(axis=2)  # (n, n)
        walk, before = link, [np.zeros((n, n), dtype=np.int64)]  # the cheapest walks of so many links
        for length in range(2, n + 1):
            longer = walk[:, :, None] + link[None, :, :]
            before.append(longer.argmin(axis=1))
            walk = longer.min(axis=1)
            start = int(walk.diagonal().argmin())
            if walk[start, start] < -ROUND_OFF * self.cost.max():
                piles = [start]
                for step in reversed(before[1:length]):
                    piles.append(int(step[start, piles[-1]]))
                piles.append(start)
                return [(i, k, int(hole[i, k])) for k, i in pairwise(piles)]
        return []


@dataclass(frozen=True, eq=False)
class Bounds:
    r"""Where a game stands.

    Attributes:
        lower: gap of f, a lower bound on W1; NaN where f is too steep, as it proves nothing then.
        upper: work of the plan, an upper bound on W1.
        w1: the exact earth mover's distance.
        gap: what f earns, too steep or not; in the plane, the raw gap of the network.
        routes: (r, 2) the pile and the hole of each route in use.
        barrows: (r,) what it carries.
        way: (r,) how long it is.
        fall: (r,) $f(x_i) - f(y_j)$.
        lit: (r,) whether f falls by the full way, and is nowhere too steep.
        closed: whether the two bounds have met.
    """

    lower: float
    upper: float
    w1: float
    gap: float
    routes: Any
    barrows: Any
    way: Array
    fall: Array
    lit: Any

    @property
    def closed(self) -> bool:
        """Whether the two bounds have met."""
        return bool(self.lit.all()) and self.upper - self.lower <= TIGHT


class _Game:
    """Two sets of points, a plan between them, and some f."""

    def __init__(self, x: Array, y: Array, barrows: Any) -> None:
        self.x, self.y = x, y
        self.a, self.b = barrows.sum(axis=1) / barrows.sum(), barrows.sum(axis=0) / barrows.sum()
        self.cost = cost_matrix(x, y)
        self.w1 = w1_exact(x, y, self.a, self.b)
        self._first_plan = barrows
        self.reset()

    def reset(self) -> str:
        """Begin again."""
        self.plan = BarrowPlan(self._first_plan, self.cost)
        self.history: list[tuple[float, float]] = []
        self._last_edit: object = None
        return self._moved("")

    def improve_plan(self) -> str:
        """One circle that lowers the work of the plan; gives a sentence on it."""
        before = self.plan.work
        piles, barrows = self.plan.improve()
        if not piles:
            return "No swap lowers the work any more, and no longer circle does: the plan is optimal."
        number = "1 barrow" if barrows == 1 else f"{barrows} barrows"
        saved = f"{before - self.plan.work:.3g} less work"
        if piles == 2:
            return self._moved(f"Two piles swapped holes with {number}: {saved}.")
        return self._moved(
            "No swap of two piles helps any more, yet the plan is not optimal: a circle of "
            f"{piles} piles, each with {number}, gives {saved}."
        )

    def bounds(self) -> Bounds:
        """Where the game stands."""
        i, j = np.nonzero(self.plan.barrows)
        f_x, f_y = self._values()
        way, fall = self.cost[i, j], f_x[i] - f_y[j]
        lower = self._lower()
        return Bounds(
            lower=lower,
            upper=self.plan.work,
            w1=self.w1,
            gap=self._gap(),
            routes=np.column_stack([i, j]),
            barrows=self.plan.barrows[i, j],
            way=way,
            fall=fall,
            lit=(np.abs(way - fall) <= TIGHT) & np.isfinite(lower),
        )

    def _moved(self, sentence: str, edit: object = None) -> str:
        """Note the bounds after a move; edits of one and the same price are one move."""
        if self.history and edit is not None and edit == self._last_edit:
            self.history.pop()
        self._last_edit = edit
        self.history = [*self.history, (self._lower(), self.plan.work)][-MOST_MOVES:]
        return sentence

    def _values(self) -> tuple[Array, Array]:
        raise NotImplementedError

    def _gap(self) -> float:
        f_x, f_y = self._values()
        return float(self.a @ f_x - self.b @ f_y)

    def _lower(self) -> float:
        f_x, f_y = self._values()
        return float(self.a @ f_x - self.b @ f_y)


class LineGame(_Game):
    r"""The game on a line: a price for each place, to be set by hand.

    Args:
        piles: for each place the barrows of earth that lie there, whole numbers. Default a street of four
            piles.
        holes: for each place the barrows that it takes, as many in all. Default five holes.

    Raises:
        ValueError: if there is none, a number is not whole and positive, or the two sums differ.

    Attributes:
        places: (k,) all places, from left to right.
        prices: (k,) f at these places.
        x, y: (n, 1) and (m, 1) the places of piles and holes.
        plan: the `BarrowPlan`; at first from the left piles to the right holes, which is dear.
        history: (lower, upper) after each move.
        w1: exact W1.
    """

    def __init__(
        self, piles: Mapping[float, int] | None = None, holes: Mapping[float, int] | None = None
    ) -> None:
        x, a = _barrows("piles", PILES if piles is None else piles)
        y, b = _barrows("holes", HOLES if holes is None else holes)
        if a.sum() != b.sum():
            raise ValueError(f"holes must take as many barrows as the piles hold, {a.sum()}; got {b.sum()}.")
        self.places = np.union1d(x, y)
        self._at_x, self._at_y = np.searchsorted(self.places, x), np.searchsorted(self.places, y)
        super().__init__(x[:, None], y[:, None], _corner_rule(a, b[::-1])[:, ::-1])

    def reset(self) -> str:
        """Begin again, with all prices 0."""
        self.prices = np.zeros(len(self.places))
        return super().reset()

    def set_price(self, index: int, value: float) -> str:
        """Set f at one place, counted from 0."""
        index = whole_number(0)("index", index, {})
        if index >= len(self.places):
            raise ValueError(f"index must be from 0 to {len(self.places) - 1}; got {index}.")
        self.prices = self.prices.copy()
        self.prices[index] = finite("value", value, {})
        return self._moved("", edit=index)

    def set_prices(self, values: Any) -> str:
        """Set f at all places at once, (k,), from left to right."""
        self.prices = vector_like("places")("values", values, {"places": self.places})
        return self._moved("")

    def too_steep(self) -> Any:
        """Say of each stretch from place to place whether f changes by more than its length, (k - 1,)."""
        return np.abs(np.diff(self.prices)) > np.diff(self.places) + ROUND_OFF * self._size()

    def nearest(self) -> str:
        r"""Replace f by a nearest function of slope at most 1: the mean of McShane's two.

        $\min_k f_k + |z - z_k|$ is the largest one below f, and $\max_k f_k - |z - z_k|$ the smallest above.
        Where f is too steep by e, any function of slope at most 1 is off by e / 2 somewhere, and the mean of
        the two is off by no more. A feasible f stays as it is, so a lower bound is never lost by this.
        """
        below = c_transform(-self.prices, self._distances)
        above = -c_transform(self.prices, self._distances)
        off = float(np.abs((below + above) / 2 - self.prices).max())
        self.prices = (below + above) / 2
        return self._moved(f"A nearest function of slope at most 1: no price changed by more than {off:.3g}.")

    def raise_prices(self) -> str:
        r"""Two c-transforms: keep f at the piles, take the best prices at the holes, then at the piles.

        f becomes $\min_j |z - y_j| - g_j$ with $g_j = \min_i |x_i - y_j| - f(x_i)$, feasible whatever it was.
        If it was so before, the bound does not fall: at the piles f rises or stays, at the holes it falls
        or stays, since $-g_j \le f(y_j)$.
        """
        before, g = self._lower(), c_transform(self.prices[self._at_x], self.cost)
        self.prices = c_transform(g, np.abs(self.y - self.places[None, :]))
        gain = self._lower() - before
        if np.isnan(gain):
            return self._moved("The piles' prices with the best ones at the holes: a bound at last.")
        return self._moved(f"Two c-transforms: the bound rose by {gain:.3g}.")

    @property
    def _distances(self) -> Array:
        return np.asarray(np.abs(self.places[:, None] - self.places[None, :]))

    def _size(self) -> float:
        return float(max(1.0, np.abs(self.places).max(), np.abs(self.prices).max()))

    def _values(self) -> tuple[Array, Array]:
        return self.prices[self._at_x], self.prices[self._at_y]

    def _lower(self) -> float:
        return float("nan") if self.too_steep().any() else self._gap()


class PlaneGame(_Game):
    r"""The game in the plane: f is the c-transform of a network, which can be trained.

    f is $\min_j \|z - y_j\| - g_j$ with the prices $g$ that `certify` makes of the network, so f is
    1-Lipschitz whatever the network is. A step of training goes up $\sum_i a_i u_i + \sum_j b_j u^c_j$, with
    $u$ the network's values at the points x: no penalty, no clipping, as a c-transform obeys by itself.

    Args:
        x: (n, 2) points, a barrow each. Default 12 points of a square at random.
        y: (n, 2) as many others. Default likewise.
        critic: a torch module from (B, 2) to (B,), or any function of an array (k, 2), which then cannot
            be trained. Default a perceptron `mlp_critic(2)`.

    Raises:
        ValueError: if the two are not as many points of the plane.

    Attributes:
        critic: the network.
        f: the `KantorovichPotential` made of it; its `.value` is the lower bound.
        plan: the `BarrowPlan`; at first from the first point to the first, and so on.
        history: (lower, upper) after each move.
        w1: exact W1.
    """

    def __init__(self, x: Any = None, y: Any = None, critic: Callable[[Any], Any] | None = None) -> None:
        scattered = np.random.default_rng(SCATTERED).uniform(-1, 1, (2, N_SCATTERED, 2))
        x = points("x", scattered[0] if x is None else x, {})
        y = points_like("x")("y", scattered[1] if y is None else y, {"x": x})
        if x.shape[1] != 2 or len(x) != len(y):
            raise ValueError(
                f"x and y must be as many points of the plane; got shapes {x.shape} and {y.shape}."
            )
        self._given = critic
        super().__init__(x, y, np.eye(len(x), dtype=np.int64))

    def reset(self) -> str:
        """Begin again with the first plan, and with a fresh network; one that was given stays as it is."""
        self.critic = mlp_critic(2, seed=0) if self._given is None else self._given
        self.steps = 0
        if isinstance(self.critic, nn.Module):
            self._optimizer = torch.optim.Adam(self.critic.parameters(), LEARNING_RATE, betas=(0.5, 0.9))
        self._look()
        return super().reset()

    def train(self, steps: int = 1) -> str:
        """Take some steps up the network's c-transform bound.

        Raises:
            ValueError: if steps is not a whole number of at least 1, or the critic is no torch module.
        """
        whole_number(1)("steps", steps, {})
        if not isinstance(self.critic, nn.Module):
            kind = type(self.critic).__name__
            raise ValueError(f"critic must be a torch module to be trained; got {kind}.")
        x, cost, a, b = (tensor_for(self.critic, part) for part in (self.x, self.cost, self.a, self.b))
        for _ in range(steps):
            u = self.critic(x).reshape(-1)
            bound = a @ u + b @ (cost - u[:, None]).min(dim=0).values
            self._optimizer.zero_grad()
            (-bound).backward()
            self._optimizer.step()
            self.steps += 1
        before = self.f.value
        self._look()
        gain = self.f.value - before
        return self._moved(
            f"Step {self.steps}: the bound {'fell' if gain < 0 else 'rose'} by {abs(gain):.2g}."
        )

    def _look(self) -> None:
        """Make f of the network as it is."""
        prices = certify(self.critic, self.x, self.y, self.a, self.b).potential_b
        f = KantorovichPotential(self.y, prices, np.nan)
        self.f = KantorovichPotential(self.y, prices, float(self.a @ f(self.x) - self.b @ f(self.y)))

    def _values(self) -> tuple[Array, Array]:
        return self.f(self.x), self.f(self.y)

    def _gap(self) -> float:
        if not isinstance(self.critic, nn.Module):
            u, v = self.critic(self.x), self.critic(self.y)
        else:
            u, v = (values_at(self.critic, z) for z in (self.x, self.y))
        return float(self.a @ np.ravel(off_torch(u)) - self.b @ np.ravel(off_torch(v)))


def _barrows(name: str, given: Mapping[float, int]) -> tuple[Array, Any]:
    """Places from left to right, and the barrows there."""
    if not given:
        raise ValueError(f"{name} must hold at least one place; got none.")
    for place, number in given.items():
        finite(f"a place of {name}", place, {})
        whole_number(1)(f"{name}[{place:g}]", number, {})
    places = np.array(sorted(given), dtype=np.float64)
    return places, np.array([given[place] for place in sorted(given)], dtype=np.int64)


def _corner_rule(a: Any, b: Any) -> Any:
    """The plan that fills holes in order from piles in order, (n, m)."""
    edges = np.union1d(np.cumsum(a), np.cumsum(b))
    barrows = np.zeros((len(a), len(b)), dtype=np.int64)
    barrows[np.searchsorted(np.cumsum(a), edges), np.searchsorted(np.cumsum(b), edges)] = np.diff(
        edges, prepend=0
    )
    return barrows

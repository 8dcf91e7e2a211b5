r"""Exact optimal transport: the primal, the dual, and what a critic can certify about them.

    W1(P, Q) = inf over couplings of E||x - y|| = sup over 1-Lipschitz f of E_P f(x) - E_Q f(y)

For two finite sets of points both sides are linear programs. `transport_lp` writes the primal out,
`solve_primal` and `solve_dual` solve them, and every solver returns the same kind of result: a plan that
is feasible, potentials that are feasible, and the gap between the two, so that each answer carries its
own proof. The ground cost is Euclidean unless you pass another, and is never squared by surprise.

Taught in: 05_earth_movers_distance (primal), 06_kantorovich_duality (dual, potentials, certificates),
07_large_scale_transport (Sinkhorn, sliced).
Source: Peyre and Cuturi, Computational Optimal Transport, 2019, chapters 2 to 5; Villani, Optimal
Transport: Old and New, 2009, chapter 5.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import ot
from scipy import sparse
from scipy.optimize import linprog
from scipy.spatial.distance import cdist
from scipy.special import logsumexp

from wgan_edu.checking import (
    ROUND_OFF,
    Array,
    Masses,
    answers_for,
    at_least,
    checked,
    cost_entries,
    greater_than,
    line_points,
    masses_of,
    one_of,
    points,
    points_like,
    values_of,
    whole_number,
)
from wgan_edu.looking import values_at

__all__ = [
    "Certificate",
    "KantorovichPotential",
    "LinearProgram",
    "OTResult",
    "c_transform",
    "certify",
    "cost_matrix",
    "kantorovich_potential",
    "sinkhorn",
    "sliced_w1",
    "solve_dual",
    "solve_primal",
    "transport_lp",
    "w1_exact",
    "w2_exact",
    "wasserstein_1d",
]

BoolArray = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

MOST_PIVOTS = 10**9  # the network simplex is let run until it is done; fewer pivots give a wrong value
LP_UNITS = 1e6  # HiGHS lets constraints be off by 1e-7: in these units, by 1e-13 of the mass or the cost
MOST_TANGENTS = 200  # every scale is a valid certificate; a dozen tangents usually find the best


@dataclass(frozen=True, eq=False)
class OTResult:
    r"""What every solver returns: an answer and its proof.

    The plan is in $U(a, b)$, so `value` is at least the optimum; the potentials satisfy
    $f_i + g_j \le C_{ij}$, so $\sum_i a_i f_i + \sum_j b_j g_j$ is at most the optimum. The optimum
    therefore lies in `[value - gap, value]`.

    Attributes:
        value: $\langle P, C \rangle$, in the units of the cost.
        plan: (n, m) the coupling $P$; not unique where there are ties.
        potential_a: (n,) the dual potential $f$; never unique ($f + t$, $g - t$ does as well).
        potential_b: (m,) the dual potential $g$.
        gap: `value` minus the dual value; 0 up to round-off for an exact solver.
    """

    value: float
    plan: Array
    potential_a: Array
    potential_b: Array
    gap: float


class LinearProgram(NamedTuple):
    r"""Minimize $\langle c, x\rangle$ subject to $A x = b$, $x \ge 0$, in SciPy's names.

    Attributes:
        c: (n m,) the cost matrix read row by row.
        A_eq: (n + m, n m) sparse, one row a marginal constraint.
        b_eq: (n + m,) the masses of both sides.
    """

    c: Array
    A_eq: Any
    b_eq: Array


@checked(x=points, y=points_like("x"))
def cost_matrix(x: Array, y: Array) -> Array:
    r"""Euclidean ground cost $C_{ij} = \|x_i - y_j\|_2$ (not squared).

    Args:
        x: (n, d) points.
        y: (m, d) points.

    Returns:
        (n, m) costs, in the units of the points.

    Raises:
        ValueError: if a set is empty, not finite, not of shape (n, d), or the dimensions differ.

    Source: Peyre and Cuturi 2019, section 2.2. Taught in: 05_earth_movers_distance.
    """
    return np.asarray(cdist(x, y))


@checked(cost=cost_entries, a=masses_of("cost", 0, "b"), b=masses_of("cost", 1, "a"))
def transport_lp(a: Masses, b: Masses, cost: Array) -> LinearProgram:
    r"""The transport problem as a linear program in standard form.

    $\min_{P \ge 0} \sum_{ij} C_{ij} P_{ij}$ subject to $\sum_j P_{ij} = a_i$ and $\sum_i P_{ij} = b_j$. With
    $P$ read row by row, the first $n$ rows of `A_eq` add up a row of $P$, the other $m$ add up a column.

    Args:
        a: (n,) masses, nonnegative, sum 1 within 1e-6; `None` for uniform.
        b: (m,) masses, likewise.
        cost: (n, m) ground cost.

    Returns:
        A `LinearProgram`; `linprog(**transport_lp(a, b, cost)._asdict())` solves it.

    Raises:
        ValueError: on empty or non-finite input, negative masses, or masses that do not sum to 1.

    Source: Peyre and Cuturi 2019, section 3.1. Taught in: 05_earth_movers_distance.
    """
    n, m = cost.shape
    row_sums = sparse.kron(sparse.eye_array(n), np.ones((1, m)))  # (n, nm)
    column_sums = sparse.kron(np.ones((1, n)), sparse.eye_array(m))  # (m, nm)
    A_eq = sparse.vstack([row_sums, column_sums], format="csr")
    return LinearProgram(c=cost.ravel(), A_eq=A_eq, b_eq=np.concatenate([a, b]))


@checked(
    cost=cost_entries,
    a=masses_of("cost", 0, "b"),
    b=masses_of("cost", 1, "a"),
    solver=one_of("network_simplex", "highs"),
)
def solve_primal(a: Masses, b: Masses, cost: Array, solver: str = "network_simplex") -> OTResult:
    r"""The least work: $\min_{P \in U(a, b)} \langle P, C \rangle$, exactly.

    Args:
        a: (n,) masses, nonnegative, sum 1 within 1e-6 (then rescaled to 1); `None` for uniform.
        b: (m,) masses, likewise.
        cost: (n, m) ground cost, any scale.
        solver: "network_simplex" (POT, fast) or "highs" (SciPy's general LP solver).

    Returns:
        An `OTResult`. Where several plans are optimal the solvers may return different ones.

    Raises:
        ValueError: on empty or non-finite input, negative masses, or masses that do not sum to 1.
        RuntimeError: if the solver stopped before the optimum.

    Source: Peyre and Cuturi 2019, equation (2.11). Taught in: 05_earth_movers_distance.
    """
    if solver == "network_simplex":
        plan, f = _network_simplex(a, b, cost)
    else:
        scale = _scale(cost)
        x, prices = _highs(**transport_lp(a, b, cost / scale)._asdict())
        plan, f = _round_to_marginals(x.reshape(cost.shape), a, b), scale * prices[: len(a)]
    return _proved(a, b, cost, plan, f)


@checked(cost=cost_entries, a=masses_of("cost", 0, "b"), b=masses_of("cost", 1, "a"))
def solve_dual(a: Masses, b: Masses, cost: Array) -> OTResult:
    r"""The highest price: $\max_{f, g} \sum_i a_i f_i + \sum_j b_j g_j$ subject to $f_i + g_j \le C_{ij}$.

    Solved as a linear program of its own (HiGHS), so that it can be held against `solve_primal`; the plan
    is read from the multipliers of its constraints.

    Args:
        a: (n,) masses, nonnegative, sum 1 within 1e-6 (then rescaled to 1); `None` for uniform.
        b: (m,) masses, likewise.
        cost: (n, m) ground cost, any scale.

    Returns:
        An `OTResult`; potentials are never unique, compare them modulo a constant at most.

    Raises:
        ValueError: on empty or non-finite input, negative masses, or masses that do not sum to 1.
        RuntimeError: if the solver stopped before the optimum.

    Source: Peyre and Cuturi 2019, equation (2.20). Taught in: 06_kantorovich_duality.
    """
    scale = _scale(cost)
    primal = transport_lp(a, b, cost / scale)
    prices, x = _highs(c=-primal.b_eq, A_ub=primal.A_eq.T, b_ub=primal.c, bounds=(None, None))
    plan = _round_to_marginals(-x.reshape(cost.shape), a, b)
    return _proved(a, b, cost, plan, scale * prices[: len(a)])


@checked(x=points, y=points_like("x"), a=masses_of("x", 0, "b"), b=masses_of("y", 0, "a"))
def w1_exact(x: Array, y: Array, a: Masses = None, b: Masses = None) -> float:
    r"""The earth mover's distance $W_1 = \min_{P \in U(a, b)} \sum_{ij} P_{ij} \|x_i - y_j\|_2$.

    Args:
        x: (n, d) points.
        y: (m, d) points.
        a: (n,) masses of x, nonnegative, sum 1 within 1e-6; `None` for uniform.
        b: (m,) masses of y, likewise.

    Returns:
        The distance, in the units of the points.

    Raises:
        ValueError: on empty or non-finite points, unequal dimensions, bad masses.

    Source: Arjovsky, Chintala and Bottou 2017, equation (1). Taught in: 05_earth_movers_distance.
    """
    cost = cost_matrix(x, y)
    plan, _ = _network_simplex(a, b, cost)  # as `solve_primal`, without the proof
    return float(np.vdot(plan, cost))


@checked(x=points, y=points_like("x"), a=masses_of("x", 0, "b"), b=masses_of("y", 0, "a"))
def w2_exact(x: Array, y: Array, a: Masses = None, b: Masses = None) -> float:
    r"""$W_2 = \big( \min_{P \in U(a, b)} \sum_{ij} P_{ij} \|x_i - y_j\|_2^2 \big)^{1/2}$, with the root.

    Args:
        x: (n, d) points.
        y: (m, d) points.
        a: (n,) masses of x, nonnegative, sum 1 within 1e-6; `None` for uniform.
        b: (m,) masses of y, likewise.

    Returns:
        The distance, in the units of the points (not squared).

    Raises:
        ValueError: on empty or non-finite points, unequal dimensions, bad masses.

    Source: Peyre and Cuturi 2019, proposition 2.2. Taught in: 05_earth_movers_distance.
    """
    squared = cost_matrix(x, y) ** 2
    plan, _ = _network_simplex(a, b, squared)
    return float(np.sqrt(np.vdot(plan, squared)))


@checked(x=line_points, y=line_points, a=masses_of("x", 0, "b"), b=masses_of("y", 0, "a"), p=at_least(1))
def wasserstein_1d(x: Array, y: Array, a: Masses = None, b: Masses = None, p: float = 1) -> float:
    r"""On the line, in closed form: $W_p = \big( \int_0^1 |F^{-1}(u) - G^{-1}(u)|^p du \big)^{1/p}$.

    For p = 1 this is the area between the two cumulative distribution functions.

    Args:
        x: (n,) points on the line.
        y: (m,) points on the line.
        a: (n,) masses of x, nonnegative, sum 1 within 1e-6; `None` for uniform.
        b: (m,) masses of y, likewise.
        p: the order, at least 1. Default 1.

    Returns:
        The distance, in the units of the points (the root is taken).

    Raises:
        ValueError: on empty or non-finite points, points that are not of shape (n,), bad masses, p < 1.

    Source: Peyre and Cuturi 2019, remark 2.30. Taught in: 05_earth_movers_distance.
    """
    order_x, order_y = np.argsort(x), np.argsort(y)
    levels_x, levels_y = np.cumsum(a[order_x]), np.cumsum(b[order_y])  # the CDFs, just after each point
    levels = np.union1d(levels_x, levels_y)  # where either quantile function jumps
    rank_x = np.searchsorted(levels_x, levels).clip(max=len(x) - 1)
    rank_y = np.searchsorted(levels_y, levels).clip(max=len(y) - 1)
    distance = np.abs(x[order_x][rank_x] - y[order_y][rank_y])  # |F^-1 - G^-1| below each level
    return float((np.diff(levels, prepend=0.0) @ distance**p) ** (1 / p))


@checked(cost=cost_entries, potential=values_of("cost"))
def c_transform(potential: Array, cost: Array) -> Array:
    r"""The best price on the other side: $f^c_j = \min_i C_{ij} - f_i$.

    The largest $g$ with $f_i + g_j \le C_{ij}$. For a potential on the columns pass `cost.T`.

    Args:
        potential: (n,) one number a row of `cost`.
        cost: (n, m) ground cost.

    Returns:
        (m,) the transform.

    Raises:
        ValueError: on empty or non-finite input or unequal lengths.

    Source: Peyre and Cuturi 2019, equation (5.1). Taught in: 06_kantorovich_duality.
    """
    return np.asarray((cost - potential[:, None]).min(axis=0))


@dataclass(frozen=True, eq=False)
class KantorovichPotential:
    r"""One explicit 1-Lipschitz function $f(z) = \min_j \|z - y_j\| - g_j$ on the whole space.

    A minimum of 1-Lipschitz functions is 1-Lipschitz, everywhere and exactly.

    Attributes:
        anchors: (m, d) the points $y_j$.
        prices: (m,) the potential $g$.
        value: $E_a f(x) - E_b f(y)$, the W1 of the two samples it was made for.

    Source: McShane 1934; Villani 2009, particular case 5.4. Taught in: 06_kantorovich_duality.
    """

    anchors: Array
    prices: Array
    value: float

    @checked(z=points_like("anchors"))
    def __call__(self, z: Array) -> Array:
        """f at points z of shape (k, d); returns shape (k,)."""
        return c_transform(self.prices, cost_matrix(self.anchors, z))


@checked(x=points, y=points_like("x"), a=masses_of("x", 0, "b"), b=masses_of("y", 0, "a"))
def kantorovich_potential(x: Array, y: Array, a: Masses = None, b: Masses = None) -> KantorovichPotential:
    r"""The optimal critic of two samples: 1-Lipschitz, with $E_a f(x) - E_b f(y) = W_1$.

    High on x, low on y. Not unique: off the two samples other choices are as good.

    Args:
        x: (n, d) points, on which f is high.
        y: (m, d) points, on which f is low.
        a: (n,) masses of x, nonnegative, sum 1 within 1e-6; `None` for uniform.
        b: (m,) masses of y, likewise.

    Returns:
        A `KantorovichPotential`: call it on points (k, d); its `.value` is W1.

    Raises:
        ValueError: on empty or non-finite points, unequal dimensions, bad masses.

    Source: Villani 2009, theorem 5.10 and particular case 5.16. Taught in: 06_kantorovich_duality.
    """
    paid = b > 0  # a point without mass has no say in the price
    prices = solve_primal(a, b, cost_matrix(x, y)).potential_b[paid]
    f = KantorovichPotential(anchors=y[paid], prices=prices, value=np.nan)
    return KantorovichPotential(f.anchors, f.prices, value=float(a @ f(x) - b @ f(y)))


@dataclass(frozen=True, eq=False)
class Certificate:
    r"""A lower bound on W1 with its proof: potentials with $f_i + g_j \le C_{ij}$ that attain it.

    Attributes:
        value: $\sum_i a_i f_i + \sum_j b_j g_j \le W_1$ of the two samples.
        side: the sample whose critic values were kept, "x" or "y"; the other side is their c-transform.
        scale: the factor on the critic's values.
        potential_a: (n,) the potential $f$ on x.
        potential_b: (m,) the potential $g$ on y.
    """

    value: float
    side: str
    scale: float
    potential_a: Array
    potential_b: Array


@checked(x=points, y=points_like("x"), a=masses_of("x", 0, "b"), b=masses_of("y", 0, "a"))
def certify(
    critic: Callable[[Any], Any], x: Array, y: Array, a: Masses = None, b: Masses = None
) -> Certificate:
    r"""The largest lower bound on the W1 of these two samples that a critic yields.

    Whatever the critic, trained or not, Lipschitz or not, weak duality makes a c-transform feasible:

    $\max_{s \ge 0} \max\big\{ a \cdot s u + b \cdot (s u)^c,\; a \cdot (-s v)^c - b \cdot s v \big\} \le W_1$

    with $u = f(x)$, $v = f(y)$. Both are concave in $s$, and the maximum is found exactly, in float64.
    It is a fact about the two samples, not about the laws they came from.

    Args:
        critic: a torch module (called on tensors of its own type and device, in eval mode), or a function
            of a float64 array (n, d); it returns (n,) or (n, 1), high on x.
        x: (n, d) points.
        y: (m, d) points.
        a: (n,) masses of x, nonnegative, sum 1 within 1e-6; `None` for uniform.
        b: (m,) masses of y, likewise.

    Returns:
        A `Certificate`. Its baseline is what the zero critic certifies, which may already be positive.

    Raises:
        ValueError: on empty or non-finite points, unequal dimensions, bad masses, or critic values that
            are not finite or not one for each point.

    Source: Peyre and Cuturi 2019, section 5.1; weak duality. Taught in: 06_kantorovich_duality,
    08_lipschitz_critics.
    """
    cost = cost_matrix(x, y)  # before the critic, which may write into the points it is given
    on_x, on_y = a > 0, b > 0  # points without mass would only tighten the constraints
    u, v = _critic_values(critic, x, on_x), _critic_values(critic, y, on_y)
    support = cost[np.ix_(on_x, on_y)]
    value_x, scale_x = _best_scale(u[on_x], a[on_x], b[on_y], support)
    value_y, scale_y = _best_scale(-v[on_y], b[on_y], a[on_x], support.T)
    if value_x >= value_y:
        f, g = _feasible_pair(scale_x * u, on_x, cost)
        f[on_x] = scale_x * u[on_x]  # what the critic itself yields, not what could be made of it
        return Certificate(value_x, "x", scale_x, f, g)
    g, f = _feasible_pair(-scale_y * v, on_y, cost.T)
    g[on_y] = -scale_y * v[on_y]
    return Certificate(value_y, "y", scale_y, f, g)


@checked(
    cost=cost_entries,
    a=masses_of("cost", 0, "b"),
    b=masses_of("cost", 1, "a"),
    epsilon=greater_than(0),
    tolerance=greater_than(0),
    max_iterations=whole_number(1),
)
def sinkhorn(
    a: Masses,
    b: Masses,
    cost: Array,
    epsilon: float,
    tolerance: float = 1e-7,
    max_iterations: int = 100_000,
) -> OTResult:
    r"""Entropic transport in the log domain: $P_{ij} = a_i b_j \exp((f_i + g_j - C_{ij}) / \varepsilon)$.

    Minimizes $\langle P, C\rangle + \varepsilon\, KL(P \| a b^T)$ by scaling rows and columns in turn. The
    plan is then rounded onto the exact marginals and the potentials are made feasible by c-transforms, so
    the result is an interval for the *unregularized* optimum: `[value - gap, value]`.

    Args:
        a: (n,) masses, nonnegative, sum 1 within 1e-6; `None` for uniform.
        b: (m,) masses, likewise.
        cost: (n, m) ground cost.
        epsilon: strength of the entropy, positive, in the units of the cost.
        tolerance: stop when the rows of the plan are off by this much mass in all. Default 1e-7.
        max_iterations: at most this many sweeps. Default 100,000; a small epsilon needs many.

    Returns:
        An `OTResult`; `value` is the transport cost of the plan alone, without the entropy.

    Raises:
        ValueError: on empty or non-finite input, bad masses, or epsilon <= 0.
        RuntimeError: if the tolerance is not reached in `max_iterations` sweeps.

    Source: Peyre and Cuturi 2019, section 4.4 and remark 4.23; rounding: Altschuler, Weed and Rigollet
    2017, algorithm 2. Taught in: 07_large_scale_transport.
    """
    with np.errstate(divide="ignore"):  # log 0 = -inf: no mass, no say
        log_a, log_b = np.log(a), np.log(b)
    f, g = np.zeros(len(a)), np.zeros(len(b))
    for _ in range(max_iterations):
        f_before, f = f, -epsilon * logsumexp(log_b + (g - cost) / epsilon, axis=1)
        with np.errstate(over="ignore"):  # far from the solution the error may be inf: go on
            rows = np.exp(log_a + (f_before - f) / epsilon)  # (n,) row sums of the plan before this sweep
        row_error = np.abs(rows - a).sum()
        if row_error < tolerance:
            break
        g = -epsilon * logsumexp(log_a[:, None] + (f[:, None] - cost) / epsilon, axis=0)
    else:
        raise RuntimeError(
            f"sinkhorn did not reach tolerance {tolerance:g} in {max_iterations} sweeps "
            f"at epsilon {epsilon:g} (rows off by {row_error:.3g}); raise epsilon or max_iterations."
        )
    plan = np.exp(log_a[:, None] + log_b + (f[:, None] + g - cost) / epsilon)
    return _proved(a, b, cost, _round_to_marginals(plan, a, b), f)


@checked(x=points, y=points_like("x"), n_projections=whole_number(1))
def sliced_w1(x: Array, y: Array, n_projections: int = 100, seed: int | np.random.Generator = 0) -> float:
    r"""Mean over random directions of the W1 of the projections, $E_u W_1(u^T x, u^T y)$.

    At most W1, as projecting shortens distances, and a different number: it is no estimate of W1.

    Args:
        x: (n, d) points, uniform masses.
        y: (m, d) points, uniform masses.
        n_projections: number of directions, uniform on the sphere. Default 100.
        seed: an integer or a NumPy Generator. Default 0.

    Returns:
        The sliced distance, in the units of the points.

    Raises:
        ValueError: on empty or non-finite points, unequal dimensions, fewer than one projection.

    Source: Peyre and Cuturi 2019, section 10.4, with p = 1. Taught in: 07_large_scale_transport.
    """
    directions = np.random.default_rng(seed).standard_normal((n_projections, x.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return float(np.mean([wasserstein_1d(x @ u, y @ u) for u in directions]))


# --- what stands behind them ------------------------------------------------------------------------


def _scale(cost: Array) -> float:
    """Divide by this before solving: solvers lose small costs to their absolute tolerances."""
    largest = float(np.abs(cost).max())
    return largest if largest > 0 else 1.0


def _network_simplex(a: Array, b: Array, cost: Array) -> tuple[Array, Array]:
    """Plan and row potential by POT; a warning about iterations is an error here."""
    scale = _scale(cost)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it comes a second time, in the log
        plan, log = ot.emd(
            a,
            b,
            np.ascontiguousarray(cost / scale),
            numItermax=MOST_PIVOTS,
            log=True,
            center_dual=False,
            check_marginals=False,
        )
    if log["warning"] is not None:
        raise RuntimeError(f"The network simplex stopped before the optimum: {log['warning']}")
    return plan, scale * log["u"]


def _highs(**program: Any) -> tuple[Array, Array]:
    """Solution and multipliers by SciPy's LP solver; anything but an optimum is an error."""
    for name in {"c", "b_eq", "b_ub"} & set(program):
        program[name] = LP_UNITS * program[name]
    # Without presolve: one marginal is redundant, and presolve takes its round-off for a contradiction.
    solution = linprog(method="highs", options={"presolve": False}, **program)
    if solution.status != 0:
        raise RuntimeError(f"HiGHS stopped before the optimum: {solution.message}")
    constraints = solution.eqlin if "b_eq" in program else solution.ineqlin
    return solution.x / LP_UNITS, constraints.marginals / LP_UNITS


def _proved(a: Array, b: Array, cost: Array, plan: Array, f: Array) -> OTResult:
    """Make the potentials feasible, also where there is no mass, and state the gap."""
    f, g = _feasible_pair(f, a > 0, cost)
    value = float(np.vdot(plan, cost))
    return OTResult(value, plan, f, g, gap=value - float(a @ f + b @ g))


def _feasible_pair(f: Array, on_x: BoolArray, cost: Array) -> tuple[Array, Array]:
    """From a potential known where there is mass to f_i + g_j <= C_ij everywhere; it loses no value."""
    g = c_transform(f, cost) if on_x.all() else c_transform(f[on_x], cost[on_x])
    return c_transform(g, cost.T), g


def _round_to_marginals(plan: Array, a: Array, b: Array) -> Array:
    """The nearest simple plan with exact marginals: shrink what is too much, spread what is missing."""
    plan = plan.clip(min=0.0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        plan = plan * np.nan_to_num(np.minimum(a / plan.sum(axis=1), 1.0), nan=0.0)[:, None]
        plan = plan * np.nan_to_num(np.minimum(b / plan.sum(axis=0), 1.0), nan=0.0)
    missing_a, missing_b = (a - plan.sum(axis=1)).clip(min=0.0), (b - plan.sum(axis=0)).clip(min=0.0)
    total = missing_a.sum()
    return plan + np.outer(missing_a, missing_b) / total if total > ROUND_OFF else plan


def _critic_values(critic: Callable[[Any], Any], z: Array, on_z: BoolArray) -> Array:
    """Critic values at points z as float64 (n,), centered where there is mass: constants cost digits."""
    if not callable(critic):
        raise TypeError(f"critic must be a torch module or a function; got {type(critic).__name__}.")
    answers = values_at(critic, z) if hasattr(critic, "parameters") else critic(z)
    values = answers_for("z")("critic's values", answers, {"z": z})
    return np.asarray(values - (values[on_z].max() / 2 + values[on_z].min() / 2))


def _best_scale(values: Array, a: Array, b: Array, cost: Array) -> tuple[float, float]:
    """Maximize h(s) = a.(s values) + b.(s values)^c over s >= 0; returns (h(s), s).

    h is concave and made of straight pieces. Keep one tangent that rises and one that does not, go to where
    they meet, and stop when h touches them there: that is the top.
    """
    unit = float(np.abs(values).max())
    if unit < 1e-200:  # a constant critic, or one whose scale would overflow
        return float(b @ cost.min(axis=0)), 0.0
    values = values / unit

    def tangent(s: float) -> tuple[float, float]:  # h(s) and a slope of h at s
        nearest = (cost - s * values[:, None]).argmin(axis=0)
        slope = float(a @ values - b @ values[nearest])
        return s * slope + float(b @ cost[nearest, np.arange(len(b))]), slope

    flat = 1e-15  # a slope this small, of values from -1 to 1, is round-off
    low, (h_low, slope_low) = 0.0, tangent(0.0)
    # From here on h is at most 0; scales above 1e5 costs (all but no mass is at the top) lose digits instead.
    high = float(cost.max()) / max(float(values.max() - a @ values), 1e-5)
    h_high, slope_high = tangent(high)
    for _ in range(MOST_TANGENTS):
        if slope_low <= flat or slope_high >= -flat:
            break  # an end of the interval is the top
        meet = low + (h_high - h_low - slope_high * (high - low)) / (slope_low - slope_high)
        if not low < meet < high:
            break
        h, slope = tangent(meet)
        touches = h >= h_low + slope_low * (meet - low) - 1e-15 * abs(h)
        if slope > flat:
            low, h_low, slope_low = meet, h, slope
        else:
            high, h_high, slope_high = meet, h, slope
        if touches:
            break
    best, scale = max((h_low, low), (h_high, high))
    return best, scale / unit

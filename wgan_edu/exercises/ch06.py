r"""Exercises and quiz of chapter 06, Kantorovich duality.

Tasks: notebooks/06_kantorovich_duality.ipynb. They answer question 2 (its second half) of the
self-assessment in S0, and discussion points 5 and 6 of S4.
"""

from typing import Any

import numpy as np

import wgan_edu
from wgan_edu.checking import Array
from wgan_edu.exercises.frame import TWO_DECIMALS, Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = ["QUIZ", "factors", "limits", "one_list", "raise_prices", "street_critic", "why_one"]

# --- 06.1 ---------------------------------------------------------------------------------------------

PLACES = np.array([0.0, 2.0, 3.0, 5.0, 9.0])
PILES, HOLES = np.array([0, 5, 0, 5, 0]) / 10, np.array([3, 0, 2, 0, 5]) / 10


@exercise(
    "06.1",
    kind="by hand",
    seeds=("S4.6",),
    title="A critic by hand",
    hints=(
        "Earth rolls down the price list: f falls along every move of a best plan. So first find the moves.",
        "Which way does earth cross the stretch from 0 to 2? From 2 to 3? From 3 to 5? From 5 to 9? Count "
        "the barrows to the left of a stretch, and the holes.",
        "Where earth crosses to the right, f falls by the full length of the stretch; where it crosses to "
        "the left, f rises by as much. Where nothing crosses, any slope from -1 to 1 will do.",
    ),
    moral="No straight line: f turns at 2, where earth leaves both ways. And from 3 to 5, where "
    "nothing moves, its slope is free: best critics may differ by more than a constant.",
)
def street_critic() -> Array:
    r"""Ask of each stretch of the street how much earth has to cross it, and which way.

    - From 0 to 2: the hole at 0 has no earth to its left, so three barrows come from the right. $f$ falls
      along the way that earth goes, so from 0 to 2 it *rises*, by 2.
    - From 2 to 3: the other two barrows of the first pile go right. $f$ falls by 1.
    - From 3 to 5: five barrows lie to the left and five are wanted there. Nothing crosses, and the slope is
      free between $-1$ and $1$. We take 0.
    - From 5 to 9: five barrows go right. $f$ falls by 4.

    The gap is $(5 \cdot 2 + 5 \cdot 1 - 3 \cdot 0 - 2 \cdot 1 - 5 \cdot (-3)) / 10 = 2.8$, and so is the
    work of those moves, $(3 \cdot 2 + 2 \cdot 1 + 5 \cdot 4) / 10$: neither can be improved.
    """
    places, barrows = np.array([0, 2, 3, 5, 9]), np.array([-3, 5, -2, 5, -5])  # holes count as negative
    to_the_right = np.cumsum(barrows)[:-1]  # what crosses each stretch
    return np.concatenate([[0], np.cumsum(-np.sign(to_the_right) * np.diff(places))])


@street_critic.checker
def _(answer: Any) -> None:
    expect(np.shape(answer) == (5,), "Five prices, please: f at the places 0, 2, 3, 5 and 9.")
    f, ways = np.asarray(answer, dtype=np.float64), np.diff(PLACES)
    expect(np.isfinite(f).all(), "Prices are finite numbers.")
    masses = "Those are the masses. What is asked for is a price for each place; only its differences matter."
    for scale in (1, 10):
        expect(not same(f, scale * (PILES - HOLES), TWO_DECIMALS), masses)
    steps = np.diff(f)
    for k in np.flatnonzero(np.abs(steps) > ways + TWO_DECIMALS)[:1]:
        expect(
            False,
            f"Between {PLACES[k]:g} and {PLACES[k + 1]:g} your f changes by {abs(steps[k]):g}, and the "
            f"way is only {ways[k]:g}: too steep. There the shipper breaks his promise, and then what "
            "he earns proves nothing.",
        )
    gap, best = (float((PILES - HOLES) @ prices) for prices in (f, street_critic()))
    if gap < best - TWO_DECIMALS:
        _explain_critic(f, steps, gap)


def _explain_critic(f: Array, steps: Array, gap: float) -> None:
    """Say what keeps a 1-Lipschitz f from being best."""
    flat = "One price for all places earns nothing: what comes in at the piles goes out again at the holes."
    expect(np.ptp(f) > TWO_DECIMALS, flat)
    earned = f"It keeps the promise, and its gap is {gap:.2f}."
    expect(
        gap >= -TWO_DECIMALS,
        f"{earned} Your f is low where earth lies and high where it is wanted; a critic is high on the "
        "piles.",
    )
    expect(
        (steps > -TWO_DECIMALS).any(),
        f"{earned} More is possible: your f goes down all the way, as if all earth moved to the right. "
        "Which hole can only be filled from its right?",
    )
    holes = PLACES[HOLES > 0]
    nearest = np.abs(PLACES[:, None] - holes).min(axis=1)
    expect(
        not same(f - f[0], nearest - nearest[0], TWO_DECIMALS),
        f"{earned} More is possible: you took the way to the nearest hole as the price. That would do if "
        "each pile fitted into its nearest hole, and the hole at 3 takes only two barrows.",
    )
    wanted = np.diff(street_critic())
    crossed = np.flatnonzero(np.cumsum(PILES - HOLES)[:-1].round(9))
    k = next(k for k in crossed if abs(steps[k] - wanted[k]) > TWO_DECIMALS / 5)
    expect(
        False,
        f"{earned} That is a lower bound on W1, and more is possible. Look at the stretch from "
        f"{PLACES[k]:g} to {PLACES[k + 1]:g}: which way does earth cross it, and how steep may f be there?",
    )


street_critic.wrong([0, 4, 2, 2, -6], says="Between 0 and 2 your f changes by 4")
street_critic.wrong([0, 2, 1, 4, 0], says="Between 3 and 5 your f changes by 3")
street_critic.wrong([-3, 5, -2, 5, -5], says="Those are the masses")
street_critic.wrong([0, 0, 0, 0, 0], says="One price for all places")
street_critic.wrong([0, -2, -1, -1, 3], says="low where earth lies")
street_critic.wrong([0, -2, -3, -5, -9], says="goes down all the way")
street_critic.wrong([0, 1, 0, 2, 0], says="the hole at 3 takes only two barrows")
street_critic.wrong([0, 1, 0.5, 0.5, -1.5], says="the stretch from 0 to 2")
street_critic.wrong([0, 2, 3, 3, -1], says="the stretch from 2 to 3")

# --- 06.2 ---------------------------------------------------------------------------------------------


@exercise(
    "06.2",
    kind="code",
    seeds=("S4.5",),
    title="No money left on the table",
    hints=(
        "One hole first: its price g_j has to respect n promises at once, f_i + g_j ≤ C_ij for every pile i. "
        "Which of them decides?",
        "The strictest: g_j is the least of C_ij - f_i, taken down column j. `f[:, None]` puts f_i "
        "beside row i.",
        "The piles next, the same with the roles swapped: f_i is the least of C_ij - g_j along row i. "
        "Use the g that you have just found; the old f has done its work.",
    ),
    moral="Whatever critic named the first prices, trained or not, Lipschitz or not: what these earn is a "
    "lower bound on W1. So a critic of unknown slope can be made honest afterward; `certify` does this from "
    "both sides and with the best scale. A third transform would change nothing.",
)
def raise_prices(f: Array, cost: Array) -> tuple[Array, Array]:
    """The highest prices at the holes that go with f, then the highest at the piles that go with those."""
    g = (cost - f[:, None]).min(axis=0)  # (m,) the strictest pile decides
    f = (cost - g[None, :]).min(axis=1)  # (n,) the strictest hole decides
    return f, g


@raise_prices.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(6)
    for n, m in [(4, 4), (3, 6), (7, 2)]:
        x, y = rng.normal(size=(n, 2)), rng.normal(size=(m, 2))
        f, cost = 2 * rng.normal(size=n), wgan_edu.transport.cost_matrix(x, y)
        result = answer(f, cost)
        pair = isinstance(result, tuple) or np.ndim(result) == 2
        expect(pair and len(result) == 2, "Return two lists, `f, g`: the piles' prices, then the holes'.")
        new_f, g = result
        shapes = np.shape(new_f), np.shape(g)
        expect(
            shapes == ((n,), (m,)),
            f"With {n} piles and {m} holes, f has shape ({n},) and g has shape ({m},); yours: {shapes[0]} "
            f"and {shapes[1]}.",
        )
        want_f, want_g = raise_prices(f, cost)
        if not same(g, want_g):
            _explain_holes(f, new_f, g, cost)
        if not same(new_f, want_f):
            _explain_piles(f, new_f, g, cost)


def _explain_holes(f: Array, new_f: Array, g: Array, cost: Array) -> None:
    """Say what is wrong with prices at the holes."""
    left, square = cost - f[:, None], cost.shape[0] == cost.shape[1]
    expect(not same(new_f, left.min(axis=0)), "These are the right prices for the holes, in the wrong place.")
    for mistake, message in (
        (
            left.max(axis=0),
            "You took the largest of the C_ij - f_i. That keeps the promise to one pile, and breaks it to "
            "the others: the promise has to hold on every route.",
        ),
        (
            left.mean(axis=0),
            "You took the mean of the C_ij - f_i. A promise that is kept on average is broken on some "
            "routes.",
        ),
        (
            (cost + f[:, None]).min(axis=0),
            "You add f to the cost. What is paid at the pile counts toward the price of the trip: how much "
            "of C_ij is left for the hole?",
        ),
        (
            -f if square else None,
            "You took g = -f. That is right for a 1-Lipschitz f when piles and holes share their places; "
            "here f is any list, and hole j lies elsewhere than pile j.",
        ),
        (
            left.min(axis=1) if square else None,
            "You took the least over the holes, one number for each pile. A hole has to respect the "
            "promises to all piles, which stand in its column.",
        ),
        (
            (cost - f).min(axis=0) if square else None,
            "You take f_j from column j, since NumPy lays a list along the rows. f belongs to the piles: "
            "row i needs f_i.",
        ),
    ):
        expect(mistake is None or not same(g, mistake), message)
    i, j = np.unravel_index((left - g).argmin(), cost.shape)
    expect(
        g[j] <= left[i, j] + 1e-9,
        f"A promise is broken: from pile {i} to hole {j} your g and the given f add up to "
        f"{f[i] + g[j]:.3f}, and the trip costs {cost[i, j]:.3f}.",
    )
    hole = (left.min(axis=0) - g).argmax()
    expect(False, f"Money is left on the table: your price at hole {hole} could be higher with the given f.")


def _explain_piles(f: Array, new_f: Array, g: Array, cost: Array) -> None:
    """Say what is wrong with prices at the piles when those at the holes are right."""
    square = cost.shape[0] == cost.shape[1]
    back = cost - g[None, :]
    for mistake, message in (
        (
            f,
            "The holes are right, and that is half of the way. Some piles have money left on the table now: "
            "with your g, f can be raised.",
        ),
        (
            (cost - g[:, None]).min(axis=0) if square else None,
            "The holes are right. On the way back the roles are swapped: g belongs to the columns now, and "
            "each pile looks along its row. (`cost.T` swaps them.)",
        ),
        (
            (cost - f[:, None]).min(axis=1),
            "The holes are right. For the piles you took the old f from the cost; what matters now is what "
            "the holes leave, so take g.",
        ),
        (
            raise_prices(f, cost)[0] - f,
            "The holes are right. Then the costs have changed under your hands: `-=` works on the "
            "array itself, and the piles need the costs as they were.",
        ),
        (
            back.max(axis=1),
            "The holes are right. At the piles you took the largest of the C_ij - g_j, and broke the "
            "promise on the other routes.",
        ),
    ):
        expect(mistake is None or not same(new_f, mistake), message)
    i, j = np.unravel_index((back - new_f[:, None]).argmin(), cost.shape)
    expect(
        new_f[i] <= back[i, j] + 1e-9,
        f"The holes are right, and then a promise is broken: from pile {i} to hole {j} your prices add up to "
        f"{new_f[i] + g[j]:.3f}, and the trip costs {cost[i, j]:.3f}.",
    )
    pile = (back.min(axis=1) - new_f).argmax()
    expect(False, f"The holes are right, and the price at pile {pile} could be higher with your g.")


@raise_prices.wrong(says="largest of the C_ij - f_i")
def _(f: Array, cost: Array) -> tuple[Array, Array]:
    g = (cost - f[:, None]).max(axis=0)
    return (cost - g).max(axis=1), g


@raise_prices.wrong(says="kept on average")
def _(f: Array, cost: Array) -> tuple[Array, Array]:
    g = (cost - f[:, None]).mean(axis=0)
    return (cost - g).mean(axis=1), g


@raise_prices.wrong(says="how much of C_ij is left")
def _(f: Array, cost: Array) -> tuple[Array, Array]:
    g = (cost + f[:, None]).min(axis=0)
    return (cost + g).min(axis=1), g


@raise_prices.wrong(says="You took g = -f")
def _(f: Array, cost: Array) -> tuple[Array, Array]:
    return f, -f


@raise_prices.wrong(says="which stand in its column")
def _(f: Array, cost: Array) -> tuple[Array, Array]:
    g = (cost - f[:, None]).min(axis=1)
    return (cost - g).min(axis=0), g


@raise_prices.wrong(says="row i needs f_i")
def _(f: Array, cost: Array) -> tuple[Array, Array]:
    g = (cost - f).min(axis=0)
    return (cost - g).min(axis=1), g


@raise_prices.wrong(says="half of the way")
def _(f: Array, cost: Array) -> tuple[Array, Array]:
    return f, (cost - f[:, None]).min(axis=0)


@raise_prices.wrong(says="roles are swapped")
def _(f: Array, cost: Array) -> tuple[Array, Array]:
    g = (cost - f[:, None]).min(axis=0)
    return (cost - g[:, None]).min(axis=0), g


@raise_prices.wrong(says="you took the old f")
def _(f: Array, cost: Array) -> tuple[Array, Array]:
    room = cost - f[:, None]
    return room.min(axis=1), room.min(axis=0)


@raise_prices.wrong(says="changed under your hands")
def _(f: Array, cost: Array) -> tuple[Array, Array]:
    cost -= f[:, None]
    g = cost.min(axis=0)
    return (cost - g).min(axis=1), g


@raise_prices.wrong(says="Return two lists")
def _(f: Array, cost: Array) -> Array:
    return np.asarray((cost - f[:, None]).min(axis=0))


@raise_prices.wrong(says="in the wrong place")
def _(f: Array, cost: Array) -> tuple[Array, Array]:
    new_f, g = raise_prices(f, cost)
    return g, new_f


# --- 06.3 ---------------------------------------------------------------------------------------------


@exercise(
    "06.3",
    kind="code",
    seeds=("S4.6",),
    title="What may a critic say elsewhere?",
    hints=(
        "One known point first. f is v there, and you stand at distance r from it: between which two numbers "
        "is f where you stand?",
        "Between v - r and v + r. Each known point sets such a pair of limits, and f has to respect all: of "
        "the upper limits the lowest counts, and of the lower ones?",
        "You need the distance of every z from every point, shape (k, n): "
        "`np.linalg.norm(z[:, None] - points, axis=2)`, or `cost_matrix(z, points)`.",
    ),
    moral="`low` and `high` are 1-Lipschitz themselves, and so is every mixture of them. At the samples they "
    "meet; elsewhere a critic is free between them, and nothing makes it a straight line. The chapter's "
    "critic is `high`, its mirror image is `low`, and a network picks a third.",
)
def limits(points: Array, values: Array, z: Array) -> tuple[Array, Array]:
    """The lowest and the highest value at each z of a 1-Lipschitz function that is known at some points."""
    distance = np.linalg.norm(z[:, None, :] - points[None, :, :], axis=2)  # (k, n)
    low = (values - distance).max(axis=1)  # (k,) the strictest limit from below
    high = (values + distance).min(axis=1)  # (k,) the strictest limit from above
    return low, high


@limits.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(7)
    for n, k, d in [(8, 11, 2), (5, 9, 1), (12, 6, 5)]:
        points = rng.normal(size=(n, d))
        apart = wgan_edu.transport.cost_matrix(points, points)
        values = 10 + 0.9 * wgan_edu.transport.c_transform(rng.normal(size=n), apart)  # 1-Lipschitz
        z = np.vstack([points[:2], rng.normal(size=(k - 4, d)), 50 * rng.normal(size=(2, d))])
        result = answer(points, values, z)
        pair = isinstance(result, tuple) or np.ndim(result) == 2
        expect(pair and len(result) == 2, "Return two lists, `low, high`.")
        low, high = result
        shapes = np.shape(low), np.shape(high)
        expect(
            shapes == ((k,), (k,)),
            f"One number for each of the {k} rows of z, so `low` and `high` have shape ({k},); yours: "
            f"{shapes[0]} and {shapes[1]}.",
        )
        if not (same(low, limits(points, values, z)[0]) and same(high, limits(points, values, z)[1])):
            _explain_table(points, values, z, low, high)


def _explain_table(points: Array, values: Array, z: Array, low: Array, high: Array) -> None:
    """Say what is wrong with limits."""
    difference = z[:, None, :] - points[None, :, :]  # (k, n, d)
    distance = np.linalg.norm(difference, axis=2)
    good_low, good_high = limits(points, values, z)
    expect(not (same(low, good_high) and same(high, good_low)), "Both are right: low comes first, then high.")
    for other, message in (
        (
            distance**2,
            "You squared the distances: far away that is much steeper than 1, and close by it leaves "
            "no room. The limit of slope 1 is about the plain distance.",
        ),
        (
            np.abs(difference).sum(axis=2),
            "You add up the differences of the coordinates, the length of a way along the axes. Such a "
            "function is 1-Lipschitz for that distance, and in ours its slope is up to the square root "
            "of d.",
        ),
        (
            np.abs(difference[:, :, 0]),
            "You look at the first coordinate only. `points` and `z` have d coordinates; take the norm "
            "of the difference.",
        ),
    ):
        one, two = (values - other).max(axis=1), (values + other).min(axis=1)
        expect(same(distance, other) or not (same(low, one) and same(high, two)), message)
    nearest = np.arange(len(z)), distance.argmin(axis=1)
    value, way = values[nearest[1]], distance[nearest]
    expect(
        not (same(low, value) and same(high, value)),
        "You take the value of the nearest known point. Such a function jumps halfway between two "
        "points, and a jump is infinitely steep.",
    )
    expect(
        not (same(low, value - way) and same(high, value + way)),
        "Only the nearest point has a say in your limits. A point farther away may set a stricter one.",
    )
    expect(
        not same(low, (values - distance).min(axis=1)),
        "Of the limits from below, v - r, you took the lowest. That is the limit of one known point, and the "
        "others are stricter.",
    )
    expect(
        not same(high, (values + distance).max(axis=1)),
        "Of the limits from above, v + r, you took the highest. That is the limit of one known point, "
        "and the others are stricter.",
    )
    _explain_range(values, low, high, good_low, good_high)


def _explain_range(values: Array, low: Array, high: Array, good_low: Array, good_high: Array) -> None:
    """Compare limits with the right ones; the first two rows of z are known points."""
    expect(
        same(low[:2], values[:2]) and same(high[:2], values[:2]),
        "At a known point f has no choice: low = high = the given value. At one where f is "
        f"{values[0]:.3f}, you say from {low[0]:.3f} to {high[0]:.3f}.",
    )
    outside = (low < good_low - 1e-9).any(), (high > good_high + 1e-9).any()
    expect(
        not any(outside),
        f"`{'low' if outside[0] else 'high'}` goes too far: somewhere it allows a value that is too steep, "
        "seen from a known point.",
    )
    expect(
        False,
        f"`{'high' if same(low, good_low) else 'low'}` is too strict: somewhere it excludes a value "
        "that keeps slope 1 to all known points.",
    )


def _limits_for(values: Array, distance: Array) -> tuple[Array, Array]:
    """The reference, for any table of distances."""
    return (values - distance).max(axis=1), (values + distance).min(axis=1)


@limits.wrong(says="You squared the distances")
def _(points: Array, values: Array, z: Array) -> tuple[Array, Array]:
    return _limits_for(values, ((z[:, None] - points) ** 2).sum(axis=2))


@limits.wrong(says="square root of d")
def _(points: Array, values: Array, z: Array) -> tuple[Array, Array]:
    return _limits_for(values, np.abs(z[:, None] - points).sum(axis=2))


@limits.wrong(says="first coordinate only")
def _(points: Array, values: Array, z: Array) -> tuple[Array, Array]:
    return _limits_for(values, np.abs(z[:, :1] - points[:, 0]))


@limits.wrong(says="jumps halfway")
def _(points: Array, values: Array, z: Array) -> tuple[Array, Array]:
    distance = np.linalg.norm(z[:, None] - points, axis=2)
    return values[distance.argmin(axis=1)], values[distance.argmin(axis=1)]


@limits.wrong(says="Only the nearest point has a say")
def _(points: Array, values: Array, z: Array) -> tuple[Array, Array]:
    distance = np.linalg.norm(z[:, None] - points, axis=2)
    value, way = values[distance.argmin(axis=1)], distance.min(axis=1)
    return value - way, value + way


@limits.wrong(says="from below, v - r, you took the lowest")
def _(points: Array, values: Array, z: Array) -> tuple[Array, Array]:
    distance = np.linalg.norm(z[:, None] - points, axis=2)
    return (values - distance).min(axis=1), (values + distance).min(axis=1)


@limits.wrong(says="from above, v + r, you took the highest")
def _(points: Array, values: Array, z: Array) -> tuple[Array, Array]:
    distance = np.linalg.norm(z[:, None] - points, axis=2)
    return (values - distance).max(axis=1), (values + distance).max(axis=1)


@limits.wrong(says="low comes first")
def _(points: Array, values: Array, z: Array) -> tuple[Array, Array]:
    low, high = limits(points, values, z)
    return high, low


@limits.wrong(says="At a known point f has no choice")
def _(points: Array, values: Array, z: Array) -> tuple[Array, Array]:
    """A critic that is linear, by least squares."""
    ones, there = np.ones((len(points), 1)), np.ones((len(z), 1))
    slope = np.linalg.lstsq(np.hstack([points, ones]), values, rcond=None)[0]
    line = np.hstack([z, there]) @ slope
    return line, line


@limits.wrong(says="`low` is too strict")
def _(points: Array, values: Array, z: Array) -> tuple[Array, Array]:
    low, high = limits(points, values, z)
    return (low + high) / 2, (low + high) / 2


# --- 06.4 ---------------------------------------------------------------------------------------------

# A slip is looked for in sentences that assert it: neither denied, nor asked, nor quoted from a source.
PLAINLY = (
    r"(?:^|[.;?])(?![^.;?]*\?)"
    r"(?![^.;?]*(?:\b(?:not?|never|cannot|neither|nor|S[0-4])\b|n't|fail|wrong|false|break|violat|claim))"
)
IN_ONE = PLAINLY + r"[^.;?]*?"

BOUNDED = Slip(
    IN_ONE + r"((?<![|\\])\|\s*f\s*(\(\w+\))?\s*\|\s*(≤|<=|\\leq?\b)\s*(1|one)"
    r"|\bf (is|must be|has to be) bounded by (1|one)|values?[^.;?]{0,25}between\s+[-−](1|one))",
    "You limit the values of f. The constraint limits its slope: f may take any values, as long as two of "
    "them differ by no more than the way between their points. (With |f| ≤ 1 one gets 2 TV, not W1.)",
)


@exercise(
    "06.4",
    kind="proof",
    seeds=("S0.2",),
    title="One list is enough",
    hints=(
        "Part 1 stands in the chapter under “The theorem”. Write out what ‖f‖_L ≤ 1 means for two points.",
        "Part 2: f^c_j is the minimum over i of C_ij - f_i. That it is at most -f_j takes one well chosen i; "
        "that it is at least -f_j takes all i, and there the Lipschitz condition helps.",
        "Part 3: after step 2 the potential is a minimum of functions z ↦ ‖z - y_j‖ - g_j. Compare one of "
        "them at two places z and z', and ask which property of a distance you used.",
    ),
    rubric=(
        Point(
            "the dual form: W1(P, Q) = sup over 1-Lipschitz f of E_P f(x) - E_Q f(y);",
            r"(?=.*(sup|max|largest|highest))(?=.*(E\b|E_|expect|mean|average|∫|\\mathbb|\\int|Σ|\\sum))",
            "Part 1, the dual form: the largest value of what, and over which functions?",
        ),
        Point(
            "the constraint, for all pairs of points: |f(x) - f(y)| ≤ ‖x - y‖;",
            r"f[\W_]{0,3}\w[\W_]{0,5}[-−–]\s*f[\W_]{0,3}\w[^.]{0,9}?(≤|<=|\\leq?\b|at most)"
            r"|(slope|steep|rise|grow|differ|change)\w*[^.;]{0,60}(≤|<=|at most|faster|more than|than 1\b)",
            "Part 1, the constraint: what does it say about the values of f at two points x and y?",
        ),
        Point(
            "f^c_j ≤ -f_j: take i = j, where C_jj = 0;",
            r"i\s*=\s*j|j\s*=\s*i|C[\W_]{0,3}(jj|ii)|C[\W_]{0,3}j[\W_]{0,3}j|own (place|point)"
            r"|same (place|point|index)|itself|diagonal|distance\w*[^.;]{0,25}(\b0|zero)",
            "Part 2, f^c ≤ -f: a minimum over i is at most any of its terms. Which i gives -f_j?",
        ),
        Point(
            "f^c_j ≥ -f_j: f is 1-Lipschitz, so C_ij - f_i ≥ -f_j for every i;",
            r"(≥|>=|\\geq?\b|at least|not (less|smaller|below)|no (less|smaller))"
            r"|f[\W_]{0,3}i[\W_]{0,4}(≤|<=|\\leq?\b)[\W_]{0,4}f[\W_]{0,3}j[\W_]{0,3}\+"
            r"|[-−–]\s*f[\W_]{0,3}j[\W_]{0,5}(≤|<=|\\leq?\b)[\W_]{0,4}C",
            "Part 2, f^c ≥ -f: now no single i is enough. What does the Lipschitz condition say of "
            "C_ij - f_i for every i?",
        ),
        Point(
            "nothing is lost: by the triangle inequality the prices of step 2 are 1-Lipschitz.",
            r"triang",
            "Part 3: each z ↦ ‖z - y_j‖ - g_j is 1-Lipschitz, and so is their minimum. Which property of a "
            "distance is behind that?",
        ),
    ),
    slips=(
        BOUNDED,
        Slip(
            IN_ONE + r"f(_\{?\w\}?)?\s*\^\s*\{?c\}?(_\{?\w\}?)?\s*=\s*f(?!\^)",
            "f^c = f cannot be: a pile where loading is dear would be a hole where unloading is dear. Mind "
            "the sign: put i = j into C_ij - f_i.",
        ),
        Slip(
            IN_ONE + r"(f(_\{?\w\}?)?\s*\^\s*\{?c\}?(_\{?\w\}?)?\s*=\s*[-−–]\s*f[^.;?]{0,40}symmetr"
            r"|symmetr[^.;?]{0,60}f(_\{?\w\}?)?\s*\^\s*\{?c\}?(_\{?\w\}?)?\s*=\s*[-−–]\s*f)",
            "Symmetry is not the reason: squared distances are symmetric too, and with them the step "
            "failed in the chapter. Two other properties of a distance do the work.",
        ),
        Slip(
            IN_ONE + r"([‖|)]\s*(\^\{?2|²|\*\*\s*2)|squared? (euclidean )?distance)",
            "There are squares in your proof. The cost here is the plain distance; with its square the step "
            "fails.",
        ),
        Slip(
            IN_ONE + r"\b(inf|infimum|min|minimum|least)\b\s*(_\S*|over|of all|taken over)"
            r"[^.;?]{0,20}(lipschitz|‖f|\|f|\\\|f|\\lVert)",
            "The least value is taken over plans. Over functions it is the largest: each critic gives "
            "a lower bound, and the highest bound counts.",
        ),
        Slip(
            IN_ONE + r"(slope|gradient)s?\b[^.;?]{0,25}(must|has to|have to|needs? to|should) (be|equal|have)"
            r"\s*(norm )?(exactly )?(1|one)\b",
            "The constraint asks for slope at most 1. That a best f has slope exactly 1 along the rays of a "
            "plan is a consequence, and elsewhere it may be flatter.",
        ),
    ),
)
def one_list() -> None:
    r"""**Part 1.** The dual form, with a single function:

    $$W_1(\mathbb P, \mathbb Q) = \sup_{\|f\|_L \le 1} \mathbb E_{x \sim \mathbb P} f(x) -
    \mathbb E_{y \sim \mathbb Q} f(y) .$$

    The key constraint: $f$ is 1-Lipschitz, that is $|f(x) - f(y)| \le \|x - y\|$ for *all* points $x, y$.

    **Part 2.** Let $f$ be 1-Lipschitz on the points, and $f^c_j = \min_i C_{ij} - f_i$. Put $i = j$: since
    $C_{jj} = 0$, the minimum is at most $-f_j$. And for every $i$ we have $f_i - f_j \le C_{ij}$, so
    $C_{ij} - f_i \ge -f_j$: the minimum is at least $-f_j$. Together $f^c = -f$, and the income
    $\sum_i a_i f_i + \sum_j b_j f^c_j$ is a difference of means of one function.

    **Part 3.** After step 2 the potential is a minimum of functions $z \mapsto \|z - y_j\| - g_j$. By the
    triangle inequality $\|z - y_j\| \le \|z - z'\| + \|z' - y_j\|$, so each of them is 1-Lipschitz, and a
    minimum of 1-Lipschitz functions is 1-Lipschitz. Step 2 lost no income, so we lose none by looking at
    1-Lipschitz functions only.
    """


one_list.wrong(
    "W1 = sup over 1-Lipschitz f of E_P f - E_Q f. Taking i = j gives f^c_j <= -f_j, and so f^c = -f.",
    says="what does it say about the values of f at two points",
)
one_list.wrong(
    "W1 = sup of E_P f - E_Q f over f with |f(x) - f(y)| <= |x - y|. Taking i = j gives f^c_j <= -f_j, "
    "and so f^c = -f by the triangle inequality.",
    says="now no single i is enough",
)
one_list.wrong(
    "W1 = sup E_P f - E_Q f over all f with slope at most 1. f^c = -f because the cost is symmetric.",
    says="Symmetry is not the reason",
)
one_list.wrong(
    "W1 = max of E_P f - E_Q f where |f(x)| <= 1 for all x.",
    says="You limit the values of f",
)
one_list.wrong(
    "W1 = sup E_P f - E_Q f, |f(x) - f(y)| <= |x - y|. Taking i = j in the minimum gives f^c = f.",
    says="f^c = f cannot be",
)
one_list.wrong(
    "W1 = inf over 1-Lipschitz f of E_P f - E_Q f, with |f(x) - f(y)| <= |x - y|.",
    says="The least value is taken over plans",
)
one_list.wrong(
    "sup of E_P f - E_Q f with |f(x) - f(y)| <= |x - y|^2. At i = j we get -f_j.",
    says="squares in your proof",
)
one_list.wrong(
    "sup of E_P f - E_Q f over 1-Lipschitz f; the gradient must have norm 1.",
    says="at most 1",
)
one_list.wrong(
    "sup of E_P f - E_Q f with |f(x) - f(y)| <= |x - y|. With i = j, f^c_j <= -f_j. And C_ij - f_i >= -f_j "
    "for every i by the constraint. So f^c = -f.",
    says="Part 3",
)

# --- 06.5 ---------------------------------------------------------------------------------------------


@exercise(
    "06.5",
    kind="prediction",
    seeds=("S4.5", "S4.6"),
    title="Four factors",
    hints=(
        "W1 has the unit of the ground cost, length. What does x ↦ 2x - 1 do to a length?",
        "If f may have slopes up to 3, then f / 3 is 1-Lipschitz. Best gap of f / 3: W1. So of f?",
        "If f is allowed, so is -f: what does that do to its gap? And if every slope is allowed, so is "
        "1000 f.",
    ),
    moral="A gap is a distance only together with its unit and its slope limit: two runs whose pictures are "
    "scaled differently, or whose critics have unknown slopes, cannot be compared by their gaps.",
)
def factors() -> list[float]:
    r"""1. All lengths double (the shift by $-1$ cancels in differences), and $W_1$ is a mean length: 2.
    2. If $f$ has slopes up to 3, then $f/3$ is a critic, whose gap is at most $W_1$ of the rescaled
       pictures. So the best gap is $3 \cdot 2 = 6$ times the old $W_1$.
    3. If $f$ is a critic, so is $-f$, with the opposite gap. The lowest gap is $-W_1$: a factor of $-1$.
       That is why an absolute value around the gap would change nothing.
    4. Take a critic with a positive gap and multiply it by $K$: so is its gap. Without a limit it is
       infinite for any two different laws, and so it says nothing about how different they are.
    """
    transport, digits = wgan_edu.transport, wgan_edu.data.digits()
    threes, eights = digits.of_class(3)[:60], digits.of_class(8)[:60]
    w1 = transport.w1_exact(threes, eights)
    cost = transport.cost_matrix(2 * threes - 1, 2 * eights - 1)
    rescaled = transport.solve_dual(None, None, cost).value
    steeper = transport.solve_dual(None, None, 3 * cost).value  # prices up to 3 times the way
    lowest = -transport.w1_exact(eights, threes)  # the best gap of -f
    return [rescaled / w1, steeper / w1, lowest / w1, np.inf]


for _first, _says in {
    1: "1: the shift changes no distance, right. Does the scaling? Take the difference of two rescaled "
    "pictures.",
    4: "1: you squared. W1 is a mean of plain distances.",
    3: "1: you counted the shift. It moves all pictures alike: does that change a distance?",
    128: "1: you added up 64 coordinates. Distances here are lengths of vectors: how much longer does "
    "a vector get?",
}.items():
    factors.wrong([_first, ..., ..., ...], says=_says)
for _second, _says in {
    2: "2: you kept the slopes at 1. How much more does f earn on a way if its price may rise three times as "
    "fast?",
    3: "2: the slopes, yes. But the pictures are still the rescaled ones: are the ways as long as before?",
    5: "2: you added. Along a way, the price changes by slope times length.",
    9: "2: you squared the slope. Along a way, the price changes by slope times length, once.",
    12: "2: you squared the ways. The slope multiplies a distance, not its square.",
    2 / 3: "2: you divided. f / 3 is 1-Lipschitz: and what does f earn, compared with f / 3?",
    1: "2: you divided by the largest slope and the scale. That gives back a distance; the question is "
    "the gap itself.",
}.items():
    factors.wrong([..., _second, ..., ...], says=_says)
for _third, _says in {
    0: "3: a constant critic has gap 0. There are worse: take a good critic, and turn its sign around.",
    1: "3: that is the highest gap. No absolute value is taken here, so gaps can be negative.",
    -np.inf: "3: the slopes are still limited to 1, and -f obeys that limit if f does. How low can its "
    "gap be?",
}.items():
    factors.wrong([..., ..., _third, ...], says=_says)
for _fourth, _says in {
    1: "4: W1 is the highest gap among slopes up to 1. Now 2 f is allowed too, for example: what is its gap?",
    0: "4: more critics are allowed than before. Can the highest gap fall?",
}.items():
    factors.wrong([..., ..., ..., _fourth], says=_says)

# --- 06.6 ---------------------------------------------------------------------------------------------


@exercise(
    "06.6",
    kind="concept",
    seeds=("S4.5", "S4.6"),
    title="Why one?",
    hints=(
        "Four parts: what any 1-Lipschitz critic proves, what the best one reaches, what happens with other "
        "limits or none, and whether the limit makes the critic linear.",
        "For one critic: f(x) - f(y) ≤ ‖x - y‖; average that over a plan. For the best one: the name of a "
        "theorem. For slopes up to K: divide by K.",
        "For the last part, draw the best critic when earth has to move left in one place and right in "
        "another.",
    ),
    rubric=(
        Point(
            "slope at most 1 makes the gap of every critic a lower bound: f(x) - f(y) ≤ ‖x - y‖, averaged "
            "over any plan;",
            r"lower bound|bounds? (W|it|the)[^.;]{0,40}from below|(at most|≤|<=|\\leq?"
            r"|never (more|above|larger)|below|exceeds?|no (more|larger|greater) than|under)[^.;]{0,25}"
            r"(W|distance|work|earth|cost)|(≤|<=|\\leq?)\s*\S{0,12}(E|∫|sum)\S{0,10}\s*(\||‖|\\)",
            "Take any 1-Lipschitz critic, a bad one too. What does its gap say about W1, and why?",
        ),
        Point(
            "the largest gap is W1: a theorem (Kantorovich-Rubinstein), as W1 is defined by plans;",
            r"theorem|dualit|kantorovi|rubinstein",
            "The largest of all gaps is W1. Is that how W1 is defined? Say what makes the two equal.",
        ),
        Point(
            "1 is a unit: with slopes up to K the largest gap is K W1, so any known K would do;",
            r"\bK\b|\b(slope|lipschitz)[^.;]{0,20}\b(2|3|two|three|10)\b|\bscal|divi|multipl|factor|unit\b|twice"
            r"|doubl",
            "Why 1 and not another number? Say what the largest gap is for slopes up to 2, or up to K.",
        ),
        Point(
            "without any limit it is infinite, and says nothing;",
            r"infinit|∞|\binf\b|unbounded|arbitrar|as large as|no (limit|bound|upper)|(without|any) (a )?"
            r"(limit|bound)[^.;]{0,40}(grow|large|explo|diverg)|blow|explod",
            "And if no slope is forbidden: how large can the gap be?",
        ),
        Point(
            "it does not force the critic to be linear: growth is at most linear, no more;",
            r"linear\? no|(not|n't|never|no|nothing|far from)\b[^.]{0,70}(linear|straight)|non-?linear"
            r"|(at most|grow)[^.;]{0,30}linear",
            "S4 asks how the limit forces the critic to be linear. Does it?",
        ),
        Point(
            "an example: a best critic with a kink, such as |z|, the zigzag of a street, or the one between "
            "two Gaussians of different widths.",
            r"kink|zig|\|\s*[zx]\s*\||absolute value|\babs\b|sawtooth|\bturns\b"
            r"|(different|unequal|other) (width|varianc|spread|σ|sigma|standard)|\bcone|\btent\b"
            r"|both (ways|directions|sides)",
            "Give an example: two laws, and a best critic between them that is no straight line. You drew "
            "one in 06.1.",
        ),
    ),
    slips=(
        Slip(
            PLAINLY + r"(?![^.;?]*(gaussian|equal|width|piecewise|at most linear|non-?linear|program))"
            r"[^.;?]*?(forc|must|has to|makes?|requir|so the|therefore|thus|impl|means (that|the))\w*"
            r"[^.;?]{0,50}\b(linear\b|straight line)",
            "Slope at most 1 everywhere is not slope 1 in one direction: the critic that you drew in "
            "06.1 goes up and down. What is true of its growth?",
        ),
        Slip(
            IN_ONE + r"critic\w*\s+(\w+\s+){0,3}?(minimi[sz]|maximi[sz]|increas|decreas|reduc)\w*\s+(the\s+)?"
            r"(W\b|W_?1|wasserstein|earth|EMD|distance)",
            "W1 belongs to the two laws: no critic can make it larger or smaller. What the critic "
            "raises is its gap, a lower bound on W1.",
        ),
        Slip(
            PLAINLY + r"(?![^.;?]*(gap|differ|best|optimal|mean|\bsup|largest))"
            r"[^.;?]*?\b(critic|network|f\(\w+\))\s+(\w+\s+)?(outputs?|returns?|computes?|predicts?|gives)"
            r"\s+((the|a|an)\s+)?(\w+\s+)?(W\b|W_?1|wasserstein|distance|earth|EMD)",
            "A critic gives each point a price, known only up to a constant. Where does the distance "
            "come in: in one value, or in a difference of means?",
        ),
        Slip(
            IN_ONE
            + r"(W_?1?|wasserstein|distance|EMD|W-loss)\b[^.;?]{0,40}\bdefined (as|to be|by|via|through) "
            r"(the |a |an )?(\w+ )?(max|sup|largest|highest|differ)",
            "W1 is defined as the least work over all plans. That it is also a largest gap has to be proved; "
            "the chapter takes five steps for it.",
        ),
        Slip(
            IN_ONE + r"(slope|gradient)s?\b[^.;?]{0,25}(is|are|of|equals?|=|norm)\s*(exactly\s+)?(1|one)\s+"
            r"(every|at (all|every))",
            "At most 1 everywhere. It is exactly 1 along the rays where earth moves, and free elsewhere.",
        ),
        BOUNDED,
    ),
)
def why_one() -> None:
    r"""Take any $f$ with slope at most 1, and any plan $\gamma$. Then $f(x) - f(y) \le \|x - y\|$ for
    each pair, and the mean over $\gamma$ says

    $$\mathbb E_{\mathbb P} f - \mathbb E_{\mathbb Q} f \;\le\; \mathbb E_\gamma \|x - y\| .$$

    So the gap of *every* such critic, good or bad, is a lower bound on the least work $W_1$. That the
    largest gap reaches it is the Kantorovich-Rubinstein theorem. It is no definition: $W_1$ is defined by
    plans.

    Why 1? Because a unit of way costs a unit of work. With slopes up to $K$ the largest gap is $K\,W_1$,
    and for a known $K$ you may divide. With no limit at all, $f$ can be multiplied by any number and the
    gap is infinite, whenever the two laws differ.

    The critic need not be linear. The constraint says that it grows at most linearly, and no more. On a line,
    between two Gaussians of equal widths, a best critic is linear. With different widths it has a kink, from
    which earth leaves to both sides, or where it arrives from both. The critic of 06.1 goes up and down.
    """


why_one.wrong(
    "If f is 1-Lipschitz, its gap is a lower bound on W1, and the duality theorem says the best one reaches "
    "it. A slope limit of 1 therefore forces the critic to be linear.",
    says="the critic that you drew in 06.1 goes up and down",
)
why_one.wrong(
    "The critic minimizes the Wasserstein distance, and the Lipschitz constraint keeps it stable.",
    says="W1 belongs to the two laws",
)
why_one.wrong(
    "With the Lipschitz constraint the critic outputs the Wasserstein distance between real and fake.",
    says="in one value, or in a difference of means",
)
why_one.wrong(
    "The Wasserstein distance is defined as the maximum difference of means over 1-Lipschitz "
    "functions, so we need the constraint.",
    says="the chapter takes five steps",
)
why_one.wrong(
    "The slope is exactly 1 everywhere, so differences of f are distances.",
    says="free elsewhere",
)
why_one.wrong(
    "It keeps the critic from becoming too powerful and makes training stable.",
    says="a bad one too",
)
why_one.wrong(
    "Each gap of a 1-Lipschitz f is at most W1 and the sup is W1 by Kantorovich-Rubinstein duality. For "
    "K-Lipschitz f it is K W1. The critic is not forced to be linear, for example |z|.",
    says="how large can the gap be",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "A function is 1-Lipschitz, and its gap between two laws is 2. What do you know of their W1?",
        wrong(
            "It is 2: that is how W1 is defined.",
            "W1 is defined as the least work over plans. That the largest gap equals it is a theorem, "
            "and this may not be the largest gap.",
        ),
        wrong(
            "It is at most 2, since training lowers it.",
            "The other way around. And W1 belongs to the two laws: training a critic does not move it.",
        ),
        right(
            "It is at least 2.",
            "Every 1-Lipschitz function gives a lower bound: average f(x) - f(y) ≤ ‖x - y‖ over any plan.",
        ),
        wrong(
            "Nothing, before the critic is trained to the end.",
            "A bad critic gives a weak bound, and a bound all the same. What you do not know is how much is "
            "missing.",
        ),
    ),
    Question(
        "After training, the critic's value at one image is 3.2. What does that say about the image?",
        right(
            "Nothing by itself; the values at other images are needed.",
            "Critics are known up to a constant: f + 100 is exactly as good. Only differences mean anything.",
        ),
        wrong(
            "It is 3.2 away from the real images.",
            "A value of f is a price at a place. Distances come in as differences of f, and as the gap "
            "of its means.",
        ),
        wrong(
            "It is probably real, as the value is positive.",
            "Zero is no border here: add a constant to f and every sign can change. A discriminator of "
            "chapter 02 has such a border, at 1/2.",
        ),
        wrong(
            "The distance of the two laws is estimated at 3.2.",
            "That is what S4 suggests. The estimate is the mean of f over real images minus the mean "
            "over fake ones.",
        ),
    ),
    Question(
        "On a line, half of the real mass lies at -1 and half at 1; all fake mass lies at 0. Which "
        "critic is best?",
        wrong(
            "f(z) = z, since the constraint forces the critic to be linear.",
            "Its gap is 0: what it earns on the right it loses on the left. And the constraint forces "
            "no such thing.",
        ),
        wrong(
            "f(z) = z²",
            "Its gap is 1, and so is W1. But it is not 1-Lipschitz: its slope is 2z, too steep beyond "
            "1/2, so its gap proves nothing.",
        ),
        wrong(
            "f(z) = -|z|",
            "Right shape, wrong sign: it is high on the fake data. Its gap is -1, the lowest there is.",
        ),
        right(
            "f(z) = |z|",
            "Its gap is 1, the work of carrying everything by 1: no critic can do better. And it has a "
            "kink, right where the fake data lies.",
        ),
    ),
    Question(
        "Almost everywhere on a line, f has a gradient of norm at most 1. Is f 1-Lipschitz there?",
        wrong(
            "Yes, S0 says that the two are equivalent.",
            "A staircase has gradient 0 almost everywhere, and jumps. Something is missing.",
        ),
        right(
            "Only if f is also locally Lipschitz.",
            "Then its gradient accounts for all of its rise. In higher dimensions the domain has to be "
            "convex as well, or a slit can separate what lies close together.",
        ),
        wrong(
            "No: for that the norm has to be exactly 1.",
            "At most 1 is what the constraint asks. A constant function is 1-Lipschitz too.",
        ),
        wrong(
            "Only if f is differentiable at every point.",
            "That is more than is needed: |z| has a kink and is 1-Lipschitz.",
        ),
    ),
    Question(
        "The slides of S3 take the supremum of the absolute value of the gap. How does that change the "
        "supremum?",
        wrong(
            "It may double, as both signs now count.",
            "Each f counts once, with one gap. For every f there is -f with the opposite gap, so the "
            "set of gaps is symmetric about 0.",
        ),
        wrong(
            "Without the absolute value it could be negative.",
            "Never: the constant function is allowed and has gap 0.",
        ),
        right(
            "Not at all.",
            "With f also -f is allowed, so a gap of -5 comes with a gap of 5. What one loses is the "
            "sign: a best f may then be low on real data.",
        ),
        wrong(
            "It turns a theorem about W1 into one about W2.",
            "Squares in the ground cost make W2. An absolute value around the gap does not touch the cost.",
        ),
    ),
    Question(
        "A best plan carries no earth from pile i to hole j. What do best prices say about this route?",
        wrong(
            "f_i + g_j < C_ij, strictly.",
            "Often, but it need not be: a route without earth can be tight as well, and then another "
            "best plan may use it.",
        ),
        right(
            "f_i + g_j ≤ C_ij, and no more than that.",
            "Complementary slackness goes one way: where earth moves, the promise is tight. Where none "
            "moves, both are possible.",
        ),
        wrong(
            "f_i + g_j = C_ij",
            "That holds wherever earth does move. Here nothing forces the promise to be tight.",
        ),
        wrong(
            "f_i + g_j > C_ij: the shipper asks too much, so nobody goes.",
            "That would break the promise, and then his income proves nothing. It holds on every "
            "route, also where nobody goes.",
        ),
    ),
]

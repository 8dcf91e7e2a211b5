r"""Exercises and quiz of chapter 04, which distance.

Tasks: notebooks/04_which_distance.ipynb. They answer question 5 of the self-assessment in S0 and the JS half
of its question 1, question 5 of S2, discussion point 2 of S4, and turn the motivating example of S3.
"""

from typing import Any

import numpy as np

import wgan_edu
from wgan_edu.checking import Array
from wgan_edu.exercises.frame import Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = [
    "QUIZ",
    "compare",
    "harsh_and_soft",
    "js_of_intervals",
    "little_mass",
    "turned_line",
    "two_grains",
]

LOG2 = np.log(2)

# Parts of patterns that look at texts.
NOT = r"(?:\bnot\b|n't|n’t|\bno\b|\bnever\b|\bcannot\b|\bnor\b|\bfails?\b|\bonly\b|\bunlike\b)"
TIMES = r"(?:·|\*|×|\\cdot|\\times|\btimes\b)"
LENGTH = r"(?:L\b|\(?\s*b\s*[-−]\s*a\b|(?:the )?(?:length|diameter)\b)"

# --- 04.1 ---------------------------------------------------------------------------------------------


@exercise(
    "04.1",
    kind="by hand",
    seeds=("S0.5",),
    title="Two grains, and one that is half right",
    hints=(
        "Write each law as its masses at the places 0 and 3: (1, 0), (0, 1), and for the last two numbers "
        "(1/2, 1/2). The first is compared with each of the others.",
        "JS needs the mixture: (1/2, 1/2) in the first case, (3/4, 1/4) in the second. A place where a law "
        "has no mass adds nothing to its sum.",
        "W1: how much mass has to move, and how far? Then ask the same of θ = 3.01: which of the two "
        "numbers has changed, and by how much?",
        "Half right: JS = 1/2 log(1 / (3/4)) + 1/2 (1/2 log((1/2) / (3/4)) + 1/2 log((1/2) / (1/4))).",
    ),
    moral="A generator that descends JS gets log 2 and slope 0 from everywhere, and does not know which way "
    "to go; W1 says 3, and 'one less for each step to the left'. Half right is better for both: JS sees "
    "*how much* is right. What it never sees is how far away the rest is, so its slope in θ is 0 there, too.",
)
def two_grains() -> list[float]:
    r"""At the places 0 and 3 the masses are $(1, 0)$ and $(0, 1)$, with the mixture $(\frac12, \frac12)$.

    - $JS = \frac12 \log 2 + \frac12 \log 2 = \log 2 = 0.69$, and the same for every $\theta \ne 0$. So its
      derivative is 0.
    - $W_1 = 1 \cdot 3$: all the mass, times the way. It is $|\theta|$, whose derivative at 3 is 1.
    - Half right: $(1, 0)$ against $(\frac12, \frac12)$, mixture $(\frac34, \frac14)$. Then
      $JS = \frac12 \log \frac43 + \frac12 (\frac12 \log \frac23 + \frac12 \log 2) = \frac34 \log \frac43
      = 0.22$, and $W_1 = \frac12 \cdot 3 = 1.5$.
    """
    data, grain, half = [1, 0], [0, 1], [0.5, 0.5]
    js = wgan_edu.divergences.js_divergence
    return [js(data, grain), 3.0, 0.0, 1.0, js(data, half), 1.5]


for _slot, _slips in enumerate(
    [
        {
            np.inf: "JS: it is KL that is infinite. JS compares each law with the mixture, which has mass "
            "wherever either has.",
            2 * LOG2: "JS: each of the two KL terms counts half.",
            1.0: "JS: that is the value in bits. This course uses natural logarithms.",
            0.0: "JS: it is 0 for equal laws only. Here it is at its largest; what is 0 is something else.",
        },
        {
            9.0: "W1: you squared the distance. The ground cost is the plain distance.",
            1.0: "W1: all the mass has to move, and that is TV. How far does it move?",
            0.0: "W1: it is 0 only if nothing has to move.",
        },
        {
            LOG2: "Slope of JS: that is its value. How much does it change from θ = 3 to θ = 3.01?",
            LOG2 / 3: "Slope of JS: it does not rise steadily from 0 to here. It jumps at 0, and then?",
            np.inf: "Slope of JS: JS jumps at θ = 0. At θ = 3 nothing happens to it.",
            -np.inf: "Slope of JS: JS does not change at θ = 3 at all.",
        },
        {
            3.0: "Slope of W1: that is its value. By how much does it grow from θ = 3 to θ = 4?",
            0.0: "Slope of W1: a grain that is farther away takes more work.",
            -1.0: "Slope of W1: the sign. θ grows, and the grain moves away from the data.",
        },
        {
            LOG2: "Half right, JS: log 2 is for laws that share nothing. These share the place 0.",
            LOG2 / 2: "Half right, JS: half the mass shared is not half of log 2. At place 0 the masses are "
            "1 and 1/2, so there, too, each law differs from the mixture.",
            1.5 * np.log(4 / 3): "Half right, JS: each of the two KL terms counts half.",
            np.inf: "Half right, JS: it is reverse KL that is infinite here. JS never is.",
            np.log(4 / 3) / 2: "Half right, JS: that is the data's half of the sum. The generator's KL to "
            "the mixture belongs to it as well.",
        },
        {
            3.0: "Half right, W1: only half of the mass has to move.",
            0.75: "Half right, W1: a half times 3. The other half stays; nothing is halved twice.",
            0.5: "Half right, W1: that is the mass that has to move (TV). Times the way.",
        },
    ]
):
    for _value, _says in _slips.items():
        two_grains.wrong([_value if k == _slot else ... for k in range(6)], says=_says)

# --- 04.2 ---------------------------------------------------------------------------------------------


@exercise(
    "04.2",
    kind="code",
    seeds=("S4.2",),
    title="KL, JS, TV and the earth mover",
    hints=(
        "Four of the five need p and q only. Write KL first: the sum of p log(p / q) over the places where "
        "p > 0, and infinite if q is 0 at one of them.",
        "Reverse KL is KL with the laws exchanged. JS is the mean of two KLs, of p and of q to "
        "m = (p + q) / 2. TV is half the sum of |p - q|.",
        "W1: `np.cumsum(p - q)` says how much is to be carried past each place; `np.diff(places)` says how "
        "far it is to the next one.",
        "`np.abs(np.cumsum(p - q))[:-1] @ np.diff(places)`. For KL, `with np.errstate(divide='ignore'):` "
        "lets a division by 0 give infinity without a warning.",
    ),
    moral="Look at your code: `places` is used in one line. Rename the places, or move them a mile apart: "
    "four of the five numbers stay as they are.",
)
def compare(places: Array, p: Array, q: Array) -> Array:
    """KL, reverse KL, JS, TV and the earth mover's distance between two laws on the same places."""
    m = (p + q) / 2
    kl = []
    for one, other in [(p, q), (q, p), (p, m), (q, m)]:
        there = one > 0  # 0 log 0 = 0
        with np.errstate(divide="ignore"):  # p log(p / 0) is infinite, and no error
            kl.append(one[there] @ np.log(one[there] / other[there]))
    tv = np.abs(p - q).sum() / 2
    w1 = np.abs(np.cumsum(p - q))[:-1] @ np.diff(places)  # the area between the CDFs
    return np.array([kl[0], kl[1], (kl[2] + kl[3]) / 2, tv, w1])


def _two_laws(seed: int, empty: str = "") -> tuple[Array, Array, Array]:
    """Unequal distances and masses; `empty` names the laws that lack one place."""
    rng = np.random.default_rng(seed)
    places = np.cumsum(rng.uniform(0.3, 3, size=5)) - 4
    p, q = rng.dirichlet(np.full(5, 3), size=2)
    p[1], q[3] = p[1] * ("p" not in empty), q[3] * ("q" not in empty)
    return places, p / p.sum(), q / q.sum()


@compare.checker
def _(answer: Any) -> None:
    for seed, empty in [(1, ""), (2, ""), (3, "p"), (4, "q"), (5, "pq")]:
        places, p, q = _two_laws(seed, empty)
        got, want = answer(places, p, q), compare(places, p, q)
        expect(np.shape(got) == (5,), f"Five numbers in a row are wanted; yours have shape {np.shape(got)}.")
        expect(
            not np.isnan(np.asarray(got, dtype=np.float64)).any(),
            "One of your numbers is not a number: 0 log 0 is 0 by agreement, and a computer says NaN. Sum "
            "over the places where the first law has mass.",
        )
        if not same(got, want):
            _explain_comparison(np.asarray(got, dtype=np.float64), want, places, p, q)


def _explain_comparison(got: Array, want: Array, places: Array, p: Array, q: Array) -> None:
    """Say which of five numbers is wrong, and what it looks like."""
    kl, reverse, js, tv, w1 = (bool(same(one, other)) for one, other in zip(got, want, strict=True))
    flow, gaps = np.cumsum(p - q)[:-1], np.diff(places)
    swapped = same(got[0], want[1]) and same(got[1], want[0])
    for is_wrong, message in (
        (not kl and swapped, "KL and reverse KL are exchanged: KL(p ‖ q) is weighted with p."),
        (
            np.isinf(want[:2]).any() and not (np.isinf(got[:2]) == np.isinf(want[:2])).all(),
            "A place where the first law has mass and the second has none makes KL infinite. You left it "
            "out, or gave it a finite price.",
        ),
        (
            same(got[:2] * LOG2, want[:2]),
            "KL is in bits. This course uses natural logarithms: `np.log`, not `np.log2`.",
        ),
        (not kl, "KL is the sum of p log(p / q) over the places where p > 0."),
        (not reverse, "Reverse KL is the sum of q log(q / p) over the places where q > 0."),
        (same(got[2], 2 * want[2]), "JS: each of its two KL terms counts half."),
        (same(got[2] ** 2, want[2]), "JS: that is its root, a distance of its own. No root here."),
        (same(got[2], (want[0] + want[1]) / 2), "JS: compare with the mixture, not with one another."),
        (not js, "JS is half of KL(p ‖ m) plus half of KL(q ‖ m), with m = (p + q) / 2."),
        (same(got[3], 2 * want[3]), "TV: the sum of |p - q| counts each grain twice. Take half of it."),
        (
            same(got[3], np.abs(p - q).max()),
            "TV: the supremum runs over sets of places, not over single ones. Half the sum of |p - q|.",
        ),
        (not tv, "TV is half the sum of |p - q|."),
        (
            same(got[4], np.abs(flow).sum()),
            "W1: you took each place to be 1 from the next. Multiply with `np.diff(places)`.",
        ),
        (
            same(got[4], abs(flow @ gaps)),
            "W1: that is the distance of the means. Earth that goes left and earth that goes right do not "
            "cancel: take the absolute value before you add up.",
        ),
        (
            same(got[4], np.abs(p - q) @ np.abs(places)),
            "W1: you weighed |p - q| with the places. Work does not care where 0 is: how far does the earth "
            "travel?",
        ),
        (not w1, "W1 is the area between the CDFs: |F - G| times the way to the next place, added up."),
    ):
        expect(not is_wrong, message)
    expect(False, "Compare your numbers one by one with `distances` of the chapter.")


def _compared(places: Array, p: Array, q: Array, **changes: Any) -> Array:
    """The reference with some numbers replaced."""
    names = ("kl", "reverse", "js", "tv", "w1")
    right_ones = dict(zip(names, compare(places, p, q), strict=True))
    return np.array([(right_ones | changes)[name] for name in names])


@compare.wrong(says="are exchanged")
def _(places: Array, p: Array, q: Array) -> Array:
    kl, reverse = compare(places, p, q)[:2]
    return _compared(places, p, q, kl=reverse, reverse=kl)


@compare.wrong(says="makes KL infinite")
def _(places: Array, p: Array, q: Array) -> Array:
    both = (p > 0) & (q > 0)
    kl, reverse = p[both] @ np.log(p[both] / q[both]), q[both] @ np.log(q[both] / p[both])
    return _compared(places, p, q, kl=kl, reverse=reverse)


@compare.wrong(says="KL is in bits")
def _(places: Array, p: Array, q: Array) -> Array:
    kl, reverse, js = compare(places, p, q)[:3] / LOG2
    return _compared(places, p, q, kl=kl, reverse=reverse, js=js)


@compare.wrong(says="0 log 0")
def _(places: Array, p: Array, q: Array) -> Array:
    with np.errstate(all="ignore"):
        return _compared(places, p, q, kl=float((p * np.log(p / q)).sum()))


@compare.wrong(says="two KL terms counts half")
def _(places: Array, p: Array, q: Array) -> Array:
    return _compared(places, p, q, js=2 * compare(places, p, q)[2])


@compare.wrong(says="that is its root")
def _(places: Array, p: Array, q: Array) -> Array:
    return _compared(places, p, q, js=compare(places, p, q)[2] ** 0.5)


@compare.wrong(says="compare with the mixture")
def _(places: Array, p: Array, q: Array) -> Array:
    return _compared(places, p, q, js=compare(places, p, q)[:2].mean())


@compare.wrong(says="counts each grain twice")
def _(places: Array, p: Array, q: Array) -> Array:
    return _compared(places, p, q, tv=np.abs(p - q).sum())


@compare.wrong(says="over sets of places")
def _(places: Array, p: Array, q: Array) -> Array:
    return _compared(places, p, q, tv=np.abs(p - q).max())


@compare.wrong(says="you took each place to be 1")
def _(places: Array, p: Array, q: Array) -> Array:
    return _compared(places, p, q, w1=np.abs(np.cumsum(p - q)).sum())


@compare.wrong(says="distance of the means")
def _(places: Array, p: Array, q: Array) -> Array:
    return _compared(places, p, q, w1=abs((p - q) @ places))


@compare.wrong(says="does not care where 0 is")
def _(places: Array, p: Array, q: Array) -> Array:
    return _compared(places, p, q, w1=np.abs(p - q) @ np.abs(places))


@compare.wrong(says="Five numbers in a row")
def _(places: Array, p: Array, q: Array) -> Array:
    return np.asarray(compare(places, p, q)[[0, 2, 3, 4]])


# --- 04.3 ---------------------------------------------------------------------------------------------


@exercise(
    "04.3",
    kind="code",
    title="Two intervals",
    hints=(
        "Cells: where only the first law is, where both are, where only the second is. How much mass has "
        "each law in each of them?",
        "The common piece runs from the larger of the two left ends to the smaller of the two right ends. "
        "Its length is never negative: `max(0.0, min(b, d) - max(a, c))`.",
        "With `shared` as that length the first law has the mass shared / (b - a) on it, the second "
        "shared / (d - c). The rest of each lies where the other is not.",
        "Masses p = (rest, common, 0) and q = (0, common, rest); then JS of these two triples. Leave out "
        "the zeros.",
    ),
    moral="For two intervals of the same length this is log 2 times the share that is not common: the slope "
    "of JS is there, until the last bit of overlap is gone. Then it is log 2, near or far.",
)
def js_of_intervals(a: float, b: float, c: float, d: float) -> float:
    """JS of U[a, b] and U[c, d]: three cells, on each of which the ratio of the densities is constant."""
    shared = max(0.0, min(b, d) - max(a, c))
    p_shared, q_shared = shared / (b - a), shared / (d - c)
    p, q = np.array([1 - p_shared, p_shared, 0]), np.array([0, q_shared, 1 - q_shared])
    m = (p + q) / 2
    js = 0.0
    for one in (p, q):
        there = one > 0
        js += one[there] @ np.log(one[there] / m[there]) / 2
    return js


INTERVALS = {
    "apart": [(0.0, 1.0, 2.5, 4.0), (3.0, 5.0, -1.0, 1.0)],
    "of one length": [(0.0, 1.0, 0.25, 1.25), (1.0, 3.0, 0.0, 2.0)],
    "of two lengths": [(0.0, 1.0, 0.5, 3.5), (2.0, 4.0, -1.0, 2.5)],
    "one inside the other": [(0.0, 4.0, 1.0, 2.0), (1.0, 1.5, 0.0, 2.0)],
    "equal": [(0.0, 2.0, 0.0, 2.0)],
}


@js_of_intervals.checker
def _(answer: Any) -> None:
    for kind in ("of one length", "of two lengths", "one inside the other", "apart", "equal"):
        for ends in INTERVALS[kind]:
            got = answer(*ends)
            expect(np.size(got) == 1, f"One number is wanted; yours has shape {np.shape(got)}.")
            if not same(got, js_of_intervals(*ends)):
                _explain_intervals(float(np.ravel(got)[0]), ends, kind)


def _explain_intervals(got: float, ends: tuple[float, ...], kind: str) -> None:
    """Say which mistake a number looks like."""
    a, b, c, d = ends
    want, shared = js_of_intervals(*ends), max(0.0, min(b, d) - max(a, c))
    p_rest, q_rest = 1 - shared / (b - a), 1 - shared / (d - c)
    expect(
        not np.isnan(got), "That is not a number. Leave out the cells where a law has no mass: 0 log 0 = 0."
    )
    expect(
        not np.isinf(got),
        "It is KL that is infinite here. JS compares each law with the mixture, which is there wherever "
        "either is.",
    )
    expect(
        kind != "apart",
        "Wrong where the intervals lie apart: there the common piece has length 0, and not less than that. "
        "JS is log 2.",
    )
    expect(kind != "equal", "Equal intervals: nothing tells the laws apart, so JS is 0.")
    union = max(b, d) - min(a, c)
    for value, message in (
        (2 * want, "Each of the two KL terms counts half."),
        (want / LOG2, "That is in bits. This course uses natural logarithms."),
        (want**0.5, "That is the root of JS, a distance of its own. No root here."),
        (
            (np.log(union / (b - a)) + np.log(union / (d - c))) / 2,
            "You took the mixture for a uniform law on all of it. Its density is (p + q) / 2: larger where "
            "both laws are.",
        ),
        (
            (1 - shared / union) * LOG2,
            "You took the share of the union that is not common. Ask of each law by itself how much of its "
            "mass lies on the common piece.",
        ),
        (
            p_rest * LOG2,
            "Right for intervals of one length. If the lengths differ, so do the densities on the common "
            "piece, and the second law has another share of it.",
        ),
        (
            max(p_rest, q_rest) * LOG2,
            "That is log 2 times TV. JS is that only where the densities agree on the common piece.",
        ),
        (
            (p_rest + q_rest) / 2 * LOG2,
            "You counted the pieces where only one law is. On the common piece the densities differ, too, "
            "if the lengths do, and that adds to JS.",
        ),
    ):
        expect(not same(got, value), message)
    expect(
        kind != "of one length",
        f"Wrong for U[{a:g}, {b:g}] against U[{c:g}, {d:g}]. Either interval may begin first: the common "
        "piece runs from the larger left end to the smaller right end.",
    )
    expect(
        kind != "one inside the other",
        "Wrong where one interval lies inside the other: the common piece ends where the inner one does.",
    )
    expect(False, f"Wrong for U[{a:g}, {b:g}] against U[{c:g}, {d:g}]: find the masses of the three cells.")


def _triples(p_shared: float, q_shared: float) -> float:
    """JS from the two common masses; negative ones, as some mistakes make them, give NaN."""
    p, q = np.array([1 - p_shared, p_shared, 0]), np.array([0, q_shared, 1 - q_shared])
    m = (p + q) / 2
    with np.errstate(all="ignore"):
        terms = [one[one != 0] * np.log(one[one != 0] / m[one != 0]) for one in (p, q)]
    return float(sum(term.sum() for term in terms) / 2)


@js_of_intervals.wrong(says="and not less than that")
def _(a: float, b: float, c: float, d: float) -> float:
    shared = min(b, d) - max(a, c)  # negative where they lie apart
    js = _triples(shared / (b - a), shared / (d - c))
    return 1.0 if np.isnan(js) else js


@js_of_intervals.wrong(says="That is not a number")
def _(a: float, b: float, c: float, d: float) -> float:
    shared = max(0.0, min(b, d) - max(a, c))
    p_shared, q_shared = shared / (b - a), shared / (d - c)
    p, q = np.array([1 - p_shared, p_shared, 0]), np.array([0, q_shared, 1 - q_shared])
    with np.errstate(all="ignore"):
        return float((p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q))).sum() / 2)


@js_of_intervals.wrong(says="It is KL that is infinite")
def _(a: float, b: float, c: float, d: float) -> float:
    return np.inf if (a, b) != (c, d) else 0.0


@js_of_intervals.wrong(says="so JS is 0")
def _(a: float, b: float, c: float, d: float) -> float:
    return LOG2 if (a, b) == (c, d) else float(js_of_intervals(a, b, c, d))


@js_of_intervals.wrong(says="counts half")
def _(a: float, b: float, c: float, d: float) -> float:
    return 2 * float(js_of_intervals(a, b, c, d))


@js_of_intervals.wrong(says="That is in bits")
def _(a: float, b: float, c: float, d: float) -> float:
    return float(js_of_intervals(a, b, c, d) / LOG2)


@js_of_intervals.wrong(says="root of JS")
def _(a: float, b: float, c: float, d: float) -> float:
    return float(js_of_intervals(a, b, c, d) ** 0.5)


@js_of_intervals.wrong(says="uniform law on all of it")
def _(a: float, b: float, c: float, d: float) -> float:
    union = max(b, d) - min(a, c)
    return float((np.log(union / (b - a)) + np.log(union / (d - c))) / 2)


@js_of_intervals.wrong(says="share of the union")
def _(a: float, b: float, c: float, d: float) -> float:
    shared = max(0.0, min(b, d) - max(a, c))
    return float((1 - shared / (max(b, d) - min(a, c))) * LOG2)


@js_of_intervals.wrong(says="Right for intervals of one length")
def _(a: float, b: float, c: float, d: float) -> float:
    shared = max(0.0, min(b, d) - max(a, c))
    return float((1 - shared / (b - a)) * LOG2)


@js_of_intervals.wrong(says="log 2 times TV")
def _(a: float, b: float, c: float, d: float) -> float:
    shared = max(0.0, min(b, d) - max(a, c))
    return float((1 - shared / max(b - a, d - c)) * LOG2)


@js_of_intervals.wrong(says="pieces where only one law is")
def _(a: float, b: float, c: float, d: float) -> float:
    shared = max(0.0, min(b, d) - max(a, c))
    return float((2 - shared / (b - a) - shared / (d - c)) / 2 * LOG2)


@js_of_intervals.wrong(says="Either interval may begin first")
def _(a: float, b: float, c: float, d: float) -> float:
    shared = float(np.clip(b - c, 0, min(b - a, d - c)))  # as if a < c
    return _triples(shared / (b - a), shared / (d - c))


@js_of_intervals.wrong(says="ends where the inner one does")
def _(a: float, b: float, c: float, d: float) -> float:
    shared = max(0.0, min(b - c, d - a, b - a))  # forgets d - c
    return _triples(shared / (b - a), min(shared / (d - c), 1.5))


# --- 04.4 ---------------------------------------------------------------------------------------------


@exercise(
    "04.4",
    kind="prediction",
    title="The motivating example, turned",
    hints=(
        "Where do the two segments meet, and how much mass of either law lies there? For JS and TV that "
        "decides everything, at 60° as well as at 1°.",
        "A grain at distance r from the middle and its turned place are the two ends of a chord: 2 r "
        "sin(φ/2) apart. At 60° that is r. What is the mean of r along the segment?",
        "At 180°: what does the turned segment look like? Your rule of 'each grain to its turned place' is "
        "a plan. Is it the best one here?",
    ),
    moral="Crossing helps nobody: one common point has no mass, and JS is log 2 at every angle but 0° and "
    "180°, where it jumps to 0. W1 falls to 0 steadily at both. And trust no plan at every angle: at "
    "180° the one that got you the third number wastes its work.",
)
def turned_line() -> list[float]:
    r"""The segments meet in one point, which has mass 0 under either law.

    - So each law is all where the other is not: $JS = \log 2$ and $TV = 1$, at 60°, at 1°, at any angle that
      does not turn the segment onto itself.
    - $W_1$ at 60°: the grain at distance $r$ from the middle moves along a chord of length
      $2 r \sin 30° = r$. The mean of $r$ over a segment of length 1 is $\frac14$.
    - $W_1$ at 180°: the segment has been turned onto itself. The two *laws* are equal, whatever became of
      each grain, so nothing has to move: 0.
    """
    places = (np.arange(100) + 0.5) / 100 - 0.5
    segment = np.column_stack([places, np.zeros(100)])  # (100, 2)
    w1 = []
    for angle in (np.pi / 3, np.pi):
        turned = np.column_stack([places * np.cos(angle), places * np.sin(angle)])
        w1.append(wgan_edu.transport.w1_exact(segment, turned))
    js = wgan_edu.divergences.js_divergence([1, 0], [0, 1])  # one law's mass is where the other has none
    return [js, 1.0, *w1]


for _slot, _slips in enumerate(
    [
        {
            0.0: "JS at 60°: they meet in one point, which has no mass. JS is 0 for equal laws.",
            LOG2 / 2: "JS at 60°: meeting in a point is not sharing half. How much mass do they share?",
            LOG2 / 3: "JS at 60°: it does not grow with the angle. It asks how much mass is shared: none.",
            np.inf: "JS at 60°: KL is infinite, JS is not.",
        },
        {
            0.0: "TV at 1°: nearly on top of one another is not on top. No mass is shared.",
            1 / 180: "TV at 1°: it does not grow with the angle. At 1° no mass is shared, as at 60°.",
            0.5: "TV at 1°: half the sum of |p - q|, and where one law is the other is not: half of 1 + 1.",
            2.0: "TV at 1°: the 1/2 is missing. TV is at most 1.",
        },
        {
            0.5: "W1 at 60°: that is how far the ends move. Grains near the middle move less: take the mean.",
            np.pi / 12: "W1 at 60°: that is the mean of the arcs. Earth goes straight, along the chord.",
            np.pi
            / 6: "W1 at 60°: that is the arc of the ends. Earth goes straight, and most of it less far.",
            1.0: "W1 at 60°: that is TV. How far does the earth move?",
            0.125: "W1 at 60°: the mean of r is taken over both halves of the segment. Neither counts half.",
        },
        {
            0.5: "W1 at 180°: each grain to its turned place is a plan, and a bad one. Look at the two laws, "
            "not at the grains.",
            1.0: "W1 at 180°: only the ends would have that far to go, and nothing has to move at all.",
            0.25: "W1 at 180°: it does not stay as it was at 60°. What does the turned segment look like?",
        },
    ]
):
    for _value, _says in _slips.items():
        turned_line.wrong([_value if k == _slot else ... for k in range(4)], says=_says)

# --- 04.5 ---------------------------------------------------------------------------------------------


@exercise(
    "04.5",
    kind="proof",
    title="Little mass, little work",
    hints=(
        "W1 is the integral of |F(x) - G(x)|. How large can |F(x) - G(x)| be at one x? F(x) is the mass of a "
        "set.",
        "F(x) - G(x) = P(A) - Q(A) with A the half line up to x, and TV is the supremum of |P(A) - Q(A)| "
        "over all sets.",
        "Left of the interval both CDFs are 0, right of it both are 1. So over which length do you integrate "
        "something that is at most TV?",
        "For the last part, let a little mass go far: which n makes the work of mass 1/n equal to 1?",
    ),
    rubric=(
        Point(
            "|F(x) - G(x)| ≤ TV at every x, because it is |P(A) - Q(A)| for the set A = (-∞, x];",
            r"(half.?line|set\b|sets\b|-\s*∞|−∞|-\s*\\infty|-\s*inf|(P|\\mathbb ?P)\s*\(A\))",
            "At one x: of which set is F(x) the mass, and what does TV say of every set?",
        ),
        Point(
            "outside the interval the CDFs agree (both 0, then both 1);",
            r"(outside|left of|right of|beyond|both (are )?(0|1|zero|one)|agree|vanish|only (over|on|inside)|"
            r"on the interval)",
            "You integrate over the whole line. What is F - G outside the interval?",
        ),
        Point(
            "so the area is at most L · TV, and TV → 0 makes W1 → 0;",
            rf"(L|length)\b\s*({TIMES}|\\,)?\s*(the )?\\?(\w+\{{)?TV|"
            rf"TV\}}?\s*(\([^)]*\))?\s*{TIMES}?\s*{LENGTH}",
            "Put both together: a height of at most TV over which length?",
        ),
        Point(
            "on the whole line there is no finite L, and the bound says nothing;",
            r"(whole line|unbounded|not compact|(no|without( a)?) (finite )?(L|length|bound)|"
            r"(L|length|diameter|interval)[^.]{0,60}(infinit|not finite|∞|\\infty|grow|unbounded|endless))",
            "Which step uses that the laws live on an interval?",
        ),
        Point(
            "an example, such as (1 - 1/n) δ₀ + (1/n) δₙ: TV = 1/n falls to 0, W1 = 1 does not.",
            r"(1\s*/\s*n|\\t?frac ?\{?1\}? ?\{?n|ε|\\epsilon|mass)[^.]{0,120}"
            r"(δ|\\delta|delta|at n|point|far|distance n|place n)",
            "Name the laws: how much mass, how far away, so that the work does not fall?",
        ),
    ),
    slips=(
        Slip(
            r"W_?\{?1?\}?\s*(\([^)]*\))?\s*(≤|<=|\\leq?|is at most)\s*(\\\w+\{)?TV\b\}?"
            rf"(?!\s*(\([^)]*\))?\s*{TIMES}?\s*{LENGTH})",
            "W1 is a length and TV is a share of mass: one cannot bound the other without a length beside "
            "it.",
        ),
        Slip(
            rf"(?<!not )(?<!n't )(equivalent|if and only if|\biff\b|conversely|⟺|⇔|\\iff)"
            rf"(?![^.]{{0,80}}{NOT})[^.]{{0,80}}(W|TV)|"
            rf"W_?1?[^.]{{0,20}}(→|->|\\to)\s*0(?![^.]{{0,30}}{NOT})[^.]{{0,30}}\b(so|implies|hence|then)\b"
            r"[^.]{0,30}TV[^.]{0,8}(→|->|\\to|tends|goes|falls)",
            "The arrow goes one way. A grain at 1/n comes as near to 0 as you like in W1, while TV stays 1.",
        ),
        Slip(
            r"(every|each|all)\s+(grains?|mass|points?)(?![^.]*TV)"
            r"[^.]{0,40}(moves?|travels?|goes|go)[^.]{0,25}\bL\b",
            "Most of the mass need not move: that is where TV comes in. Bound the height of the area first.",
        ),
        Slip(
            r"(not|n't|fails? to)\s+converge\s+weakly|no weak convergence",
            "The example does converge weakly, and in TV as well. It is W1 alone that does not fall.",
        ),
    ),
)
def little_mass() -> None:
    r"""Fix a place $x$ and let $A = (-\infty, x]$. Then $F(x) = \mathbb P(A)$ and $G(x) = \mathbb Q(A)$.
    TV is the supremum of $|\mathbb P(A) - \mathbb Q(A)|$ over all sets, so $|F(x) - G(x)| \le TV$.

    To the left of the interval both CDFs are 0, to the right of it both are 1. So the area between them lies
    over the interval only:

    $$W_1 = \int_0^L |F(x) - G(x)|\, dx \le L \cdot TV ,$$

    with the interval starting at 0. If $TV(\mathbb P_n, \mathbb P) \to 0$, then $W_1 \to 0$.

    On the whole line the length $L$ is infinite and the bound says nothing. And the conclusion is false
    there: for $(1 - \frac1n)\, \delta_0 + \frac1n\, \delta_n$ and the limit $\delta_0$, $TV = \frac1n \to 0$,
    while the mass $\frac1n$ has to go the distance $n$, so that $W_1 = 1$ for every $n$.
    """


little_mass.wrong(
    "F(x) and G(x) are the masses of the half line up to x, so |F - G| is at most TV. Therefore W1 <= TV.",
    says="without a length beside it",
)
little_mass.wrong(
    "F(x) - G(x) = P(A) - Q(A) for the half line A, so |F - G| <= TV, and outside the interval both are "
    "equal. So the area is at most L * TV. TV and W1 are equivalent: W1 -> 0 implies TV -> 0.",
    says="The arrow goes one way",
)
little_mass.wrong(
    "Every grain travels at most L, so the work is at most L.",
    says="Most of the mass need not move",
)
little_mass.wrong(
    "F(x) = P(A) with A the half line up to x, so |F - G| <= TV. Outside the interval F = G, so the area is "
    "at most L * TV. On the whole line (1 - 1/n) δ_0 + (1/n) δ_n does not converge weakly.",
    says="It is W1 alone",
)
little_mass.wrong(
    "|F(x) - G(x)| = |P(A) - Q(A)| <= TV with A = (-∞, x]. Integrate this over x.",
    says="outside the interval",
)
little_mass.wrong(
    "|F(x) - G(x)| = |P(A) - Q(A)| <= TV with A = (-∞, x], and outside the interval F = G, so the area is at "
    "most L * TV. Hence TV -> 0 implies W1 -> 0.",
    says="Which step uses",
)
little_mass.wrong(
    "|F(x) - G(x)| = |P(A) - Q(A)| <= TV with A = (-∞, x], and outside the interval F = G, so the area is at "
    "most L * TV. On the whole line L is infinite, so the proof breaks.",
    says="Name the laws",
)

# --- 04.6 ---------------------------------------------------------------------------------------------


@exercise(
    "04.6",
    kind="concept",
    seeds=("S0.1", "S0.5", "S2.5", "S4.2"),
    title="Harsh and soft",
    hints=(
        "Go through the five for the point masses at 0 and θ: which value, which slope, and does either "
        "depend on how large θ is?",
        "The two properties stand in S2 under 'The Need for a Softer Metric': one is about values, one about "
        "gradients.",
        "For the last sentence: what happens at θ = 0 exactly? On an endless street? To a law known from "
        "samples? Or do you know a case in which JS, too, has a useful slope?",
    ),
    rubric=(
        Point(
            "KL is infinite on disjoint supports, in both directions;",
            r"KL[^.]{0,80}(infinit|∞|\\infty|\binf\b)|(infinit|∞)[^.]{0,40}KL",
            "What is KL between two laws that share nothing?",
        ),
        Point(
            "JS is log 2 and TV is 1, whether θ is large or tiny;",
            r"log\s*\(?\s*2|\\log ?2|ln\s*\(?\s*2|0\.69",
            "Which value has JS, as long as θ is not 0?",
        ),
        Point(
            "so their slope is 0 (that of KL does not exist), and gradient descent does not move;",
            r"(slopes?|gradients?|derivatives?)[^.]{0,80}(\b0\b|zero|\bno\b|none|vanish|does not exist)|"
            r"(constant|flat|\bno\b|zero)[^.]{0,60}(slopes?|gradients?|derivatives?)",
            "What are their slopes in θ, and what does a generator learn from them?",
        ),
        Point(
            "the earth mover's distance is |θ|, with a slope of ±1 that points to the data;",
            r"(\|\s*(θ|\\?theta)\s*\||abs\(theta\)|how far|distance (still )?to go)",
            "And the earth mover's distance: its value, as a formula in θ?",
        ),
        Point(
            "a softer metric has finite, meaningful values on disjoint supports: it tells near from far;",
            r"(finite|well.?defined|meaningful|near from far|how far|closer)",
            "The first property of S2 is about values. Say it.",
        ),
        Point(
            "and it has gradients that are not zero and lead toward the data;",
            r"(guid|lead|toward|points?\b|direction|which way|home|non-?zero|useful)[^.]*",
            "The second property of S2 is about gradients. Say it.",
        ),
        Point(
            "a limit of the promise: a kink at 0, flat places, compactness, samples, no theorem on training.",
            r"(kink|not differentiable|almost everywhere|not [^.]{0,20}everywhere|tremble|oscillat|compact|"
            r"flat place|local minim|sampling|samples|floor|(with|laws|supports) overlap|approximat|"
            r"not promise|no (promise|guarantee|theorem))",
            "Close with one thing that the earth mover's distance does not promise.",
        ),
    ),
    slips=(
        Slip(
            rf"\b(JS|Jensen)\b(?:(?!KL|while|but|{NOT})[^.;,]){{0,40}}(infinit|∞|\binf\b|blows? up|diverges)",
            "KL is infinite when data is possible where the generator never is. JS never exceeds log 2.",
        ),
        Slip(
            rf"(?:^|[.;,:])(?![^.;,:]*(?:gradient|slope|derivative|change|\bif\b|when|where|until|\bat\b|{NOT}))"
            r"[^.;,:]*\b(JS|Jensen)[^.;,:=]{0,25}(\bis|=|\bequals?|\bbecomes)\s*(0(?!\.?\d)|zero\b)"
            rf"(?![^.;]*(\bif\b|when|\bonly\b|θ = 0))",
            "JS is 0 only between equal laws. On disjoint supports it has its largest value; what is 0 is "
            "its slope.",
        ),
        Slip(
            r"(JS|Jensen)[^.;]{0,40}\b(never|nowhere)\s+(has|have|gives?|any)\b[^.;]{0,20}(gradient|slope)"
            r"(?![^.;]*(disjoint|apart|overlap|share|points))|"
            r"(gradient|slope)[^.;]{0,30}(JS|Jensen)[^.;]{0,25}\b(always|everywhere)\b"
            r"(?![^.;]*(disjoint|apart|overlap|share|points))",
            "With overlap JS does have a slope: log 2 for two uniform laws that slide over one another. It "
            "is gone where the supports are disjoint.",
        ),
        Slip(
            rf"(?:^|[.;:,])(?![^.;:,]*{NOT})[^.;:,]*((gradient|derivative|slope)s?\s+everywhere|"
            r"(?<!almost )everywhere\s+differentiable|differentiable\s+everywhere)",
            "Continuous everywhere, differentiable almost everywhere: |θ| has a kink at 0.",
        ),
        Slip(
            rf"(?:^|[.;:,])(?![^.;:,]*({NOT}|guarantee))[^.;:,]*\b(avoid|prevent|solve|cure)\w*\s+"
            r"(\w+\s+){0,2}mode collapse|\b(has|have|with)\s+no mode collapse",
            "That is an observation of some experiments, not a property of the distance. Two point masses "
            "say nothing about modes.",
        ),
    ),
)
def harsh_and_soft() -> None:
    r"""Let the data be a point mass at 0 and the generator one at $\theta \ne 0$. The laws share nothing, and
    that is all that an f-divergence ever asks. KL is infinite in both directions, JS is $\log 2$, TV is 1,
    for $\theta = 3$ as for a thousandth: harsh, because *nearly right* gets the same mark as *all wrong*. KL
    has no slope there, the slope of JS and of TV is 0, and a generator that follows them does not move.

    A softer metric has two properties. Its values are finite and meaningful on disjoint supports: they tell
    near from far. And it has nonzero gradients that lead toward the data. The earth mover's distance has both
    here: it is $|\theta|$, with slope $+1$ to the right of the data and $-1$ to the left of it, so a step
    downhill is a step home. That is what a WGAN follows, up to how well its critic approximates it.

    It does not promise a gradient at each point: $|\theta|$ has a kink at 0, and steps of constant size
    tremble around it. (And JS is not always deaf: where the laws overlap, it has a slope.)
    """


harsh_and_soft.wrong(
    "On disjoint supports JS is infinite, so there is no gradient. The earth mover's distance is |θ|.",
    says="JS never exceeds log 2",
)
harsh_and_soft.wrong(
    "On disjoint supports KL is infinite. The JS divergence is zero there, so the generator cannot learn.",
    says="JS is 0 only between equal laws",
)
harsh_and_soft.wrong(
    "KL is infinite and JS is log 2 with slope 0; JS never has a gradient, EMD, which is |θ|, has.",
    says="With overlap JS does have a slope",
)
harsh_and_soft.wrong(
    "KL is infinite, JS is log 2, so the gradient is 0. EMD is |θ|, finite, with a gradient everywhere that "
    "points toward the data.",
    says="|θ| has a kink at 0",
)
harsh_and_soft.wrong(
    "KL is infinite, JS log 2, slope 0. EMD is |θ| and points home. So a WGAN avoids mode collapse.",
    says="an observation of some experiments",
)
harsh_and_soft.wrong(
    "KL is infinite, JS is log 2 with slope 0, EMD is |θ| with slope 1: it is finite and points home.",
    says="Close with one thing",
)
harsh_and_soft.wrong(
    "JS is harsh because it is an f-divergence; a softer metric is needed, such as EMD.",
    says="What is KL between two laws",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "Two point masses come closer: θ falls from 1 to a millionth. What does JS do?",
        wrong(
            "It falls from log 2 to nearly 0.",
            "That would be a softer distance. JS asks how much mass is shared: none, until θ is 0 exactly.",
        ),
        right(
            "Nothing: it is log 2 at both.",
            "The supports are disjoint at both. So its slope is 0, and gradient descent does not move.",
        ),
        wrong(
            "It is infinite at both.",
            "KL is. JS compares with the mixture, and never exceeds log 2.",
        ),
        wrong(
            "It is 0 at both, as it cannot see the laws.",
            "JS is 0 for equal laws only. What is 0 here is its slope.",
        ),
    ),
    Question(
        "U[0, 1] against U[θ, 1 + θ] at θ = 1/2. What is the slope of JS in θ?",
        wrong("0: JS has no gradient.", "Not without overlap. Here half of the mass is shared."),
        right(
            "log 2: JS is θ log 2 while the laws overlap.",
            "On the common part the densities agree and add nothing; the mass of the rest is θ on each side.",
        ),
        wrong("1", "That is the slope of TV, and of the earth mover's distance."),
        wrong("It has none: JS is infinite.", "KL is infinite here. JS is half of log 2."),
    ),
    Question(
        "In which sense is KL from the line x = 0 in the plane to the mixture of two lines an integral?",
        wrong(
            "Of p₀ log(p₀ / pₘ) dx dy, where p₀ is the density of the line.",
            "Mass per area has no limit on a line: there is no such density.",
        ),
        wrong(
            "In none: the line has no density, so KL is undefined.",
            "KL needs the ratio of two measures. Its value here is log 2.",
        ),
        right(
            "Of log(dP₀/dPₘ) against P₀: the ratio is 2 on the line.",
            "The mixture has half of the mass of P₀ everywhere on the line, however small the boxes are.",
        ),
    ),
    Question(
        "Gradient descent on W1 = |θ|, from θ = 1, with constant steps of 0.3. Where is it 1000 steps later?",
        wrong(
            "At 0, where W1 is least.", "It would have to hit 0 exactly. From 0.1 the next step is 0.3 long."
        ),
        right(
            "At 0.1 or at -0.2, in turn.",
            "1, 0.7, 0.4, 0.1, -0.2, 0.1, ...: the slope stays ±1 up to the kink, and so does the step.",
        ),
        wrong("Far away: it diverges.", "Each step from farther out than 0.3 leads closer to 0."),
        wrong(
            "Still at 1: W1 has no gradient.",
            "It has one wherever θ is not 0: differentiable almost everywhere.",
        ),
    ),
    Question(
        "Laws on [0, 1] converge in W1. What follows?",
        wrong(
            "They converge in TV: on a compact set all distances are alike.",
            "Only the other arrow holds. Grids of n points come to U[0, 1] in W1, with TV = 1 all the way.",
        ),
        wrong(
            "Their KL to the limit tends to 0.", "It may be infinite for each of them: point masses at 1/n."
        ),
        right(
            "The means of all continuous functions converge, and no more.",
            "That is weak convergence, which on a compact set is the same as convergence in W1.",
        ),
        wrong(
            "Nothing, unless they have densities.",
            "W1 needs no densities, and neither does weak convergence, which does follow.",
        ),
    ),
    Question(
        "A model is N(θ, 1), the data N(0, 1), and θ = 10. Which distance pulls hardest?",
        right(
            "KL: its slope is θ itself.",
            "Both densities are positive everywhere, KL is θ²/2. A GAN's law is on a thin set: no such luck.",
        ),
        wrong(
            "JS: the supports overlap completely.",
            "They do, and hardly any mass does: the slope of JS is some millionths.",
        ),
        wrong(
            "The earth mover's distance.",
            "Its slope is 1 at every distance. Dependable, and not the largest.",
        ),
        wrong(
            "None: the laws are too far apart.",
            "True of JS and TV for all practical purposes. Not of KL and W1.",
        ),
    ),
]

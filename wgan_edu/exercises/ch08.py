r"""Exercises and quiz of chapter 08, holding a critic to slope 1.

Tasks: notebooks/08_lipschitz_critics.ipynb.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from wgan_edu.checking import Array
from wgan_edu.exercises.frame import NOT, PLAIN, Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = ["QUIZ", "how_steep", "how_to_limit", "locked", "penalty", "relu_loses", "slope_after"]

# --- 08.1 ---------------------------------------------------------------------------------------------


@exercise(
    "08.1",
    kind="by hand",
    seeds=("S0.4",),
    title="How steep can a clipped critic be?",
    hints=(
        "A matrix whose entries are all c sends the vector of n_in ones to n_out entries of c n_in each. "
        "Compare the two lengths.",
        "The length before is the root of n_in, after it c n_in times the root of n_out: the slope "
        "is c times "
        "the root of n_in n_out.",
        "Three layers, so the product has c three times: it grows like c cubed.",
    ),
    moral="A small number in every weight is no small slope of a layer, and one c gives another "
    "slope to every "
    "architecture. Nobody knows K without measuring it.",
)
def how_steep() -> list[float]:
    r"""A layer with all weights at $c$ stretches the vector of ones by $c \sqrt{n_{in} n_{out}}$.

    No layer with entries between $-c$ and $c$ can do more: its slope is at most its Frobenius norm.

    1. $0.01 \cdot \sqrt{512 \cdot 512} = 5.12$.
    2. First layer $0.01 \sqrt{2 \cdot 512} = 0.32$, last $0.01 \sqrt{512} = 0.226$. Together
       $0.32 \cdot 5.12 \cdot 0.226 = 0.371$.
    3. The product has $c^3$ in it, so the factor is $0.371^{-1/3} = 1.39$, and $c = 0.0139$.
    4. One more layer is one more factor of 5.12: $1.90$.
    """
    c = 0.01
    middle = c * np.sqrt(512 * 512)
    whole = c * np.sqrt(2 * 512) * middle * c * np.sqrt(512)
    return [middle, whole, whole ** (-1 / 3), whole * middle]


for _one, _says in {
    0.01: "1: that is the largest entry. A layer adds up 512 of them for each of its 512 units.",
    1: "1: nothing has normalized this layer. Put all weights at c and try the input of 512 ones.",
    2621.44: "1: c n_in n_out has no root. Compare lengths of vectors: each brings a square root.",
    0.2263: "1: one root is missing. The input has 512 entries, and so has the output.",
}.items():
    how_steep.wrong([_one, ..., ..., ...], says=_says)
for _two, _says in {
    5.6663: "2: slopes of layers that come one after the other multiply. You added them.",
    1e-6: "2: c to the power 3 forgets how many weights each layer has.",
    134.2: "2: that is three layers of 512 by 512. The first has 2 inputs, and the last one output.",
}.items():
    how_steep.wrong([..., _two, ..., ...], says=_says)
for _three, _says in {
    1 / 0.3707: "3: that factor would be right if c stood in one layer. It stands in each of the three.",
    1: "3: with the same c the slope stays at the second number, which is not 1.",
    100: "3: with c = 1 the product is a million times the second number.",
    0.7184: "3: that factor makes the slope smaller still. c has to grow.",
    0.0139: "3: that is the new c. By which factor has it grown?",
}.items():
    how_steep.wrong([..., ..., _three, ...], says=_says)
for _four, _says in {
    0.3707: "4: one more layer is one more factor, and this one is larger than 1.",
    0.3707 * 0.01: "4: the new factor is not c, but the slope of a layer of 512 by 512.",
}.items():
    how_steep.wrong([..., ..., ..., _four], says=_says)

# --- 08.2 ---------------------------------------------------------------------------------------------


@exercise(
    "08.2",
    kind="code",
    seeds=("S0.4",),
    title="Weight normalization, both readings",
    hints=(
        "`np.linalg.norm(weight)` is the Frobenius norm; with `axis=1, keepdims=True` it is the length of "
        "each row.",
        "The slope of a layer is the largest singular value of its normalized matrix: "
        "`np.linalg.norm(weight, 2)`.",
        "Normalize each matrix, take the spectral norm of each, and multiply.",
    ),
    moral="“Norm 1” is not one constraint. With Frobenius norm 1 the bound is mostly far below 1, so the "
    "critic is held too tightly; with rows of length 1 it is above 1, so it is not held at all.",
)
def slope_after(first: Array, second: Array, form: str) -> float:
    """Divide each matrix, or each of its rows, by its length; then the product of spectral norms."""
    bound = 1.0
    for weight in (first, second):
        rows = np.linalg.norm(weight, axis=1, keepdims=True)  # (n_out, 1)
        length = np.linalg.norm(weight) if form == "frobenius" else rows
        bound *= float(np.linalg.norm(weight / length, 2))
    return bound


@slope_after.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(8)
    for n_in, hidden, n_out in ((4, 4, 4), (2, 6, 3)):
        first, second = rng.normal(size=(hidden, n_in)), rng.normal(size=(n_out, hidden))
        for form in ("row", "frobenius"):
            got = answer(first, second, form)
            expect(np.size(got) == 1, f"One number is wanted; yours has shape {np.shape(got)}.")
            if not same(got, slope_after(first, second, form)):
                _explain_slope(got, [first, second], form)


def _length(weight: Array, form: str) -> Array:
    rows = np.linalg.norm(weight, axis=1, keepdims=True)
    return np.asarray(np.linalg.norm(weight) if form == "frobenius" else rows)


def _slope(weight: Array) -> float:
    return float(np.linalg.norm(weight, 2))


def _explain_slope(got: Any, weights: list[Array], form: str) -> None:
    """Say which mistake a number looks like."""
    divided = [weight / _length(weight, form) for weight in weights]
    other = "row" if form == "frobenius" else "frobenius"
    columns = [weight / np.linalg.norm(weight, axis=0, keepdims=True) for weight in weights]
    together = np.sqrt(sum(np.linalg.norm(weight) ** 2 for weight in weights))
    slopes = [_slope(weight) for weight in divided]
    for value, message in (
        (
            np.prod([_slope(weight) for weight in weights]),
            "That is the bound before anything was normalized.",
        ),
        (1.0, "That is 1, as with W / σ(W). Here the matrix is divided by another norm, not by its slope."),
        (slope_after(*weights, other), f"You normalized in the other form: `form` was {form!r} here."),
        (
            np.prod([_slope(weight) for weight in columns]),
            "Those are columns of length 1. A row of W holds the weights of one unit: axis=1.",
        ),
        (
            np.prod([_slope(weight / together) for weight in weights]),
            "You divided by the length of both matrices together. Here each matrix has a norm of its own.",
        ),
        (
            np.prod([np.linalg.norm(weight) for weight in divided]),
            "You multiplied Frobenius norms. The slope of a layer is its largest singular value.",
        ),
        (np.sum(slopes), "You added the slopes of the layers. One comes after the other: multiply."),
        (np.max(slopes), "That is the steeper layer. The network has both, one after the other."),
    ):
        expect(not same(got, value), message)
    expect(False, "Normalize each, take its largest singular value, and multiply: compare step by step.")


def _mistaken(length: Any, measure: Any = _slope, join: Any = np.prod) -> Callable[..., Any]:
    """A wrong solution: divide by this length, measure like this, join like this."""
    return lambda first, second, form: join([measure(w / length(w, form)) for w in (first, second)])


slope_after.wrong(says="before anything was normalized")(_mistaken(lambda w, form: 1.0))
slope_after.wrong(says="That is 1, as with")(_mistaken(lambda w, form: _slope(w)))
slope_after.wrong(says="in the other form")(_mistaken(lambda w, form: _length(w, "row")))
slope_after.wrong(says="columns of length 1")(_mistaken(lambda w, form: np.linalg.norm(w, axis=0)))
slope_after.wrong(says="multiplied Frobenius norms")(_mistaken(_length, np.linalg.norm))
slope_after.wrong(says="added the slopes")(_mistaken(_length, join=np.sum))
slope_after.wrong(says="the steeper layer")(_mistaken(_length, join=np.max))
slope_after.wrong(says="One number is wanted")(_mistaken(_length, join=np.array))


@slope_after.wrong(says="both matrices together")
def _(first: Array, second: Array, form: str) -> float:
    together = np.sqrt(np.linalg.norm(first) ** 2 + np.linalg.norm(second) ** 2)
    return _slope(first / together) * _slope(second / together)


# --- 08.3 ---------------------------------------------------------------------------------------------


@exercise(
    "08.3",
    kind="code",
    seeds=("S3.3", "S4.7"),
    title="Where the penalty looks",
    hints=(
        'At "data" the places are `real` themselves. At "interpolates" row i is '
        "`mix[i] * real[i] + (1 - mix[i]) * fake[i]`: `mix[:, None]` has the shape for that.",
        "`gradient(places)` has shape (n, d); the norm of each row is `np.linalg.norm(..., axis=1)`.",
        "Then subtract 1, square, take the mean over the rows, and multiply by the weight.",
    ),
    moral="One line differs between the two. At the data nothing is asked of the critic between the laws, "
    "and there it carries the estimate: a critic can pay nothing at the data and be steep in between.",
)
def penalty(
    gradient: Any, real: Array, fake: Array, mix: Array, gp_weight: float, at: str = "interpolates"
) -> float:
    """Two-sided: the weighted mean of (norm - 1) squared, at places between real and fake, or at real."""
    share = mix[:, None] if at == "interpolates" else 1.0
    norms = np.linalg.norm(gradient(share * real + (1 - share) * fake), axis=1)  # (n,)
    return float(gp_weight * np.mean((norms - 1) ** 2))


def _bowl(x: Array) -> Array:
    """The gradient of |x|^2 / 2."""
    return np.asarray(x)


@penalty.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(9)
    for at in ("interpolates", "data"):
        real, fake, mix = rng.normal(size=(7, 3)), rng.normal(2, 1, size=(7, 3)), rng.random(7)
        got = answer(_bowl, real, fake, mix, 10.0, at)
        expect(np.size(got) == 1, f"One number is wanted; yours has shape {np.shape(got)}.")
        if not same(got, penalty(_bowl, real, fake, mix, 10.0, at)):
            _explain_penalty(got, real, fake, mix, at)


def _explain_penalty(got: Any, real: Array, fake: Array, mix: Array, at: str) -> None:
    """Say which mistake a number looks like."""
    t = mix[:, None]
    places = real if at == "data" else t * real + (1 - t) * fake
    norms = np.linalg.norm(places, axis=1)

    def two_sided(points: Array) -> float:
        return float(10 * np.mean((np.linalg.norm(points, axis=1) - 1) ** 2))

    for value, message in (
        (two_sided(fake), "That is the penalty at the fake points."),
        (two_sided(real), "That is the penalty at the real points. Here `at` asks for places between."),
        (
            two_sided(t * real + (1 - t) * fake),
            "That is the penalty between the points. Here `at` asks for the real ones.",
        ),
        (two_sided((1 - t) * real + t * fake), "`mix` is the share of real: 1 is the real point."),
        (
            two_sided(mix[0] * real + (1 - mix[0]) * fake),
            "You used one share for the whole batch. Each pair has its own.",
        ),
        (np.mean((norms - 1) ** 2), "The weight is missing."),
        (10 * np.mean(np.maximum(norms - 1, 0) ** 2), "That is one-sided: norms below 1 cost here too."),
        (
            10 * np.mean((norms**2 - 1) ** 2),
            "You penalized the squared norm. It is the norm that should be 1.",
        ),
        (
            10 * (norms.mean() - 1) ** 2,
            "First each sample's square, then the mean: else steep and flat cancel.",
        ),
        (
            10 * np.mean((np.linalg.norm(places, axis=0) - 1) ** 2),
            "The norm runs over the coordinates of one sample: axis=1.",
        ),
        (10 * np.mean(np.abs(norms - 1)), "The square is missing."),
        (
            10 * np.sum((norms - 1) ** 2),
            "You added up the batch. Take the mean, or the weight means another thing.",
        ),
    ):
        expect(not same(got, value), message)
    expect(False, "Places, gradients, their norms, minus 1, squared, mean, weight: compare step by step.")


def _places(real: Array, fake: Array, mix: Array, at: str) -> Array:
    t = mix[:, None]
    return real if at == "data" else np.asarray(t * real + (1 - t) * fake)


def _norms(gradient: Any, real: Array, fake: Array, mix: Array, at: str, axis: int = 1) -> Array:
    return np.asarray(np.linalg.norm(gradient(_places(real, fake, mix, at)), axis=axis))


_MISTAKES: dict[str, Callable[..., Any]] = {
    "Here `at` asks for places between": lambda g, r, f, m, w, at: penalty(g, r, f, m, w, "data"),
    "Here `at` asks for the real ones": lambda g, r, f, m, w, at: penalty(g, r, f, m, w, "interpolates"),
    "`mix` is the share of real": lambda g, r, f, m, w, at: penalty(g, r, f, 1 - m, w, at),
    "one share for the whole batch": lambda g, r, f, m, w, at: penalty(g, r, f, 0 * m + m[0], w, at),
    "The weight is missing": lambda g, r, f, m, w, at: penalty(g, r, f, m, 1.0, at),
    "That is one-sided": lambda g, r, f, m, w, at: (
        w * np.mean(np.maximum(_norms(g, r, f, m, at) - 1, 0) ** 2)
    ),
    "You penalized the squared norm": lambda g, r, f, m, w, at: (
        w * np.mean((_norms(g, r, f, m, at) ** 2 - 1) ** 2)
    ),
    "else steep and flat cancel": lambda g, r, f, m, w, at: w * (_norms(g, r, f, m, at).mean() - 1) ** 2,
    "coordinates of one sample": lambda g, r, f, m, w, at: (
        w * np.mean((_norms(g, r, f, m, at, axis=0) - 1) ** 2)
    ),
    "The square is missing": lambda g, r, f, m, w, at: w * np.mean(np.abs(_norms(g, r, f, m, at) - 1)),
    "You added up the batch": lambda g, r, f, m, w, at: w * np.sum((_norms(g, r, f, m, at) - 1) ** 2),
}
for _says, _mistake in _MISTAKES.items():
    penalty.wrong(says=_says)(_mistake)

# --- 08.4 ---------------------------------------------------------------------------------------------


@exercise(
    "08.4",
    kind="proof",
    seeds=("S3.4",),
    title="What ReLU throws away",
    hints=(
        "The gap is a sum over the units: v_i times ½ r(-1) + ½ r(1) - r(0) for the unit r(x) = "
        "relu(w_i x + b_i). Look at one unit.",
        "Half of the rise from 0 to 1, minus half of the rise from -1 to 0. The slope of the unit is always "
        "between 0 and w_i: how far can the two rises be apart?",
        "So a unit contributes at most |v_i| |w_i| / 2. Cauchy and Schwarz bound the sum of these by the "
        "lengths of v and w.",
    ),
    rubric=(
        Point(
            "The gap is a sum over units, v_i times the unit's own ½ r(-1) + ½ r(1) - r(0);",
            r"(unit|sum|Σ|\\sum|each|neuron)",
            "Write the gap as a sum. Over what?",
        ),
        Point(
            "a unit's slope lies between 0 and w_i, so its part is at most |w_i| / 2 in size;",
            r"(slope|rise|between 0|derivative|convex|lipschitz)",
            "How large can the part of a single unit be, whatever its bias?",
        ),
        Point(
            "Cauchy-Schwarz: the sum of |v_i| |w_i| is at most ‖v‖ ‖w‖ ≤ 1;",
            r"cauchy|schwar",
            "Which inequality bounds a sum of products by a product of lengths?",
        ),
        Point(
            "so the gap is at most 1/2;",
            r"(1/2|½|half|0\.5|\\frac ?\{?1\}?\{?2\}?)",
            "What is the largest value of the gap?",
        ),
        Point(
            "GroupSort reaches 1: (x, -x)/√2, sorted, then (1, -1)/√2 gives max(x, -x) = |x|.",
            r"(max|sort)",
            "And the last part: which two matrices and which sorting give |x|?",
        ),
    ),
    slips=(
        Slip(
            r"(?:^|[.;])(?![^.;]*(norms?\b|limit|bound|spectral|matri|constrain|not (that|because|true)|"
            r"wrong|false))"
            r"[^.;]*\b(not|never|cannot|can't)[^.;]{0,40}\b(be|is|make|express|represent|"
            r"write)[^.;]{0,12}\|x\||"
            r"\|x\|[^.;]{0,25}(is )?not (a |any )?(ReLU|piecewise)",
            "A ReLU network can be |x| very well: relu(x) + relu(-x). It has slope 1, too. What is too large "
            "is the norm of its matrices.",
        ),
        Slip(
            PLAIN + r"((universal|dense)[^.;]{0,60}(approx|in the)|approximat\w* (any|every|all))",
            "Universal approximation is about networks whose weights may grow. Here the norms are held.",
        ),
        Slip(
            PLAIN + r"(kills?|loses?|throws?)[^.;]{0,30}half (of )?(the|its|all) (units|neurons|gradients?)"
            r"[^.;]{0,40}(so|hence|therefore|thus)",
            "That half of the units sleep is a picture, and no proof: with other weights fewer would. Bound "
            "the part of each unit.",
        ),
    ),
)
def relu_loses() -> None:
    r"""Let $f = \sum_i v_i r_i$ with $r_i(x) = \mathrm{relu}(w_i x + b_i)$ and $\|v\|, \|w\| \le 1$.

    **One unit.** The gap $\frac12 f(-1) + \frac12 f(1) - f(0)$ is a sum over the units. The part of unit
    $i$ is $v_i$ times $\frac12 \big(r_i(1) - r_i(0)\big) - \frac12 \big(r_i(0) - r_i(-1)\big)$, half the
    difference of two rises over a way of 1. The slope of a unit is 0 or $w_i$, so each rise lies between 0
    and $w_i$, and half their difference is at most $\frac12 |w_i|$ in size, whatever the bias.

    **All units.** So the gap is at most $\frac12 \sum_i |v_i| |w_i|$. By Cauchy-Schwarz the sum is at most
    $\|v\| \|w\| \le 1$, and the gap at most $\frac12$, while $W_1 = 1$.

    **GroupSort.** The first layer $(x, -x) / \sqrt 2$ has norm 1. Sorted, it is $(|x|, -|x|) / \sqrt 2$. The
    last layer $(1, -1) / \sqrt 2$ has norm 1, and gives $|x| = \max(x, -x)$, with the gap 1.
    """


relu_loses.wrong("A ReLU network cannot represent |x|, since it is not linear.", says="relu(x) + relu(-x)")
relu_loses.wrong(
    "By universal approximation, both networks approximate every function, so both reach 1.",
    says="whose weights may grow",
)
relu_loses.wrong(
    "ReLU kills half of the units, so half of the gap is lost.", says="is a picture, and no proof"
)
relu_loses.wrong(
    "The gap is a sum over units with slopes of at most w_i, so it is at most one half.",
    says="Which inequality bounds a sum of products",
)
relu_loses.wrong(
    "Each unit rises with a slope between 0 and w_i, so it adds at most |v_i||w_i|/2. By Cauchy-Schwarz the "
    "sum is at most 1/2.",
    says="which two matrices",
)

# --- 08.5 ---------------------------------------------------------------------------------------------


@exercise(
    "08.5",
    kind="prediction",
    seeds=("S4.7",),
    title="A slope and its penalty",
    hints=(
        "The loss is L(s) = -2 s + 10 (|s| - 1)². For s > 0 set the derivative to 0.",
        "For s < 0 we have |s| = -s, so L'(s) = -2 + 20 (s + 1): where is it 0, and is that place below 0?",
        "For a weight λ in general the place is s = -1 + 1/λ. It is a place with s < 0 only if λ is large "
        "enough. One-sided, slopes between -1 and 1 cost nothing: which way does the gap pull?",
    ),
    moral="The raw estimate of a penalized critic is too large, here by the share W1 / (2 λ) of W1, and a "
    "high wall at slope 0 can keep a critic on the wrong side. A larger weight mends the first and makes the "
    "second worse.",
)
def locked() -> list[float]:
    r"""The loss is $L(s) = -2s + \lambda (|s| - 1)^2$ with $\lambda = 10$.

    1. For $s > 0$: $-2 + 20 (s - 1) = 0$, so $s = 1.1$.
    2. The gap is $2 s = 2.2$, more than $W_1 = 2$.
    3. For $s < 0$: $-2 + 20 (s + 1) = 0$, so $s = -0.9$, a minimum as well: there the critic has learned the
       wrong sign.
    4. In general that place is $s = -1 + 1 / \lambda$, below 0 only if $\lambda > 1$.
    5. One-sided, the loss is $-2 s$ for $s$ between $-1$ and 1, and falls with $s$ all the way: no wall. The
       only minimum is at 1.1.
    """
    slopes = np.linspace(-2, 2, 400_001)

    def minima(gp_weight: float, one_sided: bool) -> "Array":
        excess = np.abs(slopes) - 1
        loss = -2 * slopes + gp_weight * (np.maximum(excess, 0) if one_sided else excess) ** 2
        return slopes[1:-1][(loss[1:-1] < loss[:-2]) & (loss[1:-1] < loss[2:])]

    wrong_way, right_way = minima(10, one_sided=False)
    weights = np.linspace(0.5, 2, 151)
    least = min(weight for weight in weights if len(minima(weight, one_sided=False)) > 1)
    [only] = minima(10, one_sided=True)
    return [right_way, 2 * right_way, wrong_way, round(least, 1), only]


for _place, _value, _says in (
    (0, 1, "1: at slope 1 the penalty is flat, and the gap still pulls. How far does it get?"),
    (0, 1.2, "1: the derivative of (s - 1)² is 2 (s - 1), so the pull of 2 meets 20 (s - 1)."),
    (1, 2, "2: that is W1. The critic's slope is not 1: what is its gap?"),
    (1, 1.1, "2: that is the slope. The gap is the slope times the way, which is 2."),
    (1, 2.1, "2: that would be the loss turned around: the penalty is no part of the estimate."),
    (2, -1.1, "3: at -1.1 both terms push up. The gap pulls towards 0 here: the slope is less steep than 1."),
    (2, -1, "3: at -1 the penalty is flat, and the gap pulls toward larger s. Where do the two balance?"),
    (2, 0, "3: at 0 the penalty has a peak, with a corner: no minimum."),
    (3, 10, "4: at 10 there is one, as you have seen. How small may the weight be?"),
    (3, 2, "4: the derivative of the penalty at s just below 0 is 2 λ. Compare it with the pull of 2."),
    (3, 0, "4: with a tiny weight the gap wins everywhere below 0."),
    (4, 1, "5: above 1 the one-sided penalty is the two-sided one. Is the first answer changed?"),
    (4, -0.9, "5: below slope 1 the one-sided penalty costs nothing, so nothing stops the gap there."),
):
    locked.wrong([_value if place == _place else ... for place in range(5)], says=_says)

# --- 08.6 ---------------------------------------------------------------------------------------------


@exercise(
    "08.6",
    kind="concept",
    seeds=("S0.4", "S4.7"),
    title="How to limit a critic, and what it costs",
    hints=(
        "Four parts: why a limit at all, what clipping does and guarantees, what the penalty does and "
        "guarantees, and what you would trust as a number.",
        "Clipping limits weights. Of the slope it says: at most some K, which depends on the architecture.",
        "The penalty limits slopes where it looks, on average. It is a term of the loss, so the critic can "
        "buy more slope. And what proves a lower bound whatever the critic is?",
    ),
    rubric=(
        Point(
            "Without a limit on the slope the gap can grow without end and is no distance;",
            r"(without|no|un)[ -]?\w*[^.;]{0,40}(limit|bound|end|infin|grow|constrain|finite|∞)|"
            r"infin|unbounded|"
            r"(make|keep|is|be)s? [^.;]{0,30}finite|(necessary|need)\w*",
            "Why is a limit necessary at all? What would the gap do without one?",
        ),
        Point(
            "clipping: after each step put every weight back into [-c, c];",
            r"clip[^.;]{0,120}(\[|interval|range|box|between|-c|−c|weight)",
            "What does clipping do, to what, and when?",
        ),
        Point(
            "it makes the critic K-Lipschitz for an unknown K: the estimate is at most K W1;",
            r"(K[- ]?lip|\bK\b|unknown|some (slope|constant|bound)|not (1|one)\b|product)",
            "Which slope does clipping guarantee? Is it 1?",
        ),
        Point(
            "penalty: add λ E(‖∇f(x̂)‖ - 1)² to the loss, at points between real and fake;",
            r"(penal)[^.;]{0,160}(norm|nabla|∇|\\\||‖|\|\||gradient|slope)",
            "What does the penalty add to the loss, and at which points?",
        ),
        Point(
            "it only discourages: slopes may exceed 1, so the raw gap may exceed W1; certify by a "
            "c-transform.",
            r"(certif|c-transform|exceed|above W|more than W|larger than W|too (large|high)|no guarantee|"
            r"only (discourag|on average)|soft|not (enforce|guarante))",
            "What does the penalty guarantee, and which number would you trust?",
        ),
    ),
    slips=(
        Slip(
            rf"clip(?:(?!{NOT})[^.;?]){{0,60}}(makes?|ensures?|enforces?|guarantees?|"
            rf"gives?)(?:(?!{NOT})[^.;?]){{0,30}}(?<!K-)(\b1|one)[- ]?lipschitz",
            "Clipped weights do not make a critic 1-Lipschitz. The slope is at most the product of "
            "c √(n_in n_out) over the layers: work that out for one of yours.",
        ),
        Slip(
            rf"(?:^|[.;?])(?![^.;?]*({NOT}|wrong|false|reason|S[034]|lecture|slides))[^.;?]*"
            r"\b(prevent|stop|keep)[^.;?]{0,40}(critic|it)[^.;?]{0,25}(too (powerful|strong|good))",
            "A critic should be as good as it can be: its gap is a lower bound, and the best one is W1. The "
            "limit makes the largest gap finite.",
        ),
        Slip(
            rf"penal(?:(?!{NOT})[^.;?]){{0,80}}(every point|everywhere|all points|whole space)",
            "The penalty sees a sample of points in each step, and only their mean. Elsewhere it asks "
            "nothing.",
        ),
        Slip(
            rf"penal(?:(?!{NOT})[^.;?]){{0,60}}gradients? (of|with respect to|w\.r\.t\.?) (the )?weights",
            "It is the gradient with respect to the input: how steep the critic is as a function of x.",
        ),
    ),
)
def how_to_limit() -> None:
    r"""**Why.** The gap of a critic grows with its scale: without a limit on the slope it is unbounded, for
    any two different laws. With slope at most 1 it is at most $W_1$, and the largest one is $W_1$.

    **Clipping** puts every weight back into $[-c, c]$ after each step. The critic is then K-Lipschitz for
    some K that depends on the architecture, at most $\prod_\ell c \sqrt{n_\ell m_\ell}$. So the raw estimate
    is at most $K W_1$ with an unknown K, and the critics that remain are a strict part of the K-Lipschitz
    ones.

    **The penalty** adds $\lambda\, \mathbb E (\|\nabla f(\hat x)\| - 1)^2$ to the loss, at points $\hat x$
    between real and fake samples. It asks for slope 1 where it looks, on average. It is soft: the critic can
    buy more slope, so the raw gap may exceed $W_1$; in one dimension it can even hold the wrong sign.

    **What to trust.** The certificate: the c-transform turns any critic's values on two samples into a lower
    bound of their $W_1$, whatever its slope. (One-sided penalties, spectral norms and orthonormal layers with
    GroupSort are better ways to the same end.)
    """


how_to_limit.wrong(
    "Without a limit the gap is infinite. Clipping the weights to [-c, c] makes the critic 1-Lipschitz.",
    says="Clipped weights do not make a critic 1-Lipschitz",
)
how_to_limit.wrong(
    "The limit is necessary to keep the critic from becoming too powerful.",
    says="A critic should be as good as it can be",
)
how_to_limit.wrong(
    "Without a limit the gap is unbounded. The penalty makes the norm 1 at every point of the plane.",
    says="only their mean",
)
how_to_limit.wrong(
    "Without a limit the gap is unbounded. One penalizes the gradient with respect to the weights.",
    says="with respect to the input",
)
how_to_limit.wrong(
    "Without a limit the gap grows without end. Clipping puts each weight into a range around 0.",
    says="Is it 1?",
)
how_to_limit.wrong(
    "Without a limit the gap grows without end. Clipping puts each weight into a range, which gives some "
    "unknown K. The penalty adds the squared distance of the gradient norm from 1 to the loss.",
    says="which number would you trust",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "A clipped critic estimates 0.003 on two samples. What do you know of their W1?",
        wrong(
            "It is about 0.003.",
            "Only if the best critic of this class had slope 1, and clipping at 0.01 often leaves it "
            "far less.",
        ),
        right(
            "Nothing until its slope is known: it is at least 0.003 divided by the slope.",
            "The gap is at most K W1, so W1 is at least gap / K. With a bound for K, or by a "
            "c-transform, you "
            "have a number.",
        ),
        wrong(
            "It is at least 0.003, as every critic is a lower bound.",
            "Every critic of slope at most 1 is. A clipped one may be steeper, too.",
        ),
        wrong(
            "It is at most 0.003, as the critic was trained to its best.",
            "Critics bound W1 from below, never from above, however long they are trained.",
        ),
    ),
    Question(
        "Every weight matrix has rows of length 1. What does that make the slope of a layer?",
        wrong("Exactly 1", "One row alone has slope 1. Many rows that point the same way add up."),
        wrong("At most 1", "That is what Frobenius norm 1 gives, for the whole matrix."),
        right(
            "At most the root of the number of rows",
            "Equal rows reach it: each unit says the same, and the lengths add up by Pythagoras.",
        ),
        wrong("Nothing at all", "The Frobenius norm is the root of the number of rows, and it bounds it."),
    ),
    Question(
        "ReLU layers with spectral norm 1 fall short of W1 on many pairs, GroupSort layers less. Why?",
        wrong("GroupSort has more weights.", "It has none, and in the full table its network was smaller."),
        wrong("ReLU is not 1-Lipschitz.", "It is. That is the problem only in so far as it does less."),
        right(
            "ReLU sends part of a gradient to 0, and the norms leave nothing to make up for it.",
            "A network of such layers with slope 1 almost everywhere is linear. Sorting loses no length.",
        ),
        wrong(
            "The power iteration of the spectral norm is not exact.",
            "Here it was exact: a singular value decomposition at every use.",
        ),
    ),
    Question(
        "A penalized critic says 2.2, and exact W1 of the two samples is 2.05. What has happened?",
        wrong(
            "The linear program has not converged.", "It is exact up to round-off, with a proof by duality."
        ),
        right(
            "Its slope exceeds 1: the penalty is a price, and the gap was worth it.",
            "At the optimum the pull of the gap balances the pull of the penalty, a little above slope 1.",
        ),
        wrong(
            "W1 of the laws must be above 2.2.",
            "No critic on samples can show that, and this one is too steep.",
        ),
        wrong("Critics bound W1 from above.", "From below, if their slope is at most 1. This one's is not."),
    ),
    Question(
        "Certified 1.9, exact plan 2.0, zero critic 0.3. What may you say?",
        wrong(
            "W1 of the laws is between 1.9 and 2.0.",
            "Both ends are facts about the two samples. The laws may be on either side.",
        ),
        wrong(
            "The critic is 95 % of the best critic.",
            "Part of the 1.9 is the c-transform's own work: the zero critic gets 0.3 from it.",
        ),
        wrong(
            "The critic has slope 0.95.",
            "A certificate says nothing about the slope: it rescales the critic.",
        ),
        right(
            "W1 of these two samples lies in [1.9, 2.0], and the c-transform alone would have proved 0.3.",
            "The interval is about the samples, and the baseline says what the critic added.",
        ),
    ),
]

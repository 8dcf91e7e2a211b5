r"""Exercises and quiz of chapter 00, the start: one exercise for each tool of the toolbox.

Tasks: notebooks/00_start_here.ipynb.
"""

from typing import Any

import numpy as np

import wgan_edu
from wgan_edu.checking import Array
from wgan_edu.exercises.frame import PLAIN, Point, Slip, exercise, expect, same
from wgan_edu.exercises.learner import Mistake
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = [
    "QUIZ",
    "conjugate",
    "penalty_gradient",
    "squared_noise",
    "two_arrivals",
    "weak_duality",
    "who_moves_first",
]

# --- 00.1 ---------------------------------------------------------------------------------------------


@exercise(
    "00.1",
    kind="by hand",
    title="Squared noise",
    hints=(
        "Which values of z give x = 1/9? And which give x at most 1/9?",
        "A point x comes from z = √x and from z = -√x. Each of the two brings the density of z, divided by "
        "how "
        "much the map stretches there: |g'(z)| = 2|z|.",
        "The mean needs no density of x: E x = E z², an integral over z.",
    ),
    moral="Probabilities and means of g(z) can be had from z alone; that is how a generator is trained. Its "
    "density takes all preimages and their derivatives; that is why a GAN does without one.",
)
def squared_noise() -> list[float]:
    r"""The preimages of $\frac19$ are $\pm\frac13$, the density of $z$ is $\frac12$, and $|g'| = \frac23$.

    - Density: $2 \cdot \frac12 \,/\, \frac23 = \frac32$. (In general it is $1 / (2 \sqrt x)$.)
    - $P(x \le \frac19) = P(-\frac13 \le z \le \frac13) = \frac13$.
    - $E\, x = E\, z^2 = \int_{-1}^1 z^2\, \frac12\, dz = \frac13$.
    """
    z = (np.arange(1_000_000) + 0.5) / 500_000 - 1  # the midpoints of a million equal parts of [-1, 1]
    x = z**2
    near = np.abs(x - 1 / 9) < 0.001
    return [float(np.mean(near) / 0.002), float(np.mean(x <= 1 / 9)), float(np.mean(x))]


for _density, _says in {
    3 / 4: "Density: x = 1/9 has two preimages, and you counted one.",
    1.0: "Density: you added up the densities of both preimages. The map also squeezes or stretches: divide "
    "by |g'(z)| = 2|z|.",
    1 / 2: "Density: that is the density of z. Squaring crowds points together near 0.",
    2 / 3: "Density: you multiplied by |g'(z)|. Where the map stretches, the points get sparser: divide.",
    9 / 2: "Density: you took the derivative 2z at x. It belongs to the preimages, z = 1/3 and z = -1/3.",
}.items():
    squared_noise.wrong([_density, ..., ...], says=_says)
for _share, _says in {
    1 / 9: "Probability: that would be right if x were uniform on [0, 1]. The law of x is another one.",
    1 / 6: "Probability: z from -1/3 to 0 gives x at most 1/9 as well.",
    2 / 3: "Probability: the length of the interval of z counts with the density 1/2.",
}.items():
    squared_noise.wrong([..., _share, ...], says=_says)
for _mean, _says in {
    0.0: "Mean: that is the square of the mean of z. The mean of the square is larger.",
    1 / 2: "Mean: that is the middle of [0, 1]. The law of x has more mass near 0.",
    2 / 3: "Mean: you integrated z² over [-1, 1] and left out the density 1/2.",
}.items():
    squared_noise.wrong([..., ..., _mean], says=_says)

# --- 00.2 ---------------------------------------------------------------------------------------------


@exercise(
    "00.2",
    kind="prediction",
    title="Who moves first",
    hints=(
        "If the critic has to choose first, the generator sees its row and takes the smaller entry of it.",
        "If the generator has to choose first, the critic sees the column and takes the larger entry of it.",
        "With a coin that shows row one with probability p, the generator pays 4p + 0 (1 - p) in the first "
        "column and p + 2 (1 - p) in the second, and takes the smaller. At which p is the smaller largest?",
    ),
    moral="sup inf is never above inf sup: to move second is an advantage. Where coins are allowed, the "
    "two meet: "
    "here at 1.6. That is linear programming duality (exercise 00.5), and chapter 06 rests on it.",
)
def who_moves_first() -> list[float]:
    r"""The critic first: its rows secure $\min(4, 1) = 1$ and $\min(0, 2) = 0$, so it takes 1.

    The generator first: its columns cost $\max(4, 0) = 4$ and $\max(1, 2) = 2$, so it takes 2. With a coin of
    probability $p$ the critic secures $\min(4p,\; 2 - p)$, which is largest where both are equal, at
    $p = \frac25$: there it is $\frac85$.
    """
    table = np.array([[4.0, 1.0], [0.0, 2.0]])
    p = np.linspace(0, 1, 1001)[:, None]  # the coins, one a row
    secured = (p * table[0] + (1 - p) * table[1]).min(axis=1)
    return [float(table.min(axis=1).max()), float(table.max(axis=0).min()), float(secured.max())]


who_moves_first.wrong(
    [2, 1, ...],
    says="You exchanged the two. Who moves first shows what he has chosen, and that never helps.",
)
who_moves_first.wrong(
    [4, ..., ...],
    says="First: 4 is the best entry of row one, and the generator, who has seen the row, will not choose "
    "it.",
)
who_moves_first.wrong(
    [0, ..., ...], says="First: row two secures 0. The critic takes the row that secures most."
)
who_moves_first.wrong(
    [..., 0, ...],
    says="Second: if the generator shows column one, the critic answers with 4, not with 0.",
)
who_moves_first.wrong(
    [..., 4, ...], says="Second: column one may cost 4. The generator takes the column that costs least."
)
who_moves_first.wrong(
    [..., ..., 1.5],
    says="Third: that is what a fair coin secures, and also halfway between 1 and 2. Another coin does "
    "better.",
)
who_moves_first.wrong(
    [..., ..., 1.75],
    says="Third: that is the mean of the table. The generator will not choose its columns by a fair coin.",
)
who_moves_first.wrong(
    [..., ..., 1],
    says="Third: that is what row one secures without a coin. A coin keeps the generator guessing.",
)

# --- 00.3 ---------------------------------------------------------------------------------------------


@exercise(
    "00.3",
    kind="prediction",
    title="Two ways to arrive",
    hints=(
        "TV asks how much of the mass is at another place. W1 asks how far that mass has to go.",
        "First law: all of its mass is at another place than 0, for every n, and at which distance?",
        "Second law: a share of 1/n is at another place, and at distance n. What is 1/n times n?",
    ),
    moral="TV and W1 disagree, in both directions, and both sequences converge weakly. Where all places "
    "stay in "
    "a bounded region, W1 tends to 0 just when the laws converge weakly; the second sequence leaves every "
    "one.",
)
def two_arrivals() -> list[float]:
    r"""The first law is at $\frac1n$: TV is 1 for every $n$, and $W_1 = \frac1n$ tends to 0.

    The second has moved a share of $\frac1n$ only, so TV is $\frac1n$ and tends to 0; but that share has
    to go $n$ far, so $W_1 = \frac1n \cdot n = 1$ for every $n$.
    """
    n = 10_000.0
    places = np.array([0.0, 1 / n, n])
    target = np.array([1.0, 0.0, 0.0])
    limits = []
    for law in (np.array([0.0, 1.0, 0.0]), np.array([1 - 1 / n, 0.0, 1 / n])):
        limits.append(wgan_edu.divergences.total_variation(law, target))
        limits.append(wgan_edu.transport.wasserstein_1d(places, places, law, target))
    return [float(limit) for limit in np.round(limits, 3)]


two_arrivals.wrong(
    [0, ..., ..., ...],
    says="TV of the first: 1/n is near 0, and it is another place. TV does not look at how near.",
)
two_arrivals.wrong(
    [..., 1, ..., ...],
    says="W1 of the first: all mass has to move, but only by 1/n. Work is mass times distance.",
)
two_arrivals.wrong(
    [..., ..., 1, ...], says="TV of the second: all but a share of 1/n is already at its place."
)
two_arrivals.wrong(
    [..., ..., ..., 0],
    says="W1 of the second: the share gets smaller, and its way gets longer, at the same rate.",
)
two_arrivals.wrong(
    [..., ..., ..., np.inf],
    says="W1 of the second: the way grows without limit, and the share that goes it shrinks. Multiply the "
    "two.",
)

# --- 00.4 ---------------------------------------------------------------------------------------------


@exercise(
    "00.4",
    kind="code",
    title="A conjugate on a grid",
    hints=(
        "For one slope t: the largest of the numbers u t - f(u) over the grid.",
        "For all slopes at once: `np.outer(t, u)` has the shape (k, n), one slope a row.",
        "Subtract f from each row, and take the largest entry of each row: axis 1.",
    ),
    moral="Each u gives a straight line t -> u t - f(u), and f* is the highest of them: convex, whatever f "
    "is. "
    "Chapter 02 turns every f-divergence into a game with this one formula.",
)
def conjugate(u: Array, f: Array, t: Array) -> Array:
    """The largest value of u t - f(u) over the grid, for each slope t."""
    lines = np.outer(t, u) - f  # (k, n)
    return np.asarray(lines.max(axis=1))


@conjugate.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(13)
    for n, k in [(7, 4), (40, 9), (5, 5)]:
        u, t = np.sort(rng.uniform(-2, 3, size=n)), rng.normal(size=k)
        f = rng.uniform(0, 2, size=n) if n == 7 else u**2 + np.abs(u - 1)
        got = answer(u, f, t)
        if not same(got, conjugate(u, f, t)):
            _explain_conjugate(got, u, f, t)


def _explain_conjugate(got: Any, u: Array, f: Array, t: Array) -> None:
    """Say which mistake these values look like."""
    lines = np.outer(t, u) - f
    if len(u) == len(t):
        expect(
            not same(got, lines.max(axis=0)), "You took the largest over the slopes. Take it over the grid."
        )
    expect(
        np.shape(got) == np.shape(t), f"One value for each slope: {np.shape(t)}; yours is {np.shape(got)}."
    )
    for value, message in (
        (lines.min(axis=1), "That is the smallest value. The conjugate is a supremum."),
        ((-lines).min(axis=1), "The smallest of f - u t is minus the conjugate: a sign is missing."),
        ((np.outer(t, u) + f).max(axis=1), "You add f. The line with slope u has the height -f(u) at t = 0."),
        (u[lines.argmax(axis=1)], "That is where the largest value is attained. The value itself is wanted."),
        (np.outer(t, u).max(axis=1), "You left out f: what is largest is u t - f(u)."),
        ((np.outer(np.abs(t), u) - f).max(axis=1), "Slopes may be negative. Keep their sign."),
    ):
        expect(not same(got, value), message)
    expect(False, "For each slope t: the largest of u t - f(u) over the grid. Try one slope by hand.")


@conjugate.wrong(says="over the slopes")
def _(u: Array, f: Array, t: Array) -> Array:
    return np.asarray((np.outer(t, u) - f).max(axis=0 if len(u) == len(t) else 1))


@conjugate.wrong(says="One value for each slope")
def _(u: Array, f: Array, t: Array) -> Array:
    return np.asarray((np.outer(t, u) - f).max())


@conjugate.wrong(says="is a supremum")
def _(u: Array, f: Array, t: Array) -> Array:
    return np.asarray((np.outer(t, u) - f).min(axis=1))


@conjugate.wrong(says="a sign is missing")
def _(u: Array, f: Array, t: Array) -> Array:
    return np.asarray((f - np.outer(t, u)).min(axis=1))


@conjugate.wrong(says="You add f")
def _(u: Array, f: Array, t: Array) -> Array:
    return np.asarray((np.outer(t, u) + f).max(axis=1))


@conjugate.wrong(says="where the largest value is attained")
def _(u: Array, f: Array, t: Array) -> Array:
    return np.asarray(u[(np.outer(t, u) - f).argmax(axis=1)])


@conjugate.wrong(says="left out f")
def _(u: Array, f: Array, t: Array) -> Array:
    return np.asarray(np.outer(t, u).max(axis=1))


@conjugate.wrong(says="Keep their sign")
def _(u: Array, f: Array, t: Array) -> Array:
    return np.asarray((np.outer(np.abs(t), u) - f).max(axis=1))


# --- 00.5 ---------------------------------------------------------------------------------------------


@exercise(
    "00.5",
    kind="proof",
    title="Weak duality",
    hints=(
        "Put something between c·x and b·y that is at least the one and at most the other. It holds x, y "
        "and A.",
        "That is y·(A x), which is also (Aᵀy)·x. Compare it with c·x, then with b·y.",
        "An inequality between vectors may be multiplied with a vector entry by entry only if that one is "
        "not "
        "negative. Which sign condition do you use in which step?",
    ),
    rubric=(
        Point(
            "c·x ≤ (Aᵀy)·x;",
            r"c.{0,30}x.{0,20}(≤|<=|\\leq?\b|at most).{0,60}(A|y)|"
            r"y.{0,8}(≥|>=|\\geq?\b)\s*c\s*(\.|·|\*|\\cdot)?\s*x",
            "First step: c ≤ Aᵀy, entry by entry. What do you multiply it with, and what comes out?",
        ),
        Point(
            "because x ≥ 0, so that multiplying keeps the inequality;",
            r"x\s*(≥|>=|\\geq?\b)\s*0|x[^.]{0,30}(not negative|non-?negative|positive)|"
            r"(not negative|non-?negative|positive)[^.]{0,20}\bx\b|"
            r"\bno\s+[^.,]{0,20}\bx(_\w)?\b[^.,]{0,15}negative",
            "Why may you multiply c ≤ Aᵀy with x? One of the conditions on x is needed.",
        ),
        Point(
            "(Aᵀy)·x = y·(A x) ≤ y·b;",
            r"A\s*\*?\s*x[^.]{0,60}(≤|<=|\\leq?\b|at "
            r"most)([^.]|\.(?=\w)){0,40}b|y.{0,12}A\s*x.{0,30}(≤|<=|\\leq?\b).{0,20}(y|b)|"
            r"\bb\s*(\.|·|\*|\\cdot)?\s*y\s*(≥|>=|\\geq?\b).{0,30}A",
            "Second step: move A to the other side, and use A x ≤ b.",
        ),
        Point(
            "because y ≥ 0;",
            r"y\s*(≥|>=|\\geq?\b)\s*0|y[^.]{0,30}(not negative|non-?negative|positive)|"
            r"(not negative|non-?negative|positive)[^.]{0,20}\by\b|"
            r"\bno\s+[^.,]{0,20}\by(_\w)?\b[^.,]{0,15}negative",
            "Why may you multiply A x ≤ b with y? One of the conditions on y is needed.",
        ),
        Point(
            "If c·x = b·y, both are best: no other x can exceed b·y, and no other y can fall below c·x.",
            r"best|optim|maxim|minim|improve|exceed|attain|beat|solution|solves|violat|contradict|"
            r"\b(no|neither|nothing|none|not|cannot)\b[^.]{0,60}(better|above|below|larger|bigger|smaller)",
            "The last part: if both numbers are equal, why can neither x nor y be improved?",
        ),
    ),
    slips=(
        Slip(
            PLAIN
            + r"\b(by|from|use|using|apply)\w*\s+(the\s+)?(strong\s+)?(LP\s+|linear programming\s+)?duality",
            "That is what has to be shown. Use the four conditions, and nothing else.",
        ),
        Slip(
            PLAIN
            + r"\b(always|hence|so|therefore|thus)\s+(c\S{0,3}\s*x|they)\s*(=|equals?|are equal|is equal)",
            "Equality does not hold for every pair. Weak duality says at most; that some pair is equal is "
            "strong duality, and needs more.",
        ),
        Slip(
            PLAIN + r"\b(divide|cancel)\w*\s+(by|both|out|the)?",
            "There is no dividing by vectors here. Multiply entry by entry, and add up.",
        ),
    ),
)
def weak_duality() -> None:
    r"""Since $x \ge 0$, the inequality $c \le A^\top y$ may be multiplied with $x$, entry by entry, and
    added up. Since $y \ge 0$, the same holds for $A x \le b$ and $y$. Together

    $$c \cdot x \;\le\; (A^\top y) \cdot x \;=\; y \cdot (A x) \;\le\; y \cdot b .$$

    If $c \cdot x = b \cdot y$ for some pair, then no other feasible $x'$ has $c \cdot x' > c \cdot x$,
    because $c \cdot x' \le b \cdot y = c \cdot x$: the pair's $x$ is best. In the same way its $y$ is. So
    each of the two proves that the other cannot be improved.
    """


weak_duality.wrong(
    "c x <= (A^T y) x since c <= A^T y. And (A^T y) x = y (A x) <= y b. If both are equal, both are optimal.",
    says="Why may you multiply c ≤ Aᵀy with x",
)
weak_duality.wrong(
    "Since x >= 0 we get c x <= (A^T y) x = y (A x) <= y b. If both are equal, both are optimal.",
    says="Why may you multiply A x ≤ b with y",
)
weak_duality.wrong(
    "By strong duality the two linear programs have the same value, so c x <= b y.",
    says="what has to be shown",
)
weak_duality.wrong(
    "As x >= 0 and y >= 0: c x <= (A^T y) x = y (A x) <= y b, and therefore they are equal at the optimum.",
    says="needs more",
)
weak_duality.wrong(
    "As x >= 0 and y >= 0: c x <= (A^T y) x = y (A x) <= y b.",
    says="The last part",
)
weak_duality.wrong(
    "Multiply A x <= b with y and divide by x.",
    says="no dividing by vectors",
)

# --- 00.6 ---------------------------------------------------------------------------------------------


@exercise(
    "00.6",
    kind="code",
    title="A gradient of a gradient",
    hints=(
        "Two calls of `torch.autograd.grad`: the first by x, the second by w.",
        "The result of the first call has to remember how it came about, or nothing can be differentiated "
        "after "
        "it: `create_graph=True`.",
        "Make copies that record: `w = w.clone().requires_grad_()`, likewise x. Each call returns a tuple "
        "with one "
        "entry: `(slope,) = torch.autograd.grad(...)`.",
    ),
    moral="This is the gradient of a gradient penalty with respect to the critic's weights: the one place "
    "in a "
    "WGAN-GP where torch has to differentiate twice.",
)
def penalty_gradient(f: Any, w: Any, x: Any) -> Any:
    """How the penalty, (length of the slope of f in x, minus 1) squared, changes with w."""
    import torch

    w, x = w.clone().requires_grad_(), x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(f(w, x), x, create_graph=True)
    (by_w,) = torch.autograd.grad((slope.norm() - 1) ** 2, w)
    return by_w


@penalty_gradient.checker
def _(answer: Any) -> None:
    import torch

    functions = (
        lambda w, x: (torch.sin(w) * x**3).sum() * w[0],
        lambda w, x: torch.tanh((w * x).sum()) + (w**2 * x**2).sum(),
        lambda w, x: (w * x).sum(),
    )
    stream = torch.Generator().manual_seed(14)
    for f in functions:
        for d in (2, 3):
            w, x = torch.randn(2, d, generator=stream, dtype=torch.float64)
            want = penalty_gradient(f, w, x).numpy()
            try:
                got = answer(f, w, x)
            except Mistake as mistake:
                lost = "does not require grad" in str(mistake) or "not to have been used" in str(mistake)
                expect(not lost, f"{mistake}\n\n{FORGOT_GRAPH}")
                raise
            if not same(got, want):
                _explain_penalty_gradient(got, f, w, x)


FORGOT_GRAPH = (
    "The slope has forgotten how it came about, so nothing can be differentiated after it. Ask the first "
    "call to "
    "remember (`create_graph=True`), and do not detach what it returns."
)


def _explain_penalty_gradient(got: Any, f: Any, w: Any, x: Any) -> None:
    """Say which mistake a gradient looks like."""
    import torch

    w, x = w.clone().requires_grad_(), x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(f(w, x), x, create_graph=True)
    (other,) = torch.autograd.grad(f(w, x), w, create_graph=True)
    if not same(slope.norm().item(), 1):  # elsewhere the penalty and its gradient are 0
        message = "That is the penalty itself. How it changes with w is wanted, one number for each weight."
        expect(not same(got, (slope.norm() - 1).item() ** 2), message)
    shape = tuple(w.shape)
    expect(np.shape(got) == shape, f"One number for each weight: {shape}; yours is {np.shape(got)}.")

    def by(what: Any, wanted: Any) -> Any:
        found = torch.autograd.grad(wanted, what, retain_graph=True, allow_unused=True)[0]
        return np.zeros(shape) if found is None else found.numpy()

    for value, message in (
        (by(x, (slope.norm() - 1) ** 2), "You differentiated the penalty by x. The critic's weights are w."),
        (
            by(w, (slope.norm() ** 2 - 1) ** 2),
            "You squared the length before taking 1 off. It is the length itself.",
        ),
        (by(w, slope.norm() ** 2), "You left out the 1: such a penalty pulls the slope to 0."),
        (by(w, (other.norm() - 1) ** 2), "The slope in the penalty is that in x. You took the slope in w."),
        (by(w, (slope.norm() - 1).abs()), "You left out the square around the difference."),
        (
            by(w, ((slope.abs() - 1) ** 2).sum()),
            "Each entry against 1 is another penalty. It is the length of the whole slope.",
        ),
        (
            slope.detach().numpy(),
            "That is the slope of f in x. The penalty and its derivative are still to come.",
        ),
        (np.zeros(shape), FORGOT_GRAPH),
    ):
        expect(not same(got, value), message)
    expect(
        False, "Compare with finite differences: move one weight by 1e-6, and see how the penalty changes."
    )


def _penalty_gradient_with(penalty: Any, by_x: bool = False, of_w: bool = False, keep: bool = True) -> Any:
    """The reference with one mistake built in."""

    def function(f: Any, w: Any, x: Any) -> Any:
        import torch

        w, x = w.clone().requires_grad_(), x.clone().requires_grad_()
        (slope,) = torch.autograd.grad(f(w, x), w if of_w else x, create_graph=keep)
        found = torch.autograd.grad(penalty(slope), x if by_x else w, allow_unused=True)[0]
        return torch.zeros_like(w) if found is None else found

    return function


penalty_gradient.wrong(_penalty_gradient_with(lambda s: (s.norm() - 1) ** 2, by_x=True), says="penalty by x")
penalty_gradient.wrong(_penalty_gradient_with(lambda s: (s.norm() ** 2 - 1) ** 2), says="before taking 1 off")
penalty_gradient.wrong(_penalty_gradient_with(lambda s: s.norm() ** 2), says="left out the 1")
penalty_gradient.wrong(
    _penalty_gradient_with(lambda s: (s.norm() - 1) ** 2, of_w=True), says="the slope in w"
)
penalty_gradient.wrong(_penalty_gradient_with(lambda s: (s.norm() - 1).abs()), says="left out the square")
penalty_gradient.wrong(
    _penalty_gradient_with(lambda s: ((s.abs() - 1) ** 2).sum()), says="Each entry against 1"
)
penalty_gradient.wrong(
    _penalty_gradient_with(lambda s: (s.norm() - 1) ** 2, keep=False), says="has forgotten how it came about"
)


@penalty_gradient.wrong(says="That is the penalty itself")
def _(f: Any, w: Any, x: Any) -> Any:
    import torch

    x = x.clone().requires_grad_()
    (slope,) = torch.autograd.grad(f(w, x), x)
    return (slope.norm() - 1) ** 2


@penalty_gradient.wrong(says="That is the slope of f in x")
def _(f: Any, w: Any, x: Any) -> Any:
    import torch

    x = x.clone().requires_grad_()
    return torch.autograd.grad(f(w, x), x)[0]


@penalty_gradient.wrong(says="One number for each weight:")
def _(f: Any, w: Any, x: Any) -> Any:
    return penalty_gradient(f, w, x).norm()


# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "In the player the critic gap rises above the exact W1 of the same points. What do you conclude?",
        wrong(
            "The exact W1 is not exact: the critic has found more.",
            "The solver's answer comes with a proof. No critic of slope at most 1 can have a larger gap.",
        ),
        right(
            "Somewhere the critic is steeper than 1.",
            "The gap is at most the steepest slope times W1. A penalty asks for slope 1 and does not "
            "enforce it.",
        ),
        wrong(
            "The generator has become worse.",
            "Look at W1 for that. The gap can rise while no sample moves, as in the second thing to try.",
        ),
    ),
    Question(
        "The critic is frozen, the generator goes on, and the gap falls below 0. Is the generator done?",
        right(
            "No: it has learned to please this critic, and its samples may be far from the data.",
            "The distance grew meanwhile. A gap says something of the distance while the critic keeps up.",
        ),
        wrong(
            "Yes: a gap of 0 means that the laws are equal.",
            "Equal laws have gap 0 under every critic. This is one critic.",
        ),
        wrong(
            "It is better than the data.",
            "It is where this critic is high. There is nothing better than the data here.",
        ),
    ),
    Question(
        "At the end the exact W1 is as large as between two samples of the data. Why is it not 0?",
        wrong(
            "The solver has stopped too early.",
            "It solves to the last digits. Two samples of one law are different points.",
        ),
        wrong(
            "A network can never reach the data.",
            "Even the data do not reach the data: two of their own samples are that far apart.",
        ),
        right(
            "Two samples of one law are not the same points: that is the sampling floor.",
            "It falls as the samples grow. Chapter 07 measures how fast.",
        ),
    ),
    Question(
        "A sequence of laws converges weakly. What does that say?",
        wrong(
            "Their densities converge at every place.",
            "They need not have any. Point masses at 1/n converge weakly to the one at 0.",
        ),
        wrong(
            "Their total variation distance from the limit tends to 0.",
            "That is much more: it stays 1 for the point masses at 1/n.",
        ),
        wrong(
            "Their means converge.",
            "Not if ever less mass goes ever farther away: x is no bounded function.",
        ),
        right(
            "The mean of each bounded continuous function converges.",
            "That is the definition. Only a function that jumps, or grows without bound, may still see a "
            "difference in the limit.",
        ),
    ),
    Question(
        "Why does a gradient penalty need create_graph=True?",
        right(
            "The penalty holds a gradient, and the optimizer needs the derivative of the penalty.",
            "So the gradient has to be recorded like every other computation.",
        ),
        wrong(
            "It saves memory.",
            "It costs memory: the steps of the backward pass are kept as well.",
        ),
        wrong(
            "Without it the gradient in x is wrong.",
            "The gradient has the same numbers. It is only cut off from the weights that it came from.",
        ),
    ),
]

r"""Exercises and quiz of chapter 07, transport at scale.

Tasks: notebooks/07_large_scale_transport.ipynb.
"""

from typing import Any

import numpy as np

from wgan_edu.checking import Array
from wgan_edu.exercises.frame import NOT, PLAIN, Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = ["QUIZ", "batch_of_one", "batch_proof", "die_floor", "half_sweep", "sliced"]

# --- 07.1 ---------------------------------------------------------------------------------------------


@exercise(
    "07.1",
    kind="by hand",
    title="A die against itself",
    hints=(
        "n = 1: two point masses are as far apart as their places. Nine pairs of faces are equally likely.",
        "n = 2: use the area between the two CDFs. It is made of two strips, from 0 to 1 and from 1 to 2, "
        "and by symmetry both have the same mean height.",
        "The first strip is as high as the numbers of zeros differ, over n. Among two rolls there are 0, 1 "
        "or 2 zeros with probabilities 4/9, 4/9 and 1/9.",
    ),
    moral="From n = 1 to n = 2 the floor fell by the factor 0.78; the rate, the root of 2, would promise "
    "0.71. Rates are for large n, and the floor is there at every n, though the laws are one.",
)
def die_floor() -> list[float]:
    r"""On a line $W_1$ is the area between the CDFs: a strip from 0 to 1, and one from 1 to 2.

    The first is $|B - B'| / n$ high, with $B$ and $B'$ the numbers of zeros; the second has the same law,
    with the numbers of twos. So the answer is $2\, E|B - B'| / n$.

    - $n = 1$: $E|B - B'| = 2 \cdot \frac13 \cdot \frac23 = \frac49$, which makes $\frac89$. (Or: of nine
      pairs of faces four are 1 apart and two are 2 apart.)
    - $n = 2$: the counts differ by 1 with probability $2 (\frac{16}{81} + \frac4{81}) = \frac{40}{81}$ and
      by 2 with probability $\frac8{81}$. So $E|B - B'| = \frac{56}{81}$, and so is the
      answer: 0.69.
    - The laws are equal, so their distance is 0.
    """
    floors = []
    for n in (1, 2):
        rolls = np.sort(np.indices((3,) * n).reshape(n, -1).T, axis=1)  # every sample, sorted
        floors.append(float(np.abs(rolls[:, None] - rolls[None, :]).mean()))
    return [*floors, 0.0]


for _one, _says in {
    0: "n = 1: the rolls are equal on average, and W1 compares them roll by roll: its errors cannot cancel.",
    2 / 3: "n = 1: that is how often the faces differ. Some differ by 2, and distance counts.",
    4 / 9: "n = 1: that is one strip between the CDFs, from 0 to 1. There is one from 1 to 2 as well.",
}.items():
    die_floor.wrong([_one, ..., ...], says=_says)
for _two, _says in {
    112 / 81: "n = 2: you did not divide by n. Each roll has mass one half.",
    4 / 9: "n = 2: you halved the first number. Twice as many points do not halve the floor.",
    8 / 9: "n = 2: with two rolls each, a high one and a low one can make up for each other. It falls.",
    8 / 9 / np.sqrt(2): "n = 2: the root of n is a rate for large n. Count the cases.",
    28 / 81: "n = 2: that is one strip between the CDFs, from 0 to 1. There is one from 1 to 2 as well.",
}.items():
    die_floor.wrong([..., _two, ...], says=_says)
die_floor.wrong(
    [..., ..., 8 / 9],
    says="Third: the law is a third of the mass on each face, for both dice. Nothing is random here, and "
    "no earth has to move.",
)
die_floor.wrong(
    [..., ..., 56 / 81],
    says="Third: that is the floor of two rolls. The laws are no samples: each is a third on every face.",
)

# --- 07.2 ---------------------------------------------------------------------------------------------


@exercise(
    "07.2",
    kind="code",
    title="Slices",
    hints=(
        "`x @ u` is what a direction u of length 1 sees of the points: n numbers on a line.",
        "On a line, W1 of two samples of the same size: sort both, take the mean of the distances.",
        "All directions at once: divide each row of `directions` by its length, then `x @ units.T` has shape "
        "(n, k). Sort it along axis 0.",
    ),
    moral="Cost: k sorts, and no table of distances, so a million points are no trouble. The price: it is "
    "another distance, smaller than W1, the more so the more dimensions there are.",
)
def sliced(x: Array, y: Array, directions: Array) -> float:
    """Project onto each direction, sort both sides, and take the mean distance."""
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)  # (k, d)
    x_seen, y_seen = np.sort(x @ units.T, axis=0), np.sort(y @ units.T, axis=0)  # (n, k)
    return float(np.abs(x_seen - y_seen).mean())


@sliced.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(11)
    for n, d, k in [(5, 2, 3), (8, 4, 6), (1, 3, 2), (20, 1, 4)]:
        x, y = rng.normal(size=(n, d)), 2 * rng.normal(size=(n, d)) + 1
        directions = rng.uniform(1, 3, size=(k, 1)) * rng.normal(size=(k, d))
        got = answer(x, y, directions)
        expect(np.size(got) == 1, f"One number is wanted; yours has shape {np.shape(got)}.")
        if not same(got, sliced(x, y, directions)):
            _explain_slices(got, x, y, directions)


def _explain_slices(got: Any, x: Array, y: Array, directions: Array) -> None:
    """Say which mistake a number looks like."""
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    seen = np.abs(np.sort(x @ units.T, axis=0) - np.sort(y @ units.T, axis=0))  # (n, k)
    for value, message in (
        (
            np.abs(np.sort(x @ directions.T, axis=0) - np.sort(y @ directions.T, axis=0)).mean(),
            "A direction of length 3 sees all distances three times as long. Divide it by its length.",
        ),
        (
            np.abs((x - y) @ units.T).mean(),
            "You pair the points in the order in which they came. That is a plan, and not the best one: sort "
            "both sides.",
        ),
        (
            np.abs((np.sort(x, axis=0) - np.sort(y, axis=0)) @ units.T).mean(),
            "You sort the coordinates first. Each direction has an order of its own: project, then sort.",
        ),
        (
            np.abs((x @ units.T).mean(axis=0) - (y @ units.T).mean(axis=0)).mean(),
            "That is the distance of the means. Moves to the left and to the right cancel in it, and work "
            "does not.",
        ),
        ((seen**2).mean(), "You squared the distances. W1 takes them as they are."),
        *(
            (value, "That is a root of a mean square, so it is W2 of the slices. W1 is the plain mean.")
            for value in (np.sqrt((seen**2).mean()), np.sqrt((seen**2).mean(axis=0)).mean())
        ),
        (seen.mean(axis=0).max(), "That is the largest slice. Here the mean over directions is asked for."),
        (seen.mean(axis=0).sum(), "You added up the directions. Take their mean."),
        (seen.sum(axis=0).mean(), "You added up the points. Each has the mass 1/n."),
    ):
        expect(not same(got, value), message)
    expect(
        False, "Project, sort both sides, mean of the distances, mean over directions: compare step by step."
    )


@sliced.wrong(says="Divide it by its length")
def _(x: Array, y: Array, directions: Array) -> float:
    x_seen, y_seen = np.sort(x @ directions.T, axis=0), np.sort(y @ directions.T, axis=0)
    return float(np.abs(x_seen - y_seen).mean())


@sliced.wrong(says="in the order in which they came")
def _(x: Array, y: Array, directions: Array) -> float:
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return float(np.abs(x @ units.T - y @ units.T).mean())


@sliced.wrong(says="project, then sort")
def _(x: Array, y: Array, directions: Array) -> float:
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return float(np.abs((np.sort(x, axis=0) - np.sort(y, axis=0)) @ units.T).mean())


@sliced.wrong(says="distance of the means")
def _(x: Array, y: Array, directions: Array) -> float:
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return float(np.abs((x.mean(axis=0) - y.mean(axis=0)) @ units.T).mean())


def _slices(x: Array, y: Array, directions: Array) -> Array:
    """The distances (n, k) whose mean is wanted."""
    units = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    return np.asarray(np.abs(np.sort(x @ units.T, axis=0) - np.sort(y @ units.T, axis=0)))


@sliced.wrong(says="You squared")
def _(x: Array, y: Array, directions: Array) -> float:
    return float((_slices(x, y, directions) ** 2).mean())


@sliced.wrong(says="W2 of the slices")
def _(x: Array, y: Array, directions: Array) -> float:
    return float(np.sqrt((_slices(x, y, directions) ** 2).mean(axis=0)).mean())


@sliced.wrong(says="largest slice")
def _(x: Array, y: Array, directions: Array) -> float:
    return float(_slices(x, y, directions).mean(axis=0).max())


@sliced.wrong(says="added up the directions")
def _(x: Array, y: Array, directions: Array) -> float:
    return float(_slices(x, y, directions).mean(axis=0).sum())


@sliced.wrong(says="added up the points")
def _(x: Array, y: Array, directions: Array) -> float:
    return float(_slices(x, y, directions).sum(axis=0).mean())


@sliced.wrong(says="One number is wanted")
def _(x: Array, y: Array, directions: Array) -> Array:
    return np.asarray(_slices(x, y, directions).mean(axis=0))


# --- 07.3 ---------------------------------------------------------------------------------------------


@exercise(
    "07.3",
    kind="code",
    title="Half a sweep",
    hints=(
        "Divide the equation of row i by a_i and by the factor with f_i: nothing of f is left on one side. "
        "Then take logarithms.",
        "f_i = -epsilon times the log of the sum over j of b_j exp((g_j - C_ij) / epsilon). The sum runs "
        "along a row: axis 1.",
        "For a small epsilon put b_j into the exponent: `np.log(b) + (g - cost) / epsilon`, shape (n, m). "
        "`np.logaddexp.reduce(..., axis=1)` is the log of the sum of its exponentials, without overflow.",
    ),
    moral="A c-transform with rounded corners: for a tiny epsilon it gives min over j of C_ij - g_j, the "
    "c-transform of chapter 06. Swap the roles of rows and columns and you have the other half.",
)
def half_sweep(g: Array, b: Array, cost: Array, epsilon: float) -> Array:
    """The prices at the piles that make the rows of Sinkhorn's plan right, in the log domain."""
    exponents = np.log(b) + (g - cost) / epsilon  # (n, m)
    return np.asarray(-epsilon * np.logaddexp.reduce(exponents, axis=1))


@half_sweep.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(12)
    for n, m, epsilon in [(3, 5, 0.5), (4, 4, 2.0), (6, 2, 0.1)]:
        g, b, cost = rng.normal(size=m), rng.dirichlet(np.full(m, 3)), rng.uniform(0.5, 3, size=(n, m))
        f = answer(g, b, cost, epsilon)
        if not same(f, half_sweep(g, b, cost, epsilon)):
            _explain_half_sweep(f, g, b, cost, epsilon)
    g, b, cost = rng.normal(size=5), rng.dirichlet(np.full(5, 3)), rng.uniform(500, 3000, size=(3, 5))
    expect(
        same(answer(g, b, cost, 0.1), half_sweep(g, b, cost, 0.1)),
        "Right while epsilon is large. Where it is a ten-thousandth of the costs, exp(-C / epsilon) is 0 in "
        "floating point, and its log is lost. Take the largest exponent out first.",
    )


def _explain_half_sweep(f: Any, g: Array, b: Array, cost: Array, epsilon: float) -> None:
    """Say which mistake these prices look like."""
    exact, n = half_sweep(g, b, cost, epsilon), len(cost)
    if n == cost.shape[1] and np.shape(f) == (n,):
        columns = -epsilon * np.logaddexp.reduce(np.log(b) + (g - cost) / epsilon, axis=0)
        expect(not same(f, columns), "You add up the columns. One price for each row: sum over j.")
    expect(np.shape(f) == (n,), f"One price for each pile, shape {(n,)}; yours has shape {np.shape(f)}.")
    no_masses = -epsilon * np.logaddexp.reduce((g - cost) / epsilon, axis=1)
    for value, message in (
        (-exact, "All signs are turned. A dearer way leaves room for a higher price: f grows with the cost."),
        (
            exact / epsilon,
            "You forgot the epsilon in front of the logarithm. Prices have the units of the cost.",
        ),
        (no_masses, "You left out the masses b. A hole that wants little has little say."),
        (
            (cost - g).min(axis=1),
            "That is the c-transform, the limit of epsilon to 0. The sum has rounded corners.",
        ),
        (
            -epsilon * np.logaddexp.reduce(np.log(b) - (g + cost) / epsilon, axis=1),
            "The price at the hole enters with the wrong sign: it is (f + g - C) / epsilon in the exponent.",
        ),
    ):
        expect(not same(f, value), message)
    expect(
        False, "The rows of the plan with your prices do not add up to a. Put f into the equation and check."
    )


@half_sweep.wrong(says="add up the columns")
def _(g: Array, b: Array, cost: Array, epsilon: float) -> Array:
    exponents = np.log(b) + (g - cost) / epsilon
    axis = 0 if cost.shape[0] == cost.shape[1] else 1
    return np.asarray(-epsilon * np.logaddexp.reduce(exponents, axis=axis))


@half_sweep.wrong(says="One price for each pile")
def _(g: Array, b: Array, cost: Array, epsilon: float) -> Array:
    return np.asarray(-epsilon * np.logaddexp.reduce(np.log(b) + (g - cost) / epsilon, axis=0))


@half_sweep.wrong(says="All signs are turned")
def _(g: Array, b: Array, cost: Array, epsilon: float) -> Array:
    return np.asarray(epsilon * np.logaddexp.reduce(np.log(b) + (g - cost) / epsilon, axis=1))


@half_sweep.wrong(says="forgot the epsilon")
def _(g: Array, b: Array, cost: Array, epsilon: float) -> Array:
    return np.asarray(-np.logaddexp.reduce(np.log(b) + (g - cost) / epsilon, axis=1))


@half_sweep.wrong(says="left out the masses")
def _(g: Array, b: Array, cost: Array, epsilon: float) -> Array:
    return np.asarray(-epsilon * np.logaddexp.reduce((g - cost) / epsilon, axis=1))


@half_sweep.wrong(says="the limit of epsilon to 0")
def _(g: Array, b: Array, cost: Array, epsilon: float) -> Array:
    return np.asarray((cost - g).min(axis=1))


@half_sweep.wrong(says="wrong sign")
def _(g: Array, b: Array, cost: Array, epsilon: float) -> Array:
    return np.asarray(-epsilon * np.logaddexp.reduce(np.log(b) - (g + cost) / epsilon, axis=1))


@half_sweep.wrong(says="Right while epsilon is large")
def _(g: Array, b: Array, cost: Array, epsilon: float) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(-epsilon * np.log(np.exp((g - cost) / epsilon) @ b))


# --- 07.4 ---------------------------------------------------------------------------------------------


@exercise(
    "07.4",
    kind="proof",
    title="Why a batch exaggerates",
    hints=(
        "Write W1 of the batches as a supremum over critics. One particular critic gives a lower bound.",
        "Take a critic that was fixed before the batches were drawn: the best one of the laws (or one within "
        "a tiny distance of the best). What is the expectation of its gap on the batches?",
        "For the last part: if both laws are one, W1 of the laws is 0. What is the chance that two "
        "batches are "
        "different sets of points?",
    ),
    rubric=(
        Point(
            "Fix one critic before any batch is drawn: the best of the laws, or one within η of the best;",
            r"(fix|best|optimal|near|attain|maximi|potential|any)[^.]{0,80}"
            r"(critic|function|potential|\bf\b|Lipschitz)|"
            r"(\bf\b|critic|function)[^.]{0,80}(advance|chosen|choose|before)|jensen|convex",
            "Which critic do you look at, and does it depend on the batches?",
        ),
        Point(
            "its expected gap on the batches is its gap on the laws, since the mean of a batch is unbiased;",
            r"unbias|linear|expect\w*[^.]{0,80}(mean|gap|equal|is)|E\s*[\[(]?[^.]{0,60}=|i\.i\.d|independent",
            "What is the expectation of a mean over a batch, for a function that is fixed?",
        ),
        Point(
            "on each pair of batches W1 is at least the gap of this critic, being a supremum over all;",
            r"sup|maxim|at least|lower bound|≥|>=|\\ge",
            "Compare W1 of one pair of batches with the gap of the fixed critic on it.",
        ),
        Point(
            "strict for equal laws: W1 of the laws is 0, and two batches differ with positive probability.",
            r"(positive|nonzero|non-zero|> ?0|differ|not (the same|equal))",
            "And the last part: for P = Q, why is the expectation not 0?",
        ),
    ),
    slips=(
        Slip(
            r"batch(es)?[^.]{0,40}unbiased (\w+ )?(for|of)[^.]{0,20}(W_?1|distance)|"
            rf"(W_?1|distance)(?:(?!{NOT}|\bsup|mean|each)[^.,;]){{0,40}}is (also )?unbiased|"
            r"E\s*\[?\s*W_?1[^.<>≥≤=\\]{0,30}=\s*W_?1",
            "A mean over a batch is unbiased, and W1 is no mean: it is a supremum of means, and its "
            "expectation is larger.",
        ),
        Slip(
            PLAIN + r"(law of large numbers|converge|\bm\s*(→|->|\\to)\s*(∞|inf))",
            "That is about large m. Here m is fixed, and may be 1: the inequality holds at every size.",
        ),
        Slip(
            PLAIN + r"(W_?1?[^.]{0,30}is concave|concave[^.]{0,30}W_?1)",
            "W1 is a supremum of linear functions of the laws, and so it is convex. Concave would turn the "
            "inequality around.",
        ),
    ),
)
def batch_proof() -> None:
    r"""Let $\eta > 0$, and fix a 1-Lipschitz critic $f$ whose gap on the laws is at least
    $W_1(\mathbb P, \mathbb Q) - \eta$. It was chosen before any batch was drawn.

    Each point of a batch has the law it is drawn from, so the mean of the fixed function $f$ over a batch has
    the expectation $\mathbb E_{\mathbb P} f$, or $\mathbb E_{\mathbb Q} f$: the expected gap of $f$ on the
    batches is its gap on the laws.

    On every pair of batches, $W_1$ is the supremum of the gaps of all critics, so it is at least that of $f$.
    Take expectations: $\mathbb E\, W_1(\mathbb P_m, \mathbb Q_m) \ge W_1(\mathbb P, \mathbb Q) - \eta$. This
    holds for each $\eta > 0$, hence without it.

    If $\mathbb P = \mathbb Q$, the right side is 0. If the law is no point mass, the two batches differ
    with positive probability. Then $W_1$ between them is positive, so its expectation is positive as well.
    """


batch_proof.wrong(
    "The mean over a batch is unbiased, and W1 is unbiased as well, so both sides are equal on average.",
    says="W1 is no mean",
)
batch_proof.wrong(
    "By the law of large numbers the batches come close to the laws, and from above.",
    says="and may be 1",
)
batch_proof.wrong(
    "W1 is concave in its arguments, so the inequality is that of Jensen.",
    says="so it is convex",
)
batch_proof.wrong(
    "W1 of the batches is a supremum, and suprema are large.",
    says="Which critic do you look at",
)
batch_proof.wrong(
    "Take the best critic of the laws. Its expected gap on the batches equals its gap on the laws, and W1 of "
    "the batches is at least that, being a supremum.",
    says="And the last part",
)

# --- 07.5 ---------------------------------------------------------------------------------------------


@exercise(
    "07.5",
    kind="prediction",
    title="A batch of one",
    hints=(
        "W1 of one point and one point is their distance, and x - s z is normal with mean 0. With which "
        "variance?",
        "The mean of the size of a normal number is a constant times its standard deviation, here "
        "the root of "
        "1 + s squared. Where is that least?",
        "A mean of a thousand gradients has less noise than one. Has it another expectation?",
    ),
    moral="At s = 0 the generator makes one point only, the median of the data: less variety is the cheapest "
    "answer to a batch. The mean of many small batches is a precise answer to the wrong question; "
    "only larger "
    "batches, or one critic for all of them, ask another.",
)
def batch_of_one() -> list[float]:
    r"""The plan has no choice: $W_1 = |x - s z|$, and $x - s z$ is normal with variance $1 + s^2$.

    So the expectation is $\sqrt{2 / \pi}\, \sqrt{1 + s^2}$. It is least at $s = 0$. At the perfect $s = 1$ it
    is $\sqrt 2$ times as large. A mean over a thousand batches of one has the same expectation as one of
    them, and so the same least place; it only has less noise. (The distance of the laws is
    $|s - 1| \sqrt{2/\pi}$, least at $s = 1$.)
    """
    scales = np.linspace(0, 2, 201)
    expected = np.sqrt(2 / np.pi) * np.sqrt(1 + scales**2)
    rest = float(scales[expected.argmin()])
    return [rest, float(expected[100] / expected[0]), rest]


batch_of_one.wrong(
    [1, ..., ...],
    says="First: that is where W1 between the laws is least. Between batches of one it is the mean "
    "of |x - s z|: "
    "what does it gain from s?",
)
batch_of_one.wrong(
    [..., 0, ...],
    says="Second: W1 between the laws is 0 there. Between one point and one point of the same law it is not.",
)
batch_of_one.wrong(
    [..., 2, ...],
    says="Second: variances add up, so the variance doubles. W1 is a length and goes with the "
    "standard deviation.",
)
batch_of_one.wrong(
    [..., 1, ...],
    says="Second: at s = 0 one of the two points stands still, at s = 1 both are random. That adds distance.",
)
batch_of_one.wrong(
    [..., 1 / np.sqrt(2), ...],
    says="Second: the other way round. The perfect generator has the larger batch distance.",
)
batch_of_one.wrong(
    [..., ..., 1],
    says="Third: averaging takes away the noise of a gradient, and not its bias. A thousand batches "
    "of one are no "
    "batch of a thousand.",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "Sinkhorn's plan at a large epsilon says that two equal heaps are far apart. Why?",
        wrong(
            "It has not converged: more sweeps would bring the work down to 0.",
            "It has converged, to the solution of another problem. More sweeps change only the last digits.",
        ),
        wrong(
            "The exponentials underflow, and rows are lost.",
            "That happens at a small epsilon, and without logarithms.",
        ),
        right(
            "It is nearly the careless plan, which sends everything everywhere, even between equal heaps.",
            "The entropy rewards spreading out. As epsilon grows the plan tends to the product of "
            "the masses.",
        ),
    ),
    Question(
        "Theory for d = 4: the floor falls like n to the power -1/4. To halve it, how many times the points?",
        wrong("2", "That would be a floor that falls like 1/n."),
        wrong("4", "That is the rule on a line, where the floor falls like one over the root of n."),
        wrong("8", "That is three dimensions: 2 to the power 3."),
        right("16", "2 to the power 4. Each dimension more doubles the bill once more."),
    ),
    Question(
        "W1 between two batches of 64 images is 9. What do you know of W1 between the laws?",
        wrong(
            "It is at least 9, because a batch sees only part of the law.",
            "The bias goes the other way: on average a batch says too much.",
        ),
        right(
            "On average such a number is too large; by how much, the floor at 64 gives an idea.",
            "The expectation is at least W1 of the laws. Two batches of one law show how much may be floor.",
        ),
        wrong(
            "It is 9 up to noise, and the mean over many batches would be exact.",
            "A mean over batches takes away the noise and leaves the bias.",
        ),
        wrong(
            "It is 9, because the solver was exact.",
            "Exact for these 128 images. They are not the laws.",
        ),
    ),
    Question(
        "A generator descends W1 between small batches, solved exactly. Where does it come to rest?",
        right(
            "In general at too little variety: fake points close to the middle of the data.",
            "In the chapter the scale at rest was too small at every batch size, and 0 for batches of one.",
        ),
        wrong(
            "At the true parameter, since the bias is a constant.",
            "The bias depends on the parameter. For a scale its derivative at the truth is not 0.",
        ),
        wrong(
            "At too much variety, to be near every real point.",
            "More spread adds floor: the batch distance grows with the spread of either side.",
        ),
    ),
    Question(
        "What does one network that sees a new batch at each step gain over exact solutions of batches?",
        wrong(
            "Its gap is a better estimate: it has no bias.",
            "It has one, downward: no network of a given size is the best of all critics.",
        ),
        wrong(
            "It needs no constraint, as it never sees a batch twice.",
            "Without slope 1 its gap grows without limit, on fresh batches, too.",
        ),
        wrong(
            "It finds the best plan faster than the network simplex.",
            "It finds no plan at all. It is a price list for all places, learned step by step.",
        ),
        right(
            "Its weights collect what many batches share, and its gap on a new batch is an unbiased mean.",
            "It cannot learn one batch by heart. What it costs is a class bias, the subject of chapter 08.",
        ),
    ),
]

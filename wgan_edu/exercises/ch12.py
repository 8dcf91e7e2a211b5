r"""Exercises and quiz of chapter 12, conditional and controllable generation.

Tasks: notebooks/12_conditional_and_controllable.ipynb. They answer point 8 of the discussion in S4.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from wgan_edu.checking import Array
from wgan_edu.exercises.frame import NOT, PLAIN, Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = [
    "QUIZ",
    "conditional_and_controllable",
    "four_distances",
    "free_direction",
    "halfway",
    "no_earth_crosses",
    "within_labels",
]

# --- 12.1 ---------------------------------------------------------------------------------------------


@exercise(
    "12.1",
    kind="by hand",
    title="Two labels, four distances",
    hints=(
        "On a line, sort both sides and pair them in order. Within label a: 0 and 2 against 2 and 6.",
        "Infinitely far apart: the average of the two, each label weighted by its share, one half. Without "
        "labels all eight points are on one line: sort them.",
        "M = 4: look at label b. Its point at 6 and its generated one at 0 are 6 apart. Would it be cheaper "
        "to trade places with label a, at twice the price 4 for changing a label?",
    ),
    moral="Without labels the generator looks perfect; it is not. The exchange saves a way of 12 in all and "
    "pays two crossings, so from M = 6 on no earth crosses, and W1 is the average within the labels.",
)
def four_distances() -> list[float]:
    r"""Sorted pairs on the line.

    - Label a: $0, 2$ against $2, 6$: $\frac{2 + 4}{2} = 3$.
    - Label b: $6, 10$ against $0, 10$: $\frac{6 + 0}{2} = 3$.
    - No earth crosses: the average, $\frac12 \cdot 3 + \frac12 \cdot 3 = 3$.
    - Without labels both sides are $0, 2, 6, 10$ and $0, 2, 6, 10$: $0$.
    - $M = 4$: keep the ways within the labels, for 3 on average, or exchange the two points that stand at the
      other label's places, real a at 0 with generated b at 0 and real b at 6 with generated a at 6. That
      saves all the way and pays 4 for two of four points: $\frac{4 + 4}{4} = 2$. So $2$.
    """
    real, names = np.array([0.0, 2, 6, 10]), np.array([0, 0, 1, 1])
    fake, others = np.array([6.0, 2, 0, 10]), np.array([0, 0, 1, 1])
    inside = [np.abs(np.sort(real[names == k]) - np.sort(fake[others == k])).mean() for k in (0, 1)]
    plain = np.abs(np.sort(real) - np.sort(fake)).mean()
    moved = np.abs(real - fake[[2, 1, 0, 3]]) + 4 * (names != others[[2, 1, 0, 3]])
    return [float(inside[0]), float(inside[1]), float(np.mean(inside)), float(plain), float(moved.mean())]


for _a, _says in {
    6: "First: each of the two points has mass one half. You added the ways up.",
    2: "First: 2 stays at 2 and 0 goes to 6 is a way of 6 in all, as the sorted pairs have. Halve it.",
    1.5: "First: within the label its two points have mass one half each, not one quarter.",
}.items():
    four_distances.wrong([_a, ..., ..., ..., ...], says=_says)
for _b, _says in {
    6: "Second: only half of the label's mass has to go; the point at 10 stays.",
    1.5: "Second: within the label its two points have mass one half each, not one quarter.",
}.items():
    four_distances.wrong([..., _b, ..., ..., ...], says=_says)
for _joint, _says in {
    6: "Third: that is the sum. Each label holds half of the mass.",
    0: "Third: no earth may cross from label to label here.",
    1.5: "Third: you divided twice. The shares are already in the weights.",
}.items():
    four_distances.wrong([..., ..., _joint, ..., ...], says=_says)
four_distances.wrong(
    [..., ..., ..., 3, ...], says="Fourth: forget the labels. Where do the eight points stand?"
)
for _m, _says in {
    3: "Fifth: that is the price of staying within the labels. Compare it with an exchange between them.",
    4: "Fifth: only two of the four points change their label, so 4 is paid for half of the mass.",
    0: "Fifth: an exchange is not free: M for each piece of earth that changes its label.",
    1: "Fifth: an exchange is two crossings, one each way.",
}.items():
    four_distances.wrong([..., ..., ..., ..., _m], says=_says)

# --- 12.2 ---------------------------------------------------------------------------------------------


def _plain_w1(x: Array, y: Array) -> float:
    """Exact W1 of two samples with even masses, as handed to the learner."""
    from wgan_edu.transport import w1_exact

    return w1_exact(x, y)


@exercise(
    "12.2",
    kind="code",
    title="What the critic's gap is a bound on",
    hints=(
        "Loop over the labels: `for label in np.unique(labels_x)`. Choose the rows with "
        "`x[labels_x == label]`.",
        "A label's weight is its share, `(labels_x == label).mean()`.",
        "`sum((labels_x == k).mean() * w1_exact(x[labels_x == k], y[labels_y == k]) for k in ...)`",
    ),
    moral="This is the number that stands above the gap of every critic with labels whose slope in x is at "
    "most 1. It is never below W1 without labels: knowing the names can only make it harder.",
)
def within_labels(
    x: Array, y: Array, labels_x: Array, labels_y: Array, w1_exact: Callable[[Array, Array], float]
) -> float:
    """The average of W1 within the labels, weighted by their shares."""
    return sum(
        float((labels_x == label).mean()) * w1_exact(x[labels_x == label], y[labels_y == label])
        for label in np.unique(labels_x)
    )


def _labeled(n_each: tuple[int, ...], times: int, seed: int) -> tuple[Array, Array, Array, Array]:
    """Points in the plane with labels in mixed order; the second side has `times` as many of each."""
    rng = np.random.default_rng(seed)
    labels_x = rng.permutation(np.repeat(np.arange(len(n_each)), n_each))
    labels_y = rng.permutation(np.repeat(np.arange(len(n_each)), [times * n for n in n_each]))
    x = rng.normal(size=(len(labels_x), 2)) + 2 * labels_x[:, None]
    y = rng.normal(size=(len(labels_y), 2)) + 3 * (len(n_each) - labels_y[:, None])
    return x, y, labels_x, labels_y


@within_labels.checker
def _(answer: Any) -> None:
    for n_each, times, seed in [((3, 3), 1, 1), ((2, 6), 1, 2), ((4, 1, 3), 2, 3)]:
        x, y, labels_x, labels_y = _labeled(n_each, times, seed)
        got = answer(x, y, labels_x, labels_y, _plain_w1)
        want = within_labels(x, y, labels_x, labels_y, _plain_w1)
        if same(got, want):
            continue
        parts = [_plain_w1(x[labels_x == k], y[labels_y == k]) for k in range(len(n_each))]
        shares = np.array(n_each) / sum(n_each)
        ordered = [_plain_w1(*two) for two in _blocks(x, y, n_each, times)]
        for value, says in (
            (_plain_w1(x, y), "That is W1 without labels: earth may cross from label to label there."),
            (sum(parts), "You added the labels up. Each counts by its share of the mass."),
            (max(parts), "That is the worst label. The critic's gap is bounded by an average."),
            (
                np.mean(parts),
                "You gave all labels the same weight. Here some come more often than others: use the shares.",
            ),
            (
                float(shares @ ordered),
                "You cut the rows into blocks. The labels come in mixed order: choose rows by their label.",
            ),
            (
                float(shares**2 @ parts),
                "You multiplied by the share twice: the mean within a label has it no more.",
            ),
            (float(shares @ np.square(parts)), "W1 itself is asked for, not its square."),
            (
                float(np.array(n_each) @ parts),
                "Weights must be shares, which sum to 1. You weighted by counts.",
            ),
        ):
            expect(not same(got, value), says)
        expect(False, "For each label the W1 of its own points, times the label's share; then the sum.")


def _blocks(x: Array, y: Array, n_each: tuple[int, ...], times: int) -> list[tuple[Array, Array]]:
    """Both sides cut into blocks in the order given, as if the labels were sorted."""
    cuts = np.cumsum(n_each)[:-1]
    return list(zip(np.split(x, cuts), np.split(y, times * cuts), strict=True))


@within_labels.wrong(says="That is W1 without labels")
def _(
    x: Array, y: Array, labels_x: Array, labels_y: Array, w1_exact: Callable[[Array, Array], float]
) -> float:
    return w1_exact(x, y)


@within_labels.wrong(says="You gave all labels the same weight")
def _(
    x: Array, y: Array, labels_x: Array, labels_y: Array, w1_exact: Callable[[Array, Array], float]
) -> float:
    return float(np.mean([w1_exact(x[labels_x == k], y[labels_y == k]) for k in np.unique(labels_x)]))


@within_labels.wrong(says="You added the labels up")
def _(
    x: Array, y: Array, labels_x: Array, labels_y: Array, w1_exact: Callable[[Array, Array], float]
) -> float:
    return sum(w1_exact(x[labels_x == k], y[labels_y == k]) for k in np.unique(labels_x))


@within_labels.wrong(says="That is the worst label")
def _(
    x: Array, y: Array, labels_x: Array, labels_y: Array, w1_exact: Callable[[Array, Array], float]
) -> float:
    return max(w1_exact(x[labels_x == k], y[labels_y == k]) for k in np.unique(labels_x))


@within_labels.wrong(says="the share twice")
def _(
    x: Array, y: Array, labels_x: Array, labels_y: Array, w1_exact: Callable[[Array, Array], float]
) -> float:
    return sum(
        float((labels_x == k).mean()) ** 2 * w1_exact(x[labels_x == k], y[labels_y == k])
        for k in np.unique(labels_x)
    )


@within_labels.wrong(says="not its square")
def _(
    x: Array, y: Array, labels_x: Array, labels_y: Array, w1_exact: Callable[[Array, Array], float]
) -> float:
    return sum(
        float((labels_x == k).mean()) * w1_exact(x[labels_x == k], y[labels_y == k]) ** 2
        for k in np.unique(labels_x)
    )


@within_labels.wrong(says="You weighted by counts")
def _(
    x: Array, y: Array, labels_x: Array, labels_y: Array, w1_exact: Callable[[Array, Array], float]
) -> float:
    inside = [
        (labels_x == k).sum() * w1_exact(x[labels_x == k], y[labels_y == k]) for k in np.unique(labels_x)
    ]
    return float(np.sum(inside))


@within_labels.wrong(says="The labels come in mixed order")
def _(
    x: Array, y: Array, labels_x: Array, labels_y: Array, w1_exact: Callable[[Array, Array], float]
) -> float:
    counts, there = np.unique(labels_x, return_counts=True)[1], np.unique(labels_y, return_counts=True)[1]
    blocks = zip(np.split(x, np.cumsum(counts)[:-1]), np.split(y, np.cumsum(there)[:-1]), strict=True)
    return float(np.sum([n / len(x) * w1_exact(*two) for n, two in zip(counts, blocks, strict=True)]))


# --- 12.3 ---------------------------------------------------------------------------------------------


@exercise(
    "12.3",
    kind="proof",
    title="No earth crosses",
    hints=(
        "Suppose a plan moves some earth from label a to label b. Count the mass that label b has on both "
        "sides: some earth must leave it, too. Where does it go? Follow it.",
        "The crossings contain a round a to b to ... to a. Take the same small amount from each piece of it, "
        "and send every piece to where the piece before it in the round arrived: that is in its own label. "
        "What is saved, what is lost?",
        "A round of r crossings pays at least r M for labels. After the exchange it pays no label, and "
        "travels at most r D. Since M is at least D, the cost has not risen. Then add up: a plan without "
        "crossings is one plan for each label.",
    ),
    rubric=(
        Point(
            "the shares agree, so what leaves a label must be replaced: crossings form closed rounds;",
            r"(cycle|round|circ|loop|back|closed|as much|same amount|equal|balanc|return|replac|leav|"
            r"constant)\w*",
            "If earth leaves a label, what does that say about earth that arrives there?",
        ),
        Point(
            "reroute each piece of a round to a point of its own label: a plan again, with the same "
            "marginals;",
            r"(re-?rout|exchang|swap|instead|redirect|re-?pair|trade|own label|same label|within (its|the|a)|"
            r"marginal|feasible)",
            "What do you do with the pieces of a round?",
        ),
        Point(
            "the comparison: r crossings pay at least r M, the rerouted pieces at most r D, and M >= D;",
            r"(at least|≥|>=|\\ge|no more|not (rise|more|larger|increase)|at most|≤|<=|\\le|save|cheaper|"
            r"exceed)[^.]{0,120}(M\b|D\b)|(M\b|D\b)[^.]{0,80}(at least|≥|>=|\\ge|at most|≤|<=|\\le|save|"
            r"cheaper)",
            "Compare the cost before and after, with M and D.",
        ),
        Point(
            "a plan without crossings is a plan for each label, and the least cost the weighted average;",
            r"(average|sum|weight|shares?|p\(y\)|for each label|each label|separate|independent\w*|decompos)",
            "What does a plan without crossings consist of, and what does it cost at least?",
        ),
        Point(
            "if the shares differ, some earth has to cross, and the argument ends at its first step.",
            r"(differ|unequal|not (agree|equal)|disagree|otherwise|other shares|must cross|has to cross|"
            r"have to cross|need\w*[^.]{0,80}(shares|agree|equal)|(shares|agree)[^.]{0,80}(need|use|where))",
            "Where do you need that the shares agree? What happens if they do not?",
        ),
    ),
    slips=(
        Slip(
            PLAIN + r"(triangle|straight)[^.;]{0,60}(enough|suffices|proves|does it)",
            "The triangle inequality compares one way with two. Here pieces of earth change their goals: "
            "compare the cost of whole rounds, before and after.",
        ),
        Slip(
            PLAIN + r"\bM\b[^.;]{0,40}(is|be|goes?( to)?|tends?( to)?|→)\s*(\w+\s+)?(infinit|∞)",
            "M need not be infinite. Which finite M is enough, and why?",
        ),
        Slip(
            PLAIN + r"(single|one|each|every) crossing[^.;]{0,60}(costs?|pays?)[^.;]{0,40}(M|more)[^.;]{0,40}"
            r"(so|hence|therefore)[^.;]{0,40}(stay|never|no)",
            "One crossing cannot be undone alone: the earth that stays would find its place taken. Undo "
            "them in closed rounds.",
        ),
    ),
)
def no_earth_crosses() -> None:
    r"""Take a best plan, and among the best one with the least mass that crosses from label to label. Suppose
    some mass crosses from label $a$ to label $b$. Label $b$ has the same mass on both sides, because the
    shares agree; mass arrives from $a$, so as much of $b$'s own mass must leave for other labels. Follow it:
    after at most as many steps as there are labels the way closes to a round
    $a \to b \to \dots \to a$ of $r \ge 2$ crossings.

    Take the same small mass $\varepsilon > 0$ from each piece of the round. Each piece starts in one label,
    and in that same label the piece before it has arrived. Reroute: every piece now goes to the place where
    the piece before it had arrived, within its own label. Each point sends and receives what it did before,
    so the marginals are the same, and it is a plan again. Before, the $r$ pieces paid at least
    $\varepsilon r M$; now they pay no label and travel at most $\varepsilon r D \le \varepsilon r M$. The
    cost has not risen and less mass crosses: a contradiction. So some best plan has no crossings.

    A plan without crossings is one plan for each label, with mass $p(y)$, and these can be chosen
    independently of each other. The least cost is $\sum_y p(y) W_1(\cdot \mid y)$, the average.

    Where the shares differ, the first step fails: some earth must cross, at least the total variation
    between the shares, and each unit of it pays $M$.
    """


no_earth_crosses.wrong(
    "If some earth leaves a label, as much must arrive there, so crossings form rounds. Reroute each piece "
    "to "
    "its own label. A plan without crossings is a plan for each label. If shares differ some earth must "
    "cross.",
    says="Compare the cost before and after",
)
no_earth_crosses.wrong(
    "Let M be infinite. Then nothing crosses, as it would cost too much, and the plan is separate for each "
    "label. At least M is paid for a crossing, which is more than D, so we reroute within labels. Shares "
    "must agree, since otherwise earth must cross and come back.",
    says="M need not be infinite",
)
no_earth_crosses.wrong(
    "By the triangle inequality, which is enough, the direct way is cheaper than the way over another label.",
    says="The triangle inequality compares one way with two",
)
no_earth_crosses.wrong(
    "Every crossing pays M, which is more than D, so earth will stay in its label, and W1 is the average.",
    says="One crossing cannot be undone alone",
)

# --- 12.4 ---------------------------------------------------------------------------------------------


@exercise(
    "12.4",
    kind="code",
    seeds=("S4.8",),
    title="Push one, hold the others",
    hints=(
        "To first order a score changes by its slope times the move. It stays if the move is at a right "
        "angle to the slope. To all of them at once.",
        "The rows are not at right angles, so taking off one part brings back another. Either make an "
        "orthonormal basis first (`np.linalg.qr(others.T)`), or solve a least-squares problem.",
        "`q, _ = np.linalg.qr(others.T)`, then `rest = way - q @ (q.T @ way)`, and divide by its norm.",
    ),
    moral="The part that was taken off is the price of holding the others, and no other direction of the "
    "same length gets farther. With h slopes held there are k - h directions left: a small noise leaves "
    "little room for choice.",
)
def free_direction(way: Array, others: Array) -> Array:
    """The part of a slope at right angles to all the others, of length 1."""
    basis, _ = np.linalg.qr(others.T)  # (k, h), orthonormal columns
    rest = way - basis @ (basis.T @ way)
    return np.asarray(rest / np.linalg.norm(rest))


@free_direction.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(124)
    for k, h in [(5, 1), (6, 2), (9, 3)]:
        common = rng.normal(size=k)
        way = rng.normal(size=k) + common
        others = rng.normal(size=(h, k)) + common  # all of them lean the same way
        got = answer(way, others)
        expect(np.shape(got) == (k,), f"One direction of shape ({k},); yours has shape {np.shape(got)}.")
        want = free_direction(way, others)
        if not same(got, want):
            _explain_direction(np.asarray(got, dtype=float), way, others, want)


def _explain_direction(got: Array, way: Array, others: Array, want: Array) -> None:
    """Say which mistake a direction looks like."""
    unit = others / np.linalg.norm(others, axis=1, keepdims=True)
    at_once, one_by_one = way - unit.T @ (unit @ way), way.copy()
    for row in unit:
        one_by_one = one_by_one - row * (row @ one_by_one)
    rest = way - np.linalg.pinv(others) @ (others @ way)
    inside = way - rest
    for value, says in (
        (rest, "The direction is right, its length is not: make it 1, so that the strength says how far."),
        (-want, "That goes down: it lowers the score which you are to raise."),
        (way / np.linalg.norm(way), "That is the slope itself. Nothing is held."),
        (
            inside / max(float(np.linalg.norm(inside)), 1e-12),
            "That is the part *along* the others, the one to be taken off.",
        ),
        (
            way - others.T @ (others @ way),
            "The part along a slope g is g (g · way) / (g · g). You left out the division.",
        ),
        (
            _length_1(way - others.T @ (others @ way)),
            "The part along a slope g is g (g · way) / (g · g). You left out the division.",
        ),
    ):
        expect(not same(got, value), says)
    if len(others) > 1:
        for value, says in (
            (
                _length_1(at_once),
                "You took off each part from the *same* way. The slopes are not at right angles, so what "
                "they "
                "share is taken off twice.",
            ),
            (
                _length_1(one_by_one),
                "You took off one part after another. The second brings back some of the first: make an "
                "orthonormal basis of the slopes before.",
            ),
            *(
                (
                    _length_1(way - mean * (mean @ way) / (mean @ mean)),
                    "You held the mean of the scores. Then one of them may rise while another falls.",
                )
                for mean in (others.mean(axis=0), unit.mean(axis=0))
            ),
        ):
            expect(not same(got, value), says)
    expect(False, "At a right angle to every row of `others`, as near to `way` as that allows, of length 1.")


def _length_1(way: Array) -> Array:
    return np.asarray(way / np.linalg.norm(way))


@free_direction.wrong(says="Nothing is held")
def _(way: Array, others: Array) -> Array:
    return way / np.linalg.norm(way)


@free_direction.wrong(says="make it 1")
def _(way: Array, others: Array) -> Array:
    basis, _ = np.linalg.qr(others.T)
    return way - basis @ (basis.T @ way)


@free_direction.wrong(says="one to be taken off")
def _(way: Array, others: Array) -> Array:
    basis, _ = np.linalg.qr(others.T)
    return _length_1(basis @ (basis.T @ way))


@free_direction.wrong(says="That goes down")
def _(way: Array, others: Array) -> Array:
    basis, _ = np.linalg.qr(others.T)
    return _length_1(basis @ (basis.T @ way) - way)


@free_direction.wrong(says="You left out the division")
def _(way: Array, others: Array) -> Array:
    return _length_1(way - others.T @ (others @ way))


@free_direction.wrong(says="You held the mean of the scores")
def _(way: Array, others: Array) -> Array:
    mean = others.mean(axis=0)
    return _length_1(way - mean * (mean @ way) / (mean @ mean))


@free_direction.wrong(says="is taken off twice")
def _(way: Array, others: Array) -> Array:
    unit = others / np.linalg.norm(others, axis=1, keepdims=True)
    return _length_1(way - unit.T @ (unit @ way))


@free_direction.wrong(says="one part after another")
def _(way: Array, others: Array) -> Array:
    for other in others:
        way = way - other * (other @ way) / (other @ other)
    return _length_1(way)


# --- 12.5 ---------------------------------------------------------------------------------------------


@exercise(
    "12.5",
    kind="prediction",
    title="Halfway, in a hundred dimensions",
    hints=(
        "The mean of the squared norm is the number of coordinates times the mean square of one of them.",
        "Variances of independent terms add: a z + b z' has variance a squared plus b squared.",
        "Halfway on the line: 1/4 + 1/4. On `even`: cosine squared plus sine squared. For the difference: "
        "1 + 1. A quarter of the way: 9/16 + 1/16.",
    ),
    moral="Two noises are farther from each other than each is from the origin: by the root of 2, the sides "
    "and "
    "the diagonal of a square. Nearly all noise lies in a thin shell, and a straight line cuts through its "
    "empty inside.",
)
def halfway() -> list[float]:
    r"""A coordinate of $a z_0 + b z_1$ has variance $a^2 + b^2$, and the mean of $\lVert\cdot\rVert^2$ is 100
    times that.

    - Noise itself: $\sqrt{100} = 10$.
    - Halfway on the line: $a = b = \frac12$, variance $\frac12$: $\sqrt{50} = 7.07$.
    - Halfway on `even`: $a = b = \sqrt{\frac12}$, variance 1: $10$.
    - The difference: $a = 1, b = -1$, variance 2: $\sqrt{200} = 14.14$.
    - A quarter of the way: $\frac{9}{16} + \frac{1}{16} = 0.625$.
    """
    weights = [(1, 0), (0.5, 0.5), (np.sqrt(0.5), np.sqrt(0.5)), (1, -1)]
    roots = [float(np.sqrt(100 * (a * a + b * b))) for a, b in weights]
    return [*roots, 0.75**2 + 0.25**2]


for _place, _word, _values in (
    (0, "First", {100: "that is the mean of the square. You were asked for its root.",
                  1: "that is one coordinate. There are a hundred.",
                  0: "the mean of z is 0. The norm of z is not the norm of its mean."}),
    (1, "Second", {10: "the mean of two independent numbers varies less than each of them.",
                   5: "you halved the norm. Of two *independent* noises the variance is halved.",
                   50: "that is the mean of the square. You were asked for its root.",
                   0: "the two do not cancel: they are independent, not opposite."}),
    (2, "Third", {7.071: "cosine and sine of 45 degrees are 0.707 each, not one half.",
                  14.142: "the weights are 0.707 each, not 1."}),
    (3, "Fourth", {10: "both vary. Variances of independent terms add, also in a difference.",
                   0: "the two are independent, not equal.",
                   20: "norms do not add, squares do: the two are nearly at a right angle."}),
    (4, "Fifth", {0.75: "the weights are to be squared: 3/4 and 1/4 of the *noise*.",
                  1: "that holds where the squares of the weights sum to 1. Here the weights do.",
                  0.5: "that is halfway.",
                  0.791: "that is the standard deviation. You were asked for the variance."}),
):  # fmt: skip
    for _value, _why in _values.items():
        halfway.wrong([*[...] * _place, _value, *[...] * (4 - _place)], says=f"{_word}: {_why}")

# --- 12.6 ---------------------------------------------------------------------------------------------


@exercise(
    "12.6",
    kind="concept",
    seeds=("S4.8",),
    title="Conditional and controllable",
    hints=(
        "Compare the two on three questions: does training need labels? What is handed to the generator when "
        "one asks? What is searched for, and by what?",
        "With labels far apart, no earth crosses: what is the distance then? And what is entangled with "
        "what?",
        "In pixels there are many directions that change a classifier's mind and not the picture. What does "
        "the generator forbid?",
    ),
    rubric=(
        Point(
            "conditional: trained with labels, which both networks get;",
            r"condition\w*[^.]{0,160}(label|class)|(label|class)[^.]{0,120}(both|critic|generator|train)",
            "What does conditional generation need in training, and who gets it?",
        ),
        Point(
            "one asks by handing over a label together with noise;",
            r"(ask|hand|giv|pass|feed|input|choos|pick|request|specif)\w*[^.]{0,100}(label|class)"
            r"|label[^.]{0,80}(noise|z\b|input)",
            "How does one ask a conditional generator for a seven?",
        ),
        Point(
            "controllable: after training, the noise moves along the gradient of a classifier or another "
            "score;",
            r"(noise|latent|z\b)[^.]{0,160}(gradient|slope|move|climb|ascen|follow|walk|chang|push|adjust)"
            r"|(gradient|slope|follow|ascen)[^.]{0,120}(noise|latent|z\b)",
            "And controllable generation: what moves, and what shows it the way?",
        ),
        Point(
            "the networks stay as they are, no labels in training are needed for it;",
            r"(weights?|network|generator|trained|training)[^.]{0,120}(fixed|frozen|stay|finished|same|"
            r"already|"
            r"unchanged|not (change|train|learn)|after|no label|without label)"
            r"|(fixed|frozen|finished|already trained|without label|no label|after training)",
            "What happens to the weights of the networks meanwhile?",
        ),
        Point(
            "the critic with labels measures the average of W1 within the labels (a lower bound of it);",
            r"(average|mean|weighted|sum|expect)[^.]{0,120}(W_?1|wasserstein|distance|earth)"
            r"|(W_?1|wasserstein|distance|earth)[^.]{0,120}(within|each (label|class)|per (label|class)|"
            r"average|"
            r"given the label|for every (label|class))",
            "Which distance does a critic with labels measure?",
        ),
        Point(
            "side effects: other attributes change as well, measured by formulas or a classifier before and "
            "after;",
            r"(side effect|entangl|other (attribut|thing|feature|propert))\w*",
            "What else changes when one attribute is pushed, and how would you know?",
        ),
        Point(
            "in pixels a classifier is convinced by what is no digit; the generator keeps the walk near "
            "digits.",
            r"pixel[^.]{0,200}(adversar|fool|no digit|not (a|look|real)|convinc|specks|nonsense|off|leave|"
            r"mind|"
            r"far|away|trick)|adversar",
            "Why not follow the classifier's slope in the pixels?",
        ),
    ),
    slips=(
        Slip(
            PLAIN
            + rf"controllab\w*(?:(?!{NOT})[^.;,]){{0,80}}"
            + r"(retrain|train\w* (again|anew|the generator)|chang\w* the weights|"
            r"fine-?tun)",
            "In controllable generation the generator is finished. What moves is its input.",
        ),
        Slip(
            PLAIN
            + r"critic[^.;]{0,80}(classif\w*|predict\w*|tells?|says?)[^.;]{0,30}(the |which )?(label|class)",
            "A conditional critic does not guess the label; it is told, and judges the picture given the "
            "label.",
        ),
        Slip(
            PLAIN + r"(side effects?|entangl\w*)[^.;]{0,60}(bug|fault|error)s?[^.;]{0,30}(generator|network)"
            rf"(?![^.;]*{NOT})",
            "Look at real digits: there the attributes go together as well. It is not the network's fault "
            "alone.",
        ),
        Slip(
            PLAIN + r"(confiden\w*|classifier is (sure|certain)|high(er)? probabilit\w*)[^.;]{0,60}"
            r"(proves?|means?|shows?|guarantees?)[^.;]{0,60}(good|real|success|quality)",
            "Confidence was highest for the tamest pictures, and for specks in pixels. It proves little "
            "alone.",
        ),
    ),
)
def conditional_and_controllable() -> None:
    r"""A *conditional* generator is trained with labels. Both networks get them: the generator beside the
    noise, the critic beside the picture, and each generated picture in a batch has the label of a real one.
    One asks by handing over a label with the noise. With labels far apart no earth crosses from one to
    another, so the distance that its critic bounds from below, if its slopes are at most 1, is the average of
    $W_1$ within the labels.

    *Controllable* generation starts when the generator's training is over, which needs no labels. The weights
    stay fixed; the noise moves along the gradient of a score, a classifier's log-probability or any
    differentiable attribute, through the generator, and keeps its norm. It may get stuck, where the
    conditional generator just answers, but it can follow anything.

    What is pushed drags other attributes along. These side effects are measured: compute every attribute
    before
    and after, in units of how much it varies anyway. They are partly the data's, where attributes go together
    too; taking the other slopes off the way holds them to first order.

    In pixels a classifier's slope leads off the digits: specks convince it, and even a second classifier,
    while the picture is no seven. Through the generator the walk can only reach what the generator makes.
    """


conditional_and_controllable.wrong(
    "Conditional: labels go into both networks, and one asks by a label with noise. For controllable "
    "generation "
    "we retrain the generator with a classifier.",
    says="In controllable generation the generator is finished",
)
conditional_and_controllable.wrong(
    "Conditional: the critic predicts the label of each picture, and the generator is told the class.",
    says="A conditional critic does not guess the label",
)
conditional_and_controllable.wrong(
    "Conditional: trained with labels that both networks get; one asks by giving a label with noise. "
    "Controllable: with the weights frozen, follow a classifier's gradient in the noise. Side effects are "
    "other "
    "attributes that change. In pixels one gets adversarial pictures.",
    says="Which distance does a critic with labels measure",
)
conditional_and_controllable.wrong(
    "Conditional: trained with labels that both networks get; one asks by giving a label. The critic "
    "measures "
    "the average of W1 within each label. Controllable: follow a classifier's gradient in latent space, "
    "weights "
    "frozen. A high confidence proves a good picture.",
    says="It proves little alone",
)
conditional_and_controllable.wrong(
    "Conditional: trained with labels that both networks get; one asks by giving a label. The critic "
    "measures "
    "the average of W1 within each label. Controllable: follow a classifier's gradient in latent space, "
    "weights "
    "frozen. In pixels the classifier is fooled.",
    says="What else changes when one attribute is pushed",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "A generator answers each label with perfect pictures of another one. What is W1 of its pictures?",
        right(
            "0, without labels: the law of the pictures is perfect.",
            "Only with the label in the point does the distance see that the names are wrong.",
        ),
        wrong(
            "Large, since every picture is wrong.",
            "Each picture is right for somebody. W1 of the pictures does not know what was asked for.",
        ),
        wrong(
            "The average within the labels.",
            "That is W1 with labels far apart, and it is large here. Without labels earth may cross.",
        ),
    ),
    Question(
        "Why is the critic's gradient with respect to the label cut off?",
        wrong(
            "So that the critic cannot read the label.",
            "It reads it: another label gives another value. Only the gradient there is zero.",
        ),
        right(
            "The constraint is on the slope in the picture; between labels the critic may jump.",
            "Far apart labels allow any jump, and the penalty must not ask for slope 1 there.",
        ),
        wrong(
            "Because a one-hot label cannot be differentiated.",
            "It can: it is ten numbers. The slope would be there, and would enter the penalty.",
        ),
    ),
    Question(
        "Real and generated pictures of a batch get independent labels. What breaks first?",
        wrong(
            "The generator's loss: it needs real labels.",
            "The generator's step has only its own pictures, and labels for those.",
        ),
        wrong(
            "Nothing: on average the shares agree.",
            "On average, yes. But the penalty of a WGAN-GP takes points between one real and one generated "
            "picture.",
        ),
        right(
            "The penalty: a point between two pictures gets a part of one label and a part of another.",
            "Such labels never come. And the shares of a batch differ, so some earth would have to cross.",
        ),
    ),
    Question(
        "Halfway along a straight line between two noises the classifier is surer. Is it the better walk?",
        right(
            "No: pictures there are nearer to the average digit, and vary less.",
            "The norm is too small by the root of 2. Surer and tamer go together.",
        ),
        wrong(
            "Yes: surer means better.",
            "One average seven, again and again, would please the classifier most of all.",
        ),
        wrong(
            "No: halfway the pictures are blurred mixtures of both ends.",
            "Pixels were not mixed, noises were. Each picture on the way is a digit; there is less variety.",
        ),
    ),
    Question(
        "You push thickness and the width falls. What do you compare before you blame the generator?",
        wrong(
            "The critic's gap before and after.",
            "The critic has no part in it: nothing is trained.",
        ),
        right(
            "The correlation of the two in real digits of the same label.",
            "If they go together in the data, the generator has learned what it was shown.",
        ),
        wrong(
            "The classifier's confidence.",
            "It says whether the digit can be read, not whether width should change.",
        ),
        wrong(
            "The same push with twice the strength.",
            "That changes both more. It does not say where the link comes from.",
        ),
    ),
    Question(
        "Two classifiers call a picture a seven that was walked to in pixels. Is it one?",
        wrong(
            "Yes: the second one was not followed.",
            "It learned from the same digits, and knows as little about what lies far from them.",
        ),
        right(
            "Not for that reason: ask which real digit is nearest, and look.",
            "More than half of those pictures were nearest to a real three, whatever the classifiers said.",
        ),
        wrong(
            "No: no walk in pixels can reach a seven.",
            "The pixels of real sevens can be reached. Following a classifier does not lead there by itself.",
        ),
    ),
]

r"""Exercises and quiz of chapter 01, where data lives.

Tasks: notebooks/01_manifold_hypothesis.ipynb.
"""

from typing import Any

import numpy as np

from wgan_edu.checking import Array
from wgan_edu.exercises.frame import NOT, PLAIN, Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = [
    "QUIZ",
    "by_ten",
    "correlation_dimension",
    "floors_and_walls",
    "measure_zero_proof",
    "relu_jacobian",
    "the_hypothesis",
]

# --- 01.1 ---------------------------------------------------------------------------------------------


@exercise(
    "01.1",
    kind="by hand",
    title="Floors, walls and a shaft",
    hints=(
        "A block that only one law visits: the mixture has half of its mass, the ratio is 2, so every bit of "
        "mass there adds half of log 2 to JS. Which blocks are left?",
        "Floor and wall share a row of 4 blocks, a quarter of each law, with equal masses: those add "
        "nothing.",
        "Floor and shaft share one block, of mass 1/16 under one law and 1/4 under the other. The mixture "
        "there is 5/32, so the terms are 1/16 log(2/5) and 1/4 log(8/5), each with its factor 1/2.",
    ),
    moral="The shared share of mass decides. Where pieces cross it is a matter of pixels, and vanishes with "
    "them; where they lie on each other it stays, and JS stays below log 2.",
)
def floors_and_walls() -> list[float]:
    r"""Where only one law has mass, the mixture has half of it: such mass adds $\frac12 \log 2$ a unit.

    - Floor and wall share a row of 4 blocks with mass $\frac1{16}$ each under both laws, where the logarithm
      is 0. Three quarters are left: $\frac34 \log 2 = 0.52$. In general $(1 - \frac1n) \log 2$.
    - Floor and shaft: $\frac12 (\frac{15}{16} + \frac34) \log 2 + \frac12 (\frac1{16} \log \frac25 +
      \frac14 \log \frac85) = 0.61$.
    - As $n \to \infty$ the shared masses $1/n^2$ and $1/n$ vanish: $\log 2 = 0.69$.
    - Half of one floor and half of the other is shared, for every n: $\frac12 \log 2 = 0.35$.
    """

    n = 4
    floor, wall, shaft, half, other = np.zeros((5, n, n, n))
    floor[0], wall[:, 0], shaft[:, 0, 0] = 1 / n**2, 1 / n**2, 1 / n
    half[0, :2] = half[1, :2] = other[0, :2] = other[2, :2] = 1 / n**2
    found = []
    for p, q in ((floor, wall), (floor, shaft), (half, other)):
        terms = [one * np.log(np.where(one > 0, 2 * one, 1) / np.where(one > 0, p + q, 1)) for one in (p, q)]
        found.append(float(np.sum(terms)) / 2)
    return [found[0], found[1], float(np.log(2)), found[2]]


for _number, _says in {
    np.log(
        2
    ): "First: floor and wall do meet, in a whole row of blocks, and at n = 4 that row is a quarter of each.",
    0.75: "First: three quarters is right for the mass that is not shared. Each unit of it counts log 2.",
    15 / 16 * np.log(2): "First: a floor and a wall share a row of four blocks, not one block.",
    0.25: "First: that is the share that they have in common, and it adds nothing.",
    np.inf: "First: KL is infinite here. JS compares with the mixture and is at most log 2.",
}.items():
    floors_and_walls.wrong([_number, ..., ..., ...], says=_says)
for _number, _says in {
    15
    / 16
    * np.log(2): "Second: in the shared block the masses differ, 1/16 and 1/4, so the logarithms are not 0.",
    0.75
    * np.log(
        2
    ): "Second: a quarter of the shaft lies in the shared block, but only a sixteenth of the floor.",
    0.5
    * (15 / 16 + 3 / 4)
    * np.log(2): "Second: that is what the blocks of one law add. The shared block adds "
    "something, too, as its masses differ.",
    np.log(2): "Second: the shaft does pierce the floor, in one block.",
}.items():
    floors_and_walls.wrong([..., _number, ..., ...], says=_says)
for _number, _says in {
    0: "Third: laws that share less and less are farther and farther apart.",
    np.inf: "Third: KL is infinite at every n, and JS never exceeds log 2.",
    1: "Third: log 2 is 1 with the logarithm to base 2. Here logarithms are natural.",
    2 * np.log(2): "Third: JS has the factor 1/2 in front of both terms.",
}.items():
    floors_and_walls.wrong([..., ..., _number, ...], says=_says)
for _number, _says in {
    np.log(2): "Fourth: half of the mass is shared at every n. Finer blocks do not take that away.",
    0: "Fourth: only one half coincides; the other halves are apart.",
    0.5: "Fourth: half of the mass is not shared, and each unit of it counts log 2.",
}.items():
    floors_and_walls.wrong([..., ..., ..., _number], says=_says)

# --- 01.2 ---------------------------------------------------------------------------------------------


@exercise(
    "01.2",
    kind="code",
    title="Counting pairs",
    hints=(
        "All distances at once: `np.linalg.norm(x[:, None] - x[None], axis=2)` has shape (n, n). Its "
        "diagonal "
        "is 0: no point is a pair with itself.",
        "`np.triu_indices(len(x), 1)` picks every pair once. The mean of `distances < near` is the share C.",
        "If C(t) is a constant times t to the power m, then log C(far) - log C(near) is m times "
        "log far - log near.",
    ),
    moral="Grassberger and Procaccia's correlation dimension, from 1983: it needs no neighbors to be found, "
    "and a scale to be chosen by hand. Estimators of dimension differ in how they choose the scale.",
)
def correlation_dimension(x: Array, near: float, far: float) -> float:
    """The slope of the log share of pairs closer than t, from t = near to t = far."""
    distances = np.linalg.norm(x[:, None] - x[None], axis=2)[np.triu_indices(len(x), 1)]
    share_near, share_far = (distances < near).mean(), (distances < far).mean()
    return float(np.log(share_far / share_near) / np.log(far / near))


@correlation_dimension.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(13)
    for n, m, near, far in [(40, 2, 0.4, 0.7), (60, 1, 0.3, 0.9), (50, 3, 0.5, 1.4)]:
        x = np.pad(rng.random((n, m)), ((0, 0), (0, 1)))
        got = answer(x, near, far)
        expect(np.size(got) == 1, f"One number is wanted; yours has shape {np.shape(got)}.")
        if not same(got, correlation_dimension(x, near, far)):
            _explain_pairs(got, x, near, far)


def _pair_shares(x: Array, near: float, far: float) -> tuple[float, float]:
    """The two shares of pairs, as wanted."""
    distances = np.linalg.norm(x[:, None] - x[None], axis=2)[np.triu_indices(len(x), 1)]
    return float((distances < near).mean()), float((distances < far).mean())


def _explain_pairs(got: Any, x: Array, near: float, far: float) -> None:
    """Say which mistake a number looks like."""
    table = np.linalg.norm(x[:, None] - x[None], axis=2)
    one, two = _pair_shares(x, near, far)
    with_self = [float((table < t).mean()) for t in (near, far)]
    squared = [float((table**2 < t)[np.triu_indices(len(x), 1)].mean()) for t in (near, far)]
    steps = np.log(far / near)
    for value, message in (
        (
            np.log(with_self[1] / with_self[0]) / steps,
            "You count each point as a pair with itself: n distances of 0, at every scale. Leave the "
            "diagonal "
            "out.",
        ),
        (
            np.log(two / one) / (far - near),
            "The logarithm of the shares over the plain difference of the radii: take the logarithm of the "
            "radii as well.",
        ),
        (
            (two - one) / (far - near),
            "That is the slope of C itself. The power m is the slope of log C against log t.",
        ),
        ((two - one) / steps, "Take the logarithm of the shares, too."),
        (
            np.log(one / two) / steps,
            "A negative dimension: the share at far is the larger one, and belongs with far.",
        ),
        (
            np.log((1 - two) / (1 - one)) / steps,
            "You count the pairs that are farther apart. The law with the power m is for those that are "
            "closer.",
        ),
        (
            np.log(squared[1] / squared[0]) / steps,
            "You compare squared distances with radii. Take the root, or square the radii.",
        ),
        (np.log(two) / np.log(far), "One radius gives the constant in front of t^m as well. Two are needed."),
    ):
        expect(not same(got, value), message)
    expect(
        False, "Count pairs closer than near, and closer than far; then slope = rise over run, in logarithms."
    )


@correlation_dimension.wrong(says="a pair with itself")
def _(x: Array, near: float, far: float) -> float:
    table = np.linalg.norm(x[:, None] - x[None], axis=2)
    return float(np.log((table < far).mean() / (table < near).mean()) / np.log(far / near))


@correlation_dimension.wrong(says="logarithm of the radii as well")
def _(x: Array, near: float, far: float) -> float:
    one, two = _pair_shares(x, near, far)
    return float(np.log(two / one) / (far - near))


@correlation_dimension.wrong(says="slope of C itself")
def _(x: Array, near: float, far: float) -> float:
    one, two = _pair_shares(x, near, far)
    return (two - one) / (far - near)


@correlation_dimension.wrong(says="A negative dimension")
def _(x: Array, near: float, far: float) -> float:
    one, two = _pair_shares(x, near, far)
    return float(np.log(one / two) / np.log(far / near))


@correlation_dimension.wrong(says="farther apart")
def _(x: Array, near: float, far: float) -> float:
    one, two = _pair_shares(x, near, far)
    return float(np.log((1 - two) / (1 - one)) / np.log(far / near))


@correlation_dimension.wrong(says="squared distances")
def _(x: Array, near: float, far: float) -> float:
    squared = ((x[:, None] - x[None]) ** 2).sum(axis=2)[np.triu_indices(len(x), 1)]
    return float(np.log((squared < far).mean() / (squared < near).mean()) / np.log(far / near))


@correlation_dimension.wrong(says="Two are needed")
def _(x: Array, near: float, far: float) -> float:
    return float(np.log(_pair_shares(x, near, far)[1]) / np.log(far))


@correlation_dimension.wrong(says="Take the logarithm of the shares, too")
def _(x: Array, near: float, far: float) -> float:
    one, two = _pair_shares(x, near, far)
    return float((two - one) / np.log(far / near))


@correlation_dimension.wrong(says="One number is wanted")
def _(x: Array, near: float, far: float) -> Array:
    table = np.linalg.norm(x[:, None] - x[None], axis=2)
    return np.asarray(np.log((table < far).mean(axis=1) / (table < near).mean(axis=1)) / np.log(far / near))


# --- 01.3 ---------------------------------------------------------------------------------------------


@exercise(
    "01.3",
    kind="code",
    title="A Jacobian without autograd",
    hints=(
        "Near almost every z the ReLU either passes a unit on or blocks it, and which of the two does not "
        "change if z moves a little. So g is linear there: which matrices does it multiply with?",
        "A unit is open where `W @ z + c > 0`. A blocked unit passes nothing on: its row of W counts as 0.",
        "`V @ (open[:, None] * W)` with `open = W @ z + c > 0`: masks the rows of W, shape (d, k).",
    ),
    moral="A product of matrices has at most the rank of each: at most k, and at most the number of open "
    "units. Where few units are open, the piece that a generator makes has fewer dimensions.",
)
def relu_jacobian(W: Array, c: Array, V: Array, z: Array) -> Array:
    """The derivative of V relu(W z + c) with respect to z: V, then the open units, then W."""
    is_open = W @ z + c > 0  # (h,)
    return np.asarray(V @ (is_open[:, None] * W))  # (d, k)


@relu_jacobian.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(14)
    for k, h, d in [(2, 5, 3), (3, 3, 3), (1, 4, 6), (4, 3, 2)]:
        for _ in range(3):
            W, V = rng.normal(size=(h, k)), rng.normal(size=(d, h))
            z, c = rng.normal(size=k), rng.normal(size=h)
            got = answer(W, c, V, z)
            if not same(got, relu_jacobian(W, c, V, z)):
                _explain_jacobian(got, W, c, V, z)


def _explain_jacobian(got: Any, W: Array, c: Array, V: Array, z: Array) -> None:
    """Say which mistake a matrix looks like."""
    before, (d, k) = W @ z + c, (len(V), len(z))
    exact = relu_jacobian(W, c, V, z)
    if not same(exact, exact.T):
        expect(
            not same(got, exact.T),
            "Transposed: one row for each output, one column for each input, shape (d, k).",
        )
    expect(
        not same(got, V @ np.maximum(before, 0)),
        "That is g(z) itself. How does it change when z does?",
    )
    expect(
        np.shape(got) == (d, k), f"The derivative has shape {(d, k)} here; yours has shape {np.shape(got)}."
    )
    for value, message in (
        (V @ W, "That is the derivative without the ReLU. Closed units pass nothing on."),
        (
            V @ ((W @ z > 0)[:, None] * W),
            "Open or closed is decided with the bias: look at W z + c.",
        ),
        (
            V @ (np.maximum(before, 0)[:, None] * W),
            "You multiply by what the units say. The derivative of the ReLU is 1 or 0.",
        ),
        (V @ ((before <= 0)[:, None] * W), "You kept the closed units, and left out the open ones."),
        (
            np.maximum(V @ W, 0),
            "The ReLU acts on the units, between W and V, not on the entries of a matrix.",
        ),
        (
            (V @ np.maximum(before, 0) > 0)[:, None] * (V @ W),
            "You masked the outputs. The ReLU sits between W and V, and the last layer has none.",
        ),
    ):
        expect(not same(got, value), message)
    expect(False, "Compare with a small step: (g(z + h e) - g(z)) / h for a unit vector e is a column.")


@relu_jacobian.wrong(says="without the ReLU")
def _(W: Array, c: Array, V: Array, z: Array) -> Array:
    return np.asarray(V @ W)


@relu_jacobian.wrong(says="decided with the bias")
def _(W: Array, c: Array, V: Array, z: Array) -> Array:
    return np.asarray(V @ ((W @ z > 0)[:, None] * W))


@relu_jacobian.wrong(says="what the units say")
def _(W: Array, c: Array, V: Array, z: Array) -> Array:
    return np.asarray(V @ (np.maximum(W @ z + c, 0)[:, None] * W))


@relu_jacobian.wrong(says="kept the closed units")
def _(W: Array, c: Array, V: Array, z: Array) -> Array:
    return np.asarray(V @ ((W @ z + c <= 0)[:, None] * W))


@relu_jacobian.wrong(says="Transposed")
def _(W: Array, c: Array, V: Array, z: Array) -> Array:
    return np.asarray(relu_jacobian(W, c, V, z).T)


@relu_jacobian.wrong(says="That is g(z) itself")
def _(W: Array, c: Array, V: Array, z: Array) -> Array:
    return np.asarray(V @ np.maximum(W @ z + c, 0))


@relu_jacobian.wrong(says="masked the outputs")
def _(W: Array, c: Array, V: Array, z: Array) -> Array:
    return np.asarray((V @ np.maximum(W @ z + c, 0) > 0)[:, None] * (V @ W))


@relu_jacobian.wrong(says="not on the entries of a matrix")
def _(W: Array, c: Array, V: Array, z: Array) -> Array:
    return np.asarray(np.maximum(V @ W, 0))


@relu_jacobian.wrong(says="yours has shape")
def _(W: Array, c: Array, V: Array, z: Array) -> Array:
    return np.asarray(V * (W @ z + c > 0))


# --- 01.4 ---------------------------------------------------------------------------------------------


@exercise(
    "01.4",
    kind="proof",
    title="They cross, and JS does not notice",
    seeds=("S2.5",),
    hints=(
        "Find a set that has all of one law and nothing of the other. The crossing L is not a problem if you "
        "leave it out.",
        "On M without L the second law has no mass, so the mixture is one half of the first law there. "
        "What is "
        "the ratio in the logarithm of KL against the mixture?",
        "The ratio is 2 almost everywhere under the first law, so that KL is log 2; the same with the roles "
        "exchanged. For KL of one law against the other: what does a set of mass 1 under one and 0 under the "
        "other do?",
    ),
    rubric=(
        Point(
            "Leave out the crossing: M without L has all of the first law, since L has none of it;",
            r"(M|P)\s*(\\setminus|\\|∖|-|minus|without|outside|off|less)\s*\(?(the )?(L|crossing"
            r"|intersection)"
            r"|null set|(throw|discard|ignor|delet|drop)\w*[^.]{0,15}(\bL\b|\bit\b|crossing|away)"
            r"|(outside|without|away from|off|remove|leave out|excluding|except)[^.]{0,30}(\bL\b|crossing"
            r"|intersection|common|meet)"
            r"|\(\s*[MP]\s*\)\s*(=|is)[^.;]{0,60}(\(\s*L\s*\)|\b0\b|zero)"
            r"|mass[^.;]{0,40}(\bL\b|crossing|intersection)[^.;]{0,30}(\b0\b|zero|nothing)",
            "Which set has all of one law and nothing of the other?",
        ),
        Point(
            "the second law has no mass there, so the mixture is half of the first law on it, and the "
            "ratio is 2;",
            r"(half|1/2|½|\\frac\s*\{?1\}?\s*\{?2\}?|0\.5)[^.]{0,160}|ratio[^.]{0,40}2"
            r"|\b2\b[^.]{0,30}ratio|log\s*\(?2|(dP|densit|derivative|\b[fg]\b)[^.]{0,30}=\s*2\b",
            "What is the mixture on that set, compared with the first law?",
        ),
        Point(
            "so KL of each law against the mixture is log 2, and JS, half of their sum, is log 2;",
            r"log\s*\(?\{?\s*2|ln\s*\(?2|\\log\s*2",
            "Put the ratio into KL against the mixture: which number comes out?",
        ),
        Point(
            "KL of one against the other is infinite: a set of mass 1 under one has mass 0 under the other.",
            r"infin|∞|\\infty|\binf\b",
            "And KL of the first law against the second?",
        ),
    ),
    slips=(
        Slip(
            rf"(?:^|[.;:,])(?![^.;:,]*({NOT}|\bif\b|whether|outside|\boff\b|minus|apart from|except|"
            rf"\\\\|remov|leav))"
            r"[^.;:,]*(pieces|manifolds|supports|curves|they|M and P) (are|must be|being) (\w+ )?disjoint|"
            r"(?:^|[.;:,])(?![^.;:,]*(\bif\b|whether|assum|need|when|requir))[^.;:,]*"
            r"(never|do(es)? not) (meet|cross|intersect)",
            "They may cross: L need not be empty. What matters is that neither law has mass on it.",
        ),
        Slip(
            r"JS\w*( divergence)?\s+(is|=|becomes|must be)\s+(infinite|∞|\\infty|inf)",
            "KL is infinite here. JS compares with the mixture and is at most log 2.",
        ),
        Slip(
            PLAIN + r"(integra|densit)[^.]{0,60}(Lebesgue|volume|dx\b|R\^?d)",
            "Neither law has a density with respect to volume: a curve has no area. Compare the laws with "
            "their mixture, which needs no volume.",
        ),
        Slip(
            PLAIN
            + r"(\b(crossing|intersection|overlap|L|it) is (very |so )?(small|tiny|negligible)|nearly log|"
            r"almost (0|zero|no mass)|approximately)",
            "Nothing here is merely small. The mass on L is 0, and the result is exact.",
        ),
    ),
)
def measure_zero_proof() -> None:
    r"""Let $A = M \setminus L$. The first law lives on $M$ and has no mass on $L$, so
    $\mathbb P_r(A) = 1$. The second lives on $P$, and $A$ has no point of $P$, so $\mathbb P_\theta(A) = 0$.

    Let $\mathbb P_m = \frac12 (\mathbb P_r + \mathbb P_\theta)$. On $A$ it is half of $\mathbb P_r$, so the
    ratio of $\mathbb P_r$ to the mixture is 2 there, which is everywhere but for a set without mass under
    $\mathbb P_r$. So $KL(\mathbb P_r \Vert \mathbb P_m) = \log 2$. The same with $P \setminus L$ gives
    $KL(\mathbb P_\theta \Vert \mathbb P_m) = \log 2$, and $JS = \frac12 (\log 2 + \log 2) = \log 2$.

    Finally $A$ has mass 1 under $\mathbb P_r$ and 0 under $\mathbb P_\theta$: the ratio of the first to the
    second has no bound, and $KL(\mathbb P_r \Vert \mathbb P_\theta) = \infty$. With the roles exchanged the
    other one is infinite as well.

    (One of the two conditions would do. If only $\mathbb P_\theta(L) = 0$, take $A = M$ here, and
    $P \setminus L$ there: a thread inside a sheet still has $JS = \log 2$.)
    """


measure_zero_proof.wrong(
    "Since the two pieces are disjoint, the ratio to the mixture is 2 and JS is log 2, KL infinite.",
    says="L need not be empty",
)
measure_zero_proof.wrong(
    "Outside L only one law has mass, so the mixture is half of it. KL is infinite, so JS is infinite.",
    says="JS compares with the mixture and is at most log 2",
)
measure_zero_proof.wrong(
    "Outside L the ratio is 2. Integrate the densities with respect to Lebesgue measure: log 2, and KL is "
    "infinite.",
    says="with respect to volume",
)
measure_zero_proof.wrong(
    "The crossing is small compared with the curves, so JS is nearly log 2, and KL very large.",
    says="merely small",
)
measure_zero_proof.wrong(
    "JS compares both laws with their mixture; the result is log 2, and KL is infinite.",
    says="Which set has all of one law",
)
measure_zero_proof.wrong(
    "On M without L the second law has no mass, so the mixture is half of the first and the ratio is 2: "
    "KL against the mixture is log 2, the same on the other side, and so JS = log 2.",
    says="And KL of the first law against the second",
)

# --- 01.5 ---------------------------------------------------------------------------------------------


@exercise(
    "01.5",
    kind="prediction",
    title="Ten times closer",
    hints=(
        "Two flat pieces of dimensions m and p span m + p directions. How many directions of the room are "
        "left in which they can miss each other?",
        "To be closer than t, the shift has to be small in each of the d - m - p directions that are left: "
        "the chance goes like t to that power. With nothing left they cross or they do not.",
        "For the fourth, stand on the thread: it crosses the sheet in a point, at an angle. How long is the "
        "part of it that is closer than t?",
    ),
    moral="Closeness of pieces has the exponent d - m - p, cut off at 0. Mass near the other piece has "
    "the exponent d - p even if they cross: a positive power, and so no mass at all in the limit.",
)
def by_ten() -> list[float]:
    r"""The pieces come within $t$ with a probability like $t^{d - m - p}$ where that power is positive.

    - Two threads in a room: $3 - 1 - 1 = 1$, so a tenth of the distance has a tenth of the probability.
    - Sheet and thread in a room: $3 - 2 - 1 = 0$. Whether they cross does not depend on $t$: factor 1.
    - Sheet and thread in five dimensions: $5 - 2 - 1 = 2$, a hundredth.
    - The thread runs through the sheet at an angle: the part of it within $t$ is as long as a constant times
      $t$. One direction of the room is missing in the sheet, $d - p = 3 - 2 = 1$: a tenth.
    """
    missing = [3 - 1 - 1, 3 - 2 - 1, 5 - 2 - 1, 3 - 2]
    return [10.0 ** max(power, 0) for power in missing]


for _number, _says in {
    100: "First: 3 - 1 is the number of directions that one thread misses. The other thread spans one of "
    "them.",
    1000: "First: that is how the volume of a ball shrinks. The threads can slide along themselves.",
    1: "First: in a room two threads can pass each other. Only in the plane do they mostly have to cross.",
}.items():
    by_ten.wrong([_number, ..., ..., ...], says=_says)
for _number, _says in {
    10: "Second: together they span the room, so no direction is left to miss in. If they cross, they are at "
    "distance 0, however small t is.",
    1000: "Second: that would be two points. A sheet and a thread together span the room.",
}.items():
    by_ten.wrong([..., _number, ..., ...], says=_says)
for _number, _says in {
    1000: "Third: 5 - 2 = 3 directions are missing in the sheet, and the thread spans one of them.",
    10000: "Third: 5 - 1 = 4 directions are missing in the thread, and the sheet spans two of them.",
    100000: "Third: that is how a ball in five dimensions shrinks. Both pieces extend.",
    1: "Third: 2 + 1 is less than 5, so there is room to miss.",
}.items():
    by_ten.wrong([..., ..., _number, ...], says=_says)
for _number, _says in {
    1: "Fourth: they do cross, in a point, and a point has no length. The part nearer than t shrinks with t.",
    100: "Fourth: on the sheet, the part near the thread is a disc, and shrinks like that. The thread is "
    "a line.",
}.items():
    by_ten.wrong([..., ..., ..., _number], says=_says)

for _place, (_nth, _left) in {0: ("First", 0.1), 2: ("Third", 0.01), 3: ("Fourth", 0.1)}.items():
    by_ten.wrong(
        [_left if place == _place else ... for place in range(4)],
        says=f"{_nth}: that share is left. The factor by which it falls is 1 over that.",
    )

# --- 01.6 ---------------------------------------------------------------------------------------------


@exercise(
    "01.6",
    kind="concept",
    title="The hypothesis in your own words",
    seeds=("S2.1",),
    hints=(
        "What does it say? How many numbers does a picture have, and how many are needed to say which "
        "picture it is, near a given one?",
        "Why is it reasonable? What do you see if you draw every pixel at random? What may change in a "
        "photograph of a face, and the result is still a photograph of a face?",
        "How would you test it, and what does it not say? Think of noise, of scale, of several pieces, "
        "and of "
        "how curved they may be.",
    ),
    rubric=(
        Point(
            "The data fill only a small part of the ambient space: they lie on or near pieces whose "
            "dimension m "
            "is far below d, the number of coordinates;",
            r"(low|lower|small|few|fewer|less|below|thin|m\s*(<|≪|\\ll))[^.]{0,60}(dimension|degrees"
            r"|coordinates|parameters|manifold|surface|piece|d\b)"
            r"|(manifold|surface|sheet)[^.]{0,80}(low|few|small)",
            "How does the dimension of the piece compare with the number of pixels?",
        ),
        Point(
            "the piece is curved, not flat: moving along it keeps a picture a picture, and straight "
            "lines leave it;",
            r"curv|bent|bend|non-?linear|not (a )?(flat|linear|plane)|surface|manifold|sheet of paper"
            r"|locally",
            "Is the piece a plane, or what shape has it?",
        ),
        Point(
            "why for pictures: random pixels are no picture; neighboring pixels go together, and a few "
            "causes "
            "(pose, light, shape, pen) explain what varies;",
            r"random|noise|neighbou?r|correlat|pose|light|angle|rotat|shift|factor|cause|stroke|physic"
            r"|depend|constrain|smooth",
            "Why should pictures be so few among all arrays of pixels?",
        ),
        Point(
            "it is a hypothesis about data, to be measured: estimators give about 7 to 9 for the 64 "
            "pixels of "
            "the digits; and it holds near the pieces and at a scale, because noise fills all dimensions.",
            r"measur|estimat|near|approximate|noise|scale|hypothes|assum|evidence|experiment|PCA|neighbor",
            "How could one test it, and where are its limits?",
        ),
    ),
    slips=(
        Slip(
            rf"(?:^|[.;:,])(?![^.;:,]*({NOT}|would|\bif\b|\btoo\b|\bthan\b|instead|local|tangent|"
            rf"PCA))[^.;:,]*"
            r"((linear|flat) (subspace|plane|space)|(lie|lies) (on|in) (a |one |some )?(hyper)?plane)",
            "A plane is too simple: the mean of two pictures lies on the line between them, and is mostly no "
            "picture. The pieces are curved.",
        ),
        Slip(
            PLAIN + r"\b(each|every|an|one) (image|picture|photo|sample|digit) is (a"
            r"|its own) (low-dimensional )?manifold",
            "One picture is one point. It is all pictures together that lie near a manifold.",
        ),
        Slip(
            PLAIN
            + r"(PCA|principal components?)[^.]{0,60}(is|equals|gives|tells|finds) (us )?(the )?(intrinsic )?"
            r"dimension(?! of (the|a) (\w+ )?(hyper|sub)?(plane|space|flat))",
            "PCA counts the directions that a flat piece would need. A thread wound through a room needs "
            "three, "
            "and has dimension 1.",
        ),
        Slip(
            PLAIN + r"\b(prove[nds]|theorem says (that )?(images|data)|always (lie|true))",
            "It is a hypothesis: reasonable, supported by measurements, and proved for no photograph.",
        ),
    ),
)
def the_hypothesis() -> None:
    r"""A picture of $d$ pixels is a point of $\mathbb R^d$. The manifold hypothesis says that the pictures
    that one meets do not spread over this space, but lie on or near pieces of far fewer dimensions, mostly
    curved ones: a sheet of paper in a room has dimension 2, though each of its points has three coordinates.

    It is reasonable, because pixels drawn at random practically never make a picture. In a picture
    neighboring pixels depend on each other, and a few causes explain what varies: where the camera stands,
    how the light falls, how the pen was held. Change one of them a little, and you move along the piece to
    another picture.

    It is a hypothesis, so measure it: nearest-neighbor estimators find 7 to 9 dimensions in digits of 64
    pixels. It is meant near the pieces and at a certain scale: noise fills all $d$ dimensions, if only by
    a hair, and there may be several pieces, of different dimensions.
    """


the_hypothesis.wrong(
    "Data lie on a linear subspace of low dimension, as measured by an estimator, since neighboring pixels "
    "are correlated.",
    says="A plane is too simple",
)
the_hypothesis.wrong(
    "Each image is a manifold of low dimension, curved, and noise is measured.",
    says="One picture is one point",
)
the_hypothesis.wrong(
    "Images lie near a curved surface of few dimensions, as light and pose vary. PCA gives the dimension.",
    says="PCA counts the directions that a flat piece would need",
)
the_hypothesis.wrong(
    "It has been proven that images lie near a curved manifold of low dimension because light varies.",
    says="proved for no photograph",
)
the_hypothesis.wrong(
    "Images of faces look alike, so they take up little room, as one can measure.",
    says="How does the dimension of the piece compare",
)
the_hypothesis.wrong(
    "Data points lie on a curved manifold whose dimension is low compared with the number of pixels.",
    says="Why should pictures be so few",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "An estimator says 1.0 for points in 64 dimensions. What do you know?",
        wrong(
            "The points lie on a straight line.",
            "A circle, or a thread wound through all 64 coordinates, gives 1 as well. Neighbors see no "
            "bending.",
        ),
        wrong(
            "Of the 64 coordinates 63 are constant.",
            "All 64 may vary, as they do along a curve. They vary together.",
        ),
        right(
            "At the scale of the nearest neighbors used, the points look like a curve.",
            "That is what it measures: how the number of neighbors grows with the radius, at this scale.",
        ),
        wrong(
            "One principal component holds all of the variance.",
            "That would be a straight line. A circle needs two components, a wound thread many.",
        ),
    ),
    Question(
        "You want error bars for an estimate of dimension and resample the points with replacement. What "
        "happens?",
        wrong(
            "All is well: that is the bootstrap.",
            "About a quarter of the points are drawn at least twice, and their nearest neighbor is at "
            "distance 0.",
        ),
        right(
            "Some points are drawn twice, and the logarithm of their distance 0 is infinite.",
            "Subsamples without replacement have no twins. The package refuses equal points and says so.",
        ),
        wrong(
            "The estimate becomes too large, as there are more points.",
            "There are as many as before, and fewer different ones.",
        ),
    ),
    Question(
        "A generator of 8 inputs has Jacobian rank 8 everywhere; its samples measure about 5. Is one wrong?",
        wrong(
            "Yes: the rank is the dimension.",
            "It counts every direction, however thin. Neighbors see only those that are wider than their "
            "distance.",
        ),
        wrong(
            "Yes: with rank 8 the samples must measure at least 8.",
            "Rank 8 at every point is the dimension in the limit of infinitely many points.",
        ),
        right(
            "No: some of the 8 directions are shorter than the distance between neighbors.",
            "A ribbon thinner than the distance between its points looks like a thread. Dimension is a "
            "matter "
            "of scale.",
        ),
        wrong(
            "No: a rank is never exact on a computer.",
            "The eight singular values here are far above round-off.",
        ),
    ),
    Question(
        "A thread and a sheet are thrown into a room. A lecture says: almost certainly they are disjoint.",
        wrong(
            "Right: pieces of lower dimension have probability 0 to meet.",
            "Probability 0 to meet in a given point. Somewhere they meet often: 1 + 2 is not less than 3.",
        ),
        right(
            "Wrong: they may well cross, but only in points, which carry no mass.",
            "Not perfectly aligned is the right word. Measure zero is all that JS = log 2 needs.",
        ),
        wrong(
            "Wrong: they must cross, as 1 + 2 = 3.",
            "Infinite flat ones would, unless parallel. Pieces with edges can pass each other.",
        ),
        wrong(
            "Right in a room, wrong in the plane.",
            "In the plane two threads behave alike: 1 + 1 is not less than 2.",
        ),
    ),
    Question(
        "Both laws live on sheets of dimension 9 in 64 dimensions, in general position. Which statement "
        "is true?",
        right(
            "The sheets do not meet: 9 + 9 is less than 64, and a random shift makes them miss.",
            "With probability one. Whether training puts them in general position is another question.",
        ),
        wrong(
            "They meet in a piece of dimension 9.",
            "Only if they lie on each other. Generic pieces meet in dimension m + p - d, if that is not "
            "negative.",
        ),
        wrong(
            "They meet in isolated points.",
            "That takes m + p = d, such as a sheet and a thread in a room.",
        ),
        wrong(
            "JS is a little below log 2, as they come close.",
            "Close is not enough for JS: it looks at shared mass alone. That is what W1 is for.",
        ),
    ),
    Question(
        "You add a little Gaussian noise, in all 64 pixels, to samples of a law on a sheet. What changes?",
        wrong(
            "Nothing, if the noise is small enough.",
            "However small, the new law has a density on all of space: dimension 64, if one looks "
            "closely enough.",
        ),
        wrong(
            "The dimension becomes 64 at every scale.",
            "At scales far above the noise the sheet still looks like a sheet. In the chapter one figure "
            "shows both.",
        ),
        right(
            "The law now has a density on all of space; neighbors nearer than the noise see all 64 "
            "dimensions.",
            "If both laws are treated so, JS drops below log 2 and has a gradient again: a remedy of "
            "chapter 03.",
        ),
    ),
]

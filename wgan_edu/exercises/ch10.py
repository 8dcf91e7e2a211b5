r"""Exercises and quiz of chapter 10, WGAN-GP.

Tasks: notebooks/10_wgan_gp.ipynb. They work out the first "better way" of S3 and its argument for clipping,
and take up discussion point 7 of S4 and the claim of S0 that a WGAN avoids mode collapse.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from wgan_edu.checking import Array
from wgan_edu.exercises.frame import NOT, PLAIN, Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = [
    "QUIZ",
    "above_the_ceiling",
    "clipped_line",
    "no_theorem",
    "penalty_gradients",
    "pencil",
    "score",
]

# --- 10.1 ---------------------------------------------------------------------------------------------


@exercise(
    "10.1",
    kind="by hand",
    seeds=("S3.3", "S4.7"),
    title="A penalty with a pencil",
    hints=(
        "The gradient of half the squared length of x is x itself. So the norm at a point is its distance "
        "from the origin.",
        "The places between are (1/2)(6, 8) = (3, 4) and (1/8)(0, 4). Take the norm at each, subtract 1, "
        "square, and only then the mean.",
        "One-sided, a norm below 1 costs nothing, but its sample still counts in the mean. For the loss: "
        "minus "
        "the gap, plus ten times the first number.",
    ),
    moral="The mean is over samples of squared distances from 1, so one steep sample outweighs many flat "
    "ones. At the data the same critic pays another price: where the penalty looks is part of the method.",
)
def pencil() -> list[float]:
    r"""The gradient of $\frac12 \|x\|^2$ is $x$, so the norm at a point is its distance from the origin.

    - Between: $\hat x_1 = (3, 4)$ with norm 5, and $\hat x_2 = (0, \frac12)$ with norm $\frac12$. Two-sided:
      $\frac12 (4^2 + (\frac12)^2) = 8.125$.
    - One-sided: the second sample costs nothing, and still counts: $\frac12 (16 + 0) = 8$.
    - At the real points the norms are 10 and 4: $\frac12 (9^2 + 3^2) = 45$.
    - The gap is $\frac12 (50 + 8) - 0 = 29$, so the loss is $-29 + 10 \cdot 8.125 = 52.25$.
    """
    real, fake, mix = np.array([[6.0, 8], [0, 4]]), np.zeros((2, 2)), np.array([[1 / 2], [1 / 8]])
    between = np.linalg.norm(mix * real + (1 - mix) * fake, axis=1)
    two_sided, one_sided = np.mean((between - 1) ** 2), np.mean(np.maximum(between - 1, 0) ** 2)
    at_data = np.mean((np.linalg.norm(real, axis=1) - 1) ** 2)
    gap = np.mean(np.sum(real**2, axis=1) - np.sum(fake**2, axis=1)) / 2
    return [float(two_sided), float(one_sided), float(at_data), float(-gap + 10 * two_sided)]


for _place, _value, _says in (
    (0, 16.25, "First: you added up the batch. The penalty is a mean."),
    (0, 3.0625, "First: each sample's square comes first, then the mean. Else steep and flat cancel."),
    (0, 11.125, "First: t is the share of *real*. With t = 1/8 the second place is near the fake point."),
    (0, 288.28125, "First: the norm itself should be 1, not its square. They pull with different strength."),
    (0, 12.625, "First: that is a penalty toward slope 0. Where is the minus 1?"),
    (0, 2.25, "First: without the squares it is another penalty."),
    (0, 81.25, "First: lambda comes in only at the end. The first number is the penalty itself."),
    (1, 16, "Second: the flat sample costs nothing, and still counts in the mean."),
    (1, 8.125, "Second: one-sided, a norm of one half costs nothing."),
    (1, 0.125, "Second: that is the other side. Norms *above* 1 are what has to cost."),
    (2, 90, "Third: you added up the batch. The penalty is a mean."),
    (2, 1, "Third: those are the fake points, where the norm is 0. S3 looks at real points."),
    (2, 36, "Third: each sample's square comes first, then the mean."),
    (3, -20.875, "Fourth: the weight of the penalty is 10."),
    (3, 110.25, "Fourth: the optimizer descends, and the gap should rise. What is the sign of the gap?"),
    (3, -110.25, "Fourth: a penalty is a price. It makes the loss larger, not smaller."),
    (3, -52.25, "Fourth: that is what one would ascend. The loss is minus the gap, plus the penalty."),
    (3, 23.25, "Fourth: f is *half* the squared length, so the gap is 29."),
    (3, 81.25, "Fourth: that is the penalty with its weight. The gap is missing."),
    (3, 421, "Fourth: that is with the penalty at the real points. Algorithm 1 of the paper looks between."),
):
    pencil.wrong([_value if place == _place else ... for place in range(4)], says=_says)

# --- 10.2 ---------------------------------------------------------------------------------------------


@exercise(
    "10.2",
    kind="code",
    seeds=("S3.3",),
    title="A penalty without a second backward",
    hints=(
        "First the slopes, for all samples at once: a unit is awake where W x + b is above 0, and row i of "
        "`(v * awake) @ W` is the gradient of f at sample i.",
        "If the slope g changes by dg, then (|g| - 1)^2 changes by 2 (|g| - 1) g/|g| · dg. Call the "
        "factor in "
        "front of dg `pull`, divided by n for the mean, shape (n, d).",
        "The slope is linear in v and linear in W, as who is awake does not change: grad_W adds the tables "
        "(v * awake)[i][:, None] * pull[i][None, :], and grad_v adds awake[i] * (W @ pull[i]).",
    ),
    moral="`pull @ W.T` is a forward pass: the rows of `pull` run through the layer in place of the samples, "
    "with the same units awake. That is the whole double backward, and nothing of it reaches b. The section "
    "under the hood does the same for any number of layers.",
)
def penalty_gradients(W: Array, b: Array, v: Array, x_hat: Array) -> tuple[Array, Array]:
    """Gradients of the mean of (|slope| - 1)^2 in W and v, for f(x) = v · relu(W x + b)."""
    awake = (x_hat @ W.T + b > 0).astype(float)  # (n, h)
    slope = (v * awake) @ W  # (n, d)
    norm = np.linalg.norm(slope, axis=1, keepdims=True)  # (n, 1)
    pull = 2 * (norm - 1) * slope / norm / len(x_hat)  # (n, d) of the penalty, in the slope
    grad_W = (v * awake).T @ pull  # (h, d)
    grad_v = (awake * (pull @ W.T)).sum(axis=0)  # (h,)
    return grad_W, grad_v


@penalty_gradients.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(102)
    for n, h, d in [(6, 5, 3), (4, 3, 3), (9, 4, 2)]:
        W, b, v = rng.normal(size=(h, d)), rng.normal(size=h) / 2 + 0.3, rng.normal(size=h) + 0.5
        x_hat = rng.normal(size=(16 * n, d))
        x_hat = x_hat[((x_hat @ W.T + b > 0) * np.abs(v)).sum(axis=1) > 0][:n]  # where f is not flat
        result = answer(W, b, v, x_hat)
        expect(isinstance(result, tuple) and len(result) == 2, "Return two arrays, `grad_W, grad_v`.")
        got_W, got_v = result
        expect(
            np.shape(got_W) == (h, d),
            f"The gradient for W has the shape of W, {(h, d)} here; yours has {np.shape(got_W)}.",
        )
        expect(
            np.shape(got_v) == (h,),
            f"The gradient for v has the shape of v, {(h,)} here; yours has {np.shape(got_v)}.",
        )
        want_W, want_v = penalty_gradients(W, b, v, x_hat)
        if not same(got_W, want_W) or not same(got_v, want_v):
            _explain_gradients(got_W, got_v, W, b, v, x_hat)


def _by_parts(
    W: Array, b: Array, v: Array, x_hat: Array, pull_of: Callable[[Array, Array], Array], masked: str = "sWv"
) -> tuple[Array, Array]:
    """Both gradients with another pull, or with the mask left out in the slope, in W or in v."""
    awake = (x_hat @ W.T + b > 0).astype(float)
    on = {part: awake if part in masked else np.ones_like(awake) for part in "sWv"}
    slope = (v * on["s"]) @ W
    pull = pull_of(slope, np.linalg.norm(slope, axis=1, keepdims=True)) / len(x_hat)
    return (v * on["W"]).T @ pull, (on["v"] * (pull @ W.T)).sum(axis=0)


def _pull(slope: Array, norm: Array) -> Array:
    return np.asarray(2 * (norm - 1) * slope / norm)


def _gradient_slips(W: Array, b: Array, v: Array, x_hat: Array) -> dict[str, tuple[Array, Array]]:
    """What each mistake would return, by what to say of it."""
    n, given = len(x_hat), (W, b, v, x_hat)
    want_W, want_v = _by_parts(*given, _pull)
    return {
        "You added up the batch. The penalty is a mean over the samples.": (n * want_W, n * want_v),
        "A factor 2 is missing: the derivative of a square.": (want_W / 2, want_v / 2),
        "The sign: that is the direction in which the penalty falls. Return its gradient.": (
            -want_W,
            -want_v,
        ),
        "You penalized the squared norm. It is the norm that should be 1.": _by_parts(
            *given, lambda slope, norm: 4 * (norm**2 - 1) * slope
        ),
        "That is one-sided: samples with a slope below 1 cost here too.": _by_parts(
            *given, lambda slope, norm: 2 * np.maximum(norm - 1, 0) * slope / norm
        ),
        "The derivative of the norm |g| is the *unit* vector g/|g|; you multiply by g itself.": _by_parts(
            *given, lambda slope, norm: 2 * (norm - 1) * slope
        ),
        "The minus 1 is missing: you pull every slope toward 0.": _by_parts(
            *given, lambda slope, _: 2 * slope
        ),
        "The slope has the awake units only: a sleeping unit does not pass anything on.": _by_parts(
            *given, _pull, "Wv"
        ),
        "The bias has a say in who is awake: a unit is awake where W x + b is above 0.": _by_parts(
            W, np.zeros_like(b), v, x_hat, lambda slope, norm: _pull(slope, np.maximum(norm, 1e-30))
        ),
        "No mask in either gradient: a sleeping unit has no part in the slope, so nothing comes back to "
        "it.": (_by_parts(*given, _pull, "s")),
        "grad_W lets sleeping units in: mask v there as well.": _by_parts(*given, _pull, "sv"),
        "grad_v lets sleeping units in: for each sample only the awake ones count.": _by_parts(
            *given, _pull, "sW"
        ),
    }


def _explain_gradients(got_W: Array, got_v: Array, W: Array, b: Array, v: Array, x_hat: Array) -> None:
    """Say which mistake two gradients look like."""
    for message, (bad_W, bad_v) in _gradient_slips(W, b, v, x_hat).items():
        expect(not (same(got_W, bad_W) and same(got_v, bad_v)), message)
    want_W, want_v = penalty_gradients(W, b, v, x_hat)
    wrong_W, wrong_v = not same(got_W, want_W), not same(got_v, want_v)
    part = "Neither is" if wrong_W and wrong_v else "grad_W is not" if wrong_W else "grad_v is not"
    expect(
        False,
        f"{part} right yet. Hold it against finite differences: change one weight by 1e-6 and look at "
        "the penalty.",
    )


def _slip(message: str) -> Callable[..., tuple[Array, Array]]:
    return lambda W, b, v, x_hat: _gradient_slips(W, b, v, x_hat)[message]


for _message in _gradient_slips(np.ones((2, 1)), np.zeros(2), np.ones(2), np.ones((1, 1))):
    penalty_gradients.wrong(says=_message)(_slip(_message))


@penalty_gradients.wrong(says="The gradient for W has the shape of W")
def _(W: Array, b: Array, v: Array, x_hat: Array) -> tuple[Array, Array]:
    grad_W, grad_v = penalty_gradients(W, b, v, x_hat)
    return grad_W.T, grad_v


@penalty_gradients.wrong(says="The gradient for v has the shape of v")
def _(W: Array, b: Array, v: Array, x_hat: Array) -> tuple[Array, Array]:
    grad_W, grad_v = penalty_gradients(W, b, v, x_hat)
    return grad_W, grad_v[None, :]


@penalty_gradients.wrong(says="grad_v is not right yet")
def _(W: Array, b: Array, v: Array, x_hat: Array) -> tuple[Array, Array]:
    grad_W, grad_v = penalty_gradients(W, b, v, x_hat)
    return grad_W, grad_v + 1


# --- 10.3 ---------------------------------------------------------------------------------------------


@exercise(
    "10.3",
    kind="code",
    title="Three numbers for a generator",
    hints=(
        "`np.linalg.norm(samples[:, None] - centers[None], axis=2)` is the table of all distances, (n, "
        "M). The "
        "nearest center of each sample is `.argmin(axis=1)`.",
        "A sample is good if its least distance is at most 3 sigma. Count the good ones for each mode with "
        "`np.bincount(nearest[good], minlength=M)`.",
        "For the reverse KL count *all* samples for each mode, h = counts / n, and add h log(h M) over the "
        "modes with h > 0.",
    ),
    moral="Each number alone can be fooled: one sample in each mode, all samples on one center, noise around "
    "every center. Even together they let a generator pass that puts out the bare centers (exercise 10.5): "
    "exact W1 over its floor, on large samples, comes on top.",
)
def score(samples: Array, centers: Array, sigma: float) -> tuple[int, float, float]:
    """Modes with at least 10 good samples, the share of good ones, KL of the modes' shares to even ones."""
    distance = np.linalg.norm(samples[:, None] - centers[None], axis=2)  # (n, M)
    nearest, good = distance.argmin(axis=1), distance.min(axis=1) <= 3 * sigma
    in_mode = np.bincount(nearest[good], minlength=len(centers))
    share = np.bincount(nearest, minlength=len(centers)) / len(samples)
    some = share[share > 0]
    return int((in_mode >= 10).sum()), float(good.mean()), float((some * np.log(some * len(centers))).sum())


def _cloud(seed: int) -> tuple[Array, Array, float]:
    """Samples around some of 6 centers, unevenly, some of them off, one mode lost and one nearly."""
    rng = np.random.default_rng(seed)
    centers, sigma = 10 * np.array([[i, j] for i in range(3) for j in range(2)], dtype=float), 0.5
    chosen = np.repeat(np.arange(6), [40, 25, 10, 12, 6, 0])
    samples = centers[chosen] + sigma * rng.normal(size=(len(chosen), 2))
    samples[::9] += 2.3 * sigma * rng.choice([-1, 1], size=(len(samples[::9]), 2))  # toward the corners
    samples[65:75] = centers[2]  # exactly ten good ones
    samples[75:78] = centers[3] + [4 * sigma, 0]  # of twelve, so nine good ones at most
    return samples, centers, sigma


@score.checker
def _(answer: Any) -> None:
    for seed in (3, 4, 5):
        samples, centers, sigma = _cloud(seed)
        result = answer(samples, centers, sigma)
        expect(
            np.shape(result) == (3,),
            "Return three numbers: modes, the share of high quality, the reverse KL.",
        )
        want = score(samples, centers, sigma)
        _explain_modes(result[0], want[0], samples, centers, sigma)
        _explain_share(result[1], want[1], samples, centers, sigma)
        _explain_kl(result[2], want[2], samples, centers, sigma)


def _parts(samples: Array, centers: Array, sigma: float) -> tuple[Array, Array, Array]:
    distance = np.linalg.norm(samples[:, None] - centers[None], axis=2)
    return distance, distance.argmin(axis=1), distance.min(axis=1) <= 3 * sigma


def _explain_modes(got: Any, want: int, samples: Array, centers: Array, sigma: float) -> None:
    _, nearest, good = _parts(samples, centers, sigma)
    in_mode, everyone = (np.bincount(who, minlength=len(centers)) for who in (nearest[good], nearest))
    for value, message in (
        ((in_mode > 0).sum(), "Modes: one good sample does not cover a mode here; ten do."),
        ((in_mode > 10).sum(), "Modes: ten are enough. At least, not more than."),
        (
            (everyone >= 10).sum(),
            "Modes: only good samples count for a mode. Yours counts the far ones, too.",
        ),
        (len(centers), "Modes: you counted the centers. How many of them does the generator find?"),
    ):
        expect(got == want or not same(got, value), message)
    expect(
        same(got, want), "Modes: for each center, count its good samples; then count the centers with ten."
    )


def _explain_share(got: Any, want: float, samples: Array, centers: Array, sigma: float) -> None:
    distance, _, good = _parts(samples, centers, sigma)
    nearest = centers[distance.argmin(axis=1)]
    box = (np.abs(samples - nearest) <= 3 * sigma).all(axis=1)
    for value, message in (
        (box.mean(), "Share: near means within a circle. You took a square, whose corners are farther off."),
        ((distance.min(axis=1) <= 3).mean(), "Share: three *sigma*, in the units of the points."),
        ((distance.min(axis=1) <= sigma).mean(), "Share: three sigma, not one."),
        ((distance.min(axis=1) <= 3 * sigma**2).mean(), "Share: sigma is the standard deviation: no square."),
        (good.sum(), "Share: that is how many. Divide by the number of samples."),
        (1 - want, "Share: that is the share of bad ones."),
    ):
        expect(same(got, want) or not same(got, value), message)
    expect(same(got, want), "Share: the mean of `least distance <= 3 * sigma` over all samples.")


def _explain_kl(got: Any, want: float, samples: Array, centers: Array, sigma: float) -> None:
    _, nearest, good = _parts(samples, centers, sigma)
    m = len(centers)

    def kl(who: Array) -> float:
        share = np.bincount(who, minlength=m) / len(who)
        return float((share[share > 0] * np.log(share[share > 0] * m)).sum())

    share = np.bincount(nearest, minlength=m) / len(nearest)
    found = share[share > 0]
    for value, message in (
        (kl(nearest[good]), "Reverse KL: of *all* samples here. Every one belongs to its nearest center."),
        (np.inf, "Reverse KL: that is the other direction, KL(u || h), which a lost mode makes infinite."),
        (want / np.log(2), "Reverse KL: natural logarithms, please."),
        (-(found * np.log(found)).sum(), "Reverse KL: that is the entropy of h. Compare with even shares."),
        (-want, "Reverse KL: the sign. KL is never negative."),
        (
            (found * np.log(found * len(found))).sum(),
            "Reverse KL: even shares over *all* modes, also those without a sample.",
        ),
        (np.nan, "Reverse KL: 0 log 0 counts as 0. Leave out the modes without a sample."),
    ):
        is_it = bool(np.isnan(value) and np.size(got) == 1 and np.isnan(got)) or same(got, value)
        expect(same(got, want) or not is_it, message)
    expect(same(got, want), "Reverse KL: with h the shares of the modes, add h log(h M).")


@score.wrong(says="one good sample does not cover a mode here")
def _(samples: Array, centers: Array, sigma: float) -> tuple[int, float, float]:
    _, share, kl = score(samples, centers, sigma)
    _, nearest, good = _parts(samples, centers, sigma)
    return len(np.unique(nearest[good])), share, kl


@score.wrong(says="At least, not more than")
def _(samples: Array, centers: Array, sigma: float) -> tuple[int, float, float]:
    _, share, kl = score(samples, centers, sigma)
    _, nearest, good = _parts(samples, centers, sigma)
    return int((np.bincount(nearest[good], minlength=len(centers)) > 10).sum()), share, kl


@score.wrong(says="Yours counts the far ones, too")
def _(samples: Array, centers: Array, sigma: float) -> tuple[int, float, float]:
    _, share, kl = score(samples, centers, sigma)
    _, nearest, _good = _parts(samples, centers, sigma)
    return int((np.bincount(nearest, minlength=len(centers)) >= 10).sum()), share, kl


@score.wrong(says="You took a square")
def _(samples: Array, centers: Array, sigma: float) -> tuple[int, float, float]:
    modes, _, kl = score(samples, centers, sigma)
    _, nearest, _good = _parts(samples, centers, sigma)
    inside = (np.abs(samples - centers[nearest]) <= 3 * sigma).all(axis=1)
    return modes, float(inside.mean()), kl


@score.wrong(says="in the units of the points")
def _(samples: Array, centers: Array, sigma: float) -> tuple[int, float, float]:
    modes, _, kl = score(samples, centers, sigma)
    return modes, float((_parts(samples, centers, sigma)[0].min(axis=1) <= 3).mean()), kl


@score.wrong(says="of *all* samples here")
def _(samples: Array, centers: Array, sigma: float) -> tuple[int, float, float]:
    modes, share, _ = score(samples, centers, sigma)
    _, nearest, good = _parts(samples, centers, sigma)
    h = np.bincount(nearest[good], minlength=len(centers)) / good.sum()
    return modes, share, float((h[h > 0] * np.log(h[h > 0] * len(centers))).sum())


@score.wrong(says="that is the other direction")
def _(samples: Array, centers: Array, sigma: float) -> tuple[int, float, float]:
    modes, share, _ = score(samples, centers, sigma)
    return modes, share, np.inf  # the last center has no sample


@score.wrong(says="natural logarithms")
def _(samples: Array, centers: Array, sigma: float) -> tuple[int, float, float]:
    modes, share, kl = score(samples, centers, sigma)
    return modes, share, kl / np.log(2)


@score.wrong(says="also those without a sample")
def _(samples: Array, centers: Array, sigma: float) -> tuple[int, float, float]:
    modes, share, kl = score(samples, centers, sigma)
    return modes, share, kl - np.log(6 / 5)


@score.wrong(says="Leave out the modes without a sample")
def _(samples: Array, centers: Array, sigma: float) -> tuple[int, float, float]:
    modes, share, _ = score(samples, centers, sigma)
    return modes, share, np.nan


# --- 10.4 ---------------------------------------------------------------------------------------------


@exercise(
    "10.4",
    kind="proof",
    seeds=("S3.5",),
    title="What a clipped line can see",
    hints=(
        "The gap is the sum of w_i δ_i, and each w_i may be chosen for itself, between -c and c.",
        "So the best w_i is c times the sign of δ_i. Its gap is c times the sum of |δ_i|, its slope the "
        "length of "
        "w. Divide.",
        "Cauchy-Schwarz for (|δ_i|) and (1, ..., 1) bounds the sum by √d times the length of δ. The "
        "square of the "
        "sum is at least the sum of the squares. And which set of functions did the clipped line compete in?",
    ),
    rubric=(
        Point(
            "the gap is ⟨w, δ⟩, and the best clipped w has w_i = c sign(δ_i): a corner of the box;",
            r"sign|sgn|corner|vertex|[±+][ -]?c\b|end of the (box|interval)|c where|whenever|extreme",
            "Part 1: which w in the box makes the sum of w_i δ_i largest?",
        ),
        Point(
            "its gap is c ‖δ‖₁, its slope K = c √d;",
            r"√ ?d|sqrt\(?\{?d|\\sqrt ?\{?d|root of d|d\^\(?\{?(1/2|0\.5)",
            "Part 2: how long is that w? That is its slope K.",
        ),
        Point(
            "so gap / K = ‖δ‖₁ / √d, at most ‖δ‖ by Cauchy-Schwarz;",
            r"cauchy|schwar|jensen|power mean|quadratic mean|h[öo]e?lder|am-?gm|2 ?ab|expand\w* the square",
            "Part 2: what bounds it by the length of δ? By which inequality is it true?",
        ),
        Point(
            "and at least ‖δ‖ / √d, since ‖δ‖₁ ≥ ‖δ‖;",
            r"1 ?/ ?(√|sqrt|\\sqrt|root)|one over (the )?(√|root|square root)|\\frac ?\{?1\}?\{ ?\\sqrt|"
            r"(≥|>=|at least|\\ge|larger than|more than|exceeds?|below)",
            "Part 3: from below: compare the sum of |δ_i| with the root of the sum of squares.",
        ),
        Point(
            "equality above only if all |δ_i| are equal, below only if one coordinate differs;",
            r"equal|diagonal|single|only one|one coordinate|same size|axis|axes",
            "Part 3: for which δ does clipping lose nothing, and for which the most?",
        ),
        Point(
            "S3: the best clipped f over K is the best of *its class*, which need not reach the supremum "
            "over "
            "all functions of slope 1.",
            r"class|subset|not (all|every)|smaller|fewer|strict|box|not (reach|attain|the sup)|only "
            r"(among|over|of)|"
            r"neither|does(n't| not)",
            "Part 4: f/K is best among which functions?",
        ),
    ),
    slips=(
        Slip(
            rf"(?:^|[.;])(?![^.;]*({NOT}|wrong|false|S3|slides|claim))[^.;]*(divid|f ?/ ?\|?K)[^.;]{{0,60}}"
            r"(gives?|is|equals?|attains?|reach\w*)\s+(exactly\s+)?(the\s+)?(W_?1|distance|sup\w*|"
            r"wasserstein)",
            "Dividing by K makes the slope 1. It does not turn the direction: the result is the best of the "
            "clipped functions, and part 2 says by how much it may fall short.",
        ),
        Slip(
            PLAIN + r"(w|weights?|critic|best \w+)[^.;,]{0,30}(is|are|be|=|points?)[^.;,]{0,20}"
            r"(parallel|proportional|along|in the direction of|∝)[^.;,]{0,8}(δ|delta|\\delta)",
            "That is the best direction on a *ball*, where the length of w is limited. In a box each "
            "weight is "
            "limited alone.",
        ),
        Slip(
            PLAIN + r"(small\w*|tiny|little)[^.;,]{0,20}\bc\b[^.;,]{0,40}(reason|cause|because|why|loses?|"
            r"worse|less)",
            "The size of c cancels: gap / K is the same for every c. What is lost is direction.",
        ),
    ),
)
def clipped_line() -> None:
    r"""**Part 1.** The gap is $\sum_i w_i \delta_i$. Each weight may be chosen for itself between $-c$ and
    $c$, so the largest value is at $w_i = c\, \mathrm{sign}(\delta_i)$: a corner of the box (where
    $\delta_i = 0$ any weight will do).

    **Part 2.** Its gap is $c \sum_i |\delta_i| = c \|\delta\|_1$ and its slope $K = \|w\| = c \sqrt d$. So
    gap$/K = \|\delta\|_1 / \sqrt d$. By Cauchy-Schwarz with the vector of ones, $\|\delta\|_1 \le \sqrt d\,
    \|\delta\|$: at most $\|\delta\|$, which the line along $\delta$ reaches.

    **Part 3.** The share is $\|\delta\|_1 / (\sqrt d\, \|\delta\|)$. It is 1 only if all $|\delta_i|$ are
    equal: a shift along a diagonal. Since $\|\delta\|_1^2 \ge \sum_i \delta_i^2$, it is at least $1 / \sqrt
    d$, reached if one coordinate alone differs.

    **Part 4.** That $f / K$ attains "the sup" holds within the class of clipped functions, all divided by
    the same $K = c \sqrt d$: the lines with $|w_i| \le 1 / \sqrt d$. The supremum of the theorem is over
    *all* functions of slope 1, and the best line, $w = \delta / \|\delta\|$, is in that box only on a
    diagonal: here it loses up to the factor $\sqrt d$, whatever $c$ is.
    """


clipped_line.wrong(
    "The best w is parallel to δ, since the gap is an inner product, so gap / K is the length of δ.",
    says="best direction on a *ball*",
)
clipped_line.wrong(
    "At a corner, w_i = c sign(δ_i). Then f/K attains the sup, by Cauchy-Schwarz it is W1.",
    says="does not turn the direction",
)
clipped_line.wrong(
    "w_i = c sign(δ_i), slope c √d. A small c is the reason that the clipped critic loses.",
    says="The size of c cancels",
)
clipped_line.wrong("Each weight goes to c or -c, by the sign of δ_i.", says="how long is that w")
clipped_line.wrong(
    "w_i = c sign(δ_i), of length c √d, so gap / K = ‖δ‖₁/√d.", says="By which inequality is it"
)
clipped_line.wrong(
    "w_i = c sign(δ_i) has length c √d, and gap/K = ‖δ‖₁/√d ≤ ‖δ‖ by Cauchy-Schwarz. It is never below "
    "‖δ‖/√d. "
    "Equality if all coordinates have the same size.",
    says="best among which functions",
)

# --- 10.5 ---------------------------------------------------------------------------------------------


@exercise(
    "10.5",
    kind="prediction",
    title="Above the ceiling",
    hints=(
        "In the plane the share of a round Gaussian beyond r sigma is exp(-r²/2).",
        "The generator that copies the centers: every sample is at distance 0 from its center. For W1, "
        "each grain "
        "of a mode must come from its center, so the cost is the mean length of a Gaussian vector.",
        "The mean length of a standard Gaussian vector in the plane is √(π/2). For the last: each of 20 "
        "modes has "
        "the share 1/20, and the even share is 1/25.",
    ),
    moral="The share of high quality has a ceiling below 100 % for the right law, and can be pushed "
    "above it by a "
    "wrong one, which has sharpened every mode to a point. Modes and reverse KL call that one perfect; W1 of "
    "the laws does not, and needs large samples to show it. Above the ceiling is no merit.",
)
def above_the_ceiling() -> list[float]:
    r"""Write $\sigma$ for the width of a mode.

    - A round Gaussian in the plane has $P(\text{distance} > r \sigma) = e^{-r^2/2}$. At $r = 2$ the share
      within is $1 - e^{-2} = 0.8647$; at $r = 3$ it is $0.9889$.
    - All samples on centers: distance 0, share 1, above the ceiling. The modes are even: reverse KL 0.
    - Its $W_1$ to the law: the mean distance to the center, $\sigma \sqrt{\pi / 2} = 1.2533\, \sigma$. No
      plan is cheaper, as the distance to the nearest center is a function of slope 1 with that gap.
    - Twenty of 25 modes with share $\frac1{20}$ each: $\sum h \log (25 h) = \log \frac{25}{20} = 0.2231$.
    """
    radius = np.linspace(0, 12, 120_001)
    density = radius * np.exp(-(radius**2) / 2)  # of the length of a standard Gaussian vector in the plane
    width = radius[1]
    within = float(density[radius <= 2].sum() * width)
    length = float((radius * density).sum() * width)
    shares = np.full(20, 1 / 20)
    return [round(within, 3), 1.0, 0.0, length, float((shares * np.log(25 * shares)).sum())]


for _place, _value, _says in (
    (0, 0.9545, "First: that is the share in one dimension. In the plane a circle holds less of the mass."),
    (0, 0.911, "First: that is a square of four sigma a side. Near means within a circle."),
    (0, 0.9889, "First: that is at three sigma."),
    (0, 0.1353, "First: that is the share that lies outside."),
    (0, 1, "First: a perfect generator draws from the law, and the law has tails."),
    (1, 0.9889, "Second: that is the ceiling of the right law. These samples never leave their centers."),
    (1, 0, "Second: a sample on its center is within three sigma of it."),
    (2, 1, "Third: reverse KL compares the shares of the modes. They are even."),
    (2, 3.22, "Third: that is log 25, all samples in one mode. Here they are spread evenly over all."),
    (3, 0, "Fourth: the modes are right, and the law is not. How far is a grain from its center?"),
    (3, 1, "Fourth: that is the standard deviation of one coordinate. The distance has two."),
    (3, 1.414, "Fourth: that is the root of the mean square. W1 is the mean distance."),
    (3, 0.798, "Fourth: that is the mean size of one coordinate. The distance has two."),
    (3, 2, "Fourth: that is the mean squared distance."),
    (4, 0.2, "Fifth: that is the share of modes lost. KL takes the logarithm of 25/20."),
    (4, 0.3219, "Fifth: natural logarithms, please."),
    (4, -0.2231, "Fifth: KL is never negative. Which share is in the numerator?"),
    (4, 1.609, "Fifth: that is log 5. The factor between the shares is 25/20."),
):
    above_the_ceiling.wrong([_value if place == _place else ... for place in range(5)], says=_says)

# --- 10.6 ---------------------------------------------------------------------------------------------


@exercise(
    "10.6",
    kind="concept",
    seeds=("S3.3", "S4.7"),
    title="What clipping costs, and what nobody has proved",
    hints=(
        "Four parts: what clipping does to a critic's shape and to gradients in deep critics; how a "
        "penalty does "
        "without; what the papers say about mode collapse; what your own table can and cannot show.",
        "Clipping limits weights, so the signal is multiplied by about the same factor in each layer. The "
        "penalty "
        "looks at slopes in the input, at points between real and fake.",
        "The WGAN paper: in no experiment did they see evidence of mode collapse. Is that a theorem? "
        "Mescheder and "
        "others have a counterexample to convergence, with two numbers.",
    ),
    rubric=(
        Point(
            "clipping leaves simple critics: weights at the ends of the box, few bends;",
            r"simpl|ends? of the "
            r"(box|interval|range)|corner|±c|extreme|capacity|linear|coarse|underus|boundary|"
            r"few (bends|kinks|pieces)|pile",
            "What do clipped critics look like, on a fixed generator?",
        ),
        Point(
            "and gradients that vanish or explode geometrically with depth, depending on c and width;",
            r"vanish|explod|geometric|exponential|underflow|die (out|away)",
            "What happens to gradients on their way through a deep clipped critic?",
        ),
        Point(
            "the penalty is a term λ E(‖∇f(x̂)‖ - 1)² on the slope in the input, at points between real "
            "and fake;",
            r"(penal|slope|gradient|\bGP\b|nabla|∇)[^.;]{0,120}(between|interpol|mix|input|norm|x̂|x_hat|‖)",
            "What does the penalty look at, and where?",
        ),
        Point(
            "it is a price, no guarantee: slopes may exceed 1;",
            r"(soft|price|no guarantee|not (a )?guarante\w*|not (enforce|exact|certain)\w*|only "
            r"(at|on|where|discourag)|exceed|"
            r"(above|more than) (1|one)|buy|on average|nowhere else)",
            "Does the penalty guarantee slope 1?",
        ),
        Point(
            "that a WGAN avoids mode collapse is an observation of the paper, no theorem;",
            r"(no|not a|n't a|never a|isn't a) (theorem|proof|guarantee)|(not|n't|never|nobody|no "
            r"one|un)[^.;]{0,20}(proved|"
            r"proven|prove)|observ|empiric|experiment|evidence|saw",
            "Which words does the WGAN paper use on mode collapse? Are they a theorem?",
        ),
        Point(
            "with few critic steps it need not even converge; and a table is about its data, settings and "
            "seeds.",
            r"converg|dirac|mescheder|circl|cycl|oscillat|orbit|(depends?|one|this|these|our|my|few) "
            r"[^.;]{0,30}(data|setting|"
            r"seed|budget|experiment)",
            "What can go wrong with finitely many critic steps, and how far does a table of runs carry?",
        ),
    ),
    slips=(
        Slip(
            PLAIN
            + r"(wgans?|wasserstein|penalt\w*|it|w1|gp)\b[^.;:,]{0,40}(avoids?|prevents?|solves?|cures?|"
            r"eliminates?|"
            r"removes?|rules? out)[^.;:,]{0,20}(mode )?collapse",
            "So says S0. The paper says that it saw no evidence of collapse in its experiments, which is an "
            "observation. Say it as one.",
        ),
        Slip(
            PLAIN + r"(penalt\w*|gp)\b[^.;:,]{0,50}(makes?|ensures?|enforces?|guarantees?)[^.;:,]{0,40}"
            r"(lipschitz|slope (is |of )?(exactly )?(1|one))",
            "The penalty is a price at sampled points. It guarantees no slope, there or elsewhere.",
        ),
        Slip(
            rf"penal(?:(?!{NOT})[^.;?]){{0,60}}gradients? (of|with respect to|w\.r\.t\.?|in) (the )?weights",
            "It is the gradient with respect to the *input*: how steep the critic is as a function of x.",
        ),
        Slip(
            PLAIN + r"(small(er)?|lower) (clip\w*|c|clipping value|value of c)[^.;:,]{0,40}(always|is|"
            r"are) (the )?(better|best|"
            r"safer|saf)",
            "With a small c the gradients of a deep critic vanish. No single c suits all widths and depths.",
        ),
    ),
)
def no_theorem() -> None:
    r"""**What clipping costs.** On a fixed generator a clipped critic finds a simple surface: many of its
    weights sit at the ends of the box. On the way through a deep critic the gradient is multiplied by about
    the same factor in each layer, so it vanishes or explodes geometrically, depending on $c$ and the width;
    only by luck is there a $c$ for which it does neither.

    **What the penalty does.** It leaves the weights alone and adds $\lambda\, \mathbb E (\|\nabla f(\hat
    x)\| - 1)^2$, the slope in the *input*, at points between real and fake. It is a price, no guarantee:
    slopes may exceed 1, there and elsewhere.

    **Mode collapse.** The WGAN paper says that in no experiment its authors saw evidence of it. That is an
    observation, no theorem; its argument that a critic trained to optimality makes collapse impossible is
    about a critic that no training has. The $W_1$ of the laws does charge a lost mode; a training with
    finitely many critic steps descends something else, and need not even converge (Mescheder and others,
    2018).

    **The table** is about one data set, one size of network, one budget, one search. It shows what these
    settings did on fresh seeds, and nothing about all WGANs.
    """


no_theorem.wrong(
    "Clipping gives simple critics and vanishing gradients, and a WGAN with penalty avoids mode collapse.",
    says="Say it as one",
)
no_theorem.wrong(
    "Clipped critics are too simple, their gradients vanish or explode. The penalty makes the critic "
    "1-Lipschitz.",
    says="is a price at sampled points",
)
no_theorem.wrong(
    "Gradients vanish under clipping. One therefore penalizes the gradient with respect to the weights.",
    says="with respect to the *input*",
)
no_theorem.wrong(
    "A smaller c is always better, as gradients explode with large ones.", says="No single c suits all"
)
no_theorem.wrong("Clipping drives weights to the ends of the box.", says="on their way through a deep")
no_theorem.wrong(
    "Clipping drives weights to the ends of the box, and gradients vanish or explode with depth. The "
    "penalty acts "
    "on the slope in the input, between real and fake, and is soft.",
    says="Are they a theorem",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "A perfect generator of 25 round Gaussians in the plane is scored at three sigma. What share is "
        "expected?",
        wrong("100 %", "The law itself has tails beyond three sigma, and a perfect generator has them too."),
        wrong("99.73 %", "That is three sigma on a line. A circle in the plane holds less."),
        right(
            "98.89 %",
            "One minus the exponential of minus 9/2. A generator above that has modes that are too narrow.",
        ),
        wrong("95.45 %", "That is two sigma on a line. Three are asked for, and the law lies in the plane."),
    ),
    Question(
        "In the algorithm of WGAN-GP, what is t in t x + (1 - t) x̃?",
        right(
            "One uniform number for each pair of a real and a fake sample.",
            "Each pair gets a place of its own on its segment, drawn anew in every step.",
        ),
        wrong(
            "One uniform number for each coordinate.",
            "Then the place leaves the segment, and wanders in the box around it.",
        ),
        wrong(
            "One uniform number for each step.",
            "Then the whole batch looks at the same share, and the estimate is noisier.",
        ),
        wrong("Fixed at 1/2.", "Then the rest of each segment is never looked at."),
    ),
    Question(
        "The critic with a gradient penalty must not have batch normalization. Why?",
        wrong("It is too slow.", "It costs little. The reason is what a gradient then means."),
        right(
            "With it, f at one point depends on the others in the batch, so there is no slope at a point.",
            "The penalty is written for each sample alone. Layer normalization keeps samples apart.",
        ),
        wrong(
            "It makes the critic 1-Lipschitz, which the penalty does already.",
            "It divides by a spread that may be small, so it can make the critic steeper.",
        ),
        wrong(
            "ReLU and batch normalization do not go together.",
            "In the discriminators of many GANs they do. The trouble is what the penalty means.",
        ),
    ),
    Question(
        "A critic has 12 layers and c = 0.001. Its first layers get gradients of exactly 0. What helps?",
        wrong(
            "More critic steps.",
            "A gradient of 0 moves nothing, however often it is applied, and the layers above are clipped.",
        ),
        wrong(
            "A smaller learning rate.",
            "Rates scale the step. Here there is nothing to scale: the numbers have underflowed.",
        ),
        wrong(
            "c = 1, which is surely safe.",
            "Then the same product of layers grows, and explodes, as it does at one tenth and width 128.",
        ),
        right(
            "Limiting slopes and not weights, or searching a c for just this width and depth.",
            "A penalty leaves the size of the weights to the optimizer. A lucky c exists, and moves with "
            "the width.",
        ),
    ),
    Question(
        "Why can the gradient of the penalty be written without a second backward pass for ReLU?",
        wrong(
            "Because the penalty is small.",
            "However small it is, its gradient is needed in full, and that contains a second derivative.",
        ),
        right(
            "The slope is a product of weights and of masks that do not change: its derivative is a "
            "forward pass.",
            "The second derivative of ReLU is 0, so nothing comes through the masks, and nothing reaches "
            "the biases.",
        ),
        wrong(
            "Because autograd gets second derivatives wrong.",
            "It gets them right; the two agree to the last digits. It only does more work.",
        ),
        wrong(
            "Because the critic has one output.",
            "That makes the slope a vector. The second backward would be needed for a smooth activation.",
        ),
    ),
    Question(
        "What does the WGAN paper say about mode collapse?",
        wrong(
            "It proves that a WGAN has none.",
            "There is no such theorem. With few critic steps not even convergence is assured.",
        ),
        wrong(
            "Nothing.",
            "It reports on its experiments, and it argues, without a theorem, for perfect critics.",
        ),
        right(
            "In no experiment its authors saw evidence of it; a perfect critic, they argue, rules it out.",
            "An observation on their data with their settings, and an argument without proof. S0 made of it "
            "that the objective “avoids issues like mode collapse”.",
        ),
        wrong(
            "That it occurs with clipping and not with a penalty.",
            "The penalty came with a later paper; one author signed both.",
        ),
    ),
]

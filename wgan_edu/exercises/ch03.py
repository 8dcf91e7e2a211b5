r"""Exercises and quiz of chapter 03, saturation.

Tasks: notebooks/03_saturation.ipynb. They answer questions 2, 3 and 4 of the self-assessment in S2, and
discussion point 1 of S4.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from wgan_edu.checking import Array
from wgan_edu.exercises.frame import NOT, PLAIN, Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = [
    "QUIZ",
    "areas",
    "collapse_and_saturation",
    "mute_proof",
    "one_step",
    "perfect",
    "wall_slopes",
]

# --- 03.1 ---------------------------------------------------------------------------------------------


@exercise(
    "03.1",
    kind="by hand",
    seeds=("S2.3",),
    title="The wall",
    hints=(
        "At the fake point h = 4 (1/2 - 1) = -2, and h' = -4. So D = sigma(-2) there.",
        "The derivative of log(1 - sigma(h)) is -sigma(h) h', that of -log sigma(h) is -(1 - sigma(h)) h'. "
        "And 1 - sigma(-2) = sigma(2).",
        "sigma(2) = 1 / (1 + e^-2) = 0.88, and sigma(-2) = 0.12. For the limit, compare w with e^(w/2).",
    ),
    moral="The discriminator of w = 4 is right about both points, and calls the fake one real with "
    "probability 12 %. That doubt is all that the saturating loss lives on.",
)
def wall_slopes() -> list[float]:
    r"""At $\theta = 1$: $h = -2$, $h' = -4$.

    - $\log(1 - D)$ has the slope $-\sigma(h) h' = 4\,\sigma(-2) = 0.48$.
    - $-\log D$ has the slope $-(1 - \sigma(h)) h' = 4\,\sigma(2) = 3.52$.
    - Their ratio is $\sigma(2) / \sigma(-2) = e^{2} = 7.39$, that is $e^{-h}$.
    - $w\,\sigma(-\frac w2) = w / (1 + e^{w/2})$ tends to 0: the exponential wins.
    """
    w, h = 4.0, -2.0
    doubt = 1 / (1 + np.exp(-h))
    return [w * doubt, w * (1 - doubt), float(np.exp(-h)), 0.0]


for _number, _says in {
    0: "First: that is the limit of a very steep wall. At w = 4 the discriminator still has some doubt.",
    -4 / (1 + np.exp(2)): "First: h falls with x, so h' = -4; with the minus sign in front of sigma it is "
    "positive. Descending it moves the point to the left.",
    1 / (1 + np.exp(2)): "First: that is D itself at the fake point. Multiply by the slope of h.",
    4 / (1 + np.exp(2)) / (1 + np.exp(-2)): "First: that is the slope of D. The log divides it by 1 - D.",
    4 / (1 + np.exp(4)): "First: h at the fake point is 4 (1/2 - 1) = -2, not -4.",
    4 / (1 + np.exp(-2)): "First: you have the two losses the wrong way round.",
}.items():
    wall_slopes.wrong([_number, ..., ..., ...], says=_says)
for _number, _says in {
    4 / (1 + np.exp(2)): "Second: you have the two losses the wrong way round, or D for 1 - D.",
    1 / (1 + np.exp(-2)): "Second: multiply by the slope of h as well.",
    -4 / (1 + np.exp(-2)): "Second: mind the signs: minus, times 1 - sigma, times h' = -4.",
    4: "Second: that is the limit of no doubt at all. Here D is 12 % at the fake point.",
}.items():
    wall_slopes.wrong([..., _number, ..., ...], says=_says)
for _number, _says in {
    np.exp(-2): "Third: that is the ratio upside down. The second slope is the larger one.",
    np.exp(4): "Third: e to the power -h, and h = -2 at the fake point.",
    1: "Third: they have the same direction, and not the same size.",
}.items():
    wall_slopes.wrong([..., ..., _number, ...], says=_says)
for _number, _says in {
    np.inf: "Fourth: w grows, but it is divided by 1 + e^(w/2), which grows faster.",
    1: "Fourth: w times sigma(-w/2), not sigma alone, and not sigma(w/2).",
}.items():
    wall_slopes.wrong([..., ..., ..., _number], says=_says)

# --- 03.2 ---------------------------------------------------------------------------------------------


@exercise(
    "03.2",
    kind="code",
    seeds=("S2.2",),
    title="Perfect, and flat where it counts",
    hints=(
        "How far is each point of x from the nearest real point, and from the nearest fake point? "
        "`np.linalg.norm(x[:, None] - real[None], axis=2).min(axis=1)` is the first, shape (k,).",
        "A share: something of the distance to fake, over that same thing of both distances. On a real point "
        "the distance to real is 0, so the share is 1.",
        "With the distances themselves the share has kinks on the points. Squares have none.",
    ),
    moral="Two finite sets without a common point always have a perfect discriminator, whatever their shape, "
    "and a smooth one is flat on both: there is nothing for the saturating loss to descend.",
)
def perfect(x: Array, real: Array, fake: Array) -> Array:
    """A discriminator from distances: 1 on real, 0 on fake, flat on both."""
    to_real = np.linalg.norm(x[:, None] - real[None], axis=2).min(axis=1)  # (k,)
    to_fake = np.linalg.norm(x[:, None] - fake[None], axis=2).min(axis=1)
    return np.asarray(to_fake**2 / (to_real**2 + to_fake**2))


def _rings(n: int, d: int, seed: int) -> tuple[Array, Array]:
    """Points on two rings, or spheres, of radius 1 and 2 around the origin."""
    rng = np.random.default_rng(seed)
    both = rng.normal(size=(2, n, d))
    real, fake = both / np.linalg.norm(both, axis=2, keepdims=True) * np.array([1, 2])[:, None, None]
    return real, fake


@perfect.checker
def _(answer: Callable[[Array, Array, Array], Any]) -> None:
    for d, seed in ((2, 1), (3, 2), (5, 3)):
        real, fake = _rings(12, d, seed)
        on_real, on_fake = answer(real, real, fake), answer(fake, real, fake)
        expect(
            np.shape(on_real) == (12,),
            f"One number for each point, shape (12,) for 12 points; yours has shape {np.shape(on_real)}.",
        )
        _expect_perfect(np.asarray(on_real), np.asarray(on_fake))
        _expect_between(answer, real, fake, seed)
        for points, name in ((real, "real"), (fake, "fake")):
            _expect_flat(answer, points, name, real, fake)


def _expect_perfect(on_real: Array, on_fake: Array) -> None:
    """Values on the points themselves."""
    expect(
        np.isfinite(on_real).all() and np.isfinite(on_fake).all(),
        "Not a number on some of the points: a distance there is 0, and you divide by it. What do you get if "
        "you multiply above and below?",
    )
    expect(
        not (same(on_real, np.zeros(12)) and same(on_fake, np.ones(12))),
        "The wrong way round: D is high on real.",
    )
    expect(
        not (on_real.min() > 0.5 > on_fake.max() and not (same(on_real, np.ones(12)))),
        "Right on which side each point is, and not exactly 1 on real and 0 on fake.",
    )
    mistakes = int((on_real <= 0.5).sum() + (on_fake >= 0.5).sum())
    expect(
        same(on_real, np.ones(12)) and same(on_fake, np.zeros(12)),
        f"One ring inside another, and {mistakes} of 24 points are on the wrong side. Means and hyperplanes "
        "do not help where one set surrounds the other: ask for the nearest point.",
    )


def _expect_between(
    answer: Callable[[Array, Array, Array], Any], real: Array, fake: Array, seed: int
) -> None:
    """Values elsewhere: from 0 to 1, without jumps."""
    start, end = np.random.default_rng(seed).uniform(-3, 3, size=(2, real.shape[1]))
    way = np.concatenate([real[:1] + t * (fake[:1] - real[:1]) for t in np.linspace(0, 1, 2001)])
    other = np.array([start + t * (end - start) for t in np.linspace(0, 1, 2001)])
    for points in (way, other):
        values = np.asarray(answer(points, real, fake))
        expect(
            values.min() >= -1e-9 and values.max() <= 1 + 1e-9,
            f"D is a probability: from 0 to 1. Elsewhere yours goes from {values.min():.2f} to "
            f"{values.max():.2f}.",
        )
        expect(
            np.abs(np.diff(values)).max() < 0.2,
            "Perfect, and it jumps on the way from real to fake. Where it jumps it has no slope at all: "
            "make it continuous.",
        )


def _expect_flat(
    answer: Callable[[Array, Array, Array], Any], points: Array, name: str, real: Array, fake: Array
) -> None:
    """A small step away changes D by far less than the step."""
    h, values = 1e-6, np.asarray(answer(points, real, fake))
    for axis in np.eye(points.shape[1]):
        slope = np.abs(np.asarray(answer(points + h * axis, real, fake)) - values).max() / h
        expect(
            slope < 0.01,
            f"Perfect, and not flat: one small step away from a {name} point D changes {slope:.2f} times as "
            "fast as you walk. There is a kink on the point. What is flat at its own minimum?",
        )


def _distances(x: Array, real: Array, fake: Array) -> tuple[Array, Array]:
    to_real, to_fake = (np.linalg.norm(x[:, None] - one[None], axis=2).min(axis=1) for one in (real, fake))
    return to_real, to_fake


@perfect.wrong(says="There is a kink")
def _(x: Array, real: Array, fake: Array) -> Array:
    to_real, to_fake = _distances(x, real, fake)
    return np.asarray(to_fake / (to_real + to_fake))


@perfect.wrong(says="The wrong way round")
def _(x: Array, real: Array, fake: Array) -> Array:
    to_real, to_fake = _distances(x, real, fake)
    return np.asarray(to_real**2 / (to_real**2 + to_fake**2))


@perfect.wrong(says="surrounds the other")
def _(x: Array, real: Array, fake: Array) -> Array:
    middle, normal = (real.mean(axis=0) + fake.mean(axis=0)) / 2, real.mean(axis=0) - fake.mean(axis=0)
    return np.asarray((x - middle) @ normal > 0).astype(float)  # a hyperplane


@perfect.wrong(says="it jumps")
def _(x: Array, real: Array, fake: Array) -> Array:
    to_real, to_fake = _distances(x, real, fake)
    return np.asarray(to_real < to_fake).astype(float)


@perfect.wrong(says="not exactly 1 on real")
def _(x: Array, real: Array, fake: Array) -> Array:
    to_real, to_fake = _distances(x, real, fake)
    return np.asarray(1 / (1 + np.exp(3 * (to_real - to_fake))))


@perfect.wrong(says="D is a probability")
def _(x: Array, real: Array, fake: Array) -> Array:
    to_real, to_fake = _distances(x, real, fake)
    apart = np.linalg.norm(real[:, None] - fake[None], axis=2)
    nearest_real = np.linalg.norm(x[:, None] - real[None], axis=2).argmin(axis=1)
    return np.asarray(np.where(to_fake == 0, 0, 1 - to_real**2 / apart.min(axis=1)[nearest_real] ** 2))


@perfect.wrong(says="Not a number on some of the points")
def _(x: Array, real: Array, fake: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        near_real, near_fake = (1 / distance**2 for distance in _distances(x, real, fake))
        return np.asarray(near_real / (near_real + near_fake))


@perfect.wrong(says="One number for each point")
def _(x: Array, real: Array, fake: Array) -> Array:
    to_real = np.linalg.norm(x[:, None] - real[None], axis=2)
    to_fake = np.linalg.norm(x[:, None] - fake[None], axis=2)
    return np.asarray(to_fake**2 / (to_real**2 + to_fake**2))  # no minimum over the points


# --- 03.3 ---------------------------------------------------------------------------------------------


@exercise(
    "03.3",
    kind="proof",
    seeds=("S2.3",),
    title="Why the perfect teacher is mute",
    hints=(
        "Write the gradient of log(1 - D(g(z))) with respect to theta by the chain rule. Which three factors "
        "are there?",
        "D takes its values in [0, 1]. So what is special about a point where D is 0?",
        "For the last part look for a function of theta that is 0 at one place and is not flat there; or "
        "for a perfect D with a kink on the fake samples.",
    ),
    rubric=(
        Point(
            "Chain rule: the gradient is minus a mean of the generator's Jacobian, transposed, times ∇D over "
            "1 - D.",
            r"chain rule|(1\s*-\s*D)[^.]{0,60}(∇|nabla|grad|D')|(∇|\\nabla|grad\w*)[^.]{0,60}/\s*\(?1"
            r"\s*-\s*D|\\frac\{[^.]{0,60}\}\{1\s*-\s*D|'\s*(\([^)]*\))?\s*/\s*\(?1\s*-",
            "Which gradients does the chain rule multiply with each other?",
        ),
        Point(
            "0 is the least value that D can take, so D has a minimum at each fake sample.",
            r"minim|least|lower bound|lowest|smallest|(cannot|can not|never)[^.]{0,30}(below|negative|"
            r"less)|D\s*(≥|>=)",
            "What is special about the value 0 for a function with values in [0, 1]?",
        ),
        Point(
            "At a minimum inside the space, a differentiable function has the gradient 0, and so have all "
            "terms.",
            r"differentiab|smooth|stationary|critical point|Fermat|(interior|inner|open)",
            "Which property of D makes its gradient 0 at a minimum?",
        ),
        Point(
            "A value at one θ says nothing of a slope there: a counterexample.",
            r"counter-?example|kink|θ\^?3|\\theta\^3|theta\*\*3|x\^2|sin|value[^.]{0,50}(slope|derivative|"
            r"gradient)|"
            r"around|neighbo|nearby|any (slope|gradient|derivative)|e\.g\.|for (example|instance)|"
            r"(at|only) (one|this|a single) (θ|\$?\\?theta|point|place|value)",
            "And the last part: why is the value of the loss at the present θ not enough?",
        ),
    ),
    slips=(
        Slip(
            rf"(?:^|[.;:,])(?![^.;:,]*({NOT}|would|need|unless|\bif\b|confus|mistak|wrong|assum))[^.;:,]*"
            r"((gradient|derivative) of (a|the) constant|is (a )?constant[^.]{0,40}\b(so|hence|therefore|"
            r"thus)\b)",
            "The loss has the value 0 at the present θ. Whether it stays there when θ moves is the question.",
        ),
        Slip(
            PLAIN
            + r"(log\w*[^.]{0,30}(flat|slope 0|derivative 0|zero derivative) at 1|log'\s*\(1\)\s*=\s*0)",
            "The logarithm has the slope 1 at 1. It is not the logarithm that makes the gradient vanish.",
        ),
        Slip(
            PLAIN + r"JS[^.]{0,40}(constant|log 2)[^.]{0,80}(so|hence|therefore|thus)[^.]{0,60}gradient",
            "That JS stands still does not say what the gradient for a given D is. Here D is given.",
        ),
    ),
)
def mute_proof() -> None:
    r"""Inside the mean, by the chain rule, with $x = g_\theta(z)$ and the Jacobian $J$ of $x$ in $\theta$,

    $$\nabla_\theta\, \mathbb E_z \log\big(1 - D(g_\theta(z))\big)
    = -\,\mathbb E_z \frac{J^\top \nabla D(x)}{1 - D(x)} .$$

    $D$ has its values in $[0, 1]$, and $D(x) = 0$ at every fake sample: 0 is the least value there can be, so
    $D$ has a minimum at $x$. It is differentiable at $x$, and all of the space around $x$ belongs to its
    domain; at such a minimum the gradient is 0. So $\nabla D(x) = 0$ and $1 - D(x) = 1$: every term of the
    mean is 0.

    Of the loss we know only its value at the present $\theta$. A value says nothing of a slope: $\theta^3 -
    \theta$ is 0 at $\theta = 1$, and its derivative there is 2. And without differentiability the claim is
    false: the discriminator $d_\theta / (d_r + d_\theta)$ of two rings is perfect, has a kink on the fake
    ring, and a generator that shrinks its ring feels a slope.
    """


mute_proof.wrong(
    "D(G(z)) = 0, so the loss is log(1) = 0, and the gradient of a constant is zero.",
    says="Whether it stays there when",
)
mute_proof.wrong(
    "By the chain rule we get the derivative of log(1 - D), and log has derivative 0 at 1, so all is zero.",
    says="The logarithm has the slope 1",
)
mute_proof.wrong(
    "JS equals log 2 for all generators nearby; thus the gradient is 0 for the perfect discriminator.",
    says="Here D is given",
)
mute_proof.wrong(
    "Because D is 0 there, and D cannot go below 0.",
    says="Which gradients does the chain rule",
)
mute_proof.wrong(
    "Chain rule: a mean of J^T grad D / (1 - D). D is as small as it can be, so it has a minimum there, and "
    "the gradient of D is 0.",
    says="Which property of D",
)

# --- 03.4 ---------------------------------------------------------------------------------------------


@exercise(
    "03.4",
    kind="code",
    seeds=("S4.1",),
    title="One step as a matrix",
    hints=(
        "A step of the critic leaves theta as it is: psi + lr (-a theta - d psi). Write it as a matrix that "
        "acts on the column (theta, psi).",
        "The generator's step is theta + lr a psi, with the *new* psi. What comes first stands on the right.",
        "`np.linalg.matrix_power(critic, n_critic)`, and `generator @` in front of it.",
    ),
    moral="Its determinant is (1 - lr d) to the power n_critic: only damping shrinks areas. Without it, "
    "n_critic and the step size choose the ellipse, and never the end.",
)
def one_step(a: float, d: float, lr: float, n_critic: int) -> Array:
    """First n_critic steps of the critic, then one of the generator, as one matrix for (theta, psi)."""
    critic = np.array([[1.0, 0.0], [-lr * a, 1 - lr * d]])
    generator = np.array([[1.0, lr * a], [0.0, 1.0]])
    return np.asarray(generator @ np.linalg.matrix_power(critic, n_critic))


@one_step.checker
def _(answer: Callable[[float, float, float, int], Any]) -> None:
    for numbers in ((1.0, 0.0, 0.1, 1), (0.5, 0.5, 0.2, 1), (1.0, 0.3, 0.25, 3), (0.5, 1.2, 0.4, 5)):
        got = answer(*numbers)
        if not same(got, one_step(*numbers)):
            _explain_step(got, *numbers)


def _explain_step(got: Any, a: float, d: float, lr: float, n_critic: int) -> None:
    """Say which mistake a matrix looks like."""
    expect(
        np.shape(got) == (2, 2),
        f"A matrix of shape (2, 2) is wanted; yours has shape {np.shape(got)}.",
    )
    critic, generator = one_step(a, d, lr, 1), np.array([[1.0, lr * a], [0.0, 1.0]])
    critic = np.linalg.inv(generator) @ critic
    many = np.linalg.matrix_power(critic, n_critic)
    exact = generator @ many
    for value, message in (
        (exact[::-1, ::-1], "The order is (theta, psi): theta comes first, in rows and columns."),
        (
            exact.T,
            "Transposed: the matrix acts on a column (theta, psi), so row 0 makes the new theta.",
        ),
        (
            np.array([generator[0], many[1]]),
            "Both at once: your generator answers the psi from before the critic's steps. In turns, it sees "
            "the new one.",
        ),
        (many @ generator, "The generator goes first in yours. What is done first stands on the right."),
        (
            generator @ np.array([[1.0, 0.0], [-n_critic * lr * a, 1 - n_critic * lr * d]]),
            "n_critic steps of length lr are not one step of n_critic lr: damping acts in each.",
        ),
        (generator @ critic, "You took one step of the critic. There are n_critic."),
        (
            np.linalg.matrix_power(generator @ critic, n_critic),
            "The generator moves after every step of the critic in yours. It waits for all n_critic.",
        ),
        (
            generator @ np.linalg.matrix_power(np.array([[1.0, 0.0], [-lr * a, 1 + lr * d]]), n_critic),
            "Damping with the wrong sign: it draws psi back to 0.",
        ),
        (
            generator @ np.linalg.matrix_power(np.array([[1.0, 0.0], [lr * a, 1 - lr * d]]), n_critic),
            "The critic moves *against* theta: -a theta. With your sign both players run away together.",
        ),
        (
            generator @ np.linalg.matrix_power(np.array([[1.0, 0.0], [-lr * a, 1.0]]), n_critic),
            "You left the damping out.",
        ),
        (
            np.array([[0.0, a], [-a, -d]]),
            "That is the Jacobian of the flow. A step goes from where you are: identity plus lr times it.",
        ),
    ):
        expect(not same(got, value), message)
    expect(False, "Try it on (1, 0) and on (0, 1): what becomes of them in one round? Those are the columns.")


@one_step.wrong(says="Both at once")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    many = np.linalg.matrix_power(np.array([[1.0, 0.0], [-lr * a, 1 - lr * d]]), n_critic)
    return np.array([[1.0, lr * a], many[1]])


@one_step.wrong(says="The generator goes first")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    many = np.linalg.matrix_power(np.array([[1.0, 0.0], [-lr * a, 1 - lr * d]]), n_critic)
    return np.asarray(many @ np.array([[1.0, lr * a], [0.0, 1.0]]))


@one_step.wrong(says="damping acts in each")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    all_at_once = np.array([[1.0, 0.0], [-n_critic * lr * a, 1 - n_critic * lr * d]])
    return np.asarray(np.array([[1.0, lr * a], [0.0, 1.0]]) @ all_at_once)


@one_step.wrong(says="You took one step of the critic")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    return np.asarray(one_step(a, d, lr, 1))


@one_step.wrong(says="It waits for all n_critic")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    return np.asarray(np.linalg.matrix_power(one_step(a, d, lr, 1), n_critic))


@one_step.wrong(says="the wrong sign: it draws psi back")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    return np.asarray(one_step(a, -d, lr, n_critic))


@one_step.wrong(says="moves *against* theta")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    critic = np.array([[1.0, 0.0], [lr * a, 1 - lr * d]])
    return np.asarray(np.array([[1.0, lr * a], [0.0, 1.0]]) @ np.linalg.matrix_power(critic, n_critic))


@one_step.wrong(says="theta comes first")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    return np.asarray(one_step(a, d, lr, n_critic)[::-1, ::-1])


@one_step.wrong(says="Transposed")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    return np.asarray(one_step(a, d, lr, n_critic).T)


@one_step.wrong(says="left the damping out")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    return np.asarray(one_step(a, 0.0, lr, n_critic))


@one_step.wrong(says="Jacobian of the flow")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    return np.array([[0.0, a], [-a, -d]])


@one_step.wrong(says="of shape (2, 2) is wanted")
def _(a: float, d: float, lr: float, n_critic: int) -> Array:
    return np.abs(np.linalg.eigvals(one_step(a, d, lr, n_critic)))


# --- 03.5 ---------------------------------------------------------------------------------------------


@exercise(
    "03.5",
    kind="prediction",
    title="Forty steps of a disk",
    hints=(
        "A matrix multiplies areas by the absolute value of its determinant; forty steps by its fortieth "
        "power.",
        "Both at once, the matrix is ((1, lr), (-lr, 1)). In turns it is a product of triangular matrices: "
        "their determinants multiply.",
        "For R1 in turns, one triangular factor has 1 - lr d on its diagonal, with d = 1/2.",
    ),
    moral="For the WGAN in turns areas stay to the last digit, whatever n_critic and the step size are: a "
    "disk of starts can be stretched, and never shrinks to a point. So it cannot converge from all of them.",
)
def areas() -> list[float]:
    r"""A linear map multiplies areas by its determinant.

    - Both at once: $\det \begin{pmatrix} 1 & \eta \\ -\eta & 1 \end{pmatrix} = 1 + \eta^2 = 1.01$ a step, and
      $1.01^{40} = 1.49$.
    - In turns: a product of two triangular matrices with ones on their diagonals, so 1.
    - With five critic steps: six such matrices, so 1 again.
    - R1 in turns: one of the two has $1 - \eta d = 0.95$ on its diagonal, and $0.95^{40} = 0.13$.
    """
    lr, steps = 0.1, 40
    at_once = np.linalg.det(np.array([[1, lr], [-lr, 1]]))
    return [float(at_once**steps), 1.0, 1.0, (1 - lr * 0.5) ** steps]


for _number, _says in {
    1: "First: the flow keeps areas. A step of positive length goes along the tangent, outward.",
    1.01: "First: that is one step. There are forty.",
    1.01**20: "First: that is the factor of the distance. Areas go with its square.",
    0.99**40: "First: outward, not inward: 1 plus the square of the step.",
}.items():
    areas.wrong([_number, ..., ..., ...], says=_says)
for _number, _says in {
    1.01**40: "Second: in turns the generator sees the new psi. The product of two triangular matrices has "
    "another determinant.",
    0.99**40: "Second: no damping, no loss of area: two triangular matrices with ones on the diagonal.",
}.items():
    areas.wrong([..., _number, ..., ...], says=_says)
for _number, _says in {
    1.05**40: "Third: that is both at once, with five critic steps. In turns each factor has determinant 1.",
    0: "Third: a better critic does not bring the generator home. Five triangular factors in place of one.",
    5: "Third: the disk is stretched in one direction, and pressed together in another.",
    1 / 5: "Third: n_critic stretches in one direction what it presses together in another.",
}.items():
    areas.wrong([..., ..., _number, ...], says=_says)
for _number, _says in {
    1: "Fourth: R1 has the damping d = 1/2. It sits on the diagonal of the critic's matrix.",
    0.95: "Fourth: that is one step. There are forty.",
    0.95**20: "Fourth: that is the factor of the distance. Areas go with its square.",
    0: "Fourth: it shrinks by a twentieth a step. After forty steps an eighth is left.",
    0.9**40: "Fourth: the damping is 1/2, so the factor of a step is 1 - 0.1 times 1/2.",
}.items():
    areas.wrong([..., ..., ..., _number], says=_says)

# --- 03.6 ---------------------------------------------------------------------------------------------


@exercise(
    "03.6",
    kind="concept",
    seeds=("S2.2", "S2.4", "S4.1"),
    title="Mute, greedy, restless",
    hints=(
        "Start with the discriminator: under which condition on the two laws can it be right about every "
        "sample, and what does that do to the gradient of log(1 - D)?",
        "Then the generator with -log D: which divergence does it descend at the best D, and what does that "
        "one charge for a mode that is never made? What is the generator's best answer to a D that stands "
        "still?",
        "At last: would another distance help against each of the three? Think of the WGAN on the Dirac-GAN.",
    ),
    rubric=(
        Point(
            "Perfect discriminator: where the two laws share no mass, as laws on thin manifolds mostly do, "
            "some D is 1 on all real and 0 on all fake samples (rarely a hyperplane).",
            r"disjoint|share no|no (common )?mass|(not|n't|never|hardly|without) overlap|manifold|"
            r"no common|nothing in common|null set|measure (zero|0)|supports?[^.]{0,40}(separat|apart)",
            "When can a discriminator be right about every sample?",
        ),
        Point(
            "Training saturation: the gradient of log(1 - D) is nearly 0, though the generator is far from "
            "done.",
            r"vanish|(zero|no|tiny|small|flat)[^.]{0,25}(gradient|slope|loss)|gradient[^.]{0,40}(0|zero|"
            r"dies|tiny|small)",
            "What does training saturation mean for the gradient that the generator gets?",
        ),
        Point(
            "In practice: -log D, or a D that is not at its best, keeps the gradient alive.",
            r"([-−–]|minus|maximi\w*|descend\w*)\s*(\w+\s+)?\\?log[ ({\\]*D|flipped|non-?saturating|"
            r"sub-?optimal|few steps|not (at its best|optimal|perfect)",
            "Which loss does practice use, and why?",
        ),
        Point(
            "Mode collapse: at the best D it descends KL(fake || real) - 2 JS, which charges little for a "
            "dropped mode; and against a D that stands still, one point is the generator's best answer.",
            r"KL[^.]{0,120}(drop|mode|cheap|little|miss)|(drop|los|miss)\w*[^.]{0,60}(cheap|little|cost)|"
            r"(one|single) (\w+ )?(point|place|mode|sample|output)|highest|top of|arg\s?max",
            "Why may the generator end up with one mode?",
        ),
        Point(
            "Oscillation comes from two players who chase each other, under other distances too; damping "
            "helps against it.",
            r"oscillat|chase|circle|circl|rotat|cycle|swing|imaginary",
            "And the oscillation: does it come from saturation?",
        ),
    ),
    slips=(
        Slip(
            PLAIN + r"(always[^.]{0,40}hyperplane|hyperplane[^.]{0,30}always (exists|separates|be found))",
            "Not a hyperplane in general: think of a ring inside a ring.",
        ),
        Slip(
            rf"(oscillat|collaps)\w*(?:(?!{NOT})[^.;]){{0,60}}(because|due to|caused by|"
            rf"comes? from)(?:(?!{NOT})[^.;]){{0,40}}"
            r"(JS|Jensen|satur|vanish)",
            "Saturation explains the vanishing gradient. A WGAN swings on the Dirac-GAN without any JS, and "
            "collapse came with large gradients.",
        ),
        Slip(
            rf"(?:^|[.;,])(?![^.;,]*{NOT}[^.;,]*(Wasserstein|W_?1|WGAN))[^.;,]*?"
            rf"(Wasserstein|W_?1|WGAN)(?:(?!{NOT}|less)[^.]){{0,60}}"
            r"\b(guarantee|cannot collapse|never collapse|always converge)",
            "No theorem says so. With a finite number of critic steps a WGAN need not even converge.",
        ),
    ),
)
def collapse_and_saturation() -> None:
    r"""Real data and the samples of a generator lie on thin manifolds in a large space. These mostly share no
    mass, and then a **perfect discriminator** exists: 1 on all real, 0 on all fake samples. It is a function
    such as the share of two squared distances, and rarely a hyperplane (a ring inside a ring).

    **Training saturation**: the better the discriminator, the nearer it comes to that function, whose slope
    on the fake samples is 0. So the gradient of $\log(1 - D)$ vanishes, and the generator stops, far from
    done. It stops when the discriminator is *best*; a $D$ of few steps still teaches.

    Practice takes $-\log D$: the same direction at each sample, $e^{-h}$ times as long. It does not vanish.
    At the best $D$ it descends $KL(\mathbb P_\theta \Vert \mathbb P_r) - 2\, JS$, which asks of each fake
    sample whether it could be real: dropping seven of eight modes is cheap, a tenth of junk is dear. And
    while $D$ stands still, the generator's best answer is one point, the top of $D$. That is **mode
    collapse**.

    When $D$ follows, the point jumps to the next hill: two players chase each other, and oscillate. A WGAN
    does so on the Dirac-GAN as well. So another loss is needed for a gradient between laws that do not touch;
    against the chase it is damping that helps, such as a penalty on the discriminator's slope.
    """


collapse_and_saturation.wrong(
    "If the manifolds do not overlap, there is always a hyperplane that separates them, so D is perfect and "
    "the gradient vanishes.",
    says="a ring inside a ring",
)
collapse_and_saturation.wrong(
    "GANs oscillate because JS is constant. With disjoint supports the gradient vanishes.",
    says="without any JS",
)
collapse_and_saturation.wrong(
    "Use the Wasserstein distance: it guarantees that all modes are found. With JS the gradient vanishes "
    "when the supports are disjoint.",
    says="No theorem says so",
)
collapse_and_saturation.wrong(
    "The discriminator becomes too strong and the gradient vanishes; the loss is flat.",
    says="When can a discriminator be right about every sample",
)
collapse_and_saturation.wrong(
    "The supports are disjoint, so a perfect D exists and the gradient of log(1 - D) is zero. With -log D it "
    "is alive, but mode collapse remains.",
    says="Why may the generator end up with one mode",
)
collapse_and_saturation.wrong(
    "Disjoint supports make a perfect D, and the gradient vanishes. The non-saturating loss is large, and it "
    "is like KL(fake || real): dropping a mode costs little.",
    says="And the oscillation",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "A discriminator is sure and right about all samples. What does descending log(1 - D) get from it?",
        wrong(
            "A large gradient: the discriminator knows exactly what is wrong.",
            "It knows that the samples are wrong, and not which way is better: sigma(h) is nearly 0.",
        ),
        right(
            "Nearly nothing: sigma(h) times the slope of h, and sigma(h) is nearly 0.",
            "On the digits it fell by a factor of thousands, while the slope of h grew.",
        ),
        wrong(
            "A gradient of length 1, as D is a probability.",
            "A probability has no such rule. A slope of at most 1 is what a WGAN asks of its critic.",
        ),
    ),
    Question(
        "How do the gradients of log(1 - D) and -log D compare?",
        wrong(
            "They point in opposite directions at each sample.",
            "Both send a sample to where h rises; one of them with more force.",
        ),
        wrong(
            "They have the same direction, for samples and for the generator's weights.",
            "For one sample, yes. A batch is a sum, with other weights on the samples: another direction.",
        ),
        right(
            "The same direction at each sample, another length; so another direction for a batch.",
            "The ratio at a sample is e^(-h). It differs from sample to sample.",
        ),
    ),
    Question(
        "Supports share no mass. When does a GAN's generator get stuck?",
        wrong(
            "Always: JS is log 2, and constants have no gradient.",
            "On the parallel lines JS was log 2 all the way, and three of four ways of training arrived.",
        ),
        wrong(
            "Never: with enough samples the supports overlap.",
            "Samples do not change the supports of the laws.",
        ),
        right(
            "With log(1 - D) and a discriminator close to its best.",
            "With an early discriminator, or with -log D, there is a gradient.",
        ),
    ),
    Question(
        "Noise of size s is added to real and fake samples. Why does the gradient come back?",
        right(
            "The two laws now overlap, so even the best discriminator has doubts: its slope is bounded.",
            "For two points at distance 1 the best wall has the steepness 1 / s^2.",
        ),
        wrong(
            "The discriminator becomes worse at learning.",
            "It may be at its best. The best one is less steep now.",
        ),
        wrong(
            "Noise adds a random gradient, which moves the generator on.",
            "Its mean would be 0. What comes back is the gradient of JS, with a direction.",
        ),
    ),
    Question(
        "At the best D, -log D descends KL(fake || real) - 2 JS. What is cheap?",
        wrong(
            "To make some junk, as long as all modes are there.",
            "That is the taste of KL(real || fake), maximum likelihood.",
        ),
        right(
            "To drop modes, as long as what is made could be real.",
            "Seven of eight modes cost less than a tenth of junk.",
        ),
        wrong(
            "Both: a divergence that is 0 somewhere is small everywhere.",
            "A tenth of junk cost more than twice as much as seven lost modes.",
        ),
    ),
    Question(
        "On the Dirac-GAN a WGAN goes round and round. What makes it converge?",
        wrong(
            "More critic steps for each step of the generator.",
            "They stretch the circle to an ellipse. The determinant of a step stays 1.",
        ),
        wrong(
            "A smaller step size.",
            "It follows the flow more closely, and the flow goes round.",
        ),
        wrong(
            "A distance without saturation.",
            "It has one: W1 = |theta|, with slope 1 everywhere but at 0.",
        ),
        right(
            "Damping: a penalty on the critic's slope, or noise on both sides.",
            "Then the eigenvalues of the flow have negative real parts.",
        ),
    ),
]

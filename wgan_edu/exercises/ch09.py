r"""Exercises and quiz of chapter 09, the WGAN.

Tasks: notebooks/09_wgan.ipynb. They answer questions 3 and 4 of the self-assessment in S0, discussion points
1 (what a WGAN changes about it) and 4 of S4, and hold Algorithm 1 and the RMSProp of S3.
"""

from typing import Any

import numpy as np

from wgan_edu.checking import Array
from wgan_edu.exercises.frame import Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = [
    "QUIZ",
    "critic_round",
    "from_earth_to_loss",
    "generator_slopes",
    "one_round",
    "roles",
    "two_games",
]

# In a text: from the start of a sentence or clause, and only where nothing in it denies what follows.
PLAINLY = (
    r"(?:^|[.;:?,])(?![^.;:?]*(?:\bnot?\b|n't|never|nothing|wrong|false|instead|contrary|rather|unlike|"
    r"\bnor\b))"
    r"[^.;:?]*?"
)

# --- 09.1 ---------------------------------------------------------------------------------------------


@exercise(
    "09.1",
    kind="by hand",
    seeds=("S3.1",),
    title="One round of Algorithm 1",
    hints=(
        "The gap is w times a number that depends on the points only. Its derivative in w is that number.",
        "The mean of the real points minus the fake one is 4. A step adds 4/10 to w, and then comes line 7.",
        "The generator's point moves by its rate times the slope of f, upward. W1 of two piles and one "
        "hole is the mean of the two ways.",
    ),
    moral="The gap says 3 while W1 is 4: a critic that is held to slope 3/4 sees three quarters. And a rate "
    "of 2 moved the point by 1.5, for the same reason: K scales what is reported, and every step as well.",
)
def one_round() -> list[float]:
    r"""The gap is $w \cdot \frac{2 + 6}{2} - w \cdot 0 = 4 w$, so every critic step adds $\frac{4}{10}$.

    - After one step $w = 0.4$. The second would make it $0.8$, and line 7 puts it back to $c = 0.75$; the
      third does no more. So $w = 0.75$.
    - The gap is then $4 \cdot 0.75 = 3$.
    - The generator descends $-f(\theta) = -w \theta$, whose slope is $-0.75$: $\theta = 0 + 2 \cdot 0.75 =
      1.5$.
    - Now half of the mass has a way of $0.5$, half one of $4.5$. $W_1 = 2.5$; it was 4.
    """
    real, w, theta = np.array([2.0, 6.0]), 0.0, 0.0
    for _ in range(3):
        w = float(np.clip(w + 0.1 * (real.mean() - theta), -0.75, 0.75))
    gap = w * (real.mean() - theta)
    theta += 2 * w
    return [w, float(gap), theta, float(np.abs(real - theta).mean())]


for _w, _says in {
    1.2: "First: three steps of 0.4, and line 7 was left out. No weight leaves a critic step larger than c.",
    1: "First: the bound here is c = 3/4. That a slope is at most 1 is what W1 needs; Algorithm 1 only "
    "clips.",
    0.4: "First: that is one critic step. n_critic is 3.",
    0.8: "First: line 7 comes after every step, so after the second, too.",
    -0.75: "First: the critic ascends its gap. It is high on real, and the real points lie to the right.",
}.items():
    one_round.wrong([_w, ..., ..., ...], says=_says)
for _gap, _says in {
    4: "Second: that is W1. The gap of a critic of slope 3/4 is three quarters of it.",
    6: "Second: you added up the two real points. Both sides are means.",
    -3: "Second: real minus fake. A critic that is high on real has a positive gap.",
}.items():
    one_round.wrong([..., _gap, ..., ...], says=_says)
for _theta, _says in {
    -1.5: "Third: that is S1's sign. The generator makes the critic's value of its point larger, not "
    "smaller.",
    2: "Third: the step is the rate times the slope of f, and the slope is w, not 1.",
    0.75: "Third: you forgot the rate, 2.",
    8: "Third: the step is proportional to the slope of f at the point, not to how far the point has to go.",
}.items():
    one_round.wrong([..., ..., _theta, ...], says=_says)
for _w1, _says in {
    1.875: "Fourth: that is the gap after the step. W1 does not know the critic: take the two ways.",
    5: "Fourth: each of the two real points has mass one half.",
    5.5: "Fourth: that is how far the points are if theta went to the left.",
}.items():
    one_round.wrong([..., ..., ..., _w1], says=_says)

# --- 09.2 ---------------------------------------------------------------------------------------------


@exercise(
    "09.2",
    kind="code",
    seeds=("S0.4", "S3.1", "S3.2"),
    title="Lines 5 to 7",
    hints=(
        "The gap of f(x) = w · x is w · (mean of real - mean of fake). What is its gradient in w, shape "
        "(d,)?",
        "RMSProp first brings its average up to date, then divides: v = 0.9 v + 0.1 g squared, and the "
        "step is "
        "the rate times g over the root of the new v. Ascend: add it.",
        "Line 7 comes last, and for each weight alone: `np.clip(new_w, -clip_value, clip_value)`.",
    ),
    moral="That is the method which S0 asks for: clip every weight after every step. It bounds the slope of "
    "this critic by the root of d times c, which is not 1. Without line 7 the same round, repeated, would "
    "raise the gap without end, as long as the two means differ.",
)
def critic_round(
    w: Array, mean_square: Array, real: Array, fake: Array, rate: float, clip_value: float
) -> tuple[Array, Array]:
    """Ascend the gap by one step of RMSProp, then clip each weight."""
    grad = real.mean(axis=0) - fake.mean(axis=0)  # (d,) of the gap
    mean_square = 0.9 * mean_square + 0.1 * grad**2
    return np.clip(w + rate * grad / np.sqrt(mean_square), -clip_value, clip_value), mean_square


@critic_round.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(91)
    for n, m, d, rate, bound in [(5, 5, 3, 0.4, 0.4), (4, 7, 2, 0.3, 0.25), (6, 3, 4, 0.02, 5.0)]:
        w = rng.uniform(-2 * bound, 2 * bound, size=d)  # fresh weights have not been clipped yet
        real, fake = rng.normal(1, 2, size=(n, d)), rng.normal(-1, 1, size=(m, d))
        v = rng.uniform(0.5, 4, size=d)
        result = answer(w, v, real, fake, rate, bound)
        pair = isinstance(result, tuple) or np.ndim(result) == 2
        expect(pair and len(result) == 2, "Return two arrays: the new weights, then the new mean square.")
        new_w, new_v = result
        shapes = np.shape(new_w), np.shape(new_v)
        expect(
            shapes == ((d,), (d,)), f"Both have shape ({d},) here; yours have {shapes[0]} and {shapes[1]}."
        )
        want_w, want_v = critic_round(w, v, real, fake, rate, bound)
        if not same(new_v, want_v):
            _explain_mean_square(new_v, v, real, fake)
        if not same(new_w, want_w):
            _explain_weights(new_w, w, v, real, fake, rate, bound)


def _explain_mean_square(got: Array, v: Array, real: Array, fake: Array) -> None:
    """Say which mistake a mean square looks like."""
    grad, total = real.mean(axis=0) - fake.mean(axis=0), real.sum(axis=0) - fake.sum(axis=0)
    for value, message in (
        (
            0.99 * v + 0.01 * grad**2,
            "That average is torch's. The slides keep nine tenths, not 99 hundredths.",
        ),
        (
            0.1 * v + 0.9 * grad**2,
            "Nine tenths of the old average and one tenth of the new square, not vice versa.",
        ),
        (0.9 * v + 0.1 * grad, "The average is of the *square* of the gradient."),
        (v, "The mean square has to be brought up to date: nine tenths of it, one tenth of the new square."),
        (
            0.9 * v + 0.1 * total**2,
            "You added up the batch. Line 5 has means, so that nothing grows with the size of the batch.",
        ),
    ):
        expect(not same(got, value), message)
    expect(
        False, "The mean square is not right: is your gradient that of the gap, a difference of two means?"
    )


def _explain_weights(
    got: Array, w: Array, v: Array, real: Array, fake: Array, rate: float, bound: float
) -> None:
    """Say which mistake new weights look like."""
    grad = real.mean(axis=0) - fake.mean(axis=0)
    root = np.sqrt(0.9 * v + 0.1 * grad**2)
    free = w + rate * grad / root
    for value, message in (
        (
            np.clip(w - rate * grad / root, -bound, bound),
            "Your critic goes down: after your step it is lower on real than before. The gap is ascended.",
        ),
        (free, "Line 7 is missing: these weights may leave the interval from -c to c, step after step."),
        (
            np.clip(w, -bound, bound) + rate * grad / root,
            "You clip first and step afterward, as the authors' program does. Then the generator sees "
            "weights outside the bounds.",
        ),
        (
            w + np.clip(rate * grad / root, -bound, bound),
            "You clip the step. Line 7 clips the weights: a small step can leave the interval as well.",
        ),
        (
            free * min(1, bound / np.linalg.norm(free)),
            "You shorten the whole vector to length c. Clipping treats each weight alone.",
        ),
        (
            np.clip(w + rate * grad / np.sqrt(v), -bound, bound),
            "You divide by the root of the *old* average. Bring it up to date first.",
        ),
        (
            np.clip(w + rate * grad / root**2, -bound, bound),
            "You divide by the average itself. Its *root* has the units of the gradient.",
        ),
        (np.clip(w + rate * grad, -bound, bound), "That is plain gradient ascent. Where is the division?"),
    ):
        expect(not same(got, value), message)
    expect(
        False, "Gradient of the gap in w, one step of RMSProp upward, then clip each weight. In that order."
    )


def _moves(v: Array, real: Array, fake: Array) -> tuple[Array, Array]:
    """The step of the slides' RMSProp up the gap, for the rate 1, and the new mean square."""
    grad = real.mean(axis=0) - fake.mean(axis=0)
    v = 0.9 * v + 0.1 * grad**2
    return grad / np.sqrt(v), v


@critic_round.wrong(says="Your critic goes down")
def _(w: Array, v: Array, real: Array, fake: Array, rate: float, c: float) -> tuple[Array, Array]:
    step, v = _moves(v, real, fake)
    return np.clip(w - rate * step, -c, c), v


@critic_round.wrong(says="Line 7 is missing")
def _(w: Array, v: Array, real: Array, fake: Array, rate: float, c: float) -> tuple[Array, Array]:
    step, v = _moves(v, real, fake)
    return w + rate * step, v


@critic_round.wrong(says="as the authors' program does")
def _(w: Array, v: Array, real: Array, fake: Array, rate: float, c: float) -> tuple[Array, Array]:
    step, v = _moves(v, real, fake)
    return np.clip(w, -c, c) + rate * step, v


@critic_round.wrong(says="You clip the step")
def _(w: Array, v: Array, real: Array, fake: Array, rate: float, c: float) -> tuple[Array, Array]:
    step, v = _moves(v, real, fake)
    return w + np.clip(rate * step, -c, c), v


@critic_round.wrong(says="treats each weight alone")
def _(w: Array, v: Array, real: Array, fake: Array, rate: float, c: float) -> tuple[Array, Array]:
    step, v = _moves(v, real, fake)
    new = w + rate * step
    return new * min(1, c / float(np.linalg.norm(new))), v


@critic_round.wrong(says="root of the *old* average")
def _(w: Array, v: Array, real: Array, fake: Array, rate: float, c: float) -> tuple[Array, Array]:
    grad = real.mean(axis=0) - fake.mean(axis=0)
    return np.clip(w + rate * grad / np.sqrt(v), -c, c), 0.9 * v + 0.1 * grad**2


@critic_round.wrong(says="You divide by the average itself")
def _(w: Array, v: Array, real: Array, fake: Array, rate: float, c: float) -> tuple[Array, Array]:
    grad = real.mean(axis=0) - fake.mean(axis=0)
    v = 0.9 * v + 0.1 * grad**2
    return np.clip(w + rate * grad / v, -c, c), v


@critic_round.wrong(says="That average is torch's")
def _(w: Array, v: Array, real: Array, fake: Array, rate: float, c: float) -> tuple[Array, Array]:
    grad = real.mean(axis=0) - fake.mean(axis=0)
    v = 0.99 * v + 0.01 * grad**2
    return np.clip(w + rate * grad / np.sqrt(v), -c, c), v


@critic_round.wrong(says="You added up the batch")
def _(w: Array, v: Array, real: Array, fake: Array, rate: float, c: float) -> tuple[Array, Array]:
    step, v = _moves(v, len(real) * real, len(fake) * fake)
    return np.clip(w + rate * step, -c, c), v


# --- 09.3 ---------------------------------------------------------------------------------------------


@exercise(
    "09.3",
    kind="code",
    title="Line 10",
    hints=(
        "The loss is minus the mean of f(A z_i + b). Move b a little: every fake point moves along with it, "
        "and f changes at point i by its slope there.",
        "For A: the point i moves by dA z_i, so f changes by slopes[i] · (dA z_i). Which matrix has this "
        "inner product with dA?",
        "Row i adds the table slopes[i][:, None] * noise[i][None, :], shape (d, k). All at once: "
        "`slopes.T @ noise`. Then divide by the number of points, and mind the sign.",
    ),
    moral="The critic enters through its slopes at the fake points and through nothing else: add 100 to "
    "f, and "
    "the generator does not notice. That is why the height of a WGAN generator's loss means nothing.",
)
def generator_slopes(slopes: Array, noise: Array) -> tuple[Array, Array]:
    """Gradients of minus the mean of f(A z + b) with respect to A and b."""
    grad_A = -slopes.T @ noise / len(noise)  # (d, k)
    grad_b = -slopes.mean(axis=0)  # (d,)
    return grad_A, grad_b


@generator_slopes.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(92)
    for n, d, k in [(6, 3, 2), (5, 2, 2), (8, 2, 4)]:
        slopes, noise = rng.normal(size=(n, d)) + 1, rng.normal(size=(n, k)) + 1
        result = answer(slopes, noise)
        pair = isinstance(result, tuple | list) and len(result) == 2
        expect(pair, "Return two arrays, `grad_A, grad_b`.")
        got_A, got_b = result
        want_A, want_b = generator_slopes(slopes, noise)
        if not same(got_A, want_A):
            _explain_matrix(got_A, slopes, noise)
        if not same(got_b, want_b):
            _explain_shift(got_b, slopes)


def _explain_matrix(got: Any, slopes: Array, noise: Array) -> None:
    """Say what is wrong with the gradient with respect to A."""
    total = slopes.T @ noise
    (n, k), d = np.shape(noise), slopes.shape[1]
    if k == d:
        expect(
            not same(got, -total.T / n),
            "Your table for A is turned on its side: the row belongs to a coordinate of the point, the "
            "column to one of the noise.",
        )
    expect(
        np.shape(got) == (d, k),
        f"The gradient for A has the shape of A, {(d, k)} here; yours has {np.shape(got)}.",
    )
    for value, message in (
        (
            total / n,
            "The sign of A: that is the direction in which f rises. The gradient of the loss is its "
            "opposite, and the optimizer then goes against it.",
        ),
        (-total, "A: you added up the batch. The loss is a mean."),
        (
            -np.outer(slopes.mean(axis=0), noise.mean(axis=0)),
            "A: a product of two means is not the mean of the products. Each point has its own noise.",
        ),
        (
            -np.tile(slopes.mean(axis=0)[:, None], (1, k)),
            "A: the noise is missing. A small change of A moves point i by dA z_i.",
        ),
    ):
        expect(not same(got, value), message)
    expect(False, "The gradient for A is not right: check it by moving one entry of A a little.")


def _explain_shift(got: Any, slopes: Array) -> None:
    """Say what is wrong with the gradient with respect to b."""
    for value, message in (
        (
            slopes.mean(axis=0),
            "The sign of b: the loss falls where f rises, so its gradient is minus the mean.",
        ),
        (-slopes.sum(axis=0), "b: you added up the batch, and the loss is a mean."),
        (-slopes, "b: all points share one shift. Take the mean over the batch, shape (d,)."),
        (0 * slopes[0], "b: the shift moves every fake point, so the loss does depend on it."),
    ):
        expect(not same(got, value), message)
    expect(False, "The gradient for b is not right: check it by moving one entry of b a little.")


@generator_slopes.wrong(says="The sign of A")
def _(slopes: Array, noise: Array) -> tuple[Array, Array]:
    return slopes.T @ noise / len(noise), slopes.mean(axis=0)


@generator_slopes.wrong(says="A: you added up the batch")
def _(slopes: Array, noise: Array) -> tuple[Array, Array]:
    return -slopes.T @ noise, -slopes.sum(axis=0)


@generator_slopes.wrong(says="turned on its side")
def _(slopes: Array, noise: Array) -> tuple[Array, Array]:
    table = -slopes.T @ noise / len(noise)
    return table.T if table.shape[0] == table.shape[1] else table, -slopes.mean(axis=0)


@generator_slopes.wrong(says="has the shape of A")
def _(slopes: Array, noise: Array) -> tuple[Array, Array]:
    return -noise.T @ slopes / len(noise), -slopes.mean(axis=0)


@generator_slopes.wrong(says="not the mean of the products")
def _(slopes: Array, noise: Array) -> tuple[Array, Array]:
    return -np.outer(slopes.mean(axis=0), noise.mean(axis=0)), -slopes.mean(axis=0)


@generator_slopes.wrong(says="the noise is missing")
def _(slopes: Array, noise: Array) -> tuple[Array, Array]:
    return -np.tile(slopes.mean(axis=0)[:, None], (1, noise.shape[1])), -slopes.mean(axis=0)


@generator_slopes.wrong(says="The sign of b")
def _(slopes: Array, noise: Array) -> tuple[Array, Array]:
    return -slopes.T @ noise / len(noise), slopes.mean(axis=0)


@generator_slopes.wrong(says="all points share one shift")
def _(slopes: Array, noise: Array) -> tuple[Array, Array]:
    return -slopes.T @ noise / len(noise), -slopes


# --- 09.4 ---------------------------------------------------------------------------------------------

WRONG_WAY = Slip(
    PLAINLY + r"generator\w*\s+(\w+\s+){0,3}?(minimi[sz]|lower|reduc|decreas|descend)\w*\s+"
    r"((?!minus|negative)\w+\s+){0,3}?"
    r"(f\(|f_|E\s*[\[(_]?\s*f|expect\w*\s+(critic|value)|average\s+(critic|value)|mean\s+(critic|value)|"
    r"critic)",
    "The sign: this critic is high on real, so the generator raises the critic's value of its points. It "
    "descends minus that value.",
)
MOVES_W = Slip(
    PLAINLY + r"critic\w*\s+(\w+\s+){0,3}?(minimi[sz]|maximi[sz]|increas|decreas|reduc|rais)\w*\s+(the\s+)?"
    r"(W\b|W_?1|wasserstein|earth|EMD|distance)",
    "W1 belongs to the two laws, and no critic can change it. What the critic raises is its gap, a lower "
    "bound on W1.",
)


@exercise(
    "09.4",
    kind="proof",
    seeds=("S4.4",),
    title="From earth to a loss",
    hints=(
        "Four lines: W1 by plans; W1 by critics; what is left of the gap for a critic, and what for a "
        "generator; how each becomes something that an optimizer descends.",
        "For part 2: which term of the gap depends on theta? For part 3 take the best f: its gap is W1, and "
        "the envelope theorem of chapter 06 gives the slope of W1 in theta.",
        "For part 4: a network class is not all 1-Lipschitz functions, and clipping makes it K-Lipschitz. "
        "Divide by K, and compare the largest gap of a smaller class with that of all functions.",
    ),
    rubric=(
        Point(
            "the start: W1 is the least mean distance over all plans;",
            r"(inf|min|least|cheapest|smallest|lowest)\w*[^.]{0,80}(plan|coupling|joint|γ|gamma|Π|work)"
            r"|(plan|coupling|joint|γ|gamma)[^.]{0,60}(inf|least|min|cheapest)",
            "Part 1: where does W1 come from? Write its definition by plans first.",
        ),
        Point(
            "the theorem turns it into the largest gap over 1-Lipschitz critics;",
            r"(?=.*(kantorovi|rubinstein|dualit|theorem))(?=.*lipschitz)",
            "Part 1: which theorem makes a supremum over critics of it, and over which critics?",
        ),
        Point(
            "the critic's loss is minus the gap, since optimizers descend: mean f(fake) - mean f(real);",
            r"minus\s+(the|this|that|its)\s+gap|(negative|minus)( of)? (the |this |that |its )?(gap|"
            r"difference)|[-−–]\s*gap|[-−–]\s*\(|"
            r"f\(\s*(x̃|x_?hat|x'|y|g|G|fake|\\tilde)[^.]{0,50}[-−–][^.]{0,30}f\(\s*(x|real)"
            r"|(descend|minimi)\w*[^.]{0,50}(fake|generated)[^.]{0,30}(minus|[-−–])[^.]{0,20}real",
            "Part 2: what does the critic's optimizer descend? Mind that it descends.",
        ),
        Point(
            "the real term has no theta, so for the generator -E f(g(z)) is left;",
            r"(real|first|data|E_r|P_r|x ~)[^.]{0,60}(not (depend|contain|involve)|no θ|no "
            r"theta|independent of"
            r"|constant|without (θ|theta)|drops?|vanish|does not|doesn't)"
            r"|\b(no|not|n't|without|free of)\b[^.]{0,30}(θ|theta)"
            r"|(only|just)[^.]{0,60}(second|fake|generated)",
            "Part 2: which of the two terms does the generator change? What becomes of the other?",
        ),
        Point(
            "at the best critic the slope of this loss in theta is the slope of W1: the envelope theorem;",
            r"envelope|danskin|theorem 3|(gradient|slope|derivative)[^.]{0,80}(of W|W_?1|distance)",
            "Part 3: why does descending -E f(g(z)), with the critic held fixed, lower W1?",
        ),
        Point(
            "what is only approximate: a lower bound by a smaller class, or K W1, and samples for means.",
            r"lower bound|at most|\bK\b|approximat|smaller class|subset|not reach|not (the )?(best|optimal)"
            r"|sampl|batch",
            "Part 4: where does the network fall short of the theorem?",
        ),
    ),
    slips=(
        WRONG_WAY,
        MOVES_W,
        Slip(
            PLAINLY + r"(W_?1?|wasserstein|distance|EMD)\b[^.;?]{0,40}\bdefined (as|to be|by|via|through) "
            r"(the |a |an )?(\w+ )?(max|sup|largest|highest|differ)",
            "W1 is defined by plans. That a supremum over critics gives the same number is the theorem.",
        ),
        Slip(
            PLAINLY + r"clip\w*[^.;?]{0,60}(makes?|ensures?|guarantees?|gives?|is|are)\s+(\w+\s+){0,2}?"
            r"(1-lipschitz|one-lipschitz|lipschitz (constant )?(1|one))",
            "Clipping makes the critic K-Lipschitz, with a K that nobody knows. So its best gap is at most "
            "K W1.",
        ),
    ),
)
def from_earth_to_loss() -> None:
    r"""**Part 1.** $W_1(\mathbb P_r, \mathbb P_\theta)$ is the least mean distance $\mathbb E_\gamma \|x -
    y\|$ over all plans $\gamma$. By the theorem of Kantorovich and Rubinstein it is also the largest gap
    $\mathbb E_r f(x) - \mathbb E_z f(g_\theta(z))$ over all 1-Lipschitz functions $f$.

    **Part 2.** A network $f_w$ looks for that largest gap. Optimizers descend, so the critic's loss is minus
    the gap: the mean of $f_w$ on fake points minus its mean on real ones. The generator wants the gap of the
    critic to become small. The real term does not depend on $\theta$ and drops out; what is left for it to
    descend is $-\mathbb E_z f_w(g_\theta(z))$.

    **Part 3.** Let $f$ be the best critic at $\theta_0$. For any other $\theta$ its gap is at most $W_1$, and
    at $\theta_0$ both are equal. So, where both have a gradient, the gradients agree (the envelope theorem):
    descending this loss with the critic held fixed is descending $W_1$.

    **Part 4.** The networks are a smaller class than all 1-Lipschitz functions, the optimizer does not reach
    the best of them, and means are taken over batches. So a 1-Lipschitz critic's gap is a lower bound, up to
    sampling. With clipping the critic is K-Lipschitz for an unknown $K$: its gap is at most $K W_1$.
    """


from_earth_to_loss.wrong(
    "W1 is defined as the maximum difference of means over 1-Lipschitz functions, and that is the loss.",
    says="W1 is defined by plans",
)
from_earth_to_loss.wrong(
    "The least work over all plans equals, by duality, the largest gap over Lipschitz critics. So the critic "
    "maximizes the Wasserstein distance and the loss follows.",
    says="no critic can change it",
)
from_earth_to_loss.wrong(
    "By duality the least work over plans is the largest gap of a 1-Lipschitz critic. The critic "
    "ascends, and "
    "the generator minimizes the expected critic value of its samples.",
    says="The sign: this critic is high on real",
)
from_earth_to_loss.wrong(
    "By duality the least work over plans is the largest gap over 1-Lipschitz critics. Weight clipping makes "
    "the critic 1-Lipschitz, so minus the gap is the loss.",
    says="with a K that nobody knows",
)
from_earth_to_loss.wrong(
    "W1 is the least work over all plans. The critic descends minus the gap; the real term has no theta, so "
    "the generator descends -E f(g(z)).",
    says="which theorem makes a supremum",
)
from_earth_to_loss.wrong(
    "W1 is the least work over all plans, and by the theorem of Kantorovich and Rubinstein the largest gap "
    "over 1-Lipschitz critics. The critic's loss is minus the gap. The real term has no theta, so the "
    "generator descends -E f(g(z)).",
    says="with the critic held fixed, lower W1",
)

# --- 09.5 ---------------------------------------------------------------------------------------------


@exercise(
    "09.5",
    kind="prediction",
    seeds=("S4.1",),
    title="A fake point far away, and a mode that was lost",
    hints=(
        "With D = sigma(h): log(1 - D) = -log(1 + exp(h)) and -log D = log(1 + exp(-h)). Differentiate in h; "
        "the slope of h along the way is 1.",
        "The first is sigma(h), the second 1 - sigma(h). For the critic: its loss is -f.",
        "For the last two: half of the earth at 0 has to be brought to the other mode. JS looks at which "
        "outcomes are shared, and not at where they are.",
    ),
    moral="One answer to S4's point 1: the critic's slope stays 1 however sure it is, and W1 charges a lost "
    "mode by its distance. Both are about the loss. That a WGAN's training then finds the mode is no "
    "theorem: "
    "the paper reports that it saw no collapse, and its authors' experiments are not a proof.",
)
def two_games() -> list[float]:
    r"""Along the way the logit $h$ rises by 1 a unit, so the sizes are those of the derivatives in $h$.

    - $\log(1 - \sigma(h))$ has the derivative $-\sigma(h)$. At $h = -2$: $0.119$.
    - $-\log \sigma(h)$ has $-(1 - \sigma(h))$: $0.881$.
    - $-f$ has $-1$: size 1, wherever the point is.
    - The half of the mass that belongs to the lost mode travels its whole way, so $W_1$ is half the distance,
      and ten times the distance makes it 10 times as large.
    - JS compares the masses of outcomes, $(\frac12, \frac12)$ with $(1, 0)$, wherever these outcomes lie. It
      stays: factor 1.
    """
    h = -2.0
    sure = 1 / (1 + np.exp(-h))
    modes, mass_real, mass_fake = np.array([1.0, 10.0]), np.array([0.5, 0.5]), np.array([1.0, 0.0])
    work = (mass_fake - mass_real)[0] * modes
    middle = (mass_real + mass_fake) / 2
    js = (np.log(mass_real / middle) @ mass_real + np.log(1 / middle[0])) / 2
    return [float(sure), float(1 - sure), 1.0, float(work[1] / work[0]), float(js / js)]


for _one, _says in {
    0.881: "First: that is the slope of the non-saturating loss. log(1 - D) is flat where D is near 0.",
    0.105: "First: that is the derivative of D itself. The loss is its logarithm, of 1 - D.",
    0: "First: next to nothing is not nothing. D is 0.119 there, and so is the slope.",
    1: "First: the logit has slope 1 here, and the loss passes on only the share D of it.",
}.items():
    two_games.wrong([_one, ..., ..., ..., ...], says=_says)
for _two, _says in {
    0.119: "Second: the two losses are the wrong way round. -log D is steep where D is near 0.",
    7.389: "Second: that is the ratio of the two, e squared. The slope is at most 1.",
    8.389: "Second: that is 1 / D. The derivative of D, which is D (1 - D), belongs to the chain as well.",
}.items():
    two_games.wrong([..., _two, ..., ..., ...], says=_says)
two_games.wrong(
    [..., ..., 2, ..., ...], says="Third: that is how low f is there. The generator feels its slope."
)
two_games.wrong(
    [..., ..., 0, ..., ...], says="Third: a critic does not saturate. Its loss is f itself, upside down."
)
two_games.wrong([..., ..., ..., 1, ...], says="Fourth: earth has to be carried ten times as far.")
two_games.wrong([..., ..., ..., 100, ...], says="Fourth: distance is not squared here.")
two_games.wrong([..., ..., ..., ..., 10], says="Fifth: JS does not know how far apart two outcomes are.")
two_games.wrong(
    [..., ..., ..., ..., 0],
    says="Fifth: JS does notice that the mode is lost, at any distance. It is its factor that you were "
    "asked for.",
)

# --- 09.6 ---------------------------------------------------------------------------------------------


@exercise(
    "09.6",
    kind="concept",
    seeds=("S0.3", "S0.4"),
    title="Critic and discriminator",
    hints=(
        "Five parts: what each of the two networks puts out, what each is trained for, what the generator "
        "descends, how the critic is held, and what happens if it is not.",
        "A discriminator answers a question about one sample. A critic's single value answers none; which "
        "combination of its values does mean something?",
        "Without a limit on the slopes, take any f with a positive gap and multiply it by 1000.",
    ),
    rubric=(
        Point(
            "a discriminator puts out a probability that a sample is real: it classifies;",
            r"discriminat\w*[^.]{0,90}(probab|classif|real or fake|sigmoid|0 (and|to) 1|binary)"
            r"|(probab|classif)[^.]{0,60}discriminat",
            "What does a discriminator say about a sample?",
        ),
        Point(
            "a critic puts out any real number, a score without sigmoid or logarithm, known up to a "
            "constant;",
            r"(real(-valued)? number|any number|score|price|unbounded (output|value)|no sigmoid"
            r"|without (a )?(sigmoid|log)|not a probab|no probab|up to (a|an additive) constant|potential)",
            "And a critic? Of which kind is its output, and what does a single value mean?",
        ),
        Point(
            "the critic raises the gap E f(x) - E f(g(z)), whose largest value over 1-Lipschitz f is W1;",
            r"(maximi|ascend|rais|increas|largest|sup)\w*[^.]{0,90}(gap|differen|E\b|E_|mean|expect)"
            r"|(gap|mean|differen|expect)[^.]{0,60}(large|high|maxim)",
            "What is the critic trying to make large? Write the objective.",
        ),
        Point(
            "the generator lowers W1, or the gap: it descends -E f(g(z));",
            r"generator[^.]{0,120}([-−–]\s*(E|mean|f)|minus|W_?1|wasserstein|distance|gap|rais\w*[^.]{0,20}f)"
            r"|generator\w*\s+(\w+\s+){0,3}?(minimi|lower|descend)\w*\s+(it|this|that|the same)\b",
            "And the generator: what does it descend, and what for?",
        ),
        Point(
            "the method: after every critic step, clip each weight to [-c, c];",
            r"clip",
            "Which method did the lecture mention to enforce the constraint?",
        ),
        Point(
            "why: without a limit the gap has no largest value, so it measures nothing.",
            r"unbounded|infinit|∞|no (largest|upper|bound|limit|maxim)|without (a |any "
            r")?(limit|bound|constraint)"
            r"[^.]{0,90}(grow|large|diverg|explo|nothing|meaning|end)|multipl|scal|finite|arbitrar"
            r"|times (as|larger|bigger|higher)",
            "Why is the constraint needed? What happens to the largest gap without it?",
        ),
    ),
    slips=(
        WRONG_WAY,
        MOVES_W,
        Slip(
            PLAINLY
            + r"\bcritic\w*\s+(\w+\s+){0,3}?(outputs?|returns?|gives|estimates?|puts out|predicts?)\s+"
            r"(\w+\s+){0,3}?probabilit",
            "That is a discriminator. A critic's values are not between 0 and 1, and adding 100 to all "
            "of them "
            "changes nothing.",
        ),
        Slip(
            r"(?:^|[.;])(?![^.;]*(S0|S3|lecture|slides|reason|wrong|because|\bnever\b|cannot|"
            r"(it|this|that|clip\w*|limit|constraint) (is|was|does)( not|n't| no)\b))[^.;]*"
            r"(too (powerful|strong|good)|over-?power|overfit)",
            "So say S0 and S3, and it is not the reason: a critic should be as good as it can be, and "
            "clipped "
            "ones do overfit. Ask what happens to the largest gap if no slope is forbidden.",
        ),
        Slip(
            PLAINLY + r"clip\w*[^.;?]{0,60}(makes?|ensures?|guarantees?|gives?|is|are)\s+(\w+\s+){0,3}?"
            r"(1-lipschitz|one-lipschitz|lipschitz (constant )?(1|one)\b)",
            "Clipping makes the critic K-Lipschitz for some K that depends on the network. It is rarely 1.",
        ),
    ),
)
def roles() -> None:
    r"""A *discriminator* answers a question about one sample: its output is a probability that the sample is
    real, and it is trained to classify. A *critic* puts out any real number, a score without sigmoid and
    without logarithm. A single value of it means nothing, for $f$ and $f + 100$ are equally good; a
    difference of means does mean something.

    The objective is $\min_\theta \max_w\, \mathbb E_r f_w(x) - \mathbb E_z f_w(g_\theta(z))$. The critic
    raises this gap. Over all 1-Lipschitz functions its largest value is $W_1$, so every such gap is a lower
    bound on it. The generator wants $W_1$ to become small: with the critic held fixed it descends
    $-\mathbb E_z f_w(g_\theta(z))$, that is, it moves its samples to where $f$ is higher.

    The method of the lecture: after every critic step, clip each weight to $[-c, c]$. Some limit on the
    slopes is necessary, since a critic with a positive gap can be multiplied by any number: without a limit
    the gap has no largest value, and its size says nothing about the two laws. Clipping gives a limit $K$,
    though an unknown one, so the gap is at most $K W_1$. (It is *not* there to keep the critic weak: within
    its limit it should be trained as well as one can.)
    """


roles.wrong(
    "A discriminator outputs a probability. A critic outputs a real number, a score. The critic "
    "maximizes the "
    "Wasserstein distance and the generator minimizes it, and weights are clipped.",
    says="no critic can change it",
)
roles.wrong(
    "The critic outputs the probability that a sample is real, as in any GAN, and the generator fools it.",
    says="That is a discriminator",
)
roles.wrong(
    "A discriminator classifies, a critic gives a score. The critic raises the gap E f(x) - E f(g(z)), the "
    "generator minimizes the expected critic value of its samples. Weights are clipped.",
    says="The sign: this critic is high on real",
)
roles.wrong(
    "A discriminator classifies, a critic gives a score and raises the gap of means. The generator descends "
    "-E f(g(z)). Weights are clipped so that the critic does not become too powerful too quickly.",
    says="So say S0 and S3",
)
roles.wrong(
    "A discriminator classifies, a critic gives a score without sigmoid. It raises the gap of means, the "
    "generator descends -E f(g(z)). Weight clipping guarantees a 1-Lipschitz critic.",
    says="It is rarely 1",
)
roles.wrong(
    "A discriminator classifies samples as real or fake. A critic gives a score. The critic raises the "
    "gap of "
    "means, the generator descends minus E f(g(z)), and after each step the weights are clipped.",
    says="Why is the constraint needed",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "A WGAN's log shows a generator loss of -17.3, later -4.1. What has happened?",
        wrong(
            "The samples became worse: the loss went up.",
            "It may have gone up because f moved up or down as a whole. The samples cannot be read from it.",
        ),
        wrong(
            "The samples became better: the critic is closer to 0.",
            "0 is no special height for a critic. f and f + 100 have the same gap and the same slopes.",
        ),
        right(
            "That cannot be told: f is known up to a constant, and so is this loss.",
            "Watch the gap, where the constant cancels, and better the exact distance beside it.",
        ),
    ),
    Question(
        "Line 2 of the paper counts t = 0, ..., n_critic. How many critic steps is that for n_critic = 5?",
        right(
            "Six as written; five are meant.",
            "0, 1, 2, 3, 4, 5 are six numbers. The text of the paper and everybody's programs say five.",
        ),
        wrong(
            "Five, because counting from 0 leaves out the last.",
            "In Python's range it does. In the paper's notation both ends belong to the loop.",
        ),
        wrong(
            "It depends on how far the critic has come.",
            "The authors' program does depend on the step: 100 at the start and at every 500th. Line 2 "
            "does not.",
        ),
    ),
    Question(
        "torch's RMSprop with rate 0.001, first step. How far does a weight with gradient 0.00001 move?",
        wrong(
            "By 0.00000001: rate times gradient.",
            "That would be plain gradient descent. RMSProp divides by the size of the gradient.",
        ),
        wrong(
            "By 0.001: RMSProp divides by the root of the squared gradient.",
            "It divides by the root of the moving average, which after one step holds one hundredth of "
            "the square.",
        ),
        right(
            "By about 0.01: ten times the rate.",
            "The average starts at 0 and takes in one hundredth of the square. Its root is a tenth of the "
            "gradient.",
        ),
        wrong(
            "By 0.00316: the rule of the slides.",
            "The slides keep nine tenths of the average, torch 99 hundredths. The slides' rule gives "
            "3.16 rates.",
        ),
    ),
    Question(
        "A critic is held to slope 1. Should you stop training it early, so that it does not get too good?",
        wrong(
            "Yes: a perfect critic gives the generator no gradient.",
            "That is a discriminator's trouble. At the best critic the slope is 1 wherever earth moves.",
        ),
        right(
            "No: the nearer it is to the best, the nearer its slopes point where the earth should go.",
            "In the chapter its cosine with the exact direction was best after the most steps. The limit is "
            "on slopes, not on skill.",
        ),
        wrong(
            "Yes: its gap would grow without end.",
            "Held to slope 1 it cannot exceed W1 of its batches. Without a limit it would, and did.",
        ),
    ),
    Question(
        "Two runs clip at 0.01 and at 0.1. Their gaps end at 0.00001 and 0.05. Which generator is better?",
        wrong(
            "The first: its gap is smaller, so its samples are closer.",
            "Each gap is measured in a unit of its own, the slope that these bounds allow.",
        ),
        wrong(
            "The second: its critic sees more.",
            "It reports larger numbers, as a map with a larger scale does. That is no quality of the "
            "samples.",
        ),
        right(
            "The gaps do not say: their unit K differs by thousands. Compare exact W1 of the samples.",
            "Or certify both critics: the c-transform takes the unit out.",
        ),
    ),
    Question(
        "In the chapter, what made the value that a run reports go up and down with exact W1?",
        right(
            "A limit on the critic's slopes, with the WGAN's loss and with a GAN's.",
            "Without the limit neither value followed W1. The loss alone did not do it.",
        ),
        wrong(
            "The WGAN's loss: a GAN's value cannot follow W1.",
            "With slopes held to 1 it did, about as well. And the WGAN's, with free slopes, did not.",
        ),
        wrong(
            "RMSProp in place of Adam.",
            "All four kinds of run used the same optimizer.",
        ),
        wrong(
            "Five critic steps for each generator step.",
            "All four kinds of run took three. What differed was the loss, and the limit on slopes.",
        ),
    ),
]

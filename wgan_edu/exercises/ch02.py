r"""Exercises and quiz of chapter 02, the GAN game.

Tasks: notebooks/02_gan_game_and_js.ipynb. They answer question 5 of the self-assessment in S2, and the JS
half of question 1 of S0.
"""

import math
from typing import Any

import numpy as np

import wgan_edu
from wgan_edu.checking import Array
from wgan_edu.exercises.frame import Point, Slip, exercise, expect, same
from wgan_edu.exercises.quizzes import Question, right, wrong

__all__ = [
    "QUIZ",
    "best_generator",
    "disjoint_proof",
    "four_pays",
    "one_sided_coin",
    "stable_loss",
    "tv_conjugate",
]

# Words that turn a sentence around, for the patterns that look at texts.
NOT = r"(?:\bnot\b|n't|n’t|\bno\b|\bnever\b|\bcannot\b|\bnor\b|\bfails?\b|\bonly\b|\bunlike\b)"

# --- 02.1 ---------------------------------------------------------------------------------------------


@exercise(
    "02.1",
    kind="by hand",
    title="The generator that knows one side of the coin",
    hints=(
        "On heads the two laws have the probabilities 1/2 and 1, on tails 1/2 and 0. D* is a share: real "
        "over real plus fake.",
        "C(G) = 1/2 log D*(heads) + 1/2 log D*(tails) + 1 log(1 - D*(heads)). One of the three terms is 0.",
        "JS = (C(G) + log 4) / 2. And in each KL look for an outcome that has probability 0 on the right "
        "only.",
    ),
    moral="Half of the data is missing, and JS is 0.22 of at most 0.69. KL(real || fake) is infinite for the "
    "lost side, KL(fake || real) is as mild as log 2: the direction decides how much a lost mode costs. "
    "Chapter 03 comes back to that.",
)
def one_sided_coin() -> list[float]:
    r"""On heads $p_r = \frac12$ and $p_\theta = 1$; on tails $p_r = \frac12$ and $p_\theta = 0$.

    - $D^*(\text{heads}) = \frac12 / (\frac12 + 1) = \frac13$, and $D^*(\text{tails}) = 1$.
    - $C(G) = \frac12 \log \frac13 + \frac12 \log 1 + \log \frac23 = -0.95$.
    - $JS = \frac12 (C(G) + \log 4) = 0.22$.
    - $KL(\mathbb P_r \Vert \mathbb P_\theta)$ holds $\frac12 \log(\frac12 / 0)$: it is infinite.
    - $KL(\mathbb P_\theta \Vert \mathbb P_r) = 1 \log (1 / \frac12) = \log 2 = 0.69$.
    """
    real, fake, d = np.array([0.5, 0.5]), np.array([1.0, 0.0]), wgan_edu.divergences
    answers = d.optimal_discriminator(real, fake)
    values = d.gan_cost(real, fake), d.js_divergence(real, fake)
    return [answers[0], *values, d.kl_divergence(real, fake), d.kl_divergence(fake, real)]


for _d, _says in {
    1 / 2: "D*: one half is the share of heads among real coins. Among all the heads you see, fake ones are "
    "twice as frequent as real ones.",
    2 / 3: "D*: that is the probability that heads is fake. D says how likely it is to be real.",
    0.0: "D*: to say 0 is to be sure, and every other real coin shows heads: log 0 would cost everything.",
}.items():
    one_sided_coin.wrong([_d, ..., ..., ..., ...], says=_says)
for _cost, _says in {
    0.5 * math.log(1 / 3): "C(G): you left out the fake samples. They pay log(1 - D*) on heads.",
    math.log(1 / 3)
    + math.log(2 / 3): "C(G): real heads come only every other time, so their term counts half.",
    -2 * math.log(2): "C(G): that is the pay against a perfect generator. This one leaves out tails.",
}.items():
    one_sided_coin.wrong([..., _cost, ..., ..., ...], says=_says)
_cost = 0.5 * math.log(1 / 3) + math.log(2 / 3)
for _js, _says in {
    _cost + math.log(4): "JS: that is twice JS, as the WGAN paper prints it. Each KL counts half here.",
    (_cost + math.log(4)) / 2 / math.log(2): "JS: that is the value in bits. This course uses natural "
    "logarithms.",
    math.log(2): "JS: log 2 is for laws that share nothing. These two share heads.",
    math.inf: "JS: it compares with the mixture, which has mass on both sides: no division by 0.",
}.items():
    one_sided_coin.wrong([..., ..., _js, ..., ...], says=_says)
one_sided_coin.wrong(
    [..., ..., ..., math.log(2), math.inf],
    says="The two KL are exchanged: the law on the left of the bars takes the mean, and an outcome of its "
    "own that the right one excludes costs infinitely much.",
)
one_sided_coin.wrong(
    [..., ..., ..., 0.5 * math.log(1 / 2), ...],
    says="KL(real || fake): you left out tails. There the ratio is 1/2 over 0, and real coins do show "
    "tails. (A KL is never negative.)",
)
one_sided_coin.wrong(
    [..., ..., ..., ..., math.inf],
    says="KL(fake || real): on tails the generator has probability 0, and 0 log 0 is 0. Only heads is left.",
)

# --- 02.2 ---------------------------------------------------------------------------------------------


@exercise(
    "02.2",
    kind="code",
    title="A loss that does not overflow",
    hints=(
        "Take the logarithm of D = 1 / (1 + exp(-h)) by hand first: log D = -log(1 + exp(-h)).",
        "And 1 - D(h) is D(-h), so log(1 - D) = -log(1 + exp(h)). Both have the form log(1 + "
        "exp(something)).",
        "log(1 + exp(a)) is `np.logaddexp(0, a)`. Real samples take a = -h, fake samples a = h; a mean over "
        "each, and the sum.",
    ),
    moral="That is softplus, and PyTorch's `BCEWithLogitsLoss` with labels 1 and 0, twice. A network should "
    "put out a logit and never its sigmoid: for h = 40 the float32 sigmoid is 1, and log(1 - D) is lost.",
)
def stable_loss(real_logits: Array, fake_logits: Array) -> float:
    """-V(D, G) on a minibatch: -log D on real samples, -log(1 - D) on fake ones, a mean over each."""
    real_part = np.logaddexp(0, -real_logits)  # -log D
    fake_part = np.logaddexp(0, fake_logits)  # -log(1 - D)
    return float(real_part.mean() + fake_part.mean())


@stable_loss.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(2)
    for n, m in [(4, 4), (6, 3), (1, 5)]:
        real, fake = rng.normal(1, 2, size=n), rng.normal(-0.5, 2, size=m)
        with np.errstate(all="ignore"):
            got = answer(real, fake)
        expect(np.size(got) == 1, f"One number is wanted, a mean; yours has shape {np.shape(got)}.")
        if not same(got, stable_loss(real, fake)):
            _explain_loss(got, real, fake)
    for high, low in [([800.0, 1.0], [-800.0, 0.5]), ([-800.0, 0.0], [0.0, 800.0]), ([40.0], [40.0])]:
        real, fake = np.array(high), np.array(low)
        with np.errstate(all="ignore"):
            got = answer(real, fake)
        expect(
            same(got, stable_loss(real, fake)),
            f"Right for moderate logits. For the logits {high} and {low} your loss is {np.ravel(got)[0]:.6g}"
            f", and it should be {stable_loss(real, fake):.6g}: somewhere an exponential or a sigmoid left "
            "the range of floating point.",
        )


def _explain_loss(got: Any, real: Array, fake: Array) -> None:
    """Say which mistake a loss looks like."""
    up, down = np.logaddexp(0, real), np.logaddexp(0, -real)
    fake_up, fake_down = np.logaddexp(0, fake), np.logaddexp(0, -fake)
    for value, message in (
        (-down.mean() - fake_up.mean(), "That is V itself. An optimizer descends, so it gets minus V."),
        (
            up.mean() + fake_down.mean(),
            "Your discriminator is paid for taking real for fake and fake for real: D is high on real.",
        ),
        (
            down.mean() - fake_up.mean(),
            "The fake part has the wrong sign: the discriminator also wants 1 - D high on fake samples.",
        ),
        (
            down.mean() + fake_down.mean(),
            "You give the fakes log D, not log(1 - D): so D would be high everywhere. (That is what a "
            "non-saturating generator descends.)",
        ),
        (down.sum() + fake_up.sum(), "You added up the samples. V is made of means."),
        (
            np.concatenate([down, fake_up]).mean(),
            "You took one mean over all samples. V has a mean over real plus a mean over fake: each law "
            "counts fully, whatever the sizes of the batches.",
        ),
        (
            (down.mean() + fake_up.mean()) / math.log(2),
            "That is in bits. This course uses natural logarithms.",
        ),
        (
            fake.mean() - real.mean(),
            "That is minus the gap of the logits, what a WGAN's critic descends. Where are the logarithms?",
        ),
    ):
        expect(not same(got, value), message)
    expect(False, "Compare with -mean(log D(real)) - mean(log(1 - D(fake))) for one logit on each side.")


@stable_loss.wrong(says="That is V itself")
def _(real_logits: Array, fake_logits: Array) -> float:
    return -float(np.logaddexp(0, -real_logits).mean() + np.logaddexp(0, fake_logits).mean())


@stable_loss.wrong(says="D is high on real")
def _(real_logits: Array, fake_logits: Array) -> float:
    return float(np.logaddexp(0, real_logits).mean() + np.logaddexp(0, -fake_logits).mean())


@stable_loss.wrong(says="wrong sign")
def _(real_logits: Array, fake_logits: Array) -> float:
    return float(np.logaddexp(0, -real_logits).mean() - np.logaddexp(0, fake_logits).mean())


@stable_loss.wrong(says="D would be high everywhere")
def _(real_logits: Array, fake_logits: Array) -> float:
    return float(np.logaddexp(0, -real_logits).mean() + np.logaddexp(0, -fake_logits).mean())


@stable_loss.wrong(says="V is made of means")
def _(real_logits: Array, fake_logits: Array) -> float:
    return float(np.logaddexp(0, -real_logits).sum() + np.logaddexp(0, fake_logits).sum())


@stable_loss.wrong(says="one mean over all samples")
def _(real_logits: Array, fake_logits: Array) -> float:
    return float(np.logaddexp(0, np.concatenate([-real_logits, fake_logits])).mean())


@stable_loss.wrong(says="left the range of floating point")
def _(real_logits: Array, fake_logits: Array) -> float:
    with np.errstate(all="ignore"):
        d_real, d_fake = 1 / (1 + np.exp(-real_logits)), 1 / (1 + np.exp(-fake_logits))
        return -float(np.log(d_real).mean() + np.log(1 - d_fake).mean())


@stable_loss.wrong(says="gap of the logits")
def _(real_logits: Array, fake_logits: Array) -> float:
    return float(fake_logits.mean() - real_logits.mean())


@stable_loss.wrong(says="yours has shape")
def _(real_logits: Array, fake_logits: Array) -> Array:
    return np.concatenate([np.logaddexp(0, -real_logits), np.logaddexp(0, fake_logits)])


# --- 02.3 ---------------------------------------------------------------------------------------------


@exercise(
    "02.3",
    kind="code",
    title="A conjugate of your own",
    hints=(
        "Draw φ: a V with its tip at u = 1, of slope -1/2 on the left and 1/2 on the right. Subtract it from "
        "the line u t and ask where the difference is highest.",
        "For slopes t between -1/2 and 1/2 the highest point is the tip, u = 1. For a steeper t the "
        "difference rises without end. And for t below -1/2 it falls everywhere: then u = 0 is best, as a "
        "ratio is never negative.",
        "At u = 1 the value is t. At u = 0 it is -φ(0) = -1/2. So: t, at least -1/2, and infinite above 1/2: "
        "`np.where` and `np.maximum`.",
    ),
    moral="So TV is the supremum of E T(real) - E T(fake) over critics with values from -1/2 to 1/2: a "
    "critic that is bounded, where the Wasserstein critic is not allowed to be steep. (Over |T| ≤ 1 the "
    "supremum is 2 TV: section 5 of the WGAN paper loses that 2.)",
)
def tv_conjugate(t: Array) -> Array:
    """The conjugate of |u - 1| / 2 on u >= 0: best at the tip u = 1, at u = 0, or nowhere."""
    return np.where(t > 0.5, np.inf, np.maximum(t, -0.5))


@tv_conjugate.checker
def _(answer: Any) -> None:
    rng = np.random.default_rng(3)
    inside, below, above = np.linspace(-0.5, 0.5, 9), rng.uniform(-5, -0.6, 4), rng.uniform(0.55, 4, 4)
    got = answer(inside)
    expect(
        np.shape(got) == inside.shape, f"One number for each t, shape (9,); yours has shape {np.shape(got)}."
    )
    if not same(got, inside):
        for value, message in (
            (-inside, "The sign is turned: at the tip, u = 1, the difference u t - φ(u) is 1 · t - 0."),
            (np.abs(inside), "At the tip, u = 1, the difference is t itself, also for a negative t."),
            (
                np.abs(inside - 1) / 2,
                "That is φ. The conjugate is a function of the slope t: how high u t rises above φ(u).",
            ),
            (
                np.full(9, -0.5),
                "That is the value at u = 0. For slopes between -1/2 and 1/2 the tip, u = 1, is higher.",
            ),
            (0 * inside, "That is the value at t = 0. At the tip, u = 1, the difference is u t = t."),
        ):
            expect(not same(got, value), message)
        expect(np.isfinite(got).all(), "For slopes up to 1/2, the end included, the supremum is finite.")
        expect(False, "For slopes between -1/2 and 1/2 the highest point is the tip, u = 1. What is there?")
    got = answer(below)
    expect(not same(got, below), "You let u become negative: for t < -1/2 the best ratio is u = 0.")
    expect(
        not np.isinf(got).any(),
        "For t < -1/2 the difference falls with every step of u, and u cannot go below 0: the supremum is "
        "finite.",
    )
    expect(same(got, np.full(4, -0.5)), "For t < -1/2 the best u is 0. What is u t - φ(u) there?")
    got = answer(above)
    expect(
        not np.isfinite(got).any(),
        "For t > 1/2 the line u t is steeper than φ, so the difference rises without end.",
    )
    expect(not np.isnan(got).any() and (got > 0).all(), "For t > 1/2 the supremum is +inf, not -inf or NaN.")
    expect(
        np.isinf(answer(np.array([0.500001]))).all(),
        "The ceiling is at 1/2: just above it the supremum is infinite already.",
    )
    both = rng.uniform(-2, 2, size=(3, 2))
    expect(
        same(np.nan_to_num(answer(both)), np.nan_to_num(tv_conjugate(both))),
        "It must work for any shape of t.",
    )


@tv_conjugate.wrong(says="without end")
def _(t: Array) -> Array:
    return np.clip(t, -0.5, 0.5)


@tv_conjugate.wrong(says="let u become negative")
def _(t: Array) -> Array:
    return np.where(t > 0.5, np.inf, t)


@tv_conjugate.wrong(says="cannot go below 0")
def _(t: Array) -> Array:
    return np.where(np.abs(t) > 0.5, np.inf, t)


@tv_conjugate.wrong(says="The ceiling is at 1/2")
def _(t: Array) -> Array:
    return np.where(t >= 0.52, np.inf, np.maximum(t, -0.5))


@tv_conjugate.wrong(says="The sign is turned")
def _(t: Array) -> Array:
    return np.where(t > 0.5, np.inf, -np.maximum(t, -0.5))


@tv_conjugate.wrong(says="also for a negative t")
def _(t: Array) -> Array:
    return np.where(t > 0.5, np.inf, np.abs(t))


@tv_conjugate.wrong(says="That is φ")
def _(t: Array) -> Array:
    return np.asarray(np.abs(t - 1) / 2)


@tv_conjugate.wrong(says="not -inf or NaN")
def _(t: Array) -> Array:
    return np.where(t > 0.5, -np.inf, np.maximum(t, -0.5))


@tv_conjugate.wrong(says="the end included")
def _(t: Array) -> Array:
    return np.where(t >= 0.5, np.inf, np.maximum(t, -0.5))


# --- 02.4 ---------------------------------------------------------------------------------------------


@exercise(
    "02.4",
    kind="prediction",
    title="Four pays",
    hints=(
        "Put D = 1/2 into V. Where does the generator come in?",
        "For the third: a perfect discriminator is sure and right on every sample. What is log 1?",
        "For the fourth: which of the terms of C(G) change if the two laws trade places?",
    ),
    moral="A value of -log 4 says that the discriminator guesses, and nothing about the generator: it may be "
    "perfect, or the discriminator may be asleep. And 0, the highest pay, is the generator's worst day.",
)
def four_pays() -> list[float]:
    r"""Whoever answers one half earns $\log \frac12 + \log \frac12 = -\log 4$, whatever the generator does.

    Against samples that never look real a perfect discriminator says 1 on real and 0 on fake, and earns $\log
    1 + \log 1 = 0$; so $JS = \log 2$. And $C(G) = -\log 4 + 2\, JS$, where JS is symmetric: exchanging the
    laws leaves $-1$.
    """
    apart = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    game, half = wgan_edu.divergences, np.array([0.5, 0.5])
    values = [game.gan_value(half, apart[0], fake) for fake in apart]
    x = (np.arange(4000) + 0.5) / 4000
    return [*values, game.gan_cost(*apart), game.gan_cost(2 * (1 - x) / 4000, 2 * x / 4000)]


for _answer, _says in (
    (
        [0, ..., ..., ...],
        "First: 0 is the pay of one who is always right and sure. One half is a guess, twice.",
    ),
    ([-math.log(2), ..., ..., ...], "First: V has two terms, and each of them is log 1/2."),
    (
        [..., 0, ..., ...],
        "Second: a perfect discriminator would earn 0 here. This one does not look: it answers one half.",
    ),
    (
        [..., -math.inf, ..., ...],
        "Second: infinite losses need an answer of 0 or 1. One half never costs more.",
    ),
    (
        [..., math.log(2), ..., ...],
        "Second: that is JS. The pay of a guess does not depend on the generator.",
    ),
    (
        [..., ..., -math.log(4), ...],
        "Third: -log 4 is the least that C(G) can be, against a perfect generator. This one is hopeless.",
    ),
    ([..., ..., math.log(2), ...], "Third: that is JS. The cost is -log 4 + 2 JS."),
    (
        [..., ..., math.inf, ...],
        "Third: V is never above 0, as D is a probability. KL would be infinite here.",
    ),
    ([..., ..., ..., 1], "Fourth: C(G) is never above 0. Exchanging the laws does not turn a sign."),
    (
        [..., ..., ..., math.log(2) - 0.5],
        "Fourth: that is JS of the two. The cost is -log 4 + 2 JS.",
    ),
):
    four_pays.wrong(_answer, says=_says)

# --- 02.5 ---------------------------------------------------------------------------------------------


@exercise(
    "02.5",
    kind="proof",
    title="The best generator",
    hints=(
        "JS is half of two KL divergences from the mixture m. So it is enough to know when a KL is 0.",
        "KL(p || m) = E_p[-log(m/p)]. With log u ≤ u - 1 that is at least E_p[1 - m/p] = 1 - (mass of m "
        "where p > 0) ≥ 0. When is there equality?",
        "Equality needs m = p wherever p > 0, and with m = (p + q)/2 that says q = p. For the last part put "
        "D = 1/2 into V, against any generator.",
    ),
    rubric=(
        Point(
            "KL ≥ 0, by Jensen or by log u ≤ u - 1, so JS ≥ 0 and C(G) ≥ -log 4;",
            r"jensen|log\s*u\s*(≤|<=|\\le)|convex|concave|gibbs|(KL|JS)[^.]{0,40}(≥|>=|\\ge|nonnegative|"
            r"non-negative|not negative|at least)",
            "Why is JS never negative? Name the inequality that you use.",
        ),
        Point(
            "equality in it only for p_r = m (log is strictly concave), that is p_θ = p_r;",
            r"strict|equality|only (if|for|when)|if and only if|iff|(p_?\w*|real) ?= ?m\b|mixture",
            "When is there equality in your inequality? The claim has two directions.",
        ),
        Point(
            "and conversely p_θ = p_r gives JS = 0, so C(G) = -log 4;",
            r"(equal|same|p_?\w* ?= ?(p|q)_?\w*|JS ?(=|is) ?0|conversely|other direction)",
            "And the simple direction: what is C(G) when the laws are equal?",
        ),
        Point(
            "D* is 1/2 there, wherever samples come;",
            r"1/2|one half|one-half|\bhalf\b|½|0\.5|\\frac ?\{?1\}?\{?2\}?",
            "What does D* say when the laws are equal?",
        ),
        Point(
            "D = 1/2 earns -log 4 against every generator, so it proves nothing.",
            r"(every|any|all|each|whatever|regardless)[^.]{0,60}(generator|G\b|law)|"
            r"(nothing|not|no proof|does ?n.t)[^.]{0,60}(prove|proof|mean|follow|perfect|imply)|"
            r"(prove|proof|mean|imply|implies)[^.]{0,60}(nothing|not\b)",
            "And the last part: can a discriminator answer one half against a poor generator?",
        ),
    ),
    slips=(
        Slip(
            r"(?:^|[.;])(?![^.;]*(optimal|best|D\s*\^?\{?\*|every discriminator))"
            r"[^.;]*\b(1/2|one half|half|0\.5)\b((?!\bnot\b|n't|\bno\b|nothing|\bnever\b)[^.]){0,50}"
            r"(shows?|proves?|means?|implies|guarantees?)((?!\bnot\b|n't|\bno\b|nothing)[^.]){0,30}"
            r"(generator|laws?|p_?\w*)[^.]{0,25}(perfect|equal|converged|same)",
            "A discriminator that has learned nothing answers one half too. Only the *optimal* one tells.",
        ),
        Slip(
            r"symmetric[^.;]{0,60}(so|hence|therefore|thus)[^.;]{0,20}(JS|it)\s*(is|=|must be)\s*(zero|0)",
            "Symmetry does not make JS vanish anywhere. What makes each KL at least 0, and 0 only for equal "
            "laws?",
        ),
        Slip(
            rf"(?<!root of )(?<!root of the )(?<!√)(?<!sqrt\()(?<!sqrt )\bJS\b(?:(?!root|{NOT})[^.;]){{0,30}}"
            r"(is|being) (a )?(metric|distance)",
            "JS is not a metric, its root is one, and that it is 0 only for equal laws is part of what you "
            "have to show.",
        ),
    ),
)
def best_generator() -> None:
    r"""For a law $p$ and any law $m$, use $\log u \le u - 1$ with $u = m/p$, where $p > 0$:

    $$KL(p \,\Vert\, m) = -\int p \log \frac mp\, dx \;\ge\; \int p \Big( 1 - \frac mp \Big) dx = 1 - \int_{p
    > 0} m\, dx \;\ge\; 0 .$$

    JS is half the sum of two such terms, so $JS \ge 0$ and $C(G) \ge -\log 4$.

    If $p_\theta = p_r$, then $m = p_r$, both terms are 0, and $C(G) = -\log 4$. Conversely, if $C(G) = -\log
    4$, both KL are 0, so there is equality in $\log u \le u - 1$, and $u = 1$: $m = p_r$ almost everywhere
    where $p_r > 0$. By the second inequality $m$ has no mass elsewhere. So $m = p_r$, and $p_\theta = 2m -
    p_r = p_r$.

    There $D^* = p_r / (2 p_r) = \frac12$ wherever samples come. The converse is false: $D = \frac12$ earns
    $-\log 4$ against every generator, so it proves nothing about the generator. Only the value of the *best*
    discriminator does.
    """


best_generator.wrong(
    "By Jensen KL >= 0 with equality only for equal laws, so C(G) >= -log 4. Conversely equal laws give JS "
    "= 0. D* is 1/2 there. If the discriminator answers 1/2 this shows that the generator is perfect.",
    says="that has learned nothing",
)
best_generator.wrong(
    "JS is symmetric, so JS is zero when the laws are equal.",
    says="Symmetry does not make JS vanish",
)
best_generator.wrong(
    "JS is a metric, hence it is zero only for equal laws.",
    says="its root is one",
)
best_generator.wrong(
    "Equal laws have JS = 0, so the cost is -log 4 and D is 1/2.",
    says="Why is JS never negative",
)
best_generator.wrong(
    "By Jensen's inequality the KL is at least 0 and so is JS, with equality only if p = m. Conversely for "
    "equal laws JS = 0. The best discriminator is then 1/2.",
    says="And the last part",
)

# --- 02.6 ---------------------------------------------------------------------------------------------


@exercise(
    "02.6",
    kind="proof",
    seeds=("S2.5", "S0.1"),
    title="Why JS is harsh",
    hints=(
        "On the support of p the density q is 0, so the mixture is p/2. What is left of the first KL?",
        "For an f-divergence: on the support of q the ratio is 0, and on the support of p it is infinite. "
        "Each term becomes a constant times a mass, and the masses are 1.",
        "A function that is constant has which gradient? And a distance that is to replace JS should not "
        "have these two faults.",
    ),
    rubric=(
        Point(
            "where p > 0 we have q = 0, so m = p/2 and log(p/m) = log 2;",
            r"m ?= ?p ?/ ?2|p ?/ ?2|half of p|mixture[^.]{0,40}half|\\frac ?\{?p\}?\{?2\}?|log ?\(?2",
            "What is the mixture m where p is positive and q is 0?",
        ),
        Point(
            "so each KL is log 2 times a mass of 1, and JS = log 2;",
            r"JS[^.]{0,60}log ?\(?2|log ?\(?2[^.]{0,60}JS|each[^.]{0,40}log ?\(?2|both[^.]{0,40}log ?\(?2",
            "Put the two halves together: what is JS?",
        ),
        Point(
            "for any φ: φ(0) from the support of q, and the slope of φ at infinity from that of p;",
            r"(φ|phi|\bf\b)\s*\(\s*0\s*\)|slope at infinity|infinity|ratio[^.]{0,60}(0|zero|infinit)",
            "And for a general φ: which values does the ratio p/q take on the two supports?",
        ),
        Point(
            "a constant has gradient 0: the generator learns nothing while its samples miss the data;",
            r"(gradient|derivative|slope|signal)[^.]{0,60}(0|zero|vanish|nothing|no\b|none|flat)|"
            r"(no|zero|vanishing|flat)[^.]{0,25}(gradient|signal|slope)|stuck|learns? nothing",
            "What does a constant value mean for the generator's gradient?",
        ),
        Point(
            "a softer distance: finite and meaningful also without overlap,",
            r"(finite\b|well.?defined|meaningful|defined (for|on|also|without)|makes sense)",
            "Of the two properties of a softer distance one is about its values. Say it.",
        ),
        Point(
            "and changing with how far apart the supports are, so that its gradient points the way.",
            r"(how far|distance between|farther|closer|nearer|wasserstein|earth|continu|decreas|shrink|"
            r"smooth|guid|toward|points? (to|the)|non-?zero|useful)",
            "Of the two properties of a softer distance the other is about its gradient. Say it.",
        ),
    ),
    slips=(
        Slip(
            rf"\bJS\b(\([^)]*\))?(?:(?!KL|log|\bln|ratio|while|but|{NOT})[^.;,=]){{0,30}}"
            r"(=|\bis|becomes|goes to|equals) *(inf|∞|\\infty|undefined)",
            "KL is infinite here. JS compares with the mixture, which has mass wherever either law has: it "
            "is log 2.",
        ),
        Slip(
            rf"(?:^|[.;,:])(?![^.;,:]*(?:gradient|slope|derivative|change|\bif\b|when|until|\bat\b|{NOT}))"
            r"[^.;,:]*\bJS\b(\([^)]*\))?[^.;,:=]{0,25}(\bis|=|\bequals?|\bbecomes)\s*(0(?!\.?\d)|zero\b)"
            r"(?![^.;]*(\bif\b|when|\bonly\b))",
            "JS is 0 only between equal laws. Its *gradient* is 0 here; its value is log 2.",
        ),
        Slip(
            r"(always|any|every)[^.]{0,30}(GAN|generator)[^.]{0,40}(cannot|can "
            r"?not|can't|never)[^.]{0,15}learn",
            "This is about a perfect discriminator and the loss that saturates. Practice has neither: "
            "chapter 03.",
        ),
    ),
)
def disjoint_proof() -> None:
    r"""Where $p > 0$ we have $q = 0$, so $m = p/2$ there, and $\log(p/m) = \log 2$. The mean of a constant
    under $p$ is that constant: $KL(p \Vert m) = \log 2$, and likewise $KL(q \Vert m) = \log 2$. So $JS = \log
    2$. Where the supports are, and how far apart, was never used.

    For any convex $\phi$: on the support of $q$ the ratio $p/q$ is 0, which gives $\int q\, \phi(0) =
    \phi(0)$. On the support of $p$ we have $q = 0$, and $q\, \phi(p/q)$ is read as its limit $p \lim_{u \to
    \infty} \phi(u)/u$, which integrates to $\lim \phi(u)/u$. The sum, $\phi(0) + \lim \phi(u)/u$, is one
    constant for all such pairs: $\log 2$ for JS, 2 for the squared Hellinger divergence, $\infty$ for both
    KL.

    A perfect discriminator hands this constant to the generator. As long as its samples miss the data, moving
    them a little changes nothing: the gradient is 0, however near they are. (Practice has imperfect
    discriminators and another loss, chapter 03.)

    A softer distance should be finite and meaningful also without overlap, and it should fall as the supports
    come closer, so that its gradient shows the way. The earth mover's distance does both.
    """


disjoint_proof.wrong(
    "On disjoint supports p/q is infinite, so JS is infinite, and there is no gradient.",
    says="KL is infinite here",
)
disjoint_proof.wrong(
    "Where p > 0 we have q = 0, so nothing is shared and JS = 0. A softer metric would be smooth.",
    says="JS is 0 only between equal laws",
)
disjoint_proof.wrong(
    "m = p/2 on the support of p, so each KL is log 2 and JS = log 2. The ratio is 0 or infinite, so a "
    "constant for every phi. Hence the gradient is zero and every GAN cannot learn. A softer distance is "
    "continuous.",
    says="the loss that saturates",
)
disjoint_proof.wrong(
    "JS saturates, so its gradient vanishes; the Wasserstein distance is softer and gives a gradient.",
    says="What is the mixture m",
)
disjoint_proof.wrong(
    "Where p > 0, m = p/2, so log(p/m) = log 2, and both KL terms are log 2: JS = log 2. The gradient is "
    "zero. A softer distance would say how far apart the supports are.",
    says="And for a general φ",
)

# --- quiz ---------------------------------------------------------------------------------------------

QUIZ = [
    Question(
        "During training, V(D, G) on the minibatches rises from step to step. What follows?",
        wrong(
            "The generator gets worse.",
            "Perhaps. But V rises, too, while the discriminator learns and the generator stays as it is, or "
            "even improves: the first steps of our run did that.",
        ),
        wrong(
            "The generator gets better.",
            "V is the discriminator's pay. A better generator lowers C(G).",
        ),
        right(
            "Nothing about the generator alone: the discriminator may be catching up.",
            "V is at most C(G), and below it by how wrong the discriminator is. Only the maximum over D is a "
            "function of the generator.",
        ),
        wrong(
            "JS of the two laws rises.",
            "That holds for the best V over all D, and not for the V of one discriminator in training.",
        ),
    ),
    Question(
        "What is D* at a point where neither real nor generated samples ever come?",
        wrong(
            "One half, since real and fake are equally likely there.",
            "They are equally *un*likely: 0/0. No sample ever asks, and any answer earns the same.",
        ),
        wrong(
            "0, since no real sample comes there.",
            "By that argument it would also be 1, since no fake sample comes. The formula says 0/0.",
        ),
        right(
            "Undefined: any value is as good as any other.",
            "The integrand of V is 0 there, whatever D says. What a trained network says there is its own "
            "extrapolation.",
        ),
        wrong(
            "What a trained network says there.",
            "Networks trained on the same laws may differ there without any loss: nothing in the game pins "
            "them down.",
        ),
    ),
    Question(
        "A paper reports JS = 1.2 between two laws, computed exactly. How can that be?",
        wrong(
            "The laws have disjoint supports.",
            "With the one half and natural logarithms that would be log 2, the largest value there is: 0.69.",
        ),
        right(
            "It leaves out the one half, so that its maximum is log 4 = 1.39.",
            "As in section 2 of the WGAN paper. Ask for the constant and the base before you compare "
            "numbers.",
        ),
        wrong(
            "It is in bits.",
            "In bits the maximum, with the one half, is 1.",
        ),
        wrong(
            "It is the root of JS.",
            "The root of at most 0.69 is at most 0.83.",
        ),
    ),
    Question(
        "Why does a critic of an f-divergence need an output activation?",
        right(
            "To keep its values where the conjugate is finite.",
            "Above the ceiling the conjugate is infinite, and so the bound is minus infinity: it proves "
            "nothing.",
        ),
        wrong(
            "To make its values probabilities.",
            "In one row of the table, `gan`, they are logarithms of probabilities, and in none "
            "probabilities. A critic for KL may take any real value.",
        ),
        wrong(
            "To make it 1-Lipschitz.",
            "The bound needs no such thing. Slopes matter for the earth mover's distance, chapter 06.",
        ),
        wrong(
            "To make the bound exact.",
            "Exact it is for T = the slope of phi at p/q, and an untrained critic with the right activation "
            "is far from that.",
        ),
    ),
    Question(
        "S3 replaces a mean over z by an integral over x with the density of G(z). Which step needs a "
        "density?",
        wrong(
            "Both: without a density V is not defined.",
            "V needs means over samples only. Images from a generator have no density, and GANs train on "
            "them.",
        ),
        wrong(
            "The first, E over z = E over the law of G(z): G must be invertible.",
            "That step is the definition of the law of G(z). It holds for every G.",
        ),
        right(
            "The second, writing the mean over that law as an integral with dx.",
            "If G has fewer inputs than outputs, its law sits on a set without volume and has no density. "
            "The mean exists all the same.",
        ),
    ),
]

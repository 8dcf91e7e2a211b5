r"""Divergences between two laws, the GAN game whose value is one of them, and closed forms.

    KL(p || q) = sum p log(p/q)        JS(p, q) = KL(p || m)/2 + KL(q || m)/2,  m = (p + q)/2
    TV(p, q)   = sum |p - q| / 2       D_phi(p || q) = sum q phi(p/q), phi convex

They compare how much mass two laws put on the same outcome; none of them asks how far apart two outcomes
are, as the earth mover's distance does. Logarithms are natural, so values are in nats, and JS carries its
factor 1/2, so its maximum is log 2. The closed forms at the end are what estimates are held against.

Taught in: 02_gan_game_and_js (KL, JS, f-divergences, the game), 03_saturation (losses),
04_which_distance (KL, JS, TV, lines), 05_earth_movers_distance and 06_kantorovich_duality (Gaussians).
Source: Goodfellow et al. 2014; Nowozin, Cseke and Tomioka 2016 (f-GAN); Arjovsky, Chintala and Bottou 2017,
section 2 (which prints JS without the 1/2, then uses log 2).
"""

import functools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.special import ndtr
from torch.nn.functional import softplus

from wgan_edu.checking import (
    Array,
    at_least,
    checked,
    covariance_like,
    densities,
    densities_like,
    discriminator_for,
    finite,
    greater_than,
    numbers,
    numbers_like,
    one_of,
    pmf,
    pmf_like,
    vector,
    vector_like,
)

__all__ = [
    "F_DIVERGENCES",
    "FDivergence",
    "ParallelLines",
    "discriminator_loss",
    "f_divergence",
    "gan_cost",
    "gan_value",
    "gaussian_kl_1d",
    "gaussian_tv_1d",
    "gaussian_w1_1d",
    "gaussian_w2",
    "goodfellow",
    "js_divergence",
    "kl_divergence",
    "nonsaturating_loss",
    "optimal_discriminator",
    "parallel_lines",
    "saturating_loss",
    "total_variation",
    "variational_bound",
]

Tensor = torch.Tensor

LOG2 = math.log(2)
LEAST_FLOAT = math.ulp(0.0)  # half of it is 0
BELOW_ONE = math.nextafter(1.0, 0.0)
FAR = 100.0  # two means this many of the larger sigma apart: the overlap is 0 in float64
NARROW = 1e-300  # one sigma this much smaller than the other: likewise


# --- probabilities of finitely many outcomes --------------------------------------------------------


@checked(p=pmf, q=pmf_like("p"))
def kl_divergence(p: Array, q: Array) -> float:
    r"""The Kullback-Leibler divergence $KL(p \| q) = \sum_i p_i \log (p_i / q_i)$.

    With $0 \log 0 = 0$, and infinite where $p_i > 0 = q_i$. Not symmetric; zero only if p = q.

    Args:
        p: any shape, probabilities of the outcomes, nonnegative, sum 1 within 1e-6 (then rescaled to 1).
        q: the shape of p, likewise.

    Returns:
        The divergence in nats, from 0 to inf.

    Raises:
        ValueError: on empty or non-finite input, negative probabilities, a sum that is not 1, unequal
            shapes (nothing is broadcast).

    Source: Arjovsky, Chintala and Bottou 2017, section 2. Taught in: 02_gan_game_and_js,
    04_which_distance.
    """
    possible = p > 0  # 0 log 0 = 0
    p, q = p[possible], q[possible]
    if (q == 0).any():
        return math.inf
    return max(0.0, float(p @ (np.log(p) - np.log(q))))  # never negative, but for round-off


@checked(p=pmf, q=pmf_like("p"))
def js_divergence(p: Array, q: Array) -> float:
    r"""The Jensen-Shannon divergence $\frac12 KL(p \| m) + \frac12 KL(q \| m)$, $m = \frac12 (p + q)$.

    Symmetric, and at most $\log 2$, which it is exactly when no outcome is possible under both. Its square
    root is a metric; this is not the root.

    Args:
        p: any shape, probabilities of the outcomes, nonnegative, sum 1 within 1e-6 (then rescaled to 1).
        q: the shape of p, likewise.

    Returns:
        The divergence in nats, from 0 to log 2 = 0.693.

    Raises:
        ValueError: on empty or non-finite input, negative probabilities, a sum that is not 1, unequal
            shapes (nothing is broadcast).

    Source: Lin 1991, Divergence measures based on the Shannon entropy; Goodfellow et al. 2014, equation (6)
    uses it. Taught in: 02_gan_game_and_js, 04_which_distance.
    """
    mixture = np.maximum((p + q) / 2, LEAST_FLOAT)  # possible wherever p or q is, also after rounding
    return kl_divergence(p, mixture) / 2 + kl_divergence(q, mixture) / 2


@checked(p=pmf, q=pmf_like("p"))
def total_variation(p: Array, q: Array) -> float:
    r"""The total variation $TV(p, q) = \sup_A |P(A) - Q(A)| = \frac12 \sum_i |p_i - q_i|$.

    The mass that has to change its outcome, however far it moves.

    Args:
        p: any shape, probabilities of the outcomes, nonnegative, sum 1 within 1e-6 (then rescaled to 1).
        q: the shape of p, likewise.

    Returns:
        The distance, from 0 to 1.

    Raises:
        ValueError: on empty or non-finite input, negative probabilities, a sum that is not 1, unequal
            shapes (nothing is broadcast).

    Source: Arjovsky, Chintala and Bottou 2017, section 2. Taught in: 02_gan_game_and_js,
    04_which_distance.
    """
    return float(np.abs(p - q).sum() / 2)


# --- f-divergences ----------------------------------------------------------------------------------


def _on_arrays_too(formula: Callable[[Tensor], Tensor]) -> Callable[[Any], Any]:
    """Let a formula in torch take numbers and arrays as well: checked, in float64, and back."""

    @functools.wraps(formula)
    def either(values: Any) -> Any:
        if isinstance(values, Tensor):
            return formula(values)
        return formula(torch.from_numpy(numbers("values", values, {}))).numpy()[()]

    return either


@dataclass(frozen=True)
class FDivergence:
    r"""A convex generator $\phi$ and what a network needs to climb its variational bound.

    The three functions take torch tensors, which stay in the graph, or numbers and arrays of any shape.
    Outside their domain they are infinite, as convex functions are, and never NaN.

    Attributes:
        phi: $\phi(u)$ for a ratio $u = p/q$; $\infty$ for $u < 0$.
        conjugate: $\phi^*(t) = \sup_{u \ge 0} u t - \phi(u)$; $\infty$ above the ceiling, and there too if
            the ceiling is finite.
        activation: increasing, from all real numbers, a network's output, into the domain of the conjugate.
        ceiling: where the domain of the conjugate ends, $\lim_{u \to \infty} \phi(u)/u$; often infinite.

    Source: Nowozin, Cseke and Tomioka 2016, Tables 1 and 2. Taught in: 02_gan_game_and_js.
    """

    phi: Callable[[Any], Any]
    conjugate: Callable[[Any], Any]
    activation: Callable[[Any], Any]
    ceiling: float


def _table_row(
    phi: Callable[[Tensor], Tensor],
    conjugate: Callable[[Tensor], Tensor],
    activation: Callable[[Tensor], Tensor],
    ceiling: float,
) -> FDivergence:
    def phi_or_inf(u: Tensor) -> Tensor:
        return torch.where(u < 0, math.inf, phi(u.clamp(min=0)))

    return FDivergence(
        _on_arrays_too(phi_or_inf), _on_arrays_too(conjugate), _on_arrays_too(activation), ceiling
    )


F_DIVERGENCES = {
    "kl": _table_row(
        phi=lambda u: torch.xlogy(u, u),
        conjugate=lambda t: torch.exp(t - 1),
        activation=lambda v: v,
        ceiling=math.inf,
    ),
    "reverse_kl": _table_row(
        phi=lambda u: -torch.log(u),
        conjugate=lambda t: -1 - torch.log((-t).clamp(min=0)),
        activation=lambda v: -torch.exp(-v),
        ceiling=0.0,
    ),
    "pearson": _table_row(
        phi=lambda u: (u - 1) ** 2,
        conjugate=lambda t: t.clamp(min=-2) + t.clamp(min=-2) ** 2 / 4,  # u >= 0: flat below t = -2
        activation=lambda v: v,
        ceiling=math.inf,
    ),
    "squared_hellinger": _table_row(
        phi=lambda u: (torch.sqrt(u) - 1) ** 2,
        conjugate=lambda t: 1 / (1 - t).clamp(min=0) - 1,  # t / (1 - t)
        activation=lambda v: -torch.expm1(-v),
        ceiling=1.0,
    ),
    "js": _table_row(  # with the 1/2, so that the divergence is js_divergence
        phi=lambda u: (torch.xlogy(u, u / (1 + u)) - torch.log1p(u) + (1 + u) * LOG2) / 2,
        conjugate=lambda t: -torch.log((2 - torch.exp(2 * t)).clamp(min=0)) / 2,
        activation=lambda v: (LOG2 - softplus(-v)) / 2,
        ceiling=LOG2 / 2,
    ),
    "gan": _table_row(  # the game of Goodfellow et al.: 2 JS - log 4
        phi=lambda u: torch.xlogy(u, u / (1 + u)) - torch.log1p(u),
        conjugate=lambda t: -torch.log((-torch.expm1(t)).clamp(min=0)),
        activation=lambda v: -softplus(-v),
        ceiling=0.0,
    ),
}


@checked(name=one_of(*F_DIVERGENCES), p=pmf, q=pmf_like("p"))
def f_divergence(name: str, p: Array, q: Array) -> float:
    r"""The divergence $D_\phi(p \| q) = \sum_i q_i\, \phi(p_i / q_i)$ of a convex $\phi$.

    Where $q_i = 0 < p_i$ the term is its limit, $p_i \lim_{u \to \infty} \phi(u) / u$, which may be infinite.

    Args:
        name: "kl" is $KL(p \| q)$, "reverse_kl" is $KL(q \| p)$, "pearson" is $\sum (p - q)^2 / q$,
            "squared_hellinger" is $\sum (\sqrt p - \sqrt q)^2$, "js" is JS with its 1/2, and "gan" is
            $2\, JS - \log 4$, the only one that is not 0 between equal laws.
        p: any shape, probabilities of the outcomes, nonnegative, sum 1 within 1e-6 (then rescaled to 1).
        q: the shape of p, likewise.

    Returns:
        The divergence, at least $\phi(1)$, possibly inf, never NaN. A probability so small that the ratio
        leaves the range of float64 (below 1e-308 times the other) counts as 0.

    Raises:
        ValueError: on another name, empty or non-finite input, negative probabilities, a sum that is not 1,
            unequal shapes (nothing is broadcast).

    Source: Nowozin, Cseke and Tomioka 2016, section 2.1. Taught in: 02_gan_game_and_js.
    """
    f = F_DIVERGENCES[name]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = p / q
    shared, alone = np.isfinite(ratio), np.isinf(ratio)  # neither where p = q = 0
    total = q[shared] @ f.phi(ratio[shared]) if shared.any() else 0.0
    if alone.any():
        total = total + f.ceiling * p[alone].sum()
    return max(float(f.phi(1.0)), float(total)) + 0.0  # never below phi(1), nor -0.0, but for round-off


@checked(name=one_of(*F_DIVERGENCES), p=pmf, q=pmf_like("p"), critic_values=numbers_like("p"))
def variational_bound(name: str, p: Array, q: Array, critic_values: Array) -> float:
    r"""What a critic T proves: $D_\phi(p \| q) \ge \sum_i p_i T_i - \sum_i q_i\, \phi^*(T_i)$.

    It is an equality for $T_i = \phi'(p_i / q_i)$, where that is finite.

    Args:
        name: a key of `F_DIVERGENCES`.
        p: any shape, probabilities of the outcomes, nonnegative, sum 1 within 1e-6 (then rescaled to 1).
        q: the shape of p, likewise.
        critic_values: the shape of p, T at each outcome: what the output activation gives, not the
            network's raw output.

    Returns:
        The bound; -inf if T leaves the domain of the conjugate at a possible outcome. At the domain's end,
        the ceiling, it is finite only where q = 0.

    Raises:
        ValueError: on another name, empty or non-finite input, negative probabilities, a sum that is not 1,
            unequal shapes (nothing is broadcast).

    Source: Nowozin, Cseke and Tomioka 2016, section 2.2. Taught in: 02_gan_game_and_js.
    """
    f = F_DIVERGENCES[name]
    if (critic_values > f.ceiling)[(p > 0) | (q > 0)].any():
        return -math.inf
    seen = q > 0
    return float(np.sum(p * critic_values) - q[seen] @ f.conjugate(critic_values[seen]))


# --- the GAN game -----------------------------------------------------------------------------------


@checked(p_real=densities, p_fake=densities_like("p_real"))
def optimal_discriminator(p_real: Array, p_fake: Array) -> Array:
    r"""The best answer to a generator: $D^*(x) = p_r(x) / (p_r(x) + p_\theta(x))$.

    Where both are 0 no point ever comes, and any answer is best: $D^*$ is undefined, and NaN here.

    Args:
        p_real: densities or probabilities of real at some points, any shape, nonnegative.
        p_fake: those of fake at the same points, the shape of p_real.

    Returns:
        The shape of p_real, from 0 to 1, or NaN where both are 0. It is exactly 0 or 1 only where one of
        the two is 0: elsewhere a value that rounds to 1 is the float below it.

    Raises:
        ValueError: on empty or non-finite input, negative values, unequal shapes (nothing is broadcast).

    Source: Goodfellow et al. 2014, Proposition 1. Taught in: 02_gan_game_and_js.
    """
    with np.errstate(invalid="ignore"):
        best = p_real / (p_real + p_fake)
    return np.clip(best, np.where(p_real > 0, LEAST_FLOAT, 0), np.where(p_fake > 0, BELOW_ONE, 1))


@checked(p_real=pmf, p_fake=pmf_like("p_real"), d=discriminator_for("p_real", "p_fake"))
def gan_value(d: Array, p_real: Array, p_fake: Array) -> float:
    r"""The value of the GAN game, $V(D, G) = \sum_i p_r \log D + \sum_i p_\theta \log(1 - D)$.

    Args:
        d: any shape, what D answers at each outcome, from 0 to 1; anything, NaN too, where both laws are 0.
        p_real: the shape of d, probabilities, sum 1 within 1e-6 (then rescaled to 1).
        p_fake: the shape of d, likewise.

    Returns:
        The value, at most `gan_cost`; -inf if D calls a real outcome surely fake, or a fake one surely real.

    Raises:
        ValueError: on empty or non-finite input, an answer outside [0, 1], negative probabilities, a sum
            that is not 1, unequal shapes (nothing is broadcast).

    Source: Goodfellow et al. 2014, equation (1). Taught in: 02_gan_game_and_js.
    """
    real, fake = p_real > 0, p_fake > 0  # 0 log 0 = 0
    with np.errstate(divide="ignore"):
        return float(p_real[real] @ np.log(d[real]) + p_fake[fake] @ np.log1p(-d[fake]))


@checked(p_real=pmf, p_fake=pmf_like("p_real"))
def gan_cost(p_real: Array, p_fake: Array) -> float:
    r"""What the generator is left with: $C(G) = \max_D V(D, G) = -\log 4 + 2\, JS(p_r, p_\theta)$.

    Args:
        p_real: any shape, probabilities of the outcomes, nonnegative, sum 1 within 1e-6 (then rescaled).
        p_fake: the shape of p_real, likewise.

    Returns:
        The cost, from -log 4 = -1.386 (equal laws) to 0 (no outcome is possible under both).

    Raises:
        ValueError: on empty or non-finite input, negative probabilities, a sum that is not 1, unequal
            shapes (nothing is broadcast).

    Source: Goodfellow et al. 2014, equations (4) to (6). Taught in: 02_gan_game_and_js.
    """
    return 2 * js_divergence(p_real, p_fake) - math.log(4)


def discriminator_loss(real_logits: Tensor, fake_logits: Tensor, penalty: Tensor | float = 0.0) -> Tensor:
    r"""What a discriminator's optimizer descends: $-E\log D(x) - E\log(1 - D(\tilde x))$, $D = \sigma(h)$.

    Args:
        real_logits: (B,) or (B, 1) logits h of real samples.
        fake_logits: (B,) or (B, 1) logits of generated samples.
        penalty: a constraint's term, weight included. Default 0.

    Returns:
        A scalar tensor, $-V(D, G)$ on the batch; 2 log 2 where D is 1/2.

    Source: Goodfellow et al. 2014, Algorithm 1. Taught in: 02_gan_game_and_js.
    """
    return softplus(-real_logits).mean() + softplus(fake_logits).mean() + penalty


def saturating_loss(logits: Tensor) -> Tensor:
    r"""A GAN's generator descends $E\log(1 - D(\tilde x))$: flat where D is sure that a sample is fake.

    Args:
        logits: (B,) or (B, 1) logits h of generated samples, $D = \sigma(h)$.

    Returns:
        A scalar tensor, at most 0.

    Source: Goodfellow et al. 2014, Algorithm 1. Taught in: 02_gan_game_and_js, 03_saturation.
    """
    return -softplus(logits).mean()


def nonsaturating_loss(logits: Tensor) -> Tensor:
    r"""Or it descends $-E\log D(\tilde x)$: the same direction sample by sample, $e^{-h}$ times as long.

    Args:
        logits: (B,) or (B, 1) logits h of generated samples, $D = \sigma(h)$.

    Returns:
        A scalar tensor, at least 0.

    Source: Goodfellow et al. 2014, section 3. Taught in: 03_saturation.
    """
    return softplus(-logits).mean()


def goodfellow(
    generator: torch.nn.Module,
    discriminator: torch.nn.Module,
    generator_optimizer: torch.optim.Optimizer,
    discriminator_optimizer: torch.optim.Optimizer,
    draw_real: Callable[[], Tensor],
    draw_noise: Callable[[], Tensor],
    k: int = 1,
) -> Iterator[float]:
    r"""The algorithm that the WGAN changes: k steps of the discriminator, then one of the generator, forever.

    The discriminator ascends $\frac1m \sum_i \log D(x_i) + \frac1m \sum_i \log(1 - D(G(z_i)))$, the generator
    descends $\frac1m \sum_i \log(1 - D(G(z_i)))$. `training.train` with the loss "gan" takes the same steps.

    Args:
        generator: $G$, from noise to samples.
        discriminator: from samples to logits h, $D = \sigma(h)$.
        generator_optimizer: of the generator's weights.
        discriminator_optimizer: of the discriminator's weights.
        draw_real: gives a batch of real samples.
        draw_noise: gives a batch of noise.
        k: steps of the discriminator for each step of the generator. Default 1, as in the paper.

    Yields:
        After each step of the generator, the value V(D, G) that the latest step of the discriminator saw.

    Source: Goodfellow et al. 2014, Algorithm 1. Taught in: 02_gan_game_and_js.
    """
    while True:
        for _ in range(k):
            real, fake = draw_real(), generator(draw_noise()).detach()
            loss_d = discriminator_loss(discriminator(real), discriminator(fake))
            discriminator_optimizer.zero_grad()
            loss_d.backward()  # type: ignore[no-untyped-call]
            discriminator_optimizer.step()
        loss_g = saturating_loss(discriminator(generator(draw_noise())))
        generator_optimizer.zero_grad()
        loss_g.backward()  # type: ignore[no-untyped-call]
        generator_optimizer.step()
        yield -loss_d.item()


# --- Gaussians --------------------------------------------------------------------------------------


@checked(m1=finite, s1=at_least(0), m2=finite, s2=at_least(0))
def gaussian_w1_1d(m1: float, s1: float, m2: float, s2: float) -> float:
    r"""W1 of $N(m_1, s_1^2)$ and $N(m_2, s_2^2)$ on the line.

    On the line the optimal plan matches quantiles, $m_1 + s_1 z$ with $m_2 + s_2 z$. So
    $W_1 = E|\mu + s Z|$ with $\mu = |m_1 - m_2|$, $s = |s_1 - s_2|$, $Z \sim N(0, 1)$: the mean of a folded
    normal law, $s \sqrt{2/\pi}\, e^{-\mu^2 / 2 s^2} + \mu\, \mathrm{erf}(\mu / s \sqrt 2)$. For equal sigmas
    it is $|m_1 - m_2|$.

    Args:
        m1: mean of the first law, any real number.
        s1: its standard deviation, at least 0 (0 is a point mass).
        m2: mean of the second law.
        s2: its standard deviation, at least 0.

    Returns:
        The distance, in the units of the means.

    Raises:
        ValueError: if a parameter is not one finite number, or a standard deviation is negative.

    Source: Peyre and Cuturi 2019, remark 2.30 (quantiles); Leone, Nelson and Nottingham 1961 (folded
    normal). Taught in: 05_earth_movers_distance, 06_kantorovich_duality.
    """
    shift, stretch = abs(m1 - m2), abs(s1 - s2)
    if stretch == 0:
        return shift
    z = shift / stretch
    return stretch * math.sqrt(2 / math.pi) * math.exp(-z * z / 2) + shift * math.erf(z / math.sqrt(2))


@checked(m1=vector, cov1=covariance_like("m1"), m2=vector_like("m1"), cov2=covariance_like("m2"))
def gaussian_w2(m1: Array, cov1: Array, m2: Array, cov2: Array) -> float:
    r"""W2 of $N(m_1, \Sigma_1)$ and $N(m_2, \Sigma_2)$, with the root.

    $W_2^2 = \|m_1 - m_2\|^2 + \mathrm{tr}\big(\Sigma_1 + \Sigma_2
    - 2 (\Sigma_1^{1/2} \Sigma_2 \Sigma_1^{1/2})^{1/2}\big)$

    The trace, the squared Bures distance, equals $\min_U \|\Sigma_1^{1/2} - \Sigma_2^{1/2} U\|_F^2$ over
    rotations $U$. It is computed in that form, which subtracts no nearly equal numbers.

    Args:
        m1: (d,) mean of the first law.
        cov1: (d, d) its covariance, symmetric, no negative eigenvalue; may be singular.
        m2: (d,) mean of the second law.
        cov2: (d, d) its covariance, likewise.

    Returns:
        The distance, in the units of the means (not squared).

    Raises:
        ValueError: on empty or non-finite input, unequal dimensions, a covariance that is not symmetric or
            has a negative eigenvalue.

    Source: Peyre and Cuturi 2019, remark 2.31. Taught in: 05_earth_movers_distance,
    06_kantorovich_duality.
    """
    root1, root2 = _square_root(cov1), _square_root(cov2)
    left, _, right = np.linalg.svd(root2 @ root1)  # the best rotation is left @ right (Procrustes)
    bures = np.linalg.norm(root1 - root2 @ left @ right)
    return float(np.hypot(np.linalg.norm(m1 - m2), bures))


@checked(m1=finite, s1=greater_than(0), m2=finite, s2=greater_than(0))
def gaussian_kl_1d(m1: float, s1: float, m2: float, s2: float) -> float:
    r"""The divergence of $N(m_1, s_1^2)$ from $N(m_2, s_2^2)$ on the line.

    $KL = \log \frac{s_2}{s_1} + \frac{s_1^2 + (m_1 - m_2)^2}{2 s_2^2} - \frac12$

    Args:
        m1: mean of the first law, any real number.
        s1: its standard deviation, greater than 0.
        m2: mean of the second law.
        s2: its standard deviation, greater than 0.

    Returns:
        The divergence in nats, at least 0; not symmetric.

    Raises:
        ValueError: if a parameter is not one finite number, or a standard deviation is not positive.

    Source: the integral of $p_1 \log (p_1 / p_2)$. Taught in: 05_earth_movers_distance,
    06_kantorovich_duality.
    """
    ratio, z = s1 / s2, (m1 - m2) / s2
    # one way to write log(s1/s2) is exact for nearly equal sigmas, the other for any
    log_ratio = math.log(ratio) if 0.5 < ratio < 2 else math.log(s1) - math.log(s2)
    return (ratio - 1) * (ratio + 1) / 2 - log_ratio + z * z / 2


@checked(m1=finite, s1=greater_than(0), m2=finite, s2=greater_than(0))
def gaussian_tv_1d(m1: float, s1: float, m2: float, s2: float) -> float:
    r"""Total variation of $N(m_1, s_1^2)$ and $N(m_2, s_2^2)$ on the line.

    $TV = P_1(A) - P_2(A)$, where $A$ is the set on which the first density is the larger. For equal sigmas
    that is a half line and $TV = \mathrm{erf}\big(|m_1 - m_2| / (2 \sqrt 2\, s)\big)$. Else let the first law
    be the narrow one, $\rho = s_1 / s_2 < 1$, $c = |m_1 - m_2| / s_2$,
    $S = \sqrt{c^2 + 2 (1 - \rho^2) \log(1/\rho)}$. Then $A$ is an interval between the two points where the
    densities cross, at

    $z_\pm = \frac{\rho c \pm S}{1 - \rho^2}$ sigmas of the narrow law from its mean and
    $w_\pm = \frac{c \pm \rho S}{1 - \rho^2}$ sigmas of the wide law from its own, both
    counted along the direction from the wide mean to the narrow one, and
    $TV = \Phi(z_+) - \Phi(z_-) - \Phi(w_+) + \Phi(w_-)$.

    Args:
        m1: mean of the first law, any real number.
        s1: its standard deviation, greater than 0.
        m2: mean of the second law.
        s2: its standard deviation, greater than 0.

    Returns:
        The distance, from 0 to 1, with an absolute error near 1e-16, also for nearly equal sigmas.

    Raises:
        ValueError: if a parameter is not one finite number, or a standard deviation is not positive.

    Source: solving $p_1 = p_2$, a quadratic equation. Taught in: 05_earth_movers_distance,
    06_kantorovich_duality.
    """
    narrow, wide = sorted((s1, s2))
    c = min(abs(m1 - m2) / wide, FAR)
    if narrow == wide:
        return math.erf(c / math.sqrt(8))
    rho = max(narrow / wide, NARROW)
    log_ratio, flat = -math.log(rho), (1 - rho) * (1 + rho)
    root = math.sqrt(c * c + 2 * flat * log_ratio)
    z_high, w_high = (rho * c + root) / flat, (c + rho * root) / flat
    z_low = -(c * c + 2 * log_ratio) / (rho * c + root)  # the other root, as product over sum:
    w_low = (c * c - 2 * rho * rho * log_ratio) / (c + rho * root)  # no difference, no division by flat
    return max(0.0, float(ndtr(z_high) - ndtr(z_low) - ndtr(w_high) + ndtr(w_low)))


def _square_root(cov: Array) -> Array:
    """The symmetric R with R R = cov; eigenvalues near or below 0 are round-off, and a root enlarges it."""
    values, vectors = np.linalg.eigh(cov)
    values[values < len(cov) * np.finfo(np.float64).eps * values.max()] = 0
    return np.asarray(vectors * np.sqrt(values) @ vectors.T)


# --- two parallel lines -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ParallelLines:
    r"""Four answers to how far $P_\theta$ is from $P_0$; only the first one changes as $\theta \to 0$.

    Attributes:
        w1: the earth mover's distance $|\theta|$.
        js: $\log 2$, or 0 at $\theta = 0$.
        kl: $KL(P_\theta \| P_0) = KL(P_0 \| P_\theta) = \infty$, or 0 at $\theta = 0$.
        tv: 1, or 0 at $\theta = 0$.
    """

    w1: float
    js: float
    kl: float
    tv: float


@checked(theta=finite)
def parallel_lines(theta: float) -> ParallelLines:
    r"""Distances of two vertical segments, the laws of $(\theta, Z)$ and $(0, Z)$ with $Z \sim U[0, 1]$.

    Args:
        theta: the horizontal shift, any real number.

    Returns:
        A `ParallelLines` with fields w1, js, kl and tv.

    Raises:
        ValueError: if theta is not one finite number.

    Source: Arjovsky, Chintala and Bottou 2017, example 1. Taught in: 04_which_distance.
    """
    if theta == 0:
        return ParallelLines(w1=0.0, js=0.0, kl=0.0, tv=0.0)
    return ParallelLines(w1=abs(theta), js=math.log(2), kl=math.inf, tv=1.0)

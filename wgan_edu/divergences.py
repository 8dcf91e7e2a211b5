r"""Divergences between two laws: KL, JS and total variation, and what they are for Gaussians and lines.

    KL(p || q) = sum p log(p/q)        JS(p, q) = KL(p || m)/2 + KL(q || m)/2,  m = (p + q)/2
    TV(p, q)   = sum |p - q| / 2

They compare how much mass two laws put on the same outcome; none of them asks how far apart two outcomes
are, as the earth mover's distance does. Logarithms are natural, so values are in nats, and JS carries its
factor 1/2, so its maximum is log 2. The closed forms below are what estimates are held against.

Taught in: 02_gan_game_and_js and 04_which_distance (KL, JS, TV, lines), 05_earth_movers_distance and
06_kantorovich_duality (Gaussians).
Source: Arjovsky, Chintala and Bottou 2017, section 2 (which prints JS without the 1/2, then uses log 2).
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from wgan_edu.checking import (
    Array,
    at_least,
    checked,
    covariance_like,
    finite,
    greater_than,
    pmf,
    pmf_like,
    vector,
    vector_like,
)

__all__ = [
    "ParallelLines",
    "gaussian_kl_1d",
    "gaussian_tv_1d",
    "gaussian_w1_1d",
    "gaussian_w2",
    "js_divergence",
    "kl_divergence",
    "parallel_lines",
    "total_variation",
]

LEAST_FLOAT = math.ulp(0.0)  # half of it is 0
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

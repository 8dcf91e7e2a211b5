r"""How good are the samples? Modes found, samples that are off, and exact W1 against its sampling floor.

All three need to know the target: `mode_coverage` its modes, `w1_to_floor` samples of it. None of them
sees the critic, so a trained critic can be held against them.

Taught in: 10_wgan_gp.
Source: Srivastava et al. 2017 (VEEGAN) and Lin, Khetan, Fanti and Oh 2018 (PacGAN) for the modes.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammainc

from wgan_edu.checking import Array, checked, greater_than, points, points_like, whole_number
from wgan_edu.divergences import kl_divergence
from wgan_edu.transport import cost_matrix, w1_exact

__all__ = ["FloorRatio", "ModeCoverage", "mode_coverage", "perfect_high_quality", "w1_to_floor"]


@dataclass(frozen=True)
class ModeCoverage:
    r"""What `mode_coverage` found.

    Attributes:
        modes: how many modes have at least one high-quality sample, or as many as were asked for.
        high_quality: the share of samples within k sigma of their nearest center, 0 to 1. Its ceiling is
            `perfect_high_quality(k, d)`, not 1.
        reverse_kl: how unevenly the samples fall to the modes, in nats; 0 is even, log(number of modes)
            is all at one mode.
    """

    modes: int
    high_quality: float
    reverse_kl: float


@checked(
    samples=points,
    centers=points_like("samples"),
    sigma=greater_than(0),
    k=greater_than(0),
    least=whole_number(1),
)
def mode_coverage(
    samples: Array, centers: Array, sigma: float, k: float = 3.0, least: int = 1
) -> ModeCoverage:
    r"""Count the modes of an even mixture of round Gaussians that a set of samples covers.

    A sample belongs to its nearest center, and is of high quality if it lies within $k \sigma$ of it. A mode
    is covered if at least one sample of high quality belongs to it, or `least` of them. With $h_i$ the
    share of *all* samples that belong to mode $i$ of $M$, reverse_kl is
    $KL(h \| u) = \sum_i h_i \log (h_i M)$.

    Args:
        samples: (n, d) generated points.
        centers: (M, d) the modes, all different.
        sigma: standard deviation of each mode in every direction, greater than 0, in the units of the
            points.
        k: how many sigmas count as near, greater than 0. Default 3.
        least: how many samples of high quality cover a mode, at least 1. Default 1; this course also quotes
            10 of 2,500 on the grid of 25, a tenth of a mode's share.

    Returns:
        A `ModeCoverage` with fields modes, high_quality and reverse_kl.

    Raises:
        ValueError: on empty or non-finite points, unequal dimensions, a center that occurs twice, sigma or
            k not positive, least not a whole number of at least 1.

    Source: Lin, Khetan, Fanti and Oh 2018 (PacGAN), with the even mixture itself in place of a sample of
    it. Taught in: 10_wgan_gp.
    """
    repeated = len(centers) - len(np.unique(centers, axis=0))
    if repeated:
        raise ValueError(
            f"centers must all be different; {repeated} of {len(centers)} repeat an earlier one."
        )
    distance = cost_matrix(samples, centers)  # (n, M)
    nearest = distance.argmin(axis=1)
    near = distance.min(axis=1) <= k * sigma
    share = np.bincount(nearest, minlength=len(centers)) / len(samples)
    even = np.full(len(centers), 1 / len(centers))
    return ModeCoverage(
        modes=int((np.bincount(nearest[near], minlength=len(centers)) >= least).sum()),
        high_quality=float(near.mean()),
        reverse_kl=kl_divergence(share, even),
    )


@checked(k=greater_than(0), d=whole_number(1))
def perfect_high_quality(k: float, d: int) -> float:
    r"""The share of high-quality samples that a perfect generator has: $P(\chi^2_d \le k^2)$.

    In the plane this is $1 - e^{-k^2/2}$: 98.89 % at k = 3, never 100 %. Holds for round Gaussians in d
    dimensions whose modes are far apart, against k sigma.

    Args:
        k: how many sigmas count as near, greater than 0.
        d: dimension of the points, at least 1.

    Returns:
        A number between 0 and 1.

    Raises:
        ValueError: if k is not positive or d is not a whole number of at least 1.

    Source: the squared norm of a standard normal vector has the chi-squared law. Taught in: 10_wgan_gp.
    """
    return float(gammainc(d / 2, k * k / 2))


@dataclass(frozen=True)
class FloorRatio:
    r"""W1 of generated points over the floor that sampling itself sets. Quote all three numbers.

    Attributes:
        ratio: mean W1(fake, real) over mean W1(real, other real); about 1 for a perfect generator.
        spread: the standard error of `ratio`.
        n: how many points a side each W1 compares.
    """

    ratio: float
    spread: float
    n: int


@checked(fake=points, real_a=points_like("fake"), real_b=points_like("fake"), replicates=whole_number(2))
def w1_to_floor(fake: Array, real_a: Array, real_b: Array, replicates: int = 12) -> FloorRatio:
    r"""Exact W1 of generated points, in units of what a perfect generator would get.

    W1 of two finite samples is not 0 even if their laws are equal. So each pool is cut, in the order given,
    into R disjoint blocks of n points, and with $F_i = W_1(\text{fake}_i, \text{real-b}_i)$ and
    $G_i = W_1(\text{real-a}_i, \text{real-b}_i)$ the ratio is $r = \bar F / \bar G$. Both use the same
    real_b block, so they vary together. The spread is the standard error of $r$ by the delta method over
    the R pairs, $\frac{1}{\bar G \sqrt R} \big( \frac{1}{R-1} \sum_i (F_i - r G_i)^2 \big)^{1/2}$.

    The ratio depends on n: the floor falls as n grows while a real difference stays, so the same generator
    gets a larger ratio. Quote n with it; this course uses n = 2,000, pools of 24,000 at 12 replicates.

    Args:
        fake: (n_fake, d) generated points, independent of each other.
        real_a: (n_a, d) points of the target, independent of each other.
        real_b: (n_b, d) more points of the target, independent of real_a.
        replicates: how many blocks R, at least 2. Default 12.

    Returns:
        A `FloorRatio` with fields ratio, spread and n = min(n_fake, n_a, n_b) // replicates. Points left
        over at the end of a pool are not used.

    Raises:
        ValueError: on empty or non-finite points, unequal dimensions, fewer than 2 replicates or 2 points
            a block, or a floor of 0 (real_a and real_b hold the same points).

    Source: Cochran 1977, Sampling Techniques, chapter 6 (the standard error of a ratio).
    Taught in: 10_wgan_gp.
    """
    n = min(len(fake), len(real_a), len(real_b)) // replicates
    if n < 2:
        raise ValueError(
            f"fake, real_a and real_b must each hold at least 2 points for each of the {replicates} "
            f"replicates; got {len(fake)}, {len(real_a)} and {len(real_b)} points."
        )
    blocks = [slice(i * n, (i + 1) * n) for i in range(replicates)]
    to_real = np.array([w1_exact(fake[block], real_b[block]) for block in blocks])
    floor = np.array([w1_exact(real_a[block], real_b[block]) for block in blocks])
    if floor.mean() == 0:
        raise ValueError(
            "real_a and real_b must be different samples of the target; got a floor of 0, W1 between the two."
        )
    ratio = to_real.mean() / floor.mean()
    spread = np.std(to_real - ratio * floor, ddof=1) / (floor.mean() * np.sqrt(replicates))
    return FloorRatio(ratio=float(ratio), spread=float(spread), n=n)

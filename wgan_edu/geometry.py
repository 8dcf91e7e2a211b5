r"""How many dimensions data has: two estimators from nearest neighbors, and the Jacobian rank of a generator.

Both estimators rest on one fact. If points lie on an m-dimensional piece and their density hardly changes
over a small ball, then the number of points within distance t of a point grows like $t^m$, whatever the
dimension d of the room. They look at different scales: `two_nn_dimension` at the two nearest points,
`mle_dimension` at the K nearest.

Taught in: 01_manifold_hypothesis.
Source: Levina and Bickel 2004, Maximum Likelihood Estimation of Intrinsic Dimension, with the average of
MacKay and Ghahramani 2005; Facco, d'Errico, Rodriguez and Laio 2017, Estimating the intrinsic dimension of
datasets by a minimal neighborhood information; Arjovsky and Bottou 2017, Lemma 1 (generators).
"""

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.func import jacrev, vmap

from wgan_edu.checking import Array, checked, points, probability, whole_number
from wgan_edu.looking import eval_mode, off_torch, tensor_for

__all__ = ["jacobian_rank", "mle_dimension", "neighbor_distances", "two_nn_dimension"]

TIE = 1e-12  # distances that differ by less, relatively, are equal but for round-off


@checked(x=points, n_neighbors=whole_number(2))
def neighbor_distances(x: Array, n_neighbors: int) -> Array:
    """Distances from each point to its nearest others, nearest first.

    Args:
        x: (n, d) points, no two of them equal.
        n_neighbors: how many, K, from 2 to n - 1.

    Returns:
        (n, K) distances, all positive, not decreasing along a row.

    Raises:
        ValueError: if there are too few points; if two are equal, as in a bootstrap sample (the logarithm of
            their distance would be infinite: keep each once); or if nine tenths of the points have K equal
            distances, as on a grid (such points say nothing about their dimension).

    Taught in: 01_manifold_hypothesis.
    """
    from sklearn.neighbors import NearestNeighbors  # here: scikit-learn takes a second to load

    if n_neighbors >= len(x):
        raise ValueError(f"n_neighbors must be less than the number of points, {len(x)}; got {n_neighbors}.")
    scale = float(np.abs(x).max()) or 1.0  # so that squares neither overflow nor vanish
    ball_tree = NearestNeighbors(n_neighbors=n_neighbors, algorithm="ball_tree")  # takes exact differences
    distances = np.asarray(ball_tree.fit(x / scale).kneighbors()[0])  # without the points themselves
    twins = int((distances[:, 0] == 0).sum())
    if twins:
        raise ValueError(
            f"x must hold each point once; {twins} of {len(x)} have a twin (np.unique(x, axis=0) drops them)."
        )
    tied = int((distances[:, -1] <= (1 + TIE) * distances[:, 0]).sum())
    if tied >= int(0.9 * len(x)):  # the share that `two_nn_dimension` keeps
        raise ValueError(
            f"x must not be a grid; {tied} of {len(x)} points have their {n_neighbors} neighbors equally far."
        )
    return scale * distances


@checked(x=points, n_neighbors=whole_number(2))
def mle_dimension(x: Array, n_neighbors: int = 20) -> float:
    r"""Maximum likelihood from the K nearest neighbors: $1 / \hat m$ is the mean of $\log (T_K / T_j)$.

    $T_j$ is the distance from a point to its j-th neighbor. Where the density is constant, the $K - 1$
    numbers $\log (T_K / T_j)$ of a point are independent exponential ones of mean $1/m$ (in random order), so
    the mean over j < K and over all points estimates $1/m$ without bias.

    Args:
        x: (n, d) points, no two of them equal.
        n_neighbors: how many, K, from 2 to n - 1: the scale. Default 20.

    Returns:
        The estimate, positive, mostly not a whole number. Too low where m is large and n is not exponentially
        larger, because a ball then reaches the edges of the piece; too high where noise is as large as $T_K$.

    Raises:
        ValueError: on non-finite input, too few points, equal points or a grid (see `neighbor_distances`).

    Source: Levina and Bickel 2004, equation (8); the mean of inverses is that of MacKay and Ghahramani 2005.
    Taught in: 01_manifold_hypothesis.
    """
    distances = neighbor_distances(x, n_neighbors)  # (n, K), nearest first
    inverses = np.log(distances[:, -1:] / distances[:, :-1]).mean(axis=1)  # (n,) each estimates 1/m
    return float(1 / inverses.mean())


@checked(x=points)
def two_nn_dimension(x: Array) -> float:
    r"""The slope of $-\log (1 - F(\mu))$ over $\log \mu$, where $\mu = T_2 / T_1$ has the empirical CDF F.

    Where the density is constant, $P(\mu > s) = s^{-m}$: how often the second neighbor is more than s times
    as far as the first depends on m alone. The slope is fitted through the origin, to the smallest nine
    tenths of the ratios.

    Args:
        x: (n, d) points, no two of them equal; n is at least 3.

    Returns:
        The estimate, positive, mostly not a whole number; at a finer scale than `mle_dimension`, and so with
        more noise, and more misled by noise in the points.

    Raises:
        ValueError: on non-finite input, too few points, equal points or a grid (see `neighbor_distances`).

    Source: Facco et al. 2017, the linear fit in "Results". Taught in: 01_manifold_hypothesis.
    """
    first, second = neighbor_distances(x, 2).T  # (n,) each
    kept = int(0.9 * len(x))  # the largest ratios come from the outskirts
    log_ratio = np.sort(np.log(second / first))[:kept]
    log_survival = np.log(1 - np.arange(1, kept + 1) / len(x))  # log(1 - F), F = rank / n
    return float(-(log_ratio @ log_survival) / (log_ratio @ log_ratio))


@torch.no_grad()
@checked(noise=points, threshold=probability)
def jacobian_rank(generator: nn.Module, noise: Array, threshold: float = 1e-5) -> npt.NDArray[np.int64]:
    r"""The rank of $\partial g / \partial z$ at some inputs: in how many directions a generator moves there.

    A generator of k inputs has a Jacobian of k columns, so the rank is at most k: near $g(z)$ it makes at
    most a k-dimensional piece of $R^d$.

    Args:
        generator: a torch module from (B, k) to (B, ...), called in eval mode and in its own precision.
        noise: (n, k) where to look.
        threshold: a singular value counts if it exceeds this share of the largest one at the same input.
            Default 1e-5, some fifty times the round-off of float32.

    Returns:
        (n,) ranks, from 0 (the generator stands still there) to min(k, d).

    Raises:
        ValueError: on empty or non-finite noise, a wrong shape, or a threshold outside [0, 1].
        torch.linalg.LinAlgError: if the generator's derivatives are not finite.

    Source: Arjovsky and Bottou 2017, Lemma 1. Taught in: 01_manifold_hypothesis.
    """
    z = tensor_for(generator, noise)  # (n, k)
    with eval_mode(generator):
        jacobian = jacrev(lambda one: generator(one[None]).flatten())  # from (k,) to (d, k)
        jacobians = vmap(jacobian, chunk_size=100)(z)  # (n, d, k)
    singular = torch.linalg.svdvals(jacobians)  # (n, min(d, k)), largest first
    return np.asarray(off_torch((singular > threshold * singular[:, :1]).sum(dim=1)))

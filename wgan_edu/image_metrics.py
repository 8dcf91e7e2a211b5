r"""How good are generated pictures? What can be measured with a small classifier and a few thousand of them.

All of it takes arrays: features or probabilities that a classifier (`classifier.train_classifier`) gives to
pictures, or the pictures themselves. Nothing here sees the critic. Every distance between finite samples has
a floor above 0, what two real samples get between them: no number is worth anything without it.

Taught in: 11_images_on_gpu, 12_conditional_and_controllable.
Source: Heusel et al. 2017 (Frechet distance of features); Kynkaanniemi et al. 2019 (precision and recall);
Meehan, Chaudhuri and Dasgupta 2020 (copies); Theis, van den Oord and Bethge 2016 (what no metric shows).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wgan_edu.checking import Array, Rule, checked, greater_than, points, points_like, whole_number
from wgan_edu.divergences import gaussian_w2, kl_divergence
from wgan_edu.transport import cost_matrix

__all__ = [
    "ClassCoverage",
    "FrechetWithFloor",
    "Neighbors",
    "PrecisionRecall",
    "class_coverage",
    "copying",
    "frechet_distance",
    "frechet_with_floor",
    "nearest_neighbors",
    "precision_recall",
]

Indices = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def _several(rule: Rule) -> Rule:
    """Points as the rule has them, and at least 2 of them, so that there is a covariance."""

    def both(name: str, value: Any, arguments: Mapping[str, Any]) -> Any:
        array = rule(name, value, arguments)
        if len(array) < 2:
            raise ValueError(f"{name} must be of at least 2 pictures to have a covariance; got {len(array)}.")
        return array

    return both


def _fewer_than_points(name: str, value: Any, arguments: Mapping[str, Any]) -> int:
    """A whole number k such that every point of both samples has a k-th neighbor."""
    k, sizes = whole_number(1)(name, value, arguments), (len(arguments["real"]), len(arguments["fake"]))
    if min(sizes) <= k:
        raise ValueError(
            f"{name} must be less than the number of points in each sample; got {k}, and {sizes[0]} and "
            f"{sizes[1]} points."
        )
    return int(k)


@checked(features_a=_several(points), features_b=_several(points_like("features_a")))
def frechet_distance(features_a: Array, features_b: Array) -> float:
    r"""Squared W2 of two Gaussians that have the means and covariances of two samples.

    $d^2 = \|m_a - m_b\|^2 + \mathrm{tr}\big(\Sigma_a + \Sigma_b - 2 (\Sigma_a^{1/2} \Sigma_b
    \Sigma_a^{1/2})^{1/2}\big)$. With the features of Inception-v3 it is the FID; with those of another
    classifier it is another number. It sees means and covariances only, and it is biased upward: two samples
    of one law get more than 0, about as $1/n$.

    Args:
        features_a: (n, k) features of one set of pictures, n at least 2.
        features_b: (m, k) features of the other.

    Returns:
        The squared distance, at least 0.

    Raises:
        ValueError: on non-finite features, unequal dimensions, or fewer than 2 pictures a side.

    Source: Heusel et al. 2017, equation (6); Dowson and Landau 1982. Taught in: 11_images_on_gpu.
    """
    mean_a, mean_b = features_a.mean(axis=0), features_b.mean(axis=0)
    cov_a, cov_b = (np.atleast_2d(np.cov(f, rowvar=False)) for f in (features_a, features_b))
    return gaussian_w2(mean_a, cov_a, mean_b, cov_b) ** 2


@dataclass(frozen=True)
class FrechetWithFloor:
    """A Frechet distance and what real pictures get at the same size. Quote all three numbers.

    Attributes:
        value: generated against real.
        floor: other real against the same real.
        n: pictures a side in both.
    """

    value: float
    floor: float
    n: int


@checked(fake=points, real_a=points_like("fake"), real_b=points_like("fake"))
def frechet_with_floor(fake: Array, real_a: Array, real_b: Array) -> FrechetWithFloor:
    """The Frechet distance of generated from real pictures, beside that of real from other real pictures.

    All three samples are cut to the size of the smallest, as the bias depends on it.

    Args:
        fake: (n, k) features of generated pictures.
        real_a: (m, k) features of real pictures.
        real_b: (l, k) features of other real pictures, with which both are compared.

    Returns:
        A `FrechetWithFloor` with fields value, floor and n.

    Raises:
        ValueError: on non-finite features, unequal dimensions, or fewer than 2 pictures in a sample.

    Taught in: 11_images_on_gpu.
    """
    n = min(len(fake), len(real_a), len(real_b))
    value, floor = (frechet_distance(features[:n], real_b[:n]) for features in (fake, real_a))
    return FrechetWithFloor(value, floor, n)


@dataclass(frozen=True)
class PrecisionRecall:
    """Two shares, both 0 to 1. Real against other real pictures stays below 1 in both.

    Attributes:
        precision: of the generated pictures, those among the real ones.
        recall: of the real pictures, those among the generated ones.
    """

    precision: float
    recall: float


@checked(real=points, fake=points_like("real"), k=_fewer_than_points)
def precision_recall(real: Array, fake: Array, k: int = 3) -> PrecisionRecall:
    r"""How many generated pictures look real, and how many real ones could have been generated.

    A sample stands for the union of balls around its points, each as wide as the way to its k-th nearest
    neighbor in the sample: $M(X) = \bigcup_i B(x_i, \|x_i - NN_k(x_i)\|)$. Precision is the share of
    generated points in $M(\text{real})$, recall that of real points in $M(\text{fake})$.

    Both depend on the sizes and on k, and one outlier with a wide ball can catch much. Hold them against
    what real pictures get from other real ones.

    Args:
        real: (n, d) features of real pictures, n greater than k.
        fake: (m, d) features of generated ones, m greater than k.
        k: which neighbor sets the width of a ball. Default 3, as in the paper.

    Returns:
        A `PrecisionRecall`.

    Raises:
        ValueError: on non-finite features, unequal dimensions, or no more than k points in a sample.

    Source: Kynkaanniemi et al. 2019, equations (1) and (2). Taught in: 11_images_on_gpu.
    """
    between = cost_matrix(real, fake)  # (n, m)
    real_radius, fake_radius = (np.sort(cost_matrix(x, x), axis=1)[:, k] for x in (real, fake))
    return PrecisionRecall(
        precision=float((between <= real_radius[:, None]).any(axis=0).mean()),
        recall=float((between <= fake_radius).any(axis=1).mean()),
    )


@dataclass(frozen=True, eq=False)
class ClassCoverage:
    r"""How generated pictures fall to the classes, in the eyes of a classifier.

    Attributes:
        shares: (k,) the share of pictures whose likeliest class is each.
        covered: how many classes get at least a tenth of their even share.
        reverse_kl: $KL(\text{shares} \| \text{even})$ in nats: 0 is even, log k is all in one class.
        confident: the share of pictures of which the classifier is surer than the threshold.
    """

    shares: Array
    covered: int
    reverse_kl: float
    confident: float


@checked(probabilities=points, threshold=greater_than(0))
def class_coverage(probabilities: Array, threshold: float = 0.9) -> ClassCoverage:
    """Count the classes that generated pictures fall to, and how sure a classifier is of them.

    A classifier must choose one of its classes even for noise, so coverage without confidence says little;
    and it can be sure of what no person would read.

    Args:
        probabilities: (n, k) of each class for each picture.
        threshold: what counts as sure, above 0. Default 0.9.

    Returns:
        A `ClassCoverage` with fields shares, covered, reverse_kl and confident.

    Raises:
        ValueError: if a row is not a set of probabilities.

    Taught in: 11_images_on_gpu, 12_conditional_and_controllable.
    """
    if probabilities.min() < 0 or not np.allclose(probabilities.sum(axis=1), 1, atol=1e-4):
        raise ValueError("probabilities must be rows of numbers from 0 to 1 whose sum is 1; got other rows.")
    n_classes = probabilities.shape[1]
    shares = np.bincount(probabilities.argmax(axis=1), minlength=n_classes) / len(probabilities)
    return ClassCoverage(
        shares=shares,
        covered=int((shares >= 0.1 / n_classes).sum()),
        reverse_kl=kl_divergence(shares, np.full(n_classes, 1 / n_classes)),
        confident=float((probabilities.max(axis=1) > threshold).mean()),
    )


@dataclass(frozen=True, eq=False)
class Neighbors:
    """The nearest training pictures of some pictures.

    Attributes:
        distance: (n,) to the nearest one.
        index: (n,) which one it is.
    """

    distance: Array
    index: Indices


@checked(pictures=points, train=points_like("pictures"))
def nearest_neighbors(pictures: Array, train: Array) -> Neighbors:
    """For each picture the nearest training picture: look at the pairs, and see whether they are copies.

    Args:
        pictures: (n, d) generated pictures, or their features.
        train: (m, d) what the generator was trained on.

    Returns:
        `Neighbors` with fields distance and index, both (n,).

    Raises:
        ValueError: on non-finite points or unequal dimensions.

    Taught in: 11_images_on_gpu.
    """
    distance = cost_matrix(pictures, train)
    index = distance.argmin(axis=1)
    return Neighbors(np.asarray(distance[np.arange(len(pictures)), index]), index)


@checked(fake=points, train=points_like("fake"), held_out=points_like("fake"))
def copying(fake: Array, train: Array, held_out: Array) -> float:
    r"""How often a generated picture lies nearer to the training pictures than a held-out real one does.

    With $d(x)$ the distance of x from the nearest training picture, $P(d(\text{fake}) < d(\text{held out}))$
    over all pairs, ties counted half: the Mann-Whitney statistic. On average a perfect generator gets 1/2,
    one that copies 1. Less than 1/2 means pictures farther from the training set than real ones are: blurred,
    broken or noisy. A generator of averages lies near to many pictures and can exceed 1/2 without copying.

    Args:
        fake: (n, d) generated pictures, or their features.
        train: (m, d) what the generator was trained on.
        held_out: (l, d) real pictures that it was not trained on.

    Returns:
        A number from 0 to 1.

    Raises:
        ValueError: on non-finite points or unequal dimensions.

    Source: Meehan, Chaudhuri and Dasgupta 2020. Taught in: 11_images_on_gpu.
    """
    d_fake, d_real = (nearest_neighbors(x, train).distance for x in (fake, held_out))
    below = d_fake[:, None] < d_real
    level = d_fake[:, None] == d_real
    return float(below.mean() + level.mean() / 2)

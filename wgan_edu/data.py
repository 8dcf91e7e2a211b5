r"""Distributions to learn: every one has `sample(n, seed)` and gives points of shape (n, d).

Toy distributions in the plane at the scales of the WGAN-GP repository (Gulrajani et al. 2017), the point
masses and parallel lines of the WGAN paper's Example 1 (Arjovsky, Chintala and Bottou 2017), and real
data that needs no download: the 8x8 handwritten digits bundled with scikit-learn.

Taught in: 04_which_distance (lines), 05_earth_movers_distance (digits), 12_conditional_and_controllable
(digits with labels), 09_wgan and 10_wgan_gp (the rest).
"""

from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Protocol

import numpy as np

from wgan_edu.checking import Array, checked, whole_number

__all__ = [
    "Digits",
    "Distribution",
    "GaussianMixture",
    "LabeledDigits",
    "PointMass",
    "Seed",
    "SwissRoll",
    "VerticalLine",
    "digits",
    "grid_of_25",
    "ring_of_8",
    "swiss_roll",
]

Seed = int | np.random.Generator  # an integer gives the same sample every time, a Generator goes on


class Distribution(Protocol):
    """Anything that can be sampled."""

    def sample(self, n: int, seed: Seed = 0) -> Array:
        """Draw n independent points, shape (n, d)."""


@dataclass(frozen=True, eq=False)
class PointMass:
    """All mass at one point: the simplest pair whose JS divergence cannot learn.

    Attributes:
        position: (d,) coordinates as a tuple, such as `(0.0,)`.

    Taught in: 04_which_distance.
    """

    position: tuple[float, ...]

    @checked(n=whole_number(1))
    def sample(self, n: int, seed: Seed = 0) -> Array:
        """Give the position n times, shape (n, d)."""
        return np.tile(np.asarray(self.position, dtype=np.float64), (n, 1))


@dataclass(frozen=True, eq=False)
class VerticalLine:
    r"""The law of $(\theta, Z)$ with $Z \sim U[0, 1]$, a segment in the plane.

    Source: Arjovsky, Chintala and Bottou 2017, Example 1. Taught in: 04_which_distance.

    Attributes:
        theta: where the line stands on the horizontal axis.
    """

    theta: float

    @checked(n=whole_number(1))
    def sample(self, n: int, seed: Seed = 0) -> Array:
        """Draw n independent points, shape (n, 2)."""
        height = np.random.default_rng(seed).random(n)
        return np.column_stack([np.full(n, float(self.theta)), height])


@dataclass(frozen=True, eq=False)
class GaussianMixture:
    r"""Equal parts of round Gaussians, $\frac1k \sum_i N(c_i, \sigma^2 I)$.

    Attributes:
        centers: (k, d) the modes.
        sigma: the standard deviation of each mode in every direction.
    """

    centers: Array
    sigma: float

    @checked(n=whole_number(1))
    def sample(self, n: int, seed: Seed = 0) -> Array:
        """Draw n independent points, shape (n, d)."""
        rng = np.random.default_rng(seed)
        mode = rng.integers(len(self.centers), size=n)
        return np.asarray(self.centers[mode] + self.sigma * rng.standard_normal((n, self.centers.shape[1])))


def ring_of_8() -> GaussianMixture:
    """Eight Gaussians on a circle: radius 2, sigma 0.02, all divided by 1.414.

    Source: the toy data of the WGAN-GP repository. Taught in: 09_wgan.
    """
    angle = 2 * np.pi * np.arange(8) / 8
    return GaussianMixture(2 * np.column_stack([np.cos(angle), np.sin(angle)]) / 1.414, 0.02 / 1.414)


def grid_of_25() -> GaussianMixture:
    """Twenty-five Gaussians on the grid 2 * {-2, ..., 2}^2, sigma 0.05, all divided by 2.828.

    Source: the toy data of the WGAN-GP repository. Taught in: 10_wgan_gp.
    """
    step = 2.0 * np.arange(-2, 3)
    centers = np.stack(np.meshgrid(step, step, indexing="ij"), axis=-1).reshape(25, 2)
    return GaussianMixture(centers / 2.828, 0.05 / 2.828)


@dataclass(frozen=True, eq=False)
class SwissRoll:
    r"""A spiral in the plane, $\frac{1}{7.5} (t \cos t, t \sin t)$ plus noise, $t \sim U[1.5\pi, 4.5\pi]$.

    Attributes:
        noise: standard deviation of the noise before the division by 7.5.

    Source: the toy data of the WGAN-GP repository (columns 0 and 2 of scikit-learn's Swiss roll).
    Taught in: 10_wgan_gp.
    """

    noise: float = 0.25

    @checked(n=whole_number(1))
    def sample(self, n: int, seed: Seed = 0) -> Array:
        """Draw n independent points, shape (n, 2)."""
        from sklearn.datasets import make_swiss_roll  # here: scikit-learn takes a second to load

        state = int(np.random.default_rng(seed).integers(2**32))
        roll, _ = make_swiss_roll(n, noise=self.noise, random_state=state)
        return np.asarray(roll[:, [0, 2]] / 7.5)


def swiss_roll() -> SwissRoll:
    """The Swiss roll with the WGAN-GP repository's noise. Taught in: 10_wgan_gp."""
    return SwissRoll()


@dataclass(frozen=True, eq=False)
class Digits:
    """Real handwritten digits as points in the cube [0, 1]^64, one coordinate a pixel.

    Attributes:
        images: (n, 64) brightness of each pixel, 0 (paper) to 1 (ink); row-major 8x8 pictures.
        labels: (n,) which digit it is, 0 to 9.

    Taught in: 05_earth_movers_distance.
    """

    images: Array
    labels: np.ndarray[tuple[int, ...], np.dtype[np.int64]]

    def of_class(self, label: int) -> Array:
        """All images of one digit, shape (n_label, 64).

        Raises:
            ValueError: if no image has that label.
        """
        chosen = np.asarray(self.images[self.labels == label])
        if len(chosen) == 0:
            raise ValueError(f"label must be a digit from 0 to 9; got {label!r}.")
        return chosen

    @checked(n=whole_number(1))
    def sample(self, n: int, seed: Seed = 0) -> Array:
        """Draw n images with replacement, shape (n, 64)."""
        chosen = np.random.default_rng(seed).integers(len(self.images), size=n)
        return np.asarray(self.images[chosen])

    @checked(n_held_out=whole_number(1))
    def split(self, n_held_out: int = 600, seed: int = 0) -> "tuple[Digits, Digits]":
        """Cut the digits into a part to learn from and a part that is held out, by chance.

        Args:
            n_held_out: how many are held out. Default 600, a third of the bundled ones.
            seed: an integer; the default 0 is the split of this course.

        Returns:
            The training digits and the held-out ones.

        Raises:
            ValueError: if no digit would be left to learn from.

        Taught in: 12_conditional_and_controllable.
        """
        if n_held_out >= len(self.images):
            raise ValueError(f"n_held_out must leave some of the {len(self.images)}; got {n_held_out}.")
        order = np.random.default_rng(seed).permutation(len(self.images))
        held_out, training = order[:n_held_out], order[n_held_out:]
        return (
            Digits(self.images[training], self.labels[training]),
            Digits(self.images[held_out], self.labels[held_out]),
        )

    def labeled(self) -> "LabeledDigits":
        """The same digits, for a conditional generator. Taught in: 12_conditional_and_controllable."""
        return LabeledDigits(self.images, self.labels)


@dataclass(frozen=True, eq=False)
class LabeledDigits(Digits):
    r"""Digits that bring their label along: points $(x, y)$ of 64 pixels and a one-hot label of 10 columns.

    The classes come as often as the digits have them: each of the ten is 9.7 % to 10.2 % of the bundled ones.

    Attributes:
        images: (n, 64) brightness of each pixel.
        labels: (n,) which digit it is, 0 to 9.
        n_labels: how many columns of a point are its label, the last ones. Always 10.

    Taught in: 12_conditional_and_controllable.
    """

    n_labels: int = field(default=10, init=False)

    @checked(n=whole_number(1))
    def sample(self, n: int, seed: Seed = 0) -> Array:
        """Draw n images with replacement, the same as without labels, shape (n, 64 + 10)."""
        return np.asarray(self._points[np.random.default_rng(seed).integers(len(self.images), size=n)])

    @cached_property
    def _points(self) -> Array:
        return np.column_stack([self.images, np.eye(self.n_labels)[self.labels]])


@cache
def digits() -> Digits:
    """The 1,797 handwritten digits bundled with scikit-learn, brightness scaled from 0..16 to 0..1.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
    Repository, 1998 (its test part). Taught in: 05_earth_movers_distance.
    """
    from sklearn.datasets import load_digits  # here: scikit-learn takes a second to load

    bundle = load_digits()
    images, labels = bundle.data / 16.0, bundle.target.astype(np.int64)
    images.setflags(write=False)
    labels.setflags(write=False)
    return Digits(images, labels)

r"""Walks through the noise of a trained generator: between two pictures, and toward what a function likes.

A walk between two noises should keep to the places that noise has; `straight`, `even` and `spherical`
differ in that. A walk toward something follows the slope of a score of the picture, a classifier's or an
attribute's, through the generator and back to the noise. What else changes on the way is the side effect:
the attributes are *entangled* in the noise.

Taught in: 12_conditional_and_controllable.
Source: S4, point 8; White 2016, Sampling Generative Networks (spherical interpolation); Nguyen et al. 2016
(following a classifier's slope through a generator).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from wgan_edu.checking import Array, at_least, checked, finite, numbers_like, points, whole_number
from wgan_edu.looking import off_torch, tensor_for

__all__ = [
    "ATTRIBUTES",
    "attributes",
    "even",
    "pictures_of",
    "slope_in_noise",
    "spherical",
    "steer",
    "straight",
]

Tensor = torch.Tensor
Score = Callable[[Tensor], Tensor]  # pictures (n, d) to one number each (n,)


# --- between two noises -------------------------------------------------------------------------------


@checked(start=points, end=numbers_like("start"), share=finite)
def straight(start: Array, end: Array, share: float) -> Array:
    r"""$(1 - t)\, z_0 + t\, z_1$. Halfway between independent normal noises its law is $N(0, I/2)$.

    Args:
        start: (n, k) noise $z_0$.
        end: (n, k) noise $z_1$.
        share: $t$, 0 at the start and 1 at the end.

    Returns:
        (n, k) noise.

    Taught in: 12_conditional_and_controllable.
    """
    return (1 - share) * start + share * end


@checked(start=points, end=numbers_like("start"), share=finite)
def even(start: Array, end: Array, share: float) -> Array:
    r"""$\cos(t \pi / 2)\, z_0 + \sin(t \pi / 2)\, z_1$: exactly normal noise at every $t$.

    Args:
        start: (n, k) noise $z_0$.
        end: (n, k) noise $z_1$, independent of it.
        share: $t$, 0 at the start and 1 at the end.

    Returns:
        (n, k) noise.

    Taught in: 12_conditional_and_controllable.
    """
    return np.asarray(np.cos(share * np.pi / 2) * start + np.sin(share * np.pi / 2) * end)


@checked(start=points, end=numbers_like("start"), share=finite)
def spherical(start: Array, end: Array, share: float) -> Array:
    r"""Along an arc: $\frac{\sin((1 - t)\omega)}{\sin\omega} z_0 + \frac{\sin(t\omega)}{\sin\omega} z_1$.

    $\omega$ is the angle between the two. For noises of one norm every point of the arc has that norm; for
    a right angle it is `even`. Where the two point the same way, or opposite ways, it is `straight`.

    Args:
        start: (n, k) noise $z_0$, none of them 0.
        end: (n, k) noise $z_1$, none of them 0.
        share: $t$, 0 at the start and 1 at the end.

    Returns:
        (n, k) noise.

    Source: White 2016, section 2.1. Taught in: 12_conditional_and_controllable.
    """
    cosine = (start * end).sum(axis=1) / (np.linalg.norm(start, axis=1) * np.linalg.norm(end, axis=1))
    angle = np.arccos(np.clip(cosine, -1, 1))[:, None]  # (n, 1)
    sine = np.sin(angle)
    flat = sine < 1e-6
    sine = np.where(flat, 1, sine)
    arc = np.sin((1 - share) * angle) / sine * start + np.sin(share * angle) / sine * end
    return np.where(flat, (1 - share) * start + share * end, arc)


# --- attributes of a picture --------------------------------------------------------------------------


def _moments(x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Pictures (n, s, s), ink (n,), and the places across and up (n, s, s) from the middle of the ink."""
    side = round(x.shape[1] ** 0.5)
    pictures = x.view(-1, side, side).clamp(min=0)
    ink = pictures.sum(dim=(1, 2)).clamp(min=1e-6)
    place = torch.arange(side, dtype=x.dtype, device=x.device)
    across = place[None, None, :] - ((pictures * place[None, None, :]).sum(dim=(1, 2)) / ink)[:, None, None]
    up = (pictures * place[None, :, None]).sum(dim=(1, 2))[:, None, None] / ink[:, None, None]
    return pictures, ink, across, up - place[None, :, None]


def _thickness(x: Tensor) -> Tensor:
    """Twice the ink over the length of its edge, in pixels: w for a long stroke of width w."""
    pictures, ink, _, _ = _moments(x)
    padded = torch.nn.functional.pad(pictures, (1, 1, 1, 1))
    right, down = padded[:, :-1, 1:] - padded[:, :-1, :-1], padded[:, 1:, :-1] - padded[:, :-1, :-1]
    edge = (right.square() + down.square() + 1e-12).sqrt().sum(dim=(1, 2))
    return 2 * ink / edge


def _slant(x: Tensor) -> Tensor:
    """How many pixels the ink moves to the right for each pixel up: 1 is 45 degrees."""
    pictures, _, across, up = _moments(x)
    return (pictures * across * up).sum(dim=(1, 2)) / (pictures * up * up).sum(dim=(1, 2)).clamp(min=1e-6)


def _width(x: Tensor) -> Tensor:
    """Standard deviation of the ink across, in pixels."""
    pictures, ink, across, _ = _moments(x)
    return ((pictures * across * across).sum(dim=(1, 2)) / ink + 1e-12).sqrt()


ATTRIBUTES: dict[str, Score] = {"thickness": _thickness, "slant": _slant, "width": _width}


@checked(images=points)
def attributes(images: Array) -> dict[str, Array]:
    """Measure each of `ATTRIBUTES` on square pictures of bright ink on dark paper.

    Args:
        images: (n, s^2) pictures as flattened rows.

    Returns:
        For each attribute (n,) values: thickness and width in pixels, slant in pixels right for a pixel up.

    Taught in: 12_conditional_and_controllable.
    """
    with torch.no_grad():
        x = torch.as_tensor(images)
        return {name: np.asarray(off_torch(score(x))) for name, score in ATTRIBUTES.items()}


# --- following a slope --------------------------------------------------------------------------------


@checked(noise=points)
def slope_in_noise(generator: Any, noise: Array, labels: Any, score: Score) -> Array:
    r"""$\nabla_z h(g_\theta(z, y))$: the direction of noise in which a score h of the picture rises fastest.

    Args:
        generator: a `Generator`.
        noise: (n, k) noise, without labels.
        labels: (n,) labels for a generator with labels, else `None`.
        score: one number for each picture; a differentiable function of tensors.

    Returns:
        (n, k) slopes, float64.

    Taught in: 12_conditional_and_controllable.
    """
    z = tensor_for(generator, noise).requires_grad_()
    (slope,) = torch.autograd.grad(score(pictures_of(generator, z, labels)).sum(), z)
    return np.asarray(off_torch(slope))


def pictures_of(generator: Any, z: Tensor, labels: Any) -> Tensor:
    """Give the pictures (n, d) without their label. Taught in: 12_conditional_and_controllable."""
    if not generator.n_labels:
        return generator(z)  # type: ignore[no-any-return]
    one_hot = torch.eye(generator.n_labels, dtype=z.dtype, device=z.device)[torch.as_tensor(labels)]
    return generator(torch.cat([z, one_hot], dim=1))[:, : -generator.n_labels]  # type: ignore[no-any-return]


@checked(noise=points, strength=at_least(0), steps=whole_number(1))
def steer(
    generator: Any,
    noise: Array,
    labels: Any,
    score: Score,
    strength: float,
    steps: int = 10,
    hold: tuple[Score, ...] = (),
) -> Array:
    r"""Follow the slope of a score through the generator for a given length, and keep the noise's norm.

    In each step $z$ moves by strength/steps along $\nabla_z h$, made a vector of length 1 after what would
    change its norm is taken off: the part along $z$ itself, as noise of another norm is rare. With `hold` the
    parts along the slopes of other scores are taken off too, so that to first order these stay as well.

    Args:
        generator: a `Generator`.
        noise: (n, k) noise, without labels.
        labels: (n,) labels for a generator with labels, else `None`; they stay.
        score: one number for each picture, to be raised. To lower it, hand over its negative.
        strength: length of the way, in units of the noise, whose coordinates have standard deviation 1.
        steps: into how many it is cut. Default 10.
        hold: scores to be left where they are.

    Returns:
        (n, k) noise.

    Source: S4, point 8; Nguyen et al. 2016. Taught in: 12_conditional_and_controllable.
    """
    norm = np.linalg.norm(noise, axis=1, keepdims=True)
    for _ in range(steps):
        way = slope_in_noise(generator, noise, labels, score)
        held = [noise, *(slope_in_noise(generator, noise, labels, other) for other in hold)]
        basis, _ = np.linalg.qr(np.stack(held, axis=2))  # (n, k, 1 + len(hold)), orthonormal columns
        way = way - np.einsum("nkh,njh,nj->nk", basis, basis, way)
        way = way / np.linalg.norm(way, axis=1, keepdims=True).clip(min=1e-12)
        noise = noise + strength / steps * way
        noise = noise * norm / np.linalg.norm(noise, axis=1, keepdims=True)
    return noise

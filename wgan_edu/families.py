r"""Four pairs of laws, a fixed one and one that moves with theta: five distances between them, five slopes.

    point masses           one at 0, one at theta
    parallel lines         the laws of (0, Z) and (theta, Z), Z uniform on [0, 1]
    overlapping uniforms   U[0, 1] and U[theta, 1 + theta]
    discrete piles         at the places 0, 1, 2, 3; theta says how much of the first pile was carried away

In all four the earth mover's distance is |theta|. What KL, JS and total variation make of them depends on
how much mass the two laws share, and nothing else.

Taught in: 04_which_distance.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from wgan_edu.checking import Array, checked, finite, one_of
from wgan_edu.divergences import js_divergence, kl_divergence, total_variation

__all__ = ["CARRIED", "DISTANCES", "FAMILIES", "PILES", "Answer", "cells", "distances", "slopes", "values"]

FAMILIES = {  # from where to where a slider takes theta
    "point masses": (-2.0, 2.0),
    "parallel lines": (-2.0, 2.0),
    "overlapping uniforms": (-2.0, 2.0),
    "discrete piles": (-0.5, 1.0),  # at both ends a pile is gone; there is no going on
}
DISTANCES = ("KL", "reverse KL", "JS", "TV", "EMD")

PILES = np.array([0.4, 0.3, 0.2, 0.1])  # the fixed law, at the places 0, 1, 2, 3
CARRIED = np.array([-0.4, 0.0, 0.2, 0.2])  # per unit of theta, from place 0 to places 2 and 3
PILES.setflags(write=False)
CARRIED.setflags(write=False)


class Answer(NamedTuple):
    """A distance and its derivative in theta; `slope` is None where there is none."""

    value: float
    slope: float | None


def _theta(name: str, value: Any, arguments: Mapping[str, Any]) -> float:
    """One number; for the piles, one that leaves no pile negative."""
    theta = finite(name, value, arguments)
    if arguments["family"] == "discrete piles" and not -0.5 <= theta <= 1:
        raise ValueError(f"{name} must be from -0.5 to 1 for discrete piles; got {value!r}.")
    return theta


@checked(family=one_of(*FAMILIES), theta=_theta)
def cells(family: str, theta: float) -> tuple[Array, Array]:
    r"""Cut space into cells on each of which the two densities have one ratio, and weigh them.

    With respect to a measure in which both laws have densities p and q. KL, JS and TV of the laws are those
    of these masses, exactly: inside a cell nothing tells the two laws apart.

    Args:
        family: a key of `FAMILIES`.
        theta: any real number; from -0.5 to 1 for the piles.

    Returns:
        Masses (k,) of the fixed law in the cells, and (k,) of the moving one.

    Raises:
        ValueError: if the family is unknown, or theta is not one finite number or out of range.

    Source: S0, question 5 (points); Arjovsky, Chintala and Bottou 2017, example 1 (lines). Taught in:
    04_which_distance.
    """
    if family == "discrete piles":
        return PILES, PILES + theta * CARRIED
    if theta == 0:
        return np.ones(1), np.ones(1)
    shared = max(0.0, 1 - abs(theta)) if family == "overlapping uniforms" else 0.0
    return np.array([1 - shared, shared, 0.0]), np.array([0.0, shared, 1 - shared])


@checked(family=one_of(*FAMILIES), theta=_theta)
def distances(family: str, theta: float) -> dict[str, float]:
    r"""KL, reverse KL, JS, TV and the earth mover's distance from the fixed law to the one at theta.

    KL is $KL(\mathbb P_r \| \mathbb P_\theta)$ with the fixed law as $\mathbb P_r$; reverse KL is
    $KL(\mathbb P_\theta \| \mathbb P_r)$.

    Args:
        family: a key of `FAMILIES`.
        theta: any real number; from -0.5 to 1 for the piles.

    Returns:
        A value from 0 to inf for each name in `DISTANCES`.

    Raises:
        ValueError: if the family is unknown, or theta is not one finite number or out of range.

    Source: Arjovsky, Chintala and Bottou 2017, section 2. Taught in: 04_which_distance.
    """
    p, q = cells(family, theta)
    return {
        "KL": kl_divergence(p, q),
        "reverse KL": kl_divergence(q, p),
        "JS": js_divergence(p, q),
        "TV": total_variation(p, q),
        "EMD": abs(theta),
    }


@checked(family=one_of(*FAMILIES), theta=_theta)
def slopes(family: str, theta: float) -> dict[str, float | None]:
    r"""The derivatives in theta of the five distances, in closed form.

    Args:
        family: a key of `FAMILIES`.
        theta: any real number; from -0.5 to 1 for the piles.

    Returns:
        A slope for each name in `DISTANCES`; None where the distance is infinite, jumps, has a kink, or
        where the family ends.

    Raises:
        ValueError: if the family is unknown, or theta is not one finite number or out of range.

    Source: the derivatives of `distances`. Taught in: 04_which_distance.
    """
    found: dict[str, float | None] = dict.fromkeys(DISTANCES)
    side = math.copysign(1.0, theta)
    if family == "discrete piles":
        p, q = PILES, PILES + theta * CARRIED
        if q.min() > 0:
            found["KL"] = float(-p @ (CARRIED / q))
            found["reverse KL"] = float(CARRIED @ np.log(q / p))
            found["JS"] = float(CARRIED @ np.log(2 * q / (p + q)) / 2)
        if q.min() > 0 and theta != 0:
            found |= {"TV": side * float(np.abs(CARRIED).sum() / 2), "EMD": side}
    elif theta != 0:
        overlap = abs(theta) < 1 and family == "overlapping uniforms"
        found["EMD"] = side
        if abs(theta) != 1 or family != "overlapping uniforms":  # there JS and TV stop rising: a kink
            found |= {"JS": side * math.log(2), "TV": side} if overlap else {"JS": 0.0, "TV": 0.0}
    return found


@checked(family=one_of(*FAMILIES), theta=_theta)
def values(family: str, theta: float) -> dict[str, Answer]:
    r"""Both at once: for each of the five distances its value and its slope.

    Args:
        family: a key of `FAMILIES`.
        theta: any real number; from -0.5 to 1 for the piles.

    Returns:
        An `Answer` with fields value and slope for each name in `DISTANCES`.

    Raises:
        ValueError: if the family is unknown, or theta is not one finite number or out of range.

    Taught in: 04_which_distance.
    """
    slope = slopes(family, theta)
    return {name: Answer(value, slope[name]) for name, value in distances(family, theta).items()}

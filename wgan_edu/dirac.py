r"""The smallest GAN: one number each for generator and discriminator, so that a whole training is a curve.

Real is the point 0, fake the point theta, and the discriminator is a line through the origin, with logits or
critic values $h(x) = \psi x$. Nothing is left to saturate and nothing to collapse: what remains of training
is two players who chase each other. The state is (theta, psi), and the only good place is (0, 0).

    gan               minimax: both play V(D, G)
    nonsaturating     the generator descends -log D instead
    wgan              critic gap -psi theta, no constraint
    wgan_clip         psi clipped to [-1, 1] after each step
    wgan_gp           penalty (|psi| - 1)^2 / 10
    r1                non-saturating, penalty psi^2 / 4: R1 with gamma = 1/2
    instance_noise    non-saturating, noise N(0, 1) on real and fake

Every start of wgan_gp but (0, 0) ends on one cycle, for small weights lambda of radius 4 / pi. From
lambda = 1 on it comes to rest instead, at a wrong place: theta = 2 lambda or -2 lambda, as psi cannot turn.

Taught in: 03_saturation.
Source: Mescheder, Geiger and Nowozin 2018, Which Training Methods for GANs do actually Converge?, sections 2
and 3 (there the discriminator is high on fake). The rates of change follow from the losses, each with its
sign as in `divergences` and `training`.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit

from wgan_edu.checking import Array, checked, greater_than, numbers, numbers_like, one_of, whole_number

__all__ = ["VARIANTS", "Variant", "flow_matrix", "step_matrix", "trajectory", "velocity"]

CLIP_VALUE, GP_WEIGHT, R1_WEIGHT, SIGMA = 1.0, 0.1, 0.5, 1.0

_nodes, _weights = np.polynomial.hermite_e.hermegauss(32)
NOISE, MASS = SIGMA * _nodes, _weights / math.sqrt(2 * math.pi)  # means over N(0, sigma^2), by quadrature


class Variant(NamedTuple):
    r"""One way to train.

    Attributes:
        critic: $\dot\psi$ at (theta, psi), minus the derivative of the critic's loss.
        generator: $\dot\theta$ likewise.
        pull: $a$, how strongly each player moves the other near (0, 0).
        damping: $d$, how strongly a penalty or noise draws psi back there; None where psi has a kink.
        clip_value: psi is clipped to this after each step.
    """

    critic: Callable[[Any, Any], Any]
    generator: Callable[[Any, Any], Any]
    pull: float
    damping: float | None = 0.0
    clip_value: float = math.inf


def _discriminator(theta: Any, psi: Any) -> Any:
    return -expit(psi * theta) * theta


def _nonsaturating(theta: Any, psi: Any) -> Any:
    return expit(-psi * theta) * psi


def _noisy_discriminator(theta: Any, psi: Any) -> Any:
    theta, psi = np.expand_dims(theta, -1), np.expand_dims(psi, -1)
    return (expit(-psi * NOISE) * NOISE - expit(psi * (theta + NOISE)) * (theta + NOISE)) @ MASS


def _noisy_generator(theta: Any, psi: Any) -> Any:
    theta, slope = np.expand_dims(theta, -1), np.expand_dims(psi, -1)
    return (expit(-slope * (theta + NOISE)) @ MASS) * psi


VARIANTS = {
    "gan": Variant(_discriminator, lambda theta, psi: expit(psi * theta) * psi, pull=0.5),
    "nonsaturating": Variant(_discriminator, _nonsaturating, pull=0.5),
    "wgan": Variant(lambda theta, psi: -theta, lambda theta, psi: psi, pull=1.0),
    "wgan_clip": Variant(lambda theta, psi: -theta, lambda theta, psi: psi, pull=1.0, clip_value=CLIP_VALUE),
    "wgan_gp": Variant(
        lambda theta, psi: -theta - 2 * GP_WEIGHT * (np.abs(psi) - 1) * np.sign(psi),
        lambda theta, psi: psi,
        pull=1.0,
        damping=None,
    ),
    "r1": Variant(
        lambda theta, psi: _discriminator(theta, psi) - R1_WEIGHT * psi,
        _nonsaturating,
        pull=0.5,
        damping=R1_WEIGHT,
    ),
    "instance_noise": Variant(_noisy_discriminator, _noisy_generator, pull=0.5, damping=SIGMA**2 / 2),
}


@checked(variant=one_of(*VARIANTS), theta=numbers, psi=numbers_like("theta"))
def velocity(variant: str, theta: Array, psi: Array) -> tuple[Array, Array]:
    r"""Where both players are heading: $(\dot\theta, \dot\psi)$, steps of length 0 taken at the same time.

    Args:
        variant: a key of `VARIANTS`.
        theta: any shape, where fake is.
        psi: the shape of theta, the slope of the discriminator.

    Returns:
        Two arrays of the shape of theta.

    Raises:
        ValueError: on another variant, empty or non-finite numbers, unequal shapes.

    Source: Mescheder, Geiger and Nowozin 2018, section 2. Taught in: 03_saturation.
    """
    game = VARIANTS[variant]
    return game.generator(theta, psi), game.critic(theta, psi)


def _start(name: str, value: Any, arguments: Any) -> Array:
    """Places (theta, psi), one or several."""
    start = numbers(name, value, arguments)
    if start.ndim == 0 or len(start) != 2:
        raise ValueError(f"{name} must be (theta, psi), of shape (2,) or (2, ...); got shape {start.shape}.")
    return start


@checked(
    variant=one_of(*VARIANTS),
    start=_start,
    steps=whole_number(1),
    lr=greater_than(0),
    n_critic=whole_number(1),
)
def trajectory(
    variant: str, start: Array, steps: int, lr: float, n_critic: int = 1, simultaneous: bool = False
) -> Array:
    r"""Train: `n_critic` steps of psi, then one of theta, again and again.

    Args:
        variant: a key of `VARIANTS`.
        start: (theta, psi), shape (2,), or several starts at once, shape (2, ...).
        steps: how many steps of theta, at least 1.
        lr: $\eta$, the length of a step for both players, greater than 0.
        n_critic: steps of psi before each step of theta, at least 1. Default 1.
        simultaneous: theta answers the psi before its steps, not the one after them. Default False.

    Returns:
        (steps + 1, 2, ...) the places, the start first.

    Raises:
        ValueError: on another variant, a start of another shape, a number that is not finite or too small.

    Source: Mescheder, Geiger and Nowozin 2018, section 2. Taught in: 03_saturation.
    """
    game, (theta, psi) = VARIANTS[variant], start
    path = [(theta, psi)]
    for _ in range(steps):
        before = psi
        for _ in range(n_critic):
            psi = psi + lr * game.critic(theta, psi)
            psi = np.clip(psi, -game.clip_value, game.clip_value)
        theta = theta + lr * game.generator(theta, before if simultaneous else psi)
        path.append((theta, psi))
    return np.array(path)


@checked(variant=one_of(*VARIANTS))
def flow_matrix(variant: str) -> Array:
    r"""The Jacobian of `velocity` at (0, 0), $\begin{pmatrix} 0 & a \\ -a & -d \end{pmatrix}$.

    Its eigenvalues are $-\frac d2 \pm \sqrt{d^2/4 - a^2}$: with d = 0 a pure rotation.

    Args:
        variant: a key of `VARIANTS`.

    Returns:
        (2, 2), in the order theta, psi.

    Raises:
        ValueError: on another variant, or one with a kink at psi = 0 (wgan_gp), which has no Jacobian there.

    Source: Mescheder, Geiger and Nowozin 2018, Lemma 2.2 and section 3. Taught in: 03_saturation.
    """
    a, d = VARIANTS[variant].pull, VARIANTS[variant].damping
    if d is None:
        raise ValueError(f"variant must have a Jacobian at (0, 0); {variant!r} has a kink there.")
    return np.array([[0.0, a], [-a, -d]])


@checked(variant=one_of(*VARIANTS), lr=greater_than(0), n_critic=whole_number(1))
def step_matrix(variant: str, lr: float, n_critic: int = 1, simultaneous: bool = False) -> Array:
    r"""What one step of `trajectory` does to a small (theta, psi): the Jacobian of the step at (0, 0).

    The size of its eigenvalues is the factor by which the distance to (0, 0) changes in a step, and their
    angle the rotation in a step.

    Args:
        variant: a key of `VARIANTS`.
        lr: $\eta$, greater than 0.
        n_critic: steps of psi before each step of theta, at least 1. Default 1.
        simultaneous: as in `trajectory`. Default False.

    Returns:
        (2, 2), in the order theta, psi; its determinant is the factor by which an area changes in a step.

    Raises:
        ValueError: on another variant, one without a Jacobian, or a number that is not finite or too small.

    Source: Mescheder, Geiger and Nowozin 2018, Lemmas 2.4 and 2.5. Taught in: 03_saturation.
    """
    (_, a), (_, minus_d) = flow_matrix(variant)
    critic = np.linalg.matrix_power(np.array([[1.0, 0.0], [-lr * a, 1.0 + lr * minus_d]]), n_critic)
    generator = np.array([[1.0, lr * a], [0.0, 1.0]])
    if simultaneous:
        return np.array([generator[0], critic[1]])
    return np.asarray(generator @ critic)

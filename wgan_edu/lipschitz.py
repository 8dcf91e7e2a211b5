r"""Ways to hold a critic to its Lipschitz constraint, and measures of how well that worked.

A constraint is one small class with three hooks, each of which may be left out:

    wrap(critic)                        before training: change the network itself
    penalty(critic, real, fake, mix)    in every critic step: a term of the loss
    project_(critic)                    after every critic step: move the weights back

`Constraint` itself does nothing at all three, which is what an ordinary GAN needs.

The layers that `SpectralNormalization` and `OrthonormalGroupSort` build with are in `normalization`.

Taught in: 09_wgan (clipping), 08_lipschitz_critics and 10_wgan_gp (all of them).
Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1 (clipping); Gulrajani et al. 2017, equation (3)
(gradient penalty); Miyato et al. 2018 (spectral normalization); Anil, Lucas and Grosse 2019 (GroupSort).
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import nn
from torch.nn.utils.parametrize import register_parametrization

from wgan_edu.checking import Array, at_least, checked, greater_than, one_of, points, whole_number
from wgan_edu.looking import eval_mode, off_torch, tensor_for
from wgan_edu.normalization import (
    Convolution,
    GroupSort,
    Orthonormal,
    SpectralNorm,
    lipschitz_upper_bound,
    spectral_norm,
)

__all__ = [
    "Constraint",
    "GradientPenalty",
    "GroupSort",
    "OrthonormalGroupSort",
    "SpectralNormalization",
    "WeightClipping",
    "WeightNormalization",
    "clipping_bound",
    "gradient_penalty",
    "input_gradients",
    "interpolate",
    "lipschitz_upper_bound",
    "mean_grad_norm",
    "spectral_norm",
]


# --- constraints ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Constraint:
    """No constraint: the hooks, for a subclass to override. A subclass is a frozen dataclass of numbers.

    Taught in: 09_wgan.
    """

    def wrap(self, critic: nn.Module) -> nn.Module:
        """Give the critic that is to be trained in place of this one."""
        return critic

    def penalty(
        self, critic: nn.Module, real: torch.Tensor, fake: torch.Tensor, mix: torch.Tensor
    ) -> torch.Tensor:
        """Give the term to add to the critic's loss; `mix` (B,) is uniform on [0, 1], one a sample."""
        return real.new_zeros(())

    def project_(self, critic: nn.Module) -> None:
        """Move the weights back to where they are allowed, after the optimizer's step."""


@dataclass(frozen=True)
class WeightClipping(Constraint):
    r"""$w \leftarrow \mathrm{clip}(w, -c, c)$ after every critic step, for each single weight and bias.

    It makes the critic K-Lipschitz for some unknown K, so that its gap estimates at best K times W1.

    Attributes:
        clip_value: $c$, greater than 0. Default 0.01.

    Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1, line 7. Taught in: 09_wgan.
    """

    clip_value: float = 0.01

    def __post_init__(self) -> None:
        """Check the number."""
        object.__setattr__(self, "clip_value", greater_than(0)("clip_value", self.clip_value, {}))

    @torch.no_grad()
    def project_(self, critic: nn.Module) -> None:
        """Clip every weight and bias."""
        for weight in critic.parameters():
            weight.clamp_(-self.clip_value, self.clip_value)


@checked(clip_value=greater_than(0))
def clipping_bound(critic: nn.Module, clip_value: float) -> float:
    r"""How steep a critic of clipped dense layers can be: $\prod_\ell c \sqrt{n_\ell m_\ell}$.

    A matrix $m_\ell \times n_\ell$ with entries from -c to c has a spectral norm of at most its Frobenius
    norm, at most $c \sqrt{n_\ell m_\ell}$. The critic with all its weights at c attains the bound, where its
    inputs are positive.

    Args:
        critic: its dense layers count, anything else does not.
        clip_value: $c$, greater than 0.

    Returns:
        A number greater than 0; over many layers it grows or shrinks geometrically.

    Raises:
        ValueError: if the clip value is not greater than 0.

    Source: S3, "The Wasserstein GAN", made exact. Taught in: 08_lipschitz_critics.
    """
    dense = [layer for layer in critic.modules() if isinstance(layer, nn.Linear)]
    slopes = [clip_value * math.sqrt(layer.in_features * layer.out_features) for layer in dense]
    return float(math.prod(slopes))


@dataclass(frozen=True)
class WeightNormalization(Constraint):
    r"""Make each weight matrix, or each of its rows, a vector of length 1 after every critic step.

    What each form guarantees, for ReLU between the layers:

    - "frobenius", all entries of a matrix together: slope at most 1, reached by matrices of rank one only;
    - "row", each row: slope at most the root of the number of rows in each layer. Not 1-Lipschitz;
    - "all", the entries of all L matrices together: slope at most $L^{-L/2}$ (1/16 for four layers).

    Biases stay, as they do not change a slope; a row of zeros stays zero.

    Attributes:
        form: "frobenius", "row" or "all". Default "frobenius".

    Source: S0, "Enforcing the 1-Lipschitz Constraint". Taught in: 08_lipschitz_critics.
    """

    form: Literal["frobenius", "row", "all"] = "frobenius"

    def __post_init__(self) -> None:
        """Check the value."""
        one_of("frobenius", "row", "all")("form", self.form, {})

    def wrap(self, critic: nn.Module) -> nn.Module:
        """Give the critic itself, normalized from the start."""
        self.project_(critic)
        return critic

    @torch.no_grad()
    def project_(self, critic: nn.Module) -> None:
        """Divide every weight matrix by its length, or each of its rows by its own."""
        weights = [weight for weight in critic.parameters() if weight.ndim > 1]
        if self.form == "all":
            together = torch.stack([weight.norm() for weight in weights]).norm()
        for weight in weights:
            if self.form == "row":
                lengths = weight.flatten(1).norm(dim=1).reshape(-1, *[1] * (weight.ndim - 1))
            else:
                lengths = together if self.form == "all" else weight.norm()
            weight.div_(lengths.clamp(min=1e-12))


@dataclass(frozen=True)
class SpectralNormalization(Constraint):
    r"""Every layer uses $W / \sigma(W)$: each has slope 1, and the critic at most 1.

    The norm is exact and recomputed at each use, so a look changes nothing. For a convolution it is the norm
    of the whole map, which costs a small decomposition for each wave: meant for small networks.

    Attributes:
        size: pixels a side of the images that convolutions get, at most. Default 32.

    Source: S3, "Better ways"; Miyato et al. 2018, equation (8). Taught in: 08_lipschitz_critics.
    """

    size: int = 32

    def __post_init__(self) -> None:
        """Check the number."""
        whole_number(1)("size", self.size, {})

    def wrap(self, critic: nn.Module) -> nn.Module:
        """Put the division before every use of a weight; what is trained and saved are the undivided ones."""
        for layer in [*critic.modules()]:
            if isinstance(layer, nn.Linear):
                register_parametrization(layer, "weight", SpectralNorm())
            elif isinstance(layer, Convolution):
                whole = self.size + max(layer.kernel_size) - 1
                register_parametrization(layer, "weight", SpectralNorm(whole))
        return critic


@dataclass(frozen=True)
class OrthonormalGroupSort(Constraint):
    r"""Orthonormal weight matrices, and GroupSort in place of ReLU: slope at most 1, and nothing thrown away.

    The last layer has one row, of length 1. Meant for dense critics.

    Source: Anil, Lucas and Grosse 2019, sections 4.1 and 4.2. Taught in: 08_lipschitz_critics.
    """

    def wrap(self, critic: nn.Module) -> nn.Module:
        """Replace every ReLU, and have every dense layer use an orthonormal matrix.

        Raises:
            TypeError: if the critic has a layer that is neither dense nor a ReLU.
            ValueError: if a hidden layer has an odd number of units, which do not make pairs.
        """
        if not isinstance(critic, nn.Sequential):
            raise TypeError(f"critic must be an nn.Sequential; got {type(critic).__name__}.")
        for place, layer in enumerate(critic):
            if isinstance(layer, nn.Linear):
                units = layer.out_features
                if place < len(critic) - 1 and units % 2:
                    raise ValueError(f"critic must have evenly many units in each hidden layer; got {units}.")
                register_parametrization(layer, "weight", Orthonormal())
            elif isinstance(layer, nn.ReLU | GroupSort):
                critic[place] = GroupSort()
            else:
                raise TypeError(f"critic must be made of dense layers and ReLU; got {type(layer).__name__}.")
        return critic


@dataclass(frozen=True)
class GradientPenalty(Constraint):
    r"""$\lambda\, E\big[(\|\nabla f(\hat x)\|_2 - 1)^2\big]$ as a term of the critic's loss.

    Attributes:
        gp_weight: $\lambda$, at least 0. Default 10.
        one_sided: penalize only norms above 1. Default False.
        at: "interpolates" for points between real and fake, as in the paper, or "data" for real points.

    Source: Gulrajani et al. 2017, equation (3) and, for one side, section 4. Taught in: 10_wgan_gp.
    """

    gp_weight: float = 10.0
    one_sided: bool = False
    at: Literal["interpolates", "data"] = "interpolates"

    def __post_init__(self) -> None:
        """Check the values."""
        object.__setattr__(self, "gp_weight", at_least(0)("gp_weight", self.gp_weight, {}))
        one_of("interpolates", "data")("at", self.at, {})

    def penalty(
        self, critic: nn.Module, real: torch.Tensor, fake: torch.Tensor, mix: torch.Tensor
    ) -> torch.Tensor:
        """Give the weighted penalty, a scalar that can be differentiated with respect to the weights."""
        if self.at == "data":
            mix = torch.ones_like(mix)  # all of each point is real
        return self.gp_weight * gradient_penalty(critic, real, fake, mix, self.one_sided)


# --- gradient penalty -------------------------------------------------------------------------------


def interpolate(real: torch.Tensor, fake: torch.Tensor, mix: torch.Tensor) -> torch.Tensor:
    r"""Points between real and fake: $\hat x_i = t_i x_i + (1 - t_i) \tilde x_i$, one $t$ a sample.

    Args:
        real: (B, ...) real samples.
        fake: (B, ...) generated samples, of the same shape.
        mix: (B,) the share of real in each sample, 0 to 1.

    Returns:
        A tensor of the shape of `real`; exactly real where mix is 1, exactly fake where it is 0.

    Raises:
        ValueError: if the shapes of real and fake differ, or mix is not one number for each sample.

    Source: Gulrajani et al. 2017, Algorithm 1, line 6. Taught in: 10_wgan_gp.
    """
    if real.shape != fake.shape:
        raise ValueError(
            f"fake must have the shape of real, {tuple(real.shape)}; got shape {tuple(fake.shape)}."
        )
    if mix.shape != real.shape[:1]:
        raise ValueError(
            f"mix must hold one number for each of the {len(real)} samples, shape ({len(real)},); "
            f"got shape {tuple(mix.shape)}."
        )
    mix = mix.reshape(-1, *[1] * (real.ndim - 1))  # (B, 1, ..., 1)
    return mix * real + (1 - mix) * fake


def gradient_penalty(
    critic: nn.Module,
    real: torch.Tensor,
    fake: torch.Tensor,
    mix: torch.Tensor | None = None,
    one_sided: bool = False,
) -> torch.Tensor:
    r"""The mean of $(\|\nabla f(\hat x_i)\|_2 - 1)^2$ over a batch, with $\hat x_i$ between real and fake.

    One-sided, a norm below 1 costs nothing: $\max(0, \|\nabla f\|_2 - 1)^2$. For the penalty at the data,
    give `real` twice.

    Args:
        critic: a module from (B, ...) to (B,) or (B, 1), whose answers do not depend on their neighbors.
        real: (B, ...) real samples.
        fake: (B, ...) generated samples; gradients do not flow back to what generated them.
        mix: (B,) the share of real in each sample; `None` draws it from torch's global stream.
        one_sided: penalize only norms above 1. Default False.

    Returns:
        A scalar tensor without the weight lambda, differentiable with respect to the critic's weights.

    Raises:
        ValueError: if the shapes of real and fake differ, or mix is not one number for each sample.

    Source: Gulrajani et al. 2017, equation (3). Taught in: 10_wgan_gp.
    """
    if mix is None:
        mix = torch.rand(len(real), dtype=real.dtype, device=real.device)
    x_hat = interpolate(real, fake, mix).detach().requires_grad_()
    # The sum over the batch, as f(x_i) depends on x_i alone: row i is the gradient of f at x_i.
    [gradient] = torch.autograd.grad(critic(x_hat).sum(), x_hat, create_graph=True)
    norm = gradient.flatten(1).norm(dim=1)  # (B,); at 0 torch gives it the derivative 0, and a sqrt NaN
    excess: torch.Tensor = (norm - 1).clamp(min=0) if one_sided else norm - 1
    return excess.square().mean()


# --- looking at a critic ----------------------------------------------------------------------------


@checked(points=points)
def input_gradients(critic: nn.Module, points: Array) -> Array:
    r"""The gradient $\nabla f(x_i)$ at each of some points, where a generated sample would best move.

    Args:
        critic: a torch module, called on a tensor of its own type and device, in eval mode.
        points: (n, d) where to look.

    Returns:
        (n, d) gradients, float64. The critic, its modes and its `.grad` are left as they are.

    Raises:
        ValueError: on empty or non-finite points or a wrong shape.

    Taught in: 09_wgan.
    """
    x = tensor_for(critic, points).requires_grad_()
    with eval_mode(critic), torch.enable_grad():
        [gradient] = torch.autograd.grad(critic(x).sum(), x)
    return np.asarray(off_torch(gradient))


def mean_grad_norm(critic: nn.Module, points: Array) -> float:
    r"""The mean of $\|\nabla f(x_i)\|_2$ over some points: near 1 where a critic of W1 should be steep.

    It is no Lipschitz constant: that would be a supremum, over all points.

    Args:
        critic: a torch module, called on a tensor of its own type and device, in eval mode.
        points: (n, d) where to look.

    Returns:
        The mean norm, at least 0.

    Raises:
        ValueError: on empty or non-finite points or a wrong shape.

    Taught in: 09_wgan, 08_lipschitz_critics.
    """
    return float(np.linalg.norm(input_gradients(critic, points), axis=1).mean())

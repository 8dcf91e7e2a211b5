r"""Ways to hold a critic to its Lipschitz constraint, and measures of how well that worked.

A constraint is one small class with three hooks, each of which may be left out:

    wrap(critic)                        before training: change the network itself
    penalty(critic, real, fake, mix)    in every critic step: a term of the loss
    project_(critic)                    after every critic step: move the weights back

`Constraint` itself does nothing at all three, which is what an ordinary GAN needs.

Taught in: 09_wgan (clipping), 08_lipschitz_critics and 10_wgan_gp (all of them).
Source: Arjovsky, Chintala and Bottou 2017, Algorithm 1 (clipping); Gulrajani et al. 2017, equation (3)
(gradient penalty).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import nn

from wgan_edu.checking import Array, at_least, checked, greater_than, one_of, points
from wgan_edu.looking import eval_mode, off_torch, tensor_for

__all__ = [
    "Constraint",
    "GradientPenalty",
    "WeightClipping",
    "gradient_penalty",
    "input_gradients",
    "interpolate",
    "mean_grad_norm",
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
    norm = gradient.flatten(1).norm(dim=1)  # (B,); unlike sqrt of a sum it has a derivative at 0
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

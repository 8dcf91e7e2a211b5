r"""What reaches a generator while a discriminator learns: gradient norms, and the slopes behind them.

    log(1 - D):  -sigma(h) grad h        dies as the discriminator gets sure
    -log D:      -(1 - sigma(h)) grad h  grows with the discriminator's slope

The generator is frozen; a discriminator learns from scratch, and is looked at from outside between steps.

Taught in: 03_saturation.
Source: Arjovsky and Bottou 2017, Towards Principled Methods for Training Generative Adversarial Networks,
section 2 and Figures 2 and 3.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from wgan_edu.checking import Array, at_least, checked, greater_than, whole_number
from wgan_edu.divergences import discriminator_loss, nonsaturating_loss, saturating_loss
from wgan_edu.lipschitz import input_gradients
from wgan_edu.looking import off_torch

__all__ = ["Probe", "fit_discriminator", "generator_gradient", "probe"]

Tensor = torch.Tensor
Draw = Callable[[int, torch.Generator], Tensor]  # so many samples from a random stream


@checked(steps=whole_number(1), lr=greater_than(0), batch_size=whole_number(1), sigma=at_least(0))
def fit_discriminator(
    discriminator: nn.Module,
    real: Draw,
    fake: Draw,
    steps: int,
    lr: float = 4e-3,
    batch_size: int = 64,
    sigma: float = 0.0,
    seed: int = 0,
) -> Iterator[int]:
    r"""Descend the discriminator's loss with Adam, on new samples at every step; nobody else moves.

    Args:
        discriminator: a module from (B, d) to (B,) logits; it is changed.
        real: a function of m and a `torch.Generator` that gives m real samples (m, d).
        fake: likewise for fake samples; gradients do not flow back to what made them.
        steps: how many, at least 1.
        lr: step size of Adam, greater than 0. Default 4e-3.
        batch_size: samples a side, at least 1. Default 64.
        sigma: standard deviation of the noise added to both sides, at least 0. Default none.
        seed: of the samples and the noise; the global streams are left as they are. Default 0.

    Yields:
        How many steps are done, after each.

    Raises:
        ValueError: on a number out of range.

    Source: Goodfellow et al. 2014, Algorithm 1, its inner loop. Taught in: 03_saturation.
    """
    optimizer = torch.optim.Adam(discriminator.parameters(), lr=lr, fused=True)
    stream = torch.Generator().manual_seed(seed)
    for step in range(1, steps + 1):
        batches = [draw(batch_size, stream).detach() for draw in (real, fake)]
        if sigma > 0:
            batches = [x + sigma * torch.randn(x.shape, generator=stream) for x in batches]
        loss = discriminator_loss(*map(discriminator, batches))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        yield step


def generator_gradient(
    loss: Callable[[Tensor], Tensor],
    generator: nn.Module,
    discriminator: nn.Module,
    noise: Tensor,
    blur: Tensor | float = 0.0,
) -> Tensor:
    r"""The gradient of a generator's loss in all of its weights, at a given discriminator.

    Args:
        loss: of the logits of fake samples, such as `saturating_loss`.
        generator: from noise (B, z_dim) to samples (B, d); its `.grad` stays as it is.
        discriminator: from samples to logits (B,).
        noise: (B, z_dim) inputs.
        blur: added to the samples: noise of their shape, or nothing. Default nothing.

    Returns:
        One long vector, (number of weights,).

    Source: Arjovsky and Bottou 2017, section 2.2. Taught in: 03_saturation.
    """
    logits = discriminator(generator(noise) + blur)
    parts = torch.autograd.grad(loss(logits), list(generator.parameters()))
    return torch.cat([part.flatten() for part in parts])


class Probe(NamedTuple):
    r"""One look at a discriminator.

    Attributes:
        saturating: norm of the gradient of $\log(1 - D)$ in the generator's weights.
        nonsaturating: norm of that of $-\log D$.
        spread: root of its variance over minibatches, all weights together.
        logit_slope: mean of $\|\nabla h\|$ over fake samples.
        fake_slope: mean of $\|\nabla D\|$ over fake samples, $\nabla D = \sigma(h) \sigma(-h) \nabla h$.
        real_slope: mean of $\|\nabla D\|$ over real samples.
        push: norm of the gradient of $\log(1 - D)$ for a generator that can only shift its samples.
        epsilon: the largest $D + \|\nabla D\|$ over fake samples: push is at most
            $\epsilon / (1 - \epsilon)$ (Theorem 2.4 with M = 1).
    """

    saturating: float
    nonsaturating: float
    spread: float
    logit_slope: float
    fake_slope: float
    real_slope: float
    push: float
    epsilon: float


@checked(sigma=at_least(0), batch_size=whole_number(1))
def probe(
    generator: nn.Module,
    discriminator: nn.Module,
    real: Tensor,
    noise: Tensor,
    sigma: float = 0.0,
    batch_size: int = 64,
    seed: int = 0,
) -> Probe:
    r"""Which gradients a frozen generator would get from this discriminator, and the slopes behind them.

    Args:
        generator: from noise (B, z_dim) to samples (B, d).
        discriminator: from samples to logits (B,).
        real: (n, d) real samples, to look at the discriminator's slope there.
        noise: (m, z_dim) inputs of the generator; the gradients are those of all m.
        sigma: standard deviation of noise added to the fake samples. Default none.
        batch_size: of the minibatches whose gradients are compared. Default 64.
        seed: of the noise on the samples. Default 0.

    Returns:
        A `Probe`.

    Raises:
        ValueError: on a number out of range, or noise for fewer than two minibatches.

    Source: Arjovsky and Bottou 2017, Figures 2 and 3, Theorem 2.4. Taught in: 03_saturation.
    """
    if len(noise) < 2 * batch_size:
        raise ValueError(f"noise must make two minibatches of {batch_size}; got {len(noise)} inputs.")
    with torch.no_grad():
        fake = generator(noise)
    blur = sigma * torch.randn(fake.shape, generator=torch.Generator().manual_seed(seed))
    gradient = generator_gradient(saturating_loss, generator, discriminator, noise, blur)
    parts = torch.stack(
        [
            generator_gradient(nonsaturating_loss, generator, discriminator, *part)
            for part in zip(torch.split(noise, batch_size), torch.split(blur, batch_size), strict=True)
        ]
    )
    d, slope, d_slope = _slopes(discriminator, fake + blur)
    return Probe(
        saturating=gradient.norm().item(),
        nonsaturating=parts.mean(dim=0).norm().item(),
        spread=parts.std(dim=0).norm().item(),
        logit_slope=float(np.linalg.norm(slope, axis=1).mean()),
        fake_slope=float(d_slope.mean()),
        real_slope=float(_slopes(discriminator, real)[2].mean()),
        push=float(np.linalg.norm((d[:, None] * slope).mean(axis=0))),
        epsilon=float((d + d_slope).max()),
    )


def _slopes(discriminator: nn.Module, points: Tensor) -> tuple[Array, Array, Array]:
    """D, the gradient of h, and the length of that of D; 1 - D is sigma(-h), or its digits would be lost."""
    with torch.no_grad():
        h = discriminator(points)
    d, doubt = (np.asarray(off_torch(torch.sigmoid(sign * h))) for sign in (1, -1))
    slope = input_gradients(discriminator, np.asarray(off_torch(points)))  # (n, d)
    return d, slope, d * doubt * np.linalg.norm(slope, axis=1)

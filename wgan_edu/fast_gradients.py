r"""The gradients of a WGAN step, written out by hand for ReLU perceptrons: what autograd finds, sooner.

Small networks spend most of a step in bookkeeping: autograd records every operation, and for the gradient
penalty it differentiates its own backward pass. For a ReLU perceptron all of it can be written down. With
$h_0 = x$, $a_\ell = W_\ell h_{\ell-1} + b_\ell$, $h_\ell = D_\ell a_\ell$, where the diagonal $D_\ell$ is 1
where $a_\ell > 0$ and 0 elsewhere, and $f(x) = a_L$, go backward from $\delta_L = 1$ by
$\delta_\ell = D_\ell W_{\ell+1}^\top \delta_{\ell+1}$. Then $\nabla f(x) = W_1^\top \delta_1$, and the
gradient of $f(x)$ in $W_\ell$ is $\delta_\ell h_{\ell-1}^\top$, in $b_\ell$ it is $\delta_\ell$.

A penalty $p$ depends on the weights through $\nabla f(\hat x)$. With $v = \partial p / \partial \nabla f$ its
gradient is that of $\langle v, \nabla f(\hat x) \rangle$, the slope of f along $v$. ReLU'' is 0, so the
$D_\ell$ count as constants, and one more pass *forward* is all there is to it, with the tangents $u_0 = v$,
$u_\ell = D_\ell W_\ell u_{\ell-1}$: the gradient in $W_\ell$ is $\delta_\ell u_{\ell-1}^\top$, in $b_\ell$ 0.

Both gradients have the same left factor. So the whole gradient of a layer, of gap and penalty together, is
one product: the $\delta_\ell$ of all rows, times the $h_{\ell-1}$ of the real and fake rows with the
$u_{\ell-1}$ of the mixed rows below them.

Taught in: 10_wgan_gp.
Source: derived here, for the loss of Gulrajani et al. 2017, equation (3); Pearlmutter 1994 for the tangents.
"""

import functools
from typing import NamedTuple

import torch
from torch import nn

from wgan_edu.lipschitz import Constraint, GradientPenalty

__all__ = [
    "FlatPerceptron",
    "Layer",
    "critic_gradients_",
    "generator_gradients_",
    "is_perceptron",
    "penalizes_slope",
]

Tensor = torch.Tensor


def is_perceptron(network: nn.Module) -> bool:
    """Whether a network is dense layers with biases, with ReLU between them, and nothing else.

    Args:
        network: any module; a parametrized layer, as spectral normalization makes it, does not count.

    Taught in: 10_wgan_gp.
    """
    kinds = [type(layer) for layer in network.children()]
    expected: list[type] = [nn.Linear, nn.ReLU] * (len(kinds) // 2) + [nn.Linear]
    dense = [layer for layer in network.children() if isinstance(layer, nn.Linear)]
    return kinds == expected and all(layer.bias is not None for layer in dense)


def penalizes_slope(constraint: Constraint) -> bool:
    """Whether the penalty of a constraint is a gradient penalty or none, so that it is written out here.

    Args:
        constraint: any.

    Taught in: 10_wgan_gp.
    """
    return type(constraint).penalty in (Constraint.penalty, GradientPenalty.penalty)


class Layer(NamedTuple):
    """Of one dense layer: weight (n_out, n_in), bias (n_out,), their gradients, and the weight transposed."""

    weight: Tensor
    bias: Tensor
    weight_grad: Tensor
    bias_grad: Tensor
    transposed: Tensor


class FlatPerceptron:
    r"""A ReLU perceptron whose weights and gradients are views of two flat tensors.

    The network stays what it was, and shares its numbers: whoever changes one in place changes the other.

    Args:
        network: a `Critic` or `Generator` for which `is_perceptron` holds; on its device already.

    Attributes:
        flat: (P,) all weights and biases in one tensor with a gradient, for an optimizer.
        layers: one `Layer` each, first to last.
        n_labels: columns at the end of the input that the slope leaves out.

    Taught in: 10_wgan_gp.
    """

    def __init__(self, network: nn.Module) -> None:
        weights = list(network.parameters())
        self._first = weights[0]
        self.flat = torch.cat([weight.detach().flatten() for weight in weights]).requires_grad_()
        self.flat.grad = torch.zeros_like(self.flat)
        self.n_labels = int(getattr(network, "n_labels", 0))
        sizes = [weight.numel() for weight in weights]
        for weight, values in zip(weights, torch.split(self.flat.detach(), sizes), strict=True):
            weight.data = values.view_as(weight)
        parts = zip(weights, torch.split(self.flat.grad, sizes), strict=True)
        grads = [grad.view_as(weight) for weight, grad in parts]
        for weight, grad in zip(weights, grads, strict=True):
            weight.grad = grad if weight.requires_grad else None
        self.layers = [
            Layer(weight.data, bias.data, grad_w, grad_b, weight.data.t())
            for weight, bias, grad_w, grad_b in zip(
                weights[::2], weights[1::2], grads[::2], grads[1::2], strict=True
            )
        ]

    def forward(self, x: Tensor) -> list[Tensor]:
        r"""What every layer gets, $h_0$ to $h_{L-1}$, and what the last one gives, $a_L$: each (B, n).

        Raises:
            RuntimeError: if the network's weights are no longer those that are trained.
        """
        if self._first.data_ptr() != self.flat.data_ptr():
            raise RuntimeError(
                "the network must stay as TrainState.create made it, on its device and of its type; its "
                "weights were moved. Give `device` to TrainState.create, or ask for engine='autograd'."
            )
        h = [x]
        for layer in self.layers[:-1]:
            h.append(torch.addmm(layer.bias, h[-1], layer.transposed).relu_())
        h.append(torch.addmm(self.layers[-1].bias, h[-1], self.layers[-1].transposed))
        return h

    def backward(self, h: list[Tensor], delta: Tensor) -> list[Tensor]:
        r"""From $\delta_L$ (B, n_L) back through the layers that got h: $\delta_1$ to $\delta_L$."""
        deltas = [delta]
        for layer, inputs in zip(self.layers[:0:-1], h[-2:0:-1], strict=True):
            deltas.append(_where_on(inputs, deltas[-1].mm(layer.weight)))
        return deltas[::-1]

    def input_gradient(self, delta: Tensor) -> Tensor:
        r"""$W_1^\top \delta_1$ (B, d), for rows of $\delta_1$; 0 in the columns of a label."""
        gradient = delta.mm(self.layers[0].weight)
        if self.n_labels:
            gradient[:, -self.n_labels :] = 0
        return gradient

    def fill_gradients_(self, deltas: list[Tensor], factors: list[Tensor], biased: int) -> None:
        r"""Fill `.grad`: $\delta_\ell^\top r_{\ell-1}$ for $W_\ell$, sums of the first rows for $b_\ell$."""
        for layer, delta, factor in zip(self.layers, deltas, factors, strict=False):
            if factor.shape[1] < 8:  # a thin right factor is slow, a thin left one is not
                layer.weight_grad.copy_(factor.t().mm(delta).t())
            else:
                torch.mm(delta.t(), factor, out=layer.weight_grad)
            torch.sum(delta[:biased], dim=0, out=layer.bias_grad)


@torch.no_grad()
def critic_gradients_(
    critic: FlatPerceptron, real: Tensor, fake: Tensor, mix: Tensor, constraint: Constraint
) -> tuple[Tensor, Tensor]:
    r"""Fill the critic's `.grad` with that of its loss, -gap + penalty.

    Args:
        critic: the perceptron.
        real: (B, d) real samples.
        fake: (B, d) generated samples.
        mix: (B,) the share of real in each mixed sample.
        constraint: whose penalty to take; see `penalizes_slope`.

    Returns:
        The gap and the weighted penalty, scalar tensors.

    Taught in: 10_wgan_gp.
    """
    m, penalty = len(real), real.new_zeros(())
    between = isinstance(constraint, GradientPenalty) and constraint.at == "interpolates"
    rows = [real, fake, torch.lerp(fake, real, mix[:, None])] if between else [real, fake]
    h = critic.forward(torch.cat(rows))
    seeds = _seeds(m, between, real.dtype, real.device)
    gap = -torch.dot(h[-1][: 2 * m, 0], seeds[: 2 * m, 0])
    deltas = critic.backward(h, seeds)
    if isinstance(constraint, GradientPenalty):
        where, scale = (slice(2 * m, None), 1.0) if between else (slice(0, m), -float(m))  # 1 / seed
        slope = critic.input_gradient(deltas[0][where])
        norm = torch.linalg.vector_norm(slope, dim=1, keepdim=True).mul_(abs(scale))
        excess = (norm - 1).clamp_(min=0) if constraint.one_sided else norm - 1
        penalty = torch.linalg.vector_norm(excess).square_().mul_(constraint.gp_weight / m)
        share = excess.mul_(2 * constraint.gp_weight / m * scale * scale).div_(norm.clamp_(min=1e-30))
        _send_tangents_(critic, h, where, slope.mul_(share), between)
    critic.fill_gradients_(deltas, h, 2 * m)
    return gap, penalty


def _send_tangents_(
    critic: FlatPerceptron, h: list[Tensor], where: slice, tangent: Tensor, alone: bool
) -> None:
    r"""Send $u_0$ forward; each $u_\ell$ takes the place of $h_\ell$ in its rows, or is added to it there."""
    for place, layer in enumerate(critic.layers):
        inputs = h[place][where]
        if place:
            tangent = _where_on(inputs, tangent)
        inputs.copy_(tangent) if alone else inputs.add_(tangent)
        if place < len(critic.layers) - 1:
            tangent = tangent.mm(layer.transposed)


@functools.lru_cache(maxsize=8)
def _seeds(m: int, between: bool, dtype: torch.dtype, device: torch.device) -> Tensor:
    r"""Each row's $\delta_L$ (rows, 1): its derivative in -gap, and 1 where it is in the penalty alone."""
    values = torch.tensor([-1 / m, 1 / m, 1.0] if between else [-1 / m, 1 / m], dtype=dtype, device=device)
    return values.repeat_interleave(m)[:, None]


@torch.no_grad()
def generator_gradients_(generator: FlatPerceptron, critic: FlatPerceptron, noise: Tensor) -> Tensor:
    r"""Fill the generator's `.grad` with that of its loss, -mean f(g(z)).

    Args:
        generator: the perceptron.
        critic: the perceptron that judges it; its `.grad` stays.
        noise: (B, z_dim), and labels if the critic has them.

    Returns:
        The loss, a scalar tensor.

    Taught in: 10_wgan_gp.
    """
    inner = generator.forward(noise)
    fake, d = inner[-1], inner[-1].shape[1]
    if critic.n_labels:
        fake = torch.cat([fake, noise[:, -critic.n_labels :]], dim=1)
    h = critic.forward(fake)
    deltas = critic.backward(h, torch.full_like(h[-1], -1 / len(noise)))
    slope = critic.input_gradient(deltas[0])
    generator.fill_gradients_(generator.backward(inner, slope[:, :d]), inner, len(noise))
    return -h[-1].mean()


def _where_on(h: Tensor, values: Tensor) -> Tensor:
    """The values where ReLU let something through, else 0."""
    return torch.ops.aten.threshold_backward(values, h, 0)  # type: ignore[no-any-return]

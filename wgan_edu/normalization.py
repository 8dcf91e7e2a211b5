r"""How steep a layer is, and layers that cannot be steep: spectral norms, orthonormal weights, GroupSort.

A layer's slope is the largest singular value of what it does to its input, a network's at most the product
of its layers' slopes. So a network whose layers all have slope 1 has slope 1; the question is what it can
still express. `lipschitz` makes constraints of what is here.

Taught in: 08_lipschitz_critics.
Source: Miyato et al. 2018 (spectral normalization); Sedghi, Gupta and Long 2019 (the singular values of a
convolution); Anil, Lucas and Grosse 2019 (orthonormal layers and GroupSort); Björck and Bowie 1971.
"""

import torch
from torch import nn

from wgan_edu.checking import Array, checked, numbers, whole_number
from wgan_edu.looking import off_torch

__all__ = [
    "Cones",
    "Convolution",
    "GroupSort",
    "Orthonormal",
    "SpectralNorm",
    "lipschitz_upper_bound",
    "orthonormal",
    "spectral_norm",
]

Convolution = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
SLOPE_1 = (nn.Identity, nn.Flatten, nn.ReLU, nn.Tanh, nn.ELU, nn.Softplus)  # as torch makes them


def _operator_norm(weight: torch.Tensor, size: int) -> torch.Tensor:
    """Largest singular value of a matrix, or of a circular convolution on images `size` pixels wide."""
    if weight.ndim > 2:
        pixels = tuple(range(2, weight.ndim))
        waves = torch.fft.fftn(weight, s=(size,) * len(pixels), dim=pixels)
        weight = waves.movedim((0, 1), (-2, -1))  # for each wave, a matrix (c_out, c_in)
    norms: torch.Tensor = torch.linalg.matrix_norm(weight, 2)
    return norms.max()


@checked(weight=numbers, size=whole_number(1))
def spectral_norm(weight: Array, size: int = 32) -> float:
    r"""The slope of a layer: $\sigma(W) = \max_{h \ne 0} \|W h\| / \|h\|$.

    For a matrix it is the largest singular value. For the kernel of a convolution it is that of the whole
    convolution as a linear map, not of the kernel written as a matrix: the Fourier transform takes a
    circular convolution apart into one small matrix for each wave, and the largest of their norms is exact
    for images of `size` pixels a side that close to a ring. It bounds the convolution with zero padding and
    with any stride on images of up to size - k + 1 pixels a side, with k that of the kernel.

    Args:
        weight: (n_out, n_in) a matrix, or (c_out, c_in, k, ...) a kernel.
        size: pixels a side, at least k; a matrix does not need it. Default 32.

    Returns:
        A number, at least 0, computed in float64.

    Raises:
        ValueError: if weight is not finite, empty or has fewer than two dimensions, or size is below k.

    Source: Miyato et al. 2018, equation (6); Sedghi, Gupta and Long 2019, theorem 6.
    Taught in: 08_lipschitz_critics.
    """
    if weight.ndim < 2:
        raise ValueError(f"weight must be a matrix or a kernel; got shape {weight.shape}.")
    if size < max(weight.shape[2:], default=1):
        raise ValueError(f"size must be at least that of the kernel, {max(weight.shape[2:])}; got {size}.")
    return float(_operator_norm(torch.as_tensor(weight), size))


def lipschitz_upper_bound(network: nn.Module, size: int = 32) -> float:
    r"""The product of the layers' slopes, $\mathrm{Lip}(f) \le \prod_\ell \sigma(W_\ell)$.

    Activations of slope 1 (ReLU, LeakyReLU, tanh, GroupSort) count as 1. It is a true bound, and mostly a
    loose one: it is attained only if one input is stretched to the full by every layer.

    Args:
        network: an `nn.Sequential` of dense layers, convolutions and activations, or one of these.
        size: pixels a side of the images that convolutions get, at most. Default 32.

    Returns:
        A number, at least 0.

    Raises:
        TypeError: if the network has a layer whose slope is not known here.
        ValueError: if a convolution has groups, dilation, or a padding other than zeros.

    Source: the chain rule; S3, "The Wasserstein GAN". Taught in: 08_lipschitz_critics.
    """
    if isinstance(network, nn.Sequential):
        bound = 1.0
        for layer in network:
            bound *= lipschitz_upper_bound(layer, size)
        return bound
    if isinstance(network, nn.Linear):
        return spectral_norm(off_torch(network.weight))
    if isinstance(network, Convolution):
        if network.groups != 1 or {*network.dilation} != {1} or network.padding_mode != "zeros":
            raise ValueError(f"network must hold plain convolutions with zeros around; got {network}.")
        return spectral_norm(off_torch(network.weight), size + max(network.kernel_size) - 1)
    if isinstance(network, nn.LeakyReLU):
        return max(1.0, abs(network.negative_slope))
    if isinstance(network, (*SLOPE_1, GroupSort, Cones)):
        return 1.0
    raise TypeError(f"network must be made of layers whose slope is known; got {type(network).__name__}.")


# --- layers that cannot be steep --------------------------------------------------------------------


class SpectralNorm(nn.Module):
    r"""A parametrization: the weight that a layer uses is $W / \sigma(W)$, recomputed at every use.

    There is no running estimate: the same weights give the same slope, in train mode and in eval mode.

    Source: Miyato et al. 2018, equation (8), with the exact norm. Taught in: 08_lipschitz_critics.
    """

    def __init__(self, size: int = 32) -> None:
        super().__init__()
        self.size = size

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """Divide by the operator norm; a weight of zeros stays one."""
        return weight / _operator_norm(weight, self.size).clamp(min=1e-12)


def orthonormal(weight: torch.Tensor, sweeps: int = 12) -> torch.Tensor:
    r"""A matrix of slope 1 in every direction it can keep: $W \leftarrow \frac32 W - \frac12 W W^\top W$.

    A sweep sends each singular value s to $(3 s - s^3) / 2$, which is nearer to 1 and, from s at most 1,
    never above it. So first divide by $\sqrt{\|W\|_1 \|W\|_\infty} \ge \sigma(W)$. Even an unfinished result
    has no slope above 1.

    Args:
        weight: (n_out, n_in).
        sweeps: how many. Default 12: right to three digits if the least singular value is above a fiftieth of
            that root.

    Returns:
        (n_out, n_in) with orthonormal rows, or columns if it has fewer of them; differentiable.

    Source: Björck and Bowie 1971; Anil, Lucas and Grosse 2019, section 4.2. Taught in: 08_lipschitz_critics.
    """
    size = weight.abs()
    weight = weight / (size.sum(dim=0).max() * size.sum(dim=1).max()).sqrt().clamp(min=1e-12)
    for _ in range(sweeps):
        if len(weight) > weight.shape[1]:  # the smaller of the two products
            weight = 1.5 * weight - 0.5 * weight @ (weight.T @ weight)
        else:
            weight = 1.5 * weight - 0.5 * (weight @ weight.T) @ weight
    return weight


class Orthonormal(nn.Module):
    """A parametrization: the weight that a layer uses is `orthonormal` of the one it keeps.

    Taught in: 08_lipschitz_critics.
    """

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """Make the rows, or the columns, orthonormal."""
        return orthonormal(weight)

    def right_inverse(self, weight: torch.Tensor) -> torch.Tensor:
        """Begin at the nearest orthonormal matrix, far from singular ones."""
        left, _, right = torch.linalg.svd(weight, full_matrices=False)
        nearest: torch.Tensor = left @ right
        return nearest


class GroupSort(nn.Module):
    r"""Sort in groups of 2: $(h_1, h_2) \mapsto (\max(h_1, h_2), \min(h_1, h_2))$, in place of ReLU.

    It only reorders, so it keeps the length of every gradient that comes back through it, where ReLU
    throws a part away.

    Source: Anil, Lucas and Grosse 2019, section 4.1 (there also MaxMin). Taught in: 08_lipschitz_critics.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Sort the neighbors 2k and 2k + 1 of (..., d), d even; the larger ones first."""
        pairs = x.reshape(*x.shape[:-1], -1, 2)  # (..., d / 2, 2)
        return torch.cat([pairs.amax(dim=-1), pairs.amin(dim=-1)], dim=-1)


class Cones(nn.Module):
    r"""A critic of learned cones, $f(x) = \min_j \big( \|x - c_j\|_2 + h_j \big)$: no norm needs to be held.

    Each cone has slope 1 everywhere, and a minimum of functions of slope at most 1 is one. With all points
    of one sample as centers the class holds a best critic of the two samples (McShane 1934), so nothing is
    lost but what the optimizer does not find.

    Args:
        centers: (k, d) where the cones stand at first; they are learned with the heights.

    Source: McShane 1934; with fixed centers, the c-transform of chapter 06. Taught in: 08_lipschitz_critics.
    """

    def __init__(self, centers: torch.Tensor) -> None:
        super().__init__()
        self.centers = nn.Parameter(centers.clone())  # (k, d)
        self.heights = nn.Parameter(torch.zeros_like(centers[:, 0]))  # (k,)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """One number for each point: (B, d) to (B,)."""
        exact = "donot_use_mm_for_euclid_dist"  # by products of matrices it would lose digits near a center
        return (torch.cdist(x, self.centers, compute_mode=exact) + self.heights).amin(dim=1)

"""Looking at torch's networks and tensors from NumPy's side, without changing them or importing torch.

Used in every chapter.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["eval_mode", "off_torch", "tensor_for", "values_at"]


@contextmanager
def eval_mode(network: Any) -> Iterator[None]:
    """Look at a network without changing it: eval mode inside, each module's own mode again after.

    Args:
        network: a torch module.

    Taught in: 09_wgan.
    """
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def off_torch(value: Any) -> Any:
    """Make a torch tensor fit for NumPy: without gradient, on the CPU; anything else stays as it came.

    Args:
        value: anything. Floating-point tensors become float64, as NumPy knows no bfloat16.

    Taught in: 00_start_here.
    """
    if not hasattr(value, "detach"):
        return value
    value = value.detach().cpu()
    return value.double() if value.is_floating_point() else value


def tensor_for(network: Any, points: Any) -> Any:
    """Make points a tensor of the type and on the device of a network's parameters.

    Args:
        network: a torch module.
        points: (n, d) points.

    Taught in: 09_wgan.
    """
    import torch  # here, so that whoever looks at arrays alone does without it

    like = next(iter(network.parameters()), torch.zeros(0))
    return torch.as_tensor(points, dtype=like.dtype, device=like.device)


def values_at(network: Any, points: Any) -> Any:
    """What a network says of some points, as float64 and without changing it: eval mode, no gradients.

    Args:
        network: a torch module.
        points: (n, d) points.

    Returns:
        An array of the shape that the network gives, for a critic (n,) or (n, 1).

    Taught in: 09_wgan.
    """
    import torch

    with eval_mode(network), torch.no_grad():
        return off_torch(network(tensor_for(network, points))).numpy()

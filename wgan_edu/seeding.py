"""Randomness and threads, set once at the top of every notebook. Used in every chapter."""

import random

import numpy as np

from wgan_edu.checking import checked, whole_number

__all__ = ["seed_everything"]


@checked(seed=whole_number(0), threads=whole_number(1))
def seed_everything(seed: int = 0, threads: int = 1) -> None:
    """Seed Python, NumPy and torch, and let torch use `threads` threads.

    One thread is the right number for the small networks of this course: on a busy machine two
    threads ran them 6 to 10 times slower than one. Data sets take their own `seed` as an argument
    and do not depend on this global state.

    Args:
        seed: an integer from 0 to 2^32 - 1. Default 0.
        threads: at least 1. Default 1.

    Raises:
        ValueError: if `seed` or `threads` is not a whole number in its range.

    Taught in: 00_start_here.
    """
    if seed >= 2**32:  # torch would ignore the upper bits
        raise ValueError(f"seed must be at most 2^32 - 1; got {seed}.")
    import torch  # here, so that the package imports without it

    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  (libraries still read the global state)
    torch.manual_seed(seed)
    torch.set_num_threads(threads)

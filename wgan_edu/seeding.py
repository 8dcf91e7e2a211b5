"""Randomness and threads, set once at the top of every notebook. Used in every chapter.

Training does not use the global streams. Each of its steps has a stream of its own, found by counting
(`counter_generator`), so that a run stopped anywhere goes on with the same numbers.
"""

import hashlib
import operator
import random
from typing import TYPE_CHECKING

import numpy as np

from wgan_edu.checking import checked, whole_number

if TYPE_CHECKING:
    import torch

__all__ = ["counter_generator", "hashed_seed", "seed_everything"]


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


def hashed_seed(seed: int, attempt: int, kind: str, counter: int) -> int:
    """Hash what a step is to the 32 bits that seed its random stream.

    torch's generator on the CPU ignores the upper bits of a seed (5 and 2^32 + 5 are one stream to it), so
    all four are hashed. Among 30,000 draws the chance that any two share a stream is about one in ten;
    they would then share their batches, which does no harm.

    Args:
        seed: any integer, the seed of the run.
        attempt: how often the run was rolled back, so that a second try does not repeat the first.
        kind: what the numbers are for, such as "critic" or "generator".
        counter: how many draws of that kind came before.

    Returns:
        An integer from 0 to 2^32 - 1.

    Raises:
        TypeError: if `seed`, `attempt` or `counter` is not an integer.

    Taught in: 09_wgan.
    """
    words = f"{operator.index(seed)} {operator.index(attempt)} {kind} {operator.index(counter)}"
    return int.from_bytes(hashlib.blake2b(words.encode(), digest_size=4).digest(), "little")


def counter_generator(seed: int, attempt: int, kind: str, counter: int) -> "torch.Generator":
    """The random stream of one step: a torch generator on the CPU, seeded with `hashed_seed`.

    Args:
        seed: any integer, the seed of the run.
        attempt: how often the run was rolled back.
        kind: what the numbers are for.
        counter: how many draws of that kind came before.

    Returns:
        A `torch.Generator`; the global streams are left as they are.

    Raises:
        TypeError: if `seed`, `attempt` or `counter` is not an integer.

    Taught in: 09_wgan.
    """
    import torch  # here, so that the package imports without it

    return torch.Generator().manual_seed(hashed_seed(seed, attempt, kind, counter))

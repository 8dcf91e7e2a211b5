"""One call fixes every global random stream and the number of threads."""

import random

import numpy as np
import pytest
import torch

from wgan_edu.seeding import seed_everything


@pytest.fixture(autouse=True)
def _put_back():
    threads, states = torch.get_num_threads(), (random.getstate(), np.random.get_state())  # noqa: NPY002
    torch_state = torch.get_rng_state()
    yield
    torch.set_num_threads(threads)
    torch.set_rng_state(torch_state)
    random.setstate(states[0])
    np.random.set_state(states[1])  # noqa: NPY002


def streams():
    """A few draws from each global stream."""
    return {
        "random": [random.random() for _ in range(3)],
        "numpy": np.random.random(3).tolist(),  # noqa: NPY002
        "torch": torch.rand(3).tolist(),
        "torch normal": torch.randn(3).tolist(),
    }


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_the_same_seed_gives_the_same_streams(seed):
    seed_everything(seed)
    first = streams()
    assert streams() != first
    seed_everything(seed)
    assert streams() == first


def test_another_seed_gives_other_streams():
    seed_everything(1)
    first = streams()
    seed_everything(2)
    second = streams()
    assert all(first[name] != second[name] for name in first)


def test_the_default_seed_is_0():
    seed_everything()
    first = streams()
    seed_everything(0)
    assert streams() == first


def test_the_streams_are_the_plain_ones_of_each_library():
    seed_everything(7)
    found = streams()
    assert found["random"][0] == random.Random(7).random()
    assert found["numpy"] == np.random.RandomState(7).random(3).tolist()
    assert found["torch"] == torch.rand(3, generator=torch.Generator().manual_seed(7)).tolist()


def test_one_thread_unless_more_are_asked_for():
    seed_everything(0, threads=2)
    assert torch.get_num_threads() == 2
    seed_everything(0)
    assert torch.get_num_threads() == 1


def test_numpy_integers_are_seeds_too():
    seed_everything(np.int64(3))
    first = streams()
    seed_everything(3)
    assert streams() == first


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ({"seed": -1}, ValueError, r"^seed must be a whole number, at least 0; got -1\."),
        ({"seed": 0.5}, ValueError, r"^seed must be a whole number, at least 0; got 0\.5\."),
        ({"seed": 2**32}, ValueError, r"^seed must be at most 2\^32 - 1; got 4294967296\."),
        ({"seed": "today"}, TypeError, r"^seed must hold real numbers; got str"),
        ({"seed": None}, TypeError, r"^seed must hold real numbers; got NoneType"),
        ({"threads": 0}, ValueError, r"^threads must be a whole number, at least 1; got 0\."),
        ({"threads": 1.5}, ValueError, r"^threads must be a whole number, at least 1; got 1\.5\."),
    ],
)
def test_bad_input_changes_nothing(arguments, error, sentence):
    seed_everything(11)
    expected = streams()
    seed_everything(11)
    with pytest.raises(error, match=sentence):
        seed_everything(**arguments)
    assert streams() == expected


def test_why_seeds_end_at_32_bits():
    # torch's generator on the CPU ignores the upper bits: two seeds, one stream
    low, high = (torch.rand(3, generator=torch.Generator().manual_seed(s)) for s in (5, 2**32 + 5))
    assert torch.equal(low, high)

"""Networks are functions of their seed alone, and building them leaves every other stream as it was."""

import pytest
import torch
from torch import nn

from wgan_edu.networks import mlp_critic, mlp_generator
from wgan_edu.seeding import counter_generator, hashed_seed

BUILDERS = {
    "generator": lambda **rest: mlp_generator(2, 3, **rest),
    "critic": lambda **rest: mlp_critic(3, **rest),
}
every_network = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)


def flat(network):
    return torch.cat([weight.flatten() for weight in network.state_dict().values()])


def test_shapes_and_types():
    generator, critic = mlp_generator(2, 5), mlp_critic(5)
    points = generator(torch.zeros(7, 2))
    assert points.shape == (7, 5)
    assert points.dtype == torch.float32
    assert critic(points).shape == (7,)
    assert critic(points[:1]).shape == (1,)
    linear = [layer for layer in critic if isinstance(layer, nn.Linear)]
    assert [layer.in_features for layer in linear] == [5, 64, 64, 64]
    assert [layer.out_features for layer in linear] == [64, 64, 64, 1]


def test_a_critic_s_answer_does_not_depend_on_its_neighbors():
    critic = mlp_critic(2).double()
    x = torch.randn(6, 2, dtype=torch.float64, generator=counter_generator(0, 0, "test", 0))
    torch.testing.assert_close(critic(x)[2:4], critic(x[2:4]), rtol=1e-12, atol=1e-12)


@every_network
def test_a_function_of_the_seed(build):
    torch.manual_seed(0)
    first = flat(build(seed=3))
    torch.manual_seed(1)
    assert torch.equal(first, flat(build(seed=3)))
    assert not torch.equal(first, flat(build(seed=4)))
    assert not torch.equal(flat(build(seed=5)), flat(build(seed=2**32 + 5)))


@every_network
def test_the_global_stream_is_left_alone(build):
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    build()
    assert torch.equal(torch.rand(3), expected)


@every_network
def test_nothing_stochastic_and_no_normalization(build):
    assert {type(layer) for layer in build()} == {nn.Linear, nn.ReLU}


def test_generator_and_critic_of_a_seed_start_differently():
    assert not torch.equal(flat(mlp_generator(2, 1)), flat(mlp_critic(2)))


def test_hidden_layers_as_asked():
    assert [layer.out_features for layer in mlp_critic(1, hidden=(4, 5)) if isinstance(layer, nn.Linear)] == [
        4,
        5,
        1,
    ]


@pytest.mark.parametrize("dimension", [0, -1, 1.5])
def test_bad_dimensions(dimension):
    with pytest.raises(ValueError, match=r"^data_dim must be a whole number, at least 1; got"):
        mlp_critic(dimension)
    with pytest.raises(ValueError, match=r"^z_dim must be a whole number, at least 1; got"):
        mlp_generator(dimension, 2)


# --- streams found by counting ----------------------------------------------------------------------


def test_every_part_of_the_address_counts():
    base = (5, 0, "critic", 7)
    others = [(2**32 + 5, 0, "critic", 7), (5, 1, "critic", 7), (5, 0, "generator", 7), (5, 0, "critic", 8)]
    draws = {
        tuple(torch.rand(4, generator=counter_generator(*address)).tolist()) for address in [base, *others]
    }
    assert len(draws) == 5
    assert torch.equal(
        torch.rand(4, generator=counter_generator(*base)), torch.rand(4, generator=counter_generator(*base))
    )


def test_hashes_fill_32_bits_evenly():
    hashes = [hashed_seed(0, 0, "critic", i) for i in range(4000)]
    assert all(0 <= h < 2**32 for h in hashes)
    assert len(set(hashes)) > 3990
    for bit in range(32):
        assert 0.45 < sum(h >> bit & 1 for h in hashes) / 4000 < 0.55
    assert hashed_seed(1, 11, "critic", 1) != hashed_seed(11, 1, "critic", 1)


def test_the_hash_stays_what_it_is():
    # a saved run goes on with the same numbers in a later version of the course
    assert hashed_seed(0, 0, "critic", 0) == 2_012_429_368


@pytest.mark.parametrize("seed", [1.5, "1", None])
def test_only_integers_are_hashed(seed):
    with pytest.raises(TypeError):
        hashed_seed(seed, 0, "critic", 0)

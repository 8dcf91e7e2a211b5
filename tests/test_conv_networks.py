"""Convolutional networks: rows in, rows out, for every side; no normalization; labels as planes."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from wgan_edu.images import digits_8
from wgan_edu.lipschitz import SpectralNormalization, WeightClipping, gradient_penalty
from wgan_edu.networks import NETWORKS, conv_critic, conv_generator
from wgan_edu.seeding import counter_generator
from wgan_edu.training import PRESETS, TrainConfig, TrainState, train

CONV = TrainConfig(network="conv", hidden=(4, 6), z_dim=3, batch_size=8, generator_steps=4, n_critic=2)


def noise(*shape, counter=0):
    return torch.randn(*shape, generator=counter_generator(0, 0, "test", counter))


def flat(network):
    return torch.cat([weight.flatten() for weight in network.state_dict().values()])


@pytest.mark.parametrize("side", [1, 2, 5, 8, 28])
@pytest.mark.parametrize("hidden", [(4,), (3, 5), (3, 4, 5)])
@pytest.mark.parametrize("n_labels", [0, 10])
def test_rows_in_and_rows_out(side, hidden, n_labels):
    generator = conv_generator(7, side**2, hidden, n_labels=n_labels)
    critic = conv_critic(side**2, hidden, n_labels=n_labels)
    z = torch.cat([noise(6, 7), torch.eye(10)[:6, :n_labels]], dim=1)
    points = generator(z)
    assert points.shape == (6, side**2 + n_labels)
    assert torch.equal(points[:, side**2 :], z[:, 7:])
    assert points.dtype == torch.float32
    assert critic(points).shape == (6,)
    assert critic(points[:1]).shape == (1,)


def test_channels_are_as_asked_and_mirror_each_other():
    generator, critic = conv_generator(5, 64, (4, 6)), conv_critic(64, (4, 6))
    down = [(c.in_channels, c.out_channels) for c in critic if isinstance(c, nn.Conv2d)]
    up = [(c.in_channels, c.out_channels) for c in generator if isinstance(c, nn.Conv2d)]
    assert down == [(1, 4), (4, 6)]
    assert up == [(6, 4), (4, 1)]
    sizes = []
    for layer in critic:
        layer.register_forward_hook(lambda _, __, out: sizes.append(tuple(out.shape[1:])))
    critic(noise(2, 64))
    assert (4, 4, 4) in sizes
    assert (6, 2, 2) in sizes


def test_brightness_stays_from_0_to_1():
    points = conv_generator(2, 64)(100 * noise(200, 2))
    assert 0 <= points.min() < 0.2 < 0.8 < points.max() <= 1


def test_a_picture_is_read_by_rows():
    """The first convolution sees neighbors: moving a dot within the picture moves what it answers."""
    critic = conv_critic(64, (4,))
    dot = torch.zeros(1, 64)
    dot[0, 8 * 3 + 3] = 1
    first = torch.nn.Sequential(*list(critic)[:2])
    moved = torch.roll(dot.reshape(1, 8, 8), (2, 2), dims=(1, 2)).reshape(1, 64)
    torch.testing.assert_close(torch.roll(first(dot), (1, 1), dims=(2, 3)), first(moved))


def test_a_critic_s_answer_does_not_depend_on_its_neighbors():
    critic = conv_critic(64).double()
    x = noise(6, 64).double()
    torch.testing.assert_close(critic(x)[2:4], critic(x[2:4]), rtol=1e-12, atol=1e-12)


def test_no_normalization_and_nothing_stochastic():
    kinds = {
        type(layer).__name__ for network in (conv_generator(2, 64), conv_critic(64)) for layer in network
    }
    assert not any("Norm" in kind or "Dropout" in kind for kind in kinds)
    assert kinds == {
        *("Linear", "ReLU", "Unflatten", "Upsample", "Conv2d", "Sigmoid", "Flatten"),
        *("_Planes", "LeakyReLU"),
    }


@pytest.mark.parametrize("build", [lambda **s: conv_generator(2, 16, **s), lambda **s: conv_critic(16, **s)])
def test_a_function_of_the_seed_that_leaves_the_global_stream_alone(build):
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    first = flat(build(seed=3))
    assert torch.equal(torch.rand(3), expected)
    assert torch.equal(first, flat(build(seed=3)))
    assert not torch.equal(first, flat(build(seed=4)))


def test_labels_are_planes_without_a_gradient():
    critic = conv_critic(16, (4,), n_labels=3)
    x = torch.cat([noise(3, 16), torch.eye(3)], dim=1).requires_grad_()
    [gradient] = torch.autograd.grad(critic(x).sum(), x)
    assert (gradient[:, 16:] == 0).all()
    assert (gradient[:, :16] != 0).any(dim=1).all()
    other = x.detach().clone()
    other[:, 16:] = torch.eye(3)[[1, 2, 0]]
    assert (critic(other) != critic(x)).all()
    generator = conv_generator(2, 16, (4,), n_labels=3)
    orders = [0, 1, 2], [1, 2, 0]
    one, two = (generator(torch.cat([noise(3, 2), torch.eye(3)[order]], dim=1)) for order in orders)
    assert (one[:, :16] != two[:, :16]).any(dim=1).all()


@pytest.mark.parametrize("wrong", [63, 2, 785])
def test_only_squares_are_pictures(wrong):
    for build in (lambda: conv_generator(2, wrong), lambda: conv_critic(wrong)):
        with pytest.raises(ValueError, match=rf"data_dim must be the square of .*; got {wrong}"):
            build()


def test_the_penalty_s_gradient_is_that_of_finite_differences():
    """Double backward through convolutions, against the slope of the penalty itself."""
    critic = conv_critic(25, (3, 4)).double()
    real, fake, mix = noise(5, 25).double(), noise(5, 25, counter=1).double(), torch.rand(5).double()
    weight = critic[1].weight
    penalty = gradient_penalty(critic, real, fake, mix)
    [gradient] = torch.autograd.grad(penalty, weight)
    for place in [(0, 0, 1, 1), (2, 0, 0, 2)]:
        values = []
        for step in (1e-5, -1e-5):
            with torch.no_grad():
                weight[place] += step
            values.append(gradient_penalty(critic, real, fake, mix).item())
            with torch.no_grad():
                weight[place] -= step
        slope = (values[0] - values[1]) / 2e-5
        assert gradient[place].item() == pytest.approx(slope, rel=1e-4, abs=1e-7)


@pytest.mark.parametrize("constraint", [CONV.constraint, WeightClipping(0.05), SpectralNormalization()])
def test_a_run_stopped_anywhere_goes_on_with_the_same_bits(constraint):
    config, data = replace(CONV, constraint=constraint), digits_8()
    whole, parts = (TrainState.create(config, data) for _ in range(2))
    steps = list(train(whole))
    halves = [next(train(parts))]
    looked = parts.sample(3)
    assert looked.shape == (3, 64)
    halves += list(train(parts))
    assert steps == halves
    assert torch.equal(flat(whole.generator), flat(parts.generator))
    assert all(np.isfinite([step.critic_gap, step.generator_loss, step.penalty]).all() for step in steps)


def test_they_are_called_by_name():
    generator, critic = NETWORKS["conv"](3, 64, (4, 6), 5, 0)
    assert torch.equal(flat(generator), flat(conv_generator(3, 64, (4, 6), 5)))
    assert torch.equal(flat(critic), flat(conv_critic(64, (4, 6), 5)))
    config = PRESETS["digits_conv"]
    assert config.network == "conv"
    assert TrainConfig.from_json(config.to_json()) == config

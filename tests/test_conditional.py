"""Training with labels: they pass through, the slope leaves them out, and batches agree in them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from wgan_edu.classifier import train_classifier
from wgan_edu.data import Digits, digits
from wgan_edu.lipschitz import GradientPenalty, gradient_penalty, interpolate
from wgan_edu.networks import mlp_critic, mlp_generator
from wgan_edu.seeding import counter_generator
from wgan_edu.training import PRESETS, TrainState, critic_step, train
from wgan_edu.transport import cost_matrix, solve_primal, w1_exact

TRAINING, HELD_OUT = digits().split()
SMALL = replace(PRESETS["conditional_digits"], hidden=(16, 16), z_dim=3, batch_size=12, generator_steps=6)


def begin(config=SMALL, engine="auto"):
    return TrainState.create(config, TRAINING.labeled(), engine=engine)


def one_hot(labels):
    return torch.eye(10)[torch.as_tensor(labels)]


def noise_for(n, seed=0):
    return torch.randn(n, 3, generator=counter_generator(seed, 0, "test", 0))


# --- networks -----------------------------------------------------------------------------------------


def test_labels_pass_through_the_generator():
    generator = mlp_generator(3, 64, (8,), n_labels=10)
    labels = one_hot([4, 0, 9, 4])
    points = generator(torch.cat([noise_for(4), labels], dim=1))
    assert points.shape == (4, 74)
    assert torch.equal(points[:, 64:], labels)


def test_the_label_matters_to_both_networks():
    generator, critic = mlp_generator(3, 64, (8,), n_labels=10), mlp_critic(64, (8,), n_labels=10)
    noise = noise_for(4)
    a, b = (generator(torch.cat([noise, one_hot([label] * 4)], dim=1)) for label in (1, 2))
    assert not torch.isclose(a[:, :64], b[:, :64]).all(dim=1).any()
    x = torch.rand(4, 64)
    values = [critic(torch.cat([x, one_hot([label] * 4)], dim=1)) for label in (1, 2)]
    assert not torch.isclose(*values).any()


def test_the_critic_has_no_gradient_in_the_label_but_reads_it_with_trained_weights():
    critic = mlp_critic(64, (8, 8), n_labels=10)
    points = torch.cat([torch.rand(5, 64), one_hot(range(5))], dim=1).requires_grad_()
    (slope,) = torch.autograd.grad(critic(points).sum(), points)
    assert torch.equal(slope[:, 64:], torch.zeros(5, 10))
    assert (slope[:, :64].norm(dim=1) > 0).all()
    critic(points).sum().backward()
    assert critic[0].weight.grad[:, 64:69].abs().sum() > 0  # the weights of the label are trained


def test_the_penalty_sees_the_picture_alone():
    critic = mlp_critic(64, (8, 8), n_labels=10).double()
    labels = one_hot([3, 3, 8, 1]).double()
    real, fake = (torch.cat([torch.rand(4, 64, dtype=torch.float64), labels], dim=1) for _ in range(2))
    mix = torch.rand(4, dtype=torch.float64)
    middle = interpolate(real, fake, mix)
    assert torch.allclose(middle[:, 64:], labels)
    step, slope = 1e-6, torch.zeros(4, 64, dtype=torch.float64)
    with torch.no_grad():
        for i in range(64):
            way = step * torch.eye(74, dtype=torch.float64)[i]
            slope[:, i] = (critic(middle + way) - critic(middle - way)) / (2 * step)
    expected = ((slope.norm(dim=1) - 1) ** 2).mean()
    torch.testing.assert_close(gradient_penalty(critic, real, fake, mix), expected, rtol=1e-5, atol=1e-8)


# --- batches and steps --------------------------------------------------------------------------------


def test_fakes_of_a_critic_step_carry_the_labels_of_the_reals():
    state = begin()
    for _ in range(3):
        real, noise, _ = state.draw_critic_batch()
        assert torch.equal(noise[:, 3:], real[:, 64:])
        assert torch.equal(state.generator(noise)[:, 64:], real[:, 64:])
        critic_step(state)


def test_the_generator_s_labels_are_labels_of_the_data():
    few = Digits(TRAINING.images[:40], np.full(40, 6)).labeled()
    state = TrainState.create(SMALL, few)
    assert torch.equal(state.draw_noise()[:, 3:], one_hot([6] * 12))
    counts = np.bincount(
        begin(replace(SMALL, batch_size=4000)).draw_noise()[:, 3:].argmax(dim=1), minlength=10
    )
    expected = 4000 * np.bincount(TRAINING.labels) / len(TRAINING.labels)
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all()


@pytest.mark.parametrize("engine", ["autograd", "written_out"])
def test_the_same_bits(engine):
    def bits(pause):
        state = begin(engine=engine)
        for step in train(state):
            if pause and step.step == 2:
                break
        if pause:
            state.sample(5, 1)
            state.sample(5, 1, labels=[3] * 5)
            list(train(state))
        weights = [*state.generator.parameters(), *state.critic.parameters()]
        return torch.cat([weight.flatten() for weight in weights])

    assert torch.equal(bits(False), bits(True))


@pytest.mark.parametrize("constraint", [GradientPenalty(0.1, at="data"), GradientPenalty(1.0)])
def test_both_engines_take_the_same_steps(constraint):
    found = {}
    for engine in ("autograd", "written_out"):
        state = begin(replace(SMALL, constraint=constraint, lr_critic=1e-4, lr_generator=1e-4), engine)
        found[engine] = list(train(state)), state.sample(5, 2, labels=[0, 1, 2, 3, 4])
    (steps, points), (others, there) = found.values()
    for a, b in zip(steps, others, strict=True):
        assert (a.critic_gap, a.penalty) == pytest.approx((b.critic_gap, b.penalty), rel=1e-3, abs=1e-5)
    np.testing.assert_allclose(points, there, atol=1e-3)


def test_an_unlabeled_run_is_as_it_was():
    state = TrainState.create(SMALL, TRAINING)
    real, noise, _ = state.draw_critic_batch()
    assert (real.shape, noise.shape) == ((12, 64), (12, 3))
    assert state.sample(4).shape == (4, 64)


# --- samples ------------------------------------------------------------------------------------------


def test_samples_have_the_labels_asked_for():
    state = begin()
    asked = [7, 0, 7, 3]
    points = state.sample(4, seed=1, labels=asked)
    np.testing.assert_array_equal(points[:, 64:], np.eye(10)[asked])
    np.testing.assert_array_equal(points, state.sample(4, seed=1, labels=np.array(asked)))
    other = state.sample(4, seed=1, labels=[1, 0, 1, 3])  # the same noise
    np.testing.assert_array_equal(points[[1, 3]], other[[1, 3]])
    assert not np.array_equal(points[0], other[0])


def test_without_labels_samples_have_those_of_the_data():
    points = begin().sample(3000, seed=4)
    counts, expected = points[:, 64:].sum(axis=0), 3000 * np.bincount(TRAINING.labels) / len(TRAINING.labels)
    assert set(np.unique(points[:, 64:])) == {0.0, 1.0}
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all()


def test_a_short_run_learns_the_labels():
    faster = {"hidden": (64, 64), "lr_generator": 3e-3, "generator_steps": 400, "seed": 31}
    config = replace(PRESETS["conditional_digits"], **faster)
    state = begin(config)
    steps = list(train(state))
    assert steps[-1].step == 400
    asked = np.arange(500) % 10
    classifier = train_classifier(TRAINING.images, TRAINING.labels)
    assert classifier.accuracy(state.sample(500, 3, labels=asked)[:, :64], asked) > 0.8
    assert classifier.accuracy(state.sample(500, 3, labels=(asked + 1) % 10)[:, :64], asked) < 0.1


# --- the distance it bounds ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_with_labels_far_apart_w1_is_the_average_within_them(seed):
    rng = np.random.default_rng(seed)
    counts = rng.integers(2, 7, size=3)
    labels = np.repeat(np.arange(3), counts)
    x, y = rng.normal(size=(2, len(labels), 3))
    cost, other = cost_matrix(x, y), labels[:, None] != labels
    within = [w1_exact(x[labels == k], y[labels == k]) for k in range(3)]
    value = solve_primal(None, None, cost + cost.max() * other).value
    assert value == pytest.approx(counts @ within / counts.sum(), rel=1e-9)
    assert w1_exact(x, y) <= value + 1e-12

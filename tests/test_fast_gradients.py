"""The written-out gradients are those of autograd: for every penalty, with labels, over many steps."""

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from wgan_edu.data import ring_of_8
from wgan_edu.fast_gradients import (
    FlatPerceptron,
    critic_gradients_,
    generator_gradients_,
    is_perceptron,
    penalizes_slope,
)
from wgan_edu.lipschitz import (
    Constraint,
    GradientPenalty,
    OrthonormalGroupSort,
    SpectralNormalization,
    WeightClipping,
    WeightNormalization,
)
from wgan_edu.networks import Critic, mlp_critic, mlp_generator
from wgan_edu.state import ENGINE_NAMES
from wgan_edu.training import ENGINES, PRESETS, TrainConfig, TrainState, critic_step, generator_step, train

RING = ring_of_8()
CONSTRAINTS = [
    Constraint(),
    WeightClipping(0.1),
    GradientPenalty(0.0),
    *(
        GradientPenalty(3.0, one_sided, at)
        for one_sided, at in itertools.product((False, True), ("interpolates", "data"))
    ),
]
SMALL = TrainConfig(batch_size=16, n_critic=2, generator_steps=6, hidden=(8, 6), ema_decay=0.9)


def double_networks(n_labels=0, hidden=(16, 12, 10)):
    """A critic steep enough for one-sided penalties to bite, and a generator."""
    critic = mlp_critic(2, hidden, 1, n_labels).double()
    with torch.no_grad():
        for weight in critic.parameters():
            weight.mul_(4)
    return critic, mlp_generator(3, 2, (9, 16), 1, n_labels).double()


def double_batch(seed, n_labels=0, m=24):
    stream = torch.Generator().manual_seed(seed)
    labels = (
        torch.eye(n_labels).double()[torch.randint(n_labels, (m,), generator=stream)] if n_labels else None
    )
    points = [torch.randn(m, d, generator=stream).double() for d in (2, 3)]
    if n_labels:
        points = [torch.cat([one, labels], dim=1) for one in points]
    return (*points, torch.rand(m, generator=stream).double())


def loss_by_autograd(critic, real, fake, mix, constraint):
    penalty = constraint.penalty(critic, real, fake, mix)
    gap = critic(real).mean() - critic(fake).mean()
    return gap, penalty, torch.autograd.grad(penalty - gap, list(critic.parameters()))


def largest_difference(some, others):
    return max((one - other).abs().max().item() for one, other in zip(some, others, strict=True))


@pytest.mark.parametrize("n_labels", [0, 4])
@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=str)
def test_the_critic_s_gradients_are_autograd_s(constraint, n_labels):
    critic, generator = double_networks(n_labels)
    real, noise, mix = double_batch(5, n_labels)
    fake = generator(noise).detach()
    gap, penalty, expected = loss_by_autograd(critic, real, fake, mix, constraint)
    flat = FlatPerceptron(critic)
    found = critic_gradients_(flat, real, fake, mix, constraint)
    assert found[0].item() == pytest.approx(gap.item(), abs=1e-12)
    assert found[1].item() == pytest.approx(penalty.item(), abs=1e-12)
    assert largest_difference([w.grad for w in critic.parameters()], expected) < 1e-12
    if isinstance(constraint, GradientPenalty) and constraint.gp_weight:
        assert penalty > 0.1 * constraint.gp_weight


@pytest.mark.parametrize("at", ["interpolates", "data"])
def test_in_single_precision_they_agree_to_1e_6(at):
    state = TrainState.create(replace(PRESETS["wgan_gp"], constraint=GradientPenalty(10.0, at=at)), RING)
    real, noise, mix = state.draw_critic_batch()
    fake = state.generator(noise).detach()
    _, _, expected = loss_by_autograd(state.critic, real, fake, mix, state.config.constraint)
    critic_step(state)
    scale = max(grad.abs().max() for grad in expected)
    assert largest_difference([w.grad for w in state.critic.parameters()], expected) < 1e-6 * max(1.0, scale)


@pytest.mark.parametrize("n_labels", [0, 4])
def test_the_generator_s_gradients_are_autograd_s_and_the_critic_s_stay(n_labels):
    critic, generator = double_networks(n_labels)
    _, noise, _ = double_batch(6, n_labels)
    loss = -critic(generator(noise)).mean()
    expected = torch.autograd.grad(loss, list(generator.parameters()))
    flat = FlatPerceptron(critic)
    flat.flat.grad.fill_(7.0)
    assert generator_gradients_(FlatPerceptron(generator), flat, noise).item() == pytest.approx(loss.item())
    assert largest_difference([w.grad for w in generator.parameters()], expected) < 1e-12
    assert (flat.flat.grad == 7).all()


@pytest.mark.parametrize("constraint", CONSTRAINTS[3:], ids=str)
def test_after_100_steps_the_weights_are_those_of_autograd(constraint):
    """Critic and generator in turn, by the same Adam, in float64, to 1e-8."""
    twins = [double_networks(hidden=(12, 12)) for _ in range(2)]
    flat = [FlatPerceptron(network) for network in twins[0]]
    weights = [[one.flat] for one in flat], [list(network.parameters()) for network in twins[1]]
    adams = [
        [torch.optim.Adam(part, lr=1e-3, betas=(0.0, 0.9), fused=True) for part in side] for side in weights
    ]
    for step in range(100):
        real, noise, mix = double_batch(step)
        for (critic, generator), (of_critic, of_generator), by_hand in zip(
            twins, adams, (True, False), strict=True
        ):
            fake = generator(noise).detach()
            if by_hand:
                critic_gradients_(flat[0], real, fake, mix, constraint)
            else:
                _, _, grads = loss_by_autograd(critic, real, fake, mix, constraint)
                for weight, grad in zip(critic.parameters(), grads, strict=True):
                    weight.grad = grad
            of_critic.step()
            if by_hand:
                generator_gradients_(flat[1], flat[0], noise)
            else:
                of_generator.zero_grad()
                (-critic(generator(noise)).mean()).backward(inputs=list(generator.parameters()))
            of_generator.step()
    for mine, theirs, start in zip(twins[0], twins[1], double_networks(hidden=(12, 12)), strict=True):
        assert largest_difference(mine.parameters(), theirs.parameters()) < 1e-8
        assert largest_difference(mine.parameters(), start.parameters()) > 1e-2


@pytest.mark.parametrize("one_sided", [False, True])
def test_no_nan_where_the_slope_is_zero(one_sided):
    critic = mlp_critic(2, (4,))
    with torch.no_grad():
        for weight in critic.parameters():
            weight.zero_()
    points = torch.ones(8, 2)
    flat = FlatPerceptron(critic)
    _, penalty = critic_gradients_(flat, points, points, torch.ones(8), GradientPenalty(2.0, one_sided))
    assert penalty.item() == pytest.approx(0.0 if one_sided else 2.0)
    assert torch.isfinite(flat.flat.grad).all()


# --- which engine -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnPenalty(GradientPenalty):
    """Like the parent, but nobody can know."""

    def penalty(self, critic, real, fake, mix):
        return super().penalty(critic, real, fake, mix)


@pytest.mark.parametrize(
    ("change", "engine"),
    [
        ({}, "written_out"),
        ({"constraint": WeightClipping(0.1)}, "written_out"),
        ({"constraint": WeightNormalization("row")}, "written_out"),
        ({"constraint": OwnPenalty(1.0)}, "autograd"),
        ({"constraint": SpectralNormalization()}, "autograd"),
        ({"constraint": OrthonormalGroupSort()}, "autograd"),
        ({"loss": "gan"}, "autograd"),
    ],
    ids=str,
)
def test_the_engine_is_chosen_when_the_state_is_created(change, engine):
    config = replace(SMALL, **change)
    state = TrainState.create(config, RING)
    assert state.engine == engine
    assert len(list(train(state))) == SMALL.generator_steps
    if engine == "autograd":
        with pytest.raises(ValueError, match="engine must be 'autograd' unless"):
            TrainState.create(config, RING, engine="written_out")
    with pytest.raises(ValueError, match="engine must be one of"):
        TrainState.create(config, RING, engine="fast")


def test_each_engine_has_a_name():
    assert tuple(ENGINES) == ENGINE_NAMES


def test_in_a_process_group_it_is_autograd(monkeypatch):
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    assert TrainState.create(SMALL, RING).engine == "autograd"
    assert TrainState.create(SMALL, RING, engine="written_out").engine == "written_out"


@pytest.mark.parametrize("constraint", [*CONSTRAINTS[1:], WeightNormalization("all")], ids=str)
def test_both_engines_take_the_same_steps(constraint):
    """In float32, over few steps: what differs is round-off. Reports, averages and samples agree too."""
    config = replace(SMALL, constraint=constraint, lr_critic=1e-3, lr_generator=1e-3)
    states = [TrainState.create(config, RING, engine=engine) for engine in ("autograd", "written_out")]
    for one, other in zip(*(train(state) for state in states), strict=True):
        for name in ("critic_gap", "critic_loss", "penalty", "generator_loss", "critic_grad_norm"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-3, abs=1e-5)
        assert one.generator_grad_norm == pytest.approx(other.generator_grad_norm, rel=1e-3, abs=1e-5)
    for name in ("critic", "generator", "average"):
        ours, theirs = (getattr(state, name).parameters() for state in states)
        assert largest_difference(ours, theirs) < 1e-4
    np.testing.assert_allclose(*(state.sample(20, averaged=True) for state in states), atol=1e-4)


def test_without_an_average_there_are_two_flat_networks():
    state = TrainState.create(replace(SMALL, ema_decay=0), RING)
    assert sorted(state.flat) == ["critic", "generator"]
    before = state.sample(5)
    list(train(state))
    assert not np.array_equal(state.sample(5), before)


def test_weights_may_be_loaded_or_changed_in_place():
    state, other = (TrainState.create(replace(SMALL, seed=seed), RING) for seed in (0, 1))
    state.critic.load_state_dict(other.critic.state_dict())
    state.generator.load_state_dict(other.generator.state_dict())
    state.average.load_state_dict(other.average.state_dict())
    state.config = other.config
    assert [step.critic_gap for step in train(state)] == [step.critic_gap for step in train(other)]


def test_a_network_that_was_moved_is_noticed():
    state = TrainState.create(SMALL, RING)
    state.critic.double()
    with pytest.raises(RuntimeError, match="its weights were moved"):
        critic_step(state)
    state = TrainState.create(SMALL, RING)
    state.generator.double()
    with pytest.raises(RuntimeError, match=r"its weights were moved|dtype"):
        generator_step(state)


def test_gradients_set_to_none_by_somebody_do_no_harm():
    states = [TrainState.create(SMALL, RING) for _ in range(2)]
    states[0].critic.zero_grad()
    for state in states:
        list(train(state))
    assert largest_difference(*(state.critic.parameters() for state in states)) == 0


def test_what_counts_as_a_perceptron():
    linear, relu = torch.nn.Linear, torch.nn.ReLU
    assert is_perceptron(mlp_critic(2))
    assert is_perceptron(Critic(linear(2, 1)))
    assert not is_perceptron(Critic(linear(2, 3), torch.nn.Tanh(), linear(3, 1)))
    assert not is_perceptron(Critic(linear(2, 3), relu(), linear(3, 1, bias=False)))
    assert not is_perceptron(Critic(linear(2, 3), linear(3, 1)))
    assert not is_perceptron(SpectralNormalization().wrap(mlp_critic(2)))
    assert not penalizes_slope(OwnPenalty())

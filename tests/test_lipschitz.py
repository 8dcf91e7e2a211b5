"""The gradient penalty against closed forms and finite differences, and the mutants that it must not be."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from wgan_edu.lipschitz import (
    Constraint,
    GradientPenalty,
    WeightClipping,
    gradient_penalty,
    input_gradients,
    interpolate,
    mean_grad_norm,
)
from wgan_edu.looking import eval_mode
from wgan_edu.networks import mlp_critic
from wgan_edu.seeding import counter_generator

F64 = torch.float64


def randn(*shape, kind="test"):
    return torch.randn(*shape, dtype=F64, generator=counter_generator(0, 0, kind, 0))


def batch(n=6, d=3):
    mix = torch.linspace(0.1, 0.9, n, dtype=F64)
    return randn(n, d, kind="real"), 2 + randn(n, d, kind="fake"), mix


def smooth_critic(d=3):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(d, 8), nn.Tanh(), nn.Linear(8, 1)).double()


class Linear(nn.Module):
    """f(x) = <w, x>, whose gradient is w everywhere."""

    def __init__(self, *w):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(w, dtype=F64))

    def forward(self, x):
        return x @ self.w


class HalfSquare(nn.Module):
    """f(x) = s |x|^2 / 2, whose gradient at x is s x."""

    def __init__(self, scale=1.0):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(scale, dtype=F64))

    def forward(self, x):
        return self.scale * x.square().sum(dim=1) / 2


# --- interpolation ----------------------------------------------------------------------------------


def test_the_ends_of_the_interpolation_are_exact():
    real, fake, mix = batch()
    assert torch.equal(interpolate(real, fake, torch.ones_like(mix)), real)
    assert torch.equal(interpolate(real, fake, torch.zeros_like(mix)), fake)


def test_one_share_a_sample():
    real, fake, mix = batch()
    for i in range(len(mix)):
        expected = mix[i] * real[i] + (1 - mix[i]) * fake[i]
        torch.testing.assert_close(interpolate(real, fake, mix)[i], expected, rtol=1e-14, atol=1e-14)


def test_images_keep_their_shape():
    real, fake = torch.ones(4, 1, 5, 5), torch.zeros(4, 1, 5, 5)
    between = interpolate(real, fake, torch.tensor([0.0, 0.25, 0.5, 1.0]))
    assert between.shape == real.shape
    assert between.flatten(1).mean(dim=1).tolist() == [0.0, 0.25, 0.5, 1.0]


@pytest.mark.parametrize("shape", [(), (1,), (3,), (6, 1), (6, 3)])
def test_any_other_number_of_shares_is_refused(shape):
    real, fake, _ = batch()
    with pytest.raises(ValueError, match=r"^mix must hold one number for each of the 6 samples"):
        interpolate(real, fake, torch.zeros(shape))


def test_real_and_fake_are_never_broadcast():
    real, fake, mix = batch()
    with pytest.raises(
        ValueError, match=r"^fake must have the shape of real, \(6, 3\); got shape \(1, 3\)\."
    ):
        interpolate(real, fake[:1], mix)


# --- gradient penalty -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("w", "two_sided", "one_sided"), [((3.0, 4, 0), 16, 16), ((0.3, 0.4, 0), 0.25, 0), ((0.0, 1, 0), 0, 0)]
)
def test_a_linear_critic_in_closed_form(w, two_sided, one_sided):
    critic = Linear(*w)
    assert gradient_penalty(critic, *batch()).item() == pytest.approx(two_sided, abs=1e-14)
    assert gradient_penalty(critic, *batch(), one_sided=True).item() == pytest.approx(one_sided, abs=1e-14)


@pytest.mark.parametrize("n", [1, 2, 6])
def test_the_norm_is_over_coordinates_of_a_sample_at_its_own_interpolate(n):
    # here each sample has another norm: a norm over the batch, a shared epsilon, the squared norm, or the
    # penalty of the mean gradient all give another number
    real, fake, mix = batch(n)
    norms = [
        math.dist((t * x + (1 - t) * y).tolist(), [0, 0, 0]) for x, y, t in zip(real, fake, mix, strict=True)
    ]
    expected = sum((norm - 1) ** 2 for norm in norms) / n
    assert gradient_penalty(HalfSquare(), real, fake, mix).item() == pytest.approx(expected, rel=1e-12)
    one_sided = sum(max(norm - 1, 0) ** 2 for norm in norms) / n
    found = gradient_penalty(HalfSquare(), real, fake, mix, one_sided=True).item()
    assert found == pytest.approx(one_sided, rel=1e-12)


def wrong_axis(x_hat, gradient):
    return (gradient.norm(dim=0) - 1).square().mean()


def squared_norm(x_hat, gradient):
    return (gradient.square().sum(dim=1) - 1).square().mean()


def of_the_mean(x_hat, gradient):
    return (gradient.norm(dim=1).mean() - 1).square()


def not_summed(x_hat, gradient):
    return (gradient.norm(dim=1) / len(gradient) - 1).square().mean()


@pytest.mark.parametrize("mutant", [wrong_axis, squared_norm, of_the_mean, not_summed])
def test_the_examples_tell_mutants_apart(mutant):
    real, fake, mix = batch()
    x_hat = interpolate(real, fake, mix)  # also the gradient of HalfSquare
    assert abs(mutant(x_hat, x_hat) - gradient_penalty(HalfSquare(), real, fake, mix)) > 0.1


def test_against_finite_differences_of_the_critic():
    critic, (real, fake, mix) = smooth_critic(), batch()
    x_hat, h = interpolate(real, fake, mix), 1e-5
    with torch.no_grad():
        columns = [(critic(x_hat + h * e) - critic(x_hat - h * e)) / (2 * h) for e in torch.eye(3, dtype=F64)]
    norm = torch.cat(columns, dim=1).norm(dim=1)
    expected = (norm - 1).square().mean().item()
    assert gradient_penalty(critic, real, fake, mix).item() == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("one_sided", [False, True])
def test_its_own_gradient_against_finite_differences_of_the_weights(one_sided):
    critic, inputs, h = HalfSquare(1.3), batch(), 1e-6
    gradient_penalty(critic, *inputs, one_sided=one_sided).backward()
    up = gradient_penalty(HalfSquare(1.3 + h), *inputs, one_sided=one_sided)
    down = gradient_penalty(HalfSquare(1.3 - h), *inputs, one_sided=one_sided)
    assert critic.scale.grad.item() == pytest.approx(((up - down) / (2 * h)).item(), rel=1e-7)


def test_the_weights_of_a_network_get_the_second_derivative():
    critic, inputs = smooth_critic(), batch()
    weights = [critic[0].weight, critic[0].bias, critic[2].weight]

    def value(*new):
        names = ["0.weight", "0.bias", "2.weight"]
        return gradient_penalty(
            lambda x: torch.func.functional_call(critic, dict(zip(names, new, strict=True)), x), *inputs
        )

    assert torch.autograd.gradcheck(value, weights)


def test_a_flat_critic_has_a_finite_gradient():
    critic = Linear(0.0, 0, 0)
    gradient_penalty(critic, *batch()).backward()
    assert torch.isfinite(critic.w.grad).all()


def test_both_shapes_of_critics_are_accepted():
    column = smooth_critic()
    row = nn.Sequential(column, nn.Flatten(0))
    assert column(batch()[0]).shape == (6, 1)
    assert row(batch()[0]).shape == (6,)
    assert gradient_penalty(column, *batch()) == gradient_penalty(row, *batch())


def test_nothing_flows_back_to_the_generator():
    critic, (real, fake, mix) = HalfSquare(), batch()
    fake.requires_grad_()
    gradient_penalty(critic, real, fake, mix).backward()
    assert fake.grad is None
    assert critic.scale.grad is not None


def test_without_mix_it_draws_from_the_global_stream():
    real, fake, _ = batch()
    torch.manual_seed(4)
    found = gradient_penalty(HalfSquare(), real, fake)
    torch.manual_seed(4)
    mix = torch.rand(6, dtype=F64)
    assert found == gradient_penalty(HalfSquare(), real, fake, mix)
    assert len(set(mix.tolist())) == 6


# --- constraints ------------------------------------------------------------------------------------


def test_the_three_forms_of_the_penalty():
    real, fake, mix = batch()
    real = real / 3  # norms on both sides of 1
    critic = HalfSquare()

    def of(**changes):
        return GradientPenalty(10.0, **changes).penalty(critic, real, fake, mix).item()

    norms = interpolate(real, fake, mix).norm(dim=1)
    assert of() == pytest.approx(10 * (norms - 1).square().mean().item())
    assert of(one_sided=True) == pytest.approx(10 * (norms - 1).clamp(min=0).square().mean().item())
    assert of(at="data") == pytest.approx(10 * (real.norm(dim=1) - 1).square().mean().item())
    one_sided = (real.norm(dim=1) - 1).clamp(min=0)
    assert of(one_sided=True, at="data") == pytest.approx(10 * one_sided.square().mean().item())


def test_clipping_touches_every_weight_and_nothing_else():
    critic = mlp_critic(2)
    before = [weight.detach().clone() for weight in critic.parameters()]
    WeightClipping(0.05).project_(critic)
    for old, new in zip(before, critic.parameters(), strict=True):
        assert torch.equal(new, old.clamp(-0.05, 0.05))
        assert new.requires_grad
    assert max(weight.abs().max().item() for weight in critic.parameters()) == pytest.approx(0.05)


def test_hooks_that_are_left_out_do_nothing():
    critic, (real, fake, mix) = mlp_critic(3).double(), batch()
    for constraint in (Constraint(), WeightClipping(0.01), GradientPenalty(10.0)):
        assert constraint.wrap(critic) is critic
    before = [weight.clone() for weight in critic.parameters()]
    Constraint().project_(critic)
    GradientPenalty(10.0).project_(critic)
    assert all(torch.equal(old, new) for old, new in zip(before, critic.parameters(), strict=True))
    assert Constraint().penalty(critic, real, fake, mix) == 0
    assert WeightClipping().penalty(critic, real, fake, mix) == 0


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: WeightClipping(0), r"^clip_value must be greater than 0; got 0\."),
        (lambda: WeightClipping(-0.01), r"^clip_value must be greater than 0; got -0\.01\."),
        (lambda: WeightClipping(math.nan), r"^clip_value must be finite"),
        (lambda: GradientPenalty(-1), r"^gp_weight must be at least 0; got -1\."),
        (lambda: GradientPenalty(1.0, at="fake"), r"^at must be one of 'interpolates', 'data'; got 'fake'\."),
    ],
)
def test_bad_numbers(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


# --- looking ----------------------------------------------------------------------------------------


def test_gradients_and_their_mean_norm_in_closed_form():
    x = np.array([[3.0, 4, 0], [0, 0, 0], [0, 0, 1]])
    np.testing.assert_allclose(input_gradients(HalfSquare(2.0), x), 2 * x, rtol=1e-14)
    assert mean_grad_norm(HalfSquare(2.0), x) == pytest.approx((10 + 0 + 2) / 3, rel=1e-14)
    assert mean_grad_norm(Linear(3.0, 4, 0), x) == pytest.approx(5)


def test_looking_changes_nothing():
    critic = nn.Sequential(nn.Linear(2, 4), nn.Dropout(0.5), nn.Linear(4, 1))
    critic[0].eval()
    torch.manual_seed(0)
    expected = torch.rand(2)
    torch.manual_seed(0)
    first = mean_grad_norm(critic, np.ones((3, 2)))
    with torch.no_grad():  # also where gradients are off
        assert mean_grad_norm(critic, np.ones((3, 2))) == first
    assert torch.equal(torch.rand(2), expected)
    assert [module.training for module in critic.modules()] == [True, False, True, True]
    assert all(weight.grad is None for weight in critic.parameters())


def test_modes_are_put_back_after_an_error():
    critic = nn.Sequential(nn.Dropout(), nn.Linear(3, 1))
    with pytest.raises(RuntimeError, match="shapes"):
        mean_grad_norm(critic, np.ones((1, 2)))
    assert critic.training
    assert critic[0].training


def test_eval_mode_holds_inside():
    critic = nn.Sequential(nn.Dropout())
    with eval_mode(critic):
        assert not critic[0].training
    assert critic[0].training


def test_points_are_checked():
    with pytest.raises(ValueError, match=r"^points must be finite"):
        mean_grad_norm(mlp_critic(1), np.array([[math.nan]]))

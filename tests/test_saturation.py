"""What reaches a generator: against closed forms for linear networks, and against differences."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from wgan_edu.divergences import discriminator_loss, nonsaturating_loss, saturating_loss
from wgan_edu.networks import mlp_critic, mlp_generator
from wgan_edu.saturation import fit_discriminator, generator_gradient, probe


class Line(nn.Module):
    """h(x) = w x + b, in float64."""

    def __init__(self, w, b):
        super().__init__()
        self.w, self.b = nn.Parameter(torch.tensor(w).double()), nn.Parameter(torch.tensor(b).double())

    def forward(self, x):
        return x @ self.w + self.b


def shift(at):
    """The generator z + at, whose only weight is at."""
    module = nn.Module()
    module.at = nn.Parameter(torch.tensor(at).double())
    module.forward = lambda z: z + module.at
    return module


def draw(center):
    return lambda m, stream: torch.tensor(center) + 0.1 * torch.randn(m, 2, generator=stream)


def test_a_shift_gets_the_mean_push():
    """With h = w x + b: -mean sigma(h) w, and -mean sigma(-h) w."""
    rng = np.random.default_rng(0)
    z, w = rng.normal(size=(50, 3)), np.array([1.0, -2.0, 0.5])
    h = (z + 0.3) @ w - 1.0
    arguments = shift([0.3, 0.3, 0.3]), Line(w, -1.0), torch.as_tensor(z)
    for loss, sign in ((saturating_loss, 1), (nonsaturating_loss, -1)):
        expected = -(1 / (1 + np.exp(-sign * h))).mean() * w
        assert np.allclose(generator_gradient(loss, *arguments).numpy(), expected)
    blurred = generator_gradient(saturating_loss, *arguments, blur=torch.full((50, 3), 0.2).double())
    assert np.allclose(blurred.numpy(), -(1 / (1 + np.exp(-(h + 0.2 * w.sum())))).mean() * w)


def test_all_weights_of_a_network_in_one_vector():
    generator, discriminator = mlp_generator(2, 3, (4,), 1).double(), mlp_critic(3, (5,), 2).double()
    z = torch.randn(20, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    gradient = generator_gradient(nonsaturating_loss, generator, discriminator, z)
    weights = list(generator.parameters())
    assert gradient.shape == (sum(weight.numel() for weight in weights),)
    assert all(weight.grad is None for weight in (*weights, *discriminator.parameters()))
    place = 0
    for weight in weights:
        flat = weight.data.view(-1)
        for k in (0, flat.numel() - 1):
            ends = []
            for h in (1e-6, -1e-6):
                flat[k] += h
                ends.append(nonsaturating_loss(discriminator(generator(z))).item())
                flat[k] -= h
            assert gradient[place + k].item() == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-7)
        place += flat.numel()


def test_a_probe_in_closed_form():
    w = np.array([3.0, -1.0])
    z = np.random.default_rng(4).normal(size=(128, 2))
    real = np.random.default_rng(5).normal(size=(40, 2))
    seen = probe(shift([0.5, 0.0]), Line(w, -2.0), torch.as_tensor(real), torch.as_tensor(z), batch_size=32)
    d, d_real = (1 / (1 + np.exp(2 - x @ w)) for x in (z + np.array([0.5, 0.0]), real))
    steep = np.linalg.norm(w)
    means = (1 - d).reshape(4, 32).mean(axis=1)
    assert seen.saturating == pytest.approx(d.mean() * steep)
    assert seen.push == pytest.approx(seen.saturating), "a generator that shifts is what push is about"
    assert seen.nonsaturating == pytest.approx((1 - d).mean() * steep)
    assert seen.spread == pytest.approx(means.std(ddof=1) * steep)
    assert seen.logit_slope == pytest.approx(steep)
    assert seen.fake_slope == pytest.approx((d * (1 - d)).mean() * steep)
    assert seen.real_slope == pytest.approx((d_real * (1 - d_real)).mean() * steep)
    assert seen.epsilon == pytest.approx((d + d * (1 - d) * steep).max())


def test_theorem_2_4_bounds_the_push():
    for bias in (-8.0, -4.0, -3.0):
        seen = probe(
            shift([0.0, 0.0]),
            Line([0.5, 0.2], bias),
            torch.zeros(2, 2).double(),
            torch.randn(128, 2).double(),
        )
        assert seen.epsilon < 1
        assert seen.push <= seen.epsilon / (1 - seen.epsilon)


def test_no_digits_are_lost_where_the_discriminator_is_sure():
    """At h = 20 float32 has no room beside 1: 1 - D would be 0, and so would the slope of D."""
    discriminator, point = mlp_critic(1, (), 0), torch.ones(1, 1)
    discriminator[0].weight.data.fill_(20.0)
    discriminator[0].bias.data.fill_(0.0)
    seen = probe(mlp_generator(1, 1, (), 0), discriminator, point, torch.zeros(128, 1))
    assert seen.real_slope == pytest.approx(20 * math.exp(-20), rel=1e-4)


def test_blurring_looks_at_other_points():
    real, noise = torch.zeros(2, 2).double(), torch.zeros(256, 2).double()
    arguments = shift([0.0, 0.0]), Line([1.0, 0.0], 0.0), real, noise
    sharp, blurred = probe(*arguments), probe(*arguments, sigma=2.0)
    assert sharp.spread == 0
    assert blurred.spread > 0.01
    assert blurred == probe(*arguments, sigma=2.0)
    assert blurred != probe(*arguments, sigma=2.0, seed=1)


def test_fitting_separates_and_is_repeatable():
    def train(seed, sigma=0.0):
        network = mlp_critic(2, (16,), 7)
        laws = draw([1.0, 0.0]), draw([-1.0, 0.0])
        steps = list(fit_discriminator(network, *laws, 60, seed=seed, sigma=sigma))
        assert steps == list(range(1, 61))
        with torch.no_grad():
            return network(torch.tensor([[1.0, 0.0], [-1.0, 0.0]]))

    torch.manual_seed(11)
    before = torch.random.get_rng_state()
    first = train(0)
    assert torch.equal(torch.random.get_rng_state(), before), "the global stream is left alone"
    assert first[0] > 1
    assert first[1] < -1
    assert torch.equal(first, train(0))
    assert not torch.equal(first, train(1))
    assert train(0, sigma=3.0).abs().max() < 0.3 * first.abs().min(), "noise keeps it in doubt"


def test_one_step_is_adam_on_the_loss():
    network, twin = mlp_critic(2, (4,), 5), mlp_critic(2, (4,), 5)
    next(fit_discriminator(network, draw([1.0, 0.0]), draw([0.0, 1.0]), 5, lr=0.01, batch_size=8, seed=3))
    stream = torch.Generator().manual_seed(3)
    loss = discriminator_loss(twin(draw([1.0, 0.0])(8, stream)), twin(draw([0.0, 1.0])(8, stream)))
    optimizer = torch.optim.Adam(twin.parameters(), lr=0.01)
    loss.backward()
    optimizer.step()
    for one, two in zip(network.parameters(), twin.parameters(), strict=True):
        assert torch.allclose(one, two, atol=1e-6)


def test_a_generator_that_is_drawn_from_gets_no_gradient():
    generator = mlp_generator(2, 2, (4,), 0)
    fake = lambda m, stream: generator(torch.randn(m, 2, generator=stream))  # noqa: E731
    for _ in fit_discriminator(mlp_critic(2, (4,), 0), draw([0.0, 0.0]), fake, 3):
        pass
    assert all(weight.grad is None for weight in generator.parameters())


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ({"steps": 0}, "steps must be a whole number, at least 1"),
        ({"lr": 0}, "lr must be greater than 0"),
        ({"batch_size": 0.5}, "batch_size must be a whole number"),
        ({"sigma": -1}, "sigma must be at least 0"),
    ],
)
def test_wrong_numbers_get_a_sentence(number, sentence):
    with pytest.raises(ValueError, match=sentence):
        fit_discriminator(mlp_critic(2), draw([0.0, 0.0]), draw([1.0, 0.0]), **{"steps": 3, **number})
    if "sigma" in number or "batch_size" in number:
        with pytest.raises(ValueError, match=sentence):
            probe(mlp_generator(2, 2), mlp_critic(2), torch.zeros(2, 2), torch.zeros(4, 2), **number)


def test_one_minibatch_has_no_spread():
    with pytest.raises(ValueError, match="noise must make two minibatches of 64; got 100 inputs"):
        probe(mlp_generator(2, 2), mlp_critic(2), torch.zeros(2, 2), torch.zeros(100, 2))

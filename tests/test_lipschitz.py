"""Constraints and slopes against closed forms and finite differences, and the mutants they must not be."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from wgan_edu.data import ring_of_8
from wgan_edu.lipschitz import (
    Constraint,
    GradientPenalty,
    GroupSort,
    OrthonormalGroupSort,
    SpectralNormalization,
    WeightClipping,
    WeightNormalization,
    clipping_bound,
    gradient_penalty,
    input_gradients,
    interpolate,
    lipschitz_upper_bound,
    mean_grad_norm,
    spectral_norm,
)
from wgan_edu.looking import eval_mode, values_at
from wgan_edu.networks import mlp_critic
from wgan_edu.normalization import orthonormal
from wgan_edu.seeding import counter_generator
from wgan_edu.training import TrainConfig, TrainState, train

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


# --- slopes of layers -------------------------------------------------------------------------------


def as_matrix(layer, shape):
    """A linear layer without bias as the matrix that it is, one column for each input number."""
    ones = torch.eye(math.prod(shape), dtype=F64).reshape(-1, *shape)
    with torch.no_grad():
        return layer(ones).flatten(1).T


def kernel_layer(c_in=2, c_out=3, k=3, stride=1, padding=0, mode="zeros"):
    layer = nn.Conv2d(c_in, c_out, k, stride, padding, bias=False, padding_mode=mode).double()
    with torch.no_grad():
        layer.weight.copy_(randn(c_out, c_in, k, k, kind="kernel"))
    return layer


@pytest.mark.parametrize("shape", [(1, 7), (7, 1), (5, 3), (4, 4)])
def test_the_spectral_norm_of_a_matrix_is_its_largest_singular_value(shape):
    weight = randn(*shape).numpy()
    assert spectral_norm(weight) == pytest.approx(np.linalg.svd(weight)[1][0], rel=1e-12)
    assert spectral_norm(torch.tensor(weight)) == spectral_norm(weight)


def test_spectral_norms_known_by_hand():
    assert spectral_norm(np.diag([3.0, -4.0])) == pytest.approx(4)
    assert spectral_norm(np.ones((2, 8))) == pytest.approx(4)  # the Frobenius norm: rank one
    assert spectral_norm(np.ones((1, 1, 3, 3)), size=5) == pytest.approx(9)  # a constant image


@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_convolution_is_measured_as_the_map_that_it_is(k):
    layer, n = kernel_layer(k=k), 6
    ring = nn.Sequential(nn.CircularPad2d((0, k - 1, 0, k - 1)), layer)  # images that close to a ring
    whole = torch.linalg.svdvals(as_matrix(ring, (2, n, n)))[0].item()
    assert spectral_norm(layer.weight, size=n) == pytest.approx(whole, rel=1e-10)
    as_written = spectral_norm(layer.weight.detach().flatten(1))  # the kernel reshaped to a matrix
    assert whole <= k * as_written + 1e-12
    assert k == 1 or whole > 1.2 * as_written, "dividing by this one leaves a slope above 1"


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (1, 1), (1, 2), (2, 1), (3, 2)])
def test_the_bound_covers_every_stride_and_padding(stride, padding):
    layer, n = kernel_layer(stride=stride, padding=padding), 6
    exact = torch.linalg.svdvals(as_matrix(layer, (2, n, n)))[0].item()
    bound = lipschitz_upper_bound(layer, size=n)
    assert exact <= bound * (1 + 1e-12)
    if stride == 1 and padding == 2:
        assert exact > 0.85 * bound


def test_the_bound_covers_waves_between_those_of_a_ring():
    difference = nn.Conv1d(1, 1, 2, padding=1, bias=False).double()
    with torch.no_grad():
        difference.weight.copy_(torch.tensor([[[1.0, -1.0]]]))
    exact = torch.linalg.svdvals(as_matrix(difference, (1, 3)))[0].item()
    assert exact == pytest.approx(2 * math.sin(3 * math.pi / 8))
    assert spectral_norm(difference.weight, size=3) < exact, "a ring of 3 pixels has no wave that is so steep"
    assert exact <= lipschitz_upper_bound(difference, size=3) == pytest.approx(2)


def test_a_product_of_slopes():
    network = nn.Sequential(
        nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 2), GroupSort(), nn.LeakyReLU(2.0)
    ).double()
    with torch.no_grad():
        network[0].weight.copy_(torch.diag(torch.tensor([3.0, 1.0])))
        network[2].weight.copy_(torch.diag(torch.tensor([1.0, 5.0])))
    assert lipschitz_upper_bound(network) == pytest.approx(3 * 5 * 2)


def test_the_bound_holds_between_any_two_points():
    critic = mlp_critic(3, (16, 16)).double()
    x, y = randn(500, 3, kind="x"), randn(500, 3, kind="y")
    with torch.no_grad():
        slopes = (critic(x) - critic(y)).abs() / (x - y).norm(dim=1)
    assert 0 < slopes.max().item() <= lipschitz_upper_bound(critic)


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (
            lambda: spectral_norm(np.ones(3)),
            ValueError,
            r"^weight must be a matrix .* \(3,\)",
        ),
        (lambda: spectral_norm(np.ones((2, 0))), ValueError, r"^weight must not be empty"),
        (lambda: spectral_norm(np.full((2, 2), np.nan)), ValueError, r"^weight must be finite"),
        (
            lambda: spectral_norm(np.ones((1, 1, 5, 5)), 4),
            ValueError,
            r"^size must be at least .* 5; got 4\.",
        ),
        (
            lambda: lipschitz_upper_bound(nn.Sequential(nn.Dropout())),
            TypeError,
            r"^network must .*; got Dropout\.",
        ),
        (lambda: lipschitz_upper_bound(nn.BatchNorm1d(2)), TypeError, r"^network .* BatchNorm1d\."),
        (
            lambda: lipschitz_upper_bound(nn.Conv2d(2, 2, 3, groups=2)),
            ValueError,
            r"^network must hold plain",
        ),
        (
            lambda: lipschitz_upper_bound(kernel_layer(mode="reflect")),
            ValueError,
            r"^network must hold plain",
        ),
        (
            lambda: clipping_bound(mlp_critic(2), 0),
            ValueError,
            r"^clip_value must be greater than 0; got 0\.",
        ),
        (lambda: WeightNormalization("l2"), ValueError, r"^form must be one of 'frobenius', "),
        (lambda: SpectralNormalization(0), ValueError, r"^size must be .* 1; got 0\."),
    ],
)
def test_what_cannot_be_measured_is_refused(call, error, sentence):
    with pytest.raises(error, match=sentence):
        call()


# --- what each constraint guarantees ----------------------------------------------------------------


def steepest(critic, d, n=2000, side=3.0):
    """The largest gradient norm at many points."""
    x = side * (2 * np.random.default_rng(5).random((n, d)) - 1)
    return float(np.linalg.norm(input_gradients(critic, x), axis=1).max())


def test_the_clipping_bound_is_attained():
    clip, critic = 0.01, mlp_critic(2, (512, 512)).double()
    with torch.no_grad():
        for weight in critic.parameters():
            weight.fill_(1.0)
    WeightClipping(clip).project_(critic)  # all at c
    bound = clipping_bound(critic, clip)
    assert bound == pytest.approx(clip**3 * math.sqrt(2 * 512) * 512 * math.sqrt(512))
    assert mean_grad_norm(critic, np.ones((1, 2))) == pytest.approx(bound, rel=1e-12)
    assert lipschitz_upper_bound(critic) == pytest.approx(bound, rel=1e-12)


def test_no_clipped_critic_is_steeper_than_the_bound():
    for seed in range(5):
        critic = mlp_critic(2, (8, 8), seed=seed).double()
        with torch.no_grad():
            for weight in critic.parameters():
                weight.mul_(100)
        WeightClipping(0.3).project_(critic)
        assert (
            steepest(critic, 2) <= lipschitz_upper_bound(critic) <= clipping_bound(critic, 0.3) * (1 + 1e-12)
        )


def test_three_readings_of_a_norm_of_1():
    critic = mlp_critic(4, (8, 6)).double()
    biases = [layer.bias.clone() for layer in critic if isinstance(layer, nn.Linear)]
    for form in ("frobenius", "row", "all"):
        assert WeightNormalization(form).wrap(critic) is critic
        weights = [layer.weight.detach() for layer in critic if isinstance(layer, nn.Linear)]
        if form == "frobenius":
            assert all(weight.norm().item() == pytest.approx(1) for weight in weights)
            assert lipschitz_upper_bound(critic) <= 1 + 1e-12
        if form == "row":
            assert all(torch.allclose(weight.norm(dim=1), torch.ones(1, dtype=F64)) for weight in weights)
            assert lipschitz_upper_bound(critic) <= math.sqrt(8 * 6 * 1) + 1e-12
        if form == "all":
            assert torch.stack([weight.norm() for weight in weights]).norm().item() == pytest.approx(1)
            assert lipschitz_upper_bound(critic) <= 3 ** (-3 / 2) + 1e-12
    after = [layer.bias for layer in critic if isinstance(layer, nn.Linear)]
    assert all(torch.equal(one, two) for one, two in zip(biases, after, strict=True))


def test_each_of_the_three_bounds_is_attained():
    critic = mlp_critic(4, (4, 4)).double()
    for form, bound in (("frobenius", 1), ("row", 4), ("all", 3 ** (-3 / 2))):
        with torch.no_grad():
            for weight in critic.parameters():
                weight.fill_(1.0)
            if form == "all":  # for the largest product, equal lengths
                WeightNormalization().project_(critic)
        WeightNormalization(form).project_(critic)
        assert mean_grad_norm(critic, np.ones((1, 4))) == pytest.approx(bound, rel=1e-12)


def test_weights_of_zero_stay_zero():
    critic = mlp_critic(2, (4,))
    with torch.no_grad():
        for weight in critic.parameters():
            weight.zero_()
    for constraint in (
        WeightNormalization("frobenius"),
        WeightNormalization("row"),
        WeightNormalization("all"),
    ):
        constraint.project_(critic)
        assert all(not weight.any() for weight in critic.parameters())
    for constraint in (SpectralNormalization(), OrthonormalGroupSort()):
        wrapped = constraint.wrap(mlp_critic(2, (4,)))
        with torch.no_grad():
            for weight in wrapped.parameters():
                weight.zero_()
        values = wrapped(torch.ones(3, 2))
        assert torch.equal(values, torch.zeros(3))


def test_spectral_normalization_gives_every_layer_slope_1():
    critic = SpectralNormalization().wrap(mlp_critic(3, (16, 16)).double())
    with torch.no_grad():
        for weight in critic.parameters():
            weight.mul_(7)
    for layer in critic:
        if isinstance(layer, nn.Linear):
            assert spectral_norm(layer.weight) == pytest.approx(1, rel=1e-12)
    assert steepest(critic, 3) <= 1 + 1e-12


def test_spectral_normalization_of_a_convolution():
    layers = [kernel_layer(1, 4, 3, 1, 1), nn.ReLU(), kernel_layer(4, 4, 3, 2, 1), nn.Flatten()]
    critic = SpectralNormalization(size=6).wrap(nn.Sequential(*layers, nn.Linear(36, 1)).double())
    assert lipschitz_upper_bound(critic, size=6) == pytest.approx(1, rel=1e-12)
    for place, shape in ((0, (1, 6, 6)), (2, (4, 6, 6))):
        exact = torch.linalg.svdvals(as_matrix(critic[place], shape))[0]
        assert 0.5 < exact.item() <= 1 + 1e-12


@pytest.mark.parametrize("shape", [(6, 6), (3, 8), (8, 3), (1, 5)])
def test_orthonormal_rows_or_columns(shape):
    weight = orthonormal(randn(*shape), sweeps=30)
    product = weight @ weight.T if shape[0] <= shape[1] else weight.T @ weight
    torch.testing.assert_close(product, torch.eye(len(product), dtype=F64), rtol=0, atol=1e-10)
    left, _, right = torch.linalg.svd(randn(*shape), full_matrices=False)
    torch.testing.assert_close(weight, left @ right, rtol=0, atol=1e-8)  # the nearest such matrix
    for sweeps in range(5):
        assert spectral_norm(orthonormal(randn(*shape), sweeps)) <= 1 + 1e-12, "unfinished, and yet not steep"


def test_group_sort_only_reorders():
    x = randn(5, 6)
    y = GroupSort()(x)
    assert torch.equal(y.sort(dim=1)[0], x.sort(dim=1)[0])
    assert torch.equal(y[:, :3], torch.maximum(x[:, ::2], x[:, 1::2]))


def test_an_orthonormal_critic_has_slope_1_nearly_everywhere():
    critic = OrthonormalGroupSort().wrap(mlp_critic(5, (16, 16), seed=1))
    assert [type(layer).__name__ for layer in critic if not isinstance(layer, nn.Linear)] == ["GroupSort"] * 2
    assert lipschitz_upper_bound(critic) == pytest.approx(1, abs=1e-5)
    norms = np.linalg.norm(input_gradients(critic, randn(200, 5).numpy()), axis=1)
    assert norms.max() <= 1 + 1e-6
    # with ReLU the same matrices lose most of it
    for place, layer in enumerate(critic):
        if isinstance(layer, GroupSort):
            critic[place] = nn.ReLU()
    relu = np.linalg.norm(input_gradients(critic, randn(200, 5).numpy()), axis=1)
    assert relu.mean() < 0.75 * norms.mean()


def test_only_perceptrons_with_pairs_become_orthonormal():
    with pytest.raises(ValueError, match=r"^critic must have evenly many units .*; got 5\."):
        OrthonormalGroupSort().wrap(mlp_critic(2, (5,)))
    with pytest.raises(TypeError, match=r"^critic must be made of dense layers and ReLU; got Tanh\."):
        OrthonormalGroupSort().wrap(smooth_critic())
    with pytest.raises(TypeError, match=r"^critic must be an nn\.Sequential; got Linear\."):
        OrthonormalGroupSort().wrap(Linear(1.0))


CONSTRAINTS = [
    SpectralNormalization(),
    OrthonormalGroupSort(),
    *(WeightNormalization(form) for form in ("frobenius", "row", "all")),
]


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=repr)
def test_a_checkpoint_fits_a_critic_that_is_wrapped_first(constraint):
    trained = constraint.wrap(mlp_critic(2, (8, 8), seed=1))
    with torch.no_grad():
        for weight in trained.parameters():
            weight.add_(0.1)
    constraint.project_(trained)
    again = constraint.wrap(mlp_critic(2, (8, 8), seed=2))
    again.load_state_dict(trained.state_dict())
    x = torch.linspace(-1, 1, 20).reshape(10, 2)
    assert torch.equal(again(x), trained(x))


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=repr)
def test_a_look_in_train_mode_changes_nothing(constraint):
    critic = constraint.wrap(mlp_critic(2, (8, 8)))
    x, before = torch.ones(4, 2), {k: v.clone() for k, v in critic.state_dict().items()}
    first = critic.train()(x)
    assert torch.equal(critic.train()(x), first)
    assert torch.equal(critic.eval()(x), first)
    assert all(torch.equal(before[name], value) for name, value in critic.state_dict().items())


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=repr)
def test_training_goes_through_the_constraint(constraint):
    config = TrainConfig(constraint=constraint, batch_size=32, generator_steps=3, hidden=(8, 8))
    assert TrainConfig.from_json(config.to_json()) == config
    state = TrainState.create(config, ring_of_8())
    start = [weight.clone() for weight in state.critic.parameters()]
    steps = list(train(state))
    assert all(math.isfinite(step.critic_loss) for step in steps)
    moved = [not torch.equal(one, two) for one, two in zip(start, state.critic.parameters(), strict=True)]
    assert any(moved)
    most = {"row": 8.0}.get(getattr(constraint, "form", ""), 1.0)
    assert lipschitz_upper_bound(state.critic) <= most + 1e-5


@pytest.mark.parametrize("constraint", [SpectralNormalization(), OrthonormalGroupSort()], ids=repr)
def test_gradients_run_through_the_layers(constraint):
    critic = constraint.wrap(mlp_critic(2, (6,)).double())
    x = randn(5, 2)

    def value(*weights):
        return torch.func.functional_call(critic, dict(zip(names, weights, strict=True)), (x,)).sum()

    names = [name for name, _ in critic.named_parameters()]
    weights = [weight.detach().requires_grad_() for weight in critic.parameters()]
    assert torch.autograd.gradcheck(value, weights, eps=1e-7, atol=1e-5)


def test_values_are_those_of_eval_mode_in_float64_and_leave_no_trace():
    network = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Dropout(0.5)).train()
    x = np.array([[1.0, 2.0], [3.0, -1.0]])
    values = values_at(network, x)
    weight, bias = (part.detach().double().numpy() for part in network[0].parameters())
    np.testing.assert_allclose(values, x @ weight.T + bias, atol=1e-6)  # no dropout
    assert values.dtype == np.float64
    assert network[1].training
    assert network[0].weight.grad is None

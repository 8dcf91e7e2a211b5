"""Dimensions known in advance come out, what must not matter does not, and bad points get a sentence."""

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import make_swiss_roll
from torch import nn

from wgan_edu.divergences import js_divergence
from wgan_edu.exercises import ex
from wgan_edu.geometry import jacobian_rank, mle_dimension, neighbor_distances, two_nn_dimension
from wgan_edu.networks import mlp_generator

ESTIMATORS = [mle_dimension, two_nn_dimension]
every_estimator = pytest.mark.parametrize("estimate", ESTIMATORS)


def rotation(d, seed):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(d, d)))[0]


def circle(n, rng):
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.column_stack([np.cos(angle), np.sin(angle)])


def sphere(n, rng):
    x = rng.normal(size=(n, 3))
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def swiss_roll(n, rng):
    return make_swiss_roll(n, random_state=int(rng.integers(2**31)))[0]


def flat(m, d=40):
    return lambda n, rng: rng.random((n, m)) @ rng.normal(size=(m, d))


def bent(m, d=40):
    return lambda n, rng: np.sin(rng.random((n, m)) @ rng.normal(size=(m, d)) + rng.uniform(0, 6, d))


KNOWN = {
    "circle": (circle, 1),
    "sphere": (sphere, 2),
    "swiss roll": (swiss_roll, 2),
    "flat line": (flat(1), 1),
    "flat sheet": (flat(2), 2),
    "flat cube": (flat(3), 3),
    "bent line": (bent(1), 1),
    "bent sheet": (bent(2), 2),
    "bent cube": (bent(3), 3),
}


# --- the estimators ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("sample", "m"), KNOWN.values(), ids=KNOWN.keys())
def test_known_dimensions_come_out_and_both_estimators_agree(sample, m):
    found = np.array(
        [[estimate(sample(1000, np.random.default_rng(s))) for s in range(6)] for estimate in ESTIMATORS]
    )
    assert np.abs(found.mean(axis=1) - m).max() < 0.1 * m
    assert np.abs(found - m).max() < 0.25 * m
    assert abs(found[0].mean() - found[1].mean()) < 0.1 * m


@every_estimator
def test_more_dimensions_give_more_and_large_ones_too_little(estimate):
    rng = np.random.default_rng(0)
    found = [estimate(rng.random((800, m))) for m in (1, 2, 4, 8, 16)]
    assert (np.diff(found) > 0.5).all()
    assert found[-1] < 14, "documented: edges pull the estimate down"


@every_estimator
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    exponent=st.integers(-150, 150),
    shift=st.floats(-100, 100),
    extra=st.integers(0, 5),
)
def test_scale_rotation_shift_order_and_room_do_not_matter(estimate, seed, exponent, shift, extra):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 3)) @ rng.normal(size=(3, 3))
    room = np.pad(x, ((0, 0), (0, extra)))
    moved = (rng.permutation(room) @ rotation(3 + extra, seed) + shift) * 10.0**exponent
    assert estimate(moved) == pytest.approx(estimate(x), rel=1e-6)


def test_the_formulas_on_numbers_worked_by_hand():
    # On a line at 0, 1, 3, 7 the distances to the two nearest are (1, 3), (1, 2), (2, 3), (4, 6).
    x = np.array([[0.0], [1.0], [3.0], [7.0]])
    assert np.array_equal(neighbor_distances(x, 2), [[1, 3], [1, 2], [2, 3], [4, 6]])
    logs = np.log([3, 2, 1.5, 1.5])
    assert mle_dimension(x, 2) == pytest.approx(1 / logs.mean())
    # Sorted: 1.5, 1.5, 2, with 3/4, 1/2 and 1/4 of the points beyond; the largest ratio is left out.
    across, up = np.log([1.5, 1.5, 2]), -np.log([3 / 4, 1 / 2, 1 / 4])
    assert two_nn_dimension(x) == pytest.approx((across @ up) / (across @ across))


def test_the_inverse_of_the_mle_is_unbiased():
    """On a circle, which has no edges; with three neighbors of 150 its curvature does not show."""
    rng = np.random.default_rng(3)
    inverses = []
    for _ in range(200):
        angle = rng.uniform(0, 2 * np.pi, 150)
        inverses.append(1 / mle_dimension(np.column_stack([np.cos(angle), np.sin(angle)]), 3))
    error = np.std(inverses) / np.sqrt(len(inverses))
    assert abs(np.mean(inverses) - 1) < 4 * error
    assert error < 0.01


def test_two_nn_is_the_slope_of_the_survival_of_the_ratio():
    """The law of the ratio itself, P(T2 / T1 > s) = s^-m, on points without edges."""
    x = circle(4000, np.random.default_rng(4))
    first, second = neighbor_distances(x, 2).T
    for s in (1.5, 2.0, 4.0):
        share = (second / first > s).mean()
        assert abs(share - 1 / s) < 5 * np.sqrt(share * (1 - share) / 2000)


def test_distances_are_those_of_a_table():
    x = np.random.default_rng(5).normal(size=(50, 4))
    table = np.linalg.norm(x[:, None] - x[None], axis=2)
    assert np.allclose(neighbor_distances(x, 7), np.sort(table, axis=1)[:, 1:8], rtol=1e-12)


def test_scale_decides_what_noise_does():
    rng = np.random.default_rng(6)
    x = np.pad(circle(1500, rng), ((0, 0), (0, 8))) + 0.01 * rng.normal(size=(1500, 10))
    fine, coarse = mle_dimension(x, 5), mle_dimension(x, 400)
    assert fine > 4
    assert coarse < 1.3
    assert two_nn_dimension(x) > 4


# --- what they refuse -------------------------------------------------------------------------------

GOOD = np.random.default_rng(7).normal(size=(30, 3))


@every_estimator
def test_equal_points_are_refused_by_name(estimate):
    bootstrap = GOOD[np.random.default_rng(0).integers(30, size=30)]
    with pytest.raises(ValueError, match=r"x must hold each point once; \d+ of 30 have a twin"):
        estimate(bootstrap)
    assert np.isfinite(estimate(np.unique(np.concatenate([GOOD, bootstrap]), axis=0)))


@every_estimator
def test_a_grid_is_refused_and_never_nan(estimate):
    grid = np.stack(np.meshgrid(np.arange(10.0), np.arange(10.0)), axis=-1).reshape(-1, 2)
    nearly = np.concatenate([grid, GOOD[:5, :2] + 50])  # not all of it, and 0 / 0 all the same
    for points, n_neighbors in ((grid, 2), (np.eye(5), 4), (nearly, 2)):
        arguments = {"n_neighbors": n_neighbors} if estimate is mle_dimension else {}
        with pytest.raises(ValueError, match="x must not be a grid"):
            estimate(points, **arguments)


@every_estimator
def test_other_bad_points_get_a_sentence(estimate):
    for bad, sentence in (
        (np.where(GOOD[3, 1] == GOOD, np.nan, GOOD), "x must be finite"),
        (np.where(GOOD[3, 1] == GOOD, np.inf, GOOD), "x must be finite"),
        (GOOD[:, 0], "x must be points of shape"),
        (GOOD[:0], "x must not be empty"),
        (GOOD[:2], "n_neighbors must be less than the number of points, 2; got"),
        (np.zeros((25, 2)), "25 of 25 have a twin"),
    ):
        with pytest.raises(ValueError, match=sentence):
            estimate(bad)
    for few in (-1, 1, 2.5):
        with pytest.raises(ValueError, match="n_neighbors must be a whole number, at least 2"):
            mle_dimension(GOOD, few)
    with pytest.raises(TypeError, match="x must hold real numbers"):
        estimate(GOOD + 1j)


@every_estimator
def test_the_fewest_points_and_other_forms(estimate):
    three = [[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]]
    arguments = {"n_neighbors": 2} if estimate is mle_dimension else {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert 0 < estimate(three, **arguments) < np.inf
    for form in (torch.as_tensor(GOOD), GOOD.tolist()):
        assert estimate(form) == estimate(GOOD)


def test_points_far_smaller_and_larger_than_one():
    for factor in (1e-300, 1e300):
        assert two_nn_dimension(factor * GOOD) == pytest.approx(two_nn_dimension(GOOD))


# --- rank of the Jacobian ---------------------------------------------------------------------------


def linear(matrix):
    layer = nn.Linear(*reversed(matrix.shape), bias=False)
    with torch.no_grad():
        layer.weight.copy_(torch.as_tensor(matrix))
    return layer


@settings(max_examples=40, deadline=None)
@given(d=st.integers(1, 12), k=st.integers(1, 8), rank=st.integers(0, 8), seed=st.integers(0, 2**31))
def test_the_rank_of_a_linear_map_is_exact(d, k, rank, seed):
    rng, rank = np.random.default_rng(seed), min(d, k, rank)
    left, right = (np.linalg.qr(rng.normal(size=(size, size)))[0] for size in (d, k))
    matrix = (left[:, :rank] * rng.uniform(0.5, 2, rank)) @ right[:rank]
    ranks = jacobian_rank(linear(matrix), rng.normal(size=(4, k)))
    assert (ranks == rank).all()
    assert ranks.shape == (4,)
    assert np.issubdtype(ranks.dtype, np.integer)


@settings(max_examples=20, deadline=None)
@given(k=st.integers(1, 6), width=st.integers(1, 6), seed=st.integers(0, 2**31))
def test_a_relu_network_has_at_most_k_and_at_most_its_active_units(k, width, seed):
    generator = mlp_generator(k, 9, hidden=(width, width), seed=seed)
    noise = np.random.default_rng(seed).normal(size=(30, k))
    hidden, active = torch.as_tensor(noise, dtype=torch.float32), []
    for layer in generator:
        hidden = layer(hidden)
        if isinstance(layer, nn.ReLU):
            active.append((hidden > 0).sum(dim=1).numpy())
    assert (jacobian_rank(generator, noise) <= np.minimum(k, np.min(active, axis=0))).all()


def test_the_rank_agrees_with_finite_differences():
    """A ReLU network is linear near almost every point, so differences of its values are exact there."""
    generator = mlp_generator(3, 7, hidden=(4, 4), seed=1).double()
    noise = np.random.default_rng(8).normal(size=(200, 3))
    z, step = torch.as_tensor(noise), 1e-5
    with torch.no_grad():
        columns = [(generator(z + step * e) - generator(z - step * e)) / (2 * step) for e in torch.eye(3)]
    by_differences = np.linalg.matrix_rank(torch.stack(columns, dim=2).numpy(), rtol=1e-5)
    ranks = jacobian_rank(generator, noise)
    assert (ranks == by_differences).mean() > 0.98
    assert len(set(ranks)) > 1, "a case with several ranks tests more"


def test_a_dead_generator_has_rank_zero():
    generator = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 3))
    with torch.no_grad():
        generator[0].bias.fill_(-1e6)
    assert (jacobian_rank(generator, np.zeros((5, 2))) == 0).all()


def test_the_threshold_is_relative():
    matrix = np.diag([1.0, 1e-3, 1e-7])
    for scale in (1.0, 1e-9, 1e9):
        layer = linear(scale * matrix).double()
        noise = np.zeros((1, 3))
        assert [jacobian_rank(layer, noise, t).item() for t in (1e-8, 1e-5, 1e-2)] == [3, 2, 1]


def test_smooth_and_image_generators_are_welcome():
    smooth = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 5))
    image = nn.Sequential(nn.Linear(3, 8), nn.Unflatten(1, (2, 2, 2)), nn.ConvTranspose2d(2, 1, 3))
    assert (jacobian_rank(smooth, np.random.default_rng(0).normal(size=(20, 2))) == 2).all()
    assert (jacobian_rank(image, np.random.default_rng(0).normal(size=(20, 3))) == 3).all()


def test_looking_changes_nothing():
    generator = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 5))
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    stream = torch.random.get_rng_state()
    assert (jacobian_rank(generator, np.random.default_rng(0).normal(size=(6, 2))) == 2).all()
    assert generator.training
    assert all(torch.equal(value, before[name]) for name, value in generator.state_dict().items())
    assert all(weight.grad is None for weight in generator.parameters())
    assert torch.equal(stream, torch.random.get_rng_state())


def test_bad_noise_and_thresholds_get_a_sentence():
    layer = linear(np.eye(2))
    for noise, sentence in (
        ([[np.nan, 0]], "noise must be finite"),
        ([0.0, 1.0], "noise must be points"),
        (np.zeros((0, 2)), "noise must not be empty"),
    ):
        with pytest.raises(ValueError, match=sentence):
            jacobian_rank(layer, noise)
    for threshold in (-0.1, 1.5):
        with pytest.raises(ValueError, match="threshold must lie between 0 and 1"):
            jacobian_rank(layer, np.zeros((1, 2)), threshold)
    with torch.no_grad():
        layer.weight.fill_(np.nan)
    with pytest.raises(torch.linalg.LinAlgError):
        jacobian_rank(layer, np.zeros((1, 2)))


# --- the exercises of chapter 01, by other means ----------------------------------------------------


def test_floors_and_walls_by_the_package_s_js():
    n = 4
    floor, wall, shaft = np.zeros((3, n, n, n))
    floor[0], wall[:, 0], shaft[:, 0, 0] = 1 / n**2, 1 / n**2, 1 / n
    first, second, third, fourth = ex("01.1")()
    assert first == pytest.approx(js_divergence(floor, wall)) == pytest.approx(0.75 * np.log(2))
    assert second == pytest.approx(js_divergence(floor, shaft))
    assert third == pytest.approx(np.log(2))
    assert fourth == pytest.approx(np.log(2) / 2)


def test_counting_pairs_finds_known_dimensions():
    rng = np.random.default_rng(9)
    assert ex("01.2")(circle(800, rng), 0.05, 0.2) == pytest.approx(1, abs=0.1)
    assert ex("01.2")(sphere(800, rng), 0.1, 0.3) == pytest.approx(2, abs=0.15)


def test_the_jacobian_by_hand_is_autograd_s():
    rng = np.random.default_rng(10)
    W, V = rng.normal(size=(6, 3)), rng.normal(size=(5, 6))
    c, noise = rng.normal(size=6), rng.normal(size=(50, 3))
    generator = nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 5, bias=False)).double()
    with torch.no_grad():
        generator[0].weight.copy_(torch.as_tensor(W))
        generator[0].bias.copy_(torch.as_tensor(c))
        generator[2].weight.copy_(torch.as_tensor(V))
    by_hand = [ex("01.3")(W, c, V, z) for z in noise]
    for z, jacobian in zip(noise, by_hand, strict=True):
        by_torch = torch.autograd.functional.jacobian(generator, torch.as_tensor(z))
        np.testing.assert_allclose(jacobian, by_torch, atol=1e-12)
    ranks = [np.linalg.matrix_rank(jacobian, rtol=1e-5) for jacobian in by_hand]
    np.testing.assert_array_equal(ranks, jacobian_rank(generator, noise))
    assert (np.array(ranks) <= [(W @ z + c > 0).sum() for z in noise]).all()

"""Walks through noise: their laws, slopes against finite differences, attributes known in advance."""

import numpy as np
import pytest
import torch
from scipy.stats import kstest

from wgan_edu.networks import mlp_generator
from wgan_edu.steering import (
    ATTRIBUTES,
    attributes,
    even,
    pictures_of,
    slope_in_noise,
    spherical,
    steer,
    straight,
)

SIDE = 8
LABELS = np.arange(12) % 10


def pair(n=4000, k=16, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, k)), rng.standard_normal((n, k))


@pytest.fixture(scope="module")
def generator():
    return mlp_generator(5, SIDE**2, (32, 32), seed=1, n_labels=10).double()


def noise_for(n=12, k=5, seed=3):
    return np.random.default_rng(seed).standard_normal((n, k))


def total(x):
    return (x * torch.linspace(-1, 1, x.shape[1], dtype=x.dtype)).sum(dim=1)


def energy(x):
    return x.square().sum(dim=1)


# --- between two noises -------------------------------------------------------------------------------


@pytest.mark.parametrize("walk", [straight, even, spherical])
def test_a_walk_has_its_ends(walk):
    start, end = pair(50)
    np.testing.assert_allclose(walk(start, end, 0), start, atol=1e-12)
    np.testing.assert_allclose(walk(start, end, 1), end, atol=1e-12)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_the_laws_on_the_way(share):
    start, end = pair()
    assert kstest(even(start, end, share).ravel(), "norm").pvalue > 0.001
    scale = np.hypot(share, 1 - share)
    assert kstest(straight(start, end, share).ravel() / scale, "norm").pvalue > 0.001
    assert kstest(straight(start, end, share).ravel(), "norm").pvalue < 1e-6


@pytest.mark.parametrize("share", [0.1, 0.5, 0.7])
def test_an_arc_keeps_the_norm_and_cuts_the_angle(share):
    start, end = (part / np.linalg.norm(part, axis=1, keepdims=True) * 3 for part in pair(40, 4))
    found = spherical(start, end, share)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 3)
    angle, part = (np.arccos((start * other).sum(axis=1) / 9) for other in (end, found))
    np.testing.assert_allclose(part, share * angle)


def test_at_a_right_angle_the_arc_is_even():
    start, end = np.eye(3)[:2], 2 * np.eye(3)[1:]
    np.testing.assert_allclose(spherical(start, end, 0.3), even(start, end, 0.3))


@pytest.mark.parametrize("factor", [1, 2, -1])
def test_without_an_arc_the_walk_is_straight(factor):
    start, _ = pair(5)
    np.testing.assert_allclose(spherical(start, factor * start, 0.25), straight(start, factor * start, 0.25))


@pytest.mark.parametrize("walk", [straight, even, spherical])
def test_two_noises_of_one_shape(walk):
    with pytest.raises(ValueError, match="end must have the shape of start"):
        walk(np.ones((2, 3)), np.ones((2, 4)), 0.5)


# --- attributes ---------------------------------------------------------------------------------------


def stroke(width, lean=0.0, size=64):
    """A stroke from bottom to top of a large picture; lean is how far it goes right for each pixel up."""
    rows, columns = np.mgrid[:size, :size]
    middle = (size - 1) / 2
    inside = (np.abs(columns - middle - lean * (middle - rows)) <= width / 2) & (
        np.abs(rows - middle) < size / 4
    )
    return inside.astype(float).reshape(1, -1)


@pytest.mark.parametrize("lean", [0.0, 0.5, -0.4])
def test_slant_of_a_stroke(lean):
    assert attributes(stroke(6, lean))["slant"][0] == pytest.approx(lean, abs=0.03)


def test_thickness_of_a_stroke():
    thin, thick = (attributes(stroke(width, size=256))["thickness"][0] for width in (4, 8))
    assert thin == pytest.approx(4, rel=0.1)  # 2 * 4 h / (2 h + 8), for h = 128
    assert thick == pytest.approx(8, rel=0.1)


def test_width_of_a_bar():
    found = attributes(stroke(16))["width"][0]
    assert found == pytest.approx(np.sqrt((16**2 - 1) / 12), rel=1e-6)  # even places of a row of 16


def test_attributes_do_not_see_where_the_ink_is_nor_how_dark():
    picture = np.zeros((8, 8))
    picture[2:6, 2:4] = [[0.2, 0.9], [0.4, 0.8], [0.7, 0.5], [0.9, 0.1]]
    moved, dim = np.roll(picture, (1, 2), axis=(0, 1)), picture / 2
    there, here, faint = (attributes(one.reshape(1, -1)) for one in (moved, picture, dim))
    for name in ATTRIBUTES:
        assert there[name] == pytest.approx(here[name])
        assert faint[name] == pytest.approx(here[name], rel=1e-3)


def test_an_empty_picture_is_no_accident():
    assert all(np.isfinite(values).all() for values in attributes(np.zeros((2, 64))).values())


# --- slopes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("score", [total, *ATTRIBUTES.values()], ids=["total", *ATTRIBUTES])
def test_slopes_are_those_of_finite_differences(generator, score):
    noise = noise_for()
    found = slope_in_noise(generator, noise, LABELS, score)
    for i in range(noise.shape[1]):
        step = np.zeros(noise.shape[1])
        step[i] = 1e-6
        with torch.no_grad():
            up, down = (
                score(pictures_of(generator, torch.as_tensor(noise + sign * step), LABELS))
                for sign in (1, -1)
            )
        np.testing.assert_allclose(found[:, i], (up - down).numpy() / 2e-6, rtol=1e-4, atol=1e-6)


def test_a_generator_without_labels_is_steered_as_well():
    plain, noise = mlp_generator(5, 9, seed=2), noise_for()
    assert pictures_of(plain, torch.zeros(4, 5), None).shape == (4, 9)
    assert steer(plain, noise, None, total, 1.0).shape == noise.shape


def scored(generator, noise, score):
    with torch.no_grad():
        return score(pictures_of(generator, torch.as_tensor(noise), LABELS)).numpy()


def test_steering_raises_the_score_and_keeps_the_norm(generator):
    noise = noise_for()
    values = [scored(generator, noise, total)]
    for strength in (0.5, 1.0, 2.0):
        walked = steer(generator, noise, LABELS, total, strength)
        np.testing.assert_allclose(np.linalg.norm(walked, axis=1), np.linalg.norm(noise, axis=1))
        assert (np.linalg.norm(walked - noise, axis=1) <= strength + 1e-9).all()
        values.append(scored(generator, walked, total))
    assert (np.diff(np.mean(values, axis=1)) > 0).all()
    assert (values[1] > values[0]).all()
    lower = steer(generator, noise, LABELS, lambda x: -total(x), 1.0)
    assert (scored(generator, lower, total) < values[0]).all()


def test_no_strength_no_change(generator):
    np.testing.assert_allclose(steer(generator, noise_for(), LABELS, total, 0), noise_for())


def test_what_is_held_stays_to_first_order(generator):
    noise = noise_for()
    change = {}
    for length in (1e-2, 1e-3):
        for name, hold in {"free": (), "held": (energy,)}.items():
            walked = steer(generator, noise, LABELS, total, length, steps=1, hold=hold)
            moved = scored(generator, walked, energy) - scored(generator, noise, energy)
            change[name, length] = np.abs(moved).mean()
            assert (scored(generator, walked, total) > scored(generator, noise, total)).all()
    assert change["free", 1e-2] == pytest.approx(10 * change["free", 1e-3], rel=0.2)  # first order
    assert change["held", 1e-2] > 30 * change["held", 1e-3]  # second
    assert change["held", 1e-3] < 0.05 * change["free", 1e-3]


def test_short_steps_hold_over_a_long_way(generator):
    noise = noise_for()
    change = {}
    for steps in (5, 80):
        walked = steer(generator, noise, LABELS, total, 1.0, steps, hold=(energy,))
        change[steps] = np.abs(scored(generator, walked, energy) - scored(generator, noise, energy)).mean()
    assert change[80] < 0.2 * change[5]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"strength": -1}, "strength must be at least 0"),
        ({"steps": 0}, "steps must be a whole number, at least 1"),
        ({"noise": np.full((12, 5), np.nan)}, "noise must be finite"),
    ],
)
def test_bad_input(generator, arguments, says):
    usual = {"noise": noise_for(), "labels": LABELS, "score": total, "strength": 1.0}
    with pytest.raises(ValueError, match=says):
        steer(generator, **{**usual, **arguments})

"""The distributions: their shapes, their scales to the last digit, and that a seed fixes them."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.spatial import cKDTree
from scipy.stats import chi2, kstest
from sklearn.datasets import load_digits

from wgan_edu.data import (
    Digits,
    GaussianMixture,
    PointMass,
    SwissRoll,
    VerticalLine,
    digits,
    grid_of_25,
    ring_of_8,
    swiss_roll,
)
from wgan_edu.metrics import w1_to_floor

LAWS = {
    "point": (PointMass((1.0, 2.0, 3.0)), 3),
    "line": (VerticalLine(0.5), 2),
    "ring": (ring_of_8(), 2),
    "grid": (grid_of_25(), 2),
    "mixture": (GaussianMixture(np.zeros((1, 5)), 2.0), 5),
    "roll": (swiss_roll(), 2),
    "digits": (digits(), 64),
    "labeled": (digits().labeled(), 74),
}
SPLIT = [6, 6, 6, 2, 5, 6, 6, 2, 2, 1, 1, 9]  # labels of the first held-out digits
RANDOM = [name for name in LAWS if name != "point"]


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("n", [1, 7])
def test_shape_and_type(name, n):
    law, d = LAWS[name]
    points = law.sample(n)
    assert points.shape == (n, d)
    assert points.dtype == np.float64
    assert np.isfinite(points).all()


@pytest.mark.parametrize("name", LAWS)
def test_a_seed_fixes_the_sample(name):
    law, _ = LAWS[name]
    np.testing.assert_array_equal(law.sample(20, seed=5), law.sample(20, seed=5))
    np.testing.assert_array_equal(law.sample(20), law.sample(20, seed=0))
    np.testing.assert_array_equal(law.sample(20, seed=5), law.sample(20, np.random.default_rng(5)))


@pytest.mark.parametrize("name", RANDOM)
def test_another_seed_gives_another_sample(name):
    law, _ = LAWS[name]
    assert not np.array_equal(law.sample(20, seed=5), law.sample(20, seed=6))


@pytest.mark.parametrize("name", RANDOM)
def test_a_generator_goes_on(name):
    law, _ = LAWS[name]
    rng = np.random.default_rng(5)
    first, second = law.sample(20, rng), law.sample(20, rng)
    assert not np.array_equal(first, second)
    rng = np.random.default_rng(5)
    np.testing.assert_array_equal([first, second], [law.sample(20, rng) for _ in range(2)])


@pytest.mark.parametrize("name", RANDOM)
def test_the_global_random_state_plays_no_part(name):
    law, _ = LAWS[name]
    state = np.random.get_state()  # noqa: NPY002
    first = law.sample(20, seed=5)
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(state[1], after[1])
    assert state[2] == after[2]
    np.random.random(3)  # noqa: NPY002
    np.testing.assert_array_equal(first, law.sample(20, seed=5))
    np.random.set_state(state)  # noqa: NPY002


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize(("n", "came"), [(0, "0"), (-3, "-3"), (2.5, r"2\.5")])
def test_bad_n(name, n, came):
    with pytest.raises(ValueError, match=rf"^n must be a whole number, at least 1; got {came}\."):
        LAWS[name][0].sample(n)


# --- points and lines ---------------------------------------------------------------------------------


def test_point_mass():
    np.testing.assert_array_equal(PointMass((1.0, -2.0)).sample(3, seed=9), [[1.0, -2.0]] * 3)


def test_vertical_line():
    points = VerticalLine(-0.25).sample(5000)
    assert (points[:, 0] == -0.25).all()
    assert kstest(points[:, 1], "uniform").pvalue > 0.001


def test_lines_share_their_heights_under_one_seed():
    np.testing.assert_array_equal(VerticalLine(0.0).sample(9)[:, 1], VerticalLine(7.0).sample(9)[:, 1])


# --- mixtures -----------------------------------------------------------------------------------------


def as_set(points):
    return {tuple(np.round(point, 12) + 0.0) for point in points}


def test_ring_of_8_has_the_repository_scales():
    ring, r = ring_of_8(), 1 / math.sqrt(2)
    unit = [(1, 0), (-1, 0), (0, 1), (0, -1), (r, r), (r, -r), (-r, r), (-r, -r)]
    assert as_set(ring.centers) == as_set(np.array(unit) * 2 / 1.414)
    assert ring.sigma == pytest.approx(0.02 / 1.414, rel=1e-15)


def test_grid_of_25_has_the_repository_scales():
    grid = grid_of_25()
    centers = [(2 * i / 2.828, 2 * j / 2.828) for i in range(-2, 3) for j in range(-2, 3)]
    assert as_set(grid.centers) == as_set(centers)
    assert len(as_set(grid.centers)) == 25
    assert grid.sigma == pytest.approx(0.05 / 2.828, rel=1e-15)


@pytest.mark.parametrize("law", [ring_of_8(), grid_of_25()])
def test_modes_are_even_round_and_of_the_stated_width(law):
    n, modes = 20_000, len(law.centers)
    points = law.sample(n, seed=1)
    _, nearest = cKDTree(law.centers).query(points)
    counts = np.bincount(nearest, minlength=modes)
    assert ((counts - n / modes) ** 2 / (n / modes)).sum() < chi2.ppf(0.999, modes - 1)
    noise = (points - law.centers[nearest]) / law.sigma  # standard normal
    assert np.abs(noise.mean(axis=0)).max() < 4 / math.sqrt(n)
    assert np.abs(np.cov(noise.T) - np.eye(2)).max() < 4 * math.sqrt(2 / n)
    assert kstest(noise.ravel(), "norm").pvalue > 0.001


def test_scales_make_the_spread_of_each_coordinate_about_1():
    for law in (ring_of_8(), grid_of_25()):
        variance = law.centers.var(axis=0) + law.sigma**2
        np.testing.assert_allclose(variance, 1, atol=0.001)


# --- Swiss roll -----------------------------------------------------------------------------------------


def roll_by_formula(n, seed, noise=0.25):
    rng = np.random.default_rng(seed)
    t = math.pi * rng.uniform(1.5, 4.5, n)
    return (np.column_stack([t * np.cos(t), t * np.sin(t)]) + rng.normal(0, noise, (n, 2))) / 7.5


def test_swiss_roll_is_its_formula_within_the_sampling_floor():
    n = 1200
    found = w1_to_floor(swiss_roll().sample(n), roll_by_formula(n, 1), roll_by_formula(n, 2))
    assert abs(found.ratio - 1) < 4 * found.spread
    assert found.spread < 0.1


def test_swiss_roll_has_the_moments_of_its_formula():
    n = 20_000
    points = 7.5 * swiss_roll().sample(n, seed=2)

    def mean(function):
        return quad(function, 1.5 * math.pi, 4.5 * math.pi)[0] / (3 * math.pi)

    wanted = {
        "x": (points[:, 0], mean(lambda t: t * math.cos(t))),
        "y": (points[:, 1], mean(lambda t: t * math.sin(t))),
        "xx": (points[:, 0] ** 2, mean(lambda t: (t * math.cos(t)) ** 2) + 0.25**2),
        "yy": (points[:, 1] ** 2, mean(lambda t: (t * math.sin(t)) ** 2) + 0.25**2),
        "xy": (points[:, 0] * points[:, 1], mean(lambda t: t * t * math.cos(t) * math.sin(t))),
    }
    for name, (values, expected) in wanted.items():
        assert abs(values.mean() - expected) < 4 * values.std() / math.sqrt(n), name


@pytest.mark.parametrize(("law", "noise"), [(swiss_roll(), 0.25), (SwissRoll(noise=0.5), 0.5)])
def test_swiss_roll_noise(law, noise):
    t = np.linspace(1.5 * math.pi, 4.5 * math.pi, 20_001)
    curve = cKDTree(np.column_stack([t * np.cos(t), t * np.sin(t)]))
    distance, at = curve.query(7.5 * law.sample(10_000))
    inside = (at > 200) & (at < 19_800)  # near the ends the nearest point is the end
    assert math.sqrt((distance[inside] ** 2).mean()) == pytest.approx(noise, rel=0.03)


def test_swiss_roll_without_noise_lies_on_the_curve():
    points = 7.5 * SwissRoll(noise=0.0).sample(500)
    t = np.linalg.norm(points, axis=1)
    assert t.min() > 1.5 * math.pi - 1e-9
    assert t.max() < 4.5 * math.pi + 1e-9
    np.testing.assert_allclose(points, np.column_stack([t * np.cos(t), t * np.sin(t)]), atol=1e-9)


# --- digits -----------------------------------------------------------------------------------------------


def test_digits_are_the_bundled_ones():
    data = digits()
    assert data.images.shape == (1797, 64)
    assert (data.images.min(), data.images.max()) == (0.0, 1.0)
    np.testing.assert_array_equal(data.images.reshape(-1, 8, 8) * 16, load_digits().images)
    np.testing.assert_array_equal(data.labels, load_digits().target)
    assert data.labels.dtype == np.int64


def test_digits_are_loaded_once_and_cannot_be_spoiled():
    data = digits()
    assert digits() is data
    for array in (data.images, data.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    data.of_class(3)[:] = 0.5  # a copy
    data.sample(5)[:] = 0.5
    assert data.images.max() == 1.0


def test_classes_of_digits():
    data = digits()
    assert [len(data.of_class(label)) for label in range(10)] == [
        178, 182, 177, 183, 181, 182, 181, 179, 174, 180,
    ]  # fmt: skip
    np.testing.assert_array_equal(data.of_class(7), data.images[data.labels == 7])


@pytest.mark.parametrize("label", [10, -1, "seven"])
def test_no_such_digit(label):
    with pytest.raises(ValueError, match=rf"^label must be a digit from 0 to 9; got {label!r}\."):
        digits().of_class(label)


def test_digits_are_sampled_evenly_with_replacement():
    data, n = digits(), 20_000
    row = {image.tobytes(): i for i, image in enumerate(data.images)}
    drawn = np.array([row[image.tobytes()] for image in data.sample(n, seed=3)])  # each is one of them
    counts = np.bincount(drawn, minlength=len(data.images))
    assert len(row) == 1797  # no two alike
    assert chi2.sf(((counts - n / 1797) ** 2 / (n / 1797)).sum(), 1796) > 0.001


# --- digits with labels ---------------------------------------------------------------------------------


def test_a_split_loses_and_repeats_nothing():
    data = digits()
    training, held_out = data.split()
    assert (len(training.images), len(held_out.images)) == (1197, 600)
    both = [*training.images, *held_out.images]
    label_of = {image.tobytes(): label for image, label in zip(data.images, data.labels, strict=True)}
    assert len({image.tobytes() for image in both}) == 1797
    for part in (training, held_out):
        found = [label_of[image.tobytes()] for image in part.images]
        np.testing.assert_array_equal(found, part.labels)


def test_a_split_is_fixed_by_its_seed_and_size():
    first, again, other = digits().split(), digits().split(600, 0), digits().split(seed=1)
    np.testing.assert_array_equal(first[1].images, again[1].images)
    assert not np.array_equal(first[1].images, other[1].images)
    assert [len(part.labels) for part in digits().split(100)] == [1697, 100]
    np.testing.assert_array_equal(first[1].labels[:12], SPLIT)  # a chapter's numbers depend on it


def test_every_class_is_in_both_parts_of_the_course_s_split():
    for part in digits().split():
        share = np.bincount(part.labels, minlength=10) / len(part.labels)
        assert share.min() > 0.08
        assert share.max() < 0.12


@pytest.mark.parametrize("n", [1797, 5000])
def test_a_split_leaves_something_to_learn_from(n):
    with pytest.raises(ValueError, match=rf"^n_held_out must leave some of the 1797; got {n}\."):
        digits().split(n)


def test_labeled_digits_are_the_same_pictures_with_a_one_hot_label():
    data = digits()
    label_of = {image.tobytes(): label for image, label in zip(data.images, data.labels, strict=True)}
    points = data.labeled().sample(500, seed=4)
    np.testing.assert_array_equal(points[:, :64], data.sample(500, seed=4))
    expected = [label_of[point[:64].tobytes()] for point in points]
    np.testing.assert_array_equal(points[:, 64:], np.eye(10)[expected])


def test_labels_come_as_often_as_the_digits_have_them():
    n, data = 20_000, digits()
    counts = data.labeled().sample(n, seed=5)[:, 64:].sum(axis=0)
    expected = n * np.bincount(data.labels) / 1797
    assert chi2.sf(((counts - expected) ** 2 / expected).sum(), 9) > 0.001
    assert expected.min() / n > 0.0965
    assert expected.max() / n < 0.1025


def test_there_are_always_ten_label_columns():
    sevens = digits().labels == 7
    few = Digits(digits().images[sevens], digits().labels[sevens]).labeled()
    assert few.n_labels == 10
    np.testing.assert_array_equal(few.sample(3)[:, 64:], np.tile(np.eye(10)[7], (3, 1)))

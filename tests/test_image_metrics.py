"""Picture metrics on samples whose answers are known: Gaussians, shifts, duplicates, halves."""

import numpy as np
import pytest

from wgan_edu.divergences import gaussian_w2
from wgan_edu.image_metrics import (
    class_coverage,
    copying,
    frechet_distance,
    frechet_with_floor,
    nearest_neighbors,
    precision_recall,
)


def normal(n, d=3, seed=0, shift=0.0):
    return np.random.default_rng(seed).standard_normal((n, d)) + shift


def exactly(mean, root, n=400, seed=0):
    """Points whose sample mean and covariance are just these, up to round-off."""
    x = normal(n, len(mean), seed)
    x -= x.mean(axis=0)
    x = x @ np.linalg.inv(np.linalg.cholesky(np.atleast_2d(np.cov(x, rowvar=False)))).T
    return x @ root.T + mean


# --- Frechet ----------------------------------------------------------------------------------------


def test_frechet_distance_is_the_squared_w2_of_gaussians():
    m1, m2 = np.array([0.0, 1.0]), np.array([2.0, -1.0])
    r1, r2 = np.array([[1.0, 0.0], [0.5, 2.0]]), np.array([[0.3, 0.0], [-1.0, 1.0]])
    a, b = exactly(m1, r1, seed=1), exactly(m2, r2, seed=2)
    expected = gaussian_w2(m1, r1 @ r1.T, m2, r2 @ r2.T) ** 2
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-9)
    assert frechet_distance(b, a) == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_of_commuting_covariances_by_hand():
    a, b = exactly(np.zeros(3), np.diag([1.0, 2.0, 3.0])), exactly(np.array([3.0, 0, 4.0]), 2 * np.eye(3))
    assert frechet_distance(a, b) == pytest.approx(25 + 1 + 0 + 1)
    assert frechet_distance(a[:, :1], b[:, :1]) == pytest.approx(9 + 1), "one feature is enough"


def test_frechet_distance_sees_means_and_covariances_only():
    coin = np.repeat([[-1.0], [1.0]], 50, axis=0)
    bell = exactly(np.zeros(1), np.array([[np.sqrt(coin.var(ddof=1))]]))
    assert frechet_distance(coin, bell) == pytest.approx(0, abs=1e-12)


def test_frechet_distance_of_features_that_never_move():
    a = np.column_stack([normal(20, 2), np.zeros(20)])
    assert frechet_distance(a, a + np.array([0, 0, 2.0])) == pytest.approx(4)


def test_the_floor_is_of_the_same_size_and_falls_with_it():
    fake, a, b = normal(500, seed=1, shift=1.0), normal(400, seed=2), normal(300, seed=3)
    found = frechet_with_floor(fake, a, b)
    assert found.n == 300
    assert found.value == frechet_distance(fake[:300], b)
    assert found.floor == frechet_distance(a[:300], b)
    floors = [frechet_with_floor(*(normal(n, 5, s) for s in (4, 5, 6))).floor for n in (50, 500, 5000)]
    assert floors[0] > 4 * floors[1] > 16 * floors[2] > 0
    assert found.floor < 0.1 < 2.5 < found.value < 3.5, "a shift by (1, 1, 1) is worth 3"


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        (np.zeros((1, 2)), np.zeros((5, 2)), "at least 2 pictures"),
        (np.zeros((5, 2)), np.zeros((5, 3)), "dimension"),
        (np.full((5, 2), np.nan), np.zeros((5, 2)), "finite"),
    ],
)
def test_frechet_input_is_checked(a, b, says):
    with pytest.raises(ValueError, match=says):
        frechet_distance(a, b)


# --- precision and recall ---------------------------------------------------------------------------


def test_precision_and_recall_by_hand():
    real = np.array([[0.0], [1.0], [2.0], [10.0]])  # radii at k = 1: 1, 1, 1, 8
    fake = np.array([[2.5], [2.6], [-0.9], [-9.0]])  # radii 0.1, 0.1, 3.4 (to 2.5), 8.1
    found = precision_recall(real, fake, k=1)
    assert found.precision == 3 / 4, "-9 is in no real ball"
    assert found.recall == 3 / 4, "2 is 2.9 from -0.9, 10 in no ball"
    back = precision_recall(fake, real, k=1)
    assert (back.precision, back.recall) == (found.recall, found.precision)


def test_balls_end_at_the_neighbor():
    pair, near, far = np.array([[0.0], [1.0]]), [[1.99], [5.0]], [[2.01], [5.0]]  # balls of pair: 1 wide
    assert precision_recall(pair, np.array(near), k=1).precision == 0.5
    assert precision_recall(pair, np.array(far), k=1).precision == 0
    assert precision_recall(np.array(near), pair, k=1).recall == 0.5
    assert precision_recall(np.array(far), pair, k=1).recall == 0


def test_a_sample_against_itself_is_perfect_and_far_away_is_nothing():
    x = normal(60)
    same, far = precision_recall(x, x), precision_recall(x, x + 100)
    assert (same.precision, same.recall) == (1, 1)
    assert (far.precision, far.recall) == (0, 0)


def test_a_lost_mode_costs_recall_and_a_false_one_precision():
    left, right = normal(200, 2, 1), normal(200, 2, 2, shift=30)
    both, more = np.vstack([left, right]), normal(200, 2, 3)
    lost = precision_recall(both, more)
    assert lost.precision > 0.9
    assert 0.4 < lost.recall <= 0.5
    false = precision_recall(left, np.vstack([more, right]))
    assert false.recall > 0.9
    assert 0.4 < false.precision <= 0.5


def test_a_bigger_k_catches_more():
    real, fake = normal(100, 4, 1), normal(100, 4, 2, shift=0.7)
    found = [precision_recall(real, fake, k) for k in (1, 3, 9)]
    assert found[0].precision < found[1].precision < found[2].precision
    assert found[0].recall < found[1].recall < found[2].recall
    with pytest.raises(ValueError, match="k must be less than the number of points"):
        precision_recall(real[:3], fake)


# --- classes ----------------------------------------------------------------------------------------


def test_class_coverage_by_hand():
    sure = np.eye(4)[[0, 0, 1, 1]]
    unsure = np.full((4, 4), 0.25) + np.array([0.0, 0.0, 0.03, -0.03])
    found = class_coverage(np.vstack([sure, unsure]))
    assert found.shares.tolist() == [0.25, 0.25, 0.5, 0]
    assert found.covered == 3
    assert found.confident == 0.5
    assert found.reverse_kl == pytest.approx(0.5 * np.log(2))
    assert class_coverage(sure[:2]).reverse_kl == pytest.approx(np.log(4)), "one class is all"
    assert class_coverage(np.vstack([sure, unsure]), threshold=0.27).confident == 1


def test_a_class_with_next_to_nothing_is_not_covered():
    some = np.repeat(np.eye(2), [96, 4], axis=0)
    assert class_coverage(some).covered == 1
    assert class_coverage(np.repeat(np.eye(2), [95, 5], axis=0)).covered == 2


@pytest.mark.parametrize("rows", [[[0.5, 0.6]], [[-0.1, 1.1]], [[2.0, 3.0]]])
def test_rows_must_be_probabilities(rows):
    with pytest.raises(ValueError, match="probabilities must be rows"):
        class_coverage(np.array(rows))


# --- copies -----------------------------------------------------------------------------------------


def test_nearest_neighbors_are_the_nearest():
    x, train = normal(20, seed=1), normal(30, seed=2)
    found = nearest_neighbors(x, train)
    every = np.linalg.norm(x[:, None] - train, axis=2)
    assert np.allclose(found.distance, every.min(axis=1))
    assert (found.index == every.argmin(axis=1)).all()


def test_copies_are_told_from_new_pictures():
    train, held_out = normal(400, 6, 1), normal(400, 6, 2)
    assert copying(train[:200], train, held_out) == 1
    assert copying(normal(400, 6, 3), train, held_out) == pytest.approx(0.5, abs=0.06)
    assert copying(normal(400, 6, 3, shift=20), train, held_out) == 0
    half = np.vstack([train[:200], normal(200, 6, 4)])
    assert copying(half, train, held_out) == pytest.approx(0.75, abs=0.05)
    assert copying(held_out, train, held_out) == 0.5, "ties count half"


def test_blur_counts_as_near_too():
    train, held_out = normal(400, 6, 1), normal(400, 6, 2)
    assert copying(0.3 * normal(400, 6, 3), train, held_out) > 0.8

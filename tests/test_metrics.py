"""Mode coverage and W1 over its floor, on generators whose scores are known beforehand."""

import itertools
import json
import math
from dataclasses import FrozenInstanceError
from importlib import resources

import numpy as np
import pytest
from scipy.stats import chi2

from wgan_edu.data import grid_of_25, ring_of_8
from wgan_edu.metrics import ModeCoverage, mode_coverage, perfect_high_quality, w1_to_floor
from wgan_edu.training import TrainConfig
from wgan_edu.transport import w1_exact, wasserstein_1d

SQUARE = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0], [10.0, 10.0]])


# --- modes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("law", "modes"), [(ring_of_8(), 8), (grid_of_25(), 25)])
def test_a_perfect_generator_reaches_the_ceiling_and_not_more(law, modes):
    n = 20_000
    found = mode_coverage(law.sample(n, seed=1), law.centers, law.sigma)
    ceiling = perfect_high_quality(3, 2)
    assert found.modes == modes
    assert abs(found.high_quality - ceiling) < 4 * math.sqrt(ceiling * (1 - ceiling) / n)
    assert found.high_quality < 1
    assert 2 * n * found.reverse_kl < chi2.ppf(0.999, modes - 1)  # the likelihood-ratio test of evenness


def test_the_ceiling_in_the_plane_is_98_89_percent():
    assert perfect_high_quality(3, 2) == pytest.approx(1 - math.exp(-4.5), abs=1e-15)
    assert round(100 * perfect_high_quality(3, 2), 2) == 98.89


@pytest.mark.parametrize("d", [1, 2, 3, 64])
@pytest.mark.parametrize("k", [0.5, 1, 3, 9])
def test_the_ceiling_is_a_chi_squared_probability(k, d):
    assert perfect_high_quality(k, d) == pytest.approx(chi2.cdf(k**2, d), rel=1e-10)
    n = 20_000
    inside = (np.linalg.norm(np.random.default_rng(d).standard_normal((n, d)), axis=1) <= k).mean()
    p = perfect_high_quality(k, d)
    assert abs(inside - p) <= 4 * math.sqrt(p * (1 - p) / n) + 1e-9


@pytest.mark.parametrize("kept", [1, 2, 5, 8])
def test_dropped_modes(kept):
    ring = ring_of_8()
    samples = np.repeat(ring.centers[:kept], 50, axis=0)
    found = mode_coverage(samples, ring.centers, ring.sigma)
    assert (found.modes, found.high_quality) == (kept, 1.0)
    assert found.reverse_kl == pytest.approx(math.log(8 / kept), abs=1e-14)


def test_an_uneven_generator_covers_every_mode_but_pays():
    samples = np.repeat(SQUARE, [97, 1, 1, 1], axis=0)  # one sample is enough to cover a mode
    found = mode_coverage(samples, SQUARE, sigma=1)
    assert found.modes == 4
    assert found.reverse_kl == pytest.approx(0.97 * math.log(0.97 * 4) + 3 * 0.01 * math.log(0.04), abs=1e-14)


def test_a_mode_may_be_asked_for_more_samples():
    samples = np.repeat(SQUARE, [97, 10, 9, 1], axis=0)
    counts = [mode_coverage(samples, SQUARE, sigma=1, least=least).modes for least in (1, 2, 9, 10, 11, 98)]
    assert counts == [4, 3, 3, 2, 1, 0]
    off = SQUARE[1] + np.array([3.5, 0.0])  # nearest to the second mode, and of no use to it
    spoiled = np.vstack([np.delete(samples, 97, axis=0), off])
    assert mode_coverage(spoiled, SQUARE, sigma=1, least=10).modes == 1
    with pytest.raises(ValueError, match="least must"):
        mode_coverage(samples, SQUARE, sigma=1, least=0)


def test_bad_samples_cover_nothing_but_are_counted_to_their_nearest_mode():
    samples = np.repeat(
        SQUARE + np.array([3.5, 0.0]), 10, axis=0
    )  # 3.5 sigma off, each nearest to its own mode
    found = mode_coverage(samples, SQUARE, sigma=1)
    assert found == ModeCoverage(modes=0, high_quality=0.0, reverse_kl=0.0)
    assert mode_coverage(samples, SQUARE, sigma=1, k=4) == ModeCoverage(4, 1.0, 0.0)


def test_near_is_a_euclidean_ball_with_its_rim():
    center, other = [0.0, 0.0], [100.0, 0.0]
    for offset, good in [((3, 0), 1), ((3.001, 0), 0), ((2.5, 2.5), 0), ((2.1, 2.1), 1)]:
        found = mode_coverage([offset], [center, other], sigma=1)
        assert (found.modes, found.high_quality) == (good, good), offset
    assert mode_coverage([[5.9, 0]], [center, other], sigma=2).modes == 1  # in units of sigma


def test_a_sample_belongs_to_one_mode_only():
    # within 3 sigma of both centers, nearer to the second
    assert mode_coverage([[0.6]], [[0.0], [1.0]], sigma=1) == ModeCoverage(1, 1.0, pytest.approx(math.log(2)))


def test_order_place_and_scale_do_not_matter():
    law, rng = grid_of_25(), np.random.default_rng(2)
    samples = law.sample(500, seed=3)[:, ::-1] * [1.02, 1.0]  # a little off
    found = mode_coverage(samples, law.centers, law.sigma)
    assert 0 < found.high_quality < 0.98
    turn = np.linalg.qr(rng.standard_normal((2, 2)))[0]
    moved = mode_coverage(
        7 * rng.permutation(samples) @ turn + 3, 7 * rng.permutation(law.centers) @ turn + 3, 7 * law.sigma
    )
    assert (moved.modes, moved.high_quality) == (found.modes, found.high_quality)
    assert moved.reverse_kl == pytest.approx(found.reverse_kl, abs=1e-13)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (([0.0, 1.0], SQUARE, 1), r"^samples must be points of shape \(n, d\); got shape \(2,\)"),
        ((np.empty((0, 2)), SQUARE, 1), r"^samples must not be empty"),
        (([[np.nan, 0]], SQUARE, 1), r"^samples must be finite"),
        (([[0.0, 0.0, 0.0]], SQUARE, 1), r"^centers must have the dimension of samples; got d = 2 and d = 3"),
        ((SQUARE, [[0.0, 0.0]] * 3, 1), r"^centers must all be different; 2 of 3 repeat an earlier one"),
        ((SQUARE, SQUARE, 0), r"^sigma must be greater than 0; got 0"),
        ((SQUARE, SQUARE, 1, -3), r"^k must be greater than 0; got -3"),
    ],
)
def test_bad_input_to_mode_coverage(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        mode_coverage(*arguments)


def test_bad_input_to_the_ceiling():
    with pytest.raises(ValueError, match=r"^k must be greater than 0; got 0"):
        perfect_high_quality(0, 2)
    with pytest.raises(ValueError, match=r"^d must be a whole number, at least 1; got 1\.5"):
        perfect_high_quality(3, 1.5)


# --- W1 over its floor --------------------------------------------------------------------------------


def pools(n, d, seed, shift=0.0):
    """fake, real_a, real_b: normal points, the fake ones shifted along the first axis."""
    fake, real_a, real_b = np.random.default_rng(seed).standard_normal((3, n, d))
    fake[:, 0] += shift
    return fake, real_a, real_b


def test_the_ratio_is_what_a_second_solver_finds_block_by_block():
    fake, real_a, real_b = pools(75, 1, seed=0, shift=0.3)
    blocks = [(fake[i : i + 18, 0], real_a[i : i + 18, 0], real_b[i : i + 18, 0]) for i in (0, 18, 36, 54)]
    to_real = np.array([wasserstein_1d(f, b) for f, _, b in blocks])
    floor = np.array([wasserstein_1d(a, b) for _, a, b in blocks])
    found = w1_to_floor(fake, real_a, real_b, replicates=4)
    assert found.n == 18
    assert found.ratio == pytest.approx(to_real.mean() / floor.mean(), rel=1e-10)
    variance = (  # the delta method, term by term
        to_real.var(ddof=1)
        - 2 * found.ratio * np.cov(to_real, floor)[0, 1]
        + found.ratio**2 * floor.var(ddof=1)
    ) / (4 * floor.mean() ** 2)
    assert found.spread == pytest.approx(math.sqrt(variance), rel=1e-9)


def test_a_perfect_generator_has_ratio_1():
    law = ring_of_8()
    found = w1_to_floor(*(law.sample(1200, seed) for seed in (0, 1, 2)))
    assert found.n == 100
    assert abs(found.ratio - 1) < 4 * found.spread
    assert found.spread < 0.15  # else the line above says little


def test_the_ratio_rises_with_the_shift():
    found = [w1_to_floor(*pools(1200, 2, seed=1, shift=shift)) for shift in (0.0, 0.5, 1.5, 10.0)]
    for nearer, farther in itertools.pairwise(found):
        assert farther.ratio - nearer.ratio > 4 * math.hypot(nearer.spread, farther.spread)
    _, real_a, real_b = pools(1200, 2, seed=1)
    floor = np.mean([w1_exact(real_a[i : i + 100], real_b[i : i + 100]) for i in range(0, 1200, 100)])
    assert found[-1].ratio == pytest.approx(10 / floor, rel=0.02)  # so far off, W1 is the shift


def test_the_ratio_depends_on_n():
    small, large = (w1_to_floor(*pools(8 * n, 2, seed=2, shift=0.5), replicates=8) for n in (20, 200))
    assert (small.n, large.n) == (20, 200)
    assert large.ratio > 1.3 * small.ratio


def test_the_spread_is_the_standard_error_of_the_ratio():
    found = [w1_to_floor(*pools(12 * 25, 2, seed=100 + i, shift=0.2)) for i in range(60)]
    actual = np.std([each.ratio for each in found], ddof=1)  # known itself to 1 / sqrt(118) = 9 %
    stated = math.sqrt(np.mean([each.spread**2 for each in found]))
    assert 0.7 < stated / actual < 1.4


def test_the_spread_shrinks_with_the_root_of_the_replicates():
    few, many = (w1_to_floor(*pools(r * 25, 2, seed=3), replicates=r) for r in (8, 128))
    assert few.n == many.n == 25
    assert 0.15 < many.spread / few.spread < 0.4  # 1 / 4


def test_the_unit_of_the_points_cancels():
    fake, real_a, real_b = pools(60, 2, seed=4, shift=0.5)
    found = w1_to_floor(fake, real_a, real_b, replicates=3)
    scaled = w1_to_floor(1e-3 * fake, 1e-3 * real_a, 1e-3 * real_b, replicates=3)
    assert (scaled.ratio, scaled.spread) == pytest.approx((found.ratio, found.spread), rel=1e-9)


def test_points_left_over_are_not_used():
    fake, real_a, real_b = pools(60, 2, seed=5)
    longer = np.concatenate([real_a, np.full((29, 2), 1e6)])
    assert w1_to_floor(fake, longer, real_b, replicates=2) == w1_to_floor(fake, real_a, real_b, replicates=2)


def test_results_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        w1_to_floor(*pools(60, 2, seed=6)).ratio = 1.0
    with pytest.raises(FrozenInstanceError):
        mode_coverage(SQUARE, SQUARE, 1).modes = 5


def test_pools_too_small():
    sentence = r"must each hold at least 2 points for each of the 12 replicates; got 40, 23 and 50 points"
    pool = pools(50, 2, seed=7)
    with pytest.raises(ValueError, match=sentence):
        w1_to_floor(pool[0][:40], pool[1][:23], pool[2])
    assert w1_to_floor(pool[0][:40], pool[1][:24], pool[2]).n == 2
    with pytest.raises(ValueError, match=r"^replicates must be a whole number, at least 2; got 1"):
        w1_to_floor(*pool, replicates=1)


def test_a_floor_of_zero():
    fake, real, _ = pools(60, 2, seed=8)
    with pytest.raises(ValueError, match=r"^real_a and real_b must be different samples .* floor of 0"):
        w1_to_floor(fake, real, real)


def test_other_bad_pools():
    fake, real_a, real_b = pools(60, 2, seed=9)
    with pytest.raises(ValueError, match=r"^real_b must have the dimension of fake; got d = 1 and d = 2"):
        w1_to_floor(fake, real_a, real_b[:, :1])
    with pytest.raises(ValueError, match=r"^fake must be points of shape \(n, d\); got shape \(60,\)"):
        w1_to_floor(fake[:, 0], real_a, real_b)
    real_a[0, 0] = np.inf
    with pytest.raises(ValueError, match=r"^real_a must be finite"):
        w1_to_floor(fake, real_a, real_b)


# --- the table that chapter 10 reads ------------------------------------------------------------------


def test_the_measured_table_is_whole():
    table = json.loads(resources.files("wgan_edu").joinpath("results/constraints.json").read_text())
    assert {"device", "torch", "numpy", "scipy", "python", "date"} <= set(table["versions"])
    methods, seeds = list(table["settings"]), table["seeds"]
    assert len(methods) == 8
    assert len(seeds) >= 5
    runs = {(run["data"], run["method"], run["seed"]): run for run in table["runs"]}
    assert len(runs) == len(table["runs"])
    presets = {"grid": ["classroom preset", "classroom preset, half"], "ring": ["classroom preset"]}
    assert set(runs) == {
        (data, name, seed) for data, more in presets.items() for name in [*methods, *more] for seed in seeds
    }
    for (data, name, _), run in runs.items():
        modes = {"grid": 25, "ring": 8}[data]
        assert 0 <= run["modes_of_10"] <= run["modes"] <= modes
        assert 0 <= run["high_quality"] <= 1
        assert 0 <= run["reverse_kl"] <= math.log(modes) + 1e-9
        assert data == "ring" or run["w1_to_floor"] > 0.9
        if data == "grid" and name in methods:
            config = TrainConfig.from_json(json.dumps(table["settings"][name]))
            assert run["steps"] == config.generator_steps
    (draws, *_), (kept, *_) = table["rounds"]
    assert not {seed for *_, seed in table["rounds"]} & set(seeds), (
        "nothing is reported on a seed of the search"
    )
    for name in methods:  # the same budget for everyone
        tried = [run["budget"] for run in table["searched"] if run["method"] == name]
        assert len(tried) == draws + kept

"""Four pairs of laws: their distances against integrals and transport, their slopes against differences."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wgan_edu.divergences import js_divergence, kl_divergence, parallel_lines, total_variation
from wgan_edu.families import (
    CARRIED,
    DISTANCES,
    FAMILIES,
    PILES,
    Answer,
    cells,
    distances,
    slopes,
    values,
)
from wgan_edu.transport import w1_exact, wasserstein_1d

LOG2 = math.log(2)
every_family = pytest.mark.parametrize("family", FAMILIES)
steady = settings(deadline=None, derandomize=True, max_examples=60)


def inside(family):
    """Values of theta in the family, away from its ends and from where slopes may be missing."""
    low, high = FAMILIES[family]
    grid = np.linspace(low, high, 62)[1:-1]
    return [float(t) for t in grid if min(abs(t), abs(abs(t) - 1)) > 1e-3]


# --- values -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", ["point masses", "parallel lines"])
@pytest.mark.parametrize("theta", [-1.5, -1e-9, 1e-300, 0.3, 7.0])
def test_apart_only_the_earth_mover_sees_theta(family, theta):
    assert distances(family, theta) == pytest.approx(
        {"KL": math.inf, "reverse KL": math.inf, "JS": LOG2, "TV": 1.0, "EMD": abs(theta)}, rel=1e-14
    )


@pytest.mark.parametrize("theta", [-2.0, -0.4, 0.0, 1e-12, 1.0])
def test_lines_are_the_lines_of_the_paper(theta):
    paper, ours = parallel_lines(theta), distances("parallel lines", theta)
    assert [ours[name] for name in ("EMD", "JS", "KL", "TV")] == pytest.approx(
        [paper.w1, paper.js, paper.kl, paper.tv]
    )


@pytest.mark.parametrize("theta", [-1.75, -1.0, -0.5, 0.0, 0.125, 0.25, 0.875, 1.0, 1.5])
def test_uniforms_on_a_fine_grid(theta):
    """An eighth is a whole number of bins, so binning loses nothing."""
    bins = np.arange(-2, 3, 1 / 64)
    p = ((bins >= 0) & (bins < 1)) / 64
    q = ((bins >= theta) & (bins < 1 + theta)) / 64
    found = distances("overlapping uniforms", theta)
    assert found["KL"] == kl_divergence(p, q) == (0 if theta == 0 else math.inf)
    assert found["JS"] == pytest.approx(js_divergence(p, q), abs=1e-12)
    assert found["JS"] == pytest.approx(min(abs(theta), 1) * LOG2, abs=1e-12)
    assert found["TV"] == pytest.approx(total_variation(p, q), abs=1e-12)
    assert found["EMD"] == pytest.approx(np.abs(np.cumsum(p - q)).sum() / 64, abs=1e-12)


@pytest.mark.parametrize("theta", [-0.5, -0.2, 0.0, 0.3, 0.7, 1.0])
def test_piles_by_transport(theta):
    places = np.arange(4.0)
    p, q = cells("discrete piles", theta)
    assert distances("discrete piles", theta)["EMD"] == pytest.approx(
        wasserstein_1d(places, places, p, q), abs=1e-12
    )
    assert distances("discrete piles", theta)["TV"] == pytest.approx(0.4 * abs(theta), abs=1e-12)


def test_lines_by_transport():
    heights = np.linspace(0, 1, 20)
    here = np.column_stack([np.zeros(20), heights])
    there = np.column_stack([np.full(20, -1.3), heights])
    assert w1_exact(here, there) == pytest.approx(distances("parallel lines", -1.3)["EMD"])


@every_family
def test_equal_laws_are_at_distance_0(family):
    assert set(distances(family, 0.0).values()) == {0.0}


def test_piles_have_one_infinite_kl_where_a_pile_is_gone():
    for end in FAMILIES["discrete piles"]:
        found = distances("discrete piles", end)
        assert found["KL"] == math.inf
        assert 0 < found["reverse KL"] < math.inf
        assert 0 < found["JS"] < LOG2


@every_family
@given(share=st.floats(0, 1))
@steady
def test_cells_hold_all_mass(family, share):
    low, high = FAMILIES[family]
    for masses in cells(family, low + share * (high - low)):
        assert masses.min() >= 0
        assert masses.sum() == pytest.approx(1)


def test_the_laws_are_not_handed_out_for_change():
    fixed, moving = cells("discrete piles", 0.3)
    moving[:] = 0
    with pytest.raises(ValueError, match="read-only"):
        fixed[0] = 0
    assert PILES.tolist() == [0.4, 0.3, 0.2, 0.1]
    assert CARRIED.sum() == pytest.approx(0, abs=1e-15)


# --- slopes -----------------------------------------------------------------------------------------


@every_family
def test_slopes_are_those_of_finite_differences(family):
    h = 1e-6
    for theta in inside(family):
        slope, here = slopes(family, theta), distances(family, theta)
        before, after = distances(family, theta - h), distances(family, theta + h)
        for name in DISTANCES:
            if math.isinf(here[name]):
                assert slope[name] is None, (name, theta)
            else:
                assert slope[name] == pytest.approx((after[name] - before[name]) / (2 * h), abs=1e-6)


@every_family
def test_no_slope_at_a_kink_a_jump_or_an_end(family):
    smooth = {"KL", "reverse KL", "JS"} if family == "discrete piles" else set()
    for name, slope in slopes(family, 0.0).items():
        assert slope == (0.0 if name in smooth else None), name
    ends = FAMILIES[family] if family == "discrete piles" else ()
    for end in ends:
        assert set(slopes(family, end).values()) == {None}
    assert slopes("point masses", 1.0) == slopes("point masses", 0.5)
    for theta in (-1.0, 1.0):
        assert slopes("overlapping uniforms", theta) == dict.fromkeys(DISTANCES) | {"EMD": theta}


def test_overlapping_uniforms_do_have_a_js_slope():
    assert slopes("overlapping uniforms", 0.5)["JS"] == pytest.approx(LOG2)
    assert slopes("overlapping uniforms", -0.5)["JS"] == pytest.approx(-LOG2)
    assert slopes("overlapping uniforms", 1.5)["JS"] == 0
    assert slopes("point masses", 0.5)["JS"] == 0


@every_family
def test_values_put_both_together(family):
    for theta in (*inside(family), 0.0):
        answer = values(family, theta)
        assert list(answer) == list(DISTANCES)
        for name, (value, slope) in answer.items():
            assert answer[name] == Answer(distances(family, theta)[name], slopes(family, theta)[name])
            assert isinstance(value, float)
            assert slope is None or isinstance(slope, float)


# --- bad input --------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", [cells, distances, slopes, values])
def test_bad_input_is_one_sentence(function):
    with pytest.raises(ValueError, match=r"family must be one of 'point masses', .*; got 'points'"):
        function("points", 1.0)
    with pytest.raises(ValueError, match="theta must be finite"):
        function("point masses", math.nan)
    for theta in (-0.51, 1.01):
        with pytest.raises(ValueError, match=r"theta must be from -0\.5 to 1 for discrete piles"):
            function("discrete piles", theta)

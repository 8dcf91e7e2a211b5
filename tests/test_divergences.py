"""Divergences, the GAN game and the closed forms, held against integrals, other libraries and transport."""

import itertools
import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.linalg import sqrtm
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import jensenshannon
from scipy.special import entr
from scipy.stats import norm

from wgan_edu.data import VerticalLine
from wgan_edu.divergences import (
    F_DIVERGENCES,
    ParallelLines,
    discriminator_loss,
    f_divergence,
    gan_cost,
    gan_value,
    gaussian_kl_1d,
    gaussian_tv_1d,
    gaussian_w1_1d,
    gaussian_w2,
    js_divergence,
    kl_divergence,
    nonsaturating_loss,
    optimal_discriminator,
    parallel_lines,
    saturating_loss,
    total_variation,
    variational_bound,
)
from wgan_edu.transport import w1_exact, w2_exact, wasserstein_1d

steady = settings(deadline=None, derandomize=True, max_examples=60)
LOG2 = math.log(2)


@st.composite
def pmfs(draw, n):
    """Probabilities of n outcomes, often with zeros and sometimes with entries near the least float."""
    mass = st.one_of(st.just(0.0), st.floats(1e-3, 1), st.sampled_from([1e-30, 1e-300, 5e-324]))
    weights = np.array(draw(st.lists(mass, min_size=n, max_size=n)))
    assume(weights.sum() >= 1e-3)
    return weights / weights.sum()


@st.composite
def pairs(draw):
    n = draw(st.integers(1, 6))
    return draw(pmfs(n)), draw(pmfs(n))


# --- KL, JS, TV -------------------------------------------------------------------------------------


def test_by_hand():
    p, q = [0.5, 0.5], [0.25, 0.75]
    assert kl_divergence(p, q) == pytest.approx(0.5 * math.log(2) + 0.5 * math.log(2 / 3), abs=1e-15)
    assert total_variation(p, q) == 0.25
    m = [0.375, 0.625]
    halves = [x * math.log(x / y) / 2 for side in (p, q) for x, y in zip(side, m, strict=True)]
    assert js_divergence(p, q) == pytest.approx(sum(halves), abs=1e-15)


def test_zero_log_zero_is_zero():
    assert kl_divergence([0.0, 1.0], [0.5, 0.5]) == pytest.approx(LOG2, abs=1e-15)
    assert kl_divergence([0.0, 0.5, 0.5], [0.0, 0.5, 0.5]) == 0.0


def test_kl_is_infinite_where_only_q_excludes_an_outcome():
    assert kl_divergence([0.5, 0.5], [1.0, 0.0]) == math.inf
    assert kl_divergence([1.0, 0.0], [0.5, 0.5]) == pytest.approx(LOG2, abs=1e-15)


def test_kl_is_finite_for_the_smallest_probability_of_q():
    # p/q would overflow here
    assert kl_divergence([0.5, 0.5], [1.0, 1e-310]) == pytest.approx(
        math.log(0.5) + 0.5 * -math.log(1e-310), rel=1e-12
    )


def test_disjoint_supports_reach_every_maximum():
    p, q = [0.3, 0.7, 0.0, 0.0], [0.0, 0.0, 0.6, 0.4]
    assert kl_divergence(p, q) == math.inf
    assert js_divergence(p, q) == pytest.approx(LOG2, abs=1e-15)
    assert total_variation(p, q) == pytest.approx(1.0, abs=1e-15)


def test_js_does_not_become_infinite_where_half_a_probability_rounds_to_zero():
    # as for a Gaussian on a wide grid, whose last entry above 0 is the least float
    assert js_divergence([1.0, 0.0, 5e-324], [0.0, 1.0, 0.0]) == pytest.approx(LOG2, abs=1e-15)


@steady
@given(pairs())
def test_bounds(pair):
    p, q = pair
    kl, js, tv = kl_divergence(p, q), js_divergence(p, q), total_variation(p, q)
    assert kl >= 0
    assert -1e-15 <= js <= LOG2 + 1e-15
    assert -1e-15 <= tv <= 1 + 1e-15
    assert tv <= math.sqrt(kl / 2) + 1e-7  # Pinsker
    assert tv**2 / 2 <= js + 1e-15  # Pinsker for both halves
    assert js <= LOG2 * tv + 1e-15  # Lin 1991
    both = (p > 0) & (q > 0)
    assert (tv > 1 - 1e-12) == (js > LOG2 - 1e-12)
    if not both.any():
        assert js == pytest.approx(LOG2, abs=1e-14)


@steady
@given(pairs())
def test_symmetry_and_identity(pair):
    p, q = pair
    assert js_divergence(p, q) == pytest.approx(js_divergence(q, p), abs=1e-15)
    assert total_variation(p, q) == total_variation(q, p)
    assert kl_divergence(p, p) == js_divergence(p, p) == total_variation(p, p) == 0


def test_kl_is_not_symmetric():
    p, q = [0.9, 0.1], [0.5, 0.5]
    assert kl_divergence(p, q) == pytest.approx(0.368064, abs=1e-6)
    assert kl_divergence(q, p) == pytest.approx(0.510826, abs=1e-6)


@steady
@given(pairs())
def test_js_is_the_entropy_gained_by_mixing(pair):
    p, q = pair
    gained = entr((p + q) / 2).sum() - (entr(p).sum() + entr(q).sum()) / 2
    assert js_divergence(p, q) == pytest.approx(gained, abs=1e-14)


@steady
@given(pairs())
def test_tv_is_the_largest_difference_on_any_event(pair):
    p, q = pair
    events = itertools.product([False, True], repeat=len(p))
    largest = max(abs(p[list(event)].sum() - q[list(event)].sum()) for event in events)
    assert total_variation(p, q) == pytest.approx(largest, abs=1e-14)


@steady
@given(pairs())
def test_merging_outcomes_never_raises_a_divergence(pair):
    p, q = pair
    assume(len(p) > 1)
    merged = [np.append(side[:-2], side[-2:].sum()) for side in (p, q)]
    for divergence in (kl_divergence, js_divergence, total_variation):
        assert divergence(*merged) <= divergence(p, q) + 1e-14


def test_root_of_js_is_a_metric_and_js_is_not():
    rng = np.random.default_rng(0)
    for p, q, r in rng.dirichlet([0.3] * 4, size=(200, 3)):
        pq, qr, pr = (math.sqrt(js_divergence(*pair)) for pair in [(p, q), (q, r), (p, r)])
        assert pr <= pq + qr + 1e-12
    ends, middle = ([1.0, 0.0], [0.0, 1.0]), [0.5, 0.5]
    assert js_divergence(*ends) > js_divergence(ends[0], middle) + js_divergence(middle, ends[1])


def test_any_shape_of_outcomes():
    rng = np.random.default_rng(1)
    p, q = rng.dirichlet([1] * 3, size=2)
    r, s = rng.dirichlet([1] * 4, size=2)
    joint_p, joint_q = np.outer(p, r), np.outer(q, s)  # two independent experiments: KL adds up
    assert kl_divergence(joint_p, joint_q) == pytest.approx(
        kl_divergence(p, q) + kl_divergence(r, s), abs=1e-14
    )
    assert js_divergence(joint_p, joint_q) == pytest.approx(
        js_divergence(joint_p.ravel(), joint_q.ravel()), abs=1e-15
    )
    assert total_variation(joint_p, joint_q) == pytest.approx(np.abs(joint_p - joint_q).sum() / 2, abs=1e-15)


def test_torch_and_scipy_agree():
    rng = np.random.default_rng(2)
    for p, q in rng.dirichlet([0.5] * 7, size=(50, 2)):
        laws = [torch.distributions.Categorical(torch.tensor(side)) for side in (p, q)]
        assert kl_divergence(p, q) == pytest.approx(
            float(torch.distributions.kl_divergence(*laws)), rel=1e-10, abs=1e-12
        )
        assert kl_divergence(p, q) == pytest.approx(scipy.stats.entropy(p, q), rel=1e-12)
        assert js_divergence(p, q) == pytest.approx(jensenshannon(p, q) ** 2, abs=1e-13)


def test_where_scipy_is_silent_we_refuse():
    q = [0.2, 0.3, 0.5]
    assert np.isfinite(scipy.stats.entropy([1.0], q)).all()  # broadcasts one outcome against three
    assert scipy.stats.entropy([2.0, 2.0], [0.5, 0.5]) == 0  # normalizes counts
    assert jensenshannon([2.0, 0.0], [0.0, 0.3]) == pytest.approx(math.sqrt(LOG2))  # both, and the root
    for divergence in (kl_divergence, js_divergence, total_variation):
        with pytest.raises(ValueError, match=r"^q must have the shape of p, \(1,\); got shape \(3,\)"):
            divergence([1.0], q)
        with pytest.raises(ValueError, match=r"^p must sum to 1 .*; its sum is 4"):
            divergence([2.0, 2.0], [0.5, 0.5])
        with pytest.raises(ValueError, match=r"^q must sum to 1 .*; its sum is 0\.3"):
            divergence([1.0, 0.0], [0.0, 0.3])


@pytest.mark.parametrize("divergence", [kl_divergence, js_divergence, total_variation])
@pytest.mark.parametrize(
    ("p", "q", "error", "sentence"),
    [
        ([], [], ValueError, r"^p must not be empty"),
        ([np.nan, 1.0], [0.5, 0.5], ValueError, r"^p must be finite; 1 of 2 entries"),
        ([0.5, 0.5], [np.inf, 0.5], ValueError, r"^q must be finite"),
        ([1.5, -0.5], [0.5, 0.5], ValueError, r"^p must not be negative; its least entry is -0\.5"),
        ([0.5, 0.5], [0.0, 0.0], ValueError, r"^q must sum to 1"),
        (1.0, 1.0, ValueError, r"^p must hold the probabilities of at least one outcome"),
        ([[0.5, 0.5]], [0.5, 0.5], ValueError, r"^q must have the shape of p, \(1, 2\); got shape \(2,\)"),
        (["a"], [1.0], TypeError, r"^p must hold real numbers"),
    ],
)
def test_bad_probabilities(divergence, p, q, error, sentence):
    with pytest.raises(error, match=sentence):
        divergence(p, q)


def test_integers_and_tensors_are_welcome():
    assert kl_divergence([1, 0], torch.tensor([0.5, 0.5])) == pytest.approx(LOG2, abs=1e-15)


# --- Gaussians on the line --------------------------------------------------------------------------

LAWS = [  # m1, s1, m2, s2
    (0.0, 1.0, 1.0, 1.0),
    (0.0, 1.0, 1.0, 2.0),
    (-1.0, 0.3, 2.5, 1.7),
    (2.0, 3.0, 2.0, 0.5),
    (5.0, 1.0, -5.0, 1.2),
    (0.1, 1.0, 0.0, 1.001),
    (1e3, 2.0, 1e3 + 1.0, 2.5),
]
means, sigmas = st.floats(-10, 10), st.floats(0.05, 10)


def pieces(function, breaks):
    """Integrate over the line, cut where the integrand has kinks."""
    edges = [-math.inf, *sorted(breaks), math.inf]
    return sum(quad(function, a, b, epsabs=1e-12, limit=200)[0] for a, b in itertools.pairwise(edges))


def crossings(m1, s1, m2, s2):
    """Where the two densities cross, from the roots of the quadratic log p1 - log p2."""
    square = 1 / s2**2 - 1 / s1**2
    linear = 2 * (m1 / s1**2 - m2 / s2**2)
    constant = m2**2 / s2**2 - m1**2 / s1**2 + 2 * math.log(s2 / s1)
    return np.roots(np.trim_zeros([square, linear, constant], "f")).real


@pytest.mark.parametrize("law", LAWS)
def test_w1_is_the_area_between_the_distribution_functions(law):
    m1, s1, m2, s2 = law
    kinks = [m1, m2] if s1 == s2 else [m1, m2, (m1 * s2 - m2 * s1) / (s2 - s1)]
    area = pieces(lambda x: abs(norm.cdf(x, m1, s1) - norm.cdf(x, m2, s2)), kinks)
    assert gaussian_w1_1d(*law) == pytest.approx(area, abs=1e-9)


@pytest.mark.parametrize("law", LAWS)
def test_kl_is_its_integral(law):
    m1, s1, m2, s2 = law
    z = np.array([m1 - 5 * s1, m1, m1 + 5 * s1])
    integral = pieces(lambda x: norm.pdf(x, m1, s1) * (norm.logpdf(x, m1, s1) - norm.logpdf(x, m2, s2)), z)
    assert gaussian_kl_1d(*law) == pytest.approx(integral, abs=1e-9, rel=1e-9)
    laws = [
        torch.distributions.Normal(*torch.tensor(side, dtype=torch.float64)) for side in (law[:2], law[2:])
    ]
    assert gaussian_kl_1d(*law) == pytest.approx(float(torch.distributions.kl_divergence(*laws)), abs=1e-12)


@pytest.mark.parametrize("law", LAWS)
def test_tv_is_its_integral(law):
    m1, s1, m2, s2 = law
    kinks = [*crossings(*law), m1, m2]
    integral = pieces(lambda x: abs(norm.pdf(x, m1, s1) - norm.pdf(x, m2, s2)) / 2, kinks)
    assert gaussian_tv_1d(*law) == pytest.approx(integral, abs=1e-9)


def test_tv_of_equal_sigmas():
    # two unit Gaussians one sigma apart: 2 Phi(1/2) - 1
    assert gaussian_tv_1d(0, 1, 1, 1) == pytest.approx(0.3829249225480262, abs=1e-15)
    assert gaussian_tv_1d(3, 2, 3, 2) == 0


@pytest.mark.parametrize("excess", [1e-3, 1e-5, 1e-7, 1e-9, 1e-11, 1e-13, 2.3e-16])
def test_tv_stays_exact_when_the_sigmas_are_nearly_equal(excess):
    # equal means: to first order in the excess, half of E|Z^2 - 1|, which is sqrt(2 / (pi e))
    assert gaussian_tv_1d(0, 1, 0, 1 + excess) == pytest.approx(
        math.sqrt(2 / (math.pi * math.e)) * excess, rel=2 * excess, abs=3e-16
    )
    # means apart: the change is of first order in the excess
    for mean, sigma in [(1, 1), (0.7, 1.3), (0.1, 1.3), (2, 0.37)]:
        equal = gaussian_tv_1d(0, sigma, mean, sigma)
        assert abs(gaussian_tv_1d(0, sigma, mean, sigma * (1 + excess)) - equal) <= excess + 3e-16
    # means apart by as little as the sigmas: to first order, half of E|excess (Z^2 - 1) + excess Z|
    mean = quad(lambda z: abs(z * z - 1 + z) * norm.pdf(z), -12, 12, points=[-1.618034, 0.618034])[0]
    assert gaussian_tv_1d(0, 1, excess, 1 + excess) == pytest.approx(
        mean / 2 * excess, rel=4 * excess + 1e-7, abs=3e-16
    )


def test_round_off_never_makes_a_distance_negative():
    rng = np.random.default_rng(7)
    for _ in range(1000):
        p = rng.dirichlet([1] * 4)
        q = p * (1 + 1e-15 * rng.standard_normal(4))
        assert 0 <= kl_divergence(p, q / q.sum()) < 1e-15
        s1, excess = rng.uniform(0.1, 10), 10 ** rng.uniform(-16, -14)
        m1 = 10 ** rng.uniform(-17, -14)
        assert 0 <= gaussian_tv_1d(m1, s1, 0, s1 * (1 + excess)) < 1e-13
        assert 0 <= gaussian_kl_1d(m1, s1, 0, s1 * (1 + excess)) < 1e-13


def test_tv_of_laws_far_apart_or_of_very_different_width_is_1():
    assert gaussian_tv_1d(0, 1, 1e3, 2) == 1
    assert gaussian_tv_1d(-1e200, 1e-200, 1e200, 2e-200) == 1
    # all but the narrow law's interval: 1 - P2(A) - P1(not A)
    assert 1 - 1e-7 < gaussian_tv_1d(0, 1e-9, 0, 1) < 1


@steady
@given(means, sigmas, means, sigmas)
def test_tv_properties(m1, s1, m2, s2):
    tv = gaussian_tv_1d(m1, s1, m2, s2)
    assert 0 <= tv <= 1
    assert tv == gaussian_tv_1d(m2, s2, m1, s1)
    assert tv == pytest.approx(gaussian_tv_1d(3 - 2 * m1, 2 * s1, 3 - 2 * m2, 2 * s2), abs=1e-13)
    assert tv <= math.sqrt(gaussian_kl_1d(m1, s1, m2, s2) / 2) + 1e-8  # Pinsker


@steady
@given(means, sigmas, means, st.one_of(sigmas, st.floats(-1e-7, 1e-7)))
def test_kl_is_never_negative(m1, s1, m2, other):
    s2 = s1 * (1 + other) if abs(other) < 1e-6 else abs(other)
    assert gaussian_kl_1d(m1, s1, m2, s2) >= 0
    assert gaussian_kl_1d(m1, s1, m1, s2) >= 0
    assert gaussian_kl_1d(m1, s1, m1, s1) == 0


def test_sigmas_whose_ratio_is_no_float():
    logs = math.log(1e300) - math.log(1e-300)
    assert gaussian_kl_1d(0, 1e-300, 0, 1e300) == pytest.approx(logs - 0.5, rel=1e-14)
    assert gaussian_kl_1d(0, 1e300, 0, 1e-300) == math.inf  # about 1e1200
    for mean in (0, 1, 1e300):
        assert gaussian_tv_1d(0, 1e-300, mean, 1e300) == 1
        assert gaussian_tv_1d(0, 1e300, mean, 1e-300) == 1
    assert gaussian_w1_1d(0, 1e-300, 1, 1e-300) == gaussian_w1_1d(0, 1e-300, 1, 2e-300) == 1


def test_kl_points_from_the_first_law_to_the_second():
    assert gaussian_kl_1d(0, 1, 0, 2) == pytest.approx(math.log(2) + 1 / 8 - 1 / 2, abs=1e-15)
    assert gaussian_kl_1d(0, 2, 0, 1) == pytest.approx(-math.log(2) + 2 - 1 / 2, abs=1e-15)


@steady
@given(means, st.floats(0, 10), means, st.floats(0, 10), means, st.floats(0, 10))
def test_w1_is_a_metric_below_w2(m1, s1, m2, s2, m3, s3):
    w1 = gaussian_w1_1d(m1, s1, m2, s2)
    assert w1 == gaussian_w1_1d(m2, s2, m1, s1)
    assert w1 <= gaussian_w1_1d(m1, s1, m3, s3) + gaussian_w1_1d(m3, s3, m2, s2) + 1e-12
    assert gaussian_w1_1d(m1, s1, m1, s1) == 0
    w2 = gaussian_w2([m1], [[s1**2]], [m2], [[s2**2]])
    assert w2 == pytest.approx(math.hypot(m1 - m2, s1 - s2), abs=1e-12)
    assert abs(m1 - m2) - 1e-12 <= w1 <= w2 + 1e-12
    assert gaussian_w1_1d(1 - 3 * m1, 3 * s1, 1 - 3 * m2, 3 * s2) == pytest.approx(3 * w1, abs=1e-12)


def test_w1_of_point_masses_and_of_one_point_mass():
    assert gaussian_w1_1d(1, 0, 4, 0) == 3
    assert gaussian_w1_1d(0, 0, 0, 2) == pytest.approx(2 * math.sqrt(2 / math.pi), abs=1e-15)  # E|2 Z|
    assert gaussian_w1_1d(0, 1, 3, 1) == 3


def test_w1_and_tv_of_large_samples():
    rng, n = np.random.default_rng(3), 200_000
    for m1, s1, m2, s2 in LAWS[:4]:
        x, y = rng.normal(m1, s1, n), rng.normal(m2, s2, n)
        floor = (s1 + s2) / math.sqrt(n)  # W1 of n points to their own law, on average 0.8 s / sqrt(n)
        assert wasserstein_1d(x, y) == pytest.approx(gaussian_w1_1d(m1, s1, m2, s2), abs=3 * floor)
        on_x, on_y = (norm.pdf(z, m1, s1) > norm.pdf(z, m2, s2) for z in (x, y))
        tv = on_x.mean() - on_y.mean()
        assert tv == pytest.approx(gaussian_tv_1d(m1, s1, m2, s2), abs=5 / math.sqrt(2 * n))


@pytest.mark.parametrize("closed_form", [gaussian_w1_1d, gaussian_kl_1d, gaussian_tv_1d])
@pytest.mark.parametrize(
    ("position", "value", "error", "sentence"),
    [
        (0, np.nan, ValueError, r"^m1 must be finite"),
        (1, -1.0, ValueError, r"^s1 must be (at least|greater than) 0; got -1"),
        (2, [1.0, 2.0], ValueError, r"^m2 must be one number; got shape \(2,\)"),
        (3, np.inf, ValueError, r"^s2 must be finite"),
        (3, "wide", TypeError, r"^s2 must hold real numbers"),
    ],
)
def test_bad_parameters_of_a_gaussian(closed_form, position, value, error, sentence):
    arguments = [0.0, 1.0, 1.0, 2.0]
    arguments[position] = value
    with pytest.raises(error, match=sentence):
        closed_form(*arguments)


@pytest.mark.parametrize("closed_form", [gaussian_kl_1d, gaussian_tv_1d])
def test_densities_need_a_positive_sigma(closed_form):
    with pytest.raises(ValueError, match=r"^s2 must be greater than 0; got 0"):
        closed_form(0, 1, 0, 0)


# --- Gaussians in d dimensions ------------------------------------------------------------------------


def random_cov(rng, d, rank=None):
    root = rng.standard_normal((d, rank or d))
    return root @ root.T


def bures_by_traces(cov1, cov2):
    root = sqrtm(cov1)
    return np.trace(cov1 + cov2 - 2 * sqrtm(root @ cov2 @ root).real)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_w2_is_the_trace_formula(d):
    rng = np.random.default_rng(d)
    m1, m2 = rng.standard_normal((2, d))
    cov1, cov2 = random_cov(rng, d), random_cov(rng, d)
    expected = math.sqrt(((m1 - m2) ** 2).sum() + bures_by_traces(cov1, cov2))
    assert gaussian_w2(m1, cov1, m2, cov2) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("rank", [3, 1])
def test_w2_is_what_an_exact_solver_finds_for_points_moved_by_the_optimal_map(rank):
    # x -> m + A (x - mean) with A symmetric and positive is optimal for any points, and its cost depends on
    # their first two moments alone, so the closed form holds for the sample itself.
    rng = np.random.default_rng(4)
    x = rng.standard_normal((200, 3)) @ rng.standard_normal((3, 3))
    A = random_cov(rng, 3, rank)
    y = [1.0, -2.0, 0.5] + (x - x.mean(axis=0)) @ A
    moments = [x.mean(axis=0), np.cov(x.T, bias=True), y.mean(axis=0), np.cov(y.T, bias=True)]
    assert gaussian_w2(*moments) == pytest.approx(w2_exact(x, y), rel=1e-10)


def test_w2_of_gaussians_is_a_lower_bound_for_any_laws_with_these_moments():
    rng = np.random.default_rng(5)  # Gelbrich's bound (Peyre and Cuturi 2019, remark 2.32)
    for _ in range(10):
        x, y = rng.exponential(size=(60, 2)), rng.uniform(-1, 1, size=(60, 2)) ** 3
        moments = [x.mean(axis=0), np.cov(x.T, bias=True), y.mean(axis=0), np.cov(y.T, bias=True)]
        assert gaussian_w2(*moments) <= w2_exact(x, y) + 1e-12


def test_w2_with_diagonal_covariances_is_a_distance_of_sigmas():
    s1, s2 = np.array([1.0, 2.0, 0.0]), np.array([3.0, 0.5, 4.0])
    assert gaussian_w2(np.zeros(3), np.diag(s1**2), np.zeros(3), np.diag(s2**2)) == pytest.approx(
        np.linalg.norm(s1 - s2), rel=1e-12
    )


def test_w2_with_singular_covariances():
    zero, m1, m2 = np.zeros((2, 2)), [0.0, 0.0], [3.0, 4.0]
    assert gaussian_w2(m1, zero, m2, zero) == 5
    cov = np.array([[2.0, 0.5], [0.5, 1.0]])
    assert gaussian_w2(m1, zero, m2, cov) == pytest.approx(math.sqrt(25 + 3), rel=1e-12)  # + trace
    v, w = np.array([1.0, 2.0]), np.array([-0.5, 3.0])  # two segments: v Z against w Z
    rank_one = gaussian_w2(m1, np.outer(v, v), m1, np.outer(w, w))
    assert rank_one == pytest.approx(math.sqrt(v @ v + w @ w - 2 * abs(v @ w)), rel=1e-12)


def test_w2_is_a_metric():
    rng = np.random.default_rng(6)
    for _ in range(30):
        rank = rng.integers(1, 4)
        p, q, r = ((rng.standard_normal(3), random_cov(rng, 3, rank)) for _ in range(3))
        assert gaussian_w2(*p, *p) == pytest.approx(0, abs=1e-13)
        assert gaussian_w2(*p, *q) == pytest.approx(gaussian_w2(*q, *p), rel=1e-12)
        assert gaussian_w2(*p, *r) <= gaussian_w2(*p, *q) + gaussian_w2(*q, *r) + 1e-12
        turn = np.linalg.qr(rng.standard_normal((3, 3)))[0]
        turned = [part for m, cov in (p, q) for part in (turn @ m, turn @ cov @ turn.T)]
        assert gaussian_w2(*turned) == pytest.approx(gaussian_w2(*p, *q), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((0.0, 1.0, 0.0, 1.0), r"^m1 must be a vector of shape \(d,\); got shape \(\)"),
        (([0, 0], [1, 1], [0, 0], np.eye(2)), r"^cov1 must be a covariance matrix of shape \(d, d\); got"),
        (([0, 0], np.eye(3), [0, 0], np.eye(2)), r"^cov1 must be \(2, 2\), as m1 has length 2"),
        (([0, 0], np.eye(2), [0], np.eye(2)), r"^m2 must have the shape of m1, \(2,\); got shape \(1,\)"),
        (([0, 0], np.eye(2), [0, 0], [[1, 2], [0, 1]]), r"^cov2 must be symmetric; it differs .* by 2"),
        (([0, 0], np.eye(2), [0, 0], [[1, 2], [2, 1]]), r"^cov2 must have no negative eigenvalue; .* -1"),
        (([0, 0], [[np.nan, 0], [0, 1]], [0, 0], np.eye(2)), r"^cov1 must be finite"),
    ],
)
def test_bad_moments(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        gaussian_w2(*arguments)


# --- two parallel lines ---------------------------------------------------------------------------------


@pytest.mark.parametrize("theta", [-2.0, -1e-3, 0.25, 1])
def test_parallel_lines_away_from_zero(theta):
    assert parallel_lines(theta) == ParallelLines(w1=abs(theta), js=LOG2, kl=math.inf, tv=1.0)


def test_parallel_lines_at_zero():
    assert parallel_lines(0) == ParallelLines(w1=0.0, js=0.0, kl=0.0, tv=0.0)


def test_only_w1_is_continuous_at_zero():
    steps = [parallel_lines(2.0**-k) for k in range(0, 60, 10)]
    assert [step.w1 for step in steps] == [2.0**-k for k in range(0, 60, 10)]
    assert {(step.js, step.kl, step.tv) for step in steps} == {(LOG2, math.inf, 1.0)}


@pytest.mark.parametrize("theta", [0.0, 0.03, -0.5])
def test_parallel_lines_against_samples(theta):
    x, y = VerticalLine(theta).sample(300, seed=0), VerticalLine(0.0).sample(300, seed=1)
    heights = wasserstein_1d(x[:, 1], y[:, 1])  # what is left is sampling, not the lines
    w1 = parallel_lines(theta).w1
    assert w1 - 1e-12 <= w1_exact(x, y) <= w1 + heights + 1e-12
    assert w1_exact(x, VerticalLine(0.0).sample(300, seed=0)) == pytest.approx(w1, abs=1e-12)


@pytest.mark.parametrize("theta", [0.0, 0.03, -0.5])
def test_parallel_lines_against_masses_on_a_grid(theta):
    # the two segments as even masses on the columns at 0 and theta, ten cells high
    columns = sorted({0.0, theta})
    p, q = np.zeros((2, len(columns), 10))
    p[columns.index(theta)] = q[columns.index(0.0)] = 0.1
    lines = parallel_lines(theta)
    assert kl_divergence(p, q) == kl_divergence(q, p) == lines.kl
    assert js_divergence(p, q) == pytest.approx(lines.js, abs=1e-15)
    assert total_variation(p, q) == pytest.approx(lines.tv, abs=1e-15)


def test_parallel_lines_cannot_be_changed_and_refuse_nonsense():
    with pytest.raises(FrozenInstanceError):
        parallel_lines(1.0).w1 = 0.0
    with pytest.raises(ValueError, match=r"^theta must be finite"):
        parallel_lines(np.nan)
    with pytest.raises(ValueError, match=r"^theta must be one number; got shape \(2,\)"):
        parallel_lines([0.0, 1.0])


# --- f-divergences ----------------------------------------------------------------------------------

every_f = pytest.mark.parametrize("name", F_DIVERGENCES)
FINITE_CEILING = {"reverse_kl": 0.0, "squared_hellinger": 1.0, "js": LOG2 / 2, "gan": 0.0}
OUTSIDE = {"kl": [], "pearson": []} | {name: [top, top + 0.5, 7.0] for name, top in FINITE_CEILING.items()}


def numerical_conjugate(phi, t):
    """The supremum of u t - phi(u) over u >= 0, by search over log u; and the value at u = 0."""
    search = minimize_scalar(
        lambda s: float(phi(math.exp(s))) - math.exp(s) * t, bounds=(-30, 30), options={"xatol": 1e-11}
    )
    return max(-search.fun, -float(phi(0.0)))


@every_f
def test_conjugates_agree_with_the_supremum_they_are(name):
    f = F_DIVERGENCES[name]
    for v in [-3.0, -2.0, -1.0, -0.3, 0.0, 0.4, 1.0, 2.0, 3.0]:
        t = float(f.activation(v))
        assert f.conjugate(t) == pytest.approx(numerical_conjugate(f.phi, t), abs=1e-6)
        # from above too: no u gives more
        u = np.geomspace(1e-9, 1e9, 2001)
        assert (u * t - f.phi(u) <= f.conjugate(t) + 1e-9 * (1 + u * abs(t))).all()


def test_pearson_s_conjugate_keeps_u_from_being_negative():
    conjugate = F_DIVERGENCES["pearson"].conjugate
    for t in (-2.0, -2.5, -10.0):
        assert conjugate(t) == pytest.approx(-1, abs=1e-12)  # at u = 0, while t + t^2/4 would be larger
        assert conjugate(t) == pytest.approx(numerical_conjugate(F_DIVERGENCES["pearson"].phi, t), abs=1e-6)


@every_f
def test_outside_their_domain_they_are_infinite_and_never_nan(name):
    f = F_DIVERGENCES[name]
    assert f.phi(-0.5) == f.phi(-1e300) == math.inf
    for t in OUTSIDE[name]:
        assert f.conjugate(t) == math.inf
        assert f.conjugate(torch.tensor(t)) == math.inf
    assert math.isfinite(f.conjugate(min(f.ceiling, 5.0) - 1e-3))
    grid = np.concatenate([-np.geomspace(1e-300, 1e300, 200), [0.0], np.geomspace(1e-300, 1e300, 200)])
    with np.errstate(over="ignore"):
        for values in (f.phi(grid[200:]), f.phi(grid), f.conjugate(grid)):
            assert not np.isnan(values).any()


@every_f
def test_phi_is_convex_and_the_ceiling_is_its_slope_at_infinity(name):
    f = F_DIVERGENCES[name]
    u = np.linspace(0, 6, 601)[1:]
    assert (np.diff(f.phi(u), 2) > 0).all()
    assert f.phi(1.0) == pytest.approx(-math.log(4) if name == "gan" else 0, abs=1e-15)
    slope = f.phi(1e12) / 1e12
    assert slope > 20 if f.ceiling == math.inf else slope == pytest.approx(f.ceiling, abs=1e-5)
    limit = f.phi(1e-12)  # phi is continuous at 0
    assert f.phi(0.0) == pytest.approx(limit, abs=3e-6) if name != "reverse_kl" else f.phi(0.0) == math.inf


@every_f
def test_activations_rise_into_the_domain(name):
    f = F_DIVERGENCES[name]
    t = f.activation(np.linspace(-5, 9, 300))
    assert (np.diff(t) > 0).all()
    assert (t < f.ceiling).all()
    if name in FINITE_CEILING:
        assert t[-1] == pytest.approx(f.ceiling, abs=2e-4)


@every_f
def test_tensors_stay_in_the_graph_and_arrays_become_float64(name):
    f = F_DIVERGENCES[name]
    for function in (f.phi, f.conjugate, f.activation):
        x = torch.tensor([0.05, 0.2, 0.3], dtype=torch.float64)
        x = (x if function != f.conjugate else x + min(f.ceiling, 1) - 1).requires_grad_()
        y = function(x)
        [slope] = torch.autograd.grad(y.sum(), x)
        assert torch.isfinite(slope).all()
        step = 1e-6
        change = (function(x.detach() + step) - function(x.detach() - step)) / (2 * step)
        torch.testing.assert_close(slope, change, rtol=1e-6, atol=1e-6)
        arrays = function(x.detach().numpy().astype(np.float32))
        assert arrays.dtype == np.float64
        np.testing.assert_allclose(arrays, y.detach(), rtol=1e-5)
        with pytest.raises(ValueError, match=r"^values must be finite"):
            function([math.nan])
    assert f.phi(2) == f.phi(2.0) == f.phi([2])[0]


CLOSED = {
    "kl": kl_divergence,
    "reverse_kl": lambda p, q: kl_divergence(q, p),
    "pearson": lambda p, q: float(((p - q) ** 2 / q).sum()),
    "squared_hellinger": lambda p, q: float(((np.sqrt(p) - np.sqrt(q)) ** 2).sum()),
    "js": js_divergence,
    "gan": gan_cost,
}


@every_f
@steady
@given(st.integers(0, 10_000))
def test_f_divergences_are_the_sums_they_name(name, seed):
    p, q = np.random.default_rng(seed).dirichlet(np.full(5, 0.7), size=2) + 1e-9
    p, q = p / p.sum(), q / q.sum()
    assert f_divergence(name, p, q) == pytest.approx(CLOSED[name](p, q), rel=1e-9, abs=1e-12)
    assert f_divergence(name, p, p) == pytest.approx(-math.log(4) if name == "gan" else 0, abs=1e-12)


@every_f
@steady
@given(pairs())
def test_f_divergences_meet_zeros_without_nan(name, pair):
    p, q = pair
    value = f_divergence(name, p, q)
    assert value >= float(F_DIVERGENCES[name].phi(1.0))
    if name in ("js", "squared_hellinger", "gan"):
        assert value == pytest.approx(CLOSED[name](p, q), abs=1e-12)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kl", math.inf),
        ("reverse_kl", math.inf),
        ("pearson", math.inf),
        ("squared_hellinger", 2),
        ("js", LOG2),
    ],
)
def test_f_divergences_of_disjoint_laws(name, expected):
    assert f_divergence(name, [0.4, 0.6, 0], [0, 0, 1.0]) == pytest.approx(expected, abs=1e-15)


def test_one_sided_zeros_are_infinite_only_where_they_should_be():
    half, sure = [0.5, 0.5], [1.0, 0.0]
    assert f_divergence("kl", half, sure) == f_divergence("pearson", half, sure) == math.inf
    assert f_divergence("reverse_kl", sure, half) == math.inf
    assert f_divergence("kl", sure, half) == pytest.approx(LOG2)
    assert f_divergence("reverse_kl", half, sure) == pytest.approx(LOG2)
    assert f_divergence("pearson", sure, half) == pytest.approx(1)


def test_gan_is_the_cost_and_js_has_its_half():
    p, q = [0.2, 0.8], [0.7, 0.3]
    js = js_divergence(p, q)
    assert f_divergence("js", p, q) == pytest.approx(js, abs=1e-15)
    assert f_divergence("gan", p, q) == pytest.approx(2 * js - math.log(4), abs=1e-15)


@every_f
@steady
@given(st.integers(0, 10_000))
def test_no_critic_proves_more_than_the_divergence(name, seed):
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(6), size=2)
    f = F_DIVERGENCES[name]
    exact = f_divergence(name, p, q)
    assert variational_bound(name, p, q, f.activation(rng.normal(0, 2, size=6))) <= exact + 1e-12
    ratio = torch.tensor(p / q, requires_grad=True)
    [best] = torch.autograd.grad(f.phi(ratio).sum(), ratio)
    assert variational_bound(name, p, q, best) == pytest.approx(exact, abs=1e-9)
    assert variational_bound(name, p, q, best.numpy() - 0.3) < exact - 1e-4


@pytest.mark.parametrize("name", FINITE_CEILING)
def test_a_critic_above_the_ceiling_proves_nothing(name):
    p, q, top = [0.5, 0.5, 0.0, 0.0], [0.0, 0.5, 0.5, 0.0], FINITE_CEILING[name]
    low = top - 1
    assert variational_bound(name, p, q, [low, top + 0.1, low, low]) == -math.inf
    assert variational_bound(name, p, q, [top + 0.1, low, low, low]) == -math.inf, "also where q = 0"
    assert variational_bound(name, p, q, [low, top, low, low]) == -math.inf, "at the ceiling, if q > 0"
    assert math.isfinite(variational_bound(name, p, q, [top, low, low, low])), "at the ceiling, if q = 0"
    assert math.isfinite(variational_bound(name, p, q, [low, low, low, top + 9])), "where nothing comes"


def test_the_bound_reaches_js_on_disjoint_supports():
    p, q = [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]
    bounds = [variational_bound("js", p, q, [LOG2 / 2, LOG2 / 2, -depth]) for depth in (1, 4, 20)]
    assert bounds == sorted(bounds)
    assert bounds[-1] == pytest.approx(LOG2, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: f_divergence("hellinger", [1.0], [1.0]),
            r"^name must be one of 'kl', .*; got 'hellinger'\.$",
        ),
        (lambda: f_divergence("kl", [0.5, 0.5], [1.0]), r"^q must have the shape of p"),
        (lambda: f_divergence("kl", [0.5, 0.4], [0.5, 0.5]), r"^p must sum to 1"),
        (lambda: f_divergence("kl", [1.5, -0.5], [0.5, 0.5]), r"^p must not be negative"),
        (lambda: variational_bound("tv", [1.0], [1.0], [0.0]), r"^name must be one of"),
        (
            lambda: variational_bound("kl", [1.0], [1.0], [0.0, 1.0]),
            r"^critic_values must have the shape of p",
        ),
        (lambda: variational_bound("kl", [1.0], [1.0], [math.inf]), r"^critic_values must be finite"),
        (lambda: optimal_discriminator([-1.0], [1.0]), r"^p_real must not be negative; .* -1\.$"),
        (lambda: optimal_discriminator([1.0], [1.0, 2.0]), r"^p_fake must have the shape of p_real"),
        (lambda: gan_value([1.5], [1.0], [1.0]), r"^d must lie between 0 and 1; .* 1\.5\.$"),
        (lambda: gan_value([math.nan], [1.0], [1.0]), r"^d must be finite"),
        (lambda: gan_value([0.5], [0.5, 0.5], [0.5, 0.5]), r"^d must have the shape of p_real"),
        (lambda: gan_cost([0.5, 0.5], [0.4, 0.4]), r"^p_fake must sum to 1"),
    ],
)
def test_nonsense_about_f_divergences_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


# --- the GAN game -----------------------------------------------------------------------------------


def test_the_optimal_discriminator_is_undefined_where_nothing_comes():
    d = optimal_discriminator([0.2, 0.8, 0.0, 0.0], [0.6, 0.0, 0.4, 0.0])
    np.testing.assert_array_equal(d, [0.25, 1.0, 0.0, math.nan])
    np.testing.assert_array_equal(optimal_discriminator(3.0, 1.0), 0.75)  # densities need not sum to 1


def test_the_optimal_discriminator_is_sure_only_where_it_may_be():
    d = optimal_discriminator([1.0, 1e-300, 1.0, 0.0], [1e-30, 1e300, 0.0, 1.0])
    assert 0.999999 < d[0] < 1
    assert 0 < d[1] < 1e-300
    assert list(d[2:]) == [1, 0]


@steady
@given(pairs())
def test_the_game_s_value_is_largest_at_the_optimal_discriminator(pair):
    p, q = pair
    best = optimal_discriminator(p, q)
    cost = gan_cost(p, q)
    assert gan_value(best, p, q) == pytest.approx(cost, abs=1e-12)
    assert f_divergence("gan", p, q) == pytest.approx(cost, abs=1e-12)
    possible = ~np.isnan(best)
    for shift in (-0.2, 0.2):
        other = np.clip(best + shift, 0.01, 0.99)
        assert gan_value(other, p, q) <= cost + 1e-12
        if (np.abs(other - best)[possible] > 0.1).all():
            assert gan_value(other, p, q) < cost - 1e-4
    assert -math.log(4) - 1e-15 <= cost <= 1e-15


def test_the_game_by_hand():
    assert gan_value([0.5, 0.5], [1.0, 0.0], [0.3, 0.7]) == pytest.approx(-math.log(4), abs=1e-15)
    assert gan_value([0.8, 0.1], [1.0, 0.0], [0.25, 0.75]) == pytest.approx(
        math.log(0.8) + 0.25 * math.log(0.2) + 0.75 * math.log(0.9), abs=1e-15
    )
    assert gan_value([1.0, 0.0], [1.0, 0.0], [0.0, 1.0]) == 0  # perfect, and right
    assert gan_value([1.0, 0.0], [0.5, 0.5], [0.0, 1.0]) == -math.inf  # sure, and wrong
    assert gan_value([0.5, math.nan], [1.0, 0.0], [1.0, 0.0]) == pytest.approx(-math.log(4))


def test_the_game_is_the_variational_bound_of_its_f_divergence():
    rng = np.random.default_rng(3)
    p, q = rng.dirichlet(np.ones(7), size=2)
    logits = torch.from_numpy(rng.normal(size=7))
    bound = variational_bound("gan", p, q, F_DIVERGENCES["gan"].activation(logits))
    assert bound == pytest.approx(gan_value(torch.sigmoid(logits), p, q), abs=1e-12)


def test_gan_losses_are_those_of_goodfellow():
    real, fake = torch.linspace(-3, 4, 7).double(), torch.linspace(-2, 2, 5).double()
    d_real, d_fake = real.sigmoid(), fake.sigmoid()
    value = d_real.log().mean() + (1 - d_fake).log().mean()
    torch.testing.assert_close(discriminator_loss(real, fake), -value)
    torch.testing.assert_close(discriminator_loss(real, fake, 0.5), 0.5 - value)
    torch.testing.assert_close(saturating_loss(fake), (1 - d_fake).log().mean())
    torch.testing.assert_close(nonsaturating_loss(fake), -d_fake.log().mean())
    assert discriminator_loss(torch.zeros(1), torch.zeros(1)).item() == pytest.approx(2 * math.log(2))


def test_one_generator_loss_saturates_and_the_other_points_the_same_way():
    h = torch.tensor([-8.0, 0.0, 3.0], dtype=torch.float64, requires_grad=True)
    [saturating] = torch.autograd.grad(saturating_loss(h), h)
    [other] = torch.autograd.grad(nonsaturating_loss(h), h)
    torch.testing.assert_close(other / saturating, (-h).exp())
    assert (saturating < 0).all()  # both push the logit of a fake up
    assert torch.isfinite(saturating_loss(torch.tensor([-1e4, 1e4])))

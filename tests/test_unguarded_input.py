"""Input that POT and SciPy answer with a dead kernel or a wrong number gets one clear sentence here.

Where it is cheap the raw library is asked too, to show that the guard earns its place. When a library
mends its ways that half of a test is skipped: the guard is what is tested.
"""

import os
import re
import subprocess
import sys
import warnings
from functools import partial

import numpy as np
import ot
import pytest
import torch
from scipy import stats
from scipy.optimize import linprog

from wgan_edu import transport
from wgan_edu.transport import (
    c_transform,
    certify,
    cost_matrix,
    kantorovich_potential,
    sinkhorn,
    sliced_w1,
    solve_dual,
    solve_primal,
    transport_lp,
    w1_exact,
    w2_exact,
    wasserstein_1d,
)

X = np.array([[0.0, 0], [1, 0], [0, 2], [3, 1]])
Y = np.array([[2.0, 2], [4, 0], [1, 1]])
COST = cost_matrix(X, Y)
A, B = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.5, 0.25, 0.25])

POINTS, LINE = {"x": X, "y": Y}, {"x": X[:, 0], "y": Y[:, 0]}
MASSES, PROBLEM = {"a": A, "b": B}, {"a": A, "b": B, "cost": COST}
CALLS = {
    "cost_matrix": (cost_matrix, POINTS),
    "transport_lp": (transport_lp, PROBLEM),
    "solve_primal": (solve_primal, PROBLEM),
    "solve_primal by HiGHS": (partial(solve_primal, solver="highs"), PROBLEM),
    "solve_dual": (solve_dual, PROBLEM),
    "w1_exact": (w1_exact, POINTS | MASSES),
    "w2_exact": (w2_exact, POINTS | MASSES),
    "wasserstein_1d": (wasserstein_1d, LINE | MASSES),
    "c_transform": (c_transform, {"potential": A, "cost": COST}),
    "kantorovich_potential": (kantorovich_potential, POINTS | MASSES),
    "a potential": (kantorovich_potential(X, Y, A, B), {"z": X}),
    "certify": (partial(certify, lambda z: z.sum(axis=1)), POINTS | MASSES),
    "sinkhorn": (partial(sinkhorn, epsilon=0.5), PROBLEM),
    "sliced_w1": (sliced_w1, POINTS),
}
every_function = pytest.mark.parametrize(("function", "good"), CALLS.values(), ids=CALLS.keys())


def refused(function, parameter, came, error=ValueError, **arguments):
    """One sentence that opens with the parameter and its rule, and says what came."""
    with pytest.raises(error) as caught:
        function(**arguments)
    sentence = str(caught.value)
    assert re.match(rf"{parameter} must .*{came}.*\.$", sentence), sentence


def earns_its_place(misbehaves):
    """Skip the rest of a test where the raw library now raises or answers well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            still = bool(misbehaves())
        except Exception:
            still = False
    if not still:
        pytest.skip("the guard holds; the raw library no longer needs it")


def one_entry(value):
    def spoil(good):
        bad = np.array(good)
        bad.flat[0] = value
        return bad

    return spoil


# --- every parameter of every function --------------------------------------------------------------

BAD_ARRAYS = {
    "one NaN": (one_entry(np.nan), ValueError, r"1 of \d+ entries .*NaN"),
    "one infinity": (one_entry(-np.inf), ValueError, r"1 of \d+ entries .*inf"),
    "nothing": (lambda good: good[:0], ValueError, r"empty; got shape \(0"),
    "ragged lists": (lambda _: [[1.0], [1.0, 2.0]], ValueError, "rows of different lengths"),
    "words": (lambda good: good.astype(str), TypeError, "got ndarray of dtype <U"),
    "complex numbers": (lambda good: good + 0j, TypeError, "got ndarray of dtype complex128"),
    "an object": (lambda good: {"values": good}, TypeError, "got dict of dtype object"),
    "one axis too many": (lambda good: good[..., None], ValueError, "got shape"),
    "a single number": (lambda _: 3.0, ValueError, r"got shape \(\)"),
    "a complex tensor": (lambda good: torch.tensor(good) + 0j, TypeError, "got Tensor of dtype complex128"),
}
BAD_MASSES = {
    "all zero": (lambda good: 0 * good, ValueError, "0"),
    "negative": (lambda good: good - good[0] - np.eye(len(good))[0], ValueError, "least entry is -1"),
    "twice the mass": (lambda good: 2 * good, ValueError, "sums to 2"),
    "off by 2e-6": (lambda good: good * (1 + 2e-6), ValueError, r"sums to 1\.000002 and [ab] to 1"),
    "one too many": (
        lambda good: np.append(good, 0),
        ValueError,
        r"one mass for each of the \d points; got shape",
    ),
}
TABLE = [
    pytest.param(function, good, parameter, *case, id=f"{name}-{parameter}-{what}")
    for name, (function, good) in CALLS.items()
    for parameter in good
    for what, case in {**BAD_ARRAYS, **(BAD_MASSES if parameter in ("a", "b") else {})}.items()
]


@pytest.mark.parametrize(("function", "good", "parameter", "spoil", "error", "came"), TABLE)
def test_bad_input_gets_one_sentence_that_names_the_parameter(function, good, parameter, spoil, error, came):
    refused(function, parameter, came, error, **{**good, parameter: spoil(good[parameter])})


@pytest.mark.parametrize("name", ["cost_matrix", "w1_exact", "w2_exact", "kantorovich_potential", "certify"])
def test_points_need_two_axes_and_one_dimension(name):
    function, good = CALLS[name]
    refused(function, "x", r"shape \(4,\)\. For points on a line write x\[:, None\]", **good | {"x": X[:, 0]})
    refused(function, "y", r"dimension of x; got d = 3 and d = 2", **good | {"y": np.ones((3, 3))})


def test_a_potential_speaks_of_its_own_arguments():
    f = kantorovich_potential(X, Y)
    refused(f, "z", r"\(n, d\); got shape \(2,\)", z=X[0])
    refused(f, "z", "dimension of anchors; got d = 3 and d = 2", z=np.ones((5, 3)))


NUMBERS = {
    "epsilon 0": (sinkhorn, PROBLEM, "epsilon", 0, "greater than 0; got 0"),
    "epsilon < 0": (sinkhorn, PROBLEM, "epsilon", -1.0, "greater than 0; got -1"),
    "epsilon NaN": (sinkhorn, PROBLEM, "epsilon", np.nan, "NaN"),
    "epsilon twice": (sinkhorn, PROBLEM, "epsilon", [1.0, 2.0], r"one number; got shape \(2,\)"),
    "tolerance": (sinkhorn, PROBLEM | {"epsilon": 1}, "tolerance", 0, "greater than 0; got 0"),
    "no sweep": (sinkhorn, PROBLEM | {"epsilon": 1}, "max_iterations", 0, "at least 1; got 0"),
    "half a sweep": (sinkhorn, PROBLEM | {"epsilon": 1}, "max_iterations", 1.5, r"whole number.*got 1\.5"),
    "order": (wasserstein_1d, LINE, "p", 0.5, r"at least 1; got 0\.5"),
    "infinite order": (wasserstein_1d, LINE, "p", np.inf, "finite"),
    "no slice": (sliced_w1, POINTS, "n_projections", 0, "at least 1; got 0"),
    "solver": (solve_primal, PROBLEM, "solver", "simplex", "'network_simplex', 'highs'; got 'simplex'"),
}


@pytest.mark.parametrize(("function", "good", "parameter", "bad", "came"), NUMBERS.values(), ids=NUMBERS)
def test_a_bad_number_or_choice_gets_one_sentence_too(function, good, parameter, bad, came):
    refused(function, parameter, came, **good | {parameter: bad})


CRITICS = {
    "two columns": (lambda z: z, ValueError, r"one number for each of the 4 points; got shape \(4, 2\)"),
    "a row": (lambda z: z[:, :1].T, ValueError, r"got shape \(1, 4\)"),
    "a mean": (lambda z: z.mean(), ValueError, r"got shape \(\)"),
    "NaN": (lambda z: z[:, 0] * np.nan, ValueError, r"4 of 4 entries .*NaN"),
    "an overflow": (lambda z: torch.full((len(z),), torch.inf), ValueError, "inf"),
    "complex numbers": (lambda z: z[:, 0] + 1j, TypeError, "complex128"),
    "words": (lambda z: ["real"] * len(z), TypeError, "<U4"),
    "nothing": (lambda z: None, TypeError, "NoneType"),
}


@pytest.mark.parametrize(("critic", "error", "came"), CRITICS.values(), ids=CRITICS)
def test_a_critic_must_answer_with_one_real_number_a_point(critic, error, came):
    refused(certify, "critic's values", came, error, critic=critic, x=X, y=Y)


def test_a_critic_must_be_something_to_call():
    refused(certify, "critic", "a function; got ndarray", TypeError, critic=X[:, 0], x=X, y=Y)


# --- what is taken as it comes ----------------------------------------------------------------------


def summary(result):
    """The numbers of any result, to compare two calls."""
    for field in ("value", "b_eq"):
        result = getattr(result, field, result)
    return np.asarray(result)


CASTS = {
    "lists": np.ndarray.tolist,
    "float32": lambda good: good.astype(np.float32),
    "tensors on a graph": lambda good: torch.tensor(good, requires_grad=True),
    "bfloat16 tensors": lambda good: torch.tensor(good).bfloat16().requires_grad_(),
    "other strides": lambda good: np.asfortranarray(np.repeat(good, 2, axis=0))[::2],
}


@every_function
@pytest.mark.parametrize("cast", CASTS.values(), ids=CASTS)
def test_lists_tensors_and_other_types_become_float64_arrays(function, good, cast):
    good = good | {"a": np.array([0.125, 0.125, 0.25, 0.5])} if "a" in good else good  # exact in 8 bits
    good = good | {"cost": COST.round()} if "cost" in good else good
    good = good | {"potential": X[:, 1]} if "potential" in good else good
    result = function(**{name: cast(value) for name, value in good.items()})
    np.testing.assert_allclose(summary(result), summary(function(**good)), rtol=1e-12, atol=1e-15)


@every_function
def test_arguments_are_never_written_to(function, good):
    before = {name: value.copy() for name, value in good.items()}
    frozen = {name: value.copy() for name, value in good.items()}
    for value in frozen.values():
        value.setflags(write=False)
    function(**frozen)
    function(**good)
    for name, value in good.items():
        np.testing.assert_array_equal(value, before[name])


def test_results_are_not_tied_to_the_arguments():
    cost = COST.copy()
    program = transport_lp(A, B, cost)
    program.c[:] = 0
    np.testing.assert_array_equal(cost, COST)


# --- each row of "OT solvers, unguarded" ------------------------------------------------------------


def test_an_empty_cost_would_kill_the_kernel():
    nothing = np.zeros((0, 0))
    refused(solve_primal, "cost", r"empty; got shape \(0, 0\)", a=None, b=None, cost=nothing)
    refused(w1_exact, "x", r"empty; got shape \(0, 2\)", x=np.zeros((0, 2)), y=Y)
    program = "import numpy, ot; ot.emd2([], [], numpy.zeros((0, 0)))"
    quick = {**os.environ, "POT_BACKEND_DISABLE_PYTORCH": "1"}  # POT loads without torch in half the time
    raw = subprocess.run([sys.executable, "-c", program], env=quick, capture_output=True, check=False)
    earns_its_place(lambda: raw.returncode < 0)  # killed by a signal


def test_one_nan_in_the_cost_would_give_a_wrong_number():
    cost = one_entry(np.nan)(COST)
    refused(solve_primal, "cost", "1 of 12 entries", a=A, b=B, cost=cost)
    earns_its_place(lambda: ot.emd2(A, B, cost) < solve_primal(A, B, COST).value / 2)


def test_negative_mass_would_cost_nothing():
    a = np.array([-0.1, 0.4, 0.3, 0.4])
    refused(w1_exact, "a", r"least entry is -0\.1", x=X, y=Y, a=a, b=B)
    earns_its_place(lambda: ot.emd2(a, B, COST) == 0)


def test_mass_just_below_zero_is_round_off():
    a = np.array([-1e-17, 0.3, 0.3, 0.4])
    expected = w1_exact(X[1:], Y, a[1:], B)
    assert w1_exact(X, Y, a, B) == pytest.approx(expected, rel=1e-12)
    assert expected > 1
    refused(w1_exact, "a", "least entry is -1e-09", x=X, y=Y, a=[-1e-9, 0.3, 0.3, 0.4], b=B)
    earns_its_place(lambda: ot.emd2(a, B, COST) == 0)


def test_unequal_masses_are_named_with_both_sums():
    refused(w1_exact, "b", "b sums to 2 and a to 1", x=X, y=Y, a=A, b=2 * B)
    refused(w1_exact, "a", r"a sums to 0\.5 and b to 1", x=X, y=Y, a=A / 2, b=B)
    refused(w1_exact, "a", "its sum is 2", x=X, y=Y, a=2 * A)
    refused(wasserstein_1d, "b", "b sums to 2 and a to 1", **LINE, a=A, b=2 * B)
    earns_its_place(lambda: stats.wasserstein_distance(X[:, 0], Y[:, 0], A, 2 * B) > 0)  # rescales, silently


def test_equal_masses_that_are_not_1_would_multiply_the_value():
    refused(solve_primal, "a", "a sums to 2 and b to 2", a=2 * A, b=2 * B, cost=COST)
    earns_its_place(lambda: ot.emd2(2 * A, 2 * B, COST) > 1.9 * solve_primal(A, B, COST).value)


@pytest.mark.parametrize("solve", [solve_primal, partial(solve_primal, solver="highs"), solve_dual])
def test_sums_within_1e_6_of_1_are_rescaled(solve):
    close = solve(A * (1 + 9e-7), B * (1 - 9e-7), COST)
    assert close.value == pytest.approx(solve(A, B, COST).value, rel=1e-12)
    assert close.plan.sum() == pytest.approx(1, abs=1e-12)


def test_integer_masses_would_empty_the_plan():
    whole = np.array([0, 1, 0, 0])
    plan = solve_primal(whole, B, COST).plan
    np.testing.assert_allclose(plan, np.outer(whole, B), atol=1e-15)
    earns_its_place(lambda: ot.emd(whole, B, COST).sum() == 0)


def test_integer_points_and_costs_are_cast():
    assert w1_exact(X.astype(int), Y.astype(int), A, B) == w1_exact(X, Y, A, B)
    whole = COST.round().astype(int)
    assert solve_primal(A, B, whole).value == solve_primal(A, B, COST.round()).value
    assert wasserstein_1d([0, 1], [3, 4]) == 3


def test_a_network_simplex_that_stops_early_raises(monkeypatch):
    x = np.random.default_rng(0).standard_normal((60, 2))
    y = x[::-1] + 1
    exact, cost, even = w1_exact(x, y), cost_matrix(x, y), np.full(60, 1 / 60)
    monkeypatch.setattr(transport, "MOST_PIVOTS", 5)
    with pytest.raises(RuntimeError, match="network simplex stopped before the optimum: numItermax"):
        w1_exact(x, y)
    earns_its_place(lambda: abs(ot.emd2(even, even, cost, numItermax=5) / exact - 1) > 0.01)  # only warns


@pytest.mark.parametrize("solve", [partial(solve_primal, solver="highs"), solve_dual])
def test_a_linear_program_that_stops_early_raises(monkeypatch, solve):
    rng = np.random.default_rng(0)
    cost = cost_matrix(rng.random((20, 2)), rng.random((20, 2)))
    monkeypatch.setattr(transport, "linprog", lambda **lp: linprog(**lp | {"options": {"maxiter": 1}}))
    with pytest.raises(RuntimeError, match="HiGHS stopped before the optimum: Iteration limit"):
        solve(None, None, cost)


@pytest.mark.parametrize("size", [1e-17, 1e-10, 1e15])
def test_the_size_of_the_cost_does_not_matter(size):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((300, 2)), rng.standard_normal((300, 2))
    cost, expected = cost_matrix(x, y), w1_exact(x, y)
    assert solve_primal(None, None, size * cost).value == pytest.approx(size * expected, rel=1e-9, abs=0)
    assert w1_exact(size * x, size * y) == pytest.approx(size * expected, rel=1e-9, abs=0)
    for solve in (partial(solve_primal, solver="highs"), solve_dual):
        small = cost[:30, :30]
        exact = solve_primal(None, None, small).value
        assert solve(None, None, size * small).value == pytest.approx(size * exact, rel=1e-9, abs=0)
    if size < 1:
        even = np.full(300, 1 / 300)
        earns_its_place(lambda: abs(ot.emd2(even, even, size * cost) / (size * expected) - 1) > 1e-7)


def test_no_masses_at_all_mean_uniform_masses():
    even = np.full(4, 1 / 4), np.full(3, 1 / 3)
    for function, good in CALLS.values():
        if "a" in good:
            uniform, plain = (
                function(**good | {"a": even[0], "b": even[1]}),
                function(**good | {"a": None, "b": None}),
            )
            np.testing.assert_allclose(summary(plain), summary(uniform), rtol=1e-12)
    assert solve_primal(None, None, [[2.0]]).value == 2


def test_distances_would_be_squared():
    assert cost_matrix([[0, 0]], [[3, 4]]) == 5
    assert wasserstein_1d([0], [3]) == 3
    assert wasserstein_1d([0], [3], p=2) == 3
    assert w2_exact([[0]], [[3]]) == 3
    zero, three = np.zeros(1), np.full(1, 3.0)
    earns_its_place(lambda: ot.dist(zero[None], three[None]) == 9)
    earns_its_place(lambda: ot.emd2_1d(zero, three) == 9)
    earns_its_place(lambda: ot.wasserstein_1d(zero, three, p=2) == 9)


def test_nan_on_the_line_would_come_back_as_nan():
    refused(wasserstein_1d, "x", "1 of 2 entries", x=[0, np.nan], y=[3])
    earns_its_place(lambda: np.isnan(stats.wasserstein_distance([0, np.nan], [3])))


def test_sinkhorn_works_where_the_kernel_underflows():
    cost = np.array([[1.0, 2], [2, 1]])
    assert sinkhorn(None, None, cost, 1e-3).value == pytest.approx(1, rel=1e-12)
    half = np.full(2, 0.5)
    earns_its_place(lambda: not abs(ot.sinkhorn2(half, half, cost, 1e-3) - 1) < 0.5)  # 0 or NaN


def test_sinkhorn_says_when_it_has_not_converged():
    with pytest.raises(RuntimeError, match="raise epsilon or max_iterations"):
        sinkhorn(A, B, COST, 1e-4, max_iterations=300)
    earns_its_place(lambda: ot.sinkhorn2(A, B, COST, 1e-4) < 0.1)


def test_sinkhorn_refuses_what_would_give_a_number():
    negative = np.array([-0.1, 0.4, 0.3, 0.4])
    refused(sinkhorn, "a", "a sums to 2 and b to 1", a=2 * A, b=B, cost=COST, epsilon=1)
    refused(sinkhorn, "a", r"least entry is -0\.1", a=negative, b=B, cost=COST, epsilon=1)
    earns_its_place(lambda: ot.sinkhorn2(2 * A, B, COST, 1) > 0)
    earns_its_place(lambda: np.isfinite(ot.sinkhorn2(negative, B, COST, 1)))

"""Exact transport against closed forms, independent solvers, its own proofs, and the laws it must obey."""

import numpy as np
import pytest
import torch
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import linear_sum_assignment, linprog
from scipy.spatial.distance import cdist

from wgan_edu import data
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

SOLVERS = {
    "network simplex": solve_primal,
    "HiGHS": lambda a, b, cost: solve_primal(a, b, cost, solver="highs"),
    "dual": solve_dual,
}
every_solver = pytest.mark.parametrize("solve", SOLVERS.values(), ids=SOLVERS.keys())


def uniform(n):
    return np.full(n, 1 / n)


def some_masses(rng, n):
    """Uniform, uneven, with zeros, or spread over twenty orders of magnitude."""
    uneven = rng.random(n)
    kinds = [np.ones(n), uneven, uneven * (rng.random(n) < 0.6), 10 ** rng.uniform(-20, 0, size=n)]
    mass = kinds[rng.integers(4)]
    mass[rng.integers(n)] += 0.1  # never all zero
    return mass / mass.sum()


def some_problem(seed, largest=25):
    """Points and masses on both sides: random sizes, zero masses, duplicates, shared points, ties."""
    rng = np.random.default_rng(seed)
    n, m, d = rng.integers(1, largest), rng.integers(1, largest), rng.integers(1, 7)
    x, y = rng.standard_normal((n, d)), rng.standard_normal((m, d)) + rng.uniform(0.1, 2)
    kind = seed % 4
    if kind == 1:  # duplicates
        x, y = x[rng.integers(n, size=n)], y[rng.integers(m, size=m)]
    if kind == 2:  # points that both sides have
        shared = min(n, m) // 2
        y[:shared] = x[:shared]
    if kind == 3:  # a grid: many plans are optimal
        x, y = x.round(), y.round()
    return x, y, some_masses(rng, n), some_masses(rng, m)


def assert_proved(result, a, b, cost, rel=1e-9):
    """The plan is a coupling of cost `value`, the potentials are feasible, and nothing is between them."""
    scale = np.abs(cost).max()
    assert result.plan.min() >= 0
    np.testing.assert_allclose(result.plan.sum(axis=1), a, rtol=0, atol=1e-12)
    np.testing.assert_allclose(result.plan.sum(axis=0), b, rtol=0, atol=1e-12)
    assert result.value == pytest.approx((result.plan * cost).sum(), rel=1e-12, abs=1e-14 * scale)
    assert (result.potential_a[:, None] + result.potential_b - cost).max() <= 1e-12 * scale
    dual_value = a @ result.potential_a + b @ result.potential_b
    assert result.gap == pytest.approx(result.value - dual_value, rel=0, abs=1e-12 * scale)
    assert dual_value == pytest.approx(result.value, rel=rel, abs=1e-14 * scale)


# --- closed forms -----------------------------------------------------------------------------------


def test_the_ground_cost_is_euclidean_and_not_squared():
    assert cost_matrix([[0, 0]], [[3, 4]]) == 5
    assert w1_exact([[0, 0]], [[3, 4]]) == 5


def test_the_cost_matrix_has_a_row_for_each_x_and_a_column_for_each_y():
    x, y = np.array([[0.0, 0], [1, 0]]), np.array([[0.0, 0], [0, 2], [1, 1]])
    np.testing.assert_allclose(cost_matrix(x, y), [[0, 2, 2**0.5], [1, 5**0.5, 1]], rtol=1e-15)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_two_point_masses_are_as_far_apart_as_their_points(d):
    x, y = np.zeros((1, d)), np.full((1, d), 2.0)
    assert w1_exact(x, y) == pytest.approx(2 * d**0.5, rel=1e-15)
    assert w2_exact(x, y) == pytest.approx(2 * d**0.5, rel=1e-15)


@every_solver
def test_two_piles_by_hand(solve):
    a, b, cost = np.array([0.25, 0.75]), np.array([0.5, 0.5]), np.array([[0.0, 1], [1, 0]])
    result = solve(a, b, cost)
    assert_proved(result, a, b, cost)
    assert result.value == pytest.approx(0.25, rel=1e-12)
    np.testing.assert_allclose(result.plan, [[0.25, 0], [0.25, 0.5]], atol=1e-12)
    # The plan uses three cells of four, so the potentials are unique modulo a constant.
    t = result.potential_a[0]
    np.testing.assert_allclose(result.potential_a - t, [0, 1], atol=1e-12)
    np.testing.assert_allclose(result.potential_b + t, [0, -1], atol=1e-12)


def test_three_piles_by_hand():
    x, a = [0, 1, 3], [0.5, 0.3, 0.2]
    y, b = [0, 2, 3], [0.2, 0.5, 0.3]
    w1 = 0.3 * 1 + 0.6 * 1 + 0.1 * 1  # |F - G| on [0, 1), [1, 2) and [2, 3)
    w2 = (0.3 * 2**2 + 0.2 * 1**2 + 0.1 * 2**2) ** 0.5  # 0 -> 2, 1 -> 2, 1 -> 3
    assert wasserstein_1d(x, y, a, b) == pytest.approx(w1, rel=1e-12)
    assert wasserstein_1d(x, y, a, b, p=2) == pytest.approx(w2, rel=1e-12)
    columns = np.array(x)[:, None], np.array(y)[:, None]
    assert w1_exact(*columns, a, b) == pytest.approx(w1, rel=1e-12)
    assert w2_exact(*columns, a, b) == pytest.approx(w2, rel=1e-12)


@every_solver
def test_where_two_plans_are_optimal_the_cost_and_the_marginals_still_hold(solve):
    corners = cost_matrix([[0, 0], [1, 1]], [[1, 0], [0, 1]])  # every way along the sides costs 1
    result = solve(None, None, corners)
    assert result.value == pytest.approx(1, rel=1e-12)
    assert_proved(result, uniform(2), uniform(2), corners)


@pytest.mark.parametrize("d", [1, 3, 10])
def test_moving_a_cloud_costs_the_length_of_the_move(d):
    rng = np.random.default_rng(d)
    x, shift, a = rng.standard_normal((40, d)), rng.standard_normal(d), some_masses(rng, 40)
    assert w1_exact(x, x + shift, a, a) == pytest.approx(np.linalg.norm(shift), rel=1e-10)
    assert w2_exact(x, x + shift, a, a) == pytest.approx(np.linalg.norm(shift), rel=1e-10)


@pytest.mark.parametrize("factor", [0.2, 3.0])
def test_stretching_a_cloud_moves_each_point_along_its_ray(factor):
    x, a = np.random.default_rng(0).standard_normal((40, 4)), some_masses(np.random.default_rng(1), 40)
    radius = np.linalg.norm(x, axis=1)
    assert w1_exact(x, factor * x, a, a) == pytest.approx(abs(factor - 1) * a @ radius, rel=1e-10)
    assert w2_exact(x, factor * x, a, a) == pytest.approx(abs(factor - 1) * (a @ radius**2) ** 0.5, rel=1e-10)


@pytest.mark.parametrize("p", [1, 2, 3.5])
def test_uniform_laws_on_the_line_have_straight_quantiles(p):
    level = (np.arange(4000) + 0.5) / 4000  # U[0, 1] against U[0, 3]: the quantiles differ by 2 u
    assert wasserstein_1d(level, 3 * level, p=p) == pytest.approx(2 / (p + 1) ** (1 / p), rel=1e-6)


def test_gaussian_laws_on_the_line_have_linear_quantiles():
    def quantiles(n):
        return stats.norm.ppf((np.arange(n) + 0.5) / n)

    mean, sd, law = 1.5, 0.4, stats.foldnorm(1.5 / 0.6, scale=0.6)  # |1.5 + (0.4 - 1) Z|
    x, y = quantiles(20_000), mean + sd * quantiles(30_000)
    assert wasserstein_1d(x, y) == pytest.approx(law.mean(), rel=1e-4)
    assert wasserstein_1d(x, y, p=2) == pytest.approx((mean**2 + (sd - 1) ** 2) ** 0.5, rel=1e-4)


# --- independent solvers ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(100))
def test_primal_and_dual_agree_and_prove_each_other(seed):
    x, y, a, b = some_problem(seed)
    cost = cost_matrix(x, y)
    simplex, highs, dual = (solve(a, b, cost) for solve in SOLVERS.values())
    for result in (simplex, highs, dual):
        assert_proved(result, a, b, cost)
        assert result.value == pytest.approx(simplex.value, rel=1e-9, abs=1e-14)
    assert w1_exact(x, y, a, b) == pytest.approx(simplex.value, rel=1e-12)


@pytest.mark.parametrize("n", [1, 7, 40])
def test_with_equal_counts_and_masses_transport_is_assignment(n):
    rng = np.random.default_rng(n)
    x, y = rng.standard_normal((n, 3)), rng.standard_normal((n, 3))
    distance = cdist(x, y)
    matched = distance[linear_sum_assignment(distance)]
    squares = distance[linear_sum_assignment(distance**2)] ** 2
    assert w1_exact(x, y) == pytest.approx(matched.mean(), rel=1e-12)
    assert w2_exact(x, y) == pytest.approx(squares.mean() ** 0.5, rel=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_on_the_line_the_closed_form_agrees_with_scipy_and_with_the_linear_program(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 30, size=2)
    x, y = rng.integers(-5, 6, size=n) / 2, rng.standard_normal(m) + 0.3
    a, b = some_masses(rng, n), some_masses(rng, m)
    cost = np.abs(x[:, None] - y)
    assert wasserstein_1d(x, y, a, b) == pytest.approx(stats.wasserstein_distance(x, y, a, b), rel=1e-9)
    assert wasserstein_1d(x, y, a, b) == pytest.approx(w1_exact(x[:, None], y[:, None], a, b), rel=1e-9)
    assert wasserstein_1d(x, y, a, b, p=2) == pytest.approx(w2_exact(x[:, None], y[:, None], a, b), rel=1e-9)
    assert wasserstein_1d(x, y, a, b, p=3) ** 3 == pytest.approx(solve_primal(a, b, cost**3).value, rel=1e-9)


@every_solver
def test_any_cost_will_do_also_a_negative_one(solve):
    rng = np.random.default_rng(3)
    cost, a, b = rng.standard_normal((8, 5)), some_masses(rng, 8), some_masses(rng, 5)
    rows, columns = 10 * rng.standard_normal(8), 10 * rng.standard_normal(5)
    shifted = cost + rows[:, None] - columns
    assert_proved(solve(a, b, shifted), a, b, shifted)
    toll = a @ rows - b @ columns  # every plan pays it
    assert solve(a, b, shifted).value == pytest.approx(solve_primal(a, b, cost).value + toll, rel=1e-9)
    gain = -np.exp(cost)
    expected = 1e-17 * solve_primal(a, b, gain).value
    assert solve(a, b, 1e-17 * gain).value == pytest.approx(expected, rel=1e-9, abs=0)


@every_solver
def test_a_plan_at_a_corner_of_the_polytope_uses_few_cells(solve):
    for seed in range(8):
        x, y, a, b = some_problem(seed)
        assert np.count_nonzero(solve(a, b, cost_matrix(x, y)).plan) <= len(x) + len(y) - 1


@every_solver
@pytest.mark.parametrize("least", [1e-8, 1e-15, 1e-30])
def test_masses_below_a_solvers_tolerance_are_moved_as_well(solve, least):
    """HiGHS may leave out 1e-7 of the mass, and its presolve calls round-off in tiny masses infeasible."""
    for seed in range(10):
        rng = np.random.default_rng(seed)
        a, b = least ** rng.random(20), least ** rng.random(15) * (rng.random(15) < 0.7)
        a, b = a / a.sum(), b / b.sum()
        cost = cost_matrix(rng.standard_normal((20, 2)), rng.standard_normal((15, 2)))
        assert_proved(solve(a, b, cost), a, b, cost)


def test_real_digits_are_as_far_apart_by_every_solver():
    threes, eights = data.digits().of_class(3)[:40], data.digits().of_class(8)[:50]
    cost = cost_matrix(threes, eights)
    values = [solve(None, None, cost).value for solve in SOLVERS.values()]
    assert values == pytest.approx([w1_exact(threes, eights)] * 3, rel=1e-9)


# --- the linear program -----------------------------------------------------------------------------


def test_the_linear_program_of_two_by_three_is_written_out():
    cost = np.array([[1.0, 2, 3], [4, 5, 6]])
    program = transport_lp([0.4, 0.6], [0.2, 0.3, 0.5], cost)
    np.testing.assert_array_equal(program.c, [1, 2, 3, 4, 5, 6])
    np.testing.assert_allclose(program.b_eq, [0.4, 0.6, 0.2, 0.3, 0.5], rtol=1e-15)
    np.testing.assert_array_equal(
        program.A_eq.toarray(),
        [
            [1, 1, 1, 0, 0, 0],
            [0, 0, 0, 1, 1, 1],
            [1, 0, 0, 1, 0, 0],
            [0, 1, 0, 0, 1, 0],
            [0, 0, 1, 0, 0, 1],
        ],
    )


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 4), (3, 2), (5, 6)])
def test_one_constraint_of_the_linear_program_is_redundant(n, m):
    program = transport_lp(None, None, np.ones((n, m)))
    assert program.A_eq.shape == (n + m, n * m)
    assert np.linalg.matrix_rank(program.A_eq.toarray()) == n + m - 1


def test_scipy_solves_the_linear_program_as_it_stands():
    x, y, a, b = some_problem(6)
    cost = cost_matrix(x, y)
    solution = linprog(**transport_lp(a, b, cost)._asdict())
    assert solution.fun == pytest.approx(solve_primal(a, b, cost).value, rel=1e-6)


# --- c-transforms and Kantorovich potentials --------------------------------------------------------


def test_the_c_transform_is_the_least_cost_minus_price():
    cost = np.array([[1.0, 4, 2], [3, 0, 5]])
    np.testing.assert_array_equal(c_transform([1, -1], cost), [0, 1, 1])  # min(1 - 1, 3 + 1) = 0, ...
    np.testing.assert_array_equal(c_transform([1, 0, -1], cost.T), [0, 0])


def test_a_second_c_transform_raises_a_potential_and_a_third_changes_nothing():
    rng = np.random.default_rng(0)
    cost, f = rng.random((7, 4)), rng.standard_normal(7)
    g = c_transform(f, cost)
    raised = c_transform(g, cost.T)
    assert (f[:, None] + g - cost).max() <= 1e-15
    assert (raised >= f - 1e-15).all()
    assert (raised > f + 1e-3).any()
    np.testing.assert_allclose(c_transform(raised, cost), g, atol=1e-15)


def steepest(f, points):
    """How far |f(z) - f(z')| exceeds |z - z'|, over all pairs."""
    values = f(points)
    return (np.abs(values[:, None] - values) - cdist(points, points)).max()


def around(x, y, rng):
    """The supports, points close to them, and points 10 to 1000 away."""
    support = np.concatenate([x, y])
    direction = rng.standard_normal(support.shape)
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    away = 10 ** rng.uniform(1, 3, size=(len(support), 1))
    return np.concatenate([support, support + 1e-3 * direction, support + away * direction])


@pytest.mark.parametrize("seed", range(24))
def test_a_kantorovich_potential_is_1_lipschitz_everywhere_and_reaches_w1(seed):
    x, y, a, b = some_problem(seed)
    f, w1 = kantorovich_potential(x, y, a, b), w1_exact(x, y, a, b)
    assert steepest(f, around(x, y, np.random.default_rng(seed))) <= 1e-9
    assert a @ f(x) - b @ f(y) == pytest.approx(w1, rel=1e-9, abs=1e-13)
    assert f.value == pytest.approx(w1, rel=1e-9, abs=1e-13)


def test_so_it_is_on_real_digits():
    threes, eights = data.digits().of_class(3), data.digits().of_class(8)
    f, w1 = kantorovich_potential(threes, eights), w1_exact(threes, eights)
    assert w1 > 1
    assert steepest(f, around(threes, eights, np.random.default_rng(0))) <= 1e-9
    assert f(threes).mean() - f(eights).mean() == pytest.approx(w1, rel=1e-9)
    assert f.value == pytest.approx(w1, rel=1e-9)


def test_a_kantorovich_potential_falls_with_slope_1_along_the_way_of_the_mass():
    f = kantorovich_potential([[0.0, 0.0]], [[3.0, 4.0]])
    np.testing.assert_allclose(f(np.array([[0, 0], [1.5, 2], [3, 4]])) - f(np.array([[3, 4]])), [5, 2.5, 0])


# --- certificates -----------------------------------------------------------------------------------


def network(rng, d):
    """A random torch critic: any depth, with or without the layers that behave differently in training."""
    torch.manual_seed(int(rng.integers(2**31)))
    extra = [
        torch.nn.BatchNorm1d(16),
        torch.nn.Dropout(0.5),
        torch.nn.LayerNorm(16),
        torch.nn.ReLU(inplace=True),
    ]
    net = torch.nn.Sequential(
        torch.nn.Linear(d, 16), extra[rng.integers(4)], torch.nn.Tanh(), torch.nn.Linear(16, 1)
    )
    with torch.no_grad():
        net[-1].weight *= 10 ** rng.uniform(-6, 6)
        net[-1].bias += rng.uniform(-1e3, 1e3)
    return net.train(bool(rng.integers(2))).to([torch.float32, torch.float64][rng.integers(2)])


def some_critic(seed, d):
    """A torch module or a plain function, of wild scale and offset, of either sign."""
    rng = np.random.default_rng(1000 + seed)
    w, size, offset = rng.standard_normal(d), 10 ** rng.uniform(-12, 12), 10 ** rng.uniform(-12, 6)
    functions = [
        lambda z: size * (z @ w) + offset,
        lambda z: -size * (z @ w)[:, None],
        lambda z: size * np.sin(1e3 * z @ w),
        lambda z: np.exp(5 * np.abs(z @ w)) + offset,  # a few huge values
        lambda z: rng.standard_normal(len(z)),  # another function at every call
        lambda z: np.full(len(z), offset),
        lambda z: (z @ w > 0).astype(int),
    ]
    return network(rng, d) if seed % 2 else functions[seed // 2 % len(functions)]


@pytest.mark.parametrize("seed", range(100))
def test_a_certificate_never_exceeds_w1_and_carries_its_proof(seed):
    x, y, a, b = some_problem(seed)
    certificate = certify(some_critic(seed, x.shape[1]), x, y, a, b)
    cost = cost_matrix(x, y)
    assert certificate.scale >= 0
    assert certificate.value <= w1_exact(x, y, a, b) + 1e-9
    assert certificate.value >= zero_critic_certifies(cost, a, b) - 1e-9
    assert (certificate.potential_a[:, None] + certificate.potential_b - cost).max() <= 1e-9
    proved = a @ certificate.potential_a + b @ certificate.potential_b
    assert certificate.value == pytest.approx(proved, rel=0, abs=1e-9)


def zero_critic_certifies(cost, a, b):
    """Every y takes the nearest x, or every x the nearest y; points without mass do not count."""
    cost = np.where(np.outer(a > 0, b > 0), cost, np.inf)
    nearest_x, nearest_y = cost.min(axis=0), cost.min(axis=1)
    return max(b[b > 0] @ nearest_x[b > 0], a[a > 0] @ nearest_y[a > 0])


@pytest.mark.parametrize("constant", [0.0, -3.0, 1e300])
def test_the_zero_critic_certifies_the_distance_to_the_nearest_point(constant):
    for seed in range(12):
        x, y, a, b = some_problem(seed)
        certificate = certify(lambda z: np.full(len(z), constant), x, y, a, b)
        baseline = zero_critic_certifies(cost_matrix(x, y), a, b)
        assert certificate.value == pytest.approx(baseline, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("seed", range(12))
def test_the_kantorovich_potential_certifies_w1_at_any_size_and_offset(seed):
    x, y, a, b = some_problem(seed)
    f, w1 = kantorovich_potential(x, y, a, b), w1_exact(x, y, a, b)
    assert certify(f, x, y, a, b).value == pytest.approx(w1, rel=1e-9, abs=1e-12)
    assert certify(lambda z: 1e-6 * f(z) + 5, x, y, a, b).value == pytest.approx(w1, rel=1e-7, abs=1e-8)
    assert certify(lambda z: 1e200 * f(z), x, y, a, b).value == pytest.approx(w1, rel=1e-9, abs=1e-12)


def test_a_critic_that_is_high_on_the_wrong_side_certifies_no_more_than_the_zero_critic():
    x, y = np.linspace(0, 1, 10)[:, None], np.linspace(2, 4, 10)[:, None]
    baseline = certify(lambda z: np.zeros(len(z)), x, y).value
    right, wrong = certify(lambda z: -z[:, 0], x, y), certify(lambda z: z[:, 0], x, y)
    assert right.value == pytest.approx(w1_exact(x, y), rel=1e-9)
    assert right.scale == pytest.approx(1, rel=1e-9)
    assert (wrong.value, wrong.scale) == (pytest.approx(baseline, rel=1e-12), 0)


def test_a_1_lipschitz_critic_certifies_at_least_its_own_gap():
    for seed in range(12):
        x, y, a, b = some_problem(seed)
        direction = b @ y - a @ x
        direction /= np.linalg.norm(direction)
        assert certify(lambda z, u=direction: -z @ u, x, y, a, b).value >= (b @ y - a @ x) @ direction - 1e-12


@pytest.mark.parametrize("seed", range(0, 100, 5))
def test_scaling_a_critic_by_1000_changes_nothing(seed):
    x, y, a, b = some_problem(seed)
    once = certify(lambda z: np.sin(3 * z).sum(axis=1), x, y, a, b)
    large = certify(lambda z: 1000 * np.sin(3 * z).sum(axis=1), x, y, a, b)
    assert large.value == pytest.approx(once.value, rel=1e-9, abs=1e-12)
    assert large.side == once.side
    assert 1000 * large.scale == pytest.approx(once.scale, rel=1e-6)


def at_scale(s, u, v, a, b, cost):
    """What the two sides certify when the critic is multiplied by s."""
    on_x, on_y = a > 0, b > 0
    from_x = a[on_x] @ (s * u[on_x]) + b @ c_transform(s * u[on_x], cost[on_x])
    from_y = a @ c_transform(-s * v[on_y], cost[:, on_y].T) - b[on_y] @ (s * v[on_y])
    return max(from_x, from_y)


@pytest.mark.parametrize("seed", range(24))
def test_no_scale_on_a_dense_grid_beats_the_one_found(seed):
    x, y, a, b = some_problem(seed, largest=12)
    w, rng = np.ones(x.shape[1]), np.random.default_rng(seed)
    shape = [np.sin, np.abs, lambda t: np.exp(3 * t), lambda t: np.sin(1e3 * t)][seed // 2 % 4]
    a, b = (a, b) if seed % 2 else (rng.dirichlet(np.ones(len(a))), rng.dirichlet(np.ones(len(b))))
    u, v, cost = shape(x @ w), shape(y @ w), cost_matrix(x, y)
    found = certify(lambda z: shape(z @ w), x, y, a, b)
    grid = np.concatenate([[0], np.logspace(-6, 3, 900), found.scale * np.linspace(0.9, 1.1, 201)])
    best = max(at_scale(s, u, v, a, b, cost) for s in grid)
    assert best <= found.value + 1e-9
    assert at_scale(found.scale, u, v, a, b, cost) == pytest.approx(found.value, rel=1e-9, abs=1e-12)


def test_certifying_leaves_a_torch_module_as_it_was():
    torch.manual_seed(0)
    x, y, _, _ = some_problem(0)
    net = torch.nn.Sequential(
        torch.nn.Linear(x.shape[1], 8),
        torch.nn.BatchNorm1d(8),
        torch.nn.Dropout(0.5),
        torch.nn.utils.parametrizations.spectral_norm(torch.nn.Linear(8, 1)),
    ).train()
    net[1].eval()  # a mixture of modes comes back as a mixture
    before = {name: value.clone() for name, value in net.state_dict().items()}
    modes = [module.training for module in net.modules()]
    first, second = certify(net, x, y), certify(net, x, y)
    assert first.value == second.value  # in training mode dropout would make them differ
    assert [module.training for module in net.modules()] == modes
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in net.parameters())


def test_batch_statistics_do_not_move_when_a_module_in_training_is_certified():
    net = torch.nn.Sequential(torch.nn.BatchNorm1d(2), torch.nn.Linear(2, 1)).train()
    certify(net, np.ones((5, 2)), np.zeros((4, 2)))
    assert net[0].num_batches_tracked == 0
    assert net.training
    assert net[0].training


def test_a_module_that_fails_gets_its_training_mode_back():
    net = torch.nn.Linear(3, 1).train()
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        certify(net, np.zeros((5, 2)), np.ones((4, 2)))
    assert net.training


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_a_module_is_asked_in_its_own_type_and_answered_for_in_float64(dtype):
    seen = []

    class Norm(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(1, dtype=dtype))

        def forward(self, z):
            seen.append(z.dtype)
            return self.weight * z.norm(dim=1)

    certificate = certify(Norm(), [[3.0, 4.0], [0, 6]], [[0.0, 0.0]])
    assert set(seen) == {dtype}
    assert certificate.potential_a.dtype == np.float64
    assert certificate.value == 5.5


def test_a_module_without_parameters_is_a_critic_too():
    class Norm(torch.nn.Module):
        def forward(self, z):
            return z.norm(dim=1, keepdim=True)

    assert certify(Norm(), [[3.0, 4.0]], [[0.0, 0.0]]).value == 5


def test_a_function_may_answer_with_a_list_or_with_a_tensor_on_a_graph():
    x, y = [[3.0, 4.0], [0, 6]], [[0.0, 0.0]]
    weight = torch.ones(1, requires_grad=True)
    answers = [
        lambda z: [float(np.linalg.norm(row)) for row in z],
        lambda z: weight * torch.as_tensor(z).norm(dim=1),
        lambda z: (weight * torch.as_tensor(z).norm(dim=1)).bfloat16(),
    ]
    assert [certify(critic, x, y).value for critic in answers] == [5.5] * 3


def test_a_critic_that_writes_into_its_points_cannot_move_them():
    x, y = np.array([[1.0], [2]]), np.array([[4.0], [5]])

    def stretch(z):
        z *= 100
        return -z

    module = torch.nn.Sequential(torch.nn.LeakyReLU(-100.0, inplace=True), torch.nn.Linear(1, 1)).double()
    for critic in (stretch, module):
        assert certify(critic, x, y).value <= w1_exact(x, y) + 1e-9
    np.testing.assert_array_equal(x, [[1], [2]])


def test_a_critic_of_random_numbers_on_one_and_the_same_point_certifies_nothing():
    noise = np.random.default_rng(0)
    for _ in range(10):
        assert certify(lambda z: noise.standard_normal(len(z)), np.ones((5, 2)), np.ones((4, 2))).value == 0


def test_a_huge_value_where_there_is_no_mass_costs_a_certificate_nothing():
    x, y, masses = np.array([[0.0], [1], [9]]), np.array([[2.0], [3], [9]]), [0.5, 0.5, 0]
    for huge in (1e6, 1e300):
        certificate = certify(lambda z, huge=huge: np.where(z > 5, huge, -z), x, y, masses, masses)
        assert certificate.value == pytest.approx(2, rel=1e-9)


def test_a_low_value_where_there_is_little_mass_costs_a_certificate_little():
    x, y, masses = np.array([[0.0], [1], [2]]), np.array([[3.0], [4], [5]]), [0.5, 0.5 - 1e-6, 1e-6]
    wrong = {2: -1000, 5: 1000}  # each where a mass of 1e-6 lies
    certificate = certify(lambda z: [wrong.get(t, -t) for t in z[:, 0]], x, y, masses, masses)
    assert certificate.value == pytest.approx(3, rel=1e-3)
    assert certificate.scale == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("m", range(1, 60, 2))
def test_a_low_value_where_there_is_next_to_no_mass_certifies_no_round_off(m):
    x, y = np.array([[0.0], [1]]), np.linspace(1, 2, m)[:, None]
    for tiny in (1e-12, 1e-16, 1e-20):
        certificate = certify(lambda z: np.where(z == 1, -1, 0), x, y, a=[1 - tiny, tiny])
        assert certificate.value <= w1_exact(x, y, a=[1 - tiny, tiny]) + 1e-9


def test_critic_values_at_the_ends_of_float64_are_no_trouble():
    x, y = np.array([[-1.0], [1]]), np.array([[-3.0], [3]])
    largest = np.finfo(float).max
    assert certify(lambda z: largest * np.sign(z), x, y).value == pytest.approx(w1_exact(x, y))
    assert certify(lambda z: -1e-300 * np.abs(z), x, y).value == pytest.approx(2)


# --- Sinkhorn and slices ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(16))
def test_sinkhorn_encloses_the_exact_value(seed):
    x, y, a, b = some_problem(seed, largest=12)
    cost, w1 = cost_matrix(x, y), w1_exact(x, y, a, b)
    for epsilon in (1.0, 0.2):
        result = sinkhorn(a, b, cost, epsilon)
        assert result.value - result.gap - 1e-12 <= w1 <= result.value + 1e-12
        assert_proved(result, a, b, cost, rel=np.inf)


def test_sinkhorn_falls_to_w1_as_epsilon_falls():
    rng = np.random.default_rng(0)
    cost = cost_matrix(rng.standard_normal((12, 2)), rng.standard_normal((9, 2)) + 1)
    results = [sinkhorn(None, None, cost, epsilon) for epsilon in (10, 1, 0.3, 0.1, 0.03, 0.01)]
    values, w1 = [result.value for result in results], solve_primal(None, None, cost).value
    assert values == sorted(values, reverse=True)
    assert values[0] > 1.05 * w1
    assert values[-1] == pytest.approx(w1, rel=1e-3)
    assert 0 <= results[-1].gap <= 1e-2


def test_sinkhorn_on_two_by_two_is_a_logistic_function():
    cost = np.array([[0.0, 1], [1, 0]])
    for epsilon in (0.05, 0.5, 5):
        off = 1 / (1 + np.exp(1 / epsilon))
        result = sinkhorn(None, None, cost, epsilon)
        assert result.value == pytest.approx(off, rel=1e-9)
        np.testing.assert_allclose(
            result.plan, [[0.5 - off / 2, off / 2], [off / 2, 0.5 - off / 2]], rtol=1e-9
        )


def test_with_a_large_epsilon_sinkhorn_makes_the_two_sides_independent():
    x, y, a, b = some_problem(5)
    np.testing.assert_allclose(sinkhorn(a, b, cost_matrix(x, y), 1e8).plan, np.outer(a, b), rtol=1e-6)


def test_sinkhorn_that_does_not_converge_says_so():
    cost = cost_matrix(np.random.default_rng(0).random((9, 2)), np.random.default_rng(1).random((9, 2)))
    with pytest.raises(RuntimeError, match=r"tolerance 1e-07 in 5 sweeps at epsilon 0\.01 \(rows off by"):
        sinkhorn(None, None, cost, 0.01, max_iterations=5)


@pytest.mark.parametrize("sign", [1, -1])
def test_sinkhorn_leaves_out_points_without_mass_however_far_they_are(sign):
    far = sign * cost_matrix([[0.0], [1000]], [[1.0], [1000]])
    result = sinkhorn([1, 0], [1, 0], far, 0.1)
    np.testing.assert_array_equal(result.plan, [[1, 0], [0, 0]])
    assert result.value == sign
    assert_proved(result, np.array([1, 0]), np.array([1, 0]), far)


def test_slices_of_a_line_are_the_line():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((15, 1)), rng.standard_normal((11, 1)) + 1
    assert sliced_w1(x, y, n_projections=7) == pytest.approx(w1_exact(x, y), rel=1e-12)


def test_sliced_w1_is_at_most_w1_and_repeats_by_its_seed():
    for seed in range(8):
        x, y, _, _ = some_problem(seed)
        assert sliced_w1(x, y, n_projections=20) <= w1_exact(x, y) + 1e-12
        assert sliced_w1(x, y, 20, seed=3) == sliced_w1(x, y, 20, seed=np.random.default_rng(3))
    assert sliced_w1(x, y, 20, seed=3) != sliced_w1(x, y, 20, seed=4)


@pytest.mark.parametrize(("d", "factor"), [(2, 2 / np.pi), (3, 1 / 2)])
def test_a_move_shrinks_under_slicing_by_the_mean_of_a_coordinate_of_a_random_direction(d, factor):
    x = np.random.default_rng(0).standard_normal((20, d))
    assert sliced_w1(x, x + 7 * np.eye(d)[0], n_projections=2000) == pytest.approx(7 * factor, rel=0.03)


# --- laws -------------------------------------------------------------------------------------------


@st.composite
def clouds(draw, count=2):
    """Up to six weighted points a cloud, on a coarse grid, so that ties and zero masses are common."""
    d = draw(st.integers(1, 3))
    result = []
    for _ in range(count):
        n = draw(st.integers(1, 6))
        numbers = draw(st.lists(st.integers(-400, 400), min_size=n * d, max_size=n * d))
        masses = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n).filter(any))
        result.append((np.reshape(numbers, (n, d)) / 100, np.divide(masses, sum(masses))))
    return result


def w1(p, q):
    return w1_exact(p[0], q[0], p[1], q[1])


def w2(p, q):
    return w2_exact(p[0], q[0], p[1], q[1])


def same(value, size=1.0):
    return pytest.approx(value, rel=1e-9, abs=1e-12 * size)


def same_w2(value, size=1.0):  # a root turns round-off of 1e-16 into 1e-8
    return pytest.approx(value, rel=1e-9, abs=1e-7 * size)


@given(clouds())
def test_both_directions_cost_the_same(pair):
    p, q = pair
    assert w1(p, q) == same(w1(q, p))
    assert w2(p, q) == same_w2(w2(q, p))


@given(clouds(count=3))
def test_a_detour_is_never_shorter(three):
    p, q, r = three
    assert w1(p, r) <= w1(p, q) + w1(q, r) + 1e-12
    assert w2(p, r) <= w2(p, q) + w2(q, r) + 1e-7


@given(clouds(count=1), st.randoms(use_true_random=False))
def test_a_cloud_in_another_order_is_no_distance_away(one, random):
    (x, a), order = one[0], list(range(len(one[0][0])))
    random.shuffle(order)
    assert w1((x, a), (x[order], a[order])) == same(0)
    assert w2((x, a), (x[order], a[order])) == same_w2(0)


@given(clouds())
def test_w1_is_at_least_the_way_of_the_mean_and_at_most_w2(pair):
    (x, a), (y, b) = pair
    assert np.linalg.norm(a @ x - b @ y) - 1e-12 <= w1(*pair) <= w2(*pair) + 1e-12


@given(clouds(), st.lists(st.integers(-1000, 1000), min_size=3, max_size=3))
def test_moving_both_sides_changes_nothing(pair, shift):
    (x, a), (y, b) = pair
    shift = np.array(shift[: x.shape[1]]) / 10
    assert w1((x + shift, a), (y + shift, b)) == same(w1(*pair))
    assert w2((x + shift, a), (y + shift, b)) == same_w2(w2(*pair))


@given(clouds(), st.sampled_from([1e-12, 1e-3, 7.0, 1e12]))
def test_scaling_both_sides_scales_the_distance(pair, factor):
    (x, a), (y, b) = pair
    assert w1((factor * x, a), (factor * y, b)) == same(factor * w1(*pair), factor)
    assert w2((factor * x, a), (factor * y, b)) == same_w2(factor * w2(*pair), factor)


@given(clouds(), st.integers(0, 1000))
def test_turning_both_sides_changes_nothing(pair, seed):
    (x, a), (y, b) = pair
    turn, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((x.shape[1], x.shape[1])))
    assert w1((x @ turn, a), (y @ turn, b)) == same(w1(*pair))
    assert w2((x @ turn, a), (y @ turn, b)) == same_w2(w2(*pair))


@given(clouds())
def test_a_point_may_be_split_into_two_halves(pair):
    (x, a), q = pair
    halves = np.concatenate([x, x[:1]]), np.concatenate([[a[0] / 2], a[1:], [a[0] / 2]])
    assert w1(halves, q) == same(w1(*pair))
    assert w2(halves, q) == same_w2(w2(*pair))


@given(clouds(count=3))
def test_points_without_mass_do_not_count(three):
    (x, a), (y, b), (idle, _) = three
    p = np.concatenate([idle, x]), np.concatenate([np.zeros(len(idle)), a])
    q = np.concatenate([y, idle]), np.concatenate([b, np.zeros(len(idle))])
    assert w1(p, q) == same(w1((x, a), (y, b)))
    assert w2(p, q) == same_w2(w2((x, a), (y, b)))
    assert kantorovich_potential(p[0], q[0], p[1], q[1]).value == same(w1((x, a), (y, b)))


@given(clouds(count=3), st.integers(0, 8))
def test_mass_that_both_sides_share_may_stay_where_it_is(three, eighths):
    (x, a), (y, b), (z, c) = three
    t = eighths / 8
    p = np.concatenate([x, z]), np.concatenate([t * a, (1 - t) * c])
    q = np.concatenate([y, z]), np.concatenate([t * b, (1 - t) * c])
    assert w1(p, q) == same(t * w1((x, a), (y, b)))


@given(clouds(count=3), st.integers(0, 8))
def test_a_mixture_is_no_farther_than_its_parts_are_on_average(three, eighths):
    (x, a), (y, b), target = three
    t = eighths / 8
    mixture = np.concatenate([x, y]), np.concatenate([t * a, (1 - t) * b])
    assert w1(mixture, target) <= t * w1((x, a), target) + (1 - t) * w1((y, b), target) + 1e-12


@given(clouds())
@example([(np.zeros((2, 1)), np.array([0.5, 0.5])), (np.zeros((1, 1)), np.ones(1))])
def test_the_potential_of_every_pair_certifies_its_distance(pair):
    (x, a), (y, b) = pair
    f = kantorovich_potential(x, y, a, b)
    assert f.value == same(w1(*pair))
    assert certify(f, x, y, a, b).value == same(w1(*pair))


@given(clouds())
def test_on_the_line_the_closed_form_obeys_the_same_laws(pair):
    (x, a), (y, b) = pair
    x, y = x[:, 0], y[:, 0]
    assume(np.ptp(np.concatenate([x, y])) > 0)
    for p in (1, 2):
        there = wasserstein_1d(x, y, a, b, p)
        assert wasserstein_1d(y, x, b, a, p) == same_w2(there)
        assert wasserstein_1d(-1e12 * x, -1e12 * y, a, b, p) == same_w2(1e12 * there, 1e12)
        assert wasserstein_1d(x + 3, y + 3, a, b, p) == same_w2(there)
    assert wasserstein_1d(x, y, a, b) == same(w1((x[:, None], a), (y[:, None], b)))

"""The game of the two bounds: what is below stays below, what is above stays above, and both reach W1."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from ipywidgets import Widget
from scipy.stats import wasserstein_distance

from wgan_edu.networks import mlp_critic
from wgan_edu.transport import certify, cost_matrix, solve_primal, w1_exact
from wgan_edu.widgets import base, bounds_game
from wgan_edu.widgets.base import packed
from wgan_edu.widgets.bounds_game import BarrowPlan, LineGame, PlaneGame
from wgan_edu.widgets.gap_closes import GapCloses

DONE = "the plan is optimal."


@pytest.fixture(autouse=True)
def _closed():
    yield
    Widget.close_all()


def random_street(rng):
    """Piles and holes at random places, in halves so that piles and holes often share one."""
    n, m = rng.integers(1, 7, size=2)
    places = rng.choice(np.arange(-10, 11), n, replace=False) / 2
    others = rng.choice(np.arange(-10, 11), m, replace=False) / 2
    total = int(max(n, m) + rng.integers(0, 12))
    split = lambda k: 1 + rng.multinomial(total - k, np.ones(k) / k)  # noqa: E731
    piles, holes = (
        dict(zip(where.tolist(), split(len(where)).tolist(), strict=True)) for where in (places, others)
    )
    return piles, holes


streets = st.integers(0, 10_000).map(lambda seed: random_street(np.random.default_rng(seed)))
moves = st.lists(
    st.one_of(
        st.tuples(st.just("set_price"), st.integers(0, 30), st.floats(-12, 12)),
        st.tuples(st.sampled_from(["nearest", "raise_prices", "improve_plan", "reset"])),
    ),
    max_size=14,
)


def play(game, move):
    verb, *values = move
    if verb == "set_price":
        values[0] %= len(game.places)
    return getattr(game, verb)(*values)


def check(game, w1):
    """What holds after any moves, from the definitions."""
    bounds = game.bounds()
    assert bounds.w1 == pytest.approx(w1, abs=1e-12)
    assert bounds.upper >= w1 - 1e-12
    plan = game.plan.barrows
    assert plan.min() >= 0
    assert plan.dtype == np.int64
    np.testing.assert_allclose(plan.sum(axis=1) / plan.sum(), game.a, atol=1e-15)
    np.testing.assert_allclose(plan.sum(axis=0) / plan.sum(), game.b, atol=1e-15)
    assert bounds.upper == pytest.approx((plan * game.cost).sum() / plan.sum(), abs=1e-12)
    if np.isnan(bounds.lower):
        assert not bounds.lit.any()
        assert not bounds.closed
        return bounds
    assert bounds.lower <= w1 + 1e-12
    slack = bounds.way - bounds.fall
    assert slack.min() > -1e-11
    missing = bounds.barrows @ slack / plan.sum()
    assert bounds.upper - bounds.lower == pytest.approx(missing, abs=1e-11)
    assert bounds.closed == bool(bounds.lit.all()) == (bounds.upper - bounds.lower < 1e-8)
    return bounds


# --- from above -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(100))
def test_the_plan_ends_at_the_optimum(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, 9, size=2)
    cost = cost_matrix(rng.normal(size=(n, 2)), rng.normal(size=(m, 2))) ** rng.choice([1, 2])
    barrows = rng.integers(0, 4, (n, m)) + np.eye(n, m, dtype=int)
    barrows[:, 0] += barrows.sum(axis=1) == 0
    barrows[0] += barrows.sum(axis=0) == 0
    plan, before = BarrowPlan(barrows, cost), np.inf
    while True:
        assert plan.work < before
        before = plan.work
        length, moved = plan.improve()
        if not length:
            break
        assert 2 <= length <= n
        assert moved >= 1
        np.testing.assert_array_equal(plan.barrows.sum(axis=0), barrows.sum(axis=0))
        np.testing.assert_array_equal(plan.barrows.sum(axis=1), barrows.sum(axis=1))
        assert plan.barrows.min() >= 0
    total = barrows.sum()
    best = solve_primal(barrows.sum(axis=1) / total, barrows.sum(axis=0) / total, cost).value
    assert plan.work == pytest.approx(best, abs=1e-9)


def test_a_circle_of_three_where_no_swap_helps():
    cost = np.array([[1.0, 0.0, 3.0], [3.0, 1.0, 0.0], [0.0, 3.0, 1.0]])
    plan = BarrowPlan(5 * np.eye(3, dtype=int), cost)
    for i, k in ((0, 1), (1, 2), (0, 2)):
        assert cost[i, i] + cost[k, k] < cost[i, k] + cost[k, i]
    assert plan.improve() == (3, 5)
    assert plan.work == 0
    assert plan.improve() == (0, 0)


def test_of_two_swaps_the_better_one_is_taken():
    cost = np.array([[5.0, 0.0, 9.0, 9.0], [0.0, 5.0, 9.0, 9.0], [9.0, 9.0, 3.0, 1.0], [9.0, 9.0, 1.0, 3.0]])
    plan = BarrowPlan(np.diag([2, 3, 1, 1]), cost)
    assert plan.improve() == (2, 2)
    np.testing.assert_array_equal(plan.barrows[:2, :2], [[0, 2], [2, 1]])
    assert plan.improve() == (2, 1)
    assert plan.improve() == (0, 0)


@given(streets)
def test_on_a_line_swaps_are_enough(street):
    game = LineGame(*street)
    piles, holes = street
    w1 = wasserstein_distance(list(piles), list(holes), list(piles.values()), list(holes.values()))
    check(game, w1)
    for _ in range(200):
        length, _ = game.plan.improve()
        if not length:
            break
        assert length == 2
    assert game.plan.work == pytest.approx(w1, abs=1e-9)
    crossing = [(min(x, y), max(x, y), np.sign(y - x)) for x, y in routes(game)]
    for low, high, way in crossing:  # the reason: no stretch is crossed both ways
        for other_low, other_high, other_way in crossing:
            assert way * other_way >= 0 or min(high, other_high) <= max(low, other_low)


def routes(game):
    return [(game.x[i, 0], game.y[j, 0]) for i, j in game.bounds().routes]


def test_the_button_says_what_it_did():
    game = LineGame()
    works, said = [game.plan.work], []
    while not said or not said[-1].endswith(DONE):
        said.append(game.improve_plan())
        works.append(game.plan.work)
    assert said[0] == "Two piles swapped holes with 1 barrow: 1.4 less work."
    np.testing.assert_allclose(works, [5.5, 4.1, 3.1, 2.5, 1.9, 1.5, 1.5])
    game = PlaneGame()
    said = [game.improve_plan() for _ in range(20)]
    assert sum("a circle of 3 piles" in text for text in said) == 1
    assert said[-1].endswith(DONE)
    assert game.plan.work == pytest.approx(w1_exact(game.x, game.y), abs=1e-9)


# --- from below, on a line --------------------------------------------------------------------------


@given(streets, moves)
def test_no_moves_cross_w1(street, moves):
    game = LineGame(*street)
    w1 = w1_exact(game.x, game.y, game.a, game.b)
    bounds = check(game, w1)
    for move in moves:
        before, feasible = bounds.lower, not np.isnan(bounds.lower)
        verb = move[0]
        play(game, move)
        bounds = check(game, w1)
        if verb in ("nearest", "raise_prices"):
            assert not np.isnan(bounds.lower), "both make f feasible"
            assert not feasible or bounds.lower >= before - 1e-11, "and neither loses a bound"
        if verb == "nearest" and feasible:
            assert bounds.lower == pytest.approx(before, abs=1e-11)
        if verb == "improve_plan":
            assert np.isnan(before) or bounds.lower == before


@given(streets, moves)
def test_the_optimum_is_reached_and_lights_up(street, moves):
    game = LineGame(*street)
    for move in moves:
        play(game, move)
    best = solve_primal(game.a, game.b, game.cost)
    while not game.improve_plan().endswith(DONE):
        pass
    for index in range(len(game.places)):
        game.set_price(index, 0.0)
    for at, values in ((game._at_x, best.potential_a), (game._at_y, -best.potential_b)):
        for index, value in zip(at, values, strict=True):
            game.set_price(int(index), value)
    game.raise_prices()
    bounds = check(game, best.value)
    assert bounds.closed
    assert bounds.lower == pytest.approx(best.value, abs=1e-9)
    assert bounds.upper == pytest.approx(best.value, abs=1e-9)
    slopes = np.diff(game.prices) / np.diff(game.places)
    for x, y in routes(game):
        crossed = (game.places[:-1] >= min(x, y)) & (game.places[1:] <= max(x, y))
        np.testing.assert_allclose(slopes[crossed], -np.sign(y - x), atol=1e-8)


@given(streets, st.lists(st.floats(-12, 12), min_size=12, max_size=12))
def test_the_nearest_feasible_prices_are_nearest(street, values):
    game = LineGame(*street)
    k = len(game.places)
    for index in range(k):
        game.set_price(index, values[index])
    before = game.prices
    excess = np.abs(before[:, None] - before[None, :]) - np.abs(game.places[:, None] - game.places[None, :])
    game.nearest()
    assert not game.too_steep().any()
    # No function of slope 1 at most is nearer: at one of two places it is off by half of the excess.
    assert np.abs(game.prices - before).max() == pytest.approx(max(0.0, excess.max() / 2), abs=1e-9)
    after = game.prices
    game.nearest()
    np.testing.assert_allclose(game.prices, after, atol=1e-12)


def test_a_steep_f_proves_nothing_even_where_it_would_earn_more():
    game = LineGame()
    game.set_price(1, 20.0)
    bounds = game.bounds()
    assert bounds.gap == pytest.approx(4.0)
    assert bounds.gap > bounds.w1
    assert np.isnan(bounds.lower)
    assert game.too_steep().tolist() == [True, True] + 6 * [False]
    game.raise_prices()
    assert game.bounds().lower <= game.w1


def test_an_exact_slope_of_one_is_no_slip():
    game = LineGame({0.1: 1}, {0.4: 1})
    game.set_price(0, 0.3)
    game.set_price(1, 0.3 - 0.3)
    assert game.bounds().lower == pytest.approx(0.3)
    assert game.bounds().closed
    game.set_price(0, 0.3 + 1e-6)
    assert np.isnan(game.bounds().lower)
    game.set_price(0, 0.3 - 1e-6)
    bounds = game.bounds()
    assert bounds.lower == pytest.approx(0.3 - 1e-6, abs=1e-12)
    assert not bounds.lit.any(), "almost is not exactly"
    assert not bounds.closed


def test_edits_of_one_price_are_one_move():
    game = LineGame()
    for value in (0.1, 0.2, 0.3):
        game.set_price(2, value)
    assert len(game.history) == 2
    assert game.history[-1] == (game.bounds().lower, game.plan.work)
    game.set_price(3, 0.1)
    game.improve_plan()
    game.set_price(3, 0.2)
    assert len(game.history) == 5
    given = np.arange(9.0) / 2
    game.set_prices(given)
    assert game.prices.tolist() == given.tolist()
    game.set_price(0, 0.3)
    assert given[0] == 0, "a list that was given is left alone"
    assert len(game.history) == 7
    with pytest.raises(ValueError, match="values must"):
        game.set_prices(given[1:])
    game.reset()
    assert game.history == [(0.0, 5.5)]
    assert not game.prices.any()


def test_the_history_has_an_end(monkeypatch):
    monkeypatch.setattr(bounds_game, "MOST_MOVES", 5)
    game = LineGame()
    for k in range(20):
        game.set_price(k % 2, 0.1)
    assert len(game.history) == 5


@pytest.mark.parametrize(
    ("piles", "holes", "says"),
    [
        ({}, {1: 1}, "piles must hold at least one place"),
        ({0: 1}, {1: 2}, "holes must take as many barrows as the piles hold, 1; got 2"),
        ({0: 1.5}, {1: 1}, r"piles\[0\] must be a whole number"),
        ({0: 0}, {1: 1}, r"piles\[0\] must be a whole number, at least 1"),
        ({np.nan: 1}, {1: 1}, "a place of piles"),
    ],
)
def test_bad_streets_get_a_sentence(piles, holes, says):
    with pytest.raises(ValueError, match=says):
        LineGame(piles, holes)


@pytest.mark.parametrize(("index", "value"), [(9, 0.0), (-1, 0.0), (0.5, 0.0), (0, np.nan), (0, np.inf)])
def test_bad_prices_get_a_sentence_and_change_nothing(index, value):
    game = LineGame()
    with pytest.raises(ValueError, match=r"(index|value) must be"):
        game.set_price(index, value)
    assert not game.prices.any()
    assert len(game.history) == 1


# --- from below, in the plane -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_training_never_crosses_w1(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(7, 2)), rng.normal(size=(7, 2)) + rng.normal(size=2)
    game = PlaneGame(x, y, mlp_critic(2, hidden=(16,), seed=seed))
    probes = 3 * rng.normal(size=(60, 2))
    for _ in range(6):
        game.train(10)
        bounds = check(game, w1_exact(x, y))
        certificate = certify(game.critic, x, y)
        assert bounds.lower >= certificate.value - 1e-12
        f = game.f(probes)
        assert (np.abs(f[:, None] - f[None, :]) <= cost_matrix(probes, probes) + 1e-9).all()
    assert game.steps == 60


@pytest.mark.parametrize("seed", range(4))
def test_a_network_closes_the_gap_by_itself(seed):
    """The default points with other networks than the view's; it takes about 40 steps, and here 300 do."""
    game = PlaneGame(critic=mlp_critic(2, seed=seed))
    while not game.improve_plan().endswith(DONE):
        pass
    assert not game.bounds().closed
    for _ in range(60):
        game.train(5)
        if game.bounds().closed:
            break
    bounds = check(game, w1_exact(game.x, game.y))
    assert bounds.closed
    assert bounds.lower == pytest.approx(bounds.w1, abs=1e-9)


def test_training_ascends_the_c_transform_bound():
    """With a linear critic u = w x the bound is concave in w; its slope is checked by differences."""
    critic = torch.nn.Linear(2, 1, bias=False).double()
    game = PlaneGame(critic=critic)
    x, cost = game.x, game.cost

    def bound(w):
        u = x @ w
        return u.mean() + (cost - u[:, None]).min(axis=0).mean()

    w = critic.weight.detach().numpy()[0].copy()
    slope = [(bound(w + h) - bound(w - h)) / 2e-6 for h in 1e-6 * np.eye(2)]
    game.train()
    step = critic.weight.detach().numpy()[0] - w
    np.testing.assert_array_equal(np.sign(step), np.sign(slope))  # Adam's first step: the sign of the slope
    np.testing.assert_allclose(critic.weight.grad.numpy()[0], -np.array(slope), atol=1e-6)


def test_any_function_will_do_as_a_critic():
    game = PlaneGame(critic=lambda z: 40 * np.sin(7 * z[:, 0]) + z[:, 1] ** 2)
    bounds = check(game, w1_exact(game.x, game.y))
    assert bounds.gap == pytest.approx(np.mean(game.critic(game.x)) - np.mean(game.critic(game.y)), abs=1e-12)
    with pytest.raises(ValueError, match="critic must be a torch module to be trained; got function"):
        game.train()
    with pytest.raises(ValueError, match="steps must be a whole number, at least 1"):
        PlaneGame().train(0)
    with pytest.raises(ValueError, match="finite"):
        PlaneGame(critic=lambda z: z[:, 0] * np.nan)


def test_reset_gives_the_same_network_again():
    game = PlaneGame()
    first = [game.train(5) for _ in range(3)]
    lower = game.f.value
    game.reset()
    assert [game.train(5) for _ in range(3)] == first
    assert game.f.value == lower


@pytest.mark.parametrize("shapes", [((4, 3), (4, 3)), ((4, 2), (5, 2))])
def test_other_points_get_a_sentence(shapes):
    with pytest.raises(ValueError, match="as many points of the plane"):
        PlaneGame(*(np.zeros(shape) for shape in shapes))


# --- the view ---------------------------------------------------------------------------------------

VERBS = ("now", "show", "improve_plan", "reset", "set_price", "nearest", "raise_prices", "train")


def test_every_answer_can_be_sent_and_says_what_the_game_says():
    view = GapCloses()
    for work in (
        view.now, view.improve_plan, lambda: view.set_price(1, 20.0), view.nearest, view.raise_prices,
        lambda: view.show("plane"), lambda: view.train(3), view.improve_plan, view.reset,
    ):  # fmt: skip
        answer = work()
        content, buffers = packed(answer)
        json.dumps(content, allow_nan=False)
        assert sum(map(len, buffers)) < 20_000
        bounds = view.game.bounds()
        assert answer["upper"] == bounds.upper
        np.testing.assert_array_equal(answer["lower"], bounds.lower)
        assert answer["mode"] == view.mode
    assert view.line.plan.work == pytest.approx(4.1), "a reset is of the game that is shown"
    assert view.plane.steps == 0
    with pytest.raises(ValueError, match="mode must be 'line' or 'plane'"):
        view.show("space")


def test_a_game_of_one_s_own():
    view = GapCloses(LineGame({0: 1}, {3: 1}), PlaneGame(np.zeros((1, 2)), np.zeros((1, 2))))
    assert view.now()["w1"] == 3
    answer = view.show("plane")  # all points at one place
    assert answer["closed"]
    assert answer["half_width"] > 0


def test_every_verb_of_the_page_is_one_that_it_may_ask():
    source = (base.HERE / "gap_closes.js").read_text()
    for verb in VERBS:
        assert f'"{verb}"' in source
        assert GapCloses.__dict__[verb].asked

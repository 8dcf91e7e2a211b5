"""Drag the earth, without a browser: every change keeps the masses, and every answer is the optimum."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wgan_edu.transport import OTResult, cost_matrix, kantorovich_potential, solve_dual, solve_primal
from wgan_edu.widgets.base import packed
from wgan_edu.widgets.drag_the_earth import DragTheEarth
from wgan_edu.widgets.transport_scene import HALF_WIDTH, LEAST, MOST, MOST_POINTS, PRESETS, Scene, second_plan


def cost_on_page(answer):
    """The cost of the plan as the page gets it: in float32, as rows (from, to, mass)."""
    x, y = np.asarray(answer["x"]), np.asarray(answer["y"])
    i, j = answer["moves"][:, 0].astype(int), answer["moves"][:, 1].astype(int)
    return float((answer["moves"][:, 2] * np.linalg.norm(x[i] - y[j], axis=1)).sum())


@pytest.mark.parametrize("seed", range(100))
def test_the_plan_of_the_view_costs_what_the_solver_says(seed):
    rng = np.random.default_rng(seed)
    n, m = rng.integers(1, MOST_POINTS + 1, 2)
    view = DragTheEarth(Scene.random(int(n), int(m), seed))
    answer = view.move("fake", 0, *rng.uniform(-2, 2, 2))
    scene = view.scene
    for solver in ("network_simplex", "highs"):
        optimum = solve_primal(scene.a, scene.b, cost_matrix(scene.x, scene.y), solver).value
        assert cost_on_page(answer) == pytest.approx(optimum, abs=1e-9)
    assert answer["cost"] == pytest.approx(optimum, abs=1e-9)
    assert answer["prices_x"] @ scene.a + answer["prices_y"] @ scene.b == pytest.approx(optimum, abs=1e-9)
    view.close()


changes = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.booleans(), st.integers(0, 50), st.floats(-5, 5), st.floats(-5, 5)),
        st.tuples(st.just("mass"), st.booleans(), st.integers(0, 50), st.floats(-1, 2)),
        st.tuples(st.just("add"), st.booleans(), st.floats(-5, 5), st.floats(-5, 5)),
        st.tuples(st.just("remove"), st.booleans(), st.integers(0, 50)),
    ),
    max_size=30,
)


@given(changes, st.sampled_from(sorted(PRESETS)))
def test_whatever_a_learner_does_the_masses_stay_masses(steps, name):
    scene = Scene.preset(name)
    for verb, real, *values in steps:
        side = "real" if real else "fake"
        count = len(scene.x if real else scene.y)
        if verb == "move":
            scene.move(side, values[0] % count, (values[1], values[2]))
        elif verb == "mass":
            scene.set_mass(side, values[0] % count, values[1])
        elif verb == "add":
            scene.add(side, (values[0], values[1]))
        elif count > 1:
            scene.remove(side, values[0] % count)
    for places, masses in ((scene.x, scene.a), (scene.y, scene.b)):
        assert len(places) == len(masses)
        assert masses.sum() == pytest.approx(1, abs=1e-12)
        assert masses.min() > 0
        assert np.abs(places).max() <= HALF_WIDTH
        np.testing.assert_allclose(places, np.round(places / 0.05) * 0.05, atol=1e-9)
    solution = scene.solve()
    assert solution.result.gap <= 1e-9
    assert 0 <= solution.js <= math.log(2) + 1e-12
    assert 0 <= solution.tv <= 1 + 1e-12


def test_a_change_of_mass_is_visible_and_keeps_proportions():
    scene = Scene.preset("ring and heap")
    scene.set_mass("real", 0, 0.5)
    assert scene.a[0] == 0.5
    np.testing.assert_allclose(scene.a[1:], 0.5 / 7)
    assert scene.rescaled == pytest.approx(0.5 / (7 / 8))
    scene.set_mass("real", 0, 7)
    assert scene.a[0] == MOST
    scene.set_mass("real", 0, 0)
    assert scene.a[0] == LEAST
    lonely = Scene.preset("split mass")
    lonely.set_mass("real", 0, 0.3)
    assert lonely.a.tolist() == [1.0], "the only point of a side has all of its mass"


def test_points_come_and_go():
    scene = Scene.preset("split mass")
    assert scene.add("fake", (9.0, 0.02)) == 2
    np.testing.assert_allclose(scene.y[2], [2.0, 0.0])
    np.testing.assert_allclose(scene.b, [0.7 * 2 / 3, 0.3 * 2 / 3, 1 / 3])
    scene.remove("fake", 0)
    np.testing.assert_allclose(scene.b, [0.375, 0.625])
    with pytest.raises(ValueError, match="the last point of the real side cannot be removed"):
        scene.remove("real", 0)
    for _ in range(MOST_POINTS - 2):
        scene.add("fake", (0.0, 0.0))
    with pytest.raises(ValueError, match="a side holds at most 40 points"):
        scene.add("fake", (0.0, 0.0))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda scene: scene.move("blue", 0, (0, 0)), "side must be 'real' or 'fake'; got 'blue'"),
        (lambda scene: scene.move("real", 1, (0, 0)), "index must be from 0 to 0 on the real side; got 1"),
        (lambda scene: Scene.preset("x"), "name must be one of split mass, parallel lines, ties"),
    ],
)
def test_bad_requests_get_a_sentence(call, says):
    with pytest.raises(ValueError, match=says):
        call(Scene.preset("split mass"))


def test_divergences_see_only_whether_places_are_the_same():
    scene = Scene.preset("parallel lines")
    far = scene.solve()
    assert (far.js, far.tv, far.kl) == (pytest.approx(math.log(2)), 1, math.inf)
    assert far.result.value == pytest.approx(1.0)
    for i in range(9):
        scene.move("fake", i, (-0.45, 0.25 * i - 1))
    near = scene.solve()
    assert near.js == pytest.approx(math.log(2)), "a twentieth away is as bad as a mile"
    assert near.result.value == pytest.approx(0.05)
    for i in range(9):
        scene.move("fake", i, (-0.5, 0.25 * i - 1))
    there = scene.solve()
    assert there.result.value == pytest.approx(0, abs=1e-12)
    assert (there.js, there.tv, there.kl) == (pytest.approx(0, abs=1e-12), 0, 0)


def test_points_at_one_place_count_together():
    scene = Scene.preset("split mass")
    for i in range(2):
        scene.move("fake", i, (0.0, 0.0))
    p, q = scene.mass_functions()
    assert sorted(p) == sorted(q) == [0, 1]


def test_ties_are_shown_as_such():
    solution = Scene.preset("ties").solve()
    assert solution.other is not None
    np.testing.assert_allclose(solution.other + solution.result.plan, 0.5)
    for name in ("split mass", "ring and heap"):
        assert Scene.preset(name).solve().other is None


@pytest.mark.parametrize("seed", range(20))
def test_a_second_plan_is_optimal_too(seed):
    """Against every plan of whole units, on a small grid where ties abound."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 3, (4, 2)).astype(float), rng.integers(0, 3, (4, 2)).astype(float)
    cost, masses = cost_matrix(x, y), np.full(4, 0.25)
    result = solve_primal(masses, masses, cost)
    other = second_plan(masses, masses, cost, result)
    from itertools import permutations

    costs = [sum(cost[i, j] for i, j in enumerate(order)) / 4 for order in permutations(range(4))]
    best = sum(np.isclose(value, min(costs)) for value in costs)
    assert (other is not None) == (best > 1)
    if other is not None:
        assert (other * cost).sum() == pytest.approx(result.value)
        np.testing.assert_allclose(other.sum(axis=0), masses)
        np.testing.assert_allclose(other.sum(axis=1), masses)


def test_a_second_plan_needs_only_some_optimal_potentials():
    cost = np.array([[1.0, 2.0], [2.0, 1.0]])
    half = np.array([0.5, 0.5])
    dual = solve_dual(half, half, cost)
    result = OTResult(1.0, np.eye(2) / 2, dual.potential_a, dual.potential_b, 0.0)
    assert second_plan(half, half, cost, result) is None


def test_the_surface_is_the_potential():
    scene = Scene.random(5, 6, 3)
    solution = scene.solve()
    f = kantorovich_potential(scene.x, scene.y, scene.a, scene.b)
    assert solution.surface[0, 0] == pytest.approx(f(np.array([[-2.0, -2.0]]))[0])
    assert solution.surface[0, -1] == pytest.approx(f(np.array([[2.0, -2.0]]))[0])
    step = 4 / (len(solution.surface) - 1)
    for axis in (0, 1):
        assert np.abs(np.diff(solution.surface, axis=axis)).max() <= step + 1e-9


def test_every_answer_can_be_sent():
    view = DragTheEarth()
    for answer in (
        view.now(),
        view.preset("parallel lines"),
        view.move("fake", 3, 0.2, 0.2),
        view.set_mass("real", 2, 0.3),
        view.add("fake", 0.0, 0.0),
        view.remove("real", 0),
    ):
        content, _ = packed(answer)
        json.dumps(content, allow_nan=False)
    assert view.add("fake", 0.0, 0.0)["chosen"] == 10
    view.close()

"""The sheet and the thread: exact distances, crossings that are counted, and what bending does not change."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ipywidgets import Widget
from scipy.spatial import KDTree

from wgan_edu.geometry import mle_dimension, two_nn_dimension
from wgan_edu.widgets import SheetAndThread
from wgan_edu.widgets.base import packed
from wgan_edu.widgets.sheet_scene import RANGES, Scene, frame

positions = st.builds(  # where the sliders can stand
    Scene,
    tilt=st.integers(0, 90),
    bend=st.integers(0, 30).map(lambda k: 0.05 * k),
    shift=st.integers(-50, 50).map(lambda k: 0.02 * k),
    epsilon=st.integers(1, 50).map(lambda k: 0.01 * k),
)
POINTS = np.random.default_rng(0).uniform(-1.5, 1.5, (40, 3))


@pytest.fixture(autouse=True)
def _closed():
    yield
    Widget.close_all()


def fine_paper(scene, side=201):
    places = np.linspace(-1, 1, side)
    return scene._bent(np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2))


@given(scene=positions)
def test_distances_to_the_sheet_are_those_of_a_fine_grid(scene):
    grid = fine_paper(scene)
    by_grid = KDTree(grid).query(POINTS)[0]
    exact = scene.to_sheet(POINTS)
    assert (exact <= by_grid + 1e-12).all()
    assert (by_grid - exact).max() < 0.008  # half the diagonal of a square of the grid
    assert scene.to_sheet(grid).max() < 1e-12


@given(scene=positions)
def test_distances_to_the_thread_are_those_of_its_places(scene):
    places = scene._turned(np.linspace(-1, 1, 4001))
    by_table = np.linalg.norm(POINTS[:, None] - places, axis=2).min(axis=1)
    np.testing.assert_allclose(scene.to_thread(POINTS), by_table)
    near = scene.to_thread(POINTS, within=0.8)
    np.testing.assert_allclose(near, np.where(by_table < 0.8, by_table, np.inf))


@given(bend=st.floats(*RANGES["bend"]))
def test_bending_keeps_distances_along_the_paper(bend):
    """A path of small steps on the paper is as long in the room."""
    t = np.linspace(0, 1, 2001)
    paper = np.column_stack([np.sin(5 * t), np.cos(3 * t)]) * 0.9
    room = Scene(bend=bend)._bent(paper)
    lengths = [np.linalg.norm(np.diff(path, axis=0), axis=1).sum() for path in (paper, room)]
    assert lengths[1] == pytest.approx(lengths[0], rel=1e-5)


@given(scene=positions)
def test_crossings_are_on_both_and_they_are_all(scene):
    crossings = scene.crossings()
    if len(crossings):
        assert scene.to_sheet(crossings).max() < 1e-5
        assert scene.to_thread(crossings).max() < 1e-3
        assert "crosses" in scene.meeting()
    # Another grid, and another way: on which side of the arc, seen from its axis.
    t = np.linspace(-1, 1, 1501)
    x = scene._turned(t)
    if scene.bend:
        axis = 1 / scene.bend
        side = np.hypot(x[:, 0], x[:, 2] - axis) - axis
        over = np.abs(np.arctan2(x[:, 0], axis - x[:, 2])) <= scene.bend
    else:
        side, over = -x[:, 2], np.abs(x[:, 0]) <= 1
    again = ((side[:-1] * side[1:] < 0) & over[:-1] & over[1:]).sum()
    assert abs(len(crossings) - again) <= 1  # at the very edge, or a touch, the grids may differ
    assert len(crossings) <= 2


@pytest.mark.parametrize(
    ("scene", "words", "crossings"),
    [
        (Scene(60), "crosses the sheet in one point.", 1),
        (Scene(90, 0.7, 0.3), "crosses the sheet in one point.", 1),
        (Scene(20, 1.2, 0.2), "crosses the sheet in 2 points.", 2),
        (Scene(0, 1.0), "touches", 0),
        (Scene(0, 0, 0.3), "disjoint; the least distance is 0.30", 0),
        (Scene(0, 0, 0), "perfectly aligned", 0),
    ],
)
def test_the_kinds_of_meeting(scene, words, crossings):
    assert words in scene.meeting()
    assert len(scene.crossings()) == crossings


def test_shares_have_the_powers_that_theory_says():
    cross, touch, aligned, apart = Scene(60), Scene(0, 1.0), Scene(0), Scene(0, 0, 0.4)
    of_thread, of_sheet = zip(*(cross.shares(k) for k in (1, 2, 4)), strict=True)
    np.testing.assert_allclose(np.divide(of_thread[:-1], of_thread[1:]), 2, rtol=0.1)  # epsilon^(3 - 2)
    np.testing.assert_allclose(np.divide(of_sheet[:-1], of_sheet[1:]), 4, rtol=0.2)  # epsilon^(3 - 1)
    assert touch.shares(1)[0] / touch.shares(4)[0] == pytest.approx(2, rel=0.1)  # its square root
    assert aligned.shares()[0] == aligned.shares(100)[0] == 1
    assert apart.shares() == (0, 0)


def test_a_flat_scene_by_hand():
    scene = Scene(tilt=90, shift=0.2, epsilon=0.1)  # upright: x = 0, from -0.8 to 1.2, through (0, y, 0)
    np.testing.assert_allclose(scene.crossings(), [[0, 0.3 * np.sin(-0.6), 0]], atol=1e-6)
    assert scene.shares()[0] == pytest.approx(0.1, abs=1e-3)
    np.testing.assert_allclose(scene.to_sheet(np.array([[0, 0, 2.0], [2, 1, 0], [4, 5, 0]])), [2, 1, 5])


@given(scene=positions)
def test_neighbors_see_neither_tilt_nor_bend(scene):
    by_sheet, by_thread = scene.dimensions()
    assert by_sheet == pytest.approx(mle_dimension(scene.sheet()))
    assert by_thread == pytest.approx(mle_dimension(scene.thread()))
    assert abs(by_sheet - 2) < 0.15
    assert abs(by_thread - 1) < 0.1
    assert abs(two_nn_dimension(scene.sheet()) - 2) < 0.25


def test_a_position_out_of_range_gets_a_sentence():
    for name, (low, high) in RANGES.items():
        for value in (low - 1, high + 1, np.nan):
            with pytest.raises(ValueError, match=f"{name} must lie between"):
                Scene(**{name: value})


# --- the view ---------------------------------------------------------------------------------------


def asked(view, verb, **values):
    """What the page gets for a question, as its own protocol has it."""
    sent = []
    view.send = lambda content, buffers: sent.append((content, buffers))
    view._asked(view, {"ask": "1", "verb": verb, "values": values})
    [(content, buffers)] = sent
    return content, buffers


def test_the_page_and_python_see_the_same():
    view = SheetAndThread(Scene(20, 1.2, 0.2))
    content, buffers = asked(view, "now")
    assert content["meeting"] == view.scene.meeting()
    assert content["tilt"] == 20
    sheet = np.frombuffer(buffers[content["sheet"]["buffer"]], "<f4").reshape(content["sheet"]["shape"])
    np.testing.assert_allclose(sheet[:, :3], view.scene.sheet(), atol=1e-6)
    np.testing.assert_array_equal(sheet[:, 3] > 0, view.scene.to_thread(view.scene.sheet()) < 0.1)
    assert content["crossings"]["shape"] == [2, 3]

    content, _ = asked(view, "move", tilt=0, bend=0, shift=0.4, epsilon=0.2)
    assert view.scene == Scene(0, 0, 0.4, 0.2)
    assert content["factors"] == [None, None]
    assert content["crossings"]["shape"] == [0, 3]
    assert view.move(tilt=0.0)["meeting"] == Scene(0).meeting()


def test_a_bad_question_is_answered_in_words_and_changes_nothing():
    view = SheetAndThread()
    for values in ({"tilt": 100}, {"height": 1}, {"tilt": "steep"}):
        content, _ = asked(view, "move", **values)
        assert "error" in content
        assert view.scene == Scene()
    assert "verb must be" in asked(view, "close")[0]["error"]


def test_a_frame_fits_into_a_message():
    content, buffers = packed(frame(Scene()))
    assert sum(map(len, buffers)) < 30_000
    assert content["dimensions"] == pytest.approx(Scene().dimensions())


def test_no_bend_and_the_least_bend_are_alike():
    for bend in (5e-324, 1e-9, 1e-5):
        np.testing.assert_allclose(Scene(bend=bend).to_sheet(POINTS), Scene().to_sheet(POINTS), atol=1e-4)
        assert len(Scene(bend=bend).crossings()) == 1

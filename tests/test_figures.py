"""Figures draw what they are given into the given ax, and are shown with words."""

import importlib.util
import re
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from wgan_edu import plots, style
from wgan_edu.palette import COLORS, MARKERS

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def ax():
    mpl.use("agg")
    with plt.rc_context():
        style.use_style()
        _, ax = plt.subplots()
        yield ax
        plt.close("all")


def test_piles_stand_up_and_holes_go_down(ax):
    assert plots.piles(ax, [0.0, 1.0], [2.0], [0.25, 0.75], [1.0]) is ax
    assert [bar.get_height() for bar in ax.patches] == [0.25, 0.75, -1.0]


def test_matrix_writes_every_entry_but_nan(ax):
    assert plots.matrix(ax, np.array([[1.0, np.nan], [0.25, 0.5]]), numbers=".2f") is ax
    assert [text.get_text() for text in ax.texts] == ["1.00", "0.25", "0.50"]


def test_points_are_as_large_as_their_mass(ax):
    plots.points(ax, np.zeros((2, 2)), np.ones((1, 2)), np.array([0.25, 0.75]), np.array([1.0]))
    real, fake = ax.collections
    assert real.get_sizes()[1] == pytest.approx(3 * real.get_sizes()[0])
    assert tuple(real.get_facecolor()[0][:3]) == to_rgb(COLORS["real"])
    assert tuple(fake.get_facecolor()[0][:3]) == to_rgb(COLORS["fake"])


def test_a_plan_is_one_line_for_each_route_wider_for_more_mass(ax):
    x, y = np.array([[0.0, 0.0], [0.0, 1.0]]), np.array([[2.0, 0.0], [2.0, 3.0]])
    plan = np.array([[0.5, 0.0], [0.1, 0.4]])
    assert plots.plan(ax, x, y, plan) is ax
    drawn = {tuple(map(tuple, line.get_xydata())): line.get_linewidth() for line in ax.lines}
    assert set(drawn) == {((0, 0), (2, 0)), ((0, 1), (2, 0)), ((0, 1), (2, 3))}
    assert drawn[(0, 0), (2, 0)] > drawn[(0, 1), (2, 3)] > drawn[(0, 1), (2, 0)]


def test_cdfs_shade_the_area_between_them(ax):
    assert plots.cdfs(ax, np.array([0.0, 1.0, 2.0]), np.array([0.5, 1, 1]), np.array([0, 0.5, 1])) is ax
    (region,) = ax.collections
    corners = region.get_paths()[0].vertices[:-1]
    across, up = corners.T
    shoelace = 0.5 * abs(np.dot(across, np.roll(up, 1)) - np.dot(up, np.roll(across, 1)))
    assert shoelace == pytest.approx(1.0)  # half a unit of mass over two units of way


def test_a_band_goes_one_error_up_and_down(ax):
    plots.band(ax, np.array([1, 2]), np.array([5.0, 6.0]), np.array([1.0, 0.5]), "real", "name")
    assert ax.lines[0].get_ydata().tolist() == [5, 6]
    assert ax.collections[0].get_paths()[0].get_extents().get_points()[:, 1].tolist() == [4, 6.5]


def test_histograms_count_everything_in_the_same_bins(ax):
    plots.histograms(ax, np.arange(10.0), np.arange(5, 25.0), ("ten", "twenty"), bins=7)
    *bars, outline = ax.patches
    corners = outline.get_xy()  # up and down at each edge of a bin, and back along the bottom
    assert len(bars) == 7
    assert sum(bar.get_height() for bar in bars) == 10
    assert corners[1:15:2, 1].sum() == 20
    assert np.allclose(corners[1:15:2, 0], [bar.get_x() for bar in bars])


def test_pixels_lie_where_they_belong(ax):
    images = np.zeros((2, 3, 4))
    images[1, 2] = [0.1, 0.2, 0.3, 0.4]
    plots.pixels(ax, images, titles=["a", "b", "c"], rows=["from", "to"])
    sheet = ax.images[0].get_array()
    assert sheet.shape == (5, 8)
    assert sheet[3:, 6:].tolist() == [[0.1, 0.2], [0.3, 0.4]]
    assert sheet.sum() == pytest.approx(1.0)


def test_a_phase_portrait_has_arrows_and_curves(ax):
    path = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 0.25]])
    turning = {"a": path, "b": -path}
    assert plots.phase_portrait(ax, lambda theta, psi: (psi, -theta), turning, half_width=1.5) is ax
    (arrows,) = ax.collections
    assert np.array_equal(arrows.U, arrows.Y)
    assert np.array_equal(arrows.V, -arrows.X)
    assert np.abs(arrows.X).max() == 1.5
    curves = [line for line in ax.lines if len(line.get_xydata()) > 1]
    assert np.array_equal(curves[0].get_xydata(), path)
    assert curves[0].get_linestyle() != curves[1].get_linestyle()
    starts = [tuple(line.get_xydata()[0]) for line in ax.lines if line.get_marker() == MARKERS["fake"]]
    assert starts == [(1, 0), (-1, 0)]


def test_a_surface_asks_its_function_over_the_whole_box(ax):
    asked = []

    def f(points):
        asked.append(points)
        return points[:, 0]

    assert plots.surface(ax, f, (0.0, 1.0, -2.0, 2.0), label="f") is ax
    (points,) = asked
    assert points.min(axis=0).tolist() == [0, -2]
    assert points.max(axis=0).tolist() == [1, 2]


def test_infinite_values_are_drawn_at_a_marked_height(ax):
    assert plots.curves(ax, [0, 1, 2], {"KL": [0.0, np.inf, 1.0]}, infinity=3.0) is ax
    assert ax.lines[0].get_ydata().tolist() == [0, 3, 1]
    assert ax.lines[1].get_ydata() == [3.0, 3.0]
    assert [text.get_text() for text in ax.texts] == ["∞"]
    assert ax.get_legend() is not None


def test_curves_can_be_named_elsewhere(ax):
    plots.curves(ax, [0, 1], {"a": [0.0, 1.0], "b": [1.0, np.inf]}, legend=False)
    assert ax.get_legend() is None
    assert np.isinf(ax.lines[1].get_ydata()[1])
    assert ax.get_legend_handles_labels()[1] == ["a", "b"]


def test_points_are_as_large_as_is_asked(ax):
    plots.points(ax, np.zeros((2, 2)), np.ones((1, 2)), size=7)
    assert [size for collection in ax.collections for size in collection.get_sizes()] == [7, 7]


def test_a_diagram_joins_boxes_and_tells_the_quiet_ones(ax):
    boxes = {"a": (0.0, 0.0), "b": (1.0, -1.0), "c": (0.0, -2.0)}
    arrows = {("a", "b"): [], ("a", "c"): [(-1.0, -1.0)]}
    assert plots.diagram(ax, boxes, arrows, quiet=["b", ("a", "c")]) is ax
    words = {text.get_text(): text for text in ax.texts if text.get_text()}
    assert {name: text.get_position() for name, text in words.items()} == boxes
    assert [words[name].get_bbox_patch().get_linestyle() for name in "abc"] == ["-", "--", "-"]
    heads = [text for text in ax.texts if not text.get_text()]
    assert [head.xy for head in heads] == [boxes["b"], boxes["c"]]
    assert [head.arrow_patch.get_linestyle() for head in heads] == ["-", "--"]
    assert heads[1].xyann == (-1.0, -1.0), "the last stretch begins at the last place passed"
    assert ax.lines[1].get_xydata().tolist() == [[0, 0], [-1, -1]]
    low, high = ax.get_xlim()
    assert low < -1 < 1 < high


def test_style_is_readable_from_the_last_row(ax):
    assert ax.figure.get_size_inches().tolist() == [7, 4]
    assert plt.rcParams["font.size"] == 12


def test_show_gives_caption_and_escaped_alt_text(ax, monkeypatch):
    shown = []
    monkeypatch.setattr(style, "display", lambda data, raw: shown.append(data))
    style.show(ax.figure, alt='a "quoted" <thing>', caption="where $a < b$")
    page = shown[0]["text/html"]
    assert 'alt="a &quot;quoted&quot; &lt;thing&gt;"' in page
    assert "<figcaption" in page
    assert "where $a &lt; b$" in page
    assert re.search(r"data:image/png;base64,iVBOR", page)
    assert shown[0]["text/plain"].startswith("Figure: a ")
    assert not plt.fignum_exists(ax.figure.number), "a figure that was shown is closed"


def test_a_room_has_depth_and_no_numbers():
    room = plt.figure().add_subplot(projection="3d")
    sheet, place = np.zeros((4, 3)), np.ones((1, 3))
    assert plots.room(room, {"real": sheet, "exact": place}) is room
    points, mark = room.collections
    assert len(points._offsets3d[0]) == 4
    assert tuple(mark.get_edgecolor()[0][:3]) == to_rgb(COLORS["exact"])
    assert mark.get_sizes()[0] > 4 * points.get_sizes()[0]
    assert not any(text.get_text() for text in room.get_zticklabels())


@pytest.mark.parametrize("missing", ["alt", "caption"])
def test_show_refuses_a_figure_without_words(ax, missing):
    words = {"alt": "some words", "caption": "some words"} | {missing: " "}
    with pytest.raises(ValueError, match=missing):
        style.show(ax.figure, **words)


def test_the_readme_s_figure_shows_the_numbers_in_its_caption():
    spec = importlib.util.spec_from_file_location("readme_figure", ROOT / "docs" / "readme_figure.py")
    figure = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(figure)
    *_, work, gap = figure.compute()
    caption = re.search(
        r"work of the plan: ([\d.]+), gap of the critic: (\d\.\d+)", (ROOT / "README.md").read_text()
    )
    assert caption, "the README states both numbers under its figure"
    assert caption.groups() == (f"{work:.6f}", f"{gap:.6f}")
    assert figure.PICTURE.is_file()
    assert len(figure.draw().axes[0].lines) >= 120


def test_spreads_have_a_median_and_both_ends_in_each_row(ax):
    plots.spreads(ax, {"a": {"one": np.array([1.0, 2.0, 5.0]), "two": np.array([3.0, 3.0, 3.0])}}, "share")
    [bars] = ax.containers
    middle, _, (lines,) = bars
    assert middle.get_xdata().tolist() == [2, 3]
    ends = [segment[:, 0].tolist() for segment in lines.get_segments()]
    assert ends == [[1, 5], [3, 3]]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["one", "two"]


def test_a_waterfall_ends_where_its_steps_lead(ax):
    plots.waterfall(ax, {"start": 2.0, "up": 2.5, "down": 2.2})
    bars = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in ax.patches]
    assert np.allclose(bars, [(0, 2), (2, 2.5), (2.5, 2.2), (0, 2.2)])
    assert [text.get_text().strip() for text in ax.texts] == ["2.000", "+0.500", "-0.300", "2.200"]

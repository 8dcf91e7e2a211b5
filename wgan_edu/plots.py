"""The course's figures: each function draws into a given `ax`, returns it, and computes nothing.

Arrays or callables come in, never trainers. Roles keep their color and marker (see `palette`): real is a blue
circle, fake a vermilion triangle. Lines differ in dash or marker as well as in color, and what may lie over a
surface has a white edge, to be seen on dark ground too. Used in every chapter.
"""

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke

from wgan_edu.checking import Array
from wgan_edu.palette import COLORS, MARKERS

__all__ = [
    "band",
    "cdfs",
    "critic_on_line",
    "curves",
    "diagram",
    "dots",
    "histograms",
    "matrix",
    "phase_portrait",
    "piles",
    "pixels",
    "plan",
    "points",
    "room",
    "spreads",
    "surface",
    "waterfall",
]

STYLES: list[Any] = ["-", "--", ":", "-.", (0, (3, 1, 1, 1, 1, 1)), (0, (8, 3)), (0, (1, 4))]  # of curves


def piles(ax: Axes, x: Array, y: Array, a: Array, b: Array, width: float = 0.5) -> Axes:
    """Piles of earth above the ground, holes below it.

    Args:
        ax: where to draw.
        x: (n,) where the piles stand.
        y: (m,) where the holes are.
        a: (n,) what the piles hold.
        b: (m,) what the holes take.
        width: of a bar, in the units of x. Default 0.5.
    """
    ax.bar(x, a, width=width, color=COLORS["real"], label="piles $a$")
    ax.bar(
        y, -np.asarray(b), width=width, color=COLORS["fake"], hatch="//", edgecolor="white", label="holes $b$"
    )
    ax.axhline(0, color="black", linewidth=1)
    ax.yaxis.set_major_formatter(lambda mass, _: f"{abs(mass):g}")  # holes go down, masses stay positive
    ax.set(xlabel="place", ylabel="mass", xticks=sorted({*np.asarray(x), *np.asarray(y)}))
    ax.legend(loc="best")
    return ax


def matrix(
    ax: Axes,
    matrix: Array,
    *,
    numbers: str = "",
    rows: Sequence[object] = (),
    columns: Sequence[object] = (),
    row_label: str = "",
    column_label: str = "",
    colorbar: str = "",
) -> Axes:
    """A matrix as a picture, with its entries written in where there is room.

    Args:
        ax: where to draw.
        matrix: (n, m) entries; NaN stays empty.
        numbers: a format such as ".2f" to write the entries in; "" writes none.
        rows: names of the rows, as many as there are, or none.
        columns: names of the columns, likewise.
        row_label: name of the vertical axis.
        column_label: name of the horizontal axis.
        colorbar: label of the color bar; "" draws none.
    """
    image = ax.imshow(matrix, aspect="auto" if not numbers else "equal", interpolation="nearest")
    ax.set(xlabel=column_label, ylabel=row_label)
    ax.set_xticks(range(len(columns)), [str(name) for name in columns])
    ax.set_yticks(range(len(rows)), [str(name) for name in rows])
    if colorbar:
        ax.figure.colorbar(image, ax=ax, label=colorbar)
    if numbers:
        low, high = np.nanmin(matrix), np.nanmax(matrix)
        middle = low + 0.47 * (high - low)  # where cividis is as far from black as from white
        for (i, j), entry in np.ndenumerate(np.asarray(matrix)):
            if not np.isnan(entry):
                color = "black" if entry > middle else "white"
                ax.text(j, i, format(entry, numbers), ha="center", va="center", color=color)
    return ax


def points(
    ax: Axes, x: Array, y: Array, a: Array | None = None, b: Array | None = None, size: float = 45
) -> Axes:
    """Two sets of points in the plane, areas in proportion to their masses.

    Args:
        ax: where to draw.
        x: (n, 2) points, drawn as real.
        y: (m, 2) points, drawn as fake.
        a: (n,) masses of x; `None` draws them alike.
        b: (m,) masses of y; `None` draws them alike.
        size: area of a point of mean mass. Default 45.
    """
    for role, where, mass in (("real", x, a), ("fake", y, b)):
        areas = size if mass is None else size * np.asarray(mass) * len(mass)
        across, up = np.asarray(where).T
        look: dict[str, Any] = {"c": COLORS[role], "marker": MARKERS[role], "edgecolors": "white"}
        ax.scatter(across, up, s=areas, linewidths=min(1.0, size**0.5 / 6), zorder=3, **look)
    ax.set_aspect("equal")
    return ax


def plan(ax: Axes, x: Array, y: Array, plan: Array) -> Axes:
    """A transport plan in the plane: a line from x_i to y_j for each mass P_ij, as wide as the mass is large.

    Args:
        ax: where to draw.
        x: (n, 2) points.
        y: (m, 2) points.
        plan: (n, m) masses.
    """
    routes = list(zip(*np.nonzero(plan), strict=True))
    widest = min(2.4, 100 / len(routes)) / np.max(plan)  # many routes are drawn thin
    for i, j in routes:
        (x0, x1), (y0, y1) = x[i], y[j]
        width = 0.3 + widest * plan[i, j]
        ax.plot(
            [x0, y0], [x1, y1], color=COLORS["plan"], linewidth=width, zorder=1, path_effects=_edge(width)
        )
    return points(ax, x, y, plan.sum(axis=1), plan.sum(axis=0))


def cdfs(
    ax: Axes,
    places: Array,
    cdf_x: Array,
    cdf_y: Array,
    names: Sequence[str] = ("the piles", "the holes"),
) -> Axes:
    """Two cumulative distribution functions and the area between them.

    Args:
        ax: where to draw.
        places: (k,) where either jumps, in order.
        cdf_x: (k,) the first, from each place to the next.
        cdf_y: (k,) the second, likewise.
        names: whose F and G they are. Default the piles' and the holes'.
    """
    ax.fill_between(places, cdf_x, cdf_y, step="post", color=COLORS["plan"], alpha=0.35, label="area")
    ax.step(places, cdf_x, where="post", color=COLORS["real"], label=f"$F$, {names[0]}")
    ax.step(places, cdf_y, where="post", color=COLORS["fake"], linestyle="--", label=f"$G$, {names[1]}")
    ax.set(xlabel="place", ylabel="mass to the left")
    ax.legend(loc="best")
    return ax


def dots(ax: Axes, x: Array, y: Array, across: str = "", up: str = "", size: float = 14) -> Axes:
    """One dot for each pair of entries.

    Args:
        ax: where to draw.
        x: where each dot is, any shape.
        y: how high it is, of the same shape.
        across: name of the horizontal axis.
        up: name of the vertical axis.
        size: area of a dot. Default 14.
    """
    ax.scatter(np.ravel(x), np.ravel(y), s=size, alpha=0.8, zorder=3)
    ax.set(xlabel=across, ylabel=up)
    return ax


def curves(
    ax: Axes,
    x: Array,
    ys: Mapping[str, Array],
    across: str = "",
    up: str = "",
    log: bool = False,
    *,
    infinity: float | None = None,
    legend: bool = True,
) -> Axes:
    """Several curves over one axis, told apart by line style as well as color.

    Args:
        ax: where to draw.
        x: (k,) the horizontal axis.
        ys: for each name in the legend, (k,) values.
        across: name of the horizontal axis.
        up: name of the vertical axis.
        log: whether the vertical axis is logarithmic. Default no.
        infinity: at which height to draw what is infinite, marked so at the axis. Default: not at all.
        legend: whether to name the curves here, and not beside the figure. Default yes.
    """
    on_surface = bool(ax.collections)
    for style, (name, y) in zip(itertools.cycle(STYLES), ys.items(), strict=False):
        shown = y if infinity is None else np.where(np.isposinf(y), infinity, y)
        ax.plot(x, shown, linestyle=style, label=name, path_effects=_edge(2) if on_surface else None)
    ax.set(xlabel=across, ylabel=up, yscale="log" if log else "linear")
    if infinity is not None:
        ax.axhline(infinity, color=COLORS["quiet"], linewidth=0.8, linestyle=(0, (9, 9)), zorder=0)
        ax.text(-0.015, infinity, "∞", transform=ax.get_yaxis_transform(), ha="right", va="center")
    if legend:
        ax.legend(loc="best", frameon=on_surface, framealpha=1)
    return ax


def diagram(
    ax: Axes,
    boxes: Mapping[str, tuple[float, float]],
    arrows: Mapping[tuple[str, str], Sequence[tuple[float, float]]],
    quiet: Collection[str | tuple[str, str]] = (),
) -> Axes:
    """Boxes with words, and arrows from box to box.

    Args:
        ax: where to draw; its axes are taken away.
        boxes: for each text, where the middle of its box is.
        arrows: for each pair of texts, from and to, the places that the arrow passes on its way.
        quiet: the boxes and arrows that are dashed; such boxes are gray.
    """
    ax.axis("off")
    corners = np.array([*boxes.values(), *itertools.chain(*arrows.values())])
    (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
    ax.set(xlim=(left - 0.5, right + 0.5), ylim=(low - 0.4, high + 0.4))
    styles = {thing: "--" if thing in quiet else "-" for thing in (*boxes, *arrows)}
    drawn = {}
    for text, (x, y) in boxes.items():
        ink = COLORS["quiet" if text in quiet else "exact"]
        box = {"boxstyle": "round", "facecolor": "white", "edgecolor": ink, "linestyle": styles[text]}
        drawn[text] = ax.text(x, y, text, ha="center", va="center", color=ink, bbox=box)
    for (start, end), passed in arrows.items():
        look: dict[str, Any] = {"color": COLORS["quiet"], "linestyle": styles[start, end], "linewidth": 1.3}
        way = [boxes[start], *passed]
        ax.plot(*np.transpose(way), zorder=1, **look)  # what is under the first box stays hidden
        ends = {
            "patchA": None if passed else drawn[start].get_bbox_patch(),
            "patchB": drawn[end].get_bbox_patch(),
        }
        head = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 1, **look, **ends}
        ax.annotate("", xy=boxes[end], xytext=way[-1], arrowprops=head, zorder=4)
    return ax


def critic_on_line(ax: Axes, critic: Callable[[Array], Array], x: Array, y: Array, places: Array) -> Axes:
    """A critic on the line, with the piles and holes on it.

    Args:
        ax: where to draw.
        critic: from points (k, 1) to values (k,).
        x: (n, 1) piles, drawn as real.
        y: (m, 1) holes, drawn as fake.
        places: (k,) where to draw the critic.
    """
    ax.plot(places, critic(np.asarray(places)[:, None]), color=COLORS["critic"], label="critic $f$")
    for role, points_there, name, size in (("real", x, "piles", 14), ("fake", y, "holes", 8)):
        look: dict[str, Any] = {"color": COLORS[role], "marker": MARKERS[role], "markersize": size}
        ax.plot(np.ravel(points_there), critic(points_there), linestyle="", label=name, **look)
    ax.set(xlabel="place", ylabel="$f$")
    ax.legend(loc="best")
    return ax


def band(ax: Axes, x: Array, mean: Array, error: Array, role: str, label: str = "") -> Axes:
    """A measured curve with its error band.

    Args:
        ax: where to draw.
        x: (k,) the horizontal axis.
        mean: (k,) the middle of the band.
        error: (k,) half its width.
        role: whose color and marker to take, a key of `palette.MARKERS`.
        label: for the legend.
    """
    ax.plot(x, mean, color=COLORS[role], marker=MARKERS[role], label=label)
    ax.fill_between(x, np.subtract(mean, error), np.add(mean, error), color=COLORS[role], alpha=0.25)
    return ax


def histograms(
    ax: Axes,
    real: Array,
    fake: Array,
    names: tuple[str, str],
    bins: int = 24,
    roles: tuple[str, str] = ("real", "fake"),
) -> Axes:
    """Histograms of one quantity on two samples; the second is see-through, with an edge and stripes.

    Args:
        ax: where to draw.
        real: (n,) values on the first sample.
        fake: (m,) values on the second.
        names: what the two samples are called.
        bins: how many bars. Default 24.
        roles: what they are, two keys of `palette.COLORS`. Default real and fake.
    """
    edges = np.histogram_bin_edges(np.concatenate([real, fake]), bins).tolist()
    first, second = (COLORS[role] for role in roles)
    ax.hist(real, edges, color=first, alpha=0.7, label=names[0])
    look: dict[str, Any] = {"facecolor": (second, 0.3), "edgecolor": second, "hatch": "//", "linewidth": 1.5}
    ax.hist(fake, edges, histtype="stepfilled", label=names[1], **look)
    ax.set(ylabel="how many")
    ax.legend(loc="best")
    return ax


def phase_portrait(
    ax: Axes,
    velocity: Callable[[Array, Array], tuple[Array, Array]],
    paths: Mapping[str, Array],
    half_width: float = 2.0,
) -> Axes:
    """Two players in the plane: arrows of where both are heading, and the curves of some runs.

    Args:
        ax: where to draw.
        velocity: from places across and up, each (k, k), to the two rates of change there.
        paths: for each name, (n, 2) places; a triangle marks the first, and lines differ in style.
        half_width: half of the side of the square shown. Default 2.
    """
    across, up = np.meshgrid(*2 * [np.linspace(-half_width, half_width, 11)])
    ax.quiver(across, up, *velocity(across, up), color=COLORS["quiet"], alpha=0.8, width=0.006)
    for style, (name, path) in zip(itertools.cycle(STYLES), paths.items(), strict=False):
        ax.plot(*np.asarray(path).T, linestyle=style, linewidth=1.4, label=name)
        ax.plot(*path[0], marker=MARKERS["fake"], color=COLORS["fake"])
    ax.plot(0, 0, marker="+", color=COLORS["exact"], markersize=10, markeredgewidth=2)
    ax.set(xlim=(-half_width, half_width), ylim=(-half_width, half_width), aspect="equal")
    return ax


def pixels(ax: Axes, images: Array, titles: Sequence[str] = (), rows: Sequence[str] = ()) -> Axes:
    """Small square pictures in rows and columns, ink on paper.

    Args:
        ax: where to draw.
        images: (r, c, s * s) brightness, 0 (paper) to 1 (ink).
        titles: one for each column, or none.
        rows: a name for each row, or none.
    """
    r, c, pixels = np.shape(images)
    side = round(pixels**0.5)
    sheet = np.zeros((r * (side + 1) - 1, c * (side + 1) - 1))
    for i, j in np.ndindex(r, c):
        top, left = i * (side + 1), j * (side + 1)
        sheet[top : top + side, left : left + side] = np.reshape(images[i][j], (side, side))
    ax.imshow(sheet, cmap="gray_r", vmin=0, vmax=1)
    middle = (side - 1) / 2
    ax.set_xticks([j * (side + 1) + middle for j in range(len(titles))], titles)
    ax.set_yticks([i * (side + 1) + middle for i in range(len(rows))], rows)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def room(ax: Axes, pieces: Mapping[str, Array], size: float = 6, zoom: float = 1.2) -> Axes:
    """Points in a room of three dimensions, without numbers at its walls; later pieces hide earlier ones.

    Args:
        ax: where to draw, with `projection="3d"`.
        pieces: for each role, a key of `palette.MARKERS`, its points (n, 3).
        size: area of a point; "extra" and "exact" mark single places and are much larger. Default 6.
        zoom: how much of the picture the room fills; a flat room has more to fill. Default 1.2.
    """
    room: Any = ax  # Axes3D, which Matplotlib's types do not tell from Axes
    room.computed_zorder = False
    for role, x in pieces.items():
        area = 12 * size if role in ("extra", "exact") else 2 * size
        look: dict[str, Any] = {"c": COLORS[role], "marker": MARKERS[role]}
        if role != "exact":  # a cross has no edge
            look |= {"edgecolors": "white", "linewidths": 0.5}
        room.scatter(*np.asarray(x).T, s=area, depthshade=False, clip_on=False, **look)
    room.set(xticklabels=[], yticklabels=[], zticklabels=[])
    room.set_box_aspect(np.ptp([room.get_xlim(), room.get_ylim(), room.get_zlim()], axis=1), zoom=zoom)
    return ax


def surface(
    ax: Axes,
    f: Callable[[Array], Array],
    box: tuple[float, float, float, float],
    label: str = "",
    levels: int | Array = 20,
) -> Axes:
    """A function on the plane as filled contours.

    Args:
        ax: where to draw.
        f: from points (k, 2) to values (k,).
        box: left, right, bottom and top of the region.
        label: of the color bar; "" draws none.
        levels: how many bands, or where they end, so that several surfaces share a scale. Default 20.
    """
    across, up = np.meshgrid(np.linspace(*box[:2], 120), np.linspace(*box[2:], 120))
    values = np.asarray(f(np.column_stack([across.ravel(), up.ravel()]))).reshape(across.shape)
    beyond = "neither" if isinstance(levels, int) else "max"
    contours = ax.contourf(across, up, values, levels=levels, extend=beyond)
    if label:
        ax.figure.colorbar(contours, ax=ax, label=label)
    ax.set_aspect("equal")
    return ax


def spreads(ax: Axes, groups: Mapping[str, Mapping[str, Array]], across: str = "") -> Axes:
    """Measured values in rows: a marker at the median, a line from the least to the largest.

    Args:
        ax: where to draw.
        groups: for each name in the legend and each row, the values of the runs.
        across: name of the horizontal axis.
    """
    rows = list(next(iter(groups.values())))
    for (name, measured), role, lift in zip(groups.items(), ("plan", "critic"), (0.12, -0.12), strict=False):
        middle = np.array([np.median(measured[row]) for row in rows])
        ends = [[np.min(measured[row]), np.max(measured[row])] for row in rows]
        error = np.abs(np.array(ends).T - middle)
        height = -np.arange(len(rows)) + lift
        look: dict[str, Any] = {"color": COLORS[role], "marker": MARKERS[role], "linestyle": ""}
        ax.errorbar(middle, height, xerr=error, label=name, capsize=2, **look)
    ax.set_yticks(-np.arange(len(rows)), rows)
    ax.set(xlabel=across)
    ax.legend(loc="best")
    return ax


def waterfall(ax: Axes, levels: Mapping[str, float], up: str = "") -> Axes:
    """From the first number to the last: full bars at both ends, and a bar for each change between.

    Args:
        ax: where to draw.
        levels: for each name, the level after that step; the first is the start.
        up: name of the vertical axis.
    """
    names, heights = list(levels), list(levels.values())
    before = [0.0, *heights[:-1]]
    for place, (low, high) in enumerate(zip(before, heights, strict=True)):
        color = COLORS["quiet"] if place == 0 else COLORS["plan" if high >= low else "extra"]
        hatch = "" if place == 0 or high >= low else "//"
        ax.bar(place, high - low, bottom=low, color=color, hatch=hatch, edgecolor="white", width=0.6)
        ax.text(
            place,
            max(low, high),
            f" {high:.3f}" if place == 0 else f" {high - low:+.3f}",
            ha="center",
            va="bottom",
        )
    ax.bar(len(names), heights[-1], color=COLORS["quiet"], width=0.6)
    ax.text(len(names), heights[-1], f"{heights[-1]:.3f}", ha="center", va="bottom")
    ax.set_xticks(range(len(names) + 1), [*names, "what it says"])
    ax.set(ylabel=up)
    ax.margins(y=0.12)
    return ax


def _edge(width: float) -> list[Any]:
    """A white edge for a line of a width, so that it is seen over a surface too."""
    return [withStroke(linewidth=width + min(1.6, 0.8 * width), foreground="white")]

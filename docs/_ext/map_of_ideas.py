"""The map of ideas as a figure to click: `{map-of-ideas}` draws the chapters and what each of them needs.

All of it comes from `wgan_edu.exercises.course`, as in the notebook 00_start_here: boxes, arrows and places.
"""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from textwrap import wrap

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from wgan_edu.exercises import course

ACROSS, DOWN = 190, 88  # pixels from place to place
WIDE, HIGH = 164, 56  # of a box
LINE = 18


class MapFigure(nodes.General, nodes.Element):
    """Where the map stands in a page."""


class MapOfIdeas(SphinxDirective):
    """`{map-of-ideas}`, without arguments."""

    def run(self) -> list[nodes.Node]:
        """Put the map here, and read this page again when the course changes."""
        self.env.note_dependency(course.__file__)
        return [MapFigure()]


def drawing(pages: Mapping[str, str]) -> str:
    """The map as SVG.

    Args:
        pages: for each written chapter, such as 05, the address of its page.
    """
    places, links = course.ways()
    left = min(x for x, _ in places.values())
    spots = {key: _pixels(place, left) for key, place in places.items()}
    everywhere = [*spots.values(), *(_pixels(place, left) for way in links.values() for place in way)]
    width = max(x for x, _ in everywhere) + WIDE / 2 + 8
    height = max(y for _, y in everywhere) + HIGH / 2 + 8
    arrows = []
    for (one, two), way in links.items():
        (x, y), helps = spots[two], one in course.CHAPTERS[two].helps
        points = [spots[one], *(_pixels(place, left) for place in way), (x, y - HIGH / 2 - 6)]
        line = " ".join(f"{a:.0f},{b:.0f}" for a, b in points)
        kind = "helps" if helps else "needs"
        arrows.append(f'<polyline class="{kind}" data-from="{one}" data-to="{two}" points="{line}"/>')
    boxes = [_box(key, spots[key], pages.get(key)) for key in course.CHAPTERS]
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" style="min-width: {0.7 * width:.0f}px" role="group" '
        'aria-label="Map of ideas: each chapter with arrows to those that need it">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="4" refY="4" markerWidth="6" markerHeight="6" '
        f'orient="auto"><path d="M0,0 L8,4 L0,8 z"/></marker></defs>{"".join(arrows)}{"".join(boxes)}</svg>'
    )


def _pixels(place: tuple[float, float], left: float) -> tuple[float, float]:
    return (place[0] - left) * ACROSS + WIDE / 2 + 8, -place[1] * DOWN + HIGH / 2 + 8


def _box(key: str, spot: tuple[float, float], page: str | None) -> str:
    chapter, (x, y) = course.CHAPTERS[key], spot
    lines = wrap(f"{key} {chapter.name}", 18)
    top = y - LINE * (len(lines) - 1) / 2
    words = "".join(
        f'<text x="{x:.0f}" y="{top + LINE * i:.0f}">{escape(line)}</text>' for i, line in enumerate(lines)
    )
    box = f'<rect x="{x - WIDE / 2:.0f}" y="{y - HIGH / 2:.0f}" width="{WIDE}" height="{HIGH}" rx="6"/>'
    needs = " and ".join(chapter.needs)
    says = f"{key} {chapter.name}. {chapter.question}" + (f" Needs {needs}." if needs else "")
    if page is None:
        return f'<g class="to-come"><title>{escape(says)} Not yet written.</title>{box}{words}</g>'
    return (
        f'<a href="{escape(page)}" aria-label="{escape(says)}"><title>{escape(says)}</title>{box}{words}</a>'
    )


def _visit(translator, node) -> None:
    builder = translator.builder
    here, notebooks = builder.current_docname, Path(builder.srcdir, "notebooks")
    pages = {
        path.stem[:2]: builder.get_relative_uri(here, f"notebooks/{path.stem}")
        for path in notebooks.glob("*.ipynb")
    }
    translator.body.append(f'<div class="map-of-ideas" tabindex="0">{drawing(pages)}</div>')
    raise nodes.SkipNode


def setup(app):
    """Add the directive."""
    app.add_node(MapFigure, html=(_visit, None))
    app.add_directive("map-of-ideas", MapOfIdeas)
    return {"parallel_read_safe": True}

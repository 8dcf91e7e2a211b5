"""What a page takes from the chapters, so that nothing stands twice: `{objectives} 05`, `{bibliography}`."""

import re
from collections import defaultdict
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from wgan_edu.exercises.course import CHAPTERS

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def texts(chapter: Path) -> list[str]:
    """The Markdown cells of a chapter."""
    cells = nbformat.read(chapter, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "markdown"]


def objectives(chapter: Path) -> str:
    """What a reader of a chapter will be able to do, as a list."""
    [found] = re.findall(r"\*\*You will be able to\*\*\n(.*?)\n\n", texts(chapter)[0], flags=re.DOTALL)
    return found


def sources(chapter: Path) -> str:
    """The list of sources at the end of a chapter, without links to other lines of the page."""
    [found] = re.findall(
        r"^## Sources\n\n(.*?)\n\n", texts(chapter)[-1] + "\n\n", flags=re.DOTALL | re.MULTILINE
    )
    return found


def works(chapter: Path) -> set[str]:
    """The works that a chapter names by title and year."""
    text = " ".join(re.sub(r"\*\*(.+?)\*\*", "", sources(chapter), flags=re.DOTALL).split())
    return {
        f"{title}, {year}" for title, year in re.findall(r"\*([^*]+)\*,[^;.(*]*?\b((?:19|20)\d\d)\b", text)
    }


def by_title() -> list[str]:
    """All works, sorted, each with the chapters that name it, as lines of Markdown."""
    chapters: dict[str, list[str]] = defaultdict(list)
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        for work in works(path):
            chapters[work].append(f"[{path.stem[:2]}](../notebooks/{path.name})")
    return [
        f"- *{title}*, {year}: {', '.join(chapters[f'{title}, {year}'])}"
        for title, year in sorted(
            (work.rsplit(", ", 1) for work in chapters), key=lambda work: work[0].lower()
        )
    ]


class FromChapters(SphinxDirective):
    """Parse Markdown lines in the place of the directive, and read the page again when a chapter changes."""

    def parse(self, text: str) -> list[nodes.Node]:
        """The nodes that a text becomes."""
        for path in NOTEBOOKS.glob("*.ipynb"):
            self.env.note_dependency(str(path))
        box = nodes.container()
        self.state.nested_parse(StringList(text.splitlines(), "chapters"), 0, box)
        return box.children


class Objectives(FromChapters):
    """`{objectives} 05`: what a reader of the chapter will be able to do."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Take the list from the first cell of the chapter."""
        [chapter] = NOTEBOOKS.glob(f"{self.arguments[0]}_*.ipynb")
        return self.parse(objectives(chapter))


class Bibliography(FromChapters):
    """`{bibliography}`: all works by title, then all sources by chapter."""

    def run(self) -> list[nodes.Node]:
        """Take both from the last cells of the chapters."""
        parts = ["**By title**", "\n".join(by_title())]
        for path in sorted(NOTEBOOKS.glob("*.ipynb")):
            key = path.stem[:2]
            parts += [f"**[{key} {CHAPTERS[key].name}](../notebooks/{path.name})**", sources(path)]
        return self.parse("\n\n".join(parts))


def setup(app):
    """Add the directives."""
    app.add_directive("objectives", Objectives)
    app.add_directive("bibliography", Bibliography)
    return {"parallel_read_safe": True}

"""Make slides of the chapters, from the same notebooks, for a hall without a network.

    python docs/slides.py [00_start_here ...]

reads the chapters that docs/execute.py has run and writes docs/_build/slides: a page a chapter, an index, and
all that they need, in one folder to take along. The slide type of each cell says whether it is projected, and
these rules say how:

- A heading opens a slide (`##`) or a subslide (`###`), also inside a cell.
- Formulas, tables, lists and quotes are projected whole, and so is prose, up to six lines a heading. Of more,
  a slide has how each paragraph begins, and the sentences that define a **term** or lead on to a formula; a
  paragraph that asks to **predict** stays whole. The speaker notes hold all of the text.
- Code on a slide or subslide is projected with what it prints. Of a fragment only what it prints is, and of
  code that draws only the figure.
- Imports and the list of sources are not projected, nor are badges.
- What does not fit goes on to the next screen (docs/slides/deck.js).
"""

import argparse
import re
import shutil
import sys
from html import escape
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import SlidesExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from pygments.formatters import HtmlFormatter

DOCS = Path(__file__).resolve().parent
EXECUTED, SLIDES = DOCS / "_build" / "executed", DOCS / "_build" / "slides"
NOTEBOOKS = sorted((DOCS.parent / "notebooks").glob("*.ipynb"))
REVEAL = DOCS / "vendor" / "reveal.js-5.2.1"
REVEAL_FILES = ("dist/reveal.js", "dist/reveal.css", "dist/reset.css", "plugin/notes/notes.js", "LICENSE")
SLIDE_TYPES = ("slide", "subslide", "fragment", "notes", "skip")
PROSE = 480  # characters under a heading that are projected whole: six lines
SHORT = 200  # the same, of one paragraph
OPENING = 90  # characters, at least, of how a longer paragraph begins
CODE_LINES = 25  # that fit on a screen
IMPORTS = re.compile(r"(?:(?:from|import) .*\n|\n)*")

MATHEMATICS = re.compile(r"\$\$.*?\$\$|\$[^$]*\$|`[^`]*`", re.S)
SENTENCE_CLOSED = re.compile(r"[.?][\"*)_]*$")  # else it leads on to a formula or a list
SENTENCE_END = re.compile(r"(?<=[.?:])([\"*)_]*)\s+(?=[\"*(_$`]*[A-Z\0])")


def blocks(text: str) -> list[str]:
    """The parts of a Markdown text that empty lines divide; formulas and fenced code stay whole."""
    found: list[str] = []
    for part in re.split(r"\n\s*\n", text.strip()):
        if found and (found[-1].count("$$") % 2 or found[-1].count("```") % 2):
            found[-1] += "\n\n" + part
        else:
            found.append(part)
    return found


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph; a dot inside a formula or a name ends none."""
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        hidden.append(match[0])
        return "\0" * len(match[0])

    masked = MATHEMATICS.sub(hide, paragraph)
    ends = [match.end() for match in SENTENCE_END.finditer(masked)]
    cuts = [0, *ends, len(paragraph)]
    return [paragraph[a:b].strip() for a, b in pairwise(cuts)]


def is_paragraph(block: str) -> bool:
    """Neither heading, formula, list, table nor quote."""
    return not re.search(r"^(#|\$\$|\||>|```|[-*] |\d+\. )", block, re.M)


def on_screen(block: str) -> str:
    """What a slide shows of a block of Markdown."""
    if not is_paragraph(block) or len(block) <= SHORT or "**Predict" in block:
        return block
    shown, parts = "", sentences(block)
    for part in parts:
        leads_on = part is parts[-1] and not SENTENCE_CLOSED.search(part)
        if len(shown) < OPENING or "**" in part or leads_on:
            shown += f"{part} "
    return shown.strip()


def projected(piece: list[str], whole: bool) -> list[str]:
    """What a slide shows of the blocks under one heading."""
    prose = sum(len(block) for block in piece if is_paragraph(block))
    return piece if whole or prose <= PROSE else [on_screen(block) for block in piece]


def markdown_slides(cell: NotebookNode, title: bool) -> list[NotebookNode]:
    """A Markdown cell as slides, one a heading, each followed by its notes."""
    whole = title or bool({"exercise", "quiz"} & set(cell.metadata.get("tags", [])))
    pieces: list[list[str]] = [[]]
    for block in blocks(cell.source):
        if block.startswith("[!["):  # badges
            continue
        if block.startswith("#") and pieces[-1]:
            pieces.append([])
        pieces[-1].append(block)
    made: list[NotebookNode] = []
    kind = cell.metadata.slideshow.slide_type
    for k, piece in enumerate(pieces):
        if piece[0] == "## Sources":  # for the notes; what comes next closes the last slide
            made[0].source += "\n\n" + piece[-1]
            made.append(typed(new_markdown_cell("\n\n".join(piece)), "notes"))
            continue
        shown = projected(piece, whole)
        if title:
            shown = [block for block in piece if not block.startswith("**Good to know**")]
        if k:
            kind = "slide" if piece[0].startswith("## ") else "subslide"
        made.append(typed(new_markdown_cell("\n\n".join(shown)), kind))
        if said := [block for block in piece if not block.startswith("#")]:
            made.append(typed(new_markdown_cell("\n\n".join(said)), "notes"))
    return made


def typed(cell: NotebookNode, kind: str) -> NotebookNode:
    """The cell with a slide type."""
    cell.metadata["slideshow"] = {"slide_type": kind}
    return cell


def drawn(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The figures, views, tables and boxes among the outputs: anything but plain text."""
    return [output for output in outputs if "text/html" in output.get("data", {})]


def code_slides(cell: NotebookNode) -> list[NotebookNode]:
    """A code cell as slides: with its code, in parts where that is long, or only with what it shows."""
    cell.outputs = drawn(cell.outputs) or printed(cell.outputs)
    if drawn(cell.outputs) or cell.metadata.slideshow.slide_type == "fragment":
        cell.metadata["transient"] = {"remove_source": True}
        return [cell] if cell.outputs else []
    kind, made = cell.metadata.slideshow.slide_type, []
    lines = IMPORTS.sub("", cell.source, count=1).splitlines()
    while len(lines) > CODE_LINES:
        at = middle(lines)
        made.append(typed(new_code_cell("\n".join(lines[:at]).rstrip()), kind))
        lines, kind = lines[at:], "subslide"
    cell.source = "\n".join(lines).strip("\n")
    return [*made, typed(cell, kind)]


def middle(lines: list[str]) -> int:
    """Where to cut code: at an empty line, else before the line that is indented least, near the middle."""

    most = min(len(lines) - 1, CODE_LINES)

    def cost(k: int) -> tuple[int, int]:
        indent = len(lines[k]) - len(lines[k].lstrip()) if lines[k].strip() else -1
        return indent, abs(k - min(len(lines) // 2, most))

    return min(range(most // 3, most + 1), key=cost)


def printed(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """What was printed, in one piece, and plain values; a view that only a kernel can show is neither."""
    texts = [output.text for output in outputs if output.output_type == "stream"]
    values = [
        output.data["text/plain"] for output in outputs if set(output.get("data", {})) == {"text/plain"}
    ]
    text = "".join(texts) + "\n".join(values)
    return [new_output("stream", name="stdout", text=text.rstrip())] if text else []


def lecture(notebook: NotebookNode) -> NotebookNode:
    """The notebook as it is projected: cells split into what the room sees and what the speaker reads."""
    cells = []
    for number, cell in enumerate(notebook.cells):
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        if kind not in SLIDE_TYPES:
            raise ValueError(f"Cell {cell.id} needs a slide type, one of {SLIDE_TYPES}; it has {kind!r}.")
        if kind == "skip":
            continue
        if kind == "notes":
            cells.append(cell)
        elif cell.cell_type == "markdown":
            cells += markdown_slides(cell, title=number == 0)
        else:
            cells += code_slides(cell)
    notebook.cells = cells
    return notebook


def title_of(notebook: NotebookNode) -> str:
    """The question that the chapter asks."""
    return str(notebook.cells[0].source.splitlines()[0].removeprefix("# "))


def deck(path: Path) -> str:
    """The slides of an executed chapter as a page."""
    notebook = nbformat.read(path, as_version=4)
    title = escape(title_of(notebook))
    exporter = SlidesExporter(
        template_name="slides", extra_template_basedirs=[str(DOCS)], exclude_anchor_links=True
    )
    style = HtmlFormatter(style="a11y-high-contrast-light").get_style_defs(".highlight")
    resources: dict[str, Any] = {"deck": {"title": title, "code_style": style}}
    page, _ = exporter.from_notebook_node(lecture(notebook), resources)
    return str(page)


def mathjax() -> Path:
    """MathJax as the Python package sphinx-mathjax-offline carries it: formulas as SVG, in one file."""
    package = find_spec("sphinx-mathjax-offline")
    if package is None or package.origin is None:
        raise SystemExit("The slides need sphinx-mathjax-offline: pip install '.[docs]'")
    return Path(package.origin).parent / "static" / "mathjax" / "tex-svg-full.js"


def write_common() -> None:
    """Write what all decks load, and the index of those that are there."""
    for file in REVEAL_FILES:
        target = SLIDES / "reveal.js" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REVEAL / file, target)
    (SLIDES / "mathjax").mkdir(exist_ok=True)
    shutil.copy(mathjax(), SLIDES / "mathjax")
    for file in ("deck.js", "deck.css"):
        shutil.copy(DOCS / "slides" / file, SLIDES)
    rows = []
    for path in NOTEBOOKS:
        if (SLIDES / f"{path.stem}.html").exists():
            title = escape(title_of(nbformat.read(path, as_version=4)))
            rows.append(f'<li><a href="{path.stem}.html"><b>{path.stem[:2]}</b> {title}</a></li>')
    contents = (DOCS / "slides" / "contents.html").read_text()
    (SLIDES / "index.html").write_text(contents.replace("<!-- chapters -->", "\n".join(rows)))


def main() -> None:
    """Write the slides of what is asked for, else of every chapter."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=[path.stem for path in NOTEBOOKS])
    SLIDES.mkdir(parents=True, exist_ok=True)
    for name in parser.parse_args().names:
        page = deck(EXECUTED / f"{name}.ipynb")
        (SLIDES / f"{name}.html").write_text(page)
        print(f"{name}: {len(page) / 1e6:.1f} MB", flush=True)
    write_common()
    print(f"Open {SLIDES / 'index.html'}")


if __name__ == "__main__":
    sys.exit(main())

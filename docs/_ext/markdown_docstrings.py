r"""Read docstrings as they are written here: Google style, with Markdown's `code` and `$formulas$`.

Napoleon knows the sections (Args, Returns, Raises). This turns the rest into reStructuredText before that:
code spans, formulas, indented blocks, and names of chapters, which become links. All else is plain text.
"""

import re
from pathlib import Path

SPANS = re.compile(
    r"(?P<code>``.+?``|`[^`]+?`)"
    r"|(?P<math>\$[^$]+\$)"
    r"|(?P<chapter>\b\d\d_[a-z0-9_]+\b)"
    r"|(?P<emphasis>(?<![\w*])\*\w[^*]*?\w\*(?![\w*]))",
    re.DOTALL,
)
SECTION = re.compile(r"\s*(Args|Attributes|Returns|Yields|Raises):$")

LABEL = re.compile(r"(?:^|\n)(Source:|Taught in:|Used in)(?=\s)")


def restructured(text: str, chapters: frozenset[str] = frozenset()) -> str:
    """The same docstring in reStructuredText, its sections left as they are.

    Args:
        text: a docstring, its indentation taken off.
        chapters: names of chapters that are linked, such as `05_earth_movers_distance`.
    """
    paragraphs = re.split(r"\n[ ]*\n", text.strip("\n"))
    inside, result = False, []
    for i, paragraph in enumerate(paragraphs):
        indented = all(line.startswith("    ") for line in paragraph.splitlines())
        inside = inside and indented  # a section goes on as long as its lines are indented
        if indented and not inside and i:
            result.append(".. code-block:: none\n\n" + paragraph)
            continue
        inside = inside or any(map(SECTION.match, paragraph.splitlines()))
        result.append(LABEL.sub(r"\n\n**\1**", _inline(paragraph, chapters)))
    return "\n\n".join(result)


def _inline(paragraph: str, chapters: frozenset[str]) -> str:
    done, parts = 0, []
    for found in SPANS.finditer(paragraph):
        parts += [_escaped(paragraph[done : found.start()]), _span(found, chapters)]
        done = found.end()
    return "".join([*parts, _escaped(paragraph[done:])])


def _span(found: re.Match[str], chapters: frozenset[str]) -> str:
    text = found[0]
    if found["code"]:
        return f"``{text.strip('`')}``"
    if found["math"]:
        return f":math:`{text.strip('$')}`"
    if found["chapter"] and text in chapters:
        return f":doc:`{text} </notebooks/{text}>`"
    return text


def _escaped(text: str) -> str:
    """Plain text: nothing in it is markup."""
    return re.sub(r"[\\|*]|_(?!\w)", r"\\\g<0>", text)


def setup(app):
    """Connect before Napoleon, which has the usual priority of 500."""

    def convert(app, what, name, obj, options, lines):
        chapters = frozenset(path.stem for path in Path(app.srcdir, "notebooks").glob("*.ipynb"))
        lines[:] = restructured("\n".join(lines), chapters).splitlines()

    app.connect("autodoc-process-docstring", convert, priority=400)
    return {"parallel_read_safe": True}

"""What the learner sees: a verdict in words, a page of text, or a table. Used in every chapter."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from wgan_edu.palette import COLORS

__all__ = ["BOX", "Outcome", "Page", "Table", "to_html"]

EDGES = {"Passed": COLORS["plan"], "Right": COLORS["plan"], "Not right": COLORS["fake"]}
LEFT = "text-align: left; vertical-align: top"
BOX = "padding: 0.1em 0.9em; margin: 0.4em 0; max-width: 46em; line-height: 1.5"


@dataclass(frozen=True)
class Outcome:
    """A verdict, true if it passed. The headline says it in words; the color of the edge only repeats it.

    Attributes:
        headline: such as "Passed", "Not right", "Not yet", "Hint 1 of 3".
        message: one or more paragraphs; `code` in backticks, lines that begin with "- " make a list.
        passed: whether the exercise now counts as done.
    """

    headline: str
    message: str
    passed: bool = False

    def __bool__(self) -> bool:
        """Whether it passed."""
        return self.passed

    def __repr__(self) -> str:
        """The verdict as plain text."""
        return f"{self.headline}. {self.message}"

    def _repr_html_(self) -> str:
        edge = EDGES.get(self.headline, COLORS["quiet"])
        text = f"<strong>{html.escape(self.headline)}.</strong>{to_html(self.message)}"
        return f'<div role="status" style="border-left: 4px solid {edge}; {BOX}">{text}</div>'


@dataclass(frozen=True)
class Page:
    """A text with formulas and code, such as a solution, in Markdown."""

    markdown: str

    def __repr__(self) -> str:
        """The text as it was written."""
        return self.markdown

    def _repr_markdown_(self) -> str:
        return self.markdown


@dataclass(frozen=True)
class Table:
    """Words in rows and columns; the first column names the row."""

    caption: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    def __repr__(self) -> str:
        """The table as plain text."""
        table = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = (
            "  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)) for row in table
        )
        return "\n".join(line.rstrip() for line in lines)

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" style="{LEFT}">{html.escape(name)}</th>' for name in self.columns)
        body = "".join(
            f'<tr><th scope="row" style="{LEFT}">{html.escape(name)}</th>'
            + "".join(f'<td style="{LEFT}">{html.escape(word)}</td>' for word in words)
            + "</tr>"
            for name, *words in self.rows
        )
        return (
            f'<table><caption style="{LEFT}">{html.escape(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        )


def to_html(text: str) -> str:
    """Plain text to HTML: everything escaped, then code in backticks, paragraphs and lists."""
    blocks = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text)).split("\n\n")
    return "".join(
        _item_list(block) if block.startswith("- ") else f'<p style="margin: 0.4em 0">{block}</p>'
        for block in blocks
    )


def _item_list(block: str) -> str:
    items = block.removeprefix("- ").split("\n- ")
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"

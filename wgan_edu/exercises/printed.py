"""Boxes to answer in, as plain HTML, for pages that neither a kernel nor scripts stand behind.

An option opens to its reason, a model answer opens when you have your own. Used in every chapter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wgan_edu.exercises.outcome import BOX, to_html

if TYPE_CHECKING:
    from wgan_edu.exercises.frame import Exercise
    from wgan_edu.exercises.quizzes import Question

__all__ = ["Printed", "printed_questions", "printed_text"]


@dataclass(frozen=True)
class Printed:
    """A piece of HTML, and what it says as plain text."""

    html: str
    text: str

    def __repr__(self) -> str:
        """The plain text."""
        return self.text

    def _repr_html_(self) -> str:
        return f'<div class="mathjax_process tex2jax_process" style="{BOX}">{self.html}</div>'


def printed_questions(lead: str, questions: Iterable[Question]) -> Printed:
    """Questions with their options; each option opens to say whether it is right, and why."""
    parts, lines = [to_html(lead)], [lead]
    for number, question in enumerate(questions, 1):
        parts.append(to_html(f"{number}. {question.text}"))
        lines.append(f"{number}. {question.text}")
        for letter, option in question.options.items():
            headline = "Right" if option.is_right else "Not right"
            parts.append(_opens(f"{letter}. {option.text}", f"**{headline}.** {option.why}"))
            lines.append(f"   {letter}. {option.text}")
    return Printed("".join(parts), "\n".join(lines))


def printed_text(exercise: Exercise) -> Printed:
    """What to write, its hints one after another, and the model answer with its rubric."""
    lead = f"{exercise.key}, {exercise.title}: write your answer before you open the model answer."
    hints = [_opens(f"Hint {k}", hint) for k, hint in enumerate(exercise.hints, 1)]
    answer = _opens("Model answer and rubric", exercise.solution().markdown)
    return Printed("".join([to_html(lead), *hints, answer]), lead)


def _opens(summary: str, inside: str) -> str:
    """A line that opens to a text."""
    said = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", to_html(inside))
    line = to_html(summary).removeprefix('<p style="margin: 0.4em 0">').removesuffix("</p>")
    return f'<details style="margin: 0.2em 0"><summary>{line}</summary>{said}</details>'

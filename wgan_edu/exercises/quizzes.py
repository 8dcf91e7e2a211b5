"""Quizzes: questions with options, each of which has its reason. Declared as plain data in `chNN.py`:

    QUIZ = [
        Question("Which ...?", right("This one", "because ..."), wrong("That one", "would mean ...")),
    ]

The options are shown in the order written, marked a, b, c. Used in every chapter.
"""

import importlib
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from wgan_edu.display_mode import display_mode
from wgan_edu.exercises import records
from wgan_edu.exercises.frame import chapters
from wgan_edu.exercises.outcome import Outcome
from wgan_edu.exercises.printed import printed_questions

__all__ = ["Option", "Question", "Quiz", "option_of", "quiz", "right", "wrong"]


class Option(NamedTuple):
    """One option of a question, and why it is right or wrong."""

    text: str
    why: str
    is_right: bool


class Question:
    """One question of a quiz."""

    def __init__(self, text: str, *options: Option) -> None:
        """Put a question with its options, one of which is right."""
        self.text = text
        self.options = dict(zip(string.ascii_lowercase, options, strict=False))


def right(text: str, why: str) -> Option:
    """The right option, and the reason."""
    return Option(text, why, True)


def wrong(text: str, why: str) -> Option:
    """A wrong option, and what it mistakes for what."""
    return Option(text, why, False)


def option_of(questions: Sequence[Question], question: int, option: str) -> Option:
    """The option with a letter, of the question with a number from 1; a ValueError if there is none."""
    if question not in range(1, len(questions) + 1):
        raise ValueError(f"question must be a number from 1 to {len(questions)}; got {question!r}.")
    options = questions[question - 1].options
    if option not in options:
        raise ValueError(f"option must be one of {', '.join(options)}; got {option!r}.")
    return options[option]


@dataclass(eq=False, repr=False)
class Quiz:
    """The quiz of one chapter: shown with radio buttons, or answered by `answer(1, "b")`."""

    chapter: str
    questions: list[Question]

    def answer(self, question: int, option: str) -> Outcome:
        """Answer one question.

        Args:
            question: its number, from 1.
            option: its letter, "a", "b", ...

        Returns:
            Whether it is right, with the reason for this option.

        Raises:
            ValueError: if there is no such question or option.
        """
        chosen = option_of(self.questions, question, option)

        def change(record: records.Record) -> None:
            answers = record["quizzes"].setdefault(self.chapter, {})
            answers[str(question)] = answers.get(str(question), False) or chosen.is_right

        note = records.update(change)
        headline = "Right" if chosen.is_right else "Not right"
        return Outcome(headline, f"{chosen.why}\n\n{note}".strip(), chosen.is_right)

    def score(self, record: records.Record | None = None) -> int:
        """How many questions have been answered rightly so far."""
        answers = (record or records.current()[0])["quizzes"].get(self.chapter, {})
        return sum(bool(answers.get(str(number + 1))) for number in range(len(self.questions)))

    def __repr__(self) -> str:
        """The quiz as plain text."""
        lines = [f'Quiz of chapter {self.chapter}. Answer with quiz("{self.chapter}").answer(1, "a").']
        for number, question in enumerate(self.questions, 1):
            lines += ["", f"{number}. {question.text}"]
            lines += [f"   {letter}. {option.text}" for letter, option in question.options.items()]
        return "\n".join(lines)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.box())  # type: ignore[no-untyped-call]

    def box(self) -> Any:
        """The quiz as a widget; where there will be no kernel, as a page."""
        if display_mode() == "recorded":
            lead = f"Quiz of chapter {self.chapter}. Choose an option in your mind, then open it."
            return printed_questions(lead, self.questions)
        from wgan_edu.exercises.writing import quiz_box

        return quiz_box(self)


def quiz(chapter: str) -> Quiz:
    """The quiz of a chapter, such as `quiz("05")`.

    Raises:
        ValueError: if there is none.
    """
    if chapter not in chapters():
        raise ValueError(f"chapter must be one of {', '.join(chapters())}, in quotes; got {chapter!r}.")
    return Quiz(chapter, importlib.import_module(f"wgan_edu.exercises.ch{chapter}").QUIZ)
